package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/store"
)

type statementCommand struct {
	Render renderCommand `cmd:"" help:"Render the statement of a grant: the issued one for the period, or else a draft of what the books say."`
}

// day is a flag that holds a date.
type day ledger.Date

// UnmarshalText reads YYYY-MM-DD.
func (d *day) UnmarshalText(text []byte) error {
	parsed, err := ledger.ParseDate(string(text))
	*d = day(parsed)
	return err
}

type renderCommand struct {
	books
	output
	Subject string `required:"" placeholder:"G1" help:"Code of the grant."`
	From    day    `placeholder:"2026-01-01" help:"First day; the start of the grant where none is given."`
	To      day    `required:"" placeholder:"2026-06-30" help:"Last day."`
	Lang    string `enum:"da,en" default:"en" placeholder:"da|en" help:"Language: da or en (the default)."`
	Format  string `enum:"pdf,json,text," default:"" placeholder:"pdf|json|text" help:"Format: pdf, json or text; where none is given, that of FILE's ending, or else text."`
}

// Validate checks what the flags say together.
func (r renderCommand) Validate() error {
	if r.From > r.To {
		return fmt.Errorf("--from %s is after --to %s", r.From, r.To)
	}
	return nil
}

// Run renders the statement out of one snapshot of the books.
func (r renderCommand) Run(ctx context.Context, c console) error {
	format := r.format()
	if format == "pdf" && r.Output == "-" && c.outIsTTY {
		return misuse("a PDF does not belong on a terminal; add -o FILE.pdf")
	}
	var body []byte
	err := r.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		register := grants.Register{Book: book}
		if err := r.check(ctx, tx, register); err != nil {
			return err
		}
		request := statements.Request{Grant: r.Subject, From: ledger.Date(r.From), To: ledger.Date(r.To)}
		s, err := statements.Office{Book: book, Grants: register}.Find(ctx, tx, request)
		if err != nil {
			return err
		}
		body, err = render(s, statements.Lang(r.Lang), format)
		return err
	})
	if err != nil {
		return err
	}
	return r.write(c, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// format is the one asked for, or that of the file's ending.
func (r renderCommand) format() string {
	ending := map[string]string{".pdf": "pdf", ".json": "json"}[strings.ToLower(filepath.Ext(r.Output))]
	return cmp.Or(r.Format, ending, "text")
}

// check answers a subject or a date that cannot be right with those that can.
func (r renderCommand) check(ctx context.Context, tx *store.Tx, register grants.Register) error {
	grant, err := register.Grant(ctx, tx, r.Subject)
	if errors.Is(err, grants.ErrUnknownGrant) {
		return r.unknown(ctx, tx, register)
	}
	if err != nil {
		return err
	}
	if begins := cmp.Or(grant.From, grant.SignedOn); ledger.Date(r.To) < begins {
		return misuse("--to %s is before grant %s begins, on %s", r.To, grant.Code, begins)
	}
	return nil
}

// unknown names the grants that there are.
func (r renderCommand) unknown(ctx context.Context, tx *store.Tx, register grants.Register) error {
	known, err := register.Grants(ctx, tx)
	if err != nil {
		return err
	}
	if len(known) == 0 {
		return fmt.Errorf("there is no grant %q; there are none in these books yet (%s)", r.Subject, r.at().shown())
	}
	var codes []string
	for _, g := range known {
		codes = append(codes, g.Code)
	}
	return fmt.Errorf("there is no grant %q; these books have %s", r.Subject, strings.Join(codes, ", "))
}

func render(s statements.GrantStatement, lang statements.Lang, format string) ([]byte, error) {
	switch format {
	case "pdf":
		return s.PDF(lang)
	case "json":
		return s.JSON(lang), nil
	}
	return []byte(s.Text(lang)), nil
}
