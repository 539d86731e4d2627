package grants

import (
	"context"
	"errors"
	"testing"

	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// awarded signs a grant whose income is recognised at once.
func (h house) awarded() {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		p := Policy{Recognition: Immediate, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
			CurrencyBearer: BornByGrant,
			Interest:       InterestToCharity, RefundDeMinimis: ledger.Zero("DKK")}
		_, err := h.reg.Sign(h.Context(), tx, Grant{Code: "A1", Donor: h.donor, Title: "A1", Amount: of("500.00", "DKK"),
			SignedOn: "2026-01-02", Policies: Policies{p}})
		return err
	})
}

// drafted puts a grant on record that is not signed.
func (h house) drafted(amount string) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		p := Policy{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant, CurrencyBearer: BornByGrant,
			Interest: InterestToGrantor, RefundDeMinimis: ledger.Zero("DKK")}
		_, err := h.reg.Draft(h.Context(), tx, Grant{Code: "D1", Donor: h.donor, Title: "D1", Amount: of(amount, "DKK"),
			Policies: Policies{p}, Budget: []BudgetLine{lined("1", "999.99", "therapy")}})
		return err
	})
}

// kr reads an amount of kroner.
func kr(amount string) ledger.Money { return of(amount, "DKK") }

// grantActs makes acts on grants, each of which may be refused.
type grantActs struct{ house }

func (a grantActs) planned(code string, parts ...Planned) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { _, err := PlanInstalments(a.Context(), tx, code, parts); return err }
}

func (a grantActs) cancel(code, amount, reason string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.Cancel(a.Context(), tx, code, Cancellation{On: "2026-03-01", Amount: kr(amount), Reason: reason})
		return err
	}
}

func (a grantActs) condition(instalment int) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := AddCondition(a.Context(), tx, "P1", Condition{Kind: "report", Text: "a report", DueOn: "2026-06-01",
			Instalment: instalment})
		return err
	}
}

func (a grantActs) decided(number, reason string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := DecideCondition(a.Context(), tx, "P1", number, ConditionDecision{State: ConditionMet, On: "2026-03-01",
			Reason: reason})
		return err
	}
}

func (a grantActs) finding(code string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.RaiseFinding(a.Context(), tx, AuditFinding{Grant: code, Number: "F-1", On: "2026-03-01",
			Questioned: kr("60.00"), Text: "no receipt"})
		return err
	}
}

func (a grantActs) answered(number, amount, reason string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.AnswerFinding(a.Context(), tx, "G1", number, Answer{Outcome: Documented, Amount: kr(amount),
			On: "2026-03-01", Reason: reason})
		return err
	}
}

func (a grantActs) disallowed(number, amount string, account ledger.AccountNo) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.Disallow(a.Context(), tx, Disallowance{Grant: "G1", Finding: number, On: "2026-03-01",
			Account: account,
			Items:   []DisallowedItem{{"therapy", kr(amount)}}})
		return err
	}
}

func (a grantActs) interest(code string, account ledger.AccountNo) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.BookInterest(a.Context(), tx, Interest{Grant: code, On: "2026-03-01", Amount: kr("1.00"),
			Account: account})
		return err
	}
}

func (a grantActs) received(code string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.Receive(a.Context(), tx, Receipt{Grant: code, On: "2026-03-01", Amount: kr("1.00"), Account: "1010"})
		return err
	}
}

func (a grantActs) onAward(code string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.ReceiveAward(a.Context(), tx, AwardReceipt{Grant: code, On: "2026-03-01", Received: kr("1.00"),
			Withheld: kr("0.00"), Account: "1010"})
		return err
	}
}

func (a grantActs) virement(m Move) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.Virement(a.Context(), tx, "G1", BudgetVersion{StartsOn: "2026-03-01", Reason: "fewer sessions",
			Moves: []Move{m}})
		return err
	}
}

func (a grantActs) version(n int) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := a.reg.DecideBudget(a.Context(), tx, "G1", BudgetDecision{n, true, "2026-4711"})
		return err
	}
}

func (a grantActs) life(act func(context.Context, *store.Tx, string, ledger.Date, string) (Grant, error), code,
	reason string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { _, err := act(a.Context(), tx, code, "2026-03-01", reason); return err }
}

func (a grantActs) terminated(code, reason string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, _, err := a.reg.Terminate(a.Context(), tx, code, "2026-03-01", reason)
		return err
	}
}

