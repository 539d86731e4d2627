package figures

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"supportledger/ledger"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Lang is a language that statements are written in.
type Lang string

// The languages. Every phrase exists in both (words.go), or the tests fail.
const (
	English Lang = "en"
	Danish  Lang = "da"
)

// Langs are all languages.
var Langs = []Lang{English, Danish}

// ErrUnknownLanguage is returned for a language that statements are not written in.
var ErrUnknownLanguage = errors.New("statements: unknown language")

// ParseLang reads "da" or "en". Anything else is ErrUnknownLanguage.
func ParseLang(s string) (Lang, error) {
	for _, lang := range Langs {
		if string(lang) == s {
			return lang, nil
		}
	}
	return "", fmt.Errorf("%w: %.20q; send en or da", ErrUnknownLanguage, s)
}

// minus is U+2212, as wide as a digit; a hyphen is not a minus sign.
const Minus = "−"

// pick is the one of two texts that is in lang.
func (lang Lang) pick(en, da string) string {
	if lang == Danish {
		return da
	}
	return en
}

// Number writes a decimal with its thousands apart: 4,250.00 or 4.250,00, −1.50 with a real minus sign.
func (lang Lang) Number(d decimal.Decimal, digits int32) string {
	thousands, point := lang.pick(",", "."), lang.pick(".", ",")
	whole, fraction, found := strings.Cut(d.Abs().StringFixed(digits), ".")
	var b strings.Builder
	if d.Round(digits).Sign() < 0 {
		b.WriteString(Minus)
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(digit)
	}
	if found {
		b.WriteString(point + fraction)
	}
	return b.String()
}

// amount is a figure for a table whose head names the currency: 4,250.00 or 4.250,00.
func (lang Lang) amount(m ledger.Money) string { return lang.Number(m.Amount, m.Currency.Digits()) }

// Quantity is an amount with its code, for foreign currency in tables: 18,000.00 NGN.
func (lang Lang) Quantity(m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return lang.amount(m) + " " + string(m.Currency)
}

// Money is an amount in running text: DKK 4,250.00 in English; 4.250,00 kr. and 4.250,00 EUR in Danish.
func (lang Lang) Money(m ledger.Money) string { return lang.MoneyOf(m, m.Currency.Digits()) }

// MoneyOf is [Lang.Money] with so many decimals.
func (lang Lang) MoneyOf(m ledger.Money, digits int32) string {
	switch {
	case lang == English && m.Amount.Sign() < 0:
		return Minus + string(m.Currency) + " " + lang.Number(m.Amount.Abs(), digits)
	case lang == English:
		return string(m.Currency) + " " + lang.Number(m.Amount, digits)
	case m.Currency == "DKK":
		return lang.Number(m.Amount, digits) + " kr."
	case m.Currency == "":
		return ""
	}
	return lang.Number(m.Amount, digits) + " " + string(m.Currency)
}

// dash stands where there is no figure.
const dash = "–"

// Percent is 7.2% or 7,2 %; a dash for none.
func (lang Lang) Percent(d decimal.NullDecimal) string {
	if !d.Valid {
		return dash
	}
	return lang.Number(d.Decimal, percentDigits) + lang.pick("%", " %")
}

// RateInPercent is an agreed rate with the decimals it needs: 7% or 7,5 %.
func (lang Lang) RateInPercent(d decimal.Decimal) string {
	digits := int32(0)
	for !d.Equal(d.Truncate(digits)) {
		digits++
	}
	return lang.Number(d, digits) + lang.pick("%", " %")
}

// Rate is a rate as quoted: 226.00 NGN per DKK. It is padded to four decimals below 100 and to two above, so that a
// rate reads the same however its text was written.
func (lang Lang) Rate(r ledger.Rate) string {
	if r.IsZero() {
		return ""
	}
	digits := int32(2)
	if r.Value.LessThan(hundred) {
		digits = 4
	}
	for !r.Value.Equal(r.Value.Truncate(digits)) {
		digits++
	}
	return fmt.Sprintf("%s %s %s %s", lang.Number(r.Value, digits), r.Num, lang.pick("per", "pr."), r.Den)
}

