package grants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type donorRow struct {
	bun.BaseModel `bun:"table:donors"`
	ID            DonorID `bun:",pk"`
	Code          string
	Kind          DonorKind
	Name          string
	Language      string
	Delivery      Delivery
	CreatedAt     string
}

type grantRow struct {
	bun.BaseModel `bun:"table:grants"`
	ID            GrantID `bun:",pk"`
	Code          string
	DonorID       DonorID
	Title         string
	Currency      ledger.Currency
	Amount        int64
	State         GrantState
	SignedOn      ledger.Date
	PeriodFrom    ledger.Date
	PeriodTo      ledger.Date
	ReportDueOn   ledger.Date
	Version       int
}

type instalmentRow struct {
	bun.BaseModel `bun:"table:grant_instalments"`
	ID            string `bun:",pk"`
	GrantID       GrantID
	ReceivedOn    ledger.Date
	Currency      ledger.Currency
	Amount        int64
	Base          int64
	Rate          string
	Account       ledger.AccountNo
	EntryID       ledger.EntryID
}

// numbered gives what has no code yet the next free one of its series: people give codes of their own too. Find answers
// with the sentinel unknown for a code that is free.
func numbered(ctx context.Context, tx *store.Tx, series, format string, code *string, find func(code string) error, unknown error) error {
	for *code == "" {
		n, err := access.Next(ctx, tx, series)
		if err != nil {
			return err
		}
		next := fmt.Sprintf(format, n)
		if err := find(next); errors.Is(err, unknown) {
			*code = next
		} else if err != nil {
			return err
		}
	}
	return nil
}

// taken turns a broken unique key into the sentinel that says what is there already.
func taken(err, sentinel error) error {
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return sentinel
	}
	return err
}

func insertDonor(ctx context.Context, tx *store.Tx, d Donor) error {
	row := donorRow{ID: d.ID, Code: d.Code, Kind: d.Kind, Name: d.Name, Language: d.Language, Delivery: d.Delivery, CreatedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return taken(err, ErrDuplicateDonor)
}

func (r donorRow) donor(sealed []DonorField) Donor {
	return Donor{r.ID, r.Code, r.Kind, r.Name, r.Language, r.Delivery, sealed}
}

func readDonor(ctx context.Context, tx *store.Tx, key string) (Donor, error) {
	var row donorRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Donor{}, ErrUnknownDonor
	} else if err != nil {
		return Donor{}, err
	}
	donors, err := withSealed(ctx, tx, []donorRow{row})
	if err != nil {
		return Donor{}, err
	}
	return donors[0], nil
}

// readDonors lists donors by code after one, at most limit; 0 reads all.
func readDonors(ctx context.Context, tx *store.Tx, after string, limit int) ([]Donor, error) {
	var rows []donorRow
	q := tx.NewSelect().Model(&rows).Where("code > ?", after).Order("code")
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return withSealed(ctx, tx, rows)
}

// readAtOnce is how many rows are named in one statement that reads what belongs to them.
const readAtOnce = 500

// withSealed adds to donors which of their fields are kept sealed.
func withSealed(ctx context.Context, tx *store.Tx, rows []donorRow) ([]Donor, error) {
	donors := make([]Donor, 0, len(rows))
	for some := range slices.Chunk(rows, readAtOnce) {
		ids := make([]DonorID, len(some))
		for i, r := range some {
			ids[i] = r.ID
		}
		var sealed []secretRow
		if err := tx.NewSelect().Model(&sealed).Column("donor_id", "field").Where("donor_id IN (?)", bun.List(ids)).Order("donor_id", "field").Scan(ctx); err != nil {
			return nil, err
		}
		of := map[DonorID][]DonorField{}
		for _, s := range sealed {
			of[s.DonorID] = append(of[s.DonorID], s.Field)
		}
		for _, r := range some {
			donors = append(donors, r.donor(of[r.ID]))
		}
	}
	return donors, nil
}

