package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/delegations"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/relations"
	"supportledger/ledger"
	"supportledger/store"
)

// How many decide, in whose name, and who does not.

// payment is a payment out of a fund to a payee.
func payment(fund ledger.FundCode, payee, amount string) disbursements.Disbursement {
	return disbursements.Disbursement{Settlement: disbursements.ByPayment, Amount: of(amount, "DKK"), Payee: payee, PaidBy: payees.ByCard,
		Category: "emergency-aid", Account: "1010", Date: "2026-02-01",
		Shares: []beneficiaries.Share{{Fund: fund, Percent: disbursements.Hundred}}, Text: "As agreed"}
}

// aPayment drafts a payment out of a fund to a payee, as maker.
func (h *house) aPayment(fund ledger.FundCode, payee, amount string,
	more ...func(*disbursements.Disbursement)) disbursements.Disbursement {
	h.Helper()
	d := payment(fund, payee, amount)
	h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
		for _, change := range more {
			change(&d)
		}
		d, err = h.requests.Draft(ctx, tx, d)
		return err
	})
	return d
}

// asked drafts and submits a payment.
func (h *house) asked(fund ledger.FundCode, payee, amount string,
	more ...func(*disbursements.Disbursement)) disbursements.Disbursement {
	h.Helper()
	d := h.aPayment(fund, payee, amount, more...)
	must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
	return h.found(d.Number)
}

func (h *house) found(key string) (d disbursements.Disbursement) {
	h.Helper()
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = h.requests.Disbursement(ctx, tx, key)
		return err
	})
	return d
}

// TestEveryoneNeededIsEnough holds that whoever is still needed brings the end one person nearer, whatever the needs
// are, and that nobody else does.
func TestEveryoneNeededIsEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := [][]access.Role{{access.Caseworker}, {access.ProgrammeLead}, {access.Caseworker, access.ProgrammeLead}}
		money := [][]access.Role{{access.Treasurer}, {access.FinanceOfficer}, {access.FinanceOfficer, access.Treasurer}}
		var needs []disbursements.Need
		for range rapid.IntRange(1, 5).Draw(t, "needs") {
			step := rapid.SampledFrom([]access.Step{access.Approve, access.Authorise}).Draw(t, "step")
			of := roles
			if step == access.Authorise {
				of = money
			}
			needs = append(needs,
				disbursements.Need{step, rapid.IntRange(1, 3).Draw(t, "people"), rapid.SampledFrom(of).Draw(t, "roles")})
		}
		kept := disbursements.Strictest(needs)
		var given []disbursements.Approval
		for len(disbursements.CountProgress(kept, given).StillNeeded) > 0 {
			before := disbursements.CountProgress(kept, given)
			next := rapid.SampledFrom(before.StillNeeded).Draw(t, "next")
			given = append(given, disbursements.Approval{Step: next.Step, Roles: next.Roles[:1]})
			after := disbursements.CountProgress(kept, given)
			if len(after.StillNeeded) >= len(before.StillNeeded) && next.Roles[0] == "" || after.Needed < before.Needed ||
				len(given) > 20 {
				t.Fatalf("%v: %v is not nearer than %v", kept, after, before)
			}
		}
		for _, n := range needs { // all of them, also those that others imply
			have := 0
			for _, a := range given {
				if n.Fits(a.Step, a.Roles) {
					have++
				}
			}
			if have < n.People {
				t.Fatalf("%v is done, and only %d of %v are there", given, have, n)
			}
		}
	})
}

