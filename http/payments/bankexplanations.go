package payments

import (
	"context"
	"net/http"
	"time"

	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// bankExplanationRoutes registers what bank lines are that are of no payment, and the rules that say so.
func bankExplanationRoutes(api *resource.API) {
	books := []error{grants.ErrUnknownGrant, grants.ErrWrongRecognition, grants.ErrGrantState, grants.ErrConditionOpen,
		donors.ErrUnknownDonor, gifts.ErrFundOfGrant, gifts.ErrUnknownPledge, gifts.ErrPledgeMismatch,
		advances.ErrBankCurrency, ledger.ErrUnknownAccount, ledger.ErrUnknownFund, ledger.ErrUnknownEntry,
		ledger.ErrAlreadyReversed, ledger.ErrFundOverdrawn, ledger.ErrPeriodClosed, rates.ErrRateMissing}
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-lines/:id/explanations", ID: "explainBankLine",
		Match: "getBankLine",
		Tag:   "bank-lines", Roles: resource.Finance, Money: true,
		Summary: "Say what a bank line is that is of no payment, and book it",
		Danish:  "Sig, hvad en banklinje uden betaling er, og bogfør den",
		About: "A gift, an instalment, money that an award still owed, interest, a charge of the bank, a transfer between " +
			"own accounts, or an entry that is in the books already; booked on the bank's date. suspense is for what nobody " +
			"can explain yet: it stands on account 1390 and on GET /bank-lines?status=waiting until it is explained. " +
			"?dry_run=true shows what it would book; undos take it back.",
		Refuses: append([]error{banking.ErrUnknownBankLine, banking.ErrBankDifference}, books...),
		Example: `{"kind":"gift","about":"D-77"}`}, explainBankLine)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-lines/:id/undos", ID: "undoBankLine", Tag: "bank-lines",
		Match: "getBankLine",
		Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Take back what a bank line was said to be: its entry is reversed",
		Danish:  "Fortryd, hvad en banklinje blev afstemt med: posteringen tilbageføres",
		Refuses: []error{banking.ErrUnknownBankLine, banking.ErrUnexplained, advances.ErrState, banking.ErrReissued,
			ledger.ErrReasonRequired, ledger.ErrAlreadyReversed, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted,
			ledger.ErrPeriodClosed},
		Example: `{"reason":"the gift was of another donor"}`}, undoBankLine)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-explanations", ID: "acceptBankRules", Tag: "bank-lines",
		NoMatch: rest.ByRule,
		Roles:   resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Book the lines of which rules, numbers or payers say what they are",
		Danish:  "Bogfør de linjer, som regler, numre eller indbetalere siger, hvad er",
		About: "GET /match-suggestions shows them before, and ?dry_run=true what would be refused. A line that the books " +
			"refuse is listed and stays as it is; the others are booked.",
		Refuses: []error{ledger.ErrUnknownAccount}, Example: `{"account":"1010"}`}, acceptRules)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-tasks", ID: "listBankTasks", Tag: "approvals",
		Roles:   resource.Finance,
		Summary: "What the bank did that you have to explain, oldest first",
		Danish:  "Hvad banken har gjort, og som du skal forklare, ældste først",
		About: "Lines in suspense, with the code of what kept them from being booked, and lines that nobody has explained " +
			"for three days. A line is gone once it is matched or explained."}, listBankTasks)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-differences", ID: "listBankDifferences", Tag: "bank-lines",
		Roles:   resource.Bookkeeper,
		Summary: "What the bank says that each account held, beside what the books say",
		Danish:  "Hvad banken siger, at hver konto rummede, ved siden af bogføringen"}, listBankDifferences)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-rules", ID: "addBankRule", Tag: "bank-rules",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Status: http.StatusCreated,
		Summary: "Add a rule: what a bank line is whose text contains some words",
		Danish:  "Tilføj en regel: hvad en banklinje er, hvis tekst indeholder nogle ord",
		About: "It holds for files that are uploaded from now on, since texts are not kept. Of several that fit, the one " +
			"with the longest words counts.",
		Refuses: []error{banking.ErrRule, grants.ErrUnknownGrant, donors.ErrUnknownDonor, ledger.ErrUnknownAccount,
			ledger.ErrUnknownFund},
		Example: `{"contains":"MobilePay","direction":"in","kind":"gift","about":"D-77"}`}, addBankRule)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-rules", ID: "listBankRules", Tag: "bank-rules",
		Roles:   resource.Bookkeeper,
		Summary: "List the rules for bank lines", Danish: "Vis reglerne for banklinjer"}, listBankRules)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-rules/:id", ID: "getBankRule", Tag: "bank-rules",
		Roles:   resource.Bookkeeper,
		Summary: "One rule for bank lines", Danish: "Én regel for banklinjer",
		Refuses: []error{banking.ErrUnknownRule}}, getBankRule)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-rules/:id/endings", ID: "endBankRule", Tag: "bank-rules",
		Match: "getBankRule",
		Roles: resource.Finance, Status: http.StatusOK,
		Summary: "End a rule for bank lines", Danish: "Afslut en regel for banklinjer",
		Refuses: []error{banking.ErrUnknownRule, advances.ErrState}}, endBankRule)
}

