package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

const because = "The board decided so"

// office makes two admins, a treasurer and somebody new.
func office(t *testing.T, db *store.DB) map[string]access.UserID {
	t.Helper()
	ids := map[string]access.UserID{}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		for handle, roles := range map[string][]access.Role{"admin": {access.Admin}, "admin-2": {access.Admin},
			"treasurer": {access.Treasurer},
			"new":       nil, "lead": {access.ProgrammeLead}} {
			u, err := access.CreateUser(t.Context(), tx, handle, roles...)
			if err != nil {
				return err
			}
			ids[handle] = u.ID
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return ids
}

// rolesOf reads the roles of an account.
func rolesOf(t *testing.T, db *store.DB, id access.UserID) (roles []access.Role) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		a, err := access.FindUser(t.Context(), tx, string(id))
		roles = a.Roles
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return roles
}

// found runs the checks of access and gives what they found.
func found(t *testing.T, db *store.DB) string {
	t.Helper()
	var out proof.Findings
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		var events, duties int64
		if err := tx.NewRaw("SELECT (SELECT COUNT(*) FROM audit_events), (SELECT COUNT(*) FROM duties)").
			Scan(t.Context(), &events, &duties); err != nil {
			return err
		}
		_, err := access.Verify(t.Context(), tx, map[proof.Kind]int64{proof.EventLeaf: events, proof.DutyLeaf: duties}, &out,
			func(int64) {})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range out.List {
		lines = append(lines, f.Check+" "+f.Place+" "+f.Detail)
	}
	return strings.Join(lines, "\n")
}

func TestARoleThatActsTakesTwoPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		var change access.Change
		propose := func(by string, c access.Change) error {
			c.Reason, c.Kind = because, access.RoleChange
			return as(t, db, ids[by], "tok_"+by, func(tx *store.Tx) (err error) {
				change, err = access.Propose(t.Context(), tx, c)
				return err
			})
		}
		decide := func(by string, approve bool, reason string) error {
			return as(t, db, ids[by], "tok_"+by, func(tx *store.Tx) error {
				_, err := access.DecideChange(t.Context(), tx, change.ID, approve, reason)
				return err
			})
		}
		want := func(what string, err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		// What only reads is given at once.
		want("auditor", propose("admin", access.Change{User: ids["new"], Grant: []access.Role{access.Auditor}}), nil)
		if got := rolesOf(t, db, ids["new"]); !slices.Equal(got, []access.Role{access.Auditor}) {
			t.Errorf("roles %v", got)
		}
		want("auditor and finance", propose("admin", access.Change{User: ids["new"],
			Grant: []access.Role{access.FinanceOfficer}}), access.ErrIncompatibleRoles)
		want("own rights", propose("admin", access.Change{User: ids["admin"], Grant: []access.Role{access.Auditor}}),
			access.ErrOwnRights)
		// What acts waits.
		want("finance", propose("admin", access.Change{User: ids["new"], Grant: []access.Role{access.FinanceOfficer},
			Revoke: []access.Role{access.Auditor}}), nil)
		if got := rolesOf(t, db, ids["new"]); !slices.Equal(got, []access.Role{access.Auditor}) {
			t.Errorf("one person changed the roles to %v", got)
		}
		want("who asked approves", decide("admin", true, ""), access.ErrMakerCannotApprove)
		want("whom it is about approves", decide("new", true, ""), access.ErrOwnRights)
		want("reject without a reason", decide("treasurer", false, "no"), access.ErrChangeReason)
		want("approve", decide("treasurer", true, ""), nil)
		want("approve again", decide("admin-2", true, ""), access.ErrChangeDecided)
		if got := rolesOf(t, db, ids["new"]); !slices.Equal(got, []access.Role{access.FinanceOfficer}) {
			t.Errorf("roles %v", got)
		}
		if got := found(t, db); got != "" {
			t.Error(got)
		}
	})
}

func TestTwoAccountsOfOnePerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		var c access.Change
		for _, step := range []struct {
			by string
			do func(tx *store.Tx) error
		}{
			{"admin", func(tx *store.Tx) (err error) {
				c, err = access.Propose(t.Context(), tx, access.Change{User: ids["lead"], Other: ids["treasurer"],
					Kind: access.SamePerson, Reason: because})
				return err
			}},
			{"admin-2", func(tx *store.Tx) error {
				_, err := access.DecideChange(t.Context(), tx, c.ID, true, "")
				return err
			}},
			{"lead", func(tx *store.Tx) error {
				return access.Take(t.Context(), tx, access.Duty{Subject: "dsb_1", Round: 1, Step: access.Request})
			}},
		} {
			if err := as(t, db, ids[step.by], "tok_"+step.by, step.do); err != nil {
				t.Fatalf("%s: %v", step.by, err)
			}
		}
		err := as(t, db, ids["treasurer"], "tok_x", func(tx *store.Tx) error {
			return access.Take(t.Context(), tx, access.Duty{Subject: "dsb_1", Round: 1, Step: access.Approve})
		})
		if !errors.Is(err, access.ErrMakerCannotApprove) {
			t.Errorf("the other account of the same person: %v", err)
		}
		raw := stranger(t, db)
		_, err = raw.ExecContext(t.Context(), "INSERT INTO duties SELECT subject, round, 'approve', '"+
			string(ids["treasurer"])+"', token_id, payload, at FROM duties WHERE subject = 'dsb_1'")
		if got := codeOf(err); got != "maker_cannot_approve" {
			t.Errorf("the database says %q (%v)", got, err)
		}
		_, err = raw.ExecContext(t.Context(), "UPDATE users SET person = ''")
		if got := codeOf(err); got != "approval_missing" {
			t.Errorf("parting the accounts: %q (%v)", got, err)
		}
		if got := found(t, db); got != "" {
			t.Error(got)
		}
	})
}

