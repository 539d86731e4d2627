package evidence

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ID identifies a document that proves: "evd_…".
type ID string

// Kinds are what a document can be.
var Kinds = []string{"receipt", "invoice", "attendance", "results", "agreement", "bank", "other"}

// Document is what the books know of a document; its content is in an [Archive].
type Document struct {
	ID        ID
	SHA256    string // of the content as kept, 64 hexadecimal digits
	MediaType string // as its bytes say, not as anybody called it
	Bytes     int64
	Kind      string      // one of Kinds
	TakenOn   ledger.Date // of the document
	KeepUntil ledger.Date // five years from the end of its year, or of the latest entry's that it proves
	StoredBy  string
	StoredAt  time.Time
	Entries   []ledger.EntryID // which it proves, in order of attaching
}

// FileName is a name to save the content under. It is made of the id alone: names that people give to files hold
// people's names, so they are never stored.
func (d Document) FileName() string { return string(d.ID) + "." + extensions[d.MediaType] }

// Archive keeps the contents of evidence, encrypted. A nil Archive keeps nothing and refuses with [ErrNoKey].
type Archive struct {
	blobs  Blobs
	seal   sealer   // nil for an archive that was opened without its key
	prints []string // of its keys
}

// OpenArchive is an archive over blobs, with the keys that [NewKey] made. Who opens it closes the blobs.
func OpenArchive(blobs Blobs, key []byte) (*Archive, error) {
	seal, err := readKey(key)
	if err != nil {
		return nil, err
	}
	prints, err := fingerprints(key)
	return &Archive{blobs, seal, prints}, err
}

// OpenLocked is an archive without its key: [Verify] counts what it keeps, and everything else is refused.
func OpenLocked(blobs Blobs) *Archive { return &Archive{blobs: blobs} }

// Claim makes the key of this archive the one of the books, or finds that it is. [access.ErrForeignKey];
// [access.ErrOlderKey] where the folder lacks the newest document: it is a copy from before.
func (a *Archive) Claim(ctx context.Context, tx *store.Tx) error {
	if a == nil {
		return nil
	}
	if err := a.Belongs(ctx, tx); err != nil {
		return err
	}
	return access.ClaimKey(ctx, tx, access.EvidenceKey, a.prints...)
}

// Belongs is [Archive.Claim] for a tx that only reads.
func (a *Archive) Belongs(ctx context.Context, tx *store.Tx) error {
	if a == nil {
		return nil
	}
	known, err := access.Belongs(ctx, tx, access.EvidenceKey, a.prints...)
	if err != nil {
		return err
	}
	newest, err := newestDocument(ctx, tx)
	if errors.Is(err, ErrUnknown) {
		return nil
	} else if err != nil {
		return err
	}
	if _, err := a.blobs.Size(ctx, newest.key()); err != nil {
		return fmt.Errorf("%w: the newest document, %s, is not in its folder", access.ErrOlderKey, newest.ID)
	}
	if !known { // books whose key was never noted: does it open what is there?
		if _, err := a.Content(ctx, newest); errors.Is(err, ErrDamaged) {
			return access.ErrForeignKey
		} else if err != nil {
			return err
		}
	}
	return nil
}

// Store keeps a document, and tells whether it was there already: the same bytes are kept once, whatever they are
// called. The content is written just before the tx commits, so a tx that is rolled back leaves nothing behind; where
// the commit itself fails, an encrypted file stays that nothing refers to. [ErrNoKey].
func (a *Archive) Store(
	ctx context.Context, tx *store.Tx, c Content, kind string, takenOn ledger.Date,
) (d Document, known bool, err error) {
	if a == nil || a.seal == nil {
		return Document{}, false, ErrNoKey
	}
	on := ledger.DateOf(tx.At)
	takenOn = cmp.Or(takenOn, on)
	sum := sha256.Sum256(c.content)
	d = Document{ID: ID(store.NewID("evd")), SHA256: hex.EncodeToString(sum[:]), MediaType: c.mediaType,
		Bytes: int64(len(c.content)), Kind: kind, TakenOn: takenOn, KeepUntil: keepUntil(min(takenOn, on)),
		StoredBy: tx.By.User, StoredAt: tx.At}
	there, err := keep(ctx, tx, d)
	if err != nil {
		return Document{}, false, err
	}
	if there != nil {
		return *there, true, nil
	}
	tx.BeforeCommit(func(ctx context.Context, _ *store.Tx) error {
		sealed, err := a.seal.Encrypt(c.content, d.bound())
		if err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		return a.blobs.Put(ctx, d.key(), sealed)
	})
	event := access.Event{Action: "evidence.stored", Subject: string(d.ID), Fields: d.storedFields()}
	return d, false, access.Record(ctx, tx, event)
}

// AsNew is a document that was there as it would stand had the caller stored it now: for one who has its bytes, and may
// know nothing else of it.
func (d Document) AsNew(tx *store.Tx, kind string, takenOn ledger.Date) Document {
	on := ledger.DateOf(tx.At)
	d.Kind, d.TakenOn = kind, cmp.Or(takenOn, on)
	d.KeepUntil, d.StoredBy, d.StoredAt, d.Entries = keepUntil(min(d.TakenOn, on)), tx.By.User, tx.At, nil
	return d
}

// Content opens what is kept of a document. [ErrNoKey]; [ErrDamaged] when it is gone, or is not what was stored.
func (a *Archive) Content(ctx context.Context, d Document) ([]byte, error) {
	if a == nil || a.seal == nil {
		return nil, ErrNoKey
	}
	sealed, err := a.blobs.Get(ctx, d.key())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	content, err := a.seal.Decrypt(sealed, d.bound())
	if err != nil {
		return nil, fmt.Errorf("%w: it does not open", ErrDamaged)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != d.SHA256 {
		return nil, fmt.Errorf("%w: its hash is another", ErrDamaged)
	}
	return content, nil
}

// key is where the content lies: folders of hash prefixes, so that none of them grows large. The id is part of it: a
// twin that was rolled back, or other books in the same folder, never write over it.
func (d Document) key() string {
	return fmt.Sprintf("%s/%s/%s.%s", d.SHA256[:2], d.SHA256[2:4], d.SHA256, d.ID)
}

// bound is what the encryption is tied to, so that one document's content does not open in the place of another's.
func (d Document) bound() []byte { return []byte(d.SHA256 + "|" + string(d.ID)) }

// keepUntil is five years from the end of a date's year (Danish Bookkeeping Act § 12).
func keepUntil(on ledger.Date) ledger.Date {
	return ledger.Date(fmt.Sprintf("%04d-12-31", on.Year()+5))
}

// Attach says that a document proves an entry, and keeps the document as long as the entry has to be kept. Attaching it
// again changes nothing. [ledger.ErrUnknownEntry], [ErrUnknown].
func Attach(ctx context.Context, tx *store.Tx, b ledger.Book, entry string, id ID) (ledger.Posted, error) {
	p, err := b.Entry(ctx, tx, entry)
	if err != nil {
		return ledger.Posted{}, err
	}
	d, err := Find(ctx, tx, id)
	if err != nil || slices.Contains(d.Entries, p.ID) {
		return p, err
	}
	if err := attach(ctx, tx, p.ID, d.ID, max(d.KeepUntil, keepUntil(p.Date))); err != nil {
		return ledger.Posted{}, err
	}
	event := access.Event{Action: "entry.evidence_attached", Subject: string(p.ID),
		Fields: []string{provesField + string(d.ID)}}
	return p, access.Record(ctx, tx, event)
}
