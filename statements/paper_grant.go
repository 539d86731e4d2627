package statements

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// paper is the statement of a grant in words.
func (s *GrantStatement) paper(lang Lang) paper {
	w := writer{lang, s.Whole}
	p := paper{lang: lang, title: words.title.in(lang) + " " + s.Grant, project: s.Project, facts: s.facts(w),
		terms: s.equation(w), sentences: []string{s.sentence(w)}, notes: s.footnotes(w)}
	p.headed(s.Head(), s.Organisation, s.PreparedOn, s.DataHash())
	if s.GrantUsed.Valid {
		p.share = &meter{words.moneyUsed.in(lang), "", s.GrantUsed}
		p.meters = append(p.meters, meter{words.moneyUsed.in(lang), words.of.in(lang) + " " + w.money(s.money(s.Granted)), s.GrantUsed})
	}
	if s.TimeUsed.Valid {
		day := strings.Replace(words.throughDay.in(lang), "{date}", lang.date(s.Period.To), 1)
		p.meters = append(p.meters, meter{words.timePassed.in(lang), day, s.TimeUsed})
	}
	p.signing = s.signing(lang)
	for _, b := range []block{s.spendingBlock(w), s.placesBlock(w), s.receiptsBlock(w), s.forecastBlock(w), s.instalmentsBlock(w), s.advancesBlock(w),
		s.indirectBlock(w), s.sharedBlock(w), s.inKindBlock(w), s.resultsBlock(w), s.deviationsBlock(w), s.ledgerBlock(w), s.ratesBlock(w),
		s.vouchersBlock(w)} {
		if b.title != "" {
			p.blocks = append(p.blocks, b)
		}
	}
	return p
}

// hasBudget reports whether there is a budget to compare with.
func (s *GrantStatement) hasBudget() bool { return len(s.Budget) > 0 }

// equation lists the terms that lead from opening to closing; those that are nothing and rare are left out.
func (s *GrantStatement) equation(w writer) []term {
	in := func(d decimal.Decimal, key string) figure { return w.amount(s.money(d), key) }
	terms := []term{{"", words.opening.in(w.lang), in(s.Opening, "opening")}, {"+", words.received.in(w.lang), in(s.Received, "received")}}
	if !s.Interest.IsZero() {
		terms = append(terms, term{"+", words.interest.in(w.lang), in(s.Interest, "interest")})
	}
	terms = append(terms, term{minus, words.spent.in(w.lang), in(s.Spent, "spent")})
	if !s.Refunded.IsZero() {
		terms = append(terms, term{minus, words.refunded.in(w.lang), in(s.Refunded, "refunded")})
	}
	return append(terms, term{"=", words.closing.in(w.lang), in(s.Closing, "closing")})
}

// sentence says the period in one line, for a reader of no tables.
func (s *GrantStatement) sentence(w writer) string {
	p := words.sentence
	switch {
	case s.Closing.Sign() < 0:
		p = words.sentenceOverspent
	case s.Refunded.Sign() > 0 && s.Closing.IsZero():
		p = words.sentenceSettled
	case s.Refunded.Sign() > 0:
		p = words.sentenceRefunded
	}
	text := p.in(w.lang)
	if !s.Interest.IsZero() {
		text = strings.Replace(text, "{received}", words.withInterest.in(w.lang), 1)
	}
	return strings.NewReplacer(
		"{received}", w.money(s.money(s.Received)),
		"{interest}", w.money(s.money(s.Interest)),
		"{spent}", w.money(s.money(s.Spent)),
		"{closing}", w.money(s.money(s.Closing.Abs())),
		"{refunded}", w.money(s.money(s.Refunded)),
	).Replace(text)
}

