package rest

import (
	"crypto/sha256"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// A program that has gone round in circles asks for the same thing thousands of times a second, and everybody else
// waits. Each token may ask so many times a second, with twice as much saved up; then it is told to come back in a
// second. Memory is enough: what counts is what happens now, and after a restart everybody starts full.

// maxRated is how many tokens are remembered; strangers may make up more, then each new one takes the place of one.
const maxRated = 10_000

// limiter has a bucket per token. The zero value lets everything through.
type limiter struct {
	perSecond int

	mu      sync.Mutex
	buckets map[[sha256.Size]byte]bucket
}

// bucket is what a token may still ask at an instant.
type bucket struct {
	left float64
	at   time.Time
}

// What anybody may call: so many requests a second from one address, and so many from all of them together.
const (
	perAddress = 20
	perAll     = 200
)

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
		b = bucket{most, now}
	}
	b.left = math.Min(most, b.left+now.Sub(b.at).Seconds()*float64(l.perSecond))
	b.at = now
	enough := b.left >= 1
	if enough {
		b.left--
	}
	l.buckets[who] = b
	if !enough {
		return errTooMany
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
