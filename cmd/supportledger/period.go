package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"supportledger/disbursements/banking"
	bookapi "supportledger/http/books"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

type periodCommands struct {
	Status    periodStatusCommand    `cmd:"" help:"List the months of the books and how far they are closed."`
	Checklist periodChecklistCommand `cmd:"" help:"Show what must be in order before a month is closed; exit 3 if something is not."`
	Close     periodCloseCommand     `cmd:"" help:"Close a month: nothing is posted into it any more."`
}

type periodStatusCommand struct{ books }

// Run lists the months.
func (p periodStatusCommand) Run(ctx context.Context, c console) error {
	return p.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		periods, err := book.Months().List(ctx, tx, store.Keyset{})
		for _, period := range periods {
			fmt.Fprintf(c.out, "%s  %s\n", period.Month, strings.ReplaceAll(string(period.State), "_", "-"))
		}
		return err
	})
}

type periodChecklistCommand struct {
	books
	Month string `arg:"" placeholder:"2026-01" help:"The month."`
}

// errNotInOrder ends a checklist with open checks; they are told already.
var errNotInOrder = errors.New("the month is not ready to be closed")

// Run shows the checklist.
func (p periodChecklistCommand) Run(ctx context.Context, c console) error {
	return p.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		book.Banks = banking.Closings
		list, err := book.Months().Checklist(ctx, tx, p.Month)
		if err != nil {
			return err
		}
		c.checklist(list)
		if len(list.Open()) > 0 {
			return errNotInOrder
		}
		return nil
	})
}

// checklist prints a row per check: whether it stands in the way, what it looks at, what it found.
func (c console) checklist(list ledger.Checklist) {
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, check := range list.Checks {
		status, note := "ok", ""
		switch {
		case check.Findings == 0:
		case check.Done():
			status, note = "signed off", check.Signed.Reason
		case check.Must:
			status, note = "OPEN", fmt.Sprintf("%d found", check.Findings)
		default:
			status, note = "OPEN", fmt.Sprintf("%d found; may be signed off", check.Findings)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", check.Key, status, bookapi.CheckTitle(check.Key, rest.English), note)
	}
	_ = table.Flush() // console.out is asked by nobody else
}

type periodCloseCommand struct {
	books
	Month   string            `arg:"" placeholder:"2026-01" help:"The month."`
	SignOff map[string]string `placeholder:"CHECK=REASON" mapsep:"none" help:"Answer for what a check found, such as bank='Agreed with the statement of 31 January'; may be given again for another check."`
	Token   string            `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the person of finance who closes, best given in SUPPORTLEDGER_TOKEN."`
}

// Run signs off what is answered for and closes the month, in one tx.
func (p periodCloseCommand) Run(ctx context.Context, c console) (err error) {
	if p.Token == "" {
		return misuse("closing needs to know who closes: put a token of finance into SUPPORTLEDGER_TOKEN")
	}
	db, err := p.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	if ctx, err = actingAs(ctx, db, p.Token, ofFinance("closePeriod")); err != nil {
		return err
	}
	var list ledger.Checklist
	err = db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		book.Banks = banking.Closings
		for check, reason := range p.SignOff {
			if _, err := book.Months().SignOff(ctx, tx, p.Month, ledger.CheckKey(check), reason); err != nil {
				return fmt.Errorf("--sign-off %s: %w", check, err)
			}
		}
		if list, err = book.Months().Checklist(ctx, tx, p.Month); err != nil {
			return err
		}
		_, err = book.Months().Close(ctx, tx, p.Month)
		return err
	})
	c.checklist(list)
	if err == nil {
		fmt.Fprintf(c.err, "%s is closed.\n", p.Month)
	}
	return err
}
