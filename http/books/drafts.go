package books

import (
	"context"
	"net/http"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// drafts registers entries that somebody is still writing.
func drafts(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/journal-entry-drafts", ID: "listDrafts",
		Tag: "journal-entry-drafts", Roles: resource.Bookkeeper,
		Summary: "List the drafts that are not posted", Danish: "Vis de kladder, der ikke er bogført"}, listDrafts)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/journal-entry-drafts/:id", ID: "getDraft",
		Tag: "journal-entry-drafts", Roles: resource.Bookkeeper,
		Summary: "One draft", Danish: "Én kladde", Refuses: []error{ledger.ErrUnknownDraft}}, getDraft)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entry-drafts", ID: "writeDraft",
		NoMatch: rest.MakesNew,
		Tag:     "journal-entry-drafts", Roles: resource.Finance,
		Location: "/journal-entry-drafts/{id}", Summary: "Write an entry down without posting it",
		Danish:  "Skriv en postering ned uden at bogføre den",
		About:   "A draft may be unbalanced and has no number. Posting it asks everything that is asked of an entry.",
		Refuses: []error{ledger.ErrUnknownAccount, ledger.ErrUnknownFund, ledger.ErrEntryShape}}, writeDraft)
	resource.Route(api, rest.Op{Method: http.MethodPatch, Path: "/journal-entry-drafts/:id", ID: "changeDraft",
		Match: "getDraft",
		Tag:   "journal-entry-drafts", Roles: resource.Finance,
		Summary: "Change a draft", Danish: "Ret en kladde",
		About: "Fields that are left out stay; lines are replaced as a whole.",
		Refuses: []error{ledger.ErrUnknownDraft, ledger.ErrEntryPosted, store.ErrStale,
			ledger.ErrUnknownAccount, ledger.ErrUnknownFund, ledger.ErrEntryShape}}, changeDraft)
	resource.Route(api, rest.Op{Method: http.MethodDelete, Path: "/journal-entry-drafts/:id", ID: "discardDraft",
		Match: "getDraft",
		Tag:   "journal-entry-drafts", Roles: resource.Finance,
		Summary: "Throw a draft away", Danish: "Kassér en kladde",
		Refuses: []error{ledger.ErrUnknownDraft, ledger.ErrEntryPosted}}, discardDraft)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entry-drafts/:id/postings", ID: "postDraft",
		Match: "getDraft",
		Tag:   "journal-entry-drafts", Roles: resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Post a draft: it becomes an entry",
		Danish: "Bogfør en kladde: den bliver til en postering",
		Refuses: append([]error{ledger.ErrUnknownDraft, ledger.ErrEntryPosted, ledger.ErrUnbalanced, ledger.ErrEntryShape,
			ledger.ErrBooksMixed,
			ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn, ledger.ErrExternalIDTaken}, judged...)}, postDraft)
}

type draftLineView struct {
	Account   ledger.AccountNo `json:"account"`
	Fund      ledger.FundCode  `json:"fund"`
	Direction string           `json:"direction" enum:"debit,credit"`
	Amount    ledger.Money     `json:"amount"`
	Category  string           `json:"category,omitempty"`
}

type draftView struct {
	ID         ledger.DraftID  `json:"id"`
	Date       ledger.Date     `json:"date"`
	Text       string          `json:"text"`
	Lines      []draftLineView `json:"lines"`
	ExternalID string          `json:"external_id,omitempty"`
	State      string          `json:"state" enum:"draft,posted"`
	Entry      ledger.EntryID  `json:"entry_id,omitempty" description:"What it became."`
	CreatedBy  string          `json:"created_by,omitempty"`
	Version    int             `json:"version" description:"How often it was changed."`
}

