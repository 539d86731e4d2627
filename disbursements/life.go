package disbursements

import (
	"context"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/disbursements/safeguards"
	"supportledger/ledger"
	"supportledger/store"
)

// AskInfo sends a submitted disbursement back with a question: SUBMITTED to INFO_REQUESTED. What was approved so far
// stands if it is answered without a change. The reason has at least ten letters.
func (dec Decisions) AskInfo(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return dec.turnDown(ctx, tx, key, reason, InfoRequested)
}

// Hold stops an authorised disbursement before it is paid: AUTHORISED to ON_HOLD, with a reason.
func (dec Decisions) Hold(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return dec.move(ctx, tx, key, Authorised, change{to: OnHold, action: "disbursement.held", reason: reason})
}

// Resume lets a disbursement that was held go on: ON_HOLD to AUTHORISED, with a reason.
func (dec Decisions) Resume(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	return dec.move(ctx, tx, key, OnHold, change{to: Authorised, action: "disbursement.resumed", reason: reason})
}

// change is a state that a disbursement gets, the action it is recorded as, and the reason for it.
type change struct {
	to             State
	action, reason string
}

// move changes the state of a disbursement that is in another one, for a reason.
func (dec Decisions) move(ctx context.Context, tx *store.Tx, key string, from State, c change) (Disbursement, error) {
	d, err := dec.LockedIn(ctx, tx, key, from)
	if err != nil {
		return Disbursement{}, err
	}
	if ledger.CheckReason(c.reason) != nil {
		return Disbursement{}, ledger.ErrReasonRequired
	}
	if err := safeguards.Refuse(ctx, tx, d.guarded()); c.to == Authorised && err != nil {
		return Disbursement{}, err
	}
	return moveOn(ctx, tx, d, c)
}

// Cancel ends a disbursement before it is released, with a reason: by who wrote it, or who leads
// ([access.ErrForbidden]). What was booked for it is reversed on the first open day, and its commitment stands again.
func (req Requests) Cancel(ctx context.Context, tx *store.Tx, key, reason string) (Disbursement, error) {
	d, err := req.LockedIn(ctx, tx, key, ToCancel.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if ledger.CheckReason(reason) != nil {
		return Disbursement{}, ledger.ErrReasonRequired
	}
	if string(d.CreatedBy) != tx.By.User && string(d.WrittenBy) != tx.By.User && !leads(tx.By) {
		return Disbursement{}, access.ErrForbidden
	}
	return req.callOff(ctx, tx, d, reason)
}

// callOff ends what no money left for.
func (req Requests) callOff(ctx context.Context, tx *store.Tx, d Disbursement, reason string) (Disbursement, error) {
	if d.Entry != "" {
		original, r, err := req.ToReverse(ctx, tx, ledger.Reversal{Entry: string(d.Entry), Reason: reason})
		if err != nil {
			return Disbursement{}, err
		}
		if _, err := req.ReverseInvoice(ctx, tx, original, r); err != nil { // nothing else is booked before it is paid
			return Disbursement{}, err
		}
		return req.Disbursement(ctx, tx, string(d.ID)) // the reversal cancelled it
	}
	d.EmergencySlot = ""
	return moveOn(ctx, tx, d, change{to: Cancelled, action: "disbursement.cancelled", reason: reason})
}

func moveOn(ctx context.Context, tx *store.Tx, d Disbursement, c change) (Disbursement, error) {
	d.State = c.to
	if err := Save(ctx, tx, &d); err != nil {
		return Disbursement{}, err
	}
	return d, access.Record(ctx, tx,
		access.Event{Action: c.action, Subject: string(d.ID), Fields: []string{"state"}, Reason: c.reason})
}

// Disallow marks what an auditor or grantor does not accept: EVIDENCED or VERIFIED to DISALLOWED, naming the finding
// of one of the grants that paid. The money is taken off the grant by the finding's own disallowance (RULES 59).
// [grants.ErrUnknownFinding].
func (set Settlements) Disallow(ctx context.Context, tx *store.Tx, key, finding, reason string) (Disbursement, error) {
	d, err := set.LockedIn(ctx, tx, key, ToDisallow.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if ledger.CheckReason(reason) != nil {
		return Disbursement{}, ledger.ErrReasonRequired
	}
	found, err := set.hasFinding(ctx, tx, d, finding)
	if err == nil && !found {
		err = ErrFindingElsewhere
	}
	if err != nil {
		return Disbursement{}, err
	}
	return moveOn(ctx, tx, d, change{to: Disallowed, action: "disbursement.disallowed", reason: finding + ": " + reason})
}

// hasFinding reports whether a finding was raised on one of the grants that paid.
func (set Settlements) hasFinding(ctx context.Context, tx *store.Tx, d Disbursement, number string) (bool, error) {
	for _, fund := range d.Funds() {
		g, granted, err := set.Grants.OfFund(ctx, tx, fund)
		if err != nil || !granted {
			if err != nil {
				return false, err
			}
			continue
		}
		known, err := findingOn(ctx, tx, g.ID, number)
		if err != nil || known {
			return known, err
		}
	}
	return false, nil
}

// Rewrite writes a disbursement anew. Once it was submitted it becomes a draft of the next round, and what was
// approved is void: an approval is of exactly what it says. Who wrote it rewrites it, or who leads
// ([access.ErrForbidden]).
func (req Requests) Rewrite(ctx context.Context, tx *store.Tx, key string, content Disbursement) (Disbursement, error) {
	before, err := req.LockedIn(ctx, tx, key, ToRewrite.states()...)
	if err != nil {
		return Disbursement{}, err
	}
	if string(before.CreatedBy) != tx.By.User && string(before.WrittenBy) != tx.By.User && !leads(tx.By) {
		return Disbursement{}, access.ErrForbidden
	}
	if err := req.prepare(ctx, tx, &content); err != nil {
		return Disbursement{}, err
	}
	if before.State != Draft {
		before.State, before.EmergencySlot = Draft, ""
		before.Round++
		if err := Save(ctx, tx, &before); err != nil {
			return Disbursement{}, err
		}
	}
	content.ID, content.Number, content.State, content.Round, content.Version = before.ID, before.Number, Draft,
		before.Round, before.Version
	content.CreatedBy, content.WrittenBy = before.CreatedBy, access.UserID(tx.By.User)
	if err := rewriteDisbursement(ctx, tx, &content); err != nil {
		return Disbursement{}, err
	}
	if err := access.Record(ctx, tx,
		access.Event{Action: "disbursement.rewritten", Subject: string(content.ID),
			Fields: changed(before, content)}); err != nil {
		return Disbursement{}, err
	}
	return req.Disbursement(ctx, tx, string(content.ID))
}

// changed names the fields of a disbursement that were written anew, never what stands in them.
func changed(before, after Disbursement) []string {
	var names []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"amount", before.Amount.Currency == after.Amount.Currency && before.Amount.Cmp(after.Amount) == 0},
		{"date", before.Date == after.Date}, {"evidence", slices.Equal(before.Evidence, after.Evidence)},
		{"items", slices.EqualFunc(before.Items, after.Items, Item.same)}, {"line", before.Line == after.Line},
		{"paid_by", before.PaidBy == after.PaidBy}, {"payee", before.Payee == after.Payee},
		{"reference", before.Reference == after.Reference},
		{"plan", before.Plan.ID == after.Plan.ID}, {"settlement", before.Settlement == after.Settlement},
		{"shares", sharesText(before.Shares) == sharesText(after.Shares)}, {"text", before.Text == after.Text},
		{"units", before.Units == after.Units},
	} {
		if !f.same {
			names = append(names, f.name)
		}
	}
	return names
}

