package accounts

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gin-gonic/gin"
	"golang.org/x/oauth2"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
)

// A person may sign in through an identity provider of the organisation (OpenID Connect, authorization code flow). The
// browser is sent away with a state, a nonce and the challenge of a verifier (PKCE), all three kept behind its cookie;
// it comes back with a code, which this server exchanges for a signed word about who it is. Only issuer and subject of
// that word decide, and only for an account that an invitation linked to them: no name, mail address or group in it
// makes an account or gives a right.

// What signing in through a provider refuses. errVouched is all that is told, whatever was wrong; the log says at which
// step.
var (
	errNoProvider   = errors.New("http: no identity provider is set up")
	errProviderAway = errors.New("http: the identity provider does not answer")
	errVouched      = errors.New("http: the identity provider's word opens no account")
)

// Where a browser begins and comes back.
const (
	signInPath = ProviderPath
	returnPath = "/sign-in/return"
)

const (
	awayFor        = 10 * time.Minute // how long somebody may take at the provider
	providerWithin = 10 * time.Second // what the provider has for each answer
)

// IdentityProvider says who vouches for people.
type IdentityProvider struct {
	Issuer string // https://login.example/realm, as in its discovery document
	Client string // our id there
	Secret string // ours; "" is a public client, which PKCE alone protects
	// ACR is the acr claim by which this provider says that two factors were shown; "" believes amr "mfa" alone (RFC
	// 8176).
	ACR string
}

// provider is an IdentityProvider in use. What its discovery document says is fetched when it is needed first, so that
// this server starts while the provider is away.
type provider struct {
	IdentityProvider
	back string
	http *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

// newProvider checks that nothing goes over the wire in the clear, other machines than this one left aside.
func newProvider(p *IdentityProvider, address string) (*provider, error) {
	if p == nil {
		return nil, nil //nolint:nilnil // none is set up
	}
	for what, text := range map[string]string{"the identity provider's issuer": p.Issuer,
		"the public address of this server": address} {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
			return nil, fmt.Errorf("http: to sign in through a provider, %s has to be an https:// address", what)
		}
	}
	if p.Client == "" {
		return nil, errors.New("http: to sign in through a provider, it has to know this server by a client id")
	}
	return &provider{IdentityProvider: *p, back: address + returnPath, http: &http.Client{Timeout: providerWithin}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// client gives what speaks with the provider.
func (p *provider) client(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.Issuer)
		if err != nil {
			return nil, nil, errors.Join(errProviderAway, err)
		}
		p.found = found
	}
	return p.found, &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: p.found.Endpoint(),
		RedirectURL: p.back,
		Scopes:      []string{oidc.ScopeOpenID}}, nil
}

// flow is what a browser that went to the provider has to come back with.
type flow struct{ state, nonce, verifier, word string }

// ProviderPath sends a browser to the identity provider.
const ProviderPath = "/sign-in/provider"

// What a session holds of it.
const (
	heldFlow  = "flow"
	heldUntil = "flow_until"
)

// providerSignIns registers how a person begins with the provider.
func providerSignIns(api *Sessions) {
	rest.RouteAlone(api.API, rest.Op{Method: rest.Post, Path: "/provider-sign-ins", ID: "beginProviderSignIn",
		NoMatch: rest.OwnAccount,
		Tag:     "sessions", Public: true, Personal: true,
		Summary: "Begin to sign in through the identity provider", Danish: "Begynd at logge ind gennem identitetsudbyderen",
		About: "Answers the address to send the browser to, and sets a cookie. With an invitation, the account is opened " +
			"by that identity from then on and by nothing else. A browser without an invitation " +
			"may as well go to `/sign-in/provider`.",
		Refuses: []error{access.ErrInvitation, errNoProvider, errProviderAway}, Example: `{"invitation":"slt_..."}`},
		api.beginProviderSignIn)
}

