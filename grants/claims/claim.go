// Package claims keeps which fund pays which share of which cost. However many grants pay, together they claim no more
// than the document says: no cost is funded twice. Read [Cost.Add] for the rule; [Make] puts claims on record.
package claims

import (
	"context"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// What claims refuse.
var (
	ErrEvidenceOverclaimed = errors.New("claims: the shares of a cost are more than the document says")
	ErrCostClaimed         = errors.New("claims: the fund claims a share of the cost already")
	ErrCostAmount          = errors.New("claims: the cost was claimed at another amount")
	ErrCostLines           = errors.New("claims: a document is claimed as a whole or line by line")
)

// refusal words an error of one of these kinds with its figures.
type refusal struct {
	kind error
	text string
}

func (e *refusal) Error() string { return e.text }

func (e *refusal) Unwrap() error { return e.kind }

// Cost is a document, or one line of it, with the funds that claim shares of it.
type Cost struct {
	ID       string
	Evidence evidence.ID
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
func (c Cost) Left() ledger.Money {
	left := c.Amount
	for _, claim := range c.Claims {
		left = left.Sub(claim.Share)
	}
	return left
}

// Add adds claims to a cost. [ErrEvidenceOverclaimed] when they are more than what is left, [ErrCostClaimed] when a
// fund has a share already.
func (c Cost) Add(claims ...Claim) (Cost, error) {
	for _, claim := range claims {
		for _, before := range c.Claims {
			if before.Fund == claim.Fund {
				return c, ErrCostClaimed
			}
		}
		if left := c.Left(); claim.Share.Cmp(left) > 0 {
			return c, &refusal{ErrEvidenceOverclaimed, fmt.Sprintf("claims: %s %s of the cost is left, %s asked for %s",
				left, left.Currency, claim.Fund, claim.Share)}
		}
		c.Claims = append(c.Claims, claim)
	}
	return c, nil
}

// Make claims shares of a cost for funds. The first claim says what the document costs; later ones say the same
// ([ErrCostAmount]). A document is claimed as a whole or line by line, never both ([ErrCostLines]).
// [evidence.ErrUnknown], and what [Cost.Add] refuses.
func Make(ctx context.Context, tx *store.Tx, book ledger.Book, in Cost) (Cost, error) {
	if _, err := evidence.Find(ctx, tx, in.Evidence); err != nil {
		return Cost{}, err
	}
	before, err := costsOf(ctx, tx, in.Evidence, book.Base)
	if err != nil {
		return Cost{}, err
	}
	c, known := in, false
	c.Claims = nil
	for _, other := range before {
		if other.Line == in.Line {
			c, known = other, true
		} else if other.Line == "" || in.Line == "" {
			return Cost{}, ErrCostLines
		}
	}
	if known && c.Amount.Cmp(in.Amount) != 0 {
		return Cost{}, &refusal{ErrCostAmount, fmt.Sprintf("claims: the cost is %s %s, not %s",
			c.Amount, c.Amount.Currency, in.Amount)}
	}
	if !known {
		c.ID = store.NewID("evc")
		if err := insertCost(ctx, tx, c); err != nil {
			return Cost{}, err
		}
	}
	for i := range in.Claims {
		in.Claims[i].ID = store.NewID("ccl")
	}
	if c, err = c.Add(in.Claims...); err != nil {
		return Cost{}, err
	}
	if err := insertClaims(ctx, tx, c.ID, in.Claims); err != nil {
		return Cost{}, err
	}
	return c, access.Record(ctx, tx, access.Event{Action: "cost.claimed", Subject: string(in.Evidence)})
}
