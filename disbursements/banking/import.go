package banking

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
	"supportledger/store"
)

// BankImportID identifies a statement of the bank that was read from a file.
type BankImportID string

// BankImportState is where a file is on its way into the bank lines.
type BankImportState string

// The states of a file: PREVIEWED → COMMITTED → UNDONE.
const (
	BankPreviewed BankImportState = "previewed"
	BankCommitted BankImportState = "committed"
	BankUndone    BankImportState = "undone"
)

// BankFormat says how a file is written. It is stated, never guessed.
type BankFormat string

// The formats. CAMT is camt.053 or camt.054, versions 02 and 08.
const (
	CAMT          BankFormat = "camt"
	DanskeErhverv BankFormat = "danske-erhverv"
	Nordea        BankFormat = "nordea"
	GenericCSV    BankFormat = "generic"
)

// BankFile is a file of the bank as it comes in. Separator and Decimal belong to [GenericCSV]. BankAccount is what
// the bank calls our account, for a file that speaks of several.
type BankFile struct {
	Account     ledger.AccountNo
	Format      BankFormat
	Separator   string
	Decimal     string
	BankAccount string
	Content     []byte
}

// BankImport is a file of the bank on record. The file itself is not kept, since it names people.
type BankImport struct {
	ID               BankImportID
	Account          ledger.AccountNo
	Format           BankFormat
	BankAccount      string
	SHA256           string // of the file, hexadecimal
	Currency         ledger.Currency
	Opening, Closing *ledger.Money // of the account by the file; nil where it does not say
	Pending          int           // lines announced and not booked: left out
	State            BankImportState
	Reason           string // of the undoing
	At               time.Time
	Lines            []BankImportLine
}

