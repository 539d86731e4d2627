package ledger

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"supportledger/proof"
	"supportledger/store"
)

// Verified counts what [Book.Verify] has read.
type Verified struct {
	Entries, Lines, Lots, Balances int64
	FirstDiffering                 string // number of the first entry that is not what its leaf says, "" for none
}

// verifyPage is how many entries are read at a time.
const verifyPage = 1000

// Verify recomputes the books from their rows, in order of posting and without believing any sum or state that is kept
// beside them: each entry against its leaf in the tree, the order and numbers without a gap, double entry per fund,
// every balance of every day, every lot, and that no fund's bank stood below zero. Leaves tells how many entries the
// tree has; it is asked last, and may wait until they are counted.
//
// Memory does not grow with the entries, only with the rows of the balances, by some tens of bytes each.
func (b Book) Verify(ctx context.Context, tx *store.Tx, leaves func() int64, out *proof.Findings,
	report func(done int64)) (Verified, error) {
	known, err := b.Chart(ctx, tx)
	if err != nil {
		return Verified{}, err
	}
	v := &verifier{out: out, known: known, numbers: map[int64]int64{}, sums: map[dayKey]daySum{},
		names: map[string]uint16{}, leaf: -1}
	var read int64 // seq of the last entry that was read
	err = store.Prefetch(func() ([]storedEntry, error) {
		page, err := storedEntries(ctx, tx, read, verifyPage)
		if len(page) > 0 {
			read = page[len(page)-1].Seq
		}
		return page, err
	}, func(page []storedEntry) {
		for i := range page {
			v.entry(&page[i])
		}
		report(v.done.Entries)
	})
	if err != nil {
		return v.done, err
	}
	for _, end := range []func(context.Context, *store.Tx) error{v.heads, v.balances, v.months, v.totals, v.lots} {
		if err := end(ctx, tx); err != nil {
			return v.done, err
		}
	}
	if n := leaves(); n != v.done.Entries {
		return v.done, v.lost(ctx, tx, n)
	}
	return v.done, nil
}

// verifier is what has been seen so far.
type verifier struct {
	out     *proof.Findings
	known   Chart
	encoder proof.Encoder
	done    Verified
	seq     int64           // of the last entry
	leaf    int64           // position of its leaf
	numbers map[int64]int64 // last number by year
	sums    map[dayKey]daySum
	names   map[string]uint16 // accounts, funds and currencies, so that a key is small
	lotUses int64
	opened  int64
}

type dayKey struct {
	account, fund, currency uint16
	date                    int32 // 20260131
}

type daySum struct{ amount, base int64 }

func (v *verifier) name(s string) uint16 {
	n, ok := v.names[s]
	if !ok {
		n = uint16(len(v.names))
		v.names[strings.Clone(s)] = n
	}
	return n
}

func (v *verifier) key(account, fund, currency string, day int32) dayKey {
	return dayKey{v.name(account), v.name(fund), v.name(currency), day}
}

// dayNumber is a date as a number; a date that is none has its own finding.
func dayNumber(date string) int32 {
	day, _ := strconv.Atoi(strings.ReplaceAll(date, "-", ""))
	return int32(day)
}

// entry holds one entry against everything that concerns it alone, and adds it to the sums.
func (v *verifier) entry(e *storedEntry) {
	number := Number(int(e.FiscalYear), e.Number)
	v.inTree(e, number)
	if e.Seq != v.seq+1 {
		v.out.Add("sequence", number, "it is entry %d in order of posting, after entry %d: entries between are gone", e.Seq,
			v.seq)
	}
	if want := v.numbers[e.FiscalYear] + 1; e.Number != want {
		v.out.Add("number", number, "the number after %s is %s", Number(int(e.FiscalYear), want-1),
			Number(int(e.FiscalYear), want))
	}
	if date, err := ParseDate(string(e.Date)); err != nil || int64(date.Year()) != e.FiscalYear {
		v.out.Add("number", number, "its date %q is not in its fiscal year", e.Date)
	}
	v.doubleEntry(e, number)
	day := dayNumber(string(e.Date))
	for i := range e.Lines {
		l := &e.Lines[i]
		k := v.key(string(l.Account), string(l.Fund), string(l.Currency), day)
		sum := v.sums[k]
		v.sums[k] = daySum{sum.amount + l.Amount, sum.base + l.Base}
		if l.Lot != nil {
			v.lotUses++
		}
	}
	v.seq, v.numbers[e.FiscalYear] = e.Seq, e.Number
	v.done.Entries++
	v.done.Lines += int64(len(e.Lines))
	v.opened += int64(len(e.Lots))
}

