package accounts

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// A screen that nobody touches for half an hour is signed out, and stays so when the clock goes back; one that is
// touched goes on.
func TestAnIdleScreenIsSignedOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		a, err := NewSessions(&rest.API{DB: db}, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now().Truncate(time.Second) // the keeper of cookies has the machine's clock
		a.now = func() time.Time { return now }
		cookie := ""
		request := func(act func(c *gin.Context) error) {
			t.Helper()
			answer := httptest.NewRecorder()
			c, _ := gin.CreateTestContext(answer)
			c.Request = httptest.NewRequest(http.MethodGet, "/", nil)
			c.Request.Header.Set("Cookie", rest.SessionCookie+"="+cookie)
			if err := act(c); err != nil {
				t.Fatal(err)
			}
			sent := answer.Result()
			defer func() { _ = sent.Body.Close() }()
			for _, set := range sent.Cookies() {
				cookie = set.Value
			}
		}
		request(func(c *gin.Context) error { return a.enter(c, "tok_1") })
		for _, step := range []struct {
			after time.Duration
			want  access.TokenID
		}{{29 * time.Minute, "tok_1"}, {29 * time.Minute, "tok_1"}, {30 * time.Minute, "tok_1"},
			{30*time.Minute + 2*time.Second, ""}, {-10 * time.Minute, ""}} {
			now = now.Add(step.after)
			request(func(c *gin.Context) error {
				got, err := a.SessionOf(c)
				if got != step.want {
					t.Errorf("%s later: session %q, want %q", step.after, got, step.want)
				}
				return err
			})
		}
	})
}
