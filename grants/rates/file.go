package rates

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// File is a file of published rates that somebody brings in. CSV or XML is told by its first letter.
type File struct {
	Source     Source
	Content    []byte
	Month      string            // 2026-01: of an InforEuro file that does not say so itself
	Currencies []ledger.Currency // wanted; all where none is named
	From, To   ledger.Date       // wanted; "" does not limit
}

// Bounds of a file: the ECB's whole history since 1999 has some 7,000 days of 41 currencies in 2 MB, of which one wants
// few.
const (
	MaxFile      = 3 << 20
	maxRates     = 20_000
	maxXMLDepth  = 8
	maxFileCells = 64
)

// FileFault says where a file of rates is wrong.
type FileFault struct {
	Line int // 0 for the file
	What string
}

func (e *FileFault) Error() string {
	if e.Line == 0 {
		return "rates: " + e.What
	}
	return fmt.Sprintf("rates: line %d: %s", e.Line, e.What)
}

// Unwrap makes errors.Is(err, ErrRateFile) true.
func (e *FileFault) Unwrap() error { return ErrRateFile }

// SHA256 is the digest of the bytes, in hex.
func (f File) SHA256() string {
	sum := sha256.Sum256(f.Content)
	return hex.EncodeToString(sum[:])
}

// Quotes reads the file strictly: one that is not what it says it is gives no rate at all. Errors are *[FileFault].
func (f File) Quotes() ([]Quote, error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(f.Content, []byte("\ufeff")))
	if len(f.Content) > MaxFile {
		return nil, &FileFault{0, "the file is larger than 3 MiB"}
	}
	if len(text) == 0 || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, &FileFault{0, "the file is not text in UTF-8"}
	}
	b := &fileReader{file: f, seen: map[string]bool{}}
	read := b.csv
	if text[0] == '<' {
		read = b.xml
	}
	if err := read(text); err != nil {
		return nil, err
	}
	if len(b.rates) == 0 {
		return nil, &FileFault{0, "the file has no rate that is wanted"}
	}
	slices.SortFunc(b.rates, func(a, b Quote) int { return slices.Compare(a.Place(), b.Place()) })
	return b.rates, nil
}

// fileReader gathers the rates of a file.
type fileReader struct {
	file  File
	rates []Quote
	seen  map[string]bool
}

// add takes a rate of a currency against the euro. "N/A" is a currency without a rate that day.
func (b *fileReader) add(line int, on ledger.Date, currency, value string) error {
	value = strings.TrimSpace(value)
	if value == "N/A" || value == "" { // such as behind the comma at the end of every line of the ECB's files
		return nil
	}
	d, err := ledger.ParseDecimal(value)
	if err != nil || d.Sign() <= 0 || d.GreaterThan(highestRate) {
		return &FileFault{line, fmt.Sprintf("%.20q is not a rate", value)}
	}
	if !isCode(currency) {
		return &FileFault{line, fmt.Sprintf("%.20q is not a currency", currency)}
	}
	c, err := ledger.ParseCurrency(currency)
	if err != nil || c == euro {
		return nil //nolint:nilerr // one that is gone, such as the kuna: nobody reports in it any more
	}
	if !b.wants(on, c) {
		return nil
	}
	k := Quote{Source: b.file.Source, Monthly: b.file.Source == InforEuro, On: on,
		Rate: ledger.Rate{Value: d, Num: c, Den: euro}}
	if b.seen[k.key()] {
		return &FileFault{line, fmt.Sprintf("%s stands twice on %s", c, on)}
	}
	if b.seen[k.key()] = true; len(b.rates) == maxRates {
		return &FileFault{line, fmt.Sprintf("more than %d rates; name the currencies and days that are wanted", maxRates)}
	}
	b.rates = append(b.rates, k)
	return nil
}

// highestRate is beyond any real one: the Zimbabwe dollar of 2009 is not reported in.
var highestRate = decimal.New(1, 9)

