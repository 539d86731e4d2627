package access

import (
	"context"
	"errors"
	"slices"

	"supportledger/store"
)

// Key names a secret that lies outside of the books and belongs to them.
type Key string

// The keys of books.
const (
	VaultKey    Key = "vault"    // seals personal data
	EvidenceKey Key = "evidence" // encrypts documents
	ProofKey    Key = "proof"    // signs checkpoints
)

// What a key is refused for.
var (
	ErrForeignKey = errors.New("access: this key belongs to other books")
	ErrOlderKey   = errors.New("access: this key is older than the books")
)

// Belongs tells whether a key of these fingerprints is the one of the books; a file may hold several keys, of which one
// has to be it. Known is false while the books have none. [ErrForeignKey].
func Belongs(ctx context.Context, tx *store.Tx, key Key, prints ...string) (known bool, err error) {
	row, err := readKeyPrint(ctx, tx, key)
	switch {
	case err != nil || row.Fingerprint == "":
		return false, err
	case !slices.Contains(prints, row.Fingerprint):
		return true, ErrForeignKey
	}
	return true, nil
}

// ClaimKey is [Belongs], and makes the first fingerprint the one of the books where they have none.
func ClaimKey(ctx context.Context, tx *store.Tx, key Key, prints ...string) error {
	known, err := Belongs(ctx, tx, key, prints...)
	if err != nil || known {
		return err
	}
	row := keyPrintRow{Name: key, Fingerprint: prints[0], ClaimedBy: tx.By.User, ClaimedAt: store.FormatTime(tx.At)}
	if written, err := insertKeyPrint(ctx, tx, row); err != nil {
		return err
	} else if !written { // another process was first
		_, err := Belongs(ctx, tx, key, prints...)
		return err
	}
	return Record(ctx, tx, Event{Action: eventKey, Subject: string(key), Fields: []string{row.mark()}})
}
