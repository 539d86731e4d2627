package disbursements

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements/delegations"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type policyRow struct {
	bun.BaseModel       `bun:"table:approval_policies"`
	ID                  PolicyID `bun:",pk"`
	FromOn              ledger.Date
	State               PolicyState
	EmergencyLimit      int64
	CardLimit           int64
	EmergencyPerQuarter int
	EmergencyDays       int
	RemindDays          int
	Reason              string
	ProposedBy          access.UserID
	ProposedAt          string
	DecidedAt           *string
}

type bandRow struct {
	bun.BaseModel `bun:"table:approval_bands"`
	PolicyID      PolicyID `bun:",pk"`
	Position      int      `bun:",pk"`
	Above         int64
	Fund          ledger.FundCode
	NewPayee      bool
	Cash          bool
	Step          access.Step
	People        int
}

type bandRoleRow struct {
	bun.BaseModel `bun:"table:approval_band_roles"`
	PolicyID      PolicyID `bun:",pk"`
	Position      int      `bun:",pk"`
	Role          access.Role
}

type approvalRow struct {
	bun.BaseModel  `bun:"table:disbursement_approvals"`
	DisbursementID DisbursementID `bun:",pk"`
	Round          int            `bun:",pk"`
	Step           access.Step
	UserID         access.UserID `bun:",pk"`
	OnBehalfOf     access.UserID
	RoleCount      int
	At             string
}

type approvalRoleRow struct {
	bun.BaseModel  `bun:"table:disbursement_approval_roles"`
	DisbursementID DisbursementID
	Round          int
	UserID         access.UserID
	Role           access.Role
}

type commentRow struct {
	bun.BaseModel  `bun:"table:disbursement_comments"`
	ID             string `bun:",pk"`
	DisbursementID DisbursementID
	Text           string
	CreatedBy      access.UserID
	CreatedAt      string
}

// RefusedAs gives a refusal by the database the name that Go has for it: the guards know what a query beforehand
// would have to guess.
func RefusedAs(err error) error {
	var refused *store.Refused
	if errors.As(store.Classify(err), &refused) && refused.Code == "delegation_missing" {
		return delegations.ErrMissing
	}
	return access.RefusedAs(err)
}

func insertPolicy(ctx context.Context, tx *store.Tx, p Policy) error {
	row := policyRow{ID: p.ID, FromOn: p.FromOn, State: p.State, EmergencyLimit: p.EmergencyLimit.Minor(),
		CardLimit: p.CardLimit.Minor(), EmergencyPerQuarter: p.EmergencyPerQuarter, EmergencyDays: p.EmergencyDays,
		RemindDays: p.RemindDays, Reason: p.Reason, ProposedBy: p.ProposedBy, ProposedAt: store.FormatTime(p.ProposedAt)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	rows := make([]bandRow, len(p.Bands))
	var roles []bandRoleRow
	for i, b := range p.Bands {
		rows[i] = bandRow{PolicyID: p.ID, Position: i + 1, Above: b.Above.Minor(), Fund: b.Fund, NewPayee: b.NewPayee,
			Cash: b.Cash, Step: b.Need.Step, People: b.Need.People}
		for _, role := range b.Need.Roles {
			roles = append(roles, bandRoleRow{PolicyID: p.ID, Position: i + 1, Role: role})
		}
	}
	var s store.Script
	store.AddRows(&s, tx, rows)
	store.AddRows(&s, tx, roles)
	return s.Run(ctx, tx)
}

func savePolicyState(ctx context.Context, tx *store.Tx, p Policy) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*policyRow)(nil)).Set("state = ?", p.State).
		Set("decided_at = ?", store.FormatTime(tx.At)).Where("id = ?", p.ID).Where("state = ?", PolicyProposed).Exec(ctx))
}

// policySelection chooses among the policies.
type policySelection func(*bun.SelectQuery) *bun.SelectQuery

func policyByID(id PolicyID) policySelection {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", id) }
}

// policiesAfter chooses a page of all, by [Policy.Key].
func policiesAfter(page store.Keyset) policySelection {
	return func(q *bun.SelectQuery) *bun.SelectQuery { return page.Ascending(q, "from_on", "proposed_at", "id") }
}

// policyOfDay chooses the confirmed one that began last.
func policyOfDay(on ledger.Date) policySelection {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return store.Keyset{Limit: 1}.Descending(q.Where("state = ?", PolicyConfirmed).Where("from_on <= ?", on),
			"from_on", "proposed_at", "id")
	}
}

