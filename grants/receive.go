package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// Receipt is an instalment that reached our bank.
type Receipt struct {
	Grant   string           // id or code
	On      ledger.Date      // value date
	Amount  ledger.Money     // in the currency of the grant
	Rate    ledger.Rate      // the bank's rate to base currency; none for a grant and account in base currency
	Account ledger.AccountNo // our bank account
	Text    string           // for the entry; "" for the standard text
}

// Instalment is a receipt in the books.
type Instalment struct {
	ID     string
	Grant  string
	On     ledger.Date
	Amount ledger.Money
	Base   ledger.Money
	Rate   ledger.Rate
	Entry  ledger.Posted
}

// Receive books an instalment of a deferred grant: debit bank, credit 2100, in the currency of the grant with its base
// value (RULES 7). It opens a lot where the bank account is in foreign currency, and a layer of the advance where the
// grant is.
func (r Register) Receive(ctx context.Context, tx *store.Tx, in Receipt) (Instalment, error) {
	g, err := r.Grant(ctx, tx, in.Grant)
	if err != nil {
		return Instalment{}, err
	}
	if err := g.takesMoney(); err != nil {
		return Instalment{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Instalment{}, err
	}
	bank, err := r.Book.Bank(ctx, tx, in.Account)
	if err != nil {
		return Instalment{}, err
	}
	entry, base, err := r.fund(g).receipt(bank, in)
	if err != nil {
		return Instalment{}, err
	}
	if err := askHeld(ctx, tx, r, g); err != nil {
		return Instalment{}, err
	}
	out := Instalment{ID: store.NewID("ins"), Grant: g.Code, On: in.On, Amount: in.Amount, Base: base, Rate: in.Rate}
	entry.Source = out.ID
	posted, err := r.Book.Post(ctx, tx, entry)
	if err != nil {
		return Instalment{}, err
	}
	out.Entry = posted[0]
	if err := insertInstalment(ctx, tx, g.ID, in.Account, out); err != nil {
		return Instalment{}, err
	}
	if g.State == GrantSigned {
		if _, err := move(ctx, tx, r.Book, g, Step{State: GrantActive, On: in.On}); err != nil {
			return Instalment{}, err
		}
	}
	return out, access.Record(ctx, tx, access.Event{Action: "instalment.received", Subject: string(g.ID)})
}

// InstalmentHeld is asked about where the instalment that comes next is one that a condition holds back.
const InstalmentHeld = "instalment_held"

// askHeld asks for a reason where the first instalment that is not received is held back by a condition.
func askHeld(ctx context.Context, tx *store.Tx, r Register, g Grant) error {
	now, err := r.Standing(ctx, tx, g, LastDay)
	if err != nil {
		return err
	}
	for _, in := range now.Instalments {
		if in.Open.Sign() > 0 {
			if in.State == InstalmentWithheld {
				return access.Confirm(ctx, tx, access.Question{Code: InstalmentHeld,
					Of: []string{fmt.Sprintf("%s/%d", g.Code, in.No), in.Condition}})
			}
			return nil
		}
	}
	return nil
}

// takesMoney says whether money may come in on the grant: not before it is signed, and not once it is closed.
func (g Grant) takesMoney() error {
	if g.State == GrantDraft || g.State == GrantClosed {
		return &StateConflict{string(g.State), "a signed grant that is not closed"}
	}
	return nil
}

// receipt is the entry of an instalment, and its value in base currency.
func (b fundBook) receipt(bank ledger.Account, in Receipt) (ledger.Entry, ledger.Money, error) {
	if b.grant.Policies.At(in.On).Recognition != Deferred {
		return ledger.Entry{}, ledger.Money{}, ErrWrongRecognition
	}
	base, err := valued(in.Amount, b.Base, in.Rate)
	if err != nil {
		return ledger.Entry{}, ledger.Money{}, err
	}
	banked, err := valued(in.Amount, bank.BankCurrency(), in.Rate)
	if err != nil {
		return ledger.Entry{}, ledger.Money{}, err
	}
	text := in.Text
	if text == "" {
		text = fmt.Sprintf("Instalment of %s", b.grant.Code)
	}
	e := ledger.Entry{Date: in.On, Text: text, Act: "instalment"}
	debit := ledger.InCurrency(bank.Number, b.grant.Fund(), banked, base).For("instalment")
	if banked.Currency != b.Base {
		lot := newLot(ledger.CurrencyLot, ledger.Pool{Account: bank.Number, Fund: b.grant.Fund(), Currency: banked.Currency},
			in, banked, base)
		e.Opens, debit = append(e.Opens, lot), debit.WithLot(lot.ID)
	}
	credit := ledger.InCurrency(ledger.DeferredGrants, b.grant.Fund(), in.Amount.Neg(), base.Neg()).For("instalment")
	if in.Amount.Currency != b.Base {
		layer := newLot(ledger.DeferredLot, layerPool(b.grant), in, in.Amount, base)
		e.Opens, credit = append(e.Opens, layer), credit.WithLot(layer.ID)
	}
	e.Lines = []ledger.Line{debit, credit}
	return e, base, nil
}

func newLot(kind ledger.LotKind, pool ledger.Pool, in Receipt, quantity, cost ledger.Money) ledger.Lot {
	return ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: kind, Pool: pool, Name: "receipt " + string(in.On),
		Rate:     in.Rate,
		OpenedOn: in.On, Quantity: quantity, Cost: cost}
}

// valued is an amount in another currency at a rate; in its own currency it needs none. [rates.ErrRateMissing].
func valued(m ledger.Money, to ledger.Currency, rate ledger.Rate) (ledger.Money, error) {
	if m.Currency == to {
		return m, nil
	}
	if rate.IsZero() {
		return ledger.Money{}, &rates.Missing{From: m.Currency, To: to}
	}
	return rate.Convert(m, to)
}
