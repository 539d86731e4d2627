package statements

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// signing is what is confirmed, and who signs under it.
type signing struct {
	confirm string
	names   []string
}

// signing has the house sign, and apart from it the auditor where there is a place for one.
func (s *GrantStatement) signing(lang Lang) []signing {
	house, auditor := signing{confirm: words.confirm.in(lang)}, signing{confirm: words.auditorSigns.in(lang)}
	for _, g := range s.signatures() {
		to := &house
		if g.Role == Auditor {
			to = &auditor
		}
		to.names = append(to.names, joined(lang.role(g.Role), g.Name))
	}
	if len(auditor.names) == 0 {
		return []signing{house}
	}
	return []signing{house, auditor}
}

// explainedOver is from how many percent of a budget line on a grantor asks why money is left when the grant has ended.
var explainedOver = decimal.NewFromInt(10)

// ended reports whether the grant's period is over with the statement's.
func (s *GrantStatement) ended() bool {
	return s.GrantPeriod.To != "" && s.Period.To >= s.GrantPeriod.To
}

// explanation is why a budget line is spent otherwise than planned; "" where nobody said.
func (lang Lang) explanation(l BudgetLine) string {
	var said []string
	if p, known := reasonWords[l.Reason]; known {
		said = append(said, p.in(lang)+".")
	}
	if l.Explanation != "" {
		said = append(said, l.Explanation)
	}
	return strings.Join(said, " ")
}

// deviationsBlock lists what went otherwise than agreed: budget lines that are overspent, changes of the agreement, costs
// that an audit did not allow.
func (s *GrantStatement) deviationsBlock(w writer) block {
	lang := w.lang
	b := block{title: words.deviations.in(lang), columns: []column{{head: words.deviation.in(lang), mm: 145}, {head: words.amount.in(lang), mm: 35, chars: 18, right: true}}}
	for _, l := range s.Budget {
		said := words.overspent
		if l.Variance.Sign() > 0 {
			said = words.underspent
		}
		if l.Variance.Sign() < 0 || s.ended() && l.VarianceOf.Decimal.GreaterThan(explainedOver) {
			text := strings.NewReplacer("{line}", l.No+" "+l.Text, "{percent}", lang.percent(decimal.NewNullDecimal(l.VarianceOf.Decimal.Abs()))).Replace(said.in(lang))
			b.rows = append(b.rows, tableRow{cells: []figure{word(text), w.amount(s.money(l.Variance.Abs()), "")}, note: lang.explanation(l)})
		}
	}
	for _, c := range s.Changes {
		b.rows = append(b.rows, s.changeRows(w, c)...)
	}
	for _, day := range s.Amendments {
		b.rows = append(b.rows, tableRow{cells: []figure{word(strings.Replace(words.amended.in(lang), "{date}", lang.date(day), 1)), {}}})
	}
	for _, d := range s.Disallowed {
		text := strings.NewReplacer("{ref}", d.Ref, "{date}", lang.date(d.Date)).Replace(words.disallowed.in(lang))
		b.rows = append(b.rows, tableRow{cells: []figure{word(text), w.amount(s.inBase(d.Amount), "")}})
	}
	if len(b.rows) == 0 {
		b.columns, b.after = nil, []string{words.noDeviations.in(lang)}
	}
	return b
}

// changeRows are a change of the budget with each amount that it moved.
func (s *GrantStatement) changeRows(w writer, c BudgetChange) []tableRow {
	lang, said := w.lang, words.changedWithin
	if c.Approved {
		said = words.changedApproved
	}
	text := strings.NewReplacer("{version}", strconv.Itoa(c.Version), "{date}", lang.date(c.On)).Replace(said.in(lang))
	if c.Letter != "" {
		text = joined(text, c.Letter)
	}
	rows := []tableRow{{cells: []figure{word(text), {}}, note: c.Reason}}
	for _, m := range c.Moves {
		moved := strings.NewReplacer("{from}", yearly(m.From, m.FromYear), "{to}", yearly(m.To, m.ToYear)).Replace(words.moved.in(lang))
		rows = append(rows, tableRow{level: costLevel, cells: []figure{word(moved), w.amount(s.money(m.Amount), "")}})
	}
	return rows
}

// yearly is a budget line in a year of it.
func yearly(no string, year int) string {
	if year == 0 {
		return no
	}
	return no + " (" + strconv.Itoa(year) + ")"
}

