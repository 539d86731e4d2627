package beneficiaries

import (
	"testing"

	"pgregory.net/rapid"

	"supportledger/ledger"
)

// TestConsentLive holds the answer against what each consent says, for any consents: one is enough; one for a donor
// covers no other and not all; it ends with its last day, and before the day on which it is taken back.
func TestConsentLive(t *testing.T) {
	day := rapid.Map(rapid.IntRange(0, 9), func(n int) ledger.Date { return ledger.NewDate(2026, 3, 1).AddDays(n) })
	donor := rapid.SampledFrom([]string{"", "D-1", "D-2"})
	purpose := rapid.SampledFrom(ConsentPurposes[:2])
	rapid.Check(t, func(t *rapid.T) {
		consents := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Consent {
			c := Consent{Purpose: purpose.Draw(t, "purpose"), Donor: donor.Draw(t, "donor"), GivenOn: day.Draw(t, "given"),
				ExpiresOn: day.Draw(t, "expires")}
			if rapid.Bool().Draw(t, "revoked") {
				c.RevokedOn = day.Draw(t, "revoked on")
			}
			return c
		}), 0, 4).Draw(t, "consents")
		p, d, on := purpose.Draw(t, "asked purpose"), donor.Draw(t, "asked donor"), day.Draw(t, "on")
		want := false
		for _, c := range consents {
			begun, ended := !c.GivenOn.Time().After(on.Time()), on.Time().After(c.ExpiresOn.Time())
			taken := c.RevokedOn != "" && !on.Time().Before(c.RevokedOn.Time())
			want = want || c.Purpose == p && (c.Donor == d || c.Donor == "") && begun && !ended && !taken
		}
		if got := ConsentLive(consents, p, d, on); got != want {
			t.Fatalf("live %v, want %v", got, want)
		}
	})
}
