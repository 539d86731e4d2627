package rest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"regexp"

	"supportledger/store"
)

// A write takes effect once per Idempotency-Key and user (draft-ietf-httpapi-idempotency-key-header). Money
// operations insist on a key; the others honour one, since after a lost answer nobody knows what happened.
//
// The key is claimed as the first statement of the transaction that does the act, and the answer is stored under
// it as the last: they are committed together or not at all. A twin that arrives meanwhile waits on the key (on
// PostgreSQL for the row, on SQLite for the one writer) and then finds either the answer or nothing. A refused act
// stores nothing, so the same key may be tried again once the reason is gone.
//
// Where posts are collected the id of the entry is kept in place of the answer, which is made of it again.
//
// Answers are kept as long as the entries that they speak of, so they must not hold personal data. An operation that is
// declared Personal and makes something new spends its key: neither answer nor body is kept, and a repetition is told
// that the first took effect. The other Personal operations open something, or change what has one state; they pass
// over a key, which is not echoed.

// keyShape is what we accept as a key. The draft's quotation marks around it may be there or not.
var keyShape = regexp.MustCompile(`^(?:"([A-Za-z0-9._:/+=-]{1,128})"|([A-Za-z0-9._:/+=-]{1,128}))$`)

// ErrKeySpent: the key was used for the same request, whose answer is for the caller's eyes alone and not kept.
var ErrKeySpent = errors.New("http: the key is spent")

// spendsKey tells whether a key counts once and no answer is kept under it.
func (e *Endpoint) spendsKey() bool {
	return e.Op.Personal && e.Op.NoMatch == MakesNew && e.alone == nil
}

// idempotencyKey reads the key of a write.
func (e *Endpoint) idempotencyKey(h http.Header) (string, error) {
	if !e.takesKey() {
		return "", nil // a client may send one with every request
	}
	values := h.Values("Idempotency-Key")
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		if e.Op.Money {
			return "", Refuse("idempotency_key_required")
		}
		return "", nil
	}
	m := keyShape.FindStringSubmatch(values[0])
	if m == nil || len(values) > 1 {
		return "", Refuse("idempotency_key_invalid")
	}
	return m[1] + m[2], nil
}

// claim takes the key for this request. It gives the stored answer when the same request has been here, an error
// when another one has used the key, and nil when the way is free.
func claim(ctx context.Context, tx *store.Tx, req Request, op Op) (*Reply, error) {
	row := KeyRow{UserID: tx.By.User, Key: req.Key, Fingerprint: req.Fingerprint,
		Route: op.Method + " " + op.Path, CreatedAt: store.FormatTime(tx.At), Body: []byte{}}
	free, err := row.claim(ctx, tx)
	if err != nil || free {
		return nil, err
	}
	stored, err := findKey(ctx, tx, tx.By.User, req.Key)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(stored.Fingerprint, req.Fingerprint) {
		return nil, Refuse("idempotency_key_reused")
	}
	if op.Personal {
		return nil, ErrKeySpent
	}
	out := stored.Reply()
	return &out, nil
}

// Reply is the answer that was stored, to be given again.
func (k KeyRow) Reply() Reply {
	out := Reply{Status: int(k.Status), Body: k.Body, Replayed: true}
	if len(k.Body) > 0 {
		out.Kind = "application/json"
	}
	return out
}

// complete stores the answer under the key that claim took in the same transaction.
func complete(ctx context.Context, tx *store.Tx, key string, op Op, out Reply) error {
	if out.Body == nil || op.Personal {
		out.Body = []byte{} // the column is not null
	}
	return storeReply(ctx, tx, KeyRow{UserID: tx.By.User, Key: key, Status: int64(out.Status), Body: out.Body})
}
