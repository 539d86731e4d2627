package disbursements_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/payees"
	"supportledger/store"
	"supportledger/store/storetest"
)

// danishAccount is the example of the IBAN register.
var danishAccount = payees.AccountGiven{Registration: "0040", Account: "0440116243"}

// onVault runs on both engines with a vault, and a person more: clerk, whose second account is clerk2.
func onVault(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { fn(t, withVault(t, newHouse(t, db))) })
}

func withVault(t testing.TB, h *house) *house {
	t.Helper()
	people := h.requests.People
	people.Vault = vaulttest.New(t)
	h.keep(disbursements.New(h.requests.Book, h.requests.Grants, people))
	h.do("", func(ctx context.Context, tx *store.Tx) (err error) {
		for _, name := range []string{"clerk", "clerk2", "signer"} {
			if h.who[name], err = newPerson(ctx, tx, name); err != nil {
				return err
			}
		}
		return nil
	})
	var asked access.Change
	h.do("chief", func(ctx context.Context, tx *store.Tx) (err error) {
		asked, err = access.Propose(ctx, tx,
			access.Change{Kind: access.SamePerson, User: access.UserID(h.who["clerk2"].User),
				Other:  access.UserID(h.who["clerk"].User),
				Reason: "both are used by one person"})
		return err
	})
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		_, err := access.DecideChange(ctx, tx, asked.ID, true, "")
		return err
	})
	return h
}

func (h *house) wait(d time.Duration) { storetest.ClockOf(h.db).Advance(d) }

// registered puts a payee on record.
func (h *house) registered(code string) {
	h.Helper()
	h.do("clerk", func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payees.Add(ctx, tx, payees.Payee{Code: code, Kind: payees.PayeeClinic, Alias: "House " + code})
		return err
	})
}

func (h *house) enters(who, code string, given payees.AccountGiven) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payees.EnterBankDetails(ctx, tx, code, given)
		return err
	})
}

func (h *house) verifies(who, code string, version int) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payees.VerifyBankDetails(ctx, tx, code, payees.Verification{Version: version, How: payees.ByCallback,
			Note: "called the number on the invoice"})
		return err
	})
}

// payable puts a payee on record whose bank details may be paid to.
func (h *house) payable(code string, given payees.AccountGiven) {
	h.Helper()
	h.registered(code)
	must(h, h.enters("clerk", code, given))
	must(h, h.verifies("signer", code, 1))
	h.wait(payees.CoolOff)
}

// owed writes a direct payment to a payee down.
func (h *house) owed(payee, amount string) disbursements.Disbursement {
	h.Helper()
	d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
		Account: "1010", Payee: payee, Amount: of(amount, "DKK"), Date: "2026-03-02",
		Shares: shares("G1=100")})
	must(h, err)
	return d
}

func (h *house) release(who, number string) error {
	return h.try(who, func(ctx context.Context, tx *store.Tx) error {
		_, err := h.payments.Release(ctx, tx, number, banking.Payment{Date: "2026-03-02", Account: "1010"})
		return err
	})
}

func refused(h *house, what string, got, want error) {
	h.Helper()
	if !errors.Is(got, want) {
		h.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Bank details are used once another person than who entered them, with whatever account, made sure of them, and 48
// hours later. Whoever entered them may take a step in paying, and releases to them no sooner than others.
func TestBankDetailsNeedTwoPeopleAndTime(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.registered("CLI-01")
		must(h, h.enters("clerk", "CLI-01", danishAccount))
		refused(h, "verified by who entered", h.verifies("clerk", "CLI-01", 1), access.ErrMakerCannotApprove)
		refused(h, "verified by the other account", h.verifies("clerk2", "CLI-01", 1), access.ErrMakerCannotApprove)
		refused(h, "a version that there is not", h.verifies("signer", "CLI-01", 2), payees.ErrUnknownDetails)
		d := h.owed("CLI-01", "100.00")
		asked := h.owed("CLI-01", "50.00")
		must(h, h.step("clerk", disbursements.Decisions.Submit, asked.Number))
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		must(h, h.step("lead", disbursements.Decisions.Approve, d.Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, d.Number))
		refused(h, "released unverified", h.release("chief", d.Number), payees.ErrUnverified)
		refused(h, "released by who authorised, before it is verified", h.release("finance", d.Number),
			access.ErrMakerCannotApprove) // nothing to wait for
		must(h, h.verifies("signer", "CLI-01", 1))
		refused(h, "released at once", h.release("chief", d.Number), payees.ErrCooling)
		h.wait(payees.CoolOff - time.Second)
		refused(h, "released a second early", h.release("chief", d.Number), payees.ErrCooling)
		refused(h, "released early by who authorised", h.release("finance", d.Number), access.ErrMakerCannotApprove)
		h.wait(time.Second)
		must(h, h.release("clerk2", d.Number))
	})
}

