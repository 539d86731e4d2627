package disbursements

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type prepaymentRow struct {
	bun.BaseModel `bun:"table:prepayments"`
	ID            PrepaymentID `bun:",pk"`
	Number        string
	Kind          PrepaymentKind
	Fund          ledger.FundCode
	Payee         string
	PlanID        *beneficiaries.PlanID
	Account       ledger.AccountNo
	Date          ledger.Date
	Amount        int64
	State         TransferState
	EntryID       *ledger.EntryID
	Version       int
}

type paymentRow struct {
	bun.BaseModel  `bun:"table:payments"`
	ID             PaymentID `bun:",pk"`
	Number         string
	DisbursementID DisbursementID
	ReissueOf      *PaymentID
	Account        ledger.AccountNo
	Payee          string
	Date           ledger.Date
	Amount         int64
	Currency       ledger.Currency
	State          PaymentState
	Payload        []byte
	EntryID        *ledger.EntryID
	Version        int
}

type bankLineRow struct {
	bun.BaseModel `bun:"table:bank_lines,alias:b"`
	ID            BankLineID `bun:",pk"`
	Account       ledger.AccountNo
	Date          ledger.Date
	Amount        int64
	Currency      ledger.Currency
	Reference     string
	CreatedAt     string
}

type matchRow struct {
	bun.BaseModel `bun:"table:bank_matches"`
	ID            string `bun:",pk"`
	LineID        BankLineID
	PaymentID     PaymentID
	Proves        Proves
	Amount        int64
	EntryID       *ledger.EntryID
	Undone        bool
}

func insertPrepayment(ctx context.Context, tx *store.Tx, p Prepayment) error {
	row := prepaymentRow{ID: p.ID, Number: p.Number, Kind: p.Kind, Fund: p.Fund, Payee: p.Payee, PlanID: orNil(p.Plan.ID), Account: p.Account,
		Date: p.Date, Amount: p.Amount.Minor(), State: p.State, Version: p.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicatePrepayment)
}

func savePrepayment(ctx context.Context, tx *store.Tx, p *Prepayment) error {
	result, err := tx.NewUpdate().Model((*prepaymentRow)(nil)).Set("state = ?", p.State).Set("entry_id = ?", orNil(p.Entry)).
		Set("version = version + 1").Where("id = ?", p.ID).Where("version = ?", p.Version).Exec(ctx)
	return once(result, err, &p.Version)
}

// Prepayment finds money paid ahead by id or number. [ErrUnknownPrepayment].
func (o Office) Prepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	var row prepaymentRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Prepayment{}, ErrUnknownPrepayment
	} else if err != nil {
		return Prepayment{}, err
	}
	return o.prepayment(ctx, tx, row)
}

func (o Office) prepayment(ctx context.Context, tx *store.Tx, row prepaymentRow) (Prepayment, error) {
	p := Prepayment{ID: row.ID, Number: row.Number, Kind: row.Kind, Fund: row.Fund, Payee: row.Payee, Account: row.Account, Date: row.Date,
		Amount: ledger.OfMinor(row.Amount, o.Book.Base), State: row.State, Entry: orEmpty(row.EntryID), Version: row.Version}
	var err error
	if row.PlanID != nil {
		if p.Plan, err = o.People.Plan(ctx, tx, string(*row.PlanID)); err != nil {
			return Prepayment{}, err
		}
	}
	p.Left, err = o.Book.SumOf(ctx, tx, string(p.ID), p.Kind.account(), p.Kind.act(), drawAct, returnAct)
	return p, err
}

// Prepayments lists money paid ahead, by number.
func (o Office) Prepayments(ctx context.Context, tx *store.Tx) ([]Prepayment, error) {
	var rows []prepaymentRow
	if err := tx.NewSelect().Model(&rows).Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Prepayment, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = o.prepayment(ctx, tx, r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func insertPayment(ctx context.Context, tx *store.Tx, p Payment) error {
	payload := p.Payload()
	row := paymentRow{ID: p.ID, Number: p.Number, DisbursementID: p.Disbursement, ReissueOf: orNil(p.ReissueOf), Account: p.Account, Payee: p.Payee,
		Date: p.Date, Amount: p.Amount.Minor(), Currency: p.Amount.Currency, State: p.State, Payload: payload[:], Version: p.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicatePayment)
}

func savePayment(ctx context.Context, tx *store.Tx, p *Payment) error {
	result, err := tx.NewUpdate().Model((*paymentRow)(nil)).Set("state = ?", p.State).Set("entry_id = ?", orNil(p.Entry)).
		Set("version = version + 1").Where("id = ?", p.ID).Where("version = ?", p.Version).Exec(ctx)
	return once(result, err, &p.Version)
}

func (r paymentRow) payment() Payment {
	return Payment{ID: r.ID, Number: r.Number, Disbursement: r.DisbursementID, ReissueOf: orEmpty(r.ReissueOf), Account: r.Account, Payee: r.Payee,
		Date: r.Date, Amount: ledger.OfMinor(r.Amount, r.Currency), State: r.State, Entry: orEmpty(r.EntryID), Version: r.Version}
}

// Payment finds a payment by id or number. [ErrUnknownPayment].
func (o Office) Payment(ctx context.Context, tx *store.Tx, key string) (Payment, error) {
	var row paymentRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Payment{}, ErrUnknownPayment
	}
	return row.payment(), err
}

// Payments lists payments by number, in one state or, for "", in all.
func (o Office) Payments(ctx context.Context, tx *store.Tx, state PaymentState) ([]Payment, error) {
	return listPayments(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		if state == "" {
			return q
		}
		return q.Where("state = ?", state)
	})
}

