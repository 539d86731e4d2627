package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"supportledger/access"
	apphttp "supportledger/http"
	"supportledger/http/webhooks"
	"supportledger/store"
	"supportledger/store/storetest"
)

var secretShown = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`)

// TestReceiverOnPages asks for a receiver of events, has another person approve it, reads what became of its calls, has
// one made again and all told again, gives it a new secret and turns it off and on, without a script.
func TestReceiverOnPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var heard atomic.Int64
		hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if heard.Add(1) == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		defer hook.Close()
		to, err := webhooks.ParseTargets([]string{hook.URL}, []string{"127.0.0.0/8"})
		if err != nil {
			t.Fatal(err)
		}
		w := stagedWith(t, db, apphttp.Options{Webhooks: to})
		boss, second := w.as(t, access.Admin), w.as(t, access.Treasurer)
		list := boss.get("/receivers").want(http.StatusOK).says("Modtagere af hændelser", "Ingen programmer får besked")
		ask := url.Values{"url": {"https://elsewhere.example/"}, "reason": {"Sagssystemet skal følge med"}}
		boss.sends(list, `action="/receivers"`, "/receivers", ask).want(http.StatusUnprocessableEntity).
			says("Hændelser må ikke sendes til denne adresse")
		ask.Set("url", hook.URL+"/hooks")
		ask.Set("types", "fund")
		made := boss.sends(list, `action="/receivers"`, "/receivers", ask).want(http.StatusOK).says("vises kun her")
		first := secretShown.FindString(made.body)
		id := regexp.MustCompile(`/receivers/(whe_[0-9a-z]+|[a-z]+_[0-9a-z]+)`).FindStringSubmatch(made.body)[1]
		at := "/receivers/" + id
		boss.get(at).want(http.StatusOK).says("Ikke af dig:", "<strong>board_member, treasurer</strong>")
		asked := second.get(at).want(http.StatusOK).says("Må den få besked?")
		second.sends(asked, `action="`+at+"/decisions", at+"/decisions", url.Values{"decision": {"approve"}}).
			want(http.StatusOK).says("Afgjort.", "får besked")

		w.as(t, access.FinanceOfficer).ask(http.MethodPost, "/funds",
			map[string]string{"code": "HOOK", "restriction": "none", "opened_on": "2026-01-01"}, nil)
		w.told(t, to, func() bool { return heard.Load() >= 2 })
		page := boss.get(at).want(http.StatusOK).says("mislykket", "den svarede 503", "modtaget", "forsøg 2")
		again := regexp.MustCompile(`action="(` + at + `/calls/[^"]+/again)"`).FindStringSubmatch(page.body)[1]
		boss.sends(page, again, again, nil).want(http.StatusOK).says("Kaldet gentages nu.")
		boss.get(at + "?outcome=failed").want(http.StatusOK).says("den svarede 503")
		boss.sends(page, `action="`+at+"/replays", at+"/replays", url.Values{"after": {"0"}}).
			want(http.StatusOK).says("Den får igen besked om alle hændelser")
		before := heard.Load()
		w.told(t, to, func() bool { return heard.Load() > before })

		page = boss.get(at)
		other := boss.sends(page, `action="`+at+"/secrets", at+"/secrets", nil).want(http.StatusOK).says("vises kun her")
		if now := secretShown.FindString(other.body); now == "" || first == "" || now == first {
			t.Errorf("the secrets are %q and then %q", first, now)
		}
		if strings.Contains(boss.get(at).body, "whsec_") {
			t.Error("the page of a receiver shows its secret")
		}
		page = second.get(at)
		second.sends(page, `action="`+at+"/off", at+"/off", url.Values{"off_reason": {"Sagssystemet er udskiftet"}}).
			want(http.StatusOK).says("Den får ikke flere beskeder.", "får ikke besked")
		second.sends(page, `action="`+at+"/off", at+"/off", url.Values{"off_reason": {"Sagssystemet er udskiftet"},
			"form_key": {"web_" + strings.Repeat("c", 26)}}).want(http.StatusPreconditionFailed)
		page = boss.get(at)
		boss.sends(page, `action="`+at+"/on", at+"/on", nil).want(http.StatusOK).says("Den får igen besked")
		w.as(t, access.FinanceOfficer).get(at).want(http.StatusForbidden)
	})
}

// told runs a sender until a condition holds.
func (w world) told(t *testing.T, to webhooks.Targets, until func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&webhooks.Sender{DB: w.db, Vault: w.people, To: to, Rests: []time.Duration{0, 0, 0}}).Run(ctx)
	}()
	defer func() {
		stop()
		<-ended
	}()
	for end := time.Now().Add(20 * time.Second); !until(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the receiver was not told")
		}
	}
}
