// Package verify recomputes everything that the books claim from what their rows say, and believes nothing that is kept
// beside: the tree of leaves and the checkpoints that others hold (proof), audit events and duties (access), entries,
// numbers, balances and lots (ledger), and who approved what (beneficiaries, disbursements).
//
// It reads one snapshot, in memory that does not grow with the number of entries. Nothing here is a rule: each room verifies
// its own, and this package calls them in order. The command is `supportledger verify`; what an attacker can and cannot do
// unseen is in docs/PROOF.md.
package verify

import (
	"context"
	"fmt"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
)

// Options say what to hold the books against, and who wants to know how far it is.
type Options struct {
	PublicKey   string          // whose checkpoints count; "" checks no signature and none of the database's own checkpoints
	Checkpoints []string        // notes kept outside of the database
	Evidence    *ledger.Archive // opens every document; nil opens none
	Report      func(stage string, done int64)
}

// Report is what was found, and how much was looked at.
type Report struct {
	OK            bool            `json:"ok"`
	Leaves        int64           `json:"leaves"`
	Root          string          `json:"root"` // of the tree
	Checkpoints   int             `json:"checkpoints"`
	LastSigned    int64           `json:"last_signed"`                     // leaves under the largest checkpoint; what came after it is not yet anchored
	FirstEntry    string          `json:"first_differing_entry,omitempty"` // number of the first entry that is not what its leaf says
	Entries       int64           `json:"entries"`
	Lines         int64           `json:"lines"`
	Balances      int64           `json:"balances"`
	Lots          int64           `json:"lots"`
	Events        int64           `json:"audit_events"`
	Duties        int64           `json:"duties"`
	Plans         int64           `json:"plans"`
	Transfers     int64           `json:"transfers"`
	Disbursements int64           `json:"disbursements"`
	Statements    int64           `json:"statements"`
	Documents     int64           `json:"documents"`
	Opened        int64           `json:"documents_opened"` // and found to be what was stored
	Findings      []proof.Finding `json:"findings"`
	More          map[string]int  `json:"not_listed,omitempty"` // how many more findings of a check there are
}

// Books verifies the books of a tx.
func Books(ctx context.Context, tx *store.Tx, o Options) (Report, error) {
	if o.Report == nil {
		o.Report = func(string, int64) {}
	}
	at := func(stage string) func(int64) { return func(done int64) { o.Report(stage, done) } }
	var r Report
	var found proof.Findings
	checkpoints, err := opened(ctx, tx, o, &found)
	if err != nil {
		return r, err
	}
	r.Checkpoints = len(checkpoints)
	for _, c := range checkpoints {
		r.LastSigned = max(r.LastSigned, c.Size)
	}
	counts, root, err := proof.VerifyTree(ctx, tx, checkpoints, &found, at("leaves"))
	if err != nil {
		return r, err
	}
	for _, n := range counts {
		r.Leaves += n
	}
	r.Root = root.String()
	if err := r.rooms(ctx, tx, o.Evidence, counts, &found, at); err != nil {
		return r, err
	}
	r.Findings, r.More = found.List, found.More
	r.OK = len(r.Findings) == 0
	return r, nil
}

// rooms has each room verify what it keeps.
func (r *Report) rooms(ctx context.Context, tx *store.Tx, archive *ledger.Archive, counts map[proof.Kind]int64, found *proof.Findings, at func(string) func(int64)) error {
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return err
	}
	entries, err := book.Verify(ctx, tx, counts[proof.EntryLeaf], found, at("entries"))
	if err != nil {
		return fmt.Errorf("verify: entries: %w", err)
	}
	r.Entries, r.Lines, r.Balances, r.Lots, r.FirstEntry = entries.Entries, entries.Lines, entries.Balances, entries.Lots, entries.FirstDiffering
	documents, err := book.VerifyEvidence(ctx, tx, archive, found, at("documents"))
	if err != nil {
		return fmt.Errorf("verify: documents: %w", err)
	}
	r.Documents, r.Opened = documents.Documents, documents.Opened
	people, err := access.Verify(ctx, tx, counts, found, at("audit events"))
	if err != nil {
		return fmt.Errorf("verify: audit events: %w", err)
	}
	r.Events, r.Duties = people.Events, people.Duties
	register := grants.Register{Book: book}
	plans := beneficiaries.Register{Book: book, Grants: register}
	if r.Plans, err = plans.Verify(ctx, tx, found); err != nil {
		return fmt.Errorf("verify: plans: %w", err)
	}
	money, err := disbursements.Office{Book: book, Grants: register, People: plans}.Verify(ctx, tx, found)
	r.Transfers, r.Disbursements = money.Transfers, money.Disbursements
	if err != nil {
		return fmt.Errorf("verify: payments: %w", err)
	}
	r.Statements, err = statements.Office{Book: book, Grants: register}.Verify(ctx, tx, found)
	return err
}

// opened reads the checkpoints to hold the books against: those given, and those of the database where there is a key to
// tell whether they are ours.
func opened(ctx context.Context, tx *store.Tx, o Options, found *proof.Findings) ([]proof.Checkpoint, error) {
	notes, places := append([]string{}, o.Checkpoints...), len(o.Checkpoints)
	if o.PublicKey != "" {
		stored, err := proof.Stored(ctx, tx)
		if err != nil {
			return nil, err
		}
		notes = append(notes, stored...)
	}
	var checkpoints []proof.Checkpoint
	for i, text := range notes {
		where := "given"
		if i >= places {
			where = "in the database"
		}
		c, err := read(text, o.PublicKey)
		if err != nil {
			found.Add("checkpoint", fmt.Sprintf("checkpoint %s (%d)", where, i+1), "%v", err)
			continue
		}
		checkpoints = append(checkpoints, c)
	}
	return checkpoints, nil
}

func read(text, key string) (proof.Checkpoint, error) {
	if key == "" {
		return proof.Claim(text)
	}
	return proof.ParseCheckpoint(text, key)
}
