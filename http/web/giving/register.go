package giving

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Public("/verify", verifyForm)
	s.Public("/verify/:code", verify)
	s.Public("/verify/files/:hash", verifyFile)
	s.Public("/own/:secret", own)
	s.Public("/own/:secret/statements/:id", ownStatement)
	s.Public("/own/:secret/statements/:id/document", ownDocument)
	s.PublicForm("/own/:secret/choices", choose)
	giverPages(s)
	s.Navigate(frame.NavItem{Path: "/grants", Text: rest.Text{EN: "Grants", DA: "Bevillinger"}, Needs: "listGrants",
		Order: 35, Key: "r"})
	for word, text := range map[string]rest.Text{
		"addendum": {EN: "Put down. Another person decides on it.", DA: "Noteret. En anden person tager stilling."},
		"decided":  {EN: "Your decision is on record.", DA: "Din afgørelse er registreret."},
		"gift":     {EN: "The gift is booked.", DA: "Gaven er bogført."},
		"chosen":   {EN: "Your choice is saved.", DA: "Dit valg er gemt."},
	} {
		frame.Notice(word, text)
	}
}
