package http

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// periods registers the months of the books and how they close.
func periods(api *API) {
	Route(api, Op{Method: get, Path: "/periods", ID: "listPeriods", Tag: "periods", Roles: staff,
		Summary: "List the months of the books", Danish: "Vis bøgernes måneder"}, at(listPeriods))
	Route(api, Op{Method: get, Path: "/periods/:month/checklist", ID: "getChecklist", Tag: "periods", Roles: bookkeeper,
		Summary: "What must be in order before a month is closed", Danish: "Hvad der skal være i orden, før en måned lukkes",
		Refuses: []error{ledger.ErrDate}}, at(getChecklist))
	Route(api, Op{Method: post, Path: "/periods/:month/sign-offs", ID: "signOffCheck", Tag: "periods", Roles: finance, Status: http.StatusOK,
		Summary: "Answer for what a check found, with a reason", Danish: "Kvittér for, hvad en kontrol fandt, med en begrundelse",
		About:   "For checks that the books cannot judge. It holds for this round of closing and for no more findings than there are now.",
		Refuses: []error{ledger.ErrDate, ledger.ErrUnknownCheck, ledger.ErrReasonRequired},
		Example: `{"check":"bank","reason":"Agreed with the bank's statement of 31 January"}`}, at(signOff))
	Route(api, Op{Method: post, Path: "/periods/:month/soft-closures", ID: "softClosePeriod", Tag: "periods", Roles: finance, Status: http.StatusOK,
		Summary: "Leave a month to finance", Danish: "Forbehold en måned for økonomi",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder}}, at(softClosePeriod))
	Route(api, Op{Method: post, Path: "/periods/:month/openings", ID: "openPeriod", Tag: "periods", Roles: finance, Status: http.StatusOK,
		Summary: "Give a soft-closed month back to everybody", Danish: "Åbn en forbeholdt måned for alle igen",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrReasonRequired}}, at(openPeriod))
	Route(api, Op{Method: post, Path: "/periods/:month/closures", ID: "closePeriod", Tag: "periods", Roles: finance, Status: http.StatusOK,
		Summary: "Close a month: nothing is posted into it any more", Danish: "Luk en måned: der bogføres ikke mere i den",
		About:   "Refused while a check of its checklist stands open.",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrCheckFails}}, at(closePeriod))
	reopenings(api)
}

func reopenings(api *API) {
	Route(api, Op{Method: get, Path: "/periods/:month/reopenings", ID: "listReopenings", Tag: "periods", Roles: bookkeeper,
		Summary: "Reopenings of a month, asked for and approved", Danish: "En måneds genåbninger, ønskede og godkendte"}, at(listReopenings))
	Route(api, Op{Method: post, Path: "/periods/:month/reopenings", ID: "requestReopening", Tag: "periods", Roles: finance,
		Summary: "Ask for a closed month to be reopened", Danish: "Bed om, at en lukket måned genåbnes",
		About:   "Another person approves it. The month is then open to finance only.",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrReopeningPending, ledger.ErrReasonRequired}}, at(requestReopening))
	Route(api, Op{Method: post, Path: "/periods/:month/reopenings/:id/approvals", ID: "approveReopening", Tag: "periods", Roles: finance, Status: http.StatusOK,
		Summary: "Approve a reopening that somebody else asked for", Danish: "Godkend en genåbning, som en anden har bedt om",
		Refuses: []error{ledger.ErrUnknownReopening, ledger.ErrPeriodOrder, access.ErrMakerCannotApprove}}, at(approveReopening))
}

type periodView struct {
	Month string             `json:"month"`
	State ledger.PeriodState `json:"state" enum:"open,soft_closed,closed"`
}

func viewPeriod(p ledger.Period) periodView { return periodView{p.Month, p.State} }

func listPeriods(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[periodView], error) {
	found, err := d.book.Periods(ctx, tx)
	if err != nil {
		return List[periodView]{}, err
	}
	return pageOf(in.Page, found, viewPeriod, func(p ledger.Period) string { return p.Month })
}

type byMonth struct {
	Month Ref `path:"month" json:"-" description:"Such as 2026-01."`
}

// checkWords say what each check looks at, and where to see what it found.
var checkWords = map[ledger.CheckKey]struct {
	title text
	href  string
}{
	ledger.NoDrafts:        {text{"No drafts dated in the month or before", "Ingen kladder dateret i måneden eller før"}, "/journal-entry-drafts"},
	ledger.FundsNotBelow:   {text{"No restricted fund owes more than it has", "Ingen bunden fond skylder mere, end den har"}, "/balances?as_of="},
	ledger.LoansAgree:      {text{"What funds lent is what funds borrowed", "Udlån mellem fonde svarer til lån"}, "/balances?as_of="},
	ledger.YearIsClosed:    {text{"Income and expense of the year are closed", "Årets indtægter og omkostninger er afsluttet"}, "/balances?as_of="},
	ledger.BanksAgree:      {text{"Bank accounts agree with the bank's statement", "Bankkonti stemmer med kontoudtog"}, "/balances?as_of="},
	ledger.NothingSuspense: {text{"Nothing stands on suspense accounts", "Intet står på mellemregningskonti"}, "/balances?as_of="},
	ledger.GrantsNotAhead:  {text{"No grant has spent more than it received", "Ingen bevilling har brugt mere, end den har modtaget"}, "/balances?as_of="},
	ledger.AccrualsBack:    {text{"Accruals of the year before are taken back", "Sidste års periodiseringer er tilbageført"}, "/journal-entries?from="},
}

