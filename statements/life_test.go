package statements_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"supportledger/statements/collecting"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
	"supportledger/store"
	"supportledger/store/storetest"
)

// house is an office over fresh books with a grant G1, an education fund D1 and donors D-77 and D-78.
type house struct {
	*testing.T
	db     *store.DB
	office statements.Issuer
	who    map[string]store.Actor
	key    string // private
	public string
}

func dkk(amount string) ledger.Money {
	return ledger.Money{Amount: decimal.RequireFromString(amount), Currency: "DKK"}
}

func onBoth(t *testing.T, fn func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}
		h := &house{T: t, db: db, office: statements.Issuer{Book: book, Grants: grants.Register{Book: book}},
			who: map[string]store.Actor{}}
		var err error
		if h.key, h.public, err = proof.NewKey("example.org/books"); err != nil {
			t.Fatal(err)
		}
		h.do("", h.open)
		fn(h)
	})
}

func (h *house) open(ctx context.Context, tx *store.Tx) error {
	if err := ledger.Create(ctx, tx, h.office.Book); err != nil {
		return err
	}
	for code, r := range map[ledger.FundCode]ledger.Restriction{"UNR": ledger.Unrestricted, "D1": ledger.PurposeBound} {
		if err := h.office.Book.OpenFund(ctx, tx,
			ledger.Fund{Code: code, Name: "Education " + string(code), Restriction: r, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
	}
	for _, name := range []string{"preparer", "reviewer", "issuer"} {
		u, err := access.CreateUser(ctx, tx, name, access.FinanceOfficer)
		if err != nil {
			return err
		}
		h.who[name] = store.Actor{User: string(u.ID)}
	}
	donor, err := donors.Register(ctx, tx,
		donors.Donor{Code: "D-1", Kind: donors.Institution, Name: "Foundation A", Language: "en"})
	if err != nil {
		return err
	}
	for _, code := range []string{"D-77", "D-78"} {
		if _, err := donors.Register(ctx, tx,
			donors.Donor{Code: code, Kind: donors.Person, Language: "da"}); err != nil {
			return err
		}
	}
	policy := grants.Policy{Recognition: grants.Deferred, RateMethod: rates.OwnCurrency, FeeBearer: grants.BornByGrant,
		CurrencyBearer:   grants.BornByGrant,
		IndirectExcludes: []string{}, Interest: grants.InterestToGrantor, RefundDeMinimis: dkk("0")}
	_, err = h.office.Grants.Sign(ctx, tx,
		grants.Grant{Code: "G1", Donor: donor, Title: "Education", Amount: dkk("60000.00"), SignedOn: "2026-01-02",
			Policies: grants.Policies{policy},
			Budget:   []grants.BudgetLine{{No: "1", Text: "Study", Categories: []string{"*"}, Amount: dkk("60000.00")}}})
	if err != nil {
		return err
	}
	_, err = h.office.Grants.Receive(ctx, tx,
		grants.Receipt{Grant: "G1", On: "2026-01-05", Amount: dkk("20000.00"), Account: "1010"})
	return err
}

// do runs an act as somebody; it must succeed.
func (h *house) do(who string, act func(context.Context, *store.Tx) error) {
	h.Helper()
	if err := h.try(who, act); err != nil {
		h.Fatal(err)
	}
}

func (h *house) try(who string, act func(context.Context, *store.Tx) error) error {
	ctx := h.Context()
	if who != "" {
		ctx = store.WithActor(ctx, h.who[who])
	}
	return h.db.Update(ctx, func(tx *store.Tx) error { return act(ctx, tx) })
}

// pay books cost of a fund, with the release that a grant calls for.
func (h *house) pay(fund ledger.FundCode, on ledger.Date, account ledger.AccountNo, amount string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.office.Grants.Post(ctx, tx, ledger.Entry{Date: on, Text: "cost", Act: "payment", Lines: []ledger.Line{
			ledger.Base(account, fund, dkk(amount)), ledger.Base("1010", fund, dkk(amount).Neg())}})
		return err
	})
}

func (h *house) give(donor, number string, on ledger.Date, gross string) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		d, err := donors.Find(ctx, tx, donor)
		if err != nil {
			return err
		}
		_, err = gifts.Register{Grants: h.office.Grants}.Receive(ctx, tx,
			gifts.Gift{Number: number, Donor: d, Fund: "D1", On: on, Gross: dkk(gross), Fee: dkk("0"), Account: "1010"})
		return err
	})
}

