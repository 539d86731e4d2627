package sealing

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"supportledger/access"
	"supportledger/proof"
	"supportledger/statements/figures"
	"supportledger/statements/page"
)

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
var ErrAltered = errors.New("sealing: this is not a statement as it was issued")

// Altered says what of a document does not hold.
type Altered struct {
	Why     string
	Verdict Verdict // "" is [WasAltered]
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
	if signer := SignerOf(pdf); signer != "" && signer != SignerOfKey(publicKey) {
		return Proved{}, &Altered{"its checkpoint is signed by " + signer + ", not by this key", OtherKey}
	}
	content, attachment, att, err := page.Detach(pdf)
	if err != nil {
		return Proved{}, &Altered{Why: "it has no proof, or more than one"}
	}
	var a sealed
	if err := json.Unmarshal(att, &a); err != nil || !bytes.Equal(figures.Encode(a), att) {
		return Proved{}, &Altered{Why: "its proof is damaged"}
	}
	var r Record
	if err := json.Unmarshal(a.Record, &r); err != nil || r.Format != Format {
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
	page.Locked: "it opens with a passphrase. The register of statements, or the public page, tells whether it is a " +
		"locked copy of a genuine one",
	page.Unsealed: "it is a draft, or was not sealed yet: there is no proof in it",
}

// holds checks the attached figures against the record.
func (r Record) holds(attachment []byte) error {
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
	if e.Action != IssuedAction || e.Fields != Field+hex.EncodeToString(digest[:]) {
		return proof.Checkpoint{}, &Altered{Why: "nobody issued this record"}
	}
	signed, err := proof.ParseCheckpoint(a.Checkpoint, publicKey)
	if err != nil {
		return proof.Checkpoint{}, &Altered{Why: "the signature of its checkpoint does not hold"}
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

// checkpointForm finds the checkpoint in the last attachment of a file, also where the rest of it is damaged. The
// public page looks for it in the same way.
var checkpointForm = regexp.MustCompile(`"checkpoint":"((?:[^"\\]|\\.)*)"`)

// SignerOf is the key that a file says it was sealed with: its name and the hash by which notes name it, as
// "example.org/books+1a2b3c4d"; "" where the file names none. It is a claim and no proof.
func SignerOf(pdf []byte) string {
	found := checkpointForm.FindAllSubmatch(pdf, -1)
	if len(found) == 0 {
		return ""
	}
	var note string
	if err := json.Unmarshal([]byte(`"`+string(found[len(found)-1][1])+`"`), &note); err != nil {
		return ""
	}
	return SignerOfNote(note)
}

// SignerOfNote is the key that signed a note, by its name and hash.
func SignerOfNote(note string) string {
	for line := range strings.SplitSeq(note, "\n") {
		name, signature, found := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		if raw, err := base64.StdEncoding.DecodeString(signature); found && strings.HasPrefix(line, "— ") && err == nil &&
			len(raw) > keyHash {
			return name + "+" + hex.EncodeToString(raw[:keyHash])
		}
	}
	return ""
}

// keyHash is how many bytes name a key in a signature.
const keyHash = 4

// SignerOfKey is the name and hash of a public key.
func SignerOfKey(public string) string {
	parts := strings.SplitN(strings.TrimSpace(public), "+", 3)
	if len(parts) != 3 {
		return ""
	}
	return parts[0] + "+" + parts[1]
}
