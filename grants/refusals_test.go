package grants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// awarded signs a grant whose income is recognised at once.
func (h house) awarded(code, amount string) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		p := Policy{Recognition: Immediate, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
			CurrencyBearer: BornByGrant,
			Interest:       InterestToCharity, RefundDeMinimis: ledger.Zero("DKK")}
		_, err := h.reg.Sign(h.Context(), tx, Grant{Code: code, Donor: h.donor, Title: code, Amount: of(amount, "DKK"),
			SignedOn: "2026-01-02", Policies: Policies{p}})
		return err
	})
}

// drafted puts a grant on record that is not signed.
func (h house) drafted(code, amount string) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		p := Policy{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant, CurrencyBearer: BornByGrant,
			Interest: InterestToGrantor, RefundDeMinimis: ledger.Zero("DKK")}
		_, err := h.reg.Draft(h.Context(), tx, Grant{Code: code, Donor: h.donor, Title: code, Amount: of(amount, "DKK"),
			Policies: Policies{p}, Budget: []BudgetLine{lined("1", "999.99", "therapy")}})
		return err
	})
}

// Every act on a grant is refused where its rule says so, and to the øre: one more is refused, exactly as much is
// taken. What is refused leaves nothing, so the acts share the books, in order.
func TestEveryRefusalOfAGrant(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted() // G1: 20,000.00, all of it received, two lines of 10,000.00
		h.sign("E1", "1000.00", "EUR", "0")
		h.sign("P1", "100.00", "DKK", "0")
		h.awarded("A1", "500.00")
		h.drafted("D1", "1000.00")
		h.pay("G1", "2026-02-01", "5200", "100.00")
		ctx, finance := h.Context(), store.WithActor(h.Context(), store.Actor{User: string(h.user("finance"))})
		dkk := func(amount string) ledger.Money { return of(amount, "DKK") }
		planned := func(code string, parts ...Planned) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := PlanInstalments(ctx, tx, code, parts); return err }
		}
		cancel := func(code, amount, reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Cancel(ctx, tx, code, Cancellation{On: "2026-03-01", Amount: dkk(amount), Reason: reason})
				return err
			}
		}
		condition := func(instalment int) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := AddCondition(ctx, tx, "P1", Condition{Kind: "report", Text: "a report", DueOn: "2026-06-01",
					Instalment: instalment})
				return err
			}
		}
		decided := func(number, reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := DecideCondition(ctx, tx, "P1", number, ConditionDecision{State: ConditionMet, On: "2026-03-01",
					Reason: reason})
				return err
			}
		}
		finding := func(code, number string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.RaiseFinding(ctx, tx, AuditFinding{Grant: code, Number: number, On: "2026-03-01",
					Questioned: dkk("60.00"), Text: "no receipt"})
				return err
			}
		}
		answered := func(number, amount, reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.AnswerFinding(ctx, tx, "G1", number, Answer{Outcome: Documented, Amount: dkk(amount),
					On: "2026-03-01", Reason: reason})
				return err
			}
		}
		disallowed := func(number, amount string, account ledger.AccountNo) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Disallow(ctx, tx, Disallowance{Grant: "G1", Finding: number, On: "2026-03-01", Account: account,
					Items: []DisallowedItem{{"therapy", dkk(amount)}}})
				return err
			}
		}
		interest := func(code string, account ledger.AccountNo) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.BookInterest(ctx, tx, Interest{Grant: code, On: "2026-03-01", Amount: dkk("1.00"),
					Account: account})
				return err
			}
		}
		received := func(code string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Receive(ctx, tx, Receipt{Grant: code, On: "2026-03-01", Amount: dkk("1.00"), Account: "1010"})
				return err
			}
		}
		onAward := func(code string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.ReceiveAward(ctx, tx, AwardReceipt{Grant: code, On: "2026-03-01", Received: dkk("1.00"),
					Withheld: dkk("0.00"), Account: "1010"})
				return err
			}
		}
		virement := func(m Move) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.Virement(finance, tx, "G1", BudgetVersion{StartsOn: "2026-03-01", Reason: "fewer sessions",
					Moves: []Move{m}})
				return err
			}
		}
		version := func(n int) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.DecideBudget(finance, tx, "G1", BudgetDecision{n, true, "2026-4711"})
				return err
			}
		}
		life := func(act func(context.Context, *store.Tx, string, ledger.Date, string) (Grant, error), code,
			reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := act(ctx, tx, code, "2026-03-01", reason); return err }
		}
		terminated := func(code, reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, _, err := h.reg.Terminate(ctx, tx, code, "2026-03-01", reason)
				return err
			}
		}
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
			{"a condition on an instalment that is not planned", condition(1), ErrUnknownInstalment},
			{"planned: an øre too much", planned("P1", more, later), ErrScheduleTotal},
			{"planned: an øre too little", planned("P1", Planned{Amount: dkk("39.99"), DueOn: "2026-01-01"}, later),
				ErrScheduleTotal},
			{"planned: out of order", planned("P1", later, earlier), ErrScheduleOrder},
			{"planned: two of one day", planned("P1", first, later), nil},
			{"planned again", planned("P1", first, later), ErrDuplicateSchedule},
			{"a condition on the third of two", condition(3), ErrUnknownInstalment},
			{"a condition on the second of two", condition(2), nil},
			{"a condition of nobody", decided("C9", because), ErrUnknownCondition},
			{"a condition met for no reason", decided("C1", "  "), ledger.ErrReasonRequired},
			{"a condition met", decided("C1", because), nil},
			{"cancelled for no reason", cancel("P1", "1.00", ""), ledger.ErrReasonRequired},
			{"cancelled: an øre too much", cancel("P1", "100.01", because), ErrOverCancelled},
			{"cancelled of an award", cancel("A1", "1.00", because), ErrWrongRecognition},
			{"cancelled: all of it", cancel("P1", "100.00", because), nil},
			{"cancelled again", cancel("P1", "0.01", because), ErrOverCancelled},
			{"a finding on a draft", finding("D1", "F-1"), ErrGrantState},
			{"a finding", finding("G1", "F-1"), nil},
			{"a finding twice", finding("G1", "F-1"), ErrDuplicateFinding},
			{"an answer to no finding", answered("F-2", "1.00", because), ErrUnknownFinding},
			{"an answer for no reason", answered("F-1", "1.00", ""), ledger.ErrReasonRequired},
			{"answered: a part", answered("F-1", "20.00", because), nil},
			{"answered: an øre too much", answered("F-1", "40.01", because), ErrOverAnswered},
			{"answered: the rest", answered("F-1", "40.00", because), nil},
			{"disallowed: an øre too much", disallowed("F-3", "100.01", "1010"), ErrOverClaimed},
			{"disallowed out of euros", disallowed("F-3", "1.00", "1020"), ErrBankNotInBase},
			{"disallowed: all of it", disallowed("F-3", "100.00", "1010"), nil},
			{"disallowed again", disallowed("F-4", "0.01", "1010"), ErrOverClaimed},
			{"interest before any rate is known", interest("E1", "1010"), rates.ErrRateMissing},
			{"interest in euros", interest("G1", "1020"), ErrBankNotInBase},
			{"an instalment on a draft", received("D1"), ErrGrantState},
			{"an instalment of an award", received("A1"), ErrWrongRecognition},
			{"an award receipt of an advance", onAward("G1"), ErrWrongRecognition},
			{"an award receipt on a draft", onAward("D1"), ErrGrantState},
			{"moved from no line", virement(Move{From: "9", To: "1", Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved to no line", virement(Move{From: "1", To: "9", Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved to no year", virement(Move{From: "1", To: "2", ToYear: 2027, Amount: dkk("1.00")}), ErrUnknownLine},
			{"moved: an øre more than the line", virement(Move{From: "2", To: "1", Amount: dkk("10000.01")}), ErrBelowSpent},
			{"no version of the budget", version(0), ErrUnknownBudget},
			{"the version after the last", version(2), ErrUnknownBudget},
			{"a version that waits for nobody", version(1), ErrBudgetDecided},
			{"another recognition over bookings", func(tx *store.Tx) error {
				_, err := h.reg.Amend(ctx, tx, "G1", "2026-03-01", Change{Recognition: &immediate})
				return err
			}, ErrPolicyFixed},
			{"a draft that does not sum", func(tx *store.Tx) error {
				_, err := h.reg.SignDraft(ctx, tx, "D1", "2026-03-01")
				return err
			}, ErrBudgetTotal},
			{"suspended for no reason", life(h.reg.Suspend, "G1", ""), ledger.ErrReasonRequired},
			{"resumed before it was suspended", life(h.reg.Resume, "G1", because), ErrGrantState},
			{"suspended", life(h.reg.Suspend, "G1", because), nil},
			{"suspended twice", life(h.reg.Suspend, "G1", because), ErrGrantState},
			{"resumed for no reason", life(h.reg.Resume, "G1", " "), ledger.ErrReasonRequired},
			{"promised while it is suspended", func(tx *store.Tx) error {
				_, _, err := h.reg.Available(ctx, tx, "G1")
				return err
			}, ErrGrantState},
			{"a virement while it is suspended", virement(Move{From: "1", To: "2", Amount: dkk("1.00")}), ErrGrantState},
			{"resumed", life(h.reg.Resume, "G1", because), nil},
			{"terminated for no reason", terminated("G1", ""), ledger.ErrReasonRequired},
			{"terminated", terminated("G1", because), nil},
			{"terminated twice", terminated("G1", because), ErrGrantState},
			{"a draft is given up", terminated("D1", because), nil},
			{"no grant at all", terminated("X9", because), ErrUnknownGrant},
		} {
			if err := h.db.Update(finance, c.act); !errors.Is(err, c.want) {
				h.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
	})
}

