package story_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// forgery is raw SQL by which somebody who reaches the database would let themselves do more than they may. The
// database refuses it with a code, or where it cannot know, lets it pass; and whether it was refused or the owner had
// put the triggers away first, verify finds what became of it.
type forgery struct {
	name  string
	first func(r raider) []string // what nobody refuses, on the way there
	do    string
	code  string // of the refusal; "" passes
	check string // of the finding; "" leaves nothing to find
	then  string // what an owner does besides, so that it counts
}

// who is somebody's id by handle, as SQL.
func who(handle string) string { return "(SELECT id FROM users WHERE handle = '" + handle + "')" }

// reader is the id of the token that may only read, as SQL.
const reader = "(SELECT id FROM tokens WHERE name = 'reader')"

// copied is a row of a table with some columns written anew.
func copied(r raider, table, where string, anew map[string]string) string {
	query := "SELECT name FROM pragma_table_info('" + table + "')"
	if r.tx.Engine == store.Postgres {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '" + table + "'"
	}
	columns := r.list(query)
	values := slices.Clone(columns)
	for i, c := range columns {
		if v, ok := anew[c]; ok {
			values[i] = v
		}
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s", table, strings.Join(columns, ", "),
		strings.Join(values, ", "), table, where)
}

const ownDuty = "INSERT INTO duties SELECT %s, %s, '%s', user_id, token_id, payload, at FROM duties WHERE step = " +
	"'request' AND subject = (SELECT MIN(id) FROM %s)"

// version writes a plan's next version as the person who asked for the last one, and asks for it.
func version(r raider) []string {
	asker := r.one("SELECT user_id FROM duties WHERE step = 'request' AND subject = (SELECT MIN(id) FROM plan_versions)")
	return []string{
		copied(r, "plan_versions", "id = (SELECT MIN(id) FROM plan_versions)",
			map[string]string{"id": "'plv_forged'", "version": "99", "state": "'draft'", "created_by": "'" + asker + "'"}),
		fmt.Sprintf(ownDuty, "'plv_forged'", "1", "request", "plan_versions"),
	}
}

