package disbursements

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/disbursements/relations"
	"supportledger/store"
)

// colleague is an account that works today, as far as duties ask about it.
type colleague struct {
	ID     access.UserID
	Handle string
	Person access.UserID // the same for all accounts of one person
	Roles  []access.Role
}

// Part is what somebody did on a disbursement before: wrote, requested, approved, authorised, released, refused; or
// somebody else approved or authorised in their name.
type Part string

// The parts.
const (
	Wrote          Part = "wrote"
	Requested      Part = "request"
	ApprovedIt     Part = "approve"
	AuthorisedIt   Part = "authorise"
	ReleasedIt     Part = "release"
	Refused        Part = "refused"
	WasRepresented Part = "represented"
)

// Earlier is a part that a person took.
type Earlier struct {
	Part Part
	At   time.Time // zero where it is not on record
}

// Barred refuses a step to somebody who took another part in the same disbursement, or is related to the payee or the
// person. Could lists those who may take it. It is an [access.ErrMakerCannotApprove] or an [access.ErrRelated].
type Barred struct {
	Action  Action
	Earlier Earlier // zero of a relation
	Could   []string
	err     error
}

func (e *Barred) Error() string {
	if e.Earlier.Part == "" {
		return e.err.Error()
	}
	return fmt.Sprintf("%v: %s before; could %s: %s", e.err, e.Earlier.Part, e.Action, strings.Join(e.Could, ", "))
}

// Unwrap is the refusal of its kind.
func (e *Barred) Unwrap() error { return e.err }

// standing is a disbursement with who took which part in it, and who works here.
type standing struct {
	d          Disbursement
	far        Progress
	by         access.UserID
	colleagues []colleague
	person     map[access.UserID]access.UserID
	parts      map[access.UserID]Earlier // by person, the first one
	requested  map[access.UserID]bool    // by person
	refused    map[access.UserID]bool    // by person
	related    map[access.UserID]bool    // by person
	onCase     map[access.UserID]bool    // by account
}

// standing reads who took which part in a disbursement, and who works here.
func (dec Decisions) standing(ctx context.Context, tx *store.Tx, d Disbursement) (standing, error) {
	s := standing{d: d, by: access.UserID(tx.By.User), parts: map[access.UserID]Earlier{},
		requested: map[access.UserID]bool{}, refused: map[access.UserID]bool{}, related: map[access.UserID]bool{}}
	var err error
	if s.far, err = dec.Progress(ctx, tx, d); err != nil {
		return s, err
	}
	if s.colleagues, s.person, err = readColleagues(ctx, tx); err != nil {
		return s, err
	}
	if s.onCase, err = readOnCase(ctx, tx, d); err != nil {
		return s, err
	}
	duties, err := access.DutiesOn(ctx, tx, string(d.ID), d.Round)
	if err != nil {
		return s, err
	}
	for _, t := range duties {
		s.note(t.User, Earlier{Part(t.Step), t.At})
		s.requested[s.personOf(t.User)] = s.requested[s.personOf(t.User)] || t.Step == access.Request
	}
	for _, a := range s.far.Given {
		if a.OnBehalfOf != "" {
			s.note(a.OnBehalfOf, Earlier{WasRepresented, a.At})
		}
	}
	s.note(d.CreatedBy, Earlier{Part: Wrote})
	s.note(d.WrittenBy, Earlier{Part: Wrote})
	refusals, err := readRefusals(ctx, tx, d.ID)
	if err != nil {
		return s, err
	}
	for _, user := range refusals {
		s.refused[s.personOf(user)] = true
	}
	related, err := relations.To(ctx, tx, d.party())
	for _, r := range related[d.party()] {
		if r.User != "" {
			s.related[s.personOf(r.User)] = true
		}
	}
	return s, err
}

// party is whom a disbursement is for, as far as relations are concerned.
func (d Disbursement) party() relations.Party {
	return relations.Party{Payee: d.Payee, Person: d.Plan.Beneficiary}
}

func (s standing) personOf(user access.UserID) access.UserID {
	if person, known := s.person[user]; known {
		return person
	}
	return user
}

