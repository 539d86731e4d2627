package paymentbatch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

type batchItemRow struct {
	bun.BaseModel  `bun:"table:payment_batch_items,alias:i"`
	ID             string `bun:",pk"`
	BatchID        BatchID
	Position       int
	Subject        string
	DisbursementID disbursements.DisbursementID
	PaymentID      *banking.PaymentID
	Number         string
	UETR           string `bun:"uetr"`
	PayeeID        payees.ID
	Details        int
	Kind           iso20022.Kind
	Amount         int64
	Payload        []byte
	Live           bool
	AddedBy        string
	AddedAt        string
}

// candidatesQuery asks for disbursements with the planned payment of each, the bank details that it was asked for
// with, and the batch that has it.
func candidatesQuery(tx *store.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("disbursements AS d").
		Join("LEFT JOIN payments AS p ON p.disbursement_id = d.id AND p.state = 'planned'").
		Join("LEFT JOIN payee_bindings AS k ON k.subject = CASE WHEN p.reissue_of IS NULL THEN d.id ELSE p.id END AND "+
			"k.round = CASE WHEN p.reissue_of IS NULL THEN d.round ELSE 1 END").
		Join("LEFT JOIN payee_details AS t ON t.payee_id = k.payee_id AND t.version = k.version").
		ColumnExpr("d.id, d.number, d.state, d.settlement, COALESCE(p.account, d.account) AS account, d.amount, "+
			"d.currency, d.payload").
		ColumnExpr("COALESCE(p.id, '') AS payment_id, COALESCE(p.number, '') AS payment_number").
		ColumnExpr("COALESCE(k.payee_id, '') AS payee_id, COALESCE(k.version, 0) AS details, COALESCE(t.country, '') AS "+
			"country, COALESCE(t.iban, FALSE) AS iban").
		ColumnExpr("COALESCE((SELECT b.number FROM payment_batch_items AS i JOIN payment_batches AS b ON b.id = "+
			"i.batch_id WHERE i.live AND i.subject = COALESCE(p.id, d.id)), "+
			"(SELECT MAX(b.number) FROM payment_batch_items AS i JOIN payment_batches AS b ON b.id = i.batch_id WHERE i.live "+
			"AND i.payment_id = p.id), '') AS taken").
		Order("d.number", "p.number")
}

type candidateRow struct {
	ID            disbursements.DisbursementID
	Number        string
	State         disbursements.State
	Settlement    disbursements.Settlement
	Account       ledger.AccountNo
	Amount        int64
	Currency      ledger.Currency
	Payload       []byte
	PaymentID     banking.PaymentID
	PaymentNumber string
	PayeeID       payees.ID
	Details       int
	Country       string
	IBAN          bool `bun:"iban"`
	Taken         string
}

func (r candidateRow) candidate() candidate {
	return candidate{Disbursement: r.ID, DisbursementNumber: r.Number, State: r.State, Settlement: r.Settlement,
		Account: r.Account, Payment: r.PaymentID, PaymentNumber: r.PaymentNumber,
		Amount: ledger.OfMinor(r.Amount, r.Currency), Payload: r.Payload, Payee: r.PayeeID, Details: r.Details,
		Country: r.Country, IBAN: r.IBAN, Taken: r.Taken}
}

// fitting lists the disbursements that a batch can take and release at once, by number: only their ids, however many
// they are.
func fitting(ctx context.Context, tx *store.Tx, b Batch) (ids []disbursements.DisbursementID, err error) {
	err = tx.NewSelect().TableExpr("disbursements AS d").Join("JOIN payee_bindings AS k ON k.subject = d.id AND "+
		"k.round = d.round").ColumnExpr("d.id").
		Where("d.state = ?", disbursements.Authorised).Where("d.settlement IN (?)",
		bun.List([]disbursements.Settlement{disbursements.ByPayment, disbursements.ByInvoice})).
		Where("d.currency = ?", b.Currency).Where("d.account IN (?)", bun.List([]ledger.AccountNo{"", b.Account})).
		Where("NOT EXISTS (SELECT 1 FROM payment_batch_items AS i WHERE i.live AND i.subject = d.id)").
		Where("NOT EXISTS (SELECT 1 FROM payee_details AS n WHERE n.payee_id = k.payee_id AND n.version > k.version)").
		Where("EXISTS (SELECT 1 FROM payee_verifications AS v WHERE v.payee_id = k.payee_id AND v.version = k.version AND "+
			"v.usable_from <= ?)", store.FormatTime(tx.At)).
		Order("d.number").Scan(ctx, &ids)
	return ids, err
}

