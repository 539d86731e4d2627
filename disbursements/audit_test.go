package disbursements_test

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// audit asks the books for what must hold after any story.
func (s *story) audit() {
	s.Helper()
	err := s.db.View(s.ctx, func(tx *store.Tx) error {
		entries, err := s.requests.Book.Entries(s.ctx, tx, ledger.Span{}, 0, 10_000)
		if err != nil {
			return err
		}
		s.numbersWithoutGaps(entries)
		for _, e := range entries {
			s.balancedPerFund(e)
			s.incomeFollowsCost(e)
		}
		if err := s.balancesAreSumsOfLines(tx); err != nil {
			return err
		}
		s.nothingBelowZero(entries)
		if err := s.lotsAreSumsOfLines(tx, entries); err != nil {
			return err
		}
		return s.commitmentsAreOpenUnits(tx)
	})
	if err != nil {
		s.Fatalf("%v", err)
	}
}

func (s *story) numbersWithoutGaps(entries []ledger.Posted) {
	next := map[int]int64{}
	for i, e := range entries {
		next[e.Date.Year()]++
		if want := ledger.Number(e.Date.Year(), next[e.Date.Year()]); e.Number != want || e.Seq != int64(i+1) {
			s.Fatalf("entry %d is number %s, want %s", e.Seq, e.Number, want)
		}
	}
}

func (s *story) balancedPerFund(e ledger.Posted) {
	for _, fund := range e.Funds() {
		total := ledger.Zero("DKK")
		for _, l := range e.Lines {
			if l.Fund == fund {
				total = total.Add(l.Base)
			}
			if l.Amount.Sign()*l.Base.Sign() < 0 {
				s.Fatalf("%s has a line on two sides: %s", e.Number, written(e.Entry))
			}
		}
		if !total.IsZero() {
			s.Fatalf("%s of fund %s is off by %s: %s", e.Number, fund, total, written(e.Entry))
		}
	}
}

// incomeFollowsCost: a deferred grant has no result, entry by entry (rules 8-9).
func (s *story) incomeFollowsCost(e ledger.Posted) {
	for _, g := range s.grants {
		total := ledger.Zero("DKK")
		for _, l := range e.Lines {
			if l.Fund == g.Fund() && l.Account >= "4000" && l.Account < "7000" {
				total = total.Add(l.Base)
			}
		}
		if !total.IsZero() {
			s.Fatalf("%s leaves %s with a result of %s: %s", e.Number, g.Code, total, written(e.Entry))
		}
	}
}

func (s *story) balancesAreSumsOfLines(tx *store.Tx) error {
	const differences = `SELECT COUNT(*) FROM (
		SELECT account, fund, currency, date, SUM(amount) AS a, SUM(base) AS b FROM (
			SELECT account, fund, currency, date, amount, base FROM balances
			UNION ALL SELECT l.account, l.fund, l.currency, e.date, -l.amount, -l.base FROM entry_lines AS l JOIN entries AS e ON e.seq = l.entry_seq) AS both_sides
		GROUP BY account, fund, currency, date) AS sums WHERE a <> 0 OR b <> 0`
	var n int
	if err := tx.NewRaw(differences).Scan(s.ctx, &n); err != nil {
		return err
	}
	if n != 0 {
		s.Fatalf("%d balances are not the sums of their lines", n)
	}
	return nil
}

// nothingBelowZero: on no day does a fund owe a bank account, hold less than nothing at a partner, or have less than
// nothing committed (rules 40, 55).
func (s *story) nothingBelowZero(entries []ledger.Posted) {
	type place struct {
		account  ledger.AccountNo
		fund     ledger.FundCode
		partner  string
		currency ledger.Currency
	}
	days := map[ledger.Date]map[place]ledger.Money{}
	for _, e := range entries {
		for _, l := range e.Lines {
			if !slices.Contains([]ledger.AccountNo{"1010", "1020", "1300", "1301", "9100"}, l.Account) {
				continue
			}
			at := place{l.Account, l.Fund, l.Partner, l.Amount.Currency}
			if days[e.Date] == nil {
				days[e.Date] = map[place]ledger.Money{}
			}
			if days[e.Date][at].Currency == "" {
				days[e.Date][at] = ledger.Zero(at.currency)
			}
			days[e.Date][at] = days[e.Date][at].Add(l.Amount)
		}
	}
	held := map[place]ledger.Money{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		for at, moved := range days[day] {
			if held[at].Currency == "" {
				held[at] = ledger.Zero(at.currency)
			}
			if held[at] = held[at].Add(moved); held[at].Sign() < 0 {
				s.Fatalf("on %s %v holds %s", day, at, held[at])
			}
		}
	}
}

