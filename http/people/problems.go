package people

import (
	"errors"

	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/beneficiaries/casefile"
	"supportledger/beneficiaries/timesheets"
	"supportledger/disbursements/complaints"
	"supportledger/http/rest"
)

// Problems is what a client is told about the errors of people, their plans and the vault.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: beneficiaries.ErrWord, Status: 422, Code: "plan_word_incomplete",
		Title: rest.Text{EN: "A word of the plans needs a code and names in both languages",
			DA: "Et ord i støtteplanerne kræver en kode og navne på begge sprog"},
		Hint: rest.Text{EN: "Send a code such as housing, and for a category the number of the account that bears its cost.",
			DA: "Send en kode som housing, og for en kategori nummeret på den konto, der bærer udgiften."}},
	{Err: beneficiaries.ErrDuplicateWord, Status: 409, Code: "plan_word_exists",
		Title: rest.Text{EN: "The plans have this word already", DA: "Støtteplanerne har allerede dette ord"},
		Hint: rest.Text{EN: "Choose another code; a word is never changed, since plans are written in it.",
			DA: "Vælg en anden kode; et ord ændres ikke, da der er skrevet planer med det."}},
	{Err: beneficiaries.ErrUnknownWord, Status: 422, Code: "plan_word_unknown",
		Title: rest.Text{EN: "The plans have no such word", DA: "Støtteplanerne har ikke dette ord"},
		Hint: rest.Text{EN: "GET /api/v1/plan-categories and /api/v1/plan-goals list them; a programme lead or the " +
			"treasurer adds to them.",
			DA: "GET /api/v1/plan-categories og /api/v1/plan-goals viser dem; en programleder eller kassereren tilføjer " +
				"flere."}},
	{Err: beneficiaries.ErrSchedule, Status: 422, Code: "schedule_not_understood",
		Title: rest.Text{EN: "The schedule is not one that plans understand", DA: "Planen for forfald kan ikke forstås"},
		Hint: rest.Text{EN: "Send FREQ with COUNT or UNTIL, and of INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS what is " +
			"needed, such as FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12.",
			DA: "Send FREQ med COUNT eller UNTIL, og af INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS det nødvendige, f.eks. " +
				"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12."}},
	{Err: beneficiaries.ErrPayeeCode, Status: 422, Code: "payee_not_a_code",
		Title: rest.Text{EN: "A payee is named by a code", DA: "En betalingsmodtager nævnes med en kode"},
		Hint:  rest.Text{EN: "Send a neutral code such as C-09, no name.", DA: "Send en neutral kode som C-09, intet navn."}},
	{Err: beneficiaries.ErrUnknownPayee, Status: 422, Code: "payee_not_on_record",
		Title: rest.Text{EN: "No payee of that code is on record",
			DA: "Der er ingen registreret betalingsmodtager med den kode"},
		Hint: rest.Text{EN: "GET /api/v1/payees lists them; finance puts another one on record with POST /api/v1/payees.",
			DA: "GET /api/v1/payees viser dem; økonomi registrerer en ny med POST /api/v1/payees."}},
	{Err: beneficiaries.ErrPayeeKind, Status: 422, Code: "payee_of_another_kind",
		Title: rest.Text{EN: "The payee is not of a kind that is paid for this",
			DA: "Betalingsmodtageren er ikke af en slags, der betales for dette"},
		Hint: rest.Text{EN: "A clinic is not paid for law, nor a lawyer for tuition, and no trade for a stipend. Name " +
			"another payee, or another category.",
			DA: "En klinik betales ikke for jura, en advokat ikke for undervisning, og ingen af dem for rådighedsbeløb. Angiv " +
				"en anden modtager eller kategori."}},
	{Err: beneficiaries.ErrCountry, Status: 422, Code: "country_malformed",
		Title: rest.Text{EN: "A country is two letters", DA: "Et land er to bogstaver"},
		Hint:  rest.Text{EN: "Send a code of ISO 3166 such as NG or DK.", DA: "Send en kode fra ISO 3166 som NG eller DK."}},
	{Err: beneficiaries.ErrUnfunded, Status: 422, Code: "plan_unfunded",
		Title: rest.Text{EN: "The caps of the funds do not reach for the plan",
			DA: "Formålenes lofter rækker ikke til støtteplanen"},
		Hint: rest.Text{EN: "Raise a cap, or add a fund without one as the last.",
			DA: "Hæv et loft, eller tilføj et formål uden loft som det sidste."}},
	{Err: beneficiaries.ErrMilestones, Status: 422, Code: "milestones_malformed",
		Title: rest.Text{EN: "The milestones are not complete", DA: "Milepælene er ikke fuldstændige"},
		Hint: rest.Text{EN: "Give every milestone its own code; an attendance, and nothing else, takes a percentage; gates " +
			"name milestones of the plan.",
			DA: "Giv hver milepæl sin egen kode; fremmøde, og intet andet, har en procent; spærringer nævner planens " +
				"milepæle."}},
	{Err: beneficiaries.ErrUnknownMilestone, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},

	// The file of a person.
	{Err: casefile.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: casefile.ErrNoConsent, Status: 409, Code: "sharing_not_consented",
		Title: rest.Text{EN: "No consent to sharing holds today", DA: "Der er i dag intet samtykke til deling"},
		Hint: rest.Text{EN: "Put a consent for sharing on record; or send override, why it is made without, in twenty " +
			"letters or more: the privacy officer sees it at once.",
			DA: "Registrér et samtykke til deling; eller send override med begrundelsen for at gøre det uden, på mindst tyve " +
				"bogstaver: databeskyttelsesrådgiveren ser det straks."}},
	{Err: casefile.ErrOverride, Status: 422, Code: "referral_override",
		Title: rest.Text{EN: "A referral without consent takes a reason of twenty letters, and only then",
			DA: "En henvisning uden samtykke kræver en begrundelse på tyve bogstaver, og kun da"},
		Hint: rest.Text{EN: "Send override where no consent holds, and leave it out where one does.",
			DA: "Send override, hvor intet samtykke gælder, og udelad det, hvor et gør."}},
	{Err: casefile.ErrAnswered, Status: 409, Code: "referral_answered",
		Title: rest.Text{EN: "The referral was answered", DA: "Henvisningen er besvaret"},
		Hint: rest.Text{EN: "One that was accepted can be done; nothing else follows.",
			DA: "En, der er accepteret, kan være gennemført; andet følger ikke."}},
	{Err: casefile.ErrEnded, Status: 409, Code: "close_person_ended",
		Title: rest.Text{EN: "It ended already", DA: "Det er allerede ophørt"}},
	{Err: casefile.ErrGoal, Status: 422, Code: "goal_unknown",
		Title: rest.Text{EN: "The plan has no such goal", DA: "Støtteplanen har ikke dette mål"},
		Hint:  rest.Text{EN: "GET /api/v1/plans/{id} lists its goals.", DA: "GET /api/v1/plans/{id} viser dens mål."}},

	// Time sheets.
	{Err: timesheets.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: timesheets.ErrDays, Status: 422, Code: "time_sheet_days",
		Title: rest.Text{EN: "A day lies outside the month, or is not over",
			DA: "En dag ligger uden for måneden eller er ikke gået"},
		Hint: rest.Text{EN: "Send one sheet a month, with days up to today.",
			DA: "Send én timeseddel pr. måned, med dage til og med i dag."}},
	{Err: timesheets.ErrHours, Status: 422, Code: "time_sheet_hours",
		Title: rest.Text{EN: "A day has whole minutes, and at most 24 hours over all sheets",
			DA: "En dag har hele minutter og højst 24 timer på alle timesedler"},
		Hint: rest.Text{EN: "Look at what was handed in of the person: GET /api/v1/time-sheets?month=2026-01.",
			DA: "Se, hvad der er afleveret for personen: GET /api/v1/time-sheets?month=2026-01."}},
	{Err: timesheets.ErrLine, Status: 422, Code: "time_sheet_line",
		Title: rest.Text{EN: "The grant's budget has no such line", DA: "Bevillingens budget har ingen sådan linje"},
		Hint:  rest.Text{EN: "GET /api/v1/grants/{id} lists its lines.", DA: "GET /api/v1/grants/{id} viser linjerne."}},
	{Err: timesheets.ErrState, Status: 409, Code: "time_sheet_state",
		Title: rest.Text{EN: "The time sheet is in another state", DA: "Timesedlen er i en anden tilstand"},
		Hint: rest.Text{EN: "It is decided on once; an approved one is put behind one entry.",
			DA: "Den afgøres én gang; en godkendt knyttes til én postering."}},
	{Err: timesheets.ErrEntry, Status: 422, Code: "time_sheet_entry",
		Title: rest.Text{EN: "The entry books nothing on a fund of the time sheet",
			DA: "Posteringen vedrører intet formål på timesedlen"},
		Hint: rest.Text{EN: "Send the entry of the salary.", DA: "Send lønnens postering."}},

	// Complaints.
	{Err: complaints.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: complaints.ErrAbout, Status: 422, Code: "complaint_about_unknown",
		Title: rest.Text{EN: "There is no such disbursement that you may know of",
			DA: "Der er ingen sådan udbetaling, som du må kende til"},
		Hint: rest.Text{EN: "Leave disbursement out; the privacy officer adds what is known.",
			DA: "Udelad disbursement; databeskyttelsesrådgiveren tilføjer det, der vides."}},
	{Err: complaints.ErrOwnAct, Status: 403, Code: "complaint_own_act",
		Title: rest.Text{EN: "Nobody looks into what they took part in themselves",
			DA: "Ingen undersøger det, de selv har haft en del i"},
		Hint: rest.Text{EN: "Name somebody who did not ask for, approve, authorise or release the disbursement.",
			DA: "Angiv en, der ikke har anmodet om, godkendt, bemyndiget eller frigivet udbetalingen."}},
	{Err: complaints.ErrState, Status: 409, Code: "complaint_closed",
		Title: rest.Text{EN: "The complaint is closed", DA: "Klagen er afsluttet"},
		Hint:  rest.Text{EN: "Enter another complaint.", DA: "Registrér en ny klage."}},
	{Err: complaints.ErrReissue, Status: 422, Code: "complaint_reissue",
		Title: rest.Text{EN: "This made no support of the complaint's disbursement again",
			DA: "Dette er ikke en ny betaling af klagens udbetaling"},
		Hint: rest.Text{EN: "With reissued alone, send a payment of the disbursement that was made again, or a later " +
			"disbursement under the same plan.",
			DA: "Kun med reissued: send en betaling af udbetalingen, der er foretaget igen, eller en senere udbetaling under " +
				"samme støtteplan."}},
	{Err: complaints.ErrDays, Status: 422, Code: "complaint_days",
		Title: rest.Text{EN: "These days cannot be", DA: "Dagene kan ikke passe"},
		Hint: rest.Text{EN: "A complaint came in today or before, and its deadline is not before that.",
			DA: "En klage er kommet i dag eller før, og fristen ligger ikke før det."}},
	{Err: complaints.ErrHeld, Status: 409, Code: "held_for_review",
		Title: rest.Text{EN: "It is held until somebody has looked into it",
			DA: "Den holdes tilbage, indtil nogen har set på den"},
		Hint: rest.Text{EN: "The privacy officer knows why, and when it goes on.",
			DA: "Databeskyttelsesrådgiveren ved hvorfor, og hvornår den går videre."}},

	// The vault of personal data.
	{Err: vault.ErrNoVault, Status: 501, Code: "vault_not_set_up",
		Title: rest.Text{EN: "This server keeps no personal data: it has no key to seal it with",
			DA: "Denne server opbevarer ikke personoplysninger: den har ingen nøgle at forsegle dem med"},
		Hint: rest.Text{EN: "Who runs it makes a key with `supportledger vault keygen` and starts it with --vault-key.",
			DA: "Den, der driver den, laver en nøgle med `supportledger vault keygen` og starter den med --vault-key."}},
	{Err: vault.ErrKeyFile, Status: 501, Code: "vault_not_set_up",
		Title: rest.Text{EN: "This server keeps no personal data: it has no key to seal it with",
			DA: "Denne server opbevarer ikke personoplysninger: den har ingen nøgle at forsegle dem med"},
		Hint: rest.Text{EN: "Who runs it makes a key with `supportledger vault keygen` and starts it with --vault-key.",
			DA: "Den, der driver den, laver en nøgle med `supportledger vault keygen` og starter den med --vault-key."}},
	{Err: vault.ErrErased, Status: 410, Code: "erased",
		Title: rest.Text{EN: "The person's data were erased", DA: "Personens oplysninger er slettet"},
		Hint: rest.Text{EN: "They cannot be brought back. What the books hold by code stays.",
			DA: "De kan ikke hentes tilbage. Hvad bøgerne rummer under koden, bliver stående."}},
	{Err: vault.ErrKeyMissing, Status: 502, Code: "vault_key_missing",
		Title: rest.Text{EN: "The key of these data is not on this server",
			DA: "Nøglen til disse oplysninger er ikke på denne server"},
		Hint: rest.Text{EN: "Nobody erased them. Tell the operator the request_id: the file of halves is an older copy.",
			DA: "Ingen har slettet dem. Oplys request_id til driften: filen med nøglehalvdele er en ældre kopi."}},
	{Err: vault.ErrUnsealed, Status: 502, Code: "sealed_damaged",
		Title: rest.Text{EN: "What was sealed does not open", DA: "Det forseglede kan ikke åbnes"},
		Hint: rest.Text{EN: "Tell the operator the request_id: the database was changed, or belongs to another key.",
			DA: "Oplys request_id til driften: databasen er ændret eller hører til en anden nøgle."}},
	{Err: vault.ErrTextTooBig, Status: 422, Code: "text_too_long",
		Title: rest.Text{EN: "The text is too long to be sealed", DA: "Teksten er for lang til at blive forseglet"}},
	// People and plans.
	{Err: beneficiaries.ErrNotOnCase, Status: 403, Code: "not_on_the_case",
		Title: rest.Text{EN: "You are not on this case", DA: "Du er ikke på denne sag"},
		Hint: rest.Text{EN: "A programme lead puts you on it; in danger there is an emergency opening.",
			DA: "En programleder sætter dig på den; ved fare findes en nødåbning."}},
	{Err: beneficiaries.ErrAssigned, Status: 409, Code: "already_on_the_case",
		Title: rest.Text{EN: "The user is on this case in those days", DA: "Brugeren er på sagen i de dage"}},
	{Err: beneficiaries.ErrUnknownAssignment, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrDays, Status: 422, Code: "days_impossible",
		Title: rest.Text{EN: "These days cannot be", DA: "Dagene kan ikke passe"},
		Hint: rest.Text{EN: "The last day is not before the first, and nothing is taken back for days that are past.",
			DA: "Den sidste dag ligger ikke før den første, og intet trækkes tilbage for dage, der er gået."}},
	{Err: beneficiaries.ErrReason, Status: 422, Code: "identity_reason_required",
		Title: rest.Text{EN: "A reason is needed", DA: "Der skal være en begrundelse"},
		Hint: rest.Text{EN: "In ten letters or more, twenty in an emergency, without anybody's name.",
			DA: "På mindst ti bogstaver, tyve ved en nødåbning, uden nogens navn."}},
	{Err: beneficiaries.ErrFields, Status: 422, Code: "identity_fields_required",
		Title: rest.Text{EN: "No field of the identity is named", DA: "Intet felt i identiteten er nævnt"},
		Hint: rest.Text{EN: "The fields are names, birth_date, contact, bank and notes.",
			DA: "Felterne er names, birth_date, contact, bank og notes."}},
	{Err: beneficiaries.ErrOpeningBudget, Status: 429, Code: "openings_used_up",
		Title: rest.Text{EN: "You have opened as many identities as a day allows",
			DA: "Du har åbnet så mange identiteter, som en dag tillader"},
		Hint: rest.Text{EN: "Try again tomorrow, or ask a colleague on the case.",
			DA: "Prøv igen i morgen, eller spørg en kollega på sagen."}, Retry: 3600},
	{Err: beneficiaries.ErrUnknownNotice, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrUnknownDuplicate, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrUnknownConsent, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrRevoked, Status: 409, Code: "consent_revoked",
		Title: rest.Text{EN: "The consent is revoked already", DA: "Samtykket er allerede trukket tilbage"}},
	{Err: beneficiaries.ErrHousehold, Status: 422, Code: "household_impossible",
		Title: rest.Text{EN: "This household cannot be", DA: "Husstanden kan ikke passe"},
		Hint: rest.Text{EN: "A youngest child goes with children, and children with two people or more.",
			DA: "Et yngste barn hører til børn, og børn til to personer eller flere."}},
	{Err: beneficiaries.ErrEnded, Status: 409, Code: "support_ended",
		Title: rest.Text{EN: "The support has ended already", DA: "Støtten er allerede afsluttet"}},
	{Err: beneficiaries.ErrNotErased, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrUnknownBeneficiary, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrUnknownPlan, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: beneficiaries.ErrUnknownLine, Status: 422, Code: "plan_line_unknown",
		Title: rest.Text{EN: "The plan has no such line", DA: "Støtteplanen har ingen sådan linje"},
		Hint:  rest.Text{EN: "GET /api/v1/plans/{id} lists its lines.", DA: "GET /api/v1/plans/{id} viser dens linjer."}},
	{Err: beneficiaries.ErrDuplicatePlan, Status: 409, Code: "plan_exists",
		Title: rest.Text{EN: "There is such a plan already", DA: "Støtteplanen findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: beneficiaries.ErrShares, Status: 422, Code: "shares_not_whole",
		Title: rest.Text{EN: "The shares do not sum to 100 percent", DA: "Andelene summer ikke til 100 procent"},
		Hint: rest.Text{EN: "Name every fund once, with positive percentages that sum to 100.",
			DA: "Nævn hvert formål én gang, med positive procenter der summer til 100."}},
	{Err: beneficiaries.ErrLines, Status: 422, Code: "plan_lines_malformed",
		Title: rest.Text{EN: "The plan's lines are not complete", DA: "Støtteplanens linjer er ikke fuldstændige"},
		Hint: rest.Text{EN: "Give every line its own name, a positive price, and either due dates or units.",
			DA: "Giv hver linje sit eget navn, en positiv pris og enten forfaldsdage eller antal."}},
	{Err: beneficiaries.ErrPlanState, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "The plan's state does not allow this", DA: "Støtteplanens tilstand tillader det ikke"}},
	{Err: beneficiaries.ErrPendingVersion, Status: 409, Code: "version_pending",
		Title: rest.Text{EN: "Another version of the plan waits for a decision",
			DA: "En anden version af støtteplanen venter på en afgørelse"},
		Hint: rest.Text{EN: "Have that version decided first.", DA: "Få den version afgjort først."}},
	{Err: beneficiaries.ErrNoPendingVersion, Status: 409, Code: "no_version_pending",
		Title: rest.Text{EN: "No version of the plan waits for this", DA: "Ingen version af støtteplanen venter på dette"},
		Hint:  rest.Text{EN: "Write a version and hand it in first.", DA: "Skriv en version, og indsend den først."}},
	{Err: beneficiaries.ErrVersionStale, Status: 409, Code: "version_stale",
		Title: rest.Text{EN: "Support was given since the version was written",
			DA: "Der er ydet støtte, siden versionen blev skrevet"},
		Hint: rest.Text{EN: "Return it and have it written again from the plan as it is.",
			DA: "Send den retur, og få den skrevet igen ud fra planen, som den er."}},
	{Err: beneficiaries.ErrReasonRequired, Status: 422, Code: "reason_required",
		Title: rest.Text{EN: "A reason is required, as a code", DA: "Der kræves en begrundelse som en kode"},
		Hint: rest.Text{EN: "Send a code such as leave or goals_met, no prose about a person.",
			DA: "Send en kode som leave eller goals_met, ingen fritekst om en person."}},
	{Err: beneficiaries.ErrBudgetRate, Status: 422, Code: "rate_mismatch",
		Title: rest.Text{EN: "The budget rate is between other currencies", DA: "Budgetkursen er mellem andre valutaer"},
		Hint: rest.Text{EN: "Send a rate between the plan's and base currency.",
			DA: "Send en kurs mellem planens valuta og basisvalutaen."}},
	{Err: beneficiaries.ErrNothingDue, Status: 409, Code: "nothing_due",
		Title: rest.Text{EN: "Nothing of this year is left to commit", DA: "Der er intet tilbage at disponere i dette år"},
		Hint:  rest.Text{EN: "Choose a year in which items fall due.", DA: "Vælg et år, hvor der er forfald."}},
}, Detail: peopleDetail}

