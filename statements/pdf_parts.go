package statements

import (
	"strconv"
	"strings"

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
	if d.s.Draft() {
		mark := style{bold, 8.5, warn, align.Center}
		text := words.draft.in(d.lang) + " – " + words.draftNotice.in(d.lang)
		head = append(head, d.row(frame{above: 1.5, below: 1.5, fill: warnTint}, cell{width: textWide, text: text, style: mark}), gap(4))
	}
	if n > 1 {
		head = append(head,
			d.row(frame{below: 1}, cell{width: 80, text: d.s.Organisation.Name, style: small.bold().in(accent)},
				cell{width: 100, text: d.s.title(d.lang) + ", " + d.lang.period(d.s.Period), style: small.right()}),
			rule(hairline, 0.2), gap(3))
	}
	return head
}

// pageFoot says what the page belongs to and which one it is.
func (d *sheet) pageFoot(n, of int) []laid {
	foot := small.at(7)
	about := strings.Join([]string{d.s.Organisation.Name, d.s.Grant, d.s.heading(d.lang)}, " · ")
	return []laid{gap(3), rule(hairline, 0.2), d.row(frame{above: 0.5},
		cell{width: 94, text: about, style: foot},
		cell{width: 50, text: words.data.in(d.lang) + " " + shortHash(d.hash), style: foot.center()},
		cell{width: 36, text: d.lang.page(n, of), style: foot.right()})}
}

// firstPage is the statement in one look: whose, for whom, five numbers, spending, where the money is.
func (d *sheet) firstPage() {
	d.letterhead()
	d.summary()
	d.spending()
	d.where()
}

func (d *sheet) letterhead() {
	s, lang := d.s, d.lang
	name := style{bold, 12, accent, align.Left}
	number := small.right()
	if !s.Draft() {
		number = body.bold().right()
	}
	right := s.heading(lang)
	if s.Draft() {
		right = ""
	}
	d.add(d.row(frame{}, cell{width: 100, text: s.Organisation.Name, style: name}, cell{width: 80, text: right, style: number}),
		d.row(frame{below: 1.5}, cell{width: 100, text: s.Organisation.about(), style: small},
			cell{width: 80, text: s.prepared(lang), style: small.right()}),
		rule(accent, 0.6), gap(5.5),
		d.row(frame{}, cell{width: textWide, text: s.title(lang), style: style{bold, 18, ink, align.Left}}))
	if s.Project != "" {
		d.add(d.row(frame{above: 0.5}, cell{width: textWide, text: s.Project, style: body.at(10.5).in(muted)}))
	}
	d.add(gap(4))
	d.facts()
}

// facts sets the labelled lines of the head in three columns.
func (d *sheet) facts() {
	facts := d.s.facts(d.lang)
	const perRow, width = 3, textWide / 3
	for len(facts) > 0 {
		group := facts[:min(perRow, len(facts))]
		facts = facts[len(group):]
		labels, values := make([]cell, len(group)), make([]cell, len(group))
		for i, fact := range group {
			labels[i] = cell{width: width, text: fact[0], style: small.at(7)}
			values[i] = cell{width: width, text: fact[1], style: body}
		}
		d.add(d.row(frame{}, labels...).stay(), d.row(frame{below: 1.75}, values...))
	}
}

// summary is the equation of the period as a band of boxes, in words, and as bars of money and time.
func (d *sheet) summary() {
	d.add(gap(2.5), d.band(), gap(4),
		d.row(frame{}, cell{width: textWide, text: d.lang.sentence(d.s), style: body.at(9.5)}), gap(3))
	if d.s.GrantUsed.Valid {
		granted := words.of.in(d.lang) + " " + d.lang.money(d.s.money(d.s.Granted))
		d.add(d.overallBar(words.moneyUsed.in(d.lang), &bar{d.s.GrantUsed, 2.6}, d.lang.percent(d.s.GrantUsed), granted))
	}
	if d.s.TimeUsed.Valid {
		day := strings.Replace(words.throughDay.in(d.lang), "{date}", d.lang.date(d.s.Period.To), 1)
		d.add(d.overallBar(words.timePassed.in(d.lang), &bar{d.s.TimeUsed, 2.6}, d.lang.percent(d.s.TimeUsed), day))
	}
}

func (d *sheet) overallBar(label string, b *bar, percent, about string) laid {
	return d.row(frame{above: 0.25, below: 0.25}, cell{width: 52, text: label, style: body.in(muted)},
		cell{width: 71, bar: b, style: body}, cell{width: 15, text: percent, style: body.bold().right()},
		cell{width: 42, text: about, style: body.in(muted), indent: 2})
}

