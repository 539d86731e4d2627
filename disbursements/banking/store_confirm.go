package banking

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/disbursements"
	"supportledger/disbursements/promises"
	"supportledger/ledger"
	"supportledger/store"
)

// fundsOnTheirWay lists the funds whose money waits for the bank to say that it left an account.
func fundsOnTheirWay(ctx context.Context, tx *store.Tx, account ledger.AccountNo) ([]ledger.FundCode, error) {
	var funds []ledger.FundCode
	err := tx.NewSelect().TableExpr("disbursement_shares AS s").ColumnExpr("DISTINCT s.fund").
		Where("s.disbursement_id IN (SELECT p.disbursement_id FROM payments AS p WHERE p.account = ? "+
			"AND p.state IN ('in_file', 'sent'))", account).Scan(ctx, &funds)
	return funds, err
}

// countOnTheirWay counts the payments of an account that wait for the bank.
func countOnTheirWay(ctx context.Context, tx *store.Tx, account ledger.AccountNo) (int, error) {
	n, err := tx.NewSelect().TableExpr("payments AS p").Where("p.account = ?",
		account).Where("p.state IN ('in_file', 'sent')").Count(ctx)
	return int(n), err
}

// onTheirWay are the payments of an account among those named that wait for the bank, with their amounts.
func onTheirWay(ctx context.Context, tx *store.Tx, account ledger.AccountNo,
	names map[BankLineID][]named) (map[PaymentID]ledger.Money, error) {
	var ids []PaymentID
	for _, of := range names {
		for _, n := range of {
			ids = append(ids, n.payment)
		}
	}
	out := make(map[PaymentID]ledger.Money, len(ids))
	for part := range slices.Chunk(ids, atOnce) {
		var rows []paymentRow
		err := tx.NewSelect().Model(&rows).Column("id", "amount", "currency").Where("id IN (?)",
			bun.List(part)).Where("account = ?", account).
			Where("state IN ('in_file', 'sent')").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = ledger.OfMinor(r.Amount, r.Currency)
		}
	}
	return out, nil
}

// namingLines are the next lines of an account, by day, that name payments of ours and that nothing accounts for yet.
func namingLines(ctx context.Context, tx *store.Tx, account ledger.AccountNo, page store.Keyset) ([]BankLine, error) {
	var rows []bankLineRow
	q := tx.NewSelect().Model(&rows).Where("b.account = ?", account).
		Where("NOT EXISTS (SELECT 1 FROM bank_matches AS m WHERE m.line_id = b.id AND NOT m.undone AND m.proves <> " +
			"'suspense')").
		Where("EXISTS (SELECT 1 FROM bank_import_lines AS l JOIN bank_import_parts AS p ON p.import_id = l.import_id " +
			"AND p.line_no = l.no WHERE l.line_id = b.id)")
	if err := page.Ascending(q, "b.date", "b.id").Scan(ctx); err != nil {
		return nil, err
	}
	return bankLines(rows, nil)
}

// namedOn tells which payments some lines name.
func namedOn(ctx context.Context, tx *store.Tx, lines []BankLine) (map[BankLineID][]named, error) {
	out := map[BankLineID][]named{}
	for some := range slices.Chunk(lines, atOnce) {
		ids := make([]BankLineID, len(some))
		for i, l := range some {
			ids[i] = l.ID
		}
		var rows []struct {
			LineID    BankLineID
			PaymentID PaymentID
			Returned  bool
		}
		err := tx.NewSelect().TableExpr("bank_import_parts AS p").
			Join("JOIN bank_import_lines AS l ON l.import_id = p.import_id AND l.no = p.line_no").
			ColumnExpr("l.line_id, p.payment_id, p.returned").Where("l.line_id IN (?)", bun.List(ids)).
			OrderExpr("l.line_id, p.payment_id").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.LineID] = append(out[r.LineID], named{r.PaymentID, r.Returned})
		}
	}
	return out, nil
}

// paymentsNamed are the payments that lines name.
func paymentsNamed(ctx context.Context, tx *store.Tx, names map[BankLineID][]named) (map[PaymentID]Payment, error) {
	var ids []PaymentID
	for _, of := range names {
		for _, n := range of {
			ids = append(ids, n.payment)
		}
	}
	out := make(map[PaymentID]Payment, len(ids))
	for part := range slices.Chunk(ids, atOnce) {
		found, err := listPayments(ctx, tx, store.Keyset{},
			func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id IN (?)", bun.List(part)) })
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			out[p.ID] = p
		}
	}
	return out, nil
}

