package ledger

import (
	"cmp"
	"context"
	"slices"

	"supportledger/store"
)

// A fund's money in a bank account never stands below zero, on the day of an entry and on every later one (RULES 55).
// The database refuses it too, when an entry is sealed; here it is refused entry by entry, with the day and the amount.

// place is where money lies: a fund's part of a bank account.
type place struct {
	Account AccountNo
	Fund    FundCode
}

// move is what one entry brings to a place or takes away.
type move struct {
	place  place
	amount Money
}

// bankMoves sums the entry's lines on bank accounts, by place.
func (p *poster) bankMoves(e Entry) []move {
	var moves []move
	for _, l := range e.Lines {
		bank := place{l.Account, l.Fund}
		if p.banks[bank] == nil {
			continue
		}
		if i := slices.IndexFunc(moves, func(m move) bool { return m.place == bank }); i >= 0 {
			moves[i].amount = moves[i].amount.Add(l.Amount)
		} else {
			moves = append(moves, move{bank, l.Amount})
		}
	}
	return moves
}

// holding is what a place holds: over all days, and what moved it on each day after the first that the entries touch.
type holding struct {
	total Money
	last  Date // the last day on which it moved, "" for never
	days  []day
}

type day struct {
	date   Date
	amount Money
}

// admits refuses a move after which the place would stand below zero on its day or any later one.
func (h *holding) admits(m move, on Date) error {
	if m.amount.Sign() >= 0 {
		return nil
	}
	later := h.days[h.after(on):]
	standing := h.total.Add(m.amount)
	for _, d := range later {
		standing = standing.Sub(d.amount)
	}
	for date, next := on, 0; ; next++ {
		if standing.Sign() < 0 {
			return &Overdrawn{m.place.Fund, m.place.Account, date, standing}
		}
		if next == len(later) {
			return nil
		}
		date, standing = later[next].date, standing.Add(later[next].amount)
	}
}

// add moves the holding on.
func (h *holding) add(m move, on Date) {
	h.total = h.total.Add(m.amount)
	i := h.after(on)
	if i > 0 && h.days[i-1].date == on {
		h.days[i-1].amount = h.days[i-1].amount.Add(m.amount)
		return
	}
	h.days = slices.Insert(h.days, i, day{on, m.amount})
}

// after is the index of the first day later than a date.
func (h *holding) after(date Date) int {
	i, found := slices.BinarySearchFunc(h.days, date, func(d day, on Date) int { return cmp.Compare(d.date, on) })
	if found {
		i++
	}
	return i
}

// readBanks reads the places that the proposals take money from. Days are read only where money moved later than the
// first of the proposals: posting in order of time costs nothing per day.
func (p *poster) readBanks(ctx context.Context, tx *store.Tx, proposals []Proposal) (map[place]*holding, error) {
	first := map[place]Date{}
	banks := map[place]*holding{}
	for _, next := range proposals {
		for _, l := range next.Lines {
			currency := p.known.Accounts[l.Account].BankCurrency()
			if currency == "" {
				continue
			}
			bank := place{l.Account, l.Fund}
			if known, ok := first[bank]; !ok || next.Date < known {
				first[bank] = next.Date
			}
			if l.Amount.Sign() < 0 && banks[bank] == nil {
				banks[bank] = &holding{total: Zero(currency)}
			}
		}
	}
	if len(banks) == 0 {
		return banks, nil
	}
	if err := readTotals(ctx, tx, banks); err != nil {
		return nil, err
	}
	late := map[place]Date{}
	for bank, h := range banks {
		if h.last > first[bank] {
			late[bank] = first[bank]
		}
	}
	return banks, readDays(ctx, tx, banks, late)
}
