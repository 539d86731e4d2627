package access_test

import (
	"context"
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What was tried and refused leaves nothing: no row, no event, no leaf, and the rest of the tx commits.
func TestTry(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		refusal := errors.New("no")
		user := func(ctx context.Context, tx *store.Tx, handle string) error {
			_, err := access.CreateUser(ctx, tx, handle, access.Auditor)
			return err
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			ctx := t.Context()
			if err := user(ctx, tx, "before"); err != nil {
				return err
			}
			if err := tx.Try(ctx, func() error {
				if err := user(ctx, tx, "tried"); err != nil {
					return err
				}
				return refusal
			}); !errors.Is(err, refusal) {
				t.Errorf("it comes back as %v", err)
			}
			if err := tx.Try(ctx, func() error { return user(ctx, tx, "before") }); err == nil {
				t.Error("what the database refuses is taken")
			}
			return tx.Try(ctx, func() error { return user(ctx, tx, "after") })
		})
		if err != nil {
			t.Fatal(err)
		}
		var users, events, leaves int64
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			var err error
			if users, err = tx.NewSelect().Table("users").Where("handle IN ('before', 'after')").Count(t.Context()); err != nil {
				return err
			}
			if n, err := tx.NewSelect().Table("users").Count(t.Context()); err != nil || n != users {
				t.Errorf("%d users, %v", n, err)
			}
			if events, err = tx.NewSelect().Table("audit_events").Count(t.Context()); err != nil {
				return err
			}
			leaves, err = tx.NewSelect().Table("proof_leaves").Where("kind = 'event'").Count(t.Context())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if users != 2 || events != leaves || events == 0 {
			t.Errorf("%d users, %d events, %d leaves", users, events, leaves)
		}
	})
}
