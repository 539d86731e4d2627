package banking

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/disbursements/iso20022"
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
	Advice        bool
	BankAccount   string
	SHA256        string `bun:"sha256"`
	Currency      ledger.Currency
	Opening       *int64
	OpeningOn     ledger.Date
	Closing       *int64
	ClosingOn     ledger.Date
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
	Stranger      bool
	Kind          Proves
	Fund          ledger.FundCode
	About         string
	Because       Because
	RuleID        *RuleID
	Payer         []byte
	LineID        *BankLineID
	SameAs        *BankLineID
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
	row := bankImportRow{ID: b.ID, Account: b.Account, Format: b.Format, Advice: b.Advice,
		BankAccount: b.BankAccount, SHA256: b.SHA256, Currency: b.Currency,
		Opening: minorOf(b.Opening), OpeningOn: b.OpeningOn, Closing: minorOf(b.Closing), ClosingOn: b.ClosingOn,
		Pending: b.Pending, State: b.State, CreatedAt: store.FormatTime(b.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return store.DuplicateAs(err, ErrBankFileKnown)
	}
	for some := range slices.Chunk(b.Lines, atOnce) {
		lines := make([]bankImportLineRow, len(some))
		var parts []bankImportPartRow
		for i, l := range some {
			lines[i] = bankImportLineRow{ImportID: b.ID, No: l.No, Date: l.Date, Amount: l.Amount.Minor(),
				Reference: l.Reference, Stranger: l.Stranger, Kind: l.Hint.Kind, Fund: l.Hint.Fund, About: l.Hint.About,
				Because: l.Hint.Because, RuleID: store.NullIfZero(l.Hint.Rule), Payer: l.Payer}
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

// paymentsNumbered finds which words are numbers of payments from an account; "" is any.
func paymentsNumbered(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	words []string) (map[string]PaymentID, error) {
	found := map[string]PaymentID{}
	slices.Sort(words)
	for part := range slices.Chunk(slices.Compact(words), atOnce) {
		var rows []paymentRow
		if err := tx.NewSelect().Model(&rows).Column("id", "number").
			Where("account = ? OR ? = ''", account, account).Where("UPPER(number) IN (?)", bun.List(part)).
			Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[strings.ToUpper(r.Number)] = r.ID
		}
	}
	return found, nil
}

// paymentsOfBatches are the payments that left an account, or for "" any, in batches, or in parts of them, by the
// names that the file gave those.
func paymentsOfBatches(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	names []string) (map[string][]PaymentID, error) {
	found := map[string][]PaymentID{}
	var numbers []string
	for _, n := range names {
		number, _, _ := strings.Cut(strings.ToUpper(n), ".")
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	for part := range slices.Chunk(slices.Compact(numbers), atOnce) {
		var rows []struct {
			Number    string
			Kind      iso20022.Kind
			PaymentID PaymentID
		}
		err := tx.NewSelect().TableExpr("payment_batch_items AS i").Join("JOIN payment_batches AS b ON b.id = i.batch_id").
			ColumnExpr("b.number, i.kind, i.payment_id").Where("b.account = ? OR ? = ''", account, account).
			Where("UPPER(b.number) IN (?)", bun.List(part)).Where("i.live").Where("i.payment_id IS NOT NULL").
			OrderExpr("b.number, i.position").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			number := strings.ToUpper(r.Number)
			found[number] = append(found[number], r.PaymentID)
			part := PartName(number, r.Kind)
			found[part] = append(found[part], r.PaymentID)
		}
	}
	return found, nil
}

// linesBetween reads the lines of an account between two days, by id: which were told by an advice and by no statement
// yet, and all others.
func linesBetween(ctx context.Context, tx *store.Tx, account ledger.AccountNo, from,
	to ledger.Date) (rows []onRecord, err error) {
	const advised = `EXISTS (SELECT 1 FROM bank_import_lines AS l JOIN bank_imports AS i ON i.id = l.import_id
			WHERE l.line_id = b.id AND i.advice)
		AND NOT EXISTS (SELECT 1 FROM bank_import_lines AS l JOIN bank_imports AS i ON i.id = l.import_id
			WHERE l.same_as = b.id AND NOT i.advice AND i.state = 'committed') AS advice`
	err = tx.NewSelect().TableExpr("bank_lines AS b").ColumnExpr("b.*").ColumnExpr(advised).Where("b.account = ?",
		account).
		Where("b.date >= ?", from).Where("b.date <= ?", to).Order("b.id").Scan(ctx, &rows)
	return rows, err
}

// pointsBefore are what the bank said an account held up to a day, the newest first: by the files that are on record,
// without the one that is looked at.
func pointsBefore(ctx context.Context, tx *store.Tx, b BankImport, until ledger.Date) ([]point, error) {
	var rows []bankImportRow
	err := tx.NewSelect().Model(&rows).Where("account = ?", b.Account).Where("state = ?", BankCommitted).
		Where("id <> ?", b.ID).Where("opening IS NOT NULL OR closing IS NOT NULL").
		Where("closing_on <= ? OR opening_on <= ?", until, until).OrderExpr("closing_on DESC").Limit(20).Scan(ctx)
	if err != nil {
		return nil, err
	}
	var points []point
	for _, r := range rows {
		if r.Closing != nil && r.ClosingOn <= until {
			points = append(points, point{on: r.ClosingOn, amount: *r.Closing})
		}
		if r.Opening != nil && r.OpeningOn <= until {
			points = append(points, point{on: r.OpeningOn, amount: *r.Opening, opens: true})
		}
	}
	slices.SortStableFunc(points, func(x, y point) int { return cmp.Compare(y.on, x.on) })
	return points, nil
}

// knownAs is what banks call one of our accounts: as it was put down, or as the last file on record called it.
func knownAs(ctx context.Context, tx *store.Tx, account ledger.AccountNo) (string, error) {
	own, err := FindOwnAccount(ctx, tx, account, 0)
	if err == nil {
		return own.IBAN, nil
	}
	if !errors.Is(err, ErrUnknownOwnAccount) {
		return "", err
	}
	var names []string
	err = tx.NewSelect().Model((*bankImportRow)(nil)).Column("bank_account").Where("account = ?", account).
		Where("state = ?", BankCommitted).Where("bank_account <> ''").Order("id DESC").Limit(1).Scan(ctx, &names)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
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
	const text = "SELECT no, date, amount, reference, COALESCE(line_id, ''), COALESCE(same_as, ''), stranger, kind, " +
		"fund, about, because, COALESCE(rule_id, '') FROM bank_import_lines WHERE import_id = ? ORDER BY no"
	err = tx.Stream(ctx, text, func(rows store.Scanner) error {
		var l BankImportLine
		var minor int64
		var rule string
		if err := rows.Scan(&l.No, &l.Date, &minor, &l.Reference, &l.Line, &l.SameAs, &l.Stranger, &l.Hint.Kind,
			&l.Hint.Fund, &l.Hint.About, &l.Hint.Because, &rule); err != nil {
			return err
		}
		if rule != "" {
			l.Hint.Rule = RuleID(rule)
		}
		l.Amount, l.Duplicate = ledger.OfMinor(minor, b.Currency), b.State == BankCommitted && l.Line == ""
		b.Lines = append(b.Lines, l)
		return nil
	}, id)
	if err != nil {
		return BankImport{}, err
	}
	err = held(ctx, tx, &b)
	return b, err
}

func (r bankImportRow) bankImport() (BankImport, error) {
	at, err := store.ParseTime(r.CreatedAt)
	return BankImport{ID: r.ID, Account: r.Account, Format: r.Format, Advice: r.Advice, BankAccount: r.BankAccount,
		SHA256: r.SHA256, Currency: r.Currency, Opening: moneyOf(r.Opening, r.Currency), OpeningOn: r.OpeningOn,
		Closing: moneyOf(r.Closing, r.Currency), ClosingOn: r.ClosingOn, Pending: r.Pending, State: r.State,
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
		var booked, same []bankImportLineRow
		for _, l := range part {
			if l.Line == "" { // it is on record
				same = append(same, bankImportLineRow{ImportID: b.ID, No: l.No, SameAs: &l.SameAs})
				continue
			}
			rows = append(rows, bankLineRow{ID: l.Line, Account: b.Account, Date: l.Date, Amount: l.Amount.Minor(),
				Currency:  b.Currency,
				Reference: l.Reference, CreatedAt: store.FormatTime(tx.At)})
			booked = append(booked, bankImportLineRow{ImportID: b.ID, No: l.No, LineID: &l.Line})
		}
		if err := store.Insert(ctx, tx, rows); err != nil {
			return err
		}
		if err := cmp.Or(markLines(ctx, tx, "line_id", booked), markLines(ctx, tx, "same_as", same)); err != nil {
			return err
		}
	}
	return nil
}

// markLines writes a column of some lines of a file.
func markLines(ctx context.Context, tx *store.Tx, column string, rows []bankImportLineRow) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().With("marked", tx.NewValues(&rows).Column("import_id", "no", column)).
		Model((*bankImportLineRow)(nil)).TableExpr("marked").Set("? = marked.?", bun.Ident(column), bun.Ident(column)).
		Where("l.import_id = marked.import_id AND l.no = marked.no").Exec(ctx)
	return err
}

// matchedOf counts the matches that lines of a file have, also those undone.
func matchedOf(ctx context.Context, tx *store.Tx, id BankImportID) (int64, error) {
	return tx.NewSelect().Model((*matchRow)(nil)).
		Where("line_id IN (SELECT line_id FROM bank_import_lines WHERE import_id = ? AND line_id IS NOT NULL)", id).Count(ctx)
}

// removeBankLines takes the lines of a file off the record. Those that another file tells of too become that one's.
func removeBankLines(ctx context.Context, tx *store.Tx, b BankImport) error {
	var ids []BankLineID
	for _, l := range b.Lines {
		if l.Line != "" {
			ids = append(ids, l.Line)
		}
	}
	if _, err := tx.NewUpdate().Model((*bankImportLineRow)(nil)).Set("line_id = NULL").Set("same_as = NULL").
		Where("import_id = ?", b.ID).Exec(ctx); err != nil {
		return err
	}
	for part := range slices.Chunk(ids, atOnce) {
		kept, err := handOver(ctx, tx, part)
		if err != nil {
			return err
		}
		gone := slices.DeleteFunc(slices.Clone(part), func(id BankLineID) bool { return kept[id] })
		if len(gone) == 0 {
			continue
		}
		if _, err := tx.NewDelete().Model((*bankLineRow)(nil)).Where("id IN (?)", bun.List(gone)).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// handOver gives lines to the oldest other file on record that tells of them, and says which were given.
func handOver(ctx context.Context, tx *store.Tx, ids []BankLineID) (map[BankLineID]bool, error) {
	var rows []bankImportLineRow
	err := tx.NewSelect().Model(&rows).Column("import_id", "no", "same_as").Where("same_as IN (?)", bun.List(ids)).
		Order("import_id", "no").Scan(ctx)
	if err != nil {
		return nil, err
	}
	given, heirs := map[BankLineID]bool{}, []bankImportLineRow(nil)
	for _, r := range rows {
		if !given[*r.SameAs] {
			given[*r.SameAs] = true
			heirs = append(heirs, bankImportLineRow{ImportID: r.ImportID, No: r.No, LineID: r.SameAs})
		}
	}
	for _, h := range heirs {
		_, err := tx.NewUpdate().Model((*bankImportLineRow)(nil)).Set("line_id = same_as").Set("same_as = NULL").
			Where("import_id = ?", h.ImportID).Where("no = ?", h.No).Exec(ctx)
		if err != nil {
			return nil, err
		}
	}
	return given, nil
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
