package books

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// imports registers the way of files into the books: preview, commit, undo.
func imports(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/imports", ID: "uploadImport", Tag: "imports",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Location: "/imports/{id}", Body: MaxImportBody,
		Summary: "Upload a file of entries or opening balances: it is previewed, nothing is posted",
		Danish:  "Indlæs en fil med posteringer eller primosaldi: den vises, intet bogføres",
		About: "docs/IMPORT.md has the columns. The same file twice is recognised by its SHA-256. At most 1 MiB and " +
			"5000 rows.",
		Refuses: []error{journal.ErrImportFile, journal.ErrImportExists},
		Example: `{"kind":"entries","profile":"rfc4180","name":"january.csv",` +
			`"content":"ZXh0ZXJuYWxfaWQsZGF0ZSx0ZXh0LGFjY291bnQsZnVuZCxhbW91bnQK"}`,
	}, uploadImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/imports", ID: "listImports", Tag: "imports",
		Roles:   resource.Bookkeeper,
		Summary: "List the imports", Danish: "Vis indlæste filer"}, listImports)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/imports/:id", ID: "getImport", Tag: "imports",
		Roles:   resource.Bookkeeper,
		Summary: "One import with its preview against the books as they are now",
		Danish:  "Én indlæst fil, holdt op mod bøgerne, som de er nu",
		Refuses: []error{journal.ErrUnknownImport}}, getImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/imports/:id/rows", ID: "listImportRows", Tag: "imports",
		Roles:   resource.Bookkeeper,
		Summary: "The rows of an import: new, in the books already, or wrong",
		Danish:  "En fils rækker: nye, allerede bogført eller forkerte",
		Refuses: []error{journal.ErrUnknownImport}}, listImportRows)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/imports/:id/commits", ID: "commitImport", Tag: "imports",
		Match: "getImport",
		Roles: resource.Finance, Money: true,
		Summary: "Post what is new in the file, all or nothing", Danish: "Bogfør det nye i filen, alt eller intet",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, journal.ErrImportRows, journal.ErrImportNothing,
			ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn, ledger.ErrExternalIDTaken}}, commitImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/imports/:id/undos", ID: "undoImport", Tag: "imports",
		Match: "getImport",
		Roles: resource.Finance, Money: true,
		Summary: "Reverse everything that the import posted, while its months are open",
		Danish:  "Tilbagefør alt, hvad filen bogførte, mens månederne er åbne",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, ledger.ErrReasonRequired, ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn,
			ledger.ErrLotExhausted, ledger.ErrAlreadyReversed}}, undoImport)
}

// MaxImportBody has room for the largest file in base64 and the JSON around it.
const MaxImportBody = journal.MaxImportBytes*4/3 + 16<<10

type uploadImportRequest struct {
	Kind    journal.ImportKind    `json:"kind" validate:"required,oneof=entries opening-balances"`
	Profile journal.ImportProfile `json:"profile" validate:"required,oneof=rfc4180 da-excel xlsx" description:"How the file is written; never guessed. da-excel has semicolons and decimal commas."`
	Name    string                `json:"name" validate:"max=120" description:"Of the file; no person's name."`
	Content string                `json:"content" validate:"required" description:"The bytes of the file in base64."`
}

type fundTotalView struct {
	Fund   ledger.FundCode `json:"fund"`
	Debit  ledger.Money    `json:"debit"`
	Credit ledger.Money    `json:"credit"`
}

type importView struct {
	ID          journal.ImportID      `json:"id"`
	State       journal.ImportState   `json:"state"`
	Kind        journal.ImportKind    `json:"kind"`
	Profile     journal.ImportProfile `json:"profile"`
	Name        string                `json:"name"`
	SHA256      string                `json:"sha256"`
	Rows        int                   `json:"rows"`
	UploadedBy  string                `json:"uploaded_by,omitempty"`
	UploadedAt  string                `json:"uploaded_at"`
	CommittedBy string                `json:"committed_by,omitempty"`
	CommittedAt string                `json:"committed_at,omitempty"`
	UndoneBy    string                `json:"undone_by,omitempty"`
	UndoneAt    string                `json:"undone_at,omitempty"`
	Reason      string                `json:"reason,omitempty" description:"Of the undoing."`
}

