package store

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"supportledger/migrations"
)

// TxStats counts what one attempt of a transaction sent to the database and read from it.
type TxStats struct {
	Statements int // without BEGIN and COMMIT; each query of a [QueryBatch], but a [Script] in one round trip is one
	Rows       int // of results, handed to Go
}

// TxObserver is called at the begin of a transaction. Several goroutines may call it at once.
type TxObserver func(ctx context.Context, engine Engine, writes bool) TxTrace

// TxTrace sees one attempt of a transaction.
type TxTrace interface {
	// Statement is called after each statement that passes through bun.
	Statement(s TracedStatement)
	// End is called once, committed or not.
	End(stats TxStats, failed bool)
}

// TracedStatement is a statement without its text, which may hold values of the books.
type TracedStatement struct {
	Operation    string // SELECT, INSERT …, or STATEMENT where it is none of a table
	Table        string // the first that it names; "" where it names none
	Began, Ended time.Time
	Failed       bool
}

// OnTxBegin makes db call observe at the begin of every transaction from now on; nil ends it.
func (db *DB) OnTxBegin(observe TxObserver) {
	if observe == nil {
		db.observe.Store(nil)
		return
	}
	db.observe.Store(&observe)
}

// OnTxEnd makes db call observe at the end of every transaction that begins from now on, committed or not; nil ends it.
// It is for tests, such as one that a list reads its page and nothing more; storetest.CountSQL uses it. Observe may be
// called by several goroutines at once.
func (db *DB) OnTxEnd(observe func(TxStats)) {
	if observe == nil {
		db.OnTxBegin(nil)
		return
	}
	db.OnTxBegin(func(context.Context, Engine, bool) TxTrace { return atEnd(observe) })
}

// atEnd is a trace that waits for the end.
type atEnd func(TxStats)

func (atEnd) Statement(TracedStatement) {}

func (f atEnd) End(stats TxStats, _ bool) { f(stats) }

// observer begins the trace of a transaction; nil where nobody observes.
func (db *DB) observer(ctx context.Context, writes bool) TxTrace {
	observe := db.observe.Load()
	if observe == nil {
		return nil
	}
	return (*observe)(ctx, db.engine, writes)
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
type txCounter struct {
	TxStats
	trace    TxTrace
	recalled bool // the query that bun is about to end was answered from what the View remembers
}

// recall notes that the database is not asked.
func (c *txCounter) recall() {
	if c != nil {
		c.recalled = true
	}
}

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

// AfterQuery counts a statement that bun has sent: none that a View remembers or that a rehearsal keeps back. bun knows
// how many rows it scanned; of a single row it knows nothing.
func (c *txCounter) AfterQuery(ctx context.Context, event *bun.QueryEvent) {
	if c.recalled || withheld(ctx) {
		c.recalled = false
		return
	}
	operation := strings.ToUpper(strings.TrimLeft(event.Query, " \t\n("))
	switch operation {
	case "BEGIN", "COMMIT", "ROLLBACK":
		return
	}
	c.Statements++
	c.trace.Statement(traced(event))
	switch reads := strings.HasPrefix(operation, "SELECT") || strings.HasPrefix(operation, "WITH"); {
	case !reads || event.Err != nil:
	case event.Result == nil:
		c.Rows++
	default:
		n, _ := event.Result.RowsAffected() // a count of bun's, without an error
		c.Rows += int(n)
	}
}

// operations find what a statement does, and to which table.
var operations = regexp.MustCompile(`(?is)^\W*(SELECT|WITH|INSERT|UPDATE|DELETE)\b(?:\s+(?:INTO|FROM))?\s+"?([a-z_]+)`)

// from finds the tables that a SELECT reads, and what looks alike in its values.
var from = regexp.MustCompile(`(?i)\bFROM\s+"?([a-z_]+)`)

// traced tells the verb and the first table. A name that the schema does not have is left out: it may be part of a
// value.
func traced(event *bun.QueryEvent) TracedStatement {
	s := TracedStatement{Operation: "STATEMENT", Began: event.StartTime, Ended: time.Now(), Failed: event.Err != nil}
	found := operations.FindStringSubmatch(event.Query)
	if found == nil {
		return s
	}
	s.Operation = strings.ToUpper(found[1])
	for _, m := range append([][]string{{"", found[2]}}, from.FindAllStringSubmatch(event.Query, -1)...) {
		if name := strings.ToLower(m[1]); migrations.HasTable(name) {
			s.Table = name
			return s
		}
	}
	return s
}
