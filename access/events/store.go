package events

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/proof"
	"supportledger/store"
)

// feedRow is an audit event beside its leaf.
type feedRow struct {
	Position int64
	ID       string
	Action   string
	Subject  string
	At       string
}

func (r feedRow) event() (Event, error) {
	at, err := store.ParseTime(r.At)
	return Event{Position: r.Position, ID: r.ID, Type: r.Action, Subject: r.Subject, At: at}, err
}

// selectFeed selects audit events with the places of their leaves.
func selectFeed(tx *store.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("proof_leaves AS l").
		ColumnExpr("l.position + 1 AS position, a.id, a.action, a.subject, a.at").
		Join("JOIN audit_events AS a ON a.id = l.ref").Where("l.kind = ?", proof.EventLeaf)
}

func readEvents(ctx context.Context, tx *store.Tx, f Filter) ([]Event, error) {
	if len(f.Families) == 0 {
		return nil, nil
	}
	q := selectFeed(tx).Where("l.position >= ?", f.After).Order("l.position").Limit(int64(f.Limit)).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, family := range f.Families {
				q = q.WhereOr("a.action >= ? AND a.action < ?", family+".", family+"/") // '/' follows '.'
			}
			return q
		})
	var rows []feedRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Event, len(rows))
	for i, r := range rows {
		var err error
		if found[i], err = r.event(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func readEvent(ctx context.Context, tx *store.Tx, id string) (Event, error) {
	var row feedRow
	err := selectFeed(tx).Where("l.ref = ?", id).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return Event{}, ErrNoEvent
	}
	if err != nil {
		return Event{}, err
	}
	return row.event()
}