// readPolicies reads the policies that which chooses.
func (pol Policies) readPolicies(ctx context.Context, tx *store.Tx, which policySelection) ([]Policy, error) {
	var rows []policyRow
	if err := which(tx.NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, err
	}
	bands, err := pol.readBands(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	found := make([]Policy, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.ProposedAt)
		if err != nil {
			return nil, err
		}
		found[i] = Policy{ID: r.ID, FromOn: r.FromOn, State: r.State, CardLimit: ledger.OfMinor(r.CardLimit, pol.Book.Base),
			EmergencyLimit: ledger.OfMinor(r.EmergencyLimit, pol.Book.Base), EmergencyPerQuarter: r.EmergencyPerQuarter,
			EmergencyDays: r.EmergencyDays, RemindDays: r.RemindDays, Reason: r.Reason, ProposedBy: r.ProposedBy,
			ProposedAt: at, Bands: bands[r.ID]}
	}
	return found, nil
}

func (pol Policies) readBands(ctx context.Context, tx *store.Tx, of []policyRow) (map[PolicyID][]Band, error) {
	ids, bands := make([]PolicyID, len(of)), map[PolicyID][]Band{}
	for i, p := range of {
		ids[i] = p.ID
	}
	if len(ids) == 0 {
		return bands, nil
	}
	var rows []struct {
		bandRow
		Role access.Role
	}
	if err := tx.NewSelect().TableExpr("approval_bands AS b").ColumnExpr("b.*, r.role").
		Join("JOIN approval_band_roles AS r ON r.policy_id = b.policy_id AND r.position = b.position").
		Where("b.policy_id IN (?)", bun.List(ids)).OrderExpr("b.policy_id, b.position, r.role").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	for i, r := range rows {
		all := bands[r.PolicyID]
		if i == 0 || rows[i-1].PolicyID != r.PolicyID || rows[i-1].Position != r.Position {
			all = append(all, Band{Above: ledger.OfMinor(r.Above, pol.Book.Base), Fund: r.Fund, NewPayee: r.NewPayee,
				Cash: r.Cash, Need: Need{Step: r.Step, People: r.People}})
		}
		all[len(all)-1].Need.Roles = append(all[len(all)-1].Need.Roles, r.Role)
		bands[r.PolicyID] = all
	}
	return bands, nil
}

func insertApproval(ctx context.Context, tx *store.Tx, a Approval) error {
	row := approvalRow{DisbursementID: a.Disbursement, Round: a.Round, Step: a.Step, UserID: a.User,
		OnBehalfOf: a.OnBehalfOf, RoleCount: len(a.Roles), At: store.FormatTime(a.At)}
	roles := make([]approvalRoleRow, len(a.Roles))
	for i, role := range a.Roles {
		roles[i] = approvalRoleRow{DisbursementID: a.Disbursement, Round: a.Round, UserID: a.User, Role: role}
	}
	var s store.Script
	store.AddRows(&s, tx, []approvalRow{row})
	store.AddRows(&s, tx, roles)
	return s.Run(ctx, tx)
}

func readApprovals(ctx context.Context, tx *store.Tx, d Disbursement) ([]Approval, error) {
	found, err := readApprovalsOf(ctx, tx, []Disbursement{d}, nil)
	return found[d.ID], err
}

