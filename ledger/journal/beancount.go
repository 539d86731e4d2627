package journal

import (
	"bufio"
	"fmt"
	"strings"

	"supportledger/ledger"
)

// beancount writes the books as bean-check accepts them. Beancount knows five roots and names such as Assets:Bank:Dkk,
// so our accounts are renamed (see [beancountNames]); each carries its number and path as metadata, each line its fund.
type beancount struct {
	out   *bufio.Writer
	known exported
	names map[ledger.AccountNo]string
}

// beancountOpens is a day before any entry, on which all accounts open.
const beancountOpens = "1900-01-01"

func (b beancount) head() error {
	fmt.Fprintf(b.out, "option \"title\" %s\noption \"operating_currency\" %q\n", quote(b.known.Organisation),
		b.known.Base)
	for _, c := range b.known.currencies {
		half := ledger.Money{Amount: ledger.OfMinor(5, c).Amount.Shift(-1), Currency: c}
		fmt.Fprintf(b.out, "option \"inferred_tolerance_default\" \"%s:%s\"\n", c, half.Amount)
	}
	for _, a := range b.known.chart() {
		fmt.Fprintf(b.out, "\n%s open %s\n  number: %s\n  path: %s\n", beancountOpens, b.names[a.Number],
			quote(string(a.Number)), quote(a.Path))
	}
	return nil
}

func (b beancount) entry(p ledger.Posted) error {
	fmt.Fprintf(b.out, "\n%s * %s\n  number: %q\n", p.Date, quote(p.Text), p.Number)
	b.meta("  ", "act", p.Act)
	b.meta("  ", "reverses", string(p.Reverses))
	for _, l := range p.Lines {
		fmt.Fprintf(b.out, "  %-44s  %32s\n", b.names[l.Account], journalAmount(l, b.known.Base))
		b.meta("    ", "fund", string(l.Fund))
		b.meta("    ", "category", l.Category)
		b.meta("    ", "plan", l.Plan)
		b.meta("    ", "partner", l.Partner)
		b.meta("    ", "payee", l.Payee)
	}
	return nil
}

func (b beancount) meta(indent, key, value string) {
	if value != "" {
		fmt.Fprintf(b.out, "%s%s: %s\n", indent, key, quote(value))
	}
}

func (b beancount) end() error { return b.out.Flush() }

// quote writes a text as Beancount reads it.
func quote(s string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plain) + `"`
}

// beancountRoots are Beancount's root for each type of account, and the first word of our paths that it replaces.
var beancountRoots = map[ledger.AccountType][2]string{
	ledger.Asset: {"Assets", "assets"}, ledger.Liability: {"Liabilities", "liabilities"},
	ledger.NetAssets: {"Equity", "net-assets"},
	ledger.Income:    {"Income", "income"}, ledger.Expense: {"Expenses", "expenses"},
	ledger.Budgetary: {"Equity:Budgetary", "budgetary"},
}

// beancountNames gives every account a name in Beancount's grammar: the root of its type, then each further part of its
// path with a capital first and nothing but letters, digits and dashes. Names that would be one get their number at the
// end.
func beancountNames(chart []ledger.Account) map[ledger.AccountNo]string {
	names, taken := map[ledger.AccountNo]string{}, map[string]bool{}
	for _, a := range chart {
		root := beancountRoots[a.Type]
		parts := strings.Split(a.Path, ":")
		if parts[0] == root[1] {
			parts = parts[1:]
		}
		name := root[0]
		for _, part := range parts {
			name += ":" + beancountPart(part)
		}
		if len(parts) == 0 || taken[name] {
			name += ":" + beancountPart(string(a.Number))
		}
		names[a.Number], taken[name] = name, true
	}
	return names
}

func beancountPart(part string) string {
	part = strings.NewReplacer("æ", "ae", "ø", "oe", "å", "aa", "Æ", "Ae", "Ø", "Oe", "Å", "Aa").Replace(part)
	plain := []byte(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-':
			return r
		}
		return '-'
	}, part))
	switch {
	case len(plain) == 0 || plain[0] == '-':
		return "X" + string(plain)
	case 'a' <= plain[0] && plain[0] <= 'z':
		plain[0] -= 'a' - 'A'
	}
	return string(plain)
}
