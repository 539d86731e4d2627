package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"supportledger/store/storetest"
)

// Every value that a table may hold comes back as it was.
func TestRows(t *testing.T) {
	value := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) any { return append([]byte{}, b...) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(value, 1, 6).Draw(t, "row")
		line, err := appendRow(nil, row)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.IndexByte(line, '\n'); i != len(line)-1 {
			t.Fatalf("a row is one line: %q", line)
		}
		again, err := parseRow(line, len(row))
		if err != nil || !cmp.Equal(row, again) {
			t.Fatalf("%v became %v, %v by %s", row, again, err, line)
		}
	})
	if _, err := appendRow(nil, []any{"\xff"}); err == nil {
		t.Error("a text that is not UTF-8 would come back as another one")
	}
	for _, line := range []string{`[1.5]`, `[true]`, `[{}]`, `["a","b"]`, `[["?"]]`, `[[1]]`, `[9223372036854775808]`,
		`[`} {
		if row, err := parseRow([]byte(line), 1); err == nil {
			t.Errorf("%s became %v", line, row)
		}
	}
}

// An archive of which a byte is changed, missing or added is refused, or is still the same in every member.
func TestDamageIsSeen(t *testing.T) {
	var packed bytes.Buffer
	w, err := newWriter(&packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.manifest.Format = Format
	for i := range 5 {
		if err := w.add(fmt.Sprintf("tables/t%d.0001.jsonl", i), bytes.Repeat([]byte("row\n"), i*500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	whole, err := checked(packed.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for n := range packed.Len() {
		if _, err := checked(packed.Bytes()[:n]); err == nil {
			t.Fatalf("cut off at %d of %d bytes, and taken for whole", n, packed.Len())
		}
	}
	for range storetest.Rounds(300, 20000) {
		damaged := slices.Clone(packed.Bytes())
		damaged[rand.IntN(len(damaged))] ^= 1 << rand.IntN(8)
		if m, err := checked(damaged); err == nil && !cmp.Equal(m, whole) {
			t.Fatalf("a changed archive was taken for whole: %v", m)
		}
	}
}

func checked(content []byte) (Manifest, error) {
	return Check(Source{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }})
}

// A file has its name when it is whole, and nothing is written over.
func TestCreateFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	broken := errors.New("broken")
	err := CreateFile(name, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		if found, _ := filepath.Glob(filepath.Join(dir, "a*")); len(found) > 0 {
			t.Errorf("a half file is to be seen: %v", found)
		}
		return broken
	})
	left, _ := os.ReadDir(dir)
	if !errors.Is(err, broken) || len(left) > 0 {
		t.Errorf("%v, and %v is left", err, left)
	}
	write := func(w io.Writer) error {
		_, err := io.WriteString(w, "whole")
		return err
	}
	if err := CreateFile(name, write); err != nil {
		t.Fatal(err)
	}
	if err := CreateFile(name, write); err == nil || !strings.Contains(err.Error(), "nothing is written over") {
		t.Errorf("written over: %v", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

// Retention keeps the newest of each of the last days, weeks and months, deletes the others, and nothing else.
func TestRetention(t *testing.T) {
	dir := t.TempDir()
	touch := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for day := range 100 {
		touch(NameAt(now.AddDate(0, 0, -day), day%2 == 0))
		touch(NameAt(now.AddDate(0, 0, -day).Add(-time.Hour), false))
	}
	touch("supportledger-20261130T120000Z.slbackup.note")
	touch("supportledger-yesterday.slbackup")
	touch("mine.slbackup")
	old := touch("." + NameAt(now, false) + ".123" + partial)
	touch("." + NameAt(now, false) + ".124" + partial)
	if err := os.Chtimes(old, now.Add(-25*time.Hour), now.Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(strings.Replace(old, "123", "124", 1), now, now); err != nil {
		t.Fatal(err)
	}
	gone, err := Retention{Days: 3, Weeks: 2, Months: 3}.Prune(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	all, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, b := range all {
		kept = append(kept, b.At.Format("01-02 15"))
	}
	want := []string{"09-30 12", "10-31 12", "11-28 12", "11-29 12", "11-30 12"}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if len(gone) != 200-5+1 || !slices.Contains(gone, old) {
		t.Errorf("%d files are gone", len(gone))
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 5+3+1 {
		t.Errorf("%d files are left: something of somebody else's is gone", len(left))
	}
	if kept := (Retention{}).Kept(all); len(kept) != 1 || !kept[all[len(all)-1].Path] {
		t.Errorf("without a rule the newest stays: %v", kept)
	}
}
