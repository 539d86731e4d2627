package iso20022

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"supportledger/ledger"
)

// ReadMT940 reads statements as SWIFT writes them (MT940): balances, lines and their texts, in any order of accounts.
// Errors are *[Fault], or the reader's own.
func ReadMT940(r io.Reader, lean func(*Line)) ([]Statement, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(content) > MaxFileBytes {
		return nil, &Fault{"", "size", fmt.Sprintf("a file has at most %d MiB", MaxFileBytes>>20)}
	}
	text := strings.TrimPrefix(string(content), "\ufeff")
	if !utf8.Valid(content) {
		text = windows1252(content)
	}
	m := mt940{lean: lean}
	for row := range strings.Lines(text) {
		m.row++
		if err := m.take(strings.TrimRight(row, "\r\n")); err != nil {
			return nil, err
		}
	}
	return m.finish()
}

// mt940 reads a file, a field at a time: a field begins with its tag and goes on over the rows without one.
type mt940 struct {
	lean  func(*Line)
	row   int
	at    int // row of the field
	tag   string
	field []string
	open  bool // a statement is being read
	s     Statement
	found []Statement
	lines int
	line  *Line // that a text may follow
}

var (
	mtTag     = regexp.MustCompile(`^:([0-9]{2}[A-Z]?):`)
	mtBalance = regexp.MustCompile(`^([CD])([0-9]{6})([A-Z]{3})([0-9]+,[0-9]*)$`)
	mtLine    = regexp.MustCompile(`^([0-9]{6})([0-9]{4})?(R?[CD])([A-Z])?([0-9]+,[0-9]*)([A-Z][A-Z0-9]{3})(.*)$`)
)

func (m *mt940) take(row string) error {
	if found := mtTag.FindStringSubmatch(row); found != nil {
		if err := m.end(); err != nil {
			return err
		}
		m.tag, m.at, m.field = found[1], m.row, []string{row[len(found[0]):]}
		return nil
	}
	if row == "-" || strings.HasPrefix(row, "-}") || strings.HasPrefix(row, "{") {
		err := m.end()
		m.tag = ""
		return err
	}
	if m.tag != "" {
		m.field = append(m.field, row)
	}
	return nil
}

func (m *mt940) where() string { return fmt.Sprintf("line %d", m.at) }

// end reads the field that is complete now.
func (m *mt940) end() error {
	first := ""
	if len(m.field) > 0 {
		first = strings.TrimSpace(m.field[0])
	}
	switch m.tag {
	case "20":
		return m.next(first)
	case "25":
		m.s.Account, _, _ = strings.Cut(strings.TrimPrefix(first, "/"), " ") // some add the currency
	case "60F", "60M", "62F", "62M":
		b, err := m.balance(first)
		if err != nil {
			return err
		}
		m.s.Currency = b.Amount.Currency
		if m.tag[:2] == "60" {
			m.s.Opening = &b
		} else {
			m.s.Closing = &b
		}
	case "61":
		return m.entry(first)
	case "86":
		if m.line != nil {
			m.line.Text = strings.TrimSpace(strings.Join(m.field, " "))
			m.line.Parts = []Detail{{Amount: ledger.Zero(m.s.Currency), Charges: ledger.Zero(m.s.Currency),
				Text: strings.Join(m.field, " "), Joined: strings.Join(m.field, ""), References: m.line.refs()}}
		}
		m.flush()
	}
	return nil
}

// refs are the references of a line's own field.
func (l *Line) refs() []string {
	if len(l.Parts) > 0 {
		return l.Parts[0].References
	}
	return nil
}

// next ends a statement and begins one.
func (m *mt940) next(id string) error {
	m.flush()
	if m.open {
		m.found = append(m.found, m.s)
	}
	m.s, m.open = Statement{ID: id}, true
	return nil
}

// flush gives the last line away: no text follows any more.
func (m *mt940) flush() {
	if m.line != nil {
		m.lean(m.line)
		m.s.Lines, m.line = append(m.s.Lines, *m.line), nil
	}
}

