package disbursements_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// afterSent is a state that an attempt to pay can be in, and how the test takes a sent one there. The bank speaks of
// the payment that takeTo gives.
type afterSent struct {
	payment banking.PaymentState
	of      disbursements.State
	takeTo  func(w *bankWords, number string) (last string)
}

// bankWords plays a bank that says anything of anything.
type bankWords struct {
	*house
	document evidence.ID
	n        int
	runs     int
}

func (w *bankWords) proved(number string, steps ...disbursements.Action) string {
	w.Helper()
	must(w.house, w.bank(number, of("-10.00", "DKK"), banking.ProvesPayment, "2026-03-02"))
	d := w.ofPayment(number)
	for _, a := range steps {
		who := map[bool]string{true: "lead", false: "finance"}[a == disbursements.ToVerifyReceipt]
		w.do(who, func(ctx context.Context, tx *store.Tx) (err error) {
			switch a {
			case disbursements.ToProve:
				_, err = w.settlements.Prove(ctx, tx, d, w.document)
			case disbursements.ToDisallow:
				_, err = w.settlements.Disallow(ctx, tx, d, "F-1", why)
			default:
				_, err = w.settlements.VerifyReceipt(ctx, tx, d, disbursements.Received, "")
			}
			return err
		})
	}
	return number
}

func (w *bankWords) ofPayment(number string) (disbursement string) {
	w.Helper()
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		p, err := w.payments.Payment(ctx, tx, number)
		disbursement = string(p.Disbursement)
		return err
	})
	return disbursement
}

func (w *bankWords) fails(number string, to banking.PaymentState) string {
	w.Helper()
	w.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := w.payments.Fail(ctx, tx, number, to, "the bank lost the file")
		return err
	})
	return number
}

func (w *bankWords) back(number string) string {
	w.Helper()
	must(w.house, w.bank(number, of("10.00", "DKK"), banking.ProvesReturn, "2026-03-03"))
	return number
}

// madeAgain makes a payment again and sends it.
func (w *bankWords) madeAgain(number string) (next string) {
	w.Helper()
	w.do("finance", func(ctx context.Context, tx *store.Tx) error {
		p, err := w.payments.Reissue(ctx, tx, number, banking.Payment{Date: "2026-03-04"})
		next = p.Number
		return err
	})
	w.do("chief", func(ctx context.Context, tx *store.Tx) error {
		_, err := w.payments.Dispatch(ctx, tx, next)
		return err
	})
	return next
}

// afterSents are the states. Every state of a payment is among them, and every state of what was paid.
var afterSents = map[string]afterSent{
	"planned": {banking.PaymentPlanned, disbursements.Released, func(w *bankWords, number string) string {
		return w.unsent(number)
	}},
	"in a file": {banking.PaymentInFile, disbursements.Released, func(w *bankWords, _ string) string {
		return w.inFile()
	}},
	"sent": {banking.PaymentSent, disbursements.Released,
		func(_ *bankWords, number string) string { return number }},
	"failed": {banking.PaymentFailed, disbursements.Released, func(w *bankWords, number string) string {
		return w.fails(number, banking.PaymentFailed)
	}},
	"recalled": {banking.PaymentRecalled, disbursements.Released, func(w *bankWords, number string) string {
		return w.fails(number, banking.PaymentRecalled)
	}},
	"failed and made again": {banking.PaymentFailed, disbursements.Released, func(w *bankWords, number string) string {
		w.madeAgain(w.fails(number, banking.PaymentFailed))
		return number
	}},
	"paid": {banking.PaymentConfirmed, disbursements.Paid,
		func(w *bankWords, number string) string { return w.proved(number) }},
	"evidenced": {banking.PaymentConfirmed, disbursements.Evidenced, func(w *bankWords, number string) string {
		return w.proved(number, disbursements.ToProve)
	}},
	"arrived": {banking.PaymentConfirmed, disbursements.Arrived, func(w *bankWords, number string) string {
		return w.proved(number, disbursements.ToProve, disbursements.ToVerifyReceipt)
	}},
	"disallowed": {banking.PaymentConfirmed, disbursements.Disallowed, func(w *bankWords, number string) string {
		return w.proved(number, disbursements.ToProve, disbursements.ToDisallow)
	}},
	"returned": {banking.PaymentReturned, disbursements.Returned, func(w *bankWords, number string) string {
		return w.back(w.proved(number))
	}},
	"returned after it was proved": {banking.PaymentReturned, disbursements.Evidenced,
		func(w *bankWords, number string) string {
			return w.back(w.proved(number, disbursements.ToProve))
		}},
	"made again": {banking.PaymentSent, disbursements.Returned, func(w *bankWords, number string) string {
		return w.madeAgain(w.back(w.proved(number)))
	}},
	"made again after it was proved": {banking.PaymentSent, disbursements.Evidenced,
		func(w *bankWords, number string) string {
			return w.madeAgain(w.back(w.proved(number, disbursements.ToProve)))
		}},
	"made again after it arrived": {banking.PaymentSent, disbursements.Arrived,
		func(w *bankWords, number string) string {
			return w.madeAgain(w.back(w.proved(number, disbursements.ToProve, disbursements.ToVerifyReceipt)))
		}},
	"made again after it was disallowed": {banking.PaymentSent, disbursements.Disallowed,
		func(w *bankWords, number string) string {
			return w.madeAgain(w.back(w.proved(number, disbursements.ToProve, disbursements.ToDisallow)))
		}},
}

