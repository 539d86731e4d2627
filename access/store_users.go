package access

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type changeRow struct {
	bun.BaseModel `bun:"table:account_changes"`
	ID            ChangeID `bun:",pk"`
	UserID        UserID
	Kind          ChangeKind
	RoleCount     int
	OtherID       *UserID
	Reason        string
	Payload       []byte
	State         ChangeState
	CreatedBy     UserID
	CreatedAt     string
	DecidedAt     *string
}

type changeRoleRow struct {
	bun.BaseModel `bun:"table:account_change_roles"`
	ChangeID      ChangeID `bun:",pk"`
	Role          Role     `bun:",pk"`
	Given         bool
}

func insertChange(ctx context.Context, tx *store.Tx, c Change) error {
	payload := c.payload()
	var roles []changeRoleRow
	for _, r := range c.Grant {
		roles = append(roles, changeRoleRow{ChangeID: c.ID, Role: r, Given: true})
	}
	for _, r := range c.Revoke {
		roles = append(roles, changeRoleRow{ChangeID: c.ID, Role: r})
	}
	row := changeRow{ID: c.ID, UserID: c.User, Kind: c.Kind, RoleCount: len(roles), Reason: c.Reason,
		Payload: payload[:], State: c.State, CreatedBy: c.By, CreatedAt: store.FormatTime(tx.At)}
	if c.Other != "" {
		row.OtherID = &c.Other
	}
	if c.State == Applied {
		row.DecidedAt = &row.CreatedAt
	}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return err
	}
	return store.Insert(ctx, tx, roles)
}

// updateChange sets the state of a change that waits for a decision.
func updateChange(ctx context.Context, tx *store.Tx, c Change) error {
	res, err := tx.NewUpdate().Model((*changeRow)(nil)).Set("state = ?", c.State).
		Set("decided_at = ?", store.FormatTime(tx.At)).
		Where("id = ?", c.ID).Where("state = ?", Requested).Exec(ctx)
	if err := store.ExactlyOne(res, err); errors.Is(err, store.ErrStale) {
		return ErrChangeDecided
	} else if err != nil {
		return err
	}
	return nil
}

func readChange(ctx context.Context, tx *store.Tx, id ChangeID) (Change, error) {
	var r changeRow
	err := tx.NewSelect().Model(&r).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Change{}, ErrUnknownChange
	} else if err != nil {
		return Change{}, err
	}
	found, err := changesOf(ctx, tx, []changeRow{r})
	if err != nil {
		return Change{}, err
	}
	return found[0], nil
}

func readChanges(ctx context.Context, tx *store.Tx, f ChangeFilter) ([]Change, error) {
	var rows []changeRow
	q := tx.NewSelect().Model(&rows).Where("kind <> ?", firstRoles)
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if err := f.Page.Ascending(q, "id").Scan(ctx); err != nil {
		return nil, err
	}
	return changesOf(ctx, tx, rows)
}

// changesOf reads what rows say, and the roles that they give and take away.
func changesOf(ctx context.Context, tx *store.Tx, rows []changeRow) ([]Change, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, place := make([]ChangeID, len(rows)), map[ChangeID]int{}
	found := make([]Change, len(rows))
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		ids[i], place[r.ID] = r.ID, i
		found[i] = Change{ID: r.ID, User: r.UserID, Kind: r.Kind, Reason: r.Reason, Other: store.ZeroIfNull(r.OtherID),
			State: r.State, By: r.CreatedBy, At: at}
	}
	var roles []changeRoleRow
	err := tx.NewSelect().Model(&roles).Where("change_id IN (?)", bun.List(ids)).Order("change_id", "role").Scan(ctx)
	for _, r := range roles {
		c := &found[place[r.ChangeID]]
		if r.Given {
			c.Grant = append(c.Grant, r.Role)
		} else {
			c.Revoke = append(c.Revoke, r.Role)
		}
	}
	return found, err
}

