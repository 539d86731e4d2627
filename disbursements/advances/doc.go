// Package advances moves money that is not cost yet: to partners and back, into retainers and floats, and between our
// own accounts.
//
// Money sent to a [Partner] is not spent. A [Transfer] makes it an advance, one lot per fund at the rate of the day
// (RULES 27); it becomes cost when the partner reports evidence, which package disbursements books. A [Prepayment] is
// money that a lawyer or a caseworker holds until it is billed or spent (RULES 51, 52).
package advances

import (
	"context"

	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Register keeps advances over the books.
type Register struct {
	Book   ledger.Book
	Grants grants.Register
	People beneficiaries.Register

	// CardLimit is the most that leaves today without verified bank details.
	CardLimit func(ctx context.Context, tx *store.Tx) (ledger.Money, error)
}
