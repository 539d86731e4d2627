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
	Strictest          = strictest
)

// Fits is fits.
func (n Need) Fits(step access.Step, roles []access.Role) bool { return n.fits(step, roles) }

// Waits is waits.
func (p Policy) Waits(d Disbursement, far Progress, today ledger.Date) Waiting {
	return p.waits(d, far, today)
}
