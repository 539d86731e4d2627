package statements

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"supportledger/access"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements/collecting"
	"supportledger/statements/figures"
	"supportledger/statements/sealing"
	"supportledger/store"
	"time"
)

// What the life of a statement refuses.
var (
	ErrUnknownStatement = errors.New("statements: unknown statement")
	ErrState            = errors.New("statements: not in this state")
	ErrNotCleared       = errors.New("statements: the privacy check did not clear it")
	ErrReasonRequired   = errors.New("statements: a reason of at least ten letters is needed")
	ErrExists           = errors.New("statements: there is one for this subject and period already")
	ErrNotProven        = errors.New("statements: no checkpoint covers it yet")
	ErrNotSealed        = errors.New("statements: there is no sealed document")
)

// ID identifies a statement. People use its number.
type ID string

// State is where a statement is in its life.
type State string

// The states. Superseded and withdrawn are ends.
const (
	Draft          State = "DRAFT"
	PrivacyChecked State = "PRIVACY_CHECKED"
	Reviewed       State = "REVIEWED"
	Issued         State = "ISSUED"
	Sent           State = "SENT"
	Superseded     State = "SUPERSEDED" // a later version replaces it
	Withdrawn      State = "WITHDRAWN"
)

// StateConflict tells in what state a statement is and in which it would have to be.
type StateConflict struct {
	State State
	Want  []State
}

func (e *StateConflict) Error() string {
	return fmt.Sprintf("statements: it is %s, not %v", e.State, e.Want)
}

// Unwrap makes errors.Is(err, ErrState) true.
func (e *StateConflict) Unwrap() error { return ErrState }

// Statement is a statement with its life. What was issued never changes.
type Statement struct {
	ID       ID
	State    State
	Lang     figures.Lang
	Round    int
	Number   string // from issuing on
	Version  int
	Replaces ID // the version that this one corrects

	Value   figures.Value  // as collected
	Cleared figures.Value  // what may leave the organisation, and when issued, has left; nil before the privacy check
	Privacy *PrivacyReport // of the last check

	CutOff     int64 // sequence number of the last entry that was read
	Code       string
	IssuedAt   time.Time
	Record     []byte // what issuing fixed, as JSON
	Document   []byte // the sealed PDF; nil before sealing
	DocumentID string // SHA-256 of Document, in hex
	Preparer   access.UserID
	Reason     string // of a withdrawal

	content, tail []byte
}

// Shown is what a reader may see: what was cleared, or the draft.
func (s Statement) Shown() figures.Value {
	if s.Cleared != nil {
		return s.Cleared
	}
	return s.Value
}

// Prepare collects a statement and keeps it as a draft. Replaces names the issued statement that it corrects, "" for
// none. Lang is that of the document; "" takes Danish. [ErrExists] where a draft or an issued one is there.
func (o Issuer) Prepare(ctx context.Context, tx *store.Tx, in collecting.Request, lang figures.Lang,
	replaces string) (Statement, error) {
	version, old := 1, Statement{}
	if replaces != "" {
		replaced, err := o.inState(ctx, tx, replaces, Issued, Sent)
		if err != nil {
			return Statement{}, err
		}
		h := replaced.Cleared.Head()
		in.Subject, in.Kind, in.From, in.To = h.Subject, h.Kind, h.Period.From, h.Period.To
		old, version, lang = replaced, replaced.Version+1, cmp.Or(lang, replaced.Lang)
	}
	s, err := o.draft(ctx, tx, in, lang)
	if err != nil {
		return Statement{}, err
	}
	s.Replaces, s.Version = old.ID, version
	if old.ID != "" {
		figures.Correct(s.Value, old.Cleared, fmt.Sprintf("%s, version %d", old.Number, old.Version))
	}
	if err := numberReport(ctx, tx, s.Value); err != nil {
		return Statement{}, err
	}
	return s, o.keep(ctx, tx, s)
}

