package disclosure

import "slices"

// What sums tell together.
//
// Whatever a reader computes from shown sums is a number for each block that is ours and one for each block by right,
// and tells of an amount where the two numbers of the blocks that it is in do not cancel out. Cuts of both kinds may
// make pieces with few people. So somebody may pick blocks such that, but for few people, each piece of those that are
// ours is in one that is by right, and the other way round: then the difference of their sums is about these few.
//
// That is a cut through a net. Its nodes are the blocks, and its links the pieces that two of them have in common, with
// the people in each. What is in no block of a kind is that kind's ground: nobody knows its sum. The picked blocks are
// parted from both grounds by links, and all people in these are few. To find out, take a way from a block to the
// ground, and try each of its links as one that is cut, until there is no way left or there are too many people.

// few is how many people a combination of sums must not be about: fewer than what a sum is shown for. Who holds sums of
// several kinds is a donor or funder, whatever the public's threshold is.
var few = ForDonors.Threshold

// node is a block of the cut that is ours, or by right as a negative number. Both grounds are zero.
type node int

// link is what two blocks have in common.
type link struct {
	to  node
	who []Person // none twice, and no more than it takes not to be few
}

// net is all blocks with what they have in common. What the organisation costs is no secret, and links nothing.
type net map[node][]link

func (g *Register) net() net {
	links := net{}
	for _, b := range g.all.ordered() {
		var who []Person
		for _, a := range b.Atoms {
			if a.Person != "" && len(who) < few+1 && !slices.Contains(who, a.Person) {
				who = append(who, a.Person) // one more, since cost for somebody unknown may be
			}
		}
		if len(who) == 0 {
			continue
		}
		ours, right := node(g.ours.of[b.Atoms[0].ID]), -node(g.right.of[b.Atoms[0].ID])
		links[ours] = append(links[ours], link{right, who})
		links[right] = append(links[right], link{ours, who})
	}
	links.grounded()
	return links
}

// grounded makes a block of each part of the net that has no way to the ground one of the ground: the sums of such a
// part by right add up to those that are ours, so one of the sums tells nothing that the others do not.
func (n net) grounded() {
	for _, start := range n.ours() {
		if n.way(start, nil) == nil {
			n[start] = append(n[start], link{to: 0, who: nil})
		}
	}
}

// ours are the blocks that are ours, in order.
func (n net) ours() []node {
	var out []node
	for at := range n {
		if at > 0 {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return out
}

// tellsOfFew reports whether some combination of all that was shown is about few people, and no combination of sums of
// right alone is the same.
func (g *Register) tellsOfFew() bool {
	if len(g.ours.blocks) == 0 || len(g.right.blocks) == 0 {
		return false
	}
	n := g.net()
	return slices.ContainsFunc(n.ours(), func(start node) bool {
		return n.parted(start, map[Person]bool{Unknown: true}, few-1)
	})
}

// parted reports whether a block can be parted from the ground by links with no more people than are left, besides
// those that were taken already.
func (n net) parted(start node, taken map[Person]bool, left int) bool {
	way := n.way(start, taken)
	if way == nil {
		return true
	}
	return slices.ContainsFunc(way, func(l link) bool {
		more := l.beyond(taken)
		if l.who == nil || len(more) > left { // a block that was made ground, or too many
			return false
		}
		for _, p := range more {
			taken[p] = true
		}
		found := n.parted(start, taken, left-len(more))
		for _, p := range more {
			delete(taken, p)
		}
		return found
	})
}

// beyond are the people of a link who were not taken.
func (l link) beyond(taken map[Person]bool) []Person {
	return slices.DeleteFunc(slices.Clone(l.who), func(p Person) bool { return taken[p] })
}

// open reports whether a link leads on: not all of its people were taken.
func (l link) open(taken map[Person]bool) bool { return l.who == nil || len(l.beyond(taken)) > 0 }

// way is a shortest way from a block to the ground over links that are open; nil if there is none.
func (n net) way(start node, taken map[Person]bool) []link {
	type step struct {
		from node
		over link
	}
	came := map[node]step{start: {}}
	for queue := []node{start}; len(queue) > 0 && queue[0] != 0; queue = queue[1:] {
		for _, l := range n[queue[0]] {
			if _, been := came[l.to]; !been && l.open(taken) {
				came[l.to] = step{queue[0], l}
				queue = append(queue, l.to)
			}
		}
	}
	var way []link
	for at := came[0]; at.from != 0; at = came[at.from] {
		way = append(way, at.over)
	}
	return way
}
