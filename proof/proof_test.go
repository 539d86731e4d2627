package proof_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// mth is the Merkle tree hash straight from RFC 6962 §2.1.
func mth(leaves []proof.Hash) proof.Hash {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	l, r := mth(leaves[:k]), mth(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

func someLeaf(n int) proof.Leaf {
	var e proof.Encoder
	e.Reset(proof.EventLeaf, proof.NewSeal())
	e.Int("n", int64(n))
	e.Sealed("reason", fmt.Sprint("reason ", n))
	return e.Leaf(fmt.Sprintf("evt_%d", n))
}

// The vectors of RFC 6962's own reference implementation (certificate-transparency, merkletree tests): eight leaves,
// the root of each prefix.
func TestTreeIsRFC6962(t *testing.T) {
	data := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var leaves []proof.Hash
	for i, want := range roots {
		if got := proof.RootOf(leaves...); hex.EncodeToString(got[:]) != want {
			t.Errorf("%d leaves: root %x, want %s", i, got, want)
		}
		if i < len(data) {
			b, err := hex.DecodeString(data[i])
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, tlog.RecordHash(b))
		}
	}
}

func TestRootOfEverySize(t *testing.T) {
	var leaves []proof.Hash
	for n := range 300 {
		if got, want := proof.RootOf(leaves...), mth(leaves); got != want {
			t.Fatalf("%d leaves: %s, want %s", n, got, want)
		}
		leaves = append(leaves, someLeaf(n).Hash)
	}
}

// Leaves of many sessions, some of which roll back, are one tree without a gap, in which every leaf and every earlier
// tree can be proven.
func TestLeavesJoinWithTheirTx(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				for i := range 12 {
					n := w*100000 + i*1000
					err := db.Update(context.Background(), func(tx *store.Tx) error {
						for k := range rand.N(15) + 1 {
							proof.Append(tx, someLeaf(n+k))
						}
						if i%3 == 2 {
							return errUndo
						}
						return nil
					})
					if err != nil && !errors.Is(err, errUndo) {
						t.Errorf("append: %v", err)
					}
				}
			})
		}
		all.Wait()
		if err := db.Update(t.Context(), func(tx *store.Tx) error { // beyond a stored node, and beyond one INSERT
			for k := range 2100 {
				proof.Append(tx, someLeaf(9000000+k))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error { check(t, tx); return nil }); err != nil {
			t.Fatal(err)
		}
	})
}

var errUndo = errors.New("undo")

func check(t *testing.T, tx *store.Tx) {
	t.Helper()
	var raw [][]byte
	var refs []string
	if err := tx.NewRaw("SELECT hash FROM proof_leaves ORDER BY position").Scan(t.Context(), &raw); err != nil {
		t.Fatal(err)
	}
	if err := tx.NewRaw("SELECT ref FROM proof_leaves ORDER BY position").Scan(t.Context(), &refs); err != nil {
		t.Fatal(err)
	}
	leaves := make([]proof.Hash, len(raw))
	for i, h := range raw {
		leaves[i] = proof.Hash(h)
	}
	var found proof.Findings
	counts, root, err := proof.VerifyTree(t.Context(), tx, nil, &found, func(int64) {})
	if err != nil || len(found.List) > 0 || counts[proof.EventLeaf] != int64(len(leaves)) || root != mth(leaves) {
		t.Fatalf("%v: %v, %v, root %s of %d leaves", err, found.List, counts, root, len(leaves))
	}
	for range 60 {
		size := 1 + rand.N(int64(len(leaves)))
		index := rand.N(size)
		inclusion, err := proof.Prove(t.Context(), tx, proof.EventLeaf, refs[index], size)
		if err == nil {
			err = inclusion.Check(mth(leaves[:size]))
		}
		if err != nil {
			t.Fatalf("leaf %d of %d: %v", index, size, err)
		}
		from := 1 + rand.N(size)
		path, err := proof.Consistency(t.Context(), tx, from, size)
		if err == nil {
			err = tlog.CheckTree(path, size, mth(leaves[:size]), from, mth(leaves[:from]))
		}
		if err != nil {
			t.Fatalf("from %d to %d: %v", from, size, err)
		}
	}
}

func TestNothingJoinsALockedTree(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			proof.Append(tx, someLeaf(1),
				someLeaf(2))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			"UPDATE proof_leaves SET hash = seal", "UPDATE proof_leaves SET ref = 'x'", "DELETE FROM proof_leaves",
			"DELETE FROM proof_head",
			"UPDATE proof_head SET size = 1",
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), text)
				return err
			})
			if !errors.Is(err, store.ErrRefused) {
				t.Errorf("%s: %v, want a refusal", text, err)
			}
		}
	})
}

// Two different lists of fields never give the same bytes: every boundary is written.
func TestEncodingIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(rapid.SliceOfN(rapid.StringMatching(`[a-b]{1,3}`), 2, 2), 0, 4)
		a, b := fields.Draw(t, "a"), fields.Draw(t, "b")
		if fmt.Sprint(a) != fmt.Sprint(b) && bytes.Equal(encoded(a), encoded(b)) {
			t.Fatalf("%v and %v are both %x", a, b, encoded(a))
		}
	})
}

