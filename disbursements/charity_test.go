package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// A small charity: a caseworker, a programme lead and a finance officer, and the treasurer, who sits on the board.
var charity = map[string]access.Role{"cw": access.Caseworker, "pl": access.ProgrammeLead, "fo": access.FinanceOfficer,
	"tr": access.Treasurer}

var everybody = []string{"cw", "pl", "fo", "tr"}

// employs gives the books these four people, each with one role.
func (h *house) employs() {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		for _, name := range everybody {
			u, err := access.CreateUser(ctx, tx, name, charity[name])
			if err != nil {
				return err
			}
			h.who[name] = store.Actor{User: string(u.ID), Token: "tok_" + name, Roles: []string{string(charity[name])}}
		}
		return nil
	})
}

// alone ends all other accounts, and puts the caseworker on the case of some plans.
func (h *house) alone(plans ...string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		for name, by := range h.who {
			if _, stays := charity[name]; !stays {
				if err := access.DisableUser(ctx, tx, access.UserID(by.User), "the test goes on without it"); err != nil {
					return err
				}
			}
		}
		for _, number := range plans {
			p, err := h.requests.People.Plan(ctx, tx, number)
			if err != nil {
				return err
			}
			if _, err := h.requests.People.Assign(ctx, tx, string(p.Beneficiary), "cw",
				beneficiaries.Days{From: "2026-01-01"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// errTried takes back what an act did that was only tried.
var errTried = errors.New("it would have gone through")

const why = "as the board has asked"

// does takes an action on a disbursement.
func (h *house) does(ctx context.Context, tx *store.Tx, a disbursements.Action, key string) error {
	var err error
	switch a {
	case disbursements.ToSubmit:
		_, err = h.requests.Submit(ctx, tx, key)
	case disbursements.ToRewrite:
		var d disbursements.Disbursement
		if d, err = h.requests.Disbursement(ctx, tx, key); err == nil {
			_, err = h.requests.Rewrite(ctx, tx, key, d)
		}
	case disbursements.ToApprove:
		_, err = h.decisions.Approve(ctx, tx, key)
	case disbursements.ToReturn:
		_, err = h.decisions.Return(ctx, tx, key, why)
	case disbursements.ToReject:
		_, err = h.decisions.Reject(ctx, tx, key, why)
	case disbursements.ToAskInfo:
		_, err = h.decisions.AskInfo(ctx, tx, key, why)
	case disbursements.ToAuthorise:
		_, err = h.decisions.Authorise(ctx, tx, key)
	case disbursements.ToHold:
		_, err = h.decisions.Hold(ctx, tx, key, why)
	case disbursements.ToResume:
		_, err = h.decisions.Resume(ctx, tx, key, why)
	case disbursements.ToRelease:
		_, err = h.payments.Release(ctx, tx, key, banking.Payment{Number: "PMT-" + key, Date: "2026-03-02", Account: "1010"})
	case disbursements.ToLiquidate:
		_, err = h.settlements.Liquidate(ctx, tx, key, "2026-03-02")
	case disbursements.ToSettle:
		_, err = h.settlements.Settle(ctx, tx, key, "2026-03-02")
	case disbursements.ToProve:
		_, err = h.settlements.Prove(ctx, tx, key, evidence.ID("evd_none"))
	case disbursements.ToVerifyReceipt:
		_, err = h.settlements.VerifyReceipt(ctx, tx, key, disbursements.Received, "")
	case disbursements.ToDisallow:
		_, err = h.settlements.Disallow(ctx, tx, key, "F-1", why)
	case disbursements.ToCancel:
		_, err = h.requests.Cancel(ctx, tx, key, why)
	case disbursements.ToComment:
		_, err = h.requests.Comment(ctx, tx, key, "The invoice of May is meant")
	}
	return err
}

// tries says what an action would be answered with, and leaves everything as it is.
func (h *house) tries(who string, a disbursements.Action, key string) error {
	err := h.try(who, func(ctx context.Context, tx *store.Tx) error {
		if err := h.does(ctx, tx, a, key); err != nil {
			return err
		}
		return errTried
	})
	for _, far := range []error{errTried, evidence.ErrUnknown, disbursements.ErrFindingElsewhere} {
		if errors.Is(err, far) {
			return nil // it went as far as what the test does not have
		}
	}
	return err
}

// agree holds what everybody is told to be possible against what the acts do, and wants somebody to be able to go on,
// unless it is over or waits for the bank.
func (h *house) agree(key string, ends ...disbursements.State) (could []string) {
	h.Helper()
	var state disbursements.State
	told := map[string][]disbursements.Possible{}
	may := map[disbursements.Action][]string{}
	for _, who := range everybody {
		h.do(who, func(ctx context.Context, tx *store.Tx) error {
			d, err := h.requests.Disbursement(ctx, tx, key)
			if errors.Is(err, disbursements.ErrUnknownDisbursement) {
				return nil // of another case
			} else if err != nil {
				return err
			}
			state = d.State
			told[who], err = h.decisions.Actions(ctx, tx, d)
			return err
		})
		for _, p := range told[who] {
			if p.Err == nil {
				may[p.Action] = append(may[p.Action], who)
			}
			if !slices.Contains(p.Action.Roles(), charity[who]) {
				if !errors.Is(p.Err, access.ErrForbidden) {
					h.Errorf("%s: %s is told %v of %s without the role", state, who, p.Err, p.Action)
				}
				continue // the API asks for the role before it calls the act
			}
			got := h.tries(who, p.Action, key)
			if (got == nil) != (p.Err == nil) || got != nil && !errors.Is(got, p.Err) && got.Error() != p.Err.Error() {
				h.Errorf("%s: %s is told of %s: %v; the act says %v", state, who, p.Action, p.Err, got)
			}
			if p.Err == nil && p.Action != disbursements.ToComment {
				could = append(could, who+" "+string(p.Action))
			}
		}
	}
	for who, list := range told {
		for _, p := range list {
			others := slices.DeleteFunc(slices.Clone(may[p.Action]), func(name string) bool { return name == who })
			slices.Sort(others)
			if !slices.Equal(others, p.Others) {
				h.Errorf("%s: %s is told that %v could %s; those who may are %v", state, who, p.Others, p.Action, others)
			}
		}
	}
	if len(could) == 0 && !slices.Contains(ends, state) {
		h.Errorf("%s is %s, and nobody can do anything", key, state)
	}
	return could
}

// TestFourPeopleTakeEveryFlowByTwoPaths plays every way of settling with the four people of a small charity, by two
// paths each, what stands on no plan also where the only programme lead asks for it. At every step it holds what they
// are told against what the acts do.
func TestFourPeopleTakeEveryFlowByTwoPaths(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.plan("P-102", "DKK", "UNR=100", "100.00", make([]ledger.Date, 9)...)
		must(h, h.approveYear("lead", "P-102", 2026, "2026-01-10"))
		h.payable("CLI-01", danishAccount)
		h.payable("CLI-02", danishAccount)
		h.payable("CLI-03", danishAccount)
		must(h, h.paid(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
			Account: "1010", Payee: "CLI-01", Amount: of("1.00", "DKK"), Date: "2026-03-02", Shares: shares("UNR=100")},
			"PMT-900", "2026-03-02"))
		h.employs()
		h.alone("P-101", "P-102")
		h.paidAhead("RET-1", advances.Retainer, "200.00")
		h.paidAhead("PC-1", advances.PettyCash, "200.00")
		h.paidAhead("PC-2", advances.PettyCash, "200.00")
		payment := disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
			Account: "1010", Payee: "CLI-01", Amount: of("100.00", "DKK"), Date: "2026-03-02", Shares: shares("UNR=100")}
		invoice := disbursements.Disbursement{Settlement: disbursements.ByInvoice, Payee: "CLI-01", Date: "2026-03-02",
			Items: []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: of("100.00", "DKK")}}}
		first, large := payment, payment // a new payee, and more than anybody but the treasurer authorises
		first.Payee, large.Payee, large.Amount = "CLI-02", "CLI-03", of("26000.00", "DKK")
		emergency := payment
		emergency.Emergency = true
		partner := disbursements.Disbursement{Settlement: disbursements.ByPartner, Line: "stipend", Units: 1,
			Amount: of("150000.00", "NGN"), Overpaid: of("150000.00", "NGN"), Date: "2026-03-02"}
		netting := partner
		netting.Settlement, netting.Overpaid = disbursements.ByNetting, ledger.Zero("NGN")
		retainer := disbursements.Disbursement{Settlement: disbursements.ByRetainer, Category: "legal-aid",
			Amount: of("40.00", "DKK"), Date: "2026-03-02"}
		cash := disbursements.Disbursement{Settlement: disbursements.ByPettyCash, Date: "2026-03-02",
			Items: []disbursements.Item{{Fund: "UNR", Category: "emergency-aid", Amount: of("200.00", "DKK")}}}
		for _, f := range []flow{
			{payment, "", "", "cw pl tr fo"}, {payment, "", "", "pl cw fo tr"},
			{large, "", "", "cw pl tr fo"}, {first, "", "", "cw pl tr fo"},
			{large, "", "", "pl cw tr fo"},
			{invoice, "P-102", "", "cw pl tr fo"}, {invoice, "P-102", "", "pl cw fo tr"},
			{emergency, "P-102", "", "cw fo tr pl"}, {emergency, "P-102", "", "pl tr fo cw"},
			{partner, "P-101", "", "cw pl tr fo"}, {partner, "P-101", "", "pl cw fo tr"},
			{netting, "P-101", "", "cw pl tr fo"}, {netting, "P-101", "", "cw pl fo tr"},
			{retainer, "", "RET-1", "cw pl tr fo"}, {retainer, "", "RET-1", "pl cw fo tr"},
			{cash, "", "PC-1", "cw pl tr fo"}, {cash, "", "PC-2", "pl cw tr tr"},
		} {
			h.plays(f)
		}
	})
}

