package reports_test

import (
	"context"
	"fmt"
	"testing"

	isocurrency "github.com/bojanz/currency"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/ledger/ledgertest"
	"supportledger/ledger/reports"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestViewsEqualReports holds what a BI tool reads against the reports, over made-up books.
func TestViewsEqualReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(r *rapid.T) {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				d := draw(t.Context(), r, tx)
				d.compareViews(t.Context(), r, tx)
				return errUndo
			})
			if err != errUndo { //nolint:errorlint // our own, and nothing else may come back
				r.Fatal(err)
			}
		})
	})
}

func (d drawnBooks) compareViews(ctx context.Context, t *rapid.T, tx *store.Tx) {
	trial, err := reports.ReadTrialBalance(ctx, tx, d.book, ledger.Span{To: "2199-12-31"})
	must(t, err)
	want := map[string]string{}
	for _, r := range trial.Rows {
		switch {
		case r.Account.Number == "":
		case r.Debit != nil:
			want[string(r.Account.Number)] = r.Debit.Amount.String()
		case r.Credit != nil:
			want[string(r.Account.Number)] = r.Credit.Amount.Neg().String()
		}
	}
	same(t, "v_trial_balance", want,
		query(ctx, t, tx,
			`SELECT account, COALESCE(debit_minor, -credit_minor), COALESCE(debit, -credit) FROM v_trial_balance`))
	day := drawDay(t, "as of")
	want = map[string]string{}
	balances, err := d.book.BalancesOf(ctx, tx, ledger.Selection{Span: ledger.Span{To: day}})
	must(t, err)
	for _, b := range balances {
		if !b.Base.IsZero() {
			want[fmt.Sprint(b.Account, b.Fund, b.Amount.Currency)] = b.Base.String()
		}
	}
	same(t, "v_balances", want, query(ctx, t, tx, `SELECT account || fund || currency, base_balance_minor, base_balance
		FROM v_balances b
		WHERE date = (SELECT MAX(date) FROM v_balances WHERE account = b.account AND fund = b.fund
			AND currency = b.currency AND date <= ?)
		AND base_balance_minor <> 0`, day))
	same(t, "v_journal_lines", want, query(ctx, t, tx, `SELECT account || fund || currency,
		CAST(SUM(base_amount_minor) AS BIGINT), SUM(base_amount)
		FROM v_journal_lines WHERE date <= ? GROUP BY account, fund, currency HAVING SUM(base_amount_minor) <> 0`, day))
	activities, err := reports.ReadActivities(ctx, tx, d.book, ledger.Span{To: "2199-12-31"})
	must(t, err)
	want = map[string]string{}
	for _, r := range activities.Rows {
		if r.Account.Number != "" && !r.Total.Amount.IsZero() {
			want[string(r.Account.Number)] = r.Total.Amount.String()
		}
	}
	same(t, "v_activities", want, query(ctx, t, tx, `SELECT account, CAST(SUM(CASE account_type WHEN 'expense'
		THEN -amount_minor ELSE amount_minor END) AS BIGINT),
		SUM(CASE account_type WHEN 'expense' THEN -amount ELSE amount END) FROM v_activities GROUP BY account
		HAVING SUM(amount_minor) <> 0`))
}

func same(t *rapid.T, view string, want, got map[string]string) {
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-report +view):\n%s", view, diff)
	}
}

// query reads rows of a key, an amount in øre and the same as a decimal, and wants both to say the same.
func query(ctx context.Context, t *rapid.T, tx *store.Tx, text string, args ...any) map[string]string {
	rows, err := tx.QueryContext(ctx, text, args...)
	must(t, err)
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var key string
		var minor int64
		var shown any
		must(t, rows.Scan(&key, &minor, &shown))
		out[key] = ledger.OfMinor(minor, "DKK").String()
		decimal := fmt.Sprintf("%s", shown)
		if f, ok := shown.(float64); ok {
			decimal = fmt.Sprintf("%.2f", f)
		}
		if decimal != out[key] && decimal != "-0.00" {
			t.Errorf("%s is %s as a decimal, %s in øre", key, decimal, out[key])
		}
	}
	must(t, rows.Err())
	return out
}

// TestViewsKnowTheMinorUnits holds the table behind the decimals of the views against the program's own.
func TestViewsKnowTheMinorUnits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		listed := map[string][2]int64{}
		ledgertest.View(t, db, func(tx *store.Tx) error {
			rows, err := tx.QueryContext(t.Context(), "SELECT currency, digits, units FROM currency_digits")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var code string
				var digits, units int64
				if err := rows.Scan(&code, &digits, &units); err != nil {
					return err
				}
				listed[code] = [2]int64{digits, units}
			}
			return rows.Err()
		})
		for _, code := range isocurrency.GetCurrencyCodes() {
			want := int64(ledger.Currency(code).Digits())
			got, ok := listed[code]
			if !ok {
				got = [2]int64{2, 100}
			}
			units := int64(1)
			for range want {
				units *= 10
			}
			if got != [2]int64{want, units} {
				t.Errorf("%s has %d decimals, the views count %v", code, want, got)
			}
		}
	})
}
