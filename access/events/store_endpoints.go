package events

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/store"
)

type endpointRow struct {
	bun.BaseModel `bun:"table:webhook_endpoints"`
	ID            EndpointID `bun:",pk"`
	URL           string
	FamilyCount   int
	Reason        string
	Payload       []byte
	State         EndpointState
	CreatedBy     access.UserID
	CreatedAt     string
}

type familyRow struct {
	bun.BaseModel `bun:"table:webhook_families"`
	EndpointID    EndpointID `bun:",pk"`
	Family        string     `bun:",pk"`
}

type secretRow struct {
	bun.BaseModel `bun:"table:webhook_secrets"`
	EndpointID    EndpointID `bun:",pk"`
	Number        int        `bun:",pk"`
	Sealed        []byte
	CreatedAt     string
	EndsAt        string
}

type progressRow struct {
	bun.BaseModel `bun:"table:webhook_progress"`
	EndpointID    EndpointID `bun:",pk"`
	Position      int64
	Replays       int
	Failures      int
	FailingSince  string
	NextAt        string
	ClaimedBy     string
	ClaimedUntil  string
}

func insertEndpoint(ctx context.Context, tx *store.Tx, e Endpoint) error {
	payload := e.payload()
	row := endpointRow{ID: e.ID, URL: e.URL, FamilyCount: len(e.Families), Reason: e.Reason, Payload: payload[:],
		State: e.State, CreatedBy: e.By, CreatedAt: store.FormatTime(e.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	families := make([]familyRow, len(e.Families))
	for i, f := range e.Families {
		families[i] = familyRow{EndpointID: e.ID, Family: f}
	}
	return store.Insert(ctx, tx, families)
}

func updateEndpoint(ctx context.Context, tx *store.Tx, e Endpoint) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*endpointRow)(nil)).Set("state = ?", e.State).Where("id = ?", e.ID).
		Exec(ctx))
}

func readEndpoint(ctx context.Context, tx *store.Tx, id EndpointID) (Endpoint, error) {
	var rows []endpointRow
	if err := tx.NewSelect().Model(&rows).Where("id = ?", id).Scan(ctx); err != nil {
		return Endpoint{}, err
	}
	if len(rows) == 0 {
		return Endpoint{}, ErrUnknownEndpoint
	}
	found, err := withParts(ctx, tx, rows)
	if err != nil {
		return Endpoint{}, err
	}
	return found[0], nil
}

func readEndpoints(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Endpoint, error) {
	var rows []endpointRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "id").Scan(ctx); err != nil {
		return nil, err
	}
	return withParts(ctx, tx, rows)
}

// withParts makes endpoints of rows, each with what it is told of and how far it has been told.
func withParts(ctx context.Context, tx *store.Tx, rows []endpointRow) ([]Endpoint, error) {
	ids := make([]EndpointID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	standing, secrets := map[EndpointID]progressRow{}, map[EndpointID]int{}
	families := map[EndpointID][]string{}
	if len(ids) > 0 {
		var of []familyRow
		if err := tx.NewSelect().Model(&of).Where("endpoint_id IN (?)", bun.List(ids)).Order("endpoint_id", "family").
			Scan(ctx); err != nil {
			return nil, err
		}
		for _, f := range of {
			families[f.EndpointID] = append(families[f.EndpointID], f.Family)
		}
		var told []progressRow
		if err := tx.NewSelect().Model(&told).Where("endpoint_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, err
		}
		for _, p := range told {
			standing[p.EndpointID] = p
		}
		var newest []secretRow
		err := tx.NewSelect().Model(&newest).ColumnExpr("endpoint_id, MAX(number) AS number").
			Where("endpoint_id IN (?)", bun.List(ids)).Group("endpoint_id").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range newest {
			secrets[s.EndpointID] = s.Number
		}
	}
	found := make([]Endpoint, len(rows))
	for i, r := range rows {
		e := Endpoint{ID: r.ID, URL: r.URL, Families: families[r.ID], Reason: r.Reason, State: r.State, By: r.CreatedBy,
			Secrets: secrets[r.ID]}
		if len(e.Families) != r.FamilyCount { // none would be all
			return nil, fmt.Errorf("access/events: %s has %d of its %d families", r.ID, len(e.Families), r.FamilyCount)
		}
		var err error
		if e.At, err = store.ParseTime(r.CreatedAt); err != nil {
			return nil, err
		}
		if e.Progress, err = standing[r.ID].progress(); err != nil {
			return nil, err
		}
		found[i] = e
	}
	return found, nil
}

func (r progressRow) progress() (p Progress, err error) {
	p = Progress{Position: r.Position, Replays: r.Replays, Failures: r.Failures}
	if p.FailingSince, err = store.ParseSome(r.FailingSince); err != nil {
		return p, err
	}
	p.NextAt, err = store.ParseSome(r.NextAt)
	return p, err
}

func insertProgress(ctx context.Context, tx *store.Tx, id EndpointID, position int64) error {
	row := progressRow{EndpointID: id, Position: position}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// writeProgress writes how far an endpoint has been told, and who goes on telling it: "" is nobody.
func writeProgress(ctx context.Context, tx *store.Tx, id EndpointID, process string, p Progress) error {
	until := ""
	if process != "" {
		until = store.FormatTime(tx.At.Add(Claim))
	}
	return store.ExactlyOne(tx.NewUpdate().Model((*progressRow)(nil)).Set("position = ?", p.Position).
		Set("failures = ?", p.Failures).Set("failing_since = ?", store.FormatSome(p.FailingSince)).
		Set("next_at = ?", store.FormatSome(p.NextAt)).Set("claimed_by = ?", process).Set("claimed_until = ?", until).
		Where("endpoint_id = ?", id).Exec(ctx))
}

// countReplay counts one more replay.
func countReplay(ctx context.Context, tx *store.Tx, id EndpointID) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*progressRow)(nil)).Set("replays = replays + 1").
		Where("endpoint_id = ?", id).Exec(ctx))
}