// peopleDetail words the errors that carry figures.
func peopleDetail(err error) (s rest.Text) {
	var (
		plan  *beneficiaries.StateConflict
		short *beneficiaries.Unfunded
		word  *beneficiaries.UnknownWord
		rule  *beneficiaries.BadSchedule
		payee *beneficiaries.UnfitPayee
	)
	switch {
	case errors.As(err, &payee) && payee.Kind != "":
		s = rest.Textf("%s is a %s, and the line is for %s.", "%s er af slagsen %s, og linjen er til %s.", payee.Payee,
			payee.Kind, payee.Category)
	case errors.As(err, &payee) && payee.Of > 1:
		s = rest.Textf("More than one payee has the alias %q; send the code.",
			"Flere betalingsmodtagere har aliasset %q; send koden.", payee.Payee)
	case errors.As(err, &payee) && errors.Is(err, beneficiaries.ErrUnknownPayee):
		s = rest.Textf("%q is nobody on record.", "%q er ikke registreret.", payee.Payee)
	case errors.As(err, &short):
		s = rest.Textf("The caps of the funds leave %s without a fund.", "Formålenes lofter efterlader %s uden et formål.",
			rest.InFull(short.Missing))
	case errors.As(err, &word):
		s = rest.Textf("%q is no word of the plans.", "%q er ikke et ord i støtteplanerne.", word.Code)
	case errors.As(err, &rule):
		s = rest.Textf("The schedule %q cannot be taken: %s.", "Planen for forfald %q kan ikke bruges (%s).", rule.Rule,
			rule.Why)
	case errors.As(err, &plan):
		var want []string
		for _, w := range plan.Want {
			want = append(want, string(w))
		}
		s = rest.InState(string(plan.State), want)
	}
	return s
}
