package cases

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// A request is written in two pages: what is asked for, and the same to check before it is sent. The first sends it
// as a rehearsal, so that what the domain would refuse stands at its field, and the checks are seen before anybody is
// asked.

// draft is what the form of a new request needs to be shown.
type draft struct {
	plans    []plan
	plan     plan // chosen; no number where none is
	payees   []frame.Option
	accounts []frame.Option
	what     []frame.Option
}

// readDraft reads what may be chosen.
func readDraft(v *frame.Visit, number string) (d draft, err error) {
	if number == "" {
		found, _, err := frame.Read[frame.List[plan]](v, "listPlans", rest.Ask{Query: url.Values{"limit": {"200"}}})
		for _, p := range found.Data {
			if p.State == "active" {
				d.plans = append(d.plans, p)
			}
		}
		return d, err
	}
	if d.plan, _, err = frame.Read[plan](v, "getPlan", rest.ByID(number)); err != nil {
		return d, err
	}
	words, err := categories(v)
	if err != nil {
		return d, err
	}
	for _, l := range d.plan.Lines {
		d.what = append(d.what, frame.Option{Value: "line:" + l.Line, Text: v.Tf("%s: %s, %s each, %d left",
			"%s: %s, %s pr. gang, %d tilbage", l.Line, named(words, l.Category), v.Amount(l.UnitPrice), l.left())})
	}
	codes := make([]string, 0, len(words))
	for code := range words {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		d.what = append(d.what, frame.Option{Value: "category:" + code,
			Text: v.Tf("Beside the lines: %s", "Uden for linjerne: %s", words[code])})
	}
	err = d.readPayment(v)
	return d, err
}

// readPayment reads who may be paid, and from which account.
func (d *draft) readPayment(v *frame.Visit) error {
	payees, _, err := frame.Read[frame.List[struct {
		Code  string `json:"code"`
		Alias string `json:"alias"`
	}]](v, "listPayees", rest.Ask{Query: url.Values{"limit": {"200"}}})
	if err != nil {
		return err
	}
	d.payees = append(d.payees, frame.Option{Text: v.T("Choose", "Vælg")})
	for _, p := range payees.Data {
		d.payees = append(d.payees, frame.Option{Value: p.Code, Text: p.Code + ", " + p.Alias})
	}
	accounts, _, err := frame.Read[frame.List[struct {
		Number string `json:"number"`
		Path   string `json:"path"`
		NameEN string `json:"name_en"`
		NameDA string `json:"name_da"`
	}]](v, "listAccounts", rest.Ask{Query: url.Values{"limit": {"200"}}})
	for _, a := range accounts.Data {
		if strings.HasPrefix(a.Path, "assets:bank:dkk") {
			d.accounts = append(d.accounts, frame.Option{Value: a.Number,
				Text: a.Number + " " + v.In(rest.Text{EN: a.NameEN, DA: a.NameDA})})
		}
	}
	return err
}

func newRequest(v *frame.Visit) (frame.Shown, error) {
	f := frame.NewForm()
	f.Values.Set("what", v.C.Query("what"))
	f.Values.Set("units", "1")
	f.Values.Set("paid_by", transfer)
	f.Values.Set("date", v.Today())
	d, err := readDraft(v, v.C.Query("plan"))
	if err != nil {
		return nil, err
	}
	if line, ok := strings.CutPrefix(v.C.Query("what"), "line:"); ok {
		for _, l := range d.plan.Lines {
			if l.Line == line {
				f.Values.Set("amount", frame.Digits(v.Lang, l.UnitPrice.Amount))
				f.Values.Set("payee", l.Payee)
			}
		}
	}
	return New(v, d, f), nil
}

// transfer is how most requests are paid.
const transfer = "transfer"

// means are the ways in which money leaves.
func means(v *frame.Visit) []frame.Option {
	return []frame.Option{{Value: transfer, Text: v.T("By transfer", "Ved overførsel")},
		{Value: "card", Text: v.T("By card", "Med kort")}, {Value: "cash", Text: v.T("In cash", "Kontant")}}
}

// body is a request as the operation takes it.
type body struct {
	Date       string   `json:"date"`
	Settlement string   `json:"settlement"`
	Plan       string   `json:"plan"`
	Payee      string   `json:"payee"`
	PaidBy     string   `json:"paid_by,omitempty"`
	Reference  string   `json:"reference,omitempty"`
	Category   string   `json:"category,omitempty"`
	Account    string   `json:"account,omitempty"`
	Amount     string   `json:"amount,omitempty"`
	Items      []item   `json:"items,omitempty"`
	Shares     []share  `json:"shares,omitempty"`
	Text       string   `json:"text"`
	Evidence   []string `json:"evidence_ids"`
}

// item is a line of an invoice.
type item struct {
	Line      string      `json:"line"`
	Units     int         `json:"units"`
	UnitPrice frame.Money `json:"unit_price"`
}

