package disbursements_test

import (
	"context"
	"strings"
	"testing"

	"supportledger/disbursements/banking"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
)

// oneLine is a statement of one line in kroner, names.xml with other values: way is DBIT or CRDT, details what the bank
// tells of it.
func oneLine(t *testing.T, way, reference, details string) []byte {
	t.Helper()
	const said = "<NtryDtls><TxDtls><RmtInf><Ustrd>Betaling PMT-002, ref. kontor</Ustrd></RmtInf></TxDtls></NtryDtls>"
	file := string(bankFile(t, "names.xml"))
	if !strings.Contains(file, said) {
		t.Fatal("the file says something else")
	}
	closing := map[string]string{"DBIT": "600.00", "CRDT": "1200.00"}[way]
	return []byte(strings.NewReplacer(said, "<NtryDtls>"+details+"</NtryDtls>", ">DBIT<", ">"+way+"<", ">TW01<",
		">"+reference+"<", ">600.00<", ">"+closing+"<").Replace(file))
}

// What the bank booked as one sum, under the name of a batch or of its part, is the payments of that batch.
func TestABatchBookedAsOneSum(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		for _, amount := range []string{"100.00", "200.00"} {
			h.ready("CLI-01", amount)
		}
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		for name, details := range map[string]string{
			"the part":  "<Btch><PmtInfId>B-2026-0001.1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>",
			"the batch": "<Btch><MsgId>B-2026-0001</MsgId></Btch>",
			"in the details": "<TxDtls><Refs><PmtInfId>b-2026-0001.1</PmtInfId><EndToEndId>NOTPROVIDED</EndToEndId></Refs>" +
				"</TxDtls>",
		} {
			b := h.onRecord(oneLine(t, "DBIT", "R1", details))
			if got := h.thought(); got != "PMT-001+PMT-002 payment end_to_end_id 0" {
				t.Errorf("%s: %s", name, got)
			}
			must(h, h.undo(b.ID))
		}
		h.onRecord(oneLine(t, "DBIT", "R1", "<Btch><PmtInfId>B-2026-0001.1</PmtInfId></Btch>"))
		if got := h.sure(); got != "2" {
			t.Errorf("confirmed %s", got)
		}
		h.verified()
	})
}

// Who gave from an account once is known by it again. The account itself is not kept: only a fingerprint by our key.
func TestGiversAreKnownByTheirAccount(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		worked(h)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := donors.Register(ctx, tx, donors.Donor{Code: "D-77", Kind: donors.Institution, Name: "B", Language: "da"})
			return err
		})
		const account = "DE89370400440532013000"
		from := func(reference, number string) []byte {
			return oneLine(t, "CRDT", reference, "<TxDtls><RltdPties><DbtrAcct><Id><IBAN>"+number+"</IBAN></Id></DbtrAcct>"+
				"</RltdPties><RmtInf><Ustrd>Hilsen</Ustrd></RmtInf></TxDtls>")
		}
		first := h.onRecord(from("R1", account))
		if got := h.thought(); got != "" {
			t.Errorf("of a stranger it is thought %s", got)
		}
		must(h, h.explains(banking.Explanation{Line: string(first.Lines[0].Line), Kind: banking.ProvesGift, About: "D-77"}))
		h.onRecord(from("R2", "DE89 3704 0044 0532 0130 00"))
		if got := h.thought(); got != "gift payer 0" {
			t.Errorf("then %s", got)
		}
		h.onRecord(from("R3", "DE75512108001245126199"))
		if got := h.thought(); got != "gift payer 0" {
			t.Errorf("of another account: %s", got)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			done, err := h.lines.ExplainHinted(ctx, tx, "1010")
			if done.Lines != 1 || len(done.Misfits) != 0 {
				t.Errorf("%+v", done)
			}
			return err
		})
		h.holds("4200 UNR -600.00")
		h.verified()
	})
}

// Money between two accounts of ours is one entry, whichever bank tells of it first; each line is explained by it, and
// taken back alone.
func TestTransfersBetweenOurAccounts(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			if err := h.requests.Book.AddAccount(ctx, tx, ledger.Account{Number: "1011", Path: "assets:bank:dkk:savings",
				Type: ledger.Asset, NameEN: "Savings", NameDA: "Opsparing"}); err != nil {
				return err
			}
			for _, r := range []banking.Rule{
				{Contains: "opsparing", Direction: banking.MoneyOut, Account: "1010", Kind: banking.ProvesTransfer, About: "1011"},
				{Contains: "fra drift", Direction: banking.MoneyIn, Account: "1011", Kind: banking.ProvesTransfer, About: "1010"}} {
				if _, err := h.lines.AddRule(ctx, tx, r); err != nil {
					return err
				}
			}
			return nil
		})
		read := func(account ledger.AccountNo, row string) {
			h.do("finance", func(ctx context.Context, tx *store.Tx) error {
				b, err := h.lines.Upload(ctx, tx, banking.BankFile{Account: account, Format: banking.GenericCSV,
					Content: []byte("date;text;amount\n" + row), Table: banking.BankTable{Separator: ";", Decimal: ","}})
				if err != nil {
					return err
				}
				if _, err = h.lines.CommitImport(ctx, tx, b.ID); err != nil {
					return err
				}
				done, err := h.lines.ExplainHinted(ctx, tx, account)
				if done.Lines != 1 || len(done.Misfits) != 0 {
					h.Errorf("%s: %+v", account, done)
				}
				return err
			})
		}
		read("1010", "2026-03-02;Til Opsparing;-250,00\n")
		h.holds("1011 UNR 250.00")
		read("1011", "2026-03-03;Fra drift;250,00\n")
		h.holds("1011 UNR 250.00") // the same money
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			lines, err := h.lines.AllLines(ctx, tx, "1011")
			if err != nil || len(lines) != 1 || !lines[0].Left.IsZero() {
				h.Errorf("%v, %v", lines, err)
				return err
			}
			l, err := h.lines.Undo(ctx, tx, string(lines[0].ID), "it was another transfer")
			if err == nil && l.Left.Cmp(l.Amount) != 0 {
				h.Errorf("after the undoing %s is left", l.Left)
			}
			return err
		})
		h.holds("1011 UNR 250.00") // the other line still tells of it
		h.verified()
	})
}
