package collecting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
)

// fundStatement is the head of a statement in base currency.
func (b Books) fundStatement(ctx context.Context, tx *store.Tx, kind figures.Kind, in Request,
	cutOff ledger.Posted) (figures.FundStatement, error) {
	letterhead, err := b.Reported.Organisation(ctx, tx)
	return figures.FundStatement{Kind: kind, Version: 1, Organisation: letterhead,
		Period: figures.Period{From: in.From, To: in.To},
		Base:   b.Book.Base, PreparedOn: ledger.DateOf(tx.At), CutOff: cutOff.Number}, err
}

// donorStatement is what a donor gave and what her gifts paid for. An institution that gives without an agreement gets
// the same.
func (b Books) donorStatement(ctx context.Context, tx *store.Tx, donor donors.Donor, in Request,
	cutOff ledger.Posted) (*figures.FundStatement, error) {
	s, err := b.fundStatement(ctx, tx, figures.DonorAnnual, in, cutOff)
	if err != nil {
		return nil, err
	}
	s.Subject, s.Name = donor.Code, figures.Name{EN: donor.Name, DA: donor.Name}
	given, err := gifts.Register{Grants: b.Grants}.Given(ctx, tx, gifts.Filter{Donor: donor.ID},
		ledger.Span{To: in.To, Through: cutOff.Seq})
	if err != nil {
		return nil, err
	}
	if s.Period.From == "" && len(given) > 0 {
		s.Period.From = given[0].On
	}
	s.Period.From = cmp.Or(s.Period.From, in.To)
	funds, err := Remembered(b.Memo, "funds",
		func() (map[ledger.FundCode]ledger.Fund, error) { return b.Book.Funds(ctx, tx) })
	if err != nil {
		return nil, err
	}
	for _, code := range purposesOf(given) {
		p := figures.Purpose{Fund: string(code), Name: figures.Name{EN: funds[code].Name, DA: funds[code].Name}}
		listGifts(&s, &p, given)
		pool, err := b.pool(ctx, tx, code, ledger.Span{To: in.To, Through: cutOff.Seq})
		if err != nil {
			return nil, err
		}
		addUses(&s, &p, pool, donor.ID)
		p.Closing = p.Opening.Add(p.Received).Sub(p.Spent)
		s.Opening = s.Opening.Add(p.Opening)
		s.Purposes = append(s.Purposes, p)
	}
	s.Lines = slices.DeleteFunc(s.Lines, func(l figures.Line) bool { return l.ToDate.IsZero() && l.InPeriod.IsZero() })
	slices.SortFunc(s.Lines, func(a, b figures.Line) int {
		return cmp.Compare(slices.Index(plainOrder, a.Key), slices.Index(plainOrder, b.Key))
	})
	for _, code := range []figures.NoteCode{figures.NoteOwnFunds, figures.NoteNotOnePerson, figures.NoteNoTaxReport} {
		s.Notes = append(s.Notes, figures.Note{Code: code})
	}
	if s.Organisation.Address+s.Organisation.Contact != "" { // it says: at the address above
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteComplaints})
	}
	s.Total()
	if approval := s.Organisation.TaxApproval; approval != "" && s.Received.Sign() > 0 {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteDeductible, Amount: s.Money(s.Received), Text: approval})
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

// listGifts lists a donor's gifts to one purpose and what was given back of them.
func listGifts(s *figures.FundStatement, p *figures.Purpose, given []gifts.Gift) {
	for _, g := range given {
		if string(g.Fund) != p.Fund || g.ReversedOn != "" {
			continue // a gift that we booked by mistake was none
		}
		addReceipt(s, p, figures.Receipt{Date: g.On, Kind: figures.GiftReceived, Name: p.Name, Text: g.Number,
			Amount: g.Gross.Amount, Base: g.Gross.Amount})
		if g.RefundedOn != "" {
			back := g.Gross.Amount.Neg()
			addReceipt(s, p, figures.Receipt{Date: g.RefundedOn, Kind: figures.GiftReturned, Name: p.Name, Text: g.Number,
				Amount: back, Base: back})
		}
	}
	slices.SortStableFunc(s.Receipts, func(a, b figures.Receipt) int { return cmp.Compare(a.Date, b.Date) })
}

