package beneficiaries

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type consentRow struct {
	bun.BaseModel `bun:"table:consents"`
	ID            string `bun:",pk"`
	BeneficiaryID BeneficiaryID
	Purpose       ConsentPurpose
	Donor         string
	GivenOn       ledger.Date
	ExpiresOn     ledger.Date
	EvidenceID    evidence.ID
	RecordedBy    string
	RecordedAt    string
}

type revocationRow struct {
	bun.BaseModel `bun:"table:consent_revocations"`
	ConsentID     string `bun:",pk"`
	RevokedOn     ledger.Date
	RevokedBy     string
	RevokedAt     string
}

type householdRow struct {
	bun.BaseModel `bun:"table:households"`
	BeneficiaryID BeneficiaryID `bun:",pk"`
	Version       int           `bun:",pk"`
	Size          string
	Children      string
	Youngest      string
	WrittenBy     string
	WrittenAt     string
}

type endingRow struct {
	bun.BaseModel `bun:"table:beneficiary_endings"`
	BeneficiaryID BeneficiaryID `bun:",pk"`
	EndedOn       ledger.Date
	RecordedBy    string
	RecordedAt    string
}

func insertConsent(ctx context.Context, tx *store.Tx, c Consent) error {
	row := consentRow{ID: c.ID, BeneficiaryID: c.Beneficiary, Purpose: c.Purpose, Donor: c.Donor, GivenOn: c.GivenOn,
		ExpiresOn:  c.ExpiresOn,
		EvidenceID: c.Evidence, RecordedBy: tx.By.User, RecordedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readConsents(ctx context.Context, tx *store.Tx, b BeneficiaryID, page store.Keyset) ([]Consent, error) {
	return scanConsents(ctx, tx.NewSelect().Where("c.beneficiary_id = ?", b), page)
}

// scanConsents reads those of a selection, in order of giving.
func scanConsents(ctx context.Context, q *bun.SelectQuery, page store.Keyset) ([]Consent, error) {
	var rows []struct {
		consentRow
		RevokedOn *ledger.Date
	}
	q = q.TableExpr("consents AS c").ColumnExpr("c.*").ColumnExpr("r.revoked_on").
		Join("LEFT JOIN consent_revocations AS r ON r.consent_id = c.id")
	if err := page.Ascending(q, "c.given_on", "c.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Consent, len(rows))
	for i, r := range rows {
		all[i] = Consent{ID: r.ID, Beneficiary: r.BeneficiaryID, Purpose: r.Purpose, Donor: r.Donor, GivenOn: r.GivenOn,
			ExpiresOn: r.ExpiresOn, Evidence: r.EvidenceID, RevokedOn: store.ZeroIfNull(r.RevokedOn)}
	}
	return all, nil
}

func insertRevocation(ctx context.Context, tx *store.Tx, c Consent) error {
	row := revocationRow{ConsentID: c.ID, RevokedOn: c.RevokedOn, RevokedBy: tx.By.User,
		RevokedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func insertHousehold(ctx context.Context, tx *store.Tx, b BeneficiaryID, h Household) error {
	row := householdRow{BeneficiaryID: b, Version: h.Version, Size: h.Size, Children: h.Children, Youngest: h.Youngest,
		WrittenBy: tx.By.User, WrittenAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readHouseholds(ctx context.Context, tx *store.Tx, b BeneficiaryID, page store.Keyset) ([]Household, error) {
	var rows []householdRow
	q := tx.NewSelect().Model(&rows).Where("beneficiary_id = ?", b)
	if err := page.Ascending(q, "version").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Household, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.WrittenAt)
		if err != nil {
			return nil, err
		}
		all[i] = Household{Version: r.Version, Size: r.Size, Children: r.Children, Youngest: r.Youngest,
			Since: ledger.DateOf(at)}
	}
	return all, nil
}

func saveStatus(ctx context.Context, tx *store.Tx, b Beneficiary) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*beneficiaryRow)(nil)).Set("status = ?", b.Status).Where("id = ?", b.ID).
		Exec(ctx))
}

func saveEnding(ctx context.Context, tx *store.Tx, b Beneficiary, on ledger.Date) error {
	row := endingRow{BeneficiaryID: b.ID, EndedOn: on, RecordedBy: tx.By.User, RecordedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	return saveStatus(ctx, tx, b)
}

// readEnded lists the people whose identities were to be kept until a day before on, and are still there.
func readEnded(ctx context.Context, tx *store.Tx, on ledger.Date, page store.Keyset) ([]Kept, error) {
	var rows []struct {
		ID        string
		Code      string
		KeepUntil ledger.Date
	}
	last := ledger.NewDate(on.Year()-IdentityYears, 1, 1) // ended before: the third year after theirs is over
	ended := tx.NewSelect().TableExpr("beneficiary_endings AS e").ColumnExpr("b.id, b.code").
		ColumnExpr("(CAST(substr(e.ended_on, 1, 4) AS INTEGER) + ?) || '-12-31' AS keep_until", IdentityYears).
		Join("JOIN beneficiaries AS b ON b.id = e.beneficiary_id").Where("b.status <> 'erased'").
		Where("e.ended_on < ?", last)
	err := page.Ascending(tx.NewSelect().TableExpr("(?) AS k", ended).ColumnExpr("k.*"), "k.keep_until", "k.id").
		Scan(ctx, &rows)
	due := make([]Kept, len(rows))
	for i, r := range rows {
		due[i] = Kept{Kind: "identity", ID: r.ID, Code: r.Code, KeepUntil: r.KeepUntil}
	}
	return due, err
}
