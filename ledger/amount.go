package ledger

import (
	"cmp"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	isocurrency "github.com/bojanz/currency"
	"github.com/shopspring/decimal"

	"supportledger/store"
)

// Currency is an ISO 4217 code such as "DKK".
type Currency string

// ParseCurrency accepts a code that ISO 4217 lists, in capitals.
func ParseCurrency(s string) (Currency, error) {
	if s == "" || !isocurrency.IsValid(s) { // "" passes there
		return "", &AmountError{Code: "currency_unknown", Got: clip(s),
			Hint: "an ISO 4217 code in capitals, such as DKK or NGN"}
	}
	return Currency(s), nil
}

// Digits is the number of decimals of the currency's minor unit: 2 for DKK, 0 for JPY, 3 for KWD.
func (c Currency) Digits() int32 {
	d, ok := isocurrency.GetDigits(string(c))
	if !ok {
		return 2
	}
	return int32(d)
}

// Money is an amount in a currency. Its decimal never has more digits than the currency's minor unit: it is made by
// [ParseMoney], [OfMinor], [Round] or arithmetic on such values.
type Money struct {
	Amount   decimal.Decimal
	Currency Currency
}

// plainNumber is the only way to write an amount: no exponent, no plus, no separators, at most 15 digits before the
// point. The gate stands before decimal.NewFromString, which spends seconds on hostile text.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,10})?$`)

// maxNumberBytes bounds what is looked at at all.
const maxNumberBytes = 24

// ParseMoney reads a plain decimal such as "4250.00" as an amount of c. More decimals than the currency has are
// refused, never rounded; fewer are fine. Errors are *[AmountError].
func ParseMoney(s string, c Currency) (Money, error) {
	d, err := ParseDecimal(s)
	if err != nil {
		return Money{}, err
	}
	if _, fraction, _ := strings.Cut(s, "."); len(fraction) > int(c.Digits()) {
		return Money{}, &AmountError{Code: "too_many_decimals", Got: s,
			Hint: fmt.Sprintf("%s has %d decimals: send %q", c, c.Digits(), d.Truncate(c.Digits()).StringFixed(c.Digits()))}
	}
	return Money{d, c}.Bounded()
}

// ParseDecimal reads a plain decimal number: the gate for every amount, rate and percentage from outside.
func ParseDecimal(s string) (decimal.Decimal, error) {
	if len(s) > maxNumberBytes || !plainNumber.MatchString(s) {
		return decimal.Decimal{}, &AmountError{Code: "amount_malformed", Got: clip(s), Hint: numberHint(s)}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, &AmountError{Code: "amount_malformed", Got: clip(s), Hint: numberHint(s)}
	}
	return d, nil
}

