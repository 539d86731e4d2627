package claims

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"supportledger/ledger"
)

// sector-systems 3: the sum over grants of claimed shares is at most what the evidence says; a fund claims once.
func TestNoCostIsFundedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(1, 100_000).Draw(t, "document")
		c := Cost{Amount: ledger.OfMinor(whole, "DKK")}
		taken, funds := int64(0), map[ledger.FundCode]bool{}
		for range rapid.IntRange(1, 8).Draw(t, "claims") {
			fund := ledger.FundCode(fmt.Sprintf("G%d", rapid.IntRange(1, 5).Draw(t, "fund")))
			share := rapid.Int64Range(1, whole).Draw(t, "share")
			after, err := c.Add(Claim{Fund: fund, Share: ledger.OfMinor(share, "DKK")})
			var want error
			switch {
			case funds[fund]:
				want = ErrCostClaimed
			case taken+share > whole:
				want = ErrEvidenceOverclaimed
			}
			if !errors.Is(err, want) || (want == nil) != (err == nil) {
				t.Fatalf("%d of %d after %d for %s: %v, want %v", share, whole, taken, fund, err, want)
			}
			if err == nil {
				c, taken, funds[fund] = after, taken+share, true
			}
			if c.Left().Minor() != whole-taken {
				t.Fatalf("%s is left of %d after %d", c.Left(), whole, taken)
			}
		}
	})
}
