package statements

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// Office collects and issues statements. It holds no state of its own.
type Office struct {
	Book       ledger.Book
	Grants     grants.Register
	Disclosure Disclosure // nil withholds all that is not plainly the reader's own; see [Withholding]
	notes      *memo      // of a run; nil reads everything anew
	Address    string     // of the public pages, https://…, for the code on statements; "" prints the code alone
}

// Request names the statement that is wanted.
type Request struct {
	Subject  string        // code or id of a grant or donor, or code of a fund
	Kind     Kind          // "" finds the kind by the subject: a grant first, then a donor, then a fund
	From, To ledger.Date   // both included; "" for From is the start of the grant or fund, or the first gift
	CutOff   string        // number of the last entry to read; "" for the last there is
	Whole    bool          // in whole units of the currency
	Auditor  bool          // with a place for the auditor to sign
	Explains []Explanation // of budget lines that are spent otherwise than planned
}

// Collect reads a statement out of the books, from one snapshot up to one entry. The value foots, or [ErrDoesNotFoot] says
// why not: then it is the books that are wrong. [ErrUnknownSubject] for what is no grant, donor or fund.
func (o Office) Collect(ctx context.Context, tx *store.Tx, in Request) (Value, error) {
	cutOff, err := o.cutOff(ctx, tx, in.CutOff)
	if err != nil {
		return nil, err
	}
	v, err := o.collect(ctx, tx, in, cutOff)
	if err != nil || !in.Whole {
		return v, err
	}
	v = inWholeUnits(v)
	return v, v.Foots()
}

// collect finds what the subject is and has it collected.
func (o Office) collect(ctx context.Context, tx *store.Tx, in Request, cutOff ledger.Posted) (Value, error) {
	if in.Kind == "" || in.Kind == GrantFinancial {
		switch g, err := o.Grants.Grant(ctx, tx, in.Subject); {
		case err == nil:
			return o.grantStatement(ctx, tx, g, in, cutOff)
		case !errors.Is(err, grants.ErrUnknownGrant):
			return nil, err
		}
	}
	if in.Kind == "" || in.Kind == DonorAnnual {
		switch d, err := donors.Find(ctx, tx, in.Subject); {
		case err == nil:
			return o.donorStatement(ctx, tx, d, in, cutOff)
		case !errors.Is(err, donors.ErrUnknownDonor):
			return nil, err
		}
	}
	if in.Kind == "" || in.Kind == FundReport {
		switch f, err := o.Book.Fund(ctx, tx, ledger.FundCode(in.Subject)); {
		case err == nil:
			return o.fundReport(ctx, tx, f, in, cutOff)
		case !errors.Is(err, ledger.ErrUnknownFund):
			return nil, err
		}
	}
	return nil, ErrUnknownSubject
}

// cutOff is the last entry that a statement reads.
func (o Office) cutOff(ctx context.Context, tx *store.Tx, number string) (ledger.Posted, error) {
	if number != "" {
		return remembered(o.notes, "entry "+number, func() (ledger.Posted, error) { return o.Book.Entry(ctx, tx, number) })
	}
	return o.lastEntry(ctx, tx)
}

func (o Office) grantStatement(ctx context.Context, tx *store.Tx, g grants.Grant, in Request, cutOff ledger.Posted) (*GrantStatement, error) {
	c, err := o.collector(ctx, tx, g, in, cutOff)
	if err != nil {
		return nil, err
	}
	s := c.head()
	if err := c.inForce(ctx, tx, &s); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, *store.Tx, *GrantStatement) error{c.receipts, c.lots, c.indirect, c.books, c.forecast, c.vouchers, c.results} {
		if err := part(ctx, tx, &s); err != nil {
			return nil, err
		}
	}
	if s.converts() {
		if err := c.converted(ctx, tx, &s); err != nil {
			return nil, err
		}
	} else {
		c.spending(&s)
	}
	c.sortLines(&s)
	c.budget(&s)
	if err := s.explained(in.Explains); err != nil {
		return nil, err
	}
	c.parts(&s)
	c.openingParts(&s)
	c.notes(&s)
	if c.immediate() && s.Currency != s.Base {
		s.ClosingAtRate = sum(s.Parts, func(p Part) decimal.Decimal { return p.Amount }) // differences stay with the fund
	}
	s.Total()
	if err := c.told(ctx, tx, &s); err != nil {
		return nil, err
	}
	if in.Auditor {
		s.Signatures = withAuditor
	}
	return &s, s.Foots()
}

