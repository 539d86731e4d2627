// Package vaulttest gives a test a vault of its own, with a key file and a file of halves in the test's folder. Both
// are real, as the database in storetest is: what is sealed in a test is sealed as it is in a charity, and a test
// that copies the file of halves before an erasure can show what an older copy of it still opens.
package vaulttest

import (
	"path/filepath"
	"testing"

	"supportledger/access/vault"
)

// New makes a vault.
func New(t testing.TB) *vault.Vault {
	t.Helper()
	v, _ := At(t)
	return v
}

// At makes a vault and says where its key file is.
func At(t testing.TB) (v *vault.Vault, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "vault.json")
	if err := vault.Create(t.Context(), file, vault.Options{}); err != nil {
		t.Fatalf("vaulttest: %v", err)
	}
	return Reopen(t, file), file
}

// Reopen opens the vault of a key file that is there.
func Reopen(t testing.TB, file string) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), file, vault.Options{})
	if err != nil {
		t.Fatalf("vaulttest: %v", err)
	}
	return v
}
