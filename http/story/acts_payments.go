package story

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// bank supplies what the bank says of a payment, and matches it.
func (p *Player) bank(ctx context.Context, payment, account, amount, proves string) (entry string, err error) {
	var line struct {
		ID string `json:"id"`
	}
	said := body{"account": account, "date": p.act.Date, "amount": amount, "reference": strings.ToUpper(proves)}
	if err := p.post(ctx, financeOfficer, "/bank-lines", said, &line); err != nil {
		return "", err
	}
	var match struct {
		Entry string `json:"entry_id"`
	}
	err = p.post(ctx, financeOfficer, "/bank-lines/"+line.ID+"/matches", body{"payment": payment, "proves": proves},
		&match)
	return match.Entry, err
}

// release has an authorised disbursement paid: released, given to the bank, and confirmed by it. A payment that the
// story gives no name gets one that no story uses, since those that the service gives might be names of later ones.
func (p *Player) release(ctx context.Context, d asked, name, account string) error {
	request := body{"date": p.act.Date}
	name = cmp.Or(name, fmt.Sprintf("PAY-L%d", p.act.Line))
	var payment struct {
		ID      string `json:"id"`
		Number  string `json:"number"`
		Account string `json:"account"`
		Amount  money  `json:"amount"`
	}
	if err := p.post(ctx, financeOfficer, "/disbursements/"+d.ID+"/releases",
		request.with("number", name).with("account", account), &payment); err != nil {
		return err
	}
	if err := p.post(ctx, financeOfficer, "/payments/"+payment.ID+"/dispatches", nil, nil); err != nil {
		return err
	}
	entry, err := p.bank(ctx, payment.ID, payment.Account, "-"+payment.Amount.Amount, "payment")
	if err != nil {
		return err
	}
	p.known.payments[payment.Number] = paid{payment.ID, payment.Account, payment.Amount.Amount}
	p.known.entries[payment.Number] = entry
	return nil
}

type invoiceItem struct {
	Line      string          `json:"line"`
	Units     json.RawMessage `json:"units"`
	UnitPrice string          `json:"unit_price"`
	Kind      string          `json:"kind"`
}

func invoice(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Ref   string        `json:"ref"`
		Payee string        `json:"payee"`
		Plan  string        `json:"plan"`
		Items []invoiceItem `json:"items"`
		Text  string        `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	items := []body{}
	for _, item := range f.Items {
		items = append(items, body{"line": item.Line, "units": json.RawMessage(units(item.Units)),
			"unit_price": amount(item.UnitPrice, cmp.Or(p.known.currencies[f.Plan], base))}.with("kind", item.Kind))
	}
	if err := p.paysByCard(ctx); err != nil {
		return err
	}
	d, err := p.authorised(ctx, body{"settlement": "invoice", "date": a.Date, "plan": f.Plan, "payee": f.Payee,
		"paid_by": card, "items": items,
		"text": orText(f.Text, "Invoice "+f.Ref)})
	if err != nil {
		return err
	}
	p.known.invoices[f.Ref], p.known.entries[f.Ref] = d.ID, d.Entry
	return nil
}

func payInvoice(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Invoice string `json:"invoice"`
		Account string `json:"account"`
		Payment string `json:"payment"`
	}](a)
	if err != nil {
		return err
	}
	due, known := p.known.invoices[f.Invoice]
	if !known {
		return fmt.Errorf("story: line %d (%s): no invoice before it is called %q", a.Line, a.Name, f.Invoice)
	}
	name := cmp.Or(f.Payment, fmt.Sprintf("PAY-L%d", a.Line))
	if err := p.release(ctx, asked{ID: due}, name, f.Account); err != nil {
		return err
	}
	if _, named := p.known.payments[f.Invoice]; !named {
		p.known.payments[f.Invoice] = p.known.payments[name] // a story may call the payment by its invoice
	}
	return nil
}

func pay(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund      string          `json:"fund"`
		Plan      string          `json:"plan"`
		Category  string          `json:"category"`
		Amount    string          `json:"amount"`
		Units     json.RawMessage `json:"units"`
		UnitPrice string          `json:"unit_price"`
		Account   string          `json:"account"`
		Payee     string          `json:"payee"`
		Payment   string          `json:"payment"`
		Text      string          `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	if f.Amount == "" {
		if f.Amount, err = times(units(f.Units), f.UnitPrice); err != nil {
			return fmt.Errorf("story: line %d: %w", a.Line, err)
		}
	}
	if f.Amount, err = inBase(f.Amount); err != nil {
		return err
	}
	return p.pays(ctx, f.Plan, [][2]string{{f.Fund, "100"}}, f.Payment,
		body{"category": f.Category, "amount": f.Amount, "account": f.Account,
			"text": orText(f.Text, f.Category)}.with("payee", f.Payee))
}

// card is how a story's money leaves: a story names codes of payees and nobody's account.
const card = "card"

// The limits of what leaves by card: that of stories, and that of the policy that comes with the program.
const (
	storyCardLimit = "9999999.00"
	usualCardLimit = "2500.00"
)

// paysByCard has the policy let all that a story pays leave by card.
func (p *Player) paysByCard(ctx context.Context) error {
	if p.known.byCard {
		return nil
	}
	p.known.byCard = true
	return p.limitCards(ctx, storyCardLimit)
}

