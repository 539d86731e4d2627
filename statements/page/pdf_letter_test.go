package page

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"supportledger/statements/figures"
	"testing"
)

// window is what an envelope shows of a sheet, in millimetres from its left and upper edges.
type window struct{ left, top, right, bottom float64 }

// envelope has a window, which shows an address of so many lines.
type envelope struct {
	window
	lines int
}

// The windows of the envelopes that letters are sent in. A DIN 5008 letter of form B has its address field 20 mm from
// the left, 45 mm from the top, 85 by 45 mm. The others are what Nordic makers of window envelopes publish for C5 and
// C6/5; their window is lower and wider.
var envelopes = map[string]envelope{"DIN 5008 form B": {window{20, 45, 105, 90}, 6},
	"C5": {window{15, 44, 120, 79}, 6}, "C6/5": {window{15, 39, 115, 74}, 5}}

var boxes = regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<`)

// wordsOf are the words of a page with where they stand.
func wordsOf(t *testing.T, pdf []byte) map[string]window {
	t.Helper()
	file := filepath.Join(t.TempDir(), "letter.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-bbox", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	const point = 25.4 / 72
	found := map[string]window{}
	for _, m := range boxes.FindAllStringSubmatch(string(out), -1) {
		var at [4]float64
		for i := range at {
			if at[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
				t.Fatal(err)
			}
			at[i] *= point
		}
		found[m[5]] = window{at[0], at[1], at[2], at[3]}
	}
	return found
}

func (w window) holds(x window) bool {
	return x.left >= w.left && x.top >= w.top && x.right <= w.right && x.bottom <= w.bottom
}

func (w window) touches(x window) bool {
	return x.left < w.right && x.right > w.left && x.top < w.bottom && x.bottom > w.top
}

// TestLetterFitsTheWindow prints an address of six lines: what an envelope has room for stands in its window, and
// nothing but it and the sender's line does.
func TestLetterFitsTheWindow(t *testing.T) {
	to := []string{"Window0a Window0b", "Window1", "Window2", "Window3", "Window4", "Window5"}
	l := Letter{Lang: figures.Danish, Organisation: figures.Organisation{Name: "Sender0", Address: "Sender1",
		Registration: "CVR 12345678", Contact: "post@nordlys.example"}, To: to, On: "2027-01-20", About: "D-1",
		Heading: "Dit regnskab", Salutation: "Kære Zq Kanari", Above: []string{"Tak for din støtte."},
		Rows: []LetterRow{{Label: "Brugt", Text: "0,00"}}, Unit: "DKK", Signature: "Venlig hilsen"}
	pdf, err := LetterPDF(l)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for word, at := range wordsOf(t, pdf) {
		for name, w := range envelopes {
			line, isLine := strings.CutPrefix(word, "Window")
			if isLine && int(line[0]-'0') < w.lines {
				inside++
				if !w.holds(at) {
					t.Errorf("%s: %s stands at %.1f, outside %v", name, word, at, w.window)
				}
			} else if !isLine && !strings.HasPrefix(word, "Sender") && word != "·" && w.touches(at) {
				t.Errorf("%s: %q stands in the window, at %.1f", name, word, at)
			}
		}
	}
	if want := 7 + 7 + 6; inside != want {
		t.Errorf("%d words were held against the windows, not %d", inside, want)
	}
	for range 20 {
		l.To = append(l.To, "one line too many")
	}
	if _, err := LetterPDF(l); !errors.Is(err, ErrNotInWindow) {
		t.Errorf("an address of %d lines: %v", len(l.To), err)
	}
}
