package statements

import (
	"context"
	"supportledger/ledger"
	"supportledger/store"
)

// FinalIssued reports whether a statement of a grant stands that reaches to a day and has read the books to an entry:
// what the closing of a grant asks (it satisfies grants.Statements).
func (o Office) FinalIssued(ctx context.Context, tx *store.Tx, grant string, to ledger.Date, through int64) (bool,
	error) {
	return finalIssued(ctx, tx, grant, to, through)
}
