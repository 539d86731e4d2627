package disbursements

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// PaymentID identifies a payment. People use its number, such as "PMT-311".
type PaymentID string

// PaymentState is where an attempt to pay is in its life.
type PaymentState string

// The states of a payment: PLANNED → IN_FILE → SENT → CONFIRMED, or one of the ends. Only a line of the bank confirms or
// returns it.
const (
	PaymentPlanned   PaymentState = "planned"
	PaymentInFile    PaymentState = "in_file"
	PaymentSent      PaymentState = "sent"
	PaymentConfirmed PaymentState = "confirmed"
	PaymentFailed    PaymentState = "failed"
	PaymentReturned  PaymentState = "returned"
	PaymentRecalled  PaymentState = "recalled"
)

// ended are the states out of which a payment is made again.
var ended = []PaymentState{PaymentFailed, PaymentReturned, PaymentRecalled}

// Payment is one attempt to pay a disbursement. A payment that came back, or never left, is made again by another.
type Payment struct {
	ID           PaymentID
	Number       string
	Disbursement DisbursementID
	ReissueOf    PaymentID // "" for the first attempt
	Account      ledger.AccountNo
	Payee        string
	Date         ledger.Date // wanted day; it is booked on the bank's
	Amount       ledger.Money
	State        PaymentState
	Entry        ledger.EntryID // of the money leaving, "" until confirmed
	Version      int
}

// Payload is the SHA-256 of what is paid to whom.
func (p Payment) Payload() [sha256.Size]byte {
	return digest(string(p.ID), p.Number, string(p.Disbursement), string(p.ReissueOf), string(p.Account), p.Payee, string(p.Date),
		p.Amount.String(), string(p.Amount.Currency))
}

// Release hands an authorised disbursement over for payment, by a person who did nothing on it before: AUTHORISED to
// RELEASED. It makes the first payment, PLANNED. The account is that of the disbursement; an invoice is paid from the one given.
func (o Office) Release(ctx context.Context, tx *store.Tx, key string, p Payment) (Payment, error) {
	d, err := o.heldIn(ctx, tx, key, Authorised)
	if err != nil {
		return Payment{}, err
	}
	if err := d.settledBy(ByPayment, ByInvoice); err != nil {
		return Payment{}, err
	}
	if err := d.planStands(); err != nil {
		return Payment{}, err
	}
	if err := o.standing(ctx, tx, d.Entry); err != nil {
		return Payment{}, err
	}
	if err := authorised(ctx, tx, d); err != nil {
		return Payment{}, err
	}
	if err := notInBatch(ctx, tx, string(d.ID)); err != nil {
		return Payment{}, err
	}
	if d.Account != "" {
		p.Account = d.Account
	}
	p.Disbursement, p.ReissueOf, p.Payee, p.Amount = d.ID, "", d.Payee, d.Amount
	if p, err = o.plan(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	_, err = o.step(ctx, tx, d, access.Release, Released)
	return p, err
}

// plan writes a payment down.
func (o Office) plan(ctx context.Context, tx *store.Tx, p Payment) (Payment, error) {
	bank, err := o.Book.Bank(ctx, tx, p.Account)
	if err != nil {
		return Payment{}, err
	}
	if bank.BankCurrency() != p.Amount.Currency {
		return Payment{}, ErrBankCurrency
	}
	p.ID, p.State, p.Version = PaymentID(store.NewID("pmt")), PaymentPlanned, 1
	find := func(number string) error { _, err := o.Payment(ctx, tx, number); return err }
	if err := numbered(ctx, tx, "payment", "PMT-%03d", &p.Number, find, ErrUnknownPayment); err != nil {
		return Payment{}, err
	}
	if err := insertPayment(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "payment.planned", Subject: string(p.ID)})
}

