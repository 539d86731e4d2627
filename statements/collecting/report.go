package collecting

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
)

// inForce puts the budget into the grant that was in force at the end of the period, and notes what changed within it:
// a report is held against the budget of its own time, whatever was moved later.
func (c *collector) inForce(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	versions, err := grants.Budgets(ctx, tx, c.grant)
	if err != nil || len(versions) == 0 {
		return err
	}
	force := versions[0]
	for i, v := range versions {
		if v.Kind == grants.BudgetAmendment {
			v.Moves = grants.MovesBy(grants.LinesBefore(versions[:i], v.Version), v.Lines)
		}
		if v.State != grants.BudgetEffective || v.StartsOn > c.period.To {
			continue
		}
		force = v
		if v.Kind != grants.BudgetAgreed && v.StartsOn >= c.period.From {
			s.Changes = append(s.Changes, changeOf(v))
		}
	}
	c.grant.Budget = force.Lines
	if len(force.Lines) > 0 {
		s.BudgetVersion = force.Version
	}
	return nil
}

func changeOf(v grants.BudgetVersion) figures.BudgetChange {
	return figures.BudgetChange{Version: v.Version, On: v.StartsOn, Approved: v.Approved, Letter: v.Letter,
		Reason: v.Reason,
		Moves: figures.Each(v.Moves, func(m grants.Move) figures.BudgetMove {
			return figures.BudgetMove{From: m.From, To: m.To, FromYear: m.FromYear, ToYear: m.ToYear, Amount: m.Amount.Amount}
		})}
}

// explain puts what was said of the budget lines beside them. [ErrUnknownBudgetLine].
func explain(s *figures.GrantStatement, said []figures.Explanation) error {
	for _, e := range said {
		i := slices.IndexFunc(s.Budget, func(b figures.BudgetLine) bool { return b.No == e.BudgetLine })
		if i < 0 {
			return fmt.Errorf("%w: %.20s", ErrUnknownBudgetLine, e.BudgetLine)
		}
		s.Budget[i].Reason, s.Budget[i].Explanation = e.Reason, e.Text
	}
	return nil
}

// forecast says what is set aside on each budget line and what the grantor has promised and not paid.
func (c collector) forecast(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	f := figures.Forecast{}
	for _, sum := range c.sums {
		if sum.Account == ledger.Encumbrances {
			no := ""
			if l, found := c.grant.LineFor(sum.Category); found {
				no = l.No
			}
			commitOn(&f, no, sum.Base.Amount)
		}
	}
	if figures.Sum(f.Lines, func(l figures.ForecastLine) decimal.Decimal { return l.Base }).IsZero() {
		f.Lines = nil // it would say what the budget says; by line an øre may be left of rounded reliefs (RULES 39)
	} else {
		for _, l := range c.grant.Budget {
			commitOn(&f, l.No, decimal.Zero)
		}
	}
	slices.SortFunc(f.Lines, func(a, b figures.ForecastLine) int {
		return cmp.Compare(c.position(a.BudgetLine), c.position(b.BudgetLine))
	})
	for i, l := range f.Lines {
		f.Lines[i].Committed = l.Base
		if s.Currency != s.Base {
			f.Lines[i].Committed = c.atLastRate(s, s.InBase(l.Base))
		}
	}
	standing, err := c.from.Grants.Standing(ctx, tx, c.grant, c.period.To)
	if err != nil {
		return err
	}
	f.Instalments = stillToCome(standing, s.ToDate.Received, c.period.To)
	if len(f.Lines) > 0 || len(f.Instalments) > 0 {
		s.Forecast = &f
	}
	return nil
}

func commitOn(f *figures.Forecast, no string, base decimal.Decimal) {
	i := slices.IndexFunc(f.Lines, func(l figures.ForecastLine) bool { return l.BudgetLine == no })
	if i < 0 {
		f.Lines, i = append(f.Lines, figures.ForecastLine{BudgetLine: no}), len(f.Lines)
	}
	f.Lines[i].Base = f.Lines[i].Base.Add(base)
}

// position is where a budget line stands; what is on none stands last.
func (c collector) position(no string) int {
	i := slices.IndexFunc(c.grant.Budget, func(l grants.BudgetLine) bool { return l.No == no })
	if i < 0 {
		return len(c.grant.Budget)
	}
	return i
}

// stillToCome lays what was received up to the cut-off on the promised instalments, the first one first.
func stillToCome(standing grants.Standing, received decimal.Decimal, to ledger.Date) []figures.Expected {
	var open []figures.Expected
	for _, p := range standing.Instalments {
		due := p.Amount.Amount.Sub(p.Cancelled.Amount)
		paid := decimal.Min(received, due)
		received = received.Sub(paid)
		if left := due.Sub(paid); left.Sign() > 0 {
			open = append(open, figures.Expected{No: p.No, DueOn: p.DueOn, Amount: left, Late: p.DueOn <= to})
		}
	}
	return open
}

