package evidence_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"supportledger/ledger/evidence"
)

// A blob is one file at the path that its key spells, readable by its owner alone; a second Put replaces it whole.
func TestFolderKeepsBlobs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "evidence")
	blobs, err := evidence.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "second"} {
		if err := blobs.Put(t.Context(), "ab/cd/abcd.evd_1", []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := blobs.Get(t.Context(), "ab/cd/abcd.evd_1")
		if err != nil || string(got) != content {
			t.Errorf("got %q, %v, want %q", got, err, content)
		}
	}
	if files := kept(t, dir); len(files) != 1 || string(files[filepath.Join(dir, "ab", "cd", "abcd.evd_1")]) != "second" {
		t.Errorf("the folder holds %q", files)
	}
	info, err := os.Stat(filepath.Join(dir, "ab", "cd", "abcd.evd_1"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestFolderRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.OpenFolder(file); err == nil {
		t.Error("a file was opened as a folder")
	}
	blobs, err := evidence.OpenFolder(filepath.Join(dir, "evidence"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"../outside", "/outside", "ab/../../outside", ""} {
		if err := blobs.Put(t.Context(), key, []byte("x")); err == nil {
			t.Errorf("%q was written", key)
		}
		if _, err := blobs.Get(t.Context(), key); err == nil {
			t.Errorf("%q was read", key)
		}
	}
	if _, err := blobs.Get(t.Context(), "ab/none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing blob: %v", err)
	}
	given, cancel := context.WithCancel(t.Context())
	cancel()
	if err := blobs.Put(given, "ab/late", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller gave up: %v", err)
	}
	// A directory in the place of the file makes the rename fail: nothing half-written may stay.
	if err := os.MkdirAll(filepath.Join(dir, "evidence", "ab", "taken", "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := blobs.Put(t.Context(), "ab/taken", []byte("x")); err == nil {
		t.Error("a directory was replaced")
	}
	if files := kept(t, filepath.Join(dir, "evidence")); len(files) != 0 {
		t.Errorf("left behind: %q", files)
	}
}
