package rest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// A program that has gone round in circles asks for the same thing thousands of times a second, and everybody else
// waits. Each token may ask so many times a second, with twice as much saved up; then it is told to come back in a
// second. Memory is enough: what counts is what happens now, and after a restart everybody starts full.

// maxRated is how many tokens are remembered; strangers may make up more, then each new one takes the place of one.
const maxRated = 10_000

// limiter has a bucket per token. The zero value lets everything through.
type limiter struct {
	perSecond int
	grows     bool // the wait of a bearer who goes on asking

	mu      sync.Mutex
	buckets map[[sha256.Size]byte]bucket
}

// bucket is what a token may still ask at an instant.
type bucket struct {
	left    float64
	at      time.Time
	strikes int       // how often it was found empty
	until   time.Time // the end of the wait for the last of them
}

// strike has the bearer of an empty bucket wait.
func (b *bucket) strike(now time.Time) {
	if now.Sub(b.until) > forgivenIn {
		b.strikes = 0
	}
	b.until = now.Add(min(time.Second<<b.strikes, longestWait))
	b.strikes = min(b.strikes+1, 6)
}

// waits is how long its bearer still has to wait; a wait beyond the longest is of a clock that was put back.
func (b *bucket) waits(now time.Time) time.Duration {
	if left := b.until.Sub(now); left > 0 && left <= longestWait {
		return left
	}
	return 0
}

// What anybody may call, operations and pages alike: so many requests a second from one address, and so many from all
// strangers together. An address that goes on asking waits twice as long each time, up to a minute, until it was quiet
// for ten. Strangers together never wait longer than it takes: else one of them closes the door to all others. A device
// that signed in before is no stranger ([API.Known]): it has a bucket of its own, and takes nothing from theirs.
const (
	perAddress  = 20
	perAll      = 200
	longestWait = time.Minute
	forgivenIn  = 10 * time.Minute
)

// LimitStrangers says how many requests a second all who are unknown may make together.
func (a *API) LimitStrangers(perSecond int) { a.anybody.perSecond = perSecond }

// TakePublic counts a request of what anybody may call.
func (a *API) TakePublic(c *gin.Context) error {
	now := Clock.Now()
	if device := a.Known(c); device != "" {
		return a.address.take("device "+device, now)
	}
	if err := a.address.take(addressOf(c.Request), now); err != nil {
		return err
	}
	return a.anybody.take("anybody", now)
}

// addressOf is where a request comes from, as far as it is limited by it: "" on this machine, where a proxy may stand
// before many. An IPv6 address is that of its network, since one person has a whole one.
func addressOf(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || from.Addr().Unmap().IsLoopback() {
		return ""
	}
	if at := from.Addr().Unmap(); at.Is4() {
		return at.String()
	}
	network, err := from.Addr().Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}

// errTooMany is answered when a token's bucket is empty.
var errTooMany = Refuse("too_many_requests")

// tooMany is errTooMany with how long to wait.
type tooMany struct{ wait time.Duration }

func (tooMany) Error() string { return errTooMany.Error() }
func (tooMany) Unwrap() error { return errTooMany }

// waitOf is how many seconds a refused client has to wait, 0 where only the table of problems says.
func waitOf(err error) int {
	var many tooMany
	if !errors.As(err, &many) {
		return 0
	}
	return int(math.Ceil(many.wait.Seconds()))
}

// take counts a request of a bearer. A request without one is counted by nobody: it gets no further than to be refused.
func (l *limiter) take(bearer string, now time.Time) error {
	if l.perSecond <= 0 || bearer == "" {
		return nil
	}
	most := float64(2 * l.perSecond)
	who := sha256.Sum256([]byte(bearer))
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.buckets[who]
	if !known {
		if l.buckets == nil {
			l.buckets = map[[sha256.Size]byte]bucket{}
		}
		for one := range l.buckets { // any one goes, and starts full when it comes again
			if len(l.buckets) < maxRated {
				break
			}
			delete(l.buckets, one)
		}
		b = bucket{left: most, at: now}
	}
	if wait := b.waits(now); wait > 0 {
		return tooMany{wait}
	}
	passed := max(now.Sub(b.at), 0) // a clock that is put back takes nothing away
	b.left = math.Min(most, b.left+passed.Seconds()*float64(l.perSecond))
	b.at = now
	enough := b.left >= 1
	switch {
	case enough:
		b.left--
	case l.grows:
		b.strike(now)
	}
	l.buckets[who] = b
	if !enough {
		return tooMany{max(b.waits(now), time.Second)}
	}
	return nil
}

// tell says in the headers of an answer what a bearer may still ask (draft-ietf-httpapi-ratelimit-headers): so many at
// once, which come back within two seconds.
func (l *limiter) tell(h http.Header, bearer string) {
	if l.perSecond <= 0 || bearer == "" {
		return
	}
	l.mu.Lock()
	b, known := l.buckets[sha256.Sum256([]byte(bearer))]
	l.mu.Unlock()
	if !known {
		return
	}
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=2`, 2*l.perSecond))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=1`, int(b.left)))
}
