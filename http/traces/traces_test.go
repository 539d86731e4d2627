package traces_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	books "supportledger/http"
	"supportledger/http/traces"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestTracesNestAndTellNobody has a collector take what a server tells of a request: the request holds its transaction
// and that its statements, the caller's trace goes on, and nothing of header or body is told.
func TestTracesNestAndTellNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var got collected
		there := httptest.NewServer(&got)
		defer there.Close()
		tracing, err := traces.New(t.Context(), there.URL, "1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		db.OnTxBegin(tracing.Transaction)
		defer db.OnTxBegin(nil)
		address := serve(t, db, tracing.Observe())
		const secret = "canary"
		send(t, http.MethodGet, address+"/api/v1/grants/"+secret, secret)
		send(t, http.MethodPost, address+"/api/v1/sessions", secret)
		tracing.Shutdown(t.Context())
		if got.bytes.Len() == 0 || bytes.Contains(got.bytes.Bytes(), []byte(secret)) {
			t.Errorf("of %d bytes that were told, some are what the caller sent: %q", got.bytes.Len(), got.bytes.String())
		}
		got.span(t, "GET /api/v1/grants/:id")
		request := got.span(t, "POST /api/v1/sessions")
		if trace := request.GetTraceId(); len(trace) != 16 || trace[0] != 0x0a || trace[1] != 0xf7 {
			t.Errorf("the request has the trace %x", trace)
		}
		act := got.span(t, "write transaction")
		if !bytes.Equal(act.GetParentSpanId(), request.GetSpanId()) {
			t.Error("the transaction is no part of the request")
		}
		if !slices.ContainsFunc(got.spans, func(s *otlp.Span) bool {
			return bytes.Equal(s.GetParentSpanId(), act.GetSpanId()) && strings.HasPrefix(s.GetName(), "SELECT ")
		}) {
			t.Errorf("the transaction has no statement: %v", got.spans)
		}
	})
}

// serve serves the books until the test ends.
func serve(t *testing.T, db *store.DB, observe gin.HandlerFunc) (address string) {
	t.Helper()
	server, err := books.New(db, books.Options{Observe: []gin.HandlerFunc{observe}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- server.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// send has secret in all that a caller chooses.
func send(t *testing.T, method, address, secret string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address,
		strings.NewReader(`{"handle":"`+secret+`","password":"`+secret+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"User-Agent", "Accept-Language", "X-Request-Id", "Tracestate"} {
		r.Header.Set(name, secret)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	t.Logf("%s is answered %d", method, answer.StatusCode)
}

// collected is a collector of traces.
type collected struct {
	mu    sync.Mutex
	bytes bytes.Buffer
	spans []*otlp.Span
}

// ServeHTTP takes what an exporter sends.
func (c *collected) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || proto.Unmarshal(body, &sent) != nil {
		http.Error(w, "no OTLP", http.StatusBadRequest)
		return
	}
	c.bytes.Write(body)
	for _, of := range sent.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
}

func (c *collected) span(t *testing.T, name string) *otlp.Span {
	t.Helper()
	for _, s := range c.spans {
		if s.GetName() == name {
			return s
		}
	}
	t.Fatalf("no span is called %q: %v", name, c.spans)
	return nil
}
