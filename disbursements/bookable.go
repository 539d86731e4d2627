package disbursements

import (
	"context"
	"errors"
	"maps"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/disbursements/promises"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// promised is what is promised of some funds beside a disbursement that is tried: money in flight (RULES 42). It counts
// from the approval on.
type promised struct {
	funds   []ledger.FundCode
	all     []promises.Promise
	prepaid ledger.Money // out of the disbursement's own prepayment
}

// drawn is what is promised out of a pool of lots.
func (p promised) drawn(pool ledger.Pool) (sum ledger.Money, some bool) {
	for _, m := range p.all {
		at := ledger.Pool{Account: m.Account, Holder: m.Holder, Fund: m.Fund, Currency: m.Amount.Currency}
		if m.Kind == promises.Draw && at == pool {
			sum, some = plus(sum, m.Amount), true
		}
	}
	return sum, some
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
	flight, err := rules.inFlight(ctx, tx, d, d.Funds())
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
	if all := append(entry.Funds(), flight.funds...); !slices.Equal(distinct(all), distinct(flight.funds)) {
		if flight, err = rules.inFlight(ctx, tx, d, all); err != nil { // somebody else bears a part of it
			return err
		}
	}
	before, err := rules.toBook(ctx, tx, flight.all, on)
	if err != nil {
		return err
	}
	return grants.Trial{Register: costs.Grants, Promised: before, Country: d.Partner.Country}.Refuses(ctx, tx, entry)
}

// distinct are some funds in order of code, each once.
func distinct(funds []ledger.FundCode) []ledger.FundCode {
	return slices.Compact(slices.Sorted(slices.Values(funds)))
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

// inFlight is what is promised of some funds beside a disbursement, whoever the caller is.
func (rules Rules) inFlight(ctx context.Context, tx *store.Tx, besides Disbursement, funds []ledger.FundCode) (promised,
	error) {
	all, err := promises.Sums(ctx, tx, funds, string(besides.ID))
	if err != nil {
		return promised{}, err
	}
	prepaid, err := rules.prepaidInFlight(ctx, tx, besides)
	return promised{funds: funds, all: all, prepaid: prepaid}, err
}

// Promised are the entries that would book on a day what is promised of some funds.
func (rules Rules) Promised(ctx context.Context, tx *store.Tx, on ledger.Date, funds []ledger.FundCode) ([]ledger.Entry,
	error) {
	all, err := promises.Sums(ctx, tx, funds, "")
	if err != nil {
		return nil, err
	}
	return rules.toBook(ctx, tx, all, on)
}

// AllBookable asks of many disbursements that leave together what [Rules.bookable] asks of each: whether the books
// would take all of them, beside what else is promised. It looks at their sums, day by day, so many cost no
// more than one.
func (rules Rules) AllBookable(ctx context.Context, tx *store.Tx, ids []DisbursementID) error {
	days, err := promises.ByDay(ctx, tx, ids)
	if err != nil {
		return err
	}
	var funds []ledger.FundCode
	for _, all := range days {
		for _, p := range all {
			funds = append(funds, p.Fund)
		}
	}
	others, err := promises.Sums(ctx, tx, distinct(funds), "")
	if err != nil {
		return err
	}
	for _, all := range days {
		others = promises.Less(others, all)
	}
	before, err := rules.toBook(ctx, tx, others, "")
	if err != nil {
		return err
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		leaving, err := rules.toBook(ctx, tx, days[day], day)
		if err != nil {
			return err
		}
		for _, e := range leaving {
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

// flying are the states in which money is promised for a disbursement: it was approved, and what it costs is not booked
// or, of an invoice, not paid.
var flying = []State{Approved, Authorised, OnHold, Released}

// promises are what a disbursement will book, in base currency, and what it will draw from lots.
func (d Disbursement) promises(base ledger.Currency) (all []promises.Promise, err error) {
	cost := func(fund ledger.FundCode, category string, account ledger.AccountNo, m ledger.Money) {
		all = promises.Add(all, promises.Promise{Amount: m, Place: promises.Place{Kind: promises.Cost, Fund: fund,
			Category: category, Account: account, Beside: !d.OnLine()}})
	}
	weights := beneficiaries.Weights(d.Shares)
	switch d.Settlement {
	case ByPayment:
		asked, err := d.asks(base)
		if err != nil {
			return nil, err
		}
		for i, part := range d.Amount.Split(weights) {
			fund, account := d.Shares[i].Fund, d.Account
			if part.Currency != base {
				all = drawing(all, ledger.Pool{Account: account, Fund: fund}, part)
				account = ledger.Payables
			}
			cost(fund, d.Category, account, asked[fund])
			delete(asked, fund)
		}
	case ByInvoice:
		for _, item := range d.Items {
			category := d.categoryOf(item.Line)
			if d.Entry != "" { // its cost is booked; the bank pays it yet
				category = ""
			}
			for i, part := range item.Amount.Split(weights) {
				cost(d.Shares[i].Fund, category, ledger.BaseBank, part)
			}
		}
	case ByPartner, ByNetting:
		pool, total := d.Partner.Pool, d.Amount
		if d.Settlement == ByNetting {
			pool = d.Partner.Recoverables
		}
		if !d.Overpaid.IsZero() {
			total = total.Add(d.Overpaid)
		}
		for i, part := range total.Split(weights) {
			all = drawing(all, pool(d.Shares[i].Fund), part)
		}
		for i, part := range d.Base.Split(weights) {
			cost(d.Shares[i].Fund, d.categoryOf(d.Line), ledger.Payables, part)
		}
	case ByRetainer:
		cost(d.Prepayment.Fund, d.Category, ledger.Payables, d.Amount)
	case ByPettyCash:
		for _, item := range d.Items {
			account := ledger.Payables
			if item.Fund != d.Prepayment.Fund {
				account = ledger.BaseBank
			}
			cost(item.Fund, item.Category, account, item.Amount)
		}
	}
	return all, nil
}

// drawing adds what will be drawn from the lots of a pool.
func drawing(all []promises.Promise, pool ledger.Pool, m ledger.Money) []promises.Promise {
	return promises.Add(all, promises.Promise{Amount: m,
		Place: promises.Place{Kind: promises.Draw, Fund: pool.Fund, Account: pool.Account, Holder: pool.Holder}})
}

// categoryOf is the category of a line of the plan; "" where a later version has no such line.
func (d Disbursement) categoryOf(line string) string {
	l, err := d.Plan.Current.Line(line)
	if err != nil {
		return ""
	}
	return l.Category
}

// promise writes down what a disbursement promises once it is approved, and takes it back once it is booked or given
// up. Of an invoice that was booked the bank's part stays.
func (d *Disbursement) promise(ctx context.Context, tx *store.Tx) error {
	was, now := slices.Contains(flying, d.was.State), slices.Contains(flying, d.State)
	if was && (!now || (d.was.Entry != "") != (d.Entry != "")) {
		if err := promises.Relieve(ctx, tx, d.ID); err != nil {
			return err
		}
		was = false
	}
	if now && !was {
		all, err := d.promises(d.Base.Currency)
		if err != nil {
			return err
		}
		if err := promises.Make(ctx, tx, string(d.ID), all); err != nil {
			return err
		}
	}
	d.was = kept{d.State, d.Entry}
	return nil
}

// kept is what the database holds of a disbursement that its promises follow.
type kept struct {
	State State
	Entry ledger.EntryID
}

// toBook are the entries that would book on a day what is promised.
func (rules Rules) toBook(ctx context.Context, tx *store.Tx, all []promises.Promise, on ledger.Date) ([]ledger.Entry,
	error) {
	var entries []ledger.Entry
	for _, p := range all {
		if p.Kind != promises.Cost {
			continue
		}
		account := ledger.Payables
		if p.Category != "" {
			var err error
			account, err = rules.Book.CostAccount(ctx, tx, p.Category)
			if errors.Is(err, ledger.ErrUnknownAccount) {
				account = ledger.Payables
			} else if err != nil {
				return nil, err
			}
		}
		if account == p.Account {
			continue // nothing but a debt is moved
		}
		entries = append(entries, ledger.Entry{Date: on, Act: "payment", Text: "promised", Lines: []ledger.Line{
			ledger.Base(account, p.Fund, p.Amount).For(p.Category), ledger.Base(p.Account, p.Fund, p.Amount.Neg())}})
	}
	return entries, nil
}

// plus adds to a sum that may not have begun.
func plus(sum, m ledger.Money) ledger.Money {
	if sum.Currency == "" {
		return m
	}
	return sum.Add(m)
}
