package statements

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
	"sync"
)

// Archive writes all documents of a run as a zip, with statements.csv as its last file: whose they are, what became of
// each. A document is the sealed one, or the pages as issued, or else a draft marked so. It is written as it is made:
// as much memory for ten thousand as for a hundred. Names of files are numbers and positions.
func (r *Runner) Archive(ctx context.Context, id RunID, w io.Writer) error {
	out := zip.NewWriter(w)
	rows := [][]string{{"position", "subject", "statement", "version", "state", "file", "document_sha256", "refusal"}}
	for page := (store.Keyset{Limit: 4 * runtime.NumCPU()}); ; {
		batch, err := r.documents(ctx, id, page)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		for _, d := range batch {
			rows = append(rows, d.row())
			if d.body == nil {
				continue
			}
			file, err := out.CreateHeader(&zip.FileHeader{Name: d.name(), Method: zip.Store}) // a PDF is compressed already
			if err != nil {
				return err
			}
			if _, err := file.Write(d.body); err != nil {
				return err
			}
		}
		page.After = []string{strconv.Itoa(batch[len(batch)-1].Position)}
	}
	list, err := out.Create("statements.csv")
	if err != nil {
		return err
	}
	if err := csv.NewWriter(list).WriteAll(rows); err != nil {
		return err
	}
	return out.Close()
}

// document is a subject's statement as a file.
type document struct {
	Outcome
	s    Statement
	body []byte
}

func (d document) name() string {
	switch {
	case d.s.Number == "":
		return fmt.Sprintf("draft-%06d.pdf", d.Position)
	case d.s.Version > 1:
		return fmt.Sprintf("%s-v%d.pdf", d.s.Number, d.s.Version)
	}
	return d.s.Number + ".pdf"
}

func (d document) row() []string {
	if d.body == nil {
		return []string{strconv.Itoa(d.Position), d.Subject, "", "", "", "", "", d.Refusal}
	}
	return []string{strconv.Itoa(d.Position), d.Subject, d.s.Number, strconv.Itoa(d.s.Version), string(d.s.State),
		d.name(), d.s.DocumentID, d.Refusal}
}

// documents are the next few of a run, rendered on all cores where they have to be.
func (r *Runner) documents(ctx context.Context, id RunID, page store.Keyset) ([]document, error) {
	var batch []document
	err := r.DB.View(ctx, func(tx *store.Tx) error {
		batch = nil
		if _, err := readRun(ctx, tx, id); err != nil {
			return err
		}
		step, err := lastStep(ctx, tx, id)
		if err != nil {
			return err
		}
		found, err := readOutcomes(ctx, tx, OutcomeFilter{Run: id, Step: step, Page: page})
		if err != nil {
			return err
		}
		statements, err := readThese(ctx, tx, figures.Each(found, func(o Outcome) ID { return o.Statement }))
		if err != nil {
			return err
		}
		for _, o := range found {
			d := document{Outcome: o}
			var known bool
			if d.s, known = statements[o.Statement]; o.Statement != "" && !known {
				return ErrUnknownStatement
			}
			batch = append(batch, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return batch, rendered(batch)
}

// rendered fills in the bodies.
func rendered(batch []document) error {
	errs := make([]error, len(batch))
	var workers sync.WaitGroup
	slots := make(chan struct{}, runtime.NumCPU())
	for i := range batch {
		if batch[i].Statement == "" {
			continue
		}
		workers.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			batch[i].body, errs[i] = batch[i].s.File()
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// File is the document as it stands: sealed, or issued, or a draft rendered now.
func (s Statement) File() ([]byte, error) {
	switch {
	case s.Document != nil:
		return s.Document, nil
	case s.content != nil:
		return s.content, nil
	}
	return page.PDF(s.Shown(), s.Lang)
}
