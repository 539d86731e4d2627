// Package payments is the API of money that moves: partners, disbursements and their approval, payees, batches and
// what the bank reports. Each file has the routes of a resource, its requests and its answers; problems.go says what
// a client is told about the errors of package disbursements.
package payments
