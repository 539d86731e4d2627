package access_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

const good = "four words nobody joins"

func TestSignIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		update := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Update(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		try := func(handle, password, code, device string) (in access.Entered, ok bool, err error) {
			t.Helper()
			var door access.Door
			if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
				door, err = access.Knock(t.Context(), tx, handle, device)
				return err
			}); err != nil {
				return in, false, err
			}
			a, err := door.Try(t.Context(), password, code, time.Now())
			if err != nil {
				return in, false, err
			}
			err = db.Update(t.Context(), func(tx *store.Tx) (err error) {
				in, ok, err = access.Enter(t.Context(), tx, a)
				return err
			})
			return in, ok, err
		}
		var word string
		update(func(tx *store.Tx) (err error) {
			var u access.User
			u, word, err = access.CreateInvited(t.Context(), tx, "guide", access.ProgrammeLead)
			ids["guide"] = u.ID
			return err
		})
		if _, err := access.NewPassword(t.Context(), "guide", "short"); !errors.Is(err, access.ErrWeakPassword) {
			t.Errorf("a short password: %v", err)
		}
		password, err := access.NewPassword(t.Context(), "guide", good)
		if err != nil {
			t.Fatal(err)
		}
		update(func(tx *store.Tx) error { return access.AcceptInvitation(t.Context(), tx, word, password) })
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return access.AcceptInvitation(t.Context(), tx, word,
				password)
		}); !errors.Is(err, access.ErrInvitation) {
			t.Errorf("an invitation used twice: %v", err)
		}
		in, ok, err := try("guide", good, "", "")
		if err != nil || !ok || in.Factors != 1 {
			t.Fatalf("%+v %v %v", in, ok, err)
		}
		wantOneFactor(t, db, in.Session, ids["guide"])
		for _, handle := range []string{"guide", "nobody"} {
			if _, ok, err := try(handle, "another four words", "", ""); ok || err != nil {
				t.Errorf("%s with a wrong password: %v %v", handle, ok, err)
			}
		}
		for range 5 {
			_, _, _ = try("guide", "another four words", "", "")
		}
		if _, _, err := try("guide", good, "", ""); !errors.Is(err, access.ErrSlowDown) {
			t.Errorf("after six failures: %v", err)
		}
		if _, ok, err := try("guide", good, "", in.Device); !ok || err != nil {
			t.Errorf("the person's own device waits for strangers' failures: %v %v", ok, err)
		}
	})
}

// Many attempts at once are counted before any of them is looked at, so a crowd gets no more tries than one who waits;
// and a door that leads nowhere closes after as many.
func TestCrowdAtTheDoor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		office(t, db)
		for _, handle := range []string{"maker", "nobody-at-all"} {
			var let, waits atomic.Int64
			var all sync.WaitGroup
			for range 60 {
				all.Go(func() {
					err := db.Update(t.Context(), func(tx *store.Tx) error {
						_, err := access.Knock(t.Context(), tx, handle, "")
						return err
					})
					switch {
					case err == nil:
						let.Add(1)
					case errors.Is(err, access.ErrSlowDown):
						waits.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			all.Wait()
			if let.Load() != 5 || waits.Load() != 55 {
				t.Errorf("%s: %d of 60 at once are looked at, %d wait; want 5", handle, let.Load(), waits.Load())
			}
		}
		grows(t, db)
	})
}

// grows holds that each wait is twice the one before, up to a quarter of an hour, and that a clock that is put back
// shuts nobody out for longer.
func grows(t *testing.T, db *store.DB) {
	t.Helper()
	clock := storetest.ClockOf(db)
	knock := func() error {
		return db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := access.Knock(t.Context(), tx, "maker", "")
			return err
		})
	}
	wait := time.Second // after the fifth
	for range 14 {
		clock.Advance(wait - time.Millisecond)
		if err := knock(); !errors.Is(err, access.ErrSlowDown) {
			t.Errorf("%v are not over and it is open: %v", wait, err)
		}
		clock.Advance(time.Millisecond)
		if err := knock(); err != nil {
			t.Errorf("%v are over: %v", wait, err)
		}
		wait = min(2*wait, 15*time.Minute)
	}
	clock.Advance(-365 * 24 * time.Hour)
	if err := knock(); err != nil {
		t.Errorf("the clock was put back by a year: %v", err)
	}
}

// Passwords that are tried first are refused, whatever stands around them; four unrelated words are taken.
func TestCommonPasswords(t *testing.T) {
	for _, plain := range []string{"passwordpassword", "Password123456", "P@ssw0rd!2026", "adgangskode2026",
		"Sommer2026!!!!",
		"qwertyuiopasdf", "123456789012", "111111111111", "abababababab", "abcdefghijklmn", "iloveyoumichael",
		"treasurer2026!", "treasurertreasurer", "1q2w3e4r5t6y", "letmeinletmein", "supportledger1", "København2026"} {
		if _, err := access.NewPassword(t.Context(), "treasurer", plain); !errors.Is(err, access.ErrWeakPassword) {
			t.Errorf("%q: %v", plain, err)
		}
	}
	for _, plain := range []string{good, "brisk lantern orbit walnut", "x7Kd!mmQ2pLz", "grønne stole taler sagte",
		"passwords are for people"} {
		if _, err := access.NewPassword(t.Context(), "treasurer", plain); err != nil {
			t.Errorf("%q: %v", plain, err)
		}
	}
}

// wantOneFactor holds that a session of one factor opens nothing that acts, and that its id is no token.
func wantOneFactor(t *testing.T, db *store.DB, session access.TokenID, user access.UserID) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		p, err := access.AuthenticateWith(t.Context(), tx, access.Credential{Session: session})
		if p.User != user || !p.Session || p.Factors != 1 {
			t.Errorf("principal %+v", p)
		}
		if got := access.Allow(p, access.Action{Name: "approve",
			Holders: []access.Role{access.ProgrammeLead}}); !errors.Is(got, access.ErrSecondFactor) {
			t.Errorf("one factor: %v", got)
		}
		if _, err := access.Authenticate(t.Context(), tx, string(session)); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("the id of a session as a bearer token: %v", err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
