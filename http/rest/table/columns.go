package table

import (
	"fmt"
	"reflect"
	"strings"

	"supportledger/access/vault"
	"supportledger/http/rest"
	"supportledger/ledger"
)

// How a field of a view struct becomes columns, by its JSON name and its Go type:
//
//	ledger.Money, amounts     a number and its currency; one number where it is tagged `table:"base"`, in base currency
//	Decimal, whole numbers    a number
//	ledger.Date               a day
//	texts, bools              as they are; a list of texts is one text, its parts separated by commas
//	structs                   their fields, named "entry.number"; embedded ones without a name
//	lists of structs          left out, and so is what is tagged `table:"-"`

// kind is what the cells of a column hold.
type kind int

const (
	textCell kind = iota
	numberCell
	dateCell
)

// column is one column of a table.
type column struct {
	Key  string // JSON names from the outside in: "entry.number"
	kind kind
	base bool // an amount in base currency
	path []int
	read func(v reflect.Value) string
}

// tableCell is what stands in one place of a table: a plain decimal, a day YYYY-MM-DD, or a text; "" is empty.
type tableCell struct {
	kind kind
	text string
}

// cell reads the column out of a row.
func (c column) cell(row reflect.Value) tableCell {
	for _, i := range c.path {
		if row.Kind() == reflect.Pointer {
			if row.IsNil() {
				return tableCell{kind: c.kind}
			}
			row = row.Elem()
		}
		row = row.Field(i)
	}
	if row.Kind() == reflect.Pointer {
		if row.IsNil() {
			return tableCell{kind: c.kind}
		}
		row = row.Elem()
	}
	return tableCell{c.kind, c.read(row)}
}

// amounts is a view that a table shows as an amount, whatever else is in it.
type amounts interface {
	TableAmount() (amount, currency string)
}

// ColumnsOf lists the columns of a view struct in the order of its fields.
func ColumnsOf(t reflect.Type) []column { return fieldColumns(t, "", nil) }

func fieldColumns(t reflect.Type, prefix string, path []int) []column {
	var columns []column
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int{}, path...), i)
		of := rest.Underlying(f.Type)
		switch name := rest.JSONName(f); {
		case f.Tag.Get("table") == "-" || f.Tag.Get("json") == "-":
		case f.Anonymous && of.Kind() == reflect.Struct:
			columns = append(columns, fieldColumns(of, prefix, at)...)
		case name != "":
			columns = append(columns, typedColumns(of, prefix+name, f.Tag.Get("table") == "base", at)...)
		}
	}
	return columns
}

// typedColumns makes the columns of one field.
func typedColumns(t reflect.Type, key string, base bool, at []int) []column {
	plain := func(v reflect.Value) string { return fmt.Sprint(v.Interface()) }
	money := func(of func(reflect.Value) (amount, currency string)) []column {
		number := column{Key: key, kind: numberCell, base: base, path: at,
			read: func(v reflect.Value) string { a, _ := of(v); return a }}
		if base {
			return []column{number}
		}
		return []column{number, {Key: key + "_currency", kind: textCell, path: at,
			read: func(v reflect.Value) string { _, c := of(v); return c }}}
	}
	switch {
	case t == reflect.TypeFor[ledger.Money]():
		return money(func(v reflect.Value) (string, string) {
			m, _ := v.Interface().(ledger.Money)
			return m.String(), string(m.Currency)
		})
	case t.Implements(reflect.TypeFor[amounts]()):
		return money(func(v reflect.Value) (string, string) {
			f, _ := v.Interface().(amounts)
			return f.TableAmount()
		})
	case t == reflect.TypeFor[ledger.Date]():
		return []column{{Key: key, kind: dateCell, path: at, read: plain}}
	case t == reflect.TypeFor[vault.Personal](): // it prints as nothing; a table shows it to whom JSON does
		return []column{{Key: key, kind: textCell, path: at, read: reflect.Value.String}}
	case t == reflect.TypeFor[ledger.Rate]():
		return []column{{Key: key, kind: textCell, path: at, read: plain}}
	case t == reflect.TypeFor[rest.Decimal](), t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return []column{{Key: key, kind: numberCell, path: at, read: plain}}
	case t.Kind() == reflect.String, t.Kind() == reflect.Bool:
		return []column{{Key: key, kind: textCell, path: at, read: plain}}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return []column{{Key: key, kind: textCell, path: at, read: func(v reflect.Value) string {
			return strings.Trim(strings.ReplaceAll(fmt.Sprint(v.Interface()), " ", ", "), "[]")
		}}}
	case t.Kind() == reflect.Struct:
		return fieldColumns(t, key+".", at)
	}
	return nil
}
