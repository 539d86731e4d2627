package disbursements_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

var errBack = errors.New("roll back")

// after has an owner of the database write past every guard, then does something as somebody, and takes all back.
func (h *house) after(sql, who string, act func(ctx context.Context, tx *store.Tx) error) error {
	h.Helper()
	err := h.try(who, func(ctx context.Context, tx *store.Tx) error {
		storetest.DisableGuards(h.TB.(testing.TB), tx)
		if _, err := tx.ExecContext(ctx, sql); err != nil {
			h.Fatalf("%s: %v", sql, err)
		}
		return errors.Join(errBack, act(ctx, tx))
	})
	if !errors.Is(err, errBack) {
		h.Fatalf("%s: %v", sql, err)
	}
	return err
}

// A release computes the lock anew: whatever of it was changed since, by whatever way, it is refused, and so is what
// the disbursements say no longer. Unchanged it is released.
func TestReleaseIsOfWhatWasLocked(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		bankers(h)
		h.ready("CLI-01", "100.00")
		h.ready("UNI-01", "250.50")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		release := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.batches.Release(ctx, tx, "B-2026-0001", nil)
			return err
		}
		const item, batch = "UPDATE payment_batch_items SET ", "UPDATE payment_batches SET "
		for name, c := range map[string]struct {
			sql  string
			want error
		}{
			"nothing":     {item + "amount = amount", nil},
			"an amount":   {item + "amount = amount + 1 WHERE position = 2", paymentbatch.ErrBatchChanged},
			"two amounts": {item + "amount = CASE position WHEN 1 THEN 25050 ELSE 10000 END", paymentbatch.ErrBatchChanged},
			"a number":    {item + "number = number || 'x' WHERE position = 1", paymentbatch.ErrBatchChanged},
			"an id":       {item + "uetr = uetr || 'x' WHERE position = 1", paymentbatch.ErrBatchChanged},
			"a kind":      {item + "kind = 'domestic' WHERE position = 2", paymentbatch.ErrBatchChanged},
			"a payload":   {item + "payload = (SELECT lock_hash FROM payment_batches)", paymentbatch.ErrBatchChanged},
			"an order":    {item + "position = 9 WHERE position = 1", paymentbatch.ErrBatchChanged},
			"one less":    {item + "live = (1 = 0) WHERE position = 1", paymentbatch.ErrBatchChanged},
			"a payee's account": {"UPDATE payee_details SET sealed = (SELECT o.sealed FROM payee_details AS o WHERE " +
				"o.payee_id <> payee_details.payee_id)", paymentbatch.ErrBatchChanged},
			"a payee's name":   {"UPDATE payees SET alias = 'House' WHERE code = 'CLI-01'", paymentbatch.ErrBatchChanged},
			"our account":      {"UPDATE own_accounts SET iban = 'DK0000400440116243'", paymentbatch.ErrBatchChanged},
			"our name":         {"UPDATE own_accounts SET name = 'Fyr'", paymentbatch.ErrBatchChanged},
			"our bank":         {"UPDATE own_accounts SET bic = 'NDEADKKK'", paymentbatch.ErrBatchChanged},
			"the day":          {batch + "date = '2026-03-03'", paymentbatch.ErrBatchChanged},
			"the charges":      {batch + "charges = 'DEBT'", paymentbatch.ErrBatchChanged},
			"how it is booked": {batch + "one_sum = (NOT one_sum)", paymentbatch.ErrBatchChanged},
			"its total":        {batch + "total = total + 1", paymentbatch.ErrBatchChanged},
			"its count":        {batch + "item_count = 1", paymentbatch.ErrBatchChanged},
			"its hash": {batch + "lock_hash = (SELECT payload FROM payment_batch_items WHERE position = 1)",
				paymentbatch.ErrBatchChanged},
			"what was authorised": {"UPDATE disbursements SET payload = (SELECT lock_hash FROM payment_batches)",
				paymentbatch.ErrBatchChanged},
			"who authorised": {"DELETE FROM duties WHERE step = 'authorise'", paymentbatch.ErrBatchChanged},
			"what the authorisation was of": {"UPDATE duties SET payload = (SELECT lock_hash FROM payment_batches) WHERE " +
				"step = 'authorise'", paymentbatch.ErrBatchChanged},
			"its state": {"UPDATE disbursements SET state = 'approved'", paymentbatch.ErrBatchChanged},
		} {
			err := h.after(c.sql, "chief", release)
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && err.Error() != errBack.Error() {
				h.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		must(h, h.releases("chief", "B-2026-0001"))
	})
}

