// Package systemd speaks with systemd where it started the server: it tells it how the server is, answers its watchdog,
// and takes the socket that it hands over. Elsewhere each of these does nothing, so that callers need not ask.
package systemd

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// Notify tells systemd how the server is, where systemd started it: READY=1, RELOADING=1, STOPPING=1, WATCHDOG=1.
func Notify(state string) {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return
	}
	if path[0] == '@' {
		path = "\x00" + path[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return // nobody listens; the server does its work all the same
	}
	_, _ = conn.Write([]byte(state)) // as above
	_ = conn.Close()
}

// Watchdog is how often systemd wants to hear of the server, 0 for never.
func Watchdog() time.Duration {
	n, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Microsecond / 2
}

// Beat tells the watchdog that the server is alive, for as long as it is.
func Beat(ctx context.Context, alive func() bool) {
	every := Watchdog()
	if every == 0 {
		return
	}
	for tick := time.NewTicker(every); ; {
		if alive() {
			Notify("WATCHDOG=1")
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// HandedOver is a socket that systemd opened for us, nil without one. A restart then refuses nobody: connections wait
// in the socket meanwhile, and a port below 1024 needs no privilege of ours.
func HandedOver() (net.Listener, error) {
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil
	}
	if n := os.Getenv("LISTEN_FDS"); n != "1" {
		return nil, fmt.Errorf("systemd handed over %s sockets; this server listens on one", n)
	}
	file := os.NewFile(3, "systemd")
	listener, err := net.FileListener(file)
	if closed := file.Close(); err == nil {
		err = closed
	}
	return listener, err
}
