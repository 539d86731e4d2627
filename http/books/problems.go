package books

import (
	"errors"
	"fmt"
	"strings"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/ledger/journal"
	"supportledger/proof"
)

// Problems is what a client is told about the errors of the books and their proof.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{

	// The tree that proves the books.
	{Err: proof.ErrNoCheckpoint, Status: 404, Code: "checkpoint_unknown",
		Title: rest.Text{EN: "There is no such checkpoint", DA: "Der er ikke noget sådant kontrolpunkt"},
		Hint: rest.Text{EN: "GET /api/v1/proof/checkpoints/latest gives the newest one.",
			DA: "GET /api/v1/proof/checkpoints/latest giver det nyeste."}},
	{Err: proof.ErrNoLeaf, Status: 404, Code: "leaf_unknown",
		Title: rest.Text{EN: "It is not in that tree", DA: "Det findes ikke i det træ"},
		Hint: rest.Text{EN: "Ask for a newer checkpoint: it may have been written since.",
			DA: "Spørg på et nyere kontrolpunkt: det kan være skrevet siden."}},
	{Err: proof.ErrRolledBack, Status: 500, Code: "books_rolled_back",
		Title: rest.Text{EN: "The books are older than their own proof", DA: "Bøgerne er ældre end deres eget bevis"},
		Hint: rest.Text{EN: "Tell the operator the request_id; the operator runs supportledger verify.",
			DA: "Oplys request_id til driften, der kører supportledger verify."}},
	{Err: proof.ErrRewritten, Status: 500, Code: "books_rewritten",
		Title: rest.Text{EN: "The books contradict their own proof", DA: "Bøgerne modsiger deres eget bevis"},
		Hint: rest.Text{EN: "Tell the operator the request_id; the operator runs supportledger verify.",
			DA: "Oplys request_id til driften, der kører supportledger verify."}},
	{Err: proof.ErrSignature, Status: 500, Code: "checkpoint_signature",
		Title: rest.Text{EN: "A checkpoint is not signed as it should be",
			DA: "Et kontrolpunkt er ikke underskrevet, som det skal være"},
		Hint: rest.Text{EN: "Tell the operator the request_id; the operator runs supportledger verify.",
			DA: "Oplys request_id til driften, der kører supportledger verify."}},

	// The books.
	{Err: ledger.ErrUnbalanced, Status: 422, Code: "entry_unbalanced",
		Title: rest.Text{EN: "The entry does not balance", DA: "Posteringen stemmer ikke"},
		Hint: rest.Text{EN: "Debit and credit must be equal, in all and per fund.",
			DA: "Debet og kredit skal være ens, i alt og for hvert formål."}},
	{Err: ledger.ErrEntryShape, Status: 422, Code: "entry_malformed",
		Title: rest.Text{EN: "The entry is not complete", DA: "Posteringen er ikke fuldstændig"}},
	{Err: ledger.ErrBooksMixed, Status: 422, Code: "books_mixed",
		Title: rest.Text{EN: "Actual and budgetary lines cannot share an entry",
			DA: "Bogførte og budgetmæssige linjer kan ikke stå i samme postering"},
		Hint: rest.Text{EN: "Make two entries.", DA: "Lav to posteringer."}},
	{Err: ledger.ErrUnknownAccount, Status: 422, Code: "account_unknown",
		Title: rest.Text{EN: "There is no such account", DA: "Kontoen findes ikke"},
		Hint:  rest.Text{EN: "GET /api/v1/accounts lists the accounts.", DA: "GET /api/v1/accounts viser kontiene."}},
	{Err: ledger.ErrUnknownFund, Status: 422, Code: "fund_unknown",
		Title: rest.Text{EN: "There is no such fund", DA: "Formålet findes ikke"},
		Hint:  rest.Text{EN: "GET /api/v1/funds lists the funds.", DA: "GET /api/v1/funds viser formålene."}},
	{Err: ledger.ErrUnknownEntry, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: ledger.ErrPeriodClosed, Status: 409, Code: "period_closed",
		Title: rest.Text{EN: "The period is closed", DA: "Perioden er lukket"},
		Hint:  rest.Text{EN: "Use a date in an open period.", DA: "Brug en dato i en åben periode."}},
	{Err: ledger.ErrPeriodOrder, Status: 409, Code: "period_order",
		Title: rest.Text{EN: "The period cannot take this state", DA: "Perioden kan ikke få denne tilstand"},
		Hint:  rest.Text{EN: "Periods close in order of time.", DA: "Perioder lukkes i tidens rækkefølge."}},
	{Err: ledger.ErrFundOverdrawn, Status: 422, Code: "fund_overdrawn",
		Title: rest.Text{EN: "The fund does not have that much in the bank", DA: "Formålet har ikke så meget i banken"},
		Hint: rest.Text{EN: "Use a smaller amount, another fund, or make an interfund loan first.",
			DA: "Brug et mindre beløb, et andet formål, eller lav først et lån mellem formål."}},
	{Err: ledger.ErrLotExhausted, Status: 422, Code: "lot_exhausted",
		Title: rest.Text{EN: "There is not that much of the currency", DA: "Der er ikke så meget af valutaen"},
		Hint: rest.Text{EN: "Transfer more first, or use a smaller amount.",
			DA: "Overfør mere først, eller brug et mindre beløb."}},
	{Err: ledger.ErrNotOpened, Status: 409, Code: "books_not_opened",
		Title: rest.Text{EN: "The books are not opened yet", DA: "Bøgerne er ikke åbnet endnu"},
		Hint:  rest.Text{EN: "Open the books first.", DA: "Åbn bøgerne først."}},
	{Err: ledger.ErrAlreadyOpened, Status: 409, Code: "books_already_opened",
		Title: rest.Text{EN: "The books are open already", DA: "Bøgerne er allerede åbnet"}},
	{Err: ledger.ErrDuplicateFund, Status: 409, Code: "fund_exists",
		Title: rest.Text{EN: "There is such a fund already", DA: "Formålet findes allerede"},
		Hint:  rest.Text{EN: "Choose another code.", DA: "Vælg en anden kode."}},
	{Err: ledger.ErrDuplicateNumber, Status: 409, Code: "account_exists",
		Title: rest.Text{EN: "There is such an account already", DA: "Kontoen findes allerede"},
		Hint:  rest.Text{EN: "Choose another number.", DA: "Vælg et andet nummer."}},

	// What becomes of entries and months.
	{Err: ledger.ErrReasonRequired, Status: 422, Code: "reason_required",
		Title: rest.Text{EN: "A reason is needed", DA: "Der kræves en begrundelse"},
		Hint:  rest.Text{EN: "Send reason with at least ten letters.", DA: "Send reason med mindst ti bogstaver."}},
	{Err: ledger.ErrEntryPosted, Status: 409, Code: "entry_is_posted",
		Title: rest.Text{EN: "A posted entry is never changed", DA: "En bogført postering ændres aldrig"},
		Hint:  rest.Text{EN: "Reverse it; instead leads there.", DA: "Tilbagefør den; instead fører derhen."}},
	{Err: ledger.ErrAlreadyReversed, Status: 409, Code: "already_reversed",
		Title: rest.Text{EN: "The entry is reversed already", DA: "Posteringen er allerede tilbageført"},
		Hint:  rest.Text{EN: "conflicting_resource is its reversal.", DA: "conflicting_resource er dens tilbageførsel."}},
	{Err: ledger.ErrReversalOfReversal, Status: 409, Code: "reversal_of_reversal",
		Title: rest.Text{EN: "A reversal is not reversed", DA: "En tilbageførsel tilbageføres ikke"},
		Hint:  rest.Text{EN: "Post what is right as a new entry.", DA: "Bogfør det rigtige som en ny postering."}},
	{Err: ledger.ErrReversalDate, Status: 422, Code: "reversal_before_entry",
		Title: rest.Text{EN: "A reversal is not dated before its entry",
			DA: "En tilbageførsel dateres ikke før sin postering"},
		Hint: rest.Text{EN: "Send a later date, or none for the first open day.",
			DA: "Send en senere dato, eller ingen for den første åbne dag."}},
	{Err: ledger.ErrCorrectByAct, Status: 409, Code: "correct_by_act",
		Title: rest.Text{EN: "An entry that an act made is not corrected by hand",
			DA: "En postering, som en handling har lavet, rettes ikke i hånden"},
		Hint: rest.Text{EN: "Reverse it, and do the act again.", DA: "Tilbagefør den, og udfør handlingen igen."}},
	{Err: ledger.ErrExternalIDTaken, Status: 409, Code: "external_id_taken",
		Title: rest.Text{EN: "An entry has this external_id already", DA: "En postering har allerede dette external_id"},
		Hint:  rest.Text{EN: "conflicting_resource is that entry.", DA: "conflicting_resource er den postering."}},
	{Err: ledger.ErrUnknownDraft, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: ledger.ErrCheckFails, Status: 409, Code: "checklist_not_done",
		Title: rest.Text{EN: "The close checklist is not done", DA: "Tjeklisten for lukning er ikke færdig"},
		Hint: rest.Text{EN: "GET /api/v1/periods/{month}/checklist shows what is missing.",
			DA: "GET /api/v1/periods/{month}/checklist viser, hvad der mangler."}},
	{Err: ledger.ErrUnknownCheck, Status: 422, Code: "check_unknown",
		Title: rest.Text{EN: "There is no such check to sign off", DA: "Der er ingen sådan kontrol at kvittere for"},
		Hint: rest.Text{EN: "Only failing checks marked sign_off take a reason.",
			DA: "Kun kontroller med sign_off, der ikke er i orden, kan begrundes."}},
	{Err: ledger.ErrReopeningPending, Status: 409, Code: "reopening_pending",
		Title: rest.Text{EN: "A reopening of the month waits for approval already",
			DA: "En genåbning af måneden venter allerede på godkendelse"},
		Hint: rest.Text{EN: "Another person approves it.", DA: "En anden person godkender den."}},
	{Err: ledger.ErrUnknownReopening, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: ledger.ErrYearClosed, Status: 409, Code: "year_closed",
		Title: rest.Text{EN: "The year is closed already", DA: "Året er allerede afsluttet"}},
	{Err: ledger.ErrYearOrder, Status: 409, Code: "year_order",
		Title: rest.Text{EN: "An earlier year is not closed", DA: "Et tidligere år er ikke afsluttet"},
		Hint:  rest.Text{EN: "Close that year first.", DA: "Afslut det år først."}},
	{Err: ledger.ErrLoanExceeded, Status: 422, Code: "loan_exceeded",
		Title: rest.Text{EN: "More would be repaid than is owed",
			DA: "Der ville blive betalt mere tilbage, end der skyldes"}},
	{Err: evidence.ErrUnknown, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: evidence.ErrNoKey, Status: 501, Code: "evidence_not_set_up",
		Title: rest.Text{EN: "This server keeps no evidence: it has no key to encrypt it with",
			DA: "Denne server opbevarer ikke bilag: den har ingen nøgle at kryptere dem med"},
		Hint: rest.Text{EN: "Who runs it makes a key with `supportledger evidence keygen` and starts it with --evidence-key.",
			DA: "Den, der driver den, laver en nøgle med `supportledger evidence keygen` og starter den med --evidence-key."}},
	{Err: evidence.ErrKey, Status: 501, Code: "evidence_not_set_up",
		Title: rest.Text{EN: "This server keeps no evidence: it has no key to encrypt it with",
			DA: "Denne server opbevarer ikke bilag: den har ingen nøgle at kryptere dem med"},
		Hint: rest.Text{EN: "Who runs it makes a key with `supportledger evidence keygen` and starts it with --evidence-key.",
			DA: "Den, der driver den, laver en nøgle med `supportledger evidence keygen` og starter den med --evidence-key."}},
	{Err: evidence.ErrType, Status: 415, Code: "evidence_type_not_allowed",
		Title: rest.Text{EN: "The document is not a PDF, PNG or JPEG", DA: "Dokumentet er ikke en PDF, PNG eller JPEG"},
		Hint: rest.Text{EN: "Its first bytes decide, not its name. Print it to a PDF, or photograph it.",
			DA: "Dets første byte afgør det, ikke dets navn. Udskriv det som PDF, eller fotografér det."}},
	{Err: evidence.ErrTooLarge, Status: 413, Code: "body_too_large",
		Title: rest.Text{EN: "The request body is too large", DA: "Forespørgslens indhold er for stort"},
		Hint: rest.Text{EN: "A JSON body may have 64 KiB; that of an import 1.4 MiB, a document 5 MiB.",
			DA: "JSON-indhold må fylde 64 KiB; det for en fil til indlæsning 1,4 MiB, et bilag 5 MiB."}},
	{Err: evidence.ErrActive, Status: 422, Code: "evidence_active",
		Title: rest.Text{EN: "The document does something when it is opened", DA: "Dokumentet gør noget, når det åbnes"},
		Hint: rest.Text{EN: "It holds a script, or a form that sends. Print it to a new PDF, and send that.",
			DA: "Det indeholder et script eller en formular, der sender. Udskriv det til en ny PDF, og send den."}},
	{Err: evidence.ErrPixels, Status: 422, Code: "evidence_too_many_pixels",
		Title: rest.Text{EN: "The picture has too many pixels", DA: "Billedet har for mange pixels"},
		Hint:  rest.Text{EN: "At most 25 million, and 12,000 on a side.", DA: "Højst 25 millioner og 12.000 på en led."}},
	{Err: evidence.ErrUnreadable, Status: 422, Code: "evidence_unreadable",
		Title: rest.Text{EN: "The picture cannot be read", DA: "Billedet kan ikke læses"},
		Hint: rest.Text{EN: "It is broken or cut short; take it or save it again.",
			DA: "Det er i stykker eller afkortet; tag det eller gem det igen."}},
	{Err: evidence.ErrDamaged, Status: 502, Code: "evidence_damaged",
		Title: rest.Text{EN: "The document is not what was stored", DA: "Dokumentet er ikke det, der blev gemt"},
		Hint: rest.Text{EN: "Its file is missing or was changed, or the key is another. Restore it from a backup.",
			DA: "Filen mangler eller er ændret, eller nøglen er en anden. Gendan den fra en sikkerhedskopi."}},
	{Err: ledger.ErrSameFund, Status: 422, Code: "same_fund",
		Title: rest.Text{EN: "A fund does not lend to itself", DA: "Et formål låner ikke til sig selv"}},
	{Err: journal.ErrImportFile, Status: 422, Code: "import_unreadable",
		Title: rest.Text{EN: "The file cannot be read as an import", DA: "Filen kan ikke læses"},
		Hint: rest.Text{EN: "docs/IMPORT.md has the columns; profile says how the file is written.",
			DA: "docs/IMPORT.md har kolonnerne; profile siger, hvordan filen er skrevet."}},
	{Err: journal.ErrImportExists, Status: 409, Code: "import_exists",
		Title: rest.Text{EN: "The file is here already", DA: "Filen er her allerede"},
		Hint: rest.Text{EN: "conflicting_resource is its import: commit it or undo it.",
			DA: "conflicting_resource er filen: bogfør den eller fortryd den."}},
	{Err: journal.ErrUnknownImport, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: journal.ErrImportState, Status: 409, Code: "import_state",
		Title: rest.Text{EN: "The import is in another state", DA: "Filen er i en anden tilstand"},
		Hint: rest.Text{EN: "An import is previewed, committed, undone, in this order.",
			DA: "En fil vises, bogføres og fortrydes, i den rækkefølge."}},
	{Err: journal.ErrImportRows, Status: 422, Code: "import_has_errors",
		Title: rest.Text{EN: "Rows of the file have errors, so nothing is posted",
			DA: "Rækker i filen har fejl, så intet bogføres"},
		Hint: rest.Text{EN: "GET /api/v1/imports/{id}/rows?status=error shows them; upload the mended file.",
			DA: "GET /api/v1/imports/{id}/rows?status=error viser dem; indlæs den rettede fil."}},
	{Err: journal.ErrImportNothing, Status: 409, Code: "import_nothing_new",
		Title: rest.Text{EN: "Every row of the file is in the books already", DA: "Alle filens rækker er allerede bogført"}},
	{Status: 409, Code: "reversal_not_whole",
		Title: rest.Text{EN: "A reversal negates every line of its entry",
			DA: "En tilbageførsel vender alle posteringens linjer"}},
	{Status: 409, Code: "correction_without_reversal",
		Title: rest.Text{EN: "What is corrected is reversed first", DA: "Det, der rettes, tilbageføres først"}},
	{Status: 409, Code: "reopening_missing",
		Title: rest.Text{EN: "A closed month is reopened by two people", DA: "En lukket måned genåbnes af to personer"},
		Hint: rest.Text{EN: "Ask for a reopening with a reason; another person approves it.",
			DA: "Bed om en genåbning med en begrundelse; en anden person godkender den."}},
	{Err: errBatchRefused, Status: 422, Code: "batch_refused",
		Title: rest.Text{EN: "The batch is refused as a whole", DA: "Bundtet afvises som helhed"},
		Hint: rest.Text{EN: "Each entry of errors names an entry that stands in the way. Correct or remove it, or send " +
			"the batch as best_effort.",
			DA: "Hver post i errors nævner en postering, der står i vejen. Ret eller fjern den, eller send bundtet som " +
				"best_effort."}},
}, Detail: booksDetail, Related: booksRelated}

