package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// atoms writes "A1:100" as the first atom, of person A, of 100; persons are capitals, "-" is nobody.
func atoms(texts ...string) []Atom {
	var out []Atom
	for _, text := range texts {
		var a Atom
		var who string
		if _, err := fmt.Sscanf(text, "%1s", &who); err != nil {
			panic(err)
		}
		if _, err := fmt.Sscanf(text[1:], "%s", &a.ID); err != nil {
			panic(err)
		}
		var n int
		if _, err := fmt.Sscanf(a.ID, "%d:%d", &n, &a.Amount); err != nil {
			panic(err)
		}
		a.ID = fmt.Sprintf("%s%d", who, n)
		if who != "-" {
			a.Person = Person(who)
		}
		out = append(out, a)
	}
	return out
}

// crowd gives n people an amount each, in a category.
func crowd(category string, from, n int, amount int64) []Atom {
	var out []Atom
	for i := range n {
		p := fmt.Sprintf("P%02d", from+i)
		out = append(out, Atom{ID: category + "/" + p, Person: Person(p), Amount: amount})
	}
	return out
}

func TestSafe(t *testing.T) {
	for name, c := range map[string]struct {
		atoms []Atom
		want  Reason
	}{
		"nobody":                     {nil, Safe},
		"the organisation":           {atoms("-1:100"), Safe},
		"four":                       {crowd("x", 0, 4, 100), TooFew},
		"five":                       {crowd("x", 0, 5, 100), Safe},
		"five, one of them twice":    {append(crowd("x", 0, 4, 100), Atom{"y", "P00", 100}), TooFew},
		"four and the organisation":  {append(crowd("x", 0, 4, 100), Atom{"y", "", 100}), TooFew},
		"one has 80 percent":         {append(crowd("x", 1, 4, 5), Atom{"y", "P00", 80}), Safe},
		"five who paid back":         {crowd("x", 0, 5, -100), Safe},
		"84 of 105 are 80 percent":   {append(crowd("x", 1, 3, 5), Atom{"y", "P04", 6}, Atom{"y", "P00", 84}), Safe},
		"85 of 106 are more":         {append(crowd("x", 1, 3, 5), Atom{"y", "P04", 6}, Atom{"y", "P00", 85}), Dominated},
		"one has more":               {append(crowd("x", 1, 4, 5), Atom{"y", "P00", 81}), Dominated},
		"one got back the most":      {append(crowd("x", 1, 4, 5), Atom{"y", "P00", -81}), Dominated},
		"nothing is left of anybody": {append(crowd("x", 0, 5, 100), crowd("y", 0, 5, -100)...), Dominated},
		"large amounts":              {append(crowd("x", 1, 4, 4e17), Atom{"y", "P00", 7e18}), Dominated},
	} {
		if got := ForDonors.Safe(c.atoms); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The cases that docs/PRIVACY.md argues.
func TestCases(t *testing.T) {
	whole := func(key string, parts ...Sum) Group {
		g := Group{Whole: Sum{Key: key, Duty: true}, Parts: parts}
		for _, p := range parts {
			g.Whole.Atoms = append(g.Whole.Atoms, p.Atoms...)
		}
		return g
	}
	sum := func(key string, a ...[]Atom) Sum { return Sum{Key: key, Atoms: slices.Concat(a...)} }

	t.Run("a grant for one person", func(t *testing.T) {
		var g Register
		got := g.Choose([]Group{whole("1", sum("tuition", crowd("tuition", 0, 1, 100)),
			sum("stipend", crowd("stipend", 0, 1, 50)))}, ForDonors)
		want := []Choice{{Key: "1", Whole: true, Merged: []Withheld{{"stipend", TooFew}, {"tuition", TooFew}}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a small category hides with the next", func(t *testing.T) {
		var g Register
		got := g.Choose([]Group{whole("1", sum("therapy", crowd("therapy", 0, 12, 100)),
			sum("legal-aid", crowd("legal-aid", 0, 9, 100)), sum("medical", crowd("medical", 0, 2, 100)))}, ForDonors)
		want := []Choice{{Key: "1", Whole: true, Shown: []string{"therapy"},
			Merged: []Withheld{{"legal-aid", TooFew}, {"medical", TooFew}}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a new person in the second period", func(t *testing.T) {
		var g Register
		first, second := crowd("tuition-1", 0, 6, 100), crowd("tuition-2", 0, 7, 100)
		g.Choose([]Group{whole("first", sum("tuition", first), sum("house", atoms("-1:5")))}, ForDonors)
		next := whole("second", sum("tuition", second), sum("house", atoms("-2:5")))
		if got := g.Choose([]Group{next}, ForDonors)[0].Shown; !slices.Contains(got, "tuition") {
			t.Errorf("seven people in the second period are enough, shown: %v", got)
		}
		// The same period again, late cost of one person included: the difference is hers alone.
		late := sum("late", second, []Atom{{"tuition-2/late", "P09", 70}})
		if got := g.Judge(late.Atoms, ForDonors); got != TooFew {
			t.Errorf("the difference to what was shown is one person's: %q", got)
		}
	})
	t.Run("two donors to one plan", func(t *testing.T) {
		var g Register
		a := []Atom{{"l1/A", "P00", 60}, {"l2/A", "P00", 30}}
		b := []Atom{{"l1/B", "P00", 40}}
		g.Choose([]Group{{Whole: Sum{Key: "A", Atoms: a, Duty: true}}, {Whole: Sum{Key: "B", Atoms: b, Duty: true}}},
			ForDonors)
		if got := g.Judge(append(a[:1:1], b...), ForDonors); got != TooFew {
			t.Errorf("what one line cost in all is one person's: %q", got)
		}
	})
	t.Run("a fund with four people", func(t *testing.T) {
		var g Register
		got := g.Choose([]Group{{Whole: Sum{Key: "fund", Atoms: crowd("x", 0, 4, 100)}}}, ForDonors)
		if got[0].Whole || got[0].Reason != TooFew {
			t.Errorf("a sum over four people that nobody has a right to is shown: %+v", got)
		}
	})
	t.Run("the public sees less than donors", func(t *testing.T) {
		var g Register
		if got := g.Judge(crowd("x", 0, 10, 100), ForPublic); got != TooFew {
			t.Errorf("ten people: %q", got)
		}
		// What the public was shown is not cut finer for a donor.
		g.Show(crowd("x", 0, 16, 100), ForPublic)
		if got := g.Judge(crowd("x", 0, 8, 100), ForDonors); got != TooFew {
			t.Errorf("eight of sixteen that the public saw: %q", got)
		}
	})
}

// A grant for one person, all of it for one thing: the amount is the funder's to know, what it was for is not.
func TestOnePurposeIsNotTold(t *testing.T) {
	var g Register
	one := crowd("therapy", 0, 1, 100)
	got := g.Choose([]Group{{Whole: Sum{Key: "1", Atoms: one, Duty: true}, Parts: []Sum{{Key: "therapy", Atoms: one}}}},
		ForDonors)
	if diff := cmp.Diff([]Choice{{Key: "1", Whole: true, Merged: []Withheld{{"therapy", TooFew}}}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBand(t *testing.T) {
	for n, want := range map[int][2]string{0: {"0–4", "0–10"}, 4: {"0–4", "0–10"}, 5: {"5–10", "0–10"},
		10: {"5–10", "0–10"}, 11: {"11–19", "11–19"}, 49: {"20–49", "20–49"}, 100: {"100+", "100+"}} {
		if got := [2]string{ForDonors.Band(n), ForPublic.Band(n)}; got != want {
			t.Errorf("%d people are shown as %v, want %v", n, got, want)
		}
	}
}

// The order in which groups come does not change what is shown, and showing the same again changes nothing but,
// perhaps, the reason why a part is withheld: what was shown in between may have made a dominated rest one of too few
// people.
func TestChooseIsStable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := drawLedger(rt)
		var a, b, again Register
		groups := l.groups(0)
		first := a.Choose(groups, ForDonors)
		turned := slices.Clone(groups)
		slices.Reverse(turned)
		second := b.Choose(turned, ForDonors)
		slices.Reverse(second)
		if diff := cmp.Diff(first, second); diff != "" {
			rt.Errorf("another order, another choice:\n%s", diff)
		}
		again.Choose(groups, ForDonors)
		reasons := cmpopts.IgnoreFields(Withheld{}, "Reason")
		if diff := cmp.Diff(first, again.Choose(groups, ForDonors), reasons); diff != "" {
			rt.Errorf("a second statement over the same shows otherwise:\n%s", diff)
		}
	})
}

// Of two rules each limit is the one that protects more, whichever was named first.
func TestStricterRules(t *testing.T) {
	few, many := Rules{Threshold: 5, Dominance: 60}, Rules{Threshold: 11, Dominance: 80}
	want := Rules{Threshold: 11, Dominance: 60}
	if few.stricter(many) != want || many.stricter(few) != want {
		t.Errorf("%v and %v", few.stricter(many), many.stricter(few))
	}
	if few.stricter(Rules{}) != few {
		t.Errorf("with no rules at all: %v", few.stricter(Rules{}))
	}
}

// A whole that was shown without any part is remembered: all of it but one person is no longer safe.
func TestShownWholeIsRemembered(t *testing.T) {
	all := crowd("x", 0, 12, 100)
	g := Restore(nil)
	if c := g.Choose([]Group{{Whole: Sum{Key: "all", Atoms: all}}}, ForPublic); !c[0].Whole {
		t.Fatalf("twelve people: %+v", c)
	}
	if got := g.Judge(all[1:], ForPublic); got != TooFew {
		t.Errorf("the whole but one person: %q", got)
	}
	again := Restore(g.Blocks())
	if got := again.Judge(all[1:], ForPublic); got != TooFew {
		t.Errorf("the same of a register that was kept: %q", got)
	}
}

// A year's purpose was shown, with one person's large amount in autumn. The sum of autumn by itself, a right of its
// reader, would tell what that amount was for: little was spent before. It tells nothing where as much was spent
// outside.
func TestSumThatTellsAPurpose(t *testing.T) {
	var g Register
	var year, autumn, therapy []Atom
	for i := range 8 {
		a := Atom{ID: fmt.Sprint("therapy", i), Person: Person(fmt.Sprint("P", i)), Amount: 10}
		if i == 7 {
			a.Amount = 200
			autumn = append(autumn, a)
		}
		therapy = append(therapy, a)
	}
	year = slices.Clone(therapy)
	for i := range 6 {
		year = append(year, Atom{ID: fmt.Sprint("legal", i), Person: Person(fmt.Sprint("P", i)), Amount: 5})
	}
	if c := g.Choose([]Group{{Whole: Sum{Key: "year", Duty: true, Atoms: year}, Parts: []Sum{{Key: "therapy",
		Atoms: therapy}, {Key: "legal", Atoms: year[8:]}}}}, ForDonors)[0]; len(c.Shown) != 2 {
		t.Fatalf("the year: %+v", c)
	}
	if reason := g.Tells(Sum{Atoms: autumn}, year, ForDonors); reason != TooFew {
		t.Errorf("autumn by itself: %q", reason)
	}
	if reason := g.Tells(Sum{Atoms: therapy[4:8]}, therapy, ForDonors); reason != TooFew {
		t.Errorf("where nothing but therapy was spent outside, the rest of it is known: %q", reason)
	}
	if reason := g.Tells(Sum{Atoms: year}, year, ForDonors); reason != Safe {
		t.Errorf("the same year again: %q", reason)
	}
	late := append(slices.Clone(year), Atom{ID: "late", Person: "P9", Amount: 500})
	if reason := g.Tells(Sum{Atoms: autumn}, late, ForDonors); reason != TooFew {
		t.Errorf("beside a late bill, which the difference of two versions tells: %q", reason)
	}
	g = Register{}
	for i := range 6 { // as much for something else in spring, shown in one sum with autumn
		year = append(year, Atom{ID: fmt.Sprint("rent", i), Person: Person(fmt.Sprint("P", i)), Amount: 100})
	}
	autumn = append(autumn, Atom{ID: "rent in autumn", Person: "P7", Amount: 100})
	year = append(year, autumn[1])
	g.Choose([]Group{{Whole: Sum{Key: "year", Duty: true, Atoms: year}, Parts: []Sum{{Key: "therapy",
		Atoms: therapy}}}}, ForDonors)
	if reason := g.Tells(Sum{Atoms: autumn}, year, ForDonors); reason != Safe {
		t.Errorf("beside a spring with as much: %q", reason)
	}
}