// readApprovalsOf reads the approvals of the rounds that disbursements are in, in order of time; which narrows them
// further.
func readApprovalsOf(ctx context.Context, tx *store.Tx, of []Disbursement,
	which func(*bun.SelectQuery) *bun.SelectQuery) (map[DisbursementID][]Approval, error) {
	var rows []struct {
		approvalRow
		Handle       *string
		BehalfHandle *string
		Role         *access.Role
	}
	ids := make([]DisbursementID, len(of))
	for i, d := range of {
		ids[i] = d.ID
	}
	q := tx.NewSelect().TableExpr("disbursement_approvals AS a").ColumnExpr("a.*").
		ColumnExpr("u.handle AS handle").ColumnExpr("b.handle AS behalf_handle").ColumnExpr("r.role AS role").
		Join("JOIN disbursements AS d ON d.id = a.disbursement_id AND d.round = a.round").
		Join("LEFT JOIN users AS u ON u.id = a.user_id").Join("LEFT JOIN users AS b ON b.id = a.on_behalf_of").
		Join("LEFT JOIN disbursement_approval_roles AS r ON r.disbursement_id = a.disbursement_id AND r.round = a.round "+
			"AND r.user_id = a.user_id").
		Where("a.disbursement_id IN (?)", bun.List(ids)).OrderExpr("a.at, a.step, a.user_id, a.disbursement_id, r.role")
	if which != nil {
		q = which(q)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	found := map[DisbursementID][]Approval{}
	for i, r := range rows {
		given := found[r.DisbursementID]
		if i == 0 || rows[i-1].DisbursementID != r.DisbursementID || rows[i-1].UserID != r.UserID {
			at, err := store.ParseTime(r.At)
			if err != nil {
				return nil, err
			}
			given = append(given, Approval{Disbursement: r.DisbursementID, Round: r.Round, Step: r.Step, User: r.UserID,
				Handle: store.ZeroIfNull(r.Handle), OnBehalfOf: r.OnBehalfOf, BehalfHandle: store.ZeroIfNull(r.BehalfHandle),
				At: at})
		}
		if r.Role != nil {
			given[len(given)-1].Roles = append(given[len(given)-1].Roles, *r.Role)
		}
		found[r.DisbursementID] = given
	}
	return found, nil
}

// waitingIn narrows a query over disbursements as d to what waits; what the actor asked for also where a question
// came back.
func (of InboxOf) waitingIn(q *bun.SelectQuery) *bun.SelectQuery {
	return q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("d.state IN (?)", bun.List(open)).WhereOr("d.emergency AND d.state IN (?)", bun.List(paidFirst))
		if of.Requested {
			q = q.WhereOr("d.state = ?", InfoRequested)
		}
		return q
	})
}

// waitingOnes reads what waits and the actor may see, in full.
func (dec Decisions) waitingOnes(ctx context.Context, tx *store.Tx, of InboxOf) ([]Disbursement, error) {
	var rows []disbursementRow
	q := of.waitingIn(tx.NewSelect().TableExpr("disbursements AS d").ColumnExpr("d.*"))
	q = onCases(tx, q, "d.")
	if err := of.Page.Ascending(q, "d.number").Scan(ctx, &rows); err != nil {
		return nil, err
	}
	if err := fill(ctx, tx, rows, itself); err != nil {
		return nil, err
	}
	return dec.withParties(ctx, tx, rows)
}

// readBars asks the database what its guards would say: of which disbursements the user, with any account, has a part
// in the round or wrote what it says, and of which the user is related to the payee or the person.
func readBars(ctx context.Context, tx *store.Tx, user access.UserID, of []Disbursement) (map[DisbursementID]string,
	error) {
	ids := make([]DisbursementID, len(of))
	for i, d := range of {
		ids[i] = d.ID
	}
	var rows []struct {
		ID  DisbursementID
		Bar string
	}
	const text = `WITH me AS (SELECT o.id FROM users AS m JOIN users AS o
			ON COALESCE(NULLIF(o.person, ''), o.id) = COALESCE(NULLIF(m.person, ''), m.id) WHERE m.id = ?)
		SELECT d.id, 'duty_taken' AS bar FROM disbursements AS d WHERE d.id IN (?)
			AND (d.created_by IN (SELECT id FROM me) OR d.written_by IN (SELECT id FROM me)
				OR EXISTS (SELECT 1 FROM duties AS t WHERE t.subject = d.id AND t.round = d.round AND t.user_id IN (SELECT id
					FROM me))
				OR EXISTS (SELECT 1 FROM disbursement_approvals AS a WHERE a.disbursement_id = d.id AND a.round = d.round
					AND a.on_behalf_of IN (SELECT id FROM me)))
		UNION SELECT d.id, 'party_related' AS bar FROM disbursements AS d JOIN relations AS l ON l.user_id IN (SELECT id
			FROM me) LEFT JOIN plans AS p ON p.id = d.plan_id
		WHERE d.id IN (?) AND (l.ended_on = '' OR l.ended_on >= ?)
			AND (l.payee <> '' AND l.payee = d.payee OR l.beneficiary_id <> '' AND l.beneficiary_id = p.beneficiary_id)`
	err := tx.NewRaw(text, user, bun.List(ids), bun.List(ids), ledger.DateOf(tx.At)).Scan(ctx, &rows)
	bars := map[DisbursementID]string{}
	for _, r := range rows {
		if bars[r.ID] == "" || r.Bar == "duty_taken" {
			bars[r.ID] = r.Bar
		}
	}
	return bars, err
}