// told adds what depends on the totals.
func (c collector) told(ctx context.Context, tx *store.Tx, s *GrantStatement) (err error) {
	counts := func(category string) bool {
		return slices.ContainsFunc(s.Lines, func(l Line) bool { return l.Kind == Programme && l.Key == category })
	}
	if s.InKind, err = c.office.inKind(ctx, tx, c.period, c.cutOff, "", counts); err != nil {
		return err
	}
	if err := c.before(ctx, tx, s); err != nil {
		return err
	}
	if err := c.afterPeriod(ctx, tx, s); err != nil {
		return err
	}
	c.remarks(s)
	return nil
}

// collector is what the parts of one statement are read from.
type collector struct {
	office   Office
	grant    grants.Grant
	period   Period
	cutOff   ledger.Posted
	accounts map[ledger.AccountNo]ledger.Account
	sums     []ledger.Sum // every line of the fund up to the end of the period
	today    ledger.Date

	letterhead Organisation
}

func (o Office) collector(ctx context.Context, tx *store.Tx, g grants.Grant, in Request, cutOff ledger.Posted) (c collector, err error) {
	c = collector{office: o, grant: g, period: Period{in.From, in.To}, today: ledger.DateOf(tx.At), cutOff: cutOff}
	if c.accounts, err = o.Book.Accounts(ctx, tx); err != nil {
		return c, err
	}
	if c.letterhead, err = o.organisation(ctx, tx); err != nil {
		return c, err
	}
	if c.sums, err = o.Book.Activity(ctx, tx, g.Fund(), c.span()); err != nil {
		return c, err
	}
	if c.period.From == "" {
		c.period.From = c.start()
	}
	return c, nil
}

// span is all that the statement reads.
func (c collector) span() ledger.Span { return ledger.Span{To: c.period.To, Through: c.cutOff.Seq} }

// reads reports whether an entry is within the cut-off.
func (c collector) reads(ctx context.Context, tx *store.Tx, id ledger.EntryID) (bool, error) {
	e, err := c.office.Book.Entry(ctx, tx, string(id))
	return err == nil && e.Seq <= c.cutOff.Seq, err
}

// start is the first day of the grant: of its period, its signature or its first entry, whichever is earliest.
func (c collector) start() ledger.Date {
	start := cmp.Or(c.grant.From, c.grant.SignedOn)
	if c.grant.SignedOn < start {
		start = c.grant.SignedOn
	}
	if len(c.sums) > 0 && c.sums[0].Date < start {
		start = c.sums[0].Date
	}
	return start
}

func (o Office) lastEntry(ctx context.Context, tx *store.Tx) (ledger.Posted, error) {
	seq, err := o.Book.LastSeq(ctx, tx)
	if err != nil || seq == 0 {
		return ledger.Posted{}, err
	}
	found, err := o.Book.Entries(ctx, tx, ledger.Span{}, seq-1, 1)
	if err != nil || len(found) == 0 {
		return ledger.Posted{}, err
	}
	return found[0], nil
}

func (c collector) head() GrantStatement {
	g := c.grant
	s := GrantStatement{Version: 1, Organisation: c.letterhead, Grant: g.Code,
		Grantor: Grantor{g.Donor.Code, g.Donor.Name}, Project: g.Title, Granted: g.Amount.Amount, Period: c.period,
		Currency: g.Amount.Currency, Base: c.office.Book.Base, RateMethod: OwnRates, PreparedOn: c.today, CutOff: c.cutOff.Number}
	if g.From != "" && g.To != "" {
		s.GrantPeriod = Period{g.From, g.To}
	}
	if g.Amount.Currency != s.Base && !c.immediate() {
		s.RateMethod = ReceiptRates
	}
	switch method := g.Policies.At(c.period.To).RateMethod; method {
	case rates.ECBAverage, rates.MonthlyRate, rates.BudgetRate:
		if s.Currency != s.Base {
			s.RateMethod = RateMethod(method)
		}
	case rates.OwnCurrency, rates.ReceiptRate:
	}
	return s
}

