package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// The raw limit: what the database can do at most with the rows of a post, when as many share a commit as wait. One
// entry, two lines, two balances of days, two of months, a total of a bank, one audit event, two leaves, one
// idempotency key with the id of its entry; keys and nothing else indexed; no foreign key, no trigger, no check. On
// PostgreSQL they are one statement between BEGIN and COMMIT, on SQLite prepared row statements. Nobody who keeps
// books can be faster; how near we come is the figure.

var rawTables = []string{
	`CREATE TABLE raw_head (id BIGINT PRIMARY KEY, last BIGINT NOT NULL)`,
	`INSERT INTO raw_head (id, last) VALUES (1, 0)`,
	`CREATE TABLE raw_entries (seq BIGINT PRIMARY KEY, id TEXT NOT NULL, year BIGINT NOT NULL, number BIGINT NOT NULL,
		date TEXT NOT NULL,
		text TEXT NOT NULL, act TEXT NOT NULL, created_by TEXT NOT NULL, created_at TEXT NOT NULL)`,
	`CREATE TABLE raw_lines (seq BIGINT NOT NULL, line BIGINT NOT NULL, account TEXT NOT NULL, fund TEXT NOT NULL,
		currency TEXT NOT NULL,
		amount BIGINT NOT NULL, base BIGINT NOT NULL, PRIMARY KEY (seq, line))`,
	`CREATE TABLE raw_balances (account TEXT NOT NULL, fund TEXT NOT NULL, date TEXT NOT NULL, amount BIGINT NOT NULL,
		PRIMARY KEY (account, fund, date))`,
	`CREATE TABLE raw_months (account TEXT NOT NULL, fund TEXT NOT NULL, month TEXT NOT NULL, amount BIGINT NOT NULL,
		PRIMARY KEY (account, fund, month))`,
	`CREATE TABLE raw_banks (account TEXT NOT NULL, fund TEXT NOT NULL, amount BIGINT NOT NULL, last TEXT NOT NULL,
		PRIMARY KEY (account, fund))`,
	`CREATE TABLE raw_events (id TEXT PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
		subject TEXT NOT NULL)`,
	`CREATE TABLE raw_leaves (position BIGINT PRIMARY KEY, ref TEXT NOT NULL, hash TEXT NOT NULL)`,
	`CREATE TABLE raw_keys (who TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, entry TEXT NOT NULL,
		PRIMARY KEY (who, key))`,
}

const (
	rawHeadSQL    = `UPDATE raw_head SET last = last + $1 WHERE id = 1 RETURNING last`
	rawEntrySQL   = `INSERT INTO raw_entries VALUES (?, ?, 2026, ?, ?, ?, 'manual', 'usr', ?)`
	rawLineSQL    = `INSERT INTO raw_lines VALUES (?, ?, ?, ?, 'DKK', ?, ?)`
	rawBalanceSQL = `INSERT INTO raw_balances VALUES (?, ?, ?, ?) ON CONFLICT (account, fund, date) DO UPDATE
		SET amount = raw_balances.amount + EXCLUDED.amount`
	rawMonthSQL = `INSERT INTO raw_months VALUES (?, ?, ?, ?) ON CONFLICT (account, fund, month) DO UPDATE
		SET amount = raw_months.amount + EXCLUDED.amount`
	rawBankSQL = `INSERT INTO raw_banks VALUES (?, ?, ?, ?) ON CONFLICT (account, fund) DO UPDATE
		SET amount = raw_banks.amount + EXCLUDED.amount, last = EXCLUDED.last`
	rawEventSQL = `INSERT INTO raw_events VALUES (?, ?, 'usr', 'entry.posted', ?)`
	rawLeafSQL  = `INSERT INTO raw_leaves VALUES (?, ?, ?)`
	rawKeySQL   = `INSERT INTO raw_keys VALUES ('usr', ?, ?, ?)`

	rawAllSQL = `WITH new AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[],
		$5::text[]) AS n (seq, id, fund, account, hash)),
	e AS (INSERT INTO raw_entries SELECT seq, 'ent_' || id, 2026, seq, $6, 'Measured', 'manual', 'usr', $7 FROM new),
	l AS (INSERT INTO raw_lines SELECT seq, 1, '1010', fund, 'DKK', 1250, 1250 FROM new UNION ALL SELECT seq, 2,
		account, fund, 'DKK', -1250, -1250 FROM new),
	b AS (INSERT INTO raw_balances SELECT account, fund, $6, SUM(amount) FROM
		(SELECT '1010' AS account, fund, 1250 AS amount FROM new UNION ALL SELECT account, fund,
		-1250 FROM new) AS m GROUP BY account, fund
		ON CONFLICT (account, fund, date) DO UPDATE SET amount = raw_balances.amount + EXCLUDED.amount),
	m AS (INSERT INTO raw_months SELECT account, fund, substr($6, 1, 7), SUM(amount) FROM
		(SELECT '1010' AS account, fund, 1250 AS amount FROM new UNION ALL SELECT account, fund,
		-1250 FROM new) AS m GROUP BY account, fund
		ON CONFLICT (account, fund, month) DO UPDATE SET amount = raw_months.amount + EXCLUDED.amount),
	t AS (INSERT INTO raw_banks SELECT '1010', fund, 1250 * COUNT(*), $6 FROM new GROUP BY fund
		ON CONFLICT (account, fund) DO UPDATE SET amount = raw_banks.amount + EXCLUDED.amount, last = EXCLUDED.last),
	v AS (INSERT INTO raw_events SELECT 'evt_' || id, $7, 'usr', 'entry.posted', 'ent_' || id FROM new),
	p AS (INSERT INTO raw_leaves SELECT 2 * seq, 'ent_' || id, hash FROM new UNION ALL SELECT 2 * seq + 1, 'evt_' || id,
		hash FROM new)
	INSERT INTO raw_keys SELECT 'usr', id, hash, 'ent_' || id FROM new`
)

