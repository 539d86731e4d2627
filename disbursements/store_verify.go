package disbursements

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/disbursements/promises"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// Verified counts what [Requests.Verify] has read.
type Verified struct{ Transfers, Disbursements int64 }

// Verify holds money that moved against its approvals: what was asked for is still what its row says, and as many
// different people as the rules want took the steps on exactly that, in the roles that the policy asked for; and
// every entry of a transfer or liquidation belongs to one.
func (req Requests) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (Verified, error) {
	v := &verifier{out: out, base: req.Book.Base}
	decisions := func(ctx context.Context, tx *store.Tx) error { return req.verifyDecisions(ctx, tx, out) }
	promised := func(ctx context.Context, tx *store.Tx) error { return req.verifyPromises(ctx, tx, out) }
	for _, step := range []func(context.Context, *store.Tx) error{v.disbursements, decisions, promised, v.unclaimed} {
		if err := step(ctx, tx); err != nil {
			return v.done, err
		}
	}
	var err error
	v.done.Transfers, err = req.Advances.Verify(ctx, tx, out)
	return v.done, err
}

type verifier struct {
	out  *proof.Findings
	base ledger.Currency
	done Verified
}

// verifiedRow is a disbursement, and who took which step on what it binds.
type verifiedRow struct {
	namedRow
	Requested, Approved, Authorised, Released, People int64
}

// disbursements wants two people behind an approved one, three behind an authorised or settled one.
func (v *verifier) disbursements(ctx context.Context, tx *store.Tx) error {
	read := func(at store.Keyset) (rows []verifiedRow, err error) {
		err = at.Ascending(namedRows(tx).
			ColumnExpr("SUM(CASE WHEN u.step = 'request' THEN 1 ELSE 0 END) AS requested").
			ColumnExpr("SUM(CASE WHEN u.step = 'approve' THEN 1 ELSE 0 END) AS approved").
			ColumnExpr("SUM(CASE WHEN u.step = 'authorise' THEN 1 ELSE 0 END) AS authorised").
			ColumnExpr("SUM(CASE WHEN u.step = 'release' THEN 1 ELSE 0 END) AS released, COUNT(DISTINCT u.user_id) AS people").
			Join("LEFT JOIN duties AS u ON u.subject = d.id AND u.round = d.round AND u.payload = d.payload").
			GroupExpr("d.id, p.number, k.code, a.number"), "d.id").Scan(ctx, &rows)
		return rows, err
	}
	return store.EachPage(atOnce, func(r verifiedRow) string { return r.key() }, read, func(rows []verifiedRow) error {
		if err := fill(ctx, tx, rows, func(r *verifiedRow) *disbursementRow { return &r.disbursementRow }); err != nil {
			return err
		}
		for _, r := range rows {
			v.done.Disbursements++
			if d, err := r.read(v.base); err != nil {
				v.out.Add("approval", "disbursement "+r.Number, "its row cannot be read: %v", err)
			} else {
				v.disbursement(d, r)
			}
		}
		return nil
	})
}

// behind is how many different people stand behind a state, and whether one of them released the payment.
var behind = map[State]struct {
	people   int64
	released bool
}{
	Approved: {2, false}, OnHold: {3, false}, Authorised: {3, false}, Evidenced: {3, false}, Arrived: {3, false},
	Disallowed: {3, false},
	Released:   {4, true}, Paid: {4, true}, Returned: {4, true},
}

func (v *verifier) disbursement(d Disbursement, r verifiedRow) {
	place := "disbursement " + d.Number
	needs, decided := behind[d.State]
	approvals := int64(r.ApprovalsNeeded)
	if after := d.Emergency && r.Approved == 0 && slices.Contains(paidFirst, d.State); after {
		needs.people, approvals = needs.people-1, 0 // it is approved after it is paid
	}
	want := d.Payload()
	if (decided || d.State == Submitted) && string(r.Payload) != string(want[:]) {
		v.out.Add("approval", place, "it does not say what was submitted: it was changed since")
	}
	switch {
	case decided && (r.Requested == 0 || r.Approved < approvals || r.People < 2):
		v.out.Add("approval", place, "it is %s without a request and an approval by two people", d.State)
	case needs.people > 2 && (r.Authorised == 0 || r.People < needs.people):
		v.out.Add("approval", place, "it is %s without three people behind it", d.State)
	case needs.released && (r.Released == 0 || r.People < needs.people):
		v.out.Add("approval", place, "it is %s and no fourth person released it", d.State)
	}
	if d.booked() != (d.Entry != "") && d.State != Cancelled && (d.Settlement != ByPayment || d.State != Released) {
		v.out.Add("approval", place, "it is %s, and its entry is %q", d.State, string(d.Entry))
	}
}

