package evidence_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"supportledger/ledger/evidence"
)

// FuzzCleanDocument: whatever bytes come as evidence, they are refused as such, or what is kept can be read again.
func FuzzCleanDocument(f *testing.F) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		f.Fatal(err)
	}
	f.Add(picture.Bytes())
	f.Add([]byte("%PDF-1.7\n%%EOF"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00"))
	f.Add([]byte("<html>"))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, err := evidence.Clean(content)
		if err != nil {
			return
		}
		if _, err := evidence.Clean(d.Content()); err != nil {
			t.Fatalf("%q was taken, and what is kept of it is refused: %v", content, err)
		}
	})
}
