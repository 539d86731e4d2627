package proof

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"
	"golang.org/x/mod/sumdb/tlog"

	"supportledger/store"
)

type headRow struct {
	bun.BaseModel `bun:"table:proof_head"`
	ID            int64 `bun:",pk"`
	Size          int64
	Roots         []byte
}

type leafRow struct {
	bun.BaseModel `bun:"table:proof_leaves"`
	Position      int64 `bun:",pk"`
	Kind          Kind
	Ref           string
	Hash          []byte
	Seal          []byte
}

type sealRow struct {
	bun.BaseModel `bun:"table:proof_rows"`
	Ref           string `bun:",pk"`
	Position      int64
	Seal          []byte
}

type nodeRow struct {
	bun.BaseModel `bun:"table:proof_nodes"`
	Level         int   `bun:",pk"`
	Position      int64 `bun:",pk"`
	Hash          []byte
}

type checkpointRow struct {
	bun.BaseModel `bun:"table:proof_checkpoints"`
	Size          int64 `bun:",pk"`
	Note          string
}

// pendingLeaves are the leaves that the commit of a tx will write.
type pendingLeaves []Leaf

// Append puts leaves at the end of the tree when the tx commits, in the order of the calls: the head row is locked, and
// they are written in a constant number of statements for every thousand, just before the commit. A tx that rolls back
// leaves nothing.
func Append(tx *store.Tx, leaves ...Leaf) {
	if len(leaves) == 0 {
		return
	}
	pending := store.TxLocal[pendingLeaves](tx)
	if len(*pending) == 0 {
		tx.BeforeCommit(func(ctx context.Context, tx *store.Tx) error {
			collected := *pending
			*pending = nil // what comes later asks for another turn
			return flush(ctx, tx, collected)
		})
	}
	*pending = append(*pending, leaves...)
}

func flush(ctx context.Context, tx *store.Tx, leaves []Leaf) error {
	tree, err := holdHead(ctx, tx)
	if err != nil {
		return err
	}
	for len(leaves) > leavesAtOnce {
		var s store.Script
		grow(&s, tx, tree, leaves[:leavesAtOnce])
		if err := s.Run(ctx, tx); err != nil {
			return fmt.Errorf("proof: leaves: %w", err)
		}
		leaves = leaves[leavesAtOnce:]
	}
	grow(tx.FinalWrites(), tx, tree, leaves)
	return nil
}

// leavesAtOnce is how many leaves are written in one round trip: no more of their text is held.
const leavesAtOnce = 1000

// noSeal stands where there is no salt: in the leaf of a row, whose salt is in proof_rows, and there once it is gone.
var noSeal = []byte{0}

// grow puts leaves at the end of a tree, with the nodes that they complete.
func grow(s *store.Script, tx *store.Tx, tree *Tree, leaves []Leaf) {
	rows := make([]leafRow, len(leaves))
	var nodes []nodeRow
	var seals []sealRow
	for i, l := range leaves {
		position := tree.Size
		if l.Kind == RowLeaf { // its salt stands where the next one takes its place
			kept := sealRow{Ref: l.Ref, Position: position, Seal: l.Seal}
			if len(l.Seal) == 0 {
				kept.Seal = noSeal
			}
			seals, l.Seal = append(seals, kept), noSeal
		}
		rows[i] = leafRow{Position: position, Kind: l.Kind, Ref: l.Ref, Hash: l.Hash[:], Seal: l.Seal}
		for at, h := range stored(position, tree.Add(l.Hash)) {
			nodes = append(nodes, nodeRow{Level: at.level, Position: at.n, Hash: slices.Clone(h[:])})
		}
	}
	store.AddRows(s, tx, rows)
	store.AddRows(s, tx, nodes)
	if len(seals) > 0 {
		s.Add(tx.NewInsert().Model(&seals).On("CONFLICT (ref) DO UPDATE").Set("position = EXCLUDED.position").
			Set("seal = EXCLUDED.seal"))
	}
	saveHead(s, tx, tree)
}

