// Package printing makes what goes by post: for each donor of a run a letter and the sealed statement, in the order in
// which they are printed, and receipts for gifts.
//
// Name and address are on the letter alone. They are opened when it is made, each opening is on record in the name of
// who asked, and neither is kept: the statement itself, which anybody may check, has the donor's number.
package printing

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/letters"
	"supportledger/statements/page"
	"supportledger/store"
)

// Printer prints runs.
type Printer struct {
	DB    *store.DB
	Vault *vault.Vault
	By    store.Actor // who asked
}

// atOnce is how many donors are opened in one transaction.
const atOnce = 20

// sheet is what is printed for one donor.
type sheet struct {
	statements.Outcome
	number            string
	version           int
	letter, statement []byte
	problem           string // why there is none; "" else
}

// Run writes a zip of what a run's step print has put down: those that it found since it was asked for last, or all.
// The last file is print.csv: what became of each, also of those who get nothing by post.
func (p Printer) Run(ctx context.Context, id statements.RunID, all bool, w io.Writer) error {
	ctx = store.WithActor(ctx, p.By)
	out := zip.NewWriter(w)
	rows := [][]string{{"position", "donor", "statement", "version", "letter", "statement_file", "outcome"}}
	filter := statements.OutcomeFilter{Run: id, Step: statements.RunPrint, Newly: !all,
		Page: store.Keyset{Limit: atOnce}}
	for {
		sheets, err := p.sheets(ctx, filter)
		if err != nil {
			return err
		}
		if len(sheets) == 0 {
			break
		}
		for _, s := range sheets {
			row, err := s.write(out)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		filter.Page.After = []string{strconv.Itoa(sheets[len(sheets)-1].Position)}
	}
	list, err := out.Create("print.csv")
	if err != nil {
		return err
	}
	if err := csv.NewWriter(list).WriteAll(rows); err != nil {
		return err
	}
	return out.Close()
}

// write puts the letter and then the statement into the zip, so that they come out of a printer in this order.
func (s sheet) write(out *zip.Writer) ([]string, error) {
	row := []string{strconv.Itoa(s.Position), s.Subject, s.number, strconv.Itoa(s.version), "", "", s.problem}
	if s.problem != "" {
		return row, nil
	}
	row[4], row[5] = fmt.Sprintf("%06d-1-letter.pdf", s.Position), fmt.Sprintf("%06d-2-%s.pdf", s.Position, s.number)
	row[6] = "printed"
	for i, body := range [][]byte{s.letter, s.statement} {
		header := &zip.FileHeader{Name: row[4+i], Method: zip.Store} // a PDF is compressed already
		file, err := out.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(body); err != nil {
			return nil, err
		}
	}
	return row, nil
}

// drafted is a letter that is not rendered yet.
type drafted struct {
	sheet
	letter page.Letter
}

// sheets opens who the next few are, in one transaction, and renders their letters after it.
func (p Printer) sheets(ctx context.Context, f statements.OutcomeFilter) ([]sheet, error) {
	var batch []drafted
	err := p.DB.Update(ctx, func(tx *store.Tx) error {
		batch = nil
		issuer, err := statements.OpenIssuer(ctx, tx, statements.Issuer{})
		if err != nil {
			return err
		}
		found, err := issuer.Outcomes(ctx, tx, f)
		if err != nil {
			return err
		}
		known, err := statements.ThoseOf(ctx, tx, found)
		if err != nil {
			return err
		}
		for _, o := range found {
			d := drafted{sheet: sheet{Outcome: o, problem: o.Refusal}}
			if s, there := known[o.Statement]; there && o.Refusal == "" {
				if err := p.draft(ctx, tx, s, &d); err != nil {
					return err
				}
			} else if o.Refusal == "" {
				d.problem = "not asked for"
			}
			batch = append(batch, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	sheets := make([]sheet, len(batch))
	for i, d := range batch {
		sheets[i] = d.sheet
		if d.problem != "" {
			continue
		}
		sheets[i].letter, err = page.LetterPDF(d.letter)
		var missing *page.MissingGlyph
		switch {
		case errors.As(err, &missing):
			sheets[i].problem = fmt.Sprintf("the name or address has a letter that cannot be printed: %q", missing.Rune)
		case errors.Is(err, page.ErrNotInWindow):
			sheets[i].problem = page.ErrNotInWindow.Error()
		case err != nil:
			return nil, err
		}
	}
	return sheets, nil
}

// draft words the letter of a statement to its donor, unless it does not stand any more or the donor was erased.
func (p Printer) draft(ctx context.Context, tx *store.Tx, s statements.Statement, d *drafted) error {
	d.number, d.version, d.statement = s.Number, s.Version, s.Document
	if s.State != statements.Issued && s.State != statements.Sent {
		d.problem = "it was replaced or withdrawn"
		return nil
	}
	donor, err := statements.ReaderOf(ctx, tx, s)
	if err != nil {
		return err
	}
	to, err := addressee(ctx, tx, p.Vault, donor, "Letter with statement "+s.Number)
	if errors.Is(err, vault.ErrErased) || err == nil && to.Address == "" {
		d.problem = statements.ErrNoAddress.Error()
		return nil
	} else if err != nil {
		return err
	}
	text, err := letters.InUse(ctx, tx, s.Lang)
	if err != nil {
		return err
	}
	before, err := statements.Before(ctx, tx, s)
	d.letter = text.Letter(letters.Issued{Value: s.Cleared, Before: before}, to, ledger.DateOf(tx.At))
	return err
}

// addressee opens name and address of a donor; an institution's name is in clear.
func addressee(ctx context.Context, tx *store.Tx, v *vault.Vault, donor donors.Donor, why string) (letters.Addressee,
	error) {
	opened, err := donors.Open(ctx, tx, v, string(donor.ID), donors.Disclosure{
		Fields: []donors.Field{donors.Name, donors.Address}, Reason: why})
	to := letters.Addressee{Name: opened[donors.Name], Address: opened[donors.Address]}
	if donor.Name != "" {
		to.Name = donor.Name
	}
	return to, err
}
