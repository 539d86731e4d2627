package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
)

// What passkeys refuse here. A device signs for the name of a server, so a server that does not know the name by which
// the public reaches it has none.
var (
	errNoPasskeys = errors.New("http: passkeys want the address at which the public reaches this server")
	errPasskey    = errors.New("http: what the device sent proves nothing")
)

const (
	heldPasskey  = "passkey"       // what was asked of the device, in what a session holds
	passkeyTakes = 5 * time.Minute // how long a device may take
)

// passkeys registers how a device's key is added, shown and removed.
func passkeys(api *Sessions) {
	rest.Route(api.API, rest.Op{Method: rest.Get, Path: "/me/passkeys", ID: "getPasskeys", Tag: "me", Own: true,
		Summary: "The passkeys of one's own account", Danish: "Egne passkeys"}, getPasskeys)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/me/passkeys/challenges", ID: "beginPasskey", Tag: "me",
		NoMatch: rest.OwnAccount, Own: true, Screen: true, Personal: true,
		Summary: "Begin to add a passkey: what the browser asks the device",
		Danish:  "Begynd at tilføje en passkey: det, browseren beder enheden om",
		About: "The answer's options go to navigator.credentials.create, and what it gives to addPasskey within five " +
			"minutes.",
		Refuses: []error{access.ErrSignIn, access.ErrSlowDown, access.ErrHashingBusy, errNoPasskeys}}, api.beginPasskey)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/me/passkeys", ID: "addPasskey", Tag: "me",
		NoMatch: rest.OwnAccount, Own: true, Screen: true, Personal: true,
		Summary: "Add the passkey that the device made", Danish: "Tilføj den passkey, som enheden lavede",
		Refuses: []error{errNoPasskeys, errPasskey, access.ErrPasskeyName, access.ErrPasskeyTaken,
			access.ErrPasskeysMany}}, api.addPasskey)
	rest.Route(api.API, rest.Op{Method: http.MethodDelete, Path: "/me/passkeys/:id", ID: "removePasskey", Tag: "me",
		NoMatch: rest.TakesAway, Own: true, Screen: true,
		Summary: "Remove a passkey; it opens nothing any more", Danish: "Fjern en passkey; den åbner ikke mere noget",
		Refuses: []error{access.ErrUnknownPasskey}}, removePasskey)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/passkey-sign-ins/challenges", ID: "beginPasskeySignIn",
		Tag: "sessions", Public: true, NoMatch: rest.OwnAccount, Personal: true,
		Summary: "Begin to sign in with a passkey: what the browser asks the device",
		Danish:  "Begynd at logge ind med en passkey: det, browseren beder enheden om",
		Refuses: []error{errNoPasskeys}}, api.beginPasskeySignIn)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/passkey-sign-ins", ID: "signInByPasskey", Tag: "sessions",
		Public: true, NoMatch: rest.OwnAccount, Personal: true,
		Summary: "Sign in with a passkey", Danish: "Log ind med en passkey",
		About:   "It counts as two factors: the device, and what opens it.",
		Refuses: []error{errNoPasskeys, errPasskey}}, api.signInByPasskey)
}

// party is this server as devices know it.
func (a *Sessions) party(c *gin.Context) (*webauthn.WebAuthn, error) {
	at := a.address
	if at == "" { // a demo, or a look at a copy, on this machine
		host := c.Request.Host
		if name, _, err := net.SplitHostPort(host); err == nil && name == "localhost" {
			at = "http://" + host
		}
	}
	u, err := url.Parse(at)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return nil, errNoPasskeys
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: passkeyTakes, TimeoutUVD: passkeyTakes}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "supportledger",
		RPOrigins: []string{u.Scheme + "://" + u.Host},
		Timeouts:  webauthn.TimeoutsConfig{Login: limit, Registration: limit}})
	if err != nil {
		return nil, fmt.Errorf("http: passkeys: %w", err)
	}
	return w, nil
}

// holder is a user with passkeys, as the library wants to see one. A device is told the id and the handle.
type holder struct {
	account access.Account
	all     []access.Passkey
}

// WebAuthnID is what a device knows the user by.
func (h holder) WebAuthnID() []byte { return []byte(h.account.ID) }