const because = "the board decided so"

// What may still be promised is the grant less what was cancelled, spent and committed; on a line, the line less its
// part. A fund of no grant has no limit, nor has a category that no line names.
func TestWhatIsAvailable(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted()
		h.sign("E1", "1000.00", "EUR", "0")
		h.sign("G3", "500.00", "DKK", "0")
		limits := func(fund ledger.FundCode, category string) string {
			h.Helper()
			text := "no limit"
			h.do(func(tx *store.Tx) error {
				var left ledger.Money
				var known bool
				var err error
				var line BudgetLine
				if category == "" {
					left, known, err = h.reg.Available(h.Context(), tx, fund)
				} else {
					line, left, known, err = h.reg.AvailableOnLine(h.Context(), tx, fund, category)
				}
				if known {
					text = line.No + " " + left.String()
				}
				return err
			})
			return text
		}
		want := func(when string, fund ledger.FundCode, category, want string) {
			h.Helper()
			if got := limits(fund, category); got != want {
				h.Errorf("%s, %s %s: %q, want %q", when, fund, category, got, want)
			}
		}
		want("of no grant", "UNR", "", "no limit")
		want("of no grant", "UNR", "therapy", "no limit")
		want("on no line", "G1", "stipend", "no limit")
		want("without lines", "G3", "therapy", "no limit")
		want("at first", "G1", "", " 20000.00")
		want("at first", "G1", "therapy", "1 10000.00")
		h.pay("G1", "2026-02-01", "5200", "100.01")
		want("after a cost", "G1", "", " 19899.99")
		want("after a cost", "G1", "therapy", "1 9899.99")
		want("after a cost", "G1", "legal-aid", "2 10000.00")
		h.commit("G1", "P-1/2026", "legal-aid", "45000.00", "200.00")
		want("after a commitment", "G1", "", " 19699.99")
		want("after a commitment", "G1", "legal-aid", "2 9800.00")
		h.pay("G1", "2026-02-02", "4900", "-8.00") // a gain is spent on no line here
		want("after a gain", "G1", "", " 19707.99")
		want("after a gain", "G1", "therapy", "1 9899.99")
		want("before a rate is known", "E1", "", "no limit")
		h.receive("E1", "2026-01-07", "500.00", "EUR", "7.40 DKK/EUR", "1010")
		want("at the first rate", "E1", "", " 7400.00")
		h.receive("E1", "2026-01-08", "400.00", "EUR", "7.46 DKK/EUR", "1010")
		want("at the newest rate", "E1", "", " 7460.00")
		h.do(func(tx *store.Tx) error {
			_, err := h.reg.Cancel(h.Context(), tx, "E1", Cancellation{On: "2026-03-01", Amount: of("100.00", "EUR"),
				Reason: because})
			return err
		})
		want("after a cancellation", "E1", "", " 6714.00")
		h.do(func(tx *store.Tx) error {
			for fund, want := range map[ledger.FundCode]bool{"UNR": false, "G1": true} {
				if got, err := h.reg.Defers(h.Context(), tx, fund, "2026-03-01"); err != nil || got != want {
					h.Errorf("%s defers: %v, %v", fund, got, err)
				}
			}
			return nil
		})
	})
}

