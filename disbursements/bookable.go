package disbursements

import (
	"context"
	"errors"
	"maps"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// promised is money in flight: what was approved and is not booked yet, and invoices that are booked and not paid
// (RULES 42). It counts against a fund from the approval on.
type promised struct {
	costs   []ledger.Entry // one for every fund, category and bank account, dated when they are tried
	pools   map[ledger.Pool]ledger.Money
	prepaid map[advances.PrepaymentID]ledger.Money
}

// bookable says why the books would refuse what a disbursement is to book, however it is settled: the grant's state,
// period, categories, budget lines and places, the money that the fund, the partner, the retainer or the float has left
// besides what is promised already. Submission, approval, authorisation and release ask it, and the booking itself goes
// through the same rules, so that nothing is approved that cannot be booked.
func (rules Rules) bookable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if err := rules.mayLeave(ctx, tx, d); err != nil {
		return err
	}
	if err := rules.affordable(ctx, tx, d); err != nil {
		return err
	}
	flight, err := rules.inFlight(ctx, tx, d)
	if err != nil {
		return err
	}
	err = rules.tried(ctx, tx, d, d.Date, flight)
	today := ledger.DateOf(tx.At)
	if err == nil || d.Settlement == ByInvoice || d.Date >= today || !refusal(err) {
		return err
	}
	// It is booked when it is settled, not on the day that it names.
	return rules.tried(ctx, tx, d, today, flight)
}

// tried says why the entry of a disbursement could not be posted on a day.
func (rules Rules) tried(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date, flight promised) error {
	costs := rules.Costs
	costs.promised = flight
	entry, err := costs.entry(ctx, tx, d, on)
	if err != nil {
		return err
	}
	if err := costs.CheckPeriod(ctx, tx, entry); err != nil {
		return err
	}
	before := slices.Clone(flight.costs)
	for i := range before {
		before[i].Date = on
	}
	return grants.Trial{Register: costs.Grants, Promised: before, Country: d.Partner.Country}.Refuses(ctx, tx, entry)
}

// entry is what a disbursement is to book next.
func (costs Costs) entry(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	switch {
	case d.Settlement == ByPayment:
		return costs.Payment(ctx, tx, d, on, string(d.ID))
	case d.Settlement == ByInvoice && d.Entry == "":
		e, err := costs.invoice(ctx, tx, d)
		for i, l := range e.Lines { // it is to be paid as well
			if l.Account == ledger.Payables {
				e.Lines[i].Account = ledger.BaseBank
			}
		}
		return e, err
	case d.Settlement == ByInvoice:
		owed, err := costs.Book.Entry(ctx, tx, string(d.Entry))
		e := ledger.Entry{Date: on, Act: "payment", Source: string(d.ID), Text: d.Text}
		for _, l := range owed.Lines {
			if l.Account == ledger.Payables {
				paid := l
				paid.Account = ledger.BaseBank
				e.Lines = append(e.Lines, l.Neg(), paid)
			}
		}
		return e, err
	}
	return costs.settlement(ctx, tx, d, on)
}

// inFlight is what is promised beside a disbursement, whoever the caller is.
func (rules Rules) inFlight(ctx context.Context, tx *store.Tx, besides Disbursement) (promised, error) {
	found, err := rules.flying(ctx, tx, besides.ID)
	if err != nil {
		return promised{}, err
	}
	return rules.sumOf(ctx, tx, found)
}

// Promised are the entries that would book on a day what is promised of all funds.
func (rules Rules) Promised(ctx context.Context, tx *store.Tx, on ledger.Date) ([]ledger.Entry, error) {
	flight, err := rules.inFlight(ctx, tx, Disbursement{})
	for i := range flight.costs {
		flight.costs[i].Date = on
	}
	return flight.costs, err
}

// sumOf adds disbursements up to what they are to book.
func (rules Rules) sumOf(ctx context.Context, tx *store.Tx, all []Disbursement) (promised, error) {
	sum := flightSum{rules: rules, costs: map[flightPlace]ledger.Money{}, promised: promised{
		pools: map[ledger.Pool]ledger.Money{}, prepaid: map[advances.PrepaymentID]ledger.Money{}}}
	for _, d := range all {
		if err := sum.add(d); err != nil {
			return promised{}, err
		}
	}
	return sum.entries(ctx, tx)
}

// AllBookable asks of many disbursements that leave together what [Rules.bookable] asks of each: whether the books
// would take all of them, beside what else is promised. It looks at their sums, day by day, so many cost no
// more than one.
func (rules Rules) AllBookable(ctx context.Context, tx *store.Tx, ids []DisbursementID) error {
	found, err := rules.flying(ctx, tx, "")
	if err != nil {
		return err
	}
	leaves := map[DisbursementID]bool{}
	for _, id := range ids {
		leaves[id] = true
	}
	var others []Disbursement
	days := map[ledger.Date][]Disbursement{}
	for _, d := range found {
		if leaves[d.ID] {
			days[d.Date] = append(days[d.Date], d)
		} else {
			others = append(others, d)
		}
	}
	flight, err := rules.sumOf(ctx, tx, others)
	if err != nil {
		return err
	}
	before := flight.costs
	for _, day := range slices.Sorted(maps.Keys(days)) {
		sum, err := rules.sumOf(ctx, tx, days[day])
		if err != nil {
			return err
		}
		for _, e := range sum.costs {
			if err := rules.triedBy(ctx, tx, e, day, before); err != nil {
				return err
			}
			before = append(before, e)
		}
	}
	return nil
}

