package backup

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"filippo.io/age"

	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/jobs"
)

// Source is an archive, and who opens it. Open is called twice: the schema has to be known before the rows are read.
type Source struct {
	Open       func() (io.ReadCloser, error)
	Identities []age.Identity
}

// Restoring says where the books go, and what to do with them there.
type Restoring struct {
	Evidence evidence.Blobs // takes the documents; nil leaves them
	Verify   verify.Options
	Accept   bool // books in which verify finds something, too
	Report   func(rows int64)
}

// errFound rolls a restore back whose books are not sound.
var errFound = errors.New("the books in the backup are not what they should be")

// Check reads an archive to its end and returns its manifest. It looks at every byte and restores nothing.
func Check(s Source) (Manifest, error) {
	return s.Members(func(string, []byte) error { return nil })
}

// Members hands the members of an archive on and returns its manifest. Only without an error they are what was written.
func (s Source) Members(member func(name string, content []byte) error) (m Manifest, err error) {
	from, err := s.Open()
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return each(from, s.Identities, member)
}

// Restore fills a database that holds no books yet with those of an archive, and verifies them before it commits: the
// books are there whole, or not at all. Unsound books are rolled back with findings in the report, unless they are
// accepted. m is what [Check] said of the archive.
func Restore(ctx context.Context, db *store.DB, s Source, m Manifest, o Restoring) (verify.Report, error) {
	if err := db.MigrateTo(ctx, m.Schema); err != nil {
		return verify.Report{}, err
	}
	in := incoming{o: o}
	var report verify.Report
	err := db.Load(ctx, func(tx *store.Tx) error {
		tables, err := tx.Tables(ctx)
		if err != nil {
			return err
		}
		if err := sameTables(tables, m); err != nil {
			return err
		}
		again, err := s.Members(func(name string, content []byte) error { return in.member(ctx, tx, name, content) })
		if err == nil && again.Rows != m.Rows {
			err = bad("changed while it was read")
		}
		return err
	}, func(tx *store.Tx) (err error) {
		if report, err = verified(ctx, tx, m, o.Verify); err != nil {
			return err
		}
		if !report.OK && !o.Accept {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return report, nil
	}
	if err != nil {
		return report, err
	}
	return report, db.Migrate(ctx, nil)
}

// verified verifies the restored books, and that their tree is the one that the manifest names.
func verified(ctx context.Context, tx *store.Tx, m Manifest, o verify.Options) (verify.Report, error) {
	tree, err := proof.Head(ctx, tx)
	if err != nil {
		return verify.Report{}, err
	}
	if tree.Size != m.Leaves || tree.Root().String() != m.Root {
		return verify.Report{}, bad("holds rows of %d leaves and a manifest of %d", tree.Size, m.Leaves)
	}
	report, err := verify.Books(ctx, tx, nil, o)
	for _, id := range m.Lacking {
		if o.Evidence != nil {
			break // verify has named them
		}
		report.OK = false
		report.Findings = append(report.Findings, proof.Finding{Check: "evidence", Place: "document " + id,
			Detail: "its content was not there when the backup was made"})
	}
	return report, err
}

// sameTables refuses rows for tables that the schema does not have, and the other way round.
func sameTables(tables []store.Table, m Manifest) error {
	if len(tables) != len(m.Tables) {
		return bad("has %d tables, its schema %d", len(m.Tables), len(tables))
	}
	for i, t := range tables {
		if t.Name != m.Tables[i].Name {
			return bad("has a table %s, its schema %s", m.Tables[i].Name, t.Name)
		}
	}
	return nil
}

// incoming puts members where they belong.
type incoming struct {
	o    Restoring
	rows int64
}

func (in *incoming) member(ctx context.Context, tx *store.Tx, name string, content []byte) error {
	if table := tableOf(name); table != "" {
		if err := in.table(ctx, tx, table, content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	key, document := strings.CutPrefix(name, "evidence/")
	switch {
	case document && in.o.Evidence != nil:
		return keep(ctx, in.o.Evidence, key, content)
	case name == "jobs.json":
		var waiting []jobs.Kept
		if err := json.Unmarshal(content, &waiting); err != nil {
			return bad("has jobs that cannot be read: %v", err)
		}
		return jobs.Again(ctx, tx, waiting)
	}
	return nil
}

// table fills a table with a piece of its rows.
func (in *incoming) table(ctx context.Context, tx *store.Tx, name string, content []byte) error {
	head, rest, _ := bytes.Cut(content, []byte("\n"))
	var c columns
	if err := json.Unmarshal(head, &c); err != nil {
		return bad("has a table without columns: %v", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(rest))
	lines.Buffer(nil, memberMost)
	written, err := tx.Fill(ctx, store.Table{Name: name, Columns: c.Columns}, func() ([]any, bool, error) {
		if !lines.Scan() {
			return nil, false, lines.Err()
		}
		values, err := parseRow(lines.Bytes(), len(c.Columns))
		return values, true, err
	})
	if in.rows += written; in.o.Report != nil {
		in.o.Report(in.rows)
	}
	return err
}

// keep puts a document into its place. One that is there already has to be the same: nothing is written over.
func keep(ctx context.Context, blobs evidence.Blobs, key string, content []byte) error {
	there, err := blobs.Get(ctx, key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return blobs.Put(ctx, key, content)
	case err != nil:
		return err
	case !bytes.Equal(there, content):
		return fmt.Errorf("the folder for documents holds another %s already; name an empty folder", key)
	}
	return nil
}
