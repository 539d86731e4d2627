// Package statements turns the books of one grant into the page a foundation files.
//
// A statement is a value before it is a page. [GrantStatement] holds every figure that will be printed, and three
// renderings read it without doing sums of their own:
//
//	books ── collect ──▶ GrantStatement ──▶ View (JSON, for scripts and for keeping)
//	                          │        ├──▶ Text (a terminal, and the goldens of the tests)
//	                          ▼        └──▶ PDF  (A4, for the foundation)
//	                        Foots
//
// So a figure cannot differ between page and file, and a statement can be checked, hashed and kept without a printer.
//
// # The one equation
//
// All of a grant statement hangs on
//
//	opening + received + interest − spent − refunded = closing
//
// in the currency of the grant, and on closing being somewhere: in a bank, with a partner, prepaid to a lawyer, less what
// is still owed. The left side comes from what happened, the right side from where the money is, and [GrantStatement.Foots]
// refuses a statement in which the two do not meet to the last minor unit. For grant G1 of the worked scenarios at
// 30 June 2026:
//
//	received 20,000.00 − spent 4,318.89 = 15,681.11 = bank 15,601.46 + at the partner 79.65 (18,000 NGN)
//
// # Two currencies
//
// The books are kept in the base currency; a grant reports in its own. Where the two differ, each cost was converted and
// rounded by itself at the rate of the receipt that paid for it (RULES 13), and a line of the statement is the sum of these
// rounded amounts, never a total converted afterwards (RULES 17). What lies in the bank is stated in base currency, and the
// øre that rounding leaves between the two sides are a line of their own: [GrantStatement.Rounding].
//
// # What is not in it
//
// Nobody. A statement knows cost categories and the funder's budget lines; it has no field for a beneficiary, a plan or a
// payee. Text that the font has no glyph for is refused with the rune named ([ErrNoGlyph]), never printed as a box.
//
// The picture of a first page: render the PDF, then `pdftoppm -r 80 -png -f 1 -l 1 -singlefile statement.pdf statement`.
package statements
