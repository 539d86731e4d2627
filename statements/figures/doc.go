// Package figures is a statement as a value: every figure that is printed, and no page.
//
// [GrantStatement] is the financial statement of one grant, [FundStatement] that of a donor's gifts or of a whole fund;
// both are a [Value]. Who collects one fills what the books say, Total derives the rest, and Foots checks that all of
// it adds up. JSON writes it in the form that is kept and hashed ([View], [FundView]), and [Decode] reads it back.
//
// # The one equation
//
// A grant statement hangs on
//
//	opening + received + interest − spent − refunded = closing
//
// in the currency of the grant, and on closing being somewhere: in a bank, with a partner, prepaid to a lawyer, less
// what is still owed. The left side comes from what happened, the right side from where the money is, and
// [GrantStatement.Foots] refuses a statement in which the two do not meet to the last minor unit. For grant G1 of the
// worked scenarios at 30 June 2026:
//
//	received 20,000.00 − spent 4,318.89 = 15,681.11 = bank 15,601.46 + at the partner 79.65 (18,000 NGN)
//
// # Two currencies
//
// The books are kept in the base currency; a grant reports in its own. Where the two differ, each cost was converted
// and rounded by itself at the rate of the receipt that paid for it (RULES 13), and a line of the statement is the sum
// of these rounded amounts, never a total converted afterwards (RULES 17). What lies in the bank is stated in base
// currency, and the øre that rounding leaves between the two sides are a line of their own: [GrantStatement.Rounding].
//
// # What is not in it
//
// Nobody. A statement knows cost categories and the funder's budget lines; it has no field for a beneficiary, a plan or
// a payee.
package figures
