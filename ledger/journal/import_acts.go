package journal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// Upload keeps a file and previews it. [ErrImportFile]; [ErrImportExists] for a file that was uploaded before and is
// not undone, recognised by its SHA-256.
func Upload(ctx context.Context, tx *store.Tx, b ledger.Book, f ImportFile) (Import, Preview, error) {
	preview, err := PreviewFile(ctx, tx, b, f)
	if err != nil {
		return Import{}, Preview{}, err
	}
	sum := sha256.Sum256(f.Content)
	im := Import{ID: ImportID(store.NewID("imp")), Kind: f.Kind, Profile: f.Profile, Name: cmp.Or(f.Name, string(f.Kind)),
		SHA256: hex.EncodeToString(sum[:]), RowCount: len(preview.Rows), State: ImportUploaded, UploadedBy: tx.By.User,
		UploadedAt: store.FormatTime(tx.At)}
	if before, err := findImportOf(ctx, tx, im); err != nil || before != "" {
		return Import{}, Preview{}, cmp.Or[error](err, &ImportExists{before})
	}
	if err := insertImport(ctx, tx, importRow{Import: im, Content: f.Content}); err != nil {
		return Import{}, Preview{}, err
	}
	im.State = ImportPreviewed
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, Preview{}, err
	}
	return im, preview, access.Record(ctx, tx, access.Event{Action: "import.uploaded", Subject: string(im.ID)})
}

// Find finds an import. [ErrUnknownImport].
func Find(ctx context.Context, tx *store.Tx, id ImportID) (Import, error) {
	row, err := readImport(ctx, tx, id, false)
	return row.Import, err
}

// PreviewOf reads the file of an import against the books as they are now.
func PreviewOf(ctx context.Context, tx *store.Tx, b ledger.Book, id ImportID) (Import, Preview, error) {
	row, err := readImport(ctx, tx, id, false)
	if err != nil {
		return Import{}, Preview{}, err
	}
	p, err := PreviewFile(ctx, tx, b, row.file())
	return row.Import, p, err
}

// Commit posts what is new in a file, all or nothing. [ErrImportState], [ErrImportRows] when a row has an error,
// [ErrImportNothing], and what [ledger.Book.Post] refuses.
func Commit(ctx context.Context, tx *store.Tx, b ledger.Book, id ImportID) (Import, []ledger.Posted, error) {
	row, err := readImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, nil, err
	}
	im := row.Import
	if im.State != ImportPreviewed {
		return Import{}, nil, &ImportConflict{im.State, ImportPreviewed}
	}
	preview, err := PreviewFile(ctx, tx, b, row.file())
	if err != nil {
		return Import{}, nil, err
	}
	switch {
	case preview.Errors > 0:
		return Import{}, nil, &ImportErrors{preview.Errors, preview.firstError()}
	case len(preview.Entries) == 0:
		return Import{}, nil, ErrImportNothing
	}
	if err := ledger.LockFunds(ctx, tx, ledger.FundsOf(preview.Entries)...); err != nil {
		return Import{}, nil, err
	}
	posted, err := b.Post(ctx, tx, preview.Entries...)
	if err != nil {
		return Import{}, nil, err
	}
	if err := insertImportEntries(ctx, tx, id, posted); err != nil {
		return Import{}, nil, err
	}
	im.State, im.CommittedBy, im.CommittedAt = ImportCommitted, tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, nil, err
	}
	return im, posted, access.Record(ctx, tx, access.Event{Action: "import.committed", Subject: string(id)})
}

// firstError is the first row that says why.
func (p Preview) firstError() ImportRow {
	i := slices.IndexFunc(p.Rows, func(r ImportRow) bool { return r.Err != nil })
	return p.Rows[max(i, 0)]
}

// Undo reverses everything that an import posted and that was not reversed since, each entry on its own day, all or
// nothing: [ledger.ErrPeriodClosed] once a month of it is closed. [ledger.ErrReasonRequired], [ErrImportState].
func Undo(
	ctx context.Context, tx *store.Tx, b ledger.Book, id ImportID, reason string,
) (Import, []ledger.Posted, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Import{}, nil, err
	}
	row, err := readImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, nil, err
	}
	im := row.Import
	if im.State != ImportCommitted {
		return Import{}, nil, &ImportConflict{im.State, ImportCommitted}
	}
	made, err := standingOf(ctx, tx, id)
	if err != nil {
		return Import{}, nil, err
	}
	posted, err := b.ReverseAll(ctx, tx, made, reason)
	if err != nil {
		return Import{}, nil, err
	}
	im.State, im.Reason, im.UndoneBy, im.UndoneAt = ImportUndone, reason, tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, nil, err
	}
	return im, posted, access.Record(ctx, tx, access.Event{Action: "import.undone", Subject: string(id), Reason: reason})
}
