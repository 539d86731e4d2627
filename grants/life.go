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
	State   GrantState // after it
	On      ledger.Date
	Reason  string // "" where none is needed; no person's name
	Through int64  // the last entry of the books at the move
	By, At  string
}

// Draft puts an agreement on record that is not signed yet: it has no fund, so nothing can be booked on it, and its budget
// need not sum to the amount. [ErrBudgetCategory], [ErrDuplicateGrant].
func (r Register) Draft(ctx context.Context, tx *store.Tx, g Grant) (Grant, error) {
	if _, err := g.budgetTotal(); err != nil {
		return Grant{}, err
	}
	g.SignedOn = ""
	return r.put(ctx, tx, g, GrantDraft, ledger.DateOf(tx.At))
}

// Sign puts a signed agreement on record and opens the grant's fund. The budget, where the agreement has one, must sum to the
// amount ([ErrBudgetTotal]) and name a category once ([ErrBudgetCategory]).
func (r Register) Sign(ctx context.Context, tx *store.Tx, g Grant) (Grant, error) {
	if err := g.checkBudget(); err != nil {
		return Grant{}, err
	}
	g.Policies[0].StartsOn = g.SignedOn
	g, err := r.put(ctx, tx, g, GrantSigned, g.SignedOn)
	if err != nil {
		return Grant{}, err
	}
	return g, r.openFund(ctx, tx, g)
}

// put writes a new grant with its first move.
func (r Register) put(ctx context.Context, tx *store.Tx, g Grant, state GrantState, on ledger.Date) (Grant, error) {
	g.ID, g.State, g.Version = GrantID(store.NewID("grt")), state, 1
	find := func(code string) error { _, err := r.Book.Fund(ctx, tx, ledger.FundCode(code)); return err }
	if err := numbered(ctx, tx, "grant", "G%d", &g.Code, find, ledger.ErrUnknownFund); err != nil {
		return Grant{}, err
	}
	if _, err := r.Book.Fund(ctx, tx, g.Fund()); err == nil {
		return Grant{}, ledger.ErrDuplicateFund
	}
	if err := insertGrant(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	if err := r.note(ctx, tx, g.ID, state, on, ""); err != nil {
		return Grant{}, err
	}
	return g, access.Record(ctx, tx, access.Event{Action: "grant." + string(state), Subject: string(g.ID)})
}

func (r Register) openFund(ctx context.Context, tx *store.Tx, g Grant) error {
	return r.Book.OpenFund(ctx, tx, ledger.Fund{Code: g.Fund(), Name: g.Title, Restriction: ledger.BoundByGrant, OpenedOn: g.SignedOn})
}

// SignDraft signs what was a draft, and opens its fund. What is budgeted must be what is funded, neither more nor less
// ([ErrBudgetTotal]; Danish Social and Housing Agency, handbook of grant rules).
func (r Register) SignDraft(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Grant, error) {
	g, err := r.inState(ctx, tx, key, GrantDraft)
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
	if err := r.openFund(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	return r.move(ctx, tx, g, GrantSigned, on, "")
}

// move takes a grant into another state, with its audit event.
func (r Register) move(ctx context.Context, tx *store.Tx, g Grant, to GrantState, on ledger.Date, reason string) (Grant, error) {
	if err := saveState(ctx, tx, g, to); err != nil {
		return Grant{}, err
	}
	if err := r.note(ctx, tx, g.ID, to, on, reason); err != nil {
		return Grant{}, err
	}
	g.State = to
	g.Version++
	return g, access.Record(ctx, tx, access.Event{Action: "grant." + string(to), Subject: string(g.ID), Reason: reason})
}

// note adds a move to what is on record of a grant.
func (r Register) note(ctx context.Context, tx *store.Tx, id GrantID, state GrantState, on ledger.Date, reason string) error {
	seq, err := r.Book.LastSeq(ctx, tx)
	if err != nil {
		return err
	}
	return insertMove(ctx, tx, id, Step{State: state, On: on, Reason: reason, Through: seq})
}

// Moves lists the steps in the life of a grant, first to last.
func (r Register) Moves(ctx context.Context, tx *store.Tx, g Grant) ([]Step, error) {
	return readMoves(ctx, tx, g.ID)
}

// Suspend stops new commitments of an active grant until it is resumed. What is committed stays so, and what a partner holds
// may still be accounted for. [ErrReasonRequired].
func (r Register) Suspend(ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string) (Grant, error) {
	return r.moved(ctx, tx, key, GrantActive, GrantSuspended, on, reason)
}

// Resume takes up a suspended grant again.
func (r Register) Resume(ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string) (Grant, error) {
	return r.moved(ctx, tx, key, GrantSuspended, GrantActive, on, reason)
}

func (r Register) moved(ctx context.Context, tx *store.Tx, key string, from, to GrantState, on ledger.Date, reason string) (Grant, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Grant{}, err
	}
	g, err := r.inState(ctx, tx, key, from)
	if err != nil {
		return Grant{}, err
	}
	return r.move(ctx, tx, g, to, on, reason)
}

// running are the states in which a grant's period goes on.
var running = []GrantState{GrantSigned, GrantActive, GrantSuspended}

// End ends a grant's period of performance: all open commitments of its fund lapse on the day (RULES 44), and none can be
// made any more; cost of the period may be paid until the day its report is due. The entry is nil when nothing was open.
func (r Register) End(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Grant, *ledger.Posted, error) {
	g, err := r.inState(ctx, tx, key, running...)
	if err != nil {
		return Grant{}, nil, err
	}
	lapsed, err := r.lapse(ctx, tx, g, on, "ended")
	if err != nil {
		return Grant{}, nil, err
	}
	g, err = r.move(ctx, tx, g, GrantEnded, on, "")
	return g, lapsed, err
}

// Terminate breaks a grant off before its time: open commitments lapse, and what was promised and has not come is cancelled.
// Money that is unspent is paid back through a final account. A draft is given up. [ErrReasonRequired].
func (r Register) Terminate(ctx context.Context, tx *store.Tx, key string, on ledger.Date, reason string) (Grant, *ledger.Posted, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Grant{}, nil, err
	}
	g, err := r.inState(ctx, tx, key, append([]GrantState{GrantDraft}, running...)...)
	if err != nil {
		return Grant{}, nil, err
	}
	var lapsed *ledger.Posted
	if g.State != GrantDraft {
		if lapsed, err = r.lapse(ctx, tx, g, on, "terminated"); err != nil {
			return Grant{}, nil, err
		}
		if err := r.cancelRest(ctx, tx, g, on, reason); err != nil {
			return Grant{}, nil, err
		}
	}
	g, err = r.move(ctx, tx, g, GrantTerminated, on, reason)
	return g, lapsed, err
}

