package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"supportledger/http/story"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The tests below kill -9 the real server and then do what a client is told to do that got no answer: send the same
// request with the same Idempotency-Key again. Whatever the kill hit, each request takes effect once.

const (
	clients = 4 // that send at once
	kinds   = 3 // of requests
)

// TestKilledAtAnyMoment kills the server while several clients have money moved.
func TestKilledAtAnyMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWitness(t, db)
		for range storetest.Rounds(10, 100) {
			p, url := served(t, db)
			w.resend(t, url)
			w.load(t, p, url)
		}
		_, url := served(t, db)
		w.resend(t, url)
		w.check(t, url)
		t.Logf("%d requests, %d of them left without an answer: %d had taken effect, %d had not",
			len(w.answered), w.lost+w.done, w.done, w.lost)
		if w.lost == 0 {
			t.Error("no kill hit a request before its commit, so this shows nothing")
		}
	})
}

// TestKilledBetweenCommitAndAnswer kills the server when the effect is there and the client has not read a word.
func TestKilledBetweenCommitAndAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWitness(t, db)
		p, url := served(t, db)
		for kind := range kinds {
			c, before := w.next(kind), events(t, db)
			unread(t, url, c)
			for waited := 0; events(t, db) == before; waited++ {
				if waited == 10000 {
					t.Fatalf("%s never takes effect", c.path)
				}
				time.Sleep(time.Millisecond)
			}
			p.kill()
			w.unanswered[c.key] = c
			p, url = served(t, db)
			w.resend(t, url)
		}
		w.check(t, url)
		if w.done != kinds || w.lost != 0 {
			t.Errorf("%d of %d were repeated from what was stored, %d done again", w.done, kinds, w.lost)
		}
	})
}

// TestKilledBeforeCommit kills the server while the request stands in the middle of its tx.
func TestKilledBeforeCommit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWitness(t, db)
		p, url := served(t, db)
		for kind := range kinds {
			release := hold(t, db, "audit_events") // on PostgreSQL key and effect are written by then, and not committed
			c := w.next(kind)
			unread(t, url, c)
			time.Sleep(200 * time.Millisecond)
			p.kill()
			release()
			w.unanswered[c.key] = c
			p, url = served(t, db)
			w.resend(t, url)
		}
		w.check(t, url)
		if w.lost != kinds || w.done != 0 {
			t.Errorf("%d of %d were done anew, %d were there before their commit", w.lost, kinds, w.done)
		}
	})
}

// bystander remembers what was sent and what was answered.
type bystander struct {
	tokens  map[string]string
	numbers atomic.Int64

	mu         sync.Mutex
	unanswered map[string]call   // by key
	answered   map[string]answer // by key
	calls      map[string]call   // by key
	amounts    map[string]string // key → the amount that only this key moves
	done, lost int               // of the unanswered: had taken effect, had not
}

// newWitness opens books and plays the worked story into them, so that there is a grant, a plan and a partner.
func newWitness(t *testing.T, db *store.DB) *bystander {
	t.Helper()
	w := &bystander{tokens: opened(t, db), unanswered: map[string]call{}, answered: map[string]answer{},
		calls: map[string]call{}, amounts: map[string]string{}}
	p, url := served(t, db)
	worked, err := story.Worked()
	if err != nil {
		t.Fatal(err)
	}
	player := story.Player{Base: url, Tokens: w.tokens}
	if err := player.Play(t.Context(), worked.Of([]string{"S00", "S01", "S02", "S03", "S04", "S05", "S06"})); err != nil {
		t.Fatal(err)
	}
	p.kill()
	return w
}

// next makes a request of one of three kinds, with a key and an amount of its own.
func (w *bystander) next(kind int) call {
	n := w.numbers.Add(1)
	key := fmt.Sprintf("crash-%d", n)
	amount := fmt.Sprintf("%d.%02d", n, 11+kind)
	c := [...]call{
		{w.tokens["finance_officer"], key, "/opening-balances",
			fmt.Sprintf(`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":%q}`, amount)},
		{w.tokens["finance_officer"], key, "/grants/G1/instalments",
			fmt.Sprintf(`{"date":"2026-07-01","amount":{"amount":%q,"currency":"DKK"},"account":"1010"}`, amount)},
		{w.tokens["caseworker"], key, "/disbursements",
			fmt.Sprintf(`{"date":"2026-07-01","plan":"P-101","line":"stipend","units":1,"partner":"NG-01",`+
				`"amount":%q,"text":"Stipend"}`, amount)},
	}[kind]
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[key], w.amounts[key] = c, amount
	return c
}