// facts are the labelled lines of the head; what is not known is left out.
func (s *GrantStatement) facts(w writer) [][2]string {
	lang, grantPeriod, grant := w.lang, "", s.Grant
	if !s.GrantPeriod.IsZero() {
		grantPeriod = lang.period(s.GrantPeriod)
	}
	if !s.Granted.IsZero() {
		grant += ", " + w.money(s.money(s.Granted))
	}
	currencies := string(s.Currency)
	if s.Currency != s.Base {
		currencies += " (" + words.booksIn.in(lang) + " " + string(s.Base) + ")"
	}
	report := ""
	if s.ReportNo > 0 {
		report = strconv.Itoa(s.ReportNo)
	}
	facts := [][2]string{
		{words.grantor.in(lang), s.Grantor.Name}, {words.grant.in(lang), grant}, {words.agreement.in(lang), s.Agreement},
		{words.period.in(lang), lang.period(s.Period)}, {words.grantPeriod.in(lang), grantPeriod}, {words.amountsIn.in(lang), currencies},
		{words.reportNo.in(lang), report}, {words.basis.in(lang), words.accrual.in(lang)},
	}
	return slices.DeleteFunc(facts, func(fact [2]string) bool { return fact[1] == "" })
}

// spendingBlock lists budget lines with their costs beneath, then what the budget does not name, then the total.
func (s *GrantStatement) spendingBlock(w writer) block {
	lang := w.lang
	if !s.hasBudget() {
		b := block{title: words.spendingPlain.in(lang), unit: string(s.Currency), chart: true, carry: true, columns: []column{
			{head: words.costs.in(lang), mm: 82}, {head: words.inPeriod.in(lang), mm: 27, chars: 13, right: true},
			{head: words.toDate.in(lang), mm: 27, chars: 13, right: true}, {head: words.share.in(lang), mm: 15, chars: 8, right: true}, {mm: 29, bar: true}}}
		for _, l := range s.Lines {
			r := s.costRow(w, l, lineLevel)
			r.counts = true
			b.rows = append(b.rows, r)
		}
		b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.total.in(lang)), w.amount(s.money(s.Spent), "spent"),
			w.amount(s.money(s.ToDate.Spent), "to_date.spent"), {}}})
		return b
	}
	no := s.noWide()
	b := block{title: words.spending.in(lang), unit: string(s.Currency), chart: true, carry: true, columns: []column{
		{mm: no, chars: no / 2}, {head: words.budgetLine.in(lang), mm: 60 - no}, {head: words.budget.in(lang), mm: 22, chars: 13, right: true},
		{head: words.inPeriod.in(lang), mm: 21, chars: 13, right: true}, {head: words.toDate.in(lang), mm: 21, chars: 13, right: true},
		{head: words.variance.in(lang), mm: 23, chars: 13, right: true}, {head: words.used.in(lang), mm: 16, chars: 8, right: true}, {mm: 17, bar: true}}}
	for _, l := range s.Budget {
		r := s.budgetRow(w, l.BudgetFigures, l.No, l.Text, "budget."+l.No)
		r.note, r.counts = lang.explanation(l), true
		b.rows = append(b.rows, r)
		for _, c := range s.linesOf(l.No) {
			if c.Key != supportKey {
				b.rows = append(b.rows, s.costRow(w, c, costLevel))
			}
		}
	}
	if outside := s.linesOf(""); len(outside) > 0 {
		b.rows = append(b.rows, tableRow{level: headLevel, cells: []figure{{}, word(words.outsideBudget.in(lang))}})
		for _, l := range outside {
			r := s.costRow(w, l, costLevel)
			r.counts = true
			b.rows = append(b.rows, r)
		}
	}
	total := s.budgetRow(w, s.BudgetTotal, "", words.total.in(lang), "budget_total")
	total.level = sumLevel
	b.rows = append(b.rows, total)
	return b
}

// noWide is how many millimetres the grantor's own numbers need.
func (s *GrantStatement) noWide() int {
	if slices.ContainsFunc(s.Budget, func(l BudgetLine) bool { return len(l.No) > 4 }) {
		return 16
	}
	return 8
}

func (s *GrantStatement) budgetRow(w writer, f BudgetFigures, no, text, key string) tableRow {
	return tableRow{cells: []figure{word(no), word(text), w.amount(s.money(f.Budget), ""), w.amount(s.money(f.InPeriod), key+".amount"),
		w.amount(s.money(f.ToDate), key+".to_date"), w.amount(s.money(f.Variance), ""), w.percent(f.UsedPercent)},
		bar: f.UsedPercent, length: [2]decimal.Decimal{f.ToDate, f.Budget}}
}

