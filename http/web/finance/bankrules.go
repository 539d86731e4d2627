package finance

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

const (
	getRule = "getBankRule"
	getLine = "getBankLine"
)

// bankUpkeepPages are what is done at the bank beside matching: rules, lines that were explained wrongly, and what the
// bank says of files before it books them.
func bankUpkeepPages(s *frame.Site) {
	s.Page("/bank/rules", []string{"listBankRules"}, func(v *frame.Visit) (frame.Shown, error) {
		return bankRules(v, frame.NoForms())
	})
	s.Form("/bank/rules/new", []string{"addBankRule"}, addRule)
	s.Form("/bank/rules/:id/end", []string{"endBankRule"}, endRule)
	s.Page("/bank/lines", []string{"listBankLines"}, func(v *frame.Visit) (frame.Shown, error) {
		return bankLines(v, frame.NoForms())
	})
	s.Form("/bank/lines/:id/undos", []string{"undoBankLine"}, undoLine)
	s.Page("/bank/answers", []string{"readPaymentReport"}, func(v *frame.Visit) (frame.Shown, error) {
		return Answers(v, frame.NewForm(), nil), nil
	})
	s.Form("/bank/answers", []string{"readPaymentReport"}, readAnswer)
}

// bankRule says what a line is whose text contains some words.
type bankRule struct {
	ID        string `json:"id"`
	Contains  string `json:"contains"`
	Direction string `json:"direction"`
	Account   string `json:"account"`
	Kind      string `json:"kind"`
	Fund      string `json:"fund"`
	About     string `json:"about"`
	State     string `json:"state"`

	seen string
}

// UnmarshalJSON reads a rule, and keeps how it was shown.
func (r *bankRule) UnmarshalJSON(shown []byte) error {
	type plain bankRule
	r.seen = string(shown)
	return json.Unmarshal(shown, (*plain)(r))
}

var directions = map[string]rest.Text{
	"in":  {EN: "Money in", DA: "Penge ind"},
	"out": {EN: "Money out", DA: "Penge ud"},
}

var ruleStates = map[string]frame.State{
	"active": {Icon: "ok", Text: rest.Text{EN: "in use", DA: "i brug"}},
	"ended":  {Icon: "stop", Text: rest.Text{EN: "ended", DA: "afsluttet"}},
}

func bankRules(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	all, err := banks(v)
	if err != nil {
		return nil, err
	}
	list, _, err := frame.Read[frame.List[bankRule]](v, "listBankRules", v.ListAsk("100"))
	if err != nil {
		return nil, err
	}
	for i, r := range list.Data {
		if list.Data[i].seen, err = v.Row(getRule, "endBankRule", r.ID, r.seen); err != nil {
			return nil, err
		}
	}
	return BankRules(v, all, list, forms), nil
}

// ruleAgain shows the rules with what is wrong in one of their forms.
func ruleAgain(v *frame.Visit, name string, f frame.Form) (frame.Shown, error) {
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return bankRules(v, frame.Back(name, f)) })
}

func addRule(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := map[string]string{"contains": f.Need(v, "contains")}
	for _, name := range []string{"direction", "kind", "account", "fund", "about"} {
		if s := f.Text(name); s != "" {
			body[name] = s
		}
	}
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return ruleAgain(v, "new", f)
	}
	if err := v.Do("addBankRule", rest.Ask{Key: f.Key, Body: body}, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return ruleAgain(v, "new", f)
	}
	return v.To("/bank/rules?done=rule-added")
}

func endRule(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if err := v.Do("endBankRule", f.SeenOf(rest.ByID(v.C.Param("id")), getRule), nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return ruleAgain(v, v.C.Param("id"), f)
	}
	return v.To("/bank/rules?done=rule-ended")
}

func bankLines(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	all, err := banks(v)
	if err != nil {
		return nil, err
	}
	ask := v.ListAsk("100")
	at := chosen(v, all)
	ask.Query.Set("account", at.Number)
	list, _, err := frame.Read[frame.List[bankLine]](v, "listBankLines", ask)
	if err != nil {
		return nil, err
	}
	for i, l := range list.Data {
		if list.Data[i].seen, err = v.Row(getLine, "undoBankLine", l.ID, l.seen); err != nil {
			return nil, err
		}
	}
	return BankLines(v, all, at, list, forms), nil
}

func undoLine(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	id := v.C.Param("id")
	name := "undo_" + id
	ask := f.SeenOf(rest.ByID(id), getLine)
	ask.Body = frame.Reason{Reason: f.Need(v, name)}
	if err := v.Do("undoBankLine", ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": name}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return bankLines(v, frame.Back(name, f)) })
	}
	return v.To("/bank/lines?done=line-undone")
}

// answer is what the bank says of a file of payments.
type answer struct {
	Accepted  int           `json:"accepted"`
	Pending   int           `json:"pending"`
	Unknown   int           `json:"unknown"`
	Failed    []toldPayment `json:"failed"`
	Unchanged []toldPayment `json:"unchanged"`
}

// toldPayment is a payment that the bank names.
type toldPayment struct {
	Payment string `json:"payment"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
}

// bankReasons are the commonest codes by which banks say why; the code stands beside the words.
var bankReasons = map[string]rest.Text{
	"AC01": {EN: "the account number is wrong", DA: "kontonummeret er forkert"},
	"AC04": {EN: "the account is closed", DA: "kontoen er lukket"},
	"AC06": {EN: "the account is blocked", DA: "kontoen er spærret"},
	"AM04": {EN: "there is not enough money on our account", DA: "der er ikke dækning på vores konto"},
	"AM05": {EN: "the bank has it already", DA: "banken har den allerede"},
	"RR04": {EN: "the bank may not carry it out", DA: "banken må ikke gennemføre den"},
}

// readAnswer reads a file of the bank, and shows what it changed.
func readAnswer(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := rest.Ask{Key: f.Key}
	var err error
	if ask.Raw, err = bankFile(v, f); err != nil {
		return nil, err
	}
	var got answer
	if f.Good() {
		err := v.Do("readPaymentReport", ask, &got)
		if err == nil {
			return v.Again(func(v *frame.Visit) (frame.Shown, error) { return Answers(v, frame.NewForm(), &got), nil })
		}
		if err := f.Refused(v, err, map[string]string{"": "file"}); err != nil {
			return nil, err
		}
	} else {
		v.Status(http.StatusUnprocessableEntity)
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return Answers(v, f, nil), nil })
}

// bankPaths leads to what is beside matching, for an account.
func bankPath(path string, at account) string {
	return path + "?" + url.Values{"account": {at.Number}}.Encode()
}

// whole joins what is known of a rule into a line.
func (r bankRule) whole(v *frame.Visit) string {
	parts := []string{frame.Said(v, directions, r.Direction), frame.Said(v, explanations, r.Kind)}
	for _, s := range []string{r.About, r.Fund, r.Account} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}
