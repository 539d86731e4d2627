package evidence_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/ledger/ledgertest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// receipt is a PDF as far as its first bytes say.
const receipt = "%PDF-1.7\nTuition B-0042, spring term, paid in full\n%%EOF\n"

// archive is an archive over a folder of its own.
func archive(t *testing.T) (*evidence.Archive, string) {
	t.Helper()
	key, err := evidence.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "evidence")
	return archiveIn(t, dir, key), dir
}

func archiveIn(t *testing.T, dir string, key []byte) *evidence.Archive {
	t.Helper()
	blobs, err := evidence.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	a, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// kept lists the files below a folder with what is in them.
func kept(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found[path] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func document(t *testing.T, content []byte) evidence.Content {
	t.Helper()
	d, err := evidence.Clean(content)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// photo is a JPEG of 40 by 20 pixels, red on the left, with EXIF: how the camera was held, and a place.
func photo(t *testing.T, orientation uint16) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		for y := range 20 {
			picture.Set(x, y, map[bool]color.Color{true: color.RGBA{R: 255, A: 255}, false: color.White}[x < 20])
		}
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture, nil); err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	tiff := le.AppendUint32([]byte("II*\x00"), 8)
	tiff = le.AppendUint16(tiff, 2)
	tiff = le.AppendUint16(le.AppendUint16(le.AppendUint32(le.AppendUint16(le.AppendUint16(tiff, 0x0112), 3), 1),
		orientation), 0)
	tiff = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(tiff, 0x8825), 4), 1), 38) // where the GPS is
	tiff = append(tiff, "\x00\x00\x00\x00GPSLatitude 6.4541 N, Lagos"...)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return append(append(out, exif...), append(plain.Bytes()[2:], "behind its end: GPSLatitude"...)...)
}

