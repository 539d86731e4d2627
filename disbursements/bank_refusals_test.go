package disbursements_test

import (
	"context"
	"testing"

	"supportledger/access"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/ledger"
	"supportledger/store"
)

// lineOf puts a line of 1010 on record.
func (h *house) lineOf(amount string, on ledger.Date) string {
	h.Helper()
	var id string
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		l, err := h.lines.Record(ctx, tx, banking.BankLine{Account: "1010", Date: on, Amount: of(amount, "DKK"),
			Reference: "X"})
		id = string(l.ID)
		return err
	})
	return id
}

// accepts has lines prove payments.
func (h *house) accepts(lines, payments []string, proves banking.Proves) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.lines.AcceptMatch(ctx, tx, lines, payments, proves)
		return err
	})
}

func (h *house) explains(e banking.Explanation) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.lines.Explain(ctx, tx, e)
		return err
	})
}

// A line of the bank proves a payment to the øre: with less, or the other way, it proves nothing, and it proves once.
func TestEveryRefusalOfAMatch(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for _, number := range []string{"PMT-1", "PMT-2", "PMT-3"} {
			h.sent(number, "300.00", "2026-03-02")
		}
		one := func(amount string, payment string, proves banking.Proves) func() error {
			id := h.lineOf(amount, "2026-03-02")
			return func() error { return h.accepts([]string{id}, []string{payment}, proves) }
		}
		several := func(amounts ...string) func() error {
			var ids []string
			for _, a := range amounts {
				ids = append(ids, h.lineOf(a, "2026-03-03"))
			}
			return func() error { return h.accepts(ids, []string{"PMT-2"}, banking.ProvesPayment) }
		}
		twice := h.lineOf("-300.00", "2026-03-02")
		for _, c := range []struct {
			name string
			act  func() error
			want error
		}{
			{"no line", func() error { return h.accepts(nil, []string{"PMT-1"}, banking.ProvesPayment) }, banking.ErrMatchShape},
			{"no payment", func() error { return h.accepts([]string{twice}, nil, banking.ProvesPayment) },
				banking.ErrMatchShape},
			{"a line twice", func() error {
				return h.accepts([]string{twice, twice}, []string{"PMT-1"}, banking.ProvesPayment)
			}, banking.ErrMatchShape},
			{"a payment twice", func() error {
				return h.accepts([]string{twice}, []string{"PMT-1", "PMT-1"}, banking.ProvesPayment)
			}, banking.ErrMatchShape},
			{"two and two", func() error {
				return h.accepts([]string{twice, "bkl_x"}, []string{"PMT-1", "PMT-2"}, banking.ProvesPayment)
			}, banking.ErrMatchShape},
			{"as a gift", one("-300.00", "PMT-1", banking.ProvesGift), advances.ErrState},
			{"no such payment", one("-300.00", "PMT-9", banking.ProvesPayment), banking.ErrUnknownPayment},
			{"an øre too little", one("-299.99", "PMT-1", banking.ProvesPayment), banking.ErrBankDifference},
			{"money in", one("300.00", "PMT-1", banking.ProvesPayment), banking.ErrBankDifference},
			{"back before it left", one("300.00", "PMT-1", banking.ProvesReturn), advances.ErrState},
			{"a fee before it left", one("-5.00", "PMT-1", banking.ProvesFee), advances.ErrState},
			{"to the øre", func() error { return h.accepts([]string{twice}, []string{"PMT-1"}, banking.ProvesPayment) }, nil},
			{"a fee of which nothing is left", func() error {
				return h.accepts([]string{twice}, []string{"PMT-1"}, banking.ProvesFee)
			}, banking.ErrBankDifference},
			{"a second time", one("-300.00", "PMT-1", banking.ProvesPayment), advances.ErrState},
			{"a fee that comes in", one("5.00", "PMT-1", banking.ProvesFee), banking.ErrBankDifference},
			{"a fee", one("-5.00", "PMT-1", banking.ProvesFee), nil},
			{"back, an øre short", one("299.99", "PMT-1", banking.ProvesReturn), banking.ErrBankDifference},
			{"back the wrong way", one("-300.00", "PMT-1", banking.ProvesReturn), banking.ErrBankDifference},
			{"back to the øre", one("300.00", "PMT-1", banking.ProvesReturn), nil},
			{"two lines, one comes in", several("-100.00", "200.00"), banking.ErrBankDifference},
			{"two lines, an øre short", several("-100.00", "-199.99"), banking.ErrBankDifference},
			{"three lines, one too many", several("-100.00", "-200.00", "-0.01"), banking.ErrBankDifference},
			{"two lines to the øre", several("-100.00", "-200.00"), nil},
			{"an øre more than it needs", one("-300.01", "PMT-3", banking.ProvesPayment), nil},
		} {
			refused(h, c.name, c.act(), c.want)
		}
		h.holds("2200 G1 -300.00", "6100 G1 59.05") // 54.05 of it for the transfer
		refused(h, "a line in euros of an account in kroner", h.try("finance", func(ctx context.Context,
			tx *store.Tx) error {
			_, err := h.lines.Record(ctx, tx, banking.BankLine{Account: "1010", Date: "2026-03-02", Amount: of("1.00", "EUR")})
			return err
		}), advances.ErrBankCurrency)
		refused(h, "failed for no reason", h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-1", banking.PaymentFailed, " ")
			return err
		}), ledger.ErrReasonRequired)
		h.verified()
	})
}

