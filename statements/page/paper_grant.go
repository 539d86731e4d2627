package page

import (
	"slices"
	"strconv"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// grantPaper words the statement of a grant.
type grantPaper struct {
	*figures.GrantStatement
	writer
}

// paper is the statement in words.
func (s grantPaper) paper() paper {
	lang := s.lang
	p := paper{lang: lang, title: words.title.In(lang) + " " + s.Grant, project: s.Project, facts: s.facts(),
		terms: s.equation(), sentences: s.sentences(), notes: s.footnotes()}
	p.headed(s.Head(), s.Organisation, s.PreparedOn, s.DataHash())
	if s.GrantUsed.Valid {
		p.share = &meter{words.moneyUsed.In(lang), "", s.GrantUsed}
		p.meters = append(p.meters, meter{words.moneyUsed.In(lang), words.of.In(lang) + " " + s.said(s.Granted), s.GrantUsed})
	}
	if s.TimeUsed.Valid {
		day := strings.Replace(words.throughDay.In(lang), "{date}", lang.Date(s.Period.To), 1)
		p.meters = append(p.meters, meter{words.timePassed.In(lang), day, s.TimeUsed})
	}
	p.signing = s.signing()
	for _, name := range s.layout().parts {
		p.keep(s.part(name))
	}
	return p
}

// hasBudget reports whether there is a budget to compare with.
func (s grantPaper) hasBudget() bool { return len(s.Budget) > 0 }

// equation lists the terms that lead from opening to closing; those that are nothing and rare are left out.
func (s grantPaper) equation() []term {
	terms := []term{{"", words.opening.In(s.lang), s.own(s.Opening, "opening")},
		s.moved("+", words.received, said.takenBack, s.Received, "received")}
	if !s.Interest.IsZero() {
		terms = append(terms, s.moved("+", words.interest, said.interestBack, s.Interest, "interest"))
	}
	terms = append(terms, s.moved(figures.Minus, words.spent, said.costBack, s.Spent, "spent"))
	if !s.Refunded.IsZero() {
		terms = append(terms, s.moved(figures.Minus, words.refunded, said.refundBack, s.Refunded, "refunded"))
	}
	return append(terms, term{"=", words.closing.In(s.lang), s.own(s.Closing, "closing")})
}

// facts are the labelled lines of the head; what is not known is left out.
func (s grantPaper) facts() [][2]string {
	lang, grantPeriod, grant := s.lang, "", s.Grant
	if !s.GrantPeriod.IsZero() {
		grantPeriod = lang.Period(s.GrantPeriod)
	}
	if !s.Granted.IsZero() {
		grant += ", " + s.said(s.Granted)
	}
	currencies := string(s.Currency)
	if s.Currency != s.Base {
		currencies += " (" + words.booksIn.In(lang) + " " + string(s.Base) + ")"
	}
	report := ""
	if s.ReportNo > 0 {
		report = strconv.Itoa(s.ReportNo)
	}
	facts := [][2]string{
		{words.grantor.In(lang), s.Grantor.Name}, {words.grant.In(lang), grant}, {s.layout().agreement.In(lang), s.Agreement},
		{words.ourReference.In(lang), s.Reference},
		{words.period.In(lang), lang.Period(s.Period)}, {words.grantPeriod.In(lang), grantPeriod},
		{words.amountsIn.In(lang), currencies},
		{words.reportNo.In(lang), report}, {words.basis.In(lang), words.accrual.In(lang)},
		{words.layoutOf.In(lang), s.layout().name.In(lang)}, {words.ourAccount.In(lang), s.Organisation.Account},
	}
	return slices.DeleteFunc(facts, func(fact [2]string) bool { return fact[1] == "" })
}

// spendingBlock lists budget lines with their costs beneath, then what the budget does not name, then the total.
func (s grantPaper) spendingBlock() block {
	lang := s.lang
	if s.hasBudget() {
		return s.budgetSpending()
	}
	b := block{title: words.spendingPlain.In(lang), unit: string(s.Currency), chart: true, carry: true, columns: []column{
		textColumn(words.costs.In(lang), 82, 0), sumColumn(words.inPeriod.In(lang), 27, 13),
		sumColumn(words.toDate.In(lang), 27, 13), sumColumn(words.share.In(lang), 15, 8), {mm: 29, bar: true}}}
	for _, l := range s.Lines {
		key := "lines." + l.Key
		b.add(tableRow{counts: true, bar: l.Share, length: [2]decimal.Decimal{l.InPeriod},
			cells: []figure{word(lang.Category(l)), s.own(l.InPeriod, key+".amount"), s.own(l.ToDate, key+".to_date"),
				s.percent(l.Share)}})
	}
	b.add(sumLineOf(word(words.total.In(lang)), s.own(s.Spent, "spent"),
		s.own(s.ToDate.Spent, "to_date.spent"), figure{}))
	return b
}

// noWide is how many millimetres the grantor's own numbers need.
func (s grantPaper) noWide() int {
	if slices.ContainsFunc(s.Budget, func(l figures.BudgetLine) bool { return len(l.No) > 4 }) {
		return 16
	}
	return 8
}

// placesBlock lists the parts of the closing balance and what leads from their sum to it.
func (s grantPaper) placesBlock() block {
	lang := s.lang
	b := block{title: words.whereMoney.In(lang), unit: string(s.Base), columns: placeColumns(lang, s.Parts),
		rows: s.placeRows(s.Parts)}
	if s.Commitments.Valid {
		b.after = []string{words.commitments.In(lang) + ": " + lang.Money(s.InBase(s.Commitments.Decimal))}
	}
	if len(s.OpeningParts) > 0 {
		was := figures.Each(s.OpeningParts, func(p figures.Part) string {
			label := figures.Lower(lang.Place(p.Kind))
			if p.Holder != "" && p.Holder != string(s.Base) {
				label += " (" + p.Holder + ")"
			}
			return label + " " + lang.Money(s.InBase(p.Amount))
		})
		b.after = append(b.after, words.openingWas.In(lang)+" "+strings.TrimSuffix(strings.Join(was, "; "), ".")+".")
	}
	if s.Currency == s.Base {
		b.add(sumLineOf(word(words.closing.In(lang)), figure{}, s.base(s.ClosingBase, "closing")))
		return b
	}
	b.add(sumLineOf(word(words.totalBooks.In(lang)), figure{}, s.base(s.ClosingBase, "closing_base")),
		costLineOf(word(words.rounding.In(lang)), figure{}, s.base(s.Rounding, "")),
		sumLineOf(word(words.atRate.In(lang)), s.held(s.Closing), s.base(s.ClosingAtRate, "")))
	if s.Converts() && s.Deferred != nil {
		b.rows[len(b.rows)-1].cells = []figure{word(words.byBooks.In(lang)), s.held(s.Deferred.Amount),
			s.base(s.ClosingAtRate, "")}
		b.add(costLineOf(word(words.methodDiffers.In(lang)), s.held(s.MethodDifference.Neg()), figure{}),
			sumLineOf(word(words.closing.In(lang)), s.held(s.Closing), figure{}))
	}
	return b
}

func (s grantPaper) receiptsBlock() block {
	lang := s.lang
	b := block{title: words.receipts.In(lang), unit: string(s.Currency), carry: true}
	if len(s.Receipts) == 0 {
		b.after = []string{words.noMoney.In(lang)}
		return b
	}
	b.columns = []column{textColumn(words.date.In(lang), 26, 13), textColumn(words.receipt.In(lang), 119, 0),
		sumColumn(words.amount.In(lang), 35, 16)}
	if s.Currency != s.Base {
		b.columns = []column{textColumn(words.date.In(lang), 26, 13), textColumn(words.receipt.In(lang), 49, 0),
			sumColumn(words.rate.In(lang), 40, 19), sumColumn(words.inBooks.In(lang)+", "+string(s.Base), 35, 16),
			sumColumn(words.amount.In(lang), 30, 14)}
	}
	for i, r := range s.Receipts {
		key := "receipts." + strconv.Itoa(i+1)
		cells := []figure{word(lang.ShortDate(r.Date)), word(s.receiptText(r))}
		if s.Currency != s.Base {
			cells = append(cells, word(lang.Rate(r.Rate)), s.base(r.Base, ""))
		}
		b.add(tableRow{cells: append(cells, s.own(r.Amount, key)), counts: true})
	}
	return b
}

// receiptText is what a receipt was, with what arrived where that was something else.
func (s grantPaper) receiptText(r figures.Receipt) string {
	label := s.lang.Receipt(r)
	if r.Text != "" {
		label += ", " + r.Text
	}
	if r.Original.Currency != "" {
		label += " (" + strings.Replace(words.arrivedAs.In(s.lang), "{amount}", s.lang.Quantity(r.Original), 1) + ")"
	}
	return label
}

// advancesBlock follows the money with partners in the currency that they hold.
func (s grantPaper) advancesBlock() block {
	lang := s.lang
	if len(s.Advances) == 0 {
		return block{}
	}
	b := block{title: words.advances.In(lang), columns: []column{textColumn(words.partner.In(lang), 30, 0),
		sumColumn(words.advOpening.In(lang), 26, 14), sumColumn(words.advSent.In(lang), 26, 14),
		sumColumn(words.advSpent.In(lang), 26, 14), sumColumn(words.advReturned.In(lang), 22, 14),
		sumColumn(words.advClosing.In(lang), 26, 14), sumColumn(string(s.Base), 24, 12)}}
	for _, a := range s.Advances {
		in := func(d decimal.Decimal) figure { return s.amount(ledger.Money{Amount: d, Currency: a.Currency}, "") }
		b.add(lineOf(word(strings.TrimSpace(a.Partner+" "+string(a.Currency))), in(a.Opening), in(a.Sent), in(a.Spent),
			in(a.Returned),
			in(a.Closing), s.base(a.Base, "advances."+a.Partner)))
		if a.Oldest != "" {
			oldest := strings.NewReplacer("{date}", lang.Date(a.Oldest), "{partner}", a.Partner).Replace(
				words.advOldest.In(lang))
			b.after = append(b.after, oldest)
		}
	}
	return b
}

// indirectBlock leads from the costs in the base to the charge of the period, in base currency.
func (s grantPaper) indirectBlock() block {
	i, lang := s.Indirect, s.lang
	if i == nil {
		return block{}
	}
	b := block{title: words.indirect.In(lang), unit: string(s.Base),
		columns: []column{textColumn("", 145, 0), sumColumn("", 35, 18)}}
	add := func(at level, label string, d decimal.Decimal) {
		b.add(tableRow{level: at, cells: []figure{word(label), s.base(d, "")}})
	}
	for n, step := range i.Steps {
		label := strings.Replace(words.indirectBase.In(lang), "{date}", lang.Date(i.Through), 1)
		if n > 0 || len(i.Steps) > 1 {
			label += ", " + lang.RateInPercent(step.Rate)
		}
		add(lineLevel, label, step.Base)
	}
	charge := words.indirectToDate.In(lang)
	if len(i.Steps) == 1 {
		charge = strings.Replace(words.indirectRate.In(lang), "{percent}", lang.RateInPercent(i.Steps[0].Rate), 1)
	}
	add(lineLevel, charge, i.ToDate)
	if !i.Before.IsZero() {
		add(lineLevel, words.indirectBefore.In(lang), i.Before.Neg())
	}
	add(sumLevel, words.indirectIn.In(lang), i.InPeriod)
	if i.Cap.Valid {
		b.after = append(b.after, strings.Replace(words.indirectCap.In(lang), "{amount}", s.said(i.Cap.Decimal), 1))
	}
	if len(i.Excluded) > 0 {
		names := figures.Each(i.Excluded,
			func(key string) string { return figures.Lower(lang.Category(figures.Line{Key: key})) })
		b.after = append(b.after, words.excluded.In(lang)+": "+strings.Join(names, ", ")+".")
	}
	return b
}

// sharedBlock shows costs that several funds bore, and the part of this one.
func (s grantPaper) sharedBlock() block {
	lang := s.lang
	if len(s.Shared) == 0 {
		return block{}
	}
	b := block{title: words.shared.In(lang), unit: string(s.Base), after: []string{words.sharedNote.In(lang)},
		columns: []column{textColumn(words.costs.In(lang), 75, 0),
			sumColumn(words.sharedWhole.In(lang), 35, 16), sumColumn(words.sharedOthers.In(lang), 35, 16),
			sumColumn(words.sharedOurs.In(lang), 35, 16)}}
	for _, c := range s.Shared {
		b.add(lineOf(word(lang.Category(figures.Line{Key: c.Key, Name: c.Name})), s.base(c.Whole, ""),
			s.base(c.Whole.Sub(c.Grant), ""), s.base(c.Grant, "shared."+c.Key)))
	}
	return b
}

// ledgerBlock ties the report to the ledger: what each cost account of the fund has in the period.
func (s grantPaper) ledgerBlock() block {
	lang := s.lang
	if len(s.Ties) == 0 {
		return block{}
	}
	b := block{title: words.tie.In(lang), unit: string(s.Base), carry: true,
		columns: []column{textColumn(words.account.In(lang), 20, 8), textColumn("", 125, 0),
			sumColumn(words.amount.In(lang), 35, 18)}}
	total := decimal.Zero
	for _, t := range s.Ties {
		total = total.Add(t.Amount)
		b.add(tableRow{cells: []figure{word(string(t.Account)), word(t.Name.In(lang)),
			s.base(t.Amount, "ledger."+string(t.Account))}, counts: true})
	}
	b.add(sumLineOf(figure{}, word(words.tieTotal.In(lang)), s.base(total, "")))
	switch off := total.Sub(s.Spent); {
	case s.Currency != s.Base:
		b.after = []string{words.tieConverted.In(lang)}
	case off.IsZero():
		b.after = []string{words.tieSame.In(lang)}
	default:
		b.add(costLineOf(figure{}, word(said.tieOff.In(lang)), s.base(off.Neg(), "")))
	}
	return b
}

func (s grantPaper) ratesBlock() block {
	lang := s.lang
	if len(s.Rates)+len(s.Applied) == 0 {
		return block{}
	}
	b := block{title: words.rates.In(lang),
		columns: []column{textColumn(words.date.In(lang), 26, 13), textColumn(words.use.In(lang), 64, 30),
			textColumn(words.reference.In(lang), 35, 0), sumColumn(words.rate.In(lang), 55, 24)}}
	for _, a := range s.Applied {
		through := strings.Replace(words.throughTo.In(lang), "{date}", lang.ShortDate(a.To), 1)
		b.add(lineOf(word(lang.ShortDate(a.From)), word(sourceOf(lang, a)), word(through), word(lang.Rate(a.Rate()))))
	}
	for _, r := range s.Rates {
		b.add(lineOf(word(lang.ShortDate(r.Date)), word(lang.RateUse(r.Use)), word(r.Ref), word(lang.Rate(r.Rate))))
	}
	return b
}

// footnotes are the sentences under the tables, in order.
func (s grantPaper) footnotes() []string {
	var notes []string
	if s.hasBudget() {
		notes = append(notes, strings.Replace(words.varianceNote.In(s.lang), "{version}",
			strconv.Itoa(max(s.BudgetVersion, 1)), 1))
	}
	notes = append(notes, notesOf(s.lang, s.Notes)...)
	switch {
	case s.Deferred != nil && !s.MethodDifference.IsZero():
		notes = append(notes, notesOf(s.lang,
			[]figures.Note{{Code: figures.NoteMethodDiffers, Amount: s.Money(s.MethodDifference.Abs())}})...)
	case s.Deferred != nil:
		notes = append(notes, words.agreesOne.In(s.lang)+": "+figures.Lower(words.agrees.In(s.lang)))
	}
	return notes
}

// sourceOf says where a rate is from.
func sourceOf(lang figures.Lang, a figures.AppliedRate) string {
	switch {
	case a.Source == "":
		return words.budgetRate.In(lang)
	case a.Days > 1:
		return strings.Replace(words.averageOf.In(lang), "{n}", strconv.Itoa(a.Days), 1)
	}
	return words.monthRate.In(lang)
}
