package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/cmd/clock"
	"supportledger/http"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/store"
)

// demoOrganisation is invented.
const demoOrganisation = "Fyrlys (demo)"

// demoTokens is how long a demo's tokens are valid: its clock runs through the years of the story.
const demoTokens = 100 * 365 * 24 * time.Hour

type demoCommand struct {
	evidenceFlags
	vaultFlags
	DB        address         `name:"db" env:"SUPPORTLEDGER_DB" placeholder:"sqlite:FILE|postgres://…" help:"Database to fill, without books as yet; or SUPPORTLEDGER_DB, or else a temporary SQLite file."`
	Story     string          `placeholder:"FILE" help:"Story to play, or - for standard input; the worked one where none is given. Format: testdata/scenarios/STORY.md."`
	Scenarios story.Selection `placeholder:"S00-S06|all" help:"Scenarios to play, as S00-S06, S01,S03 or all (the default)."`
	Keep      string          `placeholder:"DIR" help:"Keep supportledger.db, vault.json, books.key and statements/*.pdf in DIR."`
	NoServe   bool            `help:"End after playing."`
	Addr      listenAddress   `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Address to serve on; a free port where none is given."`
	JSON      bool            `name:"json" help:"Print a JSON object instead of a text: address, tokens, files."`
}

// Run fills fresh books through the REST handlers, prints where everything is, and serves.
func (d demoCommand) Run(ctx context.Context, c console) (err error) {
	fmt.Fprintf(c.err, "supportledger %s demo\n", version())
	told, err := d.told()
	if err != nil {
		return err
	}
	dir, cleanUp, err := d.directory()
	if err != nil {
		return err
	}
	defer also(&err, cleanUp)
	run := demo{dir: dir, keyed: d.DB == "" || d.Keep != "",
		clock: &clock.Clock{}, story: told, left: summary{Version: version(), Acts: len(told)}}
	if run.db, err = d.books(ctx, &run); err != nil {
		return err
	}
	defer also(&err, run.db.Close)
	if d.looked() && d.EvidenceKey == "" && d.Evidence == "" {
		if d.evidenceFlags, err = freshEvidence(dir); err != nil {
			return err
		}
	}
	archive, closeArchive, err := d.archive(run.at)
	if err != nil {
		return err
	}
	defer also(&err, closeArchive)
	run.archive = archive
	if run.vault, err = d.made(ctx, filepath.Join(dir, "vault.json")); err != nil {
		return err
	}
	book := ledger.Book{Base: "DKK", General: generalFund, Organisation: demoOrganisation}
	if run.left.Tokens, err = openBooks(ctx, run.db, book, demoTokens); err != nil {
		return err
	}
	if err := claimKeys(ctx, run.db, run.vault, run.archive); err != nil {
		return err
	}
	return d.serve(ctx, c, run)
}

// looked tells whether somebody will look at the pages: then a month's work is left undone, with its documents.
func (d demoCommand) looked() bool { return !d.NoServe && d.Story == "" && d.Scenarios == nil }

// freshEvidence makes a folder for documents, and their key beside it: a demo has no secrets.
func freshEvidence(dir string) (evidenceFlags, error) {
	f := evidenceFlags{Evidence: filepath.Join(dir, "evidence"), EvidenceKey: filepath.Join(dir, "evidence.key")}
	return f, makeEvidenceKey(f.EvidenceKey)
}

// told reads the story and keeps the chosen scenarios; where none is chosen, all.
func (d demoCommand) told() (story.Story, error) {
	told, err := d.read()
	if err != nil {
		return nil, err
	}
	if d.Scenarios != nil {
		told = told.Of(d.Scenarios)
	}
	if len(told) == 0 {
		return nil, errors.New("there is no act to play in this choice of scenarios")
	}
	return told, nil
}

func (d demoCommand) read() (story.Story, error) {
	switch d.Story {
	case "":
		return story.Worked()
	case "-":
		return story.Parse(os.Stdin)
	}
	file, err := os.Open(d.Story)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no story %s", d.Story)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return story.Parse(file)
}

// directory is where the demo leaves its files: --keep, or a temporary one that goes when the demo ends.
func (d demoCommand) directory() (dir string, cleanUp func() error, err error) {
	if d.Keep == "" {
		dir, err := os.MkdirTemp("", "supportledger-demo-*")
		return dir, func() error { return os.RemoveAll(dir) }, err
	}
	return d.Keep, func() error { return nil }, os.MkdirAll(d.Keep, 0o700)
}

