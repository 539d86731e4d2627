package page

import (
	"slices"
	"strconv"
	"strings"
	"supportledger/statements/figures"

	"github.com/johnfercher/maroto/v2/pkg/components/code"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/consts/align"
	"github.com/johnfercher/maroto/v2/pkg/consts/border"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
)

// pageHead is the mark of a draft on every page, and on later pages the line that says whose page it is.
func (d *sheet) pageHead(n int) []laid {
	var head []laid
	if d.p.draft {
		mark := style{bold, 8.5, warn, align.Center}
		text := words.draft.In(d.lang) + " – " + words.draftNotice.In(d.lang)
		head = append(head, d.row(frame{above: 1.5, below: 1.5, fill: warnTint},
			cell{width: textWide, text: text, style: mark}), gap(4))
	}
	if n > 1 {
		head = append(head,
			d.row(frame{below: 1}, cell{width: 80, text: d.p.organisation, style: small.bold().in(accent)},
				cell{width: 100, text: d.p.running, style: small.right()}),
			rule(hairline, 0.2), gap(3))
	}
	return head
}

// pageFoot says what the page belongs to and which one it is.
func (d *sheet) pageFoot(n, of int) []laid {
	foot := small.at(7)
	heading, _, _ := strings.Cut(d.p.heading, " (") // what it replaces stands on the first page
	about := strings.TrimSuffix(strings.Join([]string{d.p.organisation, d.p.subject, heading}, " · "), " · ")
	data := ""
	if d.p.hash != "" { // a letter has none
		data = words.data.In(d.lang) + " " + shortHash(d.p.hash)
	}
	return []laid{gap(3), rule(hairline, 0.2), d.row(frame{above: 0.5},
		cell{width: 94, text: about, style: foot},
		cell{width: 50, text: data, style: foot.center()},
		cell{width: 36, text: pageOf(d.lang, n, of), style: foot.right()})}
}

// lay sets the whole paper: the period in one look, its tables, the notes, the signatures.
func (d *sheet) lay() {
	d.letterhead()
	d.summary()
	for _, b := range d.p.blocks {
		d.block(b)
	}
	d.notes()
	d.signatures()
	d.ending()
}

func (d *sheet) letterhead() {
	name := style{bold, 12, accent, align.Left}
	right := d.p.heading
	if d.p.draft {
		right = ""
	}
	d.add(d.row(frame{}, cell{width: 90, text: d.p.organisation, style: name},
		cell{width: 90, text: right, style: body.bold().right()}),
		d.row(frame{below: 1.5}, cell{width: 100, text: d.p.about, style: small},
			cell{width: 80, text: d.p.prepared, style: small.right()}),
		rule(accent, 0.6), gap(5.5),
		d.row(frame{}, cell{width: textWide, text: d.p.title, style: style{bold, 18, ink, align.Left}}).as("H1").marked(
			words.bookmarkFirst.In(d.lang)))
	if d.p.project != "" {
		d.add(d.row(frame{above: 0.5}, cell{width: textWide, text: d.p.project, style: body.at(10.5).in(muted)}))
	}
	d.add(gap(4))
	d.under(&element{tag: tagList}, d.facts)
}

// facts sets the labelled lines of the head in three columns.
func (d *sheet) facts() {
	facts := d.p.facts
	const perRow, width = 3, textWide / 3
	for len(facts) > 0 {
		group := facts[:min(perRow, len(facts))]
		facts = facts[len(group):]
		labels, values := make([]cell, len(group)), make([]cell, len(group))
		for i, fact := range group {
			labels[i] = cell{width: width, text: fact[0], style: small.at(7)}
			values[i] = cell{width: width, text: fact[1], style: body}
		}
		above, below := d.row(frame{}, labels...), d.row(frame{below: 1.75}, values...)
		above.tops, below.tops = nil, nil
		for i := range group {
			above.cells[i].tag, below.cells[i].tag = tagLabel, tagBody
			above.tops = append(above.tops, &element{tag: tagItem, kids: []*element{above.cells[i], below.cells[i]}})
		}
		d.add(above.stay(), below)
	}
}

