package store

// Ahead reads pages until an empty one, each while use looks at the one before: for who checks millions of rows, where reading
// and looking take a processor each. Read alone uses the tx; use is called in order, by the goroutine that called.
func Ahead[T any](read func() ([]T, error), use func(page []T)) error {
	pages, enough := make(chan []T, 1), make(chan struct{})
	defer close(enough) // when use panics
	var failed error    // written before pages is closed
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
			case <-enough:
				return
			}
		}
	}()
	for page := range pages {
		use(page)
	}
	return failed
}
