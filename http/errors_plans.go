package http

import (
	"supportledger/beneficiaries"
	"supportledger/disbursements"
)

// problemsOfPlans are the rows about what stands in a plan: its words, schedules, funding and milestones.
var problemsOfPlans = []row{
	{beneficiaries.ErrWord, 422, "plan_word_incomplete",
		text{"A word of the plans needs a code and names in both languages", "Et ord i støtteplanerne kræver en kode og navne på begge sprog"},
		text{"Send a code such as housing, and for a category the number of the account that bears its cost.",
			"Send en kode som housing, og for en kategori nummeret på den konto, der bærer udgiften."}, 0},
	{beneficiaries.ErrDuplicateWord, 409, "plan_word_exists",
		text{"The plans have this word already", "Støtteplanerne har allerede dette ord"},
		text{"Choose another code; a word is never changed, since plans are written in it.", "Vælg en anden kode; et ord ændres ikke, da der er skrevet planer med det."}, 0},
	{beneficiaries.ErrUnknownWord, 422, "plan_word_unknown",
		text{"The plans have no such word", "Støtteplanerne har ikke dette ord"},
		text{"GET /api/v1/plan-categories and /api/v1/plan-goals list them; a programme lead or the treasurer adds to them.",
			"GET /api/v1/plan-categories og /api/v1/plan-goals viser dem; en programleder eller kassereren tilføjer flere."}, 0},
	{beneficiaries.ErrSchedule, 422, "schedule_not_understood",
		text{"The schedule is not one that plans understand", "Planen for forfald kan ikke forstås"},
		text{"Send FREQ with COUNT or UNTIL, and of INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS what is needed, such as FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12.",
			"Send FREQ med COUNT eller UNTIL, og af INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS det nødvendige, f.eks. FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12."}, 0},
	{beneficiaries.ErrPayeeCode, 422, "payee_not_a_code",
		text{"A payee is named by a code", "En betalingsmodtager nævnes med en kode"},
		text{"Send a neutral code such as C-09, no name.", "Send en neutral kode som C-09, intet navn."}, 0},
	{beneficiaries.ErrUnknownPayee, 422, "payee_not_on_record",
		text{"No payee of that code is on record", "Der er ingen registreret betalingsmodtager med den kode"},
		text{"GET /api/v1/payees lists them; finance puts another one on record with POST /api/v1/payees.",
			"GET /api/v1/payees viser dem; økonomi registrerer en ny med POST /api/v1/payees."}, 0},
	{beneficiaries.ErrPayeeKind, 422, "payee_of_another_kind",
		text{"The payee is not of a kind that is paid for this", "Betalingsmodtageren er ikke af en slags, der betales for dette"},
		text{"A clinic is not paid for law, nor a lawyer for tuition, and no trade for a stipend. Name another payee, or another category.",
			"En klinik betales ikke for jura, en advokat ikke for undervisning, og ingen af dem for rådighedsbeløb. Angiv en anden modtager eller kategori."}, 0},
	{beneficiaries.ErrCountry, 422, "country_malformed",
		text{"A country is two letters", "Et land er to bogstaver"},
		text{"Send a code of ISO 3166 such as NG or DK.", "Send en kode fra ISO 3166 som NG eller DK."}, 0},
	{beneficiaries.ErrUnfunded, 422, "plan_unfunded",
		text{"The caps of the funds do not reach for the plan", "Fondenes lofter rækker ikke til støtteplanen"},
		text{"Raise a cap, or add a fund without one as the last.", "Hæv et loft, eller tilføj en fond uden loft som den sidste."}, 0},
	{beneficiaries.ErrMilestones, 422, "milestones_malformed",
		text{"The milestones are not complete", "Milepælene er ikke fuldstændige"},
		text{"Give every milestone its own code; an attendance, and nothing else, takes a percentage; gates name milestones of the plan.",
			"Giv hver milepæl sin egen kode; fremmøde, og intet andet, har en procent; spærringer nævner planens milepæle."}, 0},
	{beneficiaries.ErrUnknownMilestone, 404, "not_found", text{"Not found", "Ikke fundet"}, text{}, 0},
	{disbursements.ErrGated, 409, "milestone_open",
		text{"A milestone of the plan holds the money back", "En milepæl i støtteplanen holder pengene tilbage"},
		text{"Have somebody else decide on it, with the document that shows it.", "Få en anden til at afgøre den, med det bilag, der viser det."}, 0},
}
