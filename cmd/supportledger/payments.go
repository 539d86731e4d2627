package main

import (
	"context"
	"fmt"
	"io"

	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

type paymentsCommands struct {
	Release paymentsReleaseCommand `cmd:"" help:"Release a locked payment batch."`
	Export  paymentsExportCommand  `cmd:"" help:"Write the file of a payment batch for the bank."`
	Confirm paymentsConfirmCommand `cmd:"" help:"Confirm payments by the bank's statement."`
}

// paying is what every command about payments takes.
type paying struct {
	books
	vaultFlags
	Token string `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the person of finance who acts, best given in SUPPORTLEDGER_TOKEN."`
}

// act runs an act on payments in one tx, as the person whose token is given, with the name that it has in the API.
func (p paying) act(
	ctx context.Context, name string, fn func(ctx context.Context, tx *store.Tx, payments banking.Payments) error,
) (err error) {
	if p.Token == "" {
		return misuse("this needs to know who acts: put a token of finance into SUPPORTLEDGER_TOKEN")
	}
	vault, err := p.vault(ctx)
	if err != nil {
		return err
	}
	db, err := p.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	if err := claimKeys(ctx, db, vault, nil); err != nil {
		return err
	}
	if ctx, err = actingAs(ctx, db, p.Token, ofFinance(name)); err != nil {
		return err
	}
	return db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		register := grants.Register{Book: book}
		people := beneficiaries.Register{Book: book, Grants: register, Vault: vault}
		return fn(ctx, tx, banking.Payments{Requests: disbursements.New(book, register, people)})
	})
}

type paymentsReleaseCommand struct {
	paying
	Batch string `arg:"" placeholder:"NUMBER" help:"Number of the batch."`
}

// Run releases a batch.
func (p paymentsReleaseCommand) Run(ctx context.Context, c console) error {
	return p.act(ctx, "releasePaymentBatch", func(ctx context.Context, tx *store.Tx, payments banking.Payments) error {
		batches := paymentbatch.Batches{Payments: payments}
		b, err := batches.Batch(ctx, tx, p.Batch)
		if err != nil {
			return err
		}
		bar := c.progress(int64(b.Count), "payments")
		defer bar.End()
		b, err = batches.Release(ctx, tx, p.Batch, func(done int) { bar.At(int64(done)) })
		if err == nil {
			fmt.Fprintf(c.err, "Released %s: %d payments of %s %s.\nNext: supportledger payments export %s -o %s.xml\n",
				b.Number, b.Count, b.Total, b.Currency, b.Number, b.Number)
		}
		return err
	})
}

type paymentsExportCommand struct {
	paying
	output
	Batch  string `arg:"" placeholder:"NUMBER" help:"Number of the batch."`
	Format string `enum:"pain.001,csv" default:"pain.001" placeholder:"pain.001|csv" help:"Format: pain.001 (the default), or csv for a bank without it. An exported batch keeps its own."`
}

// Run writes the file. What it says is fixed by the lock, so that it may be written any number of times.
func (p paymentsExportCommand) Run(ctx context.Context, c console) error {
	return p.write(c, func(w io.Writer) error {
		return p.act(ctx, "exportPaymentBatch", func(ctx context.Context, tx *store.Tx, payments banking.Payments) error {
			batches := paymentbatch.Batches{Payments: payments}
			b, err := batches.Batch(ctx, tx, p.Batch)
			if err != nil {
				return err
			}
			bar := c.progress(int64(b.Count), "payments")
			defer bar.End()
			report := func(done int) { bar.At(int64(done)) }
			if b.State == paymentbatch.BatchReleased {
				b, err = batches.Export(ctx, tx, p.Batch,
					paymentbatch.Target{Format: paymentbatch.FileFormat(p.Format), To: w, Report: report})
			} else {
				b, err = batches.File(ctx, tx, p.Batch, w, report)
			}
			if err == nil {
				fmt.Fprintf(c.err, "%d payments of %s %s; SHA-256 %s\n", b.Count, b.Total, b.Currency, b.FileSHA256)
			}
			return err
		})
	})
}

type paymentsConfirmCommand struct {
	paying
	File    string `arg:"" placeholder:"FILE" help:"The bank's statement."`
	Account string `required:"" placeholder:"NUMBER" help:"Our bank account in the chart of accounts."`
	Profile string `enum:"camt,mt940,danske-erhverv,nordea,lunar,jyske,sydbank,arbejdernes,nykredit,bankdata" default:"camt" placeholder:"NAME" help:"How the file is written, never guessed: camt (the default), mt940, danske-erhverv, nordea, lunar, jyske, sydbank, arbejdernes, nykredit or bankdata."`
}

// maxStatement is the largest statement that is read, in bytes.
const maxStatement = 64 << 20

// Run puts the statement's new lines on record and confirms what they name. A statement that is on record is not read
// again.
func (p paymentsConfirmCommand) Run(ctx context.Context, c console) error {
	content, err := readUpTo(p.File, maxStatement+1)
	if err != nil {
		return err
	}
	if len(content) > maxStatement {
		return misuse("%s is larger than %d MiB", p.File, maxStatement>>20)
	}
	account := ledger.AccountNo(p.Account)
	return p.act(ctx, "commitBankImport", func(ctx context.Context, tx *store.Tx, payments banking.Payments) error {
		lines := banking.Lines{Payments: payments}
		im, err := lines.Upload(ctx, tx, banking.BankFile{
			Account: account, Format: banking.BankFormat(p.Profile), Content: content,
		})
		if err != nil {
			return err
		}
		if im, err = lines.CommitImport(ctx, tx, im.ID); err != nil {
			return err
		}
		bar := c.progress(int64(len(im.Lines)), "payments")
		defer bar.End()
		done, err := lines.ConfirmSure(ctx, tx, account, func(done, _ int) { bar.At(int64(done)) })
		if err == nil {
			fresh, known := im.Count()
			fmt.Fprintf(c.err, "%d lines are new, %d were on record; %d payments are confirmed.\n", fresh, known, done.Payments)
			for _, m := range done.Misfits {
				fmt.Fprintf(c.err, "%s %s %s names %s: %s; it stands in suspense: %t\n", m.Line.ID, m.Line.Date, m.Line.Amount,
					m.Payment.Number, m.Reason, m.Suspended)
			}
		}
		return err
	})
}

// refusedPayments are what payments and the bank's statements refuse; see exitCode.
var refusedPayments = []error{paymentbatch.ErrUnknownBatch, advances.ErrState, paymentbatch.ErrBatchBlocked,
	paymentbatch.ErrBatchChanged, paymentbatch.ErrBatchFile,
	banking.ErrDuplicatePayment, banking.ErrBankFileKnown, banking.ErrNoNewLines, advances.ErrBankCurrency,
	banking.ErrOtherBankAccount,
	disbursements.ErrOutsidePeriod, ledger.ErrUnknownAccount, ledger.ErrAlreadyReversed, iso20022.ErrFile,
	vault.ErrNoVault, vault.ErrErased, vault.ErrKeyMissing}
