package access_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// staff makes users maker, lead and finance and gives their ids.
func staff(t *testing.T, db *store.DB) map[string]access.UserID {
	t.Helper()
	ids := map[string]access.UserID{}
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, name := range []string{"maker", "lead", "finance"} {
			u, err := access.CreateUser(t.Context(), tx, name, access.Caseworker)
			if err != nil {
				return err
			}
			ids[name] = u.ID
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// as runs an act by a user, through one of its tokens.
func as(t *testing.T, db *store.DB, user access.UserID, token string, fn func(tx *store.Tx) error) error {
	t.Helper()
	return db.Update(store.WithActor(t.Context(), store.Actor{User: string(user), Token: token, Request: "req_1"}), fn)
}

func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := staff(t, db)
		var secret, other string
		if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
			if secret, err = access.IssueToken(t.Context(), tx, ids["maker"], time.Hour); err != nil {
				return err
			}
			other, err = access.IssueToken(t.Context(), tx, ids["maker"], time.Hour)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		check := func(bearer string, want error) {
			t.Helper()
			err := db.View(t.Context(), func(tx *store.Tx) error {
				p, err := access.Authenticate(t.Context(), tx, bearer)
				if err == nil && (p.User != ids["maker"] || p.Handle != "maker" || !p.HasAny(access.Caseworker) ||
					p.HasAny(access.Treasurer)) {
					t.Errorf("the token is of %+v", p)
				}
				return err
			})
			if !errors.Is(err, want) {
				t.Errorf("%.12s…: %v, want %v", bearer, err, want)
			}
		}
		check(secret, nil)
		check(other, nil)
		for _, bad := range []string{"", "slt_", secret[:len(secret)-1], secret + "0", "x" + secret[1:],
			strings.ToUpper(secret), secret[:len(secret)-1] + "g", "slt_" + strings.Repeat("0", 64)} {
			check(bad, access.ErrUnauthenticated)
		}
		clock := storetest.ClockOf(db)
		clock.Advance(time.Hour - time.Microsecond)
		check(secret, nil)
		clock.Advance(time.Microsecond)
		check(secret, access.ErrTokenExpired)
		clock.Set(storetest.Start)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return access.RevokeTokens(t.Context(), tx,
				ids["maker"])
		}); err != nil {
			t.Fatal(err)
		}
		check(secret, access.ErrUnauthenticated)
		check(other, access.ErrUnauthenticated)
		// Nothing in the database opens a door: the secret is stored nowhere.
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			var n int
			err := tx.NewRaw("SELECT COUNT(*) FROM tokens WHERE CAST(hash AS TEXT) LIKE ? OR id LIKE ?", "%"+secret[4:20]+"%",
				"%"+secret[4:20]+"%").Scan(t.Context(), &n)
			if n != 0 {
				t.Error("a secret is stored")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			act  func(tx *store.Tx) error
			want error
		}{
			"handle taken": {func(tx *store.Tx) error { _, err := access.CreateUser(t.Context(), tx, "maker"); return err },
				access.ErrDuplicateHandle},
			"unknown role": {func(tx *store.Tx) error { _, err := access.CreateUser(t.Context(), tx, "x", "king"); return err },
				access.ErrUnknownRole},
			"token of none": {func(tx *store.Tx) error {
				_, err := access.IssueToken(t.Context(), tx, "usr_none", time.Hour)
				return err
			}, access.ErrUnknownUser},
		} {
			if err := db.Update(t.Context(), c.act); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

// An account works until its end and not at it; the end may be set again to the same instant or an earlier one.
func TestAnEndIsAnInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids, clock, end := staff(t, db), storetest.ClockOf(db), storetest.Start.Add(time.Hour)
		var secret string
		set := func(at time.Time, want error) {
			t.Helper()
			err := db.Update(t.Context(), func(tx *store.Tx) error { return access.EndUser(t.Context(), tx, ids["maker"], at) })
			if !errors.Is(err, want) {
				t.Errorf("an end at %s: %v, want %v", at, err, want)
			}
		}
		works := func(want error) {
			t.Helper()
			err := db.View(t.Context(), func(tx *store.Tx) error {
				a, err := access.FindUser(t.Context(), tx, "maker")
				if works := want == nil; err == nil && a.Works(tx.At) != works {
					t.Errorf("at %s it works: %v, want %v", tx.At, !works, works)
				}
				_, err = access.Authenticate(t.Context(), tx, secret)
				return err
			})
			if !errors.Is(err, want) {
				t.Errorf("at %s: %v, want %v", clock.Now(), err, want)
			}
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
			secret, err = access.IssueToken(t.Context(), tx, ids["maker"], 24*time.Hour)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		set(end.Add(time.Microsecond), nil)
		set(end.Add(2*time.Microsecond), access.ErrAccountEnded)
		set(end.Add(time.Microsecond), nil)
		set(end, nil)
		clock.Set(end.Add(-time.Microsecond))
		works(nil)
		clock.Set(end)
		works(access.ErrUnauthenticated)
		set(end.Add(-time.Minute), access.ErrAccountEnded)
	})
}

