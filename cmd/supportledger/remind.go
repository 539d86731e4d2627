package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/jobs"
)

type remindCommand struct {
	books
	JSON bool `name:"json" help:"Print one JSON object per line."`
}

// Run notes what is to be thought of today and was not noted before, and prints it: once a day is enough, twice does
// no harm.
func (r remindCommand) Run(ctx context.Context, c console) (err error) {
	db, err := r.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	fresh, due, err := remind(ctx, db)
	if err != nil {
		return err
	}
	lines := make([]reminded, 0, len(fresh)+len(due))
	for _, m := range fresh {
		lines = append(lines, reminded{m.Beneficiary.Code, string(m.DueOn), string(m.Kind), m.Subject})
	}
	for _, d := range due {
		lines = append(lines, reminded{"", string(d.On), string(d.Kind), d.Subject})
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	for _, l := range lines {
		if r.JSON {
			if err := json.NewEncoder(c.out).Encode(l); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.DueOn, l.Kind, l.Beneficiary, l.Subject)
	}
	fmt.Fprintf(c.err, "%d new.\n", len(lines))
	return table.Flush()
}

// reminded is a reminder as it is printed.
type reminded struct {
	Beneficiary string `json:"beneficiary,omitempty"` // of what is about a person
	DueOn       string `json:"due_on"`
	Kind        string `json:"kind"`
	Subject     string `json:"subject"`
}

// remind notes the day's reminders: about people, and of the requests.
func remind(ctx context.Context, db *store.DB) (fresh []beneficiaries.Reminder, due []disbursements.Due, err error) {
	err = db.Update(ctx, func(tx *store.Tx) error {
		book, err := ledger.Open(ctx, tx)
		if err != nil {
			return err
		}
		register := grants.Register{Book: book}
		requests := disbursements.New(book, register, beneficiaries.Register{Book: book, Grants: register})
		if fresh, err = requests.People.Remind(ctx, tx, ledger.DateOf(tx.At)); err != nil {
			return err
		}
		due, err = disbursements.Decisions{Requests: requests}.Remind(ctx, tx, ledger.DateOf(tx.At))
		return err
	})
	return fresh, due, err
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
		_, _, err := remind(ctx, db)
		return err
	})
	jobs.Daily(q, 5, func(day string) remindersOfDay { return remindersOfDay{day} })
}
