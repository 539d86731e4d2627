package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// books are books to measure on: a database, and a token of finance in them.
type books struct {
	program, name, dsn, token string
}

// tokenFile is where the token of books that are kept lies: it opens nothing but books that were made up.
func tokenFile(dir, name string) string { return filepath.Join(dir, name+".token") }

// build compiles the program that is measured.
func build(ctx context.Context, to string) error {
	tell("building the program")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", to, "./cmd/supportledger")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

// books opens books of a name: kept ones as they are, others from nothing.
func (m machine) books(ctx context.Context, name string, keep bool) (books, error) {
	b := books{program: m.programs, name: name}
	fresh, err := m.address(ctx, &b, keep)
	if err != nil {
		return b, err
	}
	kept := tokenFile(m.dir, m.engine+"-"+name)
	if !fresh {
		text, err := os.ReadFile(kept)
		b.token = string(text)
		return b, err
	}
	cmd := exec.CommandContext(ctx, b.program, "init", "--db", b.dsn, "--organisation", "Measured", "--token-for", "8760h")
	out, err := cmd.Output()
	if err != nil {
		return b, fmt.Errorf("init: %w\n%s", err, stderrOf(err))
	}
	found := regexp.MustCompile(`(?m)^finance_officer\s+(\S+)$`).FindSubmatch(out)
	if found == nil {
		return b, errors.New("init prints no token of a finance officer")
	}
	b.token = string(found[1])
	return b, os.WriteFile(kept, found[1], 0o600)
}

func stderrOf(err error) []byte {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.Stderr
	}
	return nil
}

// address makes room for books and tells whether there are none in it yet.
func (m machine) address(ctx context.Context, b *books, keep bool) (fresh bool, err error) {
	_, noToken := os.Stat(tokenFile(m.dir, m.engine+"-"+b.name))
	fresh = !keep || errors.Is(noToken, fs.ErrNotExist)
	if m.engine == "sqlite" {
		file := filepath.Join(m.dir, b.name+".db")
		b.dsn = "sqlite:" + file
		if fresh {
			for _, tail := range []string{"", "-wal", "-shm"} {
				if err := os.Remove(file + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return fresh, err
				}
			}
		}
		return fresh, nil
	}
	b.dsn, err = m.database(ctx, "sl_"+b.name, fresh)
	return fresh, err
}

// database names a database on our PostgreSQL, made anew if need be.
func (m machine) database(ctx context.Context, name string, fresh bool) (string, error) {
	u, err := url.Parse(m.server)
	if err != nil {
		return "", err
	}
	if fresh {
		db, err := sql.Open("pgx", m.server)
		if err != nil {
			return "", err
		}
		defer db.Close()
		for _, text := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)",
			"CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8'"} {
			if _, err := db.ExecContext(ctx, text); err != nil {
				return "", err
			}
		}
	}
	u.Path = "/" + name
	return u.String(), nil
}

const (
	funds    = 200  // besides the general one
	fillStep = 5000 // entries that share a commit
)

func fundNo(i int) ledger.FundCode { return ledger.FundCode(fmt.Sprintf("B%03d", i%funds)) }

// incomes are accounts that money comes from.
var incomes = []ledger.AccountNo{"4100", "4200", "4300", "4400", "4900"}

// fill posts entries through the books' own code until there are n: numbers, balances, proof and audit events are
// what they would be had they come one by one. It goes on where an earlier run was stopped.
func (b books) fill(ctx context.Context, n int) (err error) {
	db, err := store.Open(ctx, b.dsn, store.Options{MustExist: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Migrate(ctx, nil); err != nil { // books that an earlier version left here
		return err
	}
	if err := b.openFunds(ctx, db); err != nil {
		return err
	}
	began, said := time.Now(), time.Now()
	for first, done := -1, 0; done < n; {
		if done, err = b.fillSome(ctx, db, n); err != nil {
			return err
		}
		if first < 0 {
			first = done
		}
		if time.Since(said) > 10*time.Second {
			said = time.Now()
			tell("%s: %d of %d entries, %.0f a second", b.name, done, n, float64(done-first)/time.Since(began).Seconds())
		}
	}
	return nil
}

func (b books) openFunds(ctx context.Context, db *store.DB) error {
	return db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		known, err := book.Funds(ctx, tx)
		if err != nil || len(known) > 1 {
			return err
		}
		if _, there := known[book.General]; !there {
			if err := book.OpenFund(ctx, tx, ledger.Fund{Code: book.General, Name: "General", Restriction: ledger.Unrestricted,
				OpenedOn: "2020-01-01"}); err != nil {
				return err
			}
		}
		for i := range funds {
			if err := book.OpenFund(ctx, tx, ledger.Fund{Code: fundNo(i), Name: "Measured", Restriction: ledger.PurposeBound,
				OpenedOn: "2020-01-01"}); err != nil {
				return err
			}
		}
		return nil
	})
}

