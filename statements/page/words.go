package page

import (
	"supportledger/ledger"
	"supportledger/statements/figures"
)

// both is a text in English and in Danish.
func both(en, da string) figures.Name { return figures.Name{EN: en, DA: da} }

// words are the fixed texts of a statement, in a table in Go: a wrong name does not compile, an empty text fails a
// test, and nothing has to be looked up that could be missing when a statement is printed. No text counts anything, so
// no plural rules are needed.
var words = struct {
	title, statementNo, version, draft, draftNotice                                figures.Name
	grant, grantor, agreement, grantPeriod, period, amountsIn, prepared, throughNo figures.Name
	opening, received, interest, spent, refunded, closing                          figures.Name
	giftsBefore, giftsLeft                                                         figures.Name
	moneyUsed, timePassed, of, throughDay                                          figures.Name
	spending, spendingPlain, budgetLine, costs, budget, inPeriod                   figures.Name
	toDate, variance, used, share, total, outsideBudget                            figures.Name
	whereMoney, place, quantity, totalBooks, atRate, rounding                      figures.Name
	agrees, agreesOne, commitments                                                 figures.Name
	receipts, date, receipt, rate, amount, inBooks, arrivedAs, noMoney             figures.Name
	indirect, indirectBase, indirectRate, indirectBefore, indirectIn               figures.Name
	indirectToDate, excluded                                                       figures.Name
	rates, use, reference, notes, varianceNote                                     figures.Name
	signHere, page, data, dataHash, booksIn                                        figures.Name
	replaces, advances, partner, advOpening, advSent, advSpent, advReturned        figures.Name
	advClosing, advOldest, shared, sharedNote, sharedWhole, sharedOthers           figures.Name
	sharedOurs, deviations, deviation, overspent, amended, disallowed              figures.Name
	disallowedInAll, tie, tieTotal, tieSame, tieConverted, account                 figures.Name
	giftTitle, fundTitle, giftsUsed, giftsReceived, donorNo, donorName, fundCode   figures.Name
	restriction                                                                    figures.Name
	whatItDid, purpose, nothingSpent, yourGifts, gift                              figures.Name
	income, source, byPurpose, carried, brought, chartOf, chartNote, verifyHere    figures.Name
	chartBudget, noBars                                                            figures.Name
	byBooks, methodDiffers, averageOf, monthRate, budgetRate, throughTo            figures.Name
	codeAlone, codeAlt, bookmarkFirst, bookmarkSign, figuresIn                     figures.Name
	reportNo, basis, accrual, openingWas, indirectCap, auditorSigns                figures.Name
	underspent, changedApproved, changedWithin, moved                              figures.Name
	forecast, committed, expected, left, forecastNote, toCome, due, late           figures.Name
	inKind, inKindNote, inKindOfFund, worth                                        figures.Name
	results, resultsNote, people, milestones, vouchers, voucherNos, noLine         figures.Name
	subtotal, sources, sourceOthers, request, requestNeed, requestNext, requestTo  figures.Name
	transactions, byCode, notByCode, voucher, layoutOf, ourAccount, ourReference   figures.Name
	movedIn, movedOut, movedPart                                                   figures.Name
}{
	subtotal:     both("Subtotal {no}", "Subtotal {no}"),
	sources:      both("Who bore the costs of the period", "Finansiering af periodens udgifter"),
	sourceOthers: both("Other funds, of costs that are shared", "Andre midler, af fælles udgifter"),
	request:      both("Payment request", "Anmodning om udbetaling"),
	requestNeed:  both("Spent, and not covered by what was received", "Brugt og ikke dækket af det modtagne"),
	requestNext:  both("Next instalment by the agreement: no. {no}, {date}", "Næste rate efter aftalen: nr. {no}, {date}"),
	requestTo:    both("To be paid to account", "Udbetales til konto"),
	transactions: both("List of transactions", "Transaktionsliste"),
	byCode: both("By the reference of the voucher. Costs for the people supported are one sum, so that nobody can "+
		"be found.",
		"Efter bilagets reference. Udgifter til de personer, der får støtte, er én sum, så ingen kan genkendes."),
	notByCode: both("Other costs of the period, not listed one by one",
		"Periodens øvrige udgifter, ikke opført enkeltvis"),
	voucher:      both("Voucher", "Bilag"),
	layoutOf:     both("Layout", "Skema"),
	ourAccount:   both("Our account", "Vores konto"),
	ourReference: both("Our reference", "Vores reference"),
	movedPart:    both("{percent} of line {line}", "{percent} af post {line}"),

	reportNo:   both("Report no.", "Rapport nr."),
	basis:      both("Basis", "Princip"),
	accrual:    both("Accrual: cost when it is incurred", "Periodiseret: udgifter, når de er afholdt"),
	openingWas: both("When the period began:", "Da perioden begyndte:"),
	indirectCap: both("By the agreement at most {amount} in all.",
		"Efter aftalen højst {amount} i alt."),
	auditorSigns: both("For the auditor: the auditor's report, with any reservations, belongs to this statement.",
		"For revisor: revisors erklæring med eventuelle forbehold hører til regnskabet."),
	underspent: both("Budget line {line}: {percent} of it is not spent",
		"Budgetpost {line}: {percent} af den er ikke brugt"),
	changedApproved: both("Budget version {version} from {date}, approved by the grantor",
		"Budget version {version} fra {date}, godkendt af bevillingsgiver"),
	changedWithin: both("Budget version {version} from {date}, within what the agreement allows",
		"Budget version {version} fra {date}, inden for aftalens rammer"),
	moved:     both("From line {from} to line {to}", "Fra post {from} til post {to}"),
	movedIn:   both("Added to line {to}", "Lagt til post {to}"),
	movedOut:  both("Taken off line {from}", "Taget fra post {from}"),
	forecast:  both("What the grant will come to", "Forventet forbrug"),
	committed: both("Set aside", "Disponeret"),
	expected:  both("Expected", "Forventet"),
	left:      both("Left", "Rest"),
	forecastNote: both(
		"Expected is what has been spent to date and what is set aside for approved plans; left is the budget less that.",
		"Forventet er det, der er brugt til dato, og det, der er disponeret til godkendte planer; rest er budgettet minus "+
			"dette."),
	toCome: both("Instalments still to come", "Rater, der udestår"),
	due:    both("Due", "Forfalder"),
	late:   both("due and not received", "forfalden og ikke modtaget"),
	inKind: both("Given in kind", "Naturalydelser"),
	inKindNote: both(
		"Work and goods given to us in the period for the same kinds of support, in all projects together. They are no "+
			"contribution to this grant alone, and in no other figure of this statement.",
		"Arbejde og varer ydet til os i perioden til de samme former for støtte, i alle projekter tilsammen. De er ikke et "+
			"bidrag til denne bevilling alene og indgår ikke i andre tal i regnskabet."),
	inKindOfFund: both(
		"Work and goods given in the period. No money moved; they are part of both income and spending above.",
		"Arbejde og varer ydet i perioden. Der er ikke flyttet penge; de indgår både i indtægter og forbrug ovenfor."),
	worth:   both("Worth", "Værdi"),
	results: both("Results", "Resultater"),
	resultsNote: both("Numbers are shown in bands, so that nobody can be found among few.",
		"Antal vises i intervaller, så ingen kan findes blandt få."),
	people:     both("People supported in the period", "Personer støttet i perioden"),
	milestones: both("Milestones of their plans reached in the period", "Milepæle i deres planer nået i perioden"),
	vouchers:   both("Vouchers behind each budget line", "Bilag bag hver budgetpost"),
	voucherNos: both("Vouchers of the period", "Periodens bilag"),
	noLine:     both("None", "Ingen"),

	title:       both("Grant financial statement", "Regnskab for bevilling"),
	statementNo: both("Statement", "Regnskab nr."),
	version:     both("version", "version"),
	draft:       both("DRAFT", "UDKAST"),
	draftNotice: both("Not issued: figures may still change", "Ikke udstedt: tallene kan stadig ændre sig"),

	grant:       both("Grant", "Bevilling"),
	grantor:     both("Grantor", "Bevillingsgiver"),
	agreement:   both("Agreement", "Journalnr."),
	grantPeriod: both("Grant period", "Bevillingsperiode"),
	period:      both("Period of this statement", "Regnskabsperiode"),
	amountsIn:   both("Amounts in", "Beløb i"),
	prepared:    both("Prepared", "Opgjort"),
	throughNo:   both("through entry {number}", "til og med postering {number}"),
	booksIn:     both("books in", "bogført i"),

	opening:  both("Opening balance", "Saldo primo"),
	received: both("Received", "Modtaget"),
	interest: both("Interest of the grantor", "Bevillingsgivers renter"),
	spent:    both("Spent", "Brugt"),
	refunded: both("Returned to the grantor", "Tilbage til bevillingsgiver"),
	closing:  both("Closing balance", "Saldo ultimo"),

	giftsBefore: both("Not used before", "Ikke brugt før"),
	giftsLeft:   both("Not used yet", "Ikke brugt endnu"),

	moneyUsed:  both("Grant spent to date", "Brugt af bevillingen"),
	timePassed: both("Grant period passed", "Forløbet af bevillingsperioden"),
	of:         both("of", "af"),
	throughDay: both("by {date}", "pr. {date}"),

	spending:      both("Spending against budget", "Forbrug i forhold til budget"),
	spendingPlain: both("Spending", "Forbrug"),
	budgetLine:    both("Budget line", "Budgetpost"),
	costs:         both("Cost", "Udgift"),
	budget:        both("Budget", "Budget"),
	inPeriod:      both("This period", "I perioden"),
	toDate:        both("To date", "Til dato"),
	variance:      both("Budget left", "Restbudget"),
	used:          both("Used", "Forbrugt"),
	share:         both("Share", "Andel"),
	total:         both("Total", "I alt"),
	outsideBudget: both("Not named in the budget", "Ikke nævnt i budgettet"),

	whereMoney: both("Where the money is", "Hvor pengene står"),
	place:      both("Place", "Sted"),
	quantity:   both("Held as", "Beholdning"),
	totalBooks: both("In the books", "Bogført i alt"),
	atRate:     both("Closing balance at the rate of receipt", "Saldo ultimo til modtagelseskursen"),
	rounding:   both("Rounding", "Afrunding"),

	byBooks:       both("By the books, at the rate of receipt", "Efter bogføringen, til modtagelseskursen"),
	methodDiffers: both("Difference from the agreed rate", "Forskel ved den aftalte kurs"),
	averageOf:     both("ECB, average of {n} rates", "ECB, gennemsnit af {n} kurser"),
	monthRate:     both("InforEuro, rate of the month", "InforEuro, månedens kurs"),
	budgetRate:    both("Rate of the budget", "Budgetkurs"),
	throughTo:     both("through {date}", "til og med {date}"),
	agrees: both("Agrees with account 2100, deferred grants.",
		"Stemmer med konto 2100, forudmodtagne bevillinger."),
	agreesOne:   both("Closing balance", "Saldo ultimo"),
	commitments: both("Of this, set aside for approved plans", "Heraf disponeret til godkendte planer"),

	receipts:  both("Money received", "Modtagne midler"),
	date:      both("Date", "Dato"),
	receipt:   both("Receipt", "Indbetaling"),
	rate:      both("Rate", "Kurs"),
	amount:    both("Amount", "Beløb"),
	inBooks:   both("In the books", "Bogført"),
	arrivedAs: both("arrived as {amount}", "modtaget som {amount}"),
	noMoney:   both("Nothing was received in the period.", "Der er intet modtaget i perioden."),

	indirect:       both("How indirect costs were computed", "Beregning af fællesomkostninger"),
	indirectBase:   both("Direct costs through {date}", "Direkte udgifter til og med {date}"),
	indirectRate:   both("Indirect costs, {percent}", "Fællesomkostninger, {percent}"),
	indirectToDate: both("Indirect costs to date", "Fællesomkostninger til dato"),
	indirectBefore: both("Less charged before the period", "Heraf beregnet før perioden"),
	indirectIn:     both("Indirect costs in the period", "Fællesomkostninger i perioden"),
	excluded:       both("Not in the base", "Indgår ikke i grundlaget"),

	rates:     both("Exchange rates used", "Anvendte valutakurser"),
	use:       both("Used for", "Anvendt til"),
	reference: both("Reference", "Reference"),

	notes: both("Notes", "Noter"),
	varianceNote: both("Budget left is the approved budget (version {version}) less what has been spent to date.",
		"Restbudget er det godkendte budget (version {version}) minus det, der er brugt til dato."),

	signHere: both("Name, date and signature", "Navn, dato og underskrift"),
	page:     both("Page {page} of {pages}", "Side {page} af {pages}"),
	data:     both("Data", "Data"),
	dataHash: both("Data hash (SHA-256)", "Datahash (SHA-256)"),

	replaces:    both("replaces {version}", "erstatter {version}"),
	advances:    both("Advances with partners", "Forskud hos partnere"),
	partner:     both("Partner", "Partner"),
	advOpening:  both("Opening", "Primo"),
	advSent:     both("Sent", "Sendt"),
	advSpent:    both("Documented", "Dokumenteret"),
	advReturned: both("Returned", "Retur"),
	advClosing:  both("Closing", "Ultimo"),
	advOldest: both("The oldest money with {partner} was sent on {date}.",
		"De ældste midler hos {partner} er sendt {date}."),

	shared:       both("Costs shared with other funds", "Udgifter delt med andre midler"),
	sharedWhole:  both("Whole cost", "Hele udgiften"),
	sharedOthers: both("Other funds", "Andre midler"),
	sharedOurs:   both("This grant", "Denne bevilling"),
	sharedNote: both("Each part is booked once; together the parts are the whole cost.",
		"Hver del er bogført én gang; delene er tilsammen hele udgiften."),

	deviations: both("Deviations", "Afvigelser"),
	deviation:  both("What", "Hvad"),
	overspent:  both("Budget line {line} is overspent by {percent}", "Budgetpost {line} er overskredet med {percent}"),
	amended:    both("The agreement was changed from {date}: {rules}", "Aftalen er ændret fra {date}: {rules}"),
	disallowed: both("Not allowed by the audit, finding {ref} of {date}; borne by our own funds",
		"Ikke godkendt ved revision, bemærkning {ref} af {date}; båret af egne midler"),

	disallowedInAll: both("Not allowed by the audit, finding {ref}; borne by our own funds",
		"Ikke godkendt ved revision, bemærkning {ref}; afholdt af egne midler"),

	tie:      both("Agreement with the ledger", "Afstemning til bogføringen"),
	account:  both("Account", "Konto"),
	tieTotal: both("Costs of the grant in the ledger", "Bevillingens udgifter i bogføringen"),
	tieSame: both("The report and the ledger have the same costs.",
		"Regnskabet og bogføringen har de samme udgifter."),
	tieConverted: both(
		"The ledger is kept in another currency; the report has each of these costs at the rate explained in the notes.",
		"Bogføringen er i en anden valuta; regnskabet har hver af disse udgifter til den kurs, som noterne forklarer."),

	giftTitle:     both("Your gifts", "Dine gaver"),
	fundTitle:     both("Fund statement", "Regnskab for formål"),
	giftsUsed:     both("Used of your gifts", "Brugt af dine gaver"),
	giftsReceived: both("Gifts received", "Modtagne gaver"),
	donorNo:       both("Donor number", "Donornr."),
	donorName:     both("Donor", "Donor"),
	fundCode:      both("Fund", "Formål"),
	restriction:   both("Earmarked for", "Øremærkning"),
	whatItDid:     both("What your gifts paid for", "Hvad dine gaver har betalt"),
	purpose:       both("Purpose", "Formål"),
	nothingSpent:  both("Nothing was spent in the period.", "Der er ikke brugt noget i perioden."),
	yourGifts:     both("Gifts in the period", "Gaver i perioden"),
	gift:          both("Gift", "Gave"),
	income:        both("Income", "Indtægter"),
	source:        both("Source", "Kilde"),
	byPurpose:     both("Your money by purpose", "Dine midler efter formål"),

	carried: both("Carried forward", "Overført til næste side"),
	brought: both("Brought forward", "Overført fra forrige side"),
	chartOf: both("Spending as a chart", "Forbrug som diagram"),
	chartNote: both("The bars begin at 0 and show the same numbers as the table.",
		"Søjlerne begynder ved 0 og viser de samme tal som tabellen."),
	chartBudget: both("The pale bar is the budget.", "Den lyse søjle er budgettet."),
	noBars: both("The amounts are so long that the bars are left out.",
		"Beløbene er så lange, at søjlerne er udeladt."),
	verifyHere: both("Is this statement genuine? Scan the code or go to {url}",
		"Er dette regnskab ægte? Scan koden, eller gå til {url}"),
	codeAlt: both("Code for a telephone: it leads to the page where this statement is checked.",
		"Kode til telefonen: den fører til siden, hvor regnskabet kontrolleres."),
	codeAlone:     both("Code for checking this statement: {code}.", "Kode til kontrol af regnskabet: {code}."),
	bookmarkFirst: both("Overview", "Overblik"),
	bookmarkSign:  both("Signatures", "Underskrifter"),
	figuresIn: both("The figures of this statement, and the proof that it was issued, are attached to the file.",
		"Regnskabets tal og beviset for, at det er udstedt, er vedhæftet filen."),
}

// restrictionWords say what binds a fund's money.
var restrictionWords = map[ledger.Restriction]figures.Name{
	ledger.Unrestricted: {EN: "Nothing: free funds", DA: "Ingen (frie midler)"},
	ledger.PurposeBound: {EN: "A purpose", DA: "Et formål"},
	ledger.TimeBound:    {EN: "A time", DA: "En periode"},
	ledger.Endowment:    {EN: "Capital that is kept", DA: "Kapital, der bevares"},
	ledger.BoundByGrant: {EN: "A grant agreement", DA: "En bevilling"},
}
