package beneficiaries

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// Field is a part of an identity.
type Field string

// The fields of an identity.
const (
	Names     Field = "names"
	BirthDate Field = "birth_date"
	Contact   Field = "contact"
	Bank      Field = "bank"
	Notes     Field = "notes"
)

// Fields lists every field of an identity.
var Fields = []Field{Names, BirthDate, Contact, Bank, Notes}

// Identity says who a beneficiary is. It holds texts that print as nothing.
type Identity map[Field]vault.Personal

// Purpose is why an identity is opened, as a code that may be counted.
type Purpose string

// Purposes lists why an identity may be opened.
var Purposes = []Purpose{"contact", "payment", "plan", "correction", "safety", "request_of_the_person"}

// Opening says what is opened, and why. The reason is kept for years and shown to the person: it names nobody.
type Opening struct {
	Fields  []Field
	Purpose Purpose
	Reason  string
}

const (
	// OpeningsADay is how many identities one user opens on one day.
	OpeningsADay = 40
	// EmergenciesADay is how many of them without being on the case.
	EmergenciesADay = 3
	// shortestReason is the least that a reason says, and shortestEmergency that of an emergency, in letters.
	shortestReason, shortestEmergency = 10, 20
	// reviewWithin is how soon the privacy officer looks at an emergency.
	reviewWithin = 72 * time.Hour
)

// WriteIdentity writes fields of a beneficiary's identity, sealed; those that are not in it stay as they are. Only
// someone on the case writes: [ErrNotOnCase]. It answers nothing about others on record; likenesses are shown to
// whoever decides on them.
func (r Register) WriteIdentity(ctx context.Context, tx *store.Tx, key string, identity Identity) error {
	b, err := OnCaseOnly(ctx, tx, key)
	if err != nil {
		return err
	}
	var written []string
	for _, f := range Fields {
		text, given := identity[f]
		if !given {
			continue
		}
		if err := r.writeField(ctx, tx, b.ID, f, string(text)); err != nil {
			return err
		}
		written = append(written, string(f))
	}
	if err := r.indexIdentity(ctx, tx, b.ID, identity); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "identity.written", Subject: string(b.ID), Fields: written})
}

func (r Register) writeField(ctx context.Context, tx *store.Tx, b BeneficiaryID, f Field, text string) error {
	rows, err := readIdentity(ctx, tx, b)
	if err != nil {
		return err
	}
	version := 1
	if at := slices.IndexFunc(rows, func(row identityRow) bool { return row.Field == f }); at >= 0 {
		version = rows[at].Version + 1
	}
	sealed, err := r.Vault.Seal(ctx, tx, string(b), place(b, f, version), text)
	if err != nil {
		return err
	}
	return saveIdentity(ctx, tx, identityRow{BeneficiaryID: b, Field: f, Version: version, Sealed: sealed,
		WrittenBy: tx.By.User, WrittenAt: store.FormatTime(tx.At)})
}

func place(b BeneficiaryID, f Field, version int) vault.Place {
	return vault.Place{Table: "identities", Column: string(f), Row: string(b), Version: version}
}

// OpenIdentity reads fields of a beneficiary's identity, for someone on the case and with a reason: [ErrNotOnCase],
// [ErrReason]. The audit event is written in the same tx, so what cannot be noted is not shown. [ErrOpeningBudget] once
// the user has opened [OpeningsADay] today; who uses the budget up is brought to the privacy officer's notice.
func (r Register) OpenIdentity(ctx context.Context, tx *store.Tx, key string, o Opening) (Identity, error) {
	b, err := OnCaseOnly(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	if err := o.check(shortestReason); err != nil {
		return nil, err
	}
	if err := countOpeningOf(ctx, tx, b.ID); err != nil {
		return nil, err
	}
	return r.open(ctx, tx, b.ID, o, "identity.opened")
}

// OpenInEmergency reads an identity without being on the case: when somebody is in danger and who knows the person
// cannot be reached. It takes a longer reason, is limited to [EmergenciesADay], and lies before the privacy officer
// from the same moment.
func (r Register) OpenInEmergency(ctx context.Context, tx *store.Tx, key string, o Opening) (Identity, error) {
	b, err := readAnyBeneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	if err := o.check(shortestEmergency); err != nil {
		return nil, err
	}
	if err := countOpeningOf(ctx, tx, b.ID); err != nil {
		return nil, err
	}
	today, err := countNotices(ctx, tx, NoticeEmergency, tx.At.Add(-24*time.Hour))
	if err != nil {
		return nil, err
	}
	if today >= EmergenciesADay {
		return nil, ErrOpeningBudget
	}
	if err := Notify(ctx, tx, NoticeEmergency, b.ID, o.Reason); err != nil {
		return nil, err
	}
	return r.open(ctx, tx, b.ID, o, "identity.opened_in_emergency")
}

// check holds an opening to what it must say.
func (o Opening) check(letters int) error {
	switch {
	case utf8.RuneCountInString(o.Reason) < letters || !slices.Contains(Purposes, o.Purpose):
		return ErrReason
	case len(o.Fields) == 0 || slices.ContainsFunc(o.Fields, func(f Field) bool { return !slices.Contains(Fields, f) }):
		return ErrFields
	}
	return nil
}

// countOpeningOf counts an opening against the actor's budget of the day.
func countOpeningOf(ctx context.Context, tx *store.Tx, b BeneficiaryID) error {
	if tx.By.User == "" {
		return nil
	}
	n, err := countOpening(ctx, tx, ledger.DateOf(tx.At))
	switch {
	case err != nil:
		return err
	case n > OpeningsADay:
		return ErrOpeningBudget
	case n == OpeningsADay:
		return Notify(ctx, tx, NoticeBudget, b, "the last opening of the day")
	}
	return nil
}

// open reads fields and notes that it did.
func (r Register) open(ctx context.Context, tx *store.Tx, b BeneficiaryID, o Opening, action string) (Identity, error) {
	rows, err := readIdentity(ctx, tx, b)
	if err != nil {
		return nil, err
	}
	if r.Vault == nil {
		return nil, vault.ErrNoVault
	}
	if erased, _, err := r.Vault.Erased(ctx, tx, string(b)); err != nil || erased {
		return nil, orErased(err)
	}
	identity, opened := Identity{}, []string{}
	for _, row := range rows {
		if !slices.Contains(o.Fields, row.Field) {
			continue
		}
		text, err := r.Vault.Open(ctx, tx, string(b), place(b, row.Field, row.Version), row.Sealed)
		if err != nil {
			return nil, err
		}
		identity[row.Field], opened = vault.Personal(text), append(opened, string(row.Field))
	}
	event := access.Event{Action: action, Subject: string(b), Fields: append([]string{string(o.Purpose)}, opened...),
		Reason: o.Reason}
	return identity, access.Record(ctx, tx, event)
}

func orErased(err error) error {
	if err != nil {
		return err
	}
	return vault.ErrErased
}

// Access is one look at, or change of, what says who a beneficiary is.
type Access struct {
	ID      string // of the audit event
	At      time.Time
	Handle  string // of who it was; "" is the system
	Action  string // identity.opened, identity.written, …
	Purpose string
	Fields  []string
	Reason  string
}

// Accesses lists a page of who saw a beneficiary's identity, when and why, the oldest first and by id within an
// instant: what the person may ask for (GDPR article 15).
func (r Register) Accesses(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Access, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readAccesses(ctx, tx, b.ID, page)
}
