package access

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// PayloadOf is the SHA-256 of what people decide on, for [Duty]: no two different lists of parts give the same.
func PayloadOf(parts ...string) [sha256.Size]byte {
	var text strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&text, "%d:%s,", len(p), p)
	}
	return sha256.Sum256([]byte(text.String()))
}