// ServePages adds the addresses that a browser goes to by itself.
func (a *Sessions) ServePages() {
	a.Engine.GET(signInPath, func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), rest.AnswerWithin)
		defer cancel()
		err, at := a.TakePublic(c), ""
		if err == nil {
			at, err = a.sendAway(ctx, c, "")
		}
		if err != nil {
			a.Refuse(c, err)
			return
		}
		c.Redirect(http.StatusSeeOther, at)
	})
	a.Engine.GET(returnPath, func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(store.WithActor(c.Request.Context(),
			store.Actor{Request: c.GetString(rest.RequestIDKey)}), rest.AnswerWithin)
		defer cancel()
		var in access.Entered
		err := a.TakePublic(c)
		if err == nil {
			in, err = a.comeBack(ctx, c)
		}
		if err == nil {
			err = a.enter(c, in.Session)
		}
		if err != nil {
			a.Refuse(c, err)
			return
		}
		c.Redirect(http.StatusSeeOther, "/")
	})
}

type providerSignInRequest struct {
	Invitation string `json:"invitation,omitempty" validate:"omitempty,max=100" description:"One-time word, where the account is to be linked."`
}

type providerSignInView struct {
	URL string `json:"authorization_url" description:"Where the browser goes next."`
}

func (a *Sessions) beginProviderSignIn(ctx context.Context, c *gin.Context,
	in providerSignInRequest) (providerSignInView, error) {
	word := ""
	if in.Invitation != "" {
		if err := a.DB.View(ctx, func(tx *store.Tx) error {
			_, err := access.Invited(ctx, tx, in.Invitation)
			return err
		}); err != nil {
			return providerSignInView{}, err
		}
		word = hex.EncodeToString(access.WordHash(in.Invitation))
	}
	at, err := a.sendAway(ctx, c, word)
	return providerSignInView{at}, err
}

// sendAway keeps a new flow behind the browser's cookie and gives the address at the provider.
func (a *Sessions) sendAway(ctx context.Context, c *gin.Context, word string) (string, error) {
	if a.provider == nil {
		return "", errNoProvider
	}
	_, client, err := a.provider.client(ctx)
	if err != nil {
		return "", err
	}
	held, err := a.held(c)
	if err != nil {
		return "", err
	}
	f := flow{oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), word}
	if a.cookies.GetString(held, heldToken) == "" {
		a.cookies.SetDeadline(held, rest.Clock.Now().Add(awayFor))
	}
	a.cookies.Put(held, heldUntil, rest.Clock.Now().Add(awayFor).Unix())
	for i, part := range []string{f.state, f.nonce, f.verifier, f.word} {
		a.cookies.Put(held, fmt.Sprint(heldFlow, i), part)
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier)}
	if a.provider.ACR != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", a.provider.ACR))
	}
	return client.AuthCodeURL(f.state, options...), a.keep(held, c)
}

// takeFlow gives what a browser was sent away with, and forgets it: nobody comes back twice.
func (a *Sessions) takeFlow(c *gin.Context) (f flow, ok bool, err error) {
	held, err := a.held(c)
	if err != nil {
		return f, false, err
	}
	until := time.Unix(a.cookies.GetInt64(held, heldUntil), 0)
	for i, part := range []*string{&f.state, &f.nonce, &f.verifier, &f.word} {
		*part = a.cookies.PopString(held, fmt.Sprint(heldFlow, i))
	}
	a.cookies.Remove(held, heldUntil)
	if f.state == "" {
		return f, false, nil
	}
	switch _, _, err := a.cookies.Commit(once(held)); { // the cookie stays
	case errors.Is(err, store.ErrStale):
		return f, false, nil
	case err != nil:
		return f, false, fmt.Errorf("http: keep session: %w", err)
	}
	return f, rest.Clock.Now().Before(until), nil
}

