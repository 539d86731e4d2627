package disclosure

import (
	"cmp"
	"slices"
)

// Month counts months: twelve times the year, and the month.
type Month int

// Span is what a statement reports on, in whole months: the first is in it, the one after the last is not.
type Span struct{ From, After Month }

// Grain is how fine in time statements may be. A sum over a day is the date and the price of one person's support; and
// so is the difference of two sums that end a day apart. So no statement is shorter than Least months, and the months
// at which statements of one subject begin or end lie Apart at least, or have nothing spent before the later one.
type Grain struct{ Least, Apart Month }

// The grains of the organisation: a funder and the public see a quarter at least, a person twelve months; and nobody
// can compute less than a quarter from two statements.
var (
	ForFunders = Grain{Least: 3, Apart: 3}
	ForPersons = Grain{Least: 12, Apart: 3}
)

// Times are where statements of a subject began or ended, and where there is cost: an end before which, or after which,
// nothing was spent says nothing.
type Times struct {
	Cuts    []Month // at which released statements began, or the month after their last
	Spent   []Month // months with cost
	Whole   Span    // of the subject where it has an end, such as a grant's period; else zero
	ToDates bool    // a statement from the start on may be shorter than Least: a donor's gifts to date
}

// Fault is why a period may not be shown.
type Fault string

// The faults of periods. Fine is none.
const (
	Fine     Fault = ""
	TooShort Fault = "too_short"
	TooClose Fault = "too_close_to_a_released_statement"
)

// Check says whether a statement of these months may be shown beside those that were.
func (g Grain) Check(s Span, t Times) Fault {
	whole := t.starts(s.From) && t.ends(s.After)
	if s.After-s.From < g.Least && !whole && (!t.ToDates || !t.starts(s.From)) {
		return TooShort
	}
	for _, cut := range []Month{s.From, s.After} {
		for _, other := range append([]Month{t.start(s)}, t.Cuts...) { // a statement says what was spent to date, too
			first, last := min(cut, other), max(cut, other)
			nothing := last <= s.After && t.starts(last) // what came later than the statement nobody has looked at
			if first != last && last-first < g.Apart && !t.ends(last) && !nothing {
				return TooClose
			}
		}
	}
	return Fine
}

// starts reports whether nothing was spent before a month.
func (t Times) starts(m Month) bool {
	return !slices.ContainsFunc(t.Spent, func(spent Month) bool { return spent < m })
}

// start is where the subject began: a statement that nothing was spent before, its period, or its first cost.
func (t Times) start(s Span) Month {
	for _, from := range append([]Month{s.From}, t.Cuts...) {
		if t.starts(from) {
			return from
		}
	}
	if t.Whole.From != 0 {
		return t.Whole.From
	}
	return slices.Min(t.Spent)
}

// ends reports whether the subject is over at a month.
func (t Times) ends(m Month) bool { return t.Whole.After != 0 && m >= t.Whole.After }

// near is how far from what was wanted an allowed period is looked for.
const near = 15

// Near are the allowed periods that are nearest to the one that was wanted, up to three of them, none after last.
func (g Grain) Near(s Span, t Times, last Month) []Span {
	var found []Span
	for from := s.From - near; from <= s.From+near; from++ {
		for after := max(s.After-near, from+1); after <= min(s.After+near, last); after++ {
			if try := (Span{from, after}); g.Check(try, t) == Fine {
				found = append(found, try)
			}
		}
	}
	far := func(x Span) Month {
		return max(x.From-s.From, s.From-x.From) + max(x.After-s.After, s.After-x.After)
	}
	slices.SortStableFunc(found, func(a, b Span) int { return cmp.Compare(far(a), far(b)) })
	return found[:min(3, len(found))]
}
