package disbursements_test

import (
	"context"
	"errors"
	"testing"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/delegations"
	"supportledger/disbursements/relations"
	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// A delegation lends the roles of who is away until it is revoked, by either of the two and by nobody else; from then
// on the deputy decides on nothing in that name.
func TestARevokedDelegationAuthorisesNothing(t *testing.T) {
	onBoth(t, func(h *house) {
		w := deputies(h)
		authorise := func(number string) error {
			return w.inName(disbursements.Decisions.AuthoriseFor, "deputy", number, "away")
		}
		approved := func() string {
			d := h.asked("UNR", "C-1", "30000.00")
			must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
			return d.Number
		}
		lends := func() (id delegations.ID) {
			h.do("away", func(ctx context.Context, tx *store.Tx) error {
				d, err := delegations.Make(ctx, tx, delegations.Delegation{To: w.id("deputy"), FromOn: w.today,
					ToOn: w.today.AddDays(92), Reason: "away for some days"})
				id = d.ID
				return err
			})
			return id
		}
		revoke := func(who string, id delegations.ID) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := delegations.Revoke(ctx, tx, id)
				return err
			})
		}
		for _, by := range []string{"away", "deputy"} {
			id := lends()
			must(h, authorise(approved()))
			refused(h, "revoked by somebody else", revoke("chief", id), delegations.ErrUnknown)
			refused(h, "none revoked", revoke(by, "dlg_none"), delegations.ErrUnknown)
			must(h, revoke(by, id))
			refused(h, "revoked again", revoke(by, id), delegations.ErrUnknown)
			refused(h, "authorised after it was revoked by "+by, authorise(approved()), delegations.ErrMissing)
		}
		refused(h, "for no reason", h.try("away", func(ctx context.Context, tx *store.Tx) error {
			_, err := delegations.Make(ctx, tx, delegations.Delegation{To: w.id("deputy"), FromOn: w.today, ToOn: w.today})
			return err
		}), ledger.ErrReasonRequired)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			return access.DisableUser(ctx, tx, w.id("deputy"), "left the organisation")
		})
		refused(h, "to who has left", w.delegate("away", "deputy", w.today, w.today), access.ErrAccountEnded)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			for action, want := range map[string]int{"delegation.made": 2, "delegation.revoked": 2} {
				events, err := access.ListEvents(ctx, tx, access.EventFilter{Action: action})
				if err != nil || len(events) != want {
					h.Errorf("%d events %s, want %d: %v", len(events), action, want, err)
				}
			}
			return nil
		})
	})
}

