package story_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// nearBounds are numbers beside everything where arithmetic on amounts could break, and what a driver might say of it.
var nearBounds = []string{"0.01", "0.0000000001", "99999999999.99", "100000000000.00", "100000000000.01",
	"10000000000000", "92233720368547758.07", "92233720368547758.08", "184467440737095.51716", "184467440737095516.17",
	"999999999999999.99", "999999999999999", "-100000000000.00"}

var (
	plainNumber = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	quotedRate  = regexp.MustCompile(`^\d+(\.\d+)? [A-Z]{3}/[A-Z]{3}$`)
	driverWords = regexp.MustCompile(`(?i)sqlite|postgres|pgx|SQLSTATE|REAL value|BIGINT|INTEGER column|out of range|` +
		`constraint|overflow|_bounds`)
)

// prober sends, before every write of a story, the same write with numbers near every bound, as a dry run.
type prober struct {
	t      *testing.T
	server http.RoundTripper
	chance *rand.Rand
	asked  map[string]int // by operation
	taken  int
}

func (p *prober) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Method == http.MethodGet {
		return p.server.RoundTrip(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body.Close()
	var content any
	if json.Unmarshal(body, &content) == nil {
		places := numbers(content)
		for i := range places {
			for range storetest.Rounds(1, 5) {
				p.probe(req, content, places[i:i+1])
			}
		}
		if len(places) > 1 {
			p.probe(req, content, places)
		}
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return p.server.RoundTrip(req)
}

// names are members that look like numbers.
var names = []string{"account", "number", "code", "external_id", "line_no", "line"}

// place is a number in a request: the way to it and back.
type place struct {
	name string
	text string
	set  func(string)
}

// numbers finds the amounts, rates and units of a request.
func numbers(content any) (found []place) {
	switch c := content.(type) {
	case map[string]any:
		for name, value := range c {
			if text, ok := value.(string); ok && (plainNumber.MatchString(text) || quotedRate.MatchString(text)) &&
				!slices.Contains(names, name) {
				found = append(found, place{name, text, func(s string) { c[name] = s }})
			}
			found = append(found, numbers(value)...)
		}
	case []any:
		for _, value := range c {
			found = append(found, numbers(value)...)
		}
	}
	return found
}

// probe sends a request with some of its numbers near bounds.
func (p *prober) probe(req *http.Request, content any, places []place) {
	for _, at := range places {
		number := nearBounds[p.chance.IntN(len(nearBounds))]
		if _, pair, rate := strings.Cut(at.text, " "); rate {
			number += " " + pair
		}
		at.set(number)
	}
	body, err := json.Marshal(content)
	for _, at := range places {
		at.set(at.text)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	dry := req.Clone(req.Context())
	dry.URL.RawQuery, dry.ContentLength = "dry_run=true", int64(len(body))
	dry.Body, dry.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	dry.Header.Set("Idempotency-Key", fmt.Sprintf("probe-%d", p.chance.Uint64()))
	answer, err := http.DefaultTransport.RoundTrip(dry)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.asked[req.URL.Path]++
	if words := driverWords.FindString(string(said)); answer.StatusCode >= 500 || words != "" {
		p.t.Errorf("%s %s %s: %d says %q: %s", req.Method, req.URL.Path, body, answer.StatusCode, words, said)
	}
	var shown any
	if answer.StatusCode >= 300 || json.Unmarshal(said, &shown) != nil {
		return
	}
	p.taken++
	most := decimal.New(ledger.MaxMinor, -2)
	for _, at := range numbers(shown) {
		if n, err := decimal.NewFromString(at.text); err == nil && n.Abs().GreaterThan(most) &&
			at.name != "units" && at.name != "quantity" {
			p.t.Errorf("%s %s %s: taken, and answered with %s %s", req.Method, req.URL.Path, body, at.name, at.text)
		}
	}
}

// TestNoNumberBreaksAnOperation plays the worked story, and before every write sends it with amounts, rates and units
// near every bound: it is taken within the bounds or refused in our words, and the books are what they would have been.
func TestNoNumberBreaksAnOperation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		file, err := os.Open(filepath.Join(scenarios, "story.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		told, err := story.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		p := &prober{t: t, chance: rand.New(rand.NewPCG(20261130, 1)), asked: map[string]int{}}
		playBy(t, db, told, func(client http.RoundTripper) http.RoundTripper {
			p.server = client
			return p
		})
		n := 0
		for _, asked := range p.asked {
			n += asked
		}
		if n < 100 || p.taken == 0 {
			t.Errorf("%d probes, of which %d were taken: the story has changed", n, p.taken)
		}
		t.Logf("%d probes of %d paths, %d taken as dry runs", n, len(p.asked), p.taken)
		export := filepath.Join(t.TempDir(), "books.journal")
		exportJournal(t, db, export)
		run(t, "hledger", "-f", export, "check")
	})
}

// playBy plays acts through a client of its own.
func playBy(t *testing.T, db *store.DB, acts story.Story, by func(http.RoundTripper) http.RoundTripper) {
	t.Helper()
	client, player := newPlayer(t, db)
	player.Client = &http.Client{Transport: by(client.HTTP.Transport), Timeout: time.Minute}
	if err := player.Play(t.Context(), acts); err != nil {
		t.Fatal(err)
	}
}
