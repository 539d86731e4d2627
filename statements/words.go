package statements

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
}{
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

	whereMoney:  phrase{"Where the money is", "Hvor pengene står"},
	place:       phrase{"Place", "Sted"},
	quantity:    phrase{"Held as", "Beholdning"},
	totalBooks:  phrase{"In the books", "Bogført i alt"},
	atRate:      phrase{"Closing balance at the rate of receipt", "Saldo ultimo til modtagelseskursen"},
	rounding:    phrase{"Rounding", "Afrunding"},
	agrees:      phrase{"Agrees with account 2100, deferred grants.", "Stemmer med konto 2100, forudmodtagne bevillinger."},
	agreesOne:   phrase{"Closing balance", "Saldo ultimo"},
	commitments: phrase{"Of this, set aside for approved plans", "Heraf disponeret til godkendte planer"},

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
}

var receiptWords = map[ReceiptKind]phrase{
	Instalment:   {"Instalment", "Rate"},
	AwardPayment: {"Payment of the award", "Udbetaling af bevillingen"},
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
	NoteFree: {"{text}", "{text}"},
}
