package grants

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// FinalAccount is the end of a deferred grant: what is unspent becomes a debt to the grantor.
type FinalAccount struct {
	ID     string
	Grant  Grant
	On     ledger.Date
	Refund ledger.Money   // in the grant's currency
	Base   ledger.Money   // the same in base currency
	Entry  ledger.EntryID // "" when nothing was unspent
	Paid   ledger.EntryID // "" until the refund left our bank
}

// payload is what one person draws up and another pays.
func (f FinalAccount) payload() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s %s", f.ID, f.Grant.ID, f.On, f.Refund, f.Base))
}

// reportable are the states in which a grant's final account can be drawn up.
var reportable = []GrantState{GrantActive, GrantEnded, GrantTerminated}

// fundBook is the books as one grant's fund stands in them.
type fundBook struct {
	ledger.Book
	grant Grant
}

func (r Register) fund(g Grant) fundBook { return fundBook{r.Book, g} }

// CloseAccount draws up the final account of a grant: the whole balance of 2100 becomes refund payable (RULES 60).
// [ErrAdvanceOpen] while a partner, a retainer or anything else still holds the grant's money.
func (r Register) CloseAccount(ctx context.Context, tx *store.Tx, key string, on ledger.Date) (FinalAccount, error) {
	g, err := inState(ctx, tx, key, reportable...)
	if err != nil {
		return FinalAccount{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund()); err != nil {
		return FinalAccount{}, err
	}
	if err := r.fund(g).wantSettled(ctx, tx); err != nil {
		return FinalAccount{}, err
	}
	e, refund, base, err := r.fund(g).unspent(ctx, tx, on)
	if err != nil {
		return FinalAccount{}, err
	}
	f := FinalAccount{ID: store.NewID("fin"), Grant: g, On: on, Refund: refund, Base: base}
	if !base.IsZero() {
		e.Source = f.ID
		e.Lines = append(e.Lines, ledger.InCurrency(ledger.RefundPayable, g.Fund(), refund.Neg(), base.Neg()))
		posted, err := r.Book.Post(ctx, tx, e)
		if err != nil {
			return FinalAccount{}, err
		}
		f.Entry = posted[0].ID
	}
	if err := insertFinalAccount(ctx, tx, f); err != nil {
		return FinalAccount{}, err
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: f.ID, Round: 1, Step: access.Request,
		Payload: f.payload()}); err != nil {
		return FinalAccount{}, err
	}
	if f.Grant, err = move(ctx, tx, r.Book, g, Step{State: GrantFinalReported, On: on}); err != nil {
		return FinalAccount{}, err
	}
	return f, access.Record(ctx, tx, access.Event{Action: "grant.final_account", Subject: string(g.ID)})
}

// unspent is the start of the entry that takes a grant's whole advance, and what it comes to. [ErrOverspent] when the
// fund has spent more than it received.
func (b fundBook) unspent(
	ctx context.Context, tx *store.Tx, on ledger.Date,
) (ledger.Entry, ledger.Money, ledger.Money, error) {
	e := ledger.Entry{Date: on, Act: "final-account", Text: "Final account of " + b.grant.Code}
	refund, base := ledger.Zero(b.grant.Amount.Currency), ledger.Zero(b.Base)
	if b.grant.Amount.Currency != b.Base {
		layers, err := b.OpenLots(ctx, tx, b.grant.Fund(), ledger.DeferredLot, on)
		if err != nil {
			return e, refund, base, err
		}
		for _, l := range layers {
			e.Lines = append(e.Lines, ledger.InCurrency(ledger.DeferredGrants, b.grant.Fund(), l.OpenQuantity,
				l.OpenCost).WithLot(l.ID).For("refund"))
			refund, base = refund.Add(l.OpenQuantity), base.Add(l.OpenCost)
		}
	} else {
		balance, err := b.deferredBalance(ctx, tx)
		if err != nil {
			return e, refund, base, err
		}
		refund, base = balance, balance
		e.Lines = append(e.Lines, ledger.Base(ledger.DeferredGrants, b.grant.Fund(), balance).For("refund"))
	}
	if base.Sign() < 0 {
		return e, refund, base, ErrOverspent
	}
	return e, refund, base, nil
}

