package proof

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"supportledger/store"
)

// Checkpoint is what a key signed: so many leaves, this root. Its note is a C2SP tlog-checkpoint:
//
//	origin               name of the key
//	size                 decimal
//	root                 base64
//	time 2026-11-23T…    when it was signed; an extension line
//	                     an empty line, then the signature: "— origin base64"
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	At     string // UTC, as in the database
	Note   string // the signed text, as it is kept and printed
}

// NewKey makes an Ed25519 key. Name is the origin of the checkpoints that it will sign, such as "example.org/books": no
// spaces, no plus. The private text must never lie beside the database; the public one is for everybody.
func NewKey(name string) (private, public string, err error) {
	return note.GenerateKey(rand.Reader, name)
}

// PublicOf is the public key of a private one, as [NewKey] gave it. [ErrSignature].
func PublicOf(private string) (string, error) {
	parts := strings.SplitN(strings.TrimSpace(private), "+", 5) // PRIVATE+KEY+name+hash+algorithm and seed
	if len(parts) != 5 {
		return "", fmt.Errorf("%w: the private key is malformed", ErrSignature)
	}
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", fmt.Errorf("%w: the private key is malformed", ErrSignature)
	}
	public, ok := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", ErrSignature
	}
	return note.NewEd25519VerifierKey(parts[2], public)
}

// FingerprintOf names a public key in few letters.
func FingerprintOf(public string) string {
	sum := sha256.Sum256([]byte(strings.TrimSpace(public)))
	return hex.EncodeToString(sum[:16])
}

// body is the text that is signed.
func (c Checkpoint) body() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.At)
}

// sign completes a checkpoint with its note.
func (c Checkpoint) sign(privateKey string) (Checkpoint, error) {
	signer, err := note.NewSigner(strings.TrimSpace(privateKey))
	if err != nil {
		return c, fmt.Errorf("%w: the private key is malformed", ErrSignature)
	}
	c.Origin = signer.Name()
	text, err := note.Sign(&note.Note{Text: c.body()}, signer)
	c.Note = string(text)
	return c, err
}

// ParseCheckpoint reads a note and checks its signature by a public key. [ErrSignature] for whatever is not exactly a
// checkpoint of that key.
func ParseCheckpoint(text, publicKey string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(publicKey))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: the public key is malformed", ErrSignature)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	c, err := parseBody(opened.Text)
	if err != nil || c.Origin != verifier.Name() || len(opened.UnverifiedSigs) > 0 || len(opened.Sigs) != 1 {
		return Checkpoint{}, ErrSignature
	}
	// One checkpoint has one text: a note that is written in another way but verifies is not ours.
	c.Note = text
	if again := opened.Text + "\n— " + opened.Sigs[0].Name + " " + opened.Sigs[0].Base64 + "\n"; c.body() != opened.Text ||
		again != text {
		return Checkpoint{}, ErrSignature
	}
	if raw, err := base64.StdEncoding.Strict().DecodeString(opened.Sigs[0].Base64); err != nil ||
		base64.StdEncoding.EncodeToString(raw) != opened.Sigs[0].Base64 {
		return Checkpoint{}, ErrSignature
	}
	return c, nil
}

func parseBody(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return Checkpoint{}, ErrSignature
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	root, rootErr := base64.StdEncoding.Strict().DecodeString(lines[2])
	at, timed := strings.CutPrefix(lines[3], "time ")
	if err != nil || rootErr != nil || !timed || size < 0 || len(root) != len(Hash{}) {
		return Checkpoint{}, ErrSignature
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: Hash(root), At: at}, nil
}

// Signer signs checkpoints. Last is what it signed before, kept by it outside of the database: nil at its first.
type Signer struct {
	PrivateKey string
	Last       *Checkpoint
}

// Sign makes a checkpoint of the tree as it stands, or gives the last one again where nothing was added. It refuses a
// tree that is smaller than its last ([ErrRolledBack]) or does not contain it ([ErrRewritten]): the stored tree must
// prove that it only grew. What it gives is neither stored nor remembered yet: see [Keep].
func (s Signer) Sign(ctx context.Context, tx *store.Tx) (Checkpoint, error) {
	tree, err := Head(ctx, tx)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := s.grown(ctx, tx, tree); err != nil {
		return Checkpoint{}, err
	}
	if s.Last != nil && s.Last.Size == tree.Size {
		return *s.Last, nil
	}
	return Checkpoint{Size: tree.Size, Root: tree.Root(), At: store.FormatTime(tx.At)}.sign(s.PrivateKey)
}

