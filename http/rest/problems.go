package rest

import (
	"context"
	"iter"
	"slices"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ProblemKind is one kind of problem: what a client may program against (status, code) and what a person reads.
// The code never changes once published; the words may.
type ProblemKind struct {
	Err    error // the sentinel that leads here; nil when only the code does (our own checks, and triggers)
	Status int
	Code   string
	Title  Text
	Hint   Text // what to do about it
	Read   Text // the same where nothing was to be written; none is Hint
	Retry  int  // seconds for Retry-After; 0 sends none
}

// Problems is what a package of resources says about the errors of its domain.
type Problems struct {
	// Kinds are its rows of the table. The first row whose sentinel is in an error's chain wins, so a special error
	// stands above the general one that it may wrap.
	Kinds []ProblemKind
	// Detail words an error that carries figures (a difference, what is left), and answers the zero text for an error
	// that it does not know; the title of its row then has to do. Domain packages know no languages.
	Detail func(err error) Text
	// Faults words the questions of an [access.Unconfirmed], each at its place under confirm; nil words none.
	Faults func(err error) []*Fault
	// Related tells what an error is about beside the request: what is there already, and where to go instead.
	Related func(err error) (*Resource, []Way)
}

// ProblemTable is the one table from an error to what the client is told.
type ProblemTable []Problems

// readAgain is the hint where a question was not answered: no key makes it safe to ask again.
var readAgain = Text{"Ask again in a moment; a shorter period or a smaller page is quicker.",
	"Spørg igen om lidt; en kortere periode eller en mindre side går hurtigere."}

// NewProblemTable puts the rows of the domains between those of a request and those of the store.
func NewProblemTable(domains ...Problems) ProblemTable {
	return slices.Concat([]Problems{{Kinds: requestProblems, Related: seenInstead}}, domains,
		[]Problems{{Kinds: storeProblems}})
}

// own are the rows of this package alone.
var own = NewProblemTable()

// Kinds are all rows in order.
func (t ProblemTable) Kinds() iter.Seq[ProblemKind] {
	return func(yield func(ProblemKind) bool) {
		for _, of := range t {
			for _, r := range of.Kinds {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// kindOf finds the row of a code, and whether there is one.
func (t ProblemTable) kindOf(code string) (ProblemKind, bool) {
	for r := range t.Kinds() {
		if r.Code == code {
			return r, true
		}
	}
	return ProblemKind{}, false
}

// detail words an error that carries figures.
func (t ProblemTable) detail(err error, l Lang) string {
	for _, of := range t {
		if of.Detail == nil {
			continue
		}
		if s := of.Detail(err); s != (Text{}) {
			return s.In(l)
		}
	}
	return ""
}

// related tells what an error is about beside the request.
func (t ProblemTable) related(err error) (*Resource, []Way) {
	for _, of := range t {
		if of.Related == nil {
			continue
		}
		if there, instead := of.Related(err); there != nil || instead != nil {
			return there, instead
		}
	}
	return nil, nil
}

// requestProblems are the refusals of a request itself, whatever it asks for. They stand before those of the domains.
var requestProblems = []ProblemKind{
	{Status: 403, Code: "cross_origin",
		Title: Text{"A browser sent this from another site", "En browser sendte dette fra et andet websted"},
		Hint: Text{"Use the pages of this server; programs send a token and no Origin.",
			"Brug denne servers sider; programmer sender en nøgle og ingen Origin."}},
	// The request itself.
	{Status: 400, Code: "malformed_json",
		Title: Text{"The request body is not valid JSON", "Forespørgslens indhold er ikke gyldig JSON"},
		Hint:  Text{"Send one JSON object in UTF-8, each name once.", "Send ét JSON-objekt i UTF-8, hvert navn én gang."}},
	{Status: 400, Code: "idempotency_key_required",
		Title: Text{"This call moves money and needs an Idempotency-Key",
			"Kaldet flytter penge og kræver en Idempotency-Key"},
		Hint: Text{
			"Send a header Idempotency-Key with a value of your own, for example a UUID, and the same value when you repeat " +
				"the call.",
			"Send et hoved Idempotency-Key med din egen værdi, f.eks. en UUID, og samme værdi når kaldet gentages."}},
	{Status: 400, Code: "idempotency_key_invalid",
		Title: Text{"The Idempotency-Key cannot be used", "Idempotency-Key kan ikke bruges"},
		Hint:  Text{"Use 1 to 128 letters, digits or . _ : / + = -", "Brug 1 til 128 bogstaver, cifre eller . _ : / + = -"}},
	{Status: 404, Code: "no_such_path",
		Title: Text{"There is nothing at this address", "Der er intet på denne adresse"},
		Hint:  Text{"See /api/v1/docs for all addresses.", "Se alle adresser på /api/v1/docs."}},
	{Status: 405, Code: "method_not_allowed",
		Title: Text{"The address does not know this method", "Adressen kender ikke denne metode"},
		Hint:  Text{"The Allow header lists the methods it knows.", "Hovedet Allow nævner de metoder, den kender."}},
	{Status: 413, Code: "body_too_large",
		Title: Text{"The request body is too large", "Forespørgslens indhold er for stort"},
		Hint: Text{"A JSON body may have 64 KiB; that of an import 1.4 MiB, a document 5 MiB, a batch of entries 6 MiB.",
			"JSON-indhold må fylde 64 KiB; det for en fil til indlæsning 1,4 MiB, et bilag 5 MiB, et bundt posteringer 6 MiB."}},
	{Status: 415, Code: "media_type_not_allowed",
		Title: Text{"The content type is not accepted", "Indholdstypen modtages ikke"},
		Hint: Text{
			"Send Content-Type: application/json, not compressed; a document goes to /evidence as application/octet-stream.",
			"Send Content-Type: application/json, ukomprimeret; et bilag sendes til /evidence som application/octet-stream."}},
	{Status: 422, Code: "validation_failed",
		Title: Text{"The request does not have the right content", "Forespørgslen har ikke det rigtige indhold"},
		Hint: Text{"Each entry of errors names the place and what to send instead.",
			"Hver post i errors nævner stedet og hvad der skal sendes."}},
	{Err: access.ErrUnconfirmed, Status: 422, Code: "confirmation_required",
		Title: Text{"It looks like a slip", "Det ligner en fejl"},
		Hint: Text{`If it is meant, send the same request again with your reason for each code of errors: "confirm": ` +
			`{"code": "reason"}. A request whose body is a file takes confirm=code:reason in the query.`,
			`Er det meningen, så send samme forespørgsel igen med din begrundelse for hver kode i errors: "confirm": ` +
				`{"kode": "begrundelse"}. En forespørgsel, hvis indhold er en fil, tager confirm=kode:begrundelse i adressen.`}},
	{Status: 422, Code: "unknown_field",
		Title: Text{"The request has a field that is not known", "Forespørgslen har et ukendt felt"}},
	{Status: 422, Code: "unknown_parameter",
		Title: Text{"The query has a parameter that is not known", "Adressen har en ukendt parameter"}},
	{Status: 422, Code: "amount_must_be_string",
		Title: Text{"Amounts are sent as strings", "Beløb sendes som tekst"},
		Hint:  Text{`Put the amount in quotation marks: "4250.00".`, `Sæt beløbet i anførselstegn: "4250.00".`}},
	{Status: 422, Code: "amount_malformed",
		Title: Text{"The amount is not written as an amount", "Beløbet er ikke skrevet som et beløb"},
		Hint: Text{`Write plain digits with a point before the decimals: "4250.00".`,
			`Skriv cifre med punktum før decimalerne: "4250.00".`}},
	{Status: 422, Code: "too_many_decimals",
		Title: Text{"The amount has more decimals than the currency", "Beløbet har flere decimaler end valutaen"},
		Hint:  Text{"Amounts are never rounded on the way in.", "Beløb afrundes aldrig ved modtagelsen."}},
	{Status: 422, Code: store.AmountTooLarge,
		Title: Text{"The amount is larger than the books can hold", "Beløbet er større, end bøgerne kan rumme"},
		Hint: Text{"An amount, and every sum of amounts, is at most 100,000,000,000.00 in a currency of two decimals.",
			"Et beløb, og enhver sum af beløb, er højst 100.000.000.000,00 i en valuta med to decimaler."}},
	{Status: 422, Code: "idempotency_key_reused",
		Title: Text{"The Idempotency-Key was used for another request", "Idempotency-Key er brugt til en anden forespørgsel"},
		Hint: Text{"Take a new key for a new request; repeat a request with exactly the same content.",
			"Brug en ny nøgle til en ny forespørgsel; gentag en forespørgsel med nøjagtig samme indhold."}},
	{Err: ErrKeySpent, Status: 409, Code: "idempotency_key_spent",
		Title: Text{"This request took effect before", "Denne forespørgsel er udført tidligere"},
		Hint: Text{"Its answer is for the caller's eyes alone and not kept. Read what it made; take a new key for another.",
			"Svaret er kun til den, der spurgte, og gemmes ikke. Læs det, den lavede; brug en ny nøgle til en ny."}},
	{Status: 422, Code: "cursor_invalid",
		Title: Text{"The cursor is not one of ours", "Markøren er ikke en af vores"},
		Hint:  Text{"Start again without cursor.", "Begynd igen uden cursor."}},
	{Status: 422, Code: "cursor_filter_mismatch",
		Title: Text{"The cursor belongs to another filter", "Markøren hører til et andet filter"},
		Hint: Text{"Keep all other parameters when you follow a cursor.",
			"Behold alle andre parametre, når du følger en markør."}},
	{Status: 422, Code: "table_too_large",
		Title: Text{"The table has too many rows", "Tabellen har for mange rækker"},
		Hint: Text{"Ask for a shorter span or fewer accounts; a table holds 100,000 rows.",
			"Bed om et kortere tidsrum eller færre konti; en tabel rummer 100.000 rækker."}},
	{Status: 422, Code: "unknown_reference",
		Title: Text{"Something that the request names does not exist", "Noget, som forespørgslen nævner, findes ikke"}},
	{Err: ErrNoVersion, Status: 428, Code: "precondition_required",
		Title: Text{"The request does not say which state it was made from",
			"Forespørgslen siger ikke, hvilken tilstand den bygger på"},
		Hint: Text{"Read it where instead says, and send the ETag of the answer as If-Match.",
			"Læs det på adressen i instead, og send svarets ETag som If-Match."}},
	{Status: 429, Code: "too_many_requests",
		Title: Text{"This token asks too often", "Denne nøgle spørger for ofte"},
		Hint: Text{"Nothing was done. Wait a second, and ask less often.",
			"Intet er gjort. Vent et sekund, og spørg sjældnere."}, Retry: 1},
	{Status: 503, Code: "queue_full",
		Title: Text{"More is being posted than can be answered in time", "Der bogføres mere, end der kan besvares i tide"},
		Hint: Text{"Nothing was written. Repeat the same request, with the same Idempotency-Key, in a moment.",
			"Intet er skrevet. Gentag samme forespørgsel med samme Idempotency-Key om lidt."}, Retry: 1},
	{Status: 500, Code: "internal",
		Title: Text{"Something went wrong on our side", "Noget gik galt hos os"},
		Hint:  Text{"Tell the operator the request_id.", "Oplys request_id til driften."}},
	{Err: ledger.ErrAmount, Status: 422, Code: "amount_malformed",
		Title: Text{"The amount is not written as an amount", "Beløbet er ikke skrevet som et beløb"}},
	{Err: ledger.ErrDate, Status: 422, Code: "date_malformed",
		Title: Text{"The date is not a date", "Datoen er ikke en dato"},
		Hint:  Text{`Write a day that exists as "2026-01-31".`, `Skriv en dag, der findes, som "2026-01-31".`}},
}

// storeProblems are what the store says of itself, and what nobody foresaw. They stand after those of the domains,
// whose errors may wrap them.
var storeProblems = []ProblemKind{
	{Err: store.ErrNotFound, Status: 404, Code: "not_found",
		Title: Text{"Not found", "Ikke fundet"},
		Hint:  Text{"It does not exist, or it is not yours to see.", "Det findes ikke, eller du må ikke se det."}},
	{Err: store.ErrDuplicate, Status: 409, Code: "already_exists",
		Title: Text{"It exists already", "Det findes allerede"},
		Hint: Text{"Choose another code or number, or use the one that exists.",
			"Vælg en anden kode eller et andet nummer, eller brug det, der findes."}},
	{Err: store.ErrMissing, Status: 422, Code: "unknown_reference",
		Title: Text{"Something that the request names does not exist", "Noget, som forespørgslen nævner, findes ikke"}},
	{Err: store.ErrStale, Status: 412, Code: "stale_version",
		Title: Text{"It was changed in the meantime", "Det er ændret i mellemtiden"},
		Hint: Text{"Nothing was written. Read it again, and decide anew.",
			"Intet er skrevet. Læs det igen, og tag stilling på ny."}},
	{Err: store.ErrBusy, Status: 503, Code: "busy",
		Title: Text{"The books are busy", "Bøgerne er optaget"},
		Hint: Text{"Repeat the same request, with the same Idempotency-Key, in a moment.",
			"Gentag samme forespørgsel med samme Idempotency-Key om lidt."},
		Read: readAgain, Retry: 2},
	{Err: store.ErrDiskFull, Status: 503, Code: "disk_full",
		Title: Text{"The disk of the books is full", "Disken med bøgerne er fuld"},
		Hint: Text{"Nothing was written. The operator must make room; then repeat the same request.",
			"Intet er skrevet. Driften skal skaffe plads; gentag derefter samme forespørgsel."}, Retry: 60},
	{Err: store.ErrDiskFailed, Status: 503, Code: "disk_failed",
		Title: Text{"The disk of the books fails, or what is on it is damaged",
			"Disken med bøgerne fejler, eller indholdet er beskadiget"},
		Hint: Text{"The operator must look at it: supportledger doctor.",
			"Driften skal se på det: supportledger doctor."}, Retry: 60},
	{Err: store.ErrUnavailable, Status: 503, Code: "unavailable",
		Title: Text{"The database cannot be reached", "Databasen kan ikke nås"},
		Hint: Text{"Nothing was written. Repeat the same request in a moment.",
			"Intet er skrevet. Gentag samme forespørgsel om lidt."}, Retry: 5},
	{Err: store.ErrUncertain, Status: 503, Code: "uncertain",
		Title: Text{"The connection was lost while it was being written", "Forbindelsen gik tabt, mens der blev skrevet"},
		Hint: Text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."}, Retry: 2},
	{Err: store.ErrReadOnly, Status: 503, Code: "read_only",
		Title: Text{"The books can only be read just now", "Bøgerne kan kun læses lige nu"},
		Hint:  Text{"Repeat the request later.", "Gentag forespørgslen senere."}, Retry: 60},
	{Err: store.ErrSchemaNewer, Status: 503, Code: "schema_newer",
		Title: Text{"The books were written by a newer version", "Bøgerne er skrevet af en nyere version"},
		Hint:  Text{"The operator must start the newer program.", "Driften skal starte det nyere program."}, Retry: 60},
	{Err: store.ErrSchemaOlder, Status: 503, Code: "schema_older",
		Title: Text{"The books must be migrated first", "Bøgerne skal opdateres først"},
		Hint:  Text{"The operator must run supportledger migrate.", "Driften skal køre supportledger migrate."}, Retry: 60},
	{Err: store.ErrRefused, Status: 409, Code: "refused",
		Title: Text{"The books refuse this", "Bøgerne afviser dette"}},

	// What is nobody's fault, or ours.
	{Err: context.DeadlineExceeded, Status: 503, Code: "timeout",
		Title: Text{"It took too long", "Det tog for lang tid"},
		Hint: Text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."},
		Read: readAgain, Retry: 5},
	{Err: context.Canceled, Status: 503, Code: "cancelled",
		Title: Text{"The request was given up", "Forespørgslen blev opgivet"},
		Hint: Text{"Repeat the same request with the same Idempotency-Key: it takes effect once.",
			"Gentag samme forespørgsel med samme Idempotency-Key: den virker én gang."},
		Read: readAgain, Retry: 1},
}
