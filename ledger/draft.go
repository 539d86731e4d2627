package ledger

import (
	"context"

	"supportledger/access"
	"supportledger/store"
)

// DraftID identifies a draft.
type DraftID string

// Draft is an entry that somebody is still writing: it may be unbalanced, has no number and moves nothing. Its lines
// are in base currency, since foreign money moves by its lots, through the acts.
type Draft struct {
	ID         DraftID
	Date       Date
	Text       string
	Lines      []Line
	ExternalID string // of the entry that it will be
	CreatedBy  string
	Version    int
	Entry      EntryID // what it became, "" while it is a draft
}

// Drafts are the entries of a book that somebody is still writing.
type Drafts struct{ book Book }

// Drafts are the drafts of the book.
func (b Book) Drafts() Drafts { return Drafts{b} }

// Write writes an entry down without posting it. Its accounts and funds must exist.
func (s Drafts) Write(ctx context.Context, tx *store.Tx, d Draft) (Draft, error) {
	if err := s.check(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	d.ID, d.Version, d.CreatedBy = DraftID(store.NewID("drf")), 1, tx.By.User
	if err := insertDraft(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "draft.written", Subject: string(d.ID)})
}

// check wants what a draft names to exist, and nothing more.
func (s Drafts) check(ctx context.Context, tx *store.Tx, d Draft) error {
	known, err := s.book.Chart(ctx, tx)
	if err != nil {
		return err
	}
	for i, l := range d.Lines {
		if err := l.Check(i, known); err != nil {
			return err
		}
	}
	return nil
}

// Change replaces the content of a draft. [store.ErrStale] when it is another version than d says,
// [ErrEntryPosted] when it has become an entry.
func (s Drafts) Change(ctx context.Context, tx *store.Tx, d Draft) (Draft, error) {
	if _, err := s.unposted(ctx, tx, d.ID); err != nil {
		return Draft{}, err
	}
	if err := s.check(ctx, tx, d); err != nil {
		return Draft{}, err
	}
	if err := saveDraft(ctx, tx, &d); err != nil {
		return Draft{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "draft.changed", Subject: string(d.ID),
		Fields: []string{"date", "external_id", "lines", "text"}})
}

// Discard throws a draft away. [ErrEntryPosted] when it has become an entry.
func (s Drafts) Discard(ctx context.Context, tx *store.Tx, id DraftID) error {
	if _, err := s.unposted(ctx, tx, id); err != nil {
		return err
	}
	if err := deleteDraft(ctx, tx, id); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "draft.discarded", Subject: string(id)})
}

// Post makes an entry of a draft; everything that is asked of an entry is asked now.
func (s Drafts) Post(ctx context.Context, tx *store.Tx, id DraftID) (Posted, error) {
	d, err := s.unposted(ctx, tx, id)
	if err != nil {
		return Posted{}, err
	}
	posted, err := s.book.Post(ctx, tx, Entry{Date: d.Date, Text: d.Text, Act: ManualAct, Lines: d.Lines,
		ExternalID: d.ExternalID})
	if err != nil {
		return Posted{}, err
	}
	if err := markPosted(ctx, tx, d, posted[0].ID); err != nil {
		return Posted{}, err
	}
	return posted[0], access.Record(ctx, tx, access.Event{Action: "draft.posted", Subject: string(d.ID)})
}

// unposted locks and finds a draft that is still one. [ErrUnknownDraft], [ErrEntryPosted].
func (s Drafts) unposted(ctx context.Context, tx *store.Tx, id DraftID) (Draft, error) {
	d, err := readDraft(ctx, tx, id, s.book.Base, true)
	if err == nil && d.Entry != "" {
		return Draft{}, &EntryPosted{d.Entry}
	}
	return d, err
}

// Find finds one draft, posted or not. [ErrUnknownDraft].
func (s Drafts) Find(ctx context.Context, tx *store.Tx, id DraftID) (Draft, error) {
	return readDraft(ctx, tx, id, s.book.Base, false)
}

// List lists the drafts that are not posted, by date; the key of a page is the date and the id.
func (s Drafts) List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Draft, error) {
	return readDrafts(ctx, tx, page, s.book.Base)
}
