package story_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	apphttp "supportledger/http"
	"supportledger/http/apitest"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// withoutEnd answers until the client goes.
const withoutEnd = "followStatementRun"

// TestGeneratedRequests sends requests that are made from the document, of every operation and as every role, to books
// with a story in them: no answer is a fault of the server, none says what the document does not, and with SOAK=1,
// where 20,000 are sent to each engine, none takes a second.
func TestGeneratedRequests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		openBooks(t, db)
		client := apitest.ServeWith(t, db, apphttp.Options{Version: "test", Vault: vaulttest.New(t), Evidence: archive(t),
			RequestsPerSecond: 100_000})
		if err := playerOf(t, db, client).Play(t.Context(), toldStory(t, storedStory())); err != nil {
			t.Fatal(err)
		}
		rounds, slow := storetest.Rounds(600, 20_000), storetest.Within(time.Duration(storetest.Rounds(20, 1))*time.Second)
		f := fuzzed{t: t, db: db, client: client, g: apitest.NewGenerator(client, 1), said: map[string]int{}, slow: slow,
			chance: rand.New(rand.NewPCG(2, 0)), clients: map[access.Role]*apitest.Client{}, reached: map[string]int{}}
		f.run(rounds)
	})
}

// storedStory is the story that is in the books: a short one, or all of it.
func storedStory() []string {
	if storetest.Rounds(0, 1) == 1 {
		return nil
	}
	return []string{"S00", "S01", "S02", "S03"}
}

type fuzzed struct {
	t       *testing.T
	db      *store.DB
	client  *apitest.Client
	g       *apitest.Generator
	chance  *rand.Rand
	clients map[access.Role]*apitest.Client
	hired   int
	slow    time.Duration
	sent    int
	said    map[string]int // statuses
	reached map[string]int // operations, by their best status
	longest apitest.Exchange
}

func (f *fuzzed) run(rounds int) {
	for _, role := range access.Roles {
		for _, o := range f.g.Operations {
			if o.Method == http.MethodGet && !strings.Contains(o.Path, "{") && o.ID != withoutEnd &&
				(len(o.Roles) == 0 || slices.Contains(o.Roles, string(role))) && f.chance.IntN(2) == 0 {
				f.look(f.g.Plain(f.as(role), o))
			}
		}
	}
	order := []int{}
	for f.sent < rounds {
		if len(order) == 0 {
			order = f.chance.Perm(len(f.g.Operations))
		}
		o := f.g.Operations[order[0]]
		order = order[1:]
		if o.ID == withoutEnd {
			continue
		}
		for _, e := range f.g.Do(f.caller(o), o) {
			f.look(e)
		}
	}
	good := 0
	for _, status := range f.reached {
		if status < http.StatusMultipleChoices {
			good++
		}
	}
	f.t.Logf("%d requests: %v; %d of %d operations did something; the longest took %v: %s", f.sent, f.said, good,
		len(f.g.Operations), f.longest.Took.Round(time.Millisecond), f.longest.Request)
}

// caller is somebody who may call an operation, mostly.
func (f *fuzzed) caller(o *apitest.Generated) *apitest.Client {
	switch n := f.chance.IntN(100); {
	case n < 3:
		return f.client.WithToken("")
	case n < 6:
		return f.client.WithToken("slt_nonsense")
	case n < 80 && len(o.Roles) > 0:
		return f.as(access.Role(o.Roles[f.chance.IntN(len(o.Roles))]))
	}
	return f.as(access.Roles[f.chance.IntN(len(access.Roles))])
}

// as is a user with a role. Requests may take the token or the role away, so now and then there is a new one.
func (f *fuzzed) as(role access.Role) *apitest.Client {
	if f.clients[role] == nil || f.chance.IntN(40) == 0 {
		f.hired++
		f.clients[role] = f.client.As(f.db, fmt.Sprintf("generated-%d", f.hired), role)
	}
	return f.clients[role]
}

// look judges an exchange.
func (f *fuzzed) look(e apitest.Exchange) {
	f.t.Helper()
	f.sent++
	f.said[fmt.Sprint(e.Status)]++
	f.reached[e.Of.ID] = cmp.Or(min(f.reached[e.Of.ID], e.Status), e.Status)
	if e.Took > f.longest.Took {
		f.longest = e
	}
	wrong := e.Complaints
	if e.Status >= http.StatusInternalServerError {
		wrong = append(wrong, "a fault of the server")
	}
	if e.Took > f.slow {
		if least := f.g.Again(f.client, e, 4); least > f.slow {
			wrong = append(wrong, fmt.Sprintf("it took %v, and never less than %v", e.Took, least))
		}
	}
	if len(wrong) > 0 {
		f.t.Errorf("%s: %d: %s\n   %s\n   %.600s", e.Of.ID, e.Status, strings.Join(wrong, "; "), e.Request,
			bytes.TrimSpace(e.Answer))
	}
}

func archive(t *testing.T) *evidence.Archive {
	t.Helper()
	key, err := evidence.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = blobs.Close() })
	opened, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}