func (h *house) collect(in collecting.Request) (v figures.Value) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		v, err = h.office.Collect(ctx, tx, in)
		return err
	})
	return v
}

// issued takes a statement through its life to its number.
func (h *house) issued(in collecting.Request, replaces string) (s statements.Statement) {
	h.Helper()
	for _, step := range []struct {
		who string
		act func(context.Context, *store.Tx) error
	}{
		{"preparer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.Prepare(ctx, tx, in, figures.English, replaces)
			return err
		}},
		{"preparer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.CheckPrivacy(ctx, tx, string(s.ID))
			return err
		}},
		{"reviewer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.Review(ctx, tx, string(s.ID))
			return err
		}},
		{"issuer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.Issue(ctx, tx, string(s.ID))
			return err
		}},
	} {
		h.do(step.who, step.act)
	}
	return s
}

// sign signs a checkpoint.
func (h *house) sign() {
	h.Helper()
	h.do("issuer", func(ctx context.Context, tx *store.Tx) error {
		c, err := proof.Signer{PrivateKey: h.key}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, c)
	})
}

// seal signs a checkpoint and seals.
func (h *house) seal(id statements.ID) (s statements.Statement) {
	h.Helper()
	h.sign()
	h.do("issuer", func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = h.office.Seal(ctx, tx, string(id))
		return err
	})
	return s
}

// Gifts are used in the order in which they came: what D-78 gave later is touched only when the gift of D-77 is used
// up, and the statements of all donors are together the fund's.
func TestDonorsStatements(t *testing.T) {
	onBoth(t, func(h *house) {
		h.give("D-77", "GIFT-1", "2026-03-03", "5000.00")
		h.give("D-77", "GIFT-2", "2026-03-05", "500.00")
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			_, err := gifts.Register{Grants: h.office.Grants}.Refund(ctx, tx, "GIFT-2", "2026-03-20")
			return err
		})
		h.pay("D1", "2026-09-15", "5120", "4200.00")
		s, ok := h.collect(collecting.Request{Subject: "D-77", To: "2026-12-31"}).(*figures.FundStatement)
		if !ok || s.Received.String() != "5000" || s.Spent.String() != "4200" || s.Closing.String() != "800" ||
			len(s.Receipts) != 3 {
			t.Errorf("D-77: %+v", s)
		}
		h.give("D-78", "GIFT-3", "2026-10-01", "1000.00")
		h.pay("D1", "2026-11-01", "5200", "1100.00")
		var spent, left decimal.Decimal
		for donor, want := range map[string]string{"D-77": "5000", "D-78": "300"} {
			s := h.collect(collecting.Request{Subject: donor,
				To: "2026-12-31"}).(*figures.FundStatement) //nolint:forcetypeassert // a donor's
			if s.Spent.String() != want {
				t.Errorf("%s spent %s, want %s", donor, s.Spent, want)
			}
			spent, left = spent.Add(s.Spent), left.Add(s.Closing)
		}
		fund := h.collect(collecting.Request{Subject: "D1",
			To: "2026-12-31"}).(*figures.FundStatement) //nolint:forcetypeassert // a fund's
		if !fund.Spent.Equal(spent) || !fund.Closing.Equal(left) {
			t.Errorf("the fund spent %s and has %s, its donors %s and %s", fund.Spent, fund.Closing, spent, left)
		}
		second := h.collect(collecting.Request{Subject: "D-77", From: "2026-10-01",
			To: "2026-12-31"}).(*figures.FundStatement) //nolint:forcetypeassert // a donor's
		if second.Opening.String() != "800" || second.Spent.String() != "800" || !second.Closing.IsZero() {
			t.Errorf("last quarter: %s − %s = %s", second.Opening, second.Spent, second.Closing)
		}
	})
}

// A cut-off entry fixes what is read, whatever is posted later.
func TestCutOff(t *testing.T) {
	onBoth(t, func(h *house) {
		h.pay("G1", "2026-02-01", "5100", "1000.00")
		before := h.collect(collecting.Request{Subject: "G1", To: "2026-12-31"})
		h.pay("G1", "2026-02-02", "5110", "77.00")
		again := h.collect(collecting.Request{Subject: "G1", To: "2026-12-31", CutOff: before.Head().CutOff})
		if again.DataHash() != before.DataHash() {
			t.Errorf("later entries changed what was read:\n%s\n%s", before.JSON("en"), again.JSON("en"))
		}
	})
}

