package webhooks

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// What targets refuse.
var (
	ErrTarget  = errors.New("webhooks: this address is not among those that events may be sent to")
	errPrivate = errors.New("webhooks: the name leads to an address that is not a public one")
)

// Targets are where events may be sent. Without any, nowhere.
type Targets struct {
	Origins  []string       // https://case.example, each with its port where it is another one
	Networks []netip.Prefix // that are not public and may be reached all the same
}

// ParseTargets reads what an operator allows: origins (https://case.example) and networks (10.1.2.0/24).
func ParseTargets(origins, networks []string) (Targets, error) {
	var t Targets
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" ||
			u.Fragment != "" || u.Path != "" && u.Path != "/" {
			return Targets{}, fmt.Errorf("%q is no origin; write for example https://case.example", o)
		}
		t.Origins = append(t.Origins, originOf(u))
	}
	for _, n := range networks {
		prefix, err := netip.ParsePrefix(n)
		if err != nil {
			return Targets{}, fmt.Errorf("%q is no network; write for example 10.1.2.0/24", n)
		}
		t.Networks = append(t.Networks, prefix.Masked())
	}
	return t, nil
}

// originOf is the scheme and host of an address, in small letters and without a port that goes without saying.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// Allow refuses an address that does not stand below one of the origins. [ErrTarget].
func (t Targets) Allow(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Fragment != "" || !slices.Contains(t.Origins, originOf(u)) {
		return ErrTarget
	}
	return nil
}

// notPublic are the networks that a name of the public must not lead into: our own machine, our own network, what
// clouds tell their machines of themselves, and addresses that stand for others.
var notPublic = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
	"2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// reachable refuses an address that a name led to, where it is not public and no network of ours that may be reached.
func (t Targets) reachable(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(ip) }
	if !slices.ContainsFunc(t.Networks, within) && slices.ContainsFunc(notPublic, within) {
		return errPrivate
	}
	return nil
}

// answerWithin is how long a receiver may take.
const answerWithin = 10 * time.Second

// client calls receivers. It looks at the address that it is about to connect to, after the name was looked up, so that
// no name leads it elsewhere afterwards; it follows no redirect, and passes no proxy, behind which it would not see.
func (t Targets) client() *http.Client {
	dialer := &net.Dialer{Timeout: answerWithin, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return errPrivate
		}
		return t.reachable(to.Addr())
	}}
	return &http.Client{
		Timeout: answerWithin,
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: answerWithin,
			MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
