package admin

import (
	"strings"

	"github.com/go-json-experiment/json"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// getNotice shows an opening.
const getNotice = "getPrivacyNotice"

func watching(s *frame.Site) {
	s.Page("/retention", []string{"listRetention"}, retention)
	s.Page("/privacy", []string{"listPrivacyNotices"}, func(v *frame.Visit) (frame.Shown, error) {
		return privacy(v, frame.NoForms())
	})
	s.Form("/privacy/:id/reviews", []string{"reviewPrivacyNotice"}, review)
	s.Page("/privacy/accesses", []string{"listAccesses"}, accesses)
	s.Page("/audit", []string{"listAuditEvents"}, audit)
}

// kept is something that has been kept long enough, or will have been.
type kept struct {
	Kind      string `json:"kind"`
	ID        string `json:"id"`
	Code      string `json:"code"`
	KeepUntil string `json:"keep_until"`
}

var keptKinds = map[string]rest.Text{
	"identity": {EN: "Who somebody is", DA: "Hvem nogen er"},
	"evidence": {EN: "Document", DA: "Bilag"},
}

// retention is the calendar of deletions up to a day.
func retention(v *frame.Visit) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[kept]](v, "listRetention", v.ListAsk(perPage, "on"))
	return Retention(v, list), err
}

// day is the form of the calendar, with the day that is shown.
func day(v *frame.Visit) frame.Form {
	f := frame.NewForm()
	f.Values.Set("on", v.C.Query("on"))
	return f
}

// notice is an opening that the privacy officer looks at.
type notice struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Beneficiary string `json:"beneficiary_id"`
	User        string `json:"user_id"`
	Reason      string `json:"reason"`
	At          string `json:"at"`
	ReviewBy    string `json:"review_by"`
	Outcome     string `json:"outcome"`

	seen string
}

// UnmarshalJSON reads a notice, and keeps how it was shown.
func (n *notice) UnmarshalJSON(shown []byte) error {
	type plain notice
	n.seen = string(shown)
	return json.Unmarshal(shown, (*plain)(n))
}

var outcomes = map[string]frame.State{
	"":            {Icon: "clock", Text: rest.Text{EN: "waits", DA: "venter"}},
	"justified":   {Icon: "ok", Text: rest.Text{EN: "justified", DA: "berettiget"}},
	"unjustified": {Icon: "stop", Text: rest.Text{EN: "not justified", DA: "ikke berettiget"}},
}

func privacy(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[notice]](v, "listPrivacyNotices", v.ListAsk(perPage, "outcome"))
	if err != nil {
		return nil, err
	}
	names, err := handles(v)
	if err != nil {
		return nil, err
	}
	for i, n := range list.Data {
		if list.Data[i].seen, err = v.Row(getNotice, "reviewPrivacyNotice", n.ID, n.seen); err != nil {
			return nil, err
		}
		if name, known := names[n.User]; known {
			list.Data[i].User = name
		}
	}
	return Privacy(v, list, forms), nil
}

func review(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := f.SeenOf(byID(v), getNotice)
	act.Body = struct {
		Outcome string `json:"outcome"`
	}{f.Text("outcome")}
	if err := v.Do("reviewPrivacyNotice", act, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return privacy(v, frame.Back(v.C.Param("id"), f)) })
	}
	return v.To("/privacy?done=saved")
}

// seen is a look at somebody's identity.
type seen struct {
	At      string   `json:"at"`
	Handle  string   `json:"user"`
	Action  string   `json:"action"`
	Purpose string   `json:"purpose"`
	Fields  []string `json:"fields"`
	Reason  string   `json:"reason"`
}

// accesses is who saw or wrote the identity of a person, by code.
func accesses(v *frame.Visit) (frame.Shown, error) {
	code := strings.TrimSpace(v.C.Query("person"))
	if code == "" || !rest.GoodRef(code) {
		return Accesses(v, code, frame.List[seen]{}, ""), nil
	}
	ask := v.ListAsk(perPage)
	ask.Path = map[string]string{"id": code}
	list, _, err := frame.Read[frame.List[seen]](v, "listAccesses", ask)
	if p := v.Problem(err); err != nil && p.Status < 500 {
		return Accesses(v, code, list, frame.Sentence(p)), nil
	}
	return Accesses(v, code, list, ""), err
}

// event is a line of the audit trail.
type event struct {
	ID         string   `json:"id"`
	At         string   `json:"at"`
	Handle     string   `json:"actor"`
	OnBehalfOf string   `json:"on_behalf_of"`
	Action     string   `json:"action"`
	Subject    string   `json:"subject"`
	Fields     []string `json:"fields"`
	Reason     string   `json:"reason"`
	Request    string   `json:"request_id"`
}

// searched are the fields of the audit trail's search.
var searched = []string{"actor", "action", "subject", "from", "to"}

// audit is the audit trail with its search, in the order of writing.
func audit(v *frame.Visit) (frame.Shown, error) {
	f := frame.NewForm()
	for _, name := range searched {
		f.Values.Set(name, v.C.Query(name))
	}
	list, _, err := frame.Read[frame.List[event]](v, "listAuditEvents", v.ListAsk(perPage, searched...))
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
	}
	return Audit(v, list, f), nil
}
