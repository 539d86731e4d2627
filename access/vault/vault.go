package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"supportledger/access"
	"supportledger/store"
)

// What the vault refuses. No error holds a text, a key or what was sealed.
var (
	ErrNoVault    = errors.New("vault: this server has no key for personal data")
	ErrKeyFile    = errors.New("vault: the key file cannot be used")
	ErrErased     = errors.New("vault: the subject was erased")
	ErrKeyMissing = errors.New("vault: the key of the subject is in none of the files opened")
	ErrUnsealed   = errors.New("vault: the sealed field does not open")
	ErrTextTooBig = errors.New("vault: the text is too long to be sealed")
)

// Place is where a sealed field stands. Version counts the ways in which the field was written, from 1.
type Place struct {
	Table, Column, Row string
	Version            int
}

// bound is the associated data: table|column|row|version. A name with the separator in it is a mistake of the program.
func (p Place) bound() ([]byte, error) {
	for _, part := range []string{p.Table, p.Column, p.Row} {
		if part == "" || strings.Contains(part, "|") {
			return nil, fmt.Errorf("vault: %q cannot be part of a place", part)
		}
	}
	return []byte(p.Table + "|" + p.Column + "|" + p.Row + "|" + strconv.Itoa(p.Version)), nil
}

// Vault seals and opens. A nil *Vault answers everything with [ErrNoVault]: the server keeps no personal data then. It
// is safe for concurrent use.
type Vault struct {
	master Master
	index  *prf.Set
	halves *halves
}

// Seal closes a text for its place, under the subject's key, which is made at the first text. The bytes that it gives
// are what reaches the database. [ErrErased] for a subject that was erased, [ErrTextTooBig] above 64 KiB.
func (v *Vault) Seal(ctx context.Context, tx *store.Tx, subject string, at Place, text string) ([]byte, error) {
	if v == nil {
		return nil, ErrNoVault
	}
	bound, err := at.bound()
	if err != nil {
		return nil, err
	}
	padded, err := pad(text)
	if err != nil {
		return nil, err
	}
	key, err := v.keyOf(ctx, tx, subject)
	if errors.Is(err, errNoKey) {
		key, err = v.makeKey(ctx, tx, subject)
	}
	if err != nil {
		return nil, err
	}
	return key.Encrypt(padded, bound)
}

// Open reads what Seal closed. It writes no audit event: why a text is read is known to the act alone. [ErrErased]
// where a tombstone says that the subject was erased, [ErrKeyMissing] where its key is gone without one, [ErrUnsealed]
// when the bytes are not those that were sealed for this subject and place.
func (v *Vault) Open(ctx context.Context, tx *store.Tx, subject string, at Place, sealed []byte) (string, error) {
	if v == nil {
		return "", ErrNoVault
	}
	key, err := v.keyOf(ctx, tx, subject)
	if errors.Is(err, errNoKey) {
		return "", gone(ctx, tx, subject)
	}
	if err != nil {
		return "", err
	}
	return open(key, at, sealed)
}

// gone says why a subject has no key: a tombstone says that it was erased, and nothing else does.
func gone(ctx context.Context, tx *store.Tx, subject string) error {
	switch _, err := readErasure(ctx, tx, subject); {
	case err == nil:
		return ErrErased
	case errors.Is(err, errNoKey):
		return ErrKeyMissing
	default:
		return err
	}
}

// indexBytes is the length of a blind index: long enough that no two texts share one by chance.
const indexBytes = 16

// Index is the blind index of a text in a column: equal for texts that differ only in case, accents, spaces and form of
// letters. Who has no key can neither compute it nor turn it back; the row and version of the place play no part.
func (v *Vault) Index(at Place, text string) ([]byte, error) {
	if v == nil {
		return nil, ErrNoVault
	}
	return v.index.ComputePrimaryPRF([]byte(at.Table+"|"+at.Column+"|"+Normal(text)), indexBytes)
}

// Normal is a text as two people who write the same name write it: NFKD without marks, case folded, spaces single.
func Normal(text string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return strings.Join(strings.Fields(cases.Fold().String(norm.NFKC.String(bare))), " ")
}

// Destroy forgets a subject: its key goes from the database with this tx, and its half from the file of halves after
// the commit. A tombstone stays, so the subject never gets a key again; a half that could not be taken (a crash, a full
// disk) is taken by the next [Vault.Settle]. Blind indexes stand in the caller's tables and are the caller's to take
// away. [ErrErased] when it was done before.
func (v *Vault) Destroy(ctx context.Context, tx *store.Tx, subject string) error {
	if v == nil {
		return ErrNoVault
	}
	row, err := readKey(ctx, tx, subject)
	if err != nil && !errors.Is(err, errNoKey) {
		return err
	}
	if err := buryKey(ctx, tx, subject, row.ID); err != nil {
		return err
	}
	if row.ID != "" {
		tx.AfterCommit(func() { _ = v.halves.destroy(row.ID) }) // what fails here is left for Settle
	}
	return access.Record(ctx, tx, access.Event{Action: "vault.key_destroyed", Subject: subject})
}

