package disbursements

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// PolicyID identifies an approval policy.
type PolicyID string

// PolicyState is where an approval policy is in its life.
type PolicyState string

// The states of a policy. A confirmed one is in force from its day until a later confirmed one is.
const (
	PolicyProposed  PolicyState = "proposed"
	PolicyConfirmed PolicyState = "confirmed"
	PolicyRejected  PolicyState = "rejected"
)

// Policy says how many people of which roles a disbursement needs. Two people make one.
type Policy struct {
	ID                  PolicyID
	FromOn              ledger.Date
	State               PolicyState
	Bands               []Band
	EmergencyLimit      ledger.Money // base currency; zero is no emergency path
	EmergencyPerQuarter int          // of one plan
	EmergencyDays       int          // working days until the approval after the payment
	CardLimit           ledger.Money // base currency; the most that leaves without verified bank details; zero is none
	RemindDays          int          // working days until somebody is reminded; twice that, and it is escalated
	Reason              string
	ProposedBy          access.UserID
	ProposedAt          time.Time
}

// Band is a need, and when it holds: of more than an amount, and where it says so only of a fund, of a payee who was
// never paid, or of cash. All bands that fit a disbursement hold for it.
type Band struct {
	Above    ledger.Money // base currency
	Fund     ledger.FundCode
	NewPayee bool
	Cash     bool
	Need     Need
}

// facts are what a policy asks about a disbursement.
type facts struct {
	amount   ledger.Money // the most that it comes to with what went to the same payee or person within thirty days
	known    bool         // the amount is known in base currency
	funds    []ledger.FundCode
	newPayee bool
	cash     bool
}

func (b Band) holds(f facts) bool {
	return (!f.known || b.Above.IsZero() || f.amount.Cmp(b.Above) > 0) &&
		(b.Fund == "" || slices.Contains(f.funds, b.Fund)) &&
		(!b.NewPayee || f.newPayee) && (!b.Cash || f.cash)
}

// needs are what the policy wants of a disbursement.
func (p Policy) needs(f facts) []Need {
	var needs []Need
	for _, b := range p.Bands {
		if b.holds(f) {
			needs = append(needs, b.Need)
		}
	}
	return strictest(needs)
}

// payload is the SHA-256 of exactly what is proposed.
func (p Policy) payload() [sha256.Size]byte {
	parts := []string{string(p.ID), string(p.FromOn), p.EmergencyLimit.String(), p.CardLimit.String(),
		fmt.Sprint(p.EmergencyPerQuarter, p.EmergencyDays, p.RemindDays)}
	for _, b := range p.Bands {
		parts = append(parts, fmt.Sprint(b.Above, b.Fund, b.NewPayee, b.Cash), needsText([]Need{b.Need}))
	}
	return access.PayloadOf(parts...)
}

// check wants every disbursement to need somebody who approves and somebody who authorises, of roles that may.
func (p Policy) check(today ledger.Date) error {
	always := map[access.Step]bool{}
	for _, b := range p.Bands {
		allowed := usualNeeds[0].Roles
		if b.Need.Step == access.Authorise {
			allowed = usualNeeds[1].Roles
		}
		for _, r := range b.Need.Roles {
			if !slices.Contains(allowed, r) {
				return ErrPolicyShape
			}
		}
		if b.Need.People < 1 || len(b.Need.Roles) == 0 || b.Above.Sign() < 0 || p.CardLimit.Sign() < 0 {
			return ErrPolicyShape
		}
		if b.Above.IsZero() && b.Fund == "" && !b.NewPayee && !b.Cash {
			always[b.Need.Step] = true
		}
	}
	if !always[access.Approve] || !always[access.Authorise] || p.FromOn < today {
		return ErrPolicyShape
	}
	return nil
}

// ProposePolicy asks for other bands from a day on, today or later; another person confirms them. [ErrPolicyShape]
// when a disbursement would need nobody, [ledger.ErrReasonRequired].
func (pol Policies) ProposePolicy(ctx context.Context, tx *store.Tx, p Policy) (Policy, error) {
	if ledger.CheckReason(p.Reason) != nil {
		return Policy{}, ledger.ErrReasonRequired
	}
	if err := p.check(ledger.DateOf(tx.At)); err != nil {
		return Policy{}, err
	}
	for i, b := range p.Bands {
		p.Bands[i].Need.Roles = slices.Compact(slices.Sorted(slices.Values(b.Need.Roles))) // as they are read
	}
	p.ID, p.State, p.ProposedBy, p.ProposedAt = PolicyID(store.NewID("apo")), PolicyProposed, access.UserID(tx.By.User),
		tx.At
	if err := insertPolicy(ctx, tx, p); err != nil {
		return Policy{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Request, Payload: p.payload()}); err != nil {
		return Policy{}, err
	}
	return p, access.Record(ctx, tx,
		access.Event{Action: "approval_policy.proposed", Subject: string(p.ID), Fields: []string{"bands", "from_on"},
			Reason: p.Reason})
}

