package advances

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// AdvanceReturn is unspent money that a partner sends back.
type AdvanceReturn struct {
	ID      string
	Partner Partner
	Plan    beneficiaries.Plan // whose split it is
	Date    ledger.Date
	Amount  ledger.Money // partner's currency
	Rate    ledger.Rate  // at which our bank bought it
	Account ledger.AccountNo
	Fee     ledger.Money // base currency, kept by the bank
	Entry   ledger.EntryID
}

// ReturnAdvance books money that a partner sends back: the quantity is split by the plan's split and drawn first in,
// first out; what our bank paid for it is split likewise, and the difference to what it had cost is each fund's, or
// its bearer's (RULES 30). [ErrLotExhausted] when a fund's part is not with the partner.
func (adv Register) ReturnAdvance(ctx context.Context, tx *store.Tx, r AdvanceReturn) (AdvanceReturn, error) {
	r.ID = store.NewID("ret")
	bought := buyBack{date: r.Date, rate: r.Rate, account: r.Account, fee: r.Fee, quantity: r.Amount,
		entry: ledger.Entry{Date: r.Date, Act: "advance-return", Source: r.ID,
			Text: fmt.Sprintf("Partner %s returns %s %s at %s", r.Partner.Code, r.Amount, r.Amount.Currency, r.Rate)},
		weights: beneficiaries.Weights(r.Plan.Current.Shares), funds: beneficiaries.Funds(r.Plan.Current.Shares)}
	if err := adv.lockBearers(ctx, tx, bought); err != nil {
		return AdvanceReturn{}, err
	}
	for i, part := range r.Amount.Split(bought.weights) {
		draws, err := adv.Book.Draw(ctx, tx, r.Partner.Pool(bought.funds[i]), part, r.Date)
		if err != nil {
			return AdvanceReturn{}, err
		}
		bought.draws = append(bought.draws, draws)
	}
	posted, err := adv.buyBack(ctx, tx, bought, r.Partner, r.Plan)
	if err != nil {
		return AdvanceReturn{}, err
	}
	r.Entry = posted.ID
	return r, access.Record(ctx, tx, access.Event{Action: "advance.returned", Subject: r.ID})
}

// Rejection is a transfer that came back whole.
type Rejection struct {
	Date    ledger.Date
	Rate    ledger.Rate // at which our bank bought the currency back
	Account ledger.AccountNo
	Fee     ledger.Money // base currency, kept by the bank
}

// RejectTransfer books a transfer that the bank abroad sent back: out of its own lots, whole, whatever else is in the
// queue; its outward fees stand (RULES 31). [ErrLotExhausted] once anything of it was drawn, [ErrState] when it came
// back already.
func (adv Register) RejectTransfer(ctx context.Context, tx *store.Tx, key string, r Rejection) (ledger.Posted, error) {
	t, err := adv.Transfer(ctx, tx, key)
	if err != nil {
		return ledger.Posted{}, err
	}
	if t.State != TransferAuthorised {
		return ledger.Posted{}, &StateConflict{string(t.State), []string{string(TransferAuthorised)}}
	}
	if err := CheckNotReversed(ctx, tx, adv.Book, t.Entry); err != nil {
		return ledger.Posted{}, err
	}
	before, err := adv.Book.Standing(ctx, tx, rejectionAct, string(t.ID))
	if err != nil {
		return ledger.Posted{}, err
	}
	if len(before) > 0 {
		return ledger.Posted{}, &StateConflict{"rejected", []string{string(TransferAuthorised)}}
	}
	bought := buyBack{date: r.Date, rate: r.Rate, account: r.Account, fee: r.Fee,
		entry: ledger.Entry{Date: r.Date, Act: rejectionAct, Source: string(t.ID),
			Text: fmt.Sprintf("Transfer %s rejected, bought back at %s", t.Number, r.Rate)}}
	if bought.funds, err = adv.sentBy(ctx, tx, t); err != nil {
		return ledger.Posted{}, err
	}
	if err := adv.lockBearers(ctx, tx, bought); err != nil {
		return ledger.Posted{}, err
	}
	if err := adv.wholeLots(ctx, tx, t, &bought); err != nil {
		return ledger.Posted{}, err
	}
	posted, err := adv.buyBack(ctx, tx, bought, t.Partner, t.Plan)
	if err != nil {
		return ledger.Posted{}, err
	}
	return posted, access.Record(ctx, tx, access.Event{Action: "transfer.rejected", Subject: string(t.ID)})
}

// rejectionAct is the act of the entry that books a rejected transfer back.
const rejectionAct = "transfer-rejection"

// sentBy lists the funds whose advance a transfer is, in the order of its split.
func (adv Register) sentBy(ctx context.Context, tx *store.Tx, t Transfer) ([]ledger.FundCode, error) {
	sent, err := adv.Book.Entry(ctx, tx, string(t.Entry))
	if err != nil {
		return nil, err
	}
	var funds []ledger.FundCode
	for _, l := range sent.Lines {
		if l.Lot != "" && l.Account == t.Partner.Account {
			funds = append(funds, l.Fund)
		}
	}
	return funds, nil
}

