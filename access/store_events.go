package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"supportledger/store"
)

func readEvents(ctx context.Context, tx *store.Tx, f EventFilter) ([]Recorded, error) {
	var rows []struct {
		eventRow
		Handle *string
	}
	q := tx.NewSelect().TableExpr("audit_events AS a").ColumnExpr("a.*").ColumnExpr("u.handle").
		Join("LEFT JOIN users AS u ON u.id = a.user_id")
	if f.Actor != "" {
		q = q.Where("a.user_id = ?", f.Actor)
	}
	if f.Action != "" {
		q = q.Where("a.action = ? OR a.action >= ? AND a.action < ?", f.Action, f.Action+".", f.Action+"/") // '/' follows '.'
	}
	if f.Subject != "" {
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			// The second half says again what the index of deputies says, so that both halves are read by an index.
			return q.Where("a.subject = ?", f.Subject).WhereOr("a.on_behalf_of = ? AND a.on_behalf_of <> ''", f.Subject)
		})
	}
	if f.Request != "" {
		q = q.Where("a.request_id = ?", f.Request)
	}
	if !f.From.IsZero() {
		q = q.Where("a.at >= ?", store.FormatTime(f.From))
	}
	if !f.Until.IsZero() {
		q = q.Where("a.at < ?", store.FormatTime(f.Until))
	}
	if err := f.Page.Ascending(q, "a.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Recorded, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.At)
		if err != nil {
			return nil, err
		}
		found[i] = Recorded{ID: r.ID, At: at, Handle: store.ZeroIfNull(r.Handle), Actor: UserID(r.UserID), Token: r.TokenID,
			Request: r.RequestID,
			Event:   Event{Action: r.Action, Subject: r.Subject, OnBehalfOf: r.OnBehalfOf, Reason: r.Reason}}
		if r.Fields != "" {
			found[i].Fields = unmarked(r.Fields)
		}
	}
	return found, nil
}

// Vouched tells whether an event of an action on a subject bears a mark: whether what stands there now is what was
// written then.
func Vouched(ctx context.Context, tx *store.Tx, subject, action, mark string) (bool, error) {
	var events []string
	err := tx.NewSelect().Table("audit_events").Column("fields").Where("subject = ?", subject).
		Where("action = ?", action).Scan(ctx, &events)
	return slices.ContainsFunc(events, func(fields string) bool {
		return slices.Contains(strings.Split(fields, ","), mark)
	}), err
}

// LastAt is when the newest audit event was, UTC, "" where there is none.
func LastAt(ctx context.Context, tx *store.Tx) (at string, err error) {
	err = tx.NewSelect().Table("audit_events").ColumnExpr("COALESCE(MAX(at), '')").Scan(ctx, &at)
	return at, err
}

// CountActions counts the audit events of these actions from an instant on.
func CountActions(ctx context.Context, tx *store.Tx, since time.Time, actions ...string) (map[string]int, error) {
	var rows []struct {
		Action string
		N      int
	}
	err := tx.NewSelect().Table("audit_events").Column("action").ColumnExpr("COUNT(*) AS n").
		Where("at >= ?", store.FormatTime(since)).Where("action IN (?)", bun.List(actions)).Group("action").Scan(ctx, &rows)
	counted := map[string]int{}
	for _, r := range rows {
		counted[r.Action] = r.N
	}
	return counted, err
}