// unsent takes back that a payment was sent, as the test finds it.
func (w *bankWords) unsent(number string) string {
	w.Helper()
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.NewUpdate().TableExpr("payments").Set("state = ?", banking.PaymentPlanned).
			Where("number = ?", number).Exec(ctx)
		return err
	})
	return number
}

// inFile is another payment, in a file of a batch.
func (w *bankWords) inFile() (number string) {
	w.Helper()
	d := w.ready("CLI-01", "10.00")
	if w.runs++; w.runs > 1 {
		w.opened()
	}
	batch := fmt.Sprintf("B-2026-%04d", w.runs)
	must(w.house, w.adds(batch, d.Number))
	must(w.house, w.locks(batch))
	must(w.house, w.releases("chief", batch))
	_, err := w.exports(batch, paymentbatch.Pain001File)
	must(w.house, err)
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		all, err := w.payments.List(ctx, tx, banking.PaymentFilter{State: banking.PaymentInFile})
		for _, p := range all {
			if p.Disbursement == d.ID {
				number = p.Number
			}
		}
		return err
	})
	return number
}

// In whatever state a payment and what it was for are, the bank may say that it paid, that it paid twice, that the
// money came back, or that it took a fee: all of it stands in the books to the øre, either as what it is, or in
// suspense as a task that is gone once somebody explains it.
func TestWhateverTheBankSaysIsRecorded(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		w := &bankWords{house: h, document: h.shownBy(t)}
		w.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.requests.Grants.RaiseFinding(ctx, tx, grants.AuditFinding{Grant: "G1", Number: "F-1",
				On: "2026-03-01", Questioned: of("10.00", "DKK"), Text: "not in the budget"})
			return err
		})
		seen := map[string]bool{}
		var says []string
		for _, name := range slices.Sorted(maps.Keys(afterSents)) {
			s := afterSents[name]
			for _, amounts := range []string{"-10.00 10.00 -10.00 10.00 -1.00", "10.00 -10.00 -1.00"} {
				w.n++
				first := fmt.Sprintf("PMT-9%02d", w.n)
				h.sent(first, "10.00", "2026-03-02")
				number := s.takeTo(w, first)
				w.standsAs(name, number, s)
				seen[string(s.payment)], seen[string(s.of)] = true, true
				for i, amount := range strings.Fields(amounts) {
					ref := fmt.Sprintf("R%03d%d", w.n, i)
					says = append(says, fmt.Sprintf("2026-03-%02d %s %s %s", 5+i, amount, ref, number))
				}
			}
		}
		for _, want := range []string{"planned", "in_file", "sent", "confirmed", "failed", "returned", "recalled", "released",
			"paid", "evidenced", "verified", "disallowed"} {
			if !seen[want] {
				t.Errorf("nothing was %s", want)
			}
		}
		slices.Sort(says)
		before := w.held()
		h.onRecord(statement(says...))
		w.settlesAll()
		w.allStands(says, before)
		h.verified()
		w.explainsAll()
		h.verified()
	})
}

