package finance

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

var donorUploads = uploads{path: "/donor-imports", upload: "uploadDonorImport", get: "getDonorImport",
	done: "donors-read", list: showDonorFiles, one: showDonorFile}

func donorImportPages(s *frame.Site) {
	u := donorUploads
	s.Page(u.path, []string{"listDonorImports"}, func(v *frame.Visit) (frame.Shown, error) {
		return showDonorFiles(v, frame.NewForm())
	})
	s.Form(u.path, []string{u.upload}, u.take)
	s.Page(u.path+"/:id", []string{u.get, "listDonorImportRows"}, func(v *frame.Visit) (frame.Shown, error) {
		return showDonorFile(v, frame.NoForms())
	})
	s.Form(u.path+"/:id/commits", []string{"commitDonorImport"}, u.step("commitDonorImport", "", "donors-in"))
	s.Form(u.path+"/:id/discards", []string{"discardDonorImport"}, u.step("discardDonorImport", "", "donors-dropped"))
	s.Form(u.path+"/:id/undos", []string{"undoDonorImport"}, u.step("undoDonorImport", "undo_reason", "donors-out"))
}

// donorFile is a file of donors or gifts that was uploaded.
type donorFile struct {
	uploaded
	Made int `json:"made"`

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
	list, _, err := frame.Read[frame.List[uploaded]](v, "listDonorImports", v.ListAsk("25"))
	return DonorFiles(v, list, f), err
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
