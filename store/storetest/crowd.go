package storetest

import (
	"errors"
	"sync"
	"sync/atomic"

	"supportledger/store"
)

// patience is how often somebody of a crowd asks again before giving up.
const patience = 100

// Crowd has many act at the same moment, each by a number from 0, and gives what each was answered. Who is told that the database
// is busy asks again, as a client does, since nothing was written; busy is how often that was. A crowd that merely queues is never
// told so.
func Crowd(many int, act func(i int) error) (answers []error, busy int) {
	var told atomic.Int64
	var ready, all sync.WaitGroup
	answers, start := make([]error, many), make(chan struct{})
	for i := range many {
		ready.Add(1)
		all.Go(func() {
			ready.Done()
			<-start
			for range patience {
				if answers[i] = act(i); !errors.Is(answers[i], store.ErrBusy) {
					return
				}
				told.Add(1)
			}
		})
	}
	ready.Wait()
	close(start)
	all.Wait()
	return answers, int(told.Load())
}
