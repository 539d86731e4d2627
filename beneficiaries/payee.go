package beneficiaries

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/store"
)

// Payee is what a plan needs to know of who is on record to be paid.
type Payee struct {
	Code string
	Kind string // clinic, lawyer, university, partner, person
}

// PayeeRecord finds the payee of a code or an alias, and nothing where there is none. The record itself is kept where
// money is paid out; a plan only names payees.
type PayeeRecord func(ctx context.Context, tx *store.Tx, key string) (found []Payee, err error)

// payeeCode is how payees are written in plans: a neutral code such as C-09, which names neither a person nor what the
// payee does.
var payeeCode = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,7}(-[A-Z0-9]{1,12}){1,2}$`)

// trades are the kinds of payee that do one thing, by the categories of the books that are theirs. A partner, and the
// person supported, who may have laid the money out, are paid for anything.
var trades = map[string][]string{
	"clinic":     {"therapy", "medical"},
	"lawyer":     {"legal-aid"},
	"university": {"tuition"},
}

// ownMoney is what is given to the person to live on: no trade is paid it.
const ownMoney = "stipend"

// takes tells whether a payee of a kind is paid for a category of the books: a trade not for what is another's.
func takes(kind, category string) bool {
	own, trade := trades[kind]
	if !trade || slices.Contains(own, category) {
		return true
	}
	for _, others := range trades {
		if slices.Contains(others, category) {
			return false
		}
	}
	return category != ownMoney
}

// checkPayees are lines whose payees are on record, each by its code. A line that goes on with the payee it had is not
// asked again, so that a plan from before there was a record can be revised. [ErrPayeeCode] for what is neither a code
// nor anybody's alias, [ErrUnknownPayee], [ErrPayeeKind].
func checkPayees(ctx context.Context, tx *store.Tx, record PayeeRecord, before PlanVersion,
	lines []PlanLine) ([]PlanLine, error) {
	out := slices.Clone(lines)
	for i, l := range out {
		if old, err := before.Line(l.Line); l.Payee == "" || err == nil && old.Payee == l.Payee &&
			old.Category == l.Category {
			continue
		}
		var found []Payee
		if record != nil {
			var err error
			if found, err = record(ctx, tx, l.Payee); err != nil {
				return nil, err
			}
		}
		switch {
		case len(found) == 0 && !payeeCode.MatchString(l.Payee):
			return nil, &UnfitPayee{Line: i, Payee: l.Payee, Why: ErrPayeeCode}
		case record == nil:
			continue
		case len(found) != 1:
			return nil, &UnfitPayee{Line: i, Payee: l.Payee, Of: len(found), Why: ErrUnknownPayee}
		case !takes(found[0].Kind, l.Category):
			return nil, &UnfitPayee{Line: i, Payee: found[0].Code, Kind: found[0].Kind, Category: l.Word(), Why: ErrPayeeKind}
		}
		out[i].Payee = found[0].Code
	}
	return out, nil
}

// UnfitPayee tells which line of a plan names a payee that it cannot have.
type UnfitPayee struct {
	Line     int // its place, from 0
	Payee    string
	Of       int    // how many have that alias, where it does not say which
	Kind     string // of the payee, where it is known
	Category string
	Why      error
}

// Error does not repeat what was sent, which may be a name.
func (e *UnfitPayee) Error() string { return fmt.Sprintf("%v: line %d", e.Why, e.Line) }

// Unwrap gives [ErrPayeeCode], [ErrUnknownPayee] or [ErrPayeeKind].
func (e *UnfitPayee) Unwrap() error { return e.Why }

// checkCountry holds the country of a version against the grants that pay for it, as their policy is on a day: one that
// names countries pays in no other. A version that names no country is not held against any.
// [grants.ErrOutsideCountry].
func checkCountry(ctx context.Context, tx *store.Tx, reg grants.Register, v PlanVersion, on ledger.Date) error {
	if v.Country == "" {
		return nil
	}
	for _, s := range append(slices.Clone(v.Shares), v.Funding...) {
		g, granted, err := reg.OfFund(ctx, tx, s.Fund)
		if err != nil || !granted {
			if err != nil {
				return err
			}
			continue
		}
		for _, f := range g.Eligible(grants.Cost{On: on, Country: v.Country}) {
			if errors.Is(f, grants.ErrOutsideCountry) {
				return f
			}
		}
	}
	return nil
}