type explainRequest struct {
	ID     rest.Ref        `path:"id" json:"-"`
	Kind   banking.Proves  `json:"kind" validate:"required,oneof=gift instalment award interest charge transfer entry suspense"`
	Fund   ledger.FundCode `json:"fund" validate:"omitempty,max=20" description:"Of a gift, interest, a charge or a transfer; the general fund where none is sent."`
	About  string          `json:"about" validate:"max=40" description:"The donor of a gift, the grant of an instalment, an award or of interest, the other account of a transfer, the entry: by its code or number."`
	Pledge string          `json:"pledge" validate:"max=40" description:"That a gift fulfils."`
	Rate   ledger.Rate     `json:"rate" validate:"omitempty" description:"The bank's rate to base currency, as quoted: of an instalment or an award in another one. What it books has to be the line's amount to the smallest unit."`
}

type explanationView struct {
	ID     string         `json:"id"`
	Line   bankLineView   `json:"bank_line"`
	Kind   banking.Proves `json:"kind" enum:"gift,instalment,award,interest,charge,transfer,entry,suspense"`
	About  string         `json:"about,omitempty" description:"The number of the gift, the code of the grant, the account or the number of the entry."`
	Amount ledger.Money   `json:"amount"`
	Entry  ledger.EntryID `json:"entry_id"`
}

func explainBankLine(ctx context.Context, tx *store.Tx, d resource.Domain, in explainRequest) (explanationView, error) {
	m, err := d.Lines.Explain(ctx, tx, banking.Explanation{Line: string(in.ID), Kind: in.Kind, Fund: in.Fund,
		About: in.About, Pledge: in.Pledge, Rate: in.Rate})
	if err != nil {
		return explanationView{}, err
	}
	return explanationView{ID: m.ID, Line: viewBankLine(m.Line), Kind: m.Proves, About: m.About, Amount: m.Amount,
		Entry: m.Entry}, nil
}

type undoBankLineRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoBankLine(ctx context.Context, tx *store.Tx, d resource.Domain, in undoBankLineRequest) (bankLineView, error) {
	l, err := d.Lines.Undo(ctx, tx, string(in.ID), in.Reason)
	if err != nil {
		return bankLineView{}, err
	}
	return viewBankLine(l), nil
}

type rulesView struct {
	Account ledger.AccountNo `json:"account"`
	Booked  int              `json:"booked" description:"Lines."`
	Misfits []misfitView     `json:"misfits" description:"Lines that the books refuse as what they are said to be."`
}

func acceptRules(ctx context.Context, tx *store.Tx, d resource.Domain, in sureRequest) (rulesView, error) {
	done, err := d.Lines.ExplainHinted(ctx, tx, in.Account)
	return rulesView{Account: in.Account, Booked: done.Lines, Misfits: viewMisfits(done.Misfits)}, err
}

type bankTaskView struct {
	bankLineView
	Payments []string `json:"payments" description:"Numbers of those that the line names."`
}

func listBankTasks(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[bankTaskView], error) {
	page, err := in.Page.Keyset(2)
	if err != nil {
		return rest.List[bankTaskView]{}, err
	}
	found, err := d.Lines.Tasks(ctx, tx, page)
	if err != nil {
		return rest.List[bankTaskView]{}, err
	}
	return rest.ListOf(in.Page, found, func(t banking.Task) bankTaskView {
		v := bankTaskView{bankLineView: viewBankLine(t.BankLine), Payments: []string{}}
		for _, p := range t.Names {
			v.Payments = append(v.Payments, p.Number)
		}
		return v
	}, func(t banking.Task) []string { return []string{string(t.Date), string(t.ID)} }), nil
}

