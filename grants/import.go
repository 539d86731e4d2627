package grants

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// ImportID identifies a file of donors or gifts.
type ImportID string

// ImportKind says what a file holds.
type ImportKind string

// The kinds of import.
const (
	ImportDonors ImportKind = "donors"
	ImportGifts  ImportKind = "gifts"
)

// ImportDiscarded is the state of an import that was looked at and given up; the others are those of the ledger's imports.
const ImportDiscarded ledger.ImportState = "discarded"

// ImportFile is a file of donors or gifts as it was handed in.
type ImportFile struct {
	Kind    ImportKind
	Profile ledger.ImportProfile
	Name    string // without a path; no person's name
	Content []byte
}

// Import is a file of donors or gifts on record. The file itself is sealed and stays only while it is looked at.
type Import struct {
	ID                     ImportID
	Kind                   ImportKind
	Profile                ledger.ImportProfile
	Name                   string
	Rows                   int
	Made                   int // donors or gifts that its commit put on record
	State                  ledger.ImportState
	Reason                 string // of the undoing
	UploadedBy, UploadedAt string
	CommittedBy            string
	CommittedAt            string
	EndedBy, EndedAt       string // who undid or discarded it
}

// ImportRow is one row of a file with everything that is wrong with it. It repeats nothing of what stands in the row but the code or
// number of what it makes.
type ImportRow struct {
	Row    int // in the file; the head line is 1
	Status ledger.RowStatus
	Key    string // code of the donor, number of the gift; "" where it gets one
	Faults []RowFault
}

// RowFault is what is wrong with a cell.
type RowFault struct {
	Column string
	Err    error
}

// ImportPreview is what committing a file would do.
type ImportPreview struct {
	Rows                   []ImportRow
	New, Duplicate, Errors int
	Total                  ledger.Money // gross of the gifts that are new, base currency; zero of donors
}

// What imports of donors and gifts refuse; the rest are the ledger's own ([ledger.ErrImportFile] and its siblings).
var (
	ErrImportCell = errors.New("grants: a cell cannot be taken")
	ErrDonorInUse = errors.New("grants: something hangs on the donor")
)

// ImportCell says what a cell must look like. It repeats nothing of what stands in it.
type ImportCell struct{ Want string }

func (e *ImportCell) Error() string { return "grants: " + e.Want }

// Unwrap makes errors.Is(err, ErrImportCell) true.
func (e *ImportCell) Unwrap() error { return ErrImportCell }

// ImportErrors tells how many rows of a file have errors, and where the first one is; what it says is at the row.
type ImportErrors struct {
	Rows  int
	First ImportRow
}

func (e *ImportErrors) Error() string {
	return fmt.Sprintf("grants: %d rows have errors; the first is row %d, column %s", e.Rows, e.First.Row, e.First.Faults[0].Column)
}

// Unwrap makes errors.Is(err, ledger.ErrImportRows) true.
func (e *ImportErrors) Unwrap() error { return ledger.ErrImportRows }

// ImportKnown names the import of the same file.
type ImportKnown struct{ ID ImportID }

func (e *ImportKnown) Error() string { return ledger.ErrImportExists.Error() }

// Unwrap makes errors.Is(err, ledger.ErrImportExists) true.
func (e *ImportKnown) Unwrap() error { return ledger.ErrImportExists }

// DonorInUse names a donor on which something hangs, and what.
type DonorInUse struct{ Code, By string }

func (e *DonorInUse) Error() string { return fmt.Sprintf("grants: donor %s has %s", e.Code, e.By) }

// Unwrap makes errors.Is(err, ErrDonorInUse) true.
func (e *DonorInUse) Unwrap() error { return ErrDonorInUse }

// importSheet is a file that was understood: its rows, and what the new ones make.
type importSheet struct {
	preview ImportPreview
	donors  []importedDonor
	gifts   []Gift
}

// add puts a row down with its faults.
func (s *importSheet) add(row ImportRow) {
	switch {
	case len(row.Faults) > 0:
		row.Status = ledger.RowError
		s.preview.Errors++
	case row.Status == ledger.RowDuplicate:
		s.preview.Duplicate++
	default:
		row.Status = ledger.RowNew
		s.preview.New++
	}
	s.preview.Rows = append(s.preview.Rows, row)
}