// immediate reports whether the grant was income when it was awarded.
func (c collector) immediate() bool {
	return c.grant.Policies.At(c.period.To).Recognition == grants.Immediate
}

// receipts lists what was received in the period; earlier receipts are in the opening balance.
func (c collector) receipts(ctx context.Context, tx *store.Tx, s *GrantStatement) error {
	if c.immediate() {
		return c.awardReceipts(ctx, tx, s)
	}
	instalments, err := c.office.Grants.Instalments(ctx, tx, c.grant, c.period.To)
	if err != nil {
		return err
	}
	for i, in := range instalments {
		if counts, err := c.reads(ctx, tx, in.Entry.ID); err != nil {
			return err
		} else if !counts {
			continue
		}
		s.ToDate.Received = s.ToDate.Received.Add(in.Amount.Amount)
		if in.On < c.period.From {
			s.Opening = s.Opening.Add(in.Amount.Amount)
			continue
		}
		s.Receipts = append(s.Receipts, Receipt{Date: in.On, Kind: Instalment, No: i + 1, Amount: in.Amount.Amount, Rate: in.Rate, Base: in.Base.Amount})
		if !in.Rate.IsZero() {
			s.Conversions++
		}
	}
	return nil
}

// awardReceipts lists what was received on an award, with what a bank withheld: the grantor gave both (RULES 58).
func (c collector) awardReceipts(ctx context.Context, tx *store.Tx, s *GrantStatement) error {
	receipts, err := c.office.Grants.AwardReceipts(ctx, tx, c.grant, c.period.To)
	if err != nil {
		return err
	}
	for i, in := range receipts {
		if counts, err := c.reads(ctx, tx, in.Entry); err != nil {
			return err
		} else if !counts {
			continue
		}
		amount := in.Received.Add(in.Withheld)
		s.ToDate.Received = s.ToDate.Received.Add(amount.Amount)
		if !in.Rate.IsZero() {
			s.Rates = append(s.Rates, RateUsed{ForReceipt, "", in.On, in.Rate})
		}
		if in.On < c.period.From {
			s.Opening = s.Opening.Add(amount.Amount)
			continue
		}
		r := Receipt{Date: in.On, Kind: AwardPayment, No: i + 1, Amount: amount.Amount, Rate: in.Rate, Base: in.Base.Amount}
		if !in.Withheld.IsZero() {
			r.Original = in.Received
		}
		s.Receipts = append(s.Receipts, r)
	}
	return nil
}

// lots reads what the fund's lots hold at the end of the period: the layers of the advance at their receipts' rates, and
// the transfers whose rates gave the costs.
func (c collector) lots(ctx context.Context, tx *store.Tx, s *GrantStatement) error {
	sums, err := c.office.Book.LotSums(ctx, tx, c.grant.Fund(), c.span())
	if err != nil {
		return err
	}
	exact := decimal.Zero
	for _, l := range sums {
		switch {
		case l.Lot.Kind == ledger.DeferredLot:
			exact = exact.Sub(l.Amount.Amount.Mul(l.Lot.Rate.Value))
			s.Conversions += l.Lines
			s.Rates = append(s.Rates, RateUsed{ForReceipt, "", l.Lot.OpenedOn, l.Lot.Rate})
		case l.Lot.Kind == ledger.CurrencyLot && l.Lot.Pool.Holder != "" && !l.Lot.Rate.IsZero(): // what was paid twice has no rate of its own
			s.Rates = append(s.Rates, RateUsed{ForTransfer, l.Lot.Name, l.Lot.OpenedOn, l.Lot.Rate})
		}
	}
	s.ClosingAtRate = ledger.Round(exact, s.Base).Amount
	slices.SortStableFunc(s.Rates, func(a, b RateUsed) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Ref, b.Ref)) })
	return nil
}