type bankDifferenceView struct {
	Account    ledger.AccountNo `json:"account"`
	On         ledger.Date      `json:"on,omitempty" description:"Of the newest closing balance on record; absent where there is none."`
	Bank       *ledger.Money    `json:"bank,omitempty" description:"What the bank says that it held then."`
	Books      ledger.Money     `json:"books" description:"What the books say: then, or today where the bank says nothing."`
	Difference *ledger.Money    `json:"difference,omitempty" description:"Bank less books: 0.00 where all is booked."`
	Waiting    int              `json:"waiting" description:"Lines that nobody has explained: open, or in suspense."`
}

func listBankDifferences(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[bankDifferenceView], error) {
	all, err := d.Lines.Differences(ctx, tx)
	if err != nil {
		return rest.List[bankDifferenceView]{}, err
	}
	return rest.PageOf(in.Page, all, func(b banking.AccountDifference) bankDifferenceView {
		return bankDifferenceView{Account: b.Account, On: b.On, Bank: b.Bank, Books: b.Books, Difference: b.Difference,
			Waiting: b.Waiting}
	}, func(b banking.AccountDifference) string { return string(b.Account) })
}

type bankRuleRequest struct {
	Contains  string            `json:"contains" validate:"required,min=3,max=60" description:"Words of the line's text, without regard to case; no person's name."`
	Direction banking.Direction `json:"direction" validate:"required,oneof=in out"`
	Account   ledger.AccountNo  `json:"account" validate:"omitempty" description:"Our bank account that it holds for; all where none is sent."`
	Kind      banking.Proves    `json:"kind" validate:"required,oneof=gift instalment award interest charge transfer"`
	Fund      ledger.FundCode   `json:"fund" validate:"omitempty,max=20" description:"The general fund where none is sent."`
	About     string            `json:"about" validate:"max=40" description:"Donor, grant or other account of ours, by its code. A gift without one takes the donor whose number stands in the text, or who gave from the same account before."`
}

type bankRuleView struct {
	ID        banking.RuleID    `json:"id"`
	Contains  string            `json:"contains"`
	Direction banking.Direction `json:"direction" enum:"in,out"`
	Account   ledger.AccountNo  `json:"account,omitempty"`
	Kind      banking.Proves    `json:"kind" enum:"gift,instalment,award,interest,charge,transfer"`
	Fund      ledger.FundCode   `json:"fund,omitempty"`
	About     string            `json:"about,omitempty"`
	State     banking.RuleState `json:"state" enum:"active,ended"`
	CreatedAt string            `json:"created_at"`
}

func viewBankRule(r banking.Rule) bankRuleView {
	return bankRuleView{ID: r.ID, Contains: r.Contains, Direction: r.Direction, Account: r.Account, Kind: r.Kind,
		Fund: r.Fund, About: r.About, State: r.State, CreatedAt: r.At.UTC().Format(time.RFC3339Nano)}
}

func addBankRule(ctx context.Context, tx *store.Tx, d resource.Domain, in bankRuleRequest) (bankRuleView, error) {
	r, err := d.Lines.AddRule(ctx, tx, banking.Rule{Contains: in.Contains, Direction: in.Direction, Account: in.Account,
		Kind: in.Kind, Fund: in.Fund, About: in.About})
	if err != nil {
		return bankRuleView{}, err
	}
	return viewBankRule(r), nil
}

func listBankRules(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[bankRuleView], error) {
	page, err := in.Page.Keyset(1)
	if err != nil {
		return rest.List[bankRuleView]{}, err
	}
	all, err := d.Lines.Rules(ctx, tx, page)
	if err != nil {
		return rest.List[bankRuleView]{}, err
	}
	return rest.ListOf(in.Page, all, viewBankRule, func(r banking.Rule) []string { return []string{string(r.ID)} }), nil
}

type endBankRuleRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id of the rule."`
}

func endBankRule(ctx context.Context, tx *store.Tx, d resource.Domain, in endBankRuleRequest) (bankRuleView, error) {
	r, err := d.Lines.EndRule(ctx, tx, banking.RuleID(in.ID))
	if err != nil {
		return bankRuleView{}, err
	}
	return viewBankRule(r), nil
}

func getBankRule(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (bankRuleView, error) {
	all, err := d.Lines.Rules(ctx, tx, store.Keyset{})
	r, err := resource.One(all, err, banking.ErrUnknownRule,
		func(r banking.Rule) bool { return r.ID == banking.RuleID(in.ID) })
	if err != nil {
		return bankRuleView{}, err
	}
	return viewBankRule(r), nil
}
