package http_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/events"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/http/apitest"
	"supportledger/http/webhooks"
	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"

	apphttp "supportledger/http"
)

// hooked is a receiver of webhooks that answers as a test says, and what it was told.
type hooked struct {
	url    string
	mu     sync.Mutex
	calls  int
	taken  []string // subjects in the order in which it took them
	ids    map[string][]string
	wrong  []string
	bodies []string
	secret []string // one of them signs every call
	status func(call int) int
}

// hear starts a receiver.
func hear(t *testing.T, status func(call int) int) *hooked {
	t.Helper()
	h := &hooked{status: status, ids: map[string][]string{}}
	server := httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *hooked) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	id, stamp := r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp")
	for _, secret := range h.secret {
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
		if !slices.Contains(strings.Fields(r.Header.Get("Webhook-Signature")),
			"v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))) {
			h.wrong = append(h.wrong, id)
		}
	}
	h.bodies = append(h.bodies, string(body))
	status := h.status(h.calls)
	if status < 300 {
		var e struct{ ID, Subject string }
		_ = json.Unmarshal(body, &e)
		h.taken, h.ids[e.Subject] = append(h.taken, e.Subject), append(h.ids[e.Subject], id)
	}
	if status >= 300 && status < 400 {
		w.Header().Set("Location", "http://169.254.169.254/")
	}
	w.WriteHeader(status)
}

// heard is what a receiver took so far.
func (h *hooked) heard() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.taken)
}

// telling is a server with a receiver, and who keeps it.
type telling struct {
	db                        *store.DB
	vault                     *vault.Vault
	to                        webhooks.Targets
	admin, treasurer, finance *apitest.Client
}

func startTelling(t *testing.T, db *store.DB, at *hooked) telling {
	t.Helper()
	followed(t, db)
	to, err := webhooks.ParseTargets([]string{at.url}, []string{"127.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	s := telling{db: db, vault: vaulttest.New(t), to: to}
	c := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: s.vault, Webhooks: to})
	s.admin, s.treasurer = c.As(db, "keeper", access.Admin), c.As(db, "board", access.Treasurer)
	s.finance = c.As(db, "books", access.FinanceOfficer)
	return s
}

// agreed has a receiver asked for and approved, and gives its id and secret.
func (s telling) agreed(t *testing.T, url string) (id, secret string) {
	t.Helper()
	var made struct{ ID, Secret, State string }
	s.admin.Post("/webhook-endpoints", `{"url":"`+url+`","types":["fund"],"reason":"The case system"}`).Want(201).
		Into(&made)
	s.treasurer.Post("/webhook-endpoints/"+made.ID+"/decisions", `{"decision":"approve"}`).Want(200)
	return made.ID, made.Secret
}

// sends runs a sender until a condition holds.
func (s telling) sends(t *testing.T, until func() bool, rests ...time.Duration) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&webhooks.Sender{DB: s.db, Vault: s.vault, To: s.to, Rests: rests}).Run(ctx)
	}()
	defer func() {
		stop()
		<-ended
	}()
	waitUntil(t, until)
}

func (s telling) openFunds(from, to int) {
	for n := from; n < to; n++ {
		s.finance.Post("/funds", fmt.Sprintf(`{"code":"F%02d","restriction":"none","opened_on":"2026-01-01"}`, n)).Want(201)
	}
}

// codes are the subjects of so many events.
func codes(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("F%02d", i))
	}
	return all
}

// A receiver that fails every third time is told every event once, in order and signed, and what it is told names
// nobody. What a process that died had for itself, another one tells after a while.
func TestReceiverIsToldEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := hear(t, func(call int) int {
			if call%3 == 0 {
				return http.StatusServiceUnavailable
			}
			return http.StatusOK
		})
		s := startTelling(t, db, at)
		id, secret := s.agreed(t, at.url+"/hooks")
		at.secret = []string{secret}
		s.openFunds(0, 8)
		again := []time.Duration{0, 0, 0}
		s.sends(t, func() bool { return len(at.heard()) == 8 }, again...)
		s.died(t, events.EndpointID(id), func() { s.openFunds(8, 12) })
		s.sends(t, func() bool { return len(at.heard()) >= 12 }, again...)
		if got := at.heard(); !slices.Equal(got, codes(12)) || len(at.wrong) > 0 {
			t.Errorf("heard %v, %d calls wrongly signed", got, len(at.wrong))
		}
		for subject, ids := range at.ids {
			if len(ids) != 1 {
				t.Errorf("%s was told under %v", subject, ids)
			}
		}
		var log struct {
			Data []struct {
				ID, Outcome string
				Status      int
				Replay      bool
			}
		}
		s.admin.Get("/webhook-endpoints/" + id + "/deliveries?outcome=failed&limit=200").Want(200).Into(&log)
		if len(log.Data) < 4 || log.Data[0].Status != 503 {
			t.Errorf("the log of failures: %+v", log.Data)
		}
		for _, body := range at.bodies {
			if strings.Contains(body, "books") || strings.Contains(body, "keeper") || len(body) > 250 {
				t.Errorf("it was told %s", body)
			}
		}
	})
}

// died takes a receiver as a process does that is killed before it notes a call, and lets its claim end.
func (s telling) died(t *testing.T, id events.EndpointID, between func()) {
	t.Helper()
	between()
	g := events.Gatekeeper{Vault: s.vault}
	var turn events.Turn
	if err := s.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		turn, err = g.Take(t.Context(), tx, id, "prc_dead", webhooks.Families())
		return err
	}); err != nil || len(turn.Events) == 0 {
		t.Fatalf("taken %+v, %v", turn, err)
	}
	if err := s.db.View(t.Context(), func(tx *store.Tx) error {
		due, err := events.Due(t.Context(), tx, "prc_other")
		if len(due) > 0 {
			t.Errorf("another process takes %v while it is told", due)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	storetest.ClockOf(s.db).Advance(events.Claim + time.Second)
}

// Two people agree on a receiver; only an address that the operator named, only events that programs may be told of,
// only with a reason. Every change names the state that was seen, and none of it is for others.
func TestTwoAgreeOnReceivers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		at := hear(t, func(int) int { return http.StatusNoContent })
		s := startTelling(t, db, at)
		ask := func(url, types, reason string) string {
			return `{"url":"` + url + `","types":[` + types + `],"reason":"` + reason + `"}`
		}
		s.admin.Post("/webhook-endpoints", ask("https://elsewhere.example/", `"fund"`, "The case system")).
			Problem(422, "target_not_allowed")
		s.admin.Post("/webhook-endpoints", ask(at.url, `"beneficiary"`, "The case system")).
			Problem(422, "event_type_unknown")
		s.admin.Post("/webhook-endpoints", ask(at.url, `"fund"`, "short")).Problem(422, "reason_required")
		s.finance.Post("/webhook-endpoints", ask(at.url, `"fund"`, "The case system")).Problem(403, "forbidden_scope")
		var made struct{ ID, Secret string }
		s.admin.Post("/webhook-endpoints", ask(at.url, "", "The case system")).Want(201).Into(&made)
		path := "/webhook-endpoints/" + made.ID
		s.admin.Post(path+"/decisions", `{"decision":"approve"}`).Problem(403, "maker_cannot_approve")
		s.treasurer.With("If-Match", `"other"`).Post(path+"/decisions", `{"decision":"approve"}`).
			Problem(412, "stale_version")
		s.treasurer.Post(path+"/decisions", `{"decision":"reject","reason":"no"}`).Problem(422, "reason_required")
		s.admin.Post(path+"/replays", `{"after":0}`).Problem(409, "state_conflict")
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.NewRaw("UPDATE webhook_endpoints SET state = 'active'").Exec(t.Context())
			return err
		}); err == nil {
			t.Error("the database has a receiver that one person made")
		}
		s.treasurer.Post(path+"/decisions", `{"decision":"approve"}`).Want(200)
		s.treasurer.Post(path+"/decisions", `{"decision":"approve"}`).Problem(409, "state_conflict")
		for _, shown := range []string{string(s.treasurer.Get(path).Want(200).Body),
			string(s.treasurer.Get("/webhook-endpoints").Want(200).Body)} {
			if strings.Contains(shown, "whsec_") || !strings.Contains(shown, `"active"`) {
				t.Errorf("shown: %s", shown)
			}
		}
		s.finance.Get(path).Problem(403, "forbidden_scope")
		var sealed []byte
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw("SELECT sealed FROM webhook_secrets").Scan(t.Context(), &sealed)
		}); err != nil || strings.Contains(string(sealed), made.Secret[6:20]) {
			t.Errorf("the secret stands in the clear, %v", err)
		}
		s.treasurer.Post(path+"/disablements", `{"reason":"It is replaced"}`).Want(200)
		s.openFunds(0, 2)
		s.admin.Post(path+"/enablements", nil).Want(200)
		s.sends(t, func() bool { return len(at.heard()) >= 2 })
		if got := at.heard(); !slices.Equal(got, codes(2)) {
			t.Errorf("after a break it heard %v", got)
		}
	})
}

