package casefile

import (
	"context"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type noteRow struct {
	bun.BaseModel `bun:"table:case_notes"`
	ID            string `bun:",pk"`
	BeneficiaryID beneficiaries.BeneficiaryID
	PlanID        *beneficiaries.PlanID
	Purpose       string
	OnDay         ledger.Date
	Sealed        []byte
	WrittenBy     access.UserID
	WrittenAt     string
}

type referralRow struct {
	bun.BaseModel  `bun:"table:referrals"`
	ID             string `bun:",pk"`
	BeneficiaryID  beneficiaries.BeneficiaryID
	ToWhom         string
	ConsentID      *string
	OverrideReason string
	MadeOn         ledger.Date
	Sealed         []byte
	Answer         string
	MadeBy         access.UserID
	MadeAt         string
}

type closeRow struct {
	bun.BaseModel `bun:"table:close_people"`
	ID            string `bun:",pk"`
	BeneficiaryID beneficiaries.BeneficiaryID
	Kind          string
	Relation      string
	AgeBand       string
	FromOn        ledger.Date
	ToOn          ledger.Date
	Sealed        []byte
	WrittenBy     access.UserID
	WrittenAt     string
}

type contactRow struct {
	bun.BaseModel `bun:"table:safe_contacts"`
	BeneficiaryID beneficiaries.BeneficiaryID `bun:",pk"`
	Version       int                         `bun:",pk"`
	Way           string
	Safe          bool
	ReviewOn      ledger.Date
	WrittenBy     string
	WrittenAt     string
}

type reviewRow struct {
	bun.BaseModel `bun:"table:goal_reviews"`
	ID            string `bun:",pk"`
	PlanID        beneficiaries.PlanID
	Goal          string
	ReviewedOn    ledger.Date
	Result        string
	NextOn        ledger.Date
	ReviewedBy    access.UserID
	ReviewedAt    string
}

func insert(ctx context.Context, tx *store.Tx, row any) error {
	_, err := tx.NewInsert().Model(row).Exec(ctx)
	return err
}

func insertNote(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, n Note, sealed []byte) error {
	return insert(ctx, tx, &noteRow{ID: n.ID, BeneficiaryID: b, PlanID: store.NullIfZero(n.Plan), Purpose: n.Purpose,
		OnDay: n.On, Sealed: sealed, WrittenBy: n.By, WrittenAt: store.FormatTime(n.At)})
}

func readNotes(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, page store.Keyset) ([]Note, error) {
	var rows []noteRow
	q := tx.NewSelect().Model(&rows).ExcludeColumn("sealed").Where("beneficiary_id = ?", b)
	if err := page.Ascending(q, "on_day", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Note, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.WrittenAt)
		if err != nil {
			return nil, err
		}
		all[i] = Note{ID: r.ID, Plan: store.ZeroIfNull(r.PlanID), Purpose: r.Purpose, On: r.OnDay, By: r.WrittenBy, At: at}
	}
	return all, nil
}

// readSealed reads sealed texts of one person, by id.
func readSealed(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, ids []string) (map[string][]byte,
	error) {
	var rows []struct {
		ID     string
		Sealed []byte
	}
	err := tx.NewRaw(`SELECT id, sealed FROM case_notes WHERE beneficiary_id = ? AND id IN (?)
		UNION ALL SELECT id, sealed FROM referrals WHERE beneficiary_id = ? AND id IN (?) AND sealed IS NOT NULL
		UNION ALL SELECT id, sealed FROM close_people WHERE beneficiary_id = ? AND id IN (?) AND sealed IS NOT NULL`,
		b, bun.List(ids), b, bun.List(ids), b, bun.List(ids)).Scan(ctx, &rows)
	found := map[string][]byte{}
	for _, r := range rows {
		found[r.ID] = r.Sealed
	}
	return found, err
}

func insertReferral(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, r Referral, sealed []byte) error {
	return insert(ctx, tx, &referralRow{ID: r.ID, BeneficiaryID: b, ToWhom: r.To, ConsentID: store.NullIfZero(r.Consent),
		OverrideReason: r.Override, MadeOn: r.On, Sealed: sealed, MadeBy: r.By, MadeAt: store.FormatTime(r.At)})
}

