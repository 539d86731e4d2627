// Package safeguards asks of a disbursement what protects people and funds beside its own rules: whether a complaint
// holds it back. What it finds stands among the checks; what stops it keeps everybody from approving it, authorising it
// and letting it go on.
package safeguards

import (
	"context"

	"supportledger/disbursements/complaints"
	"supportledger/store"
)

// Case is a disbursement, as far as safeguards ask about it.
type Case struct {
	ID string
}

// Finding is a check and how it came out: ok, warning or stop. Hint names what there is to say, with Of in it.
type Finding struct {
	Check   string
	Outcome string
	Hint    string
	Of      []string
}

// Ask asks about several disbursements in a constant number of queries.
func Ask(ctx context.Context, tx *store.Tx, cases []Case) (map[string][]Finding, error) {
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
	}
	held, err := complaints.Held(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	found := map[string][]Finding{}
	for _, c := range cases {
		if held[c.ID] {
			found[c.ID] = append(found[c.ID], Finding{Check: "review", Outcome: "stop", Hint: "held_for_review"})
		}
	}
	return found, nil
}

// Refuse says what stops a disbursement: [complaints.ErrHeld].
func Refuse(ctx context.Context, tx *store.Tx, c Case) error {
	held, err := complaints.Held(ctx, tx, []string{c.ID})
	if err == nil && held[c.ID] {
		err = complaints.ErrHeld
	}
	return err
}
