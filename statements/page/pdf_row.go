package page

import (
	"math"

	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/line"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/border"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/shopspring/decimal"
)

// The colours: ink on white, one accent, one warning. Text keeps a contrast of 4.5 to 1 or more on what it stands on.
var (
	ink       = &props.Color{Red: 33, Green: 37, Blue: 41}
	muted     = &props.Color{Red: 92, Green: 103, Blue: 112}
	accent    = &props.Color{Red: 22, Green: 78, Blue: 99}
	tint      = &props.Color{Red: 235, Green: 242, Blue: 244}
	track     = &props.Color{Red: 218, Green: 227, Blue: 231}
	hairline  = &props.Color{Red: 205, Green: 213, Blue: 218}
	warn      = &props.Color{Red: 160, Green: 52, Blue: 36}
	warnTint  = &props.Color{Red: 251, Green: 236, Blue: 232}
	white     = &props.Color{Red: 255, Green: 255, Blue: 255}
	leading   = 1.28 // height of a line in heights of its letters
	ascent    = 0.76 // of a letter above its line
	wrapSlack = 0.4  // mm that our measure may differ from the renderer's
)

// bodySize is the size of tables, in points.
const bodySize = 8.5

// points is the size of a letter on paper.
type points = float64

// style is how a text looks.
type style struct {
	face  face
	size  points
	color *props.Color
	align align.Type
}

var (
	body      = style{regular, bodySize, ink, align.Left}
	small     = style{regular, 7.5, muted, align.Left}
	headStyle = style{bold, 7.5, muted, align.Left}
)

func (st style) right() style { st.align = align.Right; return st }

func (st style) center() style { st.align = align.Center; return st }

func (st style) bold() style { st.face = bold; return st }

func (st style) in(c *props.Color) style { st.color = c; return st }

func (st style) at(size float64) style { st.size = size; return st }

func (st style) em() float64 { return st.size * pointMM }

func (st style) pitch() float64 { return st.em() * leading }

// cell is a part of a row: some lines of text in one style, or a bar.
type cell struct {
	width  float64 // mm
	text   string
	style  style
	indent float64 // mm of white before the text
	bar    *bar
}

// bar is a horizontal bar that is filled to a percentage.
type bar struct {
	percent decimal.NullDecimal
	thick   float64 // mm
}

// frame is what surrounds the cells of a row.
type frame struct {
	above, below float64 // white, mm
	rule         border.Type
	ruleColor    *props.Color
	ruleThick    float64
	fill         *props.Color
}

// lines breaks a text for a width and checks that every letter can be printed.
func (d *sheet) lines(st style, width float64, s string) []string {
	s = composed(s)
	if err := d.ruler.check(st.face, s); err != nil && d.err == nil {
		d.err = err
	}
	return d.ruler.wrap(st.face, st.size, width-wrapSlack, s)
}

// row builds a row as high as its highest cell.
func (d *sheet) row(f frame, cells ...cell) laid {
	broken := make([][]string, len(cells))
	height := 0.0
	for i, c := range cells {
		if c.text != "" {
			broken[i] = d.lines(c.style, c.width-c.indent, c.text)
		}
		height = max(height, float64(len(broken[i]))*c.style.pitch())
	}
	height = quarter(height + f.above + f.below)
	r := row.New(height)
	if st := f.style(); st != nil {
		r.WithStyle(st)
	}
	first := d.baseline(f, cells)
	used := 0.0
	out := laid{row: r, height: height, cells: make([]*element, len(cells))}
	for i, c := range cells {
		out.cells[i] = &element{tag: tagText}
		used += c.width
		if c.bar != nil {
			r.Add(c.bar.cols(c.width, height, first)...)
			continue
		}
		column := col.New(grid(c.width))
		for n, l := range broken[i] {
			column.Add(put(l, c.style, first+float64(n)*c.style.pitch(), c.indent))
			out.texts = append(out.texts, out.cells[i])
		}
		if len(broken[i]) > 0 {
			out.tops = append(out.tops, out.cells[i])
		}
		r.Add(column)
	}
	if rest := grid(textWide - used); rest > 0 {
		r.Add(col.New(rest))
	}
	return out
}

// baseline is where the first line of every cell stands: one line for all, whatever their sizes.
func (d *sheet) baseline(f frame, cells []cell) float64 {
	tallest := 0.0
	for _, c := range cells {
		tallest = max(tallest, c.style.em())
	}
	return f.above + tallest*ascent + (leading-1)/2*tallest
}