// DecidePolicy confirms or rejects what another person proposed. [ErrUnknownPolicy], [ErrState] once it is decided,
// [access.ErrMakerCannotApprove], [ledger.ErrReasonRequired] to reject.
func (pol Policies) DecidePolicy(ctx context.Context, tx *store.Tx, id PolicyID, confirm bool, reason string) (Policy,
	error) {
	p, err := pol.Policy(ctx, tx, id)
	if err != nil {
		return Policy{}, err
	}
	if p.State != PolicyProposed {
		return Policy{}, &StateConflict{State: string(p.State), Want: []string{string(PolicyProposed)}}
	}
	if !confirm && ledger.CheckReason(reason) != nil {
		return Policy{}, ledger.ErrReasonRequired
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Approve, Payload: p.payload()}); err != nil {
		return Policy{}, err
	}
	p.State = PolicyRejected
	if confirm {
		p.State = PolicyConfirmed
	}
	if err := savePolicyState(ctx, tx, p); err != nil {
		return Policy{}, err
	}
	return p, access.Record(ctx, tx,
		access.Event{Action: "approval_policy." + string(p.State), Subject: string(p.ID), Fields: []string{"state"},
			Reason: reason})
}

// Policy finds an approval policy. [ErrUnknownPolicy].
func (pol Policies) Policy(ctx context.Context, tx *store.Tx, id PolicyID) (Policy, error) {
	found, err := pol.readPolicies(ctx, tx, policyByID(id))
	if err == nil && len(found) == 0 {
		err = ErrUnknownPolicy
	}
	if err != nil {
		return Policy{}, err
	}
	return found[0], nil
}

// Policies lists the approval policies by the day they are in force from, then by when they were proposed.
func (pol Policies) Policies(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Policy, error) {
	return pol.readPolicies(ctx, tx, policiesAfter(page))
}

// Key is where a policy stands in the list of all.
func (p Policy) Key() []string {
	return []string{string(p.FromOn), store.FormatTime(p.ProposedAt), string(p.ID)}
}

// On is the policy in force on a day. There is always one: the first came with the program.
func (pol Policies) On(ctx context.Context, tx *store.Tx, on ledger.Date) (Policy, error) {
	found, err := pol.readPolicies(ctx, tx, policyOfDay(on))
	if err == nil && len(found) == 0 {
		err = ErrUnknownPolicy
	}
	if err != nil {
		return Policy{}, err
	}
	return found[0], nil
}

// applyPolicy writes down what the policy of the day wants of a disbursement that is submitted.
func (req Requests) applyPolicy(ctx context.Context, tx *store.Tx, d *Disbursement) error {
	today := ledger.DateOf(tx.At)
	p, err := req.Policies.On(ctx, tx, today)
	if err != nil {
		return err
	}
	f, err := req.factsOf(ctx, tx, *d)
	if err != nil {
		return err
	}
	d.Policy, d.SubmittedOn = p.ID, today
	if err := withoutRequester(ctx, tx, d, p.needs(f)); err != nil {
		return err
	}
	if worth, known := req.worth(*d); known {
		d.Base = worth
	}
	d.PlanVersion = ""
	if d.OnLine() {
		d.PlanVersion = d.Plan.Current.ID
	}
	return req.takeEmergency(ctx, tx, d, p)
}

// withoutRequester changes needs that nobody but the requester could fulfil, as where the only programme lead asks for
// more than casework approves: somebody else of casework approves it, and the treasurer authorises it. What stands on
// no plan is shown to casework where nobody else could approve it.
func withoutRequester(ctx context.Context, tx *store.Tx, d *Disbursement, needs []Need) error {
	colleagues, person, err := readColleagues(ctx, tx)
	if err != nil {
		return err
	}
	s := standing{d: *d, person: person}
	s.d.ToCasework = false
	me := s.personOf(access.UserID(tx.By.User))
	var mine []access.Role
	others := func(n Need, may func(colleague) bool) (count int) {
		for _, c := range colleagues {
			if c.Person != me && c.Person != s.personOf(d.CreatedBy) && c.Person != s.personOf(d.WrittenBy) &&
				n.fits(n.Step, c.Roles) && may(c) {
				count++
			}
		}
		return count
	}
	for _, c := range colleagues {
		if c.Person == me {
			mine = append(mine, c.Roles...)
		}
	}
	anybody := func(colleague) bool { return true }
	out := slices.Clone(needs)
	for i, n := range needs {
		if n.fits(access.Approve, mine) && others(n, anybody) < n.People {
			out[i].Roles = casework
			out = append(out, Need{access.Authorise, 1, []access.Role{access.Treasurer}})
		}
	}
	d.Needs = strictest(out)
	d.ToCasework = d.Plan.ID == "" && slices.ContainsFunc(d.Needs, func(n Need) bool {
		return n.Step == access.Approve && others(n, s.sees) < n.People
	})
	return nil
}

// factsOf are what a policy asks about a disbursement.
func (rules Rules) factsOf(ctx context.Context, tx *store.Tx, d Disbursement) (facts, error) {
	f := facts{funds: d.Funds(), cash: d.Settlement == ByPettyCash}
	f.amount, f.known = rules.worth(d)
	near, err := rules.Nearby(ctx, tx, d)
	if err != nil {
		return facts{}, err
	}
	own := f.amount
	for _, sum := range []ledger.Money{near.Payee, near.Beneficiary} {
		if f.known && sum.Add(own).Cmp(f.amount) > 0 {
			f.amount = sum.Add(own)
		}
	}
	f.newPayee = d.Payee != "" && !near.PaidBefore
	return f, nil
}
