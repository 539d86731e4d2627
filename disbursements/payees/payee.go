package payees

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
	"supportledger/store"
)

// PayeeID identifies a payee. People use its code, such as "CLI-01".
type ID string

// PayeeKind is what a payee is to the support.
type Kind string

// The kinds of payee. A person is one who gets the support: its code says no more than that.
const (
	PayeeClinic     Kind = "clinic"
	PayeeLawyer     Kind = "lawyer"
	PayeeUniversity Kind = "university"
	PayeePartner    Kind = "partner"
	PayeePerson     Kind = "person"
)

// Payee is who is paid. Code is for the books, Alias is all that is sent out. Where its account is, is sealed
// under a key of the payee's own, in versions: only the newest one counts, and only once a second person verified it
// ([BankDetails.Usable]).
type Payee struct {
	ID      ID
	Code    string
	Kind    Kind
	Alias   string
	CVR     string // of a Danish company
	At      time.Time
	Details []BankDetails // newest first
}

// BankDetails is a version of where a payee's account is.
type BankDetails struct {
	Version    int
	Country    string // of the account
	IBAN       bool   // whether it has one
	Masked     string // "DK … 6243", "" where nothing opens
	Warnings   []string
	EnteredBy  access.UserID
	EnteredAt  time.Time
	How        Proof // "" until verified
	Note       string
	VerifiedBy access.UserID
	VerifiedAt time.Time
	UsableFrom time.Time // the end of the cool-off
}

// Proof is how somebody made sure that bank details are the payee's own.
type Proof string

// The ways to make sure: by calling a number that was known before, by a letter to a known address, or face to face.
const (
	ByCallback Proof = "callback"
	ByLetter   Proof = "letter"
	ByMeeting  Proof = "meeting"
)

// Verification is a second person's word on a version of bank details: how that person made sure, and what they noted.
type Verification struct {
	Version int
	How     Proof
	Note    string
}

// CoolOff is how long verified bank details wait before money may be released to them: long enough for the payee to
// be asked, and for somebody to be missed.
const CoolOff = 48 * time.Hour

// Newest is the version that counts; the zero value where there are no details.
func (p Payee) Newest() BankDetails {
	if len(p.Details) == 0 {
		return BankDetails{}
	}
	return p.Details[0]
}

// Usable says why money may not be released to the details at an instant; nil when it may. [ErrUnverified], [*Cooling].
func (b BankDetails) Usable(at time.Time) error {
	switch {
	case b.VerifiedBy == "":
		return ErrUnverified
	case at.Before(b.UsableFrom):
		return &Cooling{b.UsableFrom}
	}
	return nil
}

