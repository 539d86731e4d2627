package access_test

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238, as the server speaks it
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// codeOfApp is what an authenticator app shows (RFC 6238, six digits, thirty seconds).
func codeOfApp(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[from:])&0x7fffffff%1_000_000)
}

// door is a person who signs in to the account guide, a quarter of an hour after the last time.
type door struct {
	*testing.T
	db     *store.DB
	ids    map[string]access.UserID
	clock  *storetest.Clock
	device string
	app    string // secret of the second factor
}

// doorOf invites guide and sets a password.
func doorOf(t *testing.T, db *store.DB) *door {
	t.Helper()
	d := &door{T: t, db: db, ids: office(t, db), clock: storetest.ClockOf(db)}
	var word string
	d.do(func(tx *store.Tx) (err error) {
		var u access.User
		u, word, err = access.CreateInvited(t.Context(), tx, "guide", access.ProgrammeLead)
		d.ids["guide"] = u.ID
		return err
	})
	d.do(func(tx *store.Tx) error { return access.AcceptInvitation(t.Context(), tx, word, d.password(good)) })
	return d
}

func (d *door) password(plain string) access.Password {
	d.Helper()
	p, err := access.NewPassword(d.Context(), "guide", plain)
	if err != nil {
		d.Fatal(err)
	}
	return p
}

func (d *door) do(fn func(tx *store.Tx) error) {
	d.Helper()
	if err := d.db.Update(d.Context(), fn); err != nil {
		d.Fatal(err)
	}
}

// ofApp stands for the code that the app shows at the attempt.
const ofApp = "app"

// attempt knocks and tries.
func (d *door) attempt(password, code string) (a access.Attempt) {
	d.Helper()
	d.clock.Advance(15 * time.Minute)
	if code == ofApp {
		code = codeOfApp(d.T, d.app, d.clock.Now())
	}
	var at access.Door
	d.do(func(tx *store.Tx) (err error) {
		at, err = access.Knock(d.Context(), tx, "guide", d.device)
		return err
	})
	a, err := at.Try(d.Context(), password, code, d.clock.Now())
	if err != nil {
		d.Fatal(err)
	}
	return a
}

// enters reports whether an attempt opens the door, and by how many factors.
func (d *door) enters(a access.Attempt) (bool, int) {
	d.Helper()
	var in access.Entered
	var ok bool
	d.do(func(tx *store.Tx) (err error) {
		in, ok, err = access.Enter(d.Context(), tx, a)
		return err
	})
	if ok {
		d.device = in.Device
	}
	return ok, in.Factors
}

// The second factor begins at a good password, counts after its first code, and each of its codes, and of the codes for
// a lost telephone, opens the door once.
func TestSecondFactorFromFirstCodeToLostTelephone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := doorOf(t, db)
		begin := func(a access.Attempt) (f access.SecondFactor, err error) {
			err = db.Update(t.Context(), func(tx *store.Tx) (err error) {
				f, err = access.BeginSecondFactor(t.Context(), tx, a)
				return err
			})
			return f, err
		}
		confirm := func(a access.Attempt, code string) (codes []string, err error) {
			err = db.Update(t.Context(), func(tx *store.Tx) (err error) {
				codes, err = access.ConfirmSecondFactor(t.Context(), tx, a, code)
				return err
			})
			return codes, err
		}
		want := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		_, err := begin(d.attempt("another four words", ""))
		want("begun with a wrong password", err, access.ErrSignIn)
		_, err = confirm(d.attempt(good, ""), "000000")
		want("confirmed before it was begun", err, access.ErrNoSecondFactor)
		f, err := begin(d.attempt(good, ""))
		want("begun", err, nil)
		d.app = f.Secret
		if ok, factors := d.enters(d.attempt(good, "")); !ok || factors != 1 {
			t.Errorf("a second factor that was only begun keeps its person out: %v, %d", ok, factors)
		}
		_, err = confirm(d.attempt("another four words", ""), codeOfApp(t, d.app, d.clock.Now().Add(15*time.Minute)))
		want("confirmed with a wrong password", err, access.ErrSignIn)
		a := d.attempt(good, "")
		wrong := codeOfApp(t, f.Secret, d.clock.Now().Add(-time.Hour))
		_, err = confirm(a, wrong)
		want("confirmed with an old code", err, access.ErrSignIn)
		recovery, err := confirm(a, codeOfApp(t, d.app, d.clock.Now()))
		want("confirmed", err, nil)
		if len(recovery) != 10 {
			t.Fatalf("%d recovery codes", len(recovery))
		}
		for _, c := range []struct {
			name, code string
			ok         bool
		}{
			{"no code", "", false}, {"no code of any kind", "12345", false}, {"the code", ofApp, true}, {"another's",
				"123456", false},
			{"a recovery code", recovery[3], true}, {"the same again", recovery[3], false},
			{"another of them", recovery[9], true}, {"none of them", "xxxx-xxxx-xxxx", false},
		} {
			given := d.attempt(good, c.code)
			ok, factors := d.enters(given)
			if ok != c.ok || ok && factors != 2 {
				t.Errorf("%s: %v by %d factors", c.name, ok, factors)
			}
			if c.code == ofApp {
				if ok, _ := d.enters(given); ok {
					t.Error("a code opens the door twice")
				}
			}
		}
		_, err = confirm(d.attempt(good, ofApp), "000000")
		want("confirmed again", err, access.ErrNoSecondFactor)
		if ok, _ := d.enters(d.attempt("another four words", ofApp)); ok {
			t.Error("the code alone opens the door")
		}
		d.newWord() // a new password closes all doors of before
		if ok, factors := d.enters(d.attempt(good, recovery[0])); !ok || factors != 1 {
			t.Errorf("after a new word: %v by %d", ok, factors)
		}
		if got := found(t, db); got != "" {
			t.Error(got)
		}
	})
}

