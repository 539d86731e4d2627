package finance

import (
	"net/http"
	"net/url"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// statementFile is a statement of the bank that was uploaded.
type statementFile struct {
	ID        string       `json:"id"`
	Account   string       `json:"account"`
	Profile   string       `json:"profile"`
	State     string       `json:"state"`
	Opening   *frame.Money `json:"opening"`
	Closing   *frame.Money `json:"closing"`
	Pending   int          `json:"pending"`
	Reason    string       `json:"reason"`
	CreatedAt string       `json:"created_at"`
	New       int          `json:"new"`
	Duplicate int          `json:"duplicate"`
	Gap       *struct {
		KnownOn    string      `json:"known_on"`
		Known      frame.Money `json:"known"`
		Opening    frame.Money `json:"opening"`
		Difference frame.Money `json:"difference"`
	} `json:"gap"`
}

// statementLine is one of its lines.
type statementLine struct {
	Row       int         `json:"row"`
	Status    string      `json:"status"`
	Date      string      `json:"date"`
	Amount    frame.Money `json:"amount"`
	Reference string      `json:"reference"`
}

func bankImports(v *frame.Visit) (frame.Shown, error) { return showImports(v, frame.NewForm()) }

func showImports(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	all, err := banks(v)
	if err != nil {
		return nil, err
	}
	if f.Text("account") == "" {
		f.Values.Set("account", chosen(v, all).Number)
	}
	if f.Text("profile") == "" {
		f.Values.Set("profile", v.C.Query("profile"))
	}
	ask := rest.Ask{Query: url.Values{"limit": {"25"}}}
	if c := v.C.Query("cursor"); c != "" {
		ask.Query.Set("cursor", c)
	}
	list, _, err := frame.Read[frame.List[statementFile]](v, "listBankImports", ask)
	if err != nil {
		return nil, err
	}
	return BankImports(v, all, list, f), nil
}

// profiles are how banks write files.
func profiles(v *frame.Visit) []frame.Option {
	return []frame.Option{
		{Value: "camt", Text: "camt.053 / camt.054 (XML)"},
		{Value: "mt940", Text: "MT940"},
		{Value: demoProfile, Text: "CSV – Danske Bank, District"},
		{Value: "nordea", Text: "CSV – Nordea"},
		{Value: "lunar", Text: "CSV – Lunar"},
		{Value: "jyske", Text: "CSV – Jyske Bank"},
		{Value: "sydbank", Text: "CSV – Sydbank"},
		{Value: "arbejdernes", Text: "CSV – Arbejdernes Landsbank"},
		{Value: "nykredit", Text: "CSV – Nykredit"},
		{Value: "bankdata", Text: v.T("CSV – other banks at Bankdata", "CSV – andre banker hos Bankdata")},
		{Value: "generic", Text: v.T("CSV – another bank", "CSV – en anden bank")},
	}
}

// dayForms are the ways to write a day that a CSV of another bank may have.
func dayForms() []frame.Option {
	out := []frame.Option{{Text: "yyyy-mm-dd"}}
	for _, form := range []string{"dd-mm-yyyy", "dd.mm.yyyy", "dd/mm/yyyy", "yyyy/mm/dd", "mm/dd/yyyy", "yyyymmdd",
		"dd-mm-yy"} {
		out = append(out, frame.Option{Value: form, Text: form})
	}
	return out
}

// encodings are how a CSV may be stored.
var encodings = []frame.Option{{Text: "UTF-8"}, {Value: "windows-1252", Text: "Windows-1252"}}

// uploadStatement reads a file of the bank: it is added up and shown, nothing is on record yet.
func uploadStatement(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := rest.Ask{Key: f.Key, Query: url.Values{"account": {f.Text("account")}, "profile": {f.Text("profile")}}}
	for _, name := range []string{"separator", "decimal", "dates", "encoding", "columns", "head", "bank_account"} {
		if s := f.Text(name); s != "" && (name == "bank_account" || f.Text("profile") == "generic") {
			ask.Query.Set(name, s)
		}
	}
	var err error
	if ask.Raw, err = bankFile(v, f); err != nil {
		return nil, err
	}
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showImports(v, f) })
	}
	var made statementFile
	if err := v.Do("uploadBankImport", ask, &made); err != nil {
		if err := f.Refused(v, err, map[string]string{"profile": "profile", "": "file"}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showImports(v, f) })
	}
	return v.To("/bank/imports/" + made.ID + "?done=uploaded")
}

func bankImportPage(v *frame.Visit) (frame.Shown, error) { return showImport(v, frame.NoForms()) }

func showImport(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	id := v.C.Param("id")
	file, seen, err := frame.Read[statementFile](v, "getBankImport", rest.ByID(id))
	if err != nil {
		return nil, err
	}
	ask := rest.ByID(id)
	ask.Query = url.Values{"limit": {"200"}}
	if c := v.C.Query("cursor"); c != "" {
		ask.Query.Set("cursor", c)
	}
	lines, _, err := frame.Read[frame.List[statementLine]](v, "listBankImportLines", ask)
	if err != nil {
		return nil, err
	}
	return BankImport(v, file, lines, forms, seen), nil
}

func commitStatement(v *frame.Visit) (frame.Shown, error) {
	return stepOfImport(v, v.Form(), "commitBankImport", nil, "committed")
}

func undoStatement(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	return stepOfImport(v, f, "undoBankImport", frame.Reason{Reason: f.Text("undo_reason")}, "undone")
}

func stepOfImport(v *frame.Visit, f frame.Form, operation string, body any, done string) (frame.Shown, error) {
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getBankImport")
	ask.Body = body
	var file statementFile
	if err := v.Do(operation, ask, &file); err != nil {
		name := "commit"
		if body != nil {
			name = "undo_reason"
		}
		if err := f.Refused(v, err, map[string]string{"reason": name}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showImport(v, frame.Back(name, f)) })
	}
	if done == "committed" {
		return v.To("/bank?account=" + url.QueryEscape(file.Account) + "&done=" + done)
	}
	return v.To("/bank/imports/" + v.C.Param("id") + "?done=" + done)
}