// flow is a way of settling, of a plan or a prepayment, and who writes and submits it, approves it, authorises it, and
// pays or settles it; an emergency is approved at the end.
type flow struct {
	d            disbursements.Disbursement
	plan, ahead  string
	whoInThatRow string
}

// paidAhead puts money paid ahead on record.
func (h *house) paidAhead(number string, kind advances.PrepaymentKind, amount string) {
	h.Helper()
	h.do("fo", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.RequestPrepayment(ctx, tx, advances.Prepayment{Number: number, Kind: kind, Fund: "UNR",
			Account: "1010", Date: "2026-02-01", Amount: of(amount, "DKK")})
		return err
	})
	h.do("tr", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.advances.AuthorisePrepayment(ctx, tx, number)
		return err
	})
}

// actions are the steps of a flow in their order.
func (f flow) actions() []disbursements.Action {
	last := disbursements.ToSettle
	switch f.d.Settlement {
	case disbursements.ByPayment, disbursements.ByInvoice:
		last = disbursements.ToRelease
	case disbursements.ByPartner:
		last = disbursements.ToLiquidate
	case disbursements.ByNetting, disbursements.ByRetainer, disbursements.ByPettyCash:
	}
	if f.d.Emergency {
		return []disbursements.Action{disbursements.ToSubmit, disbursements.ToAuthorise, last, disbursements.ToApprove}
	}
	return []disbursements.Action{disbursements.ToSubmit, disbursements.ToApprove, disbursements.ToAuthorise, last}
}