// triedBy says why an entry could not be posted on a day, nor today, after others.
func (rules Rules) triedBy(ctx context.Context, tx *store.Tx, e ledger.Entry, day ledger.Date,
	before []ledger.Entry) error {
	try := func(on ledger.Date) error {
		e.Date = on
		if err := rules.Costs.CheckPeriod(ctx, tx, e); err != nil {
			return err
		}
		dated := slices.Clone(before)
		for i := range dated {
			dated[i].Date = on
		}
		return grants.Trial{Register: rules.Grants, Promised: dated}.Refuses(ctx, tx, e)
	}
	err := try(day)
	if today := ledger.DateOf(tx.At); err != nil && day < today && refusal(err) {
		return try(today)
	}
	return err
}

// flightPlace is where money in flight will be booked.
type flightPlace struct {
	fund     ledger.FundCode
	category string // "" of an invoice that is booked already
	account  ledger.AccountNo
}

type flightSum struct {
	rules    Rules
	order    []flightPlace
	costs    map[flightPlace]ledger.Money
	promised promised
}

// add counts one disbursement.
func (s *flightSum) add(d Disbursement) error {
	base := s.rules.Book.Base
	weights := beneficiaries.Weights(d.Shares)
	switch d.Settlement {
	case ByPayment:
		asked, err := s.rules.asks(d)
		if err != nil {
			return err
		}
		for i, part := range d.Amount.Split(weights) {
			fund, account := d.Shares[i].Fund, d.Account
			if part.Currency != base {
				pool := ledger.Pool{Account: account, Fund: fund, Currency: part.Currency}
				s.promised.pools[pool] = plus(s.promised.pools[pool], part)
				account = ledger.Payables
			}
			s.cost(flightPlace{fund, d.Category, account}, asked[fund])
			delete(asked, fund)
		}
	case ByInvoice:
		s.invoice(d)
	case ByPartner, ByNetting:
		total := d.Amount
		if !d.Overpaid.IsZero() {
			total = total.Add(d.Overpaid)
		}
		pool := d.Partner.Pool
		if d.Settlement == ByNetting {
			pool = d.Partner.Recoverables
		}
		category := d.categoryOf(d.Line)
		for i, part := range total.Split(weights) {
			at := pool(d.Shares[i].Fund)
			s.promised.pools[at] = plus(s.promised.pools[at], part)
		}
		for i, part := range d.Base.Split(weights) {
			s.cost(flightPlace{d.Shares[i].Fund, category, ledger.Payables}, part)
		}
	case ByRetainer, ByPettyCash:
		s.promised.prepaid[d.Prepayment.ID] = plus(s.promised.prepaid[d.Prepayment.ID], d.Amount)
		if d.Settlement == ByRetainer {
			s.cost(flightPlace{d.Prepayment.Fund, d.Category, ledger.Payables}, d.Amount)
			return nil
		}
		for _, item := range d.Items {
			account := ledger.Payables
			if item.Fund != d.Prepayment.Fund {
				account = ledger.BaseBank
			}
			s.cost(flightPlace{item.Fund, item.Category, account}, item.Amount)
		}
	}
	return nil
}

// invoice counts what an invoice costs each fund and takes out of the bank; once it is booked, the bank alone.
func (s *flightSum) invoice(d Disbursement) {
	for _, item := range d.Items {
		category := d.categoryOf(item.Line)
		if d.Entry != "" {
			category = ""
		}
		for i, part := range item.Amount.Split(beneficiaries.Weights(d.Shares)) {
			s.cost(flightPlace{d.Shares[i].Fund, category, ledger.BaseBank}, part)
		}
	}
}

// categoryOf is the category of a line of the plan; "" where a later version has no such line.
func (d Disbursement) categoryOf(line string) string {
	l, err := d.Plan.Current.Line(line)
	if err != nil {
		return ""
	}
	return l.Category
}

func (s *flightSum) cost(at flightPlace, m ledger.Money) {
	if m.Currency == "" || m.IsZero() {
		return
	}
	if _, known := s.costs[at]; !known {
		s.order = append(s.order, at)
	}
	s.costs[at] = plus(s.costs[at], m)
}

// entries are the entries that would book what was counted.
func (s *flightSum) entries(ctx context.Context, tx *store.Tx) (promised, error) {
	for _, at := range s.order {
		account := ledger.Payables
		if at.category != "" {
			var err error
			account, err = s.rules.Book.CostAccount(ctx, tx, at.category)
			if errors.Is(err, ledger.ErrUnknownAccount) {
				account = ledger.Payables
			} else if err != nil {
				return promised{}, err
			}
		}
		if account == at.account {
			continue // nothing but a debt is moved
		}
		s.promised.costs = append(s.promised.costs, ledger.Entry{Act: "payment", Text: "promised", Lines: []ledger.Line{
			ledger.Base(account, at.fund, s.costs[at]).For(at.category),
			ledger.Base(at.account, at.fund, s.costs[at].Neg())}})
	}
	return s.promised, nil
}

// plus adds to a sum that may not have begun.
func plus(sum, m ledger.Money) ledger.Money {
	if sum.Currency == "" {
		return m
	}
	return sum.Add(m)
}
