package access

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type credentialRow struct {
	bun.BaseModel `bun:"table:credentials"`
	UserID        UserID `bun:",pk"`
	Password      Password
	Second        []byte
	Confirmed     bool
	LastStep      int64
	ChangedAt     string
	Invitation    []byte // the hash of that by which it was set
}

type deviceRow struct {
	bun.BaseModel `bun:"table:sign_in_devices"`
	Sheet         string `bun:",pk"`
	Hash          []byte `bun:",pk"`
	Failures      int64
	WaitUntil     string
}

type recoveryRow struct {
	bun.BaseModel `bun:"table:recovery_codes"`
	UserID        UserID `bun:",pk"`
	Hash          []byte `bun:",pk"`
	UsedAt        *string
}

type invitationRow struct {
	bun.BaseModel `bun:"table:invitations"`
	Hash          []byte `bun:",pk"`
	UserID        UserID
	ExpiresAt     string
	UsedAt        *string
	ChangeID      ChangeID // that it rests on; "" for an account that did not act
}

type identityRow struct {
	bun.BaseModel `bun:"table:sign_in_identities"`
	Issuer        string `bun:",pk"`
	Subject       string `bun:",pk"`
	UserID        UserID
	LinkedAt      string
	Invitation    []byte
}

// strangers is the hash under which the failures of all unknown devices are counted.
var strangers = []byte{}

func readDoor(ctx context.Context, tx *store.Tx, handle, device string) (Door, error) {
	d := Door{Handle: handle, sheet: strangersSheet(handle), device: strangers}
	account, err := readAccount(ctx, tx, handle)
	if err == nil && account.Handle == handle && account.Works(tx.At) {
		err = d.readCredentials(ctx, tx, account.ID)
	}
	if err != nil && !errors.Is(err, ErrUnknownUser) {
		return d, err
	}
	if d.User == "" { // as many questions as of an account
		err = d.readCredentials(ctx, tx, "")
	}
	if err == nil {
		err = d.recognise(ctx, tx, device)
	}
	return d, err
}

// strangersSheet is where the attempts of unknown devices are counted, by the handle alone: a door that leads nowhere
// closes like any other, after as many attempts. There are 65,536, so what strangers can have us keep is bounded.
func strangersSheet(handle string) string {
	h := hash(handle)
	return fmt.Sprintf("strangers/%02x%02x", h[0], h[1])
}

// readCredentials has nothing to say of an account that never set a password: it is like one that does not exist.
func (d *Door) readCredentials(ctx context.Context, tx *store.Tx, user UserID) error {
	var c credentialRow
	err := tx.NewSelect().Model(&c).Where("user_id = ?", user).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	} else if err != nil {
		return err
	}
	d.User, d.password, d.second, d.confirmed, d.lastStep = user, c.Password, c.Second, c.Confirmed, c.LastStep
	return nil
}

// recognise finds whether the device signed in to the account before.
func (d *Door) recognise(ctx context.Context, tx *store.Tx, device string) error {
	known, err := tx.NewSelect().Model((*deviceRow)(nil)).Where("sheet = ?", d.User).Where("hash = ?", hash(device)).
		Exists(ctx)
	if err == nil && known && device != "" && d.User != "" {
		d.sheet, d.device = string(d.User), hash(device)
	}
	return err
}

// Devices are the hashes of all that devices were left by sign-ins.
func Devices(ctx context.Context, tx *store.Tx) (hashes [][]byte, err error) {
	err = tx.NewSelect().Model((*deviceRow)(nil)).Column("hash").Where("sheet NOT LIKE 'strangers/%'").Scan(ctx, &hashes)
	return hashes, err
}

// countAttempt counts one, and has the next one wait. The row is locked until the tx ends, so of many at once each sees
// those before it. A wait beyond the longest is of a clock that was put back, and is none.
func countAttempt(ctx context.Context, tx *store.Tx, d Door) error {
	var row deviceRow
	err := tx.NewRaw(`INSERT INTO sign_in_devices (sheet, hash, failures, wait_until) VALUES (?, ?, 1, '')
		ON CONFLICT (sheet, hash) DO UPDATE SET failures = sign_in_devices.failures + 1
		RETURNING sheet, hash, failures, wait_until`, d.sheet, d.device).Scan(ctx, &row)
	if err != nil {
		return err
	}
	longest := longestOthers
	if d.Known() {
		longest = longestKnown
	}
	if row.WaitUntil != "" {
		until, err := store.ParseTime(row.WaitUntil)
		if err != nil {
			return err
		}
		if left := until.Sub(tx.At); left > 0 && left <= longest {
			return ErrSlowDown
		} else if left < -forgottenFor {
			row.Failures = 1
		}
	}
	_, err = tx.NewUpdate().Model((*deviceRow)(nil)).Set("failures = ?", row.Failures).
		Set("wait_until = ?", store.FormatTime(tx.At.Add(waitAfter(row.Failures, longest)))).
		Where("sheet = ?", d.sheet).Where("hash = ?", d.device).Exec(ctx)
	return err
}

