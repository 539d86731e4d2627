package statements

import (
	"errors"
	"strconv"
	"strings"
	"supportledger/statements/collecting"

	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/statements/page"
	"supportledger/statements/sealing"
)

// Problems is what a client is told about the errors of statements.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{

	// Statements.
	{Err: collecting.ErrUnknownSubject, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: statements.ErrUnknownStatement, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: statements.ErrUnknownRun, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: statements.ErrUnknownDelivery, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: statements.ErrNotOptedIn, Status: 409, Code: "delivery_not_wanted",
		Title: rest.Text{EN: "The donor did not ask for statements by e-mail",
			DA: "Donoren har ikke bedt om regnskaber pr. e-mail"},
		Hint: rest.Text{EN: "Send it by post, or record the donor's wish with delivery email first.",
			DA: "Send det med post, eller registrér først donorens ønske med delivery email."}},
	{Err: statements.ErrNoEmail, Status: 409, Code: "donor_without_email",
		Title: rest.Text{EN: "No e-mail address of the donor is kept", DA: "Der er ingen e-mailadresse på donoren"},
		Hint: rest.Text{EN: "Put the address on record with PUT /api/v1/donors/{id}/personal-data, or send it by post.",
			DA: "Registrér adressen med PUT /api/v1/donors/{id}/personal-data, eller send det med post."}},
	{Err: statements.ErrDelivered, Status: 409, Code: "delivered_already",
		Title: rest.Text{EN: "A mail with the statement waits or was sent",
			DA: "En mail med regnskabet venter eller er sendt"},
		Hint: rest.Text{EN: "GET /api/v1/statements/{id}/deliveries shows it. Its link works for thirty days.",
			DA: "GET /api/v1/statements/{id}/deliveries viser den. Dens link virker i tredive dage."}},
	{Err: statements.ErrRunEmpty, Status: 422, Code: "run_empty",
		Title: rest.Text{EN: "There is nobody to make a statement for", DA: "Der er ingen at lave et regnskab for"},
		Hint: rest.Text{EN: "Choose another kind, period or subjects.",
			DA: "Vælg en anden type, periode eller andre emner."}},
	{Err: statements.ErrNothingToReport, Status: 422, Code: "nothing_to_report",
		Title: rest.Text{EN: "The donor has nothing to report on", DA: "Der er intet at aflægge regnskab for"},
		Hint: rest.Text{EN: "Nothing was given, used or left in the period: choose another one, or send nothing.",
			DA: "Intet er givet, brugt eller tilbage i perioden: vælg en anden periode, eller send intet."}},
	{Err: statements.ErrRunStep, Status: 409, Code: "run_step_missing",
		Title: rest.Text{EN: "The step before is not done yet", DA: "Trinnet før er ikke færdigt endnu"},
		Hint: rest.Text{EN: "Follow the run at /statement-runs/{id}, then repeat.",
			DA: "Følg kørslen på /statement-runs/{id}, og gentag."}},
	{Err: collecting.ErrUnknownBudgetLine, Status: 422, Code: "budget_line_unknown",
		Title: rest.Text{EN: "The budget has no such line", DA: "Budgettet har ingen sådan post"},
		Hint: rest.Text{EN: "Send the funder's own number of a line of the budget in force at the end of the period.",
			DA: "Send bevillingsgivers eget nummer på en post i det budget, der gælder ved periodens slutning."}},
	{Err: statements.ErrUnexplained, Status: 409, Code: "variance_unexplained",
		Title: rest.Text{EN: "Budget lines are off by more than the agreement allows without an explanation",
			DA: "Budgetposter afviger mere, end aftalen tillader uden forklaring"},
		Hint: rest.Text{EN: "Draft the statement again with explanations: one reason for each line named in detail.",
			DA: "Saml regnskabet igen med explanations: én grund for hver post, der er nævnt i detail."}},
	{Err: collecting.ErrUnknownFigure, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: statements.ErrThreshold, Status: 422, Code: "threshold_too_low",
		Title: rest.Text{EN: "A threshold protects more than the organisation's, not less",
			DA: "En tærskel beskytter mere end organisationens, ikke mindre"},
		Hint: rest.Text{EN: "Send 5 or more people.", DA: "Send 5 eller flere personer."}},
	{Err: statements.ErrState, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "It is not in a state for this", DA: "Den er ikke i en tilstand til dette"}},
	{Err: statements.ErrNotCleared, Status: 409, Code: "not_cleared",
		Title: rest.Text{EN: "The privacy check did not clear the statement",
			DA: "Privatlivstjekket har ikke frigivet regnskabet"},
		Hint: rest.Text{EN: "Read its privacy report; change the period or the subject, or ask the privacy officer.",
			DA: "Læs privatlivsrapporten; ændr periode eller emne, eller spørg den databeskyttelsesansvarlige."}},
	{Err: collecting.ErrReversed, Status: 422, Code: "period_reversed",
		Title: rest.Text{EN: "The period ends before it begins", DA: "Perioden slutter, før den begynder"},
		Hint:  rest.Text{EN: "Send from before to.", DA: "Send from før to."}},
	{Err: statements.ErrPeriodRefused, Status: 409, Code: "period_not_allowed",
		Title: rest.Text{EN: "A statement of this period may not leave the organisation",
			DA: "Et regnskab for denne periode må ikke forlade organisationen"},
		Hint: rest.Text{EN: "Withdraw the draft, and draft one of a period that the detail names.",
			DA: "Træk kladden tilbage, og lav en for en periode, som detaljen nævner."}},
	{Err: statements.ErrReasonRequired, Status: 422, Code: "reason_required",
		Title: rest.Text{EN: "A reason is needed", DA: "En begrundelse er nødvendig"},
		Hint:  rest.Text{EN: "Send reason with at least ten letters.", DA: "Send reason med mindst ti bogstaver."}},
	{Err: statements.ErrExists, Status: 409, Code: "statement_exists",
		Title: rest.Text{EN: "There is a statement for this subject and period already",
			DA: "Der er allerede et regnskab for dette emne og denne periode"},
		Hint: rest.Text{EN: "Replace the issued one with replaces, or withdraw the draft.",
			DA: "Erstat det udstedte med replaces, eller træk kladden tilbage."}},
	{Err: statements.ErrNotProven, Status: 409, Code: "checkpoint_missing",
		Title: rest.Text{EN: "No checkpoint covers the issuing yet", DA: "Intet kontrolpunkt dækker udstedelsen endnu"},
		Hint: rest.Text{EN: "Sign one with supportledger proof checkpoint, then repeat.",
			DA: "Signér et med supportledger proof checkpoint, og gentag."}},
	{Err: statements.ErrNotByPost, Status: 409, Code: "statement_not_by_post",
		Title: rest.Text{EN: "The donor does not want statements by post",
			DA: "Donoren ønsker ikke regnskaber med posten"}},
	{Err: statements.ErrByEmail, Status: 409, Code: "statement_by_email",
		Title: rest.Text{EN: "The statement goes by e-mail", DA: "Regnskabet sendes pr. e-mail"}},
	{Err: statements.ErrNoAddress, Status: 409, Code: "donor_without_address",
		Title: rest.Text{EN: "No postal address of the donor is kept", DA: "Der er ingen postadresse på donoren"}},
	{Err: page.ErrNotInWindow, Status: 422, Code: "address_not_in_window",
		Title: rest.Text{EN: "The address does not fit the window of an envelope",
			DA: "Adressen kan ikke være i kuvertens rude"}},
	{Err: statements.ErrNotSealed, Status: 409, Code: "statement_not_sealed",
		Title: rest.Text{EN: "There is no sealed document", DA: "Der er intet forseglet dokument"},
		Hint:  rest.Text{EN: "Seal the statement first.", DA: "Forsegl først regnskabet."}},
	{Err: sealing.ErrAltered, Status: 422, Code: "statement_altered",
		Title: rest.Text{EN: "This is not a statement as it was issued",
			DA: "Dette er ikke et regnskab, som det blev udstedt"}},
	{Err: figures.ErrDoesNotFoot, Status: 409, Code: "statement_does_not_foot",
		Title: rest.Text{EN: "The statement's figures do not add up", DA: "Regnskabets tal stemmer ikke"},
		Hint: rest.Text{EN: "The books need a correction first; tell the operator the request_id.",
			DA: "Bøgerne skal rettes først; oplys request_id til driften."}},
	{Err: page.ErrNoGlyph, Status: 422, Code: "character_not_printable",
		Title: rest.Text{EN: "A text has a character that the statement cannot print",
			DA: "En tekst har et tegn, som regnskabet ikke kan vise"}},
	{Err: letters.ErrUnknownText, Status: 404, Code: "letter_text_unknown",
		Title: rest.Text{EN: "There is no such letter text", DA: "Brevteksten findes ikke"}},
	{Err: letters.ErrText, Status: 422, Code: "letter_text_refused",
		Title: rest.Text{EN: "This text may not be sent to donors", DA: "Teksten må ikke sendes til donorer"},
		Hint: rest.Text{EN: "A letter text names no person and tells no story, and has no numbers. Write what holds for all.",
			DA: "En brevtekst nævner ingen personer, fortæller ingen historie og har ingen tal. Skriv det, der gælder alle."}},
	{Err: figures.ErrUnknownLanguage, Status: 422, Code: "language_unknown",
		Title: rest.Text{EN: "There is no such language", DA: "Sproget findes ikke"},
		Hint:  rest.Text{EN: "Use da or en.", DA: "Brug da eller en."}},
}, Detail: statementsDetail}

