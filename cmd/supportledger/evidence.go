package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"supportledger/ledger/evidence"
)

type evidenceCommands struct {
	Keygen evidenceKeygenCommand `cmd:"" help:"Make the key that encrypts evidence."`
}

type evidenceKeygenCommand struct {
	Key string `required:"" placeholder:"FILE" help:"Where to write the key."`
}

// Run makes a key, and never writes over one.
func (k evidenceKeygenCommand) Run(c console) error {
	key, err := evidence.NewKey()
	if err != nil {
		return err
	}
	if err := create(k.Key, string(key), 0o600); err != nil {
		return err
	}
	fmt.Fprintf(c.err, "The key is in %s: keep a copy in a safe, not beside the documents. Without it no document "+
		"opens again.\n", k.Key)
	fmt.Fprintf(c.err, "Next: supportledger serve --evidence-key %s\n", quoted(k.Key))
	return nil
}

// evidenceFlags say where documents are kept, and with which key.
type evidenceFlags struct {
	Evidence    string `placeholder:"DIR" help:"Folder for documents that prove; beside the SQLite file where none is given."`
	EvidenceKey string `placeholder:"FILE" help:"Key that encrypts them, made by supportledger evidence keygen. Without it documents are refused."`
}

// archive opens the archive of the books at an address, nil without a key.
func (f evidenceFlags) archive(at address) (*evidence.Archive, func() error, error) {
	none := func() error { return nil }
	if f.EvidenceKey == "" {
		if f.Evidence != "" {
			return nil, none, misuse("--evidence wants --evidence-key: documents are kept encrypted; supportledger evidence " +
				"keygen makes a key")
		}
		return nil, none, nil
	}
	dir := f.folder(at)
	if dir == "" {
		return nil, none, misuse("--evidence: say in which folder; with PostgreSQL there is no file to put one beside")
	}
	key, err := os.ReadFile(f.EvidenceKey)
	if err != nil {
		return nil, none, misuse("--evidence-key: %v", err)
	}
	blobs, err := evidence.OpenFolder(dir)
	if err != nil {
		return nil, none, misuse("--evidence: %v", err)
	}
	archive, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		return nil, none, errors.Join(misuse("--evidence-key: %s: %v", f.EvidenceKey, err), blobs.Close())
	}
	return archive, blobs.Close, nil
}

// folder is where documents are kept, "" where nobody said and there is no file to put it beside.
func (f evidenceFlags) folder(at address) string {
	if f.Evidence != "" {
		return f.Evidence
	}
	file, isFile := strings.CutPrefix(string(at), "sqlite:")
	if !isFile {
		return ""
	}
	return strings.TrimPrefix(file, "//") + "-evidence"
}

// locked opens the folder of documents without their key, nil where there is no folder: they are counted then.
func (f evidenceFlags) locked(at address) (*evidence.Archive, func() error, error) {
	none := func() error { return nil }
	dir := f.folder(at)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		if f.Evidence != "" {
			return nil, none, misuse("--evidence: there is no folder %s", dir)
		}
		return nil, none, nil
	}
	blobs, err := evidence.OpenFolder(dir)
	if err != nil {
		return nil, none, misuse("--evidence: %v", err)
	}
	return evidence.OpenLocked(blobs), blobs.Close, nil
}
