package grants

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// What budgets and moves between their lines refuse.
var (
	ErrBudgetLineTotal = errors.New("grants: a budget line does not sum")
	ErrUnknownLine     = errors.New("grants: the budget has no such line")
	ErrBelowSpent      = errors.New("grants: more is spent on the line than would be left")
	ErrVirementOpen    = errors.New("grants: a change of the budget waits for the funder")
	ErrUnknownBudget   = errors.New("grants: unknown budget version")
	ErrBudgetDecided   = errors.New("grants: the budget version is decided on")
)

// BudgetYear is what of a budget line belongs to a calendar year.
type BudgetYear struct {
	Year   int
	Amount ledger.Money
}

// check wants unit × quantity to give the line, and its years as well.
func (l BudgetLine) check() error {
	if !l.Quantity.IsZero() || !l.UnitPrice.IsZero() {
		worth, err := l.UnitPrice.Times(l.Quantity)
		if err != nil {
			return err
		}
		if worth.Cmp(l.Amount) != 0 {
			return lineTotal(l, worth)
		}
	}
	if len(l.Years) > 0 {
		total := ledger.Zero(l.Amount.Currency)
		for _, y := range l.Years {
			total = total.Add(y.Amount)
		}
		if total.Cmp(l.Amount) != 0 {
			return lineTotal(l, total)
		}
	}
	return nil
}

// lineTotal tells what the parts of a budget line come to and what the line says.
func lineTotal(l BudgetLine, parts ledger.Money) error {
	return refuse(ErrBudgetLineTotal, "line %s comes to %s, it says %s", l.No, parts, l.Amount)
}

// BudgetKind is how a version of a budget came about.
type BudgetKind string

// The kinds of version.
const (
	BudgetAgreed    BudgetKind = "agreed"    // signed with the grant
	BudgetVirement  BudgetKind = "virement"  // money moved between lines or years
	BudgetAmendment BudgetKind = "amendment" // agreed with the grantor in an [Addendum]
)

// BudgetState says whether a version is in force from its day on.
type BudgetState string

// The states of a version.
const (
	BudgetEffective BudgetState = "effective"
	BudgetSubmitted BudgetState = "submitted" // waits for the funder's approval
	BudgetRefused   BudgetState = "refused"
)

// BudgetVersion is a grant's budget from a day on.
type BudgetVersion struct {
	Grant    string // code
	Version  int
	Kind     BudgetKind
	State    BudgetState
	Approved bool // by the funder: the next moves are measured from it
	StartsOn ledger.Date
	Reason   string
	Letter   string // the funder's reference
	Moves    []Move
	Lines    []BudgetLine
	Over     []string // why it needs the funder's approval
}

// Move takes an amount from one budget line to another, or within a line from one year to another.
type Move struct {
	From, To         string // the funder's line numbers
	FromYear, ToYear int    // 0 where the lines have no years
	Amount           ledger.Money
}

// VirementRule is what of a budget may be moved without asking the funder (sector-systems 4.3). Without any limit every
// move is asked for.
type VirementRule struct {
	Percent      decimal.Decimal // of what Of says; zero does not limit
	Absolute     ledger.Money    // in the grant's currency; zero does not limit
	Of           VirementBase
	SalaryLocked bool // any change of a salary line is asked for
}

// VirementBase is what a move is held against, as the funder last approved it.
type VirementBase string

// The bases. The pools of the state measure what is moved in all against the budget; those of Danida the change of each
// main line that money moves from or to.
const (
	OfLine     VirementBase = "line"
	OfMainLine VirementBase = "main_line" // 1 of 1.1 and 1.2
	OfBudget   VirementBase = "budget"
)

func (v VirementRule) equal(w VirementRule) bool {
	return v.Percent.Equal(w.Percent) && sameMoney(v.Absolute, w.Absolute) && v.Of == w.Of &&
		v.SalaryLocked == w.SalaryLocked
}

// Exceeded says what a budget changes beyond the rule, measured from the one that the funder last approved, so that
// many small moves are held to the limit together; nothing means that it takes effect at once.
func (v VirementRule) Exceeded(approved, next []BudgetLine) []string {
	var over []string
	if v.SalaryLocked {
		for _, l := range next {
			if before := lineOf(approved, l.No); (l.Salary || before.Salary) && !sameAmounts(before, l) {
				over = append(over, "salary line "+l.No)
			}
		}
	}
	if v.Percent.IsZero() && v.Absolute.IsZero() {
		return append(over, "no move is free")
	}
	for _, c := range v.changes(approved, next) {
		if !v.Percent.IsZero() && c.by.Mul(hundred).GreaterThan(v.Percent.Mul(c.of)) {
			over = append(over, fmt.Sprintf("%s changes by more than %s %%", c.what, v.Percent))
		}
		if !v.Absolute.IsZero() && c.by.GreaterThan(v.Absolute.Amount) {
			over = append(over, fmt.Sprintf("%s changes by more than %s", c.what, v.Absolute))
		}
	}
	return over
}

