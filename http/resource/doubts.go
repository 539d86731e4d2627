package resource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// The codes of the questions about days.
const (
	dateFarAhead   = "date_far_ahead"
	dateBeforeFund = "date_before_fund"
	yearIsClosed   = "year_is_closed"
)

// farAhead is how many days ahead of today something is booked without a question.
const farAhead = 366

// Doubts asks about the rates of any request, and about the day and the funds of any that has a money effect. It is the
// one place for all routes of the kind; what concerns one route alone, its act asks.
func Doubts(ctx context.Context, tx *store.Tx, op rest.Op, in any) error {
	var said said
	said.read(reflect.ValueOf(in).Elem())
	var questions []access.Question
	for _, r := range said.rates {
		asked, err := rates.Doubt(ctx, tx, r)
		if err != nil {
			return err
		}
		questions = append(questions, asked...)
	}
	if op.Money && said.date != "" {
		if strings.HasPrefix(op.Path, "/grants/:id") && said.id != "" {
			said.funds = append(said.funds, ledger.FundCode(said.id))
		}
		asked, err := doubtDay(ctx, tx, said.date, said.funds)
		if err != nil {
			return err
		}
		questions = append(questions, asked...)
	}
	return access.Confirm(ctx, tx, questions...)
}

// said is what a request says that may be asked about.
type said struct {
	date  ledger.Date
	id    rest.Ref
	funds []ledger.FundCode
	rates []ledger.Rate
}

// read collects it, of fields at any depth; the day is that of the whole request.
func (s *said) read(v reflect.Value) {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	switch got := v.Interface().(type) {
	case ledger.Rate:
		if !got.IsZero() && got.Num != got.Den {
			s.rates = append(s.rates, got)
		}
		return
	case ledger.FundCode:
		if got != "" && !slices.Contains(s.funds, got) {
			s.funds = append(s.funds, got)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i, f := range reflect.VisibleFields(v.Type()) {
			if len(f.Index) > 1 || !f.IsExported() {
				continue
			}
			field := v.Field(i)
			switch {
			case f.Type == reflect.TypeFor[ledger.Date]() && rest.JSONName(f) == "date" && s.date == "":
				s.date = ledger.Date(field.String())
			case f.Type == reflect.TypeFor[rest.Ref]() && f.Tag.Get("path") == "id":
				s.id = rest.Ref(field.String())
			default:
				s.read(field)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.read(v.Index(i))
		}
	}
}

// AskDay asks about a day on which something is to be booked, for acts whose day does not stand in the request.
func AskDay(ctx context.Context, tx *store.Tx, on ledger.Date, funds ...ledger.FundCode) error {
	asked, err := doubtDay(ctx, tx, on, funds)
	if err != nil {
		return err
	}
	return access.Confirm(ctx, tx, asked...)
}

// doubtDay asks about a day that is more than a year ahead, in a year whose result is closed, or before the funds that
// are named, or else before all.
func doubtDay(ctx context.Context, tx *store.Tx, on ledger.Date, funds []ledger.FundCode) ([]access.Question, error) {
	today := ledger.DateOf(tx.At)
	if on > today.AddDays(farAhead) {
		return []access.Question{{Code: dateFarAhead, Of: []string{string(on), string(today)}}}, nil
	}
	if closed, err := ledger.ClosedYear(ctx, tx, on.Year()); err != nil || closed && on.Year() < today.Year() {
		return []access.Question{{Code: yearIsClosed, Of: []string{fmt.Sprint(on.Year())}}}, err
	}
	first, err := ledger.FirstDay(ctx, tx, funds)
	if err != nil || first == "" || on >= first {
		return nil, err
	}
	return []access.Question{{Code: dateBeforeFund, Of: []string{string(on), string(first)}}}, nil
}

// doubtWords are the questions as people read them; %s are what a question is of, in order.
var doubtWords = map[string]rest.Text{
	rates.FarOff: {EN: "The rate is %s, and the newest one known for the two currencies is %s of %s: more than twice " +
		"or less than half of it.",
		DA: "Kursen er %s, og den nyeste kendte for de to valutaer er %s fra %s: mere end det dobbelte eller under " +
			"det halve."},
	dateFarAhead: {EN: "The day %s is more than a year after today, %s.",
		DA: "Dagen %s ligger mere end et år efter i dag, %s."},
	dateBeforeFund: {EN: "The day %s is before the fund was opened, %s.",
		DA: "Dagen %s ligger før formålet blev åbnet, %s."},
	yearIsClosed: {
		EN: "Income and expense of %s are closed: booking into it needs another closing.",
		DA: "Indtægter og udgifter for %s er afsluttet: en bogføring i året kræver ny årsafslutning."},
	grants.InstalmentHeld: {EN: "Instalment %s is held back by condition %s, which is not met.",
		DA: "Rate %s holdes tilbage af betingelse %s, som ikke er opfyldt."},
	"payee_looks_alike": {EN: "Payee %s looks the same.", DA: "Betalingsmodtager %s ser ud som den samme."},
	"payee_account_shared": {EN: "The account is that of payee %s as well.",
		DA: "Kontoen tilhører også betalingsmodtager %s."},
	"donor_looks_alike": {EN: "Donor %s looks the same.", DA: "Donor %s ser ud som den samme."},
	"amount_far_above_plan": {EN: "The amount is %s, and the plan says %s: ten times as much or more.",
		DA: "Beløbet er %s, og planen siger %s: ti gange så meget eller mere."},
}

// DoubtCodes are the codes of all questions.
func DoubtCodes() []string { return slices.Sorted(maps.Keys(doubtWords)) }

// DoubtFaults words the questions of a refusal, each at the place where its reason goes.
func DoubtFaults(err error) []*rest.Fault {
	var asked *access.Unconfirmed
	if !errors.As(err, &asked) {
		return nil
	}
	faults := make([]*rest.Fault, len(asked.Questions))
	for i, q := range asked.Questions {
		of := make([]any, len(q.Of))
		for n, word := range q.Of {
			of[n] = word
		}
		words := doubtWords[q.Code]
		faults[i] = &rest.Fault{Pointer: "/" + rest.ConfirmMember + "/" + q.Code, Code: q.Code,
			Message: rest.Textf(words.EN, words.DA, of...)}
	}
	return faults
}
