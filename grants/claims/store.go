package claims

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type costRow struct {
	bun.BaseModel `bun:"table:evidence_costs"`
	ID            string `bun:",pk"`
	EvidenceID    evidence.ID
	Line          string
	Amount        int64
}

type claimRow struct {
	bun.BaseModel `bun:"table:cost_claims,alias:c"`
	ID            string `bun:",pk"`
	CostID        string
	Fund          ledger.FundCode
	Share         int64
	EntryID       *ledger.EntryID
	ClaimedBy     string
	ClaimedAt     string
}

func duplicate(err error) error {
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrCostClaimed
	}
	return err
}

func insertCost(ctx context.Context, tx *store.Tx, c Cost) error {
	row := costRow{ID: c.ID, EvidenceID: c.Evidence, Line: c.Line, Amount: c.Amount.Minor()}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return duplicate(err)
}

func insertClaims(ctx context.Context, tx *store.Tx, cost string, claims []Claim) error {
	rows := make([]claimRow, len(claims))
	for i, c := range claims {
		rows[i] = claimRow{ID: c.ID, CostID: cost, Fund: c.Fund, Share: c.Share.Minor(),
			EntryID: store.NullIfZero(c.Entry), ClaimedBy: tx.By.User, ClaimedAt: store.FormatTime(tx.At)}
	}
	return duplicate(store.Insert(ctx, tx, rows))
}

// Filter says which claims a list has.
type Filter struct {
	Evidence evidence.ID  // only on this document; "" is all
	Page     store.Keyset // by id: in order of entry
}

// Listed is a claim with the cost that it is a share of.
type Listed struct {
	Claim
	Evidence evidence.ID
	Line     string
	Amount   ledger.Money // of the cost, base currency
	cost     string
}

// List lists claims in order of entry.
func List(ctx context.Context, tx *store.Tx, base ledger.Currency, f Filter) ([]Listed, error) {
	var rows []struct {
		claimRow
		EvidenceID evidence.ID
		Line       string
		Amount     int64
	}
	q := tx.NewSelect().TableExpr("cost_claims AS c").ColumnExpr("c.*, k.evidence_id, k.line, k.amount").
		Join("JOIN evidence_costs AS k ON k.id = c.cost_id")
	if f.Evidence != "" {
		q = q.Where("k.evidence_id = ?", f.Evidence)
	}
	if err := f.Page.Ascending(q, "c.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Listed, len(rows))
	for i, r := range rows {
		found[i] = Listed{Evidence: r.EvidenceID, Line: r.Line, Amount: ledger.OfMinor(r.Amount, base), cost: r.CostID,
			Claim: Claim{ID: r.ID, Fund: r.Fund, Share: ledger.OfMinor(r.Share, base), Entry: store.ZeroIfNull(r.EntryID)}}
	}
	return found, nil
}

// costsOf reads what is claimed on a document.
func costsOf(ctx context.Context, tx *store.Tx, evidence evidence.ID, base ledger.Currency) ([]Cost, error) {
	claims, err := List(ctx, tx, base, Filter{Evidence: evidence})
	if err != nil {
		return nil, err
	}
	var costs []Cost
	place := map[string]int{}
	for _, c := range claims {
		i, known := place[c.cost]
		if !known {
			i, place[c.cost] = len(costs), len(costs)
			costs = append(costs, Cost{ID: c.cost, Evidence: c.Evidence, Line: c.Line, Amount: c.Amount})
		}
		costs[i].Claims = append(costs[i].Claims, c.Claim)
	}
	return costs, nil
}