// draft collects a statement; it reads only. Where no language is given it is the reader's, and Danish for everybody.
func (o Issuer) draft(ctx context.Context, tx *store.Tx, in collecting.Request, lang figures.Lang) (Statement, error) {
	cutOff, err := o.books().CutOff(ctx, tx, in.CutOff)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{ID: ID(store.NewID("sta")), State: Draft, Lang: lang, Round: 1, Version: 1,
		CutOff: cutOff.Seq, Preparer: access.UserID(tx.By.User)}
	if s.Value, err = o.Collect(ctx, tx, in); err != nil || lang != "" {
		return s, err
	}
	reader, err := ReaderOf(ctx, tx, s)
	if errors.Is(err, ErrNotByPost) {
		reader.Language, err = string(figures.Danish), nil
	}
	s.Lang = figures.Lang(reader.Language)
	return s, err
}

// keep stores a draft. [ErrExists].
func (o Issuer) keep(ctx context.Context, tx *store.Tx, s Statement) error {
	if err := insertStatement(ctx, tx, s); err != nil {
		return err
	}
	return access.Record(ctx, tx, access.Event{Action: "statement.drafted", Subject: string(s.ID)})
}

// CheckPrivacy asks the disclosure control what may leave the organisation. Only what it clears goes on:
// [ErrNotCleared] says that the statement stays a draft. A check of what was checked or reviewed before voids the
// review.
func (o Issuer) CheckPrivacy(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	s, err := o.inState(ctx, tx, key, Draft, PrivacyChecked, Reviewed)
	if err != nil {
		return Statement{}, err
	}
	if access.UserID(tx.By.User) != s.Preparer {
		return Statement{}, access.ErrForbidden // who prepared it asks for its release; the others decide on it
	}
	if g, ok := s.Value.(*figures.GrantStatement); ok {
		if lines := g.Unexplained(); len(lines) > 0 {
			return Statement{}, &Unexplained{lines}
		}
	}
	released, err := o.clear(ctx, tx, s.Value)
	if err != nil {
		return Statement{}, err
	}
	return o.takeCleared(ctx, tx, s, released)
}

// ErrUnexplained is a budget line that is off by more than the agreement's limit, and nobody has said why;
// [*Unexplained] has their numbers.
var ErrUnexplained = errors.New("statements: budget lines are off by more than the agreement allows without a word")

// Unexplained are the budget lines of which the funder wants to know why.
type Unexplained struct{ Lines []string }

func (e *Unexplained) Error() string { return fmt.Sprintf("%v: %v", ErrUnexplained, e.Lines) }

// Unwrap makes errors.Is(err, ErrUnexplained) true.
func (e *Unexplained) Unwrap() error { return ErrUnexplained }

// clearance is what the disclosure control lets go.
type clearance struct {
	value  figures.Value
	report PrivacyReport
}

// clear asks the disclosure control; it reads only.
func (o Issuer) clear(ctx context.Context, tx *store.Tx, v figures.Value) (clearance, error) {
	cleared, report, err := o.disclosure().Clear(ctx, tx, v)
	switch {
	case err != nil:
		return clearance{}, err
	case !report.Cleared:
		return clearance{}, &NotCleared{report}
	}
	return clearance{cleared, report}, cleared.Foots()
}

// takeCleared stores what was cleared and records the actor as the one who requests its release.
func (o Issuer) takeCleared(ctx context.Context, tx *store.Tx, s Statement, c clearance) (Statement, error) {
	if s.State != Draft {
		s.Round++
	}
	s.State, s.Cleared, s.Privacy = PrivacyChecked, c.value, &c.report
	duty := access.Duty{Subject: string(s.ID), Round: s.Round, Step: access.Request, Payload: s.payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Statement{}, err
	}
	return o.saved(ctx, tx, s, "statement.privacy_checked")
}

// NotCleared is a privacy check that kept a statement in the organisation.
type NotCleared struct{ Report PrivacyReport }

