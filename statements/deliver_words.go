package statements

import (
	"supportledger/statements/figures"
)

// mailWords are the texts of the mails that bring a statement.
var mailWords = struct{ subject, ready, alone, locked figures.Name }{
	subject: figures.Name{EN: "Your statement {number}", DA: "Din opgørelse {number}"},
	ready: figures.Name{EN: "Your statement {number} is ready. You can fetch it here until {date}:",
		DA: "Din opgørelse {number} er klar. Du kan hente den her til og med {date}:"},
	alone: figures.Name{EN: "The link is for you alone. If you have questions, write to us at the address that you know.",
		DA: "Linket er kun til dig. Har du spørgsmål, så skriv til os på den adresse, du kender."},
	locked: figures.Name{
		EN: "Your statement {number} is attached. It opens with the passphrase that you agreed with us. If you have " +
			"questions, write to us at the address that you know.",
		DA: "Din opgørelse {number} er vedhæftet. Den åbnes med den adgangskode, du har aftalt med os. Har du spørgsmål, " +
			"så skriv til os på den adresse, du kender."},
}
