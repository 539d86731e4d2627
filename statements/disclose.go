package statements

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"supportledger/access"
	"supportledger/ledger"
	"supportledger/statements/collecting"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/store"
)

// Blocks is the disclosure control of the organisation. Beyond what is the reader's by right it shows a category where,
// beside all that was ever shown to anybody, at least five people stand behind it and behind what remains (eleven for a
// fund's statement, which is for everybody); the rest is merged into one line "support". Package disclosure says why
// that is enough, and docs/PRIVACY.md for whom.
type Blocks struct{ Issuer Issuer }

// Clear decides by the people behind the statement's figures. It reads the register of what was shown and does not
// write it.
func (b Blocks) Clear(ctx context.Context, tx *store.Tx, v figures.Value) (figures.Value, PrivacyReport, error) {
	w := withholder{report: PrivacyReport{Method: "blocks/2", Cleared: true, Findings: []PrivacyFinding{}},
		shown: map[string]bool{}}
	p, err := b.plan(ctx, tx, v)
	if err != nil {
		return nil, w.report, err
	}
	for _, c := range p.register.Choose(p.groups, p.rules) {
		w.choose(c)
	}
	w.lines = p.listed()
	switch s := v.(type) {
	case *figures.GrantStatement:
		return w.grant(*s), w.report, nil
	case *figures.FundStatement:
		return w.fund(*s), w.report, nil
	}
	return nil, w.report, fmt.Errorf("statements: %T is no statement", v)
}

// Release puts down what an issued statement shows, so that all later ones are judged beside it. Issuing one after the
// other is its business: [Issuer.Issue] holds the lock.
func (b Blocks) Release(ctx context.Context, tx *store.Tx, v figures.Value, id ID) error {
	p, err := b.plan(ctx, tx, v)
	if err != nil {
		return err
	}
	p.register.Choose(p.groups, p.rules)
	return saveShown(ctx, tx, &p.register, id)
}

// choose takes note of what may be shown of a group. A category is shown where it may be in the period and to date.
func (w *withholder) choose(c disclosure.Choice) {
	if !c.Whole {
		w.report.Cleared = false
		w.did("spent", string(c.Reason), "refused")
	}
	for _, key := range c.Shown {
		if shown, known := w.shown[category(key)]; !known || shown {
			w.shown[category(key)] = true
		}
	}
	for _, m := range c.Merged {
		w.shown[category(m.Key)] = false
	}
}

// category is what remains of a part's key without the period it is about.
func category(key string) string {
	_, after, _ := strings.Cut(key, "/")
	return after
}

// plan is what a statement would show, as groups of atoms, with the register of what was shown.
type plan struct {
	groups   []disclosure.Group
	rules    disclosure.Rules
	register disclosure.Register
	spent    []collecting.Spending        // on all that the statement sums up, to date
	released []figures.Period             // of the statements of its subject so far
	behind   map[string][]disclosure.Atom // what was spent on each budget line of a grant in the period
}

// listed are the budget lines whose vouchers may be listed: enough people stand behind each, or nobody does.
func (p plan) listed() map[string]bool {
	of := map[string]bool{}
	for line, atoms := range p.behind {
		of[line] = p.rules.Safe(atoms) == disclosure.Safe
	}
	return of
}

