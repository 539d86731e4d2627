// Package donorimport puts files of donors and of gifts on record: upload and preview, commit or discard, undo.
//
// A file names people, so it is kept sealed under a key of its own, and only until it is committed or discarded. No
// answer repeats what a cell holds.
package donorimport

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
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// Importer imports files. It holds no state of its own.
type Importer struct {
	Gifts gifts.Register
	Vault *vault.Vault // seals files and donors; nil refuses

	// Missing names a letter of a text that paper cannot show; nil where nothing is printed.
	Missing func(text string) (letter rune, missing bool)
}

// ID identifies an import.
type ID string

// Kind says what a file holds.
type Kind string

// The kinds of file.
const (
	Donors Kind = "donors"
	Gifts  Kind = "gifts"
)

// Discarded is the state of an import that was given up before its commit; the others are those of the ledger's
// imports.
const Discarded journal.ImportState = "discarded"

// File is a file of donors or gifts as it was uploaded.
type File struct {
	Kind    Kind
	Profile journal.ImportProfile
	Name    string // without a path; no person's name
	Content []byte
}

// Import is a file on record.
type Import struct {
	ID                     ID
	Kind                   Kind
	Profile                journal.ImportProfile
	Name                   string
	Rows                   int
	Made                   int // donors or gifts that its commit put on record
	State                  journal.ImportState
	Reason                 string // of the undoing
	UploadedBy, UploadedAt string
	CommittedBy            string
	CommittedAt            string
	EndedBy, EndedAt       string // who undid or discarded it
}

// Row is one row of a file with everything that is wrong with it. It repeats nothing of the row but the code or number
// of what it makes.
type Row struct {
	Row    int // in the file; the head line is 1
	Status journal.RowStatus
	Key    string // code of the donor, number of the gift; "" where the commit gives one
	Faults []Fault
}

// Fault is what is wrong with a cell.
type Fault struct {
	Column string
	Err    error
}

// fault adds what is wrong with a cell, where something is.
func (r *Row) fault(column string, err error) {
	if err != nil {
		r.Faults = append(r.Faults, Fault{column, err})
	}
}

// Preview is what committing a file would do.
type Preview struct {
	Rows                   []Row
	New, Duplicate, Errors int
	Total                  ledger.Money // gross of the gifts that are new, base currency; zero of donors
}

// ErrCell is refused beside the ledger's own errors ([journal.ErrImportFile] and its siblings).
var ErrCell = errors.New("donorimport: a cell cannot be taken")

// BadCell says what a cell must look like. It repeats nothing of what the cell holds.
type BadCell struct{ Want string }

func (e *BadCell) Error() string { return "donorimport: " + e.Want }

// Unwrap makes errors.Is(err, ErrCell) true.
func (e *BadCell) Unwrap() error { return ErrCell }

// BadRows tells how many rows of a file have errors, and which is the first.
type BadRows struct {
	Rows  int
	First Row
}

func (e *BadRows) Error() string {
	return fmt.Sprintf("donorimport: %d rows have errors; the first is row %d, column %s",
		e.Rows, e.First.Row, e.First.Faults[0].Column)
}

// Unwrap makes errors.Is(err, journal.ErrImportRows) true.
func (e *BadRows) Unwrap() error { return journal.ErrImportRows }

// Known names the import of the same file.
type Known struct{ ID ID }

func (e *Known) Error() string { return journal.ErrImportExists.Error() }

// Unwrap makes errors.Is(err, journal.ErrImportExists) true.
func (e *Known) Unwrap() error { return journal.ErrImportExists }

// contents is what the rows of a file say, and what the new ones make.
type contents struct {
	preview Preview
	donors  []newDonor
	gifts   []gifts.Gift
}

// add counts a row and tells whether it is new.
func (c *contents) add(row Row) bool {
	switch {
	case len(row.Faults) > 0:
		row.Status = journal.RowError
		c.preview.Errors++
	case row.Status == journal.RowDuplicate:
		c.preview.Duplicate++
	default:
		row.Status = journal.RowNew
		c.preview.New++
	}
	c.preview.Rows = append(c.preview.Rows, row)
	return row.Status == journal.RowNew
}