// payeeCode is how a code looks. It stands in bank references, so it is a reference itself.
var payeeCode = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$`)

// neutral holds a text that is sent out against what a stranger may read in it.
func Neutral(text string) bool {
	return iso20022.Telling(text) == "" && iso20022.Plain(text) && utf8.RuneCountInString(text) <= 70 && text != ""
}

// RegisterPayee puts a payee on record. [ErrTells] when code or alias would tell a stranger what the payee is helped
// with, or hold what a bank does not take.
func (reg Register) Add(ctx context.Context, tx *store.Tx, p Payee) (Payee, error) {
	if !payeeCode.MatchString(p.Code) || len(p.Code) > 20 || !Neutral(p.Code) {
		return Payee{}, ErrTells
	}
	if err := CheckNeutral(p.Alias); err != nil {
		return Payee{}, err
	}
	if p.CVR != "" {
		var err error
		if p.CVR, err = banknumbers.CVR(p.CVR); err != nil {
			return Payee{}, err
		}
	}
	p.ID, p.At = ID(store.NewID("pye")), tx.At
	if err := insertPayee(ctx, tx, p); err != nil {
		return Payee{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "payee.registered", Subject: string(p.ID)})
}

// EnterBankDetails seals the next version of where a payee's account is. From then on the version before counts no
// more, and what was asked for with it is void. An account of ours is refused ([ErrOwnAccount]); one that is another
// payee's as well is asked about. Errors are those of [AccountGiven.Check], [vault.ErrNoVault], [vault.ErrErased].
func (reg Register) EnterBankDetails(ctx context.Context, tx *store.Tx, key string, given AccountGiven) (Payee, error) {
	account, warnings, err := given.Check()
	if err != nil {
		return Payee{}, err
	}
	p, err := reg.lockPayee(ctx, tx, key)
	if err != nil {
		return Payee{}, err
	}
	next := BankDetails{Version: p.Newest().Version + 1, Country: account.country(), IBAN: account.IBAN != "",
		Warnings:  warnings,
		EnteredBy: access.UserID(tx.By.User), EnteredAt: tx.At, Masked: account.Masked()}
	if err := reg.doubtShared(ctx, tx, p.ID, account); err != nil {
		return Payee{}, err
	}
	sealed, err := reg.Vault.Seal(ctx, tx, string(p.ID), DetailsPlace(p.ID, next.Version), account.text())
	if err != nil {
		return Payee{}, err
	}
	if err := insertDetails(ctx, tx, p.ID, next, sealed); err != nil {
		return Payee{}, err
	}
	p.Details = slices.Insert(p.Details, 0, next)
	return p, access.Record(ctx, tx,
		access.Event{Action: "payee.bank_details_entered", Subject: string(p.ID), Fields: []string{"bank_details"}})
}

// doubtShared refuses an account of ours, and asks about one that is another payee's as well: one of the two is a slip,
// or somebody collects what several are owed.
func (reg Register) doubtShared(ctx context.Context, tx *store.Tx, id ID, account Account) error {
	ours, err := isOurs(ctx, tx, account)
	if err == nil && ours {
		err = ErrOwnAccount
	}
	if err != nil {
		return err
	}
	others, err := reg.sharing(ctx, tx, id, account)
	if err != nil || len(others) == 0 {
		return err
	}
	return access.Confirm(ctx, tx, access.Question{Code: "payee_account_shared", Of: []string{strings.Join(others, ", ")}})
}

// VerifyBankDetails is the second person's word that the newest bank details are the payee's own, with how that was
// made sure of. They become usable after the [CoolOff]. [access.ErrMakerCannotApprove] for the user who entered them,
// with whatever account; [ErrChanged] for a version that is not the newest.
func (reg Register) VerifyBankDetails(ctx context.Context, tx *store.Tx, key string, v Verification) (Payee, error) {
	if ledger.CheckReason(v.Note) != nil {
		return Payee{}, ledger.ErrReasonRequired
	}
	p, err := reg.lockPayee(ctx, tx, key)
	if err != nil {
		return Payee{}, err
	}
	newest := p.Newest()
	switch {
	case v.Version < 1 || v.Version > newest.Version:
		return Payee{}, ErrUnknownDetails
	case v.Version < newest.Version:
		return Payee{}, ErrChanged
	case newest.VerifiedBy != "":
		return Payee{}, ErrVerified
	}
	if err := access.NotMine(ctx, tx, newest.EnteredBy); err != nil {
		return Payee{}, err
	}
	if err := beneficiaries.NotRelated(ctx, tx, p.Code, ""); err != nil {
		return Payee{}, err
	}
	newest.How, newest.Note, newest.VerifiedBy, newest.VerifiedAt, newest.UsableFrom = v.How, v.Note,
		access.UserID(tx.By.User), tx.At, tx.At.Add(CoolOff)
	if err := insertVerification(ctx, tx, p.ID, newest); err != nil {
		return Payee{}, err
	}
	p.Details[0] = newest
	return p, access.Record(ctx, tx,
		access.Event{Action: "payee.bank_details_verified", Subject: string(p.ID), Fields: []string{"bank_details"},
			Reason: v.Note})
}

// Payee finds a payee by id or code, with its bank details masked. [ErrUnknown].
func (reg Register) Payee(ctx context.Context, tx *store.Tx, key string) (Payee, error) {
	p, err := readPayee(ctx, tx, key, false)
	if err != nil {
		return Payee{}, err
	}
	found := []Payee{p}
	err = reg.mask(ctx, tx, found)
	return found[0], err
}

// Payees lists payees by code after one, at most limit, with their bank details masked.
func (reg Register) List(ctx context.Context, tx *store.Tx, after string, limit int) ([]Payee, error) {
	found, err := readPayees(ctx, tx, after, limit)
	if err != nil {
		return nil, err
	}
	return found, reg.mask(ctx, tx, found)
}

// lockPayee finds a payee and keeps others from changing what belongs to it.
func (reg Register) lockPayee(ctx context.Context, tx *store.Tx, key string) (Payee, error) {
	p, err := readPayee(ctx, tx, key, true)
	if err != nil {
		return Payee{}, err
	}
	found := []Payee{p}
	err = reg.mask(ctx, tx, found)
	return found[0], err
}

// ErasePayee destroys a payee's key: its bank details are gone for good, in backups as well; what was paid stays in
// the books under the code. [ledger.ErrReasonRequired], [vault.ErrErased] a second time.
func (reg Register) Erase(ctx context.Context, tx *store.Tx, key, reason string) (Payee, error) {
	if ledger.CheckReason(reason) != nil {
		return Payee{}, ledger.ErrReasonRequired
	}
	p, err := readPayee(ctx, tx, key, true)
	if err != nil {
		return Payee{}, err
	}
	if err := reg.Vault.Destroy(ctx, tx, string(p.ID)); err != nil {
		return Payee{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "payee.erased", Subject: string(p.ID), Reason: reason})
}

// detailsPlace is where bank details stand.
func DetailsPlace(id ID, version int) vault.Place {
	return vault.Place{Table: "payee_details", Column: "sealed", Row: string(id), Version: version}
}
