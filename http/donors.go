package http

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// donors registers who gives: what is personal about them, what they promise, and what they gave in a year.
func donors(api *API) {
	Route(api, Op{Method: get, Path: "/donors/:id", ID: "getDonor", Tag: "donors", Roles: bookkeeper,
		Summary: "One donor, without what is personal", Danish: "Én bidragyder, uden det personlige", Refuses: []error{grants.ErrUnknownDonor}}, at(getDonor))
	Route(api, Op{Method: post, Path: "/donors/:id/personal-data", ID: "sealDonor", Tag: "donors", Roles: finance, Personal: true, Status: http.StatusOK,
		Summary: "Keep what is personal about a donor, sealed", Danish: "Gem det personlige om en bidragyder, forseglet",
		About:   "A field that is sent replaces what was there. The answer does not show it.",
		Refuses: []error{grants.ErrUnknownDonor, vault.ErrNoVault, vault.ErrErased, vault.ErrTextTooBig}}, at(sealDonor))
	Route(api, Op{Method: post, Path: "/donors/:id/disclosures", ID: "discloseDonor", Tag: "donors", Roles: finance, Personal: true, Status: http.StatusOK,
		Summary: "Read a donor's name and addresses, for a reason", Danish: "Læs en bidragyders navn og adresser, med en begrundelse",
		About:   "Who read it and why is on record. The tax id is not among it.",
		Refuses: []error{grants.ErrUnknownDonor, ledger.ErrReasonRequired, vault.ErrNoVault, vault.ErrErased, vault.ErrUnsealed}}, at(discloseDonor))
	Route(api, Op{Method: post, Path: "/donors/:id/erasures", ID: "eraseDonor", Tag: "donors", Roles: []access.Role{access.PrivacyOfficer}, Status: http.StatusOK,
		Summary: "Erase what is personal about a donor for good; gifts and books stay", Danish: "Slet det personlige om en bidragyder for altid; gaver og bogføring står",
		Refuses: []error{grants.ErrUnknownDonor, ledger.ErrReasonRequired, vault.ErrNoVault}}, at(eraseDonor))
	Route(api, Op{Method: get, Path: "/reports/gift-list", ID: "reportGiftList", Tag: "reports", Roles: bookkeeper,
		Summary: "What every donor gave in a year", Danish: "Hvad hver bidragyder gav i et år",
		About: "For the report to the tax agency (Tax Assessment Act § 8 A). Gifts given back and gifts in kind do not count."}, at(reportGiftList))
	Route(api, Op{Method: post, Path: "/tax-gift-lists", ID: "openTaxGiftList", Tag: "donors", Roles: []access.Role{access.Treasurer}, Personal: true, Status: http.StatusOK,
		Summary: "The gift list of a year with the donors' tax ids, for a reason", Danish: "Årets gaveliste med bidragydernes cpr- eller cvr-numre, med en begrundelse",
		About:   "Each tax id that is opened is on record. ?format=csv gives the list for the agency's form.",
		Refuses: []error{ledger.ErrReasonRequired, vault.ErrNoVault, vault.ErrErased, vault.ErrUnsealed}}, at(openTaxGiftList))
	pledges(api)
}

func pledges(api *API) {
	Route(api, Op{Method: post, Path: "/pledges", ID: "makePledge", Tag: "pledges", Roles: finance,
		Summary: "Put a donor's pledge on record", Danish: "Registrér en bidragyders tilsagn",
		About:   "It is no entry: a gift is income when it is received. A gift names the pledge that it fulfils.",
		Refuses: []error{grants.ErrUnknownDonor, grants.ErrFundOfGrant, grants.ErrDuplicatePledge, grants.ErrScheduleTotal, grants.ErrScheduleOrder, ledger.ErrUnknownFund},
		Example: `{"donor":"D-77","fund":"D1","date":"2026-01-05","amount":"1200.00","instalments":[{"due_on":"2026-02-01","amount":"1200.00"}]}`}, at(makePledge))
	Route(api, Op{Method: get, Path: "/pledges", ID: "listPledges", Tag: "pledges", Roles: bookkeeper,
		Summary: "List the pledges with what came of them up to a day", Danish: "Vis tilsagnene, og hvad der er kommet af dem til og med en dag"}, at(listPledges))
	Route(api, Op{Method: get, Path: "/pledges/:id", ID: "getPledge", Tag: "pledges", Roles: bookkeeper,
		Summary: "One pledge with its instalments", Danish: "Ét tilsagn med rater", Refuses: []error{grants.ErrUnknownPledge}}, at(getPledge))
	Route(api, Op{Method: post, Path: "/pledges/:id/cancellations", ID: "cancelPledge", Tag: "pledges", Roles: finance, Status: http.StatusOK,
		Summary: "Note that the rest of a pledge will not come", Danish: "Notér, at resten af et tilsagn ikke kommer",
		Refuses: []error{grants.ErrUnknownPledge, grants.ErrOverCancelled, ledger.ErrReasonRequired}}, at(cancelPledge))
}

