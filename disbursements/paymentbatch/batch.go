package paymentbatch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

// BatchID identifies a payment batch. People use its number, such as "B-2026-0003", which is also the name of its file.
type BatchID string

// BatchState is where a batch is in its life.
type BatchState string

// The states of a batch: OPEN → LOCKED → RELEASED → EXPORTED → RECONCILED → CLOSED. A lock can be taken off again,
// which starts the next round; ABORTED is an end before the file was made.
const (
	BatchOpen       BatchState = "open"
	BatchLocked     BatchState = "locked"
	BatchReleased   BatchState = "released"
	BatchExported   BatchState = "exported"
	BatchReconciled BatchState = "reconciled"
	BatchClosed     BatchState = "closed"
	BatchAborted    BatchState = "aborted"
)

// FileFormat is how a batch leaves.
type FileFormat string

// The formats of a file.
const (
	Pain001File FileFormat = "pain.001"
	CSVFile     FileFormat = "csv"
)

// Batch is many payments that leave one account of ours in one file. To lock it fixes by SHA-256 exactly what is paid
// to whom; a person who did nothing on any of its payments releases it, the one who locked it or another. The file is
// not kept: it is made again from the lock, byte for byte, as long as the payees are not erased.
type Batch struct {
	ID                               BatchID
	Number                           string
	Account                          ledger.AccountNo
	Currency                         ledger.Currency
	Date                             ledger.Date      // wanted day: one on which banks work
	OneSum                           bool             // the bank is asked to book each part as one sum
	Charges                          iso20022.Charges // across borders
	State                            BatchState
	Round                            int
	OwnVersion                       int // of our account, from the lock on
	Count                            int // of payments, at the lock
	Total                            ledger.Money
	Hash                             [sha256.Size]byte // of the lock; zero while open
	LockedBy, ReleasedBy, ExportedBy access.UserID
	LockedAt, ReleasedAt, ExportedAt time.Time
	Format                           FileFormat
	FileSHA256                       string // hexadecimal
	Reason                           string
	Version                          int
	CreatedBy                        access.UserID
	At                               time.Time
}

// BatchItem is one payment of a batch.
type BatchItem struct {
	ID           string
	Position     int
	Disbursement disbursements.DisbursementID
	Payment      banking.PaymentID // "" before the release, unless it was there before
	Number       string            // of the payment
	Payee        string            // code
	Reference    string            // what the payee knows the bill by
	Kind         iso20022.Kind
	Amount       ledger.Money
	State        banking.PaymentState // "" before the release
}

// Standing is how many payments of a batch are in a state, and what they come to.
type Standing struct {
	State  banking.PaymentState // "" before the release
	Count  int
	Amount ledger.Money
}

// Blocked counts payments of a batch whose payee keeps it from being released.
type Blocked struct{ Changed, Unverified, Cooling int }

// Any reports whether there is one.
func (b Blocked) Any() bool { return b.Changed+b.Unverified+b.Cooling > 0 }

// Open begins a batch of payments out of one of our bank accounts.
func (bat Batches) Open(ctx context.Context, tx *store.Tx, b Batch) (Batch, error) {
	bank, err := bat.Payments.Requests.Book.Bank(ctx, tx, b.Account)
	if err != nil {
		return Batch{}, err
	}
	if b.Charges == "" {
		b.Charges = iso20022.Shared
	}
	b.ID, b.State, b.Round, b.Version, b.At, b.CreatedBy = BatchID(store.NewID("pba")), BatchOpen, 1, 1, tx.At,
		access.UserID(tx.By.User)
	b.Date = bankDay(b.Date)
	b.Currency = bank.BankCurrency()
	b.Total = ledger.Zero(b.Currency)
	year := b.Date.Year()
	if b.Number == "" {
		if b.Number, err = access.FreeNumber(ctx, tx, batchSeries(year), batchNumber(year), batchNumberTaken); err != nil {
			return Batch{}, err
		}
	}
	if err := insertBatch(ctx, tx, b); err != nil {
		return Batch{}, err
	}
	return b, access.Record(ctx, tx, access.Event{Action: "payment_batch.opened", Subject: string(b.ID)})
}

// bankDay is the day itself, or the next one after it on which banks carry payments out.
func bankDay(on ledger.Date) ledger.Date { return on.AddDays(-1).AddWorkingDays(1) }

