package beneficiaries

import (
	"context"
	"errors"
	"testing"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// A plan names payees on record, of a kind that is paid for the line; a line that goes on with the payee it had is not
// asked again.
func TestPlansNamePayeesOnRecord(t *testing.T) {
	onBoth(t, func(h house) {
		record := map[string][]Payee{
			"CLI-01": {{"CLI-01", "clinic"}}, "LAW-01": {{"LAW-01", "lawyer"}}, "UNI-01": {{"UNI-01", "university"}},
			"PER-01": {{"PER-01", "person"}},
			"NGO-01": {{"NGO-01", "partner"}}, "House 1": {{"UNI-01", "university"}},
			"House": {{"CLI-01", "clinic"}, {"LAW-01", "lawyer"}},
		}
		old := degree()
		old.Number, old.Current.Lines[0].Payee = "P-1", "OLD-01" // from before there was a record
		h.submitted(old)
		h.reg.Payees = func(_ context.Context, _ *store.Tx, key string) ([]Payee, error) { return record[key], nil }
		draft := func(category, payee string) (Plan, error) {
			p := degree()
			p.Current.Lines[0].Category, p.Current.Lines[0].Payee = category, payee
			err := h.try("writer", func(tx *store.Tx) error {
				b, err := h.reg.Admit(h.Context(), tx)
				if err != nil {
					return err
				}
				p.Number, p.Beneficiary = "", b.ID
				p, err = h.reg.Draft(h.Context(), tx, p)
				return err
			})
			return p, err
		}
		for _, c := range []struct {
			category, payee string
			want            error
		}{
			{"tuition", "UNI-01", nil}, {"tuition", "PER-01", nil}, {"tuition", "NGO-01", nil}, {"tuition", "House 1", nil},
			{"tuition", "", nil},
			{"tuition", "CLI-01", ErrPayeeKind}, {"tuition", "LAW-01", ErrPayeeKind}, {"legal-aid", "UNI-01", ErrPayeeKind},
			{"legal-aid", "LAW-01", nil},
			{"therapy", "CLI-01", nil}, {"therapy", "LAW-01", ErrPayeeKind}, {"stipend", "UNI-01", ErrPayeeKind},
			{"stipend", "PER-01", nil},
			{"housing", "UNI-01", nil}, {"tuition", "UNI-02", ErrUnknownPayee}, {"tuition", "House", ErrUnknownPayee},
			{"tuition", "the dean", ErrPayeeCode},
		} {
			p, err := draft(c.category, c.payee)
			if !errors.Is(err, c.want) {
				h.Errorf("%s paid to %q: %v, want %v", c.category, c.payee, err, c.want)
			}
			if unfit := (*UnfitPayee)(nil); err != nil && (!errors.As(err, &unfit) || unfit.Line != 0) {
				h.Errorf("%s paid to %q: %v does not say which line", c.category, c.payee, err)
			}
			if err == nil && c.payee != "" && p.Current.Lines[0].Payee != record[c.payee][0].Code {
				h.Errorf("%q stands as %q", c.payee, p.Current.Lines[0].Payee)
			}
		}
		if _, err := h.approve("approver", "P-1", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		revise := func(payee string) error {
			return h.try("writer", func(tx *store.Tx) error {
				lines := degree().Current.Lines
				lines[0].Payee = payee
				_, err := h.reg.Revise(h.Context(), tx, "P-1", Revision{Kind: Revised, StartsOn: "2026-02-01", Lines: lines})
				return err
			})
		}
		if err := revise("OLD-02"); !errors.Is(err, ErrUnknownPayee) {
			h.Errorf("another unknown payee: %v", err)
		}
		if err := revise("OLD-01"); err != nil {
			h.Errorf("the payee it had: %v", err)
		}
	})
}

// A grant that names countries takes no plan in another one: not when it is written, nor when it moves, nor when the
// grant was amended before somebody approves it.
func TestGrantsCoverCountries(t *testing.T) {
	onBoth(t, func(h house) {
		only := func(countries ...string) {
			h.do("", func(tx *store.Tx) error {
				_, err := h.reg.Grants.Amend(h.Context(), tx, "G2", "2026-01-02", grants.Change{Countries: &countries})
				return err
			})
		}
		draft := func(number, country string) error {
			p := degree()
			p.Number, p.Current.Country = number, country
			return h.try("writer", func(tx *store.Tx) error {
				b, err := h.reg.Admit(h.Context(), tx)
				if err != nil {
					return err
				}
				p.Beneficiary = b.ID
				if _, err = h.reg.Draft(h.Context(), tx, p); err != nil {
					return err
				}
				_, err = h.reg.Submit(h.Context(), tx, number)
				return err
			})
		}
		only("NG", "GH")
		for _, c := range []struct {
			number, country string
			want            error
		}{{"P-1", "DK", grants.ErrOutsideCountry}, {"P-2", "NG", nil}, {"P-3", "", nil}} {
			if err := draft(c.number, c.country); !errors.Is(err, c.want) {
				h.Errorf("a plan in %q: %v, want %v", c.country, err, c.want)
			}
		}
		only("GH")
		if _, err := h.approve("approver", "P-2", 2026, "2026-01-10"); !errors.Is(err, grants.ErrOutsideCountry) {
			h.Errorf("approved where the grant pays no more: %v", err)
		}
		only("NG")
		if _, err := h.approve("approver", "P-2", 2026, "2026-01-10"); err != nil {
			h.Fatal(err)
		}
		move := func(country string) error {
			return h.try("writer", func(tx *store.Tx) error {
				_, err := h.reg.Revise(h.Context(), tx, "P-2",
					Revision{Kind: Move, StartsOn: "2026-09-01", Country: country, Reason: "moved"})
				return err
			})
		}
		if err := move("DK"); !errors.Is(err, grants.ErrOutsideCountry) {
			h.Errorf("moved out of the grant's countries: %v", err)
		}
		only("NG", "DK")
		if err := move("DK"); err != nil {
			h.Fatal(err)
		}
		only("NG")
		h.do("writer", func(tx *store.Tx) error { _, err := h.reg.Submit(h.Context(), tx, "P-2"); return err })
		if err := h.try("approver", func(tx *store.Tx) error {
			_, err := h.reg.Decide(h.Context(), tx, "P-2", Decision{Approve: true, On: ledger.Date("2026-09-01")})
			return err
		}); !errors.Is(err, grants.ErrOutsideCountry) {
			h.Errorf("a move approved where the grant pays no more: %v", err)
		}
	})
}
