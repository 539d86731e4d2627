package banking

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/ledger"
	"supportledger/store"
)

// ConfirmSure accepts what the bank's lines of an account say, as far as nothing is to be thought about: a line that
// names payments on their way, and is exactly their sum, confirms them. It tells how many it confirmed; lines that
// say anything else wait for a person. Direct payments in base currency take a constant number of statements for
// every five hundred; report hears how many payments are done of how many.
func (lin Lines) ConfirmSure(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	report func(done, of int)) (confirmed int, err error) {
	if _, err := lin.Payments.Requests.Book.Bank(ctx, tx, account); err != nil {
		return 0, err
	}
	funds, err := fundsOnTheirWay(ctx, tx, account)
	if err != nil {
		return 0, err
	}
	if err := ledger.LockFunds(ctx, tx, append(funds, lin.Payments.Requests.Book.General)...); err != nil {
		return 0, err
	}
	waiting, err := countOnTheirWay(ctx, tx, account)
	if err != nil {
		return 0, err
	}
	page := store.Keyset{Limit: atOnce}
	for {
		lines, err := namingLines(ctx, tx, account, page)
		if err != nil {
			return confirmed, err
		}
		if len(lines) == 0 {
			break
		}
		last := lines[len(lines)-1]
		page.After = []string{string(last.Date), string(last.ID)}
		found, err := proofs(ctx, tx, lines)
		if err != nil {
			return confirmed, err
		}
		for day := range sameDay(found) {
			for part := range slices.Chunk(day, atOnce) {
				if err := lin.confirmPart(ctx, tx, part); err != nil {
					return confirmed, err
				}
				confirmed += len(part)
				if report != nil {
					report(confirmed, waiting)
				}
			}
		}
	}
	if confirmed == 0 {
		return 0, nil
	}
	return confirmed, access.Record(ctx, tx, access.Event{Action: "bank_lines.confirmed", Subject: string(account)})
}

// proved is a payment with the line that proves it, or its part of a line.
type proved struct {
	line    BankLine
	payment PaymentID
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
	var out []proved
	for _, l := range lines {
		sum, found := ledger.Zero(l.Amount.Currency), []proved(nil)
		for _, n := range names[l.ID] {
			amount, ours := waiting[n.payment]
			if !ours || n.returned {
				found = nil
				break
			}
			sum, found = sum.Sub(amount), append(found, proved{l, n.payment})
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
	plain        bool                       // a direct payment in base currency, made for the first time, with nothing to attach
	authorised   bool
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