// reported is what a statement reads of its period, up to the cut-off.
func reported(in figures.Period, cutOff ledger.Posted) ledger.Span {
	return ledger.Span{From: in.From, To: in.To, Through: cutOff.Seq}
}

// inKind sums what was given in kind, as far as it counts; to a fund, or to all where it is "".
func (b Books) inKind(
	ctx context.Context, tx *store.Tx, span ledger.Span, fund ledger.FundCode, counts func(category string) bool,
) ([]figures.InKind, error) {
	given, err := readInKind(ctx, tx, fund, span)
	if err != nil || len(given) == 0 {
		return nil, err
	}
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	var found []figures.InKind
	for _, g := range given { // by category
		if !counts(g.Category) {
			continue
		}
		if n := len(found); n == 0 || found[n-1].Key != g.Category {
			found = append(found, figures.InKind{Key: g.Category, Name: nameOf(accounts, g.Category)})
		}
		last := &found[len(found)-1]
		last.Worth = last.Worth.Add(ledger.OfMinor(g.Worth, b.Book.Base).Amount)
		if g.Memo != "" {
			last.Memos = append(last.Memos, g.Memo)
		}
	}
	return found, nil
}

func nameOf(accounts map[ledger.AccountNo]ledger.Account, category string) figures.Name {
	for _, a := range accounts {
		if a.IsCost() && a.Category() == category {
			return figures.Name{EN: a.NameEN, DA: a.NameDA}
		}
	}
	return figures.Name{}
}

// vouchers lists the entries behind each budget line in the period. A reference counts within its line and quarter, in
// an order that says nothing of days: that of a digest of the entry's random id.
func (c collector) vouchers(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	rows, err := readVouchers(ctx, tx, c.grant.Fund(),
		ledger.Span{From: c.period.From, To: c.period.To, Through: c.cutOff.Seq})
	if err != nil {
		return err
	}
	all := map[string][]voucherRow{}
	for _, r := range rows {
		all[r.ID] = append(all[r.ID], r)
	}
	type place struct{ line, quarter string }
	of := map[place][]voucherRow{}
	for _, r := range rows {
		at := place{"", quarterOf(r.Date)}
		if l, found := c.grant.LineFor(c.accounts[r.Account].Category()); found {
			at.line = l.No
		}
		if !slices.ContainsFunc(of[at], func(v voucherRow) bool { return v.ID == r.ID }) {
			of[at] = append(of[at], r)
		}
	}
	for at, rows := range of {
		slices.SortFunc(rows, func(a, b voucherRow) int { return cmp.Compare(a.order(), b.order()) })
		for i, r := range rows {
			v := figures.Voucher{BudgetLine: at.line, Ref: fmt.Sprintf("%s/%02d", at.quarter, i+1), Entry: r.entry()}
			if listed := c.listed(r, all); listed != nil {
				v.Amount, v.Account, v.Name = decimal.NewNullDecimal(listed.Amount), r.Account, c.nameOf(r.Account)
			}
			s.Vouchers = append(s.Vouchers, v)
		}
	}
	slices.SortFunc(s.Vouchers, func(a, b figures.Voucher) int {
		return cmp.Or(cmp.Compare(c.position(a.BudgetLine), c.position(b.BudgetLine)), cmp.Compare(a.Entry, b.Entry))
	})
	return nil
}

// listed is the amount of an entry in a list of transactions, where the agreement wants one: that of cost which is
// about nobody supported, where the entry has no other and one account of it. nil for what is listed without its
// amount.
func (c collector) listed(r voucherRow, all map[string][]voucherRow) *ledger.Money {
	of := all[r.ID]
	if !c.grant.Policies.At(c.period.To).Report.Transactions || len(of) != 1 || of[0].Planned > 0 ||
		!AboutNobody(c.accounts[r.Account].Path) {
		return nil
	}
	m := ledger.OfMinor(r.Base, c.from.Book.Base)
	return &m
}

func (c collector) nameOf(number ledger.AccountNo) figures.Name {
	return figures.Name{EN: c.accounts[number].NameEN, DA: c.accounts[number].NameDA}
}

func (r voucherRow) order() string {
	digest := sha256.Sum256([]byte("supportledger/voucher\x00" + r.ID))
	return string(digest[:])
}

// quarterOf is 2026-Q3.
func quarterOf(d ledger.Date) string {
	return fmt.Sprintf("%d-Q%d", d.Year(), (int(d.Time().Month())+2)/3)
}

