package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"supportledger/store"
)

// Finding is one place where the books do not say what they should.
type Finding struct {
	Check  string `json:"check"`  // which rule: leaf, tree, checkpoint, balance …
	Place  string `json:"place"`  // what it is about: an entry's number, an account, an id
	Detail string `json:"detail"` // what is there, and what should be
}

// String is the finding as one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s: %s", f.Check, f.Place, f.Detail) }

// Findings gathers findings, of each check no more than a few, so that it stays small however wrong the books are.
type Findings struct {
	List []Finding
	More map[string]int // how many of a check are not listed
}

// perCheck is how many findings of one check are listed.
const perCheck = 20

// Add notes a finding; detail is a format.
func (f *Findings) Add(check, place, detail string, args ...any) {
	listed := 0
	for _, known := range f.List {
		if known.Check == check {
			listed++
		}
	}
	if listed < perCheck {
		f.List = append(f.List, Finding{check, place, fmt.Sprintf(detail, args...)})
		return
	}
	if f.More == nil {
		f.More = map[string]int{}
	}
	f.More[check]++
}

// Join takes over what somebody else found at the same time.
func (f *Findings) Join(other Findings) {
	for _, found := range other.List {
		f.Add(found.Check, found.Place, "%s", found.Detail)
	}
	for check, n := range other.More {
		if f.More == nil {
			f.More = map[string]int{}
		}
		f.More[check] += n
	}
}

// verifyPage is how many rows are read at a time.
const verifyPage = 4000

// VerifyTree recomputes the tree from the stored leaf hashes and holds it against its own nodes and head and against
// checkpoints, whose signatures the caller has checked. It returns how many leaves of each kind there are, and the
// root; that the leaf hashes are those of the rows, each room verifies for its own.
func VerifyTree(ctx context.Context, tx *store.Tx, checkpoints []Checkpoint, out *Findings,
	report func(done int64)) (map[Kind]int64, Hash, error) {
	v := verifier{out: out, due: slices.Clone(checkpoints), counts: map[Kind]int64{}}
	slices.SortFunc(v.due, func(a, b Checkpoint) int { return int(min(1, max(-1, a.Size-b.Size))) })
	v.pass()
	for {
		rows, err := leavesAfter(ctx, tx, v.tree.Size, verifyPage)
		if err != nil {
			return nil, Hash{}, err
		}
		if len(rows) == 0 {
			break
		}
		if !v.page(rows) {
			return v.counts, v.tree.Root(), nil
		}
		if err := v.compareNodes(ctx, tx); err != nil {
			return nil, Hash{}, err
		}
		report(v.tree.Size)
	}
	return v.counts, v.tree.Root(), v.end(ctx, tx)
}

type verifier struct {
	tree   Tree
	out    *Findings
	due    []Checkpoint // those that the tree has not reached yet, by size
	nodes  map[node]Hash
	seen   int64 // how many nodes there should be
	counts map[Kind]int64
}

// page adds leaves; false when they have a gap, after which nothing can be said.
func (v *verifier) page(rows []leafRow) bool {
	v.nodes = map[node]Hash{}
	for _, r := range rows {
		if r.Position != v.tree.Size || len(r.Hash) != len(Hash{}) {
			v.out.Add("tree", fmt.Sprintf("leaf %d", v.tree.Size), "it is missing or damaged; the next one is leaf %d",
				r.Position)
			return false
		}
		v.counts[r.Kind]++
		for at, h := range stored(r.Position, v.tree.Add(Hash(r.Hash))) {
			v.nodes[at] = h
			v.seen++
		}
		v.pass()
	}
	return true
}

// pass holds the tree against the checkpoints of its present size.
func (v *verifier) pass() {
	for len(v.due) > 0 && v.due[0].Size == v.tree.Size {
		c := v.due[0]
		v.due = v.due[1:]
		if c.Root != v.tree.Root() {
			v.out.Add("checkpoint", fmt.Sprintf("checkpoint of %d leaves", c.Size),
				"signed at %s with root %s, but the leaves give %s: something before leaf %d was rewritten", c.At, c.Root,
				v.tree.Root(), c.Size)
		}
	}
}

func (v *verifier) compareNodes(ctx context.Context, tx *store.Tx) error {
	found, err := storedNodes(ctx, tx, v.nodes)
	if err != nil {
		return err
	}
	for at, want := range v.nodes {
		if !bytes.Equal(found[at], want[:]) {
			v.out.Add("tree", fmt.Sprintf("node %d of level %d", at.n, at.level),
				"the leaves below give another hash than the one stored")
		}
	}
	return nil
}

// end holds the whole tree against its head and the checkpoints that it should have reached.
func (v *verifier) end(ctx context.Context, tx *store.Tx) error {
	for _, c := range v.due {
		v.out.Add("checkpoint", fmt.Sprintf("checkpoint of %d leaves", c.Size),
			"signed at %s, but the tree has only %d: records were removed, or an older copy was restored", c.At, v.tree.Size)
	}
	count, err := countNodes(ctx, tx)
	if err != nil {
		return err
	}
	if count != v.seen {
		v.out.Add("tree", "nodes", "%d are stored, the leaves complete %d", count, v.seen)
	}
	head, err := Head(ctx, tx)
	switch {
	case errors.Is(err, ErrRewritten):
		v.out.Add("tree", "head", "%v", err)
	case err != nil:
		return err
	case head.Size != v.tree.Size || head.Root() != v.tree.Root():
		v.out.Add("tree", "head", "it says %d leaves with root %s; there are %d with root %s", head.Size, head.Root(),
			v.tree.Size, v.tree.Root())
	}
	return nil
}
