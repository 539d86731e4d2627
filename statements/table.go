package statements

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// The lines below are what text and PDF print, in the order they print it; each renders them its own way.

// spendRow is a row of the spending table, in words.
type spendRow struct {
	level    level
	no, text string
	figures  [4]string           // budget, in the period, to date, variance
	percent  string              // used of budget, or share of spending where there is no budget
	bar      decimal.NullDecimal // the same as a number
	note     string              // explanation of the variance
}

// level is the rank of a row in a table.
type level int

const (
	lineLevel level = iota // a line of the budget, or a cost that the budget does not name
	costLevel              // a cost category beneath a line
	headLevel              // a heading between lines
	sumLevel
)

// hasBudget reports whether there is a budget to compare with.
func (s *GrantStatement) hasBudget() bool { return len(s.Budget) > 0 }

// spending lists budget lines with their costs beneath, then what the budget does not name, then the total.
func (s *GrantStatement) spending(lang Lang) []spendRow {
	if !s.hasBudget() {
		rows := each(s.Lines, func(l Line) spendRow { return s.costRow(lang, l, lineLevel) })
		return append(rows, spendRow{level: sumLevel, text: words.total.in(lang),
			figures: [4]string{"", lang.amount(s.money(s.Spent)), lang.amount(s.money(s.ToDate.Spent)), ""}})
	}
	var rows []spendRow
	for _, b := range s.Budget {
		row := s.budgetRow(lang, b.BudgetFigures)
		row.no, row.text, row.note = b.No, b.Text, b.Explanation
		rows = append(rows, row)
		for _, l := range s.linesOf(b.No) {
			rows = append(rows, s.costRow(lang, l, costLevel))
		}
	}
	if outside := s.linesOf(""); len(outside) > 0 {
		rows = append(rows, spendRow{level: headLevel, text: words.outsideBudget.in(lang)})
		for _, l := range outside {
			rows = append(rows, s.costRow(lang, l, costLevel))
		}
	}
	total := s.budgetRow(lang, s.BudgetTotal)
	total.level, total.text = sumLevel, words.total.in(lang)
	return append(rows, total)
}

func (s *GrantStatement) budgetRow(lang Lang, f BudgetFigures) spendRow {
	return spendRow{
		figures: [4]string{lang.amount(s.money(f.Budget)), lang.amount(s.money(f.InPeriod)),
			lang.amount(s.money(f.ToDate)), lang.amount(s.money(f.Variance))},
		percent: lang.percent(f.UsedPercent), bar: f.UsedPercent,
	}
}

func (s *GrantStatement) costRow(lang Lang, l Line, at level) spendRow {
	row := spendRow{level: at, text: lang.category(l),
		figures: [4]string{"", lang.amount(s.money(l.InPeriod)), lang.amount(s.money(l.ToDate)), ""}}
	if !s.hasBudget() {
		row.percent, row.bar = lang.percent(l.Share), l.Share
	}
	return row
}

// equationTerm is a term of the one equation, with the sign it is printed with.
type equationTerm struct {
	sign, label string
	amount      decimal.Decimal
}

// equation lists the terms that lead from opening to closing; those that are nothing and rare are left out.
func (s *GrantStatement) equation(lang Lang) []equationTerm {
	terms := []equationTerm{{"", words.opening.in(lang), s.Opening}, {"+", words.received.in(lang), s.Received}}
	if !s.Interest.IsZero() {
		terms = append(terms, equationTerm{"+", words.interest.in(lang), s.Interest})
	}
	terms = append(terms, equationTerm{minus, words.spent.in(lang), s.Spent})
	if !s.Refunded.IsZero() {
		terms = append(terms, equationTerm{minus, words.refunded.in(lang), s.Refunded})
	}
	return append(terms, equationTerm{"=", words.closing.in(lang), s.Closing})
}

// placeRow is a row of "where the money is": base amounts, with the quantity held where that is another currency.
type placeRow struct {
	level    level
	text     string
	quantity string
	amount   string
}

// places lists the parts of the closing balance and what leads from their sum to it.
func (s *GrantStatement) places(lang Lang) []placeRow {
	var rows []placeRow
	for _, kind := range partKinds {
		for _, p := range s.Parts {
			if p.Kind == kind {
				rows = append(rows, placeRow{lineLevel, lang.placeOf(p), lang.quantity(p.Quantity), lang.amount(s.inBase(p.Amount))})
			}
		}
	}
	if s.Currency == s.Base {
		return append(rows, placeRow{sumLevel, words.closing.in(lang), "", lang.amount(s.inBase(s.ClosingBase))})
	}
	return append(rows,
		placeRow{sumLevel, words.totalBooks.in(lang), "", lang.amount(s.inBase(s.ClosingBase))},
		placeRow{costLevel, words.rounding.in(lang), "", lang.amount(s.inBase(s.Rounding))},
		placeRow{sumLevel, words.atRate.in(lang), lang.quantity(s.money(s.Closing)), lang.amount(s.inBase(s.ClosingAtRate))})
}

// placeOf is where a part of the closing balance is: In the bank, EUR; Advance with partner NG-01.
func (lang Lang) placeOf(p Part) string {
	if p.Kind == AtPartner && p.Holder != "" {
		return lang.place(p.Kind) + " " + p.Holder
	}
	return joined(lang.place(p.Kind), p.Holder)
}

// joined is a label with what it is about.
func joined(label, about string) string {
	if about == "" {
		return label
	}
	return label + ", " + about
}

