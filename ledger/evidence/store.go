package evidence

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type evidenceRow struct {
	bun.BaseModel  `bun:"table:evidence"`
	ID             ID     `bun:",pk"`
	SHA256         string `bun:"sha256"`
	MediaType      string
	Bytes          int64
	Kind           string
	TakenOn        ledger.Date
	RetentionUntil ledger.Date
	StoredBy       string
	StoredAt       string
}

type entryEvidenceRow struct {
	bun.BaseModel `bun:"table:entry_evidence"`
	EntryID       ledger.EntryID `bun:",pk"`
	EvidenceID    ID             `bun:",pk"`
	AttachedBy    string
	AttachedAt    string
}

func (r evidenceRow) document() (Document, error) {
	at, err := store.ParseTime(r.StoredAt)
	return Document{ID: r.ID, SHA256: r.SHA256, MediaType: r.MediaType, Bytes: r.Bytes, Kind: r.Kind, TakenOn: r.TakenOn,
		KeepUntil: r.RetentionUntil, StoredBy: r.StoredBy, StoredAt: at}, err
}

// keep writes a document's row, or gives the one with the same content that is there. The look before the insert is for
// SQLite, whose guard refuses twins; the clause is for PostgreSQL, where another transaction may store a twin in
// between: the insert waits for its end.
func keep(ctx context.Context, tx *store.Tx, d Document) (there *Document, err error) {
	twin, err := find(ctx, tx, "", d.SHA256)
	if err == nil {
		return &twin, nil
	}
	if !errors.Is(err, ErrUnknown) {
		return nil, err
	}
	row := evidenceRow{ID: d.ID, SHA256: d.SHA256, MediaType: d.MediaType, Bytes: d.Bytes, Kind: d.Kind,
		TakenOn:        d.TakenOn,
		RetentionUntil: d.KeepUntil, StoredBy: d.StoredBy, StoredAt: store.FormatTime(d.StoredAt)}
	result, err := tx.NewInsert().Model(&row).On("CONFLICT (sha256) DO NOTHING").Exec(ctx)
	if err != nil {
		return nil, err
	}
	if written, err := result.RowsAffected(); err != nil || written == 1 {
		return nil, err
	}
	twin, err = find(ctx, tx, "", d.SHA256)
	return &twin, err
}

// Find finds a document, with the entries that it proves. [ErrUnknown].
func Find(ctx context.Context, tx *store.Tx, id ID) (Document, error) { return find(ctx, tx, id, "") }

// find finds a document by its id or by the hash of its content; the other one is "".
func find(ctx context.Context, tx *store.Tx, id ID, sum string) (Document, error) {
	var row evidenceRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR sha256 = ?", id, sum).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Document{}, ErrUnknown
	}
	if err != nil {
		return Document{}, err
	}
	d, err := row.document()
	if err != nil {
		return Document{}, err
	}
	err = tx.NewSelect().Model((*entryEvidenceRow)(nil)).Column("entry_id").Where("evidence_id = ?", row.ID).
		Order("attached_at", "entry_id").Scan(ctx, &d.Entries)
	return d, err
}

// newestDocument finds the document that was stored last. [ErrUnknown] where there is none.
func newestDocument(ctx context.Context, tx *store.Tx) (Document, error) {
	var row evidenceRow
	err := tx.NewSelect().Model(&row).Order("id DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Document{}, ErrUnknown
	}
	if err != nil {
		return Document{}, err
	}
	return row.document()
}

// Due lists the documents that were to be kept until a day before on, the oldest first, without their entries. The key
// of a page is that day and the id.
func Due(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Document, error) {
	var rows []evidenceRow
	q := page.Ascending(tx.NewSelect().Model(&rows).Where("retention_until < ?", on), "retention_until", "id")
	err := q.Scan(ctx)
	due := make([]Document, len(rows))
	for i, r := range rows {
		if err == nil {
			due[i], err = r.document()
		}
	}
	return due, err
}

// attach links a document to an entry and has it kept until a date at least.
func attach(ctx context.Context, tx *store.Tx, entry ledger.EntryID, id ID, until ledger.Date) error {
	row := entryEvidenceRow{EntryID: entry, EvidenceID: id, AttachedBy: tx.By.User, AttachedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (entry_id, evidence_id) DO NOTHING").Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*evidenceRow)(nil)).Set("retention_until = ?", until).
		Where("id = ?", id).Where("retention_until < ?", until).Exec(ctx)
	return err
}

// Of lists the documents that prove entries, by entry, in order of attaching; what is absent has none.
func Of(ctx context.Context, tx *store.Tx, posted ...ledger.Posted) (map[ledger.EntryID][]ID, error) {
	found := map[ledger.EntryID][]ID{}
	if len(posted) == 0 {
		return found, nil
	}
	ids := make([]ledger.EntryID, len(posted))
	for i, p := range posted {
		ids[i] = p.ID
	}
	var rows []entryEvidenceRow
	err := tx.NewSelect().Model(&rows).Where("entry_id IN (?)", bun.List(ids)).Order("attached_at", "evidence_id").
		Scan(ctx)
	for _, r := range rows {
		found[r.EntryID] = append(found[r.EntryID], r.EvidenceID)
	}
	return found, err
}

// storedDocuments passes every document on, without the entries that it proves, with an error where its row cannot be
// read as one.
func storedDocuments(ctx context.Context, tx *store.Tx, each func(Document, error)) error {
	q := tx.NewSelect().Model((*evidenceRow)(nil)).Order("id")
	return store.EachRow(ctx, tx, q, func(r evidenceRow) error {
		each(r.document())
		return nil
	})
}

// storedProofs passes on every pair of an entry and a document that proves it.
func storedProofs(ctx context.Context, tx *store.Tx, each func(ledger.EntryID, ID)) error {
	q := tx.NewSelect().Model((*entryEvidenceRow)(nil))
	return store.EachRow(ctx, tx, q, func(r entryEvidenceRow) error {
		each(r.EntryID, r.EvidenceID)
		return nil
	})
}

// Kept is a document and the key of its content in [Blobs].
type Kept struct {
	ID  ID
	Key string
}

// AllKept lists the contents that the books need, for a backup.
func AllKept(ctx context.Context, tx *store.Tx) (all []Kept, err error) {
	var unreadable error
	err = storedDocuments(ctx, tx, func(d Document, err error) {
		if unreadable == nil {
			unreadable = err
		}
		if err == nil {
			all = append(all, Kept{ID: d.ID, Key: d.key()})
		}
	})
	return all, errors.Join(err, unreadable)
}
