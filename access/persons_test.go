package access_test

import (
	"errors"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What is known of persons: an account is joined once, not to itself nor by the person, and no account of a person
// decides on a change of another one of the same person.
func TestAccountsOfOnePersonDecideForNoneOfThem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		var change access.Change
		propose := func(by string, c access.Change) error {
			c.Reason = because
			return as(t, db, ids[by], "", func(tx *store.Tx) (err error) {
				change, err = access.Propose(t.Context(), tx, c)
				return err
			})
		}
		decide := func(by string, approve bool) error {
			return as(t, db, ids[by], "", func(tx *store.Tx) error {
				_, err := access.DecideChange(t.Context(), tx, change.ID, approve, because)
				return err
			})
		}
		join := func(a, b string) access.Change {
			return access.Change{Kind: access.SamePerson, User: ids[a], Other: ids[b]}
		}
		for _, c := range []struct {
			name string
			err  error
			want error
		}{
			{"with itself", propose("admin", join("lead", "lead")), access.ErrNothingToChange},
			{"with nobody", propose("admin", join("lead", "nobody")), access.ErrUnknownUser},
			{"with one's own account", propose("admin", join("lead", "admin")), access.ErrOwnRights},
			{"asked for", propose("admin", join("lead", "treasurer")), nil},
			{"by one of the two", decide("lead", true), access.ErrOwnRights},
			{"by the one who asked", decide("admin", true), access.ErrMakerCannotApprove},
			{"by a second person", decide("admin-2", true), nil},
			{"joined again", propose("admin", join("lead", "treasurer")), access.ErrNothingToChange},
			{"joined again the other way", propose("admin", join("treasurer", "lead")), access.ErrNothingToChange},
			{"joined to another", propose("admin", join("lead", "new")), access.ErrPersonIsKnown},
			{"a role for one of them", propose("admin", access.Change{Kind: access.RoleChange, User: ids["lead"],
				Grant: []access.Role{access.Caseworker}}), nil},
			{"approved by the other account", decide("treasurer", true), access.ErrOwnRights},
			{"rejected by the other account", decide("treasurer", false), access.ErrOwnRights},
			{"approved by somebody else", decide("admin-2", true), nil},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, c.err, c.want)
			}
		}
	})
}

