package figures

import (
	"slices"
	"supportledger/ledger"

	"github.com/shopspring/decimal"
)

// Kind is the kind of a statement.
type Kind string

// The kinds of statements.
const (
	GrantFinancial Kind = "grant_financial" // to an institution, on one grant: a [GrantStatement]
	DonorAnnual    Kind = "donor_annual"    // to a donor, on her gifts: a [FundStatement]
	FundReport     Kind = "fund"            // on a whole fund: a [FundStatement]
)

// Kinds are all kinds.
var Kinds = []Kind{GrantFinancial, DonorAnnual, FundReport}

// GrantStatement is the financial statement of one grant over one period, complete and without I/O: every figure that a
// rendering prints is a field here, in words of no language.
//
// Amounts are in Currency, the currency of the grant, unless a comment says base. Who collects a statement fills what
// the books say; [GrantStatement.Total] derives the rest (marked "by Total"), and [GrantStatement.Foots] checks all of
// it.
type GrantStatement struct {
	Number   string // S-2026-0001; "" while it is a draft
	Version  int    // 1; a correction of an issued statement is version 2
	Replaces string // "S-2026-0001/1", which this one corrects; "" for a first version

	Organisation Organisation
	Grant        string // code of the grant and its fund, G1
	Grantor      Grantor
	Agreement    string          // the grantor's own reference; "" when there is none
	Reference    string          // ours; "" for none
	Layout       Layout          // "" is ours
	Project      string          // title of the grant
	Granted      decimal.Decimal // amount of the grant
	GrantPeriod  Period          // period of performance; zero where the agreement names none
	Period       Period          // what the statement reports on, both days included

	Currency   ledger.Currency // of the grant and this report
	Base       ledger.Currency // the books are kept in
	RateMethod RateMethod

	Whole      bool // amounts in Currency are whole units; see [GrantStatement.InWholeUnits]
	PreparedOn ledger.Date
	CutOff     string // number of the last entry that was read, 2026-000031

	Opening  decimal.Decimal
	Received decimal.Decimal // by Total: sum of Receipts; interest is not in it
	Interest decimal.Decimal // of the grantor, earned in the period (RULES 59)
	Spent    decimal.Decimal // by Total: sum of Lines
	Refunded decimal.Decimal // returned or owed to the grantor by a final account (RULES 60)
	Closing  decimal.Decimal // by Total: opening + received + interest − spent − refunded
	ToDate   ToDate          // the same since the start of the grant

	GrantUsed decimal.NullDecimal // by Total: percent of Granted spent to date
	TimeUsed  decimal.NullDecimal // by Total: percent of GrantPeriod passed at the end of Period

	Receipts []Receipt
	Lines    []Line // costs, each category once per budget line; fees, currency differences and indirect costs last

	Limit         decimal.NullDecimal // by how many percent a line may be off before the agreement wants to know why
	BudgetVersion int                 // of the budget in force at the end of the period; 0 when the grant has none
	Budget        []BudgetLine        // the grantor's own lines, in the grantor's order
	BudgetTotal   BudgetFigures
	Indirect      *Indirect // nil where the grant pays none

	Parts         []Part              // where closing is, in base; what we owe is negative
	ClosingBase   decimal.Decimal     // base; by Total: sum of Parts
	ClosingAtRate decimal.Decimal     // base; Closing at the rates of its receipts. By Total when Currency is Base
	Rounding      decimal.Decimal     // base; by Total: ClosingBase − ClosingAtRate (RULES 17)
	Conversions   int                 // how many amounts were converted and rounded by themselves; bounds Rounding
	Deferred      *Deferred           // balance of account 2100, nil for a grant recognised at once
	Commitments   decimal.NullDecimal // base; open commitments, for information: part of closing, not of spent

	Advances   []Advance    // money with partners: how it moved in the period
	Shared     []Shared     // costs that other funds bore a part of
	Ties       []Tie        // base; what the ledger has on each cost account in the period
	Amendments []Amendment  // changes of the agreement up to the end of the period
	Disallowed []Disallowed // what an audit found not to be payable from the grant

	ReportNo     int            // which report on the grant this is, the first is 1; 0 where it is not counted
	OpeningParts []Part         // where opening was
	Changes      []BudgetChange // of the budget in the period
	Forecast     *Forecast      // nil where none was made
	InKind       []InKind
	Vouchers     []Voucher
	Results      *Results // nil where the grant's cost is for nobody in particular

	Applied          []AppliedRate   // that costs were converted at, where the statement converts
	MethodDifference decimal.Decimal // by Total: account 2100 in Currency, less Closing; zero where nothing is converted

	Rates      []RateUsed
	Notes      []Note
	Signatures []Signature // who signs; none means management and treasurer
}

