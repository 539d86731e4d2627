package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
)

// A device that signed in before has a secret of that sign-in. It opens nothing. It tells the device from strangers, so
// that what they do to the public operations and to the door of an account keeps nobody out who works here.

// The devices are read so often at most, whatever cookies strangers make up, and so often at least, since some end.
const (
	readAgain = time.Second
	readAnew  = time.Minute
)

// devices are those that signed in before, by the hash of their secret.
type devices struct {
	mu     sync.Mutex
	read   time.Time
	hashes map[[sha256.Size]byte]bool
}

// KnownDevice names the device of a request if it signed in before, "" of any other.
func (a *Sessions) KnownDevice(c *gin.Context) string {
	secret, _ := c.Cookie(deviceCookie) // none is no device
	if secret == "" {
		return ""
	}
	hash, now := sha256.Sum256([]byte(secret)), rest.Clock.Now()
	a.known.mu.Lock()
	defer a.known.mu.Unlock()
	if age := now.Sub(a.known.read).Abs(); age >= readAnew || age >= readAgain && !a.known.hashes[hash] {
		a.known.read = now
		a.readDevices(c.Request.Context())
	}
	if !a.known.hashes[hash] {
		return ""
	}
	return hex.EncodeToString(hash[:])
}

// readDevices reads them all; what it cannot read it leaves as it was.
func (a *Sessions) readDevices(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, readAgain)
	defer cancel()
	_ = a.DB.View(ctx, func(tx *store.Tx) error { // the request itself will say what is wrong with the database
		all, err := access.Devices(ctx, tx)
		if err != nil {
			return err
		}
		a.known.hashes = make(map[[sha256.Size]byte]bool, len(all))
		for _, hash := range all {
			if len(hash) == sha256.Size {
				a.known.hashes[[sha256.Size]byte(hash)] = true
			}
		}
		return nil
	})
}

// remember leaves a secret at the device of somebody who signed in without a password.
func (a *Sessions) remember(ctx context.Context, tx *store.Tx, c *gin.Context, in *access.Entered) (err error) {
	before, _ := c.Cookie(deviceCookie) // none is no device
	in.Device, err = access.Remember(ctx, tx, in.User, before)
	return err
}

// leaveDevice sends the secret. It comes with links from elsewhere too: a person comes back from the identity provider
// by one, and is no stranger then.
func leaveDevice(c *gin.Context, in access.Entered) {
	http.SetCookie(c.Writer, &http.Cookie{Name: deviceCookie, Value: in.Device, Path: "/",
		MaxAge: int(deviceLasts / time.Second), HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode})
}
