// Package smtp hands statements' mails to a mail server, by wneessen/go-mail.
//
// A mail has one receiver, a neutral subject, plain text, at most a locked document, and no header that tells who wrote
// it with what. What the server answers comes back as its code alone: its words may repeat the address.
package smtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"supportledger/statements"
)

// TLS is how the connection is protected.
type TLS string

// The ways. None is for a server on the same machine.
const (
	StartTLS TLS = "starttls"
	Implicit TLS = "tls"
	None     TLS = "none"
)

// Server is a mail server that takes our mails.
type Server struct {
	Address        string // host:port
	From           string // the organisation's own address
	User, Password string // "" for a server that asks for none
	TLS            TLS    // "" is StartTLS
}

// within is how long a server may take for one mail.
const within = 20 * time.Second

// Send hands over one mail. [*statements.MailFailure] for what the server answered; another error where it could not be
// asked.
func (s Server) Send(ctx context.Context, m statements.Mail) error {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(m.FromName, s.From); err != nil {
		return errors.New("smtp: the address of the sender is none")
	}
	if err := msg.To(m.To); err != nil {
		return &statements.MailFailure{Code: 553, Forever: true} // it is no address, and is not repeated here
	}
	host := hostOf(s.From)
	msg.SetMessageIDWithValue(m.ID + "@" + host)
	msg.SetDate()
	msg.Subject(m.Subject)
	msg.SetGenHeader(mail.Header("Auto-Submitted"), "auto-generated") // RFC 3834: no absence notes back
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.File != "" {
		if err := msg.AttachReader(m.File, bytes.NewReader(m.Body), mail.WithFileContentType("application/pdf")); err != nil {
			return errors.New("smtp: the document cannot be attached")
		}
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	return answer(client.DialAndSendWithContext(ctx, msg))
}

// hostOf is what stands behind the last @ of an address.
func hostOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

func (s Server) client() (*mail.Client, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("smtp: %q is not HOST:PORT", s.Address)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("smtp: %q is not HOST:PORT", s.Address)
	}
	helo := hostOf(s.From)
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(within), mail.WithHELO(helo)}
	switch s.TLS {
	case Implicit:
		options = append(options, mail.WithSSL())
	case None:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case StartTLS, "":
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.User),
			mail.WithPassword(s.Password))
	}
	return mail.NewClient(host, options...)
}

// answer keeps the code of what the server said, and nothing of its words.
func answer(err error) error {
	var sent *mail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &sent) && sent.ErrorCode() >= 400:
		return &statements.MailFailure{Code: sent.ErrorCode(), Forever: sent.ErrorCode() >= 500}
	}
	return errors.New("smtp: the mail server cannot be asked")
}
