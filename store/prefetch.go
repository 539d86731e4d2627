package store

// Prefetch overlaps reading with checking, one goroutine each: read returns one page after the other until an empty
// one, while use works on the page before. Only read may use the tx. Use is called in order, by the calling goroutine.
func Prefetch[T any](read func() ([]T, error), use func(page []T)) error {
	pages, stop := make(chan []T, 1), make(chan struct{})
	defer close(stop) // when use panics
	var failed error  // written before pages is closed
	go func() {
		defer close(pages)
		for {
			page, err := read()
			if err != nil || len(page) == 0 {
				failed = err
				return
			}
			select {
			case pages <- page:
			case <-stop:
				return
			}
		}
	}()
	for page := range pages {
		use(page)
	}
	return failed
}
