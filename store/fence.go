package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errOldPrimary is a PostgreSQL server that was replaced by its standby and came back as if nothing had happened: what
// is written there is in no other server, and lost when somebody notices.
var errOldPrimary = errors.New("store: this PostgreSQL server is an old primary that was replaced: its standby has " +
	"been promoted, and the books go on there. Stop it, and make it a standby of the new one (pg_rewind) before it " +
	"starts again")

// timelines remembers the newest timeline of the servers that were written to. A promotion begins a new one, which has
// a greater number, so a server with a smaller one is an old primary.
type timelines struct{ newest atomic.Int64 }

// timeline is that of a server that takes writes, and 0 of a standby.
const timeline = "SELECT CASE WHEN pg_is_in_recovery() THEN '0' " +
	"ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END"

// admit refuses a new connection to an old primary; another host of the address is tried then.
func (t *timelines) admit(ctx context.Context, conn *pgconn.PgConn) error {
	results, err := conn.Exec(ctx, timeline).ReadAll()
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return nil // a server that has no log of its own, as some that only speak like PostgreSQL, has no timeline either
	}
	here, err := strconv.ParseInt(string(results[0].Rows[0][0]), 16, 64)
	if err != nil || here == 0 {
		return nil //nolint:nilerr // it is none
	}
	for {
		newest := t.newest.Load()
		if here < newest {
			return fmt.Errorf("%w (its timeline is %d, the newest seen is %d)", errOldPrimary, here, newest)
		}
		if here == newest || t.newest.CompareAndSwap(newest, here) {
			return nil
		}
	}
}

// fence has every new connection looked at: no old primary is taken, and where the address names several servers only
// one that takes writes, whatever target_session_attrs says. Who only reads takes any.
func (db *DB) fence(config *pgx.ConnConfig, o Options) {
	if o.ReadOnly {
		return
	}
	attributes := config.ValidateConnect
	if severalServers(config) && attributes == nil {
		attributes = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ValidateConnect = func(ctx context.Context, conn *pgconn.PgConn) error {
		if attributes != nil {
			if err := attributes(ctx, conn); err != nil {
				return err
			}
		}
		return db.timelines.admit(ctx, conn)
	}
}

// severalServers tells whether an address names more than one; each may stand there twice, with TLS and without.
func severalServers(config *pgx.ConnConfig) bool {
	for _, f := range config.Fallbacks {
		if f.Host != config.Host || f.Port != config.Port {
			return true
		}
	}
	return false
}