// Draft reports whether the statement has not been issued: it has no number yet.
func (s GrantStatement) Draft() bool { return s.Number == "" }

// Organisation is whose statement it is: the letterhead. Only Name is needed.
type Organisation struct {
	Name         string
	Registration string // "CVR 12345678"
	Address      string // one line
	Contact      string // for questions and complaints
	TaxApproval  string // by which gifts may be deducted; "" for none
	Account      string // our bank account; "" where it is not said
	Binds        string // who may bind the organisation
	Auditor      string // the firm
}

// Grantor is the institution that granted the money.
type Grantor struct{ Code, Name string }

// Period is a span of days, both included. The zero Period is none.
type Period struct{ From, To ledger.Date }

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p == Period{} }

// days is the number of days, both ends included.
func (p Period) days() int64 {
	return int64(p.To.Time().Sub(p.From.Time()).Hours()/24) + 1
}

// RateMethod is how cost in other currencies becomes an amount of the report (RULES §3).
type RateMethod string

// The rate methods.
const (
	OwnRates     RateMethod = "own"     // actual rate of the lot that paid: the books' own figures
	ReceiptRates RateMethod = "receipt" // rate of the receipt that paid (RULES 12-17)

	// With these the statement converts and the books stay as they are (RULES 18).
	ECBRates       RateMethod = "ecb_average" // average of the ECB's daily rates over the period
	InforEuroRates RateMethod = "inforeuro"   // the Commission's rate of the month of the cost
	BudgetRates    RateMethod = "budget"      // rate of the agreed budget
)

// ToDate holds totals since the start of the grant up to the end of the period, in the currency of the grant.
type ToDate struct {
	Received, Interest, Refunded decimal.Decimal
	Spent                        decimal.Decimal // by Total: sum of Lines
}

// Receipt is money received on the grant in the period.
type Receipt struct {
	Date     ledger.Date // "" for a total
	Kind     ReceiptKind
	No       int             // of the instalment; 0 where it has none
	Name     Name            // of the purpose of a gift, or of a kind of income
	Text     string          // anything to add, in the grantor's language; usually ""
	Amount   decimal.Decimal // what it counts for, in the currency of the grant
	Original ledger.Money    // as it arrived, where that was another currency or amount; zero otherwise
	Rate     ledger.Rate     // that gave Base; zero when the currency of the grant is the base currency
	Base     decimal.Decimal // value in the books
}

// ReceiptKind says what a receipt is.
type ReceiptKind string

// The kinds of receipts.
const (
	Instalment   ReceiptKind = "instalment"
	AwardPayment ReceiptKind = "award_payment" // of a grant that was recognised at once
	GiftReceived ReceiptKind = "gift"
	GiftReturned ReceiptKind = "gift_returned" // given back as a mistake; its amount is negative
	FundIncome   ReceiptKind = "income"        // of a fund, by account
)

// LineKind tells programme cost from the three that are always on lines of their own (RULES 64).
type LineKind string

// The kinds of lines.
const (
	Programme           LineKind = "programme"
	TransferFees        LineKind = "transfer_fees"        // 6100
	CurrencyDifferences LineKind = "currency_differences" // 6200 less 4900, without revaluation; a gain is negative
	IndirectCosts       LineKind = "indirect_costs"       // 6300
)

// Order puts the lines that are always on their own last.
func (k LineKind) Order() int {
	return slices.Index([]LineKind{Programme, TransferFees, CurrencyDifferences, IndirectCosts}, k)
}

// Line is what was spent in one cost category on one line of the grantor's budget.
type Line struct {
	Kind       LineKind
	Key        string // category: tuition, …; of the other kinds transfer-fees, currency-differences, indirect-costs
	Name       Name   // from the chart of accounts; when zero, the package's own words for Key
	BudgetLine string // number in Budget; "" where the budget does not name this cost
	InPeriod   decimal.Decimal
	ToDate     decimal.Decimal
	Share      decimal.NullDecimal // by Total: percent of Spent
}

// BudgetLine is a line of the approved budget, as the grantor numbers and words it, with what was spent on it.
type BudgetLine struct {
	No          string
	Text        string
	Reason      ReasonCode // why it is spent otherwise than planned; "" where nobody said
	Explanation string     // the same in words, which stay in the organisation; usually ""
	Unit        string     // what is counted, such as month; "" where the line has no units
	Quantity    decimal.Decimal
	UnitPrice   decimal.Decimal
	Salary      bool // pay of our own people
	BudgetFigures
}

// BudgetFigures compares a budget with what was spent. All but Budget are filled by Total.
type BudgetFigures struct {
	Budget      decimal.Decimal
	InPeriod    decimal.Decimal
	ToDate      decimal.Decimal
	Variance    decimal.Decimal     // Budget − ToDate: positive is still to be spent
	VarianceOf  decimal.NullDecimal // percent of Budget; none when Budget is zero
	UsedPercent decimal.NullDecimal // ToDate in percent of Budget
}

