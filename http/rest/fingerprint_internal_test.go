package rest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// A key is used for one request: another method, path, query or body is another request, however the parts are
// cut.
func TestFingerprintIsOfTheWholeRequest(t *testing.T) {
	of := func(method, path, query, body string) []byte {
		r := httptest.NewRequestWithContext(t.Context(), method, path+"?"+query, http.NoBody)
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		return fingerprint(r, values, []byte(body))
	}
	one := of("POST", "/gifts", "", "{}")
	if again := of("POST", "/gifts", "", "{}"); !bytes.Equal(one, again) {
		t.Error("the same request has another fingerprint")
	}
	seen := map[string]string{string(one): "the first"}
	for name, other := range map[string][]byte{
		"another method":       of("PUT", "/gifts", "", "{}"),
		"another path":         of("POST", "/grants", "", "{}"),
		"a query":              of("POST", "/gifts", "anonymous=true", "{}"),
		"another query":        of("POST", "/gifts", "anonymous=false", "{}"),
		"another body":         of("POST", "/gifts", "", "{ }"),
		"a body cut elsewhere": of("POST", "/gift", "", "s{}"),
	} {
		if twin, taken := seen[string(other)]; taken {
			t.Errorf("%s has the fingerprint of %s", name, twin)
		}
		seen[string(other)] = name
	}
}