// statementsDetail words the errors that carry figures.
func statementsDetail(err error) (s rest.Text) {
	var told *statements.StateConflict
	if errors.As(err, &told) {
		var want []string
		for _, w := range told.Want {
			want = append(want, string(w))
		}
		s = rest.InState(string(told.State), want)
	}
	var fault *letters.Fault
	if errors.As(err, &fault) {
		words := letterFaults[fault.What]
		fill := strings.NewReplacer("{field}", fault.Field, "{found}", fault.Found)
		s = rest.Text{EN: fill.Replace(words.EN), DA: fill.Replace(words.DA)}
	}
	var refused *statements.PeriodRefused
	if errors.As(err, &refused) {
		s = rest.Text{EN: periodDetail(refused, figures.English), DA: periodDetail(refused, figures.Danish)}
	}
	return s
}

// letterFaults say what of a text may not be sent.
var letterFaults = map[letters.FaultCode]rest.Text{
	letters.Missing: {EN: "{field} is empty.", DA: "{field} er tom."},
	letters.TooLong: {EN: "{field} is too long, or has too many lines.",
		DA: "{field} er for lang eller har for mange linjer."},
	letters.Number: {EN: "{field} has the number “{found}”: ages, dates and amounts may tell of one person.",
		DA: "{field} indeholder tallet »{found}«: alder, datoer og beløb kan pege på én person."},
	letters.OnePerson: {EN: "{field} has the word “{found}”, which tells of one person.",
		DA: "{field} indeholder ordet »{found}«, som handler om én person."},
	letters.Placeholder: {EN: "{field} has “{found}”, which is never filled in. There are {name} in the salutation and " +
		"{purpose} in the thanks.",
		DA: "{field} indeholder »{found}«, som ikke udfyldes. Der findes {name} i hilsenen og {purpose} i takken."},
	letters.Letter: {EN: "{field} has “{found}”, which cannot be printed or sent.",
		DA: "{field} indeholder »{found}«, som ikke kan trykkes eller sendes."},
}