// deferredBalance is what stands on 2100 of a grant in base currency, money to be spent positive.
func (b fundBook) deferredBalance(ctx context.Context, tx *store.Tx) (ledger.Money, error) {
	sums, err := b.Activity(ctx, tx, b.grant.Fund(), ledger.Span{})
	if err != nil {
		return ledger.Money{}, err
	}
	balance := ledger.Zero(b.Base)
	for _, s := range sums {
		if s.Account == ledger.DeferredGrants {
			balance = balance.Sub(s.Base)
		}
	}
	return balance, nil
}

// wantSettled wants the fund's money to lie in banks alone, without open commitments. [ErrAdvanceOpen],
// [ErrCommitmentsOpen].
func (b fundBook) wantSettled(ctx context.Context, tx *store.Tx) error {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return err
	}
	sums, err := b.Activity(ctx, tx, b.grant.Fund(), ledger.Span{})
	if err != nil {
		return err
	}
	open := map[ledger.AccountNo]ledger.Money{}
	for _, s := range sums {
		a := accounts[s.Account]
		holds := a.Type == ledger.Asset && !a.IsBank() || a.Type == ledger.Liability && s.Account != ledger.DeferredGrants ||
			s.Account == ledger.Encumbrances
		if !holds {
			continue
		}
		if _, ok := open[s.Account]; !ok {
			open[s.Account] = ledger.Zero(b.Base)
		}
		open[s.Account] = open[s.Account].Add(s.Base)
	}
	for _, account := range slices.Sorted(maps.Keys(open)) {
		switch balance := open[account]; {
		case balance.IsZero():
		case account == ledger.Encumbrances:
			return refuse(ErrCommitmentsOpen, "%s %s is still committed", balance, balance.Currency)
		default:
			return refuse(ErrAdvanceOpen, "account %s still holds %s %s", account, balance, balance.Currency)
		}
	}
	return nil
}

// PayRefund pays what a final account owes the grantor, by another person than the one who drew it up (RULES 60).
// Foreign money leaves at what it cost; a difference to the debt falls on the general fund.
func (r Register) PayRefund(
	ctx context.Context, tx *store.Tx, key string, on ledger.Date, account ledger.AccountNo,
) (FinalAccount, error) {
	f, err := r.FinalAccount(ctx, tx, key)
	if err != nil && !errors.Is(err, ErrNoFinalAccount) {
		return FinalAccount{}, err
	}
	if f.Paid != "" || f.Entry == "" {
		return FinalAccount{}, &StateConflict{string(f.Grant.State), "an unpaid refund"}
	}
	if err := access.Take(ctx, tx, access.Duty{Subject: f.ID, Round: 1, Step: access.Authorise,
		Payload: f.payload()}); err != nil {
		return FinalAccount{}, err
	}
	if err := ledger.LockFunds(ctx, tx, f.Grant.Fund(), r.Book.General); err != nil {
		return FinalAccount{}, err
	}
	entry, err := r.fund(f.Grant).refundPayment(ctx, tx, f, on, account)
	if err != nil {
		return FinalAccount{}, err
	}
	posted, err := r.Book.Post(ctx, tx, entry)
	if err != nil {
		return FinalAccount{}, err
	}
	f.Paid = posted[0].ID
	if err := saveRefundPaid(ctx, tx, f); err != nil {
		return FinalAccount{}, err
	}
	return f, access.Record(ctx, tx, access.Event{Action: "grant.refund_paid", Subject: string(f.Grant.ID)})
}

