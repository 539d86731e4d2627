package grants

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// What an addendum to an agreement refuses.
var (
	ErrAddendumEmpty   = errors.New("grants: the addendum changes nothing")
	ErrAddendumPeriod  = errors.New("grants: the grant would end before it begins, or its report be due before it ends")
	ErrUnknownAddendum = errors.New("grants: unknown addendum")
)

// Terms are what an agreement says of the grant as a whole.
type Terms struct {
	Amount      ledger.Money
	To          ledger.Date // last day of the period of performance; "" where none is agreed
	ReportDueOn ledger.Date
}

// Addendum is a change of the agreement itself, as the grantor's letter has it: a version of the budget with its terms.
// One person puts it down and another decides on it.
type Addendum struct {
	BudgetVersion
	Before, After Terms
	Categories    []string    // of cost that the grant pays from the day on; nil leaves them as they are
	Conditions    []Condition // new ones
	Instalments   []Planned   // promised beside those that are planned
	Evidence      string      // id of the letter
}

func (t Terms) same(u Terms) bool {
	return sameMoney(t.Amount, u.Amount) && t.To == u.To && t.ReportDueOn == u.ReportDueOn
}

func (g Grant) terms() Terms { return Terms{g.Amount, g.To, g.ReportDueOn} }

// deferredAmount wants the income of a grant whose amount changes to follow its cost: what was recognised when it was
// awarded is corrected by an entry.
func (a Addendum) deferredAmount(g Grant) error {
	if a.After.Amount.Cmp(a.Before.Amount) != 0 && g.Policies.At(a.StartsOn).Recognition != Deferred {
		return ErrWrongRecognition
	}
	return nil
}

// check holds an addendum against the agreement as it is.
func (a Addendum) check(g Grant, planned []Planned) error {
	changed := g
	changed.Amount, changed.Budget = a.After.Amount, a.Lines
	switch {
	case a.After.same(a.Before) && slices.EqualFunc(a.Lines, g.Budget, sameLine) && a.Categories == nil &&
		len(a.Conditions)+len(a.Instalments) == 0:
		return ErrAddendumEmpty
	case a.After.To != "" && (a.After.To < g.From || a.After.ReportDueOn != "" && a.After.ReportDueOn < a.After.To):
		return ErrAddendumPeriod
	}
	if err := changed.checkBudget(); err != nil {
		return err
	}
	if err := a.deferredAmount(g); err != nil {
		return err
	}
	for _, c := range a.Conditions {
		if c.Instalment > len(planned)+len(a.Instalments) {
			return ErrUnknownInstalment
		}
	}
	if len(a.Instalments) == 0 && (len(planned) == 0 || a.After.Amount.Cmp(a.Before.Amount) <= 0) {
		return nil
	}
	return CheckInstalments(append(slices.Clone(planned), a.Instalments...), a.After.Amount)
}

func sameLine(a, b BudgetLine) bool {
	return a.No == b.No && a.Text == b.Text && a.Salary == b.Salary && slices.Equal(a.Categories, b.Categories) &&
		sameAmounts(a, b)
}

// coversAll wants an addendum to leave what is spent and set aside, on each line and in all.
func (a Addendum) coversAll(ctx context.Context, tx *store.Tx, r Register, g Grant) error {
	if err := coversSpending(ctx, tx, r, g, a.Lines); err != nil {
		return err
	}
	report, err := r.BudgetActual(ctx, tx, string(g.ID), ledger.Span{To: LastDay})
	if err != nil || report.Total.Spent == nil {
		return err
	}
	used := report.Total.Spent.Amount
	if report.Total.CommittedOwn != nil {
		used = used.Add(*report.Total.CommittedOwn)
	}
	if used.Cmp(a.After.Amount) > 0 && a.After.Amount.Cmp(a.Before.Amount) < 0 {
		return refuse(ErrBelowSpent, "%s would have %s, %s is spent and set aside", g.Code, a.After.Amount, used)
	}
	return nil
}

// Amendments are what is done with addenda of grants.
type Amendments struct{ Grants Register }

// AddendumDecision is what another person says to an addendum.
type AddendumDecision struct {
	Version int
	Approve bool
	Reason  string // required unless it approves
}

