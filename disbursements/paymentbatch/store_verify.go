package paymentbatch

import (
	"context"
	"fmt"

	"supportledger/disbursements/banking"
	"supportledger/proof"
	"supportledger/store"
)

// bound are the states in which a batch is bound to what somebody locked.
const bound = "('locked', 'released', 'exported', 'reconciled', 'closed')"

// Verify holds payment batches against their locks: what a batch pays to whom is still what its hash says, one
// person locked that, another released it, and the payments are those of its items, to the bank details that they
// were asked for with.
func (bat Batches) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) (batches int64, err error) {
	var rows []batchRow
	if err := tx.NewSelect().Model(&rows).Where("state IN " + bound).Order("number").Scan(ctx); err != nil {
		return 0, err
	}
	for _, r := range rows {
		b, err := r.batch()
		if err != nil {
			return batches, err
		}
		batches++
		if err := verifyLock(ctx, tx, out, b); err != nil {
			return batches, err
		}
	}
	for _, step := range []func(context.Context, *store.Tx, *proof.Findings) error{verifyReleases, verifyItems,
		bat.Payments.Verify} {
		if err := step(ctx, tx, out); err != nil {
			return batches, err
		}
	}
	return batches, nil
}

// verifyLock computes a lock anew.
func verifyLock(ctx context.Context, tx *store.Tx, out *proof.Findings, b Batch) error {
	own, err := banking.FindOwnAccount(ctx, tx, b.Account, b.OwnVersion)
	if err != nil {
		out.Add("approval", "payment batch "+b.Number, "the account of ours that it was locked with is not on record")
		return nil //nolint:nilerr // that is the finding
	}
	again := b
	if err := again.seal(ctx, tx, own); err != nil {
		return err
	}
	if again.Hash != b.Hash || again.Count != b.Count || again.Total.Cmp(b.Total) != 0 {
		out.Add("approval", "payment batch "+b.Number, "it does not pay what was locked: it was changed since")
	}
	return nil
}

// verifyReleases wants what left to be released by somebody, for exactly the locked hash.
func verifyReleases(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	const text = `SELECT b.number, b.state, (SELECT COUNT(*) FROM duties AS r WHERE r.subject = b.id AND r.round = b.round
			AND r.step = 'release' AND r.payload = b.lock_hash AND r.user_id = b.released_by)
		FROM payment_batches AS b WHERE b.state IN ` + bound
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var number string
		var state BatchState
		var released int
		if err := rows.Scan(&number, &state, &released); err != nil {
			return err
		}
		if state != BatchLocked && released == 0 {
			out.Add("approval", "payment batch "+number, "it is %s and nobody released what was locked", state)
		}
		return nil
	})
}

// verifyItems wants every payment of a batch that left to be that of its item: of the same disbursement, amount,
// number and account, to the version of the bank details that the disbursement, or the payment made again, was asked
// for with, and decided on as it was put in.
func verifyItems(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	const text = `SELECT b.number, i.number,
			p.id IS NULL OR p.disbursement_id <> i.disbursement_id OR p.amount <> i.amount OR p.number <> i.number
				OR p.account <> b.account OR p.currency <> b.currency,
			d.payload <> i.payload OR d.amount <> i.amount,
			NOT EXISTS (SELECT 1 FROM payee_bindings AS k WHERE k.payee_id = i.payee_id AND k.version = i.details
				AND k.subject = CASE WHEN p.reissue_of IS NULL THEN d.id ELSE p.id END
					AND k.round = CASE WHEN p.reissue_of IS NULL THEN d.round ELSE 1 END)
		FROM payment_batch_items AS i JOIN payment_batches AS b ON b.id = i.batch_id JOIN disbursements AS d
			ON d.id = i.disbursement_id
		LEFT JOIN payments AS p ON p.id = i.payment_id
		WHERE i.live AND b.state IN ('released', 'exported', 'reconciled', 'closed')`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var batch, number string
		var other, undecided, unbound bool
		if err := rows.Scan(&batch, &number, &other, &undecided, &unbound); err != nil {
			return err
		}
		place := fmt.Sprintf("payment %s of batch %s", number, batch)
		if other {
			out.Add("approval", place, "it is not the payment that was put into the batch")
		}
		if undecided {
			out.Add("approval", place, "its disbursement does not say what was put into the batch")
		}
		if unbound {
			out.Add("approval", place, "it goes to other bank details than it was asked for with")
		}
		return nil
	})
}
