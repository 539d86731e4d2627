package grants

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type addendumRow struct {
	bun.BaseModel `bun:"table:grant_addenda"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	AmountBefore  int64
	Amount        int64
	ToBefore      ledger.Date
	PeriodTo      ledger.Date
	DueBefore     ledger.Date
	ReportDueOn   ledger.Date
	Narrows       bool
	CategoryCount int
	EvidenceID    *string
}

type addendumCategoryRow struct {
	bun.BaseModel `bun:"table:grant_addendum_categories"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	Category      string
}

type addendumConditionRow struct {
	bun.BaseModel `bun:"table:grant_addendum_conditions"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	Number        string
	Kind          ConditionKind
	Text          string
	DueOn         ledger.Date
	Instalment    int
	Disbursements bool
}

type addendumInstalmentRow struct {
	bun.BaseModel `bun:"table:grant_addendum_instalments"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	DueOn         ledger.Date
	Amount        int64
}

// insertAddendum writes an addendum that waits.
func insertAddendum(ctx context.Context, tx *store.Tx, id GrantID, a Addendum) error {
	if err := insertBudget(ctx, tx, id, a.BudgetVersion); err != nil {
		return err
	}
	row := addendumRow{GrantID: id, Version: a.Version, AmountBefore: a.Before.Amount.Minor(),
		Amount: a.After.Amount.Minor(), ToBefore: a.Before.To, PeriodTo: a.After.To, DueBefore: a.Before.ReportDueOn,
		ReportDueOn: a.After.ReportDueOn, Narrows: a.Categories != nil, CategoryCount: len(a.Categories),
		EvidenceID: store.NullIfZero(a.Evidence)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	categories := make([]addendumCategoryRow, len(a.Categories))
	for i, c := range a.Categories {
		categories[i] = addendumCategoryRow{GrantID: id, Version: a.Version, Position: i, Category: c}
	}
	conditions := make([]addendumConditionRow, len(a.Conditions))
	for i, c := range a.Conditions {
		conditions[i] = addendumConditionRow{GrantID: id, Version: a.Version, Position: i, Number: c.Number, Kind: c.Kind,
			Text: c.Text, DueOn: c.DueOn, Instalment: c.Instalment, Disbursements: c.Disbursements}
	}
	instalments := make([]addendumInstalmentRow, len(a.Instalments))
	for i, p := range a.Instalments {
		instalments[i] = addendumInstalmentRow{GrantID: id, Version: a.Version, Position: i, DueOn: p.DueOn,
			Amount: p.Amount.Minor()}
	}
	var s store.Script
	store.AddRows(&s, tx, categories)
	store.AddRows(&s, tx, conditions)
	store.AddRows(&s, tx, instalments)
	return s.Run(ctx, tx)
}

// saveTerms writes what an addendum agreed, once: [store.ErrStale] for a twin that came second.
func saveTerms(ctx context.Context, tx *store.Tx, g Grant, t Terms) error {
	result, err := tx.NewUpdate().Model((*grantRow)(nil)).Set("amount = ?", t.Amount.Minor()).Set("period_to = ?", t.To).
		Set("report_due_on = ?", t.ReportDueOn).Set("version = version + 1").Where("id = ?", g.ID).
		Where("version = ?", g.Version).Exec(ctx)
	return store.ExactlyOne(result, err)
}

// FindAddendum is one addendum of a grant by its version. [ErrUnknownAddendum].
func FindAddendum(ctx context.Context, tx *store.Tx, g Grant, version int) (Addendum, error) {
	found, err := Addenda(ctx, tx, g)
	for _, a := range found {
		if a.Version == version {
			return a, err
		}
	}
	if err == nil {
		err = ErrUnknownAddendum
	}
	return Addendum{}, err
}

// Addenda lists the addenda of a grant, the first one first, in a number of queries that does not grow with them.
func Addenda(ctx context.Context, tx *store.Tx, g Grant) ([]Addendum, error) {
	var rows []addendumRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Order("version").Scan(ctx); err != nil ||
		len(rows) == 0 {
		return nil, err
	}
	versions, err := Budgets(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	var categories []addendumCategoryRow
	var conditions []addendumConditionRow
	var instalments []addendumInstalmentRow
	for _, parts := range []any{&categories, &conditions, &instalments} {
		err := tx.NewSelect().Model(parts).Where("grant_id = ?", g.ID).Order("version", "position").Scan(ctx)
		if err != nil {
			return nil, err
		}
	}
	in := func(minor int64) ledger.Money { return ledger.OfMinor(minor, g.Amount.Currency) }
	found, at := make([]Addendum, len(rows)), map[int]*Addendum{}
	for i, r := range rows {
		found[i] = Addendum{BudgetVersion: versions[r.Version-1], Before: Terms{in(r.AmountBefore), r.ToBefore, r.DueBefore},
			After: Terms{in(r.Amount), r.PeriodTo, r.ReportDueOn}, Evidence: store.ZeroIfNull(r.EvidenceID)}
		if r.Narrows {
			found[i].Categories = []string{}
		}
		at[r.Version] = &found[i]
	}
	for _, c := range categories {
		at[c.Version].Categories = append(at[c.Version].Categories, c.Category)
	}
	for _, c := range conditions {
		at[c.Version].Conditions = append(at[c.Version].Conditions, Condition{Number: c.Number, Kind: c.Kind, Text: c.Text,
			DueOn: c.DueOn, Instalment: c.Instalment, Disbursements: c.Disbursements, State: ConditionOpen})
	}
	for _, p := range instalments {
		at[p.Version].Instalments = append(at[p.Version].Instalments, Planned{DueOn: p.DueOn, Amount: in(p.Amount)})
	}
	return found, nil
}
