package backup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A file that is being written begins with a dot and ends in .partial; only a whole one gets its name. So a kill at any
// moment leaves no half archive that could be taken for a whole one.
const partial = ".partial"

// CreateFile writes a file as a whole: fn's bytes are on the disk before the file has its name. A file of that name is
// never written over.
func CreateFile(name string, fn func(w io.Writer) error) (err error) {
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s: %w; nothing is written over", name, fs.ErrExist)
	}
	dir := filepath.Dir(name)
	file, err := os.CreateTemp(dir, "."+filepath.Base(name)+".*"+partial) // readable by its owner alone
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // gone already when all went well
	err = fn(file)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), name); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w; nothing is written over", name, fs.ErrExist)
	} else if err != nil { // a file system without links
		if err := os.Rename(file.Name(), name); err != nil {
			return err
		}
	}
	return SyncFolder(dir)
}

// SyncFolder makes names in a folder durable.
func SyncFolder(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// A scheduled backup's name says when it was made, in UTC.
const (
	namePrefix = "supportledger-"
	nameTime   = "20060102T150405Z"
	nameSuffix = ".slbackup"
)

// NameAt is the name of a scheduled backup made at an instant.
func NameAt(at time.Time, encrypted bool) string {
	name := namePrefix + at.UTC().Format(nameTime) + nameSuffix
	if encrypted {
		name += ".age"
	}
	return name
}

// Scheduled is a backup that NameAt named.
type Scheduled struct {
	Path  string
	At    time.Time
	Bytes int64
}

// List finds the scheduled backups of a folder, oldest first. Other files are none of its business.
func List(dir string) ([]Scheduled, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Scheduled
	for _, e := range entries {
		middle, ours := strings.CutPrefix(strings.TrimSuffix(e.Name(), ".age"), namePrefix)
		middle, whole := strings.CutSuffix(middle, nameSuffix)
		at, err := time.Parse(nameTime, middle)
		if !ours || !whole || err != nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Scheduled{Path: filepath.Join(dir, e.Name()), At: at, Bytes: info.Size()})
	}
	slices.SortFunc(all, func(a, b Scheduled) int { return a.At.Compare(b.At) })
	return all, nil
}

// Retention says which scheduled backups are kept: the newest of each of the last days, weeks and months.
type Retention struct{ Days, Weeks, Months int }

// Kept tells which backups stay. The newest always does.
func (r Retention) Kept(all []Scheduled) map[string]bool {
	kept := map[string]bool{}
	keep := func(most int, period func(time.Time) string) {
		seen := map[string]bool{}
		for _, b := range slices.Backward(all) {
			if p := period(b.At); !seen[p] && len(seen) < most {
				seen[p], kept[b.Path] = true, true
			}
		}
	}
	keep(max(1, r.Days), func(t time.Time) string { return t.Format(time.DateOnly) })
	keep(r.Weeks, func(t time.Time) string {
		year, week := t.ISOWeek()
		return fmt.Sprint(year, "-", week)
	})
	keep(r.Months, func(t time.Time) string { return t.Format("2006-01") })
	return kept
}

// stale is the age at which a partial file belongs to a process that is gone.
const stale = 24 * time.Hour

// Prune deletes scheduled backups that are not kept, and partial files of processes that were killed. It returns what
// it deleted.
func (r Retention) Prune(dir string, now time.Time) (gone []string, err error) {
	all, err := List(dir)
	if err != nil {
		return nil, err
	}
	kept := r.Kept(all)
	for _, b := range all {
		if !kept[b.Path] {
			if err := os.Remove(b.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return gone, err
			}
			gone = append(gone, b.Path)
		}
	}
	partials, err := filepath.Glob(filepath.Join(dir, "."+namePrefix+"*"+partial))
	if err != nil {
		return gone, err
	}
	for _, name := range partials {
		if info, err := os.Stat(name); err == nil && now.Sub(info.ModTime()) > stale {
			if err := os.Remove(name); err == nil {
				gone = append(gone, name)
			}
		}
	}
	return gone, nil
}
