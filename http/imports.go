package http

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"

	"supportledger/ledger"
	"supportledger/store"
)

// imports registers the way of files into the books: preview, commit, undo.
func imports(api *API) {
	Route(api, Op{Method: post, Path: "/imports", ID: "uploadImport", Tag: "imports", Roles: finance, Location: "/imports/{id}", Body: maxImportBody,
		Summary: "Upload a file of entries or opening balances: it is previewed, nothing is posted",
		Danish:  "Indlæs en fil med posteringer eller primosaldi: den vises, intet bogføres",
		About:   "docs/IMPORT.md has the columns. The same file twice is recognised by its SHA-256. At most 1 MiB and 5000 rows.",
		Refuses: []error{ledger.ErrImportFile, ledger.ErrImportExists},
		Example: `{"kind":"entries","profile":"rfc4180","name":"january.csv","content":"ZXh0ZXJuYWxfaWQsZGF0ZSx0ZXh0LGFjY291bnQsZnVuZCxhbW91bnQK"}`}, at(uploadImport))
	Route(api, Op{Method: get, Path: "/imports", ID: "listImports", Tag: "imports", Roles: bookkeeper,
		Summary: "List the imports", Danish: "Vis indlæste filer"}, at(listImports))
	Route(api, Op{Method: get, Path: "/imports/:id", ID: "getImport", Tag: "imports", Roles: bookkeeper,
		Summary: "One import with its preview against the books as they are now", Danish: "Én indlæst fil, holdt op mod bøgerne, som de er nu",
		Refuses: []error{ledger.ErrUnknownImport}}, at(getImport))
	Route(api, Op{Method: get, Path: "/imports/:id/rows", ID: "listImportRows", Tag: "imports", Roles: bookkeeper,
		Summary: "The rows of an import: new, in the books already, or wrong", Danish: "En fils rækker: nye, allerede bogført eller forkerte",
		Refuses: []error{ledger.ErrUnknownImport}}, at(listImportRows))
	Route(api, Op{Method: post, Path: "/imports/:id/commits", ID: "commitImport", Tag: "imports", Roles: finance, Money: true,
		Summary: "Post what is new in the file, all or nothing", Danish: "Bogfør det nye i filen, alt eller intet",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, ledger.ErrImportRows, ledger.ErrImportNothing, ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn, ledger.ErrExternalIDTaken}}, at(commitImport))
	Route(api, Op{Method: post, Path: "/imports/:id/undos", ID: "undoImport", Tag: "imports", Roles: finance, Money: true,
		Summary: "Reverse everything that the import posted, while its months are open",
		Danish:  "Tilbagefør alt, hvad filen bogførte, mens månederne er åbne",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, ledger.ErrReasonRequired, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn,
			ledger.ErrLotExhausted, ledger.ErrAlreadyReversed}}, at(undoImport))
}

// maxImportBody has room for the largest file in base64 and the JSON around it.
const maxImportBody = ledger.MaxImportBytes*4/3 + 16<<10

type uploadImportRequest struct {
	Kind    ledger.ImportKind    `json:"kind" validate:"required,oneof=entries opening-balances"`
	Profile ledger.ImportProfile `json:"profile" validate:"required,oneof=rfc4180 da-excel xlsx" description:"How the file is written; never guessed. da-excel has semicolons and decimal commas."`
	Name    string               `json:"name" validate:"max=120" description:"Of the file; no person's name."`
	Content string               `json:"content" validate:"required" description:"The bytes of the file in base64."`
}

type fundTotalView struct {
	Fund   ledger.FundCode `json:"fund"`
	Debit  ledger.Money    `json:"debit"`
	Credit ledger.Money    `json:"credit"`
}

type importView struct {
	ID          ledger.ImportID      `json:"id"`
	State       ledger.ImportState   `json:"state"`
	Kind        ledger.ImportKind    `json:"kind"`
	Profile     ledger.ImportProfile `json:"profile"`
	Name        string               `json:"name"`
	SHA256      string               `json:"sha256"`
	Rows        int                  `json:"rows"`
	UploadedBy  string               `json:"uploaded_by,omitempty"`
	UploadedAt  string               `json:"uploaded_at"`
	CommittedBy string               `json:"committed_by,omitempty"`
	CommittedAt string               `json:"committed_at,omitempty"`
	UndoneBy    string               `json:"undone_by,omitempty"`
	UndoneAt    string               `json:"undone_at,omitempty"`
	Reason      string               `json:"reason,omitempty" description:"Of the undoing."`
}

func viewImport(im ledger.Import) importView {
	return importView{im.ID, im.State, im.Kind, im.Profile, im.Name, im.SHA256, im.Rows, im.UploadedBy, im.UploadedAt,
		im.CommittedBy, im.CommittedAt, im.UndoneBy, im.UndoneAt, im.Reason}
}

type previewView struct {
	importView
	New          int             `json:"new" description:"Rows that a commit posts."`
	Duplicate    int             `json:"duplicate" description:"Rows that are in the books already."`
	Errors       int             `json:"errors" description:"Rows that keep the file from being posted."`
	Entries      int             `json:"entries" description:"Entries that a commit posts."`
	Funds        []fundTotalView `json:"funds"`
	ControlTotal ledger.Money    `json:"control_total" description:"All debits of the readable rows: hold it against the system that the file is from."`
	FirstErrors  []importRowView `json:"first_errors" description:"Up to twenty rows that say what is wrong; /rows has all."`
}

