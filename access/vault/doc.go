// Package vault seals what says who somebody is, before it reaches the database, and destroys the key when the person
// is to be forgotten.
//
// Every subject (a beneficiary, a donor, a payee) has a key of its own, an AES-256-GCM keyset of Tink. It stands in the
// table vault_keys, sealed twice: by a half, 32 random bytes that lie in the file of halves, and by the master key. To
// read a field takes all three: the row, the half, the master key. So a copy of the database alone opens nothing, and
// after [Vault.Destroy] has taken the row and the half, neither the database, nor a dump, nor a backup of any age opens
// with the master key: only an older copy of the file of halves would, which is why that file is backed up apart and
// its backups are kept for weeks, not years.
//
// A field is bound to its [Place]: the sealed bytes of one row or column do not open in another. Texts are padded, so
// that their length tells little. [Vault.Index] gives a keyed fingerprint by which equal texts are found without being
// read.
//
// Reading on: vault.go is what other packages call, master.go the key file, halves.go the file of halves, docs/VAULT.md
// how to keep and back both up, and why.
package vault
