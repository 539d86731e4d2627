package disbursements_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"supportledger/disbursements"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/store"
	"supportledger/store/storetest"
)

// hostile are names, words and tricks that somebody may type where only something neutral belongs.
var hostile = []string{"Kamala Stranger", "Trafficking survivor", "terapi maj", "Krisecenter Nord", "juju ritual",
	"asylum seeker", "<Nm>x</Nm>", "=HYPERLINK(1)", "a\r\nb", "ÆØÅ",
	"victim support", "Witch trial", "legal aid 7", "../../etc/passwd", "-cmd", "+1", "\u202eabc", "😀", "psykolog",
	"B-2026-0001"}

// What is sent out - file, name of the file, text for the payee - is made of numbers, aliases and accounts:
// nothing that people write about a disbursement is in it, whatever they write, and an alias that tells is refused
// where it is entered.
func TestNothingThatLeavesTells(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := withVault(t, newHouse(t, db))
		bankers(h)
		round := 0
		few(t, 25, func(rt *rapid.T) {
			round++
			var said []string
			words := func(label string) string {
				text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringMatching(`[A-Z][a-z]{3,9} [A-Z][a-z]{4,9}`)).Draw(rt,
					label)
				said = append(said, text)
				return text
			}
			h.TB = t
			aliased := fmt.Sprintf("ALI-%03d", round)
			alias := words("alias")
			refused := h.try("clerk", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payees.Add(ctx, tx, payees.Payee{Code: aliased, Kind: payees.PayeePerson, Alias: alias})
				return err
			})
			if telling := iso20022.Telling(alias) != "" || !iso20022.Plain(alias); telling != (refused != nil) {
				rt.Fatalf("alias %q: %v", alias, refused)
			}
			var numbers []string
			for range rapid.IntRange(1, 3).Draw(rt, "payments") {
				d := h.wrote(words("text"), rapid.SampledFrom([]string{"CLI-01", "UNI-01"}).Draw(rt, "payee"))
				must(h, h.authorised(d.Number))
				numbers = append(numbers, d.Number)
			}
			h.opened()
			batch := fmt.Sprintf("B-2026-%04d", round+1)
			must(h, h.adds(batch, numbers...))
			must(h, h.locks(batch))
			must(h, h.releases("chief", batch))
			file, err := h.exports(batch,
				rapid.SampledFrom([]paymentbatch.FileFormat{paymentbatch.Pain001File, paymentbatch.CSVFile}).Draw(rt, "format"))
			must(h, err)
			for _, text := range append(said[1:], "emergency", "P-101", "G1", "D-2026-", "clerk") {
				if text != batch && text != "-cmd" && text != "+1" && bytes.Contains(file, []byte(text)) {
					rt.Errorf("%q is in the file:\n%s", text, file)
				}
			}
			if word := iso20022.Telling(string(file)); word != "" {
				rt.Errorf("the file has the word %q:\n%s", word, file)
			}
			b, err := h.batch("finance", batch, h.batches.Reconcile)
			_ = b
			if err == nil {
				rt.Error("reconciled without the bank")
			}
		})
		var b paymentbatch.Batch
		h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
			b, err = h.batches.Batch(ctx, tx, "B-2026-0002")
			return err
		})
		if name := b.FileName(); strings.TrimSuffix(strings.TrimSuffix(name, ".xml"), ".csv") != "B-2026-0002" {
			t.Errorf("the file goes by %q", name)
		}
	})
}

// wrote is a payment whose text is somebody's.
func (h *house) wrote(text, payee string) (d disbursements.Disbursement) {
	h.Helper()
	h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = h.requests.Draft(ctx, tx,
			disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid", Account: "1010",
				Payee: payee, Amount: of("1.00", "DKK"), Date: "2026-03-02",
				Shares: shares("UNR=100"), Text: text})
		return err
	})
	return d
}

// Nothing of an account is in the database in the clear, in whichever column; a batch's file is in none.
func TestAccountsAreSealedInEveryColumn(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		h.payable("NG-77", payees.AccountGiven{BankCode: "011", Number: "0000014579", BIC: "FBNINGLA",
			Address: iso20022.Address{Town: "Benin City", Country: "NG", Lines: []string{"12 Example Road"}}})
		h.ready("UNI-01", "10.00")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		raw := stranger(t, h.db)
		for _, table := range []string{"payees", "payee_details", "payee_verifications", "payee_bindings", "payment_batches",
			"payment_batch_items", "payments", "disbursements", "audit_events",
			"duties", "bank_lines"} {
			rows, err := raw.QueryContext(t.Context(), "SELECT * FROM "+table) //nolint:gosec // names from this list
			if err != nil {
				t.Fatal(err)
			}
			columns, err := rows.Columns()
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				cells := make([]any, len(columns))
				for i := range cells {
					cells[i] = new(any)
				}
				if err := rows.Scan(cells...); err != nil {
					t.Fatal(err)
				}
				for i, cell := range cells {
					text := fmt.Sprintf("%s", *cell.(*any)) //nolint:forcetypeassert // made above
					for _, secret := range []string{"370400440532013000", "0532013000", "3000\"", "0000014579", "COBADEFF", "Hauptstr",
						"Example Road", "Benin"} {
						if strings.Contains(text, secret) {
							t.Errorf("%s.%s holds %s", table, columns[i], secret)
						}
					}
				}
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			_ = rows.Close() //nolint:sqlclosecheck // one table after the other
		}
	})
}