var forgeries = []forgery{
	// Roles, and accounts.
	{"a role is written", nil, "INSERT INTO user_roles (user_id, role) VALUES (" + who("finance_officer") +
		", 'treasurer')", "approval_missing", "role", ""},
	{"a role is exchanged", nil, "UPDATE user_roles SET role = 'treasurer' WHERE role = 'finance_officer'", "append_only",
		"role", ""},
	{"a role rests on another's change", nil,
		"INSERT INTO user_roles SELECT " + who("finance_officer") +
			", role, change_id FROM user_roles WHERE role = 'treasurer' AND user_id = " + who("treasurer"), "approval_missing",
		"role", ""},
	{"a role is taken away", nil, "DELETE FROM user_roles WHERE user_id = " + who("treasurer"), "append_only", "role", ""},
	{"what was asked for an account is applied", nil,
		"UPDATE account_changes SET state = 'applied', decided_at = created_at WHERE state = 'requested'", "approval_missing",
		"approval", ""},
	{"what was asked for an account grows", nil,
		"INSERT INTO account_change_roles SELECT id, 'donor', TRUE FROM account_changes WHERE state = 'requested'",
		"append_only", "", ""},
	{"a change is written as applied", nil,
		"INSERT INTO account_changes SELECT 'chg_forged', " + who("auditor-1") +
			", 'invitation', 0, NULL, reason, payload, 'applied', created_by, created_at, created_at FROM " +
			"account_changes WHERE state = 'requested'", "approval_missing", "approval", ""},
	{"an account works again", nil, "UPDATE users SET disabled_at = NULL WHERE handle = 'gone'", "account_ended",
		"sign-in", ""},
	{"an end is put off", nil, "UPDATE users SET ends_at = '2999-01-01T00:00:00.000000Z' WHERE handle = 'auditor-1'",
		"account_ended", "sign-in", ""},
	{"an account takes another's handle", nil, "UPDATE users SET handle = 'chair' WHERE handle = 'treasurer'",
		"append_only", "sign-in", ""},
	{"an account is written", nil, "INSERT INTO users (id, handle, created_at) VALUES ('usr_forged', 'forged', 'x')", "",
		"sign-in", ""},

	// Tokens and sessions.
	{"a revoked token is revived", nil, "UPDATE tokens SET revoked_at = NULL WHERE name = 'revoked'", "append_only",
		"sign-in", ""},
	{"a token lives longer", nil, "UPDATE tokens SET expires_at = '2999-01-01T00:00:00.000000Z' WHERE name = 'reader'",
		"append_only", "sign-in", ""},
	{"a token may do all", nil, "DELETE FROM token_scopes WHERE token_id = " + reader, "append_only", "sign-in", ""},
	{"a token may do another thing", nil, "UPDATE token_scopes SET scope = 'postEntry' WHERE token_id = " + reader,
		"append_only", "sign-in", ""},
	{"a token may do more", nil, "INSERT INTO token_scopes SELECT token_id, 'postEntry' FROM token_scopes " +
		"WHERE token_id = " + reader, "append_only", "sign-in", ""},
	{"a token gets another secret", nil,
		"UPDATE tokens SET hash = (SELECT payload FROM duties ORDER BY at LIMIT 1) WHERE name = 'reader'", "append_only",
		"sign-in", ""},
	{"a token becomes the treasurer's", nil, "UPDATE tokens SET user_id = " + who("treasurer") + " WHERE name = 'reader'",
		"append_only", "sign-in", ""},
	{"a token is written for the treasurer", nil,
		"INSERT INTO tokens (id, user_id, hash, created_at, expires_at) SELECT 'tok_forged', " + who("treasurer") +
			", payload, at, '2999-01-01T00:00:00.000000Z' FROM duties ORDER BY at LIMIT 1", "", "sign-in", ""},
	{"a token is written for who is gone", nil,
		"INSERT INTO tokens (id, user_id, hash, created_at, expires_at) SELECT 'tok_forged', " + who("gone") +
			", payload, at, '2999-01-01T00:00:00.000000Z' FROM duties ORDER BY at LIMIT 1", "account_ended", "sign-in", ""},

	// Passwords, second factors, identities, invitations.
	{"a password is exchanged", nil, "UPDATE credentials SET password = 'another'", "append_only", "sign-in", ""},
	{"a second factor is taken away", nil, "UPDATE credentials SET second = NULL", "append_only", "sign-in", ""},
	{"a second factor counts that showed no code", nil, "UPDATE credentials SET confirmed = TRUE", "", "sign-in", ""},
	{"a password is forgotten and written anew", nil, "DELETE FROM credentials", "append_only", "", ""},
	{"a password is written", nil,
		"INSERT INTO credentials (user_id, password, confirmed, last_step, changed_at) VALUES (" + who("treasurer") +
			", 'x', FALSE, 0, 'x')", "approval_missing", "sign-in", ""},
	{"a password rests on another's invitation", nil,
		"INSERT INTO credentials SELECT " + who("treasurer") +
			", password, NULL, FALSE, 0, changed_at, invitation FROM credentials", "approval_missing", "sign-in", ""},
	{"an identity opens another account", nil, "UPDATE sign_in_identities SET user_id = " + who("treasurer"),
		"append_only", "sign-in", ""},
	{"an identity is linked", nil,
		"INSERT INTO sign_in_identities (issuer, subject, user_id, linked_at) VALUES ('https://forged.example', 'x', " +
			who("treasurer") + ", 'x')", "approval_missing", "sign-in", ""},
	{"a passkey is written", nil,
		"INSERT INTO passkeys (id, user_id, name, credential, public_key, synced, uses, created_at, used_at) SELECT " +
			"'pky_forged', " + who("treasurer") + ", 'x', payload, payload, FALSE, 0, at, '' FROM duties ORDER BY at LIMIT 1",
		"approval_missing", "sign-in", ""},
	{"an account that acts is invited", nil,
		"INSERT INTO invitations (hash, user_id, expires_at) SELECT payload, " + who("treasurer") +
			", '2999-01-01T00:00:00.000000Z' FROM duties ORDER BY at LIMIT 1", "approval_missing", "sign-in", ""},
	{"an invitation is another's", nil, "UPDATE invitations SET user_id = " + who("treasurer") + " WHERE used_at IS NULL",
		"append_only", "sign-in", ""},
	{"an invitation lasts longer", nil,
		"UPDATE invitations SET expires_at = '2999-01-01T00:00:00.000000Z' WHERE used_at IS NULL", "append_only", "sign-in",
		""},
	{"an invitation works again", nil, "UPDATE invitations SET used_at = NULL WHERE used_at IS NOT NULL", "append_only",
		"", ""},

	// Approvals of one's own.
	{"one's own plan is approved", version, fmt.Sprintf(ownDuty, "'plv_forged'", "1", "approve", "plan_versions"),
		"maker_cannot_approve", "", ""}, // the key refuses it to the owner too
	{"a plan is approved by nobody", version, "UPDATE plan_versions SET state = 'approved' WHERE id = 'plv_forged'",
		"approval_missing", "approval",
		"UPDATE plans SET current_version = 99 WHERE id = (SELECT plan_id FROM plan_versions WHERE id = 'plv_forged')"},
	{"one's own disbursement is approved", func(raider) []string {
		return []string{fmt.Sprintf(ownDuty, "subject", "round + 1", "request", "disbursements")}
	}, fmt.Sprintf(ownDuty, "subject", "round + 1", "approve", "disbursements"), "maker_cannot_approve", "", ""},
	{"a disbursement stands approved by nobody", nil, "UPDATE disbursements SET round = round + 1", "approval_missing",
		"approval", ""},
	{"an approval is laid on another person", nil,
		"UPDATE duties SET user_id = " + who("auditor-1") + " WHERE step = 'approve'", "append_only", "leaf", ""},

	// The record of who did what.
	{"an audit event says another", nil,
		"UPDATE audit_events SET user_id = " + who("auditor-1") + " WHERE action = 'disbursement.approved'", "append_only",
		"leaf", ""},
	{"an audit event gives another reason", nil,
		"UPDATE audit_events SET reason = 'a better one' WHERE action = 'user.disabled'", "append_only", "leaf", ""},
	{"an audit event says another field", nil, "UPDATE audit_events SET fields = 'nothing' WHERE action = 'token.issued'",
		"append_only", "leaf", ""},
	{"an audit event is laid on another request", nil,
		"UPDATE audit_events SET request_id = 'req_other' WHERE action = 'user.created'", "append_only", "leaf", ""},
	{"an audit event is for another", nil,
		"UPDATE audit_events SET on_behalf_of = " + who("auditor-1") + " WHERE action = 'token.issued'", "append_only",
		"leaf", ""},
	{"an audit event is deleted", nil, "DELETE FROM audit_events WHERE action = 'user.disabled'", "append_only", "leaf",
		""},
	{"an audit event is written", nil,
		"INSERT INTO audit_events (id, at, user_id, token_id, request_id, action, subject, fields, reason, on_behalf_of) " +
			"SELECT 'evt_forged', at, user_id, token_id, request_id, 'role.granted', user_id, 'roles.treasurer', '', '' FROM " +
			"audit_events WHERE user_id <> '' ORDER BY id LIMIT 1", "", "leaf", ""},
}

