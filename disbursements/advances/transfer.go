package advances

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// PartnerID identifies a partner. People use the code, such as "NG-01".
type PartnerID string

// Partner is an organisation abroad that holds an advance and spends it for us.
type Partner struct {
	ID       PartnerID
	Code     string
	Currency ledger.Currency
	Account  ledger.AccountNo // of its advance
	Country  string           // ISO 3166, where it spends; "" where nobody said
}

// RegisterPartner puts a partner on record. [ErrDuplicatePartner] when the code is taken.
func (adv Register) RegisterPartner(ctx context.Context, tx *store.Tx, p Partner) (Partner, error) {
	if _, err := adv.Book.Account(ctx, tx, p.Account); err != nil {
		return Partner{}, err
	}
	p.ID = PartnerID(store.NewID("par"))
	if err := insertPartner(ctx, tx, p); err != nil {
		return Partner{}, err
	}
	return p, access.Record(ctx, tx, access.Event{Action: "partner.registered", Subject: string(p.ID)})
}

// Partner finds a partner by id or code. [ErrUnknownPartner].
func (adv Register) Partner(ctx context.Context, tx *store.Tx, key string) (Partner, error) {
	return readPartner(ctx, tx, key)
}

// TransferID identifies a transfer. People use its number, such as "T-001".
type TransferID string

// TransferState is where a transfer is in its life.
type TransferState string

// The states of a transfer.
const (
	TransferRequested  TransferState = "requested"
	TransferAuthorised TransferState = "authorised"
)

// Transfer is an advance to a partner, borne by the funds of a plan in its shares.
type Transfer struct {
	ID           TransferID
	Number       string
	Partner      Partner
	Plan         beneficiaries.Plan
	Account      ledger.AccountNo // our bank, in base currency
	Date         ledger.Date
	Sent         ledger.Money // base currency, without the fee
	SendingFee   ledger.Money // base currency, on top
	Rate         ledger.Rate
	ReceivingFee ledger.Money // partner's currency, kept by the bank abroad
	State        TransferState
	Entry        ledger.EntryID // "" until authorised
	Version      int
}

// Payload is the SHA-256 of what is requested and authorised.
func (t Transfer) Payload() [sha256.Size]byte {
	return access.PayloadOf(t.payloadParts(t.Rate.String())...)
}

// payloadParts lists what the two people bind, with the rate as it is stored.
func (t Transfer) payloadParts(rate string) []string {
	return []string{string(t.ID), t.Number, t.Partner.Code, t.Plan.Number, t.Plan.Current.ID, string(t.Account),
		string(t.Date),
		t.Sent.String(), t.SendingFee.String(), rate, t.ReceivingFee.String()}
}

// RequestTransfer asks for a transfer. Money moves when a second person authorises it.
func (adv Register) RequestTransfer(ctx context.Context, tx *store.Tx, t Transfer) (Transfer, error) {
	bank, err := adv.Book.Bank(ctx, tx, t.Account)
	if err != nil {
		return Transfer{}, err
	}
	if bank.BankCurrency() != adv.Book.Base {
		return Transfer{}, ErrBankCurrency
	}
	if t.Rate.IsZero() && t.Partner.Currency == adv.Book.Base {
		t.Rate = ledger.Par(adv.Book.Base)
	}
	if _, err := t.amounts(adv.Book.Base); err != nil {
		return Transfer{}, err
	}
	t.ID, t.State, t.Version = TransferID(store.NewID("trf")), TransferRequested, 1
	if t.Number == "" {
		if t.Number, err = access.FreeNumber(ctx, tx, "transfer", "T-%03d", transferNumberTaken); err != nil {
			return Transfer{}, err
		}
	}
	bearers, err := adv.feeBearers(ctx, tx, t)
	if err != nil {
		return Transfer{}, err
	}
	entry, err := t.entry(adv.Book.Base, bearers)
	if err != nil {
		return Transfer{}, err
	}
	if err := adv.tried(ctx, tx, entry); err != nil {
		return Transfer{}, err
	}
	if err := insertTransfer(ctx, tx, t); err != nil {
		return Transfer{}, err
	}
	if err := access.Take(ctx, tx,
		access.Duty{Subject: string(t.ID), Round: 1, Step: access.Request, Payload: t.Payload()}); err != nil {
		return Transfer{}, err
	}
	return t, access.Record(ctx, tx, access.Event{Action: "transfer.requested", Subject: string(t.ID)})
}

