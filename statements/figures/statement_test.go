package figures_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func TestJSONGolden(t *testing.T) {
	figurestest.Golden(t, "g1.json", figurestest.G1().JSON(figures.English))
	figurestest.Golden(t, "g2.json", figurestest.G2().JSON(figures.English))
	figurestest.Golden(t, "ecb.json", figurestest.ECB().JSON(figures.English))
	figurestest.Golden(t, "g3.json", figurestest.G3().JSON(figures.Danish))
}

// The figures that the worked scenarios fix, read as a stranger's script would.
func TestFiguresOfTheScenarios(t *testing.T) {
	for _, test := range []struct {
		s    figures.GrantStatement
		want map[string]string
	}{
		{figurestest.G1(), map[string]string{"received": "20000.00", "spent": "4318.89", "closing": "15681.11",
			"opening": "0.00",
			"tuition": "1592.92", "stipend": "2389.38", "transfer-fees": "54.05", "indirect-costs": "282.54",
			"bank": "15601.46", "at_partner": "79.65", "rounding": "0.00"}},
		{figurestest.G2(), map[string]string{"received": "3000.00", "spent": "638.24", "closing": "2361.76",
			"tuition": "281.02", "stipend": "352.39", "transfer-fees": "4.83",
			"closing_base": "17618.76", "closing_at_rate": "17618.73", "rounding": "0.03"}},
		{figurestest.G3(), map[string]string{"received": "90000.00", "interest": "85.40", "spent": "65750.00",
			"refunded": "24335.40", "closing": "0.00"}},
	} {
		v := test.s.View(figures.English)
		got := map[string]string{"opening": v.Opening, "received": v.Received, "interest": v.Interest, "spent": v.Spent,
			"refunded": v.Refunded, "closing": v.Closing, "closing_base": v.ClosingBase, "closing_at_rate": v.ClosingAtRate,
			"rounding": v.Rounding}
		for _, l := range v.Lines {
			got[l.Key] = l.Amount
		}
		if err := json.Unmarshal(figures.Encode(v.ClosingParts), &got); err != nil {
			t.Fatal(err)
		}
		for key, want := range test.want {
			if got[key] != want {
				t.Errorf("%s %s: %s, want %s", test.s.Grant, key, got[key], want)
			}
		}
	}
}

// What is read back is what was written, and gives the same JSON and hash; a changed figure is noticed.
func TestJSONKeepsTheValue(t *testing.T) {
	for _, s := range []figures.GrantStatement{figurestest.G1(), figurestest.G2(), figurestest.G3(), figurestest.Long(12),
		figurestest.Whole(), {}} {
		for _, lang := range figures.Langs {
			written := s.JSON(lang)
			var read figures.GrantStatement
			if err := json.Unmarshal(written, &read); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(written), string(read.JSON(lang))); diff != "" {
				t.Errorf("%s %s (-written +read):\n%s", s.Grant, lang, diff)
			}
			again := s
			again.Signatures = s.Signers()
			if diff := cmp.Diff(again, read, cmpopts.EquateEmpty(), cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
				t.Errorf("%s %s (-value +read):\n%s", s.Grant, lang, diff)
			}
			if *figurestest.Update || s.Grant == "" {
				continue
			}
			forged := bytes.Replace(written, []byte(`"grant_amount": "`), []byte(`"grant_amount": "9`), 1)
			if err := json.Unmarshal(forged, &read); !errors.Is(err, figures.ErrDoesNotFoot) {
				t.Errorf("%s: a forged figure was read: %v", s.Grant, err)
			}
		}
	}
}

