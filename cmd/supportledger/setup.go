package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"supportledger/http"
	"supportledger/http/edge"
	"supportledger/http/web/setup"
	"supportledger/ledger"
	"supportledger/store"
)

// setUp has new books opened in a browser, on the listener that will serve them, and gives that listener. Where there
// are books, or setup is not asked for, it does nothing and gives none.
func (s *serveCommand) setUp(ctx context.Context, c console, way *edge.Edge) (
	listener net.Listener, opened *http.Handover, err error,
) {
	if !s.Setup {
		return nil, nil, nil
	}
	db, err := openFresh(ctx, s.at(), store.Options{})
	if errors.Is(err, ledger.ErrAlreadyOpened) {
		return nil, nil, nil // there is nothing to set up
	}
	if err != nil {
		return nil, nil, err
	}
	defer also(&err, db.Close)
	if err := s.nameKeys(); err != nil {
		return nil, nil, err
	}
	if listener, err = s.listen(ctx, way, nil); err != nil {
		return nil, nil, err
	}
	word, next := rand.Text(), s.next()
	log, _ := s.logger(c.err)
	desk := setup.Desk{Word: word, Today: ledger.DateOf(time.Now()), Next: next,
		Keys: []string{s.VaultKey, s.EvidenceKey},
		Open: func(ctx context.Context, o setup.Opening) ([]setup.Person, error) { return s.openNew(ctx, db, o) }}
	fmt.Fprintf(c.err, "There are no books here yet. Open them in a browser; the link is good until they are open:\n"+
		"%s://%s/setup?word=%s\n", way.Scheme(), listener.Addr(), word)
	lasting := &edge.Lasting{Listener: listener}
	o := http.Options{Log: log, RequestsPerSecond: s.Rate, Around: way.Handler}
	if opened, err = http.SetUp(ctx, db, o, desk, way.Listen(lasting)); err != nil {
		return nil, nil, errors.Join(err, listener.Close())
	}
	fmt.Fprintf(c.err, "The books are open, and setup is closed. From now on: %s\n", next)
	return listener, opened, lasting.Again()
}

// nameKeys names key files beside the books where no flag does.
func (s *serveCommand) nameKeys() error {
	file, _ := s.at().file() // none is the folder that the server runs in
	dir, err := filepath.Abs(filepath.Dir(file))
	s.VaultKey = cmp.Or(s.VaultKey, filepath.Join(dir, "vault.json"))
	s.EvidenceKey = cmp.Or(s.EvidenceKey, filepath.Join(dir, "evidence.key"))
	return err
}

// next is the command that serves these books with these keys.
func (s *serveCommand) next() string {
	return "supportledger serve" + s.at().flagged() + " --vault-key " + quoted(s.VaultKey) + " --evidence-key " +
		quoted(s.EvidenceKey)
}

// openNew makes the keys and opens the books: the organisation, its free fund, its first users. All of the books is one
// transaction; a key that is there already is kept.
func (s *serveCommand) openNew(ctx context.Context, db *store.DB, o setup.Opening) ([]setup.Person, error) {
	people, err := s.made(ctx, "")
	if err != nil {
		return nil, err
	}
	if err := makeEvidenceKey(s.EvidenceKey); err != nil {
		return nil, err
	}
	var given []setup.Person
	err = db.Update(ctx, func(tx *store.Tx) error {
		if given, err = o.Make(ctx, tx, generalFund); err != nil {
			return err
		}
		return people.Claim(ctx, tx)
	})
	return given, err
}
