package rest

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/store"
)

// Authorise authenticates the caller and asks the policies whether they may call this operation. What the caller may
// not see of a single thing is decided by the act.
func (e *Endpoint) Authorise(ctx context.Context, c *gin.Context) (store.Actor, error) {
	actor := store.Actor{Request: c.GetString(RequestIDKey)}
	if e.Op.Public {
		return actor, nil
	}
	by, err := e.API.CredentialOf(c)
	if err != nil {
		return actor, err
	}
	err = e.API.DB.View(ctx, func(tx *store.Tx) (err error) {
		actor, err = e.admit(ctx, tx, by, actor.Request)
		return err
	})
	return actor, err
}

// CredentialOf is what a request came with: the token in its header, or else the session that its cookie leads to.
func (a *API) CredentialOf(c *gin.Context) (access.Credential, error) {
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") || secret == "" {
			return access.Credential{}, access.ErrUnauthenticated
		}
		return access.Credential{Bearer: secret}, nil
	}
	id, err := a.SessionOf(c)
	if err == nil && id == "" {
		err = access.ErrUnauthenticated
	}
	return access.Credential{Session: id}, err
}

// secretOf is what a request is counted by: its token, or else its cookie; neither is looked up for that.
func secretOf(c *gin.Context) string {
	if _, bearer, ok := strings.Cut(c.GetHeader("Authorization"), " "); ok {
		return bearer
	}
	cookie, _ := c.Cookie(SessionCookie) // none is counted by nobody
	return cookie
}

// admit looks a token or session up and asks the policies.
func (e *Endpoint) admit(ctx context.Context, tx *store.Tx, by access.Credential, request string) (store.Actor, error) {
	who, err := access.AuthenticateWith(ctx, tx, by)
	if err == nil {
		err = access.Allow(who, e.Action())
	}
	if err != nil {
		return store.Actor{Request: request}, err
	}
	return who.Actor(request), nil
}

// Action is the operation as the policies know it.
func (e *Endpoint) Action() access.Action {
	return access.Action{Name: e.Op.ID, Resource: e.Op.Tag, Holders: e.Op.Roles, Reads: e.Reads(), Money: e.Op.Money,
		Personal: e.Op.Personal, Own: e.Op.Own, Screen: e.Op.Screen}
}

// SessionCookie leads to a person's session at a screen. The prefix makes browsers refuse it without Secure and Path,
// or from a sub-domain.
const SessionCookie = "__Host-supportledger"
