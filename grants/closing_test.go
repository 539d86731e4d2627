package grants

import (
	"context"
	"testing"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// out stands for statements: whether the final one is.
type out bool

func (o out) FinalIssued(context.Context, *store.Tx, string, ledger.Date, int64) (bool, error) {
	return bool(o), nil
}

// A grant is closed when nothing is committed, no advance is out, every finding is settled, nothing is left of the
// money received and the final statement is issued: five guards, each an error of its own, met one after another.
func TestEachGuardOfClosing(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.receive("G1", "2026-02-01", "1000.00 DKK", "", "1010")
		maker, other := h.user("maker"), h.user("other")
		h.commit("G1", "P-1/2026", "therapy", "45000.00", "200.00")
		account := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.CloseAccount(ctx, tx, "G1", "2026-12-20")
			return err
		}
		closing := func(statement bool) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Close(h.Context(), tx, "G1", "2027-01-31", out(statement))
				return err
			}
		}
		as := func(user access.UserID, act func(ctx context.Context, tx *store.Tx) error) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				return act(store.WithActor(h.Context(), store.Actor{User: string(user)}), tx)
			}
		}
		h.refused("a commitment", ErrCommitmentsOpen, as(maker, account))
		h.do(func(tx *store.Tx) error { _, _, err := h.reg.End(h.Context(), tx, "G1", "2026-11-30"); return err })
		advance := func(amount string) {
			h.do(func(tx *store.Tx) error {
				_, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-11-30", Text: "retainer", Act: "prepayment",
					Lines: []ledger.Line{
						ledger.Base("1310", "G1", of(amount, "DKK")), ledger.Base("1010", "G1", of(amount, "DKK").Neg())}})
				return err
			})
		}
		advance("300.00")
		h.refused("an advance", ErrAdvanceOpen, as(maker, account))
		advance("-300.00")
		h.by(maker, func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.RaiseFinding(ctx, tx, AuditFinding{Grant: "G1", Number: "F-1", On: "2026-12-10",
				Questioned: of("1.00", "DKK"), Text: "no receipt"})
			return err
		})
		h.by(maker, account)
		h.refused("a refund that is owed", ErrAdvanceOpen, closing(true))
		h.by(other, func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.PayRefund(ctx, tx, "G1", "2026-12-28", "1010")
			return err
		})
		h.refused("a finding", ErrFindingOpen, closing(true))
		h.by(maker, func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.AnswerFinding(ctx, tx, "G1", "F-1", Answer{Outcome: Documented, Amount: of("1.00", "DKK"),
				On: "2026-12-29", Reason: "The receipt was found"})
			return err
		})
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.BookInterest(h.Context(), tx, Interest{Grant: "G1", On: "2026-12-30", Amount: of("0.01", "DKK"),
				Account: "1010"})
			return err
		})
		h.refused("an øre of interest after the final account", ErrDeferredOpen, closing(true))
		h.do(func(tx *store.Tx) error {
			all, err := h.reg.Book.Entries(h.Context(), tx, ledger.Span{}, 0, 1000)
			if err != nil {
				return err
			}
			_, err = h.reg.Book.Reverse(h.Context(), tx, ledger.Reversal{Entry: string(all[len(all)-1].ID),
				Reason: "The bank took it back"})
			return err
		})
		h.refused("no final statement", ErrStatementMissing, closing(false))
		h.do(closing(true))
		h.refused("closed already", ErrGrantState, closing(true))
	})
}
