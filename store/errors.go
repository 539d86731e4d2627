package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
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
	ErrUnavailable = errors.New("store: the database cannot be reached, nothing was written")
	ErrUncertain   = errors.New("store: the connection was lost during the commit; it may have taken effect")
)

// Refused is a rule that the database itself enforces. Our triggers raise it as "supportledger:CODE: text", on both
// engines; a violated CHECK, NOT NULL or column type has the code "constraint". Get at it with errors.As into a
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
	means error  // one of the sentinels above
	text  string // replaces the text of cause where that may quote values
	cause error
}

func (f *failure) Error() string {
	if f.text != "" {
		return f.means.Error() + ": " + f.text
	}
	return f.means.Error() + ": " + f.cause.Error()
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
	if err == nil {
		return nil
	}
	for _, known := range classified {
		if errors.Is(err, known) {
			return err
		}
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

// sqlStates maps https://www.postgresql.org/docs/15/errcodes-appendix.html; two characters stand for a whole class.
var sqlStates = map[string]error{
	"23505": ErrDuplicate, "23503": ErrMissing, "23001": ErrMissing,
	"40001": ErrBusy, "40P01": ErrBusy, "55P03": ErrBusy, "57014": ErrBusy, "25P03": ErrBusy,
	"25006": ErrReadOnly,
	"08":    ErrUnavailable, "53": ErrUnavailable, "58": ErrUnavailable,
	"57P01": ErrUnavailable, "57P02": ErrUnavailable, "57P03": ErrUnavailable, "57P05": ErrUnavailable,
	"22": errWithheld,
}

func classifyPostgres(pg *pgconn.PgError, err error) error {
	if r := ours(pg.Message); r != nil {
		return &failure{r, "", err}
	}
	switch pg.Code {
	case "23514", "23502", "23P01":
		return &failure{&Refused{"constraint", strings.TrimSpace(pg.TableName + " " + pg.ColumnName + pg.ConstraintName)}, "", err}
	}
	means, ok := sqlStates[pg.Code]
	if !ok && len(pg.Code) == 5 {
		means, ok = sqlStates[pg.Code[:2]]
	}
	if !ok {
		return err
	}
	return &failure{means, pgText(pg), err}
}

// pgText names the place without the message, which may quote a value.
func pgText(pg *pgconn.PgError) string {
	text := "SQLSTATE " + pg.Code
	for _, part := range []string{pg.TableName, pg.ConstraintName} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// SQLite's extended result codes, https://www.sqlite.org/rescode.html.
var sqliteCodes = map[int]error{
	2067: ErrDuplicate, 1555: ErrDuplicate, 2579: ErrDuplicate, // UNIQUE, PRIMARYKEY, ROWID
	787: ErrMissing, // FOREIGNKEY
}

// SQLite's primary result codes: the low byte of an extended one.
var sqlitePrimary = map[int]error{
	5: ErrBusy, 6: ErrBusy, // BUSY, LOCKED
	8:  ErrReadOnly,
	10: ErrUnavailable, 13: ErrUnavailable, 14: ErrUnavailable, 26: ErrUnavailable, 11: ErrUnavailable, // IOERR, FULL, CANTOPEN, NOTADB, CORRUPT
}

var sqliteConstraint = map[int]bool{275: true, 1299: true, 3091: true} // CHECK, NOTNULL, DATATYPE

func classifySQLite(lite *sqlite.Error, err error) error {
	code := lite.Code()
	if r := ours(lite.Error()); r != nil {
		return &failure{r, "", err}
	}
	if sqliteConstraint[code] {
		return &failure{&Refused{"constraint", afterLastColon(lite.Error())}, "", err}
	}
	means, ok := sqliteCodes[code]
	if !ok {
		means, ok = sqlitePrimary[code&0xff]
	}
	if !ok {
		return err
	}
	return &failure{means: means, cause: err}
}

// raised is how our triggers speak; SQLite's driver appends the result code in brackets.
var raised = regexp.MustCompile(`supportledger:([a-z][a-z0-9_]*): (.*?)(?: \(\d+\))?$`)

func ours(message string) *Refused {
	m := raised.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	return &Refused{Code: m[1], Message: m[2]}
}

var resultCode = regexp.MustCompile(` \(\d+\)$`)

func afterLastColon(message string) string {
	message = resultCode.ReplaceAllString(message, "")
	if i := strings.LastIndex(message, ": "); i >= 0 {
		return message[i+2:]
	}
	return message
}

// rerun says whether PostgreSQL ended the transaction only because another one went first.
func rerun(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

// spoken says whether the database itself worded the error, so that its answer is definite.
func spoken(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return sqlStates[pg.Code] != ErrUnavailable
	}
	_, ok := errors.AsType[*sqlite.Error](err)
	return ok
}

// unavailable classifies a failure to get or use a connection before anything was asked of it.
func (db *DB) unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if s, ok := errors.AsType[*settingError](err); ok {
		return fmt.Errorf("store: %w", s)
	}
	if c := Classify(err); c != err {
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
