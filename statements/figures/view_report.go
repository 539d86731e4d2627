package figures

import (
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// ReportView is what an institution reads beside what was spent. A key that has nothing is left out, so a statement
// that was issued before there was one has the hash that it had.
type ReportView struct {
	ReportNo     int           `json:"report_no,omitempty"`
	OpeningParts []PartView    `json:"opening_details,omitempty"`
	Changes      []ChangeView  `json:"budget_changes,omitempty"`
	Forecast     *ForecastView `json:"forecast,omitempty"`
	InKind       []InKindView  `json:"in_kind,omitempty"`
	Vouchers     []VoucherView `json:"vouchers,omitempty"`
	Results      *ResultsView  `json:"results,omitempty"`
}

// ChangeView is a [BudgetChange].
type ChangeView struct {
	Version  int        `json:"version"`
	On       string     `json:"on"`
	Approved bool       `json:"approved_by_grantor"`
	Letter   string     `json:"letter,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Moves    []MoveView `json:"moves"`
}

// MoveView is a [BudgetMove].
type MoveView struct {
	From     string `json:"from"`
	To       string `json:"to"`
	FromYear int    `json:"from_year,omitempty"`
	ToYear   int    `json:"to_year,omitempty"`
	Amount   string `json:"amount"`
}

// ForecastView is a [Forecast].
type ForecastView struct {
	Lines       []ForecastLineView `json:"lines,omitempty"`
	Total       *ForecastLineView  `json:"total,omitempty"`
	Instalments []ExpectedView     `json:"instalments,omitempty"`
	Request     string             `json:"payment_request,omitempty"`
}

// ForecastLineView is a [ForecastLine].
type ForecastLineView struct {
	BudgetLine string `json:"budget_line"`
	Committed  string `json:"committed"`
	Base       string `json:"base_amount"`
	Expected   string `json:"expected"`
	Left       string `json:"left"`
}

// ExpectedView is an [Expected].
type ExpectedView struct {
	No     int    `json:"no"`
	DueOn  string `json:"due_on"`
	Amount string `json:"amount"`
	Late   bool   `json:"late,omitempty"`
}

// InKindView is an [InKind] in base currency.
type InKindView struct {
	Key    string   `json:"key"`
	Label  string   `json:"label"`
	NameEN string   `json:"name_en,omitempty"`
	NameDA string   `json:"name_da,omitempty"`
	Worth  string   `json:"worth"`
	Memos  []string `json:"memos,omitempty"`
}

// VoucherView is a [Voucher].
type VoucherView struct {
	BudgetLine string `json:"budget_line"`
	Ref        string `json:"ref"`
	Entry      string `json:"entry,omitempty"`
	Amount     string `json:"base_amount,omitempty"`
	Account    string `json:"account,omitempty"`
	NameEN     string `json:"name_en,omitempty"`
	NameDA     string `json:"name_da,omitempty"`
}

// ResultsView are [Results].
type ResultsView struct {
	People     string `json:"people"`
	Milestones string `json:"milestones_reached,omitempty"`
}

// reportView is what of a statement an institution reads beside what was spent.
func (s *GrantStatement) reportView(lang Lang) ReportView {
	in := func(d decimal.Decimal) string { return s.Money(d).String() }
	base := func(d decimal.Decimal) string { return s.InBase(d).String() }
	v := ReportView{ReportNo: s.ReportNo, InKind: inKindViews(lang, s.InKind, s.Base),
		OpeningParts: Each(s.OpeningParts, func(p Part) PartView { return partView(lang, p, s.Base) }),
		Vouchers: Each(s.Vouchers, func(x Voucher) VoucherView {
			return VoucherView{BudgetLine: x.BudgetLine, Ref: x.Ref, Entry: x.Entry, Amount: optionalAmount(s.Base, x.Amount),
				Account: string(x.Account), NameEN: x.Name.EN, NameDA: x.Name.DA}
		}),
		Changes: Each(s.Changes, func(c BudgetChange) ChangeView {
			return ChangeView{Version: c.Version, On: string(c.On), Approved: c.Approved, Letter: c.Letter, Reason: c.Reason,
				Moves: Each(c.Moves, func(m BudgetMove) MoveView {
					return MoveView{From: m.From, To: m.To, FromYear: m.FromYear, ToYear: m.ToYear, Amount: in(m.Amount)}
				})}
		})}
	if s.Forecast != nil {
		line := func(l ForecastLine) ForecastLineView {
			return ForecastLineView{BudgetLine: l.BudgetLine, Committed: in(l.Committed), Base: base(l.Base),
				Expected: in(l.Expected), Left: in(l.Left)}
		}
		v.Forecast = &ForecastView{Lines: Each(s.Forecast.Lines, line),
			Instalments: Each(s.Forecast.Instalments,
				func(e Expected) ExpectedView { return ExpectedView{e.No, string(e.DueOn), in(e.Amount), e.Late} }),
		}
		if !s.Forecast.Request.IsZero() {
			v.Forecast.Request = in(s.Forecast.Request)
		}
		if len(s.Forecast.Lines) > 0 {
			total := line(s.Forecast.Total)
			v.Forecast.Total = &total
		}
	}
	if s.Results != nil {
		results := ResultsView(*s.Results)
		v.Results = &results
	}
	return v
}

// optionalAmount is "" for none.
func optionalAmount(c ledger.Currency, d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return ledger.Money{Amount: d.Decimal, Currency: c}.String()
}

func inKindViews(lang Lang, of []InKind, base ledger.Currency) []InKindView {
	return Each(of, func(k InKind) InKindView {
		return InKindView{Key: k.Key, Label: lang.Category(Line{Key: k.Key, Name: k.Name}), NameEN: k.Name.EN,
			NameDA: k.Name.DA, Worth: ledger.Money{Amount: k.Worth, Currency: base}.String(), Memos: k.Memos}
	})
}

// report reads back what reportView wrote.
func (r *reader) report(s *GrantStatement, v ReportView) {
	s.ReportNo, s.OpeningParts, s.InKind = v.ReportNo, Each(v.OpeningParts, r.part), Each(v.InKind, r.inKind)
	s.Vouchers = Each(v.Vouchers, func(x VoucherView) Voucher {
		read := Voucher{BudgetLine: x.BudgetLine, Ref: x.Ref, Entry: x.Entry, Account: ledger.AccountNo(x.Account),
			Name: Name{x.NameEN, x.NameDA}}
		if x.Amount != "" {
			read.Amount = decimal.NewNullDecimal(r.dec(x.Amount))
		}
		return read
	})
	s.Changes = Each(v.Changes, func(c ChangeView) BudgetChange {
		return BudgetChange{Version: c.Version, On: r.day(c.On), Approved: c.Approved, Letter: c.Letter, Reason: c.Reason,
			Moves: Each(c.Moves, func(m MoveView) BudgetMove {
				return BudgetMove{From: m.From, To: m.To, FromYear: m.FromYear, ToYear: m.ToYear, Amount: r.dec(m.Amount)}
			})}
	})
	if v.Forecast != nil {
		line := func(l ForecastLineView) ForecastLine {
			return ForecastLine{BudgetLine: l.BudgetLine, Committed: r.dec(l.Committed), Base: r.dec(l.Base),
				Expected: r.dec(l.Expected), Left: r.dec(l.Left)}
		}
		s.Forecast = &Forecast{Lines: Each(v.Forecast.Lines, line),
			Instalments: Each(v.Forecast.Instalments,
				func(e ExpectedView) Expected { return Expected{e.No, r.day(e.DueOn), r.dec(e.Amount), e.Late} }),
		}
		if v.Forecast.Request != "" {
			s.Forecast.Request = r.dec(v.Forecast.Request)
		}
		if v.Forecast.Total != nil {
			s.Forecast.Total = line(*v.Forecast.Total)
		}
	}
	if v.Results != nil {
		results := Results(*v.Results)
		s.Results = &results
	}
}

func (r *reader) inKind(k InKindView) InKind {
	return InKind{k.Key, Name{k.NameEN, k.NameDA}, r.dec(k.Worth), k.Memos}
}
