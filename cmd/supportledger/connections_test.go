package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/store/storetest"
)

// resident is how many megabytes of memory the program takes.
func (p *process) resident() int {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skip("what a process takes cannot be told here")
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		p.t.Fatalf("%s", text)
	}
	kilobytes, err := strconv.Atoi(string(m[1]))
	if err != nil {
		p.t.Fatal(err)
	}
	return kilobytes >> 10
}

// A thousand clients that stay, and then ask at once, are answered within 200 MB.
func TestAThousandConnections(t *testing.T) {
	db := storetest.SQLite(t)
	tokens := opened(t, db)
	p, at := served(t, db)
	conns := make([]net.Conn, 1000)
	for i := range conns {
		conn, err := net.Dial("tcp", strings.TrimPrefix(at, "http://"))
		if err != nil {
			t.Skipf("so many connections cannot be opened here: %v", err)
		}
		defer conn.Close() //nolint:gocritic,revive // all of them at the end
		conns[i] = conn
	}
	idle, peak := p.resident(), 0
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for _, conn := range conns {
		all.Go(func() {
			_ = conn.SetDeadline(time.Now().Add(time.Minute))
			fmt.Fprintf(conn, "GET /api/v1/funds HTTP/1.1\r\nHost: books\r\nAuthorization: Bearer %s\r\n\r\n", tokens["auditor"])
			status := 0
			if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
				status = resp.StatusCode
				_ = resp.Body.Close()
			}
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-time.After(20 * time.Millisecond):
			peak = max(peak, p.resident())
		}
	}
	t.Logf("%d MB idle, %d MB at most, answers %v", idle, peak, answers)
	if answers[http.StatusOK]+answers[http.StatusServiceUnavailable] != len(conns) || answers[http.StatusOK] < 900 {
		t.Errorf("answers %v", answers)
	}
	if idle > 200 || peak > 200 {
		t.Errorf("%d MB idle, %d MB at most", idle, peak)
	}
}
