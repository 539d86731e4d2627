package statements_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"supportledger/statements/collecting"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"supportledger/grants"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
)

// reported collects a grant's statement.
func (h *house) reported(in collecting.Request) *figures.GrantStatement {
	h.Helper()
	s, ok := h.collect(in).(*figures.GrantStatement)
	if !ok {
		h.Fatal("it is no grant's")
	}
	return s
}

func (h *house) note(s *figures.GrantStatement, code figures.NoteCode) *figures.Note {
	for _, n := range s.Notes {
		if n.Code == code {
			return &n
		}
	}
	return nil
}

// divided gives the grant a second one with two budget lines, a plan of instalments and a rule that lets money be
// moved.
func (h *house) divided() {
	h.do("preparer", func(ctx context.Context, tx *store.Tx) error {
		g1, err := h.office.Grants.Grant(ctx, tx, "G1")
		if err != nil {
			return err
		}
		policy := g1.Policies[0]
		policy.Virement = grants.VirementRule{Percent: decimal.NewFromInt(50), Of: grants.OfLine}
		policy.Audit = grants.AuditRule{Above: dkk("1000.00")}
		if _, err = h.office.Grants.Sign(ctx, tx,
			grants.Grant{Code: "G2", Donor: g1.Donor, Title: "Study", Amount: dkk("10000.00"), SignedOn: "2026-01-02",
				From: "2026-01-02", To: "2026-12-31",
				Policies: grants.Policies{policy},
				Budget: []grants.BudgetLine{{No: "1", Text: "Tuition", Categories: []string{"tuition"}, Amount: dkk("6000.00")},
					{No: "2", Text: "The rest", Categories: []string{"*"}, Amount: dkk("4000.00")}}}); err != nil {
			return err
		}
		if _, err = grants.PlanInstalments(ctx, tx, "G2",
			[]grants.Planned{{DueOn: "2026-01-05", Amount: dkk("7000.00")},
				{DueOn: "2026-11-01", Amount: dkk("3000.00")}}); err != nil {
			return err
		}
		if _, err = h.office.Grants.Receive(ctx, tx,
			grants.Receipt{Grant: "G2", On: "2026-01-05", Amount: dkk("5000.00"), Account: "1010"}); err != nil {
			return err
		}
		_, err = h.office.Grants.Virement(ctx, tx, "G2", grants.BudgetVersion{StartsOn: "2026-08-01",
			Reason: "rents rose in spring", Moves: []grants.Move{{From: "1", To: "2", Amount: dkk("1000.00")}}})
		return err
	})
}

// A report is held against the budget of its own time, names what changed in it, and says what is still to come.
func TestReportHasTheBudgetOfItsTime(t *testing.T) {
	onBoth(t, func(h *house) {
		h.divided()
		h.pay("G2", "2026-03-01", "5100", "1500.00")
		h.setAside("G2", "tuition", "400.00")
		h.setAside("G2", "stipend", "250.00")
		before := h.reported(collecting.Request{Subject: "G2", To: "2026-06-30"})
		if before.BudgetVersion != 1 || before.Budget[0].Budget.String() != "6000" || len(before.Changes) != 0 {
			t.Errorf("in June: version %d, %+v", before.BudgetVersion, before.Budget)
		}
		after := h.reported(collecting.Request{Subject: "G2", From: "2026-07-01", To: "2026-12-31",
			Explains: []figures.Explanation{{BudgetLine: "1", Reason: figures.ReasonTiming, Text: "semester moved"}}})
		if after.BudgetVersion != 2 || after.Budget[0].Budget.String() != "5000" || len(after.Changes) != 1 ||
			after.Changes[0].Moves[0].Amount.String() != "1000" {
			t.Errorf("in December: version %d, %+v, %+v", after.BudgetVersion, after.Budget, after.Changes)
		}
		lines := after.Forecast.Lines
		if len(lines) != 2 || lines[0].Committed.String() != "400" || lines[0].Expected.String() != "1900" ||
			lines[0].Left.String() != "3100" || after.Forecast.Total.Left.String() != "7850" {
			t.Errorf("what it will come to: %+v, %+v", lines, after.Forecast.Total)
		}
		h.traced(after, map[string]string{"forecast.1.committed": "400.00", "forecast.2.committed": "250.00",
			"forecast.total.committed": "650.00"})
		to := after.Forecast.Instalments
		if len(to) != 2 || to[0].Amount.String() != "2000" || !to[0].Late || to[1].Amount.String() != "3000" {
			t.Errorf("still to come: %+v", to)
		}
		if after.Opening.String() != "3500" || len(after.OpeningParts) != 1 ||
			after.OpeningParts[0].Amount.String() != "3500" {
			t.Errorf("opening %s was at %+v", after.Opening, after.OpeningParts)
		}
		if n := h.note(after, figures.NoteUnspentAtEnd); n == nil || n.Amount.String() != "3500.00" {
			t.Errorf("what is left at the end: %+v", n)
		}
		if h.note(after, figures.NoteAuditRegistered) == nil || after.Signatures[2].Role != figures.Auditor {
			t.Errorf("an audit is agreed on: %+v", after.Signatures)
		}
		text := page.Text(after, figures.English)
		for _, want := range []string{"Budget version 2 from 1 August 2026, within what the agreement allows",
			"From line 1 to line 2", "Budget line 1 Tuition: 70.0% of it is not spent",
			"Earlier or later than planned. semester moved"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing:\n%s", want, text)
			}
		}
		err := h.try("", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.Collect(ctx, tx,
				collecting.Request{Subject: "G2", To: "2026-06-30",
					Explains: []figures.Explanation{{BudgetLine: "9", Reason: figures.ReasonNeed}}})
			return err
		})
		if err == nil {
			t.Error("a line that the budget does not have was explained")
		}
	})
}

