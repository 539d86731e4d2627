package statements

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"supportledger/statements/collecting"
	"time"

	"github.com/go-json-experiment/json"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/printing"
	"supportledger/store"
)

// statementRuns registers statements for many subjects at once.
func statementRuns(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/statement-runs", ID: "startStatementRun", Tag: "statements",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance, Money: true, Status: http.StatusAccepted,
		Location: "/statement-runs/{id}",
		Summary:  "Make the statements of many subjects, as a job", Danish: "Lav regnskaber for mange på én gang, som et job",
		About: "Each subject gets one statement, collected up to the same entry and cleared by the disclosure control. " +
			"Then reviews by a second person, issues by a third, seals once a checkpoint covers them. Follow it at /events; " +
			"what was refused is at /outcomes.",
		Refuses: []error{statements.ErrRunEmpty, collecting.ErrUnknownSubject, ledger.ErrUnknownEntry},
		Example: `{"kind":"donor_annual","from":"2026-01-01","to":"2026-12-31"}`}, startRun)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs", ID: "listStatementRuns", Tag: "statements",
		Roles:   readers,
		Summary: "List runs, the newest first", Danish: "Vis kørsler, de nyeste først"}, listRuns)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs/:id", ID: "getStatementRun", Tag: "statements",
		Roles:   readers,
		Summary: "One run with how far its last step is", Danish: "Én kørsel med hvor langt dens seneste trin er",
		Refuses: []error{statements.ErrUnknownRun}}, getRun)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs/:id/outcomes", ID: "listStatementRunOutcomes",
		Tag: "statements", Roles: readers,
		Summary: "What became of each subject of a run", Danish: "Hvad der blev af hver i en kørsel",
		Refuses: []error{statements.ErrUnknownRun}}, listOutcomes)
	for _, s := range []struct {
		noun, id, summary, danish string
		step                      statements.RunStep
		roles                     []access.Role
	}{
		{noun: "preparations", id: "prepareStatementRun", summary: "Try again what a run could not prepare",
			danish: "Prøv igen, hvad en kørsel ikke kunne forberede", step: statements.RunPrepare, roles: resource.Finance},
		{noun: "reviews", id: "reviewStatementRun", summary: "Approve all statements of a run as a second person",
			danish: "Godkend alle regnskaber i en kørsel som anden person", step: statements.RunReview, roles: reviewers},
		{noun: "issues", id: "issueStatementRun", summary: "Issue all statements of a run as a third person",
			danish: "Udsted alle regnskaber i en kørsel som tredje person", step: statements.RunIssue, roles: resource.Finance},
		{noun: "seals", id: "sealStatementRun", summary: "Seal all statements of a run",
			danish: "Forsegl alle regnskaber i en kørsel",
			step:   statements.RunSeal, roles: resource.Finance},
		{noun: "deliveries", id: "deliverStatementRun",
			summary: "Send all statements of a run to the donors who want them by e-mail",
			danish:  "Send alle regnskaber i en kørsel til de donorer, der ønsker dem pr. e-mail",
			step:    statements.RunDeliver,
			roles:   resource.Finance},
		{noun: "prints", id: "printStatementRun",
			summary: "Find who of a run gets a letter by post: who wants that, or whose mail did not arrive",
			danish:  "Find dem i en kørsel, der får brev med posten: de, der ønsker det, og de, hvis mail ikke nåede frem",
			step:    statements.RunPrint,
			roles:   resource.Finance},
	} {
		resource.Route(api, rest.Op{Method: rest.Post, Path: "/statement-runs/:id/" + s.noun, ID: s.id, Tag: "statements",
			Roles: s.roles, Match: "getStatementRun", Status: http.StatusAccepted,
			Summary: s.summary, Danish: s.danish, About: "As a job. Asked for again, it tries what was refused before.",
			Refuses: []error{statements.ErrUnknownRun, statements.ErrRunStep}}, beginStep(s.step))
	}
	runReads(api)
}

// runReads registers how far a run is, and its documents.
func runReads(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs/:id/events", ID: "followStatementRun",
		Tag: "statements", Roles: readers,
		Summary: "How far a run is, as server-sent events", Danish: "Hvor langt en kørsel er, som server-sent events",
		About: "An event progress whenever it has moved, done at the end. The stream ends after twenty seconds; an " +
			"EventSource comes again by itself.",
		Produces: []string{"text/event-stream"}, Refuses: []error{statements.ErrUnknownRun}}, followRun)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs/:id/letters", ID: "openStatementRunLetters",
		Tag: "statements", Roles: resource.Finance, Personal: true,
		Summary: "Letters and statements of a run in print order, as a zip",
		Danish:  "Breve og regnskaber i en kørsel i udskriftsrækkefølge, som zip",
		About: "Name and address of each donor are opened for the letter, which is on record in the name of the caller; " +
			"the letters are kept nowhere. Those found since the step was asked for last, or all. print.csv says what " +
			"became of each.",
		Produces: []string{"application/zip"},
		Refuses:  []error{statements.ErrUnknownRun, vault.ErrNoVault}}, runLetters)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/statement-runs/:id/archive", ID: "getStatementRunArchive",
		Tag: "statements", Roles: readers,
		Summary: "All documents of a run as a zip", Danish: "Alle dokumenter i en kørsel som zip",
		About:    "Sealed documents, or pages as issued, or drafts marked so; statements.csv says whose each is.",
		Produces: []string{"application/zip"}, Refuses: []error{statements.ErrUnknownRun}}, runArchive)
}