// candidatesOn finds disbursements by id, in the order of their numbers.
func candidatesOn(ctx context.Context, tx *store.Tx, ids []disbursements.DisbursementID) ([]candidate, error) {
	return scanCandidates(ctx, candidatesQuery(tx).Where("d.id IN (?)", bun.List(ids)))
}

// candidatesNamed finds what names name.
func candidatesNamed(ctx context.Context, tx *store.Tx, names []string) ([]candidate, error) {
	found, err := scanCandidates(ctx, candidatesQuery(tx).Where("d.id IN (?0) OR d.number IN (?0)", bun.List(names)))
	if err != nil {
		return nil, err
	}
	planned, err := scanCandidates(ctx, candidatesQuery(tx).Where("p.id IN (?0) OR p.number IN (?0)", bun.List(names)))
	return append(found, planned...), err
}

func scanCandidates(ctx context.Context, q *bun.SelectQuery) ([]candidate, error) {
	var rows []candidateRow
	err := q.Scan(ctx, &rows)
	out := make([]candidate, len(rows))
	for i, r := range rows {
		out[i] = r.candidate()
	}
	return out, err
}

// numberPayments gives a number to each payment that has none, past those that people gave.
func numberPayments(ctx context.Context, tx *store.Tx, of []candidate) error {
	var open []int
	for i, c := range of {
		if c.PaymentNumber == "" || c.Payment == "" {
			open = append(open, i)
		}
	}
	for len(open) > 0 {
		first, err := access.NextMany(ctx, tx, "payment", len(open))
		if err != nil {
			return err
		}
		numbers := make([]string, len(open))
		for i := range open {
			numbers[i] = fmt.Sprintf("PMT-%03d", first+int64(i))
		}
		given := map[string]bool{}
		for part := range slices.Chunk(numbers, atOnce) {
			var found []string
			if err := tx.NewSelect().Table("payments").Column("number").Where("number IN (?)", bun.List(part)).Scan(ctx,
				&found); err != nil {
				return err
			}
			for _, n := range found {
				given[n] = true
			}
		}
		var left []int
		for i, at := range open {
			if given[numbers[i]] {
				left = append(left, at)
				continue
			}
			of[at].PaymentNumber = numbers[i]
		}
		open = left
	}
	return nil
}

func insertItems(ctx context.Context, tx *store.Tx, b Batch, items []candidate) error {
	var last int
	if err := tx.NewSelect().Model((*batchItemRow)(nil)).ColumnExpr("COALESCE(MAX(position), 0)").Where("batch_id = ?",
		b.ID).Scan(ctx, &last); err != nil {
		return err
	}
	rows := make([]batchItemRow, len(items))
	for i, c := range items {
		id := store.NewID("pbi")
		rows[i] = batchItemRow{ID: id, BatchID: b.ID, Position: last + i + 1, Subject: c.subject(),
			DisbursementID: c.Disbursement, PaymentID: store.NullIfZero(c.Payment),
			Number: c.PaymentNumber, UETR: uetrOf(id), PayeeID: c.Payee, Details: c.Details,
			Kind:   payees.KindOf(c.Amount.Currency, c.Country, c.IBAN),
			Amount: c.Amount.Minor(), Payload: c.Payload, Live: true, AddedBy: tx.By.User, AddedAt: store.FormatTime(tx.At)}
	}
	return store.DuplicateAs(store.Insert(ctx, tx, rows), store.ErrStale)
}

// uetrOf is the id by which banks follow a payment, of the form of a random UUID. It comes from an id that nobody can
// guess.
func uetrOf(id string) string {
	sum := sha256.Sum256([]byte("uetr " + id))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// dropItems takes payments out of a batch by their numbers, or, without numbers, all; it tells how many.
func dropItems(ctx context.Context, tx *store.Tx, id BatchID, numbers []string) (int, error) {
	q := tx.NewUpdate().Model((*batchItemRow)(nil)).Set("live = ?", false).Where("batch_id = ?", id).Where("live")
	if numbers != nil {
		q = q.Where("number IN (?)", bun.List(numbers))
	}
	result, err := q.Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// eachLocked goes through what a lock binds of each payment, in order: the sealed bytes stand for the account.
func eachLocked(ctx context.Context, tx *store.Tx, b Batch, fn func(amount ledger.Money, parts ...string)) error {
	const text = `SELECT i.subject, i.number, i.uetr, i.disbursement_id, i.payload, i.payee_id,
			y.alias, i.details, t.sealed, i.kind, i.amount
		FROM payment_batch_items AS i JOIN payees AS y ON y.id = i.payee_id JOIN payee_details AS t
			ON t.payee_id = i.payee_id AND t.version = i.details
		WHERE i.batch_id = ? AND i.live ORDER BY i.position`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var subject, number, uetr, disbursement, payee, alias, kind string
		var payload, sealed []byte
		var details int
		var minor int64
		if err := rows.Scan(&subject, &number, &uetr, &disbursement, &payload, &payee, &alias, &details, &sealed, &kind,
			&minor); err != nil {
			return err
		}
		fn(ledger.OfMinor(minor, b.Currency), subject, number, uetr, disbursement, string(payload), payee, alias,
			strconv.Itoa(details), string(sealed), kind,
			strconv.FormatInt(minor, 10))
		return nil
	}, b.ID)
}

