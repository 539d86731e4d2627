package iso20022

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"supportledger/disbursements/banknumbers"
	"supportledger/ledger"
)

// Kind is the way that money goes.
type Kind string

// The kinds of payment.
const (
	Domestic    Kind = "domestic"     // kroner between accounts in Denmark
	SEPA        Kind = "sepa"         // euro within the Single Euro Payments Area
	CrossBorder Kind = "cross_border" // everything else
)

// Charges says who pays the banks.
type Charges string

// The bearers of charges, by ISO 20022's own codes.
const (
	Shared       Charges = "SHAR" // each side its own bank
	ByUs         Charges = "DEBT"
	ByPayee      Charges = "CRED"
	ServiceLevel Charges = "SLEV" // as the scheme says; SEPA knows nothing else
)

// Account is where money is: an IBAN, or for countries without one a number, or the number of a creditor of Danish
// bills.
type Account struct {
	IBAN     string
	Number   string // NUBAN and the like; empty where there is an IBAN
	Creditor string // empty where there is one of the others
}

// Address is a postal address: structured (Street) or hybrid (at most two Lines); town and country always. Banks refuse
// anything else for SEPA and across borders since November 2026.
type Address struct {
	Street, Building, PostCode, Town string
	Country                          string   // ISO 3166, two letters
	Lines                            []string // hybrid only
}

// Party is who pays or is paid.
type Party struct {
	Name    string // of a company, or the neutral alias of a person
	Address Address
}

// Bank is the payee's bank: its BIC, or a clearing code with name and country where it has none.
type Bank struct {
	BIC  string
	Name string
}

// Payment is one transfer in a file.
type Payment struct {
	EndToEndID string // ours, unique; it comes back on the bank statement
	UETR       string // UUID version 4, unique; follows the payment across banks
	Kind       Kind
	Amount     ledger.Money
	Charges    Charges
	Payee      Party
	Account    Account
	Bank       Bank
	Purpose    string // ISO external purpose code; SUPP or OTHR, "" for none
	Text       string // what the payee and every bank on the way reads
	Reference  Reference
}

// purposes are the codes that tell a bank nothing about the people we support.
var purposes = []string{"", "SUPP", "OTHR"}

var (
	reference = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.\-]{0,34}$`)
	uetr      = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	country   = regexp.MustCompile(`^[A-Z]{2}$`)
	// What every bank in SEPA and SWIFT takes (EPC217-08).
	latin  = regexp.MustCompile(`^[A-Za-z0-9/?:().,'+ \-]*$`)
	danish = regexp.MustCompile(`^[A-Za-z0-9/?:().,'+ \-æøåÆØÅ&]*$`) // what banks in Denmark take between themselves
)

// Check finds what a bank or a person would suffer from. It answers with all faults, each a *[Fault].
func (p Payment) Check() []error {
	var faults []error
	add := func(bad bool, code, hint string) {
		if bad {
			faults = append(faults, &Fault{"payment " + p.EndToEndID, code, hint})
		}
	}
	add(!reference.MatchString(p.EndToEndID), "reference", "1 to 35 letters, digits, points and hyphens")
	add(!uetr.MatchString(p.UETR), "uetr", "a UUID of version 4 in small letters")
	add(p.Amount.Sign() <= 0, "amount", "more than nothing")
	add(!slices.Contains(purposes, p.Purpose), "purpose",
		"SUPP, OTHR or none: a purpose code is read by every bank on the way")
	add(len(p.Text) > 140, "text_length", "at most 140 characters")
	for _, text := range append([]string{p.Payee.Name, p.Text, p.Bank.Name}, p.Payee.Address.texts()...) {
		add(!p.charset().MatchString(text), "charset", "letters a-z, digits and / - ? : ( ) . , ' + and spaces"+
			p.spelling(text))
		add(strings.TrimSpace(text) != text, "charset", "no space at either end")
	}
	if word := Telling(p.Payee.Name + " " + p.Text + " " + p.EndToEndID); word != "" {
		add(true, "discreet", fmt.Sprintf("the word %q tells whom or what we support; use the payee's alias and the "+
			"payment's number alone", word))
	}
	if hint := p.checkReference(); hint != "" {
		add(true, "reference", hint)
	}
	return append(faults, p.checkWay()...)
}

