package access

import (
	"bytes"
	"context"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/proof"
	"supportledger/store"
)

// Verified counts what [Verify] has read.
type Verified struct{ Events, Duties int64 }

// Verify holds every audit event and every duty against its leaf in the tree, and duties against the rules: nobody has
// two on one subject and round, each decision answers another person's request for exactly the same, and a token acts
// for its own user only; and roles, with the accounts that are one person's, against the events that gave them. Leaves
// is how many of a kind the tree has.
func Verify(ctx context.Context, tx *store.Tx, leaves map[proof.Kind]int64, out *proof.Findings,
	report func(done int64)) (Verified, error) {
	v := &verifier{out: out, report: report}
	for _, step := range []func(context.Context, *store.Tx) error{v.events, v.duties, v.twins, v.unasked, v.roles, v.alone,
		v.persons, v.waysIn} {
		if err := step(ctx, tx); err != nil {
			return v.done, err
		}
	}
	if err := v.lost(ctx, tx, proof.EventLeaf, leaves[proof.EventLeaf], v.done.Events); err != nil {
		return v.done, err
	}
	return v.done, v.lost(ctx, tx, proof.DutyLeaf, leaves[proof.DutyLeaf], v.done.Duties)
}

type verifier struct {
	out     *proof.Findings
	report  func(int64)
	encoder proof.Encoder
	done    Verified
}

// storedEvent is an event as its row holds it, with its leaf.
type storedEvent struct {
	eventRow
	Hash, Seal []byte
}

// eventsPage is how many events are read at a time.
const eventsPage = 2000

func (v *verifier) events(ctx context.Context, tx *store.Tx) error {
	last := ""
	return store.Prefetch(func() ([]storedEvent, error) {
		page, err := storedEvents(ctx, tx, last)
		if len(page) > 0 {
			last = page[len(page)-1].ID
		}
		return page, err
	}, func(page []storedEvent) {
		for i := range page {
			e := &page[i]
			v.inTree("audit event "+e.ID, e.leaf(&v.encoder, e.Seal), e.Hash)
		}
		v.done.Events += int64(len(page))
		v.report(v.done.Events)
	})
}

// storedEvents reads a page of events after an id.
func storedEvents(ctx context.Context, tx *store.Tx, after string) ([]storedEvent, error) {
	q := tx.NewSelect().TableExpr("audit_events AS a").ColumnExpr("a.*, p.hash, p.seal").
		Join("LEFT JOIN proof_leaves AS p ON p.ref = a.id AND p.kind = 'event'").
		Where("a.id > ?", after).Order("a.id").Limit(eventsPage)
	page := make([]storedEvent, 0, eventsPage)
	err := store.EachRow(ctx, tx, q, func(r storedEvent) error {
		page = append(page, r)
		return nil
	})
	return page, err
}

func (v *verifier) duties(ctx context.Context, tx *store.Tx) error {
	type storedDuty struct {
		dutyRow
		Hash  []byte // of its leaf
		Owner UserID // of its token
	}
	q := tx.NewSelect().TableExpr("duties AS d").ColumnExpr("d.*, p.hash, COALESCE(t.user_id, d.user_id) AS owner").
		Join("LEFT JOIN proof_leaves AS p ON p.kind = 'duty'" +
			" AND p.ref = d.subject || '/' || CAST(d.round AS TEXT) || '/' || d.user_id").
		Join("LEFT JOIN tokens AS t ON t.id = d.token_id")
	return store.EachRow(ctx, tx, q, func(r storedDuty) error {
		v.inTree("duty "+r.ref()+" ("+string(r.Step)+")", r.leaf(&v.encoder, nil), r.Hash)
		if r.Owner != r.UserID {
			v.out.Add("approval", "duty "+r.ref(), "it was taken with the token of another user, %s", r.Owner)
		}
		v.done.Duties++
		return nil
	})
}

func (v *verifier) inTree(what string, leaf proof.Leaf, hash []byte) {
	switch {
	case hash == nil:
		v.out.Add("leaf", what, "it is not in the tree: it was written past this program")
	case !bytes.Equal(leaf.Hash[:], hash):
		v.out.Add("leaf", what, "its row gives leaf %x, the tree has %x: a stored field was changed", leaf.Hash[:], hash)
	}
}

// twins finds people who hold two duties on one subject and round.
func (v *verifier) twins(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT subject, round, user_id FROM duties GROUP BY subject, round, user_id HAVING COUNT(*) > 1`
	return tx.Stream(ctx, text, v.broken("acted twice on the same request"))
}

// unasked finds decisions on what nobody else asked for.
func (v *verifier) unasked(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT d.subject, d.round, d.user_id FROM duties AS d WHERE d.step <> 'request'
		AND NOT EXISTS (SELECT 1 FROM duties AS r WHERE r.subject = d.subject AND r.round = d.round AND r.step = 'request'
			AND r.payload = d.payload AND r.user_id <> d.user_id)
		AND NOT EXISTS (SELECT 1 FROM payment_batches AS b WHERE b.id = d.subject AND b.round = d.round
			AND b.lock_hash = d.payload AND d.step = 'release')`
	return tx.Stream(ctx, text, v.broken("decided on what no other person asked for"))
}

// heldRole is a role of a user.
type heldRole struct {
	user UserID
	role Role
}

// Told is what an audit event in the tree says.
type Told struct {
	Action, Subject string
	By, OnBehalfOf  UserID
	Fields          string
}

