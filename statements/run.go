package statements

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"supportledger/access"
	"supportledger/grants"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/statements/collecting"
	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/jobs"
	"time"
)

// What runs refuse.
var (
	ErrUnknownRun = errors.New("statements: unknown run")
	ErrRunEmpty   = errors.New("statements: there is nobody to make a statement for")
	ErrRunStep    = errors.New("statements: the step before is not done yet")

	// ErrNothingToReport is the outcome of a donor who has neither money with us nor a gift or a use of it in the period.
	ErrNothingToReport = errors.New("statements: nothing was given, used or left in the period")
)

// RunID identifies a run.
type RunID string

// RunStep is a part of the life of a run's statements that one person answers for.
type RunStep string

// The steps, in order. Prepare collects and has the privacy check clear; the others are those of a single statement.
const (
	RunPrepare RunStep = "prepare"
	RunReview  RunStep = "review"
	RunIssue   RunStep = "issue"
	RunSeal    RunStep = "seal"
	RunDeliver RunStep = "deliver"
	RunPrint   RunStep = "print"
)

// RunSteps are all steps in their order.
var RunSteps = []RunStep{RunPrepare, RunReview, RunIssue, RunSeal, RunDeliver, RunPrint}

// Run is a kind of statement over one period for many subjects: each gets exactly one, whatever is killed on the way.
type Run struct {
	ID        RunID
	Kind      figures.Kind
	From, To  ledger.Date  // "" for From is the start of each subject
	Lang      figures.Lang // "" is each reader's own
	CutOff    string       // number of the last entry that all of them read
	Whole     bool
	CreatedBy access.UserID
	CreatedAt time.Time
}

// RunRequest names a run.
type RunRequest struct {
	Kind     figures.Kind
	From, To ledger.Date
	Lang     figures.Lang // "" is each reader's own
	CutOff   string       // "" for the last entry there is
	Whole    bool
	Subjects []string // codes; none takes all: donors who gave, grants that were signed, funds that were opened by then
}

// Progress is how far a step of a run is.
type Progress struct {
	Run     RunID
	Step    RunStep
	Total   int
	Done    int // with a statement
	Refused int
	Rate    int           // a minute, measured over the last ten seconds; 0 while nothing moves
	Left    time.Duration // at that rate; 0 where there is none
}

// Finished reports whether every subject has its outcome.
func (p Progress) Finished() bool { return p.Done+p.Refused == p.Total }

// Outcome is what became of one subject in a step.
type Outcome struct {
	Position  int
	Subject   string
	Statement ID     // "" where there is none yet
	Refusal   string // why there is none; "" else
	Mail      string // of the step deliver: sent, waiting, or why it did not arrive
}

// StartRun puts a run down with everybody that it is for, and its first step. [ErrRunEmpty],
// [collecting.ErrUnknownSubject].
func (o Issuer) StartRun(ctx context.Context, tx *store.Tx, in RunRequest) (Run, error) {
	cutOff, err := o.books().CutOff(ctx, tx, in.CutOff)
	if err != nil {
		return Run{}, err
	}
	run := Run{ID: RunID(store.NewID("run")), Kind: in.Kind, From: in.From, To: in.To,
		Lang: in.Lang, CutOff: cutOff.Number,
		Whole: in.Whole, CreatedBy: access.UserID(tx.By.User), CreatedAt: tx.At}
	all, err := o.subjects(ctx, tx, in.Kind, ledger.Span{To: in.To, Through: cutOff.Seq})
	if err != nil {
		return Run{}, err
	}
	subjects := all
	if len(in.Subjects) > 0 {
		subjects = slices.Compact(slices.Sorted(slices.Values(in.Subjects)))
		for _, s := range subjects {
			if !slices.Contains(all, s) {
				return Run{}, fmt.Errorf("%w: %s", collecting.ErrUnknownSubject, s)
			}
		}
	}
	if len(subjects) == 0 {
		return Run{}, ErrRunEmpty
	}
	if err := insertRun(ctx, tx, run, subjects); err != nil {
		return Run{}, err
	}
	if err := saveStep(ctx, tx, run.ID, RunPrepare); err != nil {
		return Run{}, err
	}
	return run, access.Record(ctx, tx, access.Event{Action: "statement_run.started", Subject: string(run.ID)})
}

