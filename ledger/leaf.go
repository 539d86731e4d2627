package ledger

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"supportledger/proof"
	"supportledger/store"
)

// entryRecord is an entry as its rows hold it: the row itself, its lines, and the lots that it opened. A leaf of the
// tree is made of it, from the rows on their way into the books and again from what verify reads.
type entryRecord struct {
	entryRow
	Lines []lineRow
	Lots  []lotRow
}

// sealLeaves puts posted entries into the tree that proves the books, in their order.
func sealLeaves(tx *store.Tx, posted []entryRecord) {
	var e proof.Encoder
	leaves := make([]proof.Leaf, len(posted))
	for i := range posted {
		leaves[i] = posted[i].leaf(&e, proof.NewSeal())
	}
	proof.Append(tx, leaves...)
}

// Leaf is the leaf of a posted entry as its rows give it now: its bytes, and the seal that opens the commitments in it.
// [proof.ErrNoLeaf] when the entry never joined the tree.
func (b Book) Leaf(ctx context.Context, tx *store.Tx, p Posted) (data []byte, seal proof.Seal, err error) {
	page, err := storedEntries(ctx, tx, p.Seq-1, 1)
	if err != nil {
		return nil, nil, err
	}
	if len(page) == 0 || page[0].ID != p.ID || page[0].position < 0 {
		return nil, nil, proof.ErrNoLeaf
	}
	var e proof.Encoder
	page[0].leaf(&e, page[0].seal)
	return e.Data(), page[0].seal, nil
}

// leaf encodes an entry (docs/PROOF.md): a column per field, then its lines in order, then its lots by id.
func (r *entryRecord) leaf(e *proof.Encoder, seal proof.Seal) proof.Leaf {
	e.Reset(proof.EntryLeaf, seal)
	e.Int("seq", r.Seq)
	e.Text("id", string(r.ID))
	e.Int("fiscal_year", r.FiscalYear)
	e.Int("number", r.Number)
	e.Text("date", string(r.Date))
	e.Text("book", r.Book)
	e.Sealed("text", r.Text)
	e.Text("act", r.Act)
	e.Text("source", r.Source)
	e.Int("line_count", r.LineCount)
	e.Text("reverses", string(store.ZeroIfNull(r.Reverses)))
	e.Text("corrects", string(store.ZeroIfNull(r.Corrects)))
	e.Sealed("reason", r.Reason)
	e.Sealed("external_id", store.ZeroIfNull(r.ExternalID))
	e.Text("created_by", r.CreatedBy)
	e.Text("created_at", r.CreatedAt)
	for i := range r.Lines {
		r.Lines[i].encode(e)
	}
	slices.SortFunc(r.Lots, func(a, b lotRow) int { return cmp.Compare(a.ID, b.ID) })
	for i := range r.Lots {
		r.Lots[i].encode(e)
	}
	return e.Leaf(string(r.ID))
}

func (r *lineRow) encode(e *proof.Encoder) {
	mark := e.Open("line", strconv.FormatInt(r.Line, 10))
	e.Int("line", r.Line)
	e.Text("account", string(r.Account))
	e.Text("fund", string(r.Fund))
	e.Text("currency", string(r.Currency))
	e.Int("amount", r.Amount)
	e.Int("base", r.Base)
	e.Text("category", r.Category)
	e.Text("plan", r.Plan)
	e.Sealed("payee", r.Payee)
	e.Text("partner", r.Partner)
	e.Text("lot", string(store.ZeroIfNull(r.Lot)))
	e.Close(mark)
}

// encode leaves out what is open in the lot: that is a sum of lines, which verify recomputes.
func (r *lotRow) encode(e *proof.Encoder) {
	mark := e.Open("lot", string(r.ID))
	e.Text("id", string(r.ID))
	e.Text("kind", string(r.Kind))
	e.Text("account", string(r.Account))
	e.Text("holder", r.Holder)
	e.Text("fund", string(r.Fund))
	e.Text("currency", string(r.Currency))
	e.Text("rate", r.Rate)
	e.Text("opened_on", string(r.OpenedOn))
	e.Text("name", r.Name)
	e.Int("quantity", r.Quantity)
	e.Int("cost", r.Cost)
	e.Close(mark)
}
