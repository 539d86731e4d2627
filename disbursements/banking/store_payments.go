package banking

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/disbursements"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type paymentRow struct {
	bun.BaseModel  `bun:"table:payments"`
	ID             PaymentID `bun:",pk"`
	Number         string
	DisbursementID disbursements.DisbursementID
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

type paymentEvidenceRow struct {
	bun.BaseModel `bun:"table:payment_evidence"`
	PaymentID     PaymentID   `bun:",pk"`
	EvidenceID    evidence.ID `bun:",pk"`
	AttachedBy    string
	AttachedAt    string
}

type matchRow struct {
	bun.BaseModel `bun:"table:bank_matches"`
	ID            string `bun:",pk"`
	LineID        BankLineID
	PaymentID     *PaymentID
	Proves        Proves
	Amount        int64
	EntryID       *ledger.EntryID
	About         string
	Reason        string
	Undone        bool
}

// InsertPayments writes payments down. [ErrDuplicatePayment].
func InsertPayments(ctx context.Context, tx *store.Tx, payments []Payment) error {
	rows := make([]paymentRow, len(payments))
	for i, p := range payments {
		payload := p.Payload()
		rows[i] = paymentRow{ID: p.ID, Number: p.Number, DisbursementID: p.Disbursement,
			ReissueOf: store.NullIfZero(p.ReissueOf), Account: p.Account, Payee: p.Payee, Date: p.Date,
			Amount: p.Amount.Minor(), Currency: p.Amount.Currency, State: p.State, Payload: payload[:], Version: p.Version}
	}
	return store.DuplicateAs(store.Insert(ctx, tx, rows), ErrDuplicatePayment)
}

func savePayment(ctx context.Context, tx *store.Tx, p *Payment) error {
	result, err := tx.NewUpdate().Model((*paymentRow)(nil)).Set("state = ?", p.State).Set("entry_id = ?",
		store.NullIfZero(p.Entry)).
		Set("version = version + 1").Where("id = ?", p.ID).Where("version = ?", p.Version).Exec(ctx)
	return store.NextVersion(result, err, &p.Version)
}

func (r paymentRow) payment() Payment {
	return Payment{ID: r.ID, Number: r.Number, Disbursement: r.DisbursementID, ReissueOf: store.ZeroIfNull(r.ReissueOf),
		Account: r.Account, Payee: r.Payee,
		Date: r.Date, Amount: ledger.OfMinor(r.Amount, r.Currency), State: r.State, Entry: store.ZeroIfNull(r.EntryID),
		Version: r.Version}
}

// Payment finds a payment by id or number. [ErrUnknownPayment].
func (pay Payments) Payment(ctx context.Context, tx *store.Tx, key string) (Payment, error) {
	var row paymentRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Payment{}, ErrUnknownPayment
	}
	return row.payment(), err
}

// PaymentFilter chooses the payments of a list, by number; what is empty does not narrow it.
type PaymentFilter struct {
	State PaymentState
	Page  store.Keyset
}

// ListPayments lists payments by number.
func (pay Payments) List(ctx context.Context, tx *store.Tx, f PaymentFilter) ([]Payment, error) {
	return listPayments(ctx, tx, f.Page, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.State == "" {
			return q
		}
		return q.Where("state = ?", f.State)
	})
}

// reissues are the attempts made in place of a payment that did not fail themselves.
func reissues(ctx context.Context, tx *store.Tx, of PaymentID) ([]Payment, error) {
	return listPayments(ctx, tx, store.Keyset{},
		func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("reissue_of = ?", of) })
}

