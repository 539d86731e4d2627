package banking

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type ruleRow struct {
	bun.BaseModel `bun:"table:bank_rules"`
	ID            RuleID `bun:",pk"`
	Contains      string
	Direction     Direction
	Account       ledger.AccountNo
	Kind          Proves
	Fund          ledger.FundCode
	About         string
	State         RuleState
	CreatedBy     access.UserID
	CreatedAt     string
}

func insertRule(ctx context.Context, tx *store.Tx, r Rule) error {
	row := ruleRow{ID: r.ID, Contains: r.Contains, Direction: r.Direction, Account: r.Account, Kind: r.Kind, Fund: r.Fund,
		About: r.About, State: r.State, CreatedBy: r.By, CreatedAt: store.FormatTime(r.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func (r ruleRow) rule() (Rule, error) {
	at, err := store.ParseTime(r.CreatedAt)
	return Rule{ID: r.ID, Contains: r.Contains, Direction: r.Direction, Account: r.Account, Kind: r.Kind, Fund: r.Fund,
		About: r.About, State: r.State, By: r.CreatedBy, At: at}, err
}

func readRule(ctx context.Context, tx *store.Tx, id RuleID) (Rule, error) {
	var row ruleRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Rule{}, ErrUnknownRule
	} else if err != nil {
		return Rule{}, err
	}
	return row.rule()
}

func readRules(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Rule, error) {
	var rows []ruleRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "id").Scan(ctx); err != nil {
		return nil, err
	}
	return rulesOf(rows)
}

func rulesOf(rows []ruleRow) ([]Rule, error) {
	out := make([]Rule, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.rule(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// activeRules are the rules that hold for an account.
func activeRules(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]Rule, error) {
	var rows []ruleRow
	err := tx.NewSelect().Model(&rows).Where("state = 'active'").Where("account IN ('', ?)", account).Order("id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return rulesOf(rows)
}

func endRule(ctx context.Context, tx *store.Tx, id RuleID) error {
	result, err := tx.NewUpdate().Model((*ruleRow)(nil)).Set("state = 'ended'").Where("id = ?", id).
		Where("state = 'active'").Exec(ctx)
	var version int
	return store.NextVersion(result, err, &version)
}

// codeRow is a donor, a pledge or a grant by its code.
type codeRow struct{ What, ID, Code string }

// codesAmong finds which words are the codes of donors and grants or the numbers of pledges.
func codesAmong(ctx context.Context, tx *store.Tx, words []string) ([]codeRow, error) {
	var found []codeRow
	words = slices.Clone(words)
	slices.Sort(words)
	for part := range slices.Chunk(slices.Compact(words), atOnce) {
		for _, q := range []*bun.SelectQuery{
			tx.NewSelect().Table("donors").ColumnExpr("'donor' AS what, id, code").Where("UPPER(code) IN (?)", bun.List(part)),
			tx.NewSelect().Table("pledges").ColumnExpr("'pledge' AS what, id, number AS code").Where("UPPER(number) IN (?)",
				bun.List(part)),
			tx.NewSelect().Table("grants").ColumnExpr("'grant' AS what, id, code").Where("UPPER(code) IN (?)", bun.List(part)),
		} {
			var rows []codeRow
			if err := q.Scan(ctx, &rows); err != nil {
				return nil, err
			}
			found = append(found, rows...)
		}
	}
	return found, nil
}
