package statements

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"supportledger/access"
	"supportledger/proof"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
)

// record is what issuing fixes. Its bytes are the JSON of this struct; their SHA-256 is in the leaf of the event of
// issuing, and so everything here is proven by one inclusion proof.
type record struct {
	Format        string       `json:"format"` // recordFormat
	ID            ID           `json:"id"`
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

const recordFormat = "supportledger/statement/1"

// fix renders what is issued and writes down what that was. Address is that of the public pages, "" for none.
func (s *Statement) fix(address string) (err error) {
	verify := ""
	if address != "" {
		verify = strings.TrimSuffix(address, "/") + "/verify/" + SpacedCode(s.Code)
	}
	if s.content, err = page.IssuedPDF(s.Cleared, s.Lang, SpacedCode(s.Code), verify); err != nil {
		return err
	}
	attachment := s.Cleared.JSON(s.Lang)
	h := s.Cleared.Head()
	s.Record, err = json.Marshal(record{Format: recordFormat, ID: s.ID, Kind: h.Kind, Number: s.Number, Version: s.Version,
		Replaces: h.Replaces, Language: s.Lang,
		Code: s.Code, IssuedAt: store.FormatTime(s.IssuedAt), DataHash: s.Cleared.DataHash(),
		ContentHash:   figures.Hash(s.content),
		ContentLength: len(s.content), FiguresHash: figures.Hash(attachment)})
	return err
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

// seal completes the document with its attachments.
func (s *Statement) seal(e access.Proven, in proof.Inclusion, checkpoint string) error {
	att := sealed{Record: s.Record, Event: sealedEvent(e), Index: in.Index, Size: in.Size, Path: []string{},
		Checkpoint: checkpoint}
	for _, h := range in.Path {
		att.Path = append(att.Path, base64.StdEncoding.EncodeToString(h[:]))
	}
	document, err := page.Attach(s.content, s.Cleared.JSON(s.Lang), figures.Encode(att))
	if err != nil {
		return err
	}
	s.Document, s.tail, s.DocumentID = document, document[len(s.content):], figures.Hash(document)
	return nil
}

// Proved is what an issued document proves of itself.
type Proved struct {
	Number, Replaces string
	Version          int
	Kind             figures.Kind
	Code             string
	IssuedAt         string
	DocumentHash     string // SHA-256 of the whole file
	Checkpoint       proof.Checkpoint
}

// ErrAltered is returned for a document that is not, to the last byte, one that was issued under the key.
var ErrAltered = errors.New("statements: this is not a statement as it was issued")

// Verdict is what a file is, other than a statement as it was issued.
type Verdict string

// The verdicts.
const (
	WasAltered  Verdict = "altered"
	OtherKey    Verdict = "other_key" // of another organisation, or of a key that we do not use any more
	IsLocked    Verdict = Verdict(page.Locked)
	IsUnsealed  Verdict = Verdict(page.Unsealed)
	NoStatement Verdict = Verdict(page.NoStatement)
)

// Altered says what of a document does not hold.
type Altered struct {
	Why     string
	Verdict Verdict // "" is WasAltered
}

// Kind is the verdict.
func (a *Altered) Kind() Verdict { return cmp.Or(a.Verdict, WasAltered) }

func (a *Altered) Error() string { return ErrAltered.Error() + ": " + a.Why }

// Unwrap makes errors.Is(err, ErrAltered) true.
func (a *Altered) Unwrap() error { return ErrAltered }

// Check verifies a document with nothing but the public key of the signer: that its pages and figures are those of the
// record, the record that of the event, and the event's leaf in the tree that the key signed. [*Altered] for anything
// else; a changed byte anywhere is found.
func Check(pdf []byte, publicKey string) (Proved, error) {
	if form := page.FormOf(pdf); form != page.Sealed {
		return Proved{}, &Altered{formWords[form], Verdict(form)}
	}
	content, attachment, att, err := page.Detach(pdf)
	if err != nil {
		return Proved{}, &Altered{Why: "it has no proof, or more than one"}
	}
	var a sealed
	if err := json.Unmarshal(att, &a); err != nil || !bytes.Equal(figures.Encode(a), att) {
		return Proved{}, &Altered{Why: "its proof is damaged"}
	}
	var r record
	if err := json.Unmarshal(a.Record, &r); err != nil || r.Format != recordFormat {
		return Proved{}, &Altered{Why: "its record is damaged"}
	}
	if again, err := json.Marshal(r); err != nil || !bytes.Equal(again, a.Record) {
		return Proved{}, &Altered{Why: "its record is damaged"}
	}
	if r.ContentLength != len(content) || r.ContentHash != figures.Hash(content) {
		return Proved{}, &Altered{Why: "its pages were changed"}
	}
	if err := r.holds(attachment); err != nil {
		return Proved{}, err
	}
	signed, err := a.check(publicKey)
	if err != nil {
		return Proved{}, err
	}
	return Proved{Number: r.Number, Replaces: r.Replaces, Version: r.Version, Kind: r.Kind, Code: r.Code,
		IssuedAt:     r.IssuedAt,
		DocumentHash: figures.Hash(pdf), Checkpoint: signed}, nil
}

// formWords say why a file cannot be held against a record.
var formWords = map[page.Form]string{
	page.NoStatement: "it is no statement of ours, or another program has written it anew",
	page.Locked: "it is a locked copy: another file than the sealed one. Hold it against the register, or fetch the " +
		"sealed file by its code",
	page.Unsealed: "it is a draft, or was not sealed yet: there is no proof in it",
}

// holds checks the attached figures against the record.
func (r record) holds(attachment []byte) error {
	if figures.Hash(attachment) != r.FiguresHash {
		return &Altered{Why: "its figures were changed"}
	}
	v, err := figures.Decode(attachment)
	if err != nil || v.DataHash() != r.DataHash {
		return &Altered{Why: "its figures are not those of its data hash"}
	}
	h := v.Head()
	if h.Number != r.Number || h.Version != r.Version || h.Replaces != r.Replaces || h.Kind != r.Kind {
		return &Altered{Why: "its figures are of another statement"}
	}
	return nil
}

// check follows the proof from the record to the signature.
func (a sealed) check(publicKey string) (proof.Checkpoint, error) {
	digest := sha256.Sum256(a.Record)
	e := access.Proven(a.Event)
	if e.Action != issuedAction || e.Fields != recordField+hex.EncodeToString(digest[:]) {
		return proof.Checkpoint{}, &Altered{Why: "nobody issued this record"}
	}
	signed, err := proof.ParseCheckpoint(a.Checkpoint, publicKey)
	if err != nil {
		return proof.Checkpoint{}, &Altered{"its checkpoint is not signed by this key", OtherKey}
	}
	in := proof.Inclusion{Index: a.Index, Leaf: e.Leaf(), Size: a.Size}
	for _, text := range a.Path {
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(raw) != len(proof.Hash{}) {
			return proof.Checkpoint{}, &Altered{Why: "its proof is damaged"}
		}
		in.Path = append(in.Path, proof.Hash(raw))
	}
	if a.Size != signed.Size || in.Check(signed.Root) != nil {
		return proof.Checkpoint{}, &Altered{Why: "its proof does not lead to the checkpoint"}
	}
	return signed, nil
}
