package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"supportledger/store"
)

// What signing in refuses. The first says nothing about which part was wrong, or whether there is such an account.
var (
	ErrSignIn         = errors.New("access: handle, password or code is not right")
	ErrSlowDown       = errors.New("access: too many failed attempts; wait a moment")
	ErrInvitation     = errors.New("access: the invitation is unknown, used or expired")
	ErrInviteByTwo    = errors.New("access: a new way in for an account that acts takes two people")
	ErrNoSecondFactor = errors.New("access: there is no second factor to confirm")
	ErrIdentityTaken  = errors.New("access: this identity opens another account")
)

// SessionLasts is how long a session is good for; a screen that nobody touches ends earlier, see http.
const SessionLasts = 12 * time.Hour

// Door is everything about an account that signing in needs, read before the password is looked at. There is one for a
// handle that does not exist as well, and it takes as long to find that it does not open.
type Door struct {
	User      UserID // "" where there is no such account
	Handle    string
	password  Password
	second    []byte
	confirmed bool
	lastStep  int64
	sheet     string // where its attempts are counted: of a known device the user's, else one of many by the handle
	device    []byte // hash of a device that signed in before; empty for any other
}

// Known reports whether the device signed in to this account before: strangers' attempts do not make it wait.
func (d Door) Known() bool { return len(d.device) > 0 }

// Knock reads the door of a handle for a device, and counts an attempt at it before anything of it is compared: of many
// that come at once only as many are looked at as may be. Device is a secret that a sign-in left there, or "".
// [ErrSlowDown] while the device has to wait, whether there is such an account or not.
func Knock(ctx context.Context, tx *store.Tx, handle, device string) (Door, error) {
	d, err := readDoor(ctx, tx, handle, device)
	if err != nil {
		return d, err
	}
	return d, countAttempt(ctx, tx, d)
}

// Attempt is one try at a door.
type Attempt struct {
	door     Door
	ok       bool
	key      passwordKey
	step     int64
	factors  int
	recovery []byte // hash of a recovery code, still to be looked up
}

// Try looks at password and code of a door that was knocked at, outside of a tx, since it takes long. Code is six
// digits of the second factor or a recovery code; it may be empty where there is no second factor yet.
// [ErrHashingBusy].
func (d Door) Try(ctx context.Context, password, code string, now time.Time) (Attempt, error) {
	lane := strangersHash
	if d.Known() {
		lane = knownHash
	}
	key, ok, err := d.password.check(ctx, lane, password)
	a := Attempt{door: d, ok: ok && d.User != "", key: key, factors: 1}
	if err != nil || !a.ok || !d.confirmed {
		return a, err
	}
	a.factors = 2
	if len(code) > 6 {
		a.recovery = hash(strings.ToLower(strings.TrimSpace(code)))
		return a, nil
	}
	secret, err := key.open(d.User, d.second)
	if err != nil {
		return a, err
	}
	a.step, a.ok = codeMatches(secret, code, now, d.lastStep)
	return a, nil
}

// Good reports whether the attempt was right, a recovery code aside.
func (a Attempt) Good() bool { return a.ok }

// Entered is what a good attempt gives.
type Entered struct {
	Session TokenID
	User    UserID
	Factors int
	Device  string // secret to leave at the device, so that strangers' failures do not make it wait
}

// Enter settles an attempt: a good one gets a session and is not counted any more. It answers a bad one with ok = false
// and no error, so that the event is committed.
func Enter(ctx context.Context, tx *store.Tx, a Attempt) (in Entered, ok bool, err error) {
	now, err := readDoor(ctx, tx, a.door.Handle, "")
	if err != nil {
		return Entered{}, false, err
	}
	if a.ok, err = a.settled(ctx, tx); err != nil {
		return Entered{}, false, err
	}
	if !a.ok || now.User == "" || now.password != a.door.password {
		if a.door.User == "" {
			return Entered{}, false, nil
		}
		return Entered{}, false, Record(ctx, tx, Event{Action: "sign_in.failed", Subject: string(a.door.User)})
	}
	device := newSecret()
	if err := rememberDevice(ctx, tx, a.door, hash(device)); err != nil {
		return Entered{}, false, err
	}
	session, err := OpenSession(ctx, tx, a.door.User, a.factors)
	return Entered{session, a.door.User, a.factors, device}, err == nil, err
}

// Remember leaves a secret at a device where somebody signed in without a password, in place of the one that it has.
func Remember(ctx context.Context, tx *store.Tx, user UserID, before string) (device string, err error) {
	d := Door{User: user, sheet: string(user)}
	if err := d.recognise(ctx, tx, before); err != nil {
		return "", err
	}
	device = newSecret()
	return device, rememberDevice(ctx, tx, d, hash(device))
}

