package access_test

import (
	"errors"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// A passkey is added by a person with a password, opens sessions with two factors while its device counts on, is known
// to verify, and goes with every other door when another invitation is used. The database refuses one that nobody
// added.
func TestPasskeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		update := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Update(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		var guide access.UserID
		password, err := access.NewPassword(t.Context(), "guide", good)
		if err != nil {
			t.Fatal(err)
		}
		update(func(tx *store.Tx) error {
			u, word, err := access.CreateInvited(t.Context(), tx, "guide", access.Auditor)
			if err != nil {
				return err
			}
			guide = u.ID
			return access.AcceptInvitation(t.Context(), tx, word, password)
		})
		phone := access.Passkey{Name: " phone ", Credential: []byte{1, 2}, Key: []byte{3}, Uses: 4}
		var added access.Passkey
		add := func(user access.UserID, p access.Passkey) error {
			return as(t, db, user, "ses_1", func(tx *store.Tx) error {
				made, err := access.AddPasskey(t.Context(), tx, p)
				if err == nil {
					added = made
				}
				return err
			})
		}
		if err := add(ids["treasurer"], phone); err == nil || !strings.Contains(err.Error(), "approval_missing") {
			t.Errorf("a passkey of who has set no password: %v", err)
		}
		if err := add(guide, phone); err != nil {
			t.Fatal(err)
		}
		if added.Name != "phone" {
			t.Errorf("its name is %q", added.Name)
		}
		if err := add(guide, phone); !errors.Is(err, access.ErrPasskeyTaken) {
			t.Errorf("the same once more: %v", err)
		}
		if err := add(guide, access.Passkey{Credential: []byte{9}}); !errors.Is(err, access.ErrPasskeyName) {
			t.Errorf("without a name: %v", err)
		}
		for _, use := range []struct {
			uses int64
			good bool
		}{{5, true}, {5, false}, {4, false}, {9, true}} {
			var in access.Entered
			var ok bool
			update(func(tx *store.Tx) (err error) {
				in, ok, err = access.EnterByPasskey(t.Context(), tx, added, use.uses)
				return err
			})
			if ok != use.good || ok && in.Factors != 2 {
				t.Errorf("use %d: %v with %d factors", use.uses, ok, in.Factors)
			}
		}
		if wrong := found(t, db); wrong != "" {
			t.Errorf("verify finds %q", wrong)
		}
		forgedPasskeys(t, db)
		passkeysEnd(t, db, guide, ids["treasurer"], added.ID)
	})
}

// forgedPasskeys writes past the program what the database refuses.
func forgedPasskeys(t *testing.T, db *store.DB) {
	t.Helper()
	for name, text := range map[string]string{
		"another's": "UPDATE passkeys SET user_id = (SELECT id FROM users WHERE handle = 'treasurer')",
		"a key":     "UPDATE passkeys SET public_key = credential",
		"backwards": "UPDATE passkeys SET uses = 1",
		"written": "INSERT INTO passkeys SELECT 'pky_x', (SELECT id FROM users WHERE handle = 'treasurer'), name, " +
			"public_key, credential, synced, 0, created_at, '' FROM passkeys",
	} {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw(text).Exec(t.Context())
			return err
		}); err == nil {
			t.Errorf("%s: the database takes it", name)
		}
	}
}

// passkeysEnd has another person fail to remove a passkey, and another invitation end it.
func passkeysEnd(t *testing.T, db *store.DB, user, other access.UserID, id access.PasskeyID) {
	t.Helper()
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := db.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	if err := as(t, db, other, "ses_2", func(tx *store.Tx) error {
		return access.RemovePasskey(t.Context(), tx, id)
	}); !errors.Is(err, access.ErrUnknownPasskey) {
		t.Errorf("another's is removed: %v", err)
	}
	update(func(tx *store.Tx) error {
		word, err := access.Invite(t.Context(), tx, user)
		if err != nil {
			return err
		}
		password, err := access.NewPassword(t.Context(), "guide", good)
		if err != nil {
			return err
		}
		return access.AcceptInvitation(t.Context(), tx, word, password)
	})
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		left, err := access.Passkeys(t.Context(), tx, user)
		if len(left) > 0 {
			t.Errorf("after another invitation there are %v", left)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if wrong := found(t, db); wrong != "" {
		t.Errorf("verify finds %q at the end", wrong)
	}
}