// Reissue makes a payment again that came back or never left, to the same amount: a new attempt, PLANNED. A second person
// releases it when it is sent. [ErrReissued] when that was done already.
func (o Office) Reissue(ctx context.Context, tx *store.Tx, key string, p Payment) (Payment, error) {
	of, err := o.paymentIn(ctx, tx, key, ended...)
	if err != nil {
		return Payment{}, err
	}
	later, err := o.reissues(ctx, tx, of.ID)
	if err != nil {
		return Payment{}, err
	}
	if len(later) > 0 {
		return Payment{}, &Reissued{later[0].Number}
	}
	p.Disbursement, p.ReissueOf, p.Amount = of.Disbursement, of.ID, of.Amount
	if p.Account == "" {
		p.Account = of.Account
	}
	if p.Payee == "" {
		p.Payee = of.Payee
	}
	if p, err = o.plan(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	if err := o.bind(ctx, tx, string(p.ID), 1, p.Payee); err != nil {
		return Payment{}, err
	}
	return p, access.Take(ctx, tx, access.Duty{Subject: string(p.ID), Round: 1, Step: access.Request, Payload: p.Payload()})
}

// Dispatch notes that a payment was given to the bank by hand: PLANNED to SENT. One that is made again is released by a second
// person here.
func (o Office) Dispatch(ctx context.Context, tx *store.Tx, key string) (Payment, error) {
	p, err := o.paymentIn(ctx, tx, key, PaymentPlanned)
	if err != nil {
		return Payment{}, err
	}
	if err := notInBatch(ctx, tx, string(p.ID)); err != nil {
		return Payment{}, err
	}
	if err := o.mindPayment(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	if p.ReissueOf != "" {
		if err := access.Take(ctx, tx, access.Duty{Subject: string(p.ID), Round: 1, Step: access.Release, Payload: p.Payload()}); err != nil {
			return Payment{}, err
		}
	}
	return o.movePayment(ctx, tx, p, PaymentSent, "")
}

// DispatchProved is [Office.Dispatch] with a document that shows it, such as the bank's receipt. It is attached to the entry once the
// bank's line confirms the payment. [ledger.ErrUnknownEvidence].
func (o Office) DispatchProved(ctx context.Context, tx *store.Tx, key string, evidence ledger.EvidenceID) (Payment, error) {
	if _, err := o.Book.Evidence(ctx, tx, evidence); err != nil {
		return Payment{}, err
	}
	p, err := o.Dispatch(ctx, tx, key)
	if err != nil {
		return Payment{}, err
	}
	return p, insertPaymentEvidence(ctx, tx, p.ID, evidence)
}

// Fail notes that a payment never left: FAILED, or RECALLED where we took it back. The reason has at least ten letters.
func (o Office) Fail(ctx context.Context, tx *store.Tx, key string, to PaymentState, reason string) (Payment, error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Payment{}, ErrReasonRequired
	}
	p, err := o.paymentIn(ctx, tx, key, PaymentPlanned, PaymentInFile, PaymentSent)
	if err != nil {
		return Payment{}, err
	}
	return o.movePayment(ctx, tx, p, to, reason)
}

func (o Office) movePayment(ctx context.Context, tx *store.Tx, p Payment, to PaymentState, reason string) (Payment, error) {
	p.State = to
	if err := savePayment(ctx, tx, &p); err != nil {
		return Payment{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "payment." + string(to), Subject: string(p.ID), Fields: []string{"state"}, Reason: reason})
}

// paymentIn finds a payment that is in one of the states. [StateConflict] otherwise.
func (o Office) paymentIn(ctx context.Context, tx *store.Tx, key string, states ...PaymentState) (Payment, error) {
	p, err := o.Payment(ctx, tx, key)
	if err != nil {
		return Payment{}, err
	}
	if !slices.Contains(states, p.State) {
		want := make([]string, len(states))
		for i, s := range states {
			want[i] = string(s)
		}
		return Payment{}, &StateConflict{string(p.State), want}
	}
	return p, nil
}

// standing refuses to go on from an entry that was reversed.
func (o Office) standing(ctx context.Context, tx *store.Tx, id ledger.EntryID) error {
	if id == "" {
		return nil
	}
	links, err := o.Book.LinksOf(ctx, tx, ledger.Posted{ID: id})
	if err != nil {
		return err
	}
	if by := links[id].ReversedBy; by != "" {
		return &ledger.AlreadyReversed{By: by}
	}
	return nil
}

// paymentText is what an entry of a payment says.
func (p Payment) text(what string) string { return fmt.Sprintf("%s %s", p.Number, what) }
