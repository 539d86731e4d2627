package iso20022

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"supportledger/ledger"
)

// camtRoots are the files that we read, by namespace.
var camtRoots = map[string]string{
	"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02": "Stmt",
	"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08": "Stmt",
	"urn:iso:std:iso:20022:tech:xsd:camt.054.001.02": "Ntfctn",
	"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08": "Ntfctn",
}

// maxDepth is deeper than any element that the schemas know.
const maxDepth = 40

// ReadCAMT reads bank statements (camt.053) or notifications (camt.054), versions 02 and 08, and adds each up. Names
// and addresses in them are not read. Errors are *[Fault], or the reader's own.
func ReadCAMT(r io.Reader) ([]Statement, error) { return ReadCAMTLean(r, func(*Line) {}) }

// ReadCAMTLean is [ReadCAMT] for a long file: each line goes through lean as it is read, which takes off it what its
// caller does not need, so that no more is held of the file.
func ReadCAMTLean(r io.Reader, lean func(*Line)) ([]Statement, error) {
	bounded := &io.LimitedReader{R: r, N: MaxFileBytes + 1}
	c := camt{dec: xml.NewDecoder(bounded), lean: lean}
	c.dec.CharsetReader = charset
	err := c.document()
	switch {
	case bounded.N <= 0:
		return nil, &Fault{"", "size", fmt.Sprintf("a file has at most %d MiB", MaxFileBytes>>20)}
	case err != nil:
		return nil, err
	}
	for i, s := range c.found {
		if err := s.Chain(); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := s.Follows(c.found[i-1]); err != nil {
				return nil, err
			}
		}
	}
	return c.found, nil
}

type camt struct {
	dec    *xml.Decoder
	lean   func(*Line)
	holder string // the element that is a statement: Stmt or Ntfctn
	found  []Statement
	lines  int
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
				if c.holder = camtRoots[t.Name.Space]; c.holder == "" || t.Name.Local != "Document" {
					return &Fault{"", "format", "a camt.053 or camt.054 of version 02 or 08; ask the bank for one of these"}
				}
			}
			if depth == 3 && t.Name.Local == c.holder {
				if err := c.statement(); err != nil {
					return err
				}
				depth--
			}
		}
	}
}

func (c *camt) ended() error {
	if len(c.found) == 0 {
		return &Fault{"", "empty", "the file has no statement"}
	}
	return nil
}

// statement reads one Stmt or Ntfctn up to its end, an element at a time.
func (c *camt) statement() error {
	s, where := Statement{}, fmt.Sprintf("statement %d", len(c.found)+1)
	for {
		token, err := c.dec.Token()
		if err != nil {
			return unreadable(err)
		}
		if _, end := token.(xml.EndElement); end {
			c.found = append(c.found, s)
			return nil
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
		line, err := e.line(c.lines)
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
