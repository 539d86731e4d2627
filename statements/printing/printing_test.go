package printing_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/printing"
	"supportledger/store"
	"supportledger/store/storetest"
)

// giver is a donor of the test with what is kept of her.
type giver struct {
	code, language string
	delivery       donors.Delivery
	sealed         map[donors.Field]string
}

var givers = []giver{
	{"D-1", "da", donors.ByPost, map[donors.Field]string{donors.Name: "Zq Kanari",
		donors.Address: "Prøvevej 1\n8000 Aarhus C"}},
	{"D-2", "en", donors.ByPost, map[donors.Field]string{donors.Name: "Yx Canary",
		donors.Address: "1 Trial Road, London"}},
	{"D-3", "da", donors.ByPost, map[donors.Field]string{donors.Name: "Uden Adresse"}},
	{"D-4", "da", donors.ByEmail, map[donors.Field]string{donors.Email: "bounces@example.org",
		donors.Address: "Prøvevej 4, 8000 Aarhus C"}},
	{"D-5", "da", donors.ByEmail, map[donors.Field]string{donors.Email: "arrives@example.org",
		donors.Address: "Prøvevej 5, 8000 Aarhus C"}},
	{"D-6", "da", donors.NoDelivery, map[donors.Field]string{donors.Address: "Prøvevej 6, 8000 Aarhus C"}},
}

// office is a run over books with those donors.
type office struct {
	*testing.T
	db     *store.DB
	people *vault.Vault
	who    map[string]store.Actor
	run    statements.RunID
}

// Send refuses mail to one address for good.
func (*office) Send(_ context.Context, m statements.Mail) error {
	if strings.HasPrefix(m.To, "bounces") {
		return &statements.MailFailure{Code: 550, Forever: true}
	}
	return nil
}

func (o *office) as(who string, act func(context.Context, *store.Tx, statements.Issuer) error) {
	o.Helper()
	ctx := o.Context()
	if who != "" {
		ctx = store.WithActor(ctx, o.who[who])
	}
	if err := o.db.Update(ctx, func(tx *store.Tx) error {
		open, err := statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
		if err != nil {
			return err
		}
		return act(ctx, tx, open)
	}); err != nil {
		o.Fatal(err)
	}
}

func opened(t *testing.T, db *store.DB) *office {
	t.Helper()
	storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
	o := &office{T: t, db: db, people: vaulttest.New(t), who: map[string]store.Actor{}}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return o.fill(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	o.as("issuer", func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
		_, err := open.SetLetterhead(ctx, tx, statements.Letterhead{Registration: "CVR 12345678",
			Address: "Havnegade 1, 8000 Aarhus C", Contact: "post@nordlys.example"})
		return err
	})
	return o
}

func (o *office) fill(ctx context.Context, tx *store.Tx) error {
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}
	if err := ledger.Create(ctx, tx, book); err != nil {
		return err
	}
	for _, name := range []string{"preparer", "reviewer", "issuer"} {
		u, err := access.CreateUser(ctx, tx, name, access.FinanceOfficer)
		if err != nil {
			return err
		}
		o.who[name] = store.Actor{User: string(u.ID)}
	}
	if err := book.OpenFund(ctx, tx, ledger.Fund{Code: "UNR", Name: "Where it is needed most",
		Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
		return err
	}
	register := gifts.Register{Grants: grants.Register{Book: book}}
	for _, g := range givers {
		d, err := donors.Register(ctx, tx, donors.Donor{Code: g.code, Kind: donors.Person, Language: g.language,
			Delivery: g.delivery})
		if err != nil {
			return err
		}
		if _, err := donors.Seal(ctx, tx, o.people, g.code, g.sealed); err != nil {
			return err
		}
		amount, err := ledger.ParseMoney("1200.00", "DKK")
		if err != nil {
			return err
		}
		if _, err := register.Receive(ctx, tx, gifts.Gift{Number: "GIFT-" + g.code, Donor: d, Fund: "UNR", On: "2026-03-03",
			Gross: amount, Fee: ledger.Zero("DKK"), Account: "1010"}); err != nil {
			return err
		}
	}
	return nil
}

