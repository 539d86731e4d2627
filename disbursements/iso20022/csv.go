package iso20022

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"supportledger/ledger"
)

// Profile says how a bank's CSV is written. It is stated, never guessed: 1.234 is two amounts.
type Profile struct {
	Name      string
	Separator rune
	Decimal   string            // "," or "."; the other one groups thousands and may stand between them
	Dates     []string          // layouts of [time.Parse], the first that fits
	Encoding  string            // utf-8 or iso-8859-1; a byte order mark says utf-8 in any case
	Columns   map[Column]string // by head line; those of [must] are there
	Pending   []string          // what stands in Status, or in Date, of a line that is not booked
}

// Column is what a column means.
type Column string

// The columns.
const (
	ColDate      Column = "date"
	ColValue     Column = "value_date"
	ColText      Column = "text"
	ColAmount    Column = "amount"
	ColBalance   Column = "balance"
	ColReference Column = "reference"
	ColCurrency  Column = "currency"
	ColStatus    Column = "status"
)

var must = []Column{ColDate, ColText, ColAmount}

// The profiles that come with the program, after the files that the banks' web sites give in 2026.
var (
	DanskeErhverv = Profile{Name: "danske-erhverv", Separator: ';', Decimal: ",", Dates: []string{"02.01.2006", "02-01-2006"}, Encoding: "iso-8859-1",
		Columns: map[Column]string{ColDate: "Dato", ColText: "Tekst", ColAmount: "Beløb", ColBalance: "Saldo", ColStatus: "Status"}, Pending: []string{"Venter", "Slettet"}}
	Nordea = Profile{Name: "nordea", Separator: ';', Decimal: ",", Dates: []string{"2006/01/02", "02-01-2006"}, Encoding: "utf-8",
		Columns: map[Column]string{ColDate: "Bogføringsdato", ColText: "Beskrivelse", ColAmount: "Beløb", ColBalance: "Saldo", ColCurrency: "Valuta"}, Pending: []string{"Reserveret"}}
)

// Generic is the profile of a table with columns called date, text, amount and, where there are such, value_date,
// balance, reference, currency and status. Separator and decimal mark are the caller's to say. Errors are *[Fault].
func Generic(separator rune, decimal string) (Profile, error) {
	if !slices.Contains([]rune{';', ',', '\t'}, separator) || decimal != "," && decimal != "." || string(separator) == decimal {
		return Profile{}, &Fault{"", "profile", "a separator (semicolon, comma or tab) and a decimal mark (comma or point) that differ"}
	}
	p := Profile{Name: "generic", Separator: separator, Decimal: decimal, Dates: []string{time.DateOnly}, Encoding: "utf-8", Columns: map[Column]string{}, Pending: []string{"pending"}}
	for _, c := range []Column{ColDate, ColValue, ColText, ColAmount, ColBalance, ColReference, ColCurrency, ColStatus} {
		p.Columns[c] = string(c)
	}
	return p, nil
}

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
	rows := csv.NewReader(strings.NewReader(text))
	rows.Comma, rows.FieldsPerRecord, rows.ReuseRecord = p.Separator, -1, true
	head, err := rows.Read()
	if err != nil {
		return Statement{}, unreadableCSV(err)
	}
	at, err := p.locate(head)
	if err != nil {
		return Statement{}, err
	}
	s := Statement{Currency: currency}
	for number := 1; ; number++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return p.ordered(s)
		}
		if err != nil {
			return Statement{}, unreadableCSV(err)
		}
		if number > MaxLines {
			return Statement{}, &Fault{"", "size", fmt.Sprintf("a file has at most %d lines", MaxLines)}
		}
		line, err := p.line(number, row, at, currency)
		if err != nil {
			return Statement{}, err
		}
		s.Lines = append(s.Lines, line)
	}
}

func unreadableCSV(err error) error {
	if e := (*csv.ParseError)(nil); errors.As(err, &e) {
		return &Fault{fmt.Sprintf("line %d", e.Line), "csv", "quotation marks do not pair up; download the file again"}
	}
	return &Fault{"", "empty", "the file has no head line"}
}