// WebAuthnName is the handle.
func (h holder) WebAuthnName() string { return h.account.Handle }

// WebAuthnDisplayName is the handle: nobody's name is told.
func (h holder) WebAuthnDisplayName() string { return h.account.Handle }

// WebAuthnCredentials are the passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(h.all))
	for i, p := range h.all {
		all[i] = webauthn.Credential{ID: p.Credential, PublicKey: p.Key,
			Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: p.Synced},
			Authenticator: webauthn.Authenticator{SignCount: uint32(p.Uses)}} //nolint:gosec // it came as one
	}
	return all
}

// holderOf reads a user with its passkeys.
func (a *Sessions) holderOf(ctx context.Context, user string) (h holder, err error) {
	err = a.DB.View(ctx, func(tx *store.Tx) error {
		if h.account, err = access.FindUser(ctx, tx, user); err != nil {
			return err
		}
		h.all, err = access.Passkeys(ctx, tx, h.account.ID)
		return err
	})
	return h, err
}

// ask keeps what is asked of a device behind the browser's cookie, and gives it as JSON.
func (a *Sessions) ask(c *gin.Context, options any, data *webauthn.SessionData) (challengeView, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return challengeView{}, fmt.Errorf("http: passkeys: %w", err)
	}
	kept, err := json.Marshal(data)
	if err != nil {
		return challengeView{}, fmt.Errorf("http: passkeys: %w", err)
	}
	held, err := a.held(c)
	if err != nil {
		return challengeView{}, err
	}
	if a.cookies.GetString(held, heldToken) == "" {
		a.cookies.SetDeadline(held, rest.Clock.Now().Add(passkeyTakes))
	}
	a.cookies.Put(held, heldPasskey, string(kept))
	return challengeView{string(text)}, a.keep(held, c)
}

// asked is what was asked of the device, once.
func (a *Sessions) asked(c *gin.Context) (data webauthn.SessionData, err error) {
	held, err := a.held(c)
	if err != nil {
		return data, err
	}
	kept := a.cookies.PopString(held, heldPasskey)
	if kept == "" {
		return data, errPasskey
	}
	switch _, _, err := a.cookies.Commit(once(held)); { // the cookie stays
	case errors.Is(err, store.ErrStale):
		return data, errPasskey
	case err != nil:
		return data, fmt.Errorf("http: keep session: %w", err)
	}
	if err := json.Unmarshal([]byte(kept), &data); err != nil {
		return data, fmt.Errorf("http: passkeys: %w", err)
	}
	return data, nil
}

type challengeView struct {
	Options string `json:"options" description:"JSON for navigator.credentials: publicKey, with its bytes in base64url."`
}

type passkeyView struct {
	ID        access.PasskeyID `json:"id"`
	Name      string           `json:"name"`
	Synced    bool             `json:"synced" description:"The device's maker may keep a copy of it."`
	CreatedAt string           `json:"created_at"`
	UsedAt    string           `json:"used_at,omitempty"`
}

func viewPasskey(p access.Passkey) passkeyView {
	return passkeyView{ID: p.ID, Name: p.Name, Synced: p.Synced, CreatedAt: rest.Instant(p.CreatedAt),
		UsedAt: rest.Instant(p.UsedAt)}
}

type passkeysView struct {
	Passkeys []passkeyView `json:"passkeys" description:"Twenty at most, oldest first."`
}

func getPasskeys(ctx context.Context, tx *store.Tx, _ rest.None) (passkeysView, error) {
	v := passkeysView{Passkeys: []passkeyView{}}
	all, err := access.Passkeys(ctx, tx, access.UserID(tx.By.User))
	for _, p := range all {
		v.Passkeys = append(v.Passkeys, viewPasskey(p))
	}
	return v, err
}

func (a *Sessions) beginPasskey(ctx context.Context, c *gin.Context, in secondFactorRequest) (challengeView, error) {
	w, err := a.party(c)
	if err != nil {
		return challengeView{}, err
	}
	if err := a.own(ctx, c, in.Password, in.Code, func(tx *store.Tx, tried access.Attempt) error {
		return access.Shown(ctx, tx, tried)
	}); err != nil {
		return challengeView{}, err
	}
	h, err := a.holderOf(ctx, store.ActorFrom(ctx).User)
	if err != nil {
		return challengeView{}, err
	}
	known := make([]protocol.CredentialDescriptor, len(h.all))
	for i, credential := range h.WebAuthnCredentials() {
		known[i] = credential.Descriptor()
	}
	options, data, err := w.BeginRegistration(h, webauthn.WithExclusions(known),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}))
	if err != nil {
		return challengeView{}, fmt.Errorf("http: passkeys: %w", err)
	}
	return a.ask(c, options, data) //nolint:contextcheck // the request's own
}