// readBlocked counts the payments whose payee keeps them from being released at an instant.
func readBlocked(ctx context.Context, tx *store.Tx, id BatchID, at time.Time) (Blocked, error) {
	var b Blocked
	const newer = "EXISTS (SELECT 1 FROM payee_details AS n WHERE n.payee_id = i.payee_id AND n.version > i.details)"
	err := tx.NewSelect().Model((*batchItemRow)(nil)).Join("LEFT JOIN payee_verifications AS v ON v.payee_id = "+
		"i.payee_id AND v.version = i.details").
		ColumnExpr("COALESCE(SUM(CASE WHEN "+newer+" THEN 1 ELSE 0 END), 0)").
		ColumnExpr("COALESCE(SUM(CASE WHEN v.usable_from IS NULL AND NOT "+newer+" THEN 1 ELSE 0 END), 0)").
		ColumnExpr("COALESCE(SUM(CASE WHEN v.usable_from > ? AND NOT "+newer+" THEN 1 ELSE 0 END), 0)", store.FormatTime(at)).
		Where("i.batch_id = ?", id).Where("i.live").Scan(ctx, &b.Changed, &b.Unverified, &b.Cooling)
	return b, err
}

// lockPayees keeps the bank details of a batch's payees as they are until the tx ends.
func lockPayees(ctx context.Context, tx *store.Tx, id BatchID) error {
	if tx.Engine != store.Postgres {
		return nil
	}
	var ids []payees.ID
	return tx.Lock(tx.NewSelect().Table("payees").Column("id").
		Where("id IN (SELECT payee_id FROM payment_batch_items WHERE batch_id = ? AND live)", id).Order("id")).Scan(ctx, &ids)
}

// tookPart reports whether the actor, with whatever account, took a step on a payment of a batch.
func tookPart(ctx context.Context, tx *store.Tx, id BatchID) (bool, error) {
	const same = "(a.id = b.id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id))"
	for _, q := range []*bun.SelectQuery{
		tx.NewSelect().Model((*batchItemRow)(nil)).Join("JOIN disbursements AS d ON d.id = i.disbursement_id").
			Join("JOIN duties AS u ON u.subject = d.id AND u.round = d.round AND u.step <> 'release'").
			Join("JOIN users AS a ON a.id = u.user_id"),
		tx.NewSelect().Model((*batchItemRow)(nil)).Join("JOIN duties AS u ON u.subject = i.payment_id").
			Join("JOIN users AS a ON a.id = u.user_id"),
	} {
		found, err := q.Join("JOIN users AS b ON "+same).Where("b.id = ?", tx.By.User).Where("i.batch_id = ?",
			id).Where("i.live").Exists(ctx)
		if err != nil || found {
			return found, err
		}
	}
	return false, nil
}