// Interest on an advance adds to it: money in the bank, and as much more that the grantor may ask back, in the grant's
// currency at the rate of the newest receipt. A grant that leaves interest to us makes it income of the general fund.
func TestInterestOnAnAdvance(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.sign("E1", "1000.00", "EUR", "0")
		h.awarded("A1", "500.00")
		h.receive("G1", "2026-01-07", "500.00", "DKK", "", "1010")
		h.receive("E1", "2026-01-07", "100.00", "EUR", "7.40 DKK/EUR", "1010")
		h.receive("E1", "2026-01-08", "100.00", "EUR", "7.50 DKK/EUR", "1010")
		for _, c := range []struct {
			grant string
			fund  ledger.FundCode
			want  string
		}{
			{"G1", "G1", "1010 15.00, 2100 -15.00"},
			{"E1", "E1", "1010 15.00, 2100 -2.00 EUR=-15.00"},
			{"A1", "UNR", "1010 15.00, 4500 -15.00"},
		} {
			h.do(func(tx *store.Tx) error {
				p, err := h.reg.BookInterest(h.Context(), tx, Interest{Grant: c.grant, On: "2026-02-01", Amount: of("15.00", "DKK"),
					Account: "1010"})
				if got := lines(p, c.fund, "1010", "2100", "4500"); got != c.want || len(p.Lines) != 2 {
					h.Errorf("%s: %s, want %s", c.grant, got, c.want)
				}
				return err
			})
		}
		if got := h.balance("2100", "E1"); got != "-1505.00" {
			h.Errorf("the advance of E1 is %s", got)
		}
	})
}