// peopled has people with every way in there is, and something that waits for a second person.
func peopled(t *testing.T, db *store.DB) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	password, err := access.NewPassword(ctx, "keys", "brisk lantern orbit walnut")
	must(err)
	var admin access.User
	must(db.Update(ctx, func(tx *store.Tx) error {
		if admin, err = access.CreateUser(ctx, tx, "admin-1", access.Admin); err != nil {
			return err
		}
		_, word, err := access.CreateInvited(ctx, tx, "keys", access.Auditor)
		if err == nil {
			err = access.AcceptInvitation(ctx, tx, word, password)
		}
		if err != nil {
			return err
		}
		_, word, err = access.CreateInvited(ctx, tx, "vouched", access.Auditor)
		if err == nil {
			err = access.AcceptWithIdentity(ctx, tx, access.WordHash(word),
				access.Identity{Issuer: "https://login.example", Subject: "1"})
		}
		if err != nil {
			return err
		}
		ending, _, err := access.CreateInvited(ctx, tx, "auditor-1", access.Auditor)
		if err == nil {
			err = access.EndUser(ctx, tx, ending.ID, tx.At.AddDate(0, 0, 30))
		}
		if err != nil {
			return err
		}
		return tokensOf(ctx, tx, ending.ID)
	}))
	second(t, db)
	must(db.Update(store.WithActor(ctx, store.Actor{User: string(admin.ID), Request: "req_1"}), func(tx *store.Tx) error {
		gone, err := access.CreateUser(ctx, tx, "gone")
		if err == nil {
			err = access.DisableUser(ctx, tx, gone.ID, "Left the organisation")
		}
		if err != nil {
			return err
		}
		finance, err := access.FindUser(ctx, tx, "finance_officer")
		if err == nil {
			_, err = access.Propose(ctx, tx,
				access.Change{User: finance.ID, Kind: access.RoleChange, Grant: []access.Role{access.ProgrammeLead},
					Reason: "Leads until May"})
		}
		return err
	}))
}

