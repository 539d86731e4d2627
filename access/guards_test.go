package access_test

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What the database itself refuses about duties and the record, to a session that is not ours.

// stranger opens the database as another tool does: on SQLite without foreign keys and recursive triggers.
func stranger(t *testing.T, db *store.DB) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", storetest.DSN(db)
	if db.Engine() == store.SQLite {
		driver, dsn = "sqlite", "file:"+strings.ReplaceAll(strings.TrimPrefix(dsn, "sqlite:"), "#", "%23")
	}
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	return raw
}

// codeOf is the code of a refusal by the database, "missing" for a broken reference.
func codeOf(err error) string {
	var refused *store.Refused
	switch err = store.Classify(err); {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Code
	case errors.Is(err, store.ErrMissing):
		return "missing"
	}
	return err.Error()
}

func TestStrangersCannotRewriteWhoDidWhat(t *testing.T) {
	// MAKER, LEAD, ASKED and OTHER stand for ids and hashes of the engine's own way of writing.
	duty := func(step, user, payload string) string {
		return "INSERT INTO duties (subject, round, step, user_id, token_id, payload, at) VALUES ('dsb_1', 1, '" + step +
			"', '" + user + "', 'tok_x', " + payload + ", 'x')"
	}
	replace := func(s string) string { return strings.Replace(s, "INSERT", "INSERT OR REPLACE", 1) }
	for _, c := range []struct {
		name   string
		engine store.Engine
		sql    string
		want   string
	}{
		{"a good approval", "", duty("approve", "LEAD", "ASKED"), ""},
		{"who asked approves", "", duty("approve", "MAKER", "ASKED"), "maker_cannot_approve"},
		{"who asked authorises", "", duty("authorise", "MAKER", "ASKED"), "maker_cannot_approve"},
		{"who asked asks again", "", duty("request", "MAKER", "OTHER"), "maker_cannot_approve"},
		{"approval of something else", "", duty("approve", "LEAD", "OTHER"), "request_missing"},
		{"approval of another subject", "", strings.Replace(duty("approve", "LEAD", "ASKED"), "dsb_1", "dsb_2", 1),
			"request_missing"},
		{"approval of another round", "", strings.Replace(duty("approve", "LEAD", "ASKED"), "', 1, '", "', 2, '", 1),
			"request_missing"},
		{"a step there is not", "", duty("wave-through", "LEAD", "ASKED"), "constraint"},
		{"nobody approves", store.Postgres, duty("approve", "usr_none", "ASKED"), "missing"},
		{"the request is handed to another", "", "UPDATE duties SET user_id = 'LEAD'", "append_only"},
		{"what was asked for changes", "", "UPDATE duties SET payload = OTHER", "append_only"},
		{"the request is deleted", "", "DELETE FROM duties", "append_only"},
		{"the request is replaced", store.SQLite, replace(duty("request", "MAKER", "OTHER")), "maker_cannot_approve"},
		{"the request is moved over", store.SQLite, "UPDATE OR REPLACE duties SET round = 2", "append_only"},
		{"duties are emptied", store.Postgres, "TRUNCATE duties", "append_only"},
		{"duties are upserted", store.Postgres, duty("request", "MAKER", "OTHER") +
			" ON CONFLICT (subject, round, user_id) DO UPDATE SET payload = OTHER", "maker_cannot_approve"},
		{"an event is reworded", "", "UPDATE audit_events SET action = 'nothing.happened'", "append_only"},
		{"an event is laid on another", "", "UPDATE audit_events SET user_id = 'LEAD'", "append_only"},
		{"an event is deleted", "", "DELETE FROM audit_events", "append_only"},
		{"an event is replaced", store.SQLite, "INSERT OR REPLACE INTO audit_events SELECT id, at, user_id, token_id, " +
			"request_id, 'x', subject, fields, reason, on_behalf_of FROM audit_events", "append_only"},
		{"events are emptied", store.Postgres, "TRUNCATE audit_events", "append_only"},
		{"all is emptied through the users", store.Postgres, "TRUNCATE users CASCADE", "append_only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				if c.engine != "" && c.engine != db.Engine() {
					t.Skip("the other engine has no such statement, or checks no references for strangers")
				}
				ids, raw := staff(t, db), stranger(t, db)
				asked := sha256.Sum256([]byte("100.00"))
				if err := as(t, db, ids["maker"], "tok_1", func(tx *store.Tx) error {
					return access.Take(t.Context(), tx, access.Duty{Subject: "dsb_1", Round: 1, Step: access.Request, Payload: asked})
				}); err != nil {
					t.Fatal(err)
				}
				hash := "(SELECT payload FROM duties WHERE step = 'request')"
				other := map[store.Engine]string{store.SQLite: "x'" + strings.Repeat("ab", 32) + "'",
					store.Postgres: "decode('" + strings.Repeat("ab", 32) + "', 'hex')"}[db.Engine()]
				query := strings.NewReplacer("MAKER", string(ids["maker"]), "LEAD", string(ids["lead"]), "ASKED", hash, "OTHER",
					other).Replace(c.sql)
				_, err := raw.ExecContext(t.Context(), query)
				if got := codeOf(err); got != c.want {
					t.Errorf("answered %q (%v), want %q", got, err, c.want)
				}
			})
		})
	}
}
