package disbursements

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// PrepaymentID identifies money paid ahead. People use its number, such as "RET-1".
type PrepaymentID string

// PrepaymentKind is who holds money paid ahead.
type PrepaymentKind string

// The kinds of money paid ahead.
const (
	Retainer  PrepaymentKind = "retainer"   // of a lawyer, until billed (RULES 51)
	PettyCash PrepaymentKind = "petty_cash" // a caseworker's float (RULES 52)
)

// account is where money paid ahead stands until it is cost.
func (k PrepaymentKind) account() ledger.AccountNo {
	if k == PettyCash {
		return ledger.PettyCash
	}
	return ledger.Retainers
}

// act is the word for what pays a prepayment out; what draws on it and what gives it back have their own.
func (k PrepaymentKind) Act() string {
	if k == PettyCash {
		return "petty-cash"
	}
	return "retainer"
}

// The acts on money paid ahead after it was paid.
const (
	drawAct   = "prepayment-draw"
	returnAct = "prepayment-return"
)

// Prepayment is money paid ahead and not spent yet: a retainer or a petty cash float. What is left of it is the sum
// of its entries, so a reversal gives it back by itself.
type Prepayment struct {
	ID      PrepaymentID
	Number  string
	Kind    PrepaymentKind
	Fund    ledger.FundCode
	Payee   string             // code, of a retainer
	Plan    beneficiaries.Plan // none for petty cash
	Account ledger.AccountNo   // our bank, in base currency
	Date    ledger.Date
	Amount  ledger.Money
	Left    ledger.Money // not drawn or given back, set when read
	State   TransferState
	Entry   ledger.EntryID // "" until authorised
	Version int
}

// Payload is the SHA-256 of what is requested and authorised.
func (p Prepayment) Payload() [sha256.Size]byte {
	return access.PayloadOf(string(p.ID), p.Number, string(p.Kind), string(p.Fund), p.Payee, p.Plan.Number,
		string(p.Account), string(p.Date), p.Amount.String())
}

// RequestPrepayment asks for a retainer or float. Money moves when a second person authorises it. What a grant has
// left is checked, since cost will come of it (RULES 42).
func (adv Advances) RequestPrepayment(ctx context.Context, tx *store.Tx, p Prepayment) (Prepayment, error) {
	bank, err := adv.Book.Bank(ctx, tx, p.Account)
	if err != nil {
		return Prepayment{}, err
	}
	if bank.BankCurrency() != adv.Book.Base {
		return Prepayment{}, ErrBankCurrency
	}
	if _, err := adv.Book.Fund(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	p.ID, p.State, p.Version = PrepaymentID(store.NewID("pre")), TransferRequested, 1
	p.Left = ledger.Zero(adv.Book.Base)
	if p.Number == "" {
		if p.Number, err = access.FreeNumber(ctx, tx, "prepayment", "A-%03d", prepaymentNumberTaken); err != nil {
			return Prepayment{}, err
		}
	}
	if err := insertPrepayment(ctx, tx, p); err != nil {
		return Prepayment{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Request, Payload: p.Payload()}); err != nil {
		return Prepayment{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "prepayment.requested", Subject: string(p.ID)})
}

// AuthorisePrepayment pays what another person requested: debit 1310 or 1320, credit bank (RULES 51-52). It is no
// cost yet. [grants.ErrConditionOpen] while a condition of the fund's grant holds its money back.
func (adv Advances) AuthorisePrepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	p, err := adv.Prepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if p.State != TransferRequested {
		return Prepayment{}, &StateConflict{string(p.State), []string{string(TransferRequested)}}
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Authorise, Payload: p.Payload()}); err != nil {
		return Prepayment{}, err
	}
	if err := adv.payable(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	if p.Kind == Retainer {
		if err := adv.affords(ctx, tx, p.Fund, p.Amount, ledger.Money{}); err != nil {
			return Prepayment{}, err
		}
	}
	posted, err := adv.Grants.Post(ctx, tx,
		p.entry(p.Kind.Act(), fmt.Sprintf("%s paid ahead", p.Number), p.Date, p.Account, p.Amount))
	if err != nil {
		return Prepayment{}, err
	}
	p.State, p.Entry, p.Left = TransferAuthorised, posted.ID, p.Amount
	if err := savePrepayment(ctx, tx, &p); err != nil {
		return Prepayment{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "prepayment.authorised", Subject: string(p.ID)})
}

// entry moves money between our bank and whoever holds it ahead.
func (p Prepayment) entry(act, text string, on ledger.Date, bank ledger.AccountNo, amount ledger.Money) ledger.Entry {
	held, paid := ledger.Base(p.Kind.account(), p.Fund, amount), ledger.Base(bank, p.Fund, amount.Neg())
	held.Plan, held.Payee, paid.Plan, paid.Payee = p.Plan.Number, p.Payee, p.Plan.Number, p.Payee
	return ledger.Entry{Date: on, Act: act, Source: string(p.ID), Text: text, Lines: []ledger.Line{held, paid}}
}

