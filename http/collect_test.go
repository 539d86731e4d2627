package http_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// booksServed serves books with 1,000,000.00 in the bank of fund UNR, and signs a finance officer in.
func booksServed(t *testing.T, db *store.DB) (*apitest.Client, string) {
	t.Helper()
	var secret string
	ctx := t.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(ctx, tx, book); err != nil {
			return err
		}
		if err := book.OpenFund(ctx, tx,
			ledger.Fund{Code: "UNR", Name: "Unrestricted", Restriction: ledger.Unrestricted,
				OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		amount := ledger.OfMinor(100_000_000, "DKK")
		_, err := book.Post(ctx, tx,
			ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance", Lines: []ledger.Line{
				ledger.Base("1010", "UNR", amount), ledger.Base("3100", "UNR", amount.Neg())}})
		if err != nil {
			return err
		}
		user, err := access.CreateUser(ctx, tx, "finance", access.FinanceOfficer)
		if err != nil {
			return err
		}
		secret, err = access.IssueToken(ctx, tx, user.ID, time.Hour)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return apitest.Serve(t, db).WithToken(secret), secret
}

// payment is an entry that costs so many øre, or more than there is.
func payment(text, amount string) string {
	return fmt.Sprintf(
		`{"date":"2026-02-01","text":%q,"lines":[{"account":"5100","fund":"UNR","direction":"debit","amount":%q},`+
			`{"account":"1010","fund":"UNR","direction":"credit","amount":%q}]}`, text, amount, amount)
}

type outcome struct {
	status int
	body   []byte
	again  bool // replayed
	err    error
}

// send posts an entry without a judge between, since many do at once.
func send(ctx context.Context, base, secret, key, body string) outcome {
	return sendTo(ctx, base+rest.Base+"/journal-entries", secret, key, body)
}

func sendTo(ctx context.Context, url, secret, key, body string) outcome {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return outcome{err: err}
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return outcome{err: err}
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return outcome{resp.StatusCode, got, resp.Header.Get("Idempotency-Replayed") == "true", err}
}

// tally asks the database for a number.
func tally(t *testing.T, db *store.DB, sql string) (n int) {
	t.Helper()
	err := db.View(context.Background(), func(tx *store.Tx) error { return tx.NewRaw(sql).Scan(context.Background(), &n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCollectedPostsAreEachTheirOwn sends good entries, bad ones, twins and repeated keys at once.
func TestCollectedPostsAreEachTheirOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client, secret := booksServed(t, db)
		const each = 20
		var wg sync.WaitGroup
		var mu sync.Mutex
		got := map[string][]outcome{}
		for i := range each {
			for kind, body := range map[string]string{"good": payment("Cost", "1.00"), "twin": payment("Twin", "2.00"),
				"over":   payment("Too much", "99999999.00"),
				"odd":    strings.Replace(payment("Odd", "1.00"), `"amount":"1.00"`, `"amount":"1.01"`, 1),
				"reused": payment(fmt.Sprint("Other ", i), "3.00")} {
				key := fmt.Sprint(kind, i)
				if kind == "twin" || kind == "reused" {
					key = kind
				}
				wg.Go(func() {
					o := send(t.Context(), client.Base, secret, key, body)
					mu.Lock()
					defer mu.Unlock()
					got[kind] = append(got[kind], o)
				})
			}
		}
		wg.Wait()
		want := map[string]map[string]int{"good": {"201": each}, "twin": {"201": 1, "201 replayed": each - 1},
			"over": {"422 fund_overdrawn": each},
			"odd":  {"422 entry_unbalanced": each}, "reused": {"201": 1, "422 idempotency_key_reused": each - 1}}
		ids := map[string]bool{}
		for kind, outcomes := range got {
			words := map[string]int{}
			for _, o := range outcomes {
				var body struct{ ID, Code string }
				if o.err != nil || json.Unmarshal(o.body, &body) != nil {
					t.Errorf("%s: %v %s", kind, o.err, o.body)
				}
				word := strings.TrimSpace(fmt.Sprint(o.status, " ", body.Code))
				if o.again {
					word += " replayed"
				}
				words[word]++
				if o.status == http.StatusCreated {
					ids[body.ID] = true
				}
			}
			for word, n := range want[kind] {
				if words[word] != n {
					t.Errorf("%s: %v, want %v", kind, words, want[kind])
				}
			}
		}
		if entries := tally(t, db, "SELECT COUNT(*) FROM entries"); entries != each+3 || len(ids) != each+2 {
			t.Errorf("%d entries in the books, %d answered", entries, len(ids))
		}
		if last := tally(t, db, "SELECT MAX(number) FROM entries"); last != each+3 {
			t.Errorf("the last number is %d", last)
		}
		if events := tally(t, db,
			"SELECT COUNT(*) FROM audit_events WHERE action = 'entry.posted' AND user_id <> '' AND request_id <> ''"); events != each+2 {
			t.Errorf("%d audit events", events)
		}
		if keys := tally(t, db, "SELECT COUNT(*) FROM idempotency_keys WHERE status = 201"); keys != each+2 {
			t.Errorf("%d keys kept", keys)
		}
	})
}

// TestARevokedTokenPostsNothingMore: the call after the revocation is refused, however well known the token was.
func TestARevokedTokenPostsNothingMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client, secret := booksServed(t, db)
		for i := range 3 {
			if o := send(t.Context(), client.Base, secret, fmt.Sprint("before", i),
				payment("Cost", "1.00")); o.status != http.StatusCreated {
				t.Fatalf("%d %s", o.status, o.body)
			}
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE tokens SET revoked_at = ?", store.FormatTime(tx.At)).Exec(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if o := send(t.Context(), client.Base, secret, fmt.Sprint("after", i),
				payment("Cost", "1.00")); o.status != http.StatusUnauthorized {
				t.Errorf("after the revocation: %d %s", o.status, o.body)
			}
		}
		client.With("Idempotency-Key", "judged").Post("/journal-entries", payment("Cost", "1.00")).Problem(401,
			"unauthenticated")
	})
}