// booked reports whether the cost stands in the books in this state: an invoice's does from its authorisation on.
func (d Disbursement) booked() bool {
	switch d.State {
	case Paid, Evidenced, Arrived, Returned, Disallowed:
		return true
	case Authorised, OnHold, Released:
		return d.Settlement == ByInvoice
	case Draft, InfoRequested, Submitted, Approved, Rejected, Cancelled:
	}
	return false
}

// verifyPromises holds what is promised against what is in flight: a promise that is off would let others take its
// money, or keep money from them.
func (req Requests) verifyPromises(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	var over []string
	if err := tx.NewSelect().TableExpr("disbursements AS d").Column("d.number").Where("d.state NOT IN (?)",
		bun.List(flying)).Where("EXISTS (SELECT 1 FROM disbursement_promises AS m WHERE m.disbursement_id = d.id)").
		Order("d.number").Scan(ctx, &over); err != nil {
		return err
	}
	for _, number := range over {
		out.Add("promise", "disbursement "+number, "it promises money and is not in flight")
	}
	read := func(at store.Keyset) (rows []disbursementRow, err error) {
		err = at.Ascending(tx.NewSelect().Model(&rows).Where("state IN (?)", bun.List(flying)), "id").Scan(ctx)
		return rows, err
	}
	id := func(r disbursementRow) string { return string(r.ID) }
	return store.EachPage(atOnce, id, read, func(rows []disbursementRow) error {
		if err := fill(ctx, tx, rows, itself); err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(r disbursementRow) bool {
			_, err := r.written(req.Book.Base)
			return err != nil // [verifier.disbursements] has found it
		})
		all, err := req.withParties(ctx, tx, rows)
		if err != nil {
			return err
		}
		ids := make([]string, len(all))
		for i, d := range all {
			ids[i] = string(d.ID)
		}
		kept, err := promises.Of(ctx, tx, ids)
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.CheckPlan() != nil {
				continue // it promises what it was approved for, under an earlier version of the plan
			}
			want, err := d.promises(req.Book.Base)
			if err != nil || len(promises.Less(kept[string(d.ID)], want)) > 0 {
				out.Add("promise", "disbursement "+d.Number, "what it promises is not what it will book")
			}
		}
		return nil
	})
}

// unclaimed finds entries that say they move money of a transfer or disbursement which does not know them.
func (v *verifier) unclaimed(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT e.fiscal_year, e.number, e.act FROM entries AS e
		WHERE e.reverses IS NULL AND e.corrects IS NULL
		AND (e.act = 'transfer' AND NOT EXISTS (SELECT 1 FROM transfers AS t WHERE t.id = e.source AND t.entry_id = e.id
			AND t.state = 'authorised')
		OR e.act = 'retainer' AND NOT EXISTS (SELECT 1 FROM prepayments AS a WHERE a.id = e.source AND a.entry_id = e.id
			AND a.state = 'authorised')
		OR e.act = 'petty-cash' AND NOT EXISTS (SELECT 1 FROM prepayments AS a WHERE a.id = e.source AND a.entry_id = e.id
			AND a.state = 'authorised')
		OR e.act = 'prepayment-draw' AND NOT EXISTS (SELECT 1 FROM disbursements AS d WHERE d.prepayment_id = e.source
			AND d.entry_id = e.id AND d.state IN ('evidenced', 'verified', 'disallowed'))
		OR e.act = 'payment' AND NOT EXISTS (SELECT 1 FROM payments AS p JOIN bank_matches AS m ON m.payment_id = p.id
			AND m.entry_id = e.id
			WHERE p.id = e.source AND m.proves = 'payment' AND (p.entry_id = e.id OR m.undone))
		OR e.act IN ('liquidation', 'netting') AND NOT EXISTS (SELECT 1 FROM disbursements AS d WHERE d.id = e.source
			AND d.entry_id = e.id AND d.state IN ('evidenced', 'verified', 'disallowed')))`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var year int
		var number int64
		var act string
		err := rows.Scan(&year, &number, &act)
		v.out.Add("approval", ledger.Number(year, number), "it is a %s that nothing approved stands behind", act)
		return err
	})
}