type checkView struct {
	Key      ledger.CheckKey `json:"key"`
	Title    string          `json:"title"`
	TitleDA  string          `json:"title_da"`
	Kind     string          `json:"kind" enum:"must_pass,sign_off" description:"sign_off may be answered for with a reason."`
	Status   string          `json:"status" enum:"passed,failed,signed_off"`
	Findings int             `json:"findings" description:"How many things were found; 0 passes."`
	Href     string          `json:"href" description:"Where to see them."`
	Reason   string          `json:"reason,omitempty"`
	SignedBy string          `json:"signed_by,omitempty"`
	SignedAt string          `json:"signed_at,omitempty"`
}

type checklistView struct {
	Month  string             `json:"month"`
	State  ledger.PeriodState `json:"state" enum:"open,soft_closed,closed"`
	Done   bool               `json:"done" description:"Whether the month may be closed."`
	Checks []checkView        `json:"checks"`
}

func viewChecklist(l ledger.Checklist) checklistView {
	v := checklistView{l.Period.Month, l.Period.State, len(l.Open()) == 0, []checkView{}}
	last := string(l.Period.LastDay())
	for _, c := range l.Checks {
		words := checkWords[c.Key]
		row := checkView{Key: c.Key, Title: words.title.en, TitleDA: words.title.da, Kind: "sign_off", Status: "passed", Findings: c.Findings, Href: Base + words.href}
		switch words.href {
		case "/balances?as_of=":
			row.Href += last
		case "/journal-entries?from=":
			row.Href += last[:4] + "-01-01"
		}
		if c.Must {
			row.Kind = "must_pass"
		}
		switch {
		case c.Findings == 0:
		case c.Signed != nil:
			row.Status, row.Reason, row.SignedBy, row.SignedAt = "signed_off", c.Signed.Reason, c.Signed.By, c.Signed.At
		default:
			row.Status = "failed"
		}
		v.Checks = append(v.Checks, row)
	}
	return v
}

func checklistShown(l ledger.Checklist, err error) (checklistView, error) {
	if err != nil {
		return checklistView{}, atReason(err)
	}
	return viewChecklist(l), nil
}

func getChecklist(ctx context.Context, tx *store.Tx, d desk, in byMonth) (checklistView, error) {
	return checklistShown(d.book.Checklist(ctx, tx, string(in.Month)))
}

type signOffRequest struct {
	Month  Ref             `path:"month" json:"-" description:"Such as 2026-01."`
	Check  ledger.CheckKey `json:"check" validate:"required,oneof=bank suspense overspent_grants accruals"`
	Reason string          `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func signOff(ctx context.Context, tx *store.Tx, d desk, in signOffRequest) (checklistView, error) {
	return checklistShown(d.book.SignOff(ctx, tx, string(in.Month), in.Check, in.Reason))
}

func periodShown(p ledger.Period, err error) (periodView, error) {
	if err != nil {
		return periodView{}, atReason(err)
	}
	return viewPeriod(p), nil
}

func softClosePeriod(ctx context.Context, tx *store.Tx, d desk, in byMonth) (periodView, error) {
	return periodShown(d.book.SoftClose(ctx, tx, string(in.Month)))
}

type reasonForMonth struct {
	Month  Ref    `path:"month" json:"-" description:"Such as 2026-01."`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func openPeriod(ctx context.Context, tx *store.Tx, d desk, in reasonForMonth) (periodView, error) {
	return periodShown(d.book.OpenAgain(ctx, tx, string(in.Month), in.Reason))
}

func closePeriod(ctx context.Context, tx *store.Tx, d desk, in byMonth) (periodView, error) {
	return periodShown(d.book.Close(ctx, tx, string(in.Month)))
}

type reopeningView struct {
	ID          ledger.ReopeningID `json:"id"`
	Month       string             `json:"month"`
	State       string             `json:"state" enum:"requested,approved"`
	Reason      string             `json:"reason"`
	RequestedBy string             `json:"requested_by"`
}

func viewReopening(r ledger.Reopening) reopeningView {
	state := "requested"
	if r.Approved {
		state = "approved"
	}
	return reopeningView{r.ID, r.Month, state, r.Reason, r.RequestedBy}
}

func reopeningShown(r ledger.Reopening, err error) (reopeningView, error) {
	if err != nil {
		return reopeningView{}, atReason(err)
	}
	return viewReopening(r), nil
}

type listReopeningsRequest struct {
	Page
	Month Ref `path:"month" json:"-" description:"Such as 2026-01."`
}

func listReopenings(ctx context.Context, tx *store.Tx, d desk, in listReopeningsRequest) (List[reopeningView], error) {
	found, err := d.book.Reopenings(ctx, tx, string(in.Month))
	if err != nil {
		return List[reopeningView]{}, err
	}
	return pageOf(in.Page, found, viewReopening, func(r ledger.Reopening) string { return string(r.ID) })
}

func requestReopening(ctx context.Context, tx *store.Tx, d desk, in reasonForMonth) (reopeningView, error) {
	return reopeningShown(d.book.RequestReopening(ctx, tx, string(in.Month), in.Reason))
}

type approveReopeningRequest struct {
	Month Ref `path:"month" json:"-"`
	ID    Ref `path:"id" json:"-"`
}

func approveReopening(ctx context.Context, tx *store.Tx, d desk, in approveReopeningRequest) (reopeningView, error) {
	return reopeningShown(d.book.ApproveReopening(ctx, tx, ledger.ReopeningID(in.ID)))
}

// CheckTitle says what a check of the close checklist looks at, for other faces of the books than this one.
func CheckTitle(key ledger.CheckKey, l Lang) string { return checkWords[key].title.in(l) }
