package finance

import (
	"net/url"
	"strconv"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func payeePages(s *frame.Site) {
	s.Page("/payees", []string{"listPayees"}, payeesPage)
	s.Form("/payees", []string{"registerPayee"}, registerPayee)
	s.Page("/payees/:id", []string{"getPayee"}, payeePage)
	s.Form("/payees/:id/bank-details", []string{"enterBankDetails"}, enterBankDetails)
	s.Form("/payees/:id/verifications", []string{"verifyBankDetails"}, verifyBankDetails)
	s.Page("/bank/accounts", []string{"listBankAccounts"}, ownAccounts)
	s.Form("/bank/accounts", []string{"writeBankAccount"}, writeOwnAccount)
}

// payee is who is paid.
type payee struct {
	ID         string        `json:"id"`
	Code       string        `json:"code"`
	Kind       string        `json:"kind"`
	Alias      string        `json:"alias"`
	CVR        string        `json:"cvr"`
	Version    int           `json:"version"`
	Account    string        `json:"account"`
	State      string        `json:"state"`
	UsableFrom string        `json:"usable_from"`
	Details    []bankDetails `json:"bank_details"`
}

// bankDetails is a version of where a payee's account is, masked.
type bankDetails struct {
	Version    int      `json:"version"`
	Account    string   `json:"account"`
	Warnings   []string `json:"warnings"`
	EnteredAt  string   `json:"entered_at"`
	How        string   `json:"how"`
	Note       string   `json:"note"`
	VerifiedAt string   `json:"verified_at"`
	UsableFrom string   `json:"usable_from"`
}

var payeeKinds = map[string]rest.Text{
	"clinic":     {EN: "Clinic", DA: "Klinik"},
	"lawyer":     {EN: "Lawyer", DA: "Advokat"},
	"university": {EN: "University", DA: "Universitet"},
	"partner":    {EN: "Partner", DA: "Partner"},
	"person":     {EN: "Person", DA: "Person"},
}

var payeeStates = map[string]frame.State{
	"no_details": {Icon: "warning", Text: rest.Text{EN: "No bank details", DA: "Ingen kontooplysninger"}},
	"unverified": {Icon: "warning", Text: rest.Text{EN: "Bank details not verified",
		DA: "Kontooplysninger ikke bekræftet"}},
	"cooling_off": {Icon: "clock", Text: rest.Text{EN: "New: waits 48 hours", DA: "Nye: venter 48 timer"}},
	"usable":      {Icon: "ok", Text: rest.Text{EN: "May be paid", DA: "Kan betales"}},
}

var proofs = map[string]rest.Text{
	"callback": {EN: "Called back on a number known before", DA: "Ringet op på et nummer, vi kendte i forvejen"},
	"letter":   {EN: "Letter from the bank", DA: "Brev fra banken"},
	"meeting":  {EN: "Shown at a meeting", DA: "Vist ved et møde"},
}

func payeesPage(v *frame.Visit) (frame.Shown, error) { return showPayees(v, frame.NewForm()) }

func showPayees(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	ask := rest.Ask{Query: url.Values{"limit": {"100"}}}
	if c := v.C.Query("cursor"); c != "" {
		ask.Query.Set("cursor", c)
	}
	list, _, err := frame.Read[frame.List[payee]](v, "listPayees", ask)
	if err != nil {
		return nil, err
	}
	return Payees(v, list, f), nil
}

func registerPayee(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made payee
	err := v.Do("registerPayee", rest.Ask{Key: f.Key, Body: struct {
		Code  string `json:"code"`
		Kind  string `json:"kind"`
		Alias string `json:"alias"`
		CVR   string `json:"cvr"`
	}{f.Text("code"), f.Text("kind"), f.Text("alias"), f.Text("cvr")}}, &made)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showPayees(v, f) })
	}
	return v.To("/payees/" + url.PathEscape(made.Code) + "?done=saved")
}

func payeePage(v *frame.Visit) (frame.Shown, error) { return showPayee(v, frame.NoForms()) }

func showPayee(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	p, seen, err := frame.Read[payee](v, "getPayee", rest.ByID(v.C.Param("id")))
	if err != nil {
		return nil, err
	}
	if p.State == "unverified" {
		path := map[string]string{"id": v.C.Param("id"), "version": strconv.Itoa(p.Version)}
		if err := v.Offer("verifyBankDetails", path, nil); err != nil {
			return nil, err
		}
	}
	return Payee(v, p, forms, seen), nil
}

// bankDetailsBody is what an account is entered as: a Danish one by registration and account number, others by IBAN.
type bankDetailsBody struct {
	IBAN         string            `json:"iban,omitempty"`
	Registration string            `json:"registration_number,omitempty"`
	Creditor     string            `json:"creditor_number,omitempty"`
	Account      string            `json:"account_number,omitempty"`
	BankCode     string            `json:"bank_code,omitempty"`
	Number       string            `json:"number,omitempty"`
	BIC          string            `json:"bic,omitempty"`
	Address      map[string]string `json:"address,omitempty"`
}

func enterBankDetails(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	body := bankDetailsBody{IBAN: f.Text("iban"), Registration: f.Text("registration_number"),
		Account: f.Text("account_number"), Creditor: f.Text("creditor_number"), BankCode: f.Text("bank_code"),
		Number: f.Text("number"), BIC: f.Text("bic"), Address: map[string]string{}}
	for _, name := range []string{"town", "country"} {
		if s := f.Text(name); s != "" {
			body.Address[name] = s
		}
	}
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getPayee")
	ask.Body = body
	return stepOfPayee(v, f, "enterBankDetails", ask, "details")
}

func verifyBankDetails(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getPayee")
	ask.Path["version"] = f.Text("version")
	ask.Body = struct {
		How  string `json:"how"`
		Note string `json:"note"`
	}{f.Text("how"), f.Text("note")}
	if _, err := strconv.Atoi(f.Text("version")); err != nil {
		return nil, rest.Refuse("validation_failed")
	}
	return stepOfPayee(v, f, "verifyBankDetails", ask, "verify")
}

func stepOfPayee(v *frame.Visit, f frame.Form, operation string, ask rest.Ask, name string) (frame.Shown, error) {
	if err := v.Do(operation, ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showPayee(v, frame.Back(name, f)) })
	}
	return v.To("/payees/" + url.PathEscape(v.C.Param("id")) + "?done=" + name)
}

// ownAccount is where a bank account of ours is.
type ownAccount struct {
	Account string `json:"account"`
	Version int    `json:"version"`
	Name    string `json:"name"`
	IBAN    string `json:"iban"`
	BIC     string `json:"bic"`
}

func ownAccounts(v *frame.Visit) (frame.Shown, error) { return showOwnAccounts(v, frame.NewForm()) }

func showOwnAccounts(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	all, err := banks(v)
	if err != nil {
		return nil, err
	}
	ours, _, err := frame.Every[ownAccount](v, "listBankAccounts", rest.Ask{}, 200)
	if err != nil {
		return nil, err
	}
	return OwnAccounts(v, all, ours, f), nil
}

func writeOwnAccount(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	err := v.Do("writeBankAccount", rest.Ask{Key: f.Key, Body: struct {
		Account string `json:"account"`
		Name    string `json:"name"`
		IBAN    string `json:"iban"`
		BIC     string `json:"bic"`
	}{f.Text("account"), f.Text("name"), f.Text("iban"), f.Text("bic")}}, nil)
	if err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showOwnAccounts(v, f) })
	}
	return v.To("/bank/accounts?done=saved")
}
