package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

type importCommands struct {
	Entries         importEntriesCommand `cmd:"" help:"Post the entries of a file, all or nothing, after a preview."`
	OpeningBalances importOpeningCommand `cmd:"" name:"opening-balances" help:"Post the opening balances of a file, all or nothing, after a preview."`
}

type importEntriesCommand struct{ importFlags }

// Run imports entries.
func (i importEntriesCommand) Run(ctx context.Context, c console) error {
	return i.run(ctx, c, journal.ImportEntries)
}

type importOpeningCommand struct{ importFlags }

// Run imports opening balances.
func (i importOpeningCommand) Run(ctx context.Context, c console) error {
	return i.run(ctx, c, journal.ImportOpeningBalances)
}

type importFlags struct {
	books
	File    string `arg:"" placeholder:"FILE" help:"The file; docs/IMPORT.md has its columns."`
	Profile string `required:"" enum:"rfc4180,da-excel,xlsx" placeholder:"rfc4180|da-excel|xlsx" help:"How the file is written, never guessed: rfc4180 (commas, decimal points), da-excel (semicolons, decimal commas) or xlsx."`
	Preview bool   `short:"n" help:"Show what would be posted and post nothing."`
	Token   string `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the person of finance who posts, best given in SUPPORTLEDGER_TOKEN; -n needs none."`
}

// errRowsBad ends a preview that found errors; they are told already.
var errRowsBad = errors.New("rows of the file have errors; nothing can be posted until they are mended")

// run previews the file and, without -n, posts it as the person whose token is given.
func (i importFlags) run(ctx context.Context, c console, kind journal.ImportKind) error {
	content, err := readUpTo(i.File, journal.MaxImportBytes+1)
	if err != nil {
		return err
	}
	file := journal.ImportFile{Kind: kind, Profile: journal.ImportProfile(i.Profile), Name: filepath.Base(i.File),
		Content: content}
	if !i.Preview {
		return i.post(ctx, c, file)
	}
	return i.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		preview, err := journal.PreviewFile(ctx, tx, book, file)
		if err != nil {
			return err
		}
		tellPreview(c.out, preview)
		if preview.Errors > 0 {
			return errRowsBad
		}
		fmt.Fprintln(c.err, "Nothing was posted; run it without -n for that.")
		return nil
	})
}

// readUpTo reads a file, but no more than limit bytes of it.
func readUpTo(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, limit))
	return content, errors.Join(err, file.Close())
}

// post uploads and commits the file in one tx, so that a file with errors leaves nothing behind.
func (i importFlags) post(ctx context.Context, c console, file journal.ImportFile) (err error) {
	if i.Token == "" {
		return misuse("posting needs to know who posts: put a token of finance into SUPPORTLEDGER_TOKEN, or add -n to " +
			"look only")
	}
	db, err := i.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	if ctx, err = actingAs(ctx, db, i.Token, ofFinance("commitImport")); err != nil {
		return err
	}
	var preview journal.Preview
	var posted []ledger.Posted
	err = db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		preview, posted, err = take(ctx, tx, book, file)
		return err
	})
	tellPreview(c.out, preview)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "Posted %d: %s to %s.\n", len(posted), posted[0].Number, posted[len(posted)-1].Number)
	return nil
}

// take uploads and commits a file. A file that waits previewed, because the API brought it, is committed as that
// import.
func take(ctx context.Context, tx *store.Tx, book ledger.Book, file journal.ImportFile) (
	journal.Preview, []ledger.Posted, error,
) {
	im, preview, err := journal.Upload(ctx, tx, book, file)
	if known := (*journal.ImportExists)(nil); errors.As(err, &known) {
		im, preview, err = journal.PreviewOf(ctx, tx, book, known.ID)
		if err == nil && im.State != journal.ImportPreviewed {
			return preview, nil, known
		}
	}
	if err != nil {
		return preview, nil, err
	}
	_, posted, err := journal.Commit(ctx, tx, book, im.ID)
	return preview, posted, err
}

// ofFinance is an operation of finance, by the name that it has in the API.
func ofFinance(name string) access.Action {
	return access.Action{Name: name, Holders: []access.Role{access.FinanceOfficer, access.Treasurer}}
}

// actingAs makes the person behind a token the one who acts, if the policies let them do so.
func actingAs(ctx context.Context, db *store.DB, token string, a access.Action) (context.Context, error) {
	var who access.Principal
	err := db.View(ctx, func(tx *store.Tx) (err error) {
		who, err = access.Authenticate(ctx, tx, token)
		return err
	})
	if err == nil {
		err = access.Allow(who, a)
	}
	return store.WithActor(ctx, who.Actor(store.NewID("cli"))), err
}

// shownRows is how many rows without an error a preview shows; those with one are all shown.
const shownRows = 20

// tellPreview prints a preview as a table: rows with what becomes of them, what is wrong, and the totals to check.
func tellPreview(out io.Writer, p journal.Preview) {
	if len(p.Rows) == 0 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "row\tis\t%s\n", strings.Join(p.Head, "\t"))
	shown, left := 0, 0
	for _, r := range p.Rows {
		if r.Status != journal.RowError {
			if shown++; shown > shownRows {
				left++
				continue
			}
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", r.Row, r.Status, visible(strings.Join(r.Source, "\t")))
	}
	_ = w.Flush() // as of every print
	if left > 0 {
		fmt.Fprintf(out, "… and %d more rows without an error\n", left)
	}
	for _, r := range p.Rows {
		if r.Err != nil {
			at := ""
			if r.Column != "" {
				at = ", " + r.Column
			}
			fmt.Fprintf(out, "row %d%s: %s\n", r.Row, at, visible(told(r.Err)))
		}
	}
	fmt.Fprintf(out, "\n%d new, %d in the books already, %d with errors; %d entries to post\n", p.New, p.Duplicate,
		p.Errors, len(p.Entries))
	w = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "fund\tdebit\tcredit\t%s\t\n", p.ControlTotal.Currency)
	for _, f := range p.Funds {
		fmt.Fprintf(w, "%s\t%s\t%s\t\t\n", f.Fund, f.Debit, f.Credit)
	}
	fmt.Fprintf(w, "control total\t%s\t\t\t\n", p.ControlTotal)
	_ = w.Flush() // as above
}

// visible keeps what stands in a file from moving the terminal's cursor.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
