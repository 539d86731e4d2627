package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type costRow struct {
	bun.BaseModel `bun:"table:evidence_costs"`
	ID            string `bun:",pk"`
	EvidenceID    ledger.EvidenceID
	Line          string
	Amount        int64
}

type claimRow struct {
	bun.BaseModel `bun:"table:cost_claims"`
	ID            string `bun:",pk"`
	CostID        string
	Fund          ledger.FundCode
	Share         int64
	EntryID       *ledger.EntryID
	ClaimedBy     string
	ClaimedAt     string
}

func insertCost(ctx context.Context, tx *store.Tx, c ClaimedCost) error {
	_, err := tx.NewInsert().Model(&costRow{ID: c.ID, EvidenceID: c.Evidence, Line: c.Line, Amount: c.Amount.Minor()}).Exec(ctx)
	return taken(err, ErrCostClaimed)
}

func insertClaims(ctx context.Context, tx *store.Tx, cost string, claims []Claim) error {
	for _, c := range claims {
		row := claimRow{ID: c.ID, CostID: cost, Fund: c.Fund, Share: c.Share.Minor(), ClaimedBy: tx.By.User, ClaimedAt: store.FormatTime(tx.At)}
		if c.Entry != "" {
			row.EntryID = &c.Entry
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return taken(err, ErrCostClaimed)
		}
	}
	return nil
}

func readCosts(ctx context.Context, tx *store.Tx, evidence ledger.EvidenceID, base ledger.Currency) ([]ClaimedCost, error) {
	var rows []costRow
	var claims []claimRow
	costs, shares := tx.NewSelect().Model(&rows).Order("id"), tx.NewSelect().Model(&claims).Order("id")
	if evidence != "" {
		costs = costs.Where("evidence_id = ?", evidence)
		shares = shares.Where("cost_id IN (SELECT id FROM evidence_costs WHERE evidence_id = ?)", evidence)
	}
	if err := costs.Scan(ctx); err != nil {
		return nil, err
	}
	if err := shares.Scan(ctx); err != nil {
		return nil, err
	}
	of := map[string][]Claim{}
	for _, c := range claims {
		claim := Claim{ID: c.ID, Fund: c.Fund, Share: ledger.OfMinor(c.Share, base)}
		if c.EntryID != nil {
			claim.Entry = *c.EntryID
		}
		of[c.CostID] = append(of[c.CostID], claim)
	}
	all := make([]ClaimedCost, len(rows))
	for i, r := range rows {
		all[i] = ClaimedCost{r.ID, r.EvidenceID, r.Line, ledger.OfMinor(r.Amount, base), of[r.ID]}
	}
	return all, nil
}
