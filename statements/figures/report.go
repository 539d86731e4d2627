package figures

import (
	"slices"
	"strings"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// What an institution reads beside what was spent: how the budget changed, what is still to come and to be paid, what
// was given in kind, the vouchers behind each line, how many people it reached.

// BudgetChange is a version of the budget that took effect in the period.
type BudgetChange struct {
	Version  int
	On       ledger.Date
	Approved bool   // by the grantor; else within what the agreement leaves to us
	Letter   string // the grantor's reference; "" for none
	Reason   string // in words of the organisation
	Moves    []BudgetMove
}

// BudgetMove is money that went from one budget line to another, or within a line from one year to another.
type BudgetMove struct {
	From, To         string // numbers of lines
	FromYear, ToYear int    // 0 where the lines have no years
	Amount           decimal.Decimal
}

// ReasonCode is why a budget line is spent otherwise than planned, in words that can be about nobody: an institution
// reads these, and free text stays in the organisation.
type ReasonCode string

// The reasons.
const (
	ReasonPrices    ReasonCode = "prices"     // prices or rates of exchange
	ReasonTiming    ReasonCode = "timing"     // earlier or later than planned
	ReasonNeed      ReasonCode = "need"       // more or less support was needed
	ReasonDelivery  ReasonCode = "delivery"   // delivered in another way, or by others
	ReasonByGrantor ReasonCode = "by_grantor" // agreed with the grantor
)

// ReasonCodes are all reasons.
var ReasonCodes = []ReasonCode{ReasonPrices, ReasonTiming, ReasonNeed, ReasonDelivery, ReasonByGrantor}

// Known reports whether the code is one of [ReasonCodes].
func (r ReasonCode) Known() bool { return slices.Contains(ReasonCodes, r) }

// Explanation says why a budget line is spent otherwise than planned.
type Explanation struct {
	BudgetLine string
	Reason     ReasonCode
	Text       string // for the organisation and the auditor; it does not leave
}

// Forecast is what the grant will come to when all is paid that is promised, and what the grantor still has to pay.
type Forecast struct {
	Lines       []ForecastLine // by budget line, then what is on none; none where nothing is set aside
	Total       ForecastLine   // by Total
	Instalments []Expected
	Request     decimal.Decimal // by Total: what the grant needs and has not received
}

// ForecastLine is what a budget line will come to, in the currency of the grant.
type ForecastLine struct {
	BudgetLine string // number; "" for what the budget does not name
	Committed  decimal.Decimal
	Base       decimal.Decimal // base; what is committed
	Expected   decimal.Decimal // by Total: spent to date and committed
	Left       decimal.Decimal // by Total: budget less expected
}

// Expected is a part of the grant that is promised and has not come.
type Expected struct {
	No     int
	DueOn  ledger.Date
	Amount decimal.Decimal
	Late   bool // it was due before the period ended
}

// totalForecast derives what the lines will come to.
func (s *GrantStatement) totalForecast() {
	f := s.Forecast
	if f == nil {
		return
	}
	defer s.totalRequest()
	if len(f.Lines) == 0 {
		return
	}
	f.Total = ForecastLine{Left: s.Granted}
	for i := range f.Lines {
		l := &f.Lines[i]
		budget := decimal.Zero
		for _, b := range s.Budget {
			if b.No == l.BudgetLine {
				budget = b.Budget
			}
		}
		l.Expected = Sum(s.LinesOf(l.BudgetLine), func(x Line) decimal.Decimal { return x.ToDate }).Add(l.Committed)
		l.Left = budget.Sub(l.Expected)
		f.Total.Committed, f.Total.Base = f.Total.Committed.Add(l.Committed), f.Total.Base.Add(l.Base)
	}
	f.Total.Expected = s.ToDate.Spent.Add(f.Total.Committed)
	f.Total.Left = s.Granted.Sub(f.Total.Expected)
}

// totalRequest derives what is asked of the grantor: what was spent and what is set aside, less what was received,
// and no more than the grant still has to give.
func (s *GrantStatement) totalRequest() {
	need := s.ToDate.Spent.Add(s.Forecast.Total.Committed).Sub(s.ToDate.Received).Sub(s.ToDate.Interest)
	s.Forecast.Request = decimal.Max(decimal.Zero, decimal.Min(need, s.Granted.Sub(s.ToDate.Received)))
}

// Layout is how a grantor wants its reports: which columns, parts and signatures, in which order. Package page has
// them.
type Layout string

// The layouts.
const (
	LayoutEU         Layout = "eu"         // annex VI of the EU's grant contracts
	LayoutStatePool  Layout = "state_pool" // pools of the Danish state
	LayoutCISU       Layout = "cisu"
	LayoutDanida     Layout = "danida"
	LayoutFoundation Layout = "foundation" // short
)

// Layouts are all of them; "" is our own.
var Layouts = []Layout{"", LayoutEU, LayoutStatePool, LayoutCISU, LayoutDanida, LayoutFoundation}

// Heading are the budget lines of one main line: 1.1 and 1.2 of 1.
type Heading struct {
	No    string
	Lines []BudgetLine
	BudgetFigures
}

// Headings are the main lines of the budget with their sums, in the order of the budget.
func (s *GrantStatement) Headings() []Heading {
	var all []Heading
	for _, l := range s.Budget {
		no, _, _ := strings.Cut(l.No, ".")
		if n := len(all); n == 0 || all[n-1].No != no {
			all = append(all, Heading{No: no})
		}
		h := &all[len(all)-1]
		h.Lines = append(h.Lines, l)
		h.Budget, h.InPeriod, h.ToDate = h.Budget.Add(l.Budget), h.InPeriod.Add(l.InPeriod), h.ToDate.Add(l.ToDate)
		h.BudgetFigures = h.BudgetFigures.compared()
	}
	return all
}

// Unexplained are the numbers of the budget lines that are off by more than the agreement's limit and of which nobody
// has said why: overspent, or once the grant has ended underspent.
func (s *GrantStatement) Unexplained() []string {
	var nos []string
	for _, l := range s.Budget {
		off := l.Variance.Sign() < 0 || s.Ended()
		over := l.VarianceOf.Decimal.Abs().GreaterThan(s.Limit.Decimal) || l.Budget.IsZero() && !l.ToDate.IsZero()
		if s.Limit.Valid && off && over && l.Reason == "" {
			nos = append(nos, l.No)
		}
	}
	return nos
}

// MovedOf is how many percent of a budget line a move of one of the changes took, of the line as it was before that
// change; nothing for lines that are divided by years.
func (s *GrantStatement) MovedOf(change, move int) decimal.NullDecimal {
	m := s.Changes[change].Moves[move]
	i := slices.IndexFunc(s.Budget, func(l BudgetLine) bool { return l.No == m.From })
	if i < 0 || m.FromYear != 0 {
		return decimal.NullDecimal{}
	}
	before := s.Budget[i].Budget
	for _, c := range s.Changes[change:] {
		for _, x := range c.Moves {
			if x.From == m.From {
				before = before.Add(x.Amount)
			}
			if x.To == m.From {
				before = before.Sub(x.Amount)
			}
		}
	}
	return percentOf(m.Amount, before)
}

// PercentOf is a part of a whole in percent.
func PercentOf(part, whole decimal.Decimal) decimal.NullDecimal { return percentOf(part, whole) }

// InKind is what was given as work or goods in the period, in base currency. No money moved, and it is in no other
// figure of a grant's statement; in that of a fund it is income and cost alike.
type InKind struct {
	Key   string // category
	Name  Name
	Worth decimal.Decimal
	Memos []string // numbers of the memos that say what it is worth
}

// Voucher is an entry behind a budget line in the period. Who reads only Ref learns neither its day nor its place in
// the books; the organisation finds the entry by it.
type Voucher struct {
	BudgetLine string // number; "" for what the budget does not name
	Ref        string // 2026-Q3/07
	Entry      string // number of the entry; "" where it does not leave the organisation
	// What it cost, in base currency, where the agreement wants a list of transactions and the cost is about nobody who is
	// supported: pay of our own people, fees.
	Amount  decimal.NullDecimal
	Account ledger.AccountNo // of the cost; "" without an amount
	Name    Name
}

// Results is how many people the grant reached in the period, in bands.
type Results struct {
	People     string // "5–10"
	Milestones string // of plans that the grant pays for, reached in the period; "" where too few people stand behind them
}

// VouchersOf are the vouchers of a budget line.
func (s *GrantStatement) VouchersOf(no string) []string {
	var of []string
	for _, v := range s.Vouchers {
		if v.BudgetLine == no && v.Entry != "" {
			of = append(of, v.Entry)
		} else if v.BudgetLine == no {
			of = append(of, v.Ref)
		}
	}
	return of
}

// inWholeUnits rounds a forecast: each figure by itself, since it foots with nothing.
func (f *Forecast) inWholeUnits() *Forecast {
	if f == nil {
		return nil
	}
	w := Forecast{Lines: slices.Clone(f.Lines), Instalments: slices.Clone(f.Instalments)}
	for i := range w.Lines {
		w.Lines[i].Committed = unit(w.Lines[i].Committed)
	}
	for i := range w.Instalments {
		w.Instalments[i].Amount = unit(w.Instalments[i].Amount)
	}
	return &w
}

// forecast checks that what is set aside by line is what is set aside, and that lines are those of the budget.
func (c *checker) forecast() {
	s := c.s
	if s.Forecast == nil {
		return
	}
	if len(s.Forecast.Lines) > 0 {
		c.equal("commitments and those of the budget lines", s.InBase(s.Commitments.Decimal),
			s.InBase(Sum(s.Forecast.Lines, func(l ForecastLine) decimal.Decimal { return l.Base })))
	}
	for _, l := range s.Forecast.Lines {
		if l.BudgetLine != "" && !slices.ContainsFunc(s.Budget, func(b BudgetLine) bool { return b.No == l.BudgetLine }) {
			c.refuse("commitments are on budget line %q, which the budget does not have", l.BudgetLine)
		}
	}
}
