package http_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/http/rest"
	"supportledger/store"
)

// bodiesOf are requests in good shape for every operation on a person that writes, so that it is the person who is
// refused.
var bodiesOf = map[string]string{
	"PUT /beneficiaries/{id}/identity":                        `{"names":"x"}`,
	"POST /beneficiaries/{id}/identity-openings":              wholly,
	"POST /beneficiaries/{id}/caseload":                       `{"user":"caring","from":"2026-01-01"}`,
	"POST /beneficiaries/{id}/caseload/{assignment}/endings":  `{"on":"2026-01-01"}`,
	"POST /beneficiaries/{id}/consents":                       `{"purpose":"support","given_on":"2026-01-01","expires_on":"2027-01-01","evidence_id":"doc_1"}`,
	"POST /beneficiaries/{id}/consents/{consent}/revocations": `{"from":"2026-01-01"}`,
	"POST /beneficiaries/{id}/households":                     `{"size":"1","children":"0"}`,
	"POST /beneficiaries/{id}/notes":                          `{"purpose":"plan","text":"x"}`,
	"POST /beneficiaries/{id}/file-openings":                  `{"what":["nte_1"],"reason":"to plan the next step"}`,
	"POST /beneficiaries/{id}/referrals":                      `{"to":"health","override":"the person is in danger tonight"}`,
	"POST /beneficiaries/{id}/referrals/{referral}/answers":   `{"answer":"done"}`,
	"POST /beneficiaries/{id}/close-people":                   `{"kind":"dependant","relation":"child"}`,
	"POST /beneficiaries/{id}/close-people/{person}/endings":  `{"on":"2026-12-31"}`,
	"POST /beneficiaries/{id}/safe-contacts":                  `{"way":"mail","safe":true,"review_on":"2027-01-01"}`,
	"POST /beneficiaries/{id}/endings":                        `{"on":"2026-01-01"}`,
	"POST /beneficiaries/{id}/erasures":                       `{"reason":"the person asked for it"}`,
	"POST /beneficiaries/{id}/exports":                        `{"reason":"the person asked for it"}`,
}

// opensAnybody is the one way to somebody who is not on one's caseload. It tells that they are there, and the privacy
// officer that it told.
const opensAnybody = "POST /beneficiaries/{id}/emergency-openings"

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// TestExistenceOracle holds that a caseworker cannot tell a person who is not theirs from one who is not there: status,
// headers and body are equal on every operation on a person that the API description has, and so are the times, also of
// the person's plans and of what is paid under them (whose answers TestPermissionsByRelation compares). A server that
// opens one sealed field more for a person on record must be seen by the same test of times.
func TestExistenceOracle(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		for range 30 {
			s.admit()
		}
		hidden := 0
		for _, op := range s.c.Operations() {
			method, path, _ := strings.Cut(op, " ")
			rest, about := strings.CutPrefix(path, "/beneficiaries/{id}")
			if !about || op == opensAnybody {
				continue
			}
			body, known := bodiesOf[op]
			if method != get && !known {
				t.Errorf("%s is new: give it a request in bodiesOf", op)
			}
			rest = parameter.ReplaceAllString(rest, "x_1")
			there, not := s.ask(t, method, s.code, rest, body), s.ask(t, method, "B-10001", rest, body)
			switch {
			case there != not:
				t.Errorf("%s tells:\n%s\n%s", op, there, not)
			case strings.HasPrefix(there, "404"):
				hidden++
			case !strings.HasPrefix(there, "403"):
				t.Errorf("%s: %s", op, there)
			}
		}
		if hidden < 9 {
			t.Errorf("only %d operations got as far as the person", hidden)
		}
		s.leak.seal(t, s)
		s.withFund(t)
		s.caring.Post("/plans", `{"number":"P-1","beneficiary":"`+s.code+
			`","currency":"DKK","starts_on":"2026-01-01","shares":[{"fund":"UNR","percent":"100"}],`+
			`"lines":[{"line":"stipend","category":"stipend","unit_price":"100.00","due":["2026-03-01"]}]}`).Want(
			http.StatusCreated)
		asked := drafted(s.caring, `{"plan":"P-1",`+aidOf100+"}")
		keyed(s.c.As(s.db, "paying-ahead", access.FinanceOfficer)).Post("/prepayments", `{"number":"RET-1","kind":"retainer",
			"fund":"UNR","paid_by":"card","plan":"P-1","date":"2026-02-02","amount":"100.00"}`).Want(http.StatusCreated)
		s.caring.Get("/prepayments/RET-1").Want(http.StatusOK)
		if there, not := s.outside.Get("/prepayments/RET-1"), s.outside.Get("/prepayments/RET-2"); there.Status !=
			http.StatusNotFound || not.Status != http.StatusNotFound {
			t.Errorf("money paid ahead for somebody else's plan answers %d, none %d", there.Status, not.Status)
		}
		for there, not := range map[string]string{"/beneficiaries/" + s.code: "/beneficiaries/B-10001",
			"/plans/P-1":              "/plans/P-2",
			"/disbursements/" + asked: "/disbursements/" + asked[:len(asked)-4] + "0000"} {
			if s.alwaysApart(t, there, not, true) {
				t.Errorf("the times tell %s, which is there, from one that is not", there)
			}
		}
		if !s.alwaysApart(t, "/leaky-beneficiaries/"+s.code, "/leaky-beneficiaries/B-10001", false) {
			t.Error("a server that opens a field more for who is there is not seen: the test of times proves nothing")
		}
	})
}

