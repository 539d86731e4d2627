package story

import (
	"bytes"
	_ "embed"
)

// workedText is testdata/scenarios/story.jsonl, kept equal by a test: a binary without its sources plays it too.
//
//go:embed worked.jsonl
var workedText []byte

// Worked is the worked story, S00-S20.
func Worked() (Story, error) { return Parse(bytes.NewReader(workedText)) }