// settled looks up what only a tx can tell of an attempt: whether its recovery code is there and unused, and whether
// its six digits were not taken by a request that came first. Both are used up by it.
func (a Attempt) settled(ctx context.Context, tx *store.Tx) (bool, error) {
	switch {
	case !a.ok:
		return false, nil
	case a.recovery != nil:
		return useRecovery(ctx, tx, a.door.User, a.recovery)
	case a.step > 0:
		return takeStep(ctx, tx, a.door.User, a.step)
	}
	return true, nil
}

// OpenSession opens a session for a user who proved to be it, by so many factors.
func OpenSession(ctx context.Context, tx *store.Tx, user UserID, factors int) (TokenID, error) {
	return openSession(ctx, tx, user, factors, "")
}

// openSession opens one under a name, which says by what it was opened where that was no password.
func openSession(ctx context.Context, tx *store.Tx, user UserID, factors int, name string) (TokenID, error) {
	t := Token{ID: TokenID(store.NewID("ses")), User: user, Session: true, Name: name, ExpiresAt: tx.At.Add(SessionLasts)}
	mark, err := insertToken(ctx, tx, t, hash(newSecret()), factors)
	if err != nil {
		return "", err
	}
	return t.ID, Record(ctx, tx, Event{Action: eventSession, Subject: string(t.ID), OnBehalfOf: user,
		Fields: []string{mark}})
}

// The waits: a device that signed in before never waits longer than a minute, strangers together a quarter of an hour.
// Who is quiet for a day starts anew.
const (
	freeAttempts  = 5
	longestKnown  = time.Minute
	longestOthers = 15 * time.Minute
	forgottenFor  = 24 * time.Hour
)

// waitAfter is how long the next attempt waits after so many: five are free, then each wait is twice the one before.
func waitAfter(attempts int64, longest time.Duration) time.Duration {
	if attempts < freeAttempts {
		return 0
	}
	return min(time.Second<<min(attempts-freeAttempts, 20), longest)
}

// invitationLasts is how long an invitation is good for.
const invitationLasts = 72 * time.Hour

// Invite makes a one-time word by which the person sets a password or links an identity, for an account that does not
// act. [ErrInviteByTwo] for one that acts: ask for a change of kind [Invitation].
func Invite(ctx context.Context, tx *store.Tx, user UserID) (secret string, err error) {
	account, err := readAccount(ctx, tx, string(user))
	if err != nil {
		return "", err
	}
	if anyActs(account.Roles) {
		return "", ErrInviteByTwo
	}
	return invite(ctx, tx, account.ID, "")
}

// invite rests on a change that two people agreed on, or on none.
func invite(ctx context.Context, tx *store.Tx, user UserID, change ChangeID) (string, error) {
	secret := newSecret()
	row := invitationRow{Hash: hash(secret), UserID: user, ExpiresAt: store.FormatTime(tx.At.Add(invitationLasts)),
		ChangeID: change}
	if err := insertInvitation(ctx, tx, row); err != nil {
		return "", err
	}
	return secret, Record(ctx, tx, Event{Action: eventInvited, Subject: string(user), Fields: []string{row.mark()}})
}

// ApplyInvitation gives the one-time word of a change of kind [Invitation] that was just applied, "" for other changes.
func ApplyInvitation(ctx context.Context, tx *store.Tx, c Change) (secret string, err error) {
	if c.Kind != Invitation || c.State != Applied {
		return "", nil
	}
	return invite(ctx, tx, c.User, c.ID)
}

// Invited tells whose invitation a word is. [ErrInvitation].
func Invited(ctx context.Context, tx *store.Tx, secret string) (Account, error) {
	user, err := readInvitation(ctx, tx, hash(secret))
	if err != nil {
		return Account{}, err
	}
	return readAccount(ctx, tx, string(user))
}

// AcceptInvitation sets the first or a new password. An account has one door: password, second factor, recovery codes,
// identities, passkeys, sessions and tokens of before are gone with it. [ErrInvitation].
func AcceptInvitation(ctx context.Context, tx *store.Tx, secret string, p Password) error {
	user, err := accept(ctx, tx, hash(secret))
	if err != nil {
		return err
	}
	row := credentialRow{UserID: user, Password: p, ChangedAt: store.FormatTime(tx.At), Invitation: hash(secret)}
	if err := insertCredentials(ctx, tx, row); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventPassword, Subject: string(user), Fields: []string{row.mark()}})
}

// WordHash is what an invitation is kept by while its holder is away at the identity provider: not its word.
func WordHash(secret string) []byte { return hash(secret) }