// read checks a file against the books and writes nothing. Every error in a row stands at the row; a file that is no
// table of its kind is refused with an *[journal.ImportFault].
func (im Importer) read(ctx context.Context, tx *store.Tx, f File) (contents, error) {
	if f.Kind == Donors {
		return im.readDonors(ctx, tx, f)
	}
	return im.readGifts(ctx, tx, f)
}

// Upload keeps a file, sealed under a key of its own, and previews it. [journal.ErrImportFile];
// [journal.ErrImportExists] for one that was uploaded before; [vault.ErrNoVault] on a server without a vault.
func (im Importer) Upload(ctx context.Context, tx *store.Tx, f File) (Import, Preview, error) {
	read, err := im.read(ctx, tx, f)
	if err != nil {
		return Import{}, Preview{}, err
	}
	i := Import{ID: ID(store.NewID("dim")), Kind: f.Kind, Profile: f.Profile, Name: cmp.Or(f.Name, string(f.Kind)),
		Rows: len(read.preview.Rows), State: journal.ImportPreviewed,
		UploadedBy: tx.By.User, UploadedAt: store.FormatTime(tx.At)}
	sum := sha256.Sum256(f.Content)
	place := vault.Place{Table: "donor_imports", Column: "fingerprint"}
	fingerprint, err := im.Vault.Index(place, hex.EncodeToString(sum[:]))
	if err != nil {
		return Import{}, Preview{}, err
	}
	if before, err := findTwin(ctx, tx, i, fingerprint); err != nil || before != "" {
		return Import{}, Preview{}, cmp.Or[error](err, &Known{before})
	}
	if err := insertImport(ctx, tx, i, fingerprint); err != nil {
		return Import{}, Preview{}, err
	}
	part := 0
	for piece := range slices.Chunk(f.Content, sealedAtOnce) {
		part++
		sealed, err := im.Vault.Seal(ctx, tx, string(i.ID), i.place(part), string(piece))
		if err != nil {
			return Import{}, Preview{}, err
		}
		if err := insertPart(ctx, tx, i.ID, part, sealed); err != nil {
			return Import{}, Preview{}, err
		}
	}
	event := access.Event{Action: "donor_import.uploaded", Subject: string(i.ID)}
	return i, read.preview, access.Record(ctx, tx, event)
}

// sealedAtOnce is how much of a file the vault seals at once.
const sealedAtOnce = 60 << 10

// sealVersion counts the formats in which files were sealed.
const sealVersion = 1

func (i Import) place(part int) vault.Place {
	return vault.Place{Table: "donor_import_parts", Column: "sealed", Row: fmt.Sprintf("%s/%d", i.ID, part),
		Version: sealVersion}
}

// Preview reads the file of an import against the books as they are now. [journal.ErrImportState] once it is committed
// or discarded: then the file is gone.
func (im Importer) Preview(ctx context.Context, tx *store.Tx, id ID) (Preview, error) {
	_, read, err := im.reread(ctx, tx, id, false)
	return read.preview, err
}

// reread opens the file of an import that is previewed and reads it against the books as they are now.
func (im Importer) reread(ctx context.Context, tx *store.Tx, id ID, lock bool) (Import, contents, error) {
	i, err := findIn(ctx, tx, id, journal.ImportPreviewed, lock)
	if err != nil {
		return Import{}, contents{}, err
	}
	parts, err := readParts(ctx, tx, id)
	if err != nil {
		return Import{}, contents{}, err
	}
	f := File{Kind: i.Kind, Profile: i.Profile}
	for n, sealed := range parts {
		text, err := im.Vault.Open(ctx, tx, string(id), i.place(n+1), sealed)
		if err != nil {
			return Import{}, contents{}, err
		}
		f.Content = append(f.Content, text...)
	}
	read, err := im.read(ctx, tx, f)
	return i, read, err
}

// findIn finds an import that is in a state. [journal.ErrImportState] otherwise.
func findIn(ctx context.Context, tx *store.Tx, id ID, want journal.ImportState, lock bool) (Import, error) {
	i, err := readImport(ctx, tx, id, lock)
	if err == nil && i.State != want {
		err = &journal.ImportConflict{State: i.State, Want: want}
	}
	return i, err
}

