package proof

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Seal opens the commitments of a leaf's free texts. It lies beside the leaf and is no part of it: the leaf has
//
//	commitment(text) = SHA-256("supportledger/text" ‖ 0x00 ‖ salt(label) ‖ text)
//	salt(label)      = the first 16 bytes of HMAC-SHA-256(seal, label)
//
// so without the seal nobody can tell a text from its commitment, not even by trying all likely ones. A fresh seal is
// 16 random bytes. After an erasure it is a list: per text its label, and either its own salt or, of an erased one, the
// commitment that stays behind.
type Seal []byte

const (
	saltSize = 16
	textTag  = "supportledger/text\x00"

	sealList   byte = 1 // first byte of a list, which is longer than a fresh seal
	sealSalt   byte = 's'
	sealErased byte = 'e'
)

// commitment is what stands in the leaf for a text; false where nothing does.
func (s Seal) commitment(label, text string) (c Hash, ok bool) {
	if len(s) == saltSize {
		if text == "" {
			return c, false
		}
		return commit(s.salt(label), text), true
	}
	kind, value := s.find(label)
	switch {
	case kind == sealErased && text == "":
		return Hash(value), true
	case kind == sealSalt && text != "":
		return commit(value, text), true
	}
	return Hash{}, text != "" || kind != 0 // a text where there was none, or none where one was: no commitment fits
}

func (s Seal) salt(label string) []byte {
	mac := hmac.New(sha256.New, s)
	mac.Write([]byte(label))
	return mac.Sum(nil)[:saltSize]
}

func commit(salt []byte, text string) Hash {
	b := make([]byte, 0, len(textTag)+saltSize+len(text))
	b = append(append(append(b, textTag...), salt...), text...)
	return sha256.Sum256(b)
}

// find looks a label up in a list. Kind 0 is none.
func (s Seal) find(label string) (kind byte, value []byte) {
	for _, p := range s.list() {
		if p.label == label {
			return p.kind, p.value
		}
	}
	return 0, nil
}

// part is one text in a list: label, how it is sealed, salt or commitment.
type part struct {
	label string
	kind  byte
	value []byte
}

// list reads a list; what is malformed ends it.
func (s Seal) list() []part {
	var parts []part
	if len(s) == 0 || s[0] != sealList {
		return nil
	}
	for rest := []byte(s[1:]); len(rest) >= 5; {
		n := int(binary.BigEndian.Uint32(rest))
		if n < 0 || len(rest) < 5+n {
			break
		}
		p := part{label: string(rest[4 : 4+n]), kind: rest[4+n]}
		size := saltSize
		if p.kind == sealErased {
			size = sha256.Size
		}
		if rest = rest[5+n:]; len(rest) < size {
			break
		}
		p.value, rest = rest[:size], rest[size:]
		parts = append(parts, p)
	}
	return parts
}

// Erased lists the labels of the texts that were erased.
func (s Seal) Erased() []string {
	var labels []string
	for _, p := range s.list() {
		if p.kind == sealErased {
			labels = append(labels, p.label)
		}
	}
	return labels
}

// erase gives the seal that is left when some of a leaf's texts are erased: the others keep salts of their own, since
// the salt that all came from would still open the erased ones.
func (s Seal) erase(texts []Text, labels []string) Seal {
	next := Seal{sealList}
	add := func(p part) {
		next = binary.BigEndian.AppendUint32(next, uint32(len(p.label)))
		next = append(append(append(next, p.label...), p.kind), p.value...)
	}
	for _, p := range s.list() {
		if p.kind == sealErased {
			add(p)
		}
	}
	for _, t := range texts {
		salt := s.salt(t.Label)
		if len(s) != saltSize {
			_, salt = s.find(t.Label)
		}
		if slices.Contains(labels, t.Label) {
			c := commit(salt, t.Value)
			add(part{t.Label, sealErased, c[:]})
			continue
		}
		add(part{t.Label, sealSalt, salt})
	}
	return next
}