// The band: a box for each term of the equation with its sign before it, and a last one for the share of the grant.
const (
	bandHeight = 16.0
	signWide   = 6.0
	boxPad     = 2.0
)

func (d *sheet) band() laid {
	terms := d.s.equation(d.lang)
	boxes, between := len(terms), float64(len(terms)-1)*signWide
	if d.s.GrantUsed.Valid {
		boxes, between = boxes+1, between+signWide
	}
	width := float64(int((textWide-between)/float64(boxes)*gridPerMM)) / gridPerMM
	size := d.bandSize(terms, width-2*boxPad)
	r := row.New(bandHeight)
	for _, term := range terms {
		if term.sign != "" {
			r.Add(d.box(signWide, "", term.sign, style{regular, 12, muted, align.Center}, nil, 0))
		}
		st, fill := style{bold, size, ink, align.Left}, tint
		if term.sign == "=" {
			st, fill = st.in(white), accent
			if term.amount.Sign() < 0 {
				fill = warn
			}
		}
		r.Add(d.box(width, term.label, d.lang.amount(d.s.money(term.amount)), st, fill, boxPad))
	}
	if d.s.GrantUsed.Valid {
		r.Add(col.New(grid(signWide)), d.box(width, words.moneyUsed.in(d.lang), d.lang.percent(d.s.GrantUsed), style{bold, size, accent, align.Left}, nil, 0))
	}
	return laid{row: r, height: bandHeight}
}

// bandSize is the largest size at which every amount fits its box.
func (d *sheet) bandSize(terms []equationTerm, width float64) float64 {
	size := 13.0
	for _, term := range terms {
		text := d.lang.amount(d.s.money(term.amount))
		for size > 6 && d.ruler.width(bold, size, text) > width-wrapSlack {
			size -= 0.5
		}
	}
	return size
}

// box is a label over a figure on a ground.
func (d *sheet) box(width float64, label, figure string, st style, fill *props.Color, pad float64) core.Col {
	column := col.New(grid(width))
	if fill != nil {
		column.WithStyle(&props.Cell{BackgroundColor: fill})
	}
	name := small.at(7)
	if fill == accent || fill == warn {
		name = name.in(white)
	}
	lines := d.lines(name, width-pad, label)
	if label == "" {
		lines = nil
	}
	for n, l := range lines {
		column.Add(put(l, name, 4.25+float64(n)*name.pitch(), pad))
	}
	d.lines(st, textWide, figure) // for the check of its letters
	return column.Add(put(figure, st, bandHeight-4, pad))
}

// The columns of the spending table, in millimetres: number, text, four figures, percent, bar.
var (
	withBudget    = []float64{8, 52, 22, 21, 21, 23, 16, 17}
	withoutBudget = []float64{0, 82, 0, 27, 27, 0, 15, 29}
)

func (d *sheet) spending() {
	s, lang := d.s, d.lang
	title, widths := words.spendingPlain, withoutBudget
	head := spendRow{text: words.costs.in(lang), figures: [4]string{"", words.inPeriod.in(lang), words.toDate.in(lang), ""}, percent: words.share.in(lang)}
	if s.hasBudget() {
		title, widths = words.spending, withBudget
		head = spendRow{text: words.budgetLine.in(lang), percent: words.used.in(lang),
			figures: [4]string{words.budget.in(lang), words.inPeriod.in(lang), words.toDate.in(lang), words.variance.in(lang)}}
	}
	d.section(title.in(lang), string(s.Currency))
	of := s.spending(lang)
	rows := make([]laid, 0, len(of))
	for i, r := range of {
		group := d.spendRows(r, widths, i == 0)
		if i+1 < len(of) && of[i+1].level == costLevel && i%keptCosts < keptCosts-1 {
			group[len(group)-1].keep = true // a cost stays with its budget line
		}
		rows = append(rows, group...)
	}
	d.table([]laid{d.spendRow(head, widths, tableHead, headStyle, headStyle)}, rows)
}

// keptCosts is after how many rows a page may break between the costs of one budget line; else many could fill no page.
const keptCosts = 12

