package rest

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// Decimal is an exact amount, quantity or percentage as it travels: a JSON string of plain digits with a point,
// such as "4250.00". A JSON number is refused, because many clients turn it into a binary fraction on the way;
// so are exponents, thousands separators and decimal commas, because guessing at money is how 3.000 becomes 3.
// A Decimal has passed the gate of package ledger; its currency's decimals are checked by In.
type Decimal string

// decimalPattern is what the gate lets through, for the OpenAPI document.
const decimalPattern = `^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?$`

const decimalBytes = 24

// money is an amount with its currency as it travels. Request and view structs hold a ledger.Money, which is
// read and shown as this.
type money struct {
	Amount   Decimal         `json:"amount" validate:"required" description:"Exact, with all decimals of the currency."`
	Currency ledger.Currency `json:"currency" validate:"required"`
}

func moneyOf(m ledger.Money) money { return money{Decimal(m.String()), m.Currency} }

// readMoney reads {"amount":"4250.00","currency":"DKK"}. It refuses more decimals than the currency has.
func readMoney(dec *jsontext.Decoder, into *ledger.Money) error {
	var m money
	if err := json.UnmarshalDecode(dec, &m); err != nil {
		return err
	}
	for name, missing := range map[string]bool{"currency": m.Currency == "", "amount": m.Amount == ""} {
		if missing {
			return &Fault{Pointer: "/" + name, Code: "required", Message: IsRequired, Hint: needsBoth}
		}
	}
	parsed, err := ledger.ParseMoney(string(m.Amount), m.Currency)
	if err != nil {
		f := faultOf(err)
		f.Pointer = "/amount"
		return f
	}
	*into = parsed
	return nil
}

var needsBoth = Text{`send {"amount":"4250.00","currency":"DKK"}`, `send {"amount":"4250.00","currency":"DKK"}`}

// In is the Decimal as money of a currency that the request does not repeat, such as that of the plan. More
// decimals than the currency has are refused at pointer.
func (d Decimal) In(pointer string, c ledger.Currency) (ledger.Money, error) {
	m, err := ledger.ParseMoney(string(d), c)
	if err != nil {
		return ledger.Money{}, At(pointer, err)
	}
	return m, nil
}

// UnmarshalJSONFrom reads a Decimal out of a JSON string and refuses a JSON number.
func (d *Decimal) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case '"':
		s, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return err
		}
		return d.UnmarshalText(s)
	case '0':
		f := &Fault{Code: "amount_must_be_string",
			Message: Text{"An amount is sent as a string, not as a number.", "Et beløb sendes som tekst, ikke som tal."},
			Hint: Text{`send it in quotation marks, for example "4250.00"`,
				`send det i anførselstegn, for eksempel "4250.00"`}}
		if s := respell(string(v)); s != "" {
			f.Hint = send(s)
		}
		return f
	default:
		return wrongKind(v.Kind(), Text{`a string such as "4250.00"`, `en tekst som "4250.00"`})
	}
}

// UnmarshalText reads a Decimal out of a query parameter.
func (d *Decimal) UnmarshalText(b []byte) error {
	s := string(b)
	if _, err := ledger.ParseDecimal(s); err != nil || negativeZero(s) {
		return malformedAmount(s)
	}
	*d = Decimal(s)
	return nil
}

// MarshalText writes the Decimal as it is: whoever made it has given it all the digits of its currency.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d), nil }

// malformedAmount says how an amount is written, with the nearest right spelling where there is only one.
func malformedAmount(s string) *Fault {
	f := &Fault{Code: "amount_malformed",
		Message: Text{"This is not written as an amount.", "Dette er ikke skrevet som et beløb."},
		Hint: Text{`write plain digits with a point before the decimals, for example "4250.00"`,
			`skriv cifre med punktum før decimalerne, for eksempel "4250.00"`}}
	if s := respell(s); s != "" {
		f.Hint = send(s)
	}
	return f
}

func send(s string) Text { return Text{`send "` + s + `"`, `send "` + s + `"`} }

func negativeZero(s string) bool {
	return strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == ""
}

// respell guesses what was meant by an amount in another spelling ("4.250,00", "4,250.00", "4 250", "kr. 4250"),
// for the hint only: a guess is never booked. It answers "" when it would have to choose, as in "4,250", which
// is four in Denmark and four thousand in England.
func respell(s string) string {
	if len(s) > 2*decimalBytes {
		return ""
	}
	s = spaces.Replace(s)
	s = strings.Trim(s, letters)
	point := strings.LastIndexAny(s, ".,")
	if point < 0 {
		return withCents(s)
	}
	whole, part, sep := s[:point], s[point+1:], s[point:point+1]
	if strings.Contains(whole, sep) { // 1.234.567: the sign separates thousands
		whole, part = s, ""
	} else if len(part) == 3 && !strings.ContainsAny(whole, ".,") {
		return ""
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	if part != "" {
		whole += "." + part
	}
	return withCents(whole)
}

// spaces takes out what people put between thousands, letters what they put around an amount.
var spaces = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "\u2019", "", "\u2212", "-", "+", "")

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ€$£₦.,"

// withCents gives a well-formed amount at least two decimals, and "" for anything else.
func withCents(s string) string {
	if _, err := ledger.ParseDecimal(s); err != nil || negativeZero(s) || len(s) > decimalBytes-3 {
		return ""
	}
	_, part, ok := strings.Cut(s, ".")
	switch {
	case !ok:
		return s + ".00"
	case len(part) == 1:
		return s + "0"
	}
	return s
}

// OrZero is 0 where an amount was left out.
func OrZero(d Decimal) Decimal {
	if d == "" {
		return "0"
	}
	return d
}

// Percent reads a number between 0 and 100.
func Percent(pointer string, d Decimal) (decimal.Decimal, error) {
	p, err := ledger.ParseDecimal(string(d))
	if err == nil && (p.Sign() < 0 || p.GreaterThan(decimal.NewFromInt(100))) {
		err = &ledger.AmountError{Code: "percent_malformed", Got: string(d), Hint: `a percentage from 0 to 100, such as "7"`}
	}
	return p, At(pointer, err)
}

// Number is the Decimal as a number; its shape was checked when it was read.
func (d Decimal) Number() decimal.Decimal {
	n, err := ledger.ParseDecimal(string(d))
	if err != nil {
		panic(fmt.Sprintf("http: %q passed as a Decimal", string(d)))
	}
	return n
}
