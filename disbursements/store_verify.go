package disbursements

import (
	"context"
	"database/sql"
	"strconv"

	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// Verified counts what [Office.Verify] has read.
type Verified struct{ Transfers, Disbursements int64 }

// Verify holds money that moved against its approvals: what was asked for is still what its row says, and as many different
// people as the rules want took the steps on exactly that; and every entry of a transfer or liquidation belongs to one.
func (o Office) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (Verified, error) {
	v := &verifier{out: out, base: o.Book.Base}
	for _, step := range []func(context.Context, *store.Tx) error{v.disbursements, v.transfers, v.unclaimed} {
		if err := step(ctx, tx); err != nil {
			return v.done, err
		}
	}
	return v.done, nil
}

type verifier struct {
	out  *proof.Findings
	base ledger.Currency
	done Verified
}

// steps counts who took which step on one payload.
type steps struct{ requested, approved, authorised, people int64 }

// disbursements wants two people behind an approved one, three behind an authorised or settled one.
func (v *verifier) disbursements(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT d.id, d.number, COALESCE(p.number, ''), COALESCE(k.code, ''), d.line, d.units, d.amount, d.currency, d.shares,
			d.own_shares, d.date, d.text, d.state, d.payload, COALESCE(d.entry_id, ''),
			SUM(CASE WHEN u.step = 'request' THEN 1 ELSE 0 END), SUM(CASE WHEN u.step = 'approve' THEN 1 ELSE 0 END),
			SUM(CASE WHEN u.step = 'authorise' THEN 1 ELSE 0 END), COUNT(DISTINCT u.user_id)
		FROM disbursements AS d LEFT JOIN plans AS p ON p.id = d.plan_id LEFT JOIN partners AS k ON k.id = d.partner_id
		LEFT JOIN duties AS u ON u.subject = d.id AND u.round = d.round AND u.payload = d.payload
		GROUP BY d.id, p.number, k.code`
	return tx.Stream(ctx, text, func(rows *sql.Rows) error {
		var r disbursementRow
		var plan, partner, entry string
		var s steps
		err := rows.Scan(&r.ID, &r.Number, &plan, &partner, &r.Line, &r.Units, &r.Amount, &r.Currency, &r.Shares, &r.OwnShares, &r.Date,
			&r.Text, &r.State, &r.Payload, &entry, &s.requested, &s.approved, &s.authorised, &s.people)
		if err != nil {
			return err
		}
		v.done.Disbursements++
		want := digest(string(r.ID), plan, partner, r.Line, strconv.Itoa(r.Units), ledger.OfMinor(r.Amount, r.Currency).String(), string(r.Currency),
			r.Shares, strconv.FormatBool(r.OwnShares), string(r.Date), r.Text)
		v.disbursement(r, want, s, entry)
		return nil
	})
}

func (v *verifier) disbursement(r disbursementRow, want [32]byte, s steps, entry string) {
	place := "disbursement " + r.Number
	second, third := false, false
	switch r.State {
	case Evidenced, Authorised:
		second, third = true, true
	case Approved:
		second = true
	case Submitted, Draft, Rejected, Cancelled:
	}
	if (second || r.State == Submitted) && [32]byte(append(r.Payload, make([]byte, 32)...)[:32]) != want {
		v.out.Add("approval", place, "it does not say what was submitted: it was changed since")
	}
	switch {
	case second && (s.requested == 0 || s.approved == 0 || s.people < 2):
		v.out.Add("approval", place, "it is %s without a request and an approval by two people", r.State)
	case third && (s.authorised == 0 || s.people < 3):
		v.out.Add("approval", place, "it is %s without three people behind it", r.State)
	}
	if (r.State == Evidenced) != (entry != "") {
		v.out.Add("approval", place, "it is %s, and its entry is %q", r.State, entry)
	}
}

// transfers wants two people behind money that moved. A plan may have got newer versions since; what was asked for names one.
func (v *verifier) transfers(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT t.id, t.number, COALESCE(k.code, ''), COALESCE(k.currency, ''), COALESCE(p.number, ''), COALESCE(v.id, ''), t.account, t.date,
			t.sent, t.sending_fee, t.rate, t.receiving_fee, t.state, COALESCE(t.entry_id, ''), u.step, u.user_id, u.payload
		FROM transfers AS t LEFT JOIN partners AS k ON k.id = t.partner_id LEFT JOIN plans AS p ON p.id = t.plan_id
		LEFT JOIN plan_versions AS v ON v.plan_id = t.plan_id LEFT JOIN duties AS u ON u.subject = t.id
		ORDER BY t.id`
	var last transferRow
	people := map[string]map[string]bool{} // who took a step on what the row says
	err := tx.Stream(ctx, text, func(rows *sql.Rows) error {
		var r transferRow
		var partner, plan, version string
		var currency ledger.Currency
		var entry string
		var step, user *string
		var payload []byte
		err := rows.Scan(&r.ID, &r.Number, &partner, &currency, &plan, &version, &r.Account, &r.Date, &r.Sent, &r.SendingFee, &r.Rate,
			&r.ReceivingFee, &r.State, &entry, &step, &user, &payload)
		if err != nil {
			return err
		}
		if r.ID != last.ID {
			v.transfer(last, people)
			clear(people)
			v.done.Transfers++
		}
		last = r
		want := digest(string(r.ID), r.Number, partner, plan, version, string(r.Account), string(r.Date), ledger.OfMinor(r.Sent, v.base).String(),
			ledger.OfMinor(r.SendingFee, v.base).String(), r.Rate, ledger.OfMinor(r.ReceivingFee, currency).String())
		if step != nil && string(payload) == string(want[:]) {
			if people[*step] == nil {
				people[*step] = map[string]bool{}
			}
			people[*step][*user] = true
		}
		return nil
	})
	v.transfer(last, people)
	return err
}

// transfer holds one authorised transfer against who requested and authorised what it says.
func (v *verifier) transfer(r transferRow, people map[string]map[string]bool) {
	if r.State != TransferAuthorised {
		return
	}
	for asked := range people["request"] {
		for given := range people["authorise"] {
			if asked != given {
				return
			}
		}
	}
	v.out.Add("approval", "transfer "+r.Number, "no two people requested and authorised what it says")
}

// unclaimed finds entries that say they move money of a transfer or disbursement which does not know them.
func (v *verifier) unclaimed(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT e.fiscal_year, e.number, e.act FROM entries AS e
		WHERE e.reverses IS NULL AND e.corrects IS NULL
		AND (e.act = 'transfer' AND NOT EXISTS (SELECT 1 FROM transfers AS t WHERE t.id = e.source AND t.entry_id = e.id AND t.state = 'authorised')
		OR e.act = 'liquidation' AND NOT EXISTS (SELECT 1 FROM disbursements AS d WHERE d.id = e.source AND d.entry_id = e.id AND d.state = 'evidenced'))`
	return tx.Stream(ctx, text, func(rows *sql.Rows) error {
		var year int
		var number int64
		var act string
		err := rows.Scan(&year, &number, &act)
		v.out.Add("approval", ledger.Number(year, number), "it is a %s that nothing approved stands behind", act)
		return err
	})
}
