package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// A round trip to a server costs as much as a statement. So a BEGIN waits for what is asked first and goes with it, a
// script can bring its own COMMIT, and for the end of a transaction that only read nobody waits.

// postgresConnector makes connections that do so.
type postgresConnector struct{ driver.Connector }

// Connect opens one.
func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	std, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("store: %T is no connection of pgx", conn)
	}
	return &postgresConn{stdConn: std}, nil
}

type stdConn = stdlib.Conn

// postgresConn is a connection to PostgreSQL.
type postgresConn struct {
	*stdConn
	begin     string           // a BEGIN that has not been sent
	committed bool             // a script has committed the transaction
	ending    *pgconn.Pipeline // the end of a transaction that only read, whose answer has not been read
}

// postgresOf is the connection of pgx behind one of database/sql, with its transaction begun; nil on SQLite.
func postgresOf(ctx context.Context, conn any) (*pgx.Conn, error) {
	c, ok := conn.(*postgresConn)
	if !ok {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	return c.Conn(), c.begun(ctx)
}

// begun sends a BEGIN that waits.
func (c *postgresConn) begun(ctx context.Context) error {
	text := c.take()
	if text == "" {
		return nil
	}
	_, err := c.Conn().PgConn().Exec(ctx, text).ReadAll()
	return err
}

// take gives a BEGIN that waits to whoever sends it.
func (c *postgresConn) take() (text string) {
	text, c.begin = c.begin, ""
	return text
}

// begins are the texts that begin a transaction.
var begins = map[driver.TxOptions]string{
	{}: "BEGIN",
	{Isolation: driver.IsolationLevel(sql.LevelReadCommitted)}: "BEGIN ISOLATION LEVEL READ COMMITTED",
	{Isolation: driver.IsolationLevel(sql.LevelRepeatableRead), ReadOnly: true}: "BEGIN ISOLATION LEVEL REPEATABLE READ " +
		"READ ONLY",
}

// BeginTx notes that a transaction begins.
func (c *postgresConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	text, ok := begins[opts]
	if !ok {
		return c.stdConn.BeginTx(ctx, opts)
	}
	if c.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	c.begin, c.committed = text, false
	return &postgresTx{ctx: ctx, conn: c, reads: opts.ReadOnly}, nil
}

// ExecContext is that of pgx.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.stdConn.ExecContext(ctx, query, args)
}

// QueryContext is that of pgx.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.stdConn.QueryContext(ctx, query, args)
}

// PrepareContext is that of pgx.
func (c *postgresConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.begun(ctx); err != nil {
		return nil, err
	}
	return c.stdConn.PrepareContext(ctx, query)
}

// ResetSession reads how the last transaction ended before the connection is used again.
func (c *postgresConn) ResetSession(ctx context.Context) error {
	if ending := c.ending; ending != nil {
		if c.ending = nil; ending.Close() != nil {
			return driver.ErrBadConn
		}
	}
	return c.stdConn.ResetSession(ctx)
}

// postgresTx is a transaction.
type postgresTx struct {
	ctx   context.Context //nolint:containedctx // of BeginTx, as database/sql has it
	conn  *postgresConn
	reads bool
}

// Commit commits what was sent, unless a script has.
func (tx *postgresTx) Commit() error {
	c := tx.conn
	if c.take() != "" || c.committed { // nothing was asked, or it is done
		return nil
	}
	if tx.reads && c.Conn().PgConn().TxStatus() == 'T' {
		c.ending = c.Conn().PgConn().StartPipeline(context.Background())
		c.ending.SendQueryParams("COMMIT", nil, nil, nil, nil)
		return c.ending.Sync()
	}
	tag, err := c.Conn().Exec(tx.ctx, "COMMIT")
	if err != nil {
		if c.Conn().PgConn().TxStatus() != 'I' {
			_ = c.Conn().Close(tx.ctx) // the error is that of the COMMIT
		}
		return err
	}
	if tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// Rollback ends the transaction without a trace.
func (tx *postgresTx) Rollback() error {
	c := tx.conn
	if c.take() != "" || c.committed {
		return nil
	}
	_, err := c.Conn().Exec(tx.ctx, "ROLLBACK")
	if err != nil {
		_ = c.Conn().Close(tx.ctx) // nobody knows what state it is in
	}
	return err
}
