package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"supportledger/access"
	"supportledger/http"
	"supportledger/ledger"
	"supportledger/store"
)

type serveCommand struct {
	books
	Addr string `default:"127.0.0.1:8420" placeholder:"HOST:PORT" help:"Address to listen on. Put a TLS proxy in front of anything but loopback."`
}

// Run serves until it is told to stop, then finishes the requests in flight.
func (s serveCommand) Run(ctx context.Context, c console) error {
	fmt.Fprintf(c.err, "supportledger %s: opening the books\n", version())
	db, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	log := slog.New(slog.NewJSONHandler(c.err, nil))
	server, err := http.New(db, http.Options{Log: log, Version: version()})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "Listening on http://%s/api/v1/docs\n", s.Addr)
	return server.Run(ctx, s.Addr)
}

type initCommand struct {
	books
	Organisation string        `required:"" help:"Name of the organisation, as printed on statements."`
	Base         string        `default:"DKK" placeholder:"DKK" help:"Currency the books are kept in."`
	TokenFor     time.Duration `default:"2160h" placeholder:"2160h" help:"How long the printed tokens are valid."`
}

// Run opens the books and prints a token for a first user of each role that the duties need.
func (i initCommand) Run(ctx context.Context, c console) error {
	base, err := ledger.ParseCurrency(i.Base)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, i.DB, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(ctx, func(string) {}); err != nil {
		return err
	}
	tokens, err := openBooks(ctx, db, ledger.Book{Base: base, General: generalFund, Organisation: i.Organisation}, i.TokenFor)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.err, "The books are open. One token per role, shown once; each belongs to a user of its own:")
	for _, role := range firstRoles {
		fmt.Fprintf(c.out, "%-16s %s\n", role, tokens[string(role)])
	}
	return nil
}

// generalFund is the unrestricted fund that bears what no other fund bears.
const generalFund ledger.FundCode = "UNR"

// firstRoles are the users that new books start with: enough people for the duties, and one to check them.
var firstRoles = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer, access.Auditor}

// openBooks opens new books in one tx, with a user and a token for each of the first roles.
func openBooks(ctx context.Context, db *store.DB, book ledger.Book, tokenFor time.Duration) (map[string]string, error) {
	tokens := map[string]string{}
	err := db.Update(ctx, func(tx *store.Tx) error {
		if err := ledger.Create(ctx, tx, book); err != nil {
			return err
		}
		for _, role := range firstRoles {
			user, err := access.CreateUser(ctx, tx, string(role), role)
			if err != nil {
				return err
			}
			if tokens[string(role)], err = access.IssueToken(ctx, tx, user.ID, tokenFor); err != nil {
				return err
			}
		}
		return nil
	})
	return tokens, err
}