func (e *NotCleared) Error() string {
	return fmt.Sprintf("%v: %d findings", ErrNotCleared, len(e.Report.Findings))
}

// Unwrap makes errors.Is(err, ErrNotCleared) true.
func (e *NotCleared) Unwrap() error { return ErrNotCleared }

// disclosure is the issuer's control, or the one that withholds all that it does not know to be harmless.
func (o Issuer) disclosure() Disclosure {
	if o.Disclosure == nil {
		return Withholding{}
	}
	return o.Disclosure
}

// payload is what reviewer and issuer decide on: the figures that may leave the organisation, in the language of the
// document.
func (s Statement) payload() [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join([]string{"supportledger/statement", string(s.ID), string(s.Lang),
		s.Cleared.DataHash()}, "\x00")))
}

// Review puts a second person's approval under the cleared statement. [access.ErrMakerCannotApprove].
func (o Issuer) Review(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	s, err := o.inState(ctx, tx, key, PrivacyChecked)
	if err != nil {
		return Statement{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(s.ID), Round: s.Round, Step: access.Approve, Payload: s.payload()}); err != nil {
		return Statement{}, err
	}
	s.State = Reviewed
	return o.saved(ctx, tx, s, "statement.reviewed")
}

// Issue gives a reviewed statement its number and fixes its bytes, by a third person. The version that it replaces is
// superseded in the same tx.
func (o Issuer) Issue(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	s, err := o.inState(ctx, tx, key, Reviewed)
	if err != nil {
		return Statement{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(s.ID), Round: s.Round, Step: access.Authorise, Payload: s.payload()}); err != nil {
		return Statement{}, err
	}
	if err := o.release(ctx, tx, s); err != nil {
		return Statement{}, err
	}
	replaces, err := o.number(ctx, tx, &s)
	if err != nil {
		return Statement{}, err
	}
	s.State, s.IssuedAt, s.Code = Issued, tx.At, newCode()
	s.Cleared = s.Cleared.Numbered(s.Number, s.Version, replaces)
	if g, ok := s.Cleared.(*figures.GrantStatement); ok {
		if err := rates.Use(ctx, tx, string(s.ID), rateIDs(g)...); err != nil {
			return Statement{}, err
		}
	}
	if err := s.fix(o.Address); err != nil {
		return Statement{}, err
	}
	digest := sha256.Sum256(s.Record)
	event := access.Event{Action: sealing.IssuedAction, Subject: string(s.ID),
		Fields: []string{sealing.Field + hex.EncodeToString(digest[:])}}
	if err := access.Record(ctx, tx, event); err != nil {
		return Statement{}, err
	}
	return s, saveStatement(ctx, tx, s)
}

// release asks the disclosure control once more, now that nobody else can issue in between: what others were shown
// since the check may stand in the way. Then what this statement shows is put down.
func (o Issuer) release(ctx context.Context, tx *store.Tx, s Statement) error {
	if _, err := access.Next(ctx, tx, "disclosure"); err != nil { // its row is held to the end of the tx
		return err
	}
	cleared, report, err := o.disclosure().Clear(ctx, tx, s.Value)
	if err != nil {
		return err
	}
	if !report.Cleared || cleared.DataHash() != s.Cleared.DataHash() {
		report.Cleared = false
		report.Findings = append(report.Findings, PrivacyFinding{"statement", "shown_to_others_since", "refused"})
		return &NotCleared{report}
	}
	return o.disclosure().Release(ctx, tx, s.Value, s.ID)
}

// number gives a first version the next number of the year, and a later one that of the version it replaces.
func (o Issuer) number(ctx context.Context, tx *store.Tx, s *Statement) (replaces string, err error) {
	if s.Replaces == "" {
		year := ledger.DateOf(tx.At).Year()
		n, err := access.Next(ctx, tx, fmt.Sprintf("statement-%d", year))
		s.Number = fmt.Sprintf("S-%d-%04d", year, n)
		return "", err
	}
	old, err := o.inState(ctx, tx, string(s.Replaces), Issued, Sent)
	if err != nil {
		return "", err
	}
	s.Number, replaces = old.Number, replacing(old.Number, old.Version)
	old.State = Superseded
	_, err = o.saved(ctx, tx, old, "statement.superseded")
	return replaces, err
}