// donorsByID reads the donors that are named, each once; who is named by "" is nobody.
func donorsByID(ctx context.Context, tx *store.Tx, ids []DonorID) (map[DonorID]Donor, error) {
	wanted := slices.Clone(ids)
	slices.Sort(wanted)
	wanted = slices.DeleteFunc(slices.Compact(wanted), func(id DonorID) bool { return id == "" })
	by := make(map[DonorID]Donor, len(wanted))
	for some := range slices.Chunk(wanted, readAtOnce) {
		var rows []donorRow
		if err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(some)).Scan(ctx); err != nil {
			return nil, err
		}
		donors, err := withSealed(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for _, d := range donors {
			by[d.ID] = d
		}
	}
	return by, nil
}

func insertGrant(ctx context.Context, tx *store.Tx, g Grant) error {
	row := grantRow{ID: g.ID, Code: g.Code, DonorID: g.Donor.ID, Title: g.Title, Currency: g.Amount.Currency, Amount: g.Amount.Minor(),
		State: g.State, SignedOn: g.SignedOn, PeriodFrom: g.From, PeriodTo: g.To, ReportDueOn: g.ReportDueOn, Version: g.Version}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return taken(err, ErrDuplicateGrant)
	}
	for _, p := range g.Policies {
		if err := savePolicy(ctx, tx, g.ID, p); err != nil {
			return err
		}
	}
	if len(g.Budget) == 0 {
		return nil
	}
	return insertBudget(ctx, tx, g.ID, BudgetVersion{Version: 1, Kind: BudgetAgreed, State: BudgetEffective, Approved: true, StartsOn: g.SignedOn, Lines: g.Budget})
}

func isUnknownGrant(err error) bool { return errors.Is(err, ErrUnknownGrant) }

func readGrant(ctx context.Context, tx *store.Tx, key string) (Grant, error) {
	var row grantRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Grant{}, ErrUnknownGrant
	} else if err != nil {
		return Grant{}, err
	}
	return row.grant(ctx, tx)
}

func readGrants(ctx context.Context, tx *store.Tx) ([]Grant, error) {
	var rows []grantRow
	if err := tx.NewSelect().Model(&rows).Order("code").Scan(ctx); err != nil {
		return nil, err
	}
	grants := make([]Grant, len(rows))
	for i, r := range rows {
		var err error
		if grants[i], err = r.grant(ctx, tx); err != nil {
			return nil, err
		}
	}
	return grants, nil
}

// grant reads what belongs to the row.
func (r grantRow) grant(ctx context.Context, tx *store.Tx) (Grant, error) {
	donor, err := readDonor(ctx, tx, string(r.DonorID))
	if err != nil {
		return Grant{}, err
	}
	g := Grant{ID: r.ID, Code: r.Code, Donor: donor, Title: r.Title, Amount: ledger.OfMinor(r.Amount, r.Currency), State: r.State,
		SignedOn: r.SignedOn, From: r.PeriodFrom, To: r.PeriodTo, ReportDueOn: r.ReportDueOn, Version: r.Version}
	if g.Policies, err = readPolicies(ctx, tx, r.ID, r.Currency); err != nil {
		return Grant{}, err
	}
	g.Budget, err = readBudget(ctx, tx, r.ID, r.Currency)
	return g, err
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func insertInstalment(ctx context.Context, tx *store.Tx, id GrantID, account ledger.AccountNo, in Instalment) error {
	row := instalmentRow{ID: in.ID, GrantID: id, ReceivedOn: in.On, Currency: in.Amount.Currency, Amount: in.Amount.Minor(),
		Base: in.Base.Minor(), Rate: in.Rate.String(), Account: account, EntryID: in.Entry.ID}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readInstalments(ctx context.Context, tx *store.Tx, id GrantID, until ledger.Date, base ledger.Currency) ([]Instalment, error) {
	var rows []instalmentRow
	err := tx.NewSelect().Model(&rows).Where("grant_id = ?", id).Where("received_on <= ?", until).Order("received_on", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	instalments := make([]Instalment, len(rows))
	for i, r := range rows {
		in := Instalment{ID: r.ID, Grant: string(id), On: r.ReceivedOn, Amount: ledger.OfMinor(r.Amount, r.Currency), Base: ledger.OfMinor(r.Base, base)}
		if r.Rate != "" {
			if in.Rate, err = ledger.ParseRate(r.Rate); err != nil {
				return nil, err
			}
		}
		in.Entry.ID = r.EntryID
		instalments[i] = in
	}
	return instalments, nil
}