// A policy is refused that leaves a disbursement with nobody who approves or authorises, that asks for roles which may
// not, or begins before today; and each step of its life by the wrong person, twice, or without a reason.
func TestEveryRefusalOfAPolicy(t *testing.T) {
	onBoth(t, func(h *house) {
		today := ledger.DateOf(storetest.ClockOf(h.db).Now())
		zero := of("0.00", "DKK")
		approve := disbursements.Need{Step: access.Approve, People: 1, Roles: []access.Role{access.ProgrammeLead}}
		authorise := disbursements.Need{Step: access.Authorise, People: 1, Roles: []access.Role{access.Treasurer}}
		var last disbursements.PolicyID
		propose := func(change func(p *disbursements.Policy)) error {
			p := disbursements.Policy{FromOn: today, EmergencyLimit: zero, EmergencyDays: 5, RemindDays: 3,
				Reason: "the board wants it so",
				Bands:  []disbursements.Band{{Above: zero, Need: approve}, {Above: zero, Need: authorise}}}
			change(&p)
			return h.try("lead", func(ctx context.Context, tx *store.Tx) error {
				p, err := h.policies.ProposePolicy(ctx, tx, p)
				last = p.ID
				return err
			})
		}
		band := func(change func(b *disbursements.Band)) func(p *disbursements.Policy) {
			return func(p *disbursements.Policy) { change(&p.Bands[1]) }
		}
		for name, c := range map[string]struct {
			change func(p *disbursements.Policy)
			want   error
		}{
			"sound":         {func(*disbursements.Policy) {}, nil},
			"from tomorrow": {func(p *disbursements.Policy) { p.FromOn = today.AddDays(1) }, nil},
			"from yesterday": {func(p *disbursements.Policy) { p.FromOn = today.AddDays(-1) },
				disbursements.ErrPolicyShape},
			"for no reason":     {func(p *disbursements.Policy) { p.Reason = " " }, ledger.ErrReasonRequired},
			"nobody approves":   {func(p *disbursements.Policy) { p.Bands = p.Bands[1:] }, disbursements.ErrPolicyShape},
			"nobody authorises": {func(p *disbursements.Policy) { p.Bands = p.Bands[:1] }, disbursements.ErrPolicyShape},
			"by no people":      {band(func(b *disbursements.Band) { b.Need.People = 0 }), disbursements.ErrPolicyShape},
			"of no role":        {band(func(b *disbursements.Band) { b.Need.Roles = nil }), disbursements.ErrPolicyShape},
			"above less than none": {band(func(b *disbursements.Band) { b.Above = of("-0.01", "DKK") }),
				disbursements.ErrPolicyShape},
			"above an øre only": {band(func(b *disbursements.Band) { b.Above = of("0.01", "DKK") }),
				disbursements.ErrPolicyShape},
			"for one fund only":   {band(func(b *disbursements.Band) { b.Fund = "UNR" }), disbursements.ErrPolicyShape},
			"for new payees only": {band(func(b *disbursements.Band) { b.NewPayee = true }), disbursements.ErrPolicyShape},
			"less than no card": {func(p *disbursements.Policy) { p.CardLimit = of("-0.01", "DKK") },
				disbursements.ErrPolicyShape},
			"for cash only": {band(func(b *disbursements.Band) { b.Cash = true }), disbursements.ErrPolicyShape},
			"authorised by a guide": {band(func(b *disbursements.Band) { b.Need.Roles = []access.Role{access.Caseworker} }),
				disbursements.ErrPolicyShape},
			"approved by an auditor": {func(p *disbursements.Policy) {
				p.Bands[0].Need.Roles = []access.Role{access.ProgrammeLead, access.Auditor}
			}, disbursements.ErrPolicyShape},
		} {
			refused(h, name, propose(c.change), c.want)
		}
		decide := func(who string, id disbursements.PolicyID, confirm bool, reason string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.policies.DecidePolicy(ctx, tx, id, confirm, reason)
				return err
			})
		}
		must(h, propose(func(*disbursements.Policy) {}))
		refused(h, "none", decide("chief", "apo_none", true, ""), disbursements.ErrUnknownPolicy)
		refused(h, "by who proposed it", decide("lead", last, true, ""), access.ErrMakerCannotApprove)
		refused(h, "rejected for no reason", decide("chief", last, false, ""), ledger.ErrReasonRequired)
		must(h, decide("chief", last, false, "too strict for us"))
		refused(h, "decided again", decide("finance", last, true, ""), advances.ErrState)
		must(h, propose(func(*disbursements.Policy) {}))
		must(h, decide("chief", last, true, ""))
		refused(h, "confirmed again", decide("finance", last, true, ""), advances.ErrState)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			for action, want := range map[string]int{ // with that of [house.cards]
				"approval_policy.proposed": 5, "approval_policy.rejected": 1, "approval_policy.confirmed": 2} {
				events, err := access.ListEvents(ctx, tx, access.EventFilter{Action: action})
				if err != nil || len(events) != want {
					h.Errorf("%d events %s, want %d: %v", len(events), action, want, err)
				}
			}
			return nil
		})
	})
}

// A band holds above its amount and not at it, for what is asked for as for what is near it.
func TestBandsAtTheirAmount(t *testing.T) {
	onBoth(t, func(h *house) {
		const lead = "approve:1:programme_lead;authorise:1:treasurer"
		for _, c := range []struct {
			payee, amount string
			above         bool
		}{{"C-1", "2500.00", false}, {"C-2", "2500.01", true}, {"C-3", "2499.99", false}, {"C-3", "0.01", false},
			{"C-3", "0.01", true}} {
			d := h.asked("UNR", c.payee, c.amount)
			if got := disbursements.NeedsText(d.Needs); (got == lead) != c.above {
				h.Errorf("%s to %s needs %s", c.amount, c.payee, got)
			}
		}
	})
}

