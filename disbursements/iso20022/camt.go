package iso20022

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"supportledger/ledger"
)

// camtSpace is a namespace of the bank's files on an account: message and version.
var camtSpace = regexp.MustCompile(`^urn:iso:std:iso:20022:tech:xsd:camt\.(05[0-9])\.001\.([0-9]{2})$`)

// camtHolders are the elements that hold what is read, by message.
var camtHolders = map[string]string{"053": "Stmt", "054": "Ntfctn"}

// maxCAMT is the newest version of the messages that there is.
const maxCAMT = "13"

// maxDepth is deeper than any element that the schemas know.
const maxDepth = 40

// ReadCAMT reads bank statements (camt.053) or notifications (camt.054), versions 02 to 13, as they stand in the file;
// [OneAccount] adds them up. Names and addresses in them are not read. Errors are *[Fault], or the reader's own.
func ReadCAMT(r io.Reader) ([]Statement, error) { return ReadCAMTLean(r, func(*Line) {}) }

// ReadCAMTLean is [ReadCAMT] for a long file: each line goes through lean as it is read, which takes off it what its
// caller does not need, so that no more is held of the file.
func ReadCAMTLean(r io.Reader, lean func(*Line)) ([]Statement, error) {
	bounded := &io.LimitedReader{R: r, N: MaxFileBytes + 1}
	start := bufio.NewReader(bounded)
	if f := notXML(start); f != nil {
		return nil, f
	}
	c := camt{dec: xml.NewDecoder(start), lean: lean}
	c.dec.CharsetReader = charset
	err := c.document()
	if bounded.N <= 0 {
		return nil, &Fault{"", "size", fmt.Sprintf("a file has at most %d MiB", MaxFileBytes>>20)}
	}
	return c.found, err
}

// notXML names what a file is by its first bytes, where it is none of XML; nil where it may be.
func notXML(r *bufio.Reader) *Fault {
	head, _ := r.Peek(200) // a short file is all there is
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	if strings.HasPrefix(string(head), "\ufeff") {
		_, _ = r.Discard(len("\ufeff")) // it was there a moment ago
	}
	switch {
	case strings.HasPrefix(text, ":20:"), strings.HasPrefix(text, "{1:"), strings.HasPrefix(text, ":940:"):
		return &Fault{"", "format", "this is MT940 (SWIFT); upload it with the profile mt940, or ask the bank for camt.053"}
	case strings.HasPrefix(text, "OFXHEADER"), strings.HasPrefix(text, "<OFX"):
		return &Fault{"", "format", "this is OFX; ask the bank for camt.053"}
	case text != "" && text[0] != '<' && strings.ContainsAny(text, ";,\t") && !strings.ContainsRune(text, 0):
		return &Fault{"", "format",
			"this looks like CSV; upload it with the profile of the bank, or ask the bank for camt.053"}
	}
	return nil
}

type camt struct {
	dec     *xml.Decoder
	lean    func(*Line)
	message string // 053 or 054
	found   []Statement
	lines   int
}

// charset takes the encodings that banks write: UTF-8 and ISO 8859-1 with its Windows sibling.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "us-ascii":
		return r, nil
	case "iso-8859-1", "windows-1252":
		return &latin1{r: r}, nil
	}
	return nil, &Fault{"", "encoding", "UTF-8 or ISO-8859-1"}
}

// latin1 turns bytes into the runes of the same number.
type latin1 struct {
	r    io.Reader
	rest []byte
}