// tried says why an entry that is asked for now could not be posted: it is refused before a second person looks at it.
func (adv Register) tried(ctx context.Context, tx *store.Tx, e ledger.Entry) error {
	return grants.Trial{Register: adv.Grants}.Refuses(ctx, tx, e)
}

// AuthoriseTransfer moves the money that another person requested to move: the advance of every fund becomes a lot at
// the partner, and the fees fall on whoever the funds' policies name. [grants.ErrConditionOpen] while a condition of
// a grant holds its money back.
func (adv Register) AuthoriseTransfer(ctx context.Context, tx *store.Tx, key string) (Transfer, error) {
	t, err := adv.Transfer(ctx, tx, key)
	if err != nil {
		return Transfer{}, err
	}
	if t.State != TransferRequested {
		return Transfer{}, &StateConflict{string(t.State), []string{string(TransferRequested)}}
	}
	duty := access.Duty{Subject: string(t.ID), Round: 1, Step: access.Authorise, Payload: t.Payload()}
	if err := access.Take(ctx, tx, duty); err != nil {
		return Transfer{}, err
	}
	if err := adv.Payable(ctx, tx, beneficiaries.Funds(t.Plan.Current.Shares)...); err != nil {
		return Transfer{}, err
	}
	bearers, err := adv.feeBearers(ctx, tx, t)
	if err != nil {
		return Transfer{}, err
	}
	if err := ledger.LockFunds(ctx, tx,
		append(slices.Clone(bearers), beneficiaries.Funds(t.Plan.Current.Shares)...)...); err != nil {
		return Transfer{}, err
	}
	entry, err := t.entry(adv.Book.Base, bearers)
	if err != nil {
		return Transfer{}, err
	}
	posted, err := adv.Grants.Post(ctx, tx, entry)
	if err != nil {
		return Transfer{}, err
	}
	t.State, t.Entry = TransferAuthorised, posted.ID
	if err := saveTransfer(ctx, tx, &t); err != nil {
		return Transfer{}, err
	}
	return t, access.Record(ctx, tx, access.Event{Action: "transfer.authorised", Subject: string(t.ID)})
}

// feeBearers names, for each share of the plan, the fund that pays its part of the fees on the day.
func (adv Register) feeBearers(ctx context.Context, tx *store.Tx, t Transfer) ([]ledger.FundCode, error) {
	bearers := make([]ledger.FundCode, len(t.Plan.Current.Shares))
	for i, s := range t.Plan.Current.Shares {
		var err error
		if bearers[i], err = adv.Grants.FeeBearer(ctx, tx, s.Fund, t.Date); err != nil {
			return nil, err
		}
	}
	return bearers, nil
}

// transferAmounts is what a transfer comes to as a whole, before it is split.
type transferAmounts struct {
	net     ledger.Money // what the partner gets, in its currency
	advance ledger.Money // what that cost us
	fees    ledger.Money // sending and receiving fee, base currency
}

// amounts works out RULES 27.
func (t Transfer) amounts(base ledger.Currency) (transferAmounts, error) {
	gross, err := t.Rate.Convert(t.Sent, t.Partner.Currency)
	if err != nil {
		return transferAmounts{}, err
	}
	receiving, err := t.Rate.Convert(t.ReceivingFee, base)
	if err != nil {
		return transferAmounts{}, err
	}
	out := transferAmounts{gross.Sub(t.ReceivingFee), t.Sent.Sub(receiving), t.SendingFee.Add(receiving)}
	if out.net.Sign() <= 0 || out.advance.Sign() <= 0 {
		return transferAmounts{}, ErrFeeExceedsAmount
	}
	return out, nil
}

