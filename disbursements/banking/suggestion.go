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
	ByAmountDate Reason = "amount_and_date" // the same amount within [nearDays]
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
	Proves     Proves
	Reason     Reason
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
// is thought of for one line, or for all the lines that name it.
func (lin Lines) Suggestions(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]Suggestion, error) {
	lines, err := lin.List(ctx, tx, BankLineFilter{Account: account, Open: true})
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
	return suggest(lines, payments, names), nil
}

// thinking pairs lines with payments.
type thinking struct {
	names    map[BankLineID][]named
	payments map[PaymentID]Payment
	byAmount map[int64][]Payment // in the order of their days
	used     map[PaymentID]bool
	told     map[BankLineID]bool
	out      []Suggestion
}

// suggest is the rule of [Lines.Suggestions]: first what the bank names, then what amount and day say.
func suggest(lines []BankLine, payments []Payment, names map[BankLineID][]named) []Suggestion {
	t := &thinking{names: names, payments: map[PaymentID]Payment{}, byAmount: map[int64][]Payment{},
		used: map[PaymentID]bool{}, told: map[BankLineID]bool{}}
	for _, p := range slices.SortedFunc(slices.Values(payments),
		func(a, b Payment) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.ID, b.ID)) }) {
		t.payments[p.ID] = p
		t.byAmount[p.Amount.Minor()] = append(t.byAmount[p.Amount.Minor()], p)
	}
	for _, l := range lines {
		t.byName(l, lines)
	}
	for _, l := range lines {
		if !t.told[l.ID] {
			t.byDay(l)
		}
	}
	return t.out
}

// byName takes the payments that the bank names on a line.
func (t *thinking) byName(l BankLine, all []BankLine) {
	if t.told[l.ID] {
		return
	}
	groups := map[Proves][]Payment{}
	for _, n := range t.names[l.ID] {
		if p, ok := t.payments[n.payment]; ok && !t.used[p.ID] {
			groups[provedBy(l, p, n.returned)] = append(groups[provedBy(l, p, n.returned)], p)
		}
	}
	for _, proves := range []Proves{ProvesPayment, ProvesReturn, ProvesFee} {
		if found := groups[proves]; len(found) > 0 && t.fits(l, found, proves, all) {
			return
		}
	}
}

// provedBy is what a line that names a payment would prove of it.
func provedBy(l BankLine, p Payment, returned bool) Proves {
	switch {
	case p.left() && l.Left.Sign() < 0 && !returned:
		return ProvesPayment
	case p.State == PaymentConfirmed && l.Left.Sign() > 0:
		return ProvesReturn
	case p.State == PaymentConfirmed && l.Left.Sign() < 0 && l.Left.Abs().Cmp(p.Amount) < 0:
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
		t.used[p.ID] = s.Proves != ProvesFee
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