// newWord has two people give guide a new way in, and sets the same password again.
func (d *door) newWord() {
	d.Helper()
	var c access.Change
	var word string
	if err := as(d.T, d.db, d.ids["admin"], "", func(tx *store.Tx) (err error) {
		c, err = access.Propose(d.Context(), tx, access.Change{Kind: access.Invitation, User: d.ids["guide"],
			Reason: because})
		return err
	}); err != nil {
		d.Fatal(err)
	}
	if err := as(d.T, d.db, d.ids["admin-2"], "", func(tx *store.Tx) (err error) {
		if word, err = access.ApplyInvitation(d.Context(), tx, c); err != nil || word != "" {
			d.Errorf("a word of what is only asked for: %v", err)
		}
		if c, err = access.DecideChange(d.Context(), tx, c.ID, true, ""); err != nil {
			return err
		}
		word, err = access.ApplyInvitation(d.Context(), tx, c)
		return err
	}); err != nil {
		d.Fatal(err)
	}
	d.do(func(tx *store.Tx) error { return access.AcceptInvitation(d.Context(), tx, word, d.password(good)) })
	d.device = ""
}

// An invitation opens for three days, once, and not to an account that has ended.
func TestInvitationsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := doorOf(t, db)
		invited := func(id access.UserID) (word string) {
			d.do(func(tx *store.Tx) (err error) {
				word, err = access.Invite(t.Context(), tx, id)
				return err
			})
			return word
		}
		accept := func(word string) error {
			p := d.password(good)
			return db.Update(t.Context(), func(tx *store.Tx) error { return access.AcceptInvitation(t.Context(), tx, word, p) })
		}
		for wait, want := range map[time.Duration]error{72*time.Hour - time.Microsecond: nil,
			72 * time.Hour: access.ErrInvitation} {
			word := invited(d.ids["new"])
			d.clock.Advance(wait)
			if err := accept(word); !errors.Is(err, want) {
				t.Errorf("after %v: %v", wait, err)
			}
		}
		word := invited(d.ids["new"])
		if err := accept(word + "0"); !errors.Is(err, access.ErrInvitation) {
			t.Errorf("a word of nobody: %v", err)
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := access.Invite(t.Context(), tx, d.ids["lead"])
			return err
		}); !errors.Is(err, access.ErrInviteByTwo) {
			t.Errorf("one person invites who acts: %v", err)
		}
		d.do(func(tx *store.Tx) error { return access.DisableUser(t.Context(), tx, d.ids["new"], because) })
		if err := accept(word); !errors.Is(err, access.ErrInvitation) {
			t.Errorf("of an account that has ended: %v", err)
		}
	})
}

