package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
)

// A person at a screen has a cookie; the cookie leads to a session, and the session is a token of the user like any
// other, so that all other code knows one kind of principal. scs keeps cookie and session together, access
// says whether the session still counts.

// deviceCookie tells a device that signed in before.
const deviceCookie = "__Host-supportledger-device"

const (
	idleFor     = 30 * time.Minute // a screen that nobody touches is signed out
	touchEvery  = 5 * time.Minute  // how often that is written down
	deviceLasts = 180 * 24 * time.Hour
)

// errScope refuses a token for what is no operation.
var errScope = errors.New("http: no such scope")

// What a session holds.
const (
	heldToken = "token"
	heldSeen  = "seen"
)

// Sessions signs people in at a screen and keeps their sessions.
type Sessions struct {
	*rest.API
	cookies  *scs.SessionManager
	provider *provider // of identities; nil is none
	address  string    // of this server as the public reaches it; "" is not known
	known    devices
	now      func() time.Time

	Refuse func(c *gin.Context, err error) // answers a browser that comes back from the provider in vain
}

// NewSessions signs people in to an API, through an identity provider as well where there is one; address is that of
// this server as the public reaches it.
func NewSessions(api *rest.API, by *IdentityProvider, address string) (*Sessions, error) {
	p, err := newProvider(by, address)
	if err != nil {
		return nil, err
	}
	return &Sessions{API: api, cookies: newCookies(api.DB), provider: p, address: address,
		now: rest.Clock.Now, Refuse: api.Fail}, nil
}

// newCookies is the keeper of cookies over a database.
func newCookies(db *store.DB) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{db}
	m.Lifetime = access.SessionLasts
	m.HashTokenInStore = true
	m.Cookie = scs.SessionCookie{Name: rest.SessionCookie, Path: "/", HttpOnly: true, Secure: true,
		SameSite: http.SameSiteLaxMode, Persist: false}
	return m
}

// held gives what the cookie of a request leads to, as a context that scs reads; empty without a cookie.
func (a *Sessions) held(c *gin.Context) (context.Context, error) {
	cookie, _ := c.Cookie(rest.SessionCookie) // none leads to nothing
	ctx, err := a.cookies.Load(context.WithValue(c.Request.Context(), foundKey{}, &found{}), cookie)
	if err != nil {
		return nil, fmt.Errorf("http: load session: %w", err)
	}
	return ctx, nil
}

// keep writes down what a session holds, and sends its cookie.
func (a *Sessions) keep(ctx context.Context, c *gin.Context) error {
	token, expiry, err := a.cookies.Commit(ctx)
	if err != nil {
		return fmt.Errorf("http: keep session: %w", err)
	}
	a.cookies.WriteSessionCookie(ctx, c.Writer, token, expiry)
	return nil
}

// SessionOf is the session that a request's cookie leads to, "" without one or when nobody has touched the screen for
// long.
func (a *Sessions) SessionOf(c *gin.Context) (access.TokenID, error) {
	ctx, err := a.held(c)
	if err != nil {
		return "", err
	}
	id, seen, now := a.cookies.GetString(ctx, heldToken), time.Unix(a.cookies.GetInt64(ctx, heldSeen), 0), a.now()
	if id == "" {
		return "", nil
	}
	if now.Sub(seen) > idleFor {
		if !a.ReadOnly { // it stays ended when the clock goes back
			err = a.cookies.Destroy(ctx)
		}
		return "", err
	}
	if now.Sub(seen) > touchEvery && !a.ReadOnly {
		a.cookies.Put(ctx, heldSeen, now.Unix())
		err = a.keep(ctx, c)
	}
	return access.TokenID(id), err
}

// enter gives the browser a session; its cookie is a new one, so that nobody has planted it.
func (a *Sessions) enter(c *gin.Context, id access.TokenID) error {
	ctx, err := a.held(c)
	if err != nil {
		return err
	}
	if err := a.cookies.Clear(ctx); err != nil {
		return fmt.Errorf("http: clear session: %w", err)
	}
	if err := a.cookies.RenewToken(ctx); err != nil {
		return fmt.Errorf("http: renew session: %w", err)
	}
	a.cookies.Put(ctx, heldToken, string(id))
	a.cookies.Put(ctx, heldSeen, a.now().Unix())
	return a.keep(ctx, c)
}

