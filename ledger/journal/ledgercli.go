package journal

import (
	"bufio"
	"fmt"
	"strings"

	"supportledger/ledger"
)

// ledgerCLI writes the books as ledger-cli reads them with --pedantic: what hledger has as tags at the end of a line
// stands here as a line of metadata below it.
type ledgerCLI struct {
	out   *bufio.Writer
	known exported
}

func (l ledgerCLI) head() error {
	fmt.Fprintf(l.out,
		"; Journal of %s in %s. Positive is debit. Every line carries its fund; foreign amounts their %s cost.\n\n",
		oneLine(l.known.Organisation), l.known.Base, l.known.Base)
	for _, c := range l.known.currencies {
		fmt.Fprintf(l.out, "commodity %s\n    format %s %s\n", c, strings.TrimSuffix(sample(c), "."), c)
	}
	fmt.Fprintln(l.out)
	for _, a := range l.known.chart() {
		fmt.Fprintf(l.out, "account %s\n    note %s %s\n", a.Path, a.Number, oneLine(a.NameEN))
	}
	fmt.Fprintln(l.out)
	for _, tag := range []string{"fund", "number", "act", "reverses", "plan", "category", "partner", "payee-code"} {
		fmt.Fprintf(l.out, "tag %s\n", tag)
	}
	return nil
}

func (l ledgerCLI) entry(p ledger.Posted) error {
	fmt.Fprintf(l.out, "\n%s * (%s) %s\n    ; number: %s\n", p.Date, p.Number, singleSpaced(oneLine(p.Text)), p.Number)
	l.tag("act", p.Act)
	l.tag("reverses", string(p.Reverses))
	for _, line := range p.Lines {
		fmt.Fprintf(l.out, "    %-44s  %32s\n    ; fund: %s\n", l.known.accounts[line.Account].Path,
			journalAmount(line, l.known.Base), line.Fund)
		l.tag("category", line.Category)
		l.tag("plan", line.Plan)
		l.tag("partner", line.Partner)
		l.tag("payee-code", line.Payee) // "payee" would rename the entry
	}
	return nil
}

func (l ledgerCLI) tag(name, value string) {
	if value != "" {
		fmt.Fprintf(l.out, "    ; %s: %s\n", name, oneLine(value))
	}
}

func (l ledgerCLI) end() error { return l.out.Flush() }

// singleSpaced keeps a text from ending at two spaces, where ledger-cli looks for a note.
func singleSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }
