package books

import (
	"context"
	"net/http"

	"supportledger/access"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// periods registers the months of the books and how they close.
func periods(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/periods", ID: "listPeriods", Tag: "periods",
		Roles:   resource.Staff,
		Summary: "List the months of the books", Danish: "Vis bøgernes måneder"}, listPeriods)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/periods/:month/checklist", ID: "getChecklist", Tag: "periods",
		Roles:   resource.Bookkeeper,
		Summary: "What must be in order before a month is closed", Danish: "Hvad der skal være i orden, før en måned lukkes",
		Refuses: []error{ledger.ErrDate}}, getChecklist)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/sign-offs", ID: "signOffCheck", Tag: "periods",
		Match: "getChecklist",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Answer for what a check found, with a reason",
		Danish:  "Kvittér for, hvad en kontrol fandt, med en begrundelse",
		About: "For checks that the books cannot judge. It holds for this round of closing and for no more findings " +
			"than there are now.",
		Refuses: []error{ledger.ErrDate, ledger.ErrUnknownCheck, ledger.ErrReasonRequired},
		Example: `{"check":"bank","reason":"Agreed with the bank's statement of 31 January"}`}, signOff)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/soft-closures", ID: "softClosePeriod",
		Match: "getChecklist",
		Tag:   "periods", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Leave a month to finance", Danish: "Forbehold en måned for økonomi",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder}}, softClosePeriod)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/openings", ID: "openPeriod", Tag: "periods",
		Match: "getChecklist",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Give a soft-closed month back to everybody", Danish: "Åbn en forbeholdt måned for alle igen",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrReasonRequired}}, openPeriod)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/closures", ID: "closePeriod", Tag: "periods",
		Match: "getChecklist",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Close a month: nothing is posted into it any more", Danish: "Luk en måned: der bogføres ikke mere i den",
		About:   "Refused while a check of its checklist stands open.",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrCheckFails}}, closePeriod)
	reopenings(api)
}

func reopenings(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/periods/:month/reopenings", ID: "listReopenings", Tag: "periods",
		Roles:   resource.Bookkeeper,
		Summary: "Reopenings of a month, asked for and approved", Danish: "En måneds genåbninger, ønskede og godkendte"},
		listReopenings)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/periods/:month/reopenings/:id", ID: "getReopening",
		Tag: "periods", Roles: resource.Bookkeeper,
		Summary: "One reopening of a month", Danish: "Én genåbning af en måned",
		Refuses: []error{ledger.ErrUnknownReopening}}, getReopening)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/reopenings", ID: "requestReopening",
		Match: "getChecklist",
		Tag:   "periods", Roles: resource.Finance,
		Summary: "Ask for a closed month to be reopened", Danish: "Bed om, at en lukket måned genåbnes",
		About:   "Another person approves it. The month is then open to finance only.",
		Refuses: []error{ledger.ErrDate, ledger.ErrPeriodOrder, ledger.ErrReopeningPending, ledger.ErrReasonRequired}},
		requestReopening)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/periods/:month/reopenings/:id/approvals",
		ID: "approveReopening", Tag: "periods", Roles: resource.Finance, Status: http.StatusOK,
		Match:   "getReopening",
		Summary: "Approve a reopening that somebody else asked for", Danish: "Godkend en genåbning, som en anden har bedt om",
		Refuses: []error{ledger.ErrUnknownReopening, ledger.ErrPeriodOrder, access.ErrMakerCannotApprove}}, approveReopening)
}

type periodView struct {
	Month string             `json:"month"`
	State ledger.PeriodState `json:"state" enum:"open,soft_closed,closed"`
}

func viewPeriod(p ledger.Period) periodView { return periodView{p.Month, p.State} }

func listPeriods(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[periodView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[periodView]{}, err
	}
	found, err := d.Book.Months().List(ctx, tx, page)
	if err != nil {
		return rest.List[periodView]{}, err
	}
	return rest.ListOf(in.Page, found, viewPeriod, func(p ledger.Period) []string { return []string{p.Month} }), nil
}

type byMonth struct {
	Month rest.Ref `path:"month" json:"-" description:"Such as 2026-01."`
}

// checkWords say what each check looks at, and where to see what it found.
var checkWords = map[ledger.CheckKey]struct {
	title rest.Text
	href  string
}{
	ledger.NoDrafts: {rest.Text{EN: "No drafts dated in the month or before",
		DA: "Ingen kladder dateret i måneden eller før"}, "/journal-entry-drafts"},
	ledger.FundsNotBelow: {rest.Text{EN: "No restricted fund owes more than it has",
		DA: "Intet bundet formål skylder mere, end det har"}, "/balances?as_of="},
	ledger.LoansAgree: {rest.Text{EN: "What funds lent is what funds borrowed",
		DA: "Udlån mellem formål svarer til lån"}, "/balances?as_of="},
	ledger.YearIsClosed: {rest.Text{EN: "Income and expense of the year are closed",
		DA: "Årets indtægter og omkostninger er afsluttet"}, "/balances?as_of="},
	ledger.BanksAgree: {rest.Text{EN: "Bank accounts agree with the bank's statement",
		DA: "Bankkonti stemmer med kontoudtog"}, "/balances?as_of="},
	ledger.NothingSuspense: {rest.Text{EN: "Nothing stands on suspense accounts", DA: "Intet står på mellemregningskonti"},
		"/balances?as_of="},
	ledger.GrantsNotAhead: {rest.Text{EN: "No grant has spent more than it received",
		DA: "Ingen bevilling har brugt mere, end den har modtaget"}, "/balances?as_of="},
	ledger.AccrualsBack: {rest.Text{EN: "Accruals of the year before are taken back",
		DA: "Sidste års periodiseringer er tilbageført"}, "/journal-entries?from="},
}