// certain is how rarely chance alone may give such times, and narrow from how many microseconds on they tell anything:
// the server that leaks is some 60 apart, and what the processor's caches do to two texts is 3.
const (
	certain = 0.001
	narrow  = 10
)

// alwaysApart tells whether times tell apart who is there: each of three goes has to say so, or where one is looked for
// that does, any.
func (s staffed) alwaysApart(t *testing.T, there, not string, each bool) bool {
	t.Helper()
	random := rand.New(rand.NewPCG(20261126, 5)) //nolint:gosec // it deals, and is to deal the same each time
	for range 3 {
		if apart := s.toldApart(t, random, there, not) <= certain; apart != each {
			return apart
		}
	}
	return each
}

// toldApart times requests about somebody who is there and somebody who is not in turns, and gives the share of ways to
// exchange the two of each turn that set them as far apart, or 1 where they are too close to tell. What slows the
// machine down slows both of a turn, and a burst is one turn out of hundreds.
func (s staffed) toldApart(t *testing.T, random *rand.Rand, here, nowhere string) float64 {
	t.Helper()
	gaps := make([]float64, 300)
	for i := range gaps {
		var there, not float64
		if random.IntN(2) == 0 {
			there, not = s.timed(t, here), s.timed(t, nowhere)
		} else {
			not, there = s.timed(t, nowhere), s.timed(t, here)
		}
		gaps[i] = there - not
	}
	p := exchanged(random, gaps)
	t.Logf("%s %s: median gap %.0f µs, p = %.4f", s.db.Engine(), here, median(gaps), p)
	if gap := median(gaps); max(gap, -gap) < narrow {
		return 1
	}
	return p
}

// exchanged is the share of random exchanges whose median gap is as wide.
func exchanged(random *rand.Rand, gaps []float64) float64 {
	const deals = 4000
	seen, as := max(median(gaps), -median(gaps)), 0
	dealt := make([]float64, len(gaps))
	for range deals {
		for i, g := range gaps {
			if dealt[i] = g; random.IntN(2) == 0 {
				dealt[i] = -g
			}
		}
		if m := median(dealt); max(m, -m) >= seen {
			as++
		}
	}
	return float64(as+1) / (deals + 1)
}

func median(a []float64) float64 {
	sorted := slices.Sorted(slices.Values(a))
	return sorted[len(sorted)/2]
}

// leaky is a route with the mistake that the test of times has to see.
type leaky struct {
	vault  *vault.Vault
	sealed []byte
	id     string
}

var leakAt = vault.Place{Table: "identities", Column: "sealed", Row: "leak", Version: 1}

func (l *leaky) seal(t *testing.T, s staffed) {
	t.Helper()
	if err := s.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		if err := tx.NewRaw("SELECT id FROM beneficiaries WHERE code = ?", s.code).Scan(t.Context(), &l.id); err != nil {
			return err
		}
		l.sealed, err = l.vault.Seal(t.Context(), tx, l.id, leakAt, "somebody")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

type leakyRequest struct {
	ID rest.Ref `path:"id" json:"-"`
}

// route answers like the real one, and opens a field on the way where the person is there.
func (l *leaky) route(api *rest.API) {
	rest.Route(api, rest.Op{Method: get, Path: "/leaky-beneficiaries/:id", ID: "leaky", Tag: "leaky", Summary: "x",
		Danish:  "x",
		Refuses: []error{beneficiaries.ErrUnknownBeneficiary}},
		func(ctx context.Context, tx *store.Tx, in leakyRequest) (rest.None, error) {
			var found []string
			if err := tx.NewRaw("SELECT id FROM beneficiaries WHERE code = ?", string(in.ID)).Scan(ctx, &found); err != nil {
				return rest.None{}, err
			}
			if len(found) > 0 && found[0] == l.id {
				if _, err := l.vault.Open(ctx, tx, l.id, leakAt, l.sealed); err != nil {
					return rest.None{}, err
				}
			}
			return rest.None{}, beneficiaries.ErrUnknownBeneficiary
		})
}

// ask gives all that an answer says, without the code that was asked for and the time of day.
func (s staffed) ask(t *testing.T, method, code, path, body string) string {
	t.Helper()
	a := s.outside.In(t).Send(s.request(t, method, code, path, body))
	a.Header.Del("Date")
	return strings.ReplaceAll(fmt.Sprintf("%d %v %s", a.Status, a.Header, a.Body), code, "B-…")
}

func (s staffed) timed(t *testing.T, path string) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), get, s.c.Base+rest.Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Request-Id", "same")
	began := time.Now()
	s.outside.Raw(req)
	return float64(time.Since(began).Nanoseconds()) / 1000
}
