package rates

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// FarOff is the code of the question about a rate that is more than twice or less than half the newest one known for
// its pair, either way round: per-100 quotations and swapped currencies are of this kind.
const FarOff = "rate_far_off"

// two is how many times the newest known rate another may be.
var two = decimal.NewFromInt(2)

// Doubt asks about a rate that is far off from the newest one known. Without one to compare with, nothing is asked.
func Doubt(ctx context.Context, tx *store.Tx, r ledger.Rate) ([]access.Question, error) {
	newest, err := newestOf(ctx, tx, r.Num, r.Den)
	if err != nil || newest.Rate.IsZero() {
		return nil, err
	}
	return newest.doubts(r), nil
}

// doubts asks about a rate that is far off from this one.
func (q Quote) doubts(r ledger.Rate) []access.Question {
	ratio := r.Value.Mul(q.Rate.Value)
	if q.Rate.Num == r.Num {
		ratio = r.Value.DivRound(q.Rate.Value, 12)
	}
	if ratio.Mul(two).GreaterThanOrEqual(decimal.NewFromInt(1)) && ratio.LessThanOrEqual(two) {
		return nil
	}
	return []access.Question{{Code: FarOff, Of: []string{r.String(), q.Rate.String(), string(q.On)}}}
}

// pairOf names a pair of currencies whichever way round it is quoted.
func pairOf(r ledger.Rate) [2]ledger.Currency {
	return [2]ledger.Currency{min(r.Num, r.Den), max(r.Num, r.Den)}
}

// doubtFile asks about the first row of a file that is far off from the one before it, or from what is on record.
func doubtFile(ctx context.Context, tx *store.Tx, read []Quote) error {
	sorted := slices.SortedStableFunc(slices.Values(read), func(a, b Quote) int { return cmp.Compare(a.On, b.On) })
	before := map[[2]ledger.Currency]Quote{}
	for _, q := range sorted {
		pair := pairOf(q.Rate)
		last, known := before[pair]
		if !known {
			var err error
			if last, err = newestOf(ctx, tx, q.Rate.Num, q.Rate.Den); err != nil {
				return err
			}
		}
		if !last.Rate.IsZero() {
			if asked := last.doubts(q.Rate); len(asked) > 0 {
				asked[0].Of[0] += " (" + string(q.On) + ")"
				return access.Confirm(ctx, tx, asked...)
			}
		}
		before[pair] = q
	}
	return nil
}

// newestOf is the newest rate known of a pair, either way round: on record, or of money that came at one.
func newestOf(ctx context.Context, tx *store.Tx, a, b ledger.Currency) (Quote, error) {
	var row rateRow
	err := tx.NewSelect().Model(&row).Where("num IN (?0) AND den IN (?0)", bun.List([]ledger.Currency{a, b})).
		Order("date DESC").Limit(1).Scan(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Quote{}, err
	}
	var newest Quote
	if err == nil {
		if newest, err = row.quote(); err != nil {
			return Quote{}, err
		}
	}
	var lot struct {
		Rate     string
		OpenedOn ledger.Date
	}
	err = tx.NewSelect().Table("lots").Column("rate", "opened_on").Where("currency IN (?)",
		bun.List([]ledger.Currency{a, b})).Where("rate LIKE ? OR rate LIKE ?", "% "+string(a)+"/"+string(b),
		"% "+string(b)+"/"+string(a)).Where("kind <> 'commitment'").Order("opened_on DESC", "opened_seq DESC").Limit(1).
		Scan(ctx, &lot)
	if errors.Is(err, sql.ErrNoRows) || err == nil && lot.OpenedOn < newest.On {
		return newest, nil
	} else if err != nil {
		return Quote{}, err
	}
	rate, err := ledger.ParseRate(lot.Rate)
	return Quote{On: lot.OpenedOn, Rate: rate}, err
}
