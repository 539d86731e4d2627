package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"supportledger/cmd/progress"
	"supportledger/cmd/witness"
	"supportledger/proof"
	"supportledger/statements/verify"
	"supportledger/store"
)

// errUnsound ends a verify that found something; the findings are told already.
var errUnsound = errors.New("the books are not what they should be")

type verifyCommand struct {
	books
	checkpointFlags
	evidenceFlags
	JSON bool `name:"json" help:"Print the report as JSON."`
}

// checkpointFlags name what books are held against from outside.
type checkpointFlags struct {
	Checkpoints []string `placeholder:"DIR" type:"path" help:"Hold the books against checkpoints kept elsewhere: *.note in DIR, or one file."`
	Pub         string   `placeholder:"FILE" help:"Public key whose signature every checkpoint must bear: a FILE or the key itself."`
}

// options are what verify holds the books against.
func (f checkpointFlags) options() (o verify.Options, err error) {
	if o.PublicKey, err = publicKey(f.Pub); err != nil {
		return o, err
	}
	for _, place := range f.Checkpoints {
		notes, err := witness.Notes(place)
		if err != nil {
			return o, misuse("--checkpoints: %v", err)
		}
		if len(notes) == 0 {
			return o, misuse("there is no checkpoint in %s", place)
		}
		o.Checkpoints = append(o.Checkpoints, notes...)
	}
	return o, nil
}

// Run verifies the books in one snapshot.
func (v verifyCommand) Run(ctx context.Context, c console) (err error) {
	o, err := v.options()
	if err != nil {
		return err
	}
	open := v.archive
	if v.EvidenceKey == "" {
		open = v.locked
	}
	archive, closeArchive, err := open(v.at())
	if err != nil {
		return err
	}
	defer also(&err, closeArchive)
	o.Evidence = archive
	var report verify.Report
	started := time.Now()
	err = v.viewBoth(ctx, func(db *store.DB, tx, other *store.Tx) error {
		done, err := v.progress(ctx, c, tx)
		if err != nil {
			return err
		}
		defer done.bar.End()
		o.Report, o.Files = done.at, db.Whole()
		report, err = verify.Books(ctx, tx, other, o)
		return err
	})
	if err != nil {
		return err
	}
	return v.tell(c, report, time.Since(started))
}

// records is one meter over what is many: leaves, entries and audit events, which are read at the same time.
type records struct {
	bar  *progress.Meter
	done map[string]int64
}

func (v verifyCommand) progress(ctx context.Context, c console, tx *store.Tx) (*records, error) {
	tree, err := proof.Head(ctx, tx)
	if errors.Is(err, proof.ErrRewritten) {
		tree, err = &proof.Tree{}, nil // verify says so itself
	}
	if err != nil {
		return nil, err
	}
	return &records{c.progress(2*tree.Size, "records"), map[string]int64{}}, nil // every leaf, and what it is of
}

func (r *records) at(stage string, done int64) {
	r.done[stage] = done
	r.bar.At(r.done["leaves"] + r.done["entries"] + r.done["audit events"])
}

// tell prints the report and answers with the error that makes the exit code.
func (v verifyCommand) tell(c console, r verify.Report, took time.Duration) error {
	if v.JSON {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s\n", text)
	} else {
		fmt.Fprintf(c.out, "%d leaves, root %s; %d checkpoints\n", r.Leaves, r.Root, r.Checkpoints)
		fmt.Fprintf(c.out, "%d entries with %d lines, %d balances, %d lots; %d audit events, %d duties; %d plans, %d "+
			"transfers, %d disbursements; %d documents, %d of them opened, %d counted\n",
			r.Entries, r.Lines, r.Balances, r.Lots, r.Events, r.Duties, r.Plans, r.Transfers, r.Disbursements, r.Documents,
			r.Opened, r.Counted)
		for _, f := range r.Findings {
			fmt.Fprintln(c.out, "FOUND", f)
		}
		for check, n := range r.More {
			fmt.Fprintf(c.out, "and %d more of %s\n", n, check)
		}
		if r.FirstEntry != "" {
			fmt.Fprintln(c.out, "The first entry that is not as it was written:", r.FirstEntry)
		}
	}
	if !v.JSON {
		tellNewest(c, r)
	}
	if !r.OK {
		return errUnsound
	}
	fmt.Fprintf(c.err, "The books are what they were written as (%s).\n", took.Round(time.Millisecond))
	if r.Documents > r.Opened+r.Counted {
		fmt.Fprintf(c.err, "%d documents were not looked for: name their folder with --evidence.\n",
			r.Documents-r.Opened-r.Counted)
	}
	switch {
	case r.Checkpoints == 0:
		fmt.Fprintln(c.err, "No checkpoint was looked at: whoever could rewrite all of it would not be found. See "+
			"supportledger proof --help.")
	case r.LastSigned < r.Leaves:
		fmt.Fprintf(c.err, "The last %d leaves stand under no checkpoint yet.\n", r.Leaves-r.LastSigned)
	}
	return nil
}

// tellNewest says up to where the books go, and what they were compared with: a reader who knows of a later entry, or
// of a larger checkpoint, has an older copy before them.
func tellNewest(c console, r verify.Report) {
	entry, compared := "There is no entry yet", "no checkpoint"
	if r.NewestEntry != "" {
		entry = "The newest entry is " + r.NewestEntry
	}
	if n := r.Compared; n != nil {
		compared = fmt.Sprintf("the checkpoint of %d leaves that %s signed at %s", n.Leaves, n.Origin, n.At)
	}
	fmt.Fprintf(c.out, "%s, the last leaf of %s. Compared with %s.\n", entry, cmp.Or(r.NewestAt, "no time"), compared)
}

// publicKey reads a key, or the file that holds it.
func publicKey(at string) (string, error) {
	if at == "" || strings.Count(at, "+") >= 2 {
		return at, nil
	}
	text, err := os.ReadFile(at)
	if err != nil {
		return "", misuse("--pub: %v", err)
	}
	return strings.TrimSpace(string(text)), nil
}