// EachTold hands on the events of some actions that are in the tree, in its order: callers hold today's rows against
// what was recorded when they were written. Entries posted are no such actions; they have leaves of their own, and no
// place in the index.
func EachTold(ctx context.Context, tx *store.Tx, each func(Told), actions ...string) error {
	const text = `SELECT a.action, a.subject, a.user_id, a.on_behalf_of, a.fields
		FROM audit_events AS a JOIN proof_leaves AS p ON p.ref = a.id AND p.kind = 'event'
		WHERE a.action <> 'entry.posted' AND a.action IN (?) ORDER BY p.position`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var t Told
		err := rows.Scan(&t.Action, &t.Subject, &t.By, &t.OnBehalfOf, &t.Fields)
		if err == nil {
			each(t)
		}
		return err
	}, bun.List(actions))
}

// roles folds the events that gave and took roles, in the order of the tree, and holds the roles of today against them:
// whoever wrote a role past this program has no event for it that is in the tree.
func (v *verifier) roles(ctx context.Context, tx *store.Tx) error {
	given := map[heldRole]bool{}
	err := EachTold(ctx, tx, func(t Told) {
		for f := range strings.SplitSeq(t.Fields, ",") {
			given[heldRole{UserID(t.Subject), Role(strings.TrimPrefix(f, roleField))}] = t.Action == "role.granted"
		}
	}, "role.granted", "role.revoked")
	if err != nil {
		return err
	}
	err = tx.Stream(ctx, `SELECT user_id, role FROM user_roles`, func(rows store.Scanner) error {
		var h heldRole
		err := rows.Scan(&h.user, &h.role)
		if !given[h] {
			v.out.Add("role", string(h.user),
				"it holds %s, which no event in the tree gave it: the role was written past this program", h.role)
		}
		delete(given, h)
		return err
	})
	for h, still := range given {
		if still {
			v.out.Add("role", string(h.user),
				"it was given %s, which is gone without an event: the role was removed past this program", h.role)
		}
	}
	return err
}

// alone finds changes of accounts that widened something and that no second person approved.
func (v *verifier) alone(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT c.id, c.user_id FROM account_changes AS c WHERE c.state = 'applied' AND c.kind <> 'first'
		AND (c.kind <> 'roles' OR EXISTS (SELECT 1 FROM account_change_roles AS g
			WHERE g.change_id = c.id AND g.given AND g.role NOT IN ('auditor', 'donor')))
		AND NOT EXISTS (SELECT 1 FROM duties AS r JOIN duties AS d ON d.subject = r.subject AND d.user_id <> r.user_id
			WHERE r.subject = c.id AND r.step = 'request' AND r.payload = c.payload AND r.user_id <> c.user_id
			AND d.step = 'approve' AND d.payload = c.payload AND d.user_id <> c.user_id)`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var change, user string
		err := rows.Scan(&change, &user)
		v.out.Add("approval", change, "the account %s was changed by it without two people who agreed", user)
		return err
	})
}

// persons holds the accounts that are one person's against the events that joined them.
func (v *verifier) persons(ctx context.Context, tx *store.Tx) error {
	const text = `SELECT u.id FROM users AS u
		LEFT JOIN (SELECT a.subject, a.on_behalf_of FROM audit_events AS a
			JOIN proof_leaves AS p ON p.ref = a.id AND p.kind = 'event'
			WHERE a.action <> 'entry.posted' AND a.action = 'person.joined') AS j ON j.subject = u.id
		WHERE u.person <> COALESCE(j.on_behalf_of, '')`
	return tx.Stream(ctx, text, func(rows store.Scanner) error {
		var user string
		err := rows.Scan(&user)
		v.out.Add("role", user,
			"it is joined to another account, or is not, otherwise than its events say: it was changed past this program")
		return err
	})
}

// broken notes a row of subject, round and user that a rule does not allow.
func (v *verifier) broken(what string) func(store.Scanner) error {
	return func(rows store.Scanner) error {
		var subject, round, user string
		err := rows.Scan(&subject, &round, &user)
		v.out.Add("approval", subject, "round %s: user %s %s", round, user, what)
		return err
	}
}

// lost names the first leaf whose row is gone.
func (v *verifier) lost(ctx context.Context, tx *store.Tx, kind proof.Kind, leaves, rows int64) error {
	if leaves == rows {
		return nil
	}
	text := `SELECT ref, position FROM proof_leaves AS p WHERE kind = 'event'
		AND NOT EXISTS (SELECT 1 FROM audit_events AS a WHERE a.id = p.ref) ORDER BY position LIMIT 1`
	if kind == proof.DutyLeaf {
		text = `SELECT ref, position FROM proof_leaves AS p WHERE kind = 'duty' AND NOT EXISTS (SELECT 1 FROM duties AS d
			WHERE d.subject || '/' || CAST(d.round AS TEXT) || '/' || d.user_id = p.ref) ORDER BY position LIMIT 1`
	}
	found := false
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var ref string
		var position int64
		err := rows.Scan(&ref, &position)
		found = true
		v.out.Add("leaf", string(kind)+" "+ref, "leaf %d is of this record, which is gone: it was removed", position)
		return err
	})
	if err == nil && !found {
		v.out.Add("leaf", string(kind)+"s", "the tree has %d, the database %d", leaves, rows)
	}
	return err
}