// readLive reads the next payments of a batch with all that their release needs.
func readLive(ctx context.Context, tx *store.Tx, b Batch, after, limit int) ([]liveItem, error) {
	var rows []struct {
		batchItemRow
		Now          []byte
		Round        int
		Of           disbursements.State
		PayeeCode    string
		Entry        ledger.EntryID
		Authorised   bool
		Reissue      bool
		PaymentBytes []byte
		Planned      bool
		PlanChanged  bool
	}
	err := tx.NewSelect().TableExpr("payment_batch_items AS i").
		Join("JOIN disbursements AS d ON d.id = i.disbursement_id").
		Join("LEFT JOIN plans AS l ON l.id = d.plan_id").Join("LEFT JOIN plan_versions AS v ON v.plan_id = l.id AND "+
		"v.version = l.current_version").
		ColumnExpr("(d.entry_id IS NULL AND d.plan_version <> '' AND COALESCE(v.id, '') <> d.plan_version) AS plan_changed").
		Join("JOIN payees AS y ON y.id = i.payee_id").Join("LEFT JOIN payments AS p ON p.id = i.payment_id").
		ColumnExpr("i.*, d.payload AS now, d.round, d.state AS of, y.code AS payee_code, COALESCE(d.entry_id, '') AS entry").
		ColumnExpr("EXISTS (SELECT 1 FROM duties AS u WHERE u.subject = d.id AND u.round = d.round AND u.step = "+
			"'authorise' AND u.payload = d.payload) AS authorised").
		ColumnExpr("COALESCE(p.reissue_of, '') <> '' AS reissue, p.payload AS payment_bytes, COALESCE(p.state, '') = "+
			"'planned' AS planned").
		Where("i.batch_id = ?", b.ID).Where("i.live").Where("i.position > ?",
		after).Order("i.position").Limit(int64(limit)).Scan(ctx, &rows)
	out := make([]liveItem, len(rows))
	for n, r := range rows {
		out[n] = liveItem{BatchItem: BatchItem{ID: r.ID, Position: r.Position, Disbursement: r.DisbursementID,
			Payment: store.ZeroIfNull(r.PaymentID), Number: r.Number,
			Payee: r.PayeeCode, Kind: r.Kind, Amount: ledger.OfMinor(r.Amount, b.Currency)}, Payload: r.Payload, Round: r.Round,
			Now: r.Now, Of: r.Of,
			Entry: r.Entry, Authorised: r.Authorised, Reissue: r.Reissue, PaymentBytes: r.PaymentBytes, Planned: r.Planned,
			PlanChanged: r.PlanChanged}
	}
	return out, err
}

// insertReleased writes the payments of released items down and moves their disbursements on.
func insertReleased(ctx context.Context, tx *store.Tx, b Batch, payments []banking.Payment, items []liveItem) error {
	if len(payments) == 0 {
		return nil
	}
	ids, booked := make([]disbursements.DisbursementID, len(payments)), make([]batchItemRow, len(payments))
	for i, p := range payments {
		ids[i], booked[i] = p.Disbursement, batchItemRow{ID: items[i].ID, PaymentID: &payments[i].ID}
	}
	result, err := tx.NewUpdate().Table("disbursements").Set("state = ?",
		disbursements.Released).Set("version = version + 1").
		Where("id IN (?)", bun.List(ids)).Where("state = ?", disbursements.Authorised).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || int(n) != len(ids) {
		return cmp.Or(err, store.ErrStale)
	}
	if err := banking.InsertPayments(ctx, tx, payments); err != nil {
		return err
	}
	values := tx.NewValues(&booked).Column("id", "payment_id")
	_, err = tx.NewUpdate().With("made",
		values).Model((*batchItemRow)(nil)).TableExpr("made").Set("payment_id = made.payment_id").Where("i.id = made.id").
		Where("i.batch_id = ?", b.ID).Exec(ctx)
	return err
}

