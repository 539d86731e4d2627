package outside_test

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
	"supportledger/statements/figures"
)

// A reader knows who was supported in which month, and holds all statements that were ever released, of every donor,
// funder and fund. Each printed sum is an equation in what she does not know: what each person got in each month for
// each purpose, by whose gift. She wants a sum over fewer than five people that no statement has by right.

// cell is one unknown: what a person got in a month for a purpose out of a fund, paid by a donor's gift.
type cell struct {
	person, month, category, fund, donor string
	late                                 int
}

// equation is a printed sum.
type equation struct {
	over  []cell
	value decimal.Decimal
	right bool // a sum that its reader is owed: a donor's totals, a funder's own budget lines
}

// knowledge is what follows from statements.
type knowledge struct {
	truth map[cell]decimal.Decimal
	cells []cell
	known []equation
}

func monthOf(d ledger.Date) string { return string(d)[:7] }

// learn turns the truth into cells. Where she does not know what anybody was supported for, each person has a cell of
// every purpose in each of her months: of the same budget line where a funder pays, who knows by right which line it
// was.
func learn(costs []cost, purposesKnown bool) *knowledge {
	k := &knowledge{truth: map[cell]decimal.Decimal{}}
	for _, c := range costs {
		for category := range accounts {
			at := cell{person: c.person, month: monthOf(c.on), category: category, fund: c.fund, donor: c.donor, late: c.late}
			switch {
			case category == c.category:
				k.truth[at] = k.truth[at].Add(c.amount.Amount)
			case !purposesKnown && (c.donor != "" || budgetLineOf[category] == budgetLineOf[c.category]):
				k.truth[at] = k.truth[at].Add(decimal.Zero)
			}
		}
	}
	for at := range k.truth {
		k.cells = append(k.cells, at)
	}
	slices.SortFunc(k.cells, func(a, b cell) int {
		return cmp.Or(slices.Compare([]string{a.person, a.month, a.category, a.fund, a.donor},
			[]string{b.person, b.month, b.category, b.fund, b.donor}), a.late-b.late)
	})
	return k
}

// read takes what a statement prints. Wrong are readings that the truth contradicts: then it is the test that cannot
// read.
func (k *knowledge) read(v released) (wrong []string) {
	add := func(what string, value decimal.Decimal, right bool, in func(cell) bool) {
		e := equation{value: value, right: right}
		sum := decimal.Zero
		for _, at := range k.cells {
			if in(at) {
				e.over = append(e.over, at)
				sum = sum.Add(k.truth[at])
			}
		}
		if !sum.Equal(value) {
			wrong = append(wrong, what+": printed "+value.String()+", is "+sum.String())
		}
		k.known = append(k.known, e)
	}
	h := v.Head()
	from, to := monthOf(h.Period.From), monthOf(h.Period.To)
	spans := func(at cell) (inPeriod, toDate bool) { return at.month >= from && at.month <= to, at.month <= to }
	mine := func(at cell) bool {
		return at.late <= v.late && (at.fund == h.Subject || at.donor == h.Subject)
	}
	both := func(what string, period, toDate decimal.Decimal, right bool, in func(cell) bool) {
		add(what, period, right, func(at cell) bool { now, _ := spans(at); return now && mine(at) && in(at) })
		add(what+" to date", toDate, right, func(at cell) bool { _, then := spans(at); return then && mine(at) && in(at) })
	}
	all := func(cell) bool { return true }
	of := func(category string) func(cell) bool { return func(at cell) bool { return at.category == category } }
	switch s := v.Value.(type) {
	case *figures.FundStatement:
		both("total", s.Spent, s.ToDate.Spent, h.Kind == figures.DonorAnnual, all)
		for _, l := range s.Lines {
			key := cmp.Or(plain[l.Key], l.Key)
			if _, is := budgetLineOf[key]; is {
				both(l.Key, l.InPeriod, l.ToDate, false, of(key))
			}
		}
	case *figures.GrantStatement:
		both("total", s.Spent, s.ToDate.Spent, true, all)
		for _, b := range s.Budget {
			line := b.No
			both("budget line "+line, b.InPeriod, b.ToDate, true,
				func(at cell) bool { return budgetLineOf[at.category] == line })
		}
		for _, l := range s.Lines {
			if _, is := budgetLineOf[l.Key]; is {
				both(l.BudgetLine+" "+l.Key, l.InPeriod, l.ToDate, false, of(l.Key))
			}
		}
	}
	return wrong
}