func addReceipt(s *figures.FundStatement, p *figures.Purpose, r figures.Receipt) {
	s.ToDate.Received = s.ToDate.Received.Add(r.Amount)
	if r.Date < s.Period.From {
		p.Opening = p.Opening.Add(r.Amount)
		return
	}
	p.Received = p.Received.Add(r.Amount)
	s.Receipts = append(s.Receipts, r)
}

// addUses adds what a donor's gifts to one purpose paid for, in a few plain categories.
func addUses(s *figures.FundStatement, p *figures.Purpose, from *pool, donor donors.ID) {
	before, uses := from.of(donor, s.Period)
	p.Opening = p.Opening.Sub(before)
	for category, u := range uses {
		p.Spent = p.Spent.Add(u[0])
		l := plainLine(s, category)
		l.InPeriod, l.ToDate = l.InPeriod.Add(u[0]), l.ToDate.Add(u[1])
	}
}

// plainOrder is that of the page.
var plainOrder = []string{figures.PlainEducation, figures.PlainTherapy, figures.PlainLegal, figures.PlainEveryday,
	figures.PlainOperations}

// plainOf says in which plain category a cost category is; what is not listed is support from day to day.
var plainOf = map[string]string{
	"tuition": figures.PlainEducation, "stipend": figures.PlainEducation, "study-materials": figures.PlainEducation,
	"therapy": figures.PlainTherapy, "legal-aid": figures.PlainLegal, "emergency-aid": figures.PlainEveryday,
	"staff": figures.PlainOperations, "transfer-fees": figures.PlainOperations, "fx-losses": figures.PlainOperations,
	"fx-gains":       figures.PlainOperations,
	"indirect-costs": figures.PlainOperations, "ineligible-costs": figures.PlainOperations,
}

func plainLine(s *figures.FundStatement, category string) *figures.Line {
	key := cmp.Or(plainOf[category], figures.PlainEveryday)
	i := slices.IndexFunc(s.Lines, func(l figures.Line) bool { return l.Key == key })
	if i < 0 {
		s.Lines, i = append(s.Lines, figures.Line{Kind: figures.Programme, Key: key}), len(s.Lines)
	}
	return &s.Lines[i]
}

// pool plays the gifts, the other money and the cost of a fund in order of their days.
func (b Books) pool(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) (*pool, error) {
	return Remembered(b.Memo, fmt.Sprint("pool ", fund, span), func() (*pool, error) {
		events, err := b.events(ctx, tx, fund, span, true)
		return play(events), err
	})
}

// Accounts are the accounts of the chart, by number.
func (b Books) Accounts(ctx context.Context, tx *store.Tx) (map[ledger.AccountNo]ledger.Account, error) {
	return Remembered(b.Memo, "accounts",
		func() (map[ledger.AccountNo]ledger.Account, error) { return b.Book.Accounts(ctx, tx) })
}

