package statements

import "supportledger/ledger"

// phrase is one text in every language, side by side: who changes one sees the other. A table in Go, and no catalogue in
// files, because a wrong name then fails to compile, an empty text fails a test, and there is nothing to look up that could
// be missing when a statement is printed. No phrase counts anything, so no plural rules are needed.
type phrase struct{ en, da string }

func (p phrase) in(lang Lang) string { return lang.pick(p.en, p.da) }

// words are the fixed texts of a statement.
var words = struct {
	title, statementNo, version, draft, draftNotice                                phrase
	grant, grantor, agreement, grantPeriod, period, amountsIn, prepared, throughNo phrase
	opening, received, interest, spent, refunded, closing                          phrase
	sentence, sentenceOverspent, sentenceRefunded, sentenceSettled, withInterest   phrase
	moneyUsed, timePassed, of, throughDay                                          phrase
	spending, spendingPlain, budgetLine, costs, budget, inPeriod                   phrase
	toDate, variance, used, share, total, outsideBudget                            phrase
	whereMoney, place, quantity, totalBooks, atRate, rounding                      phrase
	agrees, agreesOne, commitments                                                 phrase
	receipts, date, receipt, rate, amount, inBooks, arrivedAs, noMoney             phrase
	indirect, indirectBase, indirectRate, indirectBefore, indirectIn               phrase
	indirectToDate, excluded                                                       phrase
	rates, use, reference, notes, varianceNote, since                              phrase
	confirm, signHere, page, data, dataHash, booksIn                               phrase
	replaces, advances, partner, advOpening, advSent, advSpent, advReturned        phrase
	advClosing, advOldest, shared, sharedNote, sharedWhole, sharedOthers           phrase
	sharedOurs, deviations, deviation, overspent, amended, disallowed              phrase
	noDeviations, tie, tieTotal, tieSame, tieConverted, account                    phrase
	giftTitle, fundTitle, giftsUsed, giftsReceived, donorNo, donorName, fundCode   phrase
	restriction, fundSentence, fundOverspent, youGave, youHad, weSpent, setAside   phrase
	allUsed, shareLead, shareOf, whatItDid, purpose, nothingSpent, yourGifts, gift phrase
	income, source, byPurpose, carried, brought, chartOf, chartNote, verifyHere    phrase
	chartBudget                                                                    phrase
	byBooks, methodDiffers, averageOf, monthRate, budgetRate, throughTo            phrase
	mailSubject, mailReady, mailAlone, mailLocked                                  phrase
	codeAlone, bookmarkFirst, bookmarkSign, figuresIn                              phrase
	reportNo, basis, accrual, openingWas, indirectCap, auditorSigns                phrase
	underspent, changedApproved, changedWithin, moved                              phrase
	forecast, committed, expected, left, forecastNote, toCome, due, late           phrase
	inKind, inKindNote, inKindOfFund, worth                                        phrase
	results, resultsNote, people, milestones, vouchers, voucherNos, noLine         phrase
}{
	reportNo:   phrase{"Report no.", "Rapport nr."},
	basis:      phrase{"Basis", "Princip"},
	accrual:    phrase{"Accrual: cost when it is incurred", "Periodiseret: udgifter, når de er afholdt"},
	openingWas: phrase{"When the period began:", "Da perioden begyndte:"},
	indirectCap: phrase{"By the agreement at most {amount} in all.",
		"Efter aftalen højst {amount} i alt."},
	auditorSigns: phrase{"For the auditor: the auditor's report, with any reservations, belongs to this statement.",
		"For revisor: revisors erklæring med eventuelle forbehold hører til regnskabet."},
	underspent:      phrase{"Budget line {line}: {percent} of it is not spent", "Budgetpost {line}: {percent} af den er ikke brugt"},
	changedApproved: phrase{"Budget version {version} from {date}, approved by the grantor", "Budget version {version} fra {date}, godkendt af bevillingsgiver"},
	changedWithin:   phrase{"Budget version {version} from {date}, within what the agreement allows", "Budget version {version} fra {date}, inden for aftalens rammer"},
	moved:           phrase{"From line {from} to line {to}", "Fra post {from} til post {to}"},
	forecast:        phrase{"What the grant will come to", "Forventet forbrug"},
	committed:       phrase{"Set aside", "Disponeret"},
	expected:        phrase{"Expected", "Forventet"},
	left:            phrase{"Left", "Rest"},
	forecastNote: phrase{"Expected is what has been spent to date and what is set aside for approved plans; left is the budget less that.",
		"Forventet er det, der er brugt til dato, og det, der er disponeret til godkendte planer; rest er budgettet minus dette."},
	toCome: phrase{"Instalments still to come", "Rater, der udestår"},
	due:    phrase{"Due", "Forfalder"},
	late:   phrase{"due and not received", "forfalden og ikke modtaget"},
	inKind: phrase{"Given in kind", "Ydet i naturalier"},
	inKindNote: phrase{"Work and goods given to the same kinds of support in the period. No money moved, and they are in no other figure of this statement.",
		"Arbejde og varer ydet til de samme former for støtte i perioden. Der er ikke flyttet penge, og de indgår ikke i andre tal i regnskabet."},
	inKindOfFund: phrase{"Work and goods given in the period. No money moved; they are part of both income and spending above.",
		"Arbejde og varer ydet i perioden. Der er ikke flyttet penge; de indgår både i indtægter og forbrug ovenfor."},
	worth:   phrase{"Worth", "Værdi"},
	results: phrase{"Results", "Resultater"},
	resultsNote: phrase{"Numbers are shown in bands, so that nobody can be found among few.",
		"Antal vises i intervaller, så ingen kan findes blandt få."},
	people:     phrase{"People supported in the period", "Personer støttet i perioden"},
	milestones: phrase{"Milestones of their plans reached in the period", "Milepæle i deres planer nået i perioden"},
	vouchers:   phrase{"Vouchers behind each budget line", "Bilag bag hver budgetpost"},
	voucherNos: phrase{"Vouchers of the period", "Periodens bilag"},
	noLine:     phrase{"None", "Ingen"},

	title:       phrase{"Grant financial statement", "Regnskab for bevilling"},
	statementNo: phrase{"Statement", "Regnskab nr."},
	version:     phrase{"version", "version"},
	draft:       phrase{"DRAFT", "UDKAST"},
	draftNotice: phrase{"Not issued: figures may still change", "Ikke udstedt: tallene kan stadig ændre sig"},

	grant:       phrase{"Grant", "Bevilling"},
	grantor:     phrase{"Grantor", "Bevillingsgiver"},
	agreement:   phrase{"Agreement", "Journalnr."},
	grantPeriod: phrase{"Grant period", "Bevillingsperiode"},
	period:      phrase{"Period of this statement", "Regnskabsperiode"},
	amountsIn:   phrase{"Amounts in", "Beløb i"},
	prepared:    phrase{"Prepared", "Opgjort"},
	throughNo:   phrase{"through entry {number}", "til og med postering {number}"},
	booksIn:     phrase{"books in", "bogført i"},

	opening:  phrase{"Opening balance", "Saldo primo"},
	received: phrase{"Received", "Modtaget"},
	interest: phrase{"Interest of the grantor", "Bevillingsgivers renter"},
	spent:    phrase{"Spent", "Brugt"},
	refunded: phrase{"Returned to the grantor", "Tilbage til bevillingsgiver"},
	closing:  phrase{"Closing balance", "Saldo ultimo"},

	sentence: phrase{
		"In this period {received} was received and {spent} was spent; {closing} remains to be spent on the purpose of the grant.",
		"I perioden er der modtaget {received} og brugt {spent}, og {closing} står tilbage til bevillingens formål."},
	sentenceOverspent: phrase{
		"In this period {received} was received and {spent} was spent; {closing} has been paid ahead of the next instalment.",
		"I perioden er der modtaget {received} og brugt {spent}; {closing} er lagt ud, indtil næste rate modtages."},
	sentenceRefunded: phrase{
		"In this period {received} was received and {spent} was spent; {refunded} goes back to the grantor, and {closing} remains.",
		"I perioden er der modtaget {received} og brugt {spent}; {refunded} går tilbage til bevillingsgiver, og {closing} står tilbage."},
	sentenceSettled: phrase{
		"In this period {received} was received and {spent} was spent; {refunded} goes back to the grantor, and the grant is settled.",
		"I perioden er der modtaget {received} og brugt {spent}; {refunded} går tilbage til bevillingsgiver, og bevillingen er afsluttet."},
	withInterest: phrase{"{received} (and {interest} in interest)", "{received} (og {interest} i renter)"},

	moneyUsed:  phrase{"Grant spent to date", "Brugt af bevillingen"},
	timePassed: phrase{"Grant period passed", "Forløbet af bevillingsperioden"},
	of:         phrase{"of", "af"},
	throughDay: phrase{"by {date}", "pr. {date}"},

	spending:      phrase{"Spending against budget", "Forbrug i forhold til budget"},
	spendingPlain: phrase{"Spending", "Forbrug"},
	budgetLine:    phrase{"Budget line", "Budgetpost"},
	costs:         phrase{"Cost", "Udgift"},
	budget:        phrase{"Budget", "Budget"},
	inPeriod:      phrase{"This period", "I perioden"},
	toDate:        phrase{"To date", "Til dato"},
	variance:      phrase{"Variance", "Afvigelse"},
	used:          phrase{"Used", "Forbrugt"},
	share:         phrase{"Share", "Andel"},
	total:         phrase{"Total", "I alt"},
	outsideBudget: phrase{"Not named in the budget", "Ikke nævnt i budgettet"},

	whereMoney: phrase{"Where the money is", "Hvor pengene står"},
	place:      phrase{"Place", "Sted"},
	quantity:   phrase{"Held as", "Beholdning"},
	totalBooks: phrase{"In the books", "Bogført i alt"},
	atRate:     phrase{"Closing balance at the rate of receipt", "Saldo ultimo til modtagelseskursen"},
	rounding:   phrase{"Rounding", "Afrunding"},

	mailSubject: phrase{"Your statement {number}", "Din opgørelse {number}"},
	mailReady: phrase{"Your statement {number} is ready. You can fetch it here until {date}:",
		"Din opgørelse {number} er klar. Du kan hente den her til og med {date}:"},
	mailAlone: phrase{"The link is for you alone. If you have questions, write to us at the address that you know.",
		"Linket er kun til dig. Har du spørgsmål, så skriv til os på den adresse, du kender."},

	mailLocked: phrase{
		"Your statement {number} is attached. It opens with the passphrase that you agreed with us. If you have questions, write to us at the address that you know.",
		"Din opgørelse {number} er vedhæftet. Den åbnes med den adgangskode, du har aftalt med os. Har du spørgsmål, så skriv til os på den adresse, du kender."},

	byBooks:       phrase{"By the books, at the rate of receipt", "Efter bogføringen, til modtagelseskursen"},
	methodDiffers: phrase{"Difference from the agreed rate", "Forskel ved den aftalte kurs"},
	averageOf:     phrase{"ECB, average of {n} rates", "ECB, gennemsnit af {n} kurser"},
	monthRate:     phrase{"InforEuro, rate of the month", "InforEuro, månedens kurs"},
	budgetRate:    phrase{"Rate of the budget", "Budgetkurs"},
	throughTo:     phrase{"through {date}", "til og med {date}"},
	agrees:        phrase{"Agrees with account 2100, deferred grants.", "Stemmer med konto 2100, forudmodtagne bevillinger."},
	agreesOne:     phrase{"Closing balance", "Saldo ultimo"},
	commitments:   phrase{"Of this, set aside for approved plans", "Heraf disponeret til godkendte planer"},

	receipts:  phrase{"Money received", "Modtagne midler"},
	date:      phrase{"Date", "Dato"},
	receipt:   phrase{"Receipt", "Indbetaling"},
	rate:      phrase{"Rate", "Kurs"},
	amount:    phrase{"Amount", "Beløb"},
	inBooks:   phrase{"In the books", "Bogført"},
	arrivedAs: phrase{"arrived as {amount}", "modtaget som {amount}"},
	noMoney:   phrase{"Nothing was received in the period.", "Der er intet modtaget i perioden."},

	indirect:       phrase{"How indirect costs were computed", "Beregning af fællesomkostninger"},
	indirectBase:   phrase{"Direct costs through {date}", "Direkte udgifter til og med {date}"},
	indirectRate:   phrase{"Indirect costs, {percent}", "Fællesomkostninger, {percent}"},
	indirectToDate: phrase{"Indirect costs to date", "Fællesomkostninger til dato"},
	indirectBefore: phrase{"Less charged before the period", "Heraf beregnet før perioden"},
	indirectIn:     phrase{"Indirect costs in the period", "Fællesomkostninger i perioden"},
	excluded:       phrase{"Not in the base", "Indgår ikke i grundlaget"},

	rates:     phrase{"Exchange rates used", "Anvendte valutakurser"},
	use:       phrase{"Used for", "Anvendt til"},
	reference: phrase{"Reference", "Reference"},

	notes:        phrase{"Notes", "Noter"},
	varianceNote: phrase{"Variance is the approved budget (version {version}) less what has been spent to date.", "Afvigelse er det godkendte budget (version {version}) minus det, der er brugt til dato."},
	since:        phrase{"From {date}:", "Fra {date}:"},

	confirm: phrase{
		"We confirm that this statement agrees with our books, and that the money was spent in accordance with the grant.",
		"Vi bekræfter, at regnskabet stemmer med vores bogføring, og at midlerne er anvendt i overensstemmelse med bevillingen."},
	signHere: phrase{"Name, date and signature", "Navn, dato og underskrift"},
	page:     phrase{"Page {page} of {pages}", "Side {page} af {pages}"},
	data:     phrase{"Data", "Data"},
	dataHash: phrase{"Data hash (SHA-256)", "Datahash (SHA-256)"},

	replaces:    phrase{"replaces {version}", "erstatter {version}"},
	advances:    phrase{"Advances with partners", "Forskud hos partnere"},
	partner:     phrase{"Partner", "Partner"},
	advOpening:  phrase{"Opening", "Primo"},
	advSent:     phrase{"Sent", "Sendt"},
	advSpent:    phrase{"Documented", "Dokumenteret"},
	advReturned: phrase{"Returned", "Retur"},
	advClosing:  phrase{"Closing", "Ultimo"},
	advOldest:   phrase{"The oldest money with {partner} was sent on {date}.", "De ældste midler hos {partner} er sendt {date}."},

	shared:       phrase{"Costs shared with other funds", "Udgifter delt med andre fonde"},
	sharedWhole:  phrase{"Whole cost", "Hele udgiften"},
	sharedOthers: phrase{"Other funds", "Andre fonde"},
	sharedOurs:   phrase{"This grant", "Denne bevilling"},
	sharedNote: phrase{"Each part is booked once; together the parts are the whole cost.",
		"Hver del er bogført én gang; delene er tilsammen hele udgiften."},

	deviations:   phrase{"Deviations", "Afvigelser"},
	deviation:    phrase{"What", "Hvad"},
	overspent:    phrase{"Budget line {line} is overspent by {percent}", "Budgetpost {line} er overskredet med {percent}"},
	amended:      phrase{"The agreement was changed from {date}", "Aftalen er ændret fra {date}"},
	disallowed:   phrase{"Not allowed by the audit, finding {ref} of {date}; borne by our own funds", "Ikke godkendt ved revision, bemærkning {ref} af {date}; båret af egne midler"},
	noDeviations: phrase{"There are no deviations from the agreement in the period.", "Der er ingen afvigelser fra aftalen i perioden."},

	tie:      phrase{"Agreement with the ledger", "Afstemning til bogføringen"},
	account:  phrase{"Account", "Konto"},
	tieTotal: phrase{"Costs of the fund in the ledger", "Fondens udgifter i bogføringen"},
	tieSame: phrase{"The report and the ledger have the same costs.",
		"Regnskabet og bogføringen har de samme udgifter."},
	tieConverted: phrase{"The ledger is kept in another currency; the report has each of these costs at the rate explained in the notes.",
		"Bogføringen er i en anden valuta; regnskabet har hver af disse udgifter til den kurs, som noterne forklarer."},

	giftTitle:     phrase{"Your gifts", "Dine gaver"},
	fundTitle:     phrase{"Fund statement", "Regnskab for formål"},
	giftsUsed:     phrase{"Used of your gifts", "Brugt af dine gaver"},
	giftsReceived: phrase{"Gifts received", "Modtagne gaver"},
	donorNo:       phrase{"Donor number", "Bidragydernr."},
	donorName:     phrase{"Donor", "Bidragyder"},
	fundCode:      phrase{"Fund", "Formål"},
	restriction:   phrase{"Bound to", "Bundet til"},
	fundSentence: phrase{"The fund began the period with {opening}. {received} came in and {spent} was spent; {closing} is left.",
		"Formålet begyndte perioden med {opening}, der kom {received} ind, og {spent} blev brugt; {closing} er tilbage."},
	fundOverspent: phrase{"The fund began the period with {opening}. {received} came in and {spent} was spent: {closing} more than there was.",
		"Formålet begyndte perioden med {opening}, der kom {received} ind, og {spent} blev brugt: {closing} mere, end der var."},
	youHad:       phrase{"When the period began, {opening} of your earlier gifts was not used yet.", "Da perioden begyndte, var {opening} af dine tidligere gaver endnu ikke brugt."},
	youGave:      phrase{"You gave {received}.", "Du gav {received}"},
	weSpent:      phrase{"We have spent {spent}.", "Vi har brugt {spent}"},
	setAside:     phrase{"{closing} is still set aside for the purpose you gave to.", "Tilbage er {closing}, som er sat til side til det formål, du gav til."},
	allUsed:      phrase{"All of it has been used. Thank you.", "Det hele er brugt. Tak."},
	shareLead:    phrase{"Where it went:", "Det gik til:"},
	shareOf:      phrase{"{share} to {what}", "{share} til {what}"},
	whatItDid:    phrase{"What your gifts paid for", "Hvad dine gaver har betalt"},
	purpose:      phrase{"Purpose", "Formål"},
	nothingSpent: phrase{"Nothing was spent in the period.", "Der er ikke brugt noget i perioden."},
	yourGifts:    phrase{"Gifts in the period", "Gaver i perioden"},
	gift:         phrase{"Gift", "Gave"},
	income:       phrase{"Income", "Indtægter"},
	source:       phrase{"Source", "Kilde"},
	byPurpose:    phrase{"Your money by purpose", "Dine midler efter formål"},

	carried:       phrase{"Carried forward", "Overført til næste side"},
	brought:       phrase{"Brought forward", "Overført fra forrige side"},
	chartOf:       phrase{"Spending as a chart", "Forbrug som diagram"},
	chartNote:     phrase{"The bars begin at 0 and show the same numbers as the table.", "Søjlerne begynder ved 0 og viser de samme tal som tabellen."},
	chartBudget:   phrase{"A pale bar is the budget.", "En bleg søjle er budgettet."},
	verifyHere:    phrase{"Is this statement genuine? Scan the code or go to {url}", "Er denne opgørelse ægte? Scan koden, eller gå til {url}"},
	codeAlone:     phrase{"Code for checking this statement: {code}.", "Kode til kontrol af opgørelsen: {code}."},
	bookmarkFirst: phrase{"Overview", "Overblik"},
	bookmarkSign:  phrase{"Signatures", "Underskrifter"},
	figuresIn:     phrase{"The figures of this statement, and the proof that it was issued, are attached to the file.", "Opgørelsens tal og beviset for, at den er udstedt, er vedhæftet filen."},
}

