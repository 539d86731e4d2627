package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/uptrace/bun"
)

// errNoView is a rehearsal where something could be written.
var errNoView = errors.New("store: an act is rehearsed in a View")

// rehearsalKey marks the context of a rehearsal.
type rehearsalKey struct{}

// rehearsal notes whether an act came to its first write.
type rehearsal struct{ wrote bool }

// Rehearse performs an act inside a View, as another user if need be, as far as its first write, which is not sent:
// nil says that nothing kept the act from writing, an error is what the act refuses. So what can be done is asked
// of the act itself, and no rule is written twice. What the act finds out while it writes stays unknown.
func (tx *Tx) Rehearse(ctx context.Context, by Actor, act func(ctx context.Context, tx *Tx) error) error {
	if !tx.views {
		return errNoView
	}
	noted := &rehearsal{}
	ctx = WithActor(context.WithValue(ctx, rehearsalKey{}, noted), by)
	own := &Tx{Tx: tx.Tx, At: tx.At, By: by, Engine: tx.Engine, conn: tx.conn, counter: tx.counter, compiled: tx.compiled,
		unnamed: tx.unnamed, views: true, memory: tx.memory}
	err := unlessAborted(func() error { return act(ctx, own) })
	if noted.wrote || errors.Is(err, ErrReadOnly) {
		return nil
	}
	return Classify(err)
}

// AboutToWrite is asked before a write that goes past bun, whose hook does not see it: an error ends a rehearsal there.
func AboutToWrite(ctx context.Context) error {
	noted, rehearsed := ctx.Value(rehearsalKey{}).(*rehearsal)
	if !rehearsed {
		return nil
	}
	noted.wrote = true
	return fmt.Errorf("%w: rehearsed", ErrReadOnly)
}

// withheld tells the context of a write that a rehearsal keeps back.
func withheld(ctx context.Context) bool {
	return ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrReadOnly)
}

// withholding is a hook that keeps back what a rehearsal writes: a server would note each refusal in its log, and on
// PostgreSQL the snapshot would end with it.
type withholding struct{}

// writing finds a write inside a WITH.
var writing = regexp.MustCompile(`(?i)\b(INSERT\s+INTO|UPDATE\s+\S+\s+(AS\s+\S+\s+)?SET|DELETE\s+FROM)\b`)

// BeforeQuery gives a write of a rehearsal a context that has ended, with which nothing is sent.
func (withholding) BeforeQuery(ctx context.Context, event *bun.QueryEvent) context.Context {
	noted, rehearsed := ctx.Value(rehearsalKey{}).(*rehearsal)
	if !rehearsed {
		return ctx
	}
	text := strings.ToUpper(strings.TrimLeft(event.Query[:min(len(event.Query), 64)], " \t\n("))
	if strings.HasPrefix(text, "SELECT") || strings.HasPrefix(text, "WITH") && !writing.MatchString(event.Query) {
		return ctx
	}
	noted.wrote = true
	ended, end := context.WithCancelCause(ctx)
	end(fmt.Errorf("%w: rehearsed", ErrReadOnly))
	return ended
}

// AfterQuery is the half of bun's hook that is not needed.
func (withholding) AfterQuery(context.Context, *bun.QueryEvent) {}