// periodFaults say why a period is refused. {least} and {apart} are months.
var periodFaults = map[statements.PeriodFault]figures.Name{
	statements.NotWholeMonths: {EN: "A statement is of whole months.", DA: "Et regnskab dækker hele måneder."},
	statements.InFuture:       {EN: "The period is not over yet.", DA: "Perioden er ikke slut endnu."},
	statements.PeriodFault(disclosure.TooShort): {
		EN: "A statement is of {least} months at least, or of the whole grant, or of a donor's gifts to date.",
		DA: "Et regnskab dækker mindst {least} måneder, hele bevillingen eller en donors gaver til dato."},
	statements.TellsPurpose: {
		EN: "Beside what was released over a longer period its totals would tell what few people got, or what it was for. " +
			"Take a period that was released.",
		DA: "Sammen med det, der er udsendt over en længere periode, ville summerne vise, hvad få personer fik, eller hvad " +
			"det gik til. Vælg en periode, der er udsendt."},
	statements.PeriodFault(disclosure.TooClose): {
		EN: "It begins or ends less than {apart} months from where a released one does: the difference would tell what few " +
			"people got. The same period is a new version of it.",
		DA: "Det begynder eller slutter mindre end {apart} måneder fra et udsendt regnskab: forskellen ville vise, hvad få " +
			"personer fik. Samme periode er en ny version af det."}}

// periodDetail says what is wrong with a period, what was released, and what is allowed near it.
func periodDetail(e *statements.PeriodRefused, lang figures.Lang) string {
	text := strings.NewReplacer("{least}", strconv.Itoa(e.Least), "{apart}", strconv.Itoa(e.Apart)).Replace(
		periodFaults[e.Fault].In(lang))
	list := func(lead figures.Name, of []figures.Period) {
		if len(of) > 0 {
			text += " " + lead.In(lang) + " " + strings.Join(figures.Each(of, func(p figures.Period) string {
				return string(p.From) + " – " + string(p.To)
			}), ", ") + "."
		}
	}
	list(figures.Name{EN: "Released:", DA: "Udsendt:"}, e.Released)
	list(figures.Name{EN: "Allowed near it:", DA: "Tilladt i nærheden:"}, e.Near)
	return text
}
