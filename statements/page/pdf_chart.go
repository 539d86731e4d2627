package page

import (
	"slices"

	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/line"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/consts/border"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/shopspring/decimal"
)

// The chart: names left, bars on one axis that begins at 0, the same numbers right.
const (
	chartName   = 62.0
	chartBars   = 88.0
	chartNumber = 30.0
	chartMost   = 12 // rows: more bars than this say less than the table
)

// chart draws the rows of a table that have a length as bars, two or more of them.
func (d *sheet) chart(b block) {
	var rows []tableRow
	most := decimal.Zero
	for _, r := range b.rows {
		if (r.level == lineLevel || r.level == costLevel) && (!r.length[0].IsZero() || !r.length[1].IsZero()) {
			rows = append(rows, r)
			most = decimal.Max(most, r.length[0], r.length[1])
		}
	}
	if !b.chart || len(rows) < 2 || len(rows) > chartMost || most.Sign() <= 0 {
		return
	}
	axis := niceAbove(most)
	d.add(gap(4), d.row(frame{below: 1}, cell{width: 130, text: words.chartOf.In(d.lang), style: headStyle},
		cell{width: 50, text: b.unit, style: small.right()}).as("H3").stay())
	d.under(&element{tag: tagFigure, alt: words.chartOf.In(d.lang) + ". " + words.chartNote.In(d.lang)}, func() {
		for _, r := range rows {
			d.rows = append(d.rows, d.chartRow(b, r, axis).all(d.at).stay())
		}
		d.rows = append(d.rows, d.axisRow(axis).all(d.at).stay())
	})
	note := words.chartNote.In(d.lang)
	if slices.ContainsFunc(rows, func(r tableRow) bool { return r.length[1].Sign() > 0 }) {
		note += " " + words.chartBudget.In(d.lang)
	}
	d.add(d.row(underRow, cell{width: textWide, text: note, style: small.at(7)}))
}

// niceAbove is the end of an axis: 1, 2 or 5 times a power of ten, no less than an amount.
func niceAbove(d decimal.Decimal) decimal.Decimal {
	end := decimal.New(1, int32(len(d.Ceil().String()))-1)
	for _, step := range []int64{1, 2, 5, 10} {
		if next := end.Mul(decimal.NewFromInt(step)); !next.LessThan(d) {
			return next
		}
	}
	return end.Mul(decimal.NewFromInt(10))
}

func (d *sheet) chartRow(b block, r tableRow, axis decimal.Decimal) laid {
	name, number := "", ""
	for i, c := range b.columns {
		if i < len(r.cells) && !c.right && !c.bar && c.chars == 0 {
			name = r.cells[i].text
		}
	}
	for _, f := range r.cells {
		if f.number.Valid && f.number.Decimal.Equal(r.length[0]) {
			number = f.text
		}
	}
	lines := d.lines(body.at(8), chartName-2, name)
	name = lines[0]
	if len(lines) > 1 {
		name = d.ruler.fitting(regular, 8, chartName-6, name) + "…"
	}
	const high = 5.0
	out := row.New(high)
	out.Add(col.New(grid(chartName)).Add(put(name, body.at(8), 3.4, 0)))
	out.Add(bars(r.length, axis)...)
	d.lines(body.at(8), chartNumber, number)
	out.Add(col.New(grid(chartNumber)).Add(put(number, body.at(8).right(), 3.4, 0)))
	return laid{row: out, height: high, texts: make([]*element, 2)}
}

// bars are one thick bar for the amount and a pale one as far as its measure reaches beyond it.
func bars(length [2]decimal.Decimal, axis decimal.Decimal) []core.Col {
	units := int64(grid(chartBars))
	on := func(d decimal.Decimal) int64 {
		return min(max(d.Mul(decimal.NewFromInt(units)).DivRound(axis, 0).IntPart(), 0), units)
	}
	amount, measure := on(length[0]), on(length[1])
	if amount == 0 && length[0].Sign() > 0 {
		amount = 1
	}
	color := accent
	if length[1].Sign() > 0 && length[0].GreaterThan(length[1]) {
		color = warn
	}
	var cols []core.Col
	stroke := func(n int64, c *props.Color) {
		if n > 0 {
			cols = append(cols, line.NewCol(int(n), props.Line{Color: c, Thickness: 3, SizePercent: 100, OffsetPercent: 50}))
		}
	}
	stroke(amount, color)
	stroke(measure-amount, track)
	if rest := units - max(amount, measure); rest > 0 {
		cols = append(cols, col.New(int(rest)))
	}
	return cols
}

// axisRow is the axis with its numbers: 0, the middle and the end.
func (d *sheet) axisRow(axis decimal.Decimal) laid {
	digits := int32(0)
	half := axis.DivRound(decimal.NewFromInt(2), 2)
	if !half.IsInteger() {
		digits = 1
	}
	const high = 5.5
	out := row.New(high)
	st := small.at(7)
	number := func(n decimal.Decimal) string { return d.lang.Number(n, digits) }
	out.Add(col.New(grid(chartName)),
		col.New(grid(chartBars/4)).Add(put("0", st, 4.2, 0)).WithStyle(axisStyle),
		col.New(grid(chartBars/2)).Add(put(number(half), st.center(), 4.2, 0)).WithStyle(axisStyle),
		col.New(grid(chartBars/4)).Add(put(number(axis), st.right(), 4.2, 0)).WithStyle(axisStyle),
		col.New(grid(chartNumber)))
	return laid{row: out, height: high, texts: make([]*element, 3)}
}

var axisStyle = &props.Cell{BorderType: border.Top, BorderColor: hairline, BorderThickness: 0.2}
