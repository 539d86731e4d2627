package statements

import (
	"bytes"
	"html/template"
	"strconv"

	"github.com/shopspring/decimal"
)

// HTML renders the statement as one page without script or anything from elsewhere, with the same figures as the PDF, for a
// screen, a screen reader and a printer.
func (s GrantStatement) HTML(lang Lang) ([]byte, error) { return htmlOf(s.paper(lang)) }

// HTML is like that of a [GrantStatement].
func (s FundStatement) HTML(lang Lang) ([]byte, error) { return htmlOf(s.paper(lang)) }

func htmlOf(p paper) ([]byte, error) {
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

func (h htmlPage) Lang() Lang           { return h.p.lang }
func (h htmlPage) Title() string        { return h.p.running }
func (h htmlPage) Heading() string      { return h.p.title }
func (h htmlPage) Project() string      { return h.p.project }
func (h htmlPage) Organisation() string { return h.p.organisation }
func (h htmlPage) About() string        { return h.p.about }
func (h htmlPage) Number() string       { return h.p.heading }
func (h htmlPage) Prepared() string     { return h.p.prepared }
func (h htmlPage) Draft() bool          { return h.p.draft }
func (h htmlPage) Notice() string {
	return words.draft.in(h.p.lang) + " – " + words.draftNotice.in(h.p.lang)
}
func (h htmlPage) Facts() [][2]string  { return h.p.facts }
func (h htmlPage) Sentences() []string { return h.p.sentences }
func (h htmlPage) Notes() []string     { return h.p.notes }
func (h htmlPage) NotesHead() string   { return words.notes.in(h.p.lang) }
func (h htmlPage) SignHere() string    { return words.signHere.in(h.p.lang) }
func (h htmlPage) HashLabel() string   { return words.dataHash.in(h.p.lang) }
func (h htmlPage) Hash() string        { return h.p.hash }
func (h htmlPage) Currency() string    { return string(h.p.currency) }

// htmlSigning is what is confirmed, and who signs.
type htmlSigning struct {
	Confirm string
	Names   []string
}

func (h htmlPage) Signing() []htmlSigning {
	return each(h.p.signing, func(g signing) htmlSigning { return htmlSigning{g.confirm, g.names} })
}

// Term is a term of the equation.
type htmlTerm struct {
	Sign, Label, Figure, Key string
	Total                    bool
}

func (h htmlPage) Terms() []htmlTerm {
	return each(h.p.terms, func(t term) htmlTerm {
		return htmlTerm{t.sign, t.label, t.figure.text, t.figure.key, t.sign == "="}
	})
}

// htmlMeter is a percentage as words and a bar.
type htmlMeter struct {
	Label, Percent, About string
	Bar                   htmlCell
}

func (h htmlPage) Meters() []htmlMeter {
	return each(h.p.meters, func(m meter) htmlMeter {
		return htmlMeter{m.label, h.p.lang.percent(m.percent), m.about, barCell(m.percent)}
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
var levelClass = map[level]string{lineLevel: "line", costLevel: "cost", headLevel: "head", sumLevel: "sum"}

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

const pageStyle = `:root{color-scheme:light dark;--ink:#212529;--soft:#4d5860;--line:#c3ccd1;--accent:#164e63;--ground:#fff;--tint:#ebf2f4;--warn:#a03424}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaec;--soft:#b3bcc2;--line:#48535a;--accent:#8fd0e6;--ground:#14181b;--tint:#1f2a30;--warn:#ff9c88}}
*{box-sizing:border-box}body{font:1rem/1.5 "DejaVu Sans Condensed",system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:56rem;margin:0 auto;padding:1rem}
header{border-bottom:3px solid var(--accent);padding-bottom:.5rem;display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem}
header strong{color:var(--accent);font-size:1.2rem}.soft,.cost td,.cost th{color:var(--soft)}h1{margin:1rem 0 .25rem;font-size:1.7rem}h2,caption{font-size:1.1rem;font-weight:700;color:var(--accent);text-align:left;margin:0;padding:.5rem 0}
.draft{background:var(--warn);color:#fff;padding:.5rem 1rem;text-align:center;font-weight:700}@media(prefers-color-scheme:dark){.draft{color:#14181b}}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:.5rem 1rem}dt{font-size:.85rem;color:var(--soft)}dd{margin:0}
dl.sum{display:flex;flex-wrap:wrap;gap:.5rem}dl.sum div{background:var(--tint);padding:.5rem .75rem;flex:1 1 8rem}dl.sum dd{font-weight:700;font-size:1.15rem;font-variant-numeric:tabular-nums}dl.sum .total{outline:2px solid var(--accent)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{padding:.3rem .5rem;text-align:left;vertical-align:baseline;border-top:1px solid var(--line);font-weight:400}
thead th{font-weight:700;color:var(--soft);border-top:0;border-bottom:2px solid var(--accent)}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.sum td,.sum th{font-weight:700;border-top:2px solid var(--accent)}
.cost td,.cost th{border-top:0;padding-top:0}.cost th{padding-left:1.25rem}svg{width:6rem;height:.6rem;display:block}svg .t{fill:var(--line)}svg .f{fill:var(--accent)}svg .o{fill:var(--warn)}
.signs{display:flex;flex-wrap:wrap;gap:2rem}.signs p{flex:1 1 14rem;border-top:1px solid;margin-top:4rem}code{overflow-wrap:anywhere}@media print{body{max-width:none}table,.signs{break-inside:avoid}}`

// pageTemplate is the page. What stands before a colon in a class name is ours, everything else is escaped by the template.
var pageTemplate = template.Must(template.New("statement").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}}</title><style>` + pageStyle + `</style></head><body>
{{if .Draft}}<p class="draft">{{.Notice}}</p>{{end}}
<header><strong>{{.Organisation}}</strong><span>{{.Number}}</span><span class="soft">{{.About}}</span><span class="soft">{{.Prepared}}</span></header>
<main><h1>{{.Heading}}</h1>{{if .Project}}<p class="soft">{{.Project}}</p>{{end}}
<dl class="facts">{{range .Facts}}<div><dt>{{index . 0}}</dt><dd>{{index . 1}}</dd></div>{{end}}</dl>
<dl class="sum">{{range .Terms}}<div{{if .Total}} class="total"{{end}}><dt>{{if .Sign}}<span aria-hidden="true">{{.Sign}}</span> {{end}}{{.Label}}, {{$.Currency}}</dt><dd data-figure="{{.Key}}">{{.Figure}}</dd></div>{{end}}</dl>
{{range .Sentences}}<p>{{.}}</p>{{end}}
{{if .Meters}}<dl class="facts">{{range .Meters}}<div><dt>{{.Label}}</dt><dd>{{.Percent}} <span class="soft">{{.About}}</span>{{template "bar" .Bar}}</dd></div>{{end}}</dl>{{end}}
{{range .Blocks}}{{$b := .}}{{if .Heads}}<div class="scroll" role="region" tabindex="0" aria-labelledby="{{.ID}}"><table>
<caption id="{{.ID}}">{{.Title}}{{if .Unit}} ({{.Unit}}){{end}}</caption>{{if .HasHead}}
<thead><tr>{{range .Heads}}{{if .Text}}<th scope="col"{{if .Right}} class="n"{{end}}>{{.Text}}</th>{{else}}<td></td>{{end}}{{end}}</tr></thead>{{end}}
<tbody>{{range .Rows}}<tr class="{{.Class}}">{{range .Cells}}{{if .IsBar}}<td>{{template "bar" .}}</td>{{else if .Right}}<td class="n"{{if .Key}} data-figure="{{.Key}}"{{end}}>{{.Text}}</td>{{else if .Text}}<th scope="row">{{.Text}}</th>{{else}}<td></td>{{end}}{{end}}</tr>
{{if .Note}}<tr class="cost"><td colspan="{{.Span}}">{{.Note}}</td></tr>{{end}}{{end}}</tbody></table></div>{{else}}<h2>{{.Title}}</h2>{{end}}
{{range .After}}<p class="soft">{{.}}</p>{{end}}{{end}}
{{if .Notes}}<h2>{{.NotesHead}}</h2><ol>{{range .Notes}}<li>{{.}}</li>{{end}}</ol>{{end}}
{{range .Signing}}<p>{{.Confirm}}</p><div class="signs">{{range .Names}}<p><strong>{{.}}</strong><br><span class="soft">{{$.SignHere}}</span></p>{{end}}</div>{{end}}
</main><footer class="soft"><p>{{.HashLabel}}: <code>{{.Hash}}</code></p></footer></body></html>
{{define "bar"}}{{if .IsBar}}<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="t" width="100" height="10"/><rect class="{{if .Over}}o{{else}}f{{end}}" width="{{.Bar}}" height="10"/></svg>{{end}}{{end}}`))
