package rest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"supportledger/access"
)

// A tag is of everything that is shown but of what follows from the clock or from others: each other field, its name
// and its value, makes another tag; the order of the fields makes none.
func TestTagIsOfWhatIsShown(t *testing.T) {
	e := &Endpoint{beside: []string{"due", "may"}}
	first := e.Tag([]byte(`{"id":"a","state":"draft","due":true,"may":["approve"]}`))
	for name, c := range map[string]struct {
		body string
		same bool
	}{
		"again":                   {`{"id":"a","state":"draft","due":true,"may":["approve"]}`, true},
		"in another order":        {`{"state":"draft","id":"a","may":["approve"],"due":true}`, true},
		"later":                   {`{"id":"a","state":"draft","due":false,"may":[]}`, true},
		"without what is beside":  {`{"id":"a","state":"draft"}`, true},
		"another value":           {`{"id":"a","state":"approved","due":true,"may":["approve"]}`, false},
		"another thing":           {`{"id":"b","state":"draft","due":true,"may":["approve"]}`, false},
		"a field more":            {`{"id":"a","state":"draft","due":true,"may":["approve"],"of":""}`, false},
		"a field less":            {`{"id":"a","due":true,"may":["approve"]}`, false},
		"a name that is cut else": {`{"ids":"a","tate":"draft","due":true,"may":["approve"]}`, false},
	} {
		if got := e.Tag([]byte(c.body)); (got == first) != c.same {
			t.Errorf("%s: %s beside %s", name, got, first)
		}
	}
	plain := &Endpoint{}
	if plain.Tag([]byte(`{"id":"a"}`+"\n")) != plain.Tag([]byte(`{"id":"a"}`)) {
		t.Error("the end of the line makes another tag")
	}
	if plain.Tag([]byte(`{"id":"a","due":true}`)) == plain.Tag([]byte(`{"id":"a","due":false}`)) {
		t.Error("what nobody calls beside is beside")
	}
}

// A request without a tag names no state, nor does one with a star; several tags are several states.
func TestWhichStatesARequestNames(t *testing.T) {
	for name, c := range map[string]struct {
		headers []string
		want    []string
	}{
		"none": {nil, nil}, "empty": {[]string{""}, nil}, "any": {[]string{"*"}, nil}, "only commas": {[]string{" , ,"}, nil},
		"one": {[]string{`"a"`}, []string{`"a"`}}, "two": {[]string{`"a", "b"`}, []string{`"a"`, `"b"`}},
		"two headers": {[]string{`"a"`, `"b"`}, []string{`"a"`, `"b"`}}, "one beside any": {[]string{`*, "a"`},
			[]string{`"a"`}},
	} {
		c2, _ := gin.CreateTestContext(httptest.NewRecorder())
		c2.Request = httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/", http.NoBody)
		for _, h := range c.headers {
			c2.Request.Header.Add("If-Match", h)
		}
		c2.Params = gin.Params{{Key: "id", Value: "a/b"}}
		twin := &Endpoint{Op: Op{Path: "/plans/:id"}}
		twin.newIn = func() any { return &struct{}{} }
		var req Request
		err := (&Endpoint{twin: twin}).readMatch(c2, &req)
		if len(c.want) == 0 && !errors.Is(err, ErrNoVersion) || len(c.want) > 0 && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(req.match) != len(c.want) || req.shownAt != Base+"/plans/a%2Fb" {
			t.Errorf("%s: %q, shown at %s", name, req.match, req.shownAt)
		}
		for i := range c.want {
			if req.match[i] != c.want[i] {
				t.Errorf("%s: %q, want %q", name, req.match, c.want)
			}
		}
		var other Request
		if err := (&Endpoint{}).readMatch(c2, &other); err != nil || other.match != nil {
			t.Errorf("%s, where none is wanted: %q, %v", name, other.match, err)
		}
	}
}

// The token is what stands behind Bearer, in whatever letters; another scheme, or nothing behind it, is none, and a
// cookie beside it is not asked.
func TestCredentialOfTheHeader(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer slt_1": "slt_1", "bearer slt_1": "slt_1", "BEARER slt_1": "slt_1", "Bearer  slt_1": " slt_1",
		"Bearer": "", "Bearer ": "", "Basic slt_1": "", "slt_1": "", "Bearerslt_1": "", "Bearer: slt_1": "",
	} {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		c.Request.Header.Set("Authorization", header)
		c.Request.AddCookie(&http.Cookie{Name: SessionCookie, Value: "x"})
		got, err := (&API{}).CredentialOf(c)
		if got.Bearer != want || got.Session != "" || (want == "") != errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("%q: %+v, %v", header, got, err)
		}
	}
}
