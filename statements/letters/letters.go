// Package letters keeps the words that the office chooses for what it sends to donors: how a mail and a letter greet,
// thank and end. It knows no donor, no statement and no money.
//
// A text names no person and tells no story: what goes to two thousand donors must not be about one who is supported.
// [Fault] says what a program can see of that; a second person reads it and approves it, and only then is it used.
package letters

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/statements/figures"
	"supportledger/store"
)

// What letter texts refuse.
var (
	ErrUnknownText = errors.New("letters: unknown letter text")
	ErrText        = errors.New("letters: the text may not be sent")
)

// Text is what letters and mails in one language say. The newest approved one of its language is used.
type Text struct {
	ID          string
	Lang        figures.Lang
	DisplayName string // of the sender of mails, as the charity calls itself to donors; "" shows the bare address
	Greeting    string // of mails, which name nobody: "Dear supporter,"
	Salutation  string // of letters on paper: "Dear {name},"
	Thanks      string // of letters and receipts; {purpose} is what was given to
	Signature   string // one line or a few
	By          access.UserID
	At          time.Time
	ApprovedBy  access.UserID // "" where it waits for a second person
	ApprovedAt  time.Time
}

// Approved reports whether a second person has approved it.
func (t Text) Approved() bool { return t.ApprovedBy != "" }

// Set keeps a text; it is used when somebody else has approved it. [*Fault].
func Set(ctx context.Context, tx *store.Tx, t Text) (Text, error) {
	for _, part := range t.parts() {
		*part.text = strings.TrimSpace(strings.ReplaceAll(*part.text, "\r\n", "\n"))
	}
	if err := t.check(); err != nil {
		return Text{}, err
	}
	t.ID, t.By, t.At = store.NewID("txt"), access.UserID(tx.By.User), tx.At
	if err := insertText(ctx, tx, t); err != nil {
		return Text{}, err
	}
	if err := access.Take(ctx, tx, t.duty(access.Request)); err != nil {
		return Text{}, err
	}
	return t, access.Record(ctx, tx, access.Event{Action: "letter_text.set", Subject: t.ID,
		Fields: []string{"display_name", "greeting", "salutation", "thanks", "signature"}})
}

// Approve puts a text into use. [ErrUnknownText], [access.ErrMakerCannotApprove].
func Approve(ctx context.Context, tx *store.Tx, id string) (Text, error) {
	t, err := readText(ctx, tx, id)
	if err != nil || t.Approved() {
		return t, err
	}
	if err := access.Take(ctx, tx, t.duty(access.Approve)); err != nil {
		return Text{}, err
	}
	t.ApprovedBy, t.ApprovedAt = access.UserID(tx.By.User), tx.At
	if err := insertApproval(ctx, tx, t); err != nil {
		return Text{}, err
	}
	return t, access.Record(ctx, tx, access.Event{Action: "letter_text.approved", Subject: t.ID})
}

func (t Text) duty(step access.Step) access.Duty {
	d := access.Duty{Subject: t.ID, Round: 1, Step: step}
	said := []string{"supportledger/letter-text", t.ID, string(t.Lang)}
	for _, part := range t.parts() {
		said = append(said, *part.text)
	}
	d.Payload = sha256.Sum256([]byte(strings.Join(said, "\x00")))
	return d
}

// List is a page of the texts, the newest first; the key is the id.
func List(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Text, error) {
	return readTexts(ctx, tx, page)
}

// InUse is the text of a language that was approved last, or plain words where the office has chosen none.
func InUse(ctx context.Context, tx *store.Tx, lang figures.Lang) (Text, error) {
	t, err := readInUse(ctx, tx, lang)
	if errors.Is(err, ErrUnknownText) {
		return plain(lang), nil
	}
	return t, err
}

// Fault is what of a text may not be sent.
type Fault struct {
	Field string // as the API names it
	What  FaultCode
	Found string // the word or sign
}

// FaultCode is a kind of fault.
type FaultCode string

// The kinds.
const (
	Missing     FaultCode = "missing"
	TooLong     FaultCode = "too_long"
	Number      FaultCode = "number"      // an age, a date, an amount, a code
	OnePerson   FaultCode = "one_person"  // a word that tells of one person
	Placeholder FaultCode = "placeholder" // one that there is not
	Letter      FaultCode = "letter"      // a sign that cannot be printed, or not in a mail's head
)

func (f *Fault) Error() string {
	return fmt.Sprintf("%v: %s: %s %q", ErrText, f.Field, f.What, f.Found)
}

// Unwrap makes errors.Is(err, ErrText) true.
func (f *Fault) Unwrap() error { return ErrText }
