package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// paper is a statement in words of one language: what text, PDF, HTML and workbook draw, each in its own way and none
// with a sum of its own. The statements make it in paper_grant.go and paper_fund.go.
type paper struct {
	lang     figures.Lang
	draft    bool
	kind     figures.Kind
	subject  string
	number   string // "" for a draft
	currency ledger.Currency
	period   figures.Period

	organisation, about     string // letterhead
	heading, prepared       string // number or draft; day and last entry
	title, project, running string // running is the title on later pages
	facts                   [][2]string
	terms                   []term
	share                   *meter // last box of the band
	sentences               []string
	meters                  []meter
	blocks                  []block
	notes                   []string
	signing                 []signing // none for a statement that nobody signs
	hash, code              string    // code of an issued statement
	preparedOn              ledger.Date
}

// paperOf words a statement.
func paperOf(v figures.Value, lang figures.Lang) paper {
	switch s := v.(type) {
	case *figures.GrantStatement:
		return grantPaper{s, writer{lang: lang, whole: s.Whole, currency: s.Currency, books: s.Base}}.paper()
	case *figures.FundStatement:
		return fundPaper{s, writer{lang: lang, whole: s.Whole, currency: s.Base, books: s.Base}}.paper()
	}
	panic(fmt.Sprintf("statements: %T is no statement", v)) // there is no other
}

// keep appends the blocks that have something to say.
func (p *paper) keep(blocks ...block) {
	for _, b := range blocks {
		if b.title != "" {
			p.blocks = append(p.blocks, b)
		}
	}
}

// term is a term of the equation of the period with its sign.
type term struct {
	sign, label string
	figure      figure
}

// figure is an amount as it is printed and as a number, with the key by which its lines are found.
type figure struct {
	text   string
	number decimal.NullDecimal
	digits int32
	key    string
}

// meter is a percentage as a bar.
type meter struct {
	label, about string
	percent      decimal.NullDecimal
}

// block is a table with its heading.
type block struct {
	title, unit string
	columns     []column
	rows        []tableRow
	after       []string // sentences under it
	chart       bool     // drawn as bars too
	carry       bool     // sums are carried over pages
	figures     points   // size of its figures; 0 is that of its text
}

// column is a column of a block. One column, the flexible one, has no width in characters.
type column struct {
	head  string
	mm    int
	chars int
	right bool
	bar   bool   // of tableRow.bar
	is    string // what a layout calls it; "" for a column of no layout
}

// tableRow is a row of a block.
type tableRow struct {
	level  level
	cells  []figure
	bar    decimal.NullDecimal
	note   string             // under the row
	counts bool               // its figures are part of what is carried over
	length [2]decimal.Decimal // of the bars in the chart: the figure, and what it is measured by or zero
}

// textColumn is a column of words, and flexible where it has no width in characters; sumColumn one of figures at the
// right.
func textColumn(head string, mm, chars int) column { return column{head: head, mm: mm, chars: chars} }

func sumColumn(head string, mm, chars int) column {
	return column{head: head, mm: mm, chars: chars, right: true}
}

// as gives a column the name that a formula finds it by.
func (c column) as(is string) column { c.is = is; return c }

// lineOf is a row of its own, costLineOf one beneath the row before, sumLineOf one under a rule.
func lineOf(cells ...figure) tableRow { return tableRow{cells: cells} }

func costLineOf(cells ...figure) tableRow { return tableRow{level: costLevel, cells: cells} }

func sumLineOf(cells ...figure) tableRow { return tableRow{level: sumLevel, cells: cells} }

// add appends rows.
func (b *block) add(rows ...tableRow) { b.rows = append(b.rows, rows...) }

// level is the rank of a row in a table.
type level int

const (
	lineLevel level = iota // a row of its own
	costLevel              // beneath the row before
	headLevel              // a heading between rows
	subLevel               // the sum of a main line
	sumLevel
)

// word is a cell of text.
func word(s string) figure { return figure{text: s} }

// writer writes the figures of one statement in one language.
type writer struct {
	lang     figures.Lang
	whole    bool            // amounts are in whole units
	currency ledger.Currency // of the report
	books    ledger.Currency // that the books are kept in
}

// amount is a figure for a table whose head names the currency.
func (w writer) amount(m ledger.Money, key string) figure {
	digits := m.Currency.Digits()
	if w.whole && m.Amount.IsInteger() {
		digits = 0
	}
	return figure{text: w.lang.Number(m.Amount, digits), number: decimal.NewNullDecimal(m.Amount), digits: digits,
		key: key}
}

// own is an amount in the currency of the report, base one in that of the books.
func (w writer) own(d decimal.Decimal, key string) figure {
	return w.amount(ledger.Money{Amount: d, Currency: w.currency}, key)
}

