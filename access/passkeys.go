package access

import (
	"context"
	"errors"
	"strings"
	"time"

	"supportledger/store"
)

// What passkeys refuse.
var (
	ErrUnknownPasskey = errors.New("access: unknown passkey")
	ErrPasskeyTaken   = errors.New("access: the device's key is known already")
	ErrPasskeyName    = errors.New("access: a passkey has a name")
	ErrPasskeysMany   = errors.New("access: there are as many passkeys as an account may have")
)

// mostPasskeys is how many an account may have.
const mostPasskeys = 20

// PasskeyID identifies a passkey.
type PasskeyID string

// Passkey is the public half of a key on a person's device. The device asks the person before it signs, so one that is
// shown counts as two factors: the device, and what opens it.
type Passkey struct {
	ID         PasskeyID
	User       UserID
	Name       string // of the device
	Credential []byte // what the device calls the key
	Key        []byte // public
	Synced     bool   // the device's maker may keep a copy
	Uses       int64  // the device's own count of signatures
	CreatedAt  time.Time
	UsedAt     time.Time // zero for never
}

// Shown settles an attempt that shows who the person is before something of the own account changes: a code is used up,
// and the attempt is not counted any more. [ErrSignIn] for a bad one.
func Shown(ctx context.Context, tx *store.Tx, a Attempt) error {
	if ok, err := a.settled(ctx, tx); err != nil {
		return err
	} else if !ok {
		return ErrSignIn
	}
	return forgiveAttempt(ctx, tx, a.door)
}

// AddPasskey adds one to the account of the actor, who has shown password and code for it. [ErrPasskeyName],
// [ErrPasskeyTaken], [ErrPasskeysMany].
func AddPasskey(ctx context.Context, tx *store.Tx, p Passkey) (Passkey, error) {
	p.ID, p.User, p.CreatedAt, p.UsedAt = PasskeyID(store.NewID("pky")), UserID(tx.By.User), tx.At, time.Time{}
	if p.Name = strings.TrimSpace(p.Name); p.Name == "" {
		return Passkey{}, ErrPasskeyName
	}
	all, err := readPasskeys(ctx, tx, p.User)
	if err != nil {
		return Passkey{}, err
	}
	if len(all) >= mostPasskeys {
		return Passkey{}, ErrPasskeysMany
	}
	if _, err := FindPasskey(ctx, tx, p.Credential); err == nil {
		return Passkey{}, ErrPasskeyTaken
	} else if !errors.Is(err, ErrUnknownPasskey) {
		return Passkey{}, err
	}
	row := p.row()
	if err := insertPasskey(ctx, tx, row); err != nil {
		return Passkey{}, err
	}
	return p, Record(ctx, tx, Event{Action: eventPasskey, Subject: string(p.ID), OnBehalfOf: p.User,
		Fields: []string{row.mark()}})
}

// Passkeys lists those of an account, oldest first.
func Passkeys(ctx context.Context, tx *store.Tx, user UserID) ([]Passkey, error) {
	return readPasskeys(ctx, tx, user)
}

// RemovePasskey takes one away from the account of the actor; [ErrUnknownPasskey].
func RemovePasskey(ctx context.Context, tx *store.Tx, id PasskeyID) error {
	user := UserID(tx.By.User)
	if err := deletePasskey(ctx, tx, user, id); err != nil {
		return err
	}
	return Record(ctx, tx, Event{Action: eventPasskeyRemoved, Subject: string(id), OnBehalfOf: user,
		Fields: []string{"passkey"}})
}

// passkeySession is the name of sessions that a passkey opened.
const passkeySession = "passkey"

// EnterByPasskey gives a session to the person whose device showed a passkey and now counts so many uses. It answers
// for an account that does not work, and for a device that counts backwards (a copy of it was used), with ok = false
// and no error, so that the event is committed.
func EnterByPasskey(ctx context.Context, tx *store.Tx, p Passkey, uses int64) (in Entered, ok bool, err error) {
	account, err := readAccount(ctx, tx, string(p.User))
	if err != nil {
		return Entered{}, false, err
	}
	good := account.Works(tx.At)
	if good {
		good, err = usePasskey(ctx, tx, p.ID, uses)
	}
	if err != nil || !good {
		return Entered{}, false, errors.Join(err,
			Record(ctx, tx, Event{Action: "sign_in.failed", Subject: string(p.User)}))
	}
	session, err := openSession(ctx, tx, p.User, 2, passkeySession)
	return Entered{Session: session, User: p.User, Factors: 2}, err == nil, err
}
