package iso20022

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Profile says how a bank's CSV is written. It is stated, never guessed: 1.234 is two amounts.
type Profile struct {
	Name      string
	Separator rune
	Decimal   string              // "," or "."; the other one groups thousands and may stand between them
	Dates     []string            // layouts of [time.Parse], the first that fits
	Encoding  string              // utf-8 or windows-1252; a byte order mark says utf-8 in any case
	Columns   map[Column][]string // by head line, by any of the names; those of must are there
	Places    []Column            // of a file without a head line: what its columns mean, "" for what is not read
	Booked    []string            // what stands in Status of a booked line
	Pending   []string            // what stands in Status, or in Date, of a line that is not booked
}

// Column is what a column means.
type Column string

// The columns. In and Out are for files with two columns of amounts.
const (
	ColDate      Column = "date"
	ColValue     Column = "value_date"
	ColText      Column = "text"
	ColAmount    Column = "amount"
	ColIn        Column = "amount_in"
	ColOut       Column = "amount_out"
	ColBalance   Column = "balance"
	ColReference Column = "reference"
	ColCurrency  Column = "currency"
	ColStatus    Column = "status"
)

var columns = []Column{ColDate, ColValue, ColText, ColAmount, ColIn, ColOut, ColBalance, ColReference, ColCurrency,
	ColStatus}

// The ways to write a day, by the names that people choose them by.
var dateForms = map[string]string{"yyyy-mm-dd": time.DateOnly, "dd-mm-yyyy": "02-01-2006", "dd.mm.yyyy": "02.01.2006",
	"dd/mm/yyyy": "02/01/2006", "yyyy/mm/dd": "2006/01/02", "mm/dd/yyyy": "01/02/2006", "yyyymmdd": "20060102",
	"dd-mm-yy": "02-01-06"}

// DateForms lists the ways to write a day that [Generic] takes.
func DateForms() []string { return slices.Sorted(maps.Keys(dateForms)) }

// written is a day in a layout, as people write layouts.
func written(layout string) string {
	for form, l := range dateForms {
		if l == layout {
			return form
		}
	}
	return layout
}

var (
	danishBooked  = []string{"Udført", "Bogført", "Gennemført", "Booked", "Posted"}
	danishPending = []string{"Venter", "Slettet", "Reserveret", "Afvist", "Annulleret", "Pending", "Reserved", "Rejected",
		"Cancelled", "Canceled"}
)

// Profiles are the profiles that come with the program, after the files that the banks' web sites give in 2026.
var Profiles = map[string]Profile{}

// The profiles by themselves.
var (
	DanskeErhverv = Profile{Name: "danske-erhverv", Separator: ';', Decimal: ",",
		Dates: []string{"02.01.2006", "02-01-2006"}, Encoding: "windows-1252", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Dato"}, ColText: {"Tekst"}, ColAmount: {"Beløb"}, ColBalance: {"Saldo"},
			ColStatus: {"Status"}}}
	Nordea = Profile{Name: "nordea", Separator: ';', Decimal: ",",
		Dates: []string{"2006/01/02", "02-01-2006", time.DateOnly}, Encoding: "windows-1252", Booked: danishBooked,
		Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Bogføringsdato", "Bogført"}, ColValue: {"Rentedato"},
			ColText: {"Beskrivelse", "Tekst"}, ColAmount: {"Beløb"}, ColBalance: {"Saldo"}, ColCurrency: {"Valuta"},
			ColReference: {"Reference"}}}
	Lunar = Profile{Name: "lunar", Separator: ',', Decimal: ",",
		Dates: []string{time.DateOnly, "02-01-2006"}, Encoding: "utf-8", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Date", "Dato"}, ColText: {"Text", "Title", "Tekst"},
			ColAmount: {"Amount", "Beløb"}, ColBalance: {"Balance", "Saldo"}, ColCurrency: {"Currency", "Valuta"},
			ColStatus: {"Status"}}}
	Jyske = Profile{Name: "jyske", Separator: ';', Decimal: ",",
		Dates: []string{"02-01-2006", "02.01.2006"}, Encoding: "windows-1252", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Dato", "Bogføringsdato"}, ColValue: {"Rentedato", "Valør"},
			ColText: {"Tekst", "Posteringstekst"}, ColAmount: {"Beløb"}, ColBalance: {"Saldo"}, ColCurrency: {"Valuta"}}}
	Sydbank = Profile{Name: "sydbank", Separator: ';', Decimal: ",",
		Dates: []string{"02.01.2006", "02-01-2006"}, Encoding: "windows-1252", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Dato"}, ColValue: {"Valør"}, ColText: {"Tekst"}, ColAmount: {"Beløb"},
			ColBalance: {"Saldo"}}}
	ArbejdernesLandsbank = Profile{Name: "arbejdernes", Separator: ';', Decimal: ",",
		Dates: []string{"02-01-2006", "02.01.2006"}, Encoding: "windows-1252", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Bogført", "Dato", "Bogføringsdato"}, ColValue: {"Rentedato", "Valørdato"},
			ColText: {"Tekst", "Posteringstekst"}, ColAmount: {"Beløb"}, ColBalance: {"Saldo"}}}
	Nykredit = Profile{Name: "nykredit", Separator: ',', Decimal: ".",
		Dates: []string{"02/01/2006"}, Encoding: "utf-8", Booked: danishBooked, Pending: danishPending,
		Columns: map[Column][]string{ColDate: {"Dato"}, ColText: {"Tekst"}, ColAmount: {"Beløb", "Beloeb"},
			ColBalance: {"Saldo"}}}
	// Bankdata is how the banks of the former BEC and Bankdata centres export, Merkur among them: no head line.
	Bankdata = Profile{Name: "bankdata", Separator: ';', Decimal: ",",
		Dates: []string{"02-01-2006", "02.01.2006"}, Encoding: "windows-1252",
		Places: []Column{ColDate, ColText, ColAmount, ColBalance}}
)

