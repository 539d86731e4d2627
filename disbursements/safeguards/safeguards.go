// Package safeguards asks of a disbursement what protects people and funds beside its own rules: whether a complaint
// holds it back, whether another one claims its document, whether the person's consent to payment stands, and whether
// the person can safely be told of it. What it finds stands among the checks; what stops it keeps everybody from
// approving it, authorising it and letting it go on.
package safeguards

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/beneficiaries/casefile"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/documents"
	"supportledger/ledger"
	"supportledger/store"
)

// Case is a disbursement, as far as safeguards ask about it.
type Case struct {
	ID     string
	Person beneficiaries.BeneficiaryID // "" of a cost of the charity
}

// Finding is a check and how it came out: ok, warning or stop. Hint names what there is to say, with Of in it.
type Finding struct {
	Check   string
	Outcome string
	Hint    string
	Of      []string
}

const (
	warning = "warning"
	stop    = "stop"
)

// Ask asks about several disbursements in a constant number of queries.
func Ask(ctx context.Context, tx *store.Tx, cases []Case) (map[string][]Finding, error) {
	ids, people := make([]string, len(cases)), []beneficiaries.BeneficiaryID{}
	for i, c := range cases {
		if ids[i] = c.ID; c.Person != "" {
			people = append(people, c.Person)
		}
	}
	held, err := complaints.Held(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	today := ledger.DateOf(tx.At)
	standings, err := casefile.Standings(ctx, tx, people, today)
	if err != nil {
		return nil, err
	}
	uses, err := documents.Used(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	found := map[string][]Finding{}
	for _, c := range cases {
		found[c.ID] = ofDocuments(tx, uses[c.ID])
		if held[c.ID] {
			found[c.ID] = append(found[c.ID], Finding{Check: "review", Outcome: stop, Hint: "held_for_review"})
		}
		found[c.ID] = append(found[c.ID], ofPerson(standings[c.Person], today)...)
	}
	return found, nil
}

// ofDocuments shows who else claims the document: a stop, or once a second person let it through a warning. Of which
// case the other one is, is not for everybody.
func ofDocuments(tx *store.Tx, uses []documents.Use) []Finding {
	f := Finding{Check: "duplicate_evidence", Outcome: "ok"}
	for _, u := range uses {
		switch {
		case !u.Lifted:
			f.Outcome = stop
		case f.Outcome != stop:
			f.Outcome = warning
		}
		if f.Hint = u.Same + "_used_elsewhere"; beneficiaries.SeesAll(tx.By) {
			f.Hint, f.Of = u.Same+"_used", []string{u.Number}
		}
	}
	return []Finding{f}
}

// ofPerson warns of a consent that ended, and of a way to reach the person that is not safe, or was not asked about for
// long. It does not warn of a consent that was never asked for: refusing one stops no support.
func ofPerson(s casefile.Standing, today ledger.Date) (found []Finding) {
	if s.PaymentEnded != "" {
		found = append(found, Finding{Check: "consent", Outcome: warning, Hint: "consent_ended",
			Of: []string{string(s.PaymentEnded)}})
	}
	switch {
	case s.Unsafe:
		found = append(found, Finding{Check: "safe_contact", Outcome: warning, Hint: "contact_unsafe"})
	case s.ReviewOn != "" && s.ReviewOn < today:
		found = append(found, Finding{Check: "safe_contact", Outcome: warning, Hint: "contact_review",
			Of: []string{string(s.ReviewOn)}})
	}
	return found
}

// Refuse says what stops a disbursement: [complaints.ErrHeld], [documents.ErrUsed].
func Refuse(ctx context.Context, tx *store.Tx, c Case) error {
	held, err := complaints.Held(ctx, tx, []string{c.ID})
	if err == nil && held[c.ID] {
		err = complaints.ErrHeld
	}
	if err != nil {
		return err
	}
	return documents.Check(ctx, tx, c.ID)
}
