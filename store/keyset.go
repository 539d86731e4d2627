package store

import "github.com/uptrace/bun"

// Keyset names the rows of a list that one page wants: those behind After in the list's order, at most Limit of them.
// The order is that of a unique key with an index, so a page costs its own rows wherever it begins.
type Keyset struct {
	After []string // the key of the last row of the page before, one text per column; nil begins at the start
	Limit int      // at most so many rows; 0 reads all
}

// Ascending orders q by columns, which together are unique, and cuts the page out of it.
func (k Keyset) Ascending(q *bun.SelectQuery, columns ...string) *bun.SelectQuery {
	return k.cut(q, ">", "ASC", columns)
}

// Descending is [Keyset.Ascending] from the greatest key down.
func (k Keyset) Descending(q *bun.SelectQuery, columns ...string) *bun.SelectQuery {
	return k.cut(q, "<", "DESC", columns)
}

func (k Keyset) cut(q *bun.SelectQuery, behind, direction bun.Safe, columns []string) *bun.SelectQuery {
	names := make([]bun.Ident, len(columns))
	for i, column := range columns {
		names[i] = bun.Ident(column)
		q = q.OrderExpr("? ?", names[i], direction)
	}
	if len(k.After) > 0 {
		q = q.Where("(?) ? (?)", bun.List(names), behind, bun.List(k.After))
	}
	if k.Limit > 0 {
		q = q.Limit(int64(k.Limit))
	}
	return q
}