// events are what happened to a fund, with its cost or without.
func (b Books) events(
	ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span, costs bool,
) ([]event, error) {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	given, err := gifts.Register{Grants: b.Grants}.Given(ctx, tx, gifts.Filter{Fund: fund}, span)
	if err != nil {
		return nil, err
	}
	activity, err := b.Book.Activity(ctx, tx, fund, span)
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

// otherEvents are the cost of a fund, and its money that is nobody's gift: net assets brought in and income, less what
// the gifts explain of it.
func otherEvents(activity []ledger.Sum, accounts map[ledger.AccountNo]ledger.Account,
	gifts map[ledger.Date]decimal.Decimal) []event {
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
func (b Books) fundReport(ctx context.Context, tx *store.Tx, fund ledger.Fund, in Request,
	cutOff ledger.Posted) (*figures.FundStatement, error) {
	s, err := b.fundStatement(ctx, tx, figures.FundReport, in, cutOff)
	if err != nil {
		return nil, err
	}
	s.Subject, s.Name, s.Restriction = string(fund.Code), figures.Name{EN: fund.Name, DA: fund.Name}, fund.Restriction
	activity, err := b.Book.Activity(ctx, tx, fund.Code, ledger.Span{To: in.To, Through: cutOff.Seq})
	if err != nil {
		return nil, err
	}
	accounts, err := b.Book.Accounts(ctx, tx)
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
		addSum(&s, a, sum)
		if a.Number == ledger.Encumbrances {
			committed = committed.Add(sum.Base.Amount)
		}
	}
	s.Commitments = decimal.NewNullDecimal(committed)
	tidyFund(&s, accounts)
	if s.InKind, err = b.inKind(ctx, tx, reported(s.Period, cutOff), fund.Code,
		func(string) bool { return true }); err != nil {
		return nil, err
	}
	s.Notes = append(s.Notes, figures.Note{Code: figures.NoteYearEnd}, figures.Note{Code: figures.NoteNotOnePerson})
	s.Total()
	return &s, s.Foots()
}

// addSum adds a sum of lines where it belongs: net assets brought in are part of the opening balance whenever they
// came.
func addSum(s *figures.FundStatement, a ledger.Account, sum ledger.Sum) {
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
		i := slices.IndexFunc(s.Receipts, func(r figures.Receipt) bool { return r.Text == a.Category() })
		if i < 0 {
			s.Receipts, i = append(s.Receipts,
				figures.Receipt{Kind: figures.FundIncome, Name: figures.Name{EN: a.NameEN, DA: a.NameDA}, Text: a.Category()}),
				len(s.Receipts)
		}
		s.Receipts[i].Amount, s.Receipts[i].Base = s.Receipts[i].Amount.Sub(amount), s.Receipts[i].Base.Sub(amount)
	case ledger.Expense:
		addCost(s, a, amount, before)
	case ledger.Asset, ledger.Liability:
		addPlace(s, a, sum)
	case ledger.Budgetary:
	}
}

func addCost(s *figures.FundStatement, a ledger.Account, amount decimal.Decimal, before bool) {
	kind, key := KindOf(a.Number, a.Category())
	i := slices.IndexFunc(s.Lines, func(l figures.Line) bool { return l.Key == key })
	if i < 0 {
		l := figures.Line{Kind: kind, Key: key}
		if kind == figures.Programme {
			l.Name = figures.Name{EN: a.NameEN, DA: a.NameDA}
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

func addPlace(s *figures.FundStatement, a ledger.Account, sum ledger.Sum) {
	kind := placeOfAccount(a)
	p := figures.Part{Kind: kind, Holder: sum.Partner, Amount: sum.Base.Amount}
	if kind == figures.AtBank {
		p.Holder = string(a.BankCurrency())
	}
	if sum.Amount.Currency != s.Base && (kind == figures.AtBank || kind == figures.AtPartner) {
		p.Quantity = sum.Amount
	}
	s.Parts = figures.AddedPart(s.Parts, p)
}

// tidyFund leaves out what came to nothing and puts the rest in the order of the chart and the page.
func tidyFund(s *figures.FundStatement, accounts map[ledger.AccountNo]ledger.Account) {
	number := map[string]ledger.AccountNo{}
	for no, a := range accounts {
		number[a.Category()] = no
	}
	s.Receipts = slices.DeleteFunc(s.Receipts, func(r figures.Receipt) bool { return r.Amount.IsZero() })
	slices.SortFunc(s.Receipts, func(a, b figures.Receipt) int { return cmp.Compare(number[a.Text], number[b.Text]) })
	for i := range s.Receipts {
		s.Receipts[i].Text = ""
	}
	s.Lines = slices.DeleteFunc(s.Lines, func(l figures.Line) bool { return l.InPeriod.IsZero() && l.ToDate.IsZero() })
	slices.SortStableFunc(s.Lines, func(a, b figures.Line) int {
		return cmp.Or(cmp.Compare(a.Kind.Order(), b.Kind.Order()), cmp.Compare(number[a.Key], number[b.Key]))
	})
	s.Parts = figures.SortedParts(s.Parts)
}
