package reports

import (
	"context"
	"time"

	"supportledger/ledger"
	"supportledger/store"
)

// OpenItem is what is left of a lot at the end of a day.
type OpenItem struct {
	Account  ledger.Account
	Holder   string // the plan and its year, or the partner
	Fund     ledger.FundCode
	Lot      ledger.LotID // "" for what stands on an advance account without a lot
	Name     string       // of the lot: the transfer it came from
	OpenedOn ledger.Date
	Rate     ledger.Rate
	Quantity ledger.Figure // in the lot's currency
	Cost     ledger.Figure // in base currency
	Age      Age           // of an advance
}

// OpenItems is a report of lots that are not used up, and what they cost in all.
type OpenItems struct {
	ledger.Span
	Rows []OpenItem
	Ages []AgeTotal // of advances
	Cost ledger.Figure
}

// OpenCommitments reads what is set aside for approved plans and not yet spent, per plan, year and fund, in the plan's
// currency and at its budget rate.
func OpenCommitments(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (OpenItems, error) {
	is := func(a ledger.Account) bool { return a.Number == ledger.Encumbrances }
	return openItems(ctx, tx, openReader{b, span, ledger.CommitmentLot, is})
}

// isAdvance reports whether partners hold our money on the account, or owe it back.
func isAdvance(a ledger.Account) bool {
	return a.Type == ledger.Asset && (under(a, "assets:advances") || IsRecoverable(a))
}

// PartnerAdvances reads what partners hold of our money and have not yet accounted for, per transfer, and what they owe
// back, per overpayment, with its age on the last day of the span.
func PartnerAdvances(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (OpenItems, error) {
	r, err := openItems(ctx, tx, openReader{b, span, ledger.CurrencyLot, isAdvance})
	if err != nil {
		return OpenItems{}, err
	}
	for _, age := range Ages {
		total := AgeTotal{age, ledger.Figure{Amount: ledger.Zero(b.Base), Side: ledger.DebitSide, Lines: r.Cost.Lines}}
		total.Cost.Lines.Lots = nil
		for i := range r.Rows {
			if r.Rows[i].Age = ageOn(r.Rows[i].OpenedOn, span.To); r.Rows[i].Age != age {
				continue
			}
			total.Cost.Amount = total.Cost.Amount.Add(r.Rows[i].Cost.Amount)
			total.Cost.Lines.Lots = append(total.Cost.Lines.Lots, r.Rows[i].Cost.Lines.Lots...)
		}
		if len(total.Cost.Lines.Lots) == 0 {
			total.Cost.Lines.Through = -1
		}
		r.Ages = append(r.Ages, total)
	}
	return r, nil
}

// openReader says which open lots a report is of: those of one kind on the accounts that a test accepts.
type openReader struct {
	book ledger.Book
	span ledger.Span
	kind ledger.LotKind
	has  func(ledger.Account) bool
}

// openItems reads the open lots, and what stands on their accounts without a lot.
func openItems(ctx context.Context, tx *store.Tx, p openReader) (OpenItems, error) {
	known, err := open(ctx, tx, p.book, untilDay(p.span))
	if err != nil {
		return OpenItems{}, err
	}
	of := known.ofAccounts(ledger.Selection{Span: known.span}, p.has)
	r := OpenItems{Span: known.span, Cost: ledger.Figure{Amount: ledger.Zero(known.Base), Side: ledger.DebitSide,
		Lines: of}}
	lots, err := p.book.OpenLotSums(ctx, tx, p.kind, of)
	if err != nil {
		return OpenItems{}, err
	}
	for _, l := range lots {
		r.add(lotItem(l, known.Accounts[l.Lot.Pool.Account], of))
	}
	of.Lots = []ledger.LotID{ledger.NoLot}
	loose, err := p.book.BalancesOf(ctx, tx, of)
	for _, s := range loose {
		r.add(looseItem(s, known.Accounts[s.Account], of))
	}
	return r, err
}

func (r *OpenItems) add(i OpenItem) {
	r.Rows = append(r.Rows, i)
	r.Cost.Amount = r.Cost.Amount.Add(i.Cost.Amount)
}

func lotItem(l ledger.LotSum, a ledger.Account, of ledger.Selection) OpenItem {
	of.Accounts, of.Lots = []ledger.AccountNo{a.Number}, []ledger.LotID{l.Lot.ID}
	return OpenItem{Account: a, Holder: l.Lot.Pool.Holder, Fund: l.Lot.Pool.Fund, Lot: l.Lot.ID, Name: l.Lot.Name,
		OpenedOn: l.Lot.OpenedOn, Rate: l.Lot.Rate,
		Quantity: ledger.Figure{Amount: l.Amount, Side: ledger.DebitSide, Lines: of},
		Cost:     ledger.Figure{Amount: l.Base, Side: ledger.DebitSide, Lines: of}}
}

// looseItem is what an account of a fund holds in a currency without a lot.
func looseItem(s ledger.Balance, a ledger.Account, of ledger.Selection) OpenItem {
	of.Accounts, of.Funds, of.Currency = []ledger.AccountNo{a.Number}, []ledger.FundCode{s.Fund}, s.Amount.Currency
	return OpenItem{Account: a, Fund: s.Fund, Quantity: ledger.Figure{Amount: s.Amount, Side: ledger.DebitSide, Lines: of},
		Cost: ledger.Figure{Amount: s.Base, Side: ledger.DebitSide, Lines: of}}
}

// Age is how long an advance has been open.
type Age string

// The ages, in months since the transfer. Without a lot there is no day to count from.
const (
	UpTo3      Age = "up_to_3_months"
	From3To6   Age = "3_to_6_months"
	From6To9   Age = "6_to_9_months"
	Over9      Age = "over_9_months"
	AgeUnknown Age = "unknown"
)

// Ages lists the ages, youngest first.
var Ages = []Age{UpTo3, From3To6, From6To9, Over9, AgeUnknown}

// AgeTotal is what the advances of one age cost.
type AgeTotal struct {
	Age  Age
	Cost ledger.Figure
}

// ageOn is the age on a day of what was opened on another: an advance of 15 January is up to three months old until and
// including 15 April.
func ageOn(opened, day ledger.Date) Age {
	switch {
	case opened == "":
		return AgeUnknown
	case day <= addMonths(opened, 3):
		return UpTo3
	case day <= addMonths(opened, 6):
		return From3To6
	case day <= addMonths(opened, 9):
		return From6To9
	}
	return Over9
}

// From is the last day on which what was opened on another day was younger than this age; "" where there is no such
// day.
func (a Age) From(opened ledger.Date) ledger.Date {
	months := map[Age]int{From3To6: 3, From6To9: 6, Over9: 9}[a]
	if months == 0 || opened == "" {
		return ""
	}
	return addMonths(opened, months)
}

// addMonths is the same day n months later, or the last of the month where it has no such day.
func addMonths(d ledger.Date, n int) ledger.Date {
	t := d.Time()
	last := ledger.NewDate(t.Year(), t.Month()+1+time.Month(n), 0)
	return min(last, ledger.NewDate(t.Year(), t.Month()+time.Month(n), t.Day()))
}

// Suspense is what waits on suspense accounts to be sorted out: accounts under assets:suspense or liabilities:suspense.
type Suspense struct {
	ledger.Span
	Rows  []SuspenseRow
	Total ledger.Figure
}

// SuspenseRow is what a suspense account holds of a fund in a currency.
type SuspenseRow struct {
	Account ledger.Account
	Fund    ledger.FundCode
	Amount  ledger.Figure // in its own currency
	Base    ledger.Figure
}

// ReadSuspense reads the suspense accounts.
func ReadSuspense(ctx context.Context, tx *store.Tx, b ledger.Book, span ledger.Span) (Suspense, error) {
	known, err := open(ctx, tx, b, untilDay(span))
	if err != nil {
		return Suspense{}, err
	}
	of := known.ofAccounts(ledger.Selection{Span: known.span}, ledger.Account.IsSuspense)
	sums, err := b.BalancesOf(ctx, tx, of)
	held := ledger.Figure{Amount: baseOf(known.Base, sums, all), Side: ledger.DebitSide, Lines: of}
	r := Suspense{Span: known.span, Total: held}
	for _, s := range sums {
		i := looseItem(s, known.Accounts[s.Account], of)
		r.Rows = append(r.Rows, SuspenseRow{i.Account, i.Fund, i.Quantity, i.Cost})
	}
	return r, err
}
