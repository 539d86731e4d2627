// Package reports adds up the books for people: trial balance, funds, activities, the general ledger of an account, and
// what is open on commitments, advances and suspense accounts.
//
// Every figure carries the [ledger.Selection] of the lines that it is the sum of, so that whoever doubts a figure can
// read those lines. The reports post nothing and know no request; a span whose Through is 0 reads the books as they
// are.
package reports