func (b fundBook) refundPayment(
	ctx context.Context, tx *store.Tx, f FinalAccount, on ledger.Date, account ledger.AccountNo,
) (ledger.Entry, error) {
	fund := f.Grant.Fund()
	e := ledger.Entry{Date: on, Act: "refund-payment", Source: f.ID, Text: "Refund of " + f.Grant.Code}
	debt := ledger.InCurrency(ledger.RefundPayable, fund, f.Refund, f.Base)
	bank, err := b.Bank(ctx, tx, account)
	if err != nil {
		return e, err
	}
	if bank.BankCurrency() != f.Refund.Currency {
		return e, ErrBankNotInBase
	}
	if f.Refund.Currency == b.Base {
		e.Lines = []ledger.Line{debt, ledger.Base(account, fund, f.Base.Neg())}
		return e, nil
	}
	draws, err := b.Draw(ctx, tx, ledger.Pool{Account: account, Fund: fund, Currency: f.Refund.Currency}, f.Refund, on)
	if err != nil {
		return e, err
	}
	e.Lines = []ledger.Line{debt}
	for _, d := range draws {
		e.Lines = append(e.Lines, ledger.InCurrency(account, fund, d.Quantity.Neg(), d.Cost.Neg()).WithLot(d.Lot))
	}
	loss := ledger.Drawn(b.Base, draws).Sub(f.Base)
	e.Lines = append(e.Lines, Difference(b.General, loss), ledger.Base(ledger.BaseBank, b.General, loss.Neg()),
		ledger.Base(ledger.BaseBank, fund, loss))
	return e, nil
}

// Residue is the keeping of an unspent rest.
type Residue struct {
	On      ledger.Date
	Account ledger.AccountNo // our bank account in base currency
	Letter  string           // reference of the grantor's letter
}

// KeepResidue keeps an unspent rest that is within what the grantor does not ask back, with the grantor's letter: it
// becomes income of the general fund (RULES 60). [ErrAboveDeMinimis] otherwise, [ErrLetterMissing] without the letter's
// reference. Money in another currency is converted first: the rest is kept in base currency ([ErrBankNotInBase]).
func (r Register) KeepResidue(ctx context.Context, tx *store.Tx, key string, in Residue) (ledger.Posted, error) {
	if strings.TrimSpace(in.Letter) == "" {
		return ledger.Posted{}, ErrLetterMissing
	}
	if err := r.CheckBaseBank(ctx, tx, in.Account); err != nil {
		return ledger.Posted{}, err
	}
	g, err := inState(ctx, tx, key, reportable...)
	if err != nil {
		return ledger.Posted{}, err
	}
	if err := ledger.LockFunds(ctx, tx, g.Fund(), r.Book.General); err != nil {
		return ledger.Posted{}, err
	}
	if err := r.fund(g).wantSettled(ctx, tx); err != nil {
		return ledger.Posted{}, err
	}
	e, rest, base, err := r.fund(g).unspent(ctx, tx, in.On)
	if err != nil {
		return ledger.Posted{}, err
	}
	if limit := g.Policies.At(in.On).RefundDeMinimis; rest.Amount.GreaterThan(limit.Amount) || rest.IsZero() {
		return ledger.Posted{}, refuse(ErrAboveDeMinimis, "%s %s is unspent, %s may be kept",
			rest, rest.Currency, ledger.Round(limit.Amount, rest.Currency))
	}
	e.Act, e.Source, e.Text = "residue-kept", string(g.ID), "Unspent rest of "+g.Code+" kept"
	e.Lines = append(e.Lines, ledger.Base(in.Account, g.Fund(), base.Neg()),
		ledger.Base(in.Account, r.Book.General, base),
		ledger.Base(ledger.GrantIncome, r.Book.General, base.Neg()).For("residue"))
	posted, err := r.Book.Post(ctx, tx, e)
	if err != nil {
		return ledger.Posted{}, err
	}
	reason := "Grantor's letter " + in.Letter
	if _, err := move(ctx, tx, r.Book, g, Step{State: GrantFinalReported, On: in.On, Reason: reason}); err != nil {
		return ledger.Posted{}, err
	}
	event := access.Event{Action: "grant.residue_kept", Subject: string(g.ID), Reason: reason}
	return posted[0], access.Record(ctx, tx, event)
}

// inState finds a grant that is in one of the states. [StateConflict] otherwise.
func inState(ctx context.Context, tx *store.Tx, key string, states ...GrantState) (Grant, error) {
	g, err := find(ctx, tx, key)
	if err == nil && !slices.Contains(states, g.State) {
		return Grant{}, &StateConflict{string(g.State), fmt.Sprint(states)}
	}
	return g, err
}
