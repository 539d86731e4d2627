package page

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"sync"
	"testing"
	"time"
)

// tool finds a program that reads PDF; the tests of `make check` have them all.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: run make check once", name)
	}
	return path
}

// written is the statement as a file.
func written(t *testing.T, s figures.Value, lang figures.Lang) string {
	t.Helper()
	pdf, err := PDF(s, lang)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "statement.pdf")
	if err := os.WriteFile(path, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// samples are the statements that the tests render: without and with a budget, two currencies, a refund, many pages, a
// draft, little.
func samples() map[string]figures.Value {
	g1Issued := figurestest.G1()
	g1Issued.Number, g1Issued.Version = "S-2026-0001", 1
	bare := figures.GrantStatement{Organisation: figures.Organisation{Name: "N"}, Grant: "G9",
		Period: figures.Period{From: "2026-01-01", To: "2026-12-31"}, Currency: "DKK", Base: "DKK"}
	bare.Total()
	three := figurestest.G2()
	three.Signatures = []figures.Signature{{Role: figures.Management, Name: "Åse Æbelø"}, {Role: figures.Treasurer},
		{Role: figures.Auditor}, {Role: figures.Management}}
	return map[string]figures.Value{"draft": figurestest.Ref(figurestest.G1()), "g1": &g1Issued, "g2": &three,
		"g3": figurestest.Ref(figurestest.G3()), "long": figurestest.Ref(figurestest.Long(40)), "bare": &bare,
		"donor": figurestest.Ref(figurestest.Donor()), "fund": figurestest.Ref(figurestest.Fund()),
		"whole": figurestest.Ref(figurestest.Whole()), "eu": figurestest.Ref(figurestest.Funder(figures.LayoutEU)),
		"pool": figurestest.Ref(figurestest.Funder(figures.LayoutStatePool))}
}

// The same value gives the same bytes, eight times, in turn and at once.
func TestPDFIsTheSameEveryTime(t *testing.T) {
	for name, s := range samples() {
		first, err := PDF(s, figures.Danish)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				again, err := PDF(s, figures.Danish)
				if err != nil || !bytes.Equal(first, again) {
					t.Errorf("%s: rendering %d differs (%v)", name, i, err)
				}
			})
			if i < 4 {
				wait.Wait()
			}
		}
		wait.Wait()
	}
}

// Every figure that text prints is found again in the PDF by a program that knows nothing of us, in both languages.
func TestPDFHoldsEveryFigure(t *testing.T) {
	figure := regexp.MustCompile(`−?[0-9][0-9.,]*[0-9]`)
	for name, s := range samples() {
		for _, lang := range figures.Langs {
			pdf := run(t, "pdftotext", "-layout", written(t, s, lang), "-")
			words := map[string]int{}
			for _, found := range figure.FindAllString(pdf, -1) {
				words[found]++
			}
			for _, want := range figure.FindAllString(Text(s, lang), -1) {
				if words[want] == 0 {
					t.Errorf("%s %s: %s is not in the PDF", name, lang, want)
				}
			}
			flat := strings.Join(strings.Fields(pdf), "")
			for _, note := range paperOf(s, lang).notes {
				if !strings.Contains(flat, strings.Join(strings.Fields(note), "")) {
					t.Errorf("%s %s: note missing: %s", name, lang, note)
				}
			}
			if (s.Head().Number == "") != strings.Contains(pdf, phraseIn(lang, "DRAFT", "UDKAST")) {
				t.Errorf("%s %s: the mark of a draft is wrong", name, lang)
			}
		}
	}
}

func phraseIn(lang figures.Lang, en, da string) string { return figures.Name{EN: en, DA: da}.In(lang) }

func TestPDFOfTheScenarios(t *testing.T) {
	g1 := run(t, "pdftotext", "-layout", written(t, figurestest.Ref(figurestest.G1()), figures.English), "-")
	for _, want := range []string{"20,000.00", "1,592.92", "2,389.38", "54.05", "4,036.35", "282.54", "4,318.89",
		"15,681.11",
		"15,601.46", "79.65", "18,000.00 NGN", "7.2%", "Page 1 of 2", "Page 2 of 2"} {
		if !strings.Contains(g1, want) {
			t.Errorf("G1: %s is missing", want)
		}
	}
	g2 := run(t, "pdftotext", "-layout", written(t, figurestest.Ref(figurestest.G2()), figures.Danish), "-")
	for _, want := range []string{"3.000,00", "281,02", "352,39", "4,83", "638,24", "2.361,76 EUR", "17.618,76",
		"17.618,73",
		"0,03", "7,4600 DKK pr. EUR", "Side 1 af 2"} {
		if !strings.Contains(g2, want) {
			t.Errorf("G2: %s is missing", want)
		}
	}
}

