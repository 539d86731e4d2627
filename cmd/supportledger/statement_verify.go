package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
)

type verifyStatementCommand struct {
	File       string `arg:"" placeholder:"FILE.pdf" help:"The statement as it was received."`
	Key        string `required:"" placeholder:"FILE" help:"Public key of the organisation, as supportledger proof keygen made it."`
	Checkpoint string `placeholder:"FILE" help:"A checkpoint that you hold: one of the same size must be the same."`
	Register   string `placeholder:"FILE" help:"Register of statements, from supportledger statement register: tells whether it was replaced."`
	JSON       bool   `name:"json" help:"Answer as JSON."`
}

// verified is what the command answers.
type verified struct {
	Status     string `json:"status"` // issued, replaced, withdrawn, or why it is none: see notGenuine
	Number     string `json:"number,omitempty"`
	Version    int    `json:"version,omitempty"`
	Replaces   string `json:"replaces,omitempty"`
	IssuedAt   string `json:"issued_at,omitempty"`
	Document   string `json:"document_sha256,omitempty"`
	Checkpoint string `json:"checkpoint_at,omitempty"`
	Register   bool   `json:"register_consulted"`
	Why        string `json:"why,omitempty"`
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
	answer, err := v.check(pdf, string(key))
	if err != nil {
		return err
	}
	if v.JSON {
		if err := json.NewEncoder(c.out).Encode(answer); err != nil {
			return err
		}
	} else {
		answer.tell(c.out)
	}
	if answer.Status != "issued" {
		return errNotGenuine
	}
	return nil
}

func (v verifyStatementCommand) check(pdf []byte, key string) (verified, error) {
	found, err := statements.Check(pdf, key)
	var altered *statements.Altered
	if errors.As(err, &altered) {
		return verified{Status: string(altered.Kind()), Why: altered.Why}, nil
	} else if err != nil {
		return verified{}, err
	}
	answer := verified{Status: "issued", Number: found.Number, Version: found.Version, Replaces: found.Replaces,
		IssuedAt: found.IssuedAt,
		Document: found.DocumentHash, Checkpoint: found.Checkpoint.At}
	if v.Checkpoint != "" {
		text, err := os.ReadFile(v.Checkpoint)
		if err != nil {
			return verified{}, misuse("--checkpoint: %v", err)
		}
		held, err := proof.ParseCheckpoint(string(text), key)
		if err != nil {
			return verified{}, fmt.Errorf("--checkpoint: %w", err)
		}
		if held.Size == found.Checkpoint.Size && held.Root != found.Checkpoint.Root {
			return verified{Status: "altered", Why: "its checkpoint is not the one you hold: two trees of one size"}, nil
		}
	}
	return v.registered(answer, found)
}

// registered asks a register what became of the statement.
func (v verifyStatementCommand) registered(answer verified, found statements.Proved) (verified, error) {
	if v.Register == "" {
		return answer, nil
	}
	file, err := os.Open(v.Register)
	if err != nil {
		return verified{}, misuse("--register: %v", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return verified{}, misuse("--register: %v", err)
	}
	answer.Register = true
	for _, r := range rows {
		if len(r) == len(registerHead) && r[2] == found.Code {
			if r[3] == "replaced" || r[3] == "withdrawn" {
				answer.Status = r[3]
			}
			return answer, nil
		}
	}
	answer.Status, answer.Why = "altered", "the register does not know it"
	return answer, nil
}

func (a verified) tell(w io.Writer) {
	if head, not := notGenuine[a.Status]; not {
		fmt.Fprintf(w, "%s: %s\n", head, a.Why)
		return
	}
	switch a.Status {
	case "issued":
		fmt.Fprintf(w, "ISSUED AND UNALTERED: %s version %d, issued %s\n", a.Number, a.Version, a.IssuedAt)
	case "replaced":
		fmt.Fprintf(w, "UNALTERED, BUT REPLACED: %s version %d, issued %s\n", a.Number, a.Version, a.IssuedAt)
	case "withdrawn":
		fmt.Fprintf(w, "UNALTERED, BUT WITHDRAWN: %s version %d, issued %s\n", a.Number, a.Version, a.IssuedAt)
	}
	if a.Replaces != "" {
		fmt.Fprintf(w, "It replaces %s.\n", a.Replaces)
	}
	fmt.Fprintf(w, "Signed checkpoint of %s; SHA-256 of the file %s\n", a.Checkpoint, a.Document)
	if !a.Register {
		fmt.Fprintln(w, "Whether a later version replaces it, only the register or the page behind its code can tell.")
	}
}

// notGenuine are the verdicts on what is not, byte by byte, a statement that was issued.
var notGenuine = map[string]string{"altered": "ALTERED", "other_key": "SIGNED BY ANOTHER KEY", "locked": "LOCKED COPY",
	"not_sealed": "NOT SEALED", "not_a_statement": "NOT A STATEMENT OF OURS"}

var registerHead = []string{"number", "version", "code", "status", "document_sha256"}

type registerCommand struct {
	books
	output
}

// Run lists what became of every issued statement, without money and names.
func (r registerCommand) Run(ctx context.Context, c console) error {
	rows := [][]string{registerHead}
	err := r.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		all, err := statements.Office{Book: book, Grants: grants.Register{Book: book}}.Statements(ctx, tx, store.Keyset{})
		for _, s := range all {
			status := map[statements.State]string{statements.Issued: "current", statements.Sent: "current",
				statements.Superseded: "replaced",
				statements.Withdrawn:  "withdrawn"}[s.State]
			if s.Code != "" {
				rows = append(rows, []string{s.Number, strconv.Itoa(s.Version), s.Code, status, s.Document})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.write(c, func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.WriteAll(rows); err != nil {
			return err
		}
		return out.Error()
	})
}
