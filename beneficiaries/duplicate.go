package beneficiaries

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/store"
)

// Duplicate is a likeness of two people on record: the fingerprint of something that was written is that of something
// which was there. It shows two codes and which kind of thing, never the thing.
type Duplicate struct {
	ID      string
	One     BeneficiaryID // whose identity was written
	Other   BeneficiaryID // who was there
	Kind    string        // person (names and birth date), contact, bank
	FoundBy string
	FoundAt time.Time
	Verdict string // "" waits; same, different
}

// indexIdentity writes the fingerprints of what was given and notes whom they are like. A person's takes names and
// birth date together, so both must be written in one act for it.
func (r Register) indexIdentity(ctx context.Context, tx *store.Tx, b BeneficiaryID, identity Identity) error {
	texts := map[string]string{"contact": string(identity[Contact]), "bank": string(identity[Bank])}
	if names, born := identity[Names], identity[BirthDate]; names != "" && born != "" {
		texts["person"] = string(names) + "\n" + string(born)
	}
	for _, kind := range []string{"person", "contact", "bank"} {
		if texts[kind] == "" {
			continue
		}
		digest, err := r.Vault.Index(vault.Place{Table: "identities", Column: kind}, texts[kind])
		if err != nil {
			return err
		}
		if err := saveIndex(ctx, tx, indexRow{b, kind, digest}); err != nil {
			return err
		}
		like, err := readLike(ctx, tx, indexRow{b, kind, digest})
		if err != nil {
			return err
		}
		for _, other := range like {
			if err := noteDuplicate(ctx, tx, Duplicate{ID: store.NewID("dup"), One: b, Other: other, Kind: kind,
				FoundBy: tx.By.User, FoundAt: tx.At}); err != nil {
				return err
			}
		}
	}
	return nil
}

// DuplicateFilter chooses duplicates: those that wait for a decision, or with All, every one; by id.
type DuplicateFilter struct {
	All  bool
	Page store.Keyset
}

// Duplicates lists the pairs of people on record who may be one person.
func (r Register) Duplicates(ctx context.Context, tx *store.Tx, f DuplicateFilter) ([]Duplicate, error) {
	return readDuplicates(ctx, tx, f, "")
}

// Adjudicate says whether two people on record are the same. Who wrote what made them alike does not decide:
// [access.ErrMakerCannotApprove]. [ErrUnknownDuplicate], also for one that is decided.
func (r Register) Adjudicate(ctx context.Context, tx *store.Tx, id, verdict string) (Duplicate, error) {
	waiting, err := readDuplicates(ctx, tx, DuplicateFilter{}, id)
	if err != nil {
		return Duplicate{}, err
	}
	if len(waiting) == 0 {
		return Duplicate{}, ErrUnknownDuplicate
	}
	d := waiting[0]
	if err := access.NotMine(ctx, tx, access.UserID(d.FoundBy)); err != nil {
		return Duplicate{}, err
	}
	d.Verdict = verdict
	if err := insertVerdict(ctx, tx, d); err != nil {
		return Duplicate{}, err
	}
	return d, access.Record(ctx, tx, access.Event{Action: "duplicate.decided", Subject: d.ID, Fields: []string{verdict}})
}