// A line is explained as what it can be, once, and an entry is proved by as much as it moved; what is taken back waits
// again.
func TestEveryRefusalOfAnExplanation(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.sign("E1", "EUR 1000.00")
		in, out := h.lineOf("500.00", "2026-03-02"), h.lineOf("-500.00", "2026-03-02")
		entry := func(amount string) (number string) {
			h.do("finance", func(ctx context.Context, tx *store.Tx) error {
				posted, err := h.requests.Book.Post(ctx, tx, ledger.Entry{Date: "2026-03-01", Text: "By hand", Act: "manual",
					Lines: []ledger.Line{ledger.Base("1010", "UNR", of(amount, "DKK")), ledger.Base("4900", "UNR",
						of(amount, "DKK").Neg())}})
				if err == nil {
					number = posted[0].Number
				}
				return err
			})
			return number
		}
		less, exact, more, reversed := entry("499.99"), entry("500.00"), entry("500.01"), entry("500.00")
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.requests.Book.Reverse(ctx, tx, ledger.Reversal{Entry: reversed, Reason: "entered by mistake"})
			return err
		})
		as := func(line string, kind banking.Proves, about string) func() error {
			return func() error { return h.explains(banking.Explanation{Line: line, Kind: kind, About: about}) }
		}
		undo := func(line, reason string) func() error {
			return func() error {
				return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
					_, err := h.lines.Undo(ctx, tx, line, reason)
					return err
				})
			}
		}
		for _, c := range []struct {
			name string
			act  func() error
			want error
		}{
			{"money in as a charge", as(in, banking.ProvesCharge, ""), banking.ErrBankDifference},
			{"money out as a gift", as(out, banking.ProvesGift, "D-1"), banking.ErrBankDifference},
			{"money out as interest", as(out, banking.ProvesInterest, ""), banking.ErrBankDifference},
			{"as a payment", as(out, banking.ProvesPayment, "PMT-1"), banking.ErrBankDifference},
			{"to the same account", as(in, banking.ProvesTransfer, "1010"), advances.ErrBankCurrency},
			{"to one in euros", as(in, banking.ProvesTransfer, "1020"), advances.ErrBankCurrency},
			{"to none of ours", as(in, banking.ProvesTransfer, "9999"), ledger.ErrUnknownAccount},
			{"an instalment in euros without a rate", as(in, banking.ProvesInstalment, "E1"), advances.ErrBankCurrency},
			{"an entry of an øre less", as(in, banking.ProvesEntry, less), banking.ErrBankDifference},
			{"an entry that was reversed", as(in, banking.ProvesEntry, reversed), ledger.ErrAlreadyReversed},
			{"an entry that came in", as(out, banking.ProvesEntry, exact), banking.ErrBankDifference},
			{"no entry", as(in, banking.ProvesEntry, "2026-999999"), ledger.ErrUnknownEntry},
			{"taken back before it is explained", undo(in, "it was another"), banking.ErrUnexplained},
			{"the entry", as(in, banking.ProvesEntry, exact), nil},
			{"explained again", as(in, banking.ProvesEntry, more), banking.ErrBankDifference},
			{"an entry that is proved", as(h.lineOf("500.00", "2026-03-02"), banking.ProvesEntry, exact),
				banking.ErrBankDifference},
			{"taken back for no reason", undo(in, ""), ledger.ErrReasonRequired},
			{"taken back", undo(in, "it was another"), nil},
			{"taken back twice", undo(in, "it was another"), banking.ErrUnexplained},
			{"a part of an entry", as(in, banking.ProvesEntry, more), nil},
			{"the rest of it", as(h.lineOf("0.01", "2026-03-02"), banking.ProvesEntry, more), nil},
			{"beyond it", as(h.lineOf("0.01", "2026-03-02"), banking.ProvesEntry, more), banking.ErrBankDifference},
			{"a charge", as(out, banking.ProvesCharge, ""), nil},
			{"suspense of more than there is", as(h.lineOf("-9000000.00", "2026-03-02"), banking.ProvesSuspense, ""),
				ledger.ErrFundOverdrawn},
		} {
			refused(h, c.name, c.act(), c.want)
		}
		h.holds("6100 UNR 530.00") // 30.00 of it for the exchange
		h.verified()
	})
}