func readReferrals(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, page store.Keyset) ([]Referral,
	error) {
	var rows []referralRow
	q := tx.NewSelect().Model(&rows).ExcludeColumn("sealed").Where("beneficiary_id = ?", b)
	if err := page.Ascending(q, "made_on", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Referral, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.MadeAt)
		if err != nil {
			return nil, err
		}
		all[i] = Referral{ID: r.ID, To: r.ToWhom, Consent: store.ZeroIfNull(r.ConsentID), Override: r.OverrideReason,
			On: r.MadeOn, Answer: r.Answer, By: r.MadeBy, At: at}
	}
	return all, nil
}

func saveAnswer(ctx context.Context, tx *store.Tx, r Referral, answer string) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*referralRow)(nil)).Set("answer = ?", answer).Where("id = ?", r.ID).
		Where("answer = ?", r.Answer).Exec(ctx))
}

func insertClose(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, c ClosePerson, sealed []byte) error {
	return insert(ctx, tx, &closeRow{ID: c.ID, BeneficiaryID: b, Kind: c.Kind, Relation: c.Relation, AgeBand: c.AgeBand,
		FromOn: c.From, Sealed: sealed, WrittenBy: c.By, WrittenAt: store.FormatTime(c.At)})
}

func readClose(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, page store.Keyset) ([]ClosePerson,
	error) {
	var rows []closeRow
	q := tx.NewSelect().Model(&rows).ExcludeColumn("sealed").Where("beneficiary_id = ?", b)
	if err := page.Ascending(q, "from_on", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]ClosePerson, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.WrittenAt)
		if err != nil {
			return nil, err
		}
		all[i] = ClosePerson{ID: r.ID, Kind: r.Kind, Relation: r.Relation, AgeBand: r.AgeBand, From: r.FromOn, To: r.ToOn,
			By: r.WrittenBy, At: at}
	}
	return all, nil
}

func saveEnd(ctx context.Context, tx *store.Tx, c ClosePerson) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*closeRow)(nil)).Set("to_on = ?", c.To).Where("id = ?", c.ID).
		Where("to_on = ''").Exec(ctx))
}

func insertContact(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, c SafeContact) error {
	return insert(ctx, tx, &contactRow{BeneficiaryID: b, Version: c.Version, Way: c.Way, Safe: c.Safe,
		ReviewOn: c.ReviewOn, WrittenBy: tx.By.User, WrittenAt: store.FormatTime(c.At)})
}

func readContacts(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID, page store.Keyset) ([]SafeContact,
	error) {
	var rows []contactRow
	q := tx.NewSelect().Model(&rows).Where("beneficiary_id = ?", b)
	if err := page.Ascending(q, "version").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]SafeContact, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.WrittenAt)
		if err != nil {
			return nil, err
		}
		all[i] = SafeContact{Version: r.Version, Way: r.Way, Safe: r.Safe, ReviewOn: r.ReviewOn, At: at}
	}
	return all, nil
}

func insertReview(ctx context.Context, tx *store.Tx, plan beneficiaries.PlanID, r GoalReview) error {
	return insert(ctx, tx, &reviewRow{ID: r.ID, PlanID: plan, Goal: r.Goal, ReviewedOn: r.On, Result: r.Result,
		NextOn: r.NextOn, ReviewedBy: r.By, ReviewedAt: store.FormatTime(r.At)})
}

func readReviews(ctx context.Context, tx *store.Tx, plan beneficiaries.PlanID, page store.Keyset) ([]GoalReview,
	error) {
	var rows []reviewRow
	q := tx.NewSelect().Model(&rows).Where("plan_id = ?", plan)
	if err := page.Ascending(q, "reviewed_on", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]GoalReview, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.ReviewedAt)
		if err != nil {
			return nil, err
		}
		all[i] = GoalReview{ID: r.ID, Goal: r.Goal, On: r.ReviewedOn, Result: r.Result, NextOn: r.NextOn,
			By: r.ReviewedBy, At: at}
	}
	return all, nil
}

