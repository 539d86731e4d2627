package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
	"supportledger/http/webhooks"
)

const (
	getReceiver  = "getWebhookEndpoint"
	listCalls    = "listWebhookDeliveries"
	decideReason = "decide_reason"
	offReason    = "off_reason"
)

// receivers are the programs that are told of events: who asked for them, who agreed, what became of each call.
func receivers(s *frame.Site) {
	s.Page("/receivers", []string{"listWebhookEndpoints"}, func(v *frame.Visit) (frame.Shown, error) {
		return listedReceivers(v, frame.NewForm())
	})
	s.Form("/receivers", []string{"requestWebhookEndpoint"}, askReceiver)
	s.Page("/receivers/:id", []string{getReceiver, listCalls}, func(v *frame.Visit) (frame.Shown, error) {
		return oneReceiver(v, frame.NoForms())
	})
	for _, step := range receiverSteps {
		s.Form("/receivers/:id/"+step.path, []string{step.operation}, step.act)
	}
	s.Form("/receivers/:id/secrets", []string{"rotateWebhookSecret"}, newSecret)
	s.Form("/receivers/:id/calls/:delivery/again", []string{"replayWebhookDelivery"}, callAgain)
	for word, t := range map[string]rest.Text{
		"receiver-decided": {EN: "Decided.", DA: "Afgjort."},
		"receiver-off":     {EN: "It is told nothing more.", DA: "Den får ikke flere beskeder."},
		"receiver-on": {EN: "It is told again, from where it was.",
			DA: "Den får igen besked, fra hvor den slap."},
		"receiver-again": {EN: "It is told again of all events behind that position.",
			DA: "Den får igen besked om alle hændelser efter den position."},
		"call-again": {EN: "The call is made again now.", DA: "Kaldet gentages nu."},
	} {
		frame.Notice(word, t)
	}
}

// receiver is a program that is told of events.
type receiver struct {
	ID           string   `json:"id"`
	URL          string   `json:"url"`
	Types        []string `json:"types"`
	State        string   `json:"state"`
	Reason       string   `json:"reason"`
	By           string   `json:"created_by"`
	CreatedAt    string   `json:"created_at"`
	Position     int      `json:"position"`
	Failures     int      `json:"failures"`
	FailingSince string   `json:"failing_since"`
	NextAt       string   `json:"next_attempt_at"`
	Secret       string   `json:"secret"`
}

// call is one call of a receiver.
type call struct {
	ID      string `json:"id"`
	Event   string `json:"event_id"`
	Attempt int    `json:"attempt"`
	Replay  bool   `json:"replay"`
	Outcome string `json:"outcome"`
	Status  int    `json:"status"`
	Fault   string `json:"fault"`
	Took    int    `json:"took_ms"`
	At      string `json:"at"`
}

var receiverStates = map[string]frame.State{
	"requested": {Icon: "clock", Text: rest.Text{EN: "waits for another person", DA: "venter på en anden person"}},
	"active":    {Icon: "ok", Text: rest.Text{EN: "is told", DA: "får besked"}},
	"disabled":  {Icon: "stop", Text: rest.Text{EN: "is told nothing", DA: "får ikke besked"}},
	"rejected":  {Icon: "stop", Text: rest.Text{EN: "rejected", DA: "afvist"}},
}

var callOutcomes = map[string]frame.State{
	"delivered": {Icon: "ok", Text: rest.Text{EN: "taken", DA: "modtaget"}},
	"failed":    {Icon: "stop", Text: rest.Text{EN: "failed", DA: "mislykket"}},
}

// callFaults say why a receiver did not answer.
var callFaults = map[string]rest.Text{
	"timeout":            {EN: "no answer in time", DA: "intet svar i tide"},
	"name_unknown":       {EN: "its name is not found", DA: "navnet findes ikke"},
	"address_refused":    {EN: "its address is not a public one", DA: "adressen er ikke offentlig"},
	"target_not_allowed": {EN: "the operator does not allow this address", DA: "driften tillader ikke adressen"},
	"secret_unreadable":  {EN: "its secret cannot be read", DA: "hemmeligheden kan ikke læses"},
	"no_answer":          {EN: "nobody answers there", DA: "ingen svarer dér"},
}

