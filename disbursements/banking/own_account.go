package banking

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/disbursements/banknumbers"
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
func (bat Batches) WriteOwnAccount(ctx context.Context, tx *store.Tx, a OwnAccount) (OwnAccount, error) {
	if _, err := bat.Payments.Requests.Book.Bank(ctx, tx, a.Account); err != nil {
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
	if err := ledger.LockFunds(ctx, tx, bat.Payments.Requests.Book.General); err != nil { // one after the other
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
func (bat Batches) OwnAccounts(ctx context.Context, tx *store.Tx) ([]OwnAccount, error) {
	return readOwns(ctx, tx)
}
