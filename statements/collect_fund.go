package statements

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/store"
)

// fundStatement is the head of a statement in base currency.
func (o Office) fundStatement(ctx context.Context, tx *store.Tx, kind Kind, in Request, cutOff ledger.Posted) (FundStatement, error) {
	letterhead, err := o.organisation(ctx, tx)
	return FundStatement{Kind: kind, Version: 1, Organisation: letterhead, Period: Period{in.From, in.To},
		Base: o.Book.Base, PreparedOn: ledger.DateOf(tx.At), CutOff: cutOff.Number}, err
}

// donorStatement is what a donor gave and what her gifts paid for. An institution that gives without an agreement gets the
// same.
func (o Office) donorStatement(ctx context.Context, tx *store.Tx, donor donors.Donor, in Request, cutOff ledger.Posted) (*FundStatement, error) {
	s, err := o.fundStatement(ctx, tx, DonorAnnual, in, cutOff)
	if err != nil {
		return nil, err
	}
	s.Subject, s.Name = donor.Code, Name{donor.Name, donor.Name}
	given, err := gifts.Register{Grants: o.Grants}.Given(ctx, tx, gifts.Filter{Donor: donor.ID}, ledger.Span{To: in.To, Through: cutOff.Seq})
	if err != nil {
		return nil, err
	}
	if s.Period.From == "" && len(given) > 0 {
		s.Period.From = given[0].On
	}
	s.Period.From = cmp.Or(s.Period.From, in.To)
	funds, err := remembered(o.notes, "funds", func() (map[ledger.FundCode]ledger.Fund, error) { return o.Book.Funds(ctx, tx) })
	if err != nil {
		return nil, err
	}
	accounts, err := o.accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, code := range purposesOf(given) {
		p := Purpose{Fund: string(code), Name: Name{funds[code].Name, funds[code].Name}}
		s.gifts(&p, given)
		pool, err := o.pool(ctx, tx, code, ledger.Span{To: in.To, Through: cutOff.Seq}, accounts)
		if err != nil {
			return nil, err
		}
		s.uses(&p, pool, donor.ID)
		p.Closing = p.Opening.Add(p.Received).Sub(p.Spent)
		s.Opening = s.Opening.Add(p.Opening)
		s.Purposes = append(s.Purposes, p)
	}
	s.Lines = slices.DeleteFunc(s.Lines, func(l Line) bool { return l.ToDate.IsZero() && l.InPeriod.IsZero() })
	slices.SortFunc(s.Lines, func(a, b Line) int {
		return cmp.Compare(slices.Index(plainOrder, a.Key), slices.Index(plainOrder, b.Key))
	})
	for _, code := range []NoteCode{NoteOwnFunds, NoteNotOnePerson, NoteNoTaxReport, NoteComplaints} {
		s.Notes = append(s.Notes, Note{Code: code})
	}
	s.Total()
	if approval := s.Organisation.TaxApproval; approval != "" && s.Received.Sign() > 0 {
		s.Notes = append(s.Notes, Note{Code: NoteDeductible, Amount: s.money(s.Received), Text: approval})
	}
	return &s, s.Foots()
}

// purposesOf lists the funds of gifts, by code.
func purposesOf(given []gifts.Gift) []ledger.FundCode {
	var codes []ledger.FundCode
	for _, g := range given {
		if !slices.Contains(codes, g.Fund) {
			codes = append(codes, g.Fund)
		}
	}
	slices.Sort(codes)
	return codes
}

// gifts lists a donor's gifts to one purpose and what was given back of them.
func (s *FundStatement) gifts(p *Purpose, given []gifts.Gift) {
	for _, g := range given {
		if string(g.Fund) != p.Fund || g.ReversedOn != "" {
			continue // a gift that we booked by mistake was none
		}
		s.receive(p, Receipt{Date: g.On, Kind: GiftReceived, Name: p.Name, Text: g.Number, Amount: g.Gross.Amount, Base: g.Gross.Amount})
		if g.RefundedOn != "" {
			back := g.Gross.Amount.Neg()
			s.receive(p, Receipt{Date: g.RefundedOn, Kind: GiftReturned, Name: p.Name, Text: g.Number, Amount: back, Base: back})
		}
	}
	slices.SortStableFunc(s.Receipts, func(a, b Receipt) int { return cmp.Compare(a.Date, b.Date) })
}