// fieldsOf says at which field of the form a field of the request is shown.
var fieldsOf = map[string]string{"date": "date", "plan": "what", "line": "what", "category": "what", "items": "amount",
	"amount": "amount", "payee": "payee", "paid_by": "paid_by", "reference": "reference", "account": "account",
	"text": "text", "shares": "what", "receipt": "papers", "evidence_ids": "papers"}

// readBody reads the form as a request; what is wrong stands in the form.
func readBody(v *frame.Visit, f frame.Form, p plan) body {
	b := body{Date: f.Need(v, "date"), Plan: p.Number, Payee: f.Text("payee"), PaidBy: f.Text("paid_by"),
		Reference: f.Text("reference"), Text: f.Need(v, "text"), Evidence: append([]string{}, f.Values["evidence"]...)}
	if b.PaidBy == "" || b.PaidBy == transfer {
		b.Payee = f.Need(v, "payee")
	}
	amount := f.ReadAmount(v, "amount", "DKK")
	if line, ok := strings.CutPrefix(f.Text("what"), "line:"); ok {
		units, err := strconv.Atoi(f.Text("units"))
		if err != nil || units < 1 {
			f.Fault("units", v.T("Write how many, as a whole number.", "Skriv antallet som et helt tal."))
		}
		b.Settlement, b.Items = "invoice", []item{{line, units, frame.Money{Amount: amount, Currency: "DKK"}}}
		return b
	}
	category, ok := strings.CutPrefix(f.Text("what"), "category:")
	if !ok {
		f.Fault("what", v.T("Choose what it is for.", "Vælg, hvad det er til."))
	}
	b.Settlement, b.Category, b.Amount, b.Account, b.Shares = "payment", category, amount, f.Text("account"), p.Shares
	return b
}

// keepPapers stores the documents that came with the form and carries their ids along.
func keepPapers(v *frame.Visit, f frame.Form) error {
	for i, h := range f.Files["papers"] {
		if h.Size == 0 {
			continue
		}
		content, err := frame.Content(h)
		if err != nil {
			return err
		}
		var kept struct {
			ID string `json:"id"`
		}
		ask := rest.Ask{Raw: content, Query: url.Values{"kind": {"receipt"}}, Key: f.Key + ".paper" + strconv.Itoa(i)}
		if err := v.Do("storeEvidence", ask, &kept); err != nil {
			return rest.At("/receipt", err)
		}
		if !slices.Contains(f.Values["evidence"], kept.ID) {
			f.Values.Add("evidence", kept.ID)
		}
	}
	return nil
}

// checkRequest rehearses the request and shows it to be checked, or the form with what is wrong.
func checkRequest(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if _, known := f.Values["papers"]; !known {
		f.Values["papers"] = nil
	}
	if err := keepPapers(v, f); err != nil {
		if err := f.Refused(v, err, fieldsOf); err != nil {
			return nil, err
		}
	}
	var d draft
	if _, err := v.Again(func(v *frame.Visit) (_ frame.Shown, err error) {
		d, err = readDraft(v, f.Text("plan"))
		return nil, err
	}); err != nil {
		return nil, err
	}
	b := readBody(v, f, d.plan)
	if f.Text("change") != "" {
		return New(v, d, f), nil
	}
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return New(v, d, f), nil
	}
	var rehearsed request
	operation, ask := write(f, b)
	ask.Query = url.Values{"dry_run": {"true"}}
	if err := v.Do(operation, ask, &rehearsed); err != nil {
		if err := f.Refused(v, err, fieldsOf); err != nil {
			return nil, err
		}
		return New(v, d, f), nil
	}
	return Check(v, d, f, rehearsed), nil
}

// sendRequest writes the request down and asks for approval. Sent twice, it is written once.
func sendRequest(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var p plan
	if _, err := v.Again(func(v *frame.Visit) (_ frame.Shown, err error) {
		p, _, err = frame.Read[plan](v, "getPlan", rest.ByID(f.Text("plan")))
		return nil, err
	}); err != nil {
		return nil, err
	}
	b := readBody(v, f, p)
	if !f.Good() {
		return checkRequest(v)
	}
	var written request
	operation, first := write(f, b)
	if err := v.Do(operation, first, &written); err != nil {
		return nil, err
	}
	if f.Text("only") == "draft" {
		return v.To("/disbursements/" + written.Number + "?done=saved")
	}
	ask := rest.ByID(written.ID)
	ask.Key, ask.Of = f.Key+".submit", "getDisbursement"
	if _, err := v.Again(func(v *frame.Visit) (_ frame.Shown, err error) {
		_, ask.Seen, err = frame.Read[request](v, "getDisbursement", rest.ByID(written.ID))
		return nil, err
	}); err != nil {
		return nil, err
	}
	if err := v.Do("submitDisbursement", ask, nil); err != nil {
		return nil, err
	}
	return v.To("/disbursements/" + written.Number + "?done=sent")
}
