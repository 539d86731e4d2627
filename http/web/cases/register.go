package cases

import (
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Page("/inbox", []string{"listApprovals"}, inbox)
	s.Page("/disbursements/:id", []string{"getDisbursement"}, disbursement)
	s.Form("/disbursements/:id/decisions", []string{"decideDisbursement"}, decide)
	s.Form("/disbursements/:id/authorisations", []string{"authoriseDisbursement"}, authorise)
	s.Form("/disbursements/:id/submissions", []string{"submitDisbursement"}, submit)
	s.Form("/disbursements/:id/comments", []string{"commentDisbursement"}, comment)
	s.Form("/disbursements/:id/cancellations", []string{"cancelDisbursement"}, cancel)
	s.File("/evidence/:id", []string{"getEvidenceContent"}, paper)
	s.Navigate(
		frame.NavItem{Path: "/inbox", Text: rest.Text{EN: "Inbox", DA: "Indbakke"}, Needs: "listApprovals", Order: 10,
			Key: "i"},
	)
}
