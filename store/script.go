package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
)

// Script is statements that answer nothing and are sent together: one way to the server and back, however many they are. A
// way costs as much as the statement itself, and every one of them is made while others wait for the lock that the tx holds.
// They run in order; the first that fails ends it, and the tx has to roll back. The zero value is empty.
type Script struct {
	texts []string
	err   error
}

// Add puts a bun query at the end.
func (s *Script) Add(query fmt.Stringer) { s.texts = append(s.texts, query.String()) }

// AddRows puts what [Insert] would do at the end.
func AddRows[T any](s *Script, tx *Tx, rows []T) {
	if len(rows) == 0 || s.err != nil {
		return
	}
	if tx.Engine == Postgres {
		var query fmt.Stringer
		if query, s.err = columns(tx, tx.Dialect().Tables().Get(reflect.TypeFor[T]()), reflect.ValueOf(rows)); s.err == nil {
			s.Add(query)
		}
		return
	}
	for ; len(rows) > chunk; rows = rows[chunk:] {
		part := rows[:chunk]
		s.Add(tx.NewInsert().Model(&part).Returning("NULL"))
	}
	s.Add(tx.NewInsert().Model(&rows).Returning("NULL")) // or else bun asks for every empty column back
}

// Run sends what was added. The script is empty afterwards.
func (s *Script) Run(ctx context.Context, tx *Tx) error {
	texts, err := s.texts, s.err
	*s = Script{}
	if err != nil || len(texts) == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, strings.Join(texts, ";\n")) // without arguments, so that bun leaves a ? in a value alone
	return err
}