// A relation is of one user or donor to one payee or person; everybody declares their own and leads those of others,
// and nobody ends their own.
func TestEveryRefusalOfARelation(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		var guide string
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			u, err := access.CreateUser(ctx, tx, "guide", access.Caseworker)
			guide = string(u.ID)
			h.who["guide"] = store.Actor{User: guide, Roles: []string{"caseworker"}}
			return err
		})
		var last relations.Relation
		declare := func(who string, r relations.Relation) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) (err error) {
				r.Nature = "family"
				last, err = relations.Declare(ctx, tx, h.requests.People, r)
				return err
			})
		}
		end := func(who string, id relations.ID) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := relations.End(ctx, tx, id, "2026-03-01")
				return err
			})
		}
		own := relations.Relation{User: access.UserID(guide), Payee: "C-1"}
		with := func(change func(r *relations.Relation)) relations.Relation { r := own; change(&r); return r }
		for _, c := range []struct {
			name, who string
			r         relations.Relation
			want      error
		}{
			{"of nobody", "lead", with(func(r *relations.Relation) { r.User = "" }), relations.ErrShape},
			{"of two", "lead", with(func(r *relations.Relation) { r.Donor = "D-1" }), relations.ErrShape},
			{"to nobody", "lead", with(func(r *relations.Relation) { r.Payee = "" }), relations.ErrShape},
			{"to two", "lead", with(func(r *relations.Relation) { r.Beneficiary = "B-1" }), relations.ErrShape},
			{"of a user unknown", "lead", with(func(r *relations.Relation) { r.User = "usr_none" }), access.ErrUnknownUser},
			{"of a donor unknown", "lead", with(func(r *relations.Relation) { r.User, r.Donor = "", "D-999" }),
				donors.ErrUnknownDonor},
			{"of another", "guide", with(func(r *relations.Relation) { r.User = access.UserID(h.who["lead"].User) }),
				access.ErrForbidden},
			{"of a donor", "guide", with(func(r *relations.Relation) { r.User, r.Donor = "", h.donor.ID }),
				access.ErrForbidden},
			{"one's own", "guide", own, nil}, {"of another, by who leads", "lead", own, nil},
		} {
			refused(h, c.name, declare(c.who, c.r), c.want)
		}
		must(h, declare("lead", own))
		id := last.ID
		refused(h, "none ended", end("lead", "rel_none"), relations.ErrUnknown)
		refused(h, "ended by oneself", end("guide", id), access.ErrMakerCannotApprove)
		must(h, end("lead", id))
		refused(h, "ended again", end("lead", id), relations.ErrUnknown)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			events, err := access.ListEvents(ctx, tx, access.EventFilter{Action: "relation.ended"})
			if len(events) != 1 || events[0].OnBehalfOf != access.UserID(guide) || events[0].Subject != string(id) {
				h.Errorf("recorded %+v", events)
			}
			all, err2 := relations.List(ctx, tx, store.Keyset{})
			for _, r := range all {
				if (r.EndedOn == "2026-03-01") != (r.ID == id) {
					h.Errorf("%s ended on %q", r.ID, r.EndedOn)
				}
			}
			return errors.Join(err, err2)
		})
	})
}

// A payee who was never paid is said to be new, until the bank carried a payment to them out.
func TestANewPayeeIsSaid(t *testing.T) {
	onBoth(t, func(h *house) {
		said := func() (hint string) {
			d := h.asked("UNR", "C-77", "10.00")
			h.do("chief", func(ctx context.Context, tx *store.Tx) error {
				checks, err := h.requests.Checks(ctx, tx, d)
				for _, c := range checks {
					if c.Name == "payee" {
						hint = c.Hint
					}
				}
				return err
			})
			return hint
		}
		if got := said(); got != "payee_new" {
			h.Errorf("before a payment: %q", got)
		}
		d := h.asked("UNR", "C-77", "10.00")
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
		must(h, h.pay(d, "PMT-77", "2026-03-02"))
		if got := said(); got != "" {
			h.Errorf("after a payment: %q", got)
		}
	})
}