func viewDraft(d ledger.Draft) draftView {
	v := draftView{ID: d.ID, Date: d.Date, Text: d.Text, Lines: []draftLineView{}, ExternalID: d.ExternalID,
		State: "draft", Entry: d.Entry, CreatedBy: d.CreatedBy, Version: d.Version}
	if d.Entry != "" {
		v.State = "posted"
	}
	for _, l := range d.Lines {
		v.Lines = append(v.Lines,
			draftLineView{Account: l.Account, Fund: l.Fund, Direction: direction(l), Amount: l.Amount.Abs(),
				Category: l.Category})
	}
	return v
}

func draftShown(d ledger.Draft, err error) (draftView, error) {
	if err != nil {
		return draftView{}, err
	}
	return viewDraft(d), nil
}

func listDrafts(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[draftView],
	error) {
	page, err := in.Keyset(2)
	if err != nil {
		return rest.List[draftView]{}, err
	}
	found, err := d.Book.Drafts().List(ctx, tx, page)
	if err != nil {
		return rest.List[draftView]{}, err
	}
	return rest.ListOf(in.Page, found, viewDraft, func(d ledger.Draft) []string {
		return []string{string(d.Date), string(d.ID)}
	}), nil
}

func getDraft(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (draftView, error) {
	return draftShown(d.Book.Drafts().Find(ctx, tx, ledger.DraftID(in.ID)))
}

type draftRequest struct {
	Date       ledger.Date   `json:"date" validate:"required"`
	Text       string        `json:"text" validate:"max=200" description:"What happened; no person's name."`
	Lines      []lineRequest `json:"lines" validate:"max=200,dive"`
	ExternalID string        `json:"external_id" validate:"max=100" description:"Of the entry that it will be."`
}

func writeDraft(ctx context.Context, tx *store.Tx, d resource.Domain, in draftRequest) (draftView, error) {
	lines, err := linesOf(in.Lines, d.Book.Base)
	if err != nil {
		return draftView{}, err
	}
	return draftShown(d.Book.Drafts().Write(ctx, tx, ledger.Draft{Date: in.Date, Text: in.Text, Lines: lines,
		ExternalID: in.ExternalID}))
}

type changeDraftRequest struct {
	ID         rest.Ref      `path:"id" json:"-"`
	Date       ledger.Date   `json:"date" validate:"omitempty"`
	Text       *string       `json:"text" validate:"omitempty,max=200"`
	Lines      []lineRequest `json:"lines" validate:"max=200,dive"`
	ExternalID *string       `json:"external_id" validate:"omitempty,max=100"`
}

func changeDraft(ctx context.Context, tx *store.Tx, d resource.Domain, in changeDraftRequest) (draftView, error) {
	draft, err := d.Book.Drafts().Find(ctx, tx, ledger.DraftID(in.ID))
	if err != nil {
		return draftView{}, err
	}
	if in.Date != "" {
		draft.Date = in.Date
	}
	if in.Text != nil {
		draft.Text = *in.Text
	}
	if in.ExternalID != nil {
		draft.ExternalID = *in.ExternalID
	}
	if in.Lines != nil {
		if draft.Lines, err = linesOf(in.Lines, d.Book.Base); err != nil {
			return draftView{}, err
		}
	}
	return draftShown(d.Book.Drafts().Change(ctx, tx, draft))
}

func discardDraft(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (rest.None, error) {
	return rest.None{}, d.Book.Drafts().Discard(ctx, tx, ledger.DraftID(in.ID))
}

func postDraft(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (entryView, error) {
	draft, err := d.Book.Drafts().Find(ctx, tx, ledger.DraftID(in.ID))
	if err != nil {
		return entryView{}, err
	}
	if err := resource.AskDay(ctx, tx, draft.Date, fundsOf(draft.Lines)...); err != nil {
		return entryView{}, err
	}
	return entryShown(d.Book.Drafts().Post(ctx, tx, ledger.DraftID(in.ID)))
}

// fundsOf lists the funds of some lines.
func fundsOf(lines []ledger.Line) []ledger.FundCode {
	funds := make([]ledger.FundCode, len(lines))
	for i, l := range lines {
		funds[i] = l.Fund
	}
	return funds
}
