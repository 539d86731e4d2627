package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"filippo.io/age"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/jobs"
)

// Options say what to keep, and who wants to know how far it is.
type Options struct {
	Program    string            // this program's version
	Evidence   evidence.Blobs    // the documents; nil where the books have none
	Recipients []age.Recipient   // who can open the archive; none leaves it open to everybody who has it
	Settings   map[string]string // how the server is configured, without secrets
	Keys       []string          // which keys are needed besides
	Report     func(rows int64)
}

// pieceAt is the size at which a table is cut into another member.
const pieceAt = 4 << 20

// Write writes a backup of the books, of one snapshot, while others may write.
func Write(ctx context.Context, db *store.DB, to io.Writer, o Options) (Manifest, error) {
	w, err := newWriter(to, o.Recipients)
	if err != nil {
		return Manifest{}, err
	}
	m := &w.manifest
	m.Format, m.Program, m.Engine, m.Keys = Format, o.Program, string(db.Engine()), o.Keys
	if m.Schema, err = db.Applied(ctx); err != nil {
		return *m, err
	}
	var documents []evidence.Kept
	if err := db.View(ctx, func(tx *store.Tx) error {
		m.MadeAt = tx.At
		if err := describe(ctx, tx, m); err != nil {
			return err
		}
		if err := writeTables(ctx, tx, w, o.Report); err != nil {
			return err
		}
		if documents, err = evidence.AllKept(ctx, tx); err != nil {
			return err
		}
		waiting, err := jobs.Waiting(ctx, tx)
		if err != nil {
			return err
		}
		return w.addJSON("jobs.json", waiting)
	}); err != nil {
		return *m, err
	}
	if o.Settings != nil {
		if err := w.addJSON("settings.json", o.Settings); err != nil {
			return *m, err
		}
	}
	if err := writeDocuments(ctx, w, o.Evidence, documents); err != nil {
		return *m, err
	}
	return *m, w.close()
}

func (w *writer) addJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.add(name, text)
}

// describe reads what the books are.
func describe(ctx context.Context, tx *store.Tx, m *Manifest) error {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return err
	}
	tree, err := proof.Head(ctx, tx)
	if err != nil {
		return err
	}
	m.Organisation, m.Leaves, m.Root = book.Organisation, tree.Size, tree.Root().String()
	if m.LastEntry, err = book.LastNumber(ctx, tx); err != nil {
		return err
	}
	switch note, err := proof.Latest(ctx, tx); {
	case errors.Is(err, proof.ErrNoCheckpoint):
		return nil
	case err != nil:
		return err
	default:
		signed, err := proof.Claim(note)
		m.Signed = signed.Size
		return err
	}
}

func writeTables(ctx context.Context, tx *store.Tx, w *writer, report func(int64)) error {
	tables, err := tx.Tables(ctx)
	if err != nil {
		return err
	}
	all, done := sha256.New(), int64(0)
	for _, t := range tables {
		p := pieces{w: w, table: t, sum: sha256.New()}
		if err := p.begin(); err != nil {
			return err
		}
		if err := tx.Dump(ctx, t, func(values []any) error {
			if done++; report != nil && done%1000 == 0 {
				report(done)
			}
			return p.row(values)
		}); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		if err := p.end(); err != nil {
			return err
		}
		sum := TableSum{Name: t.Name, Rows: p.rows, SHA256: hex.EncodeToString(p.sum.Sum(nil))}
		w.manifest.Tables = append(w.manifest.Tables, sum)
		fmt.Fprintf(all, "%s %d %s\n", sum.Name, sum.Rows, sum.SHA256)
	}
	w.manifest.Rows = hex.EncodeToString(all.Sum(nil))
	return nil
}

// pieces cuts a table into members.
type pieces struct {
	w     *writer
	table store.Table
	sum   hash.Hash
	rows  int64
	n     int
	head  int // bytes of the line with the columns
	text  []byte
}

// columns is the first line of a piece.
type columns struct {
	Columns []string `json:"columns"`
}

func (p *pieces) begin() error {
	head, err := json.Marshal(columns{p.table.Columns})
	p.text = append(append(p.text[:0], head...), '\n')
	p.head = len(p.text)
	p.n++
	return err
}

func (p *pieces) row(values []any) (err error) {
	before := len(p.text)
	if p.text, err = appendRow(p.text, values); err != nil {
		return err
	}
	p.rows++
	p.sum.Write(p.text[before:])
	if len(p.text) < pieceAt {
		return nil
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.begin()
}

// end adds the piece to the archive; the first one even without rows.
func (p *pieces) end() error {
	if len(p.text) == p.head && p.n > 1 {
		return nil
	}
	return p.w.add(fmt.Sprintf("tables/%s.%04d.jsonl", p.table.Name, p.n), p.text)
}

func writeDocuments(ctx context.Context, w *writer, blobs evidence.Blobs, documents []evidence.Kept) error {
	w.manifest.Documents, w.manifest.Lacking = int64(len(documents)), []string{}
	for _, d := range documents {
		if blobs == nil {
			w.manifest.Lacking = append(w.manifest.Lacking, string(d.ID))
			continue
		}
		content, err := blobs.Get(ctx, d.Key)
		if errors.Is(err, fs.ErrNotExist) {
			w.manifest.Lacking = append(w.manifest.Lacking, string(d.ID))
			continue
		}
		if err != nil {
			return err
		}
		if err := w.add("evidence/"+d.Key, content); err != nil {
			return err
		}
	}
	return nil
}
