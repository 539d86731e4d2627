package banking

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// BankLineID identifies a line of a bank account's statement.
type BankLineID string

// BankLine is one booked line of our bank: the only thing that proves a payment. Amount is in the account's currency,
// negative for money out; Left is what no match accounts for yet.
type BankLine struct {
	ID        BankLineID
	Account   ledger.AccountNo
	Date      ledger.Date
	Amount    ledger.Money
	Reference string // the bank's, without names
	Left      ledger.Money
	Suspended bool   // it stands in suspense: somebody has to explain it
	Why       string // code of why it does; "" where a person put it there
	At        time.Time
}

// Task is a line that somebody has to explain, with the payments of ours that it names.
type Task struct {
	BankLine
	Names []Payment
}

// Tasks lists what finance has to explain, oldest first: lines in suspense, and those that were left open.
func (lin Lines) Tasks(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Task, error) {
	lines, err := lin.List(ctx, tx, BankLineFilter{Tasks: true, Page: page})
	if err != nil {
		return nil, err
	}
	names, err := namedOn(ctx, tx, lines)
	if err != nil {
		return nil, err
	}
	payments, err := paymentsNamed(ctx, tx, names)
	out := make([]Task, len(lines))
	for i, l := range lines {
		out[i].BankLine = l
		for _, n := range names[l.ID] {
			out[i].Names = append(out[i].Names, payments[n.payment])
		}
	}
	return out, err
}

// Proves is what a bank line proves of a payment.
type Proves string

// What bank lines prove: something of a payment, or what else they are.
const (
	ProvesPayment    Proves = "payment"
	ProvesReturn     Proves = "return"
	ProvesFee        Proves = "fee"        // of a payment
	ProvesSuspense   Proves = "suspense"   // nobody knows yet
	ProvesGift       Proves = "gift"       // of a donor
	ProvesInstalment Proves = "instalment" // of a deferred grant
	ProvesAward      Proves = "award"      // what a grant still owed us
	ProvesInterest   Proves = "interest"   // ours or a grantor's
	ProvesCharge     Proves = "charge"     // of the bank, for no payment
	ProvesTransfer   Proves = "transfer"   // to or from another account of ours
	ProvesEntry      Proves = "entry"      // what an entry booked already
)

// Match is what a bank line, or a part of it, proves. Where several lines prove one payment together, Line is all of
// them: their sums and the day of the last.
type Match struct {
	ID      string
	Line    BankLine
	Payment Payment // the zero value where it is of none
	Proves  Proves
	Amount  ledger.Money // of the line, with its sign
	Entry   ledger.EntryID
	About   string     // of what is no payment: the gift's number, the grant's code, an account, an entry
	Reason  string     // code of why it stands in suspense
	lines   []BankLine // each by itself
}

// RecordBankLine puts what the bank says on record. It moves nothing until it is matched.
func (lin Lines) Record(ctx context.Context, tx *store.Tx, l BankLine) (BankLine, error) {
	bank, err := lin.Payments.Requests.Book.Bank(ctx, tx, l.Account)
	if err != nil {
		return BankLine{}, err
	}
	if bank.BankCurrency() != l.Amount.Currency {
		return BankLine{}, advances.ErrBankCurrency
	}
	l.ID, l.Left, l.At = BankLineID(store.NewID("bkl")), l.Amount, tx.At
	if err := insertBankLine(ctx, tx, l); err != nil {
		return BankLine{}, err
	}
	return l, access.Record(ctx, tx, access.Event{Action: "bank_line.recorded", Subject: string(l.ID)})
}

// Match says what a bank line proves, and books it on the bank's date: a payment that left, one that came back (RULES
// 50), or the fee of one (RULES 35). [ErrBankDifference] when the line has not that much left, or has another sign.
func (lin Lines) Match(ctx context.Context, tx *store.Tx, line string, payment string, proves Proves) (Match, error) {
	return lin.match(ctx, tx, []string{line}, payment, proves)
}