// load has clients send until the server is killed, after some answers and a moment.
func (w *bystander) load(t *testing.T, p *process, url string) {
	t.Helper()
	enough, moment := int64(1+rand.IntN(20)), time.Duration(rand.IntN(4000))*time.Microsecond
	var answers atomic.Int64
	var sending sync.WaitGroup
	kill := sync.OnceFunc(func() {
		time.Sleep(moment)
		p.kill()
	})
	for i := range clients {
		sending.Go(func() {
			for n := i; ; n++ {
				c := w.next(n % kinds)
				a, err := c.send(t.Context(), url)
				if w.note(t, c, a, err); err != nil {
					return
				}
				if answers.Add(1) == enough {
					go kill()
				}
			}
		})
	}
	sending.Wait()
	kill()
}

// note keeps what came of a request.
func (w *bystander) note(t *testing.T, c call, a answer, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unanswered[c.key] = c
		return
	}
	if a.status != http.StatusCreated {
		t.Errorf("%s %s: answered %d: %s", c.path, c.body, a.status, a.body)
	}
	w.answered[c.key] = a
}

// resend sends every unanswered request again, at once and each of them twice, as a client does that loses patience;
// and an answered one, which must bring the same answer.
func (w *bystander) resend(t *testing.T, url string) {
	t.Helper()
	var sending sync.WaitGroup
	for key, c := range w.unanswered {
		answers := make([]answer, 2)
		for i := range answers {
			sending.Go(func() { answers[i] = c.must(t, url, http.StatusCreated) })
		}
		sending.Wait()
		if answers[0].body != answers[1].body || !answers[0].replayed && !answers[1].replayed {
			t.Errorf("%s twice: replayed %v and %v\n%s\n%s", key, answers[0].replayed, answers[1].replayed, answers[0].body,
				answers[1].body)
		}
		if answers[0].replayed && answers[1].replayed {
			w.done++
		} else {
			w.lost++
		}
		w.answered[key] = answers[0]
		delete(w.unanswered, key)
	}
	for key, a := range w.answered { // any one
		again := w.calls[key].must(t, url, a.status)
		if again.body != a.body || !again.replayed {
			t.Errorf("%s again: replayed %v\n%s\n%s", key, again.replayed, again.body, a.body)
		}
		return
	}
}

// effectID is the id of the entry or the disbursement in an answer.
var effectID = regexp.MustCompile(`\b(ent|dsb)_\w+`)

// entry and disbursement are what the lists show of them.
type entry struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Date   string `json:"date"`
	Lines  []struct {
		Base struct {
			Amount string `json:"amount"`
		} `json:"base_amount"`
	} `json:"lines"`
}

type disbursement struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Amount struct {
		Amount string `json:"amount"`
	} `json:"amount"`
}

// check holds the books against what was sent: each request took effect once, what was answered is there, and neither
// entries nor disbursements lack a number.
func (w *bystander) check(t *testing.T, url string) {
	t.Helper()
	effects, there := map[string]int{}, map[string]bool{}
	var numbers, drafts []string
	for _, e := range list[entry](t, url, w.tokens["auditor"], "/journal-entries") {
		numbers, there[e.ID] = append(numbers, e.Number), true
		if e.Date == "2026-07-01" {
			effects[e.Lines[0].Base.Amount]++
		}
	}
	for _, d := range list[disbursement](t, url, w.tokens["auditor"], "/disbursements") {
		drafts, there[d.ID] = append(drafts, d.Number), true
		effects[d.Amount.Amount]++
	}
	for key, a := range w.answered {
		if n := effects[w.amounts[key]]; n != 1 {
			t.Errorf("%s %s took effect %d times", key, w.calls[key].path, n)
		}
		if !there[effectID.FindString(a.body)] {
			t.Errorf("%s was answered and is not there: %s", key, a.body)
		}
		delete(effects, w.amounts[key])
	}
	maps.DeleteFunc(effects, func(amount string,
		_ int) bool {
		return strings.HasSuffix(amount, "000.00")
	}) // of the story
	if len(effects) != 0 {
		t.Errorf("nobody asked for %v", effects)
	}
	contiguous(t, "entries", numbers)
	contiguous(t, "disbursements", drafts)
}

// contiguous wants numbers such as 2026-000001 to begin at 1 in each year and to leave none out.
func contiguous(t *testing.T, what string, numbers []string) {
	t.Helper()
	slices.Sort(numbers)
	count := map[string]int{}
	for _, number := range numbers {
		at := strings.LastIndex(number, "-")
		count[number[:at]]++
		if want := fmt.Sprintf("%s-%0*d", number[:at], len(number)-at-1, count[number[:at]]); number != want {
			t.Errorf("%s: %s stands where %s should", what, number, want)
			return
		}
	}
	if len(numbers) == 0 {
		t.Errorf("there are no %s", what)
	}
}

// unread sends a request over a connection from which nothing is ever read.
func unread(t *testing.T, url string, c call) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn,
		"POST /api/v1%s HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer %s\r\nIdempotency-Key: %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", c.path, c.token, c.key, len(c.body), c.body)
	if err != nil {
		t.Fatal(err)
	}
}

// events counts the audit trail, which grows with every act at its commit.
func events(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM audit_events").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
