// Package books is the API of the ledger: accounts, funds, entries, periods, imports, evidence, reports and proof. Each
// file has the routes of a resource, its requests and its answers; problems.go says what a client is told about the
// errors of the ledger. A handler holds no rule of bookkeeping: it calls package ledger.
package books
