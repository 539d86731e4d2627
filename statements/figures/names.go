package figures

import (
	"maps"
	"slices"
	"strings"
)

// Name is one text in both languages, side by side: who changes one sees the other.
type Name struct{ EN, DA string }

// In is the text in one language.
func (n Name) In(lang Lang) string { return lang.pick(n.EN, n.DA) }

// sinceWords begin a note that holds from a day on.
var sinceWords = Name{"From {date}:", "Fra {date}:"}

// categoryWords name the categories of the chart that a statement can come across without it.
var categoryWords = map[string]Name{
	"tuition":              {"Tuition", "Studieafgift"},
	"stipend":              {"Stipend", "Stipendium"},
	"study-materials":      {"Study materials", "Studiematerialer"},
	"therapy":              {"Therapy", "Terapi"},
	"legal-aid":            {"Legal aid", "Retshjælp"},
	"emergency-aid":        {"Emergency aid", "Nødhjælp"},
	"staff":                {"Programme staff", "Projektløn"},
	"transfer-fees":        {"Transfer fees", "Overførselsgebyrer"},
	"fx-losses":            {"Currency losses", "Valutakurstab"},
	"currency-differences": {"Currency differences", "Kursdifferencer"},
	"indirect-costs":       {"Indirect costs", "Fællesomkostninger"},

	SupportKey:      {"Support", "Støtte"},
	PlainEducation:  {"Education", "Uddannelse"},
	PlainEveryday:   {"Support from day to day", "Støtte i hverdagen"},
	PlainOperations: {"Staff and running costs", "Medarbejdere og drift"},
}

var placeWords = map[PartKind]Name{
	AtBank:      {"In the bank", "I banken"},
	AtPartner:   {"Advance with partner", "Forskud hos partner"},
	Retainer:    {"Prepaid retainer", "Forudbetalt honorar"},
	PettyCash:   {"Petty cash", "Kontantkasse"},
	Recoverable: {"To be recovered", "Tilgodehavende, for meget udbetalt"},
	Receivable:  {"Receivable", "Tilgodehavende"},
	Payable:     {"Invoices not yet paid", "Ikke betalte fakturaer"},
	Accrual:     {"Accrued costs", "Skyldige omkostninger"},
	Returned:    {"Returned payments, to be paid again", "Returnerede betalinger, skal udbetales igen"},
	Loan:        {"Lent by our other funds", "Udlæg fra egne midler"},
	RefundDue:   {"Refund due to the grantor", "Skyldig tilbagebetaling"},
	NotYetSpent: {"Grants received and not yet spent", "Forudmodtagne bevillinger"},
	Revalued:    {"Revaluation of currency accounts", "Kursregulering af valutakonti"},
	Elsewhere:   {"Other receivables and debts, net", "Øvrige tilgodehavender og gæld, netto"},
}

var receiptWords = map[ReceiptKind]Name{
	Instalment:   {"Instalment", "Rate"},
	AwardPayment: {"Award payment", "Udbetaling"},
	GiftReceived: {"Gift", "Gave"},
	GiftReturned: {"Gift given back", "Tilbagebetalt gave"},
	FundIncome:   {"Income", "Indtægt"},
}

// Name is what a receipt of a kind is called.
func (k ReceiptKind) Name() Name { return receiptWords[k] }

var rateUseWords = map[RateUse]Name{
	ForReceipt:    {"Receipt of the grant", "Modtagelse af bevillingen"},
	ForConversion: {"Sale of currency", "Salg af valuta"},
	ForTransfer:   {"Transfer to partner", "Overførsel til partner"},
	ForReturn:     {"Return from partner", "Tilbageførsel fra partner"},
	ForPayment:    {"Payment in currency", "Betaling i valuta"},
}

var roleWords = map[SignatureRole]Name{
	Management: {"For the management", "For ledelsen"},
	Treasurer:  {"Treasurer", "Kasserer"},
	Auditor:    {"Auditor", "Revisor"},
}