// plays takes a disbursement to its end by one path.
func (h *house) plays(f flow) {
	h.Helper()
	d, path := f.d, strings.Fields(f.whoInThatRow)
	h.do(path[0], func(ctx context.Context, tx *store.Tx) (err error) {
		if f.plan != "" {
			d.Plan, err = h.requests.People.Plan(ctx, tx, f.plan)
		}
		if f.ahead != "" && err == nil {
			d.Prepayment, err = h.advances.Prepayment(ctx, tx, f.ahead)
		}
		if f.plan == "P-101" && err == nil {
			d.Partner, err = h.advances.Partner(ctx, tx, "NG-01")
		}
		if d.Text = "As agreed"; err == nil {
			d, err = h.requests.Draft(ctx, tx, d)
		}
		return err
	})
	for i, a := range f.actions() {
		could := h.agree(d.Number)
		if !slices.Contains(could, path[i]+" "+string(a)) {
			h.Errorf("%s: %s cannot %s; those who can do something: %v", d.Settlement, path[i], a, could)
		}
		if err := h.try(path[i], func(ctx context.Context, tx *store.Tx) error {
			return h.does(ctx, tx, a, d.Number)
		}); err != nil {
			h.Errorf("%s by %v: %s by %s: %v", d.Settlement, path, a, path[i], err)
			return
		}
	}
	h.agree(d.Number, disbursements.Released, disbursements.Evidenced)
}