// ReturnPrepayment books what comes back of a prepayment into our bank: debit bank, credit 1310 (RULES 51).
// [ErrPrepaidExceeded] for more than is left.
func (adv Advances) ReturnPrepayment(ctx context.Context, tx *store.Tx, key string, amount ledger.Money,
	on ledger.Date) (Prepayment, error) {
	p, err := adv.LockedPrepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if err := p.covers(amount, on); err != nil {
		return Prepayment{}, err
	}
	if _, err := adv.Grants.Post(ctx, tx,
		p.entry(returnAct, fmt.Sprintf("%s: unused money comes back", p.Number), on, p.Account, amount.Neg())); err != nil {
		return Prepayment{}, err
	}
	p.Left = p.Left.Sub(amount)
	return p, access.Record(ctx, tx, access.Event{Action: "prepayment.returned", Subject: string(p.ID)})
}

// lockedPrepayment reads a prepayment while nobody else moves its fund's money.
func (adv Advances) LockedPrepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	p, err := adv.Prepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	return adv.Prepayment(ctx, tx, key)
}

// covers wants an amount to be left on a day.
func (p Prepayment) covers(amount ledger.Money, on ledger.Date) error {
	switch {
	case p.State != TransferAuthorised:
		return &StateConflict{string(p.State), []string{string(TransferAuthorised)}}
	case amount.Cmp(p.Left) > 0, on < p.Date:
		return &PrepaidExceeded{p.Number, p.Left, amount}
	}
	return nil
}

// retainerDraw is the entry of a bill out of its retainer: cost with its VAT, nothing leaves the bank (RULES 51).
func (costs Costs) retainerDraw(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry,
	error) {
	p, err := costs.Advances.Prepayment(ctx, tx, string(d.Prepayment.ID))
	if err != nil {
		return ledger.Entry{}, err
	}
	if err := p.covers(d.Amount, on); err != nil {
		return ledger.Entry{}, err
	}
	account, err := costs.Book.CostAccount(ctx, tx, d.Category)
	if err != nil {
		return ledger.Entry{}, err
	}
	cost, held := ledger.Base(account, p.Fund, d.Amount).For(d.Category),
		ledger.Base(ledger.Retainers, p.Fund, d.Amount.Neg())
	return ledger.Entry{Date: on, Act: drawAct, Source: string(p.ID), Text: d.Text,
		Lines: []ledger.Line{d.Mark(cost), d.Mark(held)}}, nil
}

// completeReceipts wants receipts of funds and categories that exist, and sums them.
func (req Requests) completeReceipts(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	d.Amount, d.Overpaid = ledger.Zero(req.Book.Base), ledger.Zero(req.Book.Base)
	d.Shares = []beneficiaries.Share{{Fund: d.Prepayment.Fund, Percent: hundred}}
	for _, item := range d.Items {
		if item.Amount.Currency != req.Book.Base || item.Amount.Sign() <= 0 {
			return &Incomplete{d.Settlement, "items"}
		}
		if _, err := req.Book.CostAccount(ctx, tx, item.Category); err != nil {
			return err
		}
		if _, err := req.Book.Fund(ctx, tx, item.Fund); err != nil {
			return err
		}
		d.Amount = d.Amount.Add(item.Amount)
	}
	return nil
}

// pettyCash is the entry that settles a float: receipts are cost of their funds, the others pay the fund of the float
// through the bank, and what is left comes back to it (RULES 52).
func (costs Costs) pettyCash(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	p, err := costs.Advances.Prepayment(ctx, tx, string(d.Prepayment.ID))
	if err != nil {
		return ledger.Entry{}, err
	}
	if err := p.covers(d.Amount, on); err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: drawAct, Source: string(p.ID), Text: d.Text}
	bank := FundPayments{Account: p.Account}
	bank.Pay(p.Fund, p.Left.Sub(d.Amount).Neg())
	for _, item := range d.Items {
		account, err := costs.Book.CostAccount(ctx, tx, item.Category)
		if err != nil {
			return ledger.Entry{}, err
		}
		e.Lines = append(e.Lines, d.Mark(ledger.Base(account, item.Fund, item.Amount).For(item.Category)))
		if item.Fund != p.Fund {
			bank.Pay(item.Fund, item.Amount)
			bank.Pay(p.Fund, item.Amount.Neg())
		}
	}
	e.Lines = append(append(e.Lines, bank.Lines()...), ledger.Base(ledger.PettyCash, p.Fund, p.Left.Neg()))
	return e, nil
}

// WithVAT is a net amount with value added tax in percent: the tax is rounded, then added (RULES 51).
func WithVAT(net ledger.Money, percent decimal.Decimal) ledger.Money {
	return net.Add(ledger.Round(net.Amount.Mul(percent).Shift(-2), net.Currency))
}
