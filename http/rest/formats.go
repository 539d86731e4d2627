package rest

import (
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/swaggest/jsonschema-go"

	"supportledger/ledger"
	"supportledger/store"
)

// A format is how a domain type travels as one string: ledger types have no JSON of their own, so request
// and view structs hold them as they are and this table says what they look like outside.
type format struct {
	code    string // of the fault, when the error gives no better one
	message Text
	hint    Text
	schema  jsonschema.Schema

	goType reflect.Type
	set    func(into reflect.Value, s string) error
	read   *json.Unmarshalers
	show   *json.Marshalers
}

// textual makes the format of a type from the functions that read and write it.
func textual[T any](parse func(string) (T, error), show func(T) string, f format) format {
	f.goType = reflect.TypeFor[T]()
	f.set = func(into reflect.Value, s string) error {
		v, err := parse(s)
		if err != nil {
			return f.fault(err)
		}
		into.Set(reflect.ValueOf(v))
		return nil
	}
	f.read = json.UnmarshalFromFunc(func(dec *jsontext.Decoder, into *T) error {
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if v.Kind() != '"' {
			return wrongKind(v.Kind(), f.hint)
		}
		s, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return err
		}
		return f.set(reflect.ValueOf(into).Elem(), string(s))
	})
	f.show = json.MarshalFunc(func(v T) ([]byte, error) { return jsontext.AppendQuote(nil, show(v)) })
	return f
}

// fault words what parse said about a text.
func (f format) fault(err error) *Fault {
	known := faultOf(err)
	if known == nil {
		known = &Fault{Code: f.code}
	}
	if known.Message == (Text{}) {
		known.Message = f.message
	}
	if known.Hint == (Text{}) {
		known.Hint = f.hint
	}
	return known
}

var dates = textual(ledger.ParseDate, func(d ledger.Date) string { return string(d) }, format{
	code:    "date_malformed",
	message: Text{"This is not a date.", "Dette er ikke en dato."},
	hint:    Text{`a day that exists, written "2026-01-31"`, `en dag, der findes, skrevet "2026-01-31"`},
	schema:  stringSchema("date", "", "2026-01-31"),
})

var currencies = textual(ledger.ParseCurrency, func(c ledger.Currency) string { return string(c) }, format{
	code:    "currency_unknown",
	message: Text{"This is not a currency.", "Dette er ikke en valuta."},
	hint: Text{"an ISO 4217 code in capitals, such as DKK or NGN",
		"en ISO 4217-kode i store bogstaver, f.eks. DKK eller NGN"},
	schema: stringSchema("", "^[A-Z]{3}$", "DKK"),
})

var rates = textual(ledger.ParseRate, ledger.Rate.String, format{
	code:    "rate_malformed",
	message: Text{"This is not a rate.", "Dette er ikke en kurs."},
	hint: Text{`a number and a pair: "226 NGN/DKK" is 226 NGN for one DKK`,
		`et tal og et par: "226 NGN/DKK" er 226 NGN for én DKK`},
	schema: stringSchema("", `^[0-9]{1,15}(\.[0-9]{1,10})? [A-Z]{3}/[A-Z]{3}$`, "226 NGN/DKK"),
})

// instants are asked for; where they are shown, views hold them as text.
var instants = textual(func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }, store.FormatTime,
	format{
		code:    "instant_malformed",
		message: Text{"This is not an instant.", "Dette er ikke et tidspunkt."},
		hint: Text{`a time with its zone, such as "2026-03-31T17:00:00Z"`,
			`et tidspunkt med tidszone, f.eks. "2026-03-31T17:00:00Z"`},
		schema: stringSchema("date-time", "", "2026-03-31T17:00:00Z"),
	})

// formats holds the types that travel as a string, by Go type.
var formats = map[reflect.Type]format{dates.goType: dates, currencies.goType: currencies, rates.goType: rates,
	instants.goType: instants}

// reading and showing are the JSON options that carry the formats and money. What is shown is deterministic, so
// that a stored answer and a computed one have the same bytes.
var (
	reading = json.WithUnmarshalers(json.JoinUnmarshalers(dates.read, currencies.read, rates.read,
		json.UnmarshalFromFunc(readMoney)))
	ViewOptions = json.JoinOptions(json.Deterministic(true),
		json.WithMarshalers(json.JoinMarshalers(dates.show, currencies.show, rates.show,
			json.MarshalToFunc(func(enc *jsontext.Encoder,
				m ledger.Money) error {
				return json.MarshalEncode(enc, moneyOf(m))
			}))))
)

// stringSchema is the schema of a string with a format or a pattern.
func stringSchema(format, pattern, example string) jsonschema.Schema {
	s := jsonschema.Schema{}
	s.AddType(jsonschema.String)
	if format != "" {
		s.WithFormat(format)
	}
	if pattern != "" {
		s.WithPattern(pattern)
	}
	s.WithExamples(example)
	return s
}

// faultOf words the errors of ledger that say what is wrong with a text; nil for any other error. The hint is
// our own, in two languages, wherever the code alone is enough to give one.
func faultOf(err error) *Fault {
	var own *Fault
	if errors.As(err, &own) {
		copied := *own
		return &copied
	}
	var amount *ledger.AmountError
	if !errors.As(err, &amount) {
		return nil
	}
	f := &Fault{Code: amount.Code, Message: Text{"This value does not fit.", "Værdien passer ikke."},
		Hint: Text{amount.Hint, amount.Hint}}
	switch amount.Code {
	case "amount_malformed":
		return malformedAmount(amount.Got)
	case "too_many_decimals":
		f.Message = Text{"The amount has more decimals than the currency.", "Beløbet har flere decimaler end valutaen."}
		f.Hint = bilingual(amount.Hint, " has ", " har ", " decimals", " decimaler")
	case store.AmountTooLarge:
		f.Message = Text{"The amount is larger than the books can hold.", "Beløbet er større, end bøgerne kan rumme."}
		f.Hint = bilingual(amount.Hint, "at most", "højst")
	case "currency_unknown", "rate_malformed":
		f.Message, f.Hint = Text{}, Text{} // the format has better words
	case "rate_mismatch":
		f.Message = Text{"The rate is between other currencies.", "Kursen er mellem andre valutaer."}
		f.Hint = bilingual(amount.Hint, "a rate between", "en kurs mellem", " and ", " og ")
	}
	return f
}

// bilingual gives an English hint its Danish twin by replacing its few words.
func bilingual(en string, pairs ...string) Text {
	return Text{en, strings.NewReplacer(pairs...).Replace(en)}
}

// Instant writes an instant, "" for none.
func Instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339Nano)
}
