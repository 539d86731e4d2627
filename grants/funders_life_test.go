package grants_test

import (
	"context"
	"errors"
	"testing"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/grantstest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// issued stands for the statements that a closing asks.
type issued bool

func (i issued) FinalIssued(context.Context, *store.Tx, string, ledger.Date, int64) (bool, error) {
	return bool(i), nil
}

// draft puts a grant of 1,000.00 on record with a budget of one line.
func draft(o *grantstest.Fixture, code, budget string) error {
	return o.Do("finance", func(tx *store.Tx) error {
		donor, err := donors.Register(o.Context(), tx, donors.Donor{Kind: donors.Institution, Name: "Pool",
			Language: "da"})
		if err != nil {
			return err
		}
		_, err = o.Register.Draft(o.Context(), tx, grants.Grant{Code: code, Donor: donor, Title: code,
			Amount: grantstest.Money("1000.00", "DKK"),
			From:   "2026-02-01", To: "2026-11-30", ReportDueOn: "2027-02-28", Policies: grants.Policies{grantstest.Deferred()},
			Budget: []grants.BudgetLine{{No: "1", Text: "All", Categories: []string{"*"},
				Amount: grantstest.Money(budget, "DKK")}}})
		return err
	})
}

func wants(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil) != (got == nil) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// DESIGN 5: a grant goes through its states, and each guard holds it until its reason is gone.
func TestLifeOfAGrantAndItsGuards(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := grantstest.Open(t, db)
		reason := "The grantor wrote so in a letter"
		wants(t, "a draft", draft(o, "G8", "900.00"), nil)
		sign := func(code string) error {
			return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.SignDraft(ctx, tx, code, "2026-01-10")
				return err
			})
		}
		wants(t, "signing what is under-budgeted", sign("G8"), grants.ErrBudgetTotal)
		wants(t, "another draft", draft(o, "G9", "1000.00"), nil)
		receive := func() error {
			return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Receive(ctx, tx, grants.Receipt{Grant: "G9", On: "2026-02-01",
					Amount:  grantstest.Money("1000.00", "DKK"),
					Account: "1010"})
				return err
			})
		}
		wants(t, "money on a draft", receive(), grants.ErrGrantState)
		wants(t, "signing", sign("G9"), nil)
		wants(t, "signing twice", sign("G9"), grants.ErrGrantState)
		wants(t, "money", receive(), nil)
		pay := func(on ledger.Date, amount string) error {
			return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := r.Post(ctx, tx, ledger.Entry{Date: on, Act: "payment", Text: "cost", Lines: []ledger.Line{
					ledger.Base("5200", "G9", grantstest.Money(amount, "DKK")),
					ledger.Base("1010", "G9", grantstest.Money("-"+amount, "DKK"))}})
				return err
			})
		}
		available := func() error {
			return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, _, err := r.Available(ctx, tx, "G9")
				return err
			})
		}
		move := func(act func(grants.Register, context.Context, *store.Tx, string, ledger.Date, string) (grants.Grant,
			error)) error {
			return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
				_, err := act(r, ctx, tx, "G9", "2026-05-01", reason)
				return err
			})
		}
		wants(t, "suspending", move(grants.Register.Suspend), nil)
		wants(t, "a commitment of a suspended grant", available(), grants.ErrGrantState)
		wants(t, "cost of a suspended grant", pay("2026-05-02", "100.00"), nil)
		wants(t, "resuming", move(grants.Register.Resume), nil)
		wants(t, "resuming again", move(grants.Register.Resume), grants.ErrGrantState)
		wants(t, "a commitment of a resumed grant", available(), nil)
		wants(t, "ending", o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, _, err := r.End(ctx, tx, "G9", "2026-11-30")
			return err
		}), nil)
		wants(t, "a commitment of an ended grant", available(), grants.ErrGrantState)
		wants(t, "cost of the period, paid before the report", pay("2026-12-31", "200.00"), nil)
		ends(o, t, pay)
	})
}

// ends takes the grant from its end to its closing.
func ends(o *grantstest.Fixture, t *testing.T, pay func(on ledger.Date, amount string) error) {
	t.Helper()
	closing := func(s grants.Statements) error {
		return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, err := r.Close(ctx, tx, "G9", "2027-03-01", s)
			return err
		})
	}
	wants(t, "the last day", pay("2027-02-28", "1.00"), nil)
	wants(t, "a day too late", pay("2027-03-01", "1.00"), grants.ErrReportDue)
	wants(t, "closing what is not reported", closing(issued(true)), grants.ErrGrantState)
	wants(t, "a finding", o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
		_, err := r.RaiseFinding(ctx, tx, grants.AuditFinding{Grant: "G9", Number: "F-1", On: "2026-12-10",
			Questioned: grantstest.Money("100.00", "DKK"), Text: "no receipt"})
		return err
	}), nil)
	answer := func(amount string, o2 grants.Outcome) error {
		return o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
			_, err := r.AnswerFinding(ctx, tx, "G9", "F-1", grants.Answer{Outcome: o2, Amount: grantstest.Money(amount, "DKK"),
				On: "2026-12-15", Reason: "The receipt was found"})
			return err
		})
	}
	wants(t, "a part of it", answer("59.99", grants.Documented), nil)
	wants(t, "an øre too much", answer("40.02", grants.Justified), grants.ErrOverAnswered)
	wants(t, "the final account", o.Step("finance", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
		_, err := r.CloseAccount(ctx, tx, "G9", "2027-03-01")
		return err
	}), nil)
	wants(t, "cost after the final account", pay("2027-02-28", "1.00"), grants.ErrGrantState)
	wants(t, "closing with the refund unpaid", closing(issued(true)), grants.ErrAdvanceOpen)
	wants(t, "the refund", o.Step("treasurer", func(ctx context.Context, tx *store.Tx, r grants.Register) error {
		_, err := r.PayRefund(ctx, tx, "G9", "2027-03-01", "1010")
		return err
	}), nil)
	wants(t, "closing with a finding pending", closing(issued(true)), grants.ErrFindingOpen)
	wants(t, "the rest of it", answer("40.01", grants.Justified), nil)
	wants(t, "closing without a statement", closing(issued(false)), grants.ErrStatementMissing)
	wants(t, "closing", closing(issued(true)), nil)
	wants(t, "closing twice", closing(issued(true)), grants.ErrGrantState)
	var states []grants.GrantState
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		g, err := o.Register.Grant(o.Context(), tx, "G9")
		if err != nil {
			return err
		}
		moves, err := grants.Moves(o.Context(), tx, g, store.Keyset{})
		for _, m := range moves {
			states = append(states, m.State)
		}
		return err
	}))
	want := []grants.GrantState{"draft", "signed", "active", "suspended", "active", "ended", "final_reported", "closed"}
	if len(states) != len(want) {
		t.Fatalf("moves %v", states)
	}
	for i := range want {
		if states[i] != want[i] {
			t.Errorf("move %d is %s, want %s", i+1, states[i], want[i])
		}
	}
}
