package http

import (
	"context"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// row is one kind of problem: what a client may program against (status, code) and what a person reads.
// The code never changes once published; the words may.
type row struct {
	err    error // the sentinel that leads here; nil when only the code does (our own checks, and triggers)
	status int
	code   string
	title  text
	hint   text // what to do about it
	retry  int  // seconds for Retry-After; 0 sends none
}

// problems is the one table from an error to what the client is told. The first row whose sentinel is in the
// chain wins, so a special error stands above the general one that it may wrap. Every exported sentinel of
// every package must be here; arch_test reads this file to make sure.
var problems = []row{
	// The request itself.
	{nil, 400, "malformed_json",
		text{"The request body is not valid JSON", "Forespørgslens indhold er ikke gyldig JSON"},
		text{"Send one JSON object in UTF-8, each name once.", "Send ét JSON-objekt i UTF-8, hvert navn én gang."}, 0},
	{nil, 400, "idempotency_key_required",
		text{"This call moves money and needs an Idempotency-Key", "Kaldet flytter penge og kræver en Idempotency-Key"},
		text{"Send a header Idempotency-Key with a value of your own, for example a UUID, and the same value when you repeat the call.",
			"Send et hoved Idempotency-Key med din egen værdi, f.eks. en UUID, og samme værdi når kaldet gentages."}, 0},
	{nil, 400, "idempotency_key_invalid",
		text{"The Idempotency-Key cannot be used", "Idempotency-Key kan ikke bruges"},
		text{"Use 1 to 128 letters, digits or . _ : / + = -", "Brug 1 til 128 bogstaver, cifre eller . _ : / + = -"}, 0},
	{nil, 404, "no_such_path",
		text{"There is nothing at this address", "Der er intet på denne adresse"},
		text{"See /api/v1/docs for all addresses.", "Se alle adresser på /api/v1/docs."}, 0},
	{nil, 405, "method_not_allowed",
		text{"The address does not know this method", "Adressen kender ikke denne metode"},
		text{"The Allow header lists the methods it knows.", "Hovedet Allow nævner de metoder, den kender."}, 0},
	{nil, 413, "body_too_large",
		text{"The request body is too large", "Forespørgslens indhold er for stort"},
		text{"A JSON body may have 64 KiB.", "JSON-indhold må fylde 64 KiB."}, 0},
	{nil, 415, "media_type_not_allowed",
		text{"The content type is not accepted", "Indholdstypen modtages ikke"},
		text{"Send Content-Type: application/json, not compressed.", "Send Content-Type: application/json, ukomprimeret."}, 0},
	{nil, 422, "validation_failed",
		text{"The request does not have the right content", "Forespørgslen har ikke det rigtige indhold"},
		text{"Each entry of errors names the place and what to send instead.", "Hver post i errors nævner stedet og hvad der skal sendes."}, 0},
	{nil, 422, "unknown_field",
		text{"The request has a field that is not known", "Forespørgslen har et ukendt felt"}, text{}, 0},
	{nil, 422, "unknown_parameter",
		text{"The query has a parameter that is not known", "Adressen har en ukendt parameter"}, text{}, 0},
	{nil, 422, "amount_must_be_string",
		text{"Amounts are sent as strings", "Beløb sendes som tekst"},
		text{`Put the amount in quotation marks: "4250.00".`, `Sæt beløbet i anførselstegn: "4250.00".`}, 0},
	{nil, 422, "amount_malformed",
		text{"The amount is not written as an amount", "Beløbet er ikke skrevet som et beløb"},
		text{`Write plain digits with a point before the decimals: "4250.00".`, `Skriv cifre med punktum før decimalerne: "4250.00".`}, 0},
	{nil, 422, "too_many_decimals",
		text{"The amount has more decimals than the currency", "Beløbet har flere decimaler end valutaen"},
		text{"Amounts are never rounded on the way in.", "Beløb afrundes aldrig ved modtagelsen."}, 0},
	{nil, 422, "idempotency_key_reused",
		text{"The Idempotency-Key was used for another request", "Idempotency-Key er brugt til en anden forespørgsel"},
		text{"Take a new key for a new request; repeat a request with exactly the same content.",
			"Brug en ny nøgle til en ny forespørgsel; gentag en forespørgsel med nøjagtig samme indhold."}, 0},
	{nil, 422, "cursor_invalid",
		text{"The cursor is not one of ours", "Markøren er ikke en af vores"},
		text{"Start again without cursor.", "Begynd igen uden cursor."}, 0},
	{nil, 422, "cursor_filter_mismatch",
		text{"The cursor belongs to another filter", "Markøren hører til et andet filter"},
		text{"Keep all other parameters when you follow a cursor.", "Behold alle andre parametre, når du følger en markør."}, 0},
	{nil, 422, "unknown_reference",
		text{"Something that the request names does not exist", "Noget, som forespørgslen nævner, findes ikke"}, text{}, 0},

	// Who asks.
	{access.ErrTokenExpired, 401, "token_expired",
		text{"The token has expired", "Adgangsnøglen er udløbet"},
		text{"Ask an administrator for a new token.", "Bed en administrator om en ny nøgle."}, 0},
	{access.ErrUnauthenticated, 401, "unauthenticated",
		text{"A valid token is needed", "Der kræves en gyldig adgangsnøgle"},
		text{"Send Authorization: Bearer slt_…", "Send Authorization: Bearer slt_…"}, 0},
	{access.ErrMakerCannotApprove, 403, "maker_cannot_approve",
		text{"Nobody acts twice on one case", "Ingen handler to gange i samme sag"},
		text{"Another person must take this step.", "En anden person skal tage dette skridt."}, 0},
	{access.ErrNoRequest, 409, "nothing_to_decide",
		text{"There is no such request to decide on", "Der er ingen sådan anmodning at afgøre"},
		text{"Read it again: it may have changed since you saw it.", "Læs den igen: den kan være ændret, siden du så den."}, 0},
	{access.ErrUnknownRole, 422, "role_unknown",
		text{"There is no such role", "Rollen findes ikke"}, text{}, 0},
	{access.ErrUnknownUser, 422, "user_unknown",
		text{"There is no such user", "Brugeren findes ikke"}, text{}, 0},
	{access.ErrDuplicateHandle, 409, "handle_taken",
		text{"The user name is taken", "Brugernavnet er optaget"},
		text{"Choose another one.", "Vælg et andet."}, 0},
	{access.ErrForbidden, 403, "forbidden_scope",
		text{"Your role does not allow this", "Din rolle giver ikke lov til dette"}, text{}, 0},

	// The books.
	{ledger.ErrAmount, 422, "amount_malformed",
		text{"The amount is not written as an amount", "Beløbet er ikke skrevet som et beløb"}, text{}, 0},
	{ledger.ErrDate, 422, "date_malformed",
		text{"The date is not a date", "Datoen er ikke en dato"},
		text{`Write a day that exists as "2026-01-31".`, `Skriv en dag, der findes, som "2026-01-31".`}, 0},
	{ledger.ErrUnbalanced, 422, "entry_unbalanced",
		text{"The entry does not balance", "Posteringen stemmer ikke"},
		text{"Debit and credit must be equal, in all and per fund.", "Debet og kredit skal være ens, i alt og for hvert fond."}, 0},
	{ledger.ErrEntryShape, 422, "entry_malformed",
		text{"The entry is not complete", "Posteringen er ikke fuldstændig"}, text{}, 0},
	{ledger.ErrBooksMixed, 422, "books_mixed",
		text{"Actual and budgetary lines cannot share an entry", "Bogførte og budgetmæssige linjer kan ikke stå i samme postering"},
		text{"Make two entries.", "Lav to posteringer."}, 0},
	{ledger.ErrUnknownAccount, 422, "account_unknown",
		text{"There is no such account", "Kontoen findes ikke"},
		text{"GET /api/v1/accounts lists the accounts.", "GET /api/v1/accounts viser kontiene."}, 0},
	{ledger.ErrUnknownFund, 422, "fund_unknown",
		text{"There is no such fund", "Fonden findes ikke"},
		text{"GET /api/v1/funds lists the funds.", "GET /api/v1/funds viser fondene."}, 0},
	{ledger.ErrUnknownEntry, 404, "not_found",
		text{"Not found", "Ikke fundet"}, text{}, 0},
	{ledger.ErrPeriodClosed, 409, "period_closed",
		text{"The period is closed", "Perioden er lukket"},
		text{"Use a date in an open period.", "Brug en dato i en åben periode."}, 0},
	{ledger.ErrPeriodOrder, 409, "period_order",
		text{"The period cannot take this state", "Perioden kan ikke få denne tilstand"},
		text{"Periods close in order of time.", "Perioder lukkes i tidens rækkefølge."}, 0},
	{ledger.ErrFundOverdrawn, 422, "fund_overdrawn",
		text{"The fund does not have that much in the bank", "Fonden har ikke så meget i banken"},
		text{"Use a smaller amount, another fund, or make an interfund loan first.", "Brug et mindre beløb, en anden fond, eller lav først et lån mellem fonde."}, 0},
	{ledger.ErrLotExhausted, 422, "lot_exhausted",
		text{"There is not that much of the currency", "Der er ikke så meget af valutaen"},
		text{"Transfer more first, or use a smaller amount.", "Overfør mere først, eller brug et mindre beløb."}, 0},
	{ledger.ErrNotOpened, 409, "books_not_opened",
		text{"The books are not opened yet", "Bøgerne er ikke åbnet endnu"},
		text{"Open the books first.", "Åbn bøgerne først."}, 0},
	{ledger.ErrAlreadyOpened, 409, "books_already_opened",
		text{"The books are open already", "Bøgerne er allerede åbnet"}, text{}, 0},
	{ledger.ErrDuplicateFund, 409, "fund_exists",
		text{"There is such a fund already", "Fonden findes allerede"},
		text{"Choose another code.", "Vælg en anden kode."}, 0},
	{ledger.ErrDuplicateNumber, 409, "account_exists",
		text{"There is such an account already", "Kontoen findes allerede"},
		text{"Choose another number.", "Vælg et andet nummer."}, 0},

	// What the store can say of itself.
	{store.ErrNotFound, 404, "not_found",
		text{"Not found", "Ikke fundet"},
		text{"It does not exist, or it is not yours to see.", "Det findes ikke, eller du må ikke se det."}, 0},
	{store.ErrDuplicate, 409, "already_exists",
		text{"It exists already", "Det findes allerede"},
		text{"Choose another code or number, or use the one that exists.", "Vælg en anden kode eller et andet nummer, eller brug det, der findes."}, 0},
	{store.ErrMissing, 422, "unknown_reference",
		text{"Something that the request names does not exist", "Noget, som forespørgslen nævner, findes ikke"}, text{}, 0},
	{store.ErrStale, 412, "stale_version",
		text{"It was changed in the meantime", "Det er ændret i mellemtiden"},
		text{"Read it again and repeat your change.", "Læs det igen, og gentag ændringen."}, 0},
	{store.ErrBusy, 503, "busy",
		text{"The books are busy", "Bøgerne er optaget"},
		text{"Repeat the same request, with the same Idempotency-Key, in a moment.", "Gentag samme forespørgsel med samme Idempotency-Key om lidt."}, 2},
	{store.ErrUnavailable, 503, "unavailable",
		text{"The database cannot be reached", "Databasen kan ikke nås"},
		text{"Nothing was written. Repeat the same request in a moment.", "Intet er skrevet. Gentag samme forespørgsel om lidt."}, 5},
	{store.ErrUncertain, 503, "uncertain",
		text{"The connection was lost while it was being written", "Forbindelsen gik tabt, mens der blev skrevet"},
		text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."}, 2},
	{store.ErrReadOnly, 503, "read_only",
		text{"The books can only be read just now", "Bøgerne kan kun læses lige nu"},
		text{"Repeat the request later.", "Gentag forespørgslen senere."}, 60},
	{store.ErrSchemaNewer, 503, "schema_newer",
		text{"The books were written by a newer version", "Bøgerne er skrevet af en nyere version"},
		text{"The operator must start the newer program.", "Driften skal starte det nyere program."}, 60},
	{store.ErrSchemaOlder, 503, "schema_older",
		text{"The books must be migrated first", "Bøgerne skal opdateres først"},
		text{"The operator must run supportledger migrate.", "Driften skal køre supportledger migrate."}, 60},
	{store.ErrRefused, 409, "refused",
		text{"The books refuse this", "Bøgerne afviser dette"}, text{}, 0},

	// What is nobody's fault, or ours.
	{context.DeadlineExceeded, 503, "timeout",
		text{"It took too long", "Det tog for lang tid"},
		text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."}, 5},
	{context.Canceled, 503, "cancelled",
		text{"The request was given up", "Forespørgslen blev opgivet"},
		text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."}, 1},
	{nil, 500, "internal",
		text{"Something went wrong on our side", "Noget gik galt hos os"},
		text{"Tell the operator the request_id.", "Oplys request_id til driften."}, 0},
}

// rowOf finds the row of a code, and whether there is one.
func rowOf(code string) (row, bool) {
	for _, r := range problems {
		if r.code == code {
			return r, true
		}
	}
	return row{}, false
}
