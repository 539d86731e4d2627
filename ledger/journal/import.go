package journal

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// ImportID identifies an import.
type ImportID string

// ImportKind says what a file holds.
type ImportKind string

// The kinds of import.
const (
	ImportEntries         ImportKind = "entries"
	ImportOpeningBalances ImportKind = "opening-balances"
)

// ImportProfile says how a file is written. The caller states it; it is never guessed, because 1.234 is two amounts.
type ImportProfile string

// The profiles.
const (
	ProfileRFC4180 ImportProfile = "rfc4180"  // commas, decimal points, YYYY-MM-DD
	ProfileDanish  ImportProfile = "da-excel" // semicolons, decimal commas, YYYY-MM-DD or DD-MM-YYYY
	ProfileXLSX    ImportProfile = "xlsx"     // a workbook of one sheet
)

// ImportState is how far an import has come.
type ImportState string

// The states, in their order; the database lets an import take no other way.
const (
	ImportUploaded  ImportState = "uploaded"
	ImportPreviewed ImportState = "previewed"
	ImportCommitted ImportState = "committed"
	ImportUndone    ImportState = "undone"
)

// What a file may have, so that one file cannot take all memory.
const (
	MaxImportBytes = 1 << 20
	MaxImportRows  = 5000
)

// ImportFile is a file as it was handed in.
type ImportFile struct {
	Kind    ImportKind
	Profile ImportProfile
	Name    string // without a path
	Content []byte
}

// Import is a file in the books.
type Import struct {
	ID                     ImportID
	Kind                   ImportKind
	Profile                ImportProfile
	Name                   string
	SHA256                 string // of the file, hexadecimal
	RowCount               int
	State                  ImportState
	Reason                 string // of the undoing
	UploadedBy, UploadedAt string
	CommittedBy, UndoneBy  string
	CommittedAt, UndoneAt  string
}

// RowStatus is what becomes of a row when its import is committed.
type RowStatus string

// The statuses of a row.
const (
	RowNew       RowStatus = "new"       // is posted
	RowDuplicate RowStatus = "duplicate" // stands in the books already, under the same external id
	RowError     RowStatus = "error"     // keeps the whole file from being posted
)

// ImportRow is one row of a file with what was made of it. Rows of one entry share its fate.
type ImportRow struct {
	Row        int      // in the file; the head line is 1
	Source     []string // its cells as they stand there
	Status     RowStatus
	ExternalID string
	Entry      ledger.EntryID // that a duplicate stands for
	Column     string         // that the error is about, where one is
	Err        error          // nil for a row that only shares another row's fate
}

// FundTotal is what the readable rows of a file move in one fund, in base currency.
type FundTotal struct {
	Fund          ledger.FundCode
	Debit, Credit ledger.Money
}

// Preview is what committing a file would do.
type Preview struct {
	Head                   []string
	Rows                   []ImportRow
	New, Duplicate, Errors int            // rows
	Entries                []ledger.Entry // that would be posted
	Funds                  []FundTotal    // by code
	ControlTotal           ledger.Money   // all debits of all readable rows
}

// What an import refuses.
var (
	ErrImportFile    = errors.New("ledger: the file cannot be read as an import")
	ErrImportExists  = errors.New("ledger: the file was imported already")
	ErrUnknownImport = errors.New("ledger: unknown import")
	ErrImportState   = errors.New("ledger: the import is in another state")
	ErrImportRows    = errors.New("ledger: rows of the file have errors")
	ErrImportNothing = errors.New("ledger: every row of the file is in the books already")
)

// ImportFault says where a file is wrong.
type ImportFault struct {
	Row int // 0 for the file as a whole
	Why string
}

func (e *ImportFault) Error() string {
	if e.Row == 0 {
		return "ledger: " + e.Why
	}
	return fmt.Sprintf("ledger: row %d: %s", e.Row, e.Why)
}

// Unwrap makes errors.Is(err, ErrImportFile) true.
func (e *ImportFault) Unwrap() error { return ErrImportFile }

// ImportExists names the import of the same file.
type ImportExists struct{ ID ImportID }

func (e *ImportExists) Error() string { return ErrImportExists.Error() }

// Unwrap makes errors.Is(err, ErrImportExists) true.
func (e *ImportExists) Unwrap() error { return ErrImportExists }

// ImportConflict tells which state an import is in and which it would have to be in.
type ImportConflict struct{ State, Want ImportState }

func (e *ImportConflict) Error() string {
	return fmt.Sprintf("ledger: the import is %s; this needs %s", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrImportState) true.
func (e *ImportConflict) Unwrap() error { return ErrImportState }

// ImportErrors tells how many rows of a file cannot be posted, and why the first one cannot.
type ImportErrors struct {
	Rows  int
	First ImportRow
}

func (e *ImportErrors) Error() string {
	return fmt.Sprintf("ledger: %d rows have errors; the first is row %d: %v", e.Rows, e.First.Row, e.First.Err)
}

// Unwrap makes errors.Is(err, ErrImportRows) true.
func (e *ImportErrors) Unwrap() error { return ErrImportRows }
