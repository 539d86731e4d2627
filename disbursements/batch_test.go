package disbursements_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/store"
)

var abroad = payees.AccountGiven{IBAN: "DE89 3704 0044 0532 0130 00", BIC: "COBADEFF",
	Address: iso20022.Address{Street: "Hauptstr.", Building: "7", PostCode: "10115", Town: "Berlin", Country: "DE"}}

// bankers opens a house that can send batches: our account, two payees, a batch B-2026-0001.
func bankers(h *house) {
	h.Helper()
	worked(h)
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		h.who["locker"], err = newPerson(ctx, tx, "locker")
		return err
	})
	h.payable("CLI-01", danishAccount)
	h.payable("UNI-01", abroad)
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payments.WriteOwnAccount(ctx, tx,
			banking.OwnAccount{Account: "1010", Name: "Fyrlys", IBAN: "DK5000400440116243", BIC: "dabadkkk"})
		return err
	})
	h.opened()
}

func (h *house) opened() {
	h.Helper()
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.batches.Open(ctx, tx, paymentbatch.Batch{Account: "1010", Date: "2026-03-02"})
		return err
	})
}

// ready is an authorised payment to a payee.
func (h *house) ready(payee, amount string) disbursements.Disbursement {
	h.Helper()
	d := h.owed(payee, amount)
	must(h, h.authorised(d.Number))
	return d
}

// batch takes a step of a batch as somebody.
func (h *house) batch(who, number string,
	do func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error),
) (b paymentbatch.Batch, err error) {
	err = h.try(who, func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = do(ctx, tx, number)
		return err
	})
	return b, err
}

func (h *house) adds(number string, names ...string) error {
	_, err := h.batch("finance", number, func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error) {
		return h.batches.Add(ctx, tx, number, names)
	})
	return err
}

func (h *house) locks(number string) error {
	_, err := h.batch("locker", number, h.batches.Lock)
	return err
}

func (h *house) releases(who, number string) error {
	_, err := h.batch(who, number, func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error) {
		return h.batches.Release(ctx, tx, number, nil)
	})
	return err
}

func (h *house) exports(number string, as paymentbatch.FileFormat) ([]byte, error) {
	var file bytes.Buffer
	_, err := h.batch("finance", number, func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error) {
		file.Reset()
		return h.batches.Export(ctx, tx, number,
			paymentbatch.Target{Format: as, To: &file})
	})
	return file.Bytes(), err
}

// again makes the file of a batch again.
func (h *house) again(number string) ([]byte, error) {
	var file bytes.Buffer
	err := h.db.View(h.ctx,
		func(tx *store.Tx) error { _, err := h.batches.File(h.ctx, tx, number, &file, nil); return err })
	return file.Bytes(), err
}

// validates has xmllint hold a file against the bank's own schema.
func validates(t *testing.T, file []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.xml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema",
		filepath.Join("iso20022", "testdata", "schemas", "pain.001.001.09.xsd"), path).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s\n%s", err, out, file)
	}
}

