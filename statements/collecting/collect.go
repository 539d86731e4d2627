package collecting

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/shopspring/decimal"
)

// What collecting refuses.
var (
	ErrUnknownSubject    = errors.New("statements: no grant, donor or fund of that code")
	ErrReversed          = errors.New("statements: the period ends before it begins")
	ErrUnknownBudgetLine = errors.New("statements: the budget has no such line")
)

// Books are what a statement is read from.
type Books struct {
	Book     ledger.Book
	Grants   grants.Register
	Reported Reported
	Memo     *Memo // of a run; nil reads everything anew
}

// Reported is what the office has beside the books: its letterhead, and what it reported before.
type Reported interface {
	Organisation(ctx context.Context, tx *store.Tx) (figures.Organisation, error)

	// Threshold is how many people a sum about a subject has at least, where it was raised.
	Threshold(ctx context.Context, tx *store.Tx, subject string) (int, error)

	// LastReport is the newest report issued on a grant that ends on a day; nil where there is none.
	LastReport(ctx context.Context, tx *store.Tx, grant string, to ledger.Date) (*Report, error)

	// NextReport is the number of the report on a grant for a period.
	NextReport(ctx context.Context, tx *store.Tx, grant string, p figures.Period) (int, error)
}

// Report is an issued report on a grant.
type Report struct {
	Number  string
	Value   figures.Value // as collected
	Cleared figures.Value // as it left
	CutOff  int64         // sequence number of the last entry that it read
}

// Request names the statement that is wanted.
type Request struct {
	Subject  string                // code or id of a grant or donor, or code of a fund
	Kind     figures.Kind          // "" finds the kind by the subject: a grant first, then a donor, then a fund
	From, To ledger.Date           // both included; "" for From is the start of the grant or fund, or the first gift
	CutOff   string                // number of the last entry to read; "" for the last there is
	Whole    bool                  // in whole units of the currency
	Auditor  bool                  // with a place for the auditor to sign
	Explains []figures.Explanation // of budget lines that are spent otherwise than planned
}

// Collect reads a statement out of the books, from one snapshot up to one entry. The value foots, or [ErrDoesNotFoot]
// says why not: then it is the books that are wrong. [ErrUnknownSubject] for what is no grant, donor or fund.
func (b Books) Collect(ctx context.Context, tx *store.Tx, in Request) (figures.Value, error) {
	if in.From != "" && in.To < in.From {
		return nil, ErrReversed
	}
	cutOff, err := b.CutOff(ctx, tx, in.CutOff)
	if err != nil {
		return nil, err
	}
	v, err := b.collect(ctx, tx, in, cutOff)
	if err != nil || !in.Whole && !wholeByAgreement(v) {
		return v, err
	}
	v = figures.InWholeUnits(v)
	return v, v.Foots()
}

// wholeByAgreement reports whether the grantor wants its reports in whole units. The statement says so by its mark,
// which is then made true.
func wholeByAgreement(v figures.Value) bool {
	s, ok := v.(*figures.GrantStatement)
	return ok && s.Whole
}

// collect finds what the subject is and has it collected.
func (b Books) collect(ctx context.Context, tx *store.Tx, in Request, cutOff ledger.Posted) (figures.Value, error) {
	if in.Kind == "" || in.Kind == figures.GrantFinancial {
		switch g, err := b.Grants.Grant(ctx, tx, in.Subject); {
		case err == nil:
			return b.grantStatement(ctx, tx, g, in, cutOff)
		case !errors.Is(err, grants.ErrUnknownGrant):
			return nil, err
		}
	}
	if in.Kind == "" || in.Kind == figures.DonorAnnual {
		switch d, err := donors.Find(ctx, tx, in.Subject); {
		case err == nil:
			return b.donorStatement(ctx, tx, d, in, cutOff)
		case !errors.Is(err, donors.ErrUnknownDonor):
			return nil, err
		}
	}
	if in.Kind == "" || in.Kind == figures.FundReport {
		switch f, err := b.Book.Fund(ctx, tx, ledger.FundCode(in.Subject)); {
		case err == nil:
			return b.fundReport(ctx, tx, f, in, cutOff)
		case !errors.Is(err, ledger.ErrUnknownFund):
			return nil, err
		}
	}
	return nil, ErrUnknownSubject
}

