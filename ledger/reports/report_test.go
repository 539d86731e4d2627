package reports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"supportledger/ledger"
	"supportledger/ledger/ledgertest"
	"supportledger/ledger/reports"
	"supportledger/store"
	"supportledger/store/storetest"
)

// drawnBooks are books that a test made up: what was posted, in order, and when.
type drawnBooks struct {
	book   ledger.Book
	posted []ledger.Posted
}

// draw posts entries of any days in any order, in batches at later and later instants.
func draw(ctx context.Context, t *rapid.T, tx *store.Tx) drawnBooks {
	d := drawnBooks{book: ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}}
	must(t, ledger.Create(ctx, tx, d.book))
	for code, r := range map[ledger.FundCode]ledger.Restriction{"UNR": ledger.Unrestricted, "G1": ledger.BoundByGrant,
		"D1": ledger.PurposeBound} {
		must(t, d.book.OpenFund(ctx, tx, ledger.Fund{Code: code, Name: string(code), Restriction: r, OpenedOn: "2025-01-01"}))
	}
	for range rapid.IntRange(1, 6).Draw(t, "batches") {
		tx.At = tx.At.Add(time.Duration(rapid.IntRange(1, 1_000_000).Draw(t, "later")) * time.Microsecond)
		posted, err := d.book.Post(ctx, tx, rapid.SliceOfN(rapid.Custom(drawEntry), 1, 8).Draw(t, "entries")...)
		must(t, err)
		d.posted = append(d.posted, posted...)
	}
	return d
}

// drawEntry makes up an entry of one fund over accounts that no guard watches, some in euro. A year-end's moves results
// to net assets and nothing else.
func drawEntry(t *rapid.T) ledger.Entry {
	day := ledger.NewDate(2025, 10, 1).AddDays(rapid.IntRange(0, 200).Draw(t, "day"))
	fund := ledger.FundCode(rapid.SampledFrom([]string{"UNR", "G1", "D1"}).Draw(t, "fund"))
	act := rapid.SampledFrom([]string{"manual", "manual", "manual", "year-closing"}).Draw(t, "act")
	e := ledger.Entry{Date: day, Text: "Drawn", Act: act}
	total, against := ledger.Zero("DKK"), ledger.AccountNo("2050")
	accounts := []string{"1200", "2010", "3100", "4200", "5100", "5200", "6100", "1310"}
	if act == "year-closing" {
		accounts, against = accounts[3:7], "3100"
	}
	for range rapid.IntRange(1, 4).Draw(t, "lines") {
		account := ledger.AccountNo(rapid.SampledFrom(accounts).Draw(t, "account"))
		minor := rapid.Int64Range(-99_999, 99_999).Filter(func(n int64) bool { return n != 0 }).Draw(t, "amount")
		base := ledger.OfMinor(minor, "DKK")
		line := ledger.Base(account, fund, base).For(rapid.SampledFrom([]string{"", "tuition"}).Draw(t, "category"))
		if rapid.Bool().Draw(t, "foreign") {
			line.Amount = ledger.OfMinor(minor/7, "EUR")
		}
		e.Lines, total = append(e.Lines, line), total.Add(base)
	}
	if total.IsZero() {
		total = ledger.OfMinor(1, "DKK")
		e.Lines = append(e.Lines, ledger.Base("5100", fund, total))
	}
	e.Lines = append(e.Lines, ledger.Base(against, fund, total.Neg()))
	return e
}

// naive adds up the lines that a selection takes, by account, fund and currency, and shows them as text.
func (d drawnBooks) naive(s ledger.Selection) map[string][2]string {
	type sum struct{ amount, base ledger.Money }
	sums := map[string]sum{}
	for _, p := range d.posted {
		if s.From != "" && p.Date < s.From || s.To != "" && p.Date > s.To || s.Through != 0 && p.Seq > s.Through ||
			s.Closing == ledger.WithoutClosing && p.Act == "year-closing" {
			continue
		}
		for i, l := range p.Lines {
			if u := s.Until; u.Date != "" && (p.Date > u.Date || p.Date == u.Date &&
				(p.Seq > u.Seq || p.Seq == u.Seq && i+1 > u.Line)) {
				continue
			}
			if len(s.Accounts) > 0 && !slices.Contains(s.Accounts, l.Account) || len(s.Funds) > 0 &&
				!slices.Contains(s.Funds, l.Fund) ||
				s.Currency != "" && s.Currency != l.Amount.Currency {
				continue
			}
			k := fmt.Sprint(l.Account, "/", l.Fund, "/", l.Amount.Currency)
			was, ok := sums[k]
			if !ok {
				was = sum{ledger.Zero(l.Amount.Currency), ledger.Zero("DKK")}
			}
			sums[k] = sum{was.amount.Add(l.Amount), was.base.Add(l.Base)}
		}
	}
	out := map[string][2]string{}
	for k, s := range sums {
		if !s.amount.IsZero() || !s.base.IsZero() {
			out[k] = [2]string{s.amount.String(), s.base.String()}
		}
	}
	return out
}

