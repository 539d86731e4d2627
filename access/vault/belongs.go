package vault

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/store"
)

// Fingerprint names the key file without telling anything of its keys.
func (v *Vault) Fingerprint() (string, error) {
	sum, err := v.index.ComputePrimaryPRF([]byte("supportledger|vault|fingerprint"), indexBytes)
	return hex.EncodeToString(sum), err
}

// Claim makes this vault the one of the books, or finds that it is. [access.ErrForeignKey] when the books have another
// one; [access.ErrOlderKey] when the file of halves lacks keys that the books have: a copy from before they were made.
func (v *Vault) Claim(ctx context.Context, tx *store.Tx) error {
	if v == nil {
		return nil
	}
	fingerprint, err := v.Fingerprint()
	if err != nil {
		return err
	}
	known, err := access.Belongs(ctx, tx, access.VaultKey, fingerprint)
	if err != nil {
		return err
	}
	if err := v.complete(ctx, tx); err != nil {
		return err
	}
	if known {
		return nil
	}
	if err := v.opens(ctx, tx); err != nil {
		return err
	}
	return access.ClaimKey(ctx, tx, access.VaultKey, fingerprint)
}

// Belongs is [Vault.Claim] for a tx that only reads, and looks at the newest key alone: for a probe that comes often.
func (v *Vault) Belongs(ctx context.Context, tx *store.Tx) error {
	if v == nil {
		return nil
	}
	fingerprint, err := v.Fingerprint()
	if err != nil {
		return err
	}
	if _, err := access.Belongs(ctx, tx, access.VaultKey, fingerprint); err != nil {
		return err
	}
	newest, err := newestKeys(ctx, tx, 1)
	if err != nil || len(newest) == 0 {
		return err
	}
	there, err := v.halves.has(newest[0].ID)
	if err == nil && !there {
		err = access.ErrOlderKey
	}
	return err
}

// complete wants a half of every key. A half is on the disk before the row of its key is committed, so one that is
// missing was never in this file or is gone from it.
func (v *Vault) complete(ctx context.Context, tx *store.Tx) error {
	ids, err := keyIDs(ctx, tx)
	if err != nil {
		return err
	}
	missing := 0
	for _, id := range ids {
		there, err := v.halves.has(id)
		if err != nil {
			return err
		}
		if !there {
			missing++
		}
	}
	if missing > 0 {
		return fmt.Errorf("%w: the halves of %d of %d keys are not in %s", access.ErrOlderKey, missing, len(ids),
			v.halves.path)
	}
	return nil
}

// opens tries the newest key, for books whose vault was never noted.
func (v *Vault) opens(ctx context.Context, tx *store.Tx) error {
	newest, err := newestKeys(ctx, tx, 1)
	if err != nil || len(newest) == 0 {
		return err
	}
	if _, err := v.unwrap(ctx, newest[0].Subject, newest[0]); errors.Is(err, ErrKeyFile) {
		return access.ErrForeignKey
	} else if err != nil {
		return err
	}
	return nil
}
