package payments

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// paymentBatches registers the way of many payments to the bank in one file.
func paymentBatches(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/bank-accounts", ID: "writeBankAccount", Tag: "bank-accounts",
		NoMatch: rest.NewVersion,
		Roles:   resource.Finance,
		Summary: "Put down where a bank account of ours is", Danish: "Registrér, hvor en af vores bankkonti er",
		About:   "What files to the bank say of us. A change is the next version.",
		Refuses: []error{ledger.ErrUnknownAccount, banknumbers.ErrNumber, payees.ErrTells},
		Example: `{"account":"1010","name":"Example","iban":"DK5000400440116243","bic":"DABADKKK"}`}, writeBankAccount)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/bank-accounts", ID: "listBankAccounts", Tag: "bank-accounts",
		Roles:   resource.Bookkeeper,
		Summary: "List where our bank accounts are", Danish: "Vis, hvor vores bankkonti er"}, listBankAccounts)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/payment-batches", ID: "openPaymentBatch",
		NoMatch: rest.MakesNew,
		Tag:     "payment-batches", Roles: resource.Finance, Money: true,
		Summary: "Begin a batch of payments out of one account", Danish: "Begynd en betalingskørsel fra én konto",
		Refuses: []error{ledger.ErrUnknownAccount, paymentbatch.ErrDuplicateBatch}}, openBatch)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payment-batches", ID: "listPaymentBatches",
		Tag: "payment-batches", Roles: resource.Bookkeeper,
		Summary: "List payment batches by number", Danish: "Vis betalingskørsler efter nummer"}, listBatches)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payment-batches/:id", ID: "getPaymentBatch",
		Tag: "payment-batches", Roles: resource.Bookkeeper,
		Summary: "One batch with what its payments come to, how far they are and what keeps them back",
		Danish:  "Én betalingskørsel med betalingernes sum, hvor langt de er, og hvad der holder dem tilbage",
		Refuses: []error{paymentbatch.ErrUnknownBatch}}, getBatch)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payment-batches/:id/items", ID: "listPaymentBatchItems",
		Tag: "payment-batches", Roles: resource.Bookkeeper,
		Summary: "The payments of a batch", Danish: "Betalingskørslens betalinger",
		Refuses: []error{paymentbatch.ErrUnknownBatch}},
		listBatchItems)
	batchSteps(api)
}

