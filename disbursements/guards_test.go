package disbursements_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What the database itself refuses about plans, transfers, disbursements and statements, to a session that is not ours.

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

// attack is a statement that a stranger tries.
type attack struct {
	name   string
	engine store.Engine // "" for both
	sql    string
	want   string // code of the refusal
}

// withstand lets a stranger try each attack on its own copy of what prepare makes.
func withstand(t *testing.T, prepare func(h *house), attacks []attack) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, raw := newHouse(t, db), stranger(t, db)
		prepare(h)
		for _, a := range attacks {
			if a.engine != "" && a.engine != db.Engine() {
				continue
			}
			tx, err := raw.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tx.ExecContext(t.Context(), a.sql)
			if got := codeOf(err); got != a.want {
				t.Errorf("%s: answered %q (%v), want %q", a.name, got, err, a.want)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// disbursed prepares one disbursement in each state: D-2026-0001 draft, 2 submitted, 3 approved, 4 authorised, 5
// evidenced.
func disbursed(h *house) {
	h.Helper()
	worked(h)
	for _, steps := range []int{0, 1, 2, 3, 4} {
		d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		for _, step := range []func() error{
			func() error { return h.step("maker", disbursements.Decisions.Submit, d.Number) },
			func() error { return h.step("lead", disbursements.Decisions.Approve, d.Number) },
			func() error { return h.step("finance", disbursements.Decisions.Authorise, d.Number) },
			func() error { return h.liquidate(d.Number, "2026-02-01") },
		}[:steps] {
			must(h, step())
		}
	}
}

func TestStrangersCannotMoveADisbursement(t *testing.T) {
	move := func(number, set string) string {
		return "UPDATE disbursements SET " + set + " WHERE number = 'D-2026-" + number + "'"
	}
	insert := func(verb, state string) string {
		columns := "settlement, plan_id, partner_id, prepayment_id, line, units, amount, currency, overpaid, payee, " +
			"category, account, spot, own_shares, date, text, "
		return verb + " INTO disbursements (id, number, " + columns +
			"state, round, payload, entry_id, version) SELECT 'dsb_x', 'D-2026-9999', " + columns + "'" + state +
			"', round, payload, entry_id, version FROM disbursements WHERE number = 'D-2026-0004'"
	}
	attacks := []attack{
		{"a draft is approved", "", move("0001", "state = 'approved'"), "approval_missing"},
		{"a draft is settled", "", move("0001", "state = 'evidenced'"), "approval_missing"},
		{"what was asked for is approved", "", move("0002", "state = 'approved'"), "approval_missing"},
		{"what was asked for is authorised", "", move("0002", "state = 'authorised'"), "approval_missing"},
		{"what was approved is authorised", "", move("0003", "state = 'authorised'"), "authorisation_missing"},
		{"what was approved is settled", "", move("0003", "state = 'evidenced'"), "authorisation_missing"},
		{"approved in another round", "", move("0003", "round = 2"), "approval_missing"},
		{"approved for other bytes", "",
			move("0003", "payload = (SELECT payload FROM disbursements WHERE number = 'D-2026-0004')"), "approval_missing"},
		{"settled is taken back", "", move("0005", "state = 'authorised'"), "state_conflict"},
		{"settled is cancelled", "", move("0005", "state = 'cancelled'"), "state_conflict"},
		{"one that was never a draft", "", insert("INSERT", "authorised"), "state_conflict"},
		{"one that is settled from the start", "", insert("INSERT", "evidenced"), "state_conflict"},
	}
	for _, number := range []string{"0002", "0003", "0004", "0005"} {
		for _, set := range []string{"amount = amount + 1", "units = units + 1", "line = 'tuition'", "currency = 'KES'",
			"plan_id = 'pln_x'", "partner_id = (SELECT id FROM partners WHERE code = 'KE-01')"} {
			attacks = append(attacks, attack{"after it was submitted: " + set, "", move(number, set), "state_conflict"})
		}
		of := " WHERE disbursement_id = (SELECT id FROM disbursements WHERE number = 'D-2026-" + number + "')"
		for _, text := range []string{"UPDATE disbursement_shares SET percent = '50'" + of,
			"UPDATE disbursement_shares SET fund = 'UNR'" + of, "DELETE FROM disbursement_shares" + of,
			"INSERT INTO disbursement_shares SELECT disbursement_id, 9, 'UNR', '1' FROM disbursement_shares" + of} {
			attacks = append(attacks, attack{"its split after it was submitted: " + text, "", text, "state_conflict"})
		}
		for _, text := range []string{"UPDATE disbursement_needs SET people = 9" + of,
			"UPDATE disbursement_need_roles SET role = 'caseworker'" + of, "DELETE FROM disbursement_need_roles" + of,
			"DELETE FROM disbursement_needs" + of,
			"INSERT INTO disbursement_needs SELECT disbursement_id, 9, step, 1 FROM disbursement_needs" + of,
			"INSERT INTO disbursement_need_roles SELECT disbursement_id, position, 'caseworker' FROM disbursement_needs" + of,
			"INSERT INTO disbursement_items SELECT id, 0, '', '', 0, NULL, NULL, '', 1 FROM disbursements WHERE number = " +
				"'D-2026-" + number + "'"} {
			attacks = append(attacks, attack{"what was fixed when it was submitted: " + text, "", text, "state_conflict"})
		}
		attacks = append(attacks, attack{"replaced", store.SQLite,
			"INSERT OR REPLACE INTO disbursements (id, number, settlement, plan_id, partner_id, prepayment_id, line, units, " +
				"amount, currency, overpaid, payee, reference, category, account, spot, own_shares, date, text, state, " +
				"round, payload, entry_id, version) SELECT id, number, settlement, plan_id, partner_id, prepayment_id, line, " +
				"units, 1, currency, overpaid, payee, reference, category, account, spot, own_shares, date, text, " +
				"'draft', round, payload, NULL, version FROM disbursements WHERE number = 'D-2026-" + number + "'",
			"state_conflict"})
	}
	withstand(t, disbursed, attacks)
}

func TestStrangersCannotMoveATransfer(t *testing.T) {
	prepare := func(h *house) {
		worked(h) // T-001, authorised
		h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
			x := transfer("T-002", "", "100.00 + 0.00 at 226 NGN/DKK less 0.00")
			if x.Partner, err = h.advances.Partner(ctx, tx, "NG-01"); err != nil {
				return err
			}
			if x.Plan, err = h.requests.People.Plan(ctx, tx, "P-101"); err != nil {
				return err
			}
			_, err = h.advances.RequestTransfer(ctx, tx, x)
			return err
		})
	}
	attacks := []attack{
		{"one that nobody authorised", "", "UPDATE transfers SET state = 'authorised' WHERE number = 'T-002'",
			"authorisation_missing"},
		{"one that was never requested", "",
			"INSERT INTO transfers SELECT 'trf_x', 'T-999', partner_id, plan_id, account, date, sent, sending_fee, rate, " +
				"receiving_fee, 'authorised', entry_id, version FROM transfers WHERE number = 'T-001'", "state_conflict"},
		{"one replaced", store.SQLite,
			"INSERT OR REPLACE INTO transfers SELECT id, number, partner_id, plan_id, account, date, 1, sending_fee, rate, " +
				"receiving_fee, 'requested', NULL, version FROM transfers WHERE number = 'T-001'", "state_conflict"},
	}
	for _, number := range []string{"T-001", "T-002"} {
		for _, set := range []string{"sent = sent + 1", "sending_fee = sending_fee + 1", "receiving_fee = receiving_fee + 1",
			"rate = '230 NGN/DKK'", "account = '1020'",
			"date = '2026-02-02'", "plan_id = 'pln_x'", "partner_id = (SELECT id FROM partners WHERE code = 'KE-01')"} {
			attacks = append(attacks,
				attack{number + ": " + set, "", "UPDATE transfers SET " + set + " WHERE number = '" + number + "'",
					"state_conflict"})
		}
	}
	withstand(t, prepare, attacks)
}

