package beneficiaries

import (
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/store"

	"github.com/uptrace/bun"
)

// dueRow is an open unit with its line and its plan.
type dueRow struct {
	ID              PlanID
	Number          string
	BeneficiaryID   BeneficiaryID
	State           PlanState
	VersionID       string
	VersionCurrency ledger.Currency
	Line, Category  string
	UnitPrice       int64
	Kind, Payee     string
	Position        int
	DueOn           ledger.Date
	CommittedYear   int
	OwnPrice        int64
	OwnCurrency     ledger.Currency
	ReleasedYear    int
}

// readDue lists open units with what holds them back. Their plans come without content.
func readDue(ctx context.Context, tx *store.Tx, f DueFilter) ([]DueItem, error) {
	var rows []dueRow
	q := livingPlans(tx).
		ColumnExpr("p.id, p.number, p.beneficiary_id, p.state, v.id AS version_id, v.currency AS version_currency").
		ColumnExpr("l.line, l.category, l.unit_price, l.kind, l.payee").
		ColumnExpr("i.position, i.due_on, i.committed_year, i.unit_price AS own_price, i.currency AS own_currency").
		ColumnExpr("i.released_year").
		Join("JOIN plan_lines AS l ON l.version_id = v.id").
		Join("JOIN plan_items AS i ON i.version_id = v.id AND i.line = l.line").
		Where("i.due_on <> ''").Where("i.due_on BETWEEN ? AND ?", f.From, f.To).
		Where("i.settled_by = ''").Where("i.suspended_by = ''")
	err := f.Page.Ascending(q, "i.due_on", "p.number", "i.line", "i.position").Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	plans, versions := make([]PlanID, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		plans[i], versions[i] = r.ID, r.VersionID
	}
	gates, err := readGates(ctx, tx, versions)
	if err != nil {
		return nil, err
	}
	met, err := readMet(ctx, tx, plans)
	if err != nil {
		return nil, err
	}
	out := make([]DueItem, len(rows))
	for i, r := range rows {
		out[i] = r.due(gates[r.VersionID], met[r.ID])
	}
	return out, nil
}

// due is the unit; gates are those of its version, met the codes of the plan's milestones that were found met.
func (r dueRow) due(gates []gateRow, met []string) DueItem {
	item := itemRow{Position: r.Position, DueOn: r.DueOn, CommittedYear: r.CommittedYear, UnitPrice: r.OwnPrice,
		Currency: r.OwnCurrency, ReleasedYear: r.ReleasedYear}.item()
	line := PlanLine{Line: r.Line, Category: r.Category, UnitPrice: ledger.OfMinor(r.UnitPrice, r.VersionCurrency),
		Kind: r.Kind, Payee: r.Payee}
	for _, g := range gates {
		switch {
		case g.Line != r.Line:
		case g.Position == wholeLine:
			line.Gates = append(line.Gates, g.Milestone)
		case g.Position == r.Position:
			item.Gates = append(item.Gates, g.Milestone)
		}
	}
	plan := Plan{ID: r.ID, Number: r.Number, Beneficiary: r.BeneficiaryID, Currency: r.VersionCurrency, State: r.State}
	return DueItem{Plan: plan, Line: line, Item: item, Amount: line.price(item), Held: line.heldBy(item, met)}
}

// readGates lists the gates of versions, by version.
func readGates(ctx context.Context, tx *store.Tx, versions []string) (map[string][]gateRow, error) {
	slices.Sort(versions)
	of := map[string][]gateRow{}
	for some := range slices.Chunk(slices.Compact(versions), atOnce) {
		var rows []gateRow
		err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(some)).
			Order("version_id", "line", "position", "milestone").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			of[r.VersionID] = append(of[r.VersionID], r)
		}
	}
	return of, nil
}
