package beneficiaries

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type beneficiaryRow struct {
	bun.BaseModel `bun:"table:beneficiaries"`
	ID            BeneficiaryID `bun:",pk"`
	Code          string
	Status        string
	CreatedAt     string
}

type planRow struct {
	bun.BaseModel  `bun:"table:plans"`
	ID             PlanID `bun:",pk"`
	Number         string
	BeneficiaryID  BeneficiaryID
	Currency       ledger.Currency
	State          PlanState
	CurrentVersion int
	Version        int
}

type versionRow struct {
	bun.BaseModel `bun:"table:plan_versions"`
	ID            string `bun:",pk"`
	PlanID        PlanID
	Version       int
	StartsOn      ledger.Date
	BudgetRate    string
	CreatedBy     string
	CreatedAt     string
	State         VersionState
	Kind          VersionKind
	Currency      ledger.Currency
	Goals         string // one space between them
	Reason        string
	Country       string
	Phase         Phase
}

type shareRow struct {
	bun.BaseModel `bun:"table:plan_shares"`
	VersionID     string `bun:",pk"`
	Position      int    `bun:",pk"`
	Fund          ledger.FundCode
	Percent       string
	Priority      int
	Cap           int64
}

type lineRow struct {
	bun.BaseModel `bun:"table:plan_lines"`
	VersionID     string `bun:",pk"`
	Position      int    `bun:",pk"`
	Line          string
	Category      string
	UnitPrice     int64
	Kind          string
	Payee         string
	Rule          string
	RuleFrom      ledger.Date
}

type itemRow struct {
	bun.BaseModel `bun:"table:plan_items"`
	VersionID     string `bun:",pk"`
	Line          string `bun:",pk"`
	Position      int    `bun:",pk"`
	DueOn         ledger.Date
	CommittedYear int
	SettledBy     string
	UnitPrice     int64
	Currency      ledger.Currency
	SuspendedBy   string
	ReleasedYear  int
}

func insertBeneficiary(ctx context.Context, tx *store.Tx, b Beneficiary) error {
	row := beneficiaryRow{ID: b.ID, Code: b.Code, Status: b.Status, CreatedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readBeneficiary(ctx context.Context, tx *store.Tx, key string) (Beneficiary, error) {
	var row beneficiaryRow
	return foundBeneficiary(ctx, visible(tx, tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key), "id"), &row)
}

// readAnyBeneficiary finds a beneficiary whoever asks: for a code that is to be new, and for an emergency.
func readAnyBeneficiary(ctx context.Context, tx *store.Tx, key string) (Beneficiary, error) {
	var row beneficiaryRow
	return foundBeneficiary(ctx, tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key), &row)
}

func foundBeneficiary(ctx context.Context, q *bun.SelectQuery, row *beneficiaryRow) (Beneficiary, error) {
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Beneficiary{}, ErrUnknownBeneficiary
	}
	return Beneficiary{row.ID, row.Code, row.Status}, err
}

func insertPlan(ctx context.Context, tx *store.Tx, p Plan) error {
	row := planRow{ID: p.ID, Number: p.Number, BeneficiaryID: p.Beneficiary, Currency: p.Currency, State: p.State,
		CurrentVersion: p.Current.Number, Version: p.Version}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrDuplicatePlan
	} else if err != nil {
		return err
	}
	return insertVersion(ctx, tx, p.ID, p.Current)
}

func insertVersion(ctx context.Context, tx *store.Tx, plan PlanID, v PlanVersion) error {
	row := versionRow{ID: v.ID, PlanID: plan, Version: v.Number, StartsOn: v.StartsOn, BudgetRate: v.BudgetRate.String(),
		CreatedBy: v.CreatedBy, CreatedAt: store.FormatTime(tx.At), State: VersionDraft, Kind: v.Kind, Currency: v.Currency,
		Goals: strings.Join(v.Goals, " "), Reason: v.Reason, Country: v.Country, Phase: v.Phase}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	shares := v.shareRows()
	if _, err := tx.NewInsert().Model(&shares).Exec(ctx); err != nil {
		return err
	}
	if err := insertMilestones(ctx, tx, v); err != nil {
		return err
	}
	var lines []lineRow
	var items []itemRow
	for i, l := range v.Lines {
		lines = append(lines, lineRow{VersionID: v.ID, Position: i, Line: l.Line, Category: l.Category, UnitPrice: l.UnitPrice.Minor(),
			Kind: l.Kind, Payee: l.Payee, Rule: l.Schedule.Rule, RuleFrom: l.Schedule.From})
		for _, item := range l.Items {
			items = append(items, newItemRow(v.ID, l.Line, item))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil || len(items) == 0 {
		return err
	}
	_, err := tx.NewInsert().Model(&items).Exec(ctx)
	return err
}

func readPlan(ctx context.Context, tx *store.Tx, key string) (Plan, error) {
	var row planRow
	err := visible(tx, tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key), "beneficiary_id").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Plan{}, ErrUnknownPlan
	} else if err != nil {
		return Plan{}, err
	}
	return row.plan(ctx, tx)
}

