package disk

import "golang.org/x/sys/windows"

// Free is how many bytes are free for us in a folder's volume, and how many it has.
func Free(dir string) (free, all uint64, err error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(name, &free, &all, nil)
	return free, all, err
}
