package statements

import (
	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// View is a statement as JSON, for a stranger's script and for keeping. Amounts are strings with all minor digits of their
// currency, percentages strings with one decimal, days YYYY-MM-DD, rates as quoted ("226 NGN/DKK"); what does not apply is
// null. Keys and codes are the same in every language; only the values of `label` and `language` change with it.
//
// The first keys hold the statement in a nutshell:
//
//	opening + received + interest − spent − refunded = closing      (currency)
//	sum of lines[].amount = spent                                   (currency)
//	sum of closing_parts = closing_base = closing_at_rate + rounding (base_currency)
//
// Where currency and base_currency are one, closing_base is closing.
type View struct {
	Kind      Kind    `json:"kind"`
	Subject   string  `json:"subject"`
	Number    string  `json:"number"`
	Version   int     `json:"version"`
	Draft     bool    `json:"draft"`
	DataHash  string  `json:"data_hash"`
	Language  Lang    `json:"language"`
	From      string  `json:"from"`
	To        string  `json:"to"`
	Currency  string  `json:"currency"`
	Opening   string  `json:"opening"`
	Received  string  `json:"received"`
	Interest  string  `json:"interest"`
	Spent     string  `json:"spent"`
	Refunded  string  `json:"refunded"`
	Closing   string  `json:"closing"`
	ToDate    Sums    `json:"to_date"`
	Granted   string  `json:"grant_amount"`
	GrantUsed *string `json:"grant_used_percent"`
	TimeUsed  *string `json:"time_used_percent"`

	Lines       []LineView       `json:"lines"`
	BudgetNo    int              `json:"budget_version"`
	BudgetLines []BudgetLineView `json:"budget_lines"`
	BudgetTotal *FiguresView     `json:"budget_total"`

	Base          string            `json:"base_currency"`
	RateMethod    RateMethod        `json:"rate_method"`
	ClosingParts  map[string]string `json:"closing_parts"`
	ClosingDetail []PartView        `json:"closing_details"`
	ClosingBase   string            `json:"closing_base"`
	ClosingAtRate string            `json:"closing_at_rate"`
	Rounding      string            `json:"rounding"`
	Conversions   int               `json:"conversions"`
	Deferred      *DeferredView     `json:"deferred_balance"`
	Commitments   *string           `json:"commitments"`

	Receipts []ReceiptView `json:"receipts"`
	Indirect *IndirectView `json:"indirect"`
	Rates    []RateView    `json:"rates"`
	Notes    []NoteView    `json:"notes"`

	Organisation OrganisationView `json:"organisation"`
	Grantor      GrantorView      `json:"grantor"`
	Agreement    string           `json:"agreement"`
	Project      string           `json:"project"`
	GrantFrom    *string          `json:"grant_from"`
	GrantTo      *string          `json:"grant_to"`
	PreparedOn   string           `json:"prepared_on"`
	CutOff       string           `json:"cut_off"`
	Signatures   []SignatureView  `json:"signatures"`
}

// Sums are totals in the currency of the statement.
type Sums struct {
	Received string `json:"received"`
	Interest string `json:"interest"`
	Spent    string `json:"spent"`
	Refunded string `json:"refunded"`
}

// LineView is a [Line]; amount is that of the period.
type LineView struct {
	Key        string   `json:"key"`
	Label      string   `json:"label"`
	Kind       LineKind `json:"kind"`
	Amount     string   `json:"amount"`
	ToDate     string   `json:"to_date"`
	Share      *string  `json:"share_percent"`
	BudgetLine *string  `json:"budget_line"`
	NameEN     string   `json:"name_en,omitempty"`
	NameDA     string   `json:"name_da,omitempty"`
}

// FiguresView are [BudgetFigures]; amount is that of the period.
type FiguresView struct {
	Budget      string  `json:"budget"`
	Amount      string  `json:"amount"`
	ToDate      string  `json:"to_date"`
	Variance    string  `json:"variance"`
	VarianceOf  *string `json:"variance_percent"`
	UsedPercent *string `json:"used_percent"`
}

// BudgetLineView is a [BudgetLine]. Its text is the grantor's and not translated.
type BudgetLineView struct {
	No   string `json:"line_no"`
	Text string `json:"text"`
	FiguresView
	Explanation string `json:"explanation,omitempty"`
}

// PartView is a [Part]; amount is in base currency.
type PartView struct {
	Kind     PartKind    `json:"kind"`
	Label    string      `json:"label"`
	Holder   string      `json:"holder"`
	Amount   string      `json:"amount"`
	Quantity *AmountView `json:"quantity"`
}

// AmountView is an amount with its currency.
type AmountView struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// DeferredView is the balance of account 2100.
type DeferredView struct {
	Amount string `json:"amount"`
	Base   string `json:"base_amount"`
}

// ReceiptView is a [Receipt].
type ReceiptView struct {
	Date     string      `json:"date"`
	Kind     ReceiptKind `json:"kind"`
	No       int         `json:"no"`
	Label    string      `json:"label"`
	Text     string      `json:"text"`
	Amount   string      `json:"amount"`
	Original *AmountView `json:"original"`
	Rate     *string     `json:"rate"`
	Base     string      `json:"base_amount"`
}

// IndirectView is an [Indirect], in base currency.
type IndirectView struct {
	Through  string     `json:"through"`
	Steps    []StepView `json:"steps"`
	Excluded []string   `json:"excluded"`
	ToDate   string     `json:"to_date"`
	Before   string     `json:"before"`
	Amount   string     `json:"amount"`
}

// StepView is an [IndirectStep].
type StepView struct {
	Base string `json:"base"`
	Rate string `json:"rate_percent"`
}

// RateView is a [RateUsed].
type RateView struct {
	Use   RateUse `json:"use"`
	Label string  `json:"label"`
	Ref   string  `json:"ref"`
	Date  string  `json:"date"`
	Rate  string  `json:"rate"`
}

// NoteView is a [Note]; label is its sentence.
type NoteView struct {
	Code    NoteCode    `json:"code"`
	Label   string      `json:"label"`
	Since   string      `json:"since,omitempty"`
	Amount  *AmountView `json:"amount,omitempty"`
	Percent *string     `json:"percent,omitempty"`
	Text    string      `json:"text,omitempty"`
}

// OrganisationView is an [Organisation].
type OrganisationView struct {
	Name         string `json:"name"`
	Registration string `json:"registration"`
	Address      string `json:"address"`
}

// GrantorView is a [Grantor].
type GrantorView struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// SignatureView is a [Signature].
type SignatureView struct {
	Role  SignatureRole `json:"role"`
	Label string        `json:"label"`
	Name  string        `json:"name"`
}

// closingKeys are the keys of closing_parts; all are always there.
var closingKeys = map[PartKind]string{
	AtBank: "bank", AtPartner: "at_partner", Retainer: "retainers", PettyCash: "petty_cash", Recoverable: "recoverables",
	Receivable: "receivables", Payable: "payables", Accrual: "accruals", Returned: "returned_payments", Loan: "loans",
	RefundDue: "refund_due",
}

// View is the statement as JSON has it, with labels in lang.
func (s GrantStatement) View(lang Lang) View {
	v := s.view(lang)
	v.DataHash = s.DataHash()
	return v
}

// view is View without the hash, which is computed from it.
func (s GrantStatement) view(lang Lang) View {
	in := func(d decimal.Decimal) string { return s.money(d).String() }
	base := func(d decimal.Decimal) string { return s.inBase(d).String() }
	v := View{
		Kind: GrantFinancial, Subject: s.Grant, Number: s.Number, Version: s.Version, Draft: s.Draft(), Language: lang,
		From: string(s.Period.From), To: string(s.Period.To), Currency: string(s.Currency),
		Opening: in(s.Opening), Received: in(s.Received), Interest: in(s.Interest), Spent: in(s.Spent),
		Refunded: in(s.Refunded), Closing: in(s.Closing),
		ToDate:  Sums{in(s.ToDate.Received), in(s.ToDate.Interest), in(s.ToDate.Spent), in(s.ToDate.Refunded)},
		Granted: in(s.Granted), GrantUsed: percentText(s.GrantUsed), TimeUsed: percentText(s.TimeUsed),
		BudgetNo: s.BudgetVersion,
		Base:     string(s.Base), RateMethod: s.RateMethod, ClosingParts: s.partSums(),
		ClosingBase: base(s.ClosingBase), ClosingAtRate: base(s.ClosingAtRate), Rounding: base(s.Rounding),
		Conversions:  s.Conversions,
		Organisation: OrganisationView(s.Organisation), Grantor: GrantorView(s.Grantor),
		Agreement: s.Agreement, Project: s.Project,
		GrantFrom: optional(string(s.GrantPeriod.From)), GrantTo: optional(string(s.GrantPeriod.To)),
		PreparedOn: string(s.PreparedOn), CutOff: s.CutOff,
		Indirect: s.indirectView(),
	}
	if s.Deferred != nil {
		v.Deferred = &DeferredView{in(s.Deferred.Amount), base(s.Deferred.Base)}
	}
	if s.Commitments.Valid {
		v.Commitments = optional(base(s.Commitments.Decimal))
	}
	if len(s.Budget) > 0 {
		total := s.figures(s.BudgetTotal)
		v.BudgetTotal = &total
	}
	s.fillLists(&v, lang)
	return v
}

// fillLists adds the lists; an empty one is [], not null.
func (s *GrantStatement) fillLists(v *View, lang Lang) {
	v.Lines = each(s.Lines, func(l Line) LineView {
		return LineView{Key: l.Key, Label: lang.category(l), Kind: l.Kind, Amount: s.money(l.InPeriod).String(),
			ToDate: s.money(l.ToDate).String(), Share: percentText(l.Share), BudgetLine: optional(l.BudgetLine),
			NameEN: l.Name.EN, NameDA: l.Name.DA}
	})
	v.BudgetLines = each(s.Budget, func(b BudgetLine) BudgetLineView {
		return BudgetLineView{No: b.No, Text: b.Text, FiguresView: s.figures(b.BudgetFigures), Explanation: b.Explanation}
	})
	v.ClosingDetail = each(s.Parts, func(p Part) PartView {
		return PartView{p.Kind, lang.place(p.Kind), p.Holder, s.inBase(p.Amount).String(), amountView(p.Quantity)}
	})
	v.Receipts = each(s.Receipts, func(r Receipt) ReceiptView {
		return ReceiptView{Date: string(r.Date), Kind: r.Kind, No: r.No, Label: lang.receipt(r), Text: r.Text,
			Amount: s.money(r.Amount).String(), Original: amountView(r.Original), Rate: optional(r.Rate.String()),
			Base: s.inBase(r.Base).String()}
	})
	v.Rates = each(s.Rates, func(r RateUsed) RateView {
		return RateView{r.Use, lang.rateUse(r.Use), r.Ref, string(r.Date), r.Rate.String()}
	})
	v.Notes = each(s.Notes, func(n Note) NoteView {
		return NoteView{n.Code, lang.note(n), string(n.Since), amountView(n.Amount), percentText(n.Percent), n.Text}
	})
	v.Signatures = each(s.signatures(), func(g Signature) SignatureView {
		return SignatureView{g.Role, lang.role(g.Role), g.Name}
	})
}

// signatures is who signs, with the usual two where nobody is named.
func (s *GrantStatement) signatures() []Signature {
	if len(s.Signatures) > 0 {
		return s.Signatures
	}
	return []Signature{{Role: Management}, {Role: Treasurer}}
}

func (s *GrantStatement) figures(f BudgetFigures) FiguresView {
	return FiguresView{s.money(f.Budget).String(), s.money(f.InPeriod).String(), s.money(f.ToDate).String(),
		s.money(f.Variance).String(), percentText(f.VarianceOf), percentText(f.UsedPercent)}
}

func (s *GrantStatement) partSums() map[string]string {
	sums := make(map[string]string, len(closingKeys))
	for kind, key := range closingKeys {
		sums[key] = s.inBase(s.partSum(kind)).String()
	}
	return sums
}

// partSum is what lies at places of one kind, in base currency.
func (s *GrantStatement) partSum(kind PartKind) decimal.Decimal {
	return sum(s.Parts, func(p Part) decimal.Decimal {
		if p.Kind != kind {
			return decimal.Zero
		}
		return p.Amount
	})
}

func (s *GrantStatement) indirectView() *IndirectView {
	i := s.Indirect
	if i == nil {
		return nil
	}
	return &IndirectView{
		Through: string(i.Through),
		Steps: each(i.Steps, func(p IndirectStep) StepView {
			return StepView{s.inBase(p.Base).String(), p.Rate.String()}
		}),
		Excluded: each(i.Excluded, func(code string) string { return code }),
		ToDate:   s.inBase(i.ToDate).String(), Before: s.inBase(i.Before).String(), Amount: s.inBase(i.InPeriod).String(),
	}
}

func each[T, U any](of []T, view func(T) U) []U {
	out := make([]U, len(of))
	for i, x := range of {
		out[i] = view(x)
	}
	return out
}

// optional is nil for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func percentText(d decimal.NullDecimal) *string {
	if !d.Valid {
		return nil
	}
	text := d.Decimal.StringFixed(percentDigits)
	return &text
}

func amountView(m ledger.Money) *AmountView {
	if m.Currency == "" {
		return nil
	}
	return &AmountView{m.String(), string(m.Currency)}
}
