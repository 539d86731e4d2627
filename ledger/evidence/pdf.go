package evidence

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// A document may not do anything when somebody opens it. The names of what can are looked for in the file as it is and
// in what its streams unpack to, since newer files keep their objects there.

// doing are names of a PDF under which it runs a script, starts a program, sends or fetches something.
var doing = regexp.MustCompile(`/(JavaScript|JS|Launch|SubmitForm|ImportData|RichMedia|GoToE|Rendition|XFA)\b`)

// hexName is a letter of a name that is written as its number, which readers take for the same name.
var hexName = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)

const (
	endOfPDF     = "%%EOF"
	endWithin    = 1 << 10  // bytes, as readers look for it
	unpackedMost = 64 << 20 // of all streams together
)

// still says whether a PDF is one to its end and does nothing when it is opened.
func still(content []byte) error {
	if !bytes.Contains(content[max(0, len(content)-endWithin):], []byte(endOfPDF)) {
		return ErrType
	}
	if acts(content) {
		return ErrActive
	}
	left := int64(unpackedMost)
	for rest := content; ; {
		_, after, found := bytes.Cut(rest, []byte("stream"))
		if !found {
			return nil
		}
		rest = after
		packed, err := zlib.NewReader(bytes.NewReader(bytes.TrimLeft(after, "\r\n")))
		if err != nil {
			continue // packed in another way, which hides no objects, or the end of a stream
		}
		unpacked, _ := io.ReadAll(io.LimitReader(packed, left)) // what is damaged is looked at as far as it goes
		if left -= int64(len(unpacked)); left == 0 || acts(unpacked) {
			return ErrActive
		}
	}
}

func acts(text []byte) bool {
	text = hexName.ReplaceAllFunc(text, func(digits []byte) []byte {
		n, err := strconv.ParseUint(string(digits[1:]), 16, 8)
		if err != nil || n < 'A' || n > 'z' {
			return digits
		}
		return []byte{byte(n)}
	})
	return doing.Match(text)
}
