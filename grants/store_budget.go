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
	bun.BaseModel `bun:"table:grant_budget_lines"`
	GrantID       GrantID `bun:",pk"`
	Version       int     `bun:",pk"`
	Position      int     `bun:",pk"`
	LineNo        string
	Text          string
	Categories    string
	Amount        int64
	Unit          string
	Quantity      string
	UnitPrice     int64
	Salary        int
}

type budgetYearRow struct {
	bun.BaseModel `bun:"table:grant_budget_years"`
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
	row := budgetVersionRow{GrantID: id, Version: v.Version, Kind: v.Kind, State: v.State, Approved: v.Approved, StartsOn: v.StartsOn, Reason: v.Reason,
		Letter: v.Letter, CreatedBy: tx.By.User, CreatedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	for i, l := range v.Lines {
		if err := insertBudgetLine(ctx, tx, id, v.Version, i, l); err != nil {
			return err
		}
	}
	for i, m := range v.Moves {
		row := budgetMoveRow{GrantID: id, Version: v.Version, Position: i, FromLine: m.From, FromYear: m.FromYear, ToLine: m.To, ToYear: m.ToYear, Amount: m.Amount.Minor()}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func insertBudgetLine(ctx context.Context, tx *store.Tx, id GrantID, version, position int, l BudgetLine) error {
	row := budgetRow{GrantID: id, Version: version, Position: position, LineNo: l.No, Text: l.Text, Categories: strings.Join(l.Categories, ","),
		Amount: l.Amount.Minor(), Unit: l.Unit, UnitPrice: l.UnitPrice.Minor()}
	if !l.Quantity.IsZero() {
		row.Quantity = l.Quantity.String()
	}
	if l.Salary {
		row.Salary = 1
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return taken(err, ErrBudgetCategory)
	}
	for _, y := range l.Years {
		row := budgetYearRow{GrantID: id, Version: version, LineNo: l.No, Year: y.Year, Amount: y.Amount.Minor()}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return taken(err, ErrBudgetLineTotal)
		}
	}
	return nil
}

// decideBudget moves a version out of waiting, once.
func decideBudget(ctx context.Context, tx *store.Tx, id GrantID, v BudgetVersion) error {
	result, err := tx.NewUpdate().Model((*budgetVersionRow)(nil)).Set("state = ?", v.State).Set("approved = ?", v.Approved).Set("letter = ?", v.Letter).
		Where("grant_id = ?", id).Where("version = ?", v.Version).Where("state = ?", BudgetSubmitted).Exec(ctx)
	return store.ExactlyOne(result, err)
}

// readBudget is the budget in force: the newest version that is effective.
func readBudget(ctx context.Context, tx *store.Tx, id GrantID, c ledger.Currency) ([]BudgetLine, error) {
	latest := tx.NewSelect().Model((*budgetVersionRow)(nil)).ColumnExpr("MAX(version)").Where("grant_id = ?", id).Where("state = ?", BudgetEffective)
	lines, err := readBudgetLines(ctx, tx, id, c, latest)
	for _, of := range lines {
		return of, err
	}
	return nil, err
}

// readBudgetLines reads the lines of some versions, by version.
func readBudgetLines(ctx context.Context, tx *store.Tx, id GrantID, c ledger.Currency, versions *bun.SelectQuery) (map[int][]BudgetLine, error) {
	var rows []budgetRow
	q := tx.NewSelect().Model(&rows).Where("grant_id = ?", id).Order("version", "position")
	var parts []budgetYearRow
	years := tx.NewSelect().Model(&parts).Where("grant_id = ?", id).Order("version", "line_no", "year")
	if versions != nil {
		q, years = q.Where("version = (?)", versions), years.Where("version = (?)", versions)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if err := years.Scan(ctx); err != nil {
		return nil, err
	}
	of := map[string][]BudgetYear{}
	for _, y := range parts {
		place := fmt.Sprint(y.Version, " ", y.LineNo)
		of[place] = append(of[place], BudgetYear{y.Year, ledger.OfMinor(y.Amount, c)})
	}
	lines := map[int][]BudgetLine{}
	for _, r := range rows {
		l := BudgetLine{No: r.LineNo, Text: r.Text, Categories: list(r.Categories), Amount: ledger.OfMinor(r.Amount, c), Unit: r.Unit,
			UnitPrice: ledger.OfMinor(r.UnitPrice, c), Salary: r.Salary == 1, Years: of[fmt.Sprint(r.Version, " ", r.LineNo)]}
		if r.Quantity != "" {
			var err error
			if l.Quantity, err = decimal.NewFromString(r.Quantity); err != nil {
				return nil, err
			}
		}
		lines[r.Version] = append(lines[r.Version], l)
	}
	return lines, nil
}

func readBudgets(ctx context.Context, tx *store.Tx, g Grant) ([]BudgetVersion, error) {
	var rows []budgetVersionRow
	if err := tx.NewSelect().Model(&rows).Where("grant_id = ?", g.ID).Order("version").Scan(ctx); err != nil {
		return nil, err
	}
	lines, err := readBudgetLines(ctx, tx, g.ID, g.Amount.Currency, nil)
	if err != nil {
		return nil, err
	}
	var moves []budgetMoveRow
	if err := tx.NewSelect().Model(&moves).Where("grant_id = ?", g.ID).Order("version", "position").Scan(ctx); err != nil {
		return nil, err
	}
	versions := make([]BudgetVersion, len(rows))
	for i, r := range rows {
		versions[i] = BudgetVersion{Grant: g.Code, Version: r.Version, Kind: r.Kind, State: r.State, Approved: r.Approved, StartsOn: r.StartsOn,
			Reason: r.Reason, Letter: r.Letter, Lines: lines[r.Version]}
		for _, m := range moves {
			if m.Version == r.Version {
				versions[i].Moves = append(versions[i].Moves, Move{m.FromLine, m.ToLine, m.FromYear, m.ToYear, ledger.OfMinor(m.Amount, g.Amount.Currency)})
			}
		}
	}
	return versions, nil
}
