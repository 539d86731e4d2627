// Package store opens the database and runs everything else inside its transactions.
//
// It is the only package that asks "which engine?". Two are served by one suite of tests: SQLite, embedded, the
// default (DESIGN §10), and PostgreSQL for teams. Above this package there are only two verbs:
//
//	db.View(ctx, func(tx *store.Tx) error { … })    // one snapshot, nothing can be written
//	db.Update(ctx, func(tx *store.Tx) error { … })  // all of it or nothing
//
// The transaction is opened at the edge (an http route, a command); every function below takes (ctx, *Tx). So an act,
// its audit event and its idempotency record commit together, and a dry run is an Update whose fn returns an error.
// A [Tx] carries what must be one and the same for the whole act: the instant (At), who acts (By) and the engine.
//
// # What is promised
//
//   - Update is atomic and durable: when it returns nil, the write survives a crash of the process and a loss of
//     power (SQLite: WAL with synchronous=FULL, asserted at [Open]; "NORMAL" lost 100 of 100 acknowledged writes in
//     a power-cut trial; PostgreSQL: synchronous_commit is never off, fsync=off is warned of).
//   - Two Updates that read and then write the same rows do not lose one another's work, if they follow the rule
//     below. On SQLite there is one writer at a time (BEGIN IMMEDIATE on the only writing connection). On
//     PostgreSQL (READ COMMITTED) whoever decides by a row reads it with [Tx.Lock] or writes it with a version in
//     the WHERE clause ([ExactlyOne] turns "no row" into [ErrStale]).
//   - A failed Update has written nothing. The one exception that no database can exclude is a connection lost while
//     the commit was on its way: that alone is [ErrUncertain], and the caller asks again with the same idempotency
//     key.
//   - fn may run more than once (PostgreSQL, after a deadlock or serialization failure, at most five times). It must
//     not send, print or count anything; only what it returns last counts.
//
// Update or View inside an Update or View is a mistake - on SQLite a deadlock, elsewhere a second snapshot - and is
// answered with an error at once.
//
// # What a database may learn from errors and logs
//
// bun writes values into the SQL text; the driver sees no arguments. SQLite keeps no log. PostgreSQL by default logs
// the text of each failed statement and, with it, every value in it. Three things follow:
//
//   - Personal fields are encrypted before they reach this package.
//   - Each session asks for log_min_error_statement=panic, log_error_verbosity=terse, log_statement=none and
//     log_min_duration_statement=-1. An ordinary role may only set these after, once, as superuser:
//     GRANT SET ON PARAMETER log_min_error_statement, log_error_verbosity, log_statement,
//     log_min_duration_statement TO <role>;  [Open] warns in the log when it could not, and the same settings in
//     postgresql.conf do as well.
//   - The errors returned here name SQLSTATE, table and constraint; messages that quote values (SQLSTATE class 22)
//     are withheld from their text.
//
// SQL is never built by joining strings: bun's quoting is the only quoting there is, and it is right only with
// standard_conforming_strings=on and UTF-8, which [Open] therefore asserts.
package store
