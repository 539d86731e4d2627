package disbursements

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// DisbursementID identifies a disbursement. People use its number, such as "D-2026-0001".
type DisbursementID string

// State is where a disbursement is in its life.
type State string

// The states of a disbursement, as far as they are built.
const (
	Draft      State = "draft"
	Submitted  State = "submitted"
	Approved   State = "approved"
	Authorised State = "authorised"
	Evidenced  State = "evidenced"
	Rejected   State = "rejected"
	Cancelled  State = "cancelled"
)

// Disbursement is support given under a plan line, settled by a partner out of its advance.
type Disbursement struct {
	ID        DisbursementID
	Number    string
	Plan      beneficiaries.Plan
	Partner   Partner
	Line      string
	Units     int
	Amount    ledger.Money // in the partner's currency, whatever was planned
	Shares    []beneficiaries.Share
	OwnShares bool // a split of its own instead of the plan's; such cost relieves no commitment (RULES 41)
	Date      ledger.Date
	Text      string
	State     State
	Round     int // of approvals; a return to draft starts the next
	Entry     ledger.EntryID
	Version   int
}

// Payload is the SHA-256 of what is asked for; every decision binds it.
func (d Disbursement) Payload() [sha256.Size]byte {
	return digest(string(d.ID), d.Plan.Number, d.Partner.Code, d.Line, strconv.Itoa(d.Units), d.Amount.String(), string(d.Amount.Currency),
		sharesText(d.Shares), strconv.FormatBool(d.OwnShares), string(d.Date), d.Text)
}

// sharesText writes a split as "G1=60,G2=40".
func sharesText(shares []beneficiaries.Share) string {
	parts := make([]string, len(shares))
	for i, s := range shares {
		parts[i] = fmt.Sprintf("%s=%s", s.Fund, s.Percent)
	}
	return strings.Join(parts, ",")
}

// parseShares reads what sharesText wrote.
func parseShares(text string) ([]beneficiaries.Share, error) {
	var shares []beneficiaries.Share
	for part := range strings.SplitSeq(text, ",") {
		fund, percent, _ := strings.Cut(part, "=")
		p, err := decimal.NewFromString(percent)
		if err != nil {
			return nil, fmt.Errorf("disbursements: stored split %q: %w", text, err)
		}
		shares = append(shares, beneficiaries.Share{Fund: ledger.FundCode(fund), Percent: p})
	}
	return shares, nil
}

// Draft writes a disbursement down. Without a split of its own it takes the plan's.
func (o Office) Draft(ctx context.Context, tx *store.Tx, d Disbursement) (Disbursement, error) {
	if _, err := d.Plan.Current.Line(d.Line); err != nil {
		return Disbursement{}, err
	}
	d.OwnShares = len(d.Shares) > 0
	if !d.OwnShares {
		d.Shares = d.Plan.Current.Shares
	}
	if err := beneficiaries.CheckShares(d.Shares); err != nil {
		return Disbursement{}, err
	}
	for _, s := range d.Shares {
		if _, err := o.Book.Fund(ctx, tx, s.Fund); err != nil {
			return Disbursement{}, err
		}
	}
	year := d.Date.Year()
	n, err := access.Next(ctx, tx, fmt.Sprintf("disbursement-%d", year))
	if err != nil {
		return Disbursement{}, err
	}
	d.ID, d.Number = DisbursementID(store.NewID("dsb")), fmt.Sprintf("D-%d-%04d", year, n)
	d.State, d.Round, d.Version = Draft, 1, 1
	if err := insertDisbursement(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "disbursement.drafted", Subject: string(d.ID)})
}

// Submit asks for approval: DRAFT to SUBMITTED. The plan must be approved ([ErrPlanNotApproved]); its split is fixed here.
func (o Office) Submit(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	d, err := o.inState(ctx, tx, key, Draft)
	if err != nil {
		return Disbursement{}, err
	}
	if d.Plan.State != beneficiaries.PlanActive && d.Plan.State != beneficiaries.PlanApproved {
		return Disbursement{}, ErrPlanNotApproved
	}
	if !d.OwnShares {
		d.Shares = d.Plan.Current.Shares
	}
	return o.step(ctx, tx, d, access.Request, Submitted)
}

// Approve is the second person's word: SUBMITTED to APPROVED.
func (o Office) Approve(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	d, err := o.inState(ctx, tx, key, Submitted)
	if err != nil {
		return Disbursement{}, err
	}
	return o.step(ctx, tx, d, access.Approve, Approved)
}

// Authorise is the third person's word, for finance: APPROVED to AUTHORISED.
func (o Office) Authorise(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	d, err := o.inState(ctx, tx, key, Approved)
	if err != nil {
		return Disbursement{}, err
	}
	return o.step(ctx, tx, d, access.Authorise, Authorised)
}

// step puts the actor down for a duty and moves the state.
func (o Office) step(ctx context.Context, tx *store.Tx, d Disbursement, step access.Step, to State) (Disbursement, error) {
	duty := access.Duty{Subject: string(d.ID), Round: d.Round, Step: step, Payload: d.Payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Disbursement{}, err
	}
	d.State = to
	if err := saveDisbursement(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "disbursement." + string(to), Subject: string(d.ID), Fields: []string{"state"}})
}

// minReason is how many letters a reason has at least.
const minReason = 10

