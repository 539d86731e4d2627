package finance

import (
	"encoding/base64"
	"errors"
	"net/http"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// uploads are the pages of files of a kind that are read and shown first, then committed, and can be undone.
type uploads struct {
	path, upload, get string // where they are; the operations that take and show one
	done              string // the notice of one that was read
	list              func(*frame.Visit, frame.Form) (frame.Shown, error)
	one               func(*frame.Visit, frame.Forms) (frame.Shown, error)
}

// uploaded is a file as the list of its kind has it.
type uploaded struct {
	ID         string `json:"id"`
	State      string `json:"state"`
	Kind       string `json:"kind"`
	RowCount   int    `json:"rows"`
	UploadedAt string `json:"uploaded_at"`
	Reason     string `json:"reason"`
}

// take has a file read and shown: nothing of it counts yet.
func (u uploads) take(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	again := func() (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return u.list(v, f) })
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
	ask := rest.Ask{Key: f.Key, Body: map[string]string{"kind": f.Text("kind"), "profile": f.Text("profile"),
		"content": base64.StdEncoding.EncodeToString(content)}}
	var made uploaded
	if err := v.Do(u.upload, ask, &made); errors.Is(err, rest.ErrKeySpent) {
		return v.To(u.path + "?done=" + u.done)
	} else if err != nil {
		if err := f.Refused(v, err, map[string]string{"content": "file"}); err != nil {
			return nil, err
		}
		return again()
	}
	return v.To(u.path + "/" + made.ID + "?done=" + u.done)
}

// step is a form of the page of one file. It has the name of its operation, or of the field of its reason.
func (u uploads) step(operation, reason, done string) func(*frame.Visit) (frame.Shown, error) {
	return func(v *frame.Visit) (frame.Shown, error) {
		f := v.Form()
		ask := f.SeenOf(rest.ByID(v.C.Param("id")), u.get)
		name := operation
		if reason != "" {
			name, ask.Body = reason, frame.Reason{Reason: f.Text(reason)}
		}
		if err := v.Do(operation, ask, nil); err != nil {
			if err := f.Refused(v, err, map[string]string{"reason": reason}); err != nil {
				return nil, err
			}
			return v.Again(func(v *frame.Visit) (frame.Shown, error) { return u.one(v, frame.Back(name, f)) })
		}
		return v.To(u.path + "/" + v.C.Param("id") + "?done=" + done)
	}
}

// bankFile reads the bank's file of a form; where there is none, the form says so.
func bankFile(v *frame.Visit, f frame.Form) (content []byte, err error) {
	files := f.Files["file"]
	if len(files) == 0 {
		f.Fault("file", v.T("Choose the bank's file.", "Vælg bankens fil."))
		return nil, nil
	}
	if content, err = frame.Content(files[0]); err == nil && len(content) == 0 {
		f.Fault("file", v.T("The file is empty.", "Filen er tom."))
	}
	return content, err
}
