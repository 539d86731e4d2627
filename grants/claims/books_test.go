package claims_test

import (
	"errors"
	"testing"

	"supportledger/grants/claims"
	"supportledger/grants/grantstest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// A second grant that claims the same receipt is refused, by the rule and by the database.
func TestASecondGrantCannotClaimTheSameReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		o.Sign("G1", grantstest.Money("1000.00", "DKK"), grantstest.Deferred())
		o.Sign("G2", grantstest.Money("1000.00", "DKK"), grantstest.Deferred())
		const document = `INSERT INTO evidence (id, sha256, media_type, bytes, kind, taken_on, retention_until, stored_by,
			stored_at)
			VALUES ('evd_1', '0123456789012345678901234567890123456789012345678901234567890123', 'application/pdf', 1,
				'receipt', '2026-03-01', '2031-12-31', '', '2026-03-01T09:00:00.000000Z')`
		o.Must(o.Do("", func(tx *store.Tx) error { _, err := tx.ExecContext(o.Context(), document); return err }))
		claim := func(line, whole string, fund ledger.FundCode, share string) error {
			return o.Do("finance", func(tx *store.Tx) error {
				_, err := claims.Make(o.Context(), tx, o.Register.Book,
					claims.Cost{Evidence: "evd_1", Line: line, Amount: grantstest.Money(whole, "DKK"),
						Claims: []claims.Claim{{Fund: fund, Share: grantstest.Money(share, "DKK")}}})
				return err
			})
		}
		wants(t, "a share", claim("books", "100.00", "G1", "60.00"), nil)
		wants(t, "an øre too much", claim("books", "100.00", "G2", "40.01"), claims.ErrEvidenceOverclaimed)
		wants(t, "at another amount", claim("books", "200.00", "G2", "40.00"), claims.ErrCostAmount)
		wants(t, "the same fund again", claim("books", "100.00", "G1", "1.00"), claims.ErrCostClaimed)
		wants(t, "the whole beside a line", claim("", "100.00", "G2", "1.00"), claims.ErrCostLines)
		wants(t, "another line", claim("bag", "50.00", "G2", "50.00"), nil)
		past := o.Do("", func(tx *store.Tx) error {
			_, err := tx.ExecContext(o.Context(), `INSERT INTO cost_claims (id, cost_id, fund, share, entry_id, claimed_by,
				claimed_at)
				SELECT 'ccl_x', id, 'G2', 4001, NULL, '', '' FROM evidence_costs WHERE line = 'books'`)
			return err
		})
		if past == nil {
			t.Error("the database took a claim beyond the document")
		}
		wants(t, "what is left", claim("books", "100.00", "G2", "40.00"), nil)
	})
}

func wants(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil) != (got == nil) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
