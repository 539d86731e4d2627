package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/proof"
	"supportledger/store"
)

type userRow struct {
	bun.BaseModel `bun:"table:users"`
	ID            UserID `bun:",pk"`
	Handle        string
	CreatedAt     string
	DisabledAt    *string
	EndsAt        *string
	Person        UserID
}

type roleRow struct {
	bun.BaseModel `bun:"table:user_roles"`
	UserID        UserID `bun:",pk"`
	Role          Role   `bun:",pk"`
	ChangeID      *ChangeID
}

type tokenRow struct {
	bun.BaseModel `bun:"table:tokens"`
	ID            TokenID `bun:",pk"`
	UserID        UserID
	Hash          []byte
	CreatedAt     string
	ExpiresAt     string
	RevokedAt     *string
	Kind          string
	Name          string
	ScopeCount    int
	Factors       int
}

type dutyRow struct {
	bun.BaseModel `bun:"table:duties"`
	Subject       string `bun:",pk"`
	Round         int    `bun:",pk"`
	Step          Step
	UserID        UserID `bun:",pk"`
	TokenID       string
	Payload       []byte
	At            string
}

type eventRow struct {
	bun.BaseModel `bun:"table:audit_events"`
	ID            string `bun:",pk"`
	At            string
	UserID        string
	TokenID       string
	RequestID     string
	Action        string
	Subject       string
	Fields        string
	Reason        string
	OnBehalfOf    UserID
}

func insertUser(ctx context.Context, tx *store.Tx, u User) error {
	row := userRow{ID: u.ID, Handle: u.Handle, CreatedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrDuplicateHandle
	} else if err != nil {
		return err
	}
	return nil
}

// pendingEvents are the events that the commit of a tx will write.
type pendingEvents []eventRow

// eventsAtOnce is how many events wait for the end of a tx at most: an act on ten thousand payments holds no more.
const eventsAtOnce = 1000

// insertEvent puts an event's leaf into the tree and its row among those that are written in one statement at the end
// of the tx, or when a thousand wait: many acts that commit together cost no more statements than one.
func insertEvent(ctx context.Context, tx *store.Tx, e Event) error {
	row := eventRow{ID: store.NewID("evt"), At: store.FormatTime(tx.At), UserID: tx.By.User, TokenID: tx.By.Token,
		RequestID: tx.By.Request, Action: e.Action, Subject: e.Subject, Fields: strings.Join(e.Fields, ","), Reason: e.Reason,
		OnBehalfOf: e.OnBehalfOf}
	pending := store.TxLocal[pendingEvents](tx)
	if len(*pending) == 0 {
		tx.BeforeCommit(func(_ context.Context, tx *store.Tx) error {
			store.AddRows(tx.FinalWrites(), tx, []eventRow(*pending))
			*pending = nil
			return nil
		})
	}
	*pending = append(*pending, row)
	proof.Append(tx, row.leaf(new(proof.Encoder), proof.NewSeal()))
	if len(*pending) < eventsAtOnce {
		return nil
	}
	rows := []eventRow(*pending)
	*pending = nil
	return store.Insert(ctx, tx, rows)
}

func insertDuty(ctx context.Context, tx *store.Tx, d Duty) error {
	row := dutyRow{Subject: d.Subject, Round: d.Round, Step: d.Step, UserID: UserID(tx.By.User), TokenID: tx.By.Token,
		Payload: d.Payload[:], At: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if err != nil {
		return barred(err)
	}
	proof.Append(tx, row.leaf(new(proof.Encoder), proof.NewSeal()))
	return nil
}

// barred gives a refusal of a duty by the database the name that Go has for it. A second duty of one person is refused
// by the key when both came at once, by the trigger when the other had just been committed.
func barred(err error) error {
	err = store.Classify(err)
	if errors.Is(err, store.ErrDuplicate) {
		return ErrMakerCannotApprove
	}
	return RefusedAs(err)
}

// RefusedAs gives a refusal by the database of who may not decide the name that Go has for it.
func RefusedAs(err error) error {
	var r *store.Refused
	if !errors.As(store.Classify(err), &r) {
		return err
	}
	switch r.Code {
	case "maker_cannot_approve":
		return ErrMakerCannotApprove
	case "related_party":
		return ErrRelated
	}
	return err
}

func readDuties(ctx context.Context, tx *store.Tx, subject string, round int) ([]Duty, error) {
	on, err := readDutiesOnAll(ctx, tx, []string{subject}, round)
	return on[subject], err
}

// Digest is a SHA-256 as it is kept. What somebody shortened past the program is the digest of nothing.
func Digest(kept []byte) (d [32]byte) {
	if len(kept) == len(d) {
		copy(d[:], kept)
	}
	return d
}

// dutiesAtOnce is on how many subjects duties are read by one statement.
const dutiesAtOnce = 500

func readDutiesOnAll(ctx context.Context, tx *store.Tx, subjects []string, round int) (map[string][]Duty, error) {
	on := map[string][]Duty{}
	for some := range slices.Chunk(subjects, dutiesAtOnce) {
		var rows []dutyRow
		err := tx.NewSelect().Model(&rows).Where("subject IN (?)", bun.List(some)).Where("round = ?", round).
			Order("subject", "at", "step").Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			at, err := store.ParseTime(r.At)
			if err != nil {
				return nil, err
			}
			on[r.Subject] = append(on[r.Subject], Duty{Subject: r.Subject, Round: r.Round, Step: r.Step,
				Payload: Digest(r.Payload), User: r.UserID, At: at})
		}
	}
	return on, nil
}

// Next is the next number of a series, from 1: for human numbers such as D-2026-0001.
func Next(ctx context.Context, tx *store.Tx, series string) (int64, error) {
	var last int64
	err := tx.NewRaw(`INSERT INTO counters (series, last) VALUES (?, 1)
		ON CONFLICT (series) DO UPDATE SET last = counters.last + 1 RETURNING last`, series).Scan(ctx, &last)
	if err != nil {
		return 0, fmt.Errorf("access: next of %s: %w", series, err)
	}
	return last, nil
}

// FreeNumber draws from a series until a number in its format is free: people also give numbers of that form by hand.
func FreeNumber(
	ctx context.Context, tx *store.Tx, series, format string,
	taken func(ctx context.Context, tx *store.Tx, number string) (bool, error),
) (string, error) {
	for {
		n, err := Next(ctx, tx, series)
		if err != nil {
			return "", err
		}
		number := fmt.Sprintf(format, n)
		if used, err := taken(ctx, tx, number); err != nil || !used {
			return number, err
		}
	}
}
