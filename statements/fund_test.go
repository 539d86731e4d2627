package statements

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store/storetest"
)

func TestFundGoldens(t *testing.T) {
	for name, s := range map[string]FundStatement{"donor": donor(), "fund": fund()} {
		if err := s.Foots(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, name+".json", s.JSON(English))
		for _, lang := range Langs {
			golden(t, name+"."+string(lang)+".txt", []byte(s.Text(lang)))
		}
		read, err := Decode(s.JSON(Danish))
		if err != nil || read.DataHash() != s.DataHash() || !bytes.Equal(read.JSON(English), s.JSON(English)) {
			t.Errorf("%s: what is read back is not what was written (%v)", name, err)
		}
		forged := bytes.Replace(s.JSON(English), []byte(`"opening": "`), []byte(`"opening": "9`), 1)
		if _, err := Decode(forged); !errors.Is(err, ErrDoesNotFoot) {
			t.Errorf("%s: a forged figure was read: %v", name, err)
		}
	}
}

// Every phrase exists in both languages.
func TestNoPhraseIsMissing(t *testing.T) {
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		if v.Field(i).Field(0).String() == "" || v.Field(i).Field(1).String() == "" {
			t.Errorf("words.%s lacks a language", v.Type().Field(i).Name)
		}
	}
	for _, kind := range partKinds {
		if closingKeys[kind] == "" || placeWords[kind].da == "" || placeWords[kind].en == "" {
			t.Errorf("%s has no words or no key", kind)
		}
	}
	for _, r := range []ledger.Restriction{ledger.Unrestricted, ledger.PurposeBound, ledger.TimeBound, ledger.Endowment, ledger.BoundByGrant} {
		if restrictionWords[r].da == "" || restrictionWords[r].en == "" {
			t.Errorf("%s has no words", r)
		}
	}
	for _, key := range plainOrder {
		if categoryWords[key].da == "" || categoryWords[key].en == "" {
			t.Errorf("%s has no words", key)
		}
	}
}

// In whole units every statement still foots, and no figure is a whole unit or more off.
func TestWholeUnitsFoot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(label string) decimal.Decimal {
			return decimal.New(rapid.Int64Range(0, 5_000_000).Draw(t, label), -2)
		}
		s := GrantStatement{Organisation: nordlys, Grant: "G", Currency: "DKK", Base: "DKK", Period: Period{"2026-01-01", "2026-12-31"}, Opening: amount("opening"),
			Interest: amount("interest"), Refunded: amount("refunded")}
		for i := range rapid.IntRange(0, 6).Draw(t, "lines") {
			l := amount("line")
			s.Lines = append(s.Lines, Line{Kind: Programme, Key: string(rune('a' + i)), InPeriod: l, ToDate: l})
		}
		for range rapid.IntRange(0, 3).Draw(t, "receipts") {
			r := amount("receipt")
			s.Receipts = append(s.Receipts, Receipt{Date: "2026-02-01", Kind: Instalment, Amount: r, Base: r})
		}
		s.Total()
		s.ToDate.Received, s.ToDate.Interest, s.ToDate.Refunded = s.Received.Add(s.Opening), s.Interest, s.Refunded
		s.Parts = []Part{{Kind: AtBank, Amount: s.Closing.Sub(dec("100.37"))}, {Kind: AtPartner, Amount: dec("100.37")}}
		s.Deferred = &Deferred{s.Closing, s.Closing}
		s.Total()
		if err := s.Foots(); err != nil {
			t.Fatal(err)
		}
		w := s.InWholeUnits()
		if err := w.Foots(); err != nil {
			t.Fatal(err)
		}
		near := func(what string, a, b decimal.Decimal) {
			if !b.IsInteger() || a.Sub(b).Abs().GreaterThanOrEqual(one) {
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

// Whatever is given, given back, spent and taken back: what all gifts paid is what was spent, no gift pays more than it is,
// and what was told of a period stays true when more happens later.
func TestPoolPaysWhatIsSpent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 25).Draw(t, "events")
		var events []event
		gifts := map[*pooled]decimal.Decimal{}
		var given []*pooled
		spent, middle := decimal.Zero, ledger.Date("2026-06-30")
		for range n {
			day := ledger.Date(time.Date(2026, 1, 1+rapid.IntRange(0, 360).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
			amount := decimal.New(rapid.Int64Range(1, 100000).Draw(t, "amount"), -2)
			switch rapid.IntRange(0, 2).Draw(t, "what") {
			case 0:
				g := &pooled{donor: donors.ID(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "donor")), left: amount}
				gifts[g], given = amount, append(given, g)
				events = append(events, event{day, 0, func(p *pool) { p.receive(day, g) }})
			case 1:
				spent = spent.Add(amount)
				events = append(events, event{day, 3, func(p *pool) { p.spend(day, "therapy", amount) }})
			case 2:
				if len(given) > 0 && !gifts[given[0]].IsZero() {
					g := given[0]
					gifts[g] = decimal.Zero
					given = given[1:]
					events = append(events, event{"2026-12-31", 1, func(p *pool) { p.giveBack("2026-12-31", g) }})
				}
			}
		}
		p := play(events)
		paid := sum(p.drawn, func(d draw) decimal.Decimal { return d.amount })
		owed := sum(p.owed, func(u use) decimal.Decimal { return u.amount })
		if !paid.Add(owed).Equal(spent) {
			t.Fatalf("paid %s and owed %s of %s", paid, owed, spent)
		}
		for g, amount := range gifts {
			of := sum(p.drawn, func(d draw) decimal.Decimal {
				if d.of != g {
					return decimal.Zero
				}
				return d.amount
			})
			if g.gone && !of.IsZero() || !g.gone && !of.Add(g.left).Equal(amount) {
				t.Fatalf("a gift of %s paid %s and has %s left", amount, of, g.left)
			}
		}
		for _, donor := range []donors.ID{"a", "b"} {
			_, first := p.of(donor, Period{"2026-01-01", middle})
			before, _ := p.of(donor, Period{"2026-07-01", "2026-12-31"})
			if !first["therapy"][0].Equal(before) {
				t.Fatalf("%s: the second half-year begins with %s spent, the first ended with %s", donor, before, first["therapy"][0])
			}
		}
	})
}