// Commit puts on record what is new in a file, all or nothing; gifts are posted as one batch. The file and its key
// are removed: what was personal is with the donors now. [journal.ErrImportState], [journal.ErrImportRows] when a row
// has an error, [journal.ErrImportNothing], and what [gifts.Register.ReceiveAll] refuses.
func (im Importer) Commit(ctx context.Context, tx *store.Tx, id ID) (Import, error) {
	i, read, err := im.reread(ctx, tx, id, true)
	if err != nil {
		return Import{}, err
	}
	if read.preview.Errors > 0 {
		first := slices.IndexFunc(read.preview.Rows, func(row Row) bool { return len(row.Faults) > 0 })
		return Import{}, &BadRows{read.preview.Errors, read.preview.Rows[first]}
	}
	if read.preview.New == 0 {
		return Import{}, journal.ErrImportNothing
	}
	var made []string
	if i.Kind == Donors {
		made, err = im.registerDonors(ctx, tx, read.donors)
	} else {
		made, err = im.receiveGifts(ctx, tx, read.gifts)
	}
	if err != nil {
		return Import{}, err
	}
	if err := insertItems(ctx, tx, id, made); err != nil {
		return Import{}, err
	}
	if err := im.removeFile(ctx, tx, id); err != nil {
		return Import{}, err
	}
	i.Made, i.CommittedBy, i.CommittedAt = len(made), tx.By.User, store.FormatTime(tx.At)
	err = i.end(ctx, tx, journal.ImportCommitted, "committed")
	return i, err
}

// end takes an import into another state and records it.
func (i *Import) end(ctx context.Context, tx *store.Tx, state journal.ImportState, how string) error {
	i.State = state
	if err := updateImport(ctx, tx, *i); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "donor_import." + how, Subject: string(i.ID), Reason: i.Reason})
}

// removeFile removes the sealed file of an import and the key that it was sealed with.
func (im Importer) removeFile(ctx context.Context, tx *store.Tx, id ID) error {
	if err := deleteParts(ctx, tx, id); err != nil {
		return err
	}
	return im.Vault.Destroy(ctx, tx, string(id))
}

// Discard gives up a file that was only previewed; nothing of it stays. [journal.ErrImportState].
func (im Importer) Discard(ctx context.Context, tx *store.Tx, id ID) (Import, error) {
	i, err := findIn(ctx, tx, id, journal.ImportPreviewed, true)
	if err != nil {
		return Import{}, err
	}
	if err := im.removeFile(ctx, tx, id); err != nil {
		return Import{}, err
	}
	i.EndedBy, i.EndedAt = tx.By.User, store.FormatTime(tx.At)
	err = i.end(ctx, tx, Discarded, "discarded")
	return i, err
}

// Undo takes back what an import put on record: gifts by one batch of reversals, each on its own day, while their
// months are open; donors altogether, with their keys, where nothing depends on them ([donors.ErrDonorInUse]).
// [gifts.ErrGiftRefunded] when a gift of it was given back since, [ledger.ErrReasonRequired], [journal.ErrImportState].
func (im Importer) Undo(ctx context.Context, tx *store.Tx, id ID, reason string) (Import, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Import{}, err
	}
	i, err := findIn(ctx, tx, id, journal.ImportCommitted, true)
	if err != nil {
		return Import{}, err
	}
	items, err := readItems(ctx, tx, id)
	if err != nil {
		return Import{}, err
	}
	if i.Kind == Donors {
		err = im.withdrawDonors(ctx, tx, items, reason)
	} else {
		err = im.reverseGifts(ctx, tx, items, reason)
	}
	if err != nil {
		return Import{}, err
	}
	i.Reason, i.EndedBy, i.EndedAt = reason, tx.By.User, store.FormatTime(tx.At)
	err = i.end(ctx, tx, journal.ImportUndone, "undone")
	return i, err
}

func (im Importer) withdrawDonors(ctx context.Context, tx *store.Tx, ids []string, reason string) error {
	for _, id := range ids {
		if err := donors.Withdraw(ctx, tx, im.Vault, id, reason); err != nil {
			return err
		}
	}
	return nil
}

func (im Importer) reverseGifts(ctx context.Context, tx *store.Tx, items []string, reason string) error {
	ids := make([]gifts.ID, len(items))
	for i, item := range items {
		ids[i] = gifts.ID(item)
	}
	return im.Gifts.ReverseAll(ctx, tx, ids, reason)
}
