package frame

import (
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"supportledger/http/rest"
	"supportledger/store"
)

// Form is a form as it was typed, with what is wrong in it.
type Form struct {
	Values url.Values
	Files  map[string][]*multipart.FileHeader
	Key    string            // the same form sent twice has the same key, and takes effect once
	Seen   string            // ETag of what the user saw
	Faults map[string]string // by field, in the words of the page
	Asks   map[string]Typed  // amounts that may mean two things, by field
	Above  []string          // what is wrong with no field of its own
	Doubts []string          // fields that take the reason why something unusual is meant
}

// The fields that every form has.
const (
	KeyField  = "form_key"
	SeenField = "form_seen"
	meant     = ".meant" // after an amount's name: which of its meanings was chosen
	asked     = ".asked" // after an amount's name: the text that was asked about
)

// formBytes is what a form may weigh, documents included.
const formBytes = 12 << 20

var keyShape = regexp.MustCompile(`^web_[0-9a-z]{20,40}$`)

// NewForm is a form that nobody has filled in yet.
func NewForm() Form {
	return Form{Values: url.Values{}, Files: nil, Key: store.NewID("web"), Seen: "", Faults: map[string]string{},
		Asks: map[string]Typed{}, Above: nil, Doubts: nil}
}

// Form reads the form of the visit. What is too large or malformed is an empty form, which the act refuses for its
// missing fields.
func (v *Visit) Form() Form {
	f := NewForm()
	r := v.C.Request
	r.Body = http.MaxBytesReader(v.C.Writer, r.Body, formBytes)
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		err = r.ParseMultipartForm(1 << 20)
		if r.MultipartForm != nil {
			f.Files = r.MultipartForm.File
		}
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		f.Above = append(f.Above, v.T("The form did not arrive whole, or it is larger than 12 MB. Send it again.",
			"Formularen nåede ikke helt frem, eller den fylder mere end 12 MB. Send den igen."))
	}
	if r.PostForm != nil {
		f.Values = r.PostForm
	}
	if key := f.Values.Get(KeyField); keyShape.MatchString(key) {
		f.Key = key
	}
	f.Seen = f.Values.Get(SeenField)
	return f
}

// Text is a field without the space around it.
func (f Form) Text(name string) string { return strings.TrimSpace(f.Values.Get(name)) }

// Fault notes what is wrong with a field; the first fault of a field stays.
func (f Form) Fault(name, text string) {
	if f.Faults[name] == "" {
		f.Faults[name] = text
	}
}

// Good tells whether nothing is wrong and nothing has to be asked.
func (f Form) Good() bool { return len(f.Faults) == 0 && len(f.Above) == 0 && len(f.Asks) == 0 }

// Need notes a missing field.
func (f Form) Need(v *Visit, name string) string {
	s := f.Text(name)
	if s == "" {
		f.Fault(name, v.T("Fill this in.", "Udfyld feltet."))
	}
	return s
}

// ReadAmount reads an amount field, and notes what is wrong or has to be asked.
func (f Form) ReadAmount(v *Visit, name, currency string) string {
	typed := f.Text(name)
	if typed == "" {
		f.Fault(name, v.T("Write an amount.", "Skriv et beløb."))
		return ""
	}
	read := ReadAmount(typed, currency)
	if chosen := f.Text(name + meant); f.Text(name+asked) == typed && slices.Contains(read.May, chosen) {
		// From here on it is written so that it means one thing.
		f.Values.Set(name, Digits(v.Lang, chosen))
		f.Values.Del(name + meant)
		f.Values.Del(name + asked)
		return chosen
	}
	switch {
	case read.Broken:
		f.Fault(name, v.T("This is no amount. Write it as 4250.00 or 4,250.00.",
			"Det er ikke et beløb. Skriv det som 4250,00 eller 4.250,00."))
	case len(read.May) > 0:
		f.Asks[name] = read
		f.Fault(name, v.T("Which amount do you mean?", "Hvilket beløb mener du?"))
	}
	return read.Exact
}

// Refused puts what an operation refused at the fields that it is about: by the name of the field in the request. It
// gives the error back where it is no fault of the form.
func (f *Form) Refused(v *Visit, err error, fields map[string]string) error {
	p := v.Problem(err)
	switch p.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return err
	}
	if p.Status >= http.StatusInternalServerError {
		return err
	}
	v.Status(p.Status)
	v.C.Set(rest.CodeKey, p.Code)
	placed := false
	for _, e := range p.Errors {
		if code, is := strings.CutPrefix(e.Pointer, "/"+rest.ConfirmMember+"/"); is {
			f.ask(code, e.Message)
			placed = true
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(e.Pointer, "/"), "/")
		if to, renamed := fields[name]; renamed {
			name = to
		}
		if _, known := f.Values[name]; known || fields[name] != "" {
			f.Fault(name, strings.TrimSpace(e.Message+" "+e.Hint))
			placed = true
		}
	}
	if !placed {
		f.Above = append(f.Above, Sentence(p))
	}
	return nil
}

// ask adds a field for the question whether something unusual is meant. The operation takes what is typed there as the
// reason ([rest.ReasonField]).
func (f *Form) ask(code, question string) {
	f.Doubts = append(f.Doubts, rest.ReasonField+code)
	f.Fault(rest.ReasonField+code, question)
}

// meant are the reasons that were typed and are not asked for again, for the next page of the form.
func (f Form) meant() (all [][2]string) {
	for _, kept := range f.Kept() {
		if strings.HasPrefix(kept[0], rest.ReasonField) && !slices.Contains(f.Doubts, kept[0]) {
			all = append(all, kept)
		}
	}
	return all
}

// Sentence is a problem in one or two sentences.
func Sentence(p rest.Problem) string {
	s := p.Title
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	if p.Detail != "" {
		s += " " + p.Detail
		if !strings.HasSuffix(s, ".") {
			s += "."
		}
	}
	return strings.TrimSpace(s + " " + p.Hint)
}

// Kept are the fields of a form that another page carries along, sorted by name.
func (f Form) Kept() [][2]string {
	var all [][2]string
	for _, name := range slices.Sorted(maps.Keys(f.Values)) {
		for _, value := range f.Values[name] {
			all = append(all, [2]string{name, value})
		}
	}
	return all
}

// Content reads one document of a form.
func Content(h *multipart.FileHeader) ([]byte, error) {
	file, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return io.ReadAll(file)
}

// Carried are the fields that a sign-in form carries along for the form that was interrupted.
func (f Form) Carried() [][2]string {
	var all [][2]string
	for _, pair := range f.Kept() {
		if name, ok := strings.CutPrefix(pair[0], "kept."); ok {
			all = append(all, [2]string{name, pair[1]})
		}
	}
	return all
}
