package finance

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Page("/finance", []string{"getOverview"}, overview)
	calendarPages(s)
	bankPages(s)
	bankUpkeepPages(s)
	runPages(s)
	monthPages(s)
	payeePages(s)
	journalPages(s)
	reportPages(s)
	importPages(s)
	donorImportPages(s)
	besides()
	s.Navigate(
		frame.NavItem{Path: "/finance", Text: rest.Text{EN: "Finance", DA: "Økonomi"}, Needs: "getOverview",
			Order: 30, Key: "f"},
		frame.NavItem{Path: "/bank", Text: rest.Text{EN: "Bank",
			DA: "Bank"}, Needs: "listBankLines", Order: 31, Key: "b"},
		frame.NavItem{Path: "/payment-runs", Text: rest.Text{EN: "Payments",
			DA: "Betalinger"}, Needs: "listPaymentBatches",
			Order: 32, Key: "p"},
		frame.NavItem{Path: "/calendar", Text: rest.Text{EN: "Calendar", DA: "Kalender"}, Needs: "listCalendar", Order: 34,
			Key: "k"},
		frame.NavItem{Path: "/months", Text: rest.Text{EN: "Months", DA: "Måneder"}, Needs: "getChecklist", Order: 33,
			Key: "o"},
	)
	for word, text := range map[string]rest.Text{
		"matched": {EN: "Matched and booked.", DA: "Afstemt og bogført."},
		"sure":    {EN: "What the lines say exactly is matched.", DA: "Det, linjerne siger præcist, er afstemt."},
		"ruled":   {EN: "What rules say is booked.", DA: "Det, reglerne siger, er bogført."},
		"uploaded": {EN: "The statement adds up. Look it through, then put it on record.",
			DA: "Kontoudtoget stemmer. Se det igennem, og registrér det."},
		"committed": {EN: "The lines are on record.", DA: "Linjerne er registreret."},
		"undone":    {EN: "The lines are off the record again.", DA: "Linjerne er fjernet igen."},
		"run-opened": {EN: "The payment run is open. Choose what it pays.",
			DA: "Betalingskørslen er åbnet. Vælg, hvad den skal betale."},
		"run-added": {EN: "Added to the run.", DA: "Lagt i kørslen."},
		"run-taken": {EN: "Taken out of the run.", DA: "Taget ud af kørslen."},
		"locked":    {EN: "Locked. The run can be released now.", DA: "Låst. Kørslen kan nu frigives."},
		"unlocked":  {EN: "Unlocked.", DA: "Låst op."},
		"released":  {EN: "Released. Make the file now.", DA: "Frigivet. Dan nu filen."},
		"exported": {EN: "The file is ready. Download it and give it to the bank.",
			DA: "Filen er klar. Hent den, og giv den til banken."},
		"reconciled": {EN: "The bank is done with the run.", DA: "Banken er færdig med kørslen."},
		"run-closed": {EN: "The run is closed.", DA: "Kørslen er lukket."},
		"aborted": {EN: "The run is ended. Its payments are free again.",
			DA: "Kørslen er afbrudt. Betalingerne er fri igen."},
		"noted":      {EN: "Noted.", DA: "Noteret."},
		"signed-off": {EN: "Signed off, with your reason.", DA: "Kvitteret med din begrundelse."},
		"closed":     {EN: "The month is closed.", DA: "Måneden er lukket."},
		"soft":       {EN: "The month is left to finance.", DA: "Måneden er forbeholdt økonomi."},
		"opened":     {EN: "The month is open to everybody.", DA: "Måneden er åben for alle."},
		"reopening": {EN: "Asked for. Another person approves the reopening.",
			DA: "Bedt om. En anden skal godkende genåbningen."},
		"entries-read": {EN: "Read. Look it through, then post it.", DA: "Læst. Se den igennem, og bogfør."},
		"entries-in":   {EN: "Posted.", DA: "Bogført."},
		"entries-out":  {EN: "Every entry of it is reversed.", DA: "Alle dens posteringer er tilbageført."},
		"posted":       {EN: "Posted.", DA: "Bogført."},
		"reversed":     {EN: "Reversed. This is the reversal.", DA: "Tilbageført. Dette er tilbageførslen."},
		"attached":     {EN: "The document is attached.", DA: "Dokumentationen er vedhæftet."},
		"details":      {EN: "Entered. Another person verifies them.", DA: "Gemt. En anden skal bekræfte dem."},
		"verify": {EN: "Verified. They may be paid to after 48 hours.",
			DA: "Bekræftet. Der kan betales til kontoen om 48 timer."},
		"reopened": {EN: "The month is open to finance again.", DA: "Måneden er åben for økonomi igen."},
	} {
		frame.Notice(word, text)
	}
}

// besides says what was done on the pages of files of donors, of rules and of lines.
func besides() {
	for word, text := range map[string]rest.Text{
		"donors-read": {EN: "Read. Look it through, then put it on record.",
			DA: "Læst. Se den igennem, og registrér den."},
		"donors-in":      {EN: "Put on record.", DA: "Registreret."},
		"donors-out":     {EN: "Taken off the record again.", DA: "Fjernet igen."},
		"donors-dropped": {EN: "Given up. Nothing of it stays.", DA: "Opgivet. Intet af den bliver."},
		"rule-added": {EN: "Added. It holds for files that are uploaded from now on.",
			DA: "Tilføjet. Den gælder for filer, der indlæses fra nu af."},
		"rule-ended":  {EN: "The rule is ended.", DA: "Reglen er afsluttet."},
		"line-undone": {EN: "Undone. The line is open again.", DA: "Fortrudt. Linjen er åben igen."},
	} {
		frame.Notice(word, text)
	}
}
