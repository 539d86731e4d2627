//go:build unix

package disk

import "golang.org/x/sys/unix"

// Free is how many bytes are free for us in a folder's file system, and how many it has.
func Free(dir string) (free, all uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	size := uint64(s.Bsize) //nolint:gosec // its type differs between systems and is never negative
	return s.Bavail * size, s.Blocks * size, nil
}
