package statements

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// paper is a statement in words of one language: what text, PDF, HTML and workbook draw, each in its own way and none with a
// sum of its own. The statements make it in paper_grant.go and paper_fund.go.
type paper struct {
	lang     Lang
	draft    bool
	kind     Kind
	subject  string
	number   string // "" for a draft
	currency ledger.Currency
	period   Period

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
}

// column is a column of a block. One column, the flexible one, has no width in characters.
type column struct {
	head  string
	mm    int
	chars int
	right bool
	bar   bool // of tableRow.bar
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

// level is the rank of a row in a table.
type level int

const (
	lineLevel level = iota // a row of its own
	costLevel              // beneath the row before
	headLevel              // a heading between rows
	sumLevel
)

// word is a cell of text.
func word(s string) figure { return figure{text: s} }

// writer writes figures of one statement in one language.
type writer struct {
	lang  Lang
	whole bool
}

// amount is a figure for a table whose head names the currency.
func (w writer) amount(m ledger.Money, key string) figure {
	digits := m.Currency.Digits()
	if w.whole && m.Amount.IsInteger() {
		digits = 0
	}
	return figure{w.lang.number(m.Amount, digits), decimal.NewNullDecimal(m.Amount), digits, key}
}

// percent is a percentage for a table.
func (w writer) percent(d decimal.NullDecimal) figure {
	return figure{text: w.lang.percent(d)}
}

// money is an amount in a sentence.
func (w writer) money(m ledger.Money) string {
	if w.whole && m.Amount.IsInteger() {
		return w.lang.moneyOf(m, 0)
	}
	return w.lang.money(m)
}

// quantity is an amount with its currency for a table, "" for none.
func (w writer) quantity(m ledger.Money) figure { return figure{text: w.lang.quantity(m)} }

// notesOf words notes and says under which rules small groups are kept.
func notesOf(lang Lang, notes []Note) []string {
	return each(notes, func(n Note) string { return lang.note(n) })
}

// headed fills what papers of all kinds have at their head.
func (p *paper) headed(h Head, o Organisation, prepared ledger.Date, hash string) {
	p.kind, p.subject, p.number, p.currency, p.period = h.Kind, h.Subject, h.Number, h.Currency, h.Period
	p.draft, p.hash, p.preparedOn = h.Number == "", hash, prepared
	p.organisation, p.about = o.Name, o.about()
	p.heading = p.lang.heading(h)
	p.prepared = p.lang.prepared(prepared, h.CutOff)
	p.running = p.title + ", " + p.lang.period(h.Period)
}

// heading is the number of the statement and what it replaces, or that it is a draft.
func (lang Lang) heading(h Head) string {
	if h.Number == "" {
		return words.draft.in(lang)
	}
	text := words.statementNo.in(lang) + " " + h.Number + ", " + words.version.in(lang) + " " + strconv.Itoa(max(h.Version, 1))
	if h.Replaces != "" {
		number, version, _ := strings.Cut(h.Replaces, "/")
		replaced := words.version.in(lang) + " " + version
		if number != h.Number {
			replaced = number + ", " + replaced
		}
		text += " (" + strings.Replace(words.replaces.in(lang), "{version}", replaced, 1) + ")"
	}
	return text
}

// prepared is the day and the last entry that was read; "" when no day is known.
func (lang Lang) prepared(on ledger.Date, cutOff string) string {
	if on == "" {
		return ""
	}
	text := words.prepared.in(lang) + " " + lang.date(on)
	if cutOff != "" {
		text += ", " + strings.Replace(words.throughNo.in(lang), "{number}", cutOff, 1)
	}
	return text
}

// placeRows are the parts of a closing balance.
func (w writer) placeRows(parts []Part, base ledger.Currency) []tableRow {
	var rows []tableRow
	for _, kind := range partKinds {
		for _, p := range parts {
			if p.Kind == kind {
				key := "closing." + cmp.Or(closingKeys[p.Kind], string(p.Kind))
				if p.Holder != "" {
					key += "." + p.Holder
				}
				amount := w.amount(ledger.Money{Amount: p.Amount, Currency: base}, key)
				rows = append(rows, tableRow{cells: []figure{word(w.lang.placeOf(p)), w.quantity(p.Quantity), amount}})
			}
		}
	}
	return rows
}

// placeColumns are those of "where the money is"; held is the head of the second, "" where nothing is held in a currency.
func placeColumns(lang Lang, parts []Part) []column {
	held := ""
	for _, p := range parts {
		if p.Quantity.Currency != "" {
			held = words.quantity.in(lang)
		}
	}
	return []column{{head: words.place.in(lang), mm: 100}, {head: held, mm: 45, chars: 20, right: true}, {head: words.amount.in(lang), mm: 35, chars: 18, right: true}}
}
