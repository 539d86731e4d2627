package beneficiaries

import (
	"context"
	"slices"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// IdentityYears is how long an identity is kept after the end of the year in which the support ended: as long as a
// claim lives (Danish Act on Limitation, § 3: three years). The books need no name, so their five years (Bookkeeping
// Act § 12) are not its clock; evidence, which may show one, has a clock of its own.
const IdentityYears = 3

// End records the last day of somebody's support, once. [ErrEnded].
func (r Register) End(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Beneficiary, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return Beneficiary{}, err
	}
	if b.Status == "ended" || b.Status == "erased" {
		return Beneficiary{}, ErrEnded
	}
	b.Status = "ended"
	if err := saveEnding(ctx, tx, b, on); err != nil {
		return Beneficiary{}, err
	}
	return b, access.Record(ctx, tx, access.Event{Action: "beneficiary.ended", Subject: string(b.ID),
		Fields: []string{"status"}})
}

// Erasure is a person forgotten: what is left is the code, and what the books say under it.
type Erasure struct {
	Beneficiary Beneficiary
	Settled     bool // the half of the key has gone from the file of halves too; it goes after the commit
}

// Erase forgets who a beneficiary is: the sealed fields, the fingerprints and the key go, and places on the case end.
// Plans, amounts and entries stay under the code, with their proof. Nobody takes it back. [ErrReason],
// [vault.ErrErased] a second time.
func (r Register) Erase(ctx context.Context, tx *store.Tx, key, reason string) (Erasure, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return Erasure{}, err
	}
	if utf8.RuneCountInString(reason) < shortestReason {
		return Erasure{}, ErrReason
	}
	if err := r.Vault.Destroy(ctx, tx, string(b.ID)); err != nil {
		return Erasure{}, err
	}
	if err := forgetIdentity(ctx, tx, b.ID); err != nil {
		return Erasure{}, err
	}
	if err := endCase(ctx, tx, b.ID, ledger.DateOf(tx.At)); err != nil {
		return Erasure{}, err
	}
	b.Status = "erased"
	if err := saveStatus(ctx, tx, b); err != nil {
		return Erasure{}, err
	}
	return Erasure{Beneficiary: b}, access.Record(ctx, tx, access.Event{Action: "identity.erased", Subject: string(b.ID),
		Reason: reason})
}

// Erasure tells how far an erasure has come. [ErrNotErased].
func (r Register) Erasure(ctx context.Context, tx *store.Tx, key string) (Erasure, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return Erasure{}, err
	}
	erased, settled, err := r.Vault.Erased(ctx, tx, string(b.ID))
	if err == nil && !erased {
		err = ErrNotErased
	}
	return Erasure{b, settled}, err
}

// Kept is something that is kept until a day.
type Kept struct {
	Kind      string // identity, evidence
	ID        string // of the beneficiary or the document
	Code      string // of the beneficiary
	KeepUntil ledger.Date
}

// Due lists what was to be kept until a day before on: identities to be erased and documents to be destroyed, each by
// its own clock, the oldest first. Its key is [Kept.Key]; identities and documents are each read as far as they can
// fill the page alone.
func (r Register) Due(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Kept, error) {
	due, err := readEnded(ctx, tx, on, page)
	if err != nil {
		return nil, err
	}
	documents, err := evidence.Due(ctx, tx, on, page)
	if err != nil {
		return nil, err
	}
	for _, e := range documents {
		due = append(due, Kept{Kind: "evidence", ID: string(e.ID), KeepUntil: e.KeepUntil})
	}
	slices.SortFunc(due, func(a, b Kept) int { return slices.Compare(a.Key(), b.Key()) })
	if page.Limit > 0 {
		due = due[:min(page.Limit, len(due))]
	}
	return due, nil
}

// Key is where something stands in the list of all that is kept.
func (k Kept) Key() []string { return []string{string(k.KeepUntil), k.ID} }

// Export is everything that is kept about a person under their name or code, to be handed to them (GDPR article 15 and
// 20).
type Export struct {
	Beneficiary Beneficiary
	Identity    Identity
	Caseload    []Assignment
	Consents    []Consent
	Household   []Household
	Plans       []PlanStory
	Accesses    []Access
}

// PlanStory is a plan as it stands, with what became of it. What was paid under it is kept with the payments.
type PlanStory struct {
	Plan  Plan
	Turns []Turn
}

// ExportPerson collects a person's own data, for the privacy officer and with a reason. It counts as an opening of
// everything, is noted as one, and is in the list that it gives. [ErrReason].
func (r Register) ExportPerson(ctx context.Context, tx *store.Tx, key, reason string) (Export, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return Export{}, err
	}
	o := Opening{Fields: Fields, Purpose: "request_of_the_person", Reason: reason}
	if err := o.check(shortestReason); err != nil {
		return Export{}, err
	}
	if err := countOpeningOf(ctx, tx, b.ID); err != nil {
		return Export{}, err
	}
	x := Export{Beneficiary: b}
	if x.Accesses, err = readAccesses(ctx, tx, b.ID, store.Keyset{}); err != nil {
		return Export{}, err
	}
	slices.Reverse(x.Accesses) // the newest first
	if x.Identity, err = r.open(ctx, tx, b.ID, o, "identity.exported"); err != nil {
		return Export{}, err
	}
	if x.Caseload, err = readAssignments(ctx, tx, b.ID, store.Keyset{}); err != nil {
		return Export{}, err
	}
	if x.Consents, err = readConsents(ctx, tx, b.ID, store.Keyset{}); err != nil {
		return Export{}, err
	}
	if x.Household, err = readHouseholds(ctx, tx, b.ID, store.Keyset{}); err != nil {
		return Export{}, err
	}
	x.Plans, err = planStories(ctx, tx, b.ID)
	return x, err
}

// planStories are a person's plans with what became of them.
func planStories(ctx context.Context, tx *store.Tx, b BeneficiaryID) ([]PlanStory, error) {
	plans, err := readPlansOf(ctx, tx, b)
	if err != nil {
		return nil, err
	}
	all := make([]PlanStory, len(plans))
	for i, p := range plans {
		turns, err := readTimeline(ctx, tx, p.ID, store.Keyset{})
		if err != nil {
			return nil, err
		}
		all[i] = PlanStory{p, turns}
	}
	return all, nil
}
