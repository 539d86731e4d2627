package storetest

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"supportledger/store"
)

// trips stands between the program and PostgreSQL and counts how often the program speaks after the server has spoken:
// round trips.
type trips struct {
	mu     sync.Mutex
	answer bool // the server spoke last
	n      int
}

func (c *trips) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// pass copies what one side says to the other, to its end.
func (c *trips) pass(to, from net.Conn, server bool) {
	defer to.Close()
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		c.mu.Lock()
		if !server && c.answer {
			c.n++
		}
		c.answer = server
		c.mu.Unlock()
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// CountTrips opens the PostgreSQL database of db once more, past a counter of round trips.
func CountTrips(t testing.TB, db *store.DB) (counted *store.DB, count func() int) {
	t.Helper()
	config, err := pgconn.ParseConfig(DSN(db))
	if err != nil {
		t.Fatal(err)
	}
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = door.Close() })
	c := &trips{}
	go func() {
		for {
			in, err := door.Accept()
			if err != nil {
				return
			}
			network, address := pgconn.NetworkAddress(config.Host, config.Port)
			out, err := net.Dial(network, address)
			if err != nil {
				_ = in.Close()
				continue
			}
			go c.pass(out, in, false)
			go c.pass(in, out, true)
		}
	}()
	dsn := url.URL{Scheme: "postgres", User: url.UserPassword(config.User, config.Password), Host: door.Addr().String(),
		Path: config.Database, RawQuery: "sslmode=disable"}
	counted, err = store.Open(t.Context(), dsn.String(), store.Options{Clock: db.Clock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = counted.Close() })
	return counted, c.count
}
