package banking

import (
	"context"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/store"
)

// RuleID identifies a rule.
type RuleID string

// Direction is which way the money of a line goes.
type Direction string

// The directions.
const (
	MoneyIn  Direction = "in"
	MoneyOut Direction = "out"
)

// RuleState says whether a rule holds.
type RuleState string

// The states of a rule.
const (
	RuleActive RuleState = "active"
	RuleEnded  RuleState = "ended"
)

// Rule says what a line is whose text contains some words. Of several that fit, the one with the longest words counts.
type Rule struct {
	ID        RuleID
	Contains  string // without regard to case
	Direction Direction
	Account   ledger.AccountNo // of ours that it holds for; "" for all
	Kind      Proves           // one of [Explains]
	Fund      ledger.FundCode  // "" for the general fund
	About     string           // donor, grant or other account of ours, by its code
	State     RuleState
	By        access.UserID
	At        time.Time
}

// Because says why a line is thought to be what a hint says.
type Because string

// The reasons.
const (
	ByRule   Because = "rule"   // a rule of the organisation
	ByNumber Because = "number" // the text has the number of a donor, a pledge or a grant
	ByPayer  Because = "payer"  // the donor gave from the same account before
)

// Hint is what a line is thought to be by its text or its payer.
type Hint struct {
	Kind    Proves // "" for none
	Fund    ledger.FundCode
	About   string
	Because Because
	Rule    RuleID
}

// AddRule adds a rule. It holds for the files that are read from now on: texts are not kept. [ErrRule] for one that
// could never be booked, [grants.ErrUnknownGrant], [donors.ErrUnknownDonor], [ledger.ErrUnknownAccount],
// [ledger.ErrUnknownFund].
func (lin Lines) AddRule(ctx context.Context, tx *store.Tx, r Rule) (Rule, error) {
	r.Contains = strings.Join(strings.Fields(r.Contains), " ")
	if len([]rune(r.Contains)) < 3 || !Explains(r.Kind, r.Direction) {
		return Rule{}, ErrRule
	}
	book := lin.Payments.Requests.Book
	if r.Account != "" {
		if _, err := book.Bank(ctx, tx, r.Account); err != nil {
			return Rule{}, err
		}
	}
	if r.Fund != "" {
		if _, err := book.Fund(ctx, tx, r.Fund); err != nil {
			return Rule{}, err
		}
	}
	if err := lin.checkAbout(ctx, tx, r); err != nil {
		return Rule{}, err
	}
	r.ID, r.State, r.By, r.At = RuleID(store.NewID("bkr")), RuleActive, access.UserID(tx.By.User), tx.At
	if err := insertRule(ctx, tx, r); err != nil {
		return Rule{}, err
	}
	return r, access.Record(ctx, tx, access.Event{Action: "bank_rule.added", Subject: string(r.ID)})
}

// checkAbout wants what a rule is about to be on record.
func (lin Lines) checkAbout(ctx context.Context, tx *store.Tx, r Rule) error {
	switch r.Kind {
	case ProvesGift:
		if r.About == "" {
			return nil // whose gift it is, number or payer may say
		}
		_, err := donors.Find(ctx, tx, r.About)
		return err
	case ProvesInstalment, ProvesAward:
		_, err := lin.Payments.Requests.Grants.Grant(ctx, tx, r.About)
		return err
	case ProvesTransfer:
		_, err := lin.Payments.Requests.Book.Bank(ctx, tx, ledger.AccountNo(r.About))
		return err
	}
	return nil
}

// EndRule ends a rule. What it said of lines on record stays. [ErrUnknownRule], [disbursements.StateConflict].
func (lin Lines) EndRule(ctx context.Context, tx *store.Tx, id RuleID) (Rule, error) {
	r, err := readRule(ctx, tx, id)
	if err != nil {
		return Rule{}, err
	}
	if r.State == RuleEnded {
		return Rule{}, &disbursements.StateConflict{State: string(RuleEnded), Want: []string{string(RuleActive)}}
	}
	r.State = RuleEnded
	if err := endRule(ctx, tx, id); err != nil {
		return Rule{}, err
	}
	return r, access.Record(ctx, tx, access.Event{Action: "bank_rule.ended", Subject: string(id)})
}

// Rules lists the rules, oldest first: by id.
func (lin Lines) Rules(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Rule, error) {
	return readRules(ctx, tx, page)
}

// ruleFor is the rule that fits a text, nil for none.
func ruleFor(rules []Rule, text string, amount ledger.Money) *Rule {
	var best *Rule
	text = vault.Normal(text)
	way := MoneyIn
	if amount.Sign() < 0 {
		way = MoneyOut
	}
	for i := range rules {
		r := &rules[i]
		if r.Direction == way && strings.Contains(text, vault.Normal(r.Contains)) &&
			(best == nil || len(r.Contains) > len(best.Contains)) {
			best = r
		}
	}
	return best
}