var noteWords = map[NoteCode]Name{
	NoteDeferred: {
		"The grant is carried as deferred income when it is received and becomes income as it is spent.",
		"Bevillingen føres som forudmodtaget, når den modtages, og indtægtsføres i takt med forbruget."},
	NoteImmediate: {
		"The grant was recognised as income when it was awarded.",
		"Bevillingen er indtægtsført, da den blev tildelt."},
	NoteCostBasis: {
		"Costs are included when they are incurred: at home with the invoice or payment, abroad when the partner has " +
			"documented them.",
		"Udgifter medtages, når de er afholdt: herhjemme ved faktura eller betaling, i udlandet når partneren har " +
			"dokumenteret dem."},
	NoteOwnRates: {
		"Costs in other currencies are stated at the actual rate of the transfer that paid for them.",
		"Udgifter i anden valuta er opgjort til den faktiske kurs på den overførsel, de er betalt af."},
	NoteReceiptRates: {
		"Costs are converted to the currency of the grant at the rate at which the money was received; each line is the " +
			"sum of its converted costs.",
		"Udgifter er omregnet til bevillingens valuta til den kurs, pengene er modtaget til; hver linje er summen af sine " +
			"omregnede udgifter."},
	NoteECBRates: {
		"Costs are converted to the currency of the grant at the average of the European Central Bank's daily rates over " +
			"the period; what was paid in that currency stands as it was paid.",
		"Udgifter er omregnet til bevillingens valuta til gennemsnittet af Den Europæiske Centralbanks daglige kurser i " +
			"perioden; hvad der er betalt i den valuta, står som betalt."},
	NoteInforEuroRates: {
		"Costs are converted to the currency of the grant at the European Commission's accounting rate (InforEuro) of the " +
			"month in which they fall.",
		"Udgifter er omregnet til bevillingens valuta til Europa-Kommissionens regnskabskurs (InforEuro) for den måned, de " +
			"hører til."},
	NoteBudgetRates: {
		"Costs are converted to the currency of the grant at the rate of the agreed budget.",
		"Udgifter er omregnet til bevillingens valuta til kursen i det aftalte budget."},
	NoteMethodDiffers: {
		"The books keep the money at the rates of its receipts. Account 2100 differs from the closing balance of this " +
			"report by {amount}, which comes from the agreed rate alone.",
		"Bogføringen holder pengene til de kurser, de er modtaget til. Konto 2100 afviger fra saldo ultimo i dette " +
			"regnskab med {amount}, som alene skyldes den aftalte kurs."},
	NoteFeesGrant: {
		"Transfer fees are paid by the grant.",
		"Overførselsgebyrer betales af bevillingen."},
	NoteFeesGeneral: {
		"Transfer fees are paid from our own free funds and are no part of this statement.",
		"Overførselsgebyrer betales af vores frie midler og indgår ikke i regnskabet."},
	NoteCurrencyGrant: {
		"Currency gains and losses belong to the grant.",
		"Kursgevinster og kurstab tilfalder bevillingen."},
	NoteCurrencyGeneral: {
		"Currency gains and losses are borne by our own free funds and are no part of this statement.",
		"Kursgevinster og kurstab bæres af vores frie midler og indgår ikke i regnskabet."},
	NoteAdvances: {
		"Money with a partner is stated at the rate of the transfer that brought it there and is not revalued; the oldest " +
			"is spent first.",
		"Midler hos en partner er opgjort til kursen på den overførsel, de kom med, og kursreguleres ikke; de ældste " +
			"bruges først."},
	NoteRounding: {
		"Every cost is converted and rounded by itself. The {amount} that this leaves between the books and the closing " +
			"balance is shown as rounding.",
		"Hver udgift er omregnet og afrundet for sig. De {amount}, som det efterlader mellem bogføringen og saldo ultimo, " +
			"er vist som afrunding."},
	NoteIndirect: {
		"Indirect costs are {percent} of all direct costs since the start of the grant, less what was charged before.",
		"Fællesomkostninger udgør {percent} af alle direkte udgifter siden bevillingens start, fratrukket hvad der er " +
			"beregnet tidligere."},
	NoteIndirectOfSome: {
		"Indirect costs are {percent} of the direct costs that the agreement counts, since the start of the grant, less " +
			"what was charged before.",
		"Fællesomkostninger udgør {percent} af de direkte udgifter, som aftalen medregner, siden bevillingens start, " +
			"fratrukket hvad der er beregnet tidligere."},
	NoteIndirectChanged: {
		"Indirect costs are computed at the rates of the agreement as it was at each time, now {percent}.",
		"Fællesomkostninger er beregnet efter aftalens satser, som de var på hvert tidspunkt, nu {percent}."},
	NoteInterestGrantor: {
		"Interest earned on the grant belongs to the grantor and is shown apart.",
		"Renter af bevillingen tilhører bevillingsgiver og vises for sig."},
	NoteInterestCharity: {
		"Interest earned on the grant is, by agreement, not part of this statement.",
		"Renter af bevillingen indgår efter aftale ikke i regnskabet."},
	NoteSharedCosts: {
		"A cost that several grants share is divided by a split agreed beforehand; no cost is claimed twice.",
		"En udgift, som flere bevillinger deler, fordeles efter en nøgle aftalt på forhånd; ingen udgift er medtaget to " +
			"gange."},
	NoteCommitments: {
		"Money set aside for approved plans is still part of the closing balance; it becomes cost when it is used.",
		"Midler disponeret til godkendte planer er fortsat en del af saldo ultimo; de bliver til forbrug, når de bruges."},
	NotePrefinanced: {
		"The closing balance is below zero: more has been spent than received.",
		"Saldo ultimo er negativ: der er brugt mere, end der er modtaget."},
	NoteWhole: {
		"Amounts are in whole units and rounded so that every sum still adds up; no figure is more than one unit off.",
		"Beløb er i hele kroner eller enheder og afrundet, så alle summer stadig stemmer; intet tal afviger mere end én " +
			"enhed."},
	NoteOwnFunds: {
		"Gifts to one purpose are used in the order in which they came; what is shown is what your own gifts paid for.",
		"Gaver til samme formål bruges i den rækkefølge, de kom; her står, hvad dine egne gaver har betalt."},
	NoteNotOnePerson: {
		"No gift is tied to one person unless that was agreed. To protect those who are supported, small groups are not " +
			"shown on their own.",
		"Ingen gave er knyttet til én person, medmindre det er aftalt. For at beskytte dem, der får støtte, vises små " +
			"grupper ikke for sig."},
	NoteNoTaxReport: {
		"This is not the report to the tax authority. Deductible gifts are reported there separately.",
		"Dette er ikke indberetningen til skattemyndighederne. Fradragsberettigede gaver indberettes særskilt."},
	NoteComplaints: {
		"Questions, complaints and requests about your personal data: write to us at the address above.",
		"Spørgsmål, klager og henvendelser om dine personoplysninger: skriv til os på adressen ovenfor."},
	NoteYearEnd: {
		"Year-end closing entries are left out; balances brought into the books are part of the opening balance.",
		"Årsafslutningsposter indgår ikke; saldi overført til bogføringen er en del af saldo primo."},
	NoteCorrections: {
		"The opening balance differs by {amount} from the closing balance of statement {text}: entries of its period were " +
			"made after it was issued.",
		"Saldo primo afviger med {amount} fra saldo ultimo i regnskab {text}: der er bogført i dets periode, efter at det " +
			"blev udstedt."},
	NoteAfterPeriod: {
		"After the period, {amount} was received on the grant; it is not part of this statement.",
		"Efter perioden er der modtaget {amount} til bevillingen; det indgår ikke i regnskabet."},
	NoteEstimates: {
		"Costs that were delivered and not yet invoiced are included as estimates.",
		"Leverede ydelser, der endnu ikke er faktureret, er medtaget efter skøn."},
	NoteCarriedOn: {
		"The closing balance of {amount} is carried on to the next period of the grant.",
		"Saldo ultimo på {amount} føres videre til bevillingens næste periode."},
	NoteUnspentAtEnd: {
		"The period of the grant has ended with {amount} unspent. It goes back to the grantor unless the grantor approves " +
			"in writing that it is carried on.",
		"Bevillingens periode er slut med {amount} ubrugt. Beløbet går tilbage til bevillingsgiver, medmindre " +
			"bevillingsgiver skriftligt godkender, at det føres videre."},
	NoteInKind: {
		"What is given in kind is valued at what it would have cost us; how each contribution was valued is on record.",
		"Naturalydelser er værdisat til, hvad de ville have kostet os; hvordan hvert bidrag er værdisat, er registreret."},
	NoteVouchers: {
		"Vouchers are kept in our books under these references. They are shown to the grantor's auditor under supervision; " +
			"those behind support for few people are not listed.",
		"Bilag findes i vores bogføring under disse referencer. De vises for bevillingsgivers revisor under opsyn; bilag " +
			"bag støtte til få personer er ikke nævnt."},
	NoteThreePeople: {
		"A statement is prepared by one person, reviewed by a second and issued by a third; who they are is on record with " +
			"us.",
		"Et regnskab opstilles af én person, gennemgås af en anden og udstedes af en tredje; hvem de er, er registreret " +
			"hos os."},
	NoteSmallGroups: {
		"To protect those who are supported, what stands for few people is merged or left out. Our auditor sees it.",
		"For at beskytte dem, der får støtte, er det, som angår få personer, slået sammen eller udeladt. Vores revisor ser " +
			"det."},
	NoteDeductible: {
		"Of this, {amount} is given to an organisation whose gifts may be deducted ({text}). We report it to the tax " +
			"authority if you have given us your CPR number.",
		"Heraf er {amount} givet til en forening, hvis gaver kan trækkes fra ({text}). Vi indberetter det til " +
			"Skattestyrelsen, hvis du har oplyst dit CPR-nr."},
	NoteAuditIndependent: {
		"By the agreement the final account is audited by an independent person who knows accounts.",
		"Efter aftalen revideres det endelige regnskab af en uafhængig, regnskabskyndig person."},
	NoteAuditRegistered: {
		"By the agreement the final account is audited by a registered or state-authorised auditor.",
		"Efter aftalen revideres det endelige regnskab af en registreret eller statsautoriseret revisor."},
	NoteAuditPerformance: {
		"By the agreement the final account is audited by a registered or state-authorised auditor, " +
			"with a performance audit.",
		"Efter aftalen revideres det endelige regnskab af en registreret eller statsautoriseret revisor, med " +
			"forvaltningsrevision."},
	NoteReplacedFigures: {
		"This statement replaces {text}: entries of its period were made after that one was issued.",
		"Dette regnskab erstatter {text}: der er bogført i dets periode, efter at det blev udstedt."},
	NoteReplacedWords: {
		"This statement replaces {text}. Its four totals are the same; tables, names or words were corrected.",
		"Dette regnskab erstatter {text}. De fire hovedtal er de samme; tabeller, navne eller tekst er rettet."},
	NoteWasOpening: {
		"At the start of the period it said {amount} in {text}.",
		"Ved periodens start stod der {amount} i {text}."},
	NoteWasReceived: {"What was received was {amount} in {text}.", "Det modtagne var {amount} i {text}."},
	NoteWasSpent:    {"What was spent was {amount} in {text}.", "Forbruget var {amount} i {text}."},
	NoteWasClosing: {
		"At the end of the period it said {amount} in {text}.",
		"Ved periodens slutning stod der {amount} i {text}."},
	NoteFree: {"{text}", "{text}"},
}