// TestOneThatTheDatabaseRefusesHurtsNobody: what only the database knows to be wrong is found among many by halving.
func TestOneThatTheDatabaseRefusesHurtsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client, secret := booksServed(t, db)
		poison := map[store.Engine][]string{
			store.SQLite: {
				"CREATE TRIGGER poison BEFORE INSERT ON entries WHEN NEW.text = 'poison' BEGIN SELECT RAISE(ABORT, " +
					"'supportledger:refused: poison'); END"},
			store.Postgres: {
				"CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'supportledger:refused: " +
					"poison'; END $$",
				"CREATE TRIGGER poison BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.text = 'poison') EXECUTE FUNCTION poison()"},
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			for _, sql := range poison[tx.Engine] {
				if _, err := tx.ExecContext(t.Context(), sql); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 40 {
			text, want := "Cost", http.StatusCreated
			if i%13 == 5 {
				text, want = "poison", http.StatusConflict
			}
			wg.Go(func() {
				if o := send(t.Context(), client.Base, secret, fmt.Sprint("k", i), payment(text, "1.00")); o.status != want {
					t.Errorf("%s: %d %s", text, o.status, o.body)
				}
			})
		}
		wg.Wait()
		if n := tally(t, db, "SELECT COUNT(*) FROM entries"); n != 1+40-3 {
			t.Errorf("%d entries", n)
		}
	})
}

// TestNoAnswerIsLost: 64 clients post and repeat until they have an answer, some losing patience on the way, while on
// PostgreSQL somebody keeps killing the sessions of the service. Each key has one entry in the end, its answer names
// it, and numbers have no gap.
func TestNoAnswerIsLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client, secret := booksServed(t, db)
		ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
		defer stop()
		killing, rest := context.WithCancel(ctx)
		killer := make(chan int)
		go func() { killer <- kill(killing, db) }()
		var mu sync.Mutex
		answered := map[string]string{} // number of the entry by key
		var wg sync.WaitGroup
		for worker := range 64 {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(worker), 11))
				for i := range 6 {
					key := fmt.Sprint("w", worker, "-", i)
					number, err := insist(ctx, client.Base, secret, key, random)
					if err != nil {
						t.Errorf("%s: %v", key, err)
						return
					}
					mu.Lock()
					answered[key] = number
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		rest()
		if killed := <-killer; db.Engine() == store.Postgres && killed == 0 {
			t.Error("nobody was killed, so nothing was tried")
		}
		numbers := map[string]bool{}
		for _, number := range answered {
			numbers[number] = true
		}
		entries, last := tally(t, db, "SELECT COUNT(*) FROM entries"), tally(t, db, "SELECT MAX(number) FROM entries")
		if len(answered) != 64*6 || len(numbers) != 64*6 || entries != 64*6+1 || last != entries {
			t.Errorf("%d keys answered with %d numbers; %d entries, the last number is %d", len(answered), len(numbers), entries,
				last)
		}
	})
}

