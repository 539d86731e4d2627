package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"

	"github.com/uptrace/bun/schema"
)

// On SQLite the text of an INSERT is read and compiled together with all triggers of its table, value by value; for a
// post that costs as much as writing it. So rows go through statements that the one writing connection has compiled
// before, each for a fixed number of rows, and what is left over goes through smaller ones: a bounded number of them,
// whatever the rows.

// strides are the numbers of rows that a compiled INSERT takes, largest first.
var strides = [...]int{256, 32, 8, 1}

// insertCompiled writes rows on the connection of the tx.
func (tx *Tx) insertCompiled(ctx context.Context, table *schema.Table, rows reflect.Value) error {
	if tx.views {
		return ErrReadOnly
	}
	return tx.conn.Raw(func(conn any) error {
		args := make([]driver.NamedValue, 0, min(rows.Len(), strides[0])*len(table.Fields))
		tx.counter.counted(nil)
		for at := 0; at < rows.Len(); {
			n := stride(rows.Len() - at)
			insert, err := tx.compiled.statement(ctx, conn, insertText(table, n))
			if err != nil {
				return err
			}
			args = args[:0]
			for i := range n {
				if args, err = appendRow(args, table, rows.Index(at+i)); err != nil {
					return err
				}
			}
			if _, err := insert.ExecContext(ctx, args); err != nil {
				return err
			}
			at += n
		}
		return nil
	})
}

// stride is the largest number of rows not above left that there are statements for.
func stride(left int) int {
	for _, n := range strides {
		if n <= left {
			return n
		}
	}
	return 1
}

func insertText(table *schema.Table, n int) string {
	var text strings.Builder
	text.WriteString("INSERT INTO " + string(table.SQLName) + " (")
	marks := make([]string, len(table.Fields))
	for i, f := range table.Fields {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(string(f.SQLName))
		marks[i] = "?"
	}
	row := "(" + strings.Join(marks, ", ") + ")"
	text.WriteString(") VALUES " + row + strings.Repeat(", "+row, n-1))
	return text.String()
}

// appendRow adds the columns of a row as the driver takes them.
func appendRow(args []driver.NamedValue, table *schema.Table, row reflect.Value) ([]driver.NamedValue, error) {
	for _, f := range table.Fields {
		v := row.FieldByIndex(f.Index)
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			v = v.Elem()
		}
		arg := driver.NamedValue{Ordinal: len(args) + 1}
		switch {
		case v.Kind() == reflect.Pointer: // NULL
		case v.Kind() == reflect.String:
			arg.Value = v.String()
		case v.CanInt():
			arg.Value = v.Int()
		case v.Kind() == reflect.Bool:
			arg.Value = v.Bool()
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
			arg.Value = v.Bytes()
			if v.IsNil() { // is no NULL here, as on PostgreSQL
				arg.Value = []byte{}
			}
		default:
			return nil, fmt.Errorf("store: %s is a %s, which has no column on SQLite", f.Name, v.Type())
		}
		args = append(args, arg)
	}
	return args, nil
}
