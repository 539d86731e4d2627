package iso20022

import (
	"fmt"
	"strings"

	"supportledger/ledger"
)

// The elements of camt.053 and camt.054 that we read. Version 02 writes a status as text and a charge flat where
// version 08 has an element more; both forms are taken.

type xmlStatedAccount struct {
	IBAN     string `xml:"Id>IBAN"`
	Other    string `xml:"Id>Othr>Id"`
	Currency string `xml:"Ccy"`
}

type xmlStatedAmount struct {
	Currency string `xml:"Ccy,attr"`
	Text     string `xml:",chardata"`
}

type xmlDay struct {
	Date    string `xml:"Dt"`
	Instant string `xml:"DtTm"`
}

// xmlSpan is the span of days that a statement speaks of.
type xmlSpan struct {
	To        string `xml:"ToDt"`
	ToInstant string `xml:"ToDtTm"`
}

type xmlBalance struct {
	Type      string          `xml:"Tp>CdOrPrtry>Cd"`
	Amount    xmlStatedAmount `xml:"Amt"`
	Direction string          `xml:"CdtDbtInd"`
	Day       xmlDay          `xml:"Dt"`
}

type xmlStatus struct {
	Text        string `xml:",chardata"`
	Code        string `xml:"Cd"`
	Proprietary string `xml:"Prtry"`
}

type xmlEntry struct {
	Reference string          `xml:"NtryRef"`
	Amount    xmlStatedAmount `xml:"Amt"`
	Direction string          `xml:"CdtDbtInd"`
	Reversal  string          `xml:"RvslInd"`
	Status    xmlStatus       `xml:"Sts"`
	Booked    xmlDay          `xml:"BookgDt"`
	Value     xmlDay          `xml:"ValDt"`
	Bank      string          `xml:"AcctSvcrRef"`
	Code      xmlBankCode     `xml:"BkTxCd"`
	Batches   []xmlBatch      `xml:"NtryDtls>Btch"`
	Details   []xmlDetail     `xml:"NtryDtls>TxDtls"`
	Text      string          `xml:"AddtlNtryInf"`
}

// xmlBatch names what was booked as one sum: the file of payments, and the part of it.
type xmlBatch struct {
	Message string `xml:"MsgId"`
	Part    string `xml:"PmtInfId"`
}

type xmlBankCode struct {
	Domain      string `xml:"Domn>Cd"`
	Family      string `xml:"Domn>Fmly>Cd"`
	SubFamily   string `xml:"Domn>Fmly>SubFmlyCd"`
	Proprietary string `xml:"Prtry>Cd"`
}

type xmlDetail struct {
	EndToEndID string            `xml:"Refs>EndToEndId"`
	Instructed string            `xml:"Refs>InstrId"`
	Message    string            `xml:"Refs>MsgId"`
	Part       string            `xml:"Refs>PmtInfId"`
	Bank       string            `xml:"Refs>AcctSvcrRef"`
	UETR       string            `xml:"Refs>UETR"`
	Amount     *xmlStatedAmount  `xml:"Amt"`
	Booked     *xmlStatedAmount  `xml:"AmtDtls>TxAmt>Amt"`
	Direction  string            `xml:"CdtDbtInd"`
	Flat       []xmlStatedAmount `xml:"Chrgs>Amt"`
	Records    []xmlStatedAmount `xml:"Chrgs>Rcrd>Amt"`
	Return     string            `xml:"RtrInf>Rsn>Cd"`
	Returned   string            `xml:"RtrInf>Rsn>Prtry"`
	Texts      []string          `xml:"RmtInf>Ustrd"`
	References []string          `xml:"RmtInf>Strd>CdtrRefInf>Ref"`
	Documents  []string          `xml:"RmtInf>Strd>RfrdDocInf>Nb"`
	Additional []string          `xml:"RmtInf>Strd>AddtlRmtInf"`
	More       string            `xml:"AddtlTxInf"`
	Debtor     string            `xml:"RltdPties>DbtrAcct>Id>IBAN"`
	DebtorNo   string            `xml:"RltdPties>DbtrAcct>Id>Othr>Id"`
	Creditor   string            `xml:"RltdPties>CdtrAcct>Id>IBAN"`
	CreditorNo string            `xml:"RltdPties>CdtrAcct>Id>Othr>Id"`
}

// money reads an amount, which files write without a sign.
func (a xmlStatedAmount) money(where, direction string) (ledger.Money, error) {
	currency, err := ledger.ParseCurrency(a.Currency)
	if err != nil {
		return ledger.Money{}, &Fault{where, "currency", "the currency is not one of ISO 4217"}
	}
	m, err := ledger.ParseMoney(plain(a.Text), currency)
	if err != nil || m.Sign() < 0 {
		return ledger.Money{}, &Fault{where, "amount", "the amount is not a decimal that the currency can express"}
	}
	switch direction {
	case "CRDT":
		return m, nil
	case "DBIT":
		return m.Neg(), nil
	}
	return ledger.Money{}, &Fault{where, "amount", "neither money in (CRDT) nor out (DBIT)"}
}

// plain trims what the schema's decimals may have and ours may not: leading zeros, a plus, zeros at the end.
func plain(number string) string {
	n := strings.TrimLeft(strings.TrimPrefix(strings.TrimSpace(number), "+"), "0")
	if strings.Contains(n, ".") {
		n = strings.TrimSuffix(strings.TrimRight(n, "0"), ".")
	}
	if n == "" || n[0] == '.' {
		return "0" + n
	}
	return n
}

