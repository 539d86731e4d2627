package page

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The fonts are DejaVu Sans Condensed, cut to the letters of European names and of Yoruba, Igbo and Hausa: see
// assets/subset.sh for how, and assets/LICENSE-DejaVu.txt.
//
//go:embed assets/dejavu-*.ttf
var assets embed.FS

// face is one of the three fonts.
type face string

const (
	regular face = "regular"
	bold    face = "bold"
	oblique face = "oblique"
)

var faces = []face{regular, bold, oblique}

// bytes is the font file.
func (f face) bytes() []byte {
	data, err := assets.ReadFile("assets/dejavu-" + string(f) + ".ttf")
	if err != nil {
		panic(fmt.Sprintf("statements: font %s is not in the binary: %v", f, err))
	}
	return data
}

// parsed are the fonts, read once; a [sfnt.Font] may be used from many goroutines.
var parsed = sync.OnceValue(func() map[face]*sfnt.Font {
	all := make(map[face]*sfnt.Font, len(faces))
	for _, f := range faces {
		font, err := sfnt.Parse(f.bytes())
		if err != nil {
			panic(fmt.Sprintf("statements: font %s cannot be read: %v", f, err))
		}
		all[f] = font
	}
	return all
})

// ErrNoGlyph is returned for a text with a character that the fonts do not have; [*MissingGlyph] names it.
var ErrNoGlyph = errors.New("statements: character outside the font")

// MissingGlyph is a character that the fonts of the PDF cannot show.
type MissingGlyph struct {
	Rune rune
	Text string // in which it stands
}

func (m *MissingGlyph) Error() string {
	return fmt.Sprintf("statements: %q (U+%04X) in %q is outside the font", m.Rune, m.Rune, m.Text)
}

// Unwrap makes errors.Is(err, ErrNoGlyph) true.
func (m *MissingGlyph) Unwrap() error { return ErrNoGlyph }

// Missing is the first letter of a text that no face of the paper can show; false where there is none.
func Missing(text string) (rune, bool) {
	var r ruler
	for _, f := range faces {
		var missing *MissingGlyph
		if errors.As(r.check(f, composed(text)), &missing) {
			return missing.Rune, true
		}
	}
	return 0, false
}

// tabled is up to which rune advances stand in a table: all of Latin, Greek and Cyrillic, and the signs of money and
// lists.
const tabled = 0x2300

// advances are the widths of a face's characters, in 1/64 of its units; -1 for none.
type advances [tabled]fixed.Int26_6

// measured are the tables of all faces. A statement asks for each of its letters several times.
var measured = sync.OnceValue(func() map[face]*advances {
	all := make(map[face]*advances, len(faces))
	var buffer sfnt.Buffer
	for _, f := range faces {
		table := new(advances)
		for c := range table {
			table[c] = advanceOf(&buffer, f, rune(c))
		}
		all[f] = table
	}
	return all
})

// advanceOf asks the font.
func advanceOf(buffer *sfnt.Buffer, f face, c rune) fixed.Int26_6 {
	ttf := parsed()[f]
	index, err := ttf.GlyphIndex(buffer, c)
	if err != nil || index == 0 || c < ' ' {
		return -1
	}
	advance, err := ttf.GlyphAdvance(buffer, index, fixed.I(int(ttf.UnitsPerEm())), font.HintingNone)
	if err != nil {
		return 0
	}
	return advance
}

// ruler measures text and finds what a font cannot show. It belongs to one goroutine.
type ruler struct{ buffer sfnt.Buffer }

func (r *ruler) advance(f face, c rune) fixed.Int26_6 {
	if c >= 0 && c < tabled {
		return measured()[f][c]
	}
	return advanceOf(&r.buffer, f, c)
}

// check is a [*MissingGlyph] for the first character of text without a glyph, control characters among them.
func (r *ruler) check(f face, text string) error {
	for _, c := range text {
		if r.advance(f, c) < 0 {
			return &MissingGlyph{c, text}
		}
	}
	return nil
}

// Printable is a [*MissingGlyph] for a text with a character that a PDF cannot show.
func Printable(text string) error { return new(ruler).check(regular, text) }

// pointMM is a typographic point in millimetres.
const pointMM = 25.4 / 72

// measure is the width of text in 1/64 of the font's units. Characters without a glyph count as nothing.
func (r *ruler) measure(f face, text string) fixed.Int26_6 {
	total := fixed.Int26_6(0)
	for _, c := range text {
		total += max(r.advance(f, c), 0)
	}
	return total
}

// inMM is a measure in millimetres, set at size points.
func inMM(f face, size float64, of fixed.Int26_6) float64 {
	return float64(of) / 64 / float64(parsed()[f].UnitsPerEm()) * size * pointMM
}

// width of text in millimetres, set at size points.
func (r *ruler) width(f face, size float64, text string) float64 {
	return inMM(f, size, r.measure(f, text))
}

// wrap breaks text into lines no wider than width millimetres, at spaces, and inside a word that is wider than that.
func (r *ruler) wrap(f face, size, width float64, text string) []string {
	if inMM(f, size, r.measure(f, text)) <= width && !strings.Contains(text, "  ") {
		return []string{strings.TrimSpace(text)} // most texts
	}
	var lines []string
	line, long, space := "", fixed.Int26_6(0), r.measure(f, " ")
	for _, word := range strings.Fields(glued(text)) {
		word = strings.ReplaceAll(word, glue, " ")
		for {
			wide := r.measure(f, word)
			switch {
			case line == "" && inMM(f, size, wide) <= width:
				line, long = word, wide
			case line != "" && inMM(f, size, long+space+wide) <= width:
				line, long = line+" "+word, long+space+wide
			case line != "":
				lines, line = append(lines, line), ""
				continue
			default:
				head := r.fitting(f, size, width, word)
				lines = append(lines, head)
				if word = word[len(head):]; word != "" {
					continue
				}
			}
			break
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// glue holds the words of an amount together while a text is broken into lines. It is printed in no text.
const glue = "\uE000"

var amountForm = regexp.MustCompile(`\b([A-Z]{3}) (\d)|(\d) (kr\.|[A-Z]{3}\b|%)`)

// glued has no space within an amount: a line never ends between 4.250,00 and kr.
func glued(text string) string { return amountForm.ReplaceAllString(text, "$1$3"+glue+"$2$4") }

// fitting is the longest beginning of word that fits, at least one character.
func (r *ruler) fitting(f face, size, width float64, word string) string {
	end, wide := 0, fixed.Int26_6(0)
	for i, c := range word {
		if wide += max(r.advance(f, c), 0); end > 0 && inMM(f, size, wide) > width {
			break
		}
		end = i + len(string(c))
	}
	return word[:end]
}

// composed writes letters and their accents as one character where there is one, which is how fonts draw them best.
func composed(text string) string { return norm.NFC.String(text) }
