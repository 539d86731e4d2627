package vault

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/crypto/argon2"
)

// Master wraps the keys of subjects. The one built in is a key in a file; a key service of the organisation is another.
type Master interface {
	// Wrap seals a key and binds it to whom it belongs.
	Wrap(ctx context.Context, key, bound []byte) ([]byte, error)
	// Unwrap opens what Wrap sealed, for the same bound.
	Unwrap(ctx context.Context, wrapped, bound []byte) ([]byte, error)
}

// Options are what [Create] and [Open] may be given besides the key file.
type Options struct {
	// Passphrase opens the master key in the file; "" is a file whose master key is not locked.
	Passphrase string
	// Master takes the place of the master key in the file; nil is that one. The file holds the key of the blind index,
	// wrapped by it.
	Master Master
}

// keyFile is the text of a key file. It never changes: a copy of it belongs in a safe.
type keyFile struct {
	Version int             `json:"version"`
	Master  json.RawMessage `json:"master,omitempty"` // a Tink keyset in JSON
	Locked  *locked         `json:"locked,omitempty"` // or the same under a passphrase
	Index   []byte          `json:"index"`            // keyset of the blind index, wrapped by the master key
}

// locked is a keyset under a key that Argon2id (RFC 9106) makes of a passphrase.
type locked struct {
	KDF     string `json:"kdf"`
	Salt    []byte `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
	Sealed  []byte `json:"sealed"`
}

// HalvesOf names the file of halves that belongs to a key file.
func HalvesOf(file string) string { return file + ".halves" }

// indexBound is what the key of the blind index is bound to.
var indexBound = []byte("supportledger|vault|index")

// fileMaster is a master key that was read from a file.
type fileMaster struct{ tink.AEAD }

func (m fileMaster) Wrap(_ context.Context, key, bound []byte) ([]byte, error) {
	return m.Encrypt(key, bound)
}

func (m fileMaster) Unwrap(_ context.Context, wrapped, bound []byte) ([]byte, error) {
	return m.Decrypt(wrapped, bound)
}

// Create makes a key file and an empty file of halves beside it, and never writes over either.
func Create(ctx context.Context, file string, o Options) error {
	text := keyFile{Version: 1}
	master := o.Master
	if master == nil {
		var err error
		if master, err = text.newMaster(o.Passphrase); err != nil {
			return err
		}
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return err
	}
	var plain bytes.Buffer
	if err := insecurecleartextkeyset.Write(index, keyset.NewBinaryWriter(&plain)); err != nil {
		return err
	}
	if text.Index, err = master.Wrap(ctx, plain.Bytes(), indexBound); err != nil {
		return err
	}
	content, err := json.MarshalIndent(text, "", "  ")
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(append(content, '\n'))
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return createHalves(HalvesOf(file))
}

// newMaster makes a master key and writes it into the file's text.
func (f *keyFile) newMaster(passphrase string) (Master, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var plain bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&plain)); err != nil {
		return nil, err
	}
	if passphrase == "" {
		f.Master = plain.Bytes()
	} else if f.Locked, err = lock(passphrase, plain.Bytes()); err != nil {
		return nil, err
	}
	seal, err := aead.New(handle)
	return fileMaster{seal}, err
}

// Open opens a vault by its key file, which [Create] made, and the file of halves beside it. [ErrKeyFile].
func Open(ctx context.Context, file string, o Options) (*Vault, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyFile, err)
	}
	var text keyFile
	if err := json.Unmarshal(content, &text); err != nil || text.Version != 1 {
		return nil, fmt.Errorf("%w: it is no key file of a vault", ErrKeyFile)
	}
	master := o.Master
	if master == nil {
		if master, err = text.readMaster(o.Passphrase); err != nil {
			return nil, err
		}
	}
	plain, err := master.Unwrap(ctx, text.Index, indexBound)
	if err != nil {
		return nil, fmt.Errorf("%w: the master key is another one", ErrKeyFile)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(plain)))
	if err != nil {
		return nil, fmt.Errorf("%w: the key of the index is damaged", ErrKeyFile)
	}
	index, err := prf.NewPRFSet(handle)
	if err != nil {
		return nil, err
	}
	h, err := openHalves(HalvesOf(file))
	if err != nil {
		return nil, err
	}
	return &Vault{master: master, index: index, halves: h}, nil
}

// readMaster reads the master key. What is in the file is in no error.
func (f *keyFile) readMaster(passphrase string) (Master, error) {
	text := []byte(f.Master)
	if f.Locked != nil {
		if passphrase == "" {
			return nil, fmt.Errorf("%w: it is locked and needs its passphrase", ErrKeyFile)
		}
		var err error
		if text, err = f.Locked.unlock(passphrase); err != nil {
			return nil, err
		}
	}
	if len(text) == 0 {
		return nil, fmt.Errorf("%w: its master key lies in a key service", ErrKeyFile)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("%w: its master key is damaged", ErrKeyFile)
	}
	seal, err := aead.New(handle)
	return fileMaster{seal}, err
}

var lockedBound = []byte("supportledger|vault|master")

// lock closes a keyset with a passphrase, at the first choice of RFC 9106 §4 for little memory.
func lock(passphrase string, plain []byte) (*locked, error) {
	l := &locked{KDF: "argon2id", Salt: make([]byte, 16), Time: 3, Memory: 64 << 10, Threads: 4}
	if _, err := rand.Read(l.Salt); err != nil {
		return nil, err
	}
	seal, err := subtle.NewAESGCM(l.key(passphrase))
	if err != nil {
		return nil, err
	}
	l.Sealed, err = seal.Encrypt(plain, lockedBound)
	return l, err
}

func (l *locked) key(passphrase string) []byte {
	return argon2.IDKey([]byte(passphrase), l.Salt, l.Time, l.Memory, l.Threads, 32)
}

func (l *locked) unlock(passphrase string) ([]byte, error) {
	// Bounds, since a file may come from anywhere and memory is taken before a single byte is proved.
	if l.KDF != "argon2id" || l.Time == 0 || l.Time > 100 || l.Memory > 4<<20 || l.Threads == 0 || len(l.Salt) < 8 {
		return nil, fmt.Errorf("%w: it is locked in a way that is not known here", ErrKeyFile)
	}
	seal, err := subtle.NewAESGCM(l.key(passphrase))
	if err != nil {
		return nil, err
	}
	plain, err := seal.Decrypt(l.Sealed, lockedBound)
	if err != nil {
		return nil, fmt.Errorf("%w: the passphrase is not the one it was locked with", ErrKeyFile)
	}
	return plain, nil
}
