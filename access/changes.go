package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"supportledger/store"
)

// What changes of accounts refuse.
var (
	ErrUnknownChange   = errors.New("access: unknown change")
	ErrChangeDecided   = errors.New("access: the change is decided already")
	ErrNothingToChange = errors.New("access: the account has it so already")
	ErrChangeReason    = errors.New("access: a change of an account needs a reason")
	ErrPersonIsKnown   = errors.New("access: one of the accounts is joined to another already")
)

// reasonLetters is how long a reason is at least.
const reasonLetters = 10

// SaysWhy reports whether a reason is long enough to say something.
func SaysWhy(reason string) bool {
	return utf8.RuneCountInString(strings.TrimSpace(reason)) >= reasonLetters
}

// ChangeID identifies a change of an account.
type ChangeID string

// ChangeKind is what a change is about.
type ChangeKind string

// The kinds of changes. Those that widen what somebody may do take two people; see [Change.NeedsTwo].
const (
	firstRoles ChangeKind = "first" // roles made with the account
	RoleChange ChangeKind = "roles"
	SamePerson ChangeKind = "same_person" // two accounts are one person's, for duties
	Invitation ChangeKind = "invitation"  // a new way to sign in for an account that acts
)

// ChangeState is how far a change is.
type ChangeState string

// The states.
const (
	Requested ChangeState = "requested"
	Applied   ChangeState = "applied"
	Rejected  ChangeState = "rejected"
)

// Change is what somebody wants done to an account.
type Change struct {
	ID            ChangeID
	User          UserID
	Kind          ChangeKind
	Grant, Revoke []Role
	Other         UserID // of same_person
	Reason        string // never about a person
	State         ChangeState
	By            UserID
	At            time.Time
}

// NeedsTwo reports whether another person has to approve: for a role that acts, for joining accounts, for a new way in.
func (c Change) NeedsTwo() bool { return c.Kind != RoleChange || anyActs(c.Grant) }

// payload is the SHA-256 of exactly what is asked for.
func (c Change) payload() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "change\x00%s\x00%s\x00%s\x00%s\x00%s", c.User, c.Kind, listed(c.Grant),
		listed(c.Revoke), c.Other))
}

// listed writes roles sorted, each between commas.
func listed(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	slices.Sort(names)
	return "," + strings.Join(slices.Concat(names, []string{""}), ",")
}

// Propose asks for a change of an account. What only takes away, or gives a role that only reads, is done at once; the
// rest waits for another person's [DecideChange]. [ErrUnknownUser], [ErrUnknownRole], [ErrIncompatibleRoles] of the
// roles as they would be, [ErrOwnRights], [ErrNothingToChange], [ErrChangeReason], [ErrPersonIsKnown].
func Propose(ctx context.Context, tx *store.Tx, c Change) (Change, error) {
	c.ID, c.State, c.By, c.At = ChangeID(store.NewID("chg")), Requested, UserID(tx.By.User), tx.At
	if err := c.fits(ctx, tx); err != nil {
		return Change{}, err
	}
	if err := insertChange(ctx, tx, c); err != nil {
		return Change{}, err
	}
	if err := Record(ctx, tx, Event{Action: "account_change.requested", Subject: string(c.ID), OnBehalfOf: c.User,
		Fields: []string{string(c.Kind)}, Reason: c.Reason}); err != nil {
		return Change{}, err
	}
	if c.NeedsTwo() {
		return c, Take(ctx, tx, Duty{Subject: string(c.ID), Round: 1, Step: Request, Payload: c.payload()})
	}
	return c.apply(ctx, tx)
}

// fits asks whether the change can be made to the account as it stands.
func (c Change) fits(ctx context.Context, tx *store.Tx) error {
	if !SaysWhy(c.Reason) {
		return ErrChangeReason
	}
	account, err := readAccount(ctx, tx, string(c.User))
	if err != nil {
		return err
	}
	if c.By == account.ID {
		return ErrOwnRights
	}
	if !account.Works(tx.At) {
		return ErrAccountEnded
	}
	switch c.Kind {
	case RoleChange:
		return c.fitsRoles(account)
	case SamePerson:
		return c.fitsPerson(ctx, tx, account)
	case firstRoles, Invitation:
	}
	return nil
}

func (c Change) fitsRoles(account Account) error {
	if err := Compatible(c.Grant); err != nil {
		return err
	}
	if len(c.Grant)+len(c.Revoke) == 0 {
		return ErrNothingToChange
	}
	after := slices.DeleteFunc(slices.Clone(account.Roles), func(r Role) bool { return slices.Contains(c.Revoke, r) })
	if len(after) != len(account.Roles)-len(c.Revoke) {
		return ErrNothingToChange // something to revoke is not held
	}
	for _, r := range c.Grant {
		if slices.Contains(account.Roles, r) || slices.Contains(c.Revoke, r) {
			return ErrNothingToChange
		}
	}
	return Compatible(append(after, c.Grant...))
}

