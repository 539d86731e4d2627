package story

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// entry is the id of the entry that a story calls by a reference.
func (p *Player) entry(a Act, ref string) (string, error) {
	id := p.known.entries[ref] // "" of an act that was refused
	if id == "" || ref == "" {
		return "", fmt.Errorf("story: line %d (%s): nothing before it is called %q", a.Line, a.Name, ref)
	}
	return id, nil
}

func reverse(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Of string `json:"of"`
	}](a)
	if err != nil {
		return err
	}
	id, err := p.entry(a, f.Of)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/journal-entries/"+id+"/reversals",
		body{"date": a.Date, "reason": "Wrong as posted: " + f.Of}, nil)
}

type loanFields struct {
	common
	From    string `json:"from"`
	To      string `json:"to"`
	Amount  string `json:"amount"`
	Account string `json:"account"`
}

// loan is what the API wants to know of a loan or its repayment.
func loan(a Act) (body, error) {
	f, err := fields[loanFields](a)
	if err != nil {
		return nil, err
	}
	number, err := inBase(f.Amount)
	return body{"date": a.Date, "from": f.From, "to": f.To, "amount": number, "account": f.Account}, err
}

func interfundLoan(ctx context.Context, p *Player, a Act) error {
	request, err := loan(a)
	if err != nil {
		return err
	}
	return p.post(ctx, treasurer, "/interfund-loans", request, nil)
}

func repayLoan(ctx context.Context, p *Player, a Act) error {
	request, err := loan(a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/interfund-repayments", request, nil)
}

// units reads a number that a story may write as 3 or as "10".
func units(raw json.RawMessage) string { return strings.Trim(string(raw), `"`) }

func inKind(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund      string          `json:"fund"`
		Plan      string          `json:"plan"`
		Category  string          `json:"category"`
		Units     json.RawMessage `json:"units"`
		UnitValue string          `json:"unit_value"`
		Text      string          `json:"text"`
		Memo      string          `json:"memo"`
	}](a)
	if err != nil {
		return err
	}
	value, err := inBase(f.UnitValue)
	if err != nil {
		return err
	}
	given := body{"date": a.Date, "fund": f.Fund, "category": f.Category, "units": units(f.Units), "unit_value": value,
		"memo": cmp.Or(f.Memo, f.Text, "V-"+a.Date)} // stories tell what is booked; how it was valued is on paper
	return p.post(ctx, financeOfficer, "/in-kind-contributions", given.with("plan", f.Plan).with("text", f.Text), nil)
}

func accrue(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund      string          `json:"fund"`
		Plan      string          `json:"plan"`
		Category  string          `json:"category"`
		Units     json.RawMessage `json:"units"`
		UnitPrice string          `json:"unit_price"`
		Ref       string          `json:"ref"`
		Text      string          `json:"text"`
	}](a)
	if err != nil {
		return err
	}
	price, err := inBase(f.UnitPrice)
	if err != nil {
		return err
	}
	accrual := body{"date": a.Date, "fund": f.Fund, "category": f.Category, "units": units(f.Units), "unit_price": price}
	var posted struct {
		ID string `json:"id"`
	}
	if err := p.post(ctx, financeOfficer, "/accruals", accrual.with("plan", f.Plan).with("text", f.Text),
		&posted); err != nil {
		return err
	}
	p.known.entries[f.Ref] = posted.ID
	return nil
}

func reverseAccrual(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Of string `json:"of"`
	}](a)
	if err != nil {
		return err
	}
	id, err := p.entry(a, f.Of)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/accruals/"+id+"/reversals", body{"date": a.Date}, nil)
}

func revalue(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Account string `json:"account"`
		Rate    string `json:"rate"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/revaluations", body{"date": a.Date, "account": f.Account, "rate": f.Rate}, nil)
}

func closeYear(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Year int `json:"year"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, fmt.Sprintf("/fiscal-years/%d/closings", f.Year), nil, nil)
}
