package beneficiaries

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// step is an act of somebody and what is to come of it.
type step struct {
	name, who string
	act       func(tx *store.Tx) error
	want      error
}

// steps takes acts one after another.
func (h house) steps(all ...step) {
	h.Helper()
	for _, s := range all {
		if err := h.try(s.who, s.act); !errors.Is(err, s.want) {
			h.Errorf("%s by %s: %v, want %v", s.name, s.who, err, s.want)
		}
	}
}

// guided adds the caseworkers guide and helper, who see their own cases alone, and admits somebody as guide.
func (h house) guided() (b Beneficiary) {
	h.Helper()
	h.do("", func(tx *store.Tx) error {
		for _, name := range []string{"guide", "helper"} {
			u, err := access.CreateUser(h.Context(), tx, name, access.Caseworker)
			if err != nil {
				return err
			}
			h.who[name] = store.Actor{User: string(u.ID), Token: "tok_" + name, Roles: []string{string(access.Caseworker)}}
		}
		return nil
	})
	return h.admitted("guide")
}

func (h house) admitted(who string) (b Beneficiary) {
	h.Helper()
	h.do(who, func(tx *store.Tx) (err error) {
		b, err = h.reg.Admit(h.Context(), tx)
		return err
	})
	return b
}

// finds looks a beneficiary up.
func (h house) finds(code string) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { _, err := h.reg.Beneficiary(h.Context(), tx, code); return err }
}

// assigns puts somebody on a case.
func (h house) assigns(code, user string, from, to ledger.Date) func(tx *store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := h.reg.Assign(h.Context(), tx, code, user, Days{from, to})
		return err
	}
}

// opens reads names.
func (h house) opens(code string, o Opening) func(tx *store.Tx) error {
	return func(tx *store.Tx) error { _, err := h.reg.OpenIdentity(h.Context(), tx, code, o); return err }
}

var forPlan = Opening{Fields: []Field{Names}, Purpose: "plan", Reason: "to agree on the next term"}

// A place on a case is from a day to a day, both included: then its holder knows of the person, and nobody else without
// a role that sees all. Two places of one user do not touch.
func TestPlacesOnACase(t *testing.T) {
	onBoth(t, func(h house) {
		b, clock := h.guided(), storetest.ClockOf(h.db)
		h.do("guide", func(tx *store.Tx) error {
			return h.reg.WriteIdentity(h.Context(), tx, b.Code, Identity{Names: "Example One"})
		})
		end := func(id string, last ledger.Date) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.EndAssignment(h.Context(), tx, b.Code, id, last); return err }
		}
		h.steps(step{"found by who is on it", "guide", h.finds(b.Code), nil},
			step{"found by who is not", "helper", h.finds(b.Code), ErrUnknownBeneficiary},
			step{"opened by who is not", "helper", h.opens(b.Code, forPlan), ErrUnknownBeneficiary},
			step{"opened by who sees all", "writer", h.opens(b.Code, forPlan), ErrNotOnCase},
			step{"put oneself on it", "writer", h.assigns(b.Code, "writer", "2026-01-15", ""), access.ErrMakerCannotApprove},
			step{"somebody unknown", "writer", h.assigns(b.Code, "nobody", "2026-01-15", ""), access.ErrUnknownUser},
			step{"to before from", "writer", h.assigns(b.Code, "helper", "2026-02-10", "2026-02-09"), ErrDays},
			step{"ten days", "writer", h.assigns(b.Code, "helper", "2026-02-10", "2026-02-20"), nil},
			step{"to the first of them", "writer", h.assigns(b.Code, "helper", "2026-02-01", "2026-02-10"), ErrAssigned},
			step{"from the last of them", "writer", h.assigns(b.Code, "helper", "2026-02-20", "2026-02-21"), ErrAssigned},
			step{"around them", "writer", h.assigns(b.Code, "helper", "2026-02-01", ""), ErrAssigned},
			step{"to the day before", "writer", h.assigns(b.Code, "helper", "2026-02-01", "2026-02-09"), nil},
			step{"from the day after", "writer", h.assigns(b.Code, "helper", "2026-02-21", ""), nil},
			step{"after one that goes on", "writer", h.assigns(b.Code, "helper", "2027-01-01", ""), ErrAssigned},
			step{"another in the same days", "writer", h.assigns(b.Code, "approver", "2026-02-10", "2026-02-20"), nil})
		for day, want := range map[string]error{"2026-01-31": ErrUnknownBeneficiary, "2026-02-01": nil, "2026-02-20": nil,
			"2026-02-21": nil, "2099-01-01": nil} {
			at, err := time.Parse(time.DateOnly, day)
			if err != nil {
				t.Fatal(err)
			}
			clock.Set(at.Add(12 * time.Hour))
			h.steps(step{"found on " + day, "helper", h.finds(b.Code), want},
				step{"opened on " + day, "helper", h.opens(b.Code, forPlan), want})
		}
		clock.Set(storetest.Start)
		var all []Assignment
		h.do("writer", func(tx *store.Tx) (err error) {
			all, err = h.reg.Caseload(h.Context(), tx, b.Code, store.Keyset{})
			return err
		})
		open := all[slices.IndexFunc(all, func(a Assignment) bool { return a.From == "2026-02-21" })].ID
		ten := all[slices.IndexFunc(all, func(a Assignment) bool { return a.To == "2026-02-20" })].ID
		h.steps(step{"no place", "writer", end("asg_none", "2026-03-01"), ErrUnknownAssignment},
			step{"ended before it began", "writer", end(open, "2026-02-20"), ErrDays},
			step{"ended that has an end", "writer", end(ten, "2026-02-15"), ErrDays},
			step{"ended on its first day", "writer", end(open, "2026-02-21"), nil},
			step{"ended again", "writer", end(open, "2026-02-21"), ErrDays})
		clock.Set(storetest.Start.AddDate(0, 2, 0))
		h.steps(step{"found after it", "helper", h.finds(b.Code), ErrUnknownBeneficiary})
	})
}

