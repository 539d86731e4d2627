package statements_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"supportledger/grants/donors"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
	"supportledger/store/jobs"
)

// donors registers n donors who gave to the education fund, some of it used.
func (h *house) donors(n int) {
	h.Helper()
	h.nextYear()
	h.do("", func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			code := fmt.Sprintf("D-%04d", 1000+i)
			if _, err := donors.Register(ctx, tx,
				donors.Donor{Code: code, Kind: donors.Person, Language: "da"}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range n {
		h.give(fmt.Sprintf("D-%04d", 1000+i), fmt.Sprintf("GIFT-%d", i), "2026-03-03", "100.00")
	}
	h.pay("D1", "2026-09-15", "5120", "450.00")
}

func (h *house) runner() *statements.Runner {
	return &statements.Runner{DB: h.db, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{})
	}}
}

func (h *house) startRun(who string, in statements.RunRequest) (run statements.Run) {
	h.Helper()
	h.do(who, func(ctx context.Context, tx *store.Tx) (err error) {
		run, err = h.office.StartRun(ctx, tx, in)
		return err
	})
	return run
}

func (h *house) ask(who string, run statements.RunID, step statements.RunStep) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.office.AskStep(ctx, tx, run, step)
		return err
	})
}

func (h *house) progress(run statements.RunID, step statements.RunStep) (p statements.Progress) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = h.office.Progress(ctx, tx, run, step)
		return err
	})
	return p
}

// A run takes its statements through the same life as one alone, three people each; several workers at once make every
// statement once, and what one cannot do is listed.
func TestRun(t *testing.T) {
	onBoth(t, func(h *house) {
		const n = 10
		h.donors(n)
		run := h.startRun("preparer", statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-01-01", To: "2026-12-31"})
		if err := h.ask("reviewer", run.ID, statements.RunReview); !errors.Is(err, statements.ErrRunStep) {
			t.Errorf("reviewed before it was prepared: %v", err)
		}
		together := func(step statements.RunStep) {
			t.Helper()
			var workers sync.WaitGroup
			for range 2 { // as two processes would
				runner := h.runner()
				workers.Go(func() {
					if err := runner.All(t.Context(), run.ID, step, nil); err != nil {
						t.Error(err)
					}
				})
			}
			workers.Wait()
		}
		together(statements.RunPrepare)
		if p := h.progress(run.ID, ""); p.Total != n || p.Done != n || !p.Finished() || p.Rate <= 0 {
			t.Errorf("prepared: %+v", p)
		}
		for _, step := range []struct {
			who  string
			step statements.RunStep
		}{{"preparer", statements.RunReview}, {"reviewer", statements.RunReview}, {"issuer", statements.RunIssue}} {
			if err := h.ask(step.who, run.ID, step.step); err != nil {
				t.Fatal(err)
			}
			together(step.step)
			p := h.progress(run.ID, step.step)
			if refused := step.who == "preparer"; refused && p.Refused != n || !refused && p.Done != n {
				t.Errorf("%s by %s: %+v", step.step, step.who, p)
			}
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			all, err := h.office.Statements(ctx, tx, store.Keyset{})
			numbers := map[string]bool{}
			for _, s := range all {
				numbers[s.Number] = true
			}
			if len(all) != n || len(numbers) != n || numbers[""] {
				t.Errorf("%d statements with %d numbers", len(all), len(numbers))
			}
			return err
		})
		h.archive(run.ID, n)
		again := h.startRun("preparer",
			statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-01-01", To: "2026-12-31", Subjects: []string{"D-1003"}})
		if err := h.runner().All(t.Context(), again.ID, statements.RunPrepare, nil); err != nil {
			t.Fatal(err)
		}
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			all, err := h.office.Outcomes(ctx, tx,
				statements.OutcomeFilter{Run: again.ID, Step: statements.RunPrepare, Refused: true})
			if len(all) != 1 || all[0].Subject != "D-1003" || all[0].Refusal != statements.ErrExists.Error() {
				t.Errorf("a second statement of D-1003: %+v", all)
			}
			return err
		})
	})
}

// archive reads the zip of a run: a file for each statement, and the list.
func (h *house) archive(run statements.RunID, n int) {
	h.Helper()
	var body bytes.Buffer
	if err := h.runner().Archive(h.Context(), run, &body); err != nil {
		h.Fatal(err)
	}
	files, err := zip.NewReader(bytes.NewReader(body.Bytes()), int64(body.Len()))
	if err != nil || len(files.File) != n+1 {
		h.Fatalf("%v: %d files", err, len(files.File))
	}
	list, err := files.Open("statements.csv")
	if err != nil {
		h.Fatal(err)
	}
	rows, err := csv.NewReader(list).ReadAll()
	if err != nil || len(rows) != n+1 {
		h.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, r := range rows[1:] {
		if !slices.ContainsFunc(files.File,
			func(f *zip.File) bool { return f.Name == r[5] && f.UncompressedSize64 > 10000 }) || r[4] != "ISSUED" {
			h.Errorf("no file for %q", r)
		}
	}
}

// The queue works a run that was handed to it, the seals too once a checkpoint is signed.
func TestRunByTheQueue(t *testing.T) {
	onBoth(t, func(h *house) {
		h.donors(21)
		queue, runner := jobs.New(h.db, jobs.Options{}), h.runner()
		jobs.Do(queue, runner.Work)
		if err := queue.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := queue.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		}()
		run := h.startRun("preparer", statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-01-01", To: "2026-12-31"})
		for _, step := range []struct {
			who  string
			step statements.RunStep
		}{{"preparer", statements.RunPrepare}, {"reviewer", statements.RunReview}, {"issuer", statements.RunIssue},
			{"issuer", statements.RunSeal}} {
			if step.step == statements.RunSeal {
				h.sign()
			}
			h.do(step.who, func(ctx context.Context, tx *store.Tx) error {
				if _, err := h.office.AskStep(ctx, tx, run.ID, step.step); err != nil {
					return err
				}
				return h.office.Enqueue(ctx, tx, run.ID, step.step)
			})
			h.eventually(func() bool { return h.progress(run.ID, step.step).Finished() })
			if p := h.progress(run.ID, step.step); p.Done != 21 {
				t.Fatalf("%+v", p)
			}
		}
	})
}

// eventually waits for something that the queue does.
func (h *house) eventually(is func() bool) {
	h.Helper()
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.Fatal("it does not come to pass")
}
