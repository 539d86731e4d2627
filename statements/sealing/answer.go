package sealing

import (
	"errors"
	"fmt"
	"io"
	"supportledger/proof"
	"supportledger/statements/figures"
)

// Answer is what is known of a file, offline.
type Answer struct {
	Status     Verdict `json:"status"`
	Locked     bool    `json:"locked_copy,omitempty"`
	ReplacedBy int     `json:"replaced_by_version,omitempty"`
	Number     string  `json:"number,omitempty"`
	Version    int     `json:"version,omitempty"`
	Replaces   string  `json:"replaces,omitempty"`
	IssuedAt   string  `json:"issued_at,omitempty"`
	Document   string  `json:"document_sha256,omitempty"`
	Checkpoint string  `json:"checkpoint_at,omitempty"`
	Register   bool    `json:"register_consulted"`
	Why        string  `json:"why,omitempty"`
}

// Stands reports whether the file is one that we made, of a statement that stands as far as is known.
func (a Answer) Stands() bool { return a.Status == Genuine || a.Status == LockedCopy }

// Examine gives the verdict on a file. Held is a checkpoint of the user, nil for none; one of the same size must be the
// same. A register, nil for none, tells what became of the statement, and which locked copies there are.
func Examine(file []byte, publicKey string, held *proof.Checkpoint, register Register) (Answer, error) {
	found, err := Check(file, publicKey)
	var altered *Altered
	if errors.As(err, &altered) {
		return other(file, altered, register), nil
	} else if err != nil {
		return Answer{}, err
	}
	answer := Answer{Status: Genuine, Number: found.Number, Version: found.Version, Replaces: found.Replaces,
		IssuedAt: found.IssuedAt, Document: found.DocumentHash, Checkpoint: found.Checkpoint.At, Register: register != nil}
	if held != nil && held.Size == found.Checkpoint.Size && held.Root != found.Checkpoint.Root {
		return Answer{Status: WasAltered, Why: "its checkpoint is not the one you hold: two trees of one size"}, nil
	}
	if register == nil {
		return answer, nil
	}
	row, known := register.Find(func(r Row) bool { return r.Code == found.Code && !r.Locked })
	if !known {
		answer.Status, answer.Why = WasAltered, "the register does not know it"
		return answer, nil
	}
	return answer.judged(row, register), nil
}

// other is the answer on a file that does not prove itself. The register may know it as a locked copy; one that it does
// not know is none that we sent.
func other(file []byte, a *Altered, register Register) Answer {
	answer := Answer{Status: a.Kind(), Why: a.Why, Register: register != nil}
	if answer.Status != IsLocked || register == nil {
		return answer
	}
	hash := figures.Hash(file)
	row, known := register.Find(func(r Row) bool { return r.Locked && r.Hash == hash })
	if !known {
		answer.Status, answer.Why = NoStatement, "it opens with a passphrase, and is no copy that the register knows"
		return answer
	}
	return Answer{Number: row.Number, Version: row.Version, Document: hash, Register: true}.judged(row, register)
}

// judged is the answer with what became of the statement.
func (a Answer) judged(row Row, register Register) Answer {
	a.Status, a.Locked = Judged(row.Status, row.Locked), row.Locked
	if a.Status == WasReplaced {
		a.ReplacedBy = register.Newest(row.Number)
	}
	return a
}

// Tell writes the answer for people.
func (a Answer) Tell(w io.Writer) {
	if head, not := notGenuine[a.Status]; not {
		fmt.Fprintf(w, "%s: %s\n", head, a.Why)
		return
	}
	what := a.head()
	if a.Locked && a.Status != LockedCopy {
		what = "LOCKED COPY, " + what
	}
	fmt.Fprintf(w, "%s: %s version %d", what, a.Number, a.Version)
	if a.IssuedAt != "" {
		fmt.Fprintf(w, ", issued %s", a.IssuedAt)
	}
	fmt.Fprintln(w)
	if a.Replaces != "" {
		fmt.Fprintf(w, "It replaces %s.\n", a.Replaces)
	}
	if a.Checkpoint != "" {
		fmt.Fprintf(w, "Signed checkpoint of %s; ", a.Checkpoint)
	}
	fmt.Fprintf(w, "SHA-256 of the file %s\n", a.Document)
	if !a.Register {
		fmt.Fprintln(w, "Whether a later version replaces it, only the register or the page behind its code can tell.")
	}
}

// head is the verdict on a file that we made.
func (a Answer) head() string {
	switch {
	case a.Status == WasReplaced && a.ReplacedBy > 0:
		return fmt.Sprintf("UNALTERED, BUT REPLACED BY VERSION %d", a.ReplacedBy)
	case a.Status == WasReplaced:
		return "UNALTERED, BUT REPLACED"
	case a.Status == Withdrawn:
		return "UNALTERED, BUT WITHDRAWN"
	case a.Locked:
		return "LOCKED COPY OF A GENUINE ONE"
	}
	return "ISSUED AND UNALTERED"
}

// notGenuine are the verdicts on what is not, byte by byte, a file that we made.
var notGenuine = map[Verdict]string{WasAltered: "ALTERED", OtherKey: "SIGNED BY ANOTHER KEY",
	IsLocked: "LOCKED", IsUnsealed: "NOT SEALED", NoStatement: "NOT A STATEMENT OF OURS"}
