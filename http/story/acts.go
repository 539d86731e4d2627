package story

import (
	"context"
	"encoding/json"
	"fmt"
)

// The roles that the player's users have. Duties decide who does what: a requester neither approves nor authorises.
const (
	caseworker     = "caseworker"
	programmeLead  = "programme_lead"
	financeOfficer = "finance_officer"
	treasurer      = "treasurer"
	admin          = "admin"
)

// acts says how each act of a story is done through the API.
var acts = map[string]func(ctx context.Context, p *Player, a Act) error{
	"open_fund":          openFund,
	"add_account":        addAccount,
	"opening_balance":    openingBalance,
	"register_partner":   registerPartner,
	"sign_grant":         signGrant,
	"amend_policy":       amendPolicy,
	"make_plan":          makePlan,
	"approve_plan_year":  approvePlanYear,
	"revise_plan":        revisePlan,
	"suspend_plan":       suspendPlan,
	"resume_plan":        resumePlan,
	"receive_instalment": receiveInstalment,
	"convert":            convert,
	"transfer":           transfer,
	"liquidate":          liquidate,
	"transfer_rejected":  transferRejected,
	"return_advance":     returnAdvance,
	"net_overpayment":    netOverpayment,
	"invoice":            invoice,
	"pay_invoice":        payInvoice,
	"pay":                pay,
	"pay_currency":       payCurrency,
	"shared_cost":        sharedCost,
	"payment_returned":   paymentReturned,
	"reissue":            reissue,
	"bank_fee":           bankFee,
	"pay_retainer":       payRetainer,
	"retainer_bill":      retainerBill,
	"return_retainer":    returnRetainer,
	"petty_cash_out":     pettyCashOut,
	"petty_cash_settle":  pettyCashSettle,
	"charge_indirect":    chargeIndirect,
	"award":              award,
	"receive_award":      receiveAward,
	"gift":               gift,
	"refund_gift":        refundGift,
	"interest":           interest,
	"disallow":           disallow,
	"end_grant":          endGrant,
	"final_account":      finalAccount,
	"pay_refund":         payRefund,
	"keep_residue":       keepResidue,
	"reverse":            reverse,
	"interfund_loan":     interfundLoan,
	"repay_loan":         repayLoan,
	"in_kind":            inKind,
	"accrue":             accrue,
	"reverse_accrual":    reverseAccrual,
	"revalue":            revalue,
	"close_year":         closeYear,
}

// body is a JSON object to send; empty strings are left out, since a story leaves out what it does not say.
type body map[string]any

func (b body) with(name, value string) body {
	if value != "" {
		b[name] = value
	}
	return b
}

func openFund(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund        string `json:"fund"`
		Restriction string `json:"restriction"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/funds", body{"code": f.Fund, "restriction": f.Restriction, "opened_on": a.Date},
		nil)
}

func addAccount(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Number string `json:"number"`
		Path   string `json:"path"`
		Type   string `json:"type"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/accounts", body{"number": f.Number, "path": f.Path, "type": f.Type}, nil)
}

func openingBalance(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund    string `json:"fund"`
		Account string `json:"account"`
		Amount  string `json:"amount"`
	}](a)
	if err != nil {
		return err
	}
	number, err := inBase(f.Amount)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/opening-balances",
		body{"date": a.Date, "fund": f.Fund, "account": f.Account, "amount": number}, nil)
}

func registerPartner(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Partner  string `json:"partner"`
		Currency string `json:"currency"`
		Account  string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	p.known.partners[f.Partner] = f.Currency
	return p.post(ctx, financeOfficer, "/partners", body{"code": f.Partner, "currency": f.Currency, "account": f.Account},
		nil)
}