// A grant that is broken off lets its commitments lapse, cancels what has not come, and lets lapse again what a
// reversal sets aside afterwards.
func TestTerminatedGrantHoldsNothing(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G1", "1000.00", "DKK", "0")
		h.sign("G2", "1000.00", "DKK", "0")
		h.receive("G1", "2026-01-07", "600.00", "DKK", "", "1010")
		h.commit("G1", "P-1/2026", "therapy", "45000.00", "200.00")
		h.commit("G2", "P-2/2026", "therapy", "45000.00", "200.00")
		var relief ledger.Posted
		h.do(func(tx *store.Tx) error {
			lots, err := h.reg.Book.OpenLots(h.Context(), tx, "G1", ledger.CommitmentLot, "2026-02-01")
			if err != nil {
				return err
			}
			debit := ledger.InCurrency(ledger.Encumbrances, "G1", of("-22500.00", "NGN"), of("-100.00", "DKK")).For("therapy")
			credit := ledger.InCurrency(ledger.EncumbranceOffset, "G1", of("22500.00", "NGN"), of("100.00",
				"DKK")).For("therapy")
			posted, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-02-01", Text: "Relief", Act: "relief",
				Lines: []ledger.Line{debit.WithLot(lots[0].ID), credit}})
			if err == nil {
				relief = posted[0]
			}
			return err
		})
		var lapsed *ledger.Posted
		h.do(func(tx *store.Tx) (err error) {
			_, lapsed, err = h.reg.Terminate(h.Context(), tx, "G1", "2026-03-01", because)
			return err
		})
		if lapsed == nil || h.balance(ledger.Encumbrances, "G1") != "0.00" {
			h.Fatalf("%+v; %s is still committed", lapsed, h.balance(ledger.Encumbrances, "G1"))
		}
		for _, l := range lapsed.Lines {
			if l.Plan != "P-1" || l.Category != "therapy" {
				h.Errorf("a line is of plan %q, category %q", l.Plan, l.Category)
			}
		}
		h.do(func(tx *store.Tx) error {
			g, err := h.reg.Grant(h.Context(), tx, "G1")
			if err != nil {
				return err
			}
			now, err := h.reg.Standing(h.Context(), tx, g, LastDay)
			if now.Cancelled.String() != "400.00" || !now.Open.IsZero() || !g.Over() {
				h.Errorf("%s: cancelled %s, to come %s", g.State, now.Cancelled, now.Open)
			}
			return err
		})
		for _, c := range []struct {
			name, lapsesOn string
			reversed       ledger.EntryID
			on             ledger.Date
		}{
			{"before its last day", "2026-03-01", relief.ID, "2026-02-01"}, {"later", "2026-04-01", lapsed.ID, "2026-04-01"},
		} {
			h.do(func(tx *store.Tx) error {
				reversal, err := h.reg.Book.Reverse(h.Context(), tx, ledger.Reversal{Entry: string(c.reversed), Reason: because,
					Date: c.on})
				if err != nil {
					return err
				}
				again, err := h.reg.LapseAgain(h.Context(), tx, reversal)
				if err != nil || len(again) != 1 || again[0].Date != ledger.Date(c.lapsesOn) {
					h.Fatalf("%s: %+v, %v", c.name, again, err)
				}
				return nil
			})
			if got := h.balance(ledger.Encumbrances, "G1"); got != "0.00" {
				h.Errorf("%s: %s is committed again", c.name, got)
			}
		}
		h.do(func(tx *store.Tx) error { // what is reversed on a grant that goes on stays set aside
			all, err := h.reg.Book.Entries(h.Context(), tx, ledger.Span{}, 0, 1000)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(p ledger.Posted) bool { return p.Act == "commitment" && p.Lines[0].Fund == "G2" })
			again, err := h.reg.LapseAgain(h.Context(), tx, all[i])
			if len(again) != 0 {
				h.Errorf("a grant that goes on lapses: %+v", again)
			}
			return err
		})
	})
}

