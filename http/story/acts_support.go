package story

import (
	"context"
	"fmt"
	"strings"
)

// knownPlan makes sure that a plan which an act only mentions is on record. A story tells the plans whose units it
// settles; of others it says no more than a number, so the player writes them down, with the fund that pays first.
func (p *Player) knownPlan(ctx context.Context, plan, fund string) error {
	if plan == "" || p.known.told[plan] || p.known.plans[plan] != "" {
		return nil
	}
	var person struct {
		ID string `json:"id"`
	}
	if err := p.post(ctx, caseworker, "/beneficiaries", nil, &person); err != nil {
		return err
	}
	p.known.plans[plan], p.known.currencies[plan] = "draft", base
	return p.post(ctx, caseworker, "/plans",
		body{"number": plan, "beneficiary": person.ID, "currency": base, "starts_on": p.act.Date,
			"shares": shares([][2]string{{fund, "100"}}), "lines": []body{}}, nil)
}

// asked is a disbursement that was asked for.
type asked struct {
	ID     string `json:"id"`
	Entry  string `json:"entry_id"`
	Amount money  `json:"amount"`
}

// authorised drafts a disbursement, asks for it, and lets two others approve and authorise it.
func (p *Player) authorised(ctx context.Context, draft body) (asked, error) {
	var d asked
	if err := p.post(ctx, caseworker, "/disbursements", draft, &d); err != nil {
		return d, err
	}
	for _, step := range []struct {
		role, path string
		body       any
	}{
		{caseworker, "/submissions", nil},
		{programmeLead, "/decisions", body{"decision": "approve"}},
		{treasurer, "/authorisations", nil},
	} {
		if err := p.post(ctx, step.role, "/disbursements/"+d.ID+step.path, step.body, &d); err != nil {
			return d, err
		}
	}
	return d, nil
}

// settled takes a disbursement from its draft to the entry that settles it.
func (p *Player) settled(ctx context.Context, draft body, how string) (asked, error) {
	d, err := p.authorised(ctx, draft)
	if err != nil {
		return d, err
	}
	err = p.post(ctx, financeOfficer, "/disbursements/"+d.ID+how, body{"date": p.act.Date}, &d)
	return d, err
}

// orText is a text, or what it is about where the story has none.
func orText(text, about string) string {
	if strings.TrimSpace(text) == "" {
		return about
	}
	return text
}

// liquidate asks for a disbursement, lets two others decide on it, and books the partner's evidence.
func liquidate(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan     string      `json:"plan"`
		Partner  string      `json:"partner"`
		Line     string      `json:"line"`
		Units    int         `json:"units"`
		Amount   string      `json:"amount"`
		Overpaid string      `json:"overpaid"`
		Split    [][2]string `json:"split"`
		Ref      string      `json:"ref"`
		Text     string      `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	draft := body{"date": a.Date, "plan": f.Plan, "line": f.Line, "units": f.Units, "partner": f.Partner,
		"text": orText(f.Text, f.Line)}
	if err := p.inPartners(draft, f.Partner, "amount", f.Amount); err != nil {
		return err
	}
	if err := p.inPartners(draft, f.Partner, "overpaid", f.Overpaid); err != nil {
		return err
	}
	if f.Split != nil {
		draft["shares"] = shares(f.Split)
	}
	d, err := p.settled(ctx, draft, "/liquidations")
	p.known.entries[f.Ref] = d.Entry
	return err
}

// inPartners puts an amount in a partner's currency into a request.
func (p *Player) inPartners(into body, partner, name, text string) error {
	if text == "" {
		return nil
	}
	m := amount(text, p.known.partners[partner])
	if want := p.known.partners[partner]; want != "" && m.Currency != want {
		return fmt.Errorf("story: line %d: %q is not in %s", p.act.Line, text, want)
	}
	if name != "overpaid" || strings.Trim(m.Amount, "0.") != "" {
		into[name] = m.Amount
	}
	return nil
}

func netOverpayment(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan    string `json:"plan"`
		Partner string `json:"partner"`
		Line    string `json:"line"`
		Units   int    `json:"units"`
		Amount  string `json:"amount"`
		Text    string `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	draft := body{"settlement": "netting", "date": a.Date, "plan": f.Plan, "line": f.Line, "units": f.Units,
		"partner": f.Partner, "text": orText(f.Text, f.Line)}
	if err := p.inPartners(draft, f.Partner, "amount", f.Amount); err != nil {
		return err
	}
	_, err = p.settled(ctx, draft, "/settlements")
	return err
}

