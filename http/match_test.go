package http_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"supportledger/store"
	"supportledger/store/storetest"
)

// Two people read a draft, both change it: the second is told, and nothing is written.
func TestIfMatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := booksServed(t, db)
		var d struct{ ID string }
		c.With("Idempotency-Key", "w").Post("/journal-entry-drafts", interest).Want(201).Into(&d)
		path := "/journal-entry-drafts/" + d.ID
		read := c.Get(path).Want(200).Header.Get("ETag")
		if len(read) < 10 || read != c.Get(path).Want(200).Header.Get("ETag") {
			t.Fatalf("ETag %q is not that of an unchanged draft", read)
		}
		change := func(key, match, text string) int {
			return c.With("Idempotency-Key", key).With("If-Match", match).Do("PATCH", path, `{"text":"`+text+`"}`).Status
		}
		for _, s := range []struct {
			key, match, text string
			want             int
		}{{"first", read, "First", 200}, {"second", read, "Second", 412}, {"weak", "W/" + read, "Third", 412},
			{"any", "*", "Fourth", 428}} {
			if got := change(s.key, s.match, s.text); got != s.want {
				t.Errorf("%s: %d, want %d", s.key, got, s.want)
			}
		}
		now := c.Get(path).Want(200)
		if !strings.Contains(string(now.Body), "First") || now.Header.Get("ETag") == read {
			t.Errorf("after one change: %s %s", now.Header.Get("ETag"), now.Body)
		}
		if got := change("list", `"none", `+now.Header.Get("ETag"), "Fifth"); got != 200 {
			t.Errorf("one of several tags fits: %d", got)
		}
		if got := c.With("Idempotency-Key", "gone").With("If-Match", read).Do("DELETE", path, nil).Status; got != 412 {
			t.Errorf("deleting what was changed since: %d", got)
		}
	})
}

// Of two who change one thing at the same time with the same tag, one is told that it moved.
func TestIfMatchHoldsInARace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c, _ := booksServed(t, db)
		var d struct{ ID string }
		c.With("Idempotency-Key", "w").Post("/journal-entry-drafts", interest).Want(201).Into(&d)
		path := "/journal-entry-drafts/" + d.ID
		for round := range storetest.Rounds(12, 200) {
			read := c.Get(path).Want(200).Header.Get("ETag")
			var statuses [2]int
			var both sync.WaitGroup
			for i := range statuses {
				both.Go(func() {
					statuses[i] = c.With("Idempotency-Key", fmt.Sprint(round, "-", i)).With("If-Match", read).
						Do("PATCH", path, fmt.Sprintf(`{"text":"by %d in round %d"}`, i, round)).Status
				})
			}
			both.Wait()
			slices.Sort(statuses[:])
			if statuses != [2]int{200, 412} {
				t.Fatalf("round %d: %v, want 200 and 412", round, statuses)
			}
		}
	})
}
