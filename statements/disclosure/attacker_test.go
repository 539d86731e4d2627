package disclosure

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"supportledger/store/storetest"
)

// ledger is a random charity: people supported in categories, in periods, by funds whose donors want to know.
type ledger struct {
	periods, funds, categories int
	spent                      []spending
}

type spending struct {
	Atom
	period, fund, category int
}

func drawLedger(t *rapid.T) ledger {
	l := ledger{periods: rapid.IntRange(1, 3).Draw(t, "periods"), funds: rapid.IntRange(1, 2).Draw(t, "funds"),
		categories: rapid.IntRange(1, 5).Draw(t, "categories")}
	crowd := rapid.IntRange(1, 16).Draw(t, "people")
	for i := range rapid.IntRange(1, 40).Draw(t, "lines") {
		s := spending{period: rapid.IntRange(0, l.periods-1).Draw(t, "period"),
			fund:     rapid.IntRange(0, l.funds-1).Draw(t, "fund"),
			category: rapid.IntRange(0, l.categories-1).Draw(t, "category")}
		s.ID, s.Person = fmt.Sprint(i), Person(fmt.Sprintf("P%02d", rapid.IntRange(0, crowd-1).Draw(t, "who")))
		s.Amount = int64(rapid.SampledFrom([]int{1, 5, 10, 10, 10, 20, 400}).Draw(t, "amount"))
		l.spent = append(l.spent, s)
	}
	return l
}

func (l ledger) where(keep func(spending) bool) []Atom {
	var out []Atom
	for _, s := range l.spent {
		if keep(s) {
			out = append(out, s.Atom)
		}
	}
	return out
}

// groups are the statements of a period: each fund's total, which its funder has a right to, and its categories; then
// the same over both funds, which nobody has.
func (l ledger) groups(period int) []Group {
	var out []Group
	for fund := range l.funds {
		in := func(s spending) bool { return s.period == period && s.fund == fund }
		g := Group{Whole: Sum{Key: fmt.Sprintf("%d/fund%d", period, fund), Atoms: l.where(in), Duty: true}}
		for c := range l.categories {
			g.Parts = append(g.Parts, Sum{Key: fmt.Sprintf("%s/%d", g.Whole.Key, c),
				Atoms: l.where(func(s spending) bool { return in(s) && s.category == c })})
		}
		out = append(out, g)
	}
	all := Group{Whole: Sum{Key: fmt.Sprintf("%d/all", period),
		Atoms: l.where(func(s spending) bool { return s.period == period })}}
	for c := range l.categories {
		all.Parts = append(all.Parts,
			Sum{Key: fmt.Sprintf("%s/%d", all.Whole.Key, c),
				Atoms: l.where(func(s spending) bool { return s.period == period && s.category == c })})
	}
	return append(out, all)
}

// toDate is everything up to a period, per category: what a later statement adds.
func (l ledger) toDate(period int) []Group {
	var out []Group
	for c := range l.categories {
		out = append(out, Group{Whole: Sum{Key: fmt.Sprintf("to %d/%d", period, c),
			Atoms: l.where(func(s spending) bool { return s.period <= period && s.category == c })}})
	}
	return out
}

// published is a sum that the attacker has read, by the number of each of its atoms.
type published struct {
	atoms map[int]bool
	total int64
	duty  bool
}

// publish plays all statements against a control, and gives what leaves the organisation. The rest of a whole need not
// be printed: it can be computed.
func (l ledger) publish(choose func(groups []Group) []Choice) []published {
	number := map[string]int{}
	for i, s := range l.spent {
		number[s.ID] = i
	}
	var out []published
	show := func(s Sum, duty bool) {
		p := published{atoms: map[int]bool{}, duty: duty}
		for _, a := range s.Atoms {
			p.atoms[number[a.ID]] = true
			p.total += a.Amount
		}
		if len(p.atoms) > 0 {
			out = append(out, p)
		}
	}
	for period := range l.periods {
		for _, groups := range [][]Group{l.groups(period), l.toDate(period)} {
			for i, c := range choose(groups) {
				if c.Whole {
					show(groups[i].Whole, groups[i].Whole.Duty)
				}
				for _, p := range groups[i].Parts {
					if slices.Contains(c.Shown, p.Key) {
						show(p, false)
					}
				}
			}
		}
	}
	return out
}