// Add puts payments into an open batch: authorised disbursements, or payments that are planned, each by id or
// number; with no names, all authorised disbursements that it can take. Each has a payee on record, whose bank
// details it was asked for with. [disbursements.AtItem] tells which cannot: [payees.ErrUnbound], [ErrInBatch],
// [advances.ErrBankCurrency], [disbursements.StateConflict].
func (bat Batches) Add(ctx context.Context, tx *store.Tx, key string, names []string) (Batch, error) {
	b, err := batchIn(ctx, tx, key, BatchOpen)
	if err != nil {
		return Batch{}, err
	}
	if len(slices.Compact(slices.Sorted(slices.Values(names)))) < len(names) {
		return Batch{}, banking.ErrMatchShape
	}
	added := 0
	for found, err := range candidates(ctx, tx, b, names) {
		if err != nil {
			return Batch{}, err
		}
		if err := numberPayments(ctx, tx, found); err != nil {
			return Batch{}, err
		}
		if err := insertItems(ctx, tx, b, found); err != nil {
			return Batch{}, err
		}
		added += len(found)
	}
	if added == 0 {
		return Batch{}, ErrBatchEmpty
	}
	err = saveBatch(ctx, tx, &b)
	return b, cmp.Or(err, access.Record(ctx, tx,
		access.Event{Action: "payment_batch.added_to", Subject: string(b.ID), Fields: []string{"items"}}))
}

// candidate is what may go into a batch.
type candidate struct {
	Disbursement       disbursements.DisbursementID
	DisbursementNumber string
	State              disbursements.State
	Settlement         disbursements.Settlement
	Account            ledger.AccountNo
	Payment            banking.PaymentID
	PaymentNumber      string
	Amount             ledger.Money
	Payload            []byte
	Payee              payees.ID
	Details            int
	Country            string
	IBAN               bool
	Taken              string // number of the batch that has it
}

// subject is what is reserved.
func (c candidate) subject() string {
	if c.Payment != "" {
		return string(c.Payment)
	}
	return string(c.Disbursement)
}

// fits says why a batch cannot take it.
func (c candidate) fits(b Batch) error {
	switch {
	case c.Taken != "":
		return &banking.InBatch{Batch: c.Taken}
	case c.Payment == "" && c.State != disbursements.Authorised:
		return &disbursements.StateConflict{State: string(c.State), Want: []string{string(disbursements.Authorised)}}
	case c.Settlement != disbursements.ByPayment && c.Settlement != disbursements.ByInvoice:
		return &disbursements.WrongSettlement{Is: c.Settlement,
			Want: []disbursements.Settlement{disbursements.ByPayment, disbursements.ByInvoice}}
	case c.Account != "" && c.Account != b.Account, c.Amount.Currency != b.Currency:
		return advances.ErrBankCurrency
	case c.Details == 0:
		return payees.ErrUnbound
	}
	return nil
}

// candidates finds what is to be added, five hundred at a time: in the order of the names, or, without names, all
// that the batch can take.
func candidates(ctx context.Context, tx *store.Tx, b Batch, names []string) iter.Seq2[[]candidate, error] {
	return func(yield func([]candidate, error) bool) {
		for first := 0; first < len(names); first += atOnce {
			found, err := candidatesOf(ctx, tx, b, names[first:min(first+atOnce, len(names))], first)
			if !yield(found, err) || err != nil {
				return
			}
		}
		if len(names) > 0 {
			return
		}
		all, err := fitting(ctx, tx, b)
		if err != nil {
			yield(nil, err)
			return
		}
		for ids := range slices.Chunk(all, atOnce) {
			found, err := candidatesOn(ctx, tx, ids)
			if !yield(found, err) || err != nil {
				return
			}
		}
	}
}

// candidatesOf finds some of the names, the first of which is so many-th.
func candidatesOf(ctx context.Context, tx *store.Tx, b Batch, names []string, first int) ([]candidate, error) {
	found, err := candidatesNamed(ctx, tx, names)
	if err != nil {
		return nil, err
	}
	by := map[string]candidate{}
	for _, c := range found {
		for _, name := range []string{string(c.Disbursement), c.DisbursementNumber, string(c.Payment), c.PaymentNumber} {
			by[name] = c
		}
	}
	out := make([]candidate, len(names))
	for i, name := range names {
		c, known := by[name]
		if !known {
			return nil, &disbursements.AtItem{Item: first + i, Err: disbursements.ErrUnknownDisbursement}
		}
		if err := c.fits(b); err != nil {
			return nil, &disbursements.AtItem{Item: first + i, Err: err}
		}
		out[i] = c
	}
	return out, nil
}