func (p plan) atoms() []string {
	ids := map[string]bool{}
	for _, g := range p.groups {
		for _, a := range g.Whole.Atoms {
			ids[a.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

func (b Blocks) plan(ctx context.Context, tx *store.Tx, v figures.Value) (plan, error) {
	h := v.Head()
	cutOff, err := b.Issuer.books().CutOff(ctx, tx, h.CutOff)
	if err != nil {
		return plan{}, err
	}
	span := ledger.Span{To: h.Period.To, Through: cutOff.Seq}
	p := plan{rules: disclosure.ForDonors}
	grain := disclosure.ForFunders
	switch h.Kind {
	case figures.FundReport:
		p.rules = disclosure.ForPublic
	case figures.DonorAnnual:
		grain = disclosure.ForPersons
	case figures.GrantFinancial:
	}
	if err := b.group(ctx, tx, &p, v, span); err != nil {
		return plan{}, err
	}
	if p.released, err = readCuts(ctx, tx, h.Subject); err != nil {
		return plan{}, err
	}
	if err := p.inTime(v, grain, ledger.DateOf(tx.At)); err != nil {
		return plan{}, err
	}
	more, err := readThreshold(ctx, tx, h.Subject)
	if err != nil {
		return plan{}, err
	}
	p.rules.Threshold = max(p.rules.Threshold, more)
	if p.register, err = readShown(ctx, tx, p.atoms()); err != nil {
		return plan{}, err
	}
	err = b.edges(ctx, tx, &p, v, span)
	return p, err
}

// group adds the groups of a statement of any kind.
func (b Blocks) group(ctx context.Context, tx *store.Tx, p *plan, v figures.Value, span ledger.Span) error {
	switch s := v.(type) {
	case *figures.GrantStatement:
		return b.grantGroups(ctx, tx, p, s, span)
	case *figures.FundStatement:
		return b.fundGroups(ctx, tx, p, s, span)
	}
	return fmt.Errorf("statements: %T is no statement", v)
}

// edges refuses a period of which a sum of right would tell of few people, or what their money was for, beside sums
// that were ours to show and were shown over longer: [PeriodRefused].
func (b Blocks) edges(ctx context.Context, tx *store.Tx, p *plan, v figures.Value, span ledger.Span) error {
	if p.register.OwedTellsOfFew(p.groups, p.rules) {
		return &PeriodRefused{Fault: TellsPurpose, Released: p.released}
	}
	around := *p
	for _, r := range p.released {
		span.To = max(span.To, r.To)
	}
	if span.To > v.Head().Period.To {
		around = plan{}
		if err := b.group(ctx, tx, &around, v, span); err != nil {
			return err
		}
	}
	told := map[string][]disclosure.Atom{}
	for _, g := range around.groups {
		if name, line, _ := strings.Cut(g.Whole.Key, "/"); name == "to_date" {
			told[line] = g.Whole.Atoms
		}
	}
	for _, g := range p.groups {
		_, line, _ := strings.Cut(g.Whole.Key, "/")
		beside, known := told[line]
		if !known { // a fund that a donor gave to, among all that she gave
			beside = told[""]
		}
		if g.Whole.Duty && len(beside) > 0 && p.register.Tells(g.Whole, beside, p.rules) != disclosure.Safe {
			return &PeriodRefused{Fault: TellsPurpose, Released: p.released}
		}
	}
	return nil
}

// grantGroups are the funder's own budget lines, each with its categories, in the period and to date.
func (b Blocks) grantGroups(ctx context.Context, tx *store.Tx, p *plan, s *figures.GrantStatement,
	span ledger.Span) error {
	spent, err := b.Issuer.books().Spending(ctx, tx, ledger.FundCode(s.Grant), span)
	if err != nil {
		return err
	}
	accounts, err := b.Issuer.Book.Accounts(ctx, tx)
	if err != nil {
		return err
	}
	lines := map[string]figures.Line{}
	for _, l := range s.Lines {
		if l.Kind == figures.Programme {
			lines[l.Key] = l
		}
	}
	var parts []collecting.Spending
	for _, x := range spent {
		l, programme := lines[accounts[x.Account].Category()]
		if programme {
			x.Line, x.Category = l.BudgetLine, l.Key
			parts = append(parts, x)
		}
	}
	p.spent = parts
	p.behind = map[string][]disclosure.Atom{"": nil}
	for _, l := range s.Budget {
		p.behind[l.No] = nil
	}
	for _, x := range collecting.Since(parts, s.Period.From) {
		p.behind[x.Line] = append(p.behind[x.Line], x.Atom)
	}
	p.group("period", collecting.Since(parts, s.Period.From), true)
	p.group("to_date", parts, true)
	p.group("findings", unlined(taken(parts), "findings"), true)
	return nil
}

// taken is the cost that audits took off a grant: its sum is told to the grantor.
func taken(of []collecting.Spending) []collecting.Spending {
	return slices.DeleteFunc(slices.Clone(of), func(x collecting.Spending) bool { return x.Act != "disallowance" })
}

// fundGroups are what a donor's gifts paid, or what a fund spent, with its plain categories, in the period and to date.
// What a donor's gifts paid is hers to know; what a fund spent is nobody's by right.
func (b Blocks) fundGroups(ctx context.Context, tx *store.Tx, p *plan, s *figures.FundStatement,
	span ledger.Span) error {
	duty := s.Kind == figures.DonorAnnual
	var parts []collecting.Spending
	funds, donor := []string{s.Subject}, ""
	if duty {
		funds, donor = nil, s.Subject
		for _, of := range s.Purposes {
			funds = append(funds, of.Fund)
		}
	}
	for _, fund := range funds {
		paid, err := b.Issuer.books().PaidBy(ctx, tx, ledger.FundCode(fund), donor, span)
		if err != nil {
			return err
		}
		if duty {
			p.group("purpose", collecting.Since(unlined(paid, fund), s.Period.From), true)
		} else if paid, err = b.byAccount(ctx, tx, paid); err != nil {
			return err
		}
		parts = append(parts, paid...)
	}
	p.spent = parts
	p.group("period", collecting.Since(parts, s.Period.From), duty)
	p.group("to_date", parts, duty)
	return nil
}

// byAccount puts the categories of the chart in the place of a donor's plain ones: a fund's statement has those.
func (b Blocks) byAccount(ctx context.Context, tx *store.Tx, of []collecting.Spending) ([]collecting.Spending, error) {
	accounts, err := b.Issuer.books().Accounts(ctx, tx)
	out := slices.Clone(of)
	for i, x := range out {
		a := accounts[x.Account]
		_, out[i].Category = collecting.KindOf(a.Number, a.Category())
	}
	return out, err
}

// unlined takes the categories off, where only the whole of a fund is meant.
func unlined(of []collecting.Spending, fund string) []collecting.Spending {
	out := slices.Clone(of)
	for i := range out {
		out[i].Line, out[i].Category = fund, ""
	}
	return out
}

// group adds a group for each line, with a part for each category that has a name.
func (p *plan) group(name string, of []collecting.Spending, duty bool) {
	for i := 0; i < len(of); {
		slices.SortStableFunc(of, func(a, b collecting.Spending) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Category, b.Category))
		})
		g := disclosure.Group{Whole: disclosure.Sum{Key: name + "/" + of[i].Line, Duty: duty}}
		line := of[i].Line
		for ; i < len(of) && of[i].Line == line; i++ {
			x := of[i]
			g.Whole.Atoms = append(g.Whole.Atoms, x.Atom)
			if key := g.Whole.Key + "/" + x.Category; x.Category != "" {
				if n := len(g.Parts); n == 0 || g.Parts[n-1].Key != key {
					g.Parts = append(g.Parts, disclosure.Sum{Key: key, Name: category(key)})
				}
				last := &g.Parts[len(g.Parts)-1]
				last.Atoms = append(last.Atoms, x.Atom)
			}
		}
		for i, part := range g.Parts {
			g.Parts[i].Duty = nobodys(part.Atoms) // staff is a line of its own, always
		}
		p.groups = append(p.groups, g)
	}
}

// nobodys reports whether all of it is cost of the organisation.
func nobodys(atoms []disclosure.Atom) bool {
	return !slices.ContainsFunc(atoms, func(a disclosure.Atom) bool { return a.Person != "" })
}

// ErrThreshold is a threshold below that of the organisation.
var ErrThreshold = errors.New("statements: a threshold protects more than the organisation's, not less")

// SetThreshold raises how many people a sum shown to a donor or funder has at least. [ErrThreshold] below five.
func (o Issuer) SetThreshold(ctx context.Context, tx *store.Tx, subject string, people int) error {
	if people < disclosure.ForDonors.Threshold {
		return ErrThreshold
	}
	if err := saveThreshold(ctx, tx, subject, people); err != nil {
		return err
	}
	return access.Record(ctx, tx,
		access.Event{Action: "disclosure.threshold_set", Subject: subject, Fields: []string{"threshold"}})
}