// subjects are the codes of all that can have a statement of a kind, in order.
func (o Issuer) subjects(ctx context.Context, tx *store.Tx, kind figures.Kind, span ledger.Span) (codes []string,
	err error) {
	switch kind {
	case figures.GrantFinancial:
		found, err := o.Grants.Grants(ctx, tx, grants.Filter{})
		for _, g := range found {
			if g.SignedOn != "" && g.SignedOn <= span.To {
				codes = append(codes, g.Code)
			}
		}
		if err != nil {
			return nil, err
		}
	case figures.DonorAnnual:
		given, err := gifts.Register{Grants: o.Grants}.Given(ctx, tx, gifts.Filter{}, span)
		for _, g := range given {
			codes = append(codes, g.Donor.Code)
		}
		if err != nil {
			return nil, err
		}
	case figures.FundReport:
		found, err := o.Book.Funds(ctx, tx)
		for code, f := range found {
			if f.OpenedOn <= span.To {
				codes = append(codes, string(code))
			}
		}
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}

// AskStep puts the actor of the tx down for a step of a run, and lets what the step refused before be tried again.
// [ErrRunStep] while the step before it is not through.
func (o Issuer) AskStep(ctx context.Context, tx *store.Tx, id RunID, step RunStep) (Run, error) {
	run, err := readRun(ctx, tx, id)
	if err != nil {
		return Run{}, err
	}
	if i := slices.Index(RunSteps, step); i > 0 {
		earlier := RunSteps[i-1]
		if step == RunPrint {
			earlier = RunSeal // a run without mail is printed at once
		}
		before, err := o.Progress(ctx, tx, id, earlier)
		if err != nil {
			return Run{}, err
		}
		if !before.Finished() {
			return Run{}, ErrRunStep
		}
	}
	if err := saveStep(ctx, tx, id, step); err != nil {
		return Run{}, err
	}
	return run, access.Record(ctx, tx, access.Event{Action: "statement_run." + string(step), Subject: string(id)})
}

// Run finds a run. [ErrUnknownRun].
func (o Issuer) Run(ctx context.Context, tx *store.Tx, id RunID) (Run, error) {
	return readRun(ctx, tx, id)
}

// Runs lists a page of the runs, the newest first; the key is the id.
func (o Issuer) Runs(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Run, error) {
	return readRuns(ctx, tx, page)
}

// pace is over how long the rate of a run is measured.
const pace = 10 * time.Second

// Step is a step of a run; "" is the one that was asked for last. [ErrUnknownRun].
func (o Issuer) Step(ctx context.Context, tx *store.Tx, id RunID, step RunStep) (RunStep, error) {
	if step == "" {
		return lastStep(ctx, tx, id)
	}
	_, err := readRun(ctx, tx, id)
	return step, err
}

// Progress tells how far a step is; "" is the step that was asked for last.
func (o Issuer) Progress(ctx context.Context, tx *store.Tx, id RunID, step RunStep) (Progress, error) {
	step, err := o.Step(ctx, tx, id, step)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Run: id, Step: step}
	recent, since, err := readProgress(ctx, tx, &p)
	if err != nil || recent == 0 {
		return p, err
	}
	since = max(since, time.Millisecond)
	p.Rate = int(time.Duration(recent) * time.Minute / since)
	p.Left = (time.Duration(p.Total-p.Done-p.Refused) * since / time.Duration(recent)).Round(time.Second)
	return p, nil
}

// OutcomeFilter says which outcomes of a run are wanted.
type OutcomeFilter struct {
	Run     RunID
	Step    RunStep
	Refused bool         // those alone that were refused
	Newly   bool         // those alone that were done since the step was asked for last
	Page    store.Keyset // by position
}

// Outcomes lists what became of the subjects of a step.
func (o Issuer) Outcomes(ctx context.Context, tx *store.Tx, f OutcomeFilter) ([]Outcome, error) {
	all, err := readOutcomes(ctx, tx, f)
	if err != nil || f.Step != RunDeliver {
		return all, err
	}
	for i, o := range all {
		if o.Statement == "" || o.Refusal != "" {
			continue
		}
		last, err := readDeliveries(ctx, tx, o.Statement, store.Keyset{Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			all[i].Mail = last[0].became()
		}
	}
	return all, nil
}

// became is what is known of a mail: sent, waiting to be tried, refused by the mail server with its code, or without an
// address to send it to.
func (d Delivery) became() string {
	if len(d.Attempts) == 0 {
		return "waiting"
	}
	switch last := d.Attempts[len(d.Attempts)-1]; {
	case last.Outcome == MailSent:
		return "sent"
	case last.Outcome == MailRefused && last.Code == 0:
		return "no address, or not wanted any more"
	case last.Outcome == MailRefused:
		return fmt.Sprintf("bounced (%d)", last.Code)
	}
	return "waiting"
}

// Chunk is the job of some subjects of a run in one step.
type Chunk struct {
	Run   RunID   `json:"run"`
	Step  RunStep `json:"step"`
	First int     `json:"first"` // position
	Count int     `json:"count"`
}

// Kind names the job.
func (Chunk) Kind() string { return "statement_run" }

// chunk is how many subjects one job takes: seconds of work, so that what a killed process leaves behind is little.
const chunk = 20

// Enqueue hands a step of a run to the queue, as jobs of a few subjects each. Jobs of what is done already find nothing
// to do.
func (o Issuer) Enqueue(ctx context.Context, tx *store.Tx, id RunID, step RunStep) error {
	p, err := o.Progress(ctx, tx, id, step)
	if err != nil {
		return err
	}
	var all []Chunk
	for first := 1; first <= p.Total; first += chunk {
		all = append(all, Chunk{id, step, first, min(chunk, p.Total-first+1)})
	}
	return jobs.EnqueueOnce(ctx, tx, all...)
}