// putInFile moves the planned payments of a batch into its file, and tells how many there were.
func putInFile(ctx context.Context, tx *store.Tx, id BatchID) (int, error) {
	result, err := tx.NewUpdate().Table("payments").Set("state = ?",
		banking.PaymentInFile).Set("version = version + 1").Where("state = ?", banking.PaymentPlanned).
		Where("id IN (SELECT payment_id FROM payment_batch_items WHERE batch_id = ? AND live)", id).Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// readTotals adds a batch up by kind.
func readTotals(ctx context.Context, tx *store.Tx, b Batch) (map[iso20022.Kind]iso20022.Totals, error) {
	var rows []struct {
		Kind  iso20022.Kind
		Count int
		Sum   int64
	}
	err := tx.NewSelect().Model((*batchItemRow)(nil)).ColumnExpr("kind, COUNT(*) AS count, CAST(SUM(amount) AS "+
		"BIGINT) AS sum").Where("batch_id = ?", b.ID).
		Where("live").Group("kind").Scan(ctx, &rows)
	totals := map[iso20022.Kind]iso20022.Totals{}
	for _, r := range rows {
		totals[r.Kind] = iso20022.Totals{Count: r.Count, Sum: ledger.OfMinor(r.Sum, b.Currency).Amount}
	}
	return totals, err
}

// readOutgoing reads the next payments of a kind, "" for all, with their sealed bank details.
func readOutgoing(ctx context.Context, tx *store.Tx, b Batch, kind iso20022.Kind, after int) ([]placed, []vault.Sealed,
	error) {
	var rows []struct {
		Position  int
		Number    string
		UETR      string `bun:"uetr"`
		PayeeID   payees.ID
		Details   int
		Amount    int64
		Alias     string
		Reference string
		Sealed    []byte
	}
	q := tx.NewSelect().Model((*batchItemRow)(nil)).Join("JOIN payees AS y ON y.id = i.payee_id").
		Join("JOIN payee_details AS t ON t.payee_id = i.payee_id AND t.version = i.details").
		Join("JOIN disbursements AS d ON d.id = i.disbursement_id").
		ColumnExpr("i.position, i.number, i.uetr, i.payee_id, i.details, i.amount, y.alias, d.reference, t.sealed").
		Where("i.batch_id = ?", b.ID).Where("i.live").
		Where("i.position > ?", after).Order("i.position").Limit(atOnce)
	if kind != "" {
		q = q.Where("i.kind = ?", kind)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, nil, err
	}
	out, sealed := make([]placed, len(rows)), make([]vault.Sealed, len(rows))
	for i, r := range rows {
		known, err := iso20022.ParseReference(r.Reference)
		if err != nil {
			return nil, nil, err
		}
		out[i] = placed{payees.Outgoing{Number: r.Number, UETR: r.UETR, Alias: r.Alias,
			Amount: ledger.OfMinor(r.Amount, b.Currency), Charges: b.Charges, Reference: known}, r.Position}
		sealed[i] = vault.Sealed{Subject: string(r.PayeeID), At: payees.DetailsPlace(r.PayeeID, r.Details), Bytes: r.Sealed}
	}
	return out, sealed, nil
}

// unproved counts the payments of a batch of which the bank has not said enough.
func unproved(ctx context.Context, tx *store.Tx, id BatchID) (int, error) {
	n, err := tx.NewSelect().Model((*batchItemRow)(nil)).Join("JOIN payments AS p ON p.id = i.payment_id").
		Where("i.batch_id = ?", id).Where("i.live").
		Where("p.state NOT IN ('confirmed', 'returned')").
		Where("NOT (p.state IN ('failed', 'recalled') AND EXISTS (SELECT 1 FROM payments AS r WHERE r.reissue_of = p.id))").
		Count(ctx)
	return int(n), err
}

// readItems lists what is in a batch.
func readItems(ctx context.Context, tx *store.Tx, b Batch, after, limit int) ([]BatchItem, error) {
	var rows []struct {
		batchItemRow
		Code      string
		Reference string
		State     banking.PaymentState
	}
	err := tx.NewSelect().TableExpr("payment_batch_items AS i").Join("JOIN payees AS y ON y.id = i.payee_id").
		Join("LEFT JOIN payments AS p ON p.id = i.payment_id").Join("JOIN disbursements AS d ON d.id = i.disbursement_id").
		ColumnExpr("i.*, y.code, d.reference, COALESCE(p.state, '') AS state").Where("i.batch_id = ?",
		b.ID).Where("i.live").Where("i.position > ?", after).
		Order("i.position").Limit(int64(limit)).Scan(ctx, &rows)
	out := make([]BatchItem, len(rows))
	for n, r := range rows {
		out[n] = BatchItem{ID: r.ID, Position: r.Position, Disbursement: r.DisbursementID,
			Payment: store.ZeroIfNull(r.PaymentID), Number: r.Number, Payee: r.Code, Reference: r.Reference, Kind: r.Kind,
			Amount: ledger.OfMinor(r.Amount, b.Currency), State: r.State}
	}
	return out, err
}

// readStanding counts the payments of a batch by state.
func readStanding(ctx context.Context, tx *store.Tx, b Batch) ([]Standing, error) {
	var rows []struct {
		State banking.PaymentState
		Count int
		Sum   int64
	}
	err := tx.NewSelect().Model((*batchItemRow)(nil)).Join("LEFT JOIN payments AS p ON p.id = i.payment_id").
		ColumnExpr("COALESCE(p.state, '') AS state, COUNT(*) AS count, CAST(SUM(i.amount) AS BIGINT) AS sum").
		Where("i.batch_id = ?", b.ID).Where("i.live").
		GroupExpr("COALESCE(p.state, '')").OrderExpr("1").Scan(ctx, &rows)
	out := make([]Standing, len(rows))
	for i, r := range rows {
		out[i] = Standing{r.State, r.Count, ledger.OfMinor(r.Sum, b.Currency)}
	}
	return out, err
}

// leavingNow lists the disbursements of a batch that are paid by it for the first time.
func leavingNow(ctx context.Context, tx *store.Tx, id BatchID) (ids []disbursements.DisbursementID, err error) {
	err = tx.NewSelect().Model((*batchItemRow)(nil)).Column("disbursement_id").Where("batch_id = ?", id).Where("live").
		Where("payment_id IS NULL").Scan(ctx, &ids)
	return ids, err
}