// step takes a step of the run for all.
func (o *office) step(who string, step statements.RunStep) {
	o.Helper()
	if step != statements.RunPrepare {
		o.as(who, func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
			_, err := open.AskStep(ctx, tx, o.run, step)
			return err
		})
	}
	runner := &statements.Runner{DB: o.db, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
	}}
	if err := runner.All(o.Context(), o.run, step, nil); err != nil {
		o.Fatal(err)
	}
}

// delivered takes the run up to the mails, and sends them.
func (o *office) delivered() {
	o.Helper()
	o.as("preparer", func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
		run, err := open.StartRun(ctx, tx, statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-01-01",
			To: "2026-12-31"})
		o.run = run.ID
		return err
	})
	o.step("preparer", statements.RunPrepare)
	o.step("reviewer", statements.RunReview)
	o.step("issuer", statements.RunIssue)
	o.as("", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		key, _, err := proof.NewKey("example.org/books")
		if err != nil {
			return err
		}
		c, err := proof.Signer{PrivateKey: key}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, c)
	})
	o.step("issuer", statements.RunSeal)
	o.step("issuer", statements.RunDeliver)
	var mails []statements.DeliveryID
	o.as("", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		return tx.NewRaw("SELECT id FROM statement_deliveries").Scan(ctx, &mails)
	})
	man := &statements.Postman{DB: o.db, Vault: o.people, Mailer: o, Issuer: func(ctx context.Context,
		tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
	}}
	for _, id := range mails {
		if err := man.Work(o.Context(), statements.DeliveryJob{Delivery: id}); err != nil {
			o.Fatal(err)
		}
	}
}

// printed is the zip of a print, and its list by donor.
func (o *office) printed(all bool) (files []string, bodies map[string][]byte, became map[string]string) {
	o.Helper()
	var out bytes.Buffer
	printer := printing.Printer{DB: o.db, Vault: o.people, By: o.who["issuer"]}
	if err := printer.Run(o.Context(), o.run, all, &out); err != nil {
		o.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		o.Fatal(err)
	}
	bodies, became = map[string][]byte{}, map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			o.Fatal(err)
		}
		if bodies[f.Name], err = io.ReadAll(r); err != nil {
			o.Fatal(err)
		}
		files = append(files, f.Name)
	}
	rows, err := csv.NewReader(bytes.NewReader(bodies["print.csv"])).ReadAll()
	if err != nil {
		o.Fatal(err)
	}
	for _, r := range rows[1:] {
		became[r[1]] = r[6]
	}
	return files, bodies, became
}