// Propose puts down what the grantor's letter changes; it waits for another person. In a, After and Lines are
// what will hold: what is zero there stays as it is. [ErrVirementOpen] while another change of the budget waits.
func (am Amendments) Propose(ctx context.Context, tx *store.Tx, key string, a Addendum) (Addendum, error) {
	g, err := inState(ctx, tx, key, running...)
	if err != nil {
		return Addendum{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Addendum{}, err
	}
	versions, err := Budgets(ctx, tx, g)
	if err != nil {
		return Addendum{}, err
	}
	if slices.ContainsFunc(versions, func(b BudgetVersion) bool { return b.State == BudgetSubmitted }) {
		return Addendum{}, ErrVirementOpen
	}
	a.Grant, a.Version, a.Kind, a.State = g.Code, len(versions)+1, BudgetAmendment, BudgetSubmitted
	a = a.filled(g)
	planned, err := readPlanned(ctx, tx, []Grant{g})
	if err != nil {
		return Addendum{}, err
	}
	if err := a.check(g, planned[g.ID]); err != nil {
		return Addendum{}, err
	}
	if err := a.coversAll(ctx, tx, am.Grants, g); err != nil {
		return Addendum{}, err
	}
	if err := insertAddendum(ctx, tx, g.ID, a); err != nil {
		return Addendum{}, err
	}
	duty := access.Duty{Subject: budgetSubject(g, a.Version), Round: 1, Step: access.Request, Payload: a.payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Addendum{}, err
	}
	return a, access.Record(ctx, tx, access.Event{Action: "addendum.proposed", Subject: string(g.ID),
		Fields: a.fields()})
}

// filled says of what is not sent that it stays.
func (a Addendum) filled(g Grant) Addendum {
	a.Before = g.terms()
	if a.After.Amount.Currency == "" {
		a.After.Amount = g.Amount
	}
	if a.After.To == "" {
		a.After.To = g.To
	}
	if a.After.ReportDueOn == "" {
		a.After.ReportDueOn = g.ReportDueOn
	}
	if a.Lines == nil {
		a.Lines = g.Budget
	}
	return a
}

// fields names what an addendum changes.
func (a Addendum) fields() []string {
	var names []string
	for name, changed := range map[string]bool{"amount": a.After.Amount.Cmp(a.Before.Amount) != 0,
		"to": a.After.To != a.Before.To, "report_due_on": a.After.ReportDueOn != a.Before.ReportDueOn,
		"categories": a.Categories != nil, "conditions": len(a.Conditions) > 0, "budget": true,
		"planned_instalments": len(a.Instalments) > 0} {
		if changed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// payload is what one person puts down and another decides on.
func (a Addendum) payload() [sha256.Size]byte {
	var text strings.Builder
	for _, t := range []Terms{a.Before, a.After} {
		fmt.Fprintf(&text, "%s %s %s;", t.Amount, t.To, t.ReportDueOn)
	}
	for _, l := range a.Lines {
		fmt.Fprintf(&text, "%q %q %q %s %v %t;", l.No, l.Text, l.Categories, l.Amount, l.Years, l.Salary)
	}
	for _, c := range a.Conditions {
		fmt.Fprintf(&text, "%q %s %q %s %d %t;", c.Number, c.Kind, c.Text, c.DueOn, c.Instalment, c.Disbursements)
	}
	for _, p := range a.Instalments {
		fmt.Fprintf(&text, "%s %s;", p.DueOn, p.Amount)
	}
	return sha256.Sum256(fmt.Appendf(nil, "addendum %s %d %s %q %q %s %s", a.Grant, a.Version, a.StartsOn, a.Letter,
		a.Categories, a.Evidence, text.String()))
}

// Decide is another person's word on an addendum that waits: approved, it is the agreement from its day on.
// [access.ErrMakerCannotApprove], [ErrBudgetDecided].
func (am Amendments) Decide(ctx context.Context, tx *store.Tx, key string, d AddendumDecision) (Addendum, error) {
	g, err := inState(ctx, tx, key, running...)
	if err != nil {
		return Addendum{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Addendum{}, err
	}
	a, err := FindAddendum(ctx, tx, g, d.Version)
	if err != nil {
		return Addendum{}, err
	}
	if a.State != BudgetSubmitted {
		return Addendum{}, ErrBudgetDecided
	}
	duty := access.Duty{Subject: budgetSubject(g, a.Version), Round: 1, Step: access.Approve, Payload: a.payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Addendum{}, err
	}
	a.State, a.Approved = BudgetRefused, false
	if d.Approve {
		a.State, a.Approved = BudgetEffective, true
	} else if err := ledger.CheckReason(d.Reason); err != nil {
		return Addendum{}, err
	}
	if err := decideBudget(ctx, tx, g.ID, a.BudgetVersion); err != nil {
		return Addendum{}, err
	}
	if d.Approve {
		if err := am.agree(ctx, tx, g, a); err != nil {
			return Addendum{}, err
		}
	}
	return a, access.Record(ctx, tx, access.Event{Action: "addendum." + string(a.State), Subject: string(g.ID),
		Reason: d.Reason, Fields: a.fields()})
}

// agree makes an addendum the agreement: the terms, the policy from its day on, what was promised, the conditions.
func (am Amendments) agree(ctx context.Context, tx *store.Tx, g Grant, a Addendum) error {
	if err := a.coversAll(ctx, tx, am.Grants, g); err != nil {
		return err
	}
	if err := saveTerms(ctx, tx, g, a.After); err != nil {
		return err
	}
	var c Change
	if g.Policies.At(a.StartsOn).EligibleTo != "" && a.After.To != a.Before.To {
		c.EligibleTo = &a.After.To
	}
	if a.Categories != nil {
		c.Categories = &a.Categories
	}
	if c != (Change{}) {
		for _, version := range g.Policies.amended(a.StartsOn, c) {
			if err := savePolicy(ctx, tx, g.ID, version); err != nil {
				return err
			}
		}
	}
	planned, err := readPlanned(ctx, tx, []Grant{g})
	if err != nil {
		return err
	}
	for i := range a.Instalments {
		a.Instalments[i].No = len(planned[g.ID]) + i + 1
	}
	if err := insertPlanned(ctx, tx, g.ID, a.Instalments); err != nil {
		return err
	}
	for _, condition := range a.Conditions {
		if _, err := AddCondition(ctx, tx, string(g.ID), condition); err != nil {
			return err
		}
	}
	return nil
}

// LinesBefore is the budget that was in force when a version was made.
func LinesBefore(versions []BudgetVersion, version int) []BudgetLine {
	var before []BudgetLine
	for _, v := range versions {
		if v.Version < version && v.State == BudgetEffective {
			before = v.Lines
		}
	}
	return before
}

// MovesBy says what an addendum puts on each line, and takes off it: moves with the grantor, who has no line.
func MovesBy(before, after []BudgetLine) []Move {
	var moves []Move
	for _, l := range after {
		was := lineOf(before, l.No).Amount
		if was.Currency == "" {
			was = ledger.Zero(l.Amount.Currency)
		}
		switch by := l.Amount.Sub(was); by.Sign() {
		case 1:
			moves = append(moves, Move{To: l.No, Amount: by})
		case -1:
			moves = append(moves, Move{From: l.No, Amount: by.Neg()})
		}
	}
	for _, l := range before {
		if lineOf(after, l.No).No == "" && l.Amount.Sign() > 0 {
			moves = append(moves, Move{From: l.No, Amount: l.Amount})
		}
	}
	return moves
}

// Deviation is a budget line as it was signed, as the grantor last approved it, and as it is in force with what was
// spent on it.
type Deviation struct {
	No, Text                 string
	Original, Amended, Force ledger.Money
	Spent                    *ledger.Money // nil where the books cannot know it in the grant's currency
}

// Deviations puts the budget of a grant beside itself: signed, amended by its addenda and the funder's approvals, and
// in force up to a day with what was spent. The last one is the total, without a number.
func (am Amendments) Deviations(
	ctx context.Context, tx *store.Tx, key string, span ledger.Span,
) ([]Deviation, Grant, error) {
	actual, err := am.Grants.BudgetActual(ctx, tx, key, span)
	if err != nil {
		return nil, Grant{}, err
	}
	g := actual.Grant
	versions, err := Budgets(ctx, tx, g)
	if err != nil {
		return nil, g, err
	}
	versions = slices.DeleteFunc(versions, func(v BudgetVersion) bool {
		return v.State != BudgetEffective || span.To != "" && v.Version > 1 && v.StartsOn > span.To
	})
	var rows []Deviation
	place := func(l BudgetLine) *Deviation {
		i := slices.IndexFunc(rows, func(d Deviation) bool { return d.No == l.No })
		if i < 0 {
			zero := ledger.Zero(g.Amount.Currency)
			rows, i = append(rows, Deviation{No: l.No, Text: l.Text, Original: zero, Amended: zero, Force: zero}), len(rows)
		}
		return &rows[i]
	}
	if len(versions) > 0 {
		for _, l := range versions[0].Lines {
			place(l).Original = l.Amount
		}
		for _, l := range lastApproved(versions) {
			place(l).Amended = l.Amount
		}
		for _, l := range versions[len(versions)-1].Lines {
			place(l).Force = l.Amount
		}
	}
	for _, row := range actual.Rows {
		if row.Spent != nil && row.Line.No != "" {
			place(row.Line).Spent = &row.Spent.Amount
		}
	}
	return append(rows, total(rows, actual)), g, nil
}

// total adds deviations up.
func total(rows []Deviation, actual BudgetActual) Deviation {
	zero := ledger.Zero(actual.Grant.Amount.Currency)
	sum := Deviation{Original: zero, Amended: zero, Force: zero}
	for _, d := range rows {
		sum.Original, sum.Amended = sum.Original.Add(d.Original), sum.Amended.Add(d.Amended)
		sum.Force = sum.Force.Add(d.Force)
	}
	if actual.Total.Spent != nil {
		sum.Spent = &actual.Total.Spent.Amount
	}
	return sum
}
