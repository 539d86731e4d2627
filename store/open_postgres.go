package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// sessionDefaults are set in every session unless the DSN says otherwise. They are the last resort behind the
// caller's context: a hung process must not hold a lock for ever. All values are milliseconds.
var sessionDefaults = []struct{ name, value string }{
	{"statement_timeout", "300000"},
	{"lock_timeout", "10000"},
	{"idle_in_transaction_session_timeout", "300000"},
}

// wishes are set where server and role allow it; each is tried by itself. The first ends the statement of a process
// that is gone, which would hold its locks until it is through (PostgreSQL 14 or later). The others keep SQL text, and
// with it every value, out of the server's log; an ordinary role needs a grant for them (see the package comment).
var wishes = []struct{ name, value string }{
	{"client_connection_check_interval", "2000"},
	{"log_min_error_statement", "panic"},
	{"log_error_verbosity", "terse"},
	{"log_statement", "none"},
	{"log_min_duration_statement", "-1"},
	{"jit", "off"}, // compiling a query of ours takes longer than running it
}

// durable turns on what a server or role may have turned off for speed: that a commit is answered only when it is on
// the disk. Stricter settings (remote_apply) and the replicas' business (local, remote_write) stay as they are.
const durable = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = " +
	"'off';"

// openPostgres opens one pool in simple protocol: bun writes the arguments into the text anyway, so prepared
// statements would only fill the server's memory. Constant texts ([BatchQuery]) are prepared under names of ours,
// unless the address says default_query_exec_mode=exec, as one through an older PgBouncer has to.
func (db *DB) openPostgres(ctx context.Context, dsn string, o Options) error {
	config, err := pgx.ParseConfig(dsn)
	if err != nil { // pgx would quote the DSN, password and all
		return errors.New("store: this is no PostgreSQL address; write postgres://user:password@host:5432/database, " +
			"with %-escapes for signs such as @ : / in the password")
	}
	db.unnamed = config.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement
	config.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	timeouts := takeTimeouts(config)
	db.fence(config, o)
	for name, value := range map[string]string{ // these four travel through PgBouncer
		"application_name": "supportledger", "client_encoding": "UTF8",
		"standard_conforming_strings": "on", "timezone": "UTC",
	} {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	pool := sql.OpenDB(postgresConnector{stdlib.GetConnector(*config,
		stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
			return prepareSession(ctx, conn, timeouts)
		}))})
	size := max(2, cmp.Or(o.MaxConns, 16)) // Migrate needs two
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour) // so that a fleet follows a moved primary without a restart
	db.write = bun.NewDB(pool, pgdialect.New())
	db.read = db.write.WithQueryHook(withholding{})
	if err := db.Ping(ctx); err != nil {
		return fmt.Errorf("store: the database cannot be opened: %w", err)
	}
	return db.warnOfServer(ctx)
}

// takeTimeouts moves the timeouts out of the start-up packet, in which PgBouncer refuses them, and fills in defaults.
func takeTimeouts(config *pgx.ConnConfig) string {
	var set strings.Builder
	for _, d := range sessionDefaults {
		value := cmp.Or(config.RuntimeParams[d.name], d.value)
		delete(config.RuntimeParams, d.name)
		fmt.Fprintf(&set, "SELECT set_config('%s', '%s', false);", d.name, strings.ReplaceAll(value, "'", ""))
	}
	return set.String()
}

// prepareSession asserts on every new connection what our quoting and our texts rely on, and sets the rest.
func prepareSession(ctx context.Context, conn *pgx.Conn, timeouts string) error {
	for _, p := range []struct{ name, want string }{
		{"standard_conforming_strings", "on"}, {"client_encoding", "UTF8"}, {"server_encoding", "UTF8"}, {"TimeZone", "UTC"},
	} {
		if got := conn.PgConn().ParameterStatus(p.name); got != p.want {
			return &settingError{p.name, got, p.want}
		}
	}
	var set strings.Builder
	set.WriteString(timeouts)
	set.WriteString(durable)
	for _, p := range wishes {
		fmt.Fprintf(&set, "DO $$BEGIN PERFORM set_config('%s', '%s', false); EXCEPTION WHEN OTHERS THEN NULL; END$$;", p.name,
			p.value)
	}
	_, err := conn.Exec(ctx, set.String())
	return err
}

// settingError reports a server that would make our SQL mean something else.
type settingError struct{ name, got, want string }

func (e *settingError) Error() string {
	if e.name == "server_encoding" {
		return fmt.Sprintf("PostgreSQL has %s=%s, the books need %s; create the database with ENCODING 'UTF8'", e.name, e.got,
			e.want)
	}
	return fmt.Sprintf("PostgreSQL runs with %s=%s, the books need %s; change it for this role or database", e.name, e.got,
		e.want)
}

// warnOfServer tells the operator what an ordinary role cannot mend.
func (db *DB) warnOfServer(ctx context.Context) error {
	var level, fsync string
	const ask = "SELECT current_setting('log_min_error_statement'), current_setting('fsync')"
	if err := db.read.QueryRowContext(ctx, ask).Scan(&level, &fsync); err != nil {
		return db.unavailable(ctx, err)
	}
	if level != "panic" && level != "fatal" {
		db.log.WarnContext(ctx, "PostgreSQL may write values of failed statements into its log",
			"log_min_error_statement", level,
			"fix", "GRANT SET ON PARAMETER log_min_error_statement, log_error_verbosity, log_statement, "+
				"log_min_duration_statement TO <role>, or set log_min_error_statement=panic in postgresql.conf")
	}
	if fsync != "on" {
		db.log.WarnContext(ctx, "PostgreSQL runs with fsync=off: a power cut loses acknowledged entries or all of the books",
			"fix", "set fsync=on in postgresql.conf")
	}
	return nil
}
