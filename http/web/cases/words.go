package cases

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// stateWords are the states of a disbursement as people say them, each with the icon beside it.
var stateWords = map[string]struct {
	icon string
	text rest.Text
}{
	"draft":          {"file", rest.Text{EN: "Draft", DA: "Kladde"}},
	"info_requested": {"warning", rest.Text{EN: "Question asked", DA: "Spørgsmål stillet"}},
	"submitted":      {"clock", rest.Text{EN: "Waits for approval", DA: "Venter på godkendelse"}},
	"approved": {"clock",
		rest.Text{EN: "Approved, waits for authorisation", DA: "Godkendt, venter på bemyndigelse"}},
	"authorised": {"ok", rest.Text{EN: "Authorised, ready to be paid", DA: "Bemyndiget, klar til betaling"}},
	"on_hold":    {"warning", rest.Text{EN: "Held back", DA: "Holdt tilbage"}},
	"released":   {"clock", rest.Text{EN: "Released to the bank", DA: "Frigivet til banken"}},
	"paid":       {"ok", rest.Text{EN: "Paid", DA: "Betalt"}},
	"evidenced":  {"ok", rest.Text{EN: "Documented", DA: "Dokumenteret"}},
	"verified":   {"ok", rest.Text{EN: "Confirmed", DA: "Bekræftet"}},
	"rejected":   {"stop", rest.Text{EN: "Rejected", DA: "Afvist"}},
	"cancelled":  {"stop", rest.Text{EN: "Cancelled", DA: "Annulleret"}},
	"returned":   {"warning", rest.Text{EN: "Came back from the bank", DA: "Kommet retur fra banken"}},
	"disallowed": {"stop", rest.Text{EN: "Disallowed", DA: "Underkendt"}},
}

// checkWords name the checks of a disbursement.
var checkWords = map[string]rest.Text{
	"milestone":          {EN: "Milestones", DA: "Milepæle"},
	"category":           {EN: "Category", DA: "Kategori"},
	"period":             {EN: "Period of the grant", DA: "Bevillingens periode"},
	"geography":          {EN: "Country", DA: "Land"},
	"condition":          {EN: "Conditions of the grant", DA: "Bevillingens betingelser"},
	"budget":             {EN: "Budget", DA: "Budget"},
	"duplicate_evidence": {EN: "Document used before", DA: "Bilag brugt før"},
	"evidence":           {EN: "Documents", DA: "Bilag"},
	"payee":              {EN: "Payee", DA: "Betalingsmodtager"},
	"payee_details":      {EN: "Bank details", DA: "Kontooplysninger"},
	"splitting":          {EN: "Split over several requests", DA: "Delt på flere anmodninger"},
	"relation":           {EN: "Relations", DA: "Relationer"},
	"consent":            {EN: "Consent to payment", DA: "Samtykke til betaling"},
	"safe_contact":       {EN: "Safe contact", DA: "Sikker kontakt"},
	"review":             {EN: "Held back", DA: "Holdt tilbage"},
	"duties":             {EN: "Two people", DA: "To personer"},
	"plan":               {EN: "Plan", DA: "Støtteplan"},
	"cap":                {EN: "Planned price", DA: "Planlagt pris"},
	"line":               {EN: "Line of the plan", DA: "Linje i støtteplanen"},
}

// actWords are what happened to a disbursement.
var actWords = map[string]rest.Text{
	"drafted":             {EN: "written", DA: "oprettet"},
	"rewritten":           {EN: "written anew", DA: "skrevet om"},
	"submitted":           {EN: "sent for approval", DA: "sendt til godkendelse"},
	"approval_given":      {EN: "approval given", DA: "godkendelse givet"},
	"approved":            {EN: "approved", DA: "godkendt"},
	"approved_after":      {EN: "approved after payment", DA: "godkendt efter betaling"},
	"authorisation_given": {EN: "authorisation given", DA: "bemyndigelse givet"},
	"authorised":          {EN: "authorised", DA: "bemyndiget"},
	"returned":            {EN: "sent back", DA: "sendt tilbage"},
	"rejected":            {EN: "rejected", DA: "afvist"},
	"info_requested":      {EN: "question asked", DA: "spørgsmål stillet"},
	"answered":            {EN: "question answered", DA: "spørgsmål besvaret"},
	"commented":           {EN: "noted", DA: "bemærket"},
	"document_lifted":     {EN: "let through with a used document", DA: "ladt passere med brugt bilag"},
	"held":                {EN: "held back", DA: "holdt tilbage"},
	"resumed":             {EN: "let go on", DA: "genoptaget"},
	"cancelled":           {EN: "cancelled", DA: "annulleret"},
	"released":            {EN: "released", DA: "frigivet"},
	"paid":                {EN: "paid", DA: "betalt"},
	"evidenced":           {EN: "documented", DA: "dokumenteret"},
	"verified":            {EN: "confirmed", DA: "bekræftet"},
	"disallowed":          {EN: "disallowed", DA: "underkendt"},
	"refused_after":       {EN: "refused after payment", DA: "afvist efter betaling"},
}

// said is a code as people say it, or the code where nobody has words for it.
func said(v *frame.Visit, in map[string]rest.Text, code string) string {
	if t, known := in[code]; known {
		return v.In(t)
	}
	return code
}

// Reasons that are given again and again; each is long enough to stand alone.
var (
	returnReasons = []rest.Text{
		{EN: "The document is missing.", DA: "Bilaget mangler."},
		{EN: "The amount differs from the document.", DA: "Beløbet svarer ikke til bilaget."},
		{EN: "The payee is not the right one.", DA: "Det er ikke den rigtige modtager."},
	}
	rejectReasons = []rest.Text{
		{EN: "It was paid before.", DA: "Den er allerede betalt."},
		{EN: "It does not belong to the plan.", DA: "Det hører ikke til støtteplanen."},
	}
)

// waitWords say which step is waited for.
var waitWords = map[string]rest.Text{
	"approve":   {EN: "Waits for approval", DA: "Venter på godkendelse"},
	"authorise": {EN: "Waits for authorisation", DA: "Venter på bemyndigelse"},
	"release":   {EN: "Waits to be released", DA: "Venter på frigivelse"},
}
