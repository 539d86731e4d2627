// Package payees keeps who may be paid: payees by code, their sealed bank details, who entered and who verified them,
// and with which version of them something was asked for.
//
// Bank details are paid to once another person has verified them and [CoolOff] has passed. What is asked for binds the
// version of that day: details that are entered later void it.
package payees

import "supportledger/access/vault"

// Register keeps the payees. It holds no state of its own.
type Register struct {
	Vault *vault.Vault // of the bank details; nil refuses to keep or open any
}