// indirect shows how indirect cost was computed at the last charge. The calculation is left out where entries made later
// changed its base, since the next charge will catch up with them (RULES 46).
func (c collector) indirect(ctx context.Context, tx *store.Tx, s *GrantStatement) error {
	last, found, err := c.office.Book.Last(ctx, tx, "indirect-charge", string(c.grant.ID), c.period.To)
	if err != nil || !found || last.Seq > c.cutOff.Seq {
		return err
	}
	charge, err := c.office.Grants.Indirect(ctx, tx, c.grant, ledger.Span{To: last.Date, Through: last.Seq})
	if err != nil {
		return err
	}
	policy := c.grant.Policies.At(last.Date)
	s.Indirect = &Indirect{Through: last.Date, Excluded: policy.IndirectExcludes, ToDate: charge.Before.Amount}
	if policy.IndirectCap.Sign() > 0 {
		s.Indirect.Cap = decimal.NewNullDecimal(policy.IndirectCap.Amount)
	}
	for _, sum := range c.sums {
		if sum.Account == ledger.IndirectCosts && sum.Date < c.period.From {
			s.Indirect.Before = s.Indirect.Before.Add(sum.Base.Amount)
		}
	}
	if len(c.grant.Policies) == 1 && charge.Charge.IsZero() {
		s.Indirect.Steps = []IndirectStep{{charge.Base.Amount, charge.Rate}}
	}
	return nil
}

// spending sums cost by category. A grant in base currency reads the cost accounts; one in another currency adds up its
// rounded releases, never the total in base over a rate (RULES 17).
func (c collector) spending(s *GrantStatement) {
	for _, sum := range c.sums {
		category, amount, counts := c.cost(s, sum)
		if !counts {
			continue
		}
		l := c.line(s, category)
		l.ToDate = l.ToDate.Add(amount)
		s.ToDate.Spent = s.ToDate.Spent.Add(amount)
		if sum.Date < c.period.From {
			s.Opening = s.Opening.Sub(amount)
		} else {
			l.InPeriod = l.InPeriod.Add(amount)
		}
	}
}

// sortLines puts the lines in the order of the chart.
func (c collector) sortLines(s *GrantStatement) {
	slices.SortStableFunc(s.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(lineOrder[a.Kind], lineOrder[b.Kind]), cmp.Compare(c.number(a.Key), c.number(b.Key)))
	})
}

// lineOrder puts the lines that are always on their own last.
var lineOrder = map[LineKind]int{Programme: 0, TransferFees: 1, CurrencyDifferences: 2, IndirectCosts: 3}

// cost is what a sum adds to the spending, in the grant's currency: cost accounts of a grant in base currency; releases of a
// deferred grant in another; and of an awarded one what was paid in its currency, other cost at the rate of the last
// receipt, currency differences left out (RULES 17, 58).
func (c collector) cost(s *GrantStatement, sum ledger.Sum) (category string, amount decimal.Decimal, counts bool) {
	account := c.accounts[sum.Account]
	difference := account.Number == ledger.CurrencyGains || account.Number == ledger.CurrencyLosses
	switch {
	case s.Currency == s.Base:
		return account.Category(), sum.Base.Amount, (account.IsCost() || difference) && sum.Category != ledger.Revaluation
	case !c.immediate():
		return sum.Category, sum.Amount.Amount, account.Number == ledger.DeferredGrants && c.number(sum.Category) != ""
	case !account.IsCost() || difference:
		return "", decimal.Zero, false
	case sum.Amount.Currency == s.Currency:
		return account.Category(), sum.Amount.Amount, true
	}
	return account.Category(), c.atLastRate(s, sum.Base), true
}

// atLastRate converts a base cost at the rate of the newest receipt up to the end of the period (RULES 58).
func (c collector) atLastRate(s *GrantStatement, base ledger.Money) decimal.Decimal {
	for i := len(s.Rates) - 1; i >= 0; i-- {
		if s.Rates[i].Use != ForReceipt {
			continue
		}
		if m, err := s.Rates[i].Rate.Convert(base, s.Currency); err == nil {
			return m.Amount
		}
	}
	return decimal.Zero // nothing was received yet: Foots says that the figures do not add up
}

