package story

import "context"

// revisePlan writes the next version; where the plan is in force already, a second person approves it.
func revisePlan(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan       string `json:"plan"`
		BudgetRate string `json:"budget_rate"`
	}](a)
	if err != nil {
		return err
	}
	version := body{"starts_on": a.Date}
	if err := p.post(ctx, caseworker, "/plans/"+f.Plan+"/versions", version.with("budget_rate", f.BudgetRate),
		nil); err != nil {
		return err
	}
	if p.known.plans[f.Plan] == "draft" {
		return nil
	}
	if err := p.post(ctx, caseworker, "/plans/"+f.Plan+"/submissions", nil, nil); err != nil {
		return err
	}
	return p.post(ctx, programmeLead, "/plans/"+f.Plan+"/decisions", body{"decision": "approve", "date": a.Date}, nil)
}

func suspendPlan(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan string `json:"plan"`
		From string `json:"from"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, caseworker, "/plans/"+f.Plan+"/suspensions",
		body{"from": f.From, "date": a.Date, "reason": "leave"}, nil)
}

func resumePlan(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Plan       string `json:"plan"`
		BudgetRate string `json:"budget_rate"`
		MoveMonths int    `json:"move_months"`
	}](a)
	if err != nil {
		return err
	}
	again := body{"move_months": f.MoveMonths, "starts_on": a.Date}
	if err := p.post(ctx, caseworker, "/plans/"+f.Plan+"/resumptions", again.with("budget_rate", f.BudgetRate),
		nil); err != nil {
		return err
	}
	return p.post(ctx, programmeLead, "/plans/"+f.Plan+"/decisions", body{"decision": "approve", "date": a.Date}, nil)
}