// match has one or several lines prove something of one payment.
func (lin Lines) match(ctx context.Context, tx *store.Tx, lines []string, payment string, proves Proves) (Match,
	error) {
	p, err := lin.Payments.Payment(ctx, tx, payment)
	if err != nil {
		return Match{}, err
	}
	d, err := lin.Payments.Requests.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil {
		return Match{}, err
	}
	if err := ledger.LockFunds(ctx, tx, append(d.Funds(), lin.Payments.Requests.Book.General)...); err != nil {
		return Match{}, err
	}
	m := Match{Proves: proves}
	for _, id := range lines { // only now: others may have matched them while we waited
		l, err := lin.freed(ctx, tx, id)
		if err != nil {
			return Match{}, err
		}
		if err := m.join(l); err != nil {
			return Match{}, err
		}
	}
	switch proves {
	case ProvesPayment:
		return lin.confirm(ctx, tx, m, payment)
	case ProvesReturn:
		return lin.takeBack(ctx, tx, m, payment)
	case ProvesFee:
		return lin.chargeFee(ctx, tx, m, payment)
	}
	return Match{}, &disbursements.StateConflict{State: string(proves),
		Want: []string{string(ProvesPayment), string(ProvesReturn), string(ProvesFee)}}
}

// join adds a line: they are of one account and all in or all out.
func (m *Match) join(l BankLine) error {
	m.lines = append(m.lines, l)
	if len(m.lines) == 1 {
		m.Line = l
		return nil
	}
	if l.Account != m.Line.Account || l.Left.Sign() != m.Line.Left.Sign() {
		return &BankDifference{l.Account, l.Left, m.Line.Left}
	}
	m.Line.Date, m.Line.Amount, m.Line.Left = max(m.Line.Date, l.Date), m.Line.Amount.Add(l.Amount),
		m.Line.Left.Add(l.Left)
	return nil
}

// proved wants a line of the payment's account to have an amount left, with its sign.
func (m Match) proved(amount ledger.Money) error {
	l := m.Line
	if l.Account != m.Payment.Account || l.Left.Sign() != amount.Sign() || amount.Abs().Cmp(l.Left.Abs()) > 0 {
		return &BankDifference{l.Account, l.Left, amount}
	}
	return nil
}

// confirm books a payment that the bank says it made: SENT or IN_FILE to CONFIRMED, and its disbursement is PAID.
func (lin Lines) confirm(ctx context.Context, tx *store.Tx, m Match, key string) (Match, error) {
	var err error
	if m.Payment, err = lin.carriedOut(ctx, tx, key); err != nil {
		return Match{}, err
	}
	m.Amount = m.Payment.Amount.Neg()
	if err := m.proved(m.Amount); err != nil {
		return Match{}, err
	}
	d, err := lin.Payments.Requests.Disbursement(ctx, tx, string(m.Payment.Disbursement))
	if err != nil {
		return Match{}, err
	}
	if err := disbursements.CheckAuthorised(ctx, tx, d); err != nil {
		return Match{}, err
	}
	if err := lin.bookPayment(ctx, tx, &m, &d); err != nil {
		return Match{}, err
	}
	if err := lin.keep(ctx, tx, &m, PaymentConfirmed); err != nil {
		return Match{}, err
	}
	shown, err := evidenceOf(ctx, tx, m.Payment.ID)
	if err != nil {
		return Match{}, err
	}
	for _, e := range shown {
		if _, err := evidence.Attach(ctx, tx, lin.Payments.Requests.Book, string(m.Entry), e); err != nil {
			return Match{}, err
		}
	}
	if d.State != disbursements.Released && d.State != disbursements.Returned {
		return m, nil // made again after it was proved, or more: that stands
	}
	d.State = disbursements.Paid
	if err := disbursements.Save(ctx, tx, &d); err != nil {
		return Match{}, err
	}
	return m, access.Record(ctx, tx,
		access.Event{Action: "disbursement.paid", Subject: string(d.ID), Fields: []string{"state"}})
}

// carriedOut finds a payment that the bank says it made: one on its way, or one that was noted as failed or recalled
// and was not made again. [Reissued].
func (lin Lines) carriedOut(ctx context.Context, tx *store.Tx, key string) (Payment, error) {
	p, err := lin.Payments.paymentIn(ctx, tx, key, PaymentSent, PaymentInFile, PaymentFailed, PaymentRecalled)
	if err != nil || p.left() {
		return p, err
	}
	later, err := reissues(ctx, tx, p.ID)
	if err == nil && len(later) > 0 {
		err = &Reissued{later[0].Number}
	}
	return p, err
}