var monthsEN = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December"}

var monthsDA = [...]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september",
	"oktober", "november", "december"}

// dayMonth is 30 June or 30. juni.
func (lang Lang) dayMonth(d ledger.Date) string {
	t := d.Time()
	return fmt.Sprintf(lang.pick("%d %s", "%d. %s"), t.Day(), lang.pick(monthsEN[t.Month()-1], monthsDA[t.Month()-1]))
}

// Date is 30 June 2026 or 30. juni 2026; "" for no date.
func (lang Lang) Date(d ledger.Date) string {
	if d == "" {
		return ""
	}
	return lang.dayMonth(d) + " " + strconv.Itoa(d.Year())
}

// ShortDate is a date for a table: 5 Jan 2026 or 05.01.2026.
func (lang Lang) ShortDate(d ledger.Date) string {
	if d == "" {
		return ""
	}
	return d.Time().Format(lang.pick("2 Jan 2006", "02.01.2006"))
}

// Period is 1 January – 30 June 2026, with the year once where both days share it.
func (lang Lang) Period(p Period) string {
	if p.From == "" || p.To == "" {
		return dash
	}
	if p.From.Year() == p.To.Year() {
		return lang.dayMonth(p.From) + " – " + lang.Date(p.To)
	}
	return lang.Date(p.From) + " – " + lang.Date(p.To)
}

// Category is the name of a line: the chart's where it gave one, else ours, else the key made readable.
func (lang Lang) Category(l Line) string {
	if name := l.Name.In(lang); name != "" {
		return name
	}
	if p, ok := categoryWords[l.Key]; ok {
		return p.In(lang)
	}
	return readable(l.Key)
}

// readable makes a code into a title: study-materials becomes Study materials.
func readable(code string) string {
	spaced := strings.NewReplacer("-", " ", "_", " ").Replace(code)
	first, size := utf8.DecodeRuneInString(spaced)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + spaced[size:]
}

// Lower makes the first letter small, for a sentence that continues another.
func Lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + s[size:]
}

// Place is a place where money can be.
func (lang Lang) Place(k PartKind) string { return placeWords[k].In(lang) }

// RateUse is what a rate was used for.
func (lang Lang) RateUse(u RateUse) string { return rateUseWords[u].In(lang) }

// Role is who signs.
func (lang Lang) Role(r SignatureRole) string { return roleWords[r].In(lang) }

// Receipt is Instalment 2, or what else the money was.
func (lang Lang) Receipt(r Receipt) string {
	label := receiptWords[r.Kind].In(lang)
	if r.No > 0 {
		label = fmt.Sprintf("%s %d", label, r.No)
	}
	return label
}

// Note words a footnote, its parameters filled in.
func (lang Lang) Note(n Note) string {
	sentence := noteWords[n.Code].In(lang)
	if n.Since != "" {
		sentence = sinceWords.In(lang) + " " + Lower(sentence)
	}
	return strings.NewReplacer(
		"{date}", lang.Date(n.Since),
		"{amount}", lang.Money(n.Amount),
		"{percent}", lang.percentParam(n.Percent),
		"{text}", n.Text,
	).Replace(sentence)
}

func (lang Lang) percentParam(d decimal.NullDecimal) string {
	if !d.Valid {
		return dash
	}
	return lang.RateInPercent(d.Decimal)
}

// PlaceOf is where a part of the closing balance is: In the bank, EUR; Advance with partner NG-01.
func (lang Lang) PlaceOf(p Part) string {
	if p.Kind == AtPartner && p.Holder != "" {
		return lang.Place(p.Kind) + " " + p.Holder
	}
	return Joined(lang.Place(p.Kind), p.Holder)
}

// Joined is a label with what it is about.
func Joined(label, about string) string {
	if about == "" {
		return label
	}
	return label + ", " + about
}
