package http

import "supportledger/disbursements"

// problemsOfPayees are the rows of [problems] about who is paid, and in which batch.
var problemsOfPayees = []row{
	{disbursements.ErrUnknownPayee, 404, "not_found", text{"Not found", "Ikke fundet"}, text{}, 0},
	{disbursements.ErrUnknownDetails, 404, "not_found", text{"Not found", "Ikke fundet"}, text{}, 0},
	{disbursements.ErrDuplicatePayee, 409, "payee_exists",
		text{"The payee is on record", "Betalingsmodtageren er registreret"},
		text{"GET /api/v1/payees/{code} shows it.", "GET /api/v1/payees/{code} viser den."}, 0},
	{disbursements.ErrPayeeTells, 422, "payee_tells",
		text{"Code or alias tells too much, or a bank does not take it", "Koden eller aliasset røber for meget, eller banken tager det ikke"},
		text{"A code of capitals, digits and hyphens (CLI-01); an alias of a-z, digits and / - ? : ( ) . , ' + without a word for what the support is.",
			"En kode af store bogstaver, cifre og bindestreger (CLI-01); et alias af a-z, cifre og / - ? : ( ) . , ' + uden et ord for, hvad støtten er."}, 0},
	{disbursements.ErrIncompleteAccount, 422, "account_incomplete",
		text{"The account is not complete", "Kontoen er ikke komplet"},
		text{"Send an IBAN; or registration_number and account_number; or a number with bic, and town and country of the payee.",
			"Send et IBAN; eller registration_number og account_number; eller et number med bic samt modtagerens by og land."}, 0},
	{disbursements.ErrPayeeUnverified, 422, "payee_unverified",
		text{"The payee's bank details are not verified", "Modtagerens kontooplysninger er ikke bekræftet"},
		text{"A second person verifies them: POST /api/v1/payees/{id}/bank-details/{version}/verifications.",
			"En anden person bekræfter dem: POST /api/v1/payees/{id}/bank-details/{version}/verifications."}, 0},
	{disbursements.ErrPayeeCooling, 409, "payee_cooling_off",
		text{"The payee's bank details were verified less than 48 hours ago", "Modtagerens kontooplysninger er bekræftet for mindre end 48 timer siden"},
		text{"Wait; the detail says until when. It is the time in which a swindle is noticed.", "Vent; detaljen siger hvornår. Det er tiden, hvor et bedrag bliver opdaget."}, 0},
	{disbursements.ErrPayeeChanged, 409, "payee_changed",
		text{"The payee's bank details changed since", "Modtagerens kontooplysninger er ændret siden"},
		text{"What was asked for with the old ones is void: return it and ask again.", "Det, der er anmodet om med de gamle, er bortfaldet: returnér og anmod igen."}, 0},
}
