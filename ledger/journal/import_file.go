package journal

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"supportledger/ledger"
)

// sourceRow is a row as it stands in a file.
type sourceRow struct {
	number int
	cells  []string
}

// importTable is a file cut into cells, nothing understood yet but the head line.
type importTable struct {
	profile ImportProfile
	head    []string
	rows    []sourceRow
}

// importColumns are the columns of each kind: those that must be there, and those that may. The amount is one column,
// or two of which each row fills one.
var importColumns = map[ImportKind]struct{ must, may []string }{
	ImportEntries: {[]string{"external_id", "date", "text", "account", "fund"},
		[]string{"amount", "debit", "credit", "category"}},
	ImportOpeningBalances: {[]string{"date", "fund", "account"},
		[]string{"amount", "debit", "credit", "currency", "base_amount", "rate"}},
}

// table cuts the file into cells and checks its head line. Errors are *[ImportFault].
func (f ImportFile) table() (importTable, error) { return f.cut(f.checkHead) }

// cut cuts a file into cells under a head line that a check accepts.
func (f ImportFile) cut(check func(head []string) error) (importTable, error) {
	if len(f.Content) > MaxImportBytes {
		return importTable{}, &ImportFault{0, "the file is larger than 1 MiB"}
	}
	var rows []sourceRow
	var err error
	switch f.Profile {
	case ProfileRFC4180, ProfileDanish:
		rows, err = f.csvRows()
	case ProfileXLSX:
		rows, err = workbookSource(f.Content)
	default:
		err = &ImportFault{0, "the profile is not known"}
	}
	if err != nil {
		return importTable{}, err
	}
	if len(rows) < 2 {
		return importTable{}, &ImportFault{0, "the file has no row below its head line"}
	}
	t := importTable{f.Profile, rows[0].cells, rows[1:]}
	if err := check(t.head); err != nil {
		return importTable{}, err
	}
	for _, r := range t.rows {
		if len(r.cells) > len(t.head) || f.Profile != ProfileXLSX && len(r.cells) < len(t.head) {
			return importTable{}, &ImportFault{r.number, "the row has another number of cells than the head line"}
		}
	}
	return t, nil
}

// CSVReader reads CSV of one of the two profiles: UTF-8, with or without a byte order mark. It is an *[ImportFault]
// where the content is not.
func (p ImportProfile) CSVReader(content []byte) (*csv.Reader, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return nil, &ImportFault{0, "the file is not UTF-8; save it as CSV UTF-8"}
	}
	r := csv.NewReader(bytes.NewReader(content))
	if p == ProfileDanish {
		r.Comma = ';'
	}
	return r, nil
}

func (f ImportFile) csvRows() ([]sourceRow, error) {
	r, err := f.Profile.CSVReader(f.Content)
	if err != nil {
		return nil, err
	}
	r.FieldsPerRecord = -1 // a head line that does not fit says more than a row of another length
	var rows []sourceRow
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, &ImportFault{bad.Line, bad.Err.Error()}
		}
		if err != nil {
			return nil, &ImportFault{0, err.Error()}
		}
		line, _ := r.FieldPos(0)
		if rows, err = appendSource(rows, sourceRow{line, cells}); err != nil {
			return nil, err
		}
	}
}

// appendSource adds a row that is not empty, within the limit.
func appendSource(rows []sourceRow, row sourceRow) ([]sourceRow, error) {
	for i, c := range row.cells {
		row.cells[i] = strings.TrimSpace(c)
	}
	if !slices.ContainsFunc(row.cells, func(c string) bool { return c != "" }) {
		return rows, nil
	}
	if len(rows) > MaxImportRows {
		return rows, &ImportFault{row.number, "the file has more than 5000 rows; cut it in two"}
	}
	return append(rows, row), nil
}

// checkHead wants every column known and there once, and one way to write amounts.
func (f ImportFile) checkHead(head []string) error {
	columns, known := importColumns[f.Kind]
	if !known {
		return &ImportFault{0, "the kind is not known"}
	}
	all := append(slices.Clone(columns.must), columns.may...)
	for i, name := range head {
		switch {
		case !slices.Contains(all, name):
			return &ImportFault{1, "there is no column " + clip(name) + "; the columns are " + strings.Join(all, ", ") +
				", and the profile says what stands between them"}
		case slices.Contains(head[:i], name):
			return &ImportFault{1, "the column " + name + " stands there twice"}
		}
	}
	for _, name := range columns.must {
		if !slices.Contains(head, name) {
			return &ImportFault{1, "the column " + name + " is missing"}
		}
	}
	one, debit, credit := slices.Contains(head, "amount"), slices.Contains(head, "debit"), slices.Contains(head, "credit")
	if debit != credit || one == debit {
		return &ImportFault{1, "amounts stand in the column amount (debit positive), or in the two columns debit and credit"}
	}
	return nil
}

// cell is what a row has in a column; "" where the file has no such column.
func (t importTable) cell(r sourceRow, column string) string {
	if i := slices.Index(t.head, column); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// danishDay is a date as Danish Excel writes it.
var danishDay = regexp.MustCompile(`^([0-9]{2})-([0-9]{2})-([0-9]{4})$`)

// date reads a date as the profile has it.
func (t importTable) date(s string) (ledger.Date, error) {
	if m := danishDay.FindStringSubmatch(s); m != nil && t.profile == ProfileDanish {
		s = m[3] + "-" + m[2] + "-" + m[1]
	}
	return ledger.ParseDate(s)
}

// plain is a number with a decimal point; where the profile has decimal commas, a point is refused and not taken for
// one.
func (t importTable) plain(s string) (string, error) {
	if t.profile != ProfileDanish {
		return s, nil
	}
	if strings.Contains(s, ".") {
		return "", &ledger.AmountError{Code: "amount_malformed", Got: clip(s),
			Hint: `digits with a comma before the decimals and nothing else, such as "4250,00"`}
	}
	return strings.Replace(s, ",", ".", 1), nil
}

func (t importTable) money(s string, c ledger.Currency) (ledger.Money, error) {
	number, err := t.plain(s)
	if err != nil {
		return ledger.Money{}, err
	}
	return ledger.ParseMoney(number, c)
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// checkText wants a text that is there, short enough and of visible letters.
func checkText(s string, most int) error {
	switch {
	case s == "":
		return &ledger.Shape{Line: -1, Why: "the cell is empty"}
	case utf8.RuneCountInString(s) > most:
		return &ledger.Shape{Line: -1, Why: "the text is too long"}
	case strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0:
		return &ledger.Shape{Line: -1, Why: "the text has a character that is not accepted"}
	}
	return nil
}
