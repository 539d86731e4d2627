package iso20022

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// Read reads one account's lines from CSV. Files with the newest line first are turned around where the balances say
// so. The currency is the account's; a line that names another is refused. Errors are *[Fault], or the reader's own.
func (p Profile) Read(r io.Reader, currency ledger.Currency) (Statement, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return Statement{}, err
	}
	text, err := p.decode(content)
	if err != nil {
		return Statement{}, err
	}
	s, at, number := Statement{Currency: currency}, map[Column]int(nil), 0
	if p.Columns == nil {
		if at, err = p.placed(); err != nil {
			return Statement{}, err
		}
	}
	row := 0
	for written := range strings.Lines(text) {
		row++
		cells, err := p.split(strings.TrimRight(written, "\r\n"), row)
		if err != nil {
			return Statement{}, err
		}
		if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue // an empty row of a spreadsheet
		}
		if at == nil {
			if at, err = p.locate(cells, row); err != nil {
				return Statement{}, err
			}
			continue
		}
		if number++; number > MaxLines {
			return Statement{}, &Fault{"", "size", fmt.Sprintf("a file has at most %d lines", MaxLines)}
		}
		line, err := p.line(number, row, cells, at, currency)
		if err != nil {
			return Statement{}, err
		}
		s.Lines = append(s.Lines, line)
	}
	if at == nil {
		return Statement{}, &Fault{"", "empty", "the file has no head line"}
	}
	return p.ordered(s)
}

// split takes a row apart. A quotation mark that does not begin a field is a letter, and so is one that no other ends
// before the next separator; a field that is not ended on its row is refused, since no bank breaks lines in fields.
func (p Profile) split(row string, number int) ([]string, error) {
	var cells []string
	separator := string(p.Separator)
	for rest := row; ; {
		cell, after, quoted := unquote(rest, separator)
		if !quoted {
			if strings.HasPrefix(rest, `"`) && !strings.Contains(rest[1:], `"`) {
				return nil, &Fault{fmt.Sprintf("line %d", number), "csv", fmt.Sprintf("column %d begins with a quotation mark "+
					"that nothing ends on this line; take that mark out, and leave the rest as it is", len(cells)+1)}
			}
			var more bool
			if cell, after, more = strings.Cut(rest, separator); !more {
				return append(cells, cell), nil
			}
			cells, rest = append(cells, cell), after
			continue
		}
		cells = append(cells, cell)
		if after == "" {
			return cells, nil
		}
		rest = after[len(separator):]
	}
}

// unquote reads a field in quotation marks at the start of a row's rest; after begins with the separator, or is empty.
func unquote(rest, separator string) (cell, after string, ok bool) {
	if !strings.HasPrefix(rest, `"`) {
		return "", "", false
	}
	for i := 1; i < len(rest); i++ {
		if rest[i] != '"' {
			continue
		}
		if after = rest[i+1:]; after == "" || strings.HasPrefix(after, separator) {
			return strings.ReplaceAll(rest[1:i], `""`, `"`), after, true
		}
		if after[0] != '"' {
			return "", "", false
		}
		i++
	}
	return "", "", false
}

func (p Profile) decode(content []byte) (string, error) {
	if len(content) > MaxFileBytes {
		return "", &Fault{"", "size", fmt.Sprintf("a file has at most %d MiB", MaxFileBytes>>20)}
	}
	content, marked := bytes.CutPrefix(content, []byte("\ufeff"))
	if bytes.IndexByte(content, 0) >= 0 {
		return "", &Fault{"", "encoding", "the file is no text; save it as CSV"}
	}
	if start := bytes.TrimLeft(content, " \t\r\n"); bytes.HasPrefix(start, []byte("<?xml")) {
		return "", &Fault{"", "format", "this is XML; upload it with the profile camt"}
	} else if bytes.HasPrefix(start, []byte(":20:")) || bytes.HasPrefix(start, []byte("{1:")) {
		return "", &Fault{"", "format", "this is MT940 (SWIFT); upload it with the profile mt940"}
	}
	if !marked && p.Encoding == "windows-1252" && !utf8.Valid(content) {
		return windows1252(content), nil
	}
	if !utf8.Valid(content) {
		return "", &Fault{"", "encoding", "the file is not UTF-8; say encoding=windows-1252, or save it as CSV UTF-8"}
	}
	return string(content), nil
}

// upper1252 are the letters of Windows-1252 where ISO 8859-1 has none.
var upper1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// windows1252 reads bytes as Windows does in Europe; ISO 8859-1 is a part of that.
func windows1252(content []byte) string {
	runes := make([]rune, len(content))
	for i, b := range content {
		if runes[i] = rune(b); b >= 0x80 && b < 0xa0 {
			runes[i] = upper1252[b-0x80]
		}
	}
	return string(runes)
}

