package http_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestOddForms sends forms as no browser does. Each is refused, writes nothing, and keeps the server free for the next;
// what is odd but plain is read as what it is.
func TestOddForms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		served, _ := withBooks(t, db, archive(t))
		c := served.As(db, "caseworker", access.Caseworker)
		served.As(db, "lead", access.ProgrammeLead)
		part := func(head, content string) string {
			return "--x\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + content + "\r\n"
		}
		asked := part(`name="disbursement"`, "{"+aidOf10+"}")
		paper := part(`name="receipt"; filename="r.pdf"`, receipt)
		nested := "--x\r\nContent-Disposition: form-data; name=\"receipt\"\r\n" +
			"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\nContent-Disposition: file; filename=\"r.pdf\"\r\n\r\n" + receipt + "\r\n--y--\r\n"
		headed := "--x\r\nX-Long: " + strings.Repeat("a", 11<<20) +
			"\r\nContent-Disposition: form-data; name=\"receipt\"\r\n\r\n"
		many := "--x\r\n" + strings.Repeat("X-Many: a\r\n", 20_000) +
			"Content-Disposition: form-data; name=\"receipt\"\r\n\r\n" + receipt + "\r\n"
		before := oddRows(t, db)
		for name, odd := range map[string]struct{ kind, body string }{
			"no boundary named":       {"multipart/form-data", asked + paper + "--x--\r\n"},
			"an empty boundary":       {`multipart/form-data; boundary=""`, asked + paper + "--x--\r\n"},
			"another boundary":        {"multipart/form-data; boundary=z", asked + paper + "--x--\r\n"},
			"a boundary twice":        {"multipart/form-data; boundary=x; boundary=z", asked + "--x--\r\n"},
			"a boundary of newlines":  {"multipart/form-data; boundary=\"\r\n\"", asked + "--x--\r\n"},
			"no parts":                {"multipart/form-data; boundary=x", "--x--\r\n"},
			"nothing":                 {"multipart/form-data; boundary=x", ""},
			"no end":                  {"multipart/form-data; boundary=x", asked + paper},
			"an end in a part":        {"multipart/form-data; boundary=x", asked + paper[:len(paper)/2]},
			"a form in a part":        {"multipart/form-data; boundary=x", asked + nested + "--x--\r\n"},
			"JSON in a form":          {"multipart/form-data; boundary=x", part(`name="disbursement"`, nested) + "--x--\r\n"},
			"a part without a name":   {"multipart/form-data; boundary=x", asked + part("", receipt) + "--x--\r\n"},
			"a file that is the body": {"multipart/form-data; boundary=x", paper + "--x--\r\n"},
			"a huge header":           {"multipart/form-data; boundary=x", asked + headed + receipt + "\r\n--x--\r\n"},
			"20,000 headers":          {"multipart/form-data; boundary=x", asked + many + "--x--\r\n"},
			"another kind of parts":   {"multipart/mixed; boundary=x", asked + paper + "--x--\r\n"},
			"related parts":           {"multipart/related; boundary=x", asked + paper + "--x--\r\n"},
		} {
			if status := sendOdd(t, c, odd.kind, odd.body); status < 400 || status >= 500 {
				t.Errorf("%s: %d", name, status)
			}
			if after := oddRows(t, db); after != before {
				t.Fatalf("%s: left %d rows", name, after-before)
			}
		}
		for name, length := range map[string]int{"longer": len(asked) + 5000, "shorter": len(asked) - 20} {
			if status := sendWrongLength(t, c, asked+"--x--\r\n", length); status < 400 || status >= 500 {
				t.Errorf("a length %s than the form: %d", name, status)
			}
			if after := oddRows(t, db); after != before {
				t.Fatalf("a length %s than the form: left %d rows", name, after-before)
			}
		}
		wrong := strings.Replace(paper, "\r\n\r\n",
			"\r\nContent-Length: 3\r\nContent-Transfer-Encoding: base64\r\n\r\n", 1)
		around := "before\r\n" + asked + wrong + "--x--\r\nbehind"
		if status := sendOdd(t, c, "Multipart/Form-Data; Boundary=x", around); status != 201 {
			t.Errorf("words before and behind, a length of a part that nobody reads: %d", status)
		}
	})
}

// oddRows counts what a form would leave.
func oddRows(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.NewRaw("SELECT (SELECT COUNT(*) FROM disbursements) + (SELECT COUNT(*) FROM evidence) + "+
			"(SELECT COUNT(*) FROM audit_events) + (SELECT COUNT(*) FROM idempotency_keys)").Scan(t.Context(), &n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// sendOdd sends a body past the document, which knows no such requests, and gives the status.
func sendOdd(t *testing.T, c *apitest.Client, kind, body string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.Base+rest.Base+"/disbursements",
		bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header()
	req.Header["Content-Type"] = []string{strings.NewReplacer("\r", "", "\n", "").Replace(kind)}
	req.Header.Set("Idempotency-Key", "odd")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil || strings.Contains(string(said), "multipart:") || strings.Contains(string(said), "mime:") {
		t.Errorf("%v %s", err, said)
	}
	return resp.StatusCode
}

// sendWrongLength sends a form whose Content-Length is not its own, ends, and gives the status; a connection that ends
// without an answer is a refusal too.
func sendWrongLength(t *testing.T, c *apitest.Client, body string, length int) int {
	t.Helper()
	at, err := url.Parse(c.Base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := fmt.Fprintf(conn, "POST %s/disbursements HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n"+
		"Idempotency-Key: odd\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=x\r\n"+
		"Content-Length: %d\r\n\r\n%s", rest.Base, at.Host, c.Header().Get("Authorization"), length, body); err != nil {
		t.Fatal(err)
	}
	if half, ok := conn.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
	said, _ := io.ReadAll(conn)
	status := http.StatusBadRequest
	if _, err := fmt.Sscanf(string(said), "HTTP/1.1 %d", &status); err != nil && len(said) > 0 {
		t.Errorf("%q", said)
	}
	return status
}
