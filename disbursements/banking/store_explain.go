package banking

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// payerOf is the fingerprint of the account that a line came from or went to; nil where its file did not say.
func payerOf(ctx context.Context, tx *store.Tx, line BankLineID) ([]byte, error) {
	var found [][]byte
	err := tx.NewSelect().Model((*bankImportLineRow)(nil)).Column("payer").Where("line_id = ?", line).
		Where("payer IS NOT NULL").Scan(ctx, &found)
	if err != nil || len(found) == 0 || len(found[0]) == 0 {
		return nil, err
	}
	return found[0], nil
}

// transferOf finds the entry by which another line told of the same money between two accounts of ours: of the same
// amount, other way round, some days before or after. "" for none.
func transferOf(ctx context.Context, tx *store.Tx, l BankLine, other ledger.AccountNo) (ledger.EntryID, error) {
	var found []ledger.EntryID
	err := tx.NewSelect().TableExpr("bank_matches AS m").Join("JOIN bank_lines AS b ON b.id = m.line_id").
		ColumnExpr("m.entry_id").Where("m.proves = ?", ProvesTransfer).Where("NOT m.undone").
		Where("m.about = ?", l.Account).Where("b.account = ?", other).Where("m.amount = ?", -l.Left.Minor()).
		Where("b.date >= ?", l.Date.AddDays(-nearDays)).Where("b.date <= ?", l.Date.AddDays(nearDays)).
		Where("NOT EXISTS (SELECT 1 FROM bank_matches AS n WHERE n.entry_id = m.entry_id AND n.id <> m.id AND NOT n.undone)").
		OrderExpr("b.date, m.id").Limit(1).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// provedOf is what lines of an account prove of an entry already.
func provedOf(ctx context.Context, tx *store.Tx, entry ledger.EntryID, account ledger.AccountNo) (minor int64,
	err error) {
	err = tx.NewSelect().TableExpr("bank_matches AS m").Join("JOIN bank_lines AS b ON b.id = m.line_id").
		ColumnExpr("CAST(COALESCE(SUM(m.amount), 0) AS BIGINT)").Where("m.entry_id = ?", entry).Where("NOT m.undone").
		Where("b.account = ?", account).Scan(ctx, &minor)
	return minor, err
}

// suspendedAs is the entry by which a line stands in suspense; "" where it does not.
func suspendedAs(ctx context.Context, tx *store.Tx, line BankLineID) (ledger.EntryID, error) {
	var row matchRow
	err := tx.NewSelect().Model(&row).Where("line_id = ?", line).Where("proves = ?", ProvesSuspense).
		Where("NOT undone").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return store.ZeroIfNull(row.EntryID), err
}

// suspended tells of some lines why they stand in suspense; those that do not are left out.
func suspended(ctx context.Context, tx *store.Tx, ids []BankLineID) (map[BankLineID]string, error) {
	found := map[BankLineID]string{}
	for part := range slices.Chunk(ids, atOnce) {
		var rows []matchRow
		err := tx.NewSelect().Model(&rows).Where("line_id IN (?)", bun.List(part)).Where("proves = ?", ProvesSuspense).
			Where("NOT undone").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.LineID] = r.Reason
		}
	}
	return found, nil
}

// standingMatch is a match that holds, and whether another line shares its entry.
type standingMatch struct {
	ID     string
	Proves Proves
	Entry  ledger.EntryID
	Shared bool
}

// matchesOf lists what a line proves now, in the order in which it was said.
func matchesOf(ctx context.Context, tx *store.Tx, line BankLineID) ([]standingMatch, error) {
	var out []standingMatch
	err := tx.NewSelect().TableExpr("bank_matches AS m").ColumnExpr("m.id, m.proves, m.entry_id AS entry").
		ColumnExpr("EXISTS (SELECT 1 FROM bank_matches AS n WHERE n.entry_id = m.entry_id AND n.line_id <> m.line_id "+
			"AND NOT n.undone) AS shared").Where("m.line_id = ?", line).Where("NOT m.undone").OrderExpr("m.id").Scan(ctx, &out)
	return out, err
}

// undoMatchBy takes one match back whose entry stands.
func undoMatchBy(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.NewUpdate().Model((*matchRow)(nil)).Set("undone = ?", true).Where("id = ?", id).Exec(ctx)
	return err
}

