package grants

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// grantLife registers the states of a grant, what is promised of it, and what holds its money back.
func grantLife(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/signatures", ID: "signDraftGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Sign a draft grant and open its fund", Danish: "Underskriv en bevilling i udkast, og opret dens formål",
		About:   "The budget must sum to the amount: neither over- nor under-budgeted.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrBudgetTotal, ledger.ErrDuplicateFund}},
		signDraftGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/suspensions", ID: "suspendGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Suspend a grant: nothing new is committed", Danish: "Sæt en bevilling i bero: intet nyt disponeres",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, ledger.ErrReasonRequired}}, suspendGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/resumptions", ID: "resumeGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Resume a suspended grant", Danish: "Genoptag en bevilling, der er sat i bero",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, ledger.ErrReasonRequired}}, resumeGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/terminations", ID: "terminateGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Break a grant off: open commitments lapse, what has not come is cancelled",
		Danish:  "Afbryd en bevilling: åbne disponeringer bortfalder, det, der ikke er kommet, annulleres",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, ledger.ErrReasonRequired, ledger.ErrPeriodClosed}},
		terminateGrant)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/closures", ID: "closeGrant", Tag: "grants",
		Match: "getGrant",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Close a grant for good", Danish: "Luk en bevilling endeligt",
		About: "Nothing is committed, no advance is out, all findings are settled, nothing is left of the money " +
			"received, and the final statement is issued.",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrCommitmentsOpen, grants.ErrAdvanceOpen,
			grants.ErrFindingOpen,
			grants.ErrDeferredOpen, grants.ErrStatementMissing}}, closeGrant)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/moves", ID: "listGrantMoves", Tag: "grants",
		Roles:   resource.Staff,
		Summary: "The steps in the life of a grant", Danish: "Skridtene i en bevillings liv",
		Refuses: []error{grants.ErrUnknownGrant}}, listGrantMoves)
	promises(api)
	conditions(api)
	findings(api)
}

func promises(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/planned-instalments", ID: "planInstalments",
		Match: "getGrant",
		Tag:   "grants", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Write down which instalments a grant promises, and when",
		Danish:  "Notér, hvilke rater en bevilling lover, og hvornår",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrDuplicateSchedule, grants.ErrScheduleTotal,
			grants.ErrScheduleOrder},
		Example: `{"instalments":[{"due_on":"2026-01-05","amount":"20000.00"},{"due_on":"2027-01-05","amount":"40000.00"}]}`},
		planInstalments)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/planned-instalments", ID: "listPlannedInstalments",
		Tag: "grants", Roles: resource.Bookkeeper,
		Summary: "What a grant promised, and what of it was paid, cancelled, is open or overdue today",
		Danish:  "Hvad en bevilling lovede, og hvad af det der er betalt, annulleret, åbent eller forfaldent i dag",
		Refuses: []error{grants.ErrUnknownGrant}}, listPlannedInstalments)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/grants/:id/cancellations", ID: "cancelPromise", Tag: "grants",
		Match:   "getGrant",
		Roles:   resource.Finance,
		Summary: "Note that a grantor takes a part of a promise back; the award stays what it was",
		Danish:  "Notér, at bevillingsgiver trækker en del af et løfte tilbage; tilsagnet står uændret",
		Refuses: []error{grants.ErrUnknownGrant, grants.ErrGrantState, grants.ErrWrongRecognition, grants.ErrOverCancelled,
			ledger.ErrReasonRequired}}, cancelPromise)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/grant-standings", ID: "reportGrantStandings",
		Tag: "reports", Roles: resource.Bookkeeper,
		Summary: "Of every grant: awarded, cancelled, paid, still to come and overdue",
		Danish:  "For hver bevilling: tilsagn, annulleret, betalt, udestående og forfaldent",
		About:   "award = cancelled + paid + open, in the grant's currency."}, reportGrantStandings)
}

func signDraftGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (grantView, error) {
	g, err := d.Grants.SignDraft(ctx, tx, string(in.ID), in.Date)
	return viewGrant(g), err
}

