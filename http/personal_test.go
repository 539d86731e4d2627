package http

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"supportledger/access/vault"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// telling are words in names of fields under which somebody may send who a person is.
var telling = regexp.MustCompile(
	`(^|_)(names?|surname|e?mail|phone|mobile|address|street|building|post_code|town|iban|bic|account_number|registration_number|bank|bank_code|bank_account|tax_id|cpr|birth|birth_date|contact|notes|content|recipient|file)(_|$)`)

// tellsNothing says of fields with such a name why no person is in them: operation and field.
var tellsNothing = map[string]string{
	"registerDonor name":          "of an institution; that of a person is refused here and sealed by sealDonor",
	"editDonor name":              "of an institution, as of registerDonor",
	"openFund name":               "of a fund",
	"addAccount name_en":          "of an account in the chart",
	"addAccount name_da":          "of an account in the chart",
	"addPlanCategory name_en":     "of a word that all plans share",
	"addPlanCategory name_da":     "of a word that all plans share",
	"addPlanGoal name_en":         "of a word that all plans share",
	"addPlanGoal name_da":         "of a word that all plans share",
	"issueToken name":             "of what a token is for",
	"addPasskey name":             "of a device",
	"uploadImport name":           "of a file",
	"uploadImport content":        "entries, whose texts stand in the books and name nobody (docs/IMPORT.md)",
	"uploadDonorImport name":      "of a file",
	"importExchangeRates content": "rates",
	"reportFileForPartner content": "numbers of plans, amounts, and what they are for, as the items that are sent one " +
		"by one",
	"writeBankAccount name":          "ours, as payees read it",
	"writeBankAccount iban":          "ours",
	"writeBankAccount bic":           "of our bank",
	"acceptBankMatch bank_lines":     "ids of lines",
	"setLetterText display_name":     "ours, as mails show it",
	"setLetterhead address":          "ours, as letters carry it",
	"setLetterhead contact":          "ours, as letters carry it",
	"exportPaymentBatch file_format": "a format",
	"uploadBankImport bank_account":  "our own account",
}

// tells lists the fields of a request that may hold who a person is by their name, and are not a vault.Personal: what
// an operation declares nothing of.
func tells(t reflect.Type) (fields []string) {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		return tells(t.Elem())
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		name := rest.JSONName(f)
		for _, tag := range []string{"query", "path"} {
			if n := f.Tag.Get(tag); n != "" {
				name = n
			}
		}
		text := f.Type
		for text.Kind() == reflect.Pointer || text.Kind() == reflect.Slice {
			text = text.Elem()
		}
		switch {
		case name == "" || f.Anonymous:
		case text.Kind() == reflect.Struct:
			fields = append(fields, tells(text)...)
		case text.Kind() == reflect.String && text != reflect.TypeFor[vault.Personal]() && telling.MatchString(name):
			fields = append(fields, name)
		}
	}
	return fields
}

// TestWhatIsPersonalIsDeclared goes over all operations: a field that may hold who a person is, by its name, is a
// vault.Personal, which no log and no error prints and which only an operation has that takes no key; or it is written
// down here why it is none.
func TestWhatIsPersonalIsDeclared(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	excused, personal := map[string]bool{}, 0
	for _, e := range s.api.Endpoints {
		if rest.IsPersonal(e.In.GoType) {
			personal++
		}
		for _, field := range tells(e.In.GoType) {
			name := e.Op.ID + " " + field
			if excused[name] = true; tellsNothing[name] == "" {
				t.Errorf("%s: make it a vault.Personal and the operation Personal, or say in tellsNothing why nobody is in it",
					name)
			}
		}
	}
	for name := range tellsNothing {
		if !excused[name] {
			t.Errorf("tellsNothing excuses %q, which there is not", name)
		}
	}
	if personal < 4 {
		t.Errorf("only %d operations take something personal", personal)
	}
	if got := tells(reflect.TypeFor[struct {
		Payee struct {
			Street string   `json:"street"`
			Mails  []string `json:"mail"`
		} `json:"payee"`
		Name vault.Personal `json:"name"`
		Sum  int            `json:"bank"`
		Bank string         `query:"bank" json:"-"`
	}]()); !slices.Equal(got, []string{"street", "mail", "bank"}) {
		t.Errorf("of three fields that tell %v were seen", got)
	}
}

type tellingRequest struct {
	Payees []struct {
		Street *vault.Personal `json:"street"`
	} `json:"payees" validate:"dive"`
}

type tellingView struct {
	Name vault.Personal `json:"name"`
}

// TestUndeclaredPersonalDoesNotStart holds that a server with an operation that takes or gives something personal, and
// does not say so, does not start.
func TestUndeclaredPersonalDoesNotStart(t *testing.T) {
	refused := func(register func(api *rest.API)) (why string) {
		defer func() { why, _ = recover().(string) }()
		register(&rest.API{Engine: nil})
		return ""
	}
	op := rest.Op{Method: http.MethodPost, Path: "/x", ID: "x", Summary: "x", Danish: "x", Tag: "x"}
	for name, why := range map[string]string{
		"request": refused(func(api *rest.API) {
			rest.Route(api, op, func(context.Context, *store.Tx, tellingRequest) (rest.None, error) { return rest.None{}, nil })
		}),
		"answer": refused(func(api *rest.API) {
			rest.Route(api, op, func(context.Context, *store.Tx, rest.None) (tellingView, error) { return tellingView{}, nil })
		}),
	} {
		if !strings.Contains(why, "is Personal") {
			t.Errorf("an operation whose %s is personal and that does not say so starts: %q", name, why)
		}
	}
	if got := fmt.Sprintf("%v %+v %#v", tellingView{"who"}, tellingView{"who"}, tellingView{"who"}); strings.Contains(got,
		"who") {
		t.Errorf("it prints as %s", got)
	}
}
