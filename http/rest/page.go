package rest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"

	"supportledger/store"
)

// Page is embedded in the request struct of every list. Limit is clamped, never refused; Cursor comes from the
// page before and belongs to the same filter.
type Page struct {
	Limit  int    `query:"limit" json:"-" description:"How many at most: 1 to 200, 50 unless told. A larger number gives 200."`
	Cursor string `query:"cursor" json:"-" validate:"omitempty,max=512" description:"next_cursor of the page before; all other parameters must stay as they were."`

	filter string // what the request asks for apart from the page, as a short hash
	whole  bool   // the pages of a table, which is read to its end
}

const (
	pageDefault = 50
	pageMax     = 200
	tablePage   = 1000 // of a table, whose pages follow one another
)

// ReadWhole makes a list be read to its end, in pages of its own size.
func (p *Page) ReadWhole() { p.Cursor, p.Limit, p.whole = "", 0, true }

// Size is the number of rows of the page. Ask the database for Size()+1 rows: the one too many tells that there
// is a next page.
func (p Page) Size() int {
	switch {
	case p.whole:
		return tablePage
	case p.Limit <= 0:
		return pageDefault
	case p.Limit > pageMax:
		return pageMax
	}
	return p.Limit
}

// cursor is what a cursor holds: where the page before ended, and for which filter.
type cursor struct {
	After  []string `json:"a"`
	Filter string   `json:"f"`
}

// After gives the sort key of the last row of the page before, nil on the first page. n is how many parts the key
// has. A cursor that we did not make is refused, and so is one made for another filter.
func (p Page) After(n int) ([]string, error) {
	if p.Cursor == "" {
		return nil, nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || json.Unmarshal(raw, &c, json.RejectUnknownMembers(true)) != nil || len(c.After) != n {
		return nil, Refuse("cursor_invalid")
	}
	if c.Filter != p.filter {
		return nil, Refuse("cursor_filter_mismatch")
	}
	return c.After, nil
}

// Keyset is what the database reads for the page: the rows behind the cursor, and one more than the page has. parts
// is how many columns the key has.
func (p Page) Keyset(parts int) (store.Keyset, error) {
	after, err := p.After(parts)
	return store.Keyset{After: after, Limit: p.Size() + 1}, err
}

// PageView is how a list says whether it goes on.
type PageView struct {
	NextCursor string `json:"next_cursor,omitempty" description:"Opaque; send it as cursor to get the next page."`
	HasMore    bool   `json:"has_more"`
}

// List is the answer of every list.
type List[T any] struct {
	Data []T      `json:"data"`
	Page PageView `json:"page"`
}

// TableRows are the rows of a list as a table.
func (l List[T]) TableRows() any { return l.Data }

// TablePage says whether it goes on.
func (l List[T]) TablePage() PageView { return l.Page }

// TableFacts stand above the rows: none.
func (l List[T]) TableFacts() []Fact { return nil }

// ListOf makes a page out of up to Size()+1 rows: it drops the one too many, shows each row, and puts the sort key
// of the last one into the cursor.
func ListOf[R, T any](p Page, rows []R, view func(R) T, key func(R) []string) List[T] {
	out := List[T]{Data: []T{}}
	if len(rows) > p.Size() {
		rows = rows[:p.Size()]
		out.Page.HasMore = true
		raw, err := json.Marshal(cursor{key(rows[len(rows)-1]), p.filter})
		if err == nil { // strings always marshal
			out.Page.NextCursor = base64.RawURLEncoding.EncodeToString(raw)
		}
	}
	for _, r := range rows {
		out.Data = append(out.Data, view(r))
	}
	return out
}

// tellFilter lets an embedded Page know what else the request asked for.
func tellFilter(in any, query url.Values) {
	v := reflect.ValueOf(in).Elem()
	field := v.FieldByName("Page")
	if !field.IsValid() {
		return
	}
	page, ok := field.Addr().Interface().(*Page)
	if !ok {
		return
	}
	rest := url.Values{}
	for name, values := range query {
		if !slices.Contains(slices.Concat(tableNames, []string{"cursor", "limit"}), name) {
			rest[name] = values
		}
	}
	sum := sha256.Sum256([]byte(rest.Encode()))
	page.filter = hex.EncodeToString(sum[:6])
}

// PageOf cuts one page out of rows that are all in memory and sorted by key. It is for what stays short; a list that
// grows with the books takes [Page.Keyset].
func PageOf[R, T any](p Page, rows []R, view func(R) T, key func(R) string) (List[T], error) {
	after, err := p.After(1)
	if err != nil {
		return List[T]{}, err
	}
	if after != nil {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r R) bool { return key(r) <= after[0] })
	}
	return ListOf(p, rows[:min(len(rows), p.Size()+1)], view, func(r R) []string { return []string{key(r)} }), nil
}

// InOrder cuts one page out of rows that are all in memory and only ever added to at their end.
func InOrder[R, T any](p Page, rows []R, view func(R) T) (List[T], error) {
	places := make([]int, len(rows))
	for i := range rows {
		places[i] = i
	}
	return PageOf(p, places, func(i int) T { return view(rows[i]) }, func(i int) string { return fmt.Sprintf("%06d", i) })
}

// PagedRef is the request of a list that belongs to one thing.
type PagedRef struct {
	Page
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
}

// ByRef is the request of everything that is asked for by id or number alone.
type ByRef struct {
	ID Ref `path:"id" json:"-" description:"Its id or its number."`
}

// FirstOf is the key of the last row of the page before, "" on the first page.
func FirstOf(after []string) string {
	if len(after) == 0 {
		return ""
	}
	return after[0]
}

// Views shows a list.
func Views[R, T any](rows []R, view func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = view(r)
	}
	return out
}

// AfterOne is After for lists that are sorted by one thing.
func (p Page) AfterOne() (string, error) {
	after, err := p.After(1)
	if err != nil || after == nil {
		return "", err
	}
	return after[0], nil
}
