package disbursements

import (
	"context"
	"slices"

	"supportledger/access"
	"supportledger/disbursements/delegations"
	"supportledger/ledger"
	"supportledger/store"
)

// Waiting is a disbursement that waits for somebody, with what one has to know to decide.
type Waiting struct {
	Disbursement
	For       access.Step   // approve, authorise or release
	Why       string        // approval, authorisation, release, after_payment, refused (after it), question
	Behalf    access.UserID // whose deputy may take the step, where the actor's own roles do not do
	Progress  Progress
	Since     ledger.Date // asked for
	DueOn     ledger.Date // when somebody is reminded; of an emergency, by when it has to be approved
	Escalated bool        // it waits for twice as long
}

// open are the states in which a disbursement waits for a decision.
var open = []State{Submitted, Approved, Authorised, OnHold}

// InboxOf chooses what a list of what waits shows.
type InboxOf struct {
	Mine      bool // what the actor may decide on
	Requested bool // what the actor asked for and others have to decide on, or asked about
	Page      store.Keyset
}

// inboxChunk is how many disbursements are read at once, at most, for a list that shows some of them: which, is found
// out after they were read.
const inboxChunk = 200

// firstChunk is how many rows are read first, since most of them are shown.
func firstChunk(page store.Keyset) int {
	if page.Limit == 0 {
		return inboxChunk
	}
	return min(page.Limit, inboxChunk)
}

// Inbox lists the disbursements that wait, oldest number first.
func (dec Decisions) Inbox(ctx context.Context, tx *store.Tx, of InboxOf) ([]Waiting, error) {
	p, err := dec.Policies.On(ctx, tx, ledger.DateOf(tx.At))
	if err != nil {
		return nil, err
	}
	acting, err := dec.standIns(ctx, tx)
	if err != nil {
		return nil, err
	}
	asked := inboxRead{of: of, policy: p, acting: acting}
	var list []Waiting
	next := of
	for next.Page.Limit = firstChunk(of.Page); ; next.Page.Limit = min(2*next.Page.Limit, inboxChunk) {
		found, err := dec.waitingOnes(ctx, tx, next)
		if err != nil || len(found) == 0 {
			return list, err
		}
		waiting, err := asked.among(ctx, tx, found)
		if err != nil {
			return nil, err
		}
		list = append(list, waiting...)
		if limit := of.Page.Limit; limit > 0 && len(list) >= limit {
			return list[:limit], nil
		}
		if len(found) < next.Page.Limit {
			return list, nil
		}
		next.Page.After = []string{found[len(found)-1].Number}
	}
}

// inboxRead is what an inbox is read with: what it shows, the policy of the day, and in whose roles the actor decides.
type inboxRead struct {
	of     InboxOf
	policy Policy
	acting []standIn
}

// among keeps what an inbox shows of some disbursements.
func (r inboxRead) among(ctx context.Context, tx *store.Tx, found []Disbursement) ([]Waiting, error) {
	given, err := readApprovalsOf(ctx, tx, found, nil)
	if err != nil {
		return nil, err
	}
	bars, err := readBars(ctx, tx, access.UserID(tx.By.User), found)
	if err != nil {
		return nil, err
	}
	var list []Waiting
	for _, d := range found {
		w := r.policy.waits(d, progress(d.Needs, given[d.ID]), ledger.DateOf(tx.At))
		if w.For == "" && d.State != InfoRequested {
			continue
		}
		mine := bars[d.ID] == "" && w.mine(r.acting)
		if r.of.Mine && !mine || r.of.Requested && string(d.CreatedBy) != tx.By.User && string(d.WrittenBy) != tx.By.User {
			continue
		}
		list = append(list, w)
	}
	return list, markRefused(ctx, tx, list)
}

// waits tells what a disbursement waits for.
func (p Policy) waits(d Disbursement, far Progress, today ledger.Date) Waiting {
	w := Waiting{Disbursement: d, Progress: far, Since: d.SubmittedOn}
	switch {
	case d.State == InfoRequested:
		w.Why = "question"
	case d.Emergency && far.Waits(access.Approve) && slices.Contains(paidFirst, d.State):
		w.For, w.Why = access.Approve, "after_payment"
	case d.State == Submitted && d.Emergency:
		w.For, w.Why = access.Authorise, "authorisation"
	case d.State == Submitted:
		w.For, w.Why = access.Approve, "approval"
	case d.State == Approved:
		w.For, w.Why = access.Authorise, "authorisation"
	case d.State == Authorised && (d.Settlement == ByPayment || d.Settlement == ByInvoice):
		w.For, w.Why = access.Release, "release"
	}
	if d.SubmittedOn == "" {
		return w
	}
	days := p.RemindDays
	if w.DueOn = d.SubmittedOn.AddWorkingDays(days); w.Why == "after_payment" {
		w.DueOn, w.Escalated = d.ApproveBy(p), today > d.ApproveBy(p)
		return w
	}
	w.Escalated = today > d.SubmittedOn.AddWorkingDays(2*days)
	return w
}

// standIn is somebody in whose roles the actor may decide: the actor, or somebody away.
type standIn struct {
	user  access.UserID // "" is the actor
	roles []access.Role
}

// standIns are those in whose roles the actor may decide today.
func (dec Decisions) standIns(ctx context.Context, tx *store.Tx) ([]standIn, error) {
	own, _, err := delegations.RolesFor(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	acting := []standIn{{"", own}}
	all, err := delegations.Of(ctx, tx, access.UserID(tx.By.User))
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		if g.To != access.UserID(tx.By.User) || !g.On(ledger.DateOf(tx.At)) {
			continue
		}
		absent, err := access.FindUser(ctx, tx, string(g.From))
		if err != nil {
			return nil, err
		}
		acting = append(acting, standIn{absent.ID, absent.Roles})
	}
	return acting, nil
}

// mine reports whether one of those in whose roles the actor decides is needed, and names the one who is away.
func (w *Waiting) mine(acting []standIn) bool {
	for _, a := range acting {
		fits := w.Progress.wants(w.For, a.roles)
		if w.For == access.Release {
			fits = slices.Contains(a.roles, access.FinanceOfficer) || slices.Contains(a.roles, access.Treasurer)
			fits = fits && a.user == "" // money is handed over in one's own name
		}
		if fits {
			w.Behalf = a.user
			return true
		}
	}
	return false
}