type dayReasonRequest struct {
	ID     rest.Ref    `path:"id" json:"-"`
	Date   ledger.Date `json:"date" validate:"required"`
	Reason string      `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func suspendGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in dayReasonRequest) (grantView, error) {
	g, err := d.Grants.Suspend(ctx, tx, string(in.ID), in.Date, in.Reason)
	return viewGrant(g), resource.AtReason(err)
}

func resumeGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in dayReasonRequest) (grantView, error) {
	g, err := d.Grants.Resume(ctx, tx, string(in.ID), in.Date, in.Reason)
	return viewGrant(g), resource.AtReason(err)
}

func terminateGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in dayReasonRequest) (grantView, error) {
	g, _, err := d.Grants.Terminate(ctx, tx, string(in.ID), in.Date, in.Reason)
	return viewGrant(g), resource.AtReason(err)
}

func closeGrant(ctx context.Context, tx *store.Tx, d resource.Domain, in resource.DayRequest) (grantView, error) {
	g, err := d.Grants.Close(ctx, tx, string(in.ID), in.Date, d.Statements)
	return viewGrant(g), err
}

type moveView struct {
	State  grants.GrantState `json:"state" description:"After the step."`
	Date   ledger.Date       `json:"date"`
	Reason string            `json:"reason,omitempty"`
	By     string            `json:"by,omitempty"`
	At     string            `json:"at"`
}

func viewMove(m grants.Step) moveView {
	return moveView{State: m.State, Date: m.On, Reason: m.Reason, By: m.By, At: m.At}
}

func listGrantMoves(
	ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef,
) (rest.List[moveView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[moveView]{}, err
	}
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[moveView]{}, err
	}
	moves, err := grants.Moves(ctx, tx, g, page)
	return rest.ListOf(in.Page, moves, viewMove,
		func(m grants.Step) []string { return []string{strconv.Itoa(m.Position)} }), err
}

type planInstalmentsRequest struct {
	ID          rest.Ref      `path:"id" json:"-"`
	Instalments []plannedBody `json:"instalments" validate:"required,min=1,max=200,dive" description:"By their days; they sum to the grant."`
}

type plannedBody struct {
	DueOn  ledger.Date  `json:"due_on" validate:"required"`
	Amount rest.Decimal `json:"amount" validate:"required,positive" description:"In the grant's currency."`
}

type standingView struct {
	Grant     string          `json:"grant"`
	Currency  ledger.Currency `json:"currency"`
	Award     rest.Decimal    `json:"award"`
	Cancelled rest.Decimal    `json:"cancelled"`
	Paid      rest.Decimal    `json:"paid" description:"With what a bank kept on the way."`
	Open      rest.Decimal    `json:"open" description:"Still to come."`
	Overdue   rest.Decimal    `json:"overdue" description:"Of what is open: was due, and no condition holds it back."`
}

func viewStanding(g grants.Grant, s grants.Standing) standingView {
	return standingView{Grant: g.Code, Currency: g.Amount.Currency, Award: rest.Decimal(s.Award.String()),
		Cancelled: rest.Decimal(s.Cancelled.String()), Paid: rest.Decimal(s.Paid.String()),
		Open: rest.Decimal(s.Open.String()), Overdue: rest.Decimal(s.Overdue.String())}
}

type plannedView struct {
	No        int                    `json:"number"`
	DueOn     ledger.Date            `json:"due_on"`
	Currency  ledger.Currency        `json:"currency"`
	Amount    rest.Decimal           `json:"amount" description:"As promised: cancelled + paid + open."`
	Cancelled rest.Decimal           `json:"cancelled"`
	Paid      rest.Decimal           `json:"paid"`
	Open      rest.Decimal           `json:"open"`
	State     grants.InstalmentState `json:"state" enum:"received,planned,overdue,withheld,cancelled"`
	Condition string                 `json:"condition,omitempty" description:"Number of the condition that holds it back."`
}

func viewPlanned(p grants.PlannedStanding) plannedView {
	return plannedView{No: p.No, DueOn: p.DueOn, Currency: p.Amount.Currency, Amount: rest.Decimal(p.Amount.String()),
		Cancelled: rest.Decimal(p.Cancelled.String()), Paid: rest.Decimal(p.Paid.String()),
		Open: rest.Decimal(p.Open.String()), State: p.State, Condition: p.Condition}
}

func planInstalments(
	ctx context.Context, tx *store.Tx, d resource.Domain, in planInstalmentsRequest,
) (standingView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return standingView{}, err
	}
	var planned []grants.Planned
	for i, p := range in.Instalments {
		amount, err := p.Amount.In(fmt.Sprintf("/instalments/%d/amount", i), g.Amount.Currency)
		if err != nil {
			return standingView{}, err
		}
		planned = append(planned, grants.Planned{DueOn: p.DueOn, Amount: amount})
	}
	if _, err := grants.PlanInstalments(ctx, tx, g.Code, planned); err != nil {
		return standingView{}, err
	}
	s, err := d.Grants.Standing(ctx, tx, g, resource.Today(tx, ""))
	return viewStanding(g, s), err
}

func listPlannedInstalments(
	ctx context.Context, tx *store.Tx, d resource.Domain, in rest.PagedRef,
) (rest.List[plannedView], error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[plannedView]{}, err
	}
	s, err := d.Grants.Standing(ctx, tx, g, resource.Today(tx, ""))
	if err != nil {
		return rest.List[plannedView]{}, err
	}
	return rest.InOrder(in.Page, s.Instalments, viewPlanned)
}

type cancellationRequest struct {
	ID     rest.Ref     `path:"id" json:"-"`
	Date   ledger.Date  `json:"date" validate:"required"`
	Amount rest.Decimal `json:"amount" validate:"required,positive" description:"In the grant's currency; taken from the last instalments."`
	Reason string       `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

type cancellationView struct {
	ID       string       `json:"id"`
	Date     ledger.Date  `json:"date"`
	Amount   ledger.Money `json:"amount"`
	Reason   string       `json:"reason"`
	Standing standingView `json:"standing" description:"Of the grant, after it."`
}

func cancelPromise(
	ctx context.Context, tx *store.Tx, d resource.Domain, in cancellationRequest,
) (cancellationView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return cancellationView{}, err
	}
	amount, err := in.Amount.In("/amount", g.Amount.Currency)
	if err != nil {
		return cancellationView{}, err
	}
	c, err := d.Grants.Cancel(ctx, tx, g.Code, grants.Cancellation{On: in.Date, Amount: amount, Reason: in.Reason})
	if err != nil {
		return cancellationView{}, resource.AtReason(err)
	}
	s, err := d.Grants.Standing(ctx, tx, g, resource.Today(tx, ""))
	return cancellationView{ID: c.ID, Date: c.On, Amount: c.Amount, Reason: c.Reason, Standing: viewStanding(g, s)}, err
}

// reportGrantStandings lists grants. There is no total of several currencies.
func reportGrantStandings(
	ctx context.Context, tx *store.Tx, d resource.Domain, in standingsRequest,
) (rest.List[standingRow], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[standingRow]{}, err
	}
	found, err := d.Grants.Grants(ctx, tx, grants.Filter{Page: page})
	if err != nil {
		return rest.List[standingRow]{}, err
	}
	standings, err := d.Grants.Standings(ctx, tx, found, resource.Today(tx, in.AsOf))
	if err != nil {
		return rest.List[standingRow]{}, err
	}
	rows := make([]standingRow, len(found))
	for i, g := range found {
		rows[i] = standingRow{viewStanding(g, standings[i]), g.State}
	}
	return rest.ListOf(in.Page, rows, func(r standingRow) standingRow { return r },
		func(r standingRow) []string { return []string{r.Grant} }), nil
}

type standingsRequest struct {
	rest.Page
	AsOf ledger.Date `query:"as_of" json:"-" description:"The last day that counts; today where none is given."`
}

type standingRow struct {
	standingView
	State grants.GrantState `json:"state"`
}