func (p Profile) decode(content []byte) (string, error) {
	if len(content) > MaxFileBytes {
		return "", &Fault{"", "size", fmt.Sprintf("a file has at most %d MiB", MaxFileBytes>>20)}
	}
	content, marked := bytes.CutPrefix(content, []byte("\ufeff"))
	if bytes.IndexByte(content, 0) >= 0 {
		return "", &Fault{"", "encoding", "the file is no text; save it as CSV"}
	}
	if !marked && p.Encoding == "iso-8859-1" && !utf8.Valid(content) {
		runes := make([]rune, len(content))
		for i, b := range content {
			runes[i] = rune(b)
		}
		return string(runes), nil
	}
	if !utf8.Valid(content) {
		return "", &Fault{"", "encoding", "the file is not UTF-8; save it as CSV UTF-8"}
	}
	return string(content), nil
}

// locate finds the profile's columns in the head line.
func (p Profile) locate(head []string) (map[Column]int, error) {
	at := map[Column]int{}
	for column, name := range p.Columns {
		if i := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) }); i >= 0 {
			at[column] = i
		}
	}
	for _, column := range must {
		if _, ok := at[column]; !ok {
			return nil, &Fault{"line 1", "columns", fmt.Sprintf("profile %s needs a column called %q; choose another profile or export again", p.Name, p.Columns[column])}
		}
	}
	return at, nil
}

func (p Profile) line(number int, row []string, at map[Column]int, currency ledger.Currency) (Line, error) {
	where := fmt.Sprintf("line %d", number+1)
	cell := func(c Column) string {
		if i, ok := at[c]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	l := Line{Number: number, Text: cell(ColText), Reference: cell(ColReference)}
	if got := cell(ColCurrency); got != "" && got != string(currency) {
		return l, &Fault{where, "currency", fmt.Sprintf("a line in another currency than the account's (%s)", currency)}
	}
	var err error
	if l.Amount, err = p.amount(where, cell(ColAmount), currency); err != nil {
		return l, err
	}
	if l.Pending = slices.Contains(p.Pending, cell(ColStatus)) || slices.Contains(p.Pending, cell(ColDate)); l.Pending {
		return l, nil
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

// grouped are amounts whose thousands stand in groups of three, by decimal mark.
var grouped = map[string]*regexp.Regexp{
	",": regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?$`),
	".": regexp.MustCompile(`^[-+]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?$`),
}

func (p Profile) amount(where, text string, c ledger.Currency) (ledger.Money, error) {
	bad := &Fault{where, "amount", fmt.Sprintf("an amount of %s with %q before its decimals", c, p.Decimal)}
	if len(text) > 40 || !grouped[p.Decimal].MatchString(text) {
		return ledger.Money{}, bad
	}
	group := "."
	if p.Decimal == "." {
		group = ","
	}
	number := strings.ReplaceAll(strings.ReplaceAll(text, group, ""), p.Decimal, ".")
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

func (p Profile) date(where, text string) (ledger.Date, error) {
	for _, layout := range p.Dates {
		day, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if d, err := ledger.ParseDate(day.Format(time.DateOnly)); err == nil {
			return d, nil
		}
	}
	return "", &Fault{where, "date", fmt.Sprintf("a date written like %s", p.Dates[0])}
}

// ordered turns the lines so that the balances chain, the oldest first. Where they chain in neither order, the fault
// is that of the order in which the dates stand.
func (p Profile) ordered(s Statement) (Statement, error) {
	if len(s.Lines) == 0 {
		return s, &Fault{"", "empty", "the file has no line below its head line"}
	}
	err := s.Chain()
	if err == nil && !falling(s.Lines) {
		return s, nil
	}
	turned := s
	turned.Lines = slices.Clone(s.Lines)
	slices.Reverse(turned.Lines)
	if again := turned.Chain(); again == nil {
		return turned, nil
	} else if falling(s.Lines) {
		return s, again
	}
	return s, err
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