func getDonor(ctx context.Context, tx *store.Tx, d desk, in byRef) (donorView, error) {
	return shownDonor(d.grants.Donor(ctx, tx, string(in.ID)))
}

// shownDonor is a donor or why there is none.
func shownDonor(donor grants.Donor, err error) (donorView, error) {
	if err != nil {
		return donorView{}, err
	}
	return viewDonor(donor), nil
}

type sealDonorRequest struct {
	ID      Ref            `path:"id" json:"-"`
	TaxID   vault.Personal `json:"tax_id" validate:"max=20" description:"CPR of a person, CVR of a company."`
	Name    vault.Personal `json:"name" validate:"max=120"`
	Email   vault.Personal `json:"email" validate:"max=254"`
	Address vault.Personal `json:"address" validate:"max=500"`

	Passphrase vault.Personal `json:"passphrase" validate:"omitempty,min=12,max=100" description:"Agreed with the donor by another way than mail: statements then come as attachments locked with it. It is never answered."`
}

func sealDonor(ctx context.Context, tx *store.Tx, d desk, in sealDonorRequest) (donorView, error) {
	fields := map[grants.DonorField]string{}
	for field, text := range map[grants.DonorField]vault.Personal{grants.DonorTaxID: in.TaxID, grants.DonorName: in.Name, grants.DonorEmail: in.Email,
		grants.DonorAddress: in.Address, grants.DonorPassphrase: in.Passphrase} {
		if text != "" {
			fields[field] = string(text)
		}
	}
	return shownDonor(d.grants.SealDonor(ctx, tx, d.vault, string(in.ID), fields))
}