// bookPayment posts the money leaving: out of what came back before, of what an invoice owes, or as cost.
func (lin Lines) bookPayment(ctx context.Context, tx *store.Tx, m *Match, d *disbursements.Disbursement) error {
	back, err := lin.cameBack(ctx, tx, m.Payment)
	if err != nil {
		return err
	}
	pay := clearing{match: m, disbursement: *d}
	switch {
	case back != nil:
		pay.account, pay.owed = ledger.ReturnedPayments, *back
		return lin.clear(ctx, tx, pay)
	case d.Settlement == disbursements.ByInvoice:
		if err := advances.CheckNotReversed(ctx, tx, lin.Payments.Requests.Book, d.Entry); err != nil {
			return err
		}
		owed, err := lin.Payments.Requests.Book.Entry(ctx, tx, string(d.Entry))
		if err != nil {
			return err
		}
		pay.account, pay.owed = ledger.Payables, owed
		return lin.clear(ctx, tx, pay)
	}
	entry, err := lin.Payments.Requests.Costs.Payment(ctx, tx, *d, m.Line.Date, string(m.Payment.ID))
	if err != nil {
		return err
	}
	*d, err = lin.Payments.Requests.Costs.Post(ctx, tx, *d, entry)
	m.Entry = d.Entry
	return err
}

// cameBack is the entry by which the attempt before this one was returned; nil where it never left.
func (lin Lines) cameBack(ctx context.Context, tx *store.Tx, p Payment) (*ledger.Posted, error) {
	for p.ReissueOf != "" {
		before, err := lin.Payments.Payment(ctx, tx, string(p.ReissueOf))
		if err != nil {
			return nil, err
		}
		if before.State == PaymentReturned {
			found, err := lin.Payments.Requests.Book.Standing(ctx, tx, paymentReturn, string(before.ID))
			if err != nil || len(found) == 0 {
				return nil, err
			}
			return &found[0], nil
		}
		p = before
	}
	return nil, nil
}

// The acts that bank lines prove.
const (
	paymentAct    = "payment"
	paymentReturn = "payment-return"
	paymentFee    = "payment-fee"
)

// clearing pays what an account of liabilities holds by an earlier entry.
type clearing struct {
	match        *Match
	disbursement disbursements.Disbursement
	account      ledger.AccountNo
	owed         ledger.Posted
}

// clear pays it, each fund its own part (RULES 49-50).
func (lin Lines) clear(ctx context.Context, tx *store.Tx, c clearing) error {
	m, d := c.match, c.disbursement
	e := ledger.Entry{Date: m.Line.Date, Act: paymentAct, Source: string(m.Payment.ID), Text: m.Payment.text("paid")}
	bank := advances.FundPayments{Account: m.Payment.Account}
	for _, l := range c.owed.Lines {
		if l.Account == c.account {
			e.Lines = append(e.Lines, d.Mark(l.Neg()))
			bank.Pay(l.Fund, l.Amount.Neg())
		}
	}
	e.Lines = append(e.Lines, bank.Lines()...)
	posted, err := lin.Payments.Requests.Book.Post(ctx, tx, e)
	if err != nil {
		return err
	}
	m.Entry = posted[0].ID
	return nil
}

// takeBack books a payment that came back: debit bank, credit 2200; cost, release and relief stand (RULES 50). What has
// become of its disbursement since is no reason to deny what the bank says: one that was proved stays so.
func (lin Lines) takeBack(ctx context.Context, tx *store.Tx, m Match, key string) (Match, error) {
	var err error
	if m.Payment, err = lin.Payments.paymentIn(ctx, tx, key, PaymentConfirmed); err != nil {
		return Match{}, err
	}
	if m.Payment.Amount.Currency != lin.Payments.Requests.Book.Base {
		return Match{}, advances.ErrBankCurrency
	}
	m.Amount = m.Payment.Amount
	if err := m.proved(m.Amount); err != nil {
		return Match{}, err
	}
	paid, err := lin.Payments.Requests.Book.Entry(ctx, tx, string(m.Payment.Entry))
	if err != nil {
		return Match{}, err
	}
	d, err := lin.Payments.Requests.Disbursement(ctx, tx, string(m.Payment.Disbursement))
	if err != nil {
		return Match{}, err
	}
	e := ledger.Entry{Date: m.Line.Date, Act: paymentReturn, Source: string(m.Payment.ID),
		Text: m.Payment.text("returned by the bank")}
	for _, l := range paid.Lines {
		if l.Account == m.Payment.Account {
			e.Lines = append(e.Lines, l.Neg(), d.Mark(ledger.Base(ledger.ReturnedPayments, l.Fund, l.Amount)))
		}
	}
	posted, err := lin.Payments.Requests.Book.Post(ctx, tx, e)
	if err != nil {
		return Match{}, err
	}
	m.Entry = posted[0].ID
	if err := lin.keep(ctx, tx, &m, PaymentReturned); err != nil {
		return Match{}, err
	}
	if d.State == disbursements.Paid {
		d.State = disbursements.Returned
		err = disbursements.Save(ctx, tx, &d)
	}
	return m, err
}

