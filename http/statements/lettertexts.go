package statements

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/store"
)

// letterTexts registers what letters and mails to donors say.
func letterTexts(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/letter-texts", ID: "setLetterText", Tag: "statements",
		Roles: resource.Finance, NoMatch: rest.NewVersion,
		Summary: "Write what letters and mails to donors say", Danish: "Skriv, hvad breve og mails til donorer siger",
		About: "In one language. It names no person and tells no story: numbers and words that tell of one person are " +
			"refused, and it is used when a second person has read and approved it.",
		Refuses: []error{letters.ErrText},
		Example: `{"language":"da","display_name":"Nordlys","greeting":"Kære støtte","salutation":"Kære {name}",` +
			`"thanks":"Tak for din støtte til {purpose}.","signature":"Venlig hilsen\nBestyrelsen"}`}, setLetterText)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/letter-texts", ID: "listLetterTexts", Tag: "statements",
		Roles:   readers,
		Summary: "List letter texts, the newest first", Danish: "Vis brevtekster, de nyeste først"}, listLetterTexts)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/letter-texts/:id", ID: "getLetterText", Tag: "statements",
		Roles:   readers,
		Summary: "One letter text", Danish: "Én brevtekst", Refuses: []error{letters.ErrUnknownText}}, getLetterText)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/letter-texts/:id/approvals", ID: "approveLetterText",
		Tag: "statements", Roles: reviewers, Status: http.StatusOK, Match: "getLetterText",
		Summary: "Approve a letter text as a second person", Danish: "Godkend en brevtekst som anden person",
		About:   "From then on letters and mails in its language say this.",
		Refuses: []error{letters.ErrUnknownText, access.ErrMakerCannotApprove}}, approveLetterText)
	receipts(api)
}

type letterText struct {
	Language    string `json:"language" validate:"required,oneof=da en"`
	DisplayName string `json:"display_name" validate:"max=120" description:"Of the sender of mails; a neutral one. Empty shows the bare address."`
	Greeting    string `json:"greeting" validate:"required,max=160" description:"Of mails, which name nobody."`
	Salutation  string `json:"salutation" validate:"required,max=160" description:"Of letters on paper. {name} is the donor's."`
	Thanks      string `json:"thanks" validate:"required,max=1400" description:"Of letters and receipts. {purpose} is what was given to."`
	Signature   string `json:"signature" validate:"required,max=600"`
}

type letterTextView struct {
	ID          string        `json:"id"`
	Language    figures.Lang  `json:"language"`
	DisplayName string        `json:"display_name"`
	Greeting    string        `json:"greeting"`
	Salutation  string        `json:"salutation"`
	Thanks      string        `json:"thanks"`
	Signature   string        `json:"signature"`
	SetBy       access.UserID `json:"set_by"`
	SetAt       string        `json:"set_at"`
	ApprovedBy  access.UserID `json:"approved_by,omitempty"`
	ApprovedAt  string        `json:"approved_at,omitempty"`
}

func viewLetterText(t letters.Text) letterTextView {
	v := letterTextView{ID: t.ID, Language: t.Lang, DisplayName: t.DisplayName, Greeting: t.Greeting,
		Salutation: t.Salutation, Thanks: t.Thanks, Signature: t.Signature, SetBy: t.By, SetAt: store.FormatTime(t.At)}
	if t.Approved() {
		v.ApprovedBy, v.ApprovedAt = t.ApprovedBy, store.FormatTime(t.ApprovedAt)
	}
	return v
}

func setLetterText(ctx context.Context, tx *store.Tx, _ resource.Domain, in letterText) (letterTextView, error) {
	t, err := letters.Set(ctx, tx, letters.Text{Lang: figures.Lang(in.Language), DisplayName: in.DisplayName,
		Greeting: in.Greeting, Salutation: in.Salutation, Thanks: in.Thanks, Signature: in.Signature})
	return viewLetterText(t), err
}

type letterTextRef struct {
	ID string `path:"id" json:"-" validate:"max=60"`
}

func approveLetterText(ctx context.Context, tx *store.Tx, _ resource.Domain, in letterTextRef) (letterTextView, error) {
	t, err := letters.Approve(ctx, tx, in.ID)
	return viewLetterText(t), err
}

func getLetterText(ctx context.Context, tx *store.Tx, _ resource.Domain, in letterTextRef) (letterTextView, error) {
	all, err := letters.List(ctx, tx, store.Keyset{})
	t, err := resource.One(all, err, letters.ErrUnknownText, func(t letters.Text) bool { return t.ID == in.ID })
	return viewLetterText(t), err
}

func listLetterTexts(ctx context.Context, tx *store.Tx, _ resource.Domain,
	in struct{ rest.Page }) (rest.List[letterTextView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[letterTextView]{}, err
	}
	rows, err := letters.List(ctx, tx, store.Keyset{After: after, Limit: in.Size() + 1})
	if err != nil {
		return rest.List[letterTextView]{}, err
	}
	return rest.ListOf(in.Page, rows, viewLetterText, func(r letters.Text) []string { return []string{r.ID} }), nil
}