func (d xmlDay) date(where string) (ledger.Date, error) {
	text := firstText(d.Date, d.Instant)
	if text == "" {
		return "", nil
	}
	if len(text) > len("2026-01-31") {
		text = text[:len("2026-01-31")]
	}
	day, err := ledger.ParseDate(text)
	if err != nil {
		return "", &Fault{where, "date", "the date does not exist"}
	}
	return day, nil
}

// into takes the booked balances; others, such as the available one, say nothing about lines.
func (b xmlBalance) into(s *Statement, where string) error {
	var at **Balance
	switch {
	case b.Type == "OPBD", b.Type == "PRCD" && s.Opening == nil: // the close before says what the opening does
		at = &s.Opening
	case b.Type == "CLBD":
		at = &s.Closing
	default:
		return nil
	}
	amount, err := b.Amount.money(where, b.Direction)
	if err != nil {
		return err
	}
	day, err := b.Day.date(where)
	if err != nil {
		return err
	}
	if s.Currency == "" {
		s.Currency = amount.Currency
	}
	if amount.Currency != s.Currency {
		return &Fault{where, "currency", "a balance in another currency than the account's"}
	}
	*at = &Balance{amount, day}
	return nil
}

// booked says of the codes of a line's status whether it is booked: INFO and FUTR are told in advance.
var booked = map[string]bool{"BOOK": true, "PDNG": false, "INFO": false, "FUTR": false}

// line reads an entry; account is the currency of the account, for an amount that names none.
func (e xmlEntry) line(number int, account ledger.Currency) (Line, error) {
	where := fmt.Sprintf("line %d", number)
	if e.Amount.Currency == "" {
		e.Amount.Currency = string(account)
	}
	amount, err := e.Amount.money(where, e.Direction)
	if err != nil {
		return Line{}, err
	}
	status := firstText(e.Status.Code, e.Status.Proprietary, e.Status.Text)
	done, known := booked[strings.ToUpper(status)]
	if !known {
		return Line{}, &Fault{where, "status", "the status is none of BOOK, PDNG, INFO and FUTR"}
	}
	l := Line{Number: number, Amount: amount, Pending: !done, Reversal: e.Reversal == "true" || e.Reversal == "1",
		Reference: firstText(e.Bank, e.Reference), Code: e.Code.text(), Text: firstText(e.Text)}
	for _, b := range e.Batches {
		l.Batches = appendText(l.Batches, b.Part, b.Message)
	}
	if l.BookedOn, err = e.Booked.date(where); err != nil {
		return Line{}, err
	}
	if l.ValueOn, err = e.Value.date(where); err != nil {
		return Line{}, err
	}
	if l.BookedOn == "" {
		l.BookedOn = l.ValueOn
	}
	for _, d := range e.Details {
		detail, err := d.detail(where, e.Direction, amount.Currency)
		if err != nil {
			return Line{}, err
		}
		l.Parts = append(l.Parts, detail)
	}
	return l, nil
}

func (c xmlBankCode) text() string {
	if c.Domain != "" {
		return strings.Join([]string{c.Domain, c.Family, c.SubFamily}, "/")
	}
	return c.Proprietary
}

// detail reads one payment of a line. An amount in another currency than the account's is what was ordered, not what
// was booked, and left out.
func (d xmlDetail) detail(where, direction string, c ledger.Currency) (Detail, error) {
	if d.Direction != "" {
		direction = d.Direction
	}
	out := Detail{EndToEndID: firstText(d.EndToEndID), UETR: firstText(d.UETR), Return: firstText(d.Return),
		Amount: ledger.Zero(c), Charges: ledger.Zero(c), Text: strings.Join(d.Texts, " ")}
	if out.EndToEndID == noBank {
		out.EndToEndID = ""
	}
	if out.Return == "" {
		out.Return = firstText(d.Returned)
	}
	if len(d.Texts) > 1 {
		out.Joined = strings.Join(d.Texts, "") // the bank cuts a text where it is full, also within a word
	}
	out.References = appendText(nil, d.Instructed, d.Bank)
	out.References = appendText(out.References, append(append(d.References, d.Documents...), d.Additional...)...)
	out.References = appendText(out.References, d.More)
	out.Batches = appendText(nil, d.Part, d.Message)
	out.Payer = firstText(d.Debtor, d.DebtorNo)
	if direction == "DBIT" {
		out.Payer = firstText(d.Creditor, d.CreditorNo)
	}
	for _, a := range []*xmlStatedAmount{d.Booked, d.Amount} {
		if a == nil || a.Currency != string(c) {
			continue
		}
		m, err := a.money(where, direction)
		if err != nil {
			return Detail{}, err
		}
		out.Amount = m
	}
	for _, a := range append(d.Flat, d.Records...) {
		if a.Currency != string(c) {
			continue
		}
		m, err := a.money(where, "CRDT")
		if err != nil {
			return Detail{}, err
		}
		out.Charges = out.Charges.Add(m)
	}
	return out, nil
}

// appendText adds the texts that say something.
func appendText(to []string, texts ...string) []string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" && t != noBank {
			to = append(to, t)
		}
	}
	return to
}