// number is the account of a cost category, "" for a word that is none, such as "instalment".
func (c collector) number(category string) ledger.AccountNo {
	for number, a := range c.accounts {
		if a.Category() == category && (a.IsCost() || number == ledger.CurrencyGains) {
			return number
		}
	}
	return ""
}

// line finds or opens the statement's line of a category.
func (c collector) line(s *GrantStatement, category string) *Line {
	kind, key := kindOf(c.number(category), category)
	if i := slices.IndexFunc(s.Lines, func(l Line) bool { return l.Key == key }); i >= 0 {
		return &s.Lines[i]
	}
	l := Line{Kind: kind, Key: key}
	if kind == Programme {
		account := c.accounts[c.number(category)]
		l.Name = Name{account.NameEN, account.NameDA}
	}
	if budget, found := c.grant.LineFor(category); found {
		l.BudgetLine = budget.No
	}
	s.Lines = append(s.Lines, l)
	return &s.Lines[len(s.Lines)-1]
}

func kindOf(account ledger.AccountNo, category string) (LineKind, string) {
	switch account {
	case ledger.TransferFees:
		return TransferFees, "transfer-fees"
	case ledger.CurrencyLosses, ledger.CurrencyGains:
		return CurrencyDifferences, "currency-differences"
	case ledger.IndirectCosts:
		return IndirectCosts, "indirect-costs"
	}
	return Programme, category
}

func (c collector) budget(s *GrantStatement) {
	for _, l := range c.grant.Budget {
		s.Budget = append(s.Budget, BudgetLine{No: l.No, Text: l.Text, BudgetFigures: BudgetFigures{Budget: l.Amount.Amount}})
	}
}

// places says where money on an account is; accounts that start with a path share a place.
var places = []struct {
	path string
	kind PartKind
}{
	{"assets:bank:", AtBank}, {"assets:advances:", AtPartner}, {"assets:prepaid:", Retainer},
	{"assets:staff-advance:", PettyCash}, {"assets:recoverable:", Recoverable}, {"assets:receivable:", Receivable},
	{"assets:interfund:", Loan}, {"liabilities:interfund:", Loan}, {"liabilities:payable:", Payable},
	{"liabilities:accruals", Accrual}, {"liabilities:returned-payments", Returned}, {"liabilities:grant-refund-payable", RefundDue},
}

// parts says where the closing balance is, and what of it is committed or still deferred.
func (c collector) parts(s *GrantStatement) {
	if !c.immediate() {
		s.Deferred = &Deferred{}
	}
	committed := decimal.Zero
	for _, sum := range c.sums {
		switch sum.Account {
		case ledger.DeferredGrants:
			c.advance(s, sum)
			continue
		case ledger.Encumbrances:
			committed = committed.Add(sum.Base.Amount)
			continue
		}
		if kind, found := c.place(sum.Account); found {
			c.addPart(s, kind, sum)
		}
	}
	s.Commitments = decimal.NewNullDecimal(committed)
	s.Parts = sortedParts(s.Parts)
}

// advance adds what moved on account 2100: its balance, the grantor's interest, and what a final account gave back.
func (c collector) advance(s *GrantStatement, sum ledger.Sum) {
	amount := sum.Amount.Amount
	s.Deferred.Amount, s.Deferred.Base = s.Deferred.Amount.Sub(amount), s.Deferred.Base.Sub(sum.Base.Amount)
	inPeriod := sum.Date >= c.period.From
	switch sum.Category {
	case "interest":
		s.ToDate.Interest = s.ToDate.Interest.Sub(amount)
		if inPeriod {
			s.Interest = s.Interest.Sub(amount)
		} else {
			s.Opening = s.Opening.Sub(amount)
		}
	case "refund":
		s.ToDate.Refunded = s.ToDate.Refunded.Add(amount)
		if inPeriod {
			s.Refunded = s.Refunded.Add(amount)
		} else {
			s.Opening = s.Opening.Sub(amount)
		}
	}
}

