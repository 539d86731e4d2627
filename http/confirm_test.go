package http_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// caseFile is an input that somebody found a fault with.
func caseFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("testdata/cases/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// posts sends a body under a key of its own.
func posts(t *testing.T, c *apitest.Client, path, body string) apitest.Answer {
	t.Helper()
	return c.In(t).With("Idempotency-Key", store.NewID("key")).Post(path, body)
}

// asked sends a body that is asked about, and then again with a reason for each question.
func asked(t *testing.T, c *apitest.Client, path, body string, codes ...string) {
	t.Helper()
	refused := posts(t, c, path, body)
	refused.Problem(422, "confirmation_required")
	reasons := make([]string, len(codes))
	for i, code := range codes {
		if !strings.Contains(string(refused.Body), `"/confirm/`+code+`"`) {
			t.Errorf("%s: it is not asked for %s: %s", path, code, refused.Body)
		}
		reasons[i] = fmt.Sprintf("%q:%q", code, "the board has seen it and means it")
	}
	short := strings.TrimSuffix(strings.TrimSpace(body), "}") + `,"confirm":{"` + codes[0] + `":"yes"}}`
	posts(t, c, path, short).Problem(422, "validation_failed")
	meant := strings.TrimSuffix(strings.TrimSpace(body), "}") + `,"confirm":{` + strings.Join(reasons, ",") + "}}"
	if dry := posts(t, c, path+"?dry_run=true", meant); dry.Status != 200 {
		t.Errorf("%s: with reasons: %d %s", path, dry.Status, dry.Body)
	}
	posts(t, c, path, meant).Want(201)
}

// TestABankLineInAnotherCurrency holds that such a line is booked with the rate that the caller sends, to the smallest
// unit of the line, and that a rate that is probably a slip is asked about.
func TestABankLineInAnotherCurrency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := monthBooks(t, db)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			giver, err := donors.Find(t.Context(), tx, "D-78")
			if err != nil {
				return err
			}
			for code, how := range map[string]grants.Recognition{"G2": grants.Deferred} {
				if _, err = (grants.Register{Book: ledger.Book{Base: "DKK", General: "UNR"}}).Sign(t.Context(), tx,
					grants.Grant{Code: code, Donor: giver, Title: code, Amount: ledger.OfMinor(6_000_000, "EUR"),
						SignedOn: "2026-01-02", Policies: grants.Policies{{Recognition: how, RateMethod: rates.ReceiptRate,
							FeeBearer: grants.BornByGrant, CurrencyBearer: grants.BornByGrant,
							Interest: grants.InterestToGrantor, RefundDeMinimis: ledger.Zero("EUR")}}}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		chief := c.As(db, "chief", access.Treasurer)
		posts(t, chief, "/grants/G2/instalments", `{"date":"2026-01-08","account":"1020","rate":"7.4601 DKK/EUR",`+
			`"amount":{"amount":"1.00","currency":"EUR"}}`).Want(201)
		line := func(account, amount string) string {
			var l struct{ ID string }
			posts(t, chief, "/bank-lines", fmt.Sprintf(`{"account":%q,"date":"2026-01-09","amount":%q,"reference":"X"}`, account,
				amount)).Want(201).Into(&l)
			return "/bank-lines/" + l.ID
		}
		said := func(at, rate string) apitest.Answer {
			return posts(t, chief, at+"/explanations", `{"kind":"instalment","about":"G2"`+rate+`}`)
		}
		at := line("1020", "1000.00")
		said(at, "").Problem(422, "fx_rate_missing")
		said(at, `,"rate":"746.01 DKK/EUR"`).Problem(422, "confirmation_required")
		if seen := posts(t, chief, at+"/explanations?dry_run=true",
			`{"kind":"instalment","about":"G2","rate":"7.4601 DKK/EUR"}`); seen.Status != 200 {
			t.Errorf("what it would book: %d %s", seen.Status, seen.Body)
		}
		said(at, `,"rate":"7.4601 DKK/EUR"`).Want(201)
		var l struct{ Left struct{ Amount string } }
		posts(t, chief, at+"/undos", `{"reason":"it was of another grant"}`).Want(200).Into(&l)
		if l.Left.Amount != "1000.00" {
			t.Errorf("taken back, %s is left", l.Left.Amount)
		}
		said(at, `,"rate":"7.4601 DKK/EUR"`).Want(201)
		at = line("1010", "7461.37") // the bank changed 1,000.00 EUR
		said(at, `,"rate":"7.46 DKK/EUR"`).Problem(422, "bank_difference")
		said(at, `,"rate":"7.46137 DKK/EUR"`).Want(201)
	})
}