// lockedHead is the tree whose head row the tx has locked; nil before it has.
type lockedHead struct{ tree *Tree }

// Hold asks for the head row and holds it until the tx ends, for whoever is about to append many leaves and has other
// things to ask at the same time; else the row is taken at the end of the tx.
func Hold(tx *store.Tx) store.BatchQuery {
	var row headRow
	return store.BatchQuery{Text: tx.Locking("SELECT id, size, roots FROM proof_head WHERE id = 1"),
		Row: func(r store.Scanner) error {
			if err := r.Scan(&row.ID, &row.Size, &row.Roots); err != nil {
				return err
			}
			tree, err := row.tree()
			store.TxLocal[lockedHead](tx).tree = tree
			return err
		}}
}

// holdHead is the tree whose head the tx holds from now on.
func holdHead(ctx context.Context, tx *store.Tx) (*Tree, error) {
	locked := store.TxLocal[lockedHead](tx)
	if locked.tree != nil {
		return locked.tree, nil
	}
	var err error
	locked.tree, err = readHead(ctx, tx, true)
	return locked.tree, err
}

// readHead reads the tree's right edge, and holds its row where lock is set.
func readHead(ctx context.Context, tx *store.Tx, lock bool) (*Tree, error) {
	var row headRow
	q := tx.NewSelect().Model(&row).Where("id = 1")
	if lock {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("proof: head: %w", err)
	}
	return row.tree()
}

func (row headRow) tree() (*Tree, error) {
	tree := &Tree{Size: row.Size}
	for root := range slices.Chunk(row.Roots, sha256.Size) {
		if len(root) == sha256.Size {
			tree.roots = append(tree.roots, Hash(root))
		}
	}
	if !tree.sound() {
		return nil, fmt.Errorf("%w: the head row is damaged", ErrRewritten)
	}
	return tree, nil
}

func saveHead(s *store.Script, tx *store.Tx, tree *Tree) {
	roots := make([]byte, 0, len(tree.roots)*sha256.Size)
	for _, h := range tree.roots {
		roots = append(roots, h[:]...)
	}
	s.Add(tx.NewUpdate().Model((*headRow)(nil)).Set("size = ?", tree.Size).Set("roots = ?", roots).Where("id = 1"))
}

// Head is the tree as it stands.
func Head(ctx context.Context, tx *store.Tx) (*Tree, error) { return readHead(ctx, tx, false) }

// Erase gives the leaf of a record the seal that is left when some of its texts are erased. Its kind and ref name the
// record. The caller blanks the texts themselves, in the same tx; texts are all sealed texts of the record before
// that. [ErrNoLeaf].
func Erase(ctx context.Context, tx *store.Tx, of Leaf, texts []Text, labels ...string) error {
	row, err := findLeaf(ctx, tx, of.Kind, of.Ref)
	if err != nil {
		return err
	}
	next := Seal(row.Seal).erase(texts, labels)
	_, err = tx.NewUpdate().Model((*leafRow)(nil)).Set("seal = ?", []byte(next)).Where("position = ?", row.Position).
		Exec(ctx)
	return err
}

func findLeaf(ctx context.Context, tx *store.Tx, kind Kind, ref string) (leafRow, error) {
	var row leafRow
	err := tx.NewSelect().Model(&row).Where("ref = ?", ref).Where("kind = ?", kind).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNoLeaf
	}
	return row, err
}

// hashes reads nodes of the stored tree for tlog.
type hashes struct {
	ctx context.Context //nolint:containedctx // tlog's interface has no place for it
	tx  *store.Tx
}

var _ tlog.HashReader = hashes{}

// ReadHashes answers with the nodes at tlog's indexes.
func (r hashes) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	for i, index := range indexes {
		level, n := tlog.SplitStoredHashIndex(index)
		h, err := r.node(level, n)
		if err != nil {
			return nil, err
		}
		out[i] = h
	}
	return out, nil
}