// EnterAs gives the browser a session of a user, as if by password and code: users of a demo have neither.
func (a *Sessions) EnterAs(c *gin.Context, handle string) error {
	var session access.TokenID
	err := a.DB.Update(c.Request.Context(), func(tx *store.Tx) error {
		user, err := access.FindUser(c.Request.Context(), tx, handle)
		if err != nil {
			return err
		}
		session, err = access.OpenSession(c.Request.Context(), tx, user.ID, 2)
		return err
	})
	if err != nil {
		return err
	}
	return a.enter(c, session)
}

// Register registers how people sign in, and what one does with the own account.
func (a *Sessions) Register() {
	api := a
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/sessions", ID: "signIn", Tag: "sessions", Public: true,
		NoMatch:  rest.OwnAccount,
		Personal: true,
		Summary:  "Sign in", Danish: "Log ind",
		About: "Sets a cookie. After five failed attempts each next one waits twice as long, up to a quarter of an hour; a " +
			"device that signed in before does not wait for the failures of others.",
		Refuses: []error{access.ErrSignIn, access.ErrSlowDown, access.ErrHashingBusy},
		Example: `{"handle":"treasurer","password":"correct horse battery","code":"123456"}`}, api.signIn)
	rest.Route(api.API, rest.Op{Method: rest.Get, Path: "/sessions", ID: "listSessions", Tag: "sessions", Own: true,
		Summary: "List own sessions", Danish: "Vis egne sessioner"}, listSessions)
	rest.Route(api.API, rest.Op{Method: http.MethodDelete, Path: "/sessions/:id", ID: "endSession", Tag: "sessions",
		NoMatch: rest.TakesAway,
		Own:     true,
		Summary: "Sign out: end an own session, or current", Danish: "Log ud: luk en egen session, eller current",
		Refuses: []error{access.ErrUnknownToken}}, endOwn)
	rest.Route(api.API, rest.Op{Method: rest.Get, Path: "/tokens", ID: "listTokens", Tag: "tokens", Own: true,
		Summary: "List own tokens", Danish: "Vis egne adgangsnøgler"}, listTokens)
	rest.Route(api.API, rest.Op{Method: rest.Post, Path: "/tokens", ID: "issueToken", Tag: "tokens", Own: true,
		NoMatch: rest.MakesNew,
		Screen:  true, Personal: true,
		Summary: "Issue a token to a program of one's own", Danish: "Udsted en adgangsnøgle til et program",
		About: "The secret is shown only now. It is the user: duties know no difference. Scopes: none for all that the " +
			"user may, `read`, or operations by name.",
		Refuses: []error{access.ErrTokenLifetime, access.ErrSecondFactor, errScope},
		Example: `{"name":"bank import","days":30,"scopes":["read"]}`}, api.issueToken)
	rest.Route(api.API, rest.Op{Method: http.MethodDelete, Path: "/tokens/:id", ID: "revokeToken", Tag: "tokens",
		NoMatch: rest.TakesAway,
		Own:     true,
		Summary: "Revoke an own token; the next call with it is refused",
		Danish:  "Tilbagekald en egen nøgle; næste kald med den afvises",
		Refuses: []error{access.ErrUnknownToken}}, endOwn)
	rest.Route(api.API, rest.Op{Method: rest.Get, Path: "/me", ID: "getMe", Tag: "me", Own: true,
		Summary: "Who is asking, and what they may call", Danish: "Hvem spørger, og hvad de må kalde"}, api.getMe)
	rest.Route(api.API, rest.Op{Method: rest.Get, Path: "/me/capabilities", ID: "listCapabilities", Tag: "me", Own: true,
		Summary: "Every operation, and whether the caller may call it",
		Danish:  "Alle handlinger, og om den, der spørger, må kalde dem",
		About: "Asked of the same policies as a call itself, for this token or session. Which rows an operation brings, " +
			"and what it does to one thing, is another question: that one says allowed_actions."}, api.capabilities)
	passwords(api)
	passkeys(api)
	providerSignIns(api)
}

