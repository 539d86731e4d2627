// Package rates keeps exchange rates as they were quoted, reads the files of those who publish them, and converts what
// a report has to show in another currency.
//
// Nothing is fetched: people bring the files. A rate may be corrected until it is locked, by hand or by an issued
// statement that stands on it (RULES 5). The books never use these rates; only a statement converts (RULES 18).
package rates

import (
	"context"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// What exchange rates refuse.
var (
	ErrUnknownRate  = errors.New("rates: unknown exchange rate")
	ErrRateLocked   = errors.New("rates: the exchange rate is locked")
	ErrRateEvidence = errors.New("rates: a rate entered by hand needs a document that shows it")
	ErrRateGap      = errors.New("rates: exchange rates are missing for part of the period")
	ErrRateFile     = errors.New("rates: the file of exchange rates cannot be read")
	ErrRateMissing  = errors.New("rates: exchange rate is missing")
)

// Missing names the two currencies that a rate is wanted between.
type Missing struct{ From, To ledger.Currency }

func (e *Missing) Error() string {
	return fmt.Sprintf("rates: no rate between %s and %s", e.From, e.To)
}

// Unwrap makes errors.Is(err, ErrRateMissing) true.
func (e *Missing) Unwrap() error { return ErrRateMissing }

// ID identifies a rate on record.
type ID string

// Source is who publishes a rate.
type Source string

// The sources. ECB publishes the euro's reference rates on its working days; InforEuro is the Commission's monthly
// accounting rate; a manual rate stands in a document of ours, such as a bank's note.
const (
	ECB       Source = "ecb"
	InforEuro Source = "inforeuro"
	Manual    Source = "manual"
)

// State says whether a rate may still be corrected.
type State string

// The states of a rate. A statement that is issued locks the rates it stands on.
const (
	Provisional State = "provisional"
	Locked      State = "locked"
)

// Quote is an exchange rate on record, as it was quoted (RULES 5).
type Quote struct {
	ID       ID
	Source   Source
	Monthly  bool        // holds for the month that starts on the date
	On       ledger.Date // the day; of a monthly rate the first of the month
	Rate     ledger.Rate
	State    State
	Evidence evidence.ID // of a manual rate
	File     string      // SHA-256 in hex of the file that it came in
	By       string      // id of the user who entered it
}

// LockedQuote says which rate was to be changed.
type LockedQuote struct{ Quote Quote }

func (e *LockedQuote) Error() string {
	return fmt.Sprintf("rates: the %s rate of %s, %s, is locked", e.Quote.Source, e.Quote.On, e.Quote.Rate)
}

// Unwrap makes errors.Is(err, ErrRateLocked) true.
func (e *LockedQuote) Unwrap() error { return ErrRateLocked }

// Enter puts a rate on record by hand, with the document that shows it ([ErrRateEvidence]). The same pair and day again
// corrects it, as long as it is provisional ([ErrRateLocked]).
func Enter(ctx context.Context, tx *store.Tx, book ledger.Book, q Quote) (Quote, error) {
	if q.Evidence == "" {
		return Quote{}, ErrRateEvidence
	}
	if _, err := evidence.Find(ctx, tx, q.Evidence); err != nil {
		return Quote{}, err
	}
	q.Source, q.File = Manual, ""
	kept, err := keep(ctx, tx, []Quote{q})
	if err != nil {
		return Quote{}, err
	}
	q = kept.Quotes[0]
	return q, access.Record(ctx, tx, access.Event{Action: "rate.entered", Subject: string(q.ID), Fields: []string{"rate"}})
}

// Imported is what the reading of a file of rates came to.
type Imported struct {
	File                  string // SHA-256 in hex
	Source                Source
	New, Corrected, Known int
	From, To              ledger.Date
	Quotes                []Quote // as they are on record now
}

// Import puts the rates of a file on record, provisional: whole or not at all. A rate that is there already in the same
// words stays; another value corrects a provisional one and is refused for a locked one ([ErrRateLocked]).
// [ErrRateFile].
func Import(ctx context.Context, tx *store.Tx, f File) (Imported, error) {
	read, err := f.Quotes()
	if err != nil {
		return Imported{}, err
	}
	file, from, to := f.SHA256(), read[0].On, read[0].On
	for i := range read {
		read[i].File = file
		from, to = min(from, read[i].On), max(to, read[i].On)
	}
	if err := doubtFile(ctx, tx, read); err != nil {
		return Imported{}, err
	}
	out, err := keep(ctx, tx, read)
	if err != nil {
		return Imported{}, err
	}
	out.File, out.Source, out.From, out.To = file, f.Source, from, to
	return out, access.Record(ctx, tx, access.Event{Action: "rates.imported", Subject: file})
}

// keep inserts what is new and corrects what is provisional.
func keep(ctx context.Context, tx *store.Tx, quotes []Quote) (Imported, error) {
	there, err := readTwins(ctx, tx, quotes)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{Quotes: quotes}
	var fresh []Quote
	for i, q := range quotes {
		before, found := there[q.key()]
		switch {
		case !found:
			q.ID, q.State, q.By = ID(store.NewID("fxr")), Provisional, tx.By.User
			fresh = append(fresh, q)
			out.New++
		case before.Rate.Value.Equal(q.Rate.Value) && before.Rate.Num == q.Rate.Num:
			q = before
			out.Known++
		case before.State == Locked:
			return Imported{}, &LockedQuote{before}
		default:
			q.ID, q.State, q.By = before.ID, Provisional, tx.By.User
			if err := correct(ctx, tx, q); err != nil {
				return Imported{}, err
			}
			out.Corrected++
		}
		quotes[i] = q
	}
	return out, insertQuotes(ctx, tx, fresh)
}

// key is what makes two rates the same one: source, pair as quoted, and day.
func (q Quote) key() string {
	return fmt.Sprintf("%s %s/%s %s", q.Source, q.Rate.Num, q.Rate.Den, q.On)
}

// Place is where a rate stands in the order of a list: by date, pair and source.
func (q Quote) Place() []string {
	return []string{string(q.On), string(q.Rate.Num), string(q.Rate.Den), string(q.Source)}
}

// Lock locks the provisional rates that a filter selects, and tells how many: they are final and never change again.
func Lock(ctx context.Context, tx *store.Tx, f Filter) (int, error) {
	n, err := lock(ctx, tx, f)
	if err != nil || n == 0 {
		return 0, err
	}
	event := access.Event{Action: "rates.locked", Subject: string(f.Source), Fields: []string{"state"}}
	return n, access.Record(ctx, tx, event)
}

// Use records that an issued statement stands on rates, and locks them: from then on neither people nor the database
// change them.
func Use(ctx context.Context, tx *store.Tx, statement string, used ...ID) error {
	if len(used) == 0 {
		return nil
	}
	if _, err := lock(ctx, tx, Filter{IDs: used}); err != nil {
		return err
	}
	return insertUses(ctx, tx, statement, used)
}
