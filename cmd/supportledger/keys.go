package main

import (
	"context"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// claimKeys holds the keys of a command against the books, before anything is sealed under them: the first ones become
// theirs, and others are refused.
func claimKeys(ctx context.Context, db *store.DB, people *vault.Vault, documents *evidence.Archive) error {
	return db.Update(ctx, func(tx *store.Tx) error {
		if err := people.Claim(ctx, tx); err != nil {
			return keyed("--vault-key", "", err)
		}
		if err := documents.Claim(ctx, tx); err != nil {
			return keyed("--evidence-key", "", err)
		}
		return nil
	})
}

// refusedKey is a key that does not belong to the books, or is older than they are.
type refusedKey struct {
	flag, file string
	error
}

func (r *refusedKey) Error() string {
	at := r.flag
	if r.file != "" {
		at += " " + r.file
	}
	switch {
	case errors.Is(r.error, access.ErrForeignKey):
		return at + ": this key belongs to other books; name the key that these books were kept with"
	case r.flag == "--vault-key":
		return fmt.Sprintf("%s: %v. Put the newest copy of the file of halves back", at, r.error)
	}
	return fmt.Sprintf("%s: %v. Put the newest copy of the documents back", at, r.error)
}

func (r *refusedKey) Unwrap() error { return r.error }

// keyed names the flag of a key that was refused.
func keyed(flag, file string, err error) error {
	if errors.Is(err, access.ErrForeignKey) || errors.Is(err, access.ErrOlderKey) {
		return &refusedKey{flag, file, err}
	}
	return err
}
