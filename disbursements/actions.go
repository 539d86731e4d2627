package disbursements

import (
	"cmp"
	"context"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/safeguards"
	"supportledger/store"
)

// Action is something that can be done with a disbursement.
type Action string

// The actions, in the order in which they are shown.
const (
	ToSubmit        Action = "submit"
	ToRewrite       Action = "rewrite"
	ToApprove       Action = "approve"
	ToReturn        Action = "return"
	ToReject        Action = "reject"
	ToAskInfo       Action = "request_info"
	ToAuthorise     Action = "authorise"
	ToHold          Action = "hold"
	ToResume        Action = "resume"
	ToRelease       Action = "release"
	ToLiquidate     Action = "liquidate"
	ToSettle        Action = "settle"
	ToProve         Action = "prove"
	ToVerifyReceipt Action = "verify_receipt"
	ToDisallow      Action = "disallow"
	ToCancel        Action = "cancel"
	ToComment       Action = "comment"
)

// Who may take an action at all: which of them on which disbursement, its policy and its duties say.
var (
	casework = []access.Role{access.Caseworker, access.ProgrammeLead}
	finance  = []access.Role{access.FinanceOfficer, access.Treasurer}
	deciders = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
	holders  = []access.Role{access.ProgrammeLead, access.FinanceOfficer, access.Treasurer}
)

// possible says in which states an action is there, and which roles may take it.
type possible struct {
	action Action
	roles  []access.Role
	states []State
}

// actions are the actions in the order in which they are shown.
var actions = []possible{
	{ToSubmit, casework, []State{Draft, InfoRequested}},
	{ToRewrite, casework, []State{Draft, InfoRequested, Submitted, Approved}},
	{ToApprove, deciders, []State{Submitted}},
	{ToReturn, deciders, []State{Submitted, Approved, Authorised, OnHold}},
	{ToReject, deciders, []State{Submitted, Approved}},
	{ToAskInfo, deciders, []State{Submitted}},
	{ToAuthorise, holders, []State{Submitted, Approved}},
	{ToHold, holders, []State{Authorised}},
	{ToResume, holders, []State{OnHold}},
	{ToRelease, finance, []State{Authorised}},
	{ToLiquidate, finance, []State{Authorised}},
	{ToSettle, finance, []State{Authorised}},
	{ToProve, deciders, []State{Paid, Evidenced}},
	{ToVerifyReceipt, casework, []State{Evidenced}},
	{ToDisallow, []access.Role{access.Treasurer}, []State{Evidenced, Arrived}},
	{ToCancel, deciders, []State{Draft, InfoRequested, Submitted, Approved, Authorised, OnHold}},
	{ToComment, deciders, nil},
}

func (a Action) rule() possible {
	return actions[slices.IndexFunc(actions, func(p possible) bool { return p.action == a })]
}

// Roles are those that may take an action at all.
func (a Action) Roles() []access.Role { return a.rule().roles }

// states are those in which an action is there.
func (a Action) states() []State { return a.rule().states }

// has reports whether an action is there for a disbursement as it stands.
func (d Disbursement) has(a Action) bool {
	if d.Emergency && slices.Contains(paidFirst, d.State) && (a == ToApprove || a == ToReject) {
		return true // it is approved after it is paid, where that was not done
	}
	if states := a.states(); states != nil && !slices.Contains(states, d.State) {
		return false
	}
	switch a {
	case ToAuthorise:
		return d.State == Approved || d.Emergency
	case ToReturn:
		return d.Entry == ""
	case ToRelease:
		return d.leaves()
	case ToLiquidate:
		return d.Settlement == ByPartner
	case ToSettle:
		return d.Settlement != ByPartner && !d.leaves()
	case ToSubmit, ToRewrite, ToApprove, ToReject, ToAskInfo, ToHold, ToResume, ToProve, ToVerifyReceipt, ToDisallow,
		ToCancel, ToComment:
	}
	return true
}

// leaves reports whether money of ours leaves the bank for it.
func (d Disbursement) leaves() bool { return d.Settlement == ByPayment || d.Settlement == ByInvoice }

// Possible is an action that is there for a disbursement: whether the actor may take it, and who else could.
type Possible struct {
	Action Action
	Err    error         // why the actor may not, as the act itself would refuse it; nil: the actor may
	Behalf access.UserID // in whose name, where the actor's own roles do not do; "" in the actor's own
	Others []string      // work names of those who could, besides the actor
}

// Actions tells what may be done next with a disbursement that the actor may know of: by the actor, why not, and by
// whom else. What stands in the way of everybody, such as a budget that is used up, is in the way of the actor as
// well.
func (dec Decisions) Actions(ctx context.Context, tx *store.Tx, d Disbursement) ([]Possible, error) {
	s, err := dec.standing(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	acting, err := dec.standIns(ctx, tx)
	if err != nil {
		return nil, err
	}
	var list []Possible
	for _, rule := range actions {
		after := slices.Contains(paidFirst, d.State) && (rule.action == ToApprove || rule.action == ToReject)
		if !d.has(rule.action) || after && !s.far.Waits(access.Approve) {
			continue
		}
		p := Possible{Action: rule.action}
		p.Behalf, p.Err = s.actor(rule.action, acting)
		block, err := dec.blocks(ctx, tx, d, rule.action)
		if err != nil {
			return nil, err
		}
		if p.Others = s.could(rule.action); block != nil {
			p.Err, p.Others = cmp.Or(p.Err, block), nil
		}
		list = append(list, p)
	}
	return list, nil
}

// blocks is what stands in the way of an action whoever takes it, as the act itself would refuse it; nil for nothing.
func (dec Decisions) blocks(ctx context.Context, tx *store.Tx, d Disbursement, a Action) (block, err error) {
	switch a {
	case ToSubmit:
		block = dec.submittable(ctx, tx, d)
	case ToApprove:
		block = dec.approvable(ctx, tx, d)
	case ToAuthorise:
		block = dec.authorisable(ctx, tx, d)
	case ToRelease:
		block = dec.releasable(ctx, tx, d)
	case ToResume:
		block = safeguards.Refuse(ctx, tx, d.guarded())
	case ToRewrite, ToReturn, ToReject, ToAskInfo, ToHold, ToLiquidate, ToSettle, ToProve, ToVerifyReceipt,
		ToDisallow, ToCancel, ToComment:
	}
	if block != nil && !refusal(block) {
		return nil, block
	}
	return block, nil
}

// stepOf is the duty that an action is; "" for none.
func stepOf(a Action) access.Step {
	switch a {
	case ToApprove:
		return access.Approve
	case ToAuthorise:
		return access.Authorise
	case ToRelease:
		return access.Release
	case ToSubmit, ToRewrite, ToReturn, ToReject, ToAskInfo, ToHold, ToResume, ToLiquidate, ToSettle, ToProve,
		ToVerifyReceipt, ToDisallow, ToCancel, ToComment:
	}
	return ""
}

// sees reports whether a colleague may know of the disbursement.
func (s standing) sees(c colleague) bool {
	by := store.Actor{User: string(c.ID)}
	for _, r := range c.Roles {
		by.Roles = append(by.Roles, string(r))
	}
	return beneficiaries.SeesAll(by) || s.onCase[c.ID] ||
		s.d.Plan.ID == "" && (c.ID == s.d.CreatedBy || s.d.ToCasework && has(by, access.Caseworker))
}