func readPlans(ctx context.Context, tx *store.Tx) ([]Plan, error) {
	var rows []planRow
	if err := visible(tx, tx.NewSelect().Model(&rows), "beneficiary_id").Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	plans := make([]Plan, len(rows))
	for i, r := range rows {
		var err error
		if plans[i], err = r.plan(ctx, tx); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// plan reads the row's current version.
func (r planRow) plan(ctx context.Context, tx *store.Tx) (Plan, error) {
	p := Plan{ID: r.ID, Number: r.Number, Beneficiary: r.BeneficiaryID, Currency: r.Currency, State: r.State, Version: r.Version}
	var rows []versionRow
	err := tx.NewSelect().Model(&rows).Where("plan_id = ?", r.ID).Where("version >= ?", r.CurrentVersion).Order("version").Scan(ctx)
	if err != nil {
		return Plan{}, err
	}
	if p.Current, err = rows[0].content(ctx, tx); err != nil {
		return Plan{}, err
	}
	for _, row := range rows[1:] {
		if row.State != VersionDraft && row.State != VersionInReview {
			continue
		}
		next, err := row.content(ctx, tx)
		if err != nil {
			return Plan{}, err
		}
		p.Pending = &next
	}
	return p, nil
}

// content reads what a version says.
func (v versionRow) content(ctx context.Context, tx *store.Tx) (PlanVersion, error) {
	out := PlanVersion{ID: v.ID, Number: v.Version, StartsOn: v.StartsOn, CreatedBy: v.CreatedBy, State: v.State, Kind: v.Kind, Currency: v.Currency,
		Goals: strings.Fields(v.Goals), Reason: v.Reason, Country: v.Country, Phase: v.Phase}
	var err error
	if v.BudgetRate != "" {
		if out.BudgetRate, err = ledger.ParseRate(v.BudgetRate); err != nil {
			return PlanVersion{}, err
		}
	}
	if err := readShares(ctx, tx, &out); err != nil {
		return PlanVersion{}, err
	}
	if out.Lines, err = readLines(ctx, tx, v.ID, v.Currency); err != nil {
		return PlanVersion{}, err
	}
	err = readMilestones(ctx, tx, &out)
	return out, err
}

func readLines(ctx context.Context, tx *store.Tx, version string, c ledger.Currency) ([]PlanLine, error) {
	var rows []lineRow
	if err := tx.NewSelect().Model(&rows).Where("version_id = ?", version).Order("position").Scan(ctx); err != nil {
		return nil, err
	}
	var items []itemRow
	if err := tx.NewSelect().Model(&items).Where("version_id = ?", version).Order("line", "position").Scan(ctx); err != nil {
		return nil, err
	}
	lines := make([]PlanLine, len(rows))
	for i, r := range rows {
		lines[i] = PlanLine{Line: r.Line, Category: r.Category, UnitPrice: ledger.OfMinor(r.UnitPrice, c),
			Kind: r.Kind, Payee: r.Payee, Schedule: Schedule{r.Rule, r.RuleFrom}}
		for _, item := range items {
			if item.Line == r.Line {
				lines[i].Items = append(lines[i].Items, item.item())
			}
		}
	}
	return lines, nil
}

// savePlan writes the plan's state. [store.ErrStale] when somebody changed the plan since it was read.
func savePlan(ctx context.Context, tx *store.Tx, p *Plan) error {
	result, err := tx.NewUpdate().Model((*planRow)(nil)).Set("state = ?", p.State).Set("current_version = ?", p.Current.Number).Set("currency = ?", p.Currency).
		Set("version = version + 1").
		Where("id = ?", p.ID).Where("version = ?", p.Version).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(store.ErrStale, err)
	}
	p.Version++
	return nil
}

// saveCommitted puts the year's open items under its commitment.
func saveCommitted(ctx context.Context, tx *store.Tx, v PlanVersion, year int) error {
	for _, l := range v.Lines {
		for _, item := range l.uncommitted(year) {
			_, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("committed_year = ?", year).
				Where("version_id = ?", v.ID).Where("line = ?", l.Line).Where("position = ?", item.Position).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// saveSettled marks items as settled. [store.ErrStale] when somebody settled one of them since the plan was read.
func saveSettled(ctx context.Context, tx *store.Tx, v PlanVersion, l PlanLine, items []Item, by string) error {
	if len(items) == 0 {
		return nil
	}
	positions := make([]int, len(items))
	for i, item := range items {
		positions[i] = item.Position
	}
	result, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("settled_by = ?", by).
		Where("version_id = ?", v.ID).Where("line = ?", l.Line).Where("position IN (?)", bun.List(positions)).
		Where("settled_by = ''").Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != int64(len(items)) {
		return errors.Join(store.ErrStale, err)
	}
	return nil
}

// unsettle opens the items that something settled, and tells how many.
func unsettle(ctx context.Context, tx *store.Tx, by string) (int64, error) {
	result, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("settled_by = ''").Where("settled_by = ?", by).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// uncommit takes the open items of a year out of its commitment.
func uncommit(ctx context.Context, tx *store.Tx, plan PlanID, year int) error {
	_, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("committed_year = 0").Where("committed_year = ?", year).Where("settled_by = ''").
		Where("version_id IN (SELECT id FROM plan_versions WHERE plan_id = ?)", plan).Exec(ctx)
	return err
}
