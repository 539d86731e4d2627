// Package verify recomputes everything that the books claim from what their rows say, and believes nothing that is kept
// beside: the tree of leaves and the checkpoints that others hold (proof), audit events and duties (access), entries,
// numbers, balances and lots (ledger), and who approved what (beneficiaries, disbursements).
//
// It reads one snapshot, in memory that does not grow with the number of entries. Nothing here is a rule: each room
// verifies its own, and this package calls them in order. The command is `supportledger verify`; what an attacker can
// and cannot do unseen is in docs/PROOF.md.
package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/paymentbatch"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
)

// Options say what to hold the books against, and who wants to know how far it is.
type Options struct {
	PublicKey   string            // whose checkpoints count; "" checks no signature and no stored checkpoint
	Checkpoints []string          // notes kept outside of the database
	Evidence    *evidence.Archive // opens every document; nil opens none
	Files       error             // what is wrong with the files of the database ([store.DB.Whole])
	Report      func(stage string, done int64)
}

// Report is what was found, and how much was looked at.
type Report struct {
	OK            bool            `json:"ok"`
	Leaves        int64           `json:"leaves"`
	Root          string          `json:"root"` // of the tree
	Checkpoints   int             `json:"checkpoints"`
	LastSigned    int64           `json:"last_signed"`                     // leaves under the largest checkpoint
	Compared      *Compared       `json:"compared_with,omitempty"`         // the largest checkpoint of all
	NewestEntry   string          `json:"newest_entry,omitempty"`          // its number
	NewestAt      string          `json:"newest_at,omitempty"`             // of the last audit event, UTC
	FirstEntry    string          `json:"first_differing_entry,omitempty"` // whose leaf says otherwise
	Entries       int64           `json:"entries"`
	Lines         int64           `json:"lines"`
	Balances      int64           `json:"balances"`
	Lots          int64           `json:"lots"`
	Events        int64           `json:"audit_events"`
	Duties        int64           `json:"duties"`
	Rows          int64           `json:"rows"` // of all other tables that matter
	Plans         int64           `json:"plans"`
	Transfers     int64           `json:"transfers"`
	Disbursements int64           `json:"disbursements"`
	Statements    int64           `json:"statements"`
	Documents     int64           `json:"documents"`
	Opened        int64           `json:"documents_opened"`  // and found to be what was stored
	Counted       int64           `json:"documents_counted"` // found by name and size, without their key
	Findings      []proof.Finding `json:"findings"`
	More          map[string]int  `json:"not_listed,omitempty"` // how many more findings of a check there are
}

// Compared is the largest checkpoint that the books were held against.
type Compared struct {
	Leaves int64  `json:"leaves"`
	Origin string `json:"origin"` // name of the key
	At     string `json:"at"`     // when it was signed, UTC
}

// Books verifies the books of a tx. Another one on the same snapshot ([store.DB.ViewPair]) halves the time: what is
// many is read in two places, entries in one, the tree and the audit events in the other. It may be nil.
func Books(ctx context.Context, tx, other *store.Tx, o Options) (Report, error) {
	if o.Report == nil {
		o.Report = func(string, int64) {}
	}
	var r Report
	var found proof.Findings
	damage, err := store.Damage(ctx, tx)
	if err != nil {
		return r, err
	}
	for _, what := range damage {
		found.Add("engine", "file", "%s", what)
	}
	if o.Files != nil {
		found.Add("engine", "file", "%s", strings.TrimPrefix(o.Files.Error(), "store: "))
	}
	checkpoints, err := opened(ctx, tx, o, &found)
	if err != nil {
		return r, err
	}
	r.Checkpoints = len(checkpoints)
	for _, c := range checkpoints {
		if c.Size > r.LastSigned {
			r.LastSigned, r.Compared = c.Size, &Compared{c.Size, c.Origin, c.At}
		}
	}
	book, err := ledger.Open(ctx, tx)
	if err != nil {
		return r, err
	}
	if r.NewestEntry, err = book.LastNumber(ctx, tx); err != nil {
		return r, err
	}
	if r.NewestAt, err = access.LastAt(ctx, tx); err != nil {
		return r, err
	}
	b := books{book: book, checkpoints: checkpoints, archive: o.Evidence, report: o.Report, counted: make(chan struct{})}
	if err := b.verify(ctx, tx, other, &r, &found); errors.As(err, new(*broken)) {
		found.Add("unreadable", "books", "verify could not go on, so there may be more: %v", err)
	} else if err != nil {
		return r, err
	}
	r.Findings, r.More = found.List, found.More
	r.OK = len(r.Findings) == 0
	return r, nil
}

// books is what the halves of a verify share.
type books struct {
	book    ledger.Book
	archive *evidence.Archive
	mu      sync.Mutex
	report  func(stage string, done int64)
	counted chan struct{} // closed when the tree is through
	once    sync.Once
	counts  map[proof.Kind]int64 // its leaves, from then on

	checkpoints []proof.Checkpoint // to hold the tree against
}

