package migrations

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Schema is the name of the first migration, which makes all that folder schema says. Books with an older migration
// were made by a version whose schema is not known any more.
const Schema = "20261201000000"

// folder holds the first schema.
const folder = "schema"

// schema reads the first schema for an engine into one migration: the tables, what is the engine's own, the portable
// triggers, and the simple ones of guards.go and states.go. Of a table's triggers SQLite asks the newest first. A file
// system without the folder has none.
//
// A statement ends with a line that ends in ";" and is followed by an empty line, a comment, CREATE, INSERT or ALTER at
// the beginning of a line.
func schema(fsys fs.FS, engine string, rewritten func(name, text string) (string, error)) (map[string]string, error) {
	if rewritten == nil {
		if _, err := fs.Stat(fsys, folder); err != nil {
			return nil, nil //nolint:nilerr // a file system without the folder has no first schema
		}
		return map[string]string{Schema + "_schema.tx.up.sql": ""}, nil
	}
	parts := map[string]string{}
	for _, dir := range []string{".", "guards", engine} {
		text, err := joined(fsys, path.Join(folder, dir))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		parts[dir] = text
	}
	tables := parts["."]
	before, after := generated(engine)
	all := slices.Concat(common[engine], after, statements(parts[engine]))
	for _, trigger := range slices.Concat(statements(parts["guards"]), counted()) {
		if engine == SQLite {
			all = append(all, trigger)
			continue
		}
		written, err := plpgsql(trigger)
		if err != nil {
			return nil, err
		}
		all = append(all, written...)
	}
	all = append(all, before...)
	all = append(all, twins(engine, tables)...)
	tables = money.ReplaceAllString(tables, bounded)
	if engine == Postgres {
		noted, err := proving(tables)
		if err != nil {
			return nil, err
		}
		all = append(all, noted...)
	}
	tables = decimalOf.ReplaceAllString(tables, decimals[engine])
	if engine == SQLite {
		var err error
		if tables, err = rewritten(folder, tables); err != nil {
			return nil, err
		}
	}
	all = append(statements(tables), all...)
	return map[string]string{Schema + "_schema.tx.up.sql": strings.Join(all, "\n--bun:split\n") + "\n"}, nil
}

// money is an amount, or a sum of amounts, in minor units. Nothing near 64 bits is ever stored, so no sum of rows
// wraps. Package ledger has the same bound, and package store knows the names of the constraints.
var money = regexp.MustCompile(`(?m)^    (\w+) MONEY\b`)

const bounded = "    $1 BIGINT CONSTRAINT ${1}_bounds CHECK ($1 BETWEEN -10000000000000 AND 10000000000000)"

// decimalOf is the one word of the views that the engines write differently: DECIMAL_OF(x, c) is x minor units as a
// decimal number of the currency whose row of currency_digits is c.
var decimalOf = regexp.MustCompile(`DECIMAL_OF\((-?[\w.]+), (\w+)\)`)

var decimals = map[string]string{
	SQLite:   "$1 / CAST(COALESCE($2.units, 100) AS REAL)",
	Postgres: "ROUND($1 / CAST(COALESCE($2.units, 100) AS NUMERIC), CAST(COALESCE($2.digits, 2) AS INTEGER))",
}

// joined reads the SQL files of a folder in their order.
func joined(fsys fs.FS, dir string) (string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return "", fmt.Errorf("migrations: %w", err)
	}
	var all strings.Builder
	for _, e := range entries {
		if path.Ext(e.Name()) != ".sql" {
			continue
		}
		text, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return "", fmt.Errorf("migrations: %w", err)
		}
		all.Write(text)
		all.WriteByte('\n')
	}
	return all.String(), nil
}

// statements parts a text, without the comments that stand before a statement.
func statements(text string) (all []string) {
	var statement []string
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len(statement) == 0 && (line == "" || strings.HasPrefix(line, "--")) {
			continue
		}
		statement = append(statement, line)
		code, _, _ := strings.Cut(line, "; --")
		if (strings.HasSuffix(line, ";") || code != line) && (i+1 == len(lines) || begins(lines[i+1])) {
			all, statement = append(all, strings.Join(statement, "\n")), nil
		}
	}
	if len(statement) > 0 {
		all = append(all, strings.Join(statement, "\n"))
	}
	return all
}

func begins(line string) bool {
	for _, word := range []string{"--", "CREATE ", "INSERT ", "ALTER "} {
		if strings.HasPrefix(line, word) {
			return true
		}
	}
	return line == ""
}
