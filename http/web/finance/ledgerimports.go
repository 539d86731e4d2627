package finance

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

var entryUploads = uploads{path: "/imports", upload: "uploadImport", get: "getImport", done: "entries-read",
	list: showEntryFiles, one: showEntryFile}

func importPages(s *frame.Site) {
	u := entryUploads
	s.Page(u.path, []string{"listImports"}, func(v *frame.Visit) (frame.Shown, error) {
		return showEntryFiles(v, frame.NewForm())
	})
	s.Form(u.path, []string{u.upload}, u.take)
	s.Page(u.path+"/:id", []string{u.get, "listImportRows"}, func(v *frame.Visit) (frame.Shown, error) {
		return showEntryFile(v, frame.NoForms())
	})
	s.Form(u.path+"/:id/commits", []string{"commitImport"}, u.step("commitImport", "", "entries-in"))
	s.Form(u.path+"/:id/undos", []string{"undoImport"}, u.step("undoImport", "undo_reason", "entries-out"))
}

// entryFile is a file of entries that was uploaded.
type entryFile struct {
	uploaded
	Profile     string      `json:"profile"`
	Name        string      `json:"name"`
	CommittedAt string      `json:"committed_at"`
	New         int         `json:"new"`
	Duplicate   int         `json:"duplicate"`
	Errors      int         `json:"errors"`
	Entries     int         `json:"entries"`
	Control     frame.Money `json:"control_total"`
}

// entryRow is a row of the file as it was read.
type entryRow struct {
	Row     int      `json:"row"`
	Status  string   `json:"status"`
	Column  string   `json:"column"`
	Message string   `json:"message"`
	Source  []string `json:"source"`
}

var entryKinds = map[string]rest.Text{
	"entries":          {EN: "Entries", DA: "Posteringer"},
	"opening-balances": {EN: "Opening balances", DA: "Åbningsbalance"},
}

var entryProfiles = map[string]rest.Text{
	"da-excel": {EN: "CSV from a Danish Excel (semicolons, decimal commas)",
		DA: "CSV fra dansk Excel (semikolon og decimalkomma)"},
	"rfc4180": {EN: "CSV with commas and decimal points", DA: "CSV med komma og decimalpunktum"},
	"xlsx":    {EN: "Excel workbook", DA: "Excel-projektmappe"},
}

func showEntryFiles(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[uploaded]](v, "listImports", v.ListAsk("25"))
	if err != nil {
		return nil, err
	}
	return EntryFiles(v, list, f), nil
}

func showEntryFile(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	id := v.C.Param("id")
	file, seen, err := frame.Read[entryFile](v, "getImport", rest.ByID(id))
	if err != nil {
		return nil, err
	}
	ask := v.ListAsk("100")
	ask.Path = map[string]string{"id": id}
	rows, _, err := frame.Read[frame.List[entryRow]](v, "listImportRows", ask)
	if err != nil {
		return nil, err
	}
	return EntryFile(v, file, rows, forms, seen), nil
}

// posted is how many of its rows are in the books.
func (f entryFile) posted() int {
	if f.State == "committed" {
		return f.RowCount
	}
	return 0
}
