package beneficiaries

import (
	"context"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Commitment is what a year's approval set aside.
type Commitment struct {
	Plan  Plan
	Year  int
	Entry ledger.Posted
}

// ApproveYear approves a year of a plan and commits its budget: the first approval is also that of the version, by a
// second person. The year's items, split over the funds and valued at the budget rate, are set aside (RULES 38) in the
// same tx as the check that each grant still has the money ([grants.ErrBudgetExceeded]).
func (r Register) ApproveYear(ctx context.Context, tx *store.Tx, key string, year int,
	on ledger.Date) (Commitment, error) {
	p, err := planInState(ctx, tx, key, PlanInReview, PlanApproved, PlanActive)
	if err != nil {
		return Commitment{}, err
	}
	if err := checkCountry(ctx, tx, r.Grants, p.Current, max(on, p.Current.StartsOn)); err != nil {
		return Commitment{}, err
	}
	if err := approve(ctx, tx, p); err != nil {
		return Commitment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, Funds(p.Current.Shares)...); err != nil {
		return Commitment{}, err
	}
	entry, err := p.commit(r.Book.Base, year, on)
	if err != nil {
		return Commitment{}, err
	}
	if err := checkAvailable(ctx, tx, r.Grants, entry); err != nil {
		return Commitment{}, err
	}
	posted, err := r.Book.Post(ctx, tx, entry)
	if err != nil {
		return Commitment{}, err
	}
	if err := saveCommitted(ctx, tx, p.Current, year); err != nil {
		return Commitment{}, err
	}
	p.Current, p.State = p.Current.committing(year), PlanActive
	if err := savePlan(ctx, tx, &p); err != nil {
		return Commitment{}, err
	}
	turn := Turn{Kind: YearApproved, Day: on, Year: year, Entry: posted[0].ID}
	if err := insertTurn(ctx, tx, p, &turn); err != nil {
		return Commitment{}, err
	}
	if err := access.Record(ctx, tx, access.Event{Action: "plan.year_approved", Subject: string(p.ID)}); err != nil {
		return Commitment{}, err
	}
	return Commitment{p, year, posted[0]}, nil
}

// committing is the version with a year's items under its commitment.
func (v PlanVersion) committing(year int) PlanVersion {
	return v.with(func(i Item) Item {
		if i.uncommitted(year) {
			i.CommittedYear = year
		}
		return i
	})
}

// approve puts the actor down as the version's approver, or, for a later year, makes sure that the version is still
// what was approved and the actor not who asked for it. Who wrote it does not approve it either, also where somebody
// else handed it in.
func approve(ctx context.Context, tx *store.Tx, p Plan) error {
	if err := mayApprove(ctx, tx, p, p.Current); err != nil {
		return err
	}
	duty := access.Duty{Subject: p.Current.ID, Round: 1, Step: access.Approve, Payload: p.Current.Payload()}
	if p.State == PlanInReview {
		if err := access.Take(ctx, tx, duty); err != nil {
			return err
		}
		return saveVersionState(ctx, tx, p.Current.ID, VersionApproved)
	}
	duties, err := access.DutiesOn(ctx, tx, p.Current.ID, 1)
	if err != nil {
		return err
	}
	if err := access.NotMine(ctx, tx, requesters(duties)...); err != nil {
		return err
	}
	if !slices.ContainsFunc(duties, func(d access.Duty) bool {
		return d.Step == access.Approve && d.Payload == duty.Payload
	}) {
		return access.ErrNoRequest // the version is not what was approved
	}
	return nil
}

// holder names the pool of a plan's commitments of one year.
func (p Plan) holder(year int) string { return fmt.Sprintf("%s/%d", p.Number, year) }

// commit is the entry that sets a year's budget aside, with a lot per fund. [ErrNothingDue] when the year has no item
// that is not committed yet.
func (p Plan) commit(base ledger.Currency, year int, on ledger.Date) (ledger.Entry, error) {
	parts := p.Current.split(func(l PlanLine) []Item { return l.uncommitted(year) })
	if len(parts) == 0 {
		return ledger.Entry{}, ErrNothingDue
	}
	e := ledger.Entry{Date: on, Act: "commitment", Source: string(p.ID),
		Text: fmt.Sprintf("Plan %s: commitment of %d", p.Number, year)}
	for _, fund := range fundsOf(parts) {
		own, _ := ofFund(parts, fund, p.Current.Currency)
		if err := p.Current.setAside(p, base, p.pool(year, fund, p.Current.Currency), own, &e); err != nil {
			return ledger.Entry{}, err
		}
	}
	return e, nil
}

// encumber is the pair of lines that sets budget aside, or, negated, gives it free.
func (p Plan) encumber(fund ledger.FundCode, category string, d ledger.Draw) []ledger.Line {
	if d.Quantity.IsZero() && d.Cost.IsZero() {
		return nil
	}
	debit := ledger.InCurrency(ledger.Encumbrances, fund, d.Quantity, d.Cost).WithLot(d.Lot)
	credit := ledger.InCurrency(ledger.EncumbranceOffset, fund, d.Quantity.Neg(), d.Cost.Neg())
	debit.Plan, credit.Plan = p.Number, p.Number
	debit.Category, credit.Category = category, category
	return []ledger.Line{debit, credit}
}

// checkAvailable wants every grant of the entry, and every line of its budget, to have what the entry sets aside in
// all.
func checkAvailable(ctx context.Context, tx *store.Tx, reg grants.Register, e ledger.Entry) error {
	reg = reg.Remembering() // the funds are locked, and nothing is posted before the end
	type key struct {
		fund     ledger.FundCode
		category string
	}
	asked := map[key]ledger.Money{}
	var order []key
	for _, l := range e.Lines {
		if l.Account != ledger.Encumbrances {
			continue
		}
		for _, k := range []key{{l.Fund, ""}, {l.Fund, l.Category}} {
			if _, found := asked[k]; !found {
				asked[k], order = ledger.Zero(l.Base.Currency), append(order, k)
			}
			asked[k] = asked[k].Add(l.Base)
			if l.Category == "" {
				break
			}
		}
	}
	byLine := map[string]ledger.Money{}
	for _, k := range order {
		if k.category != "" {
			continue
		}
		available, known, err := available(ctx, tx, reg, k.fund, asked[k])
		if err != nil {
			return err
		}
		if known && asked[k].Cmp(available) > 0 {
			return &grants.BudgetExceeded{Grant: string(k.fund), Available: available, Asked: asked[k]}
		}
	}
	for _, k := range order {
		if k.category == "" {
			continue
		}
		line, available, known, err := reg.AvailableOnLine(ctx, tx, k.fund, k.category)
		if err != nil || !known {
			if err != nil {
				return err
			}
			continue
		}
		name := string(k.fund) + " " + line.No
		if _, found := byLine[name]; !found {
			byLine[name] = ledger.Zero(asked[k].Currency)
		}
		byLine[name] = byLine[name].Add(asked[k])
		if byLine[name].Sign() > 0 && byLine[name].Cmp(available) > 0 {
			return &grants.BudgetExceeded{Grant: name, Available: available, Asked: byLine[name]}
		}
	}
	return nil
}

// available is what a fund may still promise; a grant that has ended is asked only where something is set aside.
func available(ctx context.Context, tx *store.Tx, reg grants.Register, fund ledger.FundCode,
	asked ledger.Money) (ledger.Money, bool, error) {
	if asked.Sign() <= 0 {
		return ledger.Money{}, false, nil
	}
	return reg.Available(ctx, tx, fund)
}

// Settlement is support given under a plan line.
type Settlement struct {
	Line  string
	Units int
	By    string // id of the disbursement
	On    ledger.Date
	Text  string
}

// Settle marks units of a plan line as settled, earliest due first, and relieves what was committed for them: units at
// the planned price in the plan's split, at the budget rate, never below zero, and the last of the year takes the
// residue (RULES 39-40). Nil when nothing was committed. The plan is read after its funds were locked
// ([ledger.LockFunds]).
func (r Register) Settle(ctx context.Context, tx *store.Tx, p Plan, s Settlement) (*ledger.Posted, error) {
	line, err := p.Current.Line(s.Line)
	if err != nil {
		return nil, err
	}
	items := line.open()
	items = items[:min(s.Units, len(items))]
	if err := saveSettled(ctx, tx, p.Current.ID, items, s); err != nil {
		return nil, err
	}
	c := commitmentChange{book: r.Book, plan: p,
		entry: ledger.Entry{Date: s.On, Act: "relief", Source: s.By, Text: s.Text}}
	for _, year := range committedYears(items) {
		if err := c.relieve(ctx, tx, year, items, line); err != nil {
			return nil, err
		}
	}
	if len(c.entry.Lines) == 0 {
		return nil, nil
	}
	posted, err := r.Book.Post(ctx, tx, c.entry)
	if err != nil {
		return nil, err
	}
	return &posted[0], nil
}

// relieve takes what was planned for items out of the commitments of a year, split over the funds. The last items of
// the year take all that is left: the shares of many reliefs need not sum to those of the one commitment (RULES 2, 39).
func (c *commitmentChange) relieve(ctx context.Context, tx *store.Tx, year int, items []Item, line PlanLine) error {
	v := c.plan.Current
	last := v.outstanding(year) == len(within(items, year))
	for i, quantity := range planned(line, items, year).Split(Weights(v.Shares)) {
		less := part{v.Shares[i].Fund, line.Category, quantity}
		if err := c.free(ctx, tx, year, less, last); err != nil {
			return err
		}
	}
	return nil
}

// lastDay stands for "whenever".
const lastDay ledger.Date = "9999-12-31"

// outstanding counts the items that a year's commitment still holds.
func (v PlanVersion) outstanding(year int) int {
	n := 0
	for _, l := range v.Lines {
		n += len(within(l.open(), year))
	}
	return n
}

// within are the items that a year committed.
func within(items []Item, year int) []Item {
	return slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.CommittedYear != year })
}

// committedYears lists the years whose commitments hold items, each once.
func committedYears(items []Item) []int {
	var years []int
	for _, i := range items {
		if i.CommittedYear != 0 && !slices.Contains(years, i.CommittedYear) {
			years = append(years, i.CommittedYear)
		}
	}
	return years
}

// planned is what the plan foresaw for the items that a year committed.
func planned(l PlanLine, items []Item, year int) ledger.Money {
	total := ledger.Zero(l.UnitPrice.Currency)
	for _, i := range within(items, year) {
		total = total.Add(l.price(i))
	}
	return total
}
