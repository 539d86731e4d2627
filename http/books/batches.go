package books

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/http/groupcommit"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// maxBatchBody is room for a batch of full size whose entries have a handful of lines.
const maxBatchBody = 6 << 20

// entryBatches registers batches of entries.
func entryBatches(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entries/batches", ID: "postJournalEntryBatch",
		NoMatch: rest.MakesNew,
		Tag:     "journal-entries", Roles: resource.Finance, Money: true,
		Status: 200, Body: maxBatchBody,
		Summary: "Post up to 5,000 entries at once", Danish: "Bogfør op til 5.000 posteringer på én gang",
		About: "all_or_nothing posts all entries or none: the problem then names every entry that was refused. " +
			"best_effort posts what is good; the answer gives the reason for each entry that was refused. An external_id " +
			"has one effect: an entry that was sent before with the same content, in this batch or ever, is answered " +
			"with the entry that there is.",
		Refuses: []error{errBatchRefused},
		Example: `{"mode":"all_or_nothing","entries":[{"external_id":"bank-4711",` +
			`"date":"2026-01-31","text":"Bank interest",` +
			`"lines":[{"account":"1010","fund":"UNR","direction":"debit","amount":"12.50"},` +
			`{"account":"4200","fund":"UNR","direction":"credit","amount":"12.50"}]}]}`,
	}, postBatch)
}

const (
	allOrNothing = "all_or_nothing"

	itemPosted  = "posted"
	itemKnown   = "already_posted"
	itemRefused = "refused"
)

type batchEntryRequest struct {
	ExternalID string        `json:"external_id" validate:"required,max=100" description:"What your system calls the entry."`
	Date       ledger.Date   `json:"date" validate:"required"`
	Text       string        `json:"text" validate:"required,max=200" description:"What happened; no person's name."`
	Lines      []lineRequest `json:"lines" validate:"required,min=2,max=200,dive"`
}

type batchRequest struct {
	Mode    string              `json:"mode" validate:"required,oneof=all_or_nothing best_effort"`
	Entries []batchEntryRequest `json:"entries" validate:"required,min=1,max=5000,dive"`
}

type itemView struct {
	ExternalID string               `json:"external_id"`
	Status     string               `json:"status" enum:"posted,already_posted,refused"`
	Entry      *resource.PostedView `json:"entry,omitempty" description:"The entry in the books."`
	Problem    *itemProblem         `json:"problem,omitempty" description:"Why it was refused."`
}

