package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"supportledger/store"
)

// What access refuses.
var (
	ErrUnauthenticated    = errors.New("access: unknown or revoked token")
	ErrTokenExpired       = errors.New("access: token has expired")
	ErrForbidden          = errors.New("access: role may not do this")
	ErrMakerCannotApprove = errors.New("access: nobody acts twice on the same request")
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

// Principal is a user who proved to be it, by one of the user's tokens.
type Principal struct {
	User   UserID
	Handle string
	Token  TokenID
	Roles  []Role
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
	return store.Actor{User: string(p.User), Token: string(p.Token), Request: requestID, Roles: roles}
}

// CreateUser makes a work account. [ErrUnknownRole], [ErrDuplicateHandle].
func CreateUser(ctx context.Context, tx *store.Tx, handle string, roles ...Role) (User, error) {
	for _, r := range roles {
		if !slices.Contains(Roles, r) {
			return User{}, ErrUnknownRole
		}
	}
	u := User{ID: UserID(store.NewID("usr")), Handle: handle, Roles: roles}
	if err := insertUser(ctx, tx, u); err != nil {
		return User{}, err
	}
	return u, Record(ctx, tx, Event{Action: "user.created", Subject: string(u.ID), Fields: []string{"handle", "roles"}})
}

// tokenPrefix lets scanners for leaked secrets know our tokens.
const tokenPrefix = "slt_"

// IssueToken makes a bearer token of 256 random bits for a user. The secret is returned once and stored only as its
// SHA-256.
func IssueToken(ctx context.Context, tx *store.Tx, user UserID, validFor time.Duration) (secret string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	secret = tokenPrefix + hex.EncodeToString(raw)
	id := TokenID(store.NewID("tok"))
	if err := insertToken(ctx, tx, id, user, hash(secret), tx.At.Add(validFor)); err != nil {
		return "", err
	}
	return secret, Record(ctx, tx, Event{Action: "token.issued", Subject: string(id)})
}

// RevokeTokens ends every token of a user; the next call with one of them is refused.
func RevokeTokens(ctx context.Context, tx *store.Tx, user UserID) error {
	if err := revokeTokens(ctx, tx, user); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: "tokens.revoked", Subject: string(user)})
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Authenticate finds the principal behind a bearer token. [ErrUnauthenticated] for what is no token, unknown, revoked or of
// a disabled user; [ErrTokenExpired]. The look-up is by hash, so its time tells nothing about stored tokens.
func Authenticate(ctx context.Context, tx *store.Tx, bearer string) (Principal, error) {
	found, err := AuthenticateEach(ctx, tx, bearer)
	if err != nil {
		return Principal{}, err
	}
	return found[0].Principal, found[0].Err
}

// Authenticated is the principal behind a token, or why there is none.
type Authenticated struct {
	Principal Principal
	Err       error // as Authenticate answers it
}

// AuthenticateEach is [Authenticate] for several tokens in one statement, each answered for itself, in order.
func AuthenticateEach(ctx context.Context, tx *store.Tx, bearers ...string) ([]Authenticated, error) {
	hashes := make([][]byte, 0, len(bearers))
	for _, b := range bearers {
		if isToken(b) {
			hashes = append(hashes, hash(b))
		}
	}
	known, err := findPrincipals(ctx, tx, hashes)
	if err != nil {
		return nil, err
	}
	found := make([]Authenticated, len(bearers))
	for i, b := range bearers {
		found[i].Err = ErrUnauthenticated
		if isToken(b) {
			if a, ok := known[[sha256.Size]byte(hash(b))]; ok {
				found[i] = a
			}
		}
	}
	return found, nil
}

func isToken(bearer string) bool {
	return strings.HasPrefix(bearer, tokenPrefix) && len(bearer) == len(tokenPrefix)+64
}

// Event is something that somebody did.
type Event struct {
	Action  string   // "disbursement.approved"
	Subject string   // id of what it was done to
	Fields  []string // names of what changed; never values
	Reason  string   // why, where the act asks for it; never about a person
}

// Record writes an audit event, and its leaf into the tree that proves the books. Actor, request and time are the tx's. The
// row is written at the end of the tx, with those of the tx's other acts; what keeps it from being written fails the tx then.
func Record(_ context.Context, tx *store.Tx, e Event) error {
	insertEvent(tx, e)
	return nil
}

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

// Take puts the actor of the tx down for a duty. [ErrMakerCannotApprove] when the actor has one on this subject and round
// already; [ErrNoRequest] when there is nothing to decide on or it asked for something else.
func Take(ctx context.Context, tx *store.Tx, d Duty) error {
	taken, err := DutiesOn(ctx, tx, d.Subject, d.Round)
	if err != nil {
		return err
	}
	requested := d.Step == Request
	for _, t := range taken {
		if t.User == UserID(tx.By.User) {
			return ErrMakerCannotApprove
		}
		requested = requested || t.Step == Request && t.Payload == d.Payload
	}
	if !requested {
		return ErrNoRequest
	}
	return insertDuty(ctx, tx, d)
}

// DutiesOn lists who did what on one round of a subject, in order.
func DutiesOn(ctx context.Context, tx *store.Tx, subject string, round int) ([]Duty, error) {
	return readDuties(ctx, tx, subject, round)
}
