package main

import (
	"context"
	"io"

	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

type exportCommands struct {
	Journal exportJournalCommand `cmd:"" help:"The whole journal: as text that hledger, beancount or ledger reads and checks, as CSV, or as a workbook."`
}

type exportJournalCommand struct {
	books
	output
	Format  string `enum:"hledger,beancount,ledger,csv,xlsx" default:"hledger" placeholder:"hledger|beancount|ledger|csv|xlsx" help:"Format: hledger (the default), beancount, ledger, csv or xlsx."`
	Profile string `enum:"rfc4180,da-excel" default:"rfc4180" placeholder:"rfc4180|da-excel" help:"How CSV is written: rfc4180 (commas, decimal points; the default) or da-excel (semicolons, decimal commas)."`
}

// Run writes the journal out of one snapshot of the books.
func (e exportJournalCommand) Run(ctx context.Context, c console) error {
	if e.Format == "xlsx" && e.Output == "-" && c.outIsTTY {
		return misuse("a workbook does not belong on a terminal; add -o FILE.xlsx")
	}
	return e.write(c, func(w io.Writer) error {
		return e.view(ctx, func(tx *store.Tx, book ledger.Book) error {
			total, err := book.LastSeq(ctx, tx)
			if err != nil {
				return err
			}
			bar := c.progress(total, "entries")
			defer bar.End()
			return journal.Export{Format: e.as(), Report: bar.At}.Write(ctx, tx, book, w)
		})
	})
}

// as is the format, with the profile that makes two of CSV.
func (e exportJournalCommand) as() journal.ExportFormat {
	if e.Format == "csv" && e.Profile == "da-excel" {
		return journal.ExportCSVDanish
	}
	return journal.ExportFormat(e.Format)
}
