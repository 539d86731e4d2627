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
// order give the same choice. Where a part is merged in one group, those of its name are in all: what is put down as
// shown is what the statement shows, since later sums are judged by it.
func (g *Register) Choose(groups []Group, rules Rules) []Choice {
	merged := map[string]Reason{}
	for {
		trial := g.clone()
		choices := trial.try(groups, rules, merged)
		known := len(merged)
		for i, c := range choices {
			for _, m := range c.Merged {
				if name := groups[i].name(m.Key); name != "" && merged[name] == Safe {
					merged[name] = m.Reason
				}
			}
		}
		if len(merged) == known {
			*g = trial
			return choices
		}
	}
}

// name is that of a part.
func (g Group) name(key string) string {
	return g.Parts[slices.IndexFunc(g.Parts, func(p Sum) bool { return p.Key == key })].Name
}

func (g *Register) try(groups []Group, rules Rules, merged map[string]Reason) []Choice {
	g.owe(groups, rules)
	order := make([]int, len(groups))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return byPeople(groups[a].Whole, groups[b].Whole) })
	choices := make([]Choice, len(groups))
	for _, i := range order {
		choices[i] = g.choose(groups[i], rules, merged)
	}
	for i, c := range choices {
		if c.Whole {
			continue
		}
		// The reason is of all that is shown now, so that it is the same when the same is asked again.
		if reason := g.mayShow(groups[i].Whole.Atoms, rules); reason != Safe {
			choices[i].Reason = reason
		}
	}
	return choices
}

// owe puts down the sums of right of all groups.
func (g *Register) owe(groups []Group, rules Rules) {
	for _, group := range groups {
		for _, s := range append([]Sum{group.Whole}, group.Parts...) {
			if s.Duty {
				g.ShowOwed(s.Atoms, rules) // what the organisation costs is shown by its name, and is nobody's
			}
		}
	}
}

// OwedTellsOfFew reports whether the sums of right of a statement, beside sums that were ours to show before, would
// tell of few people what sums of right alone do not.
func (g *Register) OwedTellsOfFew(groups []Group, rules Rules) bool {
	trial := g.clone()
	trial.owe(groups, rules)
	return trial.tellsOfFew()
}

func (g *Register) choose(group Group, rules Rules, merged map[string]Reason) Choice {
	c := Choice{Key: group.Whole.Key, Whole: true}
	if !group.Whole.Duty {
		// What somebody was shown by right is nothing new to her, and may be to others: the whole must be safe by itself,
		// too.
		if c.Reason = g.mayShow(group.Whole.Atoms, rules); c.Reason != Safe {
			c.Whole = false
			return c
		}
		g.Show(group.Whole.Atoms, rules)
	}
	parts := slices.Clone(group.Parts)
	slices.SortFunc(parts, byPeople)
	refused := g.refusals(parts, rules, merged)
	for _, p := range parts {
		if reason := refused[p.Key]; reason != Safe {
			c.Merged = append(c.Merged, Withheld{p.Key, reason})
			continue
		}
		if !p.Duty {
			g.Show(p.Atoms, rules)
		}
		c.Shown = append(c.Shown, p.Key)
	}
	return c
}

// mayShow judges a sum that is ours to show, by itself and in combination with all that was shown.
func (g *Register) mayShow(atoms []Atom, rules Rules) Reason {
	reason := g.Judge(atoms, rules)
	if reason != Safe {
		return reason
	}
	beside := g.clone()
	if beside.Show(atoms, rules); beside.tellsOfFew() {
		return TooFew
	}
	return Safe
}

// refusals says of each part why it may not be shown, trying one after the other. Where but one part with people in it
// would be merged, its name could be told from those that are missing: the part with the fewest people goes with it.
func (g *Register) refusals(parts []Sum, rules Rules, merged map[string]Reason) map[string]Reason {
	trial, refused, count, smallest := g.clone(), map[string]Reason{}, 0, ""
	for _, p := range parts {
		if p.Duty { // a part that is all there is says no new amount, but says what it was for
			continue
		}
		reason := merged[p.Name]
		if reason == Safe {
			reason = trial.mayShow(p.Atoms, rules)
		}
		if reason == Safe {
			trial.Show(p.Atoms, rules)
			if people(p.Atoms) > 0 {
				smallest = p.Key
			}
			continue
		}
		refused[p.Key] = reason
		count++
	}
	if count == 1 && smallest != "" {
		refused[smallest] = Alone
	}
	return refused
}

// Tells says whether a sum of right, beside the purposes that were shown, tells what the money of few people was
// for, to a fifth. A purpose that was shown over more than the sum has a piece within it and a piece outside.
// Either piece is at most what there is on its side, and at least the purpose less what there is on the other.
// So where little was spent outside, nearly all of the purpose lies within; and where nothing else was, the rest
// of it is known to the øre. Around is all that anybody was told the sums of beside it: the money of the same
// reader, to the end of the last statement. Of a purpose that is other readers' money too, their sums are outside.
func (g *Register) Tells(of Sum, around []Atom, rules Rules) Reason {
	within := map[string]bool{}
	for _, a := range of.Atoms {
		within[a.ID] = true
	}
	outside := slices.DeleteFunc(slices.Clone(around), func(a Atom) bool { return within[a.ID] })
	for _, p := range g.ours.by(of.Atoms) {
		b := g.ours.blocks[p.block]
		if b == nil || len(p.rest) == 0 {
			continue
		}
		strict, purpose := rules.stricter(b.Rules), total(b.Atoms)
		room, others := g.beside(of.Atoms, b)
		beyond, more := g.beside(g.widened(outside, within, b), b)
		least, rest := purpose-beyond, min(purpose, beyond)
		if g.unbounded(b, within, outside) { // money that no sum of right is over may be any amount
			least, rest, more = 0, purpose, true
		}
		if reason := strict.Safe(p.in); reason != Safe && (!more || pinned(total(p.in), least, min(purpose, room))) {
			return reason
		}
		if reason := strict.Safe(p.rest); reason != Safe && (!others || pinned(total(p.rest), purpose-room, rest)) {
			return reason
		}
	}
	return Safe
}

// widened adds to what is around a sum the money in all sums of right over a purpose.
func (g *Register) widened(outside []Atom, within map[string]bool, purpose *Block) []Atom {
	out, seen, taken := slices.Clone(outside), map[string]bool{}, map[int]bool{}
	for _, a := range outside {
		seen[a.ID] = true
	}
	for _, a := range purpose.Atoms {
		at := g.right.of[a.ID]
		if within[a.ID] || seen[a.ID] || at == 0 || taken[at] {
			continue
		}
		taken[at] = true
		for _, beside := range g.right.blocks[at].Atoms {
			if !within[beside.ID] && !seen[beside.ID] {
				out = append(out, beside)
			}
		}
	}
	return out
}

// unbounded reports whether a purpose has money that is neither in a sum nor around it, nor in any sum of right.
func (g *Register) unbounded(purpose *Block, within map[string]bool, outside []Atom) bool {
	around := map[string]bool{}
	for _, a := range outside {
		around[a.ID] = true
	}
	return slices.ContainsFunc(purpose.Atoms, func(a Atom) bool {
		return !within[a.ID] && !around[a.ID] && g.right.of[a.ID] == 0
	})
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
