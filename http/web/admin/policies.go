package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

const getPolicy = "getApprovalPolicy"

func policies(s *frame.Site) {
	s.Page("/policies", []string{"listApprovalPolicies"}, func(v *frame.Visit) (frame.Shown, error) {
		return rules(v, frame.NoForms())
	})
	s.Form("/policies", []string{"proposeApprovalPolicy"}, propose)
	s.Form("/policies/:id/decisions", []string{"decideApprovalPolicy"}, decidePolicy)
	s.Page("/letterhead", []string{"listLetterheads"}, func(v *frame.Visit) (frame.Shown, error) {
		return headed(v, frame.NewForm())
	})
	s.Form("/letterhead", []string{"setLetterhead"}, setHead)
}

// band is one row of a policy.
type band struct {
	Above    string        `json:"above,omitempty"`
	Fund     string        `json:"fund,omitempty"`
	NewPayee bool          `json:"new_payee,omitempty"`
	Cash     bool          `json:"cash,omitempty"`
	Step     string        `json:"step"`
	Roles    []access.Role `json:"roles"`
	People   int           `json:"people"`
}

// policy is how many people a payment needs.
type policy struct {
	ID             string      `json:"id"`
	FromOn         string      `json:"from_on"`
	State          string      `json:"state"`
	Bands          []band      `json:"bands"`
	EmergencyLimit frame.Money `json:"emergency_limit"`
	CardLimit      frame.Money `json:"card_limit"`
	PerQuarter     int         `json:"emergency_per_quarter"`
	EmergencyDays  int         `json:"emergency_days"`
	RemindDays     int         `json:"remind_days"`
	Reason         string      `json:"reason"`
	ProposedBy     string      `json:"proposed_by"`

	seen string
}

var policyStates = map[string]frame.State{
	"proposed":  {Icon: "clock", Text: rest.Text{EN: "waits for another person", DA: "venter på en anden person"}},
	"confirmed": {Icon: "ok", Text: rest.Text{EN: "confirmed", DA: "bekræftet"}},
	"rejected":  {Icon: "stop", Text: rest.Text{EN: "rejected", DA: "afvist"}},
}

// says is a row of a policy in words.
func (b band) says(v *frame.Visit, currency string) string {
	when := v.T("Every payment", "Hver betaling")
	if strings.Trim(b.Above, "0.") != "" {
		when = v.Tf("Over %s", "Over %s", v.Amount(frame.Money{Amount: b.Above, Currency: currency}))
	}
	if b.Fund != "" {
		when += v.Tf(", from fund %s", ", fra formålet %s", b.Fund)
	}
	if b.NewPayee {
		when += v.T(", to a payee who was never paid", ", til en modtager, der aldrig er betalt")
	}
	if b.Cash {
		when += v.T(", in cash", ", kontant")
	}
	people := v.Tf("%d people", "%d personer", b.People)
	if b.People == 1 {
		people = v.T("one person", "én person")
	}
	does := v.T("approves", "godkender")
	if b.Step == "authorise" {
		does = v.T("authorises", "bemyndiger")
	}
	return when + ": " + people + " (" + said(v, b.Roles) + ") " + does + "."
}

func rules(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	all, _, err := frame.Every[policy](v, "listApprovalPolicies", rest.Ask{}, most)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].State != "proposed" {
			continue
		}
		if _, all[i].seen, err = frame.Read[policy](v, getPolicy, rest.ByID(all[i].ID)); err != nil {
			return nil, err
		}
	}
	return Policies(v, all, forms), nil
}

// tiers are the rows of the form: how many approve and authorise above an amount.
var tiers = []string{"1", "2", "3"}

// bands reads the rows of the form.
func bands(v *frame.Visit, f frame.Form) []band {
	var all []band
	for _, n := range tiers {
		above := "0"
		if n != tiers[0] {
			if f.Text("above"+n) == "" {
				continue
			}
			above = f.ReadAmount(v, "above"+n, "DKK")
		}
		for _, need := range []struct {
			step         string
			every, above []access.Role
		}{
			{"approve", []access.Role{access.Caseworker, access.ProgrammeLead}, []access.Role{access.ProgrammeLead}},
			{"authorise", []access.Role{access.FinanceOfficer, access.Treasurer}, []access.Role{access.Treasurer}},
		} {
			people, err := strconv.Atoi(f.Text(need.step + n))
			if err != nil {
				f.Fault(need.step+n, v.T("Write how many people.", "Skriv hvor mange personer."))
			}
			roles := need.every
			if n != tiers[0] {
				roles = need.above
			}
			all = append(all, band{Above: above, Step: need.step, Roles: roles, People: people})
		}
	}
	return all
}

