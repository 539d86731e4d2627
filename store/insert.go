package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// Insert writes rows, structs that bun knows as a table, in a constant number of statements: on PostgreSQL one INSERT …
// SELECT FROM unnest with an array per column, which costs its parser nothing per row; on SQLite INSERTs with many
// VALUES that were compiled before. Columns are those of the struct, so what an INSERT adds to them (a clause for
// conflicts) is not here. No rows are no statement.
//
// Fields are kinds of string, int and bool, []byte, and pointers to them, as the four types of the schema are.
func Insert[T any](ctx context.Context, tx *Tx, rows []T) error {
	var s Script
	AddRows(&s, tx, rows)
	return s.Run(ctx, tx)
}

// columns is the rows as one array literal per column. The names in the text are the model's, the values are
// arguments.
func columns(tx *Tx, table *schema.Table, rows reflect.Value) (*bun.RawQuery, error) {
	var text strings.Builder
	text.WriteString("INSERT INTO ? (")
	args := []any{table.SQLName}
	for i, f := range table.Fields {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("?")
		args = append(args, f.SQLName)
	}
	text.WriteString(") SELECT * FROM unnest(")
	for i, f := range table.Fields {
		column, kind, err := columnOf(rows, f)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("?::")
		text.WriteString(kind)
		args = append(args, column)
	}
	text.WriteString(")")
	return tx.NewRaw(text.String(), args...), nil
}

// columnOf writes one field of all rows as a PostgreSQL array literal and names its type.
func columnOf(rows reflect.Value, f *schema.Field) (literal, kind string, err error) {
	of := f.StructField.Type
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	var write func([]byte, reflect.Value) []byte
	switch {
	case of.Kind() == reflect.String:
		kind, write = "text[]", func(b []byte, v reflect.Value) []byte { return appendElement(b, v.String()) }
	case of.Kind() == reflect.Int || of.Kind() == reflect.Int64:
		kind, write = "bigint[]", func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case of.Kind() == reflect.Bool:
		kind, write = "boolean[]", func(b []byte, v reflect.Value) []byte { return strconv.AppendBool(b, v.Bool()) }
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Uint8:
		kind, write = "bytea[]", func(b []byte, v reflect.Value) []byte {
			return hex.AppendEncode(append(b, `"\\x`...),
				v.Bytes())
		}
	default:
		return "", "", fmt.Errorf("store: %s is a %s, which has no array on PostgreSQL", f.Name, of)
	}
	b := []byte{'{'}
	for i := range rows.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		v := rows.Index(i).FieldByIndex(f.Index)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				b = append(b, "NULL"...)
				continue
			}
			v = v.Elem()
		}
		b = write(b, v)
		if kind == "bytea[]" {
			b = append(b, '"')
		}
	}
	return string(append(b, '}')), kind, nil
}

// appendElement writes a text as an element of an array literal.
func appendElement(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