// replaceRoles takes away what a change revokes and gives what it grants.
func replaceRoles(ctx context.Context, tx *store.Tx, c Change) error {
	for _, r := range c.Revoke {
		if err := store.ExactlyOne(tx.NewDelete().Model((*roleRow)(nil)).Where("user_id = ?", c.User).Where("role = ?", r).
			Exec(ctx)); err != nil {
			return err
		}
	}
	for _, r := range c.Grant {
		if _, err := tx.NewInsert().Model(&roleRow{UserID: c.User, Role: r, ChangeID: &c.ID}).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func updateDisabled(ctx context.Context, tx *store.Tx, id UserID) error {
	account, err := readAccount(ctx, tx, string(id))
	if err != nil {
		return err
	}
	if !account.DisabledAt.IsZero() {
		return ErrAccountEnded
	}
	return store.ExactlyOne(tx.NewUpdate().Model((*userRow)(nil)).Set("disabled_at = ?", store.FormatTime(tx.At)).
		Where("id = ?", id).Exec(ctx))
}

func updateEnd(ctx context.Context, tx *store.Tx, id UserID, at time.Time) error {
	account, err := readAccount(ctx, tx, string(id))
	if err != nil {
		return err
	}
	if !account.Works(tx.At) || !account.EndsAt.IsZero() && at.After(account.EndsAt) {
		return ErrAccountEnded
	}
	return store.ExactlyOne(tx.NewUpdate().Model((*userRow)(nil)).Set("ends_at = ?", store.FormatTime(at)).
		Where("id = ?", id).Exec(ctx))
}

func updatePerson(ctx context.Context, tx *store.Tx, id, person UserID) error {
	return store.ExactlyOne(tx.NewUpdate().Model((*userRow)(nil)).Set("person = ?", person).Where("id = ?", id).Exec(ctx))
}

// hasPerson reports whether an account is joined to another, in either direction.
func hasPerson(ctx context.Context, tx *store.Tx, id UserID) (bool, error) {
	return tx.NewSelect().Model((*userRow)(nil)).Where("id = ? AND person <> '' OR person = ?", id, id).Exists(ctx)
}

// onePerson reports whether two accounts are one person's.
func onePerson(ctx context.Context, tx *store.Tx, a, b UserID) (bool, error) {
	if a == b {
		return true, nil
	}
	return tx.NewSelect().TableExpr("users AS a").
		Join("JOIN users AS b ON COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)").
		Where("a.id = ?", a).Where("b.id = ?", b).Exists(ctx)
}

func readAccount(ctx context.Context, tx *store.Tx, ref string) (Account, error) {
	var r userRow
	err := tx.NewSelect().Model(&r).Where("id = ? OR handle = ?", ref, ref).OrderExpr("id = ? DESC", ref).Limit(1).
		Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrUnknownUser
	} else if err != nil {
		return Account{}, err
	}
	found, err := accountsOf(ctx, tx, []userRow{r})
	if err != nil {
		return Account{}, err
	}
	return found[0], nil
}

func readAccounts(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Account, error) {
	var rows []userRow
	if err := page.Ascending(tx.NewSelect().Model(&rows), "handle").Scan(ctx); err != nil {
		return nil, err
	}
	return accountsOf(ctx, tx, rows)
}

// readHolders reads the accounts with one of the roles, by handle.
func readHolders(ctx context.Context, tx *store.Tx, roles []Role) ([]Account, error) {
	var rows []userRow
	holding := tx.NewSelect().Model((*roleRow)(nil)).Column("user_id").Where("role IN (?)", bun.List(roles))
	if err := tx.NewSelect().Model(&rows).Where("id IN (?)", holding).Order("handle").Scan(ctx); err != nil {
		return nil, err
	}
	return accountsOf(ctx, tx, rows)
}

// accountsOf adds the roles to rows.
func accountsOf(ctx context.Context, tx *store.Tx, rows []userRow) ([]Account, error) {
	ids := make([]UserID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	roles := map[UserID][]Role{}
	if len(ids) > 0 {
		var held []roleRow
		if err := tx.NewSelect().Model(&held).Where("user_id IN (?)", bun.List(ids)).Order("role").Scan(ctx); err != nil {
			return nil, err
		}
		for _, h := range held {
			roles[h.UserID] = append(roles[h.UserID], h.Role)
		}
	}
	found := make([]Account, len(rows))
	for i, r := range rows {
		a := Account{User: User{r.ID, r.Handle, roles[r.ID]}, Person: r.Person}
		for _, t := range []struct {
			text *string
			into *time.Time
		}{{&r.CreatedAt, &a.CreatedAt}, {r.EndsAt, &a.EndsAt}, {r.DisabledAt, &a.DisabledAt}} {
			if t.text == nil {
				continue
			}
			at, err := store.ParseTime(*t.text)
			if err != nil {
				return nil, err
			}
			*t.into = at
		}
		found[i] = a
	}
	return found, nil
}