// cutOff is the last entry that a statement reads.
func (b Books) CutOff(ctx context.Context, tx *store.Tx, number string) (ledger.Posted, error) {
	if number != "" {
		return Remembered(b.Memo, "entry "+number, func() (ledger.Posted, error) { return b.Book.Entry(ctx, tx, number) })
	}
	return b.lastEntry(ctx, tx)
}

func (b Books) grantStatement(ctx context.Context, tx *store.Tx, g grants.Grant, in Request,
	cutOff ledger.Posted) (*figures.GrantStatement, error) {
	c, err := b.collector(ctx, tx, g, in, cutOff)
	if err != nil {
		return nil, err
	}
	s := c.head()
	if err := c.inForce(ctx, tx, &s); err != nil {
		return nil, err
	}
	for _, part := range []func(context.Context, *store.Tx, *figures.GrantStatement) error{c.receipts, c.lots, c.indirect,
		c.books, c.forecast, c.vouchers, c.results} {
		if err := part(ctx, tx, &s); err != nil {
			return nil, err
		}
	}
	if s.Converts() {
		if err := c.converted(ctx, tx, &s); err != nil {
			return nil, err
		}
	} else {
		c.spending(&s)
	}
	c.sortLines(&s)
	c.budget(&s)
	if err := explain(&s, in.Explains); err != nil {
		return nil, err
	}
	c.parts(&s)
	c.openingParts(&s)
	c.notes(&s)
	if c.immediate() && s.Currency != s.Base {
		s.ClosingAtRate = figures.Sum(s.Parts,
			func(p figures.Part) decimal.Decimal { return p.Amount }) // differences stay with the fund
	}
	s.Total()
	if err := c.told(ctx, tx, &s); err != nil {
		return nil, err
	}
	s.Total()
	if in.Auditor {
		s.Signatures = withAuditor
	}
	s.Signatures = signedBy(s.Signatures, s.Organisation)
	if err := s.Foots(); err != nil {
		return nil, err
	}
	s.Whole = c.grant.Policies.At(c.period.To).Report.Whole
	return &s, nil
}