// unasked are the states of what was not asked for, or not granted.
var unasked = []State{Draft, Rejected, Cancelled}

// sumUnverified is what was asked for by card or in cash within thirty days of a disbursement, to the same payee or,
// where it names none, for the same plan; 0 where it names neither.
func sumUnverified(ctx context.Context, tx *store.Tx, d Disbursement) (sum int64, err error) {
	q := tx.NewSelect().Model((*disbursementRow)(nil)).ColumnExpr("COALESCE(SUM(base_amount), 0)").
		Where("paid_by IN (?)", bun.List(unverified)).
		Where("date BETWEEN ? AND ?", d.Date.AddDays(-splitDays+1), d.Date.AddDays(splitDays-1)).
		Where("id <> ?", d.ID).Where("state NOT IN (?)", bun.List(unasked))
	switch {
	case d.Payee != "":
		q = q.Where("payee = ?", d.Payee)
	case d.Plan.ID != "":
		q = q.Where("plan_id = ?", d.Plan.ID).Where("payee = ''")
	default:
		return 0, nil
	}
	err = q.Scan(ctx, &sum)
	return sum, err
}

// readNearby sums for each of some disbursements what was asked for near it, and tells whether its payee was paid at
// some time.
func readNearby(ctx context.Context, tx *store.Tx, of []Disbursement, base ledger.Currency) (map[DisbursementID]Nearby,
	error) {
	found, wanted := map[DisbursementID]Nearby{}, make([]bun.TupleValues, len(of))
	if len(of) == 0 {
		return found, nil
	}
	for i, d := range of {
		wanted[i] = bun.Tuple([]string{string(d.ID), d.Payee, string(d.Plan.Beneficiary),
			string(d.Date.AddDays(-splitDays + 1)), string(d.Date.AddDays(splitDays - 1))})
	}
	var rows []struct {
		ID                 DisbursementID
		Payee, Beneficiary int64
		PaidBefore         bool
	}
	err := tx.NewRaw(`WITH wanted (id, payee, beneficiary, from_on, to_on) AS (VALUES ?) SELECT w.id,
		(SELECT CAST(COALESCE(SUM(o.base_amount), 0) AS BIGINT) FROM disbursements AS o WHERE w.payee <> ''
			AND o.payee = w.payee AND o.date BETWEEN w.from_on AND w.to_on AND o.id <> w.id AND o.state NOT IN (?)) AS payee,
		(SELECT CAST(COALESCE(SUM(o.base_amount), 0) AS BIGINT) FROM plans AS p JOIN disbursements AS o ON o.plan_id = p.id
			WHERE p.beneficiary_id = w.beneficiary AND o.date BETWEEN w.from_on AND w.to_on AND o.id <> w.id
			AND o.state NOT IN (?)) AS beneficiary,
		EXISTS (SELECT 1 FROM disbursements AS o WHERE w.payee <> '' AND o.payee = w.payee AND o.state IN (?)) AS paid_before
		FROM wanted AS w`, bun.List(wanted), bun.List(unasked), bun.List(unasked),
		bun.List([]State{Paid, Evidenced, Arrived, Disallowed})).Scan(ctx, &rows)
	for _, r := range rows {
		found[r.ID] = Nearby{Payee: ledger.OfMinor(r.Payee, base), Beneficiary: ledger.OfMinor(r.Beneficiary, base),
			PaidBefore: r.PaidBefore}
	}
	return found, err
}

// SeesEvidence reports whether the actor may know of a document: who stored it, who sees all cases, and who sees a
// disbursement that was asked for with it or whose entry it proves.
func SeesEvidence(ctx context.Context, tx *store.Tx, e evidence.Document) (bool, error) {
	if beneficiaries.SeesAll(tx.By) || e.StoredBy == tx.By.User {
		return true, nil
	}
	return visible(tx, tx.NewSelect().Model((*disbursementRow)(nil))).WhereGroup(" AND ",
		func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("id IN (SELECT disbursement_id FROM disbursement_evidence WHERE evidence_id = ?)", e.ID)
			if len(e.Entries) > 0 {
				q = q.WhereOr("entry_id IN (?)", bun.List(e.Entries))
			}
			return q
		}).Exists(ctx)
}

