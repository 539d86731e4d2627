package story_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"supportledger/grants"
	"supportledger/http/apitest"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// refusals are the answers that a random life may meet: the money was not there. Any other refusal fails the test.
var refusals = []string{"fund_overdrawn", "lot_exhausted", "plan_budget_exceeded", "fx_rate_missing", "nothing_due",
	"plan_not_approved", "plan_state",
	"outside_grant_period", "prepayment_exceeded", "state_conflict", "loan_exceeded", "already_reversed", "part_of_act",
	"receipts_differ",
	"payment_reissued", "grant_state", "fee_exceeds_amount", "reversal_before_entry", "over_claimed", "version_pending",
	"nothing_to_suspend"}

// Whatever is told: funds balance in every currency, deferred grants have no result, statements foot, nothing stands
// below zero, and everything recomputes to what is stored. Now and then hledger reads the books as well.
func TestRandomStoriesKeepTheInvariants(t *testing.T) {
	for i := range storetest.Rounds(12, 1000) {
		seed := i + 1
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			db := storetest.SQLite(t)
			if seed%6 == 0 {
				db = storetest.Postgres(t)
			}
			told := rapid.Custom(tell).Example(seed)
			player, played := live(t, db, told)
			if played*2 < len(told) {
				t.Errorf("only %d of %d acts were played", played, len(told))
			}
			sound(t, db)
			deferred(t, db)
			player.Client = nil // the answers of statements are held against the document by their own tests
			player.Clock = storetest.ClockOf(db).Set
			if _, err := player.IssueStatements(t.Context(), told); err != nil {
				t.Errorf("statements: %v", err)
			}
			if seed%4 == 0 {
				export := filepath.Join(t.TempDir(), "books.journal")
				exportJournal(t, db, export)
				run(t, "hledger", "-f", export, "check")
			}
		})
	}
}

// live plays a story act by act; an act that is refused for want of money is as if it had not been told.
func live(t *testing.T, db *store.DB, told story.Story) (*story.Player, int) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		return ledger.Create(t.Context(), tx, ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"})
	}); err != nil {
		t.Fatal(err)
	}
	client := apitest.Serve(t, db)
	player := &story.Player{Base: client.Base, Client: client.HTTP, Tokens: tokens(t, db), Clock: func(time.Time) {}}
	player.Start(told)
	played := 0
	for _, a := range told {
		err := player.Do(t.Context(), a)
		var refused *story.Refusal
		switch {
		case err == nil:
			played++
		case errors.As(err, &refused) && slices.Contains(refusals, refused.Code):
		case errors.As(err, &refused):
			t.Fatalf("%v\nafter:\n%s", err, lines(told[:a.Line]))
		default:
			continue // it names what was refused before
		}
	}
	return player, played
}

func lines(told story.Story) string {
	var out bytes.Buffer
	for _, a := range told {
		fmt.Fprintf(&out, "%s %s\n", a.Date, a.Name)
	}
	return out.String()
}

