package statements_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
	"supportledger/store/storetest"
)

// An outsider reads statements as they are printed, keeps them, and subtracts: what a line says in one from what the
// line of that name says in another, and all lines from their total. She does not know how the control works.

// printed is an amount that a statement prints for a purpose over some days; "" is the total.
type printed struct {
	purpose  string
	from, to ledger.Date
	amount   decimal.Decimal
}

var lineForm = regexp.MustCompile(
	`(?m)^ *([A-Z][A-Za-z ]+?) {2,}(?:[\d,.]+ +)??(−?[\d,]+\.\d\d) +(−?[\d,]+\.\d\d)(?: |$)`)

// readPrinted reads the lines of the spending of a statement.
func readPrinted(text string, period figures.Period, start ledger.Date) (all []printed) {
	_, spending, _ := strings.Cut(text, "SPENDING")
	spending, _, _ = strings.Cut(spending, "\n\n")
	number := func(s string) decimal.Decimal {
		return decimal.RequireFromString(strings.NewReplacer(",", "", "−", "-").Replace(s))
	}
	for _, m := range lineForm.FindAllStringSubmatch(spending, -1) {
		purpose := strings.TrimSpace(m[1])
		if purpose == "Total" {
			purpose = ""
		}
		all = append(all, printed{purpose, period.From, period.To, number(m[2])},
			printed{purpose, start, period.To, number(m[3])})
	}
	return all
}

// deduced are the sums over fewer days that she has by subtracting, and those that are printed.
func deduced(all []printed) (out []printed) {
	out = slices.Clone(all)
	for _, a := range all {
		for _, b := range all {
			switch {
			case a.purpose != b.purpose:
			case a.from == b.from && a.to > b.to:
				out = append(out, printed{a.purpose, b.to.AddDays(1), a.to, a.amount.Sub(b.amount)})
			case a.to == b.to && a.from < b.from:
				out = append(out, printed{a.purpose, a.from, b.from.AddDays(-1), a.amount.Sub(b.amount)})
			}
		}
	}
	return out
}

// Over random series of statements of a programme, the outsider never has the sum of one purpose over days in which it
// was spent on fewer than five people. She does where every category is printed.
func TestOutsiderFindsNobody(t *testing.T) {
	purposes := map[ledger.AccountNo]string{"5100": "Tuition", "5200": "Therapy", "5300": "Legal aid",
		"5400": "Emergency aid"}
	onBoth(t, func(h *house) {
		h.blocks()
		r, rounds := rand.New(rand.NewPCG(15, 3)), storetest.Rounds(6, 200)
		if strings.HasSuffix(t.Name(), "postgres") {
			rounds = 2
		}
		naive, read := 0, 0
		for round := range rounds {
			fund := ledger.FundCode(fmt.Sprintf("O%d", round))
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				if err := h.office.Book.OpenFund(ctx, tx, ledger.Fund{Code: fund, Name: "Programme",
					Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
					return err
				}
				_, err := h.office.Book.Post(ctx, tx, ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance",
					Lines: []ledger.Line{ledger.Base("1010", fund, dkk("90000.00")), ledger.Base("3100", fund, dkk("-90000.00"))}})
				return err
			})
			var costs []programmeCost
			for range 60 {
				account := slices.Sorted(func(yield func(ledger.AccountNo) bool) {
					for no := range purposes {
						if !yield(no) {
							return
						}
					}
				})[min(3, r.IntN(6)/2)]
				costs = append(costs, programmeCost{account, fmt.Sprintf("P-%d", 1+r.IntN(14)),
					ledger.Date("2026-01-10").AddDays(r.IntN(345)), ledger.OfMinor(10000+r.Int64N(90000), "DKK")})
			}
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				for _, c := range costs {
					line := ledger.Base(c.account, fund, c.amount)
					line.Plan = c.person
					if _, err := h.office.Grants.Post(ctx, tx, ledger.Entry{Date: c.on, Text: "cost", Act: "payment",
						Lines: []ledger.Line{line, ledger.Base("1010", fund, c.amount.Neg())}}); err != nil {
						return err
					}
				}
				return nil
			})
			var got, all []printed
			for _, period := range []figures.Period{{From: "2026-01-01", To: "2026-03-31"},
				{From: "2026-01-01", To: "2026-04-30"}, {From: "2026-04-01", To: "2026-06-30"},
				{From: "2026-01-01", To: "2026-09-30"}, {From: "2026-07-01", To: "2026-12-31"}} {
				in := statements.Request{Subject: string(fund), Kind: figures.FundReport, From: period.From, To: period.To}
				all = append(all, readPrinted(page.Text(h.collect(in), figures.English), period, "2026-01-01")...)
				s, err := h.mayIssue(in)
				if errors.Is(err, statements.ErrPeriodRefused) || errors.Is(err, statements.ErrNotCleared) {
					continue
				} else if err != nil {
					t.Fatal(err)
				}
				got = append(got, readPrinted(page.Text(s.Cleared, figures.English), period, "2026-01-01")...)
			}
			read += len(got)
			naive += len(few(costs, purposes, deduced(all)))
			for _, found := range few(costs, purposes, deduced(got)) {
				t.Errorf("she knows: %+v", found)
			}
		}
		t.Logf("%d series: %d amounts read, nobody found; %d where everything is printed", rounds, read, naive)
		if read == 0 || naive == 0 {
			t.Error("she reads nothing")
		}
	})
}

type programmeCost struct {
	account ledger.AccountNo
	person  string
	on      ledger.Date
	amount  ledger.Money
}

// few are the sums that are right and of fewer than five people.
func few(costs []programmeCost, purposes map[ledger.AccountNo]string, known []printed) (out []printed) {
	for _, k := range known {
		people, sum := map[string]bool{}, decimal.Zero
		for _, c := range costs {
			if (k.purpose == "" || purposes[c.account] == k.purpose) && c.on >= k.from && c.on <= k.to {
				people[c.person], sum = true, sum.Add(c.amount.Amount)
			}
		}
		if len(people) > 0 && len(people) < 5 && sum.Equal(k.amount) {
			out = append(out, k)
		}
	}
	return out
}

// mayIssue takes a statement to its number as far as it is let.
func (h *house) mayIssue(in statements.Request) (s statements.Statement, err error) {
	h.Helper()
	h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = h.office.Prepare(ctx, tx, in, figures.English, "")
		return err
	})
	for _, step := range []struct {
		who string
		act func(context.Context, *store.Tx, string) (statements.Statement, error)
	}{{"preparer", h.office.CheckPrivacy}, {"reviewer", h.office.Review}, {"issuer", h.office.Issue}} {
		if err := h.try(step.who, func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = step.act(ctx, tx, string(s.ID))
			return err
		}); err != nil {
			return s, err
		}
	}
	return s, nil
}
