// Package casefile keeps what is known of a person beside identity and plan: dated notes, whom they were referred
// to, who depends on them and who may collect for them, how they may safely be reached, and how their goals come on.
// What is written in words is sealed under the person's key and goes with their erasure. It opens to who is on the
// case, with a reason that stays. Start at [File].
package casefile

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrNoConsent = errors.New("casefile: no consent to sharing holds today")
	ErrOverride  = errors.New("casefile: a referral without consent takes a reason of twenty letters, and only then")
	ErrAnswered  = errors.New("casefile: the referral was answered")
	ErrUnknown   = errors.New("casefile: the person's file has no such thing")
	ErrEnded     = errors.New("casefile: it ended already")
	ErrGoal      = errors.New("casefile: the plan has no such goal")
)

// File is the files of people.
type File struct {
	People beneficiaries.Register
}

// Sealed is a text in a file: what it is, and where.
type Sealed struct {
	ID   string
	Text vault.Personal
}

// tables are where the sealed texts of a file stand, by the beginning of their ids.
var tables = map[string]string{"nte": "case_notes", "ref": "referrals", "clp": "close_people"}

const shortestOverride = 20

func (f File) seal(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, id string, text vault.Personal) (
	[]byte, error) {
	if text == "" {
		return nil, nil
	}
	if f.People.Vault == nil {
		return nil, vault.ErrNoVault
	}
	return f.People.Vault.Seal(ctx, tx, string(b), place(id), string(text))
}

func place(id string) vault.Place {
	return vault.Place{Table: tables[id[:3]], Column: "sealed", Row: id, Version: 1}
}

// Note is what somebody on the case wrote down, for a purpose. It is never changed; write another.
type Note struct {
	ID      string
	Plan    beneficiaries.PlanID // "" is about no plan
	Purpose string
	On      ledger.Date
	By      access.UserID
	At      time.Time
}

// WriteNote writes a note, by somebody on the case. [beneficiaries.ErrNotOnCase], [beneficiaries.ErrDays] of a day to
// come, [beneficiaries.ErrUnknownPlan] also of another person's plan.
func (f File) WriteNote(ctx context.Context, tx *store.Tx, key string, n Note, text vault.Personal) (Note, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return Note{}, err
	}
	if n.On == "" {
		n.On = ledger.DateOf(tx.At)
	}
	if n.On > ledger.DateOf(tx.At) {
		return Note{}, beneficiaries.ErrDays
	}
	if n.Plan != "" {
		p, err := f.People.Plan(ctx, tx, string(n.Plan))
		if err == nil && p.Beneficiary != b.ID {
			err = beneficiaries.ErrUnknownPlan
		}
		if err != nil {
			return Note{}, err
		}
		n.Plan = p.ID
	}
	n.ID, n.By, n.At = store.NewID("nte"), access.UserID(tx.By.User), tx.At
	sealed, err := f.seal(ctx, tx, b.ID, n.ID, text)
	if err != nil {
		return Note{}, err
	}
	if err := insertNote(ctx, tx, b.ID, n, sealed); err != nil {
		return Note{}, err
	}
	return n, record(ctx, tx, b.ID, "note.written", n.Purpose)
}

// Notes lists a page of when notes were written, by whom and for what; their words open one by one ([File.Open]).
func (f File) Notes(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Note, error) {
	b, err := f.People.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readNotes(ctx, tx, b.ID, page)
}

// Open opens sealed texts of a person's file, by somebody on the case, with a reason that is noted with the ids:
// [beneficiaries.ErrNotOnCase], [beneficiaries.ErrReason], [ErrUnknown].
func (f File) Open(ctx context.Context, tx *store.Tx, key string, ids []string, reason string) ([]Sealed, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	if ledger.CheckReason(reason) != nil {
		return nil, beneficiaries.ErrReason
	}
	if f.People.Vault == nil {
		return nil, vault.ErrNoVault
	}
	found, err := readSealed(ctx, tx, b.ID, ids)
	if err != nil {
		return nil, err
	}
	opened := make([]Sealed, len(ids))
	for i, id := range ids {
		sealed, known := found[id]
		if !known {
			return nil, ErrUnknown
		}
		text, err := f.People.Vault.Open(ctx, tx, string(b.ID), place(id), sealed)
		if err != nil {
			return nil, err
		}
		opened[i] = Sealed{ID: id, Text: vault.Personal(text)}
	}
	return opened, access.Record(ctx, tx,
		access.Event{Action: "file.opened", Subject: string(b.ID), Fields: ids, Reason: reason})
}