// replacing is the note of what a statement corrects.
func replacing(number string, version int) string { return fmt.Sprintf("%s/%d", number, version) }

// Seal attaches figures and proof to an issued statement's document: what is sealed is what donors get. The newest
// stored checkpoint must cover the issuing ([ErrNotProven]: sign one). Sealing twice is no error.
func (o Issuer) Seal(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	s, err := o.inState(ctx, tx, key, Issued, Sent)
	if err != nil || s.tail != nil {
		return s, err
	}
	note, err := proof.Latest(ctx, tx)
	if errors.Is(err, proof.ErrNoCheckpoint) {
		return Statement{}, ErrNotProven
	} else if err != nil {
		return Statement{}, err
	}
	signed, err := proof.Claim(note)
	if err != nil {
		return Statement{}, err
	}
	event, inclusion, err := access.Prove(ctx, tx, sealing.IssuedAction, string(s.ID), signed.Size)
	if errors.Is(err, proof.ErrNoLeaf) {
		return Statement{}, ErrNotProven
	} else if err != nil {
		return Statement{}, err
	}
	if err := s.seal(sealing.Proof{Event: event, Inclusion: inclusion, Checkpoint: note}); err != nil {
		return Statement{}, err
	}
	return o.saved(ctx, tx, s, "statement.sealed")
}

// MarkSent notes that a sealed statement has left the organisation.
func (o Issuer) MarkSent(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	s, err := o.inState(ctx, tx, key, Issued)
	if err != nil {
		return Statement{}, err
	}
	if s.tail == nil {
		return Statement{}, ErrNotSealed
	}
	s.State = Sent
	return o.saved(ctx, tx, s, "statement.sent")
}

// Withdraw ends a statement that should not stand, or a draft that nobody needs. Its number is not used again.
func (o Issuer) Withdraw(ctx context.Context, tx *store.Tx, key, reason string) (Statement, error) {
	if !access.SaysWhy(reason) {
		return Statement{}, ErrReasonRequired
	}
	s, err := o.inState(ctx, tx, key, Draft, PrivacyChecked, Reviewed, Issued, Sent)
	if err != nil {
		return Statement{}, err
	}
	s.State, s.Reason = Withdrawn, reason
	if err := saveStatement(ctx, tx, s); err != nil {
		return Statement{}, err
	}
	return s, access.Record(ctx, tx, access.Event{Action: "statement.withdrawn", Subject: string(s.ID), Reason: reason})
}

// saved stores a statement with its audit event.
func (o Issuer) saved(ctx context.Context, tx *store.Tx, s Statement, action string) (Statement, error) {
	if err := saveStatement(ctx, tx, s); err != nil {
		return Statement{}, err
	}
	return s, access.Record(ctx, tx, access.Event{Action: action, Subject: string(s.ID), Fields: []string{"state"}})
}

// inState finds a statement, holds its row and wants it in one of some states.
func (o Issuer) inState(ctx context.Context, tx *store.Tx, key string, want ...State) (Statement, error) {
	s, err := readStatement(ctx, tx, key, true)
	if err != nil {
		return Statement{}, err
	}
	for _, state := range want {
		if s.State == state {
			return s, nil
		}
	}
	return Statement{}, &StateConflict{s.State, want}
}

// Statement finds a statement by id or number; a number gives its newest version. [ErrUnknownStatement].
func (o Issuer) Statement(ctx context.Context, tx *store.Tx, key string) (Statement, error) {
	return readStatement(ctx, tx, key, false)
}