// entry splits quantity, advance and fees once each over the plan's shares; the bank line of a fund is the sum of
// what it bears in this act (RULES 6, 27).
func (t Transfer) entry(base ledger.Currency, bearers []ledger.FundCode) (ledger.Entry, error) {
	whole, err := t.amounts(base)
	if err != nil {
		return ledger.Entry{}, err
	}
	e := ledger.Entry{Date: t.Date, Act: TransferAct, Source: string(t.ID),
		Text: fmt.Sprintf("Transfer %s to partner %s at %s", t.Number, t.Partner.Code, t.Rate)}
	weights := beneficiaries.Weights(t.Plan.Current.Shares)
	quantities, advances, fees := whole.net.Split(weights), whole.advance.Split(weights), whole.fees.Split(weights)
	bank := FundPayments{Account: t.Account}
	for i, s := range t.Plan.Current.Shares {
		lot := ledger.Lot{ID: ledger.LotID(store.NewID("lot")), Kind: ledger.CurrencyLot, Name: t.Number, Rate: t.Rate,
			OpenedOn: t.Date,
			Pool:     t.Partner.Pool(s.Fund), Quantity: quantities[i], Cost: advances[i]}
		advance := ledger.InCurrency(t.Partner.Account, s.Fund, quantities[i], advances[i]).WithLot(lot.ID)
		fee := ledger.Base(ledger.TransferFees, bearers[i], fees[i]).For("transfer-fees")
		advance.Partner, advance.Plan, fee.Plan = t.Partner.Code, t.Plan.Number, t.Plan.Number
		e.Opens, e.Lines = append(e.Opens, lot), append(e.Lines, advance, fee)
		bank.Pay(s.Fund, advances[i])
		bank.Pay(bearers[i], fees[i])
	}
	e.Lines = append(e.Lines, bank.Lines()...)
	return e, nil
}

// Pool is where a fund's advance at the partner lies.
func (p Partner) Pool(fund ledger.FundCode) ledger.Pool {
	return ledger.Pool{Account: p.Account, Holder: p.Code, Fund: fund, Currency: p.Currency}
}

// Recoverables is where what the partner paid twice lies.
func (p Partner) Recoverables(fund ledger.FundCode) ledger.Pool {
	return ledger.Pool{Account: ledger.Recoverables, Holder: p.Code, Fund: fund, Currency: p.Currency}
}

// FundPayments gathers what funds pay out of one bank account in base currency, one line per fund (RULES 6).
type FundPayments struct {
	Account ledger.AccountNo
	Funds   []ledger.FundCode
	Amounts []ledger.Money
}

// Pay adds to what a fund pays; a negative amount is money coming in.
func (p *FundPayments) Pay(fund ledger.FundCode, amount ledger.Money) {
	if i := slices.Index(p.Funds, fund); i >= 0 {
		p.Amounts[i] = p.Amounts[i].Add(amount)
		return
	}
	p.Funds, p.Amounts = append(p.Funds, fund), append(p.Amounts, amount)
}

// Lines are the lines of the bank account, one per fund.
func (p *FundPayments) Lines() []ledger.Line {
	lines := make([]ledger.Line, len(p.Funds))
	for i, fund := range p.Funds {
		lines[i] = ledger.Base(p.Account, fund, p.Amounts[i].Neg())
	}
	return lines
}

// Transfer finds a transfer by id or number. [ErrUnknownTransfer].
func (adv Register) Transfer(ctx context.Context, tx *store.Tx, key string) (Transfer, error) {
	return adv.readTransfer(ctx, tx, key)
}
