package finance

import (
	"encoding/base64"
	"net/http"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func importPages(s *frame.Site) {
	s.Page("/imports", []string{"listImports"}, ledgerImports)
	s.Form("/imports", []string{"uploadImport"}, uploadEntries)
	s.Page("/imports/:id", []string{"getImport", "listImportRows"}, ledgerImport)
	s.Form("/imports/:id/commits", []string{"commitImport"}, func(v *frame.Visit) (frame.Shown, error) {
		return stepOfEntries(v, "commitImport", "", "entries-in")
	})
	s.Form("/imports/:id/undos", []string{"undoImport"}, func(v *frame.Visit) (frame.Shown, error) {
		return stepOfEntries(v, "undoImport", "undo_reason", "entries-out")
	})
}

// entryFile is a file of entries that was uploaded.
type entryFile struct {
	ID          string      `json:"id"`
	State       string      `json:"state"`
	Kind        string      `json:"kind"`
	Profile     string      `json:"profile"`
	Name        string      `json:"name"`
	RowCount    int         `json:"rows"`
	UploadedAt  string      `json:"uploaded_at"`
	CommittedAt string      `json:"committed_at"`
	Reason      string      `json:"reason"`
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

func ledgerImports(v *frame.Visit) (frame.Shown, error) { return showEntryFiles(v, frame.NewForm()) }

func showEntryFiles(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[entryFile]](v, "listImports", v.ListAsk("25"))
	if err != nil {
		return nil, err
	}
	return EntryFiles(v, list, f), nil
}

// uploadEntries has a file read and shown: no row is posted yet.
func uploadEntries(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	again := func() (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntryFiles(v, f) })
	}
	files := f.Files["file"]
	if len(files) == 0 {
		f.Fault("file", v.T("Choose the file.", "Vælg filen."))
		v.Status(http.StatusUnprocessableEntity)
		return again()
	}
	content, err := frame.Content(files[0])
	if err != nil {
		return nil, err
	}
	var made entryFile
	err = v.Do("uploadImport", rest.Ask{Key: f.Key, Body: map[string]string{"kind": f.Text("kind"),
		"profile": f.Text("profile"), "content": base64.StdEncoding.EncodeToString(content)}}, &made)
	if err != nil {
		if err := f.Refused(v, err, map[string]string{"content": "file"}); err != nil {
			return nil, err
		}
		return again()
	}
	return v.To("/imports/" + made.ID + "?done=entries-read")
}

func ledgerImport(v *frame.Visit) (frame.Shown, error) { return showEntryFile(v, frame.NoForms()) }

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

func stepOfEntries(v *frame.Visit, operation, reason, done string) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getImport")
	name := "commit"
	if reason != "" {
		name, ask.Body = reason, frame.Reason{Reason: f.Text(reason)}
	}
	if err := v.Do(operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": reason}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntryFile(v, frame.Back(name, f)) })
	}
	return v.To("/imports/" + v.C.Param("id") + "?done=" + done)
}

// posted is how many of its rows are in the books.
func (f entryFile) posted() int {
	if f.State == "committed" {
		return f.RowCount
	}
	return 0
}