func passwords(api *Sessions) {
	rest.Route(api.API, rest.Op{Method: rest.Post, Path: "/users/:id/invitations", ID: "inviteUser", Tag: "users",
		NoMatch: rest.MakesNew,
		Roles:   keepers, Personal: true,
		Summary: "Make a one-time word by which the person sets a password",
		Danish:  "Lav et engangsord, som personen sætter sin adgangskode med",
		About: "Good for 72 hours. For an account that acts, ask at /account-changes for kind invitation: it takes two " +
			"people.",
		Refuses: []error{access.ErrUnknownUser, access.ErrInviteByTwo}}, inviteUser)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/passwords", ID: "setPassword", Tag: "passwords",
		NoMatch: rest.OwnAccount,
		Public:  true, Personal: true, Status: http.StatusNoContent,
		Summary: "Set a password with an invitation", Danish: "Sæt en adgangskode med en invitation",
		About:   "Second factor, sessions and tokens of before end with it.",
		Refuses: []error{access.ErrInvitation, access.ErrWeakPassword, access.ErrHashingBusy}}, api.setPassword)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/me/second-factors", ID: "beginSecondFactor", Tag: "me",
		NoMatch: rest.OwnAccount,
		Own:     true, Screen: true, Personal: true,
		Summary: "Begin a second factor: the secret for an authenticator app",
		Danish:  "Begynd en anden faktor: hemmeligheden til en app",
		Refuses: []error{access.ErrSignIn, access.ErrSlowDown, access.ErrHashingBusy}}, api.beginSecondFactor)
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/me/second-factors/confirmations",
		ID: "confirmSecondFactor", Tag: "me", Own: true, Screen: true, Personal: true,
		NoMatch: rest.OwnAccount,
		Summary: "Confirm it with a first code; gives the recovery codes",
		Danish:  "Bekræft den med en første kode; giver nødkoderne",
		About:   "Then sign in again, with a code. Recovery codes are shown only now, each good once.",
		Refuses: []error{access.ErrSignIn, access.ErrSlowDown, access.ErrNoSecondFactor, access.ErrHashingBusy}},
		api.confirmSecondFactor)
}

type signInRequest struct {
	Handle   string `json:"handle" validate:"required,max=64"`
	Password string `json:"password" validate:"required,max=600"`
	Code     string `json:"code" validate:"max=40" description:"Six digits of the second factor, or a recovery code."`
}

type signedInView struct {
	ID      access.TokenID `json:"id" description:"Of the session."`
	Factors int            `json:"factors" description:"1 where no second factor is set up: an account that acts can only set it up then."`
}

// attempt counts an attempt, looks at the password outside of a tx, and gives what came of it.
func (a *Sessions) attempt(ctx context.Context, c *gin.Context, in signInRequest) (access.Attempt, error) {
	device, _ := c.Cookie(deviceCookie) // none is no device
	var door access.Door
	var now time.Time
	err := a.DB.Update(ctx, func(tx *store.Tx) (err error) {
		now = tx.At
		door, err = access.Knock(ctx, tx, in.Handle, device)
		return err
	})
	if err != nil {
		return access.Attempt{}, err
	}
	return door.Try(ctx, in.Password, in.Code, now)
}

func (a *Sessions) signIn(ctx context.Context, c *gin.Context, in signInRequest) (signedInView, error) {
	tried, err := a.attempt(ctx, c, in)
	if err != nil {
		return signedInView{}, err
	}
	var entered access.Entered
	var ok bool
	err = a.DB.Update(ctx, func(tx *store.Tx) (err error) {
		entered, ok, err = access.Enter(ctx, tx, tried)
		return err
	})
	if err == nil && !ok {
		err = access.ErrSignIn
	}
	if err != nil {
		return signedInView{}, err
	}
	leaveDevice(c, entered)
	return signedInView{entered.Session, entered.Factors}, a.enter(c, entered.Session) //nolint:contextcheck // as above
}

type tokenView struct {
	ID        access.TokenID `json:"id"`
	Name      string         `json:"name,omitempty"`
	Scopes    []string       `json:"scopes" description:"Empty: all that the user may."`
	CreatedAt string         `json:"created_at"`
	ExpiresAt string         `json:"expires_at"`
	RevokedAt string         `json:"revoked_at,omitempty"`
	Secret    string         `json:"secret,omitempty" table:"-" description:"Shown only when it is issued."`
}

func viewToken(t access.Token) tokenView {
	return tokenView{ID: t.ID, Name: t.Name, Scopes: append([]string{}, t.Scopes...), CreatedAt: rest.Instant(t.CreatedAt),
		ExpiresAt: rest.Instant(t.ExpiresAt), RevokedAt: rest.Instant(t.RevokedAt)}
}

type ownList struct{ rest.Page }

func listSessions(ctx context.Context, tx *store.Tx, in ownList) (rest.List[tokenView], error) {
	return listOwn(ctx, tx, in, true)
}

func listTokens(ctx context.Context, tx *store.Tx, in ownList) (rest.List[tokenView], error) {
	return listOwn(ctx, tx, in, false)
}