func TestStrangersCannotWidenRoles(t *testing.T) {
	change := "INSERT INTO account_changes (id, user_id, kind, role_count, reason, payload, state, created_by, " +
		"created_at, decided_at) " +
		"SELECT 'chg_x', 'NEW', 'KIND', 1, 'r', payload, 'STATE', '', 'x', 'x' FROM account_changes LIMIT 1"
	role := "INSERT INTO user_roles (user_id, role, change_id) VALUES "
	cases := []struct{ name, sql, want string }{
		{"a role out of nothing", role + "('NEW', 'treasurer', NULL)", "approval_missing"},
		{"a role from another's change",
			role + "('NEW', 'treasurer', (SELECT c.id FROM account_changes c JOIN account_change_roles r " +
				"ON r.change_id = c.id WHERE r.role = 'treasurer' AND r.given AND c.state = 'applied'))",
			"approval_missing"},
		{"a second role by the first change",
			role + "('LEAD', 'treasurer', (SELECT id FROM account_changes WHERE user_id = 'LEAD'))", "approval_missing"},
		{"roles that do not go together", role + "('LEAD', 'admin', NULL)", "incompatible_roles"},
		{"a role is turned into another", "UPDATE user_roles SET role = 'treasurer' WHERE user_id = 'LEAD'", "append_only"},
		{"a role is handed over", "UPDATE user_roles SET user_id = 'NEW' WHERE user_id = 'LEAD'", "append_only"},
		{"a role is taken away", "DELETE FROM user_roles WHERE user_id = 'LEAD'", "append_only"},
		{"first roles a second time", strings.NewReplacer("KIND", "first", "STATE", "applied", "'NEW'", "'LEAD'").
			Replace(change), "approval_missing"},
		{"a change that is applied as it is asked for", strings.NewReplacer("KIND", "roles", "STATE", "applied").
			Replace(change), "approval_missing"},
		{"a change grants more than it did", "INSERT INTO account_change_roles SELECT id, 'donor', TRUE FROM account_changes",
			"append_only"},
		{"a change says that it grants more", "UPDATE account_changes SET role_count = role_count + 1", "append_only"},
		{"a change grants another role", "UPDATE account_change_roles SET role = 'admin' WHERE role = 'treasurer'",
			"append_only"},
		{"a change takes no longer away", "DELETE FROM account_change_roles", "append_only"},
		{"a request is applied by nobody", "UPDATE account_changes SET state = 'applied' WHERE state = 'requested'",
			"approval_missing"},
		{"a change is deleted", "DELETE FROM account_changes", "append_only"},
		{"an account is opened again", "UPDATE users SET disabled_at = NULL WHERE disabled_at IS NOT NULL", "account_ended"},
		{"an end is put off", "UPDATE users SET ends_at = '2099' WHERE ends_at IS NOT NULL", "account_ended"},
		{"a handle is taken over", "UPDATE users SET handle = 'other' WHERE id = 'LEAD'", "append_only"},
		{"an account is deleted", "DELETE FROM users WHERE id = 'NEW'", "append_only"},
		{"a token lives longer", "UPDATE tokens SET expires_at = '2099'", "append_only"},
		{"a token changes hands", "UPDATE tokens SET user_id = 'LEAD'", "append_only"},
		{"a revoked token works again", "UPDATE tokens SET revoked_at = NULL", "append_only"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		if err := as(t, db, ids["admin"], "tok_1", func(tx *store.Tx) error {
			gone, err := access.CreateUser(t.Context(), tx, "gone")
			if err != nil {
				return err
			}
			if _, err := access.IssueToken(t.Context(), tx, gone.ID, time.Hour); err != nil {
				return err
			}
			if err := access.EndUser(t.Context(), tx, gone.ID, tx.At.Add(time.Hour)); err != nil {
				return err
			}
			if err := access.DisableUser(t.Context(), tx, gone.ID, because); err != nil {
				return err
			}
			_, err = access.Propose(t.Context(), tx, access.Change{User: ids["new"], Kind: access.RoleChange,
				Grant: []access.Role{access.Treasurer}, Reason: because})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		raw := stranger(t, db)
		for _, c := range cases { // what is refused leaves nothing, so they share the books
			_, err := raw.ExecContext(t.Context(), strings.NewReplacer("NEW", string(ids["new"]), "LEAD", string(ids["lead"])).
				Replace(c.sql))
			if got := codeOf(err); got != c.want {
				t.Errorf("%s: answered %q (%v), want %q", c.name, got, err, c.want)
			}
		}
	})
}

// An owner of the database can drop the triggers; verify finds what was written then.
func TestVerifyFindsRolesOfNobody(t *testing.T) {
	attacks := []struct{ sql, want string }{
		{"INSERT INTO user_roles (user_id, role) VALUES ('NEW', 'treasurer')",
			"NEW it holds treasurer, which no event in the tree gave it"},
		{"UPDATE user_roles SET role = 'finance_officer' WHERE user_id = 'LEAD'",
			"LEAD it holds finance_officer, which no event in the tree gave it"},
		{"DELETE FROM user_roles WHERE role = 'admin'", "it was given admin, which is gone without an event"},
		{"UPDATE users SET person = 'LEAD' WHERE id = 'NEW'", "NEW it is joined to another account"},
		{"UPDATE account_changes SET state = 'applied' WHERE state = 'requested'", "without two people who agreed"},
		{"UPDATE audit_events SET on_behalf_of = 'LEAD' WHERE action = 'user.created'", "a stored field was changed"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ids := office(t, db)
		if err := as(t, db, ids["admin"], "tok_1", func(tx *store.Tx) error {
			_, err := access.Propose(t.Context(), tx, access.Change{User: ids["new"], Kind: access.RoleChange,
				Grant: []access.Role{access.Treasurer}, Reason: because})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		raw, named := stranger(t, db), strings.NewReplacer("NEW", string(ids["new"]), "LEAD", string(ids["lead"]))
		for _, table := range []string{"user_roles", "users", "account_changes", "audit_events"} {
			for _, verb := range []string{"insert", "update", "delete"} {
				drop := "DROP TRIGGER IF EXISTS " + table + "_" + verb
				if db.Engine() == store.Postgres {
					drop += " ON " + table
				}
				if _, err := raw.ExecContext(t.Context(), drop); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, a := range attacks {
			if got := found(t, db); strings.Contains(got, named.Replace(a.want)) {
				t.Errorf("found before it was done: %s", a.want)
			}
			if _, err := raw.ExecContext(t.Context(), named.Replace(a.sql)); err != nil {
				t.Fatal(err)
			}
			if got := found(t, db); !strings.Contains(got, named.Replace(a.want)) {
				t.Errorf("verify found %q, want %q", got, named.Replace(a.want))
			}
		}
	})
}
