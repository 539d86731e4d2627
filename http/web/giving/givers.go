package giving

import (
	"net/url"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func giverPages(s *frame.Site) {
	s.Page("/donors", []string{"listDonors"}, donors)
	s.Form("/donors", []string{"registerDonor"}, registerDonor)
	s.Page("/donors/:id", []string{"getDonor"}, donorPage)
	s.Page("/gifts", []string{"listGifts"}, gifts)
	s.Form("/gifts", []string{"receiveGift"}, receiveGift)
	s.File("/gifts/:id/receipt", []string{"getGiftReceipt"}, func(v *frame.Visit) (rest.Reply, error) {
		return v.Reply("getGiftReceipt", rest.ByID(v.C.Param("id")))
	})
	s.Page("/grants", []string{"listGrants"}, grants)
	s.Page("/grants/:id", []string{"getGrant"}, grantPage)
	addendumPages(s)
}

// donor is who gives, by code; only an institution's name is in clear.
type donor struct {
	ID       string   `json:"id"`
	Code     string   `json:"code"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Language string   `json:"language"`
	Delivery string   `json:"delivery"`
	Sealed   []string `json:"sealed_fields"`
}

// gift is money given without an agreement.
type gift struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	Donor      string      `json:"donor"`
	Fund       string      `json:"fund"`
	Date       string      `json:"date"`
	Gross      frame.Money `json:"gross"`
	Fee        frame.Money `json:"fee"`
	Entry      string      `json:"entry_id"`
	RefundedOn string      `json:"refunded_on"`
	ReversedOn string      `json:"reversed_on"`
	Anonymous  bool        `json:"anonymous"`
}

var donorKinds = map[string]rest.Text{
	"institution": {EN: "Institution", DA: "Institution"},
	"person":      {EN: "Person", DA: "Person"},
	"legacy":      {EN: "Legacy", DA: "Arv"},
}

// ways are how a donor gets statements, as the office says it.
var ways = map[string]rest.Text{
	"none": {EN: "Not at all", DA: "Slet ikke"}, "email": {EN: "By e-mail", DA: "Pr. e-mail"},
	"post": {EN: "By post", DA: "Med post"}, "portal": {EN: "On the donor's page", DA: "På donorens side"},
}

func donors(v *frame.Visit) (frame.Shown, error) { return showDonors(v, frame.NewForm()) }

func showDonors(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[donor]](v, "listDonors", v.ListAsk("50"))
	if err != nil {
		return nil, err
	}
	return Donors(v, list, f), nil
}

func registerDonor(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := map[string]string{}
	for _, name := range []string{"code", "kind", "name", "language", "delivery"} {
		if s := f.Text(name); s != "" {
			body[name] = s
		}
	}
	var made donor
	if err := v.Do("registerDonor", rest.Ask{Key: f.Key, Body: body}, &made); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDonors(v, f) })
	}
	return v.To("/donors/" + url.PathEscape(made.Code) + "?done=saved")
}

func donorPage(v *frame.Visit) (frame.Shown, error) {
	d, _, err := frame.Read[donor](v, "getDonor", rest.ByID(v.C.Param("id")))
	if err != nil {
		return nil, err
	}
	return Donor(v, d), nil
}

func gifts(v *frame.Visit) (frame.Shown, error) {
	f := frame.NewForm()
	f.Values.Set("donor", v.C.Query("donor"))
	f.Values.Set("date", v.Today())
	return showGifts(v, f)
}

func showGifts(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[gift]](v, "listGifts", v.ListAsk("50"))
	if err != nil {
		return nil, err
	}
	return Gifts(v, list, f), nil
}

// receiveGift books a gift; an amount that may mean two things is asked about.
func receiveGift(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	again := func() (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showGifts(v, f) })
	}
	body := map[string]any{"donor": f.Need(v, "donor"), "fund": f.Need(v, "fund"), "date": f.Need(v, "date"),
		"gross": f.ReadAmount(v, "gross", "DKK"), "anonymous": f.Text("anonymous") != ""}
	if f.Text("fee") != "" {
		body["fee"] = f.ReadAmount(v, "fee", "DKK")
	}
	if !f.Good() {
		v.Status(422)
		return again()
	}
	if err := v.Do("receiveGift", rest.Ask{Key: f.Key, Body: body}, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return again()
	}
	return v.To("/gifts?done=gift")
}

// grant is money promised to us.
type grant struct {
	ID       string      `json:"id"`
	Code     string      `json:"code"`
	Donor    string      `json:"donor"`
	Title    string      `json:"title"`
	Amount   frame.Money `json:"amount"`
	State    string      `json:"state"`
	SignedOn string      `json:"signed_on"`
	From     string      `json:"from"`
	To       string      `json:"to"`
	ReportBy string      `json:"report_due_on"`
}

// budgetRow is a line of the funder's budget with what was spent of it.
type budgetRow struct {
	Kind   string       `json:"kind"`
	LineNo string       `json:"line_no"`
	Text   string       `json:"text"`
	Budget *frame.Money `json:"budget"`
	Spent  *frame.Money `json:"spent"`
	Left   *frame.Money `json:"left"`
}

// planned is an instalment that is promised.
type planned struct {
	No        int    `json:"number"`
	DueOn     string `json:"due_on"`
	Currency  string `json:"currency"`
	Amount    string `json:"amount"`
	Paid      string `json:"paid"`
	Open      string `json:"open"`
	State     string `json:"state"`
	Condition string `json:"condition"`
}

// condition is what the funder asks for.
type condition struct {
	Number string `json:"number"`
	Text   string `json:"text"`
	DueOn  string `json:"due_on"`
	State  string `json:"state"`
}

// grantView is what the page of a grant shows.
type grantView struct {
	grant
	budget     []budgetRow
	planned    []planned
	conditions []condition
}

var grantStates = map[string]frame.State{
	"draft":          {Icon: "file", Text: rest.Text{EN: "Draft", DA: "Kladde"}},
	"signed":         {Icon: "clock", Text: rest.Text{EN: "Signed", DA: "Underskrevet"}},
	"active":         {Icon: "ok", Text: rest.Text{EN: "Active", DA: "Aktiv"}},
	"suspended":      {Icon: "warning", Text: rest.Text{EN: "Suspended", DA: "Sat i bero"}},
	"ended":          {Icon: "clock", Text: rest.Text{EN: "Ended, to be reported", DA: "Udløbet, skal afrapporteres"}},
	"final_reported": {Icon: "clock", Text: rest.Text{EN: "Reported, to be closed", DA: "Afrapporteret, skal afsluttes"}},
	"closed":         {Icon: "ok", Text: rest.Text{EN: "Closed", DA: "Afsluttet"}},
	"terminated":     {Icon: "stop", Text: rest.Text{EN: "Terminated", DA: "Opsagt"}},
}

var instalmentStates = map[string]frame.State{
	"received":  {Icon: "ok", Text: rest.Text{EN: "Received", DA: "Modtaget"}},
	"planned":   {Icon: "clock", Text: rest.Text{EN: "Planned", DA: "Planlagt"}},
	"overdue":   {Icon: "warning", Text: rest.Text{EN: "Overdue", DA: "Forfalden"}},
	"withheld":  {Icon: "warning", Text: rest.Text{EN: "Held back by a condition", DA: "Tilbageholdt af en betingelse"}},
	"cancelled": {Icon: "stop", Text: rest.Text{EN: "Cancelled", DA: "Bortfaldet"}},
}

var conditionStates = map[string]frame.State{
	"open":   {Icon: "clock", Text: rest.Text{EN: "Open", DA: "Åben"}},
	"met":    {Icon: "ok", Text: rest.Text{EN: "Met", DA: "Opfyldt"}},
	"waived": {Icon: "ok", Text: rest.Text{EN: "Waived", DA: "Frafaldet"}},
	"missed": {Icon: "stop", Text: rest.Text{EN: "Missed", DA: "Ikke opfyldt"}},
}

func grants(v *frame.Visit) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[grant]](v, "listGrants", v.ListAsk("50"))
	if err != nil {
		return nil, err
	}
	return Grants(v, list), nil
}

func grantPage(v *frame.Visit) (frame.Shown, error) {
	id := v.C.Param("id")
	var p grantView
	var err error
	if p.grant, _, err = frame.Read[grant](v, "getGrant", rest.ByID(id)); err != nil {
		return nil, err
	}
	if v.May("reportBudgetActual") == nil {
		report, _, err := frame.Read[struct {
			Rows []budgetRow `json:"rows"`
		}](v, "reportBudgetActual", rest.Ask{Query: url.Values{"grant": {p.Code}}})
		if err != nil {
			return nil, err
		}
		p.budget = report.Rows
	}
	if v.May("listPlannedInstalments") == nil {
		if p.planned, _, err = frame.Every[planned](v, "listPlannedInstalments", rest.ByID(id), 400); err != nil {
			return nil, err
		}
	}
	p.conditions, _, err = frame.Every[condition](v, "listConditions", rest.ByID(id), 400)
	return Grant(v, p), err
}

// money is an amount of an instalment in its currency.
func (p planned) money(amount string) frame.Money {
	return frame.Money{Amount: amount, Currency: p.Currency}
}

// meter is the bar of a budget line.
func (r budgetRow) meter(v *frame.Visit) frame.Meter {
	label := r.LineNo + " " + r.Text
	if r.LineNo == "" {
		label = v.T("Total", "I alt")
	}
	return frame.Meter{Label: label, Before: *r.Spent, After: *r.Spent, All: *r.Budget}
}

// sealedFields name what is kept sealed of a donor.
var sealedFields = map[string]rest.Text{
	"tax_id": {EN: "tax number", DA: "skatteoplysning"}, "name": {EN: "name", DA: "navn"},
	"email": {EN: "e-mail", DA: "e-mail"}, "address": {EN: "address", DA: "adresse"},
	"passphrase": {EN: "passphrase", DA: "adgangsord"},
}
