package main

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// meter shows how far long work is: a bar with count, rate and time left, on a terminal and only after a second.
type meter struct {
	bar     *progressbar.ProgressBar
	started time.Time
	shown   bool
}

// showAfter is how long work may take without a word.
const showAfter = time.Second

// progress makes a meter for total pieces of work.
func progress(c console, total int64, unit string) *meter {
	m := &meter{started: time.Now()}
	if file, ok := c.err.(*os.File); ok && isTerminal(file) {
		m.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(c.err), progressbar.OptionSetItsString(unit),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	return m
}

// at says how much is done.
func (m *meter) at(done int64) {
	if m.bar == nil || time.Since(m.started) < showAfter {
		return
	}
	m.shown = true
	_ = m.bar.Set64(done) // a bar that cannot be drawn is no reason to stop the work
}

func (m *meter) end() {
	if m.shown {
		_ = m.bar.Clear() // as above
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
}
