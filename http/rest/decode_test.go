package rest

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"supportledger/ledger"
)

type wish struct {
	Text   string          `json:"text,omitempty"`
	Amount Decimal         `json:"amount,omitempty"`
	Price  ledger.Money    `json:"price,omitzero"`
	Date   ledger.Date     `json:"date,omitempty"`
	Rate   ledger.Rate     `json:"rate,omitzero"`
	Cur    ledger.Currency `json:"cur,omitempty"`
	Units  int             `json:"units,omitempty"`
	Sure   bool            `json:"sure,omitempty"`
	Lines  []wishLine      `json:"lines,omitempty"`
	wishMore
	Hidden string `path:"id" json:"-"`
}

type wishLine struct {
	FundID string  `json:"fund_id"`
	Share  Decimal `json:"share,omitempty"`
}

type wishMore struct {
	BudgetRate string `json:"budget_rate,omitempty"`
}

func (w *wish) more() *wishMore { return &w.wishMore }

// TestDecodeRefuses holds what a body may not be: what the client reads back is the code, the place, and what to
// send instead.
func TestDecodeRefuses(t *testing.T) {
	for _, tc := range []struct{ name, body, code, fault, pointer, hint string }{
		{"number", `{"amount":4250}`, "amount_must_be_string", "amount_must_be_string", "/amount", `send "4250.00"`},
		{"number with decimals", `{"amount":4250.5}`, "amount_must_be_string", "amount_must_be_string", "/amount",
			`send "4250.50"`},
		{"number with exponent", `{"amount":1e9}`, "amount_must_be_string", "amount_must_be_string", "/amount",
			`quotation marks`},
		{"danish", `{"amount":"4.250,00"}`, "amount_malformed", "amount_malformed", "/amount", `send "4250.00"`},
		{"english", `{"amount":"4,250.00"}`, "amount_malformed", "amount_malformed", "/amount", `send "4250.00"`},
		{"danish, short", `{"amount":"4250,5"}`, "amount_malformed", "amount_malformed", "/amount", `send "4250.50"`},
		{"with kr.", `{"amount":"kr. 4.250,00"}`, "amount_malformed", "amount_malformed", "/amount", `send "4250.00"`},
		{"ambiguous", `{"amount":"4,250"}`, "amount_malformed", "amount_malformed", "/amount", "plain digits"},
		{"exponent", `{"amount":"1e9"}`, "amount_malformed", "amount_malformed", "/amount", "plain digits"},
		{"plus", `{"amount":"+1.00"}`, "amount_malformed", "amount_malformed", "/amount", `send "1.00"`},
		{"real minus", `{"amount":"−5.00"}`, "amount_malformed", "amount_malformed", "/amount", `send "-5.00"`},
		{"minus nothing", `{"amount":"-0.00"}`, "amount_malformed", "amount_malformed", "/amount", "plain digits"},
		{"bare point", `{"amount":".5"}`, "amount_malformed", "amount_malformed", "/amount", ""},
		{"leading zero", `{"amount":"007"}`, "amount_malformed", "amount_malformed", "/amount", "plain digits"},
		{"long", `{"amount":"` + strings.Repeat("9", 1000) + `"}`, "amount_malformed", "amount_malformed", "/amount",
			"plain digits"},
		{"list for amount", `{"amount":["1.00"]}`, "validation_failed", "wrong_type", "/amount", "a string"},
		{"three decimals", `{"price":{"amount":"1.005","currency":"DKK"}}`, "too_many_decimals", "too_many_decimals",
			"/price/amount", `DKK has 2 decimals: send "1.00"`},
		{"decimals of yen", `{"price":{"amount":"1.5","currency":"JPY"}}`, "too_many_decimals", "too_many_decimals",
			"/price/amount", "JPY has 0 decimals"},
		{"no currency", `{"price":{"amount":"1.00"}}`, "validation_failed", "required", "/price/currency", "DKK"},
		{"unknown currency", `{"price":{"amount":"1.00","currency":"KRO"}}`, "validation_failed", "currency_unknown",
			"/price/currency", "ISO 4217"},
		{"unknown field of money", `{"price":{"amount":"1.00","currency":"DKK","vat":"0"}}`, "unknown_field", "unknown_field",
			"/price/vat", ""},
		{"money as number", `{"price":12}`, "validation_failed", "wrong_type", "/price", "an object"},
		{"unknown field", `{"colour":"red"}`, "unknown_field", "unknown_field", "/colour", "text, amount"},
		{"misspelt field", `{"amout":"1.00"}`, "unknown_field", "unknown_field", "/amout", `did you mean "amount"?`},
		{"camel case", `{"budgetRate":"1"}`, "unknown_field", "unknown_field", "/budgetRate", `did you mean "budget_rate"?`},
		{"capitals", `{"Amount":"1.00"}`, "unknown_field", "unknown_field", "/Amount", `did you mean "amount"?`},
		{"unknown field in a list", `{"lines":[{"fund_id":"a","share":"1"},{"fund":"b"}]}`, "unknown_field", "unknown_field",
			"/lines/1/fund", "fund_id"},
		{"field of the path", `{"Hidden":"x"}`, "unknown_field", "unknown_field", "/Hidden", ""},
		{"amount in a list", `{"lines":[{"fund_id":"a","share":1}]}`, "amount_must_be_string", "amount_must_be_string",
			"/lines/0/share", `send "1.00"`},
		{"date", `{"date":"31-01-2026"}`, "date_malformed", "date_malformed", "/date", "2026-01-31"},
		{"impossible date", `{"date":"2026-02-29"}`, "date_malformed", "date_malformed", "/date", "a day that exists"},
		{"date as number", `{"date":20260131}`, "validation_failed", "wrong_type", "/date", "2026-01-31"},
		{"rate", `{"rate":"226"}`, "validation_failed", "rate_malformed", "/rate", "226 NGN/DKK"},
		{"text for number", `{"units":"3"}`, "validation_failed", "wrong_type", "/units", "a whole number"},
		{"fraction for number", `{"units":3.5}`, "validation_failed", "wrong_type", "/units", "a whole number"},
		{"huge number", `{"units":99999999999999999999}`, "validation_failed", "wrong_type", "/units", "a whole number"},
		{"number for text", `{"text":3}`, "validation_failed", "wrong_type", "/text", "a string"},
		{"text for bool", `{"sure":"yes"}`, "validation_failed", "wrong_type", "/sure", "true or false"},
		{"object for list", `{"lines":{}}`, "validation_failed", "wrong_type", "/lines", "a list"},
		{"null", `{"text":null}`, "validation_failed", "null_not_allowed", "/text", "leave the field out"},
		{"twice", `{"text":"a","text":"b"}`, "malformed_json", "duplicate_field", "/text", ""},
		{"twice, written otherwise", `{"text":"a","te\u0078t":"b"}`, "malformed_json", "duplicate_field", "/text", ""},
		{"trailing object", `{"text":"a"}{"text":"b"}`, "malformed_json", "trailing_data", "", ""},
		{"trailing letters", `{"text":"a"} x`, "malformed_json", "trailing_data", "", ""},
		{"cut off", `{"text":"a"`, "malformed_json", "syntax", "", ""},
		{"comment", `{"text":"a"/* */}`, "malformed_json", "syntax", "", ""},
		{"comma at the end", `{"text":"a",}`, "malformed_json", "syntax", "", ""},
		{"single quotes", `{'text':'a'}`, "malformed_json", "syntax", "", ""},
		{"NaN", `{"units":NaN}`, "malformed_json", "syntax", "/units", ""},
		{"bad utf-8", "{\"text\":\"\xff\"}", "malformed_json", "invalid_utf8", "", ""},
		{"lone surrogate", `{"text":"\ud800"}`, "malformed_json", "syntax", "", ""},
		{"nul", `{"text":"a\u0000b"}`, "validation_failed", "forbidden_character", "/text", "remove"},
		{"turned direction", "{\"text\":\"abc\u202ecba\"}", "validation_failed", "forbidden_character", "/text", "remove"},
		{"no width", "{\"text\":\"a\u200bb\"}", "validation_failed", "forbidden_character", "/text", "remove"},
		{"hidden in a name", "{\"te\u200bxt\":\"a\"}", "validation_failed", "forbidden_character", "", "remove"},
		{"deep", `{"text":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, "malformed_json", "too_deep", "",
			""},
		{"list", `[]`, "validation_failed", "wrong_type", "", "an object"},
		{"text", `"hello"`, "validation_failed", "wrong_type", "", "an object"},
		{"null alone", `null`, "validation_failed", "null_not_allowed", "", ""},
		{"nothing but space", `  `, "malformed_json", "syntax", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got wish
			err := decodeJSON([]byte(tc.body), &got)
			var r *Refusal
			if !errors.As(err, &r) || len(r.Faults) != 1 {
				t.Fatalf("got %v, want a refusal with one fault", err)
			}
			f := r.Faults[0]
			if r.Code != tc.code || f.Code != tc.fault {
				t.Errorf("got %s with %s, want %s with %s", r.Code, f.Code, tc.code, tc.fault)
			}
			if !strings.HasPrefix(f.Pointer, tc.pointer) || tc.pointer != "" && f.Pointer != tc.pointer {
				t.Errorf("points at %q, want %q", f.Pointer, tc.pointer)
			}
			if !strings.Contains(f.Hint.EN, tc.hint) {
				t.Errorf("hint %q does not say %q", f.Hint.EN, tc.hint)
			}
			if f.Message.EN == "" || f.Message.DA == "" || (f.Hint.EN == "") != (f.Hint.DA == "") {
				t.Errorf("not in two languages: %+v", f)
			}
			if _, ok := own.kindOf(r.Code); !ok {
				t.Errorf("%s is not in the table", r.Code)
			}
		})
	}
}

func TestDecodeReads(t *testing.T) {
	body := `{"text":"Ṣẹ́gun – ÆØÅ\n","amount":"-4250.125","price":{"currency":"DKK","amount":"10"},"date":"2024-02-29",
		"rate":"226 NGN/DKK","cur":"NGN","units":3,"sure":true,"lines":[{"fund_id":"G1","share":"60"}],"budget_rate":"225"}`
	var got wish
	if err := decodeJSON([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.Price.String() != "10.00" || got.Date != "2024-02-29" || got.Rate.String() != "226 NGN/DKK" ||
		got.more().BudgetRate != "225" {
		t.Errorf("read %+v", got)
	}
	shown, err := json.Marshal(got, ViewOptions)
	if err != nil {
		t.Fatal(err)
	}
	var again wish
	if err := decodeJSON(shown, &again); err != nil {
		t.Fatalf("what is shown cannot be read: %v in %s", err, shown)
	}
}

// FuzzDecodeJSON throws bytes at the decoder. Whatever they are, it must answer with a refusal that is in the table
// or with values that passed the gates, and what it accepted must read the same when shown again.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{
		`{"amount":"4250.00"}`, `{"amount":4250}`, `{"price":{"amount":"1.00","currency":"DKK"}}`,
		`{"lines":[{"share":"1"}]}`,
		`{"text":"a","text":"b"}`, `{"text":"\u0000"}`, `{"rate":"226 NGN/DKK","date":"2026-01-31"}`, `{}{}`, `[[[[`, "\xff",
		`{"units":1e400}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got wish
		if err := decodeJSON(body, &got); err != nil {
			var r *Refusal
			if !errors.As(err, &r) {
				t.Fatalf("%T: %v", err, err)
			}
			if _, ok := own.kindOf(r.Code); !ok {
				t.Fatalf("%s is not in the table", r.Code)
			}
			return
		}
		if got.Amount != "" {
			if _, err := ledger.ParseDecimal(string(got.Amount)); err != nil {
				t.Fatalf("let %q through", got.Amount)
			}
		}
		shown, err := json.Marshal(got, ViewOptions)
		if err != nil {
			t.Fatal(err)
		}
		var again wish
		if err := decodeJSON(shown, &again); err != nil {
			t.Fatalf("%v in %s", err, shown)
		}
		twice, err := json.Marshal(again, ViewOptions)
		if err != nil || string(twice) != string(shown) {
			t.Fatalf("%s became %s (%v)", shown, twice, err)
		}
	})
}

func TestNearest(t *testing.T) {
	names := []string{"fund_id", "amount", "date", "text"}
	for got, want := range map[string]string{
		"fundId": "fund_id", "fund-id": "fund_id", "amonut": "amount", "amounts": "amount", "dato": "date", "colour": "",
		"x": "", "": "",
	} {
		if near := nearest(got, names); near != want {
			t.Errorf("%q: got %q, want %q", got, near, want)
		}
	}
}

func TestLangOf(t *testing.T) {
	for header, want := range map[string]Lang{
		"": English, "da": Danish, "da-DK,da;q=0.9,en;q=0.8": Danish, "en-GB,da;q=0.5": English, "fr": English,
		"fr, da;q=0.2": Danish, "en;q=0.1, da;q=0.9": Danish, ";;;,q=": English, "da;q=x": English,
	} {
		if got := langOf(header); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}
