package banking

import (
	"cmp"
	"context"
	"slices"

	"supportledger/access"
	"supportledger/disbursements/advances"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/store"
)

// Explanation says what a bank line is that is of no payment. It explains all that is left of the line.
type Explanation struct {
	Line   string
	Kind   Proves            // one of [Explains], [ProvesEntry] or [ProvesSuspense]
	Fund   ledger.FundCode   // "" for the general fund
	About  string            // donor, grant, other account of ours, or number of the entry, by the kind
	Pledge string            // that a gift fulfils; "" for none
	Rate   ledger.Rate       // to base currency, of an instalment or an award in another one
	Reason string            // code of why it stands in suspense
	prefer []ledger.FundCode // whose money suspense takes first
}

// The acts of lines that are of no payment and of no other package.
const (
	suspenseAct = "bank-suspense"
	interestAct = "bank-interest"
	chargeAct   = "bank-charge"
	transferAct = "own-transfer"
)

// The accounts of what banks do by themselves.
const (
	// SuspenseAccount holds what the bank did and nobody has explained.
	SuspenseAccount ledger.AccountNo = "1390"
	interestIncome  ledger.AccountNo = "4500"
)

// Explains reports whether a line of a direction can be of a kind that rules and people choose.
func Explains(kind Proves, way Direction) bool {
	switch kind {
	case ProvesGift, ProvesInstalment, ProvesAward, ProvesInterest:
		return way == MoneyIn
	case ProvesCharge:
		return way == MoneyOut
	case ProvesTransfer:
		return true
	}
	return false
}

// Explain books what a line is, on the bank's day, and takes it out of suspense where it stood there. A gift notes the
// account that it came from, as a fingerprint. [ErrBankDifference] for a line of which nothing is left, or whose money
// goes the other way; errors of the act that it is.
func (lin Lines) Explain(ctx context.Context, tx *store.Tx, e Explanation) (Match, error) {
	if err := ledger.LockFunds(ctx, tx, lin.Payments.Requests.Book.General); err != nil {
		return Match{}, err
	}
	l, err := lin.freed(ctx, tx, e.Line)
	if err != nil {
		return Match{}, err
	}
	if l.Left.IsZero() {
		return Match{}, &BankDifference{l.Account, l.Left, l.Amount}
	}
	way := MoneyIn
	if l.Left.Sign() < 0 {
		way = MoneyOut
	}
	if e.Kind != ProvesEntry && e.Kind != ProvesSuspense && !Explains(e.Kind, way) {
		return Match{}, &BankDifference{l.Account, l.Left, l.Left.Neg()}
	}
	e.Fund = cmp.Or(e.Fund, lin.Payments.Requests.Book.General)
	m := Match{ID: store.NewID("mat"), Line: l, Proves: e.Kind, Amount: l.Left, About: e.About, Reason: e.Reason}
	if err := lin.book(ctx, tx, &m, e); err != nil {
		return Match{}, err
	}
	if err := lin.movedAll(ctx, tx, m); err != nil {
		return Match{}, err
	}
	if err := insertMatch(ctx, tx, m); err != nil {
		return Match{}, err
	}
	m.Line.Left = ledger.Zero(l.Left.Currency)
	return m, access.Record(ctx, tx, access.Event{Action: "bank_line.explained", Subject: string(l.ID),
		Fields: []string{string(e.Kind)}})
}

// book posts what a line is.
func (lin Lines) book(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	switch e.Kind {
	case ProvesGift:
		return lin.bookGift(ctx, tx, m, e)
	case ProvesInstalment:
		return lin.bookInstalment(ctx, tx, m, e)
	case ProvesAward:
		in, err := lin.inCurrencyOf(ctx, tx, m, e)
		if err != nil {
			return err
		}
		got, err := lin.Payments.Requests.Grants.ReceiveAward(ctx, tx, grants.AwardReceipt{Grant: e.About, On: m.Line.Date,
			Received: in, Withheld: ledger.Zero(in.Currency), Rate: e.Rate, Account: m.Line.Account})
		m.Entry = got.Entry
		return err
	case ProvesInterest:
		return lin.bookInterest(ctx, tx, m, e)
	case ProvesTransfer:
		return lin.bookTransfer(ctx, tx, m, e)
	case ProvesEntry:
		return lin.linkEntry(ctx, tx, m, e)
	case ProvesSuspense:
		return lin.bookSuspense(ctx, tx, m, e)
	}
	entry := ledger.Entry{Date: m.Line.Date, Act: chargeAct, Source: string(m.Line.ID), Text: "Charge of the bank",
		Lines: []ledger.Line{advances.FeeLine(e.Fund, m.Amount.Neg()), ledger.Base(m.Line.Account, e.Fund, m.Amount)}}
	if err := lin.inBase(m); err != nil {
		return err
	}
	posted, err := lin.Payments.Requests.Grants.Post(ctx, tx, entry)
	m.Entry = posted.ID
	return err
}