// told adds what depends on the totals.
func (c collector) told(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) (err error) {
	counts := func(category string) bool {
		return slices.ContainsFunc(s.Lines,
			func(l figures.Line) bool { return l.Kind == figures.Programme && l.Key == category })
	}
	if s.InKind, err = c.from.inKind(ctx, tx, reported(c.period, c.cutOff), "", counts); err != nil {
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
	from     Books
	grant    grants.Grant
	period   figures.Period
	cutOff   ledger.Posted
	accounts map[ledger.AccountNo]ledger.Account
	sums     []ledger.Sum // every line of the fund up to the end of the period
	today    ledger.Date

	letterhead figures.Organisation
}

func (b Books) collector(ctx context.Context, tx *store.Tx, g grants.Grant, in Request,
	cutOff ledger.Posted) (c collector, err error) {
	c = collector{from: b, grant: g, period: figures.Period{From: in.From, To: in.To}, today: ledger.DateOf(tx.At),
		cutOff: cutOff}
	if c.accounts, err = b.Book.Accounts(ctx, tx); err != nil {
		return c, err
	}
	if c.letterhead, err = b.Reported.Organisation(ctx, tx); err != nil {
		return c, err
	}
	if c.sums, err = b.Book.Activity(ctx, tx, g.Fund(), c.span()); err != nil {
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
	e, err := c.from.Book.Entry(ctx, tx, string(id))
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

func (b Books) lastEntry(ctx context.Context, tx *store.Tx) (ledger.Posted, error) {
	seq, err := b.Book.LastSeq(ctx, tx)
	if err != nil || seq == 0 {
		return ledger.Posted{}, err
	}
	found, err := b.Book.Entries(ctx, tx, ledger.Span{}, seq-1, 1)
	if err != nil || len(found) == 0 {
		return ledger.Posted{}, err
	}
	return found[0], nil
}

func (c collector) head() figures.GrantStatement {
	g := c.grant
	s := figures.GrantStatement{Version: 1, Organisation: c.letterhead, Grant: g.Code,
		Grantor: figures.Grantor{Code: g.Donor.Code, Name: g.Donor.Name}, Project: g.Title, Granted: g.Amount.Amount,
		Period:   c.period,
		Currency: g.Amount.Currency, Base: c.from.Book.Base, RateMethod: figures.OwnRates, PreparedOn: c.today,
		CutOff: c.cutOff.Number}
	rules := g.Policies.At(c.period.To)
	s.Agreement, s.Reference, s.Layout = rules.Report.Agreement, rules.Report.Reference,
		figures.Layout(rules.Report.Layout)
	if rules.Virement.Percent.Sign() > 0 {
		s.Limit = decimal.NewNullDecimal(rules.Virement.Percent)
	}
	if g.From != "" && g.To != "" {
		s.GrantPeriod = figures.Period{From: g.From, To: g.To}
	}
	if g.Amount.Currency != s.Base && !c.immediate() {
		s.RateMethod = figures.ReceiptRates
	}
	switch method := g.Policies.At(c.period.To).RateMethod; method {
	case rates.ECBAverage, rates.MonthlyRate, rates.BudgetRate:
		if s.Currency != s.Base {
			s.RateMethod = figures.RateMethod(method)
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
func (c collector) receipts(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	if c.immediate() {
		return c.awardReceipts(ctx, tx, s)
	}
	instalments, err := c.from.Grants.Instalments(ctx, tx, c.grant, c.period.To)
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
		s.Receipts = append(s.Receipts,
			figures.Receipt{Date: in.On, Kind: figures.Instalment, No: i + 1, Amount: in.Amount.Amount, Rate: in.Rate,
				Base: in.Base.Amount})
		if !in.Rate.IsZero() {
			s.Conversions++
		}
	}
	return nil
}

// awardReceipts lists what was received on an award, with what a bank withheld: the grantor gave both (RULES 58).
func (c collector) awardReceipts(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	receipts, err := c.from.Grants.AwardReceipts(ctx, tx, c.grant, c.period.To)
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
			s.Rates = append(s.Rates, figures.RateUsed{Use: figures.ForReceipt, Ref: "", Date: in.On, Rate: in.Rate})
		}
		if in.On < c.period.From {
			s.Opening = s.Opening.Add(amount.Amount)
			continue
		}
		r := figures.Receipt{Date: in.On, Kind: figures.AwardPayment, No: i + 1, Amount: amount.Amount, Rate: in.Rate,
			Base: in.Base.Amount}
		if !in.Withheld.IsZero() {
			r.Original = in.Received
		}
		s.Receipts = append(s.Receipts, r)
	}
	return nil
}

// lots reads what the fund's lots hold at the end of the period: the layers of the advance at their receipts' rates,
// and the transfers whose rates gave the costs.
func (c collector) lots(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	sums, err := c.from.Book.LotSums(ctx, tx, c.grant.Fund(), c.span())
	if err != nil {
		return err
	}
	exact := decimal.Zero
	for _, l := range sums {
		switch {
		case l.Lot.Kind == ledger.DeferredLot:
			exact = exact.Sub(figures.Exact(l.Amount, l.Lot.Rate))
			s.Conversions += l.Lines
			s.Rates = append(s.Rates, figures.RateUsed{Use: figures.ForReceipt, Ref: "", Date: l.Lot.OpenedOn, Rate: l.Lot.Rate})
		case l.Lot.Kind == ledger.CurrencyLot && l.Lot.Pool.Holder != "" &&
			!l.Lot.Rate.IsZero(): // what was paid twice has no rate of its own
			s.Rates = append(s.Rates, figures.RateUsed{Use: figures.ForTransfer, Ref: l.Lot.Name, Date: l.Lot.OpenedOn,
				Rate: l.Lot.Rate})
		}
	}
	s.ClosingAtRate = ledger.Round(exact, s.Base).Amount
	slices.SortStableFunc(s.Rates,
		func(a, b figures.RateUsed) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Ref, b.Ref)) })
	return nil
}