func (s *GrantStatement) costRow(w writer, l Line, at level) tableRow {
	key := "lines." + l.Key
	figures := []figure{w.amount(s.money(l.InPeriod), key+".amount"), w.amount(s.money(l.ToDate), key+".to_date")}
	if s.hasBudget() {
		return tableRow{level: at, cells: append(append([]figure{{}, word(w.lang.category(l)), {}}, figures...), figure{}, figure{})}
	}
	return tableRow{level: at, cells: append(append([]figure{word(w.lang.category(l))}, figures...), w.percent(l.Share)), bar: l.Share,
		length: [2]decimal.Decimal{l.InPeriod}}
}

// placesBlock lists the parts of the closing balance and what leads from their sum to it.
func (s *GrantStatement) placesBlock(w writer) block {
	lang := w.lang
	b := block{title: words.whereMoney.in(lang), unit: string(s.Base), columns: placeColumns(lang, s.Parts), rows: w.placeRows(s.Parts, s.Base)}
	if s.Commitments.Valid {
		b.after = []string{words.commitments.in(lang) + ": " + lang.money(s.inBase(s.Commitments.Decimal))}
	}
	if len(s.OpeningParts) > 0 {
		was := each(s.OpeningParts, func(p Part) string {
			label := lower(lang.place(p.Kind))
			if p.Holder != "" && p.Holder != string(s.Base) {
				label += " (" + p.Holder + ")"
			}
			return label + " " + lang.money(s.inBase(p.Amount))
		})
		b.after = append(b.after, words.openingWas.in(lang)+" "+strings.TrimSuffix(strings.Join(was, "; "), ".")+".")
	}
	if s.Currency == s.Base {
		b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.closing.in(lang)), {}, w.amount(s.inBase(s.ClosingBase), "closing")}})
		return b
	}
	b.rows = append(b.rows,
		tableRow{level: sumLevel, cells: []figure{word(words.totalBooks.in(lang)), {}, w.amount(s.inBase(s.ClosingBase), "closing_base")}},
		tableRow{level: costLevel, cells: []figure{word(words.rounding.in(lang)), {}, w.amount(s.inBase(s.Rounding), "")}},
		tableRow{level: sumLevel, cells: []figure{word(words.atRate.in(lang)), w.quantity(s.money(s.Closing)), w.amount(s.inBase(s.ClosingAtRate), "")}})
	if s.converts() && s.Deferred != nil {
		b.rows[len(b.rows)-1].cells = []figure{word(words.byBooks.in(lang)), w.quantity(s.money(s.Deferred.Amount)), w.amount(s.inBase(s.ClosingAtRate), "")}
		b.rows = append(b.rows,
			tableRow{level: costLevel, cells: []figure{word(words.methodDiffers.in(lang)), w.quantity(s.money(s.MethodDifference.Neg())), {}}},
			tableRow{level: sumLevel, cells: []figure{word(words.closing.in(lang)), w.quantity(s.money(s.Closing)), {}}})
	}
	return b
}

func (s *GrantStatement) receiptsBlock(w writer) block {
	lang := w.lang
	b := block{title: words.receipts.in(lang), unit: string(s.Currency), carry: true}
	if len(s.Receipts) == 0 {
		b.after = []string{words.noMoney.in(lang)}
		return b
	}
	b.columns = []column{{head: words.date.in(lang), mm: 26, chars: 13}, {head: words.receipt.in(lang), mm: 119}, {head: words.amount.in(lang), mm: 35, chars: 16, right: true}}
	if s.Currency != s.Base {
		b.columns = []column{{head: words.date.in(lang), mm: 26, chars: 13}, {head: words.receipt.in(lang), mm: 49},
			{head: words.rate.in(lang), mm: 40, chars: 19, right: true}, {head: words.inBooks.in(lang) + ", " + string(s.Base), mm: 35, chars: 16, right: true},
			{head: words.amount.in(lang), mm: 30, chars: 14, right: true}}
	}
	for i, r := range s.Receipts {
		key := "receipts." + strconv.Itoa(i+1)
		cells := []figure{word(lang.shortDate(r.Date)), word(receiptText(w, r))}
		if s.Currency != s.Base {
			cells = append(cells, word(lang.rate(r.Rate)), w.amount(s.inBase(r.Base), ""))
		}
		b.rows = append(b.rows, tableRow{cells: append(cells, w.amount(s.money(r.Amount), key)), counts: true})
	}
	return b
}

