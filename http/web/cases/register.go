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
	s.Page("/complaints", []string{"listComplaints"}, complaints)
	s.Form("/complaints", []string{"enterComplaint"}, enterComplaint)
	frame.Notice("complaint", rest.Text{EN: "The complaint is on record. The privacy officer sees to it.",
		DA: "Klagen er registreret. Databeskyttelsesrådgiveren tager sig af den."})
	s.Page("/plans", []string{"listPlans"}, plans)
	s.Page("/plans/:id", []string{"getPlan", "getPlanBudget", "getPlanTimeline"}, showPlan)
	s.Page("/due", []string{"listDueItems"}, due)
	s.Form("/due", []string{"draftDueItems"}, draftDue)
	s.Page("/new", []string{"draftDisbursement"}, newRequest)
	s.Form("/new", []string{"draftDisbursement", "storeEvidence"}, checkRequest)
	s.Page("/disbursements/:id/edit", []string{"getDisbursement", rewrite}, edit)
	s.Form("/new/send", []string{"draftDisbursement", "submitDisbursement"}, sendRequest)
	s.File("/evidence/:id", []string{"getEvidenceContent"}, paper)
	s.Navigate(
		frame.NavItem{Path: "/inbox", Text: rest.Text{EN: "Inbox", DA: "Indbakke"}, Needs: "listApprovals", Order: 10,
			Key: "i"},
		frame.NavItem{Path: "/plans", Text: rest.Text{EN: "Plans", DA: "Planer"}, Needs: "listPlans", Order: 20, Key: "p"},
		frame.NavItem{Path: "/due", Text: rest.Text{EN: "Due", DA: "Forfalder"}, Needs: "listDueItems", Order: 30, Key: "d"},
		frame.NavItem{Path: "/new", Text: rest.Text{EN: "New", DA: "Ny"}, Needs: "draftDisbursement", Order: 40, Key: "n"},
	)
}
