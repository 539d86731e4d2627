package ledger

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
)

// LotID identifies a lot.
type LotID string

// LotKind says what a lot is a quantity of.
type LotKind string

// The kinds of lot.
const (
	CurrencyLot   LotKind = "currency"   // foreign money in our bank or at a partner
	DeferredLot   LotKind = "deferred"   // a grant's money received in advance, in the grant's currency (RULES 12)
	CommitmentLot LotKind = "commitment" // budget set aside for a plan, at its budget rate (RULES 38)
)

// Pool is where a draw may take from: funds never draw from each other, nor partners (RULES 19-20).
type Pool struct {
	Account  AccountNo
	Holder   string // partner or plan; "" for our own bank
	Fund     FundCode
	Currency Currency
}

// Lot is a quantity with its cost in base currency. All four amounts are positive for an ordinary lot, whatever side of
// the books it stands on; OpenQuantity and OpenCost are what is left. Only the newest deferred lot may go below zero
// (RULES 10, 12).
type Lot struct {
	ID                     LotID
	Kind                   LotKind
	Pool                   Pool
	Name                   string // the transfer or receipt it came from
	Rate                   Rate
	OpenedOn               Date
	Quantity, Cost         Money
	OpenQuantity, OpenCost Money
	openedSeq              int64
}

// Draw is what is taken from one lot.
type Draw struct {
	Lot      LotID
	Quantity Money
	Cost     Money // base currency
}

// DrawFIFO takes a quantity from lots in the order given (by date, then entry: RULES 21). The cost of a draw is its
// quantity at the lot's quoted rate (RULES 22), never more than what is left; the draw that empties a lot takes all its
// remaining cost (RULES 23). [ErrLotExhausted] when the lots hold less, [ErrEntryShape] when the quantity or a lot is
// in another currency than the pool.
func DrawFIFO(pool Pool, lots []Lot, quantity Money) ([]Draw, error) {
	var draws []Draw
	want := quantity
	if want.Currency != pool.Currency {
		return nil, &Shape{-1, fmt.Sprintf("account %s holds %s here, not %s", pool.Account, pool.Currency, want.Currency)}
	}
	for _, lot := range lots {
		if want.Sign() <= 0 {
			break
		}
		if lot.OpenQuantity.Sign() <= 0 {
			continue
		}
		if lot.OpenQuantity.Currency != want.Currency {
			return nil, &Shape{-1, fmt.Sprintf("lot %s is in %s", lot.Name, lot.OpenQuantity.Currency)}
		}
		draw, err := lot.draw(want)
		if err != nil {
			return nil, err
		}
		draws, want = append(draws, draw), want.Sub(draw.Quantity)
	}
	if want.Sign() > 0 {
		return nil, &Exhausted{Pool: pool, Left: quantity.Sub(want), Asked: quantity}
	}
	return draws, nil
}

// After are the lots as draws leave them, for the next draw of the same act (RULES 24).
func After(lots []Lot, draws []Draw) []Lot {
	lots = slices.Clone(lots)
	for _, d := range draws {
		if i := slices.IndexFunc(lots, func(l Lot) bool { return l.ID == d.Lot }); i >= 0 {
			lots[i].OpenQuantity, lots[i].OpenCost = lots[i].OpenQuantity.Sub(d.Quantity), lots[i].OpenCost.Sub(d.Cost)
		}
	}
	return lots
}

// draw takes up to want from the lot.
func (l Lot) draw(want Money) (Draw, error) {
	if want.Cmp(l.OpenQuantity) >= 0 {
		return Draw{l.ID, l.OpenQuantity, l.OpenCost}, nil
	}
	cost, err := l.value(want)
	if err != nil {
		return Draw{}, err
	}
	if cost.Cmp(l.OpenCost) > 0 {
		cost = l.OpenCost
	}
	return Draw{l.ID, want, cost}, nil
}

// value is the cost of a part of the lot: at its rate, or, for a lot that carries none, pro rata of its cost (RULES
// 29).
func (l Lot) value(part Money) (Money, error) {
	base := l.Cost.Currency
	if l.Rate.IsZero() {
		exact := l.Cost.Amount.Mul(part.Amount)
		return Money{exact.DivRound(l.Quantity.Amount, base.Digits()), base}.Bounded()
	}
	return l.Rate.Convert(part, base)
}

// Drawn sums what draws cost, in base currency c.
func Drawn(c Currency, draws []Draw) Money {
	total := decimal.Zero
	for _, d := range draws {
		total = total.Add(d.Cost.Amount)
	}
	return Money{total, c}
}
