package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"supportledger/statements/collecting"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
)

type statementCommand struct {
	Render   renderCommand          `cmd:"" help:"Render a statement of a grant, a donor or a fund: what the books say, for the house, or what was issued."`
	Draft    draftCommand           `cmd:"" help:"Collect the statement of a grant, a donor or a fund as a draft, or the next version of one."`
	Check    checkCommand           `cmd:"" help:"Have the disclosure control clear a draft; only who drafted it may."`
	Review   reviewCommand          `cmd:"" help:"Approve a cleared statement as a second person."`
	Issue    issueCommand           `cmd:"" help:"Issue a reviewed statement as a third person: number and bytes are fixed."`
	Seal     sealCommand            `cmd:"" help:"Attach figures and proof to an issued statement's document, once a checkpoint covers it."`
	Withdraw withdrawCommand        `cmd:"" help:"Withdraw a statement that should not stand."`
	List     statementListCommand   `cmd:"" help:"List the statements there are, the newest first."`
	Run      runCommand             `cmd:"" help:"Make the statements of many subjects, and take them through review, issue and seal."`
	Verify   verifyStatementCommand `cmd:"" help:"Tell, offline, whether a statement is as it was issued."`
	Receipt  receiptCommand         `cmd:"" help:"Render the receipt for a gift."`
	Register registerCommand        `cmd:"" help:"List number, code, status and hash of every issued statement, as CSV."`
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
	Subject string `required:"" placeholder:"G1" help:"Code of the grant, donor or fund."`
	Kind    string `enum:"grant_financial,donor_annual,fund," default:"" placeholder:"KIND" help:"Kind: grant_financial, donor_annual or fund; where none is given, what the subject is, a grant before its fund."`
	From    day    `placeholder:"2026-01-01" help:"First day; the start of the grant or fund, or the first gift, where none is given."`
	To      day    `required:"" placeholder:"2026-06-30" help:"Last day."`
	Lang    string `enum:"da,en" default:"en" placeholder:"da|en" help:"Language: da or en (the default)."`
	Format  string `enum:"pdf,json,text,html,xlsx," default:"" placeholder:"FORMAT" help:"Format: pdf, json, text, html or xlsx; where none is given, that of FILE's ending, or else text."`
	Issued  bool   `help:"The statement that was issued for exactly this subject and period, as it was cleared; else a draft with all that the books say, which does not leave the house."`
	CutOff  string `placeholder:"2026-000123" help:"Number of the last entry that counts."`
	Whole   bool   `help:"Amounts in whole units that still add up."`
	Auditor bool   `help:"With a place for the auditor to sign."`
}

// Validate checks what the flags say together.
func (r renderCommand) Validate() error {
	if r.Issued && (r.CutOff != "" || r.Whole || r.Auditor) {
		return errors.New("--issued: what was issued is fixed; leave --cut-off, --whole and --auditor out")
	}
	if r.From > r.To {
		return fmt.Errorf("--from %s is after --to %s", r.From, r.To)
	}
	return nil
}

// Run renders the statement out of one snapshot of the books.
func (r renderCommand) Run(ctx context.Context, c console) error {
	format := r.format()
	if (format == "pdf" || format == "xlsx") && r.Output == "-" && c.outIsTTY {
		return misuse("%s does not belong on a terminal; add -o FILE.%s", strings.ToUpper(format), format)
	}
	var body []byte
	err := r.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		register := grants.Register{Book: book}
		s, err := r.find(ctx, tx, statements.Issuer{Book: book, Grants: register})
		switch {
		case errors.Is(err, collecting.ErrUnknownSubject):
			return r.unknown(ctx, tx, register)
		case errors.Is(err, statements.ErrUnknownStatement):
			return fmt.Errorf("no statement was issued for %s and this period", r.Subject)
		}
		if err != nil {
			return err
		}
		if r.Issued && format == "pdf" {
			body, err = s.File() // the very file that was issued, in its own language
			return err
		}
		body, err = render(s.Shown(), figures.Lang(r.Lang), format)
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
	ending := map[string]string{".pdf": "pdf", ".json": "json", ".html": "html",
		".xlsx": "xlsx"}[strings.ToLower(filepath.Ext(r.Output))]
	return cmp.Or(r.Format, ending, "text")
}

// find is the draft that the books give now, or what was issued.
func (r renderCommand) find(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
	request := collecting.Request{Subject: r.Subject, Kind: figures.Kind(r.Kind), From: ledger.Date(r.From),
		To:     ledger.Date(r.To),
		CutOff: r.CutOff, Whole: r.Whole, Auditor: r.Auditor}
	if err := r.check(ctx, tx, issuer.Grants); err != nil {
		return statements.Statement{}, err
	}
	if r.Issued {
		return issuer.Find(ctx, tx, request)
	}
	draft, err := issuer.Collect(ctx, tx, request)
	return statements.Statement{Value: draft}, err
}

// check answers a date that cannot be right with those that can.
func (r renderCommand) check(ctx context.Context, tx *store.Tx, register grants.Register) error {
	grant, err := register.Grant(ctx, tx, r.Subject)
	if errors.Is(err, grants.ErrUnknownGrant) {
		return nil // a donor or a fund
	}
	if err != nil {
		return err
	}
	if begins := cmp.Or(grant.From, grant.SignedOn); ledger.Date(r.To) < begins {
		return misuse("--to %s is before grant %s begins, on %s", r.To, grant.Code, begins)
	}
	return nil
}

// unknown names the grants that there are, and says what else a subject can be.
func (r renderCommand) unknown(ctx context.Context, tx *store.Tx, register grants.Register) error {
	known, err := register.Grants(ctx, tx, grants.Filter{})
	if err != nil {
		return err
	}
	if len(known) == 0 {
		return fmt.Errorf("there is no grant, donor or fund %q; there are no grants in these books yet (%s)", r.Subject,
			r.at().shown())
	}
	var codes []string
	for _, g := range known {
		codes = append(codes, g.Code)
	}
	return fmt.Errorf("there is no grant, donor or fund %q; these books have the grants %s", r.Subject,
		strings.Join(codes, ", "))
}

func render(s figures.Value, lang figures.Lang, format string) ([]byte, error) {
	switch format {
	case "pdf":
		return page.PDF(s, lang)
	case "html":
		return page.HTML(s, lang)
	case "xlsx":
		return page.XLSX(s, lang)
	case "json":
		return s.JSON(lang), nil
	}
	return []byte(page.Text(s, lang)), nil
}
