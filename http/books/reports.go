package books

import (
	"cmp"
	"context"
	"strconv"

	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
)

// FigureView is an amount of a report with the way to its lines.
type FigureView struct {
	Amount   rest.Decimal    `json:"amount"`
	Currency ledger.Currency `json:"currency"`
	Side     ledger.Side     `json:"side" enum:"debit,credit" description:"The side on which the amount counts positive."`
	Href     string          `json:"href" description:"The lines that it is the sum of: base_amount where its currency is base currency, else amount."`
}

// TableAmount is the figure in a table.
func (f FigureView) TableAmount() (amount, currency string) {
	return string(f.Amount), string(f.Currency)
}

// ViewFigure shows a figure with the address of its lines.
func ViewFigure(f ledger.Figure) FigureView {
	return FigureView{rest.Decimal(f.Amount.String()), f.Amount.Currency, f.Side, href(f.Lines)}
}

// viewMaybe shows a figure that a row may not have.
func viewMaybe(f *ledger.Figure) *FigureView {
	if f == nil {
		return nil
	}
	v := ViewFigure(*f)
	return &v
}

// Report is the answer of every report: what was asked, and its rows, totals among them.
type Report[R any] struct {
	AsOf    string          `json:"as_of,omitempty" description:"Last day that counts."`
	From    string          `json:"from,omitempty"`
	To      string          `json:"to,omitempty"`
	KnownAt string          `json:"known_at" description:"Entries posted later do not count."`
	Through int64           `json:"through" description:"Sequence number of the last entry that counts."`
	Base    ledger.Currency `json:"base_currency"`
	Rows    []R             `json:"rows"`

	Subject *subjectView   `json:"subject,omitempty" description:"What the report is about, where it is about one thing."`
	Paging  *rest.PageView `json:"page,omitempty"`
}

// subjectView names the account or grant of a report.
type subjectView struct {
	Key    string `json:"key"`
	NameEN string `json:"name_en"`
	NameDA string `json:"name_da"`
}

// TableRows are the rows of a report as a table.
func (r Report[R]) TableRows() any { return r.Rows }

// TablePage says whether it goes on.
func (r Report[R]) TablePage() rest.PageView {
	if r.Paging == nil {
		return rest.PageView{}
	}
	return *r.Paging
}

// TableFacts say above the rows what was asked.
func (r Report[R]) TableFacts() []rest.Fact {
	var facts []rest.Fact
	if r.Subject != nil {
		facts = append(facts, rest.Fact{Name: rest.Text{EN: "Of", DA: "For"}, Value: r.Subject.Key + " " + r.Subject.NameEN})
	}
	if r.AsOf != "" {
		facts = append(facts, rest.Fact{Name: rest.Text{EN: "As of", DA: "Pr."}, Value: r.AsOf})
	}
	if r.To != "" {
		facts = append(facts, rest.Fact{Name: rest.Text{EN: "Period", DA: "Periode"}, Value: r.From + " – " + r.To})
	}
	return append(facts, rest.Fact{Name: rest.Text{EN: "Known at", DA: "Bogført indtil"}, Value: r.KnownAt},
		rest.Fact{Name: rest.Text{EN: "Amounts in", DA: "Beløb i"}, Value: string(r.Base)})
}

// AsOfRequest asks for a report as of a day.
type AsOfRequest struct {
	Knowledge
	AsOf ledger.Date `query:"as_of" json:"-" description:"The last day that counts; today where none is given."`
}

// spanRequest asks for a report of a span of days.
type spanRequest struct {
	Knowledge
	From ledger.Date `query:"from" json:"-" description:"First day; the start of the books where none is given."`
	To   ledger.Date `query:"to" json:"-" description:"Last day; today where none is given."`
}

// asked are the days that a report is about.
type asked struct {
	Knowledge
	from, to ledger.Date
	asOf     bool // of the day to, not of a span
}

func (r AsOfRequest) asked(tx *store.Tx) asked {
	return asked{r.Knowledge, "", resource.Today(tx, r.AsOf), true}
}

func (r spanRequest) asked(tx *store.Tx) asked {
	return asked{r.Knowledge, r.From, resource.Today(tx, r.To), false}
}

