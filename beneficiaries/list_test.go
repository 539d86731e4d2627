package beneficiaries

import (
	"slices"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// walked reads a list to its end in pages of two and returns the last part of each row's key: all rows, each once.
func walked[T any](h house, list func(tx *store.Tx, page store.Keyset) ([]T, error),
	key func(T) []string) (seen []string) {
	h.Helper()
	page := store.Keyset{Limit: 2}
	for {
		var rows []T
		h.do("", func(tx *store.Tx) (err error) { rows, err = list(tx, page); return err })
		for _, r := range rows {
			page.After = key(r)
			seen = append(seen, page.After[len(page.After)-1])
		}
		if len(rows) < page.Limit {
			return seen
		}
	}
}

// Everything that happened at one instant is in the list of who looked, and on no two of its pages.
func TestAccessesOfOneInstant(t *testing.T) {
	onBoth(t, func(h house) {
		var b Beneficiary
		h.do("writer", func(tx *store.Tx) (err error) {
			if b, err = h.reg.Admit(h.Context(), tx); err != nil {
				return err
			}
			return h.reg.WriteIdentity(h.Context(), tx, b.Code, Identity{Names: "Example One"})
		})
		const openings = 5
		for range openings {
			h.do("writer", func(tx *store.Tx) error {
				_, err := h.reg.OpenIdentity(h.Context(), tx, b.Code,
					Opening{Fields: []Field{Names}, Purpose: "plan", Reason: "to agree on the next term"})
				return err
			})
		}
		seen := walked(h, func(tx *store.Tx, page store.Keyset) ([]Access, error) {
			return h.reg.Accesses(h.Context(), tx, b.Code, page)
		}, func(a Access) []string { return []string{store.FormatTime(a.At), a.ID} })
		if !slices.IsSorted(seen) || len(slices.Compact(seen)) != openings+1 {
			t.Errorf("%d of %d: %v", len(seen), openings+1, seen)
		}
	})
}

// A page of each list takes as many statements and rows from a long list as from a short one, and the pages together
// are the list.
func TestListsReadTheirPage(t *testing.T) {
	onBoth(t, func(h house) {
		grow := func(many int) {
			h.do("writer", func(tx *store.Tx) error {
				for range many {
					b, err := h.reg.Admit(h.Context(), tx)
					if err != nil {
						return err
					}
					p := degree()
					p.Number, p.Beneficiary = "", b.ID
					if p, err = h.reg.Draft(h.Context(), tx, p); err != nil {
						return err
					}
					if _, err = h.reg.Submit(h.Context(), tx, p.Number); err != nil {
						return err
					}
				}
				return nil
			})
		}
		page := store.Keyset{Limit: 3}
		lists := map[string]func(tx *store.Tx) (int, error){
			"beneficiaries": func(tx *store.Tx) (int, error) {
				rows, err := h.reg.Beneficiaries(h.Context(), tx, page)
				return len(rows), err
			},
			"plans": func(tx *store.Tx) (int, error) {
				rows, err := h.reg.Plans(h.Context(), tx, page)
				return len(rows), err
			},
			"audit events": func(tx *store.Tx) (int, error) {
				rows, err := access.ListEvents(h.Context(), tx, access.EventFilter{Page: page})
				return len(rows), err
			},
			"due items": func(tx *store.Tx) (int, error) {
				rows, err := h.reg.DueItems(h.Context(), tx, DueFilter{To: "2026-12-31", Page: page})
				return len(rows), err
			},
		}
		measure := func() map[string]store.TxStats {
			out := map[string]store.TxStats{}
			for name, list := range lists {
				out[name] = storetest.CountSQL(h.db, func() {
					h.do("approver", func(tx *store.Tx) error {
						n, err := list(tx)
						if n != page.Limit {
							h.Errorf("%s: %d rows", name, n)
						}
						return err
					})
				})
			}
			return out
		}
		grow(4)
		for i := range 4 {
			if _, err := h.approve("approver", "P-"+string(rune('1'+i)), 2026, "2026-01-10"); err != nil {
				break // the grants are used up; some plans live
			}
		}
		few := measure()
		grow(30)
		for name, after := range measure() {
			if after != few[name] {
				t.Errorf("%s: %+v on a short list, %+v on a long one", name, few[name], after)
			}
		}
		all := walked(h, func(tx *store.Tx, page store.Keyset) ([]DueItem, error) {
			return h.reg.DueItems(h.Context(), tx, DueFilter{To: "2099-12-31", Page: page})
		}, func(i DueItem) []string { return i.Key() })
		var whole []DueItem
		h.do("", func(tx *store.Tx) (err error) {
			whole, err = h.reg.DueItems(h.Context(), tx, DueFilter{To: "2099-12-31"})
			return err
		})
		if len(all) != len(whole) || len(all) == 0 {
			t.Errorf("%d due items by pages, %d at once", len(all), len(whole))
		}
	})
}