// TestPolicyOfTwo holds that a policy is in force once another person confirmed it and from its day on, that it then
// holds what is asked for from then on, and that the database counts with it.
func TestPolicyOfTwo(t *testing.T) {
	onBoth(t, func(h *house) {
		before := h.asked("UNR", "C-1", "100.00")
		both := []access.Role{access.ProgrammeLead}
		p := disbursements.Policy{FromOn: "2026-01-15", EmergencyLimit: of("1500.00", "DKK"), EmergencyPerQuarter: 2,
			EmergencyDays: 5, CardLimit: of("1000.00", "DKK"), RemindDays: 3, Reason: "the board wants two of them",
			Bands: []disbursements.Band{{Above: of("0.00", "DKK"), Need: disbursements.Need{access.Approve, 2, both}},
				{Above: of("0.00", "DKK"), Need: disbursements.Need{access.Authorise, 1, []access.Role{access.Treasurer}}}}}
		h.do("", func(_ context.Context, tx *store.Tx) error { p.FromOn = ledger.DateOf(tx.At); return nil })
		propose := func(who string, p disbursements.Policy) (out disbursements.Policy, err error) {
			err = h.try(who, func(ctx context.Context, tx *store.Tx) (err error) {
				out, err = h.policies.ProposePolicy(ctx, tx, p)
				return err
			})
			return out, err
		}
		nobody := p
		nobody.Bands = p.Bands[:1]
		if _, err := propose("lead", nobody); !errors.Is(err, disbursements.ErrPolicyShape) {
			h.Errorf("a policy without authorisation: %v", err)
		}
		p, err := propose("lead", p)
		must(h, err)
		confirm := func(who string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.policies.DecidePolicy(ctx, tx, p.ID, true, "")
				return err
			})
		}
		if err := confirm("lead"); !errors.Is(err, access.ErrMakerCannotApprove) {
			h.Errorf("confirmed by who proposed it: %v", err)
		}
		raw := func(text string) string {
			return codeOf(h.try("",
				func(ctx context.Context, tx *store.Tx) error { _, err := tx.NewRaw(text).Exec(ctx); return err }))
		}
		for text, want := range map[string]string{
			"UPDATE approval_policies SET state = 'confirmed' WHERE id = '" + string(p.ID) + "'": "approval_missing",
			"UPDATE approval_bands SET people = 1":                                               "append_only",
			"DELETE FROM approval_bands":                                                         "append_only",
			"DELETE FROM approval_policies":                                                      "append_only",
			"INSERT INTO approval_bands SELECT policy_id, 9, above, fund, new_payee, cash, step, people FROM " +
				"approval_bands WHERE position = 1": "append_only",
			"UPDATE approval_band_roles SET role = 'treasurer'": "append_only",
			"DELETE FROM approval_band_roles":                   "append_only",
			"INSERT INTO approval_band_roles SELECT policy_id, position, 'treasurer' FROM approval_bands " +
				"WHERE position = 1": "append_only",
			"UPDATE approval_policies SET emergency_limit = 9000000 WHERE id = 'apo_default'": "append_only",
		} {
			if got := raw(text); got != want {
				h.Errorf("%s: %q, want %q", text, got, want)
			}
		}
		if d := h.asked("UNR", "C-1", "100.00"); disbursements.ApprovalsNeeded(d.Needs) != 1 {
			h.Errorf("a proposal is in force: %v", d.Needs)
		}
		must(h, confirm("chief"))
		d := h.asked("UNR", "C-1", "100.00")
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		if got := h.found(d.Number).State; got != disbursements.Submitted {
			h.Errorf("one of two approved, and it is %s", got)
		}
		for text, want := range map[string]string{
			"UPDATE disbursements SET state = 'approved' WHERE number = '" + d.Number + "'":                "approval_missing",
			"UPDATE disbursements SET approvals_needed = 1 WHERE number = '" + d.Number + "'":              "state_conflict",
			"UPDATE disbursements SET state = 'paid' WHERE number = '" + d.Number + "'":                    "approval_missing",
			"UPDATE disbursements SET state = 'on_hold', policy_id = '' WHERE number = '" + d.Number + "'": "approval_missing",
			"UPDATE disbursements SET created_by = '' WHERE number = '" + d.Number + "'":                   "append_only",
			"UPDATE disbursement_approvals SET role_count = 9":                                             "append_only",
			"UPDATE disbursement_approval_roles SET role = 'treasurer'":                                    "append_only",
			"DELETE FROM disbursement_approval_roles":                                                      "append_only",
			"INSERT INTO disbursement_approval_roles SELECT disbursement_id, round, user_id, 'admin' FROM " +
				"disbursement_approvals": "append_only",
		} {
			if got := raw(text); got != want {
				h.Errorf("%s: %q, want %q", text, got, want)
			}
		}
		if err := h.step("lead", disbursements.Decisions.Approve, d.Number); !errors.Is(err, access.ErrMakerCannotApprove) {
			h.Errorf("approved twice by one: %v", err)
		}
		must(h, h.step("chief", disbursements.Decisions.Approve, d.Number))
		if got := h.found(d.Number).State; got != disbursements.Approved {
			h.Errorf("two approved, and it is %s", got)
		}
		must(h, h.step("lead", disbursements.Decisions.Approve, before.Number)) // asked for under the policy before
		if got := h.found(before.Number).State; got != disbursements.Approved {
			h.Errorf("what was asked for before is %s", got)
		}
		must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
	})
}

