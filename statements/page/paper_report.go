package page

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// signing is what is confirmed, and who signs under it.
type signing struct {
	confirm string
	names   []string
}

// signing has the organisation sign, and apart from it the auditor where there is a place for one.
func (s grantPaper) signing() []signing {
	lang := s.lang
	confirm := said.confirm
	if s.deviates() {
		confirm = said.confirmButFor
	}
	ours, auditor := signing{confirm: confirm.In(lang)}, signing{confirm: words.auditorSigns.In(lang)}
	for _, g := range s.Signers() {
		to := &ours
		if g.Role == figures.Auditor {
			to = &auditor
		}
		to.names = append(to.names, figures.Joined(lang.Role(g.Role), g.Name))
	}
	if len(auditor.names) == 0 {
		return []signing{ours}
	}
	return []signing{ours, auditor}
}

// explainedOver is from how many percent of a budget line on a grantor asks why money is left when the grant has ended.
var explainedOver = decimal.NewFromInt(10)

// explanationOf is why a budget line is spent otherwise than planned; "" where nobody said.
func explanationOf(lang figures.Lang, l figures.BudgetLine) string {
	var said []string
	if l.Reason.Known() {
		said = append(said, l.Reason.Name().In(lang)+".")
	}
	if l.Explanation != "" {
		said = append(said, l.Explanation)
	}
	return strings.Join(said, " ")
}

// deviationsBlock lists what went otherwise than agreed: budget lines that are overspent, changes of the agreement,
// costs that an audit did not allow.
func (s grantPaper) deviationsBlock() block {
	lang := s.lang
	b := block{title: words.deviations.In(lang),
		columns: []column{textColumn(words.deviation.In(lang), 145, 0), sumColumn(words.amount.In(lang), 35, 18)}}
	for _, l := range s.Budget {
		said := words.overspent
		if l.Variance.Sign() > 0 {
			said = words.underspent
		}
		if s.isOff(l) {
			text := strings.NewReplacer("{line}", l.No+" "+l.Text, "{percent}",
				lang.Percent(decimal.NewNullDecimal(l.VarianceOf.Decimal.Abs()))).Replace(said.In(lang))
			b.add(tableRow{cells: []figure{word(text), s.own(l.Variance.Abs(), "")}, note: explanationOf(lang, l)})
		}
	}
	for i := range s.Changes {
		b.add(s.changeRows(i)...)
	}
	for _, a := range s.Amendments {
		text := strings.NewReplacer("{date}", lang.Date(a.On), "{rules}", lang.Rules(a.Rules)).Replace(words.amended.In(lang))
		b.add(lineOf(word(text), figure{}))
	}
	for _, d := range s.Disallowed {
		found := words.disallowed
		if d.Date == "" {
			found = words.disallowedInAll
		}
		text := strings.NewReplacer("{ref}", d.Ref, "{date}", lang.Date(d.Date)).Replace(found.In(lang))
		b.add(lineOf(word(text), s.base(d.Amount, "")))
	}
	if len(b.rows) == 0 {
		none := said.noDeviations
		if !s.hasBudget() {
			none = said.noDeviationsPlain
		}
		b.columns, b.after = nil, []string{none.In(lang)}
	}
	return b
}

// isOff reports whether a budget line is spent otherwise than planned: more than it has, or at the end of the grant so
// much less that a grantor asks why.
func (s grantPaper) isOff(l figures.BudgetLine) bool {
	return l.Variance.Sign() < 0 || s.Ended() && l.VarianceOf.Decimal.GreaterThan(explainedOver)
}

// deviates reports whether the list of deviations has anything in it.
func (s grantPaper) deviates() bool {
	return len(s.Changes)+len(s.Amendments)+len(s.Disallowed) > 0 || slices.ContainsFunc(s.Budget, s.isOff)
}

// changeRows are a change of the budget with each amount that it moved.
func (s grantPaper) changeRows(change int) []tableRow {
	lang, said, c := s.lang, words.changedWithin, s.Changes[change]
	if c.Approved {
		said = words.changedApproved
	}
	text := strings.NewReplacer("{version}", strconv.Itoa(c.Version), "{date}", lang.Date(c.On)).Replace(said.In(lang))
	if c.Letter != "" {
		text = figures.Joined(text, c.Letter)
	}
	rows := []tableRow{{cells: []figure{word(text), {}}, note: c.Reason}}
	for i, m := range c.Moves {
		moved := strings.NewReplacer("{from}", yearly(m.From, m.FromYear), "{to}", yearly(m.To, m.ToYear)).Replace(
			movedWords(m).In(lang))
		if part := s.MovedOf(change, i); part.Valid {
			moved = figures.Joined(moved, strings.NewReplacer("{percent}", lang.Percent(part), "{line}", m.From).Replace(
				words.movedPart.In(lang)))
		}
		rows = append(rows, costLineOf(word(moved), s.own(m.Amount, "")))
	}
	return rows
}

// movedWords are how a move is said; the grantor, who gives or takes back by an addendum, has no line.
func movedWords(m figures.BudgetMove) figures.Name {
	switch {
	case m.From == "":
		return words.movedIn
	case m.To == "":
		return words.movedOut
	}
	return words.moved
}

// yearly is a budget line in a year of it.
func yearly(no string, year int) string {
	if year == 0 {
		return no
	}
	return no + " (" + strconv.Itoa(year) + ")"
}

