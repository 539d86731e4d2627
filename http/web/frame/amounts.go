package frame

import (
	"regexp"
	"strings"
	"time"

	"github.com/bojanz/currency"

	"supportledger/http/rest"
)

// Money is an amount as operations answer it.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// IsZero tells whether it is nothing.
func (m Money) IsZero() bool { return strings.Trim(m.Amount, "0.-") == "" }

// Negative tells whether it is below zero.
func (m Money) Negative() bool { return strings.HasPrefix(m.Amount, "-") && !m.IsZero() }

// The letters between the parts of an amount: a space that does not break the line, and a minus as wide as a plus.
const (
	space = "\u00a0"
	minus = "\u2212"
)

// Digits writes an exact decimal with the separators of a language: 4.250,00 or 4,250.00.
func Digits(l rest.Lang, amount string) string {
	thousand, point := ",", "."
	if l == rest.Danish {
		thousand, point = ".", ","
	}
	whole, part, hasPart := strings.Cut(strings.TrimPrefix(amount, "-"), ".")
	var b strings.Builder
	if strings.HasPrefix(amount, "-") {
		b.WriteString(minus)
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousand)
		}
		b.WriteRune(digit)
	}
	if hasPart {
		b.WriteString(point + part)
	}
	return b.String()
}

// Amount writes money as the readers of a language do: 4.250,00 kr. or DKK 4,250.00.
func Amount(l rest.Lang, m Money) string {
	switch digits := Digits(l, m.Amount); {
	case l != rest.Danish:
		return m.Currency + space + digits
	case m.Currency == "DKK":
		return digits + space + "kr."
	default:
		return digits + space + m.Currency
	}
}

// Amount is an amount in the language of the visit.
func (v *Visit) Amount(m Money) string { return Amount(v.Lang, m) }

// Typed is what an amount that somebody typed may mean.
type Typed struct {
	Exact  string   // plain decimal; "" where it is not clear
	May    []string // what it may mean, where somebody has to say; both are plain decimals
	Broken bool     // it is no amount
}

var (
	unit     = regexp.MustCompile(`(?i)^(kr\.?|dkk|eur|usd|[a-z]{3})?(.*?)(kr\.?|,-|[a-z]{3})?$`)
	grouped  = regexp.MustCompile(`^[0-9]{1,3}([., ][0-9]{3})+$`)
	spaced   = regexp.MustCompile(`^[0-9]{1,3}( [0-9]{3})+([.,][0-9]+)?$`)
	anySpace = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\t", " ", "'", " ", "’", " ",
		minus, "-", "–", "-")
)

// ReadAmount reads what somebody typed, with either language's separators: 4.250,00, 4,250.00, 4 250, 4250 kr. A lone
// separator before three digits may be a thousand or a fraction: it is not guessed, whatever the language of the page.
func ReadAmount(typed, currencyCode string) Typed {
	s := strings.TrimSpace(anySpace.Replace(typed))
	if parts := unit.FindStringSubmatch(s); parts != nil {
		s = strings.TrimSpace(parts[2])
	}
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", strings.TrimSpace(s[1:])
	}
	if spaced.MatchString(s) {
		s = strings.ReplaceAll(s, " ", "")
		return exactly(sign, strings.Replace(s, ",", ".", 1), currencyCode)
	}
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case strings.Trim(s, "0123456789.,") != "" || strings.Trim(s, ".,") == "":
		return Typed{Broken: true}
	case dots+commas == 0:
		return exactly(sign, s, currencyCode)
	case dots > 0 && commas > 0:
		thousand, point := ".", ","
		if strings.LastIndex(s, ".") > strings.LastIndex(s, ",") {
			thousand, point = ",", "."
		}
		whole, part, _ := strings.Cut(s, point)
		if strings.Count(s, point) > 1 || !grouped.MatchString(whole) || strings.Contains(part, thousand) {
			return Typed{Broken: true}
		}
		return exactly(sign, strings.ReplaceAll(whole, thousand, "")+"."+part, currencyCode)
	case dots+commas > 1:
		if !grouped.MatchString(s) {
			return Typed{Broken: true}
		}
		return exactly(sign, strings.NewReplacer(".", "", ",", "").Replace(s), currencyCode)
	}
	whole, part, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if grouped.MatchString(s) && !strings.HasPrefix(whole, "0") {
		return unclear(sign, whole, part, currencyCode)
	}
	return exactly(sign, whole+"."+part, currencyCode)
}

// unclear gives both readings of a lone separator before three digits.
func unclear(sign, whole, part, currencyCode string) Typed {
	var t Typed
	for _, reading := range []string{whole + part, whole + "." + strings.TrimRight(part, "0")} {
		if r := exactly(sign, strings.TrimSuffix(reading, "."), currencyCode); !r.Broken {
			t.May = append(t.May, r.Exact)
		}
	}
	return t
}

// exactly is a plain decimal with all decimals of its currency.
func exactly(sign, s, currencyCode string) Typed {
	digits, known := currency.GetDigits(currencyCode)
	if !known {
		digits = 2
	}
	whole, part, _ := strings.Cut(s, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if len(part) > int(digits) || len(whole) > 13 || strings.HasSuffix(s, ".") {
		return Typed{Broken: true}
	}
	if part += strings.Repeat("0", int(digits)-len(part)); part != "" {
		whole += "." + part
	}
	return Typed{Exact: sign + whole}
}

var months = map[rest.Lang][]string{
	rest.Danish: {"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
		"november", "december"},
	rest.English: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
		"November", "December"},
}

// Day writes a date: 5. november 2026, or 5 November 2026.
func (v *Visit) Day(date string) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	dot := ""
	if v.Lang == rest.Danish {
		dot = "."
	}
	return d.Format("2") + dot + space + months[v.Lang][d.Month()-1] + space + d.Format("2006")
}

// Month writes the month of a date: november 2026.
func (v *Visit) Month(date string) string {
	d, err := time.Parse("2006-01", date[:min(len(date), len("2006-01"))])
	if err != nil {
		return date
	}
	return months[v.Lang][d.Month()-1] + space + d.Format("2006")
}

// copenhagen is where the readers are.
var copenhagen = func() *time.Location {
	at, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		return time.UTC
	}
	return at
}()

// Moment writes an instant with its time of day: 5. november 2026 kl. 14.05, or 5 November 2026, 14:05.
func (v *Visit) Moment(instant string) string {
	at, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		return instant
	}
	at = at.In(copenhagen)
	if v.Lang == rest.Danish {
		return v.Day(at.Format(time.DateOnly)) + " kl." + space + at.Format("15.04")
	}
	return v.Day(at.Format(time.DateOnly)) + ", " + at.Format("15:04")
}

// Ago says how many days ago a date was.
func (v *Visit) Ago(date string) string {
	then, err := time.Parse(time.DateOnly, date)
	today, err2 := time.Parse(time.DateOnly, v.Today())
	if err != nil || err2 != nil {
		return date
	}
	switch days := int(today.Sub(then).Hours() / 24); {
	case days <= 0:
		return v.T("today", "i dag")
	case days == 1:
		return v.T("yesterday", "i går")
	case days < 60:
		return v.Tf("%d days ago", "for %d dage siden", days)
	}
	return v.Day(date)
}
