package books

import (
	"context"
	"encoding/base64"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
)

// proofs registers what others need to check the books without us.
func proofs(api *resource.API) {
	const about = "Bytes and rules are in docs/PROOF.md. Hashes are base64."
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/proof/checkpoints/latest", ID: "getLatestCheckpoint",
		Tag: "proof", Roles: resource.Bookkeeper,
		Summary: "The newest signed checkpoint of the books", Danish: "Det nyeste underskrevne kontrolpunkt for bøgerne",
		About:   about,
		Refuses: []error{proof.ErrNoCheckpoint}}, latestCheckpoint)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/proof/checkpoints/:size", ID: "getCheckpoint", Tag: "proof",
		Roles:   resource.Bookkeeper,
		Summary: "The signed checkpoint of a size", Danish: "Det underskrevne kontrolpunkt af en størrelse", About: about,
		Refuses: []error{proof.ErrNoCheckpoint}}, getCheckpoint)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/proof/entries/:id", ID: "proveEntry", Tag: "proof",
		Roles:   resource.Bookkeeper,
		Summary: "Prove that an entry is under a checkpoint", Danish: "Bevis, at en postering er under et kontrolpunkt",
		About:   about,
		Refuses: []error{ledger.ErrUnknownEntry, proof.ErrNoCheckpoint, proof.ErrNoLeaf}}, proveEntry)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/proof/consistency", ID: "proveConsistency", Tag: "proof",
		Roles:   resource.Bookkeeper,
		Summary: "Prove that the books only grew between two sizes",
		Danish:  "Bevis, at bøgerne kun er vokset mellem to størrelser", About: about,
		Refuses: []error{proof.ErrNoCheckpoint}}, proveConsistency)
}

type checkpointView struct {
	Origin string `json:"origin" description:"Name of the key that signed it."`
	Size   int64  `json:"size" description:"How many leaves it stands for."`
	Root   string `json:"root"`
	At     string `json:"signed_at"`
	Note   string `json:"note" description:"The signed text, to be checked with the public key."`
}

func viewCheckpoint(text string, err error) (checkpointView, error) {
	if err != nil {
		return checkpointView{}, err
	}
	c, err := proof.Claim(text)
	return checkpointView{Origin: c.Origin, Size: c.Size, Root: c.Root.String(), At: c.At, Note: c.Note}, err
}

func latestCheckpoint(ctx context.Context, tx *store.Tx, _ resource.Domain, _ rest.None) (checkpointView, error) {
	return viewCheckpoint(proof.Latest(ctx, tx))
}

type checkpointRequest struct {
	Size int64 `path:"size" json:"-" description:"How many leaves it stands for."`
}

func getCheckpoint(ctx context.Context, tx *store.Tx, _ resource.Domain, in checkpointRequest) (checkpointView, error) {
	return viewCheckpoint(proof.OfSize(ctx, tx, in.Size))
}

type proveEntryRequest struct {
	ID         rest.Ref `path:"id" json:"-" description:"Id or number of the entry."`
	Checkpoint int64    `query:"checkpoint" json:"-" validate:"omitempty,min=1" description:"Size of the checkpoint; the newest where none is given."`
}

type inclusionView struct {
	Entry      resource.PostedView `json:"entry"`
	Index      int64               `json:"index" description:"Place of the leaf, from 0."`
	Leaf       string              `json:"leaf" description:"The leaf's bytes as the entry's rows give them now; their hash must be leaf_hash."`
	LeafHash   string              `json:"leaf_hash" description:"As the tree has it."`
	Seal       string              `json:"seal" description:"What opens the commitments of the texts; not a part of the leaf."`
	Path       []string            `json:"path" description:"Audit path of RFC 6962 from the leaf to the root of the checkpoint."`
	Checkpoint checkpointView      `json:"checkpoint"`
}

func proveEntry(ctx context.Context, tx *store.Tx, d resource.Domain, in proveEntryRequest) (inclusionView, error) {
	p, err := d.Book.Entry(ctx, tx, string(in.ID))
	if err != nil {
		return inclusionView{}, err
	}
	out := inclusionView{Entry: resource.ViewPosted(p)}
	if in.Checkpoint == 0 {
		out.Checkpoint, err = viewCheckpoint(proof.Latest(ctx, tx))
	} else {
		out.Checkpoint, err = viewCheckpoint(proof.OfSize(ctx, tx, in.Checkpoint))
	}
	if err != nil {
		return inclusionView{}, err
	}
	proven, err := proof.Prove(ctx, tx, proof.EntryLeaf, string(p.ID), out.Checkpoint.Size)
	if err != nil {
		return inclusionView{}, err
	}
	data, seal, err := d.Book.Leaf(ctx, tx, p)
	out.Index, out.LeafHash, out.Path = proven.Index, proven.Leaf.String(), viewHashes(proven.Path)
	out.Leaf, out.Seal = base64.StdEncoding.EncodeToString(data), base64.StdEncoding.EncodeToString(seal)
	return out, err
}

func viewHashes(hashes []proof.Hash) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = h.String()
	}
	return out
}

type consistencyRequest struct {
	From int64 `query:"from" json:"-" validate:"min=1" description:"The smaller size."`
	To   int64 `query:"to" json:"-" validate:"min=1" description:"The larger size."`
}

type consistencyView struct {
	From int64    `json:"from"`
	To   int64    `json:"to"`
	Path []string `json:"path" description:"Consistency proof of RFC 6962."`
}

func proveConsistency(ctx context.Context, tx *store.Tx, _ resource.Domain, in consistencyRequest) (consistencyView,
	error) {
	path, err := proof.Consistency(ctx, tx, in.From, in.To)
	return consistencyView{in.From, in.To, viewHashes(path)}, err
}