// Who decides sees whether money may leave to the payee: that the code is nobody's, that nobody verified the account,
// that it cools off, that it was replaced since.
func TestChecksTellOfBankDetails(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		worked(h)
		d := h.owed("CLI-09", "100.00")
		tells := func(number, want string) {
			h.Helper()
			h.do("lead", func(ctx context.Context, tx *store.Tx) error {
				d, err := h.requests.Disbursement(ctx, tx, number)
				if err != nil {
					return err
				}
				checks, err := h.requests.Checks(ctx, tx, d)
				for _, c := range checks {
					stops := c.Outcome == disbursements.Stop
					if c.Name == "payee_details" && (c.Hint != want || stops != (want == "payee_unregistered")) {
						h.Errorf("%s %q, want %q", c.Outcome, c.Hint, want)
					}
				}
				return err
			})
		}
		tells(d.Number, "payee_unregistered")
		h.registered("CLI-09")
		tells(d.Number, "payee_unverified")
		must(h, h.enters("clerk", "CLI-09", danishAccount))
		tells(d.Number, "payee_unverified")
		must(h, h.verifies("signer", "CLI-09", 1))
		tells(d.Number, "payee_cooling")
		h.wait(payees.CoolOff)
		tells(d.Number, "")
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
		must(h, h.enters("clerk", "CLI-09", danishAccount))
		tells(d.Number, "payee_changed")
	})
}

// Newer details void what was asked for with the older: it goes back, is asked for again, and bound to the
// newer.
func TestNewBankDetailsVoidWhatWasAskedFor(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.payable("CLI-01", danishAccount)
		d := h.owed("CLI-01", "100.00")
		must(h, h.authorised(d.Number))
		must(h, h.enters("clerk", "CLI-01", payees.AccountGiven{IBAN: "DE89 3704 0044 0532 0130 00"}))
		refused(h, "released to the old account", h.release("chief", d.Number), payees.ErrChanged)
		refused(h, "the old account verified", h.verifies("signer", "CLI-01", 1), payees.ErrChanged)
		must(h, h.verifies("signer", "CLI-01", 2))
		h.wait(payees.CoolOff)
		refused(h, "released to the new account", h.release("chief", d.Number), payees.ErrChanged)
		later := h.owed("CLI-01", "50.00")
		must(h, h.step("maker", disbursements.Decisions.Submit, later.Number))
		h.do("lead", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.decisions.Return(ctx, tx, later.Number, "the amount is to be checked")
			return err
		})
		must(h, h.enters("signer", "CLI-01", danishAccount))
		must(h, h.verifies("clerk", "CLI-01", 3))
		h.wait(payees.CoolOff)
		must(h, h.authorised(later.Number))
		must(h, h.release("chief", later.Number))
	})
}

// What is paid again, or to another, is bound to the details of the day.
func TestReissueMindsThePayee(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		worked(h)
		h.payable("CLI-01", danishAccount)
		d := h.owed("CLI-01", "100.00")
		must(h, h.authorised(d.Number))
		must(h, h.release("chief", d.Number))
		must(h, h.enters("clerk", "CLI-01", payees.AccountGiven{IBAN: "DE89 3704 0044 0532 0130 00"}))
		pay := func(who, number string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Dispatch(ctx, tx, number)
				return err
			})
		}
		again := func(who, number, as string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payments.Reissue(ctx, tx, number, banking.Payment{Number: as, Date: "2026-03-10"})
				return err
			})
		}
		refused(h, "sent to the old account", pay("chief", "PMT-001"), payees.ErrChanged)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Fail(ctx, tx, "PMT-001", banking.PaymentFailed, "the account is no more")
			return err
		})
		must(h, again("finance", "PMT-001", "PMT-A"))
		refused(h, "sent unverified", pay("chief", "PMT-A"), payees.ErrUnverified)
		must(h, h.verifies("signer", "CLI-01", 2))
		h.wait(payees.CoolOff)
		refused(h, "sent by who asked", pay("finance", "PMT-A"), access.ErrMakerCannotApprove)
		must(h, pay("clerk", "PMT-A"))
	})
}