// AcceptWithIdentity has the account of an invitation signed in to through an identity provider from now on, in place
// of whatever opened it before. Word is its [WordHash]. [ErrInvitation]; [ErrIdentityTaken] when the identity opens
// another account.
func AcceptWithIdentity(ctx context.Context, tx *store.Tx, word []byte, i Identity) error {
	user, err := accept(ctx, tx, word)
	if err != nil {
		return err
	}
	row := identityRow{Issuer: i.Issuer, Subject: i.key(), UserID: user, LinkedAt: store.FormatTime(tx.At),
		Invitation: word}
	if err := insertIdentity(ctx, tx, i, row); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventIdentity, Subject: string(user), Fields: []string{row.mark()}})
}

// accept uses an invitation up, and closes every door that the account had.
func accept(ctx context.Context, tx *store.Tx, word []byte) (UserID, error) {
	user, err := readInvitation(ctx, tx, word)
	if err != nil {
		return "", err
	}
	account, err := readAccount(ctx, tx, string(user))
	if err != nil {
		return "", err
	}
	if !account.Works(tx.At) {
		return "", ErrInvitation
	}
	if err := useInvitation(ctx, tx, word); err != nil {
		return "", err
	}
	if err := forgetDoors(ctx, tx, user); err != nil {
		return "", err
	}
	return user, RevokeTokens(ctx, tx, user)
}

// SecondFactor is what an authenticator app needs; it is shown once.
type SecondFactor struct{ Secret, URI string }

// BeginSecondFactor starts a second factor for the person of a good attempt; it counts after [ConfirmSecondFactor].
// [ErrSignIn] for a bad attempt.
func BeginSecondFactor(ctx context.Context, tx *store.Tx, a Attempt) (SecondFactor, error) {
	if err := Shown(ctx, tx, a); err != nil {
		return SecondFactor{}, err
	}
	secret := newCodeSecret()
	sealed, err := a.key.seal(a.door.User, secret)
	if err != nil {
		return SecondFactor{}, err
	}
	if err := updateSecond(ctx, tx, credentialRow{UserID: a.door.User, Second: sealed}); err != nil {
		return SecondFactor{}, err
	}
	return SecondFactor{codeText(secret), codeURI(a.door.Handle, secret)},
		Record(ctx, tx, Event{Action: eventSecondBegun, Subject: string(a.door.User),
			Fields: []string{markSecond(sealed, false)}})
}

// ConfirmSecondFactor has the app show its first code, and gives the recovery codes, once. Sessions with one factor
// stay so: sign in again. [ErrNoSecondFactor], [ErrSignIn].
func ConfirmSecondFactor(ctx context.Context, tx *store.Tx, a Attempt, code string) ([]string, error) {
	if !a.ok {
		return nil, ErrSignIn
	}
	if a.door.second == nil || a.door.confirmed {
		return nil, ErrNoSecondFactor
	}
	secret, err := a.key.open(a.door.User, a.door.second)
	if err != nil {
		return nil, err
	}
	step, ok := codeMatches(secret, code, tx.At, 0)
	if !ok {
		return nil, ErrSignIn
	}
	if err := updateSecond(ctx, tx, credentialRow{UserID: a.door.User, Second: a.door.second, Confirmed: true,
		LastStep: step}); err != nil {
		return nil, err
	}
	if err := forgiveAttempt(ctx, tx, a.door); err != nil {
		return nil, err
	}
	codes := newRecoveryCodes()
	if err := replaceRecovery(ctx, tx, a.door.User, codes); err != nil {
		return nil, err
	}
	return codes, Record(ctx, tx, Event{Action: eventSecondConfirmed, Subject: string(a.door.User),
		Fields: []string{markSecond(a.door.second, true)}})
}

// Identity is somebody as an identity provider vouches for them. Subject is the provider's own name for them, which
// never changes; a mail address is none. It is kept as a hash.
type Identity struct{ Issuer, Subject string }

// EnterLinked gives a session to whom an identity provider vouches for, by so many factors as the provider says. Only
// an account that was linked to exactly this issuer and subject by an invitation opens; it answers any other with ok =
// false and no error, so that what it notes is committed.
func EnterLinked(ctx context.Context, tx *store.Tx, i Identity, factors int) (in Entered, ok bool, err error) {
	user, err := readIdentity(ctx, tx, i)
	if errors.Is(err, ErrUnknownUser) {
		return Entered{}, false, nil
	} else if err != nil {
		return Entered{}, false, err
	}
	account, err := readAccount(ctx, tx, string(user))
	if err != nil {
		return Entered{}, false, err
	}
	if !account.Works(tx.At) {
		return Entered{}, false, Record(ctx, tx, Event{Action: "sign_in.failed", Subject: string(user)})
	}
	session, err := OpenSession(ctx, tx, user, factors)
	return Entered{Session: session, User: user, Factors: factors}, err == nil, err
}
