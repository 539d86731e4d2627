package banking

import (
	"cmp"
	"context"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// held holds a preview against what is on record: which of its lines are there already, and whether it joins what is
// known of the account.
func held(ctx context.Context, tx *store.Tx, b *BankImport) error {
	if b.State != BankPreviewed {
		return nil
	}
	if err := markDuplicates(ctx, tx, b); err != nil {
		return err
	}
	return findGap(ctx, tx, b, b.begins())
}

// begins is the first day that a file speaks of.
func (b *BankImport) begins() ledger.Date {
	first := cmp.Or(b.OpeningOn, b.ClosingOn)
	if len(b.Lines) > 0 {
		first = b.Lines[0].Date
		for _, l := range b.Lines {
			first = min(first, l.Date)
		}
	}
	return first
}

// onRecord is a bank line with what is known of where it came from.
type onRecord struct {
	bankLineRow
	Advice bool // only an advice told of it so far; no statement did
	taken  bool
}

// lateDays is how many days after the advice a bank books a line.
const lateDays = 3

// markDuplicates marks the lines that are on record. The tests follow each other, the surest first, and each line on
// record makes one line of the file a duplicate: two equal lines in a file are two.
func markDuplicates(ctx context.Context, tx *store.Tx, b *BankImport) error {
	if len(b.Lines) == 0 {
		return nil
	}
	from, to := b.Lines[0].Date, b.Lines[0].Date
	for _, l := range b.Lines {
		from, to = min(from, l.Date), max(to, l.Date)
	}
	there, err := linesBetween(ctx, tx, b.Account, from.AddDays(-lateDays), to.AddDays(lateDays))
	if err != nil {
		return err
	}
	byAmount := map[int64][]*onRecord{}
	for i := range there {
		byAmount[there[i].Amount] = append(byAmount[there[i].Amount], &there[i])
	}
	complete := !b.Advice && b.Opening != nil && b.Closing != nil
	for _, same := range []func(l BankImportLine, r *onRecord) bool{
		func(l BankImportLine, r *onRecord) bool { return r.Date == l.Date && r.Reference == l.Reference },
		func(l BankImportLine, r *onRecord) bool {
			return r.Date == l.Date && (r.Reference == "" || l.Reference == "")
		},
		// One tells of it before the other books it, under a reference of its own.
		func(l BankImportLine, r *onRecord) bool { return r.Date == l.Date && r.Advice != b.Advice },
		func(l BankImportLine, r *onRecord) bool {
			days := daysBetween(r.Date, l.Date)
			return r.Advice && !b.Advice && days > 0 && days <= lateDays
		},
		func(l BankImportLine, r *onRecord) bool {
			days := daysBetween(l.Date, r.Date)
			return b.Advice && !r.Advice && days > 0 && days <= lateDays
		},
		// A statement tells all of the days between its first and its last: what is on record of them is in it.
		func(l BankImportLine, r *onRecord) bool {
			return complete && r.Date == l.Date && l.Date > from && l.Date < to
		},
	} {
		for i := range b.Lines {
			l := &b.Lines[i]
			if l.Duplicate {
				continue
			}
			for _, r := range byAmount[l.Amount.Minor()] {
				if !r.taken && same(*l, r) {
					l.Duplicate, l.SameAs, r.taken = true, r.ID, true
					break
				}
			}
		}
	}
	return nil
}

// Gap says that a file does not join what is on record of its account: lines between are missing, or too many.
type Gap struct {
	On                 ledger.Date  // up to which the account is known
	Known              ledger.Money // what it held then
	Opening, Different ledger.Money // what the file begins with, and what is missing between
}

// point is what an account held by the bank's word at the end of a day; of what a file opens with, banks name the day
// before its first line, or that of the line.
type point struct {
	on     ledger.Date
	amount int64
	opens  bool
}

// findGap looks for the day on which a file, which begins on a day, joins what is on record: the newest balance known
// before it, with the lines on record after that.
func findGap(ctx context.Context, tx *store.Tx, b *BankImport, first ledger.Date) error {
	if b.Opening == nil {
		return nil
	}
	points, err := pointsBefore(ctx, tx, *b, max(first, b.OpeningOn))
	if err != nil || len(points) == 0 {
		return err
	}
	opening := b.Opening.Minor()
	var newest *Gap
	for _, p := range points {
		if p.amount == opening {
			return nil
		}
		lines, err := linesBetween(ctx, tx, b.Account, p.on, first)
		if err != nil {
			return err
		}
		slices.SortStableFunc(lines, func(x, y onRecord) int { return cmp.Compare(x.Date, y.Date) })
		at, on, joined := p.walk(lines, first, opening, p.opens)
		if !joined && p.opens {
			_, _, joined = p.walk(lines, first, opening, false)
		}
		if joined {
			return nil
		}
		if newest == nil {
			known := ledger.OfMinor(at, b.Currency)
			newest = &Gap{On: on, Known: known, Opening: *b.Opening, Different: b.Opening.Sub(known)}
		}
	}
	b.Gap = newest
	return nil
}

// walk adds the lines after a point up to the first day of a file, those of the point's own day where it comes before
// them, and reports whether the account held what the file opens with after one of them.
func (p point) walk(lines []onRecord, first ledger.Date, opening int64, own bool) (at int64, on ledger.Date,
	joined bool) {
	at, on = p.amount, p.on
	for _, l := range lines {
		if l.Date >= first {
			break
		}
		if l.Date == p.on && !own {
			continue
		}
		if at, on = at+l.Amount, l.Date; at == opening {
			return at, on, true
		}
	}
	return at, on, false
}
