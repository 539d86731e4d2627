package grants

import (
	"errors"
	"flag"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"supportledger/grants/donors"
	"supportledger/grants/rates"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// house is a register over fresh books: the fund UNR has 250,000.00 in the bank, a donor is on record.
type house struct {
	*testing.T
	db    *store.DB
	reg   Register
	donor donors.Donor
}

func onBoth(t *testing.T, fn func(h house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := house{T: t, db: db, reg: Register{Book: ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}}}
		h.do(func(tx *store.Tx) error {
			if err := ledger.Create(t.Context(), tx, h.reg.Book); err != nil {
				return err
			}
			if err := h.reg.Book.OpenFund(t.Context(), tx,
				ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			var err error
			if h.donor, err = donors.Register(t.Context(), tx, donors.Donor{Kind: donors.Institution, Name: "Foundation A",
				Language: "en"}); err != nil {
				return err
			}
			_, err = h.reg.Book.Post(t.Context(), tx, ledger.Entry{Date: "2026-01-01", Text: "Opening", Act: "opening-balance",
				Lines: []ledger.Line{
					ledger.Base("1010", "UNR", of("250000.00", "DKK")), ledger.Base("3100", "UNR", of("-250000.00", "DKK"))}})
			return err
		})
		fn(h)
	})
}

// few holds a property against a fifth of the usual number of examples, since each writes to a database.
func few(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	checks := flag.Lookup("rapid.checks").Value
	usual := checks.String()
	n, err := strconv.Atoi(usual)
	if err := errors.Join(err, checks.Set(strconv.Itoa(n/5+1))); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checks.Set(usual) }()
	rapid.Check(t, property)
}

// do runs an act that must succeed.
func (h house) do(fn func(tx *store.Tx) error) {
	h.Helper()
	if err := h.db.Update(h.Context(), fn); err != nil {
		h.Fatal(err)
	}
}

// sign puts a grant on record, deferred, both bearers the grant, with an indirect rate in percent.
func (h house) sign(code, amount string, c ledger.Currency, percent string) (g Grant) {
	h.Helper()
	policy := Policy{Recognition: Deferred, RateMethod: rates.OwnCurrency, FeeBearer: BornByGrant,
		CurrencyBearer: BornByGrant,
		IndirectRate:   decimal.RequireFromString(percent), IndirectExcludes: []string{CurrencyDifferences},
		Interest: InterestToGrantor, RefundDeMinimis: ledger.Zero(c)}
	if c != "DKK" {
		policy.RateMethod = rates.ReceiptRate
	}
	h.do(func(tx *store.Tx) (err error) {
		g, err = h.reg.Sign(h.Context(), tx, Grant{Code: code, Donor: h.donor, Title: code, Amount: of(amount, c),
			SignedOn: "2026-01-02", Policies: Policies{policy}})
		return err
	})
	return g
}

// receive books an instalment; a rate of "" is none.
func (h house) receive(grant string, on ledger.Date, amount, quoted string, account ledger.AccountNo) (in Instalment) {
	h.Helper()
	number, c, _ := strings.Cut(amount, " ")
	r := Receipt{Grant: grant, On: on, Amount: of(number, ledger.Currency(c)), Account: account}
	if quoted != "" {
		r.Rate = rate(quoted)
	}
	h.do(func(tx *store.Tx) (err error) {
		in, err = h.reg.Receive(h.Context(), tx, r)
		return err
	})
	return in
}

// pay books cost on accounts of a fund, paid from its bank in base currency, with the releases it calls for. Costs are
// pairs of account and amount.
func (h house) pay(fund ledger.FundCode, on ledger.Date, costs ...string) (p ledger.Posted) {
	h.Helper()
	e := ledger.Entry{Date: on, Text: "cost", Act: "payment"}
	total := ledger.Zero("DKK")
	for i := 0; i < len(costs); i += 2 {
		amount := of(costs[i+1], "DKK")
		e.Lines = append(e.Lines, ledger.Base(ledger.AccountNo(costs[i]), fund, amount))
		total = total.Add(amount)
	}
	e.Lines = append(e.Lines, ledger.Base("1010", fund, total.Neg()))
	h.do(func(tx *store.Tx) (err error) {
		p, err = h.reg.Post(h.Context(), tx, e)
		return err
	})
	return p
}

// lines writes an entry's lines of a fund on some accounts: "2100 4.83 EUR=36.04, 4100 -36.04 DKK=-36.04".
func lines(p ledger.Posted, fund ledger.FundCode, accounts ...ledger.AccountNo) (text string) {
	for _, want := range accounts {
		for _, l := range p.Lines {
			if l.Fund != fund || l.Account != want {
				continue
			}
			if text != "" {
				text += ", "
			}
			text += string(l.Account) + " " + l.Amount.String()
			if l.Amount.Currency != "DKK" {
				text += " " + string(l.Amount.Currency) + "=" + l.Base.String()
			}
		}
	}
	return text
}

// balance is what an account of a fund holds in base currency.
func (h house) balance(account ledger.AccountNo, fund ledger.FundCode) string {
	h.Helper()
	total := ledger.Zero("DKK")
	err := h.db.View(h.Context(), func(tx *store.Tx) error {
		balances, err := h.reg.Book.Balances(h.Context(), tx, "2199-12-31")
		for _, b := range balances {
			if b.Account == account && b.Fund == fund {
				total = total.Add(b.Base)
			}
		}
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return total.String()
}
