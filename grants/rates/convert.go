package rates

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
	"supportledger/store"
)

// Spent is an amount as the books hold it: what was paid, in its own currency, and what it cost in base currency.
type Spent struct {
	On             ledger.Date
	Original, Base ledger.Money
}

// Method is how a grant in another currency reports.
type Method string

// The methods. The books are the same under all of them; only the statement converts (RULES 18).
const (
	OwnCurrency Method = "own"         // in the books' own figures, at the rates of the lots that were drawn
	ReceiptRate Method = "receipt"     // at the rate of the receipt that was drawn (RULES 12-17)
	ECBAverage  Method = "ecb_average" // at the average of the ECB's daily rates over the report period (EU)
	MonthlyRate Method = "inforeuro"   // at the Commission's rate of the month (older EU contracts)
	BudgetRate  Method = "budget"      // at the rate of the agreed budget (Elrha)
)

// Conversion says from which currency into which a report converts, over which period and how.
type Conversion struct {
	Method   Method
	Budget   ledger.Rate // of the agreed budget, for the method of that name
	Period   ledger.Span
	Base, To ledger.Currency
}

// Converter turns the cost of a report into the currency of the report. The books are untouched: they stay on layers
// and lots, only the statement converts (RULES 18). Nothing is ever converted twice: what was paid in the currency of
// the report stands as it was paid, everything else goes from base currency into it in one step, and a figure is
// rounded once however many parts it has.
type Converter struct {
	Conversion
	FromBooks bool // the books' own figures are those of the report: of the releases, or of the payment (RULES 17, 58)

	constant *big.Rat            // base to report, where one rate holds for the period
	monthly  map[string]*big.Rat // base to report by month
	shown    []AppliedRate
	used     []ID
}

// AppliedRate is a rate as a statement shows it, with the rates on record that it was made of.
type AppliedRate struct {
	Source   Source          // "" for the rate of the agreed budget
	From, To ledger.Date     // the days for which it stands
	Value    decimal.Decimal // rounded to six decimals, to be read; the conversion uses the exact one
	Num, Den ledger.Currency
	Days     int // how many published rates it is the average of
	Of       []ID
}

// Gap names a stretch of days without a rate.
type Gap struct {
	Source   Source
	Currency ledger.Currency
	From, To ledger.Date
}

func (e *Gap) Error() string {
	return fmt.Sprintf("rates: no %s rate of %s from %s to %s", e.Source, e.Currency, e.From, e.To)
}

// Unwrap makes errors.Is(err, ErrRateGap) true.
func (e *Gap) Unwrap() error { return ErrRateGap }

// NewConverter reads the published rates that a conversion needs. [ErrRateGap] where some are missing on record,
// [ErrRateMissing] where the method is the budget's rate and there is none.
func NewConverter(ctx context.Context, tx *store.Tx, conversion Conversion) (Converter, error) {
	c := Converter{Conversion: conversion}
	if c.Method != BudgetRate {
		c.Budget = ledger.Rate{}
	}
	switch {
	case c.To == c.Base, c.Method == OwnCurrency, c.Method == ReceiptRate:
		c.FromBooks = true
		return c, nil
	case c.Method == BudgetRate:
		return c.atBudgetRate()
	}
	quotes, err := c.readQuotes(ctx, tx)
	if err != nil {
		return c, err
	}
	if c.Method == ECBAverage {
		return c.atAverage(quotes)
	}
	return c.byMonth(quotes)
}

// readQuotes reads the published rates between the euro and the two currencies, up to the end of the period.
func (c Converter) readQuotes(ctx context.Context, tx *store.Tx) ([]Quote, error) {
	from := min(ledger.Date(c.Period.From.Month()+"-01"), c.Period.From.AddDays(-longestPause))
	var found []Quote
	for _, source := range []Source{ECB, InforEuro} {
		f := Filter{Source: source, From: from, To: c.Period.To, ofEuro: []ledger.Currency{c.Base, c.To}}
		quotes, err := List(ctx, tx, f)
		if err != nil {
			return nil, err
		}
		found = append(found, quotes...)
	}
	return found, nil
}

const (
	euro ledger.Currency = "EUR"
	// longestPause is how many days may pass between two days with an ECB rate: Maundy Thursday to the Tuesday after
	// Easter are five, and one more is left for a day the bank makes up.
	longestPause = 6
)

