package banking

import (
	"context"

	"supportledger/proof"
	"supportledger/store"
)

// Verify wants payments to say what was planned, in a file only by a batch that was released, and confirmed
// only by the bank.
func (Payments) Verify(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	q := tx.NewSelect().TableExpr("payments AS p").ColumnExpr("p.*").
		ColumnExpr("p.state = 'in_file' AND NOT EXISTS (SELECT 1 FROM payment_batch_items AS i " +
			"JOIN payment_batches AS b ON b.id = i.batch_id " +
			"WHERE i.payment_id = p.id AND i.live AND b.state IN ('exported', 'reconciled', 'closed')) AS loose").
		ColumnExpr("p.state = 'confirmed' AND COALESCE((SELECT SUM(m.amount) FROM bank_matches AS m " +
			"WHERE m.payment_id = p.id AND m.proves = 'payment' AND NOT m.undone), 0) <> -p.amount AS unproved")
	return store.EachRow(ctx, tx, q, func(r verifiedPayment) error {
		p := r.payment()
		if want := p.Payload(); string(r.Payload) != string(want[:]) {
			out.Add("approval", "payment "+p.Number, "it does not say what was planned: it was changed since")
		}
		if r.Loose {
			out.Add("approval", "payment "+p.Number, "it is in a file of no batch that was exported")
		}
		if r.Unproved {
			out.Add("approval", "payment "+p.Number, "it is confirmed, and the bank's lines do not come to it")
		}
		return nil
	})
}

// verifiedPayment is a payment with what the batches and the bank say of its state.
type verifiedPayment struct {
	paymentRow
	Loose, Unproved bool
}