func init() {
	for _, p := range []Profile{DanskeErhverv, Nordea, Lunar, Jyske, Sydbank, ArbejdernesLandsbank, Nykredit, Bankdata} {
		Profiles[p.Name] = p
	}
}

// Table says how a file without a profile of its bank is written. Dates and Encoding have defaults: yyyy-mm-dd, utf-8.
// Columns names what each column means, in order, where the file has no head line or another one than ours; Head says
// that there is one all the same, to be passed over.
type Table struct {
	Separator rune
	Decimal   string
	Dates     string
	Encoding  string
	Columns   []string
	Head      bool
}

// Generic is the profile of a table with columns called date, text, amount and, where there are such, value_date,
// amount_in and amount_out instead of amount, balance, reference, currency and status. Separator and decimal mark are
// the caller's to say. Errors are *[Fault].
func Generic(t Table) (Profile, error) {
	if !slices.Contains([]rune{';', ',', '\t', '|'}, t.Separator) || t.Decimal != "," && t.Decimal != "." ||
		string(t.Separator) == t.Decimal {
		return Profile{}, &Fault{"", "profile",
			"a separator (semicolon, comma, tab or bar) and a decimal mark (comma or point) that differ"}
	}
	if t.Dates == "" {
		t.Dates = "yyyy-mm-dd"
	}
	if t.Encoding == "" {
		t.Encoding = "utf-8"
	}
	layout, known := dateForms[t.Dates]
	if !known {
		return Profile{}, &Fault{"", "profile", "dates are written as one of " + strings.Join(DateForms(), ", ")}
	}
	if t.Encoding != "utf-8" && t.Encoding != "windows-1252" {
		return Profile{}, &Fault{"", "profile", "the encoding is utf-8 or windows-1252"}
	}
	p := Profile{Name: "generic", Separator: t.Separator, Decimal: t.Decimal, Dates: []string{layout},
		Encoding: t.Encoding, Booked: append([]string{"ok"}, danishBooked...),
		Pending: append([]string{"reverted"}, danishPending...)}
	if len(t.Columns) == 0 {
		p.Columns = map[Column][]string{}
		for _, c := range columns {
			p.Columns[c] = []string{string(c)}
		}
		return p, nil
	}
	for i, name := range t.Columns {
		c := Column(strings.TrimSpace(name))
		switch {
		case c == "-" || c == "":
			c = ""
		case !slices.Contains(columns, c):
			return Profile{}, &Fault{"", "columns", fmt.Sprintf("column %d is none of %s, or - for what is not read", i+1,
				columnNames())}
		case slices.Contains(p.Places, c):
			return Profile{}, &Fault{"", "columns", fmt.Sprintf("%s is named twice", c)}
		}
		p.Places = append(p.Places, c)
	}
	if t.Head {
		p.Columns = map[Column][]string{}
	}
	return p, nil
}

func columnNames() string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}
