package ledger_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

const (
	rawLines = "INSERT INTO entry_lines (entry_seq, line, account, fund, currency, amount, base, category, plan, payee, " +
		"partner, lot) VALUES "
	rawEntry = "INSERT INTO entries (seq, id, fiscal_year, number, date, book, text, act, source, line_count, reason, " +
		"created_by, created_at) VALUES "
)

// rawLine and rawEntryOf write the values of a row by hand.
func rawLine(seq, line, account, fund, amount string) string {
	return "(" + seq + "," + line + ",'" + account + "','" + fund + "','DKK'," + amount + "," + amount +
		",'','','','',NULL)"
}

func rawEntryOf(seq, year, number, date, lines string) string {
	return "(" + seq + ",'ent_raw" + seq + "'," + year + "," + number + ",'" + date + "','actual','t','manual',''," +
		lines + ",'','','2026-01-15T09:00:00.000000Z')"
}

// TestTheDatabaseGuardsItself sends SQL past all our code. The books hold two entries: 10.00 into the bank of G1 on 1
// March and 10.00 on 1 June, of which 15.00 went out on 1 June.
func TestTheDatabaseGuardsItself(t *testing.T) {
	two := func(seq, account, other, fund, amount string) string {
		return rawLines + rawLine(seq, "1", account, fund, amount) + "," + rawLine(seq, "2", other, fund, "-("+amount+")")
	}
	good := two("4", "1010", "3100", "G1", "100")
	cases := map[string]struct {
		sql    []string
		want   string // the code of the refusal, "missing" for a broken reference, "" for none
		engine store.Engine
	}{
		"a good entry": {[]string{good, rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")},
			"", ""},
		"unbalanced": {[]string{rawLines + rawLine("4", "1", "1010", "G1", "100") + "," +
			rawLine("4", "2", "3100", "G1", "-99"), rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")},
			"entry_unbalanced", ""},
		"balanced across funds": {[]string{rawLines + rawLine("4", "1", "1010", "G1", "100") + "," +
			rawLine("4", "2", "3100", "UNR", "-100"), rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")},
			"entry_unbalanced", ""},
		"the second of two is wrong": {[]string{good + "," + rawLine("5", "1", "1010", "G1", "7") + "," +
			rawLine("5", "2", "3100", "G1", "-8"), rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2") + "," +
			rawEntryOf("5", "2026", "5", "2026-06-01", "2")}, "entry_unbalanced", ""},
		"sums of two that swap lines": {[]string{rawLines + rawLine("4", "1", "1010", "G1", "100") + "," +
			rawLine("4", "2", "3100", "G1", "-99") + "," + rawLine("5", "1", "1010", "G1", "99") + "," +
			rawLine("5", "2", "3100", "G1", "-100"), rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2") + "," +
			rawEntryOf("5", "2026", "5", "2026-06-01", "2")}, "entry_unbalanced", ""},
		"books mixed": {[]string{two("4", "1010", "9900", "G1", "100"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")}, "books_mixed", ""},
		"a line too few": {[]string{good, rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "3")},
			"entry_incomplete", ""},
		"no lines at all": {[]string{rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")},
			"entry_incomplete", ""},
		"a gap in the order": {[]string{two("5", "1010", "3100", "G1", "100"),
			rawEntry + rawEntryOf("5", "2026", "4", "2026-06-01", "2")}, "entry_out_of_order", ""},
		"a gap in the numbers": {[]string{good, rawEntry + rawEntryOf("4", "2026", "5", "2026-06-01", "2")},
			"entry_out_of_order", ""},
		"numbers against the order": {[]string{good + "," + rawLine("5", "1", "1010", "G1", "7") + "," +
			rawLine("5", "2", "3100", "G1", "-7"), rawEntry + rawEntryOf("4", "2026", "5", "2026-06-01", "2") + "," +
			rawEntryOf("5", "2026", "4", "2026-06-01", "2")}, "entry_out_of_order", ""},
		"another year's number": {[]string{good, rawEntry + rawEntryOf("4", "2026", "4", "2027-06-01", "2")},
			"entry_out_of_order", ""},
		"a closed month": {[]string{good, rawEntry + rawEntryOf("4", "2026", "4", "2026-02-01", "2")},
			"period_closed", ""},
		"a month nobody opened": {[]string{good, rawEntry + rawEntryOf("4", "2026", "4", "2026-11-01", "2")},
			"period_closed", ""},
		"lines without an entry": {[]string{good}, "missing", ""},
		"a late line":            {[]string{rawLines + rawLine("1", "3", "1010", "G1", "100")}, "entry_is_posted", ""},
		"a late pair": {[]string{rawLines + rawLine("1", "3", "1010", "G1", "100") + "," +
			rawLine("1", "4", "3100", "G1", "-100")}, "entry_is_posted", ""},
		"late beside good": {[]string{good + "," + rawLine("2", "3", "1010", "G1", "100"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")}, "entry_is_posted", ""},
		"line and entry in one": {[]string{"WITH l AS (" + two("4", "1010", "3100", "G1", "100") + " RETURNING 1) " +
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")}, "entry_is_posted", store.Postgres},
		"changing a line": {[]string{"UPDATE entry_lines SET base = 1 WHERE entry_seq = 1"}, "entry_is_posted",
			""},
		"deleting a line":      {[]string{"DELETE FROM entry_lines WHERE entry_seq = 1"}, "entry_is_posted", ""},
		"changing an entry":    {[]string{"UPDATE entries SET text = 'x'"}, "entry_is_posted", ""},
		"deleting an entry":    {[]string{"DELETE FROM entries WHERE seq = 3"}, "entry_is_posted", ""},
		"emptying the lines":   {[]string{"TRUNCATE entry_lines CASCADE"}, "entry_is_posted", store.Postgres},
		"emptying the entries": {[]string{"TRUNCATE entries CASCADE"}, "entry_is_posted", store.Postgres},
		"replacing an entry": {[]string{strings.Replace(rawEntry, "INSERT", "INSERT OR REPLACE", 1) +
			rawEntryOf("3", "2026", "3", "2026-06-01", "2")}, "entry_is_posted", store.SQLite},
		"replacing a line": {[]string{strings.Replace(rawLines, "INSERT", "INSERT OR REPLACE", 1) +
			rawLine("3", "1", "1010", "G1", "5")}, "entry_is_posted", store.SQLite},
		"overdrawing the bank": {[]string{two("4", "1010", "3100", "G1", "-501"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")}, "fund_overdrawn", ""},
		"emptying the bank": {[]string{two("4", "1010", "3100", "G1", "-500"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2")}, "", ""},
		"overdrawing a later day": {[]string{two("4", "1010", "3100", "G1", "-501"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-03-01", "2")}, "fund_overdrawn", ""},
		"overdrawing an earlier day": {[]string{two("4", "1010", "3100", "G1", "5000") + "," +
			rawLine("5", "1", "1010", "G1", "-1001") + "," + rawLine("5", "2", "3100", "G1", "1001"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2") + "," +
				rawEntryOf("5", "2026", "5", "2026-03-01", "2")}, "fund_overdrawn", ""},
		"two that overdraw together": {[]string{two("4", "1010", "3100", "G1", "-300") + "," +
			rawLine("5", "1", "1010", "G1", "-300") + "," + rawLine("5", "2", "3100", "G1", "300"),
			rawEntry + rawEntryOf("4", "2026", "4", "2026-06-01", "2") + "," +
				rawEntryOf("5", "2026", "5", "2026-06-01", "2")}, "fund_overdrawn", ""},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := books(t, db)
		update(t, db, func(tx *store.Tx) error {
			if err := book.Months().Set(t.Context(), tx, "2026-02", ledger.MonthClosed); err != nil {
				return err
			}
			_, err := book.Post(t.Context(), tx, opening("G1", "2026-03-01", "10.00"), opening("G1", "2026-06-01", "10.00"),
				pays("G1", "2026-06-01", 1500))
			return err
		})
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				if c.engine != "" && c.engine != db.Engine() {
					t.Skip("the other engine has no such statement")
				}
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					for _, sql := range c.sql {
						if _, err := tx.NewRaw(sql).Exec(t.Context()); err != nil {
							return err
						}
					}
					if c.want == "" {
						return errGivenUp // what was accepted leaves nothing for the next case
					}
					return nil
				})
				if got := codeOf(err); got != c.want {
					t.Errorf("answered %q (%v), want %q", got, err, c.want)
				}
			})
		}
	})
}

func codeOf(err error) string {
	var refused *store.Refused
	switch {
	case err == nil, errors.Is(err, errGivenUp):
		return ""
	case errors.As(err, &refused):
		return refused.Code
	case errors.Is(err, store.ErrMissing):
		return "missing"
	}
	return err.Error()
}

// TestNoLineSlipsIntoAnEntryOfAnother: a line for the number that another session is about to commit waits, and is then
// refused. SQLite has one writer.
func TestNoLineSlipsIntoAnEntryOfAnother(t *testing.T) {
	db := storetest.Postgres(t)
	book := books(t, db)
	slipped := make(chan error, 1)
	update(t, db, func(tx *store.Tx) error {
		if _, err := book.Post(t.Context(), tx, opening("G1", "2026-03-01", "10.00")); err != nil {
			return err
		}
		started := make(chan struct{})
		go func() {
			slipped <- db.Update(context.WithoutCancel(t.Context()), func(tx *store.Tx) error {
				close(started)
				_, err := tx.NewRaw(rawLines + rawLine("1", "3", "1010", "G1", "5") + "," + rawLine("1", "4", "3100", "G1", "-5")).
					Exec(context.WithoutCancel(t.Context()))
				return err
			})
		}()
		<-started
		return nil
	})
	if got := codeOf(<-slipped); got != "entry_is_posted" {
		t.Errorf("answered %q", got)
	}
}