// danishNumber is an amount as Danes write it: 4.250,00.
var danishNumber = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+$|^-?[0-9]+,[0-9]+$`)

func numberHint(s string) string {
	if len(s) <= maxNumberBytes && danishNumber.MatchString(s) {
		plain := strings.ReplaceAll(strings.ReplaceAll(s, ".", ""), ",", ".")
		return fmt.Sprintf("send %q", plain)
	}
	return `digits with a point before the decimals and nothing else, such as "4250.00"`
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// AmountError says what was wrong with an amount, rate or currency and what to send instead.
type AmountError struct {
	Code string // amount_malformed, amount_too_large, too_many_decimals, currency_unknown, rate_malformed ...
	Got  string
	Hint string
}

func (e *AmountError) Error() string { return fmt.Sprintf("ledger: %s: %q; %s", e.Code, e.Got, e.Hint) }

// Unwrap makes errors.Is(err, ErrAmount) true.
func (e *AmountError) Unwrap() error { return ErrAmount }

// OfMinor is n minor units (øre, cent, kobo) of c.
func OfMinor(n int64, c Currency) Money { return Money{decimal.New(n, -c.Digits()), c} }

// Zero is nothing of c.
func Zero(c Currency) Money { return Money{decimal.Zero, c} }

// Round is the amount nearest to d that c can express, halves away from zero (RULES 1). Round once, from the exact
// value.
func Round(d decimal.Decimal, c Currency) Money { return Money{d.Round(c.Digits()), c} }

// MaxMinor is the largest amount, and the largest sum of amounts, in minor units: 100,000,000,000.00 kr. It is far from
// 64 bits, so that sums of many rows do not wrap either. The schema has the same bound on every MONEY column.
const MaxMinor = 10_000_000_000_000

const maxDigits = 13 // of an amount that need not be compared

var maxMinor = decimal.New(MaxMinor, 0)

// Bounded is the amount, unless it is larger than the books can hold: an *[AmountError] amount_too_large. What is
// computed from an amount, a rate or a number of units passes here before anything is decided on it.
func (m Money) Bounded() (Money, error) {
	whole := m.Amount.NumDigits() + int(m.Amount.Exponent()) + int(m.Currency.Digits()) // digits of the minor units
	if whole > maxDigits && m.Amount.Abs().Shift(m.Currency.Digits()).GreaterThan(maxMinor) {
		return Money{}, &AmountError{Code: store.AmountTooLarge, Got: clip(m.Amount.Truncate(0).String()),
			Hint: fmt.Sprintf("at most %s %s", OfMinor(MaxMinor, m.Currency), m.Currency)}
	}
	return m, nil
}

// Times is a number of units at a price, or an amount at a factor, rounded once (RULES 1). Beyond the bound of the
// books it is an *[AmountError].
func (m Money) Times(units decimal.Decimal) (Money, error) {
	return Round(m.Amount.Mul(units), m.Currency).Bounded()
}

// Minor is the amount in minor units, as the database keeps it: the only way from a decimal to an integer. An amount
// that is not [Money.Bounded] aborts the transaction with that error, so no amount wraps, however it was computed.
func (m Money) Minor() int64 {
	if _, err := m.Bounded(); err != nil {
		panic(store.Abort{Err: err})
	}
	return m.Amount.Shift(m.Currency.Digits()).IntPart()
}

// String is the plain decimal with all minor digits and no currency: "4250.00".
func (m Money) String() string { return m.Amount.StringFixed(m.Currency.Digits()) }

// IsZero reports whether the amount is zero.
func (m Money) IsZero() bool { return m.Amount.IsZero() }

// Sign is -1, 0 or 1.
func (m Money) Sign() int { return m.Amount.Sign() }

// Neg is the amount with the other sign.
func (m Money) Neg() Money { return Money{m.Amount.Neg(), m.Currency} }

// Abs is the amount without its sign.
func (m Money) Abs() Money { return Money{m.Amount.Abs(), m.Currency} }

// Add is m + n. Both must be of one currency: mixing them is a mistake in this program, so it panics.
func (m Money) Add(n Money) Money {
	m.mustMatch(n)
	return Money{m.Amount.Add(n.Amount), m.Currency}
}

// Sub is m - n, of one currency.
func (m Money) Sub(n Money) Money { return m.Add(n.Neg()) }

// Cmp compares two amounts of one currency: -1, 0 or 1.
func (m Money) Cmp(n Money) int {
	m.mustMatch(n)
	return m.Amount.Cmp(n.Amount)
}

func (m Money) mustMatch(n Money) {
	if m.Currency != n.Currency {
		panic(fmt.Sprintf("ledger: %s meets %s", m.Currency, n.Currency))
	}
}

// Total adds amounts of c.
func Total(c Currency, of ...Money) Money {
	total := Zero(c)
	for _, m := range of {
		total = total.Add(m)
	}
	return total
}

// Split divides m by weights so that the parts sum to m exactly: every part is rounded down, and the missing minor
// units go one each to the largest lost fractions; ties go to the larger weight, then to the earlier part (RULES 2). A
// negative amount is split like the positive one and negated. Weights are not negative and not all zero.
func (m Money) Split(weights []decimal.Decimal) []Money {
	if m.Sign() < 0 {
		parts := m.Neg().Split(weights)
		for i := range parts {
			parts[i] = parts[i].Neg()
		}
		return parts
	}
	whole := integers(weights)
	total := new(big.Int)
	for _, w := range whole {
		total.Add(total, w)
	}
	minor := big.NewInt(m.Minor())
	floors := make([]int64, len(whole))
	lost := make([]*big.Int, len(whole)) // numerators over total
	missing := m.Minor()
	for i, w := range whole {
		quotient, rest := new(big.Int).QuoRem(new(big.Int).Mul(minor, w), total, new(big.Int))
		floors[i], lost[i] = quotient.Int64(), rest
		missing -= floors[i]
	}
	for _, i := range byLoss(lost, whole)[:missing] {
		floors[i]++
	}
	parts := make([]Money, len(floors))
	for i, n := range floors {
		parts[i] = OfMinor(n, m.Currency)
	}
	return parts
}

// byLoss orders the parts by who gets a missing unit first.
func byLoss(lost, weights []*big.Int) []int {
	order := make([]int, len(lost))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(lost[b].Cmp(lost[a]), weights[b].Cmp(weights[a]))
	})
	return order
}

// integers scales decimals to whole numbers of the same proportions.
func integers(weights []decimal.Decimal) []*big.Int {
	var scale int32
	for _, w := range weights {
		scale = max(scale, -w.Exponent())
	}
	whole := make([]*big.Int, len(weights))
	for i, w := range weights {
		whole[i] = w.Shift(scale).BigInt()
	}
	return whole
}