// Return gives a submitted disbursement back to its draft; all approvals are void and the next round starts. The reason
// has at least ten letters ([ErrReasonRequired]).
func (o Office) Return(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return o.turnDown(ctx, tx, key, reason, Draft)
}

// Reject ends a submitted disbursement, with a reason.
func (o Office) Reject(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return o.turnDown(ctx, tx, key, reason, Rejected)
}

func (o Office) turnDown(ctx context.Context, tx *store.Tx, key, reason string, to State) (Disbursement, error) {
	if utf8.RuneCountInString(strings.TrimSpace(reason)) < minReason {
		return Disbursement{}, ErrReasonRequired
	}
	d, err := o.inState(ctx, tx, key, Submitted, Approved)
	if err != nil {
		return Disbursement{}, err
	}
	d.State = to
	if to == Draft {
		d.Round++
	}
	if err := saveDisbursement(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	action := "disbursement.rejected"
	if to == Draft {
		action = "disbursement.returned"
	}
	return d, access.Record(ctx, tx, access.Event{Action: action, Subject: string(d.ID), Fields: []string{"state"}, Reason: reason})
}

// Liquidate settles an authorised disbursement by the partner's evidence: AUTHORISED to EVIDENCED. The advance becomes cost
// at what its lots cost, oldest first, each fund out of its own (RULES 3, 21-23, 28); deferred income is released, and the
// plan's commitment relieved.
func (o Office) Liquidate(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (Disbursement, error) {
	d, err := o.inState(ctx, tx, key, Authorised)
	if err != nil {
		return Disbursement{}, err
	}
	if err := ledger.LockFunds(ctx, tx, beneficiaries.Funds(d.Shares)...); err != nil {
		return Disbursement{}, err
	}
	if d, err = o.inState(ctx, tx, key, Authorised); err != nil { // again: others may have settled units while we waited
		return Disbursement{}, err
	}
	if err := authorised(ctx, tx, d); err != nil {
		return Disbursement{}, err
	}
	entry, err := o.liquidation(ctx, tx, d, on)
	if err != nil {
		return Disbursement{}, err
	}
	posted, err := o.Grants.PostIn(ctx, tx, entry, d.Partner.Country)
	if err != nil {
		return Disbursement{}, err
	}
	if !d.OwnShares {
		s := beneficiaries.Settlement{Line: d.Line, Units: d.Units, By: string(d.ID), On: on, Text: "Relieve commitment: " + d.Text}
		if _, err := o.People.Settle(ctx, tx, d.Plan, s); err != nil {
			return Disbursement{}, err
		}
	}
	d.State, d.Entry = Evidenced, posted.ID
	if err := saveDisbursement(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "disbursement.evidenced", Subject: string(d.ID), Fields: []string{"state"}})
}

// authorised makes sure that exactly this was authorised: what is paid out is what people decided on, whoever had the
// database in hands meanwhile. [access.ErrNoRequest].
func authorised(ctx context.Context, tx *store.Tx, d Disbursement) error {
	duties, err := access.DutiesOn(ctx, tx, string(d.ID), d.Round)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(duties, func(t access.Duty) bool { return t.Step == access.Authorise && t.Payload == d.Payload() }) {
		return access.ErrNoRequest
	}
	return nil
}

// liquidation is the entry that turns an advance into cost: the foreign quantity is split over the funds first, then each
// part is valued by its own lots (RULES 3).
func (o Office) liquidation(ctx context.Context, tx *store.Tx, d Disbursement, on ledger.Date) (ledger.Entry, error) {
	line, err := d.Plan.Current.Line(d.Line)
	if err != nil {
		return ledger.Entry{}, err
	}
	account, err := o.Book.CostAccount(ctx, tx, line.Category)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: on, Act: "liquidation", Source: string(d.ID), Text: d.Text}
	for i, part := range d.Amount.Split(beneficiaries.Weights(d.Shares)) {
		fund := d.Shares[i].Fund
		draws, err := o.Book.Draw(ctx, tx, d.Partner.pool(fund), part, on)
		if err != nil {
			return ledger.Entry{}, err
		}
		cost := ledger.InCurrency(account, fund, part, ledger.Drawn(o.Book.Base, draws)).For(line.Category)
		cost.Plan, cost.Partner = d.Plan.Number, d.Partner.Code
		e.Lines = append(e.Lines, cost)
		for _, draw := range draws {
			advance := ledger.InCurrency(d.Partner.Account, fund, draw.Quantity.Neg(), draw.Cost.Neg()).WithLot(draw.Lot)
			advance.Plan, advance.Partner = d.Plan.Number, d.Partner.Code
			e.Lines = append(e.Lines, advance)
		}
	}
	return e, nil
}

// Disbursement finds a disbursement by id or number. [ErrUnknownDisbursement].
func (o Office) Disbursement(ctx context.Context, tx *store.Tx, key string) (Disbursement, error) {
	return o.readDisbursement(ctx, tx, key)
}

// inState finds a disbursement that is in one of the states. [StateConflict] otherwise.
func (o Office) inState(ctx context.Context, tx *store.Tx, key string, states ...State) (Disbursement, error) {
	d, err := o.Disbursement(ctx, tx, key)
	if err != nil {
		return Disbursement{}, err
	}
	if !slices.Contains(states, d.State) {
		want := make([]string, len(states))
		for i, s := range states {
			want[i] = string(s)
		}
		return Disbursement{}, &StateConflict{string(d.State), want}
	}
	return d, nil
}
