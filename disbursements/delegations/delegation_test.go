package delegations_test

import (
	"testing"
	"time"

	"supportledger/disbursements/delegations"
	"supportledger/ledger"
)

// A delegation is in force from its first day to its last, unless it was revoked.
func TestDelegationDays(t *testing.T) {
	d := delegations.Delegation{FromOn: "2026-03-02", ToOn: "2026-03-09"}
	for day, want := range map[ledger.Date]bool{
		"2026-03-01": false, "2026-03-02": true, "2026-03-05": true, "2026-03-09": true, "2026-03-10": false,
	} {
		if got := d.On(day); got != want {
			t.Errorf("on %s: %v", day, got)
		}
	}
	d.RevokedAt = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	if d.On("2026-03-05") {
		t.Error("a revoked delegation is in force")
	}
}