// Forty budget lines go over pages: each page has the head of the table, its number, and whose it is.
func TestPDFRepeatsTheHeadOfATable(t *testing.T) {
	for _, n := range []int{1, 8, 12, 13, 14, 15, 16, 17, 18, 40, 200} {
		s := figurestest.Ref(figurestest.Long(n))
		pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", written(t, s, figures.English), "-"), "\f"),
			"\f")
		budgetLine := regexp.MustCompile(`(?m)^ *[0-9]+\.[0-9] +Line [0-9]+`)
		found := 0
		for i, p := range pages {
			if !strings.Contains(p, fmt.Sprintf("Page %d of %d", i+1, len(pages))) ||
				!strings.Contains(p, "Foreningen Nordlys") {
				t.Errorf("%d lines: page %d of %d has no foot:\n%s", n, i+1, len(pages), p)
			}
			lines := budgetLine.FindAllString(p, -1)
			found += len(lines)
			if len(lines) > 0 && !strings.Contains(p, "Budget left") {
				t.Errorf("%d lines: page %d has rows without a head", n, i+1)
			}
			if regexp.MustCompile(`Used\n+ *Housing`).MatchString(p) {
				t.Errorf("%d lines: page %d begins with a cost whose budget line is on the page before", n, i+1)
			}
			if regexp.MustCompile(
				`(Spending against budget|Where the money is|Money received|Exchange rates used|Notes)[^\n]*\n+ *Foreningen`).
				MatchString(p) {
				t.Errorf("%d lines: page %d ends with a heading", n, i+1)
			}
		}
		if found != n {
			t.Errorf("%d of %d lines are in the PDF", found, n)
		}
	}
}

// box is a word on a page, in points.
type wordBox struct {
	page                   int
	left, top, right, down float64
	text                   string
}

// No word lies on another, and none beyond the margins.
func TestPDFWordsDoNotOverlap(t *testing.T) {
	for name, s := range samples() {
		for _, lang := range figures.Langs {
			boxes := wordBoxes(t, written(t, s, lang))
			if len(boxes) < 20 {
				t.Fatalf("%s: only %d words", name, len(boxes))
			}
			for i, a := range boxes {
				if a.left < sideMargin/pointMM-1 || a.right > (sideMargin+textWide)/pointMM+1 ||
					a.down > (pageHeight-bottomMargin)/pointMM+2 {
					t.Errorf("%s %s: page %d: %q stands in the margin", name, lang, a.page, a.text)
				}
				for _, b := range boxes[i+1:] {
					// half a point of play: the box of a word is a little larger than its letters
					if a.page == b.page && a.left < b.right-0.5 && b.left < a.right-0.5 && a.top < b.down-1.5 && b.top < a.down-1.5 {
						t.Errorf("%s %s: page %d: %q lies on %q", name, lang, a.page, a.text, b.text)
					}
				}
			}
		}
	}
}

func wordBoxes(t *testing.T, path string) []wordBox {
	t.Helper()
	word := regexp.MustCompile(`<word xMin="([0-9.]+)" yMin="([0-9.]+)" xMax="([0-9.]+)" yMax="([0-9.]+)">(.*)</word>`)
	var boxes []wordBox
	page := 0
	for _, line := range strings.Split(run(t, "pdftotext", "-bbox", path, "-"), "\n") {
		if strings.Contains(line, "<page ") {
			page++
		}
		if m := word.FindStringSubmatch(line); m != nil {
			number := func(i int) float64 { f, _ := strconv.ParseFloat(m[i], 64); return f }
			boxes = append(boxes, wordBox{page: page, left: number(1), top: number(2), right: number(3), down: number(4),
				text: m[5]})
		}
	}
	return boxes
}

// The file is sound, carries its fonts, and says nothing of people or machines.
func TestPDFIsSound(t *testing.T) {
	for name, s := range samples() {
		path := written(t, s, figures.English)
		run(t, "qpdf", "--check", path)
		fonts := strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")[2:]
		for _, font := range fonts {
			if !strings.HasPrefix(font, "utf8dejavu") || !regexp.MustCompile(`Identity-H +yes`).MatchString(font) {
				t.Errorf("%s: a font is not ours or not embedded: %s", name, font)
			}
		}
		info := run(t, "pdfinfo", "-isodates", path)
		for _, want := range []string{"sha256:" + s.DataHash(), string(s.Head().Kind), "supportledger",
			s.Head().Subject + " 2026-", "A4"} {
			if !strings.Contains(info, want) {
				t.Errorf("%s: %s is not in the properties:\n%s", name, want, info)
			}
		}
		p := paperOf(s, figures.English)
		created := p.created().Format(time.DateOnly)
		if !strings.Contains(info, "CreationDate:    "+created) || !strings.Contains(info, "ModDate:         "+created) {
			t.Errorf("%s: dates are not those of the statement (%s):\n%s", name, created, info)
		}
		if strings.Contains(info, "Author") || strings.Contains(info, "Education") {
			t.Errorf("%s: the properties name more than codes:\n%s", name, info)
		}
	}
}

