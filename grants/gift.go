package grants

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// GiftID identifies a gift. People use its number.
type GiftID string

// Gift is money given by a donor without an agreement. The donor is credited with the gross: a fee that was withheld on the
// way in falls on the general fund (RULES 35, 54).
type Gift struct {
	ID         GiftID
	Number     string
	Donor      Donor
	Fund       ledger.FundCode
	On         ledger.Date
	Gross      ledger.Money // base currency
	Fee        ledger.Money // base currency, withheld by a provider
	Account    ledger.AccountNo
	Entry      ledger.EntryID
	RefundedOn ledger.Date // "" unless it was given back
	ReversedOn ledger.Date // "" unless its entry was reversed as a mistake of ours: then it was never given
	Anonymous  bool        // it is shown without its donor, whatever else of the donor is shown
	Pledge     string      // id or number of the pledge that it fulfils; "" for none
}

// ReceiveGift books a gift into its fund. [ErrDuplicateGift] when the number is taken; without a number it gets one.
func (r Register) ReceiveGift(ctx context.Context, tx *store.Tx, g Gift) (Gift, error) {
	if err := r.takesGifts(ctx, tx, g.Fund); err != nil {
		return Gift{}, err
	}
	if err := r.wantBaseBank(ctx, tx, g.Account); err != nil {
		return Gift{}, err
	}
	if err := g.checkFee(); err != nil {
		return Gift{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund, r.Book.General); err != nil {
		return Gift{}, err
	}
	if err := r.fulfils(ctx, tx, &g); err != nil {
		return Gift{}, err
	}
	if err := r.nameGift(ctx, tx, &g); err != nil {
		return Gift{}, err
	}
	posted, err := r.Book.Post(ctx, tx, r.giftEntry(g))
	if err != nil {
		return Gift{}, err
	}
	g.Entry = posted[0].ID
	if err := insertGifts(ctx, tx, g); err != nil {
		return Gift{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "gift.received", Subject: string(g.ID)})
}

// takesGifts wants a fund that is there and no grant's. [ledger.ErrUnknownFund], [ErrFundOfGrant].
func (r Register) takesGifts(ctx context.Context, tx *store.Tx, fund ledger.FundCode) error {
	if _, granted, err := r.OfFund(ctx, tx, fund); err != nil {
		return err
	} else if granted {
		return ErrFundOfGrant
	}
	_, err := r.Book.Fund(ctx, tx, fund)
	return err
}

// checkFee wants something to be left of a gift after the fee. [ErrGiftFee].
func (g Gift) checkFee() error {
	if g.Fee.Sign() < 0 || g.Fee.Cmp(g.Gross) >= 0 {
		return ErrGiftFee
	}
	return nil
}

// nameGift gives a gift its id, and a number where it has none.
func (r Register) nameGift(ctx context.Context, tx *store.Tx, g *Gift) error {
	g.ID = GiftID(store.NewID("gft"))
	find := func(number string) error {
		_, err := r.Gift(ctx, tx, number)
		return err
	}
	return numbered(ctx, tx, "gift", "GIFT-%d", &g.Number, find, ErrUnknownGift)
}

// giftEntry is the entry of a gift: the fund gets the gross, the fee that was withheld is the general fund's (RULES 35, 54).
func (r Register) giftEntry(g Gift) ledger.Entry {
	text := fmt.Sprintf("Gift %s of donor %s", g.Number, g.Donor.Code)
	if g.Anonymous {
		text = fmt.Sprintf("Gift %s", g.Number) // the journal is read and exported by many
	}
	return ledger.Entry{Date: g.On, Act: "gift", Source: string(g.ID), Text: text,
		Lines: []ledger.Line{
			ledger.Base(g.Account, g.Fund, g.Gross), ledger.Base(ledger.Gifts, g.Fund, g.Gross.Neg()).For("donations"),
			ledger.Base(ledger.TransferFees, r.Book.General, g.Fee).For("transfer-fees"), ledger.Base(g.Account, r.Book.General, g.Fee.Neg()),
		}}
}

// fulfils holds a gift against the pledge that it names. [ErrUnknownPledge], [ErrPledgeMismatch].
func (r Register) fulfils(ctx context.Context, tx *store.Tx, g *Gift) error {
	if g.Pledge == "" {
		return nil
	}
	p, err := r.Pledge(ctx, tx, g.Pledge)
	if err == nil && (p.Donor.ID != g.Donor.ID || p.Fund != g.Fund) {
		err = ErrPledgeMismatch
	}
	g.Pledge = p.ID
	return err
}

// Gifts lists the gifts in order of entry.
func (r Register) Gifts(ctx context.Context, tx *store.Tx) ([]Gift, error) {
	return readGifts(ctx, tx, r.Book.Base, "", 0)
}

// GiftsAfter lists gifts by id after one, at most limit: in order of entry.
func (r Register) GiftsAfter(ctx context.Context, tx *store.Tx, id GiftID, limit int) ([]Gift, error) {
	return readGifts(ctx, tx, r.Book.Base, id, limit)
}

// RefundGift gives a mistaken gift back, whole; the fee of its receipt stands. [ErrGiftRefunded] when it was given back
// already, [ErrGiftReversed] when its entry was reversed, [ErrRefundDate] before it came.
func (r Register) RefundGift(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Gift, error) {
	g, err := r.Gift(ctx, tx, key)
	if err != nil {
		return Gift{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund); err != nil {
		return Gift{}, err
	}
	if g.ReversedOn != "" {
		return Gift{}, ErrGiftReversed
	}
	if on < g.On {
		return Gift{}, ErrRefundDate
	}
	posted, err := r.Book.Post(ctx, tx, ledger.Entry{Date: on, Act: "gift-refund", Source: string(g.ID), Text: fmt.Sprintf("Gift %s given back", g.Number),
		Lines: []ledger.Line{ledger.Base(ledger.Gifts, g.Fund, g.Gross).For("donations"), ledger.Base(g.Account, g.Fund, g.Gross.Neg())}})
	if err != nil {
		return Gift{}, err
	}
	g.RefundedOn = on
	if err := saveRefund(ctx, tx, g, posted[0].ID); err != nil {
		return Gift{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "gift.refunded", Subject: string(g.ID)})
}

// Gift finds a gift by id or number. [ErrUnknownGift].
func (r Register) Gift(ctx context.Context, tx *store.Tx, key string) (Gift, error) {
	return readGift(ctx, tx, key, r.Book.Base)
}

// wantBaseBank wants a bank account of ours in base currency.
func (r Register) wantBaseBank(ctx context.Context, tx *store.Tx, number ledger.AccountNo) error {
	bank, err := r.Book.Bank(ctx, tx, number)
	if err == nil && bank.BankCurrency() != r.Book.Base {
		return ErrBankNotInBase
	}
	return err
}
