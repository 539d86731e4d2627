package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter shows how far long work is, and only after a second: on a terminal a bar with count, rate and time left,
// elsewhere (a log, a pipe) a line for every tenth.
type meter struct {
	c       console
	bar     *progressbar.ProgressBar // nil where nothing may move
	unit    string
	total   int64
	tenths  int64
	started time.Time
	shown   bool
}

// showAfter is how long work may take without a word.
const showAfter = time.Second

// progress makes a meter for total pieces of work.
func progress(c console, total int64, unit string) *meter {
	m := &meter{c: c, unit: unit, total: max(total, 1), started: time.Now()}
	if c.errIsTTY {
		m.bar = progressbar.NewOptions64(m.total, progressbar.OptionSetWriter(c.err), progressbar.OptionSetItsString(unit),
			progressbar.OptionSetDescription(unit), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond))
		m.bar.StartWithoutRender() // so that the rate counts the silent second too
	}
	return m
}

// at says how much is done.
func (m *meter) at(done int64) {
	if time.Since(m.started) < showAfter {
		return
	}
	m.shown = true
	if m.bar != nil {
		_ = m.bar.Set64(done) // a bar that cannot be drawn is no reason to stop the work
		return
	}
	if tenths := done * 10 / m.total; tenths > m.tenths {
		m.tenths = tenths
		fmt.Fprintf(m.c.err, "%d of %d %s (%d %%)\n", done, m.total, m.unit, done*100/m.total)
	}
}

// end takes the bar away.
func (m *meter) end() {
	if m.shown && m.bar != nil {
		_ = m.bar.Clear() // as above
	}
}