// unexplained reports whether a line on record names a payment and something of the line is not explained, in suspense
// or not at all.
func unexplained(ctx context.Context, tx *store.Tx, payment PaymentID) (BankLineID, error) {
	var found []BankLineID
	err := tx.NewSelect().TableExpr("bank_import_parts AS p").
		Join("JOIN bank_import_lines AS l ON l.import_id = p.import_id AND l.no = p.line_no").
		Join("JOIN bank_lines AS b ON b.id = l.line_id").ColumnExpr("b.id").Where("p.payment_id = ?", payment).
		Where("b.amount <> COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m WHERE m.line_id = b.id AND NOT m.undone "+
			"AND m.proves <> 'suspense'), 0)").OrderExpr("b.date, b.id").Limit(1).Scan(ctx, &found)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// hintsOf tells what some lines are by their texts or payers, and which name payments that are none of ours.
func hintsOf(ctx context.Context, tx *store.Tx, lines []BankLine) (hints map[BankLineID]Hint,
	strangers map[BankLineID]bool, err error) {
	hints, strangers = map[BankLineID]Hint{}, map[BankLineID]bool{}
	for some := range slices.Chunk(lines, atOnce) {
		ids := make([]BankLineID, len(some))
		for i, l := range some {
			ids[i] = l.ID
		}
		var rows []bankImportLineRow
		err := tx.NewSelect().Model(&rows).Where("line_id IN (?)", bun.List(ids)).Where("kind <> '' OR stranger").Scan(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			strangers[*r.LineID] = r.Stranger
			if r.Kind != "" {
				hints[*r.LineID] = Hint{Kind: r.Kind, Fund: r.Fund, About: r.About, Because: r.Because,
					Rule: store.ZeroIfNull(r.RuleID)}
			}
		}
	}
	return hints, strangers, nil
}

// bookedRow is an entry that moves money in a bank account and that no line proves.
type bookedRow struct {
	ID     ledger.EntryID
	Date   ledger.Date
	Amount int64
}

// unprovedEntries are the entries of an account that no line proves, some days around the lines: what people booked
// before the bank's file came.
func unprovedEntries(ctx context.Context, tx *store.Tx, account ledger.AccountNo, lines []BankLine) ([]bookedRow,
	error) {
	var rows []bookedRow
	err := tx.NewSelect().TableExpr("entries AS e").Join("JOIN entry_lines AS l ON l.entry_seq = e.seq").
		ColumnExpr("e.id, e.date, CAST(SUM(l.amount) AS BIGINT) AS amount").Where("l.account = ?", account).
		Where("e.date >= ?", lines[0].Date.AddDays(-nearDays)).Where("e.date <= ?",
		lines[len(lines)-1].Date.AddDays(nearDays)).
		Where("e.reverses IS NULL").Where("e.act NOT IN ('opening-balance', 'opening')").
		Where("NOT EXISTS (SELECT 1 FROM entries AS r WHERE r.reverses = e.id)").
		Where("NOT EXISTS (SELECT 1 FROM bank_matches AS m JOIN bank_lines AS b ON b.id = m.line_id "+
			"WHERE m.entry_id = e.id AND NOT m.undone AND b.account = ?)", account).
		GroupExpr("e.id, e.date, e.seq").OrderExpr("e.date, e.seq").Scan(ctx, &rows)
	return rows, err
}

// countWaiting counts the lines of each account that nobody has explained.
func countWaiting(ctx context.Context, tx *store.Tx) (map[ledger.AccountNo]int, error) {
	var rows []struct {
		Account ledger.AccountNo
		Count   int
	}
	err := tx.NewSelect().TableExpr("bank_lines AS b").ColumnExpr("b.account, COUNT(*) AS count").
		Where("b.amount <> COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m WHERE m.line_id = b.id AND NOT m.undone "+
			"AND m.proves <> 'suspense'), 0)").GroupExpr("b.account").Scan(ctx, &rows)
	found := map[ledger.AccountNo]int{}
	for _, r := range rows {
		found[r.Account] = r.Count
	}
	return found, err
}

// readClosings reads the newest closing balance of each account up to a day.
func readClosings(ctx context.Context, tx *store.Tx, until ledger.Date) (map[ledger.AccountNo]ledger.Stated, error) {
	var rows []bankImportRow
	err := tx.NewSelect().Model(&rows).Where("state = ?", BankCommitted).Where("closing IS NOT NULL").
		Where("closing_on <= ?", until).OrderExpr("closing_on, id").Scan(ctx)
	found := map[ledger.AccountNo]ledger.Stated{}
	for _, r := range rows {
		found[r.Account] = ledger.Stated{On: r.ClosingOn, Amount: ledger.OfMinor(*r.Closing, r.Currency)}
	}
	return found, err
}

// opened is a file on record with the first day that it speaks of, without its lines.
type opened struct {
	BankImport
	first ledger.Date
}

// openedBetween reads the statements on record that begin within some days and say with what.
func openedBetween(ctx context.Context, tx *store.Tx, from, to ledger.Date) ([]opened, error) {
	var rows []struct {
		bankImportRow
		First ledger.Date
	}
	const first = "COALESCE((SELECT MIN(l.date) FROM bank_import_lines AS l WHERE l.import_id = i.id), " +
		"NULLIF(i.opening_on, ''), i.closing_on)"
	err := tx.NewSelect().TableExpr("bank_imports AS i").ColumnExpr("i.*").ColumnExpr(first+" AS first").
		Where("i.state = ?", BankCommitted).Where("i.opening IS NOT NULL").Where(first+" BETWEEN ? AND ?", from, to).
		OrderExpr("first, i.id").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	out := make([]opened, len(rows))
	for n, r := range rows {
		if out[n].BankImport, err = r.bankImport(); err != nil {
			return nil, err
		}
		out[n].first = r.First
	}
	return out, nil
}