// NewReport reads what a report is about, and makes the head of its answer.
func NewReport[R any](
	ctx context.Context, tx *store.Tx, d resource.Domain, in interface{ asked(tx *store.Tx) asked },
) (Report[R], ledger.Span, error) {
	a := in.asked(tx)
	k, from, to := a.Knowledge, a.from, a.to
	through, err := k.of(ctx, tx, d)
	if err != nil {
		return Report[R]{}, ledger.Span{}, err
	}
	if through == 0 {
		if through, err = d.Book.LastSeq(ctx, tx); err != nil {
			return Report[R]{}, ledger.Span{}, err
		}
	}
	known := tx.At
	if !k.KnownAt.IsZero() {
		known = k.KnownAt
	}
	r := Report[R]{KnownAt: store.FormatTime(known.UTC()), Through: through, Base: d.Book.Base, Rows: []R{}}
	if a.asOf {
		r.AsOf = string(to)
	} else {
		r.From, r.To = string(from), string(to)
	}
	return r, ledger.Span{From: from, To: to, Through: cmp.Or(through, -1)}, nil
}

// bookReports registers the questions that one puts to the books.
func bookReports(api *resource.API) {
	about := "Every figure has an `href` to the lines that it is the sum of, at the same cut-off."
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/journal-lines", ID: "listJournalLines", Tag: "journal-entries",
		Roles:   resource.Bookkeeper,
		Summary: "List posted lines in order of posting", Danish: "Vis posteringslinjer i bogføringsorden"}, listLines)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/trial-balance", ID: "reportTrialBalance", Tag: "reports",
		Roles: resource.Bookkeeper, About: about,
		Summary: "Trial balance as of a day", Danish: "Råbalance pr. en dag"}, reportTrialBalance)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/general-ledger", ID: "reportGeneralLedger",
		Tag: "reports", Roles: resource.Bookkeeper, About: about,
		Summary: "Lines of an account with running balance", Danish: "En kontos linjer med løbende saldo",
		Refuses: []error{ledger.ErrUnknownAccount}}, reportGeneralLedger)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/fund-balances", ID: "reportFundBalances", Tag: "reports",
		Roles: resource.Bookkeeper, About: about,
		Summary: "What every fund has, owes and has promised", Danish: "Hvad hvert formål har, skylder og har disponeret"},
		reportFundBalances)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/activities", ID: "reportActivities", Tag: "reports",
		Roles:   resource.Bookkeeper,
		About:   about + " Year-end closing entries are left out.",
		Summary: "Statement of financial activities", Danish: "Resultatopgørelse på frie og bundne midler"}, reportActivities)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/budget-actual", ID: "reportBudgetActual", Tag: "reports",
		Roles: resource.Bookkeeper, About: about,
		Summary: "Budget and cost of a grant", Danish: "Budget og forbrug på en bevilling",
		Refuses: []error{grants.ErrUnknownGrant}}, reportBudgetActual)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/budget-deviations", ID: "reportBudgetDeviations",
		Tag: "reports", Roles: resource.Bookkeeper, About: about,
		Summary: "A grant's budget as signed, as amended, and what was spent otherwise",
		Danish:  "En bevillings budget, som underskrevet og som ændret, og hvad der er brugt anderledes",
		Refuses: []error{grants.ErrUnknownGrant}}, reportBudgetDeviations)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/open-commitments", ID: "reportOpenCommitments",
		Tag: "reports", Roles: resource.Bookkeeper, About: about,
		Summary: "What is set aside for plans and not spent", Danish: "Hvad der er disponeret til planer og ikke brugt"},
		reportOpenCommitments)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/partner-advances", ID: "reportPartnerAdvances",
		Tag: "reports", Roles: resource.Bookkeeper, About: about,
		Summary: "What partners hold of our money or owe back, by age",
		Danish:  "Hvad partnere har af vores penge eller skylder tilbage, efter alder"}, reportPartnerAdvances)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/reports/suspense", ID: "reportSuspense", Tag: "reports",
		Roles:   resource.Bookkeeper,
		About:   about + " Suspense accounts are those under assets:suspense and liabilities:suspense.",
		Summary: "What waits to be sorted out", Danish: "Hvad der afventer afklaring"}, reportSuspense)
}

