package store

import (
	"bytes"
	"errors"
	"runtime"
	"strconv"
	"sync"
)

// guard knows which goroutines are inside a transaction of one DB, to refuse a second one inside the first. On SQLite
// the inner Update would wait for the outer one for ever; on PostgreSQL it would take another connection, not see
// what the outer one wrote, and under load exhaust the pool.
//
// fn gets no context of its own in which a mark could travel (everything takes the request's ctx beside the Tx), hence
// the goroutine's number, read from the head of its stack trace: a few microseconds, beside a commit that costs
// hundreds. It is an alarm for programmers; nothing relies on it.
type guard struct {
	mu     sync.Mutex
	inside map[uint64]struct{}
}

var errNested = errors.New("store: View or Update called inside another one; pass the *Tx down instead")

// enter notes the calling goroutine and returns how to leave.
func (g *guard) enter() (leave func(), err error) {
	id := goroutine()
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, nested := g.inside[id]; nested {
		return nil, errNested
	}
	if g.inside == nil {
		g.inside = map[uint64]struct{}{}
	}
	g.inside[id] = struct{}{}
	return func() {
		g.mu.Lock()
		delete(g.inside, id)
		g.mu.Unlock()
	}, nil
}

// goroutine reads the number out of "goroutine 123 [running]:".
func goroutine() uint64 {
	var buf [64]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	id, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return id
}
