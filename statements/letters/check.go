package letters

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"supportledger/statements/page"
)

// part is a field of a text with what it may hold.
type part struct {
	field        string
	text         *string
	longest      int // letters
	lines        int
	needed       bool
	placeholders []string
	numbers      bool
}

func (t *Text) parts() []part {
	return []part{
		{field: "display_name", text: &t.DisplayName, longest: 60, lines: 1},
		{field: "greeting", text: &t.Greeting, longest: 80, lines: 1, needed: true},
		{field: "salutation", text: &t.Salutation, longest: 80, lines: 1, needed: true, placeholders: []string{"{name}"}},
		{field: "thanks", text: &t.Thanks, longest: 700, lines: 12, needed: true, placeholders: []string{"{purpose}"}},
		{field: "signature", text: &t.Signature, longest: 300, lines: 6, needed: true, numbers: true},
	}
}

// check finds what a program can see of a person or a story.
func (t *Text) check() error {
	for _, p := range t.parts() {
		if f := p.check(); f != nil {
			return f
		}
	}
	return nil
}

var (
	placeholderForm = regexp.MustCompile(`\{[^}]*\}?|\}`)
	wordForm        = regexp.MustCompile(`\p{L}+`)
)

func (p part) check() *Fault {
	text := *p.text
	if text == "" {
		if p.needed {
			return &Fault{p.field, Missing, ""}
		}
		return nil
	}
	if utf8.RuneCountInString(text) > p.longest || strings.Count(text, "\n") >= p.lines {
		return &Fault{Field: p.field, What: TooLong}
	}
	for _, found := range placeholderForm.FindAllString(text, -1) {
		if !slices.Contains(p.placeholders, found) {
			return &Fault{p.field, Placeholder, found}
		}
	}
	if at := strings.IndexFunc(text, unicode.IsDigit); at >= 0 && !p.numbers {
		digit, _ := utf8.DecodeRuneInString(text[at:])
		return &Fault{p.field, Number, string(digit)}
	}
	for _, word := range wordForm.FindAllString(strings.ToLower(text), -1) {
		if onePerson[word] {
			return &Fault{p.field, OnePerson, word}
		}
	}
	var missing *page.MissingGlyph
	if err := page.Printable(strings.ReplaceAll(text, "\n", "")); errors.As(err, &missing) {
		return &Fault{p.field, Letter, string(missing.Rune)}
	}
	if p.field == "display_name" && strings.ContainsAny(text, `@<>"\`) {
		return &Fault{p.field, Letter, text[strings.IndexAny(text, `@<>"\`):][:1]}
	}
	return nil
}

// onePerson are words that a text to all donors needs only where it tells of one person.
var onePerson = setOf(
	"he she him her his hers himself herself girl boy woman man mother father daughter son sister brother child "+
		"aged pregnant victim survivor",
	"han hun ham hende hans hendes pige pigen dreng drengen kvinde kvinden mand manden mor moderen far faderen datter "+
		"datteren søn sønnen søster søsteren bror broderen barn barnet gravid offer offeret overlever overleveren årig årige")

func setOf(lists ...string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			set[word] = true
		}
	}
	return set
}