// A trial says of an entry what posting it would say, after what is promised; and entries that are posted together meet
// what those before them have used up.
func TestATrialSaysWhatPostingWould(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted()
		entry := func(account ledger.AccountNo, amount string) ledger.Entry {
			return ledger.Entry{Date: "2026-03-01", Text: "cost", Act: "payment", Lines: []ledger.Line{
				ledger.Base(account, "G1", of(amount, "DKK")), ledger.Base("1010", "G1", of(amount, "DKK").Neg())}}
		}
		for _, c := range []struct {
			name     string
			promised []ledger.Entry
			asked    ledger.Entry
			want     error
		}{
			{"all of the line", nil, entry("5200", "10000.00"), nil},
			{"an øre more", nil, entry("5200", "10000.01"), ErrOverLine},
			{"the rest of the line", []ledger.Entry{entry("5200", "4000.00"), entry("5200", "1000.00")},
				entry("5200", "5000.00"), nil},
			{"an øre more than the rest", []ledger.Entry{entry("5200", "4000.00"), entry("5200", "1000.00")},
				entry("5200", "5000.01"), ErrOverLine},
			{"the other line", []ledger.Entry{entry("5200", "10000.00")}, entry("5300", "10000.00"), nil},
			{"nothing left of the line", []ledger.Entry{entry("5200", "10000.00")}, entry("5200", "0.01"), ErrOverLine},
		} {
			refuses := func(tx *store.Tx) error {
				return Trial{Register: h.reg, Promised: c.promised}.Refuses(h.Context(), tx, c.asked)
			}
			together := func(tx *store.Tx) error {
				_, err := h.reg.PostAll(h.Context(), tx, append(slices.Clone(c.promised), c.asked))
				return errors.Join(err, errBack)
			}
			oneByOne := func(tx *store.Tx) error {
				for _, e := range append(slices.Clone(c.promised), c.asked) {
					if _, err := h.reg.Post(h.Context(), tx, e); err != nil {
						return err
					}
				}
				return errBack
			}
			for how, act := range map[string]func(tx *store.Tx) error{"tried": refuses, "together": together,
				"one by one": oneByOne} {
				err := h.db.Update(h.Context(), act)
				if errors.Is(err, c.want) && c.want != nil || c.want == nil && (err == nil || err.Error() == errBack.Error()) {
					continue
				}
				h.Errorf("%s, %s: %v, want %v", c.name, how, err, c.want)
			}
		}
	})
}

var errBack = errors.New("roll back")

