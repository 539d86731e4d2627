package groupcommit

import (
	"crypto/sha256"
	"sync"

	"supportledger/access"
)

// goodTokens remembers tokens that were good, by their hash, and whose they are: they may queue. It decides nothing
// else.
type goodTokens struct {
	mu    sync.Mutex
	users map[[sha256.Size]byte]string
}

// keyOfCredential hashes what a request came with.
func keyOfCredential(by access.Credential) [sha256.Size]byte {
	return sha256.Sum256([]byte(by.Bearer + "\x00" + string(by.Session)))
}

const maxKnown = 10_000

// user is whose a credential is, "" for one that is not known.
func (k *goodTokens) user(by access.Credential) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.users[keyOfCredential(by)]
}

func (k *goodTokens) add(by access.Credential, user string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.users == nil {
		k.users = map[[sha256.Size]byte]string{}
	}
	for one := range k.users { // any one goes: who comes again is looked up again
		if len(k.users) < maxKnown {
			break
		}
		delete(k.users, one)
	}
	k.users[keyOfCredential(by)] = user
}

func (k *goodTokens) forget(by access.Credential) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.users, keyOfCredential(by))
}