// BankImportLine is one booked line of the file.
type BankImportLine struct {
	No        int
	Date      ledger.Date
	Amount    ledger.Money
	Reference string     // the bank's; "" where it gave none that is surely a reference
	Line      BankLineID // what the commit made of it, "" for a duplicate
	Duplicate bool       // of a line on record
	Named     []named    // payments of ours that the line names
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

// UploadBankFile reads a file, adds it up and shows it; no line is on record before it is committed. What people
// wrote on the lines is dropped: of each line stay day, amount, the bank's reference and the payments of ours that it
// names. Errors are
// *[iso20022.Fault] for a file that does not read or does not add up, [ErrBankFileKnown], [advances.ErrBankCurrency] and
// [ErrOtherBankAccount] for a file of another account than the last one's.
func (lin Lines) Upload(ctx context.Context, tx *store.Tx, f BankFile) (BankImport, error) {
	bank, err := lin.Payments.Requests.Book.Bank(ctx, tx, f.Account)
	if err != nil {
		return BankImport{}, err
	}
	read, err := f.read(bank.BankCurrency())
	if err != nil {
		return BankImport{}, err
	}
	if read.Currency != bank.BankCurrency() {
		return BankImport{}, advances.ErrBankCurrency
	}
	sum := sha256.Sum256(f.Content)
	b := BankImport{ID: BankImportID(store.NewID("bki")), Account: f.Account, Format: f.Format, BankAccount: read.Account,
		Currency: read.Currency,
		SHA256:   hex.EncodeToString(sum[:]), State: BankPreviewed, At: tx.At}
	if read.Opening != nil {
		b.Opening = &read.Opening.Amount
	}
	if read.Closing != nil {
		b.Closing = &read.Closing.Amount
	}
	if err := sameBankAccount(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	if err := b.take(ctx, tx, read.Lines); err != nil {
		return BankImport{}, err
	}
	if err := insertBankImport(ctx, tx, b); err != nil {
		return BankImport{}, err
	}
	if err := markDuplicates(ctx, tx, &b); err != nil {
		return BankImport{}, err
	}
	return b, access.Record(ctx, tx, access.Event{Action: "bank_import.previewed", Subject: string(b.ID)})
}

// read reads the file and has it add up: statements of one account, in the order of the file, as one.
func (f BankFile) read(c ledger.Currency) (iso20022.Statement, error) {
	if f.Format != CAMT {
		p, err := f.profile()
		if err != nil {
			return iso20022.Statement{}, err
		}
		s, err := p.Read(bytes.NewReader(f.Content), c)
		if err != nil {
			return iso20022.Statement{}, err
		}
		return s, s.Chain()
	}
	all, err := iso20022.ReadCAMTLean(bytes.NewReader(f.Content), lean)
	if err != nil {
		return iso20022.Statement{}, err
	}
	var joined *iso20022.Statement
	for _, s := range all {
		if f.BankAccount != "" && s.Account != f.BankAccount {
			continue
		}
		if joined == nil {
			joined = &s
		} else if err := join(joined, s); err != nil {
			return iso20022.Statement{}, err
		}
	}
	if joined == nil {
		return iso20022.Statement{}, &iso20022.Fault{Code: "account", Hint: "the file has no statement of that account"}
	}
	return *joined, joined.Chain()
}

// join adds the next statement of the same account.
func join(into *iso20022.Statement, next iso20022.Statement) error {
	if next.Account != into.Account || next.Currency != into.Currency {
		return &iso20022.Fault{Code: "accounts", Hint: "the file speaks of several accounts; name the one with bank_account"}
	}
	if err := next.Chain(); err != nil {
		return err
	}
	if err := next.Follows(*into); err != nil {
		return err
	}
	into.Lines, into.Closing = append(into.Lines, next.Lines...), next.Closing
	return nil
}

func (f BankFile) profile() (iso20022.Profile, error) {
	switch f.Format {
	case DanskeErhverv:
		return iso20022.DanskeErhverv, nil
	case Nordea:
		return iso20022.Nordea, nil
	}
	r, size := utf8.DecodeRuneInString(f.Separator)
	if size == 0 || size != len(f.Separator) {
		return iso20022.Profile{},
			&iso20022.Fault{Code: "separator", Hint: "say which one character stands between the columns"}
	}
	return iso20022.Generic(r, f.Decimal)
}

// aReference is what is surely a reference and no words: without spaces, with a digit.
var aReference = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9./+_-]{0,34}$`)

// reference is what a bank gave as one, or "" for what may be words.
func reference(s string) string {
	if aReference.MatchString(s) && strings.ContainsAny(s, "0123456789") {
		return s
	}
	return ""
}

// take keeps of the booked lines what may be kept.
func (b *BankImport) take(ctx context.Context, tx *store.Tx, lines []iso20022.Line) error {
	b.Lines = make([]BankImportLine, 0, len(lines))
	for some := range slices.Chunk(lines, atOnce) {
		var words []string
		for _, l := range some {
			for w := range wordsOf(l) {
				words = append(words, w)
			}
		}
		ours, err := paymentsNumbered(ctx, tx, b.Account, words)
		if err != nil {
			return err
		}
		for _, l := range some {
			b.keep(l, ours)
		}
	}
	return nil
}

// keep keeps of one line what may be kept; ours are payments by their numbers.
func (b *BankImport) keep(l iso20022.Line, ours map[string]PaymentID) {
	if l.Pending {
		b.Pending++
		return
	}
	kept := BankImportLine{No: l.Number, Date: l.BookedOn, Amount: l.Amount, Reference: reference(l.Reference)}
	if kept.Amount.IsZero() {
		return
	}
	seen := map[PaymentID]bool{}
	for w, returned := range wordsOf(l) {
		if id, ok := ours[w]; ok && !seen[id] {
			seen[id] = true
			kept.Named = append(kept.Named, named{id, returned})
		}
	}
	b.Lines = append(b.Lines, kept)
}

// lean takes off a line what is not kept of it, and all words that cannot be the number of a payment.
func lean(l *iso20022.Line) {
	numbers := func(text string) string {
		return strings.Join(slices.DeleteFunc(strings.Fields(text), func(w string) bool { return reference(w) == "" }), " ")
	}
	l.Text, l.Code, l.ValueOn = numbers(l.Text), "", ""
	for i := range l.Parts {
		p := &l.Parts[i]
		*p = iso20022.Detail{EndToEndID: reference(p.EndToEndID), Text: numbers(p.Text), Return: p.Return}
	}
}

// wordsOf goes through everything on a line that may be the number of a payment, and whether the bank says it came
// back.
func wordsOf(l iso20022.Line) func(yield func(word string, returned bool) bool) {
	return func(yield func(string, bool) bool) {
		for _, p := range l.Parts {
			for _, w := range append([]string{p.EndToEndID}, strings.Fields(p.Text)...) {
				if reference(w) != "" && !yield(w, p.Return != "") {
					return
				}
			}
		}
		for _, w := range strings.Fields(l.Text) {
			if reference(w) != "" && !yield(w, l.Reversal) {
				return
			}
		}
	}
}

// markDuplicates marks the lines that are on record: by reference, day and amount, or by day and amount where one of
// the two has no reference. Two equal lines in a file are two, and two on record are needed to make both duplicates.
func markDuplicates(ctx context.Context, tx *store.Tx, b *BankImport) error {
	if b.State != BankPreviewed || len(b.Lines) == 0 {
		return nil
	}
	from, to := b.Lines[0].Date, b.Lines[0].Date
	for _, l := range b.Lines {
		from, to = min(from, l.Date), max(to, l.Date)
	}
	there, err := linesBetween(ctx, tx, b.Account, from, to)
	if err != nil {
		return err
	}
	same := map[string][]string{} // day and amount → references
	key := func(on ledger.Date, m ledger.Money) string { return fmt.Sprintf("%s %d", on, m.Minor()) }
	for _, l := range there {
		k := key(l.Date, ledger.OfMinor(l.Amount, l.Currency))
		same[k] = append(same[k], l.Reference)
	}
	for _, loose := range []bool{false, true} {
		for i := range b.Lines {
			l := &b.Lines[i]
			k := key(l.Date, l.Amount)
			for j, r := range same[k] {
				if !l.Duplicate && (r == l.Reference || loose && (r == "" || l.Reference == "")) {
					l.Duplicate = true
					same[k] = append(same[k][:j:j], same[k][j+1:]...)
					break
				}
			}
		}
	}
	return nil
}

// CommitBankImport puts the new lines of a file on record. They move nothing until they are matched. [ErrNoNewLines].
func (lin Lines) CommitImport(ctx context.Context, tx *store.Tx, id BankImportID) (BankImport, error) {
	if err := ledger.LockFunds(ctx, tx,
		lin.Payments.Requests.Book.General); err != nil { // one file after the other: each sees the lines of those before
		return BankImport{}, err
	}
	b, err := lin.bankImportIn(ctx, tx, id, BankPreviewed)
	if err != nil {
		return BankImport{}, err
	}
	if fresh, _ := b.Count(); fresh == 0 {
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

// UndoBankImport takes the lines of a file off the record again. [ErrBankLinesMatched] when one of them ever proved
// something: reverse that instead. The reason has at least ten letters.
func (lin Lines) UndoImport(ctx context.Context, tx *store.Tx, id BankImportID, reason string) (BankImport, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return BankImport{}, ledger.ErrReasonRequired
	}
	b, err := lin.bankImportIn(ctx, tx, id, BankCommitted)
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
func (lin Lines) bankImportIn(ctx context.Context, tx *store.Tx, id BankImportID, state BankImportState) (BankImport,
	error) {
	b, err := lin.Import(ctx, tx, id)
	if err != nil {
		return BankImport{}, err
	}
	if b.State != state {
		return BankImport{}, &disbursements.StateConflict{State: string(b.State), Want: []string{string(state)}}
	}
	return b, nil
}

func moveBankImport(ctx context.Context, tx *store.Tx, b *BankImport, to BankImportState, reason string) error {
	if err := saveBankImport(ctx, tx, b, to, reason); err != nil {
		return err
	}
	return access.Record(ctx, tx,
		access.Event{Action: "bank_import." + string(to), Subject: string(b.ID), Fields: []string{"state"}, Reason: reason})
}
