package letters

import (
	"strings"

	"supportledger/ledger"
	"supportledger/statements/figures"
)

// plain are the words that are used until the office has chosen its own.
func plain(lang figures.Lang) Text {
	in := func(n figures.Name) string { return n.In(lang) }
	return Text{Lang: lang,
		Greeting:   in(figures.Name{EN: "Dear supporter,", DA: "Kære bidragyder"}),
		Salutation: in(figures.Name{EN: "Dear {name},", DA: "Kære {name}"}),
		Thanks: in(figures.Name{EN: "Thank you for your support. You gave to: {purpose}.",
			DA: "Tak for din støtte. Du gav til: {purpose}."}),
		Signature: in(figures.Name{EN: "Kind regards", DA: "Venlig hilsen"})}
}

// words are the texts of mails that bring a statement. {number}, {date} and {link} are filled in.
var words = struct{ subject, ready, alone, locked figures.Name }{
	subject: figures.Name{EN: "Your statement {number}", DA: "Dit regnskab {number}"},
	ready: figures.Name{EN: "Your statement {number} is ready. Until {date} you can read it and fetch it on your " +
		"page:\n\n{link}\n\nWhere a later version replaces it, the page has that one.",
		DA: "Dit regnskab {number} er klar. Til og med {date} kan du læse og hente det på din side:\n\n{link}\n\n" +
			"Hvis en senere version erstatter det, finder du den samme sted."},
	alone: figures.Name{EN: "The link is for you alone. If you have questions, write to us at the address that you know.",
		DA: "Linket er kun til dig. Har du spørgsmål, så skriv til os på den adresse, du kender."},
	locked: figures.Name{
		EN: "Your statement {number} is attached. It opens with the passphrase that you agreed with us. If you have " +
			"questions, write to us at the address that you know.",
		DA: "Dit regnskab {number} er vedhæftet. Det åbnes med den adgangskode, du har aftalt med os. Har du spørgsmål, " +
			"så skriv til os på den adresse, du kender."},
}

// Subject of a mail: neutral, as everybody on the way can read it.
func (t Text) Subject(number string) string {
	return strings.Replace(words.subject.In(t.Lang), "{number}", number, 1)
}

// Linking is the body of a mail with a link that opens until a day.
func (t Text) Linking(number, link string, until ledger.Date) string {
	fill := strings.NewReplacer("{number}", number, "{date}", t.Lang.Date(until), "{link}", link)
	return t.mail(fill.Replace(words.ready.In(t.Lang)), words.alone.In(t.Lang))
}

// Attaching is the body of a mail that has the locked document with it.
func (t Text) Attaching(number string) string {
	return t.mail(strings.Replace(words.locked.In(t.Lang), "{number}", number, 1))
}

// mail puts a greeting above paragraphs and a signature below.
func (t Text) mail(paragraphs ...string) string {
	return t.Greeting + "\n\n" + strings.Join(paragraphs, "\n\n") + "\n\n" + t.Signature + "\n"
}
