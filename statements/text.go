package statements

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// textWidth is the width of the text rendering in characters: it fits a terminal and a mail.
const textWidth = 90

// Text renders the statement for a terminal, in fixed width.
func (s GrantStatement) Text(lang Lang) string {
	t := textPage{}
	t.head(&s, lang)
	t.spending(&s, lang)
	t.where(&s, lang)
	t.details(&s, lang)
	t.foot(&s, lang)
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

// row sets a label and what stands at the right edge. A label that is too long takes lines of its own above, the later
// ones after a hanging indent; a word that is too long is cut.
func (t *textPage) row(label, indent, right string) {
	room := textWidth - utf8.RuneCountInString(right)
	if room < 2+utf8.RuneCountInString(indent) {
		t.row(label, indent, "")
		label, room = "", textWidth-utf8.RuneCountInString(right)
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

func (t *textPage) head(s *GrantStatement, lang Lang) {
	t.pair(s.Organisation.Name, s.heading(lang))
	if about := s.Organisation.about(); about != "" {
		t.wrapped("", about)
	}
	if s.Draft() {
		t.line("%s", words.draftNotice.in(lang))
	}
	t.line("%s", strings.Repeat("=", textWidth))
	t.line("%s", strings.ToUpper(s.title(lang)))
	if s.Project != "" {
		t.wrapped("", s.Project)
	}
	t.line("")
	for _, fact := range s.facts(lang) {
		t.wrapped(pad(fact[0], 28), fact[1])
	}
	if prepared := s.prepared(lang); prepared != "" {
		t.line("%s", prepared)
	}
	t.line("")
	for _, term := range s.equation(lang) {
		amount := lang.amount(s.money(term.amount))
		if term.sign == "=" {
			t.line("%s%s", strings.Repeat(" ", 30), strings.Repeat("-", 18))
		}
		t.line("%s%s%s", pad(pad(term.sign, 2)+term.label, 30), left(amount, 18), " "+string(s.Currency))
	}
	t.line("")
	t.wrapped("", lang.sentence(s))
	if s.GrantUsed.Valid {
		t.line("%s%s", pad(words.moneyUsed.in(lang), 30), left(lang.percent(s.GrantUsed), 8))
	}
	if s.TimeUsed.Valid {
		t.line("%s%s", pad(words.timePassed.in(lang), 30), left(lang.percent(s.TimeUsed), 8))
	}
}

// spending prints the table against the budget; without a budget its columns are left out.
func (t *textPage) spending(s *GrantStatement, lang Lang) {
	if !s.hasBudget() {
		t.section(words.spendingPlain.in(lang) + " (" + string(s.Currency) + ")")
		t.spendLine("", words.costs.in(lang), [4]string{"", words.inPeriod.in(lang), words.toDate.in(lang), ""}, words.share.in(lang), false)
	} else {
		t.section(words.spending.in(lang) + " (" + string(s.Currency) + ")")
		t.spendLine("", words.budgetLine.in(lang), [4]string{words.budget.in(lang), words.inPeriod.in(lang), words.toDate.in(lang), words.variance.in(lang)}, words.used.in(lang), true)
	}
	for _, row := range s.spending(lang) {
		if row.level == sumLevel {
			t.line("%s", strings.Repeat("-", textWidth))
		}
		text := row.text
		if row.level == costLevel {
			text = "  " + text
		}
		t.spendLine(row.no, text, row.figures, row.percent, s.hasBudget())
		if row.note != "" {
			t.wrapped("     ", row.note)
		}
	}
}

// spendLine sets a row of the spending table; a long text takes lines of its own above the figures.
func (t *textPage) spendLine(no, text string, figures [4]string, percent string, budget bool) {
	columns := left(figures[1], 13) + left(figures[2], 13)
	if budget {
		columns = left(figures[0], 13) + columns + left(figures[3], 13)
	}
	columns += left(percent, 8)
	if budget {
		t.row(pad(no, 4)+text, "    ", columns)
		return
	}
	t.row(text, "  ", columns)
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

func (t *textPage) where(s *GrantStatement, lang Lang) {
	t.section(words.whereMoney.in(lang) + " (" + string(s.Base) + ")")
	for _, row := range s.places(lang) {
		if row.level == sumLevel {
			t.line("%s", strings.Repeat("-", textWidth))
		}
		t.row(row.text, "  ", left(row.quantity, 20)+left(row.amount, 18))
	}
	if text := s.commitmentsText(lang); text != "" {
		t.line("%s", text)
	}
}

func (t *textPage) details(s *GrantStatement, lang Lang) {
	t.section(words.receipts.in(lang) + " (" + string(s.Currency) + ")")
	if len(s.Receipts) == 0 {
		t.line("%s", words.noMoney.in(lang))
	}
	for _, r := range s.Receipts {
		rate := ""
		if !r.Rate.IsZero() {
			rate = lang.rate(r.Rate) + " = " + lang.quantity(s.inBase(r.Base))
		}
		t.row(pad(lang.shortDate(r.Date), 13)+s.receiptText(lang, r), pad("", 13), left(rate, 40)+left(lang.amount(s.money(r.Amount)), 16))
	}
	if s.Indirect != nil {
		t.section(words.indirect.in(lang) + " (" + string(s.Base) + ")")
		for _, row := range s.indirectRows(lang) {
			t.row(row.text, "  ", left(row.amount, 18))
		}
		if text := s.excluded(lang); text != "" {
			t.wrapped("", text)
		}
	}
	if len(s.Rates) > 0 {
		t.section(words.rates.in(lang))
		for _, r := range s.Rates {
			t.row(pad(lang.shortDate(r.Date), 13)+pad(lang.rateUse(r.Use), 30)+r.Ref, pad("", 43), left(lang.rate(r.Rate), 24))
		}
	}
}

func (t *textPage) foot(s *GrantStatement, lang Lang) {
	if notes := s.footnotes(lang); len(notes) > 0 {
		t.section(words.notes.in(lang))
		for i, note := range notes {
			t.wrapped(pad(fmt.Sprintf("%d.", i+1), 4), note)
		}
	}
	t.line("")
	t.wrapped("", words.confirm.in(lang))
	for _, sign := range s.signatures() {
		t.line("")
		t.line("%s", strings.Repeat("_", 44))
		t.wrapped("", joined(lang.role(sign.Role), sign.Name)+": "+lower(words.signHere.in(lang)))
	}
	t.line("%s", strings.Repeat("=", textWidth))
	t.line("%s: %s", words.dataHash.in(lang), s.DataHash())
}

// pad fills s with spaces on the right to n characters.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0))
}

// left fills s with spaces on the left to n characters.
func left(s string, n int) string {
	return strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0)) + s
}
