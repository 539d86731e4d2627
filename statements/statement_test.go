package statements

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/ledger"
)

var update = flag.Bool("update", false, "rewrite the expected files of testdata")

// golden compares got with testdata/name, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestJSONGolden(t *testing.T) {
	golden(t, "g1.json", g1().JSON(English))
	golden(t, "g2.json", g2().JSON(English))
	golden(t, "ecb.json", ecb().JSON(English))
	golden(t, "g3.json", g3().JSON(Danish))
}

// The figures that the worked scenarios fix, read as a stranger's script would.
func TestFiguresOfTheScenarios(t *testing.T) {
	for _, test := range []struct {
		s    GrantStatement
		want map[string]string
	}{
		{g1(), map[string]string{"received": "20000.00", "spent": "4318.89", "closing": "15681.11", "opening": "0.00",
			"tuition": "1592.92", "stipend": "2389.38", "transfer-fees": "54.05", "indirect-costs": "282.54",
			"bank": "15601.46", "at_partner": "79.65", "rounding": "0.00"}},
		{g2(), map[string]string{"received": "3000.00", "spent": "638.24", "closing": "2361.76",
			"tuition": "281.02", "stipend": "352.39", "transfer-fees": "4.83",
			"closing_base": "17618.76", "closing_at_rate": "17618.73", "rounding": "0.03"}},
		{g3(), map[string]string{"received": "90000.00", "interest": "85.40", "spent": "65750.00", "refunded": "24335.40", "closing": "0.00"}},
	} {
		v := test.s.View(English)
		got := map[string]string{"opening": v.Opening, "received": v.Received, "interest": v.Interest, "spent": v.Spent,
			"refunded": v.Refunded, "closing": v.Closing, "closing_base": v.ClosingBase, "closing_at_rate": v.ClosingAtRate, "rounding": v.Rounding}
		for _, l := range v.Lines {
			got[l.Key] = l.Amount
		}
		for key, amount := range v.ClosingParts {
			got[key] = amount
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
	for _, s := range []GrantStatement{g1(), g2(), g3(), long(12), whole(), {}} {
		for _, lang := range Langs {
			written := s.JSON(lang)
			var read GrantStatement
			if err := json.Unmarshal(written, &read); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(written), string(read.JSON(lang))); diff != "" {
				t.Errorf("%s %s (-written +read):\n%s", s.Grant, lang, diff)
			}
			again := s
			again.Signatures = s.signatures()
			if diff := cmp.Diff(again, read, cmpopts.EquateEmpty(), cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
				t.Errorf("%s %s (-value +read):\n%s", s.Grant, lang, diff)
			}
			if *update || s.Grant == "" {
				continue
			}
			forged := bytes.Replace(written, []byte(`"grant_amount": "`), []byte(`"grant_amount": "9`), 1)
			if err := json.Unmarshal(forged, &read); !errors.Is(err, ErrDoesNotFoot) {
				t.Errorf("%s: a forged figure was read: %v", s.Grant, err)
			}
		}
	}
}

func TestJSONRefusesWhatIsNoStatement(t *testing.T) {
	for _, bad := range []string{
		`{"opening": 1}`, `{"opening": "1e9"}`, `{"opening":"0","from":"2026-02-30"}`, `[]`,
	} {
		var s GrantStatement
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// The hash is of the data: not of the language, nor of what issuing adds.
func TestDataHash(t *testing.T) {
	draft, issued := g1(), g1()
	issued.Number, issued.Version = "S-2026-0001", 2
	if draft.DataHash() != issued.DataHash() {
		t.Error("issuing changes the data hash")
	}
	digest := sha256.Sum256(draft.Canonical())
	if hex.EncodeToString(digest[:]) != draft.DataHash() {
		t.Error("the hash is not that of the canonical form")
	}
	changes := map[string]func(*GrantStatement){
		"opening":   func(s *GrantStatement) { s.Opening = dec("0.01") },
		"cut-off":   func(s *GrantStatement) { s.CutOff = "2026-000032" },
		"note":      func(s *GrantStatement) { s.Notes[0].Code = NoteImmediate },
		"free note": func(s *GrantStatement) { s.Notes[0].Text = "x" },
		"quantity":  func(s *GrantStatement) { s.Parts[1].Quantity = of("18000.01", "NGN") },
		"grantor":   func(s *GrantStatement) { s.Grantor.Name = "Foundation Å" },
		"rate":      func(s *GrantStatement) { s.Rates[0].Rate = rate("227 NGN/DKK") },
		"excluded":  func(s *GrantStatement) { s.Indirect.Excluded = nil },
	}
	for what, change := range changes {
		s := g1()
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
	for _, s := range []GrantStatement{g1(), g2(), long(6)} {
		command := exec.Command(jq, "-cjS", `del(.number,.version,.draft,.data_hash,.language) | walk(if type=="object" then del(.label) else . end)`)
		command.Stdin = bytes.NewReader(s.JSON(Danish))
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
		spoil func(*GrantStatement)
		want  string
	}{
		"a part is missing": {func(s *GrantStatement) { s.Parts = s.Parts[:1] },
			"statements: closing and its parts: 15681.11 and 15601.46 DKK, off by -79.65"},
		"spent is not the lines": {func(s *GrantStatement) { s.Spent = s.Spent.Add(dec("0.01")) },
			"statements: spent and the lines: 4318.90 and 4318.89 DKK, off by -0.01"},
		"a receipt is missing": {func(s *GrantStatement) { s.Receipts = nil },
			"statements: received and the receipts: 20000.00 and 0.00 DKK, off by -20000.00"},
		"to date": {func(s *GrantStatement) { s.ToDate.Received = dec("20000.01") },
			"statements: closing and the totals since the start of the grant: 15681.11 and 15681.12 DKK, off by 0.01"},
		"deferred grants": {func(s *GrantStatement) { s.Deferred.Amount = dec("15681.10") },
			"statements: closing and the balance of deferred grants: 15681.11 and 15681.10 DKK, off by -0.01"},
		"opening": {func(s *GrantStatement) { s.Opening = dec("1.00") },
			"statements: closing and opening + received + interest − spent − refunded: 15681.11 and 15682.11 DKK, off by 1.00"},
		"indirect": {func(s *GrantStatement) { s.Indirect.Steps[0].Base = dec("4036.50") },
			"statements: indirect costs to date and rate × base: 282.54 and 282.56 DKK, off by 0.02"},
		"indirect without calculation": {func(s *GrantStatement) { s.Indirect = nil },
			"statements: indirect costs of 282.54 DKK without their calculation"},
		"variance": {func(s *GrantStatement) { s.Budget[0].Variance = dec("0") },
			"statements: variance of budget line 1: 22407.08 and 0.00 DKK, off by -22407.08"},
		"cost outside the budget's numbers": {func(s *GrantStatement) { s.Lines[0].BudgetLine = "9" },
			`statements: cost tuition is on budget line "9", which the budget does not have`},
		"budget line twice": {func(s *GrantStatement) { s.Budget[1].No = "1" },
			`statements: budget line "1" stands twice or has no number`},
		"half an øre": {func(s *GrantStatement) { s.Granted = dec("60000.005") },
			"statements: 60000.005 has more decimals than DKK"},
		"receipt before the period": {func(s *GrantStatement) { s.Receipts[0].Date = "2025-12-31" },
			"statements: receipt of 2025-12-31 is outside the period"},
		"no period": {func(s *GrantStatement) { s.Period.To = "2025-01-01" },
			"statements: the period 2026-01-01 – 2025-01-01 is none"},
	} {
		t.Run(name, func(t *testing.T) {
			s := g1()
			test.spoil(&s)
			err := s.Foots()
			if !errors.Is(err, ErrDoesNotFoot) {
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
	s := g2()
	s.Parts[1].Amount = s.Parts[1].Amount.Add(dec("0.34")) // 0.37; nine conversions and the closing can leave 0.373
	s.Deferred.Base = s.Deferred.Base.Add(dec("0.34"))
	s.Total()
	if err := s.Foots(); err != nil {
		t.Errorf("rounding of %s: %v", s.Rounding, err)
	}
	s.Parts[1].Amount = s.Parts[1].Amount.Add(dec("0.01"))
	s.Deferred.Base = s.Deferred.Base.Add(dec("0.01"))
	s.Total()
	if err := s.Foots(); !errors.Is(err, ErrDoesNotFoot) {
		t.Errorf("rounding of %s was accepted", s.Rounding)
	}
}

// Any statement that is totalled from its facts foots, and none does after one figure moved.
func TestFootsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := g1()
		s.Indirect, s.Deferred, s.Lines = nil, nil, nil
		øre := func(label string) decimal.Decimal {
			return decimal.New(rapid.Int64Range(0, 1e9).Draw(t, label), -2)
		}
		for _, b := range append(s.Budget, BudgetLine{}) {
			spent := øre("spent")
			s.Lines = append(s.Lines, Line{Kind: Programme, Key: "tuition", BudgetLine: b.No, InPeriod: spent, ToDate: spent})
		}
		s.Receipts[0].Amount = øre("received")
		s.ToDate.Received = s.Receipts[0].Amount
		s.Total()
		s.Parts = []Part{{Kind: AtBank, Amount: s.Closing.Sub(øre("elsewhere"))}}
		s.Parts = append(s.Parts, Part{Kind: AtPartner, Amount: s.Closing.Sub(s.Parts[0].Amount)})
		s.Total()
		if err := s.Foots(); err != nil {
			t.Fatal(err)
		}
		spoiled := []*decimal.Decimal{&s.Opening, &s.Closing, &s.Spent, &s.ToDate.Spent, &s.Parts[0].Amount,
			&s.Lines[0].InPeriod, &s.Budget[0].ToDate, &s.ClosingBase, &s.Rounding}
		figure := rapid.SampledFrom(spoiled).Draw(t, "figure")
		*figure = figure.Add(dec("0.01"))
		if s.Foots() == nil {
			t.Fatal("a figure moved by an øre and nothing noticed")
		}
	})
}

// Where the calculation cannot be shown yet, the charges themselves still have to be the line.
func TestIndirectWithoutSteps(t *testing.T) {
	s := g1()
	s.Indirect.Steps = nil
	if err := s.Foots(); err != nil {
		t.Error(err)
	}
	s.Indirect.ToDate = dec("282.55")
	if err := s.Foots(); !errors.Is(err, ErrDoesNotFoot) {
		t.Errorf("charges that are not the line: %v", err)
	}
}

func TestPercentagesAreRoundedOnce(t *testing.T) {
	// 1/3 of 0.15 is 33.33…; 5/2 per mille is the half that goes away from zero.
	if got := percentOf(dec("0.0005"), dec("0.2")); !got.Decimal.Equal(dec("0.3")) {
		t.Errorf("0.25 %% is printed as %s", got.Decimal)
	}
	if got := percentOf(dec("-0.0005"), dec("0.2")); !got.Decimal.Equal(dec("-0.3")) {
		t.Errorf("-0.25 %% is printed as %s", got.Decimal)
	}
	if got := percentOf(dec("1"), decimal.Zero); got.Valid {
		t.Errorf("a share of nothing is %s", got.Decimal)
	}
}

func TestTimeUsed(t *testing.T) {
	for _, test := range []struct {
		to   ledger.Date
		want string
	}{{"2026-06-30", "16.5"}, {"2029-06-30", "100"}, {"2025-12-31", "0"}, {"2028-12-31", "100"}} {
		s := g1()
		s.Period.To = test.to
		s.Total()
		if !s.TimeUsed.Decimal.Equal(dec(test.want)) {
			t.Errorf("%s: %s %%, want %s", test.to, s.TimeUsed.Decimal, test.want)
		}
	}
}
