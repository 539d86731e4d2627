package journal

import (
	"bufio"
	"fmt"
	"strings"

	"supportledger/ledger"
)

// journalTypes are hledger's account types.
var journalTypes = map[ledger.AccountType]string{ledger.Asset: "A", ledger.Liability: "L", ledger.NetAssets: "E",
	ledger.Income: "R", ledger.Expense: "X", ledger.Budgetary: "E"}

// hledger writes the books as hledger reads and checks them: accounts by their path, the fund as a tag of every line,
// foreign amounts with their base cost behind @@.
type hledger struct {
	out   *bufio.Writer
	known exported
}

func (h hledger) head() error {
	fmt.Fprintf(h.out,
		"; Journal of %s in %s. Positive is debit. Every line carries its fund; foreign amounts their %s cost.\n\n",
		oneLine(h.known.Organisation), h.known.Base, h.known.Base)
	fmt.Fprintln(h.out, "decimal-mark .")
	for _, c := range h.known.currencies {
		fmt.Fprintf(h.out, "commodity %s %s\n", sample(c), c)
	}
	fmt.Fprintln(h.out)
	for _, a := range h.known.chart() {
		fmt.Fprintf(h.out, "account %-50s ; type:%s, code:%s\n", a.Path, journalTypes[a.Type], a.Number)
	}
	fmt.Fprintln(h.out, "\ntag fund\ntag number\ntag act\ntag plan\ntag cat\ntag partner\ntag payee\ntag reverses\n"+
		"tag type\ntag code")
	return nil
}

// sample shows hledger how many decimals a currency has: 1000.00, or 1000. for none.
func sample(c ledger.Currency) string {
	s := ledger.Money{Currency: c}.String()
	if !strings.Contains(s, ".") {
		return "1000."
	}
	return "100" + s
}

func (h hledger) entry(p ledger.Posted) error {
	fmt.Fprintf(h.out, "\n%s * (%s) %s  ; number:%s, act:%s", p.Date, p.Number, oneLine(p.Text), p.Number, tagValue(p.Act))
	if p.Reverses != "" {
		fmt.Fprintf(h.out, ", reverses:%s", p.Reverses)
	}
	fmt.Fprintln(h.out)
	for _, l := range p.Lines {
		fmt.Fprintf(h.out, "    %-44s  %32s  ; fund:%s", h.known.accounts[l.Account].Path, journalAmount(l, h.known.Base),
			l.Fund)
		for _, tag := range [][2]string{{"cat", l.Category}, {"plan", l.Plan}, {"partner", l.Partner}, {"payee", l.Payee}} {
			if tag[1] != "" {
				fmt.Fprintf(h.out, ", %s:%s", tag[0], tagValue(tag[1]))
			}
		}
		fmt.Fprintln(h.out)
	}
	return nil
}

func (h hledger) end() error { return h.out.Flush() }

// journalAmount is the line's amount with its base cost. A cost without a quantity - a release too small for its
// currency - stands in base currency, since a price needs something to be the price of.
func journalAmount(l ledger.Line, base ledger.Currency) string {
	if l.Amount.Currency == base || l.Amount.IsZero() {
		return fmt.Sprintf("%s %s", l.Base, base)
	}
	return fmt.Sprintf("%s %s @@ %s %s", l.Amount, l.Amount.Currency, l.Base.Abs(), base)
}

// oneLine keeps a text from breaking out of its line or starting a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ';' || r == '|':
			return ','
		case r < ' ' || r == 0x7f:
			return ' '
		}
		return r
	}, s)
}

// tagValue keeps a text from ending its tag.
func tagValue(s string) string { return strings.ReplaceAll(oneLine(s), ",", " ") }
