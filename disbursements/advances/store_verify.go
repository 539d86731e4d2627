package advances

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// verifiedTransfer is a transfer with the names of what it refers to, and one step that somebody took on it.
type verifiedTransfer struct {
	transferRow
	Partner, Plan, PlanVersion string
	Currency                   ledger.Currency
	Step, UserID               *string
	Payload                    []byte
}

// verifier holds transfers against who stood behind them.
type verifier struct {
	out  *proof.Findings
	base ledger.Currency
	done int64
}

// Verify wants two people behind every transfer that moved money, and counts the transfers.
func (adv Register) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (int64, error) {
	v := &verifier{out: out, base: adv.Book.Base}
	err := v.transfers(ctx, tx)
	return v.done, err
}

// transfers wants two people behind money that moved. A plan may have got newer versions since; what was asked for
// names one.
func (v *verifier) transfers(ctx context.Context, tx *store.Tx) error {
	q := tx.NewSelect().TableExpr("transfers AS t").ColumnExpr("t.*, u.step, u.user_id, u.payload").
		ColumnExpr("COALESCE(k.code, '') AS partner, COALESCE(k.currency, '') AS currency").
		ColumnExpr("COALESCE(p.number, '') AS plan, COALESCE(v.id, '') AS plan_version").
		Join("LEFT JOIN partners AS k ON k.id = t.partner_id").Join("LEFT JOIN plans AS p ON p.id = t.plan_id").
		Join("LEFT JOIN plan_versions AS v ON v.plan_id = t.plan_id").Join("LEFT JOIN duties AS u ON u.subject = t.id").
		OrderExpr("t.id")
	var last transferRow
	people := map[string]map[string]bool{} // who took a step on what the row says
	err := store.EachRow(ctx, tx, q, func(r verifiedTransfer) error {
		if r.ID != last.ID {
			v.transfer(last, people)
			clear(people)
			v.done++
		}
		last = r.transferRow
		t, err := r.transfer(v.base, Partner{Code: r.Partner, Currency: r.Currency})
		if err != nil {
			v.out.Add("approval", "transfer "+r.Number, "its row cannot be read: %v", err)
			return nil
		}
		t.Plan.Number, t.Plan.Current.ID = r.Plan, r.PlanVersion
		want := access.PayloadOf(t.payloadParts(r.Rate)...)
		if r.Step != nil && string(r.Payload) == string(want[:]) {
			if people[*r.Step] == nil {
				people[*r.Step] = map[string]bool{}
			}
			people[*r.Step][*r.UserID] = true
		}
		return nil
	})
	v.transfer(last, people)
	return err
}

// transfer holds one authorised transfer against who requested and authorised what it says.
func (v *verifier) transfer(r transferRow, people map[string]map[string]bool) {
	if r.State != TransferAuthorised {
		return
	}
	for asked := range people["request"] {
		for given := range people["authorise"] {
			if asked != given {
				return
			}
		}
	}
	v.out.Add("approval", "transfer "+r.Number, "no two people requested and authorised what it says")
}
