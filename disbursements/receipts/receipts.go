// Package receipts says which people are asked whether support arrived: a sample that nobody chooses, the same for
// whoever lists it, drawn from the ids of the disbursements whose cost is proved. Start at [Sample]; what a person
// answers is noted by disbursements.Settlements.VerifyReceipt, and an answer that nothing came opens a complaint.
package receipts

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"supportledger/disbursements"
	"supportledger/store"
)

// chunk is how many disbursements are read at once, at most: which of them are drawn is found by looking.
const chunk = 200

// Sample lists the evidenced disbursements whose receipt is to be verified: about a percentage of all, the same ones
// whoever lists them, since nobody chooses whom to ask. It reads as many as fill the page, by number.
func Sample(ctx context.Context, tx *store.Tx, set disbursements.Settlements, percent int, page store.Keyset) (
	[]disbursements.Disbursement, error) {
	var chosen []disbursements.Disbursement
	next := store.Keyset{After: page.After, Limit: chunk}
	if page.Limit > 0 {
		next.Limit = min(page.Limit, chunk) // most of the first rows are shown
	}
	for ; ; next.Limit = min(2*next.Limit, chunk) {
		found, err := set.List(ctx, tx, disbursements.Filter{State: disbursements.Evidenced, Page: next})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if drawn100(d) < percent {
				chosen = append(chosen, d)
			}
		}
		if page.Limit > 0 && len(chosen) >= page.Limit {
			return chosen[:page.Limit], nil
		}
		if len(found) < next.Limit {
			return chosen, nil
		}
		next.After = []string{found[len(found)-1].Number}
	}
}

// drawn100 is a number from 0 to 99 that nobody chose.
func drawn100(d disbursements.Disbursement) int {
	sum := sha256.Sum256([]byte(d.ID))
	return int(binary.BigEndian.Uint32(sum[:]) % 100)
}
