package journal

import (
	"bufio"
	"encoding/csv"
	"strconv"
	"strings"

	"supportledger/ledger"
	"supportledger/store"
)

// journalColumns are the columns of an exported journal, one row a line of an entry. Debit is positive.
var journalColumns = []string{"seq", "number", "date", "text", "act", "line", "account", "account_path", "fund",
	"currency", "amount",
	"base_amount", "category", "plan", "partner", "payee", "lot", "reverses", "corrects", "reason", "external_id",
	"entry_id", "created_at"}

// Where amounts stand among the columns.
const (
	amountColumn = 10
	baseColumn   = 11
)

// journalRow is one line of an entry as cells.
func (e exported) journalRow(p ledger.Posted, i int) []string {
	l := p.Lines[i]
	return []string{strconv.FormatInt(p.Seq, 10), p.Number, string(p.Date), p.Text, p.Act, strconv.Itoa(i + 1),
		string(l.Account),
		e.accounts[l.Account].Path, string(l.Fund), string(l.Amount.Currency), l.Amount.String(), l.Base.String(), l.Category,
		l.Plan,
		l.Partner, l.Payee, string(l.Lot), string(p.Reverses), string(p.Corrects), p.Reason, p.ExternalID, string(p.ID),
		store.FormatTime(p.CreatedAt)}
}

// journalCSV writes the journal as CSV (RFC 4180), or as Danish Excel opens it without asking.
type journalCSV struct {
	out    *bufio.Writer
	csv    *csv.Writer
	known  exported
	danish bool
}

func newJournalCSV(out *bufio.Writer, known exported, danish bool) *journalCSV {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if danish {
		w.Comma = ';'
	}
	return &journalCSV{out, w, known, danish}
}

func (j *journalCSV) head() error {
	if j.danish {
		if _, err := j.out.WriteString("\ufeff"); err != nil {
			return err
		}
	}
	return j.csv.Write(journalColumns)
}

func (j *journalCSV) entry(p ledger.Posted) error {
	for i := range p.Lines {
		row := j.known.journalRow(p, i)
		for c := range row {
			switch {
			case c != amountColumn && c != baseColumn:
				row[c] = noFormula(row[c])
			case j.danish:
				row[c] = strings.Replace(row[c], ".", ",", 1)
			}
		}
		if err := j.csv.Write(row); err != nil {
			return err
		}
	}
	return nil
}

func (j *journalCSV) end() error {
	j.csv.Flush()
	if err := j.csv.Error(); err != nil {
		return err
	}
	return j.out.Flush()
}

// noFormula keeps a spreadsheet from taking a text for a formula: what begins like one gets an apostrophe in front, as
// a person would type it (OWASP, CSV Injection).
func noFormula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
