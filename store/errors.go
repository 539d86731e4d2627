package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// What a database can answer, in words that do not depend on the engine.
var (
	ErrNotFound    = errors.New("store: not found")
	ErrDuplicate   = errors.New("store: already exists")
	ErrMissing     = errors.New("store: refers to something that does not exist, or is still referred to")
	ErrStale       = errors.New("store: changed by someone else in the meantime")
	ErrBusy        = errors.New("store: busy, nothing was written; try again")
	ErrRefused     = errors.New("store: refused by the database")
	ErrReadOnly    = errors.New("store: read-only")
	ErrUnavailable = errors.New("store: the database cannot do it now, nothing was written")
	ErrDiskFull    = fmt.Errorf("store: the disk of the database is full: %w", ErrUnavailable)
	ErrDiskFailed  = fmt.Errorf("store: the disk of the database fails, or what is on it is damaged: %w", ErrUnavailable)
	ErrUncertain   = errors.New("store: the connection was lost during the commit; it may have taken effect")
)

// Refused is a rule that the database itself enforces. Our triggers raise it as "supportledger:CODE: text", on both
// engines; a violated CHECK, NOT NULL or column type has the code
// "constraint" and the driver's words, which no client gets to see. Get at it with errors.As into a
// *Refused; errors.Is(err, ErrRefused) holds for all of them.
type Refused struct {
	Code    string // stable, snake_case: entry_unbalanced
	Message string // for people, without values out of the books
}

func (r *Refused) Error() string {
	return "store: refused by the database: " + r.Code + ": " + r.Message
}

// Unwrap makes every Refused an ErrRefused.
func (r *Refused) Unwrap() error { return ErrRefused }

// failure is a classified error: what it means, and the driver's error behind it for errors.As.
type failure struct {
	means error  // one of the sentinels above, or a *Refused
	text  string // said instead of the cause, where the cause may quote values or adds nothing
	cause error
}

func (f *failure) Error() string {
	if errors.Is(f.means, ErrRefused) {
		return f.means.Error() // a *Refused says it all
	}
	return f.means.Error() + ": " + cmp.Or(f.text, f.cause.Error())
}

func (f *failure) Unwrap() []error { return []error{f.means, f.cause} }

var classified = []error{
	ErrNotFound, ErrDuplicate, ErrMissing, ErrStale, ErrBusy, ErrRefused, ErrReadOnly, ErrUnavailable, ErrUncertain,
	errWithheld,
}

// errWithheld marks errors whose own text quotes values.
var errWithheld = errors.New("store: the database refused a value")

// Classify turns a driver's error into one of the errors above and leaves all others as they are. Update and View
// apply it to what they return; inside a transaction it is for whoever wants to go on after, say, a duplicate. On
// PostgreSQL nothing can go on after a failed statement: look first, or use ON CONFLICT.
//
// It goes by SQLSTATE and by SQLite's extended result code, never by wording - but for our own triggers' prefix,
// since a cluster may report a deferred violation under another code (XX000).
func Classify(err error) error {
	if err == nil || isClassified(err) {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return &failure{means: ErrNotFound, cause: err}
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return classifyPostgres(pg, err)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return classifySQLite(lite, err)
	}
	return err
}

func isClassified(err error) bool {
	return slices.ContainsFunc(classified, func(means error) bool { return errors.Is(err, means) })
}

// sqlStates maps https://www.postgresql.org/docs/15/errcodes-appendix.html; two characters stand for a whole class.
var sqlStates = map[string]error{
	"23505": ErrDuplicate,
	"23503": ErrMissing, "23001": ErrMissing,
	"40001": ErrBusy, "40P01": ErrBusy, "55P03": ErrBusy, // serialization, deadlock, lock timeout
	"57014": ErrBusy, "25P03": ErrBusy, // statement timeout, idle in transaction: rolled back
	"25006": ErrReadOnly,
	"08":    ErrUnavailable, "53": ErrUnavailable, "58": ErrUnavailable, // connection, resources, system
	"53100": ErrDiskFull,
	"58030": ErrDiskFailed, "XX001": ErrDiskFailed, "XX002": ErrDiskFailed, // input or output, damaged data, damaged index
	"57P01": ErrUnavailable, "57P02": ErrUnavailable, "57P03": ErrUnavailable, "57P05": ErrUnavailable, // shutdown
	"22": errWithheld,
}

// refusedStates are violated column and table rules: CHECK, NOT NULL, EXCLUDE.
var refusedStates = map[string]bool{"23514": true, "23502": true, "23P01": true}

func classifyPostgres(pg *pgconn.PgError, err error) error {
	if r := raised(pg.Message); r != nil {
		return &failure{means: r, cause: err}
	}
	if refusedStates[pg.Code] && strings.HasSuffix(pg.ConstraintName, bounds) || pg.Code == numberRange {
		return &failure{means: tooLarge, cause: err}
	}
	if refusedStates[pg.Code] {
		return &failure{means: &Refused{Constraint, place(pg)}, cause: err}
	}
	means, ok := sqlStates[pg.Code]
	if !ok && len(pg.Code) == 5 {
		means, ok = sqlStates[pg.Code[:2]]
	}
	if !ok {
		return err
	}
	return &failure{means, strings.TrimSpace("SQLSTATE " + pg.Code + " " + place(pg)), err}
}