// A statement takes three people, in order, and the database refuses what Go would not have asked for.
func TestLifeTakesThreePeople(t *testing.T) {
	onBoth(t, func(h *house) {
		h.pay("G1", "2026-02-01", "5100", "1000.00")
		var s statements.Statement
		h.do("preparer", func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = h.office.Prepare(ctx, tx, collecting.Request{Subject: "G1", To: "2026-12-31"}, figures.English, "")
			return err
		})
		id := string(s.ID)
		check := func(who string, want error, act func(context.Context, *store.Tx) error) {
			t.Helper()
			if err := h.try(who, act); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", who, err, want)
			}
		}
		review := func(ctx context.Context, tx *store.Tx) error { _, err := h.office.Review(ctx, tx, id); return err }
		issue := func(ctx context.Context, tx *store.Tx) error { _, err := h.office.Issue(ctx, tx, id); return err }
		checkIt := func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.CheckPrivacy(ctx, tx, id)
			return err
		}
		check("preparer", statements.ErrExists, func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.Prepare(ctx, tx, collecting.Request{Subject: "G1", To: "2026-12-31"}, figures.English, "")
			return err
		})
		check("reviewer", statements.ErrState, review)
		check("reviewer", access.ErrForbidden, checkIt)
		check("preparer", nil, checkIt)
		check("preparer", access.ErrMakerCannotApprove, review)
		check("issuer", statements.ErrState, issue)
		check("reviewer", nil, review)
		check("reviewer", access.ErrMakerCannotApprove, issue)
		check("preparer", access.ErrMakerCannotApprove, issue)
		for _, skip := range []string{"UPDATE statements SET state = 'ISSUED'", "UPDATE statements SET state = 'SENT'",
			"DELETE FROM statements"} {
			var refused *store.Refused
			err := h.try("issuer", func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.NewRaw(skip).Exec(ctx)
				return store.Classify(err)
			})
			if !errors.As(err, &refused) {
				t.Errorf("%s: %v", skip, err)
			}
		}
		check("issuer", nil, issue)
		check("issuer", statements.ErrNotProven,
			func(ctx context.Context, tx *store.Tx) error { _, err := h.office.Seal(ctx, tx, id); return err })
		for _, change := range []string{"value = cleared", "number = 'S-1'", "content = value", "state = 'REVIEWED'",
			"state = 'SENT'"} {
			var refused *store.Refused
			err := h.try("issuer", func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.NewRaw("UPDATE statements SET " + change).Exec(ctx)
				return store.Classify(err)
			})
			if !errors.As(err, &refused) {
				t.Errorf("%s: %v", change, err)
			}
		}
	})
}

// A correction is version 2 of the same number and names version 1, which is superseded; a withdrawal needs a reason.
func TestReplaceAndWithdraw(t *testing.T) {
	onBoth(t, func(h *house) {
		h.pay("G1", "2026-02-01", "5100", "1000.00")
		first := h.issued(collecting.Request{Subject: "G1", To: "2026-12-31"}, "")
		h.pay("G1", "2026-02-03", "5100", "5.00")
		second := h.issued(collecting.Request{}, first.Number)
		head := second.Cleared.Head()
		if second.Number != first.Number || second.Version != 2 || head.Replaces != first.Number+"/1" ||
			!strings.Contains(page.Text(second.Cleared, "en"), "replaces version 1") {
			t.Errorf("%s version %d replaces %q", second.Number, second.Version, head.Replaces)
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			old, err := h.office.ByCode(ctx, tx, statements.SpacedCode(first.Code))
			if err != nil || old.State != statements.Superseded {
				t.Errorf("the first is %s (%v)", old.State, err)
			}
			return nil
		})
		if err := h.try("issuer", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.office.Withdraw(ctx, tx, second.Number, "no")
			return err
		}); !errors.Is(err, statements.ErrReasonRequired) {
			t.Error(err)
		}
		h.do("issuer", func(ctx context.Context, tx *store.Tx) error {
			s, err := h.office.Withdraw(ctx, tx, second.Number, "issued by mistake")
			if err == nil && s.State != statements.Withdrawn {
				t.Errorf("it is %s", s.State)
			}
			return err
		})
	})
}