// madeAgain are those of some payments in place of which another was made.
func madeAgain(ctx context.Context, tx *store.Tx, all []Payment) (map[PaymentID]bool, error) {
	out := map[PaymentID]bool{}
	for part := range slices.Chunk(all, atOnce) {
		ids := make([]PaymentID, len(part))
		for i, p := range part {
			ids[i] = p.ID
		}
		var found []PaymentID
		err := tx.NewSelect().Model((*paymentRow)(nil)).Column("reissue_of").Where("reissue_of IN (?)", bun.List(ids)).
			Scan(ctx, &found)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

func listPayments(
	ctx context.Context, tx *store.Tx, page store.Keyset, which func(*bun.SelectQuery) *bun.SelectQuery,
) ([]Payment, error) {
	var rows []paymentRow
	if err := page.Ascending(which(tx.NewSelect().Model(&rows)), "number").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]Payment, len(rows))
	for i, r := range rows {
		out[i] = r.payment()
	}
	return out, nil
}

func insertBankLine(ctx context.Context, tx *store.Tx, l BankLine) error {
	row := bankLineRow{ID: l.ID, Account: l.Account, Date: l.Date, Amount: l.Amount.Minor(), Currency: l.Amount.Currency,
		Reference: l.Reference,
		CreatedAt: store.FormatTime(l.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// BankLine finds a line of the bank with what no match accounts for. [ErrUnknownBankLine].
func (lin Lines) BankLine(ctx context.Context, tx *store.Tx, id string) (BankLine, error) {
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

// taskDays is how long a line may be open before it is a task: most are matched with the file that told of them.
const taskDays = 3

// BankLineFilter chooses lines of the bank, oldest first: by date and id. What is empty does not narrow it.
type BankLineFilter struct {
	Account ledger.AccountNo
	Open    bool // only those of which no match accounts for all
	Waiting bool // only those that nobody has explained: open, or in suspense
	Tasks   bool // only those that somebody has to explain now: in suspense, or open for [taskDays]
	Page    store.Keyset
}

// ListBankLines lists what the bank said, oldest first.
func (lin Lines) List(ctx context.Context, tx *store.Tx, f BankLineFilter) ([]BankLine, error) {
	var rows []bankLineRow
	q := tx.NewSelect().Model(&rows)
	if f.Account != "" {
		q = q.Where("b.account = ?", f.Account)
	}
	if f.Open {
		q = q.Where("b.amount <> COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m WHERE m.line_id = b.id AND NOT " +
			"m.undone), 0)")
	}
	if f.Tasks {
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("b.id IN (SELECT m.line_id FROM bank_matches AS m WHERE m.proves = 'suspense' AND NOT m.undone)").
				WhereOr("b.created_at < ?", store.FormatTime(tx.At.AddDate(0, 0, -taskDays)))
		})
	}
	if f.Waiting || f.Tasks {
		q = q.Where("b.amount <> COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m WHERE m.line_id = b.id AND NOT " +
			"m.undone AND m.proves <> 'suspense'), 0)")
	}
	if err := f.Page.Ascending(q, "b.date", "b.id").Scan(ctx); err != nil {
		return nil, err
	}
	return withLeft(ctx, tx, rows)
}

// AllLines lists what the bank said, oldest first.
func (lin Lines) AllLines(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]BankLine, error) {
	return lin.List(ctx, tx, BankLineFilter{Account: account})
}

// withLeft subtracts what matches account for.
func withLeft(ctx context.Context, tx *store.Tx, rows []bankLineRow) ([]BankLine, error) {
	matched := map[BankLineID]int64{}
	for some := range slices.Chunk(rows, atOnce) {
		ids := make([]BankLineID, len(some))
		for i, r := range some {
			ids[i] = r.ID
		}
		var sums []struct {
			LineID BankLineID
			Amount int64
		}
		err := tx.NewSelect().Model((*matchRow)(nil)).Column("line_id").ColumnExpr("CAST(SUM(amount) AS BIGINT) AS amount").
			Where("NOT undone").Where("line_id IN (?)", bun.List(ids)).Group("line_id").Scan(ctx, &sums)
		if err != nil {
			return nil, err
		}
		for _, s := range sums {
			matched[s.LineID] = s.Amount
		}
	}
	out, err := bankLines(rows, matched)
	if err != nil {
		return nil, err
	}
	all := make([]BankLineID, len(rows))
	for i, r := range rows {
		all[i] = r.ID
	}
	why, err := suspended(ctx, tx, all)
	for i := range out {
		out[i].Why, out[i].Suspended = why[out[i].ID], has(why, out[i].ID)
	}
	return out, err
}

func has[K comparable, V any](m map[K]V, key K) bool {
	_, found := m[key]
	return found
}

// bankLines reads what rows say; matched is what matches account for, in the smallest unit of the currency.
func bankLines(rows []bankLineRow, matched map[BankLineID]int64) ([]BankLine, error) {
	out := make([]BankLine, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		out[i] = BankLine{ID: r.ID, Account: r.Account, Date: r.Date, Amount: ledger.OfMinor(r.Amount, r.Currency),
			Reference: r.Reference, Left: ledger.OfMinor(r.Amount-matched[r.ID], r.Currency), At: at}
	}
	return out, nil
}

func insertMatch(ctx context.Context, tx *store.Tx, m Match) error {
	row := matchRow{ID: m.ID, LineID: m.Line.ID, PaymentID: store.NullIfZero(m.Payment.ID), Proves: m.Proves,
		Amount: m.Amount.Minor(), EntryID: store.NullIfZero(m.Entry), About: m.About, Reason: m.Reason}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// undoMatch says that an entry's match proves nothing any more: its bank line waits for another.
func undoMatch(ctx context.Context, tx *store.Tx, entry ledger.EntryID) error {
	_, err := tx.NewUpdate().Model((*matchRow)(nil)).Set("undone = ?", true).Where("entry_id = ?", entry).Exec(ctx)
	return err
}

// matchable lists the payments of an account that its open lines can say something about: those on their way, those
// that a line names, in whatever state, and those confirmed lately enough that a line may be their return.
func matchable(
	ctx context.Context, tx *store.Tx, account ledger.AccountNo, lines []BankLine, names map[BankLineID][]named,
) ([]Payment, error) {
	ids := []PaymentID{""}
	for _, of := range names {
		for _, n := range of {
			ids = append(ids, n.payment)
		}
	}
	return listPayments(ctx, tx, store.Keyset{}, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account = ?", account).WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("state IN (?)", bun.List([]PaymentState{PaymentInFile, PaymentSent})).
				WhereOr("state = ? AND date >= ?", PaymentConfirmed, lines[0].Date.AddDays(-returnDays)).
				WhereOr("id IN (?)", bun.List(ids))
		})
	})
}

