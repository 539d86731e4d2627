package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"supportledger/backup"
	"supportledger/ledger/evidence"
	"supportledger/statements/verify"
	"supportledger/store"
)

type backupCommands struct {
	Make   backupCommand       `cmd:"" default:"withargs" help:"Write the books, their documents and their settings into one file, while they are in use."`
	Verify backupVerifyCommand `cmd:"" help:"Restore a backup into a scratch folder and verify the books in it; exit 3 if they are not whole."`
}

type backupCommand struct {
	books
	evidenceFolder
	Output    string   `short:"o" required:"" placeholder:"FILE" help:"Write to FILE, which must not be there yet; - is standard output."`
	EncryptTo []string `name:"encrypt-to" env:"SUPPORTLEDGER_BACKUP_ENCRYPT_TO" placeholder:"age1…|FILE" help:"Encrypt to this key of age, or to all keys in FILE. The server needs no key that opens it."`
}

// evidenceFolder says where documents are kept, for commands that move them and need not open them.
type evidenceFolder struct {
	Evidence string `placeholder:"DIR" help:"Folder for documents that prove; beside the SQLite file where none is given."`
}

// of is the folder of the books at an address, "" where PostgreSQL leaves it open.
func (f evidenceFolder) of(at address) string {
	if file, isFile := strings.CutPrefix(string(at), "sqlite:"); f.Evidence == "" && isFile {
		return strings.TrimPrefix(file, "//") + "-evidence"
	}
	return f.Evidence
}

// open opens the folder, nil where there is none.
func (f evidenceFolder) open(at address) (evidence.Blobs, error) {
	dir := f.of(at)
	if dir == "" {
		return nil, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		if f.Evidence == "" && errors.Is(err, os.ErrNotExist) {
			return nil, nil // no document was ever stored
		}
		return nil, misuse("--evidence: %s is no folder", dir)
	}
	return evidence.OpenFolder(dir)
}