// plain are the words that donors read for some purposes.
var plain = map[string]string{figures.PlainEducation: "tuition", figures.PlainEveryday: "emergency-aid"}

// budgetLineOf is the line of the grant's budget that pays for a purpose.
var budgetLineOf = map[string]string{"tuition": "1", "therapy": "2", "legal-aid": "2", "emergency-aid": "2"}

// block is all cells that the same sums cover: what is known never tells them apart.
type block struct {
	cells  []cell
	people []string
	only   map[string]bool
	truth  decimal.Decimal
	share  map[string]decimal.Decimal // of each person
}

// matrix is the knowledge in blocks: a row for each equation, a column for each block.
type matrix struct {
	blocks []block
	rows   [][]float64
	values []float64
	right  []bool
}

func (k *knowledge) matrix() matrix {
	signs := map[cell]*strings.Builder{}
	for _, at := range k.cells {
		signs[at] = &strings.Builder{}
	}
	for i, e := range k.known {
		for _, at := range e.over {
			signs[at].WriteRune(rune(i + 1))
		}
	}
	m := matrix{}
	index := map[string]int{}
	for _, at := range k.cells {
		sign := signs[at].String()
		if sign == "" {
			continue
		}
		i, there := index[sign]
		if !there {
			i = len(m.blocks)
			index[sign] = i
			m.blocks = append(m.blocks, block{only: map[string]bool{}, share: map[string]decimal.Decimal{}})
		}
		b := &m.blocks[i]
		b.cells = append(b.cells, at)
		b.only[at.person] = true
		b.truth, b.share[at.person] = b.truth.Add(k.truth[at]), b.share[at.person].Add(k.truth[at])
	}
	for sign, i := range index {
		for _, r := range sign {
			for len(m.rows) < len(k.known) {
				e := k.known[len(m.rows)]
				m.rows = append(m.rows, make([]float64, len(m.blocks)))
				m.values = append(m.values, e.value.InexactFloat64())
				m.right = append(m.right, e.right)
			}
			m.rows[r-1][i] = 1
		}
	}
	for i := range m.blocks {
		for p := range m.blocks[i].only {
			m.blocks[i].people = append(m.blocks[i].people, p)
		}
		slices.Sort(m.blocks[i].people)
	}
	return m
}

const few = 5

// prime is that of the field in which ranks are counted.
const prime = 2_147_483_647

// rank of rows on some columns.
func (m matrix) rank(rows []int, column func(int) bool) int {
	var columns []int
	for i := range m.blocks {
		if column(i) {
			columns = append(columns, i)
		}
	}
	work := make([][]uint64, len(rows))
	for i, r := range rows {
		work[i] = make([]uint64, len(columns))
		for j, c := range columns {
			work[i][j] = uint64(m.rows[r][c])
		}
	}
	rank := 0
	for j := 0; j < len(columns) && rank < len(work); j++ {
		pivot := -1
		for i := rank; i < len(work); i++ {
			if work[i][j] != 0 {
				pivot = i
				break
			}
		}
		if pivot < 0 {
			continue
		}
		work[rank], work[pivot] = work[pivot], work[rank]
		inverse := power(work[rank][j], prime-2)
		for i := rank + 1; i < len(work); i++ {
			if work[i][j] == 0 {
				continue
			}
			by := work[i][j] * inverse % prime
			for l := j; l < len(columns); l++ {
				work[i][l] = (work[i][l] + (prime-by)*work[rank][l]) % prime
			}
		}
		rank++
	}
	return rank
}

