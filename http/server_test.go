package http

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestDocumentIsTheRoutes holds that nothing is served that the document does not name, and the other way round.
func TestDocumentIsTheRoutes(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	about := []string{"GET " + rest.Base + "/openapi.json", "GET " + rest.Base + "/docs",
		"GET " + rest.Base + "/docs/{file}",
		"GET /help/{page}", "GET /livez", "GET /readyz", "GET /problems", "GET /problems/{code}",
		"GET /sign-in/provider", "GET /sign-in/return"}
	for _, r := range s.site.Routes {
		about = append(about, r.Method+" "+rest.OpenPath(r.Path)) // a page is for people, and stands in no document
	}
	var served []string
	for _, r := range s.api.Engine.Routes() {
		if !strings.HasPrefix(r.Path, "/assets/") && r.Method != http.MethodHead { // HEAD is GET without the body
			served = append(served, r.Method+" "+rest.OpenPath(r.Path))
		}
	}
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Danish      string `json:"x-summary-da"`
		} `json:"paths"`
	}
	made, err := s.Document()
	if err := errors.Join(err, json.Unmarshal(made, &document)); err != nil {
		t.Fatal(err)
	}
	described, ids := slices.Clone(about), map[string]bool{}
	for path, operations := range document.Paths {
		for method, op := range operations {
			described = append(described, strings.ToUpper(method)+" "+rest.Base+path)
			if ids[op.OperationID] || op.Danish == "" {
				t.Errorf("%s %s: operationId %q is taken, or there is no Danish", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(described, "\n"))
	}
	if len(ids) == 0 {
		t.Error("there is not a single operation, so nothing was compared")
	}
}

// TestDeclarations holds that a declaration that would mislead somebody stops the server at start, or leaves it without
// a document.
func TestDeclarations(t *testing.T) {
	type ok struct {
		ID rest.Ref `path:"id" json:"-"`
	}
	fine := rest.Op{Method: rest.Post, Path: "/toys/:id/hugs", ID: "hug", Summary: "Hug", Danish: "Kram", Tag: "toys"}
	with := func(change func(*rest.Op)) rest.Op {
		op := fine
		change(&op)
		return op
	}
	for name, tc := range map[string]struct {
		register func(*rest.API)
		want     string
	}{
		"method":     {route[ok](with(func(op *rest.Op) { op.Method = "FETCH" })), "method"},
		"path":       {route[ok](with(func(op *rest.Op) { op.Path = "/Toys/:id" })), "kebab-case"},
		"wildcard":   {route[ok](with(func(op *rest.Op) { op.Path = "/toys/*id" })), "kebab-case"},
		"no Danish":  {route[ok](with(func(op *rest.Op) { op.Danish = "" })), "readers"},
		"money read": {route[ok](with(func(op *rest.Op) { op.Method, op.Money = rest.Get, true })), "money"},
		"parameters": {route[ok](with(func(op *rest.Op) { op.Path = "/toys/:toy" })), "parameters"},
		"nowhere":    {route[struct{ A string }](fine), "from nowhere"},
		"two places": {route[struct {
			ID rest.Ref `path:"id"`
		}](fine), `json:"-"`},
		"body of a GET": {route[struct {
			ID rest.Ref `path:"id" json:"-"`
			A  string   `json:"a"`
		}](with(func(op *rest.Op) { op.Method = rest.Get })), "no body"},
		"odd parameter": {route[struct {
			ID rest.Ref     `path:"id" json:"-"`
			A  ledger.Money `query:"a" json:"-"`
		}](fine), "cannot be a parameter"},
		"unknown rule": {route[struct {
			ID rest.Ref `path:"id" json:"-"`
			A  string   `json:"a" validate:"required,email"`
		}](fine), `"email" is not in the list`},
		"required number": {route[struct {
			ID rest.Ref `path:"id" json:"-"`
			A  int      `json:"a" validate:"required"`
		}](fine), "refuses 0"},
		"unknown sentinel": {route[ok](with(func(op *rest.Op) { op.Refuses = []error{io.EOF} })), "not in the table"},
		"bad example": {route[struct {
			ID rest.Ref     `path:"id" json:"-"`
			A  rest.Decimal `json:"a"`
		}](with(func(op *rest.Op) { op.Example = `{"a":1}` })), "example"},
		"file written": {func(api *rest.API) {
			rest.Route(api, fine, func(context.Context, *store.Tx, ok) (rest.File, error) { return rest.File{}, nil })
		}, "Produces"},
		"both sides": {func(api *rest.API) {
			type shared struct {
				A string `json:"a"`
			}
			type asked struct {
				ID   rest.Ref `path:"id" json:"-"`
				Part shared   `json:"part"`
			}
			rest.Route(api, fine, func(context.Context, *store.Tx, asked) (shared, error) { return shared{}, nil })
		}, "in requests and in views"},
	} {
		t.Run(name, func(t *testing.T) {
			said := ""
			func() {
				defer func() {
					if v, ok := recover().(string); ok {
						said = v
					}
				}()
				s, err := New(storetest.SQLite(t), Options{}, tc.register)
				if err == nil {
					_, err = s.Document()
				}
				if err != nil {
					said = err.Error()
				}
			}()
			if !strings.Contains(said, tc.want) {
				t.Errorf("said %q, want something with %q", said, tc.want)
			}
		})
	}
	s, err := New(storetest.SQLite(t), Options{}, route[ok](fine))
	if err == nil {
		_, err = s.Document()
	}
	if err != nil {
		t.Errorf("the one that is fine: %v", err)
	}
}

// route registers an operation that does nothing.
func route[In any](op rest.Op) func(*rest.API) {
	return func(api *rest.API) {
		rest.Route(api, op, func(context.Context, *store.Tx, In) (rest.None, error) { return rest.None{}, nil })
	}
}

func TestHealth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, err := New(db, Options{})
		if err != nil {
			t.Fatal(err)
		}
		base := start(t, s)
		if status, body := fetch(t, base+"/livez"); status != 200 || !strings.Contains(body, "alive") {
			t.Errorf("livez %d %s", status, body)
		}
		if status, body := fetch(t, base+"/readyz"); status != 200 ||
			body != `{"status":"ready","checks":{"serving":"ok","database":"ok","schema":"ok","keys":"ok","writing":"ok"}}`+"\n" {
			t.Errorf("readyz %d %s", status, body)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if status, body := fetch(t, base+"/readyz"); status != 503 || !strings.Contains(body, `"database":"failed"`) {
			t.Errorf("readyz without a database: %d %s", status, body)
		}
		if status, _ := fetch(t, base+"/livez"); status != 200 {
			t.Error("the process lives on, but says it does not")
		}
	})
}

