package vault

import (
	"fmt"
	"io"
	"log/slog"
)

// Personal is a text about a person. It prints as nothing, whichever way it is printed, so that it stands in no log and
// in no error; JSON alone shows it, to who was let in.
type Personal string

const redacted = "[personal]"

// Format prints that something is there, for every verb.
func (Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue is what a log line shows of it.
func (Personal) LogValue() slog.Value { return slog.StringValue(redacted) }