// A batch is locked, released by who did nothing on it, exported, made again byte for byte, confirmed and laid away;
// each pair of duties by one person is refused.
func TestBatchGoesOneWay(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		first, second, third := h.ready("CLI-01", "100.00"), h.ready("UNI-01", "250.50"), h.ready("CLI-01", "49.50")
		refused(h, "an empty lock", h.locks("B-2026-0001"), paymentbatch.ErrBatchEmpty)
		must(h, h.adds("B-2026-0001", first.Number, second.Number))
		refused(h, "twice", h.adds("B-2026-0001", first.Number), banking.ErrInBatch)
		refused(h, "released by itself", h.release("chief", first.Number), banking.ErrInBatch)
		must(h, h.adds("B-2026-0001", third.Number))
		must(h, h.locks("B-2026-0001"))
		refused(h, "added to what is locked", h.adds("B-2026-0001", third.Number), advances.ErrState)
		for _, who := range []string{"maker", "lead", "finance"} {
			refused(h, "released by "+who, h.releases(who, "B-2026-0001"), access.ErrMakerCannotApprove)
		}
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		refused(h, "exported before it was released", err, advances.ErrState)
		must(h, h.releases("locker", "B-2026-0001")) // what a batch holds was decided on by three others already
		file, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		validates(t, file)
		totals, err := iso20022.Recount(bytes.NewReader(file))
		if err != nil || totals.Count != 3 || totals.Sum.String() != "400" {
			t.Errorf("the file adds up to %v, %v", totals, err)
		}
		must(h, h.enters("clerk", "CLI-01", abroad)) // what was locked is what the file says, whatever came since
		later, err := h.again("B-2026-0001")
		if err != nil || !bytes.Equal(file, later) {
			t.Errorf("made again it is another file: %v\n%s", err, later)
		}
		_, err = h.batch("finance", "B-2026-0001", h.batches.Reconcile)
		refused(h, "reconciled before the bank said so", err, paymentbatch.ErrBatchUnproved)
		must(h, h.bank("PMT-001", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-02"))
		must(h, h.bank("PMT-002", of("-250.50", "DKK"), banking.ProvesPayment, "2026-03-02"))
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-003", banking.PaymentFailed, "the bank refused it")
			return err
		})
		_, err = h.batch("finance", "B-2026-0001", h.batches.Reconcile)
		refused(h, "reconciled with one that failed", err, paymentbatch.ErrBatchUnproved)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-003", banking.Payment{Date: "2026-03-09"})
			return err
		})
		for _, step := range []func(context.Context, *store.Tx, string) (paymentbatch.Batch, error){h.batches.Reconcile,
			h.batches.Close} {
			_, err = h.batch("finance", "B-2026-0001", step)
			must(h, err)
		}
		_, err = h.batch("finance", "B-2026-0001", func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
			return h.batches.Abort(ctx, tx, n, "it is closed already")
		})
		refused(h, "aborted at the end", err, advances.ErrState)
	})
}

// What was made again goes into another batch, which a person releases who did not ask for it; its CSV holds the same.
func TestReissuedInAnotherBatch(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		d := h.ready("UNI-01", "250.50")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		file, err := h.exports("B-2026-0001", paymentbatch.CSVFile)
		must(h, err)
		want := "number,date,payee,account,bic,amount,currency,text,reference\nPMT-001,2026-03-02,House " +
			"UNI-01,DE89370400440532013000,COBADEFF,250.50,DKK,PMT-001,\n"
		if string(file) != want {
			t.Errorf("%s, want %s", file, want)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-001", banking.PaymentRecalled, "recalled from the bank")
			return err
		})
		h.do("signer", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-001", banking.Payment{Date: "2026-03-09"})
			return err
		})
		h.opened()
		refused(h, "what is done", h.adds("B-2026-0002", d.Number+"x"), disbursements.ErrUnknownDisbursement)
		must(h, h.adds("B-2026-0002", "PMT-002"))
		must(h, h.locks("B-2026-0002"))
		refused(h, "sent by hand from a batch", h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Dispatch(ctx, tx, "PMT-002")
			return err
		}), banking.ErrInBatch)
		refused(h, "released by who asked for it again", h.releases("signer", "B-2026-0002"), access.ErrMakerCannotApprove)
		must(h, h.releases("chief", "B-2026-0002"))
		_, err = h.exports("B-2026-0002", paymentbatch.Pain001File)
		must(h, err)
		must(h, h.bank("PMT-002", of("-250.50", "DKK"), banking.ProvesPayment, "2026-03-09"))
	})
}

