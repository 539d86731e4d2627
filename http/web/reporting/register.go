package reporting

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Page("/statements", []string{"listStatements"}, list)
	s.Form("/statements", []string{"draftStatement"}, draft)
	s.Page("/statements/:id", []string{"getStatement", "getStatementDocument"}, page)
	for _, one := range steps {
		s.Form("/statements/:id/"+one.path, []string{one.operation}, one.act)
	}
	s.File("/statements/:id/document", []string{"getStatementDocument"}, document)
	s.Page("/statements/:id/figures/:key", []string{"getStatementFigure"}, figurePage)
	runPages(s)
	letterTextPages(s)
	s.Navigate(frame.NavItem{Path: "/statements", Text: rest.Text{EN: "Statements", DA: "Regnskaber"},
		Needs: "listStatements", Order: 40, Key: "s"})
	for word, text := range map[string]rest.Text{
		"drafted": {EN: "The draft is collected. Read it, then have its privacy checked.",
			DA: "Kladden er samlet. Læs den, og lad privatlivstjekket køre."},
		"cleared": {EN: "The privacy check cleared it. Another person reviews it now.",
			DA: "Privatlivstjekket har frigivet den. En anden skal nu godkende."},
		"reviewed":    {EN: "Reviewed. A third person issues it.", DA: "Godkendt. En tredje person udsteder den."},
		"issued":      {EN: "Issued: number and document are fixed.", DA: "Udstedt: nummer og dokument ligger fast."},
		"sealed":      {EN: "Sealed: figures and proof are attached.", DA: "Forseglet: tal og bevis er vedhæftet."},
		"delivering":  {EN: "It is on its way to the donor.", DA: "Den er på vej til donoren."},
		"withdrawn":   {EN: "Withdrawn, with your reason.", DA: "Trukket tilbage med din begrundelse."},
		"run-started": {EN: "The run has begun.", DA: "Kørslen er begyndt."},
		"run-goes-on": {EN: "The run goes on.", DA: "Kørslen fortsætter."},
		"replacing":   {EN: "The corrected version is a draft now.", DA: "Den rettede version er nu en kladde."},
	} {
		frame.Notice(word, text)
	}
}
