package page

import (
	"slices"
	"strconv"
	"strings"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// layout is how a grantor wants its reports, as data: docs/STATEMENTS.md has the field lists that they are made from.
type layout struct {
	name      figures.Name // printed in the head; zero for ours
	agreement figures.Name // what the number of the agreement is called
	parts     []string     // of [grantPaper.part], in their order
	columns   []string     // of the spending against the budget: keys of spendingColumns
	subtotals bool         // after each main line, which is what stands before the point in 1.2
	headings  map[string]figures.Name
}

// fullParts is all there is, in our order.
var fullParts = []string{"spending", "places", "receipts", "forecast", "instalments", "advances", "indirect", "shared",
	"in_kind", "results", "deviations", "ledger", "rates", "vouchers", "transactions"}

// layouts are the layouts by code. Numbers of main lines are those of the grantor's own budget form.
var layouts = map[figures.Layout]layout{
	"": {agreement: words.agreement, parts: fullParts,
		columns: []string{"no", "text", "budget", "period", "to_date", "left", "used", "bar"}},
	figures.LayoutEU: {name: both("Financial report, EU annex VI", "Finansiel rapport, EU bilag VI"),
		agreement: both("Contract", "Kontrakt nr."), subtotals: true,
		parts: []string{"spending", "sources", "receipts", "request", "instalments", "forecast", "deviations", "indirect",
			"shared", "in_kind", "places", "advances", "results", "rates", "ledger", "vouchers", "transactions"},
		columns: []string{"no", "text", "unit", "quantity", "price", "budget", "period", "to_date", "left_percent"},
		headings: map[string]figures.Name{"1": both("Human resources", "Personale"), "2": both("Travel", "Rejser"),
			"3": both("Equipment and supplies", "Udstyr og forsyninger"), "4": both("Local office", "Lokalt kontor"),
			"5": both("Other costs, services", "Øvrige udgifter, tjenesteydelser"), "6": both("Other", "Andet")}},
	figures.LayoutStatePool: {name: both("Accounts for a state pool", "Tilskudsregnskab"),
		agreement: both("Journal no.", "Journalnr."),
		parts: []string{"receipts", "spending", "deviations", "places", "sources", "shared", "in_kind", "indirect", "request",
			"instalments", "forecast", "advances", "results", "rates", "ledger", "vouchers", "transactions"},
		columns: []string{"no", "text", "budget", "period", "to_date", "left", "left_percent", "bar"}},
	figures.LayoutCISU: {name: both("CISU accounts", "CISU-regnskab"), agreement: both("CISU file no.", "CISU j.nr."),
		subtotals: true,
		parts: []string{"spending", "receipts", "places", "deviations", "request", "instalments", "forecast", "advances",
			"indirect", "sources", "shared", "in_kind", "results", "rates", "ledger", "vouchers", "transactions"},
		columns: []string{"no", "text", "budget", "period", "to_date", "left", "left_percent", "used"},
		headings: map[string]figures.Name{"1": both("Activities", "Aktiviteter"),
			"2": both("Investments", "Investeringer"), "3": both("Expatriate staff", "Udsendt medarbejder"),
			"4": both("Local staff", "Lokalt ansatte"), "5": both("Local administration", "Lokal administration"),
			"6": both("Monitoring", "Projekttilsyn"), "7": both("Evaluation", "Evaluering"),
			"8": both("Information in Denmark", "Oplysning i Danmark"), "9": both("Budget margin", "Budgetmargin")}},
	figures.LayoutDanida: {name: both("Danida accounts", "Danida-regnskab"),
		agreement: both("Danida file no.", "Danida j.nr."), subtotals: true,
		parts: []string{"receipts", "spending", "places", "deviations", "forecast", "request", "instalments", "advances",
			"indirect", "sources", "shared", "in_kind", "results", "rates", "ledger", "vouchers", "transactions"},
		columns: []string{"no", "text", "budget", "period", "to_date", "left", "left_percent", "used"}},
	figures.LayoutFoundation: {name: both("Short account", "Kort regnskab"), agreement: words.agreement,
		parts:   []string{"spending", "receipts", "places", "deviations"},
		columns: []string{"no", "text", "budget", "period", "to_date", "left", "bar"}},
}

// spendingColumns are the columns that a layout may have of the spending, with their widths; that of "text" is what
// the others leave.
var spendingColumns = map[string]column{
	"no": {mm: 8, chars: 4}, "text": {}, "unit": {mm: 14, chars: 8}, "quantity": {mm: 12, chars: 8, right: true},
	"price": {mm: 19, chars: 11, right: true}, "budget": {mm: 22, chars: 13, right: true},
	"period": {mm: 21, chars: 13, right: true}, "to_date": {mm: 21, chars: 13, right: true},
	"left": {mm: 23, chars: 13, right: true}, "left_percent": {mm: 15, chars: 8, right: true},
	"used": {mm: 16, chars: 8, right: true}, "bar": {mm: 17, bar: true},
}

// columnWords are the heads of those columns.
var columnWords = map[string]figures.Name{"text": words.budgetLine, "unit": both("Unit", "Enhed"),
	"quantity": both("Units", "Antal"), "price": both("Unit price", "Enhedspris"), "budget": words.budget,
	"period": words.inPeriod, "to_date": words.toDate, "left": words.variance, "left_percent": both("Left", "Rest %"),
	"used": words.used}

// layout is that of the statement; a code that this version does not know prints like ours.
func (s grantPaper) layout() layout {
	if l, known := layouts[s.Layout]; known {
		return l
	}
	return layouts[""]
}

// part makes a part of the paper by its name; one that says nothing is left out.
func (s grantPaper) part(name string) block {
	return map[string]func() block{"spending": s.spendingBlock, "places": s.placesBlock, "receipts": s.receiptsBlock,
		"forecast": s.forecastBlock, "instalments": s.instalmentsBlock, "advances": s.advancesBlock,
		"indirect": s.indirectBlock, "shared": s.sharedBlock, "in_kind": s.inKindBlock, "results": s.resultsBlock,
		"deviations": s.deviationsBlock, "ledger": s.ledgerBlock, "rates": s.ratesBlock, "vouchers": s.vouchersBlock,
		"sources": s.sourcesBlock, "request": s.requestBlock, "transactions": s.transactionsBlock}[name]()
}

// spendingHead are the columns of the layout.
func (s grantPaper) spendingHead() []column {
	var columns []column
	room, text := int(textWide), 0
	for i, name := range s.layout().columns {
		c := spendingColumns[name]
		c.is, c.head = name, columnWords[name].In(s.lang)
		if name == "no" {
			c.mm, c.chars = s.noWide(), s.noWide()/2
		}
		if name == "text" {
			text = i
		}
		room -= c.mm
		columns = append(columns, c)
	}
	columns[text].mm = room
	return columns
}

// spendingCells are the cells of a row in those columns; what is not named stays empty.
func spendingCells(columns []column, of map[string]figure) []figure {
	return figures.Each(columns, func(c column) figure { return of[c.is] })
}

// budgetCells are those of budget figures.
func (s grantPaper) budgetCells(f figures.BudgetFigures, no, text, key string) map[string]figure {
	return map[string]figure{"no": word(no), "text": word(text), "budget": s.own(f.Budget, ""),
		"period": s.own(f.InPeriod, key+".amount"), "to_date": s.own(f.ToDate, key+".to_date"),
		"left": s.own(f.Variance, ""), "left_percent": s.percent(f.VarianceOf), "used": s.percent(f.UsedPercent)}
}

// budgetSpending lists budget lines with their costs beneath, main lines with their sums where the layout has them,
// then what the budget does not name, then the total.
func (s grantPaper) budgetSpending() block {
	lang, of := s.lang, s.layout()
	b := block{title: words.spending.In(lang), unit: string(s.Currency), chart: true, carry: true,
		columns: s.spendingHead()}
	for _, h := range s.Headings() {
		divided := of.subtotals && (len(h.Lines) > 1 || h.Lines[0].No != h.No)
		if divided {
			b.add(tableRow{level: headLevel, cells: spendingCells(b.columns, map[string]figure{"no": word(h.No),
				"text": word(of.headings[h.No].In(lang))})})
		}
		for _, l := range h.Lines {
			b.add(s.lineRows(b.columns, l)...)
		}
		if divided {
			label := strings.Replace(words.subtotal.In(lang), "{no}", figures.Joined(h.No, of.headings[h.No].In(lang)), 1)
			b.add(tableRow{level: subLevel, cells: spendingCells(b.columns,
				s.budgetCells(h.BudgetFigures, "", label, "budget."+h.No))})
		}
	}
	if outside := s.LinesOf(""); len(outside) > 0 {
		b.add(tableRow{level: headLevel, cells: spendingCells(b.columns,
			map[string]figure{"text": word(words.outsideBudget.In(lang))})})
		for _, l := range outside {
			r := s.costCells(b.columns, l)
			r.counts = true
			b.add(r)
		}
	}
	b.add(tableRow{level: sumLevel, bar: s.BudgetTotal.UsedPercent, cells: spendingCells(b.columns,
		s.budgetCells(s.BudgetTotal, "", words.total.In(lang), "budget_total"))})
	return b
}

// lineRows are a budget line and its costs.
func (s grantPaper) lineRows(columns []column, l figures.BudgetLine) []tableRow {
	cells := s.budgetCells(l.BudgetFigures, l.No, l.Text, "budget."+l.No)
	if l.Unit != "" {
		cells["unit"], cells["quantity"] = word(l.Unit), word(s.lang.Number(l.Quantity, max(0, -l.Quantity.Exponent())))
		cells["price"] = s.own(l.UnitPrice, "")
	}
	rows := []tableRow{{cells: spendingCells(columns, cells), bar: l.UsedPercent, counts: true,
		length: [2]decimal.Decimal{l.ToDate, l.Budget}, note: explanationOf(s.lang, l)}}
	for _, c := range s.LinesOf(l.No) {
		if c.Key != figures.SupportKey {
			rows = append(rows, s.costCells(columns, c))
		}
	}
	return rows
}

// costCells are a cost in the columns of the layout.
func (s grantPaper) costCells(columns []column, l figures.Line) tableRow {
	key := "lines." + l.Key
	return costLineOf(spendingCells(columns, map[string]figure{"text": word(s.lang.Category(l)),
		"period": s.own(l.InPeriod, key+".amount"), "to_date": s.own(l.ToDate, key+".to_date")})...)
}

// sourcesBlock says who bore the costs that the grant had a part in, in base currency.
func (s grantPaper) sourcesBlock() block {
	if len(s.Ties) == 0 || len(s.Shared) == 0 {
		return block{} // one of them is withheld, or nobody else bore a part
	}
	ours := figures.Sum(s.Ties, func(t figures.Tie) decimal.Decimal { return t.Amount })
	others := figures.Sum(s.Shared, func(c figures.Shared) decimal.Decimal { return c.Whole.Sub(c.Grant) })
	b := block{title: words.sources.In(s.lang), unit: string(s.Base),
		columns: []column{textColumn(words.source.In(s.lang), 120, 0), sumColumn(words.amount.In(s.lang), 35, 18),
			sumColumn(words.share.In(s.lang), 25, 9)}}
	whole := ours.Add(others)
	b.add(lineOf(word(words.sharedOurs.In(s.lang)), s.base(ours, ""), s.percent(figures.PercentOf(ours, whole))),
		lineOf(word(words.sourceOthers.In(s.lang)), s.base(others, ""), s.percent(figures.PercentOf(others, whole))),
		sumLineOf(word(words.total.In(s.lang)), s.base(whole, ""), figure{}))
	return b
}

// requestBlock asks for what is to be paid: what was used beyond what came, and the next part that was promised.
func (s grantPaper) requestBlock() block {
	if s.Forecast == nil || s.Forecast.Request.IsZero() && len(s.Forecast.Instalments) == 0 {
		return block{}
	}
	b := block{title: words.request.In(s.lang), unit: string(s.Currency),
		columns: []column{textColumn("", 145, 0), sumColumn(words.amount.In(s.lang), 35, 16)}}
	b.add(lineOf(word(words.requestNeed.In(s.lang)), s.own(s.Forecast.Request, "payment_request")))
	if len(s.Forecast.Instalments) > 0 {
		next := s.Forecast.Instalments[0]
		label := strings.NewReplacer("{no}", strconv.Itoa(next.No), "{date}", s.lang.Date(next.DueOn)).Replace(
			words.requestNext.In(s.lang))
		b.add(lineOf(word(label), s.own(next.Amount, "")))
	}
	if s.Organisation.Account != "" {
		b.after = []string{words.requestTo.In(s.lang) + " " + s.Organisation.Account + "."}
	}
	return b
}

// transactionsBlock lists transactions by the reference of their voucher, where the agreement wants it. What was spent
// on people is one sum: no line of it could be read without saying something of one of them.
func (s grantPaper) transactionsBlock() block {
	listed := slices.DeleteFunc(slices.Clone(s.Vouchers), func(v figures.Voucher) bool { return !v.Amount.Valid })
	if len(listed) == 0 {
		return block{}
	}
	lang := s.lang
	b := block{title: words.transactions.In(lang), unit: string(s.Base), carry: true,
		after: []string{words.byCode.In(lang)},
		columns: []column{textColumn(words.budgetLine.In(lang), 26, 14), textColumn(words.voucher.In(lang), 30, 16),
			textColumn(words.costs.In(lang), 89, 0), sumColumn(words.amount.In(lang), 35, 16)}}
	sum := decimal.Zero
	for _, v := range listed {
		ref := v.Ref
		if v.Entry != "" {
			ref = v.Entry
		}
		sum = sum.Add(v.Amount.Decimal)
		b.add(tableRow{counts: true, cells: []figure{word(v.BudgetLine), word(ref), word(v.Name.In(lang)),
			s.base(v.Amount.Decimal, "")}})
	}
	if s.Currency == s.Base && !s.Whole {
		b.add(tableRow{counts: true, cells: []figure{{}, {}, word(words.notByCode.In(lang)), s.base(s.Spent.Sub(sum), "")}})
		sum = s.Spent
	}
	b.add(sumLineOf(figure{}, figure{}, word(words.total.In(lang)), s.base(sum, "")))
	return b
}