func listOwn(ctx context.Context, tx *store.Tx, in ownList, sessions bool) (rest.List[tokenView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[tokenView]{}, err
	}
	found, err := access.ListTokens(ctx, tx, access.TokenFilter{User: access.UserID(tx.By.User), Sessions: sessions,
		Page: store.Keyset{After: after, Limit: in.Size() + 1}})
	return rest.ListOf(in.Page, found, viewToken, func(t access.Token) []string { return []string{string(t.ID)} }), err
}

// endOwn ends a token or session of the caller; current is the one that asks.
func endOwn(ctx context.Context, tx *store.Tx, in rest.ByRef) (rest.None, error) {
	id := access.TokenID(in.ID)
	if id == "current" {
		id = access.TokenID(tx.By.Token)
	}
	return rest.None{}, access.RevokeToken(ctx, tx, access.UserID(tx.By.User), id)
}

type issueTokenRequest struct {
	Name   string   `json:"name" validate:"required,max=60" description:"What it is for; no person's name."`
	Days   int      `json:"days" validate:"min=1,max=90" description:"How long it works."`
	Scopes []string `json:"scopes" validate:"max=50,dive,max=60"`
}

func (a *Sessions) issueToken(ctx context.Context, tx *store.Tx, in issueTokenRequest) (tokenView, error) {
	for _, s := range in.Scopes {
		if s != access.ReadOnly && !slices.ContainsFunc(a.Endpoints, func(e *rest.Endpoint) bool { return e.Op.ID == s }) {
			return tokenView{}, rest.At("/scopes", errScope)
		}
	}
	account, err := access.FindUser(ctx, tx, tx.By.User)
	if err != nil {
		return tokenView{}, err
	}
	if acts := slices.ContainsFunc(account.Roles, access.Role.Acts); acts && tx.By.Factors < 2 {
		return tokenView{}, access.ErrSecondFactor
	}
	secret, t, err := access.IssueScoped(ctx, tx,
		access.Token{User: account.ID, Name: in.Name, Scopes: in.Scopes, ExpiresAt: tx.At.AddDate(0, 0, in.Days)})
	v := viewToken(t)
	v.Secret = secret
	return v, err
}

type meView struct {
	ID         string   `json:"id"`
	Handle     string   `json:"handle"`
	Roles      []string `json:"roles"`
	Session    bool     `json:"session" description:"Signed in at a screen, not with a token."`
	Factors    int      `json:"factors"`
	Operations []string `json:"operations" description:"Those that the caller may call; which rows they bring is another question."`
}

func (a *Sessions) getMe(ctx context.Context, tx *store.Tx, _ rest.None) (meView, error) {
	who, err := access.PrincipalOf(ctx, tx)
	if err != nil {
		return meView{}, err
	}
	v := meView{ID: tx.By.User, Handle: who.Handle, Roles: append([]string{}, tx.By.Roles...), Session: tx.By.Session,
		Factors: tx.By.Factors, Operations: []string{}}
	for _, e := range a.Endpoints {
		if e.Op.Public || access.Allow(who, e.Action()) == nil {
			v.Operations = append(v.Operations, e.Op.ID)
		}
	}
	return v, nil
}

// pathParameter is a parameter as the router writes it.
var pathParameter = regexp.MustCompile(`:([a-z_]+)`)

type capabilityView struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Allowed   bool   `json:"allowed"`
	Refusal   string `json:"refusal,omitempty" description:"Code of the problem that a call would be answered with."`
	Key       bool   `json:"idempotency_key_required"`
	Match     bool   `json:"if_match_required"`
}

type capabilitiesView struct {
	Handle     string           `json:"handle"`
	Roles      []access.Role    `json:"roles"`
	Session    bool             `json:"session" description:"Signed in at a screen, not with a token."`
	Factors    int              `json:"factors"`
	Scopes     []string         `json:"scopes" description:"Of the token. Empty: all that the roles may."`
	Operations []capabilityView `json:"operations" description:"In the order of the document."`
}

