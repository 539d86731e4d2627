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
	scheme, secret, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return actor, access.ErrUnauthenticated
	}
	var who access.Principal
	err := e.api.db.View(ctx, func(tx *store.Tx) (err error) {
		who, err = access.Authenticate(ctx, tx, secret)
		return err
	})
	if err != nil {
		return actor, err
	}
	if len(e.op.Roles) > 0 && !who.HasAny(e.op.Roles...) {
		return actor, access.ErrForbidden
	}
	return who.Actor(actor.Request), nil
}
