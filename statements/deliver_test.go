package statements

import (
	"context"
	"errors"
	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/storetest"
	"testing"
)

// A donor who cannot be read is no donor who wants no mail: the job must fail and be tried again.
func TestReceiverThatCannotBeRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_ = db.View(t.Context(), func(tx *store.Tx) error { // PostgreSQL gives the tx up after the failure
			s := Statement{State: Issued, Value: &figures.FundStatement{Kind: figures.DonorAnnual, Subject: "D-77"}}
			if wanted, err := stillWanted(gone, tx, s); wanted || !errors.Is(err, context.Canceled) {
				t.Errorf("wanted %v: %v", wanted, err)
			}
			s.State = Withdrawn
			if wanted, err := stillWanted(gone, tx, s); wanted || err != nil {
				t.Errorf("withdrawn, and yet wanted %v: %v", wanted, err)
			}
			return nil
		})
	})
}