// Bank details are paid to from the instant on at which their cool-off is over, and not before: a batch that takes all
// it can leaves them out, and one that holds them is not released.
func TestBatchWaitsForTheCoolOff(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		bankers(h)
		h.registered("NEW-01")
		must(h, h.enters("clerk", "NEW-01", payees.AccountGiven{Registration: "0040", Account: "0440116290"}))
		must(h, h.verifies("signer", "NEW-01", 1))
		d := h.ready("NEW-01", "100.00")
		must(h, h.adds("B-2026-0001", d.Number)) // by name, so that it may wait in the batch
		must(h, h.locks("B-2026-0001"))
		h.opened()
		h.ready("NEW-01", "50.00")
		h.wait(payees.CoolOff - time.Microsecond)
		refused(h, "released just before", h.releases("chief", "B-2026-0001"), paymentbatch.ErrBatchBlocked)
		refused(h, "taken just before", h.adds("B-2026-0002"), paymentbatch.ErrBatchEmpty)
		h.wait(time.Microsecond)
		must(h, h.adds("B-2026-0002"))
		must(h, h.releases("chief", "B-2026-0001"))
		must(h, h.locks("B-2026-0002"))
		must(h, h.releases("chief", "B-2026-0002"))
	})
}

// What a batch cannot take, and what it may not become, each said for itself.
func TestEveryRefusalOfABatch(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		bankers(h)
		first, second := h.ready("CLI-01", "100.00"), h.ready("CLI-01", "50.00")
		asked := h.owed("CLI-01", "10.00")
		abroad, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		must(h, h.authorised(abroad.Number))
		step := func(do func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error)) error {
			_, err := h.batch("finance", "B-2026-0001", do)
			return err
		}
		unlock := func(reason string) error {
			return step(func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
				return h.batches.Unlock(ctx, tx, n, reason)
			})
		}
		abort := func(reason string) error {
			return step(func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
				return h.batches.Abort(ctx, tx, n, reason)
			})
		}
		remove := func(numbers ...string) error {
			return step(func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
				return h.batches.Remove(ctx, tx, n, numbers)
			})
		}
		file := func() error { _, err := h.again("B-2026-0001"); return err }
		for _, c := range []struct {
			name string
			act  func() error
			want error
		}{
			{"named twice", func() error { return h.adds("B-2026-0001", first.Number, first.Number) }, banking.ErrMatchShape},
			{"nobody's", func() error { return h.adds("B-2026-0001", "DSB-999") }, disbursements.ErrUnknownDisbursement},
			{"not authorised", func() error { return h.adds("B-2026-0001", asked.Number) }, advances.ErrState},
			{"settled by a partner", func() error { return h.adds("B-2026-0001", abroad.Number) }, disbursements.ErrSettlement},
			{"an unknown batch", func() error { return h.adds("B-2026-0009", first.Number) }, paymentbatch.ErrUnknownBatch},
			{"all that fits", func() error { return h.adds("B-2026-0001") }, nil},
			{"once more", func() error { return h.adds("B-2026-0001") }, paymentbatch.ErrBatchEmpty},
			{"taken out: none of it", func() error { return remove("PMT-001", "PMT-009") }, banking.ErrUnknownPayment},
			{"taken out", func() error { return remove("PMT-002") }, nil},
			{"taken out again", func() error { return remove("PMT-002") }, banking.ErrUnknownPayment},
			{"unlocked before it is locked", func() error { return unlock("one is missing") }, advances.ErrState},
			{"locked", func() error { return h.locks("B-2026-0001") }, nil},
			{"locked twice", func() error { return h.locks("B-2026-0001") }, advances.ErrState},
			{"taken out of the lock", func() error { return remove("PMT-001") }, advances.ErrState},
			{"unlocked for no reason", func() error { return unlock(" ") }, ledger.ErrReasonRequired},
			{"its file before there is one", file, advances.ErrState},
			{"aborted for no reason", func() error { return abort("") }, ledger.ErrReasonRequired},
			{"released", func() error { return h.releases("chief", "B-2026-0001") }, nil},
			{"released twice", func() error { return h.releases("chief", "B-2026-0001") }, advances.ErrState},
			{"in another batch by itself", func() error { h.opened(); return h.adds("B-2026-0002", first.Number) },
				banking.ErrInBatch},
			{"aborted", func() error { return abort("the wrong day") }, nil},
			{"what it held is free", func() error { return h.adds("B-2026-0002", "PMT-001", second.Number) }, nil},
		} {
			refused(h, c.name, c.act(), c.want)
		}
	})
}

