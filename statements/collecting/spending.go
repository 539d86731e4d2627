package collecting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/store"
)

// Spending is a part of a cost line that sums are made of.
type Spending struct {
	disclosure.Atom
	LineID   string // of the entry
	Account  ledger.AccountNo
	Act      string
	Date     ledger.Date // on which it was spent, or a gift paid it
	Line     string      // of the budget; "" where there is none
	Category string      // as the statement words it
	Donor    string      // whose gift paid it; "" for nobody's
}

// named gives an atom its name: the line, who paid it and when. What nobody's gift paid has one name on any statement.
func (x Spending) named() Spending {
	x.ID = x.LineID + "|" + x.Donor + "|" + string(x.Date)
	return x
}

// operations are the accounts whose cost is the organisation's own where no plan is named: staff, fees, currency
// differences, indirect costs. What is on no such account was spent on somebody.
var operations = []string{"staff", "transfer-fees", "fx-losses", "fx-gains", "indirect-costs"}

// AboutNobody reports whether cost without a plan on an account is about nobody supported. A path is
// expenses:programme:staff.
func AboutNobody(path string) bool {
	return slices.Contains(operations, path[strings.LastIndex(path, ":")+1:])
}

// Since keeps what was spent from a day on.
func Since(of []Spending, from ledger.Date) []Spending {
	return slices.DeleteFunc(slices.Clone(of), func(x Spending) bool { return x.Date < from })
}

// Spending lists the cost lines of a fund with the person whose plan each belongs to.
func (b Books) Spending(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) ([]Spending, error) {
	return readSpending(ctx, tx, fund, span)
}

// PaidBy is what a donor's gifts to a fund paid for; "" is what all of it did.
func (b Books) PaidBy(ctx context.Context, tx *store.Tx, fund ledger.FundCode, donor string,
	span ledger.Span) ([]Spending, error) {
	all, err := Remembered(b.Memo, fmt.Sprint("paid ", fund, span), func() (map[string][]Spending, error) {
		paid, err := b.paid(ctx, tx, fund, span)
		by := map[string][]Spending{"": paid}
		for _, x := range paid {
			if x.Donor != "" {
				by[x.Donor] = append(by[x.Donor], x)
			}
		}
		return by, err
	})
	return all[donor], err
}

// paid plays a fund's gifts against its cost line by line, as [Books.pool] does by day, so that each donor's part of
// each line is known.
func (b Books) paid(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) ([]Spending, error) {
	lines, err := readSpending(ctx, tx, fund, span)
	if err != nil {
		return nil, err
	}
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	codes, err := b.codes(ctx, tx)
	if err != nil {
		return nil, err
	}
	byID := map[string]Spending{}
	var costs []event
	for _, x := range lines {
		x.Category = cmp.Or(plainOf[accounts[x.Account].Category()], figures.PlainEveryday)
		byID[x.LineID] = x
		costs = append(costs, event{x.Date, 3,
			func(p *pool) { p.spend(x.Date, x.LineID, ledger.OfMinor(x.Amount, b.Book.Base).Amount) }})
	}
	money, err := b.events(ctx, tx, fund, span, false)
	if err != nil {
		return nil, err
	}
	var out []Spending
	for _, d := range play(append(money, costs...)).drawn {
		x, known := byID[d.category]
		if !known {
			continue // money that went without being cost
		}
		x.Date, x.Donor = d.date, codes[d.of.donor]
		x.Amount = ledger.Money{Amount: d.amount, Currency: b.Book.Base}.Minor()
		out = append(out, x.named())
	}
	return out, nil
}

// codes are the codes of donors by id.
func (b Books) codes(ctx context.Context, tx *store.Tx) (map[donors.ID]string, error) {
	found, err := donors.List(ctx, tx, donors.Filter{})
	codes := map[donors.ID]string{}
	for _, d := range found {
		codes[d.ID] = d.Code
	}
	return codes, err
}