// restrictionWords say what binds a fund's money.
var restrictionWords = map[ledger.Restriction]phrase{
	ledger.Unrestricted: {"Nothing: free funds", "Intet: frie midler"},
	ledger.PurposeBound: {"A purpose", "Et formål"},
	ledger.TimeBound:    {"A time", "En periode"},
	ledger.Endowment:    {"Capital that is kept", "Kapital, der bevares"},
	ledger.BoundByGrant: {"A grant agreement", "En bevilling"},
}

// categoryWords name the categories of the chart that a statement can come across without it.
var categoryWords = map[string]phrase{
	"tuition":              {"Tuition", "Undervisningsafgift"},
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

	supportKey:      {"Support", "Støtte"},
	plainEducation:  {"Education", "Uddannelse"},
	plainEveryday:   {"Support from day to day", "Støtte i hverdagen"},
	plainOperations: {"Staff and running costs", "Medarbejdere og drift"},
}

var placeWords = map[PartKind]phrase{
	AtBank:      {"In the bank", "I banken"},
	AtPartner:   {"Advance with partner", "Forskud hos partner"},
	Retainer:    {"Prepaid retainer", "Forudbetalt klientkonto"},
	PettyCash:   {"Petty cash", "Kontantkasse"},
	Recoverable: {"To be recovered", "For meget udbetalt, tilgode"},
	Receivable:  {"Receivable", "Tilgodehavende"},
	Payable:     {"Invoices not yet paid", "Ikke betalte fakturaer"},
	Accrual:     {"Accrued costs", "Skyldige omkostninger"},
	Returned:    {"Returned payments, to be paid again", "Returnerede betalinger, skal udbetales igen"},
	Loan:        {"Loan from another fund", "Lån fra anden fond"},
	RefundDue:   {"Refund due to the grantor", "Skyldig tilbagebetaling"},
	NotYetSpent: {"Grants received and not yet spent", "Forudmodtagne bevillinger"},
	Revalued:    {"Revaluation of currency accounts", "Kursregulering af valutakonti"},
	Elsewhere:   {"Other receivables and debts, net", "Øvrige tilgodehavender og gæld, netto"},
}

