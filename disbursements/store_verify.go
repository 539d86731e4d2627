package disbursements

import (
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// Verified counts what [Office.Verify] has read.
type Verified struct{ Transfers, Disbursements, Batches int64 }

// Verify holds money that moved against its approvals: what was asked for is still what its row says, and as many different
// people as the rules want took the steps on exactly that, in the roles that the policy asked for; payment batches pay what was locked,
// to whom; and every entry of a transfer or liquidation belongs to one.
func (o Office) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (Verified, error) {
	v := &verifier{out: out, base: o.Book.Base}
	batches := func(ctx context.Context, tx *store.Tx) error { return o.verifyBatches(ctx, tx, v) }
	decisions := func(ctx context.Context, tx *store.Tx) error { return o.verifyDecisions(ctx, tx, out) }
	for _, step := range []func(context.Context, *store.Tx) error{v.disbursements, decisions, v.transfers, v.unclaimed, batches} {
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
type steps struct{ wanted, requested, approved, authorised, released, people int64 }

// disbursements wants two people behind an approved one, three behind an authorised or settled one.
func (v *verifier) disbursements(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT d.id, d.number, d.settlement, COALESCE(p.number, ''), COALESCE(k.code, ''), COALESCE(a.number, ''), d.line, d.units, d.amount,
			d.currency, d.overpaid, d.payee, d.category, d.account, d.spot, d.items, d.shares, d.own_shares, d.date, d.text, d.state, d.payload,
			COALESCE(d.entry_id, ''), d.plan_version, d.evidence, d.emergency, d.approvals_needed,
			SUM(CASE WHEN u.step = 'request' THEN 1 ELSE 0 END), SUM(CASE WHEN u.step = 'approve' THEN 1 ELSE 0 END),
			SUM(CASE WHEN u.step = 'authorise' THEN 1 ELSE 0 END), SUM(CASE WHEN u.step = 'release' THEN 1 ELSE 0 END), COUNT(DISTINCT u.user_id)
		FROM disbursements AS d LEFT JOIN plans AS p ON p.id = d.plan_id LEFT JOIN partners AS k ON k.id = d.partner_id
		LEFT JOIN prepayments AS a ON a.id = d.prepayment_id
		LEFT JOIN duties AS u ON u.subject = d.id AND u.round = d.round AND u.payload = d.payload
		GROUP BY d.id, p.number, k.code, a.number`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var d Disbursement
		var spot, items, shares, entry, evidence string
		var amount, overpaid int64
		var payload []byte
		var s steps
		err := rows.Scan(&d.ID, &d.Number, &d.Settlement, &d.Plan.Number, &d.Partner.Code, &d.Prepayment.Number, &d.Line, &d.Units, &amount,
			&d.Amount.Currency, &overpaid, &d.Payee, &d.Category, &d.Account, &spot, &items, &shares, &d.OwnShares, &d.Date, &d.Text, &d.State, &payload,
			&entry, &d.PlanVersion, &evidence, &d.Emergency, &s.wanted, &s.requested, &s.approved, &s.authorised, &s.released, &s.people)
		if err != nil {
			return err
		}
		v.done.Disbursements++
		d.Amount, d.Overpaid, d.Entry = ledger.OfMinor(amount, d.Amount.Currency), ledger.OfMinor(overpaid, d.Amount.Currency), ledger.EntryID(entry)
		d.Evidence = parseEvidence(evidence)
		if spot != "" {
			d.Spot, _ = ledger.ParseRate(spot) // one that cannot be read is not what was approved
		}
		v.disbursement(d, payload, digest(payloadParts(d, shares, items)...), s)
		return nil
	})
}

// behind is how many different people stand behind a state, and whether one of them released the payment.
var behind = map[State]struct {
	people   int64
	released bool
}{
	Approved: {2, false}, OnHold: {3, false}, Authorised: {3, false}, Evidenced: {3, false}, Arrived: {3, false}, Disallowed: {3, false},
	Released: {4, true}, Paid: {4, true}, Returned: {4, true},
}

func (v *verifier) disbursement(d Disbursement, payload []byte, want [32]byte, s steps) {
	place := "disbursement " + d.Number
	needs, decided := behind[d.State]
	if after := d.Emergency && s.approved == 0 && slices.Contains(paidFirst, d.State); after {
		needs.people, s.wanted = needs.people-1, 0 // it is approved after it is paid
	}
	if (decided || d.State == Submitted) && string(payload) != string(want[:]) {
		v.out.Add("approval", place, "it does not say what was submitted: it was changed since")
	}
	switch {
	case decided && (s.requested == 0 || s.approved < s.wanted || s.people < 2):
		v.out.Add("approval", place, "it is %s without a request and an approval by two people", d.State)
	case needs.people > 2 && (s.authorised == 0 || s.people < needs.people):
		v.out.Add("approval", place, "it is %s without three people behind it", d.State)
	case needs.released && (s.released == 0 || s.people < needs.people):
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

// transfers wants two people behind money that moved. A plan may have got newer versions since; what was asked for names one.
func (v *verifier) transfers(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT t.id, t.number, COALESCE(k.code, ''), COALESCE(k.currency, ''), COALESCE(p.number, ''), COALESCE(v.id, ''), t.account, t.date,
			t.sent, t.sending_fee, t.rate, t.receiving_fee, t.state, COALESCE(t.entry_id, ''), u.step, u.user_id, u.payload
		FROM transfers AS t LEFT JOIN partners AS k ON k.id = t.partner_id LEFT JOIN plans AS p ON p.id = t.plan_id
		LEFT JOIN plan_versions AS v ON v.plan_id = t.plan_id LEFT JOIN duties AS u ON u.subject = t.id
		ORDER BY t.id`
	var last transferRow
	people := map[string]map[string]bool{} // who took a step on what the row says
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
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
		OR e.act = 'retainer' AND NOT EXISTS (SELECT 1 FROM prepayments AS a WHERE a.id = e.source AND a.entry_id = e.id AND a.state = 'authorised')
		OR e.act = 'petty-cash' AND NOT EXISTS (SELECT 1 FROM prepayments AS a WHERE a.id = e.source AND a.entry_id = e.id AND a.state = 'authorised')
		OR e.act = 'prepayment-draw' AND NOT EXISTS (SELECT 1 FROM disbursements AS d WHERE d.prepayment_id = e.source AND d.entry_id = e.id AND d.state IN ('evidenced', 'verified', 'disallowed'))
		OR e.act = 'payment' AND NOT EXISTS (SELECT 1 FROM payments AS p JOIN bank_matches AS m ON m.payment_id = p.id AND m.entry_id = e.id
			WHERE p.id = e.source AND m.proves = 'payment' AND (p.entry_id = e.id OR m.undone))
		OR e.act IN ('liquidation', 'netting') AND NOT EXISTS (SELECT 1 FROM disbursements AS d WHERE d.id = e.source AND d.entry_id = e.id AND d.state IN ('evidenced', 'verified', 'disallowed')))`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var year int
		var number int64
		var act string
		err := rows.Scan(&year, &number, &act)
		v.out.Add("approval", ledger.Number(year, number), "it is a %s that nothing approved stands behind", act)
		return err
	})
}