// TestEndFinishesWhatIsInFlight ends a server while a request is at work: the request gets its answer, a new one
// gets none, and Serve returns only then.
func TestEndFinishesWhatIsInFlight(t *testing.T) {
	atWork, goOn := make(chan struct{}), make(chan struct{})
	s, err := New(storetest.SQLite(t), Options{}, func(api *rest.API) {
		rest.Route(api, rest.Op{Method: rest.Get, Path: "/slow", ID: "slow", Summary: "Take long", Danish: "Vær længe om det",
			Tag: "toys", Public: true},
			func(context.Context, *store.Tx, rest.None) (rest.None, error) {
				close(atWork)
				<-goOn
				return rest.None{}, nil
			})
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended, answered := make(chan error, 1), make(chan int, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	go func() {
		status, _ := fetch(t, "http://"+l.Addr().String()+rest.Base+"/slow")
		answered <- status
	}()
	<-atWork
	end()
	for !s.ending.Load() {
		time.Sleep(time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("ended with a request in flight: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if conn, err := net.DialTimeout("tcp", l.Addr().String(), time.Second); err == nil {
		_ = conn.Close()
		t.Error("it still takes connections")
	}
	close(goOn)
	if status := <-answered; status != 204 {
		t.Errorf("the request in flight got %d", status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestTimeouts holds the limits that net/http does not have by itself.
func TestTimeouts(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := s.http
	if h.ReadHeaderTimeout != 5*time.Second || h.ReadTimeout != 15*time.Second || h.WriteTimeout != 30*time.Second ||
		h.IdleTimeout != 60*time.Second || h.MaxHeaderBytes != 16<<10 || h.ErrorLog == nil {
		t.Errorf("%+v", h)
	}
	if rest.AnswerWithin >= h.WriteTimeout || endWithin <= h.WriteTimeout {
		t.Error("a request must end before its connection, and its connection before the server")
	}
}

// TestSlowHeadersAreCutOff opens a connection and says nothing.
func TestSlowHeadersAreCutOff(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.http.ReadHeaderTimeout = 50 * time.Millisecond
	base := start(t, s)
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = conn.Write([]byte("GET /livez HTTP/1.1\r\nHost: x\r\n"))
	_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("still open: %v", err)
	}
}

// TestNoProxyIsBelieved holds that nobody can say where they come from.
func TestNoProxyIsBelieved(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s.api.Engine.ForwardedByClientIP || s.api.Engine.RedirectFixedPath || s.api.Engine.RedirectTrailingSlash ||
		!s.api.Engine.HandleMethodNotAllowed {
		t.Errorf("%+v", s.api.Engine)
	}
}

func TestEveryoneSignsIn(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	base := start(t, s)
	for _, e := range s.api.Endpoints {
		req, err := http.NewRequestWithContext(t.Context(), e.Op.Method,
			base+rest.Base+strings.ReplaceAll(e.Op.Path, ":", ""), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized && !e.Op.Public {
			t.Errorf("%s answers %d to a stranger", e.Op.ID, resp.StatusCode)
		}
		for _, role := range e.Op.Roles {
			if !slices.Contains(access.Roles, role) {
				t.Errorf("%s is for %q, which is no role", e.Op.ID, role)
			}
		}
	}
}

// start serves until the test ends, and gives the address.
func start(t *testing.T, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

func fetch(t *testing.T, url string) (int, string) {
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(body)
}

// A request with two lengths ends its connection: what follows it is never taken for a request.
func TestNothingIsSmuggled(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(start(t, s), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, "POST /api/v1/funds HTTP/1.1\r\nHost: books\r\nContent-Length: 6\r\n"+
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: books\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(conn) // a connection that is cut off has said all
	if n := strings.Count(string(said), "HTTP/1.1 "); n != 1 || strings.Contains(string(said), "alive") {
		t.Errorf("%d answers:\n%s", n, said)
	}
}