// receiptText is what a receipt was, with what arrived where that was something else.
func receiptText(w writer, r Receipt) string {
	label := w.lang.receipt(r)
	if r.Text != "" {
		label += ", " + r.Text
	}
	if r.Original.Currency != "" {
		label += " (" + strings.Replace(words.arrivedAs.in(w.lang), "{amount}", w.lang.quantity(r.Original), 1) + ")"
	}
	return label
}

// advancesBlock follows the money with partners in the currency that they hold.
func (s *GrantStatement) advancesBlock(w writer) block {
	lang := w.lang
	if len(s.Advances) == 0 {
		return block{}
	}
	b := block{title: words.advances.in(lang), columns: []column{{head: words.partner.in(lang), mm: 30},
		{head: words.advOpening.in(lang), mm: 26, chars: 14, right: true}, {head: words.advSent.in(lang), mm: 26, chars: 14, right: true},
		{head: words.advSpent.in(lang), mm: 26, chars: 14, right: true}, {head: words.advReturned.in(lang), mm: 22, chars: 14, right: true},
		{head: words.advClosing.in(lang), mm: 26, chars: 14, right: true}, {head: string(s.Base), mm: 24, chars: 12, right: true}}}
	for _, a := range s.Advances {
		in := func(d decimal.Decimal) figure { return w.amount(ledger.Money{Amount: d, Currency: a.Currency}, "") }
		b.rows = append(b.rows, tableRow{cells: []figure{word(strings.TrimSpace(a.Partner + " " + string(a.Currency))), in(a.Opening), in(a.Sent), in(a.Spent), in(a.Returned),
			in(a.Closing), w.amount(s.inBase(a.Base), "advances."+a.Partner)}})
		if a.Oldest != "" {
			oldest := strings.NewReplacer("{date}", lang.date(a.Oldest), "{partner}", a.Partner).Replace(words.advOldest.in(lang))
			b.after = append(b.after, oldest)
		}
	}
	return b
}

// indirectBlock leads from the costs in the base to the charge of the period, in base currency.
func (s *GrantStatement) indirectBlock(w writer) block {
	i, lang := s.Indirect, w.lang
	if i == nil {
		return block{}
	}
	b := block{title: words.indirect.in(lang), unit: string(s.Base), columns: []column{{mm: 145}, {mm: 35, chars: 18, right: true}}}
	add := func(at level, label string, d decimal.Decimal) {
		b.rows = append(b.rows, tableRow{level: at, cells: []figure{word(label), w.amount(s.inBase(d), "")}})
	}
	for n, step := range i.Steps {
		label := strings.Replace(words.indirectBase.in(lang), "{date}", lang.date(i.Through), 1)
		if n > 0 || len(i.Steps) > 1 {
			label += ", " + lang.rateInPercent(step.Rate)
		}
		add(lineLevel, label, step.Base)
	}
	charge := words.indirectToDate.in(lang)
	if len(i.Steps) == 1 {
		charge = strings.Replace(words.indirectRate.in(lang), "{percent}", lang.rateInPercent(i.Steps[0].Rate), 1)
	}
	add(lineLevel, charge, i.ToDate)
	if !i.Before.IsZero() {
		add(lineLevel, words.indirectBefore.in(lang), i.Before.Neg())
	}
	add(sumLevel, words.indirectIn.in(lang), i.InPeriod)
	if i.Cap.Valid {
		b.after = append(b.after, strings.Replace(words.indirectCap.in(lang), "{amount}", w.money(s.money(i.Cap.Decimal)), 1))
	}
	if len(i.Excluded) > 0 {
		names := each(i.Excluded, func(key string) string { return lower(lang.category(Line{Key: key})) })
		b.after = append(b.after, words.excluded.in(lang)+": "+strings.Join(names, ", ")+".")
	}
	return b
}