// usualCards has the usual limit hold again: what a story leaves to be decided is of a charity that has it.
func (p *Player) usualCards(ctx context.Context) error {
	if !p.known.byCard {
		return nil
	}
	p.known.byCard = false
	return p.limitCards(ctx, usualCardLimit)
}

// limitCards has two people agree on the usual policy with another limit for what leaves by card.
func (p *Player) limitCards(ctx context.Context, limit string) error {
	band := func(step, roles, above string) body {
		return body{"step": step, "roles": strings.Split(roles, "|"), "people": 1}.with("above", above)
	}
	lead, pays := programmeLead, treasurer
	first := band("authorise", pays, "")
	first["new_payee"] = true
	cash := band("authorise", pays, "")
	cash["cash"] = true
	policy := body{"emergency_limit": "1500.00", "emergency_per_quarter": 2, "emergency_days": 5, "remind_days": 3,
		"card_limit": limit, "reason": "Payments by card up to " + limit, "bands": []body{
			band("approve", caseworker+"|"+lead, ""), band("authorise", financeOfficer+"|"+pays, ""),
			band("approve", lead, "2500.00"), band("authorise", pays, "25000.00"), first, cash}}
	var proposed asked
	if err := p.post(ctx, pays, "/approval-policies", policy, &proposed); err != nil {
		return err
	}
	return p.post(ctx, lead, "/approval-policies/"+proposed.ID+"/decisions", body{"decision": "confirm"}, nil)
}

// pays has a cost beside a plan's lines approved and paid at once.
func (p *Player) pays(ctx context.Context, plan string, split [][2]string, name string, draft body) error {
	if len(split) > 0 {
		if err := p.knownPlan(ctx, plan, split[0][0]); err != nil {
			return err
		}
	}
	if err := p.paysByCard(ctx); err != nil {
		return err
	}
	draft["settlement"], draft["date"], draft["shares"], draft["paid_by"] = "payment", p.act.Date, shares(split), card
	d, err := p.authorised(ctx, draft.with("plan", plan))
	if err != nil {
		return err
	}
	return p.release(ctx, d, name, "")
}

// times is units at a price, exactly: "3" times "900.00" is "2700.00".
func times(units, price string) (string, error) {
	m := amount(price, base)
	n, ok := new(big.Rat).SetString(units)
	each, fine := new(big.Rat).SetString(m.Amount)
	if !ok || !fine {
		return "", fmt.Errorf("story: %q units of %q are no amount", units, price)
	}
	_, cents, _ := strings.Cut(m.Amount, ".")
	return n.Mul(n, each).FloatString(len(cents)) + " " + m.Currency, nil
}

func payCurrency(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund     string `json:"fund"`
		Plan     string `json:"plan"`
		Category string `json:"category"`
		Amount   string `json:"amount"`
		Account  string `json:"account"`
		Spot     string `json:"spot"`
		Payee    string `json:"payee"`
		Payment  string `json:"payment"`
		Text     string `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	return p.pays(ctx, f.Plan, [][2]string{{f.Fund, "100"}}, f.Payment,
		body{"category": f.Category, "amount": amount(f.Amount, "").Amount,
			"account": f.Account, "text": orText(f.Text, f.Category)}.with("spot_rate", f.Spot).with("payee", f.Payee))
}

func sharedCost(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Category string      `json:"category"`
		Amount   string      `json:"amount"`
		Key      [][2]string `json:"key"`
		Account  string      `json:"account"`
		Text     string      `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	number, err := inBase(f.Amount)
	if err != nil {
		return err
	}
	return p.pays(ctx, "", f.Key, "",
		body{"category": f.Category, "amount": number, "account": f.Account,
			"text": orText(f.Text, "Shared cost: "+f.Category)})
}

// payment is a payment that a story calls by a name.
func (p *Player) payment(a Act, name string) (paid, error) {
	made, known := p.known.payments[name]
	if !known {
		return paid{}, fmt.Errorf("story: line %d (%s): no payment before it is called %q", a.Line, a.Name, name)
	}
	return made, nil
}

func paymentReturned(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Payment string `json:"payment"`
	}](a)
	if err != nil {
		return err
	}
	made, err := p.payment(a, f.Payment)
	if err != nil {
		return err
	}
	_, err = p.bank(ctx, made.id, made.account, made.amount, "return")
	return err
}

func bankFee(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Payment string `json:"payment"`
		Fee     string `json:"fee"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	made, err := p.payment(a, f.Payment)
	if err != nil {
		return err
	}
	fee, err := inBase(f.Fee)
	if err != nil {
		return err
	}
	_, err = p.bank(ctx, made.id, f.Account, "-"+fee, "fee")
	return err
}

// reissue pays again what came back: asked for by one, released by another.
func reissue(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Of      string `json:"of"`
		Payment string `json:"payment"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	made, err := p.payment(a, f.Of)
	if err != nil {
		return err
	}
	var again struct {
		ID      string `json:"id"`
		Account string `json:"account"`
	}
	request := body{"date": a.Date}
	if err := p.post(ctx, financeOfficer, "/payments/"+made.id+"/reissues",
		request.with("number", f.Payment).with("account", f.Account), &again); err != nil {
		return err
	}
	if err := p.post(ctx, treasurer, "/payments/"+again.ID+"/dispatches", nil, nil); err != nil {
		return err
	}
	entry, err := p.bank(ctx, again.ID, again.Account, "-"+made.amount, "payment")
	p.known.payments[f.Payment], p.known.entries[f.Payment] = paid{again.ID, again.Account, made.amount}, entry
	return err
}
