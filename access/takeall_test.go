package access_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// Many duties at once are refused for the same reasons as one, and all or none are taken.
func TestTakeAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		const many = 501 // more than one statement asks about
		duties := make([]access.Duty, many)
		for i := range duties {
			duties[i] = access.Duty{Subject: fmt.Sprint("thing-", i), Round: 1, Step: access.Approve,
				Payload: [32]byte{byte(i), byte(i / 256)}}
		}
		all := func(user string, duties []access.Duty) error {
			return as(t, db, ids[user], "", func(tx *store.Tx) error { return access.TakeAll(t.Context(), tx, duties) })
		}
		if err := all("lead", duties); !errors.Is(err, access.ErrNoRequest) {
			t.Errorf("nothing was requested: %v", err)
		}
		if err := as(t, db, ids["new"], "", func(tx *store.Tx) error {
			for _, d := range duties {
				d.Step = access.Request
				if err := access.Take(t.Context(), tx, d); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := all("new", duties); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("the requester approved: %v", err)
		}
		for _, i := range []int{0, many - 1} {
			other := append([]access.Duty(nil), duties...)
			other[i].Payload[31] = 1
			if err := all("lead", other); !errors.Is(err, access.ErrNoRequest) {
				t.Errorf("number %d is another thing than was requested: %v", i, err)
			}
		}
		if err := all("lead", duties); err != nil {
			t.Errorf("all: %v", err)
		}
		if err := all("lead", duties[:1]); !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("taken twice by one person: %v", err)
		}
	})
}

// A token of a user's own program lives from a minute to [access.LongestToken], both included.
func TestScopedTokenLifetime(t *testing.T) {
	db := storetest.SQLite(t)
	ids := office(t, db)
	for life, want := range map[time.Duration]error{
		time.Minute: nil, access.LongestToken: nil,
		time.Minute - time.Second: access.ErrTokenLifetime, access.LongestToken + time.Second: access.ErrTokenLifetime,
	} {
		err := as(t, db, ids["lead"], "", func(tx *store.Tx) error {
			_, _, err := access.IssueScoped(t.Context(), tx,
				access.Token{User: ids["lead"], Name: "n", ExpiresAt: tx.At.Add(life)})
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", life, err, want)
		}
	}
}

// A rejected change stays rejected: nobody decides on it again.
func TestRejectedChangeIsDecided(t *testing.T) {
	db := storetest.SQLite(t)
	ids := office(t, db)
	var id access.ChangeID
	if err := as(t, db, ids["admin"], "", func(tx *store.Tx) error {
		c, err := access.Propose(t.Context(), tx,
			access.Change{Kind: access.RoleChange, User: ids["new"], Grant: []access.Role{access.Treasurer}, Reason: because})
		id = c.ID
		return err
	}); err != nil {
		t.Fatal(err)
	}
	decide := func(approve bool) (state access.ChangeState, err error) {
		err = as(t, db, ids["admin-2"], "", func(tx *store.Tx) error {
			c, err := access.DecideChange(t.Context(), tx, id, approve, because)
			state = c.State
			return err
		})
		return state, err
	}
	if state, err := decide(false); err != nil || state != access.Rejected {
		t.Errorf("rejected: %v, %v", state, err)
	}
	if _, err := decide(true); !errors.Is(err, access.ErrChangeDecided) {
		t.Errorf("approved after it was rejected: %v", err)
	}
	if roles := rolesOf(t, db, ids["new"]); len(roles) != 0 {
		t.Errorf("roles %v", roles)
	}
}