// recipients reads keys of age, given as such or as files that list them.
func recipients(flag string, given []string) (all []age.Recipient, err error) {
	for _, g := range given {
		text := g
		if !strings.HasPrefix(g, "age1") {
			content, err := os.ReadFile(g)
			if err != nil {
				return nil, misuse("%s: %q is neither a key (age1…) nor a file with keys", flag, g)
			}
			text = string(content)
		}
		some, err := age.ParseRecipients(strings.NewReader(text))
		if err != nil {
			return nil, misuse("%s: %v", flag, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// Run writes the backup.
func (b backupCommand) Run(ctx context.Context, c console) (err error) {
	to, err := recipients("--encrypt-to", b.EncryptTo)
	if err != nil {
		return err
	}
	if b.Output == "-" && c.outIsTTY {
		return misuse("a backup does not belong on a terminal; add -o FILE")
	}
	db, err := b.books.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	blobs, err := b.evidenceFolder.open(b.at())
	if err != nil {
		return err
	}
	started, m := time.Now(), backup.Manifest{}
	o := backup.Options{Program: version(), Evidence: blobs, Recipients: to, Keys: keysApart}
	write := func(w io.Writer) error {
		m, err = backup.Write(ctx, db, w, o)
		return err
	}
	if b.Output == "-" {
		err = write(c.out)
	} else {
		err = backup.CreateFile(b.Output, write)
	}
	if err != nil {
		return fmt.Errorf("no backup was written: %w", err)
	}
	c.tellManifest(m)
	fmt.Fprintf(c.err, "Written in %s.\n", time.Since(started).Round(time.Millisecond))
	c.tellApart(len(to) > 0)
	if len(m.Lacking) > 0 {
		return fmt.Errorf("%w: the content of %d documents is not in the folder for documents, and so not in the backup",
			errUnsound, len(m.Lacking))
	}
	return nil
}

// keysApart names what a backup does not hold, and what is needed to read all of it.
var keysApart = []string{
	"vault.json and vault.json.halves: who people are; kept apart, docs/VAULT.md",
	"the key of evidence keygen: what documents say; kept apart",
	"the key of proof keygen: signs checkpoints; kept on another machine",
}

// tellManifest says what an archive holds.
func (c console) tellManifest(m backup.Manifest) {
	rows := int64(0)
	for _, t := range m.Tables {
		rows += t.Rows
	}
	fmt.Fprintf(c.out, "%s, made %s by %s on %s\n", m.Organisation, m.MadeAt.Format(time.RFC3339), m.Program, m.Engine)
	fmt.Fprintf(c.out, "%d rows of %d tables, last entry %s; %d leaves, root %s; %d documents\n", rows, len(m.Tables),
		orNone(m.LastEntry), m.Leaves, m.Root, m.Documents-int64(len(m.Lacking)))
	fmt.Fprintf(c.out, "rows %s\n", m.Rows)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// tellApart reminds of what is not in a backup.
func (c console) tellApart(encrypted bool) {
	if !encrypted {
		fmt.Fprintln(c.err, "It is not encrypted: names and bank details in it are sealed, amounts and codes are not. "+
			"--encrypt-to closes all of it.")
	}
	fmt.Fprintln(c.err, "Keys are not in it. Keep vault, evidence and signing keys apart: docs/VAULT.md.")
}

// archiveFlags name a backup and what opens it.
type archiveFlags struct {
	File     string   `arg:"" placeholder:"FILE" help:"The backup."`
	Identity []string `placeholder:"FILE" help:"File with the key of age that opens an encrypted backup (AGE-SECRET-KEY-…)."`
}

// source opens the archive, as often as it is read.
func (f archiveFlags) source() (s backup.Source, err error) {
	for _, name := range f.Identity {
		text, err := os.ReadFile(name)
		if err != nil {
			return s, misuse("--identity: %v", err)
		}
		some, err := age.ParseIdentities(strings.NewReader(string(text)))
		if err != nil {
			return s, misuse("--identity: %s holds no key of age", name) // the error may quote the secret
		}
		s.Identities = append(s.Identities, some...)
	}
	if info, err := os.Stat(f.File); err != nil || !info.Mode().IsRegular() {
		return s, misuse("there is no backup %s", f.File)
	}
	s.Open = opener(f.File)
	return s, nil
}

func opener(file string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(file) }
}

type backupVerifyCommand struct {
	archiveFlags
	checkpointFlags
	EvidenceKey string `placeholder:"FILE" help:"Key that opens documents, to hold each against its hash."`
	Scratch     string `placeholder:"DIR" help:"Where to restore to for the while; the system's temporary folder where none is given."`
}

// Run restores the backup into a scratch folder, verifies it there and removes it.
func (v backupVerifyCommand) Run(ctx context.Context, c console) (err error) {
	s, err := v.source()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(v.Scratch, "supportledger-verify-*")
	if err != nil {
		return err
	}
	defer also(&err, func() error { return os.RemoveAll(dir) })
	r := restoring{source: s, into: target{file: dir + "/supportledger.db", evidence: dir + "/evidence"},
		evidenceKey: v.EvidenceKey}
	if r.verify, err = v.options(); err != nil {
		return err
	}
	m, report, err := r.run(ctx, c)
	if err != nil {
		return err
	}
	c.tellManifest(m)
	return verdict(c, m, report)
}

// verdict tells what verify found in a backup.
func verdict(c console, m backup.Manifest, r verify.Report) error {
	for _, f := range r.Findings {
		fmt.Fprintln(c.out, "FOUND", f)
	}
	if !r.OK {
		return errUnsound
	}
	fmt.Fprintf(c.err, "The backup is whole, and the books in it are what they were written as: %d entries, %d leaves.\n",
		r.Entries, r.Leaves)
	if m.Documents > 0 && r.Opened == 0 {
		fmt.Fprintln(c.err, "Documents were not opened; --evidence-key FILE holds each against its hash.")
	}
	return nil
}
