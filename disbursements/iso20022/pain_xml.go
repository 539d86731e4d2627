package iso20022

import (
	"encoding/xml"
	"strconv"

	"supportledger/ledger"
)

// The elements of pain.001.001.09 that we send, in the order of the schema.

type xmlHeader struct {
	MsgID   string   `xml:"MsgId"`
	Created string   `xml:"CreDtTm"`
	Count   string   `xml:"NbOfTxs"`
	Sum     string   `xml:"CtrlSum"`
	From    xmlParty `xml:"InitgPty"`
}

type xmlParty struct {
	Name    string      `xml:"Nm,omitempty"`
	Address *xmlAddress `xml:"PstlAdr"`
}

type xmlAddress struct {
	Street   string   `xml:"StrtNm,omitempty"`
	Building string   `xml:"BldgNb,omitempty"`
	PostCode string   `xml:"PstCd,omitempty"`
	Town     string   `xml:"TwnNm,omitempty"`
	Country  string   `xml:"Ctry,omitempty"`
	Lines    []string `xml:"AdrLine"`
}

// xmlOther is a number that is no IBAN and no BIC.
type xmlOther struct {
	ID     string     `xml:"Id"`
	Scheme *xmlScheme `xml:"SchmeNm"`
}

type xmlScheme struct {
	Name string `xml:"Prtry"`
}

type xmlAccount struct {
	ID       xmlAccountID `xml:"Id"`
	Currency string       `xml:"Ccy,omitempty"`
}

type xmlAccountID struct {
	IBAN  string    `xml:"IBAN,omitempty"`
	Other *xmlOther `xml:"Othr"`
}

type xmlBank struct {
	ID xmlBankID `xml:"FinInstnId"`
}

type xmlBankID struct {
	BIC   string    `xml:"BICFI,omitempty"`
	Name  string    `xml:"Nm,omitempty"`
	Other *xmlOther `xml:"Othr"`
}

type xmlCode struct {
	Code string `xml:"Cd"`
}

type xmlType struct {
	Level *xmlCode `xml:"SvcLvl"`
}

type xmlAmount struct {
	Currency string `xml:"Ccy,attr"`
	Amount   string `xml:",chardata"`
}

type xmlTransfer struct {
	XMLName    xml.Name
	EndToEndID string       `xml:"PmtId>EndToEndId"`
	UETR       string       `xml:"PmtId>UETR"`
	Amount     xmlAmount    `xml:"Amt>InstdAmt"`
	Bank       *xmlBank     `xml:"CdtrAgt"`
	Payee      xmlParty     `xml:"Cdtr"`
	Account    xmlAccount   `xml:"CdtrAcct"`
	Purpose    *xmlCode     `xml:"Purp"`
	Text       *xmlRemitted `xml:"RmtInf"`
}

type xmlRemitted struct {
	Text       string         `xml:"Ustrd,omitempty"`
	Structured *xmlStructured `xml:"Strd"`
}

type xmlStructured struct {
	Document *xmlDocument          `xml:"RfrdDocInf"`
	Creditor *xmlCreditorReference `xml:"CdtrRefInf"`
}

type xmlDocument struct {
	Type   xmlReferenceType `xml:"Tp"`
	Number string           `xml:"Nb"`
}

type xmlCreditorReference struct {
	Type   xmlReferenceType `xml:"Tp"`
	Number string           `xml:"Ref"`
}

type xmlReferenceType struct {
	Code   string `xml:"CdOrPrtry>Cd"`
	Issuer string `xml:"Issr,omitempty"`
}

type element struct {
	name  string
	value any
}

// noBank is what the schema wants where a bank is found by the account alone.
const noBank = "NOTPROVIDED"

// levels are the service levels of the kinds; none at home, where the bank chooses.
var levels = map[Kind]string{SEPA: "SEPA", CrossBorder: "NURG"}

// xmlPart is everything of a part before its payments.
func xmlPart(from Party, p Part) []element {
	head := []element{
		{"PmtInfId", p.ID}, {"PmtMtd", "TRF"}, {"BtchBookg", strconv.FormatBool(p.OneSum)}, {"NbOfTxs", p.Totals.Count},
		{"CtrlSum", p.Totals.Sum.String()},
	}
	if level := levels[p.Kind]; level != "" {
		head = append(head, element{"PmtTpInf", xmlType{&xmlCode{level}}})
	}
	bank := xmlBankID{BIC: p.BIC}
	if p.BIC == "" {
		bank.Other = &xmlOther{ID: noBank}
	}
	return append(head,
		element{"ReqdExctnDt", struct {
			Date string `xml:"Dt"`
		}{string(p.On)}},
		element{"Dbtr", party(from)},
		element{"DbtrAcct", account(p.Account, p.Currency)},
		element{"DbtrAgt", xmlBank{bank}},
		element{"ChrgBr", string(p.Charges)})
}

func account(a Account, c ledger.Currency) xmlAccount {
	id := xmlAccountID{IBAN: a.IBAN}
	switch {
	case a.Creditor != "":
		id.Other = &xmlOther{ID: a.Creditor, Scheme: &xmlScheme{creditorScheme}}
	case a.Number != "":
		id.Other = &xmlOther{ID: a.Number}
	}
	return xmlAccount{id, string(c)}
}

func party(p Party) xmlParty {
	out := xmlParty{Name: p.Name}
	if a := p.Address; !a.isZero() {
		out.Address = &xmlAddress{Street: a.Street, Building: a.Building, PostCode: a.PostCode, Town: a.Town,
			Country: a.Country, Lines: a.Lines}
	}
	return out
}

func xmlPayment(p Payment) xmlTransfer {
	out := xmlTransfer{
		EndToEndID: p.EndToEndID, UETR: p.UETR,
		Amount: xmlAmount{string(p.Amount.Currency), p.Amount.String()},
		Payee:  party(p.Payee), Account: account(p.Account, ""),
	}
	if p.Bank.BIC != "" || p.Bank.Name != "" {
		out.Bank = &xmlBank{xmlBankID{BIC: p.Bank.BIC, Name: p.Bank.Name}}
	}
	if p.Purpose != "" {
		out.Purpose = &xmlCode{p.Purpose}
	}
	out.Text = p.remitted()
	return out
}
