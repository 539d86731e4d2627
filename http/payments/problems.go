package payments

import (
	"errors"
	"strings"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/banknumbers"
	"supportledger/disbursements/delegations"
	"supportledger/disbursements/documents"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/judge"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/disbursements/relations"
	"supportledger/http/resource"
	"supportledger/http/rest"
)

// Problems is what a client is told about the errors of money that moves.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: disbursements.ErrPlanChanged, Status: 409, Code: "plan_changed",
		Title: rest.Text{EN: "The plan was changed since this was asked for",
			DA: "Støtteplanen er ændret, siden der blev spurgt"},
		Hint: rest.Text{EN: "Its approvals are void. Return it, and have it asked for anew.",
			DA: "Godkendelserne er bortfaldet. Returnér den, og lad den blive søgt igen."}},
	{Err: disbursements.ErrNotAsked, Status: 403, Code: "role_not_needed",
		Title: rest.Text{EN: "Nobody of your role has to decide on it", DA: "Ingen med din rolle skal afgøre den"},
		Hint: rest.Text{EN: "approvals.still_needed names who is needed.",
			DA: "approvals.still_needed nævner, hvem der mangler."}},
	{Err: disbursements.ErrBooked, Status: 409, Code: "cost_booked",
		Title: rest.Text{EN: "Its cost is in the books", DA: "Omkostningen er bogført"},
		Hint: rest.Text{EN: "Cancel it: that reverses what was booked.",
			DA: "Annullér den: det tilbagefører, hvad der er bogført."}},
	{Err: disbursements.ErrReserved, Status: 409, Code: "in_payment_batch",
		Title: rest.Text{EN: "It is in a payment batch", DA: "Det er i en betalingskørsel"},
		Hint: rest.Text{EN: "Take it out of the batch that the detail names, or abort that.",
			DA: "Tag det ud af betalingskørslen, som detaljen nævner, eller afbryd den."}},
	{Err: delegations.ErrMissing, Status: 403, Code: "delegation_missing",
		Title: rest.Text{EN: "You are not the deputy of that user today",
			DA: "Du er ikke stedfortræder for den bruger i dag"},
		Hint: rest.Text{EN: "Who is away names a deputy with POST /api/v1/delegations.",
			DA: "Den fraværende udpeger en stedfortræder med POST /api/v1/delegations."}},
	{Err: delegations.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: delegations.ErrDays, Status: 422, Code: "delegation_days",
		Title: rest.Text{EN: "A delegation has a first and a last day, at most 92 apart, and is not over",
			DA: "En fuldmagt har en første og en sidste dag med højst 92 imellem, og den er ikke udløbet"},
		Hint: rest.Text{EN: "Send other days.", DA: "Send andre dage."}},
	{Err: delegations.ErrOwnDeputy, Status: 422, Code: "own_deputy",
		Title: rest.Text{EN: "Nobody is their own deputy", DA: "Ingen er sin egen stedfortræder"},
		Hint:  rest.Text{EN: "Choose an account of somebody else.", DA: "Vælg en andens konto."}},
	{Err: access.ErrRelated, Status: 403, Code: "related_party",
		Title: rest.Text{EN: "Nobody decides for a payee or a person whom they are related to",
			DA: "Ingen afgør noget for en modtager, de har en relation til"},
		Hint: rest.Text{EN: "Somebody else decides.", DA: "En anden afgør."}},
	{Err: relations.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: relations.ErrShape, Status: 422, Code: "relation_shape",
		Title: rest.Text{EN: "A relation is of one user or donor to one payee or person",
			DA: "En relation er fra én bruger eller donor til én betalingsmodtager eller person"},
		Hint: rest.Text{EN: "Send one of user and donor, and one of payee and beneficiary.",
			DA: "Send enten user eller donor, og enten payee eller beneficiary."}},
	{Err: disbursements.ErrEmergency, Status: 422, Code: "emergency_closed",
		Title: rest.Text{EN: "The emergency path is not open for this", DA: "Nødvejen er ikke åben for dette"},
		Hint:  rest.Text{EN: "Ask for approval in the usual way.", DA: "Bed om godkendelse på den sædvanlige måde."}},
	{Err: disbursements.ErrUnknownPolicy, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: disbursements.ErrPolicyShape, Status: 422, Code: "policy_shape",
		Title: rest.Text{EN: "Every disbursement needs somebody who approves and somebody who authorises",
			DA: "Hver udbetaling kræver en, der godkender, og en, der bemyndiger"},
		Hint: rest.Text{EN: "Send a band of each step without conditions; casework approves, finance authorises; from " +
			"today on at the earliest.",
			DA: "Send et bånd for hvert skridt uden betingelser; sagsarbejdet godkender, økonomien bemyndiger; tidligst " +
				"fra i dag."}},
	{Err: disbursements.ErrFindingElsewhere, Status: 422, Code: "finding_unknown",
		Title: rest.Text{EN: "No grant that paid has this finding", DA: "Ingen bevilling, der betalte, har denne bemærkning"},
		Hint:  rest.Text{EN: "Raise the finding on the grant first.", DA: "Registrér først bemærkningen på bevillingen."}},
	{Err: iso20022.ErrFile, Status: 422, Code: "bank_file_unreadable",
		Title: rest.Text{EN: "The bank's file is not as it must be", DA: "Bankens fil er ikke, som den skal være"},
		Hint: rest.Text{EN: "The detail names the place. Export the file again and do not open it in between.",
			DA: "Detaljen nævner stedet. Eksportér filen igen, og åbn den ikke undervejs."}},
	{Err: banking.ErrUnknownBankImport, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: banking.ErrBankFileKnown, Status: 409, Code: "bank_file_known",
		Title: rest.Text{EN: "The bank's file is here already", DA: "Bankens fil er her allerede"},
		Hint: rest.Text{EN: "GET /api/v1/bank-imports lists the files: commit that one, or undo it.",
			DA: "GET /api/v1/bank-imports viser filerne: registrér den, eller fortryd den."}},
	{Err: banking.ErrNoNewLines, Status: 409, Code: "bank_file_nothing_new",
		Title: rest.Text{EN: "Every line of the bank's file is on record", DA: "Alle linjer i bankens fil er registreret"},
		Hint:  rest.Text{EN: "There is nothing to do.", DA: "Der er intet at gøre."}},
	{Err: banking.ErrBankLinesMatched, Status: 409, Code: "bank_lines_matched",
		Title: rest.Text{EN: "A line of the bank's file proved something", DA: "En linje i bankens fil er afstemt"},
		Hint: rest.Text{EN: "What it proved stays on record. Reverse the entry of the match; the line then waits for " +
			"another.", DA: "Det, den beviste, bliver stående. Tilbagefør afstemningens postering; linjen venter så på en ny."}},
	{Err: banking.ErrOtherBankAccount, Status: 422, Code: "bank_account_other",
		Title: rest.Text{EN: "The bank's file is of another account than those before",
			DA: "Bankens fil er fra en anden konto end de tidligere"},
		Hint: rest.Text{EN: "Choose the account of our books that belongs to it.",
			DA: "Vælg den konto i bogføringen, der hører til."}},
	{Err: banking.ErrMatchShape, Status: 422, Code: "match_shape",
		Title: rest.Text{EN: "Many lines and many payments are not matched at once",
			DA: "Mange linjer og mange betalinger afstemmes ikke på én gang"},
		Hint: rest.Text{EN: "Send one line with its payments, or one payment with its lines, each once.",
			DA: "Send én linje med dens betalinger eller én betaling med dens linjer, hver én gang."}},
	{Err: banking.ErrNamedByBank, Status: 409, Code: "payment_named_by_bank",
		Title: rest.Text{EN: "A line of the bank names the payment, and nobody has said what the line is",
			DA: "En banklinje nævner betalingen, og ingen har sagt, hvad linjen er"},
		Hint: rest.Text{EN: "Match the line with the payment, or explain it: POST /api/v1/bank-lines/{id}/explanations.",
			DA: "Afstem linjen med betalingen, eller forklar den: POST /api/v1/bank-lines/{id}/explanations."}},
	{Err: banking.ErrUnexplained, Status: 409, Code: "bank_line_unexplained",
		Title: rest.Text{EN: "Nothing is booked for the bank line", DA: "Intet er bogført for banklinjen"},
		Hint:  rest.Text{EN: "There is nothing to take back.", DA: "Der er intet at fortryde."}},
	{Err: banking.ErrNothingMoved, Status: 422, Code: "bank_line_empty",
		Title: rest.Text{EN: "A line of the bank moves some money", DA: "En banklinje flytter penge"},
		Hint: rest.Text{EN: "Send the amount of the line, out as negative; leave lines of 0.00 out.",
			DA: "Send linjens beløb, ud som negativt; udelad linjer på 0,00."}},
	{Err: banking.ErrUnknownRule, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: banking.ErrRule, Status: 422, Code: "bank_rule_wrong",
		Title: rest.Text{EN: "No bank line could be booked by the rule", DA: "Ingen banklinje kan bogføres efter reglen"},
		Hint: rest.Text{EN: "Gifts, instalments, awards and interest come in; charges go out. Three letters at least, of " +
			"what the bank writes each time.",
			DA: "Gaver, rater, tilsagn og renter kommer ind; gebyrer går ud. Mindst tre bogstaver af det, banken skriver " +
				"hver gang."}},
	{Status: 409, Code: "bank_import_state",
		Title: rest.Text{EN: "The bank statement is in another state", DA: "Kontoudtoget er i en anden tilstand"}},
	{Err: documents.ErrUsed, Status: 409, Code: "document_used",
		Title: rest.Text{EN: "Another disbursement claims the document", DA: "En anden udbetaling gør brug af bilaget"},
		Hint: rest.Text{EN: "Where it is another cost, somebody who neither wrote it nor asked for it says so: " +
			"POST /api/v1/disbursements/{id}/document-liftings, with a reason.",
			DA: "Er det en anden udgift, afgør en, der hverken har skrevet den eller bedt om den, det: " +
				"POST /api/v1/disbursements/{id}/document-liftings, med en begrundelse."}},
	{Err: documents.ErrNotUsed, Status: 409, Code: "document_not_used",
		Title: rest.Text{EN: "No other disbursement claims the document", DA: "Ingen anden udbetaling gør brug af bilaget"},
		Hint:  rest.Text{EN: "Nothing stands in the way.", DA: "Der er intet til hinder."}},
	{Err: disbursements.ErrGated, Status: 409, Code: "milestone_open",
		Title: rest.Text{EN: "A milestone of the plan holds the money back",
			DA: "En milepæl i støtteplanen holder pengene tilbage"},
		Hint: rest.Text{EN: "Have somebody else decide on it, with the document that shows it.",
			DA: "Få en anden til at afgøre den, med det bilag, der viser det."}},
	{Err: payees.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: payees.ErrUnknownDetails, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: payees.ErrDuplicate, Status: 409, Code: "payee_exists",
		Title: rest.Text{EN: "The payee is on record", DA: "Betalingsmodtageren er registreret"},
		Hint:  rest.Text{EN: "GET /api/v1/payees/{code} shows it.", DA: "GET /api/v1/payees/{code} viser den."}},
	{Err: payees.ErrTells, Status: 422, Code: "payee_tells",
		Title: rest.Text{EN: "Code or alias tells too much, or a bank does not take it",
			DA: "Koden eller aliasset røber for meget, eller banken tager det ikke"},
		Hint: rest.Text{EN: "A code of capitals, digits and hyphens (CLI-01); an alias of a-z, digits and / - ? : ( ) . , " +
			"' + without a word for what the support is.",
			DA: "En kode af store bogstaver, cifre og bindestreger (CLI-01); et alias af a-z, cifre og / - ? : ( ) . , ' + " +
				"uden et ord for, hvad støtten er."}},
	{Err: payees.ErrIncompleteAccount, Status: 422, Code: "account_incomplete",
		Title: rest.Text{EN: "The account is not complete", DA: "Kontoen er ikke komplet"},
		Hint: rest.Text{EN: "Send an IBAN; or registration_number and account_number; or a number with bic, and town and " +
			"country of the payee.",
			DA: "Send et IBAN; eller registration_number og account_number; eller et number med bic samt " +
				"modtagerens by og land."}},
	{Err: payees.ErrUnverified, Status: 422, Code: "payee_unverified",
		Title: rest.Text{EN: "The payee's bank details are not verified",
			DA: "Modtagerens kontooplysninger er ikke bekræftet"},
		Hint: rest.Text{EN: "A second person verifies them: POST /api/v1/payees/{id}/bank-details/{version}/verifications.",
			DA: "En anden person bekræfter dem: POST /api/v1/payees/{id}/bank-details/{version}/verifications."}},
	{Err: payees.ErrCooling, Status: 409, Code: "payee_cooling_off",
		Title: rest.Text{EN: "The payee's bank details were verified less than 48 hours ago",
			DA: "Modtagerens kontooplysninger er bekræftet for mindre end 48 timer siden"},
		Hint: rest.Text{EN: "Wait; the detail says until when. It is the time in which a swindle is noticed.",
			DA: "Vent; detaljen siger hvornår. Det er tiden, hvor et bedrag bliver opdaget."}},
	{Err: payees.ErrChanged, Status: 409, Code: "payee_changed",
		Title: rest.Text{EN: "The payee's bank details changed since", DA: "Modtagerens kontooplysninger er ændret siden"},
		Hint: rest.Text{EN: "What was asked for with the old ones is void: return it and ask again.",
			DA: "Det, der er anmodet om med de gamle, er bortfaldet: returnér og anmod igen."}},
	{Err: payees.ErrUnbound, Status: 422, Code: "payee_unbound",
		Title: rest.Text{EN: "No payee's bank details were on record when it was asked for",
			DA: "Ingen modtagers kontooplysninger var registreret ved anmodningen"},
		Hint: rest.Text{EN: "Register the payee with bank details, return the disbursement and ask again; or pay it by " +
			"itself.",
			DA: "Registrér modtageren med kontooplysninger, returnér udbetalingen og anmod igen; eller betal den enkeltvis."}},
	{Err: payees.ErrOwnAccount, Status: 422, Code: "payee_own_account",
		Title: rest.Text{EN: "The account is our own", DA: "Kontoen er vores egen"},
		Hint: rest.Text{EN: "Enter the payee's account; money between our own accounts is " +
			"POST /api/v1/bank-lines/{id}/explanations.",
			DA: "Indtast modtagerens konto; penge mellem egne konti er POST /api/v1/bank-lines/{id}/explanations."}},
	{Err: payees.ErrUnregistered, Status: 422, Code: "payee_unregistered",
		Title: rest.Text{EN: "A transfer goes to a payee on record",
			DA: "En overførsel går til en registreret betalingsmodtager"},
		Hint: rest.Text{EN: "Register the payee with POST /api/v1/payees and have its bank details verified; or send " +
			"paid_by card or cash for a small amount, and the receipt afterwards.",
			DA: "Registrér modtageren med POST /api/v1/payees, og få kontooplysningerne bekræftet; eller send paid_by card " +
				"eller cash for et mindre beløb, og kvitteringen bagefter."}},
	{Err: payees.ErrOverCardLimit, Status: 422, Code: "card_limit_exceeded",
		Title: rest.Text{EN: "More than may be paid by card or in cash",
			DA: "Mere, end der må betales med kort eller kontant"},
		Hint: rest.Text{EN: "Register the payee and transfer it; or have the limit changed: card_limit of " +
			"POST /api/v1/approval-policies, which a second person confirms.",
			DA: "Registrér modtageren, og overfør beløbet; eller få grænsen ændret: card_limit i " +
				"POST /api/v1/approval-policies, som en anden bekræfter."}},
	{Err: paymentbatch.ErrUnknownBatch, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: paymentbatch.ErrDuplicateBatch, Status: 409, Code: "payment_batch_exists",
		Title: rest.Text{EN: "The number of the payment batch is taken", DA: "Betalingskørslens nummer er optaget"},
		Hint:  rest.Text{EN: "Send another number, or none.", DA: "Send et andet nummer eller intet."}},
	{Err: banking.ErrUnknownOwnAccount, Status: 422, Code: "bank_account_missing",
		Title: rest.Text{EN: "It is not on record where our bank account is",
			DA: "Det er ikke registreret, hvor vores bankkonto er"},
		Hint: rest.Text{EN: "POST /api/v1/bank-accounts puts it down.", DA: "POST /api/v1/bank-accounts registrerer det."}},
	{Err: paymentbatch.ErrBatchEmpty, Status: 422, Code: "payment_batch_empty",
		Title: rest.Text{EN: "The payment batch has no payment", DA: "Betalingskørslen har ingen betaling"},
		Hint: rest.Text{EN: "POST /api/v1/payment-batches/{id}/items puts some in.",
			DA: "POST /api/v1/payment-batches/{id}/items lægger nogle i."}},
	{Err: paymentbatch.ErrBatchBlocked, Status: 409, Code: "payment_batch_blocked",
		Title: rest.Text{EN: "Bank details keep the payment batch back",
			DA: "Kontooplysninger holder betalingskørslen tilbage"},
		Hint: rest.Text{EN: "Verify them, wait out the 48 hours, or take the payments out.",
			DA: "Bekræft dem, vent de 48 timer, eller tag betalingerne ud."}},
	{Err: paymentbatch.ErrBatchChanged, Status: 409, Code: "payment_batch_changed",
		Title: rest.Text{EN: "The payment batch is not what was locked", DA: "Betalingskørslen er ikke den, der blev låst"},
		Hint: rest.Text{EN: "Something of it was sent, failed or changed otherwise. Abort it and make another.",
			DA: "Noget af det er sendt, fejlet eller ændret på anden vis. Afbryd det, og lav et nyt."}},
	{Err: paymentbatch.ErrBatchFile, Status: 409, Code: "payment_file_differs",
		Title: rest.Text{EN: "The file made again is not the one that was exported",
			DA: "Den gendannede fil er ikke den, der blev dannet"},
		Hint: rest.Text{EN: "Use the file that went to the bank, and tell the operator.",
			DA: "Brug filen, der gik til banken, og sig det til driften."}},
	{Err: paymentbatch.ErrBatchUnproved, Status: 409, Code: "payment_batch_unproved",
		Title: rest.Text{EN: "The bank has not confirmed the whole payment batch",
			DA: "Banken har ikke bekræftet hele betalingskørslen"},
		Hint: rest.Text{EN: "Import the bank's statement and match it; make again what failed.",
			DA: "Indlæs bankens kontoudtog og afstem det; betal igen, hvad der fejlede."}},
	{Err: banking.ErrInBatch, Status: 409, Code: "in_payment_batch",
		Title: rest.Text{EN: "It is in a payment batch", DA: "Det er i en betalingskørsel"},
		Hint: rest.Text{EN: "Take it out of the batch that the detail names, or abort that.",
			DA: "Tag det ud af betalingskørslen, som detaljen nævner, eller afbryd den."}},
	{Err: banknumbers.ErrNumber, Status: 422, Code: "bank_number_wrong",
		Title: rest.Text{EN: "A number of an account, bank or company is not right",
			DA: "Et konto-, bank- eller virksomhedsnummer er forkert"},
		Hint: rest.Text{EN: "Compare it with what the payee has sent in writing.",
			DA: "Sammenlign med det, modtageren har sendt skriftligt."}},
	{Err: payees.ErrOtherCreditor, Status: 422, Code: "reference_of_other_creditor",
		Title: rest.Text{EN: "The bill is of another creditor than the payee's bank details",
			DA: "Regningen er fra en anden kreditor end modtagerens kontooplysninger"},
		Hint: rest.Text{EN: "A line such as +71<...+87654321< is paid to the creditor number that it names. Enter that " +
			"number as the payee's bank details and have a second person verify it, or leave the line out and pay to the " +
			"account.",
			DA: "En linje som +71<...+87654321< betales til det kreditornummer, den nævner. Indtast nummeret som modtagerens " +
				"kontooplysninger, og lad en anden person bekræfte det, eller udelad linjen og betal til kontoen."}},
	{Err: disbursements.ErrPartOfAct, Status: 409, Code: "part_of_act",
		Title: rest.Text{EN: "The entry goes with another one", DA: "Posteringen hører til en anden"},
		Hint: rest.Text{EN: "Reverse that one; instead leads there. What set budget aside or gave it free is changed by an " +
			"act on the plan or the grant.",
			DA: "Tilbagefør den; instead fører derhen. Disponeringer ændres ved en handling på planen eller bevillingen."}},

	// Money that moves.
	{Err: advances.ErrUnknownPartner, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: advances.ErrUnknownTransfer, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: disbursements.ErrUnknownDisbursement, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: advances.ErrDuplicatePartner, Status: 409, Code: "partner_exists",
		Title: rest.Text{EN: "There is such a partner already", DA: "Partneren findes allerede"},
		Hint:  rest.Text{EN: "Choose another code.", DA: "Vælg en anden kode."}},
	{Err: advances.ErrDuplicateTransfer, Status: 409, Code: "transfer_exists",
		Title: rest.Text{EN: "There is such a transfer already", DA: "Overførslen findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: advances.ErrState, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "Its state does not allow this", DA: "Dens tilstand tillader det ikke"},
		Hint:  rest.Text{EN: "Read it again to see its state.", DA: "Læs den igen for at se dens tilstand."}},
	{Err: payees.ErrVerified, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "Its state does not allow this", DA: "Dens tilstand tillader det ikke"},
		Hint:  rest.Text{EN: "Read it again to see its state.", DA: "Læs den igen for at se dens tilstand."}},
	{Err: advances.ErrBankCurrency, Status: 422, Code: "bank_currency",
		Title: rest.Text{EN: "The bank account is in another currency", DA: "Bankkontoen er i en anden valuta"},
		Hint:  rest.Text{EN: "Use an account in the currency of the amount.", DA: "Brug en konto i beløbets valuta."}},
	{Err: advances.ErrFeeExceedsAmount, Status: 422, Code: "fee_exceeds_amount",
		Title: rest.Text{EN: "The fee is not smaller than the amount", DA: "Gebyret er ikke mindre end beløbet"}},
	{Err: advances.ErrSameAccount, Status: 422, Code: "exchange_accounts",
		Title: rest.Text{EN: "One of two different accounts must be in base currency",
			DA: "En af to forskellige konti skal være i regnskabsvalutaen"},
		Hint: rest.Text{EN: "Convert in two steps, through the account in base currency.",
			DA: "Veksl i to skridt over kontoen i regnskabsvalutaen."}},
	{Err: disbursements.ErrPlanNotApproved, Status: 409, Code: "plan_not_approved",
		Title: rest.Text{EN: "The plan is not approved", DA: "Støtteplanen er ikke godkendt"},
		Hint:  rest.Text{EN: "Have a year of the plan approved first.", DA: "Få først et år af støtteplanen godkendt."}},

	{Err: advances.ErrUnknownPrepayment, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: banking.ErrUnknownPayment, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: banking.ErrUnknownBankLine, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: advances.ErrDuplicatePrepayment, Status: 409, Code: "prepayment_exists",
		Title: rest.Text{EN: "There is such a prepayment already", DA: "Forudbetalingen findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: banking.ErrDuplicatePayment, Status: 409, Code: "payment_exists",
		Title: rest.Text{EN: "There is such a payment already", DA: "Betalingen findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},
	{Err: disbursements.ErrSettlement, Status: 409, Code: "settled_otherwise",
		Title: rest.Text{EN: "The disbursement is settled in another way", DA: "Udbetalingen afregnes på en anden måde"},
		Hint: rest.Text{EN: "Its settlement says how: liquidations for partner, releases for payment and invoice, " +
			"settlements for the rest.",
			DA: "Dens settlement siger hvordan: liquidations for partner, releases for payment og invoice, settlements for " +
				"resten."}},
	{Err: disbursements.ErrIncomplete, Status: 422, Code: "settlement_incomplete",
		Title: rest.Text{EN: "This way of settling needs more", DA: "Denne måde at afregne på kræver mere"},
		Hint:  rest.Text{EN: "Send the field that is named.", DA: "Send det felt, der er nævnt."}},
	{Err: advances.ErrPrepaidExceeded, Status: 422, Code: "prepayment_exceeded",
		Title: rest.Text{EN: "Less than that is left of what was paid ahead", DA: "Der er mindre tilbage af forudbetalingen"},
		Hint:  rest.Text{EN: "Read the prepayment: left says how much.", DA: "Læs forudbetalingen: left siger hvor meget."}},
	{Err: disbursements.ErrReceiptsDiffer, Status: 422, Code: "receipts_differ",
		Title: rest.Text{EN: "Receipts and returned cash are not the float",
			DA: "Kvitteringer og returnerede kontanter er ikke forskuddet"},
		Hint: rest.Text{EN: "Account for all of it: receipts and returned together.",
			DA: "Gør rede for det hele: kvitteringer og returned tilsammen."}},
	{Err: banking.ErrBankDifference, Status: 422, Code: "bank_difference",
		Title: rest.Text{EN: "The bank line does not prove this amount", DA: "Banklinjen beviser ikke dette beløb"},
		Hint: rest.Text{EN: "Match a line of the payment's account with this amount left, out as negative.",
			DA: "Brug en linje på betalingens konto, hvor beløbet står tilbage, ud som negativt."}},
	{Err: banking.ErrReissued, Status: 409, Code: "payment_reissued",
		Title: rest.Text{EN: "It was paid again already", DA: "Den er allerede betalt igen"}},
	{Err: disbursements.ErrOutsidePeriod, Status: 422, Code: "outside_grant_period",
		Title: rest.Text{EN: "The cost falls outside the grant's period",
			DA: "Omkostningen ligger uden for bevillingens periode"},
		Hint: rest.Text{EN: "Charge it to another fund, or have the grant amended.",
			DA: "Bogfør den på et andet formål, eller få bevillingen ændret."}},
	{Err: judge.ErrUnreleased, Status: 422, Code: "grant_income_missing",
		Title: rest.Text{EN: "The entry puts cost on a grant without the income that pays it",
			DA: "Posteringen lægger en omkostning på en bevilling uden den indtægt, der dækker den"},
		Hint: rest.Text{EN: "Add debit 2100 and credit 4100 of the same amount in the grant's fund, or ask for it as a " +
			"disbursement, which does that by itself.",
			DA: "Tilføj debet 2100 og kredit 4100 med samme beløb på bevillingens formål, eller anmod om den som en " +
				"udbetaling, som gør det af sig selv."}},
	{Status: 409, Code: "release_missing",
		Title: rest.Text{EN: "Another person releases the payment", DA: "En anden person frigiver betalingen"},
		Hint:  rest.Text{EN: "Ask one who did nothing on it before.", DA: "Spørg en, der ikke har haft del i den."}},
	{Status: 409, Code: "bank_evidence_missing",
		Title: rest.Text{EN: "Only a line of the bank proves a payment", DA: "Kun en linje fra banken beviser en betaling"},
		Hint: rest.Text{EN: "Record the bank line and match it with the payment.",
			DA: "Registrér banklinjen, og afstem den med betalingen."}},
}, Detail: paymentsDetail, Related: paymentsRelated}

// paymentsDetail words the errors that carry figures.
func paymentsDetail(err error) (s rest.Text) {
	var (
		money  *disbursements.StateConflict
		gates  *disbursements.Gated
		barred *disbursements.Barred
		asked  *disbursements.NotAsked
		moved  *disbursements.Moved
		income *judge.Unreleased
		nobody *payees.Unregistered
		cards  *payees.OverCardLimit
		spell  *payees.Letters
		number *banknumbers.Fault
	)
	switch {
	case errors.As(err, &spell):
		s = rest.Textf("Banks do not take all of its letters; send %q.", "Banker tager ikke alle tegnene; send %q.",
			spell.Instead)
	case errors.As(err, &number):
		s = numberDetail(number)
	case errors.As(err, &barred):
		s = barredDetail(barred)
	case errors.As(err, &asked):
		s = notAskedDetail(asked)
	case errors.As(err, &moved):
		s = movedDetail(moved)
	case errors.As(err, &gates):
		s = rest.Textf("These milestones are not met: %s.", "Disse milepæle er ikke nået: %s.",
			strings.Join(gates.Milestones(), ", "))
	case errors.As(err, &nobody) && nobody.Payee != "":
		s = rest.Textf("%s is nobody's code.", "%s er ingens kode.", nobody.Payee)
	case errors.As(err, &cards):
		s = rest.Textf("It comes to %s with what went the same way within 30 days; the limit is %s %s.",
			"Det bliver %s med det, der gik samme vej inden for 30 dage; grænsen er %s %s.", cards.Asked, cards.Limit,
			cards.Limit.Currency)
	case errors.As(err, &income):
		s = rest.Textf("Fund %s: cost and income differ by %s %s.", "Formål %s: omkostning og indtægt afviger med %s %s.",
			income.Grant, income.Amount, income.Amount.Currency)
	case errors.As(err, &money):
		s = rest.InState(money.State, money.Want)
	}
	return s
}

// wrongNumbers says in Danish what is wrong with a number, where the reader's own bill or letter tells what is right.
var wrongNumbers = map[string]string{
	"iban_check":         "et tegn er forkert, eller to er byttet om",
	"cvr_check":          "et ciffer er forkert",
	"cvr_malformed":      "et CVR-nummer har otte cifre",
	"danish_account":     "et registreringsnummer på fire cifre og et kontonummer på op til ti",
	"bic_malformed":      "en BIC har otte eller elleve tegn",
	"card_malformed":     "hele linjen fra regningen, f.eks. +71<15 cifre+8 cifre<",
	"card_type":          "kort af type 71, 73 og 75 betales; bed modtageren om en konto til andre",
	"card_length":        "betalings-id'et har ikke det antal cifre, som korttypen har (71: 15, 75: 16, 73: ingen)",
	"card_check":         "et ciffer i betalings-id'et er forkert; sammenlign med regningen",
	"creditor_malformed": "et kreditornummer har otte cifre, de sidste på regningens linje",
	"reference_check":    "et tegn i referencen er forkert; sammenlign med regningen",
}

// numberDetail words what is wrong with a number; it never repeats the number.
func numberDetail(f *banknumbers.Fault) rest.Text {
	hint := rest.SentenceCase(f.Hint) + "."
	s := rest.Text{EN: hint, DA: hint}
	if danish, known := wrongNumbers[f.Code]; known {
		s.DA = rest.SentenceCase(danish) + "."
	}
	return s
}

// paymentsRelated tells what is there already, and where to go instead.
func paymentsRelated(err error) (*rest.Resource, []rest.Way) {
	var part *disbursements.PartOfAct
	if errors.As(err, &part) && part.With != "" {
		return nil, []rest.Way{{Rel: "reversals", Href: resource.EntryHref(part.With) + "/reversals"}}
	}
	return nil, nil
}
