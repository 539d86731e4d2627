package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// Recount reads a pain.001 file anew, with nothing of the writer's, and adds it up: the number of payments and their
// sum must be those of the file's header and of each part, and no reference may come twice. Errors are *[Fault].
func Recount(r io.Reader) (Totals, error) {
	c := recount{seen: map[string]bool{}}
	dec := xml.NewDecoder(r)
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return c.all, c.finish()
		case err != nil:
			return Totals{}, &Fault{"", "xml", "the file does not read as XML"}
		}
		if err := c.take(token); err != nil {
			return Totals{}, err
		}
	}
}

type recount struct {
	path            []string
	text            string
	seen            map[string]bool
	head, announced Totals // of the file and of the part
	all, part       Totals
}

func (c *recount) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		c.path, c.text = append(c.path, t.Name.Local), ""
		if t.Name.Local == "PmtInf" {
			c.part, c.announced = Totals{}, Totals{}
		}
	case xml.CharData:
		c.text += string(t)
	case xml.EndElement:
		err := c.end(strings.Join(c.path[max(0, len(c.path)-2):], "/"), strings.TrimSpace(c.text))
		c.path, c.text = c.path[:len(c.path)-1], ""
		return err
	}
	return nil
}

// end takes note of an element by its last two names.
func (c *recount) end(element, text string) (err error) {
	switch element {
	case "GrpHdr/NbOfTxs":
		c.head.Count, err = strconv.Atoi(text)
	case "GrpHdr/CtrlSum":
		c.head.Sum, err = ledger.ParseDecimal(text)
	case "PmtInf/NbOfTxs":
		c.announced.Count, err = strconv.Atoi(text)
	case "PmtInf/CtrlSum":
		c.announced.Sum, err = ledger.ParseDecimal(text)
	case "Amt/InstdAmt":
		var amount decimal.Decimal
		amount, err = ledger.ParseDecimal(text)
		c.all, c.part = c.all.plus(amount), c.part.plus(amount)
	case "PmtId/EndToEndId", "PmtId/UETR", "GrpHdr/MsgId", "PmtInf/PmtInfId":
		if c.seen[text] {
			return &Fault{"reference " + text, "reference", "it is there twice"}
		}
		c.seen[text] = true
	case "CstmrCdtTrfInitn/PmtInf":
		return differs("a part", c.announced, c.part)
	}
	if err != nil {
		return &Fault{element, "number", "a number was expected"}
	}
	return nil
}

func (c *recount) finish() error { return differs("the file", c.head, c.all) }

func differs(what string, announced, found Totals) error {
	if announced.Count == found.Count && announced.Sum.Equal(found.Sum) {
		return nil
	}
	return &Fault{"", "totals",
		fmt.Sprintf("%s says %d payments of %s and holds %d of %s", what, announced.Count, announced.Sum, found.Count,
			found.Sum)}
}
