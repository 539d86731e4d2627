package disclosure

import (
	"maps"
	"slices"
)

// Person is whom an amount supported, by a name that only has to be equal for the same person. "" is nobody: cost of
// the organisation.
type Person string

// Atom is an amount that sums are made of and that no sum cuts: what one line of the books spent on one person, or the
// part of it that one donor paid.
type Atom struct {
	ID     string
	Person Person
	Amount int64 // minor units of one currency; negative for what was taken back
}

// Sum is a set of atoms of which the total is, or would be, shown.
type Sum struct {
	Key   string
	Name  string // of a part: those of one name are shown in all groups of a statement or in none; "" for one by itself
	Atoms []Atom
	Duty  bool // the reader's by right, whatever it holds
}

// Rules are what makes a set of people large enough to hide in.
type Rules struct {
	Threshold int // people that a sum has at least
	Dominance int // percent of a sum that one person makes up at most
}

// The rules of the organisation (docs/PRIVACY.md): five people for a donor or funder, eleven for the public, nobody
// above 80 percent.
var (
	ForDonors = Rules{Threshold: 5, Dominance: 80}
	ForPublic = Rules{Threshold: 11, Dominance: 80}
)

// stricter takes of each limit the one that protects more.
func (r Rules) stricter(other Rules) Rules {
	if other == (Rules{}) {
		return r
	}
	return Rules{max(r.Threshold, other.Threshold), min(r.Dominance, other.Dominance)}
}

// Reason says why a set of atoms is not safe.
type Reason string

// The reasons. Safe is none.
const (
	Safe      Reason = ""
	TooFew    Reason = "too_few_people"
	Dominated Reason = "one_person_dominates"
	Alone     Reason = "would_leave_one_category" // it is merged so that what is merged with it has no name
)

// Unknown is whoever cost without a plan was for: support that nobody has put a name to. She may be anybody, also one
// of those who are known, so she does not make a set larger, and what was spent on her counts as the largest's.
const Unknown Person = "?"

// Safe judges a set of atoms: it has at least Threshold people, and none whose amount is more than Dominance percent of
// all people's. A set without people is the organisation's and safe. People are counted whose amounts cancel to
// nothing, too: that nothing is left of a support tells as much as an amount.
func (r Rules) Safe(atoms []Atom) Reason {
	amounts := map[Person]int64{}
	for _, a := range atoms {
		if a.Person != "" {
			amounts[a.Person] += a.Amount
		}
	}
	if len(amounts) == 0 {
		return Safe
	}
	unknown, some := amounts[Unknown]
	delete(amounts, Unknown)
	if len(amounts) < r.Threshold {
		return TooFew
	}
	var total, largest int64
	for _, n := range amounts {
		n = max(n, -n)
		total, largest = total+n, max(largest, n)
	}
	if some {
		unknown = max(unknown, -unknown)
		total, largest = total+unknown, largest+unknown
	}
	if total == 0 || largest > total/100*int64(r.Dominance)+total%100*int64(r.Dominance)/100 {
		return Dominated
	}
	return Safe
}

// Block is a set of atoms that every shown sum of a cut has whole or not at all.
type Block struct {
	Name    string // where it is kept; "" for one that is new
	Ours    bool   // of the cut by sums that are ours to show or withhold; else of the one by sums of right
	Changed bool   // since it was kept
	Atoms   []Atom
	Rules   Rules // the strictest under which one of the sums over it was shown
}

// Register is what has been shown so far, to anybody, as cuts of the atoms into blocks: one by all sums that were ours
// to show or withhold, one by the sums of right, and the one that both make together. The first two are kept apart,
// since their pieces are not the same secret: that a donor's total over four months, which is hers by right, differs
// from that over three by one person's amount does not allow to say what that amount was for. The zero Register has
// shown nothing.
type Register struct{ ours, right, all cut }

// cut is a division of atoms into blocks.
type cut struct {
	blocks map[int]*Block
	of     map[string]int // block by atom
	next   int
}

// Restore is a register of blocks that were kept. To judge sums it is enough to have the blocks that they touch, and
// those that these touch, and so on, whole.
func Restore(blocks []Block) Register {
	var g Register
	for _, b := range blocks {
		if b.Ours {
			g.ours.keep(b)
		} else {
			g.right.keep(b)
		}
	}
	g.join()
	return g
}

// join makes the cut that both others make together.
func (g *Register) join() {
	type crossing struct{ ours, right int }
	var order []crossing
	in := map[crossing][]Atom{}
	for _, c := range []*cut{&g.ours, &g.right} {
		for _, b := range c.ordered() {
			for _, a := range b.Atoms {
				at := crossing{g.ours.of[a.ID], g.right.of[a.ID]}
				if c == &g.right && at.ours != 0 {
					continue // seen in the first
				}
				if in[at] == nil {
					order = append(order, at)
				}
				in[at] = append(in[at], a)
			}
		}
	}
	for _, at := range order {
		made := Block{Atoms: in[at], Rules: g.ours.rules(at.ours).stricter(g.right.rules(at.right))}
		if at.ours == 0 {
			made.Rules = g.right.rules(at.right)
		}
		g.all.keep(made)
	}
}