// tooLarge is an amount or a sum beyond what a MONEY column takes: the names of those constraints end in bounds.
var tooLarge = &Refused{AmountTooLarge, "an amount, or a sum that it would lead to, is larger than the books can hold"}

// Constraint is the code of a violated CHECK, NOT NULL or column type.
const Constraint = "constraint"

// AmountTooLarge is the code of the refusal of an amount or a sum that is beyond the bound of the books.
const AmountTooLarge = "amount_too_large"

const (
	bounds      = "_bounds"
	numberRange = "22003" // PostgreSQL: a sum in a query leaves 64 bits
	checkFailed = 275     // SQLITE_CONSTRAINT_CHECK
)

// place names table, column and constraint without the server's message, which may quote a value.
func place(pg *pgconn.PgError) string {
	return strings.Join(strings.Fields(pg.TableName+" "+pg.ColumnName+" "+pg.ConstraintName), " ")
}

// sqliteCodes maps https://www.sqlite.org/rescode.html, by extended code where there is one.
var sqliteCodes = map[int]error{
	2067: ErrDuplicate, 1555: ErrDuplicate, 2579: ErrDuplicate, // UNIQUE, PRIMARYKEY, ROWID
	787: ErrMissing,
	5:   ErrBusy, 6: ErrBusy, // another process is writing
	8:  ErrReadOnly,
	10: ErrDiskFailed, 11: ErrDiskFailed, 13: ErrDiskFull, // IOERR, CORRUPT, FULL
	14: ErrUnavailable, 26: ErrUnavailable, // CANTOPEN, NOTADB
}

// refusedCodes are violated column and table rules: CHECK, NOTNULL, DATATYPE (of a STRICT table).
var refusedCodes = map[int]bool{275: true, 1299: true, 3091: true}

// sqliteIOErr is the primary code of a failed read, write or fsync.
const sqliteIOErr = 10

// rowExists is what our triggers on SQLite say where INSERT OR REPLACE would take the key of a row that stays: the same
// that the key itself would answer to an INSERT.
const rowExists = "row_exists"

func classifySQLite(lite *sqlite.Error, err error) error {
	if r := raised(lite.Error()); r != nil && r.Code == rowExists {
		return &failure{means: ErrDuplicate, cause: err}
	} else if r != nil {
		return &failure{means: r, cause: err}
	}
	if text := afterLastColon(lite.Error()); lite.Code() == checkFailed && strings.HasSuffix(text, bounds) {
		return &failure{means: tooLarge, cause: err}
	}
	if refusedCodes[lite.Code()] {
		return &failure{means: &Refused{Constraint, afterLastColon(lite.Error())}, cause: err}
	}
	means, ok := sqliteCodes[lite.Code()]
	if !ok {
		means, ok = sqliteCodes[lite.Code()&0xff] // the primary code is the low byte
	}
	if !ok {
		return err
	}
	return &failure{means: means, cause: err}
}

// The driver appends the result code in brackets: "constraint failed: supportledger:entry_unbalanced: … (1811)".
var resultCode = regexp.MustCompile(` \(\d+\)$`)

// ourWords is how our triggers speak, on both engines.
var ourWords = regexp.MustCompile(`supportledger:([a-z][a-z0-9_]*): (.*)$`)

func raised(message string) *Refused {
	m := ourWords.FindStringSubmatch(resultCode.ReplaceAllString(message, ""))
	if m == nil {
		return nil
	}
	return &Refused{Code: m[1], Message: m[2]}
}

func afterLastColon(message string) string {
	message = resultCode.ReplaceAllString(message, "")
	return message[strings.LastIndex(message, ": ")+len(": "):]
}

// rerun says whether PostgreSQL ended the transaction only because another one went first.
func rerun(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

// spoken says whether the database itself worded the answer to a commit, so that it is definite. A failed fsync is
// not: what was written may still be on the disk after the next crash.
func spoken(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return !errors.Is(Classify(pg), ErrUnavailable)
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && lite.Code()&0xff != sqliteIOErr
}

// unavailable classifies a failure to get or use a connection before anything was asked of it.
func (db *DB) unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s, ok := errors.AsType[*settingError](err); ok {
		return fmt.Errorf("store: %w", s)
	}
	if errors.Is(err, errOldPrimary) {
		return &failure{means: ErrUnavailable, text: errOldPrimary.Error(), cause: err}
	}
	if c := Classify(err); isClassified(c) {
		return c
	}
	return &failure{means: ErrUnavailable, cause: err}
}

// afterLostRollback explains an error of fn by what the rollback met. A rollback fails only when there is nothing left
// to roll back: the context ended, or the connection is gone.
func afterLostRollback(ctx context.Context, err, lost error) error {
	switch {
	case ctx.Err() != nil && !errors.Is(err, ctx.Err()):
		return &failure{means: ctx.Err(), cause: err}
	case errors.Is(lost, sql.ErrTxDone), errors.Is(err, ErrUnavailable):
		return err
	}
	return &failure{means: ErrUnavailable, cause: err}
}