func viewImport(im journal.Import) importView {
	return importView{ID: im.ID, State: im.State, Kind: im.Kind, Profile: im.Profile, Name: im.Name, SHA256: im.SHA256,
		Rows: im.RowCount, UploadedBy: im.UploadedBy, UploadedAt: im.UploadedAt, CommittedBy: im.CommittedBy,
		CommittedAt: im.CommittedAt, UndoneBy: im.UndoneBy, UndoneAt: im.UndoneAt, Reason: im.Reason}
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

func viewPreview(problems rest.ProblemTable, im journal.Import, p journal.Preview) previewView {
	v := previewView{importView: viewImport(im), New: p.New, Duplicate: p.Duplicate, Errors: p.Errors,
		Entries: len(p.Entries),
		Funds:   []fundTotalView{}, ControlTotal: p.ControlTotal, FirstErrors: []importRowView{}}
	for _, f := range p.Funds {
		v.Funds = append(v.Funds, fundTotalView{f.Fund, f.Debit, f.Credit})
	}
	for _, r := range p.Rows {
		if r.Err != nil && len(v.FirstErrors) < 20 {
			v.FirstErrors = append(v.FirstErrors, viewImportRow(problems, r))
		}
	}
	return v
}

type importRowView struct {
	Row        int               `json:"row" description:"In the file; the head line is 1."`
	Status     journal.RowStatus `json:"status" enum:"new,duplicate,error"`
	ExternalID string            `json:"external_id,omitempty"`
	Entry      ledger.EntryID    `json:"entry_id,omitempty" description:"The entry that is in the books already."`
	Column     string            `json:"column,omitempty"`
	Code       string            `json:"code,omitempty" description:"What is wrong, by the codes of problems; empty where another row of the same entry is."`
	Message    string            `json:"message,omitempty"`
	Source     []string          `json:"source" description:"The row as it stands in the file."`
}

func viewImportRow(problems rest.ProblemTable, r journal.ImportRow) importRowView {
	v := importRowView{Row: r.Row, Status: r.Status, ExternalID: r.ExternalID, Entry: r.Entry, Column: r.Column,
		Source: r.Source}
	if r.Err != nil {
		p, _ := problems.ProblemOf(r.Err, "en")
		v.Code, v.Message = p.Code, p.Title
		if said := rest.SentenceCase(r.Err.Error()); said != "" {
			v.Message = said
		}
	}
	return v
}

// NotBase64 refuses a file that does not come as it should.
var NotBase64 = &rest.Refusal{Code: "validation_failed", Faults: []*rest.Fault{{Pointer: "/content", Code: "not_base64",
	Message: rest.Text{EN: "This is not base64.", DA: "Dette er ikke base64."}}}}

func uploadImport(ctx context.Context, tx *store.Tx, d resource.Domain, in uploadImportRequest) (previewView, error) {
	content, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return previewView{}, NotBase64
	}
	im, p, err := journal.Upload(ctx, tx, d.Book, journal.ImportFile{Kind: in.Kind, Profile: in.Profile, Name: in.Name,
		Content: content})
	if errors.Is(err, journal.ErrImportFile) {
		err = rest.At("/content", err)
	}
	if err != nil {
		return previewView{}, err
	}
	return viewPreview(d.API.Problems, im, p), nil
}

func listImports(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[importView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[importView]{}, err
	}
	found, err := journal.Imports(ctx, tx, page)
	if err != nil {
		return rest.List[importView]{}, err
	}
	return rest.ListOf(in.Page, found, viewImport, func(im journal.Import) []string { return []string{string(im.ID)} }),
		nil
}

func getImport(ctx context.Context, tx *store.Tx, d resource.Domain, in importRequest) (previewView, error) {
	im, p, err := journal.PreviewOf(ctx, tx, d.Book, journal.ImportID(in.ID))
	if err != nil {
		return previewView{}, err
	}
	return viewPreview(d.API.Problems, im, p), nil
}

type importRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id of the import."`
}

type importRowsRequest struct {
	rest.Page
	ID     rest.Ref          `path:"id" json:"-" description:"Id of the import."`
	Status journal.RowStatus `query:"status" json:"-" validate:"omitempty,oneof=new duplicate error"`
}

func listImportRows(ctx context.Context, tx *store.Tx, d resource.Domain,
	in importRowsRequest) (rest.List[importRowView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[importRowView]{}, err
	}
	last := 0
	if after != nil {
		if last, err = strconv.Atoi(after[0]); err != nil {
			return rest.List[importRowView]{}, rest.Refuse("cursor_invalid")
		}
	}
	_, p, err := journal.PreviewOf(ctx, tx, d.Book, journal.ImportID(in.ID))
	if err != nil {
		return rest.List[importRowView]{}, err
	}
	var rows []journal.ImportRow
	for _, r := range p.Rows {
		if r.Row > last && (in.Status == "" || r.Status == in.Status) && len(rows) <= in.Size() {
			rows = append(rows, r)
		}
	}
	return rest.ListOf(in.Page, rows, func(r journal.ImportRow) importRowView { return viewImportRow(d.API.Problems, r) },
		func(r journal.ImportRow) []string { return []string{strconv.Itoa(r.Row)} }), nil
}

type importDoneView struct {
	importView
	Posted  int                   `json:"posted" description:"How many entries."`
	Entries []resource.PostedView `json:"entries" description:"The first hundred of them."`
}

func viewImportDone(im journal.Import, posted []ledger.Posted) importDoneView {
	v := importDoneView{viewImport(im), len(posted), []resource.PostedView{}}
	for _, p := range posted[:min(len(posted), 100)] {
		v.Entries = append(v.Entries, resource.ViewPosted(p))
	}
	return v
}

func commitImport(ctx context.Context, tx *store.Tx, d resource.Domain, in importRequest) (importDoneView, error) {
	im, posted, err := journal.Commit(ctx, tx, d.Book, journal.ImportID(in.ID))
	if err != nil {
		return importDoneView{}, err
	}
	if first, last := farthest(posted); first.Date != "" { // nothing is posted where nobody answers
		for _, p := range []ledger.Posted{first, last} {
			if err := resource.AskDay(ctx, tx, p.Date, fundsOf(p.Lines)...); err != nil {
				return importDoneView{}, err
			}
		}
	}
	return viewImportDone(im, posted), nil
}

type undoImportRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id of the import."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoImport(ctx context.Context, tx *store.Tx, d resource.Domain, in undoImportRequest) (importDoneView, error) {
	im, posted, err := journal.Undo(ctx, tx, d.Book, journal.ImportID(in.ID), in.Reason)
	if err != nil {
		return importDoneView{}, resource.AtReason(err)
	}
	return viewImportDone(im, posted), nil
}

func importResource(id journal.ImportID) *rest.Resource {
	return &rest.Resource{ID: string(id), Href: rest.Base + "/imports/" + string(id)}
}

// farthest are the entries of the first and the last day of some.
func farthest(posted []ledger.Posted) (first, last ledger.Posted) {
	for i, p := range posted {
		if i == 0 || p.Date < first.Date {
			first = p
		}
		if i == 0 || p.Date > last.Date {
			last = p
		}
	}
	return first, last
}
