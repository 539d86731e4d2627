// Package disbursements is support given: requests, decisions on them, and how they become cost. Money that is not
// cost yet is package advances.
//
// A [Disbursement] is support given: the obligation with its approvals. One person asks for it, others approve as the
// policy wants, a third authorises, a fourth releases the payment; the split over funds is fixed when it is
// submitted, and each decision binds the SHA-256 of exactly what was asked for:
//
//	DRAFT → SUBMITTED → APPROVED → AUTHORISED → RELEASED → PAID → EVIDENCED → VERIFIED
//	           ├→ DRAFT (returned: the next round starts)   (by a partner, a retainer, a float: AUTHORISED → EVIDENCED)
//	           ├→ INFO_REQUESTED
//	           └→ REJECTED
//
// Only a [banking.BankLine] proves a [banking.Payment]. Many payments leave in a [banking.Batch], which one person
// locks and another releases.
//
// Settling it posts the cost with its release of deferred income, and relieves what the plan had committed, in one tx.
package disbursements
