// Package disbursements moves money: to partners abroad, between our own accounts, and as support given.
//
// Money sent to a [Partner] is not spent yet. A [Transfer] makes it an advance, one lot per fund at the rate of the day
// (RULES 27); it becomes cost when the partner reports evidence, at the lot's rate and never at a table's (RULES 28).
//
// A [Disbursement] is support given: the obligation with its approvals. One person asks for it, others approve as the
// policy wants, a third authorises, a fourth releases the payment; the split over funds is fixed when it is
// submitted, and each decision binds the SHA-256 of exactly what was asked for:
//
//	DRAFT → SUBMITTED → APPROVED → AUTHORISED → RELEASED → PAID → EVIDENCED → VERIFIED
//	           ├→ DRAFT (returned: the next round starts)      (by a partner, a retainer, a float: AUTHORISED → EVIDENCED)
//	           ├→ INFO_REQUESTED
//	           └→ REJECTED
//
// Only a [banking.BankLine] proves a [banking.Payment]. Many payments leave in a [banking.Batch], which one person
// locks and another releases.
//
// Settling it posts the cost with its release of deferred income, and relieves what the plan had committed, in one tx.
package disbursements