func TestJSONRefusesWhatIsNoStatement(t *testing.T) {
	for _, bad := range []string{
		`{"opening": 1}`, `{"opening": "1e9"}`, `{"opening":"0","from":"2026-02-30"}`, `[]`,
	} {
		var s figures.GrantStatement
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// The hash is of the data: not of the language, nor of what issuing adds.
func TestDataHash(t *testing.T) {
	draft, issued := figurestest.G1(), figurestest.G1()
	issued.Number, issued.Version = "S-2026-0001", 2
	if draft.DataHash() != issued.DataHash() {
		t.Error("issuing changes the data hash")
	}
	digest := sha256.Sum256(draft.Canonical())
	if hex.EncodeToString(digest[:]) != draft.DataHash() {
		t.Error("the hash is not that of the canonical form")
	}
	changes := map[string]func(*figures.GrantStatement){
		"opening":   func(s *figures.GrantStatement) { s.Opening = figurestest.Dec("0.01") },
		"cut-off":   func(s *figures.GrantStatement) { s.CutOff = "2026-000032" },
		"note":      func(s *figures.GrantStatement) { s.Notes[0].Code = figures.NoteImmediate },
		"free note": func(s *figures.GrantStatement) { s.Notes[0].Text = "x" },
		"quantity":  func(s *figures.GrantStatement) { s.Parts[1].Quantity = figurestest.Of("18000.01", "NGN") },
		"grantor":   func(s *figures.GrantStatement) { s.Grantor.Name = "Foundation Å" },
		"rate":      func(s *figures.GrantStatement) { s.Rates[0].Rate = figurestest.Rate("227 NGN/DKK") },
		"excluded":  func(s *figures.GrantStatement) { s.Indirect.Excluded = nil },
	}
	for what, change := range changes {
		s := figurestest.G1()
		change(&s)
		if s.DataHash() == draft.DataHash() {
			t.Errorf("the hash does not see a change of %s", what)
		}
	}
}

// A stranger finds the hash with the command that Canonical documents.
func TestDataHashWithJq(t *testing.T) {
	jq, err := exec.LookPath("jq")
	if err != nil {
		t.Skip("jq is not installed")
	}
	for _, s := range []figures.GrantStatement{figurestest.G1(), figurestest.G2(), figurestest.Long(6)} {
		command := exec.Command(jq, "-cjS",
			`del(.number,.version,.draft,.data_hash,.language) | walk(if type=="object" then del(.label) else . end)`)
		command.Stdin = bytes.NewReader(s.JSON(figures.Danish))
		got, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(s.Canonical()), string(got)); diff != "" {
			t.Errorf("%s (-canonical +jq):\n%s", s.Grant, diff)
		}
	}
}

// Each way in which a statement can fail to add up is found and named.
func TestFootsNamesTheDifference(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*figures.GrantStatement)
		want  string
	}{
		"a part is missing": {func(s *figures.GrantStatement) { s.Parts = s.Parts[:1] },
			"statements: closing and its parts: 15681.11 and 15601.46 DKK, off by -79.65"},
		"spent is not the lines": {func(s *figures.GrantStatement) { s.Spent = s.Spent.Add(figurestest.Dec("0.01")) },
			"statements: spent and the lines: 4318.90 and 4318.89 DKK, off by -0.01"},
		"a receipt is missing": {func(s *figures.GrantStatement) { s.Receipts = nil },
			"statements: received and the receipts: 20000.00 and 0.00 DKK, off by -20000.00"},
		"to date": {func(s *figures.GrantStatement) { s.ToDate.Received = figurestest.Dec("20000.01") },
			"statements: closing and the totals since the start of the grant: 15681.11 and 15681.12 DKK, off by 0.01"},
		"deferred grants": {func(s *figures.GrantStatement) { s.Deferred.Amount = figurestest.Dec("15681.10") },
			"statements: closing and the balance of deferred grants: 15681.11 and 15681.10 DKK, off by -0.01"},
		"opening": {func(s *figures.GrantStatement) { s.Opening = figurestest.Dec("1.00") },
			"statements: closing and opening + received + interest − spent − refunded: 15681.11 and 15682.11 DKK, off by 1.00"},
		"indirect": {func(s *figures.GrantStatement) { s.Indirect.Steps[0].Base = figurestest.Dec("4036.50") },
			"statements: indirect costs to date and rate × base: 282.54 and 282.56 DKK, off by 0.02"},
		"indirect without calculation": {func(s *figures.GrantStatement) { s.Indirect = nil },
			"statements: indirect costs of 282.54 DKK without their calculation"},
		"variance": {func(s *figures.GrantStatement) { s.Budget[0].Variance = figurestest.Dec("0") },
			"statements: variance of budget line 1: 22407.08 and 0.00 DKK, off by -22407.08"},
		"cost outside the budget's numbers": {func(s *figures.GrantStatement) { s.Lines[0].BudgetLine = "9" },
			`statements: cost tuition is on budget line "9", which the budget does not have`},
		"budget line twice": {func(s *figures.GrantStatement) { s.Budget[1].No = "1" },
			`statements: budget line "1" stands twice or has no number`},
		"half an øre": {func(s *figures.GrantStatement) { s.Granted = figurestest.Dec("60000.005") },
			"statements: 60000.005 has more decimals than DKK"},
		"receipt before the period": {func(s *figures.GrantStatement) { s.Receipts[0].Date = "2025-12-31" },
			"statements: receipt of 2025-12-31 is outside the period"},
		"no period": {func(s *figures.GrantStatement) { s.Period.To = "2025-01-01" },
			"statements: the period 2026-01-01 – 2025-01-01 is none"},
	} {
		t.Run(name, func(t *testing.T) {
			s := figurestest.G1()
			test.spoil(&s)
			err := s.Foots()
			if !errors.Is(err, figures.ErrDoesNotFoot) {
				t.Fatalf("Foots: %v", err)
			}
			if !bytes.Contains([]byte(err.Error()), []byte(test.want)) {
				t.Errorf("Foots:\n%v\nwant: %s", err, test.want)
			}
		})
	}
}

