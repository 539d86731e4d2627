package iso20022

import (
	"fmt"
	"strings"

	"supportledger/disbursements/banknumbers"
)

// Reference is what a payee knows a bill by. At most one of its fields is set; the zero value is none.
type Reference struct {
	Card    banknumbers.Card // the line of a Danish bill
	ISO     string           // a creditor's reference of ISO 11649, RF...
	Invoice string           // the number of an invoice
}

// IsZero reports whether there is none.
func (r Reference) IsZero() bool { return r == Reference{} }

// String is the reference as it is kept and shown.
func (r Reference) String() string {
	if r.Card.Type != "" {
		return r.Card.String()
	}
	return r.ISO + r.Invoice
}

// ParseReference reads what stands on a bill: the line of a card, a creditor's reference, or else the number of an
// invoice, in letters that every bank takes. What it looks like it must be: its digits are checked. Errors are
// *[banknumbers.Fault].
func ParseReference(s string) (r Reference, err error) {
	s = strings.Join(strings.Fields(s), " ")
	switch {
	case s == "":
	case banknumbers.IsCard(s):
		r.Card, err = banknumbers.ParseCard(s)
	case banknumbers.IsISO11649(s):
		r.ISO, err = banknumbers.ISO11649(s)
	case len(s) > 35:
		err = &banknumbers.Fault{Code: "reference_letters", Hint: "at most 35 letters"}
	case Telling(s) != "":
		err = &banknumbers.Fault{Code: "reference_letters",
			Hint: fmt.Sprintf("the word %q tells what we support; the number alone is enough", Telling(s))}
	case !Plain(s):
		err = &banknumbers.Fault{Code: "reference_letters", Hint: "banks take other letters; send " +
			fmt.Sprintf("%q", Transliterated(s))}
	default:
		r.Invoice = s
	}
	if err != nil {
		return Reference{}, err
	}
	return r, nil
}

// checkReference holds what a payee knows the bill by against the account: a card's line is paid to its creditor and to
// nobody else, and a creditor's number by such a line.
func (p Payment) checkReference() (hint string) {
	again, err := ParseReference(p.Reference.String())
	switch {
	case err != nil || again != p.Reference:
		return "a reference whose digits fit"
	case p.Reference.Card.Creditor != p.Account.Creditor:
		return "the line of a bill names the creditor to whose number it is paid, and no other account"
	}
	return ""
}

// The codes of ISO 20022 for references, and of the Danish banks for a creditor's number in the place of an account.
const (
	structuredReference = "SCOR"
	invoiceDocument     = "CINV"
	creditorScheme      = "OCR"
)

// remitted is what the payee finds the payment by. The line of a bill and a creditor's reference are a creditor's
// reference; the number of an invoice is a document, but within SEPA, where banks pass no documents on, words.
func (p Payment) remitted() *xmlRemitted {
	out := &xmlRemitted{Text: p.Text}
	r := p.Reference
	switch {
	case r.Card.Type != "":
		out.Structured = &xmlStructured{Creditor: creditorReference(r.Card.Type+"/"+r.Card.ID, "")}
		if r.Card.ID != "" {
			out.Text = "" // the card takes no words beside its id
		}
	case r.ISO != "":
		out.Text, out.Structured = "", &xmlStructured{Creditor: creditorReference(r.ISO, "ISO")}
	case r.Invoice != "" && p.Kind == SEPA:
		out.Text = r.Invoice + " " + p.Text
	case r.Invoice != "":
		out.Structured = &xmlStructured{Document: &xmlDocument{Type: xmlReferenceType{Code: invoiceDocument},
			Number: r.Invoice}}
	case p.Text == "":
		return nil
	}
	return out
}

func creditorReference(number, issuer string) *xmlCreditorReference {
	return &xmlCreditorReference{Type: xmlReferenceType{Code: structuredReference, Issuer: issuer}, Number: number}
}
