package beneficiaries

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type indexRow struct {
	BeneficiaryID BeneficiaryID
	Kind          string
	Digest        []byte
}

type duplicateRow struct {
	bun.BaseModel `bun:"table:duplicates"`
	ID            string `bun:",pk"`
	BeneficiaryID BeneficiaryID
	OtherID       BeneficiaryID
	Kind          string
	FoundBy       string
	FoundAt       string
}

type verdictRow struct {
	bun.BaseModel `bun:"table:duplicate_decisions"`
	DuplicateID   string `bun:",pk"`
	Verdict       string
	DecidedBy     string
	DecidedAt     string
}

func saveIndex(ctx context.Context, tx *store.Tx, r indexRow) error {
	_, err := tx.NewRaw(`INSERT INTO identity_indexes (beneficiary_id, kind, digest) VALUES (?, ?, ?)
		ON CONFLICT (beneficiary_id, kind) DO UPDATE SET digest = excluded.digest`,
		r.BeneficiaryID, r.Kind, r.Digest).Exec(ctx)
	return err
}

// readLike lists the others with the same fingerprint.
func readLike(ctx context.Context, tx *store.Tx, r indexRow) ([]BeneficiaryID, error) {
	var like []BeneficiaryID
	err := tx.NewSelect().Table("identity_indexes").Column("beneficiary_id").Where("kind = ?", r.Kind).
		Where("digest = ?", r.Digest).
		Where("beneficiary_id <> ?", r.BeneficiaryID).Order("beneficiary_id").Scan(ctx, &like)
	return like, err
}

// noteDuplicate notes a likeness once, whichever of the two was written last.
func noteDuplicate(ctx context.Context, tx *store.Tx, d Duplicate) error {
	known, err := tx.NewSelect().Model((*duplicateRow)(nil)).Where("kind = ?", d.Kind).
		Where("(beneficiary_id = ? AND other_id = ?) OR (beneficiary_id = ? AND other_id = ?)", d.One, d.Other, d.Other,
			d.One).Exists(ctx)
	if err != nil || known {
		return err
	}
	row := duplicateRow{ID: d.ID, BeneficiaryID: d.One, OtherID: d.Other, Kind: d.Kind, FoundBy: d.FoundBy,
		FoundAt: store.FormatTime(d.FoundAt)}
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readDuplicates lists duplicates; only the one of an id where that is not "".
func readDuplicates(ctx context.Context, tx *store.Tx, f DuplicateFilter, id string) ([]Duplicate, error) {
	var rows []struct {
		duplicateRow
		Verdict *string
	}
	q := tx.NewSelect().TableExpr("duplicates AS d").ColumnExpr("d.*").ColumnExpr("v.verdict").
		Join("LEFT JOIN duplicate_decisions AS v ON v.duplicate_id = d.id")
	if !f.All {
		q = q.Where("v.verdict IS NULL")
	}
	if id != "" {
		q = q.Where("d.id = ?", id)
	}
	if err := f.Page.Ascending(q, "d.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := make([]Duplicate, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.FoundAt)
		if err != nil {
			return nil, err
		}
		found[i] = Duplicate{ID: r.ID, One: r.BeneficiaryID, Other: r.OtherID, Kind: r.Kind, FoundBy: r.FoundBy, FoundAt: at,
			Verdict: store.ZeroIfNull(r.Verdict)}
	}
	return found, nil
}

func insertVerdict(ctx context.Context, tx *store.Tx, d Duplicate) error {
	row := verdictRow{DuplicateID: d.ID, Verdict: d.Verdict, DecidedBy: tx.By.User, DecidedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// forgetIdentity takes away what was sealed of a person, and the fingerprints.
func forgetIdentity(ctx context.Context, tx *store.Tx, b BeneficiaryID) error {
	if _, err := tx.NewDelete().Table("identity_indexes").Where("beneficiary_id = ?", b).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model((*identityRow)(nil)).Where("beneficiary_id = ?", b).Exec(ctx)
	return err
}
