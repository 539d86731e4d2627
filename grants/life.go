package grants

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// GrantState is where a grant is in its life.
type GrantState string

// The states of a grant (DESIGN 5).
const (
	GrantDraft         GrantState = "draft"
	GrantSigned        GrantState = "signed"
	GrantActive        GrantState = "active"
	GrantSuspended     GrantState = "suspended"
	GrantEnded         GrantState = "ended"
	GrantFinalReported GrantState = "final_reported"
	GrantClosed        GrantState = "closed"
	GrantTerminated    GrantState = "terminated"
)

// Step is a step in the life of a grant. Moves are only ever added.
type Step struct {
	Position int        // from 1
	State    GrantState // after it
	On       ledger.Date
	Reason   string // "" where none is needed; no person's name
	Through  int64  // the last entry of the books at the move
	By, At   string
}

// Draft puts an agreement on record that is not signed yet: it has no fund, so nothing can be booked on it, and its
// budget need not sum to the amount. [ErrBudgetCategory], [ErrDuplicateGrant].
func (r Register) Draft(ctx context.Context, tx *store.Tx, g Grant) (Grant, error) {
	if _, err := g.budgetTotal(); err != nil {
		return Grant{}, err
	}
	g.SignedOn = ""
	return r.put(ctx, tx, g, GrantDraft, ledger.DateOf(tx.At))
}

// Sign puts a signed agreement on record and opens the grant's fund. The budget, where the agreement has one, must sum
// to the amount ([ErrBudgetTotal]) and name a category once ([ErrBudgetCategory]).
func (r Register) Sign(ctx context.Context, tx *store.Tx, g Grant) (Grant, error) {
	if err := g.checkBudget(); err != nil {
		return Grant{}, err
	}
	g.Policies[0].StartsOn = g.SignedOn
	g, err := r.put(ctx, tx, g, GrantSigned, g.SignedOn)
	if err != nil {
		return Grant{}, err
	}
	return g, openFund(ctx, tx, r.Book, g)
}