// lotsAreSumsOfLines: a lot was opened with what the lines of its first entry say; what is open is what all its lines
// sum to, never below zero but for a grant's advance, and money that is used up has no cost left (rules 19-23).
func (s *story) lotsAreSumsOfLines(tx *store.Tx, entries []ledger.Posted) error {
	opened := openings(entries)
	funds, err := s.requests.Book.Funds(s.ctx, tx)
	if err != nil {
		return err
	}
	for fund := range funds {
		sums, err := s.requests.Book.LotSums(s.ctx, tx, fund, ledger.Span{})
		if err != nil {
			return err
		}
		for _, sum := range sums {
			lot, quantity, cost := sum.Lot, sum.Amount, sum.Base
			if lot.Kind == ledger.DeferredLot {
				quantity, cost = quantity.Neg(), cost.Neg() // opened by a credit
			}
			first := opened[lot.ID]
			switch {
			case first.Quantity.Abs().Cmp(lot.Quantity) != 0 || first.Cost.Abs().Cmp(lot.Cost) != 0:
				s.Fatalf("lot %s of %s is %s at %s, its first entry says %s at %s", lot.Name, fund, lot.Quantity, lot.Cost,
					first.Quantity, first.Cost)
			case lot.OpenQuantity.Cmp(quantity) != 0 || lot.OpenCost.Cmp(cost) != 0:
				s.Fatalf("lot %s of %s holds %s at %s, its lines %s at %s", lot.Name, fund, lot.OpenQuantity, lot.OpenCost,
					quantity, cost)
			case quantity.Sign()*cost.Sign() < 0:
				s.Fatalf("lot %s of %s has %s and costs %s", lot.Name, fund, quantity, cost)
			case lot.Kind == ledger.DeferredLot && cost.IsZero() && !quantity.IsZero():
				s.Fatalf("layer %s of %s has no kroner and %s %s", lot.Name, fund, quantity, quantity.Currency)
			case lot.Kind != ledger.DeferredLot &&
				(quantity.Sign() < 0 || cost.Sign() < 0 || quantity.Cmp(lot.Quantity) > 0 || quantity.IsZero() && !cost.IsZero()):
				s.Fatalf("lot %s of %s has %s of %s at %s", lot.Name, fund, quantity, lot.Quantity, cost)
			}
		}
	}
	return nil
}

// openings sums the lines of each lot in the first entry that names it.
func openings(entries []ledger.Posted) map[ledger.LotID]ledger.Draw {
	opened := map[ledger.LotID]ledger.Draw{}
	for _, e := range entries {
		here := map[ledger.LotID]ledger.Draw{}
		for _, l := range e.Lines {
			if _, before := opened[l.Lot]; before || l.Lot == "" {
				continue
			}
			d, ok := here[l.Lot]
			if !ok {
				d = ledger.Draw{Lot: l.Lot, Quantity: ledger.Zero(l.Amount.Currency), Cost: ledger.Zero(l.Base.Currency)}
			}
			here[l.Lot] = ledger.Draw{Lot: l.Lot, Quantity: d.Quantity.Add(l.Amount), Cost: d.Cost.Add(l.Base)}
		}
		maps.Copy(opened, here)
	}
	return opened
}

// commitmentsAreOpenUnits: what is committed for a plan's year is what its open units were planned at, to a minor
// unit per relief and fund, and nothing once all are settled (rules 38-40).
func (s *story) commitmentsAreOpenUnits(tx *store.Tx) error {
	for _, p := range s.plans {
		p, err := s.requests.People.Plan(s.ctx, tx, p.Number)
		if err != nil {
			return err
		}
		for _, year := range []int{2026, 2027} {
			if err := s.yearIsOpenUnits(s.ctx, tx, p, year); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *story) yearIsOpenUnits(ctx context.Context, tx *store.Tx, p beneficiaries.Plan, year int) error {
	planned, settled := ledger.Zero(p.Currency), 0
	for _, line := range p.Current.Lines {
		for _, item := range line.Items {
			switch {
			case item.CommittedYear == year && item.SettledBy == "":
				planned = planned.Add(line.UnitPrice)
			case item.CommittedYear == year:
				settled++
			}
		}
	}
	committed := ledger.Zero(p.Currency)
	for _, share := range p.Current.Shares {
		pool := ledger.Pool{Account: ledger.Encumbrances, Fund: share.Fund, Currency: p.Currency}
		pool.Holder = fmt.Sprintf("%s/%d", p.Number, year)
		lots, err := s.requests.Book.Lots(ctx, tx, pool, "2199-12-31")
		if err != nil {
			return err
		}
		for _, l := range lots {
			committed = committed.Add(l.OpenQuantity)
		}
	}
	off := committed.Sub(planned).Abs().Minor()
	if off > int64(settled*len(p.Current.Shares)) || planned.IsZero() && off != 0 {
		s.Fatalf("%s %d has %s committed for open units of %s, %d settled", p.Number, year, committed, planned, settled)
	}
	return nil
}