// Vouchers of a line are listed by their entries in the organisation. Outside they have references that name no entry,
// and only where enough people stand behind the line.
func TestVouchersOfAReport(t *testing.T) {
	onBoth(t, func(h *house) {
		h.blocks()
		h.support("2026-02-01", "5100", 1, 4, "100.00")
		s := h.issued(collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-03-31"}, "")
		inside, _ := s.Value.(*figures.GrantStatement)
		outside, _ := s.Cleared.(*figures.GrantStatement)
		if len(inside.Vouchers) != 4 || !strings.HasPrefix(inside.Vouchers[0].Entry, "2026-0000") ||
			len(outside.Vouchers) != 0 {
			t.Errorf("of four people: %+v inside, %+v outside", inside.Vouchers, outside.Vouchers)
		}
		if inside.Results.People != "0–4" || inside.Results.Milestones != "" || inside.ReportNo != 1 {
			t.Errorf("%+v, report %d", inside.Results, inside.ReportNo)
		}
		h.support("2026-05-01", "5100", 1, 6, "100.00")
		s = h.issued(collecting.Request{Subject: "G1", From: "2026-04-01", To: "2026-06-30"}, "")
		inside, _ = s.Value.(*figures.GrantStatement)
		outside, _ = s.Cleared.(*figures.GrantStatement)
		if len(inside.Vouchers) != 6 || len(outside.Vouchers) != 6 ||
			outside.Vouchers[5] != (figures.Voucher{BudgetLine: "1", Ref: "2026-Q2/06"}) {
			t.Errorf("of six people: %+v", outside.Vouchers)
		}
		if inside.Results.People != "5–10" || inside.ReportNo != 2 || h.note(inside, figures.NoteCorrections) != nil {
			t.Errorf("%+v, report %d", inside.Results, inside.ReportNo)
		}
		if body := string(outside.JSON(figures.English)); strings.Contains(body, inside.Vouchers[0].Entry) {
			t.Error("an entry's number left the organisation")
		}
		// A late entry in the first quarter: the next report says that its opening is not the closing that was reported.
		h.support("2026-06-15", "5100", 1, 1, "70.00")
		next := h.reported(collecting.Request{Subject: "G1", From: "2026-07-01", To: "2026-09-30"})
		if n := h.note(next, figures.NoteCorrections); n == nil || n.Amount.String() != "-70.00" || n.Text != s.Number ||
			next.ReportNo != 3 {
			t.Errorf("corrections: %+v, report %d", n, next.ReportNo)
		}
	})
}

// Two reports on a grant that are drafted at the same time have two numbers, and another look at one keeps its number.
func TestReportNumbersAreUnique(t *testing.T) {
	onBoth(t, func(h *house) {
		h.support("2026-02-01", "5100", 1, 6, "100.00")
		first := collecting.Request{Subject: "G1", From: "2026-01-02", To: "2026-03-31"}
		for want, in := range []collecting.Request{{}, first, {Subject: "G1", From: "2026-04-01", To: "2026-06-30"}, first} {
			if want == 0 {
				continue
			}
			err := h.try("", func(ctx context.Context, tx *store.Tx) error {
				v, err := h.office.Collect(ctx, tx, in)
				if err != nil {
					return err
				}
				if want == 3 {
					want = 1
				} else if _, err := h.office.Prepare(ctx, tx, in, figures.English, ""); err != nil {
					return err
				}
				if s, ok := v.(*figures.GrantStatement); !ok || s.ReportNo != want {
					t.Errorf("%s – %s: report %d, want %d", in.From, in.To, s.ReportNo, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Reports on a grant that several people draft at the same moment have a number each, whoever waits for whom.
func TestReportNumbersOfDraftsAtOnce(t *testing.T) {
	onBoth(t, func(h *house) {
		h.support("2026-02-01", "5100", 1, 6, "100.00")
		const people = 4
		var begun sync.WaitGroup
		begun.Add(people)
		numbers, errs := make([]int, people), make([]error, people)
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				in := collecting.Request{Subject: "G1", From: "2026-01-02", To: ledger.Date(fmt.Sprintf("2026-%02d-28", i+3))}
				ready := sync.OnceFunc(begun.Done)
				defer ready()
				errs[i] = h.try("preparer", func(ctx context.Context, tx *store.Tx) error {
					if _, err := h.office.Collect(ctx, tx, in); err != nil {
						return err
					}
					if ready(); strings.HasSuffix(h.Name(), "postgres") { // SQLite has one writer
						begun.Wait() // all have read what was reported before any of them writes
					}
					s, err := h.office.Prepare(ctx, tx, in, figures.English, "")
					if g, ok := s.Value.(*figures.GrantStatement); ok {
						numbers[i] = g.ReportNo
					}
					return err
				})
			})
		}
		all.Wait()
		slices.Sort(numbers)
		if diff := cmp.Diff([]int{1, 2, 3, 4}, numbers); diff != "" || errors.Join(errs...) != nil {
			t.Errorf("numbers (-want +got):\n%s%v", diff, errors.Join(errs...))
		}
	})
}

// What is given in kind stands apart: in a grant's statement it is in no other figure, in a fund's it is income and
// cost.
func TestInKindStandsApart(t *testing.T) {
	onBoth(t, func(h *house) {
		h.pay("G1", "2026-03-01", "5300", "1500.00")
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			for _, c := range []gifts.Contribution{{Category: "legal-aid", Memo: "V-12"}, {Category: "legal-aid", Memo: "V-13"},
				{Category: "therapy", Memo: "V-14"}} {
				c.Fund, c.On, c.Units, c.UnitValue = "UNR", "2026-06-15", decimal.NewFromInt(10), dkk("1800.00")
				if _, err := (gifts.Register{Grants: h.office.Grants}).ReceiveInKind(ctx, tx, c); err != nil {
					return err
				}
			}
			return nil
		})
		s := h.reported(collecting.Request{Subject: "G1", To: "2026-12-31"})
		if len(s.InKind) != 1 || s.InKind[0].Worth.String() != "36000" ||
			strings.Join(s.InKind[0].Memos, " ") != "V-12 V-13" || s.Spent.String() != "1500" {
			t.Errorf("%+v, spent %s", s.InKind, s.Spent)
		}
		f, _ := h.collect(collecting.Request{Subject: "UNR", To: "2026-12-31"}).(*figures.FundStatement)
		if len(f.InKind) != 2 || f.Received.String() != "54000" || f.Spent.String() != "54000" {
			t.Errorf("%+v, received %s, spent %s", f.InKind, f.Received, f.Spent)
		}
		if early := h.reported(collecting.Request{Subject: "G1", To: "2026-05-31"}); len(early.InKind) != 0 {
			t.Errorf("before it was given: %+v", early.InKind)
		}
	})
}

// The newest letterhead stands on what is collected from then on, and who may deduct is told of what she gave.
func TestLetterhead(t *testing.T) {
	onBoth(t, func(h *house) {
		h.give("D-77", "GIFT-1", "2026-03-03", "5000.00")
		for _, l := range []statements.Letterhead{{Registration: "CVR 1"},
			{Registration: " CVR 12345678 ", Address: "Havnegade 1, Aarhus", TaxApproval: "j.nr. 26-1"}} {
			h.do("preparer", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.office.SetLetterhead(ctx, tx, l)
				return err
			})
		}
		v := h.collect(collecting.Request{Subject: "D-77", To: "2026-12-31"})
		text := page.Text(v, figures.Danish)
		for _, want := range []string{"CVR 12345678, Havnegade 1, Aarhus", "Heraf er 5.000,00 kr. givet til en forening",
			"j.nr. 26-1"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%q is missing:\n%s", want, text)
			}
		}
		read, err := figures.Decode(v.JSON(figures.English))
		if err != nil || page.Text(read, figures.Danish) != text {
			t.Errorf("what is read back prints otherwise (%v)", err)
		}
	})
}

// setAside commits money of a fund to one kind of cost.
func (h *house) setAside(fund ledger.FundCode, category, amount string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.office.Grants.Post(ctx, tx,
			ledger.Entry{Date: "2026-05-01", Text: "commitment", Act: "commitment", Lines: []ledger.Line{
				ledger.Base(ledger.Encumbrances, fund, dkk(amount)).For(category),
				ledger.Base("9900", fund, dkk(amount).Neg()).For(category)}})
		return err
	})
}

// traced holds figures of a statement against the lines that they lead to.
func (h *house) traced(v *figures.GrantStatement, want map[string]string) {
	h.Helper()
	h.do("preparer", func(ctx context.Context, tx *store.Tx) error {
		cut, err := h.office.Book.LastSeq(ctx, tx)
		if err != nil {
			return err
		}
		for key, amount := range want {
			f, err := h.office.Figure(ctx, tx, statements.Statement{Value: v, CutOff: cut}, key)
			if err != nil {
				return err
			}
			lines, err := h.office.Book.Lines(ctx, tx, f.Lines, ledger.Position{}, 100)
			if err != nil {
				return err
			}
			total := ledger.Zero("DKK")
			for _, l := range lines {
				total = total.Add(l.Base)
			}
			if total.String() != amount || f.Amount.String() != amount {
				h.Errorf("%s: figure %s, lines %s, want %s", key, f.Amount, total, amount)
			}
		}
		return nil
	})
}
