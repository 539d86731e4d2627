package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/store"
)

type statementCommand struct {
	Render renderCommand `cmd:"" help:"Render the statement of a grant: the issued one for the period, or else a draft of what the books say."`
}

type renderCommand struct {
	books
	output
	Subject string `required:"" placeholder:"G1" help:"Code of the grant."`
	From    string `placeholder:"2026-01-01" help:"First day; the start of the grant where none is given."`
	To      string `required:"" placeholder:"2026-06-30" help:"Last day."`
	Lang    string `enum:"da,en" default:"en" help:"Language: da or en."`
	Format  string `enum:"pdf,json,text" default:"text" help:"Format: pdf, json or text."`
}

// Run renders the statement out of one snapshot of the books.
func (r renderCommand) Run(ctx context.Context, c console) error {
	request := statements.Request{Grant: r.Subject}
	for from, into := range map[string]*ledger.Date{r.From: &request.From, r.To: &request.To} {
		if from == "" {
			continue
		}
		day, err := ledger.ParseDate(from)
		if err != nil {
			return err
		}
		*into = day
	}
	if r.Format == "pdf" && r.Output == "-" && isTerminal(os.Stdout) {
		return fmt.Errorf("a PDF does not belong on a terminal; add -o FILE.pdf")
	}
	var body []byte
	err := r.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		s, err := statements.Office{Book: book, Grants: grants.Register{Book: book}}.Find(ctx, tx, request)
		if err != nil {
			return err
		}
		body, err = render(s, statements.Lang(r.Lang), r.Format)
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

func render(s statements.GrantStatement, lang statements.Lang, format string) ([]byte, error) {
	switch format {
	case "pdf":
		return s.PDF(lang)
	case "json":
		return s.JSON(lang), nil
	}
	return []byte(s.Text(lang)), nil
}