// Every act on a grant leaves its events in order.
func TestEveryActOnAGrantIsRecorded(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted()
		h.awarded("A1", "500.00")
		h.drafted("D1", "999.99")
		finance := h.user("finance")
		actions := func() (all []string) {
			h.do(func(tx *store.Tx) error {
				found, err := access.ListEvents(h.Context(), tx, access.EventFilter{})
				for _, e := range found {
					all = append(all, e.Action)
				}
				return err
			})
			return all
		}
		dkk := func(amount string) ledger.Money { return of(amount, "DKK") }
		rate := decimal.NewFromInt(7)
		for _, c := range []struct {
			name string
			act  func(ctx context.Context, tx *store.Tx) error
			want string
		}{
			{"an instalment", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Receive(ctx, tx, Receipt{Grant: "G1", On: "2026-03-01", Amount: dkk("1.00"), Account: "1010"})
				return err
			}, "instalment.received"},
			{"interest", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.BookInterest(ctx, tx, Interest{Grant: "G1", On: "2026-03-01", Amount: dkk("1.00"), Account: "1010"})
				return err
			}, "interest.booked"},
			{"an award", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Award(ctx, tx, "A1", "2026-03-01", ledger.Rate{})
				return err
			}, "grant.active grant.awarded"},
			{"its money", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.ReceiveAward(ctx, tx, AwardReceipt{Grant: "A1", On: "2026-03-01", Received: dkk("500.00"),
					Withheld: dkk("0.00"), Account: "1010"})
				return err
			}, "award.received"},
			{"another rate", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Amend(ctx, tx, "G1", "2026-04-01", Change{IndirectRate: &rate})
				return err
			}, "grant.amended"},
			{"a plan", func(ctx context.Context, tx *store.Tx) error {
				_, err := PlanInstalments(ctx, tx, "D1", []Planned{{Amount: dkk("999.99"), DueOn: "2026-05-01"}})
				return err
			}, "grant.planned"},
			{"a signature", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.SignDraft(ctx, tx, "D1", "2026-03-01")
				return err
			}, "grant.signed"},
			{"a condition", func(ctx context.Context, tx *store.Tx) error {
				_, err := AddCondition(ctx, tx, "D1", Condition{Kind: "report", Text: "a report", DueOn: "2026-06-01"})
				return err
			}, "condition.added"},
			{"is met", func(ctx context.Context, tx *store.Tx) error {
				_, err := DecideCondition(ctx, tx, "D1", "C1", ConditionDecision{State: ConditionMet, On: "2026-03-01",
					Reason: because})
				return err
			}, "condition.met"},
			{"a promise is taken back", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Cancel(ctx, tx, "D1", Cancellation{On: "2026-03-01", Amount: dkk("1.00"), Reason: because})
				return err
			}, "grant.promise_cancelled"},
			{"a move in the budget", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Virement(ctx, tx, "G1", BudgetVersion{StartsOn: "2026-03-01", Reason: because,
					Moves: []Move{{From: "1", To: "2", Amount: dkk("5000.00")}}})
				return err
			}, "budget.submitted"},
			{"a finding", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.RaiseFinding(ctx, tx, AuditFinding{Grant: "G1", Number: "F-1", On: "2026-03-01",
					Questioned: dkk("60.00"), Text: "no receipt"})
				return err
			}, "finding.raised"},
			{"its answer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.AnswerFinding(ctx, tx, "G1", "F-1", Answer{Outcome: Documented, Amount: dkk("60.00"),
					On: "2026-03-01", Reason: because})
				return err
			}, "finding.documented"},
			{"suspension", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.reg.Suspend(ctx, tx, "G1", "2026-03-01", because)
				return err
			}, "grant.suspended"},
			{"an end", func(ctx context.Context, tx *store.Tx) error {
				_, _, err := h.reg.End(ctx, tx, "G1", "2026-03-01")
				return err
			}, "grant.ended"},
			{"termination", func(ctx context.Context, tx *store.Tx) error {
				_, _, err := h.reg.Terminate(ctx, tx, "D1", "2026-03-01", because)
				return err
			}, "grant.terminated"},
		} {
			before := len(actions())
			h.by(finance, c.act)
			if got := fmt.Sprint(actions()[before:]); got != "["+c.want+"]" {
				h.Errorf("%s: recorded %s, want %s", c.name, got, c.want)
			}
		}
	})
}
