package grants

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"

	"supportledger/access/vault"
	"supportledger/grants"
	"supportledger/http/books"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// donorImports registers the way of files of donors and gifts onto the record: preview, commit or discard, undo.
func donorImports(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports", ID: "uploadDonorImport", Tag: "donor-imports", Roles: resource.Finance, Location: "/donor-imports/{id}",
		Body: books.MaxImportBody, Personal: true,
		Summary: "Upload a file of donors or of gifts: it is previewed, nothing is put on record",
		Danish:  "Indlæs en fil med bidragydere eller gaver: den vises, intet registreres",
		About: "docs/IMPORT.md has the columns. The file is kept sealed while it is looked at, and is gone once it is committed or discarded. " +
			"No answer repeats what stands in it.",
		Refuses: []error{ledger.ErrImportFile, ledger.ErrImportExists, vault.ErrNoVault},
		Example: `{"kind":"gifts","profile":"rfc4180","name":"gifts.csv","content":"ZG9ub3IsZnVuZCxkYXRlLGdyb3NzCg=="}`}, uploadDonorImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports", ID: "listDonorImports", Tag: "donor-imports", Roles: resource.Bookkeeper,
		Summary: "List the files of donors and gifts", Danish: "Vis indlæste filer med bidragydere og gaver"}, listDonorImports)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports/:id", ID: "getDonorImport", Tag: "donor-imports", Roles: resource.Bookkeeper,
		Summary: "One file of donors or gifts", Danish: "Én fil med bidragydere eller gaver", Refuses: []error{ledger.ErrUnknownImport}}, getDonorImport)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/donor-imports/:id/rows", ID: "listDonorImportRows", Tag: "donor-imports", Roles: resource.Bookkeeper,
		Summary: "The rows of a file that is looked at, with everything that is wrong, by column",
		Danish:  "Rækkerne i en fil, der vises, med alt det forkerte, efter kolonne",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, vault.ErrNoVault}}, listDonorImportRows)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/commits", ID: "commitDonorImport", Tag: "donor-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Put on record what is new in the file, all or nothing", Danish: "Registrér det nye i filen, alt eller intet",
		About: "Gifts are posted as one batch.",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, ledger.ErrImportRows, ledger.ErrImportNothing, ledger.ErrPeriodClosed,
			ledger.ErrFundOverdrawn, vault.ErrNoVault}}, commitDonorImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/discards", ID: "discardDonorImport", Tag: "donor-imports", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Give up a file that was only looked at: nothing of it stays", Danish: "Opgiv en fil, der kun er vist: intet af den bliver",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, vault.ErrNoVault}}, discardDonorImport)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/donor-imports/:id/undos", ID: "undoDonorImport", Tag: "donor-imports", Roles: resource.Finance, Money: true, Status: http.StatusOK,
		Summary: "Reverse the gifts of a file, or take its donors off the record", Danish: "Tilbagefør en fils gaver, eller fjern dens bidragydere igen",
		About: "Gifts by one batch of reversals while their months are open; donors only where nothing hangs on them.",
		Refuses: []error{ledger.ErrUnknownImport, ledger.ErrImportState, ledger.ErrReasonRequired, ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn,
			grants.ErrDonorInUse, grants.ErrGiftRefunded, vault.ErrNoVault}}, undoDonorImport)
}

type uploadDonorImportRequest struct {
	Kind    grants.ImportKind    `json:"kind" validate:"required,oneof=donors gifts"`
	Profile ledger.ImportProfile `json:"profile" validate:"required,oneof=rfc4180 da-excel xlsx" description:"How the file is written; never guessed. da-excel has semicolons and decimal commas."`
	Name    string               `json:"name" validate:"max=120" description:"Of the file; no person's name."`
	Content vault.Personal       `json:"content" validate:"required" description:"The bytes of the file in base64."`
}

type donorImportView struct {
	ID          grants.ImportID      `json:"id"`
	State       ledger.ImportState   `json:"state" enum:"previewed,committed,undone,discarded"`
	Kind        grants.ImportKind    `json:"kind"`
	Profile     ledger.ImportProfile `json:"profile"`
	Name        string               `json:"name"`
	Rows        int                  `json:"rows"`
	Made        int                  `json:"made" description:"Donors or gifts that the commit put on record."`
	UploadedBy  string               `json:"uploaded_by,omitempty"`
	UploadedAt  string               `json:"uploaded_at"`
	CommittedBy string               `json:"committed_by,omitempty"`
	CommittedAt string               `json:"committed_at,omitempty"`
	EndedBy     string               `json:"ended_by,omitempty" description:"Who undid or discarded it."`
	EndedAt     string               `json:"ended_at,omitempty"`
	Reason      string               `json:"reason,omitempty" description:"Of the undoing."`
}

