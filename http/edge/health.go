package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// healthWithin bounds the wait for an answer about health.
const healthWithin = 4 * time.Second

// Healthy asks the server at an address of this machine whether it is ready. An empty host or that of all addresses is
// loopback. A certificate is not held against the address: it names the site, not this machine.
func Healthy(ctx context.Context, encrypted bool, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if encrypted {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	url := scheme + "://" + net.JoinHostPort(host, port) + "/readyz"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	//nolint:gosec // see above
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return fmt.Errorf("nobody answers at %s", url)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, strings.TrimSpace(string(text)))
	}
	return nil
}