// Numbers are held against their check digits; what may still be right is a warning; what tells is refused.
func TestAccountsAreChecked(t *testing.T) {
	abroad := iso20022.Address{Town: "Benin City", Country: "NG", Lines: []string{"12 Example Road"}}
	for _, c := range []struct {
		name   string
		given  payees.AccountGiven
		masked string
		warns  string
		err    error
	}{
		{"Danish", danishAccount, "DK … 6243", "", nil},
		{"IBAN", payees.AccountGiven{IBAN: "de89 3704 0044 0532 0130 00"}, "DE … 3000", "", nil},
		{"IBAN outside of SEPA without a bank", payees.AccountGiven{IBAN: "AE070331234567890123456"}, "", "",
			payees.ErrIncompleteAccount},
		{"IBAN outside of SEPA",
			payees.AccountGiven{IBAN: "AE070331234567890123456", BIC: "BOMLAEAD",
				Address: iso20022.Address{Town: "Dubai", Country: "AE"}}, "AE … 3456", "", nil},
		{"NUBAN", payees.AccountGiven{BankCode: "011", Number: "0000014579", BIC: "FBNINGLA", Address: abroad}, "NG … 4579",
			"", nil},
		{"NUBAN that does not fit",
			payees.AccountGiven{BankCode: "058", Number: "0000014579", BIC: "FBNINGLA", Address: abroad}, "NG … 4579",
			"nuban_check", nil},
		{"NUBAN without a bank", payees.AccountGiven{BankCode: "011", Number: "0000014579", Address: abroad}, "", "",
			payees.ErrIncompleteAccount},
		{"a short number", payees.AccountGiven{Number: "1234", BIC: "FBNINGLA", Address: abroad}, "NG … 34", "", nil},
		{"a slip", payees.AccountGiven{IBAN: "DK5000400440112643"}, "", "", banknumbers.ErrNumber},
		{"a wrong BIC", payees.AccountGiven{IBAN: "DK5000400440116243", BIC: "X"}, "", "", banknumbers.ErrNumber},
		{"a letter that no bank takes",
			payees.AccountGiven{Number: "1234", BIC: "FBNINGLA", Address: iso20022.Address{Town: "Bénin", Country: "NG"}}, "",
			"", iso20022.ErrFile},
		{"nothing", payees.AccountGiven{}, "", "", payees.ErrIncompleteAccount},
	} {
		a, warns, err := c.given.Check()
		if !errors.Is(err, c.err) || err == nil && (a.Masked() != c.masked || strings.Join(warns, " ") != c.warns) {
			t.Errorf("%s: %v, %v, %v", c.name, a, warns, err)
		}
	}
	onVault(t, func(_ *testing.T, h *house) {
		for _, p := range []payees.Payee{{Code: "CLI-01", Alias: "Crisis shelter"}, {Code: "TERAPI-1", Alias: "House 1"},
			{Code: "cli", Alias: "House 1"}, {Code: "CLI-02", Alias: ""},
			{Code: "CLI-03", Alias: "Hus på hjørnet"}, {Code: "CLI-04", Alias: "=1+1"}, {Code: "CLI-05", Alias: "-1"},
			{Code: "CLI-06", Alias: "a\nb"}, {Code: "CLI-07", Alias: "Victim Support"}} {
			p.Kind = payees.PayeeClinic
			err := h.try("clerk", func(ctx context.Context, tx *store.Tx) error {
				_, err := h.payees.Add(ctx, tx, p)
				return err
			})
			refused(h, p.Code+" "+p.Alias, err, payees.ErrTells)
		}
		h.registered("CLI-01")
		err := h.try("clerk", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payees.Add(ctx, tx, payees.Payee{Code: "CLI-01", Kind: payees.PayeeClinic, Alias: "House"})
			return err
		})
		refused(h, "twice", err, payees.ErrDuplicate)
	})
}