func tokensOf(ctx context.Context, tx *store.Tx, user access.UserID) error {
	if _, _, err := access.IssueScoped(ctx, tx,
		access.Token{User: user, Name: "reader", Scopes: []string{access.ReadOnly},
			ExpiresAt: tx.At.Add(time.Hour)}); err != nil {
		return err
	}
	_, over, err := access.IssueScoped(ctx, tx, access.Token{User: user, Name: "revoked", ExpiresAt: tx.At.Add(time.Hour)})
	if err != nil {
		return err
	}
	return access.RevokeToken(ctx, tx, user, over.ID)
}

// second begins a second factor for the account with a password.
func second(t *testing.T, db *store.DB) {
	t.Helper()
	var door access.Door
	var now time.Time
	if err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
		now = tx.At
		door, err = access.Knock(t.Context(), tx, "keys", "")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	tried, err := door.Try(t.Context(), "brisk lantern orbit walnut", "", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := access.BeginSecondFactor(t.Context(), tx, tried)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// TestNobodyLetsThemselvesIn runs every forgery against books with people in them: once with the guards of the
// database, once as an owner who has put them away. Books that nobody touched verify.
func TestNobodyLetsThemselvesIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		play(t, db, []string{"S00", "S01", "S02", "S03", "S04", "S05"})
		peopled(t, db)
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			if r := verified(t, tx, verify.Options{}); !r.OK {
				t.Fatalf("books that nobody touched do not verify: %v", r.Findings)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, f := range forgeries {
			t.Run(f.name, func(t *testing.T) {
				f.guarded(t, db)
				f.found(t, db)
			})
		}
	})
}

// guarded tries it with the guards in place.
func (f forgery) guarded(t *testing.T, db *store.DB) {
	t.Helper()
	var refused *store.Refused
	code := ""
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		r := raider{t, tx}
		if f.first != nil {
			r.do(f.first(r)...)
		}
		_, err := tx.ExecContext(t.Context(), f.do)
		if err = store.Classify(err); errors.As(err, &refused) {
			code = refused.Code
		} else if err != nil {
			t.Errorf("the database stumbles over it and refuses nothing: %v", err)
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) || code != f.code {
		t.Errorf("refused with %q, want %q: %v", code, f.code, err)
	}
}

// found does it as an owner, and has the books verified.
func (f forgery) found(t *testing.T, db *store.DB) {
	t.Helper()
	if f.check == "" {
		return
	}
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		r := raider{t, tx}
		r.disarm()
		if f.first != nil {
			r.do(f.first(r)...)
		}
		r.do(f.do)
		if f.then != "" {
			r.do(f.then)
		}
		report := verified(t, tx, verify.Options{})
		for _, found := range report.Findings {
			if found.Check == f.check {
				t.Logf("%s", found)
				return errUndo
			}
		}
		t.Errorf("no %s finding, only %v", f.check, report.Findings)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
}
