package giving

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Public("/verify", verifyForm)
	s.Public("/verify/:code", verify)
	s.Public("/own/:secret", own)
	s.Public("/own/:secret/statements/:id", ownStatement)
	s.Public("/own/:secret/statements/:id/document", ownDocument)
	s.PublicForm("/own/:secret/choices", choose)
	for word, text := range map[string]rest.Text{
		"chosen": {EN: "Your choice is saved.", DA: "Dit valg er gemt."},
	} {
		frame.Notice(word, text)
	}
}
