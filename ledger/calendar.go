package ledger

import (
	"context"

	"supportledger/store"
)

// calendar is what posting entries needs to know of the months: the state of those they are dated in ("" for a month
// that the books do not know yet), and the last closed one.
type calendar struct {
	states     map[string]PeriodState
	lastClosed string
}

// financeRoles may post into a soft-closed month.
var financeRoles = []string{"finance_officer", "treasurer"}

// admits makes sure that an actor may post into a month. A month that the books do not know yet opens by its first
// entry, unless a later one is closed already.
func (c calendar) admits(ctx context.Context, tx *store.Tx, month string, by store.Actor) error {
	state, after := c.states[month], month
	switch {
	case state == MonthClosed, state == "" && month < c.lastClosed:
		after = c.lastClosed
	case state == MonthSoftClosed && !isFinance(by):
	default:
		return nil
	}
	periods, err := readPeriods(ctx, tx, store.Keyset{})
	if err != nil {
		return err
	}
	return &PeriodClosed{month, firstOpen(periods, after)}
}
