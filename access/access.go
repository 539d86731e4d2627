package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"supportledger/store"
)

// What access refuses.
var (
	ErrUnauthenticated    = errors.New("access: unknown or revoked token")
	ErrTokenExpired       = errors.New("access: token has expired")
	ErrForbidden          = errors.New("access: role may not do this")
	ErrMakerCannotApprove = errors.New("access: nobody acts twice on the same request")
	ErrRelated            = errors.New("access: nobody decides for a payee or a person whom they are related to")
	ErrNoRequest          = errors.New("access: there is no such request to decide on")
	ErrUnknownRole        = errors.New("access: unknown role")
	ErrUnknownUser        = errors.New("access: unknown user")
	ErrDuplicateHandle    = errors.New("access: handle is taken")
)

// UserID identifies a user.
type UserID string

// TokenID identifies a token; it is not the token.
type TokenID string

// Role is what a user is to the organisation.
type Role string

// The roles.
const (
	Caseworker     Role = "caseworker"
	ProgrammeLead  Role = "programme_lead"
	FinanceOfficer Role = "finance_officer"
	Treasurer      Role = "treasurer"
	Auditor        Role = "auditor"
	PrivacyOfficer Role = "privacy_officer"
	DonorRole      Role = "donor"
	Admin          Role = "admin"
)

// Roles lists every role there is.
var Roles = []Role{Caseworker, ProgrammeLead, FinanceOfficer, Treasurer, Auditor, PrivacyOfficer, DonorRole, Admin}

// User is a work account.
type User struct {
	ID     UserID
	Handle string // "treasurer"; never a person's name
	Roles  []Role
}

// Principal is a user who proved to be it, by one of the user's tokens or sessions.
type Principal struct {
	User    UserID
	Handle  string
	Token   TokenID
	Session bool // signed in as a person at a screen, not by a program's token
	Roles   []Role
	Scopes  []string // empty: all that the roles may; see [Token]
	Factors int      // 2 with a second factor, and for every token
}

// HasAny reports whether the principal has one of the roles.
func (p Principal) HasAny(roles ...Role) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// Actor is the principal as the store records it.
func (p Principal) Actor(requestID string) store.Actor {
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = string(r)
	}
	return store.Actor{User: string(p.User), Token: string(p.Token), Request: requestID, Roles: roles,
		Scopes: p.Scopes, Session: p.Session, Factors: p.Factors}
}

// PrincipalOf is the principal behind the actor of a tx, with the roles that the account has now.
func PrincipalOf(ctx context.Context, tx *store.Tx) (Principal, error) {
	account, err := readAccount(ctx, tx, tx.By.User)
	return Principal{User: account.ID, Handle: account.Handle, Token: TokenID(tx.By.Token), Session: tx.By.Session,
		Roles: account.Roles, Scopes: tx.By.Scopes, Factors: tx.By.Factors}, err
}

// Event is something that somebody did.
type Event struct {
	Action     string   // "disbursement.approved"
	Subject    string   // id of what it was done to
	OnBehalfOf UserID   // whom it was done for, where that is another than the actor
	Fields     []string // names of what changed; never values, but see [mark]
	Reason     string   // why, where the act asks for it; never about a person
}

// Record writes an audit event, and its leaf into the tree that proves the books. Actor, request and time are the tx's.
// The row is written at the end of the tx, with those of the tx's other acts; what keeps it from being written fails
// the tx then.
func Record(ctx context.Context, tx *store.Tx, e Event) error { return insertEvent(ctx, tx, e) }

// Step is a part in a subject that is a person's own.
type Step string

// The steps. Request comes first; who takes one takes no other.
const (
	Request   Step = "request"
	Approve   Step = "approve"
	Authorise Step = "authorise"
	Release   Step = "release"
)

// Duty is one user's part in one subject.
type Duty struct {
	Subject string
	Round   int
	Step    Step
	Payload [sha256.Size]byte // of exactly what is requested or decided on
	User    UserID            // set when read
	At      time.Time         // set when read
}

// Take puts the actor of the tx down for a duty. [ErrMakerCannotApprove] when the actor has one on this subject and
// round already, with this account or another one of the same person; [ErrNoRequest] when there is nothing to decide on
// or it asked for something else; [ErrRelated] of a decision for a payee or a person whom the actor is related to.
func Take(ctx context.Context, tx *store.Tx, d Duty) error {
	taken, err := DutiesOn(ctx, tx, d.Subject, d.Round)
	if err != nil {
		return err
	}
	requested := d.Step == Request
	for _, t := range taken {
		if same, err := onePerson(ctx, tx, t.User, UserID(tx.By.User)); err != nil {
			return err
		} else if same {
			return ErrMakerCannotApprove
		}
		requested = requested || t.Step == Request && t.Payload == d.Payload
	}
	if !requested {
		return ErrNoRequest
	}
	return insertDuty(ctx, tx, d)
}

// TakeFixed is [Take] of a duty on what an act of another kind has fixed, such as the lock of a payment batch: there
// is no request to compare with, and the database asks whether the payload is that of the lock.
func TakeFixed(ctx context.Context, tx *store.Tx, d Duty) error { return insertDuty(ctx, tx, d) }

// DutiesOn lists who did what on one round of a subject, in order.
func DutiesOn(ctx context.Context, tx *store.Tx, subject string, round int) ([]Duty, error) {
	return readDuties(ctx, tx, subject, round)
}

// DutiesOnAll lists who did what on one round of many subjects, each in order, in few statements.
func DutiesOnAll(ctx context.Context, tx *store.Tx, subjects []string, round int) (map[string][]Duty, error) {
	return readDutiesOnAll(ctx, tx, subjects, round)
}

// NotMine refuses an actor who is the person of one of the accounts, such as that of who wrote what is decided on.
// [ErrMakerCannotApprove].
func NotMine(ctx context.Context, tx *store.Tx, accounts ...UserID) error {
	for _, a := range accounts {
		if same, err := onePerson(ctx, tx, a, UserID(tx.By.User)); err != nil {
			return err
		} else if same {
			return ErrMakerCannotApprove
		}
	}
	return nil
}

// OnePerson reports whether two accounts are one person's, as far as is known.
func OnePerson(ctx context.Context, tx *store.Tx, a, b UserID) (bool, error) {
	return onePerson(ctx, tx, a, b)
}
