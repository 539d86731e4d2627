package beneficiaries

import (
	"errors"
	"strings"
	"testing"

	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// errForged ends a tx in which something was forged.
var errForged = errors.New("taken back")

// forged gives what Verify finds after some statements past all triggers, and takes them back. V1 to V3 stand for the
// ids of the plan's versions, WRITER and APPROVER for those of the people.
func (h house) forged(ids map[string]string, statements ...string) []proof.Finding {
	h.Helper()
	var pairs []string
	for name, id := range ids {
		pairs = append(pairs, name, "'"+id+"'")
	}
	var found proof.Findings
	err := h.try("", func(tx *store.Tx) error {
		found = proof.Findings{}
		storetest.DisableGuards(h, tx)
		for _, text := range statements {
			if _, err := tx.ExecContext(h.Context(), strings.NewReplacer(pairs...).Replace(text)); err != nil {
				h.Fatalf("%s: %v", text, err)
			}
		}
		if _, err := h.reg.Verify(h.Context(), tx, &found); err != nil {
			return err
		}
		return errForged
	})
	if !errors.Is(err, errForged) {
		h.Fatal(err)
	}
	return found.List
}

// Whoever rewrites a plan past the triggers is found, in the version in force and in those before it: its content, its
// approval, its place in the chain, and what its units say is set aside.
func TestVerifyFindsForgedPlans(t *testing.T) {
	onBoth(t, func(h house) {
		h.submitted(degree())
		if _, err := h.approve("approver", "P-101", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		h.settle("P-101", "tuition", 1, "2026-01-20")
		for _, change := range []Revision{{StartsOn: "2026-03-01", BudgetRate: rate("240 NGN/DKK")},
			{StartsOn: "2026-04-01", Goals: []string{"recovery"}}} {
			change.Kind = Revised
			h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Revise(h.Context(), tx, "P-101", change); return err })
			if change.Goals == nil {
				h.decided("P-101", "2026-03-01")
			}
		}
		ids := map[string]string{"WRITER": h.who["writer"].User, "APPROVER": h.who["approver"].User}
		h.do("", func(tx *store.Tx) error {
			versions, err := h.reg.Versions(h.Context(), tx, "P-101", store.Keyset{})
			for i, v := range versions {
				ids["V"+string(rune('1'+i))] = v.ID
			}
			return err
		})
		if found := h.forged(ids); len(found) != 0 || ids["V3"] == "" {
			h.Fatalf("before anything is forged: %v of %v", found, ids)
		}
		for name, c := range map[string]struct {
			statements []string
			says       string
		}{
			"a past version's price": {[]string{"UPDATE plan_lines SET unit_price = unit_price * 2 WHERE version_id = V1"},
				"version 1 as it stands"},
			"a past version's share": {[]string{"UPDATE plan_shares SET percent = '50' WHERE version_id = V1"},
				"version 1 as it stands"},
			"a past version's reason": {[]string{"UPDATE plan_versions SET reason = 'weak_currency' WHERE id = V1"},
				"version 1 as it stands"},
			"who approved a past version": {[]string{"UPDATE duties SET user_id = 'usr_1' WHERE subject = V1 AND step = " +
				"'request'", "UPDATE duties SET user_id = WRITER WHERE subject = V1 AND step = 'approve'"}, "own version 1"},
			"who wrote a past version": {[]string{"UPDATE plan_versions SET created_by = APPROVER WHERE id = V1"},
				"own version 1"},
			"that a past version was approved": {[]string{"DELETE FROM duties WHERE subject = V1 AND step = 'approve'"},
				"nobody approved its version 1"},
			"that a past version was discussed": {[]string{"DELETE FROM duties WHERE subject = V1"},
				"nobody asked for its version 1"},
			"a past version away": {[]string{"DELETE FROM plan_items WHERE version_id = V1",
				"DELETE FROM plan_versions WHERE id = V1"}, "version 1 is gone"},
			"the version in force away": {[]string{"DELETE FROM plan_items WHERE version_id = V2",
				"DELETE FROM plan_versions WHERE id = V2"}, "not there"},
			"a past version back into force": {[]string{"UPDATE plan_versions SET state = 'approved' WHERE id = V1"},
				"version 1 is approved"},
			"a past version as never approved": {[]string{"UPDATE plan_versions SET state = 'rejected' WHERE id = V1",
				"DELETE FROM duties WHERE subject = V1"}, "nobody asked for its version 1"},
			"the plan back onto a past version": {[]string{"UPDATE plans SET current_version = 1"}, "version 1 is superseded"},
			"the plan onto one nobody decided":  {[]string{"UPDATE plans SET current_version = 3"}, "version 3 is draft"},
			"one nobody decided into force": {[]string{"UPDATE plan_versions SET state = 'approved' WHERE id = V3"},
				"nobody asked for its version 3"},
			"all of that at once": {[]string{"UPDATE plan_versions SET state = 'approved' WHERE id = V3",
				"UPDATE plan_versions SET state = 'superseded' WHERE id = V2", "UPDATE plans SET current_version = 3"},
				"nobody asked for its version 3"},
			"the version in force's due day": {[]string{"UPDATE plan_items SET due_on = '2026-12-01' WHERE version_id = V2 " +
				"AND line = 'tuition' AND position = 1"}, "version 2 as it stands"},
			"a unit out of its commitment": {[]string{"UPDATE plan_items SET committed_year = 0 WHERE version_id = V2 " +
				"AND line = 'tuition' AND position = 1"}, "is set aside"},
			"a unit as given": {[]string{"UPDATE plan_items SET settled_by = 'dsb_1' WHERE version_id = V2 " +
				"AND line = 'stipend' AND position = 3"}, "is set aside"},
			"a unit as not given": {[]string{"UPDATE plan_items SET settled_by = '' WHERE version_id = V2 AND " +
				"line = 'tuition' AND position = 0"}, "is set aside"},
			"what the books hold": {[]string{"UPDATE lots SET open_quantity = open_quantity - 1000000 WHERE " +
				"kind = 'commitment' AND fund = 'G1' AND open_quantity > 0"}, "is set aside"},
			"the plan's number, off its money": {[]string{"UPDATE plans SET number = 'P-102'"}, "is set aside"},
			"a version's units to another year": {[]string{"UPDATE plan_items SET committed_year = 2027 WHERE version_id = V2 " +
				"AND committed_year = 2026 AND settled_by = ''"}, "is set aside"},
			"the writer's submission, by nobody": {[]string{"DELETE FROM duties WHERE subject = V2 AND step = 'request'"},
				"nobody asked for its version 2"},
		} {
			found := h.forged(ids, c.statements...)
			said := false
			for _, f := range found {
				said = said || strings.Contains(f.Detail, c.says)
			}
			if !said {
				h.Errorf("%s: found %v, want something with %q", name, found, c.says)
			}
		}
	})
}
