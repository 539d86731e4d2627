package store

import (
	"database/sql"
	"log/slog"
)

// Pool is the connections that write, for package jobs alone: the queue below it brings its own transactions. On SQLite
// it is the one connection, so whoever holds it keeps everybody waiting.
func (db *DB) Pool() *sql.DB { return db.write.DB }

// Log is where the operator reads.
func (db *DB) Log() *slog.Logger { return db.log }
