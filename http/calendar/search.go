package calendar

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/calendar"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

type searchRequest struct {
	Text string `query:"q" json:"-" validate:"required,min=2,max=60" description:"Part of a code, number, reference or text, or an amount such as 1234.50. No person's name."`
}

type hitView struct {
	Kind string `json:"kind" enum:"grant,donor,gift,pledge,payee,payment,bank_line,entry,disbursement,plan,beneficiary"`
	Code string `json:"code"`
	Text string `json:"text,omitempty"`
	On   string `json:"on,omitempty"`
	Href string `json:"href"`
}

type searchView struct {
	Hits []hitView `json:"hits" description:"At most ten of a kind; of entries' texts the newest twenty thousand are looked through."`
}

// lists are the operation that a caller must be allowed to find a kind, and where one of it stands.
var lists = map[string]struct{ op, path string }{
	"grant": {"listGrants", "/grants/"}, "donor": {"listDonors", "/donors/"}, "gift": {"listGifts", "/gifts/"},
	"pledge": {"listPledges", "/pledges/"}, "payee": {"listPayees", "/payees/"}, "payment": {"listPayments", "/payments/"},
	"bank_line": {"listBankLines", "/bank-lines/"}, "entry": {"listJournalEntries", "/journal-entries/"},
	"disbursement": {"listDisbursements", "/disbursements/"}, "plan": {"listPlans", "/plans/"},
	"beneficiary": {"listBeneficiaries", "/beneficiaries/"},
}

func search(ctx context.Context, tx *store.Tx, d resource.Domain, in searchRequest) (searchView, error) {
	who, err := access.PrincipalOf(ctx, tx)
	if err != nil {
		return searchView{}, err
	}
	may := func(kind string) bool { return access.Allow(who, d.API.Operation(lists[kind].op).Action()) == nil }
	kinds := slices.DeleteFunc(slices.Clone(calendar.Sources), func(kind string) bool { return !may(kind) })
	found, err := calendar.Search(ctx, tx, in.Text, d.Book.Base, kinds)
	if err != nil {
		return searchView{}, err
	}
	exact, err := whole(ctx, tx, d, in.Text, may)
	v := searchView{Hits: []hitView{}}
	for _, h := range append(exact, found...) {
		v.Hits = append(v.Hits, hitView{Kind: h.Kind, Code: h.Code, Text: h.Text, On: string(h.On),
			Href: rest.Base + lists[h.Kind].path + url.PathEscape(h.Code)})
	}
	return v, err
}

// whole finds what is shown by the caseload, by its whole code: people, plans and requests for support.
func whole(
	ctx context.Context, tx *store.Tx, d resource.Domain, code string, may func(kind string) bool,
) ([]calendar.Hit, error) {
	var all []calendar.Hit
	add := func(kind, code string, on ledger.Date, err error) error {
		if errors.Is(err, beneficiaries.ErrUnknownBeneficiary) || errors.Is(err, beneficiaries.ErrUnknownPlan) ||
			errors.Is(err, disbursements.ErrUnknownDisbursement) {
			return nil
		}
		if err == nil {
			all = append(all, calendar.Hit{Kind: kind, Code: code, On: on})
		}
		return err
	}
	if may("beneficiary") {
		b, err := d.People.Beneficiary(ctx, tx, code)
		if err := add("beneficiary", b.Code, "", err); err != nil {
			return nil, err
		}
	}
	if may("plan") {
		p, err := d.People.Plan(ctx, tx, code)
		if err := add("plan", p.Number, "", err); err != nil {
			return nil, err
		}
	}
	if may("disbursement") {
		r, err := d.Requests.Disbursement(ctx, tx, code)
		if err := add("disbursement", r.Number, r.Date, err); err != nil {
			return nil, err
		}
	}
	return all, nil
}
