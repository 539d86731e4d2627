package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"supportledger/disbursements/banking"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// onRecord uploads a file of testdata/bank, or the one given, and commits it.
func (h *house) onRecord(content []byte) banking.BankImport {
	h.Helper()
	b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: content})
	must(h, err)
	b, err = h.commit(b.ID)
	must(h, err)
	return b
}

func bankFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "bank", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// thought writes the suggestions with their reasons, "PMT-002 payment end_to_end_id 0".
func (h *house) thought() string {
	h.Helper()
	found, _ := h.suggested()
	var all []string
	for _, s := range found {
		var numbers []string
		for _, p := range s.Payments {
			numbers = append(numbers, p.Number)
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s %d", strings.Join(numbers, "+"), s.Proves, s.Reason,
			s.Others)))
	}
	return strings.Join(all, " | ")
}

// A number of ours is found wherever the bank writes it, and however.
func TestNumbersOfPaymentsAreFound(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for _, number := range []string{"PMT-001", "PMT-002"} {
			h.sent(number, "300.00", "2027-01-26")
		}
		names := string(bankFile(t, "names.xml"))
		const words = "<Ustrd>Betaling PMT-002, ref. kontor</Ustrd>"
		if !strings.Contains(names, words) {
			t.Fatal("the file says something else")
		}
		files := map[string]string{"beside a comma": names, "structured": string(bankFile(t, "structured.xml"))}
		for what, text := range map[string]string{
			"between slashes": "<Ustrd>/PMT-002/</Ustrd>", "after a tag": "<Ustrd>EREF:PMT-002</Ustrd>",
			"in small letters": "<Ustrd>betaling pmt-002</Ustrd>",
			"cut in two":       "<Ustrd>Betaling PMT-</Ustrd><Ustrd>002 tak</Ustrd>",
		} {
			files[what] = strings.Replace(names, words, text, 1)
		}
		without := strings.Replace(names, words, "<Ustrd>Tak</Ustrd>", 1)
		files["as the bank's reference"] = strings.Replace(without, ">TW01<", ">PMT-002<", 1)
		files["as an instruction"] = strings.Replace(without, "<TxDtls>",
			"<TxDtls><Refs><InstrId>PMT-002</InstrId></Refs>", 1)
		for what, file := range files {
			b := h.onRecord([]byte(file))
			if got := h.thought(); got != "PMT-002 payment end_to_end_id 0" {
				t.Errorf("%s: %s", what, got)
			}
			must(h, h.undo(b.ID))
		}
		h.onRecord([]byte(without))
		if got := h.thought(); got != "PMT-001 payment amount_and_date 1" {
			t.Errorf("no name: %s", got)
		}
	})
}

// A line that names one payment is never proof of another: neither where that one is proved already, nor where it is
// none of ours.
func TestALineProvesThePaymentThatItNames(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for _, number := range []string{"PMT-001", "PMT-002"} {
			h.sent(number, "300.00", "2026-03-02")
		}
		h.onRecord(statement("2026-03-02 -300.00 R1 PMT-001", "2026-03-02 -300.00 R2 PMT-001",
			"2026-03-03 -300.00 R3 PMT-777", "2026-03-03 -300.00 R4 INV-12"))
		if got := h.sure(); got != "1, PMT-001 state_conflict true" {
			t.Errorf("confirmed %s", got)
		}
		if got := h.thought(); got != "PMT-001  named 0" {
			t.Errorf("%s", got)
		}
	})
}

// sure confirms what lines say exactly, and writes how many payments, and what did not fit.
func (h *house) sure() string {
	h.Helper()
	var done banking.Confirmed
	h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
		done, err = h.lines.ConfirmSure(ctx, tx, "1010", nil)
		return err
	})
	out := []string{fmt.Sprint(done.Payments)}
	for _, m := range done.Misfits {
		out = append(out, fmt.Sprintf("%s %s %t", m.Payment.Number, m.Reason, m.Suspended))
	}
	return strings.Join(out, ", ")
}