// The page says its language, has headers for its tables and every figure of the text, and no script or foreign address.
func TestHTMLHasEveryFigure(t *testing.T) {
	for name, s := range samples() {
		for _, lang := range Langs {
			page, err := s.HTML(lang)
			if err != nil {
				t.Fatal(err)
			}
			text := string(page)
			for _, want := range []string{`<html lang="` + string(lang) + `">`, "<caption", `<th scope="col"`, `<th scope="row">`, s.DataHash()} {
				if !strings.Contains(text, want) && (name != "bare" || !strings.HasPrefix(want, "<th scope")) {
					t.Errorf("%s %s: no %s", name, lang, want)
				}
			}
			if strings.Contains(text, "<script") || strings.Contains(text, "http") {
				t.Errorf("%s %s: it has a script or an address", name, lang)
			}
			for _, f := range s.paper(lang).figures() {
				if !strings.Contains(text, ">"+f.text+"<") {
					t.Errorf("%s %s: %s (%s) is missing", name, lang, f.text, f.key)
				}
			}
		}
	}
}

// Two thousand lines go over pages, each with its head, its foot and the sums so far, in memory that a small machine has.
func TestManyLines(t *testing.T) {
	s := ref(long(2000))
	path := written(t, s, English)
	text := run(t, "pdftotext", "-layout", path, "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	carried, brought := strings.Count(text, "Carried forward"), strings.Count(text, "Brought forward")
	if len(pages) < 40 || carried != brought || carried < 40 {
		t.Errorf("%d pages, %d times carried, %d times brought", len(pages), carried, brought)
	}
	total := s.paper(English).lang.number(s.Spent, 2)
	if !strings.Contains(text, total) {
		t.Errorf("the total %s is missing", total)
	}
	run(t, "qpdf", "--check", path)
	var v View
	if err := json.Unmarshal(s.JSON(English), &v); err != nil || len(v.BudgetLines) != 2000 {
		t.Errorf("%d lines in the JSON (%v)", len(v.BudgetLines), err)
	}
}

// childLines is how many lines the child process of the tests below renders; not set in the parent.
const childLines = "STATEMENT_LINES"

// TestChild renders for the parent and leaves its pages where it is told to.
func TestChild(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(childLines))
	if err != nil {
		t.Skip("it is for a process of its own")
	}
	pdf, err := ref(long(n)).PDF(Danish)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("STATEMENT_FILE"), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Another process gives the same bytes, and hundreds of pages take less than 300 MB.
func TestInAProcessOfItsOwn(t *testing.T) {
	for _, n := range []int{40, storetest.Rounds(2000, 10000)} {
		path := filepath.Join(t.TempDir(), "child.pdf")
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childLines+"="+strconv.Itoa(n), "STATEMENT_FILE="+path)
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok || usage.Maxrss > 300<<10 {
			t.Errorf("%d lines took %d MB", n, usage.Maxrss>>10)
		}
		if n > 40 {
			continue
		}
		want, err := ref(long(n)).PDF(Danish)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("another process gives other bytes (%v)", err)
		}
	}
}
