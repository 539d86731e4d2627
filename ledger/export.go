package ledger

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

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
	entry(p Posted) error
	end() error
}

// exported is what a format knows of the books before the first entry.
type exported struct {
	Book
	accounts   map[AccountNo]Account
	currencies []Currency // the base currency, if no other
}

// chart is the accounts by number.
func (e exported) chart() []Account {
	return slices.SortedFunc(maps.Values(e.accounts), func(a, b Account) int { return cmp.Compare(a.Number, b.Number) })
}

// ExportJournal writes the books as a journal that hledger reads and checks. Report is called with the number of entries
// written so far.
func (b Book) ExportJournal(ctx context.Context, tx *store.Tx, w io.Writer, span Span, report func(done int64)) error {
	return b.Export(ctx, tx, w, ExportHledger, span, report)
}

// Export writes the entries of a span in order of posting, in one format. Report is called with the number of entries
// written so far.
func (b Book) Export(ctx context.Context, tx *store.Tx, w io.Writer, as ExportFormat, span Span, report func(done int64)) error {
	known, err := b.exported(ctx, tx)
	if err != nil {
		return err
	}
	to, err := known.writer(as, w)
	if err != nil {
		return err
	}
	if err := to.head(); err != nil {
		return err
	}
	var after, done int64
	for {
		page, err := b.Entries(ctx, tx, span, after, exportPage)
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
		report(done)
	}
}

func (b Book) exported(ctx context.Context, tx *store.Tx) (exported, error) {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return exported{}, err
	}
	currencies, err := usedCurrencies(ctx, tx)
	if !slices.Contains(currencies, b.Base) {
		currencies = append([]Currency{b.Base}, currencies...)
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