// A change of an account is refused on its own ground: of oneself, of nobody, of an account that has ended, without a
// reason of ten letters.
func TestWhoseAccountMayBeChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			ends, err := access.CreateUser(t.Context(), tx, "ends")
			if err != nil {
				return err
			}
			ids["ends"] = ends.ID
			return access.EndUser(t.Context(), tx, ends.ID, tx.At.Add(time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		propose := func(user, reason string) error {
			return as(t, db, ids["admin"], "", func(tx *store.Tx) error {
				_, err := access.Propose(t.Context(), tx, access.Change{Kind: access.RoleChange, User: ids[user],
					Grant: []access.Role{access.Caseworker}, Reason: reason})
				return err
			})
		}
		for _, c := range []struct {
			name, user, reason string
			want               error
		}{
			{"nine letters", "new", "  nine lett   ", access.ErrChangeReason},
			{"ten letters", "new", "ten letter", nil},
			{"one's own", "admin", because, access.ErrOwnRights},
			{"nobody's", "nobody", because, access.ErrUnknownUser},
			{"that ends later", "ends", because, nil},
		} {
			if err := propose(c.user, c.reason); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		storetest.ClockOf(db).Advance(time.Hour)
		if err := propose("ends", because); !errors.Is(err, access.ErrAccountEnded) {
			t.Errorf("one that has ended: %v", err)
		}
		for name, act := range map[string]func(tx *store.Tx) error{
			"ended by oneself": func(tx *store.Tx) error { return access.EndUser(t.Context(), tx, ids["admin"], tx.At) },
			"disabled by oneself": func(tx *store.Tx) error {
				return access.DisableUser(t.Context(), tx, ids["admin"],
					because)
			},
		} {
			if err := as(t, db, ids["admin"], "", act); !errors.Is(err, access.ErrOwnRights) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// What was looked up once is looked up again by the next caller in the tx: a token that was revoked in between is
// refused. A credential that is named twice is asked for once and answered twice.
func TestEachAuthenticationSeesTheTokensOfItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		if err := as(t, db, ids["admin"], "", func(tx *store.Tx) error {
			secret, err := access.IssueToken(t.Context(), tx, ids["lead"], time.Hour)
			if err != nil {
				return err
			}
			session, err := access.OpenSession(t.Context(), tx, ids["treasurer"], 2)
			if err != nil {
				return err
			}
			token, door, none := access.Credential{Bearer: secret}, access.Credential{Session: session}, access.Credential{}
			if n := len(access.Asking(tx, none, none)); n != 0 {
				t.Errorf("nothing is asked for in %d queries", n)
			}
			if n := len(access.Asking(tx, token, token, door)); n != 1 {
				t.Errorf("two credentials are asked for in %d queries, want 1", n)
			}
			if n := len(access.Asking(tx, door, token)); n != 0 {
				t.Errorf("what is asked for already is asked for in %d queries", n)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := as(t, db, ids["admin"], "", func(tx *store.Tx) error {
			secret, err := access.IssueToken(t.Context(), tx, ids["lead"], time.Hour)
			if err != nil {
				return err
			}
			session, err := access.OpenSession(t.Context(), tx, ids["treasurer"], 2)
			if err != nil {
				return err
			}
			token, door := access.Credential{Bearer: secret}, access.Credential{Session: session}
			ask := func(want ...access.UserID) {
				t.Helper()
				found, err := access.AuthenticateEach(t.Context(), tx, token, door, access.Credential{}, token)
				if err != nil || len(found) != 4 {
					t.Fatalf("%+v, %v", found, err)
				}
				for i, w := range want {
					got := found[i]
					if w == "" && !errors.Is(got.Err, access.ErrUnauthenticated) ||
						w != "" && (got.Err != nil || got.Principal.User != w) {
						t.Errorf("number %d is %+v, want %q", i, got, w)
					}
				}
			}
			ask(ids["lead"], ids["treasurer"], "", ids["lead"])
			if err := access.RevokeTokens(t.Context(), tx, ids["lead"]); err != nil {
				return err
			}
			ask("", ids["treasurer"], "", "")
			if err := access.RevokeToken(t.Context(), tx, ids["treasurer"], session); err != nil {
				return err
			}
			ask("", "", "", "")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// A token ends at its owner's word, or anybody's without an owner, and once.
func TestWhoseTokenIsRevoked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		var session access.TokenID
		if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
			session, err = access.OpenSession(t.Context(), tx, ids["lead"], 2)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			owner access.UserID
			id    access.TokenID
			want  error
		}{
			{"another's", ids["treasurer"], session, access.ErrUnknownToken},
			{"none", "", "ses_none", access.ErrUnknownToken},
			{"one's own", ids["lead"], session, nil},
			{"again", "", session, access.ErrUnknownToken},
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				return access.RevokeToken(t.Context(), tx, c.owner, c.id)
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
	})
}

// The store's actor is the principal, whole: a role or a scope that is lost would lose a refusal.
func TestActorIsThePrincipal(t *testing.T) {
	p := access.Principal{User: "usr_1", Handle: "lead", Token: "tok_1", Session: true, Factors: 2,
		Roles: []access.Role{access.ProgrammeLead, access.Caseworker}, Scopes: []string{access.ReadOnly}}
	a := p.Actor("req_1")
	if a.User != "usr_1" || a.Token != "tok_1" || a.Request != "req_1" || !a.Session || a.Factors != 2 ||
		len(a.Roles) != 2 || a.Roles[0] != "programme_lead" || a.Roles[1] != "caseworker" ||
		len(a.Scopes) != 1 || a.Scopes[0] != "read" {
		t.Errorf("%+v", a)
	}
}