// summary is the equation of the period as a band of boxes, in words, and as bars of money and time.
func (d *sheet) summary() {
	d.add(gap(2.5))
	d.under(&element{tag: tagList}, func() { d.add(d.band()) })
	d.add(gap(4))
	for _, sentence := range d.p.sentences {
		d.add(d.row(frame{below: 0.5}, cell{width: textWide, text: sentence, style: body.at(9.5)}))
	}
	d.add(gap(2.5))
	for _, m := range d.p.meters {
		d.add(d.row(frame{above: 0.25, below: 0.25}, cell{width: 52, text: m.label, style: body.in(muted)},
			cell{width: 71, bar: &bar{m.percent, 2.6}, style: body},
			cell{width: 15, text: d.lang.Percent(m.percent), style: body.bold().right()},
			cell{width: 42, text: m.about, style: body.in(muted), indent: 2}).as(tagText))
	}
}

// The band: a box for each term of the equation with its sign before it, and a last one for a share.
const (
	bandHeight = 16.0
	signWide   = 6.0
	boxPad     = 2.0
)

func (d *sheet) band() laid {
	terms := d.p.terms
	boxes, between := len(terms), float64(len(terms)-1)*signWide
	if d.p.share != nil {
		boxes, between = boxes+1, between+signWide
	}
	width := float64(int((textWide-between)/float64(boxes)*gridPerMM)) / gridPerMM
	size := d.bandSize(terms, width-2*boxPad)
	r, band := row.New(bandHeight), laid{height: bandHeight}
	for _, term := range terms {
		label := &element{tag: tagLabel}
		if term.sign != "" {
			r.Add(d.box(&band, signWide, boxed{figure: term.sign, said: label, style: style{regular, 12, muted, align.Center}}))
		}
		st, fill := style{bold, size, ink, align.Left}, tint
		if term.sign == "=" {
			st, fill = st.in(white), accent
			if term.figure.number.Decimal.Sign() < 0 {
				fill = warn
			}
		}
		item := &element{tag: tagBody}
		r.Add(d.box(&band, width, boxed{label: term.label, figure: term.figure.text, named: label, said: item, style: st,
			fill: fill}))
		band.tops = append(band.tops, &element{tag: tagItem, kids: []*element{label, item}})
	}
	if d.p.share != nil {
		label, item := &element{tag: tagLabel}, &element{tag: tagBody}
		r.Add(col.New(grid(signWide)), d.box(&band, width, boxed{label: d.p.share.label,
			figure: d.lang.Percent(d.p.share.percent), named: label, said: item,
			style: style{bold, size, accent, align.Left}}))
		band.tops = append(band.tops, &element{tag: tagItem, kids: []*element{label, item}})
	}
	band.row = r
	return band
}

// bandSize is the largest size at which every amount fits its box.
func (d *sheet) bandSize(terms []term, width float64) float64 {
	size := 13.0
	for _, term := range terms {
		for size > 6 && d.ruler.width(bold, size, term.figure.text) > width-wrapSlack {
			size -= 0.5
		}
	}
	return size
}

// boxed is a label over a figure, with the elements that they are; on a ground there is white around them.
type boxed struct {
	label, figure string
	named, said   *element
	style         style
	fill          *props.Color
}

// box is a part of the band.
func (d *sheet) box(of *laid, width float64, b boxed) core.Col {
	column, pad := col.New(grid(width)), 0.0
	if b.fill != nil {
		pad = boxPad
		column.WithStyle(&props.Cell{BackgroundColor: b.fill})
	}
	name := small.at(7)
	if b.fill == accent || b.fill == warn {
		name = name.in(white)
	}
	if b.label != "" {
		for n, l := range d.lines(name, width-pad, b.label) {
			column.Add(put(l, name, 4.25+float64(n)*name.pitch(), pad))
			of.texts = append(of.texts, b.named)
		}
	}
	of.texts = append(of.texts, b.said)
	d.lines(b.style, textWide, b.figure) // for the check of its letters
	return column.Add(put(b.figure, b.style, bandHeight-4, pad))
}

