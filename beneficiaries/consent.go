package beneficiaries

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// ConsentPurpose is what a person agrees to.
type ConsentPurpose string

// ConsentPurposes lists what a person may agree to. Refusing any of them stops no support.
var ConsentPurposes = []ConsentPurpose{"support", "payment", "statement_text", "photo", "research", "sharing"}

// Consent is a person's agreement to one purpose, towards one donor or all, for a time. It is never changed: it
// expires, or is revoked from a day on (GDPR article 7).
type Consent struct {
	ID          string
	Beneficiary BeneficiaryID
	Purpose     ConsentPurpose
	Donor       string // code; "" is for every donor
	GivenOn     ledger.Date
	ExpiresOn   ledger.Date // the last day
	Evidence    evidence.ID
	RevokedOn   ledger.Date // the first day without it; "" stands
}

// covers tells whether a consent holds for a purpose and donor on a day. One for every donor holds for each; one for a
// donor holds for no other, and not for all.
func (c Consent) covers(p ConsentPurpose, donor string, on ledger.Date) bool {
	return c.Purpose == p && (c.Donor == "" || c.Donor == donor) && c.GivenOn <= on && on <= c.ExpiresOn &&
		(c.RevokedOn == "" || on < c.RevokedOn)
}

// ConsentLive tells whether any of a person's consents holds for a purpose and donor on a day. Donor "" asks for all
// donors at once.
func ConsentLive(consents []Consent, p ConsentPurpose, donor string, on ledger.Date) bool {
	return slices.ContainsFunc(consents, func(c Consent) bool { return c.covers(p, donor, on) })
}

// RecordConsent puts a consent on record, by someone on the case, with the document that shows it. [ErrNotOnCase],
// [ErrDays], [evidence.ErrUnknown], and what [grants.Register.Donor] refuses.
func (r Register) RecordConsent(ctx context.Context, tx *store.Tx, key string, c Consent) (Consent, error) {
	b, err := OnCaseOnly(ctx, tx, key)
	if err != nil {
		return Consent{}, err
	}
	if c.ExpiresOn < c.GivenOn || c.GivenOn > ledger.DateOf(tx.At) {
		return Consent{}, ErrDays
	}
	if c.Donor != "" {
		donor, err := donors.Find(ctx, tx, c.Donor)
		if err != nil {
			return Consent{}, err
		}
		c.Donor = donor.Code
	}
	if _, err := evidence.Find(ctx, tx, c.Evidence); err != nil {
		return Consent{}, err
	}
	c.ID, c.Beneficiary = store.NewID("cst"), b.ID
	if err := insertConsent(ctx, tx, c); err != nil {
		return Consent{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "consent.recorded", Subject: string(b.ID),
		Fields: []string{string(c.Purpose)}})
}

// Consents lists a page of a person's consents, those that ended too, in order of giving.
func (r Register) Consents(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Consent, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readConsents(ctx, tx, b.ID, page)
}

// RevokeConsent ends a consent from a day on. It is as easy as giving it: everybody who sees the person may put it
// down. Zero day is today; a day that is past is refused, since what was done under the consent was done rightly.
// [ErrUnknownConsent], [ErrRevoked], [ErrDays].
func (r Register) RevokeConsent(ctx context.Context, tx *store.Tx, key, consent string,
	from ledger.Date) (Consent, error) {
	all, err := r.Consents(ctx, tx, key, store.Keyset{})
	if err != nil {
		return Consent{}, err
	}
	at := slices.IndexFunc(all, func(c Consent) bool { return c.ID == consent })
	if at < 0 {
		return Consent{}, ErrUnknownConsent
	}
	c, today := all[at], ledger.DateOf(tx.At)
	if c.RevokedOn != "" {
		return Consent{}, ErrRevoked
	}
	if from == "" {
		from = today
	}
	if from < today {
		return Consent{}, ErrDays
	}
	c.RevokedOn = from
	if err := insertRevocation(ctx, tx, c); err != nil {
		return Consent{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "consent.revoked", Subject: string(c.Beneficiary),
		Fields: []string{string(c.Purpose)}})
}

// Household says in bands who lives with a person. Bands are what support is planned by, and describe nobody.
type Household struct {
	Version  int
	Size     string // 1, 2, 3-4, 5+
	Children string // 0, 1, 2-3, 4+
	Youngest string // "", 0-5, 6-12, 13-17
	Since    ledger.Date
}

// WriteHousehold puts down a household as it is now; what was known before stays. By someone on the case.
// [ErrHousehold] for a youngest child of nobody, or none of some.
func (r Register) WriteHousehold(ctx context.Context, tx *store.Tx, key string, h Household) (Household, error) {
	b, err := OnCaseOnly(ctx, tx, key)
	if err != nil {
		return Household{}, err
	}
	if (h.Children == "0") != (h.Youngest == "") || h.Size == "1" && h.Children != "0" {
		return Household{}, ErrHousehold
	}
	before, err := readHouseholds(ctx, tx, b.ID, store.Keyset{})
	if err != nil {
		return Household{}, err
	}
	h.Version, h.Since = len(before)+1, ledger.DateOf(tx.At)
	if err := insertHousehold(ctx, tx, b.ID, h); err != nil {
		return Household{}, err
	}
	return h, access.Record(ctx, tx, access.Event{Action: "household.written", Subject: string(b.ID),
		Fields: []string{"size", "children", "youngest"}})
}

// Households lists a page of what was known of a household, the newest last.
func (r Register) Households(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Household, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readHouseholds(ctx, tx, b.ID, page)
}
