package payments

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// bankMatchRoutes registers what bank lines prove of payments.
func bankMatchRoutes(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/match-suggestions", ID: "listBankMatchSuggestions",
		Tag: "bank-lines", Roles: resource.Bookkeeper,
		Summary: "What lines with something left may prove, and why",
		Danish:  "Hvad uafstemte banklinjer kan bevise, og hvorfor",
		Refuses: []error{ledger.ErrUnknownAccount}}, listSuggestions)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-confirmations", ID: "acceptSureBankMatches",
		NoMatch: rest.ByRule,
		Tag:     "bank-lines", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Accept what lines say exactly: those that name payments on their way and are their sum",
		Danish:  "Afstem, hvad linjer siger præcist: dem, der nævner betalinger undervejs og er deres sum",
		About: "For a payment run. A line whose payment the books refuse goes to suspense and is listed with its reason; " +
			"the others are confirmed. Every other line waits for a person; ?dry_run=true tells how many there are.",
		Refuses: []error{ledger.ErrUnknownAccount},
		Example: `{"account":"1010"}`}, acceptSure)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-matches", ID: "acceptBankMatch", Tag: "bank-lines",
		NoMatch: rest.NamesAll,
		Roles:   resource.Finance, Money: true,
		Summary: "Say what bank lines prove together, and book it", Danish: "Afstem banklinjer med betalinger, og bogfør dem",
		About: "One line for one payment or many, or many lines for one payment. difference is what is left of the lines; " +
			"?dry_run=true shows it before.",
		Refuses: []error{banking.ErrMatchShape, banking.ErrUnknownBankLine, banking.ErrUnknownPayment, advances.ErrState,
			banking.ErrBankDifference,
			advances.ErrBankCurrency, disbursements.ErrOutsidePeriod, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted,
			ledger.ErrPeriodClosed},
		Example: `{"bank_lines":["bkl_06f8k1v2m3n4p5q6r7s8t9v0w1"],"payments":["PMT-311"],"proves":"payment"}`}, acceptMatch)
}

type sureRequest struct {
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account."`
}

type sureView struct {
	Account   ledger.AccountNo `json:"account"`
	Confirmed int              `json:"confirmed" description:"Payments."`
	Misfits   []misfitView     `json:"misfits" description:"Lines that the books refuse as what they say, by line and payment."`
}

type misfitView struct {
	Line      banking.BankLineID `json:"bank_line_id"`
	Date      ledger.Date        `json:"date"`
	Amount    ledger.Money       `json:"amount" description:"Of the line."`
	Payment   string             `json:"payment,omitempty" description:"Number."`
	Reason    string             `json:"reason" description:"The code by which the act itself is refused, such as fund_overdrawn."`
	Suspended bool               `json:"suspended" description:"It stands in suspense, to be explained; false where no fund has the money."`
}

func viewMisfits(all []banking.Misfit) []misfitView {
	out := make([]misfitView, len(all))
	for i, m := range all {
		out[i] = misfitView{Line: m.Line.ID, Date: m.Line.Date, Amount: m.Line.Amount, Payment: m.Payment.Number,
			Reason: m.Reason, Suspended: m.Suspended}
	}
	return out
}

func acceptSure(ctx context.Context, tx *store.Tx, d resource.Domain, in sureRequest) (sureView, error) {
	done, err := d.Lines.ConfirmSure(ctx, tx, in.Account, nil)
	return sureView{Account: in.Account, Confirmed: done.Payments, Misfits: viewMisfits(done.Misfits)}, err
}

type suggestionsRequest struct {
	rest.Page
	Account ledger.AccountNo `query:"account" json:"-" validate:"required" description:"Our bank account."`
}

type suggestionView struct {
	Lines      []banking.BankLineID `json:"bank_lines"`
	Payments   []string             `json:"payments" description:"Numbers."`
	Proves     banking.Proves       `json:"proves" enum:"payment,return,fee,gift,instalment,award,interest,charge,transfer,entry,nothing" description:"nothing: the line names payments that are proved already or do not fit; explain it."`
	Reason     banking.Reason       `json:"reason" enum:"end_to_end_id,rule,number,payer,amount_and_date,named" description:"The bank names the payment; a rule, a number of ours or the payer's account says it; or amount and day go together. named: it names payments that do not fit."`
	Fund       ledger.FundCode      `json:"fund,omitempty" description:"Of what is no payment; the general fund where it is absent."`
	About      string               `json:"about,omitempty" description:"Donor, grant, account of ours or entry, by what it proves."`
	Rule       banking.RuleID       `json:"rule_id,omitempty"`
	Days       int                  `json:"days" description:"From the payment's day to the bank's, where amount and day go together."`
	Others     int                  `json:"others" description:"Payments that would do as well: look before accepting."`
	Difference ledger.Money         `json:"difference" description:"What it would leave of the lines."`
}

func viewSuggestion(s banking.Suggestion) suggestionView {
	v := suggestionView{Payments: []string{}, Proves: cmp.Or(s.Proves, "nothing"), Reason: s.Reason, Fund: s.Fund,
		About: s.About, Rule: s.Rule, Days: s.Days, Others: s.Others, Difference: s.Difference}
	for _, l := range s.Lines {
		v.Lines = append(v.Lines, l.ID)
	}
	for _, p := range s.Payments {
		v.Payments = append(v.Payments, p.Number)
	}
	return v
}

func listSuggestions(ctx context.Context, tx *store.Tx, d resource.Domain,
	in suggestionsRequest) (rest.List[suggestionView], error) {
	if _, err := d.Book.Bank(ctx, tx, in.Account); err != nil {
		return rest.List[suggestionView]{}, err
	}
	found, err := d.Lines.Suggestions(ctx, tx, in.Account)
	if err != nil {
		return rest.List[suggestionView]{}, err
	}
	place := map[banking.BankLineID]string{}
	for i, s := range found {
		place[s.Lines[0].ID] = fmt.Sprintf("%06d", i)
	}
	return rest.PageOf(in.Page, found, viewSuggestion, func(s banking.Suggestion) string { return place[s.Lines[0].ID] })
}

type acceptMatchRequest struct {
	Lines    []string       `json:"bank_lines" validate:"required,min=1,max=100,dive,max=40" description:"Ids."`
	Payments []string       `json:"payments" validate:"required,min=1,max=100,dive,max=40" description:"Ids or numbers."`
	Proves   banking.Proves `json:"proves" validate:"required,oneof=payment return fee"`
}

type reconciledView struct {
	Matches    []matchView  `json:"matches"`
	Difference ledger.Money `json:"difference" description:"What is left of the lines; 0.00 when all is accounted for."`
}

func acceptMatch(ctx context.Context, tx *store.Tx, d resource.Domain, in acceptMatchRequest) (reconciledView, error) {
	r, err := d.Lines.AcceptMatch(ctx, tx, in.Lines, in.Payments, in.Proves)
	if err != nil {
		return reconciledView{}, err
	}
	v := reconciledView{Difference: r.Difference}
	for _, m := range r.Matches {
		v.Matches = append(v.Matches, viewMatch(m))
	}
	return v, nil
}
