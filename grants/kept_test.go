package grants

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// TestWhatWasAgreedIsKept puts a row into every table of grants and sends SQL past the code: what was agreed, received
// is neither changed nor taken away, on either engine.
func TestWhatWasAgreedIsKept(t *testing.T) {
	onBoth(t, func(h house) {
		h.everything()
		for table, set := range map[string]string{
			"grants": "amount = 1", "grant_instalments": "amount = 1", "grant_award_receipts": "received = 1",
			"grant_findings":       "amount = 1",
			"grant_final_accounts": "refund = 1", "grant_budgets": "state = 'refused'", "grant_budget_lines": "amount = 1",
			"grant_budget_years": "amount = 1", "grant_budget_categories": "category = 'x'",
			"grant_budget_moves": "amount = 1", "grant_planned_instalments": "amount = 1",
			"grant_conditions": "disbursements = 0", "grant_policies": "",
			"grant_moves": "state = 'draft'", "grant_cancellations": "amount = 1", "grant_condition_decisions": "state = 'open'",
		} {
			for _, statement := range []string{"DELETE FROM " + table, "UPDATE " + table + " SET " + set} {
				if strings.HasSuffix(statement, "SET ") {
					continue
				}
				var rows int
				err := h.db.Update(h.Context(), func(tx *store.Tx) error {
					if err := tx.QueryRowContext(h.Context(), "SELECT COUNT(*) FROM "+table).Scan(&rows); err != nil || rows == 0 {
						return err
					}
					_, err := tx.ExecContext(h.Context(), statement)
					return err
				})
				if rows == 0 {
					h.Errorf("%s is empty, so nothing is tried: %v", table, err)
				} else if err == nil || !strings.Contains(err.Error(), "append_only") {
					h.Errorf("%s: %v", statement, err)
				}
			}
		}
	})
}

// everything has all kinds of acts done to grants and donors.
func (h house) everything() {
	h.Helper()
	h.budgeted()
	h.pay("G1", "2026-02-01", "5200", "100.00")
	maker := h.user("maker")
	if _, err := h.move(maker, "2026-03-01", "1", "2", "600.00"); err != nil {
		h.Fatal(err)
	}
	h.sign("G2", "1000.00", "DKK", "0")
	immediate := Immediate
	h.sign("G4", "1000.00", "USD", "0")
	h.amend("G4", "2026-01-02", Change{Recognition: &immediate})
	receivedAward(h, "G4")
	year := lined("1", "100.00", "*")
	year.Years = []BudgetYear{{2026, of("100.00", "DKK")}}
	for _, act := range []func(ctx context.Context, tx *store.Tx) error{
		func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.Draft(ctx, tx, Grant{Code: "G5", Donor: h.donor, Title: "G5", Amount: of("100.00", "DKK"),
				Budget: []BudgetLine{year}, Policies: Policies{{
					Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant, CurrencyBearer: BornByGrant,
					Interest: InterestToGrantor, RefundDeMinimis: of("0", "DKK")}}})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := PlanInstalments(ctx, tx, "G1", []Planned{{DueOn: "2026-02-01", Amount: of("20000.00", "DKK")}})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := AddCondition(ctx, tx, "G1", Condition{Kind: "report", Text: "Report", Disbursements: true})
			if err != nil {
				return err
			}
			_, err = DecideCondition(ctx, tx, "G1", "C1", ConditionDecision{State: ConditionMet, On: "2026-03-01",
				Reason: "The report was sent"})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.Disallow(ctx, tx, Disallowance{Grant: "G1", Finding: "F-1", On: "2026-04-01", Account: "1010",
				Items: []DisallowedItem{{"therapy", of("1.00", "DKK")}}})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.Cancel(ctx, tx, "G2", Cancellation{On: "2026-04-01", Amount: of("1.00", "DKK"),
				Reason: "The grantor wrote so"})
			return err
		},
		func(ctx context.Context, tx *store.Tx) error {
			_, _, err := h.reg.End(ctx, tx, "G2", "2026-11-30")
			if err != nil {
				return err
			}
			_, err = h.reg.CloseAccount(ctx, tx, "G2", "2026-12-20")
			return err
		},
	} {
		h.by(maker, act)
	}
}

