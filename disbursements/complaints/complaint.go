// Package complaints keeps what somebody complains of: that support did not arrive, or how it was given. The privacy
// officer and the people whom the privacy officer names may know of a complaint, and nobody else, not even who wrote it
// down. One that holds a disbursement keeps it from being paid until somebody has looked into it.
package complaints

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/store"
)

// What the package refuses.
var (
	ErrUnknown = errors.New("complaints: unknown complaint")
	ErrAbout   = errors.New("complaints: the disbursement it is about is not known")
	ErrOwnAct  = errors.New("complaints: nobody looks into what they took part in themselves")
	ErrState   = errors.New("complaints: the complaint is in another state")
	ErrReissue = errors.New("complaints: the re-issue is none of this disbursement")
	ErrDays    = errors.New("complaints: a deadline lies behind the day on which the complaint came in")
	ErrHeld    = errors.New("complaints: it is held until somebody has looked into it")
)

// ID identifies a complaint. People use its number, such as "C-2026-0001".
type ID string

// State is where a complaint is.
type State string

// The states.
const (
	Open       State = "open"        // nobody has it yet
	InProgress State = "in_progress" // its owner looks into it
	Closed     State = "closed"
)

// Kind is what a complaint is about.
type Kind string

// The kinds.
const (
	NotReceived Kind = "not_received"
	WithIssue   Kind = "received_with_issue"
	Service     Kind = "service"
	Conduct     Kind = "conduct"
	Safety      Kind = "safety"
	Privacy     Kind = "privacy"
	Other       Kind = "other"
)

// days are how many days a complaint of a kind may take, unless the privacy officer says otherwise.
var days = map[Kind]int{NotReceived: 14, WithIssue: 14, Service: 30, Conduct: 14, Safety: 3, Privacy: 14, Other: 30}

// Reissued is the outcome of a complaint about support that was paid again.
const Reissued = "reissued"

// ByReceipt is how a complaint comes in that the person's answer about a receipt opened.
const ByReceipt = "receipt"

// Complaint is what somebody complains of. What they say is sealed.
type Complaint struct {
	ID           ID
	Number       string
	Kind         Kind
	Channel      string // how it came in: receipt, paper, conversation, telephone, post, other
	Anonymous    bool
	Beneficiary  beneficiaries.BeneficiaryID // "" of an anonymous one, or one about nobody's support
	Disbursement string                      // id; "" is about none
	Holds        bool                        // the disbursement is not paid while the complaint is open
	ReceivedOn   ledger.Date
	DueOn        ledger.Date
	State        State
	Owner        access.UserID // who looks into it; "" is nobody yet
	Outcome      string        // "" while it is open
	Reissue      string        // id of the payment or disbursement that made the support again
	People       []access.UserID
	CreatedAt    time.Time
	ClosedAt     time.Time
	Version      int
}

// Late tells whether a complaint is open after its deadline.
func (c Complaint) Late(on ledger.Date) bool { return c.State != Closed && c.DueOn < on }

// Register takes complaints in and keeps what becomes of them.
type Register struct {
	People beneficiaries.Register
	Vault  *vault.Vault // nil keeps none of the words
}

// Enter puts a complaint on record, by anybody who works here: of a person, or of nobody. text is what was said, sealed
// before it is stored; "" is nothing. One that is about a disbursement names one whose number the actor may know of.
// [ErrAbout], [ErrDays], [beneficiaries.ErrUnknownBeneficiary], [vault.ErrNoVault].
func (r Register) Enter(ctx context.Context, tx *store.Tx, c Complaint, text vault.Personal) (Complaint, error) {
	if c.Beneficiary != "" {
		b, err := r.People.Beneficiary(ctx, tx, string(c.Beneficiary))
		if err != nil {
			return Complaint{}, err
		}
		c.Beneficiary = b.ID
	}
	if c.Anonymous {
		c.Beneficiary = ""
	}
	if today := ledger.DateOf(tx.At); c.ReceivedOn == "" {
		c.ReceivedOn = today
	} else if c.ReceivedOn > today {
		return Complaint{}, ErrDays
	}
	c.DueOn = c.ReceivedOn.AddDays(days[c.Kind])
	year := ledger.DateOf(tx.At).Year()
	n, err := access.Next(ctx, tx, fmt.Sprintf("complaint-%d", year))
	if err != nil {
		return Complaint{}, err
	}
	c.ID, c.Number, c.State = ID(store.NewID("cpl")), fmt.Sprintf("C-%d-%04d", year, n), Open
	c.CreatedAt, c.Version = tx.At, 1
	c.Holds = c.Holds && c.Disbursement != ""
	if err := insertComplaint(ctx, tx, c); err != nil {
		return Complaint{}, err
	}
	if text != "" {
		if err := r.write(ctx, tx, c, text); err != nil {
			return Complaint{}, err
		}
	}
	return c, access.Record(ctx, tx, access.Event{Action: "complaint.entered", Subject: string(c.ID)})
}