type signGrantFields struct {
	common
	Grant            string               `json:"grant"`
	Amount           string               `json:"amount"`
	Recognition      string               `json:"recognition"`
	RateMethod       string               `json:"rate_method"` // of a grant in another currency
	Fees             string               `json:"fees"`
	Fx               string               `json:"fx"`
	IndirectRate     string               `json:"indirect_rate"`
	IndirectExcludes []string             `json:"indirect_excludes"`
	Interest         string               `json:"interest"`
	Ineligible       []string             `json:"ineligible"`
	Period           []string             `json:"period"`
	RefundDeMinimis  string               `json:"refund_de_minimis"`
	Rate             string               `json:"rate"`
	Donor            string               `json:"donor"`
	Title            string               `json:"title"`
	Budget           [][4]json.RawMessage `json:"budget"`
}

func signGrant(ctx context.Context, p *Player, a Act) error {
	f, err := fields[signGrantFields](a)
	if err != nil {
		return err
	}
	var donor struct {
		ID string `json:"id"`
	}
	name := f.Donor
	if name == "" {
		name = "Grantor of " + f.Grant
	}
	if err := p.post(ctx, financeOfficer, "/donors", body{"kind": "institution", "name": name, "language": "en"},
		&donor); err != nil {
		return err
	}
	total := amount(f.Amount, base)
	policy := body{"recognition": f.Recognition, "fee_bearer": bearer(f.Fees), "currency_bearer": bearer(f.Fx),
		"interest": f.Interest}
	policy.with("indirect_rate", f.IndirectRate)
	if f.RateMethod != "" && total.Currency != base {
		policy["rate_method"] = f.RateMethod
	}
	if f.RefundDeMinimis != "" {
		policy["refund_de_minimis"] = amount(f.RefundDeMinimis, total.Currency).Amount
	}
	if f.IndirectExcludes != nil {
		policy["indirect_excludes"] = f.IndirectExcludes
	}
	if f.Ineligible != nil {
		policy["ineligible"] = f.Ineligible
	}
	title := f.Title
	if title == "" {
		title = "Grant " + f.Grant
	}
	grant := body{"code": f.Grant, "donor": donor.ID, "title": title, "amount": total, "signed_on": a.Date,
		"policy": policy}
	if len(f.Period) == 2 {
		grant["from"], grant["to"] = f.Period[0], f.Period[1]
	}
	if grant["budget_lines"], err = budget(f.Budget); err != nil {
		return fmt.Errorf("story: line %d: %w", a.Line, err)
	}
	p.known.awardRates[f.Grant] = f.Rate
	p.known.grants = append(p.known.grants, signed{f.Grant, a.Date})
	return p.post(ctx, financeOfficer, "/grants", grant, nil)
}

// budget reads ["line no", "text", "category" or ["category", …], "amount"] for each line.
func budget(lines [][4]json.RawMessage) ([]body, error) {
	out := []body{}
	for _, l := range lines {
		var no, text, number string
		var categories []string
		if err := json.Unmarshal(l[2], &categories); err != nil {
			categories = []string{""}
			if err := json.Unmarshal(l[2], &categories[0]); err != nil {
				return nil, err
			}
		}
		for i, into := range map[int]*string{0: &no, 1: &text, 3: &number} {
			if err := json.Unmarshal(l[i], into); err != nil {
				return nil, err
			}
		}
		out = append(out, body{"line_no": no, "text": text, "categories": categories, "amount": number})
	}
	return out, nil
}

// bearer turns the story's "grant" or "UNR" into the API's words.
func bearer(who string) string {
	if who == "UNR" {
		return "general"
	}
	return who
}

func amendPolicy(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant        string `json:"grant"`
		Fees         string `json:"fees"`
		Fx           string `json:"fx"`
		IndirectRate string `json:"indirect_rate"`
	}](a)
	if err != nil {
		return err
	}
	change := body{"starts_on": a.Date}
	change.with("fee_bearer", bearer(f.Fees)).with("currency_bearer", bearer(f.Fx)).with("indirect_rate", f.IndirectRate)
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/amendments", change, nil)
}

type planLine struct {
	Line      string   `json:"line"`
	Category  string   `json:"category"`
	UnitPrice string   `json:"unit_price"`
	Due       []string `json:"due"`
	Units     int      `json:"units"`
}

