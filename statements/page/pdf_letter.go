package page

import (
	"errors"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/johnfercher/maroto/v2/pkg/consts/align"
)

// ErrNotInWindow is an address with more lines than the window of an envelope shows.
var ErrNotInWindow = errors.New("statements: the address does not fit the window of an envelope")

// Letter is a letter on paper: to a donor, with a statement, or about a gift. Who it is to is on it in clear, so it is
// made when it is printed and kept nowhere.
type Letter struct {
	Lang         figures.Lang
	Organisation figures.Organisation
	To           []string // name and lines of the address, in the window of the envelope; none for no window
	On           ledger.Date
	About        string // short: what the foot of a page says that it belongs to
	Heading      string
	Salutation   string
	Above        []string // paragraphs
	Unit         string   // of the amounts
	Rows         []LetterRow
	Below        []string
	Signature    string // lines
}

// LetterRow is a line of the table of a letter.
type LetterRow struct {
	Label, Text string
	Sum         bool // under a rule
}

// The window of an envelope, in millimetres from the edges of the sheet. Envelopes with a window for a sheet that is
// folded once (C5) or twice (DIN 5008 form B, C6/5) show this part of it: nothing else may stand in it. The test has
// the measures of each.
const (
	windowTop    = 45.3
	windowBottom = 90.0
	windowLeft   = 24.0
	windowRight  = 102.0
)

// windowLines is how many lines the window shows.
const windowLines = 6

// LetterPDF renders a letter on A4.
func LetterPDF(l Letter) ([]byte, error) {
	d := newSheet(paper{lang: l.Lang, organisation: l.Organisation.Name, about: aboutOf(l.Organisation), subject: l.About,
		title: l.Heading, running: l.Heading, preparedOn: l.On}, "")
	d.letter(l)
	return d.pdf(l.Heading, "")
}

func (d *sheet) letter(l Letter) {
	d.add(d.row(frame{}, cell{width: textWide, text: d.p.organisation, style: style{bold, 12, accent, align.Left}}),
		d.row(frame{below: 1.5}, cell{width: textWide, text: d.p.about, style: small}), rule(accent, 0.6))
	d.down(windowTop)
	if len(l.To) > 0 {
		d.window(l)
	}
	d.down(windowBottom + 6)
	d.add(d.row(frame{}, cell{width: textWide, text: l.Lang.Date(l.On), style: letterText.right()}), gap(6),
		d.row(frame{below: 3}, cell{width: textWide, text: l.Heading, style: style{bold, 13, ink, align.Left}}).as("H1"))
	d.paragraphs(l.Salutation)
	d.paragraphs(l.Above...)
	if len(l.Rows) > 0 {
		d.letterRows(l)
	}
	d.paragraphs(l.Below...)
	d.add(gap(3))
	for line := range strings.SplitSeq(l.Signature, "\n") {
		d.add(d.row(frame{}, cell{width: textWide, text: line, style: letterText}).stay())
	}
	d.rows[len(d.rows)-1].keep = false
}

var letterText = style{regular, 10, ink, align.Left}

// down goes on at so many millimetres from the top of the sheet.
func (d *sheet) down(to float64) {
	if by := to - topMargin - high(d.rows); by > 0 {
		d.add(gap(quarter(by)))
	}
}

// window sets the sender in one small line, for a letter that comes back, and below it who it is to.
func (d *sheet) window(l Letter) {
	line := func(text string, st style) {
		d.add(d.row(frame{}, cell{width: windowRight - sideMargin, text: text, style: st, indent: windowLeft - sideMargin}))
	}
	sender := strings.Join([]string{l.Organisation.Name, l.Organisation.Address}, " · ")
	line(strings.TrimSuffix(sender, " · "), small.at(6))
	d.add(gap(0.75))
	st := letterText
	if len(l.To) > windowLines {
		st = letterText.at(8)
	}
	for _, text := range l.To {
		line(text, st)
	}
	if high(d.rows)+topMargin > windowBottom && d.err == nil {
		d.err = ErrNotInWindow
	}
}

// paragraphs sets texts with white below each. A line feed in a text begins a line.
func (d *sheet) paragraphs(texts ...string) {
	for _, text := range texts {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			below := 0.0
			if i == len(lines)-1 {
				below = 2.5
			}
			d.add(d.row(frame{below: below}, cell{width: textWide, text: line, style: letterText}))
		}
	}
}

// letterRows sets the figures of a letter.
func (d *sheet) letterRows(l Letter) {
	b := block{columns: []column{textColumn("", 125, 0), sumColumn(l.Unit, 55, 16)}}
	var rows []laid
	for i, r := range l.Rows {
		row := lineOf(word(r.Label), word(r.Text))
		if r.Sum {
			row = sumLineOf(row.cells...)
		}
		rows = append(rows, d.tableRows(b, row, i == 0)...)
	}
	d.table(d.tableHead(b), rows, nil)
	d.add(gap(4))
}

// Equation is the period of a statement in a few lines, as its first page has it: what was there, what came, what was
// used, what is left, and how much of all has been used.
func Equation(v figures.Value, lang figures.Lang) []LetterRow {
	p := paperOf(v, lang)
	rows := make([]LetterRow, 0, len(p.terms)+1)
	for _, t := range p.terms {
		label := t.label
		switch t.sign {
		case figures.Minus, "+":
			label = t.sign + " " + label
		}
		rows = append(rows, LetterRow{label, t.figure.text, t.sign == "="})
	}
	if p.share != nil {
		rows = append(rows, LetterRow{Label: p.share.label, Text: lang.Percent(p.share.percent)})
	}
	return rows
}

// changedCodes are the notes that tell what is otherwise than it was: a later version, a correction, money that came
// late.
var changedCodes = map[figures.NoteCode]bool{figures.NoteReplacedFigures: true, figures.NoteReplacedWords: true,
	figures.NoteWasOpening: true, figures.NoteWasReceived: true, figures.NoteWasSpent: true, figures.NoteWasClosing: true,
	figures.NoteCorrections: true, figures.NoteAfterPeriod: true}

// Changed is what a statement says of what changed since an earlier one, or after its period.
func Changed(notes []figures.Note, lang figures.Lang) []string {
	var told []string
	for _, n := range notes {
		if changedCodes[n.Code] {
			told = append(told, lang.Note(n))
		}
	}
	return told
}