// An identity opens for a purpose and a reason of ten letters, to a budget of a day; without being on the case for one
// of twenty, three times within twenty-four hours, and the privacy officer sees each. Nobody reviews their own.
func TestOpeningsHaveLimits(t *testing.T) {
	onBoth(t, func(h house) {
		b, clock := h.guided(), storetest.ClockOf(h.db)
		h.do("guide", func(tx *store.Tx) error {
			return h.reg.WriteIdentity(h.Context(), tx, b.Code, Identity{Names: "Example One", Contact: "+45 0000 0000"})
		})
		emergency := func(o Opening) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.OpenInEmergency(h.Context(), tx, b.Code, o); return err }
		}
		said := func(o Opening, reason string) Opening { o.Reason = reason; return o }
		twenty := said(forPlan, strings.Repeat("d", 20))
		h.steps(step{"nine letters", "guide", h.opens(b.Code, said(forPlan, "a reason!")), ErrReason},
			step{"ten letters", "guide", h.opens(b.Code, said(forPlan, "ti bogståv")), nil},
			step{"no purpose", "guide", h.opens(b.Code, Opening{forPlan.Fields, "curiosity", forPlan.Reason}), ErrReason},
			step{"no field", "guide", h.opens(b.Code, Opening{nil, "plan", forPlan.Reason}), ErrFields},
			step{"an unknown field", "guide", h.opens(b.Code, Opening{[]Field{Names, "faith"}, "plan", forPlan.Reason}),
				ErrFields},
			step{"nineteen letters in danger", "helper", emergency(said(forPlan, strings.Repeat("d", 19))), ErrReason},
			step{"of nobody", "helper", func(tx *store.Tx) error {
				_, err := h.reg.OpenInEmergency(h.Context(), tx, "B-00000", twenty)
				return err
			}, ErrUnknownBeneficiary},
			step{"in danger", "helper", emergency(twenty), nil}, step{"a second time", "helper", emergency(twenty), nil},
			step{"a third time", "helper", emergency(twenty), nil},
			step{"a fourth time", "helper", emergency(twenty), ErrOpeningBudget},
			step{"somebody else", "guide", emergency(twenty), nil})
		clock.Advance(24*time.Hour - time.Microsecond)
		h.steps(step{"just before a day is over", "helper", emergency(twenty), ErrOpeningBudget})
		clock.Advance(2 * time.Microsecond)
		h.steps(step{"after a day", "helper", emergency(twenty), nil})
		var waiting []Notice
		h.do("writer", func(tx *store.Tx) (err error) {
			waiting, err = h.reg.Notices(h.Context(), tx, NoticeFilter{})
			return err
		})
		if len(waiting) != 5 || waiting[0].Kind != NoticeEmergency || waiting[0].Reason != twenty.Reason ||
			waiting[0].ReviewBy.Sub(waiting[0].At) != 72*time.Hour {
			t.Fatalf("%+v", waiting)
		}
		own := waiting[slices.IndexFunc(waiting, func(n Notice) bool { return n.User == h.who["helper"].User })].ID
		review := func(id string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.Review(h.Context(), tx, id, "justified"); return err }
		}
		h.steps(step{"reviewed by who opened", "helper", review(own), access.ErrMakerCannotApprove},
			step{"no notice", "writer", review("ntc_none"), ErrUnknownNotice},
			step{"reviewed", "writer", review(own), nil}, step{"reviewed again", "writer", review(own), ErrUnknownNotice})
	})
}

