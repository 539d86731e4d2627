package storetest

import (
	"errors"
	"sync"
	"sync/atomic"

	"supportledger/store"
)

// busyRetries is how often one act of [Concurrently] is called again after ErrBusy.
const busyRetries = 100

// Concurrently calls act(0) … act(n-1) at the same moment, each in a goroutine of its own, and returns their errors. An
// act that returns [store.ErrBusy] is called again, as a client would, since nothing was written; busy counts how often
// that happened. Acts that only wait for each other's locks are never told that the database is busy.
func Concurrently(n int, act func(i int) error) (errs []error, busy int) {
	var refused atomic.Int64
	var ready, all sync.WaitGroup
	errs, start := make([]error, n), make(chan struct{})
	for i := range n {
		ready.Add(1)
		all.Go(func() {
			ready.Done()
			<-start
			for range busyRetries {
				if errs[i] = act(i); !errors.Is(errs[i], store.ErrBusy) {
					return
				}
				refused.Add(1)
			}
		})
	}
	ready.Wait()
	close(start)
	all.Wait()
	return errs, int(refused.Load())
}