// placed is where the columns of a file without a head line are.
func (p Profile) placed() (map[Column]int, error) {
	at := map[Column]int{}
	for i, c := range p.Places {
		if c != "" {
			at[c] = i
		}
	}
	return at, p.complete(at, 1)
}

// locate finds the profile's columns in the head line.
func (p Profile) locate(head []string, row int) (map[Column]int, error) {
	if len(p.Places) > 0 {
		return p.placed()
	}
	at := map[Column]int{}
	for column, names := range p.Columns {
		for i, h := range head {
			named := func(name string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }
			if !slices.ContainsFunc(names, named) {
				continue
			}
			if _, twice := at[column]; twice {
				return nil, &Fault{fmt.Sprintf("line %d", row), "columns",
					fmt.Sprintf("two columns are called %s; leave one", strings.Join(names, " or "))}
			}
			at[column] = i
		}
	}
	return at, p.complete(at, row)
}

// complete wants the columns without which there is no line.
func (p Profile) complete(at map[Column]int, row int) error {
	_, in := at[ColIn]
	_, out := at[ColOut]
	for _, column := range []Column{ColDate, ColText, ColAmount} {
		if _, ok := at[column]; ok || column == ColAmount && in && out {
			continue
		}
		name := string(column)
		if names := p.Columns[column]; len(names) > 0 {
			name = strings.Join(names, " or ")
		}
		return &Fault{fmt.Sprintf("line %d", row), "columns", fmt.Sprintf("profile %s needs a column called %q; choose "+
			"another profile, or generic with the columns named in order", p.Name, name)}
	}
	return nil
}

func (p Profile) line(number, row int, cells []string, at map[Column]int, currency ledger.Currency) (Line, error) {
	where := fmt.Sprintf("line %d", row)
	cell := func(c Column) string {
		if i, ok := at[c]; ok && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	l := Line{Number: number, Text: cell(ColText), Reference: cell(ColReference)}
	if got := cell(ColCurrency); got != "" && !strings.EqualFold(got, string(currency)) {
		return l, &Fault{where, "currency", fmt.Sprintf("a line in another currency than the account's (%s)", currency)}
	}
	var err error
	if l.Amount, err = p.moved(where, cell, currency); err != nil {
		return l, err
	}
	_, told := at[ColStatus]
	if l.Pending, err = p.pending(where, cell(ColStatus), cell(ColDate), told); err != nil || l.Pending {
		return l, err
	}
	if l.BookedOn, err = p.date(where, cell(ColDate)); err != nil {
		return l, err
	}
	if text := cell(ColValue); text != "" {
		if l.ValueOn, err = p.date(where, text); err != nil {
			return l, err
		}
	}
	if text := cell(ColBalance); text != "" {
		balance, err := p.amount(where, text, currency)
		if err != nil {
			return l, err
		}
		l.Balance = &balance
	}
	return l, nil
}

// moved is the amount of a row: of its one column, or of the two for money in and out.
func (p Profile) moved(where string, cell func(Column) string, c ledger.Currency) (ledger.Money, error) {
	in, out := cell(ColIn), cell(ColOut)
	switch {
	case in == "" && out == "":
		return p.amount(where, cell(ColAmount), c)
	case in != "" && out != "":
		return ledger.Money{}, &Fault{where, "amount", "money in and money out on one line"}
	case in != "":
		return p.amount(where, in, c)
	}
	m, err := p.amount(where, out, c)
	return m.Abs().Neg(), err
}

// pending reports whether a line is announced only. A word that is none of the profile's is refused: nobody knows what
// it means for the money.
func (p Profile) pending(where, status, day string, told bool) (bool, error) {
	is := func(text string) func(string) bool {
		return func(word string) bool { return strings.EqualFold(word, text) }
	}
	switch {
	case slices.ContainsFunc(p.Pending, is(day)), told && slices.ContainsFunc(p.Pending, is(status)):
		return true, nil
	case !told, slices.ContainsFunc(p.Booked, is(status)):
		return false, nil
	}
	return false, &Fault{where, "status",
		fmt.Sprintf("the status is none that profile %s knows: %s are booked, %s are not",
			p.Name, strings.Join(p.Booked, ", "), strings.Join(p.Pending, ", "))}
}

// grouped are amounts whose thousands stand in groups of three, by decimal mark.
var grouped = map[string]*regexp.Regexp{
	",": regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)(,[0-9]+)?$`),
	".": regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,3}( [0-9]{3})+)(\.[0-9]+)?$`),
}

