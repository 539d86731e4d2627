package http

import "strings"

// headingOf words a column by its JSON names: "entry.number" is "Entry number". A name without words of its own stands
// as it is, with spaces.
func headingOf(key string) text {
	if own, ok := columnWords[key]; ok {
		return own
	}
	if name, ok := strings.CutSuffix(key, "_currency"); ok {
		t := headingOf(name)
		return text{t.en + ", currency", t.da + ", valuta"}
	}
	var out text
	for name := range strings.SplitSeq(key, ".") {
		word := wordOf(name, columnWords)
		if out.en == "" {
			out = word
			continue
		}
		out.en, out.da = out.en+" "+strings.ToLower(word.en), out.da+" "+strings.ToLower(word.da)
	}
	return out
}

// titleOf words what stands at a path, by the last of its words.
func titleOf(at string) text { return wordOf(fileName(at), tableTitles) }

func wordOf(name string, in map[string]text) text {
	if word, ok := in[name]; ok {
		return word
	}
	plain := strings.NewReplacer("_", " ", "-", " ").Replace(name)
	return text{plain, plain}
}

// columnWords are the headings of columns, by JSON name. A test wants one for every column of every list and report.
var columnWords = map[string]text{
	"year":                  {"Year", "År"},
	"pending_version":       {"Pending version", "Afventende version"},
	"due_on":                {"Due on", "Forfald"},
	"committed_year":        {"Committed year", "Disponeret år"},
	"of":                    {"Of", "For"},
	"planned":               {"Planned", "Planlagt"},
	"available":             {"Available", "Til rådighed"},
	"account":               {"Account", "Konto"},
	"act":                   {"Act", "Handling"},
	"age":                   {"Age", "Alder"},
	"amount":                {"Amount", "Beløb"},
	"balance":               {"Balance", "Saldo"},
	"bank":                  {"Bank", "Bank"},
	"base_amount":           {"Base amount", "Beløb i basisvaluta"},
	"beneficiary_id":        {"Beneficiary id", "Modtager-id"},
	"book":                  {"Book", "Bog"},
	"budget":                {"Budget", "Budget"},
	"budget_rate":           {"Budget rate", "Budgetkurs"},
	"bytes":                 {"Bytes", "Bytes"},
	"category":              {"Category", "Kategori"},
	"code":                  {"Code", "Kode"},
	"committed":             {"Committed", "Disponeret"},
	"corrected_by":          {"Corrected by", "Rettet af"},
	"corrects":              {"Corrects", "Retter"},
	"created_at":            {"Created at", "Oprettet"},
	"created_by":            {"Created by", "Oprettet af"},
	"credit":                {"Credit", "Kredit"},
	"currency":              {"Currency", "Valuta"},
	"data_hash":             {"Data hash", "Datahash"},
	"replaces":              {"Replaces", "Erstatter"},
	"document_sha256":       {"Document hash", "Dokumenthash"},
	"date":                  {"Date", "Dato"},
	"debit":                 {"Debit", "Debet"},
	"direction":             {"Debit or credit", "Debet eller kredit"},
	"donor":                 {"Donor", "Bidragyder"},
	"entry":                 {"Entry", "Postering"},
	"entry_id":              {"Entry id", "Posterings-id"},
	"external_id":           {"External id", "Eksternt id"},
	"evidence":              {"Evidence", "Bilag"},
	"from":                  {"From", "Fra"},
	"evidence_id":           {"Evidence", "Bilag"},
	"file_sha256":           {"File's SHA-256", "Filens SHA-256"},
	"fund":                  {"Fund", "Fond"},
	"id":                    {"Id", "Id"},
	"kind":                  {"Kind", "Art"},
	"language":              {"Language", "Sprog"},
	"left":                  {"Left", "Rest"},
	"liabilities":           {"Liabilities", "Gæld"},
	"line":                  {"Line", "Linje"},
	"line_no":               {"Line number", "Linjenummer"},
	"lot":                   {"Lot", "Valutaparti"},
	"media_type":            {"Media type", "Filtype"},
	"month":                 {"Month", "Måned"},
	"name":                  {"Name", "Navn"},
	"name_da":               {"Name, Danish", "Navn, dansk"},
	"name_en":               {"Name, English", "Navn, engelsk"},
	"net_assets":            {"Net assets", "Egenkapital"},
	"number":                {"Number", "Nummer"},
	"opened_on":             {"Opened on", "Åbnet"},
	"other_assets":          {"Other assets", "Andre aktiver"},
	"own_currency":          {"Own currency", "Egen valuta"},
	"own_currency_currency": {"Own currency, code", "Egen valuta, kode"},
	"partner":               {"Partner", "Partner"},
	"path":                  {"Path", "Sti"},
	"payee":                 {"Payee", "Betalingsmodtager"},
	"plan":                  {"Plan", "Støtteplan"},
	"plan_version":          {"Plan version", "Planversion"},
	"rate":                  {"Rate", "Kurs"},
	"reason":                {"Reason", "Begrundelse"},
	"restricted":            {"Restricted", "Bundne midler"},
	"restriction":           {"Restriction", "Binding"},
	"reversed_by":           {"Reversed by", "Tilbageført af"},
	"reverses":              {"Reverses", "Tilbagefører"},
	"round":                 {"Round", "Runde"},
	"sha256":                {"SHA-256", "SHA-256"},
	"signed_on":             {"Signed on", "Underskrevet"},
	"source":                {"Source", "Kilde"},
	"spent":                 {"Spent", "Brugt"},
	"spent_base":            {"Spent in base currency", "Brugt i basisvaluta"},
	"starts_on":             {"Starts on", "Begynder"},
	"state":                 {"State", "Tilstand"},
	"status":                {"Status", "Status"},
	"subject":               {"Subject", "Emne"},
	"text":                  {"Text", "Tekst"},
	"title":                 {"Title", "Titel"},
	"to":                    {"To", "Til"},
	"total":                 {"Total", "I alt"},
	"transfer":              {"Transfer", "Overførsel"},
	"type":                  {"Type", "Type"},
	"units":                 {"Units", "Enheder"},
	"unrestricted":          {"Unrestricted", "Frie midler"},
	"column":                {"Column", "Kolonne"},
	"committed_at":          {"Committed at", "Bogført den"},
	"committed_by":          {"Committed by", "Bogført af"},
	"message":               {"Message", "Besked"},
	"profile":               {"Profile", "Profil"},
	"requested_by":          {"Requested by", "Anmodet af"},
	"row":                   {"Row", "Række"},
	"rows":                  {"Rows", "Rækker"},
	"undone_at":             {"Undone at", "Fortrudt den"},
	"undone_by":             {"Undone by", "Fortrudt af"},
	"uploaded_at":           {"Uploaded at", "Indlæst den"},
	"uploaded_by":           {"Uploaded by", "Indlæst af"},
	"version":               {"Version", "Version"},
	"at":                    {"At", "Tidspunkt"},
	"user":                  {"User", "Bruger"},
	"action":                {"Action", "Handling"},
	"purpose":               {"Purpose", "Formål"},
	"fields":                {"Fields", "Felter"},
	"user_id":               {"User, id", "Bruger, id"},
	"review_by":             {"Review by", "Vurderes senest"},
	"outcome":               {"Outcome", "Udfald"},
	"reviewed_by":           {"Reviewed by", "Vurderet af"},
	"assigned_by":           {"Assigned by", "Tildelt af"},
	"given_on":              {"Given on", "Givet den"},
	"expires_on":            {"Expires on", "Udløber den"},
	"revoked_on":            {"Revoked on", "Trukket tilbage den"},
	"live":                  {"Holds today", "Gælder i dag"},
	"since":                 {"Since", "Siden"},
	"size":                  {"People", "Personer"},
	"children":              {"Children", "Børn"},
	"youngest":              {"Youngest", "Yngste"},
	"other_id":              {"On record before, id", "Registreret før, id"},
	"found_at":              {"Found at", "Fundet"},
	"verdict":               {"Verdict", "Afgørelse"},
	"keep_until":            {"Keep until", "Opbevares til"},
	"disbursement_id":       {"Disbursement id", "Udbetalings-id"},
	"overpaid":              {"Paid twice", "Betalt dobbelt"},
	"prepayment":            {"Prepayment", "Forudbetaling"},
	"reference":             {"Reference", "Reference"},
	"reissue_of":            {"Made again for", "Betalt igen for"},
	"settlement":            {"Settlement", "Afregning"},
}