// Newer bank details keep a batch back at each step before the file, and what it held is free after it was aborted.
func TestBatchMindsNewBankDetails(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		d := h.ready("CLI-01", "100.00")
		must(h, h.adds("B-2026-0001", d.Number))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		must(h, h.enters("clerk", "CLI-01", abroad))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		refused(h, "exported to the old account", err, paymentbatch.ErrBatchBlocked)
		_, err = h.batch("finance", "B-2026-0001", func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
			return h.batches.Abort(ctx, tx, n, "the account changed")
		})
		must(h, err)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-001", banking.PaymentFailed, "the account changed")
			return err
		})
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-001", banking.Payment{Date: "2026-03-09"})
			return err
		})
		h.opened()
		must(h, h.adds("B-2026-0002", "PMT-002"))
		must(h, h.locks("B-2026-0002"))
		refused(h, "released unverified", h.releases("chief", "B-2026-0002"), paymentbatch.ErrBatchBlocked)
		must(h, h.verifies("signer", "CLI-01", 2))
		refused(h, "released at once", h.releases("chief", "B-2026-0002"), paymentbatch.ErrBatchBlocked)
		h.wait(payees.CoolOff)
		must(h, h.releases("chief", "B-2026-0002"))
		unbound := h.asked("G1", "NOB-01", "10.00") // by card
		must(h, h.step("lead", disbursements.Decisions.Approve, unbound.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, unbound.Number))
		h.opened()
		refused(h, "what is paid by card", h.adds("B-2026-0003", unbound.Number), payees.ErrUnbound)
		_, err = h.exports("B-2026-0002", paymentbatch.Pain001File)
		must(h, err)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payees.Erase(ctx, tx, "CLI-01", "the person asked for it")
			return err
		})
		_, err = h.again("B-2026-0002")
		refused(h, "made again after the erasure", err, vault.ErrErased)
	})
}

// What a lock binds is not changed behind its back, and what no bank takes is found at the lock.
func TestLockBindsAndChecks(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		d := h.ready("CLI-01", "100.00")
		must(h, h.adds("B-2026-0001", d.Number))
		must(h, h.locks("B-2026-0001"))
		_, err := h.batch("finance", "B-2026-0001", func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
			return h.batches.Unlock(ctx, tx, n, "one is missing")
		})
		must(h, err)
		other := h.ready("CLI-01", "1.00")
		must(h, h.adds("B-2026-0001", other.Number))
		_, err = h.batch("finance", "B-2026-0001", func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
			return h.batches.Remove(ctx, tx, n, []string{"PMT-001"})
		})
		must(h, err)
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		must(h, h.release("chief", d.Number)) // it is free again
		h.payable("FOR-01", payees.AccountGiven{IBAN: "DE89 3704 0044 0532 0130 00"})
		h.ready("FOR-01", "10.00")
		h.opened()
		must(h, h.adds("B-2026-0002"))
		refused(h, "kroner abroad without a bank", h.locks("B-2026-0002"), iso20022.ErrFile)
	})
}

