package ledger

import (
	"context"
	"fmt"
	"slices"

	"supportledger/store"
)

// Proposal is an entry together with who wants it posted. Acts post as the actor of their tx; one who collects the
// entries of several people says whose each is.
type Proposal struct {
	Entry
	By store.Actor
}

// Outcome is what became of a proposal: an entry in the books, or the reason why it is not.
type Outcome struct {
	Posted Posted
	Err    error
}

// Post puts entries into the books, each with the next number of its year, and updates balances and lots. Either all
// are posted or an error tells why the first bad one was not, and the caller's tx rolls back. It costs a constant number
// of statements, however many the entries are.
//
// Acts lock the funds they decide on first ([LockFunds]) and post last: the head row of the books, which orders the
// entries, is held only from here to commit.
func (b Book) Post(ctx context.Context, tx *store.Tx, entries ...Entry) ([]Posted, error) {
	proposals := make([]Proposal, len(entries))
	for i, e := range entries {
		proposals[i] = Proposal{e.compact(), tx.By}
	}
	p, err := b.takePen(ctx, tx, proposals)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	for _, next := range proposals {
		if _, err := p.enter(ctx, tx, next); err != nil {
			return nil, err
		}
	}
	var s store.Script
	p.put(tx, &s)
	return p.posted, s.Run(ctx, tx)
}

// PostEach posts what is good of the proposals, in order and with numbers that have no gap, and says of each of the
// others XX
func (b Book) PostEach(ctx context.Context, tx *store.Tx, proposals ...Proposal) ([]Outcome, error) {
	proposals = slices.Clone(proposals)
	for i := range proposals {
		proposals[i].Entry = proposals[i].compact()
	}
	p, err := b.takePen(ctx, tx, proposals)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(proposals))
	for i, next := range proposals {
		outcomes[i].Posted, outcomes[i].Err = p.enter(ctx, tx, next)
	}
	p.put(tx, tx.FinalWrites())
	return outcomes, nil
}

// pen is what somebody knows and changes while holding the head row: the part of the books that a slice of entries
// touches, read once, moved on in memory entry by entry, and written once.
type pen struct {
	book     Book
	known    chart
	months   calendar
	seq      int64         // of the last entry
	numbers  map[int]int64 // last number by fiscal year
	lots     map[LotID]Lot
	banks    map[place]*holding
	external map[string]EntryID // who has an external id

	posted  []Posted
	drawn   map[LotID]bool // lots of before that changed
	opened  []LotID        // lots that entries of the slice opened
	started []string       // months
}

// takePen locks the head row and reads what the proposals touch.
func (b Book) takePen(ctx context.Context, tx *store.Tx, of []Proposal) (*pen, error) {
	if len(of) == 0 {
		return &pen{}, nil
	}
	p := &pen{book: b, drawn: map[LotID]bool{}}
	head, err := lockHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	p.seq = head.LastSeq
	n := namesIn(of)
	if err := p.readSurroundings(ctx, tx, n); err != nil {
		return nil, err
	}
	if p.external, err = readExternal(ctx, tx, n.external); err != nil {
		return nil, err
	}
	if p.lots, err = readLotsOf(ctx, tx, n.lots, b.Base); err != nil {
		return nil, err
	}
	p.banks, err = p.readBanks(ctx, tx, of)
	return p, err
}

// enter checks one entry against the books as they stand after those before it, and moves them on. A refused entry has
// changed nothing.
func (p *pen) enter(ctx context.Context, tx *store.Tx, next Proposal) (Posted, error) {
	e := next.Entry
	if err := e.check(p.known); err != nil {
		return Posted{}, err
	}
	if err := p.months.admits(ctx, tx, e.Date.Month(), next.By); err != nil {
		return Posted{}, err
	}
	if by, taken := p.external[e.ExternalID]; taken {
		return Posted{}, &ExternalIDTaken{e.ExternalID, by}
	}
	lots, err := p.moveLots(e)
	if err != nil {
		return Posted{}, err
	}
	moves := p.bankMoves(e)
	for _, m := range moves {
		if err := p.banks[m.at].admits(m, e.Date); err != nil {
			return Posted{}, err
		}
	}
	for _, m := range moves {
		p.banks[m.at].add(m, e.Date)
	}
	p.keepLots(e, lots)
	return p.number(tx, next), nil
}

