package vault

import (
	"context"
	"errors"

	"github.com/tink-crypto/tink-go/v2/tink"

	"supportledger/store"
)

// Sealed is a sealed text with whose it is and where it stands.
type Sealed struct {
	Subject string
	At      Place
	Bytes   []byte
}

// Opened is what became of one [Sealed]: the text, or [ErrErased], [ErrKeyMissing] or [ErrUnsealed].
type Opened struct {
	Text string
	Err  error
}

// OpenAll reads many texts in the order given, with one statement for all their keys and one for those who were erased.
// Like [Vault.Open] it writes no audit event. The error is of the database or of the key file.
func (v *Vault) OpenAll(ctx context.Context, tx *store.Tx, sealed []Sealed) ([]Opened, error) {
	if v == nil {
		return nil, ErrNoVault
	}
	rows, err := readKeys(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	keys := map[string]tink.AEAD{}
	out := make([]Opened, len(sealed))
	for i, s := range sealed {
		row, known := rows[s.Subject]
		if !known {
			out[i].Err = ErrKeyMissing
			continue
		}
		key, unwrapped := keys[s.Subject]
		if !unwrapped {
			if key, err = v.unwrap(ctx, s.Subject, row); errors.Is(err, errNoKey) {
				out[i].Err = ErrKeyMissing
				continue
			} else if err != nil {
				return nil, err
			}
			keys[s.Subject] = key
		}
		out[i].Text, out[i].Err = open(key, s.At, s.Bytes)
	}
	return out, erasedAmong(ctx, tx, sealed, out)
}

// erasedAmong tells those who were erased from those whose key is missing.
func erasedAmong(ctx context.Context, tx *store.Tx, sealed []Sealed, out []Opened) error {
	var missing []string
	for i := range out {
		if errors.Is(out[i].Err, ErrKeyMissing) {
			missing = append(missing, sealed[i].Subject)
		}
	}
	erased, err := erasedOf(ctx, tx, missing)
	for i := range out {
		if errors.Is(out[i].Err, ErrKeyMissing) && erased[sealed[i].Subject] {
			out[i].Err = ErrErased
		}
	}
	return err
}

// open is the last step of reading.
func open(key tink.AEAD, at Place, sealed []byte) (string, error) {
	bound, err := at.bound()
	if err != nil {
		return "", err
	}
	padded, err := key.Decrypt(sealed, bound)
	if err != nil {
		return "", ErrUnsealed
	}
	return unpad(padded)
}
