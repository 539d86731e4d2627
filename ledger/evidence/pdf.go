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

// doing are names of a PDF under which it runs a script, starts a program, sends or fetches something. A script stands
// under JavaScript, and JS beside it: three letters alone stand in every fourth scan by chance.
var doing = regexp.MustCompile(`/(JavaScript|Launch|SubmitForm|ImportData|RichMedia|GoToE|GoToR|Rendition|XFA)\b`)

// hiding is a PDF that is encrypted: what it does cannot be looked for.
var hiding = regexp.MustCompile(`/Encrypt\b`)

// objectStream is where a newer file keeps objects, and plainly how it may be packed, which is what still undoes.
var (
	objectStream = regexp.MustCompile(`/ObjStm\b`)
	packing      = regexp.MustCompile(`/(Filter|DecodeParms)\b`)
	plainly      = regexp.MustCompile(`^/Filter\s*(/FlateDecode\b|\[\s*/FlateDecode\s*\])`)
)

// hexName is a letter of a name that is written as its number, which readers take for the same name.
var hexName = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)

const (
	endOfPDF     = "%%EOF"
	endWithin    = 1 << 10  // bytes, as readers look for it
	unpackedMost = 64 << 20 // of all streams together
)

// still says whether a PDF is one from its first byte to its end, and does nothing when it is opened. What stands
// before it may be a page or a form, which other readers see first.
func still(content []byte) error {
	if !bytes.HasPrefix(content, []byte("%PDF-")) ||
		!bytes.Contains(content[max(0, len(content)-endWithin):], []byte(endOfPDF)) {
		return ErrType
	}
	if text := named(content); doing.Match(text) || hiding.Match(text) || packedOtherwise(text) {
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
			continue // no objects, or the end of a stream
		}
		unpacked, _ := io.ReadAll(io.LimitReader(packed, left)) // what is damaged is looked at as far as it goes
		if left -= int64(len(unpacked)); left == 0 || acts(unpacked) {
			return ErrActive
		}
	}
}

func acts(text []byte) bool { return doing.Match(named(text)) }

// packedOtherwise tells whether objects are kept in a way that is not undone here: by another filter, by two, or by one
// with parameters.
func packedOtherwise(text []byte) bool {
	for _, at := range objectStream.FindAllIndex(text, -1) {
		begin := max(0, bytes.LastIndex(text[:at[0]], []byte("obj")))
		of, _, _ := bytes.Cut(text[begin:], []byte("stream"))
		for i, p := range packing.FindAllIndex(of, -1) {
			if i > 0 || !plainly.Match(of[p[0]:]) {
				return true
			}
		}
	}
	return false
}

// named is a text with the letters of names that are written as numbers.
func named(text []byte) []byte {
	return hexName.ReplaceAllFunc(text, func(digits []byte) []byte {
		n, err := strconv.ParseUint(string(digits[1:]), 16, 8)
		if err != nil || n < 'A' || n > 'z' {
			return digits
		}
		return []byte{byte(n)}
	})
}