// What is probably a slip is asked about, over all routes of its kind, and taken with a reason that stays on record.
func TestSlipsAreAskedAbout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := monthBooks(t, db)
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			giver, err := donors.Find(t.Context(), tx, "D-78")
			if err != nil {
				return err
			}
			_, err = grants.Register{Book: ledger.Book{Base: "DKK", General: "UNR"}}.Sign(t.Context(), tx, grants.Grant{
				Code: "G2", Donor: giver, Title: "G2", Amount: ledger.OfMinor(6_000_000, "EUR"), SignedOn: "2026-01-02",
				Policies: grants.Policies{{Recognition: grants.Deferred, RateMethod: rates.ReceiptRate,
					FeeBearer: grants.BornByGrant, CurrencyBearer: grants.BornByGrant, Interest: grants.InterestToGrantor,
					RefundDeMinimis: ledger.Zero("EUR")}}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		chief := c.As(db, "chief", access.Treasurer)
		entry := caseFile(t, "10-date-far-off.entry.json")
		asked(t, chief, "/journal-entries", entry, "date_far_ahead")
		asked(t, chief, "/journal-entries", strings.Replace(entry, "2062-01-20", "1900-02-28", 1), "date_before_fund")
		asked(t, chief, "/gifts", `{"donor":"D-77","fund":"UNR","date":"2062-01-20",`+
			`"gross":"10.00","account":"1010"}`, "date_far_ahead")
		day := "2026-01-20"
		right := strings.NewReplacer("2027-01-20", day, "746.01", "7.4601").Replace(
			caseFile(t, "14-rate-off-by-a-hundred.instalment.json"))
		posts(t, chief, "/grants/G2/instalments", right).Want(201)
		for _, name := range []string{"instalment", "inverted"} {
			asked(t, chief, "/grants/G2/instalments",
				strings.Replace(caseFile(t, "14-rate-off-by-a-hundred."+name+".json"), "2027-01-20", day, 1), "rate_far_off")
			// The wrong one is the newest now.
			posts(t, chief, "/grants/G2/instalments", strings.Replace(right, "1000.00", "1001.00", 1)).Want(422)
			asked(t, chief, "/grants/G2/instalments", strings.Replace(right, "1000.00", "1002.00", 1), "rate_far_off")
		}
		posts(t, chief, "/donors", caseFile(t, "17-donor-name-outside-the-font.donor.json")).Problem(422, "validation_failed")
		asked(t, chief, "/donors", `{"code":"d-77","kind":"institution","language":"en","name":"Another"}`,
			"donor_looks_alike")
		posts(t, chief, "/payees", `{"code":"CLI-01","kind":"clinic","alias":"House One"}`).Want(201)
		asked(t, chief, "/payees", `{"code":"CLI01","kind":"clinic","alias":"House Two"}`, "payee_looks_alike")
		asked(t, chief, "/payees", `{"code":"CLI-02","kind":"clinic","alias":"HOUSE  one"}`, "payee_looks_alike")
		posts(t, chief, "/payees", `{"code":"LAW-01","kind":"lawyer","alias":"House Three"}`).Want(201)
		details := `{"registration_number":"0040","account_number":"0440116243"}`
		chief.In(t).Post("/payees/CLI-01/bank-details", details).Want(201)
		chief.In(t).Post("/payees/LAW-01/bank-details", details).Problem(422, "confirmation_required")
		chief.In(t).Post("/payees/LAW-01/bank-details", strings.Replace(details, "}",
			`,"confirm":{"payee_account_shared":"the clinic collects for the lawyer"}}`, 1)).Want(201)
		posts(t, chief, "/bank-accounts",
			`{"account":"1010","name":"Example","iban":"DK4200400440116290","bic":"DABADKKK"}`).Want(201)
		chief.In(t).Post("/payees/LAW-01/bank-details", strings.Replace(details, "6243", "6290", 1)).
			Problem(422, "payee_own_account")
		events := string(c.As(db, "eyes", access.Auditor).Get("/audit-events?limit=200").Want(200).Body)
		if n := strings.Count(events, `"question.confirmed"`); n < 8 || !strings.Contains(events, "means it") {
			t.Errorf("%d reasons on record: %s", n, events)
		}
	})
}