// inTree holds an entry's rows against its leaf.
func (v *verifier) inTree(e *storedEntry, number string) {
	switch leaf := e.leaf(&v.encoder, e.seal); {
	case e.position < 0:
		v.differs(number)
		v.out.Add("leaf", number, "it is not in the tree: it was written past this program")
		return
	case !bytes.Equal(leaf.Hash[:], e.hash):
		v.differs(number)
		v.out.Add("leaf", number, "its rows give leaf %x, the tree has %x at %d: a stored field was changed", leaf.Hash[:],
			e.hash, e.position)
	case e.position <= v.leaf:
		v.differs(number)
		v.out.Add("leaf", number, "its leaf %d stands before that of the entry before it, %d: the order was changed",
			e.position, v.leaf)
	}
	v.leaf = e.position
}

func (v *verifier) differs(number string) {
	if v.done.FirstDiffering == "" {
		v.done.FirstDiffering = number
	}
}

// doubleEntry wants an entry complete, balanced in every fund and in one book.
func (v *verifier) doubleEntry(e *storedEntry, number string) {
	if int64(len(e.Lines)) != e.LineCount || e.LineCount < 2 {
		v.out.Add("lines", number, "it names %d lines and has %d", e.LineCount, len(e.Lines))
	}
	var few [4]fundSum // most entries are of one fund or two
	off := few[:0]
	for i := range e.Lines {
		l := &e.Lines[i]
		off = addTo(off, l.Fund, l.Base)
		account, known := v.known.Accounts[l.Account]
		switch {
		case !known:
			v.out.Add("lines", number, "account %s is not in the chart", l.Account)
		case account.Book() != e.Book:
			v.out.Add("lines", number, "account %s does not belong to the %s book", l.Account, e.Book)
		case l.Currency == v.known.Base && l.Amount != l.Base:
			v.out.Add("lines", number, "line %d in %s has another base amount", l.Line, l.Currency)
		}
	}
	for _, o := range off {
		if o.sum != 0 {
			v.out.Add("double-entry", number, "the lines of fund %s are off by %s %s", o.fund, OfMinor(o.sum, v.known.Base),
				v.known.Base)
		}
	}
}

type fundSum struct {
	fund FundCode
	sum  int64
}

func addTo(sums []fundSum, fund FundCode, base int64) []fundSum {
	for i := range sums {
		if sums[i].fund == fund {
			sums[i].sum += base
			return sums
		}
	}
	return append(sums, fundSum{fund, base})
}

// heads holds the counters against what was counted.
func (v *verifier) heads(ctx context.Context, tx *store.Tx) error {
	last, err := (Book{}).LastSeq(ctx, tx)
	if err != nil {
		return err
	}
	if last != v.seq {
		v.out.Add("sequence", "book", "its head says %d entries, the last one is %d", last, v.seq)
	}
	years, err := lastNumbers(ctx, tx)
	if err != nil {
		return err
	}
	for year := range v.numbers {
		if _, kept := years[year]; !kept {
			years[year] = 0
		}
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		if years[year] != v.numbers[year] {
			v.out.Add("number", fmt.Sprint(year), "the year says it came to %d, its last entry is %d", years[year],
				v.numbers[year])
		}
	}
	lines, err := countLines(ctx, tx)
	if err == nil && lines != v.done.Lines {
		v.out.Add("lines", "book", "%d lines belong to no entry", lines-v.done.Lines)
	}
	return err
}

// balances holds every balance against the sum of its lines, and a fund's money in a bank against zero.
func (v *verifier) balances(ctx context.Context, tx *store.Tx) error {
	var running int64
	var last dayKey
	err := storedBalances(ctx, tx, func(b balanceRow) error {
		k := v.key(string(b.Account), string(b.Fund), string(b.Currency), dayNumber(string(b.Date)))
		if want := v.sums[k]; want.amount != b.Amount || want.base != b.Base {
			v.out.Add("balance", b.String(), "it moved by %s at %s, its lines say %s at %s", OfMinor(b.Amount, b.Currency),
				OfMinor(b.Base, v.known.Base), OfMinor(want.amount, b.Currency), OfMinor(want.base, v.known.Base))
		}
		delete(v.sums, k)
		v.done.Balances++
		if last.account != k.account || last.fund != k.fund || last.currency != k.currency {
			running = 0
		}
		last = k
		if running += b.Amount; running < 0 && v.known.Accounts[b.Account].IsBank() {
			v.out.Add("bank", b.String(), "the fund's money there stood at %s %s", OfMinor(running, b.Currency), b.Currency)
		}
		return nil
	})
	for k, sum := range v.sums {
		if sum.amount != 0 || sum.base != 0 {
			v.out.Add("balance", v.place(k), "its lines sum to %d minor units at %d, but no balance is kept", sum.amount,
				sum.base)
		}
	}
	return err
}