// why says why a call failed.
func (c call) why(v *frame.Visit) string {
	if c.Fault != "" {
		return frame.Said(v, callFaults, c.Fault)
	}
	if c.Status > 0 {
		return v.Tf("it answered %d", "den svarede %d", c.Status)
	}
	return ""
}

// told names the types of events that a receiver is told of.
func (r receiver) told(v *frame.Visit) string {
	if len(r.Types) == 0 {
		return v.T("all that programs may be told", "alt, programmer må få besked om")
	}
	return strings.Join(r.Types, ", ")
}

func listedReceivers(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[receiver]](v, "listWebhookEndpoints", v.ListAsk(perPage))
	return Receivers(v, list, f), err
}

// askReceiver asks for a receiver. Its secret is shown only here.
func askReceiver(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made receiver
	err := v.Do("requestWebhookEndpoint", rest.Ask{Key: f.Key, Body: struct {
		URL    string   `json:"url"`
		Types  []string `json:"types"`
		Reason string   `json:"reason"`
	}{f.Need(v, "url"), f.Values["types"], f.Need(v, "reason")}}, &made)
	if err == nil {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return Secret(v, made), nil })
	}
	if err := f.Refused(v, err, nil); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return listedReceivers(v, f) })
}

// typeOptions are the types of events that a receiver can be told of.
func typeOptions() []frame.Option {
	var all []frame.Option
	for _, one := range webhooks.Families() {
		all = append(all, frame.Option{Value: one, Text: one})
	}
	return all
}

func oneReceiver(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	r, seen, err := frame.Read[receiver](v, getReceiver, byID(v))
	if err != nil {
		return nil, err
	}
	ask := v.ListAsk(perPage, "outcome")
	ask.Path = byID(v).Path
	calls, _, err := frame.Read[frame.List[call]](v, listCalls, ask)
	if err != nil {
		return nil, err
	}
	for _, c := range calls.Data {
		path := map[string]string{"id": v.C.Param("id"), "delivery": c.ID}
		if err := v.Offer("replayWebhookDelivery", path, nil); err != nil {
			return nil, err
		}
	}
	names, err := handles(v)
	if name, known := names[r.By]; known {
		r.By = name
	}
	return Receiver(v, r, calls, forms, seen), err
}

// receiverStep is a form of a receiver's page.
type receiverStep struct {
	path, operation, done, field string
	body                         func(f frame.Form) any
}

var receiverSteps = []receiverStep{
	{"decisions", "decideWebhookEndpoint", "receiver-decided", decideReason, func(f frame.Form) any {
		return struct {
			Decision string `json:"decision"`
			Reason   string `json:"reason,omitempty"`
		}{f.Text("decision"), f.Text(decideReason)}
	}},
	{"off", "disableWebhookEndpoint", "receiver-off", offReason, func(f frame.Form) any {
		return frame.Reason{Reason: f.Text(offReason)}
	}},
	{"on", "enableWebhookEndpoint", "receiver-on", "", nil},
	{"replays", "replayWebhookEvents", "receiver-again", "after", func(f frame.Form) any {
		after, err := strconv.Atoi(f.Text("after"))
		if err != nil {
			after = -1 // which the operation refuses at its field
		}
		return struct {
			After int `json:"after"`
		}{after}
	}},
}

func (s receiverStep) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(byID(v), getReceiver)
	if s.body != nil {
		ask.Body = s.body(f)
	}
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": s.field}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return oneReceiver(v, frame.Back(s.path, f)) })
	}
	return v.To("/receivers/" + url.PathEscape(v.C.Param("id")) + "?done=" + s.done)
}

// newSecret gives a receiver another secret, which is shown only here.
func newSecret(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made receiver
	if err := v.Do("rotateWebhookSecret", f.SeenOf(byID(v), getReceiver), &made); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return oneReceiver(v, frame.Back("secrets", f)) })
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return Secret(v, made), nil })
}

func callAgain(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := byID(v)
	ask.Key, ask.Path["delivery"] = f.Key, v.C.Param("delivery")
	if err := v.Do("replayWebhookDelivery", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		v.Status(http.StatusConflict)
		return v.Again(func(v *frame.Visit) (frame.Shown, error) {
			return oneReceiver(v, frame.Back(v.C.Param("delivery"), f))
		})
	}
	return v.To("/receivers/" + url.PathEscape(v.C.Param("id")) + "?done=call-again")
}
