package statements

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/statements/page"
	"supportledger/store"
	"supportledger/store/jobs"
	"time"
)

// What delivery refuses.
var (
	ErrNotOptedIn      = errors.New("statements: the donor did not ask for statements by e-mail")
	ErrNoEmail         = errors.New("statements: no e-mail address of the donor is kept")
	ErrDelivered       = errors.New("statements: a mail with the statement waits or was sent")
	ErrUnknownDelivery = errors.New("statements: the link leads nowhere")
)

// DeliveryID identifies a delivery.
type DeliveryID string

// Delivery is a sealed statement on its way to the donor who asked to get it by e-mail. The mail has a neutral subject
// and a link, or for a donor who agreed on a passphrase the document locked with it; it names nobody, and the address
// stands nowhere but sealed in the vault and in the mail server.
type Delivery struct {
	ID        DeliveryID
	Statement ID
	Donor     donors.ID
	AskedBy   access.UserID
	AskedAt   time.Time
	Attempts  []Attempt
}

// Attempt is one try to hand a mail over.
type Attempt struct {
	No      int
	Outcome AttemptOutcome
	Code    int // what the mail server answered, as 250 or 550; 0 where it did not
	At      time.Time
}

// AttemptOutcome is what became of a try.
type AttemptOutcome string

// The outcomes of a try. Deferred is tried again, refused is not.
const (
	MailSent     AttemptOutcome = "sent"
	MailDeferred AttemptOutcome = "deferred"
	MailRefused  AttemptOutcome = "refused"
)

// linkFor is how long a link leads to the document.
const linkFor = 30 * 24 * time.Hour

// Deliver has a sealed statement sent to its donor, or the institution of its grant: as a job, in the name of the
// caller. Once for as long as the link of a mail leads to it ([ErrDelivered]), and to an address on record
// ([ErrNoEmail]). [ErrNotSealed], [ErrNotOptedIn].
func (o Issuer) Deliver(ctx context.Context, tx *store.Tx, key string) (Delivery, error) {
	s, err := o.inState(ctx, tx, key, Issued, Sent)
	if err != nil {
		return Delivery{}, err
	}
	if s.Document == nil {
		return Delivery{}, ErrNotSealed
	}
	donor, err := receiver(ctx, tx, s)
	if err != nil {
		return Delivery{}, err
	}
	if !slices.Contains(donor.Sealed, donors.Email) {
		return Delivery{}, ErrNoEmail
	}
	if sent, err := delivered(ctx, tx, s.ID, tx.At.Add(-linkFor)); err != nil || sent {
		return Delivery{}, cmp.Or(err, ErrDelivered)
	}
	d := Delivery{ID: DeliveryID(store.NewID("dlv")), Statement: s.ID, Donor: donor.ID, AskedBy: access.UserID(tx.By.User),
		AskedAt: tx.At}
	if err := insertDelivery(ctx, tx, d); err != nil {
		return Delivery{}, err
	}
	if err := jobs.Enqueue(ctx, tx, DeliveryJob{d.ID}); err != nil {
		return Delivery{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "statement.delivery_asked", Subject: string(s.ID)})
}

// deliverOnce has a statement sent unless a mail with it was sent or still waits: who got one gets no second.
func (o Issuer) deliverOnce(ctx context.Context, tx *store.Tx, id ID) error {
	sent, err := delivered(ctx, tx, id, time.Time{})
	if err == nil && !sent {
		_, err = o.Deliver(ctx, tx, string(id))
	}
	return err
}

// delivered reports whether a mail with a statement was sent since an instant, or still waits.
func delivered(ctx context.Context, tx *store.Tx, id ID, since time.Time) (bool, error) {
	asked, err := readDeliveries(ctx, tx, id, store.Keyset{})
	return slices.ContainsFunc(asked, func(d Delivery) bool {
		became := d.became()
		return became == "waiting" || became == "sent" && d.AskedAt.After(since)
	}), err
}

