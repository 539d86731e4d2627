package statements

import (
	"embed"
	"fmt"
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

// ruler measures text and finds what a font cannot show. It belongs to one goroutine.
type ruler struct{ buffer sfnt.Buffer }

// check is a [*MissingGlyph] for the first character of text without a glyph, control characters among them.
func (r *ruler) check(f face, text string) error {
	for _, c := range text {
		index, err := parsed()[f].GlyphIndex(&r.buffer, c)
		if err != nil || index == 0 || c < ' ' {
			return &MissingGlyph{c, text}
		}
	}
	return nil
}

// pointMM is a typographic point in millimetres.
const pointMM = 25.4 / 72

// width of text in millimetres, set at size points. Characters without a glyph count as nothing.
func (r *ruler) width(f face, size float64, text string) float64 {
	ttf := parsed()[f]
	upem := ttf.UnitsPerEm()
	total := fixed.Int26_6(0)
	for _, c := range text {
		index, err := ttf.GlyphIndex(&r.buffer, c)
		if err != nil || index == 0 {
			continue
		}
		if advance, err := ttf.GlyphAdvance(&r.buffer, index, fixed.I(int(upem)), font.HintingNone); err == nil {
			total += advance
		}
	}
	return float64(total) / 64 / float64(upem) * size * pointMM
}

// wrap breaks text into lines no wider than width millimetres, at spaces, and inside a word that is wider than that.
func (r *ruler) wrap(f face, size, width float64, text string) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for {
			longer := strings.TrimSpace(line + " " + word)
			if r.width(f, size, longer) <= width {
				line = longer
				break
			}
			if line != "" {
				lines, line = append(lines, line), ""
				continue
			}
			head := r.fitting(f, size, width, word)
			lines = append(lines, head)
			word = word[len(head):]
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// fitting is the longest beginning of word that fits, at least one character.
func (r *ruler) fitting(f face, size, width float64, word string) string {
	end := 0
	for i, c := range word {
		next := i + len(string(c))
		if end > 0 && r.width(f, size, word[:next]) > width {
			break
		}
		end = next
	}
	return word[:end]
}

// composed writes letters and their accents as one character where there is one, which is how fonts draw them best.
func composed(text string) string { return norm.NFC.String(text) }