type itemProblem struct {
	Type    string `json:"type" description:"Address of a page about this kind of problem, served by this program."`
	Title   string `json:"title"`
	Status  int    `json:"status" description:"What the entry alone would have been answered with."`
	Code    string `json:"code"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Pointer string `json:"pointer" description:"Where in this request the entry stands."`
}

type batchView struct {
	Mode    string     `json:"mode"`
	Posted  int        `json:"posted" description:"How many entries this call posted."`
	Known   int        `json:"already_posted" description:"How many were in the books already, or stood twice in the batch."`
	Refused int        `json:"refused"`
	Items   []itemView `json:"items" description:"In the order of the request."`
}

// errBatchRefused is an all-or-nothing batch of which something is not good.
var errBatchRefused = errors.New("http: the batch is refused")

// item is one entry of a batch on its way.
type item struct {
	entry  ledger.Entry
	known  bool
	posted ledger.Posted
	err    error
}

// postBatch posts a batch under the head row, so that what it finds in the books stays so.
func postBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in batchRequest) (batchView, error) {
	if _, err := ledger.OpenLocked(ctx, tx); err != nil {
		return batchView{}, err
	}
	items := make([]item, len(in.Entries))
	first := map[string]int{} // of those with one external id
	var ids []string
	for i, e := range in.Entries {
		items[i].entry, items[i].err = e.entry(d.Book)
		if _, twin := first[e.ExternalID]; !twin {
			first[e.ExternalID] = i
			ids = append(ids, e.ExternalID)
		}
	}
	byDay := func(a, b batchEntryRequest) int { return cmp.Compare(a.Date, b.Date) }
	for _, e := range []batchEntryRequest{slices.MinFunc(in.Entries, byDay), slices.MaxFunc(in.Entries, byDay)} {
		if err := resource.AskDay(ctx, tx, e.Date, fundsNamed(e.Lines)...); err != nil {
			return batchView{}, err
		}
	}
	there, err := d.Book.ByExternalID(ctx, tx, ids)
	if err != nil {
		return batchView{}, err
	}
	if err := (batch{items, first, there}).post(ctx, tx, d.Book); err != nil {
		return batchView{}, err
	}
	for i := range items {
		if at := first[in.Entries[i].ExternalID]; at != i {
			items[i].follow(items[at])
		}
	}
	if err := batchFaults(d.API.Problems, items, rest.LangFrom(ctx)); in.Mode == allOrNothing && err != nil {
		return batchView{}, err
	}
	return viewBatch(d.API.Problems, in, items, rest.LangFrom(ctx)), nil
}

func (e batchEntryRequest) entry(book ledger.Book) (ledger.Entry, error) {
	return manualEntry(book, postEntryRequest{Date: e.Date, Text: e.Text, Lines: e.Lines, ExternalID: e.ExternalID})
}

// batch are the items of a request.
type batch struct {
	items []item
	first map[string]int           // the first item of an external id
	there map[string]ledger.Posted // what the books hold, by external id
}

// post posts those that are neither in the books nor repeat another one, and records it.
func (b batch) post(ctx context.Context, tx *store.Tx, book ledger.Book) error {
	var posting []int
	var proposals []ledger.Proposal
	for i := range b.items {
		it := &b.items[i]
		old, found := b.there[it.entry.ExternalID]
		switch {
		case it.err != nil || b.first[it.entry.ExternalID] != i:
		case found:
			it.meet(old)
		default:
			posting, proposals = append(posting, i), append(proposals, ledger.Proposal{Entry: it.entry, By: tx.By})
		}
	}
	outcomes, err := book.PostEach(ctx, tx, proposals...)
	if err != nil {
		return err
	}
	for n, o := range outcomes {
		it := &b.items[posting[n]]
		if it.posted, it.err = o.Posted, o.Err; o.Err != nil {
			continue
		}
		if err := access.Record(ctx, tx, groupcommit.EntryPosted(o.Posted)); err != nil {
			return err
		}
	}
	return nil
}

// meet gives an item the entry that has its external id, if it says the same.
func (it *item) meet(old ledger.Posted) {
	if !sameEntry(it.entry, old.Entry) {
		it.err = &ledger.ExternalIDTaken{ID: old.ExternalID, By: old.ID}
		return
	}
	it.known, it.posted = true, old
}

// follow gives an item what became of the first of its external id in the batch.
func (it *item) follow(of item) {
	switch {
	case it.err != nil:
	case !sameEntry(it.entry, of.entry):
		it.err = &ledger.ExternalIDTaken{ID: of.entry.ExternalID, By: of.posted.ID}
	case of.err != nil:
		it.err = of.err
	default:
		it.known, it.posted = true, of.posted
	}
}

// sameEntry tells whether two entries made by hand say the same.
func sameEntry(a, b ledger.Entry) bool {
	return a.Date == b.Date && a.Text == b.Text && slices.EqualFunc(a.Lines, b.Lines, func(x, y ledger.Line) bool {
		return x.Account == y.Account && x.Fund == y.Fund && x.Category == y.Category &&
			x.Amount.Currency == y.Amount.Currency &&
			x.Amount.Cmp(y.Amount) == 0 && x.Base.Cmp(y.Base) == 0
	})
}

// shownFaults bounds the problem of a batch in which everything is wrong for one reason.
const shownFaults = 100

// batchFaults is the refusal of an all-or-nothing batch, naming each item that stands in its way; nil when none does.
func batchFaults(problems rest.ProblemTable, items []item, l rest.Lang) error {
	var faults []*rest.Fault
	bad := 0
	for i, it := range items {
		if it.err == nil {
			continue
		}
		if bad++; bad > shownFaults {
			continue
		}
		p, r := problems.ProblemOf(it.err, l)
		message := r.Title
		if p.Detail != "" {
			message = rest.Text{EN: p.Detail, DA: p.Detail}
		}
		faults = append(faults, &rest.Fault{Pointer: pointerOf(i, it.err), Code: p.Code, Message: message, Hint: r.Hint})
	}
	if bad == 0 {
		return nil
	}
	return &rest.Refusal{Code: "batch_refused", Faults: faults,
		Detail: rest.Text{EN: fmt.Sprintf("%d of %d entries are refused; nothing was posted.", bad, len(items)),
			DA: fmt.Sprintf("%d af %d posteringer afvises; intet er bogført.", bad, len(items))}}
}

// pointerOf is the place in the request that an item's error is about.
func pointerOf(i int, err error) string {
	at := fmt.Sprintf("/entries/%d", i)
	if places := rest.PlacesIn(err); len(places) > 0 {
		at += places[0].Pointer
	}
	return at
}

func viewBatch(problems rest.ProblemTable, in batchRequest, items []item, l rest.Lang) batchView {
	v := batchView{Mode: in.Mode, Items: make([]itemView, len(items))}
	for i, it := range items {
		one := itemView{ExternalID: in.Entries[i].ExternalID}
		switch {
		case it.err != nil:
			p, _ := problems.ProblemOf(it.err, l)
			one.Status, v.Refused = itemRefused, v.Refused+1
			one.Problem = &itemProblem{Type: p.Type, Title: p.Title, Status: p.Status, Code: p.Code, Detail: p.Detail,
				Hint: p.Hint, Pointer: pointerOf(i, it.err)}
		case it.known:
			one.Status, v.Known = itemKnown, v.Known+1
		default:
			one.Status, v.Posted = itemPosted, v.Posted+1
		}
		if it.err == nil {
			posted := resource.ViewPosted(it.posted)
			one.Entry = &posted
		}
		v.Items[i] = one
	}
	return v
}

// fundsNamed lists the funds of the lines of a request.
func fundsNamed(lines []lineRequest) []ledger.FundCode {
	funds := make([]ledger.FundCode, len(lines))
	for i, l := range lines {
		funds[i] = l.Fund
	}
	return funds
}
