package beneficiaries

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type identityRow struct {
	bun.BaseModel `bun:"table:identities"`
	BeneficiaryID BeneficiaryID `bun:",pk"`
	Field         Field         `bun:",pk"`
	Version       int
	Sealed        []byte
	WrittenBy     string
	WrittenAt     string
}

type noticeRow struct {
	bun.BaseModel `bun:"table:privacy_notices"`
	ID            string `bun:",pk"`
	Kind          NoticeKind
	BeneficiaryID BeneficiaryID
	UserID        string
	Reason        string
	At            string
	ReviewBy      string
	Outcome       string
	ReviewedBy    string
	ReviewedAt    string
}

func readIdentity(ctx context.Context, tx *store.Tx, b BeneficiaryID) ([]identityRow, error) {
	var rows []identityRow
	err := tx.NewSelect().Model(&rows).Where("beneficiary_id = ?", b).Order("field").Scan(ctx)
	return rows, err
}

// IdentityVersion counts how often fields of an identity were written: two who write down who somebody is, each without
// having seen what the other wrote, are told apart by it.
func IdentityVersion(ctx context.Context, tx *store.Tx, b BeneficiaryID) (n int, err error) {
	err = tx.NewSelect().Model((*identityRow)(nil)).ColumnExpr("COALESCE(SUM(version), 0)").
		Where("beneficiary_id = ?", b).Scan(ctx, &n)
	return n, err
}

// saveIdentity writes a field, new or anew. A version that is there already was written by a twin: [store.ErrStale].
func saveIdentity(ctx context.Context, tx *store.Tx, row identityRow) error {
	if row.Version == 1 {
		_, err := tx.NewInsert().Model(&row).Exec(ctx)
		return err
	}
	return store.ExactlyOne(tx.NewUpdate().Model(&row).WherePK().Where("version = ?", row.Version-1).Exec(ctx))
}

// countOpening counts one more opening of the actor on a day and gives their number. The first of a day is inserted,
// the others are counted up; of two first ones at the same moment the second counts up too.
func countOpening(ctx context.Context, tx *store.Tx, day ledger.Date) (n int, err error) {
	var counted []int
	err = tx.NewRaw(`UPDATE opening_counts SET openings = openings + 1 WHERE user_id = ? AND day = ? RETURNING openings`,
		tx.By.User, day).Scan(ctx, &counted)
	if err != nil {
		return 0, err
	}
	if len(counted) > 0 {
		return counted[0], nil
	}
	err = tx.NewRaw(`INSERT INTO opening_counts (user_id, day, openings) VALUES (?, ?, 1)
		ON CONFLICT (user_id, day) DO UPDATE SET openings = opening_counts.openings + 1
		RETURNING openings`, tx.By.User, day).Scan(ctx, &n)
	return n, err
}

func insertNotice(ctx context.Context, tx *store.Tx, n Notice) error {
	row := noticeRow{ID: n.ID, Kind: n.Kind, BeneficiaryID: n.Beneficiary, UserID: n.User, Reason: n.Reason,
		At:       store.FormatTime(n.At),
		ReviewBy: store.FormatTime(n.ReviewBy)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// countNotices counts the actor's notices of a kind since an instant.
func countNotices(ctx context.Context, tx *store.Tx, kind NoticeKind, since time.Time) (int64, error) {
	return tx.NewSelect().Model((*noticeRow)(nil)).Where("kind = ?", kind).Where("user_id = ?", tx.By.User).
		Where("at > ?", store.FormatTime(since)).Count(ctx)
}

func readNotices(ctx context.Context, tx *store.Tx, f NoticeFilter) ([]Notice, error) {
	var rows []noticeRow
	q := tx.NewSelect().Model(&rows).Where("outcome = ?", f.Outcome)
	if err := f.Page.Ascending(q, "review_by", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Notice, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.At)
		if err != nil {
			return nil, err
		}
		all[i] = Notice{ID: r.ID, Kind: r.Kind, Beneficiary: r.BeneficiaryID, User: r.UserID, Reason: r.Reason, At: at,
			ReviewBy: at.Add(reviewWithin), Outcome: r.Outcome, ReviewedBy: r.ReviewedBy}
	}
	return all, nil
}

func saveReview(ctx context.Context, tx *store.Tx, n Notice) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*noticeRow)(nil)).Set("outcome = ?", n.Outcome).
		Set("reviewed_by = ?", n.ReviewedBy).
		Set("reviewed_at = ?", store.FormatTime(tx.At)).Where("id = ?", n.ID).Where("outcome = ''").Exec(ctx))
}

// accessActions are the audit events that say who saw or wrote an identity.
var accessActions = []string{"identity.opened", "identity.opened_in_emergency", "identity.written", "identity.exported",
	"identity.erased", "file.opened", "note.written", "referral.made"}

func readAccesses(ctx context.Context, tx *store.Tx, b BeneficiaryID, page store.Keyset) ([]Access, error) {
	var rows []struct {
		ID, At, Action, Fields, Reason string
		Handle                         *string
	}
	q := tx.NewSelect().TableExpr("audit_events AS e").ColumnExpr("e.id, e.at, e.action, e.fields, e.reason, u.handle").
		Join("LEFT JOIN users AS u ON u.id = e.user_id").Where("e.subject = ?", b).
		Where("e.action IN (?)", bun.List(accessActions))
	if err := page.Ascending(q, "e.at", "e.id").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	all := make([]Access, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.At)
		if err != nil {
			return nil, err
		}
		all[i] = Access{ID: r.ID, At: at, Action: r.Action, Reason: r.Reason, Handle: store.ZeroIfNull(r.Handle)}
		if r.Fields != "" {
			all[i].Fields = strings.Split(r.Fields, ",")
		}
		if strings.HasPrefix(r.Action, "identity.opened") {
			all[i].Purpose, all[i].Fields = all[i].Fields[0], all[i].Fields[1:]
		}
	}
	return all, nil
}
