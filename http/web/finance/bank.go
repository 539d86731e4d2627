package finance

import (
	"encoding/json"
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func bankPages(s *frame.Site) {
	s.Page("/bank", []string{"listBankLines", "listBankMatchSuggestions"}, bank)
	s.Form("/bank/matches", []string{"acceptBankMatch"}, acceptMatch)
	s.Form("/bank/sure", []string{"acceptSureBankMatches"}, acceptSure)
	s.Form("/bank/rules", []string{"acceptBankRules"}, acceptRules)
	s.Form("/bank/explanations", []string{"explainBankLine"}, explain)
	s.Page("/bank/imports", []string{"listBankImports"}, bankImports)
	s.Form("/bank/imports", []string{"uploadBankImport"}, uploadStatement)
	s.Page("/bank/imports/:id", []string{"getBankImport", "listBankImportLines"}, bankImportPage)
	s.Form("/bank/imports/:id/commits", []string{"commitBankImport"}, commitStatement)
	s.Form("/bank/imports/:id/undos", []string{"undoBankImport"}, undoStatement)
}

// bankLine is a line of the bank's statement.
type bankLine struct {
	ID        string      `json:"id"`
	Account   string      `json:"account"`
	Date      string      `json:"date"`
	Amount    frame.Money `json:"amount"`
	Left      frame.Money `json:"left"`
	Reference string      `json:"reference"`
	Suspended bool        `json:"suspended"`
	seen      string
}

// UnmarshalJSON reads a line, and keeps how it was shown.
func (l *bankLine) UnmarshalJSON(shown []byte) error {
	type plain bankLine
	l.seen = string(shown)
	return json.Unmarshal(shown, (*plain)(l))
}

// stands is what the bank says that an account held, beside the books.
type stands struct {
	Account    string       `json:"account"`
	On         string       `json:"on"`
	Bank       *frame.Money `json:"bank"`
	Books      frame.Money  `json:"books"`
	Difference *frame.Money `json:"difference"`
	Waiting    int          `json:"waiting"`
}

// payment is one attempt to pay.
type payment struct {
	ID           string      `json:"id"`
	Number       string      `json:"number"`
	Disbursement string      `json:"disbursement_id"`
	Account      string      `json:"account"`
	Payee        string      `json:"payee"`
	Date         string      `json:"date"`
	Amount       frame.Money `json:"amount"`
	State        string      `json:"state"`
}

// suggestion is a match that somebody may accept.
type suggestion struct {
	Lines      []string    `json:"bank_lines"`
	Payments   []string    `json:"payments"`
	Proves     string      `json:"proves"`
	Reason     string      `json:"reason"`
	Fund       string      `json:"fund"`
	About      string      `json:"about"`
	Days       int         `json:"days"`
	Others     int         `json:"others"`
	Difference frame.Money `json:"difference"`
}

// proposal is a suggestion with what it joins.
type proposal struct {
	suggestion
	lines    []bankLine
	payments []payment
}

// explains tells whether the lines are of no payment, and something says what they are.
func (p proposal) explains() bool {
	_, known := explanations[p.Proves]
	return known && len(p.Payments) == 0
}

// sum is what the lines come to, whichever way the money went.
func (p proposal) sum() frame.Money {
	sum := p.lines[0].Left
	for _, l := range p.lines[1:] {
		sum = sum.Plus(l.Left)
	}
	sum.Amount = strings.TrimPrefix(sum.Amount, "-")
	return sum
}

// why says in words what the suggestion rests on.
func (p proposal) why(v *frame.Visit) string {
	text := frame.Said(v, reasons, p.Reason)
	if p.Reason == "amount_and_date" {
		switch p.Days {
		case 0:
			text = v.T("Same amount, same day", "Samme beløb, samme dag")
		case 1:
			text = v.T("Same amount, one day apart", "Samme beløb, én dags forskel")
		default:
			text = v.Tf("Same amount, %d days apart", "Samme beløb, %d dages forskel", p.Days)
		}
	}
	return text
}

// matching is what the page of the bank shows.
type matching struct {
	banks     []account
	at        account
	proposals []proposal
	lines     []bankLine // with something left, oldest first
	stands    *stands    // what the bank says that the account held
	payments  []payment  // given to the bank and not confirmed
	picked    url.Values
	left      *frame.Money // what a match of the picked would leave
}

// shownOpen is how many lines and payments the page shows at most: a month of a small charity.
const shownOpen = 400

func bank(v *frame.Visit) (frame.Shown, error) { return showBank(v, frame.NoForms(), nil) }

func showBank(v *frame.Visit, forms frame.Forms, left *frame.Money) (frame.Shown, error) {
	m, err := readBank(v)
	if err != nil {
		return nil, err
	}
	m.left, m.picked = left, forms.Of("pick").Values
	return Bank(v, m, forms), nil
}

func readBank(v *frame.Visit) (m matching, err error) {
	if m.banks, err = banks(v); err != nil || len(m.banks) == 0 {
		return m, err
	}
	m.at = chosen(v, m.banks)
	of := rest.Ask{Query: url.Values{"account": {m.at.Number}}}
	waiting := rest.Ask{Query: url.Values{"account": {m.at.Number}, "status": {"waiting"}}}
	if m.lines, _, err = frame.Every[bankLine](v, "listBankLines", waiting, shownOpen); err != nil {
		return m, err
	}
	byID := map[string]bankLine{}
	for i, l := range m.lines {
		m.lines[i].seen = v.Site.API.Operation("getBankLine").Tag([]byte(l.seen))
		byID[l.ID] = m.lines[i]
	}
	all, _, err := frame.Every[stands](v, "listBankDifferences", rest.Ask{}, shownOpen)
	if err != nil {
		return m, err
	}
	for _, one := range all {
		if one.Account == m.at.Number {
			m.stands = &one
		}
	}
	for _, state := range []string{"in_file", "sent"} {
		found, _, err := frame.Every[payment](v, "listPayments", rest.Ask{Query: url.Values{"status": {state}}}, shownOpen)
		if err != nil {
			return m, err
		}
		for _, p := range found {
			if p.Account == m.at.Number {
				m.payments = append(m.payments, p)
			}
		}
	}
	suggestions, _, err := frame.Every[suggestion](v, "listBankMatchSuggestions", of, shownOpen)
	if err != nil {
		return m, err
	}
	m.proposals, err = joined(v, suggestions, byID, m.payments)
	return m, err
}

// joined puts lines and payments beside the suggestions that name them.
func joined(v *frame.Visit, all []suggestion, lines map[string]bankLine, payments []payment) ([]proposal, error) {
	known := map[string]payment{}
	for _, p := range payments {
		known[p.Number] = p
	}
	var out []proposal
	for _, s := range all {
		p := proposal{suggestion: s}
		for _, id := range s.Lines {
			if l, ok := lines[id]; ok {
				p.lines = append(p.lines, l)
			}
		}
		for _, number := range s.Payments {
			one, ok := known[number]
			if !ok {
				var err error
				if one, _, err = frame.Read[payment](v, "getPayment", rest.ByID(number)); err != nil {
					return nil, err
				}
			}
			p.payments = append(p.payments, one)
		}
		if len(p.lines) > 0 && (len(p.payments) > 0 || p.explains()) {
			out = append(out, p)
		}
	}
	return out, nil
}

// sure is how many suggestions a person need not look at: the bank names the payments and they are the line's sum.
func (m matching) sure() int {
	n := 0
	for _, p := range m.proposals {
		if p.Reason == "end_to_end_id" && p.Difference.IsZero() && p.Proves == "payment" {
			n++
		}
	}
	return n
}

// ruled is how many suggestions are of no payment: rules, numbers and payers say what they are.
func (m matching) ruled() int {
	n := 0
	for _, p := range m.proposals {
		if p.explains() {
			n++
		}
	}
	return n
}

type matchBody struct {
	Lines    []string `json:"bank_lines"`
	Payments []string `json:"payments"`
	Proves   string   `json:"proves"`
}

// acceptMatch books a match, or shows what it would leave where the user asks for that first.
func acceptMatch(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := matchBody{Lines: f.Values["line"], Payments: f.Values["payment"], Proves: f.Text("proves")}
	if more := f.Text("other"); more != "" {
		body.Payments = append(body.Payments, more)
	}
	if len(body.Lines) == 0 {
		f.Fault("line", v.T("Choose at least one line of the bank.", "Vælg mindst én af bankens linjer."))
	}
	if len(body.Payments) == 0 {
		f.Fault("payment", v.T("Choose at least one payment.", "Vælg mindst én betaling."))
	}
	v.C.Request.URL.RawQuery = url.Values{"account": {f.Text("account")}}.Encode()
	if !f.Good() {
		v.Status(422)
		return again(v, f, nil)
	}
	ask := rest.Ask{Body: body, Key: f.Key}
	look := f.Text("look") != ""
	if look {
		ask.Query = url.Values{"dry_run": {"true"}}
	}
	var done struct {
		Difference frame.Money `json:"difference"`
	}
	if err := v.Do("acceptBankMatch", ask, &done); err != nil {
		fields := map[string]string{"bank_lines": "line", "payments": "payment"}
		if err := f.Refused(v, err, fields); err != nil {
			return nil, err
		}
		return again(v, f, nil)
	}
	if look {
		f.Key = frame.NewForm().Key
		return again(v, f, &done.Difference)
	}
	return v.To("/bank?account=" + url.QueryEscape(f.Text("account")) + "&done=matched")
}

func again(v *frame.Visit, f frame.Form, left *frame.Money) (frame.Shown, error) {
	return v.Again(func(v *frame.Visit) (frame.Shown, error) {
		return showBank(v, frame.Back(f.Text("form"), f), left)
	})
}

func acceptSure(v *frame.Visit) (frame.Shown, error) {
	return acceptMany(v, "acceptSureBankMatches", "sure")
}

func acceptRules(v *frame.Visit) (frame.Shown, error) {
	return acceptMany(v, "acceptBankRules", "ruled")
}

// acceptMany books all suggestions of a kind of one account.
func acceptMany(v *frame.Visit, operation, done string) (frame.Shown, error) {
	f := v.Form()
	at := f.Text("account")
	err := v.Do(operation, rest.Ask{Key: f.Key, Body: struct {
		Account string `json:"account"`
	}{at}}, nil)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		v.C.Request.URL.RawQuery = url.Values{"account": {at}}.Encode()
		return again(v, f, nil)
	}
	return v.To("/bank?account=" + url.QueryEscape(at) + "&done=" + done)
}

