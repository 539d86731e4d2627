package frame

import (
	"maps"
	"net/url"
	"strconv"
	"strings"

	"supportledger/http/rest"
)

// Forms are the forms of a page that has several: at most one of them came back refused, the others are empty.
type Forms struct {
	name    string
	refused Form
}

// NoForms are those of a page that nobody has sent yet.
func NoForms() Forms { return Forms{} }

// Back are the forms of a page of which one came back.
func Back(name string, f Form) Forms { return Forms{name, f} }

// Of is a form by its name.
func (f Forms) Of(name string) Form {
	if f.name == name && name != "" {
		return f.refused
	}
	return NewForm()
}

// Open tells whether a form came back, so that its fold stands open.
func (f Forms) Open(name string) bool { return name != "" && f.name == name }

// Reason is the body of an act that takes a reason and nothing else.
type Reason struct {
	Reason string `json:"reason"`
}

// SeenOf makes an act decide on what the form showed, as an operation that reads answers it.
func (f Form) SeenOf(ask rest.Ask, operation string) rest.Ask {
	ask.Key = f.Key
	if f.Seen != "" {
		ask.Seen, ask.Of = f.Seen, operation
	}
	return ask
}

// Showing is a form that carries the version the page shows.
func (f Form) Showing(seen string) Form {
	f.Seen = seen
	return f
}

// Because is an act that takes a reason: where it is sent, the version it decides on, its field and its words.
type Because struct {
	Path, Seen, Field, Label, Hint string
}

// State is how a state is shown: its icon and its words.
type State struct {
	Icon string
	Text rest.Text
}

// Said is a code as people say it, or the code where nobody has words for it.
func Said(v *Visit, in map[string]rest.Text, code string) string {
	if t, known := in[code]; known {
		return v.In(t)
	}
	return code
}

// Options are codes to choose from, in their words.
func Options(v *Visit, in map[string]rest.Text, codes ...string) []Option {
	out := make([]Option, 0, len(codes))
	for _, code := range codes {
		out = append(out, Option{Value: code, Text: Said(v, in, code)})
	}
	return out
}

// Count writes a number of things.
func Count(n int) string { return strconv.Itoa(n) }

// Every reads all pages of a list, up to a number of rows that no screen shows.
func Every[T any](v *Visit, id string, ask rest.Ask, most int) (all []T, more bool, err error) {
	q := maps.Clone(ask.Query)
	if q == nil {
		q = url.Values{}
	}
	q.Set("limit", "200")
	ask.Query = q
	for {
		page, _, err := Read[List[T]](v, id, ask)
		if err != nil {
			return nil, false, err
		}
		if all = append(all, page.Data...); !page.Page.HasMore {
			return all, false, nil
		}
		if len(all) >= most {
			return all, true, nil
		}
		q.Set("cursor", page.Page.NextCursor)
	}
}

// ListAsk asks for a page of a list, as the address of the visit says.
func (v *Visit) ListAsk(limit string, filters ...string) rest.Ask {
	q := url.Values{"limit": {limit}}
	for _, name := range append(filters, "cursor") {
		if s := v.C.Query(name); s != "" {
			q.Set(name, s)
		}
	}
	return rest.Ask{Query: q}
}

// Twin is what stands in the main part of a statement as HTML; its headings go one level down, below that of the page.
// Its writer escapes what it shows.
func Twin(html string) string {
	_, html, _ = strings.Cut(html, "<main>")
	html, _, _ = strings.Cut(html, "</main>")
	return strings.NewReplacer("<h2>", "<h3>", "</h2>", "</h3>", "<h1>", "<h2>", "</h1>", "</h2>").Replace(html)
}