// supportKey is the category that all others merge into, at last: money that was spent on support, and no more is said.
const SupportKey = "support"

// reasonWords say why a budget line is spent otherwise than planned.
var reasonWords = map[ReasonCode]Name{
	ReasonPrices: {"Prices or rates of exchange are other than planned",
		"Priser eller valutakurser er anderledes end planlagt"},
	ReasonTiming: {"Earlier or later than planned", "Tidligere eller senere end planlagt"},
	ReasonNeed: {"More or less support was needed than planned",
		"Der var brug for mere eller mindre støtte end planlagt"},
	ReasonDelivery: {"Delivered in another way, or by others, than planned",
		"Leveret på anden måde eller af andre end planlagt"},
	ReasonByGrantor: {"Agreed with the grantor", "Aftalt med bevillingsgiver"},
}

// ruleWords are the rules of an agreement that an amendment can change, by the names of the policy.
var ruleWords = map[string]Name{
	"recognition":       {"when the grant becomes income", "indtægtsføring"},
	"rate_method":       {"rates of exchange", "valutakurser"},
	"budget_rate":       {"the rate of the budget", "budgetkursen"},
	"fee_bearer":        {"who bears transfer fees", "hvem der bærer overførselsgebyrer"},
	"currency_bearer":   {"who bears currency differences", "hvem der bærer kursdifferencer"},
	"indirect_rate":     {"the rate of indirect costs", "satsen for fællesomkostninger"},
	"indirect_base":     {"the base of indirect costs", "grundlaget for fællesomkostninger"},
	"indirect_excludes": {"the base of indirect costs", "grundlaget for fællesomkostninger"},
	"indirect_cap":      {"the limit of indirect costs", "loftet over fællesomkostninger"},
	"interest":          {"whose the interest is", "hvem renterne tilhører"},
	"ineligible":        {"costs that are not paid", "udgifter, der ikke dækkes"},
	"refund_de_minimis": {"the smallest refund", "bagatelgrænsen for tilbagebetaling"},
	"virement":          {"moves between budget lines", "flytning mellem budgetposter"},
	"audit":             {"the audit", "revisionen"},
	"eligible_from":     {"the days on which costs may fall", "hvornår udgifter må falde"},
	"eligible_to":       {"the days on which costs may fall", "hvornår udgifter må falde"},
	"countries":         {"the countries", "landene"},
	"categories":        {"the kinds of cost", "udgiftsarterne"},
	"report":            {"how it is reported", "afrapporteringen"},
}

// Rules words what an amendment changed, each once.
func (lang Lang) Rules(of []string) string {
	var said []string
	for _, rule := range of {
		if w := ruleWords[rule].In(lang); !slices.Contains(said, w) {
			said = append(said, w)
		}
	}
	return strings.Join(said, ", ")
}

// Name is the reason in words; none where nobody said one.
func (r ReasonCode) Name() Name { return reasonWords[r] }

// The plain categories of a statement to a donor, in the order of the page.
const (
	PlainEducation  = "education"
	PlainTherapy    = "therapy"
	PlainLegal      = "legal-aid"
	PlainEveryday   = "everyday-support"
	PlainOperations = "operations"
)

// Names are all names that a code is printed by: what a font must have letters for.
func Names() []Name {
	return slices.Concat(slices.Collect(maps.Values(categoryWords)), slices.Collect(maps.Values(placeWords)),
		slices.Collect(maps.Values(receiptWords)),
		slices.Collect(maps.Values(rateUseWords)), slices.Collect(maps.Values(roleWords)),
		slices.Collect(maps.Values(noteWords)),
		slices.Collect(maps.Values(reasonWords)), slices.Collect(maps.Values(ruleWords)))
}