// forecastBlock says what the grant will come to when all is paid that is set aside.
func (s grantPaper) forecastBlock() block {
	lang := s.lang
	if s.Forecast == nil || len(s.Forecast.Lines) == 0 {
		return block{}
	}
	no := s.noWide()
	b := block{title: words.forecast.In(lang), unit: string(s.Currency),
		columns: []column{textColumn("", no, no/2), textColumn(words.budgetLine.In(lang), 72-no, 0),
			sumColumn(words.toDate.In(lang), 27, 13).as("to_date"), sumColumn(words.committed.In(lang), 27, 13).as("committed"),
			sumColumn(words.expected.In(lang), 27, 13).as("expected"), sumColumn(words.left.In(lang), 27, 13)}}
	row := func(no, text, key string, l figures.ForecastLine) tableRow {
		return lineOf(word(no), word(text), s.own(l.Expected.Sub(l.Committed), ""),
			s.own(l.Committed, "forecast."+key+".committed"),
			s.own(l.Expected, ""), s.own(l.Left, ""))
	}
	for _, l := range s.Forecast.Lines {
		text := words.outsideBudget.In(lang)
		for _, of := range s.Budget {
			if of.No == l.BudgetLine {
				text = of.Text
			}
		}
		if len(s.Budget) > 0 {
			b.add(row(l.BudgetLine, text, l.BudgetLine, l))
		}
	}
	total := row("", words.total.In(lang), "total", s.Forecast.Total)
	total.level = sumLevel
	b.add(total)
	b.after = []string{words.forecastNote.In(lang)}
	return b
}

// instalmentsBlock lists what the grantor has promised and not paid.
func (s grantPaper) instalmentsBlock() block {
	lang := s.lang
	if s.Forecast == nil || len(s.Forecast.Instalments) == 0 {
		return block{}
	}
	b := block{title: words.toCome.In(lang), unit: string(s.Currency),
		columns: []column{textColumn(words.due.In(lang), 26, 13), textColumn(words.receipt.In(lang), 119, 0),
			sumColumn(words.amount.In(lang), 35, 16)}}
	total := decimal.Zero
	for _, e := range s.Forecast.Instalments {
		label := figures.Instalment.Name().In(lang) + " " + strconv.Itoa(e.No)
		if e.Late {
			label = figures.Joined(label, words.late.In(lang))
		}
		total = total.Add(e.Amount)
		b.add(lineOf(word(lang.ShortDate(e.DueOn)), word(label), s.own(e.Amount, "")))
	}
	if len(b.rows) > 1 {
		b.add(sumLineOf(figure{}, word(words.total.In(lang)), s.own(total, "")))
	}
	return b
}

// inKindBlock shows apart what was given as work or goods.
func (s grantPaper) inKindBlock() block {
	return inKindBlock(s.writer, s.InKind, words.inKindNote.In(s.lang))
}

func inKindBlock(w writer, of []figures.InKind, note string) block {
	lang := w.lang
	if len(of) == 0 {
		return block{}
	}
	b := block{title: words.inKind.In(lang), unit: string(w.books), after: []string{note},
		columns: []column{textColumn(words.purpose.In(lang), 145, 0),
			sumColumn(words.worth.In(lang), 35, 16)}}
	total := decimal.Zero
	for _, k := range of {
		total = total.Add(k.Worth)
		label := lang.Category(figures.Line{Key: k.Key, Name: k.Name})
		if len(k.Memos) > 0 {
			label += " (" + strings.Join(k.Memos, ", ") + ")"
		}
		b.add(lineOf(word(label), w.base(k.Worth, "")))
	}
	if len(of) > 1 {
		b.add(sumLineOf(word(words.total.In(lang)), w.base(total, "")))
	}
	return b
}

// resultsBlock says in bands how many people the grant reached.
func (s grantPaper) resultsBlock() block {
	lang := s.lang
	if s.Results == nil {
		return block{}
	}
	b := block{title: words.results.In(lang), after: []string{words.resultsNote.In(lang)},
		columns: []column{textColumn("", 145, 0), sumColumn("", 35, 18)},
		rows:    []tableRow{{cells: []figure{word(words.people.In(lang)), word(s.Results.People)}}}}
	if s.Results.Milestones != "" {
		b.add(lineOf(word(words.milestones.In(lang)), word(s.Results.Milestones)))
	}
	return b
}

// vouchersInRow is how many vouchers stand in one row, so that none is higher than a page.
const vouchersInRow = 40

// vouchersBlock lists the vouchers behind each budget line.
func (s grantPaper) vouchersBlock() block {
	lang := s.lang
	b := block{title: words.vouchers.In(lang),
		columns: []column{textColumn(words.budgetLine.In(lang), 26, 14), textColumn(words.voucherNos.In(lang), 154, 0)}}
	nos := append(figures.Each(s.Budget, func(l figures.BudgetLine) string { return l.No }), "")
	for _, no := range nos {
		label := cmp.Or(no, words.noLine.In(lang))
		for of := s.VouchersOf(no); len(of) > 0; label = "" {
			n := min(len(of), vouchersInRow)
			b.add(lineOf(word(label), word(strings.Join(of[:n], ", "))))
			of = of[n:]
		}
	}
	if len(b.rows) == 0 {
		return block{}
	}
	return b
}
