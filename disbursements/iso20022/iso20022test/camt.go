// Package iso20022test plays the bank in tests: it writes the statements that a bank would send, in each message and
// version that we read. Every payment in them has a stranger's name beside it, so that a test can look for it
// wherever it should not be. The schemas agree with what it writes; see the tests of package iso20022.
package iso20022test

import (
	"fmt"
	"strings"

	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
)

// CAMT writes statements as camt.053 or camt.054, version "02" or "08". A message is "camt.053" or "camt.054"; the
// second has no balances.
func CAMT(message, version string, statements ...iso20022.Statement) []byte {
	root, holder := "BkToCstmrStmt", "Stmt"
	if message == "camt.054" {
		root, holder = "BkToCstmrDbtCdtNtfctn", "Ntfctn"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "+
		"xmlns=\"urn:iso:std:iso:20022:tech:xsd:%s.001.%s\"><%s>", message, version, root)
	b.WriteString("<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-07-14T06:00:00Z</CreDtTm></GrpHdr>")
	for _, s := range statements {
		fmt.Fprintf(&b, "\n<%s><Id>%s</Id><CreDtTm>2026-07-14T06:00:00Z</CreDtTm>"+
			"<Acct><Id><IBAN>%s</IBAN></Id><Ccy>%s</Ccy></Acct>", holder, s.ID, s.Account, s.Currency)
		if message == "camt.053" {
			balance(&b, "OPBD", s.Opening)
			balance(&b, "CLBD", s.Closing)
		}
		for _, l := range s.Lines {
			entry(&b, version, l)
		}
		fmt.Fprintf(&b, "\n</%s>", holder)
	}
	fmt.Fprintf(&b, "</%s></Document>\n", root)
	return []byte(b.String())
}

func balance(b *strings.Builder, kind string, of *iso20022.Balance) {
	if of != nil {
		fmt.Fprintf(b, "\n<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>%s<Dt><Dt>%s</Dt></Dt></Bal>", kind,
			amount(of.Amount, true), of.On)
	}
}

// amount writes an amount, with its direction where it is wanted.
func amount(m ledger.Money, directed bool) string {
	out := fmt.Sprintf("<Amt Ccy=%q>%s</Amt>", m.Currency, m.Abs())
	if directed {
		out += "<CdtDbtInd>" + direction(m) + "</CdtDbtInd>"
	}
	return out
}

func direction(m ledger.Money) string {
	if m.Sign() < 0 {
		return "DBIT"
	}
	return "CRDT"
}

func entry(b *strings.Builder, version string, l iso20022.Line) {
	status := "BOOK"
	if l.Pending {
		status = "PDNG"
	}
	if version != "02" {
		status = "<Cd>" + status + "</Cd>"
	}
	fmt.Fprintf(b, "\n<Ntry>%s<RvslInd>%v</RvslInd><Sts>%s</Sts><BookgDt><Dt>%s</Dt></BookgDt>", amount(l.Amount, true),
		l.Reversal, status, l.BookedOn)
	if l.ValueOn != "" {
		fmt.Fprintf(b, "<ValDt><Dt>%s</Dt></ValDt>", l.ValueOn)
	}
	if l.Reference != "" {
		fmt.Fprintf(b, "<AcctSvcrRef>%s</AcctSvcrRef>", l.Reference)
	}
	fmt.Fprintf(b, "<BkTxCd><Prtry><Cd>%s</Cd></Prtry></BkTxCd>", l.Code)
	if len(l.Parts) > 0 {
		b.WriteString("<NtryDtls>")
		for _, d := range l.Parts {
			detail(b, version, d)
		}
		b.WriteString("</NtryDtls>")
	}
	if l.Text != "" {
		fmt.Fprintf(b, "<AddtlNtryInf>%s</AddtlNtryInf>", l.Text)
	}
	b.WriteString("</Ntry>")
}

func detail(b *strings.Builder, version string, d iso20022.Detail) {
	id := d.EndToEndID
	if id == "" {
		id = "NOTPROVIDED"
	}
	fmt.Fprintf(b, "<TxDtls><Refs><EndToEndId>%s</EndToEndId>", id)
	if version != "02" && d.UETR != "" {
		fmt.Fprintf(b, "<UETR>%s</UETR>", d.UETR)
	}
	b.WriteString("</Refs>")
	switch {
	case d.Amount.IsZero():
	case version == "02":
		fmt.Fprintf(b, "<AmtDtls><TxAmt>%s</TxAmt></AmtDtls>", amount(d.Amount, false))
	default:
		b.WriteString(amount(d.Amount, true))
	}
	if !d.Charges.IsZero() {
		if version == "02" {
			fmt.Fprintf(b, "<Chrgs>%s</Chrgs>", amount(d.Charges, false))
		} else {
			fmt.Fprintf(b, "<Chrgs><Rcrd>%s</Rcrd></Chrgs>", amount(d.Charges, false))
		}
	}
	b.WriteString("<RltdPties><Dbtr>" + party(version) + "</Dbtr></RltdPties>")
	if d.Text != "" {
		fmt.Fprintf(b, "<RmtInf><Ustrd>%s</Ustrd></RmtInf>", d.Text)
	}
	if d.Return != "" {
		fmt.Fprintf(b, "<RtrInf><Rsn><Cd>%s</Cd></Rsn></RtrInf>", d.Return)
	}
	b.WriteString("</TxDtls>")
}

// Stranger is the name that stands beside every payment of the statements made here; nothing of ours may ever show it.
const Stranger = "CANARY-COUNTERPARTY"

func party(version string) string {
	if version == "02" {
		return "<Nm>" + Stranger + "</Nm>"
	}
	return "<Pty><Nm>" + Stranger + "</Nm></Pty>"
}
