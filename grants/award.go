package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Award books a grant that is income at once: debit 1200 in the grant's currency, credit 4100 at the day's rate (RULES
// 56). [ErrWrongRecognition] for a deferred grant, whose award makes no entry, and for one awarded already. What a
// condition holds back is not income yet ([ErrConditionOpen]): only what we are entitled to is (ASU 2018-08:
// conditional while a barrier stands).
func (r Register) Award(
	ctx context.Context, tx *store.Tx, key string, on ledger.Date, rate ledger.Rate,
) (ledger.Posted, error) {
	g, err := r.Grant(ctx, tx, key)
	if err != nil {
		return ledger.Posted{}, err
	}
	if g.Policies.At(on).Recognition != Immediate || g.State != GrantSigned {
		return ledger.Posted{}, ErrWrongRecognition
	}
	conditions, err := Conditions(ctx, tx, g, store.Keyset{})
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := entitled(g.Code, conditions); err != nil {
		return ledger.Posted{}, err
	}
	base, err := valued(g.Amount, r.Book.Base, rate)
	if err != nil {
		return ledger.Posted{}, err
	}
	e := ledger.Entry{Date: on, Act: "award", Source: string(g.ID), Text: "Award of " + g.Code}
	receivable := ledger.InCurrency(ledger.Receivables, g.Fund(), g.Amount, base)
	if g.Amount.Currency != r.Book.Base {
		lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Pool: receivablePool(g),
			Name: "award " + g.Code, Rate: rate,
			OpenedOn: on, Quantity: g.Amount, Cost: base}
		e.Opens, receivable = []ledger.Lot{lot}, receivable.WithLot(lot.ID)
	}
	e.Lines = []ledger.Line{receivable, ledger.Base(ledger.GrantIncome, g.Fund(), base.Neg()).For("award")}
	posted, err := r.Book.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	if _, err := move(ctx, tx, r.Book, g, Step{State: GrantActive, On: on}); err != nil {
		return ledger.Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: "grant.awarded", Subject: string(g.ID)})
}

func receivablePool(g Grant) ledger.Pool {
	return ledger.Pool{Account: ledger.Receivables, Fund: g.Fund(), Currency: g.Amount.Currency}
}

// AwardReceipt is money that reached us on an awarded grant.
type AwardReceipt struct {
	ID       string
	Grant    string // id or code
	On       ledger.Date
	Received ledger.Money // in the grant's currency
	Withheld ledger.Money // in the grant's currency, kept by a bank on the way
	Rate     ledger.Rate
	Account  ledger.AccountNo
	Base     ledger.Money // value of both, set when booked
	Entry    ledger.EntryID
}