func TestNobodyTakesTwoDuties(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := staff(t, db)
		asked, changed := sha256.Sum256([]byte("100.00")), sha256.Sum256([]byte("900.00"))
		for _, c := range []struct {
			who, token string
			step       access.Step
			round      int
			payload    [32]byte
			want       error
		}{
			{"lead", "tok_1", access.Approve, 1, asked, access.ErrNoRequest}, // nothing was asked for
			{"maker", "tok_1", access.Request, 1, asked, nil},
			{"maker", "tok_1", access.Approve, 1, asked, access.ErrMakerCannotApprove},
			{"maker", "tok_2", access.Approve, 1, asked, access.ErrMakerCannotApprove}, // another token of the same person
			{"lead", "tok_3", access.Approve, 1, changed, access.ErrNoRequest},         // it asked for something else
			{"lead", "tok_3", access.Approve, 2, asked, access.ErrNoRequest},           // in another round
			{"lead", "tok_3", access.Approve, 1, asked, nil},
			{"lead", "tok_4", access.Authorise, 1, asked, access.ErrMakerCannotApprove},
			{"finance", "tok_5", access.Authorise, 1, asked, nil},
			{"lead", "tok_3", access.Request, 2, changed, nil}, // the next round is a clean sheet
			{"maker", "tok_1", access.Approve, 2, changed, nil},
		} {
			err := as(t, db, ids[c.who], c.token, func(tx *store.Tx) error {
				return access.Take(t.Context(), tx, access.Duty{Subject: "dsb_1", Round: c.round, Step: c.step, Payload: c.payload})
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s takes %s of round %d: %v, want %v", c.who, c.step, c.round, err, c.want)
			}
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			duties, err := access.DutiesOn(t.Context(), tx, "dsb_1", 1)
			if len(duties) != 3 {
				t.Errorf("%d duties in round 1, want 3", len(duties))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCountersAndEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := staff(t, db)
		for i := int64(1); i <= 3; i++ {
			if err := as(t, db, ids["maker"], "tok_1", func(tx *store.Tx) error {
				n, err := access.Next(t.Context(), tx, "plan")
				if n != i {
					t.Errorf("number %d, want %d", n, i)
				}
				if err != nil {
					return err
				}
				return access.Record(t.Context(), tx, access.Event{Action: "plan.drafted", Subject: "pln_1",
					Fields: []string{"state", "split"}, Reason: "why"})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			var who []string
			err := tx.NewRaw("SELECT user_id || ' ' || token_id || ' ' || request_id || ' ' || fields || ' ' || reason FROM "+
				"audit_events WHERE subject = 'pln_1'").Scan(t.Context(), &who)
			if want := string(ids["maker"]) + " tok_1 req_1 state,split why"; len(who) != 3 || who[0] != want {
				t.Errorf("the record says %q, want %q", who, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}
