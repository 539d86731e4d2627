package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun/schema"
)

// Script is statements that return no rows and are sent together, in one round trip. A round trip costs as much as the
// statement itself, and other transactions wait meanwhile for the lock that the tx holds. The statements run in order;
// the first that fails ends the script, and the tx has to roll back. The zero value is empty.
type Script struct {
	steps []step
	err   error
}

// step is a text, or rows of a table, which SQLite takes apart from texts.
type step struct {
	text  string
	table *schema.Table
	rows  reflect.Value
}

// Add puts a bun query at the end.
func (s *Script) Add(query fmt.Stringer) { s.steps = append(s.steps, step{text: query.String()}) }

// AddRows puts what [Insert] would do at the end.
func AddRows[T any](s *Script, tx *Tx, rows []T) {
	if len(rows) == 0 || s.err != nil {
		return
	}
	table := tx.Dialect().Tables().Get(reflect.TypeFor[T]())
	if tx.Engine == SQLite {
		s.steps = append(s.steps, step{table: table, rows: reflect.ValueOf(rows)})
		return
	}
	var query fmt.Stringer
	if query, s.err = columns(tx, table, reflect.ValueOf(rows)); s.err == nil {
		s.Add(query)
	}
}

// Run sends what was added. The script is empty afterwards.
func (s *Script) Run(ctx context.Context, tx *Tx) error {
	steps, err := s.steps, s.err
	*s = Script{}
	var texts []string
	for _, step := range steps {
		if err != nil {
			return err
		}
		if step.table == nil {
			texts = append(texts, step.text)
			continue
		}
		if err = runTexts(ctx, tx, texts); err == nil {
			texts, err = nil, tx.insertCompiled(ctx, step.table, step.rows)
		}
	}
	if err != nil {
		return err
	}
	return runTexts(ctx, tx, texts)
}

// texts is the whole script as one text, for PostgreSQL. The script is empty afterwards.
func (s *Script) texts() (string, error) {
	texts := make([]string, len(s.steps))
	for i, step := range s.steps {
		texts[i] = step.text
	}
	err := s.err
	*s = Script{}
	return strings.Join(texts, ";\n"), err
}

func runTexts(ctx context.Context, tx *Tx, texts []string) error {
	if len(texts) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, strings.Join(texts, ";\n")) // without arguments, so that bun leaves a ? in a value alone
	return err
}