// TestSplitBelowABand holds that three parts of an amount are held to the band of the whole.
func TestSplitBelowABand(t *testing.T) {
	onBoth(t, func(h *house) {
		roles := func(d disbursements.Disbursement) string { return disbursements.NeedsText(d.Needs) }
		h.asked("UNR", "C-9", "2400.00")
		if d := h.asked("UNR", "C-9", "50.00",
			func(d *disbursements.Disbursement) { d.Date = "2026-05-01" }); roles(d) != "approve:1:caseworker|programme_lead;authorise:1:treasurer" {
			h.Errorf("50.00 three months later needs %s", roles(d))
		}
		d := h.asked("UNR", "C-9", "2400.00", func(d *disbursements.Disbursement) { d.Date = "2026-03-02" }) // 29 days later
		if want := "approve:1:programme_lead;authorise:1:treasurer"; roles(d) != want {
			h.Errorf("two of 2400.00 within 30 days need %s, want %s", roles(d), want)
		}
		h.do("chief", func(ctx context.Context, tx *store.Tx) error {
			checks, err := h.requests.Checks(ctx, tx, d)
			i := slices.IndexFunc(checks, func(c disbursements.Check) bool { return c.Name == "splitting" })
			if i < 0 || checks[i].Outcome != disbursements.Warning || !slices.Equal(checks[i].Of, []string{"4800.00 DKK"}) {
				h.Errorf("splitting is not seen: %v", checks)
			}
			return err
		})
	})
}

// withDeputies is a house where the treasurer "away" may be stood in for by "deputy", in finance.
type withDeputies struct {
	*house
	today ledger.Date
}

func deputies(h *house) withDeputies {
	h.Helper()
	w := withDeputies{house: h}
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		w.today = ledger.DateOf(tx.At)
		for handle, role := range map[string]access.Role{"away": access.Treasurer, "deputy": access.FinanceOfficer,
			"case": access.Caseworker} {
			u, err := access.CreateUser(ctx, tx, handle, role)
			if err != nil {
				return err
			}
			h.who[handle] = store.Actor{User: string(u.ID), Token: "tok_" + handle, Roles: []string{string(role)}}
		}
		return nil
	})
	return w
}

func (w withDeputies) id(who string) access.UserID { return access.UserID(w.who[who].User) }

func (w withDeputies) delegate(who, to string, from, until ledger.Date) error {
	return w.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := delegations.Make(ctx, tx,
			delegations.Delegation{To: w.id(to), FromOn: from, ToOn: until, Reason: "away for some days"})
		return err
	})
}

// inName takes a step in the name of somebody, or for "" in one's own.
func (w withDeputies) inName(do func(disbursements.Decisions, context.Context, *store.Tx, string,
	access.UserID) (disbursements.Disbursement, error), who, number, behalf string) error {
	return w.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := do(w.decisions, ctx, tx, number, access.UserID(w.who[behalf].User))
		return err
	})
}

// TestDeputy holds that a deputy decides in the roles of who is away, in those days only, and that the event says for
// whom.
func TestDeputy(t *testing.T) {
	onBoth(t, func(h *house) {
		w := deputies(h)
		d := h.asked("UNR", "C-1", "30000.00")
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		authorise := func(behalf string) error {
			return w.inName(disbursements.Decisions.AuthoriseFor, "deputy", d.Number, behalf)
		}
		if err := authorise(""); !errors.Is(err, disbursements.ErrNotAsked) {
			h.Errorf("a finance officer authorises 30,000: %v", err)
		}
		if err := authorise("away"); !errors.Is(err, delegations.ErrMissing) {
			h.Errorf("without a delegation: %v", err)
		}
		for _, c := range []struct {
			to          string
			from, until ledger.Date
			want        error
		}{{"case", w.today, w.today, access.ErrIncompatibleRoles}, {"away", w.today, w.today, delegations.ErrOwnDeputy},
			{"deputy", w.today, w.today.AddDays(93), delegations.ErrDays},
			{"deputy", w.today.AddDays(-3), w.today.AddDays(-1), delegations.ErrDays}} {
			if err := w.delegate("away", c.to, c.from, c.until); !errors.Is(err, c.want) {
				h.Errorf("to %s until %s: %v, want %v", c.to, c.until, err, c.want)
			}
		}
		must(h, w.delegate("away", "deputy", w.today.AddDays(1), w.today.AddDays(9)))
		if err := authorise("away"); !errors.Is(err, delegations.ErrMissing) {
			h.Errorf("before its days: %v", err)
		}
		must(h, w.delegate("away", "deputy", w.today, w.today))
		must(h, authorise("away"))
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			events, err := access.ListEvents(ctx, tx,
				access.EventFilter{Action: "disbursement.authorised", Subject: string(d.ID)})
			if len(events) != 1 || events[0].OnBehalfOf != w.id("away") {
				h.Errorf("the event does not say for whom: %v", events)
			}
			return err
		})
	})
}

