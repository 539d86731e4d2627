package proof

import "errors"

// What this package refuses.
var (
	// ErrRolledBack reports a tree that is smaller than a checkpoint says: leaves were removed or an old copy was
	// restored.
	ErrRolledBack = errors.New("proof: the tree is smaller than an earlier checkpoint says")
	// ErrRewritten reports a tree that does not contain an earlier checkpoint's: something before it was changed.
	ErrRewritten = errors.New("proof: the tree contradicts an earlier checkpoint")
	// ErrSignature reports a checkpoint that is malformed or not signed by the key asked for.
	ErrSignature = errors.New("proof: not a checkpoint signed by this key")
	// ErrNoCheckpoint reports that there is no checkpoint of that size, or none yet.
	ErrNoCheckpoint = errors.New("proof: there is no such checkpoint")
	// ErrNoLeaf reports a record that is not in the tree, or not yet in the checkpoint asked for.
	ErrNoLeaf = errors.New("proof: no such leaf in that tree")
)