// attacker knows every published sum, which line of the books is in which sum, and that no amount is negative. She does
// not know amounts. For each person, and each person's cost in one category, she computes the range in which it must
// lie.
type attacker struct {
	lines int
	known []published
}

// pins reports whether the known sums force the total of some lines to within 20 percent of the truth, both ways.
func (a attacker) pins(lines []int, truth int64) bool {
	objective := make([]*big.Rat, a.lines)
	for i := range objective {
		objective[i] = new(big.Rat)
	}
	for _, i := range lines {
		objective[i].SetInt64(1)
	}
	high, bounded := a.maximum(objective)
	if !bounded {
		return false
	}
	for i := range objective {
		objective[i].Neg(objective[i])
	}
	low, _ := a.maximum(objective)
	low.Neg(low)
	return low.Cmp(big.NewRat(truth*8, 10)) >= 0 && high.Cmp(big.NewRat(truth*12, 10)) <= 0
}

// maximum solves max c·x with the known sums as equations and x ≥ 0, by the simplex method in exact fractions (two
// phases, Bland's rule). False when it has no end.
func (a attacker) maximum(c []*big.Rat) (*big.Rat, bool) {
	s := a.tableau()
	zero := new(big.Rat)
	s.climb(func(j int) *big.Rat { // to a solution without the helpers; the truth is one
		if j >= s.lines {
			return big.NewRat(-1, 1)
		}
		return zero
	})
	s.dismiss()
	cost := func(j int) *big.Rat {
		if j >= s.lines {
			return zero
		}
		return c[j]
	}
	if !s.climb(cost) {
		return nil, false
	}
	value := new(big.Rat)
	for i, b := range s.basis {
		value.Add(value, new(big.Rat).Mul(cost(b), s.side(i)))
	}
	return value, true
}

// tableau is a system of equations in the form that the simplex method works on: a column per line of the books, a
// helper per equation, and the right side.
type tableau struct {
	t     [][]*big.Rat
	basis []int
	lines int
}

func (a attacker) tableau() *tableau {
	rows, n := len(a.known), a.lines
	s := &tableau{t: make([][]*big.Rat, rows), basis: make([]int, rows), lines: n}
	for i, k := range a.known {
		s.t[i] = make([]*big.Rat, n+rows+1)
		for j := range s.t[i] {
			s.t[i][j] = new(big.Rat)
			if j < n && k.atoms[j] || j == n+i {
				s.t[i][j].SetInt64(1)
			}
		}
		s.side(i).SetInt64(k.total)
		s.basis[i] = n + i
	}
	return s
}

// side is the right side of a row.
func (s *tableau) side(i int) *big.Rat { return s.t[i][len(s.t[i])-1] }

// climb goes from corner to corner as long as the cost rises. False when it rises for ever.
func (s *tableau) climb(cost func(int) *big.Rat) bool {
	for {
		enter := s.enter(cost)
		if enter < 0 {
			return true
		}
		leave := s.leave(enter)
		if leave < 0 {
			return false
		}
		pivot(s.t, leave, enter)
		s.basis[leave] = enter
	}
}

// enter is the first line whose amount raises the cost, or -1.
func (s *tableau) enter(cost func(int) *big.Rat) int {
	for j := range s.lines {
		if slices.Contains(s.basis, j) {
			continue
		}
		gain := new(big.Rat).Set(cost(j))
		for i, b := range s.basis {
			gain.Sub(gain, new(big.Rat).Mul(cost(b), s.t[i][j]))
		}
		if gain.Sign() > 0 {
			return j
		}
	}
	return -1
}

// leave is the row that bounds a line's amount first, or -1.
func (s *tableau) leave(enter int) int {
	leave, best := -1, new(big.Rat)
	for i := range s.basis {
		if s.t[i][enter].Sign() <= 0 {
			continue
		}
		ratio := new(big.Rat).Quo(s.side(i), s.t[i][enter])
		if leave < 0 || ratio.Cmp(best) < 0 || ratio.Cmp(best) == 0 && s.basis[i] < s.basis[leave] {
			leave, best = i, ratio
		}
	}
	return leave
}

// dismiss lets helpers that stand at zero leave for any line.
func (s *tableau) dismiss() {
	for i := range s.basis {
		for j := 0; j < s.lines && s.basis[i] >= s.lines; j++ {
			if s.t[i][j].Sign() != 0 {
				pivot(s.t, i, j)
				s.basis[i] = j
			}
		}
	}
}