func viewPreview(im ledger.Import, p ledger.Preview) previewView {
	v := previewView{importView: viewImport(im), New: p.New, Duplicate: p.Duplicate, Errors: p.Errors, Entries: len(p.Entries),
		Funds: []fundTotalView{}, ControlTotal: p.ControlTotal, FirstErrors: []importRowView{}}
	for _, f := range p.Funds {
		v.Funds = append(v.Funds, fundTotalView{f.Fund, f.Debit, f.Credit})
	}
	for _, r := range p.Rows {
		if r.Err != nil && len(v.FirstErrors) < 20 {
			v.FirstErrors = append(v.FirstErrors, viewImportRow(r))
		}
	}
	return v
}

type importRowView struct {
	Row        int              `json:"row" description:"In the file; the head line is 1."`
	Status     ledger.RowStatus `json:"status" enum:"new,duplicate,error"`
	ExternalID string           `json:"external_id,omitempty"`
	Entry      ledger.EntryID   `json:"entry_id,omitempty" description:"The entry that is in the books already."`
	Column     string           `json:"column,omitempty"`
	Code       string           `json:"code,omitempty" description:"What is wrong, by the codes of problems; empty where another row of the same entry is."`
	Message    string           `json:"message,omitempty"`
	Source     []string         `json:"source" description:"The row as it stands in the file."`
}

func viewImportRow(r ledger.ImportRow) importRowView {
	v := importRowView{Row: r.Row, Status: r.Status, ExternalID: r.ExternalID, Entry: r.Entry, Column: r.Column, Source: r.Source}
	if r.Err != nil {
		p, _ := problemOf(r.Err, "en")
		v.Code, v.Message = p.Code, p.Title
		if said := sentenceCase(r.Err.Error()); said != "" {
			v.Message = said
		}
	}
	return v
}

// errNotBase64 refuses a file that does not come as it should.
var errNotBase64 = &refusal{code: "validation_failed", faults: []*fault{{pointer: "/content", code: "not_base64",
	message: text{"This is not base64.", "Dette er ikke base64."}}}}

func uploadImport(ctx context.Context, tx *store.Tx, d desk, in uploadImportRequest) (previewView, error) {
	content, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return previewView{}, errNotBase64
	}
	im, p, err := d.book.Upload(ctx, tx, ledger.ImportFile{Kind: in.Kind, Profile: in.Profile, Name: in.Name, Content: content})
	if errors.Is(err, ledger.ErrImportFile) {
		err = At("/content", err)
	}
	if err != nil {
		return previewView{}, err
	}
	return viewPreview(im, p), nil
}

func listImports(ctx context.Context, tx *store.Tx, d desk, in struct{ Page }) (List[importView], error) {
	all, err := d.book.Imports(ctx, tx)
	if err != nil {
		return List[importView]{}, err
	}
	return pageOf(in.Page, all, viewImport, func(im ledger.Import) string { return string(im.ID) })
}

func getImport(ctx context.Context, tx *store.Tx, d desk, in importRequest) (previewView, error) {
	im, p, err := d.book.PreviewOf(ctx, tx, ledger.ImportID(in.ID))
	if err != nil {
		return previewView{}, err
	}
	return viewPreview(im, p), nil
}

type importRequest struct {
	ID Ref `path:"id" json:"-" description:"Id of the import."`
}

type importRowsRequest struct {
	Page
	ID     Ref              `path:"id" json:"-" description:"Id of the import."`
	Status ledger.RowStatus `query:"status" json:"-" validate:"omitempty,oneof=new duplicate error"`
}

func listImportRows(ctx context.Context, tx *store.Tx, d desk, in importRowsRequest) (List[importRowView], error) {
	after, err := in.After(1)
	if err != nil {
		return List[importRowView]{}, err
	}
	last := 0
	if after != nil {
		if last, err = strconv.Atoi(after[0]); err != nil {
			return List[importRowView]{}, refuse("cursor_invalid")
		}
	}
	_, p, err := d.book.PreviewOf(ctx, tx, ledger.ImportID(in.ID))
	if err != nil {
		return List[importRowView]{}, err
	}
	var rows []ledger.ImportRow
	for _, r := range p.Rows {
		if r.Row > last && (in.Status == "" || r.Status == in.Status) && len(rows) <= in.Size() {
			rows = append(rows, r)
		}
	}
	return ListOf(in.Page, rows, viewImportRow, func(r ledger.ImportRow) []string { return []string{strconv.Itoa(r.Row)} }), nil
}

type importDoneView struct {
	importView
	Posted  int          `json:"posted" description:"How many entries."`
	Entries []postedView `json:"entries" description:"The first hundred of them."`
}

func viewImportDone(im ledger.Import, posted []ledger.Posted) importDoneView {
	v := importDoneView{viewImport(im), len(posted), []postedView{}}
	for _, p := range posted[:min(len(posted), 100)] {
		v.Entries = append(v.Entries, viewPosted(p))
	}
	return v
}

func commitImport(ctx context.Context, tx *store.Tx, d desk, in importRequest) (importDoneView, error) {
	im, posted, err := d.book.CommitImport(ctx, tx, ledger.ImportID(in.ID))
	if err != nil {
		return importDoneView{}, err
	}
	return viewImportDone(im, posted), nil
}

type undoImportRequest struct {
	ID     Ref    `path:"id" json:"-" description:"Id of the import."`
	Reason string `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoImport(ctx context.Context, tx *store.Tx, d desk, in undoImportRequest) (importDoneView, error) {
	im, posted, err := d.book.UndoImport(ctx, tx, ledger.ImportID(in.ID), in.Reason)
	if err != nil {
		return importDoneView{}, atReason(err)
	}
	return viewImportDone(im, posted), nil
}

func importResource(id ledger.ImportID) *Resource {
	return &Resource{string(id), Base + "/imports/" + string(id)}
}