// sound recomputes all that is stored: sums, balances, lots, reliefs, approvals, the tree.
func sound(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		report, err := verify.Books(t.Context(), tx, nil, verify.Options{Report: func(string, int64) {}})
		for _, f := range report.Findings {
			t.Error(f)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// deferred wants income and cost of every deferred grant to be equal, and all bank balances, lots and commitments not
// below zero.
func deferred(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		book, err := ledger.Open(t.Context(), tx)
		if err != nil {
			return err
		}
		accounts, err := book.Accounts(t.Context(), tx)
		if err != nil {
			return err
		}
		balances, err := book.Balances(t.Context(), tx, "2199-12-31")
		if err != nil {
			return err
		}
		results := map[ledger.FundCode]ledger.Money{}
		for _, b := range balances {
			a := accounts[b.Account]
			if (a.IsBank() || b.Account == ledger.Encumbrances) && (b.Amount.Sign() < 0 || b.Base.Sign() < 0) {
				t.Errorf("%s of %s stands at %s %s", b.Account, b.Fund, b.Amount, b.Amount.Currency)
			}
			if b.Account == ledger.Encumbrances && b.Amount.IsZero() && !b.Base.IsZero() {
				t.Errorf("commitments of %s are empty and cost %s", b.Fund, b.Base)
			}
			if a.Type == ledger.Income || a.Type == ledger.Expense {
				if _, ok := results[b.Fund]; !ok {
					results[b.Fund] = ledger.Zero(book.Base)
				}
				results[b.Fund] = results[b.Fund].Add(b.Base)
			}
		}
		register := grants.Register{Book: book}
		for fund, result := range results {
			if is, err := register.Defers(t.Context(), tx, fund, "2026-12-31"); err != nil {
				return err
			} else if is && !result.IsZero() {
				t.Errorf("deferred %s has a result of %s", fund, result)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// teller makes a story up. Money is drawn small against what came in, so that most acts find it.
type teller struct {
	*rapid.T
	text bytes.Buffer
	day  int
	n    int
	done map[string][]string // names that later acts may use, by kind
}

func (s *teller) say(act string, fields map[string]any) {
	date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, s.day)
	fields["act"], fields["date"] = act, date.Format(time.DateOnly)
	if s.chance("entered late", 8) && s.day > 40 && act != "close_year" {
		fields["entered"], fields["date"] = fields["date"],
			date.AddDate(0, 0, -rapid.IntRange(1, 20).Draw(s.T, "late")).Format(time.DateOnly)
	}
	line, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	s.text.Write(append(line, '\n'))
}

func (s *teller) chance(what string, in int) bool { return rapid.IntRange(1, in).Draw(s.T, what) == 1 }

func (s *teller) name(kind string) string {
	s.n++
	name := fmt.Sprintf("%s-%d", kind, s.n)
	s.done[kind] = append(s.done[kind], name)
	return name
}

func (s *teller) one(kind string) (string, bool) {
	if len(s.done[kind]) == 0 {
		return "", false
	}
	return rapid.SampledFrom(s.done[kind]).Draw(s.T, kind), true
}

func (s *teller) money(most int) string {
	cents := rapid.IntRange(100, most*100).Draw(s.T, "amount")
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

func (s *teller) of(options ...string) string { return rapid.SampledFrom(options).Draw(s.T, "choice") }

type h = map[string]any

// partnersOf says what each partner is paid in and how many of it one krone buys.
var partnersOf = map[string]struct {
	currency, account string
	rate              int
}{"NG-01": {"NGN", "1300", 226}, "KE-01": {"KES", "1301", 19}}

func tell(t *rapid.T) story.Story {
	s := &teller{T: t, done: map[string][]string{}}
	s.begin()
	for range rapid.IntRange(20, 60).Draw(t, "acts") {
		s.day = min(s.day+rapid.IntRange(0, 9).Draw(t, "days"), 364)
		s.something()
	}
	if s.chance("close", 2) {
		s.day = 364
		s.say("close_year", h{"year": 2026})
	}
	told, err := story.Parse(&s.text)
	if err != nil {
		panic(err)
	}
	return told
}

// begin opens funds, partners, grants with every kind of policy, plans with two and three funds.
func (s *teller) begin() {
	s.say("open_fund", h{"fund": "UNR", "restriction": "none"})
	s.say("opening_balance", h{"fund": "UNR", "account": "1010", "amount": "250000.00 DKK"})
	s.say("open_fund", h{"fund": "D1", "restriction": "purpose"})
	s.say("add_account", h{"number": "1301", "path": "assets:advances:partner-ke", "type": "asset"})
	for _, p := range []string{"NG-01", "KE-01"} {
		s.say("register_partner", h{"partner": p, "currency": partnersOf[p].currency, "account": partnersOf[p].account})
	}
	for i, c := range []string{"DKK", "EUR", "DKK"} {
		terms := h{"grant": fmt.Sprintf("G%d", i+1), "amount": "90000.00 " + c, "recognition": "deferred",
			"fees": s.of("grant", "UNR"), "fx": s.of("grant", "UNR"),
			"interest": "grantor"}
		if s.chance("indirect", 2) {
			terms["indirect_rate"], terms["indirect_excludes"] = s.of("7", "5.5", "12.25"), []string{"fx-losses"}
		}
		if s.chance("ineligible", 2) {
			terms["ineligible"] = []string{"no-show"}
		}
		s.say("sign_grant", terms)
	}
	s.day = 5
	s.say("receive_instalment", h{"grant": "G1", "amount": "20000.00 DKK", "account": "1010"})
	s.say("receive_instalment", h{"grant": "G2", "amount": "3000.00 EUR", "rate": s.of("7.4600 DKK/EUR", "7.4417 DKK/EUR"),
		"account": "1020"})
	s.say("receive_instalment", h{"grant": "G3", "amount": "15000.00 DKK", "account": "1010"})
	s.say("convert", h{"fund": "G2", "amount": "2000.00 EUR", "from": "1020", "to": "1010", "rate": "7.4420 DKK/EUR",
		"fee": s.of("30.00", "0.00")})
	splits := [][][2]string{{{"G1", "60"}, {"G2", "40"}}, {{"G1", "33.33"}, {"G2", "33.33"}, {"G3", "33.34"}},
		{{"UNR", "25"}, {"G2", "37.5"}, {"G3", "37.5"}}}
	for i, p := range []string{"NG-01", "KE-01", ""} {
		plan := fmt.Sprintf("P-%d", i+1)
		made := h{"plan": plan, "split": rapid.SampledFrom(splits).Draw(s.T, "split")}
		price := s.money(400)
		if p == "" {
			made["currency"] = "DKK"
		} else {
			made["currency"], made["budget_rate"] = partnersOf[p].currency,
				fmt.Sprintf("%d %s/DKK", partnersOf[p].rate-1, partnersOf[p].currency)
			price = fmt.Sprintf("%d.%02d", rapid.IntRange(1, 90000).Draw(s.T, "price"), rapid.IntRange(0, 99).Draw(s.T, "kobo"))
		}
		made["lines"] = []h{{"line": "stipend", "category": "stipend", "unit_price": price,
			"due": []string{"2026-02-28", "2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"}},
			{"line": "therapy", "category": "therapy", "unit_price": price, "units": 6}}
		s.say("make_plan", made)
		s.say("approve_plan_year", h{"plan": plan, "year": 2026})
	}
}

// something is one act of many.
func (s *teller) something() {
	partner := s.of("NG-01", "NG-01", "KE-01")
	p := partnersOf[partner]
	plan := map[string]string{"NG-01": "P-1", "KE-01": "P-2"}[partner]
	quantity := func(most int) string { return s.money(most * p.rate) }
	rate := func() string {
		return fmt.Sprintf("%d %s/DKK", p.rate+rapid.IntRange(-2, 4).Draw(s.T, "drift"), p.currency)
	}
	fund := s.of("UNR", "G1", "G2", "G3")
	acts := []func(){
		func() {
			t := h{"transfer": s.name("T-" + p.currency), "partner": partner, "plan": plan, "account": "1010",
				"sent": s.money(4000), "rate": rate()}
			if s.chance("fees", 2) {
				t["sending_fee"], t["receiving_fee"] = "60.00", quantity(1)
			}
			s.say("transfer", t)
		},
		func() {
			l := h{"plan": plan, "partner": partner, "line": s.of("stipend", "therapy"),
				"units": rapid.IntRange(1, 3).Draw(s.T, "units"), "amount": quantity(900), "ref": s.name("L")}
			if s.chance("twice", 4) {
				l["overpaid"] = quantity(200)
			}
			if s.chance("own split", 5) {
				l["split"] = [][2]string{{s.of("G1", "G2"), "100"}}
			}
			s.say("liquidate", l)
		},
		func() {
			s.say("net_overpayment", h{"plan": plan, "partner": partner, "line": "stipend", "units": 1, "amount": quantity(100)})
		},
		func() {
			s.say("return_advance", h{"plan": plan, "partner": partner, "amount": quantity(300), "rate": rate(),
				"account": "1010", "fee": s.of("0.00", "0.01", "12.50")})
		},
		func() {
			if t, ok := s.one("T-" + p.currency); ok {
				s.say("transfer_rejected", h{"transfer": t, "rate": rate(), "fee": s.of("0.00", "0.40"), "account": "1010"})
			}
		},
		func() {
			items := []h{{"line": "therapy", "units": 1, "unit_price": s.money(300)}}
			if s.chance("no-show", 2) {
				items = append(items, h{"line": "therapy", "kind": "no-show", "units": 1, "unit_price": s.money(200)})
			}
			s.say("invoice", h{"ref": s.name("INV"), "payee": "C-03", "plan": "P-3", "items": items})
		},
		func() {
			if i, ok := s.one("INV"); ok {
				s.say("pay_invoice", h{"invoice": i, "account": "1010"})
			}
		},
		func() {
			s.say("pay", h{"fund": fund, "plan": "P-9", "category": s.of("emergency-aid", "therapy"), "amount": s.money(500),
				"account": "1010", "payment": s.name("PMT")})
		},
		func() {
			if pm, ok := s.one("PMT"); ok {
				s.say("payment_returned", h{"payment": pm})
				s.say("bank_fee", h{"payment": pm, "fee": s.money(30), "account": "1010"})
				s.say("reissue", h{"of": pm, "payment": s.name("PMT")})
			}
		},
		func() {
			s.say("pay_currency", h{"fund": "G2", "plan": "P-9", "category": "legal-aid", "amount": s.money(90) + " EUR",
				"account": "1020", "spot": "7.5111 DKK/EUR"})
		},
		func() {
			s.say("pay_retainer", h{"fund": fund, "payee": "A-01", "plan": "P-9", "amount": s.money(2000), "ref": s.name("RET")})
		},
		func() {
			if r, ok := s.one("RET"); ok {
				s.say("retainer_bill", h{"retainer": r, "net": s.money(500), "vat": s.of("25", "0", "12.5"),
					"category": "legal-aid", "ref": s.name("L")})
				s.say("return_retainer", h{"retainer": r, "amount": s.money(100)})
			}
		},
		func() {
			f, out := s.name("PC"), rapid.IntRange(100, 900).Draw(s.T, "float")
			s.say("petty_cash_out", h{"fund": "UNR", "amount": fmt.Sprintf("%d.00", out), "ref": f})
			s.say("petty_cash_settle", h{"float": f,
				"receipts": []h{{"fund": fund, "category": "emergency-aid", "amount": fmt.Sprintf("%d.50", out-50)}},
				"returned": "49.50"})
		},
		func() {
			s.say("shared_cost", h{"category": "staff", "amount": s.money(3000),
				"key": [][2]string{{"G1", "33.3"}, {"G3", "33.4"}, {"UNR", "33.3"}}, "account": "1010"})
		},
		func() { s.say("charge_indirect", h{"grant": s.of("G1", "G2", "G3")}) },
		func() {
			s.say("amend_policy", h{"grant": s.of("G1", "G2", "G3"), "fees": s.of("grant", "UNR"), "fx": s.of("grant", "UNR"),
				"indirect_rate": s.of("7", "9.5")})
		},
		func() {
			s.say("receive_instalment",
				h{"grant": "G2", "amount": s.money(900) + " EUR", "rate": s.of("7.4500 DKK/EUR", "7.4711 DKK/EUR"),
					"account": s.of("1020", "1010")})
		},
		func() {
			if l, ok := s.one("L"); ok {
				s.say("reverse", h{"of": l})
			}
		},
		func() { s.say("interest", h{"grant": "G1", "amount": s.money(20), "account": "1010"}) },
	}
	acts[rapid.IntRange(0, len(acts)-1).Draw(s.T, "act")]()
}
