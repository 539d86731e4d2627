package statements

import (
	"context"
	"database/sql"
	"errors"
	"supportledger/access"
	"supportledger/grants/donors"
	"supportledger/statements/figures"
	"supportledger/store"
	"time"

	"github.com/uptrace/bun"
)

type deliveryRow struct {
	bun.BaseModel `bun:"table:statement_deliveries"`
	ID            DeliveryID `bun:",pk"`
	StatementID   ID
	DonorID       donors.ID
	AskedBy       access.UserID
	TokenID       string
	RequestID     string
	AskedAt       string
}

func insertDelivery(ctx context.Context, tx *store.Tx, d Delivery) error {
	row := deliveryRow{ID: d.ID, StatementID: d.Statement, DonorID: d.Donor, AskedBy: d.AskedBy, TokenID: tx.By.Token,
		RequestID: tx.By.Request, AskedAt: store.FormatTime(d.AskedAt)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readDelivery(ctx context.Context, tx *store.Tx, id DeliveryID) (Delivery, error) {
	found, err := deliveriesOf(ctx, tx, tx.NewSelect().Where("id = ?", id))
	if err == nil && len(found) == 0 {
		return Delivery{}, ErrUnknownDelivery
	} else if err != nil {
		return Delivery{}, err
	}
	return found[0], nil
}

func readDeliveries(ctx context.Context, tx *store.Tx, statement ID, page store.Keyset) ([]Delivery, error) {
	return deliveriesOf(ctx, tx, page.Descending(tx.NewSelect().Where("statement_id = ?", statement), "id"))
}

func deliveriesOf(ctx context.Context, tx *store.Tx, q *bun.SelectQuery) ([]Delivery, error) {
	var rows []deliveryRow
	if err := q.Model(&rows).Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	attempts, err := readAttempts(ctx, tx, figures.Each(rows, func(r deliveryRow) DeliveryID { return r.ID }))
	if err != nil {
		return nil, err
	}
	all := make([]Delivery, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.AskedAt)
		if err != nil {
			return nil, err
		}
		all[i] = Delivery{ID: r.ID, Statement: r.StatementID, Donor: r.DonorID, AskedBy: r.AskedBy, AskedAt: at,
			Attempts: attempts[r.ID]}
	}
	return all, nil
}

// readDeliveryActor is who asked for a delivery.
func readDeliveryActor(ctx context.Context, tx *store.Tx, id DeliveryID) (store.Actor, error) {
	var row deliveryRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Actor{}, ErrUnknownDelivery
	}
	return store.Actor{User: string(row.AskedBy), Token: row.TokenID, Request: row.RequestID}, err
}

type attemptRow struct {
	bun.BaseModel `bun:"table:statement_delivery_attempts"`
	DeliveryID    DeliveryID
	Attempt       int
	Outcome       AttemptOutcome
	Code          int
	AttemptedAt   string
}

// readAttempts reads the attempts of some deliveries, each in order.
func readAttempts(ctx context.Context, tx *store.Tx, ids []DeliveryID) (map[DeliveryID][]Attempt, error) {
	var rows []attemptRow
	err := tx.NewSelect().Model(&rows).Where("delivery_id IN (?)", bun.List(ids)).Order("delivery_id", "attempt").Scan(ctx)
	if err != nil {
		return nil, err
	}
	found := map[DeliveryID][]Attempt{}
	for _, r := range rows {
		at, err := store.ParseTime(r.AttemptedAt)
		if err != nil {
			return nil, err
		}
		found[r.DeliveryID] = append(found[r.DeliveryID], Attempt{r.Attempt, r.Outcome, r.Code, at})
	}
	return found, nil
}

