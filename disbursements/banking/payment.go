package banking

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// PaymentID identifies a payment. People use its number, such as "PMT-311".
type PaymentID string

// PaymentState is where an attempt to pay is in its life.
type PaymentState string

// The states of a payment: PLANNED → IN_FILE → SENT → CONFIRMED, or one of the ends. Only a line of the bank confirms
// or returns it.
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
	Disbursement disbursements.DisbursementID
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
	return access.PayloadOf(string(p.ID), p.Number, string(p.Disbursement), string(p.ReissueOf), string(p.Account),
		p.Payee, string(p.Date),
		p.Amount.String(), string(p.Amount.Currency))
}

// Release hands an authorised disbursement over for payment, by a person who did nothing on it before: AUTHORISED to
// RELEASED. It makes the first payment, PLANNED. The account is that of the disbursement; an invoice is paid from the
// one given.
func (pay Payments) Release(ctx context.Context, tx *store.Tx, key string, p Payment) (Payment, error) {
	d, err := pay.Requests.LockedIn(ctx, tx, key, disbursements.Authorised)
	if err != nil {
		return Payment{}, err
	}
	if err := d.CheckSettlement(disbursements.ByPayment, disbursements.ByInvoice); err != nil {
		return Payment{}, err
	}
	if err := d.CheckPlan(); err != nil {
		return Payment{}, err
	}
	if err := advances.CheckNotReversed(ctx, tx, pay.Requests.Book, d.Entry); err != nil {
		return Payment{}, err
	}
	if err := disbursements.CheckAuthorised(ctx, tx, d); err != nil {
		return Payment{}, err
	}
	if err := notInBatch(ctx, tx, string(d.ID)); err != nil {
		return Payment{}, err
	}
	if d.Account != "" {
		p.Account = d.Account
	}
	p.Disbursement, p.ReissueOf, p.Payee, p.Amount = d.ID, "", d.Payee, d.Amount
	if p, err = pay.plan(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	_, err = pay.Requests.TakeStep(ctx, tx, d, access.Release, disbursements.Released)
	return p, err
}

// plan writes a payment down.
func (pay Payments) plan(ctx context.Context, tx *store.Tx, p Payment) (Payment, error) {
	bank, err := pay.Requests.Book.Bank(ctx, tx, p.Account)
	if err != nil {
		return Payment{}, err
	}
	if bank.BankCurrency() != p.Amount.Currency {
		return Payment{}, advances.ErrBankCurrency
	}
	p.ID, p.State, p.Version = PaymentID(store.NewID("pmt")), PaymentPlanned, 1
	if p.Number == "" {
		if p.Number, err = access.FreeNumber(ctx, tx, "payment", "PMT-%03d", paymentNumberTaken); err != nil {
			return Payment{}, err
		}
	}
	if err := InsertPayments(ctx, tx, []Payment{p}); err != nil {
		return Payment{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "payment.planned", Subject: string(p.ID)})
}

// Reissue makes a payment again that came back or never left, to the same amount: a new attempt, PLANNED. A second
// person releases it when it is sent. [ErrReissued] when that was done already.
func (pay Payments) Reissue(ctx context.Context, tx *store.Tx, key string, p Payment) (Payment, error) {
	of, err := pay.paymentIn(ctx, tx, key, ended...)
	if err != nil {
		return Payment{}, err
	}
	later, err := reissues(ctx, tx, of.ID)
	if err != nil {
		return Payment{}, err
	}
	if len(later) > 0 {
		return Payment{}, &Reissued{later[0].Number}
	}
	if err := notNamed(ctx, tx, of.ID); err != nil {
		return Payment{}, err
	}
	p.Disbursement, p.ReissueOf, p.Amount = of.Disbursement, of.ID, of.Amount
	if p.Account == "" {
		p.Account = of.Account
	}
	if p.Payee == "" {
		p.Payee = of.Payee
	}
	if p, err = pay.plan(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	d, err := pay.Requests.Disbursement(ctx, tx, string(of.Disbursement))
	if err != nil {
		return Payment{}, err
	}
	if d.PaidBy == payees.ByTransfer {
		if err := payees.Bind(ctx, tx, string(p.ID), 1, p.Payee); err != nil {
			return Payment{}, err
		}
	}
	return p, access.Take(ctx, tx,
		access.Duty{Subject: string(p.ID), Round: 1, Step: access.Request, Payload: p.Payload()})
}

// Dispatch notes that a payment was given to the bank by hand: PLANNED to SENT. One that is made again is released by
// a second person here.
func (pay Payments) Dispatch(ctx context.Context, tx *store.Tx, key string) (Payment, error) {
	p, err := pay.paymentIn(ctx, tx, key, PaymentPlanned)
	if err != nil {
		return Payment{}, err
	}
	if err := notInBatch(ctx, tx, string(p.ID)); err != nil {
		return Payment{}, err
	}
	if err := pay.checkPayeeOf(ctx, tx, p); err != nil {
		return Payment{}, err
	}
	if p.ReissueOf != "" {
		if err := notNamed(ctx, tx, p.ReissueOf); err != nil {
			return Payment{}, err
		}
		d, err := pay.Requests.Disbursement(ctx, tx, string(p.Disbursement))
		if err != nil {
			return Payment{}, err
		}
		if err := beneficiaries.NotRelated(ctx, tx, p.Payee, d.Plan.Beneficiary); err != nil {
			return Payment{}, err
		}
		if err := access.Take(ctx, tx,
			access.Duty{Subject: string(p.ID), Round: 1, Step: access.Release, Payload: p.Payload()}); err != nil {
			return Payment{}, err
		}
	}
	return movePayment(ctx, tx, p, PaymentSent, "")
}

// DispatchProved is [Payments.Dispatch] with a document that shows it, such as the bank's receipt. It is attached to
// the entry once the bank's line confirms the payment. [evidence.ErrUnknown].
func (pay Payments) DispatchProved(ctx context.Context, tx *store.Tx, key string, document evidence.ID) (Payment,
	error) {
	if _, err := evidence.Find(ctx, tx, document); err != nil {
		return Payment{}, err
	}
	p, err := pay.Dispatch(ctx, tx, key)
	if err != nil {
		return Payment{}, err
	}
	return p, insertPaymentEvidence(ctx, tx, p.ID, document)
}

// mindPayment holds a payment against the bank details that it was asked for with: its own where it is made again,
// else those of its disbursement.
func (pay Payments) checkPayeeOf(ctx context.Context, tx *store.Tx, p Payment) error {
	d, err := pay.Requests.Disbursement(ctx, tx, string(p.Disbursement))
	if err != nil || d.PaidBy != payees.ByTransfer {
		return err
	}
	if p.ReissueOf != "" {
		return payees.CheckBinding(ctx, tx, string(p.ID), 1, true)
	}
	return payees.CheckBinding(ctx, tx, string(d.ID), d.Round, true)
}

// notNamed refuses to say of a payment that it never left, or to make it again, while a line of the bank names it and
// nobody has said what that line is. [*NamedByBank].
func notNamed(ctx context.Context, tx *store.Tx, id PaymentID) error {
	line, err := unexplained(ctx, tx, id)
	if err == nil && line != "" {
		err = &NamedByBank{line}
	}
	return err
}

// Fail notes that a payment never left: FAILED, or RECALLED where we took it back. The reason has at least ten letters.
// [*NamedByBank].
func (pay Payments) Fail(ctx context.Context, tx *store.Tx, key string, to PaymentState, reason string) (Payment,
	error) {
	if err := ledger.CheckReason(reason); err != nil {
		return Payment{}, ledger.ErrReasonRequired
	}
	p, err := pay.paymentIn(ctx, tx, key, PaymentPlanned, PaymentInFile, PaymentSent)
	if err != nil {
		return Payment{}, err
	}
	if err := notNamed(ctx, tx, p.ID); err != nil {
		return Payment{}, err
	}
	return movePayment(ctx, tx, p, to, reason)
}

func movePayment(ctx context.Context, tx *store.Tx, p Payment, to PaymentState, reason string) (Payment, error) {
	p.State = to
	if err := savePayment(ctx, tx, &p); err != nil {
		return Payment{}, err
	}
	return p, access.Record(ctx, tx,
		access.Event{Action: "payment." + string(to), Subject: string(p.ID), Fields: []string{"state"}, Reason: reason})
}

// paymentIn finds a payment that is in one of the states. [disbursements.StateConflict] otherwise.
func (pay Payments) paymentIn(ctx context.Context, tx *store.Tx, key string, states ...PaymentState) (Payment, error) {
	p, err := pay.Payment(ctx, tx, key)
	if err != nil {
		return Payment{}, err
	}
	if !slices.Contains(states, p.State) {
		want := make([]string, len(states))
		for i, s := range states {
			want[i] = string(s)
		}
		return Payment{}, &disbursements.StateConflict{State: string(p.State), Want: want}
	}
	return p, nil
}

// paymentText is what an entry of a payment says.
func (p Payment) text(what string) string { return fmt.Sprintf("%s %s", p.Number, what) }
