package frame

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"supportledger/http/rest"
)

// Brand is the product's name as its readers know it.
func (v *Visit) Brand() string {
	return rest.Text{EN: "Supportledger", DA: "Støttebog"}.In(v.Lang)
}

// keys tells whether shortcuts are on.
func (v *Visit) keys() bool {
	off, _ := v.C.Cookie(KeysCookie) // none is on
	return off != "off" && v.Look != nil
}

// notices are what a page says was just done, by the word in its address.
var notices = map[string]rest.Text{
	"approved":   {EN: "Approved.", DA: "Godkendt."},
	"authorised": {EN: "Authorised.", DA: "Bemyndiget."},
	"returned":   {EN: "Sent back, with your reason.", DA: "Sendt tilbage med din begrundelse."},
	"rejected":   {EN: "Rejected, with your reason.", DA: "Afvist med din begrundelse."},
	"asked":      {EN: "Your question was sent.", DA: "Dit spørgsmål er sendt."},
	"sent":       {EN: "Sent for approval.", DA: "Sendt til godkendelse."},
	"saved":      {EN: "Saved.", DA: "Gemt."},
	"commented":  {EN: "Your note was added.", DA: "Din bemærkning er tilføjet."},
	"signed-out": {EN: "You are signed out.", DA: "Du er logget ud."},
	"passkey":    {EN: "The passkey is added.", DA: "Passkeyen er tilføjet."},
	"passkey-gone": {EN: "The passkey is removed. It opens nothing any more.",
		DA: "Passkeyen er fjernet. Den åbner ikke mere noget."},
	"ended":    {EN: "That device is signed out.", DA: "Enheden er logget ud."},
	"password": {EN: "Your password is set. Sign in with it.", DA: "Din adgangskode er sat. Log ind med den."},
}

// Notice adds what pages of another package say was done.
func Notice(word string, t rest.Text) {
	if other, taken := notices[word]; taken && other != t {
		panic(fmt.Sprintf("web: the notice %q is both %q and %q", word, other.EN, t.EN))
	}
	notices[word] = t
}

func (v *Visit) done() string {
	t, known := notices[v.C.Query("done")]
	if !known {
		return ""
	}
	return v.In(t)
}

// with is the address of the visit with one more parameter.
func (v *Visit) with(name, value string) string {
	q := url.Values{}
	maps.Copy(q, v.C.Request.URL.Query())
	q.Set(name, value)
	q.Del("done")
	return v.C.Request.URL.EscapedPath() + "?" + q.Encode()
}

// sorted are the faults by field.
func (f Form) sorted() [][2]string {
	var all [][2]string
	for _, name := range slices.Sorted(maps.Keys(f.Faults)) {
		all = append(all, [2]string{name, f.Faults[name]})
	}
	return all
}

// shown is what a field has in it; a password or a file is never sent back.
func (f Form) shown(in Input) string {
	if in.Kind == "password" || in.Kind == "file" {
		return ""
	}
	return f.Values.Get(in.Name)
}

// described joins a field with its hint and its fault.
func (in Input) described(f Form) templ.Attributes {
	a := templ.Attributes{}
	by := ""
	if in.Hint != "" {
		by = "h-" + in.Name
	}
	if f.Faults[in.Name] != "" {
		a["aria-invalid"] = "true"
		by += " w-" + in.Name
	}
	if by != "" {
		a["aria-describedby"] = by
	}
	return a
}

func (in Input) attributes(f Form) templ.Attributes {
	a := in.described(f)
	if in.Kind != "" && in.Kind != "area" {
		a["type"] = in.Kind
	}
	if in.Kind == "file" {
		a["accept"] = "image/jpeg,image/png,application/pdf"
		a["multiple"] = true
	}
	if in.Complete != "" {
		a["autocomplete"] = in.Complete
	}
	if in.Mode != "" {
		a["inputmode"] = in.Mode
	}
	if in.List != "" {
		a["list"] = in.List
	}
	if in.Short {
		a["class"] = "short"
	}
	if in.Max > 0 {
		a["maxlength"] = strconv.Itoa(in.Max)
	}
	return a
}

// currency is that of an amount field: its unit.
func (in Input) currency() string {
	if in.Unit == "kr." {
		return "DKK"
	}
	return in.Unit
}

// of is an amount as a decimal; what is none is nothing.
func of(m Money) decimal.Decimal {
	d, err := decimal.NewFromString(m.Amount)
	if err != nil {
		return decimal.Zero
	}
	return d
}

// Plus adds two amounts of one currency.
func (m Money) Plus(other Money) Money {
	digits := -of(m).Exponent()
	return Money{of(m).Add(of(other)).StringFixed(max(digits, 0)), m.Currency}
}

// Minus takes an amount of the same currency off.
func (m Money) Minus(other Money) Money {
	digits := -of(m).Exponent()
	return Money{of(m).Sub(of(other)).StringFixed(max(digits, 0)), m.Currency}
}

// width is how far the bar goes, in thousandths of all.
func (m Meter) width(to Money) string {
	all := of(m.All)
	if all.Sign() <= 0 {
		return "0"
	}
	thousandths := of(to).Mul(decimal.NewFromInt(1000)).Div(all).Round(0)
	return decimal.Min(decimal.Max(thousandths, decimal.Zero), decimal.NewFromInt(1000)).String()
}

func (m Meter) over() bool { return of(m.After).GreaterThan(of(m.All)) }