// batchSteps registers what moves a batch on.
func batchSteps(api *resource.API) {
	unknown := []error{paymentbatch.ErrUnknownBatch, advances.ErrState}
	step := func(path, id, summary, danish, about string, refuses ...error) rest.Op {
		return rest.Op{Method: rest.Post, Path: "/payment-batches/:id/" + path, ID: id, Tag: "payment-batches",
			Roles: resource.Finance, Money: true, Match: "getPaymentBatch", Status: http.StatusOK,
			Summary: summary, Danish: danish, About: about, Refuses: append(append([]error{}, unknown...), refuses...)}
	}
	resource.Route(api, step("items", "addToPaymentBatch",
		"Put authorised disbursements, or planned payments, into an open batch",
		"Læg bemyndigede udbetalinger eller planlagte betalinger i en åben betalingskørsel",
		"All or none. Without names: all authorised disbursements whose payees can be paid to now.",
		disbursements.ErrUnknownDisbursement, banking.ErrInBatch, payees.ErrUnbound, advances.ErrBankCurrency,
		disbursements.ErrSettlement,
		paymentbatch.ErrBatchEmpty), addToBatch)
	resource.Route(api, step("removals", "takeFromPaymentBatch", "Take payments out of an open batch again",
		"Tag betalinger ud af en åben betalingskørsel igen", "",
		banking.ErrUnknownPayment), takeFromBatch)
	resource.Route(api, step("locks", "lockPaymentBatch", "Lock a batch: what it pays to whom is fixed by its hash",
		"Lås en betalingskørsel: hvad den betaler til hvem, fastlåses ved dets hash",
		"What a bank would refuse is found here. The hash is the SHA-256 of the canonical content, with the sealed bank "+
			"details.",
		paymentbatch.ErrBatchEmpty, paymentbatch.ErrBatchBlocked, banking.ErrUnknownOwnAccount, iso20022.ErrFile,
		vault.ErrNoVault,
		vault.ErrErased, vault.ErrKeyMissing), lockBatch)
	resource.Route(api, step("unlocks", "unlockPaymentBatch", "Open a locked batch again, with a reason",
		"Lås en betalingskørsel op igen, med en begrundelse", "The lock is void, and so is a release of it.",
		ledger.ErrReasonRequired), unlockBatch)
	resource.Route(api, step("releases", "releasePaymentBatch", "Release a locked batch", "Frigiv en låst betalingskørsel",
		"By a person who took no step on any of its payments; who locked it may.",
		access.ErrMakerCannotApprove, access.ErrRelated, disbursements.ErrPlanChanged, paymentbatch.ErrBatchBlocked,
		paymentbatch.ErrBatchChanged, banking.ErrDuplicatePayment,
		ledger.ErrAlreadyReversed), releaseBatch)
	resource.Route(api, step("exports", "exportPaymentBatch", "Make the file of a released batch",
		"Dan filen for en frigivet betalingskørsel",
		"Its hash is kept, the file is not: GET .../file makes it again, the same bytes. That bank details were opened is "+
			"noted once.",
		paymentbatch.ErrBatchBlocked, paymentbatch.ErrBatchChanged, iso20022.ErrFile,
		vault.ErrNoVault,
		vault.ErrErased, vault.ErrKeyMissing), exportBatch)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/payment-batches/:id/file", ID: "getPaymentBatchFile",
		Tag: "payment-batches", Roles: resource.Finance, Produces: []string{"application/xml", "text/csv"},
		Summary: "The file of an exported batch, for the bank", Danish: "Filen for en dannet betalingskørsel, til banken",
		Refuses: []error{paymentbatch.ErrUnknownBatch, advances.ErrState, paymentbatch.ErrBatchFile, vault.ErrNoVault,
			vault.ErrErased, vault.ErrKeyMissing}}, batchFile)
	resource.Route(api, step("reconciliations", "reconcilePaymentBatch", "Say that the bank is done with a batch",
		"Sig, at banken er færdig med en betalingskørsel",
		"When each payment is confirmed, came back, or failed and was made again.",
		paymentbatch.ErrBatchUnproved), reconcileBatch)
	resource.Route(api, step("closings", "closePaymentBatch", "Lay a reconciled batch away",
		"Læg en afstemt betalingskørsel væk",
		""), closeBatch)
	resource.Route(api, step("aborts", "abortPaymentBatch", "End a batch before its file was made",
		"Afbryd en betalingskørsel, før filen er dannet", "Its payments are free again.",
		ledger.ErrReasonRequired), abortBatch)
}

type bankAccountRequest struct {
	Account ledger.AccountNo `json:"account" validate:"required" description:"In the chart of accounts."`
	Name    string           `json:"name" validate:"required,max=70" description:"Of us, as payees read it; it says nothing of the support."`
	IBAN    string           `json:"iban" validate:"required,max=50"`
	BIC     string           `json:"bic" validate:"required,max=15"`
}

type bankAccountView struct {
	Account ledger.AccountNo `json:"account"`
	Version int              `json:"version"`
	Name    string           `json:"name"`
	IBAN    string           `json:"iban"`
	BIC     string           `json:"bic"`
	At      string           `json:"at"`
}

func viewBankAccount(a banking.OwnAccount) bankAccountView {
	return bankAccountView{Account: a.Account, Version: a.Version, Name: a.Name, IBAN: a.IBAN, BIC: a.BIC, At: stamp(a.At)}
}