// readSlots are the places for emergencies that a plan's quarter has given away.
func readSlots(ctx context.Context, tx *store.Tx, quarter string) (map[string]bool, error) {
	var slots []string
	err := tx.NewSelect().Model((*disbursementRow)(nil)).Column("emergency_slot").
		Where("emergency_slot >= ?", quarter+"#").Where("emergency_slot < ?", quarter+"$").Scan(ctx, &slots)
	taken := map[string]bool{}
	for _, s := range slots {
		taken[s] = true
	}
	return taken, err
}

// readRefused tells which emergencies somebody refused after they were authorised, and which the actor did, with
// whatever account.
func readRefused(ctx context.Context, tx *store.Tx, ids []DisbursementID) (refused, mine map[DisbursementID]bool,
	err error) {
	refused, mine = map[DisbursementID]bool{}, map[DisbursementID]bool{}
	if len(ids) == 0 {
		return refused, mine, nil
	}
	var rows []struct {
		Subject DisbursementID
		Mine    bool
	}
	err = tx.NewSelect().TableExpr("audit_events AS e").Join("LEFT JOIN users AS a ON a.id = e.user_id").
		Join("LEFT JOIN users AS b ON b.id = ?", tx.By.User).
		ColumnExpr("e.subject, COALESCE(COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id), "+
			"FALSE) AS mine").
		Where("e.subject IN (?)", bun.List(ids)).Where("e.action = ?", refusedAfter).Scan(ctx, &rows)
	for _, r := range rows {
		refused[r.Subject] = true
		mine[r.Subject] = mine[r.Subject] || r.Mine
	}
	return refused, mine, err
}

func findingOn(ctx context.Context, tx *store.Tx, grant grants.GrantID, number string) (bool, error) {
	for _, table := range []string{"audit_findings", "grant_findings"} {
		found, err := tx.NewSelect().Table(table).Where("grant_id = ?", grant).Where("number = ?", number).Exists(ctx)
		if err != nil || found {
			return found, err
		}
	}
	return false, nil
}

func insertComment(ctx context.Context, tx *store.Tx, c Comment) error {
	row := commentRow{ID: c.ID, DisbursementID: c.Disbursement, Text: c.Text, CreatedBy: c.By,
		CreatedAt: store.FormatTime(c.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readComments reads what was said of a disbursement at some instants, in order of time.
func readComments(ctx context.Context, tx *store.Tx, id DisbursementID, at []string) ([]Comment, error) {
	if len(at) == 0 {
		return nil, nil
	}
	var rows []commentRow
	if err := tx.NewSelect().Model(&rows).Where("disbursement_id = ?", id).Where("created_at IN (?)", bun.List(at)).
		Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	found := make([]Comment, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		found[i] = Comment{ID: r.ID, Disbursement: r.DisbursementID, Text: r.Text, By: r.CreatedBy, At: at}
	}
	return found, nil
}

// readHandles are the work names of some accounts.
func readHandles(ctx context.Context, tx *store.Tx, ids []access.UserID) (map[access.UserID]string, error) {
	names := map[access.UserID]string{}
	if len(ids) == 0 {
		return names, nil
	}
	var rows []struct {
		ID     access.UserID
		Handle string
	}
	err := tx.NewSelect().Table("users").Column("id", "handle").Where("id IN (?)", bun.List(ids)).Scan(ctx, &rows)
	for _, r := range rows {
		names[r.ID] = r.Handle
	}
	return names, err
}

// visible narrows a query over disbursements to what the actor may know of: those of the actor's cases, and of what
// stands on no plan what the actor wrote, or casework is to approve; everything for a user who sees all cases.
func visible(tx *store.Tx, q *bun.SelectQuery) *bun.SelectQuery { return onCases(tx, q, "") }

// onCases is [visible] for a query that names disbursements by an alias: "d.".
func onCases(tx *store.Tx, q *bun.SelectQuery, alias string) *bun.SelectQuery {
	shared := ""
	if has(tx.By, access.Caseworker) {
		shared = alias + "to_casework"
	}
	return beneficiaries.OnCases(tx, q, beneficiaries.CaseColumns{Plan: alias + "plan_id", MadeBy: alias + "created_by",
		Shared: shared})
}

// notReserved refuses what lies in a payment batch that is not over: [ErrReserved].
func notReserved(ctx context.Context, tx *store.Tx, id DisbursementID) error {
	taken, err := tx.NewSelect().Table("payment_batch_items").Where("disbursement_id = ?", id).Where("live").Exists(ctx)
	if err == nil && taken {
		err = ErrReserved
	}
	return err
}