// books opens a database for the demo. One that has books already is refused: a demo never touches books that may be
// real.
func (d demoCommand) books(ctx context.Context, run *demo) (*store.DB, error) {
	at := d.DB
	if at == "" {
		at = address("sqlite:" + filepath.Join(run.dir, "supportledger.db"))
	}
	run.at = at
	if d.DB != "" || d.Keep != "" {
		run.left.Books = at.shown()
		run.serving = "supportledger serve" + at.flagged()
	}
	db, err := openFresh(ctx, at, store.Options{Clock: run.clock})
	if errors.Is(err, ledger.ErrAlreadyOpened) {
		return nil, fmt.Errorf("%s has books in it, and a demo wants fresh ones: %w", at.shown(), err)
	}
	return db, err
}

// demo is a demonstration under way.
type demo struct {
	db      *store.DB
	at      address
	archive *evidence.Archive // of evidence, nil without a key
	vault   *vault.Vault      // of personal data
	dir     string
	clock   *clock.Clock
	story   story.Story
	serving string // the command that serves what is kept
	keyed   bool   // the key of the books stays with them
	left    summary
}

// serve plays the story against the server and leaves the server running.
func (d demoCommand) serve(ctx context.Context, c console, run demo) error {
	//nolint:contextcheck // every request brings a context of its own
	server, err := http.New(run.db, http.Options{Log: slog.New(slog.DiscardHandler), Version: version(),
		Evidence: run.archive, Vault: run.vault, Demo: true,
		DocsToken: run.left.Tokens["auditor"]})
	if err != nil {
		return err
	}
	listener, err := d.Addr.listen(ctx)
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(serving, listener) }()
	run.left.URL = "http://" + listener.Addr().String()
	if err := run.play(ctx, c, d.looked()); err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	if d.NoServe {
		stop()
		if err := <-ended; err != nil {
			return err
		}
		return run.tellLeft(c, d)
	}
	if err := run.tell(c, d); err != nil {
		return err
	}
	return <-ended
}

// play plays the story and issues a statement for every grant in it. Where somebody will look at the pages, it leaves a
// month's work undone, so that there is something to decide.
func (r *demo) play(ctx context.Context, c console, looked bool) error {
	bar := c.progress(int64(len(r.story)), "acts")
	player := story.Player{Base: r.left.URL, Tokens: r.left.Tokens, Clock: r.clock.Set,
		Report: func(done, _ int, _ story.Act) { bar.At(int64(done)) }}
	err := player.Play(ctx, r.story)
	bar.End()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "Played %d acts through the REST API.\n", len(r.story))
	if err := r.statements(ctx, c, player); err != nil || !looked {
		return err
	}
	_, err = player.LeaveCasework(ctx)
	return err
}

// statements has the statements of the story's grants issued, and sealed where the key stays with the books; it keeps
// the very files.
func (r *demo) statements(ctx context.Context, c console, player story.Player) error {
	dir := filepath.Join(r.dir, "statements")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	issued, err := player.IssueStatements(ctx, r.story)
	if err != nil || len(issued) == 0 {
		r.left.Try = r.tries(issued)
		return err
	}
	if r.keyed {
		if err := r.sign(ctx); err != nil {
			return err
		}
	}
	bar := c.progress(int64(len(issued)), "statements")
	defer bar.End()
	for _, s := range issued {
		if r.keyed {
			if err := player.Seal(ctx, s.ID); err != nil {
				return err
			}
		}
		body, err := player.Document(ctx, s.ID)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%s.pdf", s.Number, s.Subject, s.To, s.Lang))
		if err := os.WriteFile(name, body, 0o600); err != nil {
			return err
		}
		r.left.Statements = append(r.left.Statements, name)
		bar.At(int64(len(r.left.Statements)))
	}
	r.left.Try = r.tries(issued)
	return nil
}

// sign makes the key of the books, keeps it beside them, and signs a checkpoint.
func (r *demo) sign(ctx context.Context) error {
	private, public, err := proof.NewKey("demo.invalid/books")
	if err != nil {
		return err
	}
	file := filepath.Join(r.dir, "books.key")
	if err := errors.Join(create(file, private+"\n", 0o600), create(file+".pub", public+"\n", 0o600)); err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx *store.Tx) error {
		if err := access.ClaimKey(ctx, tx, access.ProofKey, proof.FingerprintOf(public)); err != nil {
			return err
		}
		signed, err := proof.Signer{PrivateKey: private}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, signed)
	})
}