// sharedBlock shows costs that several funds bore, and the part of this one.
func (s *GrantStatement) sharedBlock(w writer) block {
	lang := w.lang
	if len(s.Shared) == 0 {
		return block{}
	}
	b := block{title: words.shared.in(lang), unit: string(s.Base), after: []string{words.sharedNote.in(lang)}, columns: []column{{head: words.costs.in(lang), mm: 75},
		{head: words.sharedWhole.in(lang), mm: 35, chars: 16, right: true}, {head: words.sharedOthers.in(lang), mm: 35, chars: 16, right: true},
		{head: words.sharedOurs.in(lang), mm: 35, chars: 16, right: true}}}
	for _, c := range s.Shared {
		b.rows = append(b.rows, tableRow{cells: []figure{word(lang.category(Line{Key: c.Key, Name: c.Name})), w.amount(s.inBase(c.Whole), ""),
			w.amount(s.inBase(c.Whole.Sub(c.Grant)), ""), w.amount(s.inBase(c.Grant), "shared."+c.Key)}})
	}
	return b
}

// ledgerBlock ties the report to the ledger: what each cost account of the fund has in the period.
func (s *GrantStatement) ledgerBlock(w writer) block {
	lang := w.lang
	if len(s.Ties) == 0 {
		return block{}
	}
	b := block{title: words.tie.in(lang), unit: string(s.Base), carry: true, columns: []column{{head: words.account.in(lang), mm: 20, chars: 8}, {mm: 125},
		{head: words.amount.in(lang), mm: 35, chars: 18, right: true}}}
	total := decimal.Zero
	for _, t := range s.Ties {
		total = total.Add(t.Amount)
		b.rows = append(b.rows, tableRow{cells: []figure{word(string(t.Account)), word(lang.pick(t.Name.EN, t.Name.DA)),
			w.amount(s.inBase(t.Amount), "ledger."+string(t.Account))}, counts: true})
	}
	b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{{}, word(words.tieTotal.in(lang)), w.amount(s.inBase(total), "")}})
	b.after = []string{words.tieSame.in(lang)}
	if s.Currency != s.Base {
		b.after = []string{words.tieConverted.in(lang)}
	}
	return b
}

func (s *GrantStatement) ratesBlock(w writer) block {
	lang := w.lang
	if len(s.Rates)+len(s.Applied) == 0 {
		return block{}
	}
	b := block{title: words.rates.in(lang), columns: []column{{head: words.date.in(lang), mm: 26, chars: 13}, {head: words.use.in(lang), mm: 64, chars: 30},
		{head: words.reference.in(lang), mm: 35}, {head: words.rate.in(lang), mm: 55, chars: 24, right: true}}}
	for _, a := range s.Applied {
		through := strings.Replace(words.throughTo.in(lang), "{date}", lang.shortDate(a.To), 1)
		b.rows = append(b.rows, tableRow{cells: []figure{word(lang.shortDate(a.From)), word(lang.applied(a)), word(through), word(lang.rate(a.rate()))}})
	}
	for _, r := range s.Rates {
		b.rows = append(b.rows, tableRow{cells: []figure{word(lang.shortDate(r.Date)), word(lang.rateUse(r.Use)), word(r.Ref), word(lang.rate(r.Rate))}})
	}
	return b
}

// footnotes are the sentences under the tables, in order.
func (s *GrantStatement) footnotes(w writer) []string {
	var notes []string
	if s.hasBudget() {
		notes = append(notes, strings.Replace(words.varianceNote.in(w.lang), "{version}", strconv.Itoa(max(s.BudgetVersion, 1)), 1))
	}
	notes = append(notes, notesOf(w.lang, s.Notes)...)
	switch {
	case s.Deferred != nil && !s.MethodDifference.IsZero():
		notes = append(notes, notesOf(w.lang, []Note{{Code: NoteMethodDiffers, Amount: s.money(s.MethodDifference.Abs())}})...)
	case s.Deferred != nil:
		notes = append(notes, words.agreesOne.in(w.lang)+": "+lower(words.agrees.in(w.lang)))
	}
	return notes
}

// supportKey is the category that all others merge into, at last: money that was spent on support, and no more is said.
const supportKey = "support"
