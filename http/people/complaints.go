package people

import (
	"context"
	"errors"
	"net/http"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/complaints"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// mayComplain are those who take a complaint in, and who may be named in one.
var mayComplain = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer,
	access.PrivacyOfficer}

// complaining registers complaints.
func complaining(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints", ID: "enterComplaint", Tag: "complaints",
		NoMatch: rest.MakesNew,
		Roles:   mayComplain, Personal: true,
		Summary: "Put a complaint on record", Danish: "Registrér en klage",
		About: "Of a person, or of nobody: one that came on paper is entered by who got it. The privacy officer decides " +
			"who looks into it; who entered it does not see it afterwards unless named. With holds, what it is about is not " +
			"paid while it is open.",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary, complaints.ErrAbout, complaints.ErrDays, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing, vault.ErrTextTooBig},
		Example: `{"kind":"conduct","channel":"paper","anonymous":true,"text":"As it was written on the form."}`},
		enterComplaint)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/complaints", ID: "listComplaints", Tag: "complaints",
		Roles:   mayComplain,
		Summary: "List the complaints that you may know of", Danish: "Vis de klager, du må kende til",
		About: "The privacy officer sees all; everybody else those in which they are named. By deadline."}, listComplaints)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/complaints/:id", ID: "getComplaint", Tag: "complaints",
		Roles:   mayComplain,
		Summary: "One complaint", Danish: "Én klage", Refuses: []error{complaints.ErrUnknown}}, getComplaint)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints/:id/openings", ID: "openComplaint",
		NoMatch: rest.ReadsPerson,
		Tag:     "complaints", Roles: mayComplain, Personal: true, Status: http.StatusOK,
		Summary: "Read what was said and what was found", Danish: "Læs, hvad der blev sagt, og hvad der er fundet",
		About: "With a reason, noted before it is answered.",
		Refuses: []error{complaints.ErrUnknown, ledger.ErrReasonRequired, vault.ErrNoVault, vault.ErrErased,
			vault.ErrKeyMissing, vault.ErrUnsealed}}, openComplaint)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints/:id/texts", ID: "addToComplaint",
		Match: "getComplaint",
		Tag:   "complaints", Roles: mayComplain, Personal: true, Status: http.StatusOK,
		Summary: "Write down what was found out", Danish: "Skriv ned, hvad der er fundet",
		Refuses: []error{complaints.ErrUnknown, complaints.ErrState, store.ErrStale, vault.ErrNoVault, vault.ErrErased,
			vault.ErrKeyMissing, vault.ErrTextTooBig}}, addToComplaint)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints/:id/people", ID: "nameInComplaint",
		Match: "getComplaint",
		Tag:   "complaints", Roles: resource.Privacy, Status: http.StatusOK,
		Summary: "Let somebody know of a complaint", Danish: "Lad nogen få kendskab til en klage",
		About: "Nobody who asked for, approved, authorised or released what it is about.",
		Refuses: []error{complaints.ErrUnknown, complaints.ErrState, complaints.ErrOwnAct, access.ErrUnknownUser,
			store.ErrStale}}, nameInComplaint)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints/:id/assignments", ID: "assignComplaint",
		Match: "getComplaint",
		Tag:   "complaints", Roles: resource.Privacy, Status: http.StatusOK,
		Summary: "Say who looks into a complaint, and until when",
		Danish:  "Bestem, hvem der undersøger en klage, og inden hvornår",
		Refuses: []error{complaints.ErrUnknown, complaints.ErrState, complaints.ErrOwnAct, complaints.ErrDays,
			access.ErrUnknownUser, store.ErrStale}}, assignComplaint)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/complaints/:id/closings", ID: "closeComplaint",
		Match: "getComplaint",
		Tag:   "complaints", Roles: mayComplain, Status: http.StatusOK,
		Summary: "End a complaint with an outcome", Danish: "Afslut en klage med et resultat",
		About: "By its owner or the privacy officer. reissued names the payment that was made again, or the disbursement " +
			"that was made in its place.",
		Refuses: []error{complaints.ErrUnknown, complaints.ErrState, complaints.ErrOwnAct, complaints.ErrReissue,
			access.ErrForbidden, store.ErrStale}}, closeComplaint)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/complaints", ID: "reportComplaints", Tag: "reports",
		Roles:   []access.Role{access.ProgrammeLead, access.Treasurer, access.Auditor, access.PrivacyOfficer},
		Summary: "How many complaints came in, and what became of them",
		Danish:  "Hvor mange klager der kom, og hvad der blev af dem",
		About:   "For the board: by kind, without numbers, people or words."}, reportComplaints)
}