// holdProgress reads how far an endpoint has been told, and by whom, and keeps others from changing it until the tx
// ends.
func holdProgress(ctx context.Context, tx *store.Tx, id EndpointID) (Progress, string, error) {
	var row progressRow
	if err := tx.Lock(tx.NewSelect().Model(&row).Where("endpoint_id = ?", id)).Scan(ctx); err != nil {
		return Progress{}, "", err
	}
	p, err := row.progress()
	return p, row.ClaimedBy, err
}

// claimProgress takes an endpoint for a process, and tells whether it did: another one may have it.
func claimProgress(ctx context.Context, tx *store.Tx, id EndpointID, process string) (bool, error) {
	now := store.FormatTime(tx.At)
	result, err := tx.NewUpdate().Model((*progressRow)(nil)).Set("claimed_by = ?", process).
		Set("claimed_until = ?", store.FormatTime(tx.At.Add(Claim))).Where("endpoint_id = ?", id).
		Where("claimed_until <= ? OR claimed_by = ?", now, process).Where("next_at <= ?", now).
		Where("EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = endpoint_id AND e.state = ?)", Active).Exec(ctx)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func readDue(ctx context.Context, tx *store.Tx, process string) (ids []EndpointID, err error) {
	now := store.FormatTime(tx.At)
	err = tx.NewSelect().TableExpr("webhook_progress AS p").ColumnExpr("p.endpoint_id").
		Join("JOIN webhook_endpoints AS e ON e.id = p.endpoint_id").Join("JOIN proof_head AS h ON h.id = 1").
		Where("e.state = ?", Active).Where("p.position < h.size").Where("p.next_at <= ?", now).
		Where("p.claimed_until <= ? OR p.claimed_by = ?", now, process).Order("p.endpoint_id").Scan(ctx, &ids)
	return ids, err
}

func insertSecret(ctx context.Context, tx *store.Tx, row secretRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// endSecrets has the secrets of an endpoint end at an instant, and gives the number of the newest.
func endSecrets(ctx context.Context, tx *store.Tx, id EndpointID, at time.Time) (newest int, err error) {
	if _, err := tx.NewUpdate().Model((*secretRow)(nil)).Set("ends_at = ?", store.FormatTime(at)).
		Where("endpoint_id = ?", id).Where("ends_at = ''").Exec(ctx); err != nil {
		return 0, err
	}
	err = tx.NewSelect().Model((*secretRow)(nil)).ColumnExpr("MAX(number)").Where("endpoint_id = ?", id).
		Scan(ctx, &newest)
	return newest, err
}

// readSecrets reads the secrets that have not ended, the newest first.
func readSecrets(ctx context.Context, tx *store.Tx, id EndpointID) (rows []secretRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("endpoint_id = ?", id).
		Where("ends_at = '' OR ends_at > ?", store.FormatTime(tx.At)).Order("number DESC").Scan(ctx)
	return rows, err
}

type deliveryRow struct {
	bun.BaseModel `bun:"table:webhook_deliveries"`
	ID            string `bun:",pk"`
	EndpointID    EndpointID
	EventID       string
	Attempt       int
	Replay        bool
	Outcome       Outcome
	Status        int
	Fault         string
	TookMs        int64
	At            string
}

func (r deliveryRow) delivery() (Delivery, error) {
	at, err := store.ParseTime(r.At)
	return Delivery{ID: r.ID, Endpoint: r.EndpointID, Event: r.EventID, Attempt: r.Attempt, Replay: r.Replay,
		Outcome: r.Outcome, Status: r.Status, Fault: r.Fault, Took: time.Duration(r.TookMs) * time.Millisecond, At: at}, err
}

func insertDelivery(ctx context.Context, tx *store.Tx, d Delivery) error {
	row := deliveryRow{ID: store.NewID("whd"), EndpointID: d.Endpoint, EventID: d.Event, Attempt: d.Attempt,
		Replay: d.Replay, Outcome: d.Outcome, Status: d.Status, Fault: d.Fault, TookMs: d.Took.Milliseconds(),
		At: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readDelivery(ctx context.Context, tx *store.Tx, id string) (Delivery, error) {
	var row deliveryRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Delivery{}, ErrUnknownDelivery
	}
	if err != nil {
		return Delivery{}, err
	}
	return row.delivery()
}

func readDeliveries(ctx context.Context, tx *store.Tx, id EndpointID, outcome Outcome, page store.Keyset) ([]Delivery,
	error) {
	var rows []deliveryRow
	q := tx.NewSelect().Model(&rows).Where("endpoint_id = ?", id)
	if outcome != "" {
		q = q.Where("outcome = ?", outcome)
	}
	if err := page.Descending(q, "id").Scan(ctx); err != nil {
		return nil, err
	}
	found := make([]Delivery, len(rows))
	for i, r := range rows {
		var err error
		if found[i], err = r.delivery(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// countAttempts counts the calls of an endpoint about an event.
func countAttempts(ctx context.Context, tx *store.Tx, id EndpointID, event string) (int, error) {
	n, err := tx.NewSelect().Model((*deliveryRow)(nil)).Where("endpoint_id = ?", id).Where("event_id = ?", event).
		Count(ctx)
	return int(n), err
}

func deleteDeliveries(ctx context.Context, tx *store.Tx, before time.Time) error {
	_, err := tx.NewDelete().Model((*deliveryRow)(nil)).Where("at < ?", store.FormatTime(before)).Exec(ctx)
	return err
}