// TestADeputyWidensNoDuty holds that on one disbursement a deputy and who is away are one person, whoever acts first.
func TestADeputyWidensNoDuty(t *testing.T) {
	onBoth(t, func(h *house) {
		w := deputies(h)
		for _, who := range []string{"away", "lead", "maker"} {
			must(h, w.delegate(who, "deputy", w.today, w.today))
		}
		d := h.asked("UNR", "C-1", "30000.00")
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		must(h, w.inName(disbursements.Decisions.AuthoriseFor, "deputy", d.Number, "away"))
		release := func(who string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Release(ctx, tx, d.Number, banking.Payment{Date: "2026-02-02"})
				return err
			})
		}
		for _, who := range []string{"away", "deputy"} {
			if err := release(who); !errors.Is(err, access.ErrMakerCannotApprove) {
				h.Errorf("%s releases what the deputy authorised: %v", who, err)
			}
		}
		must(h, release("chief"))

		own := h.asked("UNR", "C-1", "30000.00")
		must(h, w.inName(disbursements.Decisions.ApproveFor, "deputy", own.Number, "lead"))
		if err := h.step("lead", disbursements.Decisions.Authorise, own.Number); !errors.Is(err,
			access.ErrMakerCannotApprove) {
			h.Errorf("lead authorises what the deputy approved for lead: %v", err)
		}
		third := h.asked("UNR", "C-1", "30000.00")
		if err := w.inName(disbursements.Decisions.ApproveFor, "deputy", third.Number, "maker"); !errors.Is(err,
			access.ErrMakerCannotApprove) {
			h.Errorf("the deputy approves for who asked: %v", err)
		}
	})
}

// TestRelated holds that who is related to a payee or a person decides on nothing for them, and that it shows.
func TestRelated(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		lead := access.UserID(h.who["lead"].User)
		declare := func(who string, r relations.Relation) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := relations.Declare(ctx, tx, h.requests.People, r)
				return err
			})
		}
		must(h, declare("lead", relations.Relation{User: lead, Payee: "C-5", Nature: "family"}))
		if err := declare("lead",
			relations.Relation{User: lead, Payee: "C-5", Donor: "x", Nature: "family"}); !errors.Is(err,
			relations.ErrShape) {
			h.Errorf("of a user and a donor: %v", err)
		}
		paid := h.asked("UNR", "C-5", "100.00")
		if err := h.step("lead", disbursements.Decisions.Approve, paid.Number); !errors.Is(err, access.ErrRelated) {
			h.Errorf("approved by who is related: %v", err)
		}
		h.do("chief", func(ctx context.Context, tx *store.Tx) error {
			checks, err := h.requests.Checks(ctx, tx, paid)
			if !slices.ContainsFunc(checks,
				func(c disbursements.Check) bool { return c.Hint == "user_related" && c.Of[0] == "family" }) {
				h.Errorf("it does not show: %v", checks)
			}
			return err
		})
		must(h, h.step("chief", disbursements.Decisions.Approve, paid.Number))

		d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		must(h, declare("finance",
			relations.Relation{User: access.UserID(h.who["finance"].User), Beneficiary: d.Plan.Beneficiary,
				Nature: "household"}))
		must(h, declare("chief", relations.Relation{Donor: h.donor.ID, Beneficiary: d.Plan.Beneficiary, Nature: "other"}))
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		if err := h.step("finance", disbursements.Decisions.Authorise, d.Number); !errors.Is(err, access.ErrRelated) {
			h.Errorf("authorised by who is related: %v", err)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			mine, err := h.decisions.Inbox(ctx, tx, disbursements.InboxOf{Mine: true})
			if slices.ContainsFunc(mine, func(w disbursements.Waiting) bool { return w.ID == d.ID }) {
				h.Errorf("it waits for who is related")
			}
			now, findErr := h.requests.Disbursement(ctx, tx, d.Number)
			checks, checkErr := h.requests.Checks(ctx, tx, now)
			if !slices.ContainsFunc(checks,
				func(c disbursements.Check) bool { return c.Name == "duties" && c.Hint == "party_related" }) {
				h.Errorf("the one who looks is not told: %v", checks)
			}
			return errors.Join(err, findErr, checkErr)
		})
	})
}