// forgiveAttempt takes back what a good attempt counted; those of others stay counted.
func forgiveAttempt(ctx context.Context, tx *store.Tx, d Door) error {
	_, err := tx.NewUpdate().Model((*deviceRow)(nil)).Set("failures = failures - 1").
		Set("wait_until = ?", store.FormatTime(tx.At)).
		Where("sheet = ?", d.sheet).Where("hash = ?", d.device).Where("failures > 0").Exec(ctx)
	return err
}

// rememberDevice takes a device's new secret in place of its old one, with a clean sheet.
func rememberDevice(ctx context.Context, tx *store.Tx, d Door, hash []byte) error {
	if err := forgiveAttempt(ctx, tx, d); err != nil {
		return err
	}
	if d.Known() {
		if _, err := tx.NewDelete().Model((*deviceRow)(nil)).Where("sheet = ?", d.sheet).Where("hash = ?", d.device).
			Exec(ctx); err != nil {
			return err
		}
	}
	_, err := tx.NewInsert().Model(&deviceRow{Sheet: string(d.User), Hash: hash}).Exec(ctx)
	return err
}

// takeStep notes the step of a code that was taken, and tells whether it was free.
func takeStep(ctx context.Context, tx *store.Tx, user UserID, step int64) (bool, error) {
	return touched(tx.NewUpdate().Model((*credentialRow)(nil)).Set("last_step = ?", step).
		Where("user_id = ?", user).Where("last_step < ?", step).Exec(ctx))
}

func useRecovery(ctx context.Context, tx *store.Tx, user UserID, hash []byte) (bool, error) {
	return touched(tx.NewUpdate().Model((*recoveryRow)(nil)).Set("used_at = ?", store.FormatTime(tx.At)).
		Where("user_id = ?", user).Where("hash = ?", hash).Where("used_at IS NULL").Exec(ctx))
}

// touched tells whether a write found its row.
func touched(res sql.Result, err error) (bool, error) {
	err = store.ExactlyOne(res, err)
	if errors.Is(err, store.ErrStale) {
		return false, nil
	}
	return err == nil, err
}

func insertInvitation(ctx context.Context, tx *store.Tx, row invitationRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func readInvitation(ctx context.Context, tx *store.Tx, hash []byte) (UserID, error) {
	var r invitationRow
	err := tx.NewSelect().Model(&r).Where("hash = ?", hash).Where("used_at IS NULL").
		Where("expires_at > ?", store.FormatTime(tx.At)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrInvitation
	}
	return r.UserID, err
}

func useInvitation(ctx context.Context, tx *store.Tx, hash []byte) error {
	ok, err := touched(tx.NewUpdate().Model((*invitationRow)(nil)).Set("used_at = ?", store.FormatTime(tx.At)).
		Where("hash = ?", hash).Where("used_at IS NULL").Exec(ctx))
	if err == nil && !ok {
		err = ErrInvitation
	}
	return err
}

// forgetDoors forgets everything by which an account was entered, and the failures at it.
func forgetDoors(ctx context.Context, tx *store.Tx, user UserID) error {
	if _, err := tx.NewDelete().Model((*deviceRow)(nil)).Where("sheet = ?", user).Exec(ctx); err != nil {
		return err
	}
	for _, table := range []any{(*recoveryRow)(nil), (*identityRow)(nil), (*passkeyRow)(nil),
		(*credentialRow)(nil)} {
		if _, err := tx.NewDelete().Model(table).Where("user_id = ?", user).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func insertCredentials(ctx context.Context, tx *store.Tx, row credentialRow) error {
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// updateSecond writes the second factor of a row, and nothing else of it.
func updateSecond(ctx context.Context, tx *store.Tx, row credentialRow) error {
	return store.ExactlyOne(tx.NewUpdate().Model(&row).Column("second", "confirmed", "last_step").WherePK().Exec(ctx))
}

func replaceRecovery(ctx context.Context, tx *store.Tx, user UserID, codes []string) error {
	if _, err := tx.NewDelete().Model((*recoveryRow)(nil)).Where("user_id = ?", user).Exec(ctx); err != nil {
		return err
	}
	rows := make([]recoveryRow, len(codes))
	for i, code := range codes {
		rows[i] = recoveryRow{UserID: user, Hash: hash(code)}
	}
	return store.Insert(ctx, tx, rows)
}

// key is the subject as it is kept: some providers use a mail address for it.
func (i Identity) key() string {
	sum := sha256.Sum256([]byte(i.Issuer + "\x00" + i.Subject))
	return hex.EncodeToString(sum[:])
}

func readIdentity(ctx context.Context, tx *store.Tx, i Identity) (UserID, error) {
	var r identityRow
	err := tx.NewSelect().Model(&r).Where("issuer = ?", i.Issuer).Where("subject = ?", i.key()).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrUnknownUser
	}
	return r.UserID, err
}

func insertIdentity(ctx context.Context, tx *store.Tx, i Identity, row identityRow) error {
	if _, err := readIdentity(ctx, tx, i); err == nil {
		return ErrIdentityTaken
	} else if !errors.Is(err, ErrUnknownUser) {
		return err
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}
