package banking

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// atOnce is how many rows are asked for or written in one statement.
const atOnce = 500

type bankImportRow struct {
	bun.BaseModel `bun:"table:bank_imports"`
	ID            BankImportID `bun:",pk"`
	Account       ledger.AccountNo
	Format        BankFormat
	BankAccount   string
	SHA256        string `bun:"sha256"`
	Currency      ledger.Currency
	Opening       *int64
	Closing       *int64
	Pending       int
	State         BankImportState
	Reason        string
	CreatedAt     string
}

type bankImportLineRow struct {
	bun.BaseModel `bun:"table:bank_import_lines,alias:l"`
	ImportID      BankImportID `bun:",pk"`
	No            int          `bun:",pk"`
	Date          ledger.Date
	Amount        int64
	Reference     string
	LineID        *BankLineID
}

type bankImportPartRow struct {
	bun.BaseModel `bun:"table:bank_import_parts"`
	ImportID      BankImportID `bun:",pk"`
	LineNo        int          `bun:",pk"`
	PaymentID     PaymentID    `bun:",pk"`
	Returned      bool
}

// insertAll writes rows down, some at a time: of many, no more text is held than of some.
func insertAll[R any](ctx context.Context, tx *store.Tx, rows []R) error {
	for part := range slices.Chunk(rows, atOnce) {
		if err := store.Insert(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

func minorOf(m *ledger.Money) *int64 {
	if m == nil {
		return nil
	}
	n := m.Minor()
	return &n
}

func moneyOf(n *int64, c ledger.Currency) *ledger.Money {
	if n == nil {
		return nil
	}
	m := ledger.OfMinor(*n, c)
	return &m
}

func insertBankImport(ctx context.Context, tx *store.Tx, b BankImport) error {
	row := bankImportRow{ID: b.ID, Account: b.Account, Format: b.Format, BankAccount: b.BankAccount, SHA256: b.SHA256,
		Currency: b.Currency,
		Opening:  minorOf(b.Opening), Closing: minorOf(b.Closing), Pending: b.Pending, State: b.State,
		CreatedAt: store.FormatTime(b.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return store.DuplicateAs(err, ErrBankFileKnown)
	}
	for some := range slices.Chunk(b.Lines, atOnce) {
		lines := make([]bankImportLineRow, len(some))
		var parts []bankImportPartRow
		for i, l := range some {
			lines[i] = bankImportLineRow{ImportID: b.ID, No: l.No, Date: l.Date, Amount: l.Amount.Minor(),
				Reference: l.Reference}
			for _, n := range l.Named {
				parts = append(parts, bankImportPartRow{ImportID: b.ID, LineNo: l.No, PaymentID: n.payment, Returned: n.returned})
			}
		}
		if err := cmp.Or(insertAll(ctx, tx, lines), insertAll(ctx, tx, parts)); err != nil {
			return err
		}
	}
	return nil
}

// sameBankAccount holds what the file calls our account against what the file before called it. [ErrOtherBankAccount].
func sameBankAccount(ctx context.Context, tx *store.Tx, b BankImport) error {
	if b.BankAccount == "" {
		return nil
	}
	others, err := tx.NewSelect().Model((*bankImportRow)(nil)).Where("account = ?", b.Account).Where("state = ?",
		BankCommitted).
		Where("bank_account NOT IN (?)", bun.List([]string{"", b.BankAccount})).Count(ctx)
	if err == nil && others > 0 {
		err = ErrOtherBankAccount
	}
	return err
}

// paymentsNumbered finds which words are numbers of payments from an account.
func paymentsNumbered(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	words []string) (map[string]PaymentID, error) {
	found := map[string]PaymentID{}
	slices.Sort(words)
	for part := range slices.Chunk(slices.Compact(words), atOnce) {
		var rows []paymentRow
		if err := tx.NewSelect().Model(&rows).Column("id", "number").Where("account = ?", account).Where("number IN (?)",
			bun.List(part)).Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.Number] = r.ID
		}
	}
	return found, nil
}

func linesBetween(ctx context.Context, tx *store.Tx, account ledger.AccountNo, from,
	to ledger.Date) (rows []bankLineRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("account = ?", account).Where("date >= ?", from).Where("date <= ?",
		to).Order("id").Scan(ctx)
	return rows, err
}

// BankImport finds a file of the bank with its lines; a preview is held against what is on record now.
// [ErrUnknownBankImport].
func (lin Lines) Import(ctx context.Context, tx *store.Tx, id BankImportID) (BankImport, error) {
	var row bankImportRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return BankImport{}, ErrUnknownBankImport
	} else if err != nil {
		return BankImport{}, err
	}
	b, err := row.bankImport()
	if err != nil {
		return BankImport{}, err
	}
	const text = "SELECT no, date, amount, reference, COALESCE(line_id, '') FROM bank_import_lines WHERE import_id = ? " +
		"ORDER BY no"
	err = tx.Stream(ctx, text, func(rows store.Scanner) error {
		var l BankImportLine
		var minor int64
		if err := rows.Scan(&l.No, &l.Date, &minor, &l.Reference, &l.Line); err != nil {
			return err
		}
		l.Amount, l.Duplicate = ledger.OfMinor(minor, b.Currency), b.State == BankCommitted && l.Line == ""
		b.Lines = append(b.Lines, l)
		return nil
	}, id)
	if err != nil {
		return BankImport{}, err
	}
	err = markDuplicates(ctx, tx, &b)
	return b, err
}

func (r bankImportRow) bankImport() (BankImport, error) {
	at, err := store.ParseTime(r.CreatedAt)
	return BankImport{ID: r.ID, Account: r.Account, Format: r.Format, BankAccount: r.BankAccount, SHA256: r.SHA256,
		Currency: r.Currency,
		Opening:  moneyOf(r.Opening, r.Currency), Closing: moneyOf(r.Closing, r.Currency), Pending: r.Pending, State: r.State,
		Reason: r.Reason, At: at}, err
}

// ListBankImports lists a page of the files of the bank without their lines, oldest first: by id.
func (lin Lines) Imports(ctx context.Context, tx *store.Tx, page store.Keyset) ([]BankImport, error) {
	var rows []bankImportRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "id").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]BankImport, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.bankImport(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// commitBankLines makes bank lines of the new lines of a file.
func commitBankLines(ctx context.Context, tx *store.Tx, b BankImport) error {
	for part := range slices.Chunk(b.Lines, atOnce) {
		var rows []bankLineRow
		var booked []bankImportLineRow
		for _, l := range part {
			if l.Line == "" {
				continue // it is on record
			}
			rows = append(rows, bankLineRow{ID: l.Line, Account: b.Account, Date: l.Date, Amount: l.Amount.Minor(),
				Currency:  b.Currency,
				Reference: l.Reference, CreatedAt: store.FormatTime(tx.At)})
			booked = append(booked, bankImportLineRow{ImportID: b.ID, No: l.No, LineID: &l.Line})
		}
		if len(rows) == 0 {
			continue
		}
		if err := store.Insert(ctx, tx, rows); err != nil {
			return err
		}
		values := tx.NewValues(&booked).Column("import_id", "no", "line_id")
		if _, err := tx.NewUpdate().With("booked",
			values).Model((*bankImportLineRow)(nil)).TableExpr("booked").Set("line_id = booked.line_id").
			Where("l.import_id = booked.import_id AND l.no = booked.no").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// matchedOf counts the matches that lines of a file have, also those undone.
func matchedOf(ctx context.Context, tx *store.Tx, id BankImportID) (int64, error) {
	return tx.NewSelect().Model((*matchRow)(nil)).
		Where("line_id IN (SELECT line_id FROM bank_import_lines WHERE import_id = ? AND line_id IS NOT NULL)", id).Count(ctx)
}

func removeBankLines(ctx context.Context, tx *store.Tx, b BankImport) error {
	var ids []BankLineID
	for _, l := range b.Lines {
		if l.Line != "" {
			ids = append(ids, l.Line)
		}
	}
	if _, err := tx.NewUpdate().Model((*bankImportLineRow)(nil)).Set("line_id = NULL").Where("import_id = ?",
		b.ID).Exec(ctx); err != nil {
		return err
	}
	for part := range slices.Chunk(ids, atOnce) {
		if _, err := tx.NewDelete().Model((*bankLineRow)(nil)).Where("id IN (?)", bun.List(part)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func saveBankImport(ctx context.Context, tx *store.Tx, b *BankImport, to BankImportState, reason string) error {
	result, err := tx.NewUpdate().Model((*bankImportRow)(nil)).Set("state = ?", to).Set("reason = ?", reason).
		Where("id = ?", b.ID).Where("state = ?", b.State).Exec(ctx)
	var version int
	if err := store.NextVersion(result, err, &version); err != nil {
		return err
	}
	b.State, b.Reason = to, reason
	return nil
}
