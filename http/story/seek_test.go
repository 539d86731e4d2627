package story_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// seek looks for texts in sinks, in every form in which they may have got there, and says what it found where.
func seek(t *testing.T, sinks map[string][]byte, texts []string) (hits []string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(sinks)) {
		for part, content := range unpacked(name, sinks[name], 0) {
			for _, text := range texts {
				for form, needle := range formsOf(text) {
					if at := bytes.Index(content, needle); at >= 0 {
						hits = append(hits, fmt.Sprintf("%s: %q as %s: …%q", part, text, form,
							content[max(0, at-40):min(len(content), at+len(needle)+20)]))
					}
				}
			}
		}
	}
	return hits
}

// formsOf are the ways in which a text may be written. Base64 depends on how many bytes stand before: of the three
// ways, the letters that the text alone decides are looked for.
func formsOf(text string) map[string][]byte {
	forms := map[string][]byte{"UTF-8": []byte(text), "lower case": []byte(strings.ToLower(text)),
		"upper case": []byte(strings.ToUpper(text)),
		"URL":        []byte(url.QueryEscape(text)), "path": []byte(url.PathEscape(text)),
		"hex": []byte(hex.EncodeToString([]byte(text))),
		"HEX": []byte(strings.ToUpper(hex.EncodeToString([]byte(text))))}
	var escaped, little, big strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
		little.Write([]byte{byte(u), byte(u >> 8)})
		big.Write([]byte{byte(u >> 8), byte(u)})
	}
	forms["JSON"], forms["UTF-16LE"], forms["UTF-16BE"] = []byte(escaped.String()), []byte(little.String()),
		[]byte(big.String())
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		from, to := (before*8+5)/6, len(padded)*8/6
		forms[fmt.Sprint("base64 at ", before)] = []byte(base64.StdEncoding.EncodeToString(padded)[from:to])
		forms[fmt.Sprint("base64url at ", before)] = []byte(base64.URLEncoding.EncodeToString(padded)[from:to])
	}
	return forms
}

// unpacked is a content and what is packed in it: zips (workbooks too), gzip, the streams of PDFs.
func unpacked(name string, content []byte, depth int) map[string][]byte {
	parts := map[string][]byte{name: content}
	if depth > 3 {
		return parts
	}
	add := func(kind string, at int, r io.Reader, err error) {
		if err != nil {
			return
		}
		inner, _ := io.ReadAll(io.LimitReader(r, 16<<20)) // what can be read of a stream that is cut off is looked at
		if len(inner) > 0 {
			maps.Copy(parts, unpacked(fmt.Sprintf("%s, %s at %d", name, kind, at), inner, depth+1))
		}
	}
	for _, at := range all(content, "PK\x03\x04") {
		end := bytes.Index(content[at:], []byte("PK\x05\x06"))
		if end < 0 {
			continue
		}
		archive, err := zip.NewReader(bytes.NewReader(content[at:at+end+22]), int64(end+22))
		if err != nil {
			continue
		}
		for _, f := range archive.File {
			r, err := f.Open()
			add("zip with "+f.Name, at, r, err)
		}
	}
	for _, at := range all(content, "\x1f\x8b\x08") {
		r, err := gzip.NewReader(bytes.NewReader(content[at:]))
		add("gzip", at, r, err)
	}
	for _, at := range all(content, "stream") {
		body := bytes.TrimLeft(content[at+len("stream"):], "\r\n")
		r, err := zlib.NewReader(bytes.NewReader(body[:min(len(body), 1<<20)]))
		add("PDF stream", at, r, err)
	}
	return parts
}

func all(content []byte, mark string) (at []int) {
	for from := 0; ; {
		i := bytes.Index(content[from:], []byte(mark))
		if i < 0 {
			return at
		}
		at = append(at, from+i)
		from += i + len(mark)
	}
}

// TestSeek holds that the search finds a text in each of its forms, whatever stands around it, and packed, and nothing
// where nothing is.
func TestSeek(t *testing.T) {
	for _, text := range stems() {
		for form, needle := range formsOf(text) {
			for before := range 3 {
				content := append([]byte(strings.Repeat("-", before)), needle...)
				if len(seek(t, map[string][]byte{"x": append(content, "--"...)}, []string{text})) == 0 {
					t.Errorf("%s as %s was not found", text, form)
				}
			}
		}
		for before := range 4 {
			plain := strings.Repeat("~", before) + text + "07, and more"
			for form, encoded := range map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(plain)),
				"base64url": base64.RawURLEncoding.EncodeToString([]byte(plain))} {
				if len(seek(t, map[string][]byte{"x": []byte(encoded)}, []string{text})) == 0 {
					t.Errorf("%s in %s after %d bytes was not found", text, form, before)
				}
			}
		}
		var zipped, streamed bytes.Buffer
		archive := zip.NewWriter(&zipped)
		for name, body := range map[string]string{"first.xml": "<t></t>", "sheet.xml": "<t>" + text + "</t>",
			"last.xml": "<t></t>"} {
			w, _ := archive.Create(name)
			_, _ = io.WriteString(w, body)
		}
		_ = archive.Close()
		streamed.WriteString("<< /Length 9 >>\nstream\n")
		deflate := zlib.NewWriter(&streamed)
		_, _ = io.WriteString(deflate, "("+text+") Tj")
		_ = deflate.Close()
		streamed.WriteString("\nendstream")
		for name, packed := range map[string][]byte{"zip": zipped.Bytes(), "PDF": streamed.Bytes()} {
			if len(seek(t, map[string][]byte{name: append([]byte("answer before"), packed...)}, []string{text})) == 0 {
				t.Errorf("%s in a %s was not found", text, name)
			}
		}
	}
	if hits := seek(t, map[string][]byte{"x": []byte("nothing of the kind; 1703-5 DK99 Zqkan")}, stems()); len(hits) > 0 {
		t.Errorf("found %v where nothing is", hits)
	}
}