type addPasskeyRequest struct {
	Name       string `json:"name" validate:"required,max=60" description:"Of the device, such as phone; no person's name."`
	Credential string `json:"credential" validate:"required,max=20000" description:"What navigator.credentials.create gave, as JSON."`
}

func (a *Sessions) addPasskey(ctx context.Context, c *gin.Context, in addPasskeyRequest) (passkeyView, error) {
	w, err := a.party(c)
	if err != nil {
		return passkeyView{}, err
	}
	data, err := a.asked(c) //nolint:contextcheck // the request's own
	if err != nil {
		return passkeyView{}, err
	}
	h, err := a.holderOf(ctx, store.ActorFrom(ctx).User)
	if err != nil {
		return passkeyView{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(in.Credential))
	if err != nil {
		return passkeyView{}, errPasskey
	}
	made, err := w.CreateCredential(h, data, parsed)
	if err != nil {
		return passkeyView{}, errPasskey
	}
	var added access.Passkey
	err = a.DB.Update(ctx, func(tx *store.Tx) (err error) {
		added, err = access.AddPasskey(ctx, tx, access.Passkey{Name: in.Name, Credential: made.ID, Key: made.PublicKey,
			Synced: made.Flags.BackupEligible, Uses: int64(made.Authenticator.SignCount)})
		return err
	})
	return viewPasskey(added), err
}

func removePasskey(ctx context.Context, tx *store.Tx, in rest.ByRef) (rest.None, error) {
	return rest.None{}, access.RemovePasskey(ctx, tx, access.PasskeyID(in.ID))
}

func (a *Sessions) beginPasskeySignIn(_ context.Context, c *gin.Context, _ rest.None) (challengeView, error) {
	w, err := a.party(c)
	if err != nil {
		return challengeView{}, err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return challengeView{}, fmt.Errorf("http: passkeys: %w", err)
	}
	return a.ask(c, options, data) //nolint:contextcheck // the request's own
}

type passkeySignInRequest struct {
	Credential string `json:"credential" validate:"required,max=20000" description:"What navigator.credentials.get gave, as JSON."`
}

func (a *Sessions) signInByPasskey(ctx context.Context, c *gin.Context, in passkeySignInRequest) (signedInView, error) {
	w, err := a.party(c)
	if err != nil {
		return signedInView{}, err
	}
	data, err := a.asked(c) //nolint:contextcheck // the request's own
	if err != nil {
		return signedInView{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(in.Credential))
	if err != nil {
		return signedInView{}, errPasskey
	}
	var shown access.Passkey
	_, used, err := w.ValidatePasskeyLogin(func(credential, user []byte) (webauthn.User, error) {
		err := a.DB.View(ctx, func(tx *store.Tx) (err error) {
			shown, err = access.FindPasskey(ctx, tx, credential)
			return err
		})
		if err != nil {
			return nil, err
		}
		if string(user) != string(shown.User) {
			return nil, access.ErrUnknownPasskey
		}
		return a.holderOf(ctx, string(shown.User))
	}, data, parsed)
	if err != nil {
		return signedInView{}, errPasskey
	}
	var entered access.Entered
	var ok bool
	err = a.DB.Update(ctx, func(tx *store.Tx) (err error) {
		entered, ok, err = access.EnterByPasskey(ctx, tx, shown, int64(used.Authenticator.SignCount))
		if err == nil && ok {
			err = a.remember(ctx, tx, c, &entered)
		}
		return err
	})
	if err == nil && !ok {
		err = errPasskey
	}
	if err != nil {
		return signedInView{}, err
	}
	leaveDevice(c, entered)
	return signedInView{entered.Session, entered.Factors}, a.enter(c, entered.Session) //nolint:contextcheck // as above
}
