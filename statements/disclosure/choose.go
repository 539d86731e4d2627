package disclosure

import (
	"cmp"
	"slices"
)

// Group is a sum with the parts that it could be shown in: a funder's budget line and its categories, or all that a
// donor's money was spent on. The parts are disjoint and make up the whole.
type Group struct {
	Whole Sum
	Parts []Sum
}

// Choice is what may be shown of a group. Shown and Merged together are the group's parts.
type Choice struct {
	Key    string // of the whole
	Whole  bool   // the whole may be shown; false only where it is no duty
	Reason Reason // why the whole may not
	Shown  []string
	Merged []Withheld // shown only as one rest
}

// Withheld is a part that is merged into the rest.
type Withheld struct {
	Key    string
	Reason Reason
}

// Choose decides for the groups of one statement and puts what it chose down as shown. Duties come first, in every
// group: they will be shown, so all else is judged beside them. Then each group's parts, those with the most people
// first, as long as each and what remains of the whole are safe; what is left over is one rest. The same groups in any
// order give the same choice.
func (g *Register) Choose(groups []Group, rules Rules) []Choice {
	for _, group := range groups {
		for _, s := range append([]Sum{group.Whole}, group.Parts...) {
			if s.Duty {
				g.Show(s.Atoms, rules) // what the organisation costs is shown by its name, and is nobody's
			}
		}
	}
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return byPeople(groups[a].Whole, groups[b].Whole) })
	choices := make([]Choice, len(groups))
	for _, i := range order {
		choices[i] = g.choose(groups[i], rules)
	}
	return choices
}

func (g *Register) choose(group Group, rules Rules) Choice {
	c := Choice{Key: group.Whole.Key, Whole: true}
	if !group.Whole.Duty {
		// What somebody was shown by right is nothing new to her, and may be to others: the whole must be safe by itself,
		// too.
		if c.Reason = graver(g.Judge(group.Whole.Atoms, rules), rules.Safe(group.Whole.Atoms)); c.Reason != Safe {
			c.Whole = false
			return c
		}
		g.Show(group.Whole.Atoms, rules)
	}
	parts := slices.Clone(group.Parts)
	slices.SortFunc(parts, byPeople)
	refused := g.refusals(parts, rules)
	for _, p := range parts {
		if reason := refused[p.Key]; reason != Safe {
			c.Merged = append(c.Merged, Withheld{p.Key, reason})
			continue
		}
		g.ShowNamed(p.Atoms, rules)
		c.Shown = append(c.Shown, p.Key)
	}
	return c
}

// refusals says of each part why it may not be shown, trying one after the other. Where but one part with people in it
// would be merged, its name could be told from those that are missing: the part with the fewest people goes with it.
func (g *Register) refusals(parts []Sum, rules Rules) map[string]Reason {
	trial, refused, merged, smallest := g.clone(), map[string]Reason{}, 0, ""
	for _, p := range parts {
		reason := Safe
		if !p.Duty { // a part that is all there is says no new amount, but says what it was for
			reason = trial.JudgeNamed(p.Atoms, rules)
		}
		if reason == Safe {
			trial.ShowNamed(p.Atoms, rules)
			if !p.Duty && people(p.Atoms) > 0 {
				smallest = p.Key
			}
			continue
		}
		refused[p.Key] = reason
		merged++
	}
	if merged == 1 && smallest != "" {
		refused[smallest] = Alone
	}
	return refused
}

// Tells says whether a sum of right, beside the purposes that were shown, tells what the money of few people was
// for, to a fifth. A purpose that was shown over more than the sum has a piece within it and a piece outside.
// Either piece is at most what there is on its side, and at least the purpose less what there is on the other.
// So where little was spent outside, nearly all of the purpose lies within; and where nothing else was, the rest
// of it is known to the øre. Around is all that anybody was told the sums of beside it: the money of the same
// reader, to the end of the last statement.
func (g *Register) Tells(of Sum, around []Atom, rules Rules) Reason {
	within := map[string]bool{}
	for _, a := range of.Atoms {
		within[a.ID] = true
	}
	outside := slices.DeleteFunc(slices.Clone(around), func(a Atom) bool { return within[a.ID] })
	for _, p := range g.named.by(of.Atoms) {
		b := g.named.blocks[p.block]
		if b == nil || len(p.rest) == 0 {
			continue
		}
		strict, purpose := rules.stricter(b.Rules), total(b.Atoms)
		room, others := g.beside(of.Atoms, b)
		beyond, more := g.beside(outside, b)
		if reason := strict.Safe(p.in); reason != Safe &&
			(!more || pinned(total(p.in), purpose-beyond, min(purpose, room))) {
			return reason
		}
		if reason := strict.Safe(p.rest); reason != Safe &&
			(!others || pinned(total(p.rest), purpose-room, min(purpose, beyond))) {
			return reason
		}
	}
	return Safe
}

// beside is how much of a purpose a side has room for, and whether there is anything else on that side. What a block
// came to that lies on it whole may be known, as that of a late bill is by two versions.
func (g *Register) beside(side []Atom, purpose *Block) (room int64, others bool) {
	of, in := map[string]bool{}, map[int]int{}
	for _, a := range purpose.Atoms {
		of[a.ID] = true
	}
	for _, a := range side {
		in[g.all.of[a.ID]]++
	}
	for _, a := range side {
		at := g.all.of[a.ID]
		b := g.all.blocks[at]
		switch {
		case a.Person == "", b == nil: // what was never shown, earlier sums are without: their difference tells it
		case of[a.ID]:
			room += a.Amount
		case in[at] < len(b.Atoms):
			room, others = room+a.Amount, true
		}
	}
	return room, others
}

// pinned reports whether the bounds of an amount are both within a fifth of it.
func pinned(amount, least, most int64) bool {
	return least*5 >= amount*4 && most*5 <= amount*6
}

// total of what was spent on people. What the organisation costs is on lines of its own, and hides nobody.
func total(atoms []Atom) (sum int64) {
	for _, a := range atoms {
		if a.Person != "" {
			sum += a.Amount
		}
	}
	return sum
}

// byPeople orders sums by the number of people, most first, then by key.
func byPeople(a, b Sum) int {
	return cmp.Or(people(b.Atoms)-people(a.Atoms), cmp.Compare(a.Key, b.Key))
}

// people counts who is in a set of atoms.
func people(atoms []Atom) int {
	seen := map[Person]bool{}
	for _, a := range atoms {
		if a.Person != "" {
			seen[a.Person] = true
		}
	}
	return len(seen)
}

// bands are the lower ends of what a count is shown as. Zero has none of its own: that there is nobody is a disclosure
// too.
var bands = []struct {
	from int
	text string
}{{100, "100+"}, {50, "50–99"}, {20, "20–49"}, {11, "11–19"}, {5, "5–10"}, {0, "0–4"}}

// Band is how a number of people is shown. Under a threshold above five the lower bands are one.
func (r Rules) Band(n int) string {
	if n < r.Threshold && r.Threshold > bands[len(bands)-2].from {
		return "0–10"
	}
	for _, b := range bands {
		if n >= b.from {
			return b.text
		}
	}
	return bands[len(bands)-1].text
}
