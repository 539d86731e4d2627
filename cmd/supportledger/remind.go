package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"supportledger/beneficiaries"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/jobs"
)

type remindCommand struct {
	books
	JSON bool `name:"json" help:"Print one JSON object per line."`
}

// Run notes what is to be thought of today and was not noted before, and prints it: once a day is enough, twice does no harm.
func (r remindCommand) Run(ctx context.Context, c console) (err error) {
	db, err := r.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	fresh, err := remind(ctx, db)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, m := range fresh {
		if r.JSON {
			if err := json.NewEncoder(c.out).Encode(map[string]string{"due_on": string(m.DueOn), "kind": string(m.Kind), "beneficiary": m.Beneficiary.Code, "subject": m.Subject}); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.DueOn, m.Kind, m.Beneficiary.Code, m.Subject)
	}
	fmt.Fprintf(c.err, "%d new.\n", len(fresh))
	return table.Flush()
}

// remind notes the day's reminders.
func remind(ctx context.Context, db *store.DB) (fresh []beneficiaries.Reminder, err error) {
	err = db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		people := beneficiaries.Register{Book: book, Grants: grants.Register{Book: book}}
		fresh, err = people.Remind(ctx, tx, ledger.DateOf(tx.At))
		return err
	})
	return fresh, err
}

// remindersOfDay is the job that notes the reminders of a day.
type remindersOfDay struct {
	Day string `json:"day"`
}

// Kind names the job.
func (remindersOfDay) Kind() string { return "reminders" }

// remindDaily notes reminders at five in the morning, UTC.
func remindDaily(q *jobs.Queue, db *store.DB) {
	jobs.Do(q, func(ctx context.Context, _ remindersOfDay) error {
		_, err := remind(ctx, db)
		return err
	})
	jobs.Daily(q, 5, func(day string) remindersOfDay { return remindersOfDay{day} })
}
