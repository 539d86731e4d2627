// Package proof makes the books tamper-evident: whoever changes, removes, adds or reorders what was written - with raw
// SQL, as the database's owner, on a restored backup - is found out by anyone who holds an earlier checkpoint.
//
// Every entry, audit event and duty is a [Leaf] of one append-only Merkle tree (RFC 6962, through
// golang.org/x/mod/sumdb/tlog), in the order of writing. A leaf is the record's stored fields in one fixed encoding, so
// that its hash says whether the row still says the same. Free text enters as a salted commitment ([Encoder.Sealed]):
// text and salt can be erased later and the tree stays valid ([Erase]).
//
// [Append] collects the leaves of a tx; they are written once, just before its commit, under the lock of one head row.
// So the tree has no gaps, and a rollback leaves nothing of it.
//
// A [Checkpoint] is the size and root of the tree at some moment, signed with a key that lies outside of the database.
// The [Signer] remembers what it signed last and refuses a tree that has shrunk or was rewritten. Checkpoints are worth
// what distance they have from the database: print them, mail them, give them to the auditor.
//
// The claim is: tamper-evident against anyone without the signing key, from the last checkpoint someone else holds.
// What the bytes are, so that others can check without this program: docs/PROOF.md. Start reading at leaf.go, then
// tree.go.
package proof
