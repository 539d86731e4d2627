package books

import (
	"context"
	"net/http"
	"slices"

	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// reversals registers what may become of a posted entry: nothing but a reversal, and something better in its place.
func reversals(api *resource.API) {
	resource.Route(api, rest.Op{Method: http.MethodPatch, Path: "/journal-entries/:id", ID: "changeJournalEntry",
		Match: "getJournalEntry",
		Tag:   "journal-entries", Roles: resource.Finance,
		Summary: "Always refused: a posted entry is reversed", Danish: "Afvises altid: en bogført postering tilbageføres",
		About:   "Drafts are changed at /journal-entry-drafts/{id}. The answer leads to the reversal.",
		Refuses: []error{ledger.ErrUnknownEntry, ledger.ErrEntryPosted}}, changeEntry)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entries/:id/reversals", ID: "reverseJournalEntry",
		Match: "getJournalEntry",
		Tag:   "journal-entries", Roles: resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Undo an entry by its negative", Danish: "Tilbagefør en postering",
		About: "Dated the entry's own day where no date is sent, or the first open day after it. Lots and layers get back " +
			"exactly what was drawn. " +
			"What the entry's act did beside it is undone too: a liquidation's plan items open again and its relief " +
			"is reversed.",
		Refuses: reversalRefuses, Example: `{"date":"2026-11-05","reason":"Charged to the wrong grant"}`}, reverseEntry)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entries/:id/corrections", ID: "correctJournalEntry",
		Match: "getJournalEntry",
		Tag:   "journal-entries", Roles: resource.Finance, Money: true,
		Location: "/journal-entries/{id}", Summary: "Reverse an entry made by hand and post the right one in its place",
		Danish: "Tilbagefør en manuel postering og bogfør den rigtige i stedet",
		About:  "Both in one act. An entry that an act made is reversed, and the act done again.",
		Refuses: slices.Concat([]error{ledger.ErrCorrectByAct, ledger.ErrUnbalanced, ledger.ErrEntryShape,
			ledger.ErrUnknownAccount, ledger.ErrUnknownFund}, judged, reversalRefuses)}, correctEntry)
}

var reversalRefuses = []error{disbursements.ErrPartOfAct, ledger.ErrUnknownEntry, ledger.ErrReasonRequired,
	ledger.ErrAlreadyReversed, ledger.ErrReversalOfReversal,
	ledger.ErrReversalDate, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted,
	advances.ErrPrepaidExceeded, advances.ErrState}

// changeEntryRequest takes what a client would want to change, to answer it with the way that there is.
type changeEntryRequest struct {
	ID    rest.Ref      `path:"id" json:"-"`
	Date  ledger.Date   `json:"date" validate:"omitempty"`
	Text  string        `json:"text" validate:"max=200"`
	Lines []lineRequest `json:"lines" validate:"max=200,dive"`
}

func changeEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in changeEntryRequest) (entryView, error) {
	p, err := d.Book.Entry(ctx, tx, string(in.ID))
	if err != nil {
		return entryView{}, err
	}
	return entryView{}, &ledger.EntryPosted{Entry: p.ID}
}

type reversalRequest struct {
	ID     rest.Ref    `path:"id" json:"-" description:"Id or number of the entry."`
	Date   ledger.Date `json:"date" validate:"omitempty" description:"The entry's own day, or the first open one after it, where none is sent."`
	Reason string      `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type reversalView struct {
	entryView
	With []resource.PostedView `json:"with" description:"What was reversed with it: reliefs of the commitment."`
}

func reverseEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in reversalRequest) (reversalView, error) {
	undone, err := d.Payments.Reverse(ctx, tx, ledger.Reversal{Entry: string(in.ID), Date: in.Date, Reason: in.Reason})
	if err != nil {
		return reversalView{}, resource.AtReason(err)
	}
	v := reversalView{entryView: viewEntry(undone.Entry), With: []resource.PostedView{}}
	for _, p := range undone.With {
		v.With = append(v.With, resource.ViewPosted(p))
	}
	return v, nil
}

type correctionRequest struct {
	ID     rest.Ref      `path:"id" json:"-" description:"Id or number of the wrong entry."`
	Date   ledger.Date   `json:"date" validate:"omitempty" description:"Of both; the wrong entry's own day, or the first open one after it, where none is sent."`
	Reason string        `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
	Text   string        `json:"text" validate:"required,max=200"`
	Lines  []lineRequest `json:"lines" validate:"required,min=2,max=200,dive"`
}

type correctionView struct {
	entryView
	Reversal resource.PostedView `json:"reversal"`
}

func correctEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in correctionRequest) (correctionView, error) {
	lines, err := linesOf(in.Lines, d.Book.Base)
	if err != nil {
		return correctionView{}, err
	}
	done, err := d.Book.Correct(ctx, tx, ledger.Correction{
		Reversal: ledger.Reversal{Entry: string(in.ID), Date: in.Date, Reason: in.Reason},
		Entry:    ledger.Entry{Text: in.Text, Lines: lines},
	})
	if err != nil {
		return correctionView{}, resource.AtReason(err)
	}
	return correctionView{viewEntry(done.Entry), resource.ViewPosted(done.Reversal)}, nil
}
