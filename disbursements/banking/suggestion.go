package banking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"supportledger/ledger"
	"supportledger/store"
)

// Reason says why lines and payments are thought to belong together.
type Reason string

// The reasons, the surest first.
const (
	ByEndToEndID Reason = "end_to_end_id"   // the bank names the payment
	ByRuleText   Reason = "rule"            // a rule of the organisation fits the text
	ByCode       Reason = "number"          // the text has the number of a donor, a pledge or a grant
	ByGiver      Reason = "payer"           // the donor gave from the same account before
	ByAmountDate Reason = "amount_and_date" // the same amount within [nearDays]
	ByNameAlone  Reason = "named"           // the bank names the payment, and it is proved already or does not fit
)

// nearDays is how far a line may lie from the day of a payment that it does not name; a return comes later, within
// returnDays.
const (
	nearDays   = 7
	returnDays = 30
)

// Suggestion is a match that a person may accept. Difference is what it would leave of the lines.
type Suggestion struct {
	Lines      []BankLine
	Payments   []Payment
	Proves     Proves // "" where nothing can be accepted: the line is to be explained
	Reason     Reason
	Fund       ledger.FundCode // of what is no payment
	About      string          // as [Explanation.About]
	Rule       RuleID
	Days       int // from the day of the payment to that of the bank, of one thought of by amount
	Others     int // payments that would do as well
	Difference ledger.Money
}

// Reconciled is what accepting a match did: Difference is what is left of its lines, zero when all is accounted for.
type Reconciled struct {
	Matches    []Match
	Difference ledger.Money
}

// AcceptMatch books what lines prove: one line for one payment or many, or many lines for one payment, which is then
// booked on the day of the last. A line that holds more than its payments keeps the rest. [ErrMatchShape] for many
// and many, or one named twice.
func (lin Lines) AcceptMatch(ctx context.Context, tx *store.Tx, lines, payments []string, proves Proves) (Reconciled,
	error) {
	if len(lines) == 0 || len(payments) == 0 || len(lines) > 1 && len(payments) > 1 || twice(lines) || twice(payments) {
		return Reconciled{}, ErrMatchShape
	}
	var r Reconciled
	for _, p := range payments {
		m, err := lin.match(ctx, tx, lines, p, proves)
		if err != nil {
			return Reconciled{}, err
		}
		r.Matches, r.Difference = append(r.Matches, m), m.Line.Left
	}
	return r, nil
}

func twice(keys []string) bool {
	sorted := slices.Sorted(slices.Values(keys))
	return len(slices.Compact(sorted)) < len(keys)
}

// Suggestions thinks of a match for each line of an account that has something left, the oldest line first. A payment
// is thought of for one line, or for all the lines that name it. A line that names a payment is thought of for no
// other: where that one does not fit, the suggestion says so and proves nothing.
func (lin Lines) Suggestions(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]Suggestion, error) {
	lines, err := lin.List(ctx, tx, BankLineFilter{Account: account, Waiting: true})
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	names, err := namedOn(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	payments, err := matchable(ctx, tx, account, lines, names)
	if err != nil {
		return nil, err
	}
	t := &thinking{names: names}
	if t.again, err = madeAgain(ctx, tx, payments); err != nil {
		return nil, err
	}
	if t.hints, t.strangers, err = hintsOf(ctx, tx, lines); err != nil {
		return nil, err
	}
	if t.booked, err = unprovedEntries(ctx, tx, account, lines); err != nil {
		return nil, err
	}
	for i := range lines {
		if lines[i].Suspended {
			lines[i].Left = lines[i].Amount // suspense is no explanation
		}
	}
	return t.suggest(lines, payments), nil
}

// thinking pairs lines with payments.
type thinking struct {
	names    map[BankLineID][]named
	payments map[PaymentID]Payment
	byAmount map[int64][]Payment // in the order of their days
	used     map[PaymentID]bool
	again    map[PaymentID]bool // made again after they failed: no line proves them
	told     map[BankLineID]bool
	out      []Suggestion

	hints     map[BankLineID]Hint
	strangers map[BankLineID]bool
	booked    []bookedRow // entries that no line proves
	linked    map[ledger.EntryID]bool
}

// suggest is the rule of [Lines.Suggestions]: first what the bank names, then what rules and payers say, then what
// amount and day say.
func (t *thinking) suggest(lines []BankLine, payments []Payment) []Suggestion {
	t.payments, t.byAmount = map[PaymentID]Payment{}, map[int64][]Payment{}
	t.used, t.told, t.linked = map[PaymentID]bool{}, map[BankLineID]bool{}, map[ledger.EntryID]bool{}
	for _, p := range slices.SortedFunc(slices.Values(payments),
		func(a, b Payment) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.ID, b.ID)) }) {
		t.payments[p.ID] = p
		t.byAmount[p.Amount.Minor()] = append(t.byAmount[p.Amount.Minor()], p)
	}
	for _, l := range lines {
		t.byName(l, lines)
	}
	for _, l := range lines {
		if !t.told[l.ID] && !t.byHint(l) && !t.byEntry(l) && !t.strangers[l.ID] {
			t.byDay(l)
		}
	}
	return t.out
}

// byHint takes what a rule, a number or the payer says.
func (t *thinking) byHint(l BankLine) bool {
	h, found := t.hints[l.ID]
	if !found || l.Left.Cmp(l.Amount) != 0 {
		return false
	}
	return t.tell(Suggestion{Lines: []BankLine{l}, Proves: h.Kind, Reason: Reason(h.Because), Fund: h.Fund, About: h.About,
		Rule: h.Rule, Difference: ledger.Zero(l.Left.Currency)})
}

