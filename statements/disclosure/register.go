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
)

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
	if len(amounts) < r.Threshold {
		return TooFew
	}
	var total, largest int64
	for _, n := range amounts {
		n = max(n, -n)
		total, largest = total+n, max(largest, n)
	}
	if total == 0 || largest > total/100*int64(r.Dominance)+total%100*int64(r.Dominance)/100 {
		return Dominated
	}
	return Safe
}

// Block is a set of atoms that every shown sum has whole or not at all.
type Block struct {
	Name  string // where it is kept; "" for one that is new
	Atoms []Atom
	Rules Rules // the strictest under which one of the sums over it was shown
}

// Register is what has been shown so far, to anybody: a cut of the atoms into blocks. The zero Register has shown
// nothing.
type Register struct {
	blocks map[int]*Block
	of     map[string]int // block by atom
	next   int
}

// Restore is a register of blocks that were kept. To judge sums it is enough to have the blocks that they touch, whole.
func Restore(blocks []Block) Register {
	g := Register{blocks: map[int]*Block{}, of: map[string]int{}, next: 1}
	for _, b := range blocks {
		g.blocks[g.next] = &b
		for _, a := range b.Atoms {
			g.of[a.ID] = g.next
		}
		g.next++
	}
	return g
}

// Blocks are all blocks, those that were kept first.
func (g *Register) Blocks() []Block {
	var out []Block
	for _, id := range slices.Sorted(maps.Keys(g.blocks)) {
		out = append(out, *g.blocks[id])
	}
	return out
}

// piece is a part of a block, or of what was never shown (block 0), that a sum cuts off, with what it leaves of the
// block.
type piece struct {
	block    int
	in, rest []Atom
}

// cut is what a sum does to the blocks.
func (g *Register) cut(atoms []Atom) []piece {
	in := map[int][]Atom{}
	chosen := map[string]bool{}
	for _, a := range atoms {
		if !chosen[a.ID] {
			chosen[a.ID] = true
			in[g.of[a.ID]] = append(in[g.of[a.ID]], a)
		}
	}
	var pieces []piece
	for _, id := range slices.Sorted(maps.Keys(in)) {
		p := piece{block: id, in: in[id]}
		if b := g.blocks[id]; b != nil {
			p.rest = slices.DeleteFunc(slices.Clone(b.Atoms), func(a Atom) bool { return chosen[a.ID] })
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// Judge says whether a sum may be shown beside all that was: each piece that it cuts off, and each that it leaves of
// what was shown, must be safe. A sum of whole blocks says nothing new and is safe. Of several reasons it names the
// graver.
func (g *Register) Judge(atoms []Atom, rules Rules) Reason {
	worst := Safe
	for _, p := range g.cut(atoms) {
		strict := rules
		if b := g.blocks[p.block]; b != nil {
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

// graver orders reasons: too few people, one who dominates, none.
func graver(a, b Reason) Reason {
	for _, r := range []Reason{TooFew, Dominated} {
		if a == r || b == r {
			return r
		}
	}
	return Safe
}

// Show puts a sum down as shown under the rules. It does not judge: a duty is shown whatever it holds.
func (g *Register) Show(atoms []Atom, rules Rules) {
	if g.blocks == nil {
		g.blocks, g.of, g.next = map[int]*Block{}, map[string]int{}, 1
	}
	for _, p := range g.cut(atoms) {
		strict := rules
		if b := g.blocks[p.block]; b != nil {
			strict = rules.stricter(b.Rules)
			if b.Rules = strict; len(p.rest) == 0 {
				continue
			}
			b.Atoms = p.rest
		}
		g.blocks[g.next] = &Block{Atoms: p.in, Rules: strict}
		for _, a := range p.in {
			g.of[a.ID] = g.next
		}
		g.next++
	}
}
