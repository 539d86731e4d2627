package grants

import (
	"errors"

	"supportledger/grants"
	"supportledger/grants/claims"
	"supportledger/grants/donorimport"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/rates"
	"supportledger/http/rest"
)

// Problems is what a client is told about the errors of donors and grants.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: rates.ErrUnknownRate, Status: 404, Code: "rate_unknown",
		Title: rest.Text{EN: "There is no such exchange rate", DA: "Valutakursen findes ikke"},
		Hint:  rest.Text{EN: "GET /api/v1/exchange-rates lists the rates on record.", DA: "GET /api/v1/exchange-rates viser kurserne."}},
	{Err: rates.ErrRateLocked, Status: 409, Code: "rate_locked",
		Title: rest.Text{EN: "The exchange rate is locked", DA: "Valutakursen er låst"},
		Hint:  rest.Text{EN: "A statement may stand on it. A correction is a rate of another day or source.", DA: "En opgørelse kan bygge på den. En rettelse er en kurs fra en anden dag eller kilde."}},
	{Status: 409, Code: "rate_provisional",
		Title: rest.Text{EN: "The exchange rate is not locked yet", DA: "Valutakursen er ikke låst endnu"}},
	{Err: rates.ErrRateEvidence, Status: 422, Code: "rate_evidence_missing",
		Title: rest.Text{EN: "A rate entered by hand needs a document that shows it", DA: "En kurs indtastet i hånden kræver et bilag, der viser den"},
		Hint:  rest.Text{EN: "Upload it to /api/v1/evidence and name its id.", DA: "Indlæs det på /api/v1/evidence og nævn dets id."}},
	{Err: rates.ErrRateGap, Status: 409, Code: "rates_missing",
		Title: rest.Text{EN: "Exchange rates are missing for part of the period", DA: "Der mangler valutakurser for en del af perioden"},
		Hint:  rest.Text{EN: "Import the file of the source that is named, for the days that are named.", DA: "Indlæs filen fra den nævnte kilde for de nævnte dage."}},
	{Err: rates.ErrRateFile, Status: 422, Code: "rate_file_unreadable",
		Title: rest.Text{EN: "The file of exchange rates cannot be read", DA: "Filen med valutakurser kan ikke læses"},
		Hint:  rest.Text{EN: "Send the file as the European Central Bank or InforEuro publish it, CSV or XML.", DA: "Send filen, som Den Europæiske Centralbank eller InforEuro udgiver den, CSV eller XML."}},
	{Err: grants.ErrOutsidePeriod, Status: 422, Code: "outside_period",
		Title: rest.Text{EN: "The cost falls outside the grant's period", DA: "Udgiften ligger uden for bevillingens periode"},
		Hint:  rest.Text{EN: "Charge it to another fund, or have the period amended.", DA: "Bogfør den på en anden fond, eller få perioden ændret."}},
	{Err: grants.ErrOutsideCountry, Status: 422, Code: "outside_country",
		Title: rest.Text{EN: "The grant does not cover the country", DA: "Bevillingen dækker ikke landet"},
		Hint:  rest.Text{EN: "Charge it to another fund, or have the countries amended.", DA: "Bogfør den på en anden fond, eller få landene ændret."}},
	{Err: grants.ErrOutsideCategory, Status: 422, Code: "category_not_eligible",
		Title: rest.Text{EN: "The grant does not pay this category of cost", DA: "Bevillingen betaler ikke denne udgiftskategori"},
		Hint:  rest.Text{EN: "Charge it to another fund, or have the categories amended.", DA: "Bogfør den på en anden fond, eller få kategorierne ændret."}},
	{Err: grants.ErrIneligibleKind, Status: 422, Code: "kind_not_eligible",
		Title: rest.Text{EN: "The grant does not pay this kind of cost", DA: "Bevillingen betaler ikke denne slags udgift"},
		Hint:  rest.Text{EN: "Charge it to the unrestricted fund.", DA: "Bogfør den på de frie midler."}},
	{Err: grants.ErrOutsideBudget, Status: 422, Code: "outside_budget",
		Title: rest.Text{EN: "The category is on no line of the approved budget", DA: "Kategorien står ikke på nogen linje i det godkendte budget"},
		Hint:  rest.Text{EN: "A report has the lines of the approved budget and no others.", DA: "En opgørelse har det godkendte budgets linjer og ingen andre."}},
	{Err: grants.ErrOverLine, Status: 422, Code: "over_budget_line",
		Title: rest.Text{EN: "The cost goes over its budget line", DA: "Udgiften overskrider sin budgetlinje"},
		Hint:  rest.Text{EN: "Move money to the line first: POST /api/v1/grants/{id}/virements.", DA: "Flyt først midler til linjen: POST /api/v1/grants/{id}/virements."}},
	{Err: grants.ErrBudgetLineTotal, Status: 422, Code: "budget_line_unbalanced",
		Title: rest.Text{EN: "A budget line does not sum", DA: "En budgetlinje stemmer ikke"},
		Hint:  rest.Text{EN: "Unit × quantity, and the years where given, must come to the line.", DA: "Enhed × antal, og årene hvor de er angivet, skal give linjen."}},
	{Err: grants.ErrUnknownLine, Status: 422, Code: "budget_line_unknown",
		Title: rest.Text{EN: "The budget has no such line", DA: "Budgettet har ikke den linje"},
		Hint:  rest.Text{EN: "GET /api/v1/grants/{id} lists the lines.", DA: "GET /api/v1/grants/{id} viser linjerne."}},
	{Err: grants.ErrBelowSpent, Status: 409, Code: "line_below_spent",
		Title: rest.Text{EN: "More is spent on the line than would be left", DA: "Der er brugt mere på linjen, end der ville være tilbage"},
		Hint:  rest.Text{EN: "Move less.", DA: "Flyt mindre."}},
	{Err: grants.ErrVirementOpen, Status: 409, Code: "virement_pending",
		Title: rest.Text{EN: "A change of the budget waits for the funder", DA: "En budgetændring afventer bevillingsgiver"},
		Hint:  rest.Text{EN: "Put down the answer first.", DA: "Registrér svaret først."}},
	{Err: grants.ErrUnknownBudget, Status: 404, Code: "budget_version_unknown",
		Title: rest.Text{EN: "There is no such version of the budget", DA: "Budgetversionen findes ikke"},
		Hint:  rest.Text{EN: "GET /api/v1/grants/{id}/budget-versions lists them.", DA: "GET /api/v1/grants/{id}/budget-versions viser dem."}},
	{Err: grants.ErrBudgetDecided, Status: 409, Code: "budget_version_decided",
		Title: rest.Text{EN: "The version of the budget is decided on", DA: "Budgetversionen er afgjort"},
		Hint:  rest.Text{EN: "Ask for a new change.", DA: "Bed om en ny ændring."}},
	{Err: grants.ErrPolicyFixed, Status: 409, Code: "policy_fixed",
		Title: rest.Text{EN: "Money is booked under the policy as it was", DA: "Der er bogført efter vilkårene, som de var"},
		Hint:  rest.Text{EN: "How income is recognised changes only while the fund has no entries.", DA: "Indtægtsprincippet ændres kun, så længe fonden ikke har posteringer."}},
	{Err: donors.ErrUnknownDonor, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: grants.ErrUnknownGrant, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: donors.ErrDuplicateDonor, Status: 409, Code: "donor_exists",
		Title: rest.Text{EN: "There is such a donor already", DA: "Bidragyderen findes allerede"},
		Hint:  rest.Text{EN: "Choose another code.", DA: "Vælg en anden kode."}},
	{Err: grants.ErrDuplicateGrant, Status: 409, Code: "grant_exists",
		Title: rest.Text{EN: "There is such a grant already", DA: "Bevillingen findes allerede"},
		Hint:  rest.Text{EN: "Choose another code.", DA: "Vælg en anden kode."}},
	{Err: donors.ErrNameOfPerson, Status: 422, Code: "name_of_person",
		Title: rest.Text{EN: "A person's name is not kept here", DA: "Personers navne gemmes ikke her"},
		Hint:  rest.Text{EN: "Send the donor's code without a name.", DA: "Send bidragyderens kode uden navn."}},
	{Err: grants.ErrBudgetTotal, Status: 422, Code: "budget_total",
		Title: rest.Text{EN: "The budget does not sum to the grant", DA: "Budgettet summer ikke til bevillingen"},
		Hint:  rest.Text{EN: "Make the budget lines sum to the amount of the grant.", DA: "Lad budgetlinjerne summe til bevillingens beløb."}},
	{Err: grants.ErrBudgetCategory, Status: 422, Code: "budget_line_twice",
		Title: rest.Text{EN: "A category or line number stands on two budget lines", DA: "En kategori eller et linjenummer står på to budgetlinjer"},
		Hint:  rest.Text{EN: "Put every category on one line, and number every line once.", DA: "Sæt hver kategori på én linje, og brug hvert nummer én gang."}},
	{Err: grants.ErrWrongRecognition, Status: 409, Code: "wrong_recognition",
		Title: rest.Text{EN: "The grant recognises income otherwise", DA: "Bevillingen indtægtsføres på en anden måde"}},
	{Err: rates.ErrRateMissing, Status: 422, Code: "fx_rate_missing",
		Title: rest.Text{EN: "An exchange rate is missing", DA: "Der mangler en valutakurs"},
		Hint:  rest.Text{EN: `Send the rate as quoted, for example "7.4600 DKK/EUR".`, DA: `Send kursen, som den er noteret, f.eks. "7.4600 DKK/EUR".`}},
	{Err: grants.ErrBudgetExceeded, Status: 422, Code: "plan_budget_exceeded",
		Title: rest.Text{EN: "The grant does not have that much left", DA: "Bevillingen har ikke så meget tilbage"},
		Hint:  rest.Text{EN: "Plan less, or let another fund pay a share.", DA: "Planlæg mindre, eller lad en anden fond betale en del."}},

	{Err: grants.ErrGrantState, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "The grant's state does not allow this", DA: "Bevillingens tilstand tillader det ikke"}},
	{Err: gifts.ErrUnknownGift, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: gifts.ErrDuplicateGift, Status: 409, Code: "gift_exists",
		Title: rest.Text{EN: "There is such a gift already", DA: "Gaven findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: gifts.ErrGiftRefunded, Status: 409, Code: "gift_refunded",
		Title: rest.Text{EN: "The gift was given back already", DA: "Gaven er allerede givet tilbage"}},
	{Err: gifts.ErrGiftReversed, Status: 409, Code: "gift_reversed",
		Title: rest.Text{EN: "The gift's entry was reversed", DA: "Gavens postering er tilbageført"},
		Hint:  rest.Text{EN: "It counts as never given: there is nothing to give back.", DA: "Den regnes som aldrig givet: der er intet at give tilbage."}},
	{Err: gifts.ErrGiftFee, Status: 422, Code: "fee_exceeds_gift",
		Title: rest.Text{EN: "The fee takes all of the gift", DA: "Gebyret tager hele gaven"},
		Hint:  rest.Text{EN: "gross is what the donor gave, fee what was withheld of it.", DA: "gross er det, bidragyderen gav, fee det, der blev tilbageholdt af det."}},
	{Err: gifts.ErrRefundDate, Status: 422, Code: "refund_before_gift",
		Title: rest.Text{EN: "A gift is given back on the day it came or later", DA: "En gave gives tilbage den dag, den kom, eller senere"}},
	{Err: donorimport.ErrCell, Status: 422, Code: "cell_invalid",
		Title: rest.Text{EN: "A cell of the file cannot be taken", DA: "En celle i filen kan ikke bruges"},
		Hint:  rest.Text{EN: "docs/IMPORT.md says what each column holds.", DA: "docs/IMPORT.md siger, hvad hver kolonne indeholder."}},
	{Err: donors.ErrDonorInUse, Status: 409, Code: "donor_in_use",
		Title: rest.Text{EN: "Something hangs on the donor", DA: "Der hænger noget på bidragyderen"},
		Hint:  rest.Text{EN: "Who gave stays on record. To forget who somebody is: POST /api/v1/donors/{id}/erasures.", DA: "Den, der har givet, bliver stående. For at glemme, hvem nogen er: POST /api/v1/donors/{id}/erasures."}},
	{Err: gifts.ErrFundOfGrant, Status: 422, Code: "fund_of_grant",
		Title: rest.Text{EN: "The fund is a grant's", DA: "Fonden hører til en bevilling"},
		Hint:  rest.Text{EN: "Book money on a grant through the grant.", DA: "Bogfør penge på en bevilling gennem bevillingen."}},
	{Err: gifts.ErrNoValuation, Status: 422, Code: "valuation_missing",
		Title: rest.Text{EN: "Nothing says how it was valued", DA: "Der er intet, der siger, hvordan det er værdisat"},
		Hint:  rest.Text{EN: "Send the number of the valuation memo, or the document's id as evidence.", DA: "Send værdiansættelsens nummer, eller bilagets id som evidence."}},
	{Err: gifts.ErrInKindFund, Status: 422, Code: "in_kind_fund",
		Title: rest.Text{EN: "No grant pays for what is given in kind", DA: "Ingen bevilling betaler for naturalier"},
		Hint:  rest.Text{EN: "Use the unrestricted fund.", DA: "Brug den frie fond."}},
	{Err: grants.ErrBankNotInBase, Status: 422, Code: "bank_currency",
		Title: rest.Text{EN: "The bank account is in another currency", DA: "Bankkontoen er i en anden valuta"},
		Hint:  rest.Text{EN: "Use an account in the currency of the amount.", DA: "Brug en konto i beløbets valuta."}},
	{Err: grants.ErrOverClaimed, Status: 422, Code: "over_claimed",
		Title: rest.Text{EN: "More is disallowed than was claimed", DA: "Der underkendes mere, end der er medtaget"},
		Hint:  rest.Text{EN: "Disallow at most what the grant carries in the category.", DA: "Underkend højst det, bevillingen har i kategorien."}},
	{Err: grants.ErrDuplicateFinding, Status: 409, Code: "finding_booked",
		Title: rest.Text{EN: "The finding is booked already", DA: "Bemærkningen er allerede bogført"}},
	{Err: grants.ErrAdvanceOpen, Status: 409, Code: "advance_open",
		Title: rest.Text{EN: "Money or debts of the grant are still open", DA: "Bevillingen har stadig åbne forskud eller gæld"},
		Hint:  rest.Text{EN: "Settle the account named in detail first.", DA: "Afregn først den konto, der er nævnt i detail."}},
	{Err: grants.ErrOverspent, Status: 409, Code: "grant_overspent",
		Title: rest.Text{EN: "More was spent than received", DA: "Der er brugt mere end modtaget"}},
	{Err: grants.ErrAboveDeMinimis, Status: 409, Code: "above_de_minimis",
		Title: rest.Text{EN: "The rest is not small enough to be kept", DA: "Resten er ikke lille nok til at blive beholdt"},
		Hint:  rest.Text{EN: "Draw up the final account and pay the rest back.", DA: "Lav den endelige opgørelse, og betal resten tilbage."}},
	{Err: grants.ErrLetterMissing, Status: 422, Code: "letter_missing",
		Title: rest.Text{EN: "The grantor's letter is not named", DA: "Bevillingsgivers brev er ikke nævnt"},
		Hint:  rest.Text{EN: "A rest is kept only where the grantor wrote so: send the letter's reference.", DA: "En rest beholdes kun, når bevillingsgiver har skrevet det: send brevets reference."}},
	{Err: grants.ErrReportDue, Status: 409, Code: "report_was_due",
		Title: rest.Text{EN: "The grant's report was due: no more cost is taken", DA: "Bevillingens regnskab skulle være aflagt: der tages ikke mere udgift"},
		Hint:  rest.Text{EN: "Put the cost on another fund.", DA: "Læg udgiften på en anden fond."}},
	{Err: grants.ErrCommitmentsOpen, Status: 409, Code: "commitments_open",
		Title: rest.Text{EN: "Commitments of the grant are open", DA: "Bevillingen har åbne disponeringer"},
		Hint:  rest.Text{EN: "End the grant first: they lapse. GET /api/v1/reports/open-commitments lists them.", DA: "Afslut bevillingen først: de bortfalder. GET /api/v1/reports/open-commitments viser dem."}},
	{Err: grants.ErrDeferredOpen, Status: 409, Code: "deferred_balance_open",
		Title: rest.Text{EN: "Money received on the grant is not accounted for", DA: "Der er modtagne midler på bevillingen, som ikke er afregnet"},
		Hint:  rest.Text{EN: "Book what is missing until account 2100 of the grant is 0.00.", DA: "Bogfør det, der mangler, indtil konto 2100 på bevillingen er 0,00."}},
	{Err: grants.ErrFindingOpen, Status: 409, Code: "finding_open",
		Title: rest.Text{EN: "A finding on the grant is not settled", DA: "En bemærkning til bevillingen er ikke afklaret"},
		Hint:  rest.Text{EN: "Settle what is pending; GET /api/v1/grants/{id}/findings shows it.", DA: "Afklar det udestående; GET /api/v1/grants/{id}/findings viser det."}},
	{Err: grants.ErrStatementMissing, Status: 409, Code: "final_statement_missing",
		Title: rest.Text{EN: "The grant's final statement is not issued", DA: "Bevillingens endelige opgørelse er ikke udstedt"},
		Hint:  rest.Text{EN: "Issue a statement that reaches to the day of the final account: POST /api/v1/statements.", DA: "Udsted en opgørelse til og med dagen for den endelige opgørelse: POST /api/v1/statements."}},
	{Err: grants.ErrDuplicateSchedule, Status: 409, Code: "instalments_planned",
		Title: rest.Text{EN: "The grant's instalments are planned already", DA: "Bevillingens rater er allerede noteret"},
		Hint:  rest.Text{EN: "What the grantor takes back is a cancellation.", DA: "Det, bevillingsgiver trækker tilbage, er en annullering."}},
	{Err: grants.ErrScheduleTotal, Status: 422, Code: "instalments_total",
		Title: rest.Text{EN: "The instalments do not sum to the grant", DA: "Raterne summer ikke til bevillingen"},
		Hint:  rest.Text{EN: "Send instalments that sum to the amount of the grant.", DA: "Send rater, der summer til bevillingens beløb."}},
	{Err: grants.ErrScheduleOrder, Status: 422, Code: "instalments_order",
		Title: rest.Text{EN: "The instalments are not in order of their days", DA: "Raterne står ikke i datoorden"},
		Hint:  rest.Text{EN: "Send the earliest first.", DA: "Send den tidligste først."}},
	{Err: grants.ErrOverCancelled, Status: 422, Code: "over_cancelled",
		Title: rest.Text{EN: "More is cancelled than is still to come", DA: "Der annulleres mere, end der udestår"},
		Hint:  rest.Text{EN: "Cancel at most what is open.", DA: "Annullér højst det udestående."}},
	{Err: grants.ErrUnknownInstalment, Status: 422, Code: "instalment_unknown",
		Title: rest.Text{EN: "No such instalment is planned", DA: "Der er ikke noteret en sådan rate"},
		Hint:  rest.Text{EN: "GET /api/v1/grants/{id}/planned-instalments lists them.", DA: "GET /api/v1/grants/{id}/planned-instalments viser dem."}},
	{Err: grants.ErrUnknownCondition, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: grants.ErrDuplicateCondition, Status: 409, Code: "condition_exists",
		Title: rest.Text{EN: "The grant has a condition of that number", DA: "Bevillingen har en betingelse med det nummer"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: grants.ErrConditionOpen, Status: 409, Code: "condition_open",
		Title: rest.Text{EN: "A condition of the grant holds the money back", DA: "En betingelse for bevillingen holder pengene tilbage"},
		Hint:  rest.Text{EN: "Meet the condition, or note that the grantor waived it.", DA: "Opfyld betingelsen, eller notér, at bevillingsgiver har frafaldet den."}},
	{Err: grants.ErrUnknownFinding, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: grants.ErrOverAnswered, Status: 422, Code: "over_settled",
		Title: rest.Text{EN: "More of the finding is settled than is pending", DA: "Der afklares mere af bemærkningen, end der udestår"},
		Hint:  rest.Text{EN: "Settle at most what is pending.", DA: "Afklar højst det udestående."}},
	{Err: claims.ErrEvidenceOverclaimed, Status: 409, Code: "evidence_overclaimed",
		Title: rest.Text{EN: "The shares of the cost are more than the document says", DA: "Andelene af udgiften er større end bilaget"},
		Hint:  rest.Text{EN: "A cost is funded once. GET /api/v1/cost-claims?evidence= shows who claims it.", DA: "En udgift dækkes én gang. GET /api/v1/cost-claims?evidence= viser, hvem der bærer den."}},
	{Err: claims.ErrCostClaimed, Status: 409, Code: "cost_claimed",
		Title: rest.Text{EN: "The fund claims a share of the cost already", DA: "Fonden bærer allerede en andel af udgiften"}},
	{Err: claims.ErrCostAmount, Status: 409, Code: "cost_amount",
		Title: rest.Text{EN: "The cost was claimed at another amount", DA: "Udgiften er henført med et andet beløb"},
		Hint:  rest.Text{EN: "Send the amount that the document says.", DA: "Send det beløb, der står på bilaget."}},
	{Err: claims.ErrCostLines, Status: 409, Code: "cost_lines",
		Title: rest.Text{EN: "A document is claimed as a whole or line by line", DA: "Et bilag henføres samlet eller linje for linje"}},
	{Err: gifts.ErrUnknownPledge, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: gifts.ErrDuplicatePledge, Status: 409, Code: "pledge_exists",
		Title: rest.Text{EN: "There is such a pledge already", DA: "Tilsagnet findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: gifts.ErrPledgeMismatch, Status: 422, Code: "pledge_mismatch",
		Title: rest.Text{EN: "The pledge is of another donor or fund", DA: "Tilsagnet er fra en anden bidragyder eller til en anden fond"}},
	{Err: grants.ErrNoFinalAccount, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
}, Detail: grantsDetail, Related: grantsRelated}

// grantsDetail words the errors that carry figures.
func grantsDetail(err error) (s rest.Text) {
	var (
		total *grants.BudgetTotal
		rate  *rates.Missing
		left  *grants.BudgetExceeded
		rows  *donorimport.BadRows
		cell  *donorimport.BadCell
		used  *donors.InUse
	)
	switch {
	case errors.As(err, &rows):
		s = rest.Textf("%d rows have errors; the first is row %d.", "%d rækker har fejl; den første er række %d.", rows.Rows, rows.First.Row)
	case errors.As(err, &cell):
		s = rest.Textf("Wanted: %s.", "Ønsket: %s.", cell.Want)
	case errors.As(err, &used):
		s = rest.Textf("Donor %s has %s.", "Bidragyder %s har %s.", used.Code, used.By)
	case errors.As(err, &total):
		s = rest.Textf("The budget lines sum to %s; the grant is %s.", "Budgetlinjerne summer til %s; bevillingen er på %s.", rest.InFull(total.Budget), rest.InFull(total.Grant))
	case errors.As(err, &rate):
		s = rest.Textf("There is no rate between %s and %s.", "Der er ingen kurs mellem %s og %s.", rate.From, rate.To)
	case errors.As(err, &left):
		s = rest.Textf("%s has %s left; %s was asked for.", "%s har %s tilbage; der blev bedt om %s.", left.Grant, rest.InFull(left.Available), rest.InFull(left.Asked))
	}
	return s
}

// grantsRelated tells what is there already, and where to go instead.
func grantsRelated(err error) (*rest.Resource, []rest.Way) {
	var known *donorimport.Known
	if errors.As(err, &known) {
		return &rest.Resource{ID: string(known.ID), Href: rest.Base + "/donor-imports/" + string(known.ID)}, nil
	}
	return nil, nil
}