// insist sends one request until it has a definite answer.
func insist(ctx context.Context, base, secret, key string, random *rand.Rand) (number string, err error) {
	for ctx.Err() == nil {
		patience := 30 * time.Second
		if random.IntN(3) == 0 {
			patience = time.Duration(random.IntN(20)) * time.Millisecond
		}
		hurried, cancel := context.WithTimeout(ctx, patience)
		o := send(hurried, base, secret, key, payment("Cost of "+key, "1.00"))
		cancel()
		switch {
		case o.err != nil || o.status == http.StatusServiceUnavailable:
			continue
		case o.status != http.StatusCreated:
			return "", fmt.Errorf("%d %s", o.status, o.body)
		}
		var entry struct{ Number, Text string }
		err := json.NewDecoder(bytes.NewReader(o.body)).Decode(&entry)
		if entry.Text != "Cost of "+key {
			return "", fmt.Errorf("answered with the entry of another: %s", o.body)
		}
		return entry.Number, err
	}
	return "", ctx.Err()
}

// kill ends the other sessions on a PostgreSQL database every few milliseconds and counts them.
func kill(ctx context.Context, db *store.DB) (killed int) {
	if db.Engine() != store.Postgres {
		return 0
	}
	for ctx.Err() == nil {
		var ended []bool
		_ = db.View(ctx, func(tx *store.Tx) error {
			return tx.NewRaw(
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "+
					"pg_backend_pid() AND state <> 'idle'").Scan(ctx, &ended)
		})
		killed += len(ended)
		time.Sleep(15 * time.Millisecond)
	}
	return killed
}

// TestReplaysAreTheSameAnswer holds that a collected post that is asked for again is answered byte for byte as the
// first time, whatever was written in which way, though its entry has been reversed since; and that an answer that an
// earlier version kept whole still is.
func TestReplaysAreTheSameAnswer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		client, secret := booksServed(t, db)
		line := func(account, direction, amount, more string) string {
			return fmt.Sprintf(`{"account":%q,"fund":"UNR","direction":%q,"amount":%q%s}`, account, direction, amount, more)
		}
		for i, body := range []string{
			payment("Kr. & <øre>", "1.5"),
			`{"date":"2026-02-01","text":"In parts","external_id":"x-1","lines":[` +
				strings.Join([]string{line("5100", "debit", "2", `,"category":"rent"`),
					line("5100", "debit", "0.50", ""), line("1010", "credit", "2.50", "")}, ",") + `]}`,
		} {
			key := fmt.Sprint("replay-", i)
			first := send(t.Context(), client.Base, secret, key, body)
			if first.err != nil || first.status != http.StatusCreated {
				t.Fatalf("%v %d %s", first.err, first.status, first.body)
			}
			var entry struct{ ID string }
			if err := json.Unmarshal(first.body, &entry); err != nil {
				t.Fatal(err)
			}
			client.With("Idempotency-Key", "reverse-"+key).Post("/journal-entries/"+entry.ID+"/reversals",
				`{"date":"2026-02-02","reason":"It was posted twice"}`).Want(201)
			again := send(t.Context(), client.Base, secret, key, body)
			if again.status != first.status || !again.again || !bytes.Equal(again.body, first.body) {
				t.Errorf("answered\n%s\nand then %d, replayed %t\n%s", first.body, again.status, again.again, again.body)
			}
			if err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.NewRaw("UPDATE idempotency_keys SET body = ? WHERE key = ?", []byte(`{"kept":"whole"}`), key).Exec(
					t.Context())
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if old := send(t.Context(), client.Base, secret, key, body); !old.again || string(old.body) != `{"kept":"whole"}` {
				t.Errorf("an answer kept by an earlier version: %s", old.body)
			}
		}
	})
}