func viewDonorImport(im grants.Import) donorImportView {
	return donorImportView{im.ID, im.State, im.Kind, im.Profile, im.Name, im.Rows, im.Made, im.UploadedBy, im.UploadedAt,
		im.CommittedBy, im.CommittedAt, im.EndedBy, im.EndedAt, im.Reason}
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
	Status ledger.RowStatus       `json:"status" enum:"new,duplicate,error"`
	Key    string                 `json:"key,omitempty" description:"Code of the donor or number of the gift, where the row is good."`
	Errors []donorImportFaultView `json:"errors" table:"-"`
	Wrong  string                 `json:"wrong,omitempty" description:"Column and code of every error, for tables."`
}

type donorImportFaultView struct {
	Column  string `json:"column"`
	Code    string `json:"code" description:"What is wrong, by the codes of problems."`
	Message string `json:"message"`
}

func viewDonorImportRow(problems rest.ProblemTable, r grants.ImportRow) donorImportRowView {
	v := donorImportRowView{Row: r.Row, Status: r.Status, Errors: []donorImportFaultView{}}
	if r.Status != ledger.RowError {
		v.Key = r.Key
	}
	for i, f := range r.Faults {
		p, _ := problems.ProblemOf(f.Err, "en")
		said := p.Title // not its detail, which may repeat the cell
		if cell := (*grants.ImportCell)(nil); errors.As(f.Err, &cell) {
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

func uploadDonorImport(ctx context.Context, tx *store.Tx, d resource.Domain, in uploadDonorImportRequest) (donorImportPreviewView, error) {
	content, err := base64.StdEncoding.DecodeString(string(in.Content))
	if err != nil {
		return donorImportPreviewView{}, books.NotBase64
	}
	im, p, err := d.Grants.UploadImport(ctx, tx, d.API.Vault, grants.ImportFile{Kind: in.Kind, Profile: in.Profile, Name: in.Name, Content: content})
	if errors.Is(err, ledger.ErrImportFile) {
		err = rest.At("/content", err)
	}
	if err != nil {
		return donorImportPreviewView{}, err
	}
	v := donorImportPreviewView{donorImportView: viewDonorImport(im), New: p.New, Duplicate: p.Duplicate, Errors: p.Errors, Total: p.Total,
		FirstErrors: []donorImportRowView{}}
	for _, r := range p.Rows {
		if r.Status == ledger.RowError && len(v.FirstErrors) < 20 {
			v.FirstErrors = append(v.FirstErrors, viewDonorImportRow(d.API.Problems, r))
		}
	}
	return v, nil
}

func listDonorImports(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[donorImportView], error) {
	all, err := d.Grants.Imports(ctx, tx)
	if err != nil {
		return rest.List[donorImportView]{}, err
	}
	return rest.PageOf(in.Page, all, viewDonorImport, func(im grants.Import) string { return string(im.ID) })
}

type donorImportRequest struct {
	ID rest.Ref `path:"id" json:"-" description:"Id of the import."`
}

// shownDonorImport is an import or why there is none.
func shownDonorImport(im grants.Import, err error) (donorImportView, error) {
	if err != nil {
		return donorImportView{}, err
	}
	return viewDonorImport(im), nil
}

func getDonorImport(ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRequest) (donorImportView, error) {
	return shownDonorImport(d.Grants.Import(ctx, tx, grants.ImportID(in.ID)))
}

type donorImportRowsRequest struct {
	rest.Page
	ID     rest.Ref         `path:"id" json:"-" description:"Id of the import."`
	Status ledger.RowStatus `query:"status" json:"-" validate:"omitempty,oneof=new duplicate error"`
}

func listDonorImportRows(ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRowsRequest) (rest.List[donorImportRowView], error) {
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
	_, p, err := d.Grants.PreviewImport(ctx, tx, d.API.Vault, grants.ImportID(in.ID))
	if err != nil {
		return rest.List[donorImportRowView]{}, err
	}
	var rows []grants.ImportRow
	for _, r := range p.Rows {
		if r.Row > last && (in.Status == "" || r.Status == in.Status) && len(rows) <= in.Size() {
			rows = append(rows, r)
		}
	}
	return rest.ListOf(in.Page, rows, func(r grants.ImportRow) donorImportRowView { return viewDonorImportRow(d.API.Problems, r) },
		func(r grants.ImportRow) []string { return []string{strconv.Itoa(r.Row)} }), nil
}

func commitDonorImport(ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRequest) (donorImportView, error) {
	return shownDonorImport(d.Grants.CommitImport(ctx, tx, d.API.Vault, grants.ImportID(in.ID)))
}

func discardDonorImport(ctx context.Context, tx *store.Tx, d resource.Domain, in donorImportRequest) (donorImportView, error) {
	return shownDonorImport(d.Grants.DiscardImport(ctx, tx, d.API.Vault, grants.ImportID(in.ID)))
}

type undoDonorImportRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id of the import."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func undoDonorImport(ctx context.Context, tx *store.Tx, d resource.Domain, in undoDonorImportRequest) (donorImportView, error) {
	im, err := d.Grants.UndoImport(ctx, tx, d.API.Vault, grants.ImportID(in.ID), in.Reason)
	return shownDonorImport(im, resource.AtReason(err))
}