// fingerprint is what stays of an account on the other side: equal for the same account, and of use to nobody without
// our key. nil where there is no key.
func (lin Lines) fingerprint(account string) []byte {
	compact := strings.ToUpper(strings.Join(strings.Fields(account), ""))
	if compact == "" {
		return nil
	}
	index, err := lin.Payments.Requests.People.Vault.Index(vault.Place{Table: "donor_payers", Column: "payer"}, compact)
	if err != nil {
		return nil
	}
	return index
}

// givers are the donors and agreements that the words and payers of a file lead to.
type givers struct {
	donors  map[string]donors.Donor // by code, in capitals
	pledges map[string]gifts.Pledge // by number, in capitals
	grants  map[string]Hint         // by code, in capitals: how its money is booked
	payers  map[string]donors.Donor // by fingerprint
}

// knownGivers finds them.
func (lin Lines) knownGivers(ctx context.Context, tx *store.Tx, words []string, payers [][]byte) (givers, error) {
	g := givers{donors: map[string]donors.Donor{}, pledges: map[string]gifts.Pledge{}, grants: map[string]Hint{}}
	var err error
	if g.payers, err = donors.OfPayers(ctx, tx, payers); err != nil {
		return g, err
	}
	codes, err := codesAmong(ctx, tx, words)
	if err != nil {
		return g, err
	}
	for _, c := range codes {
		word := strings.ToUpper(c.Code)
		switch c.What {
		case "donor":
			g.donors[word] = donors.Donor{ID: donors.ID(c.ID), Code: c.Code}
		case "pledge":
			p, err := (gifts.Register{Grants: lin.Payments.Requests.Grants}).Pledge(ctx, tx, c.ID)
			if err != nil {
				return g, err
			}
			g.pledges[word] = p
		case "grant":
			found, err := lin.Payments.Requests.Grants.Grant(ctx, tx, c.ID)
			if err != nil {
				return g, err
			}
			h := Hint{Kind: ProvesInstalment, About: found.Code, Because: ByNumber}
			if found.Policies.At(ledger.DateOf(tx.At)).Recognition == grants.Immediate {
				h.Kind = ProvesAward
			}
			g.grants[word] = h
		}
	}
	return g, nil
}

// hint is what a line is by a rule, or else by a number of ours in its text, or else by who paid.
func (g givers) hint(s *said, amount ledger.Money) Hint {
	h := Hint{}
	if s.rule != nil {
		h = Hint{Kind: s.rule.Kind, Fund: s.rule.Fund, About: s.rule.About, Because: ByRule, Rule: s.rule.ID}
		if h.Kind != ProvesGift || h.About != "" {
			return h
		}
	}
	if amount.Sign() < 0 || s.returned {
		return h
	}
	for _, w := range s.words {
		if p, ok := g.pledges[w.text]; ok {
			return Hint{Kind: ProvesGift, Fund: p.Fund, About: p.Donor.Code, Because: ByNumber}
		}
		if found, ok := g.grants[w.text]; ok && h.Kind == "" {
			return found
		}
	}
	d, because := donors.Donor{}, ByNumber
	for _, w := range s.words {
		if found, ok := g.donors[w.text]; ok {
			d = found
			break
		}
	}
	if d.ID == "" && s.payer != nil {
		d, because = g.payers[string(s.payer)], ByPayer
	}
	if d.ID == "" {
		if h.Kind == ProvesGift {
			return Hint{} // nobody says whose
		}
		return h
	}
	if h.Kind == "" {
		h = Hint{Kind: ProvesGift, Because: because}
	}
	h.About = d.Code
	return h
}

// Hinted is what booking by rules, numbers and payers did.
type Hinted struct {
	Lines   int
	Misfits []Misfit
}

// ExplainHinted books the lines of an account that a rule, a number of ours or the payer's account says something of,
// as it says. A line that the books refuse stays as it is and is listed with the reason.
func (lin Lines) ExplainHinted(ctx context.Context, tx *store.Tx, account ledger.AccountNo) (Hinted, error) {
	var all Hinted
	if _, err := lin.Payments.Requests.Book.Bank(ctx, tx, account); err != nil {
		return all, err
	}
	if err := ledger.LockFunds(ctx, tx, lin.Payments.Requests.Book.General); err != nil { // one after the other
		return all, err
	}
	lines, err := lin.List(ctx, tx, BankLineFilter{Account: account, Open: true})
	if err != nil {
		return all, err
	}
	hints, _, err := hintsOf(ctx, tx, lines)
	if err != nil {
		return all, err
	}
	for _, l := range lines {
		h, found := hints[l.ID]
		if !found || l.Left.Cmp(l.Amount) != 0 {
			continue
		}
		err := tx.Try(ctx, func() error {
			_, err := lin.Explain(ctx, tx, Explanation{Line: string(l.ID), Kind: h.Kind, Fund: h.Fund, About: h.About})
			return err
		})
		switch {
		case err == nil:
			all.Lines++
		case refused(err):
			all.Misfits = append(all.Misfits, Misfit{Line: l, Reason: reasonOf(err), Err: err})
		default:
			return all, err
		}
	}
	return all, nil
}
