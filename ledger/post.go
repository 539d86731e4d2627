package ledger

import (
	"context"
	"fmt"
	"slices"

	"supportledger/store"
)

// Proposal is an entry together with who wants it posted. Acts post as the actor of their tx; a caller that collects
// the entries of several people says whose each is.
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
// are posted or an error tells why the first bad one was not, and the caller's tx rolls back. It costs a constant
// number of statements, however many the entries are.
//
// Acts lock the funds they decide on first ([LockFunds]) and post last: the head row of the books, which orders the
// entries, is held only from here to commit.
func (b Book) Post(ctx context.Context, tx *store.Tx, entries ...Entry) ([]Posted, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	proposals := make([]Proposal, len(entries))
	for i, e := range entries {
		proposals[i] = Proposal{e.Compact(), tx.By}
	}
	p, err := newPoster(ctx, tx, b, proposals)
	if err != nil {
		return nil, err
	}
	for _, next := range proposals {
		if _, err := p.accept(ctx, tx, next); err != nil {
			return nil, err
		}
	}
	var s store.Script
	p.write(tx, &s)
	return p.posted, s.Run(ctx, tx)
}

// PostEach posts the proposals that may be posted, in order and with numbers that have no gap. Each outcome is the
// posted entry or the reason for its refusal; a refused proposal does not keep the others from being posted.
func (b Book) PostEach(ctx context.Context, tx *store.Tx, proposals ...Proposal) ([]Outcome, error) {
	if len(proposals) == 0 {
		return nil, nil
	}
	proposals = slices.Clone(proposals)
	for i := range proposals {
		proposals[i].Entry = proposals[i].Compact()
	}
	p, err := newPoster(ctx, tx, b, proposals)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(proposals))
	for i, next := range proposals {
		outcomes[i].Posted, outcomes[i].Err = p.accept(ctx, tx, next)
	}
	p.write(tx, tx.FinalWrites())
	return outcomes, nil
}

// poster is the part of the books that some entries touch: read once while the head row is held, changed in memory
// entry by entry, and written once.
type poster struct {
	book     Book
	known    Chart
	months   calendar
	seq      int64         // of the last entry
	numbers  map[int]int64 // last number by fiscal year
	lots     map[LotID]Lot
	banks    map[place]*holding
	external map[string]EntryID // which entry has an external id

	posted  []Posted
	drawn   map[LotID]bool // earlier lots that changed
	opened  []LotID        // lots that the accepted entries opened
	started []string       // months
}

// newPoster locks the head row and reads what the proposals touch.
func newPoster(ctx context.Context, tx *store.Tx, b Book, proposals []Proposal) (*poster, error) {
	p := &poster{book: b, drawn: map[LotID]bool{}}
	head, err := lockHead(ctx, tx)
	if err != nil {
		return nil, err
	}
	p.seq = head.LastSeq
	err = p.read(ctx, tx, proposals)
	return p, err
}

// read reads what the proposals touch.
func (p *poster) read(ctx context.Context, tx *store.Tx, proposals []Proposal) (err error) {
	n := namesIn(proposals)
	if err := p.readSurroundings(ctx, tx, n); err != nil {
		return err
	}
	if p.external, err = readExternal(ctx, tx, n.external); err != nil {
		return err
	}
	if p.lots, err = readLotsByID(ctx, tx, n.lots, p.book.Base); err != nil {
		return err
	}
	p.banks, err = p.readBanks(ctx, tx, proposals)
	return err
}

// Try says for each entry why it could not be posted after those before it, by somebody of finance; nil where it could.
// It writes nothing and locks nothing, so that it only holds while nobody else moves the funds: who decides on it locks
// them first.
func (b Book) Try(ctx context.Context, tx *store.Tx, entries ...Entry) ([]error, error) {
	proposals := make([]Proposal, len(entries))
	for i, e := range entries {
		proposals[i] = Proposal{e.Compact(), store.Actor{Roles: []string{"finance_officer"}}}
	}
	p := &poster{book: b, drawn: map[LotID]bool{}}
	if err := p.read(ctx, tx, proposals); err != nil {
		return nil, err
	}
	refused := make([]error, len(entries))
	for i, next := range proposals {
		_, refused[i] = p.accept(ctx, tx, next)
	}
	return refused, nil
}

// accept checks one entry against the books as they stand after those before it, and moves them on. A refused entry has
// changed nothing.
func (p *poster) accept(ctx context.Context, tx *store.Tx, next Proposal) (Posted, error) {
	e := next.Entry
	if err := e.Check(p.known); err != nil {
		return Posted{}, err
	}
	if err := p.months.admits(ctx, tx, e.Date.Month(), next.By); err != nil {
		return Posted{}, err
	}
	if by, taken := p.external[e.ExternalID]; taken {
		return Posted{}, &ExternalIDTaken{e.ExternalID, by}
	}
	if p.book.Judge != nil {
		judged := Judged{Book: p.book, Known: p.known, Before: p.posted, Entry: e}
		if err := p.book.Judge(ctx, tx, judged); err != nil {
			return Posted{}, err
		}
	}
	lots, err := p.moveLots(e)
	if err != nil {
		return Posted{}, err
	}
	moves := p.bankMoves(e)
	for _, m := range moves {
		if err := p.banks[m.place].admits(m, e.Date); err != nil {
			return Posted{}, err
		}
	}
	for _, m := range moves {
		p.banks[m.place].add(m, e.Date)
	}
	p.keepLots(e, lots)
	return p.number(tx, next), nil
}

// number gives an entry its place in the books.
func (p *poster) number(tx *store.Tx, next Proposal) Posted {
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
func (p *poster) moveLots(e Entry) (map[LotID]Lot, error) {
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

func (p *poster) keepLots(e Entry, after map[LotID]Lot) {
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

// holds refuses a lot that would hold less than nothing, or more than it was opened with, or a cost without a quantity.
// Only a grant's newest layer may be drawn beyond what came in (RULES 10, 12).
func (l Lot) holds() error {
	if l.Kind == DeferredLot {
		return nil
	}
	if l.OpenQuantity.Sign() < 0 || l.OpenCost.Sign() < 0 || l.OpenQuantity.Cmp(l.Quantity) > 0 ||
		l.OpenQuantity.IsZero() && !l.OpenCost.IsZero() {
		return fmt.Errorf("%w: lot %s would hold %s %s at cost %s", ErrLotExhausted, l.Name, l.OpenQuantity,
			l.OpenQuantity.Currency, l.OpenCost)
	}
	return nil
}

// write adds the accepted entries to a script: lots and lines first, last the entries, which seal them.
func (p *poster) write(tx *store.Tx, s *store.Script) {
	if len(p.posted) == 0 {
		return
	}
	insertPeriods(s, tx, p.started)
	saveNumbers(s, tx, p.numbers)
	p.insertEntries(tx, s)
	p.saveLots(tx, s)
	moveHead(s, tx, p.seq)
}
