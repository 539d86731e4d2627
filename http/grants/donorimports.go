package grants

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"

	"supportledger/access/vault"
	"supportledger/grants/donorimport"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/statements/page"
	"supportledger/store"
)

// donorImports registers the way of files of donors and gifts onto the record: preview, commit or discard, undo.
func donorImports(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports", ID: "uploadDonorImport", Tag: "donor-imports",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Location: "/donor-imports/{id}",
		Body: books.MaxImportBody, Personal: true,
		Summary: "Upload a file of donors or of gifts: it is previewed, nothing is put on record",
		Danish:  "Indlæs en fil med donorer eller gaver: den vises, intet registreres",
		About: "docs/IMPORT.md has the columns. The file is kept sealed while it is looked at, and is gone once it is " +
			"committed or discarded. " +
			"No answer repeats what stands in it.",
		Refuses: []error{journal.ErrImportFile, journal.ErrImportExists, vault.ErrNoVault},
		Example: `{"kind":"gifts","profile":"rfc4180","name":"gifts.csv","content":"ZG9ub3IsZnVuZCxkYXRlLGdyb3NzCg=="}`},
		uploadDonorImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports", ID: "listDonorImports", Tag: "donor-imports",
		Roles:   resource.Bookkeeper,
		Summary: "List the files of donors and gifts", Danish: "Vis indlæste filer med donorer og gaver"},
		listDonorImports)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports/:id", ID: "getDonorImport", Tag: "donor-imports",
		Roles:   resource.Bookkeeper,
		Summary: "One file of donors or gifts", Danish: "Én fil med donorer eller gaver",
		Refuses: []error{journal.ErrUnknownImport}}, getDonorImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports/:id/rows", ID: "listDonorImportRows",
		Tag: "donor-imports", Roles: resource.Bookkeeper,
		Summary: "The rows of a file that is looked at, with everything that is wrong, by column",
		Danish:  "Rækkerne i en fil, der vises, med alt det forkerte, efter kolonne",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, vault.ErrNoVault}}, listDonorImportRows)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/commits", ID: "commitDonorImport",
		Match: "getDonorImport",
		Tag:   "donor-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Put on record what is new in the file, all or nothing",
		Danish:  "Registrér det nye i filen, alt eller intet",
		About:   "Gifts are posted as one batch.",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, journal.ErrImportRows, journal.ErrImportNothing,
			ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn, vault.ErrNoVault}}, commitDonorImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/discards", ID: "discardDonorImport",
		Match: "getDonorImport",
		Tag:   "donor-imports", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Give up a file that was only looked at: nothing of it stays",
		Danish:  "Opgiv en fil, der kun er vist: intet af den bliver",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, vault.ErrNoVault}}, discardDonorImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/undos", ID: "undoDonorImport",
		Match: "getDonorImport",
		Tag:   "donor-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Reverse the gifts of a file, or take its donors off the record",
		Danish:  "Tilbagefør en fils gaver, eller fjern dens donorer igen",
		About:   "Gifts by one batch of reversals while their months are open; donors only where nothing hangs on them.",
		Refuses: []error{journal.ErrUnknownImport, journal.ErrImportState, ledger.ErrReasonRequired, ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn,
			donors.ErrDonorInUse, gifts.ErrGiftRefunded, vault.ErrNoVault}}, undoDonorImport)
}

type uploadDonorImportRequest struct {
	Kind    donorimport.Kind      `json:"kind" validate:"required,oneof=donors gifts"`
	Profile journal.ImportProfile `json:"profile" validate:"required,oneof=rfc4180 da-excel xlsx" description:"How the file is written; never guessed. da-excel has semicolons and decimal commas."`
	Name    string                `json:"name" validate:"max=120" description:"Of the file; no person's name."`
	Content vault.Personal        `json:"content" validate:"required" description:"The bytes of the file in base64."`
}

type donorImportView struct {
	ID          donorimport.ID        `json:"id"`
	State       journal.ImportState   `json:"state" enum:"previewed,committed,undone,discarded"`
	Kind        donorimport.Kind      `json:"kind"`
	Profile     journal.ImportProfile `json:"profile"`
	Name        string                `json:"name"`
	Rows        int                   `json:"rows"`
	Made        int                   `json:"made" description:"Donors or gifts that the commit put on record."`
	UploadedBy  string                `json:"uploaded_by,omitempty"`
	UploadedAt  string                `json:"uploaded_at"`
	CommittedBy string                `json:"committed_by,omitempty"`
	CommittedAt string                `json:"committed_at,omitempty"`
	EndedBy     string                `json:"ended_by,omitempty" description:"Who undid or discarded it."`
	EndedAt     string                `json:"ended_at,omitempty"`
	Reason      string                `json:"reason,omitempty" description:"Of the undoing."`
}

func viewDonorImport(im donorimport.Import) donorImportView {
	return donorImportView{ID: im.ID, State: im.State, Kind: im.Kind, Profile: im.Profile, Name: im.Name, Rows: im.Rows,
		Made: im.Made, UploadedBy: im.UploadedBy, UploadedAt: im.UploadedAt, CommittedBy: im.CommittedBy,
		CommittedAt: im.CommittedAt, EndedBy: im.EndedBy, EndedAt: im.EndedAt, Reason: im.Reason}
}

// importer imports files with the server's vault.
func importer(d resource.Domain) donorimport.Importer {
	return donorimport.Importer{Gifts: d.Gifts, Vault: d.API.Vault, Missing: page.Missing}
}

