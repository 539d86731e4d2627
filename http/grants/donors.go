package grants

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// donorRoutes registers who gives: what is personal about them, what they promise, and what they gave in a year.
func donorRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donors/:id", ID: "getDonor", Tag: "donors",
		Roles:   append(slices.Clone(resource.Bookkeeper), access.PrivacyOfficer),
		Summary: "One donor, without what is personal", Danish: "Én donor, uden det personlige",
		Refuses: []error{donors.ErrUnknownDonor}}, getDonor)
	resource.Route(api, rest.Op{Method: rest.Put, Path: "/donors/:id", ID: "editDonor", Tag: "donors",
		Match: "getDonor", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Change a donor's language and delivery, or an institution's name",
		Danish:  "Ret en donors sprog og levering, eller en institutions navn",
		About: "The code and the kind stay. What is personal is changed with POST /donors/{id}/personal-data. Statements " +
			"that were issued keep the name that they were issued with.",
		Refuses: []error{donors.ErrUnknownDonor, donors.ErrNameOfPerson},
		Example: `{"name":"Example Foundation","language":"da","delivery":"email"}`}, editDonor)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-searches", ID: "searchDonors", Tag: "donors",
		NoMatch: rest.ReadsPerson,
		Roles:   resource.Finance, Personal: true, Status: http.StatusOK,
		Summary: "Find donors by a name, an e-mail address or a tax id that is kept sealed",
		Danish:  "Find donorer ved et navn, en e-mailadresse eller et cpr- eller cvr-nummer, der opbevares forseglet",
		About: "Whole, whatever its case, accents and spaces; a part finds nobody. Nothing is opened, and the answer shows " +
			"nothing personal. That the caller searched, and by which fields, is on record.",
		Refuses: []error{vault.ErrNoVault}}, searchDonors)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donors/:id/personal-data", ID: "sealDonor", Tag: "donors",
		Match: "getDonor",
		Roles: resource.Finance, Personal: true, Status: http.StatusOK,
		Summary: "Keep what is personal about a donor, sealed", Danish: "Gem det personlige om en donor, forseglet",
		About: "A field that is sent replaces what was there. The answer does not show it.",
		Refuses: []error{donors.ErrUnknownDonor, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing, vault.ErrTextTooBig}}, sealDonor)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donors/:id/disclosures", ID: "discloseDonor", Tag: "donors",
		NoMatch: rest.ReadsPerson,
		Roles:   resource.Finance, Personal: true, Status: http.StatusOK,
		Summary: "Read a donor's name and addresses, for a reason",
		Danish:  "Læs en donors navn og adresser, med en begrundelse",
		About:   "Who read it and why is on record. The tax id is not among it.",
		Refuses: []error{donors.ErrUnknownDonor, ledger.ErrReasonRequired, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing,
			vault.ErrUnsealed}}, discloseDonor)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donors/:id/erasures", ID: "eraseDonor", Tag: "donors",
		Match: "getDonor",
		Roles: []access.Role{access.PrivacyOfficer}, Status: http.StatusOK,
		Summary: "Erase what is personal about a donor for good; gifts and books stay",
		Danish:  "Slet det personlige om en donor for altid; gaver og bogføring står",
		Refuses: []error{donors.ErrUnknownDonor, ledger.ErrReasonRequired, vault.ErrNoVault}}, eraseDonor)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/gift-list", ID: "reportGiftList", Tag: "reports",
		Roles:   resource.Bookkeeper,
		Summary: "What every donor gave in a year", Danish: "Hvad hver donor gav i et år",
		About: "For the report to the tax agency (Tax Assessment Act § 8 A). Gifts given back and gifts in kind do not " +
			"count."}, reportGiftList)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/tax-gift-lists", ID: "openTaxGiftList", Tag: "donors",
		NoMatch: rest.MakesNew,
		Roles:   []access.Role{access.Treasurer}, Personal: true, Status: http.StatusOK,
		Summary: "The gift list of a year with the donors' tax ids, for a reason",
		Danish:  "Årets gaveliste med donorernes cpr- eller cvr-numre, med en begrundelse",
		About:   "Each tax id that is opened is on record. ?format=csv gives the list for the agency's form.",
		Refuses: []error{ledger.ErrReasonRequired, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing, vault.ErrUnsealed}}, openTaxGiftList)
	pledgeRoutes(api)
}

func pledgeRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/pledges", ID: "makePledge", Tag: "pledges",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Put a donor's pledge on record", Danish: "Registrér en donors tilsagn",
		About: "It is no entry: a gift is income when it is received. A gift names the pledge that it fulfils.",
		Refuses: []error{donors.ErrUnknownDonor, gifts.ErrFundOfGrant, gifts.ErrDuplicatePledge, grants.ErrScheduleTotal,
			grants.ErrScheduleOrder, ledger.ErrUnknownFund},
		Example: `{"donor":"D-77","fund":"D1","date":"2026-01-05","amount":"1200.00",` +
			`"instalments":[{"due_on":"2026-02-01","amount":"1200.00"}]}`}, makePledge)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/pledges", ID: "listPledges", Tag: "pledges",
		Roles:   resource.Bookkeeper,
		Summary: "List the pledges with what came of them up to a day",
		Danish:  "Vis tilsagnene, og hvad der er kommet af dem til og med en dag"}, listPledges)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/pledges/:id", ID: "getPledge", Tag: "pledges",
		Roles:   resource.Bookkeeper,
		Summary: "One pledge with its instalments", Danish: "Ét tilsagn med rater", Refuses: []error{gifts.ErrUnknownPledge}},
		getPledge)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/pledges/:id/cancellations", ID: "cancelPledge", Tag: "pledges",
		Match: "getPledge",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Note that the rest of a pledge will not come", Danish: "Notér, at resten af et tilsagn ikke kommer",
		Refuses: []error{gifts.ErrUnknownPledge, grants.ErrOverCancelled, ledger.ErrReasonRequired}}, cancelPledge)
}

func getDonor(ctx context.Context, tx *store.Tx, _ resource.Domain, in rest.ByRef) (donorView, error) {
	donor, err := donors.Find(ctx, tx, string(in.ID))
	return viewDonor(donor), err
}

type editDonorRequest struct {
	ID       rest.Ref        `path:"id" json:"-"`
	Name     string          `json:"name" validate:"max=120,printed" description:"Of an institution. A person's name is refused here."`
	Language string          `json:"language" validate:"required,oneof=da en"`
	Delivery donors.Delivery `json:"delivery" validate:"required,oneof=none email post portal"`
}

func editDonor(ctx context.Context, tx *store.Tx, _ resource.Domain, in editDonorRequest) (donorView, error) {
	donor, err := donors.Find(ctx, tx, string(in.ID))
	if err != nil {
		return donorView{}, err
	}
	now := donors.Donor{Code: donor.Code, Name: in.Name, Language: in.Language, Delivery: in.Delivery}
	if in.Name != donor.Name {
		if err := askName(ctx, tx, now); err != nil {
			return donorView{}, err
		}
	}
	donor, err = donors.Edit(ctx, tx, donor, now)
	return viewDonor(donor), rest.At("/name", err)
}

type searchDonorsRequest struct {
	Field donors.Field   `json:"field" validate:"required,oneof=name email tax_id"`
	Text  vault.Personal `json:"text" validate:"required,max=254"`
}

type foundDonors struct {
	Donors []donorView `json:"donors" description:"Those of whom the field is kept as it was sent."`
}

func searchDonors(ctx context.Context, tx *store.Tx, d resource.Domain, in searchDonorsRequest) (foundDonors, error) {
	found, err := donors.Search(ctx, tx, d.API.Vault, in.Field, string(in.Text))
	return foundDonors{rest.Views(found, viewDonor)}, err
}

type sealDonorRequest struct {
	ID      rest.Ref       `path:"id" json:"-"`
	TaxID   vault.Personal `json:"tax_id" validate:"max=20" description:"CPR of a person, CVR of a company."`
	Name    vault.Personal `json:"name" validate:"max=120,printed"`
	Email   vault.Personal `json:"email" validate:"max=254"`
	Address vault.Personal `json:"address" validate:"max=500,printed=lines"`

	Passphrase vault.Personal `json:"passphrase" validate:"omitempty,min=12,max=100" description:"Agreed with the donor by another way than mail: statements then come as attachments locked with it. It is never answered."`
}

func sealDonor(ctx context.Context, tx *store.Tx, d resource.Domain, in sealDonorRequest) (donorView, error) {
	sent := map[donors.Field]vault.Personal{donors.TaxID: in.TaxID, donors.Name: in.Name, donors.Email: in.Email,
		donors.Address: in.Address, donors.Passphrase: in.Passphrase}
	fields := map[donors.Field]string{}
	for field, text := range sent {
		if text != "" {
			fields[field] = string(text)
		}
	}
	donor, err := donors.Seal(ctx, tx, d.API.Vault, string(in.ID), fields)
	return viewDonor(donor), err
}

type donorReasonRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type disclosureView struct {
	Donor   string         `json:"donor" description:"Code of the donor."`
	Name    vault.Personal `json:"name,omitempty"`
	Email   vault.Personal `json:"email,omitempty"`
	Address vault.Personal `json:"address,omitempty"`
}

func discloseDonor(
	ctx context.Context, tx *store.Tx, d resource.Domain, in donorReasonRequest,
) (disclosureView, error) {
	ask := donors.Disclosure{Fields: []donors.Field{donors.Name, donors.Email, donors.Address}, Reason: in.Reason}
	opened, err := donors.Open(ctx, tx, d.API.Vault, string(in.ID), ask)
	if err != nil {
		return disclosureView{}, resource.AtReason(err)
	}
	donor, err := donors.Find(ctx, tx, string(in.ID))
	return disclosureView{Donor: donor.Code, Name: vault.Personal(opened[donors.Name]),
		Email: vault.Personal(opened[donors.Email]), Address: vault.Personal(opened[donors.Address])}, err
}

func eraseDonor(ctx context.Context, tx *store.Tx, d resource.Domain, in donorReasonRequest) (donorView, error) {
	donor, err := donors.Erase(ctx, tx, d.API.Vault, string(in.ID), in.Reason)
	return viewDonor(donor), resource.AtReason(err)
}

type giftListRequest struct {
	rest.Page
	Year int `query:"year" json:"-" validate:"min=2000,max=2199" description:"Calendar year."`
}

type giftListRow struct {
	Donor    string       `json:"donor" description:"Code of the donor, which stands for the person on paper."`
	Kind     donors.Kind  `json:"kind"`
	Gifts    int          `json:"gifts" description:"How many."`
	Total    ledger.Money `json:"total"`
	Reported bool         `json:"has_tax_id" description:"Whether a tax id is kept: without it nothing can be deducted."`
}

func viewGiftTotal(g gifts.Total) giftListRow {
	return giftListRow{Donor: g.Donor.Code, Kind: g.Donor.Kind, Gifts: g.Gifts, Total: g.Total, Reported: g.Reported}
}

func reportGiftList(
	ctx context.Context, tx *store.Tx, d resource.Domain, in giftListRequest,
) (rest.List[giftListRow], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[giftListRow]{}, err
	}
	totals, err := d.Gifts.Totals(ctx, tx, in.Year, page)
	return rest.ListOf(in.Page, totals, viewGiftTotal, func(g gifts.Total) []string { return []string{g.Donor.Code} }), err
}