type complaintRequest struct {
	Kind         complaints.Kind `json:"kind" validate:"required,oneof=not_received received_with_issue service conduct safety privacy other"`
	Channel      string          `json:"channel" validate:"required,oneof=paper conversation telephone post other"`
	Anonymous    bool            `json:"anonymous,omitempty"`
	Beneficiary  rest.Ref        `json:"beneficiary" validate:"omitempty" description:"Id or code, where it is known and may be."`
	Disbursement rest.Ref        `json:"disbursement" validate:"omitempty" description:"Id or number of what it is about."`
	Holds        bool            `json:"holds,omitempty" description:"The disbursement is not paid while this is open."`
	ReceivedOn   ledger.Date     `json:"received_on" validate:"omitempty" description:"Today where none is sent."`
	Text         vault.Personal  `json:"text" validate:"max=8000" description:"In the words of who complains; sealed."`
}

// complaintReceiptView is all that who enters a complaint gets to know of it.
type complaintReceiptView struct {
	Number string      `json:"number"`
	DueOn  ledger.Date `json:"due_on" description:"Until when who complained is answered."`
}

func enterComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in complaintRequest) (complaintReceiptView,
	error) {
	c := complaints.Complaint{Kind: in.Kind, Channel: in.Channel, Anonymous: in.Anonymous, Holds: in.Holds,
		Beneficiary: beneficiaries.BeneficiaryID(in.Beneficiary), ReceivedOn: in.ReceivedOn}
	var of disbursements.Disbursement
	if in.Disbursement != "" {
		var err error
		of, err = d.Requests.Disbursement(ctx, tx, string(in.Disbursement))
		if errors.Is(err, disbursements.ErrUnknownDisbursement) {
			err = rest.At("/disbursement", complaints.ErrAbout)
		}
		if err != nil {
			return complaintReceiptView{}, err
		}
		c.Disbursement = string(of.ID)
	}
	entered, err := d.Complaints().Enter(ctx, tx, c, in.Text)
	if err == nil && entered.Holds && of.State == disbursements.Authorised {
		_, err = d.Decisions.Hold(ctx, tx, c.Disbursement, "held until somebody has looked into it")
	}
	return complaintReceiptView{entered.Number, entered.DueOn}, err
}

type listComplaintsRequest struct {
	rest.Page
	State        complaints.State `query:"status" json:"-" validate:"omitempty,oneof=open in_progress closed"`
	Kind         complaints.Kind  `query:"kind" json:"-" validate:"omitempty,oneof=not_received received_with_issue service conduct safety privacy other"`
	Disbursement rest.Ref         `query:"disbursement" json:"-" description:"Id."`
	Late         bool             `query:"late" json:"-" description:"Only those that are open after their deadline."`
}

type complaintView struct {
	ID           complaints.ID                `json:"id"`
	Number       string                       `json:"number"`
	Kind         complaints.Kind              `json:"kind"`
	Channel      string                       `json:"channel" description:"How it came in; receipt is the person's answer about a payment."`
	Anonymous    bool                         `json:"anonymous"`
	Beneficiary  beneficiaries.BeneficiaryID  `json:"beneficiary_id,omitempty"`
	Disbursement disbursements.DisbursementID `json:"disbursement_id,omitempty"`
	Holds        bool                         `json:"holds"`
	ReceivedOn   ledger.Date                  `json:"received_on"`
	DueOn        ledger.Date                  `json:"due_on"`
	Late         bool                         `json:"late" etag:"-"`
	State        complaints.State             `json:"state"`
	Owner        access.UserID                `json:"owner_id,omitempty"`
	Outcome      string                       `json:"outcome,omitempty"`
	Reissue      string                       `json:"reissue_id,omitempty" description:"The payment or disbursement that made the support again."`
	People       []access.UserID              `json:"people" description:"Ids of those who may know of it, besides the privacy officer."`
	ClosedAt     string                       `json:"closed_at,omitempty"`
	Version      int                          `json:"version" description:"Grows with each change, and with each text that is added."`
}

func viewComplaint(tx *store.Tx) func(complaints.Complaint) complaintView {
	today := ledger.DateOf(tx.At)
	return func(c complaints.Complaint) complaintView {
		return complaintView{ID: c.ID, Number: c.Number, Kind: c.Kind, Channel: c.Channel, Anonymous: c.Anonymous,
			Beneficiary: c.Beneficiary, Disbursement: disbursements.DisbursementID(c.Disbursement), Holds: c.Holds,
			ReceivedOn: c.ReceivedOn, DueOn: c.DueOn, Late: c.Late(today), State: c.State, Owner: c.Owner,
			Outcome: c.Outcome, Reissue: c.Reissue, People: append([]access.UserID{}, c.People...),
			ClosedAt: rest.Instant(c.ClosedAt), Version: c.Version}
	}
}