func insertAttempt(ctx context.Context, tx *store.Tx, id DeliveryID, a Attempt) error {
	row := attemptRow{DeliveryID: id, Attempt: a.No, Outcome: a.Outcome, Code: a.Code, AttemptedAt: store.FormatTime(a.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// AttemptsSince counts the attempts to mail a statement since an instant, by what came of them.
func AttemptsSince(ctx context.Context, tx *store.Tx, since time.Time) (map[AttemptOutcome]int, error) {
	var rows []struct {
		Outcome AttemptOutcome
		N       int
	}
	err := tx.NewSelect().Table("statement_delivery_attempts").Column("outcome").ColumnExpr("COUNT(*) AS n").
		Where("attempted_at >= ?", store.FormatTime(since)).Group("outcome").Scan(ctx, &rows)
	counted := map[AttemptOutcome]int{}
	for _, r := range rows {
		counted[r.Outcome] = r.N
	}
	return counted, err
}

type linkRow struct {
	bun.BaseModel `bun:"table:statement_delivery_links"`
	SecretHash    string
	DeliveryID    DeliveryID
	ExpiresAt     string
}

func insertLink(ctx context.Context, tx *store.Tx, id DeliveryID, hash string, until time.Time) error {
	_, err := tx.NewInsert().Model(&linkRow{SecretHash: hash, DeliveryID: id, ExpiresAt: store.FormatTime(until)}).Exec(
		ctx)
	return err
}

// readLink is the statement that a link leads to at an instant.
func readLink(ctx context.Context, tx *store.Tx, hash, now string) (id ID, err error) {
	err = tx.NewSelect().TableExpr("statement_delivery_links AS l").Column("d.statement_id").Join(
		"JOIN statement_deliveries AS d ON d.id = l.delivery_id").
		Where("l.secret_hash = ?", hash).Where("l.expires_at > ?", now).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrUnknownDelivery
	}
	return id, err
}

// readOwner is the donor whom a link was sent to, at an instant.
func readOwner(ctx context.Context, tx *store.Tx, hash, now string) (id donors.ID, err error) {
	err = tx.NewSelect().TableExpr("statement_delivery_links AS l").Column("d.donor_id").Join(
		"JOIN statement_deliveries AS d ON d.id = l.delivery_id").
		Where("l.secret_hash = ?", hash).Where("l.expires_at > ?", now).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrUnknownDelivery
	}
	return id, err
}

// readOwn reads the sealed statements of a donor and of the grants that the donor gave; those that are named, or all.
func readOwn(ctx context.Context, tx *store.Tx, d donors.Donor, page store.Keyset, ids ...ID) ([]Listed, error) {
	q := tx.NewSelect().Where("document_hash IS NOT NULL").
		Where("state IN (?)", bun.List([]State{Issued, Sent, Superseded})).
		WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("kind = ? AND subject = ?", figures.DonorAnnual, d.Code).
				WhereOr("kind = ? AND subject IN (SELECT code FROM grants WHERE donor_id = ?)", figures.GrantFinancial, d.ID)
		})
	if len(ids) > 0 {
		q = q.Where("id IN (?)", bun.List(ids))
	}
	return readListed(ctx, q, page)
}

type lockedCopyRow struct {
	bun.BaseModel `bun:"table:statement_locked_copies"`
	DocumentHash  string
	DeliveryID    DeliveryID
	LockedAt      string
}

func insertLockedCopy(ctx context.Context, tx *store.Tx, id DeliveryID, hash string) error {
	row := lockedCopyRow{DocumentHash: hash, DeliveryID: id, LockedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readOfFile is the statement that a file is, or is a locked copy of. [ErrUnknownStatement].
func readOfFile(ctx context.Context, tx *store.Tx, hash string) (s Statement, locked bool, err error) {
	var row statementRow
	s, err = row.found(tx.NewSelect().Model(&row).Where("document_hash = ?", hash).Limit(1).Scan(ctx))
	if !errors.Is(err, ErrUnknownStatement) {
		return s, false, err
	}
	s, err = row.found(tx.NewSelect().Model(&row).Where("id = (?)", tx.NewSelect().
		TableExpr("statement_locked_copies AS c").Column("d.statement_id").
		Join("JOIN statement_deliveries AS d ON d.id = c.delivery_id").Where("c.document_hash = ?", hash)).Scan(ctx))
	return s, true, err
}

// readLockedCopies reads the hashes of all copies, by statement.
func readLockedCopies(ctx context.Context, tx *store.Tx) (map[ID][]string, error) {
	var rows []struct {
		StatementID  ID
		DocumentHash string
	}
	err := tx.NewSelect().TableExpr("statement_locked_copies AS c").Column("d.statement_id", "c.document_hash").
		Join("JOIN statement_deliveries AS d ON d.id = c.delivery_id").
		Order("c.locked_at", "c.document_hash").Scan(ctx, &rows)
	found := map[ID][]string{}
	for _, r := range rows {
		found[r.StatementID] = append(found[r.StatementID], r.DocumentHash)
	}
	return found, err
}
