package statements

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
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
const minus = "−"

// pick is the one of two texts that is in lang.
func (lang Lang) pick(en, da string) string {
	if lang == Danish {
		return da
	}
	return en
}

// number writes a decimal with its thousands apart: 4,250.00 or 4.250,00, −1.50 with a real minus sign.
func (lang Lang) number(d decimal.Decimal, digits int32) string {
	thousands, point := lang.pick(",", "."), lang.pick(".", ",")
	whole, fraction, found := strings.Cut(d.Abs().StringFixed(digits), ".")
	var b strings.Builder
	if d.Round(digits).Sign() < 0 {
		b.WriteString(minus)
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
func (lang Lang) amount(m ledger.Money) string { return lang.number(m.Amount, m.Currency.Digits()) }

// quantity is an amount with its code, for foreign currency in tables: 18,000.00 NGN.
func (lang Lang) quantity(m ledger.Money) string {
	if m.Currency == "" {
		return ""
	}
	return lang.amount(m) + " " + string(m.Currency)
}

// money is an amount in running text: DKK 4,250.00 in English; 4.250,00 kr. and 4.250,00 EUR in Danish.
func (lang Lang) money(m ledger.Money) string { return lang.moneyOf(m, m.Currency.Digits()) }

func (lang Lang) moneyOf(m ledger.Money, digits int32) string {
	switch {
	case lang == English && m.Amount.Sign() < 0:
		return minus + string(m.Currency) + " " + lang.number(m.Amount.Abs(), digits)
	case lang == English:
		return string(m.Currency) + " " + lang.number(m.Amount, digits)
	case m.Currency == "DKK":
		return lang.number(m.Amount, digits) + " kr."
	case m.Currency == "":
		return ""
	}
	return lang.number(m.Amount, digits) + " " + string(m.Currency)
}

// dash stands where there is no figure.
const dash = "–"

// percent is 7.2% or 7,2 %; a dash for none.
func (lang Lang) percent(d decimal.NullDecimal) string {
	if !d.Valid {
		return dash
	}
	return lang.number(d.Decimal, percentDigits) + lang.pick("%", " %")
}

// rateInPercent is an agreed rate with the decimals it needs: 7% or 7,5 %.
func (lang Lang) rateInPercent(d decimal.Decimal) string {
	digits := int32(0)
	for !d.Equal(d.Truncate(digits)) {
		digits++
	}
	return lang.number(d, digits) + lang.pick("%", " %")
}

// rate is a rate as quoted: 226.00 NGN per DKK. It is padded to four decimals below 100 and to two above, so that a rate
// reads the same however its text was written.
func (lang Lang) rate(r ledger.Rate) string {
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
	return fmt.Sprintf("%s %s %s %s", lang.number(r.Value, digits), r.Num, lang.pick("per", "pr."), r.Den)
}

var monthsEN = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
var monthsDA = [...]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"}

// dayMonth is 30 June or 30. juni.
func (lang Lang) dayMonth(d ledger.Date) string {
	t := d.Time()
	return fmt.Sprintf(lang.pick("%d %s", "%d. %s"), t.Day(), lang.pick(monthsEN[t.Month()-1], monthsDA[t.Month()-1]))
}

// date is 30 June 2026 or 30. juni 2026; "" for no date.
func (lang Lang) date(d ledger.Date) string {
	if d == "" {
		return ""
	}
	return lang.dayMonth(d) + " " + strconv.Itoa(d.Year())
}

// shortDate is a date for a table: 5 Jan 2026 or 05.01.2026.
func (lang Lang) shortDate(d ledger.Date) string {
	if d == "" {
		return ""
	}
	return d.Time().Format(lang.pick("2 Jan 2006", "02.01.2006"))
}

// period is 1 January – 30 June 2026, with the year once where both days share it.
func (lang Lang) period(p Period) string {
	if p.From == "" || p.To == "" {
		return dash
	}
	if p.From.Year() == p.To.Year() {
		return lang.dayMonth(p.From) + " – " + lang.date(p.To)
	}
	return lang.date(p.From) + " – " + lang.date(p.To)
}

// category is the name of a line: the chart's where it gave one, else ours, else the key made readable.
func (lang Lang) category(l Line) string {
	if name := lang.pick(l.Name.EN, l.Name.DA); name != "" {
		return name
	}
	if p, ok := categoryWords[l.Key]; ok {
		return p.in(lang)
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

// lower makes the first letter small, for a sentence that continues another.
func lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func (lang Lang) place(k PartKind) string     { return placeWords[k].in(lang) }
func (lang Lang) rateUse(u RateUse) string    { return rateUseWords[u].in(lang) }
func (lang Lang) role(r SignatureRole) string { return roleWords[r].in(lang) }

// receipt is Instalment 2, or what else the money was.
func (lang Lang) receipt(r Receipt) string {
	label := receiptWords[r.Kind].in(lang)
	if r.No > 0 {
		label = fmt.Sprintf("%s %d", label, r.No)
	}
	return label
}

// note words a footnote, its parameters filled in.
func (lang Lang) note(n Note) string {
	sentence := noteWords[n.Code].in(lang)
	if n.Since != "" {
		sentence = words.since.in(lang) + " " + lower(sentence)
	}
	return strings.NewReplacer(
		"{date}", lang.date(n.Since),
		"{amount}", lang.money(n.Amount),
		"{percent}", lang.percentParam(n.Percent),
		"{text}", n.Text,
	).Replace(sentence)
}

func (lang Lang) percentParam(d decimal.NullDecimal) string {
	if !d.Valid {
		return dash
	}
	return lang.rateInPercent(d.Decimal)
}

// placeOf is where a part of the closing balance is: In the bank, EUR; Advance with partner NG-01.
func (lang Lang) placeOf(p Part) string {
	if p.Kind == AtPartner && p.Holder != "" {
		return lang.place(p.Kind) + " " + p.Holder
	}
	return joined(lang.place(p.Kind), p.Holder)
}

// joined is a label with what it is about.
func joined(label, about string) string {
	if about == "" {
		return label
	}
	return label + ", " + about
}

// about is the second line of the letterhead; "" for none.
func (o Organisation) about() string {
	known := slices.DeleteFunc([]string{o.Registration, o.Address, o.Contact}, func(s string) bool { return s == "" })
	return strings.Join(known, ", ")
}

// shortHash is the part of the data hash that fits a footer: the first 16 digits in groups of four.
func shortHash(hash string) string {
	return strings.Join([]string{hash[:4], hash[4:8], hash[8:12], hash[12:16]}, "-")
}

// page is Page 1 of 2.
func (lang Lang) page(n, of int) string {
	return strings.NewReplacer("{page}", strconv.Itoa(n), "{pages}", strconv.Itoa(of)).Replace(words.page.in(lang))
}