// An erased payee shows nothing and gets no details again; what was masked stands in no column.
func TestErasedPayee(t *testing.T) {
	onVault(t, func(_ *testing.T, h *house) {
		h.payable("PER-01", danishAccount)
		h.registered("PER-02")
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			all, err := h.payees.List(ctx, tx, "", 10)
			if got := fmt.Sprint(all[0].Newest().Masked, all[1].Newest().Masked); got != "DK … 6243" {
				h.Errorf("listed as %q", got)
			}
			return err
		})
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payees.Erase(ctx, tx, "PER-01", "the person asked for it")
			return err
		})
		refused(h, "details after the erasure", h.enters("clerk", "PER-01", danishAccount), vault.ErrErased)
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			p, err := h.payees.Payee(ctx, tx, "PER-01")
			if p.Newest().Masked != "" || p.Newest().Version != 1 {
				h.Errorf("after the erasure %+v", p)
			}
			return err
		})
	})
}

func TestStrangersCannotTouchPayees(t *testing.T) {
	verify := func(by, version string) string {
		return "INSERT INTO payee_verifications (payee_id, version, how, note, verified_by, verified_at, usable_from) " +
			"SELECT id, " + version +
			", 'letter', 'x', " + by + ", '2026-01-01', '2026-01-02' FROM payees WHERE code = 'CLI-02'"
	}
	user := func(handle string) string { return "(SELECT id FROM users WHERE handle = '" + handle + "')" }
	duty := func(who, step string) string {
		return "INSERT INTO duties (subject, round, step, user_id, token_id, payload, at) SELECT id, round, '" + step +
			"', " + user(who) +
			", '', payload, '2026-01-15' FROM disbursements WHERE number = 'D-2026-0001'"
	}
	withstand(t, func(h *house) {
		withVault(h.TB.(testing.TB), h)
		worked(h)
		h.payable("CLI-01", danishAccount)
		h.registered("CLI-02")
		must(h, h.enters("clerk", "CLI-02", danishAccount))
		must(h, h.enters("clerk", "CLI-02", danishAccount))
		d := h.owed("CLI-02", "100.00")
		must(h, h.step("maker", disbursements.Decisions.Submit, d.Number))
	}, []attack{
		{"verified by who entered", "", verify(user("clerk"), "2"), "maker_cannot_approve"},
		{"verified by the other account", "", verify(user("clerk2"), "2"), "maker_cannot_approve"},
		{"verified by nobody", "", verify("''", "2"), "maker_cannot_approve"},
		{"an old version verified", "", verify(user("signer"), "1"), "state_conflict"},
		{"verified by another", "", verify(user("signer"), "2"), ""},
		{"no cool-off", "", strings.ReplaceAll(verify(user("signer"), "2"), "'2026-01-02'", "'2026-01-01'"), "constraint"},
		{"an alias changed", "", "UPDATE payees SET alias = 'x'", "append_only"},
		{"a payee deleted", "", "DELETE FROM payees", "append_only"},
		{"details changed", "", "UPDATE payee_details SET sealed = " + "(SELECT sealed FROM payee_details LIMIT 1)",
			"append_only"},
		{"details deleted", "", "DELETE FROM payee_details WHERE version = 2", "append_only"},
		{"a warning added", "", "INSERT INTO payee_warnings SELECT payee_id, version, 'x' FROM payee_details", "append_only"},
		{"a warning counted out", "", "UPDATE payee_details SET warning_count = 1", "append_only"},
		{"a version left out", "",
			"INSERT INTO payee_details SELECT payee_id, 9, country, iban, warning_count, sealed, entered_by, entered_at FROM " +
				"payee_details WHERE version = 2", "append_only"},
		{"a verification shortened", "", "UPDATE payee_verifications SET usable_from = '2026-01-15'", "append_only"},
		{"a verification deleted", "", "DELETE FROM payee_verifications", "append_only"},
		{"bound to other details", "", "UPDATE payee_bindings SET version = 1", "append_only"},
		{"unbound", "", "DELETE FROM payee_bindings", "append_only"},
		{"replaced", store.SQLite,
			"INSERT OR REPLACE INTO payee_bindings SELECT subject, round, payee_id, 1, bound_by, bound_at FROM payee_bindings",
			"append_only"},
		{"a payee replaced", store.SQLite,
			"INSERT OR REPLACE INTO payees SELECT id, code, kind, 'x', cvr, created_by, created_at FROM payees", "append_only"},
		{"details replaced", store.SQLite,
			"INSERT OR REPLACE INTO payee_details SELECT payee_id, version, 'SE', iban, warning_count, sealed, entered_by, " +
				"entered_at FROM payee_details", "append_only"},
		{"released before verified", "", duty("chief", "release"), "payee_unverified"},
		{"approved by another", "", duty("lead", "approve"), ""},
	})
}