// forecastBlock says what the grant will come to when all is paid that is set aside.
func (s *GrantStatement) forecastBlock(w writer) block {
	lang := w.lang
	if s.Forecast == nil || len(s.Forecast.Lines) == 0 {
		return block{}
	}
	no := s.noWide()
	b := block{title: words.forecast.in(lang), unit: string(s.Currency), columns: []column{{mm: no, chars: no / 2}, {head: words.budgetLine.in(lang), mm: 72 - no},
		{head: words.toDate.in(lang), mm: 27, chars: 13, right: true}, {head: words.committed.in(lang), mm: 27, chars: 13, right: true},
		{head: words.expected.in(lang), mm: 27, chars: 13, right: true}, {head: words.left.in(lang), mm: 27, chars: 13, right: true}}}
	row := func(no, text, key string, l ForecastLine) tableRow {
		return tableRow{cells: []figure{word(no), word(text), w.amount(s.money(l.Expected.Sub(l.Committed)), ""), w.amount(s.money(l.Committed), "forecast."+key+".committed"),
			w.amount(s.money(l.Expected), ""), w.amount(s.money(l.Left), "")}}
	}
	for _, l := range s.Forecast.Lines {
		text := words.outsideBudget.in(lang)
		for _, of := range s.Budget {
			if of.No == l.BudgetLine {
				text = of.Text
			}
		}
		if len(s.Budget) > 0 {
			b.rows = append(b.rows, row(l.BudgetLine, text, l.BudgetLine, l))
		}
	}
	total := row("", words.total.in(lang), "total", s.Forecast.Total)
	total.level = sumLevel
	b.rows = append(b.rows, total)
	b.after = []string{words.forecastNote.in(lang)}
	return b
}

// instalmentsBlock lists what the grantor has promised and not paid.
func (s *GrantStatement) instalmentsBlock(w writer) block {
	lang := w.lang
	if s.Forecast == nil || len(s.Forecast.Instalments) == 0 {
		return block{}
	}
	b := block{title: words.toCome.in(lang), unit: string(s.Currency), columns: []column{{head: words.due.in(lang), mm: 26, chars: 13}, {head: words.receipt.in(lang), mm: 119},
		{head: words.amount.in(lang), mm: 35, chars: 16, right: true}}}
	total := decimal.Zero
	for _, e := range s.Forecast.Instalments {
		label := receiptWords[Instalment].in(lang) + " " + strconv.Itoa(e.No)
		if e.Late {
			label = joined(label, words.late.in(lang))
		}
		total = total.Add(e.Amount)
		b.rows = append(b.rows, tableRow{cells: []figure{word(lang.shortDate(e.DueOn)), word(label), w.amount(s.money(e.Amount), "")}})
	}
	if len(b.rows) > 1 {
		b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{{}, word(words.total.in(lang)), w.amount(s.money(total), "")}})
	}
	return b
}

// inKindBlock shows apart what was given as work or goods.
func (s *GrantStatement) inKindBlock(w writer) block {
	return inKindBlock(w, s.InKind, s.Base, words.inKindNote.in(w.lang))
}

func inKindBlock(w writer, of []InKind, base ledger.Currency, note string) block {
	lang := w.lang
	if len(of) == 0 {
		return block{}
	}
	b := block{title: words.inKind.in(lang), unit: string(base), after: []string{note}, columns: []column{{head: words.purpose.in(lang), mm: 145},
		{head: words.worth.in(lang), mm: 35, chars: 16, right: true}}}
	total := decimal.Zero
	for _, k := range of {
		total = total.Add(k.Worth)
		label := lang.category(Line{Key: k.Key, Name: k.Name})
		if len(k.Memos) > 0 {
			label += " (" + strings.Join(k.Memos, ", ") + ")"
		}
		b.rows = append(b.rows, tableRow{cells: []figure{word(label), w.amount(ledger.Money{Amount: k.Worth, Currency: base}, "")}})
	}
	if len(of) > 1 {
		b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.total.in(lang)), w.amount(ledger.Money{Amount: total, Currency: base}, "")}})
	}
	return b
}

// resultsBlock says in bands how many people the grant reached.
func (s *GrantStatement) resultsBlock(w writer) block {
	lang := w.lang
	if s.Results == nil {
		return block{}
	}
	b := block{title: words.results.in(lang), after: []string{words.resultsNote.in(lang)}, columns: []column{{mm: 145}, {mm: 35, chars: 18, right: true}},
		rows: []tableRow{{cells: []figure{word(words.people.in(lang)), word(s.Results.People)}}}}
	if s.Results.Milestones != "" {
		b.rows = append(b.rows, tableRow{cells: []figure{word(words.milestones.in(lang)), word(s.Results.Milestones)}})
	}
	return b
}

// vouchersInRow is how many vouchers stand in one row, so that none is higher than a page.
const vouchersInRow = 40

// vouchersBlock lists the vouchers behind each budget line.
func (s *GrantStatement) vouchersBlock(w writer) block {
	lang := w.lang
	b := block{title: words.vouchers.in(lang), columns: []column{{head: words.budgetLine.in(lang), mm: 26, chars: 14}, {head: words.voucherNos.in(lang), mm: 154}}}
	nos := append(each(s.Budget, func(l BudgetLine) string { return l.No }), "")
	for _, no := range nos {
		label := cmp.Or(no, words.noLine.in(lang))
		for of := s.vouchersOf(no); len(of) > 0; label = "" {
			n := min(len(of), vouchersInRow)
			b.rows = append(b.rows, tableRow{cells: []figure{word(label), word(strings.Join(of[:n], ", "))}})
			of = of[n:]
		}
	}
	if len(b.rows) == 0 {
		return block{}
	}
	return b
}
