package story

import "context"

func receiveAward(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant    string `json:"grant"`
		Received string `json:"received"`
		Withheld string `json:"withheld"`
		Rate     string `json:"rate"`
		Account  string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	receipt := body{"date": a.Date, "received": amount(f.Received, "").Amount, "account": f.Account}
	receipt.with("withheld", amount(f.Withheld, "").Amount).with("rate", f.Rate)
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/award-receipts", receipt, nil)
}

// award recognises a grant at the rate that its signature named.
func award(ctx context.Context, p *Player, a Act) error {
	f, err := fields[grantOnly](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/awards",
		body{"date": a.Date}.with("rate", p.known.awardRates[f.Grant]), nil)
}

type grantOnly struct {
	common
	Grant string `json:"grant"`
}

func gift(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Fund  string `json:"fund"`
		Donor string `json:"donor"`
		Gross string `json:"gross"`
		Fee   string `json:"fee"`
		Ref   string `json:"ref"`
	}](a)
	if err != nil {
		return err
	}
	if !p.known.donors[f.Donor] {
		donor := body{"code": f.Donor, "kind": "person", "language": "da"}
		if err := p.post(ctx, financeOfficer, "/donors", donor, nil); err != nil {
			return err
		}
		p.known.donors[f.Donor] = true
	}
	gross, err := inBase(f.Gross)
	if err != nil {
		return err
	}
	given := body{"donor": f.Donor, "fund": f.Fund, "date": a.Date, "gross": gross}
	var booked asked
	err = p.post(ctx, financeOfficer, "/gifts", given.with("fee", amount(f.Fee, base).Amount).with("number", f.Ref),
		&booked)
	p.known.entries[f.Ref] = booked.Entry
	return err
}

func refundGift(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Gift string `json:"gift"`
	}](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/gifts/"+f.Gift+"/refunds", body{"date": a.Date}, nil)
}

func interest(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant   string `json:"grant"`
		Amount  string `json:"amount"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	number, err := inBase(f.Amount)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/interest",
		body{"date": a.Date, "amount": number}.with("account", f.Account), nil)
}

func disallow(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Grant   string `json:"grant"`
		Finding string `json:"finding"`
		Items   []struct {
			Category string `json:"category"`
			Amount   string `json:"amount"`
		} `json:"items"`
		Account string `json:"account"`
	}](a)
	if err != nil {
		return err
	}
	items := []body{}
	for _, item := range f.Items {
		items = append(items, body{"category": item.Category, "amount": amount(item.Amount, base).Amount})
	}
	finding := body{"date": a.Date, "finding": f.Finding, "items": items}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/disallowances", finding.with("account", f.Account), nil)
}

func endGrant(ctx context.Context, p *Player, a Act) error {
	f, err := fields[grantOnly](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/endings", body{"date": a.Date}, nil)
}

func finalAccount(ctx context.Context, p *Player, a Act) error {
	f, err := fields[grantOnly](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/final-accounts", body{"date": a.Date}, nil)
}

type grantAndAccount struct {
	grantOnly
	Account string `json:"account"`
}

// payRefund lets another person pay than the one who drew up the final account.
func payRefund(ctx context.Context, p *Player, a Act) error {
	f, err := fields[grantAndAccount](a)
	if err != nil {
		return err
	}
	return p.post(ctx, treasurer, "/grants/"+f.Grant+"/refund-payments", body{"date": a.Date, "account": f.Account}, nil)
}

func keepResidue(ctx context.Context, p *Player, a Act) error {
	f, err := fields[grantAndAccount](a)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/grants/"+f.Grant+"/residue-retentions",
		body{"date": a.Date, "account": f.Account, "letter": "L-" + a.Date}, nil)
}
