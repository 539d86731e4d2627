package grants

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ClaimedCost is a document, or one line of it, with the funds that claim shares of it. However many grants pay, together they
// claim no more than the document says: no cost is funded twice.
type ClaimedCost struct {
	ID       string
	Evidence ledger.EvidenceID
	Line     string       // of the document; "" for all of it
	Amount   ledger.Money // base currency, as the document says
	Claims   []Claim
}

// Claim is a fund's share of a cost.
type Claim struct {
	ID    string
	Fund  ledger.FundCode
	Share ledger.Money   // base currency
	Entry ledger.EntryID // that put it on the fund; "" where it is not known
}

// Left is what of a cost nobody claims, in base currency.
func (c ClaimedCost) Left() ledger.Money {
	left := c.Amount
	for _, claim := range c.Claims {
		left = left.Sub(claim.Share)
	}
	return left
}

// Take adds claims to a cost. [ErrEvidenceOverclaimed] when they are more than what is left, [ErrCostClaimed] when a fund has
// a share already.
func (c ClaimedCost) Take(claims ...Claim) (ClaimedCost, error) {
	for _, claim := range claims {
		for _, before := range c.Claims {
			if before.Fund == claim.Fund {
				return c, ErrCostClaimed
			}
		}
		if left := c.Left(); claim.Share.Cmp(left) > 0 {
			return c, refuse(ErrEvidenceOverclaimed, "%s %s of the cost is left, %s asked for %s",
				left, left.Currency, claim.Fund, claim.Share)
		}
		c.Claims = append(c.Claims, claim)
	}
	return c, nil
}

// ClaimCost claims shares of a cost for funds. The first claim says what the document costs; later ones say the same
// ([ErrCostAmount]). A document is claimed as a whole or line by line, never both ([ErrCostLines]).
// [ledger.ErrUnknownEvidence], and what [ClaimedCost.Take] refuses.
func (r Register) ClaimCost(ctx context.Context, tx *store.Tx, in ClaimedCost) (ClaimedCost, error) {
	if _, err := r.Book.Evidence(ctx, tx, in.Evidence); err != nil {
		return ClaimedCost{}, err
	}
	before, err := r.ClaimedCosts(ctx, tx, in.Evidence)
	if err != nil {
		return ClaimedCost{}, err
	}
	c, known := in, false
	c.Claims = nil
	for _, other := range before {
		if other.Line == in.Line {
			c, known = other, true
		} else if other.Line == "" || in.Line == "" {
			return ClaimedCost{}, ErrCostLines
		}
	}
	if known && c.Amount.Cmp(in.Amount) != 0 {
		return ClaimedCost{}, refuse(ErrCostAmount, "the cost is %s %s, not %s", c.Amount, c.Amount.Currency, in.Amount)
	}
	if !known {
		c.ID = store.NewID("evc")
		if err := insertCost(ctx, tx, c); err != nil {
			return ClaimedCost{}, err
		}
	}
	for i := range in.Claims {
		in.Claims[i].ID = store.NewID("ccl")
	}
	if c, err = c.Take(in.Claims...); err != nil {
		return ClaimedCost{}, err
	}
	if err := insertClaims(ctx, tx, c.ID, in.Claims); err != nil {
		return ClaimedCost{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "cost.claimed", Subject: string(in.Evidence)})
}

// ClaimedCosts lists what is claimed on a document, or on all where none is named, in order of entry.
func (r Register) ClaimedCosts(ctx context.Context, tx *store.Tx, evidence ledger.EvidenceID) ([]ClaimedCost, error) {
	return readCosts(ctx, tx, evidence, r.Book.Base)
}
