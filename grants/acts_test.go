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
		h.receive("E1", "2026-01-07", "500.00 EUR", "7.40 DKK/EUR", "1010")
		want("at the first rate", "E1", "", " 7400.00")
		h.receive("E1", "2026-01-08", "400.00 EUR", "7.46 DKK/EUR", "1010")
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
		h.awarded()
		h.receive("G1", "2026-01-07", "500.00 DKK", "", "1010")
		h.receive("E1", "2026-01-07", "100.00 EUR", "7.40 DKK/EUR", "1010")
		h.receive("E1", "2026-01-08", "100.00 EUR", "7.50 DKK/EUR", "1010")
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
		h.receive("G1", "2026-01-07", "600.00 DKK", "", "1010")
		h.commit("G1", "P-1/2026", "therapy", "45000.00", "200.00")
		h.commit("G2", "P-2/2026", "therapy", "45000.00", "200.00")
		relief := h.relieved()
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

// relieved takes half of G1's commitment back.
func (h house) relieved() (relief ledger.Posted) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		lots, err := h.reg.Book.OpenLots(h.Context(), tx, "G1", ledger.CommitmentLot, "2026-02-01")
		if err != nil {
			return err
		}
		debit := ledger.InCurrency(ledger.Encumbrances, "G1", of("-22500.00", "NGN"), of("-100.00", "DKK")).For("therapy")
		credit := debit.Neg()
		credit.Account = ledger.EncumbranceOffset
		posted, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-02-01", Text: "Relief", Act: "relief",
			Lines: []ledger.Line{debit.WithLot(lots[0].ID), credit}})
		if err == nil {
			relief = posted[0]
		}
		return err
	})
	return relief
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
		h.awarded()
		h.drafted("999.99")
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
			{"a draft", func(ctx context.Context, tx *store.Tx) error {
				g, err := h.reg.Draft(ctx, tx, Grant{Code: "D2", Donor: h.donor, Title: "D2", Amount: dkk("10.00"), SignedOn: "2026-01-01",
					Policies: Policies{{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
						CurrencyBearer: BornByGrant, Interest: InterestToGrantor, RefundDeMinimis: ledger.Zero("DKK")}}})
				if g.SignedOn != "" {
					h.Errorf("a draft is signed on %s", g.SignedOn)
				}
				return err
			}, "grant.draft"},
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
				if _, err := h.reg.SignDraft(ctx, tx, "D1", "2026-03-01"); err != nil {
					return err
				}
				g, err := h.reg.Grant(ctx, tx, "D1")
				if g.SignedOn != "2026-03-01" || g.State != GrantSigned || g.Policies[0].StartsOn != "2026-03-01" {
					h.Errorf("what was signed is kept as %+v", g)
				}
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
