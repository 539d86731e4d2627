package admin

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Page("/settings", nil, settings)
	users(s)
	changes(s)
	policies(s)
	watching(s)
	upkeep(s)
	receivers(s)
	s.Navigate(frame.NavItem{Path: "/settings", Text: rest.Text{EN: "Settings", DA: "Styring"}, Needs: "listUsers",
		Order: 80, Key: "s"})
	for word, t := range map[string]rest.Text{
		"requested":     {EN: "Requested. Another person has to agree.", DA: "Anmodet. En anden person skal godkende."},
		"applied":       {EN: "Done.", DA: "Udført."},
		"turned":        {EN: "Rejected, with your reason.", DA: "Afvist med din begrundelse."},
		"account-ended": {EN: "The account is closed.", DA: "Brugeren er lukket."},
		"backup-asked": {EN: "Asked for. It begins within half a minute.",
			DA: "Bestilt. Den begynder inden for et halvt minut."},
		"retried":   {EN: "It is tried again now.", DA: "Den prøves igen nu."},
		"confirmed": {EN: "Confirmed.", DA: "Bekræftet."},
		"signed":    {EN: "All tokens and sessions have ended.", DA: "Alle nøgler og sessioner er lukket."},
	} {
		frame.Notice(word, t)
	}
}

// place is a page of the settings, for users who may call its operation.
type place struct {
	path, needs string
	text, about rest.Text
}

var places = []place{
	{"/users", "listUsers", rest.Text{EN: "Users", DA: "Brugere"},
		rest.Text{EN: "Who works here, and with which roles.", DA: "Hvem der arbejder her, og med hvilke roller."}},
	{"/account-changes", "listAccountChanges", rest.Text{EN: "Account changes", DA: "Brugerændringer"},
		rest.Text{EN: "What one person asked for and another decides.", DA: "Det, én person beder om og en anden afgør."}},
	{"/policies", "listApprovalPolicies", rest.Text{EN: "Approval rules", DA: "Godkendelsesregler"},
		rest.Text{EN: "How many people a payment needs.", DA: "Hvor mange personer en betaling kræver."}},
	{"/letterhead", "listLetterheads", rest.Text{EN: "Letterhead", DA: "Brevhoved"},
		rest.Text{EN: "What statements print of the organisation.", DA: "Det, regnskaber trykker om foreningen."}},
	{"/retention", "listRetention", rest.Text{EN: "Deletions", DA: "Sletninger"},
		rest.Text{EN: "What has been kept long enough.", DA: "Det, der er gemt længe nok."}},
	{"/privacy", "listPrivacyNotices", rest.Text{EN: "Openings", DA: "Åbninger"},
		rest.Text{EN: "Who opened an identity, and whether it was justified.",
			DA: "Hvem der åbnede en identitet, og om det var berettiget."}},
	{"/audit", "listAuditEvents", rest.Text{EN: "Audit trail", DA: "Revisionsspor"},
		rest.Text{EN: "Who did what to what, when and why.", DA: "Hvem gjorde hvad ved hvad, hvornår og hvorfor."}},
	{"/health", getHealth, rest.Text{EN: "Health", DA: "Tilstand"},
		rest.Text{EN: "What is right and wrong with the server, and how to fix it.",
			DA: "Hvad der er i orden og galt med serveren, og hvordan det rettes."}},
	{"/backups", "listBackups", rest.Text{EN: "Backups", DA: "Sikkerhedskopier"},
		rest.Text{EN: "The server's own copies of the books, and how old they are.",
			DA: "Serverens egne kopier af bøgerne, og hvor gamle de er."}},
	{"/jobs", "listJobs", rest.Text{EN: "Jobs", DA: "Opgaver"},
		rest.Text{EN: "What is done later, what failed and why.",
			DA: "Det, der udføres senere, og det, der mislykkedes."}},
	{"/receivers", "listWebhookEndpoints", rest.Text{EN: "Receivers", DA: "Modtagere"},
		rest.Text{EN: "Other programs that are told when something happens.",
			DA: "Andre programmer, der får besked, når noget sker."}},
}

// open are the pages that the user may see.
func open(v *frame.Visit) []place {
	var all []place
	for _, p := range places {
		if v.Can(p.needs) {
			all = append(all, p)
		}
	}
	return all
}

func settings(v *frame.Visit) (frame.Shown, error) { return Settings(v, open(v)), nil }