func (m *mt940) finish() ([]Statement, error) {
	if err := m.end(); err != nil {
		return nil, err
	}
	if !m.open {
		return nil, &Fault{"", "format", "an MT940 begins with :20:; this does not"}
	}
	m.flush()
	return append(m.found, m.s), nil
}

func (m *mt940) balance(text string) (Balance, error) {
	found := mtBalance.FindStringSubmatch(text)
	if found == nil {
		return Balance{}, &Fault{m.where(), "amount", "a balance is written as C270104DKK1000,00"}
	}
	day, err := mtDay(m.where(), found[2])
	if err != nil {
		return Balance{}, err
	}
	currency, err := ledger.ParseCurrency(found[3])
	if err != nil {
		return Balance{}, &Fault{m.where(), "currency", "the currency is not one of ISO 4217"}
	}
	amount, err := m.money(found[4], currency, found[1] == "D")
	return Balance{amount, day}, err
}

func (m *mt940) money(text string, c ledger.Currency, out bool) (ledger.Money, error) {
	amount, err := ledger.ParseMoney(plain(strings.TrimSuffix(strings.Replace(text, ",", ".", 1), ".")), c)
	if err != nil {
		return amount, &Fault{m.where(), "amount", "an amount with a comma before its decimals that the currency can express"}
	}
	if out {
		amount = amount.Neg()
	}
	return amount, nil
}

func mtDay(where, text string) (ledger.Date, error) {
	day, err := time.Parse("060102", text)
	if err != nil {
		return "", &Fault{where, "date", "the date does not exist"}
	}
	return ledger.DateAt(day), nil
}

// entry reads a line: value day, booking day, sign, amount, kind, our reference and the bank's after two slashes.
func (m *mt940) entry(text string) error {
	m.flush()
	if m.lines++; m.lines > MaxLines {
		return &Fault{"", "size", fmt.Sprintf("a file has at most %d lines", MaxLines)}
	}
	found := mtLine.FindStringSubmatch(text)
	if found == nil || m.s.Currency == "" {
		return &Fault{m.where(), "line", "a line is written as 2701050105D50,00NTRFPMT-1//the bank's reference"}
	}
	valued, err := mtDay(m.where(), found[1])
	if err != nil {
		return err
	}
	booked := valued
	if found[2] != "" {
		if booked, err = mtBooked(m.where(), valued, found[2]); err != nil {
			return err
		}
	}
	// A reversed credit (RC) is money out.
	amount, err := m.money(found[5], m.s.Currency, found[3] == "D" || found[3] == "RC")
	if err != nil {
		return err
	}
	ours, bank, _ := strings.Cut(found[7], "//")
	l := Line{Number: m.lines, Amount: amount, BookedOn: booked, ValueOn: valued, Code: found[6], Reference: bank,
		Reversal: strings.HasPrefix(found[3], "R")}
	if ours != "NONREF" {
		l.Parts = []Detail{{Amount: ledger.Zero(m.s.Currency), Charges: ledger.Zero(m.s.Currency),
			References: appendText(nil, append([]string{ours}, m.field[1:]...)...)}}
	}
	m.line = &l
	return nil
}

// mtBooked is the booking day, which is told without its year: that of the value day, or the one beside it.
func mtBooked(where string, valued ledger.Date, text string) (ledger.Date, error) {
	best, least := ledger.Date(""), time.Duration(1<<62)
	for _, year := range []int{valued.Year() - 1, valued.Year(), valued.Year() + 1} {
		day, err := time.Parse("20060102", fmt.Sprintf("%d%s", year, text))
		if err != nil {
			continue
		}
		if apart := day.Sub(valued.Time()).Abs(); apart < least {
			best, least = ledger.DateAt(day), apart
		}
	}
	if best == "" {
		return "", &Fault{where, "date", "the date does not exist"}
	}
	return best, nil
}