// spelling says how to write the letters of a text that banks do not take, without the text.
func (p Payment) spelling(text string) string {
	var how []string
	for _, r := range text {
		with := Transliterated(string(r))
		if said := fmt.Sprintf("%c as %s", r, with); r > unicode.MaxASCII && with != "" &&
			!p.charset().MatchString(string(r)) && !slices.Contains(how, said) {
			how = append(how, said)
		}
	}
	if len(how) == 0 {
		return ""
	}
	return "; write " + strings.Join(how, ", ")
}

// checkWay holds a payment against the rules of its kind.
func (p Payment) checkWay() []error {
	var faults []error
	add := func(bad bool, code, hint string) {
		if bad {
			faults = append(faults, &Fault{"payment " + p.EndToEndID, code, hint})
		}
	}
	iban := p.Account.IBAN
	if iban != "" {
		checked, err := banknumbers.IBAN(iban)
		add(err != nil || checked != iban, "account", "an IBAN without spaces whose check digits fit")
	}
	creditor := p.Account.Creditor != ""
	add(!creditor && (iban == "") == (p.Account.Number == "") || creditor && iban+p.Account.Number != "", "account",
		"an IBAN, or for countries without one a number, or the number of a creditor")
	add(len(p.Account.Number) > 34 || !latin.MatchString(p.Account.Number), "account", "at most 34 letters and digits")
	add(p.Payee.Name == "" || len(p.Payee.Name) > 70, "payee", "a name or alias of at most 70 characters")
	switch p.Kind {
	case Domestic:
		add(p.Amount.Currency != "DKK" || !creditor && !strings.HasPrefix(iban, "DK"), "domestic",
			"kroner to an account with a Danish IBAN, or to a creditor's number")
		add(p.Charges != Shared, "charges", "SHAR at home")
	case SEPA:
		add(creditor, "account", "a creditor's number is paid in kroner")
		add(p.Amount.Currency != "EUR" || iban == "" || !banknumbers.InSEPA(iban), "sepa",
			"euro to an IBAN of the Single Euro Payments Area")
		add(p.Charges != ServiceLevel, "charges", "SLEV within SEPA")
	case CrossBorder:
		add(creditor, "account", "a creditor's number is paid in kroner")
		add(p.Charges == ServiceLevel || p.Charges == "", "charges", "SHAR, DEBT or CRED across borders")
		bic, err := banknumbers.BIC(p.Bank.BIC)
		add(err != nil || bic != p.Bank.BIC, "bank", "the BIC of the payee's bank")
		add(p.Payee.Address.isZero(), "address", "town and country of the payee")
	default:
		add(true, "kind", "domestic, sepa or cross_border")
	}
	if !p.Payee.Address.isZero() {
		if hint := p.Payee.Address.check(); hint != "" {
			add(true, "address", hint)
		}
	}
	return faults
}

func (p Payment) charset() *regexp.Regexp {
	if p.Kind == Domestic {
		return danish
	}
	return latin
}

func (a Address) isZero() bool { return a.Country == "" && len(a.texts()) == 0 }

// texts are the filled parts that a person reads.
func (a Address) texts() []string {
	var filled []string
	for _, s := range append([]string{a.Street, a.Building, a.PostCode, a.Town}, a.Lines...) {
		if s != "" {
			filled = append(filled, s)
		}
	}
	return filled
}

// check gives a hint, or "" for an address that a bank takes (EPC153-22, CBPR+ hybrid address).
func (a Address) check() string {
	switch {
	case a.Town == "" || !country.MatchString(a.Country):
		return "town and country (two letters) are always needed"
	case len(a.Town) > 35 || len(a.PostCode) > 16 || len(a.Building) > 16 || len(a.Street) > 70:
		return "at most 70 characters for a street, 35 for a town, 16 for post code and building"
	case len(a.Lines) > 2:
		return "at most two free lines beside town and country"
	case len(a.Lines) > 0 && (a.Street != "" || a.Building != ""):
		return "either street and building, or free lines, not both"
	}
	for _, l := range a.Lines {
		if l == "" || len(l) > 70 {
			return "a free line has 1 to 70 characters"
		}
	}
	return ""
}
