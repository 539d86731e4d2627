package cases

import (
	"net/url"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// waiting is a disbursement that waits for somebody, as the inbox shows it.
type waiting struct {
	ID          string      `json:"id"`
	Number      string      `json:"number"`
	State       string      `json:"state"`
	Why         string      `json:"why"`
	OnBehalfOf  string      `json:"on_behalf_of"`
	Plan        string      `json:"plan"`
	Beneficiary string      `json:"beneficiary"`
	Payee       string      `json:"payee"`
	Text        string      `json:"text"`
	Amount      frame.Money `json:"amount"`
	Emergency   bool        `json:"emergency"`
	RemainingOf string      `json:"remaining_of"`
	Remaining   frame.Money `json:"remaining"`
	SubmittedOn string      `json:"submitted_on"`
	Escalated   bool        `json:"escalated"`
	Approvals   approvals   `json:"approvals"`
	Checks      []check     `json:"checks"`
}

// approvals is how far those of a disbursement are.
type approvals struct {
	Given       int      `json:"given"`
	Needed      int      `json:"needed"`
	StillNeeded []string `json:"still_needed"`
	Text        string   `json:"text"`
	By          []struct {
		Step       string `json:"step"`
		User       string `json:"user"`
		OnBehalfOf string `json:"on_behalf_of"`
		At         string `json:"at"`
	} `json:"by"`
}

// check is one check of a disbursement.
type check struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome"`
	Hint    string `json:"hint"`
}

// bankTask is a line of the bank that the user has to explain.
type bankTask struct {
	ID        string      `json:"id"`
	Account   string      `json:"account"`
	Date      string      `json:"date"`
	Amount    frame.Money `json:"amount"`
	Reference string      `json:"reference"`
	Suspended bool        `json:"suspended"`
	Why       string      `json:"suspended_because"`
	Payments  []string    `json:"payments"`
}

// suspendedFor says in words what kept a line from being booked as what it says.
var suspendedFor = map[string]rest.Text{
	"fund_overdrawn": {EN: "The fund has not the money for its payment",
		DA: "Formålet har ikke pengene til betalingen"},
	"lot_exhausted":        {EN: "Too little of the currency is left", DA: "Der er for lidt af valutaen"},
	"outside_grant_period": {EN: "Outside the grant's period", DA: "Uden for bevillingens periode"},
	"budget_exceeded":      {EN: "The budget is used up", DA: "Budgettet er brugt"},
	"state_conflict": {EN: "Its payment is proved already, was never sent or came back",
		DA: "Betalingen er allerede afstemt, aldrig sendt eller kommet retur"},
	"payment_reissued": {EN: "Its payment was made again", DA: "Betalingen er foretaget igen"},
	"grant_state":      {EN: "The grant takes no cost any more", DA: "Bevillingen kan ikke længere belastes"},
	"period_closed":    {EN: "Its month is closed", DA: "Måneden er lukket"},
}

// waitsFor says why a line waits for the user.
func (b bankTask) waitsFor(v *frame.Visit) string {
	switch _, known := suspendedFor[b.Why]; {
	case known:
		return said(v, suspendedFor, b.Why)
	case b.Suspended:
		return v.T("Nobody knows yet what it is", "Ingen ved endnu, hvad det er")
	}
	return v.T("Nobody has explained it for three days", "Ingen har forklaret den i tre dage")
}

// shownAtOnce is how many of a list the inbox shows.
const shownAtOnce = "25"

// box is what the inbox shows: what waits for the user, what came back, what the user sent.
type box struct {
	mine, sent frame.List[waiting]
	back       []request
	bank       frame.List[bankTask]
}

// inbox reads the three lists. What came back are the user's drafts of a later round, and questions asked about what
// the user sent.
func inbox(v *frame.Visit) (frame.Shown, error) {
	var b box
	var err error
	ask := func(which string) rest.Ask {
		q := url.Values{which: {"true"}, "limit": {shownAtOnce}}
		if c := v.C.Query("cursor"); c != "" && which == "mine" {
			q.Set("cursor", c)
		}
		return rest.Ask{Query: q}
	}
	if b.mine, _, err = frame.Read[frame.List[waiting]](v, "listApprovals", ask("mine")); err != nil {
		return nil, err
	}
	if v.Can("listBankTasks") {
		ask := rest.Ask{Query: url.Values{"limit": {shownAtOnce}}}
		if b.bank, _, err = frame.Read[frame.List[bankTask]](v, "listBankTasks", ask); err != nil {
			return nil, err
		}
	}
	if !v.Can("draftDisbursement") {
		return Inbox(v, b), nil
	}
	if b.sent, _, err = frame.Read[frame.List[waiting]](v, "listApprovals", ask("requested")); err != nil {
		return nil, err
	}
	drafts, _, err := frame.Read[frame.List[request]](v, "listDisbursements",
		rest.Ask{Query: url.Values{"status": {"draft"}, "limit": {"100"}}})
	if err != nil {
		return nil, err
	}
	for _, d := range drafts.Data {
		if d.Round > 1 && d.CreatedBy == string(v.Who.User) {
			b.back = append(b.back, d)
		}
	}
	return Inbox(v, b), nil
}

// asked are those of what the user sent that somebody asked about.
func (b box) asked() (questions, rest []waiting) {
	for _, w := range b.sent.Data {
		if w.Why == "question" {
			questions = append(questions, w)
		} else {
			rest = append(rest, w)
		}
	}
	return questions, rest
}

// whyWords say what is wanted of the user, by the word of the button.
var whyWords = map[string]rest.Text{
	"approval":      {EN: "To approve", DA: "Skal godkendes"},
	"authorisation": {EN: "To authorise", DA: "Skal bemyndiges"},
	"release":       {EN: "To release", DA: "Skal frigives"},
	"after_payment": {EN: "Paid in an emergency: to approve", DA: "Udbetalt i en nødsituation: skal godkendes"},
	"refused":       {EN: "Refused after payment", DA: "Afvist efter betaling"},
	"question":      {EN: "A question to you", DA: "Et spørgsmål til dig"},
}

// worst is the gravest outcome among checks.
func worst(checks []check) string {
	out := "ok"
	for _, c := range checks {
		if c.Outcome == "stop" || c.Outcome == "warning" && out == "ok" {
			out = c.Outcome
		}
	}
	return out
}

// marks says how many checks did not pass.
func marks(v *frame.Visit, checks []check) string {
	n := 0
	for _, c := range checks {
		if c.Outcome != "ok" {
			n++
		}
	}
	switch n {
	case 0:
		return v.T("all checks passed", "alle kontroller er i orden")
	case 1:
		return v.T("1 thing to look at", "1 ting at se på")
	}
	return v.Tf("%d things to look at", "%d ting at se på", n)
}
