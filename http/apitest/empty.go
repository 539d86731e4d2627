package apitest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
)

// withoutEmpty tells whether a request is as the document wants it once what is empty is left out: an empty text or a 0
// in the place of what may be left out says the same.
func (j *judge) withoutEmpty(req *http.Request, sent []byte) bool {
	plain := req.Clone(req.Context())
	query := plain.URL.Query()
	for name, values := range query {
		if len(values) == 1 && values[0] == "" {
			query.Del(name)
		}
	}
	plain.URL.RawQuery = query.Encode()
	var body any
	if json.Unmarshal(sent, &body) == nil {
		if rest, err := json.Marshal(leaveOut(body)); err == nil {
			sent = rest
		}
	}
	plain.Body = io.NopCloser(bytes.NewReader(sent))
	ok, _ := j.check.ValidateHttpRequestSync(plain)
	return ok
}

// leaveOut takes empty members out of all objects.
func leaveOut(v any) any {
	switch v := v.(type) {
	case object:
		for name, member := range v {
			if member == "" || member == 0.0 {
				delete(v, name)
				continue
			}
			v[name] = leaveOut(member)
		}
	case []any:
		for i := range v {
			v[i] = leaveOut(v[i])
		}
	}
	return v
}