// movedAll wants what a line is booked as to move the line's amount, to the smallest unit: a rate that was rounded does
// not. An entry that was there before may be more than the line.
func (lin Lines) movedAll(ctx context.Context, tx *store.Tx, m Match) error {
	if m.Proves != ProvesInstalment && m.Proves != ProvesAward {
		return nil
	}
	posted, err := lin.Payments.Requests.Book.Entry(ctx, tx, string(m.Entry))
	if err != nil {
		return err
	}
	moved := ledger.Zero(m.Amount.Currency)
	for _, l := range posted.Lines {
		if l.Account == m.Line.Account {
			moved = moved.Add(l.Amount)
		}
	}
	if moved.Cmp(m.Amount) != 0 {
		return &BankDifference{m.Line.Account, m.Amount, moved}
	}
	return nil
}

// inBase wants a line of an account in base currency.
func (lin Lines) inBase(m *Match) error {
	if m.Amount.Currency != lin.Payments.Requests.Book.Base {
		return advances.ErrBankCurrency
	}
	return nil
}

func (lin Lines) bookGift(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	if err := lin.inBase(m); err != nil {
		return err
	}
	given := gifts.Register{Grants: lin.Payments.Requests.Grants}
	if err := given.CheckFund(ctx, tx, e.Fund); err != nil {
		return err
	}
	donor, err := donors.Find(ctx, tx, e.About)
	if err != nil {
		return err
	}
	g, err := given.Receive(ctx, tx, gifts.Gift{Donor: donor, Fund: e.Fund, On: m.Line.Date, Gross: m.Amount,
		Fee: ledger.Zero(m.Amount.Currency), Account: m.Line.Account, Pledge: e.Pledge})
	if err != nil {
		return err
	}
	m.Entry, m.About = g.Entry, g.Number
	payer, err := payerOf(ctx, tx, m.Line.ID)
	if err != nil || payer == nil {
		return err
	}
	return donors.NotePayer(ctx, tx, payer, donor.ID)
}

// inCurrencyOf is the line's amount in the currency of the grant that it is of.
func (lin Lines) inCurrencyOf(ctx context.Context, tx *store.Tx, m *Match, e Explanation) (ledger.Money, error) {
	g, err := lin.Payments.Requests.Grants.Grant(ctx, tx, e.About)
	if err != nil {
		return ledger.Money{}, err
	}
	m.About = g.Code
	if g.Amount.Currency == m.Amount.Currency {
		return m.Amount, nil
	}
	if e.Rate.IsZero() {
		return ledger.Money{}, advances.ErrBankCurrency
	}
	return e.Rate.Convert(m.Amount, g.Amount.Currency)
}

func (lin Lines) bookInstalment(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	in, err := lin.inCurrencyOf(ctx, tx, m, e)
	if err != nil {
		return err
	}
	got, err := lin.Payments.Requests.Grants.Receive(ctx, tx, grants.Receipt{Grant: e.About, On: m.Line.Date, Amount: in,
		Rate: e.Rate, Account: m.Line.Account})
	m.Entry = got.Entry.ID
	return err
}

// bookInterest books interest: on a grant's money by its policy, or else our own.
func (lin Lines) bookInterest(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	if err := lin.inBase(m); err != nil {
		return err
	}
	if e.About != "" {
		posted, err := lin.Payments.Requests.Grants.BookInterest(ctx, tx, grants.Interest{Grant: e.About, On: m.Line.Date,
			Amount: m.Amount, Account: m.Line.Account})
		m.Entry = posted.ID
		return err
	}
	return lin.post(ctx, tx, m, ledger.Entry{Act: interestAct, Text: "Interest of the bank", Lines: []ledger.Line{
		ledger.Base(m.Line.Account, e.Fund, m.Amount), ledger.Base(interestIncome, e.Fund, m.Amount.Neg())}})
}

