package access

import (
	"strconv"

	"supportledger/proof"
)

// leaf is the leaf of an audit event: every column of its row, the reason as a sealed text (docs/PROOF.md).
func (r eventRow) leaf(e *proof.Encoder, seal proof.Seal) proof.Leaf {
	e.Reset(proof.EventLeaf, seal)
	e.Text("id", r.ID)
	e.Text("at", r.At)
	e.Text("user_id", r.UserID)
	e.Text("token_id", r.TokenID)
	e.Text("request_id", r.RequestID)
	e.Text("action", r.Action)
	e.Text("subject", r.Subject)
	e.Text("fields", r.Fields)
	e.Sealed("reason", r.Reason)
	e.Text("on_behalf_of", string(r.OnBehalfOf))
	return e.Leaf(r.ID)
}

// leaf is the leaf of a duty: every column of its row.
func (r dutyRow) leaf(e *proof.Encoder, seal proof.Seal) proof.Leaf {
	e.Reset(proof.DutyLeaf, seal)
	e.Text("subject", r.Subject)
	e.Int("round", int64(r.Round))
	e.Text("step", string(r.Step))
	e.Text("user_id", string(r.UserID))
	e.Text("token_id", r.TokenID)
	e.Bytes("payload", r.Payload)
	e.Text("at", r.At)
	return e.Leaf(r.ref())
}

// ref names a duty among the leaves. Ids hold no slash.
func (r dutyRow) ref() string {
	return r.Subject + "/" + strconv.Itoa(r.Round) + "/" + string(r.UserID)
}