// receiver is who gets a statement: a donor who asked for it by e-mail.
func receiver(ctx context.Context, tx *store.Tx, s Statement) (donors.Donor, error) {
	donor, err := ReaderOf(ctx, tx, s)
	if errors.Is(err, ErrNotByPost) || err == nil && donor.Delivery != donors.ByEmail {
		return donor, ErrNotOptedIn
	}
	return donor, err
}

// stillWanted reports whether a statement that was asked for earlier may be sent now: it was neither withdrawn nor
// replaced, and its receiver still wants mail.
func stillWanted(ctx context.Context, tx *store.Tx, s Statement) (bool, error) {
	if s.State != Issued && s.State != Sent {
		return false, nil
	}
	_, err := receiver(ctx, tx, s)
	if errors.Is(err, ErrNotOptedIn) {
		return false, nil
	}
	return err == nil, err
}

// Deliveries lists a page of the deliveries of a statement with every attempt, the newest first; the key is the id.
func (o Issuer) Deliveries(ctx context.Context, tx *store.Tx, key string, page store.Keyset) ([]Delivery, error) {
	s, err := o.Statement(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	return readDeliveries(ctx, tx, s.ID, page)
}

// ByLink is the statement that a mail's link leads to. [ErrUnknownDelivery] for one that is unknown, too old, or to a
// statement that does not stand any more.
func (o Issuer) ByLink(ctx context.Context, tx *store.Tx, secret string) (Statement, error) {
	id, err := readLink(ctx, tx, figures.Hash([]byte(secret)), store.FormatTime(tx.At))
	if err != nil {
		return Statement{}, err
	}
	s, err := readStatement(ctx, tx, string(id), false)
	if err == nil && (s.Document == nil || s.State != Issued && s.State != Sent) {
		return Statement{}, ErrUnknownDelivery
	}
	return s, err
}

// DeliveryJob is the job of sending one mail.
type DeliveryJob struct {
	Delivery DeliveryID `json:"delivery"`
}

// Kind names the job.
func (DeliveryJob) Kind() string { return "statement_delivery" }

// Mail is what a mail server is given.
type Mail struct {
	To, Subject, Text string
	FromName          string // of the sender, as the charity chose it; "" for none
	ID                string // the same for every attempt, so that a mailbox may know a second one
	File              string // name of what is attached; "" for nothing
	Body              []byte // locked with the receiver's passphrase
}

// Mailer hands a mail to a mail server. Its error is a [*MailFailure] where the server answered.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// MailFailure is what a mail server answered instead of taking a mail. It repeats no address.
type MailFailure struct {
	Code    int
	Forever bool // it will answer the same next time
}

func (f *MailFailure) Error() string {
	return fmt.Sprintf("statements: the mail server answered %d", f.Code)
}

// Postman does the jobs of delivery.
type Postman struct {
	DB     *store.DB
	Issuer func(ctx context.Context, tx *store.Tx) (Issuer, error)
	Vault  *vault.Vault
	Mailer Mailer
}

// errLater has the queue try again. What the server said is in the attempt; it may repeat an address.
var errLater = errors.New("statements: the mail was not taken yet")

// Work sends a mail that was not sent yet. A process that is killed between the mail server's answer and the note of it
// sends a second one, with the same id.
func (p *Postman) Work(ctx context.Context, job DeliveryJob) error {
	var mail Mail
	var by store.Actor
	err := p.DB.View(ctx, func(tx *store.Tx) (err error) {
		by, err = readDeliveryActor(ctx, tx, job.Delivery)
		return err
	})
	if err != nil {
		return err
	}
	ctx = store.WithActor(ctx, by)
	err = p.DB.Update(ctx, func(tx *store.Tx) (err error) {
		mail, err = p.write(ctx, tx, job.Delivery)
		return err
	})
	if errors.Is(err, errNothingToSend) {
		return nil
	} else if err != nil {
		return err
	}
	if mail.To == "" {
		return p.note(ctx, job.Delivery, &MailFailure{Forever: true})
	}
	return p.note(ctx, job.Delivery, p.Mailer.Send(ctx, mail))
}

// errNothingToSend ends a job that was done before. It never leaves this file.
var errNothingToSend = errors.New("statements: it was sent")

// write opens the address, notes that it did, and makes a link. A mail without an address is one that must not be sent.
func (p *Postman) write(ctx context.Context, tx *store.Tx, id DeliveryID) (Mail, error) {
	issuer, err := p.Issuer(ctx, tx)
	if err != nil {
		return Mail{}, err
	}
	d, err := readDelivery(ctx, tx, id)
	if err != nil {
		return Mail{}, err
	}
	for _, a := range d.Attempts {
		if a.Outcome != MailDeferred {
			return Mail{}, errNothingToSend
		}
	}
	s, err := issuer.Statement(ctx, tx, string(d.Statement))
	if err != nil {
		return Mail{}, err
	}
	if wanted, err := stillWanted(ctx, tx, s); err != nil || !wanted {
		return Mail{}, err
	}
	opened, err := donors.Open(ctx, tx, p.Vault, string(d.Donor), donors.Disclosure{
		Fields: []donors.Field{donors.Email, donors.Passphrase}, Reason: "Delivery of statement " + s.Number})
	if errors.Is(err, vault.ErrErased) || err == nil && opened[donors.Email] == "" {
		return Mail{}, nil
	} else if err != nil {
		return Mail{}, err
	}
	m, text, err := issuer.mail(ctx, tx, s, id)
	if err != nil {
		return Mail{}, err
	}
	m.To = opened[donors.Email]
	if passphrase := opened[donors.Passphrase]; passphrase != "" {
		m.Text, m.File = text.Attaching(s.Number), s.Number+".pdf"
		if m.Body, err = page.Lock(s.Document, passphrase); err != nil {
			return Mail{}, err
		}
		return m, insertLockedCopy(ctx, tx, id, figures.Hash(m.Body))
	}
	secret, until := newSecret(), tx.At.Add(linkFor)
	m.Text = text.Linking(s.Number, strings.TrimSuffix(issuer.Address, "/")+OwnPath+secret, ledger.DateOf(until))
	return m, insertLink(ctx, tx, id, figures.Hash([]byte(secret)), until)
}

// newSecret is 256 random bits for a URL.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// mail words the mail that brings a statement: no name, nothing of what the organisation does. It has the document, or
// a link.
func (o Issuer) mail(ctx context.Context, tx *store.Tx, s Statement, id DeliveryID) (Mail, letters.Text, error) {
	text, err := letters.InUse(ctx, tx, s.Lang)
	digest := sha256.Sum256([]byte(id))
	return Mail{FromName: text.DisplayName, Subject: text.Subject(s.Number),
		ID: hex.EncodeToString(digest[:16])}, text, err
}

// OwnPath is where links lead, with their secret behind it: the donor's own page.
const OwnPath = "/own/"

// note puts an attempt down, and what follows from it.
func (p *Postman) note(ctx context.Context, id DeliveryID, failed error) error {
	a := Attempt{Outcome: MailSent, Code: 250}
	var answer *MailFailure
	switch {
	case errors.As(failed, &answer):
		a.Outcome, a.Code = MailDeferred, answer.Code
		if answer.Forever {
			a.Outcome = MailRefused
		}
	case failed != nil:
		a.Outcome, a.Code = MailDeferred, 0
	}
	err := p.DB.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		issuer, err := p.Issuer(ctx, tx)
		if err != nil {
			return err
		}
		d, err := readDelivery(ctx, tx, id)
		if err != nil {
			return err
		}
		a.No, a.At = len(d.Attempts)+1, tx.At
		if err := insertAttempt(ctx, tx, id, a); err != nil {
			return err
		}
		s, err := issuer.Statement(ctx, tx, string(d.Statement))
		if err != nil || a.Outcome != MailSent || s.State != Issued {
			return err
		}
		_, err = issuer.MarkSent(ctx, tx, string(d.Statement))
		return err
	})
	switch {
	case err != nil:
		return err
	case a.Outcome == MailDeferred:
		return errLater
	}
	return nil
}