// comeBack takes what a browser brings from the provider, and opens a session for it.
func (a *Sessions) comeBack(ctx context.Context, c *gin.Context) (in access.Entered, err error) {
	if a.provider == nil {
		return in, errNoProvider
	}
	f, ok, err := a.takeFlow(c)
	if err != nil {
		return in, err
	}
	if !ok {
		return in, a.notVouched(c, "no flow of this browser")
	}
	who, factors, step, err := a.provider.vouched(ctx, f, c.Request.URL.Query())
	if err != nil {
		return in, err
	}
	if step != "" {
		return in, a.notVouched(c, step)
	}
	err = a.DB.Update(ctx, func(tx *store.Tx) error {
		if f.word != "" {
			word, err := hex.DecodeString(f.word)
			if err != nil {
				return err
			}
			if err := access.AcceptWithIdentity(ctx, tx, word, who); err != nil {
				return err
			}
		}
		if in, ok, err = access.EnterLinked(ctx, tx, who, factors); err == nil && ok {
			err = a.remember(ctx, tx, c, &in)
		}
		return err
	})
	if err == nil && !ok {
		err = a.notVouched(c, "no account that works is linked")
	}
	if err == nil {
		leaveDevice(c, in)
	}
	return in, err
}

// notVouched notes at which step somebody was refused: neither what they sent nor who they are.
func (a *Sessions) notVouched(c *gin.Context, step string) error {
	a.Log.LogAttrs(c.Request.Context(), slog.LevelWarn, "provider sign-in refused",
		slog.String("request_id", c.GetString(rest.RequestIDKey)), slog.String("step", step))
	return errVouched
}

// vouched exchanges the code that a browser brings and reads the provider's word: whom it vouches for and by how many
// factors, or at which step something was not right. [errProviderAway] when nobody could say.
func (p *provider) vouched(ctx context.Context, f flow, query url.Values) (who access.Identity, factors int,
	step string, err error) {
	found, client, err := p.client(ctx)
	if err != nil {
		return who, 0, "", err
	}
	switch issuer := query.Get("iss"); {
	case !sameSecret(query.Get("state"), f.state):
		return who, 0, "state", nil
	case issuer != "" && issuer != p.Issuer: // RFC 9207: another provider's answer
		return who, 0, "issuer of the answer", nil
	case query.Get("error") != "" || query.Get("code") == "":
		return who, 0, "refused at the provider", nil
	}
	ctx = oidc.ClientContext(ctx, p.http)
	token, err := client.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(f.verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < 500 {
		return who, 0, "exchange of the code", nil
	} else if err != nil {
		return who, 0, "", errProviderAway // the error may quote what the provider said
	}
	raw, _ := token.Extra("id_token").(string) // none does not verify
	word, err := found.VerifierContext(ctx, &oidc.Config{ClientID: p.Client, Now: rest.Clock.Now}).Verify(ctx, raw)
	if err != nil {
		return who, 0, "id token", nil //nolint:nilerr // why is for nobody: the error quotes the token
	}
	if !sameSecret(word.Nonce, f.nonce) {
		return who, 0, "nonce", nil
	}
	return p.read(word)
}

// read takes from the provider's word what counts here.
func (p *provider) read(word *oidc.IDToken) (who access.Identity, factors int, step string, err error) {
	var claims struct {
		Party string   `json:"azp"`
		AMR   []string `json:"amr"`
		ACR   string   `json:"acr"`
	}
	if err := word.Claims(&claims); err != nil {
		return who, 0, "claims", nil //nolint:nilerr // as above
	}
	if len(word.Audience) > 1 && claims.Party != p.Client || claims.Party != "" && claims.Party != p.Client {
		return who, 0, "authorized party", nil // it was issued to another client of the provider
	}
	factors = 1
	if slices.Contains(claims.AMR, "mfa") || p.ACR != "" && claims.ACR == p.ACR {
		factors = 2
	}
	return access.Identity{Issuer: word.Issuer, Subject: word.Subject}, factors, "", nil
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