// booksDetail words the errors that carry figures.
func booksDetail(err error) (s rest.Text) {
	var (
		off     *ledger.Unbalanced
		unknown *ledger.Unknown
		closed  *ledger.PeriodClosed
		over    *ledger.Overdrawn
		lots    *ledger.Exhausted
		todo    *ledger.NotDone
		loan    *ledger.LoanExceeded
		order   *ledger.OutOfOrder
		imports *journal.ImportConflict
		rows    *journal.ImportErrors
	)
	switch {
	case errors.As(err, &order) && order.State == ledger.MonthClosed:
		s = rest.Textf("%s was closed with %s, which is later.", "%s blev lukket sammen med %s, som er senere.", order.Month,
			order.Other)
	case errors.As(err, &order):
		s = rest.Textf("%s is closed after %s, which is not closed.", "%s lukkes efter %s, som ikke er lukket.", order.Month,
			order.Other)
	case errors.As(err, &imports):
		s = rest.InState(string(imports.State), []string{string(imports.Want)})
	case errors.As(err, &rows):
		s = rest.Textf("%d rows have errors; the first is row %d.", "%d rækker har fejl; den første er række %d.", rows.Rows,
			rows.First.Row)
	case errors.As(err, &off):
		s = rest.Textf("The lines of fund %s are off by %s.", "Linjerne for formål %s afviger med %s.", off.Fund,
			rest.InFull(off.Off))
	case errors.As(err, &unknown):
		s = rest.Textf("%q is not known.", "%q kendes ikke.", unknown.Name)
	case errors.As(err, &closed) && closed.FirstOpen != "":
		s = rest.Textf("%s is closed; the first open day is %s.", "%s er lukket; den første åbne dag er %s.", closed.Month,
			closed.FirstOpen)
	case errors.As(err, &closed):
		s = rest.Textf("%s is closed.", "%s er lukket.", closed.Month)
	case errors.As(err, &over):
		s = rest.Textf("Account %s of fund %s would stand at %s on %s.", "Konto %s for formål %s ville stå på %s den %s.",
			over.Account, over.Fund, rest.InFull(over.Balance), over.On)
	case errors.As(err, &lots):
		s = rest.Textf("Fund %s has %s left on account %s; %s was asked for.",
			"Formål %s har %s tilbage på konto %s; der blev bedt om %s.",
			lots.Pool.Fund, rest.InFull(lots.Left), lots.Pool.Account, rest.InFull(lots.Asked))
	case errors.As(err, &todo):
		var en, da []string
		for _, c := range todo.Open {
			en, da = append(en, checkWords[c.Key].title.EN), append(da, checkWords[c.Key].title.DA)
		}
		s = rest.Text{EN: fmt.Sprintf("Of %s this is not in order: %s.", todo.Month, strings.Join(en, "; ")),
			DA: fmt.Sprintf("For %s er dette ikke i orden: %s.", todo.Month, strings.Join(da, "; "))}
	case errors.As(err, &loan):
		s = rest.Textf("%s is owed; %s was to be repaid.", "Der skyldes %s; der skulle betales %s tilbage.",
			rest.InFull(loan.Owed), rest.InFull(loan.Asked))
	}
	return s
}

// booksRelated tells what is there already, and where to go instead.
func booksRelated(err error) (*rest.Resource, []rest.Way) {
	var (
		reversed *ledger.AlreadyReversed
		taken    *ledger.ExternalIDTaken
		posted   *ledger.EntryPosted
		imported *journal.ImportExists
	)
	switch {
	case errors.As(err, &imported):
		return importResource(imported.ID), nil
	case errors.As(err, &reversed):
		return entryResource(reversed.By), nil
	case errors.As(err, &taken):
		return entryResource(taken.By), nil
	case errors.As(err, &posted):
		return entryResource(posted.Entry), []rest.Way{{Rel: "reversals",
			Href: resource.EntryHref(posted.Entry) + "/reversals"}}
	}
	return nil, nil
}

func entryResource(id ledger.EntryID) *rest.Resource {
	return &rest.Resource{ID: string(id), Href: resource.EntryHref(id)}
}
