package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"github.com/uptrace/bun"
)

// compiled are the statements that the connections to SQLite have compiled. SQLite reads and compiles a text each time
// that it is run, which for a look at one row takes longer than running it; a statement is compiled for one connection.
type compiled struct {
	mu    sync.Mutex
	conns map[any]map[string]statement
}

// statement is one compiled text. Whoever holds its connection holds it.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// statement is the text, compiled for the connection.
func (c *compiled) statement(ctx context.Context, conn any, text string) (statement, error) {
	c.mu.Lock()
	texts := c.conns[conn]
	if texts == nil {
		texts = map[string]statement{}
		c.conns[conn] = texts
	}
	c.mu.Unlock()
	if s, ok := texts[text]; ok {
		return s, nil
	}
	s, err := conn.(driver.ConnPrepareContext).PrepareContext(ctx, text) //nolint:errcheck // the driver's is one
	if err != nil {
		return nil, err
	}
	texts[text] = s.(statement) //nolint:errcheck,forcetypeassert // and so are its statements
	return texts[text], nil
}

// end lets go of the statements of a pool's connections, without which SQLite would not close the file. A connection
// that the pool gave up has ended its own.
func (c *compiled) end(pool *bun.DB) error {
	if c == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), connWait) // for whoever runs still
	defer cancel()
	var errs []error
	var held []*sql.Conn // each is held until all have been met
	for range pool.Stats().OpenConnections {
		conn, err := pool.DB.Conn(ctx)
		if err != nil {
			errs = append(errs, err)
			break
		}
		held = append(held, conn)
		errs = append(errs, c.endOne(conn))
	}
	for _, conn := range held {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

func (c *compiled) endOne(conn *sql.Conn) error {
	return conn.Raw(func(conn any) error {
		c.mu.Lock()
		texts := c.conns[conn]
		delete(c.conns, conn)
		c.mu.Unlock()
		var errs []error
		for _, s := range texts {
			errs = append(errs, s.Close())
		}
		return errors.Join(errs...)
	})
}