// explain says what a line is that is of no payment, and books it.
func explain(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := map[string]string{"kind": f.Need(v, "kind")}
	for _, name := range []string{"fund", "about", "rate"} {
		if s := f.Text(name); s != "" {
			body[name] = s
		}
	}
	at := f.Text("account")
	v.C.Request.URL.RawQuery = url.Values{"account": {at}}.Encode()
	line, seen, _ := strings.Cut(f.Need(v, "line"), " ")
	if !f.Good() {
		v.Status(422)
		return again(v, f, nil)
	}
	f.Seen = seen
	ask := f.SeenOf(rest.ByID(line), "getBankLine")
	ask.Body = body
	if err := v.Do("explainBankLine", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return again(v, f, nil)
	}
	return v.To("/bank?account=" + url.QueryEscape(at) + "&done=matched")
}

// lineOptions are the lines with something left, to choose one.
func (m matching) lineOptions(v *frame.Visit) []frame.Option {
	out := make([]frame.Option, 0, len(m.lines))
	for _, l := range m.lines {
		text := v.Day(l.Date) + " · " + v.Amount(l.Left)
		if l.Reference != "" {
			text += " · " + l.Reference
		}
		out = append(out, frame.Option{Value: l.ID + " " + l.seen, Text: text})
	}
	return out
}
