package ledger

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/store"
)

// EvidenceID identifies a document that proves: "evd_…".
type EvidenceID string

// EvidenceKinds are what a document can be.
var EvidenceKinds = []string{"receipt", "invoice", "attendance", "results", "agreement", "bank", "other"}

// Evidence is what the books know of a document; its content is in an [Archive].
type Evidence struct {
	ID        EvidenceID
	SHA256    string // of the content as kept, 64 hexadecimal digits
	MediaType string // as its bytes say, not as anybody called it
	Bytes     int64
	Kind      string // one of EvidenceKinds
	TakenOn   Date   // of the document
	KeepUntil Date   // five years from the end of its year, or of the latest entry's that it proves
	StoredBy  string
	StoredAt  time.Time
	Entries   []EntryID // which it proves, in order of attaching
}

// FileName is a name to save the content under. It is made of the id alone: names that people give to files hold people's
// names, so they are never stored.
func (e Evidence) FileName() string { return string(e.ID) + "." + extensions[e.MediaType] }

// Archive keeps the contents of evidence, encrypted. A nil Archive keeps nothing and refuses with [ErrNoEvidenceKey].
type Archive struct {
	blobs Blobs
	seal  sealer
}

// OpenArchive is an archive over blobs, with the keys that [NewEvidenceKey] made. Who opens it closes the blobs.
func OpenArchive(blobs Blobs, key []byte) (*Archive, error) {
	seal, err := readKey(key)
	return &Archive{blobs, seal}, err
}

// Store keeps a document, and tells whether it was there already: the same bytes are kept once, whatever they are called. The
// content is written just before the tx commits, so a tx that is rolled back leaves nothing behind; where the commit itself
// fails, an encrypted file stays that nothing refers to. [ErrNoEvidenceKey].
func (a *Archive) Store(ctx context.Context, tx *store.Tx, d Document, kind string, takenOn Date) (e Evidence, known bool, err error) {
	if a == nil {
		return Evidence{}, false, ErrNoEvidenceKey
	}
	on := DateOf(tx.At)
	takenOn = cmp.Or(takenOn, on)
	sum := sha256.Sum256(d.content)
	e = Evidence{ID: EvidenceID(store.NewID("evd")), SHA256: hex.EncodeToString(sum[:]), MediaType: d.mediaType, Bytes: int64(len(d.content)),
		Kind: kind, TakenOn: takenOn, KeepUntil: keepUntil(min(takenOn, on)), StoredBy: tx.By.User, StoredAt: tx.At}
	there, err := keepEvidence(ctx, tx, e)
	if err != nil || there != nil {
		return valueOf(there), there != nil, err
	}
	tx.BeforeCommit(func(ctx context.Context, _ *store.Tx) error {
		sealed, err := a.seal.Encrypt(d.content, e.bound())
		if err != nil {
			return fmt.Errorf("ledger: evidence: %w", err)
		}
		return a.blobs.Put(ctx, e.key(), sealed)
	})
	return e, false, access.Record(ctx, tx, access.Event{Action: "evidence.stored", Subject: string(e.ID), Fields: e.storedFields()})
}

func valueOf(e *Evidence) Evidence {
	if e == nil {
		return Evidence{}
	}
	return *e
}

// Content opens what is kept of a document. [ErrNoEvidenceKey]; [ErrEvidenceDamaged] when it is gone, or is not what was stored.
func (a *Archive) Content(ctx context.Context, e Evidence) ([]byte, error) {
	if a == nil {
		return nil, ErrNoEvidenceKey
	}
	sealed, err := a.blobs.Get(ctx, e.key())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEvidenceDamaged, err)
	}
	content, err := a.seal.Decrypt(sealed, e.bound())
	if err != nil {
		return nil, fmt.Errorf("%w: it does not open", ErrEvidenceDamaged)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != e.SHA256 {
		return nil, fmt.Errorf("%w: its hash is another", ErrEvidenceDamaged)
	}
	return content, nil
}

// key is where the content lies: folders of hash prefixes, so that none of them grows large. The id is part of it: a twin that
// was rolled back, or other books in the same folder, never write over it.
func (e Evidence) key() string {
	return fmt.Sprintf("%s/%s/%s.%s", e.SHA256[:2], e.SHA256[2:4], e.SHA256, e.ID)
}

// bound is what the encryption is tied to, so that one document's content does not open in the place of another's.
func (e Evidence) bound() []byte { return []byte(e.SHA256 + "|" + string(e.ID)) }

// keepUntil is five years from the end of a date's year (Danish Bookkeeping Act § 12).
func keepUntil(d Date) Date { return Date(fmt.Sprintf("%04d-12-31", d.Year()+5)) }

// AttachEvidence says that a document proves an entry, and keeps the document as long as the entry has to be kept. Again is
// the same. [ErrUnknownEntry], [ErrUnknownEvidence].
func (b Book) AttachEvidence(ctx context.Context, tx *store.Tx, entry string, id EvidenceID) (Posted, error) {
	p, err := b.Entry(ctx, tx, entry)
	if err != nil {
		return Posted{}, err
	}
	e, err := b.Evidence(ctx, tx, id)
	if err != nil || slices.Contains(e.Entries, p.ID) {
		return p, err
	}
	if err := attach(ctx, tx, p.ID, e.ID, max(e.KeepUntil, keepUntil(p.Date))); err != nil {
		return Posted{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "entry.evidence_attached", Subject: string(p.ID), Fields: []string{provesField + string(e.ID)}})
}
