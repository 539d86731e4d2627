package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"

	"supportledger/ledger/evidence"
	"supportledger/store"
)

// One call may bring a JSON object together with documents: multipart/form-data (RFC 7578), the object in a part of its
// own name, and each document in a part named after its kind. A program on a phone then sends a request and its receipt
// as one, all or nothing.

// Parts is a field of a request (json:"-") for the documents that may come with its JSON body. The tag parts names the
// part of the body.
type Parts []part

// part is one document.
type part struct {
	kind    string // receipt, invoice, …: the name of the part
	content []byte
	clean   evidence.Content
}

const (
	formData = "multipart/form-data"
	maxParts = 10                            // documents in a call
	maxForm  = 2*evidence.MaxBytes + maxBody // bytes of a whole call
)

// Prepare makes the documents fit to be kept.
func (p Parts) Prepare() (err error) {
	for i := range p {
		if p[i].clean, err = evidence.Clean(p[i].content); err != nil {
			return At(fmt.Sprintf("/%s", p[i].kind), err)
		}
	}
	return nil
}

// inParts tells whether a request comes in parts.
func (e *Endpoint) inParts(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return e.In.parts != nil && err == nil && kind == formData
}

// errParts is a form that is not as it must be.
func errParts(hint Text) error {
	return malformed("", "malformed_form",
		Text{"The form is not as it must be. " + hint.EN, "Formularen er ikke, som den skal være. " + hint.DA})
}

// unpack takes a form apart into its JSON body and its documents. File names and types that the sender gives are never
// looked at.
func (e *Endpoint) unpack(r *http.Request, form []byte) (body []byte, parts Parts, err error) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, nil, errParts(Text{"It has no boundary.", "Den har ingen grænse."})
	}
	for from := multipart.NewReader(bytes.NewReader(form), params["boundary"]); ; {
		p, err := from.NextRawPart()
		// A form that ends within the head of a part ends as a whole one does, but for its last boundary.
		if errors.Is(err, io.EOF) && bytes.Contains(form, []byte("--"+params["boundary"]+"--")) {
			break
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(p)
		}
		switch {
		case err != nil:
			return nil, nil, errParts(Text{"It ended too early.", "Den sluttede for tidligt."})
		case p.FormName() == e.In.partsOf && body == nil && len(content) > 0 && len(content) <= maxBody:
			body = content
		case slices.Contains(evidence.Kinds, p.FormName()) && len(parts) < maxParts && len(content) > 0:
			parts = append(parts, part{kind: p.FormName(), content: content})
		default:
			return nil, nil,
				errParts(Textf("It has one part %q with JSON of at most 64 KiB, and at most %d documents in parts named %v.",
					"Den har én del %q med JSON på højst 64 KiB og højst %d bilag i dele med navnene %v.", e.In.partsOf, maxParts,
					evidence.Kinds))
		}
	}
	return body, parts, nil
}

// whole is everything that was sent in parts, to tell one request from another whatever its boundary is.
func (p Parts) whole(body []byte) []byte {
	all := slices.Clone(body)
	for _, one := range p {
		all = fmt.Appendf(all, "\x00%s\x00%d\x00", one.kind, len(one.content))
		all = append(all, one.content...)
	}
	return all
}

// Store keeps the documents and answers with their ids.
func (p Parts) Store(ctx context.Context, tx *store.Tx, archive *evidence.Archive) ([]evidence.ID, error) {
	var ids []evidence.ID
	for _, one := range p {
		e, _, err := archive.Store(ctx, tx, one.clean, one.kind, "")
		if err != nil {
			return nil, err
		}
		ids = append(ids, e.ID)
	}
	return ids, nil
}
