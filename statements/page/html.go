package page

import (
	"bytes"
	_ "embed" // the page and its style
	"html/template"
	"strconv"
	"strings"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// HTML renders a statement as one page without script or anything from elsewhere, with the same figures as the PDF, for
// a screen, a screen reader and a printer.
func HTML(v figures.Value, lang figures.Lang) ([]byte, error) { return IssuedHTML(v, lang, "") }

// IssuedHTML is [HTML] with the code by which anyone may check the statement; "" for none.
func IssuedHTML(v figures.Value, lang figures.Lang, code string) ([]byte, error) {
	p := paperOf(v, lang)
	p.code = code
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, htmlPage{p})
	return out.Bytes(), err
}

// htmlPage lets the template reach a paper.
type htmlPage struct{ p paper }

// htmlBlock is a table of the page.
type htmlBlock struct {
	ID, Title, Unit string
	Heads           []htmlCell
	Rows            []htmlRow
	After           []string
	HasHead         bool
}

type htmlCell struct {
	Text, Key    string
	Right, IsBar bool
	Bar          int // width of 100
	Over         bool
}

type htmlRow struct {
	Class, Note string
	Cells       []htmlCell
	Span        int
}

func (h htmlPage) Lang() figures.Lang { return h.p.lang }

func (h htmlPage) Title() string { return h.p.running }

func (h htmlPage) Heading() string { return h.p.title }

func (h htmlPage) Project() string { return h.p.project }

func (h htmlPage) Organisation() string { return h.p.organisation }

func (h htmlPage) About() string { return h.p.about }

func (h htmlPage) Number() string { return h.p.heading }

func (h htmlPage) Prepared() string { return h.p.prepared }

func (h htmlPage) Draft() bool { return h.p.draft }

func (h htmlPage) Notice() string {
	return words.draft.In(h.p.lang) + " – " + words.draftNotice.In(h.p.lang)
}

func (h htmlPage) Facts() [][2]string { return h.p.facts }

func (h htmlPage) Sentences() []string { return h.p.sentences }

func (h htmlPage) Notes() []string { return h.p.notes }

func (h htmlPage) NotesHead() string { return words.notes.In(h.p.lang) }

func (h htmlPage) SignHere() string { return words.signHere.In(h.p.lang) }

func (h htmlPage) HashLabel() string { return words.dataHash.In(h.p.lang) }

func (h htmlPage) Hash() string { return h.p.hash }

// Code says by which code the statement is checked; "" for a draft.
func (h htmlPage) Code() string {
	if h.p.code == "" {
		return ""
	}
	return strings.Replace(words.codeAlone.In(h.p.lang), "{code}", h.p.code, 1)
}

func (h htmlPage) Currency() string { return string(h.p.currency) }

// htmlSigning is what is confirmed, and who signs.
type htmlSigning struct {
	Confirm string
	Names   []string
}

func (h htmlPage) Signing() []htmlSigning {
	return figures.Each(h.p.signing, func(g signing) htmlSigning { return htmlSigning{g.confirm, g.names} })
}

// Term is a term of the equation.
type htmlTerm struct {
	Sign, Label, Figure, Key string
	Total                    bool
}

func (h htmlPage) Terms() []htmlTerm {
	return figures.Each(h.p.terms, func(t term) htmlTerm {
		return htmlTerm{Sign: t.sign, Label: t.label, Figure: t.figure.text, Key: t.figure.key, Total: t.sign == "="}
	})
}

// htmlMeter is a percentage as words and a bar.
type htmlMeter struct {
	Label, Percent, About string
	Bar                   htmlCell
}

func (h htmlPage) Meters() []htmlMeter {
	return figures.Each(h.p.meters, func(m meter) htmlMeter {
		return htmlMeter{m.label, h.p.lang.Percent(m.percent), m.about, barCell(m.percent)}
	})
}

func barCell(percent decimal.NullDecimal) htmlCell {
	width := int(percent.Decimal.IntPart())
	return htmlCell{IsBar: percent.Valid, Bar: max(0, min(width, 100)), Over: width > 100}
}

func (h htmlPage) Blocks() []htmlBlock {
	blocks := make([]htmlBlock, len(h.p.blocks))
	for i, b := range h.p.blocks {
		blocks[i] = htmlBlock{ID: "t" + strconv.Itoa(i+1), Title: b.title, Unit: b.unit, After: b.after}
		for _, c := range b.columns {
			blocks[i].Heads = append(blocks[i].Heads, htmlCell{Text: c.head, Right: c.right, IsBar: c.bar})
			blocks[i].HasHead = blocks[i].HasHead || c.head != ""
		}
		for _, r := range b.rows {
			blocks[i].Rows = append(blocks[i].Rows, htmlRowOf(b, r))
		}
	}
	return blocks
}

// levelClass is how a row of a level looks.
var levelClass = map[level]string{lineLevel: "line", costLevel: "cost", headLevel: "head", subLevel: "sub",
	sumLevel: "sum"}

func htmlRowOf(b block, r tableRow) htmlRow {
	out := htmlRow{Class: levelClass[r.level], Note: r.note, Span: len(b.columns)}
	for i, c := range b.columns {
		switch {
		case c.bar:
			out.Cells = append(out.Cells, htmlCell{IsBar: r.bar.Valid, Bar: barCell(r.bar).Bar, Over: barCell(r.bar).Over})
		case i < len(r.cells):
			out.Cells = append(out.Cells, htmlCell{Text: r.cells[i].text, Key: r.cells[i].key, Right: c.right})
		default:
			out.Cells = append(out.Cells, htmlCell{})
		}
	}
	return out
}

// The page and its style. What stands in a class name is ours, everything else is escaped by the template.
var (
	//go:embed assets/statement.html
	pageText string
	//go:embed assets/statement.css
	pageStyle string

	pageTemplate = template.Must(template.New("statement").Parse(pageText + `{{define "style"}}` + pageStyle + `{{end}}`))
)