// place says where money on an account is. An award that has not been received is nowhere yet, and a revaluation moves
// nothing.
func (c collector) place(number ledger.AccountNo) (PartKind, bool) {
	a := c.accounts[number]
	if number == ledger.Receivables && c.immediate() || strings.HasPrefix(a.Path, "assets:bank:") && !a.IsBank() {
		return "", false
	}
	for _, p := range places {
		if strings.HasPrefix(a.Path, p.path) {
			return p.kind, true
		}
	}
	return "", false
}

func (c collector) addPart(s *GrantStatement, kind PartKind, sum ledger.Sum) {
	s.Parts = addedPart(s.Parts, c.part(s, kind, sum))
}

// part is a sum of lines as a part of a balance.
func (c collector) part(s *GrantStatement, kind PartKind, sum ledger.Sum) Part {
	holder, quantity := sum.Partner, ledger.Money{}
	if kind == AtBank {
		holder = string(c.accounts[sum.Account].BankCurrency())
	}
	if sum.Amount.Currency != s.Base {
		quantity = sum.Amount
	}
	return Part{Kind: kind, Holder: holder, Amount: sum.Base.Amount, Quantity: quantity}
}

// notes says by which rules the figures were made: those of the policy, with the day from which an amendment changed them.
func (c collector) notes(s *GrantStatement) {
	recognition := NoteDeferred
	if c.immediate() {
		recognition = NoteImmediate
	}
	s.Notes = append(s.Notes, Note{Code: recognition}, Note{Code: NoteCostBasis})
	s.Notes = append(s.Notes, Note{Code: rateNotes[s.RateMethod]})
	if slices.ContainsFunc(s.Parts, func(p Part) bool { return p.Kind == AtPartner }) {
		s.Notes = append(s.Notes, Note{Code: NoteAdvances})
	}
	fees := map[grants.Bearer]NoteCode{grants.BornByGrant: NoteFeesGrant, grants.BornByGeneral: NoteFeesGeneral}
	differences := map[grants.Bearer]NoteCode{grants.BornByGrant: NoteCurrencyGrant, grants.BornByGeneral: NoteCurrencyGeneral}
	s.Notes = append(s.Notes, c.changes(func(p grants.Policy) NoteCode { return fees[p.FeeBearer] })...)
	s.Notes = append(s.Notes, c.changes(func(p grants.Policy) NoteCode { return differences[p.CurrencyBearer] })...)
	if s.Indirect != nil {
		rate := c.grant.Policies.At(s.Indirect.Through).IndirectRate
		s.Notes = append(s.Notes, Note{Code: NoteIndirect, Percent: decimal.NewNullDecimal(rate)})
	}
	s.Notes = append(s.Notes, Note{Code: NoteSharedCosts})
	if s.Commitments.Valid && !s.Commitments.Decimal.IsZero() {
		s.Notes = append(s.Notes, Note{Code: NoteCommitments})
	}
	if rounding := s.roundingNow(); !rounding.IsZero() {
		s.Notes = append(s.Notes, Note{Code: NoteRounding, Amount: s.inBase(rounding)})
	}
}

// rateNotes say how costs were converted.
var rateNotes = map[RateMethod]NoteCode{OwnRates: NoteOwnRates, ReceiptRates: NoteReceiptRates, ECBRates: NoteECBRates,
	InforEuroRates: NoteInforEuroRates, BudgetRates: NoteBudgetRates}

// roundingNow is what Total will find as rounding.
func (s *GrantStatement) roundingNow() decimal.Decimal {
	if s.Currency == s.Base {
		return decimal.Zero
	}
	return sum(s.Parts, func(p Part) decimal.Decimal { return p.Amount }).Sub(s.ClosingAtRate)
}

// changes gives a note for the policy's first rule and one for every amendment of it up to the end of the period.
func (c collector) changes(of func(grants.Policy) NoteCode) []Note {
	var notes []Note
	for _, p := range c.grant.Policies {
		code := of(p)
		if p.StartsOn > c.period.To && len(notes) > 0 || len(notes) > 0 && notes[len(notes)-1].Code == code {
			continue
		}
		n := Note{Code: code}
		if len(notes) > 0 {
			n.Since = p.StartsOn
		}
		notes = append(notes, n)
	}
	return notes
}
