package payees

import (
	"errors"
	"strings"

	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
)

// AccountGiven is where an account is, as people write it: an IBAN, a Danish registration and account number, the
// number of a creditor of Danish bills, a Nigerian bank's code and number (NUBAN), or the number of a country without
// IBAN. Without an IBAN, and for what crosses borders, the bank's BIC and the payee's town and country belong to it.
type AccountGiven struct {
	IBAN                  string
	Creditor              string // of bills with a line such as +71<...
	Registration, Account string // Danish
	BankCode, Number      string // BankCode of a Nigerian bank; none for other numbers
	BIC                   string
	Address               iso20022.Address
}

// FieldFault is what is wrong with one field of an [AccountGiven].
type FieldFault struct {
	Field string
	Err   error
}

func (e *FieldFault) Error() string { return e.Field + ": " + e.Err.Error() }

// Unwrap is what is wrong.
func (e *FieldFault) Unwrap() error { return e.Err }

// account is where an account is, checked. It is what is sealed.
type Account struct {
	IBAN, Number, BIC         string
	Creditor                  string
	Street, House, Post, Town string
	Country                   string // of the address
	Lines                     []string
}

// Check holds the numbers against their check digits and the whole against what a bank takes. What may still be
// right, such as a NUBAN whose last digit does not fit, is a warning, by its code. Errors are [*FieldFault] and
// [ErrIncompleteAccount].
func (g AccountGiven) Check() (Account, []string, error) {
	a := Account{Street: g.Address.Street, House: g.Address.Building, Post: g.Address.PostCode, Town: g.Address.Town,
		Country: g.Address.Country, Lines: g.Address.Lines}
	field, warnings := "", []string(nil)
	var err error
	switch {
	case g.IBAN != "":
		field = "iban"
		a.IBAN, err = banknumbers.IBAN(g.IBAN)
	case g.Registration != "" || g.Account != "":
		field = "account"
		a.IBAN, err = banknumbers.DanishIBAN(g.Registration, g.Account)
	case g.Creditor != "":
		field = "creditor"
		a.Creditor, err = banknumbers.Creditor(g.Creditor)
	case g.BankCode != "":
		field = "number"
		a.Number, err = banknumbers.NUBAN(g.BankCode, g.Number)
		if f := (*banknumbers.Fault)(nil); errors.As(err, &f) && f.Code == "nuban_check" {
			warnings, err = append(warnings, f.Code), nil
		}
	case g.Number != "":
		a.Number = strings.ToUpper(strings.ReplaceAll(g.Number, " ", ""))
	default:
		return Account{}, nil, ErrIncompleteAccount
	}
	if err != nil {
		return Account{}, nil, &FieldFault{field, err}
	}
	if g.BIC != "" {
		if a.BIC, err = banknumbers.BIC(g.BIC); err != nil {
			return Account{}, nil, &FieldFault{"bic", err}
		}
	}
	if a.IBAN+a.Creditor == "" && (a.BIC == "" || a.Town == "" || a.Country == "" || a.country() == danish) {
		return Account{}, nil, ErrIncompleteAccount
	}
	return a, warnings, a.fits()
}

// fits holds the account against what the way that it is for wants, with a payment made up for it.
func (a Account) fits() error {
	c := ledger.Currency("USD")
	switch {
	case a.country() == danish:
		c = "DKK"
	case a.IBAN != "" && banknumbers.InSEPA(a.IBAN):
		c = "EUR"
	case a.BIC == "" || a.Town == "" || a.Country == "":
		return ErrIncompleteAccount
	}
	p := Outgoing{Number: "X-1", Alias: "X", Amount: ledger.OfMinor(1, c), Charges: iso20022.Shared, Account: a,
		UETR: "00000000-0000-4000-8000-000000000000"}
	if a.Creditor != "" {
		p.Reference.Card = banknumbers.Card{Type: "73", Creditor: a.Creditor}
	}
	if faults := p.ForFile().Check(); len(faults) > 0 {
		return &FieldFault{"address", faults[0]}
	}
	return nil
}

// danish is the country whose accounts have an IBAN, or else the number of a creditor of bills.
const danish = "DK"

// country is where the account is.
func (a Account) country() string {
	switch {
	case a.Creditor != "":
		return danish
	case a.IBAN != "":
		return a.IBAN[:2]
	}
	return a.BIC[4:6]
}

// Masked shows that it is this account and not which: its country and the last four characters.
func (a Account) Masked() string {
	number := a.IBAN + a.Number + a.Creditor
	return a.country() + " … " + number[max(0, len(number)-min(4, len(number)/2)):]
}

func (a Account) address() iso20022.Address {
	return iso20022.Address{Street: a.Street, Building: a.House, PostCode: a.Post, Town: a.Town, Country: a.Country,
		Lines: a.Lines}
}

// Outgoing is one payment as it is sent out: nothing in it says who is paid but the alias and the account.
type Outgoing struct {
	Number    string // ours; it comes back on the bank's statement
	UETR      string
	Alias     string
	Amount    ledger.Money
	Charges   iso20022.Charges // across borders
	Account   Account
	Reference iso20022.Reference // what the payee knows the bill by
}

// KindOf is how money goes to an account: at home in kroner, in euro within SEPA, across borders otherwise. At home it
// goes by an IBAN or to a creditor's number.
func KindOf(c ledger.Currency, country string, iban bool) iso20022.Kind {
	switch {
	case c == "DKK" && country == danish:
		return iso20022.Domestic
	case iban && c == "EUR" && banknumbers.InSEPA(country):
		return iso20022.SEPA
	}
	return iso20022.CrossBorder
}

// chargesOf is who pays the banks on a way, where across borders it was chosen.
func ChargesOf(way iso20022.Kind, chosen iso20022.Charges) iso20022.Charges {
	switch way {
	case iso20022.Domestic:
		return iso20022.Shared
	case iso20022.SEPA:
		return iso20022.ServiceLevel
	case iso20022.CrossBorder:
	}
	return chosen
}

// ForFile is the payment for a file. Its text is its number alone.
func (p Outgoing) ForFile() iso20022.Payment {
	way := KindOf(p.Amount.Currency, p.Account.country(), p.Account.IBAN != "")
	out := iso20022.Payment{EndToEndID: p.Number, UETR: p.UETR, Kind: way, Amount: p.Amount,
		Charges: ChargesOf(way, p.Charges), Text: p.Number, Payee: iso20022.Party{Name: p.Alias},
		Account:   iso20022.Account{IBAN: p.Account.IBAN, Number: p.Account.Number, Creditor: p.Account.Creditor},
		Reference: p.Reference}
	if way != iso20022.Domestic {
		out.Payee.Address = p.Account.address()
		out.Bank.BIC = p.Account.BIC
	}
	return out
}
