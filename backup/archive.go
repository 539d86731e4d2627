package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"filippo.io/age"
)

// Format is the form of archive that this package writes; it reads no other.
const Format = 1

// Manifest says what an archive holds.
type Manifest struct {
	Format       int        `json:"format"`
	Program      string     `json:"program"` // version of the program that made it
	MadeAt       time.Time  `json:"made_at"`
	Engine       string     `json:"engine"`
	Schema       []string   `json:"schema"` // migrations that made the tables
	Organisation string     `json:"organisation"`
	Leaves       int64      `json:"leaves"` // of the tree that proves the books
	Root         string     `json:"root"`
	LastEntry    string     `json:"last_entry"` // number of the newest
	Signed       int64      `json:"signed"`     // leaves under the largest checkpoint that was stored
	Rows         string     `json:"rows_sha256"`
	Tables       []TableSum `json:"tables"`
	Documents    int64      `json:"documents"`
	Lacking      []string   `json:"documents_lacking"` // documents whose content was not there
	Keys         []string   `json:"keys"`              // what is needed besides, and kept apart
	Members      []Member   `json:"members"`
}

// TableSum is what a table held.
type TableSum struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of the lines of its rows
}

// Member is a file of the archive.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

const manifestName = "manifest.json"

// Bad is an archive that is not what was written, or cannot be read.
type Bad struct{ Why string }

func (b *Bad) Error() string { return "the backup " + b.Why }

func bad(format string, args ...any) error { return &Bad{fmt.Sprintf(format, args...)} }

// writer writes members and remembers them for the manifest.
type writer struct {
	manifest Manifest
	tar      *tar.Writer
	layers   []io.Closer // below the tar, innermost first
}

func newWriter(to io.Writer, recipients []age.Recipient) (*writer, error) {
	w := &writer{}
	if len(recipients) > 0 {
		sealed, err := age.Encrypt(to, recipients...)
		if err != nil {
			return nil, err
		}
		to, w.layers = sealed, append(w.layers, sealed)
	}
	packed, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w.layers = append([]io.Closer{packed}, w.layers...)
	w.tar = tar.NewWriter(packed)
	return w, nil
}

func (w *writer) add(name string, content []byte) error {
	sum := sha256.Sum256(content)
	w.manifest.Members = append(w.manifest.Members,
		Member{Name: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])})
	return w.put(name, content)
}

func (w *writer) put(name string, content []byte) error {
	head := tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600, ModTime: w.manifest.MadeAt,
		Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(&head); err != nil {
		return err
	}
	_, err := w.tar.Write(content)
	return err
}

// close writes the manifest and ends the archive.
func (w *writer) close() error {
	text, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return err
	}
	err = errors.Join(w.put(manifestName, text), w.tar.Close())
	for _, layer := range w.layers {
		err = errors.Join(err, layer.Close())
	}
	return err
}

// memberMost bounds a member: a table is cut into pieces, and no document is larger.
const memberMost = 256 << 20

// each hands the members of an archive on, in their order, and returns its manifest when every byte was what the
// manifest says.
func each(from io.Reader, identities []age.Identity, member func(name string, content []byte) error) (Manifest, error) {
	var m Manifest
	from, err := unsealed(from, identities)
	if err != nil {
		return m, err
	}
	packed, err := gzip.NewReader(from)
	if err != nil {
		return m, bad("is no backup of supportledger, or was damaged: %v", err)
	}
	in, seen := tar.NewReader(packed), []Member(nil)
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return m, bad("ends before its manifest: it was cut off")
		}
		if err != nil {
			return m, bad("was damaged or cut off: %v", err)
		}
		if head.Size > memberMost {
			return m, bad("has a member of %d bytes, which no backup has", head.Size)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			return m, bad("was damaged or cut off in %s: %v", head.Name, err)
		}
		if head.Name == manifestName {
			err := finish(&m, content, seen, in, packed)
			return m, err
		}
		sum := sha256.Sum256(content)
		seen = append(seen, Member{Name: head.Name, Size: head.Size, SHA256: hex.EncodeToString(sum[:])})
		if err := member(head.Name, content); err != nil {
			return m, err
		}
	}
}

// finish reads the manifest, holds the members against it, and reads on to the end, where gzip and age look whether
// anything is missing.
func finish(m *Manifest, content []byte, seen []Member, in *tar.Reader, packed io.Reader) error {
	if err := json.Unmarshal(content, m); err != nil {
		return bad("has a manifest that cannot be read: %v", err)
	}
	if m.Format != Format {
		return bad("has format %d, this program reads format %d; use the program that made it (%s)", m.Format, Format,
			m.Program)
	}
	if len(seen) != len(m.Members) {
		return bad("has %d members, its manifest names %d", len(seen), len(m.Members))
	}
	for i, s := range seen {
		if s != m.Members[i] {
			return bad("was changed: %s is not what the manifest says", s.Name)
		}
	}
	if _, err := in.Next(); !errors.Is(err, io.EOF) {
		return bad("goes on after its manifest")
	}
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return bad("was damaged or cut off: %v", err)
	}
	return nil
}

// sealedBegins is how a file of age begins.
const sealedBegins = "age-encryption.org/"

func unsealed(from io.Reader, identities []age.Identity) (io.Reader, error) {
	in := bufio.NewReaderSize(from, 1<<20)
	head, err := in.Peek(len(sealedBegins))
	if err != nil {
		return nil, bad("is empty or cut off")
	}
	if !bytes.Equal(head, []byte(sealedBegins)) {
		return in, nil
	}
	if len(identities) == 0 {
		return nil, bad("is encrypted; name the file with the key that opens it: --identity FILE")
	}
	opened, err := age.Decrypt(in, identities...)
	if no := (*age.NoIdentityMatchError)(nil); errors.As(err, &no) {
		return nil, bad("is encrypted to another key than the one in --identity")
	}
	if err != nil {
		return nil, bad("was damaged: %v", err)
	}
	return opened, nil
}

// tableOf is the table whose rows a member holds, "" for other members.
func tableOf(member string) string {
	name, found := strings.CutPrefix(member, "tables/")
	if !found {
		return ""
	}
	name, _, _ = strings.Cut(name, ".")
	return name
}