type startRunRequest struct {
	Kind     string      `json:"kind" validate:"required,oneof=grant_financial donor_annual fund"`
	From     ledger.Date `json:"from" validate:"omitempty" description:"The start of each subject where none is given."`
	To       ledger.Date `json:"to" validate:"required"`
	Language string      `json:"language" validate:"omitempty,oneof=da en" description:"Of the documents; each reader's own where none is given."`
	CutOff   string      `json:"cut_off" validate:"max=20" description:"Number of the last entry that counts; the last there is where none is given."`
	Whole    bool        `json:"whole_units"`
	Subjects []string    `json:"subjects" validate:"max=20000" description:"Codes; all there are where none is given."`
}

type runRef struct {
	ID statements.RunID `path:"id" json:"-" validate:"max=60"`
}

type runView struct {
	ID        statements.RunID `json:"id"`
	Kind      figures.Kind     `json:"kind"`
	From      ledger.Date      `json:"from,omitempty"`
	To        ledger.Date      `json:"to"`
	Language  figures.Lang     `json:"language,omitempty" description:"None where each reader's own is used."`
	CutOff    string           `json:"cut_off"`
	CreatedBy access.UserID    `json:"created_by"`
	CreatedAt string           `json:"created_at"`
	Progress  *runProgressView `json:"progress,omitempty" table:"-"`
}

type runProgressView struct {
	Step     statements.RunStep `json:"step"`
	Total    int                `json:"total"`
	Done     int                `json:"done"`
	Refused  int                `json:"refused"`
	Rate     int                `json:"per_minute" description:"Over the last ten seconds."`
	ETA      int64              `json:"eta_seconds" description:"At that rate; 0 where nothing moves."`
	Finished bool               `json:"finished"`
}

func viewRun(r statements.Run) runView {
	return runView{ID: r.ID, Kind: r.Kind, From: r.From, To: r.To, Language: r.Lang, CutOff: r.CutOff,
		CreatedBy: r.CreatedBy, CreatedAt: store.FormatTime(r.CreatedAt)}
}

func viewRunProgress(p statements.Progress) *runProgressView {
	return &runProgressView{Step: p.Step, Total: p.Total, Done: p.Done, Refused: p.Refused, Rate: p.Rate,
		ETA: int64(p.Left / time.Second), Finished: p.Finished()}
}

// shownRun is a run with how far a step is.
func shownRun(ctx context.Context, tx *store.Tx, d resource.Domain, run statements.Run,
	step statements.RunStep) (runView, error) {
	p, err := d.Statements.Progress(ctx, tx, run.ID, step)
	v := viewRun(run)
	v.Progress = viewRunProgress(p)
	return v, err
}

func startRun(ctx context.Context, tx *store.Tx, d resource.Domain, in startRunRequest) (runView, error) {
	run, err := d.Statements.StartRun(ctx, tx,
		statements.RunRequest{Kind: figures.Kind(in.Kind), From: in.From, To: in.To, Lang: figures.Lang(in.Language),
			CutOff: in.CutOff, Whole: in.Whole, Subjects: in.Subjects})
	if err != nil {
		return runView{}, err
	}
	if err := d.Statements.Enqueue(ctx, tx, run.ID, statements.RunPrepare); err != nil {
		return runView{}, err
	}
	return shownRun(ctx, tx, d, run, statements.RunPrepare)
}

func beginStep(step statements.RunStep) func(context.Context, *store.Tx, resource.Domain, runRef) (runView, error) {
	return func(ctx context.Context, tx *store.Tx, d resource.Domain, in runRef) (runView, error) {
		run, err := d.Statements.AskStep(ctx, tx, in.ID, step)
		if err != nil {
			return runView{}, err
		}
		if err := d.Statements.Enqueue(ctx, tx, run.ID, step); err != nil {
			return runView{}, err
		}
		return shownRun(ctx, tx, d, run, step)
	}
}

func listRuns(ctx context.Context, tx *store.Tx, d resource.Domain, in struct{ rest.Page }) (rest.List[runView],
	error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[runView]{}, err
	}
	rows, err := d.Statements.Runs(ctx, tx, store.Keyset{After: after, Limit: in.Size() + 1})
	if err != nil {
		return rest.List[runView]{}, err
	}
	return rest.ListOf(in.Page, rows, viewRun, func(r statements.Run) []string { return []string{string(r.ID)} }), nil
}