type taxGiftListRequest struct {
	Year   int    `json:"year" validate:"min=2000,max=2199"`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type taxGiftListView struct {
	Year int          `json:"year"`
	Rows []taxGiftRow `json:"rows"`
}

// TableRows are the rows of the list as a table.
func (v taxGiftListView) TableRows() any { return v.Rows }

// TablePage says that there is no other page.
func (v taxGiftListView) TablePage() rest.PageView { return rest.PageView{} }

// TableFacts say above the rows of which year they are.
func (v taxGiftListView) TableFacts() []rest.Fact {
	return []rest.Fact{{Name: rest.Text{EN: "Year", DA: "År"}, Value: strconv.Itoa(v.Year)}}
}

type taxGiftRow struct {
	giftListRow
	TaxID vault.Personal `json:"tax_id,omitempty"`
}

func openTaxGiftList(
	ctx context.Context, tx *store.Tx, d resource.Domain, in taxGiftListRequest,
) (taxGiftListView, error) {
	list, err := d.Gifts.TaxTotals(ctx, tx, d.API.Vault, in.Year, in.Reason)
	if err != nil {
		return taxGiftListView{}, resource.AtReason(err)
	}
	v := taxGiftListView{in.Year, []taxGiftRow{}}
	for _, g := range list {
		v.Rows = append(v.Rows, taxGiftRow{viewGiftTotal(g), vault.Personal(g.TaxID)})
	}
	return v, nil
}

type pledgeRequest struct {
	Number      string          `json:"number" validate:"max=20" description:"Given by us where none is sent."`
	Donor       rest.Ref        `json:"donor" validate:"required" description:"Id or code."`
	Fund        ledger.FundCode `json:"fund" validate:"required" description:"Not a grant's."`
	Date        ledger.Date     `json:"date" validate:"required"`
	Amount      rest.Decimal    `json:"amount" validate:"required,positive" description:"Base currency."`
	Instalments []plannedBody   `json:"instalments" validate:"required,min=1,max=200,dive" description:"By their days; they sum to the amount."`
}

type pledgeView struct {
	ID          string          `json:"id"`
	Number      string          `json:"number"`
	Donor       string          `json:"donor" description:"Code of the donor."`
	Fund        ledger.FundCode `json:"fund"`
	Date        ledger.Date     `json:"date"`
	Amount      rest.Decimal    `json:"amount" description:"Base currency: paid + cancelled + open."`
	Cancelled   rest.Decimal    `json:"cancelled"`
	Paid        rest.Decimal    `json:"paid"`
	Open        rest.Decimal    `json:"open"`
	Overdue     rest.Decimal    `json:"overdue"`
	Instalments []plannedView   `json:"instalments"`
}

func viewPledge(p gifts.Pledge, s grants.Standing) pledgeView {
	return pledgeView{ID: p.ID, Number: p.Number, Donor: p.Donor.Code, Fund: p.Fund, Date: p.On,
		Amount: rest.Decimal(p.Amount.String()), Cancelled: rest.Decimal(p.Cancelled.String()),
		Paid: rest.Decimal(s.Paid.String()), Open: rest.Decimal(s.Open.String()), Overdue: rest.Decimal(s.Overdue.String()),
		Instalments: rest.Views(s.Instalments, viewPlanned)}
}

// pledgeToday shows a pledge as it stands today.
func pledgeToday(ctx context.Context, tx *store.Tx, d resource.Domain, p gifts.Pledge) (pledgeView, error) {
	standings, err := d.Gifts.Standings(ctx, tx, []gifts.Pledge{p}, resource.Today(tx, ""))
	if err != nil {
		return pledgeView{}, err
	}
	return viewPledge(p, standings[0]), nil
}

func makePledge(ctx context.Context, tx *store.Tx, d resource.Domain, in pledgeRequest) (pledgeView, error) {
	donor, err := donors.Find(ctx, tx, string(in.Donor))
	if err != nil {
		return pledgeView{}, rest.At("/donor", err)
	}
	if _, err := d.Book.Fund(ctx, tx, in.Fund); err != nil {
		return pledgeView{}, rest.At("/fund", err)
	}
	p := gifts.Pledge{Number: in.Number, Donor: donor, Fund: in.Fund, On: in.Date}
	if p.Amount, err = in.Amount.In("/amount", d.Book.Base); err != nil {
		return pledgeView{}, err
	}
	for i, planned := range in.Instalments {
		amount, err := planned.Amount.In(fmt.Sprintf("/instalments/%d/amount", i), d.Book.Base)
		if err != nil {
			return pledgeView{}, err
		}
		p.Planned = append(p.Planned, grants.Planned{DueOn: planned.DueOn, Amount: amount})
	}
	if p, err = d.Gifts.MakePledge(ctx, tx, p); err != nil {
		return pledgeView{}, err
	}
	return pledgeToday(ctx, tx, d, p)
}

func getPledge(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (pledgeView, error) {
	p, err := d.Gifts.Pledge(ctx, tx, string(in.ID))
	if err != nil {
		return pledgeView{}, err
	}
	return pledgeToday(ctx, tx, d, p)
}

func listPledges(
	ctx context.Context, tx *store.Tx, d resource.Domain, in standingsRequest,
) (rest.List[pledgeView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[pledgeView]{}, err
	}
	found, err := d.Gifts.Pledges(ctx, tx, gifts.PledgeFilter{Page: page})
	if err != nil {
		return rest.List[pledgeView]{}, err
	}
	standings, err := d.Gifts.Standings(ctx, tx, found, resource.Today(tx, in.AsOf))
	if err != nil {
		return rest.List[pledgeView]{}, err
	}
	views := make([]pledgeView, len(found))
	for i, p := range found {
		views[i] = viewPledge(p, standings[i])
	}
	return rest.ListOf(in.Page, views, func(v pledgeView) pledgeView { return v },
		func(v pledgeView) []string { return []string{v.ID} }), nil
}

func cancelPledge(ctx context.Context, tx *store.Tx, d resource.Domain, in donorReasonRequest) (pledgeView, error) {
	p, err := d.Gifts.CancelPledge(ctx, tx, string(in.ID), in.Reason)
	if err != nil {
		return pledgeView{}, resource.AtReason(err)
	}
	return pledgeToday(ctx, tx, d, p)
}

// askName asks about a new donor that looks the same as another.
func askName(ctx context.Context, tx *store.Tx, d donors.Donor) error {
	var asked []access.Question
	twin, err := donors.Twin(ctx, tx, d)
	if err != nil {
		return err
	}
	if twin != "" {
		asked = append(asked, access.Question{Code: "donor_looks_alike", Of: []string{twin}})
	}
	return access.Confirm(ctx, tx, asked...)
}
