package disbursements

import (
	"context"
	"errors"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/complaints"
	"supportledger/disbursements/documents"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/safeguards"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
)

// submittable says what keeps a draft from being submitted, by whom it may be.
func (rules Rules) submittable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if d.OnLine() && !d.planAllows() {
		return ErrPlanNotApproved
	}
	if err := gated(ctx, tx, d, tx.By.User); err != nil {
		return err
	}
	return rules.bookable(ctx, tx, d)
}

// approvable says what keeps a request from being approved, whoever approves.
func (rules Rules) approvable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if d.State != Submitted {
		return nil // an emergency is approved after it was paid
	}
	if err := d.CheckPlan(); err != nil {
		return err
	}
	if err := gated(ctx, tx, d, ""); err != nil {
		return err
	}
	return rules.authorisable(ctx, tx, d)
}

// authorisable says what keeps a request from being authorised, whoever authorises.
func (rules Rules) authorisable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if err := d.CheckPlan(); err != nil {
		return err
	}
	if err := rules.Advances.Payable(ctx, tx, d.Funds()...); err != nil {
		return err
	}
	if err := safeguards.Refuse(ctx, tx, d.guarded()); err != nil {
		return err
	}
	return rules.bookable(ctx, tx, d)
}

// releasable says what keeps money from leaving for it, whoever releases it.
func (rules Rules) releasable(ctx context.Context, tx *store.Tx, d Disbursement) error {
	if err := d.CheckPlan(); err != nil {
		return err
	}
	if err := advances.CheckNotReversed(ctx, tx, rules.Book, d.Entry); err != nil {
		return err
	}
	if err := notReserved(ctx, tx, d.ID); err != nil {
		return err
	}
	if err := rules.bookable(ctx, tx, d); err != nil {
		return err
	}
	if d.PaidBy != payees.ByTransfer {
		return nil
	}
	return payees.CheckBinding(ctx, tx, string(d.ID), d.Round, false)
}

// refusals are what keeps an action from being taken by the rules, and not by a fault.
var refusals = []error{ErrPlanNotApproved, ErrPlanChanged, ErrGated, ErrOutsidePeriod, ErrReserved, ErrEmergency,
	grants.ErrConditionOpen, grants.ErrBudgetExceeded, grants.ErrGrantState, payees.ErrUnverified, payees.ErrCooling,
	payees.ErrChanged, payees.ErrUnbound, payees.ErrUnregistered, payees.ErrOverCardLimit,
	ledger.ErrAlreadyReversed, advances.ErrPrepaidExceeded, access.ErrRelated,
	access.ErrMakerCannotApprove, grants.ErrOutsidePeriod, grants.ErrOutsideCountry, grants.ErrOutsideCategory,
	grants.ErrIneligibleKind, grants.ErrOutsideBudget, grants.ErrOverLine, grants.ErrReportDue, ledger.ErrFundOverdrawn,
	ledger.ErrLotExhausted, ledger.ErrPeriodClosed, ledger.ErrUnknownAccount, advances.ErrState, advances.ErrBankCurrency,
	beneficiaries.ErrUnknownLine, rates.ErrRateMissing, complaints.ErrHeld, documents.ErrUsed}

// refusal reports whether an error is one of the rules'.
func refusal(err error) bool {
	return slices.ContainsFunc(refusals, func(r error) bool { return errors.Is(err, r) })
}

// next is the action that takes a disbursement further; "" where none does.
func (d Disbursement) next() Action {
	for _, a := range []Action{ToSubmit, ToApprove, ToAuthorise, ToRelease, ToLiquidate, ToSettle, ToResume, ToProve} {
		if d.has(a) {
			return a
		}
	}
	return ""
}

// moved adds to a conflict of states which act is due, and who could take it.
func (dec Decisions) moved(ctx context.Context, tx *store.Tx, d Disbursement, conflict error) error {
	var state *StateConflict
	if !errors.As(conflict, &state) || d.next() == "" {
		return conflict
	}
	s, err := dec.standing(ctx, tx, d)
	if err != nil {
		return err
	}
	return &Moved{StateConflict: *state, Next: d.next(), Could: s.could(d.next())}
}
