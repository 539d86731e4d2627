package beneficiaries

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/access"
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
	Reason        string
	Country       string
	Phase         Phase
}

type goalRow struct {
	bun.BaseModel `bun:"table:plan_goals"`
	VersionID     string `bun:",pk"`
	Position      int    `bun:",pk"`
	Goal          string
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
	if known, err := seesBeneficiary(ctx, tx, key); err != nil || !known {
		return Beneficiary{}, cmp.Or(err, ErrUnknownBeneficiary)
	}
	var row beneficiaryRow
	return foundBeneficiary(ctx, visible(tx, tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key), "id"), &row)
}

// readAnyBeneficiary finds a beneficiary for any actor: for a code that is to be new, and for an emergency.
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
		Reason: v.Reason, Country: v.Country, Phase: v.Phase}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	shares := v.shareRows()
	if _, err := tx.NewInsert().Model(&shares).Exec(ctx); err != nil {
		return err
	}
	goals := make([]goalRow, len(v.Goals))
	for i, g := range v.Goals {
		goals[i] = goalRow{VersionID: v.ID, Position: i, Goal: g}
	}
	if err := store.Insert(ctx, tx, goals); err != nil {
		return err
	}
	if err := insertMilestones(ctx, tx, v); err != nil {
		return err
	}
	var lines []lineRow
	var items []itemRow
	for i, l := range v.Lines {
		lines = append(lines, lineRow{VersionID: v.ID, Position: i, Line: l.Line, Category: l.Category,
			UnitPrice: l.UnitPrice.Minor(),
			Kind:      l.Kind, Payee: l.Payee, Rule: l.Schedule.Rule, RuleFrom: l.Schedule.From})
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
	if known, err := seesPlan(ctx, tx, key); err != nil || !known {
		return Plan{}, cmp.Or(err, ErrUnknownPlan)
	}
	var row planRow
	err := visible(tx, tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key), "beneficiary_id").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Plan{}, ErrUnknownPlan
	} else if err != nil {
		return Plan{}, err
	}
	plans, err := plansOf(ctx, tx, []planRow{row})
	if err != nil {
		return Plan{}, err
	}
	return plans[0], nil
}

// NotRelated refuses an actor who is related to a payee, by code, or to a person, with whatever account; "" is nobody.
// The database asks the same where a duty is taken. [access.ErrRelated].
func NotRelated(ctx context.Context, tx *store.Tx, payee string, person BeneficiaryID) error {
	related, err := tx.NewSelect().TableExpr("relations AS l").Join("JOIN users AS o ON o.id = l.user_id").
		Join("JOIN users AS m ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)").
		Where("m.id = ?", tx.By.User).Where("l.ended_on = '' OR l.ended_on >= ?", ledger.DateOf(tx.At)).
		Where("l.payee <> '' AND l.payee = ? OR l.beneficiary_id <> '' AND l.beneficiary_id = ?", payee, person).Exists(ctx)
	if err == nil && related {
		err = access.ErrRelated
	}
	return err
}

// readPlans lists a page of plans by number.
func readPlans(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Plan, error) {
	var rows []planRow
	q := visible(tx, tx.NewSelect().Model(&rows), "beneficiary_id")
	if err := page.Ascending(q, "number").Scan(ctx); err != nil {
		return nil, err
	}
	return plansOf(ctx, tx, rows)
}

// readPlansOf lists a person's plans by number. The caller has opened the person.
func readPlansOf(ctx context.Context, tx *store.Tx, b BeneficiaryID) ([]Plan, error) {
	var rows []planRow
	if err := tx.NewSelect().Model(&rows).Where("beneficiary_id = ?", b).Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	return plansOf(ctx, tx, rows)
}

// readPlansByID reads plans whether the actor may know of them or not.
func readPlansByID(ctx context.Context, tx *store.Tx, ids []PlanID) (map[PlanID]Plan, error) {
	found := map[PlanID]Plan{}
	for some := range slices.Chunk(ids, atOnce) {
		var rows []planRow
		if err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(some)).Scan(ctx); err != nil {
			return nil, err
		}
		plans, err := plansOf(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for _, p := range plans {
			found[p.ID] = p
		}
	}
	return found, nil
}

// atOnce is how many plans or versions are read by one statement.
const atOnce = 500

// plansOf reads the current versions of plans, and those that wait.
func plansOf(ctx context.Context, tx *store.Tx, rows []planRow) ([]Plan, error) {
	plans := make([]Plan, 0, len(rows))
	for some := range slices.Chunk(rows, atOnce) {
		ids := make([]PlanID, len(some))
		for i, r := range some {
			ids[i] = r.ID
		}
		var versions []versionRow
		err := tx.NewSelect().Model(&versions).Join("JOIN plans AS p ON p.id = version_row.plan_id").
			Where("p.id IN (?)", bun.List(ids)).
			Where("version_row.version = p.current_version OR version_row.version > p.current_version AND version_row.state "+
				"IN (?, ?)", VersionDraft, VersionInReview).
			Order("version_row.plan_id", "version_row.version").Scan(ctx)
		if err != nil {
			return nil, err
		}
		contents, err := contentsOf(ctx, tx, versions)
		if err != nil {
			return nil, err
		}
		of := map[PlanID][]PlanVersion{}
		for i, v := range versions {
			of[v.PlanID] = append(of[v.PlanID], contents[i])
		}
		for _, r := range some {
			p, err := r.plan(of[r.ID])
			if err != nil {
				return nil, err
			}
			plans = append(plans, p)
		}
	}
	return plans, nil
}