// Money that nobody can explain is taken from the general fund as far as it goes, then from whoever holds most.
func TestSuspenseIsOfThoseWhoHoldTheMoney(t *testing.T) {
	onBoth(t, func(h *house) {
		h.spends("UNR", "249990.00")
		h.spends("D1", "200000.00")
		must(h, h.explains(banking.Explanation{Line: h.lineOf("-10.00", "2026-03-02"), Kind: banking.ProvesSuspense}))
		h.holds("1390 UNR 10.00", "1390 D1 0.00")
		must(h, h.explains(banking.Explanation{Line: h.lineOf("-0.01", "2026-03-02"), Kind: banking.ProvesSuspense}))
		h.holds("1390 UNR 10.00", "1390 D1 0.01", "1010 UNR 0.00", "1010 D1 49999.99")
		h.verified()
	})
}

// A rule ends once, and the import of a statement is taken back with a reason.
func TestRulesAndImportsEnd(t *testing.T) {
	onBoth(t, func(h *house) {
		var rule banking.Rule
		h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
			rule, err = h.lines.AddRule(ctx, tx, banking.Rule{Contains: "gebyr", Direction: banking.MoneyOut,
				Kind: banking.ProvesCharge})
			return err
		})
		end := func(id banking.RuleID) error {
			return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.lines.EndRule(ctx, tx, id)
				return err
			})
		}
		refused(h, "no rule", end("bkr_none"), banking.ErrUnknownRule)
		must(h, end(rule.ID))
		refused(h, "ended twice", end(rule.ID), advances.ErrState)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			events, err := access.ListEvents(ctx, tx, access.EventFilter{Action: "bank_rule.ended"})
			if len(events) != 1 || events[0].Subject != string(rule.ID) {
				h.Errorf("recorded %+v", events)
			}
			return err
		})
		b := h.onRecord(statement("2026-03-02 500.00 R1"))
		refused(h, "taken back for no reason", h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.lines.UndoImport(ctx, tx, b.ID, "")
			return err
		}), ledger.ErrReasonRequired)
		must(h, h.undo(b.ID))
		refused(h, "taken back twice", h.undo(b.ID), advances.ErrState)
	})
}
