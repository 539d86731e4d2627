package outside_test

import (
	"fmt"
	"strconv"
	"strings"
	"supportledger/statements/collecting"
	"sync"
	"testing"

	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/storetest"
)

// found is what the reader has of one series.
type found struct{ groups, purposes, people int }

func (f found) any() bool { return f.groups+f.purposes+f.people > 0 }

// attack reads statements with and without knowing what people were supported for.
func (s *series) attack(shown []released) (f found, said []string) {
	for _, purposesKnown := range []bool{true, false} {
		k := learn(s.costs, purposesKnown)
		for _, v := range shown {
			for _, wrong := range k.read(v) {
				s.Errorf("%s: %s of %v", s.name, wrong, v.Head())
			}
		}
		if len(k.known) == 0 {
			return f, nil
		}
		m := k.matrix()
		groups := m.isolated()
		for _, g := range groups {
			said = append(said, fmt.Sprintf("purposes known %v: %s", purposesKnown, strings.Join(g, " ")))
		}
		if !purposesKnown {
			f.purposes = len(groups)
			break
		}
		f.groups = len(groups)
		pinned := m.pinned()
		f.people = len(pinned)
		for _, p := range pinned {
			said = append(said, "to a fifth: "+p)
		}
	}
	return f, said
}

// tally is what the reader had of many series.
type tally struct {
	mu                            sync.Mutex
	series, issued, refused, lost int
	collected                     found // had she been given the statements as they were collected
}

// read plays one series and attacks it.
func (y *tally) read(s *series) {
	var shown, raw []released
	refused := 0
	for i := range 6 {
		in, replaces := s.request(), ""
		if i == 4 && s.IntN(2) == 0 {
			s.comesLate()
			in, replaces = s.corrected(shown, in)
		}
		made, asCollected, err := s.publish(in, replaces)
		if asCollected.Value != nil {
			raw = append(raw, asCollected)
		}
		if err != nil {
			refused++
			continue
		}
		shown = append(shown, made)
	}
	f, said := s.attack(shown)
	if f.any() {
		s.Errorf("series %s: %v of\n%s", s.name, strings.Join(said, "; "), s.list(shown))
	}
	all, _ := s.attack(raw)
	y.mu.Lock()
	defer y.mu.Unlock()
	y.series, y.issued, y.refused = y.series+1, y.issued+len(shown), y.refused+refused
	y.collected.groups, y.collected.purposes = y.collected.groups+all.groups, y.collected.purposes+all.purposes
	y.collected.people += all.people
	if f.any() {
		y.lost++
	}
}

// once are series in which she won, before the control asked what sums tell together: a reader's totals by right came
// after a sum over longer that was ours to show (1307, 1517, 1854), or a category after them (1342).
var once = []int{1307, 1342, 1517, 1854}

// Over random series of statements the reader finds nobody. She does where the same statements are read as they were
// collected.
func TestReaderFindsNobody(t *testing.T) {
	for _, engine := range []struct {
		name   string
		open   func(testing.TB) *store.DB
		rounds int
	}{{"sqlite", storetest.SQLite, storetest.Rounds(100, 2000)},
		{"postgres", storetest.Postgres, storetest.Rounds(3, 50)}} {
		t.Run(engine.name, func(t *testing.T) {
			var y tally
			t.Run("once", func(t *testing.T) {
				c := newCharity(t, engine.open(t))
				for _, n := range once {
					y.read(c.series(n))
				}
			})
			t.Run("series", func(t *testing.T) {
				const books = 25 // series in one charity's
				for first := 0; first < engine.rounds; first += books {
					t.Run(strconv.Itoa(first), func(t *testing.T) {
						t.Parallel()
						c := newCharity(t, engine.open(t))
						for n := first; n < min(first+books, engine.rounds); n++ {
							y.read(c.series(n))
						}
					})
				}
			})
			t.Logf("%d series, %d statements released, %d refused: %d series lost; as collected: %+v", y.series, y.issued,
				y.refused, y.lost, y.collected)
			if y.issued < y.series || y.collected.groups < y.series || y.collected.purposes < y.series ||
				y.collected.people == 0 {
				t.Error("the reader is blind")
			}
		})
	}
}

// corrected asks for a second version of what the funder got, where there is one.
func (s *series) corrected(shown []released, in collecting.Request) (request collecting.Request, replaces string) {
	for _, r := range shown {
		if h := r.Head(); h.Subject == s.funder {
			return collecting.Request{Kind: h.Kind, Subject: h.Subject}, string(r.id)
		}
	}
	return in, ""
}

// list is what a reader holds, for whoever has to mend it.
func (s *series) list(shown []released) string {
	var out strings.Builder
	for _, v := range shown {
		h := v.Head()
		fmt.Fprintf(&out, "  %s %s %s..%s:", h.Kind, h.Subject, h.Period.From, h.Period.To)
		switch f := v.Value.(type) {
		case *figures.FundStatement:
			for _, l := range f.Lines {
				fmt.Fprintf(&out, " %s %s/%s", l.Key, l.InPeriod, l.ToDate)
			}
		case *figures.GrantStatement:
			for _, l := range f.Lines {
				fmt.Fprintf(&out, " %s:%s %s/%s", l.BudgetLine, l.Key, l.InPeriod, l.ToDate)
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}
