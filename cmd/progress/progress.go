// Package progress shows how far long work is: on a terminal a bar with count, rate and time left, elsewhere (a log, a
// pipe) a line for every tenth. Work of less than a second says nothing. [New] makes the meter of one piece of work.
package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Meter is how far one piece of work is. Make it with [New].
type Meter struct {
	w       io.Writer
	bar     *progressbar.ProgressBar // nil where nothing may move
	unit    string
	total   int64
	tenths  int64
	started time.Time
	shown   bool
}

// showAfter is how long work may take without a word.
const showAfter = time.Second

// New makes a meter for total pieces of work, which writes to w, where things may move on a terminal.
func New(w io.Writer, terminal bool, total int64, unit string) *Meter {
	m := &Meter{w: w, unit: unit, total: max(total, 1), started: time.Now()}
	if terminal {
		m.bar = progressbar.NewOptions64(m.total, progressbar.OptionSetWriter(w), progressbar.OptionSetItsString(unit),
			progressbar.OptionSetDescription(unit), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond))
		m.bar.StartWithoutRender() // so that the rate counts the silent second too
	}
	return m
}

// At says how much is done.
func (m *Meter) At(done int64) {
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
		fmt.Fprintf(m.w, "%d of %d %s (%d %%)\n", done, m.total, m.unit, done*100/m.total)
	}
}

// End takes the bar away.
func (m *Meter) End() {
	if m.shown && m.bar != nil {
		_ = m.bar.Clear() // as above
	}
}
