package cases

import (
	"errors"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// complaint is what somebody complains of, as the list shows it.
type complaint struct {
	Number       string `json:"number"`
	Kind         string `json:"kind"`
	State        string `json:"state"`
	ReceivedOn   string `json:"received_on"`
	DueOn        string `json:"due_on"`
	Late         bool   `json:"late"`
	Holds        bool   `json:"holds"`
	Disbursement string `json:"disbursement_id"`
	Outcome      string `json:"outcome"`
}

// complaintKinds are what complaints are about.
var complaintKinds = map[string]rest.Text{
	"not_received":        {EN: "Support did not arrive", DA: "Støtten er ikke kommet frem"},
	"received_with_issue": {EN: "Support arrived, but not as it should", DA: "Støtten kom frem, men ikke som den skulle"},
	"service":             {EN: "How support is given", DA: "Måden, støtten gives på"},
	"conduct":             {EN: "How somebody here behaved", DA: "En medarbejders opførsel"},
	"safety":              {EN: "Somebody is not safe", DA: "Nogen er ikke i sikkerhed"},
	"privacy":             {EN: "What is known and told of somebody", DA: "Hvad der vides og fortælles om nogen"},
	"other":               {EN: "Something else", DA: "Andet"},
}

// complaintChannels are how a complaint comes in.
var complaintChannels = map[string]rest.Text{
	"paper":        {EN: "On a form, or another paper", DA: "På en blanket eller et andet papir"},
	"conversation": {EN: "In a conversation", DA: "I en samtale"},
	"telephone":    {EN: "By telephone", DA: "Telefonisk"},
	"post":         {EN: "By post", DA: "Med posten"},
	"other":        {EN: "Otherwise", DA: "På anden måde"},
}

var complaintStates = map[string]frame.State{
	"open":        {Icon: "clock", Text: rest.Text{EN: "nobody has it yet", DA: "ingen har den endnu"}},
	"in_progress": {Icon: "info", Text: rest.Text{EN: "somebody looks into it", DA: "undersøges"}},
	"closed":      {Icon: "ok", Text: rest.Text{EN: "closed", DA: "afsluttet"}},
}

// complaints lists what the user may know of, with the form to enter one.
func complaints(v *frame.Visit) (frame.Shown, error) { return complaintsWith(v, frame.NewForm()) }

func complaintsWith(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[complaint]](v, "listComplaints", v.ListAsk(shownAtOnce, "status"))
	return Complaints(v, list, f), err
}

// entry is a complaint as it is entered.
type entry struct {
	Kind         string `json:"kind"`
	Channel      string `json:"channel"`
	Anonymous    bool   `json:"anonymous"`
	Beneficiary  string `json:"beneficiary,omitempty"`
	Disbursement string `json:"disbursement,omitempty"`
	Text         string `json:"text"`
}

// enterComplaint puts one on record; the page says its number and its deadline, since who enters it may not see it.
func enterComplaint(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := entry{Kind: f.Need(v, "kind"), Channel: f.Need(v, "channel"), Anonymous: f.Text("beneficiary") == "",
		Beneficiary: f.Text("beneficiary"), Disbursement: f.Text("disbursement"), Text: f.Need(v, "text")}
	if f.Good() {
		err := v.Do("enterComplaint", rest.Ask{Key: f.Key, Body: body}, nil)
		if err == nil || errors.Is(err, rest.ErrKeySpent) {
			return v.To("/complaints?done=complaint")
		}
		if err := f.Refused(v, err, map[string]string{"/beneficiary": "beneficiary", "/disbursement": "disbursement",
			"/kind": "kind", "/channel": "channel", "/text": "text"}); err != nil {
			return nil, err
		}
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return complaintsWith(v, f) })
}
