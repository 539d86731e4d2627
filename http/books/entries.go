package books

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/judge"
	"supportledger/grants"
	"supportledger/http/groupcommit"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// entries registers the journal.
func entries(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/journal-entries", ID: "listJournalEntries",
		Tag: "journal-entries", Roles: resource.Bookkeeper,
		Summary: "List posted entries in order of posting", Danish: "Vis posteringer i bogføringsorden"}, listEntries)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/journal-entries/:id", ID: "getJournalEntry",
		Tag: "journal-entries", Roles: resource.Bookkeeper,
		Summary: "One posted entry with its lines", Danish: "Én postering med dens linjer",
		Refuses: []error{ledger.ErrUnknownEntry}}, getEntry)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entries", ID: "postJournalEntry",
		NoMatch: rest.MakesNew,
		Tag:     "journal-entries", Roles: resource.Finance, Money: true,
		Summary: "Post an entry by hand", Danish: "Bogfør en postering manuelt",
		About: "For what no act posts by itself. Lines are in base currency: foreign money moves by its lots, through " +
			"the acts.",
		Refuses: append([]error{ledger.ErrUnbalanced, ledger.ErrUnknownFund, ledger.ErrUnknownAccount, ledger.ErrPeriodClosed,
			ledger.ErrEntryShape,
			ledger.ErrBooksMixed, ledger.ErrFundOverdrawn, ledger.ErrExternalIDTaken}, judged...),
		Example: `{"date":"2026-01-31","text":"Bank interest","lines":[` +
			`{"account":"1010","fund":"UNR","direction":"debit","amount":"12.50"},` +
			`{"account":"4200","fund":"UNR","direction":"credit","amount":"12.50"}]}`}, postEntry)
	groupcommit.Collect(api.API, "postJournalEntry", manualEntry, viewEntry, judge.Entry)
}

// judged is what [judge.Entry] refuses of an entry made by hand.
var judged = []error{judge.ErrUnreleased, disbursements.ErrOutsidePeriod, grants.ErrGrantState,
	grants.ErrOutsidePeriod, grants.ErrOutsideCategory, grants.ErrOutsideCountry, grants.ErrOutsideBudget,
	grants.ErrOverLine, grants.ErrIneligibleKind}

type lineView struct {
	Account   ledger.AccountNo `json:"account"`
	Fund      ledger.FundCode  `json:"fund"`
	Direction string           `json:"direction" enum:"debit,credit"`
	Amount    ledger.Money     `json:"amount" description:"Positive, on the side that direction says."`
	Base      ledger.Money     `json:"base_amount" description:"What the amount costs in base currency."`
	Category  string           `json:"category,omitempty"`
	Plan      string           `json:"plan,omitempty"`
	Payee     string           `json:"payee,omitempty"`
	Partner   string           `json:"partner,omitempty"`
	Lot       ledger.LotID     `json:"lot,omitempty"`
}

type entryView struct {
	ID     ledger.EntryID `json:"id"`
	Number string         `json:"number"`
	Date   ledger.Date    `json:"date"`
	Text   string         `json:"text"`
	Act    string         `json:"act" description:"What posted it: instalment, transfer, liquidation …"`
	Source string         `json:"source,omitempty" description:"Id of what the act was done to."`
	Lines  []lineView     `json:"lines"`

	Reverses    ledger.EntryID `json:"reverses,omitempty" description:"The entry that this one undoes."`
	ReversedBy  ledger.EntryID `json:"reversed_by,omitempty" description:"The reversal that undid this entry."`
	Corrects    ledger.EntryID `json:"corrects,omitempty" description:"The reversed entry that this one stands in place of."`
	CorrectedBy ledger.EntryID `json:"corrected_by,omitempty" description:"The entry that stands in place of this one."`
	Reason      string         `json:"reason,omitempty" description:"Of a reversal or correction."`
	ExternalID  string         `json:"external_id,omitempty" description:"What the system that sent it calls it."`

	Evidence []evidence.ID `json:"evidence,omitempty" description:"Documents that prove it, in order of attaching."`

	CreatedBy string `json:"created_by,omitempty"`
	CreatedAt string `json:"created_at"`
}

func viewEntry(p ledger.Posted) entryView {
	v := entryView{ID: p.ID, Number: p.Number, Date: p.Date, Text: p.Text, Act: p.Act, Source: p.Source,
		CreatedBy: p.CreatedBy,
		CreatedAt: p.CreatedAt.UTC().Format(time.RFC3339Nano), Lines: []lineView{},
		Reverses: p.Reverses, Corrects: p.Corrects, Reason: p.Reason, ExternalID: p.ExternalID}
	for _, l := range p.Lines {
		v.Lines = append(v.Lines, viewLine(l))
	}
	return v
}