func (f frame) style() *props.Cell {
	if f.rule == border.None && f.fill == nil {
		return nil
	}
	return &props.Cell{BorderType: f.rule, BorderColor: f.ruleColor, BorderThickness: f.ruleThick, BackgroundColor: f.fill}
}

// put sets one line of text with its baseline so far below the top of the cell. maroto counts from the top of the
// letters' box, whose bottom is the baseline.
func put(line string, st style, baseline, indent float64) core.Component {
	return text.New(line, props.Text{Family: family, Style: fontStyles[st.face], Size: st.size, Align: st.align,
		Color: st.color,
		Top:   baseline - st.em(), Left: indent})
}

// cols are the filled and the empty part of a bar, level with the letters on the baseline.
func (b *bar) cols(width, height, baseline float64) []core.Col {
	if !b.percent.Valid {
		return []core.Col{col.New(grid(width))}
	}
	const inset = 2.0 // mm of white before the bar
	units := int64(grid(width - inset))
	filled, color := b.percent.Decimal.Mul(decimal.NewFromInt(units)).DivRound(hundred, 0).IntPart(), accent
	if b.percent.Decimal.GreaterThan(hundred) {
		color = warn
	}
	filled = min(max(filled, 0), units)
	if filled == 0 && b.percent.Decimal.Sign() > 0 {
		filled = 1
	}
	middle := (baseline - 0.36*body.em()) / height * 100
	stroke := func(units int64, c *props.Color) core.Col {
		return line.NewCol(int(units), props.Line{Color: c, Thickness: b.thick, SizePercent: 100, OffsetPercent: middle})
	}
	cols := []core.Col{col.New(grid(inset))}
	if filled > 0 {
		cols = append(cols, stroke(filled, color))
	}
	if filled < units {
		cols = append(cols, stroke(units-filled, track))
	}
	return cols
}

var hundred = decimal.NewFromInt(100)

// grid is a width in units of maroto's grid.
func grid(mm float64) int { return int(math.Round(mm * gridPerMM)) }

// quarter rounds a height up to a quarter of a millimetre.
func quarter(mm float64) float64 { return math.Ceil(mm*4-1e-6) / 4 }

// gap is white space.
func gap(mm float64) laid { return laid{row: row.New(mm), height: mm, gap: true} }

// rule is a thin line over the whole width.
func rule(c *props.Color, thick float64) laid {
	r := row.New(0.5)
	r.WithStyle(&props.Cell{BorderType: border.Top, BorderColor: c, BorderThickness: thick})
	return laid{row: r, height: 0.5}
}

// stay keeps a row with the next one.
func (l laid) stay() laid { l.keep = true; return l }

// marked gives a row a bookmark.
func (l laid) marked(title string) laid { l.mark = title; return l }

// add appends rows to the body.
func (d *sheet) add(rows ...laid) {
	for _, r := range rows {
		d.at.kids = append(d.at.kids, r.tops...)
	}
	d.rows = append(d.rows, rows...)
}

// table appends rows under a head that is printed again on every page that begins with one of them, with the sums so
// far where the table carries them. The head stays with the first row, the last row with the one before it, and a short
// table together.
func (d *sheet) table(head []laid, rows []laid, carry func(string, []figure) laid) {
	of := &table{head: head, carry: carry}
	if carry != nil {
		of.room = carry(words.carried.In(d.lang), nil).height
	}
	d.under(&element{tag: tagTable}, func() {
		for _, h := range head {
			d.add(h.stay())
		}
		for i, r := range rows {
			r.of, r.first, r.last = of, i == 0, i == len(rows)-1
			if i == len(rows)-2 || len(rows) <= keptRows && i < len(rows)-1 {
				r.keep = true
			}
			d.add(r)
		}
	})
}

// keptRows is how many rows a table has at most that is kept on one page.
const keptRows = 5

// table is what its rows share.
type table struct {
	head  []laid
	carry func(label string, sums []figure) laid // nil where sums are not carried
	room  float64                                // height of such a row
}

// section appends a heading, with a word at the right edge that says what the amounts below are.
func (d *sheet) section(title, unit string) {
	head := style{bold, 10.5, accent, align.Left}
	d.add(gap(5.5), d.row(frame{above: 0.25, below: 0.75}, cell{width: 130, text: title, style: head},
		cell{width: 50, text: unit, style: small.right()}).as("H2").marked(title).stay())
}
