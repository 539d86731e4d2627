// Package paymentbatch gathers payments into files for the bank.
//
// One person locks a [Batch], which fixes what is paid to whom; a person who did nothing on any of its payments
// releases it. It leaves as a file of package iso20022.
package paymentbatch

import "supportledger/disbursements/banking"

// Batches gathers payments. It holds no state of its own.
type Batches struct{ Payments banking.Payments }

// atOnce is how many rows are asked for or written in one statement.
const atOnce = 500