// stored are numbers as spreadsheets store them, which no person writes: with an exponent, or seventeen digits.
var stored = regexp.MustCompile(`^[-+]?[0-9]+([.,][0-9]+)?[eE][-+]?[0-9]{1,2}$|^[-+]?[0-9]+[.,][0-9]{12,}$`)

// noise is how far a stored number may lie from a whole minor unit: what a spreadsheet's arithmetic leaves.
var noise = decimal.New(1, -6)

func (p Profile) amount(where, text string, c ledger.Currency) (ledger.Money, error) {
	bad := &Fault{where, "amount", fmt.Sprintf("an amount of %s with %q before its decimals", c, p.Decimal)}
	text = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "−", "-").Replace(text)
	if digits, after := strings.CutSuffix(text, "-"); after && !strings.HasPrefix(text, "-") {
		text = "-" + digits // as older systems write it
	}
	if len(text) > 40 {
		return ledger.Money{}, bad
	}
	if stored.MatchString(text) {
		return p.stored(text, c, bad)
	}
	if !grouped[p.Decimal].MatchString(text) {
		return ledger.Money{}, bad
	}
	group := "."
	if p.Decimal == "." {
		group = ","
	}
	number := strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, group, ""), " ", ""), p.Decimal, ".")
	digits, negative := strings.CutPrefix(number, "-")
	m, err := ledger.ParseMoney(plain(digits), c)
	if err != nil {
		return ledger.Money{}, bad
	}
	if negative {
		m = m.Neg()
	}
	return m, nil
}

// stored reads a number as a spreadsheet stores it: the whole minor unit that it is a rounding error away from.
func (p Profile) stored(text string, c ledger.Currency, bad error) (ledger.Money, error) {
	if other := strings.Trim(",.", p.Decimal); strings.Contains(text, other) {
		return ledger.Money{}, bad
	}
	exact, err := decimal.NewFromString(strings.Replace(text, p.Decimal, ".", 1))
	if err != nil || exact.Exponent() > 20 {
		return ledger.Money{}, bad
	}
	near := exact.Round(2)
	if near.Sub(exact).Abs().GreaterThan(noise) {
		return ledger.Money{}, bad
	}
	m, err := ledger.ParseMoney(plain(near.Abs().String()), c)
	if err != nil {
		return ledger.Money{}, bad
	}
	if near.Sign() < 0 {
		m = m.Neg()
	}
	return m, nil
}

func (p Profile) date(where, text string) (ledger.Date, error) {
	day, _, _ := strings.Cut(text, " ") // some write the hour beside it
	for _, layout := range p.Dates {
		parsed, err := time.Parse(layout, day)
		if err != nil {
			continue
		}
		if d, err := ledger.ParseDate(parsed.Format(time.DateOnly)); err == nil {
			return d, nil
		}
	}
	return "", &Fault{where, "date", fmt.Sprintf("a day written as %s", written(p.Dates[0]))}
}

// ordered turns the lines so that the balances chain, the oldest first. Where they chain in neither order, the fault
// is that of the order in which the dates stand.
func (p Profile) ordered(s Statement) (Statement, error) {
	if len(s.Lines) == 0 {
		return s, &Fault{"", "empty", "the file has no line below its head line"}
	}
	err := s.Chain()
	if err == nil && !falling(s.Lines) {
		return s.closed(), nil
	}
	turned := s
	turned.Lines = slices.Clone(s.Lines)
	slices.Reverse(turned.Lines)
	if again := turned.Chain(); again == nil {
		return turned.closed(), nil
	} else if falling(s.Lines) {
		return s, again
	}
	return s, err
}

// closed takes opening and closing balance from those beside the lines.
func (s Statement) closed() Statement {
	for _, l := range s.Lines {
		if l.Pending {
			continue
		}
		if s.Opening == nil && l.Balance != nil && s.Closing == nil {
			s.Opening = &Balance{l.Balance.Sub(l.Amount), l.BookedOn}
		} else if s.Opening == nil {
			return s // the first line has none: nothing says what was before
		}
		if l.Balance == nil {
			continue
		}
		s.Closing = &Balance{*l.Balance, l.BookedOn}
	}
	return s
}

// falling reports whether the lines stand newest first.
func falling(lines []Line) bool {
	var first, last ledger.Date
	for _, l := range lines {
		if l.BookedOn == "" {
			continue
		}
		if first == "" {
			first = l.BookedOn
		}
		last = l.BookedOn
	}
	return first > last
}
