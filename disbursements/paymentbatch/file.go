package paymentbatch

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"iter"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/store"
)

// Target is the file that a batch is written to, as it is made.
type Target struct {
	Format FileFormat
	To     io.Writer
	Report func(done int) // how many payments are in it; nil for nobody
}

// Export makes the file of a released batch for the first time: RELEASED to EXPORTED, and its payments IN_FILE.
// What is kept is its SHA-256; that the bank details of all its payees were opened is noted once. The file is written
// as it is made, so what was written is worth nothing where an error comes back. [ErrBatchChanged], [*iso20022.Fault],
// [vault.ErrErased], [vault.ErrNoVault].
func (bat Batches) Export(ctx context.Context, tx *store.Tx, key string, file Target) (Batch, error) {
	b, err := bat.asLocked(ctx, tx, key, BatchReleased)
	if err != nil {
		return Batch{}, err
	}
	n, err := putInFile(ctx, tx, b.ID)
	if err != nil {
		return Batch{}, err
	}
	if n != b.Count {
		return Batch{}, ErrBatchChanged // one of them failed, or was sent by hand
	}
	b.Format = file.Format
	if b.FileSHA256, err = bat.write(ctx, tx, b, file.To, file.Report); err != nil {
		return Batch{}, err
	}
	b.State, b.ExportedBy, b.ExportedAt = BatchExported, access.UserID(tx.By.User), tx.At
	if err := saveBatch(ctx, tx, &b); err != nil {
		return Batch{}, err
	}
	return b, access.Record(ctx, tx,
		access.Event{Action: "payment_batch.exported", Subject: string(b.ID), Fields: []string{"state", "bank_details"}})
}

// File makes the file of an exported batch again: the same bytes, or [ErrBatchFile].
func (bat Batches) File(ctx context.Context, tx *store.Tx, key string, w io.Writer, report func(done int)) (Batch,
	error) {
	b, err := bat.Batch(ctx, tx, key)
	if err != nil {
		return Batch{}, err
	}
	if b.FileSHA256 == "" {
		return Batch{}, &disbursements.StateConflict{State: string(b.State),
			Want: []string{string(BatchExported), string(BatchReconciled), string(BatchClosed)}}
	}
	again, err := bat.write(ctx, tx, b, w, report)
	if err == nil && again != b.FileSHA256 {
		err = ErrBatchFile
	}
	return b, err
}

// FileName is the name of the batch's file. It says nothing but the number.
func (b Batch) FileName() string {
	if b.Format == CSVFile {
		return b.Number + ".csv"
	}
	return b.Number + ".xml"
}

// write makes the file and gives its SHA-256.
func (bat Batches) write(ctx context.Context, tx *store.Tx, b Batch, w io.Writer, report func(done int)) (string,
	error) {
	own, err := banking.FindOwnAccount(ctx, tx, b.Account, b.OwnVersion)
	if err != nil {
		return "", err
	}
	f := &file{vault: bat.Payments.Requests.People.Vault, ctx: ctx, tx: tx, batch: b, report: report}
	hash := sha256.New()
	to := io.MultiWriter(w, hash)
	if b.Format == CSVFile {
		err = f.csv(to)
	} else {
		err = f.pain(to, own)
	}
	return hex.EncodeToString(hash.Sum(nil)), err
}

// file is a file in the making. It holds five hundred payments at a time.
type file struct {
	vault  *vault.Vault
	ctx    context.Context //nolint:containedctx // for as long as the file is made
	tx     *store.Tx
	batch  Batch
	report func(done int)
	done   int
}

func (f *file) pain(w io.Writer, own banking.OwnAccount) error {
	order := iso20022.Order{ID: f.batch.Number, Created: f.batch.LockedAt, From: iso20022.Party{Name: own.Name}}
	totals, err := readTotals(f.ctx, f.tx, f.batch)
	if err != nil {
		return err
	}
	for _, kind := range banking.PartKinds {
		if totals[kind].Count == 0 {
			continue
		}
		order.Parts = append(order.Parts,
			iso20022.Part{ID: banking.PartName(f.batch.Number, kind), OneSum: f.batch.OneSum, On: f.batch.Date, Kind: kind,
				Charges: payees.ChargesOf(kind, f.batch.Charges), Account: iso20022.Account{IBAN: own.IBAN},
				Currency: f.batch.Currency, BIC: own.BIC,
				Totals: totals[kind], Payments: f.payments(kind)})
	}
	return iso20022.Write(w, order)
}

// payments opens the bank details of the payments of a kind, some at a time.
func (f *file) payments(kind iso20022.Kind) iter.Seq2[iso20022.Payment, error] {
	return func(yield func(iso20022.Payment, error) bool) {
		for after := 0; ; {
			part, err := f.part(kind, after)
			if err != nil {
				yield(iso20022.Payment{}, err)
				return
			}
			if len(part) == 0 {
				return
			}
			for _, p := range part {
				if !yield(p.ForFile(), nil) {
					return
				}
			}
			after = part[len(part)-1].position
		}
	}
}

// placed is a payment that leaves, with its place in the batch.
type placed struct {
	payees.Outgoing
	position int
}

// part reads and opens the next payments.
func (f *file) part(kind iso20022.Kind, after int) ([]placed, error) {
	rows, sealed, err := readOutgoing(f.ctx, f.tx, f.batch, kind, after)
	if err != nil {
		return nil, err
	}
	opened, err := f.vault.OpenAll(f.ctx, f.tx, sealed)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if opened[i].Err != nil {
			return nil, opened[i].Err
		}
		if rows[i].Account, err = payees.ParseAccount(opened[i].Text); err != nil {
			return nil, err
		}
	}
	f.done += len(rows)
	if f.report != nil && len(rows) > 0 {
		f.report(f.done)
	}
	return rows, nil
}

// csv writes a line for each payment, for a bank that takes no pain.001.
func (f *file) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"number", "date", "payee", "account", "bic", "amount", "currency", "text",
		"reference"}); err != nil {
		return err
	}
	for after := 0; ; {
		part, err := f.part("", after)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			break
		}
		for _, o := range part {
			p := o.ForFile()
			if faults := p.Check(); len(faults) > 0 {
				return faults[0]
			}
			if err := out.Write([]string{p.EndToEndID, string(f.batch.Date), p.Payee.Name,
				o.Account.IBAN + o.Account.Number + o.Account.Creditor, o.Account.BIC, p.Amount.String(),
				string(p.Amount.Currency), p.Text, p.Reference.String()}); err != nil {
				return err
			}
		}
		after = part[len(part)-1].position
	}
	out.Flush()
	return out.Error()
}
