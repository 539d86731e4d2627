package advances

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
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
	DrawAct   = "prepayment-draw"
	returnAct = "prepayment-return"
)

// The acts that move money ahead of its cost.
const (
	TransferAct = "transfer"
	ExchangeAct = "currency-exchange"
)

// Prepayment is money paid ahead and not spent yet: a retainer or a petty cash float. What is left of it is the sum
// of its entries, so a reversal gives it back by itself.
type Prepayment struct {
	ID      PrepaymentID
	Number  string
	Kind    PrepaymentKind
	Fund    ledger.FundCode
	Payee   string             // code, of a retainer
	PaidBy  payees.Means       // a float is handed over in cash
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
		string(p.Account), string(p.Date), p.Amount.String(), string(p.PaidBy))
}

// RequestPrepayment asks for a retainer or float. Money moves when a second person authorises it. What a grant has
// left is checked, since cost will come of it (RULES 42).
func (adv Register) RequestPrepayment(ctx context.Context, tx *store.Tx, p Prepayment) (Prepayment, error) {
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
	switch {
	case p.Kind == PettyCash:
		p.PaidBy = payees.InCash
	case p.PaidBy == "":
		p.PaidBy = payees.Usual(p.Payee)
	}
	if err := adv.mayLeave(ctx, tx, p); err != nil {
		return Prepayment{}, err
	}
	p.ID, p.State, p.Version = PrepaymentID(store.NewID("pre")), TransferRequested, 1
	p.Left = ledger.Zero(adv.Book.Base)
	if p.Number == "" {
		if p.Number, err = access.FreeNumber(ctx, tx, "prepayment", "A-%03d", prepaymentNumberTaken); err != nil {
			return Prepayment{}, err
		}
	}
	if err := adv.tried(ctx, tx, p.entry(p.Kind.Act(), p.Number, p.Date, p.Account, p.Amount)); err != nil {
		return Prepayment{}, err
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
func (adv Register) AuthorisePrepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	p, err := adv.Prepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if p.State != TransferRequested {
		return Prepayment{}, &StateConflict{string(p.State), []string{string(TransferRequested)}}
	}
	if err := beneficiaries.NotRelated(ctx, tx, p.Payee, p.Plan.Beneficiary); err != nil {
		return Prepayment{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Authorise, Payload: p.Payload()}); err != nil {
		return Prepayment{}, err
	}
	if err := adv.mayLeave(ctx, tx, p); err != nil {
		return Prepayment{}, err
	}
	if p.PaidBy == payees.ByTransfer {
		if err := payees.Ready(ctx, tx, p.Payee); err != nil {
			return Prepayment{}, err
		}
	}
	if err := adv.Payable(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	if p.Kind == Retainer {
		if err := adv.Affords(ctx, tx, p.Fund, p.Amount, ledger.Money{}); err != nil {
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

// mayLeave refuses a retainer that is transferred to nobody on record, or paid by card or in cash above the limit:
// [*payees.Unregistered], [*payees.OverCardLimit]. A float goes to a colleague, who accounts for all of it.
func (adv Register) mayLeave(ctx context.Context, tx *store.Tx, p Prepayment) error {
	switch {
	case p.Kind == PettyCash:
		return nil
	case p.PaidBy == payees.ByTransfer:
		return payees.CheckOnRecord(ctx, tx, p.Payee)
	}
	limit, err := adv.CardLimit(ctx, tx)
	if err == nil && p.Amount.Cmp(limit) > 0 {
		err = &payees.OverCardLimit{Asked: p.Amount, Limit: limit}
	}
	return err
}

// entry moves money between our bank and whoever holds it ahead.
func (p Prepayment) entry(act, text string, on ledger.Date, bank ledger.AccountNo, amount ledger.Money) ledger.Entry {
	held, paid := ledger.Base(p.Kind.account(), p.Fund, amount), ledger.Base(bank, p.Fund, amount.Neg())
	held.Plan, held.Payee, paid.Plan, paid.Payee = p.Plan.Number, p.Payee, p.Plan.Number, p.Payee
	return ledger.Entry{Date: on, Act: act, Source: string(p.ID), Text: text, Lines: []ledger.Line{held, paid}}
}

// ReturnPrepayment books what comes back of a prepayment into our bank: debit bank, credit 1310 (RULES 51).
// [ErrPrepaidExceeded] for more than is left.
func (adv Register) ReturnPrepayment(ctx context.Context, tx *store.Tx, key string, amount ledger.Money,
	on ledger.Date) (Prepayment, error) {
	p, err := adv.LockedPrepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if err := p.Covers(amount, on); err != nil {
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
func (adv Register) LockedPrepayment(ctx context.Context, tx *store.Tx, key string) (Prepayment, error) {
	p, err := adv.Prepayment(ctx, tx, key)
	if err != nil {
		return Prepayment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, p.Fund); err != nil {
		return Prepayment{}, err
	}
	return adv.Prepayment(ctx, tx, key)
}

// Covers wants an amount to be left on a day.
func (p Prepayment) Covers(amount ledger.Money, on ledger.Date) error {
	switch {
	case p.State != TransferAuthorised:
		return &StateConflict{string(p.State), []string{string(TransferAuthorised)}}
	case amount.Cmp(p.Left) > 0, on < p.Date:
		return &PrepaidExceeded{p.Number, p.Left, amount}
	}
	return nil
}

// WithVAT is a net amount with value added tax in percent: the tax is rounded, then added (RULES 51).
func WithVAT(net ledger.Money, percent decimal.Decimal) ledger.Money {
	return net.Add(ledger.Round(net.Amount.Mul(percent).Shift(-2), net.Currency))
}