// An identity opens the one account that it was linked to, while that works.
func TestLinkedIdentity(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := doorOf(t, db)
		me := access.Identity{Issuer: "https://id.example", Subject: "4711"}
		enters := func(i access.Identity) (in access.Entered, ok bool) {
			d.do(func(tx *store.Tx) (err error) {
				in, ok, err = access.EnterLinked(t.Context(), tx, i, 2)
				return err
			})
			return in, ok
		}
		if _, ok := enters(me); ok {
			t.Error("an identity that nobody linked opens a door")
		}
		link := func(user string) error {
			return db.Update(t.Context(), func(tx *store.Tx) error {
				word, err := access.Invite(t.Context(), tx, d.ids[user])
				if err != nil {
					return err
				}
				return access.AcceptWithIdentity(t.Context(), tx, access.WordHash(word), me)
			})
		}
		if err := link("new"); err != nil {
			t.Fatal(err)
		}
		in, ok := enters(me)
		if !ok || in.Factors != 2 || in.Session == "" {
			t.Errorf("%+v, %v", in, ok)
		}
		for _, other := range []access.Identity{{Issuer: "https://id.example", Subject: "4712"},
			{Issuer: "https://id2.example", Subject: "4711"}} {
			if _, ok := enters(other); ok {
				t.Errorf("%+v opens another's door", other)
			}
		}
		d.do(func(tx *store.Tx) error {
			_, err := access.CreateUser(t.Context(), tx, "reader", access.Auditor)
			return err
		})
		d.do(func(tx *store.Tx) error {
			u, err := access.FindUser(t.Context(), tx, "reader")
			d.ids["reader"] = u.ID
			return err
		})
		if err := link("reader"); !errors.Is(err, access.ErrIdentityTaken) {
			t.Errorf("one identity for two accounts: %v", err)
		}
		d.do(func(tx *store.Tx) error { return access.EndUser(t.Context(), tx, d.ids["new"], tx.At.Add(time.Hour)) })
		d.clock.Advance(time.Hour - time.Microsecond)
		if _, ok := enters(me); !ok {
			t.Error("an account that still works is closed")
		}
		d.clock.Advance(time.Microsecond)
		if _, ok := enters(me); ok {
			t.Error("an account that has ended opens")
		}
		if got := found(t, db); got != "" {
			t.Error(got)
		}
	})
}