// indirect shows how indirect cost was computed at the last charge. The calculation is left out where entries made
// later changed its base, since the next charge will catch up with them (RULES 46).
func (c collector) indirect(ctx context.Context, tx *store.Tx, s *figures.GrantStatement) error {
	last, found, err := c.from.Book.Last(ctx, tx, "indirect-charge", string(c.grant.ID), c.period.To)
	if err != nil || !found || last.Seq > c.cutOff.Seq {
		return err
	}
	charge, err := c.from.Grants.Indirect(ctx, tx, c.grant, ledger.Span{To: last.Date, Through: last.Seq})
	if err != nil {
		return err
	}
	policy := c.grant.Policies.At(last.Date)
	s.Indirect = &figures.Indirect{Through: last.Date, Excluded: policy.IndirectExcludes, ToDate: charge.Before.Amount}
	if policy.IndirectCap.Sign() > 0 {
		s.Indirect.Cap = decimal.NewNullDecimal(policy.IndirectCap.Amount)
	}
	for _, sum := range c.sums {
		if sum.Account == ledger.IndirectCosts && sum.Date < c.period.From {
			s.Indirect.Before = s.Indirect.Before.Add(sum.Base.Amount)
		}
	}
	if len(c.grant.Policies) == 1 && charge.Charge.IsZero() {
		s.Indirect.Steps = []figures.IndirectStep{{Base: charge.Base.Amount, Rate: charge.Rate}}
	}
	return nil
}

