package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"supportledger/access"
	"supportledger/cmd/witness"
	"supportledger/proof"
	"supportledger/store"
)

type proofCommands struct {
	Keygen     keygenCommand     `cmd:"" help:"Make the key that signs checkpoints."`
	Checkpoint checkpointCommand `cmd:"" help:"Sign a checkpoint of the books as they stand; refuses books that did not only grow since the last one."`
}

type keygenCommand struct {
	Name string `required:"" placeholder:"example.org/books" help:"Name that every checkpoint bears: a domain and what it is for, no spaces."`
	Key  string `required:"" placeholder:"FILE" help:"Where to write the private key; FILE.pub gets the public one."`
}

// Run makes a key, and never writes over one.
func (k keygenCommand) Run(c console) error {
	if strings.ContainsAny(k.Name, " +\t\n") {
		return misuse("--name: no spaces and no plus signs")
	}
	private, public, err := proof.NewKey(k.Name)
	if err != nil {
		return err
	}
	if err := create(k.Key, private+"\n", 0o600); err != nil {
		return err
	}
	if err := create(k.Key+".pub", public+"\n", 0o644); err != nil {
		return err
	}
	fmt.Fprintln(c.out, public)
	fmt.Fprintf(c.err, "The private key is in %s: keep it with a user, better a machine, that the database's keeper "+
		"cannot read.\n", k.Key)
	return nil
}

// create writes a file that must not be there yet, down to the disk.
func create(name, text string, mode fs.FileMode) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("cannot make %s: %w", name, err)
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Sync(), file.Close())
}

type checkpointCommand struct {
	books
	Key     string `required:"" placeholder:"FILE" help:"Private key, made by supportledger proof keygen."`
	State   string `placeholder:"FILE" help:"Where the signer remembers what it signed last; the key's file with .state where none is given."`
	Witness string `required:"" placeholder:"DIR" help:"Where a copy of every checkpoint goes: out of reach of the database's keeper."`
}

// Run signs, remembers, hands out and stores - in this order, so that a crash in between never forgets what was
// signed, and the next run completes it.
func (s checkpointCommand) Run(ctx context.Context, c console) (err error) {
	key, err := os.ReadFile(s.Key)
	if err != nil {
		return misuse("--key: %v", err)
	}
	public, err := proof.PublicOf(string(key))
	if err != nil {
		return misuse("--key: %v", err)
	}
	signer := proof.Signer{PrivateKey: string(key)}
	if signer.Last, err = s.last(); err != nil {
		return err
	}
	db, err := s.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	var signed proof.Checkpoint
	if err := db.Update(ctx, func(tx *store.Tx) error {
		return access.ClaimKey(ctx, tx, access.ProofKey, proof.FingerprintOf(public))
	}); err != nil {
		return keyed("--key", s.Key, err)
	}
	if err := db.View(ctx, func(tx *store.Tx) (err error) {
		signed, err = signer.Sign(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if err := s.remember(signed); err != nil {
		return err
	}
	if err := s.handOut(signed); err != nil {
		return err
	}
	if err := db.Update(ctx, func(tx *store.Tx) error { return proof.Keep(ctx, tx, signed) }); err != nil {
		return err
	}
	fmt.Fprint(c.out, signed.Note)
	return nil
}

func (s checkpointCommand) state() string {
	if s.State != "" {
		return s.State
	}
	return s.Key + ".state"
}

// last is the largest checkpoint that the signer or its witness remembers, nil where there is none.
func (s checkpointCommand) last() (*proof.Checkpoint, error) {
	notes, err := witness.Notes(s.Witness)
	if err != nil {
		return nil, misuse("--witness: %v", err)
	}
	switch text, err := os.ReadFile(s.state()); {
	case err == nil:
		notes = append(notes, string(text))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	var last *proof.Checkpoint
	for _, text := range notes {
		known, err := proof.Claim(text)
		if err != nil {
			return nil, fmt.Errorf("%s or %s: %w", s.state(), s.Witness, err)
		}
		if last == nil || known.Size > last.Size {
			last = &known
		}
	}
	return last, nil
}

// remember replaces the signer's state as a whole.
func (s checkpointCommand) remember(signed proof.Checkpoint) error {
	next := s.state() + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := create(next, signed.Note, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.state())
}

// handOut writes the checkpoint into the witness directory. One that is there already must be the same.
func (s checkpointCommand) handOut(signed proof.Checkpoint) error {
	name := filepath.Join(s.Witness, fmt.Sprintf("%012d.note", signed.Size))
	known, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return create(name, signed.Note, 0o644)
	case err != nil:
		return err
	case string(known) != signed.Note:
		return fmt.Errorf("%w: %s holds another checkpoint of this size", proof.ErrRewritten, name)
	}
	return nil
}
