package ledger

import (
	"context"
	"time"

	"supportledger/store"
)

// OpenItem is what is left of a lot at the end of a day.
type OpenItem struct {
	Account  Account
	Holder   string // the plan and its year, or the partner
	Fund     FundCode
	Lot      LotID  // "" for what stands on an advance account without a lot
	Name     string // of the lot: the transfer it came from
	OpenedOn Date
	Rate     Rate
	Quantity Figure // in the lot's currency
	Cost     Figure // in base currency
	Age      Age    // of an advance
}

// OpenItems is a report of lots that are not used up, and what they cost in all.
type OpenItems struct {
	Span
	Rows []OpenItem
	Ages []AgeTotal // of advances
	Cost Figure
}

// OpenCommitments reads what is set aside for approved plans and not yet spent, per plan, year and fund, in the plan's
// currency and at its budget rate. Through 0 reads the books as they are.
func (b Book) OpenCommitments(ctx context.Context, tx *store.Tx, span Span) (OpenItems, error) {
	return b.openItems(ctx, tx, span, CommitmentLot, func(a Account) bool { return a.Number == Encumbrances })
}

// isAdvance reports whether partners hold our money on the account, or owe it back.
func (a Account) isAdvance() bool {
	return a.Type == Asset && (a.under("assets:advances") || a.IsRecoverable())
}

// IsRecoverable reports whether what stands on the account was paid twice and is owed back (RULES 29).
func (a Account) IsRecoverable() bool { return a.under("assets:recoverable") }

// PartnerAdvances reads what partners hold of our money and have not yet accounted for, per transfer, and what they owe back, per
// overpayment, with its age on the last day of the span. Through 0 reads the books as they are.
func (b Book) PartnerAdvances(ctx context.Context, tx *store.Tx, span Span) (OpenItems, error) {
	r, err := b.openItems(ctx, tx, span, CurrencyLot, Account.isAdvance)
	if err != nil {
		return OpenItems{}, err
	}
	for _, age := range Ages {
		total := AgeTotal{age, Figure{Zero(b.Base), DebitSide, r.Cost.Lines}}
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

// openItems reads the open lots of one kind on accounts that a test accepts, and what stands on these accounts without one.
func (b Book) openItems(ctx context.Context, tx *store.Tx, span Span, kind LotKind, has func(Account) bool) (OpenItems, error) {
	span, err := b.pinned(ctx, tx, Span{To: span.To, Through: span.Through})
	if err != nil {
		return OpenItems{}, err
	}
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return OpenItems{}, err
	}
	of := Selection{Span: span}.ofAccounts(accountsBy(accounts, has))
	r := OpenItems{Span: span, Cost: Figure{Zero(b.Base), DebitSide, of}}
	lots, err := b.openLots(ctx, tx, kind, of)
	if err != nil {
		return OpenItems{}, err
	}
	for _, l := range lots {
		r.add(b.lotItem(l, accounts[l.Lot.Pool.Account], of))
	}
	of.Lots = []LotID{NoLot}
	loose, err := b.sumLines(ctx, tx, of)
	if err != nil {
		return OpenItems{}, err
	}
	for _, s := range loose {
		r.add(looseItem(s, accounts[s.Account], of))
	}
	return r, nil
}

func (r *OpenItems) add(i OpenItem) {
	r.Rows = append(r.Rows, i)
	r.Cost.Amount = r.Cost.Amount.Add(i.Cost.Amount)
}

func (b Book) lotItem(l LotSum, a Account, of Selection) OpenItem {
	of.Accounts, of.Lots = []AccountNo{a.Number}, []LotID{l.Lot.ID}
	return OpenItem{Account: a, Holder: l.Lot.Pool.Holder, Fund: l.Lot.Pool.Fund, Lot: l.Lot.ID, Name: l.Lot.Name, OpenedOn: l.Lot.OpenedOn,
		Rate: l.Lot.Rate, Quantity: Figure{l.Amount, DebitSide, of}, Cost: Figure{l.Base, DebitSide, of}}
}

// looseItem is what an account of a fund holds in a currency without a lot.
func looseItem(s Balance, a Account, of Selection) OpenItem {
	of.Accounts, of.Funds, of.Currency = []AccountNo{a.Number}, []FundCode{s.Fund}, s.Amount.Currency
	return OpenItem{Account: a, Fund: s.Fund, Quantity: Figure{s.Amount, DebitSide, of}, Cost: Figure{s.Base, DebitSide, of}}
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
	Cost Figure
}

// ageOn is the age on a day of what was opened on another: an advance of 15 January is up to three months old until and
// including 15 April.
func ageOn(opened, day Date) Age {
	switch {
	case opened == "":
		return AgeUnknown
	case day <= opened.addMonths(3):
		return UpTo3
	case day <= opened.addMonths(6):
		return From3To6
	case day <= opened.addMonths(9):
		return From6To9
	}
	return Over9
}

// From is the last day on which what was opened on another day was younger than this age; "" where there is no such day.
func (a Age) From(opened Date) Date {
	months := map[Age]int{From3To6: 3, From6To9: 6, Over9: 9}[a]
	if months == 0 || opened == "" {
		return ""
	}
	return opened.addMonths(months)
}

// addMonths is the same day n months later, or the last of the month where it has no such day.
func (d Date) addMonths(n int) Date {
	t := d.Time()
	last := NewDate(t.Year(), t.Month()+1+time.Month(n), 0)
	return min(last, NewDate(t.Year(), t.Month()+time.Month(n), t.Day()))
}

// Suspense is what waits on suspense accounts to be sorted out: accounts under assets:suspense or liabilities:suspense.
type Suspense struct {
	Span
	Rows  []SuspenseRow
	Total Figure
}

// SuspenseRow is what a suspense account holds of a fund in a currency.
type SuspenseRow struct {
	Account Account
	Fund    FundCode
	Amount  Figure // in its own currency
	Base    Figure
}

// IsSuspense reports whether what stands on the account still has to be sorted out.
func (a Account) IsSuspense() bool { return a.under("assets:suspense", "liabilities:suspense") }

// Suspense reads the suspense accounts. Through 0 reads the books as they are.
func (b Book) Suspense(ctx context.Context, tx *store.Tx, span Span) (Suspense, error) {
	span, err := b.pinned(ctx, tx, Span{To: span.To, Through: span.Through})
	if err != nil {
		return Suspense{}, err
	}
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return Suspense{}, err
	}
	of := Selection{Span: span}.ofAccounts(accountsBy(accounts, Account.IsSuspense))
	sums, err := b.sums(ctx, tx, of)
	if err != nil {
		return Suspense{}, err
	}
	r := Suspense{Span: span, Total: Figure{b.baseOf(sums, all), DebitSide, of}}
	for _, s := range sums {
		i := looseItem(s, accounts[s.Account], of)
		r.Rows = append(r.Rows, SuspenseRow{i.Account, i.Fund, i.Quantity, i.Cost})
	}
	return r, nil
}
