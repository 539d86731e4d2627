package collecting

import (
	"context"
	"errors"
	"slices"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/store"
)

// ErrUnknownFigure is returned for a key that no figure of the statement has.
var ErrUnknownFigure = errors.New("statements: no such figure")

// Printed is a statement whose figures are looked for: as collected, and as its reader sees it.
type Printed struct {
	Value, Shown figures.Value
	CutOff       int64 // sequence number of the last entry that was read
}

// Figure finds a figure of a statement by its key, with the lines that it came from, at the statement's own cut-off. A
// figure in another currency than the books, or of a donor's gifts, is the sum of what was converted, or drawn, from
// these lines. [ErrUnknownFigure].
func (b Books) Figure(ctx context.Context, tx *store.Tx, s Printed, key string) (ledger.Figure, error) {
	amount, found := page.FigureOf(s.Shown, key)
	if !found {
		amount, found = page.FigureOf(s.Value, key)
	}
	if !found {
		return ledger.Figure{}, ErrUnknownFigure
	}
	accounts, err := b.Book.Accounts(ctx, tx)
	if err != nil {
		return ledger.Figure{}, err
	}
	h := s.Value.Head()
	if rest, found := strings.CutPrefix(key, "forecast."); found {
		return b.setAside(ctx, tx, s, strings.TrimSuffix(rest, ".committed"))
	}
	t := tracer{accounts: accounts, value: s.Value, base: b.Book.Base,
		lines: ledger.Selection{Span: ledger.Span{To: h.Period.To, Through: s.CutOff}, Closing: ledger.WithoutClosing}}
	if err := t.find(key, h.Period.From); err != nil {
		return ledger.Figure{}, err
	}
	slices.Sort(t.lines.Accounts)
	return ledger.Figure{Amount: ledger.Money{Amount: amount, Currency: h.Currency}, Side: t.side, Lines: t.lines}, nil
}

// setAside is what plans have set aside on a budget line, in base currency, with the lines that it comes from.
func (b Books) setAside(ctx context.Context, tx *store.Tx, s Printed, no string) (ledger.Figure, error) {
	h := s.Value.Head()
	budget, err := b.Grants.BudgetActual(ctx, tx, h.Subject, ledger.Span{To: h.Period.To, Through: s.CutOff})
	if err != nil {
		return ledger.Figure{}, err
	}
	if no == "total" {
		return budget.Committed, nil
	}
	for _, row := range budget.Rows {
		if row.Line.No == no {
			return row.Committed, nil
		}
	}
	return ledger.Figure{}, ErrUnknownFigure
}

// tracer turns a key into a selection of lines.
type tracer struct {
	accounts map[ledger.AccountNo]ledger.Account
	value    figures.Value
	base     ledger.Currency
	lines    ledger.Selection
	side     ledger.Side
}

func (t *tracer) find(key string, from ledger.Date) error {
	t.side = ledger.DebitSide
	head, rest, _ := strings.Cut(key, ".")
	if head == "to_date" || strings.HasSuffix(rest, ".to_date") {
		from = ""
	}
	t.lines.From = from
	switch s := t.value.(type) {
	case *figures.GrantStatement:
		t.lines.Funds = []ledger.FundCode{ledger.FundCode(s.Grant)}
	case *figures.FundStatement:
		t.lines.Funds = fundsOf(s)
	}
	switch head {
	case "received", "receipts", "purposes", "interest", "refunded":
		t.income(head)
	case "spent", "to_date", "lines", "budget", "budget_total", "shared", "ledger":
		t.cost(head, rest)
	case "opening", "closing", "closing_base", "advances":
		t.lines.From = ""
		if head == "opening" && from != "" {
			t.lines.To = ledger.DateOf(from.Time().AddDate(0, 0, -1))
		}
		t.places(rest, head)
	default:
		return ErrUnknownFigure
	}
	return nil
}

// fundsOf are those that a fund statement is about.
func fundsOf(s *figures.FundStatement) []ledger.FundCode {
	if s.Kind == figures.FundReport {
		return []ledger.FundCode{ledger.FundCode(s.Subject)}
	}
	return figures.Each(s.Purposes, func(p figures.Purpose) ledger.FundCode { return ledger.FundCode(p.Fund) })
}