// A new secret signs beside the old one for a day; events are told again from a position on and a call by itself, under
// their ids; who answers 410, redirects for days, or stands behind a name that leads inside, is given up.
func TestReceiversAreToldAgainAndGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		status := http.StatusOK
		var mu sync.Mutex
		answers := func(now int) { mu.Lock(); defer mu.Unlock(); status = now }
		at := hear(t, func(int) int { mu.Lock(); defer mu.Unlock(); return status })
		s := startTelling(t, db, at)
		id, secret := s.agreed(t, at.url)
		path := "/webhook-endpoints/" + id
		var rotated struct{ Secret string }
		s.admin.Post(path+"/secrets", nil).Want(200).Into(&rotated)
		at.secret = []string{secret, rotated.Secret}
		s.openFunds(0, 2)
		s.sends(t, func() bool { return len(at.heard()) == 2 })
		storetest.ClockOf(db).Advance(25 * time.Hour)
		at.secret = []string{rotated.Secret}
		s.admin.Post(path+"/replays", `{"after":1000000}`).Problem(409, "events_ahead")
		s.admin.Post(path+"/replays", `{"after":0}`).Want(200)
		s.sends(t, func() bool { return len(at.heard()) >= 4 })
		if got := at.heard(); len(at.wrong) > 0 || !slices.Equal(got, slices.Concat(codes(2), codes(2))) {
			t.Errorf("again it heard %v, %d calls wrongly signed", got, len(at.wrong))
		}
		first := s.calls(t, path)[0]
		s.admin.Post(path+"/deliveries/"+first.ID+"/replays", nil).Want(202)
		s.admin.Post(path+"/deliveries/whd_none/replays", nil).Problem(404, "not_found")
		queue := jobs.New(db, jobs.Options{})
		jobs.Do(queue, (&webhooks.Sender{DB: db, Vault: s.vault, To: s.to}).Again)
		if err := queue.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		waitUntil(t, func() bool { return s.calls(t, path)[0].Replay })
		if err := queue.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if again := s.calls(t, path)[0]; again.Event != first.Event || again.Outcome != "delivered" || again.Attempt != 3 {
			t.Errorf("the call again: %+v, first %+v", again, first)
		}

		funds := 2
		givenUp := func(status, calls int, fault string) {
			t.Helper()
			answers(status)
			s.openFunds(funds, funds+1)
			funds++
			s.sends(t, func() bool { return s.stateOf(path) == "disabled" }, 0)
			log := s.calls(t, path)
			for n := range calls {
				if log[n].Outcome != "failed" || log[n].Status != status || log[n].Fault != fault ||
					log[n].Attempt != calls-n {
					t.Errorf("given up after %+v", log[:calls])
				}
			}
			s.admin.Post(path+"/enablements", nil).Want(200)
		}
		givenUp(http.StatusGone, 1, "")
		givenUp(http.StatusFound, 2, "")
		s.to.Networks = nil
		givenUp(0, 2, "address_refused")
		s.to.Origins = nil
		givenUp(0, 2, "target_not_allowed")
	})
}

// call is a call in the log.
type call struct {
	ID, Outcome, Fault string
	Event              string `json:"event_id"`
	Status, Attempt    int
	Replay             bool
}

// calls are the calls of a receiver, the newest first.
func (s telling) calls(t *testing.T, path string) []call {
	t.Helper()
	var log struct{ Data []call }
	s.admin.Get(path + "/deliveries?limit=200").Want(200).Into(&log)
	if len(log.Data) == 0 {
		t.Fatal("nothing was called")
	}
	return log.Data
}

func (s telling) stateOf(path string) string {
	var e struct{ State string }
	s.admin.Get(path).Want(200).Into(&e)
	return e.State
}

func waitUntil(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what was waited for did not come")
		}
	}
}
