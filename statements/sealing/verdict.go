package sealing

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"supportledger/statements/page"
)

// Verdict is what a file is that somebody holds.
type Verdict string

// The verdicts.
const (
	Genuine     Verdict = "issued"
	LockedCopy  Verdict = "locked_copy" // of a genuine one that stands
	WasReplaced Verdict = "replaced"
	Withdrawn   Verdict = "withdrawn"
	IsUnsealed  Verdict = Verdict(page.Unsealed) // a draft, or not sealed yet
	WasAltered  Verdict = "altered"
	OtherKey    Verdict = "other_key" // of another organisation, or of a key that we do not use any more
	NoStatement Verdict = Verdict(page.NoStatement)

	// IsLocked is no last word: a file that opens with a passphrase, where nothing tells which copies we sent.
	IsLocked Verdict = Verdict(page.Locked)
)

// Judge is the verdict on a file that is none that we sealed or locked, by its form and the key that it names. Ours is
// the key that signs now.
func Judge(form page.Form, signer, ours string) Verdict {
	switch {
	case form == page.Unsealed:
		return IsUnsealed
	case form == page.Sealed && signer != "" && ours != "" && signer != ours:
		return OtherKey
	case form == page.Sealed:
		return WasAltered
	}
	return NoStatement // a locked file that is none of the copies that we sent is not ours either
}

// The statuses of a statement in the register.
const (
	StatusCurrent   = "current"
	StatusReplaced  = "replaced"
	StatusWithdrawn = "withdrawn"
)

// Judged is the verdict on a file that we made, by what became of its statement since.
func Judged(status string, locked bool) Verdict {
	switch {
	case status == StatusReplaced:
		return WasReplaced
	case status == StatusWithdrawn:
		return Withdrawn
	case locked:
		return LockedCopy
	}
	return Genuine
}

// Row is a line of the register: a statement that was issued, or a locked copy of one.
type Row struct {
	Number  string
	Version int
	Code    string
	Status  string // as above
	Hash    string // SHA-256 of the file; "" before sealing
	Locked  bool
}

var registerHead = []string{"number", "version", "code", "status", "document_sha256", "locked_copy"}

// errRegister is a file that is no register of statements.
var errRegister = errors.New("sealing: this is no register of statements")

// Register is what became of the statements that were issued, without money and names.
type Register []Row

// Write writes the register as CSV.
func (r Register) Write(w io.Writer) error {
	rows := make([][]string, 0, len(r)+1)
	rows = append(rows, registerHead)
	for _, s := range r {
		locked := ""
		if s.Locked {
			locked = "yes"
		}
		rows = append(rows, []string{s.Number, strconv.Itoa(s.Version), s.Code, s.Status, s.Hash, locked})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// ReadRegister reads what Write wrote.
func ReadRegister(from io.Reader) (Register, error) {
	rows, err := csv.NewReader(from).ReadAll()
	if err != nil {
		return nil, errors.Join(errRegister, err)
	}
	var out Register
	for i, r := range rows {
		if len(r) != len(registerHead) {
			return nil, errRegister
		}
		if i == 0 {
			continue
		}
		version, err := strconv.Atoi(r[1])
		if err != nil {
			return nil, errors.Join(errRegister, err)
		}
		out = append(out, Row{Number: r[0], Version: version, Code: r[2], Status: r[3], Hash: r[4], Locked: r[5] != ""})
	}
	return out, nil
}

// Find is the line of a statement by its code, or of a file by its hash.
func (r Register) Find(is func(Row) bool) (Row, bool) {
	for _, row := range r {
		if is(row) {
			return row, true
		}
	}
	return Row{}, false
}

// Newest is the version of a number that stands; 0 for none.
func (r Register) Newest(number string) int {
	row, _ := r.Find(func(row Row) bool { return row.Number == number && row.Status == StatusCurrent })
	return row.Version
}
