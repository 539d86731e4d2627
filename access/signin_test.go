package access_test

import (
	"errors"
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
			if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
				door, err = access.FindDoor(t.Context(), tx, handle, device)
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