func returnAdvance(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan    string `json:"plan"`
		Partner string `json:"partner"`
		Amount  string `json:"amount"`
		Rate    string `json:"rate"`
		Account string `json:"account"`
		Fee     string `json:"fee"`
	}](a)
	if err != nil {
		return err
	}
	back := body{"date": a.Date, "partner": f.Partner, "plan": f.Plan, "account": f.Account}
	if err := p.inPartners(back, f.Partner, "amount", f.Amount); err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/advance-returns",
		back.with("rate", f.Rate).with("fee", amount(f.Fee, base).Amount), nil)
}

func transferRejected(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Transfer string `json:"transfer"`
		Rate     string `json:"rate"`
		Fee      string `json:"fee"`
		Account  string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	back := body{"date": a.Date, "account": f.Account}
	return p.post(ctx, financeOfficer, "/transfers/"+f.Transfer+"/rejections",
		back.with("rate", f.Rate).with("fee", amount(f.Fee, base).Amount), nil)
}

func payRetainer(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund    string `json:"fund"`
		Payee   string `json:"payee"`
		Plan    string `json:"plan"`
		Amount  string `json:"amount"`
		Ref     string `json:"ref"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	if err := p.knownPlan(ctx, f.Plan, f.Fund); err != nil {
		return err
	}
	if err := p.paysByCard(ctx); err != nil {
		return err
	}
	return p.prepay(ctx, f.Ref, f.Amount,
		body{"kind": "retainer", "fund": f.Fund, "paid_by": card}.with("payee", f.Payee).with("plan", f.Plan).
			with("account", f.Account))
}

// prepay asks for money paid ahead and lets another authorise it.
func (p *Player) prepay(ctx context.Context, ref, text string, request body) error {
	number, err := inBase(text)
	if err != nil {
		return err
	}
	request["date"], request["amount"] = p.act.Date, number
	var ahead asked
	if err := p.post(ctx, financeOfficer, "/prepayments", request.with("number", ref), &ahead); err != nil {
		return err
	}
	if err := p.post(ctx, treasurer, "/prepayments/"+ahead.ID+"/authorisations", nil, &ahead); err != nil {
		return err
	}
	p.known.entries[ref] = ahead.Entry
	return nil
}

func retainerBill(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Retainer string `json:"retainer"`
		Net      string `json:"net"`
		VAT      string `json:"vat"`
		Category string `json:"category"`
		Ref      string `json:"ref"`
		Text     string `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	net, err := inBase(f.Net)
	if err != nil {
		return err
	}
	bill := body{"settlement": "retainer", "date": a.Date, "prepayment": f.Retainer, "net": net, "category": f.Category,
		"text": orText(f.Text, "Bill drawn from "+f.Retainer)}
	d, err := p.settled(ctx, bill.with("vat_percent", f.VAT), "/settlements")
	p.known.entries[f.Ref] = d.Entry
	return err
}

func returnRetainer(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Retainer string `json:"retainer"`
		Amount   string `json:"amount"`
	}](a)
	if err != nil {
		return err
	}
	number, err := inBase(f.Amount)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/prepayments/"+f.Retainer+"/returns", body{"date": a.Date, "amount": number}, nil)
}

func pettyCashOut(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund    string `json:"fund"`
		Amount  string `json:"amount"`
		Ref     string `json:"ref"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	return p.prepay(ctx, f.Ref, f.Amount, body{"kind": "petty_cash", "fund": f.Fund}.with("account", f.Account))
}

func pettyCashSettle(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Float    string `json:"float"`
		Receipts []struct {
			Fund     string `json:"fund"`
			Category string `json:"category"`
			Amount   string `json:"amount"`
		} `json:"receipts"`
		Returned string `json:"returned"`
		Ref      string `json:"ref"`
	}](a)
	if err != nil {
		return err
	}
	receipts := []body{}
	for _, r := range f.Receipts {
		receipts = append(receipts, body{"fund": r.Fund, "category": r.Category, "amount": amount(r.Amount, base)})
	}
	settle := body{"settlement": "petty_cash", "date": a.Date, "prepayment": f.Float, "items": receipts,
		"text": "Receipts of " + f.Float}
	d, err := p.settled(ctx, settle.with("returned", amount(f.Returned, base).Amount), "/settlements")
	p.known.entries[f.Ref] = d.Entry
	return err
}
