package evidence

import (
	"context"
	"fmt"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// A document's leaf is its audit event, which names the content by its hash, and the one that says which entry it
// proves. So that an event tells which, its fields carry the value after a dot, as those of roles do.
const (
	contentField = "content."  // and the SHA-256 of the content
	kindField    = "kind."     // and what it is
	takenField   = "taken_on." // and the date of the document
	provesField  = "evidence." // and the document that proves the entry
)

func (d Document) storedFields() []string {
	return []string{contentField + d.SHA256, kindField + d.Kind, takenField + string(d.TakenOn)}
}

// Verified counts what [Verify] has read.
type Verified struct {
	Documents, Links int64
	Opened           int64 // contents that were opened and hashed; 0 without their key
	Counted          int64 // files that were found by name and size, without the key
}

// Verify holds every document, and what each proves, against the audit events that say so, which are leaves of the
// tree; and opens every document where there is an archive, so that a content that is gone, was changed or does not
// open is found. Without the archive's key it finds that the file is there and as long as it was. Memory grows with the
// documents by some tens of bytes each.
func Verify(
	ctx context.Context, tx *store.Tx, a *Archive, out *proof.Findings, report func(done int64),
) (Verified, error) {
	v := evidenceVerifier{out: out, archive: a, report: report}
	if err := v.documents(ctx, tx); err != nil {
		return v.done, err
	}
	return v.done, v.links(ctx, tx)
}

type evidenceVerifier struct {
	out     *proof.Findings
	archive *Archive
	report  func(int64)
	done    Verified
}

func (v *evidenceVerifier) documents(ctx context.Context, tx *store.Tx) error {
	said, err := saidOf(ctx, tx, "evidence.stored")
	if err != nil {
		return err
	}
	err = storedDocuments(ctx, tx, func(d Document, unreadable error) {
		v.done.Documents++
		what := "document " + string(d.ID)
		if unreadable != nil {
			v.out.Add("evidence", what, "%v", unreadable)
		}
		switch fields, known := said[string(d.ID)]; {
		case !known:
			v.out.Add("evidence", what, "no event in the tree stored it: it was written past this program")
		case fields != strings.Join(d.storedFields(), ","):
			v.out.Add("evidence", what, "it was stored as %s: its row was changed", fields)
		}
		delete(said, string(d.ID))
		v.open(ctx, d, what)
	})
	for id := range said {
		v.out.Add("evidence", "document "+id, "it was stored, and its row is gone")
	}
	return err
}

// open opens a document where there is an archive.
func (v *evidenceVerifier) open(ctx context.Context, d Document, what string) {
	if v.archive == nil {
		return
	}
	if v.archive.seal == nil {
		v.count(ctx, d, what)
		return
	}
	content, err := v.archive.Content(ctx, d)
	switch {
	case err != nil:
		v.out.Add("evidence", what, "%v", err)
	case int64(len(content)) != d.Bytes:
		v.out.Add("evidence", what, "its row says %d bytes, it has %d", d.Bytes, len(content))
	}
	v.done.Opened++
	v.report(v.done.Opened)
}

// sealedMore is by how many bytes an encrypted content is longer: Tink's prefix, the nonce and the tag of AES-GCM.
const sealedMore = 5 + 12 + 16

// count finds a document by name and size, which takes no key.
func (v *evidenceVerifier) count(ctx context.Context, d Document, what string) {
	size, err := v.archive.blobs.Size(ctx, d.key())
	switch {
	case err != nil:
		v.out.Add("evidence", what, "its file is missing")
	case size != d.Bytes+sealedMore:
		v.out.Add("evidence", what, "its file has %d bytes, want %d", size, d.Bytes+sealedMore)
	}
	v.done.Counted++
}

func (v *evidenceVerifier) links(ctx context.Context, tx *store.Tx) error {
	said := map[string]bool{}
	err := access.EachTold(ctx, tx, func(t access.Told) {
		said[t.Subject+" "+strings.TrimPrefix(t.Fields, provesField)] = true
	}, "entry.evidence_attached")
	if err != nil {
		return err
	}
	err = storedProofs(ctx, tx, func(entry ledger.EntryID, id ID) {
		v.done.Links++
		key := fmt.Sprintf("%s %s", entry, id)
		if !said[key] {
			v.out.Add("evidence", "entry "+string(entry),
				"no event in the tree says that %s proves it: that was written past this program", id)
		}
		delete(said, key)
	})
	for key := range said {
		entry, id, _ := strings.Cut(key, " ")
		v.out.Add("evidence", "entry "+entry, "%s proved it, and that is gone", id)
	}
	return err
}

// saidOf gives the fields of the last event of an action in the tree, by subject.
func saidOf(ctx context.Context, tx *store.Tx, action string) (map[string]string, error) {
	said := map[string]string{}
	return said, access.EachTold(ctx, tx, func(t access.Told) { said[t.Subject] = t.Fields }, action)
}