// byEntry takes the entry of the line's amount that people booked before the bank told of it.
func (t *thinking) byEntry(l BankLine) bool {
	var best *bookedRow
	others, days := -1, 0
	for i := range t.booked {
		e := &t.booked[i]
		d := daysBetween(e.Date, l.Date)
		if e.Amount != l.Left.Minor() || t.linked[e.ID] || max(d, -d) > nearDays {
			continue
		}
		others++
		if best == nil || max(d, -d) < max(days, -days) {
			best, days = e, d
		}
	}
	if best == nil {
		return false
	}
	t.linked[best.ID] = true
	return t.tell(Suggestion{Lines: []BankLine{l}, Proves: ProvesEntry, Reason: ByAmountDate, About: string(best.ID),
		Days: days, Others: others, Difference: ledger.Zero(l.Left.Currency)})
}

// byName takes the payments that the bank names on a line.
func (t *thinking) byName(l BankLine, all []BankLine) {
	if t.told[l.ID] {
		return
	}
	groups := map[Proves][]Payment{}
	for _, n := range t.names[l.ID] {
		if p, ok := t.payments[n.payment]; ok && !t.used[p.ID] {
			proves := provedBy(l, p, n.returned)
			if proves == ProvesPayment && t.again[p.ID] {
				proves = ""
			}
			groups[proves] = append(groups[proves], p)
		}
	}
	for _, proves := range []Proves{ProvesPayment, ProvesReturn, ProvesFee} {
		if found := groups[proves]; len(found) > 0 && t.fits(l, found, proves, all) {
			return
		}
	}
	s := Suggestion{Lines: []BankLine{l}, Reason: ByNameAlone, Difference: l.Left}
	for _, n := range t.names[l.ID] {
		if p, ok := t.payments[n.payment]; ok {
			s.Payments = append(s.Payments, p)
		}
	}
	if len(s.Payments) > 0 {
		t.tell(s)
	}
}

// provedBy is what a line that names a payment would prove of it.
func provedBy(l BankLine, p Payment, returned bool) Proves {
	switch {
	case (p.left() || p.State == PaymentFailed || p.State == PaymentRecalled) && l.Left.Sign() < 0 && !returned:
		return ProvesPayment
	case p.State == PaymentConfirmed && l.Left.Sign() > 0:
		return ProvesReturn
	case (p.State == PaymentConfirmed || p.State == PaymentReturned) && l.Left.Sign() < 0 &&
		l.Left.Abs().Cmp(p.Amount) < 0:
		return ProvesFee
	}
	return ""
}

// fits adds a suggestion where the amounts go together: the payments within the line, or the lines that name one
// payment its amount.
func (t *thinking) fits(l BankLine, found []Payment, proves Proves, all []BankLine) bool {
	s := Suggestion{Lines: []BankLine{l}, Payments: found, Proves: proves, Reason: ByEndToEndID,
		Difference: ledger.Zero(l.Left.Currency)}
	if proves == ProvesFee {
		s.Payments = found[:1]
		return t.tell(s)
	}
	sum := ledger.Zero(l.Left.Currency)
	for _, p := range found {
		sum = sum.Add(p.Amount)
	}
	if over := l.Left.Abs().Sub(sum); over.Sign() >= 0 {
		s.Difference = over
		if l.Left.Sign() < 0 {
			s.Difference = over.Neg()
		}
		return t.tell(s)
	}
	if len(found) != 1 {
		return false
	}
	left := ledger.Zero(l.Left.Currency)
	s.Lines = nil
	for _, other := range all {
		if !t.told[other.ID] && other.Left.Sign() == l.Left.Sign() &&
			slices.ContainsFunc(t.names[other.ID], func(n named) bool { return n.payment == found[0].ID }) {
			s.Lines, left = append(s.Lines, other), left.Add(other.Left)
		}
	}
	return left.Abs().Cmp(sum) == 0 && t.tell(s)
}

// tell adds a suggestion and takes its lines and payments out of what is thought about.
func (t *thinking) tell(s Suggestion) bool {
	for _, l := range s.Lines {
		t.told[l.ID] = true
	}
	for _, p := range s.Payments {
		t.used[p.ID] = t.used[p.ID] || s.Proves != ProvesFee && s.Proves != ""
	}
	t.out = append(t.out, s)
	return true
}

// byDay takes the payment of the line's amount whose day is nearest, and says how many others would do.
func (t *thinking) byDay(l BankLine) {
	fits, proves, from, to := Payment.left, ProvesPayment, -nearDays, nearDays
	if l.Left.Sign() > 0 {
		fits, proves, from, to = Payment.confirmed, ProvesReturn, 0, returnDays
	}
	var best *Payment
	others, days := -1, 0
	for _, p := range t.byAmount[l.Left.Abs().Minor()] {
		d := daysBetween(p.Date, l.Date)
		if !fits(p) || t.used[p.ID] || d < from || d > to {
			continue
		}
		others++
		if best == nil || max(d, -d) < max(days, -days) {
			best, days = &p, d
		}
	}
	if best != nil {
		t.tell(Suggestion{Lines: []BankLine{l}, Payments: []Payment{*best}, Proves: proves, Reason: ByAmountDate, Days: days,
			Others:     others,
			Difference: ledger.Zero(l.Left.Currency)})
	}
}

// left reports whether the payment is on its way.
func (p Payment) left() bool { return p.State == PaymentSent || p.State == PaymentInFile }

func (p Payment) confirmed() bool { return p.State == PaymentConfirmed }

func daysBetween(from, to ledger.Date) int { return int(to.Time().Sub(from.Time()) / (24 * time.Hour)) }
