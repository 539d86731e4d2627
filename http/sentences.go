package http

import (
	"errors"
	"fmt"

	"supportledger/ledger"
)

// sentence words an error that carries figures (a difference, what is left) in the language of the client. Domain
// packages know no languages, so their detail types are worded here. It answers "" for an error that it does not
// know; the title of its row then has to do.
func sentence(err error, l Lang) string {
	var (
		off     *ledger.Unbalanced
		unknown *ledger.Unknown
		closed  *ledger.PeriodClosed
		over    *ledger.Overdrawn
		lots    *ledger.Exhausted
	)
	s := text{}
	switch {
	case errors.As(err, &off):
		s = say("The lines of fund %s are off by %s.", "Linjerne for fond %s afviger med %s.", off.Fund, kroner(off.Off))
	case errors.As(err, &unknown):
		s = say("%q is not known.", "%q kendes ikke.", unknown.Name)
	case errors.As(err, &closed) && closed.FirstOpen != "":
		s = say("%s is closed; the first open day is %s.", "%s er lukket; den første åbne dag er %s.", closed.Month, closed.FirstOpen)
	case errors.As(err, &closed):
		s = say("%s is closed.", "%s er lukket.", closed.Month)
	case errors.As(err, &over):
		s = say("Account %s of fund %s would stand at %s on %s.", "Konto %s for fond %s ville stå på %s den %s.",
			over.Account, over.Fund, kroner(over.Balance), over.On)
	case errors.As(err, &lots):
		s = say("Fund %s has %s left on account %s; %s was asked for.", "Fond %s har %s tilbage på konto %s; der blev bedt om %s.",
			lots.Pool.Fund, kroner(lots.Left), lots.Pool.Account, kroner(lots.Asked))
	}
	return s.in(l)
}

func say(en, da string, figures ...any) text {
	return text{fmt.Sprintf(en, figures...), fmt.Sprintf(da, figures...)}
}

// kroner writes an amount with its currency, in the spelling that a request takes.
func kroner(m ledger.Money) string { return m.String() + " " + string(m.Currency) }