// A character that the font cannot show is refused and named, wherever it stands.
func TestPDFRefusesWhatItCannotShow(t *testing.T) {
	for what, put := range map[string]func(*figures.GrantStatement, string){
		"project":      func(s *figures.GrantStatement, x string) { s.Project = x },
		"grantor":      func(s *figures.GrantStatement, x string) { s.Grantor.Name = x },
		"organisation": func(s *figures.GrantStatement, x string) { s.Organisation.Name = x },
		"budget line":  func(s *figures.GrantStatement, x string) { s.Budget[0].Text = x },
		"explanation":  func(s *figures.GrantStatement, x string) { s.Budget[0].Explanation = x },
		"holder":       func(s *figures.GrantStatement, x string) { s.Parts[1].Holder = x },
		"reference":    func(s *figures.GrantStatement, x string) { s.Rates[0].Ref = x },
		"note": func(s *figures.GrantStatement,
			x string) {
			s.Notes = []figures.Note{{Code: figures.NoteFree, Text: x}}
		},
		"signature": func(s *figures.GrantStatement, x string) {
			s.Signatures = []figures.Signature{{Role: figures.Treasurer, Name: x}}
		},
		"number": func(s *figures.GrantStatement, x string) { s.Number = x },
	} {
		for _, test := range []struct {
			text string
			char rune
		}{{"smile 🙂", '🙂'}, {"شكرا", 'ش'}, {"two\nlines", '\n'}, {"中", '中'}} {
			s := figurestest.G1()
			put(&s, test.text)
			_, err := PDF(&s, figures.English)
			var missing *MissingGlyph
			if !errors.As(err, &missing) || !errors.Is(err, ErrNoGlyph) || missing.Rune != test.char {
				t.Errorf("%s %q: %v", what, test.text, err)
			}
		}
	}
}

// The fonts show what our partners and donors are called, and all our own words.
func TestFontsCover(t *testing.T) {
	texts := []string{"ÆØÅæøå", "Ẹgbẹ́ Ìrànlọ́wọ́ Ṣẹ́gun ẹ̀kọ́ ọ̀rẹ́ gbogbo", "Ọzụzụ na nkwado ńṅị Ụ̀",
		"Ƙungiyar ɓauna ɗalibi ƴaƴa Ƴ Ɓ Ɗ",
		"−–—…·«»„“”‘’", "₦€£$¥", "→←↑↓", "ĄąĆćĘęŁłŃńŚśŹźŻż", "Škoda Đorđe Žižek", "Ţ Ț ș İıĞğ", "Олена Ґжицька Їжак", "Ελένη",
		"½ ² ³ § ° № ‰"}
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		texts = append(texts, v.Field(i).Field(0).String(), v.Field(i).Field(1).String())
	}
	for _, name := range figures.Names() {
		texts = append(texts, name.EN, name.DA)
	}
	var r ruler
	for _, text := range texts {
		for _, f := range faces {
			if err := r.check(f, composed(text)); err != nil {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	var r ruler
	text := "Rent, heating and deposits of the first twelve months, " +
		"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
	lines := r.wrap(regular, bodySize, 40, text)
	for _, line := range lines {
		if r.width(regular, bodySize, line) > 40 {
			t.Errorf("too wide: %q", line)
		}
	}
	if strings.ReplaceAll(strings.Join(lines, ""), " ", "") != strings.ReplaceAll(text, " ", "") {
		t.Errorf("letters were lost: %q", lines)
	}
	if got := r.wrap(regular, bodySize, 40, ""); len(got) != 1 {
		t.Errorf("nothing becomes %q", got)
	}
}

func BenchmarkPDF(b *testing.B) {
	s := figurestest.G1()
	for b.Loop() {
		if _, err := PDF(&s, figures.English); err != nil {
			b.Fatal(err)
		}
	}
}

// To look at the pages: LOOK=/tmp/look go test -run Look ./statements, then pdftoppm -r 80 -png.
func TestRenderForLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		t.Skip("LOOK names no folder")
	}
	for name, s := range samples() {
		for _, lang := range figures.Langs {
			pdf, err := PDF(s, lang)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"."+string(lang)+".pdf"), pdf, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