// OfReceipt opens a complaint about a disbursement that did not arrive, or not as it should, unless one about it is
// open.
func (r Register) OfReceipt(ctx context.Context, tx *store.Tx, kind Kind, disbursement string,
	person beneficiaries.BeneficiaryID) error {
	open, err := readOpenOn(ctx, tx, disbursement)
	if err != nil || open {
		return err
	}
	_, err = r.Enter(ctx, tx, Complaint{Kind: kind, Channel: ByReceipt, Beneficiary: person,
		Disbursement: disbursement}, "")
	return err
}

// Complaint finds one by id or number. [ErrUnknown], also to an actor who may not know of it.
func (r Register) Complaint(ctx context.Context, tx *store.Tx, key string) (Complaint, error) {
	return readComplaint(ctx, tx, key, false)
}

// Filter chooses complaints.
type Filter struct {
	State        State
	Kind         Kind
	Disbursement string // id
	LateOn       ledger.Date
	Page         store.Keyset // by deadline and id
}

// List lists a page of the complaints that the actor may know of, by their deadlines.
func (r Register) List(ctx context.Context, tx *store.Tx, f Filter) ([]Complaint, error) {
	return readComplaints(ctx, tx, f)
}

// open finds a complaint that is not closed, for a change of it. [ErrState].
func (r Register) open(ctx context.Context, tx *store.Tx, key string) (Complaint, error) {
	c, err := readComplaint(ctx, tx, key, true)
	if err == nil && c.State == Closed {
		err = ErrState
	}
	return c, err
}

// Name lets a user know of a complaint; who asked, approved or paid what it is about is named by nobody: [ErrOwnAct].
func (r Register) Name(ctx context.Context, tx *store.Tx, key, user string) (Complaint, error) {
	c, err := r.open(ctx, tx, key)
	if err != nil {
		return Complaint{}, err
	}
	who, err := r.apart(ctx, tx, c, user)
	if err != nil || slices.Contains(c.People, who) {
		return c, err
	}
	if err := insertPerson(ctx, tx, c.ID, who); err != nil {
		return Complaint{}, err
	}
	c.People = append(c.People, who)
	err = r.save(ctx, tx, &c, "complaint.named", string(who))
	return c, err
}

// Assign gives a complaint to a user, who looks into it until a day; "" keeps the deadline. [ErrOwnAct], [ErrDays].
func (r Register) Assign(ctx context.Context, tx *store.Tx, key, user string, due ledger.Date) (Complaint, error) {
	c, err := r.open(ctx, tx, key)
	if err != nil {
		return Complaint{}, err
	}
	who, err := r.apart(ctx, tx, c, user)
	if err != nil {
		return Complaint{}, err
	}
	if due != "" && due < c.ReceivedOn {
		return Complaint{}, ErrDays
	}
	if due != "" {
		c.DueOn = due
	}
	if !slices.Contains(c.People, who) {
		if err := insertPerson(ctx, tx, c.ID, who); err != nil {
			return Complaint{}, err
		}
		c.People = append(c.People, who)
	}
	c.Owner, c.State = who, InProgress
	err = r.save(ctx, tx, &c, "complaint.assigned", string(who))
	return c, err
}

// apart finds a user who took no part in what a complaint is about, with this account or another one.
func (r Register) apart(ctx context.Context, tx *store.Tx, c Complaint, user string) (access.UserID, error) {
	account, err := access.FindUser(ctx, tx, user)
	if err != nil || c.Disbursement == "" {
		return account.ID, err
	}
	took, err := readPart(ctx, tx, c.Disbursement, account.ID)
	if err == nil && took {
		err = ErrOwnAct
	}
	return account.ID, err
}

// Text is what was said or found, one after the other.
type Text struct {
	By   access.UserID
	At   time.Time
	Text vault.Personal
}

// Add writes down what was found out, sealed.
func (r Register) Add(ctx context.Context, tx *store.Tx, key string, text vault.Personal) (Complaint, error) {
	c, err := r.open(ctx, tx, key)
	if err != nil {
		return Complaint{}, err
	}
	if err := r.write(ctx, tx, c, text); err != nil {
		return Complaint{}, err
	}
	err = r.save(ctx, tx, &c, "complaint.added", "texts")
	return c, err
}

