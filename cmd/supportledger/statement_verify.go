package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/printing"
	"supportledger/statements/sealing"
	"supportledger/store"
)

type verifyStatementCommand struct {
	File       string `arg:"" placeholder:"FILE.pdf" help:"The statement as it was received."`
	Key        string `required:"" placeholder:"FILE" help:"Public key of the organisation, as supportledger proof keygen made it."`
	Checkpoint string `placeholder:"FILE" help:"A checkpoint that you hold: one of the same size must be the same."`
	Register   string `placeholder:"FILE" help:"Register of statements, from supportledger statement register: tells whether it was replaced."`
	JSON       bool   `name:"json" help:"Answer as JSON."`
}

// errNotGenuine ends the command with a failure after its answer was printed.
var errNotGenuine = errors.New("the statement does not stand")

// Run verifies a file offline: no books, no network.
func (v verifyStatementCommand) Run(c console) error {
	pdf, err := os.ReadFile(v.File)
	if err != nil {
		return misuse("%v", err)
	}
	key, err := os.ReadFile(v.Key)
	if err != nil {
		return misuse("--key: %v", err)
	}
	held, err := v.held(string(key))
	if err != nil {
		return err
	}
	register, err := v.register()
	if err != nil {
		return err
	}
	answer, err := sealing.Examine(pdf, string(key), held, register)
	if err != nil {
		return err
	}
	if v.JSON {
		if err := json.NewEncoder(c.out).Encode(answer); err != nil {
			return err
		}
	} else {
		answer.Tell(c.out)
	}
	if !answer.Stands() {
		return errNotGenuine
	}
	return nil
}

// held is the checkpoint that the user holds; nil for none.
func (v verifyStatementCommand) held(key string) (*proof.Checkpoint, error) {
	if v.Checkpoint == "" {
		return nil, nil
	}
	text, err := os.ReadFile(v.Checkpoint)
	if err != nil {
		return nil, misuse("--checkpoint: %v", err)
	}
	held, err := proof.ParseCheckpoint(string(text), key)
	if err != nil {
		return nil, fmt.Errorf("--checkpoint: %w", err)
	}
	return &held, nil
}

// register is the one that was given; nil for none.
func (v verifyStatementCommand) register() (sealing.Register, error) {
	if v.Register == "" {
		return nil, nil
	}
	file, err := os.Open(v.Register)
	if err != nil {
		return nil, misuse("--register: %v", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	register, err := sealing.ReadRegister(file)
	if err != nil {
		return nil, misuse("--register: %v", err)
	}
	return register, nil
}

type registerCommand struct {
	books
	output
}

// Run lists what became of every issued statement, without money and names.
func (r registerCommand) Run(ctx context.Context, c console) error {
	var register sealing.Register
	err := r.view(ctx, func(tx *store.Tx, _ ledger.Book) (err error) {
		register, err = statements.Register(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return r.write(c, register.Write)
}

type receiptCommand struct {
	books
	output
	Gift string `arg:"" placeholder:"GIFT-1" help:"Id or number of the gift."`
	Lang string `enum:"da,en," default:"" placeholder:"da|en" help:"Language: da or en; the donor's own where none is given."`
}

// Run renders the receipt of a gift as PDF.
func (r receiptCommand) Run(ctx context.Context, c console) error {
	if r.Output == "-" && c.outIsTTY {
		return misuse("PDF does not belong on a terminal; add -o FILE.pdf")
	}
	var body []byte
	err := r.view(ctx, func(tx *store.Tx, book ledger.Book) (err error) {
		issuer := statements.Issuer{Book: book, Grants: grants.Register{Book: book}}
		_, body, err = printing.Receipts{Issuer: issuer, Lang: figures.Lang(r.Lang)}.Gift(ctx, tx, r.Gift)
		return err
	})
	if err != nil {
		return err
	}
	return r.write(c, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}
