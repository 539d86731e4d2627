package evidence

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Blobs keeps pieces of bytes under keys such as "ab/cd/abcd….evd_…". [OpenFolder] keeps them in a folder on disk.
type Blobs interface {
	// Put keeps content. When it returns, the content has to be as safe as the database's own commit.
	Put(ctx context.Context, key string, content []byte) error
	// Get returns what Put kept, or an error.
	Get(ctx context.Context, key string) ([]byte, error)
	// Size is how many bytes Put kept, or an error.
	Size(ctx context.Context, key string) (int64, error)
	// Close releases what the blobs hold open.
	Close() error
}

// folder is Blobs in a folder on disk, named by its absolute path.
type folder string

// OpenFolder keeps blobs in a folder on disk and creates the folder where there is none. Each blob is one file, at the
// path that its key spells; the folder holds no names and no attributes.
func OpenFolder(path string) (Blobs, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return folder(path), nil
}

// file is the path of a key's file. A key that would leave the folder is an error.
func (f folder) file(key string) (string, error) {
	local := filepath.FromSlash(key)
	if !filepath.IsLocal(local) {
		return "", fmt.Errorf("ledger: evidence: the key %q leaves the folder", key)
	}
	return filepath.Join(string(f), local), nil
}

// Put writes a temporary file in the same directory, syncs it, renames it, and syncs every directory up to the folder:
// a crash leaves either the whole blob or none under the key. The rename stays within one file system.
func (f folder) Put(ctx context.Context, key string, content []byte) error {
	file, err := f.file(key)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := replace(dir, file, content); err != nil {
		return err
	}
	for ; ; dir = filepath.Dir(dir) {
		if err := syncDirectory(dir); err != nil || dir == string(f) {
			return err
		}
	}
}

// replace writes content to a temporary file in dir and renames it to file.
func replace(dir, file string, content []byte) error {
	temporary, err := os.CreateTemp(dir, ".writing-*") // readable by its owner alone
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

// Get reads a file.
func (f folder) Get(ctx context.Context, key string) ([]byte, error) {
	file, err := f.file(key)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// Size asks the folder, and opens nothing.
func (f folder) Size(ctx context.Context, key string) (int64, error) {
	file, err := f.file(key)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Close has nothing to release: no file stays open between calls.
func (folder) Close() error { return nil }

// syncDirectory makes the entries of a directory durable, such as the name that a rename gave a file.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
