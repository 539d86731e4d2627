package edge

import (
	"net"
	"sync/atomic"
	"time"
)

// Lasting is a listener that outlives the server on it: what connects in between waits for the next server.
type Lasting struct {
	net.Listener
	closed atomic.Bool
}

// patient is what can be told to wait no longer, as sockets can.
type patient interface{ SetDeadline(at time.Time) error }

// Accept is that of the listener until Close.
func (l *Lasting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil && l.closed.Load() {
		err = net.ErrClosed
	}
	return conn, err
}

// Close ends waiting for connections, and leaves the socket open.
func (l *Lasting) Close() error {
	l.closed.Store(true)
	if socket, ok := l.Listener.(patient); ok {
		return socket.SetDeadline(time.Unix(1, 0))
	}
	return l.Listener.Close()
}

// Again lets the next server wait for connections on the listener below.
func (l *Lasting) Again() error {
	if socket, ok := l.Listener.(patient); ok {
		return socket.SetDeadline(time.Time{})
	}
	return nil
}
