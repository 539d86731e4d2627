package finance

import (
	"encoding/base64"
	"net/http"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func donorImportPages(s *frame.Site) {
	s.Page("/donor-imports", []string{"listDonorImports"}, func(v *frame.Visit) (frame.Shown, error) {
		return showDonorFiles(v, frame.NewForm())
	})
	s.Form("/donor-imports", []string{"uploadDonorImport"}, uploadDonors)
	s.Page("/donor-imports/:id", []string{"getDonorImport", "listDonorImportRows"},
		func(v *frame.Visit) (frame.Shown, error) { return showDonorFile(v, frame.NoForms()) })
	for path, step := range map[string]donorStep{
		"commits":  {"commitDonorImport", "", "donors-in"},
		"discards": {"discardDonorImport", "", "donors-dropped"},
		"undos":    {"undoDonorImport", "undo_reason", "donors-out"},
	} {
		s.Form("/donor-imports/:id/"+path, []string{step.operation}, step.act)
	}
}

// donorFile is a file of donors or gifts that was uploaded.
type donorFile struct {
	ID         string `json:"id"`
	State      string `json:"state"`
	Kind       string `json:"kind"`
	RowCount   int    `json:"rows"`
	Made       int    `json:"made"`
	UploadedAt string `json:"uploaded_at"`
	Reason     string `json:"reason"`

	fresh, known int        // rows of a preview that a commit puts on record, and that are there already
	wrong        []donorRow // those that keep it from being committed
}

// donorRow is a row of a preview. What stands in it is personal, and is not shown.
type donorRow struct {
	Row    int    `json:"row"`
	Status string `json:"status"`
	Errors []struct {
		Column  string `json:"column"`
		Message string `json:"message"`
	} `json:"errors"`
}

var donorKinds = map[string]rest.Text{
	"donors": {EN: "Donors", DA: "Donorer"},
	"gifts":  {EN: "Gifts", DA: "Gaver"},
}

func showDonorFiles(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[donorFile]](v, "listDonorImports", v.ListAsk("25"))
	return DonorFiles(v, list, f), err
}

// uploadDonors has a file read and shown: nothing of it is on record yet.
func uploadDonors(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	again := func() (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDonorFiles(v, f) })
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
	var made donorFile
	err = v.Do("uploadDonorImport", rest.Ask{Body: map[string]string{"kind": f.Text("kind"),
		"profile": f.Text("profile"), "content": base64.StdEncoding.EncodeToString(content)}}, &made)
	if err != nil {
		if err := f.Refused(v, err, map[string]string{"content": "file"}); err != nil {
			return nil, err
		}
		return again()
	}
	return v.To("/donor-imports/" + made.ID + "?done=donors-read")
}

// mostRows is how many rows of a file a page counts: a file has no more.
const mostRows = 10_000

func showDonorFile(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	file, seen, err := frame.Read[donorFile](v, "getDonorImport", rest.ByID(v.C.Param("id")))
	if err != nil || file.State != "previewed" {
		return DonorFile(v, file, forms, seen), err
	}
	rows, _, err := frame.Every[donorRow](v, "listDonorImportRows", rest.ByID(v.C.Param("id")), mostRows)
	for _, r := range rows {
		switch r.Status {
		case "new":
			file.fresh++
		case "duplicate":
			file.known++
		default:
			file.wrong = append(file.wrong, r)
		}
	}
	return DonorFile(v, file, forms, seen), err
}

// shownWrong is how many of the rows that are wrong a page shows.
const shownWrong = 50

// donorStep is a form of the page of a file.
type donorStep struct{ operation, reason, done string }

func (s donorStep) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getDonorImport")
	name := s.operation
	if s.reason != "" {
		name, ask.Body = s.reason, frame.Reason{Reason: f.Text(s.reason)}
	}
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": s.reason}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDonorFile(v, frame.Back(name, f)) })
	}
	return v.To("/donor-imports/" + v.C.Param("id") + "?done=" + s.done)
}