// Rounding between two currencies is a line of the statement only while rounding can explain it.
func TestRoundingIsBounded(t *testing.T) {
	s := figurestest.G2()
	s.Parts[1].Amount = s.Parts[1].Amount.Add(
		figurestest.Dec("0.34")) // 0.37; nine conversions and the closing can leave 0.373
	s.Deferred.Base = s.Deferred.Base.Add(figurestest.Dec("0.34"))
	s.Total()
	if err := s.Foots(); err != nil {
		t.Errorf("rounding of %s: %v", s.Rounding, err)
	}
	s.Parts[1].Amount = s.Parts[1].Amount.Add(figurestest.Dec("0.01"))
	s.Deferred.Base = s.Deferred.Base.Add(figurestest.Dec("0.01"))
	s.Total()
	if err := s.Foots(); !errors.Is(err, figures.ErrDoesNotFoot) {
		t.Errorf("rounding of %s was accepted", s.Rounding)
	}
}

// Any statement that is totalled from its facts foots, and none does after one figure moved.
func TestFootsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := figurestest.G1()
		s.Indirect, s.Deferred, s.Lines = nil, nil, nil
		øre := func(label string) decimal.Decimal {
			return decimal.New(rapid.Int64Range(0, 1e9).Draw(t, label), -2)
		}
		for _, b := range append(s.Budget, figures.BudgetLine{}) {
			spent := øre("spent")
			s.Lines = append(s.Lines, figures.Line{Kind: figures.Programme, Key: "tuition", BudgetLine: b.No, InPeriod: spent,
				ToDate: spent})
		}
		s.Receipts[0].Amount = øre("received")
		s.ToDate.Received = s.Receipts[0].Amount
		s.Total()
		s.Parts = []figures.Part{{Kind: figures.AtBank, Amount: s.Closing.Sub(øre("elsewhere"))}}
		s.Parts = append(s.Parts, figures.Part{Kind: figures.AtPartner, Amount: s.Closing.Sub(s.Parts[0].Amount)})
		s.Total()
		if err := s.Foots(); err != nil {
			t.Fatal(err)
		}
		spoiled := []*decimal.Decimal{&s.Opening, &s.Closing, &s.Spent, &s.ToDate.Spent, &s.Parts[0].Amount,
			&s.Lines[0].InPeriod, &s.Budget[0].ToDate, &s.ClosingBase, &s.Rounding}
		figure := rapid.SampledFrom(spoiled).Draw(t, "figure")
		*figure = figure.Add(figurestest.Dec("0.01"))
		if s.Foots() == nil {
			t.Fatal("a figure moved by an øre and nothing noticed")
		}
	})
}

// Where the calculation cannot be shown yet, the charges themselves still have to be the line.
func TestIndirectWithoutSteps(t *testing.T) {
	s := figurestest.G1()
	s.Indirect.Steps = nil
	if err := s.Foots(); err != nil {
		t.Error(err)
	}
	s.Indirect.ToDate = figurestest.Dec("282.55")
	if err := s.Foots(); !errors.Is(err, figures.ErrDoesNotFoot) {
		t.Errorf("charges that are not the line: %v", err)
	}
}