var hundred = decimal.NewFromInt(100)

// change is how much of what is moved.
type change struct {
	what   string
	by, of decimal.Decimal
}

// changes measures two budgets against each other by the rule's base.
func (v VirementRule) changes(approved, next []BudgetLine) []change {
	before, after := v.sums(approved), v.sums(next)
	names := slices.Sorted(maps.Keys(after))
	if v.Of != OfBudget {
		var found []change
		for _, name := range names {
			if by := after[name].Sub(before[name]).Abs(); !by.IsZero() {
				found = append(found, change{"line " + name, by, before[name]})
			}
		}
		return found
	}
	moved, total := decimal.Zero, decimal.Zero
	for _, name := range names {
		if by := after[name].Sub(before[name]); by.Sign() > 0 {
			moved = moved.Add(by)
		}
		total = total.Add(before[name])
	}
	return []change{{"the budget", moved, total}}
}

// sums adds a budget up by what the rule looks at: lines, main lines, or for the whole budget each line's years, so
// that money carried over into another year counts as moved.
func (v VirementRule) sums(lines []BudgetLine) map[string]decimal.Decimal {
	sums := map[string]decimal.Decimal{}
	for _, l := range lines {
		name := l.No
		if v.Of == OfMainLine {
			name, _, _ = strings.Cut(l.No, ".")
		}
		if v.Of != OfBudget || len(l.Years) == 0 {
			sums[name] = sums[name].Add(l.Amount.Amount)
			continue
		}
		for _, y := range l.Years {
			place := fmt.Sprintf("%s in %d", name, y.Year)
			sums[place] = sums[place].Add(y.Amount.Amount)
		}
	}
	return sums
}

func lineOf(lines []BudgetLine, no string) BudgetLine {
	if i := slices.IndexFunc(lines, func(l BudgetLine) bool { return l.No == no }); i >= 0 {
		return lines[i]
	}
	return BudgetLine{}
}

func sameAmounts(a, b BudgetLine) bool {
	return sameMoney(a.Amount, b.Amount) &&
		slices.EqualFunc(a.Years, b.Years, func(x, y BudgetYear) bool {
			return x.Year == y.Year &&
				sameMoney(x.Amount, y.Amount)
		})
}

// moved is a budget after moves. The funder's unit × quantity no longer gives a line whose amount moved, so it is
// dropped.
func moved(lines []BudgetLine, moves []Move) ([]BudgetLine, error) {
	next := slices.Clone(lines)
	for i := range next {
		next[i].Years = slices.Clone(next[i].Years)
	}
	for _, m := range moves {
		for _, end := range []struct {
			no   string
			year int
			by   ledger.Money
		}{{m.From, m.FromYear, m.Amount.Neg()}, {m.To, m.ToYear, m.Amount}} {
			i := slices.IndexFunc(next, func(l BudgetLine) bool { return l.No == end.no })
			if i < 0 {
				return nil, unknownLine(end.no, end.year)
			}
			if err := next[i].move(end.year, end.by); err != nil {
				return nil, err
			}
		}
	}
	for _, l := range next {
		if l.Amount.Sign() < 0 || slices.ContainsFunc(l.Years, func(y BudgetYear) bool { return y.Amount.Sign() < 0 }) {
			return nil, belowSpent(l, ledger.Zero(l.Amount.Currency))
		}
	}
	return next, nil
}

func (l *BudgetLine) move(year int, by ledger.Money) error {
	l.Amount, l.Unit, l.Quantity, l.UnitPrice = l.Amount.Add(by), "", decimal.Zero, ledger.Zero(l.Amount.Currency)
	if len(l.Years) == 0 && year == 0 {
		return nil
	}
	i := slices.IndexFunc(l.Years, func(y BudgetYear) bool { return y.Year == year })
	switch {
	case len(l.Years) == 0 || year == 0:
		return unknownLine(l.No, year)
	case i < 0:
		l.Years = append(l.Years, BudgetYear{year, by})
	default:
		l.Years[i].Amount = l.Years[i].Amount.Add(by)
	}
	return nil
}

// unknownLine names a line, or a year of one, that a budget does not have.
func unknownLine(no string, year int) error {
	return refuse(ErrUnknownLine, "the budget has no line %s in year %d; 0 is a line without years", no, year)
}

// belowSpent tells what would be left on a line and what is spent on it.
func belowSpent(l BudgetLine, spent ledger.Money) error {
	return refuse(ErrBelowSpent, "line %s would have %s, %s is spent", l.No, l.Amount, spent)
}

