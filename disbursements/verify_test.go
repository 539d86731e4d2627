package disbursements_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/paymentbatch"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// forgery is what the owner of a database writes past its guards, and what verify has to say of it.
type forgery struct {
	name, sql string
	place     string // that the finding names
	says      string
}

// ofTheUniversity chooses the parts of what is asked for UNI-01.
const ofTheUniversity = "WHERE disbursement_id = (SELECT id FROM disbursements WHERE amount = 3000000)"

// forgeries on two exported payments, PMT-001 to CLI-01 and PMT-002 of 30,000.00 to UNI-01, of which the bank
// confirmed the first.
var forgeries = []forgery{
	{"an item pays more", "UPDATE payment_batch_items SET amount = amount + 1 WHERE number = 'PMT-002'",
		"payment batch B-2026-0001", "does not pay what was locked"},
	{"an item is gone", "UPDATE payment_batch_items SET live = FALSE WHERE number = 'PMT-002'",
		"payment batch B-2026-0001", "does not pay what was locked"},
	{"the sum is another", "UPDATE payment_batches SET total = total + 1", "payment batch B-2026-0001",
		"does not pay what was locked"},
	{"the hash is another",
		"UPDATE payment_batches SET lock_hash = (SELECT payload FROM payments WHERE number = 'PMT-001')",
		"payment batch B-2026-0001", "does not pay what was locked"},
	{"an account is another's",
		"UPDATE payee_details SET sealed = (SELECT t.sealed FROM payee_details AS t JOIN payees AS y ON y.id = t.payee_id " +
			"WHERE y.code = 'CLI-01') " +
			"WHERE payee_id = (SELECT id FROM payees WHERE code = 'UNI-01')", "payment batch B-2026-0001",
		"does not pay what was locked"},
	{"a payee has another name", "UPDATE payees SET alias = 'House CLI-02' WHERE code = 'CLI-01'",
		"payment batch B-2026-0001", "does not pay what was locked"},
	{"our account is another", "UPDATE own_accounts SET iban = 'DE89370400440532013000'", "payment batch B-2026-0001",
		"does not pay what was locked"},
	{"our account is gone", "DELETE FROM own_accounts", "payment batch B-2026-0001", "not on record"},
	{"released by who locked it, by the row alone",
		"UPDATE payment_batches SET released_by = locked_by", "payment batch B-2026-0001",
		"nobody released what was locked"},
	{"released by nobody", "DELETE FROM duties WHERE step = 'release' AND subject = (SELECT id FROM payment_batches)",
		"payment batch B-2026-0001", "nobody released what was locked"},
	{"a payment is another's",
		"UPDATE payment_batch_items SET payment_id = (SELECT id FROM payments WHERE number = 'PMT-001') WHERE number = " +
			"'PMT-002'",
		"payment PMT-002 of batch B-2026-0001", "not the payment that was put into the batch"},
	{"asked for with other bank details",
		"UPDATE payee_bindings SET payee_id = (SELECT id FROM payees WHERE code = 'CLI-01') WHERE payee_id = (SELECT id " +
			"FROM payees WHERE code = 'UNI-01')",
		"payment PMT-002 of batch B-2026-0001", "other bank details"},
	{"decided on for something else",
		"UPDATE disbursements SET payload = (SELECT payload FROM payments WHERE number = 'PMT-001') WHERE amount = 3000000",
		"payment PMT-002 of batch B-2026-0001", "does not say what was put into the batch"},
	{"a payment has another day", "UPDATE payments SET date = '2026-03-03' WHERE number = 'PMT-002'", "payment PMT-002",
		"changed since"},
	{"a payment in a file that was not made", "UPDATE payment_batches SET state = 'released'", "payment PMT-002",
		"in a file of no batch"},
	{"a payment that the bank did not confirm", "UPDATE payments SET state = 'confirmed' WHERE number = 'PMT-002'",
		"payment PMT-002", "the bank's lines do not come to it"},
	{"a line of the bank is taken back", "UPDATE bank_matches SET undone = TRUE", "payment PMT-001",
		"the bank's lines do not come to it"},
	{"its split cannot be read", "UPDATE disbursement_shares SET percent = '100.0' " + ofTheUniversity,
		"disbursement D-2026-0002", "cannot be read"},
	{"an item is put to it", "INSERT INTO disbursement_items SELECT id, 0, '', '', 0, NULL, NULL, '', 100 FROM " +
		"disbursements WHERE amount = 3000000", "disbursement D-2026-0002", "it was changed since"},
	{"fewer people were asked for", "UPDATE disbursement_need_roles SET role = 'finance_officer' " + ofTheUniversity +
		" AND role = 'treasurer'", "disbursement D-2026-0002", "fewer people, or other roles"},
	{"another number has to approve", "UPDATE disbursements SET approvals_needed = 2 WHERE amount = 3000000",
		"disbursement D-2026-0002", "does not read"},
	{"nobody is asked for", "DELETE FROM disbursement_need_roles " + ofTheUniversity + "; DELETE FROM disbursement_needs " +
		ofTheUniversity, "disbursement D-2026-0002", "does not read"},
	{"no policy asked", "UPDATE disbursements SET policy_id = '' WHERE amount = 3000000", "disbursement D-2026-0002",
		"under no policy"},
	{"authorised in too small a role",
		"DELETE FROM disbursement_approval_roles WHERE role = 'treasurer'",
		"disbursement D-2026-0002", "without the roles"},
	{"approved in a role of nobody's",
		"INSERT INTO disbursement_approval_roles SELECT disbursement_id, round, user_id, 'finance_officer' FROM " +
			"disbursement_approvals WHERE step = 'approve'", "disbursement D-2026-0001", "never had"},
	{"approved for somebody who may not", "UPDATE disbursement_approvals SET on_behalf_of = 'usr_nobody'",
		"disbursement D-2026-0001", "never had"},
	{"it promises less", "UPDATE disbursement_promises SET amount = amount - 1", "disbursement D-2026-0002",
		"not what it will book"},
	{"it promises nothing", "DELETE FROM disbursement_promises", "disbursement D-2026-0002", "not what it will book"},
	{"what is booked promises money", "UPDATE disbursement_promises SET disbursement_id = (SELECT id FROM disbursements " +
		"WHERE number = 'D-2026-0001')", "disbursement D-2026-0001", "not in flight"},
	{"nobody approved", "DELETE FROM disbursement_approval_roles WHERE user_id IN (SELECT user_id FROM " +
		"disbursement_approvals WHERE step = 'approve'); DELETE FROM disbursement_approvals WHERE step = 'approve'", "disbursement D-2026-0001",
		"without the roles"},
}