func (w writer) base(d decimal.Decimal, key string) figure {
	return w.amount(ledger.Money{Amount: d, Currency: w.books}, key)
}

// percent is a percentage for a table.
func (w writer) percent(d decimal.NullDecimal) figure { return word(w.lang.Percent(d)) }

// said is an amount in the currency of the report for a sentence.
func (w writer) said(d decimal.Decimal) string {
	m := ledger.Money{Amount: d, Currency: w.currency}
	if w.whole && m.Amount.IsInteger() {
		return w.lang.MoneyOf(m, 0)
	}
	return w.lang.Money(m)
}

// quantity is an amount with its currency for a table, "" for none.
func (w writer) quantity(m ledger.Money) figure { return word(w.lang.Quantity(m)) }

// held is an amount of the report with its currency.
func (w writer) held(d decimal.Decimal) figure {
	return w.quantity(ledger.Money{Amount: d, Currency: w.currency})
}

// notesOf words notes and says under which rules small groups are kept.
func notesOf(lang figures.Lang, notes []figures.Note) []string {
	return figures.Each(notes, func(n figures.Note) string { return lang.Note(n) })
}

// headed fills what papers of all kinds have at their head.
func (p *paper) headed(h figures.Head, o figures.Organisation, prepared ledger.Date, hash string) {
	p.kind, p.subject, p.number, p.currency, p.period = h.Kind, h.Subject, h.Number, h.Currency, h.Period
	p.draft, p.hash, p.preparedOn = h.Number == "", hash, prepared
	p.organisation, p.about = o.Name, aboutOf(o)
	p.heading = heading(p.lang, h)
	p.prepared = preparedOn(p.lang, prepared, h.CutOff)
	p.running = p.title + ", " + p.lang.Period(h.Period)
}

// heading is the number of the statement and what it replaces, or that it is a draft.
func heading(lang figures.Lang, h figures.Head) string {
	if h.Number == "" {
		return words.draft.In(lang)
	}
	text := words.statementNo.In(lang) + " " + h.Number + ", " + words.version.In(lang) + " " +
		strconv.Itoa(max(h.Version, 1))
	if h.Replaces != "" {
		number, version, _ := strings.Cut(h.Replaces, "/")
		replaced := words.version.In(lang) + " " + version
		if number != h.Number {
			replaced = number + ", " + replaced
		}
		text += " (" + strings.Replace(words.replaces.In(lang), "{version}", replaced, 1) + ")"
	}
	return text
}

// preparedOn is the day and the last entry that was read; "" when no day is known.
func preparedOn(lang figures.Lang, on ledger.Date, cutOff string) string {
	if on == "" {
		return ""
	}
	text := words.prepared.In(lang) + " " + lang.Date(on)
	if cutOff != "" {
		text += ", " + strings.Replace(words.throughNo.In(lang), "{number}", cutOff, 1)
	}
	return text
}

// placeRows are the parts of a closing balance.
func (w writer) placeRows(parts []figures.Part) []tableRow {
	var rows []tableRow
	for _, kind := range figures.PartKinds {
		for _, p := range parts {
			if p.Kind == kind {
				key := "closing." + p.Kind.Key()
				if p.Holder != "" {
					key += "." + p.Holder
				}
				rows = append(rows, lineOf(word(w.lang.PlaceOf(p)), w.quantity(p.Quantity), w.base(p.Amount, key)))
			}
		}
	}
	return rows
}

// placeColumns are those of "where the money is"; held is the head of the second, "" where nothing is held in a
// currency.
func placeColumns(lang figures.Lang, parts []figures.Part) []column {
	held := ""
	for _, p := range parts {
		if p.Quantity.Currency != "" {
			held = words.quantity.In(lang)
		}
	}
	return []column{textColumn(words.place.In(lang), 100, 0), sumColumn(held, 45, 20),
		sumColumn(words.amount.In(lang), 35, 18)}
}

// aboutOf is the second line of the letterhead; "" for none.
func aboutOf(o figures.Organisation) string {
	known := slices.DeleteFunc([]string{o.Registration, o.Address, o.Contact}, func(s string) bool { return s == "" })
	return strings.Join(known, ", ")
}

// FigureOf is the printed amount with a key.
func FigureOf(v figures.Value, key string) (decimal.Decimal, bool) {
	for _, f := range paperOf(v, figures.English).figures() {
		if f.key == key {
			return f.number.Decimal, true
		}
	}
	return decimal.Decimal{}, false
}

// figures are all figures of a paper that have a key.
func (p paper) figures() []figure {
	var all []figure
	for _, t := range p.terms {
		all = append(all, t.figure)
	}
	for _, b := range p.blocks {
		for _, r := range b.rows {
			for _, f := range r.cells {
				if f.key != "" {
					all = append(all, f)
				}
			}
		}
	}
	return all
}