// RULES 12 (what §12 leaves open): the refund of a grant in another currency takes over currency and base of 2100; what
// it is paid with leaves at its own cost, and the difference is the general fund's. Afterwards the grant's fund holds
// nothing.
func TestRefundInAnotherCurrency(t *testing.T) {
	onBoth(t, func(h house) {
		h.sign("G2", "6000.00", "EUR", "0")
		h.receive("G2", "2026-01-07", "2000.00 EUR", "7.40 DKK/EUR", "1020")
		h.receive("G2", "2026-02-07", "1000.00 EUR", "7.50 DKK/EUR", "1010")
		h.pay("G2", "2026-03-01", "5200", "7400.00") // 1,000 EUR of the first layer
		var f FinalAccount
		h.by(h.user("maker"), func(ctx context.Context, tx *store.Tx) (err error) {
			f, err = h.reg.CloseAccount(ctx, tx, "G2", "2026-12-20")
			return err
		})
		other := h.user("other")
		if f.Refund.String() != "2000.00" || f.Base.String() != "14900.00" {
			t.Errorf("refund %s EUR, %s DKK", f.Refund, f.Base)
		}
		var paid ledger.Posted
		h.by(other, func(ctx context.Context, tx *store.Tx) error {
			out, err := h.reg.PayRefund(ctx, tx, "G2", "2026-12-28", "1020")
			if err != nil {
				return err
			}
			paid, err = h.reg.Book.Entry(ctx, tx, string(out.Paid))
			return err
		})
		if got, want := lines(paid, "G2", "2110", "1020", "1010"),
			"2110 2000.00 EUR=14900.00, 1020 -2000.00 EUR=-14800.00, 1010 -100.00"; got != want {
			t.Errorf("the grant's lines %s, want %s", got, want)
		}
		if got, want := lines(paid, "UNR", "1010", "4900"), "1010 100.00, 4900 -100.00"; got != want {
			t.Errorf("the general fund's lines %s, want %s", got, want)
		}
		for _, account := range []ledger.AccountNo{"1010", "1020", "2100", "2110"} {
			if got := h.balance(account, "G2"); got != "0.00" {
				t.Errorf("%s holds %s", account, got)
			}
		}
	})
}

// set aside opens a commitment of a category on a grant's fund, as the approval of a plan year does.
func (h house) commit(fund ledger.FundCode, name, category, quantity, base string) {
	h.Helper()
	h.do(func(tx *store.Tx) error {
		lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CommitmentLot, Name: name,
			OpenedOn: "2026-01-10", Quantity: of(quantity, "NGN"), Cost: of(base, "DKK"),
			Rate: rate("225 NGN/DKK"), Pool: ledger.Pool{Account: ledger.Encumbrances, Holder: name, Fund: fund,
				Currency: "NGN"}}
		_, err := h.reg.Book.Post(h.Context(), tx, ledger.Entry{Date: "2026-01-10", Text: "commitment", Act: "commitment",
			Opens: []ledger.Lot{lot}, Lines: []ledger.Line{
				ledger.InCurrency(ledger.Encumbrances, fund, lot.Quantity, lot.Cost).WithLot(lot.ID).For(category),
				ledger.InCurrency(ledger.EncumbranceOffset, fund, lot.Quantity.Neg(), lot.Cost.Neg()).For(category)}})
		return err
	})
}

// Budget, spent, committed and available by line, in the grant's currency and in base; every figure is the sum of the
// lines that it names, the lines sum to the total, and when the grant ends nothing stays committed on any line.
func TestBudgetActualCommittedAvailable(t *testing.T) {
	onBoth(t, func(h house) {
		h.budgeted() // 10,000.00 therapy, 10,000.00 legal aid
		h.pay("G1", "2026-02-01", "5200", "100.01")
		h.commit("G1", "P-1/2026", "therapy", "45000.00", "200.00")
		h.sign("G2", "6000.00", "EUR", "0")
		h.receive("G2", "2026-01-07", "3000.00 EUR", "7.46 DKK/EUR", "1010")
		h.pay("G2", "2026-02-01", "6100", "36.04")
		h.commit("G2", "P-2/2026", "stipend", "1200000.00", "5333.33")
		said := func(key string) (text string) {
			h.do(func(tx *store.Tx) error {
				r, err := h.reg.BudgetActual(h.Context(), tx, key, ledger.Span{To: "2026-12-31"})
				if err != nil {
					return err
				}
				for _, row := range append(r.Rows, r.Total) {
					h.leads(tx, row.Base, "")
					h.leads(tx, row.Committed, "")
					h.leads(tx, *row.Spent, r.Grant.Amount.Currency)
					text += fmt.Sprintf("%s: %s spent %s committed %s available %s; base %s spent %s committed %s available %s\n",
						cmp.Or(row.Line.No, "-"), row.Line.Amount,
						row.Spent.Amount, row.CommittedOwn, row.Available, row.BudgetBase, row.Base.Amount, row.Committed.Amount,
						row.AvailableBase)
				}
				return nil
			})
			return text
		}
		want := "1: 10000.00 spent 100.01 committed 200.00 available 9699.99; " +
			"base 10000.00 spent 100.01 committed 200.00 available 9699.99\n" +
			"2: 10000.00 spent 0.00 committed 0.00 available 10000.00; " +
			"base 10000.00 spent 0.00 committed 0.00 available 10000.00\n" +
			"-: 20000.00 spent 100.01 committed 200.00 available 19699.99; " +
			"base 20000.00 spent 100.01 committed 200.00 available 19699.99\n"
		if got := said("G1"); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
		// 6,000 EUR are 44,760.00 at 7.46, 5,333.33 are 714.92 EUR.
		if got := said("G2"); !strings.HasSuffix(got,
			"-: 6000.00 spent 4.83 committed 714.92 available 5280.25; "+
				"base 44760.00 spent 36.04 committed 5333.33 available 39390.63\n") {
			t.Errorf("%s", got)
		}
		h.do(func(tx *store.Tx) error { _, _, err := h.reg.End(h.Context(), tx, "G1", "2026-11-30"); return err })
		if got := said("G1"); strings.Contains(got, "committed 200.00") || strings.Count(got, "committed 0.00") != 6 {
			t.Errorf("after the end:\n%s", got)
		}
	})
}