// Forty identities a day are opened by one user; the last of them is brought to notice, once, and the system's are not
// counted.
func TestOpeningsOfADay(t *testing.T) {
	onBoth(t, func(h house) {
		b, clock := h.guided(), storetest.ClockOf(h.db)
		h.do("guide", func(tx *store.Tx) error {
			return h.reg.WriteIdentity(h.Context(), tx, b.Code, Identity{Names: "Example One"})
		})
		notices := func() (n int) {
			h.do("", func(tx *store.Tx) error {
				all, err := h.reg.Notices(h.Context(), tx, NoticeFilter{})
				n = len(all)
				return err
			})
			return n
		}
		for i := range OpeningsADay {
			if want := 0; notices() != want {
				t.Fatalf("%d notices after %d openings", notices(), i)
			}
			h.steps(step{fmt.Sprint("opening ", i+1), "guide", h.opens(b.Code, forPlan), nil})
		}
		if notices() != 1 {
			t.Errorf("%d notices of the last opening", notices())
		}
		h.steps(step{"one more", "guide", h.opens(b.Code, forPlan), ErrOpeningBudget},
			step{"the person's own request", "guide", func(tx *store.Tx) error {
				_, err := h.reg.ExportPerson(h.Context(), tx, b.Code, "asked for at the desk")
				return err
			}, ErrOpeningBudget},
			step{"the system", "", h.opens(b.Code, forPlan), nil})
		if notices() != 1 {
			t.Errorf("%d notices after what was refused", notices())
		}
		clock.Advance(24 * time.Hour)
		h.steps(step{"the next day", "guide", h.opens(b.Code, forPlan), nil})
	})
}

// Two people are noted as alike by names and birth date together, by contact or by bank, and by nothing less; somebody
// else than the writer decides, once.
func TestLikenesses(t *testing.T) {
	onBoth(t, func(h house) {
		first := h.guided()
		write := func(code string, i Identity) {
			h.do("guide", func(tx *store.Tx) error { return h.reg.WriteIdentity(h.Context(), tx, code, i) })
		}
		alike := func() (kinds []string, last Duplicate) {
			h.do("writer", func(tx *store.Tx) error {
				all, err := h.reg.Duplicates(h.Context(), tx, DuplicateFilter{})
				for _, d := range all {
					kinds, last = append(kinds, d.Kind), d
				}
				return err
			})
			slices.Sort(kinds)
			return kinds, last
		}
		write(first.Code, Identity{Names: "Example One", BirthDate: "2000-01-01", Contact: "+45 0000 0000", Bank: "1-1"})
		for _, c := range []struct {
			identity Identity
			want     string
		}{
			{Identity{Names: "Example One"}, ""}, {Identity{Names: "Example One"}, ""},
			{Identity{BirthDate: "2000-01-01"}, ""}, {Identity{BirthDate: "2000-01-01"}, ""},
			{Identity{Names: "Example One", BirthDate: "2000-01-02"}, ""}, {Identity{Notes: "+45 0000 0000"}, ""},
			{Identity{Names: "Example One", BirthDate: "2000-01-01"}, "person"},
			{Identity{Contact: "+45 0000 0000"}, "contact"}, {Identity{Bank: "1-1"}, "bank"},
		} {
			before, _ := alike()
			other := h.admitted("guide")
			write(other.Code, c.identity)
			after, last := alike()
			found := len(after) > len(before)
			if found != (c.want != "") || found && (!slices.Contains(after, c.want) || last.One != other.ID &&
				c.want == "person") {
				t.Errorf("%v: %v, want %q more than %v", c.identity, after, c.want, before)
			}
		}
		_, d := alike()
		decide := func(id string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.Adjudicate(h.Context(), tx, id, "different"); return err }
		}
		h.steps(step{"by the writer", "guide", decide(d.ID), access.ErrMakerCannotApprove},
			step{"none", "writer", decide("dup_none"), ErrUnknownDuplicate}, step{"decided", "writer", decide(d.ID), nil},
			step{"decided again", "approver", decide(d.ID), ErrUnknownDuplicate})
	})
}