// capabilities asks the policies about every operation.
func (a *Sessions) capabilities(ctx context.Context, tx *store.Tx, _ rest.None) (capabilitiesView, error) {
	who, err := access.PrincipalOf(ctx, tx)
	if err != nil {
		return capabilitiesView{}, err
	}
	v := capabilitiesView{Handle: who.Handle, Roles: append([]access.Role{}, who.Roles...), Session: who.Session,
		Factors: who.Factors, Scopes: append([]string{}, who.Scopes...)}
	for _, e := range a.Endpoints {
		c := capabilityView{Operation: e.Op.ID, Method: e.Op.Method,
			Path: pathParameter.ReplaceAllString(e.Op.Path, `{$1}`), Key: e.Op.Money, Match: e.Op.Match != "", Allowed: true}
		if !e.Op.Public {
			if err := access.Allow(who, e.Action()); err != nil {
				c.Allowed, c.Refusal = false, a.Problems.KindFor(err).Code
			}
		}
		v.Operations = append(v.Operations, c)
	}
	return v, nil
}

type invitationView struct {
	Invitation string `json:"invitation" description:"One-time word, shown only now."`
}

func inviteUser(ctx context.Context, tx *store.Tx, in rest.ByRef) (invitationView, error) {
	account, err := access.FindUser(ctx, tx, string(in.ID))
	if err != nil {
		return invitationView{}, err
	}
	secret, err := access.Invite(ctx, tx, account.ID)
	return invitationView{secret}, err
}

type setPasswordRequest struct {
	Invitation string `json:"invitation" validate:"required,max=100"`
	Password   string `json:"password" validate:"required,max=600" description:"12 to 128 letters, and no common one."`
}

func (a *Sessions) setPassword(ctx context.Context, _ *gin.Context, in setPasswordRequest) (rest.None, error) {
	var account access.Account
	if err := a.DB.View(ctx, func(tx *store.Tx) (err error) {
		account, err = access.Invited(ctx, tx, in.Invitation)
		return err
	}); err != nil {
		return rest.None{}, err
	}
	password, err := access.NewPassword(ctx, account.Handle, in.Password)
	if err != nil {
		return rest.None{}, err
	}
	return rest.None{}, a.DB.Update(ctx, func(tx *store.Tx) error {
		return access.AcceptInvitation(ctx, tx, in.Invitation, password)
	})
}

type secondFactorRequest struct {
	Password string `json:"password" validate:"required,max=600"`
	Code     string `json:"code" validate:"max=40" description:"Where there is a second factor already: a code of it."`
}

type secondFactorView struct {
	Secret string `json:"secret" description:"For an authenticator app, by hand."`
	URI    string `json:"otpauth_uri" description:"The same, for a picture."`
}

// own tries the caller's own door. A bad attempt is counted like one from outside.
func (a *Sessions) own(ctx context.Context, c *gin.Context, password, code string,
	then func(tx *store.Tx, tried access.Attempt) error) error {
	actor := store.ActorFrom(ctx)
	var handle string
	if err := a.DB.View(ctx, func(tx *store.Tx) error {
		account, err := access.FindUser(ctx, tx, actor.User)
		handle = account.Handle
		return err
	}); err != nil {
		return err
	}
	tried, err := a.attempt(ctx, c, signInRequest{handle, password, code})
	if err != nil {
		return err
	}
	if !tried.Good() {
		if err := a.DB.Update(ctx, func(tx *store.Tx) error {
			_, _, err := access.Enter(ctx, tx, tried)
			return err
		}); err != nil {
			return err
		}
		return access.ErrSignIn
	}
	return a.DB.Update(ctx, func(tx *store.Tx) error { return then(tx, tried) })
}

func (a *Sessions) beginSecondFactor(ctx context.Context, c *gin.Context, in secondFactorRequest) (secondFactorView,
	error) {
	var v secondFactorView
	err := a.own(ctx, c, in.Password, in.Code, func(tx *store.Tx, tried access.Attempt) error {
		f, err := access.BeginSecondFactor(ctx, tx, tried)
		v = secondFactorView{f.Secret, f.URI}
		return err
	})
	return v, err
}

type recoveryView struct {
	Codes []string `json:"recovery_codes"`
}

type confirmRequest struct {
	Password string `json:"password" validate:"required,max=600"`
	Code     string `json:"code" validate:"required,len=6"`
}

func (a *Sessions) confirmSecondFactor(ctx context.Context, c *gin.Context, in confirmRequest) (recoveryView, error) {
	v := recoveryView{Codes: []string{}}
	err := a.own(ctx, c, in.Password, "", func(tx *store.Tx, tried access.Attempt) error {
		codes, err := access.ConfirmSecondFactor(ctx, tx, tried, strings.TrimSpace(in.Code))
		v.Codes = codes
		return err
	})
	return v, err
}
