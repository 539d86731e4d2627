package complaints

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

type complaintRow struct {
	bun.BaseModel  `bun:"table:complaints,alias:c"`
	ID             ID `bun:",pk"`
	Number         string
	Kind           Kind
	Channel        string
	Anonymous      bool
	BeneficiaryID  *beneficiaries.BeneficiaryID
	DisbursementID *string
	Holds          bool
	ReceivedOn     ledger.Date
	DueOn          ledger.Date
	State          State
	Owner          access.UserID
	Outcome        string
	Reissue        string
	CreatedBy      access.UserID
	CreatedAt      string
	ClosedAt       string
	Version        int
}

type personRow struct {
	bun.BaseModel `bun:"table:complaint_people"`
	ComplaintID   ID            `bun:",pk"`
	UserID        access.UserID `bun:",pk"`
	NamedBy       string
	NamedAt       string
}

type textRow struct {
	bun.BaseModel `bun:"table:complaint_texts"`
	ComplaintID   ID  `bun:",pk"`
	Position      int `bun:",pk"`
	Sealed        []byte
	WrittenBy     access.UserID
	WrittenAt     string
}

func insertComplaint(ctx context.Context, tx *store.Tx, c Complaint) error {
	row := complaintRow{ID: c.ID, Number: c.Number, Kind: c.Kind, Channel: c.Channel, Anonymous: c.Anonymous,
		BeneficiaryID: store.NullIfZero(c.Beneficiary), DisbursementID: store.NullIfZero(c.Disbursement), Holds: c.Holds,
		ReceivedOn: c.ReceivedOn, DueOn: c.DueOn, State: c.State, CreatedBy: access.UserID(tx.By.User),
		CreatedAt: store.FormatTime(c.CreatedAt), Version: c.Version}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// saveComplaint writes what changes of a complaint, under its version.
func saveComplaint(ctx context.Context, tx *store.Tx, c *Complaint) error {
	err := store.ExactlyOne(tx.NewUpdate().Model((*complaintRow)(nil)).Set("due_on = ?", c.DueOn).
		Set("state = ?", c.State).Set("owner = ?", c.Owner).Set("outcome = ?", c.Outcome).Set("reissue = ?", c.Reissue).
		Set("closed_at = ?", store.FormatSome(c.ClosedAt)).Set("version = ?", c.Version+1).
		Where("id = ?", c.ID).Where("version = ?", c.Version).Exec(ctx))
	if err == nil {
		c.Version++
	}
	return err
}

func insertPerson(ctx context.Context, tx *store.Tx, id ID, user access.UserID) error {
	row := personRow{ComplaintID: id, UserID: user, NamedBy: tx.By.User, NamedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// known narrows a query to the complaints that the actor may know of.
func known(tx *store.Tx, q *bun.SelectQuery) *bun.SelectQuery {
	if tx.By.User == "" || officer(tx.By) {
		return q
	}
	return q.Where("c.id IN (SELECT p.complaint_id FROM complaint_people AS p WHERE p.user_id = ?)", tx.By.User)
}

func readComplaint(ctx context.Context, tx *store.Tx, key string, locked bool) (Complaint, error) {
	var row complaintRow
	q := known(tx, tx.NewSelect().Model(&row).Where("c.id = ? OR c.number = ?", key, key))
	if locked {
		q = tx.Lock(q)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Complaint{}, ErrUnknown
	} else if err != nil {
		return Complaint{}, err
	}
	found, err := complaintsOf(ctx, tx, []complaintRow{row})
	if err != nil {
		return Complaint{}, err
	}
	return found[0], nil
}

func readComplaints(ctx context.Context, tx *store.Tx, f Filter) ([]Complaint, error) {
	var rows []complaintRow
	q := known(tx, tx.NewSelect().Model(&rows))
	if f.State != "" {
		q = q.Where("c.state = ?", f.State)
	}
	if f.Kind != "" {
		q = q.Where("c.kind = ?", f.Kind)
	}
	if f.Disbursement != "" {
		q = q.Where("c.disbursement_id = ?", f.Disbursement)
	}
	if f.LateOn != "" {
		q = q.Where("c.state <> ?", Closed).Where("c.due_on < ?", f.LateOn)
	}
	if err := f.Page.Ascending(q, "c.due_on", "c.id").Scan(ctx); err != nil {
		return nil, err
	}
	return complaintsOf(ctx, tx, rows)
}

// complaintsOf adds to rows who is named in each.
func complaintsOf(ctx context.Context, tx *store.Tx, rows []complaintRow) ([]Complaint, error) {
	ids := make([]ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var people []personRow
	if len(rows) > 0 {
		if err := tx.NewSelect().Model(&people).Where("complaint_id IN (?)", bun.List(ids)).
			Order("complaint_id", "named_at", "user_id").Scan(ctx); err != nil {
			return nil, err
		}
	}
	found := make([]Complaint, len(rows))
	for i, r := range rows {
		created, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		closed, err := store.ParseSome(r.ClosedAt)
		if err != nil {
			return nil, err
		}
		found[i] = Complaint{ID: r.ID, Number: r.Number, Kind: r.Kind, Channel: r.Channel, Anonymous: r.Anonymous,
			Beneficiary: store.ZeroIfNull(r.BeneficiaryID), Disbursement: store.ZeroIfNull(r.DisbursementID), Holds: r.Holds,
			ReceivedOn: r.ReceivedOn, DueOn: r.DueOn, State: r.State, Owner: r.Owner, Outcome: r.Outcome,
			Reissue: r.Reissue, CreatedAt: created, ClosedAt: closed, Version: r.Version}
		for _, p := range people {
			if p.ComplaintID == r.ID {
				found[i].People = append(found[i].People, p.UserID)
			}
		}
	}
	return found, nil
}

func readOpenOn(ctx context.Context, tx *store.Tx, disbursement string) (bool, error) {
	return tx.NewSelect().Model((*complaintRow)(nil)).Where("c.disbursement_id = ?", disbursement).
		Where("c.state <> ?", Closed).Exists(ctx)
}

func readHeld(ctx context.Context, tx *store.Tx, disbursements []string) (map[string]bool, error) {
	if len(disbursements) == 0 {
		return nil, nil
	}
	var ids []string
	err := tx.NewSelect().Model((*complaintRow)(nil)).Column("disbursement_id").
		Where("c.disbursement_id IN (?)", bun.List(disbursements)).Where("c.holds").Where("c.state <> ?", Closed).
		Scan(ctx, &ids)
	held := map[string]bool{}
	for _, id := range ids {
		held[id] = true
	}
	return held, err
}

// readPart tells whether a person wrote, asked for, approved, authorised or released a disbursement or one of its
// payments, with any account.
func readPart(ctx context.Context, tx *store.Tx, disbursement string, user access.UserID) (took bool, err error) {
	var users []access.UserID
	err = tx.NewRaw(`SELECT d.created_by FROM disbursements AS d WHERE d.id = ?
		UNION SELECT d.written_by FROM disbursements AS d WHERE d.id = ?
		UNION SELECT t.user_id FROM duties AS t WHERE t.subject = ?
		UNION SELECT t.user_id FROM duties AS t JOIN payments AS p ON p.id = t.subject WHERE p.disbursement_id = ?`,
		disbursement, disbursement, disbursement, disbursement).Scan(ctx, &users)
	for _, u := range users {
		if err == nil && !took {
			took, err = access.OnePerson(ctx, tx, u, user)
		}
	}
	return took, err
}

// readReissue finds what made the support of a complaint's disbursement again, by id or number: a payment of it that is
// itself a re-issue, or a later disbursement under the same plan. [ErrReissue].
func readReissue(ctx context.Context, tx *store.Tx, c Complaint, key string) (string, error) {
	var ids []string
	err := tx.NewRaw(`SELECT p.id FROM payments AS p WHERE (p.id = ? OR p.number = ?) AND p.disbursement_id = ?
			AND p.reissue_of IS NOT NULL
		UNION SELECT d.id FROM disbursements AS d JOIN disbursements AS o ON o.plan_id = d.plan_id
			WHERE (d.id = ? OR d.number = ?) AND o.id = ? AND d.id > o.id`,
		key, key, c.Disbursement, key, key, c.Disbursement).Scan(ctx, &ids)
	if err == nil && len(ids) != 1 {
		err = ErrReissue
	}
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

func countTexts(ctx context.Context, tx *store.Tx, id ID) (int, error) {
	n, err := tx.NewSelect().Model((*textRow)(nil)).Where("complaint_id = ?", id).Count(ctx)
	return int(n), err
}

func insertText(ctx context.Context, tx *store.Tx, row textRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readTexts(ctx context.Context, tx *store.Tx, id ID) (rows []textRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("complaint_id = ?", id).Order("position").Scan(ctx)
	return rows, err
}

func readCounts(ctx context.Context, tx *store.Tx, from, to ledger.Date) ([]Count, error) {
	var rows []struct {
		Kind    Kind
		State   State
		Outcome string
		Late    bool
		N       int
	}
	today := ledger.DateOf(tx.At)
	err := tx.NewSelect().Model((*complaintRow)(nil)).ColumnExpr("c.kind, c.state, c.outcome").
		ColumnExpr("c.due_on < ? AS late", today).ColumnExpr("COUNT(*) AS n").
		Where("c.received_on BETWEEN ? AND ?", from, to).
		GroupExpr("c.kind, c.state, c.outcome, c.due_on < ?", today).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	var counts []Count
	for _, kind := range []Kind{NotReceived, WithIssue, Service, Conduct, Safety, Privacy, Other} {
		c := Count{Kind: kind}
		for _, r := range rows {
			if r.Kind == kind {
				c.add(r.State, r.Outcome, r.Late, r.N)
			}
		}
		if c.Received > 0 {
			counts = append(counts, c)
		}
	}
	return slices.Clip(counts), nil
}

func (c *Count) add(state State, outcome string, late bool, n int) {
	c.Received += n
	switch {
	case state != Closed && late:
		c.Open, c.Late = c.Open+n, c.Late+n
	case state != Closed:
		c.Open += n
	case outcome == Reissued:
		c.Reissued += n
	case outcome == "upheld" || outcome == "partly_upheld":
		c.Upheld += n
	case outcome == "not_upheld":
		c.NotUpheld += n
	default:
		c.Otherwise += n
	}
}