// TestRefusalsNameTheEarlierActAndWhoCould holds the words that somebody who may not act is told.
func TestRefusalsNameTheEarlierActAndWhoCould(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.registered("CLI-01")
		h.employs()
		h.alone()
		must(h, h.enters("fo", "CLI-01", danishAccount)) // who enters details may ask, approve or authorise all the same
		must(h, h.verifies("cw", "CLI-01", 1))
		d := disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid", Account: "1010",
			Payee: "CLI-01", Amount: of("100.00", "DKK"), Date: "2026-03-02", Shares: shares("UNR=100"), Text: "As agreed"}
		h.do("cw", func(ctx context.Context, tx *store.Tx) (err error) {
			d, err = h.requests.Draft(ctx, tx, d)
			return err
		})
		barred := func(who string, a disbursements.Action, part disbursements.Part, could ...string) {
			h.Helper()
			var b *disbursements.Barred
			err := h.tries(who, a, d.Number)
			if !errors.Is(err, access.ErrMakerCannotApprove) || !errors.As(err, &b) || b.Earlier.Part != part ||
				!slices.Equal(b.Could, could) {
				h.Errorf("%s to %s: %v, want it barred by %q, and %v could", who, a, err, part, could)
			}
		}
		h.steps("cw", disbursements.ToSubmit, d.Number)
		barred("cw", disbursements.ToApprove, disbursements.Requested, "pl")
		h.steps("pl", disbursements.ToApprove, d.Number)
		var moved *disbursements.Moved
		if err := h.tries("pl", disbursements.ToApprove, d.Number); !errors.As(err, &moved) ||
			moved.Next != disbursements.ToAuthorise || fmt.Sprint(moved.Could) != "[tr]" || !errors.Is(err, advances.ErrState) {
			h.Errorf("approved again: %v", err)
		}
		h.steps("tr", disbursements.ToAuthorise, d.Number) // of a new payee the treasurer authorises
		barred("tr", disbursements.ToRelease, disbursements.AuthorisedIt, "fo")
		refused(h, "released at once", h.tries("fo", disbursements.ToRelease, d.Number), payees.ErrCooling)
		h.wait(payees.CoolOff)
		must(h, h.tries("fo", disbursements.ToRelease, d.Number))
	})
}

// steps takes an action that must go through.
func (h *house) steps(who string, a disbursements.Action, key string) {
	h.Helper()
	must(h, h.try(who, func(ctx context.Context, tx *store.Tx) error { return h.does(ctx, tx, a, key) }))
}

// TestWhatTheOnlyLeadAsksForStandsUpToVerify takes a request of the only programme lead, above what casework approves,
// to its authorisation: a caseworker approves it, the treasurer authorises it, and the books are found sound.
func TestWhatTheOnlyLeadAsksForStandsUpToVerify(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.plan("P-102", "DKK", "UNR=100", "3000.00", make([]ledger.Date, 3)...)
		must(h, h.approveYear("lead", "P-102", 2026, "2026-01-10"))
		h.payable("CLI-01", danishAccount)
		h.employs()
		h.alone("P-102")
		d := disbursements.Disbursement{Settlement: disbursements.ByInvoice, Payee: "CLI-01", Date: "2026-03-02",
			Text: "As agreed", Items: []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: of("3000.00", "DKK")}}}
		h.do("pl", func(ctx context.Context, tx *store.Tx) (err error) {
			if d.Plan, err = h.requests.People.Plan(ctx, tx, "P-102"); err == nil {
				d, err = h.requests.Draft(ctx, tx, d)
			}
			return err
		})
		h.steps("pl", disbursements.ToSubmit, d.Number)
		h.steps("cw", disbursements.ToApprove, d.Number)
		h.steps("tr", disbursements.ToAuthorise, d.Number)
		h.verified()
	})
}