// chargeFee books what the bank took for a payment: split like the payment over its funds, to whoever bears the fees
// of each on the day (RULES 35).
func (lin Lines) chargeFee(ctx context.Context, tx *store.Tx, m Match, key string) (Match, error) {
	var err error
	if m.Payment, err = lin.Payments.paymentIn(ctx, tx, key, PaymentConfirmed, PaymentReturned); err != nil {
		return Match{}, err
	}
	m.Amount = m.Line.Left
	if m.Line.Amount.Currency != lin.Payments.Requests.Book.Base || m.Amount.Sign() >= 0 {
		return Match{}, &BankDifference{m.Line.Account, m.Line.Left, m.Amount}
	}
	paid, err := lin.Payments.Requests.Book.Entry(ctx, tx, string(m.Payment.Entry))
	if err != nil {
		return Match{}, err
	}
	e := ledger.Entry{Date: m.Line.Date, Act: paymentFee, Source: string(m.Payment.ID), Text: m.Payment.text("bank fee")}
	bank := advances.FundPayments{Account: m.Line.Account}
	funds, weights := paidBy(paid, m.Payment.Account)
	for i, part := range m.Amount.Neg().Split(weights) {
		bearer, err := lin.Payments.Requests.Grants.FeeBearer(ctx, tx, funds[i], e.Date)
		if err != nil {
			return Match{}, err
		}
		e.Lines = append(e.Lines, advances.FeeLine(bearer, part))
		bank.Pay(bearer, part)
	}
	e.Lines = append(e.Lines, bank.Lines()...)
	posted, err := lin.Payments.Requests.Grants.Post(ctx, tx, e)
	if err != nil {
		return Match{}, err
	}
	m.Entry = posted.ID
	err = lin.keep(ctx, tx, &m, m.Payment.State)
	return m, err
}

// keep writes a match down, a row for each line with as much of it as is needed, and moves the payment on.
func (lin Lines) keep(ctx context.Context, tx *store.Tx, m *Match, to PaymentState) error {
	left := m.Amount
	for _, l := range m.lines {
		part := *m
		part.ID, part.Line, part.Amount = store.NewID("mat"), l, l.Left
		if left.Abs().Cmp(l.Left.Abs()) < 0 {
			part.Amount = left
		}
		if part.Amount.IsZero() {
			return &BankDifference{l.Account, l.Left, left} // a line that is not needed
		}
		if err := insertMatch(ctx, tx, part); err != nil {
			return err
		}
		m.ID, left = part.ID, left.Sub(part.Amount)
	}
	if m.Proves == ProvesPayment {
		m.Payment.Entry = m.Entry
	}
	m.Line.Left = m.Line.Left.Sub(m.Amount)
	var err error
	m.Payment, err = movePayment(ctx, tx, m.Payment, to, "")
	return err
}

// paidBy lists the funds that an entry takes money from in a bank account, and how much.
func paidBy(e ledger.Posted, account ledger.AccountNo) ([]ledger.FundCode, []decimal.Decimal) {
	paid := advances.FundPayments{Account: account}
	for _, l := range e.Lines {
		if l.Account == account && l.Amount.Sign() < 0 {
			paid.Pay(l.Fund, l.Amount.Neg())
		}
	}
	weights := make([]decimal.Decimal, len(paid.Amounts))
	for i, m := range paid.Amounts {
		weights[i] = m.Amount
	}
	return paid.Funds, weights
}