func record(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, action, field string) error {
	return access.Record(ctx, tx, access.Event{Action: action, Subject: string(b), Fields: []string{field}})
}

// Referral is a person passed on to somebody who helps otherwise, with what was told of them.
type Referral struct {
	ID       string
	To       string // police, health, municipality, shelter, lawyer, partner, authority, other
	Consent  string // id of the consent to sharing; "" where there was none
	Override string // why it was made without one
	On       ledger.Date
	Answer   string // "" waits; accepted, declined, done
	By       access.UserID
	At       time.Time
}

// Refer puts a referral on record, by somebody on the case. It needs a consent to sharing that holds today, or a reason
// of twenty letters why it is made without: [ErrNoConsent], [ErrOverride]. One without is brought to the privacy
// officer's notice.
func (f File) Refer(ctx context.Context, tx *store.Tx, key string, r Referral, told vault.Personal) (Referral, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return Referral{}, err
	}
	consents, err := f.People.Consents(ctx, tx, string(b.ID), store.Keyset{})
	if err != nil {
		return Referral{}, err
	}
	today := ledger.DateOf(tx.At)
	at := slices.IndexFunc(consents, func(c beneficiaries.Consent) bool {
		return beneficiaries.ConsentLive([]beneficiaries.Consent{c}, "sharing", "", today)
	})
	switch {
	case at >= 0 && r.Override != "":
		return Referral{}, ErrOverride
	case at >= 0:
		r.Consent = consents[at].ID
	case r.Override == "":
		return Referral{}, ErrNoConsent
	case utf8.RuneCountInString(r.Override) < shortestOverride:
		return Referral{}, ErrOverride
	}
	r.ID, r.On, r.By, r.At = store.NewID("ref"), today, access.UserID(tx.By.User), tx.At
	sealed, err := f.seal(ctx, tx, b.ID, r.ID, told)
	if err != nil {
		return Referral{}, err
	}
	if err := insertReferral(ctx, tx, b.ID, r, sealed); err != nil {
		return Referral{}, err
	}
	if r.Override != "" {
		if err := beneficiaries.Notify(ctx, tx, beneficiaries.NoticeReferral, b.ID, r.Override); err != nil {
			return Referral{}, err
		}
	}
	return r, access.Record(ctx, tx, access.Event{Action: "referral.made", Subject: string(b.ID),
		Fields: []string{r.To}, Reason: r.Override})
}

// Referrals lists a page of a person's referrals.
func (f File) Referrals(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Referral, error) {
	b, err := f.People.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readReferrals(ctx, tx, b.ID, page)
}

// Answer notes what became of a referral: accepted or declined, then done. [ErrUnknown], [ErrAnswered].
func (f File) Answer(ctx context.Context, tx *store.Tx, key, id, answer string) (Referral, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return Referral{}, err
	}
	all, err := readReferrals(ctx, tx, b.ID, store.Keyset{})
	if err != nil {
		return Referral{}, err
	}
	at := slices.IndexFunc(all, func(r Referral) bool { return r.ID == id })
	if at < 0 {
		return Referral{}, ErrUnknown
	}
	r := all[at]
	if r.Answer != "" && (r.Answer != "accepted" || answer != "done") {
		return Referral{}, ErrAnswered
	}
	if err := saveAnswer(ctx, tx, r, answer); err != nil {
		return Referral{}, err
	}
	r.Answer = answer
	return r, record(ctx, tx, b.ID, "referral.answered", answer)
}
