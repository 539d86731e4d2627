package http_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store/storetest"
)

// A lone post asks PostgreSQL once and writes once, and where money leaves the bank asks once more. A look at a balance
// asks three times, and ends without anybody waiting.
func TestRoundTrips(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		db, count := storetest.CountTrips(t, storetest.Postgres(t))
		storetest.ClockOf(db).Set(rest.Clock.Now()) // by whose day a post is one that shares a commit
		client, secret := booksServed(t, db)
		today := string(ledger.DateOf(rest.Clock.Now()))
		spent := strings.NewReplacer("2026-02-01", today)
		received := strings.NewReplacer("debit", "credit", "credit", "debit", "2026-02-01", today)
		for name, call := range map[string]struct {
			most int
			do   func(n int)
		}{
			"income": {2, func(n int) {
				wantCreated(t, send(t.Context(), client.Base, secret, "in-"+strconv.Itoa(n), received.Replace(payment("In", "2.00"))))
			}},
			"payment": {3, func(n int) {
				wantCreated(t, send(t.Context(), client.Base, secret, "out-"+strconv.Itoa(n), spent.Replace(payment("Out", "1.00"))))
			}},
			"balance": {4, func(int) { getBalance(t, client.Base, secret) }},
		} {
			for n := range 3 { // the first compile texts and open the month
				call.do(n)
			}
			before := count()
			call.do(3)
			if took := count() - before; took > call.most {
				t.Errorf("%s takes %d round trips, at most %d wanted", name, took, call.most)
			}
		}
	})
}

func wantCreated(t *testing.T, o outcome) {
	t.Helper()
	if o.err != nil || o.status != http.StatusCreated {
		t.Fatalf("%d %s %v", o.status, o.body, o.err)
	}
}

func getBalance(t *testing.T, base, secret string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s%s/balances?account=1010&fund=UNR", base,
		rest.Base), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%d", answer.StatusCode)
	}
}