// The frames of tables. The first row leaves out its hairline, for the head has a rule.
var (
	tableHead = frame{above: 0.5, below: 1, rule: border.Bottom, ruleColor: accent, ruleThick: 0.35}
	firstRow  = frame{above: 0.75, below: 0.75}
	plainRow  = frame{above: 0.75, below: 0.75, rule: border.Top, ruleColor: hairline, ruleThick: 0.15}
	underRow  = frame{below: 0.5}
	totalRow  = frame{above: 1, below: 0.75, rule: border.Top, ruleColor: accent, ruleThick: 0.35}
)

// spendRows is a row of the spending table, with its explanation beneath.
func (d *sheet) spendRows(r spendRow, widths []float64, isFirst bool) []laid {
	text, figures, f := body, body, rowFrame(isFirst)
	switch r.level {
	case costLevel:
		text, figures, f = body.in(muted).at(8), body.in(muted).at(8), underRow
	case headLevel:
		text = body.in(muted)
	case sumLevel:
		text, figures, f = body.bold(), body.bold(), totalRow
	}
	first := d.spendRow(r, widths, f, text, figures)
	if r.note == "" {
		return []laid{first}
	}
	note := style{oblique, 7.5, muted, align.Left}
	return []laid{first.stay(), d.row(underRow, cell{width: widths[0]}, cell{width: 150, text: r.note, style: note})}
}

func (d *sheet) spendRow(r spendRow, widths []float64, f frame, text, figures style) laid {
	indent := 0.0
	if r.level == costLevel {
		indent = 3
	}
	cells := []cell{{width: widths[0], text: r.no, style: text}, {width: widths[1], text: r.text, style: text, indent: indent}}
	for i, figure := range r.figures {
		cells = append(cells, cell{width: widths[2+i], text: figure, style: figures.right()})
	}
	cells = append(cells, cell{width: widths[6], text: r.percent, style: figures.right()})
	last := cell{width: widths[7], style: text}
	if r.bar.Valid {
		last.bar = &bar{r.bar, 2}
	}
	return d.row(f, append(cells, last)...)
}

func (d *sheet) where() {
	s, lang := d.s, d.lang
	d.section(words.whereMoney.in(lang), string(s.Base))
	widths := []float64{100, 45, 35}
	held := ""
	for _, p := range s.Parts {
		if p.Quantity.Currency != "" {
			held = words.quantity.in(lang)
		}
	}
	head := d.threeColumns(widths, placeRow{text: words.place.in(lang), quantity: held, amount: words.amount.in(lang)}, tableHead, headStyle)
	d.table([]laid{head}, d.placeRows(widths, s.places(lang)))
	if text := s.commitmentsText(lang); text != "" {
		d.rows[len(d.rows)-1].keep = true
		d.add(d.row(underRow, cell{width: textWide, text: text, style: body.at(8).in(muted)}))
	}
}

func (d *sheet) placeRows(widths []float64, of []placeRow) []laid {
	rows := make([]laid, 0, len(of))
	for _, r := range of {
		f, st := plainRow, body
		if r.level == sumLevel {
			f, st = totalRow, body.bold()
		}
		rows = append(rows, d.threeColumns(widths, r, f, st))
	}
	if len(rows) > 0 && of[0].level != sumLevel {
		rows[0] = d.threeColumns(widths, of[0], firstRow, body)
	}
	return rows
}

func (d *sheet) threeColumns(widths []float64, r placeRow, f frame, st style) laid {
	return d.row(f, cell{width: widths[0], text: r.text, style: st}, cell{width: widths[1], text: r.quantity, style: st.right()},
		cell{width: widths[2], text: r.amount, style: st.right()})
}

// details are the receipts, the indirect costs, the rates, the notes and the signatures.
func (d *sheet) details() {
	d.receipts()
	d.indirect()
	d.rates()
	d.notes()
	d.signatures()
}

func (d *sheet) receipts() {
	s, lang := d.s, d.lang
	d.section(words.receipts.in(lang), string(s.Currency))
	if len(s.Receipts) == 0 {
		d.add(d.row(underRow, cell{width: textWide, text: words.noMoney.in(lang), style: body}))
		return
	}
	widths := []float64{26, 119, 0, 0, 35}
	heads := []string{words.date.in(lang), words.receipt.in(lang), "", "", words.amount.in(lang)}
	if s.Currency != s.Base {
		widths = []float64{26, 49, 40, 35, 30}
		heads = []string{heads[0], heads[1], words.rate.in(lang), words.inBooks.in(lang) + ", " + string(s.Base), words.amount.in(lang)}
	}
	rows := make([]laid, 0, len(s.Receipts))
	for i, r := range s.Receipts {
		values := []string{lang.shortDate(r.Date), s.receiptText(lang, r), "", "", lang.amount(s.money(r.Amount))}
		if s.Currency != s.Base {
			values[2], values[3] = lang.rate(r.Rate), lang.amount(s.inBase(r.Base))
		}
		rows = append(rows, d.columns(widths, values, rowFrame(i == 0), body, 2))
	}
	d.table([]laid{d.columns(widths, heads, tableHead, headStyle, 2)}, rows)
}