// Indirect is how indirect costs were computed, in base currency, by the cumulative method (RULES 45-47).
type Indirect struct {
	Through  ledger.Date         // last day of the costs in the base
	Steps    []IndirectStep      // one per rate the agreement had; none while the next charge has to catch up
	Excluded []string            // categories left out of the base
	Cap      decimal.NullDecimal // most that the agreement pays in all, in the currency of the grant
	ToDate   decimal.Decimal
	Before   decimal.Decimal // charged before the period
	InPeriod decimal.Decimal // by Total: ToDate − Before
}

// IndirectStep is a rate in percent and the costs it applies to.
type IndirectStep struct{ Base, Rate decimal.Decimal }

// PartKind is where a part of the closing balance is.
type PartKind string

// The places money can be. Those from Payable on are owed and have negative amounts.
const (
	AtBank      PartKind = "bank"
	AtPartner   PartKind = "partner"
	Retainer    PartKind = "retainer"
	PettyCash   PartKind = "petty_cash"
	Recoverable PartKind = "recoverable"
	Receivable  PartKind = "receivable"
	Payable     PartKind = "payable"
	Accrual     PartKind = "accrual"
	Returned    PartKind = "returned" // payments that came back and are still owed to the payee
	Loan        PartKind = "loan"     // from another fund
	RefundDue   PartKind = "refund_due"
	NotYetSpent PartKind = "deferred"    // received on a grant and not income yet
	Revalued    PartKind = "revaluation" // of our currency accounts
	Elsewhere   PartKind = "other"       // what has no place of its own, or may not show it
)

// partKinds is the order of the page and of the keys in closing_parts.
var PartKinds = []PartKind{AtBank, AtPartner, Retainer, PettyCash, Recoverable, Receivable, Payable, Accrual, Returned,
	Loan, RefundDue, NotYetSpent, Revalued, Elsewhere}

// Part is a part of the closing balance.
type Part struct {
	Kind     PartKind
	Holder   string          // partner or bank account by code or name; never a payee who is a person
	Amount   decimal.Decimal // base; what we owe is negative
	Quantity ledger.Money    // in the currency it lies in, when that is not the base currency; zero otherwise
}

// Deferred is the balance of deferred grants (2100) of the fund, in both currencies, sign turned: money still to be
// spent is positive. It must equal the closing balance (RULES 17, 64).
type Deferred struct{ Amount, Base decimal.Decimal }

// Advance is what a partner held in one currency and how it moved in the period. Quantities are in that currency.
type Advance struct {
	Partner                                 string
	Currency                                ledger.Currency
	Opening, Sent, Spent, Returned, Closing decimal.Decimal // opening + sent − spent − returned = closing
	Base                                    decimal.Decimal // of Closing, in base
	Oldest                                  ledger.Date     // day of the oldest transfer that is not used up; "" for none
}

// Shared is cost of one category that entries of the grant had together with other funds, in base currency.
type Shared struct {
	Key          string
	Name         Name
	Whole, Grant decimal.Decimal // of all funds; of this grant
}

// Tie is the cost that the ledger has on an account of the grant's fund in the period, in base currency.
type Tie struct {
	Account ledger.AccountNo
	Name    Name
	Amount  decimal.Decimal
}

// Amendment is a change of the agreement.
type Amendment struct {
	On    ledger.Date
	Rules []string // which rules of it changed, by the names of the policy: indirect_rate
}

// Disallowed is a cost that was taken off the grant after an audit.
type Disallowed struct {
	Ref    string          // the auditor's number
	Date   ledger.Date     // "" where several findings are one sum
	Amount decimal.Decimal // base
}

// RateUsed is an exchange rate that entered a figure of the statement.
type RateUsed struct {
	Use  RateUse
	Ref  string // T-001
	Date ledger.Date
	Rate ledger.Rate
}

// RateUse says what a rate was used for.
type RateUse string

// The uses of rates.
const (
	ForReceipt    RateUse = "receipt"
	ForConversion RateUse = "conversion" // between our own accounts
	ForTransfer   RateUse = "transfer"   // to a partner: the cost of its advance
	ForReturn     RateUse = "return"     // of an advance
	ForPayment    RateUse = "payment"    // out of an account in another currency
)

// Signature is a place to sign.
type Signature struct {
	Role SignatureRole
	Name string // printed under the line; "" leaves it to the pen
}

// SignatureRole is who signs.
type SignatureRole string

// The roles that sign.
const (
	Management SignatureRole = "management"
	Treasurer  SignatureRole = "treasurer"
	Auditor    SignatureRole = "auditor"
)

