package beneficiaries

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/store"
)

// NoticeKind is what a notice is about.
type NoticeKind string

// The kinds of notices.
const (
	NoticeEmergency NoticeKind = "emergency_opening" // an identity was opened by somebody who is not on the case
	NoticeBudget    NoticeKind = "budget_used_up"    // somebody opened as many identities as a day allows
	NoticeReferral  NoticeKind = "referral"          // a person was referred without a consent to sharing
)

// Notice is what the privacy officer has to look at. It is written in the tx of what it is about.
type Notice struct {
	ID          string
	Kind        NoticeKind
	Beneficiary BeneficiaryID
	User        string // who opened
	Reason      string
	At          time.Time
	ReviewBy    time.Time
	Outcome     string // "" waits; justified, unjustified
	ReviewedBy  string
}

// Notify puts something before the privacy officer.
func Notify(ctx context.Context, tx *store.Tx, kind NoticeKind, b BeneficiaryID, reason string) error {
	return insertNotice(ctx, tx, Notice{ID: store.NewID("ntc"), Kind: kind, Beneficiary: b, User: tx.By.User,
		Reason: reason,
		At:     tx.At, ReviewBy: tx.At.Add(reviewWithin)})
}

// NoticeFilter chooses notices by their outcome, "" for those that wait; by the time until which they are to be
// reviewed, and id.
type NoticeFilter struct {
	Outcome string
	Page    store.Keyset
}

// Notices lists what the privacy officer has to look at.
func (r Register) Notices(ctx context.Context, tx *store.Tx, f NoticeFilter) ([]Notice, error) {
	return readNotices(ctx, tx, f)
}

// Review closes a notice with an outcome. Nobody reviews an opening of their own: [access.ErrMakerCannotApprove].
// [ErrUnknownNotice], also for one that is closed.
func (r Register) Review(ctx context.Context, tx *store.Tx, id, outcome string) (Notice, error) {
	waiting, err := readNotices(ctx, tx, NoticeFilter{})
	if err != nil {
		return Notice{}, err
	}
	for _, n := range waiting {
		if n.ID != id {
			continue
		}
		if err := access.NotMine(ctx, tx, access.UserID(n.User)); err != nil {
			return Notice{}, err
		}
		n.Outcome, n.ReviewedBy = outcome, tx.By.User
		if err := saveReview(ctx, tx, n); err != nil {
			return Notice{}, err
		}
		return n, access.Record(ctx, tx, access.Event{Action: "notice.reviewed", Subject: n.ID, Fields: []string{outcome}})
	}
	return Notice{}, ErrUnknownNotice
}