// Remove takes payments out of an open batch again, by their numbers.
func (bat Batches) Remove(ctx context.Context, tx *store.Tx, key string, numbers []string) (Batch, error) {
	b, err := batchIn(ctx, tx, key, BatchOpen)
	if err != nil {
		return Batch{}, err
	}
	n, err := dropItems(ctx, tx, b.ID, numbers)
	if err != nil {
		return Batch{}, err
	}
	if n != len(numbers) {
		return Batch{}, banking.ErrUnknownPayment
	}
	err = saveBatch(ctx, tx, &b)
	return b, cmp.Or(err, access.Record(ctx, tx,
		access.Event{Action: "payment_batch.taken_from", Subject: string(b.ID), Fields: []string{"items"}}))
}

// Lock fixes what a batch holds: OPEN to LOCKED, with the SHA-256 of exactly what is paid to whom. Its day, where that
// has passed meanwhile, becomes the next one on which banks carry payments out.
// [ErrBatchEmpty], [ErrUnknownOwnAccount], [*BatchBlocked] where bank details were replaced since.
func (bat Batches) Lock(ctx context.Context, tx *store.Tx, key string) (Batch, error) {
	b, err := batchIn(ctx, tx, key, BatchOpen)
	if err != nil {
		return Batch{}, err
	}
	own, err := banking.FindOwnAccount(ctx, tx, b.Account, 0)
	if err != nil {
		return Batch{}, err
	}
	blocked, err := readBlocked(ctx, tx, b.ID, tx.At)
	if err != nil {
		return Batch{}, err
	}
	if blocked.Changed > 0 {
		return Batch{}, &BatchBlocked{blocked}
	}
	b.OwnVersion, b.LockedBy, b.LockedAt = own.Version, access.UserID(tx.By.User), tx.At
	b.Date = bankDay(max(b.Date, ledger.DateOf(tx.At)))
	if err := b.seal(ctx, tx, own); err != nil {
		return Batch{}, err
	}
	if b.Count == 0 {
		return Batch{}, ErrBatchEmpty
	}
	if _, err := bat.write(ctx, tx, b, io.Discard,
		nil); err != nil { // what no bank takes is found before anybody releases it
		return Batch{}, err
	}
	b.State = BatchLocked
	err = moved(ctx, tx, &b, "locked", "")
	return b, err
}

// seal computes what a lock binds, and what it comes to.
func (b *Batch) seal(ctx context.Context, tx *store.Tx, own banking.OwnAccount) error {
	hash := sha256.New()
	write := func(parts ...string) {
		part := access.PayloadOf(parts...)
		hash.Write(part[:])
	}
	write(string(b.ID), b.Number, string(b.Account), string(b.Currency), string(b.Date), string(b.Charges), own.Name,
		own.IBAN, own.BIC, strconv.FormatBool(b.OneSum))
	b.Count, b.Total = 0, ledger.Zero(b.Currency)
	err := eachLocked(ctx, tx, *b, func(amount ledger.Money, parts ...string) {
		write(parts...)
		b.Count, b.Total = b.Count+1, b.Total.Add(amount)
	})
	copy(b.Hash[:], hash.Sum(nil))
	return err
}

// duty is a part in the batch, bound to what was locked.
func (b Batch) duty(step access.Step) access.Duty {
	return access.Duty{Subject: string(b.ID), Round: b.Round, Step: step, Payload: b.Hash}
}

// moved saves a batch in its new state and notes it.
func moved(ctx context.Context, tx *store.Tx, b *Batch, what, reason string) error {
	if err := saveBatch(ctx, tx, b); err != nil {
		return err
	}
	return access.Record(ctx, tx,
		access.Event{Action: "payment_batch." + what, Subject: string(b.ID), Fields: []string{"state"}, Reason: reason})
}