// Read opens what was said and found, and notes who read it. It needs a reason of ten letters:
// [ledger.ErrReasonRequired].
func (r Register) Read(ctx context.Context, tx *store.Tx, key, reason string) (Complaint, []Text, error) {
	c, err := r.Complaint(ctx, tx, key)
	if err != nil {
		return Complaint{}, nil, err
	}
	if err := ledger.CheckReason(reason); err != nil {
		return Complaint{}, nil, ledger.ErrReasonRequired
	}
	rows, err := readTexts(ctx, tx, c.ID)
	if err != nil {
		return Complaint{}, nil, err
	}
	if len(rows) > 0 && r.Vault == nil {
		return Complaint{}, nil, vault.ErrNoVault
	}
	texts := make([]Text, len(rows))
	for i, row := range rows {
		text, err := r.Vault.Open(ctx, tx, c.subject(), place(c.ID, row.Position), row.Sealed)
		if err != nil {
			return Complaint{}, nil, err
		}
		at, err := store.ParseTime(row.WrittenAt)
		if err != nil {
			return Complaint{}, nil, err
		}
		texts[i] = Text{By: row.WrittenBy, At: at, Text: vault.Personal(text)}
	}
	return c, texts, access.Record(ctx, tx,
		access.Event{Action: "complaint.opened", Subject: string(c.ID), Fields: []string{"texts"}, Reason: reason})
}

// Close ends a complaint with an outcome, by its owner or the privacy officer ([access.ErrForbidden]), who took no part
// in what it is about ([ErrOwnAct]). [Reissued] names the payment that was made again for it, or the disbursement that
// was made in its place: [ErrReissue]. What it held may go on from then, when somebody lets it.
func (r Register) Close(ctx context.Context, tx *store.Tx, key, outcome, reissue string) (Complaint, error) {
	c, err := r.open(ctx, tx, key)
	if err != nil {
		return Complaint{}, err
	}
	if c.Owner != access.UserID(tx.By.User) && !officer(tx.By) {
		return Complaint{}, access.ErrForbidden
	}
	if _, err := r.apart(ctx, tx, c, tx.By.User); err != nil {
		return Complaint{}, err
	}
	if (outcome == Reissued) != (reissue != "") {
		return Complaint{}, ErrReissue
	}
	if reissue != "" {
		if c.Reissue, err = readReissue(ctx, tx, c, reissue); err != nil {
			return Complaint{}, err
		}
	}
	c.Outcome, c.State, c.ClosedAt = outcome, Closed, tx.At
	err = r.save(ctx, tx, &c, "complaint.closed", outcome)
	return c, err
}

func (r Register) save(ctx context.Context, tx *store.Tx, c *Complaint, action, field string) error {
	if err := saveComplaint(ctx, tx, c); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: action, Subject: string(c.ID), Fields: []string{field}})
}

// subject is under whose key the words of a complaint are sealed: those of a person go with the person's erasure.
func (c Complaint) subject() string {
	if c.Beneficiary != "" {
		return string(c.Beneficiary)
	}
	return string(c.ID)
}

func place(id ID, position int) vault.Place {
	return vault.Place{Table: "complaint_texts", Column: "text", Row: string(id), Version: position}
}

// write seals a text and puts it behind those that there are.
func (r Register) write(ctx context.Context, tx *store.Tx, c Complaint, text vault.Personal) error {
	if r.Vault == nil {
		return vault.ErrNoVault
	}
	before, err := countTexts(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	sealed, err := r.Vault.Seal(ctx, tx, c.subject(), place(c.ID, before+1), string(text))
	if err != nil {
		return err
	}
	return insertText(ctx, tx, textRow{ComplaintID: c.ID, Position: before + 1, Sealed: sealed,
		WrittenBy: access.UserID(tx.By.User), WrittenAt: store.FormatTime(tx.At)})
}

// officer reports whether an actor is the privacy officer, who sees every complaint.
func officer(by store.Actor) bool { return slices.Contains(by.Roles, string(access.PrivacyOfficer)) }

// Held tells which disbursements a complaint that is open holds back. It does not say which complaint.
func Held(ctx context.Context, tx *store.Tx, disbursements []string) (map[string]bool, error) {
	return readHeld(ctx, tx, disbursements)
}

// Count is how many complaints of a kind came in and where they stand, for the board: no number, no person.
type Count struct {
	Kind      Kind
	Received  int
	Open      int
	Late      int
	Upheld    int // wholly or partly
	Reissued  int
	NotUpheld int
	Otherwise int // withdrawn, or passed on to another body
}

// Counts counts the complaints that came in from a day to a day, by kind, as they stand on the day of the tx.
func Counts(ctx context.Context, tx *store.Tx, from, to ledger.Date) ([]Count, error) {
	return readCounts(ctx, tx, from, to)
}