// tableTitles are the titles of tables, by the last word of the path.
var tableTitles = map[string]text{
	"due-items":            {"Due items", "Forfald"},
	"timeline":             {"Timeline", "Tidslinje"},
	"versions":             {"Versions", "Versioner"},
	"accounts":             {"Chart of accounts", "Kontoplan"},
	"bank-lines":           {"Bank lines", "Banklinjer"},
	"payments":             {"Payments", "Betalinger"},
	"prepayments":          {"Money paid ahead", "Forudbetalinger"},
	"receipt-samples":      {"Receipts to verify", "Modtagelser at bekræfte"},
	"activities":           {"Statement of financial activities", "Resultatopgørelse på frie og bundne midler"},
	"balances":             {"Balances", "Saldi"},
	"budget-actual":        {"Budget and cost", "Budget og forbrug"},
	"disbursements":        {"Disbursements", "Udbetalinger"},
	"donors":               {"Donors", "Bidragydere"},
	"fund-balances":        {"Fund balances", "Fondenes saldi"},
	"funds":                {"Funds", "Fonde"},
	"general-ledger":       {"General ledger", "Finanskonto"},
	"grants":               {"Grants", "Bevillinger"},
	"journal-entries":      {"Journal entries", "Posteringer"},
	"journal-entry-drafts": {"Drafts of entries", "Kladder til posteringer"},
	"journal-lines":        {"Journal lines", "Posteringslinjer"},
	"open-commitments":     {"Open commitments", "Åbne disponeringer"},
	"partner-advances":     {"Partner advances", "Forskud til partnere"},
	"periods":              {"Months", "Måneder"},
	"plans":                {"Plans", "Støtteplaner"},
	"statements":           {"Statements", "Opgørelser"},
	"suspense":             {"Suspense", "Afventer afklaring"},
	"transfers":            {"Transfers", "Overførsler"},
	"imports":              {"Imports", "Importer"},
	"reopenings":           {"Reopenings", "Genåbninger"},
	"rows":                 {"Rows", "Rækker"},
	"exchange-rates":       {"Exchange rates", "Valutakurser"},
	"evidence":             {"Evidence", "Bilag"},
	"trial-balance":        {"Trial balance", "Råbalance"},
	"beneficiaries":        {"Beneficiaries", "Modtagere"},
	"accesses":             {"Who looked", "Hvem der har set"},
	"privacy-notices":      {"Privacy notices", "Underretninger om databeskyttelse"},
	"caseload":             {"Caseload", "Sagsfordeling"},
	"consents":             {"Consents", "Samtykker"},
	"households":           {"Households", "Husstande"},
	"duplicates":           {"Possible duplicates", "Mulige dubletter"},
	"retention":            {"Retention", "Opbevaring"},
}