func (c *cut) rules(block int) Rules {
	if b := c.blocks[block]; b != nil {
		return b.Rules
	}
	return Rules{}
}

// Blocks are all blocks of the two cuts that are kept.
func (g *Register) Blocks() []Block { return append(g.ours.list(), g.right.list()...) }

// Judge says whether a sum that is ours to show may be shown beside all that was: it must be safe by itself, and so
// must each piece that it cuts off, and each that it leaves, of what was shown, both of all sums and of those that were
// ours to show. Of several reasons it names the graver. What a combination of sums would tell it does not look at:
// [Register.tellsOfFew] does.
func (g *Register) Judge(atoms []Atom, rules Rules) Reason {
	return graver(rules.Safe(atoms), graver(g.all.judge(atoms, rules), g.ours.judge(atoms, rules)))
}

// Show puts a sum down that was ours to show or withhold. It does not judge.
func (g *Register) Show(atoms []Atom, rules Rules) {
	g.all.show(atoms, Block{Rules: rules, Changed: true})
	g.ours.show(atoms, Block{Rules: rules, Changed: true, Ours: true})
}

// ShowOwed puts a sum down that its reader has a right to: it is shown whatever it holds.
func (g *Register) ShowOwed(atoms []Atom, rules Rules) {
	g.all.show(atoms, Block{Rules: rules, Changed: true})
	g.right.show(atoms, Block{Rules: rules, Changed: true})
}

// clone is a register to try things on.
func (g *Register) clone() Register { return Register{g.ours.clone(), g.right.clone(), g.all.clone()} }

func (c *cut) clone() cut {
	out := cut{blocks: make(map[int]*Block, len(c.blocks)), of: maps.Clone(c.of), next: c.next}
	for id, b := range c.blocks {
		copied := *b
		out.blocks[id] = &copied
	}
	if c.of == nil {
		return cut{}
	}
	return out
}

func (c *cut) keep(b Block) {
	if c.blocks == nil {
		c.blocks, c.of, c.next = map[int]*Block{}, map[string]int{}, 1
	}
	c.blocks[c.next] = &b
	for _, a := range b.Atoms {
		c.of[a.ID] = c.next
	}
	c.next++
}

func (c *cut) list() []Block {
	var out []Block
	for _, b := range c.ordered() {
		out = append(out, *b)
	}
	return out
}

// ordered are the blocks, those that were kept first.
func (c *cut) ordered() []*Block {
	var out []*Block
	for _, id := range slices.Sorted(maps.Keys(c.blocks)) {
		out = append(out, c.blocks[id])
	}
	return out
}

// piece is a part of a block, or of what was never shown (block 0), that a sum cuts off, with what it leaves of the
// block.
type piece struct {
	block    int
	in, rest []Atom
}

// by is what a sum does to the blocks.
func (c *cut) by(atoms []Atom) []piece {
	in := map[int][]Atom{}
	chosen := map[string]bool{}
	for _, a := range atoms {
		if !chosen[a.ID] {
			chosen[a.ID] = true
			in[c.of[a.ID]] = append(in[c.of[a.ID]], a)
		}
	}
	var pieces []piece
	for _, id := range slices.Sorted(maps.Keys(in)) {
		p := piece{block: id, in: in[id]}
		if b := c.blocks[id]; b != nil {
			p.rest = slices.DeleteFunc(slices.Clone(b.Atoms), func(a Atom) bool { return chosen[a.ID] })
		}
		pieces = append(pieces, p)
	}
	return pieces
}

func (c *cut) judge(atoms []Atom, rules Rules) Reason {
	worst := Safe
	for _, p := range c.by(atoms) {
		strict := rules
		if b := c.blocks[p.block]; b != nil {
			if len(p.rest) == 0 {
				continue
			}
			strict = rules.stricter(b.Rules)
			worst = graver(worst, strict.Safe(p.rest))
		}
		worst = graver(worst, strict.Safe(p.in))
	}
	return worst
}

// show cuts the blocks by a sum; what is new is a block as like.
func (c *cut) show(atoms []Atom, like Block) {
	for _, p := range c.by(atoms) {
		made := like
		if b := c.blocks[p.block]; b != nil {
			made.Rules = like.Rules.stricter(b.Rules)
			b.Changed = b.Changed || b.Rules != made.Rules
			if b.Rules = made.Rules; len(p.rest) == 0 {
				continue
			}
			b.Atoms = p.rest
		}
		made.Atoms = p.in
		c.keep(made)
	}
}

// graver orders reasons: too few people, one who dominates, alone, none.
func graver(a, b Reason) Reason {
	for _, r := range []Reason{TooFew, Dominated, Alone} {
		if a == r || b == r {
			return r
		}
	}
	return Safe
}