func power(base, exponent uint64) uint64 {
	out := uint64(1)
	for ; exponent > 0; exponent >>= 1 {
		if exponent&1 == 1 {
			out = out * base % prime
		}
		base = base * base % prime
	}
	return out
}

// isolated are groups of fewer than five people of whom the sums together tell something that the sums of right alone
// do not: there is a combination of printed sums with nobody else in it.
func (m matrix) isolated() (groups [][]string) {
	var every, rights []int
	for i, right := range m.right {
		every = append(every, i)
		if right {
			rights = append(rights, i)
		}
	}
	told := func(rows []int, within map[string]bool, without map[int]bool) int {
		outside := func(i int) bool {
			return !without[i] && slices.ContainsFunc(m.blocks[i].people, func(p string) bool { return !within[p] })
		}
		return m.rank(rows, func(i int) bool { return !without[i] }) - m.rank(rows, outside)
	}
	for _, group := range m.smallGroups() {
		within := map[string]bool{}
		for _, p := range group {
			within[p] = true
		}
		if told(every, within, nil) > told(rights, within, nil) && !m.onlyExcluded(every, rights, within, told) {
			groups = append(groups, group)
		}
	}
	return groups
}

// onlyExcluded reports whether all that is told of a group is that its money was not for some purposes, while two at
// least remain for each amount: so much any merged line says.
func (m matrix) onlyExcluded(every, rights []int, within map[string]bool,
	told func([]int, map[string]bool, map[int]bool) int) bool {
	excluded, all := map[int]bool{}, m.rank(every, func(int) bool { return true })
	for i, b := range m.blocks {
		inside := !slices.ContainsFunc(b.people, func(p string) bool { return !within[p] })
		if inside && b.truth.IsZero() && m.rank(every, func(j int) bool { return j != i }) < all {
			excluded[i] = true
		}
	}
	left, purposes := map[cell]map[string]bool{}, func(at cell) cell {
		at.category = ""
		return at
	}
	for i, b := range m.blocks {
		for _, at := range b.cells {
			if left[purposes(at)] == nil {
				left[purposes(at)] = map[string]bool{}
			}
			if !excluded[i] {
				left[purposes(at)][at.category] = true
			}
		}
	}
	for i := range excluded {
		for _, at := range m.blocks[i].cells {
			if len(left[purposes(at)]) < 2 {
				return false
			}
		}
	}
	return told(every, within, excluded) == told(rights, within, excluded)
}

// smallGroups are all groups of fewer than five people that are made of whole blocks.
func (m matrix) smallGroups() (groups [][]string) {
	seen := map[string]bool{}
	add := func(group []string) {
		if key := strings.Join(group, " "); len(group) < few && !seen[key] {
			seen[key] = true
			groups = append(groups, group)
		}
	}
	for _, b := range m.blocks {
		add(b.people)
	}
	for i := 0; i < len(groups); i++ {
		for _, b := range m.blocks {
			both := slices.Concat(groups[i], b.people)
			slices.Sort(both)
			add(slices.Compact(both))
		}
	}
	return groups
}

// within is how near she must come to what a person got to say that she knows it.
const within = 0.2

// pinned are people of whom she knows, to a fifth, what they got in all, and did not by the sums of right alone.
func (m matrix) pinned() (people []string) {
	sums := map[string]float64{}
	for _, b := range m.blocks {
		for p, amount := range b.share {
			sums[p] += amount.InexactFloat64()
		}
	}
	near := func(rights bool, p string) bool {
		least, greatest := m.bounds(rights, p)
		return least >= sums[p]*(1-within) && greatest <= sums[p]*(1+within)
	}
	for p := range sums {
		if sums[p] > 0 && near(false, p) && !near(true, p) {
			people = append(people, p)
		}
	}
	slices.Sort(people)
	return people
}