// recordedBy are the events of an act: "action subject", and behind a colon whom it was done for.
func recordedBy(t *testing.T, db *store.DB, by access.UserID, act func(tx *store.Tx) error) (events []string) {
	t.Helper()
	read := func() (all []string) {
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			found, err := access.ListEvents(t.Context(), tx, access.EventFilter{Page: store.Keyset{}})
			for _, e := range found {
				all = append(all, fmt.Sprintf("%s %s:%s", e.Action, e.Subject, e.OnBehalfOf))
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := read()
	if err := as(t, db, by, "", act); err != nil {
		t.Fatal(err)
	}
	after := read()
	for _, e := range before {
		if i := slices.Index(after, e); i >= 0 {
			after = slices.Delete(after, i, i+1)
		}
	}
	return after
}

// Every act on an account leaves its events, of the right account, for whom it was done.
func TestEveryActOnAnAccountIsRecorded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := doorOf(t, db)
		ctx, guide, fresh := t.Context(), d.ids["guide"], d.ids["new"]
		var change access.Change
		var token access.Token
		var session access.TokenID
		var word string
		subject := func(s string) string { // ids that an act makes
			for name, id := range map[string]string{"CHANGE": string(change.ID), "TOKEN": string(token.ID),
				"SESSION": string(session), "GUIDE": string(guide), "NEW": string(fresh), "LEAD": string(d.ids["lead"]),
				"TREASURER": string(d.ids["treasurer"])} {
				if s == name {
					return id
				}
			}
			return s
		}
		propose := func(c access.Change) func(tx *store.Tx) error {
			return func(tx *store.Tx) (err error) {
				c.Reason = because
				change, err = access.Propose(ctx, tx, c)
				return err
			}
		}
		decide := func(approve bool) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := access.DecideChange(ctx, tx, change.ID, approve, because)
				return err
			}
		}
		issue := func(user access.UserID) func(tx *store.Tx) error {
			return func(tx *store.Tx) (err error) {
				_, token, err = access.IssueScoped(ctx, tx, access.Token{User: user, Name: "n", ExpiresAt: tx.At.Add(time.Hour)})
				return err
			}
		}
		type expected struct{ action, subject, behalf string }
		for _, c := range []struct {
			name, by string
			act      func(tx *store.Tx) error
			want     []expected
		}{
			{"a reader's role", "admin", propose(access.Change{Kind: access.RoleChange, User: fresh,
				Grant: []access.Role{access.Auditor}}), []expected{{"account_change.requested", "CHANGE", "NEW"},
				{"account_change.applied", "CHANGE", "NEW"}, {"role.granted", "NEW", ""}}},
			{"and back", "admin", propose(access.Change{Kind: access.RoleChange, User: fresh,
				Revoke: []access.Role{access.Auditor}}), []expected{{"account_change.requested", "CHANGE", "NEW"},
				{"account_change.applied", "CHANGE", "NEW"}, {"role.revoked", "NEW", ""}}},
			{"a role that acts", "admin", propose(access.Change{Kind: access.RoleChange, User: fresh,
				Grant: []access.Role{access.Treasurer}}), []expected{{"account_change.requested", "CHANGE", "NEW"}}},
			{"rejected", "admin-2", decide(false), []expected{{"account_change.rejected", "CHANGE", "NEW"}}},
			{"one person", "admin", propose(access.Change{Kind: access.SamePerson, User: d.ids["lead"],
				Other: d.ids["treasurer"]}), []expected{{"account_change.requested", "CHANGE", "LEAD"}}},
			{"joined", "admin-2", decide(true), []expected{{"account_change.applied", "CHANGE", "LEAD"},
				{"person.joined", "LEAD", "TREASURER"}}},
			{"a token", "admin", issue(fresh), []expected{{"token.issued", "TOKEN", "NEW"}}},
			{"a token of one's own", "guide", issue(guide), []expected{{"token.issued", "TOKEN", ""}}},
			{"which ends", "guide", func(tx *store.Tx) error { return access.RevokeToken(ctx, tx, guide, token.ID) },
				[]expected{{"token.revoked", "TOKEN", ""}}},
			{"a session", "", func(tx *store.Tx) (err error) {
				session, err = access.OpenSession(ctx, tx, guide, 1)
				return err
			}, []expected{{"session.opened", "SESSION", "GUIDE"}}},
			{"an invitation", "admin", func(tx *store.Tx) (err error) {
				word, err = access.Invite(ctx, tx, fresh)
				return err
			}, []expected{{"user.invited", "NEW", ""}}},
			{"accepted", "", func(tx *store.Tx) error {
				return access.AcceptInvitation(ctx, tx, word, d.password(good))
			}, []expected{{"tokens.revoked", "NEW", ""}, {"password.set", "NEW", ""}}},
			{"an end", "admin", func(tx *store.Tx) error { return access.EndUser(ctx, tx, fresh, tx.At.Add(time.Hour)) },
				[]expected{{"user.end_set", "NEW", ""}}},
			{"an end at once", "admin", func(tx *store.Tx) error { return access.DisableUser(ctx, tx, fresh, because) },
				[]expected{{"user.disabled", "NEW", ""}, {"tokens.revoked", "NEW", ""}}},
		} {
			got := recordedBy(t, db, d.ids[c.by], c.act)
			var want []string
			for _, e := range c.want {
				want = append(want, fmt.Sprintf("%s %s:%s", e.action, subject(e.subject), subject(e.behalf)))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: recorded %q, want %q", c.name, got, want)
			}
		}
		attempt := d.attempt(good, "")
		begun := recordedBy(t, db, "", func(tx *store.Tx) error {
			_, err := access.BeginSecondFactor(ctx, tx, attempt)
			return err
		})
		attempt = d.attempt("another four words", "")
		failed := recordedBy(t, db, "", func(tx *store.Tx) error {
			_, _, err := access.Enter(ctx, tx, attempt)
			return err
		})
		if want := []string{"second_factor.begun " + string(guide) + ":",
			"sign_in.failed " + string(guide) + ":"}; !slices.Equal(
			slices.Concat(begun, failed), want) {
			t.Errorf("recorded %q and %q, want %q", begun, failed, want)
		}
		if got := found(t, db); got != "" {
			t.Error(got)
		}
	})
}