// wholeLots takes all that a transfer's own lots hold, and splits what comes back as the transfer was split.
func (adv Register) wholeLots(ctx context.Context, tx *store.Tx, t Transfer, b *buyBack) error {
	sent, err := adv.Book.Entry(ctx, tx, string(t.Entry))
	if err != nil {
		return err
	}
	b.quantity = ledger.Zero(t.Partner.Currency)
	for _, l := range sent.Lines {
		if l.Lot == "" || l.Account != t.Partner.Account {
			continue
		}
		lot, err := adv.Book.Lot(ctx, tx, l.Lot)
		if err != nil {
			return err
		}
		if lot.OpenQuantity.Cmp(lot.Quantity) != 0 {
			return &ledger.Exhausted{Pool: lot.Pool, Left: lot.OpenQuantity, Asked: lot.Quantity}
		}
		b.quantity = b.quantity.Add(lot.Quantity)
		b.draws = append(b.draws, []ledger.Draw{{Lot: lot.ID, Quantity: lot.OpenQuantity, Cost: lot.OpenCost}})
		i := slices.IndexFunc(t.Plan.Current.Shares, func(s beneficiaries.Share) bool { return s.Fund == l.Fund })
		weight := lot.Quantity.Amount // of a plan that has another split by now
		if i >= 0 {
			weight = t.Plan.Current.Shares[i].Percent
		}
		b.weights = append(b.weights, weight)
	}
	return nil
}

// buyBack is currency of ours that a bank buys: what it draws, and what comes in for it.
type buyBack struct {
	date     ledger.Date
	entry    ledger.Entry
	rate     ledger.Rate
	account  ledger.AccountNo
	quantity ledger.Money
	fee      ledger.Money
	funds    []ledger.FundCode
	weights  []decimal.Decimal
	draws    [][]ledger.Draw // by fund
}

// lockBearers locks the funds of a buy-back and whoever bears their fees and differences.
func (adv Register) lockBearers(ctx context.Context, tx *store.Tx, b buyBack) error {
	return ledger.LockFunds(ctx, tx, append(slices.Clone(b.funds), adv.Book.General)...)
}

// buyBack posts currency bought back: proceeds and fee are split once over the funds (RULES 4, 30); each has the loss
// or gain against what its part had cost, or its bearer makes it whole.
func (adv Register) buyBack(ctx context.Context, tx *store.Tx, b buyBack, partner Partner,
	plan beneficiaries.Plan) (ledger.Posted, error) {
	bank, err := adv.Book.Bank(ctx, tx, b.account)
	if err != nil {
		return ledger.Posted{}, err
	}
	if bank.BankCurrency() != adv.Book.Base {
		return ledger.Posted{}, ErrBankCurrency
	}
	if b.rate.IsZero() && b.quantity.Currency == adv.Book.Base {
		b.rate = ledger.Par(adv.Book.Base)
	}
	proceeds, err := b.rate.Convert(b.quantity, adv.Book.Base)
	if err != nil {
		return ledger.Posted{}, err
	}
	if b.fee.Cmp(proceeds) >= 0 {
		return ledger.Posted{}, ErrFeeExceedsAmount
	}
	e, money := b.entry, FundPayments{Account: b.account}
	differences := &Differences{}
	fees := b.fee.Split(b.weights)
	for i, part := range proceeds.Split(b.weights) {
		fund := b.funds[i]
		pool := partner.Pool(fund)
		carrying := ledger.Drawn(adv.Book.Base, b.draws[i])
		bearer, err := adv.Grants.CurrencyBearer(ctx, tx, fund, b.date)
		if err != nil {
			return ledger.Posted{}, err
		}
		payer, err := adv.Grants.FeeBearer(ctx, tx, fund, b.date)
		if err != nil {
			return ledger.Posted{}, err
		}
		e.Lines = append(append(e.Lines, drawn(pool, b.draws[i], partner, plan)...), FeeLine(payer, fees[i]))
		differences.Add(fund, bearer, carrying.Sub(part))
		money.Pay(fund, part.Neg())
		money.Pay(payer, fees[i])
	}
	for i, fund := range differences.moved.Funds { // one bank line per fund (RULES 6)
		money.Pay(fund, differences.moved.Amounts[i])
	}
	differences.moved = FundPayments{}
	e.Lines = append(append(e.Lines, differences.Lines(b.account)...), money.Lines()...)
	return adv.Grants.Post(ctx, tx, e)
}

// drawn are the lines that take draws out of a partner's pool.
func drawn(pool ledger.Pool, draws []ledger.Draw, partner Partner, plan beneficiaries.Plan) []ledger.Line {
	lines := make([]ledger.Line, len(draws))
	for i, d := range draws {
		lines[i] = ledger.InCurrency(pool.Account, pool.Fund, d.Quantity.Neg(), d.Cost.Neg()).WithLot(d.Lot)
		lines[i].Plan, lines[i].Partner = plan.Number, partner.Code
	}
	return lines
}
