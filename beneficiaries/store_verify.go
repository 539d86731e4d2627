package beneficiaries

import (
	"context"

	"supportledger/store"
)

// planNumbers lists the numbers of all plans.
func planNumbers(ctx context.Context, tx *store.Tx) ([]string, error) {
	var numbers []string
	err := tx.NewSelect().Model((*planRow)(nil)).Column("number").Order("number").Scan(ctx, &numbers)
	return numbers, err
}