func isCode(s string) bool {
	return len(s) == 3 && strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

func (b *fileReader) wants(on ledger.Date, c ledger.Currency) bool {
	f := b.file
	return (len(f.Currencies) == 0 || slices.Contains(f.Currencies, c)) && on >= f.From && (f.To == "" || on <= f.To)
}

// csv reads eurofxref-hist.csv or eurofxref.csv: a day in each row, a currency in each column; or of InforEuro, a
// currency in each row.
func (b *fileReader) csv(text []byte) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.TrimLeadingSpace, r.ReuseRecord, r.FieldsPerRecord = true, false, -1
	if first, _, _ := bytes.Cut(text, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil || len(head) < 2 || len(head) > maxFileCells {
		return &FileFault{1, "there is no head line"}
	}
	for i := range head {
		head[i] = strings.TrimSpace(head[i])
	}
	row := b.dayRow
	if b.file.Source == InforEuro {
		if row, err = b.currencyRow(head); err != nil {
			return err
		}
	} else if !strings.EqualFold(head[0], "Date") {
		return &FileFault{1, `the first column of a file of the ECB is "Date"`}
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		// a row that is none has no fields whose place could be asked for
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return &FileFault{bad.Line, "the row is not CSV"}
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		if len(cells) != len(head) {
			return &FileFault{line, "the row has another number of cells than the head line"}
		}
		if err := row(line, head, cells); err != nil {
			return err
		}
	}
}

func (b *fileReader) dayRow(line int, head, cells []string) error {
	on, err := dayOf(cells[0])
	if err != nil {
		return &FileFault{line, fmt.Sprintf("%.20q is not a day", cells[0])}
	}
	for i := 1; i < len(head); i++ {
		if err := b.add(line, on, head[i], cells[i]); err != nil {
			return err
		}
	}
	return nil
}

// dayOf reads 2026-01-31, or 31 January 2026 as the ECB's daily CSV has it.
func dayOf(s string) (ledger.Date, error) {
	s = strings.TrimSpace(s)
	if day, err := time.Parse("2 January 2006", s); err == nil {
		return ledger.ParseDate(day.Format(time.DateOnly))
	}
	return ledger.ParseDate(s)
}

// names by which files of InforEuro call what we want.
var (
	codeNames  = []string{"isoa3code", "iso", "iso code", "currency code", "code", "isocode"}
	valueNames = []string{"value", "rate", "amount", "exchange rate"}
	monthNames = []string{"month", "date", "datestart", "period", "validity start"}
)

// currencyRow finds the columns of a monthly file by their names.
func (b *fileReader) currencyRow(head []string) (func(line int, head, cells []string) error, error) {
	at := func(names []string) int {
		return slices.IndexFunc(head, func(s string) bool { return slices.Contains(names, strings.ToLower(s)) })
	}
	code, value, month := at(codeNames), at(valueNames), at(monthNames)
	if code < 0 || value < 0 {
		return nil, &FileFault{1, `a file of InforEuro has a column "isoA3Code" and a column "value"`}
	}
	return func(line int, _, cells []string) error {
		said := b.file.Month
		if month >= 0 {
			said = cells[month]
		}
		on, err := monthOf(said)
		if err != nil {
			return &FileFault{line, "the file does not say of which month it is"}
		}
		return b.add(line, on, strings.TrimSpace(cells[code]), cells[value])
	}, nil
}

// monthOf reads 2026-01, 2026-01-01 or 01/01/2026 as the first of the month.
func monthOf(s string) (ledger.Date, error) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"2006-01", time.DateOnly, "02/01/2006", "01/2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return ledger.ParseDate(t.Format("2006-01") + "-01")
		}
	}
	return "", &ledger.DateError{Got: s}
}

// xml reads the ECB's envelope of Cube elements, or InforEuro's list. A document type is refused: there are no entities
// here.
func (b *fileReader) xml(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = true
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not UTF-8") }
	r := xmlReader{builder: b}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return r.end()
		}
		line, _ := d.InputPos()
		if err != nil {
			return &FileFault{line, "this is not XML in UTF-8"}
		}
		if err := r.token(line, token); err != nil {
			return err
		}
	}
}

// xmlReader follows the elements of a document.
type xmlReader struct {
	builder *fileReader
	path    []string
	on      ledger.Date       // of the Cube with a time, or the month's
	fields  map[string]string // of the entry of InforEuro that is open
}

func (r *xmlReader) token(line int, token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return &FileFault{line, "the document declares a type or entities"}
	case xml.StartElement:
		if r.path = append(r.path, strings.ToLower(t.Name.Local)); len(r.path) > maxXMLDepth {
			return &FileFault{line, "the elements are nested too deep"}
		}
		if r.builder.file.Source == ECB {
			return r.cube(line, t)
		}
		r.open(t)
	case xml.CharData:
		if name := r.path; r.fields != nil && len(name) > 0 && len(t) < 200 {
			r.fields[name[len(name)-1]] += string(t)
		}
	case xml.EndElement:
		r.path = r.path[:len(r.path)-1]
		return r.close(line)
	}
	return nil
}

// cube is <Cube time="…"> around <Cube currency="…" rate="…"/>.
func (r *xmlReader) cube(line int, t xml.StartElement) error {
	if t.Name.Local != "Cube" {
		return nil
	}
	said := map[string]string{}
	for _, a := range t.Attr {
		said[a.Name.Local] = a.Value
	}
	var err error
	switch {
	case said["time"] != "":
		if r.on, err = ledger.ParseDate(said["time"]); err != nil {
			return &FileFault{line, fmt.Sprintf("%.20q is not a day", said["time"])}
		}
	case said["currency"] != "":
		if r.on == "" {
			return &FileFault{line, "a rate stands outside a day"}
		}
		return r.builder.add(line, r.on, said["currency"], said["rate"])
	}
	return nil
}

// open starts an entry of InforEuro's list: an element in the root that holds a code and a value.
func (r *xmlReader) open(t xml.StartElement) {
	if len(r.path) != 2 {
		return
	}
	r.fields = map[string]string{}
	for _, a := range t.Attr {
		r.fields[strings.ToLower(a.Name.Local)] = a.Value
	}
}

// close ends an entry of InforEuro's list.
func (r *xmlReader) close(line int) error {
	if r.fields == nil || len(r.path) != 1 {
		return nil
	}
	f := r.fields
	r.fields = nil
	pick := func(names []string) string {
		for _, n := range names {
			if s := strings.TrimSpace(f[n]); s != "" {
				return s
			}
		}
		return ""
	}
	code, value, month := pick(codeNames), pick(valueNames), pick(monthNames)
	if code == "" || value == "" {
		return &FileFault{line, "an entry has no isoA3Code or no value"}
	}
	if month == "" {
		month = r.builder.file.Month
	}
	on, err := monthOf(month)
	if err != nil {
		return &FileFault{line, "the file does not say of which month it is"}
	}
	return r.builder.add(line, on, code, value)
}

func (r *xmlReader) end() error {
	if len(r.path) > 0 {
		return &FileFault{0, "the document ends in the middle"}
	}
	return nil
}
