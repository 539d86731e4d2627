package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"supportledger/store"
)

// Postgres returns a migrated, empty database on PostgreSQL, dropped at the end of the test.
func Postgres(t testing.TB) *store.DB {
	t.Helper()
	if err := postgresTemplate(); err != nil {
		t.Fatalf("storetest: the schema on PostgreSQL: %v", err)
	}
	return open(t, createDatabase(t, templateName()))
}

// EmptyPostgres returns the address of a new PostgreSQL database without any table, dropped at the end of the test.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return createDatabase(t, "template0")
}

// server returns the DSN of the server, starting one the first time if need be.
var server = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("TEST_POSTGRES_DSN"); dsn != "" {
		return dsn, settle(dsn)
	}
	return startServer()
})

// run names this process among the others that test on the same server.
var run = fmt.Sprintf("slt_%x", time.Now().UnixNano())

// created numbers the databases of this process.
var created atomic.Int64

func templateName() string { return run + "_template" }

// presence is a session that lives as long as this process and bears the name of its run. It is kept here, since a
// connection that nothing refers to may be closed.
var presence *pgx.Conn //nolint:unused // being referred to is its use

// settle makes us known on a server that outlives us, and drops what runs that ended without cleaning up left there:
// their templates, and the databases of tests that were killed.
func settle(dsn string) error {
	ctx := context.Background()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New("TEST_POSTGRES_DSN must be a postgres:// address")
	}
	config.RuntimeParams["application_name"] = run
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	presence = conn
	const orphans = `SELECT d.datname FROM pg_database d WHERE d.datname ~ '^slt_[0-9a-f]+_' AND NOT EXISTS
		(SELECT 1 FROM pg_stat_activity a WHERE a.application_name = substring(d.datname from '^slt_[0-9a-f]+'))`
	rows, err := conn.Query(ctx, orphans)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") // or another run is just doing it
	}
	return nil
}

// postgresTemplate makes the database that the others are copied from, once.
var postgresTemplate = sync.OnceValue(func() error {
	if err := admin("CREATE DATABASE " + templateName() + " TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return err
	}
	dsn, err := database(templateName())
	if err != nil {
		return err
	}
	return migrated(dsn)
})

func createDatabase(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("%s_%d", run, created.Add(1))
	if err := admin("CREATE DATABASE " + name + " TEMPLATE " + template + strategy()); err != nil {
		t.Fatalf("storetest: %v", err)
	}
	t.Cleanup(func() {
		if err := admin("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("storetest: %v", err)
		}
	})
	dsn, err := database(name)
	if err != nil {
		t.Fatalf("storetest: %v", err)
	}
	return dsn
}

// strategy asks our own server to copy files rather than to log every page of them: 15 ms a database instead of 30. It
// costs a checkpoint, nothing where nothing is ever flushed; on a server of someone else's it would cost a lot.
var strategy = sync.OnceValue(func() string {
	const since15 = "DO $$BEGIN IF current_setting('server_version_num')::int < 150000 THEN RAISE 'older'; END IF; END$$"
	if os.Getenv("TEST_POSTGRES_DSN") != "" || admin(since15) != nil {
		return ""
	}
	return " STRATEGY file_copy"
})

// database returns the server's DSN with another database in it.
func database(name string) (string, error) {
	dsn, err := server()
	if err != nil {
		return "", err
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("TEST_POSTGRES_DSN must be a postgres:// address")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// admin runs one statement on the server, outside of any test's database. Copying a template fails (55006) while
// another session is connected to it, if only for the moment in which one closes; hence a few tries.
func admin(statement string) error {
	dsn, err := server()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for try := 0; ; try++ {
		_, err = conn.Exec(ctx, statement)
		pg, _ := errors.AsType[*pgconn.PgError](err)
		if pg == nil || pg.Code != "55006" || try == 40 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}