// bounds of what a person got: the least is when others got all they may have, the greatest when she did.
func (m matrix) bounds(rights bool, person string) (least, greatest float64) {
	alone, with := make([]float64, len(m.blocks)), make([]float64, len(m.blocks))
	for i, b := range m.blocks {
		if b.only[person] {
			with[i] = -1
			if len(b.people) == 1 {
				alone[i] = 1
			}
		}
	}
	var rows [][]float64
	var values []float64
	for i, right := range m.right {
		if right || !rights {
			rows, values = append(rows, m.rows[i]), append(values, m.values[i])
		}
	}
	least = minimum(rows, values, alone)
	greatest = -minimum(rows, values, with)
	return least, greatest
}

// minimum of a cost over all x ≥ 0 that solve the rows, by the simplex method in two phases; minus infinity where there
// is none.
func minimum(rows [][]float64, values, price []float64) float64 {
	n, scale := len(price), 1.0
	for _, v := range values {
		scale = math.Max(scale, math.Abs(v))
	}
	t := tableau{n: n, total: n + len(rows)}
	for i := range rows {
		line := make([]float64, t.total+1)
		copy(line, rows[i])
		line[n+i], line[t.total] = 1, values[i]/scale
		if line[t.total] < 0 {
			for j := range n {
				line[j] = -line[j]
			}
			line[t.total] = -line[t.total]
		}
		t.lines, t.basis = append(t.lines, line), append(t.basis, n+i)
	}
	artificial := make([]float64, t.total)
	for j := n; j < t.total; j++ {
		artificial[j] = 1
	}
	t.solve(artificial, t.total)
	t.leave()
	full := make([]float64, t.total)
	copy(full, price)
	return t.solve(full, n) * scale
}

type tableau struct {
	n, total int
	lines    [][]float64
	basis    []int
}

const tiny = 1e-9

func (t *tableau) pivot(r, j int) {
	by := t.lines[r][j]
	for l := range t.lines[r] {
		t.lines[r][l] /= by
	}
	for i := range t.lines {
		if i == r || t.lines[i][j] == 0 {
			continue
		}
		times := t.lines[i][j]
		for l := range t.lines[i] {
			t.lines[i][l] -= times * t.lines[r][l]
		}
	}
	t.basis[r] = j
}

// leave drives what phase one added out of the basis, or drops rows that say nothing new.
func (t *tableau) leave() {
	for r := 0; r < len(t.lines); r++ {
		if t.basis[r] < t.n {
			continue
		}
		if j := slices.IndexFunc(t.lines[r][:t.n], func(x float64) bool { return math.Abs(x) > 1e-7 }); j >= 0 {
			t.pivot(r, j)
			continue
		}
		t.lines, t.basis = slices.Delete(t.lines, r, r+1), slices.Delete(t.basis, r, r+1)
		r--
	}
}

// solve minimises a price over the first columns, by Bland's rule.
func (t *tableau) solve(price []float64, columns int) float64 {
	for range 5000 {
		enter := -1
		for j := 0; j < columns && enter < 0; j++ {
			reduced := price[j]
			for r, line := range t.lines {
				reduced -= price[t.basis[r]] * line[j]
			}
			if reduced < -tiny {
				enter = j
			}
		}
		if enter < 0 {
			break
		}
		leave, ratio := -1, math.Inf(1)
		for r, line := range t.lines {
			if line[enter] > tiny {
				if q := line[t.total] / line[enter]; q < ratio-tiny || q < ratio+tiny && leave >= 0 && t.basis[r] < t.basis[leave] {
					leave, ratio = r, q
				}
			}
		}
		if leave < 0 {
			return math.Inf(-1)
		}
		t.pivot(leave, enter)
	}
	value := 0.0
	for r, line := range t.lines {
		value += price[t.basis[r]] * line[t.total]
	}
	return value
}
