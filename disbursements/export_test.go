package disbursements

import (
	"supportledger/access"
	"supportledger/ledger"
)

// What the tests of this folder see of the inside: they are of another package, since they use package banking, too.

var (
	ApprovalsNeeded    = approvalsNeeded
	CountProgress      = progress
	Hundred            = hundred
	InsertDisbursement = insertDisbursement
	NeedsText          = needsText
	ParseNeeds         = parseNeeds
	Strictest          = strictest
	TransferEntry      = Transfer.entry
)

// Fits is fits.
func (n Need) Fits(step access.Step, roles []access.Role) bool { return n.fits(step, roles) }

// Waits is waits.
func (p Policy) Waits(d Disbursement, far Progress, today ledger.Date) Waiting {
	return p.waits(d, far, today)
}

// TransferWhole is what a transfer comes to before it is split.
func TransferWhole(t Transfer, base ledger.Currency) (net, advance, fees ledger.Money, err error) {
	whole, err := t.amounts(base)
	return whole.net, whole.advance, whole.fees, err
}
