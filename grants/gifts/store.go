package gifts

import (
	"context"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// donorColumns are the columns of a joined donor as d that go with every row.
const donorColumns = "d.code AS donor_code, d.kind AS donor_kind"

type joinedDonor struct {
	DonorCode string      `bun:",scanonly"`
	DonorKind donors.Kind `bun:",scanonly"`
}

func (d joinedDonor) donor(id donors.ID) donors.Donor {
	return donors.Donor{ID: id, Code: d.DonorCode, Kind: d.DonorKind}
}

type giftRow struct {
	bun.BaseModel `bun:"table:gifts,alias:g"`
	ID            ID `bun:",pk"`
	Number        string
	DonorID       donors.ID
	Fund          ledger.FundCode
	ReceivedOn    ledger.Date
	Gross         int64
	Fee           int64
	Account       ledger.AccountNo
	EntryID       ledger.EntryID
	RefundedOn    ledger.Date
	RefundEntryID *ledger.EntryID
	Anonymous     int
	PledgeID      string

	joinedDonor
	RefundSeq   *int64       `bun:",scanonly"`
	ReversedOn  *ledger.Date `bun:",scanonly"`
	ReversalSeq *int64       `bun:",scanonly"`
}

// writtenAtOnce is how many rows go into one statement.
const writtenAtOnce = 500

func insertGifts(ctx context.Context, tx *store.Tx, received []Gift) error {
	rows := make([]giftRow, len(received))
	for i, g := range received {
		rows[i] = giftRow{ID: g.ID, Number: g.Number, DonorID: g.Donor.ID, Fund: g.Fund, ReceivedOn: g.On,
			Gross: g.Gross.Minor(), Fee: g.Fee.Minor(), Account: g.Account, EntryID: g.Entry, PledgeID: g.Pledge}
		if g.Anonymous {
			rows[i].Anonymous = 1
		}
	}
	for part := range slices.Chunk(rows, writtenAtOnce) {
		_, err := tx.NewInsert().Model(&part).Exec(ctx)
		if errors.Is(store.Classify(err), store.ErrDuplicate) {
			return ErrDuplicateGift
		} else if err != nil {
			return err
		}
	}
	return nil
}

func giftNumberTaken(ctx context.Context, tx *store.Tx, number string) (bool, error) {
	return tx.NewSelect().Model((*giftRow)(nil)).Where("number = ?", number).Exists(ctx)
}

// selectGifts reads gifts with their donors, and when and where in the journal they were given back or reversed.
func selectGifts(tx *store.Tx, rows *[]giftRow) *bun.SelectQuery {
	return tx.NewSelect().Model(rows).ColumnExpr("g.*").ColumnExpr(donorColumns).
		ColumnExpr("f.seq AS refund_seq, v.date AS reversed_on, v.seq AS reversal_seq").
		Join("JOIN donors AS d ON d.id = g.donor_id").
		Join("LEFT JOIN entries AS f ON f.id = g.refund_entry_id").
		Join("LEFT JOIN entries AS v ON v.reverses = g.entry_id")
}

func (r giftRow) gift(base ledger.Currency) Gift {
	return Gift{ID: r.ID, Number: r.Number, Donor: r.donor(r.DonorID), Fund: r.Fund, On: r.ReceivedOn,
		Gross: ledger.OfMinor(r.Gross, base), Fee: ledger.OfMinor(r.Fee, base), Account: r.Account, Entry: r.EntryID,
		RefundedOn: r.RefundedOn, ReversedOn: store.ZeroIfNull(r.ReversedOn), Anonymous: r.Anonymous == 1, Pledge: r.PledgeID}
}

// Gift finds a gift by id or number. [ErrUnknownGift].
func (r Register) Gift(ctx context.Context, tx *store.Tx, key string) (Gift, error) {
	var rows []giftRow
	if err := selectGifts(tx, &rows).Where("g.id = ? OR g.number = ?", key, key).Scan(ctx); err != nil {
		return Gift{}, err
	}
	if len(rows) == 0 {
		return Gift{}, ErrUnknownGift
	}
	return rows[0].gift(r.Grants.Book.Base), nil
}

// Filter says which gifts a list has. Empty fields do not limit.
type Filter struct {
	IDs     []ID
	Numbers []string
	Fund    ledger.FundCode
	Donor   donors.ID
	Page    store.Keyset // by id: in order of entry
}

func (f Filter) limit(q *bun.SelectQuery) *bun.SelectQuery {
	if f.IDs != nil {
		q = q.Where("g.id IN (?)", bun.List(f.IDs))
	}
	if f.Numbers != nil {
		q = q.Where("g.number IN (?)", bun.List(f.Numbers))
	}
	if f.Fund != "" {
		q = q.Where("g.fund = ?", f.Fund)
	}
	if f.Donor != "" {
		q = q.Where("g.donor_id = ?", f.Donor)
	}
	return q
}

// Gifts lists gifts in order of entry.
func (r Register) Gifts(ctx context.Context, tx *store.Tx, f Filter) ([]Gift, error) {
	var rows []giftRow
	if err := f.Page.Ascending(f.limit(selectGifts(tx, &rows)), "g.id").Scan(ctx); err != nil {
		return nil, err
	}
	found := make([]Gift, len(rows))
	for i, row := range rows {
		found[i] = row.gift(r.Grants.Book.Base)
	}
	return found, nil
}

// Given lists gifts by date as they stood at a cut-off: received up to the last day of the span and posted up to its
// entry (0 reads all). A refund or reversal beyond day or entry has not happened.
func (r Register) Given(ctx context.Context, tx *store.Tx, f Filter, span ledger.Span) ([]Gift, error) {
	var rows []giftRow
	q := f.limit(selectGifts(tx, &rows)).Join("JOIN entries AS e ON e.id = g.entry_id").
		Where("g.received_on <= ?", span.To).Order("g.received_on", "e.seq")
	if span.Through != 0 {
		q = q.Where("e.seq <= ?", span.Through)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	known := func(on ledger.Date, seq *int64) bool {
		return seq != nil && on <= span.To && (span.Through == 0 || *seq <= span.Through)
	}
	given := make([]Gift, len(rows))
	for i, row := range rows {
		given[i] = row.gift(r.Grants.Book.Base)
		if !known(given[i].RefundedOn, row.RefundSeq) {
			given[i].RefundedOn = ""
		}
		if !known(given[i].ReversedOn, row.ReversalSeq) {
			given[i].ReversedOn = ""
		}
	}
	return given, nil
}

// saveRefund marks a gift as given back, once: [store.ErrStale] where it was before.
func saveRefund(ctx context.Context, tx *store.Tx, g Gift, entry ledger.EntryID) error {
	result, err := tx.NewUpdate().Model((*giftRow)(nil)).Set("refunded_on = ?", g.RefundedOn).
		Set("refund_entry_id = ?", entry).Where("id = ?", g.ID).Where("refunded_on = ''").Exec(ctx)
	return store.ExactlyOne(result, err)
}

// stands keeps to gifts that were neither given back nor reversed.
const stands = "g.refunded_on = '' AND NOT EXISTS (SELECT 1 FROM entries AS v WHERE v.reverses = g.entry_id)"

// Totals sums the gifts received in a calendar year per donor, by code. A donor who gave nothing is left out.
func (r Register) Totals(ctx context.Context, tx *store.Tx, year int, page store.Keyset) ([]Total, error) {
	var rows []struct {
		joinedDonor
		DonorID  donors.ID
		Gifts    int
		Total    int64
		Reported int
	}
	q := tx.NewSelect().TableExpr("donors AS d").Join("JOIN gifts AS g ON g.donor_id = d.id").
		ColumnExpr("d.id AS donor_id").ColumnExpr(donorColumns).
		ColumnExpr("COUNT(*) AS gifts").ColumnExpr("CAST(SUM(g.gross) AS BIGINT) AS total").
		ColumnExpr("(SELECT COUNT(*) FROM donor_secrets AS s WHERE s.donor_id = d.id AND s.field = ?) AS reported",
			donors.TaxID).
		Where("g.received_on BETWEEN ? AND ?", ledger.NewDate(year, 1, 1), ledger.NewDate(year, 12, 31)).Where(stands).
		Group("d.id", "d.code", "d.kind")
	if err := page.Ascending(q, "d.code").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	totals := make([]Total, len(rows))
	for i, row := range rows {
		totals[i] = Total{Donor: row.donor(row.DonorID), Gifts: row.Gifts, Reported: row.Reported > 0,
			Total: ledger.OfMinor(row.Total, r.Grants.Book.Base)}
	}
	return totals, nil
}

type contributionRow struct {
	bun.BaseModel `bun:"table:in_kind_contributions,alias:c"`
	ID            string `bun:",pk"`
	DonorID       *donors.ID
	Fund          ledger.FundCode
	GivenOn       ledger.Date
	Category      string
	Units         string
	UnitValue     int64
	Worth         int64
	Memo          string
	EvidenceID    *evidence.ID
	EntryID       ledger.EntryID

	DonorCode *string      `bun:",scanonly"`
	DonorKind *donors.Kind `bun:",scanonly"`
}

func insertContribution(ctx context.Context, tx *store.Tx, c Contribution) error {
	row := contributionRow{ID: c.ID, DonorID: store.NullIfZero(c.Donor.ID), Fund: c.Fund, GivenOn: c.On,
		Category: c.Category, Units: c.Units.String(), UnitValue: c.UnitValue.Minor(), Worth: c.Worth.Minor(), Memo: c.Memo,
		EvidenceID: store.NullIfZero(c.Evidence), EntryID: c.Entry}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Contributions lists what was given in kind, in order of entry.
func (r Register) Contributions(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Contribution, error) {
	var rows []contributionRow
	q := tx.NewSelect().Model(&rows).ColumnExpr("c.*").ColumnExpr(donorColumns).
		Join("LEFT JOIN donors AS d ON d.id = c.donor_id")
	if err := page.Ascending(q, "c.id").Scan(ctx); err != nil {
		return nil, err
	}
	found := make([]Contribution, len(rows))
	for i, row := range rows {
		units, err := ledger.ParseDecimal(row.Units)
		if err != nil {
			return nil, err
		}
		giver := joinedDonor{store.ZeroIfNull(row.DonorCode), store.ZeroIfNull(row.DonorKind)}
		found[i] = Contribution{ID: row.ID, Donor: giver.donor(store.ZeroIfNull(row.DonorID)), Fund: row.Fund,
			On:       row.GivenOn,
			Category: row.Category, Units: units, UnitValue: ledger.OfMinor(row.UnitValue, r.Grants.Book.Base),
			Worth: ledger.OfMinor(row.Worth, r.Grants.Book.Base), Memo: row.Memo,
			Evidence: store.ZeroIfNull(row.EvidenceID), Entry: row.EntryID}
	}
	return found, nil
}
