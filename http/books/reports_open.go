package books

import (
	"context"

	"supportledger/grants"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/reports"
	"supportledger/store"
)

// Reports on what is open: budgets, commitments, advances, suspense.

type budgetActualRequest struct {
	AsOfRequest
	Grant rest.Ref `query:"grant" json:"-" validate:"required" description:"Id or code."`
}

type budgetActualRow struct {
	Kind   string        `json:"kind" enum:"budget_line,outside_budget,total,committed"`
	LineNo string        `json:"line_no,omitempty" description:"The funder's own number."`
	Text   string        `json:"text,omitempty"`
	Budget *ledger.Money `json:"budget,omitempty" description:"In the grant's currency."`
	Spent  *FigureView   `json:"spent,omitempty" description:"In the grant's currency, as its statement reports it."`
	Left   *ledger.Money `json:"left,omitempty" description:"Budget less spent."`
	Base   FigureView    `json:"spent_base" table:"base" description:"In base currency, as the books hold it; of the row committed, what plans have set aside."`

	CommittedOwn  *ledger.Money `json:"committed_own,omitempty" description:"What plans have set aside, in the grant's currency at the newest receipt's rate."`
	Available     *ledger.Money `json:"available,omitempty" description:"Budget less spent less committed, in the grant's currency."`
	BudgetBase    *ledger.Money `json:"budget_base,omitempty" table:"base" description:"The budget at the newest receipt's rate."`
	Committed     *FigureView   `json:"committed,omitempty" table:"base" description:"What plans have set aside on the line, base currency."`
	AvailableBase *ledger.Money `json:"available_base,omitempty" table:"base" description:"Budget less spent less committed, base currency."`
	Rate          string        `json:"rate_basis,omitempty" description:"Rate of the newest receipt, at which budget and commitments of a grant in another currency are shown."`
}

