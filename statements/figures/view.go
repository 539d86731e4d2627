package figures

import (
	"cmp"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// View is a statement as JSON, for a stranger's script and for keeping. Amounts are strings with all minor digits of
// their currency, percentages strings with one decimal, days YYYY-MM-DD, rates as quoted ("226 NGN/DKK"); what does not
// apply is null. Keys and codes are the same in every language; only the values of `label` and `language` change with
// it.
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
	Replaces  string  `json:"replaces,omitempty"`
	Draft     bool    `json:"draft"`
	DataHash  string  `json:"data_hash"`
	Language  Lang    `json:"language"`
	From      string  `json:"from"`
	To        string  `json:"to"`
	Currency  string  `json:"currency"`
	Whole     bool    `json:"whole_units,omitempty"`
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

	Base          string           `json:"base_currency"`
	RateMethod    RateMethod       `json:"rate_method"`
	ClosingParts  ClosingPartsView `json:"closing_parts"`
	ClosingDetail []PartView       `json:"closing_details"`
	ClosingBase   string           `json:"closing_base"`
	ClosingAtRate string           `json:"closing_at_rate"`
	Rounding      string           `json:"rounding"`
	Conversions   int              `json:"conversions"`
	Deferred      *DeferredView    `json:"deferred_balance"`
	Commitments   *string          `json:"commitments"`

	Receipts []ReceiptView `json:"receipts"`
	Indirect *IndirectView `json:"indirect"`
	Advances []AdvanceView `json:"advances"`
	Shared   []SharedView  `json:"shared_costs"`
	Ties     []TieView     `json:"ledger"`
	Rates    []RateView    `json:"rates"`
	Applied  []AppliedView `json:"applied_rates,omitempty"`
	Differs  string        `json:"method_difference,omitempty"`

	Amendments []AmendmentView  `json:"amendments"`
	Disallowed []DisallowedView `json:"disallowed"`

	Notes []NoteView `json:"notes"`
	ReportView

	Organisation OrganisationView `json:"organisation"`
	Grantor      GrantorView      `json:"grantor"`
	Agreement    string           `json:"agreement"`
	Reference    string           `json:"own_reference,omitempty"`
	Layout       Layout           `json:"layout,omitempty"`
	Limit        *string          `json:"explained_over_percent,omitempty"`
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
	Reason      ReasonCode `json:"reason,omitempty"`
	Explanation string     `json:"explanation,omitempty"`
	Unit        string     `json:"unit,omitempty"`
	Quantity    string     `json:"quantity,omitempty"`
	UnitPrice   string     `json:"unit_price,omitempty"`
	Salary      bool       `json:"salary,omitempty"`
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
	NameEN   string      `json:"name_en,omitempty"`
	NameDA   string      `json:"name_da,omitempty"`
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
	Cap      *string    `json:"cap,omitempty"`
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

// AppliedView is an [AppliedRate].
type AppliedView struct {
	Source string   `json:"source"`
	From   string   `json:"from"`
	To     string   `json:"to"`
	Rate   string   `json:"rate"`
	Days   int      `json:"average_of"`
	IDs    []string `json:"rate_ids"`
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

// AdvanceView is an [Advance]; base_amount is that of closing.
type AdvanceView struct {
	Partner  string `json:"partner"`
	Currency string `json:"currency"`
	Opening  string `json:"opening"`
	Sent     string `json:"sent"`
	Spent    string `json:"spent"`
	Returned string `json:"returned"`
	Closing  string `json:"closing"`
	Base     string `json:"base_amount"`
	Oldest   string `json:"oldest,omitempty"`
}

// SharedView is a [Shared] in base currency; amount is the part of this grant.
type SharedView struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	NameEN string `json:"name_en,omitempty"`
	NameDA string `json:"name_da,omitempty"`
	Whole  string `json:"whole"`
	Amount string `json:"amount"`
}

// TieView is a [Tie] in base currency.
type TieView struct {
	Account string `json:"account"`
	Label   string `json:"label"`
	NameEN  string `json:"name_en,omitempty"`
	NameDA  string `json:"name_da,omitempty"`
	Amount  string `json:"amount"`
}

// AmendmentView is an [Amendment].
type AmendmentView struct {
	On    string   `json:"on"`
	Rules []string `json:"rules"`
}

// DisallowedView is a [Disallowed] in base currency.
type DisallowedView struct {
	Ref    string `json:"ref"`
	Date   string `json:"date"`
	Amount string `json:"amount"`
}

// OrganisationView is an [Organisation].
type OrganisationView struct {
	Name         string `json:"name"`
	Registration string `json:"registration"`
	Address      string `json:"address"`
	Contact      string `json:"contact,omitempty"`
	TaxApproval  string `json:"tax_approval,omitempty"`
	Account      string `json:"account,omitempty"`
	Binds        string `json:"binds,omitempty"`
	Auditor      string `json:"auditor,omitempty"`
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

// ClosingPartsView is what lies at places of each kind, in base currency. All are always there, in the order of their
// keys.
type ClosingPartsView struct {
	Accrual     string `json:"accruals"`
	AtPartner   string `json:"at_partner"`
	AtBank      string `json:"bank"`
	NotYetSpent string `json:"deferred"`
	Loan        string `json:"loans"`
	Elsewhere   string `json:"other"`
	Payable     string `json:"payables"`
	PettyCash   string `json:"petty_cash"`
	Receivable  string `json:"receivables"`
	Recoverable string `json:"recoverables"`
	RefundDue   string `json:"refund_due"`
	Retainer    string `json:"retainers"`
	Returned    string `json:"returned_payments"`
	Revalued    string `json:"revaluation"`
}

// closingKeys are the keys of closing_parts; all are always there.
var closingKeys = map[PartKind]string{
	AtBank: "bank", AtPartner: "at_partner", Retainer: "retainers", PettyCash: "petty_cash", Recoverable: "recoverables",
	Receivable: "receivables", Payable: "payables", Accrual: "accruals", Returned: "returned_payments", Loan: "loans",
	RefundDue: "refund_due", NotYetSpent: "deferred", Revalued: "revaluation", Elsewhere: "other",
}

// Key is the part's name in JSON and in the keys of figures.
func (k PartKind) Key() string { return cmp.Or(closingKeys[k], string(k)) }

// View is the statement as JSON has it, with labels in lang.
func (s GrantStatement) View(lang Lang) View {
	v := s.view(lang)
	v.DataHash = s.DataHash()
	return v
}

// view is View without the hash, which is computed from it.
func (s GrantStatement) view(lang Lang) View {
	in := func(d decimal.Decimal) string { return s.Money(d).String() }
	base := func(d decimal.Decimal) string { return s.InBase(d).String() }
	v := View{
		Kind: GrantFinancial, Subject: s.Grant, Number: s.Number, Version: s.Version, Replaces: s.Replaces, Whole: s.Whole,
		Draft: s.Draft(), Language: lang,
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
		Agreement: s.Agreement, Reference: s.Reference, Layout: s.Layout, Limit: percentText(s.Limit), Project: s.Project,
		GrantFrom: optional(string(s.GrantPeriod.From)), GrantTo: optional(string(s.GrantPeriod.To)),
		PreparedOn: string(s.PreparedOn), CutOff: s.CutOff,
		Indirect: s.indirectView(),
	}
	if s.Deferred != nil {
		v.Deferred = &DeferredView{in(s.Deferred.Amount), base(s.Deferred.Base)}
	}
	if s.Converts() {
		v.Differs = in(s.MethodDifference)
		v.Applied = Each(s.Applied, func(a AppliedRate) AppliedView {
			return AppliedView{Source: a.Source, From: string(a.From), To: string(a.To), Rate: a.quoted(), Days: a.Days,
				IDs: append([]string{}, a.IDs...)}
		})
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
	v.Lines = Each(s.Lines, func(l Line) LineView { return lineView(lang, l, s.Currency) })
	v.BudgetLines = Each(s.Budget, func(b BudgetLine) BudgetLineView {
		v := BudgetLineView{No: b.No, Text: b.Text, FiguresView: s.figures(b.BudgetFigures), Reason: b.Reason,
			Explanation: b.Explanation, Unit: b.Unit, Salary: b.Salary}
		if b.Unit != "" {
			v.Quantity, v.UnitPrice = b.Quantity.String(), s.Money(b.UnitPrice).String()
		}
		return v
	})
	v.ClosingDetail = Each(s.Parts, func(p Part) PartView { return partView(lang, p, s.Base) })
	v.Receipts = Each(s.Receipts, func(r Receipt) ReceiptView { return receiptView(lang, r, s.Currency, s.Base) })
	v.Rates = Each(s.Rates, func(r RateUsed) RateView {
		return RateView{Use: r.Use, Label: lang.RateUse(r.Use), Ref: r.Ref, Date: string(r.Date), Rate: r.Rate.String()}
	})
	v.Notes = Each(s.Notes, func(n Note) NoteView { return noteView(lang, n) })
	v.Signatures = Each(s.Signers(), func(g Signature) SignatureView {
		return SignatureView{g.Role, lang.Role(g.Role), g.Name}
	})
	s.fillBooks(v, lang)
	v.ReportView = s.reportView(lang)
}

// fillBooks adds what an institution reads beside its own figures.
func (s *GrantStatement) fillBooks(v *View, lang Lang) {
	base := func(d decimal.Decimal) string { return s.InBase(d).String() }
	v.Advances = Each(s.Advances, func(a Advance) AdvanceView {
		in := func(d decimal.Decimal) string { return ledger.Money{Amount: d, Currency: a.Currency}.String() }
		return AdvanceView{Partner: a.Partner, Currency: string(a.Currency), Opening: in(a.Opening), Sent: in(a.Sent),
			Spent: in(a.Spent), Returned: in(a.Returned), Closing: in(a.Closing), Base: base(a.Base), Oldest: string(a.Oldest)}
	})
	v.Shared = Each(s.Shared, func(c Shared) SharedView {
		return SharedView{Key: c.Key, Label: lang.Category(Line{Key: c.Key, Name: c.Name}), NameEN: c.Name.EN,
			NameDA: c.Name.DA, Whole: base(c.Whole), Amount: base(c.Grant)}
	})
	v.Ties = Each(s.Ties, func(t Tie) TieView {
		return TieView{Account: string(t.Account), Label: t.Name.In(lang), NameEN: t.Name.EN, NameDA: t.Name.DA,
			Amount: base(t.Amount)}
	})
	v.Amendments = Each(s.Amendments, func(a Amendment) AmendmentView { return AmendmentView{string(a.On), a.Rules} })
	v.Disallowed = Each(s.Disallowed,
		func(d Disallowed) DisallowedView { return DisallowedView{d.Ref, string(d.Date), base(d.Amount)} })
}

func lineView(lang Lang, l Line, c ledger.Currency) LineView {
	in := func(d decimal.Decimal) string { return ledger.Money{Amount: d, Currency: c}.String() }
	return LineView{Key: l.Key, Label: lang.Category(l), Kind: l.Kind, Amount: in(l.InPeriod), ToDate: in(l.ToDate),
		Share: percentText(l.Share), BudgetLine: optional(l.BudgetLine), NameEN: l.Name.EN, NameDA: l.Name.DA}
}

func partView(lang Lang, p Part, base ledger.Currency) PartView {
	return PartView{Kind: p.Kind, Label: lang.Place(p.Kind), Holder: p.Holder,
		Amount: ledger.Money{Amount: p.Amount, Currency: base}.String(), Quantity: amountView(p.Quantity)}
}

func receiptView(lang Lang, r Receipt, c, base ledger.Currency) ReceiptView {
	return ReceiptView{Date: string(r.Date), Kind: r.Kind, No: r.No, Label: lang.Receipt(r), NameEN: r.Name.EN,
		NameDA: r.Name.DA, Text: r.Text,
		Amount: ledger.Money{Amount: r.Amount, Currency: c}.String(), Original: amountView(r.Original),
		Rate: optional(r.Rate.String()),
		Base: ledger.Money{Amount: r.Base, Currency: base}.String()}
}

func noteView(lang Lang, n Note) NoteView {
	return NoteView{Code: n.Code, Label: lang.Note(n), Since: string(n.Since), Amount: amountView(n.Amount),
		Percent: percentText(n.Percent), Text: n.Text}
}

// Signatures is who signs, with the usual two where nobody is named.
func (s *GrantStatement) Signers() []Signature {
	if len(s.Signatures) > 0 {
		return s.Signatures
	}
	return []Signature{{Role: Management}, {Role: Treasurer}}
}

func (s *GrantStatement) figures(f BudgetFigures) FiguresView {
	return FiguresView{Budget: s.Money(f.Budget).String(), Amount: s.Money(f.InPeriod).String(),
		ToDate:   s.Money(f.ToDate).String(),
		Variance: s.Money(f.Variance).String(), VarianceOf: percentText(f.VarianceOf),
		UsedPercent: percentText(f.UsedPercent)}
}

func (s *GrantStatement) partSums() ClosingPartsView {
	sum := func(kind PartKind) string { return s.InBase(s.partSum(kind)).String() }
	return ClosingPartsView{
		Accrual:     sum(Accrual),
		AtPartner:   sum(AtPartner),
		AtBank:      sum(AtBank),
		NotYetSpent: sum(NotYetSpent),
		Loan:        sum(Loan),
		Elsewhere:   sum(Elsewhere),
		Payable:     sum(Payable),
		PettyCash:   sum(PettyCash),
		Receivable:  sum(Receivable),
		Recoverable: sum(Recoverable),
		RefundDue:   sum(RefundDue),
		Retainer:    sum(Retainer),
		Returned:    sum(Returned),
		Revalued:    sum(Revalued),
	}
}

// partSum is what lies at places of one kind, in base currency.
func (s *GrantStatement) partSum(kind PartKind) decimal.Decimal {
	return Sum(s.Parts, func(p Part) decimal.Decimal {
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
	v := &IndirectView{
		Through: string(i.Through),
		Steps: Each(i.Steps, func(p IndirectStep) StepView {
			return StepView{s.InBase(p.Base).String(), p.Rate.String()}
		}),
		Excluded: Each(i.Excluded, func(code string) string { return code }),
		ToDate:   s.InBase(i.ToDate).String(), Before: s.InBase(i.Before).String(), Amount: s.InBase(i.InPeriod).String(),
	}
	if i.Cap.Valid {
		v.Cap = optional(s.Money(i.Cap.Decimal).String())
	}
	return v
}

// Each makes a list of another, row by row; none gives an empty list, not nil.
func Each[T, U any](of []T, view func(T) U) []U {
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