type trialBalanceRequest struct {
	AsOfRequest
	Fund []ledger.FundCode `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

type trialRow struct {
	Kind    string             `json:"kind" enum:"account,total"`
	Book    string             `json:"book" enum:"actual,budgetary"`
	Account ledger.AccountNo   `json:"account,omitempty"`
	NameEN  string             `json:"name_en,omitempty"`
	NameDA  string             `json:"name_da,omitempty"`
	Type    ledger.AccountType `json:"type,omitempty"`
	Debit   *FigureView        `json:"debit,omitempty" table:"base"`
	Credit  *FigureView        `json:"credit,omitempty" table:"base"`
	Own     *FigureView        `json:"own_currency,omitempty" description:"What the account holds in its own currency, where that is not base currency."`
}

func reportTrialBalance(ctx context.Context, tx *store.Tx, d resource.Domain, in trialBalanceRequest) (Report[trialRow],
	error) {
	r, span, err := NewReport[trialRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	t, err := reports.ReadTrialBalance(ctx, tx, d.Book, span, in.Fund...)
	for _, row := range t.Rows {
		v := trialRow{Kind: "account", Book: row.Book, Account: row.Account.Number, NameEN: row.Account.NameEN,
			NameDA: row.Account.NameDA, Type: row.Account.Type,
			Debit: viewMaybe(row.Debit), Credit: viewMaybe(row.Credit), Own: viewMaybe(row.Own)}
		if row.Account.Number == "" {
			v.Kind = "total"
		}
		r.Rows = append(r.Rows, v)
	}
	return r, err
}

type generalLedgerRequest struct {
	rest.Page
	spanRequest
	Account ledger.AccountNo  `query:"account" json:"-" validate:"required"`
	Fund    []ledger.FundCode `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

type generalRow struct {
	Kind    string         `json:"kind" enum:"opening,line,closing" description:"The opening balance stands on the first page, the closing balance on the last."`
	Entry   string         `json:"entry,omitempty" description:"Number of the entry."`
	ID      ledger.EntryID `json:"entry_id,omitempty"`
	Line    int            `json:"line,omitzero"`
	Date    string         `json:"date,omitempty"`
	Text    string         `json:"text,omitempty"`
	Fund    string         `json:"fund,omitempty"`
	Debit   *rest.Decimal  `json:"debit,omitempty" description:"Base currency. The line itself: its entry is at href."`
	Credit  *rest.Decimal  `json:"credit,omitempty"`
	Amount  *ledger.Money  `json:"amount,omitempty" description:"In the line's own currency, where that is not base; debit is positive."`
	Balance FigureView     `json:"balance" table:"base"`
	Href    string         `json:"href,omitempty" table:"-"`
}

func viewGeneral(base ledger.Currency) func(reports.GeneralRow) generalRow {
	return func(l reports.GeneralRow) generalRow {
		v := generalRow{Kind: "line", Entry: l.Number, ID: l.Entry, Line: l.Position.Line, Date: string(l.Date), Text: l.Text,
			Fund:    string(l.Fund),
			Balance: ViewFigure(l.Balance), Href: rest.Base + "/journal-entries/" + string(l.Entry)}
		amount := rest.Decimal(l.Base.Abs().String())
		if direction(l.Booked.Line) == credit {
			v.Credit = &amount
		} else {
			v.Debit = &amount
		}
		if l.Amount.Currency != base {
			v.Amount = &l.Amount
		}
		return v
	}
}

func reportGeneralLedger(ctx context.Context, tx *store.Tx, d resource.Domain,
	in generalLedgerRequest) (Report[generalRow], error) {
	r, span, err := NewReport[generalRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	cursor, err := in.After(3)
	if err != nil {
		return r, err
	}
	var after ledger.Position
	if cursor != nil {
		if after, err = linePlace(cursor[0] + "." + cursor[1] + "." + cursor[2]).position(); err != nil {
			return r, rest.Refuse("cursor_invalid")
		}
	}
	g, err := reports.ReadGeneralLedger(ctx, tx, d.Book,
		reports.GeneralPage{Account: in.Account, Funds: in.Fund, Span: span, After: after, Limit: in.Size() + 1})
	if err != nil {
		return r, rest.At("/account", err)
	}
	list := rest.ListOf(in.Page, g.Rows, viewGeneral(d.Book.Base), func(l reports.GeneralRow) []string {
		return []string{string(l.Date), strconv.FormatInt(l.Seq, 10), strconv.Itoa(l.Position.Line)}
	})
	if cursor == nil {
		r.Rows = append(r.Rows, generalRow{Kind: "opening", Date: string(in.From), Balance: ViewFigure(g.Opening)})
	}
	r.Rows = append(r.Rows, list.Data...)
	if !list.Page.HasMore {
		r.Rows = append(r.Rows, generalRow{Kind: "closing", Date: r.To, Balance: ViewFigure(g.Closing)})
	}
	r.Paging, r.Subject = &list.Page, &subjectView{string(g.Account.Number), g.Account.NameEN, g.Account.NameDA}
	return r, nil
}

type fundRow struct {
	Kind        string             `json:"kind" enum:"fund,total"`
	Fund        ledger.FundCode    `json:"fund,omitempty"`
	Name        string             `json:"name,omitempty"`
	Restriction ledger.Restriction `json:"restriction,omitempty"`
	Bank        FigureView         `json:"bank" table:"base"`
	Other       FigureView         `json:"other_assets" table:"base"`
	Owed        FigureView         `json:"liabilities" table:"base" description:"Grant money received in advance among it."`
	Own         FigureView         `json:"net_assets" table:"base" description:"With the result that no year-end has closed yet: bank + other_assets - liabilities."`
	Committed   FigureView         `json:"committed" table:"base" description:"Set aside for approved plans."`
}

func viewFundRow(kind string, r reports.FundRow) fundRow {
	return fundRow{Kind: kind, Fund: r.Fund.Code, Name: r.Fund.Name, Restriction: r.Fund.Restriction,
		Bank: ViewFigure(r.Bank), Other: ViewFigure(r.Other),
		Owed: ViewFigure(r.Owed), Own: ViewFigure(r.Own), Committed: ViewFigure(r.Committed)}
}

func reportFundBalances(ctx context.Context, tx *store.Tx, d resource.Domain, in AsOfRequest) (Report[fundRow], error) {
	r, span, err := NewReport[fundRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	f, err := reports.ReadFundBalances(ctx, tx, d.Book, span)
	if err != nil {
		return r, err
	}
	for _, row := range f.Rows {
		r.Rows = append(r.Rows, viewFundRow("fund", row))
	}
	r.Rows = append(r.Rows, viewFundRow("total", f.Total))
	return r, nil
}

type activityRow struct {
	Kind         reports.ActivityKind `json:"kind" enum:"income,total_income,expense,total_expense,result,other_movements,brought_forward,carried_forward" description:"Whether the row is an account, or which sum."`
	Account      ledger.AccountNo     `json:"account,omitempty"`
	NameEN       string               `json:"name_en,omitempty"`
	NameDA       string               `json:"name_da,omitempty"`
	Unrestricted FigureView           `json:"unrestricted" table:"base"`
	Restricted   FigureView           `json:"restricted" table:"base"`
	Total        FigureView           `json:"total" table:"base"`
}

func reportActivities(ctx context.Context, tx *store.Tx, d resource.Domain, in spanRequest) (Report[activityRow],
	error) {
	r, span, err := NewReport[activityRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	a, err := reports.ReadActivities(ctx, tx, d.Book, span)
	for _, row := range a.Rows {
		r.Rows = append(r.Rows,
			activityRow{Kind: row.Kind, Account: row.Account.Number, NameEN: row.Account.NameEN, NameDA: row.Account.NameDA,
				Unrestricted: ViewFigure(row.Unrestricted), Restricted: ViewFigure(row.Restricted), Total: ViewFigure(row.Total)})
	}
	return r, err
}