func reportBudgetActual(ctx context.Context, tx *store.Tx, d resource.Domain,
	in budgetActualRequest) (Report[budgetActualRow], error) {
	r, span, err := NewReport[budgetActualRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	b, err := d.Grants.BudgetActual(ctx, tx, string(in.Grant), span)
	if err != nil {
		return r, rest.At("/grant", err)
	}
	r.Subject = &subjectView{b.Grant.Code, b.Grant.Title, b.Grant.Title}
	for _, row := range append(b.Rows, b.Total) {
		budget := row.Line.Amount
		v := budgetActualRow{Kind: "budget_line", LineNo: row.Line.No, Text: row.Line.Text, Budget: &budget,
			Spent: viewMaybe(row.Spent), Left: row.Left,
			Base:         ViewFigure(row.Base),
			CommittedOwn: row.CommittedOwn, Available: row.Available, BudgetBase: row.BudgetBase,
			Committed: viewMaybe(&row.Committed), AvailableBase: row.AvailableBase, Rate: ""}
		if !b.Rate.IsZero() {
			v.Rate = b.Rate.String()
		}
		if row.Line.No == "" {
			v.Kind = "outside_budget"
		}
		r.Rows = append(r.Rows, v)
	}
	r.Rows[len(r.Rows)-1].Kind = "total"
	r.Rows = append(r.Rows, budgetActualRow{Kind: "committed", Base: ViewFigure(b.Committed)})
	return r, nil
}

type budgetDeviationRow struct {
	Kind      string        `json:"kind" enum:"budget_line,total"`
	LineNo    string        `json:"line_no,omitempty" description:"The funder's own number."`
	Text      string        `json:"text,omitempty"`
	Original  ledger.Money  `json:"original" description:"As signed, in the grant's currency."`
	Amended   ledger.Money  `json:"amended" description:"As the grantor last approved it."`
	Change    ledger.Money  `json:"change" description:"Amended less original."`
	Force     ledger.Money  `json:"in_force" description:"With what was moved within the agreement's limits."`
	Spent     *ledger.Money `json:"spent,omitempty" description:"In the grant's currency, as its statement reports it."`
	Deviation *ledger.Money `json:"deviation,omitempty" description:"Amended less spent; negative where more was spent."`
}

func reportBudgetDeviations(ctx context.Context, tx *store.Tx, d resource.Domain,
	in budgetActualRequest) (Report[budgetDeviationRow], error) {
	r, span, err := NewReport[budgetDeviationRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	rows, g, err := grants.Amendments{Grants: d.Grants}.Deviations(ctx, tx, string(in.Grant), span)
	if err != nil {
		return r, rest.At("/grant", err)
	}
	r.Subject = &subjectView{g.Code, g.Title, g.Title}
	for _, row := range rows {
		v := budgetDeviationRow{Kind: "budget_line", LineNo: row.No, Text: row.Text, Original: row.Original,
			Amended: row.Amended, Change: row.Amended.Sub(row.Original), Force: row.Force, Spent: row.Spent}
		if row.No == "" {
			v.Kind = "total"
		}
		if row.Spent != nil {
			left := row.Amended.Sub(*row.Spent)
			v.Deviation = &left
		}
		r.Rows = append(r.Rows, v)
	}
	return r, nil
}

type commitmentRow struct {
	Kind     string          `json:"kind" enum:"commitment,total"`
	Plan     string          `json:"plan,omitempty" description:"Number of the plan and the year."`
	Fund     ledger.FundCode `json:"fund,omitempty"`
	OpenedOn string          `json:"opened_on,omitempty"`
	Rate     string          `json:"rate,omitempty" description:"The plan's budget rate."`
	Quantity *FigureView     `json:"amount,omitempty" description:"In the plan's currency."`
	Cost     FigureView      `json:"base_amount" table:"base"`
}

func reportOpenCommitments(ctx context.Context, tx *store.Tx, d resource.Domain, in AsOfRequest) (Report[commitmentRow],
	error) {
	r, span, err := NewReport[commitmentRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	open, err := reports.OpenCommitments(ctx, tx, d.Book, span)
	if err != nil {
		return r, err
	}
	for _, i := range open.Rows {
		r.Rows = append(r.Rows,
			commitmentRow{Kind: "commitment", Plan: i.Holder, Fund: i.Fund, OpenedOn: string(i.OpenedOn), Rate: i.Rate.String(),
				Quantity: viewMaybe(&i.Quantity), Cost: ViewFigure(i.Cost)})
	}
	r.Rows = append(r.Rows, commitmentRow{Kind: "total", Cost: ViewFigure(open.Cost)})
	return r, nil
}

type advanceRow struct {
	Kind     string           `json:"kind" enum:"advance,recoverable,age,total" description:"What a partner holds, or owes back since it was paid twice."`
	Partner  string           `json:"partner,omitempty"`
	Account  ledger.AccountNo `json:"account,omitempty"`
	Fund     ledger.FundCode  `json:"fund,omitempty"`
	Transfer string           `json:"transfer,omitempty"`
	OpenedOn string           `json:"opened_on,omitempty"`
	Age      reports.Age      `json:"age,omitempty" enum:"up_to_3_months,3_to_6_months,6_to_9_months,over_9_months,unknown" description:"Since the transfer; unknown for what stands on an advance account without one."`
	Rate     string           `json:"rate,omitempty"`
	Quantity *FigureView      `json:"amount,omitempty" description:"In the partner's currency."`
	Cost     FigureView       `json:"base_amount" table:"base"`
}

func reportPartnerAdvances(ctx context.Context, tx *store.Tx, d resource.Domain, in AsOfRequest) (Report[advanceRow],
	error) {
	r, span, err := NewReport[advanceRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	open, err := reports.PartnerAdvances(ctx, tx, d.Book, span)
	if err != nil {
		return r, err
	}
	for _, i := range open.Rows {
		kind := "advance"
		if reports.IsRecoverable(i.Account) {
			kind = "recoverable"
		}
		r.Rows = append(r.Rows,
			advanceRow{Kind: kind, Partner: i.Holder, Account: i.Account.Number, Fund: i.Fund, Transfer: i.Name,
				OpenedOn: string(i.OpenedOn), Age: i.Age,
				Rate:     i.Rate.String(),
				Quantity: viewMaybe(&i.Quantity), Cost: ViewFigure(i.Cost)})
	}
	for _, a := range open.Ages {
		r.Rows = append(r.Rows, advanceRow{Kind: "age", Age: a.Age, Cost: ViewFigure(a.Cost)})
	}
	r.Rows = append(r.Rows, advanceRow{Kind: "total", Cost: ViewFigure(open.Cost)})
	return r, nil
}

type suspenseRow struct {
	Kind    string           `json:"kind" enum:"account,total"`
	Account ledger.AccountNo `json:"account,omitempty"`
	NameEN  string           `json:"name_en,omitempty"`
	NameDA  string           `json:"name_da,omitempty"`
	Fund    ledger.FundCode  `json:"fund,omitempty"`
	Amount  *FigureView      `json:"amount,omitempty"`
	Base    FigureView       `json:"base_amount" table:"base"`
}

func reportSuspense(ctx context.Context, tx *store.Tx, d resource.Domain, in AsOfRequest) (Report[suspenseRow], error) {
	r, span, err := NewReport[suspenseRow](ctx, tx, d, in)
	if err != nil {
		return r, err
	}
	s, err := reports.ReadSuspense(ctx, tx, d.Book, span)
	if err != nil {
		return r, err
	}
	for _, row := range s.Rows {
		r.Rows = append(r.Rows,
			suspenseRow{Kind: "account", Account: row.Account.Number, NameEN: row.Account.NameEN, NameDA: row.Account.NameDA,
				Fund:   row.Fund,
				Amount: viewMaybe(&row.Amount), Base: ViewFigure(row.Base)})
	}
	r.Rows = append(r.Rows, suspenseRow{Kind: "total", Base: ViewFigure(s.Total)})
	return r, nil
}