// One payment that the books refuse does not keep the others back: what the bank did stands in suspense until the
// payment fits, and meanwhile the payment is neither failed nor made again.
func TestWhatTheBankDidIsRecorded(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for i, amount := range []string{"4000.00", "4000.00", "50.00"} {
			h.sent(fmt.Sprintf("PMT-%d", i+1), amount, "2026-03-02")
		}
		h.spends("G1", "12000.00")
		h.onRecord(statement("2026-03-02 -4000.00 R1 PMT-1", "2026-03-02 -4000.00 R2 PMT-2", "2026-03-02 -50.00 R3 PMT-3"))
		if got := h.sure(); got != "1, PMT-1 fund_overdrawn true, PMT-2 fund_overdrawn true" {
			t.Errorf("confirmed %s", got)
		}
		h.holds("1390 G1 3834.00")
		h.holds("1390 UNR 4166.00")
		if got := h.sure(); got != "0, PMT-1 fund_overdrawn true, PMT-2 fund_overdrawn true" {
			t.Errorf("again: %s", got)
		}
		h.holds("1390 UNR 4166.00")
		err := h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-1", banking.PaymentFailed, "the bank said no")
			return err
		})
		if !errors.Is(err, banking.ErrNamedByBank) {
			t.Errorf("a payment that the bank names is failed: %v", err)
		}
		must(h, h.receive("G1", "2026-03-02", of("10000.00", "DKK"), "", "1010"))
		if got := h.sure(); got != "2" {
			t.Errorf("once there is money: %s", got)
		}
		h.holds("1390 UNR 0.00")
		h.holds("1390 G1 0.00")
		h.bookedOn("PMT-2", "2026-03-02")
		h.verified()
	})
}

// spends takes money out of a fund by an entry that no bank line is of.
func (h *house) spends(fund ledger.FundCode, amount string) {
	h.Helper()
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.requests.Grants.Post(ctx, tx, ledger.Entry{Date: "2026-02-01", Text: "Taken by the bank", Act: "charge",
			Lines: []ledger.Line{ledger.Base("5400", fund, of(amount, "DKK")).For("emergency-aid"),
				ledger.Base("1010", fund, of(amount, "DKK").Neg())}})
		return err
	})
}

// A payment that was noted as failed and that the bank carried out all the same is not made again; its line proves it.
func TestALateLineOfAFailedPayment(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.sent("PMT-1", "300.00", "2026-03-02")
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-1", banking.PaymentFailed, "nothing came for a week")
			return err
		})
		h.onRecord(statement("2026-03-09 -300.00 R1 PMT-1"))
		err := h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-1", banking.Payment{Date: "2026-03-10"})
			return err
		})
		if !errors.Is(err, banking.ErrNamedByBank) {
			t.Errorf("it is paid twice: %v", err)
		}
		found, _ := h.suggested()
		if len(found) != 1 || found[0].Proves != banking.ProvesPayment {
			t.Fatalf("suggested %v", found)
		}
		_, err = h.accept(found[0])
		must(h, err)
		h.bookedOn("PMT-1", "2026-03-09")
	})
}

// advice is a statement's lines as the bank tells of them before.
func advice(lines ...string) []byte {
	return []byte(strings.NewReplacer("camt.053", "camt.054", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "<Stmt>",
		"<Ntfctn>",
		"</Stmt>", "</Ntfctn>").Replace(string(statement(lines...))))
}

// The same money is one line: in advice and statement, a day later, under another reference, and under ordinals.
func TestTheSameMoneyIsOneLine(t *testing.T) {
	onBoth(t, func(h *house) {
		counted := func(what string, file []byte, fresh, duplicate int) banking.BankImport {
			t.Helper()
			b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: file})
			must(h, err)
			if n, d := b.Count(); n != fresh || d != duplicate {
				t.Errorf("%s: %d new, %d duplicate, want %d and %d", what, n, d, fresh, duplicate)
			}
			b, err = h.commit(b.ID)
			must(h, err)
			return b
		}
		told := counted("advice", advice("2026-03-02 500.00 A1", "2026-03-03 -70.00 A2"), 2, 0)
		counted("statement", statement("2026-03-02 500.00 S1", "2026-03-04 -70.00 S2", "2026-03-04 -70.00 S3"), 1, 2)
		counted("the next day's statement", statement("2026-03-05 500.00 S9"), 1, 0) // the advice is used up
		counted("ordinals", statement("2026-03-08 -1.00 1", "2026-03-09 -5.00 2", "2026-03-10 -6.00 3"), 3, 0)
		counted("the same days by other ordinals", statement("2026-03-09 -5.00 1", "2026-03-10 -6.00 2",
			"2026-03-11 -5.00 3"), 1, 2)
		counted("other references within a statement's days", statement("2026-03-07 -2.00 X1", "2026-03-08 -1.00 X2",
			"2026-03-09 -5.00 X3", "2026-03-12 -9.00 X4"), 2, 2)
		must(h, h.undo(told.ID))
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			lines, err := h.lines.AllLines(ctx, tx, "1010")
			if len(lines) != 10 {
				t.Errorf("%d lines are left of those that the statements told of too", len(lines))
			}
			return err
		})
	})
}

