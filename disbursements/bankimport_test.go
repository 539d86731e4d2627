package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/iso20022/iso20022test"
	"supportledger/ledger"
	"supportledger/store"
)

// sent releases a direct payment of an amount and gives it to the bank.
func (h *house) sent(number, amount string, on ledger.Date) {
	h.Helper()
	d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
		Account: "1010", Amount: of(amount, "DKK"), Date: on, Shares: shares("G1=100")})
	must(h, err)
	must(h, h.authorised(d.Number))
	h.do("chief", func(ctx context.Context, tx *store.Tx) error {
		if _, err := h.payments.Release(ctx, tx, d.Number,
			banking.Payment{Number: number, Date: on, Account: "1010"}); err != nil {
			return err
		}
		_, err := h.payments.Dispatch(ctx, tx, number)
		return err
	})
}

// line is a line of a statement, "2026-03-02 -100.00 REF-1 PMT-1 PMT-2": day, amount, reference, the payments that it
// names.
func line(n int, text string) iso20022.Line {
	w := strings.Fields(text)
	l := iso20022.Line{Number: n, BookedOn: ledger.Date(w[0]), Amount: of(w[1], "DKK"), Reference: w[2], Code: "PMNT",
		Text: "Kamala Stranger writes"}
	for _, p := range w[3:] {
		l.Parts = append(l.Parts, iso20022.Detail{EndToEndID: p, Amount: l.Amount})
	}
	return l
}

// statement is a camt.053 of lines, with balances that chain.
func statement(lines ...string) []byte {
	s := iso20022.Statement{ID: "S1", Account: "DK5000400440116243", Currency: "DKK",
		Opening: &iso20022.Balance{Amount: of("1000.00", "DKK"), On: "2026-02-28"}}
	at := s.Opening.Amount
	for i, text := range lines {
		s.Lines = append(s.Lines, line(i+1, text))
		at = at.Add(s.Lines[i].Amount)
	}
	s.Closing = &iso20022.Balance{Amount: at, On: "2026-03-31"}
	return iso20022test.CAMT("camt.053", "08", s)
}

func (h *house) upload(f banking.BankFile) (b banking.BankImport, err error) {
	f.Account = "1010"
	err = h.try("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = h.lines.Upload(ctx, tx, f)
		return err
	})
	return b, err
}

func (h *house) commit(id banking.BankImportID) (b banking.BankImport, err error) {
	err = h.try("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		b, err = h.lines.CommitImport(ctx, tx, id)
		return err
	})
	return b, err
}

func (h *house) undo(id banking.BankImportID) error {
	return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.lines.UndoImport(ctx, tx, id, "the wrong month")
		return err
	})
}

// suggested writes the suggestions of 1010, "2 lines PMT-1 payment end_to_end_id 0.00".
func (h *house) suggested() (found []banking.Suggestion, words string) {
	h.Helper()
	h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		found, err = h.lines.Suggestions(ctx, tx, "1010")
		return err
	})
	var all []string
	for _, s := range found {
		var numbers []string
		for _, p := range s.Payments {
			numbers = append(numbers, p.Number)
		}
		all = append(all, fmt.Sprintf("%d line %s %s %s %s", len(s.Lines), strings.Join(numbers, "+"), s.Proves, s.Reason,
			s.Difference))
	}
	return found, strings.Join(all, " | ")
}

func (h *house) accept(s banking.Suggestion) (r banking.Reconciled, err error) {
	var lines, payments []string
	for _, l := range s.Lines {
		lines = append(lines, string(l.ID))
	}
	for _, p := range s.Payments {
		payments = append(payments, p.Number)
	}
	err = h.try("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = h.lines.AcceptMatch(ctx, tx, lines, payments, s.Proves)
		return err
	})
	return r, err
}

