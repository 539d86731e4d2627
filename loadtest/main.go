// Command loadtest measures what the ledger does under load: `make bench`. It is made for tests and ships with nothing.
//
// It builds the program, opens books, fills them through ledger's own code, starts the program as a process of its
// own and loads it over HTTP on 127.0.0.1, with tokens and idempotency keys, as clients would. Beside it stands the
// raw limit: the same database on the same disk in the same minutes, written with the least SQL that stores the same
// rows, many posts to a commit, without HTTP, guards or proof (raw.go).
//
// A machine is never quite quiet, so what is compared is measured in turn, several rounds of it, and a figure is the
// median of its rounds; a ratio is the median of the rounds' ratios. Books of a million entries are kept in -dir and
// found again by the next run; small ones are made anew in every round, since an empty database is what a new charity
// starts with. docs/PERFORMANCE.md says how to read the table.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"supportledger/store/storetest"
)

// options are the flags.
type options struct {
	dir      string
	engines  string
	small    int
	large    int
	rounds   int
	each     time.Duration
	limit    time.Duration
	out      string
	only     string
	programs string
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", filepath.Join(os.TempDir(), "supportledger-bench"),
		"folder for books and the PostgreSQL server; the large books are kept there for the next run")
	flag.StringVar(&o.engines, "engines", "sqlite,postgres", "which databases, in this order")
	flag.IntVar(&o.small, "small", 10_000, "entries in the small books")
	flag.IntVar(&o.large, "large", 1_000_000, "entries in the large books; 0 leaves them out")
	flag.IntVar(&o.rounds, "rounds", 3, "how often everything is measured")
	flag.DurationVar(&o.each, "each", 3*time.Second, "how long one measurement takes")
	flag.DurationVar(&o.limit, "limit", 20*time.Minute, "end by then, with what there is")
	flag.StringVar(&o.out, "out", filepath.Join("bench", "latest.json"), "where the figures go as JSON; empty is nowhere")
	flag.StringVar(&o.only, "only", "", "only measurements whose name has this in it")
	flag.StringVar(&o.programs, "program", "", "a supportledger that is built already; else it is built")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// run measures everything and shows it, also what there is of it when time is up.
func run(o options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	if err := os.Chmod(o.dir, 0o755); err != nil { // a PostgreSQL of another user lives below
		return err
	}
	r := newResults(o)
	tell("%d cores, load %s; figures are of %d rounds of %v", runtime.NumCPU(), load(), o.rounds, o.each)
	if o.programs == "" {
		o.programs = filepath.Join(o.dir, "supportledger")
		if err := build(ctx, o.programs); err != nil {
			return err
		}
	}
	failed := measureAll(ctx, o, r)
	tell("load at the end %s", load())
	r.print(os.Stdout)
	if failed != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return fmt.Errorf("stopped after %v; the books stay in %s, and a next run goes on with them: %w", o.limit, o.dir,
				failed)
		}
		return failed
	}
	return r.save(o.out)
}

// measureAll measures the engines, one after the other, and then the statements.
func measureAll(ctx context.Context, o options, r *results) error {
	for engine := range strings.SplitSeq(o.engines, ",") {
		if engine == "" {
			continue
		}
		if err := measureEngine(ctx, o, engine, r); err != nil {
			return err
		}
	}
	if !strings.Contains(statementsName, o.only) {
		return nil
	}
	return measureStatements(ctx, o, r)
}

// measureEngine measures one engine.
func measureEngine(ctx context.Context, o options, engine string, r *results) error {
	m := machine{options: o, engine: engine, results: r}
	switch engine {
	case "sqlite":
	case "postgres":
		dsn, stop, err := storetest.Durable(filepath.Join(o.dir, "pg"))
		if err != nil {
			return err
		}
		defer stop()
		m.server = dsn
	default:
		return fmt.Errorf("there is no engine %q; there are sqlite and postgres", engine)
	}
	return m.measure(ctx)
}

// tell says how far it is.
func tell(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// load is the machine's load average over the last minute, where the system tells it.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
