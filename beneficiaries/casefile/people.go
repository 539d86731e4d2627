package casefile

import (
	"context"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// ClosePerson is somebody who depends on a person, or who may collect support in the person's place. Who it is, is
// sealed.
type ClosePerson struct {
	ID       string
	Kind     string // dependant, collector
	Relation string // child, parent, sibling, partner, friend, other
	AgeBand  string // of a dependant: 0-5, 6-12, 13-17, 18+
	From, To ledger.Date
	By       access.UserID
	At       time.Time
}

// AddClose puts somebody close to a person on record, by somebody on the case. [beneficiaries.ErrDays].
func (f File) AddClose(ctx context.Context, tx *store.Tx, key string, c ClosePerson, who vault.Personal) (ClosePerson,
	error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return ClosePerson{}, err
	}
	if c.From == "" {
		c.From = ledger.DateOf(tx.At)
	}
	c.ID, c.To, c.By, c.At = store.NewID("clp"), "", access.UserID(tx.By.User), tx.At
	sealed, err := f.seal(ctx, tx, b.ID, c.ID, who)
	if err != nil {
		return ClosePerson{}, err
	}
	if err := insertClose(ctx, tx, b.ID, c, sealed); err != nil {
		return ClosePerson{}, err
	}
	return c, record(ctx, tx, b.ID, "close_person.added", c.Kind)
}

// Close lists a page of those who are and were close to a person.
func (f File) Close(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]ClosePerson, error) {
	b, err := f.People.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readClose(ctx, tx, b.ID, page)
}

// EndClose says on which day somebody depended or might collect for the last time. [ErrUnknown], [ErrEnded],
// [beneficiaries.ErrDays].
func (f File) EndClose(ctx context.Context, tx *store.Tx, key, id string, last ledger.Date) (ClosePerson, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return ClosePerson{}, err
	}
	all, err := readClose(ctx, tx, b.ID, store.Keyset{})
	if err != nil {
		return ClosePerson{}, err
	}
	at := slices.IndexFunc(all, func(c ClosePerson) bool { return c.ID == id })
	switch {
	case at < 0:
		return ClosePerson{}, ErrUnknown
	case all[at].To != "":
		return ClosePerson{}, ErrEnded
	case last < all[at].From:
		return ClosePerson{}, beneficiaries.ErrDays
	}
	all[at].To = last
	if err := saveEnd(ctx, tx, all[at]); err != nil {
		return ClosePerson{}, err
	}
	return all[at], record(ctx, tx, b.ID, "close_person.ended", all[at].Kind)
}

// SafeContact is how a person may be reached, as the person says: somebody may read the phone, or open the letters.
type SafeContact struct {
	Version  int
	Way      string // telephone, message, mail, in_person, through_other, none
	Safe     bool
	ReviewOn ledger.Date // until when it holds
	At       time.Time
}

// WriteSafeContact writes down how a person may be reached now, by somebody on the case; what held before stays.
// [beneficiaries.ErrDays] of a review that is past.
func (f File) WriteSafeContact(ctx context.Context, tx *store.Tx, key string, c SafeContact) (SafeContact, error) {
	b, err := beneficiaries.OnCaseOnly(ctx, tx, key)
	if err != nil {
		return SafeContact{}, err
	}
	if c.ReviewOn < ledger.DateOf(tx.At) {
		return SafeContact{}, beneficiaries.ErrDays
	}
	before, err := readContacts(ctx, tx, b.ID, store.Keyset{})
	if err != nil {
		return SafeContact{}, err
	}
	c.Version, c.At = len(before)+1, tx.At
	if err := insertContact(ctx, tx, b.ID, c); err != nil {
		return SafeContact{}, err
	}
	return c, record(ctx, tx, b.ID, "safe_contact.written", c.Way)
}

// SafeContacts lists a page of how a person might be reached, the newest last.
func (f File) SafeContacts(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]SafeContact, error) {
	b, err := f.People.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readContacts(ctx, tx, b.ID, page)
}

// GoalReview is how a goal of a plan came on, by a code, and when it is looked at again.
type GoalReview struct {
	ID     string
	Goal   string
	On     ledger.Date
	Result string // set, on_track, behind, reached, given_up
	NextOn ledger.Date
	By     access.UserID
	At     time.Time
}

// ended are the results after which a goal is not looked at again.
var ended = []string{"reached", "given_up"}

// ReviewGoal writes down how a goal of a plan came on, by somebody on the case. What goes on is looked at again on a
// day to come: [beneficiaries.ErrDays]. [ErrGoal].
func (f File) ReviewGoal(ctx context.Context, tx *store.Tx, key string, r GoalReview) (GoalReview, error) {
	p, err := f.People.Plan(ctx, tx, key)
	if err != nil {
		return GoalReview{}, err
	}
	if _, err := beneficiaries.OnCaseOnly(ctx, tx, string(p.Beneficiary)); err != nil {
		return GoalReview{}, err
	}
	if !slices.Contains(p.Current.Goals, r.Goal) {
		return GoalReview{}, ErrGoal
	}
	r.On = ledger.DateOf(tx.At)
	if slices.Contains(ended, r.Result) != (r.NextOn == "") || r.NextOn != "" && r.NextOn <= r.On {
		return GoalReview{}, beneficiaries.ErrDays
	}
	r.ID, r.By, r.At = store.NewID("grv"), access.UserID(tx.By.User), tx.At
	if err := insertReview(ctx, tx, p.ID, r); err != nil {
		return GoalReview{}, err
	}
	return r, access.Record(ctx, tx,
		access.Event{Action: "plan.goal_reviewed", Subject: string(p.ID), Fields: []string{r.Goal, r.Result}})
}

// GoalReviews lists a page of how the goals of a plan came on, the newest last.
func (f File) GoalReviews(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]GoalReview, error) {
	p, err := f.People.Plan(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readReviews(ctx, tx, p.ID, page)
}

// JoinedPlan is a plan of a person, under one of the codes that are theirs.
type JoinedPlan struct {
	Plan   beneficiaries.PlanID
	Number string
	Code   string
	State  beneficiaries.PlanState
}

// PlanHistory lists the plans of a person under all codes of which somebody decided that they are one person's, as far
// as the actor may know of them.
func (f File) PlanHistory(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]JoinedPlan, error) {
	b, err := f.People.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	codes, err := readSame(ctx, tx, b.ID)
	if err != nil {
		return nil, err
	}
	return readJoined(ctx, tx, codes, page)
}