// fillSome posts the next few entries and tells how many there are then. Every tenth is of the general fund, so that
// one bank account of one fund comes to a tenth of all lines on one side.
func (b books) fillSome(ctx context.Context, db *store.DB, n int) (done int, err error) {
	err = db.Update(ctx, func(tx *store.Tx) error {
		who, err := access.Authenticate(ctx, tx, b.token)
		if err != nil {
			return err
		}
		tx.By = who.Actor("filled")
		book, err := ledger.OpenLocked(ctx, tx)
		if err != nil {
			return err
		}
		through, err := book.LastSeq(ctx, tx)
		if err != nil {
			return err
		}
		done = int(through)
		var entries []ledger.Entry
		for i := done; i < min(done+fillStep, n); i++ {
			entries = append(entries, made(book, i, ledger.DateOf(tx.At.AddDate(0, 0, -(i*7)%1095))))
		}
		posted, err := book.Post(ctx, tx, entries...)
		for _, p := range posted {
			if err := access.Record(ctx, tx, access.Event{Action: "entry.posted", Subject: string(p.ID)}); err != nil {
				return err
			}
		}
		done += len(posted)
		return err
	})
	return done, err
}

func made(book ledger.Book, i int, on ledger.Date) ledger.Entry {
	fund := fundNo(i)
	if i%10 == 0 {
		fund = book.General
	}
	amount := ledger.OfMinor(int64(100+i%100_000), book.Base)
	return ledger.Entry{Date: on, Text: fmt.Sprintf("Entry number %d", i), Act: "manual", Lines: []ledger.Line{
		ledger.Base("1010", fund, amount), ledger.Base(incomes[i%len(incomes)], fund, amount.Neg())}}
}

// serving is the program at work on books.
type serving struct {
	books
	addr string
	cmd  *exec.Cmd
	log  *os.File
}

// serve starts the program on books and waits until it listens.
func (b books) serve(ctx context.Context, dir string) (*serving, error) {
	name := filepath.Join(dir, "server.log")
	log, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	s := &serving{books: b, log: log, cmd: exec.CommandContext(ctx, b.program, "serve", "--db", b.dsn, "--addr",
		"127.0.0.1:0", "--rate", "0")}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = 10 * time.Second
	s.cmd.Stderr = log
	s.cmd.Dir = dir
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	listens := regexp.MustCompile(`Listening on http://(127\.0\.0\.1:[0-9]+)/`)
	for range 600 {
		time.Sleep(50 * time.Millisecond)
		text, err := os.ReadFile(name)
		if err != nil {
			break
		}
		if found := listens.FindSubmatch(text); found != nil {
			s.addr = string(found[1])
			return s, nil
		}
		if s.cmd.ProcessState != nil || ctx.Err() != nil {
			break
		}
	}
	text, _ := os.ReadFile(name)
	return nil, errors.Join(fmt.Errorf("the program does not serve:\n%s", text), s.stop())
}

// stop ends the program, and waits for it.
func (s *serving) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	err := s.cmd.Wait()
	return errors.Join(err, s.log.Close())
}

// verified runs verify on books and tells how long a million entries took, and how much memory it held at most.
func (b books) verified(ctx context.Context) (aMillion time.Duration, megabytes float64, err error) {
	cmd := exec.CommandContext(ctx, b.program, "verify", "--json", "--db", b.dsn)
	var report, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &report, &said
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("verify: %w\n%s", err, lastLines(said.String()))
	}
	took := time.Since(began)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		megabytes = float64(usage.Maxrss) / 1024
	}
	var of struct{ Entries int64 }
	if err := json.Unmarshal(report.Bytes(), &of); err != nil {
		return 0, 0, err
	}
	return took * 1_000_000 / time.Duration(of.Entries), megabytes, nil
}

func lastLines(text string) string {
	var kept []string
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		if kept = append(kept, scanner.Text()); len(kept) > 10 {
			kept = kept[1:]
		}
	}
	return strings.Join(kept, "\n")
}