// receiptText is what a receipt was, with what arrived where that was something else.
func (s *GrantStatement) receiptText(lang Lang, r Receipt) string {
	label := lang.receipt(r)
	if r.Text != "" {
		label += ", " + r.Text
	}
	if r.Original.Currency != "" {
		label += " (" + strings.Replace(words.arrivedAs.in(lang), "{amount}", lang.quantity(r.Original), 1) + ")"
	}
	return label
}

// indirectRows lead from the costs in the base to the charge of the period, in base currency.
func (s *GrantStatement) indirectRows(lang Lang) []placeRow {
	i := s.Indirect
	if i == nil {
		return nil
	}
	amount := func(d decimal.Decimal) string { return lang.amount(s.inBase(d)) }
	var rows []placeRow
	for n, step := range i.Steps {
		label := strings.Replace(words.indirectBase.in(lang), "{date}", lang.date(i.Through), 1)
		if n > 0 || len(i.Steps) > 1 {
			label += ", " + lang.rateInPercent(step.Rate)
		}
		rows = append(rows, placeRow{lineLevel, label, "", amount(step.Base)})
	}
	charge := words.indirectToDate.in(lang)
	if len(i.Steps) == 1 {
		charge = strings.Replace(words.indirectRate.in(lang), "{percent}", lang.rateInPercent(i.Steps[0].Rate), 1)
	}
	rows = append(rows, placeRow{lineLevel, charge, "", amount(i.ToDate)})
	if !i.Before.IsZero() {
		rows = append(rows, placeRow{lineLevel, words.indirectBefore.in(lang), "", amount(i.Before.Neg())})
	}
	return append(rows, placeRow{sumLevel, words.indirectIn.in(lang), "", amount(i.InPeriod)})
}

// excluded says what the base of indirect costs leaves out; "" for nothing.
func (s *GrantStatement) excluded(lang Lang) string {
	if s.Indirect == nil || len(s.Indirect.Excluded) == 0 {
		return ""
	}
	names := each(s.Indirect.Excluded, func(key string) string { return lower(lang.category(Line{Key: key})) })
	return words.excluded.in(lang) + ": " + strings.Join(names, ", ") + "."
}

// footnotes are the sentences under the tables, in order.
func (s *GrantStatement) footnotes(lang Lang) []string {
	var notes []string
	if s.hasBudget() {
		notes = append(notes, strings.Replace(words.varianceNote.in(lang), "{version}", strconv.Itoa(max(s.BudgetVersion, 1)), 1))
	}
	for _, n := range s.Notes {
		notes = append(notes, lang.note(n))
	}
	if s.Deferred != nil {
		notes = append(notes, words.agreesOne.in(lang)+": "+lower(words.agrees.in(lang)))
	}
	return notes
}

// facts are the labelled lines of the head; what is not known is left out.
func (s *GrantStatement) facts(lang Lang) [][2]string {
	grantPeriod := ""
	if !s.GrantPeriod.IsZero() {
		grantPeriod = lang.period(s.GrantPeriod)
	}
	facts := [][2]string{
		{words.grantor.in(lang), s.Grantor.Name}, {words.grant.in(lang), s.grantText(lang)}, {words.agreement.in(lang), s.Agreement},
		{words.period.in(lang), lang.period(s.Period)}, {words.grantPeriod.in(lang), grantPeriod}, {words.amountsIn.in(lang), s.currencies(lang)},
	}
	return slices.DeleteFunc(facts, func(fact [2]string) bool { return fact[1] == "" })
}

// about is the second line of the letterhead; "" for none.
func (o Organisation) about() string {
	if o.Registration == "" {
		return o.Address
	}
	return joined(o.Registration, o.Address)
}

// grantText is the grant's code and how much it is.
func (s *GrantStatement) grantText(lang Lang) string {
	if s.Granted.IsZero() {
		return s.Grant
	}
	return s.Grant + ", " + lang.money(s.money(s.Granted))
}

func (s *GrantStatement) currencies(lang Lang) string {
	if s.Currency == s.Base {
		return string(s.Currency)
	}
	return string(s.Currency) + " (" + words.booksIn.in(lang) + " " + string(s.Base) + ")"
}

// prepared is the day and the last entry that was read; "" when no day is known.
func (s *GrantStatement) prepared(lang Lang) string {
	if s.PreparedOn == "" {
		return ""
	}
	text := words.prepared.in(lang) + " " + lang.date(s.PreparedOn)
	if s.CutOff != "" {
		text += ", " + strings.Replace(words.throughNo.in(lang), "{number}", s.CutOff, 1)
	}
	return text
}

// heading is the number of the statement, or that it is a draft.
func (s *GrantStatement) heading(lang Lang) string {
	if s.Draft() {
		return words.draft.in(lang)
	}
	return words.statementNo.in(lang) + " " + s.Number + ", " + words.version.in(lang) + " " + strconv.Itoa(max(s.Version, 1))
}

// title of the first page.
func (s *GrantStatement) title(lang Lang) string { return words.title.in(lang) + " " + s.Grant }

// shortHash is the part of the data hash that fits a footer: the first 16 digits in groups of four.
func shortHash(hash string) string {
	return strings.Join([]string{hash[:4], hash[4:8], hash[8:12], hash[12:16]}, "-")
}

// page is Page 1 of 2.
func (lang Lang) page(n, of int) string {
	return strings.NewReplacer("{page}", strconv.Itoa(n), "{pages}", strconv.Itoa(of)).Replace(words.page.in(lang))
}

// commitmentsText is the open commitments in words; "" where they are not known.
func (s *GrantStatement) commitmentsText(lang Lang) string {
	if !s.Commitments.Valid {
		return ""
	}
	return words.commitments.in(lang) + ": " + lang.money(ledger.Money{Amount: s.Commitments.Decimal, Currency: s.Base})
}