// understand reads a file against the books and writes nothing. Errors in rows stand at the rows, every one of them; a file that
// is no table of its kind is refused with an *[ledger.ImportFault].
func (r Register) understand(ctx context.Context, tx *store.Tx, f ImportFile) (importSheet, error) {
	if f.Kind == ImportDonors {
		return r.readDonorSheet(ctx, tx, f)
	}
	return r.readGiftSheet(ctx, tx, f)
}

// UploadImport keeps a file, sealed under a key of its own, and previews it. [ledger.ErrImportFile]; [ledger.ErrImportExists] for one
// that is here already; [vault.ErrNoVault] on a server without a vault.
func (r Register) UploadImport(ctx context.Context, tx *store.Tx, v *vault.Vault, f ImportFile) (Import, ImportPreview, error) {
	sheet, err := r.understand(ctx, tx, f)
	if err != nil {
		return Import{}, ImportPreview{}, err
	}
	im := Import{ID: ImportID(store.NewID("dim")), Kind: f.Kind, Profile: f.Profile, Name: cmp.Or(f.Name, string(f.Kind)), Rows: len(sheet.preview.Rows),
		State: ledger.ImportPreviewed, UploadedBy: tx.By.User, UploadedAt: store.FormatTime(tx.At)}
	sum := sha256.Sum256(f.Content)
	fingerprint, err := v.Index(vault.Place{Table: "donor_imports", Column: "fingerprint"}, hex.EncodeToString(sum[:]))
	if err != nil {
		return Import{}, ImportPreview{}, err
	}
	if before, err := findImport(ctx, tx, im, fingerprint); err != nil || before != "" {
		return Import{}, ImportPreview{}, cmp.Or[error](err, &ImportKnown{before})
	}
	if err := insertImport(ctx, tx, im, fingerprint); err != nil {
		return Import{}, ImportPreview{}, err
	}
	part := 0
	for piece := range slices.Chunk(f.Content, sealedAtOnce) {
		part++
		sealed, err := v.Seal(ctx, tx, string(im.ID), im.place(part), string(piece))
		if err != nil {
			return Import{}, ImportPreview{}, err
		}
		if err := insertPart(ctx, tx, im.ID, part, sealed); err != nil {
			return Import{}, ImportPreview{}, err
		}
	}
	return im, sheet.preview, access.Record(ctx, tx, access.Event{Action: "donor_import.uploaded", Subject: string(im.ID)})
}

// sealedAtOnce is how much of a file the vault seals at once.
const sealedAtOnce = 60 << 10

// importVersion counts the ways in which files were sealed.
const importVersion = 1

func (im Import) place(part int) vault.Place {
	return vault.Place{Table: "donor_import_parts", Column: "sealed", Row: fmt.Sprintf("%s/%d", im.ID, part), Version: importVersion}
}

// Import finds an import. [ledger.ErrUnknownImport].
func (r Register) Import(ctx context.Context, tx *store.Tx, id ImportID) (Import, error) {
	return readImport(ctx, tx, id, false)
}

// Imports lists the imports, oldest first.
func (r Register) Imports(ctx context.Context, tx *store.Tx) ([]Import, error) {
	return readImports(ctx, tx)
}

// PreviewImport reads the file of an import against the books as they are now. [ledger.ErrImportState] once it is decided: then the
// file is gone.
func (r Register) PreviewImport(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID) (Import, ImportPreview, error) {
	im, sheet, err := r.waiting(ctx, tx, v, id, false)
	return im, sheet.preview, err
}

// waiting is an import that is looked at, with what its file says now.
func (r Register) waiting(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID, hold bool) (Import, importSheet, error) {
	im, err := importIn(ctx, tx, id, ledger.ImportPreviewed, hold)
	if err != nil {
		return Import{}, importSheet{}, err
	}
	parts, err := readParts(ctx, tx, id)
	if err != nil {
		return Import{}, importSheet{}, err
	}
	f := ImportFile{Kind: im.Kind, Profile: im.Profile}
	for i, sealed := range parts {
		text, err := v.Open(ctx, tx, string(id), im.place(i+1), sealed)
		if err != nil {
			return Import{}, importSheet{}, err
		}
		f.Content = append(f.Content, text...)
	}
	sheet, err := r.understand(ctx, tx, f)
	return im, sheet, err
}