// A picture is kept without what its camera added, the way it was held.
func TestCleanDocumentForgetsWhereItWasTaken(t *testing.T) {
	for orientation, red := range map[uint16]image.Point{1: {5, 10}, 2: {35, 10}, 3: {35, 10}, 4: {5, 10}, 5: {10, 5},
		6: {10, 5}, 7: {10, 35}, 8: {10, 35}} {
		sent := photo(t, orientation)
		if !bytes.Contains(sent, []byte("GPSLatitude")) || !bytes.Contains(sent, []byte("Exif")) {
			t.Fatal("the photo has no EXIF, so nothing is tested")
		}
		stays := document(t, sent).Content()
		if bytes.Contains(stays, []byte("GPSLatitude")) || bytes.Contains(stays, []byte("Exif")) {
			t.Errorf("orientation %d: the place is still in it", orientation)
		}
		picture, err := jpeg.Decode(bytes.NewReader(stays))
		if err != nil {
			t.Fatal(err)
		}
		if b := picture.Bounds(); (b.Dy() > b.Dx()) != (orientation >= 5) {
			t.Errorf("orientation %d: %v", orientation, b)
		}
		if r, g, _, _ := picture.At(red.X, red.Y).RGBA(); r < 0xc000 || g > 0x4000 {
			t.Errorf("orientation %d: not red at %v of %v", orientation, red, picture.Bounds())
		}
	}
	var scan bytes.Buffer
	if err := png.Encode(&scan, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	text := chunk("tEXt", []byte("Author\x00Amina"))
	sent := bytes.Join([][]byte{scan.Bytes()[:33], text, scan.Bytes()[33:]}, nil)
	if stays := document(t, sent).Content(); bytes.Contains(stays, []byte("Amina")) {
		t.Error("the PNG's author is still in it")
	}
	if stays := document(t, []byte(receipt)).Content(); string(stays) != receipt {
		t.Errorf("the PDF was changed to %q", stays)
	}
}

// chunk is one piece of a PNG.
func chunk(kind string, data []byte) []byte {
	body := append([]byte(kind), data...)
	out := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

// pixels is a PNG that says it has so many pixels, and has none.
func pixels(width, height uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return append([]byte("\x89PNG\r\n\x1a\n"), append(chunk("IHDR", append(size, 8, 2, 0, 0, 0)),
		chunk("IDAT", nil)...)...)
}

func TestCleanDocumentRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		content []byte
		want    error
	}{
		"nothing":              {nil, evidence.ErrType},
		"text":                 {[]byte("a receipt, honestly"), evidence.ErrType},
		"a program":            {append([]byte("MZ"), make([]byte, 600)...), evidence.ErrType},
		"a page with a script": {[]byte("<html><script>alert(1)</script></html>"), evidence.ErrType},
		"a drawing with one": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`),
			evidence.ErrType},
		"a GIF":                 {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), evidence.ErrType},
		"too large":             {append([]byte(receipt), make([]byte, evidence.MaxBytes)...), evidence.ErrTooLarge},
		"a bomb":                {pixels(60_000, 60_000), evidence.ErrPixels},
		"a long thin bomb":      {pixels(2_000_000_000, 1), evidence.ErrPixels},
		"more than 25 million":  {pixels(5_001, 5_000), evidence.ErrPixels},
		"a PNG without pixels":  {pixels(100, 100), evidence.ErrUnreadable},
		"a JPEG that is cut":    {photo(t, 1)[:200], evidence.ErrUnreadable},
		"a JPEG with a bad tag": {photo(t, 1)[:12], evidence.ErrUnreadable},
	} {
		if _, err := evidence.Clean(tc.content); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

// storedIn stores a document in a tx of its own.
func storedIn(t *testing.T, db *store.DB, a *evidence.Archive, content string) (e evidence.Document, known bool) {
	t.Helper()
	ledgertest.Update(t, db, func(tx *store.Tx) (err error) {
		e, known, err = a.Store(t.Context(), tx, document(t, []byte(content)), "receipt", "2026-02-03")
		return err
	})
	return e, known
}

// Content is kept once and encrypted, opens again, and not when it was touched, moved, lost, or under another key.
func TestArchive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ledgertest.Books(t, db)
		a, dir := archive(t)
		first, known := storedIn(t, db, a, receipt)
		if known || first.MediaType != "application/pdf" || first.Bytes != int64(len(receipt)) ||
			first.KeepUntil != "2031-12-31" {
			t.Errorf("stored %+v, known %v", first, known)
		}
		if again, known := storedIn(t, db, a, receipt); !known || again.ID != first.ID {
			t.Errorf("again: %+v, known %v", again, known)
		}
		second, _ := storedIn(t, db, a, receipt+"second page")
		files := kept(t, dir)
		if len(files) != 2 {
			t.Fatalf("%d files, want 2", len(files))
		}
		for name, content := range files {
			if bytes.Contains(content, []byte("Tuition")) || bytes.Contains(content, []byte("%PDF")) {
				t.Errorf("%s is not encrypted", name)
			}
		}
		opens := func(e evidence.Document, want string) {
			t.Helper()
			if content, err := a.Content(t.Context(), e); err != nil || string(content) != want {
				t.Errorf("content %q, %v", content, err)
			}
		}
		damaged := func(what string, a *evidence.Archive, e evidence.Document) {
			t.Helper()
			if content, err := a.Content(t.Context(), e); !errors.Is(err, evidence.ErrDamaged) || content != nil {
				t.Errorf("%s: %q, %v", what, content, err)
			}
		}
		opens(first, receipt)
		opens(second, receipt+"second page")
		other, err := evidence.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		damaged("under another key", archiveIn(t, dir, other), first)

		place := func(e evidence.Document) string {
			return filepath.Join(dir, e.SHA256[:2], e.SHA256[2:4], e.SHA256+"."+string(e.ID))
		}
		write := func(name string, content []byte) {
			t.Helper()
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		was := files[place(first)]
		touched := bytes.Clone(was)
		touched[len(touched)/2] ^= 1
		write(place(first), touched)
		damaged("one bit turned", a, first)
		write(place(first), files[place(second)])
		damaged("another's content in its place", a, first)
		write(place(first), was)
		opens(first, receipt)
		if err := os.Remove(place(first)); err != nil {
			t.Fatal(err)
		}
		damaged("lost", a, first)
	})
}

// A tx that is rolled back leaves no file; a commit that fails leaves one that is in nobody's way.
func TestArchiveAfterRollback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ledgertest.Books(t, db)
		a, dir := archive(t)
		no := errors.New("no")
		keep := func(then func(tx *store.Tx) error) {
			ledgertest.Refused(t, db, no, func(tx *store.Tx) error {
				if _, _, err := a.Store(t.Context(), tx, document(t, []byte(receipt)), "receipt", ""); err != nil {
					return err
				}
				return then(tx)
			})
		}
		keep(func(*store.Tx) error { return no })
		if files := kept(t, dir); len(files) != 0 {
			t.Errorf("a tx that was rolled back left %d files", len(files))
		}
		keep(func(tx *store.Tx) error {
			tx.BeforeCommit(func(ctx context.Context, _ *store.Tx) error { return no })
			return nil
		})
		if files := kept(t, dir); len(files) != 1 {
			t.Fatalf("%d files, want the orphan", len(files))
		}
		e, known := storedIn(t, db, a, receipt)
		if content, err := a.Content(t.Context(), e); known || err != nil || string(content) != receipt {
			t.Errorf("after the orphan: known %v, %q, %v", known, content, err)
		}
		ledgertest.Refused(t, db, evidence.ErrNoKey, func(tx *store.Tx) error {
			_, _, err := (*evidence.Archive)(nil).Store(t.Context(), tx, document(t, []byte(receipt)), "receipt", "")
			return err
		})
		if _, err := evidence.OpenArchive(nil, []byte(`{"no":"key"}`)); !errors.Is(err, evidence.ErrKey) {
			t.Errorf("a key that is none: %v", err)
		}
	})
}

// Evidence is attached once, for good, and kept as long as the latest entry that it proves.
func TestAttachEvidence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledgertest.Books(t, db)
		a, _ := archive(t)
		posted := ledgertest.Post(t, db, book, ledgertest.Opening("UNR", "2026-01-05", "100.00"),
			ledgertest.Opening("UNR", "2027-01-10", "40.00"))
		e, _ := storedIn(t, db, a, receipt)
		to := func(entry string, id evidence.ID) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := evidence.Attach(t.Context(), tx, book, entry, id)
				return err
			}
		}
		ledgertest.Refused(t, db, ledger.ErrUnknownEntry, to("2026-000009", e.ID))
		ledgertest.Refused(t, db, evidence.ErrUnknown, to(posted[0].Number, "evd_none"))
		ledgertest.Update(t, db, to(posted[0].Number, e.ID))
		ledgertest.Update(t, db, to(posted[0].Number, e.ID))
		ledgertest.Update(t, db, to(string(posted[1].ID), e.ID))
		ledgertest.View(t, db, func(tx *store.Tx) error {
			now, err := evidence.Find(t.Context(), tx, e.ID)
			if len(now.Entries) != 2 || now.KeepUntil != "2032-12-31" {
				t.Errorf("attached: %+v", now)
			}
			of, also := evidence.Of(t.Context(), tx, posted...)
			if len(of) != 2 || len(of[posted[1].ID]) != 1 || of[posted[1].ID][0] != e.ID {
				t.Errorf("of the entries: %v", of)
			}
			return errors.Join(err, also)
		})
		for name, sql := range map[string]string{
			"changed":      "UPDATE evidence SET sha256 = '" + e.SHA256[1:] + "0'",
			"kept shorter": "UPDATE evidence SET retention_until = '2027-01-01'",
			"deleted":      "DELETE FROM evidence",
			"moved": "UPDATE entry_evidence SET entry_id = '" + string(posted[0].ID) + "' WHERE entry_id = '" +
				string(posted[1].ID) + "'",
			"taken away": "DELETE FROM entry_evidence",
			"replaced": "INSERT OR REPLACE INTO evidence SELECT id, sha256, media_type, bytes, 'other', taken_on, " +
				"retention_until, stored_by, stored_at FROM evidence",
			"replaced link": "INSERT OR REPLACE INTO entry_evidence SELECT entry_id, evidence_id, 'me', attached_at " +
				"FROM entry_evidence",
			"emptied":       "TRUNCATE evidence CASCADE",
			"emptied links": "TRUNCATE entry_evidence",
		} {
			if strings.Contains(sql, "OR REPLACE") && db.Engine() != store.SQLite || strings.HasPrefix(sql, "TRUNCATE") &&
				db.Engine() != store.Postgres {
				continue
			}
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), sql)
				return err
			})
			if said := (*store.Refused)(nil); !errors.As(err, &said) || said.Code != "append_only" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