// Erased tells whether a subject was erased, and whether its half has gone from the file too.
func (v *Vault) Erased(ctx context.Context, tx *store.Tx, subject string) (erased, settled bool, err error) {
	if v == nil {
		return false, false, ErrNoVault
	}
	key, err := readErasure(ctx, tx, subject)
	if errors.Is(err, errNoKey) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	there, err := v.halves.has(key)
	return true, !there, err
}

// Settle takes the halves of all erased subjects that are still in the file, and tells how many there were. The server
// does it when it starts, which mends what a crash between commit and file left, and a file of halves that was restored
// from an older copy.
func (v *Vault) Settle(ctx context.Context, tx *store.Tx) (int, error) {
	if v == nil {
		return 0, nil
	}
	keys, err := readErasures(ctx, tx)
	if err != nil {
		return 0, err
	}
	taken := 0
	for _, key := range keys {
		there, err := v.halves.has(key)
		if err != nil {
			return taken, err
		}
		if !there {
			continue
		}
		if err := v.halves.destroy(key); err != nil {
			return taken, err
		}
		taken++
	}
	return taken, nil
}

// keyOf unwraps a subject's key. errNoKey when there is none or its half is gone.
func (v *Vault) keyOf(ctx context.Context, tx *store.Tx, subject string) (tink.AEAD, error) {
	row, err := readKey(ctx, tx, subject)
	if err != nil {
		return nil, err
	}
	return v.unwrap(ctx, subject, row)
}

// unwrap makes a key of its row and its half.
func (v *Vault) unwrap(ctx context.Context, subject string, row keyRow) (tink.AEAD, error) {
	half, err := v.halves.get(row.ID)
	if err != nil {
		return nil, err
	}
	inner, err := v.master.Unwrap(ctx, row.Wrapped, wrapping(subject, row.ID))
	if err != nil {
		return nil, fmt.Errorf("%w: it does not unwrap the keys of these books", ErrKeyFile)
	}
	outer, err := subtle.NewAESGCM(half)
	if err != nil {
		return nil, err
	}
	plain, err := outer.Decrypt(inner, wrapping(subject, row.ID))
	if err != nil {
		return nil, fmt.Errorf("%w: a half does not fit its key", ErrKeyFile)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(plain)))
	if err != nil {
		return nil, ErrUnsealed
	}
	return aead.New(handle)
}

// wrapping binds a wrapped key to whom it belongs.
func wrapping(subject, key string) []byte { return []byte("vault_keys|" + subject + "|" + key) }

// makeKey gives a subject its key. The half is on the disk before the tx commits: a tx that is rolled back leaves a
// half that belongs to nothing.
func (v *Vault) makeKey(ctx context.Context, tx *store.Tx, subject string) (tink.AEAD, error) {
	if _, err := readErasure(ctx, tx, subject); err == nil {
		return nil, ErrErased
	} else if !errors.Is(err, errNoKey) {
		return nil, err
	}
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var plain bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&plain)); err != nil {
		return nil, err
	}
	id := store.NewID("key")
	half, err := v.halves.add(id)
	if err != nil {
		return nil, err
	}
	inner, err := subtle.NewAESGCM(half)
	if err != nil {
		return nil, err
	}
	sealed, err := inner.Encrypt(plain.Bytes(), wrapping(subject, id))
	if err != nil {
		return nil, err
	}
	wrapped, err := v.master.Wrap(ctx, sealed, wrapping(subject, id))
	if err != nil {
		return nil, err
	}
	written, err := insertKey(ctx, tx, subject, id, wrapped)
	if err != nil {
		return nil, err
	}
	if !written { // a twin request made one first, or its half is missing
		key, err := v.keyOf(ctx, tx, subject)
		if errors.Is(err, errNoKey) {
			err = ErrKeyMissing
		}
		return key, err
	}
	return aead.New(handle)
}

// buckets are the lengths to which texts are padded, in bytes with the four of the length itself; beyond the last, its
// multiples.
var buckets = []int{64, 256, 1024, 4096}

// maxText is the longest text, in bytes.
const maxText = 64 << 10

// pad writes a text behind its length and fills it up with zeros.
func pad(text string) ([]byte, error) {
	if len(text) > maxText {
		return nil, ErrTextTooBig
	}
	need := len(text) + 4
	last := buckets[len(buckets)-1]
	size := (need + last - 1) / last * last
	for _, b := range buckets {
		if need <= b {
			size = b
			break
		}
	}
	padded := make([]byte, size)
	padded[0], padded[1], padded[2], padded[3] = byte(len(text)>>24), byte(len(text)>>16), byte(len(text)>>8),
		byte(len(text))
	copy(padded[4:], text)
	return padded, nil
}

// unpad is the way back.
func unpad(padded []byte) (string, error) {
	if len(padded) < 4 {
		return "", ErrUnsealed
	}
	n := int(padded[0])<<24 | int(padded[1])<<16 | int(padded[2])<<8 | int(padded[3])
	if n > len(padded)-4 {
		return "", ErrUnsealed
	}
	return string(padded[4 : 4+n]), nil
}