// paymentNumberTaken tells whether a number is given already.
func paymentNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*paymentRow)(nil)).Where("number = ?", number).Exists(ctx)
}

// notInBatch refuses to handle by itself what is in a batch. [InBatch].
func notInBatch(ctx context.Context, tx *store.Tx, subject string) error {
	var number string
	err := tx.NewSelect().TableExpr("payment_batch_items AS i").Join("JOIN payment_batches AS b ON b.id = i.batch_id").
		ColumnExpr("b.number").
		Where("i.id IN (SELECT id FROM payment_batch_items WHERE live AND subject = ? UNION ALL SELECT id FROM "+
			"payment_batch_items WHERE live AND payment_id = ?)", subject, subject).Limit(1).Scan(ctx, &number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	return &InBatch{number}
}

func insertPaymentEvidence(ctx context.Context, tx *store.Tx, p PaymentID, e evidence.ID) error {
	row := paymentEvidenceRow{PaymentID: p, EvidenceID: e, AttachedBy: tx.By.User, AttachedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// evidenceOf lists what shows that a payment was given to the bank.
func evidenceOf(ctx context.Context, tx *store.Tx, p PaymentID) (found []evidence.ID, err error) {
	err = tx.NewSelect().Model((*paymentEvidenceRow)(nil)).Column("evidence_id").Where("payment_id = ?",
		p).Order("evidence_id").Scan(ctx, &found)
	return found, err
}