// Unlock opens a locked batch again, with a reason: LOCKED to OPEN, and the next round.
func (bat Batches) Unlock(ctx context.Context, tx *store.Tx, key, reason string) (Batch, error) {
	if ledger.CheckReason(reason) != nil {
		return Batch{}, ledger.ErrReasonRequired
	}
	b, err := batchIn(ctx, tx, key, BatchLocked)
	if err != nil {
		return Batch{}, err
	}
	b.State, b.Round, b.Reason, b.Hash, b.OwnVersion, b.Count, b.Total = BatchOpen, b.Round+1, reason, [sha256.Size]byte{},
		0, 0, ledger.Zero(b.Currency)
	b.LockedBy, b.LockedAt = "", time.Time{}
	err = moved(ctx, tx, &b, "unlocked", reason)
	return b, err
}

// Abort ends a batch before its file was made, with a reason. Its payments are free for another batch or for
// single payment.
func (bat Batches) Abort(ctx context.Context, tx *store.Tx, key, reason string) (Batch, error) {
	if ledger.CheckReason(reason) != nil {
		return Batch{}, ledger.ErrReasonRequired
	}
	b, err := batchIn(ctx, tx, key, BatchOpen, BatchLocked, BatchReleased)
	if err != nil {
		return Batch{}, err
	}
	b.State, b.Reason = BatchAborted, reason
	if err := moved(ctx, tx, &b, "aborted", reason); err != nil {
		return Batch{}, err
	}
	_, err = dropItems(ctx, tx, b.ID, nil)
	return b, err
}

// Reconcile says that the bank is done with a batch: EXPORTED to RECONCILED, when each payment is confirmed, or
// came back, or failed and was made again. [*BatchUnproved] counts those of which nothing is known.
func (bat Batches) Reconcile(ctx context.Context, tx *store.Tx, key string) (Batch, error) {
	b, err := batchIn(ctx, tx, key, BatchExported)
	if err != nil {
		return Batch{}, err
	}
	open, err := unproved(ctx, tx, b.ID)
	if err != nil {
		return Batch{}, err
	}
	if open > 0 {
		return Batch{}, &BatchUnproved{open}
	}
	b.State = BatchReconciled
	err = moved(ctx, tx, &b, "reconciled", "")
	return b, err
}

// Close lays a reconciled batch away: RECONCILED to CLOSED.
func (bat Batches) Close(ctx context.Context, tx *store.Tx, key string) (Batch, error) {
	b, err := batchIn(ctx, tx, key, BatchReconciled)
	if err != nil {
		return Batch{}, err
	}
	b.State = BatchClosed
	err = moved(ctx, tx, &b, "closed", "")
	return b, err
}

// batchIn finds and locks a batch that is in one of the states. [disbursements.StateConflict] otherwise.
func batchIn(ctx context.Context, tx *store.Tx, key string, states ...BatchState) (Batch, error) {
	b, err := readBatch(ctx, tx, key, true)
	if err != nil {
		return Batch{}, err
	}
	want := make([]string, len(states))
	for i, s := range states {
		if b.State == s {
			return b, nil
		}
		want[i] = string(s)
	}
	return Batch{}, &disbursements.StateConflict{State: string(b.State), Want: want}
}

// Batch finds a batch by id or number. [ErrUnknownBatch].
func (bat Batches) Batch(ctx context.Context, tx *store.Tx, key string) (Batch, error) {
	return readBatch(ctx, tx, key, false)
}

// Batches lists batches by number after one, at most limit.
func (bat Batches) List(ctx context.Context, tx *store.Tx, after string, limit int) ([]Batch, error) {
	return readBatches(ctx, tx, after, limit)
}

// BatchItems lists what is in a batch by position after one, at most limit.
func (bat Batches) Items(ctx context.Context, tx *store.Tx, b Batch, after, limit int) ([]BatchItem, error) {
	return readItems(ctx, tx, b, after, limit)
}

// BatchStanding tells how far the payments of a batch are, and how many their payees keep from being released.
func (bat Batches) Standing(ctx context.Context, tx *store.Tx, b Batch) ([]Standing, Blocked, error) {
	standing, err := readStanding(ctx, tx, b)
	if err != nil {
		return nil, Blocked{}, err
	}
	var blocked Blocked
	if b.State == BatchOpen || b.State == BatchLocked {
		blocked, err = readBlocked(ctx, tx, b.ID, tx.At)
	}
	return standing, blocked, err
}
