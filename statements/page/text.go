package page

import (
	"fmt"
	"slices"
	"strings"
	"supportledger/statements/figures"
	"unicode/utf8"
)

// textWidth is the width of the text rendering in characters: it fits a terminal and a mail.
const textWidth = 90

// Text renders a statement for a terminal, in fixed width.
func Text(v figures.Value, lang figures.Lang) string {
	p, t := paperOf(v, lang), textPage{}
	t.head(p)
	for _, b := range p.blocks {
		t.block(b)
	}
	t.foot(p)
	return t.b.String()
}

// textPage collects lines.
type textPage struct{ b strings.Builder }

func (t *textPage) line(format string, args ...any) {
	t.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (t *textPage) section(title string) {
	t.line("")
	t.line("%s", strings.ToUpper(title))
	t.line("%s", strings.Repeat("-", textWidth))
}

// pair sets one text left and one right; on two lines where one is too short for both.
func (t *textPage) pair(a, b string) { t.row(a, "", b) }

// narrow is how many characters a label has at least before it is broken beside its figures.
const narrow = 24

// row sets a label and what stands at the right edge. A label that is too long takes lines of its own above, the later
// ones after a hanging indent; a word that is too long is cut.
func (t *textPage) row(label, indent, right string) {
	room := textWidth - utf8.RuneCountInString(right)
	if room < 2+utf8.RuneCountInString(indent) || room < narrow && utf8.RuneCountInString(label) >= room {
		if label != "" {
			t.row(label, indent, "")
		}
		t.line("%s", left(right, textWidth)) // figures that are wider than the page are not broken
		return
	}
	limit := room
	if right != "" {
		limit--
	}
	for utf8.RuneCountInString(label) > limit {
		cut := lastSpace(label, limit)
		t.line("%s", label[:cut])
		label = indent + strings.TrimSpace(label[cut:])
	}
	t.line("%s%s", pad(label, room), right)
}

// wrapped sets a paragraph with a mark before its first line.
func (t *textPage) wrapped(mark, paragraph string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(mark))
	line := mark
	for _, word := range strings.Fields(paragraph) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth && strings.TrimSpace(line) != "" {
			t.line("%s", line)
			line = indent
		}
		if line != mark && line != indent {
			line += " "
		}
		line += word
	}
	t.line("%s", line)
}

func (t *textPage) head(p paper) {
	t.pair(p.organisation, p.heading)
	if p.about != "" {
		t.wrapped("", p.about)
	}
	if p.draft {
		t.line("%s", words.draftNotice.In(p.lang))
	}
	t.line("%s", strings.Repeat("=", textWidth))
	t.line("%s", strings.ToUpper(p.title))
	if p.project != "" {
		t.wrapped("", p.project)
	}
	t.line("")
	for _, fact := range p.facts {
		t.wrapped(pad(fact[0], 28), fact[1])
	}
	if p.prepared != "" {
		t.line("%s", p.prepared)
	}
	t.line("")
	for _, term := range p.terms {
		if term.sign == "=" {
			t.line("%s%s", strings.Repeat(" ", 30), strings.Repeat("-", 18))
		}
		t.line("%s%s%s", pad(pad(term.sign, 2)+term.label, 30), left(term.figure.text, 18), " "+string(p.currency))
	}
	t.line("")
	for _, sentence := range p.sentences {
		t.wrapped("", sentence)
	}
	for _, m := range p.meters {
		t.line("%s%s", pad(m.label, 30), left(p.lang.Percent(m.percent), 8))
	}
}

// block prints a table: columns up to the flexible one stand left, with its text last, the others right of it.
func (t *textPage) block(b block) {
	title := b.title
	if b.unit != "" {
		title += " (" + b.unit + ")"
	}
	t.section(title)
	if len(b.columns) > 0 && slices.ContainsFunc(b.columns,
		func(c column) bool { return c.head != "" && (c.chars > 0 || !c.right) }) {
		heads := figures.Each(b.columns, func(c column) figure { return word(c.head) })
		t.cells(b.columns, heads, "")
	}
	for _, r := range b.rows {
		if r.level == sumLevel {
			t.line("%s", strings.Repeat("-", textWidth))
		}
		indent := ""
		if r.level == costLevel {
			indent = "  "
		}
		t.cells(b.columns, r.cells, indent)
		if r.note != "" {
			t.wrapped("     ", r.note)
		}
	}
	for _, text := range b.after {
		t.wrapped("", text)
	}
}

func (t *textPage) cells(columns []column, cells []figure, indent string) {
	label, right, hanging, flexed := "", "", "  ", false
	for i, c := range columns {
		text := ""
		if i < len(cells) {
			text = cells[i].text
		}
		switch {
		case c.bar:
		case c.right:
			right += left(text, max(c.chars, utf8.RuneCountInString(text)+1))
		case flexed:
			right += pad(" "+text, c.chars)
		case c.chars > 0:
			label += pad(text, c.chars)
			hanging = pad("", utf8.RuneCountInString(label))
		default:
			label += indent + text
			flexed = true
		}
	}
	t.row(label, hanging, right)
}

// lastSpace is the byte offset of the last space among the first n characters, or of character n where there is none.
func lastSpace(s string, n int) int {
	offset, space := 0, 0
	for i, r := range s {
		if n == 0 {
			break
		}
		if r == ' ' && strings.TrimSpace(s[:i]) != "" {
			space = i
		}
		offset = i + utf8.RuneLen(r)
		n--
	}
	if space > 0 {
		return space
	}
	return offset
}

func (t *textPage) foot(p paper) {
	if len(p.notes) > 0 {
		t.section(words.notes.In(p.lang))
		for i, note := range p.notes {
			t.wrapped(pad(fmt.Sprintf("%d.", i+1), 4), note)
		}
	}
	for _, g := range p.signing {
		t.line("")
		t.wrapped("", g.confirm)
		for _, signer := range g.names {
			t.line("")
			t.line("%s", strings.Repeat("_", 44))
			t.wrapped("", signer+": "+figures.Lower(words.signHere.In(p.lang)))
		}
	}
	t.line("%s", strings.Repeat("=", textWidth))
	t.line("%s: %s", words.dataHash.In(p.lang), p.hash)
}

// pad fills s with spaces on the right to n characters.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0))
}

// left fills s with spaces on the left to n characters.
func left(s string, n int) string {
	return strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0)) + s
}