func (t *tracer) income(head string) {
	t.side = ledger.CreditSide
	s, isGrant := t.value.(*figures.GrantStatement)
	if isGrant && s.Deferred != nil {
		t.lines.Accounts = []ledger.AccountNo{ledger.DeferredGrants}
		t.lines.Categories = map[string][]string{"interest": {"interest"}, "refunded": {"refund"}}[head]
		if t.lines.Categories == nil {
			t.lines.Categories = []string{"instalment"}
		}
		if head == "refunded" {
			t.side = ledger.DebitSide
		}
		return
	}
	if isGrant {
		t.side, t.lines.Accounts = ledger.DebitSide, t.where(func(a ledger.Account) bool { return a.IsBank() })
		t.lines.Currency = s.Currency
		return
	}
	t.lines.Accounts = t.where(func(a ledger.Account) bool { return a.Type == ledger.Income })
}

// cost selects by category: the cost accounts, or for a deferred grant in another currency the releases.
func (t *tracer) cost(head, rest string) {
	s, isGrant := t.value.(*figures.GrantStatement)
	key, _, _ := strings.Cut(rest, ".")
	counts := func(a ledger.Account) bool { return a.IsCost() }
	switch {
	case head == "ledger":
		counts = func(a ledger.Account) bool { return string(a.Number) == key }
	case head == "budget" && isGrant:
		counts = func(a ledger.Account) bool { return a.IsCost() && takesCost(s, key, a) }
	case head == "lines" || head == "shared":
		counts = func(a ledger.Account) bool { return (a.IsCost() || a.Number == ledger.CurrencyGains) && t.isOn(key, a) }
	}
	t.lines.Accounts = t.where(counts)
	if isGrant && s.Deferred != nil && s.Currency != t.base && head != "shared" && head != "ledger" {
		t.lines.Categories = figures.Each(t.lines.Accounts,
			func(no ledger.AccountNo) string { return t.accounts[no].Category() })
		t.lines.Accounts = []ledger.AccountNo{ledger.DeferredGrants}
	}
}

// takesCost reports whether a cost account is reported on a budget line.
func takesCost(s *figures.GrantStatement, no string, a ledger.Account) bool {
	_, key := KindOf(a.Number, a.Category())
	return slices.ContainsFunc(s.Lines, func(l figures.Line) bool { return l.BudgetLine == no && l.Key == key })
}

// isOn reports whether cost of an account is in a line: by its category, by the plain one of a donor, or in "support".
func (t *tracer) isOn(key string, a ledger.Account) bool {
	kind, category := KindOf(a.Number, a.Category())
	plain := plainOf[a.Category()]
	return category == key || plain == key || key == figures.PlainEveryday && plain == "" ||
		key == figures.SupportKey && kind == figures.Programme
}

// places selects the balance sheet accounts of a kind of place, all of them for the whole balance.
func (t *tracer) places(rest, head string) {
	kind, holder, _ := strings.Cut(rest, ".")
	if head == "advances" {
		kind, holder = figures.AtPartner.Key(), rest
	}
	s, isGrant := t.value.(*figures.GrantStatement)
	t.lines.Accounts = t.where(func(a ledger.Account) bool {
		if a.Type != ledger.Asset && a.Type != ledger.Liability ||
			isGrant && s.Deferred != nil && a.Number == ledger.DeferredGrants {
			return false
		}
		if kind == "" {
			return true
		}
		return placeOfAccount(a).Key() == kind &&
			(kind != figures.AtBank.Key() || holder == "" || string(a.BankCurrency()) == holder)
	})
	if kind == figures.AtPartner.Key() && holder != "" {
		t.lines.Partners = []string{holder}
	}
}

func (t *tracer) where(counts func(ledger.Account) bool) []ledger.AccountNo {
	var found []ledger.AccountNo
	for no, a := range t.accounts {
		if counts(a) {
			found = append(found, no)
		}
	}
	return found
}
