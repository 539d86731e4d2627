package iso20022

import (
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// Pain001 is the namespace of the files that [Write] makes.
const Pain001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

// Totals are what a file or a part of it adds up to: how many payments, and the plain sum of their amounts across
// currencies, as the banks' CtrlSum wants it.
type Totals struct {
	Count int
	Sum   decimal.Decimal
}

func (t Totals) plus(amount decimal.Decimal) Totals { return Totals{t.Count + 1, t.Sum.Add(amount)} }

// Order is a file of payments out of one organisation's accounts.
type Order struct {
	ID      string    // unique for ever: banks refuse a file that they have seen
	Created time.Time // UTC
	From    Party
	Parts   []Part
}

// Part is what leaves one account on one day by one kind of payment.
type Part struct {
	ID       string
	OneSum   bool // the bank is asked to book it as one sum, under its ID
	On       ledger.Date
	Kind     Kind
	Charges  Charges
	Account  Account
	Currency ledger.Currency // of the account
	BIC      string          // of our bank
	Totals   Totals          // announced before the payments are read, and held against them
	Payments iter.Seq2[Payment, error]
}

// Write writes a pain.001.001.09 file as it reads the payments. It ends at the first payment that does not pass
// [Payment.Check] or belongs elsewhere, and when a part holds something else than it announced: then what was written
// is no file and must be thrown away. Errors are *[Fault], or the stream's own.
func Write(w io.Writer, o Order) error {
	x := &writer{enc: xml.NewEncoder(w), seen: map[string]bool{}}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	x.enc.Indent("", " ")
	x.open("Document", xml.Attr{Name: xml.Name{Local: "xmlns"}, Value: Pain001})
	x.open("CstmrCdtTrfInitn")
	x.header(o)
	for _, p := range o.Parts {
		x.part(o.From, p)
	}
	x.close("CstmrCdtTrfInitn")
	x.close("Document")
	if x.err == nil {
		x.err = x.enc.Flush()
	}
	return x.err
}

// writer keeps the first error and does nothing after it.
type writer struct {
	enc  *xml.Encoder
	seen map[string]bool // references of the file; each is there once
	err  error
}

func (x *writer) token(t xml.Token) {
	if x.err == nil {
		x.err = x.enc.EncodeToken(t)
	}
}

func (x *writer) open(name string, attrs ...xml.Attr) {
	x.token(xml.StartElement{Name: xml.Name{Local: name}, Attr: attrs})
}

func (x *writer) close(name string) { x.token(xml.EndElement{Name: xml.Name{Local: name}}) }

func (x *writer) element(name string, value any) {
	if x.err == nil {
		x.err = x.enc.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}})
	}
}

// once refuses a reference that the file has already.
func (x *writer) once(id string) {
	if x.err == nil && (x.seen[id] || !reference.MatchString(id)) {
		x.err = &Fault{"reference " + id, "reference", "1 to 35 letters, digits, points and hyphens, once in a file"}
	}
	x.seen[id] = true
}

func (x *writer) header(o Order) {
	x.once(o.ID)
	all := Totals{}
	for _, p := range o.Parts {
		all = Totals{all.Count + p.Totals.Count, all.Sum.Add(p.Totals.Sum)}
	}
	if x.err == nil && all.Count == 0 {
		x.err = &Fault{"", "empty", "a file holds at least one payment"}
	}
	x.element("GrpHdr", xmlHeader{MsgID: o.ID, Created: o.Created.UTC().Format("2006-01-02T15:04:05Z"),
		Count: strconv.Itoa(all.Count), Sum: all.Sum.String(), From: xmlParty{Name: o.From.Name}})
}

func (x *writer) part(from Party, p Part) {
	x.once(p.ID)
	x.open("PmtInf")
	head := xmlPart(from, p)
	for _, e := range head {
		x.element(e.name, e.value)
	}
	var found Totals
	for payment, err := range p.Payments {
		if err != nil || x.err != nil {
			x.err = firstOf(x.err, err)
			break
		}
		x.payment(p, payment)
		found = found.plus(payment.Amount.Amount)
	}
	if x.err == nil && (found.Count != p.Totals.Count || !found.Sum.Equal(p.Totals.Sum)) {
		x.err = &Fault{"part " + p.ID, "totals",
			fmt.Sprintf("%d payments of %s were announced, %d of %s came", p.Totals.Count, p.Totals.Sum, found.Count, found.Sum)}
	}
	x.close("PmtInf")
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (x *writer) payment(p Part, payment Payment) {
	x.once(payment.EndToEndID)
	if faults := payment.Check(); len(faults) > 0 {
		x.err = firstOf(x.err, faults[0])
	}
	if payment.Kind != p.Kind || payment.Charges != p.Charges {
		x.err = firstOf(x.err,
			&Fault{"payment " + payment.EndToEndID, "part", "a part holds payments of one kind and one bearer of charges"})
	}
	x.element("CdtTrfTxInf", xmlPayment(payment))
}
