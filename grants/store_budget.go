package grants

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type budgetVersionRow struct {
	bun.BaseModel `bun:"table:grant_budgets"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Kind          BudgetKind
	State         BudgetState
	Approved      bool
	StartsOn      ledger.Date
	Reason        string
	Letter        string
	CreatedBy     string
	CreatedAt     string
}

type budgetRow struct {
	bun.BaseModel `bun:"table:grant_budget_lines,alias:l"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	LineNo        string
	Text          string
	CategoryCount int
	Amount        int64
	Unit          string
	Quantity      string
	UnitPrice     int64
	Salary        int
}

type budgetCategoryRow struct {
	bun.BaseModel `bun:"table:grant_budget_categories,alias:l"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Category      string  `bun:",pk"`
	Line          int     // its position
	Position      int
}

type budgetYearRow struct {
	bun.BaseModel `bun:"table:grant_budget_years,alias:l"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	LineNo        string  `bun:",pk"`
	Year          int     `bun:",pk"`
	Amount        int64
}

type budgetMoveRow struct {
	bun.BaseModel `bun:"table:grant_budget_moves"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	FromLine      string
	FromYear      int
	ToLine        string
	ToYear        int
	Amount        int64
}

func budgetSubject(g Grant, version int) string { return fmt.Sprintf("%s/budget/%d", g.ID, version) }

// payload is what one person asks for and another puts the answer to.
func (v BudgetVersion) payload() [sha256.Size]byte {
	var text strings.Builder
	for _, m := range v.Moves {
		fmt.Fprintf(&text, "%q %d %q %d %s;", m.From, m.FromYear, m.To, m.ToYear, m.Amount)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s %d %s %s", v.Grant, v.Version, v.StartsOn, text.String()))
}

// insertBudget writes a version whole.
func insertBudget(ctx context.Context, tx *store.Tx, id GrantID, v BudgetVersion) error {
	row := budgetVersionRow{GrantID: id, Version: v.Version, Kind: v.Kind, State: v.State, Approved: v.Approved,
		StartsOn: v.StartsOn, Reason: v.Reason, Letter: v.Letter, CreatedBy: tx.By.User, CreatedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	var lines []budgetRow
	var categories []budgetCategoryRow
	var years []budgetYearRow
	var moves []budgetMoveRow
	for i, l := range v.Lines {
		line := budgetRow{GrantID: id, Version: v.Version, Position: i, LineNo: l.No, Text: l.Text, Unit: l.Unit,
			CategoryCount: len(l.Categories), Amount: l.Amount.Minor(), UnitPrice: l.UnitPrice.Minor()}
		if !l.Quantity.IsZero() {
			line.Quantity = l.Quantity.String()
		}
		if l.Salary {
			line.Salary = 1
		}
		lines = append(lines, line)
		for j, c := range l.Categories {
			categories = append(categories, budgetCategoryRow{GrantID: id, Version: v.Version, Category: c, Line: i,
				Position: j})
		}
		for _, y := range l.Years {
			years = append(years, budgetYearRow{GrantID: id, Version: v.Version, LineNo: l.No, Year: y.Year,
				Amount: y.Amount.Minor()})
		}
	}
	for i, m := range v.Moves {
		moves = append(moves, budgetMoveRow{GrantID: id, Version: v.Version, Position: i, FromLine: m.From,
			FromYear: m.FromYear, ToLine: m.To, ToYear: m.ToYear, Amount: m.Amount.Minor()})
	}
	if err := store.Insert(ctx, tx, lines); err != nil {
		return duplicate(err, ErrBudgetCategory)
	}
	if err := store.Insert(ctx, tx, categories); err != nil {
		return duplicate(err, ErrBudgetCategory)
	}
	if err := store.Insert(ctx, tx, years); err != nil {
		return duplicate(err, ErrBudgetLineTotal)
	}
	return store.Insert(ctx, tx, moves)
}

// decideBudget decides on a version that waits, once.
func decideBudget(ctx context.Context, tx *store.Tx, id GrantID, v BudgetVersion) error {
	result, err := tx.NewUpdate().Model((*budgetVersionRow)(nil)).Set("state = ?", v.State).
		Set("approved = ?", v.Approved).Set("letter = ?", v.Letter).Where("grant_id = ?", id).Where("version = ?", v.Version).
		Where("state = ?", BudgetSubmitted).Exec(ctx)
	return store.ExactlyOne(result, err)
}

// inForce keeps to the newest version of a grant's budget that is effective.
const inForce = "version = (SELECT MAX(v.version) FROM grant_budgets AS v " +
	"WHERE v.grant_id = l.grant_id AND v.state = ?)"

// readBudgetsInForce reads the lines of the budgets in force of grants.
func readBudgetsInForce(ctx context.Context, tx *store.Tx, all []Grant) (map[GrantID][]BudgetLine, error) {
	lines, err := readBudgetLines(ctx, tx, all, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where(inForce, BudgetEffective)
	})
	budgets := map[GrantID][]BudgetLine{}
	for of, budget := range lines {
		budgets[of.grant] = budget
	}
	return budgets, err
}

// budgetKey names a version of a grant's budget.
type budgetKey struct {
	grant   GrantID
	version int
}

// readBudgetLines reads lines of budgets of grants with their categories and years, in three queries.
func readBudgetLines(
	ctx context.Context, tx *store.Tx, all []Grant, limit func(*bun.SelectQuery) *bun.SelectQuery,
) (map[budgetKey][]BudgetLine, error) {
	var rows []budgetRow
	err := limit(tx.NewSelect().Model(&rows).Where("grant_id IN (?)", idsOf(all))).
		Order("grant_id", "version", "position").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var named []budgetCategoryRow
	err = limit(tx.NewSelect().Model(&named).Where("grant_id IN (?)", idsOf(all))).
		Order("grant_id", "version", "line", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	var parts []budgetYearRow
	err = limit(tx.NewSelect().Model(&parts).Where("grant_id IN (?)", idsOf(all))).
		Order("grant_id", "version", "line_no", "year").Scan(ctx)
	if err != nil {
		return nil, err
	}
	type lineKey struct {
		budgetKey
		no string
	}
	years, currency := map[lineKey][]BudgetYear{}, currencies(all)
	for _, y := range parts {
		line := lineKey{budgetKey{y.GrantID, y.Version}, y.LineNo}
		years[line] = append(years[line], BudgetYear{y.Year, ledger.OfMinor(y.Amount, currency[y.GrantID])})
	}
	lines := map[budgetKey][]BudgetLine{}
	for _, r := range rows {
		key, c := budgetKey{r.GrantID, r.Version}, currency[r.GrantID]
		l := BudgetLine{No: r.LineNo, Text: r.Text, Amount: ledger.OfMinor(r.Amount, c), Unit: r.Unit,
			UnitPrice: ledger.OfMinor(r.UnitPrice, c), Salary: r.Salary == 1,
			Years: years[lineKey{key, r.LineNo}]}
		for len(named) > 0 && (budgetKey{named[0].GrantID, named[0].Version}) == key && named[0].Line == r.Position {
			l.Categories, named = append(l.Categories, named[0].Category), named[1:]
		}
		if r.Quantity != "" {
			if l.Quantity, err = decimal.NewFromString(r.Quantity); err != nil {
				return nil, err
			}
		}
		lines[key] = append(lines[key], l)
	}
	return lines, nil
}

// Budgets lists the versions of a grant's budget, the signed one first.
func Budgets(ctx context.Context, tx *store.Tx, g Grant) ([]BudgetVersion, error) {
	var rows []budgetVersionRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Order("version").Scan(ctx); err != nil {
		return nil, err
	}
	lines, err := readBudgetLines(ctx, tx, []Grant{g}, func(q *bun.SelectQuery) *bun.SelectQuery { return q })
	if err != nil {
		return nil, err
	}
	var moves []budgetMoveRow
	err = tx.NewSelect().Model(&moves).Where("grant_id = ?", g.ID).Order("version", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	versions := make([]BudgetVersion, len(rows))
	for i, r := range rows {
		versions[i] = BudgetVersion{Grant: g.Code, Version: r.Version, Kind: r.Kind, State: r.State, Approved: r.Approved,
			StartsOn: r.StartsOn, Reason: r.Reason, Letter: r.Letter, Lines: lines[budgetKey{g.ID, r.Version}]}
	}
	for _, m := range moves { // versions are numbered from 1 without a gap
		v := &versions[m.Version-1]
		v.Moves = append(v.Moves, Move{From: m.FromLine, To: m.ToLine, FromYear: m.FromYear, ToYear: m.ToYear,
			Amount: ledger.OfMinor(m.Amount, g.Amount.Currency)})
	}
	return versions, nil
}