var receiptWords = map[ReceiptKind]phrase{
	Instalment:   {"Instalment", "Rate"},
	AwardPayment: {"Payment of the award", "Udbetaling af bevillingen"},
	GiftReceived: {"Gift", "Gave"},
	GiftReturned: {"Gift given back", "Tilbagebetalt gave"},
	FundIncome:   {"Income", "Indtægt"},
}

var rateUseWords = map[RateUse]phrase{
	ForReceipt:    {"Receipt of the grant", "Modtagelse af bevillingen"},
	ForConversion: {"Sale of currency", "Salg af valuta"},
	ForTransfer:   {"Transfer to partner", "Overførsel til partner"},
	ForReturn:     {"Return from partner", "Tilbageførsel fra partner"},
	ForPayment:    {"Payment in currency", "Betaling i valuta"},
}

var roleWords = map[SignatureRole]phrase{
	Management: {"For the management", "For ledelsen"},
	Treasurer:  {"Treasurer", "Kasserer"},
	Auditor:    {"Auditor", "Revisor"},
}

var noteWords = map[NoteCode]phrase{
	NoteDeferred: {
		"The grant is carried as deferred income when it is received and becomes income as it is spent.",
		"Bevillingen føres som forudmodtaget, når den modtages, og indtægtsføres i takt med forbruget."},
	NoteImmediate: {
		"The grant was recognised as income when it was awarded.",
		"Bevillingen er indtægtsført, da den blev tildelt."},
	NoteCostBasis: {
		"Costs are included when they are incurred: at home with the invoice or payment, abroad when the partner has documented them.",
		"Udgifter medtages, når de er afholdt: herhjemme ved faktura eller betaling, i udlandet når partneren har dokumenteret dem."},
	NoteOwnRates: {
		"Costs in other currencies are stated at the actual rate of the transfer that paid for them.",
		"Udgifter i anden valuta er opgjort til den faktiske kurs på den overførsel, de er betalt af."},
	NoteReceiptRates: {
		"Costs are converted to the currency of the grant at the rate at which the money was received; each line is the sum of its converted costs.",
		"Udgifter er omregnet til bevillingens valuta til den kurs, pengene er modtaget til; hver linje er summen af sine omregnede udgifter."},
	NoteECBRates: {
		"Costs are converted to the currency of the grant at the average of the European Central Bank's daily rates over the period; what was paid in that currency stands as it was paid.",
		"Udgifter er omregnet til bevillingens valuta til gennemsnittet af Den Europæiske Centralbanks daglige kurser i perioden; hvad der er betalt i den valuta, står som betalt."},
	NoteInforEuroRates: {
		"Costs are converted to the currency of the grant at the European Commission's accounting rate (InforEuro) of the month in which they fall.",
		"Udgifter er omregnet til bevillingens valuta til Europa-Kommissionens regnskabskurs (InforEuro) for den måned, de hører til."},
	NoteBudgetRates: {
		"Costs are converted to the currency of the grant at the rate of the agreed budget.",
		"Udgifter er omregnet til bevillingens valuta til kursen i det aftalte budget."},
	NoteMethodDiffers: {
		"The books keep the money at the rates of its receipts. Account 2100 differs from the closing balance of this report by {amount}, which comes from the agreed rate alone.",
		"Bogføringen holder pengene til de kurser, de er modtaget til. Konto 2100 afviger fra saldo ultimo i dette regnskab med {amount}, som alene skyldes den aftalte kurs."},
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
		"Money with a partner is stated at the rate of the transfer that brought it there and is not revalued; the oldest is spent first.",
		"Midler hos en partner er opgjort til kursen på den overførsel, de kom med, og kursreguleres ikke; de ældste bruges først."},
	NoteRounding: {
		"Every cost is converted and rounded by itself. The {amount} that this leaves between the books and the closing balance is shown as rounding.",
		"Hver udgift er omregnet og afrundet for sig. De {amount}, som det efterlader mellem bogføringen og saldo ultimo, er vist som afrunding."},
	NoteIndirect: {
		"Indirect costs are {percent} of all direct costs since the start of the grant, less what was charged before.",
		"Fællesomkostninger udgør {percent} af alle direkte udgifter siden bevillingens start, fratrukket hvad der er beregnet tidligere."},
	NoteInterestGrantor: {
		"Interest earned on the grant belongs to the grantor and is shown apart.",
		"Renter af bevillingen tilhører bevillingsgiver og vises for sig."},
	NoteInterestCharity: {
		"Interest earned on the grant is, by agreement, not part of this statement.",
		"Renter af bevillingen indgår efter aftale ikke i regnskabet."},
	NoteSharedCosts: {
		"A cost that several grants share is divided by a split agreed beforehand; no cost is claimed twice.",
		"En udgift, som flere bevillinger deler, fordeles efter en nøgle aftalt på forhånd; ingen udgift er medtaget to gange."},
	NoteCommitments: {
		"Money set aside for approved plans is still part of the closing balance; it becomes cost when it is used.",
		"Midler disponeret til godkendte planer er fortsat en del af saldo ultimo; de bliver til forbrug, når de bruges."},
	NotePrefinanced: {
		"The closing balance is below zero: costs have been paid ahead of the next instalment.",
		"Saldo ultimo er negativ: udgifter er lagt ud, indtil næste rate modtages."},
	NoteWhole: {
		"Amounts are in whole units and rounded so that every sum still adds up; no figure is more than one unit off.",
		"Beløb er i hele kroner eller enheder og afrundet, så alle summer stadig stemmer; intet tal afviger mere end én enhed."},
	NoteOwnFunds: {
		"Gifts to one purpose are used in the order in which they came; what is shown is what your own gifts paid for.",
		"Gaver til samme formål bruges i den rækkefølge, de kom; her står, hvad dine egne gaver har betalt."},
	NoteNotOnePerson: {
		"No gift is tied to one person unless that was agreed. To protect those who are supported, small groups are not shown on their own.",
		"Ingen gave er knyttet til én person, medmindre det er aftalt. For at beskytte dem, der får støtte, vises små grupper ikke for sig."},
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
		"The opening balance differs by {amount} from the closing balance of statement {text}: entries of its period were made after it was issued.",
		"Saldo primo afviger med {amount} fra saldo ultimo i regnskab {text}: der er bogført i dets periode, efter at det blev udstedt."},
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
		"The period of the grant has ended with {amount} unspent. It goes back to the grantor unless the grantor approves in writing that it is carried on.",
		"Bevillingens periode er slut med {amount} ubrugt. Beløbet går tilbage til bevillingsgiver, medmindre bevillingsgiver skriftligt godkender, at det føres videre."},
	NoteInKind: {
		"What is given in kind is valued at what it would have cost us, by a memo for each contribution.",
		"Naturalier er værdisat til, hvad de ville have kostet os, med et notat for hvert bidrag."},
	NoteVouchers: {
		"Vouchers are kept in our books under these references. They are shown to the grantor's auditor under supervision; those behind support for few people are not listed.",
		"Bilag findes i vores bogføring under disse referencer. De vises for bevillingsgivers revisor under opsyn; bilag bag støtte til få personer er ikke nævnt."},
	NoteThreePeople: {
		"A statement is prepared by one person, reviewed by a second and issued by a third; who they are is on record with us.",
		"Et regnskab opstilles af én person, gennemgås af en anden og udstedes af en tredje; hvem de er, er registreret hos os."},
	NoteSmallGroups: {
		"To protect those who are supported, what stands for few people is merged or left out. Our auditor sees it.",
		"For at beskytte dem, der får støtte, er det, som angår få personer, slået sammen eller udeladt. Vores revisor ser det."},
	NoteDeductible: {
		"Of this, {amount} is given to an organisation whose gifts may be deducted ({text}). We report it to the tax authority if we have your personal number for it.",
		"Heraf er {amount} givet til en forening, hvis gaver kan trækkes fra ({text}). Vi indberetter det til Skattestyrelsen, hvis vi har dit personnummer til det."},
	NoteAuditIndependent: {
		"By the agreement the final account is audited by an independent person who knows accounts.",
		"Efter aftalen revideres det endelige regnskab af en uafhængig, regnskabskyndig person."},
	NoteAuditRegistered: {
		"By the agreement the final account is audited by a registered or state-authorised auditor.",
		"Efter aftalen revideres det endelige regnskab af en registreret eller statsautoriseret revisor."},
	NoteAuditPerformance: {
		"By the agreement the final account is audited by a registered or state-authorised auditor, with a performance audit.",
		"Efter aftalen revideres det endelige regnskab af en registreret eller statsautoriseret revisor, med forvaltningsrevision."},
	NoteFree: {"{text}", "{text}"},
}

// reasonWords say why a budget line is spent otherwise than planned.
var reasonWords = map[ReasonCode]phrase{
	ReasonPrices:    {"Prices or rates of exchange are other than planned", "Priser eller valutakurser er anderledes end planlagt"},
	ReasonTiming:    {"Earlier or later than planned", "Tidligere eller senere end planlagt"},
	ReasonNeed:      {"More or less support was needed than planned", "Der var brug for mere eller mindre støtte end planlagt"},
	ReasonDelivery:  {"Delivered in another way, or by others, than planned", "Leveret på anden måde eller af andre end planlagt"},
	ReasonByGrantor: {"Agreed with the grantor", "Aftalt med bevillingsgiver"},
}