func TestTimeUsed(t *testing.T) {
	for _, test := range []struct {
		to   ledger.Date
		want string
	}{{"2026-06-30", "16.5"}, {"2029-06-30", "100"}, {"2025-12-31", "0"}, {"2028-12-31", "100"}} {
		s := figurestest.G1()
		s.Period.To = test.to
		s.Total()
		if !s.TimeUsed.Decimal.Equal(figurestest.Dec(test.want)) {
			t.Errorf("%s: %s %%, want %s", test.to, s.TimeUsed.Decimal, test.want)
		}
	}
}

func TestFixturesFoot(t *testing.T) {
	for name, s := range map[string]figures.GrantStatement{"g1": figurestest.G1(), "g2": figurestest.G2(),
		"g3": figurestest.G3(), "ecb": figurestest.ECB(), "long": figurestest.Long(40)} {
		if err := s.Foots(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWholeReport(t *testing.T) {
	s := figurestest.Whole()
	if err := s.Foots(); err != nil {
		t.Error(err)
	}
	figurestest.Golden(t, "whole.json", s.JSON(figures.English))
	s.Forecast.Lines[0].Base = figurestest.Dec("3000.01")
	if err := s.Foots(); err == nil || !strings.Contains(err.Error(), "commitments and those of the budget lines") {
		t.Errorf("commitments that are not those of the lines: %v", err)
	}
}

func TestFundGoldens(t *testing.T) {
	for name, s := range map[string]figures.FundStatement{"donor": figurestest.Donor(), "fund": figurestest.Fund()} {
		if err := s.Foots(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		figurestest.Golden(t, name+".json", s.JSON(figures.English))
		read, err := figures.Decode(s.JSON(figures.Danish))
		if err != nil || read.DataHash() != s.DataHash() ||
			!bytes.Equal(read.JSON(figures.English), s.JSON(figures.English)) {
			t.Errorf("%s: what is read back is not what was written (%v)", name, err)
		}
		forged := bytes.Replace(s.JSON(figures.English), []byte(`"opening": "`), []byte(`"opening": "9`), 1)
		if _, err := figures.Decode(forged); !errors.Is(err, figures.ErrDoesNotFoot) {
			t.Errorf("%s: a forged figure was read: %v", name, err)
		}
	}
}

// In whole units every statement still foots, and no figure is a whole unit or more off.
func TestWholeUnitsFoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(label string) decimal.Decimal {
			return decimal.New(rapid.Int64Range(0, 5_000_000).Draw(t, label), -2)
		}
		s := figures.GrantStatement{Organisation: figurestest.Nordlys, Grant: "G", Currency: "DKK", Base: "DKK",
			Period: figures.Period{"2026-01-01", "2026-12-31"}, Opening: amount("opening"),
			Interest: amount("interest"), Refunded: amount("refunded")}
		for i := range rapid.IntRange(0, 6).Draw(t, "lines") {
			l := amount("line")
			s.Lines = append(s.Lines, figures.Line{Kind: figures.Programme, Key: string(rune('a' + i)), InPeriod: l, ToDate: l})
		}
		for range rapid.IntRange(0, 3).Draw(t, "receipts") {
			r := amount("receipt")
			s.Receipts = append(s.Receipts, figures.Receipt{Date: "2026-02-01", Kind: figures.Instalment, Amount: r, Base: r})
		}
		s.Total()
		s.ToDate.Received, s.ToDate.Interest, s.ToDate.Refunded = s.Received.Add(s.Opening), s.Interest, s.Refunded
		s.Parts = []figures.Part{{Kind: figures.AtBank, Amount: s.Closing.Sub(figurestest.Dec("100.37"))},
			{Kind: figures.AtPartner, Amount: figurestest.Dec("100.37")}}
		s.Deferred = &figures.Deferred{s.Closing, s.Closing}
		s.Total()
		if err := s.Foots(); err != nil {
			t.Fatal(err)
		}
		w := s.InWholeUnits()
		if err := w.Foots(); err != nil {
			t.Fatal(err)
		}
		near := func(what string, a, b decimal.Decimal) {
			if !b.IsInteger() || a.Sub(b).Abs().GreaterThanOrEqual(decimal.NewFromInt(1)) {
				t.Fatalf("%s: %s became %s", what, a, b)
			}
		}
		near("received", s.Received, w.Received)
		near("spent", s.Spent, w.Spent)
		near("closing", s.Closing, w.Closing)
		for i := range s.Lines {
			near("line", s.Lines[i].InPeriod, w.Lines[i].InPeriod)
		}
	})
}
