package ledger

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type evidenceRow struct {
	bun.BaseModel  `bun:"table:evidence"`
	ID             EvidenceID `bun:",pk"`
	SHA256         string     `bun:"sha256"`
	MediaType      string
	Bytes          int64
	Kind           string
	TakenOn        Date
	RetentionUntil Date
	StoredBy       string
	StoredAt       string
}

type entryEvidenceRow struct {
	bun.BaseModel `bun:"table:entry_evidence"`
	EntryID       EntryID    `bun:",pk"`
	EvidenceID    EvidenceID `bun:",pk"`
	AttachedBy    string
	AttachedAt    string
}

// keepEvidence writes a document's row, or gives the one with the same content that is there. The look before the insert is for
// SQLite, whose guard refuses twins; the clause is for PostgreSQL, where a twin may come in between: it waits for that one's end.
func keepEvidence(ctx context.Context, tx *store.Tx, e Evidence) (*Evidence, error) {
	there, err := findEvidence(ctx, tx, "", e.SHA256)
	if err == nil {
		return &there, nil
	}
	if !errors.Is(err, ErrUnknownEvidence) {
		return nil, err
	}
	row := evidenceRow{ID: e.ID, SHA256: e.SHA256, MediaType: e.MediaType, Bytes: e.Bytes, Kind: e.Kind, TakenOn: e.TakenOn,
		RetentionUntil: e.KeepUntil, StoredBy: e.StoredBy, StoredAt: store.FormatTime(e.StoredAt)}
	result, err := tx.NewInsert().Model(&row).On("CONFLICT (sha256) DO NOTHING").Exec(ctx)
	if err != nil {
		return nil, err
	}
	if written, err := result.RowsAffected(); err != nil || written == 1 {
		return nil, err
	}
	there, err = findEvidence(ctx, tx, "", e.SHA256)
	return &there, err
}

// Evidence finds a document. [ErrUnknownEvidence].
func (b Book) Evidence(ctx context.Context, tx *store.Tx, id EvidenceID) (Evidence, error) {
	return findEvidence(ctx, tx, id, "")
}

// findEvidence finds a document by its id or by the hash of its content; the other one is "".
func findEvidence(ctx context.Context, tx *store.Tx, id EvidenceID, sum string) (Evidence, error) {
	var row evidenceRow
	if err := store.Classify(tx.NewSelect().Model(&row).Where("id = ? OR sha256 = ?", id, sum).Scan(ctx)); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			err = ErrUnknownEvidence
		}
		return Evidence{}, err
	}
	at, err := store.ParseTime(row.StoredAt)
	if err != nil {
		return Evidence{}, err
	}
	e := Evidence{ID: row.ID, SHA256: row.SHA256, MediaType: row.MediaType, Bytes: row.Bytes, Kind: row.Kind, TakenOn: row.TakenOn,
		KeepUntil: row.RetentionUntil, StoredBy: row.StoredBy, StoredAt: at}
	err = tx.NewSelect().Model((*entryEvidenceRow)(nil)).Column("entry_id").Where("evidence_id = ?", row.ID).
		Order("attached_at", "entry_id").Scan(ctx, &e.Entries)
	return e, err
}

// EvidenceDue lists the documents that were to be kept until a day before on, the oldest first, without their entries.
func (b Book) EvidenceDue(ctx context.Context, tx *store.Tx, on Date) ([]Evidence, error) {
	var rows []evidenceRow
	if err := tx.NewSelect().Model(&rows).Where("retention_until < ?", on).Order("retention_until", "id").Scan(ctx); err != nil {
		return nil, err
	}
	due := make([]Evidence, len(rows))
	for i, r := range rows {
		due[i] = Evidence{ID: r.ID, SHA256: r.SHA256, MediaType: r.MediaType, Bytes: r.Bytes, Kind: r.Kind, TakenOn: r.TakenOn, KeepUntil: r.RetentionUntil, StoredBy: r.StoredBy}
	}
	return due, nil
}

// attach links a document to an entry and has it kept until a date at least.
func attach(ctx context.Context, tx *store.Tx, entry EntryID, id EvidenceID, until Date) error {
	row := entryEvidenceRow{EntryID: entry, EvidenceID: id, AttachedBy: tx.By.User, AttachedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).On("CONFLICT (entry_id, evidence_id) DO NOTHING").Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewUpdate().Model((*evidenceRow)(nil)).Set("retention_until = ?", until).
		Where("id = ?", id).Where("retention_until < ?", until).Exec(ctx)
	return err
}

// EvidenceOf lists the documents that prove entries, by entry, in order of attaching; what is absent has none.
func (b Book) EvidenceOf(ctx context.Context, tx *store.Tx, posted ...Posted) (map[EntryID][]EvidenceID, error) {
	found := map[EntryID][]EvidenceID{}
	if len(posted) == 0 {
		return found, nil
	}
	ids := make([]EntryID, len(posted))
	for i, p := range posted {
		ids[i] = p.ID
	}
	var rows []entryEvidenceRow
	err := tx.NewSelect().Model(&rows).Where("entry_id IN (?)", bun.List(ids)).Order("attached_at", "evidence_id").Scan(ctx)
	for _, r := range rows {
		found[r.EntryID] = append(found[r.EntryID], r.EvidenceID)
	}
	return found, err
}

// storedDocuments hands on every document's row, without the entries that it proves.
func storedDocuments(ctx context.Context, tx *store.Tx, each func(Evidence)) error {
	return tx.Stream(ctx, `SELECT id, sha256, bytes, kind, taken_on FROM evidence ORDER BY id`, func(rows store.Scanner) error {
		var e Evidence
		err := rows.Scan(&e.ID, &e.SHA256, &e.Bytes, &e.Kind, &e.TakenOn)
		each(e)
		return err
	})
}

// storedProofs hands on every pair of an entry and a document that proves it.
func storedProofs(ctx context.Context, tx *store.Tx, each func(EntryID, EvidenceID)) error {
	return tx.Stream(ctx, `SELECT entry_id, evidence_id FROM entry_evidence`, func(rows store.Scanner) error {
		var entry EntryID
		var id EvidenceID
		err := rows.Scan(&entry, &id)
		each(entry, id)
		return err
	})
}
