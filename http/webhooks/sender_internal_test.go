package webhooks

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// The signature of Standard Webhooks' own example.
func TestSignature(t *testing.T) {
	got, err := signatures([]string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, "msg_p5jXN8AQM9LWM0D4loKWxJek",
		"1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("signed %s, %v, want %s", got, err, want)
	}
}

// Only what stands below an origin that the operator named may be called.
func TestTargets(t *testing.T) {
	to, err := ParseTargets([]string{"https://Case.example", "http://10.1.2.3:8080/"}, []string{"10.1.2.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"https://case.example/hooks?x=1":     true,
		"https://case.example:443/hooks":     true,
		"http://10.1.2.3:8080/a":             true,
		"http://case.example/hooks":          false,
		"https://case.example:8443/hooks":    false,
		"https://case.example.evil.example/": false,
		"https://case.example@evil.example/": false,
		"https://me@case.example/":           false,
		"http://10.1.2.3/":                   false,
		"file:///etc/passwd":                 false,
		"//case.example/":                    false,
		"":                                   false,
	} {
		if got := to.Allow(address) == nil; got != want {
			t.Errorf("%q is allowed: %t", address, got)
		}
	}
	for ip, want := range map[string]bool{
		"93.184.216.34": true, "2606:4700::1111": true, "10.1.2.77": true, "::ffff:10.1.2.77": true,
		"10.1.3.1": false, "127.0.0.1": false, "::1": false, "169.254.169.254": false, "fe80::1%eth0": false,
		"fd00:ec2::254": false, "::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false,
		"0.0.0.0": false, "100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "::127.0.0.1": false,
	} {
		if got := to.reachable(netip.MustParseAddr(ip)) == nil; got != want {
			t.Errorf("%s is reachable: %t", ip, got)
		}
	}
	for _, wrong := range []string{"case.example", "ftp://case.example", "https://", "https://a.example/path", "https://u@a.example"} {
		if _, err := ParseTargets([]string{wrong}, nil); err == nil {
			t.Errorf("%q is an origin", wrong)
		}
	}
	if _, err := ParseTargets(nil, []string{"10.1.2.3"}); err == nil {
		t.Error("an address is a network")
	}
}

// Whatever an allowed name leads to when it is looked up, and wherever a receiver sends on to: the client connects to
// public addresses and to the networks that were named, and nowhere else.
func TestReceiversLeadNowhereElse(t *testing.T) {
	inside := 0
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside++ }))
	defer private.Close()
	receiver := httptest.NewServer(http.RedirectHandler(private.URL, http.StatusTemporaryRedirect))
	defer receiver.Close()
	byName := func(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }
	ask := func(to Targets, address string) (int, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := to.client().Do(req)
		if err != nil {
			return 0, err
		}
		resp.Body.Close()
		return resp.StatusCode, nil
	}
	for _, address := range []string{private.URL, byName(private.URL),
		strings.Replace(private.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)} {
		to := Targets{Origins: []string{address}} // the operator named it; the name leads inside
		if status, err := ask(to, address); !errors.Is(err, errPrivate) {
			t.Errorf("%s: %d %v", address, status, err)
		}
	}
	to, err := ParseTargets([]string{receiver.URL}, []string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	if status, err := ask(to, receiver.URL); status != http.StatusTemporaryRedirect || err != nil || inside != 0 {
		t.Errorf("a receiver that sends on: %d %v, %d calls inside", status, err, inside)
	}
}
