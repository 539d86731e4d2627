package journal

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// ExportFormat is a form in which the journal leaves the books.
type ExportFormat string

// The formats. The first three are read and checked by the programs of those names; docs/EXPORT.md shows them.
const (
	ExportHledger   ExportFormat = "hledger"
	ExportBeancount ExportFormat = "beancount"
	ExportLedger    ExportFormat = "ledger"
	ExportCSV       ExportFormat = "csv"       // RFC 4180: commas, decimal points
	ExportCSVDanish ExportFormat = "csv-excel" // as Danish Excel opens it: semicolons, decimal commas, byte order mark
	ExportXLSX      ExportFormat = "xlsx"
)

// exportPage is how many entries an export reads at a time: all formats but XLSX use constant memory.
const exportPage = 500

// journalWriter writes one format, from head to end.
type journalWriter interface {
	head() error
	entry(p ledger.Posted) error
	end() error
}

// exported is what a format knows of the books before the first entry.
type exported struct {
	ledger.Book
	accounts   map[ledger.AccountNo]ledger.Account
	currencies []ledger.Currency // the base currency, if no other
}

// chart is the accounts by number.
func (e exported) chart() []ledger.Account {
	return slices.SortedFunc(maps.Values(e.accounts),
		func(a, b ledger.Account) int { return cmp.Compare(a.Number, b.Number) })
}

// Export says which entries leave the books, and as what.
type Export struct {
	Format ExportFormat
	Span   ledger.Span
	Report func(done int64) // is called with the number of entries written so far; may be nil
}

// Write writes the entries in order of posting.
func (e Export) Write(ctx context.Context, tx *store.Tx, b ledger.Book, w io.Writer) error {
	known, err := readExported(ctx, tx, b)
	if err != nil {
		return err
	}
	to, err := known.writer(e.Format, w)
	if err != nil {
		return err
	}
	if err := to.head(); err != nil {
		return err
	}
	var after, done int64
	for {
		page, err := b.Entries(ctx, tx, e.Span, after, exportPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return to.end()
		}
		for _, p := range page {
			if err := to.entry(p); err != nil {
				return err
			}
		}
		after, done = page[len(page)-1].Seq, done+int64(len(page))
		if e.Report != nil {
			e.Report(done)
		}
	}
}

func readExported(ctx context.Context, tx *store.Tx, b ledger.Book) (exported, error) {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return exported{}, err
	}
	currencies, err := usedCurrencies(ctx, tx)
	if !slices.Contains(currencies, b.Base) {
		currencies = append([]ledger.Currency{b.Base}, currencies...)
	}
	return exported{b, accounts, currencies}, err
}

func (e exported) writer(as ExportFormat, w io.Writer) (journalWriter, error) {
	out := bufio.NewWriter(w)
	switch as {
	case ExportHledger:
		return hledger{out, e}, nil
	case ExportBeancount:
		return beancount{out, e, beancountNames(e.chart())}, nil
	case ExportLedger:
		return ledgerCLI{out, e}, nil
	case ExportCSV, ExportCSVDanish:
		return newJournalCSV(out, e, as == ExportCSVDanish), nil
	case ExportXLSX:
		return newWorkbook(out, e)
	}
	return nil, fmt.Errorf("ledger: there is no export format %q", as)
}
