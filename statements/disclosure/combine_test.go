package disclosure

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"supportledger/store/storetest"
)

// of gives people an amount each, for one thing in one time.
func of(what string, people ...int) (out []Atom) {
	for _, p := range people {
		out = append(out, Atom{ID: fmt.Sprint(what, "/", p), Person: Person(fmt.Sprint("P", p)), Amount: int64(100 + p)})
	}
	return out
}

func joined(parts ...[]Atom) (out []Atom) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func owed(atoms []Atom) []Group { return []Group{{Whole: Sum{Key: "owed", Duty: true, Atoms: atoms}}} }

// The shapes in which a reader who was given no small sum had one.
func TestSumsTogether(t *testing.T) {
	spring, autumn := of("spring", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), of("autumn", 1, 2, 3)
	t.Run("a year for everybody, then the spring that its funder is owed", func(t *testing.T) {
		var g Register
		if c := g.Choose([]Group{{Whole: Sum{Key: "year", Atoms: joined(spring, autumn)}}}, ForPublic)[0]; !c.Whole {
			t.Fatalf("the year of twelve people: %+v", c)
		}
		if !g.OwedTellsOfFew(owed(spring), ForDonors) {
			t.Error("the year less the spring is the sum of three people")
		}
		if g.OwedTellsOfFew(owed(joined(spring, autumn)), ForDonors) {
			t.Error("that her funder is owed the year tells nothing new")
		}
		g = Register{}
		g.Choose([]Group{{Whole: Sum{Key: "year", Atoms: joined(spring, autumn, of("autumn", 4, 5))}}}, ForPublic)
		if g.OwedTellsOfFew(owed(spring), ForDonors) {
			t.Error("five people are behind the difference")
		}
	})
	t.Run("a category over a year, then a total over half of it", func(t *testing.T) {
		therapy, legal := of("therapy", 1, 2, 3, 4, 5, 6, 7), of("legal", 5, 6, 7, 8, 9, 10)
		late, sooner := of("therapy in autumn", 8), of("legal in spring", 1)
		year := []Group{{Whole: Sum{Key: "year", Duty: true, Atoms: joined(therapy, late, legal, sooner)},
			Parts: []Sum{{Key: "therapy", Atoms: joined(therapy, late)}, {Key: "legal", Atoms: joined(legal, sooner)}}}}
		var g Register
		if c := g.Choose(year, ForDonors)[0]; len(c.Shown) != 2 {
			t.Fatalf("the year: %+v", c)
		}
		if !g.OwedTellsOfFew(owed(joined(therapy, sooner)), ForDonors) {
			t.Error("therapy in the year less the total of spring is about two people")
		}
		if g.OwedTellsOfFew(owed(joined(therapy[:3], legal[:3])), ForDonors) {
			t.Error("either piece of a category, with what else there was on its side, is about more people")
		}
		kept := Restore(g.Blocks())
		if !kept.OwedTellsOfFew(owed(joined(therapy, sooner)), ForDonors) {
			t.Error("a register that was kept has forgotten it")
		}
	})
	t.Run("a category that is merged to date is not put down as shown in the period", func(t *testing.T) {
		before, therapy, rest := of("before", 1, 2, 3), of("therapy", 4, 5, 6, 7, 8), of("rest", 1, 2, 3, 9, 10)
		var g Register
		c := g.Choose([]Group{
			{Whole: Sum{Key: "period", Duty: true, Atoms: joined(therapy, rest)},
				Parts: []Sum{{Key: "period/therapy", Name: "therapy", Atoms: therapy}}},
			{Whole: Sum{Key: "to_date", Duty: true, Atoms: joined(before, therapy, rest)},
				Parts: []Sum{{Key: "to_date/therapy", Name: "therapy", Atoms: joined(before, therapy)}}}}, ForDonors)
		for _, of := range c {
			if len(of.Shown) > 0 {
				t.Errorf("%+v", of)
			}
		}
		for _, b := range g.Blocks() {
			if b.Ours {
				t.Errorf("put down as shown: %v", b.Atoms)
			}
		}
	})
	t.Run("a category over two sums of right, one of them small", func(t *testing.T) {
		q1, q2, more := of("therapy 1", 1, 2, 3), of("therapy 2", 4, 5), of("legal 2", 6, 7, 8, 9, 10)
		var g Register
		g.Choose(append(owed(q1), owed(joined(q2, more))...), ForDonors)
		if reason := g.mayShow(joined(q1, q2), ForDonors); reason != TooFew {
			t.Errorf("therapy of five people, less the quarter of three that is known: %q", reason)
		}
	})
	t.Run("cost for somebody unknown hides nobody", func(t *testing.T) {
		unknown := Atom{ID: "float", Person: Unknown, Amount: 50}
		var g Register
		g.Choose([]Group{{Whole: Sum{Key: "year", Atoms: append(spring, unknown)}}}, ForPublic)
		if !g.OwedTellsOfFew(owed(spring), ForDonors) {
			t.Error("the difference is what somebody unknown got")
		}
	})
}

