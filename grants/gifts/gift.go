package gifts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// ID identifies a gift. People use its number.
type ID string

// Gift is money given by a donor without an agreement. The donor is credited with the gross: a fee that was withheld on
// the way in falls on the general fund (RULES 35, 54).
type Gift struct {
	ID         ID
	Number     string
	Donor      donors.Donor // of a gift that was read: id, code and kind
	Fund       ledger.FundCode
	On         ledger.Date
	Gross      ledger.Money // base currency
	Fee        ledger.Money // base currency, withheld by a provider
	Account    ledger.AccountNo
	Entry      ledger.EntryID
	RefundedOn ledger.Date // "" unless it was given back
	ReversedOn ledger.Date // "" unless its entry was reversed as our mistake: then it was never given
	Anonymous  bool        // it is shown without its donor, whatever else of the donor is shown
	Pledge     string      // id or number of the pledge that it fulfils; "" for none
}

// Receive books a gift into its fund. [ErrDuplicateGift] when the number is taken; a gift without a number gets one.
func (r Register) Receive(ctx context.Context, tx *store.Tx, g Gift) (Gift, error) {
	if err := r.CheckFund(ctx, tx, g.Fund); err != nil {
		return Gift{}, err
	}
	if err := r.Grants.CheckBaseBank(ctx, tx, g.Account); err != nil {
		return Gift{}, err
	}
	if err := g.CheckFee(); err != nil {
		return Gift{}, err
	}
	if g.Pledge != "" {
		p, err := r.Pledge(ctx, tx, g.Pledge)
		if err != nil {
			return Gift{}, err
		}
		if err := g.CheckPledge(p); err != nil {
			return Gift{}, err
		}
		g.Pledge = p.ID
	}
	received, err := r.ReceiveAll(ctx, tx, []Gift{g})
	if err != nil {
		return Gift{}, err
	}
	return received[0], nil
}

// CheckFund wants a fund that exists and is no grant's. [ledger.ErrUnknownFund], [ErrFundOfGrant].
func (r Register) CheckFund(ctx context.Context, tx *store.Tx, fund ledger.FundCode) error {
	if _, granted, err := r.Grants.OfFund(ctx, tx, fund); err != nil {
		return err
	} else if granted {
		return ErrFundOfGrant
	}
	_, err := r.Grants.Book.Fund(ctx, tx, fund)
	return err
}

// CheckFee wants something to be left of a gift after the fee. [ErrGiftFee].
func (g Gift) CheckFee() error {
	if g.Fee.Sign() < 0 || g.Fee.Cmp(g.Gross) >= 0 {
		return ErrGiftFee
	}
	return nil
}

// CheckPledge wants the pledge that a gift fulfils to be of the same donor and fund. [ErrPledgeMismatch].
func (g Gift) CheckPledge(p Pledge) error {
	if p.Donor.ID != g.Donor.ID || p.Fund != g.Fund {
		return ErrPledgeMismatch
	}
	return nil
}

// ReceiveAll books gifts that were checked as one batch: all or none. Pledges are named by id.
func (r Register) ReceiveAll(ctx context.Context, tx *store.Tx, received []Gift) ([]Gift, error) {
	funds := []ledger.FundCode{r.Grants.Book.General}
	for _, g := range received {
		funds = append(funds, g.Fund)
	}
	slices.Sort(funds)
	if err := ledger.LockFunds(ctx, tx, slices.Compact(funds)...); err != nil {
		return nil, err
	}
	received = slices.Clone(received)
	entries := make([]ledger.Entry, len(received))
	for i := range received {
		g := &received[i]
		g.ID = ID(store.NewID("gft"))
		if g.Number == "" {
			var err error
			if g.Number, err = access.FreeNumber(ctx, tx, "gift", "GIFT-%d", giftNumberTaken); err != nil {
				return nil, err
			}
		}
		entries[i] = r.entry(*g)
	}
	posted, err := r.Grants.Book.Post(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	for i := range received {
		received[i].Entry = posted[i].ID
		event := access.Event{Action: "gift.received", Subject: string(received[i].ID)}
		if err := access.Record(ctx, tx, event); err != nil {
			return nil, err
		}
	}
	return received, insertGifts(ctx, tx, received)
}

// entry credits the fund with the gross; the fee that was withheld is the general fund's (RULES 35, 54).
func (r Register) entry(g Gift) ledger.Entry {
	text := fmt.Sprintf("Gift %s of donor %s", g.Number, g.Donor.Code)
	if g.Anonymous {
		text = fmt.Sprintf("Gift %s", g.Number) // many people read and export the journal
	}
	general := r.Grants.Book.General
	return ledger.Entry{Date: g.On, Act: "gift", Source: string(g.ID), Text: text, Lines: []ledger.Line{
		ledger.Base(g.Account, g.Fund, g.Gross),
		ledger.Base(ledger.Gifts, g.Fund, g.Gross.Neg()).For("donations"),
		ledger.Base(ledger.TransferFees, general, g.Fee).For("transfer-fees"),
		ledger.Base(g.Account, general, g.Fee.Neg()),
	}}
}

// Refund gives a mistaken gift back, whole; the fee of its receipt stands. [ErrGiftRefunded] when it was given back
// already, [ErrGiftReversed] when its entry was reversed, [ErrRefundDate] before it came.
func (r Register) Refund(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Gift, error) {
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
	entry := ledger.Entry{Date: on, Act: "gift-refund", Source: string(g.ID),
		Text: fmt.Sprintf("Gift %s given back", g.Number)}
	entry.Lines = []ledger.Line{
		ledger.Base(ledger.Gifts, g.Fund, g.Gross).For("donations"), ledger.Base(g.Account, g.Fund, g.Gross.Neg())}
	posted, err := r.Grants.Book.Post(ctx, tx, entry)
	if err != nil {
		return Gift{}, err
	}
	g.RefundedOn = on
	if err := saveRefund(ctx, tx, g, posted[0].ID); errors.Is(err, store.ErrStale) {
		return Gift{}, ErrGiftRefunded
	} else if err != nil {
		return Gift{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "gift.refunded", Subject: string(g.ID)})
}

// ReverseAll reverses the entries of gifts that still stand, as one batch, each on its own day. [ErrGiftRefunded] when
// one was given back since.
func (r Register) ReverseAll(ctx context.Context, tx *store.Tx, ids []ID, reason string) error {
	var entries []ledger.EntryID
	for some := range slices.Chunk(ids, writtenAtOnce) {
		found, err := r.Gifts(ctx, tx, Filter{IDs: some})
		if err != nil {
			return err
		}
		for _, g := range found {
			if g.RefundedOn != "" {
				return fmt.Errorf("%w: %s", ErrGiftRefunded, g.Number)
			}
			if g.ReversedOn == "" {
				entries = append(entries, g.Entry)
			}
		}
	}
	_, err := r.Grants.Book.ReverseAll(ctx, tx, entries, reason)
	return err
}