// An issued file proves itself with the public key alone, and no byte of it can be changed.
func TestSealedDocument(t *testing.T) {
	onBoth(t, func(h *house) {
		h.office.Address = "https://nordlys.example"
		h.pay("G1", "2026-02-01", "5100", "1000.00")
		s := h.seal(h.issued(collecting.Request{Subject: "G1", To: "2026-12-31"}, "").ID)
		found, err := sealing.Check(s.Document, h.public)
		if err != nil || found.Number != s.Number || found.Code != s.Code || found.DocumentHash != s.DocumentID {
			t.Fatalf("%+v: %v", found, err)
		}
		_, other, _ := proof.NewKey("example.org/books") // a second key
		if _, err := sealing.Check(s.Document, other); !errors.Is(err, sealing.ErrAltered) {
			t.Errorf("another key: %v", err)
		}
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // which bytes, not secrets
		for range storetest.Rounds(300, 10000) {
			at, forged := random.IntN(len(s.Document)), bytes.Clone(s.Document)
			if random.IntN(3) == 0 { // the attachments are small: look there as often
				at = len(forged) - 1 - random.IntN(len(forged)/4)
			}
			forged[at] ^= byte(1 + random.IntN(255))
			if _, err := sealing.Check(forged, h.public); !errors.Is(err, sealing.ErrAltered) {
				t.Fatalf("byte %d of %d changed from %q to %q, and it verifies (%v)", at, len(forged), s.Document[at], forged[at],
					err)
			}
		}
		for _, forged := range [][]byte{nil, s.Document[:len(s.Document)-1], append(bytes.Clone(s.Document), '\n'),
			append(bytes.Clone(s.Document), s.Document...)} {
			if _, err := sealing.Check(forged, h.public); !errors.Is(err, sealing.ErrAltered) {
				t.Errorf("%d bytes verify (%v)", len(forged), err)
			}
		}
		h.readsWell(s)
	})
}

// readsWell looks at a sealed file with programs that know nothing of us.
func (h *house) readsWell(s statements.Statement) {
	h.Helper()
	path := filepath.Join(h.TempDir(), "statement.pdf")
	if err := os.WriteFile(path, s.Document, 0o644); err != nil {
		h.Fatal(err)
	}
	if look := os.Getenv("LOOK"); look != "" {
		_ = os.WriteFile(filepath.Join(look, "sealed.pdf"), s.Document, 0o644)
	}
	for _, test := range []struct{ program, arg, want string }{
		{"qpdf", "--check", "No syntax or stream encoding errors"}, {"pdfdetach", "-list", "figures.json"},
		{"pdfdetach", "-list", "proof.json"},
	} {
		if _, err := exec.LookPath(test.program); err != nil {
			h.Skipf("%s is not installed: run make check once", test.program)
		}
		out, err := exec.Command(test.program, test.arg, path).CombinedOutput()
		if err != nil || !strings.Contains(string(out), test.want) {
			h.Errorf("%s %s: %v\n%s", test.program, test.arg, err, out)
		}
	}
	figures := filepath.Join(h.TempDir(), "figures.json")
	if out, err := exec.Command("pdfdetach", "-save", "1", "-o", figures, path).CombinedOutput(); err != nil {
		h.Errorf("pdfdetach: %v\n%s", err, out)
	}
	data, err := os.ReadFile(figures)
	if err != nil || !bytes.Equal(data, s.Cleared.JSON(s.Lang)) {
		h.Errorf("the attachment is not the figures (%v)", err)
	}
}

// Every key of a printed figure leads to lines, and in base currency they sum to it.
func TestFiguresLeadToLines(t *testing.T) {
	onBoth(t, func(h *house) {
		h.pay("G1", "2026-02-01", "5100", "1000.00")
		h.pay("G1", "2026-02-01", "6100", "30.00")
		s := h.issued(collecting.Request{Subject: "G1", To: "2026-12-31"}, "")
		for key, want := range map[string]string{"received": "20000.00", "spent": "1030.00",
			"lines.tuition.amount": "1000.00", "budget.1.to_date": "1030.00",
			"closing": "18970.00", "closing.bank.DKK": "18970.00", "budget.1.amount": "1030.00", "ledger.6100": "30.00"} {
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				f, err := h.office.Figure(ctx, tx, s, key)
				if err != nil {
					t.Errorf("%s: %v", key, err)
					return nil
				}
				lines, err := h.office.Book.Lines(ctx, tx, f.Lines, ledger.Position{}, 100)
				total := ledger.Zero("DKK")
				for _, l := range lines {
					total = total.Add(l.Base)
				}
				if f.Side == ledger.CreditSide {
					total = total.Neg()
				}
				if total.String() != want || f.Amount.String() != want {
					t.Errorf("%s: figure %s, lines %s, want %s", key, f.Amount, total, want)
				}
				return err
			})
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			if _, err := h.office.Figure(ctx, tx, s, "lines.nothing"); !errors.Is(err, collecting.ErrUnknownFigure) {
				t.Error(err)
			}
			return nil
		})
	})
}
