package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"supportledger/proof"
	"supportledger/store"
)

// entryLeaf is what a leaf says about an entry: the stored fields of its row, of its lines and of the lots that it opened, as
// the columns hold them. It is filled from an entry on its way into the books, and from the rows when they are verified.
type entryLeaf struct {
	ID, Date, Book, Text, Act, Source, Reverses, Corrects, Reason, ExternalID, CreatedBy, CreatedAt string
	Seq, FiscalYear, Number, LineCount                                                              int64
	Lines                                                                                           []lineLeaf
	Lots                                                                                            []lotLeaf
}

type lineLeaf struct {
	Line                                                         int64
	Account, Fund, Currency, Category, Plan, Payee, Partner, Lot string
	Amount, Base                                                 int64
}

type lotLeaf struct {
	ID, Kind, Account, Holder, Fund, Currency, Rate, OpenedOn, Name string
	Quantity, Cost                                                  int64
}

// sealLeaves puts posted entries into the tree that proves the books, in their order.
func sealLeaves(tx *store.Tx, known chart, posted []Posted) {
	var e proof.Encoder
	leaves := make([]proof.Leaf, len(posted))
	for i, p := range posted {
		leaves[i] = leafOf(p, known, &e)
	}
	proof.Append(tx, leaves...)
}

func leafOf(p Posted, known chart, e *proof.Encoder) proof.Leaf {
	r := p.record(known)
	return r.leaf(e, proof.NewSeal())
}

// record is a posted entry as its rows hold it.
func (p Posted) record(known chart) entryLeaf {
	_, n, _ := parseNumber(p.Number)
	r := entryLeaf{ID: string(p.ID), Date: string(p.Date), Book: known.accounts[p.Lines[0].Account].Book(), Text: p.Text, Act: p.Act,
		Source: p.Source, Reverses: string(p.Reverses), Corrects: string(p.Corrects), Reason: p.Reason, ExternalID: p.ExternalID,
		CreatedBy: p.CreatedBy, CreatedAt: store.FormatTime(p.CreatedAt), Seq: p.Seq, FiscalYear: int64(p.Date.Year()), Number: n,
		LineCount: int64(len(p.Lines)), Lines: make([]lineLeaf, len(p.Lines))}
	for i, l := range p.Lines {
		r.Lines[i] = lineLeaf{Line: int64(i + 1), Account: string(l.Account), Fund: string(l.Fund), Currency: string(l.Amount.Currency),
			Amount: l.Amount.Minor(), Base: l.Base.Minor(), Category: l.Category, Plan: l.Plan, Payee: l.Payee, Partner: l.Partner,
			Lot: string(l.Lot)}
	}
	for _, l := range p.Opens {
		r.Lots = append(r.Lots, lotLeaf{ID: string(l.ID), Kind: string(l.Kind), Account: string(l.Pool.Account), Holder: l.Pool.Holder,
			Fund: string(l.Pool.Fund), Currency: string(l.Pool.Currency), Rate: l.Rate.String(), OpenedOn: string(l.OpenedOn),
			Name: l.Name, Quantity: l.Quantity.Minor(), Cost: l.Cost.Minor()})
	}
	sortLots(r.Lots)
	return r
}

// Leaf is the leaf of a posted entry as its rows give it now: its bytes, and the seal that opens the commitments in it.
// [proof.ErrNoLeaf] when the entry never joined the tree.
func (b Book) Leaf(ctx context.Context, tx *store.Tx, p Posted) (data []byte, seal proof.Seal, err error) {
	page, err := storedEntries(ctx, tx, p.Seq-1, 1)
	if err != nil {
		return nil, nil, err
	}
	if len(page) == 0 || page[0].ID != string(p.ID) || page[0].position < 0 {
		return nil, nil, proof.ErrNoLeaf
	}
	var e proof.Encoder
	sortLots(page[0].Lots)
	page[0].leaf(&e, page[0].seal)
	return e.Data(), page[0].seal, nil
}

func sortLots(lots []lotLeaf) {
	slices.SortFunc(lots, func(a, b lotLeaf) int { return strings.Compare(a.ID, b.ID) })
}

// leaf encodes an entry (docs/PROOF.md): a column per field, then its lines in order, then its lots by id.
func (r *entryLeaf) leaf(e *proof.Encoder, seal proof.Seal) proof.Leaf {
	e.Reset(proof.EntryLeaf, seal)
	e.Int("seq", r.Seq)
	e.Text("id", r.ID)
	e.Int("fiscal_year", r.FiscalYear)
	e.Int("number", r.Number)
	e.Text("date", r.Date)
	e.Text("book", r.Book)
	e.Sealed("text", r.Text)
	e.Text("act", r.Act)
	e.Text("source", r.Source)
	e.Int("line_count", r.LineCount)
	e.Text("reverses", r.Reverses)
	e.Text("corrects", r.Corrects)
	e.Sealed("reason", r.Reason)
	e.Sealed("external_id", r.ExternalID)
	e.Text("created_by", r.CreatedBy)
	e.Text("created_at", r.CreatedAt)
	for i := range r.Lines {
		r.Lines[i].encode(e)
	}
	for i := range r.Lots {
		r.Lots[i].encode(e)
	}
	return e.Leaf(r.ID)
}

func (l *lineLeaf) encode(e *proof.Encoder) {
	mark := e.Open("line", strconv.FormatInt(l.Line, 10))
	e.Int("line", l.Line)
	e.Text("account", l.Account)
	e.Text("fund", l.Fund)
	e.Text("currency", l.Currency)
	e.Int("amount", l.Amount)
	e.Int("base", l.Base)
	e.Text("category", l.Category)
	e.Text("plan", l.Plan)
	e.Sealed("payee", l.Payee)
	e.Text("partner", l.Partner)
	e.Text("lot", l.Lot)
	e.Close(mark)
}

func (l *lotLeaf) encode(e *proof.Encoder) {
	mark := e.Open("lot", l.ID)
	e.Text("id", l.ID)
	e.Text("kind", l.Kind)
	e.Text("account", l.Account)
	e.Text("holder", l.Holder)
	e.Text("fund", l.Fund)
	e.Text("currency", l.Currency)
	e.Text("rate", l.Rate)
	e.Text("opened_on", l.OpenedOn)
	e.Text("name", l.Name)
	e.Int("quantity", l.Quantity)
	e.Int("cost", l.Cost)
	e.Close(mark)
}