func writeBankAccount(ctx context.Context, tx *store.Tx, d resource.Domain, in bankAccountRequest) (bankAccountView,
	error) {
	a, err := d.Payments.WriteOwnAccount(ctx, tx,
		banking.OwnAccount{Account: in.Account, Name: in.Name, IBAN: in.IBAN, BIC: in.BIC})
	var field *payees.FieldFault
	if errors.As(err, &field) {
		return bankAccountView{}, rest.At("/"+field.Field, field.Err)
	}
	if err != nil {
		return bankAccountView{}, err
	}
	return viewBankAccount(a), nil
}

func listBankAccounts(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[bankAccountView], error) {
	all, err := d.Payments.OwnAccounts(ctx, tx)
	if err != nil {
		return rest.List[bankAccountView]{}, err
	}
	return rest.PageOf(in.Page, all, viewBankAccount, func(a banking.OwnAccount) string { return string(a.Account) })
}

type openBatchRequest struct {
	Account ledger.AccountNo `json:"account" validate:"required" description:"Our bank account that pays."`
	Date    ledger.Date      `json:"date" validate:"required" description:"Day on which it is to be paid; the next one on which banks work, where it is none."`
	Charges iso20022.Charges `json:"charges" validate:"omitempty,oneof=SHAR DEBT CRED" description:"Who pays the banks across borders; SHAR where none is sent."`
	OneSum  bool             `json:"one_sum" description:"Ask the bank to book each part of the file as one sum, under the batch's number."`
	Number  string           `json:"number" validate:"max=20" description:"Given by us where none is sent."`
}

type paymentBatchView struct {
	ID         paymentbatch.BatchID    `json:"id"`
	Number     string                  `json:"number"`
	Account    ledger.AccountNo        `json:"account"`
	Date       ledger.Date             `json:"date" description:"Requested of the bank: a day on which banks carry payments out; one that has passed at the lock becomes the next."`
	Charges    iso20022.Charges        `json:"charges" enum:"SHAR,DEBT,CRED" description:"Who pays the banks across borders."`
	OneSum     bool                    `json:"one_sum" description:"The bank is asked to book each part of the file as one sum."`
	State      paymentbatch.BatchState `json:"state"`
	Round      int                     `json:"round" description:"An unlocking starts the next."`
	Count      int                     `json:"count" description:"Payments, at the lock; 0 before."`
	Total      ledger.Money            `json:"total" description:"At the lock."`
	Hash       string                  `json:"hash,omitempty" description:"SHA-256 of what was locked, hexadecimal."`
	LockedBy   access.UserID           `json:"locked_by,omitempty"`
	LockedAt   string                  `json:"locked_at,omitempty"`
	ReleasedBy access.UserID           `json:"released_by,omitempty"`
	ReleasedAt string                  `json:"released_at,omitempty"`
	Format     paymentbatch.FileFormat `json:"file_format,omitempty" enum:"pain.001,csv"`
	FileName   string                  `json:"file_name,omitempty"`
	FileSHA256 string                  `json:"file_sha256,omitempty"`
	ExportedAt string                  `json:"exported_at,omitempty"`
	Reason     string                  `json:"reason,omitempty" description:"Of the last unlocking, or of the end."`
	Version    int                     `json:"version"`
	CreatedAt  string                  `json:"created_at"`
}

func viewPaymentBatch(b paymentbatch.Batch) paymentBatchView {
	v := paymentBatchView{ID: b.ID, Number: b.Number, Account: b.Account, Date: b.Date, Charges: b.Charges,
		OneSum: b.OneSum, State: b.State, Round: b.Round,
		Count: b.Count, Total: b.Total, Hash: "", LockedBy: b.LockedBy, LockedAt: stamp(b.LockedAt), ReleasedBy: b.ReleasedBy,
		ReleasedAt: stamp(b.ReleasedAt), Format: b.Format, FileName: "",
		FileSHA256: b.FileSHA256, ExportedAt: stamp(b.ExportedAt), Reason: b.Reason, Version: b.Version,
		CreatedAt: stamp(b.At)}
	if !b.LockedAt.IsZero() {
		v.Hash = hex.EncodeToString(b.Hash[:])
	}
	if b.FileSHA256 != "" {
		v.FileName = b.FileName()
	}
	return v
}