func pivot(t [][]*big.Rat, row, column int) {
	by := new(big.Rat).Set(t[row][column])
	for j := range t[row] {
		t[row][j] = new(big.Rat).Quo(t[row][j], by)
	}
	for i := range t {
		if i == row || t[i][column].Sign() == 0 {
			continue
		}
		times := new(big.Rat).Set(t[i][column])
		for j := range t[i] {
			t[i][j] = new(big.Rat).Sub(t[i][j], new(big.Rat).Mul(times, t[row][j]))
		}
	}
}

// secrets are what must stay hidden: for each person the whole of what was spent on her, and in each category; for each
// category and period with fewer people than the threshold, the cell.
func (l ledger) secrets() map[string][]int {
	out := map[string][]int{}
	cells := map[string]map[Person]bool{}
	add := func(key string, i int) { out[key] = append(out[key], i) }
	for i, s := range l.spent {
		add("person "+string(s.Person), i)
		add(fmt.Sprintf("person %s in %d", s.Person, s.category), i)
		cell := fmt.Sprintf("cell %d/%d/%d", s.period, s.fund, s.category)
		add(cell, i)
		if cells[cell] == nil {
			cells[cell] = map[Person]bool{}
		}
		cells[cell][s.Person] = true
	}
	for cell, who := range cells {
		if len(who) >= ForDonors.Threshold {
			delete(out, cell)
		}
	}
	return out
}

// leaks lists the secrets that the published sums pin and the sums of duty alone do not.
func (l ledger) leaks(all []published) []string {
	duties := slices.DeleteFunc(slices.Clone(all), func(p published) bool { return !p.duty })
	reader, rightful := attacker{len(l.spent), independent(all)}, attacker{len(l.spent), independent(duties)}
	var found []string
	for name, lines := range l.secrets() {
		var truth int64
		for _, i := range lines {
			truth += l.spent[i].Amount
		}
		if reader.pins(lines, truth) && !rightful.pins(lines, truth) {
			found = append(found, name)
		}
	}
	return found
}

// independent drops sums that are published twice.
func independent(all []published) []published {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(all), func(p published) bool {
		key := fmt.Sprint(p.atoms)
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// A solver that is given everything published - totals, categories, earlier periods, other funds, sums to date - pins
// no person's amount within 20 percent and no cell under the threshold, beyond what the funders' own totals say.
func TestAttackerFindsNobody(t *testing.T) {
	rounds, shown := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		if rounds++; rounds > storetest.Rounds(40, 1000) {
			return
		}
		l := drawLedger(rt)
		var g Register
		all := l.publish(func(groups []Group) []Choice { return g.Choose(groups, ForDonors) })
		for _, p := range all {
			if !p.duty {
				shown++
			}
		}
		if found := l.leaks(all); len(found) > 0 {
			rt.Errorf("the attacker knows %v", found)
		}
	})
	if shown == 0 {
		t.Error("no sum beyond duty was shown in any ledger: the control shows nothing, and this test sees nothing")
	}
}

// The same attacker finds people where the rest of a whole is not looked at, or where earlier statements are forgotten.
func TestAttackerFindsWhatLesserControlsLeak(t *testing.T) {
	for name, control := range map[string]func() func([]Group) []Choice{
		"without complementary suppression": func() func([]Group) []Choice {
			return func(groups []Group) []Choice {
				var out []Choice
				for _, g := range groups {
					c := Choice{Key: g.Whole.Key, Whole: g.Whole.Duty || ForDonors.Safe(g.Whole.Atoms) == Safe}
					for _, p := range g.Parts {
						if c.Whole && ForDonors.Safe(p.Atoms) == Safe {
							c.Shown = append(c.Shown, p.Key)
						}
					}
					out = append(out, c)
				}
				return out
			}
		},
		"each statement by itself": func() func([]Group) []Choice {
			return func(groups []Group) []Choice {
				var g Register
				return g.Choose(groups, ForDonors)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range 300 {
				l := rapid.Custom(drawLedger).Example(seed)
				if len(l.leaks(l.publish(control()))) > 0 {
					return
				}
			}
			t.Error("300 ledgers and nobody found: the attacker is blind")
		})
	}
}
