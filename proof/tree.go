package proof

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is an RFC 6962 tree as far as it takes to make it grow: its size and the roots of its complete subtrees, largest
// first, one per set bit of the size. The zero value is the empty tree.
type Tree struct {
	Size  int64
	roots []Hash
}

// sound says whether there are as many subtrees as the size has bits.
func (t *Tree) sound() bool { return t.Size >= 0 && len(t.roots) == bits.OnesCount64(uint64(t.Size)) }

// fringe answers tlog's questions about the right edge: the last of the subtree roots, which is all it ever asks for
// while a tree grows or is summed up.
func (t *Tree) fringe(indexes []int64) ([]Hash, error) {
	return t.roots[len(t.roots)-len(indexes):], nil
}

// Add puts a leaf's hash at the end and returns the nodes that it completes, from the leaf upwards.
func (t *Tree) Add(leaf Hash) []Hash {
	nodes, err := tlog.StoredHashesForRecordHash(t.Size, leaf, tlog.HashReaderFunc(t.fringe))
	if err != nil {
		panic(err) // fringe does not fail
	}
	merged := len(nodes) - 1
	t.roots = append(t.roots[:len(t.roots)-merged], nodes[merged])
	t.Size++
	return nodes
}

// Root is the tree's hash. The empty tree's is the SHA-256 of nothing.
func (t *Tree) Root() Hash {
	h, err := tlog.TreeHash(t.Size, tlog.HashReaderFunc(t.fringe))
	if err != nil {
		panic(err) // as above
	}
	return h
}

// Inner nodes are stored at every eighth level only; those between are recomputed from at most 128 below. That is a row
// per 256 leaves besides the leaves themselves.
const stride = 8

// node is a place in the tree: the n-th subtree of 2^level leaves.
type node struct {
	level int
	n     int64
}

// stored lists which of the nodes completed by leaf number index are rows of their own.
func stored(index int64, nodes []Hash) map[node]Hash {
	var kept map[node]Hash
	for level := stride; level < len(nodes); level += stride {
		if kept == nil {
			kept = map[node]Hash{}
		}
		kept[node{level, index >> level}] = nodes[level]
	}
	return kept
}

// fold is the root of a complete subtree over hashes, whose number is a power of two.
func fold(hashes []Hash) Hash {
	for len(hashes) > 1 {
		next := make([]Hash, len(hashes)/2)
		for i := range next {
			next[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
		}
		hashes = next
	}
	return hashes[0]
}
