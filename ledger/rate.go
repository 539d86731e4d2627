package ledger

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// Rate is a price of one currency in another, kept as it was quoted: "226 NGN/DKK" is 226 NGN for one DKK. The inverse
// is never stored or used (RULES 5).
type Rate struct {
	Value decimal.Decimal
	Num   Currency // NGN in "226 NGN/DKK"
	Den   Currency // DKK in "226 NGN/DKK"
}

// ParseRate reads a quoted rate such as "226 NGN/DKK" or "7.4420 DKK/EUR". Errors are *[AmountError].
func ParseRate(s string) (Rate, error) {
	value, pair, found := strings.Cut(s, " ")
	num, den, paired := strings.Cut(pair, "/")
	bad := &AmountError{Code: "rate_malformed", Got: clip(s),
		Hint: `a number and a pair, such as "226 NGN/DKK" (226 NGN for one DKK) or "7.4420 DKK/EUR"`}
	if !found || !paired {
		return Rate{}, bad
	}
	d, err := ParseDecimal(value)
	if err != nil || d.Sign() <= 0 {
		return Rate{}, bad
	}
	n, err := ParseCurrency(num)
	if err != nil {
		return Rate{}, err
	}
	m, err := ParseCurrency(den)
	if err != nil {
		return Rate{}, err
	}
	if n == m && !d.Equal(decimal.NewFromInt(1)) {
		return Rate{}, bad
	}
	return Rate{d, n, m}, nil
}

// Par is the rate of a currency in itself: 1.
func Par(c Currency) Rate { return Rate{decimal.NewFromInt(1), c, c} }

// IsZero reports whether there is no rate.
func (r Rate) IsZero() bool { return r.Num == "" }

// String is the rate as quoted.
func (r Rate) String() string {
	if r.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s %s/%s", r.Value, r.Num, r.Den)
}

// Joins reports whether the rate is between a and b, in either direction.
func (r Rate) Joins(a, b Currency) bool {
	return r.Num == a && r.Den == b || r.Num == b && r.Den == a
}

// Convert values m in the currency to, rounded once (RULES 1): the quoted direction divides or multiplies (RULES 5).
func (r Rate) Convert(m Money, to Currency) (Money, error) {
	switch {
	case m.Currency == to && r.Num == r.Den && r.Num == to:
		return m, nil
	case m.Currency == r.Den && to == r.Num:
		return Round(m.Amount.Mul(r.Value), to).Bounded()
	case m.Currency == r.Num && to == r.Den:
		return Money{m.Amount.DivRound(r.Value, to.Digits()), to}.Bounded()
	}
	return Money{}, &AmountError{Code: "rate_mismatch", Got: r.String(),
		Hint: fmt.Sprintf("a rate between %s and %s", m.Currency, to)}
}