func listComplaints(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listComplaintsRequest) (rest.List[complaintView], error) {
	page, err := keyset(in.Page, 2)
	if err != nil {
		return rest.List[complaintView]{}, err
	}
	f := complaints.Filter{State: in.State, Kind: in.Kind, Disbursement: string(in.Disbursement), Page: page}
	if in.Late {
		f.LateOn = ledger.DateOf(tx.At)
	}
	found, err := d.Complaints().List(ctx, tx, f)
	return rest.ListOf(in.Page, found, viewComplaint(tx),
		func(c complaints.Complaint) []string { return []string{string(c.DueOn), string(c.ID)} }), err
}

func getComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (complaintView, error) {
	c, err := d.Complaints().Complaint(ctx, tx, string(in.ID))
	return viewComplaint(tx)(c), err
}

type openComplaintRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id or number."`
	Reason string   `json:"reason" validate:"required,max=500" description:"In ten letters or more; it names nobody."`
}

type saidView struct {
	By   access.UserID  `json:"by_id"`
	At   string         `json:"at"`
	Text vault.Personal `json:"text"`
}

type complaintTextsView struct {
	Number string     `json:"number"`
	Texts  []saidView `json:"texts"`
}

func openComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in openComplaintRequest) (complaintTextsView,
	error) {
	c, texts, err := d.Complaints().Read(ctx, tx, string(in.ID), in.Reason)
	return complaintTextsView{c.Number, rest.Views(texts, func(t complaints.Text) saidView {
		return saidView{t.By, rest.Instant(t.At), t.Text}
	})}, resource.AtReason(err)
}

type complaintTextRequest struct {
	ID   rest.Ref       `path:"id" json:"-" description:"Id or number."`
	Text vault.Personal `json:"text" validate:"required,max=8000"`
}

func addToComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in complaintTextRequest) (complaintView,
	error) {
	c, err := d.Complaints().Add(ctx, tx, string(in.ID), in.Text)
	return viewComplaint(tx)(c), err
}

type nameRequest struct {
	ID   rest.Ref `path:"id" json:"-" description:"Id or number."`
	User rest.Ref `json:"user" validate:"required" description:"Id or work name."`
}

func nameInComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in nameRequest) (complaintView, error) {
	c, err := d.Complaints().Name(ctx, tx, string(in.ID), string(in.User))
	return viewComplaint(tx)(c), err
}

type assignComplaintRequest struct {
	ID    rest.Ref    `path:"id" json:"-" description:"Id or number."`
	User  rest.Ref    `json:"user" validate:"required" description:"Id or work name."`
	DueOn ledger.Date `json:"due_on" validate:"omitempty" description:"The deadline stays where none is sent."`
}

func assignComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in assignComplaintRequest) (complaintView,
	error) {
	c, err := d.Complaints().Assign(ctx, tx, string(in.ID), string(in.User), in.DueOn)
	return viewComplaint(tx)(c), err
}

type closeComplaintRequest struct {
	ID      rest.Ref `path:"id" json:"-" description:"Id or number."`
	Outcome string   `json:"outcome" validate:"required,oneof=upheld partly_upheld reissued not_upheld withdrawn referred"`
	Reissue rest.Ref `json:"reissue" validate:"omitempty" description:"Id or number of the payment or disbursement, with reissued alone."`
}

func closeComplaint(ctx context.Context, tx *store.Tx, d resource.Domain, in closeComplaintRequest) (complaintView,
	error) {
	c, err := d.Complaints().Close(ctx, tx, string(in.ID), in.Outcome, string(in.Reissue))
	if errors.Is(err, complaints.ErrReissue) {
		err = rest.At("/reissue", err)
	}
	return viewComplaint(tx)(c), err
}

type complaintCountsRequest struct {
	rest.Page
	From ledger.Date `query:"from" json:"-" validate:"required"`
	To   ledger.Date `query:"to" json:"-" validate:"required"`
}

type complaintCountView struct {
	Kind      complaints.Kind `json:"kind"`
	Received  int             `json:"received"`
	Open      int             `json:"open"`
	Late      int             `json:"late"`
	Upheld    int             `json:"upheld"`
	Reissued  int             `json:"reissued"`
	NotUpheld int             `json:"not_upheld"`
	Otherwise int             `json:"otherwise" description:"Withdrawn, or passed on to another body."`
}

func reportComplaints(ctx context.Context, tx *store.Tx, _ resource.Domain,
	in complaintCountsRequest) (rest.List[complaintCountView], error) {
	counts, err := complaints.Counts(ctx, tx, in.From, in.To)
	if err != nil {
		return rest.List[complaintCountView]{}, err
	}
	return rest.InOrder(in.Page, counts, func(c complaints.Count) complaintCountView {
		return complaintCountView{Kind: c.Kind, Received: c.Received, Open: c.Open, Late: c.Late, Upheld: c.Upheld,
			Reissued: c.Reissued, NotUpheld: c.NotUpheld, Otherwise: c.Otherwise}
	})
}