func (l *latin1) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		var buf [4096]byte
		n, err := l.r.Read(buf[:])
		if n == 0 {
			return 0, err
		}
		for _, b := range buf[:n] {
			l.rest = utf8.AppendRune(l.rest, rune(b))
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// unreadable hides what the XML reader says, which may repeat the file.
func unreadable(err error) error {
	if f := (*Fault)(nil); errors.As(err, &f) {
		return f
	}
	return &Fault{"", "xml", "the file does not read as XML; download it again and do not open it in between"}
}

// document goes through the file to each statement.
func (c *camt) document() error {
	depth := 0
	for {
		token, err := c.dec.Token()
		if errors.Is(err, io.EOF) {
			return c.ended()
		}
		if err != nil {
			return unreadable(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return &Fault{"", "xml", "a file with a DOCTYPE is not read"}
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return &Fault{"", "xml", "elements are nested deeper than any bank does"}
			}
			if depth == 1 {
				if err := c.root(t.Name); err != nil {
					return err
				}
			}
			if depth == 3 && t.Name.Local == camtHolders[c.message] {
				if err := c.statement(); err != nil {
					return err
				}
				depth--
			}
		}
	}
}

// otherMessages are files that people upload here and that say nothing about booked lines.
var otherMessages = map[string]string{
	"camt.052": "camt.052, what the bank may still change today; ask the bank for camt.053, the statement of booked lines",
	"camt.055": "camt.055, a request of ours to the bank; ask the bank for camt.053",
	"camt.056": "camt.056, a recall between banks; ask the bank for camt.053",
	"pain.001": "pain.001, payments of ours; ask the bank for camt.053",
	"pain.002": "pain.002, what the bank says of a file of payments; upload it at payment-status-reports",
	"pain.008": "pain.008, direct debits; ask the bank for camt.053",
}

// root reads the file's namespace: which message it is, in which version.
func (c *camt) root(name xml.Name) error {
	if found := camtSpace.FindStringSubmatch(name.Space); found != nil && name.Local == "Document" {
		if c.message = found[1]; camtHolders[c.message] != "" {
			if found[2] < "02" || found[2] > maxCAMT {
				return &Fault{"", "format", fmt.Sprintf("camt.%s of version %s; versions 02 to %s are read", found[1], found[2],
					maxCAMT)}
			}
			return nil
		}
	}
	for message, hint := range otherMessages {
		if strings.Contains(name.Space, ":"+message+".") {
			return &Fault{"", "format", "this is " + hint}
		}
	}
	return &Fault{"", "format", "a camt.053 or camt.054 of version 02 to " + maxCAMT + "; ask the bank for one of these"}
}

func (c *camt) ended() error {
	if len(c.found) == 0 {
		return &Fault{"", "empty", "the file has no statement"}
	}
	return nil
}

// statement reads one Stmt or Ntfctn up to its end, an element at a time.
func (c *camt) statement() error {
	s, where := Statement{Advice: c.message == "054"}, fmt.Sprintf("statement %d", len(c.found)+1)
	for {
		token, err := c.dec.Token()
		if err != nil {
			return unreadable(err)
		}
		if _, end := token.(xml.EndElement); end {
			c.found = append(c.found, s)
			return s.dated()
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if err := c.child(&s, where, start); err != nil {
			return err
		}
	}
}

// child reads one element of a statement.
func (c *camt) child(s *Statement, where string, start xml.StartElement) error {
	switch start.Name.Local {
	case "Id":
		return c.element(&s.ID, start)
	case "CreDtTm":
		var instant string
		if err := c.element(&instant, start); err != nil {
			return err
		}
		var err error
		s.day, err = xmlDay{Instant: instant}.date(where)
		return err
	case "FrToDt":
		var span xmlSpan
		if err := c.element(&span, start); err != nil {
			return err
		}
		day, err := xmlDay{Date: span.To, Instant: span.ToInstant}.date(where)
		if day != "" {
			s.day = day
		}
		return err
	case "Acct":
		var a xmlStatedAccount
		if err := c.element(&a, start); err != nil {
			return err
		}
		s.Account, s.Currency = firstText(a.IBAN, a.Other), ledger.Currency(a.Currency)
	case "Bal":
		var b xmlBalance
		if err := c.element(&b, start); err != nil {
			return err
		}
		return b.into(s, where)
	case "Ntry":
		if c.lines++; c.lines > MaxLines {
			return &Fault{"", "size", fmt.Sprintf("a file has at most %d lines", MaxLines)}
		}
		var e xmlEntry
		if err := c.element(&e, start); err != nil {
			return err
		}
		line, err := e.line(c.lines, s.Currency)
		if err != nil {
			return err
		}
		if s.Currency == "" {
			s.Currency = line.Amount.Currency
		}
		if line.Amount.Currency != s.Currency {
			return &Fault{fmt.Sprintf("line %d", c.lines), "currency", "a line in another currency than the account's"}
		}
		c.lean(&line)
		s.Lines = append(s.Lines, line)
	default:
		return unreadableOr(c.dec.Skip())
	}
	return nil
}

func (c *camt) element(into any, start xml.StartElement) error {
	return unreadableOr(c.dec.DecodeElement(into, &start))
}

func unreadableOr(err error) error {
	if err == nil {
		return nil
	}
	return unreadable(err)
}

func firstText(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}