// confirmings reads what the booking of payments needs, in their order.
func (lin Lines) confirmings(ctx context.Context, tx *store.Tx, part []proved) ([]confirming, error) {
	ids, place := make([]PaymentID, len(part)), map[PaymentID]int{}
	for i, p := range part {
		ids[i], place[p.payment] = p.payment, i
	}
	var rows []struct {
		paymentRow
		Of         disbursements.DisbursementID
		OfVersion  int
		OfState    disbursements.State
		Settlement disbursements.Settlement
		Category   string
		Text       string
		OfPayee    string
		Plan       string
		Partner    string
		Authorised bool
		Shown      bool
	}
	err := tx.NewSelect().TableExpr("payments AS p").Join("JOIN disbursements AS d ON d.id = p.disbursement_id").
		Join("LEFT JOIN plans AS l ON l.id = d.plan_id").
		Join("LEFT JOIN partners AS k ON k.id = d.partner_id").
		ColumnExpr("p.*, d.id AS of, d.version AS of_version, d.state AS of_state, d.settlement, d.category, "+
			"d.text, d.payee AS of_payee").
		ColumnExpr("COALESCE(l.number, '') AS plan, COALESCE(k.code, '') AS partner").
		ColumnExpr("EXISTS (SELECT 1 FROM duties AS u WHERE u.subject = d.id AND u.round = d.round AND u.step = "+
			"'authorise' AND u.payload = d.payload) AS authorised").
		ColumnExpr("EXISTS (SELECT 1 FROM payment_evidence AS e WHERE e.payment_id = p.id) AS shown").Where("p.id IN (?)",
		bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	of := make([]disbursements.DisbursementID, len(rows))
	for i, r := range rows {
		of[i] = r.Of
	}
	shares, err := disbursements.SharesOf(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	out := make([]confirming, len(part))
	for _, r := range rows {
		i := place[r.ID]
		d := disbursements.Disbursement{ID: r.Of, Version: r.OfVersion, State: r.OfState, Settlement: r.Settlement,
			Category: r.Category, Text: r.Text, Payee: r.OfPayee,
			Account: r.Account, Amount: ledger.OfMinor(r.Amount, r.Currency)}
		d.Plan.Number, d.Partner.Code = r.Plan, r.Partner
		d.Shares = shares[r.Of]
		plain := r.Settlement == disbursements.ByPayment && r.Currency == lin.Payments.Requests.Book.Base &&
			r.ReissueOf == nil && r.OfState == disbursements.Released && (r.State == PaymentInFile || r.State == PaymentSent) &&
			!r.Shown && !part[i].suspended
		out[i] = confirming{proved: part[i], Payment: r.payment(), Disbursement: d, plain: plain, authorised: r.Authorised}
	}
	return out, nil
}

// saveConfirmed writes down what lines proved, and moves the payments and their disbursements on.
func saveConfirmed(ctx context.Context, tx *store.Tx, plain []confirming, posted []ledger.Posted) error {
	matches, paid, settled := make([]matchRow, len(plain)), make([]confirmedPayment, len(plain)),
		make([]confirmedDisbursement, len(plain))
	booked := make([]disbursements.DisbursementID, len(plain))
	for i, c := range plain {
		entry := posted[i].ID
		booked[i] = c.Disbursement.ID
		matches[i] = matchRow{ID: store.NewID("mat"), LineID: c.line.ID, PaymentID: &c.payment, Proves: ProvesPayment,
			Amount: c.Payment.Amount.Neg().Minor(), EntryID: &entry}
		paid[i] = confirmedPayment{ID: c.payment, Version: c.Payment.Version, EntryID: &entry}
		settled[i] = confirmedDisbursement{ID: c.Disbursement.ID, Version: c.Disbursement.Version, EntryID: &entry}
	}
	if err := store.Insert(ctx, tx, matches); err != nil {
		return err
	}
	result, err := tx.NewUpdate().With("done",
		tx.NewValues(&paid).Column("id", "version", "entry_id")).Model((*confirmedPayment)(nil)).TableExpr("done").
		Set("state = ?", PaymentConfirmed).Set("entry_id = done.entry_id").Set("version = t.version + 1").
		Where("t.id = done.id AND t.version = done.version").Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || int(n) != len(plain) {
		return cmp.Or(err, store.ErrStale)
	}
	result, err = tx.NewUpdate().With("done",
		tx.NewValues(&settled).Column("id", "version", "entry_id")).Model((*confirmedDisbursement)(nil)).TableExpr("done").
		Set("state = ?", disbursements.Paid).Set("entry_id = done.entry_id").Set("version = t.version + 1").
		Where("t.id = done.id AND t.version = done.version").Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || int(n) != len(plain) {
		return cmp.Or(err, store.ErrStale)
	}
	return promises.Relieve(ctx, tx, booked...)
}

// confirmedPayment and confirmedDisbursement are what a confirmation changes of a row.
type confirmedPayment struct {
	bun.BaseModel `bun:"table:payments,alias:t"`
	ID            PaymentID `bun:",pk"`
	Version       int
	EntryID       *ledger.EntryID
}

type confirmedDisbursement struct {
	bun.BaseModel `bun:"table:disbursements,alias:t"`
	ID            disbursements.DisbursementID `bun:",pk"`
	Version       int
	EntryID       *ledger.EntryID
}
