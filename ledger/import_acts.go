package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"supportledger/access"
	"supportledger/store"
)

// Upload keeps a file and previews it. [ErrImportFile]; [ErrImportExists] for a file that was uploaded before and is not
// undone, recognised by its SHA-256.
func (b Book) Upload(ctx context.Context, tx *store.Tx, f ImportFile) (Import, Preview, error) {
	preview, err := b.PreviewImport(ctx, tx, f)
	if err != nil {
		return Import{}, Preview{}, err
	}
	sum := sha256.Sum256(f.Content)
	im := Import{ID: ImportID(store.NewID("imp")), Kind: f.Kind, Profile: f.Profile, Name: cmp.Or(f.Name, string(f.Kind)), SHA256: hex.EncodeToString(sum[:]),
		Rows: len(preview.Rows), State: ImportUploaded, UploadedBy: tx.By.User, UploadedAt: store.FormatTime(tx.At)}
	if before, err := findImportOf(ctx, tx, im); err != nil || before != "" {
		return Import{}, Preview{}, cmp.Or[error](err, &ImportExists{before})
	}
	if err := insertImport(ctx, tx, im, f.Content); err != nil {
		return Import{}, Preview{}, err
	}
	im.State = ImportPreviewed
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, Preview{}, err
	}
	return im, preview, access.Record(ctx, tx, access.Event{Action: "import.uploaded", Subject: string(im.ID)})
}

// Import finds an import. [ErrUnknownImport].
func (b Book) Import(ctx context.Context, tx *store.Tx, id ImportID) (Import, error) {
	im, _, err := readImport(ctx, tx, id, false)
	return im, err
}

// Imports lists the imports, oldest first.
func (b Book) Imports(ctx context.Context, tx *store.Tx) ([]Import, error) {
	return readImports(ctx, tx)
}

// PreviewOf reads the file of an import against the books as they are now.
func (b Book) PreviewOf(ctx context.Context, tx *store.Tx, id ImportID) (Import, Preview, error) {
	im, file, err := readImport(ctx, tx, id, false)
	if err != nil {
		return Import{}, Preview{}, err
	}
	p, err := b.PreviewImport(ctx, tx, file)
	return im, p, err
}

// CommitImport posts what is new in a file, all or nothing. [ErrImportState], [ErrImportRows] when a row has an error,
// [ErrImportNothing], and what [Book.Post] refuses.
func (b Book) CommitImport(ctx context.Context, tx *store.Tx, id ImportID) (Import, []Posted, error) {
	im, file, err := readImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, nil, err
	}
	if im.State != ImportPreviewed {
		return Import{}, nil, &ImportConflict{im.State, ImportPreviewed}
	}
	preview, err := b.PreviewImport(ctx, tx, file)
	if err != nil {
		return Import{}, nil, err
	}
	switch {
	case preview.Errors > 0:
		return Import{}, nil, &ImportErrors{preview.Errors, preview.firstError()}
	case len(preview.Entries) == 0:
		return Import{}, nil, ErrImportNothing
	}
	if err := LockFunds(ctx, tx, fundsIn(preview.Entries)...); err != nil {
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

// UndoImport reverses everything that an import posted and that was not reversed since, each entry on its own day, all or
// nothing: [ErrPeriodClosed] once a month of it is closed. [ErrReasonRequired], [ErrImportState].
func (b Book) UndoImport(ctx context.Context, tx *store.Tx, id ImportID, reason string) (Import, []Posted, error) {
	if err := CheckReason(reason); err != nil {
		return Import{}, nil, err
	}
	im, _, err := readImport(ctx, tx, id, true)
	if err != nil {
		return Import{}, nil, err
	}
	if im.State != ImportCommitted {
		return Import{}, nil, &ImportConflict{im.State, ImportCommitted}
	}
	made, err := b.standingOf(ctx, tx, id)
	if err != nil {
		return Import{}, nil, err
	}
	posted, err := b.takeBack(ctx, tx, made, reason)
	if err != nil {
		return Import{}, nil, err
	}
	im.State, im.Reason, im.UndoneBy, im.UndoneAt = ImportUndone, reason, tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, nil, err
	}
	return im, posted, access.Record(ctx, tx, access.Event{Action: "import.undone", Subject: string(id), Reason: reason})
}

// takeBack reverses entries, each on its own day, all or nothing.
func (b Book) takeBack(ctx context.Context, tx *store.Tx, made []Posted, reason string) ([]Posted, error) {
	made = slices.Clone(made)
	slices.Reverse(made) // what came in last goes out first, so that no bank is empty in between
	undoing := make([]Entry, len(made))
	for i, p := range made {
		var err error
		if undoing[i], err = b.reversal(ctx, tx, p, Reversal{Entry: string(p.ID), Date: p.Date, Reason: reason}); err != nil {
			return nil, err
		}
	}
	if err := LockFunds(ctx, tx, fundsIn(undoing)...); err != nil {
		return nil, err
	}
	return b.Post(ctx, tx, undoing...)
}

// ReverseAll reverses entries that were posted together, in that order, as one batch: each on its own day, all or nothing.
// [ErrReasonRequired], [ErrPeriodClosed] once a month of them is closed, [ErrAlreadyReversed].
func (b Book) ReverseAll(ctx context.Context, tx *store.Tx, entries []EntryID, reason string) ([]Posted, error) {
	if err := CheckReason(reason); err != nil {
		return nil, err
	}
	made := make([]Posted, len(entries))
	for i, id := range entries {
		var err error
		if made[i], err = b.Entry(ctx, tx, string(id)); err != nil {
			return nil, err
		}
	}
	return b.takeBack(ctx, tx, made, reason)
}

// fundsIn lists the funds of entries, each once, in code order.
func fundsIn(entries []Entry) []FundCode {
	var funds []FundCode
	for _, e := range entries {
		funds = append(funds, e.Funds()...)
	}
	slices.Sort(funds)
	return slices.Compact(funds)
}