// Grown holds the books against a tree that somebody remembers: they must contain it. [ErrRolledBack] where they are
// smaller, [ErrRewritten] where they are others.
func Grown(ctx context.Context, tx *store.Tx, remembered Checkpoint) error {
	tree, err := Head(ctx, tx)
	if err != nil {
		return err
	}
	return Signer{Last: &remembered}.grown(ctx, tx, tree)
}

func (s Signer) grown(ctx context.Context, tx *store.Tx, tree *Tree) error {
	switch last := s.Last; {
	case last == nil || last.Size == 0:
		return nil
	case tree.Size < last.Size:
		return fmt.Errorf("%w: %d leaves, %d were signed at %s", ErrRolledBack, tree.Size, last.Size, last.At)
	default:
		path, err := tlog.ProveTree(tree.Size, last.Size, hashes{ctx, tx})
		if err == nil {
			err = tlog.CheckTree(path, tree.Size, tree.Root(), last.Size, last.Root)
		}
		if err != nil {
			return fmt.Errorf("%w: of %d leaves, signed at %s", ErrRewritten, last.Size, last.At)
		}
		return nil
	}
}

// Keep stores a signed checkpoint in the database, for the API and for [Stored]. Storing it again is no error.
func Keep(ctx context.Context, tx *store.Tx, c Checkpoint) error { return insertCheckpoint(ctx, tx, c) }

// Latest is the largest stored checkpoint's note. [ErrNoCheckpoint].
func Latest(ctx context.Context, tx *store.Tx) (string, error) { return readCheckpoint(ctx, tx, -1) }

// OfSize is the stored checkpoint's note of one size. [ErrNoCheckpoint].
func OfSize(ctx context.Context, tx *store.Tx, size int64) (string, error) {
	if size < 0 {
		return "", ErrNoCheckpoint
	}
	return readCheckpoint(ctx, tx, size)
}

// Claim reads what a stored note says, without checking who signed it.
func Claim(text string) (Checkpoint, error) {
	body, _, found := strings.Cut(text, "\n\n")
	if !found {
		return Checkpoint{}, ErrSignature
	}
	c, err := parseBody(body + "\n")
	c.Note = text
	return c, err
}

// Inclusion proves that the leaf of a record stands at Index in a tree of Size leaves: RFC 6962 §2.1.1.
type Inclusion struct {
	Index int64
	Leaf  Hash
	Size  int64
	Path  []Hash
}

// Prove proves that a record's leaf is in the tree of a size. [ErrNoLeaf] when it has none or joined later.
func Prove(ctx context.Context, tx *store.Tx, kind Kind, ref string, size int64) (Inclusion, error) {
	row, err := findLeaf(ctx, tx, kind, ref)
	if err != nil {
		return Inclusion{}, err
	}
	tree, err := Head(ctx, tx)
	if err != nil {
		return Inclusion{}, err
	}
	if row.Position >= size || size > tree.Size || len(row.Hash) != len(Hash{}) {
		return Inclusion{}, ErrNoLeaf
	}
	path, err := tlog.ProveRecord(size, row.Position, hashes{ctx, tx})
	return Inclusion{row.Position, Hash(row.Hash), size, path}, err
}

// Check says whether the proof leads to a root.
func (i Inclusion) Check(root Hash) error {
	if err := tlog.CheckRecord(i.Path, i.Size, root, i.Index, i.Leaf); err != nil {
		return errors.Join(ErrRewritten, err)
	}
	return nil
}

// Consistency proves that the tree of one size contains that of a smaller one: RFC 6962 §2.1.2. [ErrNoCheckpoint] when
// the sizes are not in order or beyond the tree.
func Consistency(ctx context.Context, tx *store.Tx, from, to int64) ([]Hash, error) {
	tree, err := Head(ctx, tx)
	if err != nil {
		return nil, err
	}
	if from < 1 || from > to || to > tree.Size {
		return nil, ErrNoCheckpoint
	}
	return tlog.ProveTree(to, from, hashes{ctx, tx})
}