// kept stores a document.
func (h house) kept() (id evidence.ID) {
	h.Helper()
	key, err := evidence.NewKey()
	blobs, err2 := evidence.OpenFolder(filepath.Join(h.TempDir(), "evidence"))
	if err := errors.Join(err, err2); err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = blobs.Close() })
	archive, err := evidence.OpenArchive(blobs, key)
	document, err2 := evidence.Clean([]byte("%PDF-1.7\nSigned\n%%EOF\n"))
	if err := errors.Join(err, err2); err != nil {
		h.Fatal(err)
	}
	h.do("writer", func(tx *store.Tx) error {
		d, _, err := archive.Store(h.Context(), tx, document, "agreement", "2026-01-10")
		id = d.ID
		return err
	})
	return id
}

// A consent is given up to today, with its document, and revoked from today on, once; a household is one that can be.
func TestConsentsAndHouseholds(t *testing.T) {
	onBoth(t, func(h house) {
		b, paper := h.guided(), h.kept()
		var last Consent
		record := func(c Consent) func(tx *store.Tx) error {
			c.Purpose = "photo"
			return func(tx *store.Tx) (err error) {
				last, err = h.reg.RecordConsent(h.Context(), tx, b.Code, c)
				return err
			}
		}
		revoke := func(id string, from ledger.Date) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.RevokeConsent(h.Context(), tx, b.Code, id, from); return err }
		}
		lives := func(size, children, youngest string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := h.reg.WriteHousehold(h.Context(), tx, b.Code, Household{Size: size, Children: children,
					Youngest: youngest})
				return err
			}
		}
		good := Consent{GivenOn: "2026-01-15", ExpiresOn: "2026-01-15", Evidence: paper}
		with := func(change func(*Consent)) Consent { c := good; change(&c); return c }
		h.steps(step{"by who is not on the case", "writer", record(good), ErrNotOnCase},
			step{"over before it began", "guide", record(with(func(c *Consent) { c.ExpiresOn = "2026-01-14" })), ErrDays},
			step{"given tomorrow", "guide", record(with(func(c *Consent) {
				c.GivenOn, c.ExpiresOn = "2026-01-16",
					"2027-01-01"
			})),
				ErrDays},
			step{"to no donor", "guide", record(with(func(c *Consent) { c.Donor = "D-999" })), donors.ErrUnknownDonor},
			step{"without a document", "guide", record(with(func(c *Consent) { c.Evidence = "evd_none" })), evidence.ErrUnknown},
			step{"given today for today", "guide", record(good), nil})
		id := last.ID
		h.steps(step{"revoked: none", "guide", revoke("cst_none", ""), ErrUnknownConsent},
			step{"revoked from yesterday", "guide", revoke(id, "2026-01-14"), ErrDays},
			step{"revoked by who cannot know", "helper", revoke(id, ""), ErrUnknownBeneficiary},
			step{"revoked by who sees all", "writer", revoke(id, ""), nil},
			step{"revoked again", "guide", revoke(id, ""), ErrRevoked},
			step{"one alone", "guide", lives("1", "0", ""), nil},
			step{"one alone with a child", "guide", lives("1", "1", "0-5"), ErrHousehold},
			step{"two with a child", "guide", lives("2", "1", "0-5"), nil},
			step{"a youngest of none", "guide", lives("2", "0", "0-5"), ErrHousehold},
			step{"no youngest of one", "guide", lives("2", "1", ""), ErrHousehold},
			step{"by who is not on the case", "writer", lives("2", "1", "0-5"), ErrNotOnCase})
		h.do("guide", func(tx *store.Tx) error {
			consents, err := h.reg.Consents(h.Context(), tx, b.Code, store.Keyset{})
			if err != nil || len(consents) != 1 || consents[0].RevokedOn != "2026-01-15" {
				t.Errorf("%+v", consents)
			}
			houses, err := h.reg.Households(h.Context(), tx, b.Code, store.Keyset{})
			if len(houses) != 2 || houses[1].Version != 2 || houses[1].Size != "2" {
				t.Errorf("%+v", houses)
			}
			return err
		})
	})
}

