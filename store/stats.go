package store

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// TxStats counts what one attempt of a transaction sent to the database and read from it.
type TxStats struct {
	Statements int // without BEGIN and COMMIT; each query of a [QueryBatch], but a [Script] in one round trip is one
	Rows       int // of results, handed to Go
}

// OnTxEnd makes db call observe at the end of every transaction that begins from now on, committed or not; nil ends it.
// It is for tests, such as one that a list reads its page and nothing more; storetest.CountSQL uses it. Observe may be
// called by several goroutines at once.
func (db *DB) OnTxEnd(observe func(TxStats)) {
	if observe == nil {
		db.observe.Store(nil)
		return
	}
	db.observe.Store(&observe)
}

// OnCommit makes db call committed with how long each commit of an Update took, from now on; nil ends it. Several
// goroutines may call it at once.
func (db *DB) OnCommit(committed func(time.Duration)) {
	if committed == nil {
		db.committed.Store(nil)
		return
	}
	db.committed.Store(&committed)
}

// txCounter counts for a [Tx]; a nil one counts nothing.
type txCounter struct{ TxStats }

// counted adds a statement that does not pass through bun, and returns row, which counts the rows that it is called
// with.
func (c *txCounter) counted(row func(Scanner) error) func(Scanner) error {
	if c == nil {
		return row
	}
	c.Statements++
	return func(r Scanner) error {
		c.Rows++
		return row(r)
	}
}

// BeforeQuery is the half of bun's hook that is not needed.
func (c *txCounter) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

// AfterQuery counts a statement that bun has sent. bun knows how many rows it scanned; of a single row it knows
// nothing.
func (c *txCounter) AfterQuery(_ context.Context, event *bun.QueryEvent) {
	operation := strings.ToUpper(strings.TrimLeft(event.Query, " \t\n("))
	switch operation {
	case "BEGIN", "COMMIT", "ROLLBACK":
		return
	}
	c.Statements++
	switch reads := strings.HasPrefix(operation, "SELECT") || strings.HasPrefix(operation, "WITH"); {
	case !reads || event.Err != nil:
	case event.Result == nil:
		c.Rows++
	default:
		n, _ := event.Result.RowsAffected() // a count of bun's, without an error
		c.Rows += int(n)
	}
}
