// Package banking pays what was authorised and holds it against what the bank says.
//
// A [Payment] is one attempt to pay a disbursement. Many leave in a batch (package paymentbatch). Only a [BankLine]
// proves a payment: recorded by hand, or read from the bank's file by a [BankImport], and matched by a person, or by
// [Lines.ConfirmSure] where nothing is in doubt.
package banking

import "supportledger/disbursements"

// Payments plans payments of disbursements, and moves them on. Like the other types here it holds no state of its own.
type Payments struct{ Requests disbursements.Requests }

// Lines keeps what the bank says and books what it proves.
type Lines struct{ Payments Payments }
