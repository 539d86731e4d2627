package books

import (
	"context"
	"net/http"
	"slices"
	"time"

	"supportledger/disbursements"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// documents registers the documents that prove.
func documents(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/evidence", ID: "storeEvidence", Tag: "evidence",
		NoMatch: rest.MakesNew,
		Roles:   slices.Concat(resource.Casework, resource.Finance), Known: true, Body: evidence.MaxBytes,
		Location: "/evidence/{id}", Summary: "Store a document that proves", Danish: "Gem et bilag",
		About: "The body is the document: PDF, PNG or JPEG, at most 5 MiB. A picture is written anew without what its " +
			"camera added; a PDF stays " +
			"as it is. It is encrypted, and kept once: the same document again is answered with what is there. No file name " +
			"is taken.",
		Refuses: []error{evidence.ErrNoKey, evidence.ErrType, evidence.ErrActive, evidence.ErrPixels,
			evidence.ErrUnreadable}}, storeEvidence)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/evidence/:id", ID: "getEvidence", Tag: "evidence",
		Roles:   resource.Staff,
		Summary: "What the books know of a document", Danish: "Hvad bøgerne ved om et bilag",
		Refuses: []error{evidence.ErrUnknown}}, getEvidence)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/evidence/:id/content", ID: "getEvidenceContent", Tag: "evidence",
		Roles: resource.Staff, Produces: evidence.MediaTypes(),
		Summary: "The document itself, to be saved", Danish: "Selve bilaget, til at gemme",
		About:   "Opened and held against its hash: what was changed or lost is refused.",
		Refuses: []error{evidence.ErrUnknown, evidence.ErrNoKey, evidence.ErrDamaged}}, evidenceContent)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/journal-entries/:id/evidence", ID: "attachEvidence",
		Match: "getJournalEntry",
		Tag:   "journal-entries", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Say which document proves an entry", Danish: "Knyt et bilag til en postering",
		About:   "It stays attached. The document is kept five years from the end of the entry's year at least.",
		Refuses: []error{ledger.ErrUnknownEntry, evidence.ErrUnknown},
		Example: `{"evidence_id":"evd_06f8k1v2m3n4p5q6r7s8t9v0w1"}`}, attachEvidence)
}

type evidenceView struct {
	ID        evidence.ID      `json:"id"`
	SHA256    string           `json:"sha256" description:"Of the content as kept, hexadecimal."`
	MediaType string           `json:"media_type" enum:"application/pdf,image/png,image/jpeg" description:"As its bytes say."`
	Bytes     int64            `json:"bytes"`
	Kind      string           `json:"kind"`
	TakenOn   ledger.Date      `json:"taken_on" description:"Date of the document."`
	KeepUntil ledger.Date      `json:"retention_until" description:"Kept until then at least: five years from the end of its year, or of the latest entry's that it proves."`
	StoredBy  string           `json:"stored_by,omitempty"`
	StoredAt  string           `json:"stored_at"`
	Entries   []ledger.EntryID `json:"entries" description:"Which it proves."`
}

func viewEvidence(e evidence.Document) evidenceView {
	return evidenceView{ID: e.ID, SHA256: e.SHA256, MediaType: e.MediaType, Bytes: e.Bytes, Kind: e.Kind,
		TakenOn: e.TakenOn, KeepUntil: e.KeepUntil, StoredBy: e.StoredBy,
		StoredAt: e.StoredAt.UTC().Format(time.RFC3339Nano), Entries: append([]ledger.EntryID{}, e.Entries...)}
}

type storeEvidenceRequest struct {
	Kind    string      `query:"kind" json:"-" validate:"required,oneof=receipt invoice attendance results agreement bank other" description:"What sort of document it is."`
	TakenOn ledger.Date `query:"taken_on" json:"-" validate:"omitempty" description:"Date of the document; today where none is sent."`
	Content rest.Octets `json:"-"`

	clean evidence.Content
}

// Prepare makes the document fit to be kept, while nobody waits.
func (r *storeEvidenceRequest) Prepare() (err error) {
	r.clean, err = evidence.Clean(r.Content)
	return err
}

// storedView is a document that was stored, or was there.
type storedView struct {
	evidenceView
	known bool
}

// WasThere tells whether the document was stored before.
func (v storedView) WasThere() bool { return v.known }

func storeEvidence(ctx context.Context, tx *store.Tx, d resource.Domain, in storeEvidenceRequest) (storedView, error) {
	e, known, err := d.API.Archive.Store(ctx, tx, in.clean, in.Kind, in.TakenOn)
	if err != nil || !known {
		return storedView{viewEvidence(e), known}, err
	}
	sees, err := disbursements.SeesEvidence(ctx, tx, e)
	if !sees { // who stored it, and what it proves, is about a case of others
		e, known = e.AsNew(tx, in.Kind, in.TakenOn), false
	}
	return storedView{viewEvidence(e), known}, err
}

// seenEvidence finds a document that the caller may know of: to who works with cases those of the own ones, and what
// they stored.
func seenEvidence(ctx context.Context, tx *store.Tx, id rest.Ref) (evidence.Document, error) {
	e, err := evidence.Find(ctx, tx, evidence.ID(id))
	if err != nil {
		return e, err
	}
	sees, err := disbursements.SeesEvidence(ctx, tx, e)
	if err == nil && !sees {
		return evidence.Document{}, evidence.ErrUnknown
	}
	return e, err
}

func getEvidence(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (evidenceView, error) {
	e, err := seenEvidence(ctx, tx, in.ID)
	return viewEvidence(e), err
}

func evidenceContent(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (rest.File, error) {
	e, err := seenEvidence(ctx, tx, in.ID)
	if err != nil {
		return rest.File{}, err
	}
	content, err := d.API.Archive.Content(ctx, e)
	return rest.File{Type: e.MediaType, Name: e.FileName(), Body: content, Save: true}, err
}

type attachEvidenceRequest struct {
	ID       rest.Ref `path:"id" json:"-" description:"Id or number of the entry."`
	Evidence rest.Ref `json:"evidence_id" validate:"required"`
}

func attachEvidence(ctx context.Context, tx *store.Tx, d resource.Domain, in attachEvidenceRequest) (entryView, error) {
	p, err := d.Book.Entry(ctx, tx, string(in.ID))
	if err != nil {
		return entryView{}, err
	}
	if _, err := evidence.Attach(ctx, tx, d.Book, string(p.ID), evidence.ID(in.Evidence)); err != nil {
		return entryView{}, rest.At("/evidence_id", err)
	}
	return showEntry(ctx, tx, d, p)
}