// Listed is a statement in a list: what it is and how far, without its figures and its document.
type Listed struct {
	ID       ID
	State    State
	Number   string
	Version  int
	Replaces ID
	Kind     figures.Kind
	Subject  string
	Period   figures.Period
	Lang     figures.Lang
	Hash     string // of the figures that a reader may see: as cleared, or of the draft
	Code     string
	Document string // SHA-256 of the sealed document, in hex
	Privacy  *PrivacyReport
}

// Listed is the statement as lists have it.
func (s Statement) Listed() Listed {
	h := s.Shown().Head()
	return Listed{ID: s.ID, State: s.State, Number: s.Number, Version: s.Version, Replaces: s.Replaces, Kind: h.Kind,
		Subject: h.Subject, Period: h.Period, Lang: s.Lang, Hash: s.Shown().DataHash(), Code: s.Code, Document: s.DocumentID,
		Privacy: s.Privacy}
}

// Statements lists a page of statements, the newest first; the key is the id.
func (o Issuer) Statements(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Listed, error) {
	return readStatements(ctx, tx, page)
}

// ByCode finds an issued statement by the code that is printed on it. [ErrUnknownStatement].
func (o Issuer) ByCode(ctx context.Context, tx *store.Tx, code string) (Statement, error) {
	return readByCode(ctx, tx, strings.ToUpper(strings.ReplaceAll(code, "-", "")))
}

// Find is what was issued last for exactly a subject and period. [ErrUnknownStatement].
func (o Issuer) Find(ctx context.Context, tx *store.Tx, in collecting.Request) (Statement, error) {
	draft, err := o.Collect(ctx, tx, in)
	if err != nil {
		return Statement{}, err
	}
	return findStatement(ctx, tx, draft.Head())
}

// Pages is the PDF of an issued statement without its attachments, nil before it was issued: what there is until it is
// sealed.
func (s Statement) Pages() []byte { return s.content }

// codeLetters are those of a code: no vowels, so no words, and none that look alike.
const codeLetters = "BCDFGHJKLMNPQRSTVWXZ23456789"

// newCode is a code of 16 letters, 76 random bits: nobody finds one by trying.
func newCode() string {
	code := make([]byte, 0, 16)
	for len(code) < cap(code) {
		var b [1]byte
		_, _ = rand.Read(b[:]) // never fails
		if int(b[0]) < 256/len(codeLetters)*len(codeLetters) {
			code = append(code, codeLetters[int(b[0])%len(codeLetters)])
		}
	}
	return string(code)
}

// SpacedCode is a code as people read it, in fours.
func SpacedCode(code string) string {
	var parts []string
	for len(code) > 4 {
		parts, code = append(parts, code[:4]), code[4:]
	}
	return strings.Join(append(parts, code), "-")
}

// decodeReport reads a stored privacy report.
func decodeReport(data []byte) (*PrivacyReport, error) {
	if len(data) == 0 {
		return nil, nil //nolint:nilnil // none was made yet
	}
	r := new(PrivacyReport)
	return r, json.Unmarshal(data, r)
}

// numberReport gives a report on a grant its number, as it was collected and as it leaves, while nobody else can number
// one on the same grant: two that are drafted at once would both follow the last that either of them read.
func numberReport(ctx context.Context, tx *store.Tx, of ...figures.Value) error {
	for _, v := range of {
		s, ok := v.(*figures.GrantStatement)
		if !ok {
			continue
		}
		if _, err := access.Next(ctx, tx, "reports-"+s.Grant); err != nil { // its row is held to the end of the tx
			return err
		}
		number, err := nextReport(ctx, tx, s.Grant, s.Period)
		if err != nil {
			return err
		}
		s.ReportNo = number
	}
	return nil
}

// rateIDs are the rates on record that the statement stands on.
func rateIDs(s *figures.GrantStatement) []rates.ID {
	seen, ids := map[string]bool{}, []rates.ID{}
	for _, a := range s.Applied {
		for _, id := range a.IDs {
			if !seen[id] {
				seen[id], ids = true, append(ids, rates.ID(id))
			}
		}
	}
	return ids
}
