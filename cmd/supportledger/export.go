package main

import (
	"context"
	"io"

	"supportledger/ledger"
	"supportledger/store"
)

type exportCommands struct {
	Journal exportJournalCommand `cmd:"" help:"The whole journal as text that hledger reads: accounts by path, the fund as a tag of every line, base cost behind @@."`
}

type exportJournalCommand struct {
	books
	output
}

// Run writes the journal out of one snapshot of the books.
func (e exportJournalCommand) Run(ctx context.Context, c console) error {
	return e.write(c, func(w io.Writer) error {
		return e.view(ctx, func(tx *store.Tx, book ledger.Book) error {
			total, err := book.LastSeq(ctx, tx)
			if err != nil {
				return err
			}
			bar := progress(c, total, "entries")
			defer bar.end()
			return book.ExportJournal(ctx, tx, w, ledger.Span{}, bar.at)
		})
	})
}
