package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"supportledger/http"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/store"
)

// demoOrganisation is invented.
const demoOrganisation = "Fyrlys (demo)"

type demoCommand struct {
	DB        string `name:"db" env:"SUPPORTLEDGER_DEMO_DB" placeholder:"sqlite:FILE|postgres://…" help:"Empty database to fill; a temporary SQLite file where none is given."`
	Story     string `placeholder:"FILE" help:"Story to play; the worked one where none is given. Format: testdata/scenarios/STORY.md."`
	Scenarios string `placeholder:"S00-S06|all" help:"Which scenarios to play; of the worked story all that are built, of another all."`
	Keep      string `placeholder:"DIR" help:"Keep supportledger.db and statements/*.pdf in DIR."`
	NoServe   bool   `help:"End after playing."`
	Addr      string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Address to serve on; a free port where none is given."`
}

// Run fills fresh books through the REST handlers, prints where everything is, and serves.
func (d demoCommand) Run(ctx context.Context, c console) error {
	fmt.Fprintf(c.err, "supportledger %s demo\n", version())
	told, err := d.story()
	if err != nil {
		return err
	}
	dir, cleanup, err := d.directory()
	if err != nil {
		return err
	}
	defer cleanup()
	clock := &demoClock{}
	db, err := d.books(ctx, dir, clock)
	if err != nil {
		return err
	}
	defer db.Close()
	tokens, err := openBooks(ctx, db, ledger.Book{Base: "DKK", General: generalFund, Organisation: demoOrganisation}, demoTokens)
	if err != nil {
		return err
	}
	return d.serve(ctx, c, demo{db: db, dir: dir, clock: clock, tokens: tokens, story: told})
}

// demoTokens is how long a demo's tokens are valid: its clock runs through the years of the story.
const demoTokens = 100 * 365 * 24 * time.Hour

// story reads the story and keeps the selected scenarios: of the worked story those that are built, of another all.
func (d demoCommand) story() (story.Story, error) {
	told, err := d.read()
	if err != nil {
		return nil, err
	}
	selection, err := story.Scenarios(d.Scenarios)
	if err != nil {
		return nil, err
	}
	if d.Story == "" && d.Scenarios == "" {
		selection = story.Built
	}
	if selection == nil {
		return told, nil
	}
	return told.Of(selection), nil
}

func (d demoCommand) read() (story.Story, error) {
	if d.Story == "" {
		return story.Worked()
	}
	file, err := os.Open(d.Story)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return story.Parse(file)
}

// directory is where the demo leaves its files: --keep, or a temporary one that goes when the demo ends.
func (d demoCommand) directory() (string, func(), error) {
	if d.Keep == "" {
		dir, err := os.MkdirTemp("", "supportledger-demo-*")
		return dir, func() { os.RemoveAll(dir) }, err
	}
	return d.Keep, func() {}, os.MkdirAll(d.Keep, 0o755)
}

// books opens an empty database. A file that is there already is refused: a demo never touches books that may be real.
func (d demoCommand) books(ctx context.Context, dir string, clock store.Clock) (*store.DB, error) {
	dsn := d.DB
	if dsn == "" {
		file := filepath.Join(dir, "supportledger.db")
		if _, err := os.Stat(file); err == nil {
			return nil, fmt.Errorf("%s exists; a demo wants fresh books: remove it or keep the demo in another directory", file)
		}
		dsn = "sqlite:" + file
	}
	db, err := store.Open(ctx, dsn, store.Options{Clock: clock})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, func(string) {}); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// demo is a demonstration under way.
type demo struct {
	db     *store.DB
	dir    string
	clock  *demoClock
	tokens map[string]string
	story  story.Story
}

// serve plays the story against the server and leaves the server running.
func (d demoCommand) serve(ctx context.Context, c console, run demo) error {
	server, err := http.New(run.db, http.Options{Log: slog.New(slog.DiscardHandler), Version: version()})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", d.Addr)
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(serving, listener) }()
	url := "http://" + listener.Addr().String()
	if err := run.play(ctx, c, url); err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	if d.NoServe {
		stop()
		return <-ended
	}
	run.tell(c, url)
	return <-ended
}

// play plays the story and issues a statement for every grant in it.
func (r demo) play(ctx context.Context, c console, url string) error {
	bar := progress(c, int64(len(r.story)), "acts")
	player := story.Player{Base: url, Tokens: r.tokens, Clock: r.clock.set,
		Report: func(done, _ int, _ story.Act) { bar.at(int64(done)) }}
	err := player.Play(ctx, r.story)
	bar.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "Played %d acts through the REST API.\n", len(r.story))
	return r.statements(ctx, c, player)
}

// statements has the statements of the story's grants issued and keeps them as PDF in both languages.
func (r demo) statements(ctx context.Context, c console, player story.Player) error {
	dir := filepath.Join(r.dir, "statements")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	issued, err := player.IssueStatements(ctx, r.story)
	if err != nil {
		return err
	}
	for _, s := range issued {
		for _, lang := range []string{"en", "da"} {
			body, err := player.Document(ctx, s.ID, lang)
			if err != nil {
				return err
			}
			name := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%s.pdf", s.Number, s.Subject, s.To, lang))
			if err := os.WriteFile(name, body, 0o644); err != nil {
				return err
			}
			fmt.Fprintln(c.err, "Statement", name)
		}
	}
	return nil
}

// tell prints what a visitor needs: the address, a token per role, three calls to try.
func (r demo) tell(c console, url string) {
	fmt.Fprintf(c.out, "\nDEMO books, invented figures.\n\n  API docs  %s/api/v1/docs\n\n", url)
	for _, role := range firstRoles {
		fmt.Fprintf(c.out, "  %-16s %s\n", role, r.tokens[string(role)])
	}
	token := r.tokens[string(firstRoles[len(firstRoles)-1])]
	fmt.Fprintf(c.out, `
Try:

  curl -s -H 'Authorization: Bearer %[2]s' %[1]s/api/v1/grants/G1
  curl -s -H 'Authorization: Bearer %[2]s' %[1]s/api/v1/journal-entries/2026-000006
  curl -s -H 'Authorization: Bearer %[2]s' '%[1]s/api/v1/balances?as_of=2026-06-30'

Ctrl-C ends the demo.
`, url, token)
}

// demoClock is the clock of a demo: it stands where the story is and moves on a little with every reading.
type demoClock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time of the story; before its first act, the present.
func (d *demoClock) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now.IsZero() {
		return time.Now().UTC()
	}
	d.now = d.now.Add(time.Millisecond)
	return d.now
}

func (d *demoClock) set(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = at
}