// A statement proves one payment by one line, many by one, one by many, by name or by amount and day; what it leaves
// is told.
func TestStatementOfTheBankProvesPayments(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for i, amount := range []string{"100.00", "200.00", "300.00", "400.00", "55.55"} {
			h.sent(fmt.Sprintf("PMT-%d", i+1), amount, "2026-03-02")
		}
		b, err := h.upload(banking.BankFile{Format: banking.CAMT,
			Content: statement("2026-03-02 -100.00 R1 PMT-1", "2026-03-02 -510.00 R2 PMT-2 PMT-3",
				"2026-03-03 -150.00 R3 PMT-4", "2026-03-04 -250.00 R4 PMT-4", "2026-03-05 -55.55 R5 Kamala",
				"2026-03-05 77.00 R6")})
		must(h, err)
		if fresh, duplicate := b.Count(); fresh != 6 || duplicate != 0 || b.Closing.String() != "11.45" {
			t.Fatalf("%d new, %d duplicate, closing %s", fresh, duplicate, b.Closing)
		}
		if _, words := h.suggested(); words != "" {
			t.Errorf("a preview is on record: %s", words)
		}
		_, err = h.commit(b.ID)
		must(h, err)
		found, words := h.suggested()
		want := "1 line PMT-1 payment end_to_end_id 0.00 | 1 line PMT-2+PMT-3 payment end_to_end_id -10.00 | 2 line PMT-4 " +
			"payment end_to_end_id 0.00 | " +
			"1 line PMT-5 payment amount_and_date 0.00"
		if words != want {
			t.Fatalf("%s, want\n%s", words, want)
		}
		for _, s := range found {
			r, err := h.accept(s)
			must(h, err)
			if r.Difference.Cmp(s.Difference) != 0 {
				t.Errorf("it leaves %s, suggested was %s", r.Difference, s.Difference)
			}
		}
		h.holds("5400 G1 1055.55")
		if _, words := h.suggested(); words != "1 line PMT-3 fee end_to_end_id 0.00" &&
			words != "1 line PMT-2 fee end_to_end_id 0.00" {
			t.Errorf("what is left of the second line is a fee: %s", words)
		}
		h.bookedOn("PMT-4", "2026-03-04")
		if err := h.undo(b.ID); !errors.Is(err, banking.ErrBankLinesMatched) {
			t.Errorf("what proved something is undone: %v", err)
		}
		if _, err := h.accept(banking.Suggestion{Lines: found[2].Lines, Payments: found[1].Payments,
			Proves: banking.ProvesPayment}); !errors.Is(err, banking.ErrMatchShape) {
			t.Errorf("many lines and many payments: %v", err)
		}
		h.namesNobody()
	})
}

// bookedOn wants the entry of a payment on a day.
func (h *house) bookedOn(payment string, on ledger.Date) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		p, err := h.payments.Payment(ctx, tx, payment)
		if err != nil {
			return err
		}
		e, err := h.requests.Book.Entry(ctx, tx, string(p.Entry))
		if err == nil && (e.Date != on || p.State != banking.PaymentConfirmed) {
			h.Errorf("%s is %s and booked on %s", payment, p.State, e.Date)
		}
		return err
	})
}

// namesNobody looks for the stranger of the files in what was kept of them.
func (h *house) namesNobody() {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		lines, err := h.lines.AllLines(ctx, tx, "1010")
		for _, l := range lines {
			if strings.Contains(l.Reference, "Kamala") || strings.Contains(l.Reference, "Stranger") {
				h.Errorf("a line kept %q", l.Reference)
			}
		}
		return err
	})
}

// A line is on record once, whichever files it comes in; two equal lines of one file are two.
func TestStatementsThatOverlap(t *testing.T) {
	onBoth(t, func(h *house) {
		file := statement("2026-03-02 -100.00 R1", "2026-03-02 -100.00 -", "2026-03-02 -100.00 -")
		b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: file})
		must(h, err)
		if _, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: file}); !errors.Is(err,
			banking.ErrBankFileKnown) {
			t.Errorf("the same file twice: %v", err)
		}
		_, err = h.commit(b.ID)
		must(h, err)
		again, err := h.upload(banking.BankFile{Format: banking.CAMT,
			Content: statement("2026-03-02 -100.00 R1", "2026-03-02 -100.00 -", "2026-03-02 -100.00 -", "2026-03-02 -100.00 R9",
				"2026-03-03 -100.00 R1")})
		must(h, err)
		if fresh, duplicate := again.Count(); fresh != 2 || duplicate != 3 {
			t.Errorf("%d new, %d duplicate", fresh, duplicate)
		}
		csv := "date;text;amount;balance\n02-03-2026;Kamala;-100,00;900,00\n02-03-2026;x;-1,00;899,00\n"
		other, err := h.upload(banking.BankFile{Format: banking.GenericCSV,
			Table:   banking.BankTable{Separator: ";", Decimal: ","},
			Content: []byte(strings.ReplaceAll(csv, "02-03-2026", "2026-03-02"))})
		must(h, err)
		if fresh, duplicate := other.Count(); fresh != 1 || duplicate != 1 {
			t.Errorf("csv: %d new, %d duplicate", fresh, duplicate)
		}
		if _, err := h.commit(b.ID); !errors.Is(err, advances.ErrState) {
			t.Errorf("it is committed twice: %v", err)
		}
		must(h, h.undo(b.ID))
		back, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: file})
		must(h, err)
		if fresh, _ := back.Count(); fresh != 3 {
			t.Errorf("after the undoing %d are new", fresh)
		}
		broken := strings.Replace(string(file), "1000.00", "1000.01", 1)
		if _, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: []byte(broken)}); !errors.Is(err,
			iso20022.ErrFile) {
			t.Errorf("a file that does not add up: %v", err)
		}
	})
}