// TestAnyChangeVoidsAnApproval holds that an approval is of exactly what a disbursement says: whatever is written
// anew, the approval is void, and the plan's next version voids it as well.
func TestAnyChangeVoidsAnApproval(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for i, change := range []func(*disbursements.Disbursement){
			func(d *disbursements.Disbursement) { d.Amount = of("101.00", "DKK") },
			func(d *disbursements.Disbursement) { d.Payee = "C-2" },
			func(d *disbursements.Disbursement) { d.Shares[0].Fund = "D1" },
			func(d *disbursements.Disbursement) { d.Text = "Something else" },
			func(d *disbursements.Disbursement) { d.Date = "2026-02-02" },
			func(d *disbursements.Disbursement) { d.Category = "legal-aid" },
		} {
			d := h.asked("UNR", "C-1", "100.00")
			must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
			next := d
			next.Shares = slices.Clone(d.Shares)
			change(&next)
			must(h, h.try("maker", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.requests.Rewrite(ctx, tx, d.Number, next)
				return err
			}))
			got := h.found(d.Number)
			if got.State != disbursements.Draft || got.Round != 2 || got.Payload() == d.Payload() {
				h.Errorf("change %d: it is %s in round %d", i, got.State, got.Round)
			}
			if err := h.step("finance", disbursements.Decisions.Authorise, d.Number); !errors.Is(err, advances.ErrState) {
				h.Errorf("change %d: authorised on an approval that is void: %v", i, err)
			}
			must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
			again := h.found(d.Number)
			h.do("", func(ctx context.Context, tx *store.Tx) error {
				far, err := h.requests.Progress(ctx, tx, again)
				if len(far.Given) != 0 {
					h.Errorf("change %d: %v still count", i, far.Given)
				}
				return err
			})
		}
		d, err := h.draft("P-101", "NG-01", 1, of("150000.00", "NGN"), nil)
		must(h, err)
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		before := h.found(d.Number)
		before.PlanVersion = "plv_another"
		if err := before.CheckPlan(); !errors.Is(err, disbursements.ErrPlanChanged) {
			h.Errorf("another version of the plan: %v", err)
		}
		if h.found(d.Number).PlanVersion == "" {
			h.Error("the version of the plan is not bound")
		}
	})
}