// atBudgetRate converts at the rate of the agreed budget.
func (c Converter) atBudgetRate() (Converter, error) {
	rate := c.Budget
	if rate.IsZero() || rate.Num != c.To && rate.Den != c.To {
		return c, &Missing{c.Base, c.To}
	}
	c.shown = []AppliedRate{{From: c.Period.From, To: c.Period.To, Value: rate.Value, Num: rate.Num, Den: rate.Den}}
	return c, nil
}

// atAverage converts at the average of the daily rates that the ECB published in the period; of a currency that it
// publishes none of, at the average of the monthly InforEuro rates (EU model grant agreement, article 21.3).
func (c Converter) atAverage(quotes []Quote) (Converter, error) {
	from, err := c.averageLeg(quotes, c.Base)
	if err != nil {
		return c, err
	}
	to, err := c.averageLeg(quotes, c.To)
	if err != nil {
		return c, err
	}
	c.constant = new(big.Rat).Quo(c.apply(to), c.apply(from))
	return c, nil
}

// leg is the rate of one currency against the euro.
type leg struct {
	exact *big.Rat
	shown AppliedRate
}

// apply puts a leg down among what was used. The euro's own is 1 and is not shown.
func (c *Converter) apply(l leg) *big.Rat {
	if len(l.shown.Of) > 0 {
		c.shown, c.used = append(c.shown, l.shown), append(c.used, l.shown.Of...)
	}
	return l.exact
}

func (c Converter) averageLeg(quotes []Quote, of ledger.Currency) (leg, error) {
	if of == euro {
		return leg{exact: big.NewRat(1, 1)}, nil
	}
	daily := quotesOf(quotes, ECB, of)
	if len(daily) == 0 {
		if months := quotesOf(quotes, InforEuro, of); len(months) > 0 {
			return c.averageOfMonths(months, of)
		}
	}
	inside := slices.DeleteFunc(slices.Clone(daily), func(k Quote) bool { return k.On < c.Period.From })
	if err := c.pauses(daily, of); err != nil {
		return leg{}, err
	}
	if len(inside) == 0 { // a weekend: the rate of the business day before
		inside = daily[len(daily)-1:]
	}
	return average(inside, c.Period.From, c.Period.To), nil
}

// pauses refuses a period in which days are missing that the ECB must have published on.
func (c Converter) pauses(daily []Quote, of ledger.Currency) error {
	last := c.Period.From.AddDays(-1)
	for _, k := range daily {
		if k.On < c.Period.From {
			last = max(k.On, c.Period.From.AddDays(-longestPause))
			continue
		}
		if k.On > last.AddDays(longestPause) {
			return &Gap{ECB, of, last.AddDays(1), k.On.AddDays(-1)}
		}
		last = k.On
	}
	if len(daily) == 0 || c.Period.To > last.AddDays(longestPause) {
		return &Gap{ECB, of, last.AddDays(1), c.Period.To}
	}
	return nil
}

func (c Converter) averageOfMonths(months []Quote, of ledger.Currency) (leg, error) {
	var inside []Quote
	for _, month := range c.months() {
		k, err := ofMonth(months, month, of)
		if err != nil {
			return leg{}, err
		}
		inside = append(inside, k)
	}
	return average(inside, c.Period.From, c.Period.To), nil
}

// byMonth converts cost at the InforEuro rate of the month that it falls into.
func (c Converter) byMonth(quotes []Quote) (Converter, error) {
	c.monthly = map[string]*big.Rat{}
	for _, month := range c.months() {
		var legs [2]*big.Rat
		for i, currency := range []ledger.Currency{c.Base, c.To} {
			legs[i] = big.NewRat(1, 1)
			if currency == euro {
				continue
			}
			k, err := ofMonth(quotesOf(quotes, InforEuro, currency), month, currency)
			if err != nil {
				return c, err
			}
			legs[i] = c.apply(average([]Quote{k}, k.On, lastOfMonth(k.On)))
		}
		c.monthly[month] = new(big.Rat).Quo(legs[1], legs[0])
	}
	return c, nil
}

// months are those of the period.
func (c Converter) months() []string {
	var months []string
	for day := ledger.Date(c.Period.From.Month() + "-01"); day <= c.Period.To; day = lastOfMonth(day).AddDays(1) {
		months = append(months, day.Month())
	}
	return months
}