// Note is a footnote: a code with its parameters, worded by [Lang]. Unused parameters are zero.
type Note struct {
	Code    NoteCode
	Since   ledger.Date         // the rule holds from this day; "" from the start
	Amount  ledger.Money        // {amount}
	Percent decimal.NullDecimal // {percent}
	Text    string              // {text}
}

// NoteCode names a footnote.
type NoteCode string

// The footnotes.
const (
	NoteDeferred         NoteCode = "recognition_deferred"
	NoteImmediate        NoteCode = "recognition_immediate"
	NoteCostBasis        NoteCode = "cost_basis"
	NoteOwnRates         NoteCode = "rates_own"
	NoteReceiptRates     NoteCode = "rates_receipt"
	NoteECBRates         NoteCode = "rates_ecb_average"
	NoteInforEuroRates   NoteCode = "rates_inforeuro"
	NoteBudgetRates      NoteCode = "rates_budget"
	NoteMethodDiffers    NoteCode = "rates_difference" // Amount
	NoteFeesGrant        NoteCode = "fees_grant"
	NoteFeesGeneral      NoteCode = "fees_general"
	NoteCurrencyGrant    NoteCode = "currency_grant"
	NoteCurrencyGeneral  NoteCode = "currency_general"
	NoteAdvances         NoteCode = "advances_historic"
	NoteRounding         NoteCode = "rounding" // Amount
	NoteIndirect         NoteCode = "indirect_cumulative"
	NoteIndirectOfSome   NoteCode = "indirect_of_some" // the agreement leaves categories out of the base
	NoteIndirectChanged  NoteCode = "indirect_changed" // the rate was another before
	NoteInterestGrantor  NoteCode = "interest_grantor"
	NoteInterestCharity  NoteCode = "interest_charity"
	NoteSharedCosts      NoteCode = "shared_costs"
	NoteCommitments      NoteCode = "commitments"
	NotePrefinanced      NoteCode = "prefinanced" // closing is below zero
	NoteWhole            NoteCode = "whole_units" // amounts are rounded so that they still add up
	NoteOwnFunds         NoteCode = "gifts_in_order"
	NoteNoTaxReport      NoteCode = "no_tax_report"
	NoteNotOnePerson     NoteCode = "no_person"
	NoteComplaints       NoteCode = "complaints"
	NoteYearEnd          NoteCode = "year_end_left_out"
	NoteCorrections      NoteCode = "corrections"  // Amount, Text
	NoteAfterPeriod      NoteCode = "after_period" // Amount
	NoteEstimates        NoteCode = "estimates"
	NoteCarriedOn        NoteCode = "carried_on"     // Amount
	NoteUnspentAtEnd     NoteCode = "unspent_at_end" // Amount
	NoteInKind           NoteCode = "in_kind"
	NoteVouchers         NoteCode = "vouchers"
	NoteThreePeople      NoteCode = "three_people"
	NoteSmallGroups      NoteCode = "small_groups"
	NoteDeductible       NoteCode = "deductible" // Amount, Text
	NoteAuditIndependent NoteCode = "audit_independent"
	NoteAuditRegistered  NoteCode = "audit_registered"
	NoteAuditPerformance NoteCode = "audit_performance"
	NoteReplacedFigures  NoteCode = "replaced_figures" // Text
	NoteReplacedWords    NoteCode = "replaced_words"   // Text
	NoteWasOpening       NoteCode = "was_opening"      // Amount, Text
	NoteWasReceived      NoteCode = "was_received"     // Amount, Text
	NoteWasSpent         NoteCode = "was_spent"        // Amount, Text
	NoteWasClosing       NoteCode = "was_closing"      // Amount, Text
	NoteFree             NoteCode = "text"             // Text, as it stands
)

// AppliedRate is a published or agreed rate that costs were converted at, with the rates on record that it was made of.
type AppliedRate struct {
	Source   string          // ecb, inforeuro; "" for the rate of the agreed budget
	From, To ledger.Date     // the days for which it stands
	Value    decimal.Decimal // rounded to six decimals, to be read; the conversion used the exact one
	Num, Den ledger.Currency
	Days     int      // how many published rates it is the average of
	IDs      []string // of the rates on record, which issuing locks
}

// Converts reports whether the costs of the report are converted from base currency, and not the books' own figures.
func (s *GrantStatement) Converts() bool {
	return s.RateMethod == ECBRates || s.RateMethod == InforEuroRates || s.RateMethod == BudgetRates
}

// Rate is the applied rate as any other.
func (a AppliedRate) Rate() ledger.Rate { return ledger.Rate{Value: a.Value, Num: a.Num, Den: a.Den} }

func (a AppliedRate) quoted() string { return a.Rate().String() }
