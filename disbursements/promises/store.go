package promises

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type row struct {
	bun.BaseModel  `bun:"table:disbursement_promises,alias:m"`
	DisbursementID string `bun:",pk"`
	Position       int    `bun:",pk"`
	Kind           Kind
	Fund           ledger.FundCode
	Category       string
	Account        ledger.AccountNo
	Holder         string
	Beside         bool
	Currency       ledger.Currency
	Amount         int64
}

func (r row) read() Promise {
	return Promise{Place{Kind: r.Kind, Fund: r.Fund, Category: r.Category, Account: r.Account,
		Holder: r.Holder, Beside: r.Beside},
		ledger.OfMinor(r.Amount, r.Currency)}
}

// Make writes down what a disbursement promises.
func Make(ctx context.Context, tx *store.Tx, disbursement string, all []Promise) error {
	rows := make([]row, len(all))
	for i, p := range all {
		rows[i] = row{DisbursementID: disbursement, Position: i, Kind: p.Kind, Fund: p.Fund, Category: p.Category,
			Account: p.Account, Holder: p.Holder, Beside: p.Beside, Currency: p.Amount.Currency, Amount: p.Amount.Minor()}
	}
	return store.Insert(ctx, tx, rows)
}

// Relieve takes back what disbursements promised: they are booked, or given up.
func Relieve[ID ~string](ctx context.Context, tx *store.Tx, disbursements ...ID) error {
	for some := range slices.Chunk(disbursements, atOnce) {
		if _, err := tx.NewDelete().Model((*row)(nil)).Where("disbursement_id IN (?)", bun.List(some)).
			Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

const places = "m.kind, m.fund, m.category, m.account, m.holder, m.beside, m.currency"

func sums(tx *store.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("disbursement_promises AS m").ColumnExpr(places).
		ColumnExpr("CAST(SUM(m.amount) AS BIGINT) AS amount").GroupExpr(places).OrderExpr(places)
}

// Sums adds up what is promised of some funds beside one disbursement, whoever the caller is: the database reads an
// index. An approval locks its funds first, so two at once count each other.
func Sums(ctx context.Context, tx *store.Tx, funds []ledger.FundCode, besides string) ([]Promise, error) {
	if len(funds) == 0 {
		return nil, nil
	}
	var rows []row
	err := sums(tx).Where("m.fund IN (?)", bun.List(funds)).Where("m.disbursement_id <> ?", besides).Scan(ctx, &rows)
	found := make([]Promise, len(rows))
	for i, r := range rows {
		found[i] = r.read()
	}
	return found, err
}

// atOnce is how many disbursements are named in one query.
const atOnce = 1000

// ByDay adds up what some disbursements promise, by the day that each of them names.
func ByDay[ID ~string](ctx context.Context, tx *store.Tx, disbursements []ID) (map[ledger.Date][]Promise, error) {
	days := map[ledger.Date][]Promise{}
	for some := range slices.Chunk(disbursements, atOnce) {
		var rows []struct {
			row
			Date ledger.Date
		}
		err := sums(tx).ColumnExpr("d.date").Join("JOIN disbursements AS d ON d.id = m.disbursement_id").
			Where("m.disbursement_id IN (?)", bun.List(some)).GroupExpr("d.date").OrderExpr("d.date").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			days[r.Date] = Add(days[r.Date], r.read())
		}
	}
	return days, nil
}

// Of reads what each of some disbursements promises, in the order in which it was written down.
func Of(ctx context.Context, tx *store.Tx, disbursements []string) (map[string][]Promise, error) {
	found := map[string][]Promise{}
	for some := range slices.Chunk(disbursements, atOnce) {
		var rows []row
		if err := tx.NewSelect().Model(&rows).Where("disbursement_id IN (?)", bun.List(some)).
			Order("disbursement_id", "position").Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.DisbursementID] = append(found[r.DisbursementID], r.read())
		}
	}
	return found, nil
}
