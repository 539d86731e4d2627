package proof

import (
	"crypto/rand"
	"encoding/binary"

	"golang.org/x/mod/sumdb/tlog"
)

// Kind says what a leaf is the record of.
type Kind string

// The kinds of leaves.
const (
	EntryLeaf Kind = "entry" // a posted entry with its lines and the lots it opened
	EventLeaf Kind = "event" // an audit event
	DutyLeaf  Kind = "duty"  // one person's part in one subject, with the SHA-256 of what was decided on
	RowLeaf   Kind = "row"   // what a row of another table says from then on, or that it is gone
)

// tag starts every leaf: no other bytes that this program or another hashes begin like it.
const tag = "supportledger/leaf"

// Version of the encoding. New fields need no new version, since fields carry their names and empty ones are left out.
const Version = 1

// Hash is the SHA-256 of a leaf or a node, as in RFC 6962 §2.1.
type Hash = tlog.Hash

// Leaf is a record on its way into the tree.
type Leaf struct {
	Kind Kind
	Ref  string // which record: its id
	Hash Hash
	Seal Seal // what opens the commitments of its texts; kept beside the leaf, never hashed
}

// Encoder writes the bytes of one leaf:
//
//	leaf  = tag ‖ 0x00 ‖ version (1 byte) ‖ field…, the first being the text "kind"
//	field = length(name) ‖ name ‖ length(value) ‖ value      lengths are 4 bytes, big-endian
//
// A text is its UTF-8 bytes, an integer 8 bytes in two's complement, big-endian, a group the fields inside it, a sealed
// text its commitment. Empty texts and bytes are left out; integers never are. An Encoder may be used again after
// Reset.
type Encoder struct {
	buf   []byte
	kind  Kind
	seal  Seal
	group string // label of the open group with a slash: "line/2/"
	texts []Text // sealed texts, where they are asked for
	keep  bool
}

// Text is a sealed text of a leaf with its label, such as "text" or "line/2/payee".
type Text struct{ Label, Value string }

// Reset starts a leaf of a kind whose texts are opened by a seal.
func (e *Encoder) Reset(kind Kind, seal Seal) {
	e.buf = append(append(e.buf[:0], tag...), 0, Version)
	e.kind, e.seal, e.group, e.texts = kind, seal, "", e.texts[:0]
	e.Text("kind", string(kind))
}

func (e *Encoder) prefixed(s string) {
	e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(len(s)))
	e.buf = append(e.buf, s...)
}

// Text writes a text, or nothing for an empty one.
func (e *Encoder) Text(name, value string) {
	if value != "" {
		e.prefixed(name)
		e.prefixed(value)
	}
}

// Int writes an integer.
func (e *Encoder) Int(name string, value int64) {
	e.prefixed(name)
	e.buf = append(e.buf, 0, 0, 0, 8)
	e.buf = binary.BigEndian.AppendUint64(e.buf, uint64(value))
}

// Bytes writes bytes, or nothing for none.
func (e *Encoder) Bytes(name string, value []byte) { e.Text(name, string(value)) }

// Sealed writes the commitment of a free text, or nothing for a text that is and was empty.
func (e *Encoder) Sealed(name, value string) {
	label := e.group + name
	if e.keep && value != "" {
		e.texts = append(e.texts, Text{label, value})
	}
	if c, ok := e.seal.commitment(label, value); ok {
		e.prefixed(name)
		e.prefixed(string(c[:]))
	}
}

// Open starts a group, which does not lie in another, and Close ends it. Key tells groups of a name apart in the labels
// of their sealed texts ("line/2/payee"); it is not written.
func (e *Encoder) Open(name, key string) (mark int) {
	e.prefixed(name)
	e.buf = append(e.buf, 0, 0, 0, 0)
	e.group = name + "/" + key + "/"
	return len(e.buf)
}

// Close ends the group that Open gave mark for.
func (e *Encoder) Close(mark int) {
	binary.BigEndian.PutUint32(e.buf[mark-4:], uint32(len(e.buf)-mark))
	e.group = ""
}

// Data is the leaf as written so far. It is valid until the next Reset.
func (e *Encoder) Data() []byte { return e.buf }

// Hash is the leaf's hash: SHA-256 of 0x00 ‖ leaf.
func (e *Encoder) Hash() Hash { return tlog.RecordHash(e.buf) }

// Leaf is the finished leaf of the record that ref identifies.
func (e *Encoder) Leaf(ref string) Leaf {
	return Leaf{Kind: e.kind, Ref: ref, Hash: e.Hash(), Seal: e.seal}
}

// NewSeal makes a fresh random seal.
func NewSeal() Seal {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: it ends the program rather than give what is not random
	return salt
}