// shownBatch is a batch or why there is none.
func shownBatch(b paymentbatch.Batch, err error) (paymentBatchView, error) {
	if err != nil {
		return paymentBatchView{}, err
	}
	return viewPaymentBatch(b), nil
}

type batchStandingView struct {
	State  banking.PaymentState `json:"state,omitempty" description:"Of the payments; none before the release."`
	Count  int                  `json:"count"`
	Amount ledger.Money         `json:"amount"`
}

type batchBlockedView struct {
	Changed    int `json:"payee_changed" description:"Bank details replaced since it was asked for."`
	Unverified int `json:"payee_unverified"`
	Cooling    int `json:"payee_cooling_off"`
}

type batchPageView struct {
	paymentBatchView
	Standing []batchStandingView `json:"standing" etag:"-" description:"How far its payments are."`
	Blocked  batchBlockedView    `json:"blocked" etag:"-" description:"Payments that bank details keep back, while it is open or locked."`
}

func openBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in openBatchRequest) (paymentBatchView, error) {
	return shownBatch(d.Batches.Open(ctx, tx,
		paymentbatch.Batch{Account: in.Account, Date: in.Date, Charges: in.Charges, OneSum: in.OneSum,
			Number: in.Number}))
}

func listBatches(ctx context.Context, tx *store.Tx, d resource.Domain,
	in struct{ rest.Page }) (rest.List[paymentBatchView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[paymentBatchView]{}, err
	}
	found, err := d.Batches.List(ctx, tx, rest.FirstOf(after), in.Size()+1)
	return rest.ListOf(in.Page, found, viewPaymentBatch,
		func(b paymentbatch.Batch) []string { return []string{b.Number} }), err
}

func getBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (batchPageView, error) {
	b, err := d.Batches.Batch(ctx, tx, string(in.ID))
	if err != nil {
		return batchPageView{}, err
	}
	standing, blocked, err := d.Batches.Standing(ctx, tx, b)
	v := batchPageView{viewPaymentBatch(b), []batchStandingView{},
		batchBlockedView{blocked.Changed, blocked.Unverified, blocked.Cooling}}
	for _, s := range standing {
		v.Standing = append(v.Standing, batchStandingView{s.State, s.Count, s.Amount})
	}
	return v, err
}

type batchItemsRequest struct {
	rest.Page
	ID rest.Ref `path:"id" json:"-" description:"Id or number of the batch."`
}

type batchItemView struct {
	Position     int                          `json:"position"`
	Number       string                       `json:"number" description:"Of the payment; what the bank's statement names."`
	Disbursement disbursements.DisbursementID `json:"disbursement_id"`
	Payment      banking.PaymentID            `json:"payment_id,omitempty" description:"From the release on."`
	Payee        string                       `json:"payee" description:"Code."`
	Reference    string                       `json:"reference,omitempty" description:"What the payee knows the bill by, as the file passes it on."`
	Kind         iso20022.Kind                `json:"kind" enum:"domestic,sepa,cross_border"`
	Amount       ledger.Money                 `json:"amount"`
	State        banking.PaymentState         `json:"state,omitempty"`
}

