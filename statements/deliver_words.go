package statements

import (
	"supportledger/statements/figures"
)

// mailWords are the texts of the mails that bring a statement.
var mailWords = struct{ subject, ready, alone, locked figures.Name }{
	subject: figures.Name{EN: "Your statement {number}", DA: "Dit regnskab {number}"},
	ready: figures.Name{EN: "Your statement {number} is ready. You can fetch it here until {date}:",
		DA: "Dit regnskab {number} er klar. Du kan hente det her til og med {date}:"},
	alone: figures.Name{EN: "The link is for you alone. If you have questions, write to us at the address that you know.",
		DA: "Linket er kun til dig. Har du spørgsmål, så skriv til os på den adresse, du kender."},
	locked: figures.Name{
		EN: "Your statement {number} is attached. It opens with the passphrase that you agreed with us. If you have " +
			"questions, write to us at the address that you know.",
		DA: "Dit regnskab {number} er vedhæftet. Det åbnes med den adgangskode, du har aftalt med os. Har du spørgsmål, " +
			"så skriv til os på den adresse, du kender."},
}
