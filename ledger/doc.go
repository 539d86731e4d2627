// Package ledger keeps the books: accounts, funds, entries, periods, lots and what they add up to.
//
// # Double entry in one page
//
// Every krone is written down twice: where it came from and where it is now. A foundation pays 20,000.00 kr. into our
// bank for a young woman's education:
//
//	bank            +20,000.00   (debit: what we have grew)
//	deferred grant  -20,000.00   (credit: what we owe the foundation, support, grew)
//
// Debit is positive, credit negative, everywhere in this program; a person who reads sees two columns instead. The
// lines of an [Entry] sum to zero in base currency, not only as a whole but inside every [Fund]: money given for
// education never pays for something else by accident. The database checks it again when the entry row seals its lines.
//
// A posted entry is never changed. A mistake is reversed by a second entry and posted anew; both stay readable.
//
// # Foreign money
//
// A line carries its own currency and its cost in base currency. 918,000 NGN at a partner that cost us 4,061.95 DKK are
// a [Lot]. Spending draws lots oldest first at their own rate, and the draw that empties a lot takes its whole
// remaining cost, so no øre is left behind (RULES 19-23). The same arithmetic serves commitments, which hold budget at
// a budget rate, and grants that report in another currency: all are a quantity with a cost.
//
// # Two books
//
// Accounts of type [Budgetary] form a second book: what has been promised under approved plans but not yet spent. Its
// entries balance apart from the actual book and never mix with it.
//
// The numbered rules are in docs/RULES.md; comments cite them as "RULES 22".
package ledger