// importIn finds an import that is in a state. [ledger.ErrImportState] otherwise.
func importIn(ctx context.Context, tx *store.Tx, id ImportID, want ledger.ImportState, hold bool) (Import, error) {
	im, err := readImport(ctx, tx, id, hold)
	if err == nil && im.State != want {
		err = &ledger.ImportConflict{State: im.State, Want: want}
	}
	return im, err
}

// CommitImport puts on record what is new in a file, all or nothing; gifts are posted as one batch. The file and its key are taken away:
// what was personal is with the donors now. [ledger.ErrImportState], [ledger.ErrImportRows] when a row has an error,
// [ledger.ErrImportNothing], and what [Register.ReceiveGift] refuses.
func (r Register) CommitImport(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID) (Import, error) {
	im, sheet, err := r.waiting(ctx, tx, v, id, true)
	if err != nil {
		return Import{}, err
	}
	switch {
	case sheet.preview.Errors > 0:
		i := slices.IndexFunc(sheet.preview.Rows, func(row ImportRow) bool { return len(row.Faults) > 0 })
		return Import{}, &ImportErrors{sheet.preview.Errors, sheet.preview.Rows[i]}
	case sheet.preview.New == 0:
		return Import{}, ledger.ErrImportNothing
	}
	var made []string
	if im.Kind == ImportDonors {
		made, err = r.takeDonors(ctx, tx, v, sheet.donors)
	} else {
		made, err = r.takeGifts(ctx, tx, sheet.gifts)
	}
	if err != nil {
		return Import{}, err
	}
	if err := insertItems(ctx, tx, id, made); err != nil {
		return Import{}, err
	}
	if err := dropFile(ctx, tx, v, id); err != nil {
		return Import{}, err
	}
	im.State, im.Made, im.CommittedBy, im.CommittedAt = ledger.ImportCommitted, len(made), tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, err
	}
	return im, access.Record(ctx, tx, access.Event{Action: "donor_import.committed", Subject: string(id)})
}

// dropFile takes the sealed file of an import away, and the key that it was sealed with.
func dropFile(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID) error {
	if err := deleteParts(ctx, tx, id); err != nil {
		return err
	}
	return v.Destroy(ctx, tx, string(id))
}

// DiscardImport gives up a file that was only looked at; nothing of it stays. [ledger.ErrImportState].
func (r Register) DiscardImport(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID) (Import, error) {
	im, err := importIn(ctx, tx, id, ledger.ImportPreviewed, true)
	if err != nil {
		return Import{}, err
	}
	if err := dropFile(ctx, tx, v, id); err != nil {
		return Import{}, err
	}
	im.State, im.EndedBy, im.EndedAt = ImportDiscarded, tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, err
	}
	return im, access.Record(ctx, tx, access.Event{Action: "donor_import.discarded", Subject: string(id)})
}

// UndoImport takes back what an import put on record: gifts by one batch of reversals, each on its own day, while their months are
// open; donors altogether, with their keys, where nothing hangs on them ([ErrDonorInUse]). [ErrGiftRefunded] when a gift of it
// was given back since, [ledger.ErrReasonRequired], [ledger.ErrImportState].
func (r Register) UndoImport(ctx context.Context, tx *store.Tx, v *vault.Vault, id ImportID, reason string) (Import, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Import{}, err
	}
	im, err := importIn(ctx, tx, id, ledger.ImportCommitted, true)
	if err != nil {
		return Import{}, err
	}
	items, err := readItems(ctx, tx, id)
	if err != nil {
		return Import{}, err
	}
	if im.Kind == ImportDonors {
		err = r.takeDonorsBack(ctx, tx, v, items, reason)
	} else {
		err = r.takeGiftsBack(ctx, tx, items, reason)
	}
	if err != nil {
		return Import{}, err
	}
	im.State, im.Reason, im.EndedBy, im.EndedAt = ledger.ImportUndone, reason, tx.By.User, store.FormatTime(tx.At)
	if err := updateImport(ctx, tx, im); err != nil {
		return Import{}, err
	}
	return im, access.Record(ctx, tx, access.Event{Action: "donor_import.undone", Subject: string(id), Reason: reason})
}