func (s *FundStatement) receive(p *Purpose, r Receipt) {
	s.ToDate.Received = s.ToDate.Received.Add(r.Amount)
	if r.Date < s.Period.From {
		p.Opening = p.Opening.Add(r.Amount)
		return
	}
	p.Received = p.Received.Add(r.Amount)
	s.Receipts = append(s.Receipts, r)
}

// uses adds what a donor's gifts to one purpose paid for, in a few plain categories.
func (s *FundStatement) uses(p *Purpose, from *pool, donor donors.ID) {
	before, uses := from.of(donor, s.Period)
	p.Opening = p.Opening.Sub(before)
	for category, u := range uses {
		p.Spent = p.Spent.Add(u[0])
		l := s.plainLine(category)
		l.InPeriod, l.ToDate = l.InPeriod.Add(u[0]), l.ToDate.Add(u[1])
	}
}

// The plain categories of a statement to a donor, in the order of the page.
const (
	plainEducation  = "education"
	plainTherapy    = "therapy"
	plainLegal      = "legal-aid"
	plainEveryday   = "everyday-support"
	plainOperations = "operations"
)

var plainOrder = []string{plainEducation, plainTherapy, plainLegal, plainEveryday, plainOperations}

// plainOf says in which plain category a cost category is; what is not listed is support from day to day.
var plainOf = map[string]string{
	"tuition": plainEducation, "stipend": plainEducation, "study-materials": plainEducation,
	"therapy": plainTherapy, "legal-aid": plainLegal, "emergency-aid": plainEveryday,
	"staff": plainOperations, "transfer-fees": plainOperations, "fx-losses": plainOperations, "fx-gains": plainOperations,
	"indirect-costs": plainOperations, "ineligible-costs": plainOperations,
}

func (s *FundStatement) plainLine(category string) *Line {
	key := cmp.Or(plainOf[category], plainEveryday)
	i := slices.IndexFunc(s.Lines, func(l Line) bool { return l.Key == key })
	if i < 0 {
		s.Lines, i = append(s.Lines, Line{Kind: Programme, Key: key}), len(s.Lines)
	}
	return &s.Lines[i]
}

// pool plays the gifts, the other money and the cost of a fund in order of their days.
func (o Office) pool(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span, accounts map[ledger.AccountNo]ledger.Account) (*pool, error) {
	return remembered(o.notes, fmt.Sprint("pool ", fund, span), func() (*pool, error) {
		events, err := o.events(ctx, tx, fund, span, accounts, true)
		return play(events), err
	})
}

func (o Office) accounts(ctx context.Context, tx *store.Tx) (map[ledger.AccountNo]ledger.Account, error) {
	return remembered(o.notes, "accounts", func() (map[ledger.AccountNo]ledger.Account, error) { return o.Book.Accounts(ctx, tx) })
}

// events are what happened to a fund, with its cost or without.
func (o Office) events(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span, accounts map[ledger.AccountNo]ledger.Account, costs bool) ([]event, error) {
	given, err := gifts.Register{Grants: o.Grants}.Given(ctx, tx, gifts.Filter{Fund: fund}, span)
	if err != nil {
		return nil, err
	}
	activity, err := o.Book.Activity(ctx, tx, fund, span)
	if err != nil {
		return nil, err
	}
	if !costs {
		activity = slices.DeleteFunc(activity, func(s ledger.Sum) bool { return accounts[s.Account].Type == ledger.Expense })
	}
	var events []event
	moved := map[ledger.Date]decimal.Decimal{} // on the account of gifts, by day, as gifts have it
	for _, g := range given {
		if g.ReversedOn != "" {
			continue
		}
		gift := &pooled{donor: g.Donor.ID, left: g.Gross.Amount}
		events = append(events, event{g.On, 0, func(p *pool) { p.receive(g.On, gift) }})
		moved[g.On] = moved[g.On].Add(g.Gross.Amount)
		if g.RefundedOn != "" {
			events = append(events, event{g.RefundedOn, 1, func(p *pool) { p.giveBack(g.RefundedOn, gift) }})
			moved[g.RefundedOn] = moved[g.RefundedOn].Sub(g.Gross.Amount)
		}
	}
	return append(events, otherEvents(activity, accounts, moved)...), nil
}

