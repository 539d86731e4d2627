package banking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/ledger"
	"supportledger/store"
)

// BankImportID identifies a statement of the bank that was read from a file.
type BankImportID string

// BankImportState is where a file is on its way into the bank lines.
type BankImportState string

// The states of a file: PREVIEWED → COMMITTED → UNDONE. A preview may be undone too: then the file can be read again.
const (
	BankPreviewed BankImportState = "previewed"
	BankCommitted BankImportState = "committed"
	BankUndone    BankImportState = "undone"
)

// BankImport is a file of the bank on record. The file itself is not kept, since it names people.
type BankImport struct {
	ID          BankImportID
	Account     ledger.AccountNo
	Format      BankFormat
	Advice      bool // it tells of lines before the statement does
	BankAccount string
	SHA256      string // of the file, hexadecimal
	Currency    ledger.Currency

	Opening, Closing     *ledger.Money // of the account by the file; nil where it does not say
	OpeningOn, ClosingOn ledger.Date

	Pending int // lines announced and not booked: left out
	State   BankImportState
	Reason  string // of the undoing
	At      time.Time
	Lines   []BankImportLine
	Gap     *Gap // of a preview: the file does not join what is on record; nil where it does
}

// BankImportLine is one booked line of the file.
type BankImportLine struct {
	No        int
	Date      ledger.Date
	Amount    ledger.Money
	Reference string     // the bank's; "" where it gave none that is surely a reference
	Line      BankLineID // what the commit made of it, "" for a duplicate
	Duplicate bool       // of a line on record
	SameAs    BankLineID // that line
	Named     []named    // payments of ours that the line names
	Stranger  bool       // it names a payment, and none of ours
	Hint      Hint       // what it is, where a rule, a number or the payer's account says so
	Payer     []byte     // fingerprint of the account on the other side; nil where the file does not say
}

type named struct {
	payment  PaymentID
	returned bool
}

// Count tells how many lines are new and how many are on record already.
func (b BankImport) Count() (fresh, duplicate int) {
	for _, l := range b.Lines {
		if l.Duplicate {
			duplicate++
		}
	}
	return len(b.Lines) - duplicate, duplicate
}

// Upload reads a file, adds it up and shows it; no line is on record before it is committed. What people wrote on the
// lines is dropped: of each line stay day, amount, the bank's reference, the payments of ours that it names and what
// our rules say that it is. Errors are *[iso20022.Fault] for a file that does not read or does not add up,
// [ErrBankFileKnown], [advances.ErrBankCurrency] and [ErrOtherBankAccount] for a file of another account than the
// last one's.
func (lin Lines) Upload(ctx context.Context, tx *store.Tx, f BankFile) (BankImport, error) {
	bank, err := lin.Payments.Requests.Book.Bank(ctx, tx, f.Account)
	if err != nil {
		return BankImport{}, err
	}
	r, err := lin.reading(ctx, tx, f)
	if err != nil {
		return BankImport{}, err
	}
	read, err := r.read(ctx, tx, f, bank.BankCurrency())
	if err != nil {
		return BankImport{}, err
	}
	if read.Currency != "" && read.Currency != bank.BankCurrency() {
		return BankImport{}, advances.ErrBankCurrency
	}
	sum := sha256.Sum256(f.Content)
	b := BankImport{ID: BankImportID(store.NewID("bki")), Account: f.Account, Format: f.Format, Advice: read.Advice,
		BankAccount: read.Account, Currency: bank.BankCurrency(), SHA256: hex.EncodeToString(sum[:]), State: BankPreviewed,
		At: tx.At}
	if read.Opening != nil {
		b.Opening, b.OpeningOn = &read.Opening.Amount, read.Opening.On
	}
	if read.Closing != nil {
		b.Closing, b.ClosingOn = &read.Closing.Amount, read.Closing.On
	}
	if err := sameBankAccount(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	if err := r.take(ctx, tx, &b, read.Lines); err != nil {
		return BankImport{}, err
	}
	if err := insertBankImport(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	if err := held(ctx, tx, &b); err != nil {
		return BankImport{}, err
	}
	return b, access.Record(ctx, tx, access.Event{Action: "bank_import.previewed", Subject: string(b.ID)})
}

// CommitImport puts the new lines of a file on record. They move nothing until they are matched. [ErrNoNewLines] where
// there are none, and no closing balance either that says up to when the account is known.
func (lin Lines) CommitImport(ctx context.Context, tx *store.Tx, id BankImportID) (BankImport, error) {
	if err := ledger.LockFunds(ctx, tx,
		lin.Payments.Requests.Book.General); err != nil { // one file after the other: each sees the lines of those before
		return BankImport{}, err
	}
	b, err := lin.bankImportIn(ctx, tx, id, BankPreviewed)
	if err != nil {
		return BankImport{}, err
	}
	if fresh, _ := b.Count(); fresh == 0 && b.Closing == nil {
		return BankImport{}, ErrNoNewLines
	}
	for i := range b.Lines {
		if !b.Lines[i].Duplicate {
			b.Lines[i].Line = BankLineID(store.NewID("bkl"))
		}
	}
	if err := commitBankLines(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	err = moveBankImport(ctx, tx, &b, BankCommitted, "")
	return b, err
}

// UndoImport takes the lines of a file off the record again. [ErrBankLinesMatched] when one of them ever proved
// something: reverse that instead. The reason has at least ten letters.
func (lin Lines) UndoImport(ctx context.Context, tx *store.Tx, id BankImportID, reason string) (BankImport, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return BankImport{}, ledger.ErrReasonRequired
	}
	b, err := lin.bankImportIn(ctx, tx, id, BankCommitted, BankPreviewed)
	if err != nil {
		return BankImport{}, err
	}
	matched, err := matchedOf(ctx, tx, id)
	if err != nil {
		return BankImport{}, err
	}
	if matched > 0 {
		return BankImport{}, ErrBankLinesMatched
	}
	if err := removeBankLines(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	for i := range b.Lines {
		b.Lines[i].Line = ""
	}
	err = moveBankImport(ctx, tx, &b, BankUndone, reason)
	return b, err
}

// bankImportIn finds a file in a state. [disbursements.StateConflict] otherwise.
func (lin Lines) bankImportIn(ctx context.Context, tx *store.Tx, id BankImportID,
	states ...BankImportState) (BankImport, error) {
	b, err := lin.Import(ctx, tx, id)
	if err != nil {
		return BankImport{}, err
	}
	want := make([]string, len(states))
	for i, s := range states {
		if b.State == s {
			return b, nil
		}
		want[i] = string(s)
	}
	return BankImport{}, &disbursements.StateConflict{State: string(b.State), Want: want}
}

func moveBankImport(ctx context.Context, tx *store.Tx, b *BankImport, to BankImportState, reason string) error {
	if err := saveBankImport(ctx, tx, b, to, reason); err != nil {
		return err
	}
	return access.Record(ctx, tx,
		access.Event{Action: "bank_import." + string(to), Subject: string(b.ID), Fields: []string{"state"}, Reason: reason})
}