func shown(balances []ledger.Balance) map[string][2]string {
	out := map[string][2]string{}
	for _, b := range balances {
		out[fmt.Sprint(b.Account, "/", b.Fund, "/", b.Amount.Currency)] = [2]string{b.Amount.String(), b.Base.String()}
	}
	return out
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// errUndo rolls made-up books back, so that the next check finds an empty database.
var errUndo = errors.New("undo")

// TestReportsEqualNaiveSums holds every balance and report against adding up the lines one by one: as of any day, for
// any span, as the books stood at any instant, with entries dated back and forth.
func TestReportsEqualNaiveSums(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rapid.Check(t, func(r *rapid.T) {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				d := draw(t.Context(), r, tx)
				at := rapid.SampledFrom(d.posted).Draw(r, "known at")
				span := ledger.Span{To: drawDay(r, "to")}
				if rapid.Bool().Draw(r, "from the start") {
					span.From = min(drawDay(r, "from"), span.To)
				}
				through, err := d.book.ThroughAt(t.Context(), tx, at.CreatedAt)
				must(r, err)
				if want := lastAt(d.posted, at.CreatedAt); through != want {
					r.Errorf("known at %s is through %d, want %d", at.CreatedAt, through, want)
				}
				for _, s := range []int64{0, through, d.posted[len(d.posted)-1].Seq, -1} {
					span.Through = s
					d.compare(r, tx, span)
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				r.Fatal(err)
			}
		})
	})
}

func drawDay(t *rapid.T, name string) ledger.Date {
	return ledger.NewDate(2025, 9, 25).AddDays(rapid.IntRange(0, 215).Draw(t, name))
}

func lastAt(posted []ledger.Posted, at time.Time) int64 {
	var last int64
	for _, p := range posted {
		if !p.CreatedAt.After(at) {
			last = p.Seq
		}
	}
	return last
}

// compare holds all reports of one span against naive sums.
func (d drawnBooks) compare(t *rapid.T, tx *store.Tx, span ledger.Span) {
	ctx := context.Background()
	balances, err := d.book.BalancesOf(ctx, tx, ledger.Selection{Span: span})
	must(t, err)
	if diff := cmp.Diff(d.naive(ledger.Selection{Span: span}), shown(balances)); diff != "" {
		t.Errorf("balances of %+v (-lines +balances):\n%s", span, diff)
	}
	trial, err := reports.ReadTrialBalance(ctx, tx, d.book, span)
	must(t, err)
	for _, r := range trial.Rows {
		d.behind(t, "trial balance "+string(r.Account.Number), r.Debit, r.Credit, r.Own)
		if r.Account.Number == "" && r.Debit.Amount.Cmp(r.Credit.Amount) != 0 {
			t.Errorf("trial balance %s: debit %s, credit %s", r.Book, r.Debit.Amount, r.Credit.Amount)
		}
	}
	d.compareFunds(t, tx, span)
	d.compareActivities(t, tx, span)
	d.compareLedger(t, tx, span)
}

func (d drawnBooks) compareFunds(t *rapid.T, tx *store.Tx, span ledger.Span) {
	funds, err := reports.ReadFundBalances(context.Background(), tx, d.book, span)
	must(t, err)
	for _, r := range append(funds.Rows, funds.Total) {
		d.behind(t, "fund "+string(r.Fund.Code), &r.Bank, &r.Other, &r.Owed, &r.Own, &r.Committed)
		if r.Bank.Amount.Add(r.Other.Amount).Sub(r.Owed.Amount).Cmp(r.Own.Amount) != 0 {
			t.Errorf("fund %s: %s + %s - %s is not %s", r.Fund.Code, r.Bank.Amount, r.Other.Amount, r.Owed.Amount, r.Own.Amount)
		}
	}
}

func (d drawnBooks) compareActivities(t *rapid.T, tx *store.Tx, span ledger.Span) {
	activities, err := reports.ReadActivities(context.Background(), tx, d.book, span)
	must(t, err)
	carried := ledger.Zero("DKK")
	for _, r := range activities.Rows {
		d.behind(t, string(r.Kind)+" "+string(r.Account.Number), &r.Unrestricted, &r.Restricted, &r.Total)
		switch r.Kind {
		case reports.ResultRow, reports.BroughtRow, reports.OtherRow:
			carried = carried.Add(r.Total.Amount)
		case reports.CarriedRow:
			if r.Total.Amount.Cmp(carried) != 0 {
				t.Errorf("activities carry %s forward, the rows above come to %s", r.Total.Amount, carried)
			}
		case reports.IncomeRow, reports.ExpenseRow, reports.TotalIncome, reports.TotalExpense:
		}
	}
}