// put writes a new grant with its first move.
func (r Register) put(ctx context.Context, tx *store.Tx, g Grant, state GrantState, on ledger.Date) (Grant, error) {
	g.ID, g.State, g.Version = GrantID(store.NewID("grt")), state, 1
	if g.Code == "" {
		var err error
		if g.Code, err = access.FreeNumber(ctx, tx, "grant", "G%d", codeTaken); err != nil {
			return Grant{}, err
		}
	}
	if _, err := r.Book.Fund(ctx, tx, g.Fund()); err == nil {
		return Grant{}, ledger.ErrDuplicateFund
	}
	if err := insertGrant(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	if err := record(ctx, tx, r.Book, g.ID, Step{State: state, On: on}); err != nil {
		return Grant{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "grant." + string(state), Subject: string(g.ID)})
}

func openFund(ctx context.Context, tx *store.Tx, book ledger.Book, g Grant) error {
	return book.OpenFund(ctx, tx, ledger.Fund{Code: g.Fund(), Name: g.Title, Restriction: ledger.BoundByGrant,
		OpenedOn: g.SignedOn})
}

// SignDraft signs what was a draft, and opens its fund. What is budgeted must be what is funded, neither more nor less
// ([ErrBudgetTotal]; Danish Social and Housing Agency, handbook of grant rules).
func (r Register) SignDraft(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Grant, error) {
	g, err := inState(ctx, tx, key, GrantDraft)
	if err != nil {
		return Grant{}, err
	}
	total, err := g.budgetTotal()
	if err != nil {
		return Grant{}, err
	}
	if total.Cmp(g.Amount) != 0 {
		return Grant{}, &BudgetTotal{Budget: total, Grant: g.Amount}
	}
	g.SignedOn, g.Policies[0].StartsOn = on, on
	if err := saveSignature(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	if err := openFund(ctx, tx, r.Book, g); err != nil {
		return Grant{}, err
	}
	return move(ctx, tx, r.Book, g, Step{State: GrantSigned, On: on})
}

// move takes a grant into another state, with its audit event.
func move(ctx context.Context, tx *store.Tx, book ledger.Book, g Grant, to Step) (Grant, error) {
	if err := saveState(ctx, tx, g, to.State); err != nil {
		return Grant{}, err
	}
	if err := record(ctx, tx, book, g.ID, to); err != nil {
		return Grant{}, err
	}
	g.State = to.State
	g.Version++
	event := access.Event{Action: "grant." + string(to.State), Subject: string(g.ID), Reason: to.Reason}
	return g, access.Record(ctx, tx, event)
}

// record adds a step to those of a grant.
func record(ctx context.Context, tx *store.Tx, book ledger.Book, id GrantID, to Step) error {
	var err error
	if to.Through, err = book.LastSeq(ctx, tx); err != nil {
		return err
	}
	return insertMove(ctx, tx, id, to)
}

// Suspend stops new commitments of an active grant until it is resumed. What is committed stays so, and what a partner
// holds may still be accounted for. [ledger.ErrReasonRequired].
func (r Register) Suspend(ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string) (Grant, error) {
	return r.moveFrom(ctx, tx, key, GrantActive, Step{State: GrantSuspended, On: on, Reason: reason})
}

// Resume makes a suspended grant active again. [ledger.ErrReasonRequired].
func (r Register) Resume(ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string) (Grant, error) {
	return r.moveFrom(ctx, tx, key, GrantSuspended, Step{State: GrantActive, On: on, Reason: reason})
}

// moveFrom moves a grant out of one state for a reason.
func (r Register) moveFrom(ctx context.Context, tx *store.Tx, key string, from GrantState, to Step) (Grant, error) {
	if err := ledger.CheckReason(to.Reason); err != nil {
		return Grant{}, err
	}
	g, err := inState(ctx, tx, key, from)
	if err != nil {
		return Grant{}, err
	}
	return move(ctx, tx, r.Book, g, to)
}

// running are the states in which a grant's period goes on.
var running = []GrantState{GrantSigned, GrantActive, GrantSuspended}

// End ends a grant's period of performance: all open commitments of its fund lapse on the day (RULES 44), and none can
// be made any more; cost of the period may be paid until the day its report is due. The entry is nil when nothing was
// open.
func (r Register) End(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Grant, *ledger.Posted, error) {
	g, err := inState(ctx, tx, key, running...)
	if err != nil {
		return Grant{}, nil, err
	}
	lapsed, err := r.fund(g).lapse(ctx, tx, on, "ended")
	if err != nil {
		return Grant{}, nil, err
	}
	g, err = move(ctx, tx, r.Book, g, Step{State: GrantEnded, On: on})
	return g, lapsed, err
}

// Terminate breaks a grant off before its time: open commitments lapse, and what was promised and has not come is
// cancelled. Money that is unspent is paid back through a final account. A draft is given up.
// [ledger.ErrReasonRequired].
func (r Register) Terminate(
	ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string,
) (Grant, *ledger.Posted, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Grant{}, nil, err
	}
	g, err := inState(ctx, tx, key, append([]GrantState{GrantDraft}, running...)...)
	if err != nil {
		return Grant{}, nil, err
	}
	var lapsed *ledger.Posted
	if g.State != GrantDraft {
		if lapsed, err = r.fund(g).lapse(ctx, tx, on, "terminated"); err != nil {
			return Grant{}, nil, err
		}
		if err := r.cancelRest(ctx, tx, g, on, reason); err != nil {
			return Grant{}, nil, err
		}
	}
	g, err = move(ctx, tx, r.Book, g, Step{State: GrantTerminated, On: on, Reason: reason})
	return g, lapsed, err
}

// lapse takes back all open commitments of a grant's fund on a day (RULES 44). Nil when there are none.
func (b fundBook) lapse(ctx context.Context, tx *store.Tx, on ledger.Date, how string) (*ledger.Posted, error) {
	if err := ledger.LockFunds(ctx, tx, b.grant.Fund()); err != nil {
		return nil, err
	}
	lots, err := b.OpenLots(ctx, tx, b.grant.Fund(), ledger.CommitmentLot, on)
	if err != nil || len(lots) == 0 {
		return nil, err
	}
	e := ledger.Entry{Date: on, Act: "lapse", Source: string(b.grant.ID),
		Text: fmt.Sprintf("Grant %s %s: open commitments lapse", b.grant.Code, how)}
	for _, l := range lots {
		parts, err := b.committedBy(ctx, tx, l)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			debit := ledger.InCurrency(ledger.Encumbrances, b.grant.Fund(), part.Amount.Neg(), part.Base.Neg()).WithLot(l.ID).
				For(part.Category)
			credit := ledger.InCurrency(ledger.EncumbranceOffset, b.grant.Fund(), part.Amount, part.Base).For(part.Category)
			debit.Plan, _, _ = strings.Cut(l.Name, "/")
			credit.Plan = debit.Plan
			e.Lines = append(e.Lines, debit, credit)
		}
	}
	posted, err := b.Post(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	return &posted[0], nil
}

// over are the states of a grant whose period has ended, with which its commitments lapsed.
var over = []GrantState{GrantEnded, GrantFinalReported, GrantClosed, GrantTerminated}

// Over reports whether the grant's period has ended: nothing is committed on it any more.
func (g Grant) Over() bool { return slices.Contains(over, g.State) }

// LapseAgain takes back at once what a reversal set aside again on grants that are over (RULES 44), on the reversal's
// day, but not before the grant's last one. It returns the entries that do.
func (r Register) LapseAgain(
	ctx context.Context, tx *store.Tx, reversals ...ledger.Posted,
) (lapsed []ledger.Posted, err error) {
	for _, reversal := range reversals {
		for _, fund := range reversal.Funds() {
			g, granted, err := r.OfFund(ctx, tx, fund)
			if err != nil {
				return nil, err
			}
			if !granted || !g.Over() {
				continue
			}
			moves, err := Moves(ctx, tx, g, store.Keyset{})
			if err != nil {
				return nil, err
			}
			ended := max(lastMove(moves, GrantEnded).On, lastMove(moves, GrantTerminated).On)
			entry, err := r.fund(g).lapse(ctx, tx, max(reversal.Date, ended), "has ended")
			if err != nil {
				return nil, err
			}
			if entry != nil {
				lapsed = append(lapsed, *entry)
			}
		}
	}
	return lapsed, nil
}

// committedBy is what is open of a commitment by cost category, so that what lapses leaves every budget line as empty
// as the fund.
func (b fundBook) committedBy(ctx context.Context, tx *store.Tx, l ledger.Lot) ([]ledger.Sum, error) {
	seq, err := b.LastSeq(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := b.CategorySums(ctx, tx, ledger.Selection{Span: ledger.Span{Through: seq},
		Funds:    []ledger.FundCode{b.grant.Fund()},
		Accounts: []ledger.AccountNo{ledger.Encumbrances}, Lots: []ledger.LotID{l.ID}})
	quantity, cost := l.OpenQuantity, l.OpenCost
	open := slices.DeleteFunc(sums, func(s ledger.Sum) bool { return s.Amount.IsZero() && s.Base.IsZero() })
	for _, s := range open {
		quantity, cost = quantity.Sub(s.Amount), cost.Sub(s.Base)
	}
	if !quantity.IsZero() || !cost.IsZero() { // lines of another day or form: the lot's own figures are what lapses
		return []ledger.Sum{{Account: ledger.Encumbrances, Amount: l.OpenQuantity, Base: l.OpenCost}}, err
	}
	return open, err
}

// TakesCost says whether cost may be put on the grant on a day. After its end only what belongs to the period is paid,
// until the report is due ([ErrReportDue]); once the final account stands, nothing ([StateConflict]).
func (g Grant) TakesCost(on ledger.Date) error {
	switch {
	case slices.Contains(running, g.State):
		return nil
	case g.State != GrantEnded && g.State != GrantTerminated:
		return &StateConflict{string(g.State), fmt.Sprint(append(slices.Clone(running), GrantEnded))}
	case g.ReportDueOn != "" && on > g.ReportDueOn:
		return refuse(ErrReportDue, "the report of %s was due on %s", g.Code, g.ReportDueOn)
	}
	return nil
}

// Statements tells whether a grant's final statement is out. Statements are made to the right of this package, so who
// closes a grant brings them along.
type Statements interface {
	// FinalIssued reports whether a statement of a grant stands that reaches to a day and has read the books to an entry.
	FinalIssued(ctx context.Context, tx *store.Tx, grant string, to ledger.Date, through int64) (bool, error)
}

// Close closes a grant for good. It wants nothing committed and no advance out ([ErrAdvanceOpen]), every finding
// settled ([ErrFindingOpen]), nothing left of the money received ([ErrDeferredOpen]) and the final statement issued
// ([ErrStatementMissing]).
func (r Register) Close(
	ctx context.Context, tx *store.Tx, key string, on ledger.Date, statements Statements,
) (Grant, error) {
	g, err := inState(ctx, tx, key, GrantFinalReported)
	if err != nil {
		return Grant{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Grant{}, err
	}
	if err := r.fund(g).wantSettled(ctx, tx); err != nil {
		return Grant{}, err
	}
	if err := wantNoFinding(ctx, tx, r, g); err != nil {
		return Grant{}, err
	}
	balance, err := r.fund(g).deferredBalance(ctx, tx)
	if err != nil {
		return Grant{}, err
	}
	if !balance.IsZero() {
		return Grant{}, refuse(ErrDeferredOpen, "%s %s of what was received is not accounted for", balance, balance.Currency)
	}
	moves, err := Moves(ctx, tx, g, store.Keyset{})
	if err != nil {
		return Grant{}, err
	}
	final := lastMove(moves, GrantFinalReported)
	issued, err := statements.FinalIssued(ctx, tx, g.Code, final.On, final.Through)
	if err != nil {
		return Grant{}, err
	}
	if !issued {
		return Grant{}, ErrStatementMissing
	}
	return move(ctx, tx, r.Book, g, Step{State: GrantClosed, On: on})
}

// lastMove is the newest move into a state; none is the zero Step.
func lastMove(moves []Step, to GrantState) Step {
	for i := len(moves) - 1; i >= 0; i-- {
		if moves[i].State == to {
			return moves[i]
		}
	}
	return Step{}
}
