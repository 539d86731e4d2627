package access

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// The events by which [Verify] knows what stands of an account and the ways into it.
const (
	eventCreated         = "user.created"
	eventDisabled        = "user.disabled"
	eventEndSet          = "user.end_set"
	eventInvited         = "user.invited"
	eventPassword        = "password.set"
	eventIdentity        = "identity.linked"
	eventSecondBegun     = "second_factor.begun"
	eventSecondConfirmed = "second_factor.confirmed"
	eventPasskey         = "passkey.added"
	eventPasskeyRemoved  = "passkey.removed"
	eventToken           = "token.issued"
	eventSession         = "session.opened"
	eventRevoked         = "token.revoked"
	eventAllRevoked      = "tokens.revoked"
)

// mark names a field of an event together with a fingerprint of what was written: "password#" and half a SHA-256. The
// event is a leaf of the tree, so whoever changes the row past this program is found by it; from the fingerprint nobody
// learns what stands there, since it is taken of hashes, sealed texts and work names alone. Those who read events see
// the name.
func mark(field string, written ...string) string {
	h := sha256.New()
	for _, w := range written {
		_ = binary.Write(h, binary.BigEndian, uint64(len(w))) // a hash takes everything
		h.Write([]byte(w))
	}
	return field + "#" + hex.EncodeToString(h.Sum(nil)[:sha256.Size/2])
}

// unmarked are the names of the fields of a stored event.
func unmarked(fields string) []string {
	names := strings.Split(fields, ",")
	for i := range names {
		names[i], _, _ = strings.Cut(names[i], "#")
	}
	return names
}

// marked tells whether an event says of a field that just this was written; one of before there were marks says of
// nothing that it was not.
func marked(fields, mark string) bool {
	field, _, _ := strings.Cut(mark, "#")
	for f := range strings.SplitSeq(fields, ",") {
		if strings.HasPrefix(f, field+"#") {
			return f == mark
		}
	}
	return true
}

func (r tokenRow) mark(scopes []string) string {
	return mark("token", string(r.ID), string(r.UserID), hex.EncodeToString(r.Hash), r.CreatedAt, r.ExpiresAt, r.Kind,
		r.Name, strings.Join(scopes, ","), string(rune('0'+r.Factors)))
}

func (r invitationRow) mark() string {
	return mark("invitation", hex.EncodeToString(r.Hash), string(r.UserID), r.ExpiresAt, string(r.ChangeID))
}

func (r credentialRow) mark() string {
	return mark("password", string(r.UserID), string(r.Password), r.ChangedAt, hex.EncodeToString(r.Invitation))
}

func (r identityRow) mark() string {
	return mark("identity", r.Issuer, r.Subject, string(r.UserID), r.LinkedAt, hex.EncodeToString(r.Invitation))
}

func (r passkeyRow) mark() string {
	return mark("passkey", string(r.ID), string(r.UserID), r.Name, hex.EncodeToString(r.Credential),
		hex.EncodeToString(r.PublicKey), r.CreatedAt)
}

func markSecond(sealed []byte, confirmed bool) string {
	state := "begun"
	if confirmed {
		state = "confirmed"
	}
	return mark("second", hex.EncodeToString(sealed), state)
}

// Mark is [mark] for the acts of other packages: it goes among the fields of their event, and [Vouched] finds it again.
func Mark(field string, written ...string) string { return mark(field, written...) }
