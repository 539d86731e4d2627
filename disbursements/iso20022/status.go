package iso20022

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// StatusReport is what a bank says of a file of payments before it books them (pain.002), or of our wish to take
// payments back (camt.029).
type StatusReport struct {
	File     string // MsgId of the file that it is about
	Group    Status // of the file as a whole; "" where only parts or payments are spoken of
	Reason   string // code, of the file
	Parts    []PartStatus
	Payments []PaymentStatus
}

// Status is what becomes of a payment, a part or a file.
type Status string

// What the codes of banks come to. A bank that accepts says nothing yet about the money.
const (
	Accepted Status = "accepted"
	Waiting  Status = "pending"
	Rejected Status = "rejected"
	Recalled Status = "recalled" // taken back as we wished
	Kept     Status = "kept"     // not taken back: the payment goes on
	Partly   Status = "partly"   // see the payments
)

// statuses are the codes of ISO 20022's lists for pain.002 and camt.029.
var statuses = map[string]Status{"ACCP": Accepted, "ACTC": Accepted, "ACSP": Accepted, "ACSC": Accepted,
	"ACWC": Accepted, "ACCC": Accepted, "RCVD": Waiting, "PDNG": Waiting, "RJCT": Rejected, "PART": Partly,
	"ACCR": Recalled, "CNCL": Recalled, "RJCR": Kept, "PDCR": Waiting, "UWFW": Kept, "PECR": Partly, "CNFR": Kept}

// PartStatus is what a bank says of a part of a file.
type PartStatus struct {
	Part, Reason string
	Status       Status
}

// PaymentStatus is what a bank says of one payment.
type PaymentStatus struct {
	EndToEndID, Reason string
	Status             Status
}

var statusSpace = regexp.MustCompile(`^urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.029)\.001\.[0-9]{2}$`)

// xmlPaymentStatus is a TxInfAndSts, and xmlPartStatus an OrgnlPmtInfAndSts, of either message.
type xmlPaymentStatus struct {
	EndToEndID  string `xml:"OrgnlEndToEndId"`
	Status      string `xml:"TxSts"`
	Cancelled   string `xml:"TxCxlSts"`
	Reason      string `xml:"StsRsnInf>Rsn>Cd"`
	Proprietary string `xml:"StsRsnInf>Rsn>Prtry"`
	Cancelling  string `xml:"CxlStsRsnInf>Rsn>Cd"`
}

type xmlPartStatus struct {
	Part        string             `xml:"OrgnlPmtInfId"`
	PartCxl     string             `xml:"OrgnlPmtInfCxlId"`
	Status      string             `xml:"PmtInfSts"`
	Cancelled   string             `xml:"PmtInfCxlSts"`
	Reason      string             `xml:"StsRsnInf>Rsn>Cd"`
	Proprietary string             `xml:"StsRsnInf>Rsn>Prtry"`
	Payments    []xmlPaymentStatus `xml:"TxInfAndSts"`
}

type xmlGroupStatus struct {
	File        string `xml:"OrgnlMsgId"`
	Status      string `xml:"GrpSts"`
	Cancelled   string `xml:"GrpCxlSts"`
	Reason      string `xml:"StsRsnInf>Rsn>Cd"`
	Proprietary string `xml:"StsRsnInf>Rsn>Prtry"`
}

// ReadStatus reads a pain.002 or camt.029 of any version. Errors are *[Fault], or the reader's own.
func ReadStatus(r io.Reader) (StatusReport, error) {
	start := bufio.NewReader(io.LimitReader(r, MaxFileBytes+1))
	if f := notXML(start); f != nil {
		return StatusReport{}, f
	}
	dec := xml.NewDecoder(start)
	dec.CharsetReader = charset
	var out StatusReport
	for depth := 0; ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			err := out.check()
			return out, err
		}
		if err != nil {
			return StatusReport{}, unreadable(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return StatusReport{}, &Fault{"", "xml", "a file with a DOCTYPE is not read"}
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return StatusReport{}, &Fault{"", "xml", "elements are nested deeper than any bank does"}
			}
			if depth == 1 && !statusSpace.MatchString(t.Name.Space) {
				return StatusReport{}, &Fault{"", "format",
					"a pain.002, or the camt.029 that answers a recall; what the bank booked goes to bank-imports"}
			}
			read, err := out.element(dec, t)
			if err != nil {
				return StatusReport{}, err
			}
			if read {
				depth--
			}
		}
	}
}

// element reads what says a status, and leaves the rest to its caller.
func (s *StatusReport) element(dec *xml.Decoder, start xml.StartElement) (bool, error) {
	switch start.Name.Local {
	case "OrgnlGrpInfAndSts":
		var g xmlGroupStatus
		if err := dec.DecodeElement(&g, &start); err != nil {
			return true, unreadable(err)
		}
		status, err := statusOf("the file", g.Status, g.Cancelled)
		s.File, s.Group, s.Reason = strings.TrimSpace(g.File), status, firstText(g.Reason, g.Proprietary)
		return true, err
	case "OrgnlPmtInfAndSts":
		var p xmlPartStatus
		if err := dec.DecodeElement(&p, &start); err != nil {
			return true, unreadable(err)
		}
		status, err := statusOf("a part", p.Status, p.Cancelled)
		if err != nil {
			return true, err
		}
		if status != "" {
			s.Parts = append(s.Parts, PartStatus{Part: firstText(p.Part, p.PartCxl), Status: status,
				Reason: firstText(p.Reason, p.Proprietary)})
		}
		for _, t := range p.Payments {
			if err := s.payment(t); err != nil {
				return true, err
			}
		}
		return true, nil
	case "TxInfAndSts":
		var t xmlPaymentStatus
		if err := dec.DecodeElement(&t, &start); err != nil {
			return true, unreadable(err)
		}
		return true, s.payment(t)
	}
	return false, nil
}

func (s *StatusReport) payment(t xmlPaymentStatus) error {
	status, err := statusOf("a payment", t.Status, t.Cancelled)
	if err != nil || status == "" {
		return err
	}
	s.Payments = append(s.Payments, PaymentStatus{EndToEndID: strings.TrimSpace(t.EndToEndID), Status: status,
		Reason: firstText(t.Reason, t.Proprietary, t.Cancelling)})
	return nil
}

func statusOf(where string, codes ...string) (Status, error) {
	code := firstText(codes...)
	if code == "" {
		return "", nil
	}
	status, known := statuses[code]
	if !known {
		return "", &Fault{where, "status", fmt.Sprintf("the status %.4s is none that banks agreed on", code)}
	}
	return status, nil
}

func (s *StatusReport) check() error {
	if s.Group == "" && len(s.Parts) == 0 && len(s.Payments) == 0 {
		return &Fault{"", "empty", "the file says nothing of any payment"}
	}
	return nil
}