func (c Change) fitsPerson(ctx context.Context, tx *store.Tx, account Account) error {
	other, err := readAccount(ctx, tx, string(c.Other))
	if err != nil {
		return err
	}
	if other.ID == account.ID || other.person() == account.person() {
		return ErrNothingToChange
	}
	if c.By == other.ID {
		return ErrOwnRights
	}
	joined, err := hasPerson(ctx, tx, account.ID)
	if err == nil && joined {
		err = ErrPersonIsKnown
	}
	return err
}

// person is the account that stands for the person.
func (a Account) person() UserID {
	if a.Person != "" {
		return a.Person
	}
	return a.ID
}

// apply makes the change, which everybody needed has agreed to.
func (c Change) apply(ctx context.Context, tx *store.Tx) (Change, error) {
	c.State = Applied
	if err := updateChange(ctx, tx, c); err != nil {
		return Change{}, err
	}
	if err := Record(ctx, tx, Event{Action: "account_change.applied", Subject: string(c.ID), OnBehalfOf: c.User,
		Fields: []string{"state"}}); err != nil {
		return Change{}, err
	}
	switch c.Kind {
	case RoleChange:
		return c, setRoles(ctx, tx, c)
	case SamePerson:
		return c, c.join(ctx, tx)
	case firstRoles, Invitation:
	}
	return c, nil
}

// join makes two accounts one person's.
func (c Change) join(ctx context.Context, tx *store.Tx) error {
	other, err := readAccount(ctx, tx, string(c.Other))
	if err != nil {
		return err
	}
	if err := updatePerson(ctx, tx, c.User, other.person()); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: personJoined, Subject: string(c.User), OnBehalfOf: other.person(),
		Fields: []string{"person"}, Reason: c.Reason})
}

// personJoined is the event that a joined account must have.
const personJoined = "person.joined"

// DecideChange approves or rejects what somebody else asked for. Who asked, and whom it is about, cannot.
// [ErrUnknownChange], [ErrChangeDecided], [ErrMakerCannotApprove], [ErrOwnRights], [ErrChangeReason] to reject without
// a reason, and what [Propose] refuses, when the account has changed since.
func DecideChange(ctx context.Context, tx *store.Tx, id ChangeID, approve bool, reason string) (Change, error) {
	c, err := readChange(ctx, tx, id)
	if err != nil {
		return Change{}, err
	}
	if c.State != Requested {
		return Change{}, ErrChangeDecided
	}
	if UserID(tx.By.User) == c.User {
		return Change{}, ErrOwnRights
	}
	if err := c.notOneself(ctx, tx); err != nil {
		return Change{}, err
	}
	if !approve {
		return c.reject(ctx, tx, reason)
	}
	if err := Take(ctx, tx, Duty{Subject: string(c.ID), Round: 1, Step: Approve, Payload: c.payload()}); err != nil {
		return Change{}, err
	}
	if err := c.fits(ctx, tx); err != nil {
		return Change{}, err
	}
	return c.apply(ctx, tx)
}

// notOneself refuses a decision by another account of the person whom it is about.
func (c Change) notOneself(ctx context.Context, tx *store.Tx) error {
	same, err := onePerson(ctx, tx, UserID(tx.By.User), c.User)
	if err == nil && same {
		err = ErrOwnRights
	}
	return err
}

func (c Change) reject(ctx context.Context, tx *store.Tx, reason string) (Change, error) {
	if !SaysWhy(reason) {
		return Change{}, ErrChangeReason
	}
	c.State = Rejected
	if err := updateChange(ctx, tx, c); err != nil {
		return Change{}, err
	}
	return c, Record(ctx, tx, Event{Action: "account_change.rejected", Subject: string(c.ID), OnBehalfOf: c.User,
		Fields: []string{"state"}, Reason: reason})
}

// FindChange finds a change. [ErrUnknownChange].
func FindChange(ctx context.Context, tx *store.Tx, id ChangeID) (Change, error) {
	return readChange(ctx, tx, id)
}

// ChangeFilter chooses changes by state, "" for all; by id, which is by time.
type ChangeFilter struct {
	State ChangeState
	Page  store.Keyset
}

// ListChanges lists what somebody wanted done to accounts.
func ListChanges(ctx context.Context, tx *store.Tx, f ChangeFilter) ([]Change, error) {
	return readChanges(ctx, tx, f)
}
