// Package sealing is what an issued statement proves of itself: the record that issuing fixed, the way from it to a
// signed checkpoint, and the verdict on a file that somebody holds. It reads no database and needs no key but the
// public one, so that the command that verifies offline and the server come to one verdict.
package sealing

import (
	"encoding/base64"
	"encoding/json"
	"supportledger/access"
	"supportledger/proof"
	"supportledger/statements/figures"
	"supportledger/statements/page"
)

// Record is what issuing fixes. Its bytes are the JSON of this struct; their SHA-256 is in the leaf of the event of
// issuing, and so everything here is proven by one inclusion proof.
type Record struct {
	Format        string       `json:"format"` // Format
	ID            string       `json:"id"`
	Kind          figures.Kind `json:"kind"`
	Number        string       `json:"number"`
	Version       int          `json:"version"`
	Replaces      string       `json:"replaces"` // "S-2026-0001/1"
	Language      figures.Lang `json:"language"`
	Code          string       `json:"code"`
	IssuedAt      string       `json:"issued_at"`
	DataHash      string       `json:"data_hash"`
	ContentHash   string       `json:"content_sha256"` // of the PDF without its attachments
	ContentLength int          `json:"content_length"`
	FiguresHash   string       `json:"figures_sha256"` // of the attachment figures.json
}

// Format of records.
const Format = "supportledger/statement/1"

// What the event of issuing says: its action, and before the SHA-256 of the record in hex its field.
const (
	IssuedAction = "statement.issued"
	Field        = "sha256:"
)

// JSON is the record as bytes; their SHA-256 is in the leaf of the event of issuing.
func (r Record) JSON() ([]byte, error) {
	r.Format = Format
	return json.Marshal(r)
}

// sealed is the attachment proof.json: what issuing fixed, the event that commits to it, and the way from the event's
// leaf to a signed checkpoint.
type sealed struct {
	Record     json.RawMessage `json:"record"`
	Event      sealedEvent     `json:"event"`
	Index      int64           `json:"index"`
	Size       int64           `json:"size"`
	Path       []string        `json:"path"` // base64
	Checkpoint string          `json:"checkpoint"`
}

type sealedEvent struct {
	ID      string `json:"id"`
	At      string `json:"at"`
	User    string `json:"user_id"` // of a work account; no name
	Token   string `json:"token_id"`
	Request string `json:"request_id"`
	Action  string `json:"action"`
	Subject string `json:"subject"`
	Fields  string `json:"fields"`
}

// Proof is what leads from a record to a signed checkpoint.
type Proof struct {
	Event      access.Proven // of issuing; it commits to the record
	Inclusion  proof.Inclusion
	Checkpoint string // a signed note
}

// Seal completes the pages of a statement with its figures and its proof, both attached.
func Seal(pages, attachment, record []byte, p Proof) ([]byte, error) {
	att := sealed{Record: record, Event: sealedEvent(p.Event), Index: p.Inclusion.Index, Size: p.Inclusion.Size,
		Path: []string{}, Checkpoint: p.Checkpoint}
	for _, h := range p.Inclusion.Path {
		att.Path = append(att.Path, base64.StdEncoding.EncodeToString(h[:]))
	}
	return page.Attach(pages, attachment, figures.Encode(att))
}
