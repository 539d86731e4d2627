package http

import (
	"supportledger/disbursements"
	"supportledger/disbursements/iso20022"
)

// problemsOfBanks are the rows of [problems] about files of the bank and what their lines prove.
var problemsOfBanks = []row{
	{iso20022.ErrFile, 422, "bank_file_unreadable",
		text{"The bank's file is not as it must be", "Bankens fil er ikke, som den skal være"},
		text{"The detail names the place. Export the file again and do not open it in between.", "Detaljen nævner stedet. Eksportér filen igen, og åbn den ikke undervejs."}, 0},
	{disbursements.ErrUnknownBankImport, 404, "not_found", text{"Not found", "Ikke fundet"}, text{}, 0},
	{disbursements.ErrBankFileKnown, 409, "bank_file_known",
		text{"The bank's file is here already", "Bankens fil er her allerede"},
		text{"GET /api/v1/bank-imports lists the files: commit that one, or undo it.", "GET /api/v1/bank-imports viser filerne: registrér den, eller fortryd den."}, 0},
	{disbursements.ErrNoNewLines, 409, "bank_file_nothing_new",
		text{"Every line of the bank's file is on record", "Alle linjer i bankens fil er registreret"},
		text{"There is nothing to do.", "Der er intet at gøre."}, 0},
	{disbursements.ErrBankLinesMatched, 409, "bank_lines_matched",
		text{"A line of the bank's file proved something", "En linje i bankens fil er afstemt"},
		text{"What it proved stays on record. Reverse the entry of the match; the line then waits for another.", "Det, den beviste, bliver stående. Tilbagefør afstemningens postering; linjen venter så på en ny."}, 0},
	{disbursements.ErrOtherBankAccount, 422, "bank_account_other",
		text{"The bank's file is of another account than those before", "Bankens fil er fra en anden konto end de tidligere"},
		text{"Choose the account of our books that belongs to it.", "Vælg den konto i bogføringen, der hører til."}, 0},
	{disbursements.ErrMatchShape, 422, "match_shape",
		text{"Many lines and many payments are not matched at once", "Mange linjer og mange betalinger afstemmes ikke på én gang"},
		text{"Send one line with its payments, or one payment with its lines, each once.", "Send én linje med dens betalinger eller én betaling med dens linjer, hver én gang."}, 0},
	{nil, 409, "bank_import_state",
		text{"The bank statement is in another state", "Kontoudtoget er i en anden tilstand"}, text{}, 0},
}