// lapse takes back all open commitments of a grant's fund on a day (RULES 44). Nil when there are none.
func (r Register) lapse(ctx context.Context, tx *store.Tx, g Grant, on ledger.Date, how string) (*ledger.Posted, error) {
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return nil, err
	}
	lots, err := r.Book.OpenLots(ctx, tx, g.Fund(), ledger.CommitmentLot, on)
	if err != nil || len(lots) == 0 {
		return nil, err
	}
	e := ledger.Entry{Date: on, Act: "lapse", Source: string(g.ID), Text: fmt.Sprintf("Grant %s %s: open commitments lapse", g.Code, how)}
	for _, l := range lots {
		parts, err := r.committedBy(ctx, tx, g.Fund(), l)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			debit := ledger.InCurrency(ledger.Encumbrances, g.Fund(), part.Amount.Neg(), part.Base.Neg()).WithLot(l.ID).For(part.Category)
			credit := ledger.InCurrency(ledger.EncumbranceOffset, g.Fund(), part.Amount, part.Base).For(part.Category)
			debit.Plan, _, _ = strings.Cut(l.Name, "/")
			credit.Plan = debit.Plan
			e.Lines = append(e.Lines, debit, credit)
		}
	}
	posted, err := r.Book.Post(ctx, tx, e)
	if err != nil {
		return nil, err
	}
	return &posted[0], nil
}

// committedBy is what is open of a commitment by cost category, so that what lapses leaves every budget line as empty as the fund.
func (r Register) committedBy(ctx context.Context, tx *store.Tx, fund ledger.FundCode, l ledger.Lot) ([]ledger.Sum, error) {
	seq, err := r.Book.LastSeq(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := r.Book.CategorySums(ctx, tx, ledger.Selection{Span: ledger.Span{Through: seq}, Funds: []ledger.FundCode{fund},
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

// TakesCost says whether cost may be put on the grant on a day. After its end only what belongs to the period is paid, until
// the report is due ([ErrReportDue]); once the final account stands, nothing ([StateConflict]).
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

// Statements tells whether a grant's final statement is out. Statements are made to the right of this package, so who closes
// a grant brings them along.
type Statements interface {
	// FinalIssued reports whether a statement of a grant stands that reaches to a day and has read the books to an entry.
	FinalIssued(ctx context.Context, tx *store.Tx, grant string, to ledger.Date, through int64) (bool, error)
}

// Close closes a grant for good. It wants nothing committed and no advance out ([ErrAdvanceOpen]), every finding settled
// ([ErrFindingOpen]), nothing left of the money received ([ErrDeferredOpen]) and the final statement issued
// ([ErrStatementMissing]).
func (r Register) Close(ctx context.Context, tx *store.Tx, key string, on ledger.Date, statements Statements) (Grant, error) {
	g, err := r.inState(ctx, tx, key, GrantFinalReported)
	if err != nil {
		return Grant{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return Grant{}, err
	}
	if err := r.wantSettled(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	if err := r.wantNoFinding(ctx, tx, g); err != nil {
		return Grant{}, err
	}
	balance, err := r.deferredBalance(ctx, tx, g)
	if err != nil {
		return Grant{}, err
	}
	if !balance.IsZero() {
		return Grant{}, refuse(ErrDeferredOpen, "%s %s of what was received is not accounted for", balance, balance.Currency)
	}
	moves, err := r.Moves(ctx, tx, g)
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
	return r.move(ctx, tx, g, GrantClosed, on, "")
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
