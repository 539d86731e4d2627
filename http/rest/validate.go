package rest

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
	"github.com/shopspring/decimal"

	"supportledger/ledger"
	"supportledger/statements/page"
)

// The rules that a `validate:` tag may hold, each with its words here and its schema in schema.go; a rule that is
// not in this list stops the server at start, since the document would not tell of it.
//
//	required                  not empty (text, list, Decimal, money, date…; numbers and bools take min or a pointer)
//	omitempty                 what follows holds only when it is given
//	min=, max=, len=          letters of a text, elements of a list, size of a whole number
//	oneof=a b c               one of these texts
//	positive, nonnegative     of a Decimal or ledger.Money
//	decimals=2                at most so many decimals of a Decimal
//	printed                   letters that the paper of statements and letters can show; printed=lines has lines
//	dive                      what follows holds for each element
//	unique                    no element of a list twice; unique=Field for a list of structs
//
// Meaning (does the fund exist, is the period open) is not checked here but by the act.
var rules = newRules()

func newRules() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.SetTagName("validate")
	v.RegisterTagNameFunc(outsideName)
	v.RegisterCustomTypeFunc(moneyText, ledger.Money{})
	v.RegisterCustomTypeFunc(rateText, ledger.Rate{})
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	must(v.RegisterValidation("positive", func(f validator.FieldLevel) bool { return signOf(f) > 0 }))
	must(v.RegisterValidation("nonnegative", func(f validator.FieldLevel) bool { return signOf(f) >= 0 }))
	must(v.RegisterValidation("printed", func(f validator.FieldLevel) bool {
		_, missing := page.Missing(oneLine(f.Field().String(), f.Param()))
		return !missing
	}))
	must(v.RegisterValidation("decimals", func(f validator.FieldLevel) bool {
		_, fraction, _ := strings.Cut(f.Field().String(), ".")
		most, err := strconv.Atoi(f.Param())
		return err == nil && len(fraction) <= most
	}))
	return v
}

// oneLine is a text without the ends of its lines, where it may have lines.
func oneLine(text, may string) string {
	if may == "lines" {
		return strings.NewReplacer("\r", "", "\n", "").Replace(text)
	}
	return text
}

// moneyText and rateText let rules see a domain struct as the text it travels as; none is "".
func moneyText(v reflect.Value) any {
	if m, ok := v.Interface().(ledger.Money); ok && m.Currency != "" {
		return m.String()
	}
	return ""
}

func rateText(v reflect.Value) any {
	if r, ok := v.Interface().(ledger.Rate); ok {
		return r.String()
	}
	return ""
}

// signOf is the sign of an amount; what is no amount has been refused before, and fails both rules.
func signOf(f validator.FieldLevel) int {
	d, err := decimal.NewFromString(f.Field().String())
	if err != nil {
		return -1
	}
	return d.Sign()
}

// outsideName is what a field is called in messages: its JSON name, or its parameter behind a sign that says where
// it comes from, or "~" for an embedded struct, which has no name outside.
func outsideName(f reflect.StructField) string {
	if name := f.Tag.Get("query"); name != "" {
		return "?" + name
	}
	if name := f.Tag.Get("path"); name != "" {
		return ":" + name
	}
	if name := JSONName(f); name != "" {
		return name
	}
	return "~"
}

// Validate holds a request struct against its tags and names every place that fails.
func Validate(in any) error {
	err := rules.Struct(in)
	var broken validator.ValidationErrors
	if err == nil || !errors.As(err, &broken) {
		return err
	}
	var faults []*Fault
	for _, b := range broken {
		f := wordRule(b)
		f.in, f.Pointer = placeOf(b)
		faults = append(faults, f)
	}
	return refuseFaults(faults)
}

// placeOf turns the validator's "Request.~.lines[2].amount" into a JSON Pointer, "/lines/2/amount".
func placeOf(b validator.FieldError) (in, pointer string) {
	name := b.Field()
	switch {
	case strings.HasPrefix(name, "?"):
		return "query", "/" + escapePointer(name[1:])
	case strings.HasPrefix(name, ":"):
		return "path", "/" + escapePointer(name[1:])
	}
	for i, part := range strings.Split(b.Namespace(), ".") {
		if i == 0 || part == "~" {
			continue
		}
		pointer += "/" + strings.ReplaceAll(strings.ReplaceAll(part, "[", "/"), "]", "")
	}
	return "", pointer
}

var (
	// IsRequired is said of a field that is missing.
	// IsRequired is said of a field that is missing.
	IsRequired = Text{"This is required.", "Dette skal angives."}
	isTooMuch  = Text{"This is too much.", "Dette er for meget."}
	isTooFew   = Text{"This is too little.", "Dette er for lidt."}
)