// number gives an entry its place in the books.
func (p *pen) number(tx *store.Tx, next Proposal) Posted {
	year, month := next.Date.Year(), next.Date.Month()
	p.seq++
	p.numbers[year]++
	if p.months.states[month] == "" {
		p.months.states[month], p.started = MonthOpen, append(p.started, month)
	}
	done := Posted{Entry: next.Entry, ID: EntryID(store.NewID("ent")), Seq: p.seq, Number: Number(year, p.numbers[year]),
		CreatedBy: next.By.User, CreatedAt: tx.At}
	if next.ExternalID != "" {
		p.external[next.ExternalID] = done.ID
	}
	p.posted = append(p.posted, done)
	return done
}

// moveLots is what the entry's lots hold after it: those that it opens, and those that its lines name.
func (p *pen) moveLots(e Entry) (map[LotID]Lot, error) {
	after := map[LotID]Lot{}
	for _, l := range e.Opens {
		l.OpenQuantity, l.OpenCost, l.openedSeq = Zero(l.Pool.Currency), Zero(p.book.Base), p.seq+1
		after[l.ID] = l
	}
	var order []LotID
	for _, line := range e.Lines {
		if line.Lot == "" {
			continue
		}
		lot, ok := after[line.Lot]
		if !ok {
			if lot, ok = p.lots[line.Lot]; !ok {
				return nil, fmt.Errorf("ledger: lot %s: %w", line.Lot, store.ErrMissing)
			}
		}
		if lot.Pool.Currency != line.Amount.Currency {
			return nil, &Shape{-1, "lot " + lot.Name + " is in " + string(lot.Pool.Currency)}
		}
		if !slices.Contains(order, lot.ID) {
			order = append(order, lot.ID)
		}
		after[lot.ID] = lot.moved(line)
	}
	for _, id := range order {
		if err := after[id].holds(); err != nil {
			return nil, err
		}
	}
	return after, nil
}

func (p *pen) keepLots(e Entry, after map[LotID]Lot) {
	for _, l := range e.Opens {
		p.opened = append(p.opened, l.ID)
	}
	for id, lot := range after {
		if _, before := p.lots[id]; before && !slices.Contains(p.opened, id) {
			p.drawn[id] = true
		}
		p.lots[id] = lot
	}
}

// moved is the lot after a line that names it.
func (l Lot) moved(by Line) Lot {
	if l.Kind == DeferredLot { // opened by a credit
		by = by.Neg()
	}
	l.OpenQuantity, l.OpenCost = l.OpenQuantity.Add(by.Amount), l.OpenCost.Add(by.Base)
	return l
}

// holds refuses a lot that would hold less than nothing, or more than it was opened with; only a grant's newest layer may
// be drawn beyond what came in (RULES 10, 12).
func (l Lot) holds() error {
	if l.Kind != DeferredLot && (l.OpenQuantity.Sign() < 0 || l.OpenCost.Sign() < 0 || l.OpenQuantity.Cmp(l.Quantity) > 0 ||
		l.OpenQuantity.IsZero() && !l.OpenCost.IsZero()) {
		return fmt.Errorf("%w: lot %s would hold %s %s at cost %s", ErrLotExhausted, l.Name, l.OpenQuantity, l.OpenQuantity.Currency, l.OpenCost)
	}
	return nil
}

// put writes the accepted entries: lots and lines first, last the entries, which seal them.
func (p *pen) put(tx *store.Tx, s *store.Script) {
	if len(p.posted) == 0 {
		return
	}
	insertPeriods(s, tx, p.started)
	saveNumbers(s, tx, p.numbers)
	insertLots(s, tx, p.lots, p.opened)
	insertEntries(s, tx, p.posted, p.known)
	saveLots(s, tx, p.lots, p.drawn)
	moveHead(s, tx, p.seq)
	sealLeaves(tx, p.known, p.posted)
}