// post posts an entry on the line's day.
func (lin Lines) post(ctx context.Context, tx *store.Tx, m *Match, entry ledger.Entry) error {
	entry.Date, entry.Source = m.Line.Date, string(m.Line.ID)
	posted, err := lin.Payments.Requests.Book.Post(ctx, tx, entry)
	if err != nil {
		return err
	}
	m.Entry = posted[0].ID
	return nil
}

// bookTransfer books money between two accounts of ours. The second of the two lines finds the entry of the first.
func (lin Lines) bookTransfer(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	other, err := lin.Payments.Requests.Book.Bank(ctx, tx, ledger.AccountNo(e.About))
	if err != nil {
		return err
	}
	if other.Number == m.Line.Account || other.BankCurrency() != m.Amount.Currency {
		return advances.ErrBankCurrency
	}
	if err := lin.inBase(m); err != nil {
		return err
	}
	there, err := transferOf(ctx, tx, m.Line, other.Number)
	if err != nil {
		return err
	}
	if there != "" {
		m.Entry = there
		return nil
	}
	return lin.post(ctx, tx, m, ledger.Entry{Act: transferAct, Text: "Between our own accounts", Lines: []ledger.Line{
		ledger.Base(m.Line.Account, e.Fund, m.Amount), ledger.Base(other.Number, e.Fund, m.Amount.Neg())}})
}

// linkEntry has the line prove an entry that is in the books already, such as a gift that was entered by hand.
func (lin Lines) linkEntry(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	posted, err := lin.Payments.Requests.Book.Entry(ctx, tx, e.About)
	if err != nil {
		return err
	}
	if err := advances.CheckNotReversed(ctx, tx, lin.Payments.Requests.Book, posted.ID); err != nil {
		return err
	}
	moved := ledger.Zero(m.Amount.Currency)
	for _, l := range posted.Lines {
		if l.Account == m.Line.Account {
			moved = moved.Add(l.Amount)
		}
	}
	proved, err := provedOf(ctx, tx, posted.ID, m.Line.Account)
	if err != nil {
		return err
	}
	left := moved.Sub(ledger.OfMinor(proved, moved.Currency))
	if left.Sign() != m.Amount.Sign() || left.Abs().Cmp(m.Amount.Abs()) < 0 {
		return &BankDifference{m.Line.Account, m.Amount, left}
	}
	m.Entry, m.About = posted.ID, posted.Number
	return nil
}

// bookSuspense books what nobody has explained: what the bank did is on its account all the same. Money out is taken
// from the funds that have it: first those that it was meant to come from, then the general fund, then whoever holds
// most. It is theirs again once the line is explained.
func (lin Lines) bookSuspense(ctx context.Context, tx *store.Tx, m *Match, e Explanation) error {
	if err := lin.inBase(m); err != nil {
		return err
	}
	on, err := lin.Payments.Requests.Book.FirstOpenDay(ctx, tx, m.Line.Date)
	if err != nil {
		return err
	}
	parts := map[ledger.FundCode]ledger.Money{e.Fund: m.Amount}
	order := []ledger.FundCode{e.Fund}
	if m.Amount.Sign() < 0 {
		if parts, order, err = lin.whoHolds(ctx, tx, *m, append(e.prefer, e.Fund), on); err != nil {
			return err
		}
	}
	entry := ledger.Entry{Date: on, Act: suspenseAct, Source: string(m.Line.ID), Text: "Bank line to be explained"}
	for _, fund := range order {
		entry.Lines = append(entry.Lines, ledger.Base(m.Line.Account, fund, parts[fund]),
			ledger.Base(SuspenseAccount, fund, parts[fund].Neg()))
	}
	if err := ledger.LockFunds(ctx, tx, order...); err != nil {
		return err
	}
	posted, err := lin.Payments.Requests.Book.Post(ctx, tx, entry)
	if err != nil {
		return err
	}
	m.Entry = posted[0].ID
	return nil
}