// otherEvents are the cost of a fund, and its money that is nobody's gift: net assets brought in and income, less what the
// gifts explain of it.
func otherEvents(activity []ledger.Sum, accounts map[ledger.AccountNo]ledger.Account, gifts map[ledger.Date]decimal.Decimal) []event {
	var events []event
	other := map[ledger.Date]decimal.Decimal{}
	for day, amount := range gifts {
		other[day] = amount.Neg()
	}
	for _, sum := range activity {
		switch a := accounts[sum.Account]; a.Type {
		case ledger.Expense:
			events = append(events, event{sum.Date, 3, func(p *pool) { p.spend(sum.Date, a.Category(), sum.Base.Amount) }})
		case ledger.Income, ledger.NetAssets:
			other[sum.Date] = other[sum.Date].Sub(sum.Base.Amount)
		case ledger.Asset, ledger.Liability, ledger.Budgetary:
		}
	}
	for day, amount := range other {
		switch amount.Sign() {
		case 1:
			events = append(events, event{day, 0, func(p *pool) { p.receive(day, &pooled{left: amount}) }})
		case -1:
			events = append(events, event{day, 2, func(p *pool) { p.spend(day, "", amount.Neg()) }})
		}
	}
	return events
}

// fundReport is the statement of a whole fund: income by account, cost by category, and where the money is.
func (o Office) fundReport(ctx context.Context, tx *store.Tx, fund ledger.Fund, in Request, cutOff ledger.Posted) (*FundStatement, error) {
	s, err := o.fundStatement(ctx, tx, FundReport, in, cutOff)
	if err != nil {
		return nil, err
	}
	s.Subject, s.Name, s.Restriction = string(fund.Code), Name{fund.Name, fund.Name}, fund.Restriction
	activity, err := o.Book.Activity(ctx, tx, fund.Code, ledger.Span{To: in.To, Through: cutOff.Seq})
	if err != nil {
		return nil, err
	}
	accounts, err := o.Book.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	s.Period.From = cmp.Or(s.Period.From, fund.OpenedOn)
	if len(activity) > 0 && in.From == "" && activity[0].Date < s.Period.From {
		s.Period.From = activity[0].Date
	}
	committed := decimal.Zero
	for _, sum := range activity {
		a := accounts[sum.Account]
		s.book(a, sum)
		if a.Number == ledger.Encumbrances {
			committed = committed.Add(sum.Base.Amount)
		}
	}
	s.Commitments = decimal.NewNullDecimal(committed)
	s.tidy(accounts)
	if s.InKind, err = o.inKind(ctx, tx, s.Period, cutOff, fund.Code, func(string) bool { return true }); err != nil {
		return nil, err
	}
	s.Notes = append(s.Notes, Note{Code: NoteYearEnd}, Note{Code: NoteNotOnePerson})
	s.Total()
	return &s, s.Foots()
}

// book adds a sum of lines where it belongs: net assets brought in are part of the opening balance whenever they came.
func (s *FundStatement) book(a ledger.Account, sum ledger.Sum) {
	amount, before := sum.Base.Amount, sum.Date < s.Period.From
	switch a.Type {
	case ledger.NetAssets:
		s.Opening, s.ToDate.Received = s.Opening.Sub(amount), s.ToDate.Received.Sub(amount)
	case ledger.Income:
		s.ToDate.Received = s.ToDate.Received.Sub(amount)
		if before {
			s.Opening = s.Opening.Sub(amount)
			return
		}
		i := slices.IndexFunc(s.Receipts, func(r Receipt) bool { return r.Text == a.Category() })
		if i < 0 {
			s.Receipts, i = append(s.Receipts, Receipt{Kind: FundIncome, Name: Name{a.NameEN, a.NameDA}, Text: a.Category()}), len(s.Receipts)
		}
		s.Receipts[i].Amount, s.Receipts[i].Base = s.Receipts[i].Amount.Sub(amount), s.Receipts[i].Base.Sub(amount)
	case ledger.Expense:
		s.spendLine(a, amount, before)
	case ledger.Asset, ledger.Liability:
		s.part(a, sum)
	case ledger.Budgetary:
	}
}

