package beneficiaries

import (
	"context"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Assignment is a user's place on a beneficiary's case, from a day to a day.
type Assignment struct {
	ID          string
	Beneficiary BeneficiaryID
	User        access.UserID
	Handle      string // of the user, when read
	From, To    ledger.Date
	AssignedBy  string
	AssignedAt  time.Time

	admitted bool
}

// seesAll are the roles that see every beneficiary by code. What they see is no name: that is sealed, and opens to who
// is on the case. Everybody else sees their own caseload, and of the rest nothing, not even that it is there.
var seesAll = []access.Role{access.ProgrammeLead, access.FinanceOfficer, access.Treasurer, access.Auditor,
	access.PrivacyOfficer}

// allOf tells whether an actor sees every beneficiary. The system does.
func allOf(by store.Actor) bool {
	return by.User == "" || slices.ContainsFunc(seesAll, func(r access.Role) bool {
		return slices.Contains(by.Roles,
			string(r))
	})
}

// SeesAll tells whether an actor may know of every beneficiary, by code.
func SeesAll(by store.Actor) bool { return allOf(by) }

// Days are a first and a last day; To "" goes on.
type Days struct{ From, To ledger.Date }

// Assign puts a user, by id or handle, on a beneficiary's case. Nobody puts themselves on one:
// [access.ErrMakerCannotApprove]. [ErrAssigned] where the user is on it in those days, [access.ErrUnknownUser]. To ""
// goes on.
func (r Register) Assign(ctx context.Context, tx *store.Tx, key, user string,
	days Days) (Assignment, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return Assignment{}, err
	}
	id, handle, err := findUser(ctx, tx, user)
	if err != nil {
		return Assignment{}, err
	}
	if err := access.NotMine(ctx, tx, id); err != nil {
		return Assignment{}, err
	}
	if days.To != "" && days.To < days.From {
		return Assignment{}, ErrDays
	}
	a := Assignment{ID: store.NewID("asg"), Beneficiary: b.ID, User: id, Handle: handle, From: days.From, To: days.To,
		AssignedBy: tx.By.User, AssignedAt: tx.At}
	return a, assign(ctx, tx, a)
}

func assign(ctx context.Context, tx *store.Tx, a Assignment) error {
	others, err := readAssignments(ctx, tx, a.Beneficiary, store.Keyset{})
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.User == a.User && (o.To == "" || o.To >= a.From) && (a.To == "" || o.From <= a.To) {
			return ErrAssigned
		}
	}
	if err := insertAssignment(ctx, tx, a); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "caseload.assigned", Subject: string(a.Beneficiary),
		Fields: []string{string(a.User)}})
}

// Caseload lists a page of who is and was on a beneficiary's case, in order of their first days and ids.
func (r Register) Caseload(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Assignment, error) {
	b, err := r.Beneficiary(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readAssignments(ctx, tx, b.ID, page)
}

// EndAssignment ends a place on a case with a last day. [ErrUnknownAssignment], [ErrDays] for a day before the first or
// for one that has ended.
func (r Register) EndAssignment(ctx context.Context, tx *store.Tx, key, assignment string,
	last ledger.Date) (Assignment, error) {
	all, err := r.Caseload(ctx, tx, key, store.Keyset{})
	if err != nil {
		return Assignment{}, err
	}
	at := slices.IndexFunc(all, func(a Assignment) bool { return a.ID == assignment })
	if at < 0 {
		return Assignment{}, ErrUnknownAssignment
	}
	a := all[at]
	if a.To != "" || last < a.From {
		return Assignment{}, ErrDays
	}
	a.To = last
	if err := endAssignment(ctx, tx, a); err != nil {
		return Assignment{}, err
	}
	return a, access.Record(ctx, tx, access.Event{Action: "caseload.ended", Subject: string(a.Beneficiary),
		Fields: []string{string(a.User)}})
}

// onCase tells whether the actor is on a beneficiary's case today. The system is on every case.
func onCase(ctx context.Context, tx *store.Tx, b BeneficiaryID) (bool, error) {
	if tx.By.User == "" {
		return true, nil
	}
	return readOnCase(ctx, tx, b)
}

// OnCaseOnly finds a beneficiary whose case the actor is on. [ErrUnknownBeneficiary] for an actor who may not
// know of the person, [ErrNotOnCase] for one who may.
func OnCaseOnly(ctx context.Context, tx *store.Tx, key string) (Beneficiary, error) {
	b, err := readBeneficiary(ctx, tx, key)
	if err != nil {
		return Beneficiary{}, err
	}
	on, err := onCase(ctx, tx, b.ID)
	if err == nil && !on {
		err = ErrNotOnCase
	}
	return b, err
}

// Beneficiaries lists a page of those whom the actor may know of, by code.
func (r Register) Beneficiaries(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Beneficiary, error) {
	return readBeneficiaries(ctx, tx, page)
}
