package http

import (
	"context"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/store"
)

// authorise finds out who asks and whether their role may call this operation; one without roles is for everyone
// who is signed in. What one may not see of a single thing is the act's business; here only the door is guarded.
func (e *endpoint) authorise(ctx context.Context, c *gin.Context) (store.Actor, error) {
	actor := store.Actor{Request: c.GetString(keyRequest)}
	if e.op.Public {
		return actor, nil
	}
	bearer, err := bearerOf(c)
	if err != nil {
		return actor, err
	}
	err = e.api.db.View(ctx, func(tx *store.Tx) (err error) {
		actor, err = e.admit(ctx, tx, bearer, actor.Request)
		return err
	})
	return actor, err
}

// bearerOf is the token that a request came with.
func bearerOf(c *gin.Context) (string, error) {
	scheme, secret, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return "", access.ErrUnauthenticated
	}
	return secret, nil
}

// admit looks a token up and asks whether its user's role may call the operation.
func (e *endpoint) admit(ctx context.Context, tx *store.Tx, bearer, request string) (store.Actor, error) {
	who, err := access.Authenticate(ctx, tx, bearer)
	if err != nil {
		return store.Actor{Request: request}, err
	}
	if len(e.op.Roles) > 0 && !who.HasAny(e.op.Roles...) {
		return store.Actor{Request: request}, access.ErrForbidden
	}
	return who.Actor(request), nil
}
