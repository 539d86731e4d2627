package disbursements

import (
	"context"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
	"supportledger/store"
)

// Gated names the milestones of a plan that hold the money of a disbursement back.
type Gated struct{ Gates []beneficiaries.Gate }

// Milestones lists their codes.
func (e *Gated) Milestones() []string {
	codes := make([]string, len(e.Gates))
	for i, g := range e.Gates {
		codes[i] = g.Milestone.Code
	}
	return slices.Compact(codes)
}

func (e *Gated) Error() string {
	return "disbursements: these milestones of the plan are not met: " + strings.Join(e.Milestones(), ", ")
}

// Unwrap makes errors.Is(err, ErrGated) true.
func (e *Gated) Unwrap() error { return ErrGated }

// gated refuses what settles units of plan lines while milestones hold them back: [ErrGated]. What the requester
// decided about a milestone does not open it for the own request.
func gated(ctx context.Context, tx *store.Tx, d Disbursement, asking string) error {
	if !d.OnLine() {
		return nil
	}
	decisions, err := beneficiaries.DecisionsOn(ctx, tx, d.Plan)
	if err != nil {
		return err
	}
	return d.gated(decisions, asking)
}

// gated is the function of this name with what was decided about the plan's milestones.
func (d Disbursement) gated(decisions beneficiaries.MilestoneDecisions, asking string) error {
	units := map[string]int{d.Line: d.Units}
	if d.Settlement == ByInvoice {
		units = map[string]int{}
		for _, i := range d.Items {
			if i.Line != "" && i.Kind == "" {
				units[i.Line] += i.Units
			}
		}
	}
	var gates []beneficiaries.Gate
	for _, l := range d.Plan.Current.Lines {
		n, asked := units[l.Line]
		if !asked {
			continue
		}
		more, err := decisions.Gates(d.Plan, beneficiaries.Units{Line: l.Line, Count: n}, asking)
		if err != nil {
			return err
		}
		gates = append(gates, more...)
	}
	if len(gates) > 0 {
		return &Gated{gates}
	}
	return nil
}

// checkPayeeFor binds a request to the bank details of its payee as they are, where that is one on record, and lets
// money be released to no others, once they are verified and cooled off. [payees.ErrOtherCreditor].
func (req Requests) checkPayeeFor(ctx context.Context, tx *store.Tx, d Disbursement, step access.Step) error {
	switch {
	case d.PaidBy != payees.ByTransfer:
		return nil
	case step == access.Request:
		if err := req.Payees.CheckReference(ctx, tx, d.Payee, d.Reference); err != nil {
			return err
		}
		return payees.Bind(ctx, tx, string(d.ID), d.Round, d.Payee)
	case step == access.Release:
		return payees.CheckBinding(ctx, tx, string(d.ID), d.Round, true)
	}
	return nil
}