// spending sums cost by category. A grant in base currency reads the cost accounts; one in another currency adds up its
// rounded releases, never the total in base over a rate (RULES 17).
func (c collector) spending(s *figures.GrantStatement) {
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
func (c collector) sortLines(s *figures.GrantStatement) {
	slices.SortStableFunc(s.Lines, func(a, b figures.Line) int {
		return cmp.Or(cmp.Compare(a.Kind.Order(), b.Kind.Order()), cmp.Compare(c.number(a.Key), c.number(b.Key)))
	})
}

// cost is what a sum adds to the spending, in the grant's currency: cost accounts of a grant in base currency; releases
// of a deferred grant in another; and of an awarded one what was paid in its currency, other cost at the rate of the
// last receipt, currency differences left out (RULES 17, 58).
func (c collector) cost(s *figures.GrantStatement, sum ledger.Sum) (category string, amount decimal.Decimal,
	counts bool) {
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
func (c collector) atLastRate(s *figures.GrantStatement, base ledger.Money) decimal.Decimal {
	for i := len(s.Rates) - 1; i >= 0; i-- {
		if s.Rates[i].Use != figures.ForReceipt {
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
func (c collector) line(s *figures.GrantStatement, category string) *figures.Line {
	kind, key := KindOf(c.number(category), category)
	if i := slices.IndexFunc(s.Lines, func(l figures.Line) bool { return l.Key == key }); i >= 0 {
		return &s.Lines[i]
	}
	l := figures.Line{Kind: kind, Key: key}
	if kind == figures.Programme {
		account := c.accounts[c.number(category)]
		l.Name = figures.Name{EN: account.NameEN, DA: account.NameDA}
	}
	if budget, found := c.grant.LineFor(category); found {
		l.BudgetLine = budget.No
	}
	s.Lines = append(s.Lines, l)
	return &s.Lines[len(s.Lines)-1]
}

// KindOf is the line that cost of an account is on, with its key: programme cost by category, the rest on its own.
func KindOf(account ledger.AccountNo, category string) (figures.LineKind, string) {
	switch account {
	case ledger.TransferFees:
		return figures.TransferFees, "transfer-fees"
	case ledger.CurrencyLosses, ledger.CurrencyGains:
		return figures.CurrencyDifferences, "currency-differences"
	case ledger.IndirectCosts:
		return figures.IndirectCosts, "indirect-costs"
	}
	return figures.Programme, category
}

func (c collector) budget(s *figures.GrantStatement) {
	for _, l := range c.grant.Budget {
		s.Budget = append(s.Budget, figures.BudgetLine{No: l.No, Text: l.Text, Unit: l.Unit, Quantity: l.Quantity,
			UnitPrice: l.UnitPrice.Amount, Salary: l.Salary, BudgetFigures: figures.BudgetFigures{Budget: l.Amount.Amount}})
	}
}

// notes says by which rules the figures were made: those of the policy, with the day from which an amendment changed
// them.
func (c collector) notes(s *figures.GrantStatement) {
	recognition := figures.NoteDeferred
	if c.immediate() {
		recognition = figures.NoteImmediate
	}
	s.Notes = append(s.Notes, figures.Note{Code: recognition}, figures.Note{Code: figures.NoteCostBasis})
	s.Notes = append(s.Notes, figures.Note{Code: rateNotes[s.RateMethod]})
	if slices.ContainsFunc(s.Parts, func(p figures.Part) bool { return p.Kind == figures.AtPartner }) {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteAdvances})
	}
	fees := map[grants.Bearer]figures.NoteCode{grants.BornByGrant: figures.NoteFeesGrant,
		grants.BornByGeneral: figures.NoteFeesGeneral}
	differences := map[grants.Bearer]figures.NoteCode{grants.BornByGrant: figures.NoteCurrencyGrant,
		grants.BornByGeneral: figures.NoteCurrencyGeneral}
	s.Notes = append(s.Notes, c.changes(func(p grants.Policy) figures.NoteCode { return fees[p.FeeBearer] })...)
	s.Notes = append(s.Notes, c.changes(
		func(p grants.Policy) figures.NoteCode { return differences[p.CurrencyBearer] })...)
	if s.Indirect != nil {
		s.Notes = append(s.Notes, c.indirectNote(c.grant.Policies.At(s.Indirect.Through)))
	}
	s.Notes = append(s.Notes, figures.Note{Code: figures.NoteSharedCosts})
	if s.Commitments.Valid && !s.Commitments.Decimal.IsZero() {
		s.Notes = append(s.Notes, figures.Note{Code: figures.NoteCommitments})
	}
	s.Notes = append(s.Notes, figures.Note{Code: figures.NoteRounding}) // Total leaves it out where there is none
}

// indirectNote says how indirect costs are computed: of all direct costs, of those that the agreement counts, or at
// rates that were changed.
func (c collector) indirectNote(now grants.Policy) figures.Note {
	n := figures.Note{Code: figures.NoteIndirect, Percent: decimal.NewNullDecimal(now.IndirectRate)}
	if len(now.IndirectExcludes)+len(now.IndirectBase) > 0 {
		n.Code = figures.NoteIndirectOfSome
	}
	for _, p := range c.grant.Policies {
		if p.StartsOn <= c.period.To && !p.IndirectRate.Equal(now.IndirectRate) {
			n.Code = figures.NoteIndirectChanged
		}
	}
	return n
}

// rateNotes say how costs were converted.
var rateNotes = map[figures.RateMethod]figures.NoteCode{figures.OwnRates: figures.NoteOwnRates,
	figures.ReceiptRates: figures.NoteReceiptRates, figures.ECBRates: figures.NoteECBRates,
	figures.InforEuroRates: figures.NoteInforEuroRates, figures.BudgetRates: figures.NoteBudgetRates}

// changes gives a note for the policy's first rule and one for every amendment of it up to the end of the period.
func (c collector) changes(of func(grants.Policy) figures.NoteCode) []figures.Note {
	var notes []figures.Note
	for _, p := range c.grant.Policies {
		code := of(p)
		if p.StartsOn > c.period.To && len(notes) > 0 || len(notes) > 0 && notes[len(notes)-1].Code == code {
			continue
		}
		n := figures.Note{Code: code}
		if len(notes) > 0 {
			n.Since = p.StartsOn
		}
		notes = append(notes, n)
	}
	return notes
}