func getRun(ctx context.Context, tx *store.Tx, d resource.Domain, in runRef) (runView, error) {
	run, err := d.Statements.Run(ctx, tx, in.ID)
	if err != nil {
		return runView{}, err
	}
	return shownRun(ctx, tx, d, run, "")
}

type outcomesRequest struct {
	rest.Page
	ID      statements.RunID `path:"id" json:"-" validate:"max=60"`
	Step    string           `query:"step" json:"-" validate:"omitempty,oneof=prepare review issue seal deliver print" description:"The last one where none is given."`
	Refused bool             `query:"refused" json:"-" description:"Those alone that were refused."`
}

type outcomeView struct {
	Position  int           `json:"position"`
	Subject   string        `json:"subject"`
	Statement statements.ID `json:"statement_id,omitempty"`
	Refusal   string        `json:"refusal,omitempty"`
	Mail      string        `json:"mail,omitempty" description:"Of the step deliver: sent, waiting, or why it did not arrive."`
}

func listOutcomes(ctx context.Context, tx *store.Tx, d resource.Domain, in outcomesRequest) (rest.List[outcomeView],
	error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[outcomeView]{}, err
	}
	step, err := d.Statements.Step(ctx, tx, in.ID, statements.RunStep(in.Step))
	if err != nil {
		return rest.List[outcomeView]{}, err
	}
	rows, err := d.Statements.Outcomes(ctx, tx, statements.OutcomeFilter{Run: in.ID, Step: step, Refused: in.Refused,
		Page: store.Keyset{After: after, Limit: in.Size() + 1}})
	if err != nil {
		return rest.List[outcomeView]{}, err
	}
	view := func(o statements.Outcome) outcomeView { return outcomeView(o) }
	return rest.ListOf(in.Page, rows, view,
		func(o statements.Outcome) []string { return []string{strconv.Itoa(o.Position)} }), nil
}

// How long one stream of events lasts, shorter than the server waits when it ends, and how often it looks.
const (
	followFor   = 20 * time.Second
	followEvery = 500 * time.Millisecond
)

func followRun(ctx context.Context, tx *store.Tx, d resource.Domain, in runRef) (rest.File, error) {
	if _, err := d.Statements.Progress(ctx, tx, in.ID, ""); err != nil {
		return rest.File{}, err
	}
	return rest.File{Type: "text/event-stream", Stream: func(ctx context.Context, w io.Writer) error {
		ctx, cancel := context.WithTimeout(ctx, followFor)
		defer cancel()
		return follow(ctx, d.API, w, in.ID)
	}}, nil
}

// follow writes an event whenever a run has moved, until it is through or the time is up.
func follow(ctx context.Context, api *resource.API, w io.Writer, id statements.RunID) error {
	var last statements.Progress
	for first := true; ; first = false {
		var p statements.Progress
		err := api.DB.View(ctx, func(tx *store.Tx) error {
			d, err := api.Open(ctx, tx)
			if err != nil {
				return err
			}
			p, err = d.Statements.Progress(ctx, tx, id, "")
			return err
		})
		if err != nil {
			return nil //nolint:nilerr // the client comes again
		}
		if first || p.Done != last.Done || p.Refused != last.Refused || p.Step != last.Step {
			name := "progress"
			if p.Finished() {
				name = "done"
			}
			if err := event(w, name, viewRunProgress(p)); err != nil || p.Finished() {
				return err
			}
		}
		last = p
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
	}
}

func event(w io.Writer, name string, view any) error {
	body, err := json.Marshal(view, rest.ViewOptions)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, body); err != nil {
		return err
	}
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	return nil
}

func runArchive(ctx context.Context, tx *store.Tx, d resource.Domain, in runRef) (rest.File, error) {
	run, err := d.Statements.Run(ctx, tx, in.ID)
	if err != nil {
		return rest.File{}, err
	}
	runner := runner(d.API)
	return rest.File{Type: "application/zip", Name: string(run.ID) + ".zip", Save: true,
		Stream: func(ctx context.Context, w io.Writer) error { return runner.Archive(ctx, run.ID, w) }}, nil
}

type runLettersRequest struct {
	ID  statements.RunID `path:"id" json:"-" validate:"max=60"`
	All bool             `query:"all" json:"-" description:"Also those that were printed before."`
}

func runLetters(ctx context.Context, tx *store.Tx, d resource.Domain, in runLettersRequest) (rest.File, error) {
	run, err := d.Statements.Run(ctx, tx, in.ID)
	if err != nil {
		return rest.File{}, err
	}
	if d.API.Vault == nil {
		return rest.File{}, vault.ErrNoVault
	}
	printer := printing.Printer{DB: d.API.DB, Vault: d.API.Vault, By: tx.By}
	return rest.File{Type: "application/zip", Name: string(run.ID) + "-letters.zip", Save: true,
		Stream: func(ctx context.Context, w io.Writer) error { return printer.Run(ctx, run.ID, in.All, w) }}, nil
}

// runner works runs with the server's own office.
func runner(api *resource.API) *statements.Runner {
	return &statements.Runner{DB: api.DB, Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: api.Address})
	}}
}