type donorImportPreviewView struct {
	donorImportView
	New         int                  `json:"new" description:"Rows that a commit puts on record."`
	Duplicate   int                  `json:"duplicate" description:"Rows that are on record already."`
	Errors      int                  `json:"errors" description:"Rows that keep the file from being committed."`
	Total       ledger.Money         `json:"total" description:"Gross of the gifts that are new: hold it against the system that the file is from."`
	FirstErrors []donorImportRowView `json:"first_errors" description:"Up to twenty rows that say what is wrong; /rows has all."`
}

type donorImportRowView struct {
	Row    int                    `json:"row" description:"In the file; the head line is 1."`
	Status journal.RowStatus      `json:"status" enum:"new,duplicate,error"`
	Key    string                 `json:"key,omitempty" description:"Code of the donor or number of the gift, where the row is good."`
	Errors []donorImportFaultView `json:"errors" table:"-"`
	Wrong  string                 `json:"wrong,omitempty" description:"Column and code of every error, for tables."`
}

type donorImportFaultView struct {
	Column  string `json:"column"`
	Code    string `json:"code" description:"What is wrong, by the codes of problems."`
	Message string `json:"message"`
}

func viewDonorImportRow(problems rest.ProblemTable, r donorimport.Row) donorImportRowView {
	v := donorImportRowView{Row: r.Row, Status: r.Status, Errors: []donorImportFaultView{}}
	if r.Status != journal.RowError {
		v.Key = r.Key
	}
	for i, f := range r.Faults {
		p, _ := problems.ProblemOf(f.Err, "en")
		said := p.Title // not its detail, which may repeat the cell
		if cell := (*donorimport.BadCell)(nil); errors.As(f.Err, &cell) {
			said = grantsDetail(cell).In(rest.English)
		}
		v.Errors = append(v.Errors, donorImportFaultView{f.Column, p.Code, said})
		if i > 0 {
			v.Wrong += "; "
		}
		v.Wrong += f.Column + " " + p.Code
	}
	return v
}

func uploadDonorImport(
	ctx context.Context, tx *store.Tx, d resource.Domain, in uploadDonorImportRequest,
) (donorImportPreviewView, error) {
	content, err := base64.StdEncoding.DecodeString(string(in.Content))
	if err != nil {
		return donorImportPreviewView{}, books.NotBase64
	}
	im, p, err := importer(d).Upload(ctx, tx, donorimport.File{Kind: in.Kind, Profile: in.Profile, Name: in.Name,
		Content: content})
	if errors.Is(err, journal.ErrImportFile) {
		err = rest.At("/content", err)
	}
	if err != nil {
		return donorImportPreviewView{}, err
	}
	v := donorImportPreviewView{donorImportView: viewDonorImport(im), New: p.New, Duplicate: p.Duplicate, Errors: p.Errors,
		Total:       p.Total,
		FirstErrors: []donorImportRowView{}}
	for _, r := range p.Rows {
		if r.Status == journal.RowError && len(v.FirstErrors) < 20 {
			v.FirstErrors = append(v.FirstErrors, viewDonorImportRow(d.API.Problems, r))
		}
	}
	return v, nil
}

func listDonorImports(
	ctx context.Context, tx *store.Tx, _ resource.Domain, in struct{ rest.Page },
) (rest.List[donorImportView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[donorImportView]{}, err
	}
	found, err := donorimport.List(ctx, tx, page)
	return rest.ListOf(in.Page, found, viewDonorImport,
		func(im donorimport.Import) []string { return []string{string(im.ID)} }), err
}

type donorImportRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id of the import."`
}

func getDonorImport(
	ctx context.Context, tx *store.Tx, _ resource.Domain, in donorImportRequest,
) (donorImportView, error) {
	im, err := donorimport.Find(ctx, tx, donorimport.ID(in.ID))
	return viewDonorImport(im), err
}

type donorImportRowsRequest struct {
	rest.Page
	ID     rest.Ref          `path:"id" json:"-" description:"Id of the import."`
	Status journal.RowStatus `query:"status" json:"-" validate:"omitempty,oneof=new duplicate error"`
}

func listDonorImportRows(
	ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRowsRequest,
) (rest.List[donorImportRowView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[donorImportRowView]{}, err
	}
	last := 0
	if after != nil {
		if last, err = strconv.Atoi(after[0]); err != nil {
			return rest.List[donorImportRowView]{}, rest.Refuse("cursor_invalid")
		}
	}
	p, err := importer(d).Preview(ctx, tx, donorimport.ID(in.ID))
	if err != nil {
		return rest.List[donorImportRowView]{}, err
	}
	var rows []donorimport.Row
	for _, r := range p.Rows {
		if r.Row > last && (in.Status == "" || r.Status == in.Status) && len(rows) <= in.Size() {
			rows = append(rows, r)
		}
	}
	return rest.ListOf(in.Page, rows,
		func(r donorimport.Row) donorImportRowView { return viewDonorImportRow(d.API.Problems, r) },
		func(r donorimport.Row) []string { return []string{strconv.Itoa(r.Row)} }), nil
}

func commitDonorImport(
	ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRequest,
) (donorImportView, error) {
	im, err := importer(d).Commit(ctx, tx, donorimport.ID(in.ID))
	return viewDonorImport(im), err
}

func discardDonorImport(
	ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRequest,
) (donorImportView, error) {
	im, err := importer(d).Discard(ctx, tx, donorimport.ID(in.ID))
	return viewDonorImport(im), err
}

type undoDonorImportRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id of the import."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoDonorImport(
	ctx context.Context, tx *store.Tx, d resource.Domain, in undoDonorImportRequest,
) (donorImportView, error) {
	im, err := importer(d).Undo(ctx, tx, donorimport.ID(in.ID), in.Reason)
	return viewDonorImport(im), resource.AtReason(err)
}