// wordRule says which rule a field breaks and what to send instead.
func wordRule(b validator.FieldError) *Fault {
	n := b.Param()
	unit := unitOf(b.Type())
	switch b.Tag() {
	case "required":
		return &Fault{Code: "required", Message: IsRequired}
	case "min":
		return &Fault{Code: "too_small", Message: isTooFew, Hint: Text{"at least " + n + unit.EN, "mindst " + n + unit.DA}}
	case "max":
		return &Fault{Code: "too_large", Message: isTooMuch, Hint: Text{"at most " + n + unit.EN, "højst " + n + unit.DA}}
	case "len":
		return &Fault{Code: "wrong_length", Message: Text{"This has the wrong length.", "Dette har forkert længde."},
			Hint: Text{"exactly " + n + unit.EN, "præcis " + n + unit.DA}}
	case "oneof":
		all := strings.Join(strings.Fields(n), ", ")
		f := &Fault{Code: "not_one_of", Message: Text{"This is not one of the choices.", "Dette er ikke en af mulighederne."},
			Hint: Text{"one of: " + all, "en af: " + all}}
		if near := nearest(fmt.Sprint(b.Value()), strings.Fields(n)); near != "" {
			f.Hint = Text{fmt.Sprintf("did you mean %q? One of: %s", near, all),
				fmt.Sprintf("mente du %q? En af: %s", near, all)}
		}
		return f
	case "positive":
		return &Fault{Code: "must_be_positive", Message: Text{"This must be more than zero.", "Dette skal være over nul."}}
	case "nonnegative":
		return &Fault{Code: "must_not_be_negative",
			Message: Text{"This must not be negative.", "Dette må ikke være negativt."}}
	case "decimals":
		return &Fault{Code: "too_many_decimals",
			Message: Text{"This has too many decimals.", "Dette har for mange decimaler."},
			Hint:    Text{"at most " + n + " decimals", "højst " + n + " decimaler"}}
	case "printed":
		letter, _ := page.Missing(oneLine(reflect.ValueOf(b.Value()).String(), b.Param()))
		return &Fault{Code: "letter_not_printable", Message: Textf("The letter %q (U+%04X) cannot be printed on a statement.",
			"Tegnet %q (U+%04X) kan ikke trykkes i et regnskab.", letter, letter),
			Hint: Text{"write it in Latin letters", "skriv det med latinske bogstaver"}}
	case "unique":
		return &Fault{Code: "not_unique", Message: Text{"Something appears twice.", "Noget står to gange."}}
	}
	return &Fault{Code: "invalid", Message: Text{"This is not accepted.", "Dette modtages ikke."}}
}

// unitOf is what min, max and len count.
func unitOf(t reflect.Type) Text {
	switch t.Kind() {
	case reflect.String:
		return Text{" letters", " bogstaver"}
	case reflect.Slice:
		return Text{" elements", " elementer"}
	}
	return Text{}
}

// known are the rules of the list above.
var known = []string{"required", "omitempty", "min", "max", "len", "oneof", "positive", "nonnegative", "decimals",
	"printed", "dive", "unique"}

// tagRules splits a validate tag into names and parameters.
func tagRules(tag string) (names, params []string, err error) {
	for rule := range strings.SplitSeq(tag, ",") {
		name, param, _ := strings.Cut(rule, "=")
		if name == "" {
			continue
		}
		if !slices.Contains(known, name) {
			return nil, nil, fmt.Errorf("rule %q is not in the list of validate.go", name)
		}
		names, params = append(names, name), append(params, param)
	}
	return names, params, nil
}

// checkTags walks a request struct and refuses tags whose meaning outside would differ from what Go does.
func checkTags(t reflect.Type, seen map[reflect.Type]bool) error {
	t = Underlying(t)
	for t.Kind() == reflect.Slice {
		t = Underlying(t.Elem())
	}
	if _, ok := formats[t]; ok || t.Kind() != reflect.Struct || seen[t] || t == reflect.TypeFor[ledger.Money]() {
		return nil
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		names, params, err := tagRules(f.Tag.Get("validate"))
		if err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if err := checkRules(f.Type, names, params); err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if err := checkTags(f.Type, seen); err != nil {
			return err
		}
	}
	return nil
}

// wholeNumber is what min, max, len and decimals are given.
var wholeNumber = regexp.MustCompile(`^-?[0-9]{1,9}$`)

func checkRules(t reflect.Type, names, params []string) error {
	for i, name := range names {
		switch name {
		case "required":
			if k := t.Kind(); k == reflect.Bool || k >= reflect.Int && k <= reflect.Float64 {
				return errors.New("required refuses 0 and false: use min, or a pointer")
			}
		case "min", "max", "len", "decimals":
			if !wholeNumber.MatchString(params[i]) {
				return fmt.Errorf("%s=%q is not a whole number", name, params[i])
			}
		case "dive":
			if t.Kind() != reflect.Slice {
				return errors.New("dive wants a list")
			}
			return checkRules(t.Elem(), names[i+1:], params[i+1:])
		}
	}
	return nil
}

func validText(s string) bool { return utf8.ValidString(s) }