// verify runs both halves: one after the other on one tx, or at once on two. A half that fails ends the other one.
func (b *books) verify(ctx context.Context, tx, other *store.Tx, r *Report, found *proof.Findings) error {
	if other == nil {
		if err := b.tree(ctx, tx, r, found); err != nil {
			return err
		}
		return b.entries(ctx, tx, r, found)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	var beside proof.Findings
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() {
		if failed = b.entries(ctx, other, r, &beside); failed != nil {
			end()
		}
	})
	err := b.tree(ctx, tx, r, found)
	if err != nil {
		end()
	}
	wg.Wait()
	found.Join(beside)
	if err == nil || errors.Is(err, context.Canceled) {
		err = cmp.Or(failed, err)
	}
	return err
}

// through says that the leaves are counted, or never will be.
func (b *books) through() { b.once.Do(func() { close(b.counted) }) }

// broken is what the program itself would never have written, so that it cannot be read.
type broken struct{ error }

func (b *broken) Unwrap() error { return b.error }

// orBroken makes an error of what is no trouble with the database broken books, a panic too: somebody wrote a value
// past the program.
func (b *books) orBroken(ctx context.Context, err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("a value is not what the program writes: %T", v)
	}
	b.through()
	if *err == nil || ctx.Err() != nil {
		return
	}
	for _, other := range []error{store.ErrUnavailable, store.ErrBusy, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(*err, other) {
			return
		}
	}
	*err = &broken{*err}
}

// at reports the progress of one stage.
func (b *books) at(stage string) func(int64) {
	return func(done int64) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.report(stage, done)
	}
}

// tree verifies the tree, the audit events whose leaves are in it, and what was decided about plans, payments and
// statements.
func (b *books) tree(ctx context.Context, tx *store.Tx, r *Report, found *proof.Findings) (err error) {
	defer b.orBroken(ctx, &err)
	counts, root, err := proof.VerifyTree(ctx, tx, b.checkpoints, found, b.at("leaves"))
	b.counts = counts
	b.through()
	if err != nil {
		return err
	}
	for _, n := range counts {
		r.Leaves += n
	}
	r.Root = root.String()
	if r.Rows, err = proof.VerifyRows(ctx, tx, found); err != nil {
		return fmt.Errorf("verify: rows: %w", err)
	}
	people, err := access.Verify(ctx, tx, counts, found, b.at("audit events"))
	if err != nil {
		return fmt.Errorf("verify: audit events: %w", err)
	}
	r.Events, r.Duties = people.Events, people.Duties
	register := grants.Register{Book: b.book}
	plans := beneficiaries.Register{Book: b.book, Grants: register}
	if r.Plans, err = plans.Verify(ctx, tx, found); err != nil {
		return fmt.Errorf("verify: plans: %w", err)
	}
	requests := disbursements.New(b.book, register, plans)
	money, err := requests.Verify(ctx, tx, found)
	r.Transfers, r.Disbursements = money.Transfers, money.Disbursements
	if err == nil {
		batches := paymentbatch.Batches{Payments: banking.Payments{Requests: requests}}
		_, err = batches.Verify(ctx, tx, found)
	}
	if err != nil {
		return fmt.Errorf("verify: payments: %w", err)
	}
	r.Statements, err = statements.Issuer{Book: b.book, Grants: register}.Verify(ctx, tx, found)
	return err
}

// entries verifies the entries, with all that is kept of their sums, and the documents.
func (b *books) entries(ctx context.Context, tx *store.Tx, r *Report, found *proof.Findings) (err error) {
	defer b.orBroken(ctx, &err)
	leaves := func() int64 {
		<-b.counted
		return b.counts[proof.EntryLeaf]
	}
	entries, err := b.book.Verify(ctx, tx, leaves, found, b.at("entries"))
	if err != nil {
		return fmt.Errorf("verify: entries: %w", err)
	}
	r.Entries, r.Lines, r.Balances, r.Lots, r.FirstEntry = entries.Entries, entries.Lines, entries.Balances, entries.Lots,
		entries.FirstDiffering
	documents, err := evidence.Verify(ctx, tx, b.archive, found, b.at("documents"))
	if err != nil {
		return fmt.Errorf("verify: documents: %w", err)
	}
	r.Documents, r.Opened, r.Counted = documents.Documents, documents.Opened, documents.Counted
	return nil
}

// opened reads the checkpoints to hold the books against: those given, and those of the database where there is a key
// to tell whether they are ours.
func opened(ctx context.Context, tx *store.Tx, o Options, found *proof.Findings) ([]proof.Checkpoint, error) {
	notes, places := append([]string{}, o.Checkpoints...), len(o.Checkpoints)
	if o.PublicKey != "" {
		_, err := access.Belongs(ctx, tx, access.ProofKey, proof.FingerprintOf(o.PublicKey))
		if errors.Is(err, access.ErrForeignKey) {
			found.Add("checkpoint", "public key", "these books were signed with another key first")
		} else if err != nil {
			return nil, err
		}
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