// rawDB collects posts and commits them together.
type rawDB struct {
	db       *sql.DB
	postgres bool
	mu       sync.Mutex
	waiting  []*rawPost
	running  bool
	err      error
}

type rawPost struct {
	key, fund, account string
	done               chan struct{}
}

// openRaw makes an empty database beside the books.
func (m machine) openRaw(ctx context.Context) (*rawDB, error) {
	r := &rawDB{postgres: m.engine == "postgres"}
	var err error
	if r.postgres {
		var dsn string
		if dsn, err = m.database(ctx, "sl_raw", true); err != nil {
			return nil, err
		}
		r.db, err = sql.Open("pgx", dsn)
	} else {
		file := filepath.Join(m.dir, "raw.db")
		for _, tail := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(file + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		// The settings are those of the program, or else it would be compared with a database that is set up worse; that this
		// process syncs as the program does, it knows from opening books.
		r.db, err = sql.Open("sqlite", "file:"+file+"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
			"&_pragma=wal_autocheckpoint(8000)&_pragma=cache_size(-32768)")
	}
	if err != nil {
		return nil, err
	}
	r.db.SetMaxOpenConns(1)
	for _, text := range rawTables {
		if _, err := r.db.ExecContext(ctx, text); err != nil {
			return nil, errors.Join(err, r.db.Close())
		}
	}
	return r, nil
}

// post waits until the commit that holds it.
func (r *rawDB) post(p *rawPost) error {
	p.done = make(chan struct{})
	r.mu.Lock()
	r.waiting = append(r.waiting, p)
	if !r.running {
		r.running = true
		go r.work()
	}
	r.mu.Unlock()
	<-p.done
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *rawDB) work() {
	for {
		r.mu.Lock()
		batch := r.waiting
		r.waiting = nil
		if len(batch) == 0 {
			r.running = false
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		err := r.commit(context.Background(), batch)
		r.mu.Lock()
		r.err = errors.Join(r.err, err)
		r.mu.Unlock()
		for _, p := range batch {
			close(p.done)
		}
	}
}

func (r *rawDB) commit(ctx context.Context, batch []*rawPost) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing after a commit
	var last int64
	if err := tx.QueryRowContext(ctx, rawHeadSQL, len(batch)).Scan(&last); err != nil {
		return err
	}
	write := r.rows
	if r.postgres {
		write = r.columns
	}
	if err := write(ctx, tx, last-int64(len(batch)), time.Now(), batch); err != nil {
		return err
	}
	return tx.Commit()
}

func hashOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// columns writes a batch as one statement.
func (r *rawDB) columns(ctx context.Context, tx *sql.Tx, seq int64, now time.Time, batch []*rawPost) error {
	n := len(batch)
	seqs, ids, funds, accounts, hashes := make([]int64, n), make([]string, n), make([]string, n), make([]string, n),
		make([]string, n)
	for i, p := range batch {
		seqs[i], ids[i], funds[i], accounts[i], hashes[i] = seq+int64(i)+1, p.key, p.fund, p.account, hashOf(p.key)
	}
	_, err := tx.ExecContext(ctx, rawAllSQL, seqs, ids, funds, accounts, hashes, now.Format(time.DateOnly),
		now.Format(time.RFC3339Nano))
	return err
}

// rows writes a batch row by row.
func (r *rawDB) rows(ctx context.Context, tx *sql.Tx, seq int64, now time.Time, batch []*rawPost) error {
	prepared := map[string]*sql.Stmt{}
	do := func(text string, args ...any) error {
		s := prepared[text]
		if s == nil {
			var err error
			if s, err = tx.PrepareContext(ctx, text); err != nil {
				return err
			}
			prepared[text] = s
		}
		_, err := s.ExecContext(ctx, args...)
		return err
	}
	day, at := now.Format(time.DateOnly), now.Format(time.RFC3339Nano)
	for _, p := range batch {
		seq++
		id, hash := "ent_"+p.key, hashOf(p.key)
		err := errors.Join(
			do(rawEntrySQL, seq, id, seq, day, "Measured", at),
			do(rawLineSQL, seq, 1, "1010", p.fund, 1250, 1250), do(rawLineSQL, seq, 2, p.account, p.fund, -1250, -1250),
			do(rawBalanceSQL, "1010", p.fund, day, 1250), do(rawBalanceSQL, p.account, p.fund, day, -1250),
			do(rawMonthSQL, "1010", p.fund, day[:7], 1250), do(rawMonthSQL, p.account, p.fund, day[:7], -1250),
			do(rawBankSQL, "1010", p.fund, 1250, day),
			do(rawEventSQL, "evt_"+p.key, at, id),
			do(rawLeafSQL, 2*seq, id, hash), do(rawLeafSQL, 2*seq+1, "evt_"+p.key, hash),
			do(rawKeySQL, p.key, hash, id))
		if err != nil {
			return err
		}
	}
	return nil
}

// rawLoad measures the raw limit with as many goroutines as there would be clients.
func (m machine) rawLoad(ctx context.Context, clients int) (sample, error) {
	r, err := m.openRaw(ctx)
	if err != nil {
		return sample{}, err
	}
	defer r.db.Close()
	return loop(ctx, m.each, clients, 1, func(client int) (func() error, func()) {
		n, run := 0, strconv.FormatInt(time.Now().UnixNano(), 36)
		return func() error {
			n++
			i := client*7919 + n
			return r.post(&rawPost{key: fmt.Sprintf("%s-%d-%d", run, client, n), fund: string(fundNo(i)),
				account: string(incomes[i%len(incomes)])})
		}, func() {}
	})
}
