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

// What tokens refuse.
var (
	ErrUnknownToken  = errors.New("access: unknown token")
	ErrTokenLifetime = errors.New("access: a token lives at least a minute and at most 90 days")
)

// Token is what a user's program acts with. It is the user: duties know no difference.
type Token struct {
	ID        TokenID
	User      UserID
	Session   bool
	Name      string   // what it is for; never a person's name
	Scopes    []string // empty: all that the user may; [ReadOnly]; else names of operations
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time // zero: works until it expires
}

// ReadOnly is the scope of a token that only reads.
const ReadOnly = "read"

// LongestToken is how long a token may live.
const LongestToken = 90 * 24 * time.Hour

// tokenPrefix lets scanners for leaked secrets know our tokens.
const tokenPrefix = "slt_"

// newSecret makes a bearer token of 256 random bits.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: it ends the program rather than give what is not random
	return tokenPrefix + hex.EncodeToString(raw)
}

// IssueToken makes a bearer token of 256 random bits for all that a user may. The secret is returned once and stored
// only as its SHA-256.
func IssueToken(ctx context.Context, tx *store.Tx, user UserID, validFor time.Duration) (secret string, err error) {
	secret, _, err = issue(ctx, tx, Token{User: user, ExpiresAt: tx.At.Add(validFor)})
	return secret, err
}

// IssueScoped is [IssueToken] for a user's own program: with a name, scopes, and an end within [LongestToken].
// [ErrTokenLifetime].
func IssueScoped(ctx context.Context, tx *store.Tx, t Token) (secret string, issued Token, err error) {
	if life := t.ExpiresAt.Sub(tx.At); life < time.Minute || life > LongestToken {
		return "", Token{}, ErrTokenLifetime
	}
	return issue(ctx, tx, t)
}

func issue(ctx context.Context, tx *store.Tx, t Token) (string, Token, error) {
	secret := newSecret()
	t.Scopes = slices.Compact(slices.Sorted(slices.Values(t.Scopes))) // as they are read
	t.ID, t.CreatedAt = TokenID(store.NewID("tok")), tx.At
	mark, err := insertToken(ctx, tx, t, hash(secret), 2)
	if err != nil {
		return "", Token{}, err
	}
	e := Event{Action: eventToken, Subject: string(t.ID), Fields: []string{mark}}
	if string(t.User) != tx.By.User {
		e.OnBehalfOf = t.User
	}
	return secret, t, Record(ctx, tx, e)
}

// RevokeTokens ends every token and session of a user; the next call with one of them is refused.
func RevokeTokens(ctx context.Context, tx *store.Tx, user UserID) error {
	if err := revokeTokens(ctx, tx, user); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventAllRevoked, Subject: string(user)})
}

// RevokeToken ends one token or session; the next call with it is refused. Owner "" ends anybody's. [ErrUnknownToken]
// when it is not there, not the owner's, or ended before.
func RevokeToken(ctx context.Context, tx *store.Tx, owner UserID, id TokenID) error {
	if err := revokeToken(ctx, tx, owner, id); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventRevoked, Subject: string(id)})
}

// TokenFilter chooses the tokens of a user, or the sessions; by id, which is by time.
type TokenFilter struct {
	User     UserID
	Sessions bool
	Page     store.Keyset
}

// ListTokens lists the tokens or sessions of a user.
func ListTokens(ctx context.Context, tx *store.Tx, f TokenFilter) ([]Token, error) {
	return readTokens(ctx, tx, f)
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// Credential is what a caller came with: a bearer token, or a session that a cookie led to.
type Credential struct {
	Bearer  string
	Session TokenID
}

// Authenticate finds the principal behind a bearer token. [ErrUnauthenticated] for what is no token, unknown, revoked
// or of an account that has ended; [ErrTokenExpired]. The look-up is by hash, so its time tells nothing about stored
// tokens.
func Authenticate(ctx context.Context, tx *store.Tx, bearer string) (Principal, error) {
	return AuthenticateWith(ctx, tx, Credential{Bearer: bearer})
}

// AuthenticateWith is [Authenticate] for a token or a session.
func AuthenticateWith(ctx context.Context, tx *store.Tx, c Credential) (Principal, error) {
	found, err := AuthenticateEach(ctx, tx, c)
	if err != nil {
		return Principal{}, err
	}
	return found[0].Principal, found[0].Err
}

// Authenticated is the principal behind a credential, or why there is none.
type Authenticated struct {
	Principal Principal
	Err       error // as Authenticate answers it
}

// AuthenticateEach is [AuthenticateWith] for several in one statement, each answered for itself, in order.
func AuthenticateEach(ctx context.Context, tx *store.Tx, credentials ...Credential) ([]Authenticated, error) {
	known := foundIn(tx)
	if asks := Asking(tx, credentials...); len(asks) > 0 {
		if err := store.QueryBatch(ctx, tx, asks...); err != nil {
			return nil, err
		}
	}
	found := make([]Authenticated, len(credentials))
	for i, c := range credentials {
		found[i].Err = ErrUnauthenticated
		if t, ok := known.found[c.key()]; ok && len(t.Principal.Scopes) == t.scopes {
			found[i] = t.Authenticated
		}
	}
	clear(known.asked) // the next caller is to see what has changed since
	clear(known.found)
	return found, nil
}

// Asking is what [AuthenticateEach] will have to ask in this tx, for whoever has other things to ask at the same time:
// one question or none.
func Asking(tx *store.Tx, credentials ...Credential) []store.BatchQuery {
	known := foundIn(tx)
	var hashes [][]byte
	var sessions []TokenID
	for _, c := range credentials {
		key := c.key()
		switch {
		case key == "" || known.asked[key]:
		case c.Bearer != "":
			hashes = append(hashes, hash(c.Bearer))
		default:
			sessions = append(sessions, c.Session)
		}
		known.asked[key] = true
	}
	if len(hashes)+len(sessions) == 0 {
		return nil
	}
	return []store.BatchQuery{known.ask(tx, hashes, sessions)}
}

func foundIn(tx *store.Tx) *principals {
	p := store.TxLocal[principals](tx)
	if p.asked == nil {
		*p = principals{asked: map[string]bool{}, found: map[string]foundToken{}}
	}
	return p
}

// key is what a token is found by: the hash of its secret, or the id of a session. The two cannot be taken for each
// other.
func (c Credential) key() string {
	switch {
	case isToken(c.Bearer):
		return "hash " + string(hash(c.Bearer))
	case c.Bearer == "" && c.Session != "":
		return "session " + string(c.Session)
	}
	return ""
}

func isToken(bearer string) bool {
	return strings.HasPrefix(bearer, tokenPrefix) && len(bearer) == len(tokenPrefix)+64
}
