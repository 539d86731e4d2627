package cases

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

const (
	rewrite   = "rewriteDisbursement"
	ofRequest = "of" // field: number of the request that is written anew; none is a new one
)

// editable tells whether the two pages of a new request can write this one anew.
func (d request) editable() bool {
	return d.Plan != "" && (d.Line != "" || d.Settlement == "payment")
}

// edit shows a request that was returned, or not sent yet, in the form that it was written with.
func edit(v *frame.Visit) (frame.Shown, error) {
	r, seen, err := frame.Read[request](v, "getDisbursement", rest.ByID(v.C.Param("id")))
	if err != nil {
		return nil, err
	}
	if !r.editable() {
		return nil, rest.Refuse("no_such_path")
	}
	d, err := readDraft(v, r.Plan)
	if err != nil {
		return nil, err
	}
	f := frame.NewForm().Showing(seen)
	amount := r.Amount.Amount
	f.Values.Set("what", "category:"+r.Category)
	if r.Line != "" {
		f.Values.Set("what", "line:"+r.Line)
		amount = each(amount, r.Units)
	}
	f.Values.Set("units", strconv.Itoa(max(r.Units, 1)))
	f.Values.Set("amount", frame.Digits(v.Lang, amount))
	for name, value := range map[string]string{ofRequest: r.Number, "plan": r.Plan, "payee": r.Payee, "paid_by": r.PaidBy,
		"reference": r.Reference, "text": r.Text, "date": r.Date, "account": r.Account} {
		f.Values.Set(name, value)
	}
	f.Values["evidence"] = slices.Clone(r.Evidence)
	return New(v, d, f), nil
}

// each is the price of one out of that of several.
func each(amount string, units int) string {
	all, err := decimal.NewFromString(amount)
	if err != nil || units < 2 {
		return amount
	}
	return all.Div(decimal.NewFromInt(int64(units))).StringFixed(-all.Exponent())
}

// write is the operation that a form asks for: a new request, or one anew in the version that the form shows.
func write(f frame.Form, b body) (operation string, ask rest.Ask) {
	ask = rest.Ask{Body: b, Key: f.Key}
	of := f.Text(ofRequest)
	if of == "" {
		return "draftDisbursement", ask
	}
	ask.Path = map[string]string{"id": of}
	return rewrite, f.SeenOf(ask, "getDisbursement")
}