// leads wants a figure to be the sum of the lines that it names, in base currency or in another.
func (h house) leads(tx *store.Tx, f ledger.Figure, own ledger.Currency) {
	h.Helper()
	total := ledger.Zero(f.Amount.Currency)
	sums, err := h.reg.Book.CategorySums(h.Context(), tx, f.Lines)
	for _, s := range sums {
		if own != "" && own != "DKK" {
			total = total.Add(s.Amount)
		} else {
			total = total.Add(s.Base)
		}
	}
	if err != nil || total.Cmp(f.Amount) != 0 {
		h.Errorf("%s leads to lines of %s: %v", f.Amount, total, err)
	}
}

// Whatever happens to the grants, together they are the general ledger, to the øre.
func TestAnyGrantsReconcile(t *testing.T) {
	onBoth(t, func(h house) {
		n, maker := 0, h.user("maker")
		few(t, func(rt *rapid.T) {
			n++
			dkk, eur, usd := fmt.Sprintf("K%d", n), fmt.Sprintf("E%d", n), fmt.Sprintf("U%d", n)
			h.sign(dkk, "90000.00", "DKK", "7")
			h.sign(eur, "90000.00", "EUR", "7")
			h.sign(usd, "1000.00", "USD", "0")
			immediate := Immediate
			h.amend(usd, "2026-01-02", Change{Recognition: &immediate})
			day := ledger.Date("2026-01-03")
			draw := func(label string, most int64) string {
				return ledger.OfMinor(rapid.Int64Range(1, most).Draw(rt, label), "DKK").String()
			}
			h.receive(dkk, day, draw("received", 900000)+" DKK", "", "1010")
			h.receive(eur, day, draw("euros", 900000)+" EUR", "7.46 DKK/EUR", "1010")
			for range rapid.IntRange(1, 12).Draw(rt, "acts") {
				day = day.AddDays(rapid.IntRange(0, 9).Draw(rt, "days"))
				code := rapid.SampledFrom([]string{dkk, eur}).Draw(rt, "grant")
				h.happens(rt, maker, code, day, draw)
			}
			if rapid.Bool().Draw(rt, "awarded") {
				receivedAward(h, usd)
			}
			var all Reconciliation
			h.do(func(tx *store.Tx) (err error) {
				all, err = h.reg.Reconcile(h.Context(), tx, ledger.Span{To: "2026-12-31"})
				return err
			})
			if !all.Balanced() {
				rt.Fatalf("differences %+v", all.Difference)
			}
		})
	})
}

// happens has one act happen to a grant; one that is refused leaves nothing.
func (h house) happens(
	rt *rapid.T, maker access.UserID, code string, day ledger.Date, draw func(string, int64) string,
) {
	fund := ledger.FundCode(code)
	acts := map[string]func(ctx context.Context, tx *store.Tx) error{
		"cost": func(_ context.Context, tx *store.Tx) error {
			return h.cost(fund, day, rapid.SampledFrom([]ledger.AccountNo{"5200", "5300", "6100"}).Draw(rt, "account"),
				draw("cost", 300000))(tx)
		},
		"interest": func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.BookInterest(ctx, tx, Interest{Grant: code, On: day, Amount: of(draw("interest", 5000), "DKK"),
				Account: "1010"})
			return err
		},
		"indirect": func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.ChargeIndirect(ctx, tx, code, day)
			return err
		},
		"disallowance": func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.Disallow(ctx, tx, Disallowance{Grant: code, Finding: store.NewID("f"), On: day, Account: "1010",
				Items: []DisallowedItem{{"therapy", of(draw("disallowed", 20000), "DKK")}}})
			return err
		},
		"reversal": func(ctx context.Context, tx *store.Tx) error {
			p, err := h.reg.Book.Entries(ctx, tx, ledger.Span{}, 0, 10000)
			if err != nil || len(p) == 0 || p[len(p)-1].Act != "payment" {
				return err
			}
			_, err = h.reg.Book.Reverse(ctx, tx, ledger.Reversal{Entry: string(p[len(p)-1].ID),
				Reason: "It was booked by mistake"})
			return err
		},
		"final account": func(ctx context.Context, tx *store.Tx) error {
			_, err := h.reg.CloseAccount(ctx, tx, code, "2026-12-20")
			return err
		},
	}
	name := rapid.SampledFrom([]string{"cost", "cost", "cost", "interest", "indirect", "disallowance", "reversal",
		"final account"}).Draw(rt, "act")
	ctx := store.WithActor(h.Context(), store.Actor{User: string(maker)})
	_ = h.db.Update(ctx, func(tx *store.Tx) error { return acts[name](ctx, tx) })
}
