package statements

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"sync"

	"supportledger/store"
)

// Archive writes all documents of a run as a zip, with statements.csv as its last file: whose they are, what became of each. A
// document is the sealed one, or the pages as issued, or else a draft marked so. It is written as it is made: as much memory for
// ten thousand as for a hundred. Names of files are numbers and positions.
func (r *Runner) Archive(ctx context.Context, id RunID, w io.Writer) error {
	out := zip.NewWriter(w)
	rows := [][]string{{"position", "subject", "statement", "version", "state", "file", "document_sha256", "refusal"}}
	for from := 1; ; {
		batch, err := r.documents(ctx, id, from)
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
		from = batch[len(batch)-1].Position + 1
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
	return []string{strconv.Itoa(d.Position), d.Subject, d.s.Number, strconv.Itoa(d.s.Version), string(d.s.State), d.name(), d.s.DocumentID, d.Refusal}
}

// documents are the next few of a run, rendered on all cores where they have to be.
func (r *Runner) documents(ctx context.Context, id RunID, from int) ([]document, error) {
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
		found, err := readOutcomes(ctx, tx, id, step, from, 4*runtime.NumCPU(), false)
		if err != nil {
			return err
		}
		for _, o := range found {
			d := document{Outcome: o}
			if o.Statement != "" {
				if d.s, err = readStatement(ctx, tx, string(o.Statement), false); err != nil {
					return err
				}
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
	return s.Shown().PDF(s.Lang)
}