func TestStrangersCannotTouchBatches(t *testing.T) {
	user := func(handle string) string { return "(SELECT id FROM users WHERE handle = '" + handle + "')" }
	duty := func(who, batch string) string {
		return "INSERT INTO duties (subject, round, step, user_id, token_id, payload, at) SELECT id, round, 'release', " +
			user(who) +
			", '', lock_hash, '2027-01-01' FROM payment_batches WHERE number = '" + batch + "'"
	}
	set := func(batch, to string) string {
		return "UPDATE payment_batches SET " + to + " WHERE number = '" + batch + "'"
	}
	const item = "UPDATE payment_batch_items SET "
	attacks := []attack{
		{"released without a release", "", set("B-2026-0002", "state = 'released'"), "release_missing"},
		{"exported from the lock", "", set("B-2026-0002", "state = 'exported', file_sha256 = 'x'"), "state_conflict"},
		{"locked by nobody", "", set("B-2026-0001", "state = 'locked'"), "request_missing"},
		{"another lock", "", set("B-2026-0002", "lock_hash = payload_of()"), ""},
		{"another file", "", set("B-2026-0003", "file_sha256 = 'x'"), "state_conflict"},
		{"another account", "", set("B-2026-0002", "account = '1020'"), "append_only"},
		{"taken back from the bank", "", set("B-2026-0003", "state = 'released'"), "state_conflict"},
		{"a total more", "", set("B-2026-0002", "total = total + 1"), "state_conflict"},
		{"deleted", "", "DELETE FROM payment_batches", "append_only"},
		{"an amount more", "", item + "amount = amount + 1", "append_only"},
		{"another payee", "", item + "payee_id = (SELECT id FROM payees WHERE code = 'UNI-01')", "append_only"},
		{"taken out of a lock", "", item + "live = " + "(1 = 0)", ""},
		{"put into a lock", "",
			"INSERT INTO payment_batch_items SELECT 'pbi_x', batch_id, 99, 'dsb_x', disbursement_id, NULL, number, uetr, " +
				"payee_id, details, kind, amount, payload, live, added_by, added_at " +
				"FROM payment_batch_items WHERE batch_id = (SELECT id FROM payment_batches WHERE number = 'B-2026-0002')",
			"state_conflict"},
		{"an item deleted", "", "DELETE FROM payment_batch_items", "append_only"},
		{"a payment into no file", "", "UPDATE payments SET state = 'in_file' WHERE number = 'PMT-900'", "release_missing"},
		{"our account changed", "", "UPDATE own_accounts SET iban = 'x'", "append_only"},
		{"released by another", "", duty("chief", "B-2026-0002"), ""},
	}
	for _, who := range []string{"maker", "lead", "finance"} {
		attacks = append(attacks, attack{"released by " + who, "", duty(who, "B-2026-0002"), "maker_cannot_approve"})
	}
	for i, a := range attacks {
		switch a.name {
		case "another lock":
			attacks[i].sql, attacks[i].want = set("B-2026-0002",
				"lock_hash = (SELECT payload FROM payment_batch_items LIMIT 1)"), "state_conflict"
		case "taken out of a lock":
			attacks[i].want = "state_conflict"
			attacks[i].sql = item +
				"live = NOT live WHERE batch_id = (SELECT id FROM payment_batches WHERE number = 'B-2026-0002')"
		}
	}
	withstand(t, func(h *house) {
		withVault(h.TB.(testing.TB), h)
		bankers(h)
		h.opened()
		h.opened()
		h.ready("CLI-01", "100.00")
		must(h, h.adds("B-2026-0002"))
		must(h, h.locks("B-2026-0002"))
		h.ready("CLI-01", "70.00")
		must(h, h.adds("B-2026-0003"))
		must(h, h.locks("B-2026-0003"))
		must(h, h.releases("chief", "B-2026-0003"))
		_, err := h.exports("B-2026-0003", paymentbatch.Pain001File)
		must(h, err)
		single := h.ready("CLI-01", "5.00")
		h.do("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Release(ctx, tx, single.Number, banking.Payment{Number: "PMT-900", Date: "2026-03-02"})
			return err
		})
	}, attacks)
}

// Sixty-four who release, export and abort a batch at once come to one outcome.
func TestBatchRaces(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		h.ready("CLI-01", "100.00")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		results := make(chan error, 8)
		for i := range 8 {
			go func() {
				if i%2 == 0 {
					results <- h.releases("chief", "B-2026-0001")
					return
				}
				_, err := h.batch("finance", "B-2026-0001",
					func(ctx context.Context, tx *store.Tx, n string) (paymentbatch.Batch, error) {
						return h.batches.Unlock(ctx, tx, n, "one is missing")
					})
				results <- err
			}()
		}
		won := 0
		for range 8 {
			if err := <-results; err == nil {
				won++
			} else if !errors.Is(err, advances.ErrState) && !errors.Is(err, store.ErrBusy) &&
				!errors.Is(err, store.ErrStale) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 won", won)
		}
	})
}