type checkView struct {
	Key      ledger.CheckKey `json:"key"`
	Title    string          `json:"title"`
	TitleDA  string          `json:"title_da"`
	Kind     string          `json:"kind" enum:"must_pass,sign_off" description:"sign_off may be answered for with a reason."`
	Status   string          `json:"status" enum:"passed,failed,signed_off"`
	Findings int             `json:"findings" description:"How many things were found; 0 passes."`
	Found    []string        `json:"found,omitempty" description:"What was found, by name and figure, where the check says so."`
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
		row := checkView{Key: c.Key, Title: words.title.EN, TitleDA: words.title.DA, Kind: "sign_off", Status: "passed",
			Findings: c.Findings, Found: c.Found, Href: rest.Base + words.href}
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
		return checklistView{}, resource.AtReason(err)
	}
	return viewChecklist(l), nil
}

func getChecklist(ctx context.Context, tx *store.Tx, d resource.Domain, in byMonth) (checklistView, error) {
	return checklistShown(d.Book.Months().Checklist(ctx, tx, string(in.Month)))
}

type signOffRequest struct {
	Month  rest.Ref        `path:"month" json:"-" description:"Such as 2026-01."`
	Check  ledger.CheckKey `json:"check" validate:"required,oneof=bank suspense overspent_grants accruals"`
	Reason string          `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func signOff(ctx context.Context, tx *store.Tx, d resource.Domain, in signOffRequest) (checklistView, error) {
	return checklistShown(d.Book.Months().SignOff(ctx, tx, string(in.Month), in.Check, in.Reason))
}

func periodShown(p ledger.Period, err error) (periodView, error) {
	if err != nil {
		return periodView{}, resource.AtReason(err)
	}
	return viewPeriod(p), nil
}

func softClosePeriod(ctx context.Context, tx *store.Tx, d resource.Domain, in byMonth) (periodView, error) {
	return periodShown(d.Book.Months().SoftClose(ctx, tx, string(in.Month)))
}

type reasonForMonth struct {
	Month  rest.Ref `path:"month" json:"-" description:"Such as 2026-01."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func openPeriod(ctx context.Context, tx *store.Tx, d resource.Domain, in reasonForMonth) (periodView, error) {
	return periodShown(d.Book.Months().OpenAgain(ctx, tx, string(in.Month), in.Reason))
}

func closePeriod(ctx context.Context, tx *store.Tx, d resource.Domain, in byMonth) (periodView, error) {
	return periodShown(d.Book.Months().Close(ctx, tx, string(in.Month)))
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
	return reopeningView{ID: r.ID, Month: r.Month, State: state, Reason: r.Reason, RequestedBy: r.RequestedBy}
}

func reopeningShown(r ledger.Reopening, err error) (reopeningView, error) {
	if err != nil {
		return reopeningView{}, resource.AtReason(err)
	}
	return viewReopening(r), nil
}

type listReopeningsRequest struct {
	rest.Page
	Month rest.Ref `path:"month" json:"-" description:"Such as 2026-01."`
}

func listReopenings(ctx context.Context, tx *store.Tx, d resource.Domain,
	in listReopeningsRequest) (rest.List[reopeningView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[reopeningView]{}, err
	}
	found, err := d.Book.Months().Reopenings(ctx, tx, string(in.Month), page)
	if err != nil {
		return rest.List[reopeningView]{}, err
	}
	return rest.ListOf(in.Page, found, viewReopening, func(r ledger.Reopening) []string { return []string{string(r.ID)} }),
		nil
}

func requestReopening(ctx context.Context, tx *store.Tx, d resource.Domain, in reasonForMonth) (reopeningView, error) {
	return reopeningShown(d.Book.Months().RequestReopening(ctx, tx, string(in.Month), in.Reason))
}

type approveReopeningRequest struct {
	Month rest.Ref `path:"month" json:"-"`
	ID    rest.Ref `path:"id" json:"-"`
}

func approveReopening(ctx context.Context, tx *store.Tx, d resource.Domain, in approveReopeningRequest) (reopeningView,
	error) {
	return reopeningShown(d.Book.Months().ApproveReopening(ctx, tx, ledger.ReopeningID(in.ID)))
}

// CheckTitle says what a check of the close checklist looks at, for other faces of the books than this one.
func CheckTitle(key ledger.CheckKey, l rest.Lang) string { return checkWords[key].title.In(l) }

func getReopening(ctx context.Context, tx *store.Tx, d resource.Domain, in approveReopeningRequest) (reopeningView,
	error) {
	all, err := d.Book.Months().Reopenings(ctx, tx, string(in.Month), store.Keyset{})
	return reopeningShown(resource.One(all, err, ledger.ErrUnknownReopening,
		func(r ledger.Reopening) bool { return r.ID == ledger.ReopeningID(in.ID) }))
}