func rowFrame(isFirst bool) frame {
	if isFirst {
		return firstRow
	}
	return plainRow
}

// columns sets a row whose cells from index figures on are set to the right.
func (d *sheet) columns(widths []float64, values []string, f frame, st style, figures int) laid {
	cells := make([]cell, len(values))
	for i, v := range values {
		cells[i] = cell{width: widths[i], text: v, style: st}
		if i >= figures {
			cells[i].style = st.right()
		}
	}
	return d.row(f, cells...)
}

func (d *sheet) indirect() {
	rows := d.s.indirectRows(d.lang)
	if rows == nil {
		return
	}
	d.section(words.indirect.in(d.lang), string(d.s.Base))
	d.table([]laid{rule(accent, 0.35)}, d.placeRows([]float64{110, 35, 35}, rows))
	if text := d.s.excluded(d.lang); text != "" {
		d.rows[len(d.rows)-1].keep = true
		d.add(d.row(underRow, cell{width: textWide, text: text, style: body.at(8).in(muted)}))
	}
}

func (d *sheet) rates() {
	lang := d.lang
	if len(d.s.Rates) == 0 {
		return
	}
	widths := []float64{26, 64, 35, 55}
	d.section(words.rates.in(lang), "")
	rows := make([]laid, 0, len(d.s.Rates))
	for i, r := range d.s.Rates {
		rows = append(rows, d.columns(widths, []string{lang.shortDate(r.Date), lang.rateUse(r.Use), r.Ref, lang.rate(r.Rate)}, rowFrame(i == 0), body, 3))
	}
	heads := []string{words.date.in(lang), words.use.in(lang), words.reference.in(lang), words.rate.in(lang)}
	d.table([]laid{d.columns(widths, heads, tableHead, headStyle, 3)}, rows)
}

// keptNotes is how many notes stay on one page.
const keptNotes = 20

func (d *sheet) notes() {
	notes := d.s.footnotes(d.lang)
	if len(notes) == 0 {
		return
	}
	d.section(words.notes.in(d.lang), "")
	st := small.at(8).in(ink)
	for i, note := range notes {
		r := d.row(frame{below: 0.5}, cell{width: 7, text: strconv.Itoa(i + 1), style: st.in(muted)}, cell{width: 173, text: note, style: st})
		r.keep = i+1 < len(notes) && (i+1)%keptNotes != 0
		d.add(r)
	}
}

// signatures are the lines to sign on, kept together with what is confirmed, and the whole data hash.
func (d *sheet) signatures() {
	lang := d.lang
	signers := d.s.signatures()
	const between = 10.0
	n := float64(min(len(signers), 3))
	width := float64(int((textWide-between*(n-1))/n*gridPerMM)) / gridPerMM
	d.add(gap(8).stay(), d.row(frame{}, cell{width: textWide, text: words.confirm.in(lang), style: body}).stay())
	for len(signers) > 0 {
		group := signers[:min(3, len(signers))]
		signers = signers[len(group):]
		lines := row.New(14)
		roles, below := make([]cell, 0, 2*len(group)), make([]cell, 0, 2*len(group))
		for i, g := range group {
			if i > 0 {
				lines.Add(col.New(grid(between)))
				roles, below = append(roles, cell{width: between, style: body}), append(below, cell{width: between, style: small})
			}
			lines.Add(col.New(grid(width)).WithStyle(&props.Cell{BorderType: border.Bottom, BorderColor: ink, BorderThickness: 0.25}))
			roles = append(roles, cell{width: width, text: joined(lang.role(g.Role), g.Name), style: body.bold()})
			below = append(below, cell{width: width, text: words.signHere.in(lang), style: small})
		}
		d.add(laid{row: lines, height: 14, keep: true}, d.row(frame{above: 0.75}, roles...).stay(), d.row(frame{}, below...).stay())
	}
	d.add(gap(6).stay(), d.row(frame{}, cell{width: 40, text: words.dataHash.in(lang), style: small.at(7)},
		cell{width: 140, text: d.hash, style: small.at(7)}))
}