// plan is the row's plan in its current version; after that one come those that wait.
func (r planRow) plan(versions []PlanVersion) (Plan, error) {
	p := Plan{ID: r.ID, Number: r.Number, Beneficiary: r.BeneficiaryID, Currency: r.Currency, State: r.State,
		Version: r.Version}
	if len(versions) == 0 || versions[0].Number != r.CurrentVersion {
		return Plan{}, fmt.Errorf("beneficiaries: plan %s has no version %d", r.Number, r.CurrentVersion)
	}
	p.Current = versions[0]
	if len(versions) > 1 {
		p.Pending = &versions[len(versions)-1]
	}
	return p, nil
}

// contentsOf reads what versions say, in a constant number of statements for every [atOnce] of them.
func contentsOf(ctx context.Context, tx *store.Tx, rows []versionRow) ([]PlanVersion, error) {
	out := make([]PlanVersion, 0, len(rows))
	for some := range slices.Chunk(rows, atOnce) {
		versions, ids := make([]PlanVersion, len(some)), make([]string, len(some))
		place := make(map[string]*PlanVersion, len(some))
		for i, row := range some {
			v, err := row.version()
			if err != nil {
				return nil, err
			}
			versions[i], ids[i] = v, v.ID
			place[v.ID] = &versions[i]
		}
		for _, read := range []func(context.Context, *store.Tx, []string, map[string]*PlanVersion) error{readGoals,
			readShares, readLines, readItems, readMilestones} {
			if err := read(ctx, tx, ids, place); err != nil {
				return nil, err
			}
		}
		out = append(out, versions...)
	}
	return out, nil
}

// version is what the row itself says of a version.
func (v versionRow) version() (PlanVersion, error) {
	out := PlanVersion{ID: v.ID, Number: v.Version, StartsOn: v.StartsOn, CreatedBy: v.CreatedBy, State: v.State,
		Kind: v.Kind, Currency: v.Currency,
		Reason: v.Reason, Country: v.Country, Phase: v.Phase, Lines: []PlanLine{}}
	var err error
	if v.BudgetRate != "" {
		out.BudgetRate, err = ledger.ParseRate(v.BudgetRate)
	}
	return out, err
}

func readGoals(ctx context.Context, tx *store.Tx, ids []string, of map[string]*PlanVersion) error {
	var rows []goalRow
	err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(ids)).Order("version_id", "position").Scan(ctx)
	for _, r := range rows {
		of[r.VersionID].Goals = append(of[r.VersionID].Goals, r.Goal)
	}
	return err
}

func readLines(ctx context.Context, tx *store.Tx, ids []string, of map[string]*PlanVersion) error {
	var rows []lineRow
	if err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(ids)).Order("version_id", "position").
		Scan(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		v := of[r.VersionID]
		v.Lines = append(v.Lines, PlanLine{Line: r.Line, Category: r.Category,
			UnitPrice: ledger.OfMinor(r.UnitPrice, v.Currency),
			Kind:      r.Kind, Payee: r.Payee, Schedule: Schedule{r.Rule, r.RuleFrom}})
	}
	return nil
}

// readItems lays the items on the lines that are there.
func readItems(ctx context.Context, tx *store.Tx, ids []string, of map[string]*PlanVersion) error {
	var rows []itemRow
	if err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(ids)).
		Order("version_id", "line", "position").Scan(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		v := of[r.VersionID]
		for i := range v.Lines {
			if v.Lines[i].Line == r.Line {
				v.Lines[i].Items = append(v.Lines[i].Items, r.item())
			}
		}
	}
	return nil
}

// savePlan writes the plan's state. [store.ErrStale] when somebody changed the plan since it was read.
func savePlan(ctx context.Context, tx *store.Tx, p *Plan) error {
	result, err := tx.NewUpdate().Model((*planRow)(nil)).Set("state = ?", p.State).
		Set("current_version = ?", p.Current.Number).Set("currency = ?", p.Currency).
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
func saveSettled(ctx context.Context, tx *store.Tx, version string, items []Item, s Settlement) error {
	if len(items) == 0 {
		return nil
	}
	positions := make([]int, len(items))
	for i, item := range items {
		positions[i] = item.Position
	}
	result, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("settled_by = ?", s.By).
		Where("version_id = ?", version).Where("line = ?", s.Line).Where("position IN (?)", bun.List(positions)).
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
	_, err := tx.NewUpdate().Model((*itemRow)(nil)).Set("committed_year = 0").Where("committed_year = ?", year).
		Where("settled_by = ''").
		Where("version_id IN (SELECT id FROM plan_versions WHERE plan_id = ?)", plan).Exec(ctx)
	return err
}