// compareLedger walks an account's ledger page by page: its balances run without a gap from opening to closing.
func (d drawnBooks) compareLedger(t *rapid.T, tx *store.Tx, span ledger.Span) {
	account := ledger.AccountNo(rapid.SampledFrom([]string{"2050", "5100", "1200"}).Draw(t, "ledger of"))
	limit := rapid.IntRange(1, 5).Draw(t, "page")
	var running ledger.Money
	var after ledger.Position
	for page := 0; ; page++ {
		g, err := reports.ReadGeneralLedger(context.Background(), tx, d.book,
			reports.GeneralPage{Account: account, Span: span, After: after, Limit: limit})
		must(t, err)
		if page == 0 {
			running = g.Opening.Amount
			d.behind(t, "ledger of "+string(account), &g.Opening, &g.Moved, &g.Closing)
		}
		for _, r := range g.Rows {
			if running = running.Add(r.Base); running.Cmp(r.Balance.Amount) != 0 {
				t.Fatalf("ledger of %s: line %+v stands at %s, want %s", account, r.Position, r.Balance.Amount, running)
			}
			d.behind(t, "ledger line of "+string(account), &r.Balance)
			after = r.Position
		}
		if len(g.Rows) < limit {
			if running.Cmp(g.Closing.Amount) != 0 {
				t.Errorf("ledger of %s runs to %s, its closing balance is %s", account, running, g.Closing.Amount)
			}
			return
		}
	}
}

// behind holds figures against the lines that they name.
func (d drawnBooks) behind(t *rapid.T, what string, figures ...*ledger.Figure) {
	for _, f := range figures {
		if f == nil {
			continue
		}
		want := ledger.Zero(f.Amount.Currency)
		for _, s := range d.naive(f.Lines) {
			if f.Amount.Currency == "DKK" {
				m, err := ledger.ParseMoney(s[1], "DKK")
				must(t, err)
				want = want.Add(m)
			} else if m, err := ledger.ParseMoney(s[0], f.Amount.Currency); err == nil {
				want = want.Add(m)
			}
		}
		if f.Side == ledger.CreditSide {
			want = want.Neg()
		}
		if want.Cmp(f.Amount) != 0 {
			t.Errorf("%s is %s, its lines come to %s (%+v)", what, f.Amount, want, f.Lines)
		}
	}
}

// TestLinesAreTheSelection lists the lines of selections, which is what a figure leads to.
func TestLinesAreTheSelection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledgertest.Books(t, db)
		entry := ledgertest.Opening("G1", "2026-01-05", "20000.00")
		entry.Lines[0] = entry.Lines[0].For("tuition")
		ledgertest.Update(t, db, func(tx *store.Tx) error {
			_, err := book.Post(t.Context(), tx, ledgertest.Opening("UNR", "2026-01-01", "250000.00"), entry,
				ledgertest.Opening("UNR", "2026-02-01", "1.00"))
			return err
		})
		for name, c := range map[string]struct {
			of   ledger.Selection
			want []string
		}{
			"everything": {ledger.Selection{}, []string{"1/1", "1/2", "2/1", "2/2", "3/1", "3/2"}},
			"account":    {ledger.Selection{Accounts: []ledger.AccountNo{"1010"}}, []string{"1/1", "2/1", "3/1"}},
			"fund and day": {ledger.Selection{Funds: []ledger.FundCode{"UNR"}, Span: ledger.Span{To: "2026-01-31"}},
				[]string{"1/1", "1/2"}},
			"category": {ledger.Selection{Categories: []string{"tuition"}}, []string{"2/1"}},
			"cut-off":  {ledger.Selection{Span: ledger.Span{Through: 1}}, []string{"1/1", "1/2"}},
			"nothing":  {ledger.Selection{Span: ledger.Span{Through: -1}}, nil},
			"no lot": {ledger.Selection{Lots: []ledger.LotID{ledger.NoLot}, Span: ledger.Span{From: "2026-02-01"}},
				[]string{"3/1", "3/2"}},
			"a lot":    {ledger.Selection{Lots: []ledger.LotID{"lot_none"}}, nil},
			"currency": {ledger.Selection{Currency: "EUR"}, nil},
		} {
			t.Run(name, func(t *testing.T) {
				var got []string
				ledgertest.View(t, db, func(tx *store.Tx) error {
					var after ledger.Position
					for {
						page, err := book.Lines(t.Context(), tx, c.of, after, 2)
						if err != nil {
							return err
						}
						for _, l := range page {
							got, after = append(got, fmt.Sprintf("%d/%d", l.Seq, l.Position.Line)), l.Position
						}
						if len(page) < 2 {
							return nil
						}
					}
				})
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	})
}