type donorReasonRequest struct {
	ID     Ref    `path:"id" json:"-"`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type disclosureView struct {
	Donor   string         `json:"donor" description:"Code of the donor."`
	Name    vault.Personal `json:"name,omitempty"`
	Email   vault.Personal `json:"email,omitempty"`
	Address vault.Personal `json:"address,omitempty"`
}

func discloseDonor(ctx context.Context, tx *store.Tx, d desk, in donorReasonRequest) (disclosureView, error) {
	opened, err := d.grants.OpenDonor(ctx, tx, d.vault, string(in.ID), in.Reason, grants.DonorName, grants.DonorEmail, grants.DonorAddress)
	if err != nil {
		return disclosureView{}, atReason(err)
	}
	donor, err := d.grants.Donor(ctx, tx, string(in.ID))
	return disclosureView{donor.Code, vault.Personal(opened[grants.DonorName]), vault.Personal(opened[grants.DonorEmail]), vault.Personal(opened[grants.DonorAddress])}, err
}

func eraseDonor(ctx context.Context, tx *store.Tx, d desk, in donorReasonRequest) (donorView, error) {
	donor, err := d.grants.EraseDonor(ctx, tx, d.vault, string(in.ID), in.Reason)
	return shownDonor(donor, atReason(err))
}

type giftListRequest struct {
	Page
	Year int `query:"year" json:"-" validate:"min=2000,max=2199" description:"Calendar year."`
}

type giftListRow struct {
	Donor    string           `json:"donor" description:"Code of the donor, which stands for the person on paper."`
	Kind     grants.DonorKind `json:"kind"`
	Gifts    int              `json:"gifts" description:"How many."`
	Total    ledger.Money     `json:"total"`
	Reported bool             `json:"has_tax_id" description:"Whether a tax id is kept: without it nothing can be deducted."`
}

func viewGiftTotal(g grants.GiftTotal) giftListRow {
	return giftListRow{g.Donor.Code, g.Donor.Kind, g.Gifts, g.Total, g.Reported}
}

func reportGiftList(ctx context.Context, tx *store.Tx, d desk, in giftListRequest) (List[giftListRow], error) {
	list, err := d.grants.GiftList(ctx, tx, in.Year)
	if err != nil {
		return List[giftListRow]{}, err
	}
	return pageOf(in.Page, list, viewGiftTotal, func(g grants.GiftTotal) string { return g.Donor.Code })
}

type taxGiftListRequest struct {
	Year   int    `json:"year" validate:"min=2000,max=2199"`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type taxGiftListView struct {
	Year int          `json:"year"`
	Rows []taxGiftRow `json:"rows"`
}

func (v taxGiftListView) rows() any      { return v.Rows }
func (v taxGiftListView) page() PageView { return PageView{} }
func (v taxGiftListView) about() []fact  { return []fact{{text{"Year", "År"}, strconv.Itoa(v.Year)}} }

type taxGiftRow struct {
	giftListRow
	TaxID vault.Personal `json:"tax_id,omitempty"`
}

func openTaxGiftList(ctx context.Context, tx *store.Tx, d desk, in taxGiftListRequest) (taxGiftListView, error) {
	list, err := d.grants.TaxGiftList(ctx, tx, d.vault, in.Year, in.Reason)
	if err != nil {
		return taxGiftListView{}, atReason(err)
	}
	v := taxGiftListView{in.Year, []taxGiftRow{}}
	for _, g := range list {
		v.Rows = append(v.Rows, taxGiftRow{viewGiftTotal(g), vault.Personal(g.TaxID)})
	}
	return v, nil
}

type pledgeRequest struct {
	Number      string          `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Donor       Ref             `json:"donor" validate:"required" description:"Id or code."`
	Fund        ledger.FundCode `json:"fund" validate:"required" description:"Not a grant's."`
	Date        ledger.Date     `json:"date" validate:"required"`
	Amount      Decimal         `json:"amount" validate:"required,positive" description:"Base currency."`
	Instalments []plannedBody   `json:"instalments" validate:"required,min=1,max=200,dive" description:"By their days; they sum to the amount."`
}

type pledgeView struct {
	ID          string          `json:"id"`
	Number      string          `json:"number"`
	Donor       string          `json:"donor" description:"Code of the donor."`
	Fund        ledger.FundCode `json:"fund"`
	Date        ledger.Date     `json:"date"`
	Amount      Decimal         `json:"amount" description:"Base currency: paid + cancelled + open."`
	Cancelled   Decimal         `json:"cancelled"`
	Paid        Decimal         `json:"paid"`
	Open        Decimal         `json:"open"`
	Overdue     Decimal         `json:"overdue"`
	Instalments []plannedView   `json:"instalments"`
}

func shownPledge(ctx context.Context, tx *store.Tx, d desk, p grants.Pledge, on ledger.Date) (pledgeView, error) {
	s, err := d.grants.PledgeStanding(ctx, tx, p, on)
	v := pledgeView{p.ID, p.Number, p.Donor.Code, p.Fund, p.On, Decimal(p.Amount.String()), Decimal(p.Cancelled.String()), Decimal(s.Paid.String()),
		Decimal(s.Open.String()), Decimal(s.Overdue.String()), []plannedView{}}
	for _, in := range s.Instalments {
		v.Instalments = append(v.Instalments, viewPlanned(in))
	}
	return v, err
}

func makePledge(ctx context.Context, tx *store.Tx, d desk, in pledgeRequest) (pledgeView, error) {
	donor, err := d.grants.Donor(ctx, tx, string(in.Donor))
	if err != nil {
		return pledgeView{}, At("/donor", err)
	}
	if _, err := d.book.Fund(ctx, tx, in.Fund); err != nil {
		return pledgeView{}, At("/fund", err)
	}
	p := grants.Pledge{Number: in.Number, Donor: donor, Fund: in.Fund, On: in.Date}
	if p.Amount, err = in.Amount.In("/amount", d.book.Base); err != nil {
		return pledgeView{}, err
	}
	for i, planned := range in.Instalments {
		amount, err := planned.Amount.In(fmt.Sprintf("/instalments/%d/amount", i), d.book.Base)
		if err != nil {
			return pledgeView{}, err
		}
		p.Planned = append(p.Planned, grants.Planned{DueOn: planned.DueOn, Amount: amount})
	}
	if p, err = d.grants.MakePledge(ctx, tx, p); err != nil {
		return pledgeView{}, err
	}
	return shownPledge(ctx, tx, d, p, today(tx, ""))
}

func getPledge(ctx context.Context, tx *store.Tx, d desk, in byRef) (pledgeView, error) {
	p, err := d.grants.Pledge(ctx, tx, string(in.ID))
	if err != nil {
		return pledgeView{}, err
	}
	return shownPledge(ctx, tx, d, p, today(tx, ""))
}

func listPledges(ctx context.Context, tx *store.Tx, d desk, in standingsRequest) (List[pledgeView], error) {
	after, err := in.After(1)
	if err != nil {
		return List[pledgeView]{}, err
	}
	all, err := d.grants.PledgesAfter(ctx, tx, firstOf(after), in.Size()+1)
	if err != nil {
		return List[pledgeView]{}, err
	}
	views := make([]pledgeView, len(all))
	for i, p := range all {
		if views[i], err = shownPledge(ctx, tx, d, p, cmp.Or(in.AsOf, today(tx, ""))); err != nil {
			return List[pledgeView]{}, err
		}
	}
	return ListOf(in.Page, views, func(v pledgeView) pledgeView { return v }, func(v pledgeView) []string { return []string{v.ID} }), nil
}

func cancelPledge(ctx context.Context, tx *store.Tx, d desk, in donorReasonRequest) (pledgeView, error) {
	p, err := d.grants.CancelPledge(ctx, tx, string(in.ID), in.Reason)
	if err != nil {
		return pledgeView{}, atReason(err)
	}
	return shownPledge(ctx, tx, d, p, today(tx, ""))
}
