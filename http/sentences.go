package http

import (
	"errors"
	"fmt"
	"strings"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements"
)

// sentence words an error that carries figures (a difference, what is left) in the language of the client. Domain
// packages know no languages, so their detail types are worded here. It answers "" for an error that it does not
// know; the title of its row then has to do.
func sentence(err error, l Lang) string {
	for _, of := range []func(error) text{ofLedger, ofGrants, ofPlans} {
		if s := of(err); s != (text{}) {
			return s.in(l)
		}
	}
	return ""
}

func ofLedger(err error) (s text) {
	var (
		off     *ledger.Unbalanced
		unknown *ledger.Unknown
		closed  *ledger.PeriodClosed
		over    *ledger.Overdrawn
		lots    *ledger.Exhausted
		todo    *ledger.NotDone
		loan    *ledger.LoanExceeded
		imports *ledger.ImportConflict
		rows    *ledger.ImportErrors
	)
	switch {
	case errors.As(err, &imports):
		s = inState(string(imports.State), []string{string(imports.Want)})
	case errors.As(err, &rows):
		s = say("%d rows have errors; the first is row %d.", "%d rækker har fejl; den første er række %d.", rows.Rows, rows.First.Row)
	case errors.As(err, &off):
		s = say("The lines of fund %s are off by %s.", "Linjerne for fond %s afviger med %s.", off.Fund, inFull(off.Off))
	case errors.As(err, &unknown):
		s = say("%q is not known.", "%q kendes ikke.", unknown.Name)
	case errors.As(err, &closed) && closed.FirstOpen != "":
		s = say("%s is closed; the first open day is %s.", "%s er lukket; den første åbne dag er %s.", closed.Month, closed.FirstOpen)
	case errors.As(err, &closed):
		s = say("%s is closed.", "%s er lukket.", closed.Month)
	case errors.As(err, &over):
		s = say("Account %s of fund %s would stand at %s on %s.", "Konto %s for fond %s ville stå på %s den %s.",
			over.Account, over.Fund, inFull(over.Balance), over.On)
	case errors.As(err, &lots):
		s = say("Fund %s has %s left on account %s; %s was asked for.", "Fond %s har %s tilbage på konto %s; der blev bedt om %s.",
			lots.Pool.Fund, inFull(lots.Left), lots.Pool.Account, inFull(lots.Asked))
	case errors.As(err, &todo):
		var en, da []string
		for _, c := range todo.Open {
			en, da = append(en, checkWords[c.Key].title.en), append(da, checkWords[c.Key].title.da)
		}
		s = text{fmt.Sprintf("Of %s this is not in order: %s.", todo.Month, strings.Join(en, "; ")),
			fmt.Sprintf("For %s er dette ikke i orden: %s.", todo.Month, strings.Join(da, "; "))}
	case errors.As(err, &loan):
		s = say("%s is owed; %s was to be repaid.", "Der skyldes %s; der skulle betales %s tilbage.", inFull(loan.Owed), inFull(loan.Asked))
	}
	return s
}

func ofGrants(err error) (s text) {
	var (
		total *grants.BudgetTotal
		rate  *grants.RateMissing
		left  *grants.BudgetExceeded
		rows  *grants.ImportErrors
		cell  *grants.ImportCell
		used  *grants.DonorInUse
	)
	switch {
	case errors.As(err, &rows):
		s = say("%d rows have errors; the first is row %d.", "%d rækker har fejl; den første er række %d.", rows.Rows, rows.First.Row)
	case errors.As(err, &cell):
		s = say("Wanted: %s.", "Ønsket: %s.", cell.Want)
	case errors.As(err, &used):
		s = say("Donor %s has %s.", "Bidragyder %s har %s.", used.Code, used.By)
	case errors.As(err, &total):
		s = say("The budget lines sum to %s; the grant is %s.", "Budgetlinjerne summer til %s; bevillingen er på %s.", inFull(total.Budget), inFull(total.Grant))
	case errors.As(err, &rate):
		s = say("There is no rate between %s and %s.", "Der er ingen kurs mellem %s og %s.", rate.From, rate.To)
	case errors.As(err, &left):
		s = say("%s has %s left; %s was asked for.", "%s har %s tilbage; der blev bedt om %s.", left.Grant, inFull(left.Available), inFull(left.Asked))
	}
	return s
}

func ofPlans(err error) (s text) {
	var (
		plan  *beneficiaries.StateConflict
		money *disbursements.StateConflict
		told  *statements.StateConflict
		gates *disbursements.Gated
		short *beneficiaries.Unfunded
		word  *beneficiaries.UnknownWord
		rule  *beneficiaries.BadSchedule
		payee *beneficiaries.UnfitPayee
	)
	switch {
	case errors.As(err, &payee) && payee.Kind != "":
		s = say("%s is a %s, and the line is for %s.", "%s er af slagsen %s, og linjen er til %s.", payee.Payee, payee.Kind, payee.Category)
	case errors.As(err, &payee) && payee.Of > 1:
		s = say("More than one payee has the alias %q; send the code.", "Flere betalingsmodtagere har aliasset %q; send koden.", payee.Payee)
	case errors.As(err, &payee) && errors.Is(err, beneficiaries.ErrUnknownPayee):
		s = say("%q is nobody on record.", "%q er ikke registreret.", payee.Payee)
	case errors.As(err, &gates):
		s = say("These milestones are not met: %s.", "Disse milepæle er ikke nået: %s.", strings.Join(gates.Milestones(), ", "))
	case errors.As(err, &short):
		s = say("The caps of the funds leave %s without a fund.", "Fondenes lofter efterlader %s uden en fond.", inFull(short.Missing))
	case errors.As(err, &word):
		s = say("%q is no word of the plans.", "%q er ikke et ord i støtteplanerne.", word.Code)
	case errors.As(err, &rule):
		s = say("The schedule %q cannot be taken: %s.", "Planen for forfald %q kan ikke bruges (%s).", rule.Rule, rule.Why)
	case errors.As(err, &told):
		var want []string
		for _, w := range told.Want {
			want = append(want, string(w))
		}
		s = inState(string(told.State), want)
	case errors.As(err, &plan):
		var want []string
		for _, w := range plan.Want {
			want = append(want, string(w))
		}
		s = inState(string(plan.State), want)
	case errors.As(err, &money):
		s = inState(money.State, money.Want)
	}
	return s
}

// inState names the state that something is in and those in which the act is possible, by the words of the API.
func inState(is string, want []string) text {
	return say("It is %s; this needs %s.", "Tilstanden er %s; dette kræver %s.", is, strings.Join(want, " / "))
}

func say(en, da string, figures ...any) text {
	return text{fmt.Sprintf(en, figures...), fmt.Sprintf(da, figures...)}
}

// inFull writes an amount with its currency, in the spelling that a request takes.
func inFull(m ledger.Money) string { return m.String() + " " + string(m.Currency) }
