package proof

// RootOf is the root of a tree that only this test makes.
func RootOf(leaves ...Hash) Hash {
	var t Tree
	for _, h := range leaves {
		t.Add(h)
	}
	return t.Root()
}

// Commit is what a text's commitment is under a seal.
func (s Seal) Commit(label, text string) (Hash, bool) { return s.commitment(label, text) }

// EraseTexts is the seal that is left after an erasure.
func (s Seal) EraseTexts(texts []Text, labels ...string) Seal { return s.erase(texts, labels) }
