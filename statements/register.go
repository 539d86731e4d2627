package statements

import (
	"context"
	"strings"
	"supportledger/statements/sealing"
	"supportledger/store"
)

// Status is what became of an issued statement, as the register says it; "" for one that was not issued.
func (s State) Status() string { return statuses[s] }

var statuses = map[State]string{Issued: sealing.StatusCurrent, Sent: sealing.StatusCurrent,
	Superseded: sealing.StatusReplaced, Withdrawn: sealing.StatusWithdrawn}

// Register is what became of every issued statement and of the locked copies that were made of it.
func Register(ctx context.Context, tx *store.Tx) (sealing.Register, error) {
	all, err := readStatements(ctx, tx, store.Keyset{})
	if err != nil {
		return nil, err
	}
	copies, err := readLockedCopies(ctx, tx)
	var register sealing.Register
	for _, s := range all {
		if s.Code == "" {
			continue
		}
		row := sealing.Row{Number: s.Number, Version: s.Version, Code: s.Code, Status: s.State.Status(), Hash: s.Document}
		register = append(register, row)
		for _, hash := range copies[s.ID] {
			row.Hash, row.Locked = hash, true
			register = append(register, row)
		}
	}
	return register, err
}

// OfFile is the statement that a file is, by the file's SHA-256 in hex, and whether the file is a locked copy of it.
// [ErrUnknownStatement].
func OfFile(ctx context.Context, tx *store.Tx, hash string) (s Statement, locked bool, err error) {
	return readOfFile(ctx, tx, strings.ToLower(hash))
}
