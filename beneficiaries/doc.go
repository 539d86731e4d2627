// Package beneficiaries keeps the people we support - by code only - and their plans.
//
// A beneficiary is a random code such as B-48213. Nothing in this package's tables can hold who somebody is.
//
// A [Plan] is the support of one beneficiary over years: lines such as tuition or a monthly stipend, each a unit price
// and units that fall due, and the shares in which funds pay. A version is written by one person and approved by
// another.
//
// # Commitments
//
// Approving a year of a plan sets its budget aside: the planned quantity of the year's items, split over the funds,
// each part at the plan's budget rate (RULES 38). In the budgetary book that is
//
//	9100 encumbrances   +8,000.00   (1,800,000 NGN at 225)
//	9900 reserve        -8,000.00
//
// per fund, in the same tx as the check that the grant still has it. When support is given, the commitment is relieved
// by what was planned, at the budget rate, whatever was charged in the end (RULES 39-40); the relief that empties it
// takes the residue. So "budget - spent - open commitments" is always what may still be promised.
package beneficiaries
