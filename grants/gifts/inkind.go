package gifts

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// Contribution is work or goods given to us: so many units at what one is worth. What one is worth is told by a
// valuation memo: its number, or the document itself among the evidence.
type Contribution struct {
	ID        string
	Donor     donors.Donor    // the zero Donor where the giver is none on record
	Fund      ledger.FundCode // not a grant's: no grant pays for it
	On        ledger.Date
	Category  string
	Units     decimal.Decimal
	UnitValue ledger.Money // base currency
	Worth     ledger.Money // units × value, rounded once; set when booked
	Memo      string       // number of the valuation memo, V-12
	Evidence  evidence.ID
	Plan      string // number, "" where none
	Text      string // "" for the standard text
	Entry     ledger.EntryID
}

// ReceiveInKind books a contribution in kind: cost and income of the same amount, no money (RULES 53). It is no gift
// that a donor deducts, and stands in no gift list. [ErrInKindFund] for the fund of a grant, whose cost and release it
// would inflate; [ErrNoValuation] without a memo; [evidence.ErrUnknown].
func (r Register) ReceiveInKind(ctx context.Context, tx *store.Tx, c Contribution) (ledger.Posted, error) {
	if _, granted, err := r.Grants.OfFund(ctx, tx, c.Fund); err != nil {
		return ledger.Posted{}, err
	} else if granted {
		return ledger.Posted{}, ErrInKindFund
	}
	if c.Memo == "" && c.Evidence == "" && c.Text == "" {
		return ledger.Posted{}, ErrNoValuation
	}
	if c.Evidence != "" {
		if _, err := evidence.Find(ctx, tx, c.Evidence); err != nil {
			return ledger.Posted{}, err
		}
	}
	e, worth, err := r.inKindEntry(ctx, tx, c)
	if err != nil {
		return ledger.Posted{}, err
	}
	posted, err := r.Grants.Book.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	c.ID, c.Worth, c.Entry = store.NewID("ink"), worth, posted[0].ID
	if err := insertContribution(ctx, tx, c); err != nil {
		return ledger.Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: "in_kind.received", Subject: string(posted[0].ID)})
}

// inKindEntry is the entry of a contribution, and what it is worth.
func (r Register) inKindEntry(ctx context.Context, tx *store.Tx, c Contribution) (ledger.Entry, ledger.Money, error) {
	account, err := r.Grants.Book.CostAccount(ctx, tx, c.Category)
	if err != nil {
		return ledger.Entry{}, ledger.Money{}, err
	}
	worth, err := c.UnitValue.Times(c.Units)
	if err != nil {
		return ledger.Entry{}, ledger.Money{}, err
	}
	cost := ledger.Base(account, c.Fund, worth).For(c.Category)
	cost.Plan = c.Plan
	text := c.Text
	if text == "" {
		text = fmt.Sprintf("In kind: %s, %s × %s", c.Category, c.Units, c.UnitValue)
	}
	return ledger.Entry{Date: c.On, Text: text, Act: "in-kind", Lines: []ledger.Line{
		cost, ledger.Base(ledger.InKind, c.Fund, worth.Neg()).For("in-kind")}}, worth, nil
}