// A fund for everybody and many donors to it: that each is owed a small sum tells of nobody, and to find that out is
// quick.
func TestManySumsOfRightBesideAFund(t *testing.T) {
	var g Register
	var therapy, legal []Atom
	var sums []Group
	for donor := range 300 {
		mine := joined(of(fmt.Sprint("therapy ", donor), donor%40), of(fmt.Sprint("legal ", donor), donor%37, 1))
		therapy, legal = append(therapy, mine[0]), append(legal, mine[1:]...)
		sums = append(sums, owed(mine)...)
	}
	c := g.Choose([]Group{{Whole: Sum{Key: "fund", Atoms: joined(therapy, legal)},
		Parts: []Sum{{Key: "therapy", Atoms: therapy}, {Key: "legal", Atoms: legal}}}}, ForPublic)[0]
	if len(c.Shown) != 2 {
		t.Fatalf("the fund: %+v", c)
	}
	if g.OwedTellsOfFew(sums, ForDonors) {
		t.Error("300 small sums of right tell of few people")
	}
	if !g.OwedTellsOfFew(sums[3:], ForDonors) {
		t.Error("all but three of them do: what is left of the fund are those three's people")
	}
}

// Over random sums the answer is that of linear algebra: for some few people there is a combination of blocks with
// nobody else in it which no combination of blocks by right is.
func TestSumsTogetherAgainstAlgebra(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 3))
	answers := map[bool]int{}
	for round := range storetest.Rounds(300, 5000) {
		var g Register
		people := 5 + r.IntN(4)
		var books []Atom
		for i := range 4 + r.IntN(12) {
			books = append(books, Atom{ID: fmt.Sprint(i), Person: Person(fmt.Sprint("P", r.IntN(people))), Amount: 1})
		}
		for range 1 + r.IntN(5) {
			var sum []Atom
			for _, a := range books {
				if r.IntN(2) == 0 {
					sum = append(sum, a)
				}
			}
			if r.IntN(2) == 0 {
				g.Show(sum, ForDonors)
			} else {
				g.ShowOwed(sum, ForDonors)
			}
		}
		want := algebra(&g, people)
		if answers[want]++; len(g.right.blocks) > 0 && g.tellsOfFew() != want {
			t.Fatalf("round %d: %v, by algebra %v, of %v", round, !want, want, g.Blocks())
		}
	}
	if answers[true] < 20 || answers[false] < 20 {
		t.Errorf("the draws are one-sided: %v", answers)
	}
}

// algebra asks of each group of few people whether blocks together tell more of it than those by right do.
func algebra(g *Register, people int) bool {
	var atoms []Atom
	for _, b := range g.all.ordered() {
		atoms = append(atoms, b.Atoms...)
	}
	rows := func(cuts ...*cut) (out [][]bool) {
		for _, c := range cuts {
			for id := range c.blocks {
				row := make([]bool, len(atoms))
				for i, a := range atoms {
					row[i] = c.of[a.ID] == id
				}
				out = append(out, row)
			}
		}
		return out
	}
	every, rights := rows(&g.ours, &g.right), rows(&g.right)
	for group := 1; group < 1<<people; group++ {
		in, size := map[Person]bool{}, 0
		for p := range people {
			if group>>p&1 == 1 {
				in[Person(fmt.Sprint("P", p))] = true
				size++
			}
		}
		if size >= few {
			continue
		}
		told := func(known [][]bool) int {
			return rank(known, func(int) bool { return true }) - rank(known, func(i int) bool { return !in[atoms[i].Person] })
		}
		if told(every) > told(rights) {
			return true
		}
	}
	return false
}

// rank of rows on some columns, in exact fractions.
func rank(known [][]bool, column func(int) bool) int {
	var rows [][]*big.Rat
	for _, k := range known {
		var row []*big.Rat
		for i, is := range k {
			if column(i) {
				row = append(row, new(big.Rat))
				if is {
					row[len(row)-1].SetInt64(1)
				}
			}
		}
		rows = append(rows, row)
	}
	n := 0
	for j := 0; len(rows) > 0 && j < len(rows[0]) && n < len(rows); j++ {
		for i := n; i < len(rows); i++ {
			if rows[i][j].Sign() != 0 {
				rows[n], rows[i] = rows[i], rows[n]
				pivot(rows, n, j)
				n++
				break
			}
		}
	}
	return n
}