// note keeps the first part that a person took.
func (s standing) note(user access.UserID, e Earlier) {
	if _, taken := s.parts[s.personOf(user)]; !taken && user != "" {
		s.parts[s.personOf(user)] = e
	}
}

// bars says why a person takes no action with some roles: [Barred], [NotAsked], [access.ErrForbidden]; nil when they
// may.
func (s standing) bars(a Action, person access.UserID, roles []access.Role) error {
	if !slices.ContainsFunc(roles, func(r access.Role) bool { return slices.Contains(a.Roles(), r) }) {
		return access.ErrForbidden
	}
	wrote := person == s.personOf(s.d.CreatedBy) || person == s.personOf(s.d.WrittenBy)
	leads := slices.Contains(roles, access.ProgrammeLead) || slices.Contains(roles, access.Treasurer)
	after := slices.Contains(paidFirst, s.d.State) // only an emergency is approved or rejected then
	switch {
	case stepOf(a) != "", a == ToReject && after:
		return s.barsStep(a, person, roles)
	case (a == ToReturn || a == ToReject || a == ToAskInfo || a == ToVerifyReceipt) && s.requested[person]:
		return &Barred{Action: a, Earlier: Earlier{Requested, s.parts[person].At}, err: access.ErrMakerCannotApprove}
	case (a == ToRewrite || a == ToCancel) && !wrote && !leads:
		return access.ErrForbidden
	}
	return nil
}

// barsStep is bars for the steps that each are another person's.
func (s standing) barsStep(a Action, person access.UserID, roles []access.Role) error {
	earlier, took := s.parts[person]
	switch {
	case took:
		return &Barred{Action: a, Earlier: earlier, err: access.ErrMakerCannotApprove}
	case s.related[person]:
		return &Barred{Action: a, err: access.ErrRelated}
	case a == ToApprove && s.refused[person]:
		return &Barred{Action: a, Earlier: Earlier{Part: Refused}, err: access.ErrMakerCannotApprove}
	}
	step := stepOf(a)
	if a == ToReject {
		step = access.Approve // who refuses it afterwards could have approved it
	}
	if step != access.Release && !s.far.wants(step, roles) {
		return &NotAsked{Step: step, StillNeeded: s.far.StillNeeded}
	}
	return nil
}

// actor says why the actor takes no action, or in whose name.
func (s standing) actor(a Action, acting []standIn) (access.UserID, error) {
	mine := s.personOf(s.by)
	var first error
	for _, in := range acting {
		err := s.bars(a, mine, in.roles)
		if in.user != "" && err == nil {
			if a != ToApprove && a != ToAuthorise {
				err = access.ErrForbidden // deputies decide, and do nothing else in another's name
			} else {
				err = s.bars(a, s.personOf(in.user), in.roles)
			}
		}
		if err == nil {
			return in.user, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", s.told(a, first)
}

// told adds to a refusal who could.
func (s standing) told(a Action, err error) error {
	var barred *Barred
	var asked *NotAsked
	switch {
	case errors.As(err, &barred):
		barred.Could = s.could(a)
	case errors.As(err, &asked):
		asked.Could = s.could(a)
	}
	return err
}

// refuses says why the actor does not take a step, in the actor's own name or for somebody who is away.
func (s standing) refuses(a Action, roles []access.Role, behalf access.UserID) error {
	err := s.bars(a, s.personOf(s.by), roles)
	if err == nil && behalf != "" {
		err = s.bars(a, s.personOf(behalf), roles)
	}
	if errors.Is(err, access.ErrForbidden) && stepOf(a) != "" && stepOf(a) != access.Release {
		err = &NotAsked{Step: stepOf(a), StillNeeded: s.far.StillNeeded}
	}
	return s.told(a, err)
}

// could lists the work names of those who could take an action, besides the actor.
func (s standing) could(a Action) []string {
	var names []string
	for _, c := range s.colleagues {
		if c.Person != s.personOf(s.by) && s.sees(c) && s.bars(a, c.Person, c.Roles) == nil {
			names = append(names, c.Handle)
		}
	}
	return names
}