func listBatchItems(ctx context.Context, tx *store.Tx, d resource.Domain,
	in batchItemsRequest) (rest.List[batchItemView], error) {
	b, err := d.Batches.Batch(ctx, tx, string(in.ID))
	if err != nil {
		return rest.List[batchItemView]{}, err
	}
	key, err := in.After(1)
	if err != nil {
		return rest.List[batchItemView]{}, err
	}
	after, _ := strconv.Atoi(rest.FirstOf(key)) // ours, or none
	found, err := d.Batches.Items(ctx, tx, b, after, in.Size()+1)
	view := func(i paymentbatch.BatchItem) batchItemView {
		return batchItemView{Position: i.Position, Number: i.Number, Disbursement: i.Disbursement, Payment: i.Payment,
			Payee: i.Payee, Reference: i.Reference, Kind: i.Kind, Amount: i.Amount, State: i.State}
	}
	return rest.ListOf(in.Page, found, view,
		func(i paymentbatch.BatchItem) []string { return []string{strconv.Itoa(i.Position)} }), err
}

type addToBatchRequest struct {
	ID    rest.Ref `path:"id" json:"-"`
	Items []string `json:"items" validate:"max=1000,dive,max=40" description:"Ids or numbers of disbursements or payments."`
}

func addToBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in addToBatchRequest) (paymentBatchView, error) {
	v, err := shownBatch(d.Batches.Add(ctx, tx, string(in.ID), in.Items))
	var item *disbursements.AtItem
	if errors.As(err, &item) {
		err = rest.At(fmt.Sprintf("/items/%d", item.Item), item.Err)
	}
	return v, err
}

type takeFromBatchRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Payments []string `json:"payments" validate:"required,min=1,max=1000,dive,max=40" description:"Numbers of payments, as the items list them."`
}

func takeFromBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in takeFromBatchRequest) (paymentBatchView,
	error) {
	return shownBatch(d.Batches.Remove(ctx, tx, string(in.ID), in.Payments))
}

func lockBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (paymentBatchView, error) {
	return shownBatch(d.Batches.Lock(ctx, tx, string(in.ID)))
}

type batchReasonRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func unlockBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in batchReasonRequest) (paymentBatchView,
	error) {
	return shownBatch(d.Batches.Unlock(ctx, tx, string(in.ID), in.Reason))
}

func releaseBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (paymentBatchView, error) {
	return shownBatch(d.Batches.Release(ctx, tx, string(in.ID), nil))
}

type exportBatchRequest struct {
	ID     rest.Ref                `path:"id" json:"-"`
	Format paymentbatch.FileFormat `json:"file_format" validate:"omitempty,oneof=pain.001 csv" description:"pain.001 where none is sent."`
}

func exportBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in exportBatchRequest) (paymentBatchView,
	error) {
	if in.Format == "" {
		in.Format = paymentbatch.Pain001File
	}
	return shownBatch(d.Batches.Export(ctx, tx, string(in.ID),
		paymentbatch.Target{Format: in.Format, To: io.Discard}))
}

// batchFile makes the file twice and holds it never: first for its hash and its length, then for the client, who sees
// by the length where something broke off.
func batchFile(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (rest.File, error) {
	var size counter
	b, err := d.Batches.File(ctx, tx, string(in.ID), &size, nil)
	if err != nil {
		return rest.File{}, err
	}
	kind := "application/xml"
	if b.Format == paymentbatch.CSVFile {
		kind = "text/csv"
	}
	return rest.File{Type: kind, Name: b.FileName(), Save: true, Size: int64(size),
		Stream: func(ctx context.Context, w io.Writer) error {
			return d.API.DB.View(ctx, func(tx *store.Tx) error {
				_, err := d.Batches.File(ctx, tx, string(b.ID), w, nil)
				return err
			})
		}}, nil
}

// counter counts what is written.
type counter int64

// Write writes nothing.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func reconcileBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (paymentBatchView, error) {
	return shownBatch(d.Batches.Reconcile(ctx, tx, string(in.ID)))
}

func closeBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in rest.ByRef) (paymentBatchView, error) {
	return shownBatch(d.Batches.Close(ctx, tx, string(in.ID)))
}

func abortBatch(ctx context.Context, tx *store.Tx, d resource.Domain, in batchReasonRequest) (paymentBatchView, error) {
	return shownBatch(d.Batches.Abort(ctx, tx, string(in.ID), in.Reason))
}