func makePlan(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan       string      `json:"plan"`
		Currency   string      `json:"currency"`
		BudgetRate string      `json:"budget_rate"`
		Split      [][2]string `json:"split"`
		Lines      []planLine  `json:"lines"`
	}](a)
	if err != nil {
		return err
	}
	var person struct {
		ID string `json:"id"`
	}
	if err := p.post(ctx, caseworker, "/beneficiaries", nil, &person); err != nil {
		return err
	}
	lines := []body{}
	for _, l := range f.Lines {
		line := body{"line": l.Line, "category": l.Category, "unit_price": amount(l.UnitPrice, f.Currency).Amount}
		if len(l.Due) > 0 {
			line["due"] = l.Due
		}
		if l.Units > 0 {
			line["units"] = l.Units
		}
		lines = append(lines, line)
	}
	plan := body{"number": f.Plan, "beneficiary": person.ID, "currency": f.Currency, "starts_on": a.Date,
		"shares": shares(f.Split), "lines": lines}
	p.known.plans[f.Plan], p.known.currencies[f.Plan] = "draft", f.Currency
	return p.post(ctx, caseworker, "/plans", plan.with("budget_rate", f.BudgetRate), nil)
}

func shares(split [][2]string) []body {
	out := []body{}
	for _, s := range split {
		out = append(out, body{"fund": s[0], "percent": s[1]})
	}
	return out
}

func approvePlanYear(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan string `json:"plan"`
		Year int    `json:"year"`
	}](a)
	if err != nil {
		return err
	}
	if p.known.plans[f.Plan] == "draft" {
		if err := p.post(ctx, caseworker, "/plans/"+f.Plan+"/submissions", nil, nil); err != nil {
			return err
		}
		p.known.plans[f.Plan] = "approved"
	}
	return p.post(ctx, programmeLead, "/plans/"+f.Plan+"/year-approvals", body{"year": f.Year, "date": a.Date}, nil)
}

func receiveInstalment(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant   string `json:"grant"`
		Amount  string `json:"amount"`
		Account string `json:"account"`
		Rate    string `json:"rate"`
	}](a)
	if err != nil {
		return err
	}
	receipt := body{"date": a.Date, "amount": amount(f.Amount, base), "account": f.Account}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/instalments", receipt.with("rate", f.Rate), nil)
}

func convert(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund   string `json:"fund"`
		Amount string `json:"amount"`
		From   string `json:"from"`
		To     string `json:"to"`
		Rate   string `json:"rate"`
		Fee    string `json:"fee"`
	}](a)
	if err != nil {
		return err
	}
	exchange := body{"date": a.Date, "fund": f.Fund, "amount": amount(f.Amount, base), "from_account": f.From,
		"to_account": f.To, "rate": f.Rate}
	return p.post(ctx, financeOfficer, "/currency-exchanges", exchange.with("fee", amount(f.Fee, base).Amount), nil)
}

func transfer(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Transfer     string `json:"transfer"`
		Partner      string `json:"partner"`
		Plan         string `json:"plan"`
		Account      string `json:"account"`
		Sent         string `json:"sent"`
		SendingFee   string `json:"sending_fee"`
		Rate         string `json:"rate"`
		ReceivingFee string `json:"receiving_fee"`
	}](a)
	if err != nil {
		return err
	}
	request := body{"number": f.Transfer, "date": a.Date, "partner": f.Partner, "plan": f.Plan, "account": f.Account,
		"sent": amount(f.Sent, base).Amount}
	request.with("sending_fee", amount(f.SendingFee, base).Amount).with("rate", f.Rate).with("receiving_fee",
		amount(f.ReceivingFee, "").Amount)
	var sent asked
	if err := p.post(ctx, financeOfficer, "/transfers", request, &sent); err != nil {
		return err
	}
	err = p.post(ctx, treasurer, "/transfers/"+sent.ID+"/authorisations", nil, &sent)
	p.known.entries[f.Transfer] = sent.Entry
	return err
}

func chargeIndirect(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant string `json:"grant"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/indirect-charges", body{"date": a.Date}, nil)
}