// String names an account, fund, currency and day, or month, for people.
func (b balanceRow) String() string {
	return fmt.Sprintf("account %s, fund %s, %s, %s", b.Account, b.Fund, b.Currency, b.Date)
}

// months holds what is kept of each month against its days, which are verified: reports read the months, and no day of
// a month that is not there.
func (v *verifier) months(ctx context.Context, tx *store.Tx) error {
	return differingMonths(ctx, tx, func(m balanceRow) error {
		v.out.Add("balance", m.String(), "what is kept of the month is off from its days by %s at %s, or is missing",
			OfMinor(m.Amount, m.Currency), OfMinor(m.Base, v.known.Base))
		return nil
	})
}

// totals holds what a bank account is kept to hold of each fund, and the last day on which it moved, against the days.
func (v *verifier) totals(ctx context.Context, tx *store.Tx) error {
	return differingTotals(ctx, tx, func(t differingTotal) error {
		// What is no bank has days without a total; where it has a total, somebody wrote it.
		if v.known.Accounts[t.Account].IsBank() || t.LastDate != "" {
			v.out.Add("bank", fmt.Sprintf("account %s, fund %s, %s", t.Account, t.Fund, t.Currency),
				"its total is off from its days by %s, or it says that it moved last on %q and not on %q",
				OfMinor(t.Amount, t.Currency), t.LastDate, t.MovedLast)
		}
		return nil
	})
}

// place names a key for people.
func (v *verifier) place(k dayKey) string {
	var account, fund, currency string
	for name, n := range v.names {
		for at, into := range map[uint16]*string{k.account: &account, k.fund: &fund, k.currency: &currency} {
			if n == at {
				*into = name
			}
		}
	}
	return fmt.Sprintf("account %s, fund %s, %s, %d", account, fund, currency, k.date)
}

// lots holds what is open in every lot against the lines that name it.
func (v *verifier) lots(ctx context.Context, tx *store.Tx) error {
	if err := storedLotSums(ctx, tx, v.lot); err != nil {
		return err
	}
	if v.lotUses != 0 {
		v.out.Add("lot", "book", "%d lines name lots that are not there", v.lotUses)
	}
	if v.opened != v.done.Lots {
		v.out.Add("lot", "book", "entries opened %d lots, there are %d", v.opened, v.done.Lots)
	}
	return nil
}

func (v *verifier) lot(l lotSumRow) error {
	v.done.Lots++
	v.lotUses -= l.Lines
	side := int64(1)
	if l.Kind == DeferredLot {
		side = -1 // opened by a credit
	}
	what := fmt.Sprintf("%s (%s)", l.Name, l.ID)
	if l.OpenQuantity != side*l.SumAmount || l.OpenCost != side*l.SumBase {
		v.out.Add("lot", what, "it says %d at cost %d minor units are open, its lines say %d at %d", l.OpenQuantity,
			l.OpenCost,
			side*l.SumAmount, side*l.SumBase)
	}
	lot, err := l.lot(v.known.Base)
	if err == nil {
		err = lot.holds()
	}
	if err != nil {
		v.out.Add("lot", what, "%d of %d minor units are open: %v", l.OpenQuantity, l.Quantity, err)
	}
	return nil
}

// lost names the first entry that the tree has and the books have not.
func (v *verifier) lost(ctx context.Context, tx *store.Tx, leaves int64) error {
	ref, position, err := lostEntry(ctx, tx)
	switch {
	case err != nil:
		return err
	case ref != "":
		v.out.Add("leaf", ref, "leaf %d is of this entry, which is not in the books: it was removed", position)
	default:
		v.out.Add("leaf", "entries", "the tree has %d, the books %d", leaves, v.done.Entries)
	}
	return nil
}
