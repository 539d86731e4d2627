package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"supportledger/store"
)

// exportPage is how many entries an export reads at a time: it uses constant memory.
const exportPage = 500

// ExportJournal writes the books as a journal that hledger reads and checks: accounts by their path, the fund as a tag of
// every line, foreign amounts with their base cost behind @@. Report is called with the number of entries written so far.
func (b Book) ExportJournal(ctx context.Context, tx *store.Tx, w io.Writer, span Span, report func(done int64)) error {
	accounts, err := b.Accounts(ctx, tx)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if err := b.journalHead(ctx, tx, out, accounts); err != nil {
		return err
	}
	var after, done int64
	for {
		page, err := b.Entries(ctx, tx, span, after, exportPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return out.Flush()
		}
		for _, p := range page {
			p.writeJournal(out, b.Base, accounts)
		}
		after, done = page[len(page)-1].Seq, done+int64(len(page))
		report(done)
	}
}

// journalTypes are hledger's account types.
var journalTypes = map[AccountType]string{Asset: "A", Liability: "L", NetAssets: "E", Income: "R", Expense: "X", Budgetary: "E"}

func (b Book) journalHead(ctx context.Context, tx *store.Tx, out *bufio.Writer, accounts map[AccountNo]Account) error {
	fmt.Fprintf(out, "; Journal of %s in %s. Positive is debit. Every line carries its fund; foreign amounts their %s cost.\n\n",
		oneLine(b.Organisation), b.Base, b.Base)
	currencies, err := usedCurrencies(ctx, tx)
	if err != nil {
		return err
	}
	if !slices.Contains(currencies, b.Base) {
		currencies = append([]Currency{b.Base}, currencies...)
	}
	fmt.Fprintln(out, "decimal-mark .")
	for _, c := range currencies {
		fmt.Fprintf(out, "commodity %s %s\n", sample(c), c)
	}
	fmt.Fprintln(out)
	numbers := make([]AccountNo, 0, len(accounts))
	for n := range accounts {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		fmt.Fprintf(out, "account %-50s ; type:%s, code:%s\n", accounts[n].Path, journalTypes[accounts[n].Type], n)
	}
	fmt.Fprintln(out, "\ntag fund\ntag number\ntag act\ntag plan\ntag cat\ntag partner\ntag payee\ntag reverses\n"+
		"tag type\ntag code")
	return nil
}

// sample shows hledger how many decimals a currency has: 1000.00, or 1000. for none.
func sample(c Currency) string {
	s := Money{Currency: c}.String()
	if !strings.Contains(s, ".") {
		return "1000."
	}
	return "100" + s
}

func (p Posted) writeJournal(out *bufio.Writer, base Currency, accounts map[AccountNo]Account) {
	fmt.Fprintf(out, "\n%s * (%s) %s  ; number:%s, act:%s", p.Date, p.Number, oneLine(p.Text), p.Number, tagValue(p.Act))
	if p.Reverses != "" {
		fmt.Fprintf(out, ", reverses:%s", p.Reverses)
	}
	fmt.Fprintln(out)
	for _, l := range p.Lines {
		fmt.Fprintf(out, "    %-44s  %32s  ; fund:%s", accounts[l.Account].Path, l.journalAmount(base), l.Fund)
		for _, tag := range [][2]string{{"cat", l.Category}, {"plan", l.Plan}, {"partner", l.Partner}, {"payee", l.Payee}} {
			if tag[1] != "" {
				fmt.Fprintf(out, ", %s:%s", tag[0], tagValue(tag[1]))
			}
		}
		fmt.Fprintln(out)
	}
}

// journalAmount is the line's amount with its base cost. A cost without a quantity - a release too small for its currency -
// stands in base currency, since a price needs something to be the price of.
func (l Line) journalAmount(base Currency) string {
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