// A file that does not join the last one is told, with what is missing; one that does is not.
func TestGapBetweenStatements(t *testing.T) {
	onBoth(t, func(h *house) {
		h.onRecord(bankFile(t, "jan.xml"))
		b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: bankFile(t, "mar.xml")})
		must(h, err)
		if g := b.Gap; g == nil || g.Known.String() != "849.00" || g.On != "2027-01-07" || g.Opening.String() != "400.00" ||
			g.Different.String() != "-449.00" {
			t.Errorf("the gap is %+v", g)
		}
		next, err := h.upload(banking.BankFile{Format: banking.CAMT,
			Content: []byte(strings.NewReplacer("400.00", "849.00", "390.00",
				"839.00").Replace(string(bankFile(t, "mar.xml"))))})
		must(h, err)
		if next.Gap != nil {
			t.Errorf("a file that joins has a gap: %+v", next.Gap)
		}
		_, err = h.commit(next.ID)
		must(h, err)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			all, err := h.lines.Differences(ctx, tx)
			if err != nil || all[0].Account != "1010" || all[0].Bank.String() != "839.00" || all[0].On != "2027-03-01" {
				t.Errorf("%+v, %v", all, err)
			}
			return err
		})
	})
}

// Rules, numbers and earlier gifts say what lines are; all of it is booked at once, and can be taken back.
func TestRulesForLines(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
			if _, err = donors.Register(ctx, tx, donors.Donor{Code: "D-77", Kind: donors.Institution, Name: "B",
				Language: "da"}); err != nil {
				return err
			}
			for _, r := range []banking.Rule{
				{Contains: "mobilepay", Direction: banking.MoneyIn, Kind: banking.ProvesGift, About: "D-77"},
				{Contains: "Gebyr", Direction: banking.MoneyOut, Kind: banking.ProvesCharge},
				{Contains: "rente", Direction: banking.MoneyIn, Kind: banking.ProvesInterest},
			} {
				if _, err := h.lines.AddRule(ctx, tx, r); err != nil {
					return err
				}
			}
			_, err = h.lines.AddRule(ctx, tx, banking.Rule{Contains: "gave", Direction: banking.MoneyOut,
				Kind: banking.ProvesGift})
			if !errors.Is(err, banking.ErrRule) {
				t.Errorf("a gift that goes out: %v", err)
			}
			return nil
		})
		csv := "date;text;amount\n2026-03-02;MobilePay 12;100,00\n2026-03-02;Bankgebyr marts;-25,00\n" +
			"2026-03-03;Rente;3,50\n2026-03-03;Rate af G1;5000,00\n2026-03-04;Gave fra d-77, " +
			"tak;200,00\n2026-03-05;Hilsen;1,00\n"
		b, err := h.upload(banking.BankFile{Format: banking.GenericCSV, Content: []byte(csv),
			Table: banking.BankTable{Separator: ";", Decimal: ","}})
		must(h, err)
		_, err = h.commit(b.ID)
		must(h, err)
		want := "gift rule 0 | charge rule 0 | interest rule 0 | instalment number 0 | gift number 0"
		if got := h.thought(); got != want {
			t.Errorf("%s", got)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			done, err := h.lines.ExplainHinted(ctx, tx, "1010")
			if done.Lines != 5 || len(done.Misfits) != 0 {
				t.Errorf("%+v", done)
			}
			return err
		})
		h.holds("4200 UNR -300.00")
		h.holds("6100 UNR 55.00")
		h.holds("4500 UNR -3.50")
		h.verified()
		if got := h.thought(); got != "" {
			t.Errorf("then %s", got)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			lines, err := h.lines.AllLines(ctx, tx, "1010")
			if err != nil {
				return err
			}
			l, err := h.lines.Undo(ctx, tx, string(lines[0].ID), "it was another donor's")
			if l.Left.Cmp(l.Amount) != 0 {
				t.Errorf("after the undoing %s is left", l.Left)
			}
			return err
		})
		if got := h.thought(); !strings.HasPrefix(got, "gift rule 0") && !strings.HasPrefix(got, "charge rule 0") {
			t.Errorf("after the undoing: %s", got)
		}
	})
}
