package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What passwords refuse.
var (
	ErrWeakPassword = errors.New("access: a password has 12 to 128 letters, is not the handle and not a common one")
	ErrHashingBusy  = errors.New("access: too many are signing in at once")
)

// Cost of a hash: OWASP's argon2id profile of 19 MiB and two passes. It is written into each hash, so it may rise.
const (
	hashMemory  = 19 << 10 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashHalf    = 32 // bytes that are stored; as many again are the key of the second factor
)

// lane bounds how many hashes are computed at once, and so the memory that strangers can make us take, and how many
// wait for their turn.
type lane struct{ turns, queue chan struct{} }

// Devices that signed in before, and people who set a password, do not wait behind strangers.
var (
	strangersHash = lane{make(chan struct{}, 2), make(chan struct{}, 16)}
	knownHash     = lane{make(chan struct{}, 2), make(chan struct{}, 64)}
)

// Password is a password as stored: argon2id with its cost and salt. It is made outside of a tx, since it takes long.
type Password string

// passwordKey is what the password gives and nobody stores: it seals the secret of the second factor.
type passwordKey []byte

// NewPassword hashes a password. [ErrWeakPassword], see [guessable]; [ErrHashingBusy] when ctx ends before its turn.
func NewPassword(ctx context.Context, handle, plain string) (Password, error) {
	if n := utf8.RuneCountInString(plain); n < 12 || n > 128 || guessable(handle, plain) {
		return "", ErrWeakPassword
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails: it ends the program rather than give what is not random
	sum, err := stretch(ctx, knownHash, plain, salt, hashCost{hashMemory, hashPasses, hashThreads})
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return Password(fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", hashMemory, hashPasses, hashThreads,
		b64.EncodeToString(salt), b64.EncodeToString(sum[:hashHalf]))), nil
}

// check says whether plain is the password, and gives the key then. It takes as long for a stored password that does
// not parse, which no plain text opens.
func (p Password) check(ctx context.Context, in lane, plain string) (passwordKey, bool, error) {
	var cost hashCost
	parts := strings.Split(string(p), "$")
	salt, want := make([]byte, 16), []byte(nil)
	if len(parts) == 6 {
		if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &cost.memory, &cost.passes, &cost.threads); err == nil {
			salt, _ = base64.RawStdEncoding.DecodeString(parts[4]) // what does not decode does not match
			want, _ = base64.RawStdEncoding.DecodeString(parts[5])
		}
	}
	if len(want) != hashHalf {
		cost, want = hashCost{hashMemory, hashPasses, hashThreads}, nil
	}
	sum, err := stretch(ctx, in, plain, salt, cost)
	if err != nil || want == nil || subtle.ConstantTimeCompare(sum[:hashHalf], want) != 1 {
		return nil, false, err
	}
	return sum[hashHalf:], true, nil
}

// hashCost is what a hash costs: KiB of memory, passes over it, and threads.
type hashCost struct {
	memory, passes uint32
	threads        uint8
}

// stretch computes a hash when it is its turn. [ErrHashingBusy] at once where too many wait.
func stretch(ctx context.Context, in lane, plain string, salt []byte, cost hashCost) ([]byte, error) {
	select {
	case in.queue <- struct{}{}:
		defer func() { <-in.queue }()
	default:
		return nil, ErrHashingBusy
	}
	select {
	case in.turns <- struct{}{}:
		defer func() { <-in.turns }()
	case <-ctx.Done():
		return nil, ErrHashingBusy
	}
	return argon2.IDKey([]byte(plain), salt, cost.passes, cost.memory, cost.threads, 2*hashHalf), nil
}

// seal encrypts with the key of a password, for one user.
func (k passwordKey) seal(user UserID, plain []byte) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, plain, []byte(user)), nil
}

// open decrypts what seal made.
func (k passwordKey) open(user UserID, sealed []byte) ([]byte, error) {
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nil, sealed, []byte(user))
}

func (k passwordKey) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