func (s *FundStatement) spendLine(a ledger.Account, amount decimal.Decimal, before bool) {
	kind, key := kindOf(a.Number, a.Category())
	i := slices.IndexFunc(s.Lines, func(l Line) bool { return l.Key == key })
	if i < 0 {
		l := Line{Kind: kind, Key: key}
		if kind == Programme {
			l.Name = Name{a.NameEN, a.NameDA}
		}
		s.Lines, i = append(s.Lines, l), len(s.Lines)
	}
	s.Lines[i].ToDate = s.Lines[i].ToDate.Add(amount)
	if before {
		s.Opening = s.Opening.Sub(amount)
		return
	}
	s.Lines[i].InPeriod = s.Lines[i].InPeriod.Add(amount)
}

func (s *FundStatement) part(a ledger.Account, sum ledger.Sum) {
	kind := placeOfAccount(a)
	p := Part{Kind: kind, Holder: sum.Partner, Amount: sum.Base.Amount}
	if kind == AtBank {
		p.Holder = string(a.BankCurrency())
	}
	if sum.Amount.Currency != s.Base && (kind == AtBank || kind == AtPartner) {
		p.Quantity = sum.Amount
	}
	s.Parts = addedPart(s.Parts, p)
}

// placeOfAccount is where money on a balance sheet account is.
func placeOfAccount(a ledger.Account) PartKind {
	if a.Number == ledger.DeferredGrants {
		return NotYetSpent
	}
	if strings.HasPrefix(a.Path, "assets:bank:") && !a.IsBank() {
		return Revalued
	}
	for _, p := range places {
		if strings.HasPrefix(a.Path, p.path) {
			return p.kind
		}
	}
	return Elsewhere
}

// addedPart adds a part to those it is alike.
func addedPart(parts []Part, p Part) []Part {
	i := slices.IndexFunc(parts, func(q Part) bool {
		return q.Kind == p.Kind && q.Holder == p.Holder && q.Quantity.Currency == p.Quantity.Currency
	})
	if i < 0 {
		return append(parts, p)
	}
	parts[i].Amount = parts[i].Amount.Add(p.Amount)
	if p.Quantity.Currency != "" {
		parts[i].Quantity = parts[i].Quantity.Add(p.Quantity)
	}
	return parts
}

// tidy leaves out what came to nothing and puts the rest in the order of the chart and the page.
func (s *FundStatement) tidy(accounts map[ledger.AccountNo]ledger.Account) {
	number := map[string]ledger.AccountNo{}
	for no, a := range accounts {
		number[a.Category()] = no
	}
	s.Receipts = slices.DeleteFunc(s.Receipts, func(r Receipt) bool { return r.Amount.IsZero() })
	slices.SortFunc(s.Receipts, func(a, b Receipt) int { return cmp.Compare(number[a.Text], number[b.Text]) })
	for i := range s.Receipts {
		s.Receipts[i].Text = ""
	}
	s.Lines = slices.DeleteFunc(s.Lines, func(l Line) bool { return l.InPeriod.IsZero() && l.ToDate.IsZero() })
	slices.SortStableFunc(s.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(lineOrder[a.Kind], lineOrder[b.Kind]), cmp.Compare(number[a.Key], number[b.Key]))
	})
	s.Parts = sortedParts(s.Parts)
}

// sortedParts leaves out what is nothing and puts the parts in the order of the page.
func sortedParts(parts []Part) []Part {
	parts = slices.DeleteFunc(parts, func(p Part) bool { return p.Amount.IsZero() && p.Quantity.IsZero() })
	if len(parts) == 0 {
		return []Part{{Kind: AtBank}}
	}
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(slices.Index(partKinds, a.Kind), slices.Index(partKinds, b.Kind)), cmp.Compare(a.Holder, b.Holder))
	})
	return parts
}