// Comment is what somebody said about a disbursement.
type Comment struct {
	ID           string
	Disbursement DisbursementID
	Text         string // no person's name
	By           access.UserID
	Handle       string // when read
	At           time.Time
}

// eventCommented is the event of a comment.
const eventCommented = "disbursement.commented"

// Comment adds a comment, in any state.
func (req Requests) Comment(ctx context.Context, tx *store.Tx, key, text string) (Comment, error) {
	d, err := req.Disbursement(ctx, tx, key)
	if err != nil {
		return Comment{}, err
	}
	c := Comment{ID: store.NewID("cmt"), Disbursement: d.ID, Text: text, By: access.UserID(tx.By.User), At: tx.At}
	if err := insertComment(ctx, tx, c); err != nil {
		return Comment{}, err
	}
	return c, access.Record(ctx, tx,
		access.Event{Action: eventCommented, Subject: string(d.ID), Fields: []string{"comments"}})
}

// Moment is one thing that happened to a disbursement.
type Moment struct {
	Event        string // its id
	At           time.Time
	Action       string // "disbursement.approved"
	By           access.UserID
	Handle       string
	OnBehalfOf   access.UserID
	BehalfHandle string
	Fields       []string // names of what changed
	Reason       string
	Comment      string
}

// History tells what happened to a disbursement, oldest first: its audit events, with what was said. Its key is
// [Moment.Event].
func (req Requests) History(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Moment, error) {
	d, err := req.Disbursement(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	events, err := access.ListEvents(ctx, tx, access.EventFilter{Subject: string(d.ID), Page: page})
	if err != nil {
		return nil, err
	}
	var behalf []access.UserID
	var commented []string
	for _, e := range events {
		if e.OnBehalfOf != "" {
			behalf = append(behalf, e.OnBehalfOf)
		}
		if e.Action == eventCommented {
			commented = append(commented, store.FormatTime(e.At))
		}
	}
	handles, err := readHandles(ctx, tx, behalf)
	if err != nil {
		return nil, err
	}
	comments, err := readComments(ctx, tx, d.ID, commented)
	if err != nil {
		return nil, err
	}
	told := make([]Moment, len(events))
	for i, e := range events {
		told[i] = Moment{Event: e.ID, At: e.At, Action: e.Action, By: e.Actor, Handle: e.Handle, OnBehalfOf: e.OnBehalfOf,
			BehalfHandle: handles[e.OnBehalfOf], Fields: e.Fields, Reason: e.Reason}
		if e.Action != eventCommented {
			continue
		}
		if at := slices.IndexFunc(comments, func(c Comment) bool { return c.At.Equal(e.At) && c.By == e.Actor }); at >= 0 {
			told[i].Comment = comments[at].Text // read before Delete clears it
			comments = slices.Delete(comments, at, at+1)
		}
	}
	return told, nil
}

// leads reports whether an actor leads programme or money.
func leads(by store.Actor) bool {
	return has(by, access.ProgrammeLead) || has(by, access.Treasurer)
}

func has(by store.Actor, role access.Role) bool { return slices.Contains(by.Roles, string(role)) }