// node computes one node from the stored ones at or below its level.
func (r hashes) node(level int, n int64) (Hash, error) {
	above := level % stride
	base, count := level-above, int64(1)<<above
	var found [][]byte
	q := r.tx.NewSelect().Column("hash").Where("position >= ?", n*count).Where("position < ?", (n+1)*count).
		Order("position")
	if base == 0 {
		q = q.Model((*leafRow)(nil))
	} else {
		q = q.Model((*nodeRow)(nil)).Where("level = ?", base)
	}
	if err := q.Scan(r.ctx, &found); err != nil {
		return Hash{}, err
	}
	if int64(len(found)) != count {
		return Hash{}, fmt.Errorf("%w: nodes are missing", ErrRewritten)
	}
	below := make([]Hash, count)
	for i, h := range found {
		if len(h) != sha256.Size {
			return Hash{}, fmt.Errorf("%w: a node is damaged", ErrRewritten)
		}
		below[i] = Hash(h)
	}
	return fold(below), nil
}

func insertCheckpoint(ctx context.Context, tx *store.Tx, c Checkpoint) error {
	known, err := readCheckpoint(ctx, tx, c.Size)
	switch {
	case err == nil && known == c.Note:
		return nil
	case err == nil:
		return fmt.Errorf("%w: the database has another checkpoint of size %d", ErrRewritten, c.Size)
	case !errors.Is(err, ErrNoCheckpoint):
		return err
	}
	_, err = tx.NewInsert().Model(&checkpointRow{Size: c.Size, Note: c.Note}).Exec(ctx)
	return err
}

// readCheckpoint reads the note of one size, or of the largest for a size below 0.
func readCheckpoint(ctx context.Context, tx *store.Tx, size int64) (string, error) {
	var row checkpointRow
	q := tx.NewSelect().Model(&row).Order("size DESC").Limit(1)
	if size >= 0 {
		q = q.Where("size = ?", size)
	}
	err := q.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNoCheckpoint
	}
	return row.Note, err
}

// Stored lists the notes of all checkpoints in the database by size.
func Stored(ctx context.Context, tx *store.Tx) ([]string, error) {
	var notes []string
	err := tx.NewSelect().Model((*checkpointRow)(nil)).Column("note").Order("size").Scan(ctx, &notes)
	return notes, err
}

// leavesAfter reads leaves in order, from a position on.
func leavesAfter(ctx context.Context, tx *store.Tx, from int64, limit int) ([]leafRow, error) {
	page := make([]leafRow, 0, limit)
	const text = `SELECT position, kind, hash FROM proof_leaves WHERE position >= ? ORDER BY position LIMIT ?`
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var r leafRow
		err := rows.Scan(&r.Position, &r.Kind, &r.Hash)
		page = append(page, r)
		return err
	}, from, limit)
	return page, err
}

// storedNodes reads the stored nodes of the places of want, by place.
func storedNodes(ctx context.Context, tx *store.Tx, want map[node]Hash) (map[node][]byte, error) {
	found := map[node][]byte{}
	for _, level := range slices.Compact(slices.Sorted(levels(want))) {
		var at []int64
		for n := range want {
			if n.level == level {
				at = append(at, n.n)
			}
		}
		var rows []nodeRow
		err := tx.NewSelect().Model(&rows).Where("level = ?", level).Where("position >= ?", slices.Min(at)).
			Where("position <= ?", slices.Max(at)).Scan(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[node{r.Level, r.Position}] = r.Hash
		}
	}
	return found, nil
}

func levels(of map[node]Hash) func(func(int) bool) {
	return func(yield func(int) bool) {
		for n := range maps.Keys(of) {
			if !yield(n.level) {
				return
			}
		}
	}
}

func countNodes(ctx context.Context, tx *store.Tx) (int64, error) {
	return tx.NewSelect().Model((*nodeRow)(nil)).Count(ctx)
}
