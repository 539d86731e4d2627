package http

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/store"
)

// authorise finds out who asks and whether the policies let them call this operation. What one may not see of a single thing
// is the act's business; here only the door is guarded.
func (e *endpoint) authorise(ctx context.Context, c *gin.Context) (store.Actor, error) {
	actor := store.Actor{Request: c.GetString(keyRequest)}
	if e.op.Public {
		return actor, nil
	}
	by, err := e.api.credentialOf(c) //nolint:contextcheck // the session is looked up in the request that c carries
	if err != nil {
		return actor, err
	}
	err = e.api.db.View(ctx, func(tx *store.Tx) (err error) {
		actor, err = e.admit(ctx, tx, by, actor.Request)
		return err
	})
	return actor, err
}

// credentialOf is what a request came with: the token in its header, or else the session that its cookie leads to.
func (a *API) credentialOf(c *gin.Context) (access.Credential, error) {
	if header := c.GetHeader("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") || secret == "" {
			return access.Credential{}, access.ErrUnauthenticated
		}
		return access.Credential{Bearer: secret}, nil
	}
	id, err := a.sessionOf(c)
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
	cookie, _ := c.Cookie(sessionCookie) // none is counted by nobody
	return cookie
}

// admit looks a token or session up and asks the policies.
func (e *endpoint) admit(ctx context.Context, tx *store.Tx, by access.Credential, request string) (store.Actor, error) {
	who, err := access.AuthenticateWith(ctx, tx, by)
	if err == nil {
		err = access.Allow(who, e.action())
	}
	if err != nil {
		return store.Actor{Request: request}, err
	}
	return who.Actor(request), nil
}

// action is the operation as the policies know it.
func (e *endpoint) action() access.Action {
	return access.Action{Name: e.op.ID, Resource: e.op.Tag, Holders: e.op.Roles, Reads: e.reads(), Money: e.op.Money,
		Personal: e.op.Personal, Own: e.op.Own, Screen: e.op.Screen}
}