// The frames of tables. The first row leaves out its hairline, for the head has a rule.
var (
	tableHead = frame{above: 0.5, below: 1, rule: border.Bottom, ruleColor: accent, ruleThick: 0.35}
	firstRow  = frame{above: 0.75, below: 0.75}
	plainRow  = frame{above: 0.75, below: 0.75, rule: border.Top, ruleColor: hairline, ruleThick: 0.15}
	underRow  = frame{below: 0.5}
	totalRow  = frame{above: 1, below: 0.75, rule: border.Top, ruleColor: accent, ruleThick: 0.35}
	movedRow  = frame{above: 0.75, below: 0.75, fill: tint}
)

// keptCosts is after how many rows a page may break between the costs of one budget line; else many could fill no page.
const keptCosts = 12

// block sets a table under its heading, its chart, and what stands below it.
func (d *sheet) block(b block) {
	d.section(b.title, b.unit)
	b = d.fitted(b)
	rows := make([]laid, 0, len(b.rows))
	for i, r := range b.rows {
		group := d.tableRows(b, r, i == 0)
		if i+1 < len(b.rows) && b.rows[i+1].level == costLevel && i%keptCosts < keptCosts-1 {
			group[len(group)-1].keep = true // a cost stays with its budget line
		}
		rows = append(rows, group...)
	}
	if len(rows) > 0 {
		d.table(d.tableHead(b), rows, d.carrier(b))
	}
	for _, text := range b.after {
		if len(b.rows) > 0 {
			d.rows[len(d.rows)-1].keep = true
		}
		d.add(d.row(underRow, cell{width: textWide, text: text, style: body.at(8).in(muted)}))
	}
	d.chart(b)
}

// leastFigures is the smallest size of figures, in points.
const leastFigures = 5.5

// fitted is a table in which no figure is broken over two lines: all of them are set smaller, and where that is not
// enough the bars make room.
func (d *sheet) fitted(b block) block {
	size := d.figureSize(b)
	bars := slices.IndexFunc(b.columns, func(c column) bool { return c.bar })
	if size < 7 && bars >= 0 {
		n := 0
		for _, c := range b.columns {
			if c.right {
				n++
			}
		}
		room := b.columns[bars].mm
		b.columns = slices.Delete(slices.Clone(b.columns), bars, bars+1)
		for i := range b.columns {
			if b.columns[i].right {
				b.columns[i].mm += room / n
			}
		}
		b.after = append(slices.Clone(b.after), words.noBars.In(d.lang))
		size = d.figureSize(b)
	}
	if size < bodySize {
		b.figures = max(size, leastFigures)
	}
	return b
}

// figureSize is the largest size at which every figure of a table fits its column, also when the sums so far are
// carried over, in the bold of a sum.
func (d *sheet) figureSize(b block) float64 {
	size := bodySize
	for i, c := range b.columns {
		if !c.right {
			continue
		}
		longest := ""
		for _, r := range b.rows {
			if i < len(r.cells) && r.cells[i].number.Valid && len(r.cells[i].text) > len(longest) {
				longest = r.cells[i].text
			}
		}
		if wide := d.ruler.width(bold, bodySize, longest); wide > float64(c.mm)-wrapSlack {
			size = min(size, bodySize*(float64(c.mm)-wrapSlack)/wide)
		}
	}
	return size
}

// tableHead is the head of a table; one without words is a rule.
func (d *sheet) tableHead(b block) []laid {
	for _, c := range b.columns {
		if c.head != "" {
			heads := figures.Each(b.columns, func(c column) figure { return word(c.head) })
			return []laid{d.tableRow(b, heads, look{frame: tableHead, text: headStyle}, nil).asRow(b, true)}
		}
	}
	return []laid{rule(accent, 0.35)}
}