// Virement moves money between budget lines: v has the day, the moves and the reason. Within the policy's limits it
// takes effect at once, and the next report lists it; beyond them it waits for the funder. [ErrVirementOpen] while
// another one waits.
func (r Register) Virement(ctx context.Context, tx *store.Tx, key string, v BudgetVersion) (BudgetVersion, error) {
	g, err := inState(ctx, tx, key, open...)
	if err != nil {
		return BudgetVersion{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return BudgetVersion{}, err
	}
	versions, err := Budgets(ctx, tx, g)
	if err != nil {
		return BudgetVersion{}, err
	}
	v.Grant, v.Version, v.Kind, v.State = g.Code, len(versions)+1, BudgetVirement, BudgetEffective
	if slices.ContainsFunc(versions, func(b BudgetVersion) bool { return b.State == BudgetSubmitted }) {
		return BudgetVersion{}, ErrVirementOpen
	}
	if v.Lines, err = moved(g.Budget, v.Moves); err != nil {
		return BudgetVersion{}, err
	}
	if err := coversSpending(ctx, tx, r, g, v.Lines); err != nil {
		return BudgetVersion{}, err
	}
	if v.Over = g.Policies.At(v.StartsOn).Virement.Exceeded(lastApproved(versions), v.Lines); len(v.Over) > 0 {
		v.State = BudgetSubmitted
	}
	if err := insertBudget(ctx, tx, g.ID, v); err != nil {
		return BudgetVersion{}, err
	}
	if v.State == BudgetSubmitted {
		duty := access.Duty{Subject: budgetSubject(g, v.Version), Round: 1, Step: access.Request, Payload: v.payload()}
		if err := access.Take(ctx, tx, duty); err != nil {
			return BudgetVersion{}, err
		}
	}
	return v, access.Record(ctx, tx, access.Event{Action: "budget." + string(v.State), Subject: string(g.ID),
		Fields: []string{"budget"}})
}

// lastApproved are the lines of the version that the funder last approved.
func lastApproved(versions []BudgetVersion) []BudgetLine {
	for _, v := range slices.Backward(versions) {
		if v.Approved && v.State == BudgetEffective {
			return v.Lines
		}
	}
	return nil
}

// coversSpending refuses a budget that leaves less on a line than is spent there.
func coversSpending(ctx context.Context, tx *store.Tx, r Register, g Grant, lines []BudgetLine) error {
	report, err := r.BudgetActual(ctx, tx, string(g.ID), ledger.Span{To: LastDay})
	if err != nil {
		return err
	}
	for _, row := range report.Rows {
		if l := lineOf(lines, row.Line.No); l.No != "" && row.Spent != nil && row.Spent.Amount.Cmp(l.Amount) > 0 &&
			l.Amount.Cmp(row.Line.Amount) < 0 {
			return belowSpent(l, row.Spent.Amount)
		}
	}
	return nil
}

// BudgetDecision is what the funder answered to a change of the budget.
type BudgetDecision struct {
	Version int
	Approve bool
	Letter  string // the funder's reference
}

// DecideBudget records what the funder answered to a change that waits: an approved one is in force from its day on.
// Whoever asked for the change cannot record the answer.
func (r Register) DecideBudget(ctx context.Context, tx *store.Tx, key string, d BudgetDecision) (BudgetVersion, error) {
	g, err := r.Grant(ctx, tx, key)
	if err != nil {
		return BudgetVersion{}, err
	}
	versions, err := Budgets(ctx, tx, g)
	if err != nil {
		return BudgetVersion{}, err
	}
	if d.Version < 1 || d.Version > len(versions) {
		return BudgetVersion{}, ErrUnknownBudget
	}
	v := versions[d.Version-1]
	if v.State != BudgetSubmitted {
		return BudgetVersion{}, ErrBudgetDecided
	}
	if v.Kind == BudgetAmendment {
		return BudgetVersion{}, ErrUnknownBudget // an addendum changes more than the budget
	}
	duty := access.Duty{Subject: budgetSubject(g, d.Version), Round: 1, Step: access.Approve, Payload: v.payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return BudgetVersion{}, err
	}
	v.Letter, v.State, v.Approved = d.Letter, BudgetRefused, false
	if d.Approve {
		if err := coversSpending(ctx, tx, r, g, v.Lines); err != nil {
			return BudgetVersion{}, err
		}
		v.State, v.Approved = BudgetEffective, true
	}
	if err := decideBudget(ctx, tx, g.ID, v); err != nil {
		return BudgetVersion{}, err
	}
	return v, access.Record(ctx, tx, access.Event{Action: "budget." + string(v.State), Subject: string(g.ID),
		Fields: []string{"budget"}})
}

// BudgetChanges lists the versions that took effect within a period: what the report of the period has to name.
func BudgetChanges(ctx context.Context, tx *store.Tx, g Grant, period ledger.Span) ([]BudgetVersion, error) {
	versions, err := Budgets(ctx, tx, g)
	return slices.DeleteFunc(versions, func(v BudgetVersion) bool {
		return v.Kind == BudgetAgreed || v.State != BudgetEffective || v.StartsOn < period.From || v.StartsOn > period.To
	}), err
}
