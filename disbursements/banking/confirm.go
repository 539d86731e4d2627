package banking

import (
	"context"
	"errors"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Confirmed is what a confirmation did.
type Confirmed struct {
	Payments int
	Misfits  []Misfit
}

// Misfit is a line that could not be booked as what it says, with the reason. What the bank did is booked to suspense
// all the same, where any fund has the money.
type Misfit struct {
	Line      BankLine
	Payment   Payment // that it names; the zero value for a line of no payment
	Reason    string  // code
	Err       error
	Suspended bool
}

// ConfirmSure matches what is not in doubt: each line that names payments of ours on their way and is exactly their
// sum, confirms them. Lines that say anything else wait for a person. A line whose payment the books refuse goes to
// suspense and is told; the others are confirmed. Direct payments in base currency take a constant number of
// statements for every five hundred; report hears how many payments are done of how many.
func (lin Lines) ConfirmSure(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	report func(done, of int)) (Confirmed, error) {
	var all Confirmed
	if _, err := lin.Payments.Requests.Book.Bank(ctx, tx, account); err != nil {
		return all, err
	}
	funds, err := fundsOnTheirWay(ctx, tx, account)
	if err != nil {
		return all, err
	}
	if err := ledger.LockFunds(ctx, tx, append(funds, lin.Payments.Requests.Book.General)...); err != nil {
		return all, err
	}
	waiting, err := countOnTheirWay(ctx, tx, account)
	if err != nil {
		return all, err
	}
	page := store.Keyset{Limit: atOnce}
	for {
		lines, err := namingLines(ctx, tx, account, page)
		if err != nil {
			return all, err
		}
		if len(lines) == 0 {
			break
		}
		last := lines[len(lines)-1]
		page.After = []string{string(last.Date), string(last.ID)}
		found, err := proofs(ctx, tx, lines)
		if err != nil {
			return all, err
		}
		first := len(all.Misfits)
		if err := lin.confirmPage(ctx, tx, found, &all, func() {
			if report != nil {
				report(all.Payments, waiting)
			}
		}); err != nil {
			return all, err
		}
		none, err := lin.proveNothing(ctx, tx, lines, found)
		if err != nil {
			return all, err
		}
		all.Misfits = append(all.Misfits, none...)
		if err := lin.suspendAll(ctx, tx, all.Misfits[first:]); err != nil {
			return all, err
		}
	}
	if all.Payments == 0 && len(all.Misfits) == 0 {
		return all, nil
	}
	return all, access.Record(ctx, tx, access.Event{Action: "bank_lines.confirmed", Subject: string(account)})
}

// confirmPage confirms what some lines prove, a day at a time.
func (lin Lines) confirmPage(ctx context.Context, tx *store.Tx, found []proved, all *Confirmed, report func()) error {
	for day := range sameDay(found) {
		for part := range slices.Chunk(day, atOnce) {
			err := tx.Try(ctx, func() error { return lin.confirmPart(ctx, tx, part) })
			if err == nil {
				all.Payments += len(part)
			} else if err := lin.oneByOne(ctx, tx, part, err, all); err != nil {
				return err
			}
			report()
		}
	}
	return nil
}

// proveNothing are the lines that name payments of ours and can prove nothing of any of them, such as one that the bank
// carried out twice. A person says what they are.
func (lin Lines) proveNothing(ctx context.Context, tx *store.Tx, lines []BankLine, found []proved) ([]Misfit, error) {
	fits := map[BankLineID]bool{}
	for _, p := range found {
		fits[p.line.ID] = true
	}
	lines = slices.DeleteFunc(slices.Clone(lines), func(l BankLine) bool { return fits[l.ID] })
	names, err := namedOn(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	payments, err := paymentsNamed(ctx, tx, names)
	if err != nil {
		return nil, err
	}
	var out []Misfit
	for _, l := range lines {
		m := Misfit{Line: l}
		for _, n := range names[l.ID] {
			p := payments[n.payment]
			refusal, err := lin.disproved(ctx, tx, l, p, n.returned)
			if err != nil {
				return nil, err
			}
			if m.Payment, m.Err = p, refusal; refusal == nil {
				break
			}
		}
		if m.Err != nil {
			m.Reason = reasonOf(m.Err)
			out = append(out, m)
		}
	}
	return out, nil
}

// disproved is why a line that names a payment proves nothing of it; nil where it may.
func (lin Lines) disproved(ctx context.Context, tx *store.Tx, l BankLine, p Payment, returned bool) (refusal,
	err error) {
	switch {
	case provedBy(l, p, returned) == "":
		return &disbursements.StateConflict{State: string(p.State),
			Want: []string{string(PaymentSent), string(PaymentInFile)}}, nil
	case p.State == PaymentFailed || p.State == PaymentRecalled:
		later, err := reissues(ctx, tx, p.ID)
		if err == nil && len(later) > 0 {
			refusal = &Reissued{later[0].Number}
		}
		return refusal, err
	}
	return nil, nil
}

// suspendAll puts what is left of lines that do not fit into suspense.
func (lin Lines) suspendAll(ctx context.Context, tx *store.Tx, misfits []Misfit) error {
	done := map[BankLineID]bool{}
	for i := range misfits {
		m := &misfits[i]
		if m.Suspended = done[m.Line.ID]; m.Suspended {
			continue
		}
		var err error
		if m.Suspended, err = lin.suspend(ctx, tx, m); err != nil {
			return err
		}
		done[m.Line.ID] = m.Suspended
	}
	return nil
}

// oneByOne confirms each of some payments by itself, after all of them together were refused.
func (lin Lines) oneByOne(ctx context.Context, tx *store.Tx, part []proved, refusal error, all *Confirmed) error {
	if !refused(refusal) {
		return refusal
	}
	for _, p := range part {
		err := tx.Try(ctx, func() error {
			_, err := lin.match(ctx, tx, []string{string(p.line.ID)}, string(p.payment), ProvesPayment)
			return err
		})
		switch {
		case err == nil:
			all.Payments++
			continue
		case !refused(err):
			return err
		}
		payment, found := lin.Payments.Payment(ctx, tx, string(p.payment))
		if found != nil {
			return found
		}
		all.Misfits = append(all.Misfits, Misfit{Line: p.line, Payment: payment, Reason: reasonOf(err), Err: err})
	}
	return nil
}

// suspend puts what is left of a line into suspense, out of the money of the payment's funds where they have it. It
// reports whether the line stands there now: an account that holds less than the bank took cannot show it.
func (lin Lines) suspend(ctx context.Context, tx *store.Tx, m *Misfit) (bool, error) {
	now, err := suspendedAs(ctx, tx, m.Line.ID)
	if err != nil || now != "" {
		return now != "", err
	}
	e := Explanation{Line: string(m.Line.ID), Kind: ProvesSuspense, Reason: m.Reason}
	if m.Payment.ID != "" {
		d, err := lin.Payments.Requests.Disbursement(ctx, tx, string(m.Payment.Disbursement))
		if err != nil {
			return false, err
		}
		e.prefer = d.Funds()
	}
	err = tx.Try(ctx, func() error {
		_, err := lin.Explain(ctx, tx, e)
		return err
	})
	if err != nil && !refused(err) {
		return false, err
	}
	return err == nil, nil
}

// refused reports whether an error says something about the one thing that was tried: the tx can go on.
func refused(err error) bool {
	err = store.Classify(err)
	for _, other := range []error{store.ErrStale, store.ErrBusy, store.ErrUnavailable, store.ErrReadOnly,
		store.ErrUncertain, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}

// reasons are the codes of what keeps a line from being booked, as the API answers them.
var reasons = []struct {
	err  error
	code string
}{
	{ledger.ErrFundOverdrawn, "fund_overdrawn"}, {ledger.ErrLotExhausted, "lot_exhausted"},
	{ledger.ErrPeriodClosed, "period_closed"}, {disbursements.ErrOutsidePeriod, "outside_grant_period"},
	{grants.ErrBudgetExceeded, "budget_exceeded"}, {grants.ErrGrantState, "grant_state"},
	{grants.ErrReportDue, "report_due"}, {grants.ErrConditionOpen, "condition_open"},
	{advances.ErrState, "state_conflict"}, {ErrReissued, "payment_reissued"},
	{ErrBankDifference, "bank_difference"}, {advances.ErrBankCurrency, "bank_currency"},
	{access.ErrNoRequest, "approval_missing"}, {ledger.ErrUnknownAccount, "account_unknown"},
}

// reasonOf is the code of a refusal.
func reasonOf(err error) string {
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return r.code
		}
	}
	return "refused"
}

// proved is a payment with the line that proves it, or its part of a line.
type proved struct {
	line      BankLine
	payment   PaymentID
	suspended bool // the line stands in suspense
}

// sameDay parts proofs, which are in the order of their lines' days, by day.
func sameDay(proofs []proved) func(yield func([]proved) bool) {
	return func(yield func([]proved) bool) {
		for from := 0; from < len(proofs); {
			to := from
			for to < len(proofs) && proofs[to].line.Date == proofs[from].line.Date {
				to++
			}
			if !yield(proofs[from:to]) {
				return
			}
			from = to
		}
	}
}

// proofs pairs payments that wait for the bank with those of some lines that name them and nothing else, exactly.
// What earlier lines confirmed waits no more.
func proofs(ctx context.Context, tx *store.Tx, lines []BankLine) ([]proved, error) {
	names, err := namedOn(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	waiting, err := onTheirWay(ctx, tx, lines[0].Account, names)
	if err != nil {
		return nil, err
	}
	ids := make([]BankLineID, len(lines))
	for i, l := range lines {
		ids[i] = l.ID
	}
	waits, err := suspended(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var out []proved
	for _, l := range lines {
		_, suspended := waits[l.ID]
		sum, found := ledger.Zero(l.Amount.Currency), []proved(nil)
		for _, n := range names[l.ID] {
			amount, ours := waiting[n.payment]
			if !ours || n.returned {
				found = nil
				break
			}
			sum, found = sum.Sub(amount), append(found, proved{l, n.payment, suspended})
		}
		if len(found) == 0 || l.Amount.Cmp(sum) != 0 {
			continue
		}
		for _, p := range found {
			delete(waiting, p.payment)
		}
		out = append(out, found...)
	}
	return out, nil
}

// confirming is a payment with all that its booking needs.
type confirming struct {
	proved
	Payment      Payment
	Disbursement disbursements.Disbursement // without what a direct payment does not need
	// A direct payment in base currency, made for the first time, with nothing to attach.
	plain      bool
	authorised bool
}

// confirmPart books payments that the bank made on one day.
func (lin Lines) confirmPart(ctx context.Context, tx *store.Tx, part []proved) error {
	all, err := lin.confirmings(ctx, tx, part)
	if err != nil {
		return err
	}
	var plain []confirming
	for _, c := range all {
		switch {
		case !c.plain:
			if _, err := lin.match(ctx, tx, []string{string(c.line.ID)}, string(c.payment), ProvesPayment); err != nil {
				return err
			}
		case !c.authorised:
			return access.ErrNoRequest
		default:
			plain = append(plain, c)
		}
	}
	if len(plain) == 0 {
		return nil
	}
	return lin.confirmPlain(ctx, tx, plain)
}

// confirmPlain books direct payments together: each its own entry, all posted at once.
func (lin Lines) confirmPlain(ctx context.Context, tx *store.Tx, plain []confirming) error {
	lin.Payments.Requests.Grants = lin.Payments.Requests.Grants.Remembering()
	entries, accounts := make([]ledger.Entry, len(plain)), map[string]ledger.AccountNo{}
	for i, c := range plain {
		account, known := accounts[c.Disbursement.Category]
		if !known {
			var err error
			if account, err = lin.Payments.Requests.Book.CostAccount(ctx, tx, c.Disbursement.Category); err != nil {
				return err
			}
			accounts[c.Disbursement.Category] = account
		}
		entries[i] = paidDirectly(c.Disbursement, account, c.Payment, c.line.Date)
		if err := lin.Payments.Requests.Costs.CheckPeriod(ctx, tx, entries[i]); err != nil {
			return err
		}
	}
	posted, err := lin.Payments.Requests.Grants.PostAll(ctx, tx, entries)
	if err != nil {
		return err
	}
	if err := saveConfirmed(ctx, tx, plain, posted); err != nil {
		return err
	}
	for _, c := range plain {
		for _, e := range []access.Event{{Action: "payment.confirmed", Subject: string(c.payment), Fields: []string{"state"}},
			{Action: "disbursement.paid", Subject: string(c.Disbursement.ID), Fields: []string{"state"}}} {
			if err := access.Record(ctx, tx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// paidDirectly is the entry of cost that is paid at once in base currency: each fund of the split its part, out of
// its own money.
func paidDirectly(d disbursements.Disbursement, cost ledger.AccountNo, p Payment, on ledger.Date) ledger.Entry {
	e := ledger.Entry{Date: on, Act: paymentAct, Source: string(p.ID), Text: d.Text}
	for i, part := range d.Amount.Split(beneficiaries.Weights(d.Shares)) {
		e.Lines = append(e.Lines, d.Mark(ledger.Base(cost, d.Shares[i].Fund, part).For(d.Category)),
			d.Mark(ledger.Base(d.Account, d.Shares[i].Fund, part.Neg())))
	}
	return e
}