func viewLine(l ledger.Line) lineView {
	return lineView{Account: l.Account, Fund: l.Fund, Direction: direction(l), Amount: l.Amount.Abs(), Base: l.Base.Abs(),
		Category: l.Category, Plan: l.Plan, Payee: l.Payee, Partner: l.Partner, Lot: l.Lot}
}

const (
	debit  = "debit"
	credit = "credit"
)

func direction(l ledger.Line) string {
	if l.Amount.Sign() < 0 || l.Base.Sign() < 0 {
		return credit
	}
	return debit
}

type listEntriesRequest struct {
	rest.Page
	From ledger.Date `query:"from" json:"-" description:"First accounting date."`
	To   ledger.Date `query:"to" json:"-" description:"Last accounting date."`
}

func listEntries(ctx context.Context, tx *store.Tx, d resource.Domain, in listEntriesRequest) (rest.List[entryView],
	error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[entryView]{}, err
	}
	var seq int64
	if after != nil {
		if seq, err = strconv.ParseInt(after[0], 10, 64); err != nil {
			return rest.List[entryView]{}, rest.Refuse("cursor_invalid")
		}
	}
	rows, err := d.Book.Entries(ctx, tx, ledger.Span{From: in.From, To: in.To}, seq, in.Size()+1)
	if err != nil {
		return rest.List[entryView]{}, err
	}
	later, err := d.Book.LinksOf(ctx, tx, rows...)
	if err != nil {
		return rest.List[entryView]{}, err
	}
	proof, err := evidence.Of(ctx, tx, rows...)
	if err != nil {
		return rest.List[entryView]{}, err
	}
	view := func(p ledger.Posted) entryView { return viewEntry(p).and(later[p.ID], proof[p.ID]) }
	return rest.ListOf(in.Page, rows, view, func(p ledger.Posted) []string {
		return []string{strconv.FormatInt(p.Seq,
			10)}
	}), nil
}

func getEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (entryView, error) {
	p, err := d.Book.Entry(ctx, tx, string(in.ID))
	if err != nil {
		return entryView{}, err
	}
	return showEntry(ctx, tx, d, p)
}

// showEntry is an entry with everything that hangs on it.
func showEntry(ctx context.Context, tx *store.Tx, d resource.Domain, p ledger.Posted) (entryView, error) {
	later, err := d.Book.LinksOf(ctx, tx, p)
	if err != nil {
		return entryView{}, err
	}
	proof, err := evidence.Of(ctx, tx, p)
	return viewEntry(p).and(later[p.ID], proof[p.ID]), err
}

// and adds what became of the entry since, and what proves it.
func (v entryView) and(later ledger.Links, proof []evidence.ID) entryView {
	v.ReversedBy, v.CorrectedBy, v.Evidence = later.ReversedBy, later.CorrectedBy, proof
	return v
}

type lineRequest struct {
	Account   ledger.AccountNo `json:"account" validate:"required"`
	Fund      ledger.FundCode  `json:"fund" validate:"required"`
	Direction string           `json:"direction" validate:"required,oneof=debit credit"`
	Amount    rest.Decimal     `json:"amount" validate:"required,positive" description:"Positive, in base currency."`
	Category  string           `json:"category" validate:"max=40"`
}

type postEntryRequest struct {
	Date       ledger.Date   `json:"date" validate:"required"`
	Text       string        `json:"text" validate:"required,max=200" description:"What happened; no person's name."`
	Lines      []lineRequest `json:"lines" validate:"required,min=2,max=200,dive"`
	ExternalID string        `json:"external_id" validate:"max=100" description:"What your system calls it. Unique: sent again, the answer names the entry that has it."`
}

func postEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in postEntryRequest) (entryView, error) {
	e, err := manualEntry(d.Book, in)
	if err != nil {
		return entryView{}, err
	}
	posted, err := d.Book.Post(ctx, tx, e)
	if err != nil {
		return entryView{}, err
	}
	return viewEntry(posted[0]), access.Record(ctx, tx, groupcommit.EntryPosted(posted[0]))
}

// manualEntry is an entry made by hand.
func manualEntry(book ledger.Book, in postEntryRequest) (ledger.Entry, error) {
	lines, err := linesOf(in.Lines, book.Base)
	return ledger.Entry{Date: in.Date, Text: in.Text, Act: ledger.ManualAct, Lines: lines, ExternalID: in.ExternalID}, err
}

// linesOf reads the lines of an entry made by hand.
func linesOf(in []lineRequest, base ledger.Currency) ([]ledger.Line, error) {
	var lines []ledger.Line
	for i, l := range in {
		amount, err := l.Amount.In(fmt.Sprintf("/lines/%d/amount", i), base)
		if err != nil {
			return nil, err
		}
		line := ledger.Base(l.Account, l.Fund, amount).For(l.Category)
		if l.Direction == credit {
			line = line.Neg()
		}
		lines = append(lines, line)
	}
	return lines, nil
}