// readSame finds the beneficiaries of whom somebody decided that they are one person, starting at one.
func readSame(ctx context.Context, tx *store.Tx, b beneficiaries.BeneficiaryID) ([]beneficiaries.BeneficiaryID, error) {
	var ids []beneficiaries.BeneficiaryID
	err := tx.NewRaw(`WITH RECURSIVE same (id) AS (SELECT CAST(? AS TEXT)
		UNION SELECT CASE d.beneficiary_id WHEN s.id THEN d.other_id ELSE d.beneficiary_id END
			FROM same AS s JOIN duplicates AS d ON d.beneficiary_id = s.id OR d.other_id = s.id
			JOIN duplicate_decisions AS v ON v.duplicate_id = d.id AND v.verdict = 'same')
		SELECT id FROM same`, b).Scan(ctx, &ids)
	return ids, err
}

func readJoined(ctx context.Context, tx *store.Tx, ids []beneficiaries.BeneficiaryID, page store.Keyset) ([]JoinedPlan,
	error) {
	codes, err := beneficiaries.Codes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	seen := make([]beneficiaries.BeneficiaryID, 0, len(codes))
	for id := range codes {
		seen = append(seen, id)
	}
	var rows []struct {
		ID, Number    string
		BeneficiaryID beneficiaries.BeneficiaryID
		State         beneficiaries.PlanState
	}
	q := tx.NewSelect().TableExpr("plans AS p").ColumnExpr("p.id, p.number, p.beneficiary_id, p.state").
		Where("p.beneficiary_id IN (?)", bun.List(seen))
	if err := page.Ascending(q, "p.number").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]JoinedPlan, len(rows))
	for i, r := range rows {
		all[i] = JoinedPlan{Plan: beneficiaries.PlanID(r.ID), Number: r.Number, Code: codes[r.BeneficiaryID],
			State: r.State}
	}
	return all, nil
}

// Standing is what safeguards ask of a person: how consents and safe contact stand.
type Standing struct {
	PaymentEnded ledger.Date // when the last consent to payment or support ended; "" one holds, or none was given
	Unsafe       bool        // the newest way to reach the person is not safe
	ReviewOn     ledger.Date // of the newest way; "" there is none
}

// Standings reads how consents and safe contact of people stand on a day, in two queries.
func Standings(ctx context.Context, tx *store.Tx, people []beneficiaries.BeneficiaryID, on ledger.Date) (
	map[beneficiaries.BeneficiaryID]Standing, error) {
	found := map[beneficiaries.BeneficiaryID]Standing{}
	if len(people) == 0 {
		return found, nil
	}
	var ends []struct {
		BeneficiaryID beneficiaries.BeneficiaryID
		Ended         ledger.Date
	}
	err := tx.NewSelect().TableExpr("consents AS c").ColumnExpr("c.beneficiary_id").
		ColumnExpr("MAX(CASE WHEN r.revoked_on <= c.expires_on THEN r.revoked_on ELSE c.expires_on END) AS ended").
		Join("LEFT JOIN consent_revocations AS r ON r.consent_id = c.id").
		Where("c.beneficiary_id IN (?)", bun.List(people)).Where("c.purpose IN ('payment', 'support')").
		GroupExpr("c.beneficiary_id").
		Having("SUM(CASE WHEN c.given_on <= ? AND c.expires_on >= ? AND (r.revoked_on IS NULL OR r.revoked_on > ?) "+
			"THEN 1 ELSE 0 END) = 0", on, on, on).Scan(ctx, &ends)
	if err != nil {
		return nil, err
	}
	for _, e := range ends {
		found[e.BeneficiaryID] = Standing{PaymentEnded: e.Ended}
	}
	var ways []contactRow
	err = tx.NewSelect().Model(&ways).Where("beneficiary_id IN (?)", bun.List(people)).Order("beneficiary_id", "version").
		Scan(ctx)
	for _, w := range ways {
		s := found[w.BeneficiaryID]
		s.Unsafe, s.ReviewOn = !w.Safe, w.ReviewOn
		found[w.BeneficiaryID] = s
	}
	return found, err
}
