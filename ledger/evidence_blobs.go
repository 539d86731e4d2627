package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
)

// Blobs keeps pieces of bytes under keys such as "ab/cd/abcd….evd_…": a folder on disk, or a bucket.
type Blobs interface {
	// Put keeps content. When it returns, the content has to be as safe as the database's own commit.
	Put(ctx context.Context, key string, content []byte) error
	// Get gives what Put kept, or an error.
	Get(ctx context.Context, key string) ([]byte, error)
	// Close lets go of what it holds.
	Close() error
}

// folder is Blobs in a folder on disk.
type folder struct {
	*blob.Bucket
	path string
}

// OpenFolder keeps blobs in a folder on disk, made where there is none. Beside the contents it writes nothing: no names, no
// attributes.
func OpenFolder(path string) (Blobs, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// Half-written files lie in the folder itself until they are whole: a rename does not cross file systems.
	bucket, err := fileblob.OpenBucket(path, &fileblob.Options{CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	if err != nil {
		return nil, err
	}
	return folder{bucket, path}, nil
}

// Put writes a file beside its place, moves it there, and has the disk keep both.
func (f folder) Put(ctx context.Context, key string, content []byte) error {
	if err := f.WriteAll(ctx, key, content, &blob.WriterOptions{ContentType: "application/octet-stream"}); err != nil {
		return err
	}
	file := filepath.Join(f.path, filepath.FromSlash(key))
	for at := file; ; at = filepath.Dir(at) {
		if err := flush(at); err != nil || at == f.path {
			return err
		}
	}
}

// Get reads a file.
func (f folder) Get(ctx context.Context, key string) ([]byte, error) { return f.ReadAll(ctx, key) }

// flush has the disk keep a file or what is listed in a folder.
func flush(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}
