package statements

import (
	"context"
	"errors"
	"runtime"
	"supportledger/ledger"
	"supportledger/statements/collecting"
	"supportledger/statements/figures"
	"supportledger/store"
	"sync"
	"sync/atomic"
)

// Runner works the steps of runs, as a job of the queue or at a command's asking. Several may work on one run, in one
// process or in many: each subject is done once.
type Runner struct {
	DB     *store.DB
	Issuer func(ctx context.Context, tx *store.Tx) (Issuer, error) // over the books as they are

	mu    sync.Mutex
	run   RunID
	notes *collecting.Memo
}

// memory is what is remembered of a run; only of one at a time.
func (r *Runner) memory(id RunID) *collecting.Memo {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.run != id {
		r.run, r.notes = id, &collecting.Memo{}
	}
	return r.notes
}

// Work does the subjects of a chunk that nobody has done yet. What the books or the rules refuse is put down as the
// outcome; an error is only what another try can mend.
func (r *Runner) Work(ctx context.Context, c Chunk) error {
	work, err := r.begin(ctx, c)
	if err != nil {
		return err
	}
	for _, subject := range work.waiting {
		if err := work.subject(ctx, subject); err != nil {
			return err
		}
	}
	return nil
}

// All does what is left of a step, on every core, and calls tell (which may be nil) after each subject.
func (r *Runner) All(ctx context.Context, id RunID, step RunStep, tell func(done int64)) error {
	work, err := r.begin(ctx, Chunk{Run: id, Step: step, First: 1, Count: 1 << 30})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var next, done atomic.Int64
	var workers sync.WaitGroup
	for range runtime.NumCPU() {
		workers.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(work.waiting) && ctx.Err() == nil; i = next.Add(1) - 1 {
				if err := work.subject(ctx, work.waiting[i]); err != nil {
					stop(err)
					return
				}
				if n := done.Add(1); tell != nil {
					tell(n)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// stretch is one worker's view of a step.
type stretch struct {
	runner  *Runner
	run     Run
	step    RunStep
	by      store.Actor
	waiting []Outcome // subjects without an outcome, with the statement of the steps before
	notes   *collecting.Memo
}

func (r *Runner) begin(ctx context.Context, c Chunk) (*stretch, error) {
	w := &stretch{runner: r, step: c.Step, notes: r.memory(c.Run)}
	err := r.DB.View(ctx, func(tx *store.Tx) (err error) {
		if w.run, err = readRun(ctx, tx, c.Run); err != nil {
			return err
		}
		if w.by, err = readStepActor(ctx, tx, c.Run, c.Step); err != nil {
			return err
		}
		w.waiting, err = readWaiting(ctx, tx, c)
		return err
	})
	return w, err
}

// errElsewhere ends a transaction whose work somebody else has done meanwhile. It never leaves this file.
var errElsewhere = errors.New("statements: done elsewhere")

// subject does the step for one subject and puts down what became of it.
func (w *stretch) subject(ctx context.Context, o Outcome) error {
	ctx = store.WithActor(ctx, w.by)
	err := w.do(ctx, o)
	switch {
	case err == nil, errors.Is(err, errElsewhere):
		return nil
	case w.passing(ctx, err):
		return err
	}
	o.Refusal = refusalOf(err)
	err = w.runner.DB.Update(ctx, func(tx *store.Tx) error { return w.settle(ctx, tx, o) })
	if errors.Is(err, errElsewhere) {
		return nil
	}
	return err
}

// passing tells failures that another try may mend from refusals.
func (w *stretch) passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return true
	}
	for _, is := range []error{store.ErrBusy, store.ErrUnavailable, store.ErrUncertain, context.Canceled,
		context.DeadlineExceeded} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// longest is how much of a refusal is kept.
const longest = 300

func refusalOf(err error) string {
	text := err.Error()
	if len(text) > longest {
		text = text[:longest]
	}
	return text
}

// settle writes an outcome, or says that it is there.
func (w *stretch) settle(ctx context.Context, tx *store.Tx, o Outcome) error {
	err := insertOutcome(ctx, tx, w.run.ID, w.step, o)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return errElsewhere
	}
	return err
}

func (w *stretch) do(ctx context.Context, o Outcome) error {
	if w.step == RunPrepare {
		return w.prepare(ctx, o)
	}
	if o.Statement == "" {
		return ErrRunStep // it was refused a step before
	}
	return w.update(ctx, func(tx *store.Tx, issuer Issuer) error {
		if err := w.settle(ctx, tx, o); err != nil {
			return err
		}
		var err error
		switch w.step {
		case RunReview:
			_, err = issuer.Review(ctx, tx, string(o.Statement))
		case RunIssue:
			_, err = issuer.Issue(ctx, tx, string(o.Statement))
		case RunSeal:
			_, err = issuer.Seal(ctx, tx, string(o.Statement))
		case RunDeliver:
			err = issuer.deliverOnce(ctx, tx, o.Statement)
		case RunPrint:
			err = issuer.toPrint(ctx, tx, o.Statement)
		case RunPrepare:
		}
		return err
	})
}

// prepare collects and clears in a snapshot, beside others, and only writes in the transaction that others wait for.
// The cut-off is the run's, so that both see the same books; what others are shown meanwhile, issuing asks again.
func (w *stretch) prepare(ctx context.Context, o Outcome) error {
	in := collecting.Request{Subject: o.Subject, Kind: w.run.Kind, From: w.run.From, To: w.run.To, CutOff: w.run.CutOff,
		Whole: w.run.Whole}
	var s Statement
	var released clearance
	err := w.runner.DB.View(ctx, func(tx *store.Tx) (err error) {
		issuer, err := w.issuer(ctx, tx)
		if err != nil {
			return err
		}
		if s, err = issuer.draft(ctx, tx, in, w.run.Lang); err != nil {
			return err
		}
		if f, ok := s.Value.(*figures.FundStatement); ok && f.Kind == figures.DonorAnnual && f.Empty() {
			return ErrNothingToReport
		}
		released, err = issuer.clear(ctx, tx, s.Value)
		return err
	})
	if err != nil {
		return err
	}
	o.Statement = s.ID
	return w.update(ctx, func(tx *store.Tx, issuer Issuer) error {
		if err := w.settle(ctx, tx, o); err != nil {
			return err
		}
		if err := numberReport(ctx, tx, s.Value, released.value); err != nil {
			return err
		}
		if err := issuer.keep(ctx, tx, s); err != nil {
			return err
		}
		_, err := issuer.takeCleared(ctx, tx, s, released)
		return err
	})
}

func (w *stretch) update(ctx context.Context, fn func(*store.Tx, Issuer) error) error {
	return w.runner.DB.Update(ctx, func(tx *store.Tx) error {
		issuer, err := w.issuer(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, issuer)
	})
}

// issuer is the runner's, with what is remembered of the run.
func (w *stretch) issuer(ctx context.Context, tx *store.Tx) (Issuer, error) {
	o, err := w.runner.Issuer(ctx, tx)
	o.notes = w.notes
	if _, blocks := o.Disclosure.(Blocks); blocks {
		o.Disclosure = Blocks{o}
	}
	return o, err
}

// OpenIssuer opens the issuer of the organisation's statements over the books of a tx, with its disclosure control.
func OpenIssuer(ctx context.Context, tx *store.Tx, o Issuer) (Issuer, error) {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return Issuer{}, err
	}
	o.Book, o.Grants.Book = book, book
	o.Disclosure = Blocks{o}
	return o, nil
}