func encoded(fields [][]string) []byte {
	var e proof.Encoder
	e.Reset(proof.EntryLeaf, nil)
	for _, f := range fields {
		e.Text(f[0], f[1])
	}
	return e.Data()
}

// Any byte of a checkpoint changed: refused.
func TestEveryByteOfACheckpointCounts(t *testing.T) {
	private, public, err := proof.NewKey("example.org/books")
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.SQLite(t)
	var c proof.Checkpoint
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		c, err = proof.Signer{PrivateKey: private}.Sign(t.Context(), tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := proof.ParseCheckpoint(c.Note, public); err != nil {
		t.Fatal(err)
	}
	trials := 0
	for i := range len(c.Note) {
		for mask := 1; mask < 256; mask++ {
			b := []byte(c.Note)
			b[i] ^= byte(mask)
			if _, err := proof.ParseCheckpoint(string(b), public); !errors.Is(err, proof.ErrSignature) {
				t.Fatalf("byte %d xor %#x: %v, want a refusal of\n%s", i, mask, err, b)
			}
			trials++
		}
	}
	for _, text := range []string{"", c.Note + "\n", c.Note + c.Note, c.Note[:len(c.Note)-1], "\n" + c.Note} {
		if _, err := proof.ParseCheckpoint(text, public); !errors.Is(err, proof.ErrSignature) {
			t.Errorf("accepted %q", text)
		}
	}
	t.Logf("%d changes, none accepted", trials)
}

// Any byte of a proof changed: refused.
func TestEveryByteOfAProofCounts(t *testing.T) {
	db := storetest.SQLite(t)
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		for n := range 300 {
			proof.Append(tx, someLeaf(n))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var sound proof.Inclusion
	var root proof.Hash
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		tree, err := proof.Head(t.Context(), tx)
		if err != nil {
			return err
		}
		root = tree.Root()
		sound, err = proof.Prove(t.Context(), tx, proof.EventLeaf, "evt_123", tree.Size)
		return err
	}); err != nil || sound.Check(root) != nil {
		t.Fatal(err)
	}
	trials := 0
	for at := range (len(sound.Path) + 2) * 32 {
		for mask := 1; mask < 256; mask += 6 {
			forged := sound
			forged.Path = append([]proof.Hash{}, sound.Path...)
			against := root
			switch n, i := at/32, at%32; {
			case n < len(sound.Path):
				forged.Path[n][i] ^= byte(mask)
			case n == len(sound.Path):
				forged.Leaf[i] ^= byte(mask)
			default:
				against[i] ^= byte(mask)
			}
			if forged.Check(against) == nil {
				t.Fatalf("byte %d xor %#x was accepted", at, mask)
			}
			trials++
		}
	}
	for i := range sound.Size {
		forged := sound
		if forged.Index = i; i != sound.Index && forged.Check(root) == nil {
			t.Errorf("the proof of leaf %d was accepted for leaf %d", sound.Index, i)
		}
	}
	t.Logf("%d changes, none accepted", trials)
}

// A text is erased: its commitment stays, the others still open, and the erased one no longer does.
func TestErasure(t *testing.T) {
	seal := proof.Seal("0123456789abcdef")
	texts := []proof.Text{{Label: "text", Value: "Tuition"}, {Label: "line/2/payee", Value: "A name"}}
	commit := func(s proof.Seal, label, text string) proof.Hash { h, _ := s.Commit(label, text); return h }
	name, text := commit(seal, "line/2/payee", "A name"), commit(seal, "text", "Tuition")
	after := seal.EraseTexts(texts, "line/2/payee")
	switch {
	case commit(after, "line/2/payee", "") != name:
		t.Error("the commitment of the erased text is gone")
	case commit(after, "text", "Tuition") != text:
		t.Error("the other text no longer opens")
	case commit(after, "text", "Tuition fees") == text, commit(after, "text", "") == text:
		t.Error("the other text may be changed")
	case commit(after, "line/2/payee", "A name") == name:
		t.Error("the erased text still opens")
	case bytes.Contains(after, seal):
		t.Error("the salt of the erased text is still there")
	}
	twice := after.EraseTexts([]proof.Text{{Label: "text", Value: "Tuition"}}, "text")
	if commit(twice, "text", "") != text || commit(twice, "line/2/payee", "") != name || len(twice.Erased()) != 2 {
		t.Errorf("after a second erasure %v are erased", twice.Erased())
	}
	if h, ok := after.Commit("reason", ""); ok {
		t.Errorf("a text that never was has commitment %s", h)
	}
}

func FuzzSeal(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 4, 't', 'e', 'x', 't', 's'})
	f.Fuzz(func(_ *testing.T, b []byte) {
		s := proof.Seal(b)
		_ = s.Erased()
		_, _ = s.Commit("text", "a")
	})
}

func FuzzCheckpoint(f *testing.F) {
	f.Add("example.org/books\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\ntime 2026\n\n— example.org/books AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := proof.Claim(text); err == nil && c.Size < 0 {
			t.Fatal("a tree of negative size")
		}
	})
}