// ReceiveAward books money on an awarded grant: the bank at the receipt's rate, the receivable at its cost for received
// and withheld, the difference to the bearer of currency differences (RULES 56). What was withheld the general fund
// makes good, so the fund gets the gross (RULES 35).
func (r Register) ReceiveAward(ctx context.Context, tx *store.Tx, in AwardReceipt) (AwardReceipt, error) {
	g, err := r.Grant(ctx, tx, in.Grant)
	if err != nil {
		return AwardReceipt{}, err
	}
	if err := g.takesMoney(); err != nil {
		return AwardReceipt{}, err
	}
	if g.Policies.At(in.On).Recognition != Immediate {
		return AwardReceipt{}, ErrWrongRecognition
	}
	bearer, err := r.CurrencyBearer(ctx, tx, g.Fund(), in.On)
	if err != nil {
		return AwardReceipt{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund(), r.Book.General); err != nil {
		return AwardReceipt{}, err
	}
	in.ID = store.NewID("awr")
	entry, base, err := r.fund(g).awardReceipt(ctx, tx, in, bearer)
	if err != nil {
		return AwardReceipt{}, err
	}
	posted, err := r.Book.Post(ctx, tx, entry)
	if err != nil {
		return AwardReceipt{}, err
	}
	in.Grant, in.Base, in.Entry = g.Code, base, posted[0].ID
	if err := insertAwardReceipt(ctx, tx, g.ID, in); err != nil {
		return AwardReceipt{}, err
	}
	return in, access.Record(ctx, tx, access.Event{Action: "award.received", Subject: string(g.ID)})
}

func (b fundBook) awardReceipt(
	ctx context.Context, tx *store.Tx, in AwardReceipt, bearer ledger.FundCode,
) (ledger.Entry, ledger.Money, error) {
	e := ledger.Entry{Date: in.On, Act: "award-receipt", Source: in.ID, Text: fmt.Sprintf("Received on award of %s",
		b.grant.Code)}
	bank, err := b.Bank(ctx, tx, in.Account)
	if err != nil {
		return e, ledger.Money{}, err
	}
	banked, err := valued(in.Received, bank.BankCurrency(), in.Rate)
	if err != nil {
		return e, ledger.Money{}, err
	}
	received, err := valued(in.Received, b.Base, in.Rate)
	if err != nil {
		return e, ledger.Money{}, err
	}
	withheld, err := valued(in.Withheld, b.Base, in.Rate)
	if err != nil {
		return e, ledger.Money{}, err
	}
	debit := ledger.InCurrency(bank.Number, b.grant.Fund(), banked, received).For("award")
	if banked.Currency != b.Base {
		lot := newLot(ledger.CurrencyLot, ledger.Pool{Account: bank.Number, Fund: b.grant.Fund(), Currency: banked.Currency},
			Receipt{On: in.On, Rate: in.Rate}, banked, received)
		e.Opens, debit = []ledger.Lot{lot}, debit.WithLot(lot.ID)
	}
	settled, cost, err := b.settleReceivable(ctx, tx, in.Received.Add(in.Withheld), in.On)
	if err != nil {
		return e, ledger.Money{}, err
	}
	loss := cost.Sub(received).Sub(withheld)
	e.Lines = append(append([]ledger.Line{debit}, settled...), Difference(bearer, loss),
		ledger.Base(ledger.TransferFees, b.General, withheld).For("transfer-fees"))
	made := withheld // what the general fund pays into the grant's part of the base bank
	if bearer != b.grant.Fund() {
		made = made.Add(loss)
	}
	e.Lines = append(e.Lines, ledger.Base(ledger.BaseBank, b.grant.Fund(), made),
		ledger.Base(ledger.BaseBank, b.General, made.Neg()))
	return e, received.Add(withheld), nil
}

// settleReceivable takes an amount out of what an award still owes us, at its cost.
func (b fundBook) settleReceivable(
	ctx context.Context, tx *store.Tx, amount ledger.Money, on ledger.Date,
) ([]ledger.Line, ledger.Money, error) {
	if b.grant.Amount.Currency == b.Base {
		return []ledger.Line{ledger.Base(ledger.Receivables, b.grant.Fund(), amount.Neg())}, amount, nil
	}
	draws, err := b.Draw(ctx, tx, receivablePool(b.grant), amount, on)
	if err != nil {
		return nil, ledger.Money{}, err
	}
	var lines []ledger.Line
	for _, d := range draws {
		lines = append(lines, ledger.InCurrency(ledger.Receivables, b.grant.Fund(), d.Quantity.Neg(),
			d.Cost.Neg()).WithLot(d.Lot))
	}
	return lines, ledger.Drawn(b.Base, draws), nil
}

// Difference is one net currency figure per act and bearer: a loss is debit 6200, a gain credit 4900 (RULES 36).
func Difference(bearer ledger.FundCode, loss ledger.Money) ledger.Line {
	if loss.Sign() < 0 {
		return ledger.Base(ledger.CurrencyGains, bearer, loss).For("fx-gains")
	}
	return ledger.Base(ledger.CurrencyLosses, bearer, loss).For("fx-losses")
}