// TestLifeOfADisbursement walks the table of sector-systems 2.2 with everything that is no step of a duty: question
// and answer, hold, cancellation before and after it is booked.
func TestLifeOfADisbursement(t *testing.T) {
	onBoth(t, func(h *house) {
		reason := "there is a reason for it"
		said := func(do func(disbursements.Decisions, context.Context, *store.Tx, string, string) (disbursements.Disbursement,
			error)) act {
			return func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement,
				error) {
				return do(o, ctx, tx, key, reason)
			}
		}
		d := h.asked("UNR", "C-1", "100.00")
		if err := h.step("maker", said(disbursements.Decisions.Reject), d.Number); !errors.Is(err,
			access.ErrMakerCannotApprove) {
			h.Errorf("rejected by who asked: %v", err)
		}
		must(h, h.step("lead", said(disbursements.Decisions.AskInfo), d.Number))
		h.do("maker", func(ctx context.Context, tx *store.Tx) error {
			if _, err := h.requests.Comment(ctx, tx, d.Number, "The invoice of May is meant"); err != nil {
				return err
			}
			mine, err := h.decisions.Inbox(ctx, tx, disbursements.InboxOf{Requested: true})
			if len(mine) != 1 || mine[0].Why != "question" {
				h.Errorf("the question does not come back: %v", mine)
			}
			return err
		})
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
		must(h, h.step("lead", said(disbursements.Decisions.Hold), d.Number))
		if err := h.try("chief", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Release(ctx, tx, d.Number, banking.Payment{Date: "2026-02-02"})
			return err
		}); !errors.Is(err, advances.ErrState) {
			h.Errorf("released while it is held: %v", err)
		}
		must(h, h.step("lead", said(disbursements.Decisions.Resume), d.Number))
		if err := h.step("finance",
			func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement, error) {
				return disbursements.Settlements(o).Disallow(ctx, tx, key, "F-1", reason)
			}, d.Number); !errors.Is(err, advances.ErrState) {
			h.Errorf("disallowed before it is paid: %v", err)
		}
		must(h, h.step("maker", said(disbursements.Decisions.Cancel), d.Number))
		h.do("maker", func(ctx context.Context, tx *store.Tx) error {
			told, err := h.requests.History(ctx, tx, d.Number, store.Keyset{})
			var actions []string
			for _, m := range told {
				actions = append(actions, m.Action[len("disbursement."):])
			}
			want := []string{"drafted", "submitted", "info_requested", "commented", "answered", "approved", "authorised", "held",
				"resumed", "cancelled"}
			if !slices.Equal(actions, want) || told[3].Comment == "" || told[2].Reason != reason {
				h.Errorf("history %v, want %v", actions, want)
			}
			return err
		})
		states := []disbursements.State{disbursements.Draft, disbursements.InfoRequested, disbursements.Submitted,
			disbursements.Approved, disbursements.Authorised, disbursements.OnHold, disbursements.Released, disbursements.Paid,
			disbursements.Evidenced, disbursements.Arrived, disbursements.Rejected, disbursements.Cancelled,
			disbursements.Returned, disbursements.Disallowed}
		for _, to := range states { // it is over, whatever a stranger writes
			got := codeOf(h.try("", func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.NewRaw("UPDATE disbursements SET state = ? WHERE number = ?", to, d.Number).Exec(ctx)
				return err
			}))
			if to != disbursements.Cancelled && got == "" {
				h.Errorf("cancelled became %s", to)
			}
		}
	})
}

// TestInvoiceCancelled holds that what was booked for a disbursement is reversed with it, and the plan's units are
// free again.
func TestInvoiceCancelled(t *testing.T) {
	onBoth(t, func(h *house) {
		h.sign("G1", "DKK 60000.00")
		must(h, h.receive("G1", "2026-01-05", of("20000.00", "DKK"), "", "1010"))
		h.plan("P-3", "DKK", "G1=100", "900.00", "2026-03-01")
		must(h, h.approveYear("lead", "P-3", 2026, "2026-01-10"))
		var d disbursements.Disbursement
		h.do("maker", func(ctx context.Context, tx *store.Tx) (err error) {
			d = disbursements.Disbursement{Settlement: disbursements.ByInvoice, Payee: "C-1", PaidBy: payees.ByCard, Date: "2026-02-01",
				Text: "As agreed", Items: []disbursements.Item{{Line: "stipend", Units: 1, UnitPrice: of("900.00", "DKK")}}}
			if d.Plan, err = h.requests.People.Plan(ctx, tx, "P-3"); err != nil {
				return err
			}
			d, err = h.requests.Draft(ctx, tx, d)
			return err
		})
		must(h, h.authorised(d.Number))
		if got := h.balance("2010", "G1"); got != "-900.00" {
			h.Fatalf("owed %q", got)
		}
		must(h, h.step("lead",
			func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement, error) {
				return o.Hold(ctx, tx, key, "a complaint is open")
			}, d.Number))
		must(h, h.step("lead",
			func(o disbursements.Decisions, ctx context.Context, tx *store.Tx, key string) (disbursements.Disbursement, error) {
				return o.Cancel(ctx, tx, key, "the clinic sent it twice")
			}, d.Number))
		if got := fmt.Sprint(h.found(d.Number).State, " ", h.balance("2010", "G1"),
			h.balance("9100", "G1")); got != "cancelled 900.00" {
			h.Errorf("after it was cancelled: %s", got)
		}
	})
}