// plain tells whether a row holds for every payee and fund and way of paying.
func (b band) plain() bool { return b.Fund == "" && !b.NewPayee && !b.Cash }

// special are the rows of the policy that holds now which the form does not ask about: they stay.
func special(v *frame.Visit) (rows []band, err error) {
	_, err = v.Again(func(v *frame.Visit) (frame.Shown, error) {
		all, _, err := frame.Every[policy](v, "listApprovalPolicies", rest.Ask{}, most)
		for _, p := range all {
			if p.State == "confirmed" && p.FromOn <= v.Today() {
				rows = slices.DeleteFunc(p.Bands, band.plain)
			}
		}
		return nil, err
	})
	return rows, err
}

func propose(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	stays, err := special(v)
	if err != nil {
		return nil, err
	}
	number := func(name string) int {
		n, err := strconv.Atoi(f.Text(name))
		if err != nil {
			f.Fault(name, v.T("Write a whole number.", "Skriv et helt tal."))
		}
		return n
	}
	body := struct {
		FromOn         string `json:"from_on"`
		Bands          []band `json:"bands"`
		EmergencyLimit string `json:"emergency_limit"`
		CardLimit      string `json:"card_limit,omitempty"`
		PerQuarter     int    `json:"emergency_per_quarter"`
		EmergencyDays  int    `json:"emergency_days"`
		RemindDays     int    `json:"remind_days"`
		Reason         string `json:"reason"`
	}{FromOn: f.Need(v, "from_on"), Bands: append(bands(v, f), stays...),
		EmergencyLimit: f.ReadAmount(v, "emergency_limit", "DKK"),
		PerQuarter:     number("emergency_per_quarter"), EmergencyDays: number("emergency_days"),
		RemindDays: number("remind_days"), Reason: f.Need(v, "reason")}
	if f.Text("card_limit") != "" {
		body.CardLimit = f.ReadAmount(v, "card_limit", "DKK")
	}
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
	} else if err := v.Do("proposeApprovalPolicy", rest.Ask{Key: f.Key, Body: body}, nil); err == nil {
		return v.To("/policies?done=requested")
	} else if err := f.Refused(v, err, nil); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return rules(v, frame.Back("propose", f)) })
}

// proposal is the form with the numbers of the policy in force.
func proposal(forms frame.Forms) frame.Form {
	f := forms.Of("propose")
	if forms.Open("propose") {
		return f
	}
	for name, value := range map[string]string{"approve1": "1", "authorise1": "1", "approve2": "2", "authorise2": "1",
		"approve3": "2", "authorise3": "2", "emergency_per_quarter": "2", "emergency_days": "5", "remind_days": "3"} {
		f.Values.Set(name, value)
	}
	return f
}

func decidePolicy(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := byID(v)
	act.Body = struct {
		Decision string `json:"decision"`
		Reason   string `json:"reason,omitempty"`
	}{f.Text("decision"), f.Text(reasonOf(v.C.Param("id")))}
	if err := v.Do("decideApprovalPolicy", f.SeenOf(act, getPolicy), nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": reasonOf(v.C.Param("id"))}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return rules(v, frame.Back(v.C.Param("id"), f)) })
	}
	return v.To("/policies?done=" + decided(f.Text("decision") == "confirm", "confirmed"))
}

// letterhead is what statements print of the organisation.
type letterhead struct {
	Registration string `json:"registration"`
	Address      string `json:"address"`
	Contact      string `json:"contact"`
	TaxApproval  string `json:"tax_approval"`
	Account      string `json:"account"`
	Binds        string `json:"binds"`
	Auditor      string `json:"auditor"`
}

func headed(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[letterhead]](v, "listLetterheads", rest.Ask{Query: url.Values{"limit": {"1"}}})
	if err != nil {
		return nil, err
	}
	var now letterhead
	if len(list.Data) > 0 {
		now = list.Data[0]
	}
	if f.Good() {
		for name, value := range map[string]string{"registration": now.Registration, "address": now.Address,
			"contact": now.Contact, "tax_approval": now.TaxApproval, "account": now.Account,
			"binds": now.Binds, "auditor": now.Auditor} {
			f.Values.Set(name, value)
		}
	}
	return Letterhead(v, now, f), nil
}

func setHead(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	err := v.Do("setLetterhead", rest.Ask{Key: f.Key, Body: letterhead{Registration: f.Text("registration"),
		Address: f.Text("address"), Contact: f.Text("contact"), TaxApproval: f.Text("tax_approval"),
		Account: f.Text("account"), Binds: f.Text("binds"), Auditor: f.Text("auditor")}}, nil)
	if err == nil {
		return v.To("/letterhead?done=saved")
	}
	if err := f.Refused(v, err, nil); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return headed(v, f) })
}
