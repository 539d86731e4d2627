package http_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"
)

// TestStatementRunsByAPI starts a run, follows it, reads its zip and lists what it refused, while the queue works.
func TestStatementRunsByAPI(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
			if err := ledger.Create(t.Context(), tx, book); err != nil {
				return err
			}
			for _, code := range []ledger.FundCode{"UNR", "D1", "D2"} {
				if err := book.OpenFund(t.Context(), tx,
					ledger.Fund{Code: code, Name: "Fund", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		queue := jobs.New(db, jobs.Options{})
		runner := &statements.Runner{DB: db, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
			return statements.OpenIssuer(ctx, tx, statements.Issuer{})
		}}
		jobs.Do(queue, runner.Work)
		if err := queue.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = queue.Stop(context.Background()) })
		storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC)) // the year is over
		client := apitest.Serve(t, db)
		finance, second := client.As(db, "books", access.FinanceOfficer), client.As(db, "second", access.Treasurer)
		const body = `{"kind":"fund","to":"2026-12-31","language":"en"}`
		finance.With("Idempotency-Key", "1").Post("/statement-runs", `{"kind":"donor_annual","to":"2026-12-31"}`).Problem(422,
			"run_empty")
		var run struct {
			ID       string
			Progress struct {
				Step, Finished any
				Total, Done    int
			}
		}
		finance.With("Idempotency-Key", "2").Post("/statement-runs", body).Want(http.StatusAccepted).Into(&run)
		if run.Progress.Total != 3 || run.Progress.Step != "prepare" {
			t.Errorf("%+v", run)
		}
		at := "/statement-runs/" + run.ID
		if events := string(finance.Get(at + "/events").Want(200).Body); !strings.Contains(events, "event: done") ||
			!strings.Contains(events, `"done":3`) {
			t.Errorf("events: %s", events)
		}
		finance.Post(at+"/reviews", "").Want(http.StatusAccepted) // each statement refuses its own preparer
		var outcomes struct {
			Data []struct{ Subject, Refusal string }
		}
		for range 100 {
			if finance.Get(at).Want(200).Into(&run); run.Progress.Finished == true {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		finance.Get(at + "/outcomes?refused=true").Want(200).Into(&outcomes)
		if len(outcomes.Data) != 3 || !strings.Contains(outcomes.Data[0].Refusal, "nobody acts twice") {
			t.Errorf("%+v", outcomes)
		}
		second.Post(at+"/reviews", "").Want(http.StatusAccepted)
		second.Get("/statement-runs").Want(200)
		second.Get("/statement-runs/run_none/events").Problem(404, "not_found")
		archive := second.Get(at + "/archive").Want(200).Body
		files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil || len(files.File) != 4 {
			t.Errorf("%v: %v", err, files)
		}
	})
}
