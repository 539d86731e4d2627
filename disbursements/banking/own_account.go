package banking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"supportledger/access"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/ledger"
	"supportledger/store"
)

// OwnAccount is where one of our bank accounts is, as banks and payees may read it. A change is the next version.
type OwnAccount struct {
	Account   ledger.AccountNo
	Version   int
	Name      string // of us
	IBAN, BIC string
	By        access.UserID
	At        time.Time
}

// WriteOwnAccount puts down where one of our bank accounts is. [payees.FieldFault], [payees.ErrTells] for a name that
// tells too much.
func (pay Payments) WriteOwnAccount(ctx context.Context, tx *store.Tx, a OwnAccount) (OwnAccount, error) {
	if _, err := pay.Requests.Book.Bank(ctx, tx, a.Account); err != nil {
		return OwnAccount{}, err
	}
	err := payees.CheckNeutral(a.Name)
	if err != nil {
		return OwnAccount{}, &payees.FieldFault{Field: "name", Err: err}
	}
	if a.IBAN, err = banknumbers.IBAN(a.IBAN); err != nil {
		return OwnAccount{}, &payees.FieldFault{Field: "iban", Err: err}
	}
	if a.BIC, err = banknumbers.BIC(a.BIC); err != nil {
		return OwnAccount{}, &payees.FieldFault{Field: "bic", Err: err}
	}
	if err := ledger.LockFunds(ctx, tx, pay.Requests.Book.General); err != nil { // one after the other
		return OwnAccount{}, err
	}
	a.By, a.At = access.UserID(tx.By.User), tx.At
	if err := insertOwn(ctx, tx, &a); err != nil {
		return OwnAccount{}, err
	}
	return a, access.Record(ctx, tx,
		access.Event{Action: "own_account.written", Subject: string(a.Account), Fields: []string{"name", "iban", "bic"}})
}

// OwnAccounts lists the newest version of each.
func (pay Payments) OwnAccounts(ctx context.Context, tx *store.Tx) ([]OwnAccount, error) {
	return readOwns(ctx, tx)
}

// PartKinds are the kinds of payment in the order of the parts of a file.
var PartKinds = []iso20022.Kind{iso20022.Domestic, iso20022.SEPA, iso20022.CrossBorder}

// PartName is the name of a part of a batch's file, by which banks call what they book as one sum.
func PartName(batch string, kind iso20022.Kind) string {
	return fmt.Sprintf("%s.%d", batch, slices.Index(PartKinds, kind)+1)
}