// whoHolds parts money out over the funds that hold it in the account on a day and after, in an order of preference.
func (lin Lines) whoHolds(ctx context.Context, tx *store.Tx, m Match, prefer []ledger.FundCode,
	on ledger.Date) (map[ledger.FundCode]ledger.Money, []ledger.FundCode, error) {
	least := map[ledger.FundCode]int64{}
	for i, day := range []ledger.Date{on, "9999-12-31"} {
		balances, err := lin.Payments.Requests.Book.Balances(ctx, tx, day)
		if err != nil {
			return nil, nil, err
		}
		held := map[ledger.FundCode]int64{}
		for _, b := range balances {
			if b.Account == m.Line.Account {
				held[b.Fund] += b.Amount.Minor()
			}
		}
		for fund, n := range held {
			if i == 0 {
				least[fund] = n
			}
		}
		for fund := range least {
			least[fund] = min(least[fund], held[fund])
		}
	}
	var rest []ledger.FundCode
	for fund := range least {
		if !slices.Contains(prefer, fund) {
			rest = append(rest, fund)
		}
	}
	slices.SortFunc(rest, func(a,
		b ledger.FundCode) int {
		return cmp.Or(cmp.Compare(least[b], least[a]), cmp.Compare(a, b))
	})
	parts, order, left := map[ledger.FundCode]ledger.Money{}, []ledger.FundCode(nil), -m.Amount.Minor()
	for _, fund := range append(slices.Clone(prefer), rest...) {
		part := min(left, least[fund])
		if _, had := parts[fund]; had || part <= 0 {
			continue
		}
		parts[fund], order, left = ledger.OfMinor(-part, m.Amount.Currency), append(order, fund), left-part
	}
	if left > 0 {
		return nil, nil, &ledger.Overdrawn{Fund: prefer[len(prefer)-1], Account: m.Line.Account, On: on,
			Balance: ledger.OfMinor(-left, m.Amount.Currency)}
	}
	slices.Sort(order)
	return parts, order, nil
}

// freed finds a line, taken out of suspense where it stood there: the entry is reversed on the first open day.
func (lin Lines) freed(ctx context.Context, tx *store.Tx, id string) (BankLine, error) {
	l, err := lin.BankLine(ctx, tx, id)
	if err != nil {
		return BankLine{}, err
	}
	entry, err := suspendedAs(ctx, tx, l.ID)
	if err != nil || entry == "" {
		return l, err
	}
	reversed, err := lin.Payments.Requests.Book.Reverse(ctx, tx, ledger.Reversal{Entry: string(entry),
		Reason: "the bank line is explained"})
	if err != nil {
		return BankLine{}, err
	}
	if err := undoMatch(ctx, tx, entry); err != nil {
		return BankLine{}, err
	}
	l, err = lin.BankLine(ctx, tx, id)
	l.Date = max(l.Date, reversed.Date) // its month may be closed by now; the books had the money on the bank's day
	return l, err
}

// Undo takes the explanation of a line back: its entry is reversed, the line waits for another. [ErrUnexplained] where
// there is none; what a line proves of a payment is taken back the same way.
func (lin Lines) Undo(ctx context.Context, tx *store.Tx, line, reason string) (BankLine, error) {
	l, err := lin.BankLine(ctx, tx, line)
	if err != nil {
		return BankLine{}, err
	}
	matches, err := matchesOf(ctx, tx, l.ID)
	if err != nil {
		return BankLine{}, err
	}
	if len(matches) == 0 {
		return BankLine{}, ErrUnexplained
	}
	if err := ledger.CheckReason(reason); err != nil {
		return BankLine{}, err
	}
	for _, m := range slices.Backward(matches) {
		if m.Proves == ProvesEntry || m.Proves == ProvesTransfer && m.Shared { // the entry is not of this line alone
			if err := undoMatchBy(ctx, tx, m.ID); err != nil {
				return BankLine{}, err
			}
			continue
		}
		if _, err := lin.Payments.Reverse(ctx, tx, ledger.Reversal{Entry: string(m.Entry), Reason: reason}); err != nil {
			return BankLine{}, err
		}
	}
	if err := access.Record(ctx, tx, access.Event{Action: "bank_line.undone", Subject: string(l.ID),
		Reason: reason}); err != nil {
		return BankLine{}, err
	}
	return lin.BankLine(ctx, tx, line)
}