// Whatever the owner of the database forges of a payment batch, or of the roles that a policy asked for, verify finds
// and names it; it says nothing of books that nobody touched.
func TestForgedBatchesAndRolesAreFound(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		must(h, h.receive("G1", "2026-02-01", of("40000.00", "DKK"), "", "1010"))
		for _, d := range []disbursements.Disbursement{h.ready("CLI-01", "100.00"), h.ready("UNI-01", "30000.00")} {
			must(h, h.adds("B-2026-0001", d.Number))
		}
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		must(h, h.bank("PMT-001", of("-100.00", "DKK"), banking.ProvesPayment, "2026-03-02"))
		look := func(tx *store.Tx) (found proof.Findings) {
			if _, err := h.requests.Verify(h.ctx, tx, &found); err != nil {
				t.Fatal(err)
			}
			if _, err := h.batches.Verify(h.ctx, tx, &found); err != nil {
				t.Fatal(err)
			}
			return found
		}
		must(h, h.db.View(h.ctx, func(tx *store.Tx) error {
			if found := look(tx); len(found.List) > 0 {
				t.Errorf("of books that nobody touched: %v", found)
			}
			return nil
		}))
		for _, f := range forgeries {
			err := h.try("", func(ctx context.Context, tx *store.Tx) error {
				storetest.DisableGuards(t, tx)
				if result, err := tx.ExecContext(ctx, f.sql); err != nil {
					return err
				} else if n, _ := result.RowsAffected(); n == 0 {
					t.Errorf("%s: nothing was forged", f.name)
				}
				named := false
				for _, found := range look(tx).List {
					named = named || found.Place == f.place && strings.Contains(found.Detail, f.says)
				}
				if !named {
					t.Errorf("%s is not found: %v", f.name, look(tx))
				}
				return errGivenUp
			})
			if !errors.Is(err, errGivenUp) {
				t.Errorf("%s: %v", f.name, err)
			}
		}
	})
}
