// Package disbursements moves money: to partners abroad, between our own accounts, and as support given.
//
// Money sent to a [Partner] is not spent yet. A [Transfer] makes it an advance, one lot per fund at the rate of the day
// (RULES 27); it becomes cost when the partner reports evidence, at the lot's rate and never at a table's (RULES 28).
//
// A [Disbursement] is support given: the obligation with its approvals. One person asks for it, a second approves, a third
// authorises; the split over funds is fixed when it is submitted, and each decision binds the SHA-256 of exactly what was
// asked for:
//
//	DRAFT → SUBMITTED → APPROVED → AUTHORISED → EVIDENCED
//	           └→ DRAFT (returned: the next round starts)   └→ REJECTED
//
// Settling it posts the cost with its release of deferred income, and relieves what the plan had committed, in one tx.
package disbursements