func lastOfMonth(d ledger.Date) ledger.Date {
	return ledger.DateAt(ledger.Date(d.Month()+"-01").Time().AddDate(0, 1, -1))
}

func ofMonth(quotes []Quote, month string, of ledger.Currency) (Quote, error) {
	for _, k := range quotes {
		if k.On.Month() == month {
			return k, nil
		}
	}
	first := ledger.Date(month + "-01")
	return Quote{}, &Gap{InforEuro, of, first, lastOfMonth(first)}
}

// quotesOf picks the rates of one source and currency against the euro, by date.
func quotesOf(quotes []Quote, source Source, of ledger.Currency) []Quote {
	var found []Quote
	for _, k := range quotes {
		if k.Source == source && k.Rate.Num == of {
			found = append(found, k)
		}
	}
	return found
}

// average is the exact arithmetic mean of rates.
func average(quotes []Quote, from, to ledger.Date) leg {
	sum := new(big.Rat)
	l := leg{shown: AppliedRate{Source: quotes[0].Source, From: from, To: to, Num: quotes[0].Rate.Num,
		Den: quotes[0].Rate.Den, Days: len(quotes)}}
	for _, k := range quotes {
		sum.Add(sum, k.Rate.Value.Rat())
		l.shown.Of = append(l.shown.Of, k.ID)
	}
	l.exact = sum.Quo(sum, big.NewRat(int64(len(quotes)), 1))
	l.shown.Value = decimal.NewFromBigRat(l.exact, 6)
	return l
}

// Convert adds up amounts in the currency of the report, rounded once at the end. [ErrRateMissing] where the policy
// leaves the figures to the books and these do not have them in the currency of the report.
func (c Converter) Convert(amounts ...Spent) (ledger.Money, error) {
	total := new(big.Rat)
	for _, s := range amounts {
		part, err := c.exact(s)
		if err != nil {
			return ledger.Money{}, err
		}
		total.Add(total, part)
	}
	return roundedRat(total, c.To), nil
}

func (c Converter) exact(s Spent) (*big.Rat, error) {
	if s.Original.Currency == c.To {
		return s.Original.Amount.Rat(), nil
	}
	if s.Base.Currency == c.To {
		return s.Base.Amount.Rat(), nil
	}
	if c.Budget.Joins(s.Original.Currency, c.To) {
		return atRate(s.Original.Amount, c.Budget, c.To), nil
	}
	factor := c.constant
	if c.monthly != nil {
		factor = c.monthly[s.On.Month()]
	}
	switch {
	case c.Budget.Joins(c.Base, c.To):
		return atRate(s.Base.Amount, c.Budget, c.To), nil
	case factor == nil:
		return nil, &Missing{c.Base, c.To}
	}
	return new(big.Rat).Mul(s.Base.Amount.Rat(), factor), nil
}

// atRate values an amount at a rate in the direction it is quoted, exactly.
func atRate(amount decimal.Decimal, rate ledger.Rate, to ledger.Currency) *big.Rat {
	if rate.Num == to {
		return new(big.Rat).Mul(amount.Rat(), rate.Value.Rat())
	}
	return new(big.Rat).Quo(amount.Rat(), rate.Value.Rat())
}

// roundedRat rounds half away from zero to the minor unit (RULES 1).
func roundedRat(r *big.Rat, c ledger.Currency) ledger.Money {
	scaled := new(big.Rat).Mul(r,
		new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Digits())), nil)))
	twice := new(big.Int).Mul(new(big.Int).Abs(scaled.Num()), big.NewInt(2))
	units := twice.Add(twice, scaled.Denom()).Quo(twice, new(big.Int).Mul(scaled.Denom(), big.NewInt(2)))
	if r.Sign() < 0 {
		units.Neg(units)
	}
	return ledger.Money{Amount: decimal.NewFromBigInt(units, -c.Digits()), Currency: c}
}

// Applied are the rates for the table of a statement.
func (c Converter) Applied() []AppliedRate { return c.shown }

// Used are the ids of the rates on record that the conversion stands on: what [Use] locks when the statement
// is issued.
func (c Converter) Used() []ID {
	ids := slices.Clone(c.used)
	slices.Sort(ids)
	return slices.Compact(ids)
}
