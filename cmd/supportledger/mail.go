package main

import (
	"errors"

	"supportledger/statements"
	"supportledger/statements/smtp"
)

// mailFlags name the mail server that statements are handed to.
type mailFlags struct {
	MailServer   listenAddress `name:"mail-server" placeholder:"HOST:PORT" help:"Mail server that takes statements for donors who want them by e-mail; without one they wait."`
	MailFrom     string        `name:"mail-from" placeholder:"ADDRESS" help:"Address that statements are sent from; a neutral one."`
	MailTLS      string        `name:"mail-tls" enum:"starttls,tls,none" default:"starttls" placeholder:"starttls|tls|none" help:"How the connection is protected: starttls (the default), tls, or none for a server on this machine."`
	MailUser     string        `name:"mail-user" placeholder:"NAME" help:"Name at the mail server, where it asks for one."`
	MailPassword string        `name:"mail-password" env:"SUPPORTLEDGER_MAIL_PASSWORD" placeholder:"…" help:"Password at the mail server, best given in SUPPORTLEDGER_MAIL_PASSWORD."`
}

// Validate checks what the flags say together.
func (m mailFlags) Validate() error {
	if m.MailServer != "" && m.MailFrom == "" {
		return errors.New("--mail-server needs --mail-from, the address that statements are sent from")
	}
	return nil
}

// mailer is the server, or nil where there is none.
func (m mailFlags) mailer() statements.Mailer {
	if m.MailServer == "" {
		return nil
	}
	return smtp.Server{Address: string(m.MailServer), From: m.MailFrom, User: m.MailUser, Password: m.MailPassword,
		TLS: smtp.TLS(m.MailTLS)}
}
