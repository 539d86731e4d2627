package disbursements_test

import (
	"context"
	"slices"
	"testing"

	"supportledger/access"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// Money that is sent or paid ahead leaves an account in kroner, is authorised once by another person, and each step
// leaves its event.
func TestEveryStepOfAnAdvance(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		ask := func(account ledger.AccountNo) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.RequestPrepayment(ctx, tx, advances.Prepayment{Kind: advances.Retainer, Fund: "G1",
					Number: "RET-1", Account: account, Date: "2026-03-10", Amount: of("100.00", "DKK")})
				return err
			}
		}
		grant := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.advances.AuthorisePrepayment(ctx, tx, "RET-1")
			return err
		}
		back := func(amount string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.ReturnPrepayment(ctx, tx, "RET-1", of(amount, "DKK"), "2026-03-12")
				return err
			}
		}
		send := func(number string, account ledger.AccountNo) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) (err error) {
				x := transfer(number, "", "100.00 + 5.00 at 226 NGN/DKK less 0.00")
				if x.Partner, err = h.advances.Partner(ctx, tx, "NG-01"); err != nil {
					return err
				}
				if x.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err != nil {
					return err
				}
				x.Account = account
				_, err = h.advances.RequestTransfer(ctx, tx, x)
				return err
			}
		}
		sent := func(number string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.AuthoriseTransfer(ctx, tx, number)
				return err
			}
		}
		reject := func(number string, account ledger.AccountNo, fee string) func(ctx context.Context, tx *store.Tx) error {
			return func(ctx context.Context, tx *store.Tx) error {
				_, err := h.advances.RejectTransfer(ctx, tx, number, advances.Rejection{Date: "2026-03-20",
					Rate: rate("226 NGN/DKK"), Account: account, Fee: of(fee, "DKK")})
				return err
			}
		}
		for _, c := range []struct {
			name, who string
			act       func(ctx context.Context, tx *store.Tx) error
			want      error
			events    []string
		}{
			{"ahead out of euros", "maker", ask("1020"), advances.ErrBankCurrency, nil},
			{"ahead", "maker", ask("1010"), nil, []string{"prepayment.requested"}},
			{"by who asked", "maker", grant, access.ErrMakerCannotApprove, nil},
			{"given back before it was paid", "finance", back("1.00"), advances.ErrState, nil},
			{"paid", "finance", grant, nil, []string{"prepayment.authorised"}},
			{"paid twice", "chief", grant, advances.ErrState, nil},
			{"an øre more than is left", "finance", back("100.01"), advances.ErrPrepaidExceeded, nil},
			{"all of it back", "finance", back("100.00"), nil, []string{"prepayment.returned"}},
			{"nothing is left", "finance", back("0.01"), advances.ErrPrepaidExceeded, nil},
			{"sent out of euros", "maker", send("T-9", "1020"), advances.ErrBankCurrency, nil},
			{"sent", "maker", send("T-9", "1010"), nil, []string{"transfer.requested"}},
			{"rejected before it left", "finance", reject("T-9", "1010", "0.00"), advances.ErrState, nil},
			{"by who asked for it", "maker", sent("T-9"), access.ErrMakerCannotApprove, nil},
			{"authorised", "finance", sent("T-9"), nil, []string{"transfer.authorised"}},
			{"authorised twice", "chief", sent("T-9"), advances.ErrState, nil},
			{"bought back in euros", "finance", reject("T-9", "1020", "0.00"), advances.ErrBankCurrency, nil},
			{"all of it for the fee", "finance", reject("T-9", "1010", "100.00"), advances.ErrFeeExceedsAmount, nil},
			{"an øre less", "finance", reject("T-9", "1010", "99.99"), nil, []string{"transfer.rejected"}},
			{"rejected twice", "finance", reject("T-9", "1010", "0.00"), advances.ErrState, nil},
		} {
			before := h.recorded()
			refused(h, c.name, h.try(c.who, c.act), c.want)
			if got := h.recorded()[len(before):]; !slices.Equal(got, c.events) {
				h.Errorf("%s: recorded %q, want %q", c.name, got, c.events)
			}
		}
		h.verified()
	})
}

// recorded are the actions of all events.
func (h *house) recorded() (all []string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		found, err := access.ListEvents(ctx, tx, access.EventFilter{})
		for _, e := range found {
			all = append(all, e.Action)
		}
		return err
	})
	return all
}
