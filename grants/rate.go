package grants

import (
	"context"
	"errors"
	"fmt"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// What exchange rates refuse.
var (
	ErrUnknownRate  = errors.New("grants: unknown exchange rate")
	ErrRateLocked   = errors.New("grants: the exchange rate is locked")
	ErrRateEvidence = errors.New("grants: a rate entered by hand needs a document that shows it")
	ErrRateGap      = errors.New("grants: exchange rates are missing for part of the period")
	ErrRateFile     = errors.New("grants: the file of exchange rates cannot be read")
)

// RateID identifies an exchange rate on record.
type RateID string

// RateSource is who publishes a rate.
type RateSource string

// The sources. ECB publishes the euro's reference rates on its working days; InforEuro is the Commission's monthly
// accounting rate; a manual rate stands in a document of ours, such as a bank's note.
const (
	ECB       RateSource = "ecb"
	InforEuro RateSource = "inforeuro"
	Manual    RateSource = "manual"
)

// RateState says whether a rate may still be corrected.
type RateState string

// The states of a rate. A statement that is issued locks the rates it stands on.
const (
	RateProvisional RateState = "provisional"
	RateIsLocked    RateState = "locked"
)

// KeptRate is an exchange rate on record, as it was quoted (RULES 5).
type KeptRate struct {
	ID       RateID
	Source   RateSource
	Monthly  bool        // holds for the month that starts on the date
	On       ledger.Date // the day; of a monthly rate the first of the month
	Rate     ledger.Rate
	State    RateState
	Evidence ledger.EvidenceID // of a manual rate
	File     string            // SHA-256 in hex of the file that it came in
	By       string            // id of the user who entered it
}

// RateLocked says which rate was to be changed.
type RateLocked struct{ Kept KeptRate }

func (e *RateLocked) Error() string {
	return fmt.Sprintf("grants: the %s rate of %s, %s, is locked", e.Kept.Source, e.Kept.On, e.Kept.Rate)
}

// Unwrap makes errors.Is(err, ErrRateLocked) true.
func (e *RateLocked) Unwrap() error { return ErrRateLocked }

// EnterRate puts a rate on record by hand, with the document that it stands in ([ErrRateEvidence]). The same pair and day
// again corrects it, as long as it is provisional ([ErrRateLocked]).
func (r Register) EnterRate(ctx context.Context, tx *store.Tx, k KeptRate) (KeptRate, error) {
	if k.Evidence == "" {
		return KeptRate{}, ErrRateEvidence
	}
	if _, err := r.Book.Evidence(ctx, tx, k.Evidence); err != nil {
		return KeptRate{}, err
	}
	k.Source, k.File = Manual, ""
	kept, _, err := keepRates(ctx, tx, []KeptRate{k})
	if err != nil {
		return KeptRate{}, err
	}
	return kept[0], access.Record(ctx, tx, access.Event{Action: "rate.entered", Subject: string(kept[0].ID), Fields: []string{"rate"}})
}

// RateImport is what the reading of a file of rates came to.
type RateImport struct {
	File                  string // SHA-256 in hex
	Source                RateSource
	New, Corrected, Known int
	From, To              ledger.Date
	Rates                 []KeptRate // as they are on record now
}

// ImportRates puts the rates of a file on record, provisional: whole or not at all. A rate that is there already in the same
// words stays; another value corrects a provisional one and is refused for a locked one ([ErrRateLocked]). [ErrRateFile].
func (r Register) ImportRates(ctx context.Context, tx *store.Tx, f RateFile) (RateImport, error) {
	read, err := f.Rates()
	if err != nil {
		return RateImport{}, err
	}
	out := RateImport{File: f.SHA256(), Source: f.Source, From: read[0].On, To: read[0].On}
	for i := range read {
		read[i].File = out.File
		out.From, out.To = min(out.From, read[i].On), max(out.To, read[i].On)
	}
	var tally rateTally
	if out.Rates, tally, err = keepRates(ctx, tx, read); err != nil {
		return RateImport{}, err
	}
	out.New, out.Corrected, out.Known = tally.made, tally.corrected, tally.known
	return out, access.Record(ctx, tx, access.Event{Action: "rates.imported", Subject: out.File})
}

type rateTally struct{ made, corrected, known int }

// keepRates inserts what is new and corrects what is provisional.
func keepRates(ctx context.Context, tx *store.Tx, rates []KeptRate) ([]KeptRate, rateTally, error) {
	var tally rateTally
	there, err := sameRates(ctx, tx, rates)
	if err != nil {
		return nil, tally, err
	}
	var fresh []KeptRate
	for i, k := range rates {
		before, found := there[k.key()]
		switch {
		case !found:
			k.ID, k.State, k.By = RateID(store.NewID("fxr")), RateProvisional, tx.By.User
			fresh, tally.made = append(fresh, k), tally.made+1
		case before.Rate.Value.Equal(k.Rate.Value) && before.Rate.Num == k.Rate.Num:
			k, tally.known = before, tally.known+1
		case before.State == RateIsLocked:
			return nil, tally, &RateLocked{before}
		default:
			k.ID, k.State, k.By = before.ID, RateProvisional, tx.By.User
			if err := correctRate(ctx, tx, k); err != nil {
				return nil, tally, err
			}
			tally.corrected++
		}
		rates[i] = k
	}
	return rates, tally, insertRates(ctx, tx, fresh)
}

// key is what makes two rates the same one: source, pair as quoted, and day.
func (k KeptRate) key() string {
	return fmt.Sprintf("%s %s/%s %s", k.Source, k.Rate.Num, k.Rate.Den, k.On)
}

// LockRates locks the provisional rates that a filter takes, and tells how many: they are final and never change again.
func (r Register) LockRates(ctx context.Context, tx *store.Tx, f RateFilter) (int, error) {
	n, err := lockRates(ctx, tx, f)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, access.Record(ctx, tx, access.Event{Action: "rates.locked", Subject: string(f.Source), Fields: []string{"state"}})
}

// UseRates puts down that an issued statement stands on rates, and locks them: from then on neither people nor the database
// change them.
func (r Register) UseRates(ctx context.Context, tx *store.Tx, statement string, used ...RateID) error {
	if len(used) == 0 {
		return nil
	}
	if _, err := lockRates(ctx, tx, RateFilter{IDs: used}); err != nil {
		return err
	}
	return insertRateUses(ctx, tx, statement, used)
}

// RateFilter says which rates are wanted. Empty fields do not limit.
type RateFilter struct {
	IDs      []RateID
	Source   RateSource
	Currency ledger.Currency // either side of the pair
	From, To ledger.Date
	After    []string // place to go on from, as [KeptRate.Place]
	Limit    int
}

// Place is where a rate stands in the order of a list: by date, pair and source.
func (k KeptRate) Place() []string {
	return []string{string(k.On), string(k.Rate.Num), string(k.Rate.Den), string(k.Source)}
}

// Rates lists rates by date, pair and source.
func (r Register) Rates(ctx context.Context, tx *store.Tx, f RateFilter) ([]KeptRate, error) {
	return readRates(ctx, tx, f)
}

// Rate finds a rate by id. [ErrUnknownRate].
func (r Register) Rate(ctx context.Context, tx *store.Tx, id RateID) (KeptRate, error) {
	found, err := readRates(ctx, tx, RateFilter{IDs: []RateID{id}})
	if err != nil {
		return KeptRate{}, err
	}
	if len(found) == 0 {
		return KeptRate{}, ErrUnknownRate
	}
	return found[0], nil
}

// RateUses lists the issued statements that stand on a rate.
func (r Register) RateUses(ctx context.Context, tx *store.Tx, id RateID) ([]string, error) {
	return readRateUses(ctx, tx, id)
}
