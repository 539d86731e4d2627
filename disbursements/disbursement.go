package disbursements

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// DisbursementID identifies a disbursement. People use its number, such as "D-2026-0001".
type DisbursementID string

// State is where a disbursement is in its life.
type State string

// The states of a disbursement.
const (
	Draft         State = "draft"
	InfoRequested State = "info_requested"
	Submitted     State = "submitted"
	Approved      State = "approved"
	Authorised    State = "authorised"
	OnHold        State = "on_hold"
	Released      State = "released"  // a payment is on its way
	Paid          State = "paid"      // the bank says so
	Evidenced     State = "evidenced" // what it was for is proved
	Arrived       State = "verified"  // the person says that it arrived
	Rejected      State = "rejected"
	Cancelled     State = "cancelled"
	Returned      State = "returned" // the bank sent the payment back
	Disallowed    State = "disallowed"
)

// Settlement is how a disbursement is settled.
type Settlement string

// The ways to settle.
const (
	ByPartner   Settlement = "partner"    // out of its advance, by its evidence (RULES 28)
	ByPayment   Settlement = "payment"    // out of our bank, cost when it is paid
	ByInvoice   Settlement = "invoice"    // cost at the invoice, paid later (RULES 49)
	ByRetainer  Settlement = "retainer"   // drawn from what was paid ahead (RULES 51)
	ByPettyCash Settlement = "petty_cash" // out of a float, by receipts (RULES 52)
	ByNetting   Settlement = "netting"    // out of what a partner paid twice (RULES 29)
)

// Disbursement is support given, under a plan line or beside it, or a cost of the charity itself.
type Disbursement struct {
	ID         DisbursementID
	Number     string
	Settlement Settlement
	Plan       beneficiaries.Plan  // none for a cost of the charity
	Partner    advances.Partner    // who spends it, by partner and netting
	Prepayment advances.Prepayment // the retainer or float it comes out of
	Line       string              // of the plan; "" beside it
	Units      int
	Amount     ledger.Money // what is charged, whatever was planned; in the partner's currency or that of the account
	Overpaid   ledger.Money // what the partner paid twice, on top (RULES 29)
	Payee      string       // code
	PaidBy     payees.Means // how money leaves our bank for it; "" where none does
	Reference  string       // what the payee knows the bill by, as [iso20022.Reference] writes it
	Category   string       // of cost beside a plan's lines
	Account    ledger.AccountNo
	Spot       ledger.Rate // the day's, for what is paid in another currency than base (RULES 57)
	Items      []Item
	Shares     []beneficiaries.Share
	OwnShares  bool // a split of its own instead of the plan's; such cost relieves no commitment (RULES 41)
	Date       ledger.Date
	Text       string
	State      State
	Round      int            // of approvals; a return to draft starts the next
	Entry      ledger.EntryID // of its cost
	Version    int

	CreatedBy     access.UserID // who wrote it first
	WrittenBy     access.UserID // who wrote what it says now
	Evidence      []evidence.ID // that it is asked for with
	PlanVersion   string        // of the plan's lines, when it was asked for
	Policy        PolicyID      // that says who has to approve
	Base          ledger.Money  // what it comes to in base currency, when it was asked for; zero where no rate was known
	SubmittedOn   ledger.Date
	Emergency     bool   // paid first, approved after
	EmergencySlot string // its place among those of the plan's quarter, "" for none
	Needs         []Need // what the policy wanted of it then
	ToCasework    bool   // nobody who sees all cases could approve it, so casework sees it where it stands on no plan

	was kept // as the database holds it
}

// Item is a line of an invoice, or a receipt of a float.
type Item struct {
	Line      string // of the plan, on an invoice
	Kind      string // "" for support given; "no-show" and the like may be ineligible
	Units     int
	UnitPrice ledger.Money // base currency
	Fund      ledger.FundCode
	Category  string
	Amount    ledger.Money // base currency
}

// OnLine reports whether the disbursement settles units of plan lines.
func (d Disbursement) OnLine() bool {
	return d.Settlement == ByPartner || d.Settlement == ByNetting || d.Settlement == ByInvoice
}

