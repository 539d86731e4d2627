package reporting

import (
	"net/url"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func letterTextPages(s *frame.Site) {
	s.Page("/letter-texts", []string{"listLetterTexts"}, letterTexts)
	s.Form("/letter-texts", []string{"setLetterText"}, setLetterText)
	s.Page("/letter-texts/:id", []string{"getLetterText"}, letterTextPage)
	s.Form("/letter-texts/:id/approvals", []string{"approveLetterText"}, approveLetterText)
	for word, text := range map[string]rest.Text{
		"text-set": {EN: "The text is kept. It is used when another person has approved it.",
			DA: "Teksten er gemt. Den bruges, når en anden har godkendt den."},
		"text-approved": {EN: "Approved: letters and mails in this language say this from now on.",
			DA: "Godkendt: breve og mails på dette sprog siger dette fra nu af."},
	} {
		frame.Notice(word, text)
	}
}

// letterText is what letters and mails to donors say.
type letterText struct {
	ID          string `json:"id,omitempty"`
	Language    string `json:"language"`
	DisplayName string `json:"display_name"`
	Greeting    string `json:"greeting"`
	Salutation  string `json:"salutation"`
	Thanks      string `json:"thanks"`
	Signature   string `json:"signature"`
	SetBy       string `json:"set_by,omitempty"`
	SetAt       string `json:"set_at,omitempty"`
	ApprovedBy  string `json:"approved_by,omitempty"`
	ApprovedAt  string `json:"approved_at,omitempty"`
}

func letterTexts(v *frame.Visit) (frame.Shown, error) { return showLetterTexts(v, frame.NewForm()) }

func showLetterTexts(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	found, _, err := frame.Read[frame.List[letterText]](v, "listLetterTexts", v.ListAsk("25"))
	if err != nil {
		return nil, err
	}
	return LetterTexts(v, found, f), nil
}

func setLetterText(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made letterText
	err := v.Do("setLetterText", rest.Ask{Key: f.Key, Body: letterText{Language: f.Text("language"),
		DisplayName: f.Text("display_name"), Greeting: f.Text("greeting"), Salutation: f.Text("salutation"),
		Thanks: f.Text("thanks"), Signature: f.Text("signature")}}, &made)
	if err == nil {
		return v.To("/letter-texts/" + url.PathEscape(made.ID) + "?done=text-set")
	}
	if err := f.Refused(v, err, nil); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showLetterTexts(v, f) })
}

func letterTextPage(v *frame.Visit) (frame.Shown, error) { return showLetterText(v, frame.NoForms()) }

func showLetterText(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	t, seen, err := frame.Read[letterText](v, "getLetterText", rest.ByID(v.C.Param("id")))
	if err != nil {
		return nil, err
	}
	return LetterText(v, t, forms.Of("approvals").Showing(seen)), nil
}

func approveLetterText(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getLetterText")
	if err := v.Do("approveLetterText", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showLetterText(v, frame.Back("approvals", f)) })
	}
	return v.To("/letter-texts/" + url.PathEscape(v.C.Param("id")) + "?done=text-approved")
}