// tableRows is a row of a table, with its note beneath.
func (d *sheet) tableRows(b block, r tableRow, isFirst bool) []laid {
	as := look{frame: rowFrame(isFirst), text: body}
	switch r.level {
	case costLevel:
		as = look{frame: underRow, text: body.in(muted).at(8), indent: 3}
	case headLevel:
		as.text = body.in(muted)
	case subLevel:
		as.text = body.bold().in(accent)
	case sumLevel:
		as = look{frame: totalRow, text: body.bold()}
	case lineLevel:
	}
	as.figures = b.figures
	var length *bar
	if r.bar.Valid {
		length = &bar{r.bar, 2}
	}
	first := d.tableRow(b, r.cells, as, length).asRow(b, false)
	if b.carry && r.counts {
		first.adds = r.cells
	}
	if r.note == "" {
		return []laid{first}
	}
	note := style{oblique, 7.5, muted, align.Left}
	return []laid{first.stay(), d.row(underRow, cell{width: 8}, cell{width: 150, text: r.note, style: note}).asNote(b)}
}

// look is how a row of a table looks.
type look struct {
	frame  frame
	text   style
	indent float64 // of its flexible column

	figures float64 // size of its figures; 0 is that of its text
}

// tableRow sets the cells of a row into the columns of its table.
func (d *sheet) tableRow(b block, cells []figure, as look, length *bar) laid {
	set := make([]cell, len(b.columns))
	for i, c := range b.columns {
		set[i] = cell{width: float64(c.mm), style: as.text}
		switch {
		case c.bar:
			set[i].bar = length
		case i < len(cells):
			set[i].text = cells[i].text
		}
		if c.right {
			set[i].style = as.text.right()
			if as.figures > 0 {
				set[i].style.size = min(set[i].style.size, as.figures)
			}
		} else if c.chars == 0 {
			set[i].indent = as.indent
		}
	}
	return d.row(as.frame, set...)
}

func rowFrame(isFirst bool) frame {
	if isFirst {
		return firstRow
	}
	return plainRow
}

// carrier makes the row that carries the sums of a table over a page; nil for a table whose sums mean nothing. It is
// always as high as the first time, since a page leaves room for it before its sums are known.
func (d *sheet) carrier(b block) func(label string, sums []figure) laid {
	if !b.carry {
		return nil
	}
	return func(label string, sums []figure) laid {
		cells := make([]figure, len(b.columns))
		named := false
		for i, c := range b.columns {
			switch {
			case !c.right && c.chars == 0 && !c.bar && !named:
				cells[i], named = word(label), true
			case i < len(sums) && sums[i].number.Valid:
				cells[i] = word(d.lang.Number(sums[i].number.Decimal, sums[i].digits))
			}
		}
		return d.tableRow(b, cells, look{frame: movedRow, text: body.bold().at(8), figures: b.figures}, nil)
	}
}

// keptNotes is how many notes stay on one page.
const keptNotes = 20

func (d *sheet) notes() {
	if len(d.p.notes) == 0 {
		return
	}
	d.section(words.notes.In(d.lang), "")
	st := small.at(8).in(ink)
	d.under(&element{tag: tagList, attrs: "/O/List/ListNumbering/Decimal"}, func() {
		for i, note := range d.p.notes {
			r := d.row(frame{below: 0.5}, cell{width: 7, text: strconv.Itoa(i + 1), style: st.in(muted)},
				cell{width: 173, text: note, style: st}).asItem()
			r.keep = i+1 < len(d.p.notes) && (i+1)%keptNotes != 0
			d.add(r)
		}
	})
}

// signatures are the lines to sign on, kept together with what is confirmed.
func (d *sheet) signatures() {
	for i, g := range d.p.signing {
		confirm := d.row(frame{}, cell{width: textWide, text: g.confirm, style: body})
		if i == 0 {
			confirm = confirm.marked(words.bookmarkSign.In(d.lang))
		}
		d.add(gap(8).stay(), confirm.stay())
		d.signers(g.names)
	}
}

