package http

import (
	"cmp"
	"context"
	"strconv"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// figureView is an amount of a report with the way to its lines.
type figureView struct {
	Amount   Decimal         `json:"amount"`
	Currency ledger.Currency `json:"currency"`
	Side     ledger.Side     `json:"side" enum:"debit,credit" description:"The side on which the amount counts positive."`
	Href     string          `json:"href" description:"The lines that it is the sum of: base_amount where its currency is base currency, else amount."`
}

func viewFigure(f ledger.Figure) figureView {
	return figureView{Decimal(f.Amount.String()), f.Amount.Currency, f.Side, href(f.Lines)}
}

// viewMaybe shows a figure that a row may not have.
func viewMaybe(f *ledger.Figure) *figureView {
	if f == nil {
		return nil
	}
	v := viewFigure(*f)
	return &v
}

// report is the answer of every report: what was asked, and its rows, totals among them.
type report[R any] struct {
	AsOf    string          `json:"as_of,omitempty" description:"Last day that counts."`
	From    string          `json:"from,omitempty"`
	To      string          `json:"to,omitempty"`
	KnownAt string          `json:"known_at" description:"Entries posted later do not count."`
	Through int64           `json:"through" description:"Sequence number of the last entry that counts."`
	Base    ledger.Currency `json:"base_currency"`
	Rows    []R             `json:"rows"`

	Subject *subjectView `json:"subject,omitempty" description:"What the report is about, where it is about one thing."`
	Paging  *PageView    `json:"page,omitempty"`
}

// subjectView names the account or grant of a report.
type subjectView struct {
	Key    string `json:"key"`
	NameEN string `json:"name_en"`
	NameDA string `json:"name_da"`
}

func (r report[R]) rows() any { return r.Rows }

func (r report[R]) page() PageView {
	if r.Paging == nil {
		return PageView{}
	}
	return *r.Paging
}

func (r report[R]) about() []fact {
	var facts []fact
	if r.Subject != nil {
		facts = append(facts, fact{text{"Of", "For"}, r.Subject.Key + " " + r.Subject.NameEN})
	}
	if r.AsOf != "" {
		facts = append(facts, fact{text{"As of", "Pr."}, r.AsOf})
	}
	if r.To != "" {
		facts = append(facts, fact{text{"Period", "Periode"}, r.From + " – " + r.To})
	}
	return append(facts, fact{text{"Known at", "Bogført indtil"}, r.KnownAt}, fact{text{"Amounts in", "Beløb i"}, string(r.Base)})
}

// asOfRequest asks for a report as of a day.
type asOfRequest struct {
	knowledge
	AsOf ledger.Date `query:"as_of" json:"-" description:"The last day that counts; today where none is given."`
}

// spanRequest asks for a report of a span of days.
type spanRequest struct {
	knowledge
	From ledger.Date `query:"from" json:"-" description:"First day; the start of the books where none is given."`
	To   ledger.Date `query:"to" json:"-" description:"Last day; today where none is given."`
}

// frame reads what a report is about, and makes the head of its answer.
func frame[R any](ctx context.Context, tx *store.Tx, d desk, k knowledge, from, to ledger.Date, asOf bool) (report[R], ledger.Span, error) {
	through, err := k.of(ctx, tx, d)
	if err != nil {
		return report[R]{}, ledger.Span{}, err
	}
	if through == 0 {
		if through, err = d.book.LastSeq(ctx, tx); err != nil {
			return report[R]{}, ledger.Span{}, err
		}
	}
	known := tx.At
	if !k.KnownAt.IsZero() {
		known = k.KnownAt
	}
	r := report[R]{KnownAt: store.FormatTime(known.UTC()), Through: through, Base: d.book.Base, Rows: []R{}}
	if asOf {
		r.AsOf = string(to)
	} else {
		r.From, r.To = string(from), string(to)
	}
	return r, ledger.Span{From: from, To: to, Through: cmp.Or(through, -1)}, nil
}

// bookReports registers the questions that one puts to the books.
func bookReports(api *API) {
	about := "Every figure has an `href` to the lines that it is the sum of, at the same cut-off."
	Route(api, Op{Method: get, Path: "/journal-lines", ID: "listJournalLines", Tag: "journal-entries", Roles: bookkeeper,
		Summary: "List posted lines in order of posting", Danish: "Vis posteringslinjer i bogføringsorden"}, at(listLines))
	Route(api, Op{Method: get, Path: "/reports/trial-balance", ID: "reportTrialBalance", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "Trial balance as of a day", Danish: "Råbalance pr. en dag"}, at(reportTrialBalance))
	Route(api, Op{Method: get, Path: "/reports/general-ledger", ID: "reportGeneralLedger", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "Lines of an account with running balance", Danish: "En kontos linjer med løbende saldo", Refuses: []error{ledger.ErrUnknownAccount}}, at(reportGeneralLedger))
	Route(api, Op{Method: get, Path: "/reports/fund-balances", ID: "reportFundBalances", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "What every fund has, owes and has promised", Danish: "Hvad hver fond har, skylder og har disponeret"}, at(reportFundBalances))
	Route(api, Op{Method: get, Path: "/reports/activities", ID: "reportActivities", Tag: "reports", Roles: bookkeeper,
		About:   about + " Year-end closing entries are left out.",
		Summary: "Statement of financial activities", Danish: "Resultatopgørelse på frie og bundne midler"}, at(reportActivities))
	Route(api, Op{Method: get, Path: "/reports/budget-actual", ID: "reportBudgetActual", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "Budget and cost of a grant", Danish: "Budget og forbrug på en bevilling", Refuses: []error{grants.ErrUnknownGrant}}, at(reportBudgetActual))
	Route(api, Op{Method: get, Path: "/reports/open-commitments", ID: "reportOpenCommitments", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "What is set aside for plans and not spent", Danish: "Hvad der er disponeret til planer og ikke brugt"}, at(reportOpenCommitments))
	Route(api, Op{Method: get, Path: "/reports/partner-advances", ID: "reportPartnerAdvances", Tag: "reports", Roles: bookkeeper, About: about,
		Summary: "What partners hold of our money or owe back, by age", Danish: "Hvad partnere har af vores penge eller skylder tilbage, efter alder"}, at(reportPartnerAdvances))
	Route(api, Op{Method: get, Path: "/reports/suspense", ID: "reportSuspense", Tag: "reports", Roles: bookkeeper,
		About:   about + " Suspense accounts are those under assets:suspense and liabilities:suspense.",
		Summary: "What waits to be sorted out", Danish: "Hvad der afventer afklaring"}, at(reportSuspense))
}

type trialBalanceRequest struct {
	asOfRequest
	Fund []ledger.FundCode `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

type trialRow struct {
	Kind    string             `json:"kind" enum:"account,total"`
	Book    string             `json:"book" enum:"actual,budgetary"`
	Account ledger.AccountNo   `json:"account,omitempty"`
	NameEN  string             `json:"name_en,omitempty"`
	NameDA  string             `json:"name_da,omitempty"`
	Type    ledger.AccountType `json:"type,omitempty"`
	Debit   *figureView        `json:"debit,omitempty" table:"base"`
	Credit  *figureView        `json:"credit,omitempty" table:"base"`
	Own     *figureView        `json:"own_currency,omitempty" description:"What the account holds in its own currency, where that is not base currency."`
}

func reportTrialBalance(ctx context.Context, tx *store.Tx, d desk, in trialBalanceRequest) (report[trialRow], error) {
	r, span, err := frame[trialRow](ctx, tx, d, in.knowledge, "", today(tx, in.AsOf), true)
	if err != nil {
		return r, err
	}
	t, err := d.book.TrialBalance(ctx, tx, span, in.Fund...)
	for _, row := range t.Rows {
		v := trialRow{"account", row.Book, row.Account.Number, row.Account.NameEN, row.Account.NameDA, row.Account.Type,
			viewMaybe(row.Debit), viewMaybe(row.Credit), viewMaybe(row.Own)}
		if row.Account.Number == "" {
			v.Kind = "total"
		}
		r.Rows = append(r.Rows, v)
	}
	return r, err
}

type generalLedgerRequest struct {
	Page
	spanRequest
	Account ledger.AccountNo  `query:"account" json:"-" validate:"required"`
	Fund    []ledger.FundCode `query:"fund" json:"-" description:"Only these funds; all where none is given."`
}

type generalRow struct {
	Kind    string         `json:"kind" enum:"opening,line,closing" description:"The opening balance stands on the first page, the closing balance on the last."`
	Entry   string         `json:"entry,omitempty" description:"Number of the entry."`
	ID      ledger.EntryID `json:"entry_id,omitempty"`
	Line    int            `json:"line,omitempty"`
	Date    string         `json:"date,omitempty"`
	Text    string         `json:"text,omitempty"`
	Fund    string         `json:"fund,omitempty"`
	Debit   *Decimal       `json:"debit,omitempty" description:"Base currency. The line itself: its entry is at href."`
	Credit  *Decimal       `json:"credit,omitempty"`
	Amount  *ledger.Money  `json:"amount,omitempty" description:"In the line's own currency, where that is not base; debit is positive."`
	Balance figureView     `json:"balance" table:"base"`
	Href    string         `json:"href,omitempty" table:"-"`
}

func viewGeneral(base ledger.Currency) func(ledger.GeneralRow) generalRow {
	return func(l ledger.GeneralRow) generalRow {
		v := generalRow{Kind: "line", Entry: l.Number, ID: l.Entry, Line: l.Position.Line, Date: string(l.Date), Text: l.Text, Fund: string(l.Fund),
			Balance: viewFigure(l.Balance), Href: Base + "/journal-entries/" + string(l.Entry)}
		amount := Decimal(l.Base.Abs().String())
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

func reportGeneralLedger(ctx context.Context, tx *store.Tx, d desk, in generalLedgerRequest) (report[generalRow], error) {
	r, span, err := frame[generalRow](ctx, tx, d, in.knowledge, in.From, today(tx, in.To), false)
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
			return r, refuse("cursor_invalid")
		}
	}
	g, err := d.book.GeneralLedger(ctx, tx, in.Account, in.Fund, span, after, in.Size()+1)
	if err != nil {
		return r, At("/account", err)
	}
	list := ListOf(in.Page, g.Rows, viewGeneral(d.book.Base), func(l ledger.GeneralRow) []string {
		return []string{string(l.Date), strconv.FormatInt(l.Seq, 10), strconv.Itoa(l.Position.Line)}
	})
	if cursor == nil {
		r.Rows = append(r.Rows, generalRow{Kind: "opening", Date: string(in.From), Balance: viewFigure(g.Opening)})
	}
	r.Rows = append(r.Rows, list.Data...)
	if !list.Page.HasMore {
		r.Rows = append(r.Rows, generalRow{Kind: "closing", Date: r.To, Balance: viewFigure(g.Closing)})
	}
	r.Paging, r.Subject = &list.Page, &subjectView{string(g.Account.Number), g.Account.NameEN, g.Account.NameDA}
	return r, nil
}

type fundRow struct {
	Kind        string             `json:"kind" enum:"fund,total"`
	Fund        ledger.FundCode    `json:"fund,omitempty"`
	Name        string             `json:"name,omitempty"`
	Restriction ledger.Restriction `json:"restriction,omitempty"`
	Bank        figureView         `json:"bank" table:"base"`
	Other       figureView         `json:"other_assets" table:"base"`
	Owed        figureView         `json:"liabilities" table:"base" description:"Grant money received in advance among it."`
	Own         figureView         `json:"net_assets" table:"base" description:"With the result that no year-end has closed yet: bank + other_assets - liabilities."`
	Committed   figureView         `json:"committed" table:"base" description:"Set aside for approved plans."`
}

func viewFundRow(kind string, r ledger.FundRow) fundRow {
	return fundRow{kind, r.Fund.Code, r.Fund.Name, r.Fund.Restriction, viewFigure(r.Bank), viewFigure(r.Other), viewFigure(r.Owed), viewFigure(r.Own), viewFigure(r.Committed)}
}

func reportFundBalances(ctx context.Context, tx *store.Tx, d desk, in asOfRequest) (report[fundRow], error) {
	r, span, err := frame[fundRow](ctx, tx, d, in.knowledge, "", today(tx, in.AsOf), true)
	if err != nil {
		return r, err
	}
	f, err := d.book.FundBalances(ctx, tx, span)
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
	Kind         ledger.ActivityKind `json:"kind" enum:"income,total_income,expense,total_expense,result,other_movements,brought_forward,carried_forward"`
	Account      ledger.AccountNo    `json:"account,omitempty"`
	NameEN       string              `json:"name_en,omitempty"`
	NameDA       string              `json:"name_da,omitempty"`
	Unrestricted figureView          `json:"unrestricted" table:"base"`
	Restricted   figureView          `json:"restricted" table:"base"`
	Total        figureView          `json:"total" table:"base"`
}

func reportActivities(ctx context.Context, tx *store.Tx, d desk, in spanRequest) (report[activityRow], error) {
	r, span, err := frame[activityRow](ctx, tx, d, in.knowledge, in.From, today(tx, in.To), false)
	if err != nil {
		return r, err
	}
	a, err := d.book.Activities(ctx, tx, span)
	for _, row := range a.Rows {
		r.Rows = append(r.Rows, activityRow{row.Kind, row.Account.Number, row.Account.NameEN, row.Account.NameDA,
			viewFigure(row.Unrestricted), viewFigure(row.Restricted), viewFigure(row.Total)})
	}
	return r, err
}
