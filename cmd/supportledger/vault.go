package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"supportledger/access/vault"
	"supportledger/store"
)

type vaultCommands struct {
	Keygen vaultKeygenCommand `cmd:"" help:"Make the key that seals personal data."`
}

// passphrase is the flag that unlocks a key file. There is no flag for the words themselves: command lines are seen
// by others.
type passphrase struct {
	PassphraseFile string `name:"vault-passphrase-file" env:"SUPPORTLEDGER_VAULT_PASSPHRASE_FILE" placeholder:"FILE" help:"File whose first line unlocks the key; none where the key is not locked."`
}

// options reads the words.
func (p passphrase) options() (vault.Options, error) {
	if p.PassphraseFile == "" {
		return vault.Options{}, nil
	}
	words, err := firstLine("--vault-passphrase-file", p.PassphraseFile)
	return vault.Options{Passphrase: words}, err
}

// firstLine reads the secret in a file that a flag names.
func firstLine(flag, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", misuse("%s: %v", flag, err)
	}
	words, _, _ := strings.Cut(string(text), "\n")
	words = strings.TrimSuffix(words, "\r")
	if words == "" {
		return "", misuse("%s: the first line of %s is empty", flag, file)
	}
	return words, nil
}

type vaultKeygenCommand struct {
	passphrase
	Key string `required:"" placeholder:"FILE" help:"Where to write the key; its halves go into FILE.halves."`
}

// Run makes a key, and never writes over one.
func (k vaultKeygenCommand) Run(ctx context.Context, c console) error {
	o, err := k.options()
	if err != nil {
		return err
	}
	if err := vault.Create(ctx, k.Key, o); err != nil {
		return fmt.Errorf("cannot make %s: %w", k.Key, err)
	}
	halves := vault.HalvesOf(k.Key)
	fmt.Fprintf(c.err, "The key is in %s: keep a copy in a safe. It never changes.\n", k.Key)
	fmt.Fprintf(c.err, "The halves of people's keys are in %s: it changes with every person. Back it up apart from the "+
		"database, and keep\n"+
		"its backups for 30 days at most: who is erased is erased for good only when the last copy with the half is gone.\n",
		halves)
	fmt.Fprintf(c.err, "Next: supportledger serve --vault-key %s\n", quoted(k.Key))
	return nil
}

// vaultFlags say which key seals personal data.
type vaultFlags struct {
	passphrase
	VaultKey string `env:"SUPPORTLEDGER_VAULT_KEY" placeholder:"FILE" help:"Key that seals personal data, made by supportledger vault keygen; or SUPPORTLEDGER_VAULT_KEY. Without it personal data are refused."`
}

// vault opens the vault, nil without a key.
func (f vaultFlags) vault(ctx context.Context) (*vault.Vault, error) {
	if f.VaultKey == "" {
		if f.PassphraseFile != "" {
			return nil, misuse("--vault-passphrase-file wants --vault-key: the file of the key that it unlocks")
		}
		return nil, nil
	}
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(ctx, f.VaultKey, o)
	if errors.Is(err, vault.ErrKeyFile) {
		return nil, misuse("--vault-key: %v", err)
	}
	return v, err
}

// made opens the vault of --vault-key, or of another file where none is named, and makes it where there is none.
func (f vaultFlags) made(ctx context.Context, file string) (*vault.Vault, error) {
	f.VaultKey = cmp.Or(f.VaultKey, file)
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	if err := vault.Create(ctx, f.VaultKey, o); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.vault(ctx)
}

// settle finishes the erasures whose half is still in the file of halves.
func settle(ctx context.Context, db *store.DB, v *vault.Vault, c console) error {
	var taken int
	if err := db.View(ctx, func(tx *store.Tx) (err error) {
		taken, err = v.Settle(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if taken > 0 {
		fmt.Fprintf(c.err, "The halves of %d erased people were still in the file of halves; they are gone now.\n", taken)
	}
	return nil
}