// standsAs holds that the test took a payment where it wanted.
func (w *bankWords) standsAs(name, number string, s afterSent) {
	w.Helper()
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		p, err := w.payments.Payment(ctx, tx, number)
		if err != nil {
			return err
		}
		d, err := w.requests.Disbursement(ctx, tx, string(p.Disbursement))
		if p.State != s.payment || d.State != s.of {
			w.Errorf("%s: it is %s, %s", name, p.State, d.State)
		}
		return err
	})
}

// held is what the books say that the bank account holds.
func (w *bankWords) held() (sum ledger.Money) {
	w.Helper()
	sum = ledger.Zero("DKK")
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		balances, err := w.requests.Book.Balances(ctx, tx, "9999-12-31")
		for _, b := range balances {
			if b.Account == "1010" {
				sum = sum.Add(b.Amount)
			}
		}
		return err
	})
	return sum
}

// settlesAll does what finance does with a file: what is sure, then what is suggested, until nothing more is.
func (w *bankWords) settlesAll() {
	w.Helper()
	for range 6 {
		w.sure()
		found, _ := w.suggested()
		done := 0
		for _, s := range found {
			if s.Proves == "" && !s.Lines[0].Suspended { // a part of a payment: who knows
				must(w.house, w.explains(banking.Explanation{Line: string(s.Lines[0].ID), Kind: banking.ProvesSuspense}))
			}
			if s.Proves == "" || s.Reason != banking.ByEndToEndID {
				continue
			}
			if _, err := w.accept(s); err != nil {
				w.Fatalf("%s of %s is suggested and refused: %v", s.Proves, s.Payments[0].Number, err)
			}
			done++
		}
		if done == 0 {
			return
		}
	}
}

// allStands wants every line in the books, as what it is or as a task.
func (w *bankWords) allStands(says []string, before ledger.Money) {
	w.Helper()
	for _, text := range says {
		before = before.Add(line(1, text).Amount)
	}
	if held := w.held(); held.Cmp(before) != 0 {
		w.Errorf("the books say %s, the bank %s", held, before)
	}
	w.do("", func(ctx context.Context, tx *store.Tx) error {
		lines, err := w.lines.AllLines(ctx, tx, "1010")
		if err != nil {
			return err
		}
		tasks, err := w.lines.List(ctx, tx, banking.BankLineFilter{Tasks: true})
		asked := map[banking.BankLineID]bool{}
		for _, l := range tasks {
			asked[l.ID] = true
		}
		for _, l := range lines {
			if !l.Left.IsZero() || asked[l.ID] != l.Suspended {
				w.Errorf("%s %s: %s is left, in suspense %t, a task %t", l.Reference, l.Amount, l.Left, l.Suspended, asked[l.ID])
			}
		}
		return err
	})
}

// explainsAll explains what stands in suspense by entries that finance writes: what the bank owes us, or we it.
func (w *bankWords) explainsAll() {
	w.Helper()
	tasks := func() (found []banking.BankLine) {
		w.do("", func(ctx context.Context, tx *store.Tx) (err error) {
			found, err = w.lines.List(ctx, tx, banking.BankLineFilter{Tasks: true})
			return err
		})
		return found
	}
	all := tasks()
	if len(all) == 0 {
		w.Error("nothing stood in suspense")
	}
	for _, l := range all {
		w.do("finance", func(ctx context.Context, tx *store.Tx) error {
			posted, err := w.requests.Book.Post(ctx, tx, ledger.Entry{Date: l.Date, Text: "The bank's mistake", Act: "manual",
				Lines: []ledger.Line{ledger.Base("1010", "UNR", l.Amount), ledger.Base("1330", "UNR", l.Amount.Neg())}})
			if err != nil {
				return err
			}
			_, err = w.lines.Explain(ctx, tx, banking.Explanation{Line: string(l.ID), Kind: banking.ProvesEntry,
				About: posted[0].Number})
			return err
		})
	}
	if left := tasks(); len(left) != 0 {
		w.Errorf("%d tasks are left", len(left))
	}
	w.holds("1390 UNR 0.00", "1390 G1 0.00", "1390 D1 0.00")
}