// Payload is the SHA-256 of what is asked for; every decision binds it. A partner's plain liquidation says no more than
// it did before there were others.
func (d Disbursement) Payload() [sha256.Size]byte {
	parts := []string{string(d.ID), d.Plan.Number, d.Partner.Code, d.Line, strconv.Itoa(d.Units), d.Amount.String(),
		string(d.Amount.Currency),
		sharesText(d.Shares), strconv.FormatBool(d.OwnShares), string(d.Date), d.Text}
	if d.Settlement != ByPartner || !d.Overpaid.IsZero() {
		parts = append(parts, string(d.Settlement), d.Overpaid.String(), d.Payee, d.Category, string(d.Account),
			d.Spot.String(), d.Prepayment.Number)
		for _, item := range d.Items {
			parts = append(parts, item.parts()...)
		}
	}
	if d.PlanVersion != "" {
		parts = append(parts, "plan version", d.PlanVersion)
	}
	if len(d.Evidence) > 0 {
		parts = append(parts, "evidence")
		for _, id := range d.Evidence {
			parts = append(parts, string(id))
		}
	}
	if d.Emergency {
		parts = append(parts, "emergency")
	}
	if d.PaidBy.Unverified() {
		parts = append(parts, "paid by", string(d.PaidBy))
	}
	if d.Reference != "" {
		parts = append(parts, "reference", d.Reference)
	}
	return access.PayloadOf(parts...)
}

// parts lists what a decision binds of an item.
func (i Item) parts() []string {
	return []string{"item", i.Line, i.Kind, strconv.Itoa(i.Units), i.UnitPrice.String(), string(i.Fund), i.Category,
		i.Amount.String()}
}

// same reports whether two items say the same.
func (i Item) same(other Item) bool { return slices.Equal(i.parts(), other.parts()) }

// sharesText writes a split as "G1=60,G2=40", as decisions bind it.
func sharesText(shares []beneficiaries.Share) string {
	parts := make([]string, len(shares))
	for i, s := range shares {
		parts[i] = fmt.Sprintf("%s=%s", s.Fund, s.Percent)
	}
	return strings.Join(parts, ",")
}

// Draft writes a disbursement down. Without a split of its own it takes the plan's. [ErrIncomplete] names what its
// kind of settlement needs.
func (req Requests) Draft(ctx context.Context, tx *store.Tx, d Disbursement) (Disbursement, error) {
	if err := req.prepare(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	year := d.Date.Year()
	n, err := access.Next(ctx, tx, fmt.Sprintf("disbursement-%d", year))
	if err != nil {
		return Disbursement{}, err
	}
	d.ID, d.Number = DisbursementID(store.NewID("dsb")), fmt.Sprintf("D-%d-%04d", year, n)
	d.State, d.Round, d.Version = Draft, 1, 1
	d.CreatedBy, d.WrittenBy = access.UserID(tx.By.User), access.UserID(tx.By.User)
	if err := insertDisbursement(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "disbursement.drafted", Subject: string(d.ID)})
}