// A file holds what was locked, whole; one of whose payments came to nothing before is not made, and one that is made
// again is what was exported.
func TestFileIsTheWholeLock(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		bankers(h)
		h.ready("CLI-01", "100.00")
		h.ready("UNI-01", "250.50")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		export := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.batches.Export(ctx, tx, "B-2026-0001",
				paymentbatch.Target{Format: paymentbatch.Pain001File, To: io.Discard})
			return err
		}
		refused(h, "a payment that failed", h.after("UPDATE payments SET state = 'failed' WHERE number = 'PMT-001'",
			"finance", export), paymentbatch.ErrBatchChanged)
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		again := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.batches.File(ctx, tx, "B-2026-0001", io.Discard, nil)
			return err
		}
		refused(h, "another file", h.after("UPDATE payment_batches SET file_sha256 = 'x'", "finance", again),
			paymentbatch.ErrBatchFile)
		must(h, h.try("finance", again))
	})
}

// Every step of a batch and of the bank leaves its event.
func TestEveryStepOfABatchIsRecorded(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		bankers(h)
		h.ready("CLI-01", "100.00")
		h.ready("CLI-01", "50.00")
		step := func(do func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error)) func() error {
			return func() error { _, err := h.batch("finance", "B-2026-0001", do); return err }
		}
		actions := func() (all []string) {
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				found, err := access.ListEvents(ctx, tx, access.EventFilter{})
				for _, e := range found {
					all = append(all, e.Action)
				}
				return err
			})
			return all
		}
		for _, c := range []struct {
			act  func() error
			want []string
		}{
			{func() error { return h.adds("B-2026-0001") }, []string{"payment_batch.added_to"}},
			{step(func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
				return h.batches.Remove(ctx, tx, n, []string{"PMT-002"})
			}), []string{"payment_batch.taken_from"}},
			{func() error { return h.locks("B-2026-0001") }, []string{"payment_batch.locked"}},
			{step(func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
				return h.batches.Unlock(ctx, tx, n, "one is missing")
			}), []string{"payment_batch.unlocked"}},
			{func() error { return h.locks("B-2026-0001") }, []string{"payment_batch.locked"}},
			{func() error { return h.releases("chief", "B-2026-0001") }, []string{"disbursement.released",
				"payment_batch.released"}},
			{func() error { _, err := h.exports("B-2026-0001", paymentbatch.Pain001File); return err },
				[]string{"payment_batch.exported"}},
			{func() error { return h.bank("PMT-001", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-02") },
				[]string{"bank_line.recorded", "payment.confirmed", "disbursement.paid"}},
			{step(h.batches.Reconcile), []string{"payment_batch.reconciled"}},
			{step(h.batches.Close), []string{"payment_batch.closed"}},
		} {
			before := len(actions())
			must(h, c.act())
			if got := actions()[before:]; !slices.Equal(got, c.want) {
				h.Errorf("recorded %q, want %q", got, c.want)
			}
		}
	})
}