// Support ends once. What is erased opens to nobody, is like nobody, and its places on the case are over.
func TestErasedForGood(t *testing.T) {
	onBoth(t, func(h house) {
		b := h.guided()
		who := Identity{Names: "Example One", BirthDate: "2000-01-01", Contact: "+45 0000 0000", Bank: "1-1"}
		write := func(code string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { return h.reg.WriteIdentity(h.Context(), tx, code, who) }
		}
		end := func(tx *store.Tx) error { _, err := h.reg.End(h.Context(), tx, b.Code, "2026-01-10"); return err }
		erase := func(reason string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error { _, err := h.reg.Erase(h.Context(), tx, b.Code, reason); return err }
		}
		state := func(tx *store.Tx) error { _, err := h.reg.Erasure(h.Context(), tx, b.Code); return err }
		sealed := h
		sealed.reg.Vault = nil
		h.steps(step{"written", "guide", write(b.Code), nil},
			step{"opened without a vault", "guide", sealed.opens(b.Code, forPlan), vault.ErrNoVault},
			step{"ended", "guide", end, nil}, step{"ended again", "guide", end, ErrEnded},
			step{"not erased", "guide", state, ErrNotErased},
			step{"erased for nine letters", "guide", erase("a reason!"), ErrReason},
			step{"erased", "guide", erase("ti bogståv"), nil}, step{"erased again", "writer", erase("ti bogståv"),
				vault.ErrErased},
			step{"ended afterwards", "writer", end, ErrEnded}, step{"is erased", "writer", state, nil},
			step{"opened by the system", "", h.opens(b.Code, forPlan), vault.ErrErased})
		storetest.ClockOf(h.db).Advance(24 * time.Hour)
		h.steps(step{"known by the guide the day after", "guide", h.finds(b.Code), ErrUnknownBeneficiary})
		other := h.admitted("guide")
		h.steps(step{"somebody alike", "guide", write(other.Code), nil})
		h.do("writer", func(tx *store.Tx) error {
			all, err := h.reg.Duplicates(h.Context(), tx, DuplicateFilter{All: true})
			if len(all) != 0 {
				t.Errorf("what is forgotten is like %+v", all)
			}
			return err
		})
	})
}

// Every act about a person leaves its event, under the code's id and without a value.
func TestEveryActOnAPersonIsRecorded(t *testing.T) {
	onBoth(t, func(h house) {
		b, paper := h.guided(), h.kept()
		actions := func() (all []string) {
			h.do("", func(tx *store.Tx) error {
				found, err := access.ListEvents(h.Context(), tx, access.EventFilter{})
				for _, e := range found {
					all = append(all, e.Action)
				}
				return err
			})
			return all
		}
		ctx := h.Context()
		for _, c := range []struct {
			who, want string
			act       func(tx *store.Tx) error
		}{
			{"guide", "identity.written", func(tx *store.Tx) error {
				return h.reg.WriteIdentity(ctx, tx, b.Code, Identity{Names: "Example One"})
			}},
			{"guide", "identity.opened", h.opens(b.Code, forPlan)},
			{"helper", "identity.opened_in_emergency", func(tx *store.Tx) error {
				_, err := h.reg.OpenInEmergency(ctx, tx, b.Code, Opening{forPlan.Fields, "safety", strings.Repeat("d", 20)})
				return err
			}},
			{"guide", "identity.exported", func(tx *store.Tx) error {
				x, err := h.reg.ExportPerson(ctx, tx, b.Code, "asked for in person")
				if len(x.Accesses) == 0 || x.Identity[Names] != "Example One" {
					t.Errorf("exported %+v", x)
				}
				return err
			}},
			{"writer", "caseload.assigned", h.assigns(b.Code, "helper", "2026-02-01", "")},
			{"guide", "consent.recorded", func(tx *store.Tx) error {
				_, err := h.reg.RecordConsent(ctx, tx, b.Code, Consent{Purpose: "photo", GivenOn: "2026-01-15",
					ExpiresOn: "2027-01-15", Evidence: paper})
				return err
			}},
			{"guide", "household.written", func(tx *store.Tx) error {
				_, err := h.reg.WriteHousehold(ctx, tx, b.Code, Household{Size: "1", Children: "0"})
				return err
			}},
			{"guide", "beneficiary.ended", func(tx *store.Tx) error {
				_, err := h.reg.End(ctx, tx, b.Code, "2026-01-15")
				return err
			}},
			{"guide", "vault.key_destroyed identity.erased", func(tx *store.Tx) error {
				_, err := h.reg.Erase(ctx, tx, b.Code, "asked for in person")
				return err
			}},
			{"writer", "caseload.assigned beneficiary.admitted", func(tx *store.Tx) error {
				_, err := h.reg.Admit(ctx, tx)
				return err
			}},
		} {
			before := len(actions())
			h.do(c.who, c.act)
			if got := strings.Join(actions()[before:], " "); got != c.want {
				t.Errorf("recorded %q, want %q", got, c.want)
			}
		}
	})
}