// prepare makes what somebody wrote down whole: what follows from it, its split, its funds and documents that there
// are.
func (req Requests) prepare(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	if err := req.complete(ctx, tx, d); err != nil {
		return err
	}
	d.OwnShares = len(d.Shares) > 0
	if !d.OwnShares {
		d.Shares = d.Plan.Current.Shares
	}
	if err := beneficiaries.CheckShares(d.Shares); err != nil {
		return err
	}
	for _, s := range d.Shares {
		if _, err := req.Book.Fund(ctx, tx, s.Fund); err != nil {
			return err
		}
	}
	d.Base = ledger.Zero(req.Book.Base)
	slices.Sort(d.Evidence)
	d.Evidence = slices.Compact(d.Evidence)
	for _, id := range d.Evidence {
		if _, err := evidence.Find(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Submit asks for approval: DRAFT to SUBMITTED. What settles units of a plan wants it approved ([ErrPlanNotApproved])
// and its milestones met ([ErrGated]); the split, and what the policy of the day wants, are fixed here. What was
// asked about goes back as it is: what was approved stands.
func (req Requests) Submit(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	d, err := req.LockedIn(ctx, tx, key, ToSubmit.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if err := req.submittable(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	if d.State == InfoRequested {
		return moveOn(ctx, tx, d, change{to: Submitted, action: "disbursement.answered"})
	}
	if !d.OwnShares {
		d.Shares = d.Plan.Current.Shares
	}
	if err := req.applyPolicy(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	if err := fixParts(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	return req.TakeStep(ctx, tx, d, access.Request, Submitted)
}

// planAllows reports whether the plan is in force. A suspended one still settles what its suspension does not hold:
// units that were due before, reported late.
func (d Disbursement) planAllows() bool {
	switch d.Plan.State {
	case beneficiaries.PlanActive, beneficiaries.PlanApproved:
		return true
	case beneficiaries.PlanSuspended:
		if d.Settlement != ByInvoice {
			return d.Plan.Current.Holds(d.Line, d.Units)
		}
		return !slices.ContainsFunc(d.Items, func(i Item) bool { return !d.Plan.Current.Holds(i.Line, i.Units) })
	case beneficiaries.PlanDraft, beneficiaries.PlanInReview, beneficiaries.PlanCompleted, beneficiaries.PlanExited:
	}
	return false
}

// Approve is the second person's word: SUBMITTED to APPROVED, once as many approved as the policy wants. Cost beside
// a plan's lines takes no commitment, so what is left in each grant is checked here ([grants.ErrBudgetExceeded],
// RULES 42). A condition of a grant may hold it back ([grants.ErrConditionOpen]).
func (dec Decisions) Approve(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	return dec.ApproveFor(ctx, tx, key, "")
}

// ApproveFor is [Decisions.Approve] in the name of somebody who is away. What take refuses; [ErrPlanChanged].
func (dec Decisions) ApproveFor(ctx context.Context, tx *store.Tx, key string, behalf access.UserID) (Disbursement,
	error) {
	d, err := dec.readDisbursement(ctx, tx, key, true)
	if err != nil {
		return Disbursement{}, err
	}
	if d.Emergency && slices.Contains(paidFirst, d.State) {
		return dec.approveAfter(ctx, tx, d, behalf)
	}
	if err := d.among(ToApprove.states()); err != nil {
		return Disbursement{}, dec.moved(ctx, tx, d, err)
	}
	if err := dec.mayStep(ctx, tx, d, ToApprove, behalf); err != nil {
		return Disbursement{}, err
	}
	if err := ledger.LockFunds(ctx, tx, d.Funds()...); err != nil { // what is promised is counted one after the other
		return Disbursement{}, err
	}
	if err := dec.approvable(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	far, err := dec.recordDecision(ctx, tx, d, access.Approve, behalf)
	if err != nil {
		return Disbursement{}, err
	}
	if far.Waits(access.Approve) {
		return oneOfSeveral(ctx, tx, d, "disbursement.approval_given", behalf)
	}
	return stepped(ctx, tx, d, Approved, behalf)
}

// Authorise is the third person's word, for finance: APPROVED to AUTHORISED, an emergency from SUBMITTED. An invoice
// is booked here, on its own date: its cost is due whenever it is paid (RULES 8, 49).
func (dec Decisions) Authorise(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	return dec.AuthoriseFor(ctx, tx, key, "")
}

// AuthoriseFor is [Decisions.Authorise] in the name of somebody who is away.
func (dec Decisions) AuthoriseFor(ctx context.Context, tx *store.Tx, key string, behalf access.UserID) (Disbursement,
	error) {
	d, err := dec.toAuthorise(ctx, tx, key)
	if err != nil {
		return Disbursement{}, err
	}
	if err := dec.mayStep(ctx, tx, d, ToAuthorise, behalf); err != nil {
		return Disbursement{}, err
	}
	if err := ledger.LockFunds(ctx, tx, append(d.Funds(), dec.Book.General)...); err != nil {
		return Disbursement{}, err
	}
	if err := dec.authorisable(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	if d.Settlement == ByInvoice {
		return dec.bookInvoice(ctx, tx, d, behalf)
	}
	far, err := dec.recordDecision(ctx, tx, d, access.Authorise, behalf)
	if err != nil {
		return Disbursement{}, err
	}
	if far.Waits(access.Authorise) {
		return oneOfSeveral(ctx, tx, d, "disbursement.authorisation_given", behalf)
	}
	return stepped(ctx, tx, d, Authorised, behalf)
}

// oneOfSeveral records a decision that others have to join before the state moves. They take turns by the version.
func oneOfSeveral(ctx context.Context, tx *store.Tx, d Disbursement, action string, behalf access.UserID) (Disbursement,
	error) {
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: action, Subject: string(d.ID), OnBehalfOf: behalf,
		Fields: []string{"approvals"}})
}

// toAuthorise finds a disbursement that waits for its authorisation.
func (dec Decisions) toAuthorise(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	d, err := dec.readDisbursement(ctx, tx, key, true)
	if err != nil {
		return Disbursement{}, err
	}
	if !d.has(ToAuthorise) {
		return Disbursement{}, dec.moved(ctx, tx, d, &StateConflict{State: string(d.State), Want: []string{string(Approved)}})
	}
	return d, nil
}

// stepped moves the state after a step was taken.
func stepped(ctx context.Context, tx *store.Tx, d Disbursement, to State, behalf access.UserID) (Disbursement, error) {
	d.State = to
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: "disbursement." + string(to), Subject: string(d.ID), OnBehalfOf: behalf,
			Fields: []string{"state"}})
}

// step puts the actor down for a duty of the actor's own and moves the state.
func (req Requests) TakeStep(ctx context.Context, tx *store.Tx, d Disbursement, step access.Step,
	to State) (Disbursement, error) {
	if step == access.Release { // the duty is refused before what passes with time
		if err := (Decisions{req}).mayStep(ctx, tx, d, ToRelease, ""); err != nil {
			return Disbursement{}, err
		}
		if err := req.bookable(ctx, tx, d); err != nil {
			return Disbursement{}, err
		}
	}
	if err := req.checkPayeeFor(ctx, tx, d, step); err != nil {
		return Disbursement{}, err
	}
	duty := access.Duty{Subject: string(d.ID), Round: d.Round, Step: step, Payload: d.Payload()}
	if err := RefusedAs(access.Take(ctx, tx, duty)); err != nil {
		return Disbursement{}, err
	}
	return stepped(ctx, tx, d, to, "")
}

// Return gives a submitted disbursement back to its draft; all approvals are void and the next round starts. The reason
// has at least ten letters ([ledger.ErrReasonRequired]).
func (dec Decisions) Return(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return dec.turnDown(ctx, tx, key, reason, Draft)
}

// Reject ends a submitted disbursement, with a reason. An emergency may be refused until somebody approved it, also
// after it was paid.
func (dec Decisions) Reject(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return dec.turnDown(ctx, tx, key, reason, Rejected)
}

// turnDown gives a request back, or ends it, in the name of somebody who did not ask for it
// ([access.ErrMakerCannotApprove]): who did rewrites or cancels.
func (dec Decisions) turnDown(ctx context.Context, tx *store.Tx, key, reason string, to State) (Disbursement, error) {
	if ledger.CheckReason(reason) != nil {
		return Disbursement{}, ledger.ErrReasonRequired
	}
	a := map[State]Action{Draft: ToReturn, Rejected: ToReject, InfoRequested: ToAskInfo}[to]
	d, err := dec.readDisbursement(ctx, tx, key, true)
	if err != nil {
		return Disbursement{}, err
	}
	if to == Rejected && d.Emergency && slices.Contains(paidFirst, d.State) {
		return dec.refuseAfter(ctx, tx, d, reason)
	}
	if err := d.among(a.states()); err != nil {
		return Disbursement{}, err
	}
	if to == Draft && d.Entry != "" {
		return Disbursement{}, ErrBooked
	}
	if err := dec.mayStep(ctx, tx, d, a, ""); err != nil {
		return Disbursement{}, err
	}
	if err := notReserved(ctx, tx, d.ID); err != nil {
		return Disbursement{}, err
	}
	action := "disbursement." + string(to)
	if to == Draft {
		d.Round++
		action = "disbursement.returned"
	}
	if to != InfoRequested {
		d.EmergencySlot = ""
	}
	return moveOn(ctx, tx, d, change{to: to, action: action, reason: reason})
}

// authorised makes sure that exactly this was authorised: what is paid out is what people decided on, whoever had the
// database in hands meanwhile. [access.ErrNoRequest].
func CheckAuthorised(ctx context.Context, tx *store.Tx, d Disbursement) error {
	duties, err := access.DutiesOn(ctx, tx, string(d.ID), d.Round)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(duties,
		func(t access.Duty) bool { return t.Step == access.Authorise && t.Payload == d.Payload() }) {
		return access.ErrNoRequest
	}
	return nil
}

// Disbursement finds a disbursement by id or number. [ErrUnknownDisbursement].
func (req Requests) Disbursement(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	return req.readDisbursement(ctx, tx, key, false)
}

// inState finds a disbursement that is in one of the states. [StateConflict] otherwise.
func (req Requests) InState(ctx context.Context, tx *store.Tx, key string, states ...State) (Disbursement, error) {
	d, err := req.Disbursement(ctx, tx, key)
	if err == nil {
		err = d.among(states)
	}
	return d, err
}

// heldIn is inState for whoever decides on a disbursement: they take turns from here, so that a crowd queues before
// anybody is put down for a duty, and who comes later sees what the one before did. It is taken before funds are.
// What settles and what the bank proves take funds first, and only of what is decided.
func (req Requests) LockedIn(ctx context.Context, tx *store.Tx, key string, states ...State) (Disbursement, error) {
	d, err := req.readDisbursement(ctx, tx, key, true)
	if err == nil {
		err = d.among(states)
	}
	return d, err
}

// among wants one of the states. [StateConflict].
func (d Disbursement) among(states []State) error {
	if slices.Contains(states, d.State) {
		return nil
	}
	want := make([]string, len(states))
	for i, s := range states {
		want[i] = string(s)
	}
	return &StateConflict{State: string(d.State), Want: want}
}