// signers are lines to sign on, three to a row. They stay with what follows: the auditor's with the organisation's, and
// the hash.
func (d *sheet) signers(names []string) {
	const between = 10.0
	n := float64(min(max(len(names), 2), 3))
	width := float64(int((textWide-between*(n-1))/n*gridPerMM)) / gridPerMM
	for len(names) > 0 {
		group := names[:min(3, len(names))]
		names = names[len(group):]
		lines := row.New(14)
		roles, below := make([]cell, 0, 2*len(group)), make([]cell, 0, 2*len(group))
		for i, g := range group {
			if i > 0 {
				lines.Add(col.New(grid(between)))
				roles, below = append(roles, cell{width: between, style: body}), append(below, cell{width: between, style: small})
			}
			lines.Add(col.New(grid(width)).WithStyle(
				&props.Cell{BorderType: border.Bottom, BorderColor: ink, BorderThickness: 0.25}))
			roles = append(roles, cell{width: width, text: g, style: body.bold()})
			below = append(below, cell{width: width, text: words.signHere.In(d.lang), style: small})
		}
		d.add(laid{row: lines, height: 14, keep: true}, d.row(frame{above: 0.75}, roles...).stay(),
			d.row(frame{}, below...).stay())
	}
}

// ending is the whole data hash, and of an issued statement the code that leads to the page where it is checked.
func (d *sheet) ending() {
	hash := d.row(frame{}, cell{width: 40, text: words.dataHash.In(d.lang), style: small.at(7)},
		cell{width: 140, text: d.p.hash, style: small.at(7)}).as(tagText)
	d.add(gap(6).stay(), hash)
	switch {
	case d.verify != "":
		d.rows[len(d.rows)-1].keep = true
		d.add(gap(2).stay(), d.code())
	case d.p.code != "":
		d.rows[len(d.rows)-1].keep = true
		text := strings.Replace(words.codeAlone.In(d.lang), "{code}", d.p.code, 1)
		d.add(d.row(frame{above: 1}, cell{width: textWide, text: text + " " + d.figuresIn(), style: small}))
	}
}

// codeHigh is the side of the code that a telephone reads, in millimetres.
const codeHigh = 22.0

// code is the address of the page where the statement is checked, as letters and for a telephone.
func (d *sheet) code() laid {
	r, out := row.New(codeHigh), laid{height: codeHigh, picture: &element{tag: tagFigure, alt: words.codeAlt.In(d.lang)}}
	said := &element{tag: tagText}
	out.tops = []*element{out.picture, said}
	text := strings.Replace(words.verifyHere.In(d.lang), "{url}", d.verify, 1)
	words := col.New(grid(textWide - codeHigh - 4))
	for n, l := range append(d.lines(small, textWide-codeHigh-4, text),
		d.lines(small, textWide-codeHigh-4, d.figuresIn())...) {
		words.Add(put(l, small, 8+float64(n)*small.pitch(), 0))
		out.texts = append(out.texts, said)
	}
	r.Add(col.New(grid(codeHigh)).Add(code.NewQr(d.verify, props.Rect{Percent: 100, Center: true})), col.New(grid(4)),
		words)
	out.row = r
	return out
}

func (d *sheet) figuresIn() string { return words.figuresIn.In(d.lang) }

// pageOf is Page 1 of 2.
func pageOf(lang figures.Lang, n, of int) string {
	return strings.NewReplacer("{page}", strconv.Itoa(n), "{pages}", strconv.Itoa(of)).Replace(words.page.In(lang))
}

// shortHash is the part of the data hash that fits a footer: the first 16 digits in groups of four.
func shortHash(hash string) string {
	return strings.Join([]string{hash[:4], hash[4:8], hash[8:12], hash[12:16]}, "-")
}