func TestStrangersCannotCommitAPlan(t *testing.T) {
	prepare := func(h *house) {
		h.sign("G1", "DKK 60000.00")
		h.plan("P-1", "DKK", "G1=100", "900.00", "2026-03-01", "2026-04-01") // submitted, not approved
	}
	withstand(t, prepare, []attack{
		{"without an approval", "", "UPDATE plan_items SET committed_year = 2026", "approval_missing"},
		{"one item of it", "", "UPDATE plan_items SET committed_year = 2027 WHERE position = 1", "approval_missing"},
		{"a price in its version", "", "UPDATE plan_lines SET unit_price = unit_price + 1", "append_only"},
		{"a share in its version", "", "UPDATE plan_shares SET percent = '50'", "append_only"},
		{"approved by who asked", "",
			"INSERT INTO duties SELECT subject, round, 'approve', user_id, 'tok_x', payload, at FROM duties",
			"maker_cannot_approve"},
	})
}

// What a stranger can still change in what was decided on - a text, a price - undoes the decision: the next act
// refuses it.
func TestWhatIsDoneIsWhatWasDecided(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.plan("P-2", "DKK", "G1=60 G2=40", "100.00", "2026-03-01", "2027-03-01")
		must(h, h.approveYear("lead", "P-2", 2026, "2026-01-10"))
		d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		must(h, h.authorised(d.Number))
		asked, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		must(h, h.step("maker", disbursements.Decisions.Submit, asked.Number))
		for _, c := range []struct {
			set string
			act func(ctx context.Context, tx *store.Tx) error
		}{
			{"UPDATE disbursements SET text = 'Something else' WHERE id = '" + string(d.ID) + "'",
				func(ctx context.Context, tx *store.Tx) error {
					_, err := h.settlements.Liquidate(ctx, tx, d.Number, "2026-02-01")
					return err
				}},
			{"UPDATE disbursements SET own_shares = NOT own_shares WHERE id = '" + string(d.ID) + "'",
				func(ctx context.Context, tx *store.Tx) error {
					_, err := h.settlements.Liquidate(ctx, tx, d.Number, "2026-02-01")
					return err
				}},
			{"UPDATE disbursements SET date = '2026-03-03' WHERE id = '" + string(asked.ID) + "'",
				func(ctx context.Context, tx *store.Tx) error {
					_, err := h.decisions.Approve(ctx, tx, asked.Number)
					return err
				}},
		} {
			for _, changed := range []bool{true, false} {
				err := h.try("chief", func(ctx context.Context, tx *store.Tx) error {
					if changed {
						if _, err := tx.NewRaw(c.set).Exec(ctx); err != nil {
							return err
						}
					}
					return errors.Join(c.act(ctx, tx), errGivenUp)
				})
				if refused := errors.Is(err, access.ErrNoRequest); refused != changed || !errors.Is(err, errGivenUp) {
					h.Errorf("%s, changed: %t: %v", c.set, changed, err)
				}
			}
		}
	})
}

// errGivenUp takes back what a test has seen enough of.
var errGivenUp = errors.New("given up")