// text is what a PDF says.
func (o *office) text(pdf []byte) string {
	o.Helper()
	file := filepath.Join(o.TempDir(), "f.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		o.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").CombinedOutput()
	if err != nil {
		o.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// openings counts how often somebody was opened for a letter.
func (o *office) openings() (n int) {
	o.Helper()
	o.as("", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		return tx.NewRaw("SELECT COUNT(*) FROM audit_events WHERE action = 'donor.opened' AND reason LIKE 'Letter with%'").
			Scan(ctx, &n)
	})
	return n
}

// TestPrintRun prints for those who want post or whose mail did not arrive, each in her own language, in print order,
// with name and address on the letter alone; asked for again it prints only who got none.
func TestPrintRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := opened(t, db)
		o.delivered()
		o.step("issuer", statements.RunPrint)
		files, bodies, became := o.printed(false)
		if !slices.IsSorted(files[:len(files)-1]) || len(files) != 7 {
			t.Errorf("files %v", files)
		}
		if o.openings() != 3 {
			t.Errorf("%d openings, want 3", o.openings())
		}
		for code, want := range map[string]string{"D-1": "printed", "D-2": "printed", "D-4": "printed"} {
			if became[code] != want {
				t.Errorf("%s: %q", code, became[code])
			}
		}
		number := strings.TrimSuffix(strings.TrimPrefix(files[1], "000001-2-"), ".pdf")
		danish, english := o.text(bodies[files[0]]), o.text(bodies[files[2]])
		for _, want := range []string{"Zq Kanari", "Prøvevej 1", "8000 Aarhus C", "Kære Zq Kanari", "CVR 12345678",
			"Dit regnskab " + number, "1.200,00", "Venlig hilsen", "Where it is needed most"} {
			if !strings.Contains(danish, want) {
				t.Errorf("the letter does not say %q:\n%s", want, danish)
			}
		}
		if !strings.Contains(english, "Dear Yx Canary") || !strings.Contains(english, "1 Trial Road") {
			t.Errorf("the second is not in English:\n%s", english)
		}
		statement := o.text(bodies[files[1]])
		if strings.Contains(statement, "Kanari") || !strings.Contains(statement, "D-1") {
			t.Errorf("the sealed statement has a name:\n%s", statement)
		}
		if look := os.Getenv("LOOK"); look != "" {
			for _, f := range files {
				_ = os.WriteFile(filepath.Join(look, f), bodies[f], 0o600)
			}
		}
		o.outcomes(map[string]error{"D-3": statements.ErrNoAddress, "D-5": statements.ErrByEmail,
			"D-6": statements.ErrNotByPost})

		// Who got none is tried again, once there is an address; nobody else is.
		o.as("", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
			_, err := donors.Seal(ctx, tx, o.people, "D-3", map[donors.Field]string{donors.Address: "Nyvej 3, 8000 Aarhus C"})
			return err
		})
		storetest.ClockOf(db).Set(time.Date(2027, 1, 21, 9, 0, 0, 0, time.UTC))
		o.step("issuer", statements.RunPrint)
		if files, _, became := o.printed(false); len(files) != 3 || became["D-3"] != "printed" {
			t.Errorf("the second time: %v, %v", files, became)
		}
		if files, _, _ := o.printed(true); len(files) != 9 {
			t.Errorf("all: %v", files)
		}
	})
}

// outcomes holds who was refused in the step, and why.
func (o *office) outcomes(want map[string]error) {
	o.Helper()
	o.as("", func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
		all, err := open.Outcomes(ctx, tx, statements.OutcomeFilter{Run: o.run, Step: statements.RunPrint, Refused: true})
		got := map[string]string{}
		for _, a := range all {
			got[a.Subject] = a.Refusal
		}
		for code, err := range want {
			if got[code] != err.Error() {
				o.Errorf("%s: %q, want %q", code, got[code], err)
			}
		}
		if len(got) != len(want) {
			o.Errorf("refused: %s", fmt.Sprint(got))
		}
		return err
	})
}

// TestReceipt says what was given, to what, and by whom it was received, in the donor's language; a gift that was paid
// back says so and nobody is thanked for it.
func TestReceipt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := opened(t, db)
		receipt := func(number string, lang figures.Lang) (text string) {
			o.as("", func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
				_, pdf, err := printing.Receipts{Issuer: open, Lang: lang}.Gift(ctx, tx, number)
				if look := os.Getenv("LOOK"); look != "" {
					_ = os.WriteFile(filepath.Join(look, "receipt.pdf"), pdf, 0o600)
				}
				text = o.text(pdf)
				return err
			})
			return text
		}
		for lang, want := range map[figures.Lang][]string{"": {"Kvittering for din gave",
			"GIFT-D-1", "3. marts 2026", "1.200,00",
			"Where it is needed most", "Foreningen Nordlys, CVR 12345678", "Tak for din støtte"},
			figures.English: {"Receipt for your gift", "3 March 2026", "1,200.00", "D-1"}} {
			text := receipt("GIFT-D-1", lang)
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("%q: it does not say %q:\n%s", lang, w, text)
				}
			}
			if strings.Contains(text, "Kanari") {
				t.Errorf("it has a name:\n%s", text)
			}
		}
		o.as("issuer", func(ctx context.Context, tx *store.Tx, open statements.Issuer) error {
			_, err := gifts.Register{Grants: open.Grants}.Refund(ctx, tx, "GIFT-D-1", "2026-04-01")
			return err
		})
		if text := receipt("GIFT-D-1", ""); !strings.Contains(text, "Betalt tilbage") || strings.Contains(text, "Tak for") {
			t.Errorf("after it was paid back:\n%s", text)
		}
	})
}