// results counts whom the grant's cost of the period reached, and the milestones of its plans, in bands.
func (c collector) results(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	spent, err := readSpending(ctx, tx, c.grant.Fund(), c.span())
	if err != nil {
		return err
	}
	people := map[disclosure.Person]bool{}
	for _, x := range Since(spent, c.period.From) {
		if x.Person != "" {
			people[x.Person] = true
		}
	}
	if len(people) == 0 {
		return nil
	}
	more, err := c.from.Reported.Threshold(ctx, tx, c.grant.Code)
	if err != nil {
		return err
	}
	rules := disclosure.ForDonors
	rules.Threshold = max(rules.Threshold, more)
	s.Results = &figures.Results{People: rules.Band(len(people))}
	if len(people) < rules.Threshold {
		return nil
	}
	met, err := countMilestones(ctx, tx, c.grant.Fund(),
		ledger.Span{From: c.period.From, To: c.period.To, Through: c.cutOff.Seq})
	s.Results.Milestones = rules.Band(met)
	return err
}

// before looks at what was reported on the grant before: which report this is, and whether its opening balance is the
// closing balance of the one that it follows.
func (c collector) before(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	number, err := c.from.Reported.NextReport(ctx, tx, c.grant.Code, c.period)
	if err != nil {
		return err
	}
	s.ReportNo = number
	last, err := c.from.Reported.LastReport(ctx, tx, c.grant.Code, c.period.From.AddDays(-1))
	if err != nil || last == nil {
		return err
	}
	reported, ok := last.Cleared.(*figures.GrantStatement)
	if !ok || reported.Currency != s.Currency || reported.Whole {
		return nil
	}
	if off := s.Opening.Sub(reported.Closing); !off.IsZero() {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteCorrections, Amount: s.Money(off), Text: last.Number})
	}
	return nil
}

// remarks are the notes that depend on the totals: what is left and what becomes of it, and what came after the period.
func (c collector) remarks(s *figures.GrantStatement) {
	if slices.ContainsFunc(s.Parts, func(p figures.Part) bool { return p.Kind == figures.Accrual }) {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteEstimates})
	}
	// Total keeps of these the one that holds.
	for _, code := range []figures.NoteCode{figures.NotePrefinanced, figures.NoteUnspentAtEnd, figures.NoteCarriedOn} {
		s.Notes = append(s.Notes, figures.Note{Code: code})
	}
	if len(s.InKind) > 0 {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteInKind})
	}
	if len(s.Vouchers) > 0 {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteVouchers})
	}
	s.Notes = append(s.Notes, figures.Note{Code: figures.NoteThreePeople})
	audit := c.grant.Policies.At(c.period.To).Audit.Needs(c.grant.Amount)
	if code, asked := auditNotes[audit]; asked && s.Ended() {
		s.Notes = append(s.Notes, figures.Note{Code: code})
		s.Signatures = withAuditor
	}
}

// signedBy puts the names that the letterhead has under the places to sign.
func signedBy(places []figures.Signature, o figures.Organisation) []figures.Signature {
	if o.Binds == "" && o.Auditor == "" {
		return places
	}
	if len(places) == 0 {
		places = withAuditor[:2]
	}
	named := slices.Clone(places)
	for i, p := range named {
		switch p.Role {
		case figures.Management:
			named[i].Name = o.Binds
		case figures.Auditor:
			named[i].Name = o.Auditor
		case figures.Treasurer:
		}
	}
	return named
}

// auditNotes say who looks at a final account.
var auditNotes = map[grants.AuditKind]figures.NoteCode{grants.AuditIndependent: figures.NoteAuditIndependent,
	grants.AuditRegistered:  figures.NoteAuditRegistered,
	grants.AuditPerformance: figures.NoteAuditPerformance}

// withAuditor are the places to sign where an auditor signs too.
var withAuditor = []figures.Signature{{Role: figures.Management}, {Role: figures.Treasurer}, {Role: figures.Auditor}}

// afterPeriod notes what came in on the grant after the period, as far as the statement has read the books.
func (c collector) afterPeriod(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	if c.immediate() {
		return nil
	}
	all, err := c.from.Grants.Instalments(ctx, tx, c.grant, c.today)
	if err != nil {
		return err
	}
	after := decimal.Zero
	for _, in := range all {
		if in.On <= c.period.To {
			continue
		}
		if counts, err := c.reads(ctx, tx, in.Entry.ID); err != nil {
			return err
		} else if counts {
			after = after.Add(in.Amount.Amount)
		}
	}
	if !after.IsZero() {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteAfterPeriod, Amount: s.Money(after)})
	}
	return nil
}

// openingParts says where the opening balance was.
func (c collector) openingParts(s *figures.GrantStatement) {
	var parts []figures.Part
	for _, sum := range c.sums {
		if sum.Date >= c.period.From || sum.Account == ledger.DeferredGrants {
			continue
		}
		if kind, found := c.place(sum.Account); found {
			parts = figures.AddedPart(parts, c.part(s, kind, sum))
		}
	}
	parts = slices.DeleteFunc(parts, func(p figures.Part) bool { return p.Amount.IsZero() && p.Quantity.IsZero() })
	if len(parts) > 0 {
		s.OpeningParts = figures.SortedParts(parts)
	}
}
