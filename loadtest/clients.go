package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sample is one measurement: how many a second, and how long each took, sorted.
type sample struct {
	perSecond float64
	took      []time.Duration
}

// at is a quantile of the times, in milliseconds.
func (s sample) at(q float64) float64 {
	if len(s.took) == 0 {
		return 0
	}
	return float64(s.took[int(q*float64(len(s.took)-1))].Microseconds()) / 1000
}

// most is how many requests one measurement makes at most, whatever the time.
const most = 2_000_000

// loop keeps clients busy: each asks again as soon as it is answered. The first quarter second warms up. Any error
// ends the measurement: a figure with refusals in it would be one of refusals. Each request counts per times.
func loop(ctx context.Context, lasts time.Duration, clients, per int,
	client func(i int) (ask func() error, end func())) (sample, error) {
	const warm = 250 * time.Millisecond
	began := time.Now()
	took := make([][]time.Duration, clients)
	failed := make([]error, clients)
	var count atomic.Int64
	var wg sync.WaitGroup
	var broken atomic.Bool
	for i := range clients {
		wg.Go(func() {
			ask, end := client(i)
			defer end()
			for !broken.Load() && ctx.Err() == nil && count.Load() < most {
				at := time.Now()
				if at.Sub(began) > warm+lasts {
					return
				}
				if failed[i] = ask(); failed[i] != nil {
					broken.Store(true)
					return
				}
				count.Add(1)
				if at.Sub(began) > warm {
					took[i] = append(took[i], time.Since(at))
				}
			}
		})
	}
	wg.Wait()
	s := sample{took: slices.Concat(took...)}
	s.perSecond = float64(len(s.took)*per) / (time.Since(began) - warm).Seconds()
	slices.Sort(s.took)
	for _, err := range failed {
		if err != nil {
			return s, err
		}
	}
	return s, ctx.Err()
}

// conn is a client's connection. It speaks HTTP/1.1 by itself, so that the client takes little of the machine that it
// shares with the server.
type conn struct {
	net  net.Conn
	read *bufio.Reader
	body bytes.Buffer
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, read: bufio.NewReaderSize(c, 64<<10)}, nil
}

// do sends a request and gives the status and the body, which is good until the next call.
func (c *conn) do(request []byte) (status int, body []byte, err error) {
	if err := c.net.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, nil, err
	}
	if _, err := c.net.Write(request); err != nil {
		return 0, nil, err
	}
	line, err := c.read.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, nil, fmt.Errorf("no status line: %w", err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, nil, err
	}
	length := int64(-1)
	for {
		if line, err = c.read.ReadSlice('\n'); err != nil {
			return 0, nil, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil {
				return 0, nil, err
			}
		}
	}
	c.body.Reset()
	if length >= 0 {
		_, err = io.CopyN(&c.body, c.read, length)
		return status, c.body.Bytes(), err
	}
	return status, c.body.Bytes(), c.chunks()
}

// chunks reads a body of unknown length.
func (c *conn) chunks() error {
	for {
		line, err := c.read.ReadString('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			return err
		}
		if _, err = io.CopyN(&c.body, c.read, n); err != nil {
			return err
		}
		if _, err = c.read.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

// ask makes requests of one kind; n numbers them across all clients and rounds.
type ask func(s *serving, client, n int) []byte

// load keeps clients asking a server.
func (s *serving) load(ctx context.Context, lasts time.Duration, clients, per int, kind ask) (sample, error) {
	return loop(ctx, lasts, clients, per, func(i int) (func() error, func()) {
		c, err := dial(s.addr)
		if err != nil {
			return func() error { return err }, func() {}
		}
		n := 0
		return func() error {
			n++
			status, body, err := c.do(kind(s, i, n))
			if err == nil && status >= 300 {
				err = fmt.Errorf("answered %d: %.300s", status, body)
			}
			return err
		}, func() { _ = c.net.Close() }
	})
}