// Every act on a grant is refused where its rule says so, and to the øre: one more is refused, exactly as much is
// taken. What is refused leaves nothing, so the acts share the books, in order.
func TestEveryRefusalOfAGrant(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted() // G1: 20,000.00, all of it received, two lines of 10,000.00
		h.sign("E1", "1000.00", "EUR", "0")
		h.sign("P1", "100.00", "DKK", "0")
		h.awarded()
		h.drafted("1000.00")
		h.pay("G1", "2026-02-01", "5200", "100.00")
		finance := store.WithActor(h.Context(), store.Actor{User: string(h.user("finance"))})
		ctx, dkk, a := h.Context(), kr, grantActs{h}
		later := Planned{Amount: dkk("60.00"), DueOn: "2026-07-01"}
		first := Planned{Amount: dkk("40.00"), DueOn: "2026-07-01"}
		earlier, more := first, first
		earlier.DueOn, more.Amount = "2026-06-30", dkk("40.01")
		immediate := Immediate
		for _, c := range []struct {
			name string
			act  func(tx *store.Tx) error
			want error
		}{
			{"a condition on an instalment that is not planned", a.condition(1), ErrUnknownInstalment},
			{"planned: an øre too much", a.planned("P1", more, later), ErrScheduleTotal},
			{"planned: an øre too little", a.planned("P1", Planned{Amount: dkk("39.99"), DueOn: "2026-01-01"}, later),
				ErrScheduleTotal},
			{"planned: out of order", a.planned("P1", later, earlier), ErrScheduleOrder},
			{"planned: two of one day", a.planned("P1", first, later), nil},
			{"planned again", a.planned("P1", first, later), ErrDuplicateSchedule},
			{"a condition on the third of two", a.condition(3), ErrUnknownInstalment},
			{"a condition on the second of two", a.condition(2), nil},
			{"a condition of nobody", a.decided("C9", because), ErrUnknownCondition},
			{"a condition met for no reason", a.decided("C1", "  "), ledger.ErrReasonRequired},
			{"a condition met", a.decided("C1", because), nil},
			{"cancelled for no reason", a.cancel("P1", "1.00", ""), ledger.ErrReasonRequired},
			{"cancelled: an øre too much", a.cancel("P1", "100.01", because), ErrOverCancelled},
			{"cancelled of an award", a.cancel("A1", "1.00", because), ErrWrongRecognition},
			{"cancelled: all of it", a.cancel("P1", "100.00", because), nil},
			{"cancelled again", a.cancel("P1", "0.01", because), ErrOverCancelled},
			{"a finding on a draft", a.finding("D1"), ErrGrantState},
			{"a finding", a.finding("G1"), nil},
			{"a finding twice", a.finding("G1"), ErrDuplicateFinding},
			{"an answer to no finding", a.answered("F-2", "1.00", because), ErrUnknownFinding},
			{"an answer for no reason", a.answered("F-1", "1.00", ""), ledger.ErrReasonRequired},
			{"answered: a part", a.answered("F-1", "20.00", because), nil},
			{"answered: an øre too much", a.answered("F-1", "40.01", because), ErrOverAnswered},
			{"answered: the rest", a.answered("F-1", "40.00", because), nil},
			{"disallowed: an øre too much", a.disallowed("F-3", "100.01", "1010"), ErrOverClaimed},
			{"disallowed out of euros", a.disallowed("F-3", "1.00", "1020"), ErrBankNotInBase},
			{"disallowed: all of it", a.disallowed("F-3", "100.00", "1010"), nil},
			{"disallowed again", a.disallowed("F-4", "0.01", "1010"), ErrOverClaimed},
			{"interest before any rate is known", a.interest("E1", "1010"), rates.ErrRateMissing},
			{"interest in euros", a.interest("G1", "1020"), ErrBankNotInBase},
			{"an instalment on a draft", a.received("D1"), ErrGrantState},
			{"an instalment of an award", a.received("A1"), ErrWrongRecognition},
			{"an award receipt of an advance", a.onAward("G1"), ErrWrongRecognition},
			{"an award receipt on a draft", a.onAward("D1"), ErrGrantState},
			{"moved from no line", a.virement(Move{From: "9", To: "1", Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved to no line", a.virement(Move{From: "1", To: "9", Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved to no year", a.virement(Move{From: "1", To: "2", ToYear: 2027, Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved: an øre more than the line", a.virement(Move{From: "2", To: "1", Amount: dkk("10000.01")}), ErrBelowSpent},
			{"no version of the budget", a.version(0), ErrUnknownBudget},
			{"the version after the last", a.version(2), ErrUnknownBudget},
			{"a version that waits for nobody", a.version(1), ErrBudgetDecided},
			{"another recognition over bookings", func(tx *store.Tx) error {
				_, err := h.reg.Amend(ctx, tx, "G1", "2026-03-01", Change{Recognition: &immediate})
				return err
			}, ErrPolicyFixed},
			{"a draft that does not sum", func(tx *store.Tx) error {
				_, err := h.reg.SignDraft(ctx, tx, "D1", "2026-03-01")
				return err
			}, ErrBudgetTotal},
			{"suspended for no reason", a.life(h.reg.Suspend, "G1", ""), ledger.ErrReasonRequired},
			{"resumed before it was suspended", a.life(h.reg.Resume, "G1", because), ErrGrantState},
			{"suspended", a.life(h.reg.Suspend, "G1", because), nil},
			{"suspended twice", a.life(h.reg.Suspend, "G1", because), ErrGrantState},
			{"resumed for no reason", a.life(h.reg.Resume, "G1", " "), ledger.ErrReasonRequired},
			{"promised while it is suspended", func(tx *store.Tx) error {
				_, _, err := h.reg.Available(ctx, tx, "G1")
				return err
			}, ErrGrantState},
			{"a virement while it is suspended", a.virement(Move{From: "1", To: "2", Amount: dkk("1.00")}), ErrGrantState},
			{"resumed", a.life(h.reg.Resume, "G1", because), nil},
			{"terminated for no reason", a.terminated("G1", ""), ledger.ErrReasonRequired},
			{"terminated", a.terminated("G1", because), nil},
			{"terminated twice", a.terminated("G1", because), ErrGrantState},
			{"a draft is given up", a.terminated("D1", because), nil},
			{"no grant at all", a.terminated("X9", because), ErrUnknownGrant},
		} {
			if err := h.db.Update(finance, c.act); !errors.Is(err, c.want) {
				h.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
	})
}

const because = "the board decided so"