// reissues are the attempts made in place of a payment that did not fail themselves.
func (o Office) reissues(ctx context.Context, tx *store.Tx, of PaymentID) ([]Payment, error) {
	return listPayments(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("reissue_of = ?", of) })
}

func listPayments(ctx context.Context, tx *store.Tx, which func(*bun.SelectQuery) *bun.SelectQuery) ([]Payment, error) {
	var rows []paymentRow
	if err := which(tx.NewSelect().Model(&rows)).Order("number").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Payment, len(rows))
	for i, r := range rows {
		out[i] = r.payment()
	}
	return out, nil
}

func insertBankLine(ctx context.Context, tx *store.Tx, l BankLine) error {
	row := bankLineRow{ID: l.ID, Account: l.Account, Date: l.Date, Amount: l.Amount.Minor(), Currency: l.Amount.Currency, Reference: l.Reference,
		CreatedAt: store.FormatTime(l.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// BankLine finds a line of the bank with what no match accounts for. [ErrUnknownBankLine].
func (o Office) BankLine(ctx context.Context, tx *store.Tx, id string) (BankLine, error) {
	var row bankLineRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return BankLine{}, ErrUnknownBankLine
	} else if err != nil {
		return BankLine{}, err
	}
	found, err := withLeft(ctx, tx, []bankLineRow{row})
	if err != nil {
		return BankLine{}, err
	}
	return found[0], nil
}

// BankLines lists what the bank said, oldest first.
func (o Office) BankLines(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]BankLine, error) {
	var rows []bankLineRow
	q := tx.NewSelect().Model(&rows).Order("date", "id")
	if account != "" {
		q = q.Where("account = ?", account)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return withLeft(ctx, tx, rows)
}

// withLeft subtracts what matches account for.
func withLeft(ctx context.Context, tx *store.Tx, rows []bankLineRow) ([]BankLine, error) {
	var sums []struct {
		LineID BankLineID
		Amount int64
	}
	q := tx.NewSelect().Model((*matchRow)(nil)).Column("line_id").ColumnExpr("CAST(SUM(amount) AS BIGINT) AS amount").Where("NOT undone").Group("line_id")
	if len(rows) == 1 {
		q = q.Where("line_id = ?", rows[0].ID)
	}
	if err := q.Scan(ctx, &sums); err != nil {
		return nil, err
	}
	matched := map[BankLineID]int64{}
	for _, s := range sums {
		matched[s.LineID] = s.Amount
	}
	out := make([]BankLine, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		out[i] = BankLine{r.ID, r.Account, r.Date, ledger.OfMinor(r.Amount, r.Currency), r.Reference, ledger.OfMinor(r.Amount-matched[r.ID], r.Currency), at}
	}
	return out, nil
}

func insertMatch(ctx context.Context, tx *store.Tx, m Match) error {
	row := matchRow{ID: m.ID, LineID: m.Line.ID, PaymentID: m.Payment.ID, Proves: m.Proves, Amount: m.Amount.Minor(), EntryID: orNil(m.Entry)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// undoMatch says that an entry's match proves nothing any more: its bank line waits for another.
func undoMatch(ctx context.Context, tx *store.Tx, entry ledger.EntryID) error {
	_, err := tx.NewUpdate().Model((*matchRow)(nil)).Set("undone = ?", true).Where("entry_id = ?", entry).Exec(ctx)
	return err
}

// openOn are the payments of an account that a line of the bank can say something about.
func openOn(account ledger.AccountNo) func(*bun.SelectQuery) *bun.SelectQuery {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account = ?", account).Where("state IN (?)", bun.List([]PaymentState{PaymentInFile, PaymentSent, PaymentConfirmed}))
	}
}
