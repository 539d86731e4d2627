package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
)

type runCommand struct {
	books
	output
	Kind    string   `enum:"grant_financial,donor_annual,fund," default:"" placeholder:"KIND" help:"Kind of a new run: grant_financial, donor_annual or fund."`
	From    day      `placeholder:"2026-01-01" help:"First day; the start of each subject where none is given."`
	To      day      `placeholder:"2026-12-31" help:"Last day."`
	Lang    string   `enum:"da,en," default:"" placeholder:"da|en" help:"Language: da or en; each reader's own where none is given."`
	CutOff  string   `placeholder:"2026-000123" help:"Number of the last entry that counts."`
	Whole   bool     `help:"Amounts in whole units that still add up."`
	Subject []string `placeholder:"D-77" help:"Code of a subject, as often as wanted; all there are where none is given."`
	Resume  string   `name:"run" placeholder:"run_…" help:"Go on with this run instead: what is done stays done."`
	Step    string   `enum:"prepare,review,issue,seal,deliver," default:"" placeholder:"STEP" help:"Step to take with --run: prepare, review, issue, seal or deliver; the last one where none is given."`
	Public  string   `placeholder:"https://books.example" help:"Address at which the public reaches the server, for the code on issued statements."`
	Token   string   `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the person who takes the step, best given in SUPPORTLEDGER_TOKEN."`
}

// Validate checks what the flags say together.
func (r runCommand) Validate() error {
	switch {
	case r.Resume == "" && (r.Kind == "" || r.To == ""):
		return errors.New("a new run needs --kind and --to; to go on with one, give --run")
	case r.Resume != "" && (r.Kind != "" || r.To != "" || r.From != "" || len(r.Subject) > 0):
		return errors.New("--run goes on with a run as it was started; leave --kind, --from, --to and --subject out")
	case r.Resume == "" && r.Step != "":
		return errors.New("--step belongs to --run: a new run is prepared first")
	}
	return nil
}

// Run takes a step of a run on all cores, here and now. What is killed goes on with --run.
func (r runCommand) Run(ctx context.Context, c console) (err error) {
	db, err := r.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	runner := runnerOf(db, r.Public)
	id, step, left, err := r.begin(ctx, c, db, runner)
	if err != nil {
		return err
	}
	meter := c.progress(int64(left), "statements")
	err = runner.All(ctx, id, step, meter.At)
	meter.End()
	if err != nil {
		fmt.Fprintf(c.err, "To go on: supportledger statement run%s --run %s\n", r.at().flagged(), id)
		return err
	}
	progress, refused, err := outcomes(ctx, db, runner, id, step)
	if err != nil {
		return err
	}
	for _, o := range refused {
		fmt.Fprintf(c.err, "%s: %s\n", o.Subject, o.Refusal)
	}
	fmt.Fprintf(c.out, "%s %s: %d of %d done, %d refused\n", id, step, progress.Done, progress.Total, progress.Refused)
	if r.Output == "-" {
		return nil
	}
	return r.write(c, func(w io.Writer) error { return runner.Archive(ctx, id, w) })
}

// action is the step by the name that it has in the API, for the policies.
func (r runCommand) action() access.Action {
	switch statements.RunStep(r.Step) {
	case statements.RunReview:
		a := ofFinance("reviewStatementRun")
		a.Holders = append(a.Holders, access.ProgrammeLead, access.PrivacyOfficer)
		return a
	case statements.RunIssue:
		return ofFinance("issueStatementRun")
	case statements.RunSeal:
		return ofFinance("sealStatementRun")
	case statements.RunDeliver:
		return ofFinance("deliverStatementRun")
	case statements.RunPrint:
		return ofFinance("printStatementRun")
	case statements.RunPrepare:
	}
	return ofFinance("startStatementRun")
}

// begin starts a run or finds one, and says how many subjects are left of its step.
func (r runCommand) begin(ctx context.Context, c console, db *store.DB, runner *statements.Runner) (id statements.RunID,
	step statements.RunStep, left int, err error) {
	asks := r.Resume == "" || r.Step != ""
	if asks {
		if r.Token == "" {
			return "", "", 0, misuse("a step needs to know who takes it: put that person's token into SUPPORTLEDGER_TOKEN")
		}
		if ctx, err = actingAs(ctx, db, r.Token, r.action()); err != nil {
			return "", "", 0, err
		}
	}
	act := func(tx *store.Tx) error {
		issuer, err := runner.Issuer(ctx, tx)
		if err != nil {
			return err
		}
		run := statements.Run{ID: statements.RunID(r.Resume)}
		switch {
		case r.Resume == "":
			run, err = issuer.StartRun(ctx, tx, statements.RunRequest{Kind: figures.Kind(r.Kind), From: ledger.Date(r.From),
				To:   ledger.Date(r.To),
				Lang: figures.Lang(r.Lang), CutOff: r.CutOff, Whole: r.Whole, Subjects: r.Subject})
		case asks:
			run, err = issuer.AskStep(ctx, tx, run.ID, statements.RunStep(r.Step))
		}
		if err != nil {
			return err
		}
		p, err := issuer.Progress(ctx, tx, run.ID, statements.RunStep(r.Step))
		id, step, left = run.ID, p.Step, p.Total-p.Done-p.Refused
		return err
	}
	if asks {
		err = db.Update(ctx, act)
	} else {
		err = db.View(ctx, act)
	}
	if err == nil {
		fmt.Fprintf(c.err, "Run %s: %s, %d to do\n", id, step, left)
	}
	return id, step, left, err
}

// outcomes reads how far a step of a run is, and the subjects that it refused.
func outcomes(ctx context.Context, db *store.DB, runner *statements.Runner, id statements.RunID,
	step statements.RunStep,
) (p statements.Progress, refused []statements.Outcome, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		issuer, err := runner.Issuer(ctx, tx)
		if err != nil {
			return err
		}
		if p, err = issuer.Progress(ctx, tx, id, step); err != nil {
			return err
		}
		refused, err = issuer.Outcomes(ctx, tx, statements.OutcomeFilter{Run: id, Step: step, Refused: true})
		return err
	})
	return p, refused, err
}
