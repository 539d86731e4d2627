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

// Block is a set of atoms that every shown sum has whole or not at all.
type Block struct {
	Name  string // where it is kept; "" for one that is new
	Label bool   // of the cut that sums with a name make; else of the one that all sums make
	Atoms []Atom
	Rules Rules // the strictest under which one of the sums over it was shown
}

// Register is what has been shown so far, to anybody: two cuts of the atoms into blocks. One is made by all sums that
// were shown, the other by those alone that say what the money was for. The second is the coarser: that a donor's total
// over four months, which is hers by right, differs from that over three by one person's amount does not allow to say
// what that amount was for. The zero Register has shown nothing.
type Register struct{ all, named cut }

// cut is a division of atoms into blocks.
type cut struct {
	blocks map[int]*Block
	of     map[string]int // block by atom
	next   int
}

// Restore is a register of blocks that were kept. To judge sums it is enough to have the blocks that they touch, whole.
func Restore(blocks []Block) Register {
	var g Register
	for _, b := range blocks {
		if b.Label {
			g.named.keep(b)
		} else {
			g.all.keep(b)
		}
	}
	return g
}

// Blocks are all blocks, those that were kept first.
func (g *Register) Blocks() []Block { return append(g.all.list(), g.named.list()...) }

// Judge says whether a sum may be shown beside all that was: each piece that it cuts off, and each that it leaves of
// what was shown, must be safe. A sum of whole blocks says nothing new and is safe. Of several reasons it names the
// graver.
func (g *Register) Judge(atoms []Atom, rules Rules) Reason { return g.all.judge(atoms, rules) }

// JudgeNamed is Judge of a sum that says what it was for: it must be safe by itself, beside all sums, and beside those
// that say what they were for.
func (g *Register) JudgeNamed(atoms []Atom, rules Rules) Reason {
	return graver(rules.Safe(atoms), graver(g.all.judge(atoms, rules), g.named.judge(atoms, rules)))
}

// Show puts a sum down as shown under the rules. It does not judge: a duty is shown whatever it holds.
func (g *Register) Show(atoms []Atom, rules Rules) { g.all.show(atoms, Block{Rules: rules}) }

// ShowNamed puts down a sum that says what it was for.
func (g *Register) ShowNamed(atoms []Atom, rules Rules) {
	g.all.show(atoms, Block{Rules: rules})
	g.named.show(atoms, Block{Rules: rules, Label: true})
}

// clone is a register to try things on.
func (g *Register) clone() Register { return Restore(g.Blocks()) }

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
	for _, id := range slices.Sorted(maps.Keys(c.blocks)) {
		out = append(out, *c.blocks[id])
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
